package request

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// urlTemplate is a URL in its compiled parts.
type urlTemplate struct {
	scheme   []op
	userinfo []op
	host     []op // with port
	path     [][]op
	query    []queryPart
	// emptyQuery says that a "?" stands before nothing.
	emptyQuery bool
	display    string // as resolved, cells shown as placeholders, secrets masked
	broken     bool   // has problems
}

type queryPart struct {
	key, value []op
	hasValue   bool
}

const slotMark = "\x00"

// slots keeps segments out of a text while its structure is read.
type slots []vars.Segment

// urlStructure are the characters by which a URL is cut into parts.
const urlStructure = ":/?#&=@\\"

// join writes segments as one text with markers: NUL index NUL for a slot, and
// NUL s NUL text NUL e NUL for the text of a secret. Structure may come from a
// variable, also from a secret one: its structural characters stand outside the
// markers, so that each part is still known to be secret once the text is cut.
func (s *slots) join(segs vars.Segments) string {
	var b strings.Builder
	for _, seg := range segs {
		switch {
		case seg.Kind != vars.Literal:
			*s = append(*s, seg)
			b.WriteString(slotMark + strconv.Itoa(len(*s)-1) + slotMark)
		case seg.Secret:
			for rest := seg.Text; rest != ""; {
				if i := strings.IndexAny(rest, urlStructure); i != 0 {
					if i < 0 {
						i = len(rest)
					}
					b.WriteString(slotMark + "s" + slotMark + rest[:i] + slotMark + "e" + slotMark)
					rest = rest[i:]
					continue
				}
				b.WriteByte(rest[0])
				rest = rest[1:]
			}
		default:
			b.WriteString(seg.Text)
		}
	}
	return b.String()
}

// split is the inverse of join for a part of the text.
func (s slots) split(text string) vars.Segments {
	var out vars.Segments
	secret := false
	for i, part := range strings.Split(text, slotMark) {
		switch {
		case i%2 == 0:
			if part != "" {
				out = append(out, vars.Segment{Text: part, Secret: secret})
			}
		case part == "s" || part == "e":
			secret = part == "s"
		default:
			n, _ := strconv.Atoi(part)
			out = append(out, s[n])
		}
	}
	return out
}

// compileURL resolves a URL. Variables of the scopes may hold structure, as in
// Postman ({{base_url}}/cases); cells never do.
func (c *compiler) compileURL(u collection.URL) urlTemplate {
	authority, rest := c.splitURL(u)
	c.ownQuery = c.ownPlaceholders(rest)
	var s slots
	before := len(c.t.Problems)
	text := s.join(c.text(authority, "URL's host", false, false))
	resolved := len(c.t.Problems) == before
	text += s.join(c.text(rest, "URL", true, false))

	text, _, _ = strings.Cut(strings.TrimLeft(text, " \t\r\n"), "#")
	text, query, hasQuery := strings.Cut(text, "?")
	text = strings.ReplaceAll(text, "\\", "/") // as Postman and browsers do
	scheme := "http"                           // what Postman takes when there is none
	if i := strings.Index(text, "://"); i >= 0 && !strings.Contains(text[:i], "/") {
		scheme, text = text[:i], text[i+3:]
	}
	host, path, hasPath := strings.Cut(text, "/")
	userinfo := ""
	if i := strings.LastIndex(host, "@"); i >= 0 {
		userinfo, host = host[:i], host[i+1:]
	}
	t := urlTemplate{
		scheme:   compileOps(s.split(scheme), hostText, "URL's scheme", strings.ToLower),
		host:     compileOps(s.split(host), hostText, "URL's host", asciiHost),
		userinfo: compileOps(s.split(userinfo), hostText, "URL's user name and password", nil),
	}
	if resolved {
		c.checkTarget(s.split(scheme), s.split(host), authority == "" && rest == "")
	}
	var display strings.Builder
	display.WriteString(displayText(s.split(scheme)) + "://")
	display.WriteString(shownUserinfo(s, userinfo))
	display.WriteString(displayText(s.split(host)))
	if hasPath {
		for _, seg := range strings.Split(path, "/") {
			ops, shown := c.pathSegment(s.split(seg), u)
			t.path = append(t.path, ops)
			display.WriteString("/" + shown)
		}
	}
	t.emptyQuery = hasQuery && query == ""
	if hasQuery && query != "" {
		separator := "?"
		for _, part := range strings.Split(query, "&") {
			q, shown := c.queryPart(s, part)
			t.query = append(t.query, q)
			display.WriteString(separator + shown)
			separator = "&"
		}
	}
	t.display, t.broken = display.String(), len(c.t.Problems) > before
	return t
}

// shownUserinfo hides the password before the host, or all of it: a token that
// stands there alone is as secret.
func shownUserinfo(s slots, userinfo string) string {
	if userinfo == "" {
		return ""
	}
	if user, _, password := strings.Cut(userinfo, ":"); password {
		return displayText(s.split(user)) + ":" + vars.Masked + "@"
	}
	return vars.Masked + "@"
}

// checkTarget reports a scheme or host that nothing can be sent to; what --map
// puts there is checked per row.
func (c *compiler) checkTarget(scheme, host vars.Segments, empty bool) {
	if text, ok := scheme.Constant(); ok && !isHTTP(text) {
		c.problem("url", fmt.Errorf("the scheme %q is neither http nor https", displayText(scheme)))
	}
	text, ok := host.Constant()
	switch {
	case empty:
		c.problem("url", errors.New("the request has no URL"))
	case ok && text == "":
		c.problem("url", errors.New("there is no host"))
	case ok && (!isHost(text) || !isASCII(asciiHost(text))):
		c.problem("url", fmt.Errorf("%q is not a host, with or without a port", displayText(host)))
	}
}

func isHTTP(scheme string) bool {
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// isHost reports whether text is a host name or address, with or without a port.
func isHost(text string) bool {
	u, err := url.Parse("//" + text)
	return err == nil && u.Hostname() != ""
}

// pathSegment compiles one segment; ":name" is a path variable. It also returns
// how the segment is shown.
func (c *compiler) pathSegment(segs vars.Segments, u collection.URL) ([]op, string) {
	text, constant := segs.Constant()
	if !constant || len(text) < 2 || text[0] != ':' {
		return compileOps(segs, pathValue, "path", c.escapePath), displayText(segs)
	}
	name, suffix, dotted := strings.Cut(text[1:], ".")
	c.pathVariables = append(c.pathVariables, name)
	where := "path variable :" + name
	before := len(c.t.Problems)
	// What the job gives is a value, so it stays within its segment; a value of
	// the collection may hold slashes, as in Postman.
	value, escape := c.override(name, where), url.PathEscape
	if value == nil {
		escape = c.escapePath
		for _, v := range u.Variables {
			if v.Key == name && v.Value != "" && !v.Disabled {
				value = c.text(v.Value, where, true, false)
			}
		}
	}
	if value == nil && c.o.Literal {
		value, suffix, dotted = vars.Segments{{Text: text}}, "", false // stays as it stands
	}
	if value == nil {
		c.problem("url", fmt.Errorf("the %s has no value: fill it in the request, or use --map %s=COLUMN or --set %s=VALUE", where, name, name))
		return compileOps(segs, pathValue, where, c.escapePath), displayText(segs)
	}
	ops, shown := compileOps(value, pathValue, where, escape), displayText(value)
	if dotted {
		ops = append(ops, op{kind: vars.Literal, lit: "." + c.escapePath(suffix)})
		shown += "." + suffix
	}
	if text := literal(ops); constantOps(ops) && isDotSegment(text) && len(c.t.Problems) == before {
		c.problem("url", fmt.Errorf("the %s makes the path segment %q, which addresses something else", where, text))
	}
	return ops, shown
}

// queryPart compiles one parameter of the query. It also returns how it is shown.
func (c *compiler) queryPart(s slots, part string) (queryPart, string) {
	key, value, hasValue := strings.Cut(part, "=")
	keySegs, valueSegs := s.split(key), s.split(value)
	p := queryPart{hasValue: hasValue, key: compileOps(keySegs, formValue, "query", c.escapeQuery)}
	where, escape := "query", c.escapeQuery
	name, constant := keySegs.Constant()
	var f Field
	if constant && name != "" {
		f = Field{Name: unescapeQuery(name), In: "query"}
		where = "query field " + f.Name
		_, free := valueSegs.Constant()
		if bound := c.bindField(&f, free && !c.ownQuery[f.Name]); bound != nil {
			// A value of the job, not the text of a URL: all of it is encoded.
			valueSegs, escape, p.hasValue = bound, percent, true
			f.ops = compileOps(bound, plain, where, nil)
		} else {
			f.Column = c.columnOf(valueSegs)
			f.ops = compileOps(valueSegs, plain, where, unescapeQuery)
		}
	}
	p.value = compileOps(valueSegs, formValue, where, escape)
	if f.Name != "" {
		markField(p.value)
		markField(f.ops)
		c.addField(f)
	}
	shown := displayText(keySegs)
	if p.hasValue {
		shown += "=" + displayText(valueSegs)
	}
	return p, shown
}

// displayText shows resolved text to people: cells as placeholders, secrets masked.
func displayText(segs vars.Segments) string {
	var b strings.Builder
	for _, seg := range segs {
		switch {
		case seg.Kind != vars.Literal:
			b.WriteString("{{" + seg.Name + "}}")
		case seg.Secret:
			b.WriteString(vars.Masked)
		default:
			b.WriteString(seg.Text)
		}
	}
	return b.String()
}
