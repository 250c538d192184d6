package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Reconciler asks the server what became of unknown rows.
type Reconciler struct {
	Ledger Ledger
	Lookup *Finder
	// Open opens the run's rows from the start.
	Open func() (Source, error)
	// Settle is how long a server may still be working on an attempt after its
	// end: nothing found counts only when it is found nothing twice, that far
	// apart.
	Settle time.Duration
	// Emit receives a row event for every row that was decided.
	Emit func(Event)

	// nameless has, by look-up value, rows that succeeded without an id: a record
	// that is found by the same value may be theirs.
	nameless map[string]int64
}

// question is an unknown row that was looked up once and not found.
type question struct {
	row   Row
	asked time.Time
}

// Run looks every unknown row up and records what was found: one record that is
// no other row's makes it Succeeded; none, twice, Settle apart, makes it
// Pending; anything else leaves it Unknown and says why. When ctx ends, rows not
// yet decided stay Unknown, and the error is nil.
func (r *Reconciler) Run(ctx context.Context) error {
	taken, err := r.refs(ctx)
	if err != nil {
		return err
	}
	if err := r.findNameless(ctx); err != nil {
		return err
	}
	var open []question
	err = EachRow(ctx, r.Ledger, r.Open, func(rec Record) bool { return rec.Status == Unknown }, func(row Row, rec Record) error {
		ids, err := r.Lookup.Find(ctx, row)
		if err == nil && len(ids) == 0 {
			open = append(open, question{row: row, asked: time.Now()})
			return nil
		}
		return r.decide(ctx, row, rec, ids, err, taken)
	})
	for i := 0; i < len(open) && err == nil; i++ {
		err = r.askAgain(ctx, open[i], taken)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// askAgain looks a row up for the second time, once the server has settled.
func (r *Reconciler) askAgain(ctx context.Context, q question, taken map[string]int64) error {
	rec, _, ok, err := r.Ledger.Record(ctx, q.row.Num)
	if err != nil || !ok {
		return err
	}
	end := rec.StartedAt.Add(rec.Duration)
	if q.asked.After(end) {
		end = q.asked
	}
	if err := sleepUntil(ctx, end.Add(r.Settle)); err != nil {
		return err
	}
	ids, err := r.Lookup.Find(ctx, q.row)
	return r.decide(ctx, q.row, rec, ids, err, taken)
}

// findNameless collects the rows that succeeded without an id.
func (r *Reconciler) findNameless(ctx context.Context) error {
	r.nameless = make(map[string]int64)
	without := func(rec Record) bool { return rec.Status == Succeeded && rec.Ref == "" }
	return EachRow(ctx, r.Ledger, r.Open, without, func(row Row, _ Record) error {
		r.nameless[r.Lookup.Value(row)] = row.Num
		return nil
	})
}

func sleepUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// decide records what the look-ups of a row say.
func (r *Reconciler) decide(ctx context.Context, row Row, rec Record, ids []string, failed error, taken map[string]int64) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	rec.Rule = "reconcile"
	switch {
	case failed != nil:
		rec.Message = "reconcile: " + failed.Error()
	case len(ids) > 1:
		rec.Message = fmt.Sprintf("reconcile: %d records match; look which is the row's", len(ids))
	case len(ids) == 1 && taken[ids[0]] != 0 && taken[ids[0]] != rec.Row:
		rec.Message = fmt.Sprintf("reconcile: the only match is %s, which is row %d's", ids[0], taken[ids[0]])
	case len(ids) == 1 && r.nameless[r.Lookup.Value(row)] != 0:
		rec.Message = fmt.Sprintf("reconcile: the only match is %s, which may be row %d's: that one succeeded and its id is not known", ids[0], r.nameless[r.Lookup.Value(row)])
	case len(ids) == 1:
		rec.Status, rec.Cause, rec.Ref, rec.Answer = Succeeded, "", ids[0], nil
		rec.Message = "reconcile: found"
		taken[ids[0]] = rec.Row
	default:
		rec.Status, rec.Cause = Pending, ""
		rec.Message = "reconcile: not found, twice; it can be sent"
	}
	if err := r.Ledger.Commit(context.WithoutCancel(ctx), []Entry{{Kind: Settle, Record: rec}}); err != nil {
		return err
	}
	r.Emit(Event{Row: &RowResult{Record: rec}})
	return nil
}

// refs returns which row each known id belongs to.
func (r *Reconciler) refs(ctx context.Context) (map[string]int64, error) {
	taken := make(map[string]int64)
	for rec, err := range r.Ledger.Records(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if (rec.Status == Succeeded || rec.Status == Skipped) && rec.Ref != "" {
			taken[rec.Ref] = rec.Row
		}
	}
	return taken, nil
}

// EachRow calls do for every recorded row that want selects, with its cells, in
// the order of the file. The records are those of the moment of the call.
func EachRow(ctx context.Context, l Ledger, open func() (Source, error), want func(Record) bool, do func(Row, Record) error) error {
	src, err := open()
	if err != nil {
		return err
	}
	defer src.Close()
	next, stop := iter.Pull2(recordsOf(ctx, l, want))
	defer stop()
	rec, err, has := next()
	for has {
		if err != nil {
			return err
		}
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("the ledger has a record of row %d, which the run's copy of the data does not have", rec.Row)
		}
		if err != nil {
			return fmt.Errorf("the run's copy of the data: %w", err)
		}
		if row.Num != rec.Row {
			continue
		}
		if err := do(row, rec); err != nil {
			return err
		}
		rec, err, has = next()
		if err != nil {
			return err
		}
	}
	return nil
}

// recordsOf yields the selected records in slices, so that no read of the
// ledger stays open while the server is asked.
func recordsOf(ctx context.Context, l Ledger, want func(Record) bool) iter.Seq2[Record, error] {
	const slice = 1000
	return func(yield func(Record, error) bool) {
		after := int64(0)
		for {
			var batch []Record
			more := false
			for rec, err := range l.Records(ctx, after) {
				if err != nil {
					yield(Record{}, err)
					return
				}
				after = rec.Row
				if want(rec) {
					batch = append(batch, rec)
				}
				if len(batch) == slice {
					more = true
					break
				}
			}
			for _, rec := range batch {
				if !yield(rec, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
	}
}
