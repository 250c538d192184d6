package collection

import (
	"slices"
	"testing"
)

func TestTexts(t *testing.T) {
	c, err := Parse("c.json", []byte(`{"info": {"name": "c"}, "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{t}}"}]}, "item": [
		{"name": "{{name}}", "request": {"method": "POST", "description": "{{d}}", "url": {"raw": "{{stale}}", "protocol": "https", "host": ["{{h}}"], "path": [":id"],
			"query": [{"key": "q", "value": "{{q}}"}, {"key": "x", "value": "{{x}}", "disabled": true}], "variable": [{"key": "id", "value": "{{id}}"}]},
			"header": [{"key": "H", "value": "{{head}}"}, {"key": "I", "value": "{{off}}", "disabled": true}],
			"body": {"mode": "formdata", "formdata": [{"key": "f", "value": "{{f}}"}, {"key": "g", "type": "file", "src": "{{file}}"}, {"key": "o", "value": "{{off}}", "disabled": true}]}}},
		{"name": "text", "request": {"auth": {"type": "noauth"}, "url": "{{raw}}", "body": {"mode": "graphql", "graphql": {"query": "{{query}}", "variables": "{{v}}"}}}},
		{"name": "none", "request": {"url": "u", "auth": {"type": "noauth"}, "body": {"mode": "raw", "raw": "{{off}}", "disabled": true}}},
		{"name": "folder", "item": []}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{
		{"{{h}}", "{{q}}", "{{id}}", "{{head}}", "{{f}}", "{{file}}", "{{t}}"},
		{"{{raw}}", "{{query}}", "{{v}}"}, nil, nil,
	} {
		placeholders := slices.DeleteFunc(c.Items[i].Texts(), func(s string) bool { return len(s) < 2 || s[:2] != "{{" })
		if !slices.Equal(placeholders, want) {
			t.Errorf("%s: %q, want %q", c.Items[i].Name, placeholders, want)
		}
	}
	if n := c.Items[0].Disabled(); n != 3 {
		t.Errorf("%d disabled", n)
	}
}
