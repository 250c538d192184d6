package golang

import (
	"bytes"
	"flag"
	"go/format"
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
	again, err := write(c, o, &notes)
	if err != nil || !bytes.Equal(again[0].Data, files[0].Data) {
		t.Errorf("the second time it is another program: %v", err)
	}
}

// build writes the collection as a program and builds it.
func build(t *testing.T, c *collection.Collection) (path string) {
	t.Helper()
	o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
	for _, v := range c.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
	}
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := format.Source(files[0].Data); err != nil || !bytes.Equal(f, files[0].Data) {
		t.Errorf("gofmt would write it otherwise (%v)", err)
	}
	dir := t.TempDir()
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "program")
	out, err := exec.Command("go", "build", "-o", path, main).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, files[0].Data)
	}
	if out, err := exec.Command("go", "vet", main).CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
	return path
}

// TestWire: the program sends what pmrun sends.
func TestWire(t *testing.T) {
	filewire.Program(t, "go", "")
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	cases := append(filewire.Cases(), filewire.ProgramCases()...)
	program := build(t, filewire.Together(t, server.URL, cases))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			filewire.Send(t, filewire.Together(t, server.URL, []filewire.Case{c}), dir)
			want := server.Take()
			cmd := exec.Command(program, c.Name)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			if got := server.Take(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestRun: flags, the environment, what is missing, and how it ends.
func TestRun(t *testing.T) {
	server := filewire.NewRecorder(t)
	c, err := collection.Parse("test.json", []byte(`{"info": {"name": "a\nb"}, "item": [
		{"name": "ok", "request": "{{host}}/ok/{{id}}"},
		{"name": "bad", "request": {"url": "{{host}}/digest", "header": [{"key": "X-T", "value": "{{my token}}"}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := convert.Options{Scopes: &vars.Scopes{}}
	o.Scopes.Set(vars.Environment, vars.Variable{Name: "my token", Value: "hidden-value", Secret: true})
	o.Scopes.Set(vars.Environment, vars.Variable{Name: "id", Value: "{{part}}-2"})
	o.Scopes.Set(vars.Environment, vars.Variable{Name: "part", Value: "1"})
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(files[0].Data, []byte("hidden-value")) {
		t.Error("the secret is in the program")
	}
	main := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(main, files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := strings.TrimSuffix(main, ".go")
	if out, err := exec.Command("go", "build", "-o", binary, main).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, r := range []struct {
		name, env string
		args      []string
		code      int
		says, got string
	}{
		{"missing", "A=1", nil, 1, "ok: host has no value", ""},
		{"flag", "A=1", []string{"-host", server.URL, "-id", "5", "-answers", "ok"}, 0, `{"ok": true`, "/ok/5"},
		{"environment", "host=" + server.URL, []string{"-part", "7", "ok"}, 0, "ok: 200 OK, 42 bytes", "/ok/7-2"},
		{"secret is missing", "host=" + server.URL, []string{"bad"}, 1, "bad: my_token has no value", ""},
		{"status", "my_token=x", []string{"-host", server.URL}, 1, "bad: the server says 401 Unauthorized", "/ok/1-2"},
		{"no such request", "A=1", []string{"other"}, 1, "there is no request \"other\"; there are:\n  ok\n  bad", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			cmd := exec.Command(binary, r.args...)
			cmd.Env = []string{r.env}
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != r.code || !strings.Contains(string(out), r.says) {
				t.Errorf("exit code %d, want %d; it says\n%s\nwant\n%s", code, r.code, out, r.says)
			}
			if got := server.Take(); !strings.Contains(got, r.got) || r.got == "" && got != "" {
				t.Errorf("the server got %s, want %s", got, r.got)
			}
		})
	}
}

// TestWrite: names that are none in Go, and what is noted.
func TestWrite(t *testing.T) {
	c, err := collection.Parse("test.json", []byte(`{"info": {"name": "*/ \"x\" `+"`"+`", "description": "a\r//go:embed x\u2028b\n"}, "item": [
		{"name": "", "request": "http://h/{{1 x}}/{{x}}/{{x }}/{{X}}/{{type}}/{{ñ}}/{{a\"\\b}}/{{answers}}/{{guid}}/{{flags}}"},
		{"name": "do", "request": {"url": "http://h/", "description": "*/\n\n~~~\n\tcode"}}, {"name": "type", "request": "http://h/"}, {"name": "do", "request": "http://h/"},
		{"name": "日本\n\"", "request": {"method": "a b", "url": "http://h/"}}, {"name": "Escape", "request": "http:////"}, {"name": "fmt", "request": "http://h/a|{{guid}}"},
		{"name": "hawk", "request": {"url": "http://h/", "auth": {"type": "hawk", "hawk": [{"key": "authId", "value": "{{unused}}"}]}}},
		{"name": "oauth2", "request": {"url": "http://h/", "auth": {"type": "oauth2", "oauth2": []}}},
		{"name": "script", "event": [{"listen": "test", "script": {"exec": ["/* a */", "", "\tb\u2028c"]}}], "request": {"method": "POST", "url": "http://h/", "header": [{"key": "Content-Length", "value": "3"}], "body": {"mode": "raw", "raw": "a\u0000\ufeff\r\n"}}}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	build(t, c)
	var notes convert.Notes
	if _, err := write(c, convert.Options{}, &notes); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"hawk: auth: hawk is left out: the program does not know it\n", "oauth2: auth: left out: oauth2 has no token yet, and the program gets none\n",
		"script: event test: written as a comment\n", "script: header Content-Length: left out: the body decides it\n",
		": variable type: has no value: the program wants it when it starts\n", "Escape: request: written as it stands",
	} {
		if got := formtest.Notes(&notes); !strings.Contains(got, want) {
			t.Errorf("no note %q among\n%s", want, got)
		}
	}
	if strings.Contains(formtest.Notes(&notes), "unused") {
		t.Error("a variable of an auth that is left out is asked for")
	}
}
