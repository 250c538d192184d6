package runner

import (
	"bytes"
	"compress/flate"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// NetError is a request without an answer.
type NetError struct {
	// Code is Node's name of it, which newman's reports have; empty where there is none.
	Code string
	// Message says it without the URL, which may hold secrets.
	Message string
	Err     error
}

func (e *NetError) Error() string { return e.Message }
func (e *NetError) Unwrap() error { return e.Err }

func netError(err error) error {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	e := &NetError{Err: err, Message: err.Error()}
	switch {
	case errors.As(err, &dns):
		e.Code, e.Message = "ENOTFOUND", fmt.Sprintf("getaddrinfo ENOTFOUND %s: the host was not found", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Code, e.Message = "ECONNREFUSED", "connect ECONNREFUSED: nothing listens there"
		if errors.As(err, &op) && op.Addr != nil {
			e.Message = fmt.Sprintf("connect ECONNREFUSED %s: nothing listens there", op.Addr)
		}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Code, e.Message = "ECONNRESET", "the server reset the connection"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Code, e.Message = "ECONNRESET", "socket hang up: the server closed the connection without an answer"
	case errors.As(err, &cert):
		e.Code, e.Message = "CERT", "the server's certificate is not trusted: "+cert.Err.Error()+"; --ssl-extra-ca-certs trusts its issuer, --insecure accepts any"
	case errors.As(err, &record):
		e.Code, e.Message = "EPROTO", "the server does not speak TLS on this port"
	}
	return e
}

// rawDeflate reads deflate without zlib's frame.
func rawDeflate(body []byte) io.Reader { return flate.NewReader(bytes.NewReader(body)) }
