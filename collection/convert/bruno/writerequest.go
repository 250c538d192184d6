package bruno

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// request writes the file of a request.
func (w *writer) request(c *collection.Collection, item *collection.Item) error {
	r := item.Request()
	w.losses(item, &r)
	effective, source := item.Auth()
	auth, authLines := "inherit", []string(nil)
	switch own := source == "request"; {
	case effective == nil && source == "":
		auth = "none"
	case effective == nil || folded(effective):
		auth = "none"
	case own || !slices.ContainsFunc(authKinds(), func(k authKind) bool { return k.postman == effective.Type }):
		auth, authLines = w.auth(item, effective)
	}
	plain, params, err := w.plain(item, &r, effective != nil && !folded(effective))
	if err != nil {
		return err
	}
	o := w.o
	o.Item = plain
	call := convert.Calls(c, o, w.notes)[0]
	call.Item = item
	text := func(s string) string { return w.names.Text(item, s) }
	for _, p := range params {
		call.URL = strings.ReplaceAll(call.URL, "{{:"+p[0]+"}}", ":"+p[0])
	}
	dir := w.dir(item.Parent)
	sequence := w.next(dir, "request")
	kind, body := w.body(&call, &r)
	meta := "http"
	if kind == "graphql" {
		meta = "graphql"
	}
	url := text(call.URL)
	head := []string{pair("url", url, false), "body: " + kind, "auth: " + auth}
	method := strings.ToLower(call.Method)
	if !slices.Contains([]string{"get", "post", "put", "delete", "patch", "options", "head", "connect", "trace"}, method) {
		method, head = "http", append([]string{pair("method", oneLine(call.Method), false)}, head...)
	}
	blocks := []string{
		block("meta", pair("name", oneLine(item.Name), false), "type: "+meta, fmt.Sprintf("seq: %d", sequence)),
		block(method, head...),
		block("params:query", w.query(item, &r, url)...),
		block("params:path", w.pathParams(item, &r, params)...),
		block("headers", w.headers(item, &r, call.Header, kind)...),
	}
	if auth != "none" && auth != "inherit" {
		blocks = append(blocks, block("auth:"+auth, authLines...))
	}
	blocks = append(blocks, body...)
	blocks = append(blocks, w.scripts(item, item)...)
	blocks = append(blocks, block("settings", settings(item.Behavior())...), textBlock("docs", r.Description))
	w.put(w.unique(path.Join(dir, fileName(item.Name)), ".bru"), join(blocks))
	return nil
}

// losses notes what of a request has no place in Bruno.
func (w *writer) losses(item *collection.Item, r *collection.Request) {
	if n := len(item.Raw.Get("response").Array()); n > 0 {
		w.notes.Add(item, "saved answers", fmt.Sprintf("left out (%d)", n))
	}
	textform.Behaviors(item, w.notes, "followRedirects", "maxRedirects", "followAuthorizationHeader")
	if r.Body == nil {
		return
	}
	if r.Body.Disabled {
		w.notes.Add(item, "body", "left out: it is disabled")
	}
	for _, p := range r.Body.Params {
		if p.Type == "file" && p.FileName != "" {
			w.notes.Add(item, "field "+p.Key, "the name of its file is left out")
		}
	}
}

// plain gives a request of which Calls makes what is to be written: without the auth that
// Bruno adds itself, and with its path variables as placeholders {{:name}}. They are
// returned with their values; those that Bruno would not send in the same way stay values.
func (w *writer) plain(item *collection.Item, r *collection.Request, without bool) (*collection.Item, [][2]string, error) {
	var request map[string]json.RawMessage
	if err := json.Unmarshal(item.RequestJSON(), &request); err != nil {
		return item, nil, nil // a request that is no object has none of this
	}
	if without {
		request["auth"] = json.RawMessage(`{"type": "noauth"}`)
	}
	var params [][2]string
	var url map[string]json.RawMessage
	if len(r.URL.Variables) > 0 && json.Unmarshal(request["url"], &url) == nil && url != nil {
		variables := slices.Clone(r.URL.Variables)
		for i, v := range variables {
			if pathParam(r, v) {
				params = append(params, [2]string{v.Key, v.Value})
				variables[i].Value = "{{:" + v.Key + "}}"
			}
		}
		list, err := json.Marshal(variables)
		if err != nil {
			return nil, nil, err
		}
		url["variable"] = list
		if request["url"], err = json.Marshal(url); err != nil {
			return nil, nil, err
		}
	}
	if !without && params == nil {
		return item, nil, nil
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, nil, err
	}
	made, err := item.WithRequest(text)
	return made, params, err
}

// pathParam says whether Bruno sends a path variable as Postman does: it puts the value
// in as it stands, and no empty segments.
func pathParam(r *collection.Request, v collection.Variable) bool {
	segment := false
	for _, p := range r.URL.Path {
		segment = segment || p == ":"+v.Key
	}
	return segment && !v.Disabled && plainKey.MatchString(v.Key) && v.Value != "" && strings.TrimSpace(v.Value) == v.Value &&
		!strings.ContainsAny(v.Value, "?#%/\\\r\n") && !slices.Contains(r.URL.Path[:len(r.URL.Path)-1], "")
}

// query gives the parameters that the URL has, and those that are switched off.
func (w *writer) query(item *collection.Item, r *collection.Request, url string) (lines []string) {
	_, query, _ := strings.Cut(url, "?")
	about := map[string]string{}
	for _, q := range r.URL.Query {
		if !q.Disabled && q.Description != "" {
			about[q.Key] = q.Description
		}
	}
	if query != "" {
		for part := range strings.SplitSeq(query, "&") {
			key, value, _ := strings.Cut(part, "=")
			if key == "" {
				continue
			}
			lines = append(lines, described(about[key], w.pair(item, "query parameter "+key, key, value, false)))
			delete(about, key)
		}
	}
	for _, q := range r.URL.Query {
		switch _, lost := about[q.Key]; {
		case q.Disabled && q.Key == "":
		case q.Disabled:
			key, value := w.names.Text(item, q.Key), w.names.Text(item, q.Value)
			lines = append(lines, described(q.Description, w.pair(item, "query parameter "+q.Key, key, value, true)))
		case lost:
			w.notes.Add(item, "query parameter "+q.Key, "its description is left out")
		}
	}
	return lines
}

func (w *writer) pathParams(item *collection.Item, r *collection.Request, params [][2]string) (lines []string) {
	for _, p := range params {
		lines = append(lines, w.pair(item, "path variable "+p[0], p[0], w.names.Text(item, p[1]), false))
	}
	for _, v := range r.URL.Variables {
		if !slices.ContainsFunc(params, func(p [2]string) bool { return p[0] == v.Key }) && slices.Contains(r.URL.Path, ":"+v.Key) {
			w.notes.Add(item, "path variable "+v.Key, "its value stands in the URL")
		}
	}
	return lines
}

// headers gives the headers that are sent, but for a Content-Type that Bruno adds by
// itself, and those that are switched off.
func (w *writer) headers(item *collection.Item, r *collection.Request, sent []collection.Header, kind string) (lines []string) {
	text := func(s string) string { return w.names.Text(item, s) }
	said := 0
	for _, h := range r.Headers {
		if !h.Disabled && strings.TrimSpace(h.Key) != "" {
			said++
		}
	}
	own := map[string]string{"json": "application/json", "xml": "application/xml", "text": "text/plain", "graphql": "application/json",
		"formUrlEncoded": "application/x-www-form-urlencoded", "multipartForm": "multipart/form-data"}[kind]
	seen := map[string]bool{}
	for i, h := range sent {
		name := strings.ToLower(h.Key)
		if i >= said && name == "content-type" && (h.Value == own || kind == "file" || kind == "multipartForm") {
			continue
		}
		if seen[name] {
			w.notes.Add(item, "header "+h.Key, "is there more than once, and Bruno sends the last one only")
		}
		seen[name] = true
		lines = append(lines, described(h.Description, w.pair(item, "header "+h.Key, text(h.Key), text(h.Value), false)))
	}
	for _, h := range r.Headers {
		if h.Disabled && strings.TrimSpace(h.Key) != "" {
			lines = append(lines, described(h.Description, w.pair(item, "header "+h.Key, text(h.Key), text(h.Value), true)))
		}
	}
	return lines
}

// settings are those that a request has. The URL is encoded already.
func settings(b collection.Behavior) []string {
	lines := []string{"encodeUrl: false"}
	if b.FollowRedirects != nil {
		lines = append(lines, fmt.Sprintf("followRedirects: %v", *b.FollowRedirects))
	}
	if b.MaxRedirects != nil {
		lines = append(lines, fmt.Sprintf("maxRedirects: %d", *b.MaxRedirects))
	}
	if !b.FollowAuthorization {
		lines = append(lines, "forwardAuthorizationHeader: false") // to another host; Bruno's default is true
	}
	return lines
}

// body gives Bruno's name for the body's kind and its blocks.
func (w *writer) body(c *convert.Call, r *collection.Request) (kind string, blocks []string) {
	if c.Body == nil {
		return "none", nil
	}
	switch c.Body.Mode {
	case collection.ModeURLEncoded:
		return w.urlencoded(c, r)
	case collection.ModeFormData:
		return "multipartForm", []string{block("body:multipart-form", w.parts(c, r)...)}
	case collection.ModeFile:
		return "file", []string{w.fileBlock(c, c.Body.File)}
	}
	if g := r.Body.GraphQL; g != nil && g.OperationName == "" && strings.TrimSpace(g.Query) != "" && !strings.Contains(g.Query+g.Variables, "\r") {
		// Query and variables are sent as one JSON document, as Postman makes it.
		return "graphql", []string{textBlock("body:graphql", w.names.Text(c.Item, g.Query)), textBlock("body:graphql:vars", w.names.Text(c.Item, g.Variables))}
	}
	if c.Body.Text == "" {
		return "none", nil
	}
	return w.raw(c)
}

func (w *writer) raw(c *convert.Call) (kind string, blocks []string) {
	text := w.names.Text(c.Item, c.Body.Text)
	contentType, _ := c.HeaderValue("Content-Type")
	contentType = strings.ToLower(contentType)
	isJSON := strings.Contains(contentType, "json") || contentType == "" && c.Body.Language == "json"
	if isJSON {
		w.escaped(c, text)
	}
	switch {
	case strings.Contains(text, "\r") && !textform.HasPlaceholder(text):
		// A block has line ends of its own kind only.
		name := w.unique("bodies/"+fileName(c.Item.Name), ".txt")
		w.put(name, text)
		w.notes.Add(c.Item, "body", "is in the file "+name+", as a .bru file has no place for its line ends")
		return "file", []string{w.fileBlock(c, name)}
	case strings.Contains(text, "\r"):
		w.notes.Add(c.Item, "body", "its line ends CR LF become LF")
	}
	kind = "text"
	switch {
	case isJSON && jsonKept(text):
		kind = "json"
	case contentType == "application/xml" || contentType == "text/xml" || contentType == "" && c.Body.Language == "xml":
		kind = "xml"
	}
	return kind, []string{textBlock("body:"+kind, text)}
}

// escaped notes variables of a JSON body whose values Bruno writes in another way: with
// escapes.
func (w *writer) escaped(c *convert.Call, text string) {
	if w.o.Scopes == nil {
		return
	}
	for _, name := range w.o.Scopes.Uses(text) {
		if v, _, ok := w.o.Scopes.Lookup(name); ok && strings.ContainsAny(v.Value, "\\\n\r\t\"") {
			w.notes.Add(c.Item, "variable "+name, "its quotes, line breaks and \\ are escaped by Bruno in a JSON body")
		}
	}
}

// jsonKept says whether Bruno sends a JSON text as it stands: it takes comments out.
func jsonKept(text string) bool {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return false
	}
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			inside = !inside
		case text[i] == '\\' && inside:
			i++
		case (text[i] == '\'' || text[i] == '/' || text[i] == '`') && !inside:
			return false
		}
	}
	return !inside
}

// urlencoded gives the fields of a form. A form whose fields a pair cannot hold is
// written as its text, when there is nothing in it to be filled in.
func (w *writer) urlencoded(c *convert.Call, r *collection.Request) (kind string, blocks []string) {
	for _, p := range c.Body.Params {
		if misfit(p.Key, p.Value) != "" && !textform.HasPlaceholder(c.Body.Text) && c.Body.Text != "" {
			w.notes.Add(c.Item, "body", "is written as text, as a .bru file has no place for its fields")
			return "text", []string{textBlock("body:text", c.Body.Text)}
		}
	}
	var lines []string
	for _, off := range []bool{false, true} {
		for _, p := range r.Body.Params {
			if p.Disabled != off {
				continue
			}
			if !off && textform.HasPlaceholder(p.Key) {
				w.notes.Add(c.Item, "field "+p.Key, "Bruno fills in no placeholders of names")
			}
			lines = append(lines, described(p.Description, w.pair(c.Item, "field "+p.Key, w.names.Text(c.Item, p.Key), w.names.Text(c.Item, p.Value), off)))
		}
	}
	return "formUrlEncoded", []string{block("body:form-urlencoded", lines...)}
}

// parts gives the fields of form-data.
func (w *writer) parts(c *convert.Call, r *collection.Request) (lines []string) {
	for _, off := range []bool{false, true} {
		for _, p := range r.Body.Params {
			if p.Disabled != off {
				continue
			}
			field := "field " + p.Key
			value := w.names.Text(c.Item, p.Value)
			switch isFile := p.Type == "file"; {
			case isFile && len(p.Src) == 0 && !off:
				w.notes.Add(c.Item, field, "left out: no file is chosen")
				continue
			case isFile:
				value = "@file(" + strings.Join(p.Src, "|") + ")"
				if slices.ContainsFunc(p.Src, func(s string) bool { return strings.Contains(s, "|") }) {
					w.notes.Add(c.Item, field, "a file with | in its name is taken for two by Bruno")
				}
			case strings.HasPrefix(value, "@file(") || strings.Contains(value, "@contentType("):
				w.notes.Add(c.Item, field, "Bruno takes its text for a file or a content type")
			}
			if !off && textform.HasPlaceholder(p.Key) {
				w.notes.Add(c.Item, field, "Bruno fills in no placeholders of names")
			}
			line := w.pair(c.Item, field, w.names.Text(c.Item, p.Key), value, off)
			if p.ContentType != "" {
				line += " @contentType(" + oneLine(p.ContentType) + ")"
			}
			lines = append(lines, described(p.Description, line))
		}
	}
	return lines
}

// fileBlock writes a body that is a file. Its type is a header of the request.
func (w *writer) fileBlock(c *convert.Call, file string) string {
	kind, _ := c.HeaderValue("Content-Type")
	return block("body:file", "file: @file("+oneLine(file)+") @contentType("+w.names.Text(c.Item, kind)+")")
}
