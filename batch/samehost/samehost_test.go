package samehost

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func enter(t *testing.T, r Registry, host, run string) *Entry {
	t.Helper()
	e, err := r.Enter(host, run)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestOthers: runs see each other by host, and no longer than they are there. A
// lock belongs to an open file, so that one process can be several runs here.
func TestOthers(t *testing.T) {
	r := Registry{t.TempDir()}
	if got := r.Others("crm.example.com", nil); len(got) > 0 {
		t.Errorf("an empty registry has %q", got)
	}
	a := enter(t, r, "crm.example.com", "runs/a")
	b := enter(t, r, "CRM.example.com.", "runs/b")
	other := enter(t, r, "other.example.com", "runs/c")
	defer other.Leave()
	for _, c := range []struct {
		mine *Entry
		want []string
	}{{nil, []string{"runs/a", "runs/b"}}, {a, []string{"runs/b"}}, {b, []string{"runs/a"}}} {
		if got := r.Others("crm.example.com", c.mine); !slices.Equal(got, c.want) {
			t.Errorf("found %q, want %q", got, c.want)
		}
	}
	a.Leave()
	if got := r.Others("crm.example.com", b); len(got) > 0 {
		t.Errorf("a run that left is still there: %q", got)
	}
	b.Leave()
}

// TestDead: the file of a process that died has its name and no lock.
func TestDead(t *testing.T) {
	r := Registry{t.TempDir()}
	alive := enter(t, r, "crm.example.com", "runs/alive")
	defer alive.Leave()
	dir := r.host("crm.example.com")
	dead, young := filepath.Join(dir, "run-dead.lock"), filepath.Join(dir, "run-young.lock")
	for path, text := range map[string]string{dead: "runs/dead", young: ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Others("crm.example.com", nil); !slices.Equal(got, []string{"runs/alive"}) {
		t.Errorf("found %q", got)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("the file of a dead run is kept")
	}
	// It has no name yet: its run has not locked it.
	if _, err := os.Stat(young); err != nil {
		t.Error("the file of a run that is just beginning is removed")
	}
}

// TestPlace: the registry is in the user's cache folder, for the user alone.
func TestPlace(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, cache)
	}
	t.Setenv("HOME", cache)
	r, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	e := enter(t, r, "crm.example.com", "runs/a")
	defer e.Leave()
	rel, err := filepath.Rel(cache, e.file.Name())
	if err != nil || !filepath.IsLocal(rel) {
		t.Errorf("the file %s is not in %s", e.file.Name(), cache)
	}
}
