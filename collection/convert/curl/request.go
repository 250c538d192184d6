package curl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// piece is a part of a body that --data made.
type piece struct {
	text string // as it is sent
	file string // a file's path instead
	// binary keeps the line breaks of a file.
	binary bool
}

// asked is what the options of a command ask for.
type asked struct {
	urls     []string
	uploads  []string // a file each for the addresses
	method   string
	headers  []collection.Header
	removed  []string // headers that curl is not to send, in small letters
	data     []piece
	isJSON   bool
	query    []string
	parts    []collection.Param
	isForm   bool
	get      bool
	head     bool
	user     string
	hasUser  bool
	auth     string // the kind
	bearer   string
	aws      string
	follow   bool
	behavior map[string]any
	notes    []convert.Note
	place    string
}

func (a *asked) note(field, became string) {
	a.notes = append(a.notes, convert.Note{Field: field, Became: became})
}

// items makes the requests of a command: one for each address.
func (r *reader) items(c *call) ([]*convert.DraftItem, error) {
	known := options()
	var items []*convert.DraftItem
	list := takeApart(c.args, known)
	for len(list) > 0 {
		end := slices.IndexFunc(list, func(g given) bool { return g.name == "next" && !g.off })
		part := list
		if end >= 0 {
			part, list = list[:end], list[end+1:]
		} else {
			list = nil
		}
		a := &asked{behavior: map[string]any{}, place: fmt.Sprintf("line %d", c.line)}
		for _, g := range part {
			a.take(g, c)
		}
		if len(a.urls) == 0 {
			for _, g := range part {
				if g.name == "version" || g.name == "help" || g.name == "manual" {
					return items, nil
				}
			}
			return nil, r.fail(c.line, 0, "the command has no URL", "write the address that it calls")
		}
		for i := range a.urls {
			item := a.item(i)
			if name := c.name; name != "" {
				item.Name = name
				item.Request.Description, item.Events = c.about, c.events
			}
			for _, n := range a.notes {
				r.notes.AddAt(item.Name, n.Field, n.Became)
			}
			items = append(items, item)
		}
	}
	return items, nil
}

// take does what an option says.
func (a *asked) take(g given, c *call) {
	switch {
	case g.unknown:
		a.note("option "+g.name, "left out: curl has no such option, as far as is known here")
		return
	case g.local:
		return
	}
	switch g.name {
	case "url":
		a.urls = append(a.urls, g.value)
	case "request":
		a.method = g.value
	case "head":
		a.head = !g.off
	case "get":
		a.get = !g.off
	case "header":
		a.header(g.value)
	case "user-agent", "referer":
		name := map[string]string{"user-agent": "User-Agent", "referer": "Referer"}[g.name]
		value := g.value
		if g.name == "referer" {
			value = strings.TrimSuffix(value, ";auto")
		}
		if value == "" && g.name == "user-agent" {
			a.removed = append(a.removed, "user-agent")
		} else if value != "" {
			a.headers = append(a.headers, collection.Header{Key: name, Value: value})
		}
	case "range":
		a.headers = append(a.headers, collection.Header{Key: "Range", Value: "bytes=" + g.value})
	case "cookie":
		if strings.Contains(g.value, "=") || strings.HasPrefix(g.value, "{{") && !strings.Contains(g.value, "cookies") {
			a.headers = append(a.headers, collection.Header{Key: "Cookie", Value: g.value})
		} else if g.value != "" && g.value != "{{cookies}}" {
			a.note("option --cookie", "left out: its cookies are in the file "+short(g.value))
		}
	case "data", "data-ascii", "data-binary", "data-raw", "json":
		a.addData(g, c)
	case "data-urlencode":
		a.urlencode(g.value)
	case "url-query":
		if raw, ok := strings.CutPrefix(g.value, "+"); ok {
			a.query = append(a.query, raw)
		} else if text, ok := encodedPair(g.value); ok {
			a.query = append(a.query, text)
		} else {
			a.note("option --url-query", "left out: it comes from a file: "+short(g.value))
		}
	case "form", "form-string":
		a.isForm = true
		a.part(g)
	case "upload-file":
		a.uploads = append(a.uploads, g.value)
	case "user":
		a.user, a.hasUser = g.value, true
	case "basic", "digest", "ntlm":
		if !g.off {
			a.auth = g.name
		}
	case "negotiate", "anyauth", "ntlm-wb":
		a.note("option --"+g.name, "left out: name and password are sent as basic auth")
	case "oauth2-bearer":
		a.bearer = g.value
	case "aws-sigv4":
		a.aws = g.value
	case "insecure":
		a.behavior["strictSSL"] = g.off
	case "location", "follow":
		a.follow = !g.off
	case "location-trusted":
		a.follow = !g.off
		a.behavior["followAuthorizationHeader"] = !g.off
	case "post301", "post302", "post303":
		a.behavior["followOriginalHttpMethod"] = true
	case "max-redirs":
		n := 0
		if _, err := fmt.Sscanf(g.value, "%d", &n); err == nil && n >= 0 {
			a.behavior["maxRedirects"] = n
		}
	case "compressed", "globoff", "path-as-is", "form-escape":
		// Postman does so by itself.
	default:
		a.note("option --"+g.name, strings.TrimSpace("left out "+short(g.value)))
	}
}

// header takes "Name: value", "Name;" for an empty one, and "Name:" for one that is not to be sent.
func (a *asked) header(text string) {
	if strings.HasPrefix(text, "@") {
		a.note("option --header", "left out: its headers are in the file "+short(text[1:]))
		return
	}
	colon, semicolon := strings.IndexByte(text, ':'), strings.IndexByte(text, ';')
	switch name := ""; {
	case colon > 0 && (semicolon < 0 || colon < semicolon || strings.Contains(text[:colon], "{{")):
		name = strings.TrimSpace(text[:colon])
		if value := strings.TrimSpace(text[colon+1:]); value != "" {
			a.headers = append(a.headers, collection.Header{Key: name, Value: value})
		} else {
			a.removed = append(a.removed, strings.ToLower(name))
		}
	case semicolon > 0 && strings.TrimSpace(text[semicolon+1:]) == "":
		a.headers = append(a.headers, collection.Header{Key: strings.TrimSpace(text[:semicolon])})
	case strings.TrimSpace(text) != "":
		a.note("option --header", "left out: it is no header: "+short(text))
	}
}

func (a *asked) addData(g given, c *call) {
	if g.name == "json" {
		a.isJSON = true
	}
	file, ok := strings.CutPrefix(g.value, "@")
	switch {
	case !ok || g.name == "data-raw":
		a.data = append(a.data, piece{text: g.value})
	case file == "-" && c.fed:
		text := c.input
		if g.name == "data" || g.name == "data-ascii" {
			text = strings.NewReplacer("\r", "", "\n", "").Replace(text)
		}
		a.data = append(a.data, piece{text: text})
	default:
		a.data = append(a.data, piece{file: file, binary: g.name == "data-binary" || g.name == "json"})
	}
}

// urlencode takes what --data-urlencode says: content, =content, name=content, @file, name@file.
func (a *asked) urlencode(value string) {
	if text, ok := encodedPair(value); ok {
		a.data = append(a.data, piece{text: text})
		return
	}
	a.note("option --data-urlencode", "left out: it comes from a file: "+short(value))
}

func encodedPair(value string) (string, bool) {
	name, content, ok := strings.Cut(value, "=")
	switch {
	case ok && name == "":
		return percent(content), true
	case ok:
		return name + "=" + percent(content), true
	case strings.Contains(value, "@"):
		return "", false
	}
	return percent(value), true
}

// percent encodes a text as curl does, but for placeholders.
func percent(text string) string {
	var b strings.Builder
	from := 0
	for _, m := range holder.FindAllStringIndex(text, -1) {
		b.WriteString(url.QueryEscape(text[from:m[0]]) + text[m[0]:m[1]])
		from = m[1]
	}
	return b.String() + url.QueryEscape(text[from:])
}

var holder = regexp.MustCompile(`\{\{[^{}]+\}\}`)

// item makes the request for one of the addresses.
func (a *asked) item(i int) *convert.DraftItem {
	req := &convert.DraftRequest{Headers: []collection.Header{}}
	address := a.urls[i]
	if glob.MatchString(holder.ReplaceAllString(address, "")) {
		a.note("URL", "is taken as it is: curl without --globoff would make several of its brackets")
	}
	switch data := !a.isForm && (len(a.data) > 0 && !a.get || i < len(a.uploads)); {
	case a.method != "":
		req.Method = a.method
	case a.head:
		req.Method = "HEAD"
	case i < len(a.uploads):
		req.Method = "PUT"
	case data || a.isForm:
		req.Method = "POST"
	default:
		req.Method = "GET"
	}
	query := slices.Clone(a.query)
	if a.get {
		for _, d := range a.data {
			if d.file != "" {
				a.note("option --data", "left out: the query comes from the file "+short(d.file))
			} else {
				query = append(query, d.text)
			}
		}
	}
	for _, q := range query {
		address = withQuery(address, q)
	}
	req.Headers = append(req.Headers, a.headers...)
	if a.isJSON {
		for _, name := range []string{"Content-Type", "Accept"} {
			if !a.says(name) {
				req.Headers = append(req.Headers, collection.Header{Key: name, Value: "application/json"})
			}
		}
	}
	a.body(req, i, &address)
	req.URL.Raw = address
	a.setAuth(req)
	behavior := map[string]any{"followRedirects": a.follow}
	for k, v := range a.behavior {
		behavior[k] = v
	}
	if req.Body != nil && (req.Method == "GET" || req.Method == "HEAD" || req.Method == "COPY" || req.Method == "PURGE" || req.Method == "UNLOCK") {
		behavior["disableBodyPruning"] = true
	}
	off := map[string]bool{}
	for _, name := range a.removed {
		if name == "user-agent" || name == "accept" || name == "content-type" && req.Body != nil && req.Body.Mode != collection.ModeFormData {
			off[name] = true
		}
	}
	if len(off) > 0 {
		behavior["disabledSystemHeaders"] = off
	}
	return &convert.DraftItem{Name: req.Method + " " + title(address), Request: req, Behavior: behavior}
}

var glob = regexp.MustCompile(`\{[^{}]*,[^{}]*\}|\[[0-9a-zA-Z]+-[0-9a-zA-Z]+(:\d+)?\]`)

// title is what a request without a name is called: its address without query.
func title(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	return short(address)
}

func withQuery(address, query string) string {
	address, fragment, hash := strings.Cut(address, "#")
	switch {
	case !strings.Contains(address, "?"):
		address += "?"
	case !strings.HasSuffix(address, "?") && !strings.HasSuffix(address, "&"):
		address += "&"
	}
	if address += query; hash {
		address += "#" + fragment
	}
	return address
}

func (a *asked) says(name string) bool {
	return slices.ContainsFunc(a.headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, name) })
}

func (a *asked) contentType() string {
	for _, h := range a.headers {
		if strings.EqualFold(h.Key, "Content-Type") {
			return strings.ToLower(h.Value)
		}
	}
	if a.isJSON {
		return "application/json"
	}
	return ""
}

func (a *asked) body(req *convert.DraftRequest, i int, address *string) {
	switch {
	case i < len(a.uploads):
		file := a.uploads[i]
		if file == "-" || file == "." {
			a.note("option --upload-file", "left out: the body comes from standard input")
			return
		}
		if strings.HasSuffix(*address, "/") {
			*address += path.Base(file)
		}
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: file}}
		if a.contentType() == "" {
			a.removed = append(a.removed, "content-type") // curl sends none
		}
	case a.isForm:
		req.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: a.parts}
		if len(a.data) > 0 {
			a.note("option --data", "left out: the body is a form")
		}
		// The boundary is made anew.
		req.Headers = slices.DeleteFunc(req.Headers, func(h collection.Header) bool {
			return strings.EqualFold(h.Key, "Content-Type") && strings.HasPrefix(strings.ToLower(h.Value), "multipart/form-data")
		})
	case len(a.data) > 0 && !a.get:
		a.text(req)
	}
}

// text makes the body of what --data said.
func (a *asked) text(req *convert.DraftRequest) {
	if len(a.data) == 1 && a.data[0].file != "" {
		if a.data[0].file == "-" {
			a.note("body", "left out: it comes from standard input")
			return
		}
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: a.data[0].file}}
		if !a.data[0].binary {
			a.note("body", "the file is sent as it is: curl would take its line breaks out")
		}
		a.formType(req)
		return
	}
	var texts []string
	for _, d := range a.data {
		if d.file != "" {
			a.note("body", "left out: a part of it comes from the file "+short(d.file))
			continue
		}
		texts = append(texts, d.text)
	}
	text := strings.Join(texts, "&")
	if a.isJSON {
		text = strings.Join(texts, "")
	}
	kind := a.contentType()
	removed := slices.Contains(a.removed, "content-type")
	form := kind == "" && !removed || strings.HasPrefix(kind, "application/x-www-form-urlencoded")
	if fields, ok := fieldsOf(text); form && ok {
		req.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: fields}
		if kind == "application/x-www-form-urlencoded" { // Postman says so itself
			req.Headers = slices.DeleteFunc(req.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") })
		}
		return
	}
	language := ""
	switch media, _, _ := strings.Cut(kind, ";"); {
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		language = "json"
	case strings.HasSuffix(media, "/xml") || strings.HasSuffix(media, "+xml"):
		language = "xml"
	}
	if language == "json" && !json.Valid([]byte(holder.ReplaceAllString(text, "1"))) {
		language = "text" // what looks like a comment in JSON would be taken out
	}
	if text == "" {
		a.formType(req)
		return
	}
	if query := graphQL(text); query != nil && language == "json" {
		req.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: query}
		return
	}
	req.Body = convert.RawBody(text, language)
	a.formType(req)
}

// graphQL is the query that a JSON text is, when a query would be sent as that text; else nil.
func graphQL(text string) *collection.GraphQL {
	if !strings.HasPrefix(text, `{"query":"`) {
		return nil
	}
	var q struct {
		Query         string          `json:"query"`
		OperationName string          `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
	}
	if json.Unmarshal([]byte(text), &q) != nil {
		return nil
	}
	again := `{"query":"` + vars.EscapeJSON(q.Query) + `"`
	if q.OperationName != "" {
		again += `,"operationName":"` + vars.EscapeJSON(q.OperationName) + `"`
	}
	if len(q.Variables) > 0 {
		again += `,"variables":` + string(q.Variables)
	}
	if again+"}" != text {
		return nil
	}
	return &collection.GraphQL{Query: q.Query, OperationName: q.OperationName, Variables: string(q.Variables)}
}

// formType says the type that curl gives a body of which nothing else is said.
func (a *asked) formType(req *convert.DraftRequest) {
	if a.contentType() == "" && !slices.Contains(a.removed, "content-type") {
		req.Headers = append(req.Headers, collection.Header{Key: "Content-Type", Value: "application/x-www-form-urlencoded"})
	}
}

// fieldsOf takes an urlencoded text apart; ok is false for a text that would not be sent so again.
func fieldsOf(text string) (fields []collection.Param, ok bool) {
	if text == "" {
		return nil, false
	}
	for _, pair := range strings.Split(text, "&") {
		key, value, has := strings.Cut(pair, "=")
		k, err := url.QueryUnescape(key)
		v, err2 := url.QueryUnescape(value)
		if !has || err != nil || err2 != nil || key == "" || !plainForm.MatchString(holder.ReplaceAllString(pair, "")) {
			return nil, false
		}
		fields = append(fields, collection.Param{Key: k, Value: v, Type: "text"})
	}
	return fields, true
}

// plainForm matches what stands in a form, not JSON and the like.
var plainForm = regexp.MustCompile(`^[^\s{}"<>]*$`)

// part takes a part of a form: name=content, name=@file or name=<file, with ;type= and ;filename=.
func (a *asked) part(g given) {
	name, rest, ok := strings.Cut(g.value, "=")
	if !ok {
		a.note("option --"+g.name, "left out: it is no field: "+short(g.value))
		return
	}
	p := collection.Param{Key: strings.ReplaceAll(name, `\\`, `\`), Type: "text"}
	if g.name == "form-string" {
		p.Value = rest
		a.parts = append(a.parts, p)
		return
	}
	isFile := strings.HasPrefix(rest, "@")
	if strings.HasPrefix(rest, "<") {
		a.note("field "+name, "left out: its text is in the file "+short(rest[1:]))
		return
	}
	if strings.HasPrefix(rest, "(") || rest == ")" {
		a.note("field "+name, "left out: a collection has no parts within parts")
		return
	}
	if isFile {
		p.Type, rest = "file", rest[1:]
	}
	for {
		word, after := formWord(rest, isFile)
		if isFile {
			p.Src = append(p.Src, word)
		} else {
			p.Value = word
		}
		after = a.partOptions(name, after, &p, isFile)
		if !isFile || !strings.HasPrefix(after, ",") {
			break
		}
		rest = after[1:]
	}
	if len(p.Src) > 1 {
		a.note("field "+name, "its files are sent as a part each, where curl sends one part with all of them")
	}
	if isFile && slices.Contains(p.Src, "-") {
		a.note("field "+name, "left out: its file is standard input")
		return
	}
	a.parts = append(a.parts, p)
}

// partOptions takes ;type= and the like after the content, and gives what is left.
func (a *asked) partOptions(name, rest string, p *collection.Param, isFile bool) string {
	for strings.HasPrefix(rest, ";") {
		rest = strings.TrimLeft(rest[1:], " \t")
		key, after, _ := strings.Cut(rest, "=")
		value := ""
		switch key {
		case "type":
			// Parameters of the type belong to it.
			end := len(after)
			for i := range len(after) {
				if after[i] == ',' && isFile || after[i] == ';' && anotherOption.MatchString(after[i+1:]) {
					end = i
					break
				}
			}
			p.ContentType, rest = strings.TrimSpace(after[:end]), after[end:]
			continue
		case "filename":
			value, rest = formWord(after, isFile)
			p.FileName = strings.ReplaceAll(value, `\\`, `\`)
			continue
		}
		value, rest = formWord(rest, isFile)
		a.note("field "+name, "left out: "+short(value))
	}
	return rest
}

var anotherOption = regexp.MustCompile(`^\s*(type|filename|headers|encoder)=`)

// formWord reads a content, perhaps in double quotes, up to ";" (or "," between files).
func formWord(text string, isFile bool) (word, rest string) {
	if strings.HasPrefix(text, `"`) {
		var b strings.Builder
		for i := 1; i < len(text); i++ {
			switch {
			case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '\\' || text[i+1] == '"'):
				i++
				b.WriteByte(text[i])
			case text[i] == '"':
				return b.String(), text[i+1:]
			default:
				b.WriteByte(text[i])
			}
		}
		// The quote has no end, and is none.
	}
	end := ";"
	if isFile {
		end = ";,"
	}
	if i := strings.IndexAny(text, end); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

func (a *asked) setAuth(req *convert.DraftRequest) {
	user, password, colon := strings.Cut(a.user, ":")
	if a.hasUser && !colon {
		a.note("auth", "has no password: curl would ask for it")
	}
	param := func(key, value string) collection.AuthParam { return collection.AuthParam{Key: key, Value: value} }
	switch {
	case a.bearer != "":
		req.Auth = &convert.DraftAuth{Type: "bearer", Params: []collection.AuthParam{param("token", a.bearer)}}
	case a.aws != "":
		parts := append(strings.Split(a.aws, ":"), "", "", "", "")
		req.Auth = &convert.DraftAuth{Type: "awsv4", Params: []collection.AuthParam{param("accessKey", user), param("secretKey", password), param("region", parts[2]), param("service", parts[3])}}
		for i, h := range req.Headers {
			if strings.EqualFold(h.Key, "X-Amz-Security-Token") {
				req.Auth.Params = append(req.Auth.Params, param("sessionToken", h.Value))
				req.Headers = slices.Delete(req.Headers, i, i+1)
				break
			}
		}
	case !a.hasUser:
	default:
		kind := cmp.Or(a.auth, "basic")
		req.Auth = &convert.DraftAuth{Type: kind}
		if domain, name, ok := strings.Cut(user, `\`); ok && kind == "ntlm" {
			user = name
			req.Auth.Params = append(req.Auth.Params, param("domain", domain))
		}
		req.Auth.Params = append(req.Auth.Params, param("username", user), param("password", password))
	}
}
