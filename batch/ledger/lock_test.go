package ledger_test

import (
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

// newLedger makes a ledger with one row that is sending, and closes it.
func newLedger(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), []batch.Entry{{Kind: batch.Intend, Record: batch.Record{Row: 1, Line: 2, Attempts: 1}}}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t *testing.T, path string) *ledger.SQLite {
	t.Helper()
	l, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustClose(t *testing.T, l *ledger.SQLite) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLockBetweenProcesses(t *testing.T) {
	path := newLedger(t)
	holder := start(t, roleHold, path)
	holder.line(t)

	_, err := ledger.Open(t.Context(), path)
	if !errors.Is(err, ledger.ErrInUse) {
		t.Fatalf("Open while another process has it: %v, want ErrInUse", err)
	}
	if pid := fmt.Sprintf("process %d", holder.cmd.Process.Pid); !strings.Contains(err.Error(), pid) {
		t.Errorf("the error does not name %s: %v", pid, err)
	}
	if said := start(t, roleTry, path).finish(t); !strings.Contains(said, "in use by another process") {
		t.Errorf("a third process says %q", said)
	}

	holder.finish(t)
	mustClose(t, mustOpen(t, path))
}

func TestLockOfDeadProcess(t *testing.T) {
	path := newLedger(t)
	holder := start(t, roleHold, path)
	holder.line(t)
	holder.kill(t)

	lock := filepath.Join(filepath.Dir(path), "ledger.lock")
	if _, err := os.Stat(lock); err != nil {
		t.Fatalf("the dead process should have left its lock file: %v", err)
	}
	mustClose(t, mustOpen(t, path))
}

func TestLockWithinProcess(t *testing.T) {
	path := newLedger(t)
	l := mustOpen(t, path)
	if _, err := ledger.Open(t.Context(), path); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
	if _, err := ledger.Create(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create: %v, want fs.ErrExist", err)
	}
	// What was refused must not have touched the lock of the first.
	if said := start(t, roleTry, path).finish(t); !strings.Contains(said, "in use by another process") {
		t.Errorf("another process says %q", said)
	}
	mustClose(t, l)
	if said := start(t, roleTry, path).finish(t); said != "opened" {
		t.Errorf("another process says %q after Close, want opened", said)
	}
}

// TestLockOneNamePerFile: a link to the run directory or to the file is no way
// around the lock.
func TestLockOneNamePerFile(t *testing.T) {
	path := newLedger(t)
	elsewhere := t.TempDir()
	directory, file := filepath.Join(elsewhere, "run"), filepath.Join(elsewhere, "file.db")
	for link, target := range map[string]string{directory: filepath.Dir(path), file: path} {
		if err := os.Symlink(target, link); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	l := mustOpen(t, path)
	defer mustClose(t, l)
	for _, name := range []string{filepath.Join(directory, "ledger.db"), file} {
		if _, err := ledger.Open(t.Context(), name); !errors.Is(err, ledger.ErrInUse) {
			t.Errorf("Open(%s): %v, want ErrInUse", name, err)
		}
	}
}

func TestReadOnlyWhileAnotherProcessWrites(t *testing.T) {
	path := newLedger(t)
	holder := start(t, roleHold, path)
	holder.line(t)
	reader, err := ledger.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := reader.Counts(t.Context())
	if err != nil || counts.Of(batch.Sending) != 1 {
		t.Errorf("counts %v, %v", counts, err)
	}
	mustClose(t, reader)
	holder.finish(t)
	checkFiles(t, path, "ledger.db")
}

func TestReadOnlyInAnotherProcess(t *testing.T) {
	path := newLedger(t)
	l := mustOpen(t, path)
	for row := int64(2); row < 5; row++ {
		if err := l.Commit(t.Context(), []batch.Entry{{Kind: batch.Intend, Record: batch.Record{Row: row, Attempts: 1}}}); err != nil {
			t.Fatal(err)
		}
		// Its end must not take the write-ahead log away from under us.
		var want batch.Counts
		want.Add(batch.Sending, row)
		if said := start(t, roleRead, path).finish(t); said != fmt.Sprint(want) {
			t.Errorf("another process counts %s, want %v", said, want)
		}
		checkFiles(t, path, "ledger.db", "ledger.db-shm", "ledger.db-wal", "ledger.lock")
	}
	mustClose(t, l)
	checkFiles(t, path, "ledger.db")
}

// checkFiles compares the names in the run directory.
func checkFiles(t *testing.T, path string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.Name() == "ledger.lock" && runtime.GOOS == "windows" {
			continue // stays there
		}
		got = append(got, e.Name())
	}
	if runtime.GOOS == "windows" && want[len(want)-1] == "ledger.lock" {
		want = want[:len(want)-1]
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("files %q, want %q", got, want)
	}
}
