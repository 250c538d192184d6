package batch_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

func filled(t *testing.T, method, rawURL, body string, header http.Header) *request.Filled {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	if header == nil {
		header = http.Header{}
	}
	return &request.Filled{Method: method, URL: u, Header: header, Body: []byte(body), Length: int64(len(body))}
}

func sender(t *testing.T, o batch.HTTPOptions) *batch.HTTPSender {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	o.Concurrency = 2
	s := batch.NewHTTPSender(o)
	t.Cleanup(s.Close)
	return s
}

// newSender makes a sender as sender does.
type newSender func(*testing.T, batch.HTTPOptions) *batch.HTTPSender

// eachWay runs a test for both ways that requests go out.
func eachWay(t *testing.T, test func(*testing.T, newSender)) {
	t.Run("direct", func(t *testing.T) { test(t, sender) })
	t.Run("Transport", func(t *testing.T) {
		test(t, func(t *testing.T, o batch.HTTPOptions) *batch.HTTPSender {
			s := sender(t, o)
			batch.OverTransport(s)
			return s
		})
	})
}

// rawServer answers each connection by hand.
func rawServer(t *testing.T, serve func(n int64, c net.Conn)) (addr string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	connections = &atomic.Int64{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(connections.Add(1), c)
			}()
		}
	}()
	return l.Addr().String(), connections
}

func readRequest(c net.Conn) { readWhole(bufio.NewReader(c)) }

// readWhole reads one request to the end of its body.
func readWhole(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}

// TestSendNeverReplays sends the requests that net/http would send a second
// time by itself: with an Idempotency-Key, without a body, on a connection that
// the server closed. The server must see each once.
func TestSendNeverReplays(t *testing.T) { eachWay(t, testSendNeverReplays) }

func testSendNeverReplays(t *testing.T, sender newSender) {
	for _, c := range []struct {
		name, method, body string
		header             http.Header
	}{
		{"post", "POST", "a=1", nil},
		{"idempotency key", "POST", "a=1", http.Header{"Idempotency-Key": {"k"}}},
		{"idempotency key, empty body", "POST", "", http.Header{"X-Idempotency-Key": {"k"}}},
		{"get", "GET", "", nil},
		{"put", "PUT", "a=1", nil},
		{"delete", "DELETE", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int64
			addr, _ := rawServer(t, func(n int64, conn net.Conn) {
				// The first request of a connection is answered and the connection
				// kept; the second is read and the connection closed.
				r := bufio.NewReader(conn)
				for i := range 2 {
					if !readWhole(r) {
						return
					}
					requests.Add(1)
					if i == 0 {
						_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
					}
				}
			})
			s := sender(t, batch.HTTPOptions{})
			f := filled(t, c.method, "http://"+addr+"/x", c.body, c.header)
			if got := s.Send(t.Context(), f); got.Ending != batch.Answered || got.Answer.Status != 200 {
				t.Fatalf("first: %+v", got)
			}
			got := s.Send(t.Context(), f)
			if got.Ending != batch.Uncertain || got.Cause != batch.CauseNetwork {
				t.Errorf("second: ending %d, cause %s, %s", got.Ending, got.Cause, got.Message)
			}
			if n := requests.Load(); n != 2 {
				t.Errorf("the server saw %d requests, want 2", n)
			}
		})
	}
}

// TestSendEndings is the table of what each end of an attempt means.
func TestSendEndings(t *testing.T) { eachWay(t, testSendEndings) }

func testSendEndings(t *testing.T, sender newSender) {
	answer := func(text string) func(int64, net.Conn) {
		return func(_ int64, c net.Conn) { readRequest(c); _, _ = io.WriteString(c, text) }
	}
	for _, c := range []struct {
		name   string
		serve  func(int64, net.Conn)
		ending batch.Ending
		cause  string
		status int
		body   string
		cut    bool
	}{
		{"ok", answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), batch.Answered, "", 200, "ok", false},
		{"redirect", answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"), batch.Answered, "", 307, "", false},
		{"body cut short", answer("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok"), batch.Answered, "", 200, "ok", true},
		{"closed without an answer", func(_ int64, c net.Conn) { readRequest(c) }, batch.Uncertain, batch.CauseNetwork, 0, "", false},
		{"closed in the status line", answer("HTTP/1.1 2"), batch.Uncertain, batch.CauseNetwork, 0, "", false},
		{"not HTTP", answer("SSH-2.0-x\r\n\r\n"), batch.Uncertain, batch.CauseNetwork, 0, "", false},
		{"hangs", func(_ int64, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, batch.Uncertain, batch.CauseTimeout, 0, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr, connections := rawServer(t, c.serve)
			s := sender(t, batch.HTTPOptions{Timeout: 300 * time.Millisecond})
			got := s.Send(t.Context(), filled(t, "POST", "http://"+addr+"/x", "a=1", nil))
			if got.Ending != c.ending || got.Cause != c.cause || got.Answer.Status != c.status || string(got.Answer.Body) != c.body || got.Answer.Cut != c.cut {
				t.Errorf("%+v", got)
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d connections", n)
			}
			if c.ending != batch.Answered && (got.Message == "" || strings.Contains(got.Message, "http://")) {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}

// TestSendNothing is what provably never left this machine.
func TestSendNothing(t *testing.T) { eachWay(t, testSendNothing) }

func testSendNothing(t *testing.T, sender newSender) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	plain, _ := rawServer(t, func(_ int64, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	silent, _ := rawServer(t, func(_ int64, c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	untrusted := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was sent") }))
	defer untrusted.Close()
	untrusted.Config.ErrorLog = nil
	for name, url := range map[string]string{
		"refused":             "http://" + closed + "/",
		"not found":           "http://no.such.host.invalid/",
		"no TLS":              "https://" + plain + "/",
		"TLS never answers":   "https://" + silent + "/",
		"certificate unknown": untrusted.URL,
	} {
		t.Run(name, func(t *testing.T) {
			s := sender(t, batch.HTTPOptions{Timeout: 500 * time.Millisecond})
			got := s.Send(t.Context(), filled(t, "POST", url, "a=1", nil))
			if got.Ending != batch.NothingSent || got.Message == "" {
				t.Errorf("ending %d, cause %s, %s", got.Ending, got.Cause, got.Message)
			}
		})
	}
}

// TestSendHeaderTimeout gives up on a silent server before the whole time is up,
// and not on a slow answer that has begun.
func TestSendHeaderTimeout(t *testing.T) { eachWay(t, testSendHeaderTimeout) }

func testSendHeaderTimeout(t *testing.T, sender newSender) {
	silent, _ := rawServer(t, func(_ int64, c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	s := sender(t, batch.HTTPOptions{Timeout: time.Hour, HeaderTimeout: 50 * time.Millisecond})
	if got := s.Send(t.Context(), filled(t, "POST", "http://"+silent+"/", "a=1", nil)); got.Ending != batch.Uncertain || got.Cause != batch.CauseTimeout {
		t.Errorf("%+v", got)
	}
	begun := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-begun
		_, _ = io.WriteString(w, "late")
	}))
	defer slow.Close()
	time.AfterFunc(100*time.Millisecond, func() { close(begun) })
	if got := s.Send(t.Context(), filled(t, "POST", slow.URL, "a=1", nil)); string(got.Answer.Body) != "late" {
		t.Errorf("%+v", got)
	}
}

// TestSendBounded reads no more of an answer than the limit.
func TestSendBounded(t *testing.T) { eachWay(t, testSendBounded) }

func testSendBounded(t *testing.T, sender newSender) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range 1 << 14 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	s := sender(t, batch.HTTPOptions{MaxBody: 1000})
	got := s.Send(t.Context(), filled(t, "POST", server.URL, "a=1", nil))
	if got.Ending != batch.Answered || len(got.Answer.Body) != 1000 || !got.Answer.Cut {
		t.Errorf("%d bytes, cut %v", len(got.Answer.Body), got.Answer.Cut)
	}
}

// TestSendContentLength: a request without a body says so, but for the methods
// that are not expected to have one.
func TestSendContentLength(t *testing.T) { eachWay(t, testSendContentLength) }

func testSendContentLength(t *testing.T, sender newSender) {
	var got atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got.Store(r.Header.Get("Content-Length")) }))
	defer server.Close()
	send := sender(t, batch.HTTPOptions{})
	for method, want := range map[string]string{
		"POST": "0", "PUT": "0", "PATCH": "0", "COPY": "0", "PROPFIND": "0", "REINDEX": "0", "GET": "", "HEAD": "", "DELETE": "", "OPTIONS": "",
	} {
		if s := send.Send(t.Context(), filled(t, method, server.URL, "", http.Header{})); s.Ending != batch.Answered || got.Load() != want {
			t.Errorf("%s: %+v, Content-Length %q, want %q", method, s, got.Load(), want)
		}
	}
}

// TestSendCancelled ends an attempt with its context.
func TestSendCancelled(t *testing.T) { eachWay(t, testSendCancelled) }

func testSendCancelled(t *testing.T, sender newSender) {
	ctx, cancel := context.WithCancel(t.Context())
	addr, _ := rawServer(t, func(_ int64, c net.Conn) { readRequest(c); cancel(); _, _ = io.Copy(io.Discard, c) })
	s := sender(t, batch.HTTPOptions{})
	got := s.Send(ctx, filled(t, "POST", "http://"+addr+"/", "a=1", nil))
	if got.Ending != batch.Uncertain || got.Cause != batch.CauseInterrupted {
		t.Errorf("%+v", got)
	}
}

// TestSendEarlyAnswer: a server that answers before it has read a body gets no byte
// of the next row's in it, though the next row is filled as soon as the answer is there.
func TestSendEarlyAnswer(t *testing.T) {
	var mixed atomic.Int64
	var done sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done.Add(1)
		defer done.Done()
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "ok")
		_ = control.Flush()
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 && strings.Count(string(body), string(body[:1])) != len(body) {
			mixed.Add(1)
		}
	}))
	defer server.Close()
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "i", "request": {"method": "POST", "url": %q,
		"body": {"mode": "raw", "raw": "{{c}}"}}}]}`, server.URL))
	if err != nil {
		t.Fatal(err)
	}
	template := request.Compile(c.Items[0], request.Options{Columns: []string{"c"}})
	s := sender(t, batch.HTTPOptions{})
	var f request.Filled
	answered := 0
	for i := range 10 {
		// More than the sockets hold, so that the transport still writes.
		if err := template.Fill(&f, []string{strings.Repeat(string(rune('a'+i%26)), 8<<20)}, int64(i)); err != nil {
			t.Fatal(err)
		}
		if sent := s.Send(t.Context(), &f); sent.Ending == batch.Answered {
			answered++
		}
	}
	done.Wait()
	if mixed.Load() != 0 || answered == 0 {
		t.Errorf("%d bodies had bytes of others; %d answers", mixed.Load(), answered)
	}
}
