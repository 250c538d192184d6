package openapi

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// reader makes a collection of a document.
type reader struct {
	*document
	draft   convert.Draft
	samples sampler
	// vars are the collection's variables by name.
	vars     map[string]bool
	folders  map[string]*convert.DraftItem // by tag
	bases    map[string]string             // variables that hold a server, by its URL
	secrets  map[string]int                // how many security schemes want a variable of that name
	tooLarge int                           // examples that were
	// item is where the operation that is read will stand, for notes.
	item string
}

var version = regexp.MustCompile(`^(2|3)(\.\d+)*$`)

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	root, err := parse(in.Path, in.Data)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(in.Path, root); err != nil {
		return nil, err
	}
	r := &reader{document: newDocument(in, root, notes), vars: make(map[string]bool), folders: make(map[string]*convert.DraftItem), bases: make(map[string]string)}
	r.samples.d = r.document
	r.info()
	r.serverVariables()
	r.countSecrets()
	operations := r.operations()
	if len(operations) == 0 {
		notes.AddAt("", "paths", "has no operations: the collection is empty")
	}
	if auth, _ := r.auth(r.root.get("security")); auth != nil {
		r.draft.Auth = auth
	}
	r.tags(operations)
	tagged := slices.ContainsFunc(operations, func(o *operation) bool { return len(o.tags) > 0 })
	for _, o := range operations {
		r.add(o, tagged)
	}
	draft := r.draft
	r = nil // the document's memory is needed for the collection
	draft.Items = slices.DeleteFunc(draft.Items, prune)
	return draft.Collection(in.Path)
}

// checkVersion accepts 2.0 and every 3; what comes after 3.1 has the same shape, with
// more in it.
func checkVersion(file string, root *node) error {
	if !root.isMapping() {
		return &convert.Error{File: file, Line: 1, Problem: "is no OpenAPI document: it has to be a mapping with openapi (or swagger), info and paths"}
	}
	for _, key := range []string{"openapi", "swagger"} {
		v := root.get(key)
		if v == nil {
			continue
		}
		if !version.MatchString(v.scalar()) || (key == "swagger") != strings.HasPrefix(v.scalar(), "2") {
			return &convert.Error{File: file, Line: int(v.line), Place: key, Problem: fmt.Sprintf("%q is no version that is read", v.scalar()), Hint: "there are swagger: '2.0', openapi: 3.0.x and 3.1.x"}
		}
		if paths := root.get("paths"); paths != nil && paths.kind != mapping && paths.kind != null {
			return &convert.Error{File: file, Line: int(paths.line), Place: "paths", Problem: "is not a mapping from paths to operations"}
		}
		return nil
	}
	return &convert.Error{File: file, Line: 1, Problem: "is no OpenAPI document: it says neither openapi: nor swagger:", Hint: "give it a version, such as openapi: 3.1.0"}
}

func (r *reader) info() {
	info := r.root.get("info")
	r.draft.Name = strings.TrimSpace(info.str("title"))
	if r.draft.Name == "" {
		r.draft.Name = "API"
	}
	r.draft.Version = info.str("version")
	r.draft.Description = join(info.str("summary"), info.str("description"))
	for _, m := range info.pairs() {
		if !slices.Contains([]string{"title", "version", "summary", "description"}, m.key) {
			r.notes.AddAt("", "info "+m.key, "left out")
		}
	}
	known := []string{"openapi", "swagger", "info", "paths", "servers", "tags", "security", "components", "host", "basePath", "schemes", "consumes", "produces",
		"definitions", "parameters", "responses", "securityDefinitions", "jsonSchemaDialect", "$self"}
	for _, m := range r.root.members {
		if !slices.Contains(known, m.key) {
			r.notes.AddAt("", m.key, "left out")
		}
	}
	if len(r.schemas().pairs()) > 0 {
		r.notes.AddAt("", "schemas", "examples are made of them; types, ranges and patterns are left out")
	}
}

func (d *document) schemas() *node {
	if d.swagger() {
		return d.root.get("definitions")
	}
	return d.root.get("components").get("schemas")
}

// join puts texts that are not empty into paragraphs.
func join(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" })
	for i, s := range texts {
		texts[i] = strings.TrimRight(s, " \t\r\n")
	}
	return strings.Join(texts, "\n\n")
}

// tags makes the folders of the tags that are listed, in that order; those that stay
// empty are removed in the end.
func (r *reader) tags(operations []*operation) {
	listed := r.root.get("tags")
	for _, m := range listed.items() {
		if name := m.value.str("name"); name != "" && r.folders[name] == nil {
			r.folders[name] = &convert.DraftItem{Name: name, Description: join(m.value.str("summary"), m.value.str("description")), Items: []*convert.DraftItem{}}
		}
		if m.value.get("externalDocs") != nil {
			r.notes.AddAt(m.value.str("name"), "externalDocs", "left out")
		}
	}
	placed := make(map[string]bool)
	for _, m := range listed.items() {
		name, parent := m.value.str("name"), m.value.str("parent") // a parent is of 3.2
		f := r.folders[name]
		if f == nil || placed[name] {
			continue
		}
		placed[name] = true
		if above := r.folders[parent]; above != nil && above != f && placed[parent] {
			above.Items = append(above.Items, f)
		} else {
			r.draft.Items = append(r.draft.Items, f)
		}
	}
}

// prune removes folders that nothing is in.
func prune(i *convert.DraftItem) bool {
	if i.Request != nil {
		return false
	}
	i.Items = slices.DeleteFunc(i.Items, prune)
	return len(i.Items) == 0
}

// folder gives the folder of an operation; nil for the top level. Where no operation
// has a tag, the first part of the path is the folder.
func (r *reader) folder(o *operation, tagged bool) *convert.DraftItem {
	name := ""
	switch {
	case len(o.tags) > 0:
		name = o.tags[0]
	case !tagged:
		name, _, _ = strings.Cut(strings.TrimPrefix(o.path, "/"), "/")
		if strings.ContainsAny(name, "{}:") {
			name = ""
		}
	}
	if name == "" {
		return nil
	}
	f := r.folders[name]
	if f == nil {
		f = &convert.DraftItem{Name: name, Items: []*convert.DraftItem{}}
		r.folders[name] = f
		r.draft.Items = append(r.draft.Items, f)
	}
	return f
}

func (r *reader) add(o *operation, tagged bool) {
	item := &convert.DraftItem{ID: o.id, Name: o.name()}
	r.item = item.Name
	if f := r.folder(o, tagged); f != nil {
		r.item = f.Name + "/" + item.Name
		f.Items = append(f.Items, item)
	} else {
		r.draft.Items = append(r.draft.Items, item)
	}
	r.request(item, o)
	if len(o.tags) > 1 {
		r.notes.AddAt(r.item, "tags", "stands in the folder of the first; left out: "+strings.Join(o.tags[1:], ", "))
	}
	for _, e := range o.extra {
		r.notes.AddAt(r.item, e, "left out")
	}
}

// variable adds a variable of the collection, once.
func (r *reader) variable(v collection.Variable) {
	if !r.vars[v.Key] {
		r.vars[v.Key] = true
		r.draft.Variables = append(r.draft.Variables, v)
	}
}

const baseURL = "baseUrl"

var inBraces = regexp.MustCompile(`\{([^{}]+)\}`)

// serverVariables makes the variable baseUrl of the first server. Those that follow are
// variables of the same name, switched off.
func (r *reader) serverVariables() {
	servers := r.root.get("servers")
	if r.swagger() {
		servers = r.swaggerServers()
	}
	all := servers.items()
	if len(all) == 0 {
		all = []member{{value: object().put("url", "/")}}
	}
	for i, m := range all {
		address := r.server(m.value)
		v := collection.Variable{Key: baseURL, Value: address, Description: m.value.str("description")}
		if i == 0 {
			r.bases[address] = baseURL
			r.variable(v)
			continue
		}
		v.Disabled = true
		r.draft.Variables = append(r.draft.Variables, v)
	}
	if len(all) > 1 {
		r.notes.AddAt("", "servers", fmt.Sprintf("the first one is {{%s}}; the others are variables of that name that are switched off", baseURL))
	}
	for _, m := range all {
		r.serverDefaults(m.value)
	}
}

// server gives the address of a server, with placeholders.
func (r *reader) server(n *node) string {
	address := strings.TrimRight(strings.TrimSpace(n.str("url")), "/")
	if !strings.Contains(address, "://") && !strings.HasPrefix(address, "{") {
		if strings.HasPrefix(address, "//") {
			address = "https:" + address
		} else {
			if address != "" && !strings.HasPrefix(address, "/") {
				address = "/" + address
			}
			r.notes.AddAt("", "servers", "the document does not say on which host it is: put it into {{"+baseURL+"}}")
			address = "http://localhost" + address
		}
	}
	return inBraces.ReplaceAllString(address, "{{$1}}")
}

func (r *reader) serverDefaults(n *node) {
	for _, v := range n.get("variables").pairs() {
		if v.key == baseURL {
			r.notes.AddAt("", "servers", "the variable "+baseURL+" of a server is left out: the name is taken")
			continue
		}
		r.variable(collection.Variable{Key: v.key, Value: v.value.str("default"), Description: withChoices(v.value.str("description"), v.value)})
	}
}

// base gives the variable that holds the server of an operation.
func (r *reader) base(o *operation) string {
	first := o.servers.items()
	if len(first) == 0 {
		return baseURL
	}
	address := r.server(first[0].value)
	if name, ok := r.bases[address]; ok {
		return name
	}
	name := baseURL
	for i := 2; r.vars[name]; i++ {
		name = fmt.Sprintf("%s%d", baseURL, i)
	}
	r.bases[address] = name
	r.variable(collection.Variable{Key: name, Value: address, Description: first[0].value.str("description")})
	r.serverDefaults(first[0].value)
	if len(first) > 1 {
		r.notes.AddAt(r.item, "servers", "the first one is taken; the others are left out")
	}
	return name
}

// withChoices appends the values that there are to a description.
func withChoices(description string, schema *node) string {
	all := schema.get("enum").texts()
	const most = 20
	if len(all) == 0 || len(all) > most {
		return description
	}
	choices := "One of: " + strings.Join(all, ", ") + "."
	if strings.HasSuffix(description, choices) {
		return description
	}
	return join(description, choices)
}
