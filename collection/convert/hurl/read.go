package hurl

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

type reader struct {
	path  string
	notes *convert.Notes
	lines []string
	at    int
	draft *convert.Draft
	// comments are those that were read last: before the next request, or inside of one.
	comments []string
	item     *convert.DraftItem
	about    []string // the description of item
	tests    []string
	pre      []string
	query    []string // of item, encoded
	cookies  []string
	// said is the last comment, in the line saidAt; grouped says that it was the name of the
	// test to which the last check belongs.
	said    string
	saidAt  int
	grouped bool
}

var (
	requestLine  = regexp.MustCompile(`^([A-Z]+)[ \t]+(\S.*?)\s*$`)
	responseLine = regexp.MustCompile(`^HTTP(?:/[\d.]+)?[ \t]+(\d+|\*)\s*(?:#.*)?$`)
	sectionLine  = regexp.MustCompile(`^\[([A-Za-z]+)\]\s*(?:#.*)?$`)
	templated    = regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`)
)

func (r *reader) fail(line int, problem, hint string) error {
	return &convert.Error{File: r.path, Line: line + 1, Problem: problem, Hint: hint}
}

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	text := strings.TrimPrefix(string(in.Data), "\ufeff")
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path))
	r := &reader{path: in.Path, notes: notes, draft: &convert.Draft{Name: name}}
	if !utf8.ValidString(text) {
		return nil, r.fail(0, "is not text in UTF-8", "save it as UTF-8")
	}
	r.lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for r.skip(); r.at < len(r.lines); r.skip() {
		if err := r.entry(); err != nil {
			return nil, err
		}
	}
	if len(r.draft.Items) == 0 {
		return nil, &convert.Error{File: in.Path, Problem: "has no request", Hint: "a request begins with METHOD URL"}
	}
	return r.draft.Collection(in.Path)
}

// skip goes on to the next line that says something, and keeps comments.
func (r *reader) skip() {
	for ; r.at < len(r.lines); r.at++ {
		line := strings.TrimSpace(r.lines[r.at])
		if text, ok := strings.CutPrefix(line, "#"); ok {
			r.comments = append(r.comments, strings.TrimPrefix(text, " "))
		} else if line != "" {
			return
		}
	}
}

func (r *reader) entry() error {
	m := requestLine.FindStringSubmatch(r.lines[r.at])
	if m == nil {
		return r.fail(r.at, "the line is no request: "+short(r.lines[r.at]), "a request begins with METHOD URL")
	}
	req := &convert.DraftRequest{Method: m[1], Headers: []collection.Header{}}
	r.item = &convert.DraftItem{Name: m[1] + " " + short(m[2]), Request: req, Behavior: map[string]any{"followRedirects": false}}
	r.pre, r.tests, r.query, r.cookies, r.grouped = nil, nil, nil, nil, false
	r.describe()
	req.URL.Raw = r.template(cutComment(m[2]))
	r.at++
	if err := r.requestPart(req); err != nil {
		return err
	}
	if r.at < len(r.lines) {
		if m := responseLine.FindStringSubmatch(strings.TrimSpace(r.lines[r.at])); m != nil {
			r.inside(m[1] != "*")
			r.at++
			if m[1] != "*" {
				r.check(r.at-1, "status is "+m[1], "pm.response.to.have.status("+strings.TrimLeft(m[1][:len(m[1])-1], "0")+m[1][len(m[1])-1:]+");")
			}
			if err := r.responsePart(); err != nil {
				return err
			}
		}
	}
	if len(r.query) > 0 {
		sep := "?"
		if strings.Contains(req.URL.Raw, "?") {
			sep = "&"
		}
		req.URL.Raw += sep + strings.Join(r.query, "&")
	}
	if len(r.cookies) > 0 {
		req.Headers = append(req.Headers, collection.Header{Key: "Cookie", Value: strings.Join(r.cookies, "; ")})
	}
	req.Description = strings.TrimSpace(strings.Join(r.about, "\n"))
	for _, e := range []struct {
		listen string
		lines  []string
	}{{"prerequest", r.pre}, {"test", r.tests}} {
		if len(e.lines) > 0 {
			r.item.Events = append(r.item.Events, convert.DraftEvent{Listen: e.listen, Script: convert.DraftScript{Type: "text/javascript", Exec: e.lines}})
		}
	}
	r.draft.Items = append(r.draft.Items, r.item)
	return nil
}

// describe takes the comments before a request for its name, its description and the
// scripts that it had in Postman.
func (r *reader) describe() {
	r.about = nil
	script := ""
	for _, c := range r.comments {
		if title, ok := strings.CutPrefix(c, titleMark); ok {
			if len(r.draft.Items) == 0 && r.draft.Description == "" {
				// What is said before the first title is about the file.
				r.draft.Description = strings.TrimSpace(strings.Join(r.about, "\n"))
				r.about = nil
			}
			r.item.Name = title
		} else if event, ok := strings.CutPrefix(c, scriptMark); ok {
			script = strings.TrimSuffix(event, ":")
		} else if line, ok := strings.CutPrefix(c, "|"); ok && script == "prerequest" {
			r.pre = append(r.pre, strings.TrimPrefix(line, " "))
		} else if ok && script == "test" {
			r.tests = append(r.tests, strings.TrimPrefix(line, " "))
		} else {
			r.about = append(r.about, strings.TrimPrefix(c, `\`))
		}
	}
	r.comments = nil
}

// inside says that the line which was found is of this request, and with it the comments
// before it. The last one is the name of a check right below it.
func (r *reader) inside(check bool) {
	if n := len(r.comments); check && n > 0 && r.saidAt == r.at-1 {
		r.comments = r.comments[:n-1]
	}
	for _, c := range r.comments {
		r.about = append(r.about, strings.TrimPrefix(c, `\`))
	}
	r.comments = nil
}

func short(text string) string {
	if len(text) > 120 {
		return strings.ToValidUTF8(text[:120], "") + "..."
	}
	return text
}

// next gives the next line of a part, trimmed; false at its end. Comments on the way may
// be about what follows.
func (r *reader) next() (string, bool) {
	for ; r.at < len(r.lines); r.at++ {
		line := strings.TrimSpace(r.lines[r.at])
		if strings.HasPrefix(line, "# "+titleMark) {
			return "", false
		}
		if text, ok := strings.CutPrefix(line, "#"); ok {
			r.said, r.saidAt = strings.TrimSpace(text), r.at
			r.comments = append(r.comments, strings.TrimPrefix(text, " "))
		} else if line != "" {
			return line, true
		}
	}
	return "", false
}

func (r *reader) requestPart(req *convert.DraftRequest) error {
	section := ""
	for {
		line, ok := r.next()
		if !ok || responseLine.MatchString(line) || requestLine.MatchString(line) && !strings.Contains(strings.Fields(line)[0], ":") {
			return nil
		}
		r.inside(false)
		if m := sectionLine.FindStringSubmatch(line); m != nil {
			section = m[1]
			r.at++
			continue
		}
		if isBody(line) {
			if err := r.body(req); err != nil {
				return err
			}
			continue
		}
		k, v, ok := cutPair(line)
		if !ok {
			return r.fail(r.at, "the line is no "+cmpOr(section, "header")+": "+short(line), "write it as name: value")
		}
		if err := r.pair(req, section, r.template(unescape(k)), v); err != nil {
			return err
		}
		r.at++
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (r *reader) pair(req *convert.DraftRequest, section, k, raw string) error {
	v := r.template(unescape(cutComment(raw)))
	switch section {
	case "":
		if strings.EqualFold(k, "Authorization") && strings.HasPrefix(v, "Bearer ") {
			req.Auth = &convert.DraftAuth{Type: "bearer", Params: []collection.AuthParam{{Key: "token", Value: strings.TrimPrefix(v, "Bearer ")}}}
			return nil
		}
		req.Headers = append(req.Headers, collection.Header{Key: k, Value: v})
	case "Query", "QueryStringParams":
		r.query = append(r.query, encode(k)+"="+encode(v))
	case "Form", "FormParams":
		if req.Body == nil {
			req.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded}
		}
		if req.Body.Mode != collection.ModeURLEncoded {
			return r.twice()
		}
		req.Body.URLEncoded = append(req.Body.URLEncoded, collection.Param{Key: k, Value: v, Type: "text"})
	case "Multipart", "MultipartFormData":
		if req.Body == nil {
			req.Body = &convert.DraftBody{Mode: collection.ModeFormData}
		}
		if req.Body.Mode != collection.ModeFormData {
			return r.twice()
		}
		p := collection.Param{Key: k, Value: v, Type: "text"}
		if src, kind, ok := cutFile(raw); ok {
			p = collection.Param{Key: k, Type: "file", Src: []string{r.template(src)}, ContentType: kind}
		}
		req.Body.FormData = append(req.Body.FormData, p)
	case "Cookies":
		r.cookies = append(r.cookies, k+"="+v)
	case "BasicAuth":
		req.Auth = &convert.DraftAuth{Type: "basic", Params: []collection.AuthParam{{Key: "username", Value: k}, {Key: "password", Value: v}}}
	case "Options":
		r.option(req, k, v)
	default:
		return r.fail(r.at, "there is no section ["+section+"] in a request", "")
	}
	return nil
}

// twice is the error of a second body.
func (r *reader) twice() error {
	return r.fail(r.at, "the request has two bodies", "leave one of them")
}

// encode writes a text of a query; placeholders stay.
func encode(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		m := templated.FindStringIndex(text)
		if m == nil {
			m = []int{len(text), len(text)}
		}
		b.WriteString(strings.ReplaceAll(url.QueryEscape(text[:m[0]]), "+", "%20") + text[m[0]:m[1]])
		text = text[m[1]:]
	}
	return b.String()
}

func (r *reader) option(req *convert.DraftRequest, k, v string) {
	name := r.item.Name
	switch k {
	case "location", "location-trusted":
		r.item.Behavior["followRedirects"] = v == "true"
	case "insecure":
		r.item.Behavior["strictSSL"] = v != "true"
	case "max-redirs":
		if n, err := strconv.Atoi(v); err == nil {
			r.item.Behavior["maxRedirects"] = n
		}
	case "variable":
		key, value, _ := strings.Cut(v, "=")
		if unquoted, ok := strings.CutPrefix(value, `"`); ok {
			value = strings.TrimSuffix(unquoted, `"`)
		}
		if len(r.draft.Items) == 0 {
			r.draft.Variables = append(r.draft.Variables, collection.Variable{Key: key, Value: value})
			return
		}
		r.pre = append(r.pre, fmt.Sprintf("pm.environment.set(%s, %s);", quote(key), quote(value)))
	case "user", "digest", "aws-sigv4":
		if req.Auth == nil || req.Auth.Type == "bearer" {
			req.Auth = &convert.DraftAuth{Type: "basic"}
		}
		a := req.Auth
		switch k {
		case "digest":
			a.Type = "digest"
		case "aws-sigv4":
			a.Type = "awsv4"
			for i, part := range strings.Split(v, ":") {
				if i == 2 || i == 3 {
					a.Params = append(a.Params, collection.AuthParam{Key: []string{"region", "service"}[i-2], Value: part})
				}
			}
		default:
			user, password, _ := strings.Cut(v, ":")
			a.Params = append(a.Params, collection.AuthParam{Key: "username", Value: user}, collection.AuthParam{Key: "password", Value: password})
		}
		if a.Type == "awsv4" {
			for i := range a.Params {
				switch a.Params[i].Key {
				case "username":
					a.Params[i].Key = "accessKey"
				case "password":
					a.Params[i].Key = "secretKey"
				}
			}
		}
	default:
		r.notes.AddAt(name, "option "+k, "left out")
	}
}

// cutPair cuts a line at the first colon that is not escaped.
func cutPair(line string) (k, v string, ok bool) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case ':':
			return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:]), i > 0
		}
	}
	return "", "", false
}

// cutComment takes a comment off the end of a value.
func cutComment(text string) string {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '#':
			return strings.TrimSpace(text[:i])
		}
	}
	return text
}

var escapes = regexp.MustCompile(`\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))`)

func unescape(text string) string {
	return escapes.ReplaceAllStringFunc(text, func(m string) string {
		switch {
		case strings.HasPrefix(m, `\u{`):
			n, err := strconv.ParseUint(m[3:len(m)-1], 16, 32)
			if err != nil || !utf8.ValidRune(rune(n)) {
				return m
			}
			return string(rune(n))
		case m == `\n`:
			return "\n"
		case m == `\r`:
			return "\r"
		case m == `\t`:
			return "\t"
		case m == `\b`:
			return "\b"
		case m == `\f`:
			return "\f"
		}
		return m[1:]
	})
}

// template turns hurl's own functions into Postman's variables.
func (r *reader) template(text string) string {
	return templated.ReplaceAllStringFunc(text, func(m string) string {
		switch name := templated.FindStringSubmatch(m)[1]; name {
		case "newUuid":
			return "{{$guid}}"
		case "newDate":
			return "{{$isoTimestamp}}"
		default:
			if words := strings.Fields(name); len(words) > 1 {
				r.notes.AddAt(r.item.Name, "filter of "+words[0], "left out: "+strings.Join(words[1:], " "))
				name = words[0]
			}
			return "{{" + name + "}}"
		}
	})
}

func cutFile(text string) (src, kind string, ok bool) {
	rest, ok := strings.CutPrefix(text, "file,")
	if !ok {
		return "", "", false
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case ';':
			return strings.TrimSpace(unescape(rest[:i])), strings.TrimSpace(cutComment(rest[i+1:])), true
		}
	}
	return "", "", false
}

func isBody(line string) bool {
	switch line[0] {
	case '`', '{', '<', '"':
		return !strings.HasPrefix(line, "{{")
	case '[':
		return !sectionLine.MatchString(line)
	}
	for _, p := range []string{"file,", "base64,", "hex,"} {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

// body reads a body of any kind.
func (r *reader) body(req *convert.DraftRequest) error {
	start := r.at
	line := strings.TrimSpace(r.lines[r.at])
	if req.Body != nil {
		return r.twice()
	}
	switch {
	case strings.HasPrefix(line, "file,"):
		src, _, ok := cutFile(line)
		if !ok {
			return r.fail(start, "the file's name has no end", "write it as file,PATH;")
		}
		r.at++
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: r.template(src)}}
	case strings.HasPrefix(line, "base64,"), strings.HasPrefix(line, "hex,"):
		kind, rest, _ := strings.Cut(line, ",")
		var text strings.Builder
		for {
			before, _, ok := strings.Cut(rest, ";")
			text.WriteString(before)
			r.at++
			if ok {
				break
			}
			if r.at >= len(r.lines) {
				return r.fail(start, "the "+kind+" body has no end", "end it with ;")
			}
			rest = r.lines[r.at]
		}
		return r.decoded(req, kind, text.String(), start)
	case strings.HasPrefix(line, "```"):
		return r.multiline(req, line)
	case line[0] == '`':
		end := len(line) - 1
		if end == 0 || line[end] != '`' {
			return r.fail(start, "the text has no end", "end it with ` on the same line")
		}
		r.at++
		req.Body = convert.RawBody(r.template(unescape(line[1:end])), language(req))
	case line[0] == '<':
		req.Body = convert.RawBody(r.template(r.xmlText()), "xml")
	default:
		text, err := r.jsonText(start)
		if err != nil {
			return err
		}
		req.Body = convert.RawBody(r.template(text), "json")
	}
	return nil
}

// decoded takes a body in base64 or hex.
func (r *reader) decoded(req *convert.DraftRequest, kind, text string, start int) error {
	text = strings.Join(strings.Fields(text), "")
	data, err := base64.StdEncoding.DecodeString(text)
	if kind == "hex" {
		data, err = hex.DecodeString(text)
	}
	if err != nil {
		return r.fail(start, "the "+kind+" body cannot be read: "+err.Error(), "")
	}
	if !utf8.Valid(data) {
		r.notes.AddAt(r.item.Name, "body", "left out: it is no text; put it into a file")
		return nil
	}
	req.Body = convert.RawBody(string(data), "")
	return nil
}

// xmlText reads an XML body up to the end of its root element. What is no XML ends with
// an empty line or where something else begins.
func (r *reader) xmlText() string {
	last := r.at // where something else begins; an element without end is not looked for behind it
	for last < len(r.lines) && !responseLine.MatchString(r.lines[last]) && !requestLine.MatchString(r.lines[last]) {
		last++
	}
	lines := &lineReader{lines: r.lines[r.at:last]}
	decoder := xml.NewDecoder(lines)
	decoder.Strict = false
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for depth, opened := 0, false; !opened || depth > 0; {
		token, err := decoder.RawToken()
		if err != nil {
			return r.tagLines()
		}
		switch token.(type) {
		case xml.StartElement:
			depth, opened = depth+1, true
		case xml.EndElement:
			depth--
		}
	}
	end := decoder.InputOffset()
	var text []string
	for ; r.at < len(r.lines) && end > 0; r.at++ {
		text = append(text, r.lines[r.at])
		end -= int64(len(r.lines[r.at])) + 1
	}
	return strings.TrimRight(strings.Join(text, "\n"), " \t")
}

func (r *reader) tagLines() string {
	var text []string
	for ; r.at < len(r.lines); r.at++ {
		if l := strings.TrimSpace(r.lines[r.at]); l == "" || l[0] == '#' || responseLine.MatchString(l) || requestLine.MatchString(l) {
			break
		}
		text = append(text, r.lines[r.at])
	}
	return strings.Join(text, "\n")
}

// lineReader reads lines as one text.
type lineReader struct {
	lines []string
	at    int // in the first line
}

func (l *lineReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && len(l.lines) > 0 {
		if l.at == len(l.lines[0]) {
			p[n] = '\n'
			n++
			l.lines, l.at = l.lines[1:], 0
			continue
		}
		m := copy(p[n:], l.lines[0][l.at:])
		n, l.at = n+m, l.at+m
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func language(req *convert.DraftRequest) string {
	for _, h := range req.Headers {
		if strings.EqualFold(h.Key, "Content-Type") && strings.Contains(h.Value, "json") {
			return "json"
		}
	}
	return ""
}

func (r *reader) multiline(req *convert.DraftRequest, line string) error {
	start := r.at
	kind := strings.TrimPrefix(line, "```")
	if text, ok := strings.CutSuffix(kind, "```"); ok {
		r.at++
		req.Body = convert.RawBody(text, "")
		return nil
	}
	var text []string
	for r.at++; r.at < len(r.lines); r.at++ {
		if before, ok := strings.CutSuffix(strings.TrimRight(r.lines[r.at], " \t"), "```"); ok {
			text = append(text, before)
			r.at++
			content := r.template(strings.Join(text, "\n"))
			lang, _, _ := strings.Cut(strings.TrimSpace(kind), ",")
			if lang == "base64" || lang == "hex" {
				return r.decoded(req, lang, content, start)
			}
			if lang == "graphql" {
				query, variables, _ := strings.Cut(strings.TrimRight(content, "\n"), "\nvariables ")
				req.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: &collection.GraphQL{Query: query, Variables: variables}}
				return nil
			}
			if !slices.Contains([]string{"json", "xml", "html", "javascript"}, lang) {
				lang = language(req)
			}
			req.Body = convert.RawBody(content, lang)
			return nil
		}
		text = append(text, r.lines[r.at])
	}
	return r.fail(start, "the text has no end", "end it with ```")
}

// jsonText reads a JSON body up to where its brackets close.
func (r *reader) jsonText(start int) (string, error) {
	depth, inside := 0, false
	var text []string
	for ; r.at < len(r.lines); r.at++ {
		line := r.lines[r.at]
		for i := 0; i < len(line); i++ {
			switch c := line[i]; {
			case inside && c == '\\':
				i++
			case c == '"':
				inside = !inside
			case inside:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			}
		}
		text = append(text, line)
		if depth <= 0 && !inside {
			r.at++
			return strings.TrimSpace(strings.Join(text, "\n")), nil
		}
	}
	return "", r.fail(start, "the JSON has no end", "close its brackets")
}

// quote writes a text as JavaScript has it.
func quote(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string has no error
	return strings.TrimSuffix(b.String(), "\n")
}
