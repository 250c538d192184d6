package vars

import (
	"reflect"
	"slices"
	"testing"
)

func TestUses(t *testing.T) {
	var s Scopes
	for _, v := range []Variable{
		{Name: "url", Value: "https://{{host}}/<<path>>"}, {Name: "host", Value: "h"}, {Name: "circle", Value: "{{circle}} {{round}}"},
		{Name: "round", Value: "{{circle}}"}, {Name: "unused", Value: "{{nothing}}"},
	} {
		s.Set(Environment, v)
	}
	for _, tt := range []struct {
		texts []string
		want  []string
	}{
		{nil, nil},
		{[]string{"no placeholder {{}} { {x} }"}, nil},
		{[]string{"{{url}}?q={{q}}", "{{host}} {{q}} {{$guid}}"}, []string{"url", "q", "host", "$guid", "path"}},
		{[]string{"{{circle}}"}, []string{"circle", "round"}},
		{[]string{"{{a{{host}}}}"}, []string{"host"}},
	} {
		if got := s.Uses(tt.texts...); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.texts, got, tt.want)
		}
	}
}

func TestDefinitions(t *testing.T) {
	var s Scopes
	s.Set(Globals, Variable{Name: "a", Value: "1", Source: "g.json"})
	s.Set(Environment, Variable{Name: "a", Value: "2", Source: "e.json", Secret: true})
	s.Set(Collection, Variable{Name: "b", Value: "3"})
	want := []Definition{{Environment, Variable{Name: "a", Value: "2", Secret: true, Source: "e.json"}}, {Globals, Variable{Name: "a", Value: "1", Source: "g.json"}}}
	if got := s.Definitions("a"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := s.Definitions("c"); got != nil {
		t.Errorf("%+v", got)
	}
}
