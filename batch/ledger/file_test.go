package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

func TestFilesOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	commitRows(t, l, 1, 10)
	checkFiles(t, path, "ledger.db", "ledger.db-shm", "ledger.db-wal", "ledger.lock")
	checkPermissions(t, path)
	mustClose(t, l)
	checkFiles(t, path, "ledger.db")

	// A file that was copied may come back open to all.
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	commitRows(t, l, 11, 20)
	checkPermissions(t, path)
	mustClose(t, l)
	checkFiles(t, path, "ledger.db")

	reader, err := ledger.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(readAll(t, reader)); got != 20 {
		t.Errorf("%d rows, want 20", got)
	}
	mustClose(t, reader)
	checkFiles(t, path, "ledger.db")
}

func checkPermissions(t *testing.T, path string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // permissions there are those of the folder
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has permissions %o, want 600", e.Name(), got)
		}
	}
}

// commitRows records that the rows from first to last were sent and failed.
func commitRows(t *testing.T, l *ledger.SQLite, first, last int64) {
	t.Helper()
	var entries []batch.Entry
	for row := first; row <= last; row++ {
		entries = append(entries, batch.Entry{Kind: batch.Settle, Record: batch.Record{
			Row: row, Line: row + 1, Status: batch.Failed, Attempts: 1, Message: fmt.Sprint("no such case: ", row),
		}})
	}
	if err := l.Commit(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func TestCreateOverSomething(t *testing.T) {
	for name, content := range map[string]string{"a ledger or not": "hello", "empty": ""} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := ledger.Create(t.Context(), path); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) {
				t.Errorf("Create: %v, want fs.ErrExist and the path", err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != content {
				t.Errorf("the file now holds %q, %v", got, err)
			}
			checkFiles(t, path, "ledger.db")
		})
	}
}

func TestCreateWithoutFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "ledger.db")
	if _, err := ledger.Create(t.Context(), path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("Create: %v, want fs.ErrNotExist and the path", err)
	}
}

// TestPaths: whatever a run directory is called, the ledger is in it.
func TestPaths(t *testing.T) {
	names := []string{"a b", "100%", "50%25", "#1", "ä案", "a&b=c", "file:x", "-", "it's"}
	if runtime.GOOS != "windows" {
		names = append(names, "why?", "a?mode=memory", `back\slash`, ":memory:", "line\nbreak")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			path = filepath.Join(path, name+".db")
			l, err := ledger.Create(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			commitRows(t, l, 1, 1)
			mustClose(t, l)
			checkFiles(t, path, name+".db")
			l = mustOpen(t, path)
			if got := len(readAll(t, l)); got != 1 {
				t.Errorf("%d rows, want 1", got)
			}
			mustClose(t, l)
		})
	}
	t.Run("relative", func(t *testing.T) {
		t.Chdir(t.TempDir())
		l, err := ledger.Create(t.Context(), "ledger.db")
		if err != nil {
			t.Fatal(err)
		}
		mustClose(t, l)
		mustClose(t, mustOpen(t, "ledger.db"))
		checkFiles(t, "ledger.db", "ledger.db")
	})
}

// TestOpenRefuses checks what is said of files that are not sound ledgers, and
// that they are left alone.
func TestOpenRefuses(t *testing.T) {
	edit := func(change func(content []byte) []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		says string
		is   error
	}{
		{name: "missing", make: func(t *testing.T, path string) { os.Remove(path) }, says: "no such file", is: fs.ErrNotExist},
		{name: "a folder", make: func(t *testing.T, path string) { os.Remove(path); os.Mkdir(path, 0o700) }, says: "not a file"},
		{name: "empty", make: edit(func([]byte) []byte { return nil }), says: "empty"},
		{name: "one byte", make: edit(func(b []byte) []byte { return b[:1] }), says: "empty"},
		{name: "cut in the header", make: edit(func(b []byte) []byte { return b[:60] }), says: "damaged"},
		{name: "cut after the first page", make: edit(func(b []byte) []byte { return b[:4096] }), says: "damaged"},
		{name: "cut in a page", make: edit(func(b []byte) []byte { return b[:len(b)/2-100] }), says: "damaged"},
		{name: "last byte missing", make: edit(func(b []byte) []byte { return b[:len(b)-1] }), says: "damaged"},
		{name: "text", make: edit(func([]byte) []byte { return []byte(strings.Repeat("row,status\r\n", 1000)) }), says: "not a ledger"},
		{name: "zeros", make: edit(func(b []byte) []byte { return make([]byte, len(b)) }), says: "not a ledger"},
		{name: "another program's database", make: edit(func(b []byte) []byte { return patch(b, 68, 0, 0, 0, 0) }), says: "not a ledger"},
		{name: "newer format", make: edit(func(b []byte) []byte { return patch(b, 60, 0, 0, 0, 99) }), says: "newer pmrun"},
		{name: "no format", make: edit(func(b []byte) []byte { return patch(b, 60, 0, 0, 0, 0) }), says: "has format 0"},
		{name: "tables of nonsense", make: edit(func(b []byte) []byte { return fill(b, 100, 108, 0xff) }), says: "damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filled(t)
			test.make(t, path)
			before, _ := os.ReadFile(path)
			for name, open := range map[string]func() (*ledger.SQLite, error){
				"Open":         func() (*ledger.SQLite, error) { return ledger.Open(t.Context(), path) },
				"OpenReadOnly": func() (*ledger.SQLite, error) { return ledger.OpenReadOnly(t.Context(), path) },
			} {
				l, err := open()
				if err == nil {
					mustClose(t, l)
					t.Fatalf("%s took it", name)
				}
				if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: %v\nwant %q and the path", name, err, test.says)
				}
				if test.is != nil && !errors.Is(err, test.is) {
					t.Errorf("%s: %v, want %v", name, err, test.is)
				}
				if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
					t.Errorf("%s changed the file", name)
				}
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "ledger.lock")); err == nil && runtime.GOOS != "windows" {
				t.Error("a lock file is left")
			}
		})
	}
}

// filled makes a ledger of many pages and closes it.
func filled(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var entries []batch.Entry
	for row := int64(1); row <= 1000; row++ {
		entries = append(entries, batch.Entry{Kind: batch.Settle, Record: batch.Record{
			Row: row, Line: row + 1, Status: batch.Failed, Attempts: 1, Message: strings.Repeat("refused ", 10),
			Captures: map[string]string{"id": fmt.Sprint(row)},
		}})
	}
	if err := l.Commit(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// patch replaces bytes at an offset.
func patch(b []byte, at int, bytes ...byte) []byte {
	copy(b[at:], bytes)
	return b
}

// fill overwrites a range with one byte.
func fill(b []byte, from, to int, with byte) []byte {
	for i := from; i < to; i++ {
		b[i] = with
	}
	return b
}

// TestDamageInTheMiddle: the beginning of the file is sound, but a report of it
// would not be complete.
func TestDamageInTheMiddle(t *testing.T) {
	for _, with := range []byte{0x00, 0xff, 0x55} {
		t.Run(fmt.Sprintf("pages of %#x", with), func(t *testing.T) {
			path := filled(t)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			middle := len(content) / 2 / 4096 * 4096
			if err := os.WriteFile(path, fill(content, middle, middle+2*4096, with), 0o600); err != nil {
				t.Fatal(err)
			}
			refuses(t, path, "damaged")
		})
	}
}

// refuses checks that the file at path can be opened in no way.
func refuses(t *testing.T, path, says string) {
	t.Helper()
	for name, open := range map[string]func(context.Context, string) (*ledger.SQLite, error){
		"Open": ledger.Open, "OpenReadOnly": ledger.OpenReadOnly,
	} {
		l, err := open(t.Context(), path)
		if err == nil {
			mustClose(t, l)
			t.Fatalf("%s took it", name)
		}
		if !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v\nwant %q and the path", name, err, says)
		}
	}
}

// FuzzDamage writes nonsense anywhere into a ledger. Whatever that does, opening
// and reading end, by an error or not, and never by a panic.
func FuzzDamage(f *testing.F) {
	sound, err := os.ReadFile(filled(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, at := range []int{0, 16, 18, 28, 44, 60, 68, 100, 4096, 4100, 8192, 9000, len(sound) / 2, len(sound) - 4} {
		f.Add(at, []byte{0xff})
		f.Add(at, []byte{0, 0, 0, 0})
		f.Add(at, []byte("\x7f\xff\xff\xff\xff\xff\xff\xff"))
	}
	f.Add(8233, []byte("a")) // the order of rows
	f.Fuzz(func(t *testing.T, at int, with []byte) {
		if at < 0 || at >= len(sound) {
			t.Skip("outside of the file")
		}
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, patch(bytes.Clone(sound), at, with...), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, open := range []func() (*ledger.SQLite, error){
			func() (*ledger.SQLite, error) { return ledger.OpenReadOnly(t.Context(), path) },
			func() (*ledger.SQLite, error) { return ledger.Open(t.Context(), path) },
		} {
			l, err := open()
			if err != nil {
				continue
			}
			last := int64(0)
			for r, err := range l.Records(t.Context(), 0) {
				if err == nil && r.Row <= last {
					t.Fatalf("row %d after row %d", r.Row, last)
				}
				last = r.Row
			}
			_, _ = l.Counts(t.Context())
			_, _, _, _ = l.Record(t.Context(), 500)
			_ = l.Close()
		}
	})
}

func TestReadOnlyRefusesToWrite(t *testing.T) {
	path := filled(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Commit": func() error {
			return l.Commit(t.Context(), []batch.Entry{{Kind: batch.Intend, Record: batch.Record{Row: 1, Attempts: 1}}})
		},
		"Interrupted": func() error { _, err := l.Interrupted(t.Context()); return err },
		"SetMeta":     func() error { return l.SetMeta(t.Context(), map[string]string{"a": "b"}) },
	} {
		if err := call(); !errors.Is(err, ledger.ErrReadOnly) {
			t.Errorf("%s: %v, want ErrReadOnly", name, err)
		}
	}
	mustClose(t, l)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file has changed (%v)", err)
	}
}

// TestReadOnlyFolder: an archived run can be reported on, and not gone on with.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	if runtime.GOOS == "windows" {
		t.Skip("folders have no such permission there")
	}
	path := filled(t)
	dir := filepath.Dir(path)
	if err := errors.Join(os.Chmod(path, 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })

	reader, err := ledger.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(readAll(t, reader)); got != 1000 {
		t.Errorf("%d rows, want 1000", got)
	}
	mustClose(t, reader)
	if _, err := ledger.Open(t.Context(), path); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open: %v, want fs.ErrPermission", err)
	}
	if _, err := ledger.Create(t.Context(), filepath.Join(dir, "other.db")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Create: %v, want fs.ErrPermission", err)
	}
}
