package bruno

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// request reads a request. It is nil, with a note, when it is none over HTTP. file is for
// messages, dir the folder for notes.
func (r *reader) request(file, dir string, blocks []bruBlock, above *level) (*convert.DraftItem, int, error) {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(file, "\\", "/")), path.Ext(file))
	meta := find(blocks, "meta")
	item := &convert.DraftItem{Name: cmp.Or(value(meta, "name"), name), Behavior: map[string]any{}}
	q := &requestReader{reader: r, where: path.Join(dir, item.Name), item: item, request: &convert.DraftRequest{Headers: []collection.Header{}}}
	item.Request = q.request
	if kind := value(meta, "type"); slices.Contains([]string{"grpc", "ws", "app", "js"}, kind) {
		r.notes.AddAt(q.where, "request", "left out: it is of the type "+kind+", not one over HTTP")
		return nil, 0, nil
	}
	method, head := methodBlock(blocks)
	if method == "" {
		return nil, 0, &convert.Error{File: file, Problem: "has no request", Hint: "a request has a block of its method, such as get { and url: ..."}
	}
	q.request.Method = strings.ToUpper(method)
	for _, p := range meta.pairs {
		if p.key == "tags" && len(p.list) > 0 {
			r.notes.AddAt(q.where, "tags", "left out: "+strings.Join(p.list, ", "))
		}
	}
	for _, b := range blocks {
		q.block(b)
	}
	q.headers(above.headers)
	q.body(value(head, "body"), blocks)
	q.url(value(head, "url"), blocks)
	auth := r.auth(q.where, blocks, value(head, "auth"))
	if auth != nil && (auth.Type != "noauth" || above.auth) {
		q.request.Auth = auth
	}
	q.item.Events = addScript(q.item.Events, "test", q.tests)
	return item, integer(value(meta, "seq")), nil
}

// methodBlock gives the method of a request and its block.
func methodBlock(blocks []bruBlock) (string, bruBlock) {
	for _, b := range blocks {
		switch b.name {
		case "get", "post", "put", "delete", "patch", "options", "head", "connect", "trace":
			return b.name, b
		case "http":
			return cmp.Or(value(b, "method"), "get"), b
		}
	}
	return "", bruBlock{}
}

type requestReader struct {
	*reader
	where   string
	item    *convert.DraftItem
	request *convert.DraftRequest
	tests   []string
}

// block reads what is not the request line, body, URL or auth.
func (q *requestReader) block(b bruBlock) {
	switch b.name {
	case "headers":
		for _, p := range b.pairs {
			q.request.Headers = append(q.request.Headers, collection.Header{Key: p.key, Value: p.value, Disabled: p.off, Description: p.description})
		}
	case "docs":
		q.request.Description = b.text
	case "vars:pre-request":
		q.item.Events = addScript(q.item.Events, "prerequest", q.setVars(q.where, b))
	case "assert":
		q.asserts(b)
	case "script:post-response", "tests", "vars:post-response":
		q.tests = append(q.tests, q.testLines(q.where, b)...)
	case "settings":
		q.settings(b)
	case "example":
		q.notes.AddAt(q.where, "example", "left out")
	case "meta", "http", "get", "post", "put", "delete", "patch", "options", "head", "connect", "trace", "query", "params:query", "params:path":
	default:
		if !strings.HasPrefix(b.name, "auth") && !strings.HasPrefix(b.name, "body") && !q.common(q.where, b, &q.item.Events) {
			q.notes.AddAt(q.where, "block "+b.name, "left out")
		}
	}
}

// common reads the blocks of scripts, which collections and folders have too.
func (r *reader) common(where string, b bruBlock, events *[]convert.DraftEvent) bool {
	switch b.name {
	case "script:pre-request":
		*events = addScript(*events, "prerequest", r.script(where, "prerequest", b.text))
	case "script:post-response", "tests", "vars:post-response":
		*events = addScript(*events, "test", r.testLines(where, b))
	default:
		return false
	}
	return true
}

func (r *reader) testLines(where string, b bruBlock) []string {
	if b.name != "vars:post-response" {
		return r.script(where, "test", b.text)
	}
	var lines []string
	for _, p := range b.pairs {
		name := strings.TrimPrefix(p.key, "@")
		code, exact := fromBruno(p.value)
		if p.off || !exact || len(code) != 1 || code[0] == "" {
			r.notes.AddAt(where, "variable "+name, "is written as a comment of the test script")
			lines = append(lines, "// Bruno: "+name+" = "+oneLine(p.value))
			continue
		}
		lines = append(lines, "pm.environment.set("+quoteJS(name)+", "+code[0]+");")
	}
	return lines
}

func (r *reader) script(where, event, text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines, exact := fromBruno(text)
	if !exact {
		r.notes.AddAt(where, "event "+event, "written as a comment: it uses what only Bruno has")
	}
	return lines
}

// setVars gives the script that sets the variables of a request or folder.
func (r *reader) setVars(where string, b bruBlock) (lines []string) {
	for _, p := range b.pairs {
		name := strings.TrimPrefix(p.key, "@")
		if p.off {
			r.notes.AddAt(where, "variable "+name, "left out: it is switched off")
			continue
		}
		value := quoteJS(p.value)
		if strings.Contains(p.value, "{{") {
			value = "pm.variables.replaceIn(" + value + ")"
		}
		r.notes.AddAt(where, "variable "+name, "is set by the pre-request script")
		lines = append(lines, "pm.variables.set("+quoteJS(name)+", "+value+");")
	}
	return lines
}

// addScript adds lines to the script of an event.
func addScript(events []convert.DraftEvent, listen string, lines []string) []convert.DraftEvent {
	if len(lines) == 0 {
		return events
	}
	for i := range events {
		if events[i].Listen == listen {
			events[i].Script.Exec = append(append(events[i].Script.Exec, ""), lines...)
			return events
		}
	}
	return append(events, convert.DraftEvent{Listen: listen, Script: convert.DraftScript{Type: "text/javascript", Exec: lines}})
}

func (q *requestReader) asserts(b bruBlock) {
	for _, p := range b.pairs {
		lines, ok := assertion(p.key, p.value)
		if p.off || !ok {
			q.notes.AddAt(q.where, "assert "+p.key, "is written as a comment of the test script")
			lines = []string{"// Bruno assert: " + oneLine(p.key+" "+p.value)}
		}
		q.tests = append(q.tests, lines...)
	}
}

func (q *requestReader) settings(b bruBlock) {
	for _, p := range b.pairs {
		switch p.key {
		case "followRedirects":
			if p.value == "true" || p.value == "false" {
				q.item.Behavior["followRedirects"] = p.value == "true"
			}
		case "maxRedirects":
			if n, err := strconv.Atoi(p.value); err == nil && n >= 0 {
				q.item.Behavior["maxRedirects"] = n
			}
		case "forwardAuthorizationHeader":
			if p.value == "true" {
				q.item.Behavior["followAuthorizationHeader"] = true
			}
		case "encodeUrl": // see url
		case "timeout":
			if p.value != "0" && p.value != "inherit" {
				q.notes.AddAt(q.where, "setting timeout", "left out: "+p.value+" ms")
			}
		default:
			q.notes.AddAt(q.where, "setting "+p.key, "left out")
		}
	}
}

// headers adds those of the folders and the collection.
func (q *requestReader) headers(above []collection.Header) {
	var added []collection.Header
	for _, h := range above {
		if !slices.ContainsFunc(q.request.Headers, func(own collection.Header) bool { return !own.Disabled && strings.EqualFold(own.Key, h.Key) }) {
			added = append(added, h)
		}
	}
	q.request.Headers = append(added, q.request.Headers...)
}

func (q *requestReader) hasHeader(name string) bool {
	return slices.ContainsFunc(q.request.Headers, func(h collection.Header) bool { return !h.Disabled && strings.EqualFold(h.Key, name) })
}

// url reads the URL with its parameters.
func (q *requestReader) url(raw string, blocks []bruBlock) {
	raw = strings.Join(strings.Fields(strings.ReplaceAll(raw, "\n", "")), " ")
	if value(find(blocks, "settings"), "encodeUrl") == "true" && encoded.MatchString(raw) {
		// Bruno encodes what is encoded already once more.
		q.notes.AddAt(q.where, "URL", "its % are encoded, as Bruno does with encodeUrl")
		raw = encoded.ReplaceAllString(raw, "%25$1")
	}
	u := &q.request.URL
	u.Raw = raw
	var off []collection.QueryParam
	about := map[string]string{}
	for _, b := range blocks {
		switch b.name {
		case "query", "params:query":
			for _, p := range b.pairs {
				switch {
				case p.off:
					off = append(off, collection.QueryParam{Key: p.key, Value: p.value, Description: p.description, Disabled: true, HasValue: true})
				case p.description != "":
					about[p.key] = p.description
				}
			}
		case "params:path":
			for _, p := range b.pairs {
				u.Variables = append(u.Variables, collection.Variable{Key: p.key, Value: p.value})
				if p.description != "" {
					q.notes.AddAt(q.where, "path variable "+p.key, "its description is left out")
				}
			}
		}
	}
	if len(off) > 0 || len(about) > 0 {
		u.Query = collection.QueryOf(raw)
		for i, p := range u.Query {
			u.Query[i].Description = about[p.Key]
			delete(about, p.Key)
		}
		u.Query = append(u.Query, off...)
	}
}

var encoded = regexp.MustCompile(`%([0-9A-Fa-f]{2})`)

// body reads the body that the request says it has.
func (q *requestReader) body(mode string, blocks []bruBlock) {
	want := map[string]string{
		"json": "body:json", "text": "body:text", "xml": "body:xml", "sparql": "body:sparql", "graphql": "body:graphql",
		"formUrlEncoded": "body:form-urlencoded", "form-urlencoded": "body:form-urlencoded", "multipartForm": "body:multipart-form",
		"multipart-form": "body:multipart-form", "file": "body:file",
	}[mode]
	if plain := find(blocks, "body"); plain.name != "" && (want == "" || want == "body:json") && find(blocks, "body:json").name == "" {
		want = "body" // of old files
	}
	if mode != "" && mode != "none" && want == "" {
		q.notes.AddAt(q.where, "body", "left out: it is of the kind "+short(mode))
	}
	for _, b := range blocks {
		if strings.HasPrefix(b.name, "body") && b.name != want && !(want == "body:graphql" && b.name == "body:graphql:vars") {
			q.notes.AddAt(q.where, b.name, "left out: another body is chosen")
		}
	}
	b := find(blocks, want)
	if want == "" || b.name == "" {
		return
	}
	switch want {
	case "body", "body:json":
		q.request.Body = convert.RawBody(b.text, "json")
	case "body:xml":
		q.request.Body = convert.RawBody(b.text, "xml")
	case "body:text":
		q.request.Body = convert.RawBody(b.text, "text")
	case "body:sparql":
		q.request.Body = convert.RawBody(b.text, "text")
		if !q.hasHeader("Content-Type") {
			q.request.Headers = append(q.request.Headers, collection.Header{Key: "Content-Type", Value: "application/sparql-query"})
		}
	case "body:graphql":
		q.request.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: &collection.GraphQL{Query: b.text, Variables: find(blocks, "body:graphql:vars").text}}
	case "body:form-urlencoded":
		q.request.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: q.fields(b, false)}
	case "body:multipart-form":
		q.request.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: q.fields(b, true)}
	case "body:file":
		q.file(b)
	}
}

var (
	typed  = regexp.MustCompile(`(?s)^(.*?)\s*@contentType\(([^()]*)\)$`)
	atFile = regexp.MustCompile(`(?s)^@file\((.*)\)$`)
)

func (q *requestReader) fields(b bruBlock, multipart bool) []collection.Param {
	list := []collection.Param{}
	for _, p := range b.pairs {
		f := collection.Param{Key: p.key, Value: p.value, Type: "text", Disabled: p.off, Description: p.description}
		if multipart {
			if m := typed.FindStringSubmatch(f.Value); m != nil {
				f.Value, f.ContentType = m[1], m[2]
			}
			if m := atFile.FindStringSubmatch(f.Value); m != nil {
				f.Type, f.Value = "file", ""
				f.Src = slices.DeleteFunc(strings.Split(m[1], "|"), func(s string) bool { return strings.TrimSpace(s) == "" })
			}
		}
		list = append(list, f)
	}
	return list
}

func (q *requestReader) file(b bruBlock) {
	for _, p := range b.pairs {
		value, kind := p.value, ""
		if m := typed.FindStringSubmatch(value); m != nil {
			value, kind = m[1], m[2]
		}
		m := atFile.FindStringSubmatch(value)
		if p.off || m == nil || q.request.Body != nil {
			q.notes.AddAt(q.where, "file "+short(value), "left out: another is chosen, or none")
			continue
		}
		q.request.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: m[1]}}
		if kind != "" && !q.hasHeader("Content-Type") {
			q.request.Headers = append(q.request.Headers, collection.Header{Key: "Content-Type", Value: kind})
		}
	}
}

// auth gives the auth of a mode; nil when it is inherited or not said.
func (r *reader) auth(where string, blocks []bruBlock, mode string) *convert.DraftAuth {
	switch mode {
	case "", "inherit":
		return nil
	case "none":
		return &convert.DraftAuth{Type: "noauth"}
	}
	kinds := authKinds()
	i := slices.IndexFunc(kinds, func(k authKind) bool { return k.mode == mode })
	if i < 0 {
		r.notes.AddAt(where, "auth", short(mode)+" is left out: Postman does not know it")
		return &convert.DraftAuth{Type: "noauth"}
	}
	b := find(blocks, "auth:"+mode)
	a := &convert.DraftAuth{Type: kinds[i].postman}
	add := func(key, value string) { a.Params = append(a.Params, collection.AuthParam{Key: key, Value: value}) }
	grant := value(b, "grant_type")
	known := []string{"token_query_key", "token_source", "credentials_id", "auto_fetch_token", "auto_refresh_token", "profileName", "pkce", "maxBodySize"}
	for _, p := range kinds[i].params {
		known = append(known, p[0])
		v := value(b, p[0])
		switch {
		case p[0] == "placement" && mode == "apikey":
			v = map[bool]string{true: "query", false: "header"}[v == "queryparams" || v == "query"]
		case p[0] == "placement":
			v = fmt.Sprint(v != "body" && v != "query")
		case p[0] == "grant_type":
			for _, g := range grants() {
				if g[1] == v && (g[0] != "authorization_code_with_pkce" || value(b, "pkce") == "true") {
					grant = g[0]
				}
			}
			v = grant
		case p[0] == "credentials_placement":
			v = map[bool]string{true: "header", false: "body"}[v == "basic_auth_header"]
		case p[0] == "token_placement":
			v = map[bool]string{true: "header", false: "queryParams"}[v == "header" || v == ""]
		case v == "":
			continue
		}
		add(p[1], v)
	}
	for _, p := range b.pairs {
		if p.value != "" && !slices.Contains(known, p.key) {
			r.notes.AddAt(where, "auth "+p.key, "left out")
		}
	}
	for _, other := range blocks {
		if strings.HasPrefix(other.name, "auth:oauth2:") {
			r.notes.AddAt(where, other.name, "left out")
		}
	}
	return a
}
