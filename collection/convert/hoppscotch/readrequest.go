package hoppscotch

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/request"
)

func isOn(v gjson.Result) bool { return v.Type == gjson.True || v.String() == "true" }

// isOff tells the parameters that are switched off; without a flag they are on.
func isOff(v gjson.Result) bool { return v.Get("active").Type == gjson.False }

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(b)
}

func (r *reader) header(v gjson.Result, place string) collection.Header {
	return collection.Header{
		Key: r.text(place, convert.TextOf(v.Get("key"))), Value: r.text(place, convert.TextOf(v.Get("value"))), Disabled: isOff(v), Description: convert.TextOf(v.Get("description")),
	}
}

func (r *reader) request(q gjson.Result, headers []collection.Header, place string) *convert.DraftItem {
	item := &convert.DraftItem{Name: convert.TextOf(q.Get("name"))}
	at := join(place, item.Name)
	req := r.sent(q, at)
	item.Request = req
	for _, h := range headers {
		if !slices.ContainsFunc(req.Headers, func(own collection.Header) bool { return strings.EqualFold(own.Key, h.Key) && !own.Disabled }) {
			req.Headers = append(req.Headers, h)
		}
	}
	item.Events = r.scripts(q, at)
	for _, v := range q.Get("requestVariables").Array() {
		name := strings.TrimSpace(convert.TextOf(v.Get("key")))
		switch {
		case name == "":
		case isOff(v):
			r.notes.AddAt(at, "request variable "+name, "left out: it is disabled")
		default:
			r.wanted = append(r.wanted, wanted{at, name, r.text(at, convert.TextOf(v.Get("value"))), item})
		}
	}
	if request.WithoutBody(req.Method) && req.Body != nil {
		item.Behavior = map[string]any{"disableBodyPruning": true}
	}
	q.Get("responses").ForEach(func(name, v gjson.Result) bool {
		if v.IsObject() {
			item.Responses = append(item.Responses, r.example(cmp.Or(convert.TextOf(v.Get("name")), name.String()), v, at))
		}
		return true
	})
	return item
}

// sent reads what of a request is sent; an example has its own.
func (r *reader) sent(q gjson.Result, place string) *convert.DraftRequest {
	req := &convert.DraftRequest{
		Method: strings.ToUpper(cmp.Or(strings.TrimSpace(convert.TextOf(q.Get("method"))), "GET")), Headers: []collection.Header{},
		Description: convert.TextOf(q.Get("description")), Auth: r.auth(q.Get("auth"), place),
	}
	for _, h := range q.Get("headers").Array() {
		if made := r.header(h, place); made.Key != "" || made.Value != "" {
			req.Headers = append(req.Headers, made)
		}
	}
	if query := q.Get("query"); query.Type == gjson.String && q.Get("url").Exists() && !q.Get("method").Exists() {
		// A request of the part for GraphQL.
		req.Method = "POST"
		req.URL.Raw = r.text(place, convert.TextOf(q.Get("url")))
		req.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: &collection.GraphQL{Query: r.text(place, query.Str), Variables: r.text(place, convert.TextOf(q.Get("variables")))}}
		return req
	}
	// Version 0 has the URL in two pieces.
	r.url(req, cmp.Or(convert.TextOf(q.Get("endpoint")), convert.TextOf(q.Get("url"))+convert.TextOf(q.Get("path"))), q.Get("params").Array(), place)
	body := q.Get("body")
	if body.Type == gjson.String || q.Get("rawParams").Exists() {
		if text := r.text(place, cmp.Or(convert.TextOf(q.Get("rawParams")), convert.TextOf(body))); text != "" {
			r.textBody(req, text, convert.TextOf(q.Get("contentType")))
		}
		return req
	}
	r.body(req, body, place)
	return req
}

func (r *reader) url(req *convert.DraftRequest, target string, params []gjson.Result, place string) {
	u := &req.URL
	u.Raw = r.text(place, target)
	for _, p := range params {
		q := collection.QueryParam{
			Key: convert.EncodePlus(r.text(place, convert.TextOf(p.Get("key")))), Value: convert.EncodePlus(r.text(place, convert.TextOf(p.Get("value")))),
			Disabled: isOff(p), HasValue: true, Description: convert.TextOf(p.Get("description")),
		}
		if q.Key == "" {
			continue // Hoppscotch does not send it
		}
		if u.Query == nil {
			u.Query = collection.QueryOf(u.Raw)
		}
		u.Query = append(u.Query, q)
	}
	u.Variables = convert.LiteralSegments(u.Raw)
}

func (r *reader) body(req *convert.DraftRequest, b gjson.Result, place string) {
	kind := strings.ToLower(strings.TrimSpace(convert.TextOf(b.Get("contentType"))))
	content := b.Get("body")
	switch {
	case kind == "multipart/form-data" && content.IsArray():
		fields := []collection.Param{}
		for _, v := range content.Array() {
			fields = append(fields, r.part(v, place))
		}
		req.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: fields}
		req.Headers = slices.DeleteFunc(req.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") && !h.Disabled })
	case kind == "application/octet-stream":
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{}}
		r.notes.AddAt(place, "body", "is a file, which the export does not name: choose it in the request")
		addType(req, kind)
	case kind == "application/x-www-form-urlencoded" && content.Type == gjson.String:
		req.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: r.lines(content.Str, place)}
	case content.Type == gjson.String && content.Str != "":
		r.textBody(req, r.text(place, content.Str), kind)
	case content.IsObject() || content.IsArray():
		r.notes.AddAt(place, "body", "left out: it is no text")
	}
}

// textBody writes a body that is a text. Its content type is that of Postman's language
// where there is one, else a header.
func (r *reader) textBody(req *convert.DraftRequest, text, kind string) {
	language := map[string]string{"application/json": "json", "application/xml": "xml", "text/html": "html", "text/plain": "text"}[kind]
	req.Body = convert.RawBody(text, language)
	if language == "" && kind != "binary" {
		addType(req, kind)
	}
}

func addType(req *convert.DraftRequest, kind string) {
	if kind != "" && !slices.ContainsFunc(req.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") && !h.Disabled }) {
		req.Headers = append(req.Headers, collection.Header{Key: "Content-Type", Value: kind})
	}
}

func (r *reader) part(v gjson.Result, place string) collection.Param {
	p := collection.Param{
		Key: r.text(place, convert.TextOf(v.Get("key"))), Type: "text", Disabled: isOff(v), ContentType: convert.TextOf(v.Get("contentType")), Description: convert.TextOf(v.Get("description")),
	}
	if isOn(v.Get("isFile")) {
		p.Type = "file"
		r.notes.AddAt(place, "field "+p.Key, "is a file, which the export does not name: choose it in the request")
		return p
	}
	if value := v.Get("value"); !value.IsArray() && !value.IsObject() {
		p.Value = r.text(place, convert.TextOf(value))
	}
	return p
}

// lines reads the fields of a form, "key: value" a line; "#" begins one that is switched
// off. Older exports have them encoded.
func (r *reader) lines(text, place string) []collection.Param {
	fields := []collection.Param{}
	if text = strings.ReplaceAll(text, "\r\n", "\n"); !strings.Contains(text, "\n") && !strings.Contains(text, ":") && strings.Contains(text, "=") {
		for pair := range strings.SplitSeq(text, "&") {
			key, value, _ := strings.Cut(pair, "=")
			fields = append(fields, collection.Param{Key: r.text(place, decoded(key)), Value: r.text(place, decoded(value)), Type: "text"})
		}
		return fields
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		rest, off := strings.CutPrefix(line, "#")
		if rest = strings.TrimSpace(rest); rest == "" {
			continue
		}
		key, rest := unquoted(rest)
		rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
		if value, after := unquoted(rest); strings.HasPrefix(rest, `"`) && strings.TrimSpace(after) == "" {
			rest = value
		}
		fields = append(fields, collection.Param{Key: r.text(place, key), Value: r.text(place, rest), Type: "text", Disabled: off})
	}
	return fields
}

// unquoted cuts a key off, which may stand in quotes.
func unquoted(text string) (key, rest string) {
	if strings.HasPrefix(text, `"`) {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				if json.Unmarshal([]byte(text[:i+1]), &key) == nil {
					return key, text[i+1:]
				}
			}
		}
	}
	if i := strings.IndexByte(text, ':'); i >= 0 {
		return strings.TrimSpace(text[:i]), text[i:]
	}
	return text, ""
}

func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil && strings.ToValidUTF8(plain, "") == plain {
		return plain
	}
	return text
}

// example reads a saved answer.
func (r *reader) example(name string, v gjson.Result, place string) convert.DraftResponse {
	made := convert.DraftResponse{Name: name, Status: convert.TextOf(v.Get("status")), Code: int(v.Get("code").Int()), Body: convert.TextOf(v.Get("body"))}
	if original := v.Get("originalRequest"); original.IsObject() {
		made.Request = r.sent(original, place)
	}
	for _, h := range v.Get("headers").Array() {
		made.Header = append(made.Header, collection.Header{Key: convert.TextOf(h.Get("key")), Value: convert.TextOf(h.Get("value"))})
	}
	return made
}
