package strictyaml_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch/internal/strictyaml"
)

type color string

func (c *color) UnmarshalYAML(n *yaml.Node) error {
	if n.Value != "red" && n.Value != "blue" {
		return errors.New("this is no color: write red or blue")
	}
	*c = color(n.Value)
	return nil
}

type house struct {
	Name  string            `yaml:"name,omitempty"`
	Rooms *int              `yaml:"rooms"`
	Sold  bool              `yaml:"sold"`
	Paint color             `yaml:"paint"`
	Doors []door            `yaml:"doors"`
	Notes map[string]string `yaml:"notes"`
}

type door struct {
	Width int `yaml:"width"`
}

func TestDecode(t *testing.T) {
	var h house
	text := "\ufeff# a house\nname: 12\nrooms: 3\nsold: on\npaint: blue\ndoors: [{width: 1}, &d {width: 2}, *d]\nnotes: {a: 1.50, b: }\n"
	if m := strictyaml.Decode([]byte(text), &h, "key"); len(m) > 0 {
		t.Fatal(m)
	}
	rooms := 3
	want := house{"12", &rooms, true, "blue", []door{{1}, {2}, {2}}, map[string]string{"a": "1.50", "b": ""}}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("got %+v, want %+v", h, want)
	}
}

func mistakes() map[string][]string {
	return map[string][]string{
		"":                                  {"it is empty"},
		" \n# x\n":                          {"it is empty"},
		"null":                              {"it is empty"},
		"[a]":                               {"line 1: this is a list; there should be keys, one a line, like NAME: VALUE"},
		"nam: x":                            {`line 1: there is no key "nam"; did you mean "name"?`},
		"zzz: x":                            {`line 1: there is no key "zzz"`},
		"name: x\nname: y":                  {"line 2: name is there twice, first in line 1"},
		"rooms: 3.5":                        {`line 1: rooms is "3.5"; it should be a whole number`},
		"rooms: '3'":                        {`line 1: rooms is "3"; it should be a whole number`},
		"sold: perhaps":                     {`line 1: sold is "perhaps"; it should be true or false`},
		"paint: green":                      {"line 1: paint: this is no color: write red or blue"},
		"doors: 1":                          {`line 1: doors is "1"; it should be a list like [A, B]`},
		"doors:\n- 1":                       {`line 2: doors[0] is "1"; it should be settings like NAME: VALUE`},
		"doors:\n- widh: 1":                 {`line 2: there is no key "doors[0].widh"; did you mean "width"?`},
		"notes:\n  a: 1\n  b: []":           {"line 3: notes.b is a list; it should be text"},
		"notes: {a: 1, a: 2}":               {"line 1: notes.a is there twice, first in line 1"},
		"{[a]: 1}":                          {"line 1: the name of a key is a list; it should be text"},
		"name: a\n---\nname: b":             {"a second document begins here; there should be one in the file"},
		"name: a\n...\n%%\n":                {"this is not valid YAML"},
		"name: *x":                          {"this is not valid YAML: unknown anchor 'x' referenced"},
		"name: !!binary '%'":                {`line 1: name is "%"; it should be text`},
		"<<: {name: x}":                     {`line 1: there is no key "<<"`},
		"rooms: []\nsold: []\na: b":         {"line 1: rooms is a list", "line 2: sold is a list", `line 3: there is no key "a"`},
		"sold: " + strings.Repeat("x", 100): {`"` + strings.Repeat("x", 40) + `"...; it should be true or false`},
	}
}

func TestDecodeMistakes(t *testing.T) {
	for text, wants := range mistakes() {
		var h house
		found := strictyaml.Decode([]byte(text), &h, "key")
		if len(found) != len(wants) {
			t.Errorf("%q: %d mistakes %v, want %d", text, len(found), found, len(wants))
			continue
		}
		for i, want := range wants {
			if !strings.Contains(found[i].Error(), want) {
				t.Errorf("%q: %q does not say %q", text, found[i], want)
			}
		}
		if empty := wants[0] == "it is empty"; strictyaml.Empty(found) != empty {
			t.Errorf("%q: Empty says %v", text, !empty)
		}
	}
	var h house
	if strictyaml.Empty(strictyaml.Decode([]byte("name: it is empty"), &h, "key")) {
		t.Error("a good document is taken for an empty one")
	}
}

// TestDecodeManyAliases: documents that are small to write and huge to read are
// refused without reading them.
func TestDecodeManyAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("notes: &n0 {a: b}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "x%d: &n%d {a: *n%d, b: *n%d}\n", i, i, i-1, i-1)
	}
	var h house
	if found := strictyaml.Decode([]byte(b.String()), &h, "key"); len(found) != 39 {
		t.Errorf("%d mistakes, want 39", len(found))
	}
}

func FuzzDecode(f *testing.F) {
	for text := range mistakes() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var h house
		for _, m := range strictyaml.Decode([]byte(text), &h, "key") {
			if m.Text == "" || m.Line < 0 || strings.Contains(m.Text, "yaml:") && !strings.Contains(text, "yaml:") {
				t.Fatalf("%q: mistake %+v", text, m)
			}
		}
	})
}
