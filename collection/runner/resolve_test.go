package runner

import (
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

func scopeOf(pairs ...any) *script.Scope {
	s := &script.Scope{}
	for i := 0; i < len(pairs); i += 2 {
		s.Values = append(s.Values, script.Variable{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return s
}

// TestResolve is Postman's way with placeholders (newman 6.2.2).
func TestResolve(t *testing.T) {
	disabled := scopeOf("v", "collection", "off", "below")
	environment := scopeOf("v", "environment", "n", 1.5, "big", 1e21, "yes", true, "none", nil, "list", []any{1.0, nil, "x"}, "object", map[string]any{},
		"outer", "<{{inner}}>", "inner", "in", "self", "x{{self}}", "name", "v", "twice", "first", "twice", "second", "off", "above", "$guid", "own", "empty", "")
	environment.Values[len(environment.Values)-3].Disabled = true // off
	scopes := &script.Scopes{
		Locals: scopeOf("local", "l", "v2", "local"), Data: map[string]any{"v2": "data", "row": 7.0, "null": nil},
		Environment: environment, Collection: disabled, Globals: scopeOf("g", "global"),
	}
	for in, want := range map[string]string{
		"no placeholders":      "no placeholders",
		"{{v}}-{{g}}":          "environment-global",
		"{{v2}}":               "local",
		"{{row}}":              "7",
		"{{null}}":             "{{null}}",
		"{{none}}":             "null",
		"{{n}} {{big}}":        "1.5 1e+21",
		"{{yes}}":              "true",
		"{{list}}":             "1,,x",
		"{{object}}":           "[object Object]",
		"{{outer}}":            "<in>",
		"{{{{name}}}}":         "environment",
		"{{ v }}":              "{{ v }}",
		"{{V}}":                "{{V}}",
		"{{}}":                 "{{}}",
		"{{twice}}":            "second",
		"{{off}}":              "below",
		"{{$guid}}":            "own",
		"{{$fake}}-{{$other}}": "dynamic-{{$other}}",
		"a{{empty}}b":          "ab",
		"<<v>>":                "environment",
		"<<no such>>":          "<<no such>>",
		"{{v}":                 "{{v}",
	} {
		r := &resolver{scopes: scopes, dynamic: func(name string) (string, bool) { return "dynamic", name == "$fake" }}
		if got, err := r.text(in); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", in, got, err, want)
		}
	}
	r := &resolver{scopes: scopes, dynamic: func(string) (string, bool) { return "", false }}
	if got, err := r.text("{{self}}"); err != nil || got != "xxxxxxxxxxxxxxxxxxx{{self}}" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := r.text("{{a}} {{b}} {{a}} <<c>> {{v}}"); err != nil || len(r.unresolved) != 3 { // self, a, b
		t.Errorf("unresolved %q, %v", r.unresolved, err)
	}
	bomb := scopeOf("b0", "0123456789")
	for i := range 12 {
		bomb.Values = append(bomb.Values, script.Variable{Key: "b" + string(rune('1'+i)), Value: "{{b" + string(rune('0'+i)) + "}}{{b" + string(rune('0'+i)) + "}}{{b" + string(rune('0'+i)) + "}}{{b" + string(rune('0'+i)) + "}}{{b" + string(rune('0'+i)) + "}}{{b" + string(rune('0'+i)) + "}}"})
	}
	r.scopes = &script.Scopes{Environment: bomb}
	if _, err := r.text("{{b<}}"); err == nil {
		t.Error("a text of a gigabyte was made")
	}
}

// TestNewScope: values have the type that their file says.
func TestNewScope(t *testing.T) {
	s := NewScope("id", "n", []collection.Variable{{Key: "t", Value: "5"}, {Key: "n", Value: "5", Type: "number"}, {Key: "b", Value: "false", Type: "boolean"}, {Key: "x", Value: "five", Type: "number"}})
	for i, want := range []any{"5", 5.0, true, "five"} {
		if got := s.Values[i].Value; got != want {
			t.Errorf("%s: %v, want %v", s.Values[i].Key, got, want)
		}
	}
}
