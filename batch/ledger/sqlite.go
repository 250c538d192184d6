package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"github.com/pmrun/pmrun/batch"
)

var _ batch.Ledger = (*SQLite)(nil)

// SQLite is a batch.Ledger in one SQLite file. All methods may be called from
// several goroutines. Make one with Create, Open or OpenReadOnly.
type SQLite struct {
	path string
	// lock keeps other processes out; nil when reading only.
	lock *os.File
	// turn holds one token, which a writing method takes; it guards w and closed.
	turn   chan struct{}
	closed bool
	// w is the write connection; nil when reading only.
	w *writer
	// readers sees every commit that has returned. Each query is one snapshot.
	readers *sql.DB
}

// Create makes a new ledger at path, with permissions 0600, and opens it. Its
// folder must exist.
//
// The error wraps fs.ErrExist when there is a file at path, whatever it holds,
// and ErrInUse when another process is making one at this moment.
func Create(ctx context.Context, path string) (*SQLite, error) {
	l, err := create(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("cannot create the ledger %s: %w", path, explain(err))
	}
	return l, nil
}

// Open opens the ledger at path for reading and writing, makes its permissions
// 0600 and checks that its structure is sound; of files above 256 MiB only the part
// that is read to go on.
//
// The error wraps fs.ErrNotExist when there is no file at path, and ErrInUse
// when another process has it open for writing. Other errors say that the file
// is not a ledger, of another version, damaged, or not writable.
func Open(ctx context.Context, path string) (*SQLite, error) {
	l, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the ledger %s: %w", path, explain(err))
	}
	return l, nil
}

// OpenReadOnly opens the ledger at path for reports. It takes no lock and works
// while another process writes; a Records sequence that is read slowly then
// makes the writer's ledger.db-wal grow. Writing methods return ErrReadOnly.
//
// It checks the file as Open does; errors are those of Open, without ErrInUse.
func OpenReadOnly(ctx context.Context, path string) (*SQLite, error) {
	l, err := openReadOnly(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the ledger %s for reading: %w", path, explain(err))
	}
	return l, nil
}

func create(ctx context.Context, path string) (_ *SQLite, err error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(filepath.Join(dir, filepath.Base(path))); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("there is something already: resume that run, or choose another folder for this one: %w", fs.ErrExist)
	}
	lock, err := acquire(ctx, lockPath(path))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release(lock)
		}
	}()
	// SQLite gives -wal and -shm the permissions of the file that it finds.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(path + suffix)
			}
		}
	}()
	if err := f.Close(); err != nil {
		return nil, err
	}
	w, err := newWriter(ctx, path, setUp)
	if err != nil {
		return nil, err
	}
	return newSQLite(path, lock, w)
}

func open(ctx context.Context, path string) (_ *SQLite, err error) {
	file, err := existing(path)
	if err != nil {
		return nil, err
	}
	lock, err := acquire(ctx, lockPath(file.path))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release(lock)
		}
	}()
	// Whoever may write the file but does not own it can go on all the same.
	_ = os.Chmod(file.path, 0o600)
	w, err := newWriter(ctx, file.path, func(ctx context.Context, conn *sql.Conn) error { return check(ctx, conn, file) })
	if err != nil {
		return nil, err
	}
	return newSQLite(file.path, lock, w)
}

func newSQLite(path string, lock *os.File, w *writer) (*SQLite, error) {
	readers, err := openDB(path, readerSettings)
	if err != nil {
		w.close()
		return nil, err
	}
	readers.SetMaxIdleConns(2)
	return &SQLite{path: path, lock: lock, turn: make(chan struct{}, 1), w: w, readers: readers}, nil
}

func openReadOnly(ctx context.Context, path string) (*SQLite, error) {
	file, err := existing(path)
	if err != nil {
		return nil, err
	}
	readers, err := openDB(file.path, readerSettings)
	if err != nil {
		return nil, err
	}
	if err = inspect(ctx, readers, file); needsFolder(err) && file.alone {
		// Where the folder cannot be written (an archive, read-only media),
		// SQLite cannot set up what it shares with a writer. Without a -wal
		// file nobody writes, and the file alone is the whole record.
		readers.Close()
		if readers, err = openDB(file.path, archiveSettings); err != nil {
			return nil, err
		}
		err = inspect(ctx, readers, file)
	}
	if err != nil {
		readers.Close()
		return nil, err
	}
	return &SQLite{path: file.path, turn: make(chan struct{}, 1), readers: readers}, nil
}

// file is a ledger's file as it was before anything opened it.
type file struct {
	// path is the file's own absolute path, without symbolic links, so that one
	// file has one lock file.
	path string
	size int64
	// alone says that there is no -wal file: the file is the whole record.
	alone bool
}

func existing(path string) (file, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is no such file: check the path of the run directory: %w", err)
		}
		return file{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return file{}, err
	}
	if !info.Mode().IsRegular() {
		return file{}, errors.New("this is not a file: name the run's ledger.db")
	}
	if info.Size() == 0 {
		return file{}, errEmpty
	}
	if path, err = filepath.Abs(path); err != nil {
		return file{}, err
	}
	_, err = os.Stat(path + "-wal")
	return file{path: path, size: info.Size(), alone: errors.Is(err, fs.ErrNotExist)}, nil
}

// Close folds the recent commits into the ledger's file and releases it. The
// commits are durable without that: when Close fails, or never runs, they are
// in the -wal file, and the next Open finds them there. Closing twice is no
// error.
func (l *SQLite) Close() error {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	if l.closed {
		return nil
	}
	l.closed = true

	err := l.readers.Close()
	if l.w != nil {
		err = errors.Join(err, l.w.close())
	}
	if l.lock != nil {
		err = errors.Join(err, release(l.lock))
	}
	if err != nil {
		return fmt.Errorf("close the ledger %s (its record is safe; keep ledger.db and ledger.db-wal together): %w", l.path, explain(err))
	}
	return nil
}

// Settings of every connection. Reports and the run see the same file, so a
// report that is the last to close it must write it back as carefully.
//
// synchronous=FULL makes SQLite sync the write-ahead log at the end of each
// commit; fullfsync does the same down to the disk's surface where the system's
// fsync stops short of it (macOS). trusted_schema and _defensive keep a file
// that came from elsewhere from running anything.
const commonSettings = "&_defensive=1&_dqs=0&_error_rc=1" +
	"&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=fullfsync(1)&_pragma=trusted_schema(0)"

const (
	// The log is folded into the file every 16 MiB, which costs a long run less
	// than SQLite's 4 MiB.
	writerSettings = "mode=rw&_pragma=page_size(4096)&_pragma=wal_autocheckpoint(4096)" + commonSettings
	// mode=rw lets SQLite share the log's index with a writer, and tidy up after
	// one that crashed; query_only refuses changes.
	readerSettings = "mode=rw&_query_only=1" + commonSettings
	// immutable needs neither locks nor the files beside the ledger.
	archiveSettings = "mode=ro&immutable=1&_query_only=1" + commonSettings
)

// openDB prepares connections to the file at path, which must exist.
func openDB(path string, settings string) (*sql.DB, error) {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/runs becomes file:///C:/runs
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: settings}
	connector, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// queryer is what *sql.DB and *sql.Conn have in common here.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// errEmpty is a file that holds nothing at all, not even a schema.
var errEmpty = errors.New("the file is empty: either the run was stopped while it was being set up, and nothing was sent " +
	"(then delete the run directory and start again), or it was damaged")

// wholeCheck is the size, in bytes, up to which the structure of all pages is
// looked at when a file is opened: about a million rows and a quarter of a second.
const wholeCheck = 256 << 20

// inspect checks that the file is a sound ledger. It changes nothing. Without a
// look at all pages a damaged file could pass for one with fewer rows. A large one
// is not read whole: there uptoKey says which rows are recorded, whatever became of
// their pages, so that none of them is sent again; reading them for a report
// notices the damage.
func inspect(ctx context.Context, db queryer, f file) error {
	if err := identify(ctx, db, f); err != nil || f.size > wholeCheck {
		return err
	}
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%s (%s)", damaged, strings.Join(strings.Fields(verdict), " "))
	}
	return nil
}

// identify checks that the file is a ledger that this version can read, and that
// it was not cut short. It changes nothing.
func identify(ctx context.Context, db queryer, f file) error {
	var id, version, tables int64
	for _, fact := range []struct {
		query string
		value *int64
	}{
		{`PRAGMA application_id`, &id},
		{`PRAGMA user_version`, &version},
		{`SELECT count(*) FROM sqlite_schema`, &tables},
	} {
		if err := db.QueryRowContext(ctx, fact.query).Scan(fact.value); err != nil {
			return err
		}
	}
	switch {
	case tables == 0 && id == 0:
		return errEmpty
	case id != applicationID:
		return errors.New("this is an SQLite file, but not a ledger: check the path of the run directory")
	case version > schemaVersion:
		return fmt.Errorf("it was written by a newer pmrun (its format is %d, this program knows %d): use that version", version, schemaVersion)
	case version != schemaVersion:
		return fmt.Errorf("it has format %d, this program knows %d: use the version of pmrun that wrote it", version, schemaVersion)
	}
	// SQLite notices when whole pages are missing, and reads a part of a page as
	// if the rest were zeros. With a -wal file that part may be on its way.
	if f.size%pageSize != 0 && f.alone {
		return fmt.Errorf("its length, %d bytes, says that it was cut short: %s", f.size, damaged)
	}
	return nil
}
