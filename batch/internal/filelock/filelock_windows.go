package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Try takes an exclusive lock on f without waiting. What is locked is a byte far
// behind the end of the file: locks are mandatory here, and others want to read
// who holds it.
func Try(f *os.File) error { return try(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// TryShared takes a lock that excludes only an exclusive one, without waiting.
func TryShared(f *os.File) error { return try(f, 0) }

func try(f *os.File, how uint32) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return ErrHeld
	default:
		return &os.PathError{Op: "LockFileEx", Path: f.Name(), Err: err}
	}
}
