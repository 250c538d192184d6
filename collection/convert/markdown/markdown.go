// Package markdown writes the documentation of a collection.
package markdown

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// Markdown gives the format.
func Markdown() convert.Format {
	return convert.Format{Name: "markdown", Title: "API documentation in Markdown", Write: write}
}

type writer struct {
	b       strings.Builder
	o       convert.Options
	notes   *convert.Notes
	anchors map[*collection.Item]string
	secrets *vars.Masker // nil when they are written
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{o: o, notes: notes, anchors: make(map[*collection.Item]string)}
	if !o.WithSecrets {
		// "string" stands for any text in examples.
		w.secrets = vars.NewMasker(slices.DeleteFunc(c.Secrets(), func(s string) bool { return s == "string" }))
	}
	items := c.Items
	if o.Item != nil {
		items = []*collection.Item{o.Item}
	}
	fmt.Fprintf(&w.b, "# %s\n\n", cmp.Or(w.plain(c.Name), "API"))
	if version := c.Raw.Get("info.version"); version.String() != "" && !version.IsObject() {
		fmt.Fprintf(&w.b, "Version %s\n\n", w.plain(version.String()))
	}
	w.b.WriteString(w.quote(c.Model.Info.Description.Content))
	w.contents(items)
	if err := w.variables(c); err != nil {
		return nil, err
	}
	for _, i := range items {
		w.item(i, 2)
	}
	text := strings.TrimRight(w.b.String(), "\n") + "\n"
	return []convert.File{{Name: "api.md", Data: []byte(text)}}, nil
}

// mask hides the secrets in a text, before anything in it is escaped.
func (w *writer) mask(text string) string {
	masked := w.secrets.Mask(text)
	if masked != text {
		w.notes.Add(nil, "secret", "values that look like secrets are "+vars.Masked+" (--with-secrets writes them)")
	}
	return masked
}

func (w *writer) plain(text string) string           { return plain(w.mask(text)) }
func (w *writer) value(text string) string           { return value(w.mask(text)) }
func (w *writer) quote(text string) string           { return quote(w.mask(text)) }
func (w *writer) block(language, text string) string { return block(language, w.mask(text)) }

// contents writes the table of contents. Its links lead to anchors by number: the names
// that sites make of headings differ.
func (w *writer) contents(items []*collection.Item) {
	if len(items) == 0 {
		return
	}
	w.b.WriteString("## Contents\n\n")
	var list func(items []*collection.Item, depth int)
	list = func(items []*collection.Item, depth int) {
		for _, i := range items {
			w.anchors[i] = fmt.Sprintf("i%d", len(w.anchors)+1)
			method := ""
			if !i.IsFolder() {
				method = " " + w.value(i.Request().Method)
			}
			fmt.Fprintf(&w.b, "%s- [%s](#%s)%s\n", strings.Repeat("  ", depth), w.title(i), w.anchors[i], method)
			list(i.Items, depth+1)
		}
	}
	list(items, 0)
	w.b.WriteByte('\n')
}

func (w *writer) title(i *collection.Item) string { return cmp.Or(w.plain(i.Name), "(no name)") }

func (w *writer) variables(c *collection.Collection) error {
	all, err := textform.Variables(w.o, w.notes)
	if err != nil || len(all) == 0 {
		return err
	}
	descriptions := make(map[string]string)
	for _, v := range c.Variables() {
		descriptions[v.Key] = v.Description
	}
	t := table{head: []string{"Variable", "Value", "Description"}}
	for _, v := range all {
		shown := w.value(v.Value)
		if v.Secret && v.Value == "" {
			shown = "(secret)"
		}
		t.add(w.value(v.Name), shown, w.plain(descriptions[v.Name]))
	}
	w.b.WriteString("## Variables\n\n")
	t.write(&w.b)
	return nil
}

// table leaves out columns that are empty.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(b *strings.Builder) {
	used := func(column int) bool {
		return column == 0 || slices.ContainsFunc(t.rows, func(row []string) bool { return row[column] != "" })
	}
	line := func(cells []string) {
		b.WriteByte('|')
		for i, c := range cells {
			if used(i) {
				b.WriteString(" " + c + " |")
			}
		}
		b.WriteByte('\n')
	}
	line(t.head)
	line(slices.Repeat([]string{"---"}, len(t.head)))
	for _, row := range t.rows {
		line(row)
	}
	b.WriteByte('\n')
}

func (w *writer) item(i *collection.Item, level int) {
	const deepest = 6
	fmt.Fprintf(&w.b, "<a id=\"%s\"></a>\n\n%s %s\n\n", w.anchors[i], strings.Repeat("#", min(level, deepest)), w.title(i))
	if i.IsFolder() {
		w.b.WriteString(w.quote(text(i.Raw.Get("description"))))
		for _, inner := range i.Items {
			w.item(inner, level+1)
		}
		return
	}
	r := i.Request()
	w.losses(i)
	w.b.WriteString(w.block("http", oneLine(r.Method+" "+request.URLText(r.URL))) + "\n")
	w.b.WriteString(w.quote(r.Description))
	w.auth(i)
	w.fields(&r)
	w.body(i, r.Body)
	w.answers(i)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (w *writer) losses(i *collection.Item) {
	for _, event := range []string{"prerequest", "test"} {
		if len(i.EventScripts(event)) > 0 {
			w.notes.Add(i, "event "+event, "left out")
		}
	}
	for _, key := range i.BehaviorNames() {
		w.notes.Add(i, "protocolProfileBehavior "+key, "left out")
	}
}

// auth says how the request authenticates. Of its parameters only those are shown that
// are placeholders, or no secrets.
func (w *writer) auth(i *collection.Item) {
	auth, source := i.Auth()
	if auth == nil {
		if source != "" {
			w.b.WriteString("Authentication: none\n\n")
		}
		return
	}
	fmt.Fprintf(&w.b, "Authentication: %s (of the %s)\n\n", w.value(auth.Type), w.plain(source))
	shown := []string{"username", "key", "in", "grant_type", "accessTokenUrl", "authUrl", "scope", "clientId", "region", "service", "algorithm", "addTokenTo", "realm"}
	t := table{head: []string{"Parameter", "Value"}}
	for _, p := range auth.Params {
		text := w.value(p.Value)
		if p.Value != "" && !w.o.WithSecrets && !vars.HasPlaceholder(p.Value) && !slices.Contains(shown, p.Key) {
			text = vars.Masked
		}
		t.add(w.value(p.Key), text)
	}
	if len(t.rows) > 0 {
		t.write(&w.b)
	}
}

// off marks what is not sent.
func off(disabled bool) string {
	if disabled {
		return "off"
	}
	return ""
}

func (w *writer) fields(r *collection.Request) {
	show := func(title string, rows [][]string) {
		if len(rows) > 0 {
			fmt.Fprintf(&w.b, "**%s**\n\n", title)
			t := table{[]string{"Name", "Value", "Sent", "Description"}, rows}
			t.write(&w.b)
		}
	}
	var path, query, headers [][]string
	for _, v := range r.URL.Variables {
		path = append(path, []string{w.value(v.Key), w.value(v.Value), "", w.plain(v.Description)})
	}
	for _, q := range r.URL.Query {
		query = append(query, []string{w.value(q.Key), w.value(q.Value), off(q.Disabled), w.plain(q.Description)})
	}
	for _, h := range r.Headers {
		if h.Key != "" {
			headers = append(headers, []string{w.value(h.Key), w.value(h.Value), off(h.Disabled), w.plain(h.Description)})
		}
	}
	show("Path variables", path)
	show("Query parameters", query)
	show("Headers", headers)
}

func (w *writer) body(i *collection.Item, b *collection.Body) {
	if b == nil || b.Mode == "" || b.Mode == collection.ModeRaw && b.Raw == "" {
		return
	}
	names := map[string]string{collection.ModeRaw: "", collection.ModeURLEncoded: "urlencoded", collection.ModeFormData: "form-data", collection.ModeFile: "file", collection.ModeGraphQL: "GraphQL"}
	title := "Body"
	if kind := cmp.Or(names[b.Mode], w.plain(b.Language)); kind != "" {
		title += " (" + kind + ")"
	}
	if b.Disabled {
		title += ", off"
	}
	fmt.Fprintf(&w.b, "**%s**\n\n", title)
	switch b.Mode {
	case collection.ModeURLEncoded, collection.ModeFormData:
		t := table{head: []string{"Field", "Value", "Type", "Sent", "Description"}}
		for _, p := range b.Params {
			kind, shown := p.ContentType, w.value(p.Value)
			if p.Type == "file" {
				kind = strings.TrimSpace("file " + kind)
				shown = w.value(strings.Join(p.Src, ", "))
			}
			t.add(w.value(p.Key), shown, w.plain(kind), off(p.Disabled), w.plain(p.Description))
		}
		t.write(&w.b)
	case collection.ModeFile:
		if b.File != nil && b.File.Src != "" {
			fmt.Fprintf(&w.b, "%s\n\n", w.value(b.File.Src))
		}
		if b.File != nil && b.File.Content != "" {
			w.notes.Add(i, "body", "the content of its file is left out")
		}
	case collection.ModeGraphQL:
		if b.GraphQL != nil {
			w.b.WriteString(w.block("graphql", b.GraphQL.Query) + "\n")
			if b.GraphQL.Variables != "" {
				w.b.WriteString(w.block("json", b.GraphQL.Variables) + "\n")
			}
		}
	default:
		w.b.WriteString(w.block(languageOf(b.Language), b.Raw) + "\n")
	}
}

// languageOf gives a language that may stand behind a fence.
func languageOf(s string) string {
	if slices.Contains([]string{"json", "xml", "html", "javascript"}, s) {
		return s
	}
	return ""
}

func (w *writer) answers(i *collection.Item) {
	for _, a := range i.Raw.Get("response").Array() {
		if !a.IsObject() {
			continue
		}
		status := strings.TrimSpace(a.Get("code").String() + " " + a.Get("status").String())
		fmt.Fprintf(&w.b, "**Example: %s**\n\n", cmp.Or(w.plain(a.Get("name").String()), "answer"))
		if status != "" {
			fmt.Fprintf(&w.b, "Status %s\n\n", w.plain(status))
		}
		t := table{head: []string{"Header", "Value", "Description"}}
		for _, h := range a.Get("header").Array() {
			if strings.EqualFold(h.Get("key").String(), "Set-Cookie") && !w.o.WithSecrets {
				w.notes.Add(i, "answer's header Set-Cookie", "left out: cookies are secrets")
				continue
			}
			if key := h.Get("key").String(); key != "" {
				t.add(w.value(key), w.value(h.Get("value").String()), w.plain(text(h.Get("description"))))
			}
		}
		if len(t.rows) > 0 {
			t.write(&w.b)
		}
		if body := a.Get("body").String(); body != "" {
			w.b.WriteString(w.block(languageOf(a.Get("_postman_previewlanguage").String()), body) + "\n")
		}
	}
}

// text reads a description, which may be an object.
func text(r gjson.Result) string {
	if r.IsObject() {
		return r.Get("content").String()
	}
	return r.String()
}
