package collection

import (
	"regexp"
	"strings"
)

// urlText is a URL that is one text, cut into the parts of Postman's URL object. Nothing is decoded, and
// what stands inside a placeholder cuts nothing.
type urlText struct {
	protocol, user, password, port, hash string
	hasPassword, hasHash, hasPath        bool
	host, path                           []string
	query                                []QueryParam
}

var placeholder = regexp.MustCompile(`\{\{.*?\}\}|<<.*?>>`)

// blanked hides the insides of placeholders; it is as long as text.
func blanked(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string { return strings.Repeat("x", len(p)) })
}

func parseURLText(text string) urlText {
	var u urlText
	blank := blanked(text)
	if i := strings.IndexByte(blank, '#'); i >= 0 {
		u.hash, u.hasHash = text[i+1:], true
		text, blank = text[:i], blank[:i]
	}
	if i := strings.IndexByte(blank, '?'); i >= 0 {
		u.query = parseQueryText(text[i+1:])
		text, blank = text[:i], blank[:i]
	}
	if i := strings.Index(blank, "://"); i >= 0 && !strings.Contains(blank[:i], "/") {
		u.protocol = text[:i]
		text, blank = text[i+3:], blank[i+3:]
	}
	if i := strings.IndexByte(blank, '/'); i >= 0 {
		u.hasPath = true
		u.path = cutAt(text[i+1:], blank[i+1:], "/")
		text, blank = text[:i], blank[:i]
	}
	if i := strings.LastIndexByte(blank, '@'); i >= 0 {
		u.user = text[:i]
		if colon := strings.IndexByte(blank[:i], ':'); colon >= 0 {
			u.user, u.password, u.hasPassword = text[:colon], text[colon+1:i], true
		}
		text, blank = text[i+1:], blank[i+1:]
	}
	if i := strings.LastIndexByte(blank, ':'); i >= 0 && i+1 < len(blank) && !strings.Contains(blank[i:], "]") {
		u.port = text[i+1:]
		text, blank = text[:i], blank[:i]
	}
	if text != "" {
		u.host = cutAt(text, blank, ".")
	}
	return u
}

// cutAt cuts text where blank, which is as long, has the separator.
func cutAt(text, blank, separator string) []string {
	var parts []string
	for {
		i := strings.Index(blank, separator)
		if i < 0 {
			return append(parts, text)
		}
		parts = append(parts, text[:i])
		text, blank = text[i+len(separator):], blank[i+len(separator):]
	}
}

func parseQueryText(text string) []QueryParam {
	var query []QueryParam
	for _, piece := range cutAt(text, blanked(text), "&") {
		if piece == "" {
			continue
		}
		q := QueryParam{Key: piece}
		if i := strings.IndexByte(blanked(piece), '='); i >= 0 {
			q = QueryParam{Key: piece[:i], Value: piece[i+1:], HasValue: true}
		}
		query = append(query, q)
	}
	return query
}

// urlParam is a parameter of a query on its way into a URL object.
type urlParam struct {
	QueryParam
	written jsonObject // as it is to be written: key, value, disabled and whatever else the file has
}

// text puts the parts together again.
func (u *urlText) text() string {
	var b strings.Builder
	if u.protocol != "" {
		b.WriteString(u.protocol + "://")
	}
	if u.user != "" || u.hasPassword {
		b.WriteString(u.user)
		if u.hasPassword {
			b.WriteString(":" + u.password)
		}
		b.WriteByte('@')
	}
	b.WriteString(strings.Join(u.host, "."))
	if u.port != "" {
		b.WriteString(":" + u.port)
	}
	if u.hasPath {
		b.WriteString("/" + strings.Join(u.path, "/"))
	}
	separator := "?"
	for _, q := range u.query {
		b.WriteString(separator + q.Key)
		if q.HasValue {
			b.WriteString("=" + q.Value)
		}
		separator = "&"
	}
	if u.hasHash {
		b.WriteString("#" + u.hash)
	}
	return b.String()
}

// urlObject makes what v2.1 writes of a URL that is a text beside a query and path variables. The query counts,
// and the text's own does not. Without either, a text stays when its parts would not say the same (two && in its
// query).
func urlObject(text string, query []urlParam, variables []any) any {
	u := parseURLText(text)
	if query == nil && variables == nil && (text == "" || u.text() != text) {
		return text
	}
	if query == nil {
		for _, q := range u.query {
			query = append(query, urlParam{q, queryMember(q)})
		}
	}
	object := jsonObject{{"raw", rawURL(text, query, u)}}
	if u.protocol != "" {
		object.add("protocol", u.protocol)
	}
	if u.user != "" || u.hasPassword {
		auth := jsonObject{{"user", u.user}}
		if u.hasPassword {
			auth.add("password", u.password)
		}
		object.add("auth", auth)
	}
	if u.host != nil {
		object.add("host", texts(u.host))
	}
	if u.port != "" {
		object.add("port", u.port)
	}
	if u.hasPath {
		object.add("path", texts(u.path))
	}
	if query != nil {
		list := []any{}
		for _, q := range query {
			list = append(list, q.written)
		}
		object.add("query", list)
	}
	if u.hasHash {
		object.add("hash", u.hash)
	}
	if variables != nil {
		object.add("variable", variables)
	}
	return object
}

// rawURL is the text with the query's enabled parameters in place of its own.
func rawURL(text string, query []urlParam, u urlText) string {
	if i := strings.IndexAny(blanked(text), "?#"); i >= 0 {
		text = text[:i]
	}
	separator := "?"
	for _, q := range query {
		if q.Disabled {
			continue
		}
		text += separator + q.Key
		if q.HasValue {
			text += "=" + q.Value
		}
		separator = "&"
	}
	if u.hasHash {
		text += "#" + u.hash
	}
	return text
}

func texts(list []string) []any {
	written := make([]any, len(list))
	for i, text := range list {
		written[i] = text
	}
	return written
}

// URLParts cuts a URL that is one text into the parts of Postman's URL object. Nothing is decoded, and what stands
// inside a placeholder cuts nothing. same is false when the parts together would be another text, as with two && in
// the query.
func URLParts(text string) (u URL, same bool) {
	parts := parseURLText(text)
	u = URL{Raw: text, HasParts: len(parts.host) > 0 || len(parts.path) > 0, Protocol: parts.protocol, Host: parts.host, Port: parts.port, Path: parts.path,
		Query: parts.query, Hash: parts.hash, Userinfo: parts.user}
	if parts.hasPassword {
		u.Userinfo += ":" + parts.password
	}
	return u, parts.text() == text
}
