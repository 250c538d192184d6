package mockcrm

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func start(t *testing.T, h http.Handler) *Listener {
	t.Helper()
	l, err := Start(t.Context(), h, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return l
}

// client believes that it talks to whatever host the URL names.
func client(t *testing.T, l *Listener, http2 bool) *http.Client {
	t.Helper()
	tr := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, l.Addr())
		},
		TLSClientConfig:   &tls.Config{RootCAs: l.RootCAs()},
		ForceAttemptHTTP2: http2,
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestOneAddress(t *testing.T) {
	s := newServer(t, Options{})
	l := start(t, s)
	l.ServeIP(net.IPv4(192, 0, 2, 7))
	l.ServeIP(net.ParseIP("2001:db8::7"))
	for i, tt := range []struct {
		url   string
		http2 bool
		major int
		tls   bool
	}{
		{"http://crm0000.wolkvox.com", false, 1, false},
		{"http://crm0000.wolkvox.com", true, 1, false},
		{"https://crm0000.wolkvox.com", false, 1, true},
		{"https://crm0000.wolkvox.com", true, 2, true},
		{"https://CRM.Some-Where.example:8443", true, 2, true},
		{"https://localhost", true, 2, true},
		{"https://" + l.Addr(), true, 2, true},
		{"https://[::1]", false, 1, true},
		{"https://192.0.2.7", true, 2, true},
		{"https://[2001:db8::7]", true, 2, true},
	} {
		t.Run(fmt.Sprintf("%s h2=%v", tt.url, tt.http2), func(t *testing.T) {
			resp, body := send(t, client(t, l, tt.http2), formRequest(t, tt.url+insertPath, good()))
			if resp.ProtoMajor != tt.major || (resp.TLS != nil) != tt.tls {
				t.Errorf("HTTP/%d, TLS %v, want HTTP/%d, TLS %v", resp.ProtoMajor, resp.TLS != nil, tt.major, tt.tls)
			}
			if e := decode(t, resp.StatusCode, resp.Header, body); e.Code != "200" || s.Len() != i+1 {
				t.Errorf("%+v, %d stored", e, s.Len())
			}
		})
	}
}

func TestCertificatesAreThisListenersOnly(t *testing.T) {
	s := newServer(t, Options{})
	a, b := start(t, s), start(t, s)
	c := client(t, a, false)
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs = b.RootCAs()
	if resp, err := c.Do(formRequest(t, "https://crm.wolkvox.com"+insertPath, good())); err == nil {
		resp.Body.Close()
		t.Error("the certificate of one listener verified with the roots of another")
	}
	// An address that nobody announced has no certificate.
	if resp, err := client(t, a, false).Do(formRequest(t, "https://192.0.2.7"+insertPath, good())); err == nil {
		resp.Body.Close()
		t.Error("an address verified that the listener was not told")
	}
	if s.Len() != 0 {
		t.Errorf("%d cases stored", s.Len())
	}
}

func TestCertificateCache(t *testing.T) {
	a, err := newAuthority(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 5)})
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) *tls.Certificate {
		t.Helper()
		c, err := a.certificate(&tls.ClientHelloInfo{ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := get("a.example")
	if get("A.Example") != first {
		t.Error("one name, two certificates")
	}
	if err := get("").Leaf.VerifyHostname("127.0.0.5"); err != nil {
		t.Error(err)
	}
	for i := range maxIPs + 5 {
		a.addIP(net.IPv4(192, 0, 2, byte(i)))
	}
	a.addIP(net.IP("bad"))
	for _, tt := range []struct {
		ip string
		ok bool
	}{{"127.0.0.1", true}, {"127.0.0.5", true}, {"::1", true}, {"192.0.2.0", false}, {"192.0.2.68", true}} {
		if err := get("").Leaf.VerifyHostname(tt.ip); (err == nil) != tt.ok {
			t.Errorf("%s after many addresses: %v", tt.ip, err)
		}
	}
	if err := get("192.0.2.99").Leaf.VerifyHostname("192.0.2.99"); err != nil {
		t.Errorf("an address sent as a name: %v", err)
	}
	for i := range maxLeaves {
		get(fmt.Sprintf("host%d.example", i))
	}
	if len(a.leaves) != maxLeaves || len(a.order) != maxLeaves {
		t.Errorf("%d certificates, %d names, want %d", len(a.leaves), len(a.order), maxLeaves)
	}
	if get("a.example") == first {
		t.Error("the oldest certificate was not the one to go")
	}
	for _, name := range []string{strings.Repeat("a", maxName+1), "ñ.example"} {
		if _, err := a.certificate(&tls.ClientHelloInfo{ServerName: name}); err == nil {
			t.Errorf("a certificate for %q", name)
		}
	}
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestSilentClientsBlockNobody(t *testing.T) {
	s := newServer(t, Options{})
	l := start(t, s)
	var silent []net.Conn
	for range 20 {
		silent = append(silent, dial(t, l))
	}
	for _, url := range []string{"http://crm.wolkvox.com", "https://crm.wolkvox.com"} {
		resp, body := send(t, client(t, l, true), formRequest(t, url+insertPath, good()))
		decode(t, resp.StatusCode, resp.Header, body)
	}
	// A silent one can still begin.
	if _, err := io.WriteString(silent[0], "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(silent[0]), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	// Close does not wait for them: with this grace it would never end.
	l.grace = time.Hour
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := silent[1].Read(make([]byte, 1)); err == nil {
		t.Error("a silent connection got an answer")
	}
}

func TestCloseDoesNotWaitForSpareTLSConnections(t *testing.T) {
	l := start(t, newServer(t, Options{}))
	c := tls.Client(dial(t, l), &tls.Config{RootCAs: l.RootCAs(), ServerName: "crm.wolkvox.com"})
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	half := dial(t, l)
	if _, err := half.Write([]byte{tlsRecord}); err != nil {
		t.Fatal(err)
	}
	l.grace = time.Hour
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still open")
	}
}

func TestGarbage(t *testing.T) {
	l := start(t, newServer(t, Options{}))
	for _, first := range []string{"\x00\x01\x02\r\n\r\n", "SSH-2.0-x\r\n\r\n", "\x16garbage that is no TLS record at all"} {
		c := dial(t, l)
		if _, err := io.WriteString(c, first); err != nil {
			t.Fatal(err)
		}
		// The server ends the connection, with or without an answer.
		if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
			t.Errorf("%q: %v", first, err)
		}
	}
	resp, _ := send(t, client(t, l, true), mustGet(t, "https://crm.wolkvox.com/"))
	if resp.StatusCode != 200 {
		t.Errorf("HTTP %d after garbage", resp.StatusCode)
	}
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}

// slow is a handler whose requests wait for release or the end of their
// context.
type slow struct{ entered, release chan struct{} }

func (s slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.entered <- struct{}{}
	select {
	case <-s.release:
		_, _ = io.WriteString(w, "done")
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

func TestCloseIsGraceful(t *testing.T) {
	for _, url := range []string{"http://crm.wolkvox.com/", "https://crm.wolkvox.com/"} {
		h := slow{make(chan struct{}), make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		l, err := Start(ctx, h, "localhost:0")
		if err != nil {
			t.Fatal(err)
		}
		l.grace = time.Hour
		c := client(t, l, true)
		var wg sync.WaitGroup
		wg.Go(func() {
			resp, err := c.Do(mustGet(t, url))
			if err != nil {
				t.Errorf("%s: the request in flight: %v", url, err)
				return
			}
			defer resp.Body.Close()
			if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "done" {
				t.Errorf("%s: %q, %v", url, b, err)
			}
		})
		<-h.entered
		cancel() // closes the listener, but not under the request
		<-l.done
		close(h.release)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if c, err := net.Dial("tcp", l.Addr()); err == nil {
			c.Close()
			t.Error("still listening after Close")
		}
	}
}

func TestCloseIsHardAfterTheGrace(t *testing.T) {
	for _, url := range []string{"http://crm.wolkvox.com/", "https://crm.wolkvox.com/"} {
		h := slow{make(chan struct{}), nil}
		l := start(t, h)
		l.grace = time.Millisecond
		c := client(t, l, true)
		var wg sync.WaitGroup
		wg.Go(func() {
			if resp, err := c.Do(mustGet(t, url)); err == nil {
				resp.Body.Close()
				t.Errorf("%s: an answer from a request that was cut off", url)
			}
		})
		<-h.entered
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	}
}

func TestStartRefuses(t *testing.T) {
	s := newServer(t, Options{})
	taken := start(t, s).Addr()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		h    http.Handler
		addr string
		says string
	}{
		{"all interfaces", t.Context(), s, "0.0.0.0:0", "not on loopback"},
		{"all interfaces, IPv6", t.Context(), s, "[::]:0", "not on loopback"},
		{"another host", t.Context(), s, "example.com:80", "not on loopback"},
		{"no port", t.Context(), s, "127.0.0.1", "not host:port"},
		{"bad port", t.Context(), s, "127.0.0.1:http7", "cannot listen on 127.0.0.1:http7"},
		{"port taken", t.Context(), s, taken, "another program"},
		{"context done", done, s, "", "canceled"},
		{"no handler", t.Context(), nil, "", "handler"},
	} {
		l, err := Start(tt.ctx, tt.h, tt.addr)
		if err == nil {
			l.Close()
			t.Errorf("%s: no error", tt.name)
		} else if !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

func TestStartAddresses(t *testing.T) {
	for _, addr := range []string{"", ":0", "localhost:0", "127.0.0.1:0"} {
		l, err := Start(t.Context(), newServer(t, Options{}), addr)
		if err != nil {
			t.Errorf("%q: %v", addr, err)
			continue
		}
		if host, port, err := net.SplitHostPort(l.Addr()); err != nil || host != "127.0.0.1" || port == "0" {
			t.Errorf("%q: address %s", addr, l.Addr())
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
