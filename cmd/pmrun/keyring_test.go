package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// jobOf prepares the first request of a collection, without a job file.
func jobOf(c *collection.Collection) *prepared {
	t := &target{item: c.Items[0]}
	return &prepared{job: &batch.Job{}, collection: c, steps: []*target{t}, target: t, scopes: &vars.Scopes{}}
}

// TestNoKeyring names variable, reference and remedy where there is no keyring,
// on a machine that has none.
func TestNoKeyring(t *testing.T) {
	if _, err := keyring.Get("pmrun-test", "nobody"); err == nil || errors.Is(err, keyring.ErrNotFound) {
		t.Skip("this machine has a keyring")
	}
	server := newRecorder(t)
	args, _ := loadArgs(t, t.TempDir(), server.host(), 2)
	t.Setenv("PMRUN_VAR_wolkvox_token", "keyring:crm/token")
	code, _, stderr := pmrun(t, args...)
	for _, want := range []string{"{{wolkvox_token}} has no value", "keyring:crm/token", "PMRUN_VAR_wolkvox_token", "cannot be read"} {
		if code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, the error lacks %q:\n%s", code, want, stderr)
		}
	}
	// A reference that the request does not use does not matter.
	t.Setenv("PMRUN_VAR_wolkvox_token", secretToken)
	t.Setenv("PMRUN_VAR_other", "keyring:crm/other")
	t.Setenv("PMRUN_VAR_around", "x{{other}}")
	if code, _, stderr := pmrun(t, args...); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

func TestKeyring(t *testing.T) {
	keyring.MockInit()
	t.Cleanup(func() { keyring.MockInitWithError(errors.New("no keyring in tests")) })
	const secret = "kept-in-the-keyring"
	if err := keyring.Set("https://crm/api", "token", secret); err != nil {
		t.Fatal(err)
	}
	g := newGuarded(t, secret)
	dir := t.TempDir()
	args, out := loadArgs(t, dir, g.host(), 5)
	environment := args[5]
	text, err := os.ReadFile(environment)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, filepath.Base(environment), strings.Replace(string(text), secretToken, "keyring:https://crm/api/token", 1))
	code, stdout, stderr := pmrun(t, append(args, "--first", "2")...)
	if code != 4 || len(g.stored) != 2 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	noLeak(t, out, []string{secret}, stdout, stderr)
	if code, _, stderr := pmrun(t, "resume", out); code != 0 || len(g.stored) != 5 {
		t.Fatalf("resume: exit code %d\n%s", code, stderr)
	}
	noLeak(t, out, []string{secret})

	for value, want := range map[string]string{
		"keyring:https://crm/api/other": "has no entry",
		"keyring:token":                 "keyring:SERVICE/NAME",
		"keyring:a/":                    "keyring:SERVICE/NAME",
	} {
		k := &keyringSecrets{}
		if _, err := k.fetch(vars.Variable{Name: "v", Value: value, Source: "env.json"}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "env.json") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// TestKeyringIsNotForCollections keeps a collection, which others wrote, from
// reading the keyring: there the text is a value like any other.
func TestKeyringIsNotForCollections(t *testing.T) {
	c, err := collection.Parse("test", []byte(`{"info": {"name": "t"}, "variable": [{"key": "v", "value": "keyring:a/b"}], "item": [{"name": "r", "request": "http://h"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s, err := scopes(&batch.Job{}, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Fetch = func(vars.Variable) (string, error) { t.Error("the keyring was asked"); return "", nil }
	segs, err := s.Expand("{{v}}", vars.Options{})
	if text, _ := segs.Constant(); err != nil || text != "keyring:a/b" {
		t.Errorf("got %q, %v", text, err)
	}
}
