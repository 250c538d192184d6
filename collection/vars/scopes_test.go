package vars

import (
	"slices"
	"testing"
)

func TestLookup(t *testing.T) {
	s := scopesOf(t, "globals a=g", "collection a=c", "environment a=e", "globals b=g", "local c=l")
	tests := []struct {
		name, value string
		scope       Scope
		ok          bool
	}{
		{"a", "e", Environment, true},
		{"b", "g", Globals, true},
		{"c", "l", Local, true},
		{"A", "", "", false},
		{"", "", "", false},
	}
	for _, tt := range tests {
		v, scope, ok := s.Lookup(tt.name)
		if v.Value != tt.value || scope != tt.scope || ok != tt.ok {
			t.Errorf("Lookup(%q) = %+v, %q, %t", tt.name, v, scope, ok)
		}
	}
	if got, want := s.Names(), []string{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("Names gave %q", got)
	}
}

func TestZeroScopes(t *testing.T) {
	var s Scopes
	if _, _, ok := s.Lookup("a"); ok || len(s.Names()) != 0 || len(s.Secrets()) != 0 {
		t.Error("zero scopes hold something")
	}
}

func TestSetAgain(t *testing.T) {
	s := scopesOf(t, "secret a=1", "environment a=2")
	if v, _, _ := s.Lookup("a"); v.Value != "2" || !v.Secret {
		t.Errorf("got %+v: the later value wins, and what was secret stays secret", v)
	}
	s = scopesOf(t, "environment a=1", "secret a=2", "globals b=3", "secret b=4")
	if v, _, _ := s.Lookup("a"); !v.Secret {
		t.Error("a is not secret")
	}
	if v := s.byScope[Globals]["b"]; v.Secret {
		t.Error("a secret of one scope made that of another one secret")
	}
}

func TestSecrets(t *testing.T) {
	s := scopesOf(t, "secret token=abc", "secret empty=", "environment plain=nothing",
		"secret full={{plain}}-{{token}}", "secret broken=x{{missing}}", "secret circle={{circle}}", "secret alias={{plain}}{{plain}}", "secret other={{hidden}}", "globals hidden=deep")
	got := s.Secrets()
	slices.Sort(got)
	want := []string{"abc", "deep", "nothing-abc", "nothingnothing", "x{{missing}}", "{{plain}}-{{token}}", "{{plain}}{{plain}}"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClone(t *testing.T) {
	s := &Scopes{}
	s.Set(Environment, Variable{Name: "a", Value: "1", Secret: true})
	c := s.Clone()
	c.Set(Environment, Variable{Name: "a", Value: "2"})
	c.Set(Local, Variable{Name: "b", Value: "3"})
	if v, _, _ := s.Lookup("a"); v.Value != "1" {
		t.Errorf("the original has %q", v.Value)
	}
	if _, _, ok := s.Lookup("b"); ok {
		t.Error("the original has the copy's variable")
	}
	if v, _, _ := c.Lookup("a"); v.Value != "2" || !v.Secret {
		t.Errorf("the copy has %+v", v)
	}
}
