package request

import (
	"cmp"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// header is one compiled header; several may have the same key.
type header struct {
	key    string
	ops    []op
	secret bool // never shown, whatever its value
}

// sameHeader compares header names as HTTP does.
func sameHeader(a, b string) bool { return strings.EqualFold(a, b) }

// credentialHeaders carry credentials whatever the contract says.
func credentialHeaders() []string { return []string{"Authorization", "Proxy-Authorization", "Cookie"} }

// protected reports whether a header is closed to columns.
func (c *compiler) protected(key string) bool {
	closed := slices.Concat(credentialHeaders(), c.o.ProtectedHeaders, []string{"Host"})
	return slices.ContainsFunc(closed, func(h string) bool { return sameHeader(h, key) })
}

func (c *compiler) compileHeaders(headers []collection.Header) {
	for _, h := range headers {
		if h.Disabled || h.Key == "" {
			continue
		}
		c.compileHeader(h)
	}
	c.t.body.typed = c.t.body.typed && !c.has("Content-Type") && !c.behavior.DisabledSystemHeaders["content-type"]
	c.systemHeader("Content-Type", c.t.body.contentType)
	c.systemHeader("Accept", "*/*")
	c.systemHeader("User-Agent", c.o.UserAgent)
	if c.o.AcceptEncoding != "" || c.t.Method != http.MethodHead && !c.has("Range") {
		c.systemHeader("Accept-Encoding", cmp.Or(c.o.AcceptEncoding, "gzip"))
	}
	if key := c.o.RowHeader; key != "" {
		_, taken := c.header(key)
		for _, own := range []string{"Host", "Content-Length", "Transfer-Encoding", "Connection"} {
			taken = taken || sameHeader(own, key)
		}
		switch {
		case !isToken(key):
			c.problem("header "+key, fmt.Errorf("%q is not a header name", key))
			return
		case taken || c.protected(key):
			c.problem("header "+key, errors.New("the request has this header already: choose another name for --idempotency-header, such as Idempotency-Key"))
			return
		}
		// An occurrence that no placeholder of the request has.
		c.addHeader(key, vars.Segments{{Kind: vars.DynamicSlot, Name: "$guid", Index: -1}}, false, "header "+key)
	}
}

// systemHeader adds a header that the request neither has nor refuses.
func (c *compiler) systemHeader(key, value string) {
	switch {
	case c.has(key) || value == "":
	case !c.behavior.DisabledSystemHeaders[strings.ToLower(key)]:
		c.addHeader(key, vars.Segments{{Text: value}}, false, "header "+key)
	case key == "User-Agent":
		c.t.noUserAgent = true
	}
}

func (c *compiler) has(key string) bool {
	_, has := c.header(key)
	return has
}

func (c *compiler) compileHeader(h collection.Header) {
	key, constant := c.text(h.Key, "header name", false, false).Constant()
	if !constant || !isToken(key) {
		c.problem("header "+h.Key, fmt.Errorf("%q is not a header name", cmp.Or(key, h.Key)))
		return
	}
	if sameHeader(key, "Content-Length") || sameHeader(key, "Transfer-Encoding") {
		return // the body decides
	}
	if sameHeader(key, "Accept-Encoding") && c.o.AcceptEncoding == "" {
		return // what can be unpacked is asked for
	}
	where := "header " + key
	protected := c.protected(key)
	value := c.text(h.Value, where, !protected, false)
	if text, ok := value.Constant(); ok && sameHeader(key, "Content-Type") && c.t.body.boundary != "" {
		if mediaType, _, _ := mime.ParseMediaType(text); mediaType == "multipart/form-data" {
			return // sent with the boundary
		}
	}
	c.addHeader(key, value, protected && !sameHeader(key, "Host"), where)
}

func (c *compiler) header(key string) (int, bool) {
	i := slices.IndexFunc(c.t.headers, func(h header) bool { return sameHeader(h.key, key) })
	return i, i >= 0
}

func (c *compiler) addHeader(key string, value vars.Segments, secret bool, where string) {
	for _, seg := range value {
		if seg.Kind == vars.Literal && hasControl(seg.Text) {
			c.problem(where, errors.New("its value holds a line break or control character; remove it"))
			return
		}
	}
	text, constant := value.Constant()
	if constant && secret {
		c.secret(text)
		// "Bearer abc": the token is secret also without its scheme.
		if _, token, ok := strings.Cut(text, " "); ok {
			c.secret(token)
		}
	}
	c.t.headers = append(c.t.headers, header{key: key, ops: compileOps(value, headerText, where, nil), secret: secret})
}

// fill returns the header's value for a row, without the blanks around it, which
// are no part of a header's value.
func (h *header) fill(r *row) (string, error) {
	if constantOps(h.ops) {
		return textproto.TrimString(literal(h.ops)), nil
	}
	value, err := appendOps(nil, h.ops, r)
	return string(textproto.TrimBytes(value)), err
}

// isToken reports whether text is a token of RFC 9110: a method or header name.
func isToken(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return text != ""
}
