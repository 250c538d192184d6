package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/pmrun/pmrun/batch"
)

const (
	recordColumns = `row, line, status, attempts, http_status, started_at, duration_us,
		ifnull(cause, ''), ifnull(code, ''), ifnull(ref, ''), ifnull(rule, ''), ifnull(message, ''),
		ifnull(captures, ''), answer`

	recordsSQL = `SELECT ` + recordColumns + ` FROM rows WHERE row > ?1 ORDER BY row`
	recordSQL  = `SELECT ` + recordColumns + ` FROM rows WHERE row = ?1`
	earlierSQL = `SELECT number, started_at, duration_us, ifnull(cause, ''), http_status, ifnull(message, '')
		FROM attempts WHERE row = ?1 ORDER BY number`
	// GROUP BY would sort all rows, on disk when they are many. The order of the
	// numbers is that of schema.go.
	countsSQL = `SELECT count(*),
		count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE status = 1),
		count(*) FILTER (WHERE status = 2), count(*) FILTER (WHERE status = 3),
		count(*) FILTER (WHERE status = 4), count(*) FILTER (WHERE status = 5),
		count(*) FILTER (WHERE status = 6), count(*) FILTER (WHERE status = 7) FROM rows`
	metaSQL = `SELECT value FROM meta WHERE key = ?1`
)

// Counts returns the recorded rows by status. It looks at every row.
func (l *SQLite) Counts(ctx context.Context) (batch.Counts, error) {
	counts, err := l.counts(ctx)
	if err != nil {
		return batch.Counts{}, l.unreadable("count the rows", err)
	}
	return counts, nil
}

func (l *SQLite) counts(ctx context.Context) (counts batch.Counts, err error) {
	var all int64
	var of [codeSkipped + 1]int64
	err = l.readers.QueryRowContext(ctx, countsSQL).Scan(
		&all, &of[0], &of[1], &of[2], &of[3], &of[4], &of[5], &of[6], &of[7])
	if err != nil {
		return counts, err
	}
	for code, n := range of {
		status, ok := statusOf(int64(code))
		if !ok {
			return counts, unknownStatus(int64(code))
		}
		counts.Add(status, n)
	}
	if counts.Sum() != all {
		return counts, fmt.Errorf("%d rows have a status that means nothing: %s", all-counts.Sum(), damaged)
	}
	return counts, nil
}

// Records yields the recorded rows after row `after` in ascending order, as
// they were when the sequence began. An error is the last thing that it yields.
func (l *SQLite) Records(ctx context.Context, after int64) iter.Seq2[batch.Record, error] {
	return func(yield func(batch.Record, error) bool) {
		rows, err := l.readers.QueryContext(ctx, recordsSQL, after)
		if err != nil {
			yield(batch.Record{}, l.unreadable("read the rows", err))
			return
		}
		defer rows.Close()
		last := after
		for rows.Next() {
			record, err := scanRecord(rows)
			if err == nil && record.Row <= last {
				err = fmt.Errorf("row %d comes after row %d: %s", record.Row, last, damaged)
			}
			// Next notices the end of ctx late; a caller that gave up wants no more.
			if err = errors.Join(ctx.Err(), err); err != nil {
				yield(batch.Record{}, l.unreadable("read the rows", err))
				return
			}
			last = record.Row
			if !yield(record, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(batch.Record{}, l.unreadable("read the rows", err))
		}
	}
}

// Record returns one row's record and its earlier attempts in order; ok is
// false when the row was never recorded. An attempt that is to be made again
// (Tried) is in both: it is the last one until the next begins.
func (l *SQLite) Record(ctx context.Context, row int64) (r batch.Record, earlier []batch.Attempt, ok bool, err error) {
	r, earlier, err = l.record(ctx, row)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return batch.Record{}, nil, false, nil
	case err != nil:
		return batch.Record{}, nil, false, l.unreadable(fmt.Sprintf("read row %d", row), err)
	}
	return r, earlier, true, nil
}

func (l *SQLite) record(ctx context.Context, row int64) (r batch.Record, earlier []batch.Attempt, err error) {
	// Both queries show the same moment.
	tx, err := l.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return r, nil, err
	}
	defer tx.Rollback()
	if r, err = scanRecord(tx.QueryRowContext(ctx, recordSQL, row)); err != nil {
		return r, nil, err
	}
	rows, err := tx.QueryContext(ctx, earlierSQL, row)
	if err != nil {
		return r, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a batch.Attempt
		var startedAt sql.Null[int64]
		var micros int64
		if err := rows.Scan(&a.Number, &startedAt, &micros, &a.Cause, &a.HTTPStatus, &a.Message); err != nil {
			return r, nil, err
		}
		a.StartedAt, a.Duration = clock(startedAt), time.Duration(micros)*time.Microsecond
		earlier = append(earlier, a)
	}
	return r, earlier, rows.Err()
}

// Meta returns the value stored under key, empty when there is none.
func (l *SQLite) Meta(ctx context.Context, key string) (value string, err error) {
	err = l.readers.QueryRowContext(ctx, metaSQL, key).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", l.unreadable("read a fact of the run", err)
	}
	return value, nil
}

func (l *SQLite) unreadable(what string, err error) error {
	return fmt.Errorf("ledger %s: cannot %s: %w", l.path, what, explain(err))
}

// scanRecord reads a row of recordColumns.
func scanRecord(row interface{ Scan(...any) error }) (r batch.Record, err error) {
	var (
		code, micros int64
		startedAt    sql.Null[int64]
		captures     string
	)
	if err := row.Scan(&r.Row, &r.Line, &code, &r.Attempts, &r.HTTPStatus, &startedAt, &micros,
		&r.Cause, &r.Code, &r.Ref, &r.Rule, &r.Message, &captures, &r.Answer); err != nil {
		return batch.Record{}, err
	}
	var ok bool
	if r.Status, ok = statusOf(code); !ok {
		return batch.Record{}, fmt.Errorf("row %d: %w", r.Row, unknownStatus(code))
	}
	r.StartedAt, r.Duration = clock(startedAt), time.Duration(micros)*time.Microsecond
	if captures != "" {
		if err := json.Unmarshal([]byte(captures), &r.Captures); err != nil {
			return batch.Record{}, fmt.Errorf("row %d: its captures cannot be read: %s: %w", r.Row, damaged, err)
		}
	}
	return r, nil
}

// clock is the inverse of millis.
func clock(ms sql.Null[int64]) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.V).UTC()
}

func unknownStatus(code int64) error {
	return fmt.Errorf("its status is %d, which means nothing: %s", code, damaged)
}
