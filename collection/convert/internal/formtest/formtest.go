// Package formtest has what the tests of the formats share: it shows collections and notes
// as text, and holds the converted example against golden files.
package formtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// Notes shows the notes, a line each.
func Notes(n *convert.Notes) string {
	var b strings.Builder
	for _, note := range n.All() {
		b.WriteString(note.Request + ": " + note.Field + ": " + note.Became + "\n")
	}
	return b.String()
}

// Parse reads a collection whose items are given as JSON.
func Parse(t *testing.T, text string) *collection.Collection {
	t.Helper()
	c, err := collection.Parse("test.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Show shows what a collection's requests are, by their paths.
func Show(c *collection.Collection) string {
	var b strings.Builder
	for _, v := range c.Variables() {
		fmt.Fprintf(&b, "variable %s=%s %s\n", v.Key, v.Value, v.Type)
	}
	for item := range c.All() {
		if item.IsFolder() {
			if item.Model.Description != "" {
				fmt.Fprintf(&b, "%s/ about: %s\n", item.Path(), item.Model.Description)
			}
			continue
		}
		showItem(&b, item)
	}
	return b.String()
}

func showItem(b *strings.Builder, item *collection.Item) {
	r := item.Request()
	fmt.Fprintf(b, "%s: %s %s\n", item.Path(), r.Method, r.URL.Raw)
	if r.URL.HasParts {
		for _, q := range r.URL.Query {
			fmt.Fprintf(b, "  ? %s=%s%s\n", q.Key, q.Value, extra(q.Disabled, q.Description))
		}
	}
	for _, v := range r.URL.Variables {
		fmt.Fprintf(b, "  : %s=%s\n", v.Key, v.Value)
	}
	for _, h := range r.Headers {
		fmt.Fprintf(b, "  %s: %s%s\n", h.Key, h.Value, extra(h.Disabled, h.Description))
	}
	if auth, from := item.Auth(); auth != nil {
		fmt.Fprintf(b, "  auth %s (%s)", auth.Type, from)
		for _, p := range auth.Params {
			fmt.Fprintf(b, " %s=%s", p.Key, p.Value)
		}
		b.WriteByte('\n')
	}
	showBody(b, r.Body)
	if r.Description != "" {
		fmt.Fprintf(b, "  about: %s\n", r.Description)
	}
	for _, event := range []string{"prerequest", "test"} {
		for _, s := range item.EventScripts(event) {
			fmt.Fprintf(b, "  %s: %s\n", event, strings.ReplaceAll(s.Source, "\n", "|"))
		}
	}
	if behavior := item.Raw.Get("protocolProfileBehavior"); behavior.Exists() {
		fmt.Fprintf(b, "  %s\n", strings.Join(strings.Fields(behavior.Raw), ""))
	}
	for _, a := range item.Raw.Get("response").Array() {
		fmt.Fprintf(b, "  example %s: %d %q\n", a.Get("name"), a.Get("code").Int(), a.Get("body").String())
	}
}

func extra(off bool, about string) string {
	text := ""
	if off {
		text = " off"
	}
	if about != "" {
		text += " (" + about + ")"
	}
	return text
}

func showBody(b *strings.Builder, body *collection.Body) {
	if body == nil {
		return
	}
	fmt.Fprintf(b, "  body %s", body.Mode)
	if body.Language != "" {
		fmt.Fprintf(b, " %s", body.Language)
	}
	switch {
	case body.GraphQL != nil:
		fmt.Fprintf(b, " %q %q %q", body.GraphQL.Query, body.GraphQL.Variables, body.GraphQL.OperationName)
	case body.File != nil:
		fmt.Fprintf(b, " %s%s", body.File.Src, body.File.Content)
	case body.Raw != "":
		fmt.Fprintf(b, " %q", body.Raw)
	}
	b.WriteByte('\n')
	for _, p := range body.Params {
		value := p.Value
		if p.Type == "file" {
			value = "@" + strings.Join(p.Src, ",")
		}
		if p.ContentType != "" {
			value += ";" + p.ContentType
		}
		fmt.Fprintf(b, "    %s=%s%s\n", p.Key, value, extra(p.Disabled, p.Description))
	}
}

// Example gives the example collection and what it is converted with: its environment.
// The environment's secret is "EXAMPLE-TOKEN...".
func Example(t *testing.T) (*collection.Collection, convert.Options) {
	t.Helper()
	const dir = "../../../examples/insert-crm-cases/"
	c, err := collection.Load(dir + "wolkvox-cases.postman_collection.json")
	if err != nil {
		t.Fatal(err)
	}
	env, err := collection.LoadEnvironment(dir + "crm.postman_environment.json")
	if err != nil {
		t.Fatal(err)
	}
	o := convert.Options{Scopes: &vars.Scopes{}, Environment: env}
	for _, v := range env.Variables {
		if !v.Disabled {
			o.Scopes.Set(vars.Environment, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
		}
	}
	return c, o
}

// Golden holds files, and notes as notes.txt, against those in testdata/insert-crm-cases/dir,
// or writes them. No secret may stand in them.
func Golden(t *testing.T, dir string, files []convert.File, notes string, update bool) {
	t.Helper()
	for _, f := range append(files, convert.File{Name: "notes.txt", Data: []byte(notes)}) {
		path := filepath.Join("testdata", "insert-crm-cases", dir, filepath.FromSlash(f.Name))
		if update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, f.Data) {
			t.Errorf("%s: got\n%s", path, f.Data)
		}
		if bytes.Contains(f.Data, []byte("EXAMPLE-TOKEN")) {
			t.Errorf("%s holds the secret", path)
		}
	}
}
