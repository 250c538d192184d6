package report

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/sheet"
)

// began is when the first attempt of a test's run begins.
var began = time.Date(2026, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)

// run is a real ledger, and a folder with a real CSV file.
type run struct {
	dir    string
	ledger batch.Ledger
	start  *batch.Start
}

// newRun makes a run over the CSV text with these records in its ledger.
func newRun(t *testing.T, text string, records ...batch.Record) *run {
	t.Helper()
	r := &run{dir: t.TempDir()}
	r.input(t, text)
	src := r.source(t)
	for {
		_, err := src.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.start = &batch.Start{
		Version: batch.EventVersion, RunID: "run-1", Job: "cases", Dir: r.dir, Host: "https://crm.example.com", Request: "Cases/Insert",
		Header: src.Header(), Facts: src.Facts(), Started: began,
	}
	l, err := ledger.Create(t.Context(), filepath.Join(t.TempDir(), batch.LedgerFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r.ledger = l
	r.commit(t, records...)
	return r
}

// input writes the run's copy of the data.
func (r *run) input(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, batch.InputFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *run) source(t *testing.T) sheet.Reader {
	t.Helper()
	var opts sheet.Options
	if r.start != nil {
		opts.Delimiter = r.start.Facts.Delimiter
	}
	src, err := sheet.Open(filepath.Join(r.dir, batch.InputFile), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}

// commit brings rows into their state by the ways that a run takes.
func (r *run) commit(t *testing.T, records ...batch.Record) {
	t.Helper()
	var entries []batch.Entry
	for _, rec := range records {
		intent := batch.Entry{Kind: batch.Intend, Record: rec}
		switch {
		case rec.Status == batch.Sending:
			entries = append(entries, intent)
		case rec.Status == batch.Pending && rec.Attempts > 0:
			entries = append(entries, intent, batch.Entry{Kind: batch.Tried, Record: rec})
		default:
			entries = append(entries, batch.Entry{Kind: batch.Settle, Record: rec})
		}
	}
	if err := r.ledger.Commit(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

// replay hands the run to the handlers, and closes them.
func (r *run) replay(t *testing.T, finish *batch.Finish, handlers ...Handler) (batch.Counts, error) {
	t.Helper()
	counts, err := Replay(t.Context(), r.ledger, r.source(t), r.start, finish, handlers...)
	for _, h := range handlers {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	return counts, err
}

func (r *run) csv() *CSV { return NewCSV(r.dir, openSheet) }

func openSheet(w io.Writer, d batch.Dialect) RecordWriter { return sheet.NewWriter(w, d) }

// files returns the reports in the run directory by name, with their text.
func (r *run) files(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		if e.Name() == batch.InputFile {
			continue
		}
		text, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

// attempted is a row that had one attempt.
func attempted(row int64, s batch.Status, cause, message string) batch.Record {
	return batch.Record{
		Row: row, Line: row + 1, Status: s, Cause: cause, Attempts: 1, Message: message,
		StartedAt: began.Add(time.Duration(row) * time.Second), Duration: 250 * time.Millisecond,
	}
}

// collector remembers the events, and fails at the one with number failAt, from 1.
type collector struct {
	events []batch.Event
	failAt int
	err    error
	closed int
}

func (c *collector) Handle(e batch.Event) error {
	c.events = append(c.events, e)
	if len(c.events) == c.failAt {
		return c.err
	}
	return nil
}

func (c *collector) Close() error {
	c.closed++
	return nil
}

// rows returns the rows that came.
func (c *collector) rows() []*batch.RowResult {
	var rows []*batch.RowResult
	for _, e := range c.events {
		if e.Row != nil {
			rows = append(rows, e.Row)
		}
	}
	return rows
}

// otherCounts is a ledger whose counts are not those of its records.
type otherCounts struct {
	batch.Ledger
	change func(*batch.Counts)
	err    error
}

func (l *otherCounts) Counts(ctx context.Context) (batch.Counts, error) {
	counts, err := l.Ledger.Counts(ctx)
	if l.change != nil {
		l.change(&counts)
	}
	if l.err != nil {
		err = l.err
	}
	return counts, err
}
