package batch

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// A proxy gets the whole URL, also of a path that net/url would not write so.
func TestOpaqueURLOverProxy(t *testing.T) {
	seen := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.RequestURI }))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := NewHTTPSender(HTTPOptions{Timeout: time.Minute})
	defer s.Close()
	s.transport.Proxy = http.ProxyURL(at)
	for opaque, want := range map[string]string{"/a|b": "http://crm.invalid/a|b?q", "//crm.invalid//a|b": "http://crm.invalid//a|b?q", "": "http://crm.invalid/?q"} {
		f := &request.Filled{Method: "GET", URL: &url.URL{Scheme: "http", Host: "crm.invalid", Opaque: opaque, RawQuery: "q"}, Header: http.Header{}}
		if sent := s.Send(t.Context(), f); sent.Ending != Answered {
			t.Fatalf("%q: %+v", opaque, sent)
		}
		if got := <-seen; got != want {
			t.Errorf("%q: the proxy got %s, want %s", opaque, got, want)
		}
	}
}

// Names below localhost are this machine, whatever the resolver says.
func TestLocalhost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := NewHTTPSender(HTTPOptions{Timeout: time.Minute})
	defer s.Close()
	for _, host := range []string{"localhost", "crm.localhost", "a.b.LocalHost."} {
		f := &request.Filled{Method: "GET", URL: &url.URL{Scheme: "http", Host: host + ":" + at.Port()}, Header: http.Header{}}
		if sent := s.Send(t.Context(), f); sent.Ending != Answered {
			t.Errorf("%s: %+v", host, sent)
		}
	}
	if localAddr("localhost.example.com:80") != "localhost.example.com:80" || localAddr("[::1]:80") != "[::1]:80" {
		t.Error("another host is taken for this machine")
	}
}
