package insomnia

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// node is a folder or request of either version, in the shape of version 5.
type node struct {
	gjson.Result
	children []*node
	folder   bool
}

// get gives the first of several members that is there.
func (n *node) get(names ...string) gjson.Result {
	for _, name := range names {
		if v := n.Get(name); v.Exists() && v.Type != gjson.Null {
			return v
		}
	}
	return gjson.Result{}
}

type reader struct {
	path  string
	notes *convert.Notes
	draft *convert.Draft
	set   map[string]bool // the variables
}

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	if in.IsDir() {
		return nil, &convert.Error{File: in.Path, Problem: "is a directory", Hint: "give the file of a collection"}
	}
	r := &reader{path: in.Path, notes: notes, draft: &convert.Draft{}, set: map[string]bool{}}
	var root gjson.Result
	var err error
	if data := bytes.TrimSpace(bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf"))); len(data) > 0 && data[0] == '{' {
		root, err = convert.ParseJSON(in)
	} else {
		root, err = convert.ParseYAML(in)
	}
	if err != nil {
		return nil, err
	}
	if convert.TextOf(root.Get("_type")) == "export" {
		err = r.export(root)
	} else {
		err = r.file(root)
	}
	if err != nil {
		return nil, err
	}
	if r.draft.Name == "" {
		r.draft.Name = cmp.Or(strings.Trim(strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path)), "."), "requests")
	}
	return r.draft.Collection(in.Path)
}

const exportIt = "export the collection from Insomnia again"

func (r *reader) fail(place, problem, hint string) error {
	return &convert.Error{File: r.path, Place: place, Problem: problem, Hint: hint}
}

// file reads a file of version 5.
func (r *reader) file(root gjson.Result) error {
	kind := convert.TextOf(root.Get("type"))
	switch name, _, _ := strings.Cut(kind, "."); {
	case !strings.Contains(kind, ".insomnia.rest/"):
		return r.fail("", "is no collection of Insomnia: it has no type", exportIt)
	case !strings.HasSuffix(kind, "/5.0"):
		return r.fail("", "is of the version "+short(kind[strings.LastIndexByte(kind, '/')+1:])+" of Insomnia's files", "export it in version 5")
	case name == "environment":
		return r.fail("", "is an environment of Insomnia, not a collection", "export the collection")
	case name != "collection" && name != "spec":
		return r.fail("", "is "+short(name)+" of Insomnia, not a collection", "export the collection")
	}
	r.draft.Name, r.draft.Description = convert.TextOf(root.Get("name")), convert.TextOf(root.Get("meta.description"))
	if n := len(root.Get("cookieJar.cookies").Array()); n > 0 {
		r.notes.Add(nil, "cookies", fmt.Sprintf("left out (%d)", n))
	}
	if root.Get("spec").Exists() {
		r.notes.Add(nil, "spec", "left out: convert the OpenAPI document itself")
	}
	known := []string{"type", "schema_version", "name", "meta", "collection", "environments", "cookieJar", "spec"}
	root.ForEach(func(key, value gjson.Result) bool {
		if !slices.Contains(known, key.String()) && value.Type != gjson.Null {
			r.notes.Add(nil, key.String(), "left out")
		}
		return true
	})
	r.environments(root.Get("environments"), root.Get("environments.subEnvironments").Array())
	nodes, err := r.nodes(root.Get("collection"), "collection", 1)
	if err != nil {
		return err
	}
	r.draft.Items, err = r.items(nodes, nil, "", 1)
	return err
}

// maxDepth is how deep folders may stand in each other.
const maxDepth = 190

// nodes reads a list of version 5.
func (r *reader) nodes(list gjson.Result, place string, depth int) ([]*node, error) {
	if !list.Exists() || list.Type == gjson.Null {
		return nil, nil
	}
	if !list.IsArray() {
		return nil, r.fail(place, "is no list", exportIt)
	}
	if depth > maxDepth {
		return nil, r.fail(place, fmt.Sprintf("folders are nested more than %d levels deep", maxDepth), "move them up")
	}
	var nodes []*node
	for i, v := range list.Array() {
		at := fmt.Sprintf("%s[%d]", place, i)
		if !v.IsObject() {
			return nil, r.fail(at, "is neither a folder nor a request", exportIt)
		}
		n := &node{Result: v}
		if children := v.Get("children"); children.Exists() {
			n.folder = true
			var err error
			if n.children, err = r.nodes(children, at+".children", depth+1); err != nil {
				return nil, err
			}
		}
		nodes = append(nodes, n)
	}
	return sorted(nodes), nil
}

// sorted gives the nodes in the order in which Insomnia shows them.
func sorted(nodes []*node) []*node {
	if slices.ContainsFunc(nodes, func(n *node) bool { return n.key().Type != gjson.Number }) {
		return nodes
	}
	slices.SortStableFunc(nodes, func(a, b *node) int { return cmp.Compare(a.key().Num, b.key().Num) })
	return nodes
}

func (n *node) key() gjson.Result { return n.get("meta.sortKey", "metaSortKey") }

// export reads the resources of version 3 or 4, which name their parents.
func (r *reader) export(root gjson.Result) error {
	if v := root.Get("__export_format"); v.Exists() && v.Int() != 3 && v.Int() != 4 {
		return r.fail("", "is an export of version "+short(v.String())+"; those of 3, 4 and 5 are known", exportIt)
	}
	list := root.Get("resources")
	if !list.IsArray() {
		return r.fail("resources", "is no list", exportIt)
	}
	byID := map[string]*node{}
	below := map[string][]*node{}
	var workspaces, all []*node
	environments, known := map[string][]gjson.Result{}, map[string]bool{}
	for i, v := range list.Array() {
		if !v.IsObject() {
			return r.fail(fmt.Sprintf("resources[%d]", i), "is no object", exportIt)
		}
		parent, n := convert.TextOf(v.Get("parentId")), &node{Result: v}
		switch kind := convert.TextOf(v.Get("_type")); kind {
		case "workspace":
			workspaces = append(workspaces, n)
		case "environment":
			environments[parent] = append(environments[parent], v)
			known[convert.TextOf(v.Get("_id"))] = true
			continue
		case "request", "request_group", "grpc_request", "websocket_request", "socketio_request":
			n.folder = kind == "request_group"
			below[parent] = append(below[parent], n)
			all = append(all, n)
		case "cookie_jar":
			if c := len(v.Get("cookies").Array()); c > 0 {
				r.notes.Add(nil, "cookies", fmt.Sprintf("left out (%d)", c))
			}
			continue
		case "api_spec":
			if convert.TextOf(v.Get("contents")) != "" {
				r.notes.Add(nil, "spec", "left out: convert the OpenAPI document itself")
			}
			continue
		default:
			r.notes.Add(nil, short(cmp.Or(kind, "resource without a type")), "left out")
			continue
		}
		byID[convert.TextOf(v.Get("_id"))] = n
	}
	reached := map[*node]bool{}
	var build func(id string, depth int) []*node
	build = func(id string, depth int) []*node {
		if depth > maxDepth+1 {
			return nil
		}
		var nodes []*node
		for _, n := range below[id] {
			if reached[n] {
				continue
			}
			reached[n] = true
			if n.folder {
				n.children = build(convert.TextOf(n.Get("_id")), depth+1)
			}
			nodes = append(nodes, n)
		}
		return sorted(nodes)
	}
	for _, w := range workspaces {
		w.folder, w.children = true, build(convert.TextOf(w.Get("_id")), 1)
	}
	for _, e := range list.Array() {
		if convert.TextOf(e.Get("_type")) == "environment" && !known[convert.TextOf(e.Get("parentId"))] {
			r.environments(e, environments[convert.TextOf(e.Get("_id"))])
		}
	}
	var orphans []*node
	for _, n := range all {
		if parent := convert.TextOf(n.Get("parentId")); !reached[n] && byID[parent] == nil {
			orphans = append(orphans, build(parent, 1)...)
		}
	}
	for _, n := range all {
		if !reached[n] {
			r.notes.AddAt(convert.TextOf(n.Get("name")), "request", "left out: its folders are in each other, or too deep")
		}
	}
	roots := append(workspaces, orphans...)
	if len(workspaces) == 1 {
		w := workspaces[0]
		r.draft.Name, r.draft.Description = convert.TextOf(w.Get("name")), convert.TextOf(w.Get("description"))
		roots = append(w.children, orphans...)
	}
	var err error
	r.draft.Items, err = r.items(roots, nil, "", 1)
	return err
}

// items makes the items of a folder; headers are those of the folders around it.
func (r *reader) items(nodes []*node, headers []collection.Header, place string, depth int) ([]*convert.DraftItem, error) {
	if depth > maxDepth {
		return nil, r.fail(place, fmt.Sprintf("folders are nested more than %d levels deep", maxDepth), "move them up")
	}
	var items []*convert.DraftItem
	for _, n := range nodes {
		item := &convert.DraftItem{Name: convert.TextOf(n.Get("name"))}
		at := item.Name
		if place != "" {
			at = place + "/" + at
		}
		if !n.folder {
			if r.request(n, item, headers, at) {
				items = append(items, item)
			}
			continue
		}
		item.Description = convert.TextOf(n.get("meta.description", "description"))
		item.Auth = r.auth(n.Get("authentication"), at)
		item.Events = r.scripts(n, at)
		if v := n.Get("environment"); v.IsObject() && len(v.Map()) > 0 {
			r.notes.AddAt(at, "environment", "its variables are those of the collection: Postman's folders have none")
			r.variables(v, at, false)
		}
		own := headers
		if v := n.Get("headers").Array(); len(v) > 0 {
			r.notes.AddAt(at, "headers", "are written to each request in it: Postman's folders have none")
			own = slices.Clone(headers)
			for _, h := range v {
				own = append(own, r.header(h, at))
			}
		}
		var err error
		if item.Items, err = r.items(n.children, own, at, depth+1); err != nil {
			return nil, err
		}
		if item.Items == nil {
			item.Items = []*convert.DraftItem{}
		}
		items = append(items, item)
	}
	return items, nil
}

func (r *reader) scripts(n *node, place string) (events []convert.DraftEvent) {
	for _, s := range []struct{ event, v5, v4 string }{{"prerequest", "scripts.preRequest", "preRequestScript"}, {"test", "scripts.afterResponse", "afterResponseScript"}} {
		if source := convert.TextOf(n.get(s.v5, s.v4)); strings.TrimSpace(source) != "" {
			events = append(events, r.fromInsomnia(place, s.event, source))
		}
	}
	return events
}

// environments reads the base environment, and the others where there is only one of them.
func (r *reader) environments(base gjson.Result, others []gjson.Result) {
	if len(others) == 1 && others[0].Get("data").IsObject() {
		r.notes.Add(nil, "environment "+others[0].Get("name").String(), "its values are those of the collection's variables")
		r.variables(others[0].Get("data"), "", false)
	} else {
		for _, o := range others {
			r.notes.Add(nil, "environment "+convert.TextOf(o.Get("name")), "left out: there are several, and a collection holds one set of variables")
		}
	}
	r.variables(base.Get("data"), "", len(others) == 1)
}

// variables adds the values of an environment that are not set yet; quiet says that those
// are meant to count more. Objects become names with dots.
func (r *reader) variables(data gjson.Result, place string, quiet bool) {
	r.values(data, "", place, quiet, 1)
}

func (r *reader) values(data gjson.Result, prefix, place string, quiet bool, depth int) {
	data.ForEach(func(key, value gjson.Result) bool {
		name := prefix + key.String()
		if name == "__insomnia_vault" {
			r.notes.AddAt(place, "vault", "left out: Insomnia keeps its values")
			return true
		}
		if value.IsObject() && depth < 50 && len(value.Map()) > 0 {
			r.values(value, name+".", place, quiet, depth+1)
			return true
		}
		if r.set[name] {
			if !quiet {
				r.notes.AddAt(place, "variable "+name, "left out: there is another one of that name")
			}
			return true
		}
		r.set[name] = true
		v := collection.Variable{Key: name, Value: r.text(place, convert.TextOf(value))}
		if collection.SoundsSecret(name) {
			v.Type = "secret"
		}
		r.draft.Variables = append(r.draft.Variables, v)
		return true
	})
}
