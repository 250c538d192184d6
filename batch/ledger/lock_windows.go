package ledger

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// release gives the lock up. The file stays: removing it safely is not possible
// here while it is open.
func release(f *os.File) error {
	_ = f.Truncate(0)
	return f.Close()
}

// isNoSpace reports whether err is the system's own "no space left", or a quota.
func isNoSpace(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) ||
		errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}
