package ledgertest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// model is what a ledger has to hold, in a few lines: the status of each row.
type model map[int64]batch.Status

// apply makes one change and reports whether it is allowed.
func (m model) apply(e batch.Entry) bool {
	s, recorded := m[e.Row]
	is := func(statuses ...batch.Status) bool {
		for _, other := range statuses {
			if recorded && s == other {
				return true
			}
		}
		return false
	}
	switch e.Kind {
	case batch.Intend:
		if recorded && !is(batch.Pending, batch.Failed, batch.NotSent) {
			return false
		}
		m[e.Row] = batch.Sending
	case batch.Settle:
		if recorded && !is(batch.Pending, batch.Sending, batch.Unknown) {
			return false
		}
		m[e.Row] = e.Status
	case batch.Tried, batch.Withdraw:
		if !is(batch.Sending) {
			return false
		}
		m[e.Row] = batch.Pending
	}
	return true
}

// testModel makes random commits, good and bad ones, closes the ledger now and
// then as a crash would not let it be, and compares it with the model.
func testModel(t *testing.T, open Opener) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l, reopen := open(t)
			defer func() { closeLedger(t, l) }()
			rnd := rand.New(rand.NewPCG(seed, 1))
			want := make(model)
			attempts := make(map[int64]int) // attempts begun
			refused := 0
			for range 400 {
				after, begun := make(model), make(map[int64]int)
				for row, s := range want {
					after[row] = s
				}
				for row, n := range attempts {
					begun[row] = n
				}
				var entries []batch.Entry
				good := true
				for range rnd.IntN(6) + 1 {
					row := rnd.Int64N(40) + 1
					if rnd.IntN(20) == 0 {
						row += 1 << 40 // far beyond all others
					}
					var e batch.Entry
					switch rnd.IntN(5) {
					case 0, 1:
						e = intend(row, begun[row]+1)
					case 2:
						status := batch.Statuses()[rnd.IntN(len(batch.Statuses()))]
						if status == batch.Sending {
							status = batch.Succeeded
						}
						e = settle(row, status, begun[row])
					case 3:
						e = tried(row, begun[row])
					case 4:
						e = withdraw(row, begun[row]-1)
					}
					if e.Attempts < 0 || e.Kind == batch.Tried && e.Attempts < 1 {
						continue
					}
					ok := after.apply(e)
					good = good && ok
					if ok && e.Kind == batch.Intend {
						begun[row]++
					}
					if ok && e.Kind == batch.Withdraw {
						begun[row]--
						if e.Attempts == 0 {
							delete(after, row) // unless something was recorded before
							if _, recorded := want[row]; recorded {
								after[row] = batch.Pending
							}
						}
					}
					entries = append(entries, e)
					if !ok {
						break
					}
				}
				err := l.Commit(t.Context(), entries)
				if (err == nil) != good {
					t.Fatalf("%+v: %v; the model says %t", entries, err, good)
				}
				if good {
					want, attempts = after, begun
				} else {
					refused++
				}
				if rnd.IntN(40) == 0 {
					closeLedger(t, l)
					l = reopen()
				}
				same(t, l, want)
			}
			if refused < 20 || len(want) < 20 {
				t.Errorf("%d commits were refused, %d rows are recorded: that tests little", refused, len(want))
			}
		})
	}
}

// same compares a ledger with the model. A row that was withdrawn before its first
// attempt may be recorded as pending, or not at all: both are pending.
func same(t *testing.T, l batch.Ledger, want model) {
	t.Helper()
	got := make(model)
	for _, r := range all(t, l) {
		got[r.Row] = r.Status
	}
	sums := make(map[batch.Status]int64)
	for row, s := range got {
		if other, ok := want[row]; ok && other != s || !ok && s != batch.Pending {
			t.Fatalf("row %d is %s, the model says %s", row, s, other)
		}
		sums[s]++
	}
	for row, s := range want {
		if _, ok := got[row]; !ok && s != batch.Pending {
			t.Fatalf("row %d is not recorded, the model says %s", row, s)
		}
	}
	c := counts(t, l)
	for _, s := range batch.Statuses() {
		if c.Of(s) != sums[s] {
			t.Fatalf("%d rows are counted as %s, %d are", c.Of(s), s, sums[s])
		}
	}
	upto, err := l.Outline(t.Context(), func(row int64, s batch.Status) error {
		if got[row] != s {
			t.Fatalf("outline: row %d is %s, not %s", row, got[row], s)
		}
		delete(got, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for row, s := range got {
		if s != batch.Succeeded || row > upto {
			t.Fatalf("outline up to %d leaves out row %d, which is %s", upto, row, s)
		}
	}
}
