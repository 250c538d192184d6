package convert_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

func TestCalls(t *testing.T) {
	scopes := &vars.Scopes{}
	scopes.Set(vars.Environment, vars.Variable{Name: "bare", Value: "host.test"})
	for _, c := range []struct{ name, request, want string }{
		{"text", `"http://h.test/a b?q=ä"`, `GET http://h.test/a%20b?q=%C3%A4`},
		{"a path that Go writes otherwise", `"{{base}}/a|b?c=|"`, `GET {{base}}/a|b?c=|`},
		{"base", `"{{base}}"`, `GET {{base}}`},
		{"base with a path", `"{{base}}/x/{{id}}?a={{ b c }}&d"`, `GET {{base}}/x/{{id}}?a={{b c}}&d`},
		{"base with a query", `"{{base}}?a=1"`, `GET {{base}}?a=1`},
		{"base without a scheme", `"{{bare}}/x"`, `GET http://{{bare}}/x`},
		{"host", `"https://{{host}}:{{port}}/<<x>>"`, `GET https://{{host}}:{{port}}/{{x}}`},
		{"parts", `{"method": "PUT", "url": {"raw": "stale", "host": ["{{base}}"], "path": ["a", ":id"], "query": [{"key": "k", "value": "v w"}, {"key": "off", "disabled": true}, {"key": "n", "value": null}], "variable": [{"key": "id", "value": "{{id}}"}]}}`,
			`PUT {{base}}/a/{{id}}?k=v%20w&n`},
		{"port", `{"method": "PUT", "url": {"protocol": "https", "host": ["a", "{{dom}}"], "port": "{{port}}", "path": ["x"]}}`, `PUT https://a.{{dom}}:{{port}}/x`},
		{"headers", `{"url": "http://h", "header": [{"key": "X-b", "value": " 1{{x}} "}, {"key": "x-a", "value": "2"}, {"key": "off", "value": "3", "disabled": true}], "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{t}}"}]}}`,
			"GET http://h/\nX-b: 1{{x}}\nx-a: 2\nAuthorization: Bearer {{t}}"},
		{"key in the query", `{"url": "http://h/?a=1", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "{{v}}"}, {"key": "in", "value": "query"}]}}`,
			"GET http://h/?a=1&k={{v}}"},
		{"basic", `{"url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "{{u}}"}]}}`, "GET http://h/\nauth basic {{u}}"},
		{"oauth2 with a token", `{"url": "http://h/", "auth": {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "{{t}}"}, {"key": "headerPrefix", "value": "Token"}]}}`,
			"GET http://h/\nAuthorization: Token {{t}}"},
		{"oauth2 without a token", `{"url": "http://h/", "auth": {"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "implicit"}]}}`, "GET http://h/\nauth oauth2 "},
		{"user in the URL and a header", `{"url": "http://u:p@h/x", "header": [{"key": "authorization", "value": "Mine"}]}`, "GET http://h/x\nauthorization: Mine"},
		{"user in the URL", `"http://u:p@h/"`, "GET http://h/\nAuthorization: Basic dTpw"},
		{"user in the parts of a URL", `{"url": {"protocol": "http", "auth": {"user": "u", "password": "p"}, "host": ["h"]}}`, "GET http://h/\nAuthorization: Basic dTpw"},
		{"placeholder in the URL's user", `"http://{{u}}:{{p}}@h/"`, "GET http://h/\nauth basic {{u}}"},
		{"placeholder in the user of parts", `{"url": {"host": ["h"], "auth": {"user": "{{u}}"}}}`, "GET http://h/\nauth basic {{u}}"},
		{"user in the URL beside an auth", `{"url": "http://u:p@h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "x"}]}}`, "GET http://h/\nauth basic x"},
		{"json", `{"method": "POST", "url": "http://h/", "body": {"mode": "raw", "raw": "{\"a\": \"{{x}}\"}", "options": {"raw": {"language": "json"}}}}`,
			"POST http://h/\nContent-Type: application/json\n\n{\"a\": \"{{x}}\"}"},
		{"urlencoded", `{"method": "POST", "url": "http://h/", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a b", "value": "{{x}}&"}, {"key": "off", "value": "1", "disabled": true}]}}`,
			"POST http://h/\nContent-Type: application/x-www-form-urlencoded\n\na%20b={{x}}%26"},
		{"graphql", `{"method": "POST", "url": "http://h/", "body": {"mode": "graphql", "graphql": {"query": "{ a }", "variables": "{\"b\": {{n}}}"}}}`,
			"POST http://h/\nContent-Type: application/json\n\n{\"query\":\"{ a }\",\"variables\":{\"b\": {{n}}}}"},
		{"json value", `{"method": "POST", "url": "http://h/", "body": {"mode": "raw", "raw": "{\"a\": {{x}}}", "options": {"raw": {"language": "json"}}}}`,
			"POST http://h/\nContent-Type: application/json\n\n{\"a\": {{x}}}"},
		{"form", `{"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "not-there.txt"}, {"key": "off", "value": "1", "disabled": true}]}}`,
			"POST http://h/\n\npart f"},
		{"pruned", `{"method": "GET", "url": "http://h/", "body": {"mode": "raw", "raw": "x"}}`, "GET http://h/\nnote body: left out: Postman does not send the body of a GET"},
		{"cannot be sent", `{"method": "POST", "url": "http:////h/:id"}`, "POST http:////h/:id\nnote request: written as it stands; it cannot be sent as it is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "r", "request": %s}]}`, c.request))
			if err != nil {
				t.Fatal(err)
			}
			var notes convert.Notes
			calls := convert.Calls(doc, convert.Options{Scopes: scopes}, &notes)
			if got := show(calls[0], notes.All()); got != c.want && !(strings.Contains(c.want, "cannot be sent") && strings.HasPrefix(got, c.want)) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func show(c convert.Call, notes []convert.Note) string {
	text := c.Method + " " + c.URL
	for _, h := range c.Header {
		text += "\n" + h.Key + ": " + h.Value
	}
	if c.Auth != nil {
		text += "\nauth " + c.Auth.Type + " " + c.Auth.Get("username")
	}
	if c.Body != nil {
		text += "\n\n" + c.Body.Text
		if c.Body.Mode == collection.ModeFormData {
			for _, p := range c.Body.Params {
				text += "part " + p.Key
			}
		}
	}
	for _, n := range notes {
		text += "\nnote " + n.Field + ": " + n.Became
	}
	return text
}
