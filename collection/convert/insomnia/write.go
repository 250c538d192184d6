package insomnia

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

type writer struct {
	c     *collection.Collection
	o     convert.Options
	notes *convert.Notes
	names map[string]bool // of variables, wherever they stand
	used  map[string]bool // those that requests use
	ids   map[string]bool
	out   bytes.Buffer
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{c: c, o: o, notes: notes, names: map[string]bool{}, used: map[string]bool{}, ids: map[string]bool{}}
	variables, err := textform.Variables(o, notes)
	if err != nil {
		return nil, err
	}
	for _, v := range variables {
		w.names[v.Name] = true
	}
	for _, name := range vars.Placeholders(string(c.Bytes())) {
		w.names[name] = true
	}
	b := &w.out
	if err := encode(b, head{typeCollection, c.Name, meta{ID: w.id("wrk", c.Name), Description: c.Model.Info.Description.Content}}, 0, ""); err != nil {
		return nil, err
	}
	items := c.Items
	if o.Item != nil {
		items = []*collection.Item{o.Item}
	}
	if err := w.items("collection", items, 0); err != nil {
		return nil, err
	}
	for _, v := range c.Variables() {
		if v.Disabled {
			notes.Add(nil, "variable "+v.Key, "left out: it is disabled")
		}
	}
	b.WriteString("environments:\n")
	if err := encode(b, w.environments(variables), 2, ""); err != nil {
		return nil, err
	}
	textform.Secrets(c, b.String(), notes)
	return []convert.File{{Name: "insomnia.yaml", Data: b.Bytes()}}, nil
}

// id makes the id of a thing out of its path, the same every time.
func (w *writer) id(kind, path string) string {
	for n := 1; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", kind, path, n))
		if id := kind + "_" + hex.EncodeToString(sum[:16]); !w.ids[id] {
			w.ids[id] = true
			return id
		}
	}
}

// use remembers that a request uses a variable.
func (w *writer) use(name string) { w.used[name] = true }

// items writes a list of folders and requests as the member called name.
func (w *writer) items(name string, list []*collection.Item, indent int) error {
	w.out.WriteString(strings.Repeat(" ", indent) + name + ":")
	if len(list) == 0 {
		w.out.WriteString(" []\n")
		return nil
	}
	w.out.WriteByte('\n')
	for i, from := range list {
		made := w.folder
		if !from.IsFolder() {
			made = w.request
		}
		if err := encode(&w.out, made(from, i), indent+4, "- "); err != nil {
			return err
		}
		if from.IsFolder() {
			if err := w.items("children", from.Items, indent+4); err != nil {
				return err
			}
		}
	}
	return nil
}

// top says whether an item takes what the collection has for all: Insomnia's have no auth
// and scripts of their own.
func (w *writer) top(i *collection.Item) bool { return i.Parent == nil || i == w.o.Item }

func (w *writer) folder(from *collection.Item, position int) *item {
	textform.Behaviors(from, w.notes)
	return &item{
		Name: from.Name, Meta: meta{ID: w.id("fld", from.Path()), Description: from.Model.Description, SortKey: &position},
		Authentication: w.auth(from), Scripts: w.scripts(from),
	}
}

func (w *writer) request(from *collection.Item, position int) *item {
	r, behavior := from.Request(), from.Behavior()
	textform.Behaviors(from, w.notes, "followRedirects", "disableCookies")
	if n := len(from.Raw.Get("response").Array()); n > 0 {
		w.notes.Add(from, "saved answers", fmt.Sprintf("left out (%d)", n))
	}
	private := false
	made := &item{
		Name: from.Name, Method: r.Method, Meta: meta{ID: w.id("req", from.Path()), IsPrivate: &private, Description: r.Description, SortKey: &position},
		Authentication: w.auth(from), Scripts: w.scripts(from),
		Settings: &settings{RenderRequestBody: true, EncodeURL: !behavior.DisableURLEncoding, FollowRedirects: "global", RebuildPath: true},
	}
	made.Settings.Cookies.Send, made.Settings.Cookies.Store = !behavior.DisableCookies, !behavior.DisableCookies
	if f := behavior.FollowRedirects; f != nil {
		made.Settings.FollowRedirects = "off"
		if *f {
			made.Settings.FollowRedirects = "on"
		}
	}
	w.url(made, from, r.URL)
	for _, h := range r.Headers {
		made.Headers = append(made.Headers, pair{Name: w.template(from, h.Key), Value: w.template(from, h.Value), Description: h.Description, Disabled: h.Disabled})
	}
	w.body(made, from, &r, behavior)
	return made
}

// url writes the parameters one by one, unless Insomnia would change what is sent.
func (w *writer) url(made *item, from *collection.Item, u collection.URL) {
	query := u.Query
	if !u.HasParts {
		query = collection.QueryOf(u.Raw)
	}
	target := request.URLText(collection.URL{Raw: u.Raw, Protocol: u.Protocol, Userinfo: u.Userinfo, Host: u.Host, Port: u.Port, Path: u.Path, HasParts: u.HasParts})
	asText := slices.ContainsFunc(query, func(q collection.QueryParam) bool { return !q.Disabled && strings.Contains(q.Key+q.Value, "+") })
	if !u.HasParts && !asText && beforeQuery(target)+request.URLText(collection.URL{Query: query, HasParts: true}) != target {
		asText = true // two && in it, or a ? alone
	}
	if u.HasParts && asText {
		target = request.URLText(u)
	}
	if !u.HasParts && !asText {
		target = beforeQuery(target)
	}
	for _, q := range query {
		if asText && !q.Disabled {
			if q.Description != "" {
				w.notes.Add(from, "query parameter "+q.Key, "its description is left out")
			}
			continue
		}
		made.Parameters = append(made.Parameters, pair{Name: w.template(from, q.Key), Value: w.template(from, q.Value), Description: q.Description, Disabled: q.Disabled})
	}
	for _, v := range u.Variables {
		if v.Disabled {
			w.notes.Add(from, "path variable "+v.Key, "left out: it is disabled")
			continue
		}
		if strings.Contains(target, "/:"+v.Key+".") {
			// Insomnia takes what follows for a part of the name.
			target = strings.Replace(target, "/:"+v.Key+".", "/"+v.Value+".", 1)
			w.notes.Add(from, "path variable "+v.Key, "its value is written into the URL")
			continue
		}
		made.PathParameters = append(made.PathParameters, pathParameter{v.Key, w.template(from, v.Value)})
	}
	made.URL = w.template(from, target)
}

// beforeQuery cuts a URL before its query; what stands in placeholders does not count.
func beforeQuery(text string) string {
	if i := strings.IndexByte(vars.Blank(text), '?'); i >= 0 {
		return text[:i]
	}
	return text
}

// ownAuth gives the auth that an item states, or that the collection has for all: noauth
// too.
func (w *writer) ownAuth(from *collection.Item) *collection.Auth {
	auth, source := from.Auth()
	own := "request"
	if from.IsFolder() {
		own = "folder " + from.Path()
	}
	switch {
	case source != own && !w.top(from) || source == "":
		return nil
	case source != own && auth != nil:
		w.notes.Add(from, "auth", "is that of the "+source+", written here")
	}
	if auth == nil {
		return &collection.Auth{Type: "noauth"}
	}
	return auth
}

func (w *writer) auth(from *collection.Item) *yaml.Node {
	auth := w.ownAuth(from)
	if auth == nil {
		return nil
	}
	node := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key, value string) {
		v := text(value)
		if key == "disabled" || key == "credentialsInBody" || key == "includeBodyHash" || key == "validatePayload" {
			v = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
			if value == "true" {
				v.Value = "true"
			}
		}
		node.Content = append(node.Content, text(key), v)
	}
	if auth.Type == "noauth" {
		add("type", "none")
		return node
	}
	i := slices.IndexFunc(authPairs(), func(p authPair) bool { return p.postman == auth.Type })
	if i < 0 {
		w.notes.Add(from, "auth", auth.Type+" is left out: Insomnia does not know it")
		return nil
	}
	pair := authPairs()[i]
	add("type", pair.insomnia)
	written := map[string]bool{"addParamsToHeader": true}
	for _, part := range pair.parts {
		written[part.postman] = true
		value := auth.Get(part.postman)
		if value == "" && (part.insomnia == "addTo" || part.insomnia == "grantType") {
			value = map[string]string{"addTo": "header", "grantType": "authorization_code"}[part.insomnia]
		}
		if value != "" {
			add(part.insomnia, authValue(pair.insomnia, part.insomnia, w.template(from, value), false))
		}
	}
	for _, p := range auth.Params {
		if !written[p.Key] && p.Value != "" && p.Value != "false" {
			w.notes.Add(from, "auth "+auth.Type, p.Key+" is left out")
		}
	}
	return node
}

func (w *writer) scripts(from *collection.Item) *scripts {
	var made scripts
	for _, s := range []struct {
		event string
		to    *string
	}{{"prerequest", &made.PreRequest}, {"test", &made.AfterResponse}} {
		var parts []string
		for _, script := range from.EventScripts(s.event) {
			switch {
			case script.Owner == from:
				parts = append(parts, script.Source)
			case w.top(from):
				// In a block of its own, so that its names do not meet those of the others.
				parts = append(parts, "{\n"+script.Source+"\n}")
				w.notes.Add(from, "event "+s.event, "begins with the script of what is around it")
			}
		}
		if parts != nil {
			*s.to = w.toInsomnia(from, s.event, strings.Join(parts, "\n"))
		}
	}
	if made == (scripts{}) {
		return nil
	}
	return &made
}

func (w *writer) body(made *item, from *collection.Item, r *collection.Request, behavior collection.Behavior) {
	b := r.Body
	switch {
	case b == nil || b.Mode == "" || b.Mode == collection.ModeRaw && b.Raw == "":
		return
	case b.Disabled:
		w.notes.Add(from, "body", "left out: it is disabled")
		return
	case !behavior.DisableBodyPruning && request.WithoutBody(r.Method):
		w.notes.Add(from, "body", "left out: Postman does not send the body of a "+r.Method)
		return
	}
	typed := slices.IndexFunc(r.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") && !h.Disabled })
	mimeType := ""
	if typed >= 0 {
		mimeType = r.Headers[typed].Value
	}
	add := func(kind string) {
		if typed < 0 {
			made.Headers = append(made.Headers, pair{Name: "Content-Type", Value: kind})
			mimeType = kind
		}
	}
	made.Body = &body{}
	switch b.Mode {
	case collection.ModeRaw:
		add(contentType(b.Language))
		made.Body.Text = new(w.template(from, b.Raw))
	case collection.ModeGraphQL:
		add("application/json")
		mimeType = "application/graphql"
		made.Body.Text = new(w.template(from, graphQL(b.GraphQL)))
	case collection.ModeURLEncoded, collection.ModeFormData:
		kind := "application/x-www-form-urlencoded"
		if b.Mode == collection.ModeFormData {
			kind = "multipart/form-data"
		}
		add(kind)
		mimeType = kind
		for _, p := range b.Params {
			made.Body.Params = append(made.Body.Params, w.param(from, p)...)
		}
	case collection.ModeFile:
		mimeType = "application/octet-stream"
		if b.File == nil || b.File.Src == "" {
			w.notes.Add(from, "body", "has no file that is named: choose it in Insomnia")
		} else {
			made.Body.FileName = w.template(from, b.File.Src)
		}
	}
	made.Body.MimeType = w.template(from, mimeType)
}

func contentType(language string) string {
	switch language {
	case "json":
		return "application/json"
	case "xml":
		return "application/xml"
	case "html":
		return "text/html"
	case "javascript":
		return "application/javascript"
	}
	return "text/plain"
}

// graphQL writes the JSON that Insomnia keeps of a query; its variables may be templates.
func graphQL(g *collection.GraphQL) string {
	if g == nil {
		g = &collection.GraphQL{}
	}
	text := `{"query":` + jsonText(g.Query)
	if g.OperationName != "" {
		text += `,"operationName":` + jsonText(g.OperationName)
	}
	switch v := strings.TrimSpace(g.Variables); {
	case v == "":
	case json.Valid([]byte(v)) || vars.HasPlaceholder(v):
		text += `,"variables":` + v
	default:
		text += `,"variables":` + jsonText(v)
	}
	return text + "}"
}

func (w *writer) param(from *collection.Item, p collection.Param) []param {
	made := param{Name: w.template(from, p.Key), Description: p.Description, Disabled: p.Disabled}
	if p.ContentType != "" {
		w.notes.Add(from, "field "+p.Key, "its content type "+p.ContentType+" is left out")
	}
	if p.FileName != "" {
		w.notes.Add(from, "field "+p.Key, "its file is sent with its own name, not as "+p.FileName)
	}
	if p.Type != "file" {
		made.Value = new(w.template(from, p.Value))
		return []param{made}
	}
	made.Type = "file"
	if len(p.Src) == 0 {
		return []param{made}
	}
	var list []param
	for _, src := range p.Src {
		made.FileName = w.template(from, src)
		list = append(list, made)
	}
	return list
}

// environments writes the variables: those of the collection and the globals as the base,
// those of the environment as one below it. What requests use and nothing defines has no
// value there, or Insomnia would refuse to send.
func (w *writer) environments(list []textform.Variable) *environment {
	base := &environment{Name: "Base Environment", Meta: meta{ID: w.id("env", ""), IsPrivate: new(bool)}, Data: &yaml.Node{Kind: yaml.MappingNode}}
	sub := &environment{Data: &yaml.Node{Kind: yaml.MappingNode}}
	known := map[string]bool{}
	for _, v := range list {
		known[v.Name] = true
		data := base.Data
		if v.Environment && w.o.Environment != nil {
			data = sub.Data
		}
		// The value may use others.
		w.put(data, v.Name, w.template(nil, v.Value))
	}
	var missing []string
	for name := range w.used {
		if !known[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		w.notes.Add(nil, "variable "+name, "has no value")
		w.put(base.Data, name, "")
	}
	if w.o.Environment != nil {
		name := w.o.Environment.Name
		if name == "" {
			name = "Environment"
		}
		sub.Name, sub.Meta = name, meta{ID: w.id("env", name), IsPrivate: new(bool), SortKey: new(int)}
		base.SubEnvironments = append(base.SubEnvironments, sub)
	}
	return base
}

// put sets a value; the objects on the way to it are made.
func (w *writer) put(data *yaml.Node, name, value string) {
	steps := w.steps(name)
	for n, s := range steps {
		var found *yaml.Node
		for i := 0; i+1 < len(data.Content); i += 2 {
			if data.Content[i].Value == s {
				found = data.Content[i+1]
			}
		}
		last := n == len(steps)-1
		switch {
		case found == nil && last:
			data.Content = append(data.Content, text(s), text(value))
			return
		case found == nil:
			found = &yaml.Node{Kind: yaml.MappingNode}
			data.Content = append(data.Content, text(s), found)
		case last || found.Kind != yaml.MappingNode:
			w.notes.Add(nil, "variable "+name, "left out: another one has its name in Insomnia")
			return
		}
		data = found
	}
}
