package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// The statements carry the rules of which status may follow which: one that
// would break them changes no row. That costs no look at the row beforehand,
// which matters with millions of rows. The numbers are those of schema.go.
const (
	// From not recorded, pending (0), failed (3), not sent (5). What is known of
	// earlier attempts stays until this one has an end.
	intendSQL = `INSERT INTO rows (row, line, status, attempts, started_at) VALUES (?, ?, 1, ?, ?)
		ON CONFLICT (row) DO UPDATE SET
			line = excluded.line, status = 1, attempts = excluded.attempts,
			started_at = excluded.started_at, duration_us = 0
		WHERE status = 0 OR status = 3 OR status = 5`

	// Before the second and later attempts: the last one moves to the history,
	// unless it is there already. Where intendSQL then refuses, this is taken back.
	archiveSQL = `INSERT OR IGNORE INTO attempts (row, number, started_at, duration_us, http_status, cause, message)
		SELECT row, attempts, started_at, duration_us, http_status, cause, message FROM rows
		WHERE row = ?1`

	// From not recorded, pending (0), sending (1), unknown (4).
	settleSQL = `INSERT INTO rows (row, line, status, attempts, http_status, started_at, duration_us,
			cause, code, ref, rule, message, captures, answer)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (row) DO UPDATE SET
			line = excluded.line, status = excluded.status, attempts = excluded.attempts,
			http_status = excluded.http_status, started_at = excluded.started_at,
			duration_us = excluded.duration_us, cause = excluded.cause, code = excluded.code,
			ref = excluded.ref, rule = excluded.rule, message = excluded.message,
			captures = excluded.captures, answer = excluded.answer
		WHERE status = 0 OR status = 1 OR status = 4`

	// From sending (1), to pending (0); ?3 is not used.
	triedSQL = `UPDATE rows SET
			line = ?2, status = 0, attempts = ?4, http_status = ?5, started_at = ?6, duration_us = ?7,
			cause = ?8, code = ?9, ref = ?10, rule = ?11, message = ?12, captures = ?13, answer = ?14
		WHERE row = ?1 AND status = 1`

	keepSQL = `INSERT OR IGNORE INTO attempts (row, number, started_at, duration_us, http_status, cause, message)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`

	// From sending (1), to pending (0). What Intend wrote over comes back from
	// the history, to which archiveSQL has moved it.
	withdrawSQL = `UPDATE rows SET status = 0, attempts = ?2,
			started_at = (SELECT a.started_at FROM attempts a WHERE a.row = ?1 AND a.number = ?2),
			duration_us = ifnull((SELECT a.duration_us FROM attempts a WHERE a.row = ?1 AND a.number = ?2), 0)
		WHERE row = ?1 AND status = 1`

	// From sending (1), to not recorded.
	forgetSQL = `DELETE FROM rows WHERE row = ?1 AND status = 1 AND attempts <= 1`

	lookSQL = `SELECT status, attempts FROM rows WHERE row = ?1`

	// What is known of earlier attempts is in the history; of the one that was
	// interrupted nothing is.
	interruptedSQL = `UPDATE rows SET status = 4, cause = ?1, http_status = 0, duration_us = 0,
			code = NULL, ref = NULL, rule = NULL, message = NULL, captures = NULL, answer = NULL
		WHERE status = 1`

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
			if err := w.apply(&entries[i]); err != nil {
				return fmt.Errorf("row %d: %w", entries[i].Row, err)
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
		// Unlike a commit this looks at every row, so it can be interrupted.
		result, err := w.interrupted.ExecContext(ctx, batch.CauseInterrupted)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
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
	switch e.Kind {
	case batch.Intend:
		if e.Attempts > 1 {
			if _, err := w.archive.Exec(e.Row); err != nil {
				return err
			}
		}
		return w.change("start an attempt", e.Row, w.intend, e.Row, e.Line, e.Attempts, millis(e.StartedAt))

	case batch.Settle:
		code, ok := codeOf(e.Status)
		if !ok || e.Status == batch.Sending {
			return fmt.Errorf("a row cannot be settled as %s; please report this bug", e.Status)
		}
		args, err := columns(&e.Record, code)
		if err != nil {
			return err
		}
		return w.change("settle it as "+e.Status.String(), e.Row, w.settle, args...)

	case batch.Tried:
		if e.Attempts < 1 {
			return errors.New("an attempt without a number; please report this bug")
		}
		args, err := columns(&e.Record, codePending)
		if err != nil {
			return err
		}
		if err := w.change("end an attempt", e.Row, w.tried, args...); err != nil {
			return err
		}
		n, err := affected(w.keep.Exec(e.Row, e.Attempts, millis(e.StartedAt), e.Duration.Microseconds(),
			e.HTTPStatus, text(e.Cause), text(e.Message)))
		if err == nil && n == 0 {
			err = fmt.Errorf("attempt %d is in its history already; please report this bug", e.Attempts)
		}
		return err

	case batch.Withdraw:
		if e.Attempts == 0 {
			return w.change("withdraw the first attempt", e.Row, w.forget, e.Row)
		}
		return w.change("withdraw an attempt", e.Row, w.withdraw, e.Row, e.Attempts)
	}
	return fmt.Errorf("entry of unknown kind %d; please report this bug", e.Kind)
}

// change executes a statement that must change the row, and says what stands in
// its way when it does not.
func (w *writer) change(what string, row int64, stmt *sql.Stmt, args ...any) error {
	n, err := affected(stmt.Exec(args...))
	if err != nil || n == 1 {
		return err
	}
	var code, attempts int64
	switch err := w.look.QueryRow(row).Scan(&code, &attempts); {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("cannot %s: the row was never recorded; please report this bug", what)
	case err != nil:
		return err
	}
	status, ok := statusOf(code)
	if !ok {
		return unknownStatus(code)
	}
	return fmt.Errorf("cannot %s: the row is %s after %d attempts; please report this bug", what, status, attempts)
}

func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// columns returns the parameters of settleSQL and triedSQL.
func columns(r *batch.Record, code int64) ([]any, error) {
	var captures any
	if len(r.Captures) > 0 {
		encoded, err := json.Marshal(r.Captures)
		if err != nil {
			return nil, err
		}
		captures = string(encoded)
	}
	var answer any
	if len(r.Answer) > 0 {
		answer = r.Answer
	}
	return []any{
		r.Row, r.Line, code, r.Attempts, r.HTTPStatus, millis(r.StartedAt), r.Duration.Microseconds(),
		text(r.Cause), text(r.Code), text(r.Ref), text(r.Rule), text(r.Message), captures, answer,
	}, nil
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
