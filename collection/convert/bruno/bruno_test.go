package bruno

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	formtest.Golden(t, "", files, formtest.Notes(&notes), *update)
}

// TestNames: no two requests or folders share a file, and none leaves the directory.
func TestNames(t *testing.T) {
	c, err := collection.Parse("c.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "environments", "item": [{"name": "../a", "request": "http://h"}]},
		{"name": "A", "request": "http://h"}, {"name": "a", "request": "http://h"}, {"name": "", "request": "http://h"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := write(c, convert.Options{}, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, "\n"); got != "A.bru\na 2.bru\nbruno.json\nenvironments 2/a.bru\nenvironments 2/folder.bru\nrequest.bru" {
		t.Errorf("got\n%s", got)
	}
}

// TestWire: what is read back sends the same bytes, and Bruno's command does, but for
// what it encodes in its own way.
func TestWire(t *testing.T) {
	node, bru := "", ""
	t.Run("Bruno is there", func(t *testing.T) {
		node, bru = filewire.NodeTool(t, "PMRUN_BRUNO", "@usebruno/cli/bin/bru.js", "@usebruno/cli@4.1.0")
	})
	server := filewire.NewRecorder(t)
	dir := filewire.Files(t)
	cases := append(filewire.Cases("digest"), ownCases()...) // Bruno's command fills in no placeholders of digest
	want := server.Wanted(t, cases, dir)
	original := filewire.Together(t, server.URL, cases)
	o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
	for _, v := range original.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value})
	}
	var notes convert.Notes
	files, err := write(original, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	back, err := read(&convert.Input{Path: dir, Dir: os.DirFS(dir)}, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	filewire.Send(t, back, dir)
	server.Check(t, "what was read back", want, nil)
	if node == "" {
		return
	}
	cmd := exec.Command(node, bru, "run", "-r", "--disable-cookies")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("bru: %v\n%s", err, out)
	}
	server.Check(t, "Bruno", want, brunoWay)
}

// ownCases are of what Bruno has in a way of its own.
func ownCases() []filewire.Case {
	return []filewire.Case{
		{Name: "path", Request: `{"method": "GET", "url": {"raw": "{{base}}/p/:id/:n?a=1&off=2", "host": ["{{base}}"], "path": ["p", ":id", ":n"], "query": [{"key": "a", "value": "1"}, {"key": "off", "value": "2", "disabled": true}], "variable": [{"key": "id", "value": "x {{word}}"}, {"key": "n", "value": "a/b?"}]}}`},
		{Name: "digest", Request: `{"method": "GET", "url": "{{base}}/digest", "auth": {"type": "digest", "digest": [{"key": "username", "value": "user"}, {"key": "password", "value": "s3cret"}]}}`},
		{Name: "method", Request: `{"method": "REPORT", "url": "{{base}}/m"}`},
		{Name: "key in a header", Request: `{"method": "GET", "url": "{{base}}/kh", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "{{pass}}"}]}}`},
		{Name: "scripts", Request: `{"method": "GET", "url": "{{base}}/s/{{made}}"}`, Events: `[
			{"listen": "prerequest", "script": {"exec": ["// \"made\" is for the URL", "pm.variables.set(\"made\", ` + "`x-${1 + 1}`" + `);"]}},
			{"listen": "test", "script": {"exec": ["pm.test(\"pm.test says so\", function () {", "  pm.response.to.have.status(200);", "  pm.expect(pm.response.json().ok).to.eql(true);", "});"]}}]`},
	}
}

// brunoWay brings what Bruno sends into the shape that Postman gives it, where both mean
// the same: blanks of forms are +, and JSON documents of GraphQL have their own blanks.
func brunoWay(sent string) string {
	head, body, _ := strings.Cut(sent, "\n\n")
	if strings.Contains(head, "x-www-form-urlencoded") {
		body = strings.ReplaceAll(body, "+", "%20")
	}
	if strings.HasPrefix(head, "POST /graphql") {
		body = strings.ReplaceAll(body, `: \"`, `:\"`)
	}
	return head + "\n\n" + strings.NewReplacer("%2B", "%2b").Replace(body)
}
