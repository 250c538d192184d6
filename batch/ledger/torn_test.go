package ledger_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

// TestTornTail opens the files of a running ledger as a power cut would leave
// them when the last write did not reach the disk whole: cut short anywhere, or
// its last page half zeros. Every commit before the torn one is there, and
// nothing of the torn one.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, batch.LedgerFile)
	l, err := ledger.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const commits, rows = 20, 5
	commit := func(n int) {
		entries := make([]batch.Entry, rows)
		for i := range entries {
			entries[i] = batch.Entry{Kind: batch.Settle, Record: batch.Record{Row: int64(n*rows + i + 1), Line: 1, Status: batch.Succeeded, Ref: fmt.Sprintf("ref-%d", n)}}
		}
		if err := l.Commit(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	for n := range commits - 1 {
		commit(n)
	}
	before, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	commit(commits - 1)
	db, errDB := os.ReadFile(path)
	wal, errWAL := os.ReadFile(path + "-wal")
	if errDB != nil || errWAL != nil {
		t.Fatal(errDB, errWAL)
	}
	whole, kept := len(wal), int(before.Size())
	if whole <= kept {
		t.Skip("the last commit did not make the log longer")
	}
	tears := map[string][]byte{
		"nothing of it": wal[:kept],
		"one byte":      wal[:kept+1],
		"half a frame":  wal[:kept+(whole-kept)/2],
		"all but one":   wal[:whole-1],
		"zeros":         append(bytes.Clone(wal[:whole-2000]), make([]byte, 2000)...),
	}
	for name, torn := range tears {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), batch.LedgerFile)
			for file, content := range map[string][]byte{copied: db, copied + "-wal": torn} {
				if err := os.WriteFile(file, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l, err := ledger.Open(t.Context(), copied)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			counts, err := l.Counts(t.Context())
			if err != nil || counts[batch.Succeeded] != (commits-1)*rows {
				t.Errorf("%d rows, %v; want %d", counts[batch.Succeeded], err, (commits-1)*rows)
			}
			// The ledger goes on from there.
			if err := l.Commit(t.Context(), []batch.Entry{{Kind: batch.Intend, Record: batch.Record{Row: commits * rows, Line: 1, Attempts: 1}}}); err != nil {
				t.Error(err)
			}
		})
	}
}
