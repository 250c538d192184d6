package ledgertest

import (
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// testKinds checks what each kind of entry leaves in the record.
func testKinds(t *testing.T, open Opener) {
	t.Run("never recorded", func(t *testing.T) {
		l := fresh(t, open)
		expectNone(t, l, 1)
		if got := counts(t, l); got != (batch.Counts{}) {
			t.Errorf("counts of an empty ledger: %v", got)
		}
	})
	t.Run("empty commit", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l)
		if got := all(t, l); got != nil {
			t.Errorf("an empty commit recorded %+v", got)
		}
	})
	t.Run("intend", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(3, 1))
		expect(t, l, sending(3, 1))
	})
	t.Run("intend records the start and nothing else", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, batch.Entry{Kind: batch.Intend, Record: full(3, batch.Succeeded, 1)})
		expect(t, l, sending(3, 1))
	})
	t.Run("intend again", func(t *testing.T) {
		// What the last attempt was told stays until this one has an end; the
		// report that is made in between has something to say.
		l := fresh(t, open)
		commit(t, l, settle(3, batch.Failed, 1))
		again := intend(3, 2)
		again.Line = 77
		commit(t, l, again)
		want := full(3, batch.Sending, 1)
		want.Line, want.Attempts, want.StartedAt, want.Duration = 77, 2, again.StartedAt, 0
		expect(t, l, want, attempt(1))
	})
	t.Run("settle", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(3, 1))
		commit(t, l, settle(3, batch.Failed, 1))
		expect(t, l, full(3, batch.Failed, 1))
	})
	t.Run("settle without an intent", func(t *testing.T) {
		l := fresh(t, open)
		want := batch.Record{Row: 4, Line: 9, Status: batch.Invalid, Cause: batch.CauseField, Message: "no such option", Rule: "options"}
		commit(t, l, batch.Entry{Kind: batch.Settle, Record: want})
		expect(t, l, want)
	})
	t.Run("settle overwrites the whole record", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, settle(5, batch.Unknown, 1))
		want := batch.Record{Row: 5, Line: 60, Status: batch.Succeeded}
		commit(t, l, batch.Entry{Kind: batch.Settle, Record: want})
		expect(t, l, want)
	})
	t.Run("tried", func(t *testing.T) {
		// The record is that of the attempt, as Settle would leave it, but
		// Pending; the history has it already.
		l := fresh(t, open)
		commit(t, l, intend(3, 1))
		commit(t, l, batch.Entry{Kind: batch.Tried, Record: full(3, batch.Failed, 1)})
		expect(t, l, full(3, batch.Pending, 1), attempt(1))
	})
	t.Run("withdraw the first attempt", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(3, 1))
		commit(t, l, withdraw(3, 0))
		expectNone(t, l, 3)
		commit(t, l, intend(3, 1))
		expect(t, l, sending(3, 1))
	})
	t.Run("withdraw a later attempt", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(3, 1), tried(3, 1))
		before := look(t, l, 3)
		commit(t, l, intend(3, 2))
		commit(t, l, withdraw(3, 1))
		expect(t, l, before.Record, before.Earlier...)
	})
	t.Run("withdraw the attempt to retry a failed row", func(t *testing.T) {
		// The row waits again; what is known of the attempt that failed stays.
		l := fresh(t, open)
		commit(t, l, settle(3, batch.Failed, 1))
		commit(t, l, intend(3, 2))
		commit(t, l, withdraw(3, 1))
		expect(t, l, full(3, batch.Pending, 1), attempt(1))
	})
}

// testHistory checks that an attempt which a later one supersedes is kept,
// whatever end it had.
func testHistory(t *testing.T, open Opener) {
	t.Run("tried twice, failed, retried", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(1, 1))
		commit(t, l, tried(1, 1))
		commit(t, l, intend(1, 2))
		commit(t, l, tried(1, 2))
		commit(t, l, intend(1, 3))
		commit(t, l, settle(1, batch.Failed, 3))
		expect(t, l, full(1, batch.Failed, 3), attempt(1), attempt(2))
		commit(t, l, intend(1, 4))
		commit(t, l, settle(1, batch.Succeeded, 4))
		expect(t, l, full(1, batch.Succeeded, 4), attempt(1), attempt(2), attempt(3))
	})
	t.Run("unknown, found not to be there, sent again", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(1, 1))
		commit(t, l, settle(1, batch.Unknown, 1))
		commit(t, l, settle(1, batch.Pending, 1))
		commit(t, l, intend(1, 2))
		commit(t, l, settle(1, batch.Succeeded, 2))
		expect(t, l, full(1, batch.Succeeded, 2), attempt(1))
	})
	t.Run("unknown, found to be there", func(t *testing.T) {
		// The attempt is the same one; what is known of it is new.
		l := fresh(t, open)
		commit(t, l, intend(1, 1))
		commit(t, l, settle(1, batch.Unknown, 1))
		commit(t, l, settle(1, batch.Succeeded, 1))
		expect(t, l, full(1, batch.Succeeded, 1))
	})
	t.Run("not sent, then withdrawn twice, then sent", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, settle(1, batch.NotSent, 1))
		for range 2 {
			commit(t, l, intend(1, 2))
			commit(t, l, withdraw(1, 1))
		}
		commit(t, l, intend(1, 2))
		commit(t, l, settle(1, batch.Succeeded, 2))
		expect(t, l, full(1, batch.Succeeded, 2), attempt(1))
	})
	t.Run("an attempt that nothing is known of", func(t *testing.T) {
		l := fresh(t, open)
		first := batch.Record{Row: 1, Line: 2, Attempts: 1}
		commit(t, l,
			batch.Entry{Kind: batch.Intend, Record: first},
			batch.Entry{Kind: batch.Tried, Record: first})
		first.Status = batch.Pending
		expect(t, l, first, batch.Attempt{Number: 1})
	})
	t.Run("rows do not share history", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(1, 1), intend(2, 1), tried(1, 1), settle(2, batch.Succeeded, 1))
		expect(t, l, full(1, batch.Pending, 1), attempt(1))
		expect(t, l, full(2, batch.Succeeded, 1))
	})
	t.Run("many attempts in order", func(t *testing.T) {
		l := fresh(t, open)
		var want []batch.Attempt
		for n := 1; n <= 120; n++ {
			commit(t, l, intend(1, n), tried(1, n))
			want = append(want, attempt(n))
		}
		expect(t, l, full(1, batch.Pending, 120), want...)
	})
}

// testInterrupted checks what is left of a process that died.
func testInterrupted(t *testing.T, open Opener) {
	interrupt := func(t *testing.T, l batch.Ledger, want int64) {
		t.Helper()
		n, err := l.Interrupted(t.Context())
		if err != nil || n != want {
			t.Fatalf("Interrupted = %d, %v; want %d", n, err, want)
		}
	}
	t.Run("nothing to do", func(t *testing.T) {
		interrupt(t, fresh(t, open), 0)
	})
	t.Run("sending rows and no others", func(t *testing.T) {
		l, reopen := open(t)
		commit(t, l, intend(1, 1), intend(2, 1))
		row := int64(3)
		var others []batch.Record
		for _, status := range batch.Statuses() {
			if status == batch.Sending {
				continue
			}
			commit(t, l, settle(row, status, 1))
			others = append(others, full(row, status, 1))
			row++
		}
		closeLedger(t, l)

		l = reopen()
		interrupt(t, l, 2)
		interrupt(t, l, 0)
		closeLedger(t, l)

		l = reopen()
		defer closeLedger(t, l)
		for _, row := range []int64{1, 2} {
			want := sending(row, 1)
			want.Status, want.Cause = batch.Unknown, batch.CauseInterrupted
			expect(t, l, want)
		}
		for _, want := range others {
			expect(t, l, want)
		}
		var sum batch.Counts
		sum.Add(batch.Unknown, 2)
		for _, r := range others {
			sum.Add(r.Status, 1)
		}
		if got := counts(t, l); got != sum {
			t.Errorf("counts %v, want %v", got, sum)
		}
	})
	t.Run("what an earlier attempt was told is no answer to this one", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, settle(1, batch.Failed, 1))
		commit(t, l, intend(1, 2))
		interrupt(t, l, 1)
		want := sending(1, 2)
		want.Status, want.Cause = batch.Unknown, batch.CauseInterrupted
		expect(t, l, want, attempt(1))
	})
	t.Run("is never sent again by itself", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(1, 1))
		interrupt(t, l, 1)
		refuse(t, l, 1, intend(1, 2))
		r := look(t, l, 1).Record
		r.Status, r.Cause = batch.Pending, ""
		commit(t, l, batch.Entry{Kind: batch.Settle, Record: r})
		commit(t, l, intend(1, 2))
		if got := look(t, l, 1).Record; got.Status != batch.Sending || got.Attempts != 2 {
			t.Errorf("after a person said so: %+v", got)
		}
	})
}

// testMeta checks the facts of the run.
func testMeta(t *testing.T, open Opener) {
	l, reopen := open(t)
	meta := func(key, want string) {
		t.Helper()
		got, err := l.Meta(t.Context(), key)
		if err != nil || got != want {
			t.Fatalf("Meta(%q) = %.40q, %v; want %.40q", key, got, err, want)
		}
	}
	set := func(values map[string]string) {
		t.Helper()
		if err := l.SetMeta(t.Context(), values); err != nil {
			t.Fatalf("SetMeta: %v", err)
		}
	}
	long := string(make([]byte, 1<<20))

	meta("job", "")
	set(nil)
	set(map[string]string{"job": "load", "rows": "12", "empty": "", "text": "línea\n\"'\x00;--", "": "no key"})
	set(map[string]string{"job": "load again", "long": long})
	for range 2 {
		meta("job", "load again")
		meta("rows", "12")
		meta("empty", "")
		meta("text", "línea\n\"'\x00;--")
		meta("", "no key")
		meta("long", long)
		meta("JOB", "")
		closeLedger(t, l)
		l = reopen()
	}
	set(map[string]string{"job": ""})
	meta("job", "")
	if got := all(t, l); got != nil {
		t.Errorf("facts of the run are among its rows: %+v", got)
	}
	closeLedger(t, l)
}

// testDurability checks that what a ledger has acknowledged is there afterwards.
func testDurability(t *testing.T, open Opener) {
	l, reopen := open(t)
	var want []batch.Record
	for row := int64(1); row <= 50; row++ {
		commit(t, l, intend(row, 1))
		switch row % 3 {
		case 0:
			want = append(want, sending(row, 1))
		case 1:
			commit(t, l, settle(row, batch.Succeeded, 1))
			want = append(want, full(row, batch.Succeeded, 1))
		case 2:
			commit(t, l, tried(row, 1))
			want = append(want, full(row, batch.Pending, 1))
		}
	}
	sums := counts(t, l)
	for range 3 {
		closeLedger(t, l)
		closeLedger(t, l)
		l = reopen()
		got := all(t, l)
		if len(got) != len(want) {
			t.Fatalf("%d records after reopening, want %d", len(got), len(want))
		}
		for i := range want {
			if !sameRecord(got[i], want[i]) {
				t.Errorf("after reopening:\n got %+v\nwant %+v", got[i], want[i])
			}
		}
		expect(t, l, full(2, batch.Pending, 1), attempt(1))
		if got := counts(t, l); got != sums {
			t.Errorf("counts after reopening %v, want %v", got, sums)
		}
	}
	commit(t, l, settle(51, batch.Skipped, 0))
	expect(t, l, full(51, batch.Skipped, 0))
	closeLedger(t, l)
}

// testValues checks that what goes in comes out.
func testValues(t *testing.T, open Opener) {
	madrid := time.FixedZone("CET", 3600)
	long := make([]byte, 1<<20)
	for i := range long {
		long[i] = byte('a' + i%26)
	}
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	tests := []struct {
		name   string
		change func(*batch.Record)
		// want corrects the expected record, where it is not what went in.
		want func(*batch.Record)
	}{
		{name: "nothing", change: func(r *batch.Record) { *r = batch.Record{Row: r.Row, Line: r.Line, Status: r.Status} }},
		{name: "empty answer and captures", change: func(r *batch.Record) { r.Answer, r.Captures = []byte{}, map[string]string{} }},
		{name: "long message", change: func(r *batch.Record) { r.Message = string(long) }},
		{name: "long answer", change: func(r *batch.Record) { r.Answer = long[:batch.AnswerLimit] }},
		{name: "every text long", change: func(r *batch.Record) {
			r.Cause, r.Code, r.Ref, r.Rule = string(long[:9000]), string(long[:9001]), string(long[:9002]), string(long[:9003])
		}},
		{name: "answer of every byte", change: func(r *batch.Record) { r.Answer = everyByte }},
		{name: "answer that is not UTF-8", change: func(r *batch.Record) { r.Answer = []byte("\xff\xfe\xc3(\xed\xa0\x80") }},
		{name: "answer of one NUL", change: func(r *batch.Record) { r.Answer = []byte{0} }},
		{name: "NUL in text", change: func(r *batch.Record) {
			r.Message, r.Code, r.Ref, r.Rule, r.Cause = "a\x00b", "\x00", "c\x00", "\x00d", "e\x00\x00f"
		}},
		{name: "text that looks like SQL", change: func(r *batch.Record) { r.Message = `'); DROP TABLE rows; -- ?1 $1 "` }},
		{name: "text that looks like a number", change: func(r *batch.Record) { r.Code, r.Ref = "007", "1e5" }},
		{name: "Unicode", change: func(r *batch.Record) { r.Message = "Añadido – 案件 🎟 \u202e\ufeff\r\n\t" }},
		{name: "spaces are kept", change: func(r *batch.Record) { r.Message = "  x  " }},
		{name: "captures", change: func(r *batch.Record) {
			r.Captures = map[string]string{"": "no name", "empty": "", "q\"uote": `\"`, "NUL": "a\x00b", "ünï": "案件\u2028", "html": "<a&b>", "long": string(long[:100_000])}
		}},
		{name: "no duration", change: func(r *batch.Record) { r.Duration = 0 }},
		{name: "short duration", change: func(r *batch.Record) { r.Duration = time.Microsecond }},
		{name: "long duration", change: func(r *batch.Record) { r.Duration = 100 * 24 * time.Hour }},
		{name: "no start", change: func(r *batch.Record) { r.StartedAt = time.Time{} }},
		{name: "start of time", change: func(r *batch.Record) { r.StartedAt = time.UnixMilli(0).UTC() }},
		{name: "before 1970", change: func(r *batch.Record) { r.StartedAt = time.UnixMilli(-1).UTC() }},
		{name: "time is kept to the millisecond", change: func(r *batch.Record) { r.StartedAt = began.Add(999_999 * time.Nanosecond) },
			want: func(r *batch.Record) { r.StartedAt = began }},
		{name: "time comes back in UTC", change: func(r *batch.Record) { r.StartedAt = began.In(madrid) },
			want: func(r *batch.Record) { r.StartedAt = began }},
		{name: "monotonic clock", change: func(r *batch.Record) { r.StartedAt = time.Now() },
			want: func(r *batch.Record) { r.StartedAt = r.StartedAt.UTC().Truncate(time.Millisecond) }},
		{name: "large numbers", change: func(r *batch.Record) {
			r.Row, r.Line, r.Attempts, r.HTTPStatus = 1<<40, 1<<41, 1<<30, 999
		}},
	}
	l, reopen := open(t)
	var wants []batch.Record
	for i, test := range tests {
		r := full(int64(i+1), batch.Failed, 2)
		test.change(&r)
		commit(t, l, batch.Entry{Kind: batch.Settle, Record: r})
		if test.want != nil {
			test.want(&r)
		}
		wants = append(wants, r)
	}
	closeLedger(t, l)
	l = reopen()
	defer closeLedger(t, l)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) { expect(t, l, wants[i]) })
	}
	t.Run("the same in the history", func(t *testing.T) {
		long := string(long)
		r := batch.Record{Row: 500, Line: 501, Attempts: 1, Message: long + "\x00", Cause: "a\x00b",
			StartedAt: began.In(madrid).Add(999), HTTPStatus: 429}
		commit(t, l, intend(500, 1), batch.Entry{Kind: batch.Tried, Record: r})
		r.StartedAt = began
		expect(t, l, r, batch.Attempt{Number: 1, StartedAt: began, Cause: r.Cause, HTTPStatus: 429, Message: r.Message})
	})
	t.Run("what was read belongs to the reader", func(t *testing.T) {
		commit(t, l, settle(600, batch.Failed, 1))
		for _, got := range []batch.Record{look(t, l, 600).Record, after(t, l, 599)[0]} {
			for i := range got.Answer {
				got.Answer[i] = 'X'
			}
			got.Captures["id"] = "X"
		}
		expect(t, l, full(600, batch.Failed, 1))
	})
	t.Run("what was written belongs to the writer", func(t *testing.T) {
		e := settle(601, batch.Failed, 1)
		commit(t, l, e)
		for i := range e.Answer {
			e.Answer[i] = 'X'
		}
		e.Captures["id"] = "X"
		expect(t, l, full(601, batch.Failed, 1))
	})
}
