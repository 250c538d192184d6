package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/internal/filelock"
)

func newSQLiteForTest(t *testing.T) *SQLite {
	t.Helper()
	l, err := Create(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// execute runs SQL behind the ledger's back.
func execute(t *testing.T, l *SQLite, query string, args ...any) {
	t.Helper()
	if _, err := l.w.conn.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func intendRow(row int64) []batch.Entry { return intendRows(row, row) }

func intendRows(first, last int64) (entries []batch.Entry) {
	for row := first; row <= last; row++ {
		entries = append(entries, batch.Entry{Kind: batch.Intend, Record: batch.Record{Row: row, Line: row, Attempts: 1}})
	}
	return entries
}

func settleRows(first, last int64) (entries []batch.Entry) {
	for row := first; row <= last; row++ {
		entries = append(entries, batch.Entry{Kind: batch.Settle, Record: batch.Record{Row: row, Line: row, Status: batch.Failed, Attempts: 1}})
	}
	return entries
}

// TestStatusNumbers: a number that is in files stays what it is.
func TestStatusNumbers(t *testing.T) {
	numbers := map[batch.Status]int64{
		batch.Pending: 0, batch.Sending: 1, batch.Succeeded: 2, batch.Failed: 3,
		batch.Unknown: 4, batch.NotSent: 5, batch.Invalid: 6, batch.Skipped: 7,
	}
	for _, status := range batch.Statuses() {
		number, ok := numbers[status]
		if !ok {
			t.Errorf("%s has no number in this test", status)
		}
		if got, ok := codeOf(status); !ok || got != number {
			t.Errorf("codeOf(%s) = %d, %v; want %d", status, got, ok, number)
		}
		if got, ok := statusOf(number); !ok || got != status {
			t.Errorf("statusOf(%d) = %s, %v; want %s", number, got, ok, status)
		}
	}
	if _, ok := codeOf(batch.Status(len(numbers))); ok {
		t.Error("codeOf knows a status that does not exist")
	}
	for _, number := range []int64{-1, 8, 256} {
		if _, ok := statusOf(number); ok {
			t.Errorf("statusOf knows %d", number)
		}
	}
}

// TestSettings: what makes a commit durable must not get lost.
func TestSettings(t *testing.T) {
	l := newSQLiteForTest(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "busy_timeout": "10000", "query_only": "0", "trusted_schema": "0",
		"page_size": fmt.Sprint(pageSize),
	} {
		var got string
		if err := l.w.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("writer: %s is %q, %v; want %q", pragma, got, err, want)
		}
	}
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "query_only": "1", "trusted_schema": "0",
	} {
		var got string
		if err := l.readers.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("reader: %s is %q, %v; want %q", pragma, got, err, want)
		}
	}
	if _, err := l.readers.ExecContext(t.Context(), "DELETE FROM rows"); err == nil {
		t.Error("a read connection deletes")
	}
}

// TestHotPathHasNoTemporaries: a statement that builds a temporary table or
// index for each row (IN with three values does) costs twice as much.
func TestHotPathHasNoTemporaries(t *testing.T) {
	l := newSQLiteForTest(t)
	for _, query := range []string{landSQL, settleSQL, withdrawSQL, flightsSQL, countsSQL, recordsSQL} {
		args := make([]any, 14)
		rows, err := l.w.conn.QueryContext(t.Context(), "EXPLAIN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		steps := 0
		for rows.Next() {
			var ignored any
			var opcode string
			if err := rows.Scan(&ignored, &opcode, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(opcode, "Ephemeral") || strings.Contains(opcode, "Sorter") {
				t.Errorf("%.40s...: step %s", query, opcode)
			}
			steps++
		}
		if err := rows.Close(); err != nil || steps == 0 {
			t.Fatalf("%d steps, %v", steps, err)
		}
	}
}

// TestDiskFull: the commit that does not fit leaves nothing, says so, and the
// ledger goes on when there is space.
func TestDiskFull(t *testing.T) {
	l := newSQLiteForTest(t)
	if err := l.Commit(t.Context(), intendRow(1)); err != nil {
		t.Fatal(err)
	}
	// SQLite gives the same error when the file may not grow.
	execute(t, l, `PRAGMA max_page_count = 10`)
	var entries []batch.Entry
	for row := int64(2); row < 1000; row++ {
		entries = append(entries, batch.Entry{Kind: batch.Settle, Record: batch.Record{
			Row: row, Line: row, Status: batch.Failed, Attempts: 1, Message: strings.Repeat("x", 1000),
		}})
	}
	err := l.Commit(t.Context(), entries)
	if !IsDiskFull(err) {
		t.Fatalf("Commit: %v, want an error for which IsDiskFull holds", err)
	}
	for _, want := range []string{"disk is full", "resume", l.path} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: should say %q", err, want)
		}
	}
	counts, err := l.Counts(t.Context())
	if err != nil || counts.Sum() != 1 {
		t.Errorf("counts %v, %v; want the one row from before", counts, err)
	}
	execute(t, l, `PRAGMA max_page_count = 1000000`)
	if err := l.Commit(t.Context(), entries); err != nil {
		t.Errorf("Commit with space: %v", err)
	}
}

func TestIsDiskFull(t *testing.T) {
	for _, err := range []error{nil, errors.New("disk is full"), fs.ErrPermission, context.Canceled} {
		if IsDiskFull(err) {
			t.Errorf("IsDiskFull(%v)", err)
		}
	}
}

// TestUnknownNumber: a status that this program does not know is not guessed at.
func TestUnknownNumber(t *testing.T) {
	l := newSQLiteForTest(t)
	if err := l.Commit(t.Context(), settleRows(1, 3)); err != nil {
		t.Fatal(err)
	}
	execute(t, l, `UPDATE rows SET status = 9 WHERE row = 2`)
	_, countsErr := l.Counts(t.Context())
	_, _, _, recordErr := l.Record(t.Context(), 2)
	var recordsErr error
	read := 0
	for _, err := range l.Records(t.Context(), 0) {
		if recordsErr = err; err == nil {
			read++
		}
	}
	_, outlineErr := l.Outline(t.Context(), func(int64, batch.Status) error { return nil })
	commitErr := l.Commit(t.Context(), intendRow(2))
	for name, err := range map[string]error{"Counts": countsErr, "Record": recordErr, "Records": recordsErr, "Outline": outlineErr, "Commit": commitErr} {
		if err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %v, want damaged", name, err)
		}
	}
	if read != 1 {
		t.Errorf("%d records before the error, want 1", read)
	}
}

// TestDamagedCaptures: neither are captures.
func TestDamagedCaptures(t *testing.T) {
	l := newSQLiteForTest(t)
	if err := l.Commit(t.Context(), settleRows(7, 7)); err != nil {
		t.Fatal(err)
	}
	execute(t, l, `UPDATE rows SET captures = '{"id":' WHERE row = 7`)
	if _, _, _, err := l.Record(t.Context(), 7); err == nil || !strings.Contains(err.Error(), "row 7") || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("Record: %v, want row 7 and damaged", err)
	}
}

// TestDamageWhileOpen: damage that comes after the check is noticed by reading.
func TestDamageWhileOpen(t *testing.T) {
	const pointers = 12 // where the cells of an interior page are listed
	for _, test := range []struct {
		name   string
		leaf   bool // a page of rows, or the one above them
		damage func(page []byte)
	}{
		{"no tree", false, func(page []byte) { clear(page) }},
		{"no rows in the middle", true, func(page []byte) { clear(page) }},
		// SQLite does not compare keys as it walks: rows 1 to n would come after
		// their successors.
		{"pages in the wrong order", false, func(page []byte) {
			page[pointers], page[pointers+1], page[pointers+2], page[pointers+3] =
				page[pointers+2], page[pointers+3], page[pointers], page[pointers+1]
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newSQLiteForTest(t)
			for row := int64(1); row <= 1000; row += 100 {
				if err := l.Commit(t.Context(), settleRows(row, row+99)); err != nil {
					t.Fatal(err)
				}
			}
			execute(t, l, `PRAGMA wal_checkpoint(TRUNCATE)`)
			var number int64
			if err := l.w.conn.QueryRowContext(t.Context(), `SELECT rootpage FROM sqlite_schema WHERE name = 'rows'`).Scan(&number); err != nil {
				t.Fatal(err)
			}
			l.readers.SetMaxIdleConns(-1) // the next query finds nothing in its cache

			f, err := os.OpenFile(l.path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				l.Close() // first: closing f drops SQLite's locks
				f.Close()
			}()
			page := make([]byte, pageSize)
			read := func() {
				if _, err := f.ReadAt(page, (number-1)*pageSize); err != nil {
					t.Fatal(err)
				}
			}
			read()
			if test.leaf {
				second := binary.BigEndian.Uint16(page[pointers+2:])
				number = int64(binary.BigEndian.Uint32(page[second:]))
				read()
			}
			test.damage(page)
			if _, err := f.WriteAt(page, (number-1)*pageSize); err != nil {
				t.Fatal(err)
			}

			var last error
			for _, err := range l.Records(t.Context(), 0) {
				last = err
			}
			if last == nil || !strings.Contains(last.Error(), "damaged") {
				t.Errorf("Records ended with %v, want damaged", last)
			}
		})
	}
}

// TestConnectionsComeBack: however a sequence ends, its connection is free again.
func TestConnectionsComeBack(t *testing.T) {
	l := newSQLiteForTest(t)
	if err := l.Commit(t.Context(), intendRows(1, 10)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range l.Records(ctx, 0) {
		if got := l.readers.Stats().InUse; got != 1 {
			t.Errorf("%d connections while reading, want 1", got)
		}
		break
	}
	if got := l.readers.Stats().InUse; got != 0 {
		t.Errorf("%d connections after leaving early", got)
	}
	for range l.Records(ctx, 0) {
		cancel()
	}
	if got := l.readers.Stats().InUse; got != 0 {
		t.Errorf("%d connections after the context ended", got)
	}
	for range 2 {
		if _, _, _, err := l.Record(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := l.Record(t.Context(), 11); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.readers.Stats().InUse; got != 0 {
		t.Errorf("%d connections after reading one row", got)
	}
}

// TestCloseWhileReading: a sequence that is under way ends in order, and the
// last one out tidies up.
func TestCloseWhileReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for row := int64(1); row <= 3; row++ {
		if err := l.Commit(t.Context(), intendRow(row)); err != nil {
			t.Fatal(err)
		}
	}
	n := int64(0)
	for r, err := range l.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 1 {
			if err := l.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
		}
		if r.Row != n {
			t.Errorf("row %d, want %d", r.Row, n)
		}
	}
	if n != 3 {
		t.Errorf("%d records, want 3", n)
	}
	if f, err := existing(path); err != nil || !f.alone {
		t.Errorf("a -wal file is left (%v)", err)
	}
	l, err = Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if counts, err := l.Counts(t.Context()); err != nil || counts.Of(batch.Sending) != 3 {
		t.Errorf("counts %v, %v; want 3 sending", counts, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestForeignWriter: a program that holds the file (an SQLite viewer, say) is
// named as the reason.
func TestForeignWriter(t *testing.T) {
	l := newSQLiteForTest(t)
	execute(t, l, `PRAGMA busy_timeout = 0`)
	db, err := openDB(l.path, writerSettings)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), intendRow(1)); err == nil || !strings.Contains(err.Error(), "another program holds the file") {
		t.Errorf("Commit: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), intendRow(1)); err != nil {
		t.Errorf("Commit afterwards: %v", err)
	}
}

// TestLockFileReplaced: a lock on a file that has lost its name is no lock, and
// acquire must notice.
func TestLockFileReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.lock")
	for i := range 3 {
		f, err := acquire(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if !isStill(f, path) {
			t.Errorf("round %d: the lock is on another file", i)
		}
		if _, err := acquire(t.Context(), path); !errors.Is(err, ErrInUse) {
			t.Errorf("round %d: second lock: %v, want ErrInUse", i, err)
		}
		if err := release(f); err != nil {
			t.Fatal(err)
		}
		if isStill(f, path) {
			t.Errorf("round %d: a closed file passes for the lock", i)
		}
	}
}

// TestLockOfRemovedFile: a process opens the lock file, and before it locks it
// the holder finishes and removes it.
func TestLockOfRemovedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.lock")
	holder, err := acquire(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	late, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if ok, err := take(late, path); ok || !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("while it is held: %v, %v; want ErrHeld", ok, err)
	}
	if err := release(holder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Skip("the file is not removed on this system")
	}
	if ok, err := take(late, path); ok || err != nil {
		t.Errorf("of the removed file: %v, %v; want false and no error", ok, err)
	}
	third, err := acquire(t.Context(), path)
	if err != nil {
		t.Fatalf("a third process is kept out by a file without a name: %v", err)
	}
	if ok, err := take(late, path); ok || err != nil {
		t.Errorf("of the replaced file: %v, %v; want false and no error", ok, err)
	}
	if err := release(third); err != nil {
		t.Fatal(err)
	}
}

// TestLockRace: of many that ask, one at a time has it.
func TestLockRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.lock")
	const workers = 4
	var holders atomic.Int32
	results := make(chan error, workers)
	for range workers {
		go func() {
			for got := 0; got < 50; {
				f, err := acquire(t.Context(), path)
				if errors.Is(err, ErrInUse) {
					continue
				}
				if err != nil {
					results <- err
					return
				}
				got++
				if n := holders.Add(1); n != 1 {
					results <- fmt.Errorf("%d hold the lock", n)
					return
				}
				holders.Add(-1)
				if err := release(f); err != nil {
					results <- err
					return
				}
			}
			results <- nil
		}()
	}
	for range workers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
