package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// writer is the one connection that changes the file.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	// statements holds the ones below, to close them: a connection with open
	// statements would keep the file open.
	statements []*sql.Stmt

	begin, commit, rollback       *sql.Stmt
	intend, archive, settle       *sql.Stmt
	keep, tried, withdraw, forget *sql.Stmt
	look, interrupted, setMeta    *sql.Stmt
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
		{&w.intend, intendSQL}, {&w.archive, archiveSQL}, {&w.settle, settleSQL},
		{&w.keep, keepSQL}, {&w.tried, triedSQL}, {&w.withdraw, withdrawSQL}, {&w.forget, forgetSQL},
		{&w.look, lookSQL}, {&w.interrupted, interruptedSQL}, {&w.setMeta, setMetaSQL},
	} {
		if *s.stmt, err = w.conn.PrepareContext(ctx, s.query); err != nil {
			return nil, err
		}
		w.statements = append(w.statements, *s.stmt)
	}
	return w, nil
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
	err := fn()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		_, err = w.commit.Exec()
	}
	if err != nil {
		// Where SQLite has rolled back by itself this fails, and that is fine.
		_, _ = w.rollback.Exec()
	}
	return err
}

// close folds the write-ahead log into the file and closes the connection. It
// does not wait for readers: where one is busy, whoever closes the file last
// does the folding.
func (w *writer) close() error {
	var err error
	for _, stmt := range w.statements {
		err = errors.Join(err, stmt.Close())
	}
	if w.conn != nil {
		ctx := context.Background()
		for _, statement := range []string{`PRAGMA busy_timeout=0`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
			_, e := w.conn.ExecContext(ctx, statement)
			err = errors.Join(err, e)
		}
		err = errors.Join(err, w.conn.Close())
	}
	return errors.Join(err, w.db.Close())
}
