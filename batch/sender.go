package batch

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// Ending says how an attempt ended.
type Ending uint8

const (
	// Answered attempts got an answer's status and headers.
	Answered Ending = iota
	// NothingSent attempts provably put no byte of the request on the wire.
	NothingSent
	// Uncertain attempts sent bytes and got no answer: the record may exist.
	Uncertain
)

// Answer is what the server said.
type Answer struct {
	Status int
	Header http.Header
	// Body is cut at the sender's limit; Cut says that there was more, or that
	// the connection broke before its end.
	Body []byte
	Cut  bool
	// Variables are what scripts have set for the row, by name; only captures see them.
	Variables map[string]any
}

// Sent is how one attempt went.
type Sent struct {
	Ending Ending
	Answer Answer
	// Cause and Message say why there is no answer.
	Cause, Message string
	Started        time.Time
	Duration       time.Duration
	// Login says that the server has only asked for credentials: the request was
	// not applied, and the next attempt of it will have them.
	Login bool
}

// Sender puts a request on the wire, once: whatever happens, it never sends the
// request a second time.
type Sender interface {
	Send(ctx context.Context, f *request.Filled) Sent
}

// HTTPOptions configure an HTTPSender.
type HTTPOptions struct {
	// Timeout bounds an attempt from start to the answer's last byte.
	Timeout time.Duration
	// HeaderTimeout bounds the wait for the answer's first byte after the request
	// was written; 0 leaves it to Timeout.
	HeaderTimeout time.Duration
	// Concurrency is how many connections are kept.
	Concurrency int
	// Insecure accepts any certificate.
	Insecure bool
	// Dial, when not nil, makes every connection instead of the network, and
	// proxies are ignored. RootCAs are then the only trusted ones.
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	RootCAs *x509.CertPool
	// MaxBody bounds how much of an answer is read, in bytes; 0 is 1 MiB.
	MaxBody int64
}

const (
	dialTimeout = 10 * time.Second
	tlsTimeout  = 10 * time.Second
	// idleTimeout is shorter than any common server's keep-alive (Apache's
	// default is 5 s), so that a request seldom goes out on a connection that
	// the server is about to close: such a row would be unknown.
	idleTimeout = 3 * time.Second
	// expectTimeout is how long a body waits for a server that does not say
	// whether it wants it.
	expectTimeout  = time.Second
	defaultMaxBody = 1 << 20
	// drainLimit is how much of an over-long answer is read and thrown away to
	// keep the connection; beyond it the connection is closed.
	drainLimit = 64 << 10
)

// HTTPSender sends small requests over HTTP/1.1 directly, and all others over
// net/http's Transport, without any of its replays: it follows no redirect, and
// requests have no GetBody, so that the transport cannot send a body twice.
type HTTPSender struct {
	transport *http.Transport
	direct    *direct
	o         HTTPOptions
}

// NewHTTPSender returns a Sender over real connections.
func NewHTTPSender(o HTTPOptions) *HTTPSender {
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	dial := o.Dial
	proxy := func(*http.Request) (*url.URL, error) { return nil, nil }
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
		proxy = http.ProxyFromEnvironment
	}
	t := &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, localAddr(addr))
			if err != nil {
				return nil, err
			}
			return &countingConn{Conn: conn}, nil
		},
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: o.Insecure, RootCAs: o.RootCAs},
		TLSHandshakeTimeout: tlsTimeout,

		ResponseHeaderTimeout: o.HeaderTimeout,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          o.Concurrency,
		MaxIdleConnsPerHost:   o.Concurrency,
		IdleConnTimeout:       idleTimeout,
		ExpectContinueTimeout: expectTimeout,
		DisableCompression:    true, // requests say themselves what they can take
	}
	return &HTTPSender{transport: t, direct: newDirect(t, o.Concurrency), o: o}
}

// localAddr is the address to connect to: names below localhost are this machine
// (RFC 6761), also where the resolver does not know.
func localAddr(addr string) string {
	if host, port, err := net.SplitHostPort(addr); err == nil && Localhost(host) {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}

// Localhost reports whether a host name is localhost or below it.
func Localhost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Close closes idle connections.
func (s *HTTPSender) Close() {
	s.direct.close()
	s.transport.CloseIdleConnections()
}

// countingConn counts the bytes that were handed to the network.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	// Counted before the write: a write that fails half-way has sent bytes.
	c.written.Add(int64(len(p)))
	return c.Conn.Write(p)
}

// wire follows what one attempt has written.
type wire struct {
	trace httptrace.ClientTrace
	conn  atomic.Pointer[countingConn]
	start atomic.Int64
	lost  atomic.Bool // a connection that cannot be counted
	// release, when not nil, says that the body's bytes are not read any more.
	release func()
}

func newWire() *wire {
	w := &wire{}
	w.trace.GotConn, w.trace.WroteRequest = w.gotConn, w.wrote
	return w
}

// wrote is called when the transport has written the request, or could not: then
// it may still read the body for another try on a connection that it had not used,
// and the body is not released.
func (w *wire) wrote(info httptrace.WroteRequestInfo) {
	if info.Err == nil && w.release != nil {
		w.release()
	}
}

func (w *wire) gotConn(info httptrace.GotConnInfo) {
	conn := info.Conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c, ok := conn.(*countingConn)
	if !ok {
		w.lost.Store(true)
		return
	}
	w.start.Store(c.written.Load())
	w.conn.Store(c)
}

// nothing reports whether provably no byte of the request was written. On
// HTTP/2 other requests share the connection and count too: then the answer is
// false, which errs on the safe side.
func (w *wire) nothing() bool {
	if w.lost.Load() {
		return false
	}
	c := w.conn.Load()
	return c == nil || c.written.Load() == w.start.Load()
}

// end is what is known of an attempt that got no answer.
func (w *wire) end() wireEnd { return wireEnd{connected: w.conn.Load() != nil, nothing: w.nothing()} }

// wireEnd is what is known of an attempt that got no answer: whether it had a
// connection, and whether provably no byte of it was written.
type wireEnd struct{ connected, nothing bool }

// Send makes one attempt.
func (s *HTTPSender) Send(ctx context.Context, f *request.Filled) Sent {
	sent := Sent{Started: time.Now()}
	login, err := f.Login()
	if err != nil {
		s.classify(&sent, err, wireEnd{nothing: true})
		return sent
	}
	req := &http.Request{
		Method: f.Method, URL: f.URL, Host: f.Host, Header: withLogin(f.Header, login),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: f.Length,
	}
	answered := func(resp *http.Response) bool { return login.Answered(resp.StatusCode, resp.Header) }
	if s.direct.takes(req) {
		if body, release, ok := f.Memory(); ok {
			defer release()
			req.Body = body
			if f.Length == 0 {
				empty(req)
			}
			s.sendDirect(ctx, req, &sent, answered)
			return sent
		}
	}
	w := newWire()
	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(ctx, &w.trace), s.o.Timeout)
	defer cancel()
	resp, err := s.roundTrip(ctx, req, f, w)
	if err != nil {
		sent.Duration = time.Since(sent.Started)
		s.classify(&sent, err, w.end())
		return sent
	}
	defer resp.Body.Close()
	s.direct.learn(req.URL, resp)
	sent.Ending = Answered
	sent.Answer, _ = s.read(resp)
	sent.Login = answered(resp)
	sent.Duration = time.Since(sent.Started)
	return sent
}

// roundTrip sends a request with the body of f over the Transport.
func (s *HTTPSender) roundTrip(ctx context.Context, req *http.Request, f *request.Filled, w *wire) (*http.Response, error) {
	body, release, ok := f.Memory()
	w.release = release
	if !ok {
		var err error
		if body, err = f.Reader(); err != nil {
			return nil, err
		}
	}
	// Without GetBody the transport cannot send a body again. What has no body it
	// would send again by itself: on HTTP/2 whatever the method, on HTTP/1 safe
	// methods and those with an idempotency key. So an empty body is a reader too,
	// but where it does not matter: there Content-Length: 0 is what servers expect.
	req.Body = body
	if f.Length == 0 && f.URL.Scheme == "http" && !replayable(f) {
		_ = body.Close()
		empty(req)
	}
	req = req.WithContext(ctx)
	s.forProxy(req)
	return s.transport.RoundTrip(req)
}

// empty makes a request one without a body. Of POST, PUT and PATCH alone net/http
// says Content-Length: 0 by itself.
func empty(req *http.Request) {
	req.Body = http.NoBody
	if req.Method != http.MethodDelete && !safe(req.Method) {
		req.TransferEncoding = []string{"identity"}
	}
}

// withLogin returns the header with what the attempt says of itself.
func withLogin(header http.Header, login *request.Login) http.Header {
	if login == nil {
		return header
	}
	header = header.Clone()
	if login.Header != "" {
		header.Set("Authorization", login.Header)
	}
	if login.Expect {
		header.Set("Expect", "100-continue")
	}
	return header
}

// forProxy makes an opaque URL absolute where a proxy gets it: net/http does so
// by itself for all others.
func (s *HTTPSender) forProxy(req *http.Request) {
	if req.URL.Opaque == "" || req.URL.Scheme != "http" || strings.HasPrefix(req.URL.Opaque, "//") {
		return
	}
	if proxy, err := s.transport.Proxy(req); err == nil && proxy != nil {
		absolute := *req.URL
		absolute.Opaque = "//" + absolute.Host + absolute.Opaque
		req.URL = &absolute
	}
}

// replayable reports whether net/http would send a request without a body again
// by itself on HTTP/1 after it was written: safe methods, and those with a key.
func replayable(f *request.Filled) bool {
	_, key := f.Header["Idempotency-Key"]
	_, xkey := f.Header["X-Idempotency-Key"]
	return safe(f.Method) || key || xkey
}

// safe reports whether net/http takes a method for one that changes nothing.
func safe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// read takes the answer's body up to the limit. whole says that the connection has
// nothing left of it.
func (s *HTTPSender) read(resp *http.Response) (a Answer, whole bool) {
	a = Answer{Status: resp.StatusCode, Header: resp.Header}
	body, err := readBody(resp, s.o.MaxBody+1)
	if int64(len(body)) > s.o.MaxBody {
		body, a.Cut = body[:s.o.MaxBody], true
	}
	a.Body, a.Cut = body, a.Cut || err != nil
	_, left := io.CopyN(io.Discard, resp.Body, drainLimit)
	return a, left == io.EOF && err == nil
}

// readBody reads a body to its end or the limit, in bytes. What the server packed
// with gzip it unpacks: requests ask for no other packing.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") || resp.ContentLength == 0 || resp.Body == http.NoBody {
		return readAll(resp.Body, limit, resp.ContentLength)
	}
	unpacked, err := gzip.NewReader(resp.Body)
	if err == io.EOF {
		return nil, nil // nothing was packed
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(unpacked, limit))
}

// readAll reads a body to its end or the limit, in bytes; expected is how long its
// server says it is.
func readAll(body io.Reader, limit, expected int64) ([]byte, error) {
	const little = 64 << 10 // that much is taken on trust
	if expected > 0 && expected <= min(limit, little) {
		b := make([]byte, expected)
		n, err := io.ReadFull(body, b)
		return b[:n], err
	}
	return io.ReadAll(io.LimitReader(body, limit))
}

// classify says what an attempt without an answer means. This is the one place;
// docs/guarantees.md shows it:
//
//	no connection (DNS, dial, TLS, proxy)                 -> NothingSent
//	a connection, and no byte written to it               -> NothingSent
//	HTTP/2: the stream was refused (REFUSED_STREAM), or
//	is above the last one of a GOAWAY                      -> NothingSent
//	bytes written, no answer                              -> Uncertain
func (s *HTTPSender) classify(sent *Sent, err error, w wireEnd) {
	sent.Ending = Uncertain
	if w.nothing || notProcessed(err) {
		sent.Ending = NothingSent
	}
	sent.Cause, sent.Message = CauseNetwork, networkMessage(err)
	var netErr net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout() {
		sent.Cause = CauseTimeout
		limit := s.o.Timeout
		if s.o.HeaderTimeout > 0 && sent.Duration < limit {
			limit = s.o.HeaderTimeout
		}
		sent.Message = fmt.Sprintf("no answer within %s", limit)
		if !w.connected {
			sent.Cause, sent.Message = CauseNetwork, "no connection in time"
		}
	}
	if errors.Is(err, context.Canceled) {
		sent.Cause, sent.Message = CauseInterrupted, "the run was ended while the attempt was on its way"
	}
}

// streamError has the shape of net/http's own error of an HTTP/2 stream, which
// errors.As fills by shape.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e streamError) Error() string { return fmt.Sprintf("HTTP/2 stream error %d", e.Code) }

// refusedStream is REFUSED_STREAM of RFC 9113, section 7: the request was not
// processed in any way.
const refusedStream = 7

// notProcessed reports whether an HTTP/2 server has said that it did not look at
// the request. net/http has no value for a stream above a GOAWAY's last one, nor
// for a refused stream whose body was read: only their text tells.
func notProcessed(err error) bool {
	var stream streamError
	if errors.As(err, &stream) && stream.Code == refusedStream {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "cannot retry err [") &&
		(strings.Contains(text, "REFUSED_STREAM") || strings.Contains(text, "received Server's graceful shutdown GOAWAY"))
}

// networkMessage says what went wrong in words without the URL, which may hold
// secrets.
func networkMessage(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server reset the connection without an answer"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: the connection was refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection without an answer"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return fmt.Sprintf("the host %s was not found", dns.Name)
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return "the server's certificate is not trusted: " + cert.Err.Error() + "; --insecure accepts any"
	}
	var header tls.RecordHeaderError
	if errors.As(err, &header) {
		return "the server does not speak TLS on this port"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return fmt.Sprintf("%s: %s", op.Op, op.Err)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return err.Error()
}
