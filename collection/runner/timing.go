package runner

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// stopwatch takes the times of a request's parts.
type stopwatch struct {
	mu                              sync.Mutex
	began                           time.Time
	dnsFrom, connectFrom, tlsFrom   time.Time
	dns, connect, secure, firstByte time.Duration
}

// trace notes the parts as they come.
func (s *stopwatch) trace() *httptrace.ClientTrace {
	from := func(t *time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		*t = time.Now()
	}
	since := func(d *time.Duration, t *time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		*d = time.Since(*t)
	}
	return &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { from(&s.dnsFrom) },
		DNSDone:              func(httptrace.DNSDoneInfo) { since(&s.dns, &s.dnsFrom) },
		ConnectStart:         func(string, string) { from(&s.connectFrom) },
		ConnectDone:          func(string, string, error) { since(&s.connect, &s.connectFrom) },
		TLSHandshakeStart:    func() { from(&s.tlsFrom) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { since(&s.secure, &s.tlsFrom) },
		GotFirstResponseByte: func() { since(&s.firstByte, &s.began) },
	}
}

// stop gives the parts and the whole.
func (s *stopwatch) stop() Timing {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := time.Since(s.began)
	return Timing{DNS: s.dns, Connect: s.connect, TLS: s.secure, FirstByte: s.firstByte, Download: max(total-s.firstByte, 0), Total: total}
}
