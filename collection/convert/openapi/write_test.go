package openapi

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
)

var update = flag.Bool("update", false, "write the golden files again")

type writeCase struct{ name, collection, want, notes string }

// writeCases give collections without info, and what is written but for openapi and info,
// as JSON.
func writeCases() []writeCase {
	item := func(request string) string { return `"item": [{"name": "r", "request": ` + request + `}]` }
	const server = `"servers":[{"url":"http://h"}]`
	op := func(path, method, rest string) string {
		return `{` + server + `,"paths":{"` + path + `":{"` + method + `":{"summary":"r","operationId":"r"` + rest + `}}}}`
	}
	return []writeCase{
		{"empty", `"item": []`, `{"paths":{}}`, ""},
		{"least", item(`"http://h/x"`), op("/x", "get", ""), ""},
		{"host alone", item(`"h"`), op("/", "get", ""), ""},
		{"path variables", item(`{"method": "DELETE", "url": {"raw": "http://h/a/:id/f-{{n}}.pdf", "host": ["h"], "protocol": "http", "path": ["a", ":id", "f-{{n}}.pdf"], "variable": [{"key": "id", "value": "7", "description": "d"}]}}`) + `, "variable": [{"key": "n", "value": "x"}]`,
			op("/a/{id}/f-{n}.pdf", "delete", `,"parameters":[{"name":"id","in":"path","description":"d","required":true,"schema":{"type":"integer"},"example":7},{"name":"n","in":"path","required":true,"schema":{"type":"string"},"example":"x"}]`), ""},
		{"path variables of one name, braces", item(`"http://h/{{a}}/{{a}}/{b} c/{{$guid}}"`),
			op("/{a}/{a2}/%7Bb%7D%20c/{guid}", "get", `,"parameters":[{"name":"a","in":"path","required":true,"schema":{"type":"string"},"example":"{{a}}"},{"name":"a2","in":"path","required":true,"schema":{"type":"string"},"example":"{{a}}"},{"name":"guid","in":"path","required":true,"schema":{"type":"string"},"example":"{{$guid}}"}]`), ""},
		{"servers", `"item": [{"name": "a", "request": "{{base}}/a"}, {"name": "b", "request": "{{base}}/b"}, {"name": "c", "request": "https://c:{{port}}/c"}, {"name": "d", "request": "{{unknown}}/d"}, {"name": "e", "request": "{{host}}:81/e"}],
			"variable": [{"key": "base", "value": "https://{{host}}/v1/"}, {"key": "base", "value": "https://test", "disabled": true}, {"key": "host", "value": "h", "description": "the host"}, {"key": "port", "value": "80"}]`,
			`{"servers":[{"url":"https://{host}/v1","variables":{"host":{"default":"h","description":"the host"}}},{"url":"https://test"}],"paths":{"/a":{"get":{"summary":"a","operationId":"a"}},"/b":{"get":{"summary":"b","operationId":"b"}},"/c":{"get":{"summary":"c","operationId":"c","servers":[{"url":"https://c:{port}","variables":{"port":{"default":"80"}}}]}},"/d":{"get":{"summary":"d","operationId":"d","servers":[{"url":"{unknown}","variables":{"unknown":{"default":"http://localhost"}}}]}},"/e":{"get":{"summary":"e","operationId":"e","servers":[{"url":"http://{host}:81","variables":{"host":{"default":"h","description":"the host"}}}]}}}}`,
			"variable unknown: has no value"},
		{"user in the URL", item(`"http://u:p@h/x"`), op("/x", "get", ""), "r: URL: user and password in it are left out"},
		{"query", item(`{"url": {"raw": "", "protocol": "http", "host": ["h"], "path": ["x"], "query": [{"key": "a", "value": "1", "description": "Deprecated. d"}, {"key": "b", "value": "true", "disabled": true}, {"key": "c", "value": "007"}, {"key": "d", "value": "1"}, {"key": "d", "value": "x"}, {"key": "f[g]", "value": "1.5", "description": "e"}, {"key": "f[h]", "value": ""}, {"key": "i", "value": null}, {"key": "j", "value": "v", "description": "One of: u, v."}, {"key": "k", "value": "{{k}}"}]}}`) + `, "variable": [{"key": "k", "value": "{{l}}"}, {"key": "l", "value": "L"}]`,
			op("/x", "get", `,"parameters":[{"name":"a","in":"query","description":"d","required":true,"deprecated":true,"schema":{"type":"integer"},"example":1},{"name":"b","in":"query","schema":{"type":"boolean"},"example":true},{"name":"c","in":"query","required":true,"schema":{"type":"string"},"example":"007"},{"name":"d","in":"query","required":true,"schema":{"type":"array","items":{"type":"string"}},"example":["1","x"]},{"name":"f","in":"query","required":true,"style":"deepObject","explode":true,"schema":{"type":"object","properties":{"g":{"type":"number","description":"e"},"h":{"type":"string"}}},"example":{"g":1.5,"h":""}},{"name":"i","in":"query","required":true,"allowEmptyValue":true,"schema":{"type":"string"}},{"name":"j","in":"query","required":true,"schema":{"type":"string","enum":["u","v"]},"example":"v"},{"name":"k","in":"query","required":true,"schema":{"type":"string"},"example":"L"}]`), ""},
		{"query of a text", item(`"http://h/x?a=b%20c&d#e"`), op("/x", "get", `,"parameters":[{"name":"a","in":"query","required":true,"schema":{"type":"string"},"example":"b c"},{"name":"d","in":"query","required":true,"allowEmptyValue":true,"schema":{"type":"string"}}]`), ""},
		{"headers", item(`{"url": "http://h/x", "header": [{"key": "A", "value": "b", "description": "d"}, {"key": "C", "value": "1", "disabled": true}, {"key": "Accept", "value": "text/csv"}, {"key": "Host", "value": "h"}, {"key": "Cookie", "value": "s=12345678; t={{t}}"}]}`),
			op("/x", "get", `,"parameters":[{"name":"A","in":"header","description":"d","required":true,"schema":{"type":"string"},"example":"b"},{"name":"C","in":"header","schema":{"type":"integer"},"example":1},{"name":"s","in":"cookie","required":true,"schema":{"type":"string"}},{"name":"t","in":"cookie","required":true,"schema":{"type":"string"},"example":"{{t}}"}]`),
			"r: header Accept: left out"},
		{"JSON body", item(`{"method": "POST", "url": "http://h/x", "body": {"mode": "raw", "raw": "{\"a\": {{n}}, \"b\": {{m}}, \"c\": \"x{{q}}\", \"d\": [1, 2.5], \"e\": [{\"f\": null}, {\"f\": true, \"g\": \"2025-01-31\"}], \"h\": []}", "options": {"raw": {"language": "json"}}}}`) + `, "variable": [{"key": "n", "value": "5"}, {"key": "q", "value": "\"\\"}]`,
			op("/x", "post", `,"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"a":{"type":"integer"},"b":{},"c":{"type":"string"},"d":{"type":"array","items":{"type":"number"}},"e":{"type":"array","items":{"type":"object","properties":{"f":{"type":["boolean","null"]},"g":{"type":"string","format":"date"}}}},"h":{"type":"array","items":{}}}},"example":{"a":5,"b":"{{m}}","c":"x\"\\","d":[1,2.5],"e":[{"f":null},{"f":true,"g":"2025-01-31"}],"h":[]}}}}`), ""},
		{"JSON body that is none", item(`{"method": "POST", "url": "http://h/x", "header": [{"key": "Content-Type", "value": "application/json"}], "body": {"mode": "raw", "raw": "{a"}}`),
			op("/x", "post", `,"requestBody":{"required":true,"content":{"application/json":{"example":"{a"}}}`), "r: body: is no valid JSON"},
		{"other bodies", `"item": [{"name": "r", "request": {"method": "PUT", "url": "http://h/x", "body": {"mode": "raw", "raw": "<a/>", "options": {"raw": {"language": "xml"}}}}}, {"name": "s", "request": {"method": "PATCH", "url": "http://h/x", "body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": "{\"b\": 1}"}}}}, {"name": "t", "request": {"method": "POST", "url": "http://h/x", "header": [{"key": "content-type", "value": "image/png"}], "body": {"mode": "file", "file": {"src": "a.png"}}}}]`,
			`{` + server + `,"paths":{"/x":{"put":{"summary":"r","operationId":"r","requestBody":{"required":true,"content":{"application/xml":{"example":"<a/>"}}}},"patch":{"summary":"s","operationId":"s","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"query":{"type":"string"},"variables":{"type":"object","properties":{"b":{"type":"integer"}}}}},"example":{"query":"{a}","variables":{"b":1}}}}}},"post":{"summary":"t","operationId":"t","requestBody":{"required":true,"content":{"image/png":{"schema":{"type":"string","format":"binary"}}}}}}}}`,
			"t: body: its file is left out"},
		{"forms", `"item": [{"name": "r", "request": {"method": "PUT", "url": "http://h/x", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1", "description": "d"}, {"key": "b", "value": "x", "disabled": true}, {"key": "c", "value": "1"}, {"key": "c", "value": "2"}]}}}, {"name": "s", "request": {"method": "POST", "url": "http://h/x", "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "a.png"}, {"key": "g", "type": "file", "src": ["a", "b"]}, {"key": "j", "value": "{\"k\": 1}", "contentType": "application/json", "disabled": true}]}}}]`,
			`{` + server + `,"paths":{"/x":{"put":{"summary":"r","operationId":"r","requestBody":{"required":true,"content":{"application/x-www-form-urlencoded":{"schema":{"type":"object","required":["a","c"],"properties":{"a":{"type":"integer","description":"d","examples":[1]},"b":{"type":"string","examples":["x"]},"c":{"type":"array","items":{"type":"integer"},"examples":[[1,2]]}}}}}}},"post":{"summary":"s","operationId":"s","requestBody":{"required":true,"content":{"multipart/form-data":{"schema":{"type":"object","required":["f","g"],"properties":{"f":{"type":"string","format":"binary"},"g":{"type":"array","items":{"type":"string","format":"binary"}},"j":{"type":"object","properties":{"k":{"type":"integer"}},"examples":[{"k":1}]}}},"encoding":{"f":{"contentType":"image/png"},"j":{"contentType":"application/json"}}}}}}}}}`,
			"s: field f: its file is left out"},
		{"body of a GET", item(`{"url": "http://h/x", "body": {"mode": "raw", "raw": "a"}}`), op("/x", "get", ""), "r: body: left out: Postman does not send the body of a GET"},
		{"methods that there are not", item(`{"method": "LINK", "url": "http://h/x"}`), `{"paths":{}}`, "r: request: left out: OpenAPI 3.1 has no method LINK"},
		{"merged", `"item": [{"name": "one", "request": {"method": "POST", "url": "http://h/x/:a?q=1&o=1", "body": {"mode": "raw", "raw": "{\"m\": 1}", "options": {"raw": {"language": "json"}}}}}, {"name": "two", "request": {"method": "POST", "url": "http://h/x/:b?q=2", "body": {"mode": "raw", "raw": "{\"m\": \"x\", \"n\": 2}", "options": {"raw": {"language": "json"}}}}}]`,
			`{` + server + `,"paths":{"/x/{a}":{"post":{"summary":"one","operationId":"one","parameters":[{"name":"a","in":"path","required":true,"schema":{"type":"string"},"example":""},{"name":"q","in":"query","required":true,"schema":{"type":"integer"},"examples":{"one":{"summary":"one","value":1},"two":{"summary":"two","value":2}}},{"name":"o","in":"query","schema":{"type":"integer"},"example":1}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","properties":{"m":{"type":["integer","string"]},"n":{"type":"integer"}}},"examples":{"one":{"summary":"one","value":{"m":1}},"two":{"summary":"two","value":{"m":"x","n":2}}}}}}}}}}`,
			"two: path variable b: is called a, as in the same path before\ntwo: request: is a further example of one"},
		{"answers", `"item": [{"name": "r", "request": "http://h/x", "response": [{"name": "fine", "code": 200, "header": [{"key": "Content-Type", "value": "application/json; charset=utf-8"}, {"key": "X-A", "value": "1"}, {"key": "Date", "value": "d"}], "body": "[1]"}, {"name": "also", "code": 200, "_postman_previewlanguage": "json", "body": "[\"a\"]"}, {"name": "gone", "code": 204}, {"name": "odd", "body": "text"}]}]`,
			op("/x", "get", `,"responses":{"200":{"description":"fine","headers":{"X-A":{"schema":{"type":"integer"},"example":1}},"content":{"application/json":{"schema":{"type":"array","items":{"type":["integer","string"]}},"examples":{"fine":{"summary":"fine","value":[1]},"also":{"summary":"also","value":["a"]}}}}},"204":{"description":"gone"},"default":{"description":"odd","content":{"text/plain":{"schema":{"type":"string"},"example":"text"}}}}`), "answer's header Date: left out"},
		{"auth of the collection", `"auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}]}, "item": [{"name": "a", "request": "http://h/a"}, {"name": "b", "request": {"url": "http://h/b", "auth": {"type": "noauth"}}}, {"name": "c", "request": {"url": "http://h/c", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "K"}, {"key": "value", "value": "{{v}}"}, {"key": "in", "value": "query"}]}}}]`,
			`{` + server + `,"security":[{"basicAuth":[]}],"paths":{"/a":{"get":{"summary":"a","operationId":"a"}},"/b":{"get":{"summary":"b","operationId":"b","security":[]}},"/c":{"get":{"summary":"c","operationId":"c","security":[{"apiKeyAuth":[]}]}}},"components":{"securitySchemes":{"basicAuth":{"type":"http","scheme":"basic"},"apiKeyAuth":{"type":"apiKey","name":"K","in":"query"}}}}`, "auth: the values of it are left out"},
		{"auth that is a header", item(`{"url": "http://h/x", "header": [{"key": "Authorization", "value": "Bearer {{t}}"}]}`),
			`{` + server + `,"paths":{"/x":{"get":{"summary":"r","operationId":"r","security":[{"bearerAuth":[]}]}}},"components":{"securitySchemes":{"bearerAuth":{"type":"http","scheme":"bearer"}}}}`, "r: header Authorization: is a security scheme"},
		{"oauth2", `"item": [{"name": "a", "request": {"url": "http://h/a", "auth": {"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "client_credentials"}, {"key": "accessTokenUrl", "value": "https://h/t"}, {"key": "scope", "value": "r w"}]}}}, {"name": "b", "request": {"url": "http://h/b", "auth": {"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "client_credentials"}, {"key": "accessTokenUrl", "value": "https://h/t"}, {"key": "scope", "value": "x"}]}}}, {"name": "c", "request": {"url": "http://h/c", "auth": {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "{{t}}"}]}}}, {"name": "d", "request": {"url": "http://h/d", "auth": {"type": "edgegrid"}}}]`,
			`{` + server + `,"paths":{"/a":{"get":{"summary":"a","operationId":"a","security":[{"oauth2":["r","w"]}]}},"/b":{"get":{"summary":"b","operationId":"b","security":[{"oauth2":["x"]}]}},"/c":{"get":{"summary":"c","operationId":"c","security":[{"oauth2Token":[]}]}},"/d":{"get":{"summary":"d","operationId":"d"}}},"components":{"securitySchemes":{"oauth2":{"type":"oauth2","flows":{"clientCredentials":{"tokenUrl":"https://h/t","scopes":{"r":"","w":"","x":""}}}},"oauth2Token":{"type":"http","scheme":"bearer"}}}}`,
			"c: auth: oauth2 is written as a bearer token: its addresses are not known\nd: auth: edgegrid is left out"},
		{"tags, names", `"item": [{"name": "A", "description": "d", "item": [{"name": "B", "item": [{"name": "Hol a ¿qué?", "id": "6d2f3a1c-0000-4000-8000-000000000000", "request": "http://h/x"}]}, {"name": "hol A que", "id": "own.id", "request": "http://h/y"}, {"name": "GET it", "request": "http://h/z"}, {"name": "¿?", "request": "http://h/:i/z"}]}]`,
			`{` + server + `,"tags":[{"name":"A / B"},{"name":"A","description":"d"}],"paths":{"/x":{"get":{"tags":["A / B"],"summary":"Hol a ¿qué?","operationId":"holAQue"}},"/y":{"get":{"tags":["A"],"summary":"hol A que","operationId":"own.id"}},"/z":{"get":{"tags":["A"],"summary":"GET it","operationId":"getIt"}},"/{i}/z":{"get":{"tags":["A"],"summary":"¿?","operationId":"getIZ","parameters":[{"name":"i","in":"path","required":true,"schema":{"type":"string"},"example":""}]}}}}`, "A/B: folder: is the tag A / B"},
		{"losses", `"item": [{"name": "r", "event": [{"listen": "test", "script": {"exec": ["1"]}}], "protocolProfileBehavior": {"followRedirects": false}, "request": "http://h/x"}]`, op("/x", "get", ""),
			"r: event test: left out\nr: protocolProfileBehavior followRedirects: left out"},
	}
}

func TestWrite(t *testing.T) {
	for _, c := range writeCases() {
		t.Run(c.name, func(t *testing.T) {
			doc, err := collection.Parse("test.json", []byte(`{"info": {"name": "t"}, `+c.collection+`}`))
			if err != nil {
				t.Fatal(err)
			}
			data, notes := written(t, doc, convert.Options{})
			checkValid(t, data)
			root, err := parse("openapi.yaml", data)
			if err != nil {
				t.Fatal(err)
			}
			root.members = slices.DeleteFunc(root.members, func(m member) bool { return m.key == "openapi" || m.key == "info" })
			got, err := jsonText(root, "", 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if !strings.Contains(notes, c.notes) || c.notes == "" && notes != "" {
				t.Errorf("notes\n%s\nwant\n%s", notes, c.notes)
			}
		})
	}
}

// TestSecrets: neither secret variables nor literal secrets are written.
func TestSecrets(t *testing.T) {
	text := fmt.Sprintf(`{"info": {"name": "t"}, "variable": [{"key": "v", "type": "secret", "value": %[1]q}, {"key": "my_token", "value": %[1]q}], "item": [{"name": "r", "request": {"method": "POST",
		"url": "http://h/x?api_key=%[1]s&v={{v}}&t={{my_token}}", "header": [{"key": "X-Token", "value": %[1]q}, {"key": "Cookie", "value": "s=%[1]s"}],
		"auth": {"type": "bearer", "bearer": [{"key": "token", "value": %[1]q}]},
		"body": {"mode": "raw", "raw": "{\"a\": \"%[1]s\", \"b\": \"{{v}}\"}", "options": {"raw": {"language": "json"}}}},
		"response": [{"name": "a", "code": 200, "body": "x %[1]s", "header": [{"key": "X", "value": %[1]q}, {"key": "Set-Cookie", "value": %[1]q}]}]}]}`, "EXAMPLE-SECRET-1")
	c, err := collection.Parse("t.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	data, notes := written(t, c, convert.Options{})
	checkValid(t, data)
	if strings.Contains(string(data)+notes, "EXAMPLE-SECRET-1") {
		t.Errorf("%s\n%s", data, notes)
	}
	for _, want := range []string{"{{v}}", "{{my_token}}"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("there is no %s\n%s", want, data)
		}
	}
	if data, _ := written(t, c, convert.Options{WithSecrets: true}); !strings.Contains(string(data), "EXAMPLE-SECRET-1") {
		t.Errorf("with secrets there is none\n%s", data)
	}
}

// TestManyBraces: a body is looked through once, not once for each of its braces.
func TestManyBraces(t *testing.T) {
	body, err := json.Marshal("[" + strings.Repeat("{},", 150_000) + "{}]")
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.Parse("c.json", []byte(`{"info": {"name": "C"}, "item": [{"name": "r", "request": {"method": "POST", "url": "http://h.test/a", "body": {"mode": "raw", "raw": `+string(body)+`, "options": {"raw": {"language": "json"}}}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := written(t, c, convert.Options{Out: "x.json"}); !json.Valid(data) || !strings.Contains(string(data), `"requestBody"`) {
		t.Errorf("%.500s", data)
	}
}

// TestGolden writes the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	asYAML, notes := written(t, c, convert.Options{Environment: o.Environment})
	asJSON, _ := written(t, c, convert.Options{Environment: o.Environment, Out: "x.JSON"})
	if !json.Valid(asJSON) {
		t.Error("is no JSON")
	}
	checkValid(t, asYAML)
	checkValid(t, asJSON)
	checkStable(t, asYAML)
	formtest.Golden(t, "", []convert.File{{Name: "openapi.yaml", Data: asYAML}, {Name: "openapi.json", Data: asJSON}}, notes, *update)
}

// TestBookshop: the example's paths, methods, parameters and bodies come back from a
// collection; a saved answer has the body of its own example.
func TestBookshop(t *testing.T) {
	const file = "../../../examples/openapi/bookshop.yaml"
	in, err := convert.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkSpecification(t, in.Data)
	c, err := read(in, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	data, _ := written(t, c, convert.Options{})
	checkValid(t, data)
	checkStable(t, data)
	sorted := func(s string) string {
		// XML has no schema when it is written.
		lines := strings.Split(strings.ReplaceAll(s, "xml,isbn,title,authors,genre,price,stock,similar", "xml"), "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	if before, after := sorted(outline(t, in.Data)), sorted(outline(t, data)); before != after {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	order, err := c.Find("placeOrder")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range order.Raw.Get("response").Array() {
		body := a.Get("originalRequest.body.raw").String()
		if strings.Contains(body, `"lines": []`) != (a.Get("code").Int() == 422) {
			t.Errorf("%s has the body %s", a.Get("name"), body)
		}
	}
}

func FuzzWrite(f *testing.F) {
	for _, c := range writeCases() {
		f.Add(`{"info": {"name": "t"}, ` + c.collection + `}`)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := collection.Parse("t.json", []byte(text))
		if err != nil {
			return
		}
		files, err := write(c, convert.Options{Scopes: scopesOf(c, nil)}, &convert.Notes{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(&convert.Input{Path: "api.yaml", Data: files[0].Data}, &convert.Notes{}); err != nil {
			t.Fatalf("%v\n%s", err, files[0].Data)
		}
	})
}
