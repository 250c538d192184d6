package request

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// splitURL returns the URL's text, without fragment, in two halves: up to the
// end of host and port, where cells do not go, and the rest.
func (c *compiler) splitURL(u collection.URL) (authority, rest string) {
	sent := c.sent(len(u.Query), func(i int) (string, bool) { return u.Query[i].Key, u.Query[i].Disabled })
	return splitURL(u, sent)
}

// URLText returns the URL's text, without fragment and disabled parameters: that of its
// parts where it has some, as in Postman. Placeholders are as they were.
func URLText(u collection.URL) string {
	sent := make([]bool, len(u.Query))
	for i, q := range u.Query {
		sent[i] = !q.Disabled
	}
	authority, rest := splitURL(u, sent)
	return authority + rest
}

func splitURL(u collection.URL, sent []bool) (authority, rest string) {
	if !u.HasParts {
		authority, rest = cutAuthority(u.Raw)
		if i := strings.IndexByte(vars.Blank(rest), '#'); i >= 0 {
			rest = rest[:i] // a fragment is never sent
		}
		return authority, rest
	}
	if u.Protocol != "" {
		authority = strings.TrimSuffix(u.Protocol, "://") + "://"
	}
	if u.Userinfo != "" {
		authority += u.Userinfo + "@"
	}
	authority += strings.Join(u.Host, ".")
	if u.Port != "" {
		authority += ":" + u.Port
	}
	if len(u.Path) > 0 {
		rest = "/" + strings.Join(u.Path, "/")
	}
	var query []string
	for i, q := range u.Query {
		if !sent[i] {
			continue
		}
		part := guardQuery(q.Key, true)
		if q.HasValue {
			part += "=" + guardQuery(q.Value, false)
		}
		query = append(query, part)
	}
	if len(query) > 0 {
		rest += "?" + strings.Join(query, "&")
	}
	return authority, rest
}

// cutAuthority cuts a URL text after host and port; a "/" inside a placeholder's
// name does not count.
func cutAuthority(raw string) (authority, rest string) {
	blank := vars.Blank(raw)
	from := 0
	if i := strings.Index(blank, "://"); i >= 0 && !strings.ContainsAny(blank[:i], "/?#") {
		from = i + 3
	}
	if i := strings.IndexAny(blank[from:], "/?#"); i >= 0 {
		return raw[:from+i], raw[from+i:]
	}
	return raw, ""
}

// guardQuery encodes the characters of a parameter's literal text that would
// break the query apart; placeholders stay as they are.
func guardQuery(text string, key bool) string {
	blank := vars.Blank(text)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case blank[i] == '&':
			b.WriteString("%26")
		case blank[i] == '#':
			b.WriteString("%23")
		case key && blank[i] == '=':
			b.WriteString("%3D")
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// ownPlaceholders returns the parameters of a query text whose value holds a
// placeholder, which cannot be told any more once the text is resolved.
func (c *compiler) ownPlaceholders(rest string) map[string]bool {
	_, query, _ := strings.Cut(vars.Blank(rest), "?")
	at := len(rest) - len(query)
	own := make(map[string]bool)
	for _, part := range strings.Split(query, "&") {
		key, value, _ := strings.Cut(part, "=")
		original := rest[at : at+len(part)]
		at += len(part) + len("&")
		if value == original[len(original)-len(value):] {
			continue // Blank changed nothing
		}
		if segs, err := c.o.Scopes.Expand(original[:len(key)], vars.Options{}); err == nil {
			name, _ := segs.Constant()
			own[unescapeQuery(name)] = true
		}
	}
	return own
}

// escapePath and escapeQuery encode literal text as Postman does: what cannot
// stand there, and nothing more ("%" stays, so that %41 is not encoded twice).
// With disableUrlEncoding that is what would break the request line apart.
func (c *compiler) escapePath(text string) string {
	return c.escape(strings.ReplaceAll(text, "\\", "/"), " \"<>`#?{}")
}

func (c *compiler) escapeQuery(text string) string { return c.escape(text, " \"#'<>") }

// EscapeQuery encodes what cannot stand in the query of a request line, and nothing more.
func EscapeQuery(text string) string { return (&compiler{}).escapeQuery(text) }

func (c *compiler) escape(text, set string) string {
	above := byte(0x7e)
	if c.behavior.DisableURLEncoding {
		set, above = " #", 0xff
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c == 0x7f || c > above || strings.IndexByte(set, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// asciiHost writes a host's name as it travels: small letters, and punycode for
// what is not ASCII. A name that cannot be so written stays, to be refused.
func asciiHost(host string) string {
	host = strings.ToLower(host)
	if isASCII(host) {
		return host
	}
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))
	name, _, _ := strings.Cut(host, ":")
	ascii, err := profile.ToASCII(name)
	if err != nil {
		return host
	}
	return ascii + host[len(name):]
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// unescapeQuery decodes text of a query; what is not encoded properly stays.
func unescapeQuery(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// unescapeUser decodes a part of user:password@; what is not encoded properly stays.
func unescapeUser(text string) string {
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}
