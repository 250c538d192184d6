package runner

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/md5"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/andybalholm/brotli"
)

// packed packs a text as a Content-Encoding says.
func packed(t *testing.T, encoding, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, -1) // the level is one
	case "br":
		w = brotli.NewWriter(&b)
	default:
		return []byte(text)
	}
	_, _ = io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRunPacked: answers that are packed, over HTTP/1.1 and HTTP/2.
func TestRunPacked(t *testing.T) {
	long := strings.Repeat("unpacked ü ", 2000)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "gzip, deflate, br" {
			t.Errorf("Accept-Encoding is %q", got)
		}
		encoding := strings.TrimPrefix(r.URL.Path, "/")
		body, said := packed(t, encoding, long), encoding
		switch encoding {
		case "raw":
			said = "deflate"
		case "both":
			said = "gzip, br"
			body = packed(t, "br", string(packed(t, "gzip", long)))
		case "broken":
			said, body = "gzip", []byte("no gzip")
		case "cut":
			said, body = "br", packed(t, "br", long)[:20]
		case "empty":
			said, body = "gzip", nil
		case "unknown":
			said, body = "zstd", []byte("as it is")
		}
		w.Header().Set("Content-Encoding", said)
		w.Header().Set("X-Proto", r.Proto)
		_, _ = w.Write(body)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	plain := httptest.NewServer(server.Config.Handler)
	defer plain.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for host, proto := range map[string]string{plain.URL: "HTTP/1.1", server.URL: "HTTP/2.0"} {
		for path, want := range map[string]string{"gzip": long, "x-gzip": long, "deflate": long, "raw": long, "br": long, "both": long, "identity": long, "empty": "", "unknown": "as it is",
			"broken": "error: packed with gzip", "cut": "error: packed with br"} {
			o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":"%s/%s"}]}`, host, path))
			o.Net.RootCAs = roots
			if err := Run(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			for _, e := range *events {
				r := e.Request
				switch {
				case r == nil:
				case r.Err != nil:
					if text, failed := strings.CutPrefix(want, "error: "); !failed || !strings.Contains(r.Err.Error(), text) {
						t.Errorf("%s %s: %v", proto, path, r.Err)
					}
				case string(r.Response.Body) != want:
					t.Errorf("%s %s: %.40q", proto, path, r.Response.Body)
				default:
					for _, h := range r.Response.Headers {
						if h.Key == "X-Proto" && h.Value != proto {
							t.Errorf("%s goes over %s, want %s", host, h.Value, proto)
						}
					}
				}
			}
		}
	}
}

// TestRunHTTP2: bodies, redirects, cookies and header names over HTTP/2.
func TestRunHTTP2(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		seen = append(seen, fmt.Sprintf("%s %s %s %q %q %q %d", r.Proto, r.Method, r.URL.RequestURI(), body, r.Header.Get("Cookie"), r.Header.Get("X-Own"), r.ContentLength))
		mu.Unlock()
		switch r.URL.Path {
		case "/moved":
			w.Header().Add("Set-Cookie", "a=1; Path=/")
			http.Redirect(w, r, "/next", http.StatusTemporaryRedirect)
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	text := strings.ReplaceAll(`{"info":{"name":"C"},"item":[
		{"name":"a","request":{"method":"POST","url":"HOST/moved","header":[{"key":"x-OWN","value":"1"}],"body":{"mode":"raw","raw":"text"}}},
		{"name":"b","request":{"method":"POST","url":"HOST/none"},"protocolProfileBehavior":{"strictSSL":false}},
		{"name":"c","request":{"method":"GET","url":"HOST/get?q=ü"},"event":[{"listen":"test","script":{"exec":"pm.test('ok', () => pm.response.to.have.status('OK'))"}}]}]}`, "HOST", server.URL)
	o, events := parseRun(t, text)
	o.Net.RootCAs = x509.NewCertPool()
	o.Net.RootCAs.AddCert(server.Certificate())
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	want := []string{`HTTP/2.0 POST /moved "text" "" "1" 4`, `HTTP/2.0 POST /next "text" "a=1" "1" 4`, `HTTP/2.0 POST /none "" "a=1" "" 0`, `HTTP/2.0 GET /get?q=%C3%BC "" "a=1" "" 0`}
	if strings.Join(seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
	if got := requests(*events); len(got) != 3 || !strings.HasSuffix(got[1], " 204") {
		t.Errorf("%q", got)
	}
	for _, e := range *events {
		if e.Assertion != nil && e.Assertion.Err != nil {
			t.Error(e.Assertion.Err)
		}
	}
}

// connState is what a server knows of a connection.
type connState struct {
	mu sync.Mutex
	// iteration is the one whose handshake is under way, user who has logged in.
	iteration, user string
}

type connKey struct{}

// TestRunNTLMParallel: iterations at once, with connections that stay open. No request
// goes over a connection that is in another one's handshake, or is another one's.
func TestRunNTLMParallel(t *testing.T) {
	var connections atomic.Int64
	var faults sync.Map
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.ProtoMajor != 1 && r.URL.Path == "/ntlm" {
			faults.Store("NTLM over "+r.Proto, true)
		}
		conn := r.Context().Value(connKey{}).(*connState)
		conn.mu.Lock()
		defer conn.mu.Unlock()
		iteration := r.Header.Get("X-Iteration")
		if conn.iteration != "" && conn.iteration != iteration {
			faults.Store(fmt.Sprintf("%s of iteration %s in the handshake of %s", r.URL.Path, iteration, conn.iteration), true)
		}
		if r.URL.Path != "/ntlm" {
			if conn.user != "" {
				faults.Store("another request on the connection of "+conn.user, true)
			}
			return
		}
		message, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("Authorization"), "NTLM "))
		text := strings.ReplaceAll(string(message), "\x00", "")
		switch {
		case len(message) > 8 && message[8] == 1:
			conn.iteration = iteration
			w.Header().Set("WWW-Authenticate", "NTLM "+ntlmChallenge())
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, strings.Repeat("who is it? ", 1000)) // has to be read before the connection is used again
		case len(message) > 8 && message[8] == 3 && conn.iteration == iteration:
			user := regexp.MustCompile(`user\d`).FindString(text)
			if user == "" || conn.user != "" && conn.user != user {
				faults.Store("the connection of "+conn.user+" is used by "+user, true)
			}
			conn.iteration, conn.user = "", user
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	})
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		connections.Add(1)
		return context.WithValue(ctx, connKey{}, &connState{})
	}
	server.StartTLS()
	defer server.Close()
	auth := `{"type":"ntlm","ntlm":[{"key":"username","value":"user{{user}}"},{"key":"password","value":"pw"},{"key":"domain","value":"D"}]}`
	send := `pm.sendRequest({url: 'HOST/sent', header: {'X-Iteration': String(pm.info.iteration)}}, () => {})`
	text := strings.NewReplacer("AUTH", auth, "SEND", send, "HEADER", `[{"key":"X-Iteration","value":"{{iteration}}"}]`).Replace(`{"info":{"name":"C"},
		"event":[{"listen":"prerequest","script":{"exec":"pm.variables.set('iteration', pm.info.iteration)"}}],"item":[
		{"name":"before","request":{"url":"HOST/plain","header":HEADER}},
		{"name":"ntlm","request":{"method":"POST","url":"HOST/ntlm","header":HEADER,"auth":AUTH,"body":{"mode":"raw","raw":"x"}},"event":[{"listen":"test","script":{"exec":"SEND"}}]},
		{"name":"after","request":{"url":"HOST/plain","header":HEADER}},
		{"name":"again","request":{"method":"POST","url":"HOST/ntlm","header":HEADER,"auth":AUTH,"body":{"mode":"raw","raw":"y"}}}]}`)
	const iterations, parallel, users = 40, 8, 2
	for _, o := range []struct{ parallel, connections int64 }{{1, 1 + users}, {parallel, parallel * (1 + users)}} {
		options, events := parseRun(t, strings.ReplaceAll(text, "HOST", server.URL))
		options.Net.Insecure, options.Iterations, options.Parallel = true, iterations, int(o.parallel)
		for i := range iterations {
			options.Data = append(options.Data, map[string]any{"user": float64(i % users)})
		}
		connections.Store(0)
		if err := Run(t.Context(), options); err != nil {
			t.Fatal(err)
		}
		good := 0
		for _, r := range requests(*events) {
			if strings.HasSuffix(r, " 200") {
				good++
			}
		}
		if want := iterations * 5; good != want {
			t.Errorf("%d at once: %d of %d requests are good: %q", o.parallel, good, want, requests(*events)[:10])
		}
		if n := connections.Load(); n > o.connections {
			t.Errorf("%d at once: %d connections, want at most %d", o.parallel, n, o.connections)
		}
	}
	faults.Range(func(key, _ any) bool {
		t.Error(key)
		return true
	})
}

// TestRunDigestParallel: each request of each iteration answers the challenge that it
// was given, over connections that stay open.
func TestRunDigestParallel(t *testing.T) {
	hash := func(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) }
	var nonces, connections atomic.Int64
	var used sync.Map
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		field := func(key string) string {
			m := regexp.MustCompile(`[ ,]` + key + `="?([^",]*)`).FindStringSubmatch(r.Header.Get("Authorization"))
			if m == nil {
				return ""
			}
			return m[1]
		}
		want := hash(hash("u:r:p") + ":" + strings.Join([]string{field("nonce"), field("nc"), field("cnonce"), "auth", hash(r.Method + ":" + r.URL.RequestURI())}, ":"))
		if _, twice := used.LoadOrStore(field("nonce")+field("nc"), true); field("response") == want && !twice {
			return
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Digest realm="r", nonce="n%d", qop="auth", algorithm=MD5`, nonces.Add(1)))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		connections.Add(1)
		return ctx
	}
	server.Start()
	defer server.Close()
	auth := `{"type":"digest","digest":[{"key":"username","value":"u"},{"key":"password","value":"p"}]}`
	o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"auth":%s,"item":[{"name":"a","request":{"method":"POST","url":"%[2]s/a?b=c","body":{"mode":"raw","raw":"x"}}},{"name":"b","request":"%[2]s/b"}]}`, auth, server.URL))
	const iterations, parallel = 40, 8
	o.Iterations, o.Parallel = iterations, parallel
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, r := range requests(*events) {
		if !strings.HasSuffix(r, " 200") {
			t.Error(r)
		}
	}
	if n := connections.Load(); n > parallel {
		t.Errorf("%d connections", n)
	}
}

// TestRunStrictSSL: a certificate that nobody vouches for is an error, unless the request
// or the run says otherwise.
func TestRunStrictSSL(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it logs clients that go away
	server.StartTLS()
	defer server.Close()
	for _, tt := range []struct {
		behavior string
		insecure bool
		want     string
	}{
		{`{}`, false, "is not trusted"}, {`{"strictSSL": true}`, false, "is not trusted"}, {`{"strictSSL": true}`, true, "is not trusted"},
		{`{}`, true, " 200"}, {`{"strictSSL": false}`, false, " 200"}, {`{"strictSSL": false}`, true, " 200"},
	} {
		o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":"%s/x","protocolProfileBehavior":%s}]}`, server.URL, tt.behavior))
		o.Net.Insecure = tt.insecure
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got := requests(*events); len(got) != 1 || !strings.Contains(got[0], tt.want) {
			t.Errorf("%s, insecure %t: %q, want %s", tt.behavior, tt.insecure, got, tt.want)
		}
	}
}
