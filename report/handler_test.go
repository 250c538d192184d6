package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

const eightRows = "id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n6,f\n7,g\n8,h\n"

// everyStatus has a record of each status, one row that goes back to pending
// after an attempt, and leaves row 6 without a record.
func everyStatus() []batch.Record {
	return []batch.Record{
		attempted(1, batch.Succeeded, "", ""),
		attempted(2, batch.Failed, batch.CauseField, "contact does not exist"),
		attempted(3, batch.Unknown, batch.CauseTimeout, "no answer within 30s"),
		attempted(4, batch.NotSent, batch.CauseNetwork, "connection refused"),
		{Row: 5, Line: 6, Status: batch.Invalid, Cause: batch.CauseValue, Message: "status is wrong -> write open"},
		{Row: 7, Line: 8, Status: batch.Skipped, Cause: batch.CauseDuplicate, Message: "as row 1"},
		attempted(8, batch.Pending, batch.CauseRateLimited, "HTTP 429"),
	}
}

func TestReplay(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	got := &collector{}
	finish := &batch.Finish{ExitCode: batch.ExitStopped, Stopped: "a rule", Finished: began}
	counts, err := r.replay(t, finish, got)
	if err != nil {
		t.Fatal(err)
	}
	want := batch.Counts{batch.Pending: 2, batch.Succeeded: 1, batch.Failed: 1, batch.Unknown: 1, batch.NotSent: 1, batch.Invalid: 1, batch.Skipped: 1}
	if counts != want || finish.Counts != want {
		t.Errorf("counts %v, in the last event %v, want %v", counts, finish.Counts, want)
	}
	if n := len(got.events); n != 10 || got.events[0].Start != r.start || got.events[n-1].Finish != finish {
		t.Fatalf("%d events: %+v", n, got.events)
	}
	records := make(map[int64]batch.Record)
	for _, rec := range everyStatus() {
		records[rec.Row] = rec
	}
	records[6] = batch.Record{Row: 6, Line: 7, Status: batch.Pending}
	for i, row := range got.rows() {
		num := int64(i + 1)
		if want := []string{fmt.Sprint(num), string(rune('a' + i))}; !reflect.DeepEqual(row.Cells, want) {
			t.Errorf("row %d: cells %q, want %q", num, row.Cells, want)
		}
		if !reflect.DeepEqual(row.Record, records[num]) {
			t.Errorf("row %d: %+v, want %+v", num, row.Record, records[num])
		}
	}
}

// TestReplayLines: rows without a record have the line of the file.
func TestReplayLines(t *testing.T) {
	r := newRun(t, "id,name\n\n1,\"two\nlines\"\n,\n2,b\n")
	got := &collector{}
	if _, err := r.replay(t, nil, got); err != nil {
		t.Fatal(err)
	}
	rows := got.rows()
	if len(rows) != 2 || rows[0].Line != 3 || rows[1].Line != 6 {
		t.Errorf("%+v", rows)
	}
}

func TestReplayExitCode(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records []batch.Record
		want    int
	}{
		{"succeeded", []batch.Record{attempted(1, batch.Succeeded, "", "")}, batch.ExitOK},
		{"failed", []batch.Record{attempted(1, batch.Failed, batch.CauseField, "no")}, batch.ExitRows},
		{"unknown", []batch.Record{attempted(1, batch.Unknown, batch.CauseTimeout, "")}, batch.ExitUnknown},
		{"no record", nil, batch.ExitInterrupted},
		{"still sending", []batch.Record{attempted(1, batch.Sending, "", "")}, batch.ExitBalance},
	} {
		r := newRun(t, "id\n1\n", tt.records...)
		got := &collector{}
		counts, err := r.replay(t, nil, got)
		finish := got.events[len(got.events)-1].Finish
		if err != nil || finish == nil || finish.ExitCode != tt.want || finish.Counts != counts || counts.Sum() != 1 {
			t.Errorf("%s: %+v, %v, want exit code %d", tt.name, finish, err, tt.want)
		}
	}
}

// TestReplayBalance breaks the balance in each way.
func TestReplayBalance(t *testing.T) {
	lose := func(s batch.Status) func(*run) batch.Ledger {
		return func(r *run) batch.Ledger {
			return &otherCounts{Ledger: r.ledger, change: func(c *batch.Counts) { c.Add(s, -1) }}
		}
	}
	for _, tt := range []struct {
		name   string
		upset  func(t *testing.T, r *run)
		ledger func(*run) batch.Ledger
		source func(batch.Source) batch.Source
		want   string
	}{
		{name: "record beyond the file", want: "a record of row 9, which the data file does not have",
			upset: func(t *testing.T, r *run) { r.commit(t, attempted(9, batch.Succeeded, "", "")) }},
		{name: "file shorter, the last rows had no record", want: "the data file has 4 rows, the run was planned with 5",
			upset: func(t *testing.T, r *run) { r.start.Facts.Rows = 5; r.input(t, "id\n1\n2\n3\n4\n") }},
		{name: "file shorter, the last rows had records", want: "a record of row 4, which the data file does not have",
			upset: func(t *testing.T, r *run) { r.input(t, "id\n1\n2\n3\n") }},
		{name: "file empty", want: "a record of row 1, which the data file does not have",
			upset: func(t *testing.T, r *run) { r.input(t, "id\n") }},
		{name: "file longer", want: "the data file has 5 rows, the run was planned with 4",
			upset: func(t *testing.T, r *run) { r.input(t, "id\n1\n2\n3\n4\n5\n") }},
		{name: "source leaves a row out", want: "the data file's row 3 was read as row 4",
			source: func(s batch.Source) batch.Source { return &gap{Source: s, at: 3} }},
		{name: "ledger counts fewer succeeded", want: "the ledger counts 0 rows succeeded, and has the records of 1", ledger: lose(batch.Succeeded)},
		{name: "ledger counts fewer pending", want: "the ledger counts 0 rows pending, and has the records of 1", ledger: lose(batch.Pending)},
		{name: "ledger counts more unknown", want: "the ledger counts 1 rows unknown, and has the records of 0",
			ledger: func(r *run) batch.Ledger {
				return &otherCounts{Ledger: r.ledger, change: func(c *batch.Counts) { c.Add(batch.Unknown, 1) }}
			}},
		{name: "ledger counts a row under another status", want: "the ledger counts 0 rows succeeded",
			ledger: func(r *run) batch.Ledger {
				return &otherCounts{Ledger: r.ledger, change: func(c *batch.Counts) { c.Add(batch.Succeeded, -1); c.Add(batch.Failed, 1) }}
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun(t, "id\n1\n2\n3\n4\n",
				attempted(1, batch.Succeeded, "", ""), attempted(2, batch.Failed, batch.CauseField, "no"),
				attempted(3, batch.Pending, batch.CauseRateLimited, "HTTP 429"), attempted(4, batch.NotSent, batch.CauseNetwork, "no"))
			if tt.upset != nil {
				tt.upset(t, r)
			}
			l, src := r.ledger, batch.Source(r.source(t))
			if tt.ledger != nil {
				l = tt.ledger(r)
			}
			if tt.source != nil {
				src = tt.source(src)
			}
			got := &collector{}
			_, err := Replay(t.Context(), l, src, r.start, nil, got)
			var unbalanced *BalanceError
			if !errors.As(err, &unbalanced) || !strings.Contains(unbalanced.Reason, tt.want) {
				t.Fatalf("%v, want %q", err, tt.want)
			}
			if text := err.Error(); !strings.Contains(text, "THE BALANCE DOES NOT CLOSE: "+unbalanced.Reason) || !strings.Contains(text, "report this as a bug") {
				t.Errorf("not loud: %s", text)
			}
			if last := got.events[len(got.events)-1]; last.Finish != nil {
				t.Error("the report was finished all the same")
			}
		})
	}
}

// gap is a source that leaves out row at.
type gap struct {
	batch.Source
	at int64
}

func (g *gap) Next() (batch.Row, error) {
	row, err := g.Source.Next()
	if err == nil && row.Num == g.at {
		return g.Source.Next()
	}
	return row, err
}

// TestReplayHandlerFails: an error of any handler at any event ends the report.
func TestReplayHandlerFails(t *testing.T) {
	full := errors.New("no space left on device")
	for _, tt := range []struct {
		name   string
		failAt int
		second int // events that the handler after it has got
	}{
		{"start", 1, 0},
		{"first row", 2, 1},
		{"last row", 9, 8},
		{"finish", 10, 9},
	} {
		r := newRun(t, eightRows, everyStatus()...)
		first, second := &collector{failAt: tt.failAt, err: full}, &collector{}
		if _, err := r.replay(t, nil, first, second); !errors.Is(err, full) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(first.events) != tt.failAt || len(second.events) != tt.second {
			t.Errorf("%s: %d and %d events, want %d and %d", tt.name, len(first.events), len(second.events), tt.failAt, tt.second)
		}
	}
}

// cancelAfter ends the context when so many events have come.
type cancelAfter struct {
	collector
	n      int
	cancel context.CancelFunc
}

func (c *cancelAfter) Handle(e batch.Event) error {
	if len(c.events) == c.n {
		c.cancel()
	}
	return c.collector.Handle(e)
}

// TestReplayCancelled ends soon, also where no row has a record.
func TestReplayCancelled(t *testing.T) {
	for name, records := range map[string][]batch.Record{"records": everyStatus(), "no records": nil} {
		for _, n := range []int{0, 4} {
			r := newRun(t, eightRows, records...)
			ctx, cancel := context.WithCancel(t.Context())
			h := &cancelAfter{n: n, cancel: cancel}
			_, err := Replay(ctx, r.ledger, r.source(t), r.start, nil, h)
			cancel()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s, after %d events: %v", name, n, err)
			}
			if len(h.events) > n+1 {
				t.Errorf("%s: %d events after the end of the context", name, len(h.events)-n)
			}
		}
	}
}

// TestReplaySourceFails: the copy of the data cannot be read on, or the ledger
// cannot be counted. Neither is a matter of balance.
func TestReplaySourceFails(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	r.input(t, "id,name\n1,a\n2,\"b\n")
	_, err := r.replay(t, nil)
	var unbalanced *BalanceError
	if err == nil || errors.As(err, &unbalanced) || !strings.Contains(err.Error(), "the run's copy of the data") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("%v", err)
	}

	r = newRun(t, eightRows)
	damaged := errors.New("the ledger is damaged")
	_, err = Replay(t.Context(), &otherCounts{Ledger: r.ledger, err: damaged}, r.source(t), r.start, nil)
	if !errors.Is(err, damaged) {
		t.Errorf("%v", err)
	}

	if err := r.ledger.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.replay(t, nil); err == nil || err == io.EOF {
		t.Errorf("with a closed ledger: %v", err)
	}
}
