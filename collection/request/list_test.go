package request

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/vars"
)

const listText = `{"module": "m", "fields": [ {"name": "{{name}}", "n": {{n}}, "fixed": "[{"} ], "end": [1, {"a": "]"}]}`

func listTemplate(t testing.TB, text string, headers ...obj) *Template {
	t.Helper()
	item := itemOf(t, obj{"method": "POST", "url": "http://127.0.0.1/x", "header": headers,
		"body": obj{"mode": "raw", "raw": text, "options": obj{"raw": obj{"language": "json"}}}})
	return Compile(item, Options{Scopes: &vars.Scopes{}, Columns: []string{"name", "n"}, List: "fields", Run: vars.Run{ID: "r"}})
}

func TestFillList(t *testing.T) {
	tm := listTemplate(t, listText)
	if len(tm.Problems) > 0 {
		t.Fatal(tm.Problems)
	}
	var f Filled
	rows := []ListRow{{[]string{"a", "1"}, 1}, {[]string{`b"},{"`, "2"}, 2}, {[]string{"c\n", "[3]"}, 3}}
	if err := tm.FillList(&f, rows); err != nil {
		t.Fatal(err)
	}
	want := `{"module": "m", "fields": [ {"name": "a", "n": 1, "fixed": "[{"},{"name": "b\"},{\"", "n": 2, "fixed": "[{"},{"name": "c\n", "n": [3], "fixed": "[{"} ], "end": [1, {"a": "]"}]}`
	if string(f.Body) != want || f.Length != int64(len(want)) {
		t.Errorf("got  %s\nwant %s", f.Body, want)
	}
	var one Filled
	if err := tm.Fill(&one, rows[0].Cells, 1); err != nil || strings.Count(string(one.Body), `"name"`) != 1 {
		t.Errorf("one row: %s, %v", one.Body, err)
	}
	err := tm.FillList(&f, []ListRow{rows[0], {[]string{"x", "1}, {"}, 2}})
	if bad, ok := err.(*ListError); !ok || bad.Index != 1 || f.Body == nil || len(f.Body) != 0 {
		t.Errorf("a cell that is no JSON: %v, body %q", err, f.Body)
	}
}

func TestListRefused(t *testing.T) {
	for _, c := range []struct {
		text, want string
		headers    []obj
	}{
		{`{"fields": []}`, "array with one object", nil},
		{`{"fields": [{}, {}]}`, "array with one object", nil},
		{`{"fields": {{n}}}`, "array with one object", nil},
		{`{"fields": [{{n}}]}`, "array with one object", nil},
		{`{"other": [{}]}`, "no such member", nil},
		{`{"fields": [{}], "fields": [{}]}`, "twice", nil},
		{`[{"fields": [{}]}]`, "no JSON object", nil},
		{`{"fields": [{}]} {}`, "something follows", nil},
		{`{"fields": [{"a": "{{name}}"}], "module": "{{name}}"}`, "{{name}} in the body outside the list fields", nil},
		{`{"id": "{{$guid}}", "fields": [{"a": "{{name}}"}]}`, "{{$guid}} in the body outside", nil},
		{`{"fields": [{"a": "{{name}}"}]}`, "{{n}} in the header X-Row", []obj{{"key": "X-Row", "value": "{{n}}"}}},
	} {
		tm := listTemplate(t, c.text, c.headers...)
		if !strings.Contains(fmt.Sprint(tm.Problems), c.want) {
			t.Errorf("%s: %v, want %q", c.text, tm.Problems, c.want)
		}
	}
}

// FuzzFillList makes sure that no cell changes the structure of the list.
func FuzzFillList(f *testing.F) {
	f.Add("a", "b", "1")
	f.Add(`"},{"name":"x`, "\\", `{"a":[]}`)
	f.Add("]}", "\x00\xff", "1},{")
	tm := listTemplate(f, listText)
	f.Fuzz(func(t *testing.T, a, b, n string) {
		var filled Filled
		if err := tm.FillList(&filled, []ListRow{{[]string{a, n}, 1}, {[]string{b, "7"}, 2}}); err != nil {
			return
		}
		var got map[string]any
		if err := json.Unmarshal(filled.Body, &got); err != nil {
			t.Fatalf("%s: %v", filled.Body, err)
		}
		list, _ := got["fields"].([]any)
		if len(list) != 2 || len(got) != 3 || got["module"] != "m" {
			t.Fatalf("%s", filled.Body)
		}
		for i, name := range []string{a, b} {
			e, _ := list[i].(map[string]any)
			keys := slices.Sorted(func(yield func(string) bool) {
				for k := range e {
					if !yield(k) {
						return
					}
				}
			})
			if !slices.Equal(keys, []string{"fixed", "n", "name"}) || e["name"] != strings.ToValidUTF8(name, "\ufffd") && e["fixed"] != "[{" {
				t.Fatalf("%s", filled.Body)
			}
		}
	})
}
