package request

import (
	"fmt"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// Rendered is a row's request for people to read, secrets masked.
type Rendered struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers []NameValue `json:"headers"`
	Fields  []NameValue `json:"fields,omitempty"`
	Body    string      `json:"body,omitempty"`
}

// NameValue is one header or field.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Render shows the request of a row, also one that has Problems or that cannot
// be filled. Secrets that m does not know are masked by where they stand; m may
// be nil.
func (t *Template) Render(cells []string, num int64, m *vars.Masker) Rendered {
	r := &row{cells: cells, num: num, run: t.run}
	show := func(ops []op) string { return m.Mask(string(appendText(nil, ops, r, true))) }
	out := Rendered{Method: t.Method, URL: m.Mask(t.renderURL(r))}
	for i := range t.headers {
		h := &t.headers[i]
		value := show(h.ops)
		if h.secret && value != "" {
			value = vars.Masked
		}
		out.Headers = append(out.Headers, NameValue{h.key, value})
	}
	if t.digest != nil { // the server's challenge decides on what else stands there
		out.Headers = append(out.Headers, NameValue{"Authorization", "Digest " + vars.Masked})
	}
	switch t.Mode {
	case collection.ModeRaw, collection.ModeGraphQL:
		out.Body = show(t.body.ops)
		return out
	case collection.ModeFile:
		out.Body = fmt.Sprintf("(%d bytes)", len(literal(t.body.ops)))
		for i := range t.body.files {
			out.Body = "@" + show(t.body.files[i].whole)
		}
		return out
	}
	for i := range t.fields {
		f := &t.fields[i]
		if f.In == "query" || f.File && num > 0 && noCells(f.ops, r) {
			continue // a file that the row does not name is not sent
		}
		value := show(f.ops)
		if f.File {
			value = "@" + value
		}
		out.Fields = append(out.Fields, NameValue{f.Name, value})
	}
	return out
}

// renderURL shows the URL of a row, or the template's when the row cannot fill it.
func (t *Template) renderURL(r *row) string {
	if _, err := t.url.fill(r); err != nil || t.url.broken {
		return t.url.display
	}
	masked := t.url.masked()
	var b strings.Builder
	scheme, _ := appendOps(nil, masked.scheme, r)
	host, _ := appendOps(nil, masked.host, r)
	b.WriteString(string(scheme) + "://" + string(host))
	path, _ := masked.appendPath(nil, r)
	query, _ := masked.appendQuery(nil, r)
	b.Write(path)
	if len(path) == 0 {
		b.WriteByte('/')
	}
	if len(query) > 0 {
		b.WriteByte('?')
		b.Write(query)
	}
	return b.String()
}

// masked is the URL with its secrets replaced.
func (u *urlTemplate) masked() *urlTemplate {
	hide := func(ops []op) []op {
		out := make([]op, len(ops))
		for i, o := range ops {
			if o.secret {
				o = op{kind: vars.Literal, lit: vars.Masked}
			}
			out[i] = o
		}
		return out
	}
	m := &urlTemplate{scheme: hide(u.scheme), host: hide(u.host)}
	for _, seg := range u.path {
		m.path = append(m.path, hide(seg))
	}
	for _, q := range u.query {
		m.query = append(m.query, queryPart{key: hide(q.key), value: hide(q.value), hasValue: q.hasValue})
	}
	return m
}
