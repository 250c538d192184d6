package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/pmrun/pmrun/batch/mockcrm"
)

// TestConvertedInserts: the example as a script of curl, a program in Go and a script of k6 inserts the same case into the
// mock CRM as pmrun itself.
func TestConvertedInserts(t *testing.T) {
	const example = "../../examples/insert-crm-cases/"
	const collection, environment = example + "wolkvox-cases.postman_collection.json", example + "crm.postman_environment.json"
	mock, err := mockcrm.New(mockcrm.Options{Tokens: []string{"token-of-the-test"}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := mockcrm.Start(t.Context(), mock, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	inserted := func(t *testing.T) mockcrm.Case {
		t.Helper()
		cases := mock.Cases()
		if len(cases) == 0 {
			t.Fatal("no case was inserted")
		}
		return cases[len(cases)-1]
	}
	if code, stdout, stderr := pmrun(t, "run", collection, "-e", environment, "--env-var", "crm_server="+l.Addr(), "--env-var", "wolkvox_token=token-of-the-test", "-k", "--folder", "Insert CRM cases"); code != 0 {
		t.Fatalf("pmrun run: exit code %d\n%s%s", code, stdout, stderr)
	}
	want := inserted(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".curlrc"), []byte("insecure\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	given := []string{"crm_server=" + l.Addr(), "wolkvox_token=token-of-the-test", "CURL_HOME=" + dir}
	for _, c := range []struct {
		format, file, program, variable string
		args                            func(file string) []string
	}{
		{"curl", "requests.sh", "bash", "", func(file string) []string { return []string{file, "insert_crm_cases"} }},
		{"go", "main.go", "go", "", func(file string) []string { return []string{"run", file, "-k", "Cases/Insert CRM cases"} }},
		{"k6", "requests.js", "k6", "PMRUN_K6", func(file string) []string {
			return []string{"run", "--quiet", "--no-usage-report", "--insecure-skip-tls-verify", "-e", "request=Insert CRM cases", file}
		}},
	} {
		t.Run(c.format, func(t *testing.T) {
			program := programFor(t, c.program, c.variable)
			file := filepath.Join(dir, c.file)
			if code, _, stderr := pmrun(t, "convert", collection, "-t", c.format, "-e", environment, "-o", file); code != 0 {
				t.Fatalf("pmrun convert: exit code %d\n%s", code, stderr)
			}
			before := mock.Len()
			cmd := exec.Command(program, c.args(file)...)
			cmd.Env = append(os.Environ(), given...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got := inserted(t)
			if mock.Len() != before+1 || !reflect.DeepEqual(got.Fields, want.Fields) || len(got.Files) != len(want.Files) {
				t.Errorf("%d cases; got %v\nwant %v", mock.Len()-before, got.Fields, want.Fields)
			}
			if c.format != "k6" {
				return
			}
			// The mock answers a wrong token with an envelope that says no: the collection's tests see it.
			cmd = exec.Command(program, c.args(file)...)
			cmd.Env = append(os.Environ(), append(given, "wolkvox_token=other")...)
			if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 99 {
				t.Errorf("with a wrong token it ends with %v\n%s", err, out)
			}
		})
	}
}

// programFor finds a program: the one that a variable of the environment names, or one on the PATH. Without it the
// test is skipped, but not in CI.
func programFor(t *testing.T, name, variable string) string {
	t.Helper()
	if variable != "" && os.Getenv(variable) != "" {
		name = os.Getenv(variable)
	}
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("PMRUN_CI") != "":
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}
