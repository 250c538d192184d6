package convert_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

func resolveScopes() *vars.Scopes {
	s := &vars.Scopes{}
	for _, v := range []vars.Variable{
		{Name: "base", Value: "https://{{host}}:8080/api"}, {Name: "host", Value: "h.test"}, {Name: "id", Value: "7"}, {Name: "quote", Value: "a\"b\n"},
		{Name: "loop", Value: "<{{pool}}>"}, {Name: "pool", Value: "{{loop}}"}, {Name: "hidden", Value: "secret-1", Secret: true}, {Name: "api_token", Value: "secret-2"},
		{Name: "bearer", Value: "Bearer {{hidden}}"}, {Name: "n", Value: "id"}, {Name: "two", Value: "1&z=2"}, {Name: "full", Value: "http://h/p?k=v"},
		{Name: "empty", Value: ""},
	} {
		s.Set(vars.Collection, v)
	}
	s.Set(vars.Environment, vars.Variable{Name: "id", Value: "8"})
	return s
}

func TestResolve(t *testing.T) {
	for _, c := range []struct{ name, item, want string }{
		{"a text", `{"request": "{{base}}/x/{{id}}"}`, `{"request": "https://h.test:8080/api/x/8"}`},
		{"parts", `{"request": {"url": {"raw": "{{base}}/x?q={{id}}", "host": ["{{base}}"], "path": ["x", "{{id}}"], "query": [{"key": "q", "value": "{{id}}", "description": "{{id}}"}], "variable": [{"key": "a", "value": "{{id}}"}]}}}`,
			`{"request": {"url": {"raw": "https://h.test:8080/api/x?q=8", "protocol": "https", "host": ["h", "test"], "port": "8080", "path": ["api", "x", "8"], "query": [{"key": "q", "value": "8", "description": "{{id}}"}], "variable": [{"key": "a", "value": "8"}]}}}`},
		{"parts that stay", `{"request": {"url": {"host": ["{{gone}}"], "path": ["{{hidden}}", ":a"]}}}`, `{"request": {"url": {"host": ["{{gone}}"], "path": ["{{hidden}}", ":a"]}}}`},
		{"a query in the base", `{"request": {"url": {"host": ["{{full}}"]}}}`, `{"request": {"url": {"protocol": "http", "host": ["h"], "path": ["p"], "query": [{"key": "k", "value": "v"}]}}}`},
		{"several parameters in one value", `{"request": {"url": {"host": ["h"], "query": [{"key": "a", "value": "{{two}}", "x": 1}, {"key": "b", "value": null}]}}}`,
			`{"request": {"url": {"host": ["h"], "query": [{"key": "a", "value": "1", "x": 1}, {"key": "z", "value": "2"}, {"key": "b", "value": null}]}}}`},
		{"header, body, auth, method", `{"request": {"method": "{{n}}", "header": [{"key": "X-{{id}}", "value": "<<id>>{{ id }}"}], "body": {"mode": "raw", "raw": "{\"a\": \"{{quote}}\"}"}, "auth": {"type": "basic", "basic": [{"key": "username", "value": "{{id}}"}]}}}`,
			`{"request": {"method": "id", "header": [{"key": "X-8", "value": "8{{ id }}"}], "body": {"mode": "raw", "raw": "{\"a\": \"a\"b\n\"}"}, "auth": {"type": "basic", "basic": [{"key": "username", "value": "8"}]}}}`},
		{"what stays", `{"name": "{{id}}", "description": "{{id}}", "event": [{"listen": "test", "script": {"exec": ["{{id}}"]}}], "variable": [{"key": "a", "value": "{{id}}"}], "request": {"description": "{{id}}", "url": "{{$guid}}{{gone}}{{loop}}"}}`,
			`{"name": "{{id}}", "description": "{{id}}", "event": [{"listen": "test", "script": {"exec": ["{{id}}"]}}], "variable": [{"key": "a", "value": "{{id}}"}], "request": {"description": "{{id}}", "url": "{{$guid}}{{gone}}{{loop}}"}}`},
		{"secrets", `{"request": {"url": "{{hidden}}{{api_token}}{{bearer}}"}}`, `{"request": {"url": "{{hidden}}{{api_token}}Bearer {{hidden}}"}}`},
		{"names of parts", `{"request": {"url": "{{{{n}}}}{{empty}}"}}`, `{"request": {"url": "8"}}`},
		{"saved answers", `{"request": "h", "response": [{"name": "{{id}}", "body": "{{id}}", "originalRequest": {"url": "{{id}}"}}]}`, `{"request": "h", "response": [{"name": "{{id}}", "body": "{{id}}", "originalRequest": {"url": "8"}}]}`},
		{"folders", `{"name": "F", "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{id}}"}]}, "item": [{"request": "{{id}}"}]}`,
			`{"name": "F", "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "8"}]}, "item": [{"request": "8"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			was, err := collection.Parse("test.json", []byte(`{"info": {"name": "C"}, "item": [`+c.item+`]}`))
			if err != nil {
				t.Fatal(err)
			}
			is, err := convert.Resolve(was, convert.Options{Scopes: resolveScopes()})
			if err != nil {
				t.Fatal(err)
			}
			// The want of "header, body, auth, method" has what JSON would escape.
			got := gjson.GetBytes(is.V21(), "item.0|@ugly").Raw
			want := gjson.Get(c.want, "@ugly").Raw
			if c.name == "header, body, auth, method" {
				got, want = is.Items[0].Request().Body.Raw+is.Items[0].Request().Headers[0].Key+is.Items[0].Request().Headers[0].Value+is.Items[0].Request().Method,
					"{\"a\": \"a\"b\n\"}"+"X-8"+"8{{ id }}"+"ID"
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestResolveSecrets(t *testing.T) {
	was, err := collection.Parse("test.json", []byte(`{"info": {"name": "C"}, "item": [{"request": "{{hidden}} {{api_token}} {{bearer}}"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	is, err := convert.Resolve(was, convert.Options{Scopes: resolveScopes(), WithSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := is.Items[0].Request().URL.Raw, "secret-1 secret-2 Bearer secret-1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestResolveIsBounded: variables that repeat each other do not fill the memory.
func TestResolveIsBounded(t *testing.T) {
	s := &vars.Scopes{}
	s.Set(vars.Collection, vars.Variable{Name: "v0", Value: "xxxxxxxxxx"})
	names := "v0"
	for _, next := range []string{"v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"} {
		value := ""
		for range 10 {
			value += "{{" + names + "}}"
		}
		s.Set(vars.Collection, vars.Variable{Name: next, Value: value})
		names = next
	}
	was, err := collection.Parse("test.json", []byte(`{"info": {"name": "C"}, "item": [{"request": {"url": "h", "body": {"mode": "raw", "raw": "{{v9}}"}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	is, err := convert.Resolve(was, convert.Options{Scopes: s})
	if err != nil {
		t.Fatal(err)
	}
	if len(is.V21()) > 64<<20 {
		t.Errorf("%d bytes", len(is.V21()))
	}
}
