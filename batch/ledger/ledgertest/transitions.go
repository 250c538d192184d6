package ledgertest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// from is a row's status before an entry; absent is a row never recorded.
type from int

const absent from = -1

func (f from) String() string {
	if f == absent {
		return "not recorded"
	}
	return batch.Status(f).String()
}

// everyFrom is all a row can be.
func everyFrom() []from {
	froms := []from{absent}
	for _, s := range batch.Statuses() {
		froms = append(froms, from(s))
	}
	return froms
}

// bring makes row what f says, after one attempt.
func bring(t *testing.T, l batch.Ledger, row int64, f from) {
	t.Helper()
	switch {
	case f == absent:
	case batch.Status(f) == batch.Sending:
		commit(t, l, intend(row, 1))
	default:
		commit(t, l, settle(row, batch.Status(f), 1))
	}
}

// testTransitions checks every kind of entry on a row of every status.
func testTransitions(t *testing.T, open Opener) {
	froms := func(statuses ...batch.Status) []from {
		var fs []from
		for _, s := range statuses {
			fs = append(fs, from(s))
		}
		return fs
	}
	type rule struct {
		name    string
		entry   func(row int64, f from) batch.Entry
		allowed []from
		leads   batch.Status
	}
	rules := []rule{
		{
			name: "intend",
			entry: func(row int64, f from) batch.Entry {
				if f == absent {
					return intend(row, 1)
				}
				return intend(row, 2)
			},
			allowed: append(froms(batch.Pending, batch.NotSent, batch.Failed), absent),
			leads:   batch.Sending,
		},
		{
			name:    "tried",
			entry:   func(row int64, _ from) batch.Entry { return tried(row, 1) },
			allowed: froms(batch.Sending),
			leads:   batch.Pending,
		},
		{
			name:    "withdraw to one attempt",
			entry:   func(row int64, _ from) batch.Entry { return withdraw(row, 1) },
			allowed: froms(batch.Sending),
			leads:   batch.Pending,
		},
		{
			name:    "withdraw to none",
			entry:   func(row int64, _ from) batch.Entry { return withdraw(row, 0) },
			allowed: froms(batch.Sending),
			leads:   batch.Status(255), // the record goes
		},
		{
			name:  "settle as sending",
			entry: func(row int64, _ from) batch.Entry { return settle(row, batch.Sending, 1) },
		},
	}
	for _, to := range batch.Statuses() {
		if to != batch.Sending {
			rules = append(rules, rule{
				name:    "settle as " + to.String(),
				entry:   func(row int64, _ from) batch.Entry { return settle(row, to, 1) },
				allowed: append(froms(batch.Pending, batch.Sending, batch.Unknown), absent),
				leads:   to,
			})
		}
	}
	l := fresh(t, open)
	row := int64(0)
	for _, r := range rules {
		for _, f := range everyFrom() {
			row++
			t.Run(fmt.Sprintf("%s, from %s", r.name, f), func(t *testing.T) {
				bring(t, l, row, f)
				before, sums := look(t, l, row), counts(t, l)
				if !slices.Contains(r.allowed, f) {
					refuse(t, l, row, r.entry(row, f))
					if got := look(t, l, row); !reflect.DeepEqual(got, before) {
						t.Errorf("the refused entry changed the row:\n got %+v\nwant %+v", got, before)
					}
					if got := counts(t, l); got != sums {
						t.Errorf("the refused entry changed the counts: %v, before %v", got, sums)
					}
					return
				}
				commit(t, l, r.entry(row, f))
				if r.leads == batch.Status(255) {
					expectNone(t, l, row)
					return
				}
				if got := look(t, l, row); !got.Recorded || got.Record.Status != r.leads {
					t.Errorf("the row is %s, want %s", got.Record.Status, r.leads)
				}
			})
		}
	}
}

// testNonsense checks entries that no caller should make. They are refused
// rather than guessed at.
func testNonsense(t *testing.T, open Opener) {
	l := fresh(t, open)
	for _, test := range []struct {
		name   string
		before []batch.Entry
		entry  batch.Entry
	}{
		{name: "row 0", entry: settle(0, batch.Failed, 1)},
		{name: "negative row", entry: intend(-5, 1)},
		{name: "unknown kind", entry: batch.Entry{Kind: 77, Record: full(100, batch.Failed, 1)}},
		{name: "unknown status", entry: settle(101, batch.Status(99), 1)},
		{name: "negative attempts", entry: settle(102, batch.Failed, -1)},
		{name: "tried without a number", before: []batch.Entry{intend(103, 1)}, entry: tried(103, 0)},
		{name: "the same attempt tried twice", before: []batch.Entry{intend(104, 1), tried(104, 1), intend(104, 2)}, entry: tried(104, 1)},
		{name: "withdrawn to before the first", before: []batch.Entry{intend(105, 1), tried(105, 1), intend(105, 2)}, entry: withdraw(105, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			commit(t, l, test.before...)
			before := all(t, l)
			refuse(t, l, test.entry.Row, test.entry)
			if got := all(t, l); !reflect.DeepEqual(got, before) {
				t.Errorf("the refused entry changed something:\n got %+v\nwant %+v", got, before)
			}
		})
	}
}

// testOrder checks that the entries of one commit build on each other.
func testOrder(t *testing.T, open Opener) {
	l := fresh(t, open)
	commit(t, l,
		intend(1, 1), tried(1, 1), intend(1, 2), withdraw(1, 1), intend(1, 2), settle(1, batch.Succeeded, 2),
		intend(2, 1), withdraw(2, 0), intend(2, 1),
	)
	expect(t, l, full(1, batch.Succeeded, 2), attempt(1))
	expect(t, l, sending(2, 1))

	refuse(t, l, 3, settle(3, batch.Succeeded, 1), intend(3, 1))
	expectNone(t, l, 3)
	refuse(t, l, 4, tried(4, 1), intend(4, 1))
	expectNone(t, l, 4)
	refuse(t, l, 5, intend(5, 1), intend(5, 2))
	expectNone(t, l, 5)
}

// testAllOrNone checks that a commit with one bad entry leaves no trace,
// wherever that entry is.
func testAllOrNone(t *testing.T, open Opener) {
	good := []batch.Entry{
		intend(1, 2), // a retry, which moves the last attempt to the history
		tried(2, 1),
		withdraw(3, 0),
		withdraw(4, 1),
		settle(5, batch.Succeeded, 1),
		settle(6, batch.Invalid, 0),
		intend(7, 1),
	}
	bad := intend(9, 2)
	for at := range len(good) + 1 {
		t.Run(fmt.Sprintf("bad entry at %d", at), func(t *testing.T) {
			l, reopen := open(t)
			commit(t, l,
				settle(1, batch.Failed, 1),
				intend(2, 1), intend(3, 1),
				settle(4, batch.NotSent, 1), intend(4, 2),
				intend(5, 1),
				settle(9, batch.Succeeded, 1))
			var before []state
			for row := range int64(10) {
				before = append(before, look(t, l, row))
			}
			refuse(t, l, 9, slices.Insert(slices.Clone(good), at, bad)...)
			closeLedger(t, l)
			l = reopen()
			defer closeLedger(t, l)
			for row, want := range before {
				if got := look(t, l, int64(row)); !reflect.DeepEqual(got, want) {
					t.Errorf("row %d:\n got %+v\nwant %+v", row, got, want)
				}
			}
			// The ledger goes on; that the run does not is its caller's decision.
			commit(t, l, good...)
			expect(t, l, full(5, batch.Succeeded, 1))
		})
	}
}
