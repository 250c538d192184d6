package httpfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/vars"
)

// TestWire: httpyac sends a converted request as pmrun sends the original, and so does
// pmrun what it read back.
func TestWire(t *testing.T) {
	node, httpyac := "", ""
	t.Run("httpyac is there", func(t *testing.T) {
		node, httpyac = filewire.NodeTool(t, "PMRUN_HTTPYAC", "httpyac/bin/httpyac.js", "httpyac@6.16.7")
	})
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	want := server.Wanted(t, filewire.Cases(), dir)
	original := filewire.Together(t, server.URL, filewire.Cases()) // as the client takes seconds to start
	var notes convert.Notes
	files, err := write(original, options(original), &notes)
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		if f.Name == "requests.http" {
			text = f.Data
		}
	}
	back, err := read(&convert.Input{Path: filepath.Join(dir, "requests.http"), Data: text}, &notes)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	filewire.Send(t, back, dir)
	server.Check(t, "what was read back", want, nil)
	if node == "" {
		return
	}
	cmd := exec.Command(node, httpyac, "send", "requests.http", "--all", "--no-color")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("httpyac: %v\n%s", err, out)
	}
	server.Check(t, "httpyac", want, nil)
	if t.Failed() {
		t.Logf("%s", text)
	}
}

// options has the collection's variables in scope, as the command does.
func options(c *collection.Collection) convert.Options {
	o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
	for _, v := range c.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
	}
	return o
}
