package ledgertest

import (
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// testCounts checks the counts over every status.
func testCounts(t *testing.T, open Opener) {
	l := fresh(t, open)
	var want batch.Counts
	row := int64(0)
	for i, status := range batch.Statuses() {
		for range i + 1 {
			row++
			bring(t, l, row, from(status))
			want.Add(status, 1)
			if got := counts(t, l); got != want || got.Sum() != row {
				t.Fatalf("after row %d: counts %v (sum %d), want %v", row, got, got.Sum(), want)
			}
		}
	}
	commit(t, l, intend(row+1, 1))
	commit(t, l, withdraw(row+1, 0))
	if got := counts(t, l); got != want {
		t.Errorf("after a withdrawn row: counts %v, want %v", got, want)
	}
}

// testRecords checks order, where a sequence starts, and that it may be left.
// testOutline checks that what is left to do can be told from Outline: it names
// every row that did not succeed, and those that did beyond what it returns.
func testOutline(t *testing.T, open Opener) {
	l, reopen := open(t)
	outline := func() (statuses map[int64]batch.Status, upto int64) {
		t.Helper()
		statuses = make(map[int64]batch.Status)
		upto, err := l.Outline(t.Context(), func(row int64, s batch.Status) error {
			if _, twice := statuses[row]; twice {
				t.Errorf("row %d twice", row)
			}
			statuses[row] = s
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return statuses, upto
	}
	check := func() {
		t.Helper()
		named, upto := outline()
		recorded := make(map[int64]bool)
		for _, r := range all(t, l) {
			recorded[r.Row] = true
			s, ok := named[r.Row]
			if ok && s != r.Status || !ok && (r.Status != batch.Succeeded || r.Row > upto) {
				t.Errorf("row %d is %s; outline: %s, %t, up to %d", r.Row, r.Status, s, ok, upto)
			}
		}
		for row := int64(1); row <= upto; row++ {
			if !recorded[row] {
				t.Errorf("row %d is not recorded, and outline says that all are up to %d", row, upto)
			}
		}
		for row := range named {
			if !recorded[row] {
				t.Errorf("row %d is not recorded, and outline names it", row)
			}
		}
	}
	check()
	commit(t, l, settle(1, batch.Succeeded, 1), settle(2, batch.Failed, 1), intend(2, 2), intend(3, 1), settle(7, batch.Succeeded, 1))
	check()
	for row := int64(10); row < 1000; row++ { // enough commits for what is stored now and then
		commit(t, l, settle(row, batch.Succeeded, 1))
	}
	check()
	commit(t, l, settle(2, batch.Succeeded, 2), settle(3, batch.Unknown, 1), settle(4, batch.Invalid, 0), settle(5, batch.Succeeded, 1), intend(6, 1), tried(6, 1))
	check()
	closeLedger(t, l)
	l = reopen()
	defer func() { closeLedger(t, l) }()
	check()
	commit(t, l, settle(6, batch.Succeeded, 2), settle(8, batch.Skipped, 0), settle(9, batch.Succeeded, 1))
	check()
	enough := errors.New("enough")
	if _, err := l.Outline(t.Context(), func(int64, batch.Status) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("an error of each came back as %v", err)
	}
}

func testRecords(t *testing.T, open Opener) {
	l := fresh(t, open)
	rows := []int64{1, 2, 3, 5, 8, 13, 255, 256, 65_536, 1 << 33, math.MaxInt64 - 1}
	entries := make([]batch.Entry, len(rows))
	for i, row := range rows {
		entries[i] = settle(row, batch.Failed, 1)
		entries[i].Line = 7
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	commit(t, l, entries...)

	t.Run("after", func(t *testing.T) {
		for _, start := range []int64{math.MinInt64, -1, 0, 1, 4, 5, 256, 1 << 33, math.MaxInt64 - 1, math.MaxInt64} {
			var want, got []int64
			for _, row := range rows {
				if row > start {
					want = append(want, row)
				}
			}
			for _, r := range after(t, l, start) {
				got = append(got, r.Row)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after %d: rows %v, want %v", start, got, want)
			}
		}
	})
	t.Run("left early", func(t *testing.T) {
		// More often than there can be connections: each one must come back.
		for range 200 {
			n := 0
			for _, err := range l.Records(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 3 {
					break
				}
			}
			if n != 3 {
				t.Fatalf("%d records before the break", n)
			}
		}
		commit(t, l, settle(4, batch.Failed, 1))
		if got := len(all(t, l)); got != len(rows)+1 {
			t.Errorf("%d records, want %d", got, len(rows)+1)
		}
	})
	t.Run("pulled and stopped", func(t *testing.T) {
		next, stop := iter.Pull2(l.Records(t.Context(), 0))
		defer stop()
		r, err, ok := next()
		if !ok || err != nil || r.Row != 1 {
			t.Fatalf("first: %v, %v, %v", r.Row, err, ok)
		}
	})
	t.Run("the same sequence twice", func(t *testing.T) {
		sequence := l.Records(t.Context(), 5)
		first := collect(t, sequence)
		commit(t, l, settle(1<<34, batch.Failed, 1))
		if second := collect(t, sequence); len(second) != len(first)+1 {
			t.Errorf("%d records, then %d; the second time begins anew", len(first), len(second))
		}
	})
	t.Run("reading within reading", func(t *testing.T) {
		for outer, err := range l.Records(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if got := look(t, l, outer.Row); !reflect.DeepEqual(got.Record, outer) {
				t.Errorf("row %d: %+v, in the sequence %+v", outer.Row, got.Record, outer)
			}
			if got := after(t, l, outer.Row-1); got[0].Row != outer.Row {
				t.Errorf("inner sequence begins at %d, want %d", got[0].Row, outer.Row)
			}
		}
	})
}

func collect(t *testing.T, records iter.Seq2[batch.Record, error]) (rows []int64) {
	t.Helper()
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r.Row)
	}
	return rows
}

// testRecordsWhileCommitting checks that a sequence shows one moment.
func testRecordsWhileCommitting(t *testing.T, open Opener) {
	l := fresh(t, open)
	const rows = 3000
	var entries []batch.Entry
	for row := int64(1); row <= rows; row++ {
		entries = append(entries, intend(2*row, 1))
	}
	commit(t, l, entries...)

	seen := 0
	for r, err := range l.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		// The moment is when the sequence began. From here on every row that it
		// has not reached changes, new ones appear between them, others go.
		if seen++; seen%500 == 1 {
			row := r.Row + 500
			commit(t, l, settle(row, batch.Succeeded, 1), settle(row+1, batch.Invalid, 0), withdraw(row+2, 0))
			if got := look(t, l, row).Record.Status; got != batch.Succeeded {
				t.Fatalf("row %d is %s outside of the sequence, want succeeded", row, got)
			}
		}
		if want := sending(int64(2*seen), 1); !sameRecord(r, want) {
			t.Fatalf("record %d:\n got %+v\nwant %+v", seen, r, want)
		}
	}
	if seen != rows {
		t.Errorf("%d records, want %d", seen, rows)
	}
}

// testConcurrency has many rows committed at once while others read.
func testConcurrency(t *testing.T, open Opener) {
	l := fresh(t, open)
	const workers, each = 8, 10
	var done atomic.Bool
	var writers, readers sync.WaitGroup
	for w := range int64(workers) {
		writers.Go(func() {
			for i := range int64(each) {
				row := 1 + w + i*workers
				for _, e := range []batch.Entry{intend(row, 1), tried(row, 1), intend(row, 2), settle(row, batch.Succeeded, 2)} {
					if err := l.Commit(t.Context(), []batch.Entry{e}); err != nil {
						t.Errorf("row %d: %v", row, err)
						return
					}
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for last := false; !last; {
				last = done.Load()
				sum := int64(0)
				for _, err := range l.Records(t.Context(), 0) {
					if err != nil {
						t.Errorf("Records: %v", err)
						return
					}
					sum++
				}
				c, err := l.Counts(t.Context())
				if err != nil {
					t.Errorf("Counts: %v", err)
					return
				}
				if c.Sum() < sum {
					t.Errorf("%d rows counted after %d were read", c.Sum(), sum)
				}
				if _, _, _, err := l.Record(t.Context(), 1); err != nil {
					t.Errorf("Record: %v", err)
				}
			}
		})
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
	if got := counts(t, l); got.Of(batch.Succeeded) != workers*each || got.Sum() != workers*each {
		t.Errorf("counts %v, want %d succeeded", got, workers*each)
	}
	for row := int64(1); row <= workers*each; row++ {
		expect(t, l, full(row, batch.Succeeded, 2), attempt(1))
	}
}

// testLargeCommit commits 10,000 entries at once.
func testLargeCommit(t *testing.T, open Opener) {
	l := fresh(t, open)
	const rows = 5000
	var entries []batch.Entry
	for row := int64(1); row <= rows; row++ {
		entries = append(entries, intend(row, 1), settle(row, batch.Failed, 1))
	}
	commit(t, l, entries...)
	if got := counts(t, l); got.Of(batch.Failed) != rows || got.Sum() != rows {
		t.Errorf("counts %v, want %d failed", got, rows)
	}
	expect(t, l, full(rows, batch.Failed, 1))

	refuse(t, l, 17, append(entriesOf(rows+1, 2*rows), settle(17, batch.Failed, 1))...)
	if got := counts(t, l); got.Sum() != rows {
		t.Errorf("a refused commit left rows: %v", got)
	}
}

func entriesOf(first, last int64) (entries []batch.Entry) {
	for row := first; row <= last; row++ {
		entries = append(entries, intend(row, 1))
	}
	return entries
}

// endsAfter is a context that ends when it has been looked at n times. It ends
// a commit half-way without a clock.
type endsAfter struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func newEndsAfter(t *testing.T, n int64) *endsAfter {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	c := &endsAfter{Context: ctx, cancel: cancel}
	c.left.Store(n)
	return c
}

func (c *endsAfter) Err() error {
	if c.left.Add(-1) <= 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// testContext checks that a context that ends is an error, and never a part of
// something.
func testContext(t *testing.T, open Opener) {
	t.Run("ended before", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, intend(1, 1))
		ctx := cancelled(t)
		for name, call := range map[string]func() error{
			"Commit":      func() error { return l.Commit(ctx, []batch.Entry{intend(2, 1)}) },
			"Counts":      func() error { _, err := l.Counts(ctx); return err },
			"Record":      func() error { _, _, _, err := l.Record(ctx, 1); return err },
			"Interrupted": func() error { _, err := l.Interrupted(ctx); return err },
			"Meta":        func() error { _, err := l.Meta(ctx, "job"); return err },
			"SetMeta":     func() error { return l.SetMeta(ctx, map[string]string{"job": "x"}) },
			"Records": func() (last error) {
				for _, err := range l.Records(ctx, 0) {
					last = err
				}
				return last
			},
		} {
			if err := call(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want context canceled", name, err)
			}
		}
		expect(t, l, sending(1, 1))
		expectNone(t, l, 2)
		if got, err := l.Meta(t.Context(), "job"); got != "" || err != nil {
			t.Errorf("Meta = %q, %v", got, err)
		}
	})
	t.Run("ended during a commit", func(t *testing.T) {
		l := fresh(t, open)
		const size = 200
		first := int64(1)
		for _, looks := range []int64{1, 2, 3, 10, size / 2, size, size + 1, size + 2, size + 3, 2 * size} {
			err := l.Commit(newEndsAfter(t, looks), entriesOf(first, first+size-1))
			got := len(after(t, l, first-1))
			switch {
			case err == nil && got != size:
				t.Errorf("ended at look %d: no error, but %d of %d entries", looks, got, size)
			case err != nil && got != 0:
				t.Errorf("ended at look %d: %v, but %d of %d entries", looks, err, got, size)
			case err != nil && !errors.Is(err, context.Canceled):
				t.Errorf("ended at look %d: %v, want context canceled", looks, err)
			}
			first += size
		}
		commit(t, l, intend(first, 1))
	})
	t.Run("ended by another goroutine during commits", func(t *testing.T) {
		l := fresh(t, open)
		ctx, cancel := context.WithCancel(t.Context())
		acknowledged := make(chan int64, 100)
		var writer sync.WaitGroup
		writer.Go(func() {
			defer close(acknowledged)
			for row := int64(1); ; row++ {
				if err := l.Commit(ctx, []batch.Entry{intend(row, 1)}); err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("row %d: %v, want context canceled", row, err)
					}
					return
				}
				acknowledged <- row
			}
		})
		last := int64(0)
		for row := range acknowledged {
			if last = row; row == 20 {
				cancel()
			}
		}
		cancel()
		writer.Wait()
		if got := counts(t, l); got.Of(batch.Sending) != last {
			t.Errorf("%d rows recorded, %d acknowledged", got.Of(batch.Sending), last)
		}
		commit(t, l, intend(last+1, 1))
	})
	t.Run("ended during a sequence", func(t *testing.T) {
		l := fresh(t, open)
		commit(t, l, entriesOf(1, 1000)...)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for _, err := range l.Records(ctx, 0) {
			if last != nil {
				t.Fatalf("the sequence went on after %v", last)
			}
			if err != nil {
				last = err
				continue
			}
			if n++; n == 10 {
				cancel()
			}
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("after %d records: %v, want context canceled", n, last)
		}
		if got := len(all(t, l)); got != 1000 {
			t.Errorf("%d records afterwards, want 1000", got)
		}
	})
}

// testClosed checks that a closed ledger does not pass for an empty one.
func testClosed(t *testing.T, open Opener) {
	l, reopen := open(t)
	commit(t, l, intend(1, 1))
	closeLedger(t, l)
	closeLedger(t, l)
	for name, call := range map[string]func() error{
		"Commit":      func() error { return l.Commit(t.Context(), []batch.Entry{intend(2, 1)}) },
		"Counts":      func() error { _, err := l.Counts(t.Context()); return err },
		"Record":      func() error { _, _, _, err := l.Record(t.Context(), 1); return err },
		"Interrupted": func() error { _, err := l.Interrupted(t.Context()); return err },
		"Meta":        func() error { _, err := l.Meta(t.Context(), "job"); return err },
		"SetMeta":     func() error { return l.SetMeta(t.Context(), map[string]string{"job": "x"}) },
		"Records": func() (last error) {
			for _, err := range l.Records(t.Context(), 0) {
				last = err
			}
			return last
		},
	} {
		if call() == nil {
			t.Errorf("%s of a closed ledger is no error", name)
		}
	}
	l = reopen()
	defer closeLedger(t, l)
	expect(t, l, sending(1, 1))
	expectNone(t, l, 2)
}
