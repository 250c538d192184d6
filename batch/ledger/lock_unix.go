//go:build unix

package ledger

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// release gives the lock up. The file goes first, while the lock still holds,
// so that nobody can hold a lock on the file that is being removed without
// noticing (see acquire).
func release(f *os.File) error {
	_ = os.Remove(f.Name())
	return f.Close()
}

// isNoSpace reports whether err is the system's own "no space left", or a quota.
func isNoSpace(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
