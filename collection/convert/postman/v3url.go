package postman

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
)

// urlKeys are the members of a URL that v3 holds.
var urlKeys = []string{"raw", "protocol", "auth", "host", "port", "path", "query", "hash", "variable"}

// url adds a URL: its text, with what is sent of its query, the query, and the path
// variables.
func (p place) url(m *mapping, r gjson.Result) {
	if !r.IsObject() {
		if r.Type != gjson.String && r.Type != gjson.Null {
			p.note("url", "becomes a text: it is none")
		}
		m.addText("url", textOf(r))
		if parts, same := collection.URLParts(textOf(r)); same && len(parts.Query) > 0 {
			m.add("queryParams", p.keyValues("query", queryOf(parts.Query).Array(), false))
		}
		return
	}
	for _, member := range pairsOf(r) {
		if !slices.Contains(urlKeys, member.key) {
			p.note("url "+member.key, leftOut)
		}
	}
	query, raw := p.elements("query", jsonedit.Member(r, "query"), queryText), jsonedit.Member(r, "raw")
	text, hasParts := p.urlText(r)
	if hasParts {
		if raw.Exists() && textOf(raw) != rawOf(text, query, r) {
			p.note("url raw", "left out: it is not what the parts say, which are sent")
		}
		text += sentQuery(query) + hashOf(r)
	} else {
		text = textOf(raw) // which is all that is sent
		if parts, same := collection.URLParts(text); !same || !sameQuery(parts.Query, query) {
			if len(query) > 0 {
				p.note("url query", "left out: the URL's text has another, which is sent")
			}
			query = nil
			if same && len(parts.Query) > 0 {
				query = queryOf(parts.Query).Array()
			}
		}
	}
	m.addText("url", text)
	m.add("queryParams", p.keyValues("query", query, false))
	m.add("pathVariables", p.keyValues("path variable", p.elements("path variable", jsonedit.Member(r, "variable"), queryText), false))
}

// urlText puts the parts together, up to the query; ok is false when there are none.
func (p place) urlText(r gjson.Result) (text string, ok bool) {
	host, path := jsonedit.Member(r, "host"), jsonedit.Member(r, "path")
	hostText, pathText := p.joined("url host", host, "."), p.joined("url path", path, "/")
	if hostText == "" && pathText == "" && len(host.Array()) == 0 && len(path.Array()) == 0 {
		return "", false
	}
	text = func() string {
		var b strings.Builder
		if protocol := jsonedit.Member(r, "protocol"); textOf(protocol) != "" {
			b.WriteString(strings.TrimSuffix(textOf(protocol), "://") + "://")
		}
		if user := p.userinfo(jsonedit.Member(r, "auth")); user != "" {
			b.WriteString(user + "@")
		}
		b.WriteString(hostText)
		if port := jsonedit.Member(r, "port"); textOf(port) != "" {
			b.WriteString(":" + textOf(port))
		}
		if len(path.Array()) > 0 && (path.IsArray() || path.Type != gjson.Null && pathText != "") {
			b.WriteString("/" + strings.TrimPrefix(pathText, slashOf(path)))
		}
		return b.String()
	}()
	p.sameParts(r, text, hostText, strings.TrimPrefix(pathText, slashOf(path)))
	return text, true
}

// slashOf is what a path that is one text may begin with.
func slashOf(path gjson.Result) string {
	if path.IsArray() {
		return ""
	}
	return "/"
}

// sameParts notes parts that are others when the text is cut into them again.
func (p place) sameParts(r gjson.Result, text, host, path string) {
	parts, same := collection.URLParts(text)
	for _, c := range []struct{ field, was, is string }{
		{"protocol", strings.TrimSuffix(textOf(jsonedit.Member(r, "protocol")), "://"), parts.Protocol},
		{"host", host, strings.Join(parts.Host, ".")},
		{"port", textOf(jsonedit.Member(r, "port")), parts.Port},
		{"path", path, strings.Join(parts.Path, "/")},
	} {
		same = same && c.was == c.is
		if t := jsonedit.Member(r, c.field).Type; (c.field == "protocol" || c.field == "port") && t != gjson.String && t != gjson.Null {
			p.note("url "+c.field, "becomes a text: it is none")
		}
	}
	if !same {
		p.note("url", "its parts are one text, which is cut into others when it is read")
	}
}

// joined puts the segments of a host or a path together.
func (p place) joined(field string, r gjson.Result, separator string) string {
	if !r.IsArray() {
		return p.segment(field, r)
	}
	var segments []string
	for _, segment := range r.Array() {
		segments = append(segments, p.segment(field, segment))
	}
	return strings.Join(segments, separator)
}

func (p place) segment(field string, r gjson.Result) string {
	if r.IsObject() {
		p.note(field, "what is an object becomes a text")
		return textOf(jsonedit.Member(r, "value"))
	}
	if r.Type != gjson.String && r.Exists() {
		p.note(field, "what is no text becomes one")
	}
	return textOf(r)
}

// userinfo reads the user and password of a URL.
func (p place) userinfo(r gjson.Result) string {
	switch {
	case r.IsObject():
		user, secret := jsonedit.Member(r, "user"), jsonedit.Member(r, "password")
		if secret.Type != gjson.String && secret.Type != gjson.Null || user.Type != gjson.String || user.Str == "" && secret.Type == gjson.Null {
			p.note("url auth", "becomes a user and a password, if there is one")
		}
		for _, member := range pairsOf(r) {
			if member.key != "user" && member.key != "password" {
				p.note("url auth "+member.key, leftOut)
			}
		}
		if secret.Type != gjson.Null {
			return textOf(user) + ":" + textOf(secret)
		}
		return textOf(user)
	case r.IsArray() && r.Raw != "[]":
		p.note("url auth", "becomes a user and a password")
		var parts []string
		for _, part := range r.Array() {
			parts = append(parts, textOf(part))
		}
		return strings.Join(parts, ":")
	case textOf(r) != "":
		p.note("url auth", "becomes a user and a password")
	}
	return textOf(r)
}

// sentQuery is the query of a URL's text. A parameter whose name would be cut there is in
// the list alone.
func sentQuery(query []gjson.Result) string {
	text, separator := "", "?"
	for _, param := range query {
		key, value := textOf(jsonedit.Member(param, "key")), jsonedit.Member(param, "value")
		if isSet(jsonedit.Member(param, "disabled")) || strings.ContainsAny(blank(key), "&=#") {
			continue
		}
		text += separator + key
		if value.Type != gjson.Null {
			text += "=" + cutting(textOf(value))
		}
		separator = "&"
	}
	return text
}

// blank hides the insides of placeholders, in which nothing cuts.
func blank(text string) string {
	return onePlaceholder.ReplaceAllStringFunc(text, func(m string) string { return strings.Repeat("x", len(m)) })
}

// cutting encodes what would cut a value out of a query; the list has it as it is.
func cutting(value string) string {
	hidden := blank(value)
	var b strings.Builder
	for i := range len(value) {
		switch hidden[i] {
		case '&':
			b.WriteString("%26")
		case '#':
			b.WriteString("%23")
		default:
			b.WriteByte(value[i])
		}
	}
	return b.String()
}

var onePlaceholder = regexp.MustCompile(`\{\{.*?\}\}|<<.*?>>`)

// rawOf is what the text of a URL of v2.1 is for its parts.
func rawOf(text string, query []gjson.Result, r gjson.Result) string {
	separator := "?"
	for _, param := range query {
		value := jsonedit.Member(param, "value")
		if isSet(jsonedit.Member(param, "disabled")) {
			continue
		}
		text += separator + textOf(jsonedit.Member(param, "key"))
		if value.Type != gjson.Null {
			text += "=" + textOf(value)
		}
		separator = "&"
	}
	return text + hashOf(r)
}

func hashOf(r gjson.Result) string {
	if hash := jsonedit.Member(r, "hash"); hash.Type != gjson.Null {
		return "#" + textOf(hash)
	}
	return ""
}

// sameQuery reports whether a query sends the parameters of a text.
func sameQuery(own []collection.QueryParam, query []gjson.Result) bool {
	sent := 0
	for _, param := range query {
		if isSet(jsonedit.Member(param, "disabled")) {
			continue
		}
		value := jsonedit.Member(param, "value")
		if sent >= len(own) || own[sent].Key != textOf(jsonedit.Member(param, "key")) || own[sent].Value != textOf(value) || own[sent].HasValue != (value.Type != gjson.Null) {
			return false
		}
		sent++
	}
	return sent == len(own)
}

// queryText makes a list of a query, or of fields, that are one text.
func queryText(text string) gjson.Result {
	parts, _ := collection.URLParts("?" + strings.TrimPrefix(text, "?"))
	return queryOf(parts.Query)
}

// queryOf gives a query as v2.1 writes it.
func queryOf(query []collection.QueryParam) gjson.Result {
	var b strings.Builder
	b.WriteByte('[')
	for i, q := range query {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"key":`)
		b.Write(jsonedit.Quoted(q.Key))
		b.WriteString(`,"value":`)
		if q.HasValue {
			b.Write(jsonedit.Quoted(q.Value))
		} else {
			b.WriteString("null")
		}
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return gjson.Parse(b.String())
}
