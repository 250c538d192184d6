package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
)

// writer is the one connection that changes the file.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	// statements holds the ones below, to close them: a connection with open
	// statements would keep the file open.
	statements []*sql.Stmt

	begin, commit, rollback  *sql.Stmt
	landed, settle, withdraw *sql.Stmt
	archive, keep            *sql.Stmt
	setFlights, addRule      *sql.Stmt
	step                     *sql.Stmt
	lookAt, setMeta          *sql.Stmt

	// What the file holds, so that it need not be asked: the attempts on their way,
	// the rules' numbers, and which rows are recorded.
	flights map[int64]flight
	rules   map[string]int64
	marks   *marks
	// undo takes back what the transaction that is open did to the fields above.
	undo undo
	// unsaved counts the commits since uptoKey was stored, saved is what it was then.
	unsaved int
	saved   int64
}

// newWriter opens the write connection, has prepare create or check the file
// over it, and compiles the statements.
func newWriter(ctx context.Context, path string, prepare func(context.Context, *sql.Conn) error) (_ *writer, err error) {
	db, err := openDB(path, writerSettings)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	w := &writer{db: db}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	if err := prepare(ctx, w.conn); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&w.begin, `BEGIN IMMEDIATE`}, {&w.commit, `COMMIT`}, {&w.rollback, `ROLLBACK`},
		{&w.landed, landSQL}, {&w.settle, settleSQL}, {&w.withdraw, withdrawSQL},
		{&w.archive, archiveSQL}, {&w.keep, keepSQL},
		{&w.setFlights, flightsSQL}, {&w.addRule, ruleSQL}, {&w.step, stepSQL},
		{&w.lookAt, lookSQL}, {&w.setMeta, setMetaSQL},
	} {
		if *s.stmt, err = w.conn.PrepareContext(ctx, s.query); err != nil {
			return nil, err
		}
		w.statements = append(w.statements, *s.stmt)
	}
	return w, w.load(ctx)
}

// load reads what the writer remembers of the file.
func (w *writer) load(ctx context.Context) error {
	flights, err := readFlights(ctx, w.conn)
	if err != nil {
		return err
	}
	w.flights = make(map[int64]flight, len(flights))
	for _, f := range flights {
		w.flights[f.row] = f
	}
	rules, err := readRules(ctx, w.conn)
	if err != nil {
		return err
	}
	w.rules = make(map[string]int64, len(rules))
	for id, text := range rules {
		w.rules[text] = id
	}
	upto, err := readUpto(ctx, w.conn)
	if err != nil {
		return err
	}
	w.marks, w.saved = newMarks(upto), upto
	rows, err := w.conn.QueryContext(ctx, `SELECT row FROM rows WHERE row > ?1`, upto)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row int64
		if err := rows.Scan(&row); err != nil {
			return err
		}
		w.marks.set(row)
	}
	w.marks.advance(w.marks.reach())
	return rows.Err()
}

// fly begins or ends the flight of a row.
func (w *writer) fly(row int64, f flight, up bool) {
	before, was := w.flights[row]
	w.undo.flights = append(w.undo.flights, flown{row, before, was})
	if up {
		w.flights[row] = f
		return
	}
	delete(w.flights, row)
}

// mark notes that a row is recorded.
func (w *writer) mark(row int64) {
	if w.marks.set(row) {
		w.undo.marks = append(w.undo.marks, row)
	}
}

// undo is what a transaction did to a writer's memory.
type undo struct {
	flights []flown
	marks   []int64
	rules   []string
}

type flown struct {
	row    int64
	before flight
	was    bool
}

func (u *undo) reset() { u.flights, u.marks, u.rules = u.flights[:0], u.marks[:0], u.rules[:0] }

// takeBack makes the writer's memory what it was.
func (w *writer) takeBack() {
	for _, f := range slices.Backward(w.undo.flights) {
		if delete(w.flights, f.row); f.was {
			w.flights[f.row] = f.before
		}
	}
	for _, row := range w.undo.marks {
		w.marks.unset(row)
	}
	for _, rule := range w.undo.rules {
		delete(w.rules, rule)
	}
}

// setUp makes an empty file a ledger.
func setUp(ctx context.Context, conn *sql.Conn) error {
	if err := enterWAL(ctx, conn); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statement := range schema() {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// check refuses a file that is not a sound, writable ledger. It looks before it
// changes anything: the file may be someone else's.
func check(ctx context.Context, conn *sql.Conn, f file) error {
	if err := inspect(ctx, conn, f); err != nil {
		return err
	}
	if err := enterWAL(ctx, conn); err != nil {
		return err
	}
	return refuseReadOnly(conn)
}

// refuseReadOnly is needed because SQLite opens a file that it may only read
// without a word, and even begins transactions on it.
func refuseReadOnly(conn *sql.Conn) error {
	return conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(interface {
			IsReadOnly(schema string) (bool, error)
		})
		if !ok {
			return errors.New("the SQLite driver cannot say whether the file is writable; please report this bug")
		}
		readOnly, err := c.IsReadOnly("main")
		if err == nil && readOnly {
			err = errUnwritable
		}
		return err
	})
}

func enterWAL(ctx context.Context, conn *sql.Conn) error {
	var mode string
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode=WAL`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errors.New("this file system does not support SQLite's write-ahead log: keep run directories on a local disk")
	}
	return nil
}

// transact runs fn between BEGIN and COMMIT, or takes back what it did.
//
// The statements inside run without ctx: SQLite would need a goroutine for each
// to watch it, and a commit that was interrupted half-way could not say whether
// it happened. So ctx is looked at up to the last moment before COMMIT, and
// after that the commit is waited for: it takes milliseconds.
func (w *writer) transact(ctx context.Context, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := w.begin.Exec(); err != nil {
		return err
	}
	w.undo.reset()
	err := fn()
	if err == nil && len(w.undo.flights) > 0 {
		_, err = w.setFlights.Exec(encodeFlights(w.flights))
	}
	upto := w.marks.reach()
	if w.unsaved++; err == nil && w.unsaved >= saveEvery && upto > w.saved {
		_, err = w.setMeta.Exec(uptoKey, strconv.FormatInt(upto, 10))
		w.unsaved, w.saved = 0, upto
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		_, err = w.commit.Exec()
	}
	if err != nil {
		// Where SQLite has rolled back by itself this fails, and that is fine.
		_, _ = w.rollback.Exec()
		w.takeBack()
		return err
	}
	w.marks.advance(upto)
	return nil
}

// saveEvery is how many commits may pass before uptoKey is stored again; what was
// recorded since is read when the file is opened.
const saveEvery = 256

// close folds the write-ahead log into the file and closes the connection. It
// does not wait for readers: where one is busy, whoever closes the file last
// does the folding.
func (w *writer) close() error {
	ctx := context.Background()
	var err error
	if w.conn != nil {
		_, err = w.conn.ExecContext(ctx, `PRAGMA busy_timeout=0`)
	}
	if w.marks != nil && w.marks.upto > w.saved {
		w.unsaved = saveEvery
		// Where this fails, what was recorded last is read when the file is opened.
		_ = w.transact(ctx, func() error { return nil })
	}
	for _, stmt := range w.statements {
		err = errors.Join(err, stmt.Close())
	}
	if w.conn != nil {
		_, e := w.conn.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		err = errors.Join(err, e, w.conn.Close())
	}
	return errors.Join(err, w.db.Close())
}
