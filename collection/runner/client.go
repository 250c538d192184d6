package runner

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
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
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
)

// ClientCert is a certificate that is shown to the hosts whose URLs match.
type ClientCert struct {
	Name    string
	Matches []string // patterns of URLs; none match all
	Cert    tls.Certificate
}

// NetOptions say how requests reach their hosts.
type NetOptions struct {
	// Timeout bounds one request with its redirects; 0 is no bound.
	Timeout time.Duration
	// Insecure accepts any certificate. RootCAs, when not nil, are trusted.
	Insecure bool
	RootCAs  *x509.CertPool
	// ClientCerts are tried in order.
	ClientCerts []ClientCert
	// IgnoreRedirects takes a redirect for the answer.
	IgnoreRedirects bool
	// Dial, when not nil, makes every connection.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

const (
	// mostRedirects is Postman's.
	mostRedirects = 10
	// mostBody bounds an answer's body, in bytes, packed and unpacked.
	mostBody = 1 << 30
)

// client makes requests. It can be used by several goroutines.
type client struct {
	o   NetOptions
	jar *Jar

	mu         sync.Mutex
	transports map[transportKey]*http.Transport
}

// transportKey says which requests share connections.
type transportKey struct {
	insecure bool // any certificate is accepted
	cert     int  // place of the client's certificate, -1 for none
	// who logs in on a connection (NTLM), empty when nobody does. No one else's request
	// goes over it, and it is HTTP/1.1, because HTTP/2 mixes requests on one connection.
	who string
}

func newClient(o NetOptions, jar *Jar) *client {
	return &client{o: o, jar: jar, transports: make(map[transportKey]*http.Transport)}
}

// transport gives the transport of a key, made when it is first used.
func (c *client) transport(key transportKey) *http.Transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.transports[key]
	if t != nil {
		return t
	}
	var cert *tls.Certificate
	if key.cert >= 0 {
		cert = &c.o.ClientCerts[key.cert].Cert
	}
	t = transport(c.o, key.insecure, cert)
	if key.who != "" {
		t.ForceAttemptHTTP2 = false
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	c.transports[key] = t
	return t
}

// usual is the transport of a request about which nothing is said.
func (c *client) usual() *http.Transport {
	return c.transport(transportKey{insecure: c.o.Insecure, cert: -1})
}

func transport(o NetOptions, insecure bool, cert *tls.Certificate) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // requests say themselves what they take
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: insecure, RootCAs: o.RootCAs}
	if cert != nil {
		t.TLSClientConfig.Certificates = []tls.Certificate{*cert}
	}
	t.MaxIdleConnsPerHost = 64
	dial := (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	if o.Dial != nil {
		dial, t.Proxy = o.Dial, nil
	}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(addr); err == nil && strings.HasSuffix(host, ".localhost") {
			addr = net.JoinHostPort("localhost", port) // RFC 6761
		}
		return dial(ctx, network, addr)
	}
	return t
}

func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.transports {
		t.CloseIdleConnections()
	}
}

// transportFor picks the transport for a URL; what the behavior says of certificates
// comes before the options.
func (c *client) transportFor(u *url.URL, b collection.Behavior, who string) *http.Transport {
	key := transportKey{insecure: c.o.Insecure, cert: -1, who: who}
	if u.Scheme == "https" {
		if b.StrictSSL != nil {
			key.insecure = !*b.StrictSSL
		}
		key.cert = slices.IndexFunc(c.o.ClientCerts, func(cert ClientCert) bool {
			return len(cert.Matches) == 0 || slices.ContainsFunc(cert.Matches, func(p string) bool { return matchURL(p, u) })
		})
	}
	return c.transport(key)
}

// outgoing is a request as it goes out.
type outgoing struct {
	Method string
	URL    *url.URL
	Host   string
	Header http.Header
	// open gives the body anew; nil when there is none.
	open   func() (io.ReadCloser, error)
	length int64
	// who is whoever logs in on a connection, empty when nobody does.
	who string
}

func outgoingOf(f *request.Filled) *outgoing {
	o := &outgoing{Method: f.Method, URL: f.URL, Host: f.Host, Header: f.Header.Clone(), length: f.Length}
	if f.Length > 0 {
		o.open = f.Reader
	}
	return o
}

// exchange is a request with its answer.
type exchange struct {
	sent     *outgoing // the last one, when redirects were followed
	response *script.Response
	raw      *http.Response // without its body
	timing   Timing
}

// do makes a request and follows its redirects. The error is in words, without what
// may be secret in the URL.
func (c *client) do(ctx context.Context, o *outgoing, b collection.Behavior) (*exchange, error) {
	if c.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.o.Timeout)
		defer cancel()
	}
	follow := !c.o.IgnoreRedirects
	if b.FollowRedirects != nil {
		follow = *b.FollowRedirects
	}
	most := mostRedirects
	if b.MaxRedirects != nil {
		most = *b.MaxRedirects
	}
	for hops := 0; ; hops++ {
		x, err := c.once(ctx, o, b)
		if err != nil {
			return nil, c.explain(ctx, err)
		}
		location := x.raw.Header.Get("Location")
		if !follow || location == "" || x.raw.StatusCode/100 != 3 {
			return x, nil
		}
		if hops == most {
			return nil, fmt.Errorf("exceeded maxRedirects: there were more than %d redirects, probably a loop", most)
		}
		if o, err = redirected(o, x.raw.StatusCode, location, b); err != nil {
			return nil, err
		}
	}
}

// redirected is the request that follows a redirect: a GET without the body, but for
// 307 and 308, or when the behaviour keeps the method; credentials stay with the host that they were for.
func redirected(o *outgoing, code int, location string, b collection.Behavior) (*outgoing, error) {
	u, err := o.URL.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("the server redirects to an address that is none: %q", location)
	}
	u.RawQuery = request.EscapeQuery(u.RawQuery)
	next := *o
	next.URL, next.Host, next.Header = u, "", o.Header.Clone()
	if !b.FollowOriginalMethod && code != 307 && code != 308 {
		if next.Method != http.MethodHead {
			next.Method = http.MethodGet
		}
		next.open, next.length = nil, 0
		next.Header.Del("Content-Type")
	}
	if !strings.EqualFold(u.Hostname(), o.URL.Hostname()) {
		if !b.FollowAuthorization {
			next.Header.Del("Authorization")
		}
		next.Header.Del("Cookie")
	}
	if !b.RemoveReferer {
		from := *o.URL
		from.User, from.Fragment = nil, ""
		next.Header.Set("Referer", from.String())
	}
	return &next, nil
}

// once makes one request and reads its answer whole.
func (c *client) once(ctx context.Context, o *outgoing, b collection.Behavior) (*exchange, error) {
	x := &exchange{sent: o}
	clock := &stopwatch{began: time.Now()}
	req := (&http.Request{
		Method: o.Method, URL: o.URL, Host: o.Host, Header: o.Header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: o.length, Body: http.NoBody,
	}).WithContext(httptrace.WithClientTrace(ctx, clock.trace()))
	if o.open != nil {
		body, err := o.open()
		if err != nil {
			return nil, err
		}
		req.Body = body
	} else if o.Method == http.MethodPost || o.Method == http.MethodPut || o.Method == http.MethodPatch {
		req.TransferEncoding = []string{"identity"} // so that Content-Length: 0 is said
	}
	if !b.DisableCookies {
		c.addCookies(req)
		x.sent.Header = req.Header
	}
	resp, err := c.transportFor(o.URL, b, o.who).RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if !b.DisableCookies {
		for _, cookie := range Cookies(resp.Header) {
			c.jar.Set(o.URL, cookie)
		}
	}
	packed, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	if err != nil {
		return nil, err
	}
	body, err := unpack(packed, resp.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, err
	}
	if len(packed) > mostBody || len(body) > mostBody {
		return nil, fmt.Errorf("the answer is longer than %d MiB", mostBody>>20)
	}
	x.timing = clock.stop()
	x.raw = resp
	x.response = &script.Response{
		Code: resp.StatusCode, Reason: reason(resp), Headers: headersOf(resp.Header), Body: body, Time: x.timing.Total,
		HeaderSize: headerSize(resp), BodySize: int64(len(packed)), Cookies: c.jar.Get(o.URL),
	}
	return x, nil
}

// addCookies adds the jar's cookies to those that the request has itself, byte for byte
// as the server gave them: http.Request.AddCookie changes some values.
func (c *client) addCookies(req *http.Request) {
	var pairs []string
	if own := req.Header.Get("Cookie"); own != "" {
		pairs = append(pairs, own)
	}
	for _, cookie := range c.jar.Get(req.URL) {
		pair := cookie.Value
		if cookie.Name != "" {
			pair = cookie.Name + "=" + pair
		}
		pairs = append(pairs, pair)
	}
	if len(pairs) > 0 {
		req.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
}

// reason is the text of the status line, or the usual one where there is none.
func reason(resp *http.Response) string {
	_, text, _ := strings.Cut(resp.Status, " ")
	if text == "" {
		return http.StatusText(resp.StatusCode)
	}
	return text
}

// headersOf lists headers by name: Go does not keep their order.
func headersOf(h http.Header) []script.Header {
	var list []script.Header
	for key, values := range h {
		for _, value := range values {
			list = append(list, script.Header{Key: key, Value: value})
		}
	}
	slices.SortStableFunc(list, func(a, b script.Header) int { return strings.Compare(a.Key, b.Key) })
	return list
}

func headerSize(resp *http.Response) int64 {
	n := len("HTTP/1.1 \r\n\r\n") + len(resp.Status)
	for key, values := range resp.Header {
		for _, value := range values {
			n += len(key) + len(": \r\n") + len(value)
		}
	}
	return int64(n)
}

// unpack undoes the Content-Encoding of a body.
func unpack(body []byte, encodings string) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	list := strings.Split(encodings, ",")
	slices.Reverse(list)
	for _, name := range list {
		var r io.Reader
		var err error
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			r, err = gzip.NewReader(bytes.NewReader(body))
		case "br":
			r = brotli.NewReader(bytes.NewReader(body))
		case "deflate":
			if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
				r, err = rawDeflate(body), nil // as some servers send it
			}
		default:
			continue
		}
		if err == nil {
			body, err = io.ReadAll(io.LimitReader(r, mostBody+1))
		}
		if err != nil {
			// Not wrapped: an end that comes too early is no failure of the network here.
			return nil, fmt.Errorf("the answer says that it is packed with %s, and cannot be unpacked: %v", strings.TrimSpace(name), err)
		}
	}
	return body, nil
}

// explain puts a failure of the network into words.
func (c *client) explain(ctx context.Context, err error) error {
	var netErr net.Error
	if errors.Is(err, context.DeadlineExceeded) && c.o.Timeout > 0 && ctx.Err() != nil {
		return &NetError{Code: "ESOCKETTIMEDOUT", Message: fmt.Sprintf("no answer within %s", c.o.Timeout), Err: err}
	}
	if errors.As(err, &netErr) && netErr.Timeout() {
		return &NetError{Code: "ETIMEDOUT", Message: "no connection in time", Err: err}
	}
	return netError(err)
}
