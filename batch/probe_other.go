//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package batch

import "syscall"

// canProbe says that a connection can be looked at without waiting.
const canProbe = false

func prober(syscall.RawConn) func() bool { return func() bool { return false } }
