package postman

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/convert"
)

// inAuth puts an auth into a collection, a folder, a request and an example.
func inAuth(auth string) []byte {
	return fmt.Appendf(nil, `{"info": {"name": "C", "schema": "x"}, "auth": %[1]s, "item": [{"name": "F", "auth": %[1]s, "item": [
		{"name": "R", "request": {"url": "http://h", "auth": %[1]s}, "response": [{"name": "E", "originalRequest": {"url": "http://h", "auth": %[1]s}}]}]}]}`, auth)
}

func TestV20(t *testing.T) {
	for _, c := range []struct{ name, auth, want, notes string }{
		{"basic", `{"type": "basic", "basic": [{"key": "username", "value": "u", "type": "string"}, {"key": "n", "value": 1.50, "type": "number"}]}`,
			`{"type": "basic", "basic": {"username": "u", "n": 1.50}}`, ""},
		{"a type that is not in force", `{"type": "bearer", "bearer": [], "basic": [{"key": "a", "value": [1]}]}`, `{"type": "bearer", "bearer": {}, "basic": {"a": [1]}}`, ""},
		{"a type of later", `{"type": "later", "later": [{"key": "a", "value": null, "type": "any"}], "x": [1]}`, `{"type": "later", "later": {"a": null}, "x": [1]}`, ""},
		{"no auth", `{"type": "noauth"}`, `{"type": "noauth"}`, ""},
		{"inherited", `null`, `null`, ""},
		{"v2.0 already", `{"type": "basic", "basic": {"username": "u"}}`, `{"type": "basic", "basic": {"username": "u"}}`, ""},
		{"other types", `{"type": "basic", "basic": [{"key": "a", "value": "b", "type": "any"}, {"key": "c", "value": "d", "type": "any"}]}`, `{"type": "basic", "basic": {"a": "b", "c": "d"}}`,
			"auth basic: types of parameters are left out: they are those of the values"},
		{"other members", `{"type": "basic", "basic": [{"key": "a", "value": "b", "disabled": true}, {"value": "c"}]}`, `{"type": "basic", "basic": {"a": "b"}}`,
			"auth basic a: its disabled is left out: there is no place for it\nauth basic: element 2 is left out: it has no key"},
		{"a key twice", `{"type": "basic", "basic": [{"key": "a", "value": 1}, {"key": "b", "value": 2}, {"key": "a", "value": 3}]}`, `{"type": "basic", "basic": {"a": 3, "b": 2}}`,
			"auth basic a: stands twice, and only the last is kept"},
		{"an empty list", `{"type": "basic", "basic": []}`, `{"type": "basic", "basic": {}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, notes := write(t, V20(), parse(t, inAuth(c.auth)))
			want := bytes.ReplaceAll(inAuth(c.want), []byte(`"schema": "x"`), []byte(`"schema": "`+urlV20+`"`))
			if found := differences(tree(t, want), tree(t, text)); found != nil {
				t.Errorf("%v", found)
			}
			for place, prefix := range map[string]string{"": "", "F": "", "F/R": ""} {
				var got []string
				for _, n := range notes {
					if n.Request == place && !strings.HasPrefix(n.Field, "response") {
						got = append(got, prefix+n.Field+": "+n.Became)
					}
				}
				if strings.Join(got, "\n") != c.notes {
					t.Errorf("notes of %q:\n%s\nwant\n%s", place, strings.Join(got, "\n"), c.notes)
				}
			}
			if example := slices.ContainsFunc(notes, func(n convert.Note) bool { return strings.HasPrefix(n.Field, "response E: auth") }); example != (c.notes != "") {
				t.Errorf("the example's notes: %v", notes)
			}
			again, _ := write(t, V20(), parse(t, text))
			if !bytes.Equal(again, text) {
				t.Errorf("written again it is\n%s", again)
			}
		})
	}
}

// v20RoundTrip writes a collection as v2.0 and gives what v2.1 comes back.
func v20RoundTrip(t *testing.T, was []byte) (is []byte, notes []convert.Note) {
	t.Helper()
	v20, notes := write(t, V20(), parse(t, was))
	if found := listedAuths(tree(t, v20)); found != "" {
		t.Errorf("an auth is not one of v2.0: %s", found)
	}
	again, _ := write(t, V20(), parse(t, v20))
	if !bytes.Equal(again, v20) {
		t.Error("v2.0 written again is not the same")
	}
	is, _ = write(t, V21(), parse(t, v20))
	return is, notes
}

// listedAuths finds an auth whose parameters are a list.
func listedAuths(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if auth, ok := v["auth"].(map[string]any); ok {
			if kind, ok := auth["type"].(string); ok {
				if _, listed := auth[kind].([]any); listed {
					return kind
				}
			}
		}
		for key, value := range v {
			if found := listedAuths(value); found != "" && !strings.HasPrefix(key, "x-unknown") {
				return found
			}
		}
	case []any:
		for _, value := range v {
			if found := listedAuths(value); found != "" {
				return found
			}
		}
	}
	return ""
}

// TestV20Generated: 2.1 -> 2.0 -> 2.1 gives the same bytes.
func TestV20Generated(t *testing.T) {
	for seed := range uint64(300) {
		was, _ := write(t, V21(), parse(t, newGenerator(seed).collection()))
		is, notes := v20RoundTrip(t, was)
		if len(notes) > 0 {
			t.Errorf("seed %d: %v", seed, notes)
		}
		if !bytes.Equal(was, is) {
			t.Fatalf("seed %d: %v", seed, differences(tree(t, was), tree(t, is)))
		}
	}
}

// TestV20Public: 2.1 -> 2.0 -> 2.1 loses nothing but the types of parameters, and says so.
func TestV20Public(t *testing.T) {
	for _, path := range append(publicCollections(t, "v2.1.0"), publicCollections(t, "v1.0.0")...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			was, _ := write(t, V21(), load(t, path))
			is, notes := v20RoundTrip(t, was)
			root := tree(t, was)
			found := differences(root, tree(t, is))
			for _, d := range found {
				inAuth := slices.Contains(d.path, "auth") && d.path[len(d.path)-1] == "type"
				if !inAuth || d.was != (missing{}) && !noted(root, d, notes) {
					t.Error(d)
				}
			}
			if found == nil && !bytes.Equal(was, is) {
				t.Error("the order of keys is another")
			}
		})
	}
	for _, path := range publicCollections(t, "v2.0.0") {
		t.Run("v2.0 "+filepath.Base(path), func(t *testing.T) {
			c := load(t, path)
			text, notes := write(t, V20(), c)
			if len(notes) > 0 {
				t.Error(notes)
			}
			for _, d := range differences(tree(t, c.Bytes()), tree(t, text)) {
				if d.path[0] != "info" || d.path[1] != "schema" {
					t.Error(d)
				}
			}
			if !slices.Equal(keysInOrder(t, c.Bytes()), keysInOrder(t, text)) {
				t.Error("the order of keys is another")
			}
		})
	}
}
