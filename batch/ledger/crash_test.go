package ledger_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

const crashBatch = 3

// crashEntries are the entries for the rows from first on, before or after an
// attempt.
func crashEntries(kind batch.EntryKind, first int64) []batch.Entry {
	entries := make([]batch.Entry, crashBatch)
	for i := range entries {
		row := first + int64(i)
		entries[i] = batch.Entry{Kind: kind, Record: batch.Record{
			Row: row, Line: row + 1, Attempts: 1, StartedAt: time.UnixMilli(1e12 + row).UTC(),
		}}
		if kind == batch.Settle {
			entries[i].Status = batch.Succeeded
			entries[i].Ref = fmt.Sprint("id-", row)
		}
	}
	return entries
}

// TestCrash kills a process in the middle of its work, several times, and checks
// that everything that was acknowledged is there and that nothing was done by
// halves.
func TestCrash(t *testing.T) {
	for _, commits := range []int{1, 2, 60, 101} {
		t.Run(fmt.Sprintf("after %d commits", commits), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			l, err := ledger.Create(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			process := start(t, roleCommit, path)
			var acknowledged []string
			for range commits {
				acknowledged = append(acknowledged, process.line(t))
			}
			acknowledged = append(acknowledged, process.kill(t)...)

			// What should be there at least.
			want := map[int64]batch.Status{}
			for _, line := range acknowledged {
				var kind batch.EntryKind
				var first int64
				if _, err := fmt.Sscan(line, &kind, &first); err != nil {
					t.Fatalf("acknowledgement %q: %v", line, err)
				}
				for _, e := range crashEntries(kind, first) {
					want[e.Row] = batch.Sending
					if kind == batch.Settle {
						want[e.Row] = batch.Succeeded
					}
				}
			}

			// A report may come first; it sees the same.
			reader, err := ledger.OpenReadOnly(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			before := readAll(t, reader)
			if err := reader.Close(); err != nil {
				t.Fatal(err)
			}

			l, err = ledger.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			got := readAll(t, l)
			if len(got) != len(before) {
				t.Errorf("%d rows, the report has %d", len(got), len(before))
			}
			for row, status := range want {
				// One commit more may have happened than was acknowledged.
				if is := got[row].Status; is != status && !(status == batch.Sending && is == batch.Succeeded) {
					t.Errorf("row %d is %s, acknowledged was %s", row, is, status)
				}
			}
			if extra := len(got) - len(want); extra != 0 && extra != crashBatch {
				t.Errorf("%d rows more than acknowledged, want none or one commit of %d", extra, crashBatch)
			}
			sending := int64(0)
			for row, r := range got {
				first := row - (row-1)%crashBatch
				if r.Status != got[first].Status {
					t.Errorf("row %d is %s, row %d of the same commit %s", row, r.Status, first, got[first].Status)
				}
				if r.Status == batch.Sending {
					sending++
				} else if r.Ref != fmt.Sprint("id-", row) || !r.StartedAt.Equal(time.UnixMilli(1e12+row)) {
					t.Errorf("row %d: %+v", row, r)
				}
			}
			if sending != 0 && sending != crashBatch {
				t.Errorf("%d rows are sending, want none or one commit of %d", sending, crashBatch)
			}

			n, err := l.Interrupted(t.Context())
			if err != nil || n != sending {
				t.Errorf("Interrupted = %d, %v; want %d", n, err, sending)
			}
			counts, err := l.Counts(t.Context())
			if err != nil || counts.Of(batch.Unknown) != sending || counts.Of(batch.Sending) != 0 {
				t.Errorf("counts %v, %v; want %d unknown", counts, err, sending)
			}
			next := int64(len(got) + 1)
			if err := l.Commit(t.Context(), crashEntries(batch.Intend, next)); err != nil {
				t.Errorf("the run cannot go on: %v", err)
			}
		})
	}
}

func readAll(t *testing.T, l *ledger.SQLite) map[int64]batch.Record {
	t.Helper()
	records := map[int64]batch.Record{}
	for r, err := range l.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		records[r.Row] = r
	}
	return records
}
