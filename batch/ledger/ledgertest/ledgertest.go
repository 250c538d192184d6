// Package ledgertest is the suite that every driver of batch.Ledger passes. It
// knows the interface only, and where that leaves something open it says in a
// comment what every driver does.
package ledgertest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// Opener makes a new, empty ledger for one test. reopen opens the same ledger
// once more; the suite calls it, as often as it likes, when the one before is
// closed. The suite closes every ledger that it gets, sometimes twice. Whatever
// goes wrong ends the test by t.Fatal.
type Opener = func(t *testing.T) (l batch.Ledger, reopen func() batch.Ledger)

// Run checks the ledgers that open makes against the contract of batch.Ledger.
func Run(t *testing.T, open func(t *testing.T) (l batch.Ledger, reopen func() batch.Ledger)) {
	for _, group := range []struct {
		name string
		test func(*testing.T, Opener)
	}{
		{"Kinds", testKinds},
		{"Transitions", testTransitions},
		{"Nonsense", testNonsense},
		{"Order", testOrder},
		{"AllOrNone", testAllOrNone},
		{"History", testHistory},
		{"Steps", testSteps},
		{"Values", testValues},
		{"Counts", testCounts},
		{"Outline", testOutline},
		{"Model", testModel},
		{"Records", testRecords},
		{"RecordsWhileCommitting", testRecordsWhileCommitting},
		{"Concurrency", testConcurrency},
		{"LargeCommit", testLargeCommit},
		{"Interrupted", testInterrupted},
		{"Meta", testMeta},
		{"Durability", testDurability},
		{"Context", testContext},
		{"Closed", testClosed},
	} {
		t.Run(group.name, func(t *testing.T) { group.test(t, open) })
	}
}

// began is when attempts begin in this suite.
var began = time.Date(2026, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)

// full returns a record of which every field says something.
func full(row int64, status batch.Status, attempts int) batch.Record {
	return batch.Record{
		Row: row, Line: row + 1, Status: status,
		Cause: batch.CauseValue, Attempts: attempts, HTTPStatus: 409,
		Code: "E17", Message: fmt.Sprintf("answer to attempt %d", attempts), Ref: "id-5", Rule: "code == 'E17'",
		StartedAt: began.Add(time.Duration(attempts) * time.Second), Duration: 1234567 * time.Microsecond,
		Answer:   []byte(`{"code":"E17"}`),
		Captures: map[string]string{"id": "5", "when": "now"},
	}
}

func settle(row int64, status batch.Status, attempts int) batch.Entry {
	return batch.Entry{Kind: batch.Settle, Record: full(row, status, attempts)}
}

func intend(row int64, attempts int) batch.Entry {
	return batch.Entry{Kind: batch.Intend, Record: batch.Record{
		Row: row, Line: row + 1, Attempts: attempts, StartedAt: began.Add(time.Duration(attempts) * time.Second),
	}}
}

func tried(row int64, attempts int) batch.Entry {
	return batch.Entry{Kind: batch.Tried, Record: full(row, batch.Pending, attempts)}
}

// withdraw takes back the attempt after number attempts.
func withdraw(row int64, attempts int) batch.Entry {
	return batch.Entry{Kind: batch.Withdraw, Record: batch.Record{Row: row, Line: row + 1, Attempts: attempts}}
}

// sending is what Record returns after intend(row, attempts) on a new row.
func sending(row int64, attempts int) batch.Record {
	r := intend(row, attempts).Record
	r.Status = batch.Sending
	return r
}

// fresh opens a ledger for the time of t.
func fresh(t *testing.T, open Opener) batch.Ledger {
	t.Helper()
	l, _ := open(t)
	t.Cleanup(func() { closeLedger(t, l) })
	return l
}

func closeLedger(t *testing.T, l batch.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func commit(t *testing.T, l batch.Ledger, entries ...batch.Entry) {
	t.Helper()
	if err := l.Commit(t.Context(), entries); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

// refuse commits entries, which must fail with an error that names the row.
func refuse(t *testing.T, l batch.Ledger, row int64, entries ...batch.Entry) {
	t.Helper()
	err := l.Commit(t.Context(), entries)
	if err == nil {
		t.Fatalf("Commit took what the row's status does not allow")
	}
	if !regexp.MustCompile(fmt.Sprintf(`\brow %d\b`, row)).MatchString(err.Error()) {
		t.Errorf("error does not name row %d: %v", row, err)
	}
}

// state is all that a ledger says of one row.
type state struct {
	Recorded bool
	Record   batch.Record
	Earlier  []batch.Attempt
}

func look(t *testing.T, l batch.Ledger, row int64) state {
	t.Helper()
	r, earlier, ok, err := l.Record(t.Context(), row)
	if err != nil {
		t.Fatalf("Record(%d): %v", row, err)
	}
	return state{ok, r, earlier}
}

// expect compares what the ledger says of a row, in both ways of asking.
func expect(t *testing.T, l batch.Ledger, want batch.Record, earlier ...batch.Attempt) {
	t.Helper()
	got := look(t, l, want.Row)
	if !got.Recorded {
		t.Fatalf("row %d is not recorded", want.Row)
	}
	if !sameRecord(got.Record, want) {
		t.Errorf("row %d:\n got %+v\nwant %+v", want.Row, got.Record, want)
	}
	if !slices.EqualFunc(got.Earlier, earlier, sameAttempt) {
		t.Errorf("row %d, earlier attempts:\n got %+v\nwant %+v", want.Row, got.Earlier, earlier)
	}
	for r, err := range l.Records(t.Context(), want.Row-1) {
		if err != nil {
			t.Fatalf("Records: %v", err)
		}
		if !sameRecord(r, want) {
			t.Errorf("row %d in Records:\n got %+v\nwant %+v", want.Row, r, want)
		}
		return
	}
	t.Errorf("row %d is not in Records", want.Row)
}

func expectNone(t *testing.T, l batch.Ledger, row int64) {
	t.Helper()
	if got := look(t, l, row); got.Recorded || got.Earlier != nil || !sameRecord(got.Record, batch.Record{}) {
		t.Errorf("row %d should not be recorded: %+v", row, got)
	}
	for _, r := range all(t, l) {
		if r.Row == row {
			t.Errorf("row %d is in Records", row)
		}
	}
}

// all returns every record.
func all(t *testing.T, l batch.Ledger) []batch.Record {
	t.Helper()
	return after(t, l, 0)
}

func after(t *testing.T, l batch.Ledger, row int64) []batch.Record {
	t.Helper()
	var records []batch.Record
	for r, err := range l.Records(t.Context(), row) {
		if err != nil {
			t.Fatalf("Records: %v", err)
		}
		records = append(records, r)
	}
	return records
}

func counts(t *testing.T, l batch.Ledger) batch.Counts {
	t.Helper()
	c, err := l.Counts(t.Context())
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	return c
}

// sameRecord holds nil and empty for the same, and wants times in UTC.
func sameRecord(a, b batch.Record) bool {
	return a.Row == b.Row && a.Line == b.Line && a.Status == b.Status && a.Cause == b.Cause &&
		a.Attempts == b.Attempts && a.HTTPStatus == b.HTTPStatus &&
		a.Code == b.Code && a.Message == b.Message && a.Ref == b.Ref && a.Rule == b.Rule &&
		a.StartedAt == b.StartedAt && a.Duration == b.Duration &&
		string(a.Answer) == string(b.Answer) && maps.Equal(a.Captures, b.Captures)
}

func sameAttempt(a, b batch.Attempt) bool { return a == b }

// attempt is what the history holds of full(row, status, number).
func attempt(number int) batch.Attempt {
	r := full(1, batch.Failed, number)
	return batch.Attempt{
		Number: number, StartedAt: r.StartedAt, Duration: r.Duration,
		Cause: r.Cause, HTTPStatus: r.HTTPStatus, Message: r.Message,
	}
}

// cancelled is a context that has ended.
func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
