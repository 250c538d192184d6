package runner

import (
	"net/url"
	"slices"
	"strings"
)

// matchURL reports whether a URL fits a pattern of Postman's: <all_urls>, or
// proto[+proto]://host[:port]/path, where a protocol or host may be *, a host begin
// with "*.", and the path have * and ?.
func matchURL(pattern string, u *url.URL) bool {
	if pattern == "<all_urls>" {
		return true
	}
	protocols, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		return false
	}
	authority, path, ok := strings.Cut(rest, "/")
	if !ok {
		return false
	}
	host, port, hasPort := strings.Cut(authority, ":")
	if list := strings.Split(protocols, "+"); !slices.Contains(list, "*") && !slices.Contains(list, u.Scheme) {
		return false
	}
	own := u.Port()
	if own == "" {
		own = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if hasPort && port != "*" && port != own {
		return false
	}
	name := hostOf(u)
	switch suffix, wild := strings.CutPrefix(host, "*."); {
	case host == "*":
	case wild && (name == suffix || strings.HasSuffix(name, "."+suffix)):
	case strings.EqualFold(host, name):
	default:
		return false
	}
	return glob("/"+path, pathOf(u))
}

// glob matches * for any text and ? for one character. It goes back to the last star
// only, so that it never takes long.
func glob(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
