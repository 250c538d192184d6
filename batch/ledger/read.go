package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/pmrun/pmrun/batch"
)

const (
	recordColumns = `row, line, status, attempts, http_status, started_at, duration_us, ifnull(rule, 0),
		ifnull(cause, ''), ifnull(code, ''), ifnull(ref, ''), ifnull(message, ''),
		ifnull(captures, ''), answer`

	recordsSQL = `SELECT ` + recordColumns + ` FROM rows WHERE row > ?1 ORDER BY row`
	recordSQL  = `SELECT ` + recordColumns + ` FROM rows WHERE row = ?1`
	earlierSQL = `SELECT number, started_at, duration_us, ifnull(cause, ''), http_status, ifnull(message, '')
		FROM attempts WHERE row = ?1 ORDER BY number`
	// Both by the index, which holds few rows.
	countsSQL = `SELECT status, count(*) FROM rows WHERE status <> 2 GROUP BY status`
	beyondSQL = `SELECT count(*) FROM rows WHERE row > ?1`
	// Rows that are Sending and recorded: ?1 is a list of rows.
	recordedSQL = `SELECT r.status, count(*) FROM json_each(?1) j JOIN rows r ON r.row = j.value GROUP BY r.status`

	outlineSQL = `SELECT row, status FROM rows WHERE status <> 2 AND row <= ?1
		UNION ALL SELECT row, status FROM rows WHERE row > ?1`

	readFlightsSQL = `SELECT runs FROM flights WHERE id = 1`
	rulesSQL       = `SELECT id, text FROM rules`
	metaSQL        = `SELECT value FROM meta WHERE key = ?1`
)

// snapshot calls fn with a connection that shows one moment in time.
func (l *SQLite) snapshot(ctx context.Context, fn func(c *sql.Conn) error) error {
	c, err := l.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, `BEGIN`); err != nil {
		return err
	}
	// The connection goes back as it came, also when ctx has ended.
	defer func() { _, _ = c.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`) }()
	return fn(c)
}

// Counts returns the recorded rows by status. It looks at those that did not
// succeed, and at the last ones.
func (l *SQLite) Counts(ctx context.Context) (counts batch.Counts, err error) {
	err = l.snapshot(ctx, func(c *sql.Conn) error {
		counts, err = countAll(ctx, c)
		return err
	})
	if err != nil {
		return batch.Counts{}, l.unreadable("count the rows", err)
	}
	return counts, nil
}

func countAll(ctx context.Context, c *sql.Conn) (counts batch.Counts, err error) {
	upto, err := readUpto(ctx, c)
	if err != nil {
		return counts, err
	}
	var beyond int64
	if err := c.QueryRowContext(ctx, beyondSQL, upto).Scan(&beyond); err != nil {
		return counts, err
	}
	succeeded := upto + beyond
	err = byStatus(ctx, c, func(s batch.Status, n int64) {
		counts.Add(s, n)
		succeeded -= n
	}, countsSQL)
	if err != nil {
		return counts, err
	}
	if succeeded < 0 {
		return counts, fmt.Errorf("%d rows too many did not succeed: %s", -succeeded, damaged)
	}
	counts.Add(batch.Succeeded, succeeded)
	flights, err := readFlights(ctx, c)
	if err != nil || len(flights) == 0 {
		return counts, err
	}
	counts.Add(batch.Sending, int64(len(flights)))
	rows := make([]int64, len(flights))
	for i, f := range flights {
		rows[i] = f.row
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return counts, err
	}
	return counts, byStatus(ctx, c, func(s batch.Status, n int64) { counts.Add(s, -n) }, recordedSQL, string(list))
}

// byStatus calls each with what a query counts by status.
func byStatus(ctx context.Context, c *sql.Conn, each func(batch.Status, int64), query string, args ...any) error {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var code, n int64
		if err := rows.Scan(&code, &n); err != nil {
			return err
		}
		status, ok := statusOf(code)
		if !ok || code == codeSending {
			return fmt.Errorf("%d rows have a status that means nothing: %w", n, unknownStatus(code))
		}
		each(status, n)
	}
	return rows.Err()
}

// readFlights returns the attempts on their way, in the order of their rows.
func readFlights(ctx context.Context, q queryer) ([]flight, error) {
	var runs string
	err := q.QueryRowContext(ctx, readFlightsSQL).Scan(&runs)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errors.New("the list of attempts on their way is missing: " + damaged)
	}
	if err != nil {
		return nil, err
	}
	return decodeFlights(runs)
}

func readRules(ctx context.Context, c *sql.Conn) (map[int64]string, error) {
	rows, err := c.QueryContext(ctx, rulesSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	rules := make(map[int64]string)
	for rows.Next() {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		rules[id] = text
	}
	return rules, rows.Err()
}

// readUpto returns a row up to which all are recorded.
func readUpto(ctx context.Context, q queryer) (upto int64, err error) {
	var value string
	switch err := q.QueryRowContext(ctx, metaSQL, uptoKey).Scan(&value); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, err
	}
	if upto, err = strconv.ParseInt(value, 10, 64); err != nil || upto < 0 {
		return 0, fmt.Errorf("its fact %s is %q: %s", uptoKey, value, damaged)
	}
	return upto, nil
}

// errLeft says that whoever asked for records wants no more.
var errLeft = errors.New("no more records are wanted")

// Records yields the recorded rows after row `after` in ascending order, as
// they were when the sequence began. An error is the last thing that it yields.
func (l *SQLite) Records(ctx context.Context, after int64) iter.Seq2[batch.Record, error] {
	return func(yield func(batch.Record, error) bool) {
		last := after
		err := l.snapshot(ctx, func(c *sql.Conn) error {
			return records(ctx, c, after, func(r batch.Record) error {
				if r.Row <= last {
					return fmt.Errorf("row %d comes after row %d: %s", r.Row, last, damaged)
				}
				last = r.Row
				// Next notices the end of ctx late; a caller that gave up wants no more.
				if err := ctx.Err(); err != nil {
					return err
				}
				if !yield(r, nil) {
					return errLeft
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errLeft) {
			yield(batch.Record{}, l.unreadable("read the rows", err))
		}
	}
}

// records calls each with every recorded row after row after.
func records(ctx context.Context, c *sql.Conn, after int64, each func(batch.Record) error) error {
	rules, err := readRules(ctx, c)
	if err != nil {
		return err
	}
	flights, err := readFlights(ctx, c)
	if err != nil {
		return err
	}
	for len(flights) > 0 && flights[0].row <= after {
		flights = flights[1:]
	}
	rows, err := c.QueryContext(ctx, recordsSQL, after)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows, rules)
		if err != nil {
			return err
		}
		for len(flights) > 0 && flights[0].row <= r.Row {
			f := flights[0]
			flights = flights[1:]
			if f.row == r.Row {
				r = f.over(r)
				break
			}
			if err := each(f.over(batch.Record{})); err != nil {
				return err
			}
		}
		if err := each(r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, f := range flights {
		if err := each(f.over(batch.Record{})); err != nil {
			return err
		}
	}
	return nil
}

// Outline calls each for recorded rows, in no order, and returns a row up to which
// all are recorded: of those, rows that Succeeded are left out.
func (l *SQLite) Outline(ctx context.Context, each func(row int64, s batch.Status) error) (upto int64, err error) {
	err = l.snapshot(ctx, func(c *sql.Conn) error {
		if upto, err = readUpto(ctx, c); err != nil {
			return err
		}
		flights, err := readFlights(ctx, c)
		if err != nil {
			return err
		}
		sending := make(map[int64]bool, len(flights))
		for _, f := range flights {
			sending[f.row] = true
			if err := each(f.row, batch.Sending); err != nil {
				return err
			}
		}
		rows, err := c.QueryContext(ctx, outlineSQL, upto)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var row, code int64
			if err := rows.Scan(&row, &code); err != nil {
				return err
			}
			s, ok := statusOf(code)
			if !ok {
				return fmt.Errorf("row %d: %w", row, unknownStatus(code))
			}
			if sending[row] {
				continue
			}
			if err := each(row, s); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return 0, l.unreadable("read what is left to do", err)
	}
	return upto, nil
}

// Record returns one row's record and its earlier attempts in order; ok is
// false when the row was never recorded. An attempt that is to be made again
// (Tried) is in both: it is the last one until the next begins.
func (l *SQLite) Record(ctx context.Context, row int64) (r batch.Record, earlier []batch.Attempt, ok bool, err error) {
	err = l.snapshot(ctx, func(c *sql.Conn) error {
		if r, ok, err = oneRecord(ctx, c, row); err != nil || !ok {
			return err
		}
		earlier, err = history(ctx, c, row)
		return err
	})
	if err != nil {
		return batch.Record{}, nil, false, l.unreadable(fmt.Sprintf("read row %d", row), err)
	}
	return r, earlier, ok, nil
}

func oneRecord(ctx context.Context, c *sql.Conn, row int64) (r batch.Record, ok bool, err error) {
	rules, err := readRules(ctx, c)
	if err != nil {
		return r, false, err
	}
	flights, err := readFlights(ctx, c)
	if err != nil {
		return r, false, err
	}
	r, err = scanRecord(c.QueryRowContext(ctx, recordSQL, row), rules)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, false, err
	}
	ok = err == nil
	for _, f := range flights {
		if f.row == row {
			return f.over(r), true, nil
		}
	}
	return r, ok, nil
}

// history returns the earlier attempts of a row.
func history(ctx context.Context, c *sql.Conn, row int64) (earlier []batch.Attempt, err error) {
	rows, err := c.QueryContext(ctx, earlierSQL, row)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a batch.Attempt
		var startedAt sql.Null[int64]
		var micros int64
		if err := rows.Scan(&a.Number, &startedAt, &micros, &a.Cause, &a.HTTPStatus, &a.Message); err != nil {
			return nil, err
		}
		a.StartedAt, a.Duration = clock(startedAt), time.Duration(micros)*time.Microsecond
		earlier = append(earlier, a)
	}
	return earlier, rows.Err()
}

const stepsSQL = `SELECT number, name, status, http_status, started_at, duration_us, ifnull(cause, ''), ifnull(code, ''),
		ifnull(ref, ''), ifnull(message, ''), ifnull(rule, ''), ifnull(captures, ''), state
	FROM steps WHERE row = ?1 ORDER BY number`

// Steps returns what is recorded of a row's steps, in order of their numbers.
func (l *SQLite) Steps(ctx context.Context, row int64) (steps []batch.StepRecord, err error) {
	err = l.snapshot(ctx, func(c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, stepsSQL, row)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			s, err := scanStep(rows)
			if err != nil {
				return err
			}
			steps = append(steps, s)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, l.unreadable(fmt.Sprintf("read the steps of row %d", row), err)
	}
	return steps, nil
}

func scanStep(rows *sql.Rows) (s batch.StepRecord, err error) {
	var (
		code, micros int64
		startedAt    sql.Null[int64]
		captures     string
	)
	if err := rows.Scan(&s.Number, &s.Name, &code, &s.HTTPStatus, &startedAt, &micros, &s.Cause, &s.Code, &s.Ref, &s.Message, &s.Rule, &captures, &s.State); err != nil {
		return s, err
	}
	var ok bool
	if s.Status, ok = statusOf(code); !ok {
		return s, unknownStatus(code)
	}
	s.StartedAt, s.Duration = clock(startedAt), time.Duration(micros)*time.Microsecond
	if captures != "" {
		if err := json.Unmarshal([]byte(captures), &s.Captures); err != nil {
			return s, fmt.Errorf("the captures of step %d cannot be read: %s: %w", s.Number, damaged, err)
		}
	}
	return s, nil
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
func scanRecord(row interface{ Scan(...any) error }, rules map[int64]string) (r batch.Record, err error) {
	var (
		code, micros int64
		rule         int64
		startedAt    sql.Null[int64]
		captures     string
	)
	if err := row.Scan(&r.Row, &r.Line, &code, &r.Attempts, &r.HTTPStatus, &startedAt, &micros,
		&rule, &r.Cause, &r.Code, &r.Ref, &r.Message, &captures, &r.Answer); err != nil {
		return batch.Record{}, err
	}
	var ok bool
	if r.Status, ok = statusOf(code); !ok || r.Status == batch.Sending {
		return batch.Record{}, fmt.Errorf("row %d: %w", r.Row, unknownStatus(code))
	}
	if r.Rule, ok = rules[rule]; !ok && rule != 0 {
		return batch.Record{}, fmt.Errorf("row %d: its rule %d is missing: %s", r.Row, rule, damaged)
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
