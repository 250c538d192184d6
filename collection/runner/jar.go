package runner

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Jar keeps the cookies of a run, by RFC 6265, without a list of public suffixes: as
// Postman's, it takes cookies for any domain that the host is in. It can be used by
// several goroutines.
type Jar struct {
	mu      sync.Mutex
	cookies []jarCookie
	now     func() time.Time
}

// jarCookie is a cookie in the shape of tough-cookie, which newman's files have.
type jarCookie struct {
	Key      string     `json:"key"`
	Value    string     `json:"value"`
	Expires  *time.Time `json:"expires,omitempty"`
	Domain   string     `json:"domain"`
	Path     string     `json:"path"`
	Secure   bool       `json:"secure,omitempty"`
	HTTPOnly bool       `json:"httpOnly,omitempty"`
	HostOnly bool       `json:"hostOnly"`
	SameSite string     `json:"sameSite,omitempty"`
	Creation time.Time  `json:"creation"`
}

// jarFile is a saved jar.
type jarFile struct {
	Version string      `json:"version"`
	Store   string      `json:"storeType"`
	Reject  bool        `json:"rejectPublicSuffixes"`
	Cookies []jarCookie `json:"cookies"`
}

// NewJar makes an empty jar.
func NewJar() *Jar { return &Jar{now: time.Now} }

// ParseJar reads a jar as newman and tough-cookie save it; file is its name for
// messages.
func ParseJar(file string, content []byte) (*Jar, error) {
	var saved struct {
		Cookies []struct {
			jarCookie
			// "Infinity" stands for no end.
			Expires any `json:"expires"`
		} `json:"cookies"`
	}
	if err := json.Unmarshal(content, &saved); err != nil {
		return nil, fmt.Errorf("%s is not a cookie jar: %w; it is a JSON object with \"cookies\"", file, err)
	}
	j := NewJar()
	for i, c := range saved.Cookies {
		if text, ok := c.Expires.(string); ok && text != "Infinity" {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return nil, fmt.Errorf("%s: cookie %d (%s): %q is no time", file, i+1, c.Key, text)
			}
			c.jarCookie.Expires = &at
		}
		if c.Path == "" {
			c.jarCookie.Path = "/"
		}
		j.cookies = append(j.cookies, c.jarCookie)
	}
	return j, nil
}

// JSON gives the jar as a file that newman reads too. Session cookies are in it.
func (j *Jar) JSON() ([]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop()
	return json.MarshalIndent(jarFile{"tough-cookie@4.1.3", "MemoryCookieStore", false, append([]jarCookie{}, j.cookies...)}, "", "  ")
}

// reset makes the jar's cookies those of another.
func (j *Jar) reset(from *Jar) {
	from.mu.Lock()
	cookies := slices.Clone(from.cookies)
	from.mu.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.cookies = cookies
}

// drop removes what has expired.
func (j *Jar) drop() {
	now := j.now()
	j.cookies = slices.DeleteFunc(j.cookies, func(c jarCookie) bool { return c.Expires != nil && !c.Expires.After(now) })
}

// Get gives the cookies that go with a request for a URL: the longest paths first,
// among equals the oldest.
func (j *Jar) Get(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop()
	host, path := hostOf(u), pathOf(u)
	var found []jarCookie
	for _, c := range j.cookies {
		if (c.Domain == host || !c.HostOnly && within(host, c.Domain)) && pathMatches(path, c.Path) && (!c.Secure || u.Scheme == "https" || local(host)) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b jarCookie) int {
		if n := len(b.Path) - len(a.Path); n != 0 {
			return n
		}
		return a.Creation.Compare(b.Creation)
	})
	cookies := make([]*http.Cookie, len(found))
	for i, c := range found {
		cookies[i] = &http.Cookie{Name: c.Key, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure, HttpOnly: c.HTTPOnly}
		if c.Expires != nil {
			cookies[i].Expires = *c.Expires
		}
	}
	return cookies
}

// Set keeps a cookie that came for a URL, or removes it when it has expired. One of
// another domain is not taken.
func (j *Jar) Set(u *url.URL, c *http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now, host := j.now(), hostOf(u)
	kept := jarCookie{Key: c.Name, Value: c.Value, Domain: host, HostOnly: true, Path: c.Path, Secure: c.Secure, HTTPOnly: c.HttpOnly, Creation: now}
	if domain := strings.ToLower(strings.TrimPrefix(c.Domain, ".")); domain != "" && domain != host {
		if !within(host, domain) {
			return
		}
		kept.Domain, kept.HostOnly = domain, false
	} else if domain != "" {
		kept.HostOnly = net.ParseIP(host) != nil
	}
	if !strings.HasPrefix(kept.Path, "/") {
		kept.Path = defaultPath(u)
	}
	switch {
	case c.MaxAge < 0:
		kept.Expires = &now
	case c.MaxAge > 0:
		end := now.Add(time.Duration(c.MaxAge) * time.Second)
		kept.Expires = &end
	case !c.Expires.IsZero():
		end := c.Expires
		kept.Expires = &end
	}
	j.cookies = slices.DeleteFunc(j.cookies, func(old jarCookie) bool {
		same := old.Key == kept.Key && old.Domain == kept.Domain && old.Path == kept.Path
		if same {
			kept.Creation = old.Creation
		}
		return same
	})
	j.cookies = append(j.cookies, kept)
	j.drop()
}

// Remove drops the cookies of a name that go with a URL.
func (j *Jar) Remove(u *url.URL, name string) {
	j.clear(u, func(c jarCookie) bool { return c.Key == name })
}

// Clear drops all cookies that go with a URL.
func (j *Jar) Clear(u *url.URL) { j.clear(u, func(jarCookie) bool { return true }) }

func (j *Jar) clear(u *url.URL, which func(jarCookie) bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	host := hostOf(u)
	j.cookies = slices.DeleteFunc(j.cookies, func(c jarCookie) bool {
		return (c.Domain == host || !c.HostOnly && within(host, c.Domain)) && pathMatches(pathOf(u), c.Path) && which(c)
	})
}

func hostOf(u *url.URL) string { return strings.ToLower(u.Hostname()) }

func pathOf(u *url.URL) string {
	path := u.EscapedPath()
	if u.Opaque != "" { // "//host/path"
		_, path, _ = strings.Cut(strings.TrimPrefix(u.Opaque, "//"), "/")
		path = "/" + path
	}
	if path == "" {
		return "/"
	}
	return path
}

// local reports whether a host is this machine: browsers and Postman send secure
// cookies to it.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// within reports whether a host is in a domain.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && net.ParseIP(host) == nil
}

// pathMatches is RFC 6265, section 5.1.4.
func pathMatches(path, of string) bool {
	return path == of || strings.HasPrefix(path, of) && (strings.HasSuffix(of, "/") || path[len(of)] == '/')
}

func defaultPath(u *url.URL) string {
	path := pathOf(u)
	i := strings.LastIndexByte(path, '/')
	if i <= 0 {
		return "/"
	}
	return path[:i]
}
