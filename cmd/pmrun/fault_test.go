package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// fault is a server that misbehaves and what a load makes of it, by
// docs/guarantees.md.
type fault struct {
	name  string
	serve func(t *testing.T) *faultServer
	args  []string // on top of --retries 1
	rows  int      // 1 when 0; each has to end in the same way
	says  string   // part of the row's message
	// want has more than one outcome where the timing of the network decides:
	// each of them is right.
	want []outcome
}

// outcome is how every row of a load ended, and the load with it.
type outcome struct {
	status, cause  string
	attempts, exit int
	stored         int // how often the server read a whole request
}

// faultServer is a running server.
type faultServer struct {
	scheme, host string
	// stored ends the server and counts the requests that it read to their end.
	stored func() int
}

// TestFault is the fault matrix over HTTP/1.1.
func TestFault(t *testing.T) {
	testFaults(t, slices.Concat(connectionFaults(), cutFaults(), statusFaults(), retryFaults(), envelopeFaults(), sizeFaults()))
}

// TestFaultHTTP2 is what differs, or must not, when all requests share one
// connection.
func TestFaultHTTP2(t *testing.T) {
	testFaults(t, http2Faults())
}

// TestFaultHostNotFound refuses a load before anything is written.
func TestFaultHostNotFound(t *testing.T) {
	t.Parallel()
	const host = "no.such.host.invalid"
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "http", Host: host}}); proxy != nil || err != nil {
		t.Skip("a proxy looks hosts up")
	}
	args, out := loadArgs(t, t.TempDir(), host, 1)
	code, stdout, stderr := pmrun(t, args...)
	if code != 2 || !strings.Contains(stderr, host+" cannot be found") || !strings.Contains(stderr, "nothing was sent") {
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the run directory is there: %v", err)
	}
}

// testFaults makes several loads at once, more than there are processors: most
// of their time is waiting.
func testFaults(t *testing.T, faults []fault) {
	t.Parallel()
	loads := make([]*faultLoad, len(faults))
	var g errgroup.Group
	g.SetLimit(4)
	for i, f := range faults {
		l := newFaultLoad(t, f)
		loads[i] = l
		g.Go(func() error { l.run(t); return nil })
	}
	_ = g.Wait()
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) { loads[i].check(t, f) })
	}
}

// faultLoad is one load and what is left of it.
type faultLoad struct {
	server         *faultServer
	args           []string
	out            string
	stdout, stderr string
	code, stored   int
}

func newFaultLoad(t *testing.T, f fault) *faultLoad {
	l := &faultLoad{server: f.serve(t)}
	l.args, l.out = loadArgs(t, t.TempDir(), l.server.host, max(f.rows, 1))
	if l.server.scheme == "https" {
		useHTTPS(t, l.args[1])
	}
	l.args = slices.Concat(l.args, []string{"--retries", "1"}, f.args)
	return l
}

func (l *faultLoad) run(t *testing.T) {
	l.code, l.stdout, l.stderr = pmrun(t, l.args...)
	l.stored = l.server.stored()
}

func (l *faultLoad) check(t *testing.T, f fault) {
	if _, err := os.Stat(l.out); err != nil {
		t.Fatalf("exit code %d\n%s", l.code, l.stderr)
	}
	_, report := readCSV(t, filepath.Join(l.out, "report.csv"))
	if len(report) != max(f.rows, 1) {
		t.Fatalf("the report has %d rows, want %d", len(report), max(f.rows, 1))
	}
	for i, r := range report {
		got := outcome{status: r["pmrun_status"], cause: r["pmrun_cause"], exit: l.code, stored: l.stored}
		got.attempts, _ = strconv.Atoi(r["pmrun_attempts"])
		if !slices.Contains(f.want, got) {
			t.Errorf("row %d\ngot  %+v\nwant %+v\n%s\n%s", i+1, got, f.want, l.stdout, l.stderr)
		}
		if !strings.Contains(r["pmrun_message"], f.says) {
			t.Errorf("row %d: message %q, want one with %q", i+1, r["pmrun_message"], f.says)
		}
	}
}

// useHTTPS makes a collection of crmFiles post over https.
func useHTTPS(t *testing.T, collection string) {
	t.Helper()
	text, err := os.ReadFile(collection)
	if err != nil {
		t.Fatal(err)
	}
	secure := bytes.Replace(text, []byte("http://{{crm_server}}"), []byte("https://{{crm_server}}"), 1)
	if bytes.Equal(secure, text) {
		t.Fatal("the collection has no http URL")
	}
	write(t, filepath.Dir(collection), filepath.Base(collection), string(secure))
}

// answer is what a server does with the n-th request that it has stored.
type answer func(w http.ResponseWriter, r *http.Request, n int)

// answers serves HTTP/1.1 over plain TCP.
func answers(a answer) func(t *testing.T) *faultServer {
	return func(t *testing.T) *faultServer {
		r, s := startAnswers(t, a)
		r.Start()
		return s("http")
	}
}

// tlsAnswers serves over TLS with a certificate that nobody trusts.
func tlsAnswers(http2 bool, a answer) func(t *testing.T) *faultServer {
	return func(t *testing.T) *faultServer {
		r, s := startAnswers(t, a)
		r.EnableHTTP2 = http2
		r.StartTLS()
		return s("https")
	}
}

func startAnswers(t *testing.T, a answer) (*recorder, func(scheme string) *faultServer) {
	r := &recorder{answer: a}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(r.serve))
	r.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are meant
	return r, func(scheme string) *faultServer {
		t.Cleanup(r.Close)
		return &faultServer{scheme, r.Listener.Addr().String(), func() int { r.Close(); return len(r.stored()) }}
	}
}

// says answers every request alike.
func says(status int, contentType, body string) answer {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// times misbehaves at the first count requests and accepts the others.
func times(count int, a answer) answer {
	return func(w http.ResponseWriter, r *http.Request, n int) {
		if n <= count {
			a(w, r, n)
			return
		}
		_, _ = io.WriteString(w, accepted)
	}
}

// hang answers nothing until the client has gone.
func hang(_ http.ResponseWriter, r *http.Request, _ int) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// abort breaks the connection, or the stream, off.
func abort(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }

// rawServer speaks TCP by hand.
type rawServer struct {
	whole       atomic.Int64
	connections sync.WaitGroup
}

// request reads one request to its end.
func (s *rawServer) request(c net.Conn) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	if _, err := io.Copy(io.Discard, req.Body); err == nil {
		s.whole.Add(1)
	}
}

// raw serves every connection with behave, and closes it afterwards.
func raw(behave func(s *rawServer, c *net.TCPConn)) func(t *testing.T) *faultServer {
	return func(t *testing.T) *faultServer {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &rawServer{}
		s.connections.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				s.connections.Go(func() {
					defer c.Close()
					behave(s, c.(*net.TCPConn))
				})
			}
		})
		stop := func() int {
			_ = l.Close()
			s.connections.Wait()
			return int(s.whole.Load())
		}
		t.Cleanup(func() { stop() })
		return &faultServer{"http", l.Addr().String(), stop}
	}
}

// replies reads the request, sends each text on its own, and closes.
func replies(texts ...string) func(t *testing.T) *faultServer {
	return raw(func(s *rawServer, c *net.TCPConn) {
		s.request(c)
		for _, text := range texts {
			_, _ = io.WriteString(c, text)
		}
	})
}

// reset makes the close of a connection a reset.
func reset(c *net.TCPConn) { _ = c.SetLinger(0) }

// drip sends text, then blanks one by one until the client has gone.
func drip(c net.Conn, text string) {
	_, err := io.WriteString(c, text)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for err == nil {
		<-tick.C
		_, err = io.WriteString(c, " ")
	}
}

// connectionFaults are about connections that are not made, or do not last
// until the request was read.
func connectionFaults() []fault {
	return []fault{
		{name: "connection refused", serve: func(t *testing.T) *faultServer {
			s := raw(func(*rawServer, *net.TCPConn) {})(t)
			s.stored() // closes the port
			return s
		}, rows: 3, says: "refused", want: []outcome{{"not_sent", "network", 2, 1, 0}}},
		{name: "https at a plain server", serve: func(t *testing.T) *faultServer {
			s := answers(says(200, "application/json", accepted))(t)
			s.scheme = "https"
			return s
		}, says: "does not speak TLS", want: []outcome{{"not_sent", "network", 2, 1, 0}}},
		{name: "certificate not trusted", serve: tlsAnswers(false, says(200, "application/json", accepted)), says: "not trusted",
			want: []outcome{{"not_sent", "network", 2, 1, 0}}},
		{name: "certificate not trusted with -k", serve: tlsAnswers(false, says(200, "application/json", accepted)), args: []string{"-k"},
			want: []outcome{{"succeeded", "", 1, 0, 1}}},
		// The reset comes before, while or after the request is written.
		{name: "reset at once", serve: raw(func(_ *rawServer, c *net.TCPConn) { reset(c) }),
			want: []outcome{{"not_sent", "network", 2, 1, 0}, {"unknown", "network", 1, 5, 0}, {"unknown", "network", 2, 5, 0}}},
		{name: "reset in the middle of the request", serve: raw(func(_ *rawServer, c *net.TCPConn) {
			_, _ = io.ReadFull(c, make([]byte, 10))
			reset(c)
		}), want: []outcome{{"unknown", "network", 1, 5, 0}}},
		{name: "reset after it was stored", serve: raw(func(s *rawServer, c *net.TCPConn) { s.request(c); reset(c) }), rows: 3,
			want: []outcome{{"unknown", "network", 1, 5, 3}}},
		{name: "closed after it was stored", serve: replies(), rows: 3, want: []outcome{{"unknown", "network", 1, 5, 3}}},
		{name: "hangs after storing", serve: answers(hang), rows: 3, args: []string{"--timeout", "300ms"}, says: "no answer within 300ms",
			want: []outcome{{"unknown", "timeout", 1, 5, 3}}},
	}
}

// cutFaults are answers that are no HTTP, or do not come to their end.
func cutFaults() []fault {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	length := func(n int) string { return fmt.Sprintf("%sContent-Length: %d\r\n\r\n", head, n) }
	half := accepted[:len(accepted)/2]
	unread := []outcome{{"unknown", "response", 1, 5, 1}}
	unanswered := []outcome{{"unknown", "network", 1, 5, 1}}
	good := []outcome{{"succeeded", "", 1, 0, 1}}
	return []fault{
		{name: "garbage", serve: replies("\x00\x01\x02 this is no HTTP\r\n\r\n"), want: unanswered},
		{name: "an SSH server's greeting", serve: replies("SSH-2.0-OpenSSH_9.6\r\n"), want: unanswered},
		{name: "closed in the status line", serve: replies("HTTP/1.1 2"), want: unanswered},
		{name: "closed in the header", serve: replies(head + "Content-Le"), want: unanswered},
		{name: "closed in the body", serve: replies(length(len(accepted)), half), want: unread},
		{name: "closed in a chunk", serve: replies(head + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + half), want: unread},
		// Whether the reset overtakes the answer's first half is the network's.
		{name: "reset in the middle of the answer", serve: raw(func(s *rawServer, c *net.TCPConn) {
			s.request(c)
			_, _ = io.WriteString(c, length(len(accepted))+half)
			reset(c)
		}), want: slices.Concat(unread, unanswered)},
		{name: "body drips", serve: raw(func(s *rawServer, c *net.TCPConn) { s.request(c); drip(c, length(1000)+half) }),
			args: []string{"--timeout", "300ms"}, want: unread},
		{name: "header drips", serve: raw(func(s *rawServer, c *net.TCPConn) { s.request(c); drip(c, head+"X: ") }),
			args: []string{"--timeout", "300ms"}, says: "no answer within 300ms", want: []outcome{{"unknown", "timeout", 1, 5, 1}}},
		{name: "truncated JSON of the right length", serve: answers(says(200, "application/json", half)), want: unread},
		{name: "length too short", serve: replies(length(len(half)), accepted), want: unread},
		// The envelope itself is whole: JSON says where it ends.
		{name: "length too long", serve: replies(length(len(accepted)+50), accepted), want: good},
		{name: "length is no number", serve: replies(head+"Content-Length: many\r\n\r\n", accepted), want: unanswered},
		{name: "two lengths that differ", serve: replies(head+"Content-Length: 3\r\n"+length(len(accepted))[len(head):], accepted), want: unanswered},
		{name: "until the connection closes", serve: replies(head+"\r\n", accepted), want: good},
		{name: "100 before the answer", serve: replies("HTTP/1.1 100 Continue\r\n\r\n", length(len(accepted)), accepted), want: good},
		{name: "100 before the request is read", serve: raw(func(s *rawServer, c *net.TCPConn) {
			r := bufio.NewReader(c)
			_, _ = r.Peek(1)
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			s.request(&bufferedConn{c, r})
			_, _ = io.WriteString(c, length(len(accepted))+accepted)
		}), want: good},
		{name: "100 and no answer", serve: replies("HTTP/1.1 100 Continue\r\n\r\n"), want: unanswered},
		{name: "103 before the answer", serve: replies("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", length(len(accepted)), accepted), want: good},
		{name: "101", serve: replies("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), want: unread},
		{name: "413 before the body is read", serve: raw(func(_ *rawServer, c *net.TCPConn) {
			_, _ = io.ReadFull(c, make([]byte, 10))
			_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_, _ = io.Copy(io.Discard, c) // a close with unread bytes would be a reset
		}), args: []string{"--set", "solution=" + strings.Repeat("x", 1<<16)}, says: "413", want: []outcome{{"failed", "refused", 1, 1, 0}}},
	}
}

// bufferedConn is a connection of which some bytes were read ahead.
type bufferedConn struct {
	net.Conn
	r io.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

const htmlPage = "<html><head><title>Error</title></head><body>Something went wrong</body></html>"

// statusFaults are answers without the API's envelope.
func statusFaults() []fault {
	page := func(status int) func(t *testing.T) *faultServer { return answers(says(status, "text/html", htmlPage)) }
	failed := func(cause string) []outcome { return []outcome{{"failed", cause, 1, 1, 1}} }
	unknown := []outcome{{"unknown", "server", 1, 5, 1}}
	wrongToken := []outcome{{"pending", "token", 1, 3, 1}}
	faults := []fault{
		{name: "204", serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusNoContent) }),
			says: "empty body", want: []outcome{{"unknown", "response", 1, 5, 1}}},
		{name: "400 HTML", serve: page(400), says: "HTML", want: failed("refused")},
		{name: "401", serve: page(401), want: wrongToken},
		{name: "403", serve: page(403), want: wrongToken},
		{name: "404", serve: page(404), want: failed("url")},
		{name: "405", serve: page(405), want: failed("method")},
		{name: "408", serve: page(408), want: failed("refused")},
		{name: "413", serve: page(413), want: failed("refused")},
		{name: "415", serve: page(415), want: failed("format")},
		{name: "500 HTML", serve: page(500), says: "HTML", want: unknown},
		{name: "502", serve: page(502), want: unknown},
		{name: "503 without Retry-After", serve: page(503), want: unknown},
		{name: "504", serve: page(504), want: unknown},
		{name: "599", serve: page(599), want: unknown},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		faults = append(faults, fault{name: fmt.Sprint(status), serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Location", "/somewhere/else")
			w.WriteHeader(status)
		}), says: "redirects to /somewhere/else", want: failed("url")})
	}
	return faults
}

// retryFaults are answers that let a row be sent again.
func retryFaults() []fault {
	hold := func(status int, retryAfter string) answer {
		return func(w http.ResponseWriter, _ *http.Request, _ int) {
			switch at, relative := strings.CutPrefix(retryAfter, "now"); {
			case relative:
				d, _ := time.ParseDuration(at)
				w.Header().Set("Retry-After", time.Now().Add(d).UTC().Format(http.TimeFormat))
			case retryAfter != "":
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, htmlPage)
		}
	}
	limited := func(attempts int) []outcome {
		return []outcome{{"failed", "rate_limited", attempts, 1, attempts}}
	}
	good := func(attempts int) []outcome { return []outcome{{"succeeded", "", attempts, 0, attempts}} }
	// Without a rate, the halved pace is one a second, which is longer than the
	// waits here.
	args := func(flags ...string) []string { return append([]string{"--rate", "1000/s"}, flags...) }
	// Within 600 ms there is room for one wait of a second, cut short, or for two
	// or three of the program's own backoff, of 250 to 500 ms.
	asked, backoff := limited(2), slices.Concat(limited(3), limited(4))
	var faults []fault
	for _, f := range []struct {
		name, retryAfter string
		want             []outcome
	}{
		{"seconds", "1", asked}, {"a fraction", "0.2", asked}, {"a date", "now+10s", asked}, {"huge", "99999999999999999999", asked},
		{"zero", "0", backoff}, {"a date that is past", "now-1h", backoff}, {"negative", "-5", backoff}, {"garbage", "soon", backoff}, {"absent", "", backoff},
	} {
		serve := hold(429, f.retryAfter)
		faults = append(faults,
			fault{name: "429 once, Retry-After is " + f.name, serve: answers(times(1, serve)), args: args("--max-wait", "1s"), want: good(2)},
			fault{name: "429 five times, Retry-After is " + f.name, serve: answers(times(5, serve)), args: args("--max-wait", "600ms"), says: "--max-wait", want: f.want},
		)
	}
	const short = "100ms" // for one wait
	return append(faults,
		fault{name: "429 always, --retries 0", serve: answers(hold(429, "1")), args: args("--max-wait", short, "--retries", "0"), want: limited(2)},
		fault{name: "429 always, --max-wait 0", serve: answers(hold(429, "1")), args: args("--max-wait", "0s"), want: limited(1)},
		fault{name: "503 once, Retry-After is seconds", serve: answers(times(1, hold(503, "1"))), args: args("--max-wait", short), want: good(2)},
		fault{name: "503 once, Retry-After is huge", serve: answers(times(1, hold(503, "99999999999999999999"))), args: args("--max-wait", short), want: good(2)},
		fault{name: "503 once, Retry-After is garbage", serve: answers(times(1, hold(503, "soon"))), args: args("--max-wait", short), want: good(2)},
		fault{name: "503 always, Retry-After is seconds", serve: answers(hold(503, "1")), args: args("--max-wait", short),
			want: []outcome{{"failed", "server", 2, 1, 2}}},
		// The second attempt leaves the row unknown, whatever the first was.
		fault{name: "429, then 500", serve: answers(func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				hold(429, "1")(w, r, n)
				return
			}
			says(500, "text/html", htmlPage)(w, r, n)
		}), args: args("--max-wait", short), want: []outcome{{"unknown", "server", 2, 5, 2}}},
	)
}

// envelopeFaults are answers in which envelope and HTTP status disagree, or that
// have no envelope at all.
func envelopeFaults() []fault {
	const no = `{"code":"400","error":"Case insertion API error","msg":"contact does not exist"}`
	json := func(status int, body string) func(t *testing.T) *faultServer {
		return answers(says(status, "application/json", body))
	}
	refused := []outcome{{"failed", "field", 1, 1, 1}}
	unread := []outcome{{"unknown", "response", 1, 5, 1}}
	return []fault{
		{name: "200 and no", serve: answers(says(200, "application/json", no)), rows: 3, says: "contact does not exist",
			want: []outcome{{"failed", "field", 1, 1, 3}}},
		{name: "200 and no, as HTML by its header", serve: answers(says(200, "text/html", no)), want: refused},
		{name: "200 and the token is wrong", serve: json(200, `{"code":"401","error":"unauthorized","msg":"x"}`), want: []outcome{{"pending", "token", 1, 3, 1}}},
		{name: "400 and no", serve: json(400, no), want: refused},
		{name: "500 and no", serve: json(500, `{"code":"500","error":"Case insertion API error","msg":"contact does not exist"}`),
			says: "contact does not exist", want: refused},
		{name: "500 and yes", serve: json(500, accepted), want: []outcome{{"unknown", "server", 1, 5, 1}}},
		{name: "400 and yes", serve: json(400, accepted), want: []outcome{{"failed", "refused", 1, 1, 1}}},
		{name: "201 and yes", serve: json(201, accepted), want: []outcome{{"succeeded", "", 1, 0, 1}}},
		{name: "200 with code 200 and an error", serve: json(200, `{"code":"200","error":"contact does not exist","data":[]}`), want: refused},
		{name: "200 HTML", serve: answers(says(200, "text/html", htmlPage)), rows: 3, says: "HTML", want: []outcome{{"unknown", "response", 1, 5, 3}}},
		{name: "200 empty", serve: json(200, ""), says: "empty body", want: unread},
		{name: "200 null", serve: json(200, "null"), want: unread},
		{name: "200 with JSON that is no envelope", serve: json(200, `{"ok":true}`), want: unread},
		{name: "200 with the envelope twice", serve: json(200, accepted+accepted), want: unread},
		{name: "200 with a PHP warning before the envelope", serve: json(200, "<br />\n<b>Warning</b>: x\n"+accepted), want: unread},
	}
}

// sizeFaults are answers that are compressed, or too long.
func sizeFaults() []fault {
	const mib = 1 << 20
	unread := []outcome{{"unknown", "response", 1, 5, 1}}
	// endless sends a piece again and again, and wants the client to go away
	// before all of them are sent.
	endless := func(piece []byte, pieces int, header ...string) func(t *testing.T) *faultServer {
		return func(t *testing.T) *faultServer {
			return answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
				for i := 0; i < len(header); i += 2 {
					w.Header().Set(header[i], header[i+1])
				}
				for range pieces {
					if _, err := w.Write(piece); err != nil {
						return
					}
				}
				t.Errorf("the client has read %d times %d bytes", pieces, len(piece))
			})(t)
		}
	}
	return []fault{
		{name: "1 GiB in chunks", serve: endless(make([]byte, mib), 1024), want: unread},
		{name: "1 GiB with its length", serve: endless(make([]byte, mib), 1024, "Content-Length", strconv.Itoa(1024*mib)), want: unread},
		// 64 GiB of zeros, in 64 MiB of members of one gzip stream.
		{name: "gzip bomb", serve: endless(gzipped(make([]byte, mib)), 64*1024, "Content-Encoding", "gzip"), want: unread},
		{name: "gzip bomb of 64 MiB", serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bytes.Repeat(gzipped(make([]byte, mib)), 64))
		}), want: unread},
		{name: "gzip", serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(gzipped([]byte(accepted)))
		}), want: []outcome{{"succeeded", "", 1, 0, 1}}},
		{name: "gzip that breaks off", serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(gzipped([]byte(accepted))[:20])
		}), want: unread},
		{name: "no gzip, though the header says so", serve: answers(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, accepted)
		}), want: unread},
	}
}

func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func http2Faults() []fault {
	serve := func(a answer) func(t *testing.T) *faultServer {
		return func(t *testing.T) *faultServer {
			return tlsAnswers(true, func(w http.ResponseWriter, r *http.Request, n int) {
				if r.ProtoMajor != 2 {
					t.Errorf("the request came over %s", r.Proto)
				}
				a(w, r, n)
			})(t)
		}
	}
	insecure := []string{"-k"}
	unread := []outcome{{"unknown", "response", 1, 5, 3}}
	return []fault{
		{name: "good", serve: serve(says(200, "application/json", accepted)), rows: 3, args: insecure, want: []outcome{{"succeeded", "", 1, 0, 3}}},
		{name: "certificate not trusted", serve: serve(says(200, "application/json", accepted)), says: "not trusted", want: []outcome{{"not_sent", "network", 2, 1, 0}}},
		{name: "stream reset after storing", serve: serve(abort), rows: 3, args: insecure, want: []outcome{{"unknown", "network", 1, 5, 3}}},
		{name: "stream reset in the middle of the answer", serve: serve(func(w http.ResponseWriter, r *http.Request, n int) {
			_, _ = io.WriteString(w, accepted[:10])
			_ = http.NewResponseController(w).Flush()
			abort(w, r, n)
		}), rows: 3, args: insecure, want: unread},
		{name: "hangs after storing", serve: serve(hang), rows: 3, args: []string{"-k", "--timeout", "500ms"}, says: "no answer within 500ms",
			want: []outcome{{"unknown", "timeout", 1, 5, 3}}},
		{name: "307", serve: serve(func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Location", "/somewhere/else")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}), rows: 3, args: insecure, says: "redirects to /somewhere/else", want: []outcome{{"failed", "url", 1, 1, 3}}},
		{name: "429 once", serve: serve(times(1, says(429, "text/html", htmlPage))), args: []string{"-k", "--rate", "1000/s"}, want: []outcome{{"succeeded", "", 2, 0, 2}}},
		{name: "500 HTML", serve: serve(says(500, "text/html", htmlPage)), rows: 3, args: insecure, want: []outcome{{"unknown", "server", 1, 5, 3}}},
		{name: "200 HTML", serve: serve(says(200, "text/html", htmlPage)), rows: 3, args: insecure, want: unread},
		{name: "200 and no", serve: serve(says(200, "application/json", `{"code":"400","msg":"contact does not exist"}`)), rows: 3, args: insecure,
			want: []outcome{{"failed", "field", 1, 1, 3}}},
		{name: "1 GiB", serve: serve(func(w http.ResponseWriter, _ *http.Request, _ int) {
			piece := make([]byte, 1<<20)
			for range 1024 {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		}), args: insecure, want: []outcome{{"unknown", "response", 1, 5, 1}}},
	}
}
