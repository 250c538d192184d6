package runner

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func names(cookies []*http.Cookie) string {
	var list []string
	for _, c := range cookies {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, " ")
}

// TestJar: which cookies go with which request (RFC 6265, section 5.4).
func TestJar(t *testing.T) {
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	j := NewJar()
	j.now = func() time.Time { now = now.Add(time.Second); return now }
	for _, c := range []struct{ at, cookie string }{
		{"http://a.example.com/x/y", "host=1"},
		{"http://a.example.com/", "all=2; Domain=.example.com"},
		{"http://a.example.com/", "root=3; Path=/"},
		{"http://a.example.com/", "safe=4; Secure"},
		{"http://a.example.com/", "long=5; Path=/x/y/z"},
		{"http://a.example.com/", "foreign=6; Domain=example.org"},
		{"http://a.example.com/", "gone=7; Max-Age=0"},
		{"http://a.example.com/", "later=8; Max-Age=3600"},
		{"http://127.0.0.1/", "ip=9; Domain=127.0.0.1"},
		{"http://127.0.0.1/", "safe=10; Secure"},
	} {
		cookie, err := http.ParseSetCookie(c.cookie)
		if err != nil {
			t.Fatal(err)
		}
		j.Set(mustURL(t, c.at), cookie)
	}
	check := func(at, want string) {
		t.Helper()
		if got := names(j.Get(mustURL(t, at))); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	check("http://a.example.com/", "all=2 root=3 later=8")
	check("http://a.example.com/x/y/z/1", "long=5 host=1 all=2 root=3 later=8")
	check("http://a.example.com/xylophone", "all=2 root=3 later=8")
	check("https://a.example.com/", "all=2 root=3 safe=4 later=8")
	check("http://b.example.com/", "all=2")
	check("http://notexample.com/", "")
	check("http://127.0.0.1:8080/", "ip=9 safe=10")

	saved, err := j.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseJar("jar.json", saved)
	if err != nil {
		t.Fatal(err)
	}
	again.now = j.now
	if got, want := names(again.Get(mustURL(t, "https://a.example.com/x/y/z"))), "long=5 host=1 all=2 root=3 safe=4 later=8"; got != want {
		t.Errorf("after saving: %q, want %q", got, want)
	}
	now = now.Add(2 * time.Hour)
	check("http://a.example.com/", "all=2 root=3")
	j.Remove(mustURL(t, "http://a.example.com/"), "root")
	check("http://a.example.com/", "all=2")
	j.Clear(mustURL(t, "http://a.example.com/"))
	check("http://a.example.com/", "")
	if _, err := ParseJar("jar.json", []byte("[")); err == nil || !strings.Contains(err.Error(), "jar.json") {
		t.Errorf("%v", err)
	}
	if j, err := ParseJar("jar.json", []byte(`{"cookies":[{"key":"a","value":"b","domain":"h","hostOnly":true,"expires":"Infinity"}]}`)); err != nil || names(j.Get(mustURL(t, "http://h/x"))) != "a=b" {
		t.Errorf("%v", err)
	}
}

func TestMatchURL(t *testing.T) {
	for _, c := range []struct {
		pattern, url string
		want         bool
	}{
		{"<all_urls>", "https://x/", true},
		{"https://example.com/*", "https://example.com/a", true},
		{"https://example.com/*", "http://example.com/a", false},
		{"http+https://example.com/*", "http://example.com/a", true},
		{"*://*.example.com/*", "https://a.b.example.com/", true},
		{"*://*.example.com/*", "https://example.com/", true},
		{"*://*.example.com/*", "https://badexample.com/", false},
		{"*://*/*", "https://any/", true},
		{"https://example.com:8443/*", "https://example.com/", false},
		{"https://example.com:443/*", "https://example.com/", true},
		{"https://example.com/a?c", "https://example.com/abc", true},
		{"https://example.com/a*z", "https://example.com/abc", false},
		{"https://example.com", "https://example.com/", false},
		{"example.com/", "https://example.com/", false},
	} {
		if got := matchURL(c.pattern, mustURL(t, c.url)); got != c.want {
			t.Errorf("%s, %s: %t", c.pattern, c.url, got)
		}
	}
}
