//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package batch

import "syscall"

// canProbe says that a connection can be looked at without waiting.
const canProbe = true

// prober returns what reports whether nothing has come on a connection: no byte, and
// no end. What has come is lost: the connection is then of no use.
func prober(conn syscall.RawConn) func() bool {
	silent := false
	var one [1]byte
	look := func(fd uintptr) bool {
		_, err := syscall.Read(int(fd), one[:])
		silent = err == syscall.EAGAIN
		return true
	}
	return func() bool {
		silent = false
		return conn.Read(look) == nil && silent
	}
}
