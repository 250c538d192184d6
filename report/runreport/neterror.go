package runreport

import (
	"errors"
	"net"
	"os"
	"syscall"

	"github.com/pmrun/pmrun/collection/runner"
)

// jsonNetError is what newman's reports say of a request without an answer, in the
// words of Node.
type jsonNetError struct {
	Errno   int    `json:"errno,omitempty"`
	Code    string `json:"code,omitempty"`
	Syscall string `json:"syscall,omitempty"`
	Address string `json:"address,omitempty"`
	Port    int    `json:"port,omitempty"`
}

func netErrorOf(err error) *jsonNetError {
	out := &jsonNetError{}
	var known *runner.NetError
	if errors.As(err, &known) {
		out.Code = known.Code
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		out.Errno = -int(number)
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		out.Syscall = call.Syscall
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		out.Syscall = "getaddrinfo"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		if addr, ok := op.Addr.(*net.TCPAddr); ok {
			out.Address, out.Port = addr.IP.String(), addr.Port
		}
	}
	return out
}
