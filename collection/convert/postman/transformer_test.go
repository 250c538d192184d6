package postman

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// transformer names, in PMRUN_TRANSFORMER, the directory in which the npm package
// postman-collection-transformer is installed.
func transformer(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PMRUN_TRANSFORMER")
	if dir == "" {
		t.Skip("PMRUN_TRANSFORMER does not name a directory with postman-collection-transformer in it")
	}
	return dir
}

const transform = `
const [from, to] = process.argv.slice(1);
require('postman-collection-transformer').convert(JSON.parse(require('fs').readFileSync(0)),
	{inputVersion: from, outputVersion: to, retainIds: true, retainEmptyValues: true},
	(err, result) => { if (err) throw err; console.log(JSON.stringify(result)); });`

func transformed(t *testing.T, dir string, text []byte, from, to string) any {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "-e", transform, "--", from, to)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(text)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	// Ids that it makes up are others every time.
	ids := map[string]string{}
	out = madeUp.ReplaceAllFunc(out, func(id []byte) []byte {
		if bytes.Contains(text, id) {
			return id
		}
		if ids[string(id)] == "" {
			ids[string(id)] = fmt.Sprintf("id-%d", len(ids))
		}
		return []byte(ids[string(id)])
	})
	return tree(t, out)
}

var madeUp = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// TestTransformerV20: what it makes of our v2.0 is what it makes of the v2.1. It does not
// convert one into the other itself.
func TestTransformerV20(t *testing.T) {
	dir := transformer(t)
	for _, path := range publicCollections(t, "v2.1.0") {
		t.Run("2.1 "+filepath.Base(path), func(t *testing.T) {
			v20, _ := write(t, V20(), load(t, path))
			was, is := transformed(t, dir, readFile(t, path), "2.1.0", "1.0.0"), transformed(t, dir, v20, "2.0.0", "1.0.0")
			for _, d := range differences(was, is) {
				if !saysNothing(d.was) || !saysNothing(d.is) { // an auth without parameters
					t.Error(d)
				}
			}
		})
	}
	for _, path := range publicCollections(t, "v2.0.0") {
		t.Run("2.0 "+filepath.Base(path), func(t *testing.T) {
			v21, _ := write(t, V21(), load(t, path))
			was, is := transformed(t, dir, readFile(t, path), "2.0.0", "1.0.0"), transformed(t, dir, v21, "2.1.0", "1.0.0")
			for _, d := range differences(was, is) {
				if !saysNothing(d.was) || !saysNothing(d.is) { // an auth without parameters
					t.Error(d)
				}
			}
		})
	}
}

// TestTransformerV1: what it makes of v1 is in what we make of it, with the same values.
func TestTransformerV1(t *testing.T) {
	dir := transformer(t)
	for _, path := range publicCollections(t, "v1.0.0") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, _ := write(t, V21(), load(t, path))
			was, is := byKey(transformed(t, dir, readFile(t, path), "1.0.0", "2.1.0")), byKey(tree(t, text))
			for _, d := range differences(was, is) {
				ours := d.was == missing{}
				last := d.path[len(d.path)-1]
				switch {
				case ours, saysNothing(d.was): // it leaves out what it does not know, and writes what goes without saying
				case last == "name" && d.was == "response": // for an example that has none
				case slices.Contains(d.path, "auth") && d.is == missing{} && saysNothing(valueOf(d.was)): // a parameter that v1 does not have
				case last == "url" && d.is == "":
				case last == "header" && fmt.Sprint(d.was) == "[]": // of an example's request, which it does not find
				default:
					t.Error(d)
				}
			}
		})
	}
}

// valueOf gives the value of a parameter; nil when it has none.
func valueOf(v any) any {
	parameter, _ := v.(map[string]any)
	return parameter["value"]
}

func saysNothing(v any) bool {
	switch v := v.(type) {
	case missing:
		return true
	case nil, bool:
		return v != true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// byKey makes maps of the lists whose order says nothing: events, and parameters of auth.
func byKey(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if list, ok := value.([]any); ok && (name == "event" || slices.Contains([]string{"basic", "oauth1", "digest", "hawk", "edgegrid", "ntlm", "bearer", "apikey"}, name)) {
				named := map[string]any{}
				for _, element := range list {
					member := element.(map[string]any)
					key, _ := member["key"].(string)
					if listen, ok := member["listen"].(string); ok {
						key = listen
					}
					named[key] = member
				}
				value = named
			}
			v[name] = byKey(value)
		}
	case []any:
		for i := range v {
			v[i] = byKey(v[i])
		}
	}
	return v
}
