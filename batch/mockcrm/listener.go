package mockcrm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// grace is how long Close waits for requests in flight.
	grace = 3 * time.Second
	// A connection may be idle, or may not have sent its first byte, for this
	// long. It is more than clients keep idle connections (90 s in Go), so
	// that it is not this end that closes one just as it is used.
	idleTimeout   = 2 * time.Minute
	headerTimeout = 10 * time.Second
	// tlsRecord is the first byte of every TLS connection, and of no HTTP one.
	tlsRecord = 0x16
)

// Listener serves one handler on one loopback address, to plain HTTP and TLS
// clients alike.
type Listener struct {
	tcp           net.Listener
	plain, secure *http.Server
	plainConns    *handoff
	secureConns   *handoff
	certs         *authority
	grace         time.Duration // tests shorten it

	abort context.CancelFunc // cancels the requests in flight
	stop  func() bool        // forgets the context of Start
	done  chan struct{}
	once  sync.Once
	err   error
	wg    sync.WaitGroup // everything that this Listener started

	mu     sync.Mutex
	silent map[net.Conn]struct{} // have not begun a request yet
	closed bool
}

// Start listens on loopback for a client that believes it talks to another
// host: plain HTTP/1.1, and HTTP/2 or HTTP/1.1 over TLS, on one port. addr is
// host:port, where host is empty (127.0.0.1), localhost or a loopback address
// and port 0 means any free one; an empty addr is 127.0.0.1:0. Any other host
// is an error, because what is sent here includes real tokens. The Listener
// closes when ctx is done, or by Close.
//
// There are no limits on the time of a body or an answer: a handler's latency
// is its own business.
func Start(ctx context.Context, s http.Handler, addr string) (*Listener, error) {
	if s == nil {
		return nil, errors.New("mockcrm: Start needs a handler")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("mockcrm: not started: %w", err)
	}
	addr, err := loopback(addr)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	tcp, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("mockcrm: cannot listen on %s; is another program using the port? %w", addr, err)
	}
	certs, err := newAuthority(tcp.Addr())
	if err != nil {
		return nil, errors.Join(err, tcp.Close())
	}
	// Requests outlive ctx for the grace of Close.
	base, abort := context.WithCancel(context.WithoutCancel(ctx))
	server := func() *http.Server {
		return &http.Server{
			Handler:           s,
			ReadHeaderTimeout: headerTimeout,
			IdleTimeout:       idleTimeout,
			BaseContext:       func(net.Listener) context.Context { return base },
			// Clients that do not trust the certificates, or hang up, are no
			// news: they say so themselves.
			ErrorLog: log.New(io.Discard, "", 0),
		}
	}
	l := &Listener{
		tcp:         tcp,
		plain:       server(),
		secure:      server(),
		plainConns:  newHandoff(tcp.Addr()),
		secureConns: newHandoff(tcp.Addr()),
		certs:       certs,
		grace:       grace,
		abort:       abort,
		done:        make(chan struct{}),
		silent:      map[net.Conn]struct{}{},
	}
	l.secure.TLSConfig = &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: certs.certificate,
	}
	l.secure.ConnState = l.shakenHands
	// Serve returns when its handoff or its server is closed, never before.
	l.wg.Go(func() { _ = l.plain.Serve(l.plainConns) })
	l.wg.Go(func() { _ = l.secure.ServeTLS(l.secureConns, "", "") })
	l.wg.Go(l.accept)
	l.stop = context.AfterFunc(ctx, l.shut)
	return l, nil
}

// loopback checks that addr is on this machine and fills in what it leaves out.
func loopback(addr string) (string, error) {
	if addr == "" {
		addr = ":0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("mockcrm: the listen address %q is not host:port (such as 127.0.0.1:8080): %w", addr, err)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("mockcrm: the listen address %q is not on loopback: use 127.0.0.1:%s, so that no other machine can reach it", addr, port)
	}
	return net.JoinHostPort(host, port), nil
}

// Addr is the host:port to connect to, for plain HTTP and TLS alike.
func (l *Listener) Addr() string { return l.tcp.Addr().String() }

// RootCAs trusts the certificates of this Listener and no others. They are
// made in memory when it starts, so the pool is worth nothing after Close.
// With it, every host name verifies; of addresses, those that ServeIP was
// told, the loopback ones and the Listener's own.
func (l *Listener) RootCAs() *x509.CertPool { return l.certs.pool.Clone() }

// ServeIP makes an address verify that a client uses as the host of its URL.
// Clients do not name addresses in the TLS handshake, so the Listener has to
// be told, before they connect.
func (l *Listener) ServeIP(ip net.IP) { l.certs.addIP(ip) }

// Close stops listening, gives the requests in flight three seconds, then ends
// them, and returns when everything has stopped. Further calls wait for the
// first and return its error.
func (l *Listener) Close() error {
	l.stop()
	l.shut()
	return l.err
}

func (l *Listener) shut() {
	l.once.Do(func() {
		close(l.done)
		l.err = l.tcp.Close()
		l.dropSilent()

		ctx, cancel := context.WithTimeout(context.Background(), l.grace)
		defer cancel()
		var servers sync.WaitGroup
		for _, s := range []*http.Server{l.plain, l.secure} {
			servers.Go(func() {
				if s.Shutdown(ctx) != nil {
					l.abort()
					_ = s.Close()
				}
			})
		}
		servers.Wait()
		l.abort()
		// For a server that had not begun to serve.
		_ = l.plainConns.Close()
		_ = l.secureConns.Close()
		l.wg.Wait()
	})
}

// accept takes connections until the Listener closes. It never waits for a
// client.
func (l *Listener) accept() {
	for {
		c, err := l.tcp.Accept()
		switch {
		case err == nil:
			if l.addSilent(c) {
				l.wg.Go(func() { l.sniff(c) })
			}
		case errors.Is(err, net.ErrClosed):
			return
		default:
			// Out of file descriptors, most likely: try again, unless closed.
			if !l.pause(50 * time.Millisecond) {
				return
			}
		}
	}
}

func (l *Listener) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.done:
		return false
	}
}

// sniff waits for a connection's first byte and passes it on to the server
// that understands it.
func (l *Listener) sniff(c net.Conn) {
	var first [1]byte
	_ = c.SetReadDeadline(time.Now().Add(idleTimeout))
	_, err := io.ReadFull(c, first[:])
	l.removeSilent(c)
	if err != nil || c.SetReadDeadline(time.Time{}) != nil {
		_ = c.Close()
		return
	}
	to := l.plainConns
	if first[0] == tlsRecord {
		to = l.secureConns
	}
	to.deliver(&begunConn{Conn: c, first: first[0], pending: true})
}

// shakenHands keeps TLS connections among the silent ones until their first
// request: clients keep spare ones, and a server that shuts down would wait
// for these.
func (l *Listener) shakenHands(c net.Conn, state http.ConnState) {
	if state == http.StateNew {
		l.addSilent(c)
	} else {
		l.removeSilent(c)
	}
}

// addSilent registers a connection so that Close can end its wait; after
// Close it ends the connection instead and reports false.
func (l *Listener) addSilent(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = c.Close()
		return false
	}
	l.silent[c] = struct{}{}
	return true
}

func (l *Listener) removeSilent(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.silent, c)
}

func (l *Listener) dropSilent() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.silent {
		_ = c.Close()
	}
}

// begunConn is a connection whose first byte was read already.
type begunConn struct {
	net.Conn
	first   byte
	pending bool
}

func (c *begunConn) Read(p []byte) (int, error) {
	if c.pending && len(p) > 0 {
		c.pending = false
		p[0] = c.first
		return 1, nil
	}
	return c.Conn.Read(p)
}

// CloseWrite lets the HTTP server end its side first, so that a client which
// still sends gets to read the answer.
func (c *begunConn) CloseWrite() error {
	if t, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return t.CloseWrite()
	}
	return nil
}

// handoff is a net.Listener that another goroutine feeds.
type handoff struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newHandoff(addr net.Addr) *handoff {
	return &handoff{addr: addr, conns: make(chan net.Conn), done: make(chan struct{})}
}

// deliver gives a connection to Accept, or closes it when the handoff closes.
func (h *handoff) deliver(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.done:
		_ = c.Close()
	}
}

func (h *handoff) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handoff) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

func (h *handoff) Addr() net.Addr { return h.addr }
