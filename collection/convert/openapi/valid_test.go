package openapi

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

// checkValid holds a document that was written against the specification, each schema in
// it against JSON Schema, and each example against its schema.
func checkValid(t *testing.T, data []byte) {
	t.Helper()
	root := checkSpecification(t, data)
	v := &validator{t: t}
	v.walk(root.get("paths"), "paths")
	v.operations(root)
	if t.Failed() {
		t.Logf("%s", data)
	}
}

// checkSpecification holds a document against the schema of OpenAPI 3.1, and has another
// program's model built of it.
func checkSpecification(t *testing.T, data []byte) *node {
	t.Helper()
	doc, err := libopenapi.NewDocumentWithConfiguration(data, datamodel.NewDocumentConfiguration())
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if _, err := doc.BuildV3Model(); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	root, err := parse("openapi.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	specification, err := jsonschema.UnmarshalJSON(strings.NewReader(doc.GetSpecInfo().APISchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", specification); err != nil {
		t.Fatal(err)
	}
	meta, err := compiler.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(anyOf(t, root)); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	return root
}

func anyOf(t *testing.T, n *node) any {
	t.Helper()
	text, err := jsonText(n, "", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

type validator struct{ t *testing.T }

// walk looks for schemas, and for the examples beside them and in them.
func (v *validator) walk(n *node, place string) {
	if schema := n.get("schema"); schema.isMapping() {
		examples := []*node{n.get("example")}
		for _, m := range n.get("examples").pairs() {
			examples = append(examples, m.value.get("value"))
		}
		v.schema(schema, place+".schema", examples)
		for _, m := range schema.get("properties").pairs() {
			v.schema(m.value, place+"."+m.key, []*node{nil})
			for _, e := range m.value.get("examples").items() {
				v.schema(m.value, place+"."+m.key, []*node{e.value})
			}
		}
		return
	}
	for _, m := range n.pairs() {
		if m.key != "example" && m.key != "examples" {
			v.walk(m.value, place+"."+m.key)
		}
	}
	for i, m := range n.items() {
		v.walk(m.value, fmt.Sprintf("%s[%d]", place, i))
	}
}

func (v *validator) schema(schema *node, place string, examples []*node) {
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", anyOf(v.t, schema)); err != nil {
		v.t.Errorf("%s: %v", place, err)
		return
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		v.t.Errorf("%s: %v", place, err)
		return
	}
	for _, e := range examples {
		if e == nil {
			continue
		}
		if err := compiled.Validate(anyOf(v.t, e)); err != nil {
			v.t.Errorf("%s: the example is not of its schema: %v", place, err)
		}
	}
}

// operations checks what no schema says: names that are unique, path variables that are
// described, security schemes that are there.
func (v *validator) operations(root *node) {
	ids, shapes := make(map[string]bool), make(map[string]bool)
	for _, p := range root.get("paths").pairs() {
		shape := inBraces.ReplaceAllString(p.key, "{}")
		if shapes[shape] {
			v.t.Errorf("%s is there twice", p.key)
		}
		shapes[shape] = true
		for _, o := range p.value.pairs() {
			id := o.value.str("operationId")
			if id == "" || ids[id] {
				v.t.Errorf("%s %s: operationId %q", o.key, p.key, id)
			}
			ids[id] = true
			known := make(map[string]bool)
			for _, param := range o.value.get("parameters").items() {
				key := param.value.str("in") + " " + param.value.str("name")
				if known[key] {
					v.t.Errorf("%s %s: %s is there twice", o.key, p.key, key)
				}
				known[key] = true
			}
			for _, m := range inBraces.FindAllStringSubmatch(p.key, -1) {
				if !known["path "+m[1]] {
					v.t.Errorf("%s %s: %s is not described", o.key, p.key, m[1])
				}
			}
			for _, s := range o.value.get("security").items() {
				for _, scheme := range s.value.pairs() {
					if root.get("components").get("securitySchemes").get(scheme.key) == nil {
						v.t.Errorf("%s %s: there is no scheme %s", o.key, p.key, scheme.key)
					}
				}
			}
		}
	}
}

// scopesOf gives the scopes that the command would.
func scopesOf(c *collection.Collection, env *collection.Environment) *vars.Scopes {
	s := &vars.Scopes{}
	set := func(scope vars.Scope, list []collection.Variable) {
		for _, v := range list {
			if !v.Disabled {
				s.Set(scope, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
			}
		}
	}
	set(vars.Collection, c.Variables())
	if env != nil {
		set(vars.Environment, env.Variables)
	}
	return s
}

func written(t *testing.T, c *collection.Collection, o convert.Options) ([]byte, string) {
	t.Helper()
	if o.Scopes == nil {
		o.Scopes = scopesOf(c, o.Environment)
	}
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	again, err := write(c, o, &convert.Notes{})
	if err != nil || !bytes.Equal(again[0].Data, files[0].Data) {
		t.Errorf("written again, it differs: %v", err)
	}
	return files[0].Data, formtest.Notes(&notes)
}

// sharedCollections gives the public example collections, which are not part of the
// project: shared/collections, beside the working directory or above it.
func sharedCollections(t *testing.T) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		files, err := filepath.Glob(filepath.Join(dir, "shared", "collections", "v*", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) > 0 {
			return files
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if os.Getenv("PMRUN_CI") != "" {
		t.Fatal("there is no shared/collections above the working directory")
	}
	t.Skip("there is no shared/collections above the working directory")
	return nil
}

// TestPublicCollections writes real collections: each gives a valid document, which read
// and written again stays what it is.
func TestPublicCollections(t *testing.T) {
	for _, file := range sharedCollections(t) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			c, err := collection.Load(file)
			if err != nil {
				t.Skip(err)
			}
			data, _ := written(t, c, convert.Options{})
			checkValid(t, data)
			checkStable(t, data)
		})
	}
}

// checkStable reads a document and writes it, twice: the second time nothing changes, and
// the paths, methods and names of parameters stay all the time.
func checkStable(t *testing.T, data []byte) {
	t.Helper()
	before := outline(t, data)
	var last []byte
	for range 3 {
		c, err := read(&convert.Input{Path: "api.yaml", Data: data}, &convert.Notes{})
		if err != nil {
			t.Fatal(err)
		}
		last = data
		data, _ = written(t, c, convert.Options{})
		if after := outline(t, data); after != before {
			t.Fatalf("before\n%s\nafter\n%s", before, after)
		}
	}
	if !bytes.Equal(last, data) {
		t.Errorf("it changes each time:\n%s", difference(string(last), string(data)))
	}
}

// outline lists the operations of a document, sorted, with their parameters and bodies.
func outline(t *testing.T, data []byte) string {
	t.Helper()
	root, err := parse("api.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	d := newDocument(&convert.Input{}, root, &convert.Notes{})
	for _, o := range d.operations() {
		line := o.path + " " + o.method + " " + o.id
		for _, p := range o.params {
			line += fmt.Sprintf(" %s:%s:%v", p.in, p.name, p.required)
		}
		if o.body != nil {
			if i := preferred(o.body.contents); i >= 0 { // the others are lost when it is read
				line += " body:" + o.body.contents[i].mime
				for _, m := range d.resolve(o.body.contents[i].schema).get("properties").pairs() {
					line += "," + m.key
				}
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// difference shows the first lines that differ.
func difference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range as {
		if i >= len(bs) || as[i] != bs[i] {
			from, to := max(i-5, 0), i+5
			return strings.Join(as[from:min(to, len(as))], "\n") + "\n----\n" + strings.Join(bs[from:min(to, len(bs))], "\n")
		}
	}
	return b[min(len(a), len(b)):]
}
