package openapi

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// writer makes a document of a collection.
type writer struct {
	c       *collection.Collection
	o       convert.Options
	notes   *convert.Notes
	secrets *vars.Masker
	literal map[string]bool // the secrets that stand in the collection

	paths   []*pathGroup
	shapes  map[string]*pathGroup // by path, the names of its variables left out
	servers []*server
	schemes *node
	tags    *node
	ids     map[string]bool
	root    *node // the security of the collection
}

// pathGroup holds the operations of one path.
type pathGroup struct {
	path    string
	names   []string // of the variables in it
	methods []*methodGroup
}

// methodGroup holds the requests that are one operation.
type methodGroup struct {
	method string
	calls  []*call
}

// call is one request of the collection.
type call struct {
	item    *collection.Item
	request collection.Request
	address address
	server  *server
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{c: c, o: o, notes: notes, shapes: make(map[string]*pathGroup), ids: make(map[string]bool), schemes: object(), tags: listNode(), literal: make(map[string]bool)}
	var secrets []string
	if !o.WithSecrets {
		for _, s := range c.Secrets() {
			if s != "string" && !w.literal[s] { // the word that stands for any text in examples
				w.literal[s] = true
				secrets = append(secrets, s)
			}
		}
	}
	w.secrets = vars.NewMasker(secrets)
	for _, item := range o.Requests(c) {
		w.collect(item)
	}
	doc, err := w.document()
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(o.Out), ".json") {
		e := &emitter{indent: "  ", left: maxWritten}
		if err := e.value(doc, 0); err != nil {
			return nil, err
		}
		return []convert.File{{Name: "openapi.json", Data: append(e.b.Bytes(), '\n')}}, nil
	}
	text, err := yamlText(doc)
	return []convert.File{{Name: "openapi.yaml", Data: text}}, err
}

// maxWritten is how many nodes a document may have.
const maxWritten = 1 << 30

// collect takes a request in, with those of its path and method.
func (w *writer) collect(item *collection.Item) {
	c := &call{item: item, request: item.Request()}
	w.losses(c)
	method := strings.ToLower(c.request.Method)
	if !slices.Contains(methods[:8], method) {
		w.notes.Add(item, "request", "left out: OpenAPI 3.1 has no method "+c.request.Method)
		return
	}
	c.address = w.cutURL(c)
	c.server = w.server(c)
	w.tag(item)
	group := w.group(c)
	i := slices.IndexFunc(group.methods, func(m *methodGroup) bool { return m.method == method })
	if i < 0 {
		group.methods = append(group.methods, &methodGroup{method, []*call{c}})
		return
	}
	m := group.methods[i]
	w.notes.Add(item, "request", "is a further example of "+m.calls[0].item.Path()+": OpenAPI has one operation for a path and method")
	m.calls = append(m.calls, c)
}

// choices are the values that withChoices wrote into a description.
var choices = regexp.MustCompile(`(?:^|\n\n)One of: ([^\n]+)\.$`)

// cutChoices takes them out again, when the value is one of them, as an enum.
func cutChoices(description string, value *node) (string, *node) {
	m := choices.FindStringSubmatchIndex(description)
	if m == nil || value == nil || value.kind >= list {
		return description, nil
	}
	made, found := listNode(), false
	for _, s := range strings.Split(description[m[2]:m[3]], ", ") {
		found = found || s == value.text
		one := textNode(s)
		if value.kind != text {
			if one = scalarNode(s); one.kind != value.kind {
				return description, nil
			}
		}
		made.members = append(made.members, member{value: one})
	}
	if !found {
		return description, nil
	}
	return description[:m[0]], made
}

// group gives the path of a request. Two paths that differ in the names of their variables
// alone are one to OpenAPI.
func (w *writer) group(c *call) *pathGroup {
	shape := inBraces.ReplaceAllString(c.address.path, "{}")
	group := w.shapes[shape]
	if group == nil {
		group = &pathGroup{path: c.address.path}
		for _, v := range c.address.variables {
			group.names = append(group.names, v.name)
		}
		w.shapes[shape] = group
		w.paths = append(w.paths, group)
		return group
	}
	for i := range c.address.variables {
		v := &c.address.variables[i]
		if v.name != group.names[i] {
			w.notes.Add(c.item, "path variable "+v.name, "is called "+group.names[i]+", as in the same path before")
			v.name = group.names[i]
		}
	}
	return group
}

func (w *writer) document() (*node, error) {
	info := object().add("title", textNode(cmp.Or(w.c.Name, "API"))).put("description", w.c.Model.Info.Description.Content).add("version", textNode(w.version()))
	doc := object().put("openapi", "3.1.0").add("info", info)
	main := w.mainServer()
	if main != nil {
		doc.add("servers", main.node)
	}
	paths := object()
	for _, g := range w.paths {
		item := object()
		for _, m := range g.methods {
			item.add(m.method, w.operation(g, m, main))
		}
		paths.add(g.path, item)
	}
	if len(w.tags.members) > 0 {
		doc.add("tags", w.tags)
	}
	doc.add("security", w.root)
	doc.add("paths", paths)
	if len(w.schemes.members) > 0 {
		doc.add("components", object().add("securitySchemes", w.schemes))
		w.notes.AddAt("", "auth", "the values of it are left out: a description of an API has none")
	}
	return doc, nil
}

// version gives that of the collection, which may be text or an object.
func (w *writer) version() string {
	v := w.c.Raw.Get("info.version")
	if v.IsObject() {
		var parts []string
		for _, name := range []string{"major", "minor", "patch"} {
			parts = append(parts, cmp.Or(v.Get(name).String(), "0"))
		}
		return strings.Join(parts, ".")
	}
	return cmp.Or(strings.TrimSpace(v.String()), "1.0.0")
}

// losses notes what of a request OpenAPI has no place for.
func (w *writer) losses(c *call) {
	for _, event := range []string{"prerequest", "test"} {
		if len(c.item.EventScripts(event)) > 0 {
			w.notes.Add(c.item, "event "+event, "left out")
		}
	}
	for _, key := range c.item.BehaviorNames() {
		if key != "disableBodyPruning" {
			w.notes.Add(c.item, "protocolProfileBehavior "+key, "left out")
		}
	}
	if c.request.URL.Hash != "" {
		w.notes.Add(c.item, "fragment of the URL", "left out: it is never sent")
	}
}

// operation makes one of the requests of a path and method.
func (w *writer) operation(g *pathGroup, m *methodGroup, main *server) *node {
	first := m.calls[0]
	n := object()
	if tag := w.tag(first.item); tag != "" {
		n.add("tags", listNode(textNode(tag)))
	}
	n.put("summary", strings.TrimSpace(first.item.Name))
	description, deprecated := cutDeprecated(first.request.Description)
	n.put("description", description)
	n.add("operationId", textNode(w.operationID(first, g, m)))
	for _, c := range m.calls[1:] {
		if c.request.Description != "" && c.request.Description != first.request.Description {
			w.notes.Add(c.item, "description", "left out: the operation has that of "+first.item.Path())
		}
		if w.tag(c.item) != w.tag(first.item) {
			w.notes.Add(c.item, "folder", "left out: the operation is in that of "+first.item.Path())
		}
	}
	if params := w.parameters(g, m); len(params.members) > 0 {
		n.add("parameters", params)
	}
	n.add("requestBody", w.body(m))
	n.add("responses", w.responses(m))
	if deprecated {
		n.add("deprecated", boolNode(true))
	}
	n.add("security", w.security(m))
	n.add("servers", w.otherServers(m, main))
	return n
}

func cutDeprecated(description string) (string, bool) {
	rest, ok := strings.CutPrefix(description, deprecatedMark)
	if !ok {
		return description, false
	}
	return strings.TrimLeft(rest, " \r\n"), true
}

// tag gives the tag of a request: the folders around it.
func (w *writer) tag(item *collection.Item) string {
	if item.Parent == nil {
		return ""
	}
	name := strings.Join(item.Parent.Names(), " / ")
	if strings.TrimSpace(name) == "" {
		return ""
	}
	for _, m := range w.tags.members {
		if m.value.str("name") == name {
			return name
		}
	}
	if item.Parent.Parent != nil {
		w.notes.Add(item.Parent, "folder", "is the tag "+name)
	}
	description := item.Parent.Raw.Get("description")
	if description.IsObject() {
		description = description.Get("content")
	}
	w.tags.members = append(w.tags.members, member{value: object().put("name", name).put("description", description.String())})
	return name
}
