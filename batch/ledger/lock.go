package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/batch/internal/filelock"
)

// lockPath returns the lock file's path for the ledger at path:
// ledger.lock for ledger.db.
func lockPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".lock"
}

// acquire takes the lock file at path, creating it. It does not wait: a lock
// that is held is an error that wraps ErrInUse.
func acquire(ctx context.Context, path string) (*os.File, error) {
	// Each further try means that another process has finished in between.
	for range 1000 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("cannot create the lock file: %w", err)
		}
		ok, err := take(f, path)
		if ok {
			writeHolder(f)
			return f, nil
		}
		holder := readHolder(f)
		f.Close()
		if errors.Is(err, filelock.ErrHeld) {
			return nil, fmt.Errorf("%w%s: wait until it has finished, or stop it; then try again", ErrInUse, holder)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot lock %s: keep run directories on a local disk: %w", path, err)
		}
	}
	return nil, fmt.Errorf("cannot lock %s: the file system does not keep the file's identity: "+
		"keep run directories on a local disk", path)
}

// take locks f, which was opened as path. It is not ok, without an error, when a
// holder that finished has removed the file since it was opened: a lock on a
// file without a name would exclude nobody.
func take(f *os.File, path string) (ok bool, err error) {
	if err := filelock.Try(f); err != nil {
		return false, err
	}
	return isStill(f, path), nil
}

// isStill reports whether path still names the open file f.
func isStill(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(open, named)
}

// writeHolder leaves the number of this process for the error that another one
// shows. The lock holds without it, so a failure does not matter.
func writeHolder(f *os.File) {
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
}

// readHolder returns " (process N)", or nothing when the file does not say.
func readHolder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if err != nil {
		return ""
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}
