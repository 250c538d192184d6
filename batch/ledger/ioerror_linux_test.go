package ledger_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

// TestIOError makes the disk fail under an open ledger, by putting a descriptor
// that cannot be written in the place of its log's. The commit says so, what was
// acknowledged before is there, and nothing of the failed commit is.
func TestIOError(t *testing.T) {
	path := filepath.Join(t.TempDir(), batch.LedgerFile)
	l, err := ledger.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	commit := func(row int64) error {
		return l.Commit(t.Context(), []batch.Entry{{Kind: batch.Intend, Record: batch.Record{Row: row, Line: row + 1, Attempts: 1}}})
	}
	for row := range int64(10) {
		if err := commit(row + 1); err != nil {
			t.Fatal(err)
		}
	}
	breakDescriptors(t, path+"-wal")
	for row := int64(11); row <= 12; row++ {
		if err := commit(row); err == nil {
			t.Fatalf("row %d is acknowledged on a disk that fails", row)
		}
	}
	_ = l.Close() // cannot fold the log in; the files stay as they are
	again, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	n, err := again.Interrupted(t.Context())
	if err != nil || n != 10 {
		t.Errorf("%d rows were on their way, %v; want 10", n, err)
	}
}

// breakDescriptors makes every descriptor of a file in this process fail when
// written or synced.
func breakDescriptors(t *testing.T, path string) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if target, linkErr := os.Readlink("/proc/self/fd/" + e.Name()); err != nil || linkErr != nil || target != path {
			continue
		}
		if err := unix.Dup3(int(null.Fd()), fd, 0); err != nil {
			t.Fatal(err)
		}
		broken++
	}
	if broken == 0 {
		t.Fatalf("no descriptor of %s is open", path)
	}
}
