package batch_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/pmrun/pmrun/batch"
)

// http2Server speaks HTTP/2 by hand: serve gets each request's stream.
func http2Server(t *testing.T, serve func(fr *http2.Framer, stream uint32)) string {
	t.Helper()
	certificates := httptest.NewUnstartedServer(nil)
	certificates.StartTLS()
	config := &tls.Config{Certificates: certificates.TLS.Certificates, NextProtos: []string{"h2"}}
	certificates.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveHTTP2(conn, serve)
		}
	}()
	return l.Addr().String()
}

func serveHTTP2(conn net.Conn, serve func(fr *http2.Framer, stream uint32)) {
	defer conn.Close()
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	fr := http2.NewFramer(conn, conn)
	_ = fr.WriteSettings()
	for {
		f, err := fr.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = fr.WriteSettingsAck()
			}
		case *http2.HeadersFrame:
			if f.StreamEnded() {
				serve(fr, f.StreamID)
			}
		case *http2.DataFrame:
			if f.StreamEnded() {
				serve(fr, f.StreamID)
			}
		}
	}
}

type headerBuffer struct{ b []byte }

func (h *headerBuffer) Write(p []byte) (int, error) { h.b = append(h.b, p...); return len(p), nil }

func respond(fr *http2.Framer, stream uint32) {
	var block headerBuffer
	_ = hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.b, EndHeaders: true, EndStream: true})
}

// TestSendHTTP2 is what HTTP/2's own ways to end a request mean.
func TestSendHTTP2(t *testing.T) {
	for _, c := range []struct {
		name   string
		serve  func(fr *http2.Framer, stream uint32)
		ending batch.Ending
	}{
		{"answered", respond, batch.Answered},
		{"refused stream", func(fr *http2.Framer, s uint32) { _ = fr.WriteRSTStream(s, http2.ErrCodeRefusedStream) }, batch.NothingSent},
		{"above the last stream of a goaway", func(fr *http2.Framer, _ uint32) { _ = fr.WriteGoAway(0, http2.ErrCodeNo, nil) }, batch.NothingSent},
		{"reset by the server", func(fr *http2.Framer, s uint32) { _ = fr.WriteRSTStream(s, http2.ErrCodeInternal) }, batch.Uncertain},
		{"cancelled by the server", func(fr *http2.Framer, s uint32) { _ = fr.WriteRSTStream(s, http2.ErrCodeCancel) }, batch.Uncertain},
		{"goaway that covers the stream, then silence", func(fr *http2.Framer, s uint32) { _ = fr.WriteGoAway(s, http2.ErrCodeNo, nil) }, batch.Uncertain},
		{"silence", func(*http2.Framer, uint32) {}, batch.Uncertain},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int64
			addr := http2Server(t, func(fr *http2.Framer, s uint32) { requests.Add(1); c.serve(fr, s) })
			s := sender(t, batch.HTTPOptions{Insecure: true, Timeout: 500 * time.Millisecond})
			got := s.Send(t.Context(), filled(t, "POST", "https://"+addr+"/x", "a=1", nil))
			if got.Ending != c.ending {
				t.Errorf("ending %d, want %d: %s, %s", got.Ending, c.ending, got.Cause, got.Message)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("the server saw %d requests", n)
			}
		})
	}
}

// TestSendHTTP2Empty sends requests without a body, which net/http would send
// again by itself if it knew, for as long as the server resets them.
func TestSendHTTP2Empty(t *testing.T) {
	for _, method := range []string{"POST", "GET", "DELETE"} {
		for _, code := range []http2.ErrCode{http2.ErrCodeProtocol, http2.ErrCodeRefusedStream, http2.ErrCodeInternal} {
			t.Run(method+" "+code.String(), func(t *testing.T) {
				var requests atomic.Int64
				addr := http2Server(t, func(fr *http2.Framer, s uint32) {
					requests.Add(1)
					_ = fr.WriteRSTStream(s, code)
				})
				s := sender(t, batch.HTTPOptions{Insecure: true, Timeout: time.Second})
				if got := s.Send(t.Context(), filled(t, method, "https://"+addr+"/x?row=1", "", nil)); got.Ending == batch.Answered {
					t.Errorf("%+v", got)
				}
				if n := requests.Load(); n != 1 {
					t.Errorf("the server saw %d requests", n)
				}
			})
		}
	}
}
