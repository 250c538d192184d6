package openapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
)

// seen is a parameter as the requests of an operation have it.
type seen struct {
	name, in    string
	description string
	calls       int // requests in which it is on
	bare        bool
	lists       bool // a request has it several times
	values      []named
	fields      *node // of a deepObject: schemas by name
	object      *node // and the example
}

// parameters gives those of the path, then of query, headers and cookies, in the order
// in which they are met.
func (w *writer) parameters(g *pathGroup, m *methodGroup) *node {
	p := &paramList{w: w}
	for _, c := range m.calls {
		for _, v := range c.address.variables {
			p.add(c, "path", v.name, []string{v.value}, v.description, true, false)
		}
	}
	for _, c := range m.calls {
		p.query(c)
		p.headers(c)
	}
	made := listNode()
	for _, s := range p.all {
		made.members = append(made.members, member{value: w.parameter(s, len(m.calls))})
	}
	return made
}

type paramList struct {
	w   *writer
	all []*seen
}

func (p *paramList) find(in, name string) *seen {
	for _, s := range p.all {
		if s.in == in && (s.name == name || in == "header" && strings.EqualFold(s.name, name)) {
			return s
		}
	}
	s := &seen{name: name, in: in}
	p.all = append(p.all, s)
	return s
}

// add puts the values that a request has for a parameter.
func (p *paramList) add(c *call, in, name string, values []string, description string, on, bare bool) {
	s := p.find(in, name)
	if on {
		s.calls++
	}
	s.bare = s.bare || bare
	if s.description == "" {
		s.description = description
	}
	if v := p.w.example(c, in+" parameter "+name, values); v != nil {
		s.lists = s.lists || len(values) > 1
		s.values = append(s.values, named{c.item.Name, v})
	}
}

// example gives the value of a parameter that may be shown, nil for none.
func (w *writer) example(c *call, field string, values []string) *node {
	var all []*node
	for _, v := range values {
		v = w.fill(v)
		if w.literal[v] {
			w.notes.Add(c.item, field, "its value, which looks like a secret, is left out (--with-secrets writes it)")
			return nil
		}
		all = append(all, scalarNode(v))
	}
	all = alike(all)
	if len(all) == 1 {
		return all[0]
	}
	return listNode(all...)
}

var deepKey = regexp.MustCompile(`^([^\[\]]+)\[([A-Za-z_][^\[\]]*)\]$`)

func (p *paramList) query(c *call) {
	done := make(map[string]bool)
	for _, q := range c.address.query {
		if strings.TrimSpace(q.Key) == "" {
			if q.Value != "" {
				p.w.notes.Add(c.item, "query parameter without a name", "left out")
			}
			continue
		}
		if done[q.Key] {
			continue
		}
		done[q.Key] = true
		on, description := false, ""
		var values []string
		for _, same := range c.address.query {
			if same.Key == q.Key {
				on = on || !same.Disabled
				values = append(values, same.Value)
				if description == "" {
					description = same.Description
				}
			}
		}
		if m := deepKey.FindStringSubmatch(q.Key); m != nil && len(values) == 1 {
			p.deep(c, m[1], m[2], values[0], description, on)
			continue
		}
		p.add(c, "query", q.Key, values, description, on, !q.HasValue)
	}
}

// deep adds a property of a parameter of style deepObject.
func (p *paramList) deep(c *call, name, property, value, description string, on bool) {
	s := p.find("query", name)
	if s.fields == nil {
		s.fields, s.object = object(), object()
	}
	if on {
		s.calls = max(s.calls, 1) // of one request: the object is there once
	}
	if s.fields.get(property) != nil {
		return
	}
	v := p.w.example(c, "query parameter "+name, []string{value})
	if v == nil {
		v = textNode("")
	} else {
		s.object.add(property, v)
	}
	s.fields.add(property, infer(v).put("description", description))
}

// madeByClient are headers that the one who sends adds.
var madeByClient = []string{"host", "connection", "content-length", "accept-encoding", "postman-token", "transfer-encoding"}

func (p *paramList) headers(c *call) {
	auth, _ := c.item.Auth()
	for _, h := range c.request.Headers {
		key := strings.TrimSpace(h.Key)
		switch lower := strings.ToLower(key); {
		case key == "":
			p.w.notes.Add(c.item, "header without a name", "left out")
		case lower == "content-type":
			if h.Disabled {
				p.w.notes.Add(c.item, "header "+key, "left out: it is disabled")
			}
		case lower == "accept":
			if !answersWith(c.item, h.Value) {
				p.w.notes.Add(c.item, "header "+key, "left out: OpenAPI says by the answers which types there are")
			}
		case lower == "authorization" && (auth != nil || h.Disabled):
			p.w.notes.Add(c.item, "header "+key, "left out: OpenAPI says it by the security")
		case lower == "authorization": // a security scheme
		case lower == "cookie":
			p.cookies(c, h)
		case slices.Contains(madeByClient, lower):
			p.w.notes.Add(c.item, "header "+key, "left out: the client makes it")
		default:
			p.add(c, "header", key, []string{h.Value}, h.Description, !h.Disabled, false)
		}
	}
}

// answersWith says whether a saved answer has the media type.
func answersWith(item *collection.Item, mime string) bool {
	for _, a := range item.Raw.Get("response").Array() {
		if plainType(answerType(a)) == plainType(mime) {
			return true
		}
	}
	return false
}

func (p *paramList) cookies(c *call, h collection.Header) {
	for part := range strings.SplitSeq(h.Value, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" {
			continue
		}
		if !placeholder.MatchString(value) && value != "" && !p.w.o.WithSecrets {
			p.w.notes.Add(c.item, "cookie "+name, "its value is left out: cookies are secrets (--with-secrets writes it)")
			s := p.find("cookie", name)
			if !h.Disabled {
				s.calls++
			}
			continue
		}
		p.add(c, "cookie", name, []string{value}, "", !h.Disabled, false)
	}
	if h.Description != "" {
		p.w.notes.Add(c.item, "header "+h.Key, "its description is left out")
	}
}

// parameter writes one.
func (w *writer) parameter(s *seen, calls int) *node {
	description, deprecated := cutDeprecated(s.description)
	var choices *node
	if len(s.values) > 0 {
		description, choices = cutChoices(description, s.values[0].value)
	}
	n := object().put("name", s.name).put("in", s.in).put("description", description)
	if s.in == "path" || s.calls >= calls {
		n.add("required", boolNode(true))
	}
	if deprecated {
		n.add("deprecated", boolNode(true))
	}
	if s.bare && s.in == "query" {
		n.add("allowEmptyValue", boolNode(true))
	}
	if s.fields != nil {
		n.put("style", "deepObject").add("explode", boolNode(true))
		n.add("schema", object().put("type", "object").add("properties", s.fields))
		if len(s.object.members) > 0 {
			n.add("example", s.object)
		}
		return n
	}
	values := make([]*node, 0, len(s.values))
	for _, v := range s.values {
		if s.lists && v.value.kind != list {
			v.value = listNode(v.value)
		}
		values = append(values, v.value)
	}
	if !s.lists {
		values = alike(values)
	}
	schema := object().put("type", "string")
	if len(values) > 0 {
		schema = infer(values...)
	}
	if len(values) == 1 {
		schema.add("enum", choices)
	}
	n.add("schema", schema)
	var examples []named
	for i, v := range values {
		if s.bare && v.kind == text && v.text == "" {
			continue
		}
		examples = append(examples, named{s.values[i].name, v})
	}
	addExamples(n, examples)
	return n
}
