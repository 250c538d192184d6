package openapi

import (
	"mime"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/request"
)

const (
	typeURLEncoded = "application/x-www-form-urlencoded"
	typeMultipart  = "multipart/form-data"
	typeOctets     = "application/octet-stream"
)

// plainType gives a media type in lower case, without parameters.
func plainType(s string) string {
	if t, _, err := mime.ParseMediaType(s); err == nil {
		return t
	}
	t, _, _ := strings.Cut(s, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func isJSON(mime string) bool {
	t := plainType(mime)
	return t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json")
}

func isXML(mime string) bool {
	t := plainType(mime)
	return t == "application/xml" || t == "text/xml" || strings.HasSuffix(t, "+xml")
}

func isText(mime string) bool {
	t := plainType(mime)
	return strings.HasPrefix(t, "text/") || t == "application/javascript" || strings.HasSuffix(t, "yaml") || t == "application/graphql" || t == "application/x-ndjson" || t == "application/jsonl"
}

// language is Postman's name for a media type of text.
func language(mime string) string {
	switch t := plainType(mime); {
	case isJSON(mime):
		return "json"
	case isXML(mime):
		return "xml"
	case t == "text/html":
		return "html"
	case strings.HasSuffix(t, "javascript"):
		return "javascript"
	case isText(mime):
		return "text"
	}
	return ""
}

// preferred gives the media type that the request is made with: JSON, else the first; -1
// for none.
func preferred(contents []content) int {
	for i, c := range contents {
		if isJSON(c.mime) {
			return i
		}
	}
	return min(0, len(contents)-1)
}

// body puts the body into a request, with the example of that number. It gives the
// behaviour that the request needs for it.
func (r *reader) body(q *convert.DraftRequest, b *body, number int) map[string]any {
	chosen := preferred(b.contents)
	if chosen < 0 {
		return nil
	}
	c := b.contents[chosen]
	if number == 0 {
		for i, other := range b.contents {
			if i != chosen {
				r.notes.AddAt(r.item, "body "+other.mime, "left out: the request has "+c.mime)
			}
		}
		if b.description != "" {
			r.notes.AddAt(r.item, "body", "its description is left out")
		}
		r.unusedExamples(c)
	}
	var e *example
	if number < len(c.examples) {
		e = &c.examples[number]
	}
	switch t := plainType(c.mime); {
	case t == typeURLEncoded:
		q.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: r.fields(c, e, false)}
	case strings.HasPrefix(t, "multipart/"):
		q.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: r.fields(c, e, true)}
		if t != typeMultipart {
			r.notes.AddAt(r.item, "body "+c.mime, "is sent as "+typeMultipart)
		}
	case r.binary(c.schema, c.mime):
		q.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{}}
		r.notes.AddAt(r.item, "body", "is a file: choose one")
	default:
		q.Body = convert.RawBody(r.contentText(c, e, false), language(c.mime))
	}
	if q.Body.Mode == collection.ModeRaw || q.Body.Mode == collection.ModeFile {
		sent := c.mime
		if strings.Contains(sent, "*") {
			sent = typeOctets
			if raw := q.Body.Raw; raw != nil && strings.HasPrefix(*raw, "{") {
				sent = "application/json"
			}
		}
		q.Headers = append(q.Headers, collection.Header{Key: "Content-Type", Value: sent})
	}
	if request.WithoutBody(q.Method) {
		return map[string]any{"disableBodyPruning": true}
	}
	return nil
}

// unusedExamples notes the examples of the body that no answer goes with.
func (r *reader) unusedExamples(c content) {
	if len(c.examples) > 1 {
		var names []string
		for _, e := range c.examples[1:] {
			names = append(names, e.name)
		}
		r.notes.AddAt(r.item, "body", "has the first example; others are only with the answers of their name: "+strings.Join(names, ", "))
	}
}

// binary says whether a body is bytes that no text editor shows.
func (r *reader) binary(schema *node, mime string) bool {
	s := r.resolve(schema)
	if s.str("type") == "file" || s.str("format") == "binary" && !isJSON(mime) {
		return true
	}
	t := plainType(mime)
	for _, prefix := range []string{"image/", "audio/", "video/", "font/"} {
		if strings.HasPrefix(t, prefix) && t != "image/svg+xml" {
			return true
		}
	}
	return slices.Contains([]string{typeOctets, "application/pdf", "application/zip", "application/gzip"}, t)
}

// file says whether a field of a form is a file, or a list of files.
func (r *reader) file(schema *node) bool {
	s := r.resolve(schema)
	if s.str("type") == "array" {
		s = r.resolve(s.get("items"))
	}
	if s.str("type") == "file" || s.str("format") == "binary" {
		return true
	}
	media := s.get("contentMediaType")
	return media != nil && s.get("contentEncoding") == nil && !isJSON(media.scalar()) && !isText(media.scalar())
}

// fields makes the fields of a form.
func (r *reader) fields(c content, e *example, multipart bool) []collection.Param {
	schema := r.resolve(c.schema)
	flat := r.samples.flatten(schema)
	sample := r.samples.sample(c.schema, false)
	if e != nil && e.value.isMapping() {
		sample = e.value
	}
	names := make([]string, 0, len(flat.properties))
	schemas := make(map[string]*node, len(flat.properties))
	for _, p := range flat.properties {
		names = append(names, p.key)
		schemas[p.key] = p.value
	}
	for _, m := range sample.pairs() {
		if _, ok := schemas[m.key]; !ok && len(names) < maxSampleNodes {
			names = append(names, m.key)
			schemas[m.key] = nil
		}
	}
	var all []collection.Param
	for _, name := range names {
		property := r.resolve(schemas[name])
		if property.flag("readOnly") {
			continue
		}
		p := collection.Param{
			Key: name, Type: "text", Disabled: flat.get("required") != nil && !flat.required[name], Description: withChoices(property.str("description"), property),
		}
		if property.flag("deprecated") {
			p.Description = join(deprecatedMark, p.Description)
		}
		encoding := c.encoding.get(name)
		if multipart {
			p.ContentType, _, _ = strings.Cut(encoding.str("contentType"), ",")
		}
		if multipart && r.file(schemas[name]) {
			p.Type = "file"
			r.notes.AddAt(r.item, "field "+name, "is a file: choose one")
			all = append(all, p)
			continue
		}
		v := r.secretText(name, schemas[name])
		if e != nil && e.value.get(name) != nil || v == nil {
			v = sample.get(name)
		}
		if v == nil {
			v = r.samples.sample(schemas[name], false)
		}
		as := param{name: name, style: "form", explode: true}
		if s := encoding.str("style"); s != "" {
			as.style, as.explode = s, s == "form" || s == "deepObject"
		}
		if explode := encoding.get("explode"); explode != nil {
			as.explode = explode.scalar() == "true"
		}
		if s := property.str("collectionFormat"); s != "" {
			as = swaggerParam(property)
			as.name = name
		}
		if v.isMapping() && as.style == "form" {
			as.mime = "application/json" // objects in a form are JSON, as most servers take them
		}
		as.examples = []example{{value: v}}
		if v == nil {
			as.examples, as.bare = nil, true
		}
		for _, pair := range r.pairs(as) {
			p.Key, p.Value = pair.key, pair.value
			all = append(all, p)
		}
	}
	return all
}

// contentText gives the text of a body.
func (r *reader) contentText(c content, e *example, answer bool) string {
	var v *node
	if e != nil {
		v = e.value
	} else {
		v = r.samples.sample(c.schema, answer)
	}
	if v == nil {
		return ""
	}
	switch {
	case v.kind == text && (!isJSON(c.mime) || r.isObject(c.schema)):
		return v.text // of JSON too, where it was written as a text
	case isXML(c.mime) && v.kind >= list:
		return r.xml(c.schema, v)
	}
	return r.json(v, "  ")
}

// isObject says whether a value of the schema is none of text.
func (r *reader) isObject(schema *node) bool {
	s := r.resolve(schema)
	if s == nil {
		return true
	}
	kind := r.samples.flatten(s).kind
	return kind == "object" || kind == "array" || kind == ""
}
