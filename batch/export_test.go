package batch

import (
	"net/http"
	"net/url"
)

// OverTransport makes a sender send everything over net/http's Transport.
func OverTransport(s *HTTPSender) {
	proxied := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return &url.URL{}, nil }}
	s.direct = newDirect(proxied, 0)
}
