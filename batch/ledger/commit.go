package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// The statements carry the rules of which status may follow which: one that
// would break them changes no row. That costs no look at the row beforehand,
// which matters with millions of rows. The numbers are those of schema.go.
const (
	insertSQL = `INSERT INTO rows (row, line, status, attempts, http_status, started_at, duration_us, rule,
			cause, code, ref, message, captures, answer)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (row) DO UPDATE SET
			line = excluded.line, status = excluded.status, attempts = excluded.attempts,
			http_status = excluded.http_status, started_at = excluded.started_at,
			duration_us = excluded.duration_us, rule = excluded.rule, cause = excluded.cause,
			code = excluded.code, ref = excluded.ref, message = excluded.message,
			captures = excluded.captures, answer = excluded.answer `

	// landSQL is the end of an attempt: before it the row was not recorded, pending
	// (0), failed (3) or not sent (5).
	landSQL = insertSQL + `WHERE status = 0 OR status = 3 OR status = 5`

	// settleSQL records a row without an attempt: before it the row was not
	// recorded, pending (0) or unknown (4).
	settleSQL = insertSQL + `WHERE status = 0 OR status = 4`

	// Before the second and later attempts: the last one is kept in the history,
	// unless it is there already.
	archiveSQL = `INSERT OR IGNORE INTO attempts (row, number, started_at, duration_us, http_status, cause, message)
		SELECT row, attempts, started_at, duration_us, http_status, cause, message FROM rows
		WHERE row = ?1`

	keepSQL = `INSERT OR IGNORE INTO attempts (row, number, started_at, duration_us, http_status, cause, message)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`

	// withdrawSQL makes a row pending again that is recorded, and as it was before
	// the attempt but for that.
	withdrawSQL = `UPDATE rows SET status = 0, attempts = ?2 WHERE row = ?1`

	stepSQL = `INSERT OR REPLACE INTO steps (row, number, name, status, http_status, started_at, duration_us,
			cause, code, ref, message, rule, captures, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	flightsSQL = `UPDATE flights SET runs = ?1 WHERE id = 1`

	ruleSQL = `INSERT INTO rules (id, text) VALUES (?1, ?2)`

	lookSQL = `SELECT status, attempts FROM rows WHERE row = ?1`

	setMetaSQL = `INSERT INTO meta (key, value) VALUES (?1, ?2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`
)

// Commit applies entries in order, all or none. It returns when the disk has
// them: one sync of the write-ahead log for the whole commit.
//
// An entry that the row's status does not allow is an error that names the row.
// When ctx ends before the commit is under way nothing is recorded and its error
// is returned; once it is under way Commit waits for it and returns nil.
func (l *SQLite) Commit(ctx context.Context, entries []batch.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := l.write(ctx, func(w *writer) error {
		for i := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			e := &entries[i]
			if err := w.apply(e); err != nil {
				return fmt.Errorf("row %d: %w", e.Row, err)
			}
			if err := w.recordSteps(e.Row, e.Steps); err != nil {
				return fmt.Errorf("row %d: %w", e.Row, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ledger %s: cannot commit (%d entries): %w", l.path, len(entries), explain(err))
	}
	return nil
}

// Interrupted turns every row left Sending into Unknown with cause
// batch.CauseInterrupted, durably, and returns how many. Of the attempt nothing
// but its number and start is known.
func (l *SQLite) Interrupted(ctx context.Context) (n int64, err error) {
	err = l.write(ctx, func(w *writer) error {
		for _, row := range slices.Sorted(maps.Keys(w.flights)) {
			if err := ctx.Err(); err != nil {
				return err
			}
			r := w.flights[row].over(batch.Record{})
			r.Status, r.Cause = batch.Unknown, batch.CauseInterrupted
			if err := w.land(&r); err != nil {
				return fmt.Errorf("row %d: %w", row, err)
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("ledger %s: cannot mark the rows that were interrupted: %w", l.path, explain(err))
	}
	return n, nil
}

// SetMeta stores small facts of the run under keys, durably, all or none.
func (l *SQLite) SetMeta(ctx context.Context, values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	err := l.write(ctx, func(w *writer) error {
		for key, value := range values {
			if _, err := w.setMeta.Exec(key, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ledger %s: cannot store facts of the run: %w", l.path, explain(err))
	}
	return nil
}

// write runs fn in a transaction when it is this caller's turn.
func (l *SQLite) write(ctx context.Context, fn func(*writer) error) error {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case l.closed:
		return os.ErrClosed
	case l.w == nil:
		return ErrReadOnly
	}
	return l.w.transact(ctx, func() error { return fn(l.w) })
}

// apply makes one change.
func (w *writer) apply(e *batch.Entry) error {
	if e.Row < 1 {
		return errors.New("rows count from 1; please report this bug")
	}
	if e.Attempts < 0 {
		return fmt.Errorf("%d attempts; please report this bug", e.Attempts)
	}
	f, sending := w.flights[e.Row]
	switch e.Kind {
	case batch.Intend:
		return w.takeOff(&e.Record, sending)

	case batch.Settle:
		if _, ok := codeOf(e.Status); !ok || e.Status == batch.Sending {
			return fmt.Errorf("a row cannot be settled as %s; please report this bug", e.Status)
		}
		if sending {
			return w.land(&e.Record)
		}
		return w.record("settle it as "+e.Status.String(), w.settle, &e.Record)

	case batch.Tried:
		if e.Attempts < 1 {
			return errors.New("an attempt without a number; please report this bug")
		}
		if !sending {
			return w.refuse("end an attempt", e.Row)
		}
		r := e.Record
		r.Status = batch.Pending
		if err := w.land(&r); err != nil {
			return err
		}
		n, err := affected(w.keep.Exec(e.Row, e.Attempts, millis(e.StartedAt), e.Duration.Microseconds(),
			e.HTTPStatus, text(e.Cause), text(e.Message)))
		if err == nil && n == 0 {
			err = fmt.Errorf("attempt %d is in its history already; please report this bug", e.Attempts)
		}
		return err

	case batch.Withdraw:
		if !sending {
			return w.refuse("withdraw an attempt", e.Row)
		}
		return w.withdrawn(&e.Record, f)
	}
	return fmt.Errorf("entry of unknown kind %d; please report this bug", e.Kind)
}

// takeOff begins an attempt of a row that is not recorded, pending, failed or not
// sent.
func (w *writer) takeOff(r *batch.Record, sending bool) error {
	if sending {
		return w.refuse("start an attempt", r.Row)
	}
	if w.marks.has(r.Row) {
		status, _, err := w.look(r.Row)
		switch {
		case err != nil:
			return err
		case status != batch.Pending && status != batch.Failed && status != batch.NotSent:
			return w.refuse("start an attempt", r.Row)
		}
		if r.Attempts > 1 {
			if _, err := w.archive.Exec(r.Row); err != nil {
				return err
			}
		}
	}
	w.fly(r.Row, flightOf(r), true)
	return nil
}

// land records the end of an attempt.
func (w *writer) land(r *batch.Record) error {
	w.fly(r.Row, flight{}, false)
	return w.record("settle it as "+r.Status.String(), w.landed, r)
}

// withdrawn takes an attempt back: the row becomes what it was before, or pending.
func (w *writer) withdrawn(r *batch.Record, f flight) error {
	if r.Attempts == 0 && f.attempts > 1 {
		return fmt.Errorf("cannot withdraw the first attempt: the row is sending after %d attempts; please report this bug", f.attempts)
	}
	w.fly(r.Row, flight{}, false)
	switch {
	case w.marks.has(r.Row):
		return w.change("withdraw an attempt", r.Row, w.withdraw, r.Row, r.Attempts)
	case r.Attempts == 0:
		return nil // never recorded
	}
	return w.record("withdraw an attempt", w.landed, &batch.Record{Row: r.Row, Line: f.line, Status: batch.Pending, Attempts: r.Attempts})
}

// record executes landSQL or settleSQL.
func (w *writer) record(what string, stmt *sql.Stmt, r *batch.Record) error {
	args, err := w.columns(r)
	if err != nil {
		return err
	}
	if err := w.change(what, r.Row, stmt, args...); err != nil {
		return err
	}
	w.mark(r.Row)
	return nil
}

// change executes a statement that must change the row, and says what stands in
// its way when it does not.
func (w *writer) change(what string, row int64, stmt *sql.Stmt, args ...any) error {
	n, err := affected(stmt.Exec(args...))
	if err != nil || n == 1 {
		return err
	}
	return w.refuse(what, row)
}

// refuse says what stands in the way of a change.
func (w *writer) refuse(what string, row int64) error {
	status, attempts, err := w.look(row)
	if f, ok := w.flights[row]; ok {
		status, attempts, err = batch.Sending, int64(f.attempts), nil
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("cannot %s: the row was never recorded; please report this bug", what)
	case err != nil:
		return err
	}
	return fmt.Errorf("cannot %s: the row is %s after %d attempts; please report this bug", what, status, attempts)
}

// look returns what is recorded of a row but for an attempt on its way.
func (w *writer) look(row int64) (status batch.Status, attempts int64, err error) {
	var code int64
	if err := w.lookAt.QueryRow(row).Scan(&code, &attempts); err != nil {
		return 0, 0, err
	}
	status, ok := statusOf(code)
	if !ok {
		return 0, 0, unknownStatus(code)
	}
	return status, attempts, nil
}

func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// columns returns the parameters of insertSQL.
func (w *writer) columns(r *batch.Record) ([]any, error) {
	code, ok := codeOf(r.Status)
	if !ok {
		return nil, fmt.Errorf("a status without a number, %s; please report this bug", r.Status)
	}
	rule, err := w.rule(r.Rule)
	if err != nil {
		return nil, err
	}
	captures, err := capturesText(r.Captures)
	if err != nil {
		return nil, err
	}
	return []any{
		r.Row, r.Line, code, r.Attempts, r.HTTPStatus, millis(r.StartedAt), r.Duration.Microseconds(), rule,
		text(r.Cause), text(r.Code), text(r.Ref), text(r.Message), captures, blob(r.Answer),
	}, nil
}

// recordSteps records steps of a row, each in the place of what is known of it.
func (w *writer) recordSteps(row int64, steps []batch.StepRecord) error {
	for i := range steps {
		s := &steps[i]
		code, ok := codeOf(s.Status)
		if !ok || s.Number < 1 {
			return fmt.Errorf("step %d is %s; please report this bug", s.Number, s.Status)
		}
		captures, err := capturesText(s.Captures)
		if err != nil {
			return err
		}
		_, err = w.step.Exec(row, s.Number, s.Name, code, s.HTTPStatus, millis(s.StartedAt), s.Duration.Microseconds(),
			text(s.Cause), text(s.Code), text(s.Ref), text(s.Message), text(s.Rule), captures, blob(s.State))
		if err != nil {
			return err
		}
	}
	return nil
}

// capturesText returns captures as a parameter, NULL for none.
func capturesText(captures map[string]string) (any, error) {
	if len(captures) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(captures)
	return string(encoded), err
}

// blob returns b as a parameter, NULL for nothing.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// rule returns the number of a rule's text, NULL for none.
func (w *writer) rule(rule string) (any, error) {
	if rule == "" {
		return nil, nil
	}
	id, known := w.rules[rule]
	if !known {
		id = int64(len(w.rules) + 1)
		if _, err := w.addRule.Exec(id, rule); err != nil {
			return nil, err
		}
		w.rules[rule] = id
		w.undo.rules = append(w.undo.rules, rule)
	}
	return id, nil
}

// text returns s as a parameter, NULL for the empty string.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// millis returns t as a parameter, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}
