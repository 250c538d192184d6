package batch

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write("job.yaml", `
collection: ${env:T_DIR}/c.json
request: a ${env:T_A}${env:T_B} b
environment: plain.json
env-var: {one: "${env:T_A}", two: "$${env:T_A}", three: "$$${env:T_A}", four: "${env:}x", five: "$T_A ${T_A}"}
pack: {form: ["x", "${env:T_B}"]}
values: {status: ["${env:T_EMPTY}"]}
lookup: {field: f, value: "${env:T_A}"}
`)
	write(".env", "T_A='from file'\nT_B=file\nT_EMPTY=\n")
	t.Setenv("T_B", "process")
	t.Setenv("T_DIR", "sub")
	if _, err := LoadJob(path); err == nil || !strings.Contains(err.Error(), "job.yaml:5: env-var.four needs ${env:}") {
		t.Fatalf("got %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write("job.yaml", strings.Replace(string(text), `, four: "${env:}x"`, "", 1))
	job, err := LoadJob(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(job *Job) {
		t.Helper()
		want := map[string]string{"one": "from file", "two": "${env:T_A}", "three": "$${env:T_A}", "five": "$T_A ${T_A}"}
		if job.Request != "a from fileprocess b" || job.Collection != filepath.Join(dir, "sub", "c.json") || !maps.Equal(job.EnvVar, want) ||
			!slices.Equal(job.Pack["form"], []string{"x", "process"}) || !slices.Equal(job.Values["status"], []string{""}) || job.Lookup.Value != "from file" {
			t.Errorf("got %+v, lookup %+v", job, job.Lookup)
		}
		if !job.Referred("env-var.one", "from file") || job.Referred("env-var.one", "another") || job.Referred("env-var.two", "${env:T_A}") {
			t.Error("what is a reference is not told apart")
		}
		if s := job.Secrets(); !slices.Contains(s, "from file") || !slices.Contains(s, "process") {
			t.Errorf("secrets: %q", s)
		}
	}
	check(job)

	// Written and read again, it is the same job; what was set since stays.
	out, err := yaml.Marshal(map[string]any{"job": job.WithReferences()})
	if err != nil || strings.Contains(string(out), "from file") || strings.Contains(string(out), "process") {
		t.Errorf("written: %s, %v", out, err)
	}
	check(job) // untouched
	read := func(out []byte) *Job {
		var saved struct {
			Job Job `yaml:"job"`
		}
		if err := yaml.Unmarshal(out, &saved); err != nil {
			t.Fatal(err)
		}
		if err := saved.Job.Resolve("saved.yaml", out, "job.", job.File()); err != nil {
			t.Fatal(err)
		}
		return &saved.Job
	}
	check(read(out))
	job.EnvVar["one"] = "of a flag"
	if out, err = yaml.Marshal(map[string]any{"job": job.WithReferences()}); err != nil {
		t.Fatal(err)
	}
	if again := read(out); again.EnvVar["one"] != "of a flag" || again.EnvVar["two"] != "${env:T_A}" {
		t.Errorf("got %q", again.EnvVar)
	}

	// Without a job file there are no references, and texts stay as they are.
	flags := &Job{Set: map[string]string{"a": "${env:T_A}", "b": "$${env:T_A}"}}
	if out, err = yaml.Marshal(flags.WithReferences()); err != nil {
		t.Fatal(err)
	}
	var back Job
	if err := yaml.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	back.Unescape()
	if !maps.Equal(back.Set, flags.Set) || back.File() != "" || back.Secrets() != nil {
		t.Errorf("got %q", back.Set)
	}
}

func TestReadEnviron(t *testing.T) {
	dir := t.TempDir()
	e, err := ReadEnviron(dir, []string{"A=1", "B=", "=C:=x", "D=a=b"})
	if err != nil || !slices.Equal(e.List(), []string{"A=1", "B=", "D=a=b"}) {
		t.Fatalf("got %q, %v", e.List(), err)
	}
	text := "# c\nexport A=file\nQ='a$b#c'  # note\nM=\"x\\ny\"\r\nE=\n"
	if err := os.WriteFile(filepath.Join(dir, EnvironFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if e, err = ReadEnviron(dir, []string{"A=process"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"A": "process", "Q": "a$b#c", "M": "x\ny", "E": ""} {
		if got, ok := e.Lookup(name); !ok || got != want {
			t.Errorf("%s is %q, %t; want %q", name, got, ok, want)
		}
	}
	if _, ok := e.Lookup("missing"); ok {
		t.Error("missing is set")
	}
	if err := os.WriteFile(filepath.Join(dir, EnvironFile), []byte("A=1\nmy secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = ReadEnviron(dir, nil)
	if err == nil || strings.Contains(err.Error(), "my secret") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(filepath.Join(dir, EnvironFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, EnvironFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadEnviron(dir, nil); err == nil || !strings.Contains(err.Error(), EnvironFile) {
		t.Errorf("a directory: %v", err)
	}
}
