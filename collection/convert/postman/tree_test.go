package postman

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// The tests hold documents against each other as trees of JSON, which know nothing of
// collections.

// tree decodes a document; numbers stay as they are written.
func tree(t testing.TB, text []byte) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatalf("%v in\n%.2000s", err, text)
	}
	return value
}

// keysInOrder gives every key of a document in the order in which they stand.
func keysInOrder(t testing.TB, text []byte) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(text)))
	var keys []string
	var inObject []bool
	key := false
	for {
		token, err := dec.Token()
		if err != nil {
			return keys
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				inObject, key = append(inObject, token == '{'), token == '{'
				continue
			}
			inObject = inObject[:len(inObject)-1]
			key = len(inObject) > 0 && inObject[len(inObject)-1]
		case string:
			if key {
				keys = append(keys, token)
				key = false
				continue
			}
			key = len(inObject) > 0 && inObject[len(inObject)-1]
		default:
			key = len(inObject) > 0 && inObject[len(inObject)-1]
		}
	}
}

// difference is a place where two trees are not the same.
type difference struct {
	path []string
	was  any
	is   any
}

func (d difference) String() string {
	show := func(v any) string {
		if v == (missing{}) {
			return "(missing)"
		}
		text, _ := json.Marshal(v)
		return fmt.Sprintf("%.300s", text)
	}
	return "/" + strings.Join(d.path, "/") + ": was " + show(d.was) + ", is " + show(d.is)
}

// missing stands for a member that is not there.
type missing struct{}

// differences compares two trees.
func differences(was, is any, path ...string) (found []difference) {
	at := func(key string) []string { return append(slices.Clone(path), key) }
	switch a := was.(type) {
	case map[string]any:
		b, ok := is.(map[string]any)
		if !ok {
			break
		}
		for key, value := range a {
			if other, ok := b[key]; ok {
				found = append(found, differences(value, other, at(key)...)...)
			} else {
				found = append(found, difference{at(key), value, missing{}})
			}
		}
		for key, value := range b {
			if _, ok := a[key]; !ok {
				found = append(found, difference{at(key), missing{}, value})
			}
		}
		return found
	case []any:
		b, ok := is.([]any)
		if !ok || len(a) != len(b) {
			break
		}
		for i := range a {
			found = append(found, differences(a[i], b[i], at(strconv.Itoa(i))...)...)
		}
		return found
	default:
		if was == is {
			return nil
		}
	}
	return []difference{{path, was, is}}
}

// owner gives the path of names of the item that a place of a document belongs to.
func owner(root any, path []string) string {
	var names []string
	at := root
	for i := 0; i+1 < len(path) && path[i] == "item"; i += 2 {
		items, ok := at.(map[string]any)["item"].([]any)
		n, err := strconv.Atoi(path[i+1])
		if !ok || err != nil {
			break
		}
		at = items[n]
		name, ok := at.(map[string]any)["name"].(string)
		if other := at.(map[string]any)["name"]; !ok && other != nil {
			text, _ := json.Marshal(other)
			name = string(text)
		}
		names = append(names, name)
	}
	return strings.Join(names, "/")
}

// noted reports whether a note speaks of the item that the difference is in.
func noted(root any, d difference, notes []convert.Note) bool {
	name := owner(root, d.path)
	return slices.ContainsFunc(notes, func(n convert.Note) bool { return n.Request == name })
}

func parse(t testing.TB, text []byte) *collection.Collection {
	t.Helper()
	c, err := collection.Parse("test.json", text)
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, text)
	}
	return c
}

// write writes a collection of one file; secrets come along.
func write(t testing.TB, f convert.Format, c *collection.Collection) (text []byte, notes []convert.Note) {
	t.Helper()
	files, notes := writeAll(t, f, c)
	if len(files) != 1 {
		t.Fatalf("%s is %d files", f.Name, len(files))
	}
	return files[0].Data, notes
}

// writeAll writes a collection. The note about secrets in the output is none of a loss.
func writeAll(t testing.TB, f convert.Format, c *collection.Collection) ([]convert.File, []convert.Note) {
	t.Helper()
	var notes convert.Notes
	files, err := f.Write(c, convert.Options{WithSecrets: true}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	return files, slices.DeleteFunc(notes.All(), func(n convert.Note) bool { return n.Field == "secret" })
}

// publicCollections gives the paths of public example collections of a version, which are
// not part of the project.
func publicCollections(t *testing.T, version string) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		files, err := filepath.Glob(filepath.Join(dir, "shared", "collections", version, "*.json"))
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
	const missing = "there is no shared/collections above the working directory"
	if os.Getenv("PMRUN_CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return nil
}

func load(t *testing.T, path string) *collection.Collection {
	t.Helper()
	c, err := collection.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
