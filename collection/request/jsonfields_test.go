package request

import (
	"testing"
	"unicode/utf8"
)

// memberCases are bodies, a path, and what is known of it for a row with the cells
// A and B in the columns a and b: its value, "?" when that cannot be told, "-" when
// it is not there.
func memberCases() [][3]string {
	return [][3]string{
		{`{"x": "plain"}`, "x", "plain"},
		{`{"x": "a\n\u00e9"}`, "x", "a\né"},
		{` {"x": 1.50}`, "x", "1.50"},
		{`{"x": true}`, "x", "true"},
		{`{"x": null}`, "x", ""},
		{`{"y": 1}`, "x", "-"},
		{`{"x": {"y": [{"z": "{{a}}"}, {"z": "<{{b}}>"}]}}`, "x.y.1.z", "<B>"},
		{`{"x": {"y": [{"z": "{{a}}"}]}}`, "x.y.1.z", "-"},
		{`{"x": {"y": [{"z": "{{a}}"}]}}`, "x.y", "?"},
		{`{"x": {"y": "{{a}}"}}`, "x", "?"},
		{`{"x": "text"}`, "x.y", "-"},
		{`{"x": "{{a}}"}`, "x.y", "?"},
		{`{"x": {{a}}}`, "x", "?"},
		{`{"x": {{a}}}`, "x.y", "?"},
		{`{"{{a}}": 1}`, "x", "?"},
		{`{"x": "{{a}}\t"}`, "x", "?"},
		{`{"x": "{{v}}-{{a}}"}`, "x", "env-A"},
		{`{"x": "{{quoted}}"}`, "x", "?"},
		{`{"x": "{{$guid}}"}`, "x", "?"},
		{`{"x": "{{nothing}}"}`, "x", "?"},
		{`{"x": "{{m}}"}`, "x", "B"},
		{`{"x": 1, "x": 2}`, "x", "?"},
		{`[{"x": "<<a>>"}]`, "0.x", "A"},
		{`{"y": 1, {{a}} }`, "x", "?"},
		{"{\"y\": 1, // \"x\": 2\n\"x\": 3}", "x", "3"},
		{`{"x": "{{a}}"} trailing`, "x", "?"},
	}
}

func memberOf(t testing.TB, body, path string) string {
	t.Helper()
	tpl := Compile(itemOf(t, post(raw("json", body))), Options{
		Columns: []string{"a", "b"}, Map: map[string]string{"m": "b"}, KnownFields: []string{path},
		Scopes: scopesOf(t, "environment v=env", `environment quoted=say "x"`),
	})
	f, there := tpl.Member(path)
	switch {
	case !there:
		return "-"
	case f == nil:
		return "?"
	}
	return tpl.Value(f, []string{"A", "B"}, 1)
}

func TestMember(t *testing.T) {
	for _, c := range memberCases() {
		if got := memberOf(t, c[0], c[1]); got != c[2] {
			t.Errorf("%s: %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestMemberColumn: a member that is a column alone says which.
func TestMemberColumn(t *testing.T) {
	tpl := Compile(itemOf(t, post(raw("json", `{"x": "{{a}}"}`))), Options{Columns: []string{"a"}, KnownFields: []string{"x"}})
	if f, _ := tpl.Member("x"); f == nil || f.Column != "a" || f.Constant() {
		t.Errorf("got %+v", f)
	}
	if _, there := tpl.Member("other"); !there {
		t.Error("a member that nobody asked for is said to be missing")
	}
}

// FuzzMember: no body makes it fail.
func FuzzMember(f *testing.F) {
	for _, c := range memberCases() {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, body, path string) {
		if utf8.ValidString(body) && body != "" && path != "" {
			memberOf(t, body, path)
		}
	})
}
