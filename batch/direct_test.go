package batch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// TestSendKeepsConnections: one connection serves one request after the other, as long
// as nothing speaks against it. A connection that the server has closed, or on which
// something has come that nobody asked for, is not used: no request is lost on it.
func TestSendKeepsConnections(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		close        bool // the server closes after its answer
		connections  int64
	}{
		{"kept", okAnswer, false, 1},
		{"an answer without a body", "HTTP/1.1 204 No Content\r\n\r\n", false, 1},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false, 1},
		{"interim answers", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + okAnswer, false, 1},
		{"closed", okAnswer, true, 4},
		{"says that it closes", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false, 4},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false, 4},
		{"until its end", "HTTP/1.1 200 OK\r\n\r\nok", true, 4},
		{"more than was asked for", okAnswer + okAnswer, false, 4},
		{"another protocol", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", false, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			closed := make(chan struct{}, 8)
			addr, connections := rawServer(t, func(_ int64, conn net.Conn) {
				r := bufio.NewReader(conn)
				for readWhole(r) {
					_, _ = io.WriteString(conn, c.answer)
					if c.close {
						_ = conn.Close()
						closed <- struct{}{}
						return
					}
				}
			})
			s := sender(t, batch.HTTPOptions{})
			for i := range 4 {
				got := s.Send(t.Context(), filled(t, "POST", "http://"+addr+"/", fmt.Sprint("row=", i), nil))
				if got.Ending != batch.Answered || got.Answer.Cut || strings.Contains(c.answer, "ok") && string(got.Answer.Body) != "ok" {
					t.Fatalf("request %d: %+v", i, got)
				}
				if c.close {
					<-closed
				}
			}
			if n := connections.Load(); n != c.connections {
				t.Errorf("%d connections, want %d", n, c.connections)
			}
		})
	}
}

// TestSendBrokenAnswers ends attempts whose answers cannot be read.
func TestSendBrokenAnswers(t *testing.T) {
	for name, answer := range map[string]string{
		"endless header":          "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 11<<10),
		"endless interim answers": strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100),
		"bad length":              "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"two lengths":             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
	} {
		t.Run(name, func(t *testing.T) {
			eachWay(t, func(t *testing.T, sender newSender) {
				addr, _ := rawServer(t, func(_ int64, c net.Conn) { readRequest(c); _, _ = io.WriteString(c, answer) })
				got := sender(t, batch.HTTPOptions{}).Send(t.Context(), filled(t, "POST", "http://"+addr+"/", "a=1", nil))
				if got.Ending != batch.Uncertain || got.Cause != batch.CauseNetwork || got.Message == "" {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

// TestSendAnswerBeforeTheBody: a server that refuses a body before it has read it is
// heard.
func TestSendAnswerBeforeTheBody(t *testing.T) {
	eachWay(t, func(t *testing.T, sender newSender) {
		addr, _ := rawServer(t, func(_ int64, c net.Conn) {
			r := bufio.NewReader(c)
			for {
				if line, err := r.ReadString('\n'); err != nil || line == "\r\n" {
					break
				}
			}
			_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, r)
		})
		got := sender(t, batch.HTTPOptions{}).Send(t.Context(), filled(t, "POST", "http://"+addr+"/", strings.Repeat("a", 60<<10), nil))
		if got.Ending != batch.Answered || got.Answer.Status != 413 || string(got.Answer.Body) != "no" {
			t.Errorf("%+v", got)
		}
	})
}

// TestSendGzip unpacks what was packed, and says so when it is cut short.
func TestSendGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, strings.Repeat("hello ", 1000))
	_ = w.Close()
	for _, c := range []struct {
		name string
		body []byte
		size int
		cut  bool
	}{
		{"whole", packed.Bytes(), 6000, false},
		{"cut short", packed.Bytes()[:packed.Len()-9], 6000, true},
		{"not packed", []byte("hello"), 0, true},
		{"nothing", nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachWay(t, func(t *testing.T, sender newSender) {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Encoding", "gzip")
					_, _ = w.Write(c.body)
				}))
				defer server.Close()
				got := sender(t, batch.HTTPOptions{}).Send(t.Context(), filled(t, "POST", server.URL, "a=1", http.Header{"Accept-Encoding": {"gzip"}}))
				if got.Ending != batch.Answered || got.Answer.Cut != c.cut || !c.cut && len(got.Answer.Body) != c.size {
					t.Errorf("%d bytes, %+v", len(got.Answer.Body), got)
				}
			})
		})
	}
}

// TestSendTLS: https goes out directly once the server has shown that it does not
// speak HTTP/2, on connections of its own that are kept, too.
func TestSendTLS(t *testing.T) {
	var connections, requests atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	defer server.Close()
	s := sender(t, batch.HTTPOptions{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		Dial: (&net.Dialer{}).DialContext})
	for i := range 6 {
		body := fmt.Sprint("row=", i)
		got := s.Send(t.Context(), filled(t, "POST", server.URL+"/x", body, nil))
		if got.Ending != batch.Answered || string(got.Answer.Body) != body {
			t.Fatalf("%+v", got)
		}
	}
	if n := connections.Load(); n != 2 || requests.Load() != 6 {
		t.Errorf("%d connections, %d requests", n, requests.Load())
	}
	server.CloseClientConnections()
	var again batch.Sent
	for range 2 { // the server's end may not have come yet
		if again = s.Send(t.Context(), filled(t, "POST", server.URL+"/x", "a=1", nil)); again.Ending == batch.Answered {
			break
		}
	}
	if again.Ending != batch.Answered {
		t.Errorf("%+v", again)
	}
}

// TestSendTimeoutsOnKeptConnections: a limit counts from the start of its attempt.
func TestSendTimeoutsOnKeptConnections(t *testing.T) {
	var hang atomic.Bool
	addr, connections := rawServer(t, func(_ int64, c net.Conn) {
		r := bufio.NewReader(c)
		for readWhole(r) {
			if hang.Load() {
				_, _ = io.Copy(io.Discard, r)
				return
			}
			_, _ = io.WriteString(c, okAnswer)
		}
	})
	s := sender(t, batch.HTTPOptions{Timeout: 200 * time.Millisecond, HeaderTimeout: 100 * time.Millisecond})
	f := filled(t, "POST", "http://"+addr+"/", "a=1", nil)
	for _, wait := range []time.Duration{0, 150 * time.Millisecond, 250 * time.Millisecond} {
		<-time.After(wait) // the earlier limits have passed
		if got := s.Send(t.Context(), f); got.Ending != batch.Answered {
			t.Fatalf("%+v", got)
		}
	}
	hang.Store(true)
	if got := s.Send(t.Context(), f); got.Ending != batch.Uncertain || got.Cause != batch.CauseTimeout || !strings.Contains(got.Message, "100ms") {
		t.Errorf("%+v", got)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
