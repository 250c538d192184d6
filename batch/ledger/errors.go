package ledger

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrInUse says that another process (or another ledger of this one) has the
// run open for writing. Errors of Create and Open wrap it.
var ErrInUse = errors.New("in use by another process")

// ErrReadOnly says that a writing method was called on a ledger from
// OpenReadOnly.
var ErrReadOnly = errors.New("the ledger was opened for reading only")

// IsDiskFull reports whether err came about because the disk is full. The run
// can go on from its ledger when there is space again.
func IsDiskFull(err error) bool {
	return primaryCode(err) == sqlite3.SQLITE_FULL || isNoSpace(err)
}

// primaryCode returns SQLite's primary result code in err, 0 when there is none.
func primaryCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// needsFolder reports whether err came about because SQLite could not make or
// write the files beside the ledger.
func needsFolder(err error) bool {
	code := primaryCode(err)
	return code == sqlite3.SQLITE_CANTOPEN || code == sqlite3.SQLITE_READONLY
}

// errUnwritable says why a run cannot go on with a file that can be read.
var errUnwritable = errors.New("the file cannot be written: check its permissions and those of its folder, and that the disk is not mounted read-only")

// damaged is what to do about a ledger that cannot be trusted.
const damaged = "the file is damaged and its record cannot be trusted: do not send from it; " +
	"restore ledger.db and ledger.db-wal from a backup, or ask the server which rows it has"

// explain puts in front of err what is wrong and what to do, where SQLite's own
// words do not say it.
func explain(err error) error {
	if IsDiskFull(err) {
		return fmt.Errorf("the disk is full: free some space, then resume the run: %w", err)
	}
	switch primaryCode(err) {
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk gave an error: check the disk and the system's log, then resume the run: %w", err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%s: %w", damaged, err)
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("this is not a ledger, or its first bytes are damaged: check the path of the run directory: %w", err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %w", errUnwritable, err)
	case sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("the file cannot be opened: check the permissions of it and of its folder: %w", err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("another program holds the file: close what has it open (an SQLite viewer, a backup), then try again: %w", err)
	case sqlite3.SQLITE_NOMEM:
		return fmt.Errorf("out of memory: %w", err)
	}
	return err
}
