package batch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// direct sends small requests over HTTP/1.1 in the goroutine of the caller: it writes
// one with a single Write and reads its answer, both with net/http's own code. It
// takes about half the time of net/http's Transport, which hands each request and
// each answer from one goroutine to another. A kept connection is looked at just
// before it is used, so that a request seldom goes out on one that the server has
// closed. Nothing in it can send a request a second time.
type direct struct {
	transport *http.Transport // for its settings
	most      int             // connections kept for a host

	mu     sync.Mutex
	hosts  map[origin]*host
	closed bool
}

// origin names a host, as a URL does.
type origin struct{ scheme, host string }

// host is what is known of a host. direct.mu guards it.
type host struct {
	// proxied says that a proxy stands before it, http1 that it speaks HTTP/1.1:
	// https may be HTTP/2, which the Transport finds out.
	proxied, http1 bool
	idle           []*directConn // the one used last is the last
}

const (
	// directLimit bounds the bodies, in bytes, that are written before the answer is
	// read: less than sockets hold, so that a server that answers early is heard.
	directLimit = 64 << 10
	// headerLimit bounds an answer's header, in bytes, as net/http's Transport does.
	headerLimit = 10 << 20
	// mostInterim bounds the answers 1xx before the answer.
	mostInterim = 5
)

func newDirect(t *http.Transport, connections int) *direct {
	return &direct{transport: t, most: connections, hosts: make(map[origin]*host)}
}

// takes reports whether a request can go out directly.
func (d *direct) takes(req *http.Request) bool {
	if !canProbe || req.ContentLength > directLimit || req.Header["Expect"] != nil || !plainHost(req.URL.Host) {
		return false
	}
	key := origin{req.URL.Scheme, req.URL.Host}
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.hosts[key]
	if h == nil {
		proxy, err := d.transport.Proxy(req)
		h = &host{proxied: proxy != nil || err != nil, http1: key.scheme == "http"}
		d.hosts[key] = h
	}
	return h.http1 && !h.proxied
}

// plainHost reports whether a URL's host needs no conversion of names.
func plainHost(host string) bool {
	for i := range len(host) {
		if host[i] <= ' ' || host[i] >= 0x7f {
			return false
		}
	}
	return host != ""
}

// learn notes which HTTP a host has answered with.
func (d *direct) learn(u *url.URL, resp *http.Response) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h := d.hosts[origin{u.Scheme, u.Host}]; h != nil && u.Scheme == "https" {
		h.http1 = resp.ProtoMajor == 1
	}
}

// close closes idle connections, and keeps no more of them.
func (d *direct) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, h := range d.hosts {
		for _, c := range h.idle {
			_ = c.Close()
		}
		h.idle = nil
	}
}

// get returns a connection that is fit for use until the deadline.
func (d *direct) get(ctx context.Context, u *url.URL, deadline time.Time) (*directConn, error) {
	for c := d.pop(u); c != nil; c = d.pop(u) {
		if c.SetDeadline(deadline) == nil && c.quiet() {
			return c, nil
		}
		_ = c.Close()
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	c, err := d.open(ctx, u)
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(deadline)
}

func (d *direct) pop(u *url.URL) *directConn {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.hosts[origin{u.Scheme, u.Host}]
	if h == nil || len(h.idle) == 0 {
		return nil
	}
	last := len(h.idle) - 1
	c := h.idle[last]
	h.idle[last] = nil
	h.idle = h.idle[:last]
	return c
}

// put keeps a connection for the next request.
func (d *direct) put(u *url.URL, c *directConn) {
	c.since = time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.hosts[origin{u.Scheme, u.Host}]
	if d.closed || h == nil || len(h.idle) >= d.most {
		_ = c.Close()
		return
	}
	h.idle = append(h.idle, c)
}

// open makes a connection.
func (d *direct) open(ctx context.Context, u *url.URL) (*directConn, error) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := d.transport.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	c := &directConn{Conn: conn, counted: conn.(*countingConn)}
	if c.silent, err = probe(c.counted.Conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if u.Scheme == "https" {
		config := d.transport.TLSClientConfig.Clone()
		config.ServerName, config.NextProtos = u.Hostname(), []string{"http/1.1"}
		secure := tls.Client(conn, config)
		ctx, cancel := context.WithTimeout(ctx, d.transport.TLSHandshakeTimeout)
		defer cancel()
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		c.Conn = secure
	}
	c.r = bufio.NewReader((*limitedConn)(c))
	return c, nil
}

func probe(conn net.Conn) (func() bool, error) {
	file, ok := conn.(syscall.Conn)
	if !ok {
		return nil, errors.New("the connection cannot be looked at")
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	return prober(raw), nil
}

// directConn is a connection that carries one request after the other.
type directConn struct {
	net.Conn // what is read and written: TLS, or counted itself
	counted  *countingConn
	silent   func() bool
	r        *bufio.Reader
	w        bytes.Buffer
	left     int64     // bytes that may be read
	since    time.Time // idle since then
}

// limitedConn reads a directConn as far as it may be read.
type limitedConn directConn

func (c *limitedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("the header of the answer is longer than %d bytes", headerLimit)
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// quiet reports whether an idle connection can be used: the server has neither
// closed it nor sent what nobody asked for.
func (c *directConn) quiet() bool {
	return time.Since(c.since) < idleTimeout && c.r.Buffered() == 0 && c.silent()
}

// exchange writes a request and reads the header of its answer, which must come within
// the timeout, when it is not 0, and before the connection's deadline.
func (c *directConn) exchange(req *http.Request, headerTimeout time.Duration, deadline time.Time) (*http.Response, error) {
	c.w.Reset()
	if err := req.Write(&c.w); err != nil {
		return nil, err
	}
	_, failed := c.Write(c.w.Bytes())
	if headerTimeout > 0 {
		if until := time.Now().Add(headerTimeout); until.Before(deadline) {
			_ = c.SetReadDeadline(until)
		}
	}
	// Also after a failed write: a server may answer before it has read all.
	resp, err := c.answer(req)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	if headerTimeout > 0 {
		_ = c.SetReadDeadline(deadline)
	}
	resp.Close = resp.Close || failed != nil || resp.StatusCode == http.StatusSwitchingProtocols
	return resp, nil
}

// answer reads the header of the answer, after those of interim answers.
func (c *directConn) answer(req *http.Request) (*http.Response, error) {
	for range mostInterim {
		c.left = headerLimit
		resp, err := http.ReadResponse(c.r, req)
		c.left = math.MaxInt64
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, err
		}
	}
	return nil, errors.New("the server sent too many interim answers")
}

// sendDirect makes one attempt directly.
func (s *HTTPSender) sendDirect(ctx context.Context, req *http.Request, sent *Sent, login func(*http.Response) bool) {
	deadline := sent.Started.Add(s.o.Timeout)
	fail := func(err error, w wireEnd) {
		sent.Duration = time.Since(sent.Started)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		s.classify(sent, err, w)
	}
	c, err := s.direct.get(ctx, req.URL, deadline)
	if err != nil {
		fail(err, wireEnd{nothing: true})
		return
	}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	}
	before := c.counted.written.Load()
	resp, err := c.exchange(req, s.o.HeaderTimeout, deadline)
	if err != nil {
		_ = c.Close()
		fail(err, wireEnd{connected: true, nothing: c.counted.written.Load() == before})
		return
	}
	var whole bool
	sent.Ending = Answered
	sent.Answer, whole = s.read(resp)
	sent.Login = login(resp)
	sent.Duration = time.Since(sent.Started)
	if whole && !resp.Close && ctx.Err() == nil {
		s.direct.put(req.URL, c)
		return
	}
	_ = c.Close()
}
