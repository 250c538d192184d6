// Package report turns the events of a run into what people and programs read.
// Every report is a Handler over batch.Event, live or replayed from the ledger,
// and can be deleted and written again.
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/pmrun/pmrun/batch"
)

// Handler takes the events of one run in order. An error ends the report, not
// the run. Close releases what the handler holds; what it wrote is complete only
// if Finish was handled before.
type Handler interface {
	Handle(batch.Event) error
	Close() error
}

// BalanceError says that the rows do not add up: a fault of this program or of
// the disk, never of the data. Exit code 70.
type BalanceError struct{ Reason string }

func (e *BalanceError) Error() string {
	return "THE BALANCE DOES NOT CLOSE: " + e.Reason +
		". Do not trust the reports of this run; keep its directory and report this as a bug"
}

// Replay reads a run back from its ledger and its copy of the data, in the
// order of the file, and hands every event to the handlers. It returns the
// counts over all rows. Every row of the file appears exactly once, and every
// record of the ledger belongs to a row, or the error is a *BalanceError; Finish
// is then not handled. The ledger must not change meanwhile. A nil finish stands
// for a run that came to its last row.
func Replay(ctx context.Context, l batch.Ledger, src batch.Source, start *batch.Start, finish *batch.Finish, handlers ...Handler) (batch.Counts, error) {
	emit := func(e batch.Event) error {
		for _, h := range handlers {
			if err := h.Handle(e); err != nil {
				return err
			}
		}
		return nil
	}
	if err := emit(batch.Event{Start: start}); err != nil {
		return batch.Counts{}, err
	}
	counts, err := replayRows(ctx, l, src, start.Facts.Rows, func(r *batch.RowResult) error { return emit(batch.Event{Row: r}) })
	if err != nil {
		return counts, err
	}
	if finish == nil {
		finish = &batch.Finish{ExitCode: batch.ExitCode(counts, batch.NotStopped)}
	}
	finish.Counts = counts
	return counts, emit(batch.Event{Finish: finish})
}

// replayRows merges the rows of the file with the records of the ledger, both in
// ascending order, and checks that the balance closes.
func replayRows(ctx context.Context, l batch.Ledger, src batch.Source, planned int64, emit func(*batch.RowResult) error) (counts batch.Counts, err error) {
	next, stop := iter.Pull2(l.Records(ctx, 0))
	defer stop()
	rec, recErr, has := next()
	var recorded batch.Counts // of the rows that have a record
	for {
		if recErr != nil {
			return counts, recErr
		}
		if err := ctx.Err(); err != nil { // rows without a record do not notice
			return counts, fmt.Errorf("the reports were not finished: %w", err)
		}
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return counts, fmt.Errorf("the run's copy of the data: %w", err)
		}
		if n := counts.Sum() + 1; row.Num != n {
			return counts, unbalanced("the data file's row %d was read as row %d", n, row.Num)
		}
		result := batch.RowResult{Cells: row.Cells, Record: batch.Record{Row: row.Num, Line: row.Line, Status: batch.Pending}}
		if has && rec.Row == row.Num {
			result.Record = rec
			recorded.Add(rec.Status, 1)
			rec, recErr, has = next()
		}
		counts.Add(result.Status, 1)
		if err := emit(&result); err != nil {
			return counts, err
		}
	}
	if has {
		return counts, unbalanced("the ledger has a record of row %d, which the data file does not have", rec.Row)
	}
	if counts.Sum() != planned {
		return counts, unbalanced("the data file has %d rows, the run was planned with %d", counts.Sum(), planned)
	}
	inLedger, err := l.Counts(ctx)
	if err != nil {
		return counts, err
	}
	for _, s := range batch.Statuses() {
		if inLedger.Of(s) != recorded.Of(s) {
			return counts, unbalanced("the ledger counts %d rows %s, and has the records of %d", inLedger.Of(s), s, recorded.Of(s))
		}
	}
	return counts, nil
}

func unbalanced(format string, args ...any) error {
	return &BalanceError{Reason: fmt.Sprintf(format, args...)}
}
