package markdown

import (
	"bytes"
	"encoding/json"
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	mdtext "github.com/yuin/goldmark/text"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

func written(t *testing.T, c *collection.Collection, env *collection.Environment, o convert.Options) (doc, notes string) {
	t.Helper()
	o.Scopes = &vars.Scopes{}
	for _, v := range c.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
	}
	if env != nil {
		for _, v := range env.Variables {
			o.Scopes.Set(vars.Environment, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
		}
	}
	var all convert.Notes
	files, err := write(c, o, &all)
	if err != nil {
		t.Fatal(err)
	}
	again, err := write(c, o, &convert.Notes{})
	if err != nil || !bytes.Equal(again[0].Data, files[0].Data) {
		t.Errorf("written again, it differs: %v", err)
	}
	notes = formtest.Notes(&all)
	return string(files[0].Data), notes
}

func parsed(t *testing.T, text string) *collection.Collection {
	t.Helper()
	c, err := collection.Parse("t.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWrite(t *testing.T) {
	c := parsed(t, `{"info": {"name": "My API", "version": "2", "description": "Does *things*."}, "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{pw}}"}]},
		"variable": [{"key": "base", "value": "http://h", "description": "where"}], "item": [{"name": "F", "description": {"content": "folder"}, "item": [{"name": "Put it", "event": [{"listen": "test", "script": {"exec": ["1"]}}],
		"request": {"method": "PUT", "description": "puts", "url": {"raw": "", "host": ["{{base}}"], "path": ["a", ":id"], "query": [{"key": "q", "value": "1", "description": "how|many"}, {"key": "r", "value": "", "disabled": true}], "variable": [{"key": "id", "value": "7", "description": "number"}]},
		"header": [{"key": "A", "value": "b"}], "body": {"mode": "raw", "raw": "{\n  \"a\": 1\n}", "options": {"raw": {"language": "json"}}}},
		"response": [{"name": "fine", "code": 200, "status": "OK", "header": [{"key": "X", "value": "y"}], "_postman_previewlanguage": "json", "body": "{}"}]}]},
		{"name": "Form", "request": {"method": "POST", "url": "{{base}}/f", "auth": {"type": "noauth"}, "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "a.png", "contentType": "image/png"}, {"key": "g", "value": "h", "disabled": true}]}}}]}`)
	got, notes := written(t, c, nil, convert.Options{})
	want := strings.ReplaceAll(`# My API

Version 2

> Does *things*.

## Contents

- [F](#i1)
  - [Put it](#i2) 'PUT'
- [Form](#i3) 'POST'

## Variables

| Variable | Value | Description |
| --- | --- | --- |
| 'base' | 'http://h' | where |

<a id="i1"></a>

## F

> folder

<a id="i2"></a>

### Put it

'''http
PUT {{base}}/a/:id?q=1
'''

> puts

Authentication: 'basic' (of the collection)

| Parameter | Value |
| --- | --- |
| 'username' | 'u' |
| 'password' | '{{pw}}' |

**Path variables**

| Name | Value | Description |
| --- | --- | --- |
| 'id' | '7' | number |

**Query parameters**

| Name | Value | Sent | Description |
| --- | --- | --- | --- |
| 'q' | '1' |  | how&#124;many |
| 'r' |  | off |  |

**Headers**

| Name | Value |
| --- | --- |
| 'A' | 'b' |

**Body (json)**

'''json
{
  "a": 1
}
'''

**Example: fine**

Status 200 OK

| Header | Value |
| --- | --- |
| 'X' | 'y' |

'''json
{}
'''

<a id="i3"></a>

## Form

'''http
POST {{base}}/f
'''

Authentication: none

**Body (form-data)**

| Field | Value | Type | Sent |
| --- | --- | --- | --- |
| 'f' | 'a.png' | file image/png |  |
| 'g' | 'h' |  | off |
`, "'", "`")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if notes != "F/Put it: event test: left out\n" {
		t.Errorf("notes\n%s", notes)
	}
}

// TestGolden writes the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	doc, notes := written(t, c, o.Environment, convert.Options{Environment: o.Environment})
	formtest.Golden(t, "", []convert.File{{Name: "api.md", Data: []byte(doc)}}, notes, *update)
}

// everywhere is a collection that has the text in every place.
func everywhere(t testing.TB, text string) (*collection.Collection, bool) {
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	pair := `{"key": T, "value": T, "description": T}`
	doc := `{"info": {"name": T, "version": T, "description": T}, "variable": [` + pair + `], "auth": {"type": "apikey", "apikey": [{"key": "key", "value": T}, {"key": "scope", "value": T}]},
		"item": [{"name": T, "description": T, "item": [{"name": T, "request": {"method": "POST", "description": T, "url": {"raw": T, "host": ["h", T], "path": [":a", T], "query": [` + pair + `], "variable": [` + pair + `]},
		"header": [` + pair + `], "body": {"mode": "raw", "raw": T, "options": {"raw": {"language": T}}}}, "response": [{"name": T, "code": 200, "status": T, "header": [` + pair + `], "body": T, "_postman_previewlanguage": T}]},
		{"name": T, "request": {"method": T, "url": "http://h", "body": {"mode": "formdata", "formdata": [` + pair + `, {"key": T, "type": "file", "src": T, "contentType": T}]}}},
		{"name": T, "request": {"method": "POST", "url": "http://h", "body": {"mode": "graphql", "graphql": {"query": T, "variables": T}}}}]}]}`
	c, err := collection.Parse("t.json", []byte(strings.NewReplacer(": T", ": "+string(quoted), ", T", ", "+string(quoted)).Replace(doc)))
	return c, err == nil
}

func hostile() []string {
	return []string{
		"<script>alert(1)</script>", "a | b \\| c \\\\| d `|` e", "```\n# x\n<b>\n````\n~~~\n<i>", "\n\n# Heading\n\nx\n---\n", "`<b>` `` <i> ` \\`<u>",
		"\\<img src=x onerror=alert(1)>", "<!-- x", "]: http://x\n[a]: javascript:alert(1)\n[a](JavaScript:alert(1)) [b](javascript&#58;x) [c](data&colon;x)",
		"<a id=\"i1\">", "&lt;b&gt; &#60;b&#62;", "- a\n  - b\n> c\n1. d\n\t<b>", "a\r<b>\u2028<i>", "]](x) ![y](z)", "<https://x> <x@y.z>", " x\u0000y\u001b ", "<![CDATA[x]]> <?php ?>",
	}
}

var ownAnchor = regexp.MustCompile(`^(?:<a id="i\d+">|</a>)$`)

// check renders a document as other programs do, and looks for what should not be there.
func check(t *testing.T, doc string) {
	t.Helper()
	source := []byte(doc)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(mdtext.NewReader(source))
	headings, columns := 0, 0
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			t.Errorf("HTML: %s", n.Lines().Value(source))
		case *ast.RawHTML:
			if raw := string(n.Segments.Value(source)); !ownAnchor.MatchString(raw) {
				t.Errorf("HTML: %s", raw)
			}
		case *ast.Heading:
			if n.Parent() == root {
				headings++
			}
		case *ast.Link:
			if to := strings.ToLower(strings.TrimSpace(string(n.Destination))); strings.HasPrefix(to, "javascript") || strings.HasPrefix(to, "data") {
				t.Errorf("a link leads to %s", to)
			}
		case *east.TableHeader:
			columns = n.ChildCount()
		case *east.TableRow:
			if n.ChildCount() != columns && n.Parent().Parent() == root {
				t.Errorf("a row has %d cells, the head %d", n.ChildCount(), columns)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = 7 // title, contents, variables, a folder and three requests
	if headings != want {
		t.Errorf("%d headings, want %d", headings, want)
	}
	if t.Failed() {
		t.Logf("%s", doc)
	}
}

// TestHostile: no text of a collection becomes HTML, a heading of the document, or a cell
// of a table.
func TestHostile(t *testing.T) {
	for _, text := range hostile() {
		c, ok := everywhere(t, text)
		if !ok {
			t.Fatalf("%q", text)
		}
		doc, _ := written(t, c, nil, convert.Options{})
		check(t, doc)
	}
}

func FuzzWrite(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := everywhere(t, text)
		if !ok || strings.TrimSpace(text) == "" {
			return
		}
		doc, _ := written(t, c, nil, convert.Options{})
		check(t, doc)
	})
}

// TestSecrets: secrets that stand in a collection are masked wherever they turn up.
func TestSecrets(t *testing.T) {
	c := parsed(t, `{"info": {"name": "t", "description": "use EXAMPLE_SECRET_1"}, "variable": [{"key": "v", "type": "secret", "value": "EXAMPLE_SECRET_2"}], "item": [{"name": "r", "request": {"method": "POST", "url": "http://h?token=EXAMPLE_SECRET_1",
		"header": [{"key": "X-Token", "value": "EXAMPLE_SECRET_1", "description": "EXAMPLE_SECRET_1"}], "auth": {"type": "basic", "basic": [{"key": "password", "value": "EXAMPLE_SECRET_3"}]},
		"body": {"mode": "raw", "raw": "{\"a\": \"EXAMPLE_SECRET_1\"}"}}, "response": [{"name": "a", "code": 200, "body": "EXAMPLE_SECRET_3", "header": [{"key": "Set-Cookie", "value": "EXAMPLE"}]}]}]}`)
	doc, notes := written(t, c, nil, convert.Options{})
	if strings.Contains(strings.ReplaceAll(doc+notes, "\\", ""), "EXAMPLE") {
		t.Errorf("%s\n%s", doc, notes)
	}
	if !strings.Contains(notes, "values that look like secrets are") {
		t.Errorf("notes\n%s", notes)
	}
	doc, _ = written(t, c, nil, convert.Options{WithSecrets: true})
	for _, want := range []string{"EXAMPLE_SECRET_1", "EXAMPLE_SECRET_2", "EXAMPLE_SECRET_3"} {
		if !strings.Contains(doc, want) {
			t.Errorf("with secrets there is no %s\n%s", want, doc)
		}
	}
}
