package filewire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// Example gives the example's collection, and options with its environment. The test's
// package is two directories below collection.
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

// Golden compares files and notes (as notes.txt) with those in dir, or writes them. The
// example's secret is in none.
func Golden(t *testing.T, dir string, files []convert.File, notes *convert.Notes, update bool) {
	t.Helper()
	for _, f := range append(files, convert.File{Name: "notes.txt", Data: []byte(Notes(notes))}) {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
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
		if string(want) != string(f.Data) {
			t.Errorf("%s: got\n%s", path, f.Data)
		}
		if strings.Contains(string(f.Data), "EXAMPLE-TOKEN") {
			t.Errorf("%s holds the secret", path)
		}
	}
}

// Notes shows notes, a line each.
func Notes(n *convert.Notes) string {
	var b strings.Builder
	for _, note := range n.All() {
		b.WriteString(note.Request + ": " + note.Field + ": " + note.Became + "\n")
	}
	return b.String()
}
