package openapi

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// bodyOf is a body of one media type, of all requests of an operation.
type bodyOf struct {
	mime     string
	values   []named // of JSON and texts
	form     *form
	binary   bool
	noSchema bool
}

// body writes what the requests of an operation send.
func (w *writer) body(m *methodGroup) *node {
	var all []*bodyOf
	sent := 0
	for _, c := range m.calls {
		b := c.request.Body
		if b == nil || b.Mode == "" {
			continue
		}
		if request.WithoutBody(c.request.Method) && !c.item.Behavior().DisableBodyPruning {
			if b.Raw != "" || len(b.Params) > 0 || b.GraphQL != nil && b.GraphQL.Query != "" {
				w.notes.Add(c.item, "body", "left out: Postman does not send the body of a "+c.request.Method)
			}
			continue
		}
		mime := w.bodyType(c, b)
		if mime == "" {
			continue
		}
		i := slices.IndexFunc(all, func(b *bodyOf) bool { return b.mime == mime })
		if i < 0 {
			i = len(all)
			all = append(all, &bodyOf{mime: mime})
		}
		w.addBody(all[i], c, b)
		if !b.Disabled {
			sent++
		}
	}
	if len(all) == 0 {
		return nil
	}
	contents := object()
	for _, b := range all {
		contents.add(b.mime, b.node())
	}
	made := object()
	if sent == len(m.calls) {
		made.add("required", boolNode(true))
	}
	return made.add("content", contents)
}

// bodyType gives the media type of a body; "" when there is nothing in it.
func (w *writer) bodyType(c *call, b *collection.Body) string {
	own := ""
	for _, h := range c.request.Headers {
		if !h.Disabled && strings.EqualFold(strings.TrimSpace(h.Key), "Content-Type") {
			own = strings.TrimSpace(w.fill(h.Value))
		}
	}
	if strings.Contains(own, "{{") || !strings.Contains(own, "/") {
		own = ""
	}
	switch b.Mode {
	case collection.ModeURLEncoded:
		if len(b.Params) == 0 {
			return ""
		}
		return typeURLEncoded
	case collection.ModeFormData:
		if len(b.Params) == 0 {
			return ""
		}
		return typeMultipart
	case collection.ModeFile:
		if b.File == nil {
			return ""
		}
		if b.File.Src != "" || b.File.Content != "" {
			w.notes.Add(c.item, "body", "its file is left out")
		}
		return cmp.Or(own, typeOctets)
	case collection.ModeGraphQL:
		if b.GraphQL == nil || b.GraphQL.Query == "" {
			return ""
		}
		return "application/json"
	}
	if b.Raw == "" && own == "" {
		return ""
	}
	names := map[string]string{"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript", "text": "text/plain"}
	return cmp.Or(own, names[b.Language], "text/plain")
}

func (w *writer) addBody(to *bodyOf, c *call, b *collection.Body) {
	switch b.Mode {
	case collection.ModeURLEncoded, collection.ModeFormData:
		if to.form == nil {
			to.form = &form{w: w, properties: object(), encoding: object(), on: make(map[string]int)}
		}
		to.form.add(c, b.Params)
	case collection.ModeFile:
		to.binary = true
	case collection.ModeGraphQL:
		n := object().put("query", b.GraphQL.Query).put("operationName", b.GraphQL.OperationName)
		if variables := strings.TrimSpace(b.GraphQL.Variables); variables != "" {
			n.add("variables", w.content(c.item, "body", "application/json", variables))
		}
		to.values = append(to.values, named{c.item.Name, n})
	default:
		if b.Raw == "" {
			return
		}
		v := w.content(c.item, "body", to.mime, b.Raw)
		to.noSchema = to.noSchema || isXML(to.mime) || isJSON(to.mime) && v.kind == text && !strings.HasPrefix(strings.TrimSpace(b.Raw), `"`)
		to.values = append(to.values, named{c.item.Name, v})
	}
}

// content reads a body of a media type: JSON as what it is, else as a text.
func (w *writer) content(item *collection.Item, field, mime, body string) *node {
	body = w.hide(item, field, body)
	if isJSON(mime) {
		n, err := parseJSON("body", []byte(w.fillJSON(body)))
		if err == nil {
			return n
		}
		if json.Valid([]byte(body)) {
			if n, err = parseJSON("body", []byte(body)); err == nil {
				return n
			}
		}
		w.notes.Add(item, field, "is no valid JSON, and stays a text")
	}
	return textNode(w.fill(body))
}

func (b *bodyOf) node() *node {
	n := object()
	switch {
	case b.form != nil:
		b.form.write(n)
	case b.binary && len(b.values) == 0:
		n.add("schema", object().put("type", "string").put("format", "binary"))
	case len(b.values) > 0:
		values := make([]*node, len(b.values))
		for i, v := range b.values {
			values[i] = v.value
		}
		if !b.noSchema {
			n.add("schema", infer(values...))
		}
		for i := range b.values {
			b.values[i].value = withoutMarks(b.values[i].value)
		}
		addExamples(n, b.values)
	}
	return n
}

// form is an urlencoded or multipart body.
type form struct {
	w          *writer
	properties *node
	encoding   *node
	on         map[string]int // in how many requests a field is on
	calls      int
}

func (f *form) add(c *call, params []collection.Param) {
	f.calls++
	done := make(map[string]bool)
	for _, p := range params {
		if p.Key == "" {
			if p.Value != "" || len(p.Src) > 0 {
				f.w.notes.Add(c.item, "field without a name", "left out")
			}
			continue
		}
		if done[p.Key] {
			continue
		}
		done[p.Key] = true
		var same []collection.Param
		on := 0
		for _, other := range params {
			if other.Key == p.Key {
				same = append(same, other)
				if !other.Disabled {
					on = 1
				}
			}
		}
		f.on[p.Key] += on
		if f.properties.get(p.Key) == nil {
			f.properties.add(p.Key, f.property(c, same))
		}
	}
}

// property writes the schema of a field, with its example.
func (f *form) property(c *call, same []collection.Param) *node {
	p := same[0]
	description, deprecated := cutDeprecated(p.Description)
	contentType := p.ContentType
	if p.Type != "file" && isJSON(contentType) && len(same) == 1 {
		if v := f.w.content(c.item, "field "+p.Key, contentType, p.Value); v.kind >= list {
			schema := infer(v).put("description", description)
			f.encoding.add(p.Key, object().put("contentType", contentType))
			return schema.add("examples", listNode(withoutMarks(v)))
		}
	}
	schema := object().put("type", "string").put("format", "binary")
	if p.Type == "file" {
		if len(p.Src) > 0 {
			f.w.notes.Add(c.item, "field "+p.Key, "its file is left out")
		}
		if len(p.Src) == 1 && contentType == "" && path.Ext(p.Src[0]) != "" {
			contentType = request.MediaType(p.Src[0])
		}
		if p.FileName != "" {
			f.w.notes.Add(c.item, "field "+p.Key, "the name of its file is left out")
		}
		if len(same) > 1 || len(p.Src) > 1 {
			schema = object().put("type", "array").add("items", schema)
		}
		schema.put("description", description)
	} else {
		var values []string
		for _, s := range same {
			values = append(values, s.Value)
		}
		v := f.w.example(c, "field "+p.Key, values)
		description, choices := cutChoices(description, v)
		schema = object().put("type", "string")
		if v != nil {
			schema = infer(v).add("enum", choices)
		}
		schema.put("description", description)
		if v != nil {
			schema.add("examples", listNode(v))
		}
	}
	if contentType != "" {
		f.encoding.add(p.Key, object().put("contentType", contentType))
	}
	if deprecated {
		schema.add("deprecated", boolNode(true))
	}
	return schema
}

func (f *form) write(n *node) {
	required := listNode()
	for _, m := range f.properties.members {
		if f.on[m.key] >= f.calls {
			required.members = append(required.members, member{value: textNode(m.key)})
		}
	}
	n.add("schema", object().put("type", "object").add("required", required).add("properties", f.properties))
	if len(f.encoding.members) > 0 {
		n.add("encoding", f.encoding)
	}
}
