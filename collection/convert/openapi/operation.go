package openapi

import (
	"slices"
	"strings"
)

// operation is what one method of a path does, of any version of OpenAPI.
type operation struct {
	path, method string // method in upper case
	id, summary  string
	description  string
	deprecated   bool
	tags         []string
	params       []param
	body         *body
	responses    []response
	security     *node // nil when the document's own counts
	servers      *node // nil when the document's own count
	extra        []string
}

// name is what the request is called.
func (o *operation) name() string {
	for _, s := range []string{o.summary, o.id} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			return s
		}
	}
	return o.method + " " + o.path
}

// param is a parameter, or a header of an answer.
type param struct {
	name, in    string // in: path, query, header or cookie
	description string
	required    bool
	deprecated  bool
	bare        bool // allowEmptyValue
	style       string
	explode     bool
	schema      *node
	mime        string // of a parameter that has content
	examples    []example
}

// example is a value that the document gives.
type example struct {
	name, summary string
	value         *node
}

// body is what a request takes.
type body struct {
	description string
	required    bool
	contents    []content
}

// content is a body of one media type.
type content struct {
	mime     string
	schema   *node
	examples []example
	encoding *node
}

// response is an answer; its code may be "default" or "2XX".
type response struct {
	code        string
	description string
	headers     []param
	contents    []content
}

// methods are those of a path, in the order of the specification.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// operations reads all operations, in the order of the document.
func (d *document) operations() []*operation {
	var all []*operation
	for _, p := range d.root.get("paths").pairs() {
		if strings.HasPrefix(p.key, "x-") {
			continue
		}
		item := d.resolve(p.value)
		if !item.isMapping() {
			d.notes.AddAt(p.key, "path", "left out: it is not a mapping")
			continue
		}
		for _, m := range item.members {
			method := m.key
			switch {
			case slices.Contains(methods, method):
				all = append(all, d.operation(p.key, strings.ToUpper(method), item, m.value))
			case method == "additionalOperations":
				for _, more := range m.value.pairs() {
					all = append(all, d.operation(p.key, more.key, item, more.value))
				}
			}
		}
	}
	return all
}

func (d *document) operation(path, method string, item, n *node) *operation {
	o := &operation{
		path: path, method: method, id: n.str("operationId"), summary: n.str("summary"), description: n.str("description"),
		deprecated: n.flag("deprecated"), tags: n.get("tags").texts(), security: n.get("security"), servers: n.get("servers"),
	}
	if o.servers == nil {
		o.servers = item.get("servers")
	}
	for _, m := range n.pairs() {
		if m.key == "callbacks" || m.key == "externalDocs" || strings.HasPrefix(m.key, "x-") {
			o.extra = append(o.extra, m.key)
		}
	}
	if o.description == "" {
		o.description = item.str("description")
	}
	params := d.parameters(item, n)
	if d.swagger() {
		d.swaggerOperation(o, params, n)
		return o
	}
	for _, p := range params {
		o.params = append(o.params, d.param(p))
	}
	if b := d.resolve(n.get("requestBody")); b.isMapping() {
		o.body = &body{description: b.str("description"), required: b.flag("required"), contents: d.contents(b.get("content"))}
	}
	for _, r := range n.get("responses").pairs() {
		answer := d.resolve(r.value)
		if strings.HasPrefix(r.key, "x-") || answer == nil {
			continue
		}
		made := response{code: r.key, description: answer.str("description"), contents: d.contents(answer.get("content"))}
		for _, h := range answer.get("headers").pairs() {
			p := d.param(d.resolve(h.value))
			p.name, p.in = h.key, "header"
			made.headers = append(made.headers, p)
		}
		if answer.get("links") != nil {
			o.extra = append(o.extra, "links of "+r.key)
		}
		o.responses = append(o.responses, made)
	}
	return o
}

// parameters gives those of the path and the operation; one of the operation takes the
// place of the path's of the same name and place.
func (d *document) parameters(item, n *node) []*node {
	var all []*node
	for _, from := range []*node{item, n} {
		for _, m := range from.get("parameters").items() {
			p := d.resolve(m.value)
			if !p.isMapping() || p.str("name") == "" && p.str("in") != "body" {
				continue
			}
			same := func(other *node) bool { return other.str("name") == p.str("name") && other.str("in") == p.str("in") }
			if i := slices.IndexFunc(all, same); i >= 0 {
				all[i] = p
				continue
			}
			all = append(all, p)
		}
	}
	return all
}

// param reads a parameter of version 3.
func (d *document) param(n *node) param {
	p := param{
		name: n.str("name"), in: n.str("in"), description: n.str("description"), required: n.flag("required"), deprecated: n.flag("deprecated"),
		bare: n.flag("allowEmptyValue"), style: n.str("style"), schema: n.get("schema"), examples: d.examples(n),
	}
	if p.style == "" {
		p.style = "simple"
		if p.in == "query" || p.in == "cookie" {
			p.style = "form"
		}
	}
	p.explode = p.style == "form" || p.style == "deepObject"
	if e := n.get("explode"); e != nil {
		p.explode = e.scalar() == "true"
	}
	if all := d.contents(n.get("content")); len(all) > 0 {
		p.mime, p.schema, p.examples = all[0].mime, all[0].schema, all[0].examples
	}
	return p
}

func (d *document) contents(n *node) (all []content) {
	for _, m := range n.pairs() {
		c := d.resolve(m.value)
		made := content{mime: strings.TrimSpace(m.key), schema: c.get("schema"), examples: d.examples(c), encoding: c.get("encoding")}
		if items := c.get("itemSchema"); made.schema == nil && items != nil {
			made.schema = items
		}
		all = append(all, made)
	}
	return all
}

// examples reads example and examples.
func (d *document) examples(n *node) (all []example) {
	if v := n.get("example"); v != nil {
		all = append(all, example{value: v})
	}
	for _, m := range n.get("examples").pairs() {
		e := d.resolve(m.value)
		value := e.get("value")
		for _, name := range []string{"dataValue", "serializedValue"} {
			if value == nil {
				value = e.get(name)
			}
		}
		if value == nil {
			continue // an externalValue is somewhere on the network
		}
		all = append(all, example{m.key, e.str("summary"), value})
	}
	return all
}
