//go:build unix

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Try takes an exclusive lock on f without waiting.
func Try(f *os.File) error { return try(f, unix.LOCK_EX) }

// TryShared takes a lock that excludes only an exclusive one, without waiting.
func TryShared(f *os.File) error { return try(f, unix.LOCK_SH) }

func try(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrHeld
		default:
			return &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}
