package bruno

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/vars"
)

type writer struct {
	o     convert.Options
	notes *convert.Notes
	names textform.Names
	files []convert.File
	taken map[string]bool
	again map[string]int // how often a name was there already
	dirs  map[*collection.Item]string
	// count is how many requests and folders a directory has so far: Bruno's order.
	count map[string]int
	// inherits says that scripts stand above requests, whose order is a setting then.
	inherits bool
}

// badInName matches what the name of one of Bruno's variables cannot have.
var badInName = regexp.MustCompile(`[^\w.-]`)

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{o: o, notes: notes, taken: map[string]bool{}, again: map[string]int{}, dirs: map[*collection.Item]string{}, count: map[string]int{}}
	w.names = textform.Names{Notes: notes, Bad: badInName, Dynamic: map[string]string{}}
	for _, name := range vars.DynamicNames() {
		w.names.Dynamic[name] = name // Bruno has Postman's
	}
	for _, name := range []string{"bruno.json", "collection.bru"} {
		w.taken[name] = true
	}
	variables, err := textform.Variables(o, notes)
	if err != nil {
		return nil, err
	}
	w.collection(c, variables)
	for _, item := range o.Requests(c) {
		if err := w.request(c, item); err != nil {
			return nil, err
		}
	}
	w.order(c)
	w.about(c)
	var all bytes.Buffer
	for _, f := range w.files {
		all.Write(f.Data)
		all.WriteByte('\n')
	}
	textform.Secrets(c, all.String(), notes)
	slices.SortFunc(w.files, func(a, b convert.File) int { return cmp.Compare(a.Name, b.Name) })
	return w.files, nil
}

func (w *writer) put(name, text string) {
	w.files = append(w.files, convert.File{Name: name, Data: []byte(text)})
}

// about writes bruno.json, by which Bruno knows the directory.
func (w *writer) about(c *collection.Collection) {
	type scripts struct {
		Flow string `json:"flow"`
	}
	about := struct {
		Version string   `json:"version"`
		Name    string   `json:"name"`
		Type    string   `json:"type"`
		Ignore  []string `json:"ignore"`
		Scripts *scripts `json:"scripts,omitempty"`
	}{Version: "1", Name: cmp.Or(c.Name, "collection"), Type: "collection", Ignore: []string{"node_modules", ".git"}}
	if w.inherits {
		about.Scripts = &scripts{"sequential"} // as in Postman: the collection's before the request's
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(about) // strings have no error
	w.put("bruno.json", b.String())
}

// collection writes what the collection has itself, and the environment.
func (w *writer) collection(c *collection.Collection, variables []textform.Variable) {
	var own, env, secret []string
	for _, v := range variables {
		name := w.names.Name(v.Name)
		line := w.pair(nil, "variable "+v.Name, name, w.names.Text(nil, v.Value), false)
		switch {
		case !v.Environment || w.o.Environment == nil:
			own = append(own, line)
		case v.Secret && !w.o.WithSecrets:
			secret = append(secret, name)
		default:
			env = append(env, line)
		}
		if v.Environment && w.o.Environment != nil {
			own = append(own, w.shadowed(v.Name)...)
		}
	}
	own = append(own, w.disabled(c.Variables())...)
	var blocks []string
	if probe := w.probe(c); probe != nil {
		auth, _ := probe.Auth()
		kind, lines := w.auth(nil, auth)
		if kind != "none" {
			blocks = append(blocks, block("auth", "mode: "+kind), block("auth:"+kind, lines...))
		}
		blocks = append(blocks, block("vars:pre-request", own...))
		blocks = append(blocks, w.scripts(probe, nil)...)
	} else {
		blocks = append(blocks, block("vars:pre-request", own...))
	}
	blocks = append(blocks, textBlock("docs", c.Model.Info.Description.Content))
	if text := join(blocks); text != "" {
		w.put("collection.bru", text)
	}
	if w.o.Environment == nil {
		return
	}
	env = append(env, w.disabled(w.o.Environment.Variables)...)
	text := cmp.Or(block("vars", env...), "vars {\n}\n")
	if len(secret) > 0 {
		text += "vars:secret [\n  " + strings.Join(secret, ",\n  ") + "\n]\n"
	}
	w.put("environments/"+fileName(cmp.Or(w.o.Environment.Name, "default"))+".bru", text)
}

// shadowed gives the value that a variable of the environment has without it.
func (w *writer) shadowed(name string) []string {
	for _, d := range w.o.Scopes.Definitions(name) {
		if d.Scope == vars.Environment || d.Kept || d.Secret && !w.o.WithSecrets || collection.SoundsSecret(name) && !w.o.WithSecrets {
			continue
		}
		return []string{w.pair(nil, "variable "+name, w.names.Name(name), w.names.Text(nil, d.Value), false)}
	}
	return nil
}

// disabled gives the variables that are switched off, which no scope has.
func (w *writer) disabled(list []collection.Variable) (lines []string) {
	for _, v := range list {
		if !v.Disabled || strings.TrimSpace(v.Key) == "" {
			continue
		}
		value := w.names.Text(nil, v.Value)
		if (v.Type == "secret" || collection.SoundsSecret(v.Key)) && !w.o.WithSecrets && v.Value != "" {
			w.notes.Add(nil, "variable "+v.Key, "its value is left out: it is a secret")
			value = ""
		}
		lines = append(lines, w.pair(nil, "variable "+v.Key, w.names.Name(v.Key), value, true))
	}
	return lines
}

// probe is a request at the top of the collection that has nothing itself; nil in an
// empty collection.
func (w *writer) probe(c *collection.Collection) *collection.Item {
	if len(c.Items) == 0 {
		return nil
	}
	probe, err := c.Items[0].WithRequest(json.RawMessage(`{"method": "GET", "url": "http://host"}`))
	if err != nil {
		return nil // a plain request has no error
	}
	return probe
}

// join puts blocks one after the other, with empty lines between.
func join(blocks []string) string {
	return strings.Join(slices.DeleteFunc(blocks, func(b string) bool { return b == "" }), "\n")
}

// pair writes a pair of a request, folder or the collection, and notes what it cannot hold.
func (w *writer) pair(item *collection.Item, field, key, value string, off bool) string {
	if what := misfit(key, value); what != "" {
		w.notes.Add(item, field, what)
		key, value = cmp.Or(oneLine(key), "_"), strings.ReplaceAll(strings.TrimSpace(value), "'''", "''")
	}
	return pair(key, value, off)
}

var notInName = regexp.MustCompile(`[<>:"/\\|?*\x00-\x1f]+`)

// fileName gives a name that every file system takes.
func fileName(name string) string {
	name = strings.Trim(notInName.ReplaceAllString(name, "-"), " .-")
	if len(name) > 120 {
		name = strings.Trim(strings.ToValidUTF8(name[:120], ""), " .-")
	}
	return cmp.Or(name, "request")
}

// unique gives a path that no other file or directory has, on systems without case too.
func (w *writer) unique(p, ext string) string {
	name, lower := p, strings.ToLower(p+ext)
	for w.taken[strings.ToLower(name+ext)] {
		w.again[lower]++
		name = fmt.Sprintf("%s %d", p, w.again[lower]+1)
	}
	w.taken[strings.ToLower(name+ext)] = true
	return name + ext
}

// next numbers what a directory has, requests and folders each from 1.
func (w *writer) next(dir, kind string) int {
	w.count[dir+"\n"+kind]++
	return w.count[dir+"\n"+kind]
}

// dir gives the directory of a folder and writes its folder.bru.
func (w *writer) dir(folder *collection.Item) string {
	if folder == nil {
		return ""
	}
	if d, ok := w.dirs[folder]; ok {
		return d
	}
	parent := w.dir(folder.Parent)
	name := fileName(folder.Name)
	if strings.EqualFold(name, "environments") || strings.EqualFold(name, "node_modules") || strings.EqualFold(name, "bodies") {
		name += " 2" // these directories have a use of their own
	}
	d := w.unique(path.Join(parent, name), "")
	w.taken[strings.ToLower(d+"/folder.bru")] = true
	w.dirs[folder] = d
	blocks := []string{block("meta", pair("name", cmp.Or(oneLine(folder.Name), name), false), fmt.Sprintf("seq: %d", w.next(parent, "folder")))}
	if auth, source := folder.Auth(); strings.HasPrefix(source, "folder ") && source == "folder "+folder.Path() && auth != nil {
		if kind, lines := w.auth(folder, auth); kind != "none" {
			blocks = append(blocks, block("auth", "mode: "+kind), block("auth:"+kind, lines...))
		}
	}
	blocks = append(blocks, w.scripts(folder, folder)...)
	blocks = append(blocks, textBlock("docs", folder.Request().Description))
	w.put(d+"/folder.bru", join(blocks))
	return d
}

// order notes where Bruno's order is another one: it has a directory's folders before its
// requests.
func (w *writer) order(c *collection.Collection) {
	if w.o.Item != nil {
		return
	}
	check := func(parent *collection.Item, items []*collection.Item) {
		requests := false
		for _, i := range items {
			if i.IsFolder() && requests {
				w.notes.Add(parent, "order", "folders come before requests in Bruno")
				return
			}
			requests = requests || !i.IsFolder()
		}
	}
	check(nil, c.Items)
	for item := range c.All() {
		check(item, item.Items)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// scripts gives the blocks of the scripts that owner has itself (nil is the collection);
// item is one for which they run.
func (w *writer) scripts(item, owner *collection.Item) (blocks []string) {
	for _, event := range []string{"prerequest", "test"} {
		var sources []string
		for _, s := range item.EventScripts(event) {
			if s.Owner == owner {
				sources = append(sources, s.Source)
			}
		}
		if len(sources) == 0 {
			continue
		}
		text, exact := toBruno(sources)
		if !exact {
			w.notes.Add(owner, "event "+event, "written as a comment")
		}
		if owner == nil || owner.IsFolder() {
			w.inherits = true
		}
		blocks = append(blocks, textBlock(map[string]string{"prerequest": "script:pre-request", "test": "tests"}[event], text))
	}
	return blocks
}

// auth gives Bruno's mode for an auth and the pairs of its block; "none" when Bruno has
// no such auth.
func (w *writer) auth(item *collection.Item, a *collection.Auth) (mode string, lines []string) {
	if a == nil || a.Type == "noauth" {
		return "none", nil
	}
	var kind authKind
	for _, k := range authKinds() {
		if k.postman == a.Type {
			kind = k
		}
	}
	values := map[string]string{}
	for _, p := range a.Params {
		values[p.Key] = p.Value
	}
	switch {
	case kind.mode == "":
		w.notes.Add(item, "auth", a.Type+" is left out: Bruno does not know it")
		return "none", nil
	case folded(a):
		return "none", nil // it becomes part of each request
	case a.Type == "oauth2" && values["accessToken"] != "":
		kind, values = authKinds()[1], map[string]string{"token": values["accessToken"]}
	case a.Type == "oauth2":
		grant := ""
		for _, g := range grants() {
			if g[0] == cmp.Or(values["grant_type"], "authorization_code") {
				grant = g[1]
			}
		}
		if grant == "" {
			w.notes.Add(item, "auth", "oauth2 with the grant "+values["grant_type"]+" is left out: Bruno does not know it")
			return "none", nil
		}
		if values["grant_type"] == "authorization_code_with_pkce" {
			kind.params = append(kind.params, [2]string{"pkce", "pkce"})
			values["pkce"] = "true"
		}
		values["grant_type"] = grant
		if values["client_authentication"] == "header" {
			values["client_authentication"] = "basic_auth_header"
		}
		values["addTokenTo"] = map[bool]string{true: "url", false: "header"}[values["addTokenTo"] == "queryParams"]
	case a.Type == "apikey":
		values["in"] = "header"
	case a.Type == "digest" && textform.HasPlaceholder(values["username"]+values["password"]):
		w.notes.Add(item, "auth", "Bruno's command fills in no placeholders of digest: write user and password out, or send it from the program")
	case a.Type == "oauth1":
		values["addParamsToHeader"] = map[bool]string{true: "body", false: "header"}[values["addParamsToHeader"] == "false"]
	}
	known := []string{"accessToken", "tokenType", "showPassword", "tokenName", "useBrowser", "challengeAlgorithm"}
	for _, p := range kind.params {
		known = append(known, p[1])
		lines = append(lines, w.pair(item, "auth "+p[0], p[0], w.names.Text(item, values[p[1]]), false))
	}
	for _, p := range a.Params {
		if p.Value != "" && p.Value != "false" && !slices.Contains(known, p.Key) {
			w.notes.Add(item, "auth "+p.Key, "left out")
		}
	}
	return kind.mode, lines
}

// folded says which auths become a header or parameter of the request: where Bruno would
// send something else for them.
func folded(a *collection.Auth) bool {
	switch a.Type {
	case "apikey":
		return a.Get("in") == "query" || a.Get("key") == ""
	case "oauth2":
		prefix := "Bearer"
		for _, p := range a.Params {
			if p.Key == "headerPrefix" {
				prefix = strings.TrimSpace(p.Value)
			}
		}
		return a.Get("accessToken") != "" && (a.Get("addTokenTo") == "queryParams" || prefix != "Bearer")
	}
	return false
}
