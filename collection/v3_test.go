package collection

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"golang.org/x/tools/txtar"
)

// tree writes the files of a txtar archive into a directory.
func tree(t testing.TB, archive string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "My API")
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(root, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func mustLoad(t testing.TB, path string) *Collection {
	t.Helper()
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// crm is a whole collection v3.
const crm = `
-- .resources/definition.yaml --
$kind: collection
name: CRM
description: All of it
order: 5
variables:
  - key: base
    value: 'https://h'
  - {key: version, value: 1.10, disabled: yes}
auth:
  - type: bearer
    credentials:
      token: collection-token
scripts:
  - type: http:beforeRequest
    code: |-
      one();
      two();
later: {a: [1.50, yes, null]}
-- Cases/.resources/definition.yaml --
$kind: collection
order: 2
auth:
  type: basic
  credentials:
    - key: username
      value: u
    - key: password
      value: folder-secret
-- Cases/Insert case.request.yaml --
$kind: http-request
method: POST
url: '{{base}}/cases/:id?fixed=1'
order: 20
headers:
  X-First: 'a'
  Accept: application/json
queryParams:
  - key: q
    value: yes
  - key: off
    value: x
    disabled: true
pathVariables:
  - key: id
    value: 007
body:
  type: formdata
  content:
    - key: file
      type: file
      src: ./a.csv
    - key: n
      value: 1.10
      contentType: text/plain
settings:
  strictSSL: false
  maxRedirects: 3
  disabledSystemHeaders: [user-agent, accept]
scripts:
  - type: beforeRequest
    path: before.js
  - type: afterResponse
    code: first
  - type: test
    code: second
    packages: {x: {id: 1}}
-- Cases/Insert case.resources/scripts/before.js --
before();
after();
-- Cases/Insert case.resources/examples/OK.example.yaml --
$kind: http-example
order: 2
request: {method: GET, url: http://e, headers: {A: b}}
response:
  statusCode: 200
  statusText: OK
  headers: [{key: A, value: b}]
  body: {type: json, content: '{"a":1}'}
-- Cases/.resources/Insert case.resources/examples/Bad.example.yaml --
$kind: http-example
name: 400
order: 1
response: {statusCode: 400, body: {type: text, content: ''}}
-- Cases/Delete.request.yml --
method: delete
name: 'Delete / all'
url: "{{base}}/x"
order: 10
auth: {type: noauth}
-- Zeta.request.yaml --
url: http://z
-- alpha.request.yaml --
url: http://a
order: 1
-- Beta.request.yaml --
url: http://b
-- notes/readme.md --
not a folder
-- Dev.environment.yaml --
name: Dev
values: []
-- .git/x.request.yaml --
url: never
`

func TestV3(t *testing.T) {
	root := tree(t, crm)
	c := mustLoad(t, root)
	var paths []string
	for item := range c.All() {
		paths = append(paths, item.Path())
	}
	if got, want := strings.Join(paths, "|"), "alpha|Cases|Cases/Delete / all|Cases/Insert case|Beta|Zeta"; got != want {
		t.Errorf("items %s, want %s", got, want)
	}
	if c.Name != "CRM" || c.File != root || c.Model.Info.Description.Content != "All of it" {
		t.Errorf("%q %q %+v", c.Name, c.File, c.Model.Info)
	}
	if got, want := c.Variables(), []Variable{{Key: "base", Value: "https://h"}, {Key: "version", Value: "1.10", Disabled: true}}; !slices.Equal(got, want) {
		t.Errorf("variables %+v", got)
	}
	item, err := c.Find("Insert case")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
		"name":"Insert case",
		"request":{
			"method":"POST",
			"header":[{"key":"X-First","value":"a"},{"key":"Accept","value":"application/json"}],
			"body":{"mode":"formdata","formdata":[{"key":"file","type":"file","src":"./a.csv"},{"key":"n","value":"1.10","contentType":"text/plain"}]},
			"url":{"raw":"{{base}}/cases/:id?fixed=1&q=yes","host":["{{base}}"],"path":["cases",":id"],
				"query":[{"key":"fixed","value":"1"},{"key":"q","value":"yes"},{"key":"off","value":"x","disabled":true}],"variable":[{"key":"id","value":"007"}]}
		},
		"event":[
			{"listen":"prerequest","script":{"type":"text/javascript","exec":["before();","after();",""]}},
			{"listen":"test","script":{"type":"text/javascript","exec":["first"]}},
			{"listen":"test","script":{"type":"text/javascript","exec":["second"],"packages":{"x":{"id":1}}}}
		],
		"protocolProfileBehavior":{"strictSSL":false,"maxRedirects":3,"disabledSystemHeaders":{"user-agent":true,"accept":true}},
		"response":[
			{"name":"400","code":400,"header":[],"_postman_previewlanguage":"text","body":""},
			{"name":"OK","originalRequest":{"method":"GET","header":[{"key":"A","value":"b"}],"url":{"raw":"http://e","protocol":"http","host":["e"]}},"status":"OK","code":200,
				"header":[{"key":"A","value":"b"}],"_postman_previewlanguage":"json","body":"{\"a\":1}"}
		]
	}`
	if got := writeJSON(rawJSON(item.Raw.Raw)); got != writeJSON(rawJSON(want)) {
		t.Errorf("got\n%s\nwant\n%s", got, writeJSON(rawJSON(want)))
	}
	if auth, source := item.Auth(); auth == nil || auth.Type != "basic" || auth.Get("password") != "folder-secret" || source != "folder Cases" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	if other, err := c.Find("Delete / all"); err != nil || other.Request().Method != "DELETE" {
		t.Errorf("%+v, %v", other, err)
	} else if auth, source := other.Auth(); auth != nil || source != "request" {
		t.Errorf("auth %+v from %s, want none", auth, source)
	}
	if auth, source := c.Items[0].Auth(); auth == nil || auth.Get("token") != "collection-token" || source != "collection" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	if b := item.Behavior(); !b.DisabledSystemHeaders["accept"] || !b.DisabledSystemHeaders["user-agent"] {
		t.Errorf("behaviour %+v", b)
	}
	if got, want := c.Raw.Get("later").Raw, `{"a":[1.50,"yes",null]}`; !sameJSON(t, got, want) || !strings.Contains(got, "1.50") {
		t.Errorf("unknown keys: %s, want %s", got, want)
	}
	secrets := c.Secrets()
	for _, secret := range []string{"collection-token", "folder-secret"} {
		if !slices.Contains(secrets, secret) {
			t.Errorf("secrets %q lack %q", secrets, secret)
		}
	}
	checkSaved(t, c)
	if again := mustParse(t, string(c.Bytes())); outline(again) != outline(c) {
		t.Error("the bytes of the collection are another one")
	}
}

func TestV3Roots(t *testing.T) {
	root := tree(t, crm)
	whole := outline(mustLoad(t, root))
	for _, path := range []string{root + string(filepath.Separator), filepath.Join(root, ".resources", "definition.yaml")} {
		if !IsV3(path) {
			t.Errorf("%s is not taken for v3", path)
		}
		if got := mustLoad(t, path); outline(got) != whole {
			t.Errorf("%s is another collection:\n%s", path, outline(got))
		}
	}
	t.Chdir(root)
	if got := mustLoad(t, "."); outline(got) != whole {
		t.Error("from inside it is another collection")
	}
	// Any folder can be the root.
	folder := mustLoad(t, "Cases")
	if folder.Name != "Cases" || len(folder.Items) != 2 {
		t.Errorf("folder %q with %d items", folder.Name, len(folder.Items))
	}
	if auth, source := folder.Items[0].Auth(); auth != nil || source != "request" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	if auth, source := folder.Items[1].Auth(); auth.Get("username") != "u" || source != "collection" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	one := filepath.Join("Cases", "Insert case.request.yaml")
	single := mustLoad(t, one)
	if single.Name != "Insert case" || single.File != one || len(single.Items) != 1 || len(single.Items[0].Model.Events) != 3 {
		t.Errorf("%q %q %d", single.Name, single.File, len(single.Items))
	}
	checkSaved(t, single)
	// Without a definition, the directory gives the name.
	if got := mustLoad(t, tree(t, "-- a.request.yaml --\nurl: http://x\n")); got.Name != "My API" {
		t.Errorf("name %q", got.Name)
	}
	if got := mustLoad(t, tree(t, "-- .resources/definition.yml --\n# nothing\n")); got.Name != "My API" || len(got.Items) != 0 {
		t.Errorf("name %q, %d items", got.Name, len(got.Items))
	}
	for path, want := range map[string]bool{"x.json": false, "job.yaml": false, "definition.yaml": false, "a/.resources/definition.yml": true,
		"a.request.yaml": true, "A.Request.YML": true, ".request.yaml": false, "a.environment.yaml": false} {
		if IsV3(path) != want {
			t.Errorf("IsV3(%s) = %v", path, !want)
		}
	}
}

// v3Requests are the members of a request file, and the v2.1 request that is made of them.
var v3Requests = []struct{ name, yaml, want string }{
	{"nothing", "name: R", `{"method":"GET","header":[],"url":""}`},
	{"traps", "method: GET\nurl: on\nheaders: {a: yes, b: no, c: 1.10, d: 007, e: 0x1F, f: 1e3, g: ~, h: 2020-01-01, i: true, j: '', k: .inf, l: 1_000, m: !!str 5}",
		`{"method":"GET","header":[{"key":"a","value":"yes"},{"key":"b","value":"no"},{"key":"c","value":"1.10"},{"key":"d","value":"007"},{"key":"e","value":"0x1F"},{"key":"f","value":"1e3"},{"key":"g","value":null},{"key":"h","value":"2020-01-01"},{"key":"i","value":"true"},{"key":"j","value":""},{"key":"k","value":".inf"},{"key":"l","value":"1_000"},{"key":"m","value":"5"}],"url":{"raw":"on","host":["on"]}}`},
	{"keys that are no texts", "headers: {yes: 1, 1.10: 2, null: 3}", `{"method":"GET","header":[{"key":"yes","value":"1"},{"key":"1.10","value":"2"},{"key":"","value":"3"}],"url":""}`},
	{"headers as a list", "headers: [{key: A, value: b, disabled: true, description: d}, null, 'C: d', {key: E, enabled: false}, {key: F, value: {x: 1}}]",
		`{"method":"GET","header":[{"key":"A","value":"b","disabled":true,"description":"d"},"C: d",{"key":"E","disabled":true},{"key":"F","value":"{\"x\":1}"}],"url":""}`},
	{"headers as a map of objects", "headers: {A: {value: b, disabled: yes, description: {content: d}}}", `{"method":"GET","header":[{"key":"A","value":"b","disabled":true,"description":{"content":"d"}}],"url":""}`},
	{"headers as text", "headers: |\n  A: b\n  //C: d\n", `{"method":"GET","header":"A: b\n//C: d\n","url":""}`},
	{"headers empty", "headers:\nqueryParams:\npathVariables: []\nbody:\nauth:\nscripts:\nsettings:", `{"method":"GET","header":[],"url":""}`},
	{"query as a map", "url: http://h/p\nqueryParams: {b: 1, a: ~}", `{"method":"GET","header":[],"url":{"raw":"http://h/p?b=1&a","protocol":"http","host":["h"],"path":["p"],"query":[{"key":"b","value":"1"},{"key":"a","value":null}]}}`},
	{"query of the text and the list", "url: http://h?a=1&b=2#f\nqueryParams: [{key: b, value: 3, disabled: true}, {key: c}]",
		`{"method":"GET","header":[],"url":{"raw":"http://h?a=1&c#f","protocol":"http","host":["h"],"query":[{"key":"a","value":"1"},{"key":"b","value":"3","disabled":true},{"key":"c"}],"hash":"f"}}`},
	{"query as text", "url: http://h\nqueryParams: a=1&b", `{"method":"GET","header":[],"url":{"raw":"http://h?a=1&b","protocol":"http","host":["h"],"query":[{"key":"a","value":"1"},{"key":"b","value":null}]}}`},
	{"path variables as a map", "url: h/:a\npathVariables: {a: 1}", `{"method":"GET","header":[],"url":{"raw":"h/:a","host":["h"],"path":[":a"],"variable":[{"key":"a","value":"1"}]}}`},
	{"url as an object", "url: {raw: h}", `{"method":"GET","header":[],"url":{"raw":"h"}}`},
	{"description", "description: yes", `{"method":"GET","header":[],"url":"","description":"yes"}`},

	{"json", "method: POST\nbody:\n  type: json\n  content: |-\n    {\n      \"a\": 1\n    }", `{"method":"POST","header":[],"body":{"mode":"raw","raw":"{\n  \"a\": 1\n}","options":{"raw":{"language":"json"}}},"url":""}`},
	{"json as YAML", "body: {type: json, content: {b: 1.50, a: [yes, true, ~, '1', -0.5, 007, .5]}}",
		`{"method":"GET","header":[],"body":{"mode":"raw","raw":"{\"b\":1.50,\"a\":[\"yes\",true,null,\"1\",-0.5,\"007\",\".5\"]}","options":{"raw":{"language":"json"}}},"url":""}`},
	{"text", "body: {type: text, content: 1.10}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"1.10","options":{"raw":{"language":"text"}}},"url":""}`},
	{"xml of nothing", "body: {type: xml}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"","options":{"raw":{"language":"xml"}}},"url":""}`},
	{"html, javascript", "body: {type: html, content: <p>, later: 1}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"<p>","options":{"raw":{"language":"html"}},"later":1},"url":""}`},
	{"a type that is unknown", "body: {type: later, content: x}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"x","options":{"raw":{"language":"later"}}},"url":""}`},
	{"no type", "body: {content: x}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"x"},"url":""}`},
	{"body as text", "body: x", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"x"},"url":""}`},
	{"none", "body: {type: none}", `{"method":"GET","header":[],"url":""}`},
	{"nothing in it", "body: {}", `{"method":"GET","header":[],"url":""}`},
	{"disabled", "body: {type: text, content: x, disabled: yes}", `{"method":"GET","header":[],"body":{"mode":"raw","raw":"x","options":{"raw":{"language":"text"}},"disabled":true},"url":""}`},
	{"urlencoded as a map", "body: {type: urlencoded, content: {b: 007, a: x}}", `{"method":"GET","header":[],"body":{"mode":"urlencoded","urlencoded":[{"key":"b","value":"007"},{"key":"a","value":"x"}]},"url":""}`},
	{"urlencoded as a list", "body: {type: urlencoded, content: [{key: a, value: x, disabled: true}]}", `{"method":"GET","header":[],"body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"x","disabled":true}]},"url":""}`},
	{"formdata with files", "body: {type: formdata, content: [{key: a, type: file, src: [x, 1.10]}, {key: b, type: file, src: ~}, {key: c, type: file, src: y, fileName: 5, contentType: text/csv}]}",
		`{"method":"GET","header":[],"body":{"mode":"formdata","formdata":[{"key":"a","type":"file","src":["x","1.10"]},{"key":"b","type":"file","src":null},{"key":"c","type":"file","src":"y","fileName":"5","contentType":"text/csv"}]},"url":""}`},
	{"file", "body: {type: file, content: {src: ./a.bin}}", `{"method":"GET","header":[],"body":{"mode":"file","file":{"src":"./a.bin"}},"url":""}`},
	{"file as a path", "body: {type: file, content: a.bin}", `{"method":"GET","header":[],"body":{"mode":"file","file":{"src":"a.bin"}},"url":""}`},
	{"file with its content", "body: {type: file, content: {content: aGk=}}", `{"method":"GET","header":[],"body":{"mode":"file","file":{"content":"aGk="}},"url":""}`},
	{"file with src beside", "body: {type: file, src: a.bin}", `{"method":"GET","header":[],"body":{"mode":"file","file":{"src":"a.bin"}},"url":""}`},
	{"graphql", "body: {type: graphql, content: {query: '{ a }', operationName: o, variables: {a: 1.0}}}", `{"method":"GET","header":[],"body":{"mode":"graphql","graphql":{"query":"{ a }","operationName":"o","variables":"{\"a\":1.0}"}},"url":""}`},
	{"graphql as text", "body: {type: graphql, content: '{ a }'}", `{"method":"GET","header":[],"body":{"mode":"graphql","graphql":{"query":"{ a }"}},"url":""}`},
	{"graphql-request", "$kind: graphql-request\nurl: h\nquery: '{ a }'\nvariables: '{}'", `{"method":"POST","header":[],"body":{"mode":"graphql","graphql":{"query":"{ a }","variables":"{}"}},"url":{"raw":"h","host":["h"]}}`},

	{"auth as a list", "auth: [{id: i, type: bearer, credentials: {token: 1.10}}, {type: basic}]", `{"auth":{"type":"bearer","bearer":[{"key":"token","value":"1.10","type":"string"}],"id":"i","others":[{"type":"basic"}]},"method":"GET","header":[],"url":""}`},
	{"credentials as a list", "auth: {type: apikey, credentials: [{key: key, value: X}, {key: value, value: yes}, {key: in, value: header}]}",
		`{"auth":{"type":"apikey","apikey":[{"key":"key","value":"X","type":"string"},{"key":"value","value":"yes","type":"string"},{"key":"in","value":"header","type":"string"}]},"method":"GET","header":[],"url":""}`},
	{"credentials of other kinds", "auth: {type: oauth2, credentials: {a: true, b: ~, c: [{x: 1}]}}",
		`{"auth":{"type":"oauth2","oauth2":[{"key":"a","value":true,"type":"boolean"},{"key":"b","value":null,"type":"any"},{"key":"c","value":[{"x":1}],"type":"any"}]},"method":"GET","header":[],"url":""}`},
	{"noauth", "auth: {type: noauth}", `{"auth":{"type":"noauth"},"method":"GET","header":[],"url":""}`},
	{"noauth as text", "auth: noauth", `{"auth":{"type":"noauth"},"method":"GET","header":[],"url":""}`},
	{"inherit", "auth: {type: inherit}", `{"method":"GET","header":[],"url":""}`},
	{"auth of nothing", "auth: []", `{"method":"GET","header":[],"url":""}`},
	{"no credentials", "auth: [{type: basic}]", `{"auth":{"type":"basic","basic":[]},"method":"GET","header":[],"url":""}`},
	{"anchors", "x: &h {A: b}\nheaders:\n  <<: *h\n  C: d", `{"method":"GET","header":[{"key":"A","value":"b"},{"key":"C","value":"d"}],"url":""}`},
	{"anchors, several", "x: [&h {A: b, C: 1}, &i {A: x, E: f}]\nheaders:\n  C: d\n  <<: [*h, *i]", `{"method":"GET","header":[{"key":"A","value":"b"},{"key":"E","value":"f"},{"key":"C","value":"d"}],"url":""}`},
}

func TestV3Requests(t *testing.T) {
	for _, tt := range v3Requests {
		t.Run(tt.name, func(t *testing.T) {
			c := mustLoad(t, tree(t, "-- R.request.yaml --\n"+tt.yaml+"\n"))
			got := writeJSON(rawJSON(c.Raw.Get("item.0.request").Raw))
			if want := writeJSON(rawJSON(tt.want)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for item := range c.Requests() {
				checkAnswers(t, item)
			}
			checkSaved(t, c)
		})
	}
}

// v3Files are trees; want are paths of gjson in the v2.1 document and what stands there.
var v3Files = []struct {
	name, archive string
	want          map[string]string
}{
	{"order", "-- b/x.request.yaml --\nurl: x\n-- b/.resources/definition.yaml --\norder: 1.5\nname: late\n-- a.request.yaml --\norder: '2'\n-- c.request.yaml --\norder: later\n-- d.request.yaml --\norder: 1\n-- B2.request.yaml --\nurl: x\n-- a3.request.yaml --\nname: zz\n",
		map[string]string{"item.#.name": `["d","late","a","B2","c","zz"]`, "item.4.order": `"later"`}},
	{"unknown keys", "-- a.request.yaml --\nid: 007\nitem: [1]\nresponse: x\nlater: {when: 2020-01-01}\n", map[string]string{"item.0.id": `"007"`, "item.0.v3_item": `[1]`, "item.0.v3_response": `"x"`, "item.0.later.when": `"2020-01-01"`}},
	{"another protocol", "-- a.request.yaml --\n$kind: grpc-request\nurl: h:50051\nmethodPath: a.B/c\nvariables: x\n", map[string]string{"item.0.name": `"a"`, "item.0.request": ``, "item.0.methodPath": `"a.B/c"`, "item.0.$kind": `"grpc-request"`}},
	{"scripts of other protocols", "-- .resources/definition.yaml --\nscripts: [{type: grpc:beforeInvoke, code: x}, {type: http:afterResponse, code: y, disabled: yes}, {type: prerequest}]\n",
		map[string]string{"event.#.listen": `["grpc:beforeInvoke","test","prerequest"]`, "event.1.disabled": `true`, "event.2.script.exec": `[""]`}},
	{"scripts of GraphQL", "-- a.request.yaml --\n$kind: graphql-request\nscripts: [{type: beforeQuery, code: x}, {type: graphql:beforeQuery, code: y}, {type: graphql:afterResponse, code: z}, {type: afterResponse, code: z}]\n",
		map[string]string{"item.0.event.#.listen": `["prerequest","prerequest","test","test"]`}},
	{"script files", "-- a.request.yaml --\nscripts:\n  - {type: test, path: ./s.js}\n  - {type: test, path: t.js}\n  - {type: test, path: scripts/t.js}\n  - {type: test, path: ../x.js, code: own}\n-- s.js --\nbeside\n-- .resources/a.resources/scripts/t.js --\ninside\n",
		map[string]string{"item.0.event.#.script.exec.0": `["beside","inside","inside","own"]`}},
	{"script files of a folder", "-- f/.resources/definition.yaml --\nscripts: [{type: test, path: ./own.js}, {type: test, path: ../../up.js}]\n-- f/.resources/own.js --\none\n-- up.js --\ntwo\n",
		map[string]string{"item.0.event.#.script.exec.0": `["one","two"]`}},
	{"examples elsewhere", "-- a.request.yaml --\nexamples: ./more\n-- more/e.example.yaml --\n$kind: http-example\noriginalRequest: {method: PUT, url: u, body: {type: text, content: x}}\ncode: 201\nbody: plain\nheaders: {A: b}\nlater: 1\n-- more/f.example.yml --\nname: F\norder: 1\nbody: ~\n",
		map[string]string{"item.0.response.#.name": `["F","e"]`, "item.0.response.1.originalRequest.method": `"PUT"`, "item.0.response.1.code": `201`, "item.0.response.1.body": `"plain"`,
			"item.0.response.1.header.0.key": `"A"`, "item.0.response.1.later": `1`, "item.0.response.0.body": `null`, "item.0.examples": ``}},
	{"no examples there", "-- a.request.yaml --\nexamples: ./gone\n", map[string]string{"item.0.response": `[]`, "item.0.examples": ``}},
	{"variables as a map", "-- .resources/definition.yaml --\nvariables: {b: 1.10, a: yes}\n", map[string]string{"variable": `[{"key":"b","value":"1.10"},{"key":"a","value":"yes"}]`}},
	{"members of v2.1 that v3 has no place for", "-- .resources/definition.yaml --\ninfo: {version: 1, name: no}\nv21_order: 3\n-- a.request.yaml --\nurl: x\nrequest: {proxy: p, method: no}\nv21_method: m\nscripts: [{type: test, code: x, event: {id: e}, disabled: false}]\nbody: {type: text, content: x, options: {}}\nheaders: [{key: k, v21_enabled: false}]\n",
		map[string]string{"info.version": `1`, "info.name": `"My API"`, "order": `3`, "item.0.request.proxy": `"p"`, "item.0.request.method": `"GET"`, "item.0.method": `"m"`, "item.0.event.0.id": `"e"`, "item.0.event.0.disabled": `false`,
			"item.0.request.body.options": ``, "item.0.request.header.0": `{"key":"k","enabled":false}`}},
	{"an example without a language", "-- a.request.yaml --\nurl: x\n-- a.resources/examples/e.example.yaml --\nname: ''\nrequest: {url: y, foo: 1}\nresponse: {body: {type: text, content: x}, _postman_previewlanguage: ~}\n",
		map[string]string{"item.0.response.0._postman_previewlanguage": ``, "item.0.response.0.originalRequest.foo": `1`, "item.0.response.0.name": `""`}},
	{"the same name twice", "-- a.request.yaml --\nname: X\nurl: '1'\n-- b.request.yaml --\nname: X\nurl: '2'\n", map[string]string{"item.#.name": `["X","X"]`}},
	{"UTF-8 with a mark, CRLF", "-- a.request.yaml --\n\uFEFFname: é\r\nurl: x\r\n", map[string]string{"item.0.name": `"é"`, "item.0.request.url.raw": `"x"`}},
	{"folders in folders", "-- a/b/c/d.request.yaml --\nurl: x\n-- a/e/readme.txt --\nx\n", map[string]string{"item.0.item.0.item.0.item.0.name": `"d"`, "item.0.item.#": `1`}},
	{"a repeated key", "-- a.request.yaml --\nurl: x\nurl: y\n", map[string]string{"item.0.request.url.raw": `"y"`}},
	{"an id", "-- .resources/definition.yaml --\nid: i\nname: N\nsettings: {strictSSL: yes}\n", map[string]string{"info._postman_id": `"i"`, "info.name": `"N"`, "id": ``, "name": ``, "protocolProfileBehavior.strictSSL": `"yes"`}},
}

func TestV3Files(t *testing.T) {
	for _, tt := range v3Files {
		t.Run(tt.name, func(t *testing.T) {
			c := mustLoad(t, tree(t, tt.archive))
			for _, path := range slices.Sorted(maps.Keys(tt.want)) {
				want := tt.want[path]
				got := c.Raw.Get(path).Raw
				if want == "" && got != "" || want != "" && (got == "" || !sameJSON(t, got, want)) {
					t.Errorf("%s is %s, want %s", path, got, want)
				}
			}
			checkSaved(t, c)
		})
	}
}

func TestV3Broken(t *testing.T) {
	tests := []struct {
		name, archive string
		want          []string
	}{
		{"bad YAML", "-- a.request.yaml --\nname: x\nurl: {{base}}/x\nmethod: GET\n", []string{"a.request.yaml:2:1: is not valid YAML", "'...'"}},
		{"bad YAML, indented", "-- f/a.request.yaml --\nname: x\nbody:\n  type: json\n   content: y\n", []string{filepath.Join("f", "a.request.yaml") + ":4:4: is not valid YAML"}},
		{"a list", "-- a.request.yaml --\n- x\n", []string{"a.request.yaml:1:1: the file is a list"}},
		{"a text", "-- a.request.yaml --\nsecret\n", []string{"the file is a text"}},
		{"two documents", "-- a.request.yaml --\nurl: x\n---\nurl: y\n", []string{"a.request.yaml:", "a second document"}},
		{"empty", "-- a.request.yaml --\n\n", []string{"is empty"}},
		{"not UTF-8", "-- a.request.yaml --\nurl: \xE9\n", []string{"a.request.yaml:1:6: is not UTF-8"}},
		{"control characters", "-- a.request.yaml --\nurl: x\nname: \"\x01\"\n", []string{"a.request.yaml:2:8", "control characters"}},
		{"an unknown anchor", "-- a.request.yaml --\nurl: *x\n", []string{"a.request.yaml:1:", "unknown anchor"}},
		{"definition", "-- .resources/definition.yaml --\nname: [\n", []string{"definition.yaml:", "is not valid YAML"}},
		{"example", "-- a.request.yaml --\nurl: x\n-- a.resources/examples/e.example.yaml --\n\tx: 1\n", []string{"e.example.yaml:1:", "is not valid YAML"}},
		{"headers are a list of lists", "-- a.request.yaml --\nheaders:\n  - [secret]\n", []string{"a.request.yaml:2:5: headers 1 is a list; expected a mapping"}},
		{"url is a list", "-- a.request.yaml --\nurl: [x]\n", []string{"a.request.yaml:1:6: url is a list"}},
		{"body is a list", "-- a.request.yaml --\nbody: [x]\n", []string{"body is a list"}},
		{"content", "-- a.request.yaml --\nbody: {type: graphql, content: [x]}\n", []string{"body: content is a list"}},
		{"src", "-- a.request.yaml --\nbody: {type: formdata, content: [{key: a, src: {b: c}}]}\n", []string{"src is a mapping"}},
		{"path variables", "-- a.request.yaml --\npathVariables: secret\n", []string{"pathVariables is a text"}},
		{"a path variable", "-- a.request.yaml --\npathVariables: [secret]\n", []string{"pathVariables holds a text"}},
		{"auth", "-- a.request.yaml --\nauth: {type: basic, credentials: secret}\n", []string{"auth: credentials is a text"}},
		{"a credential", "-- a.request.yaml --\nauth: {type: basic, credentials: [secret]}\n", []string{"auth: credentials 1 is a text"}},
		{"auth in a list", "-- a.request.yaml --\nauth: [[secret]]\n", []string{"auth is a list"}},
		{"scripts", "-- a.request.yaml --\nscripts: secret\n", []string{"scripts is a text"}},
		{"a script", "-- a.request.yaml --\nscripts: [secret]\n", []string{"scripts 1 is a text"}},
		{"settings", "-- a.request.yaml --\nsettings: [secret]\n", []string{"settings is a list"}},
		{"variables", "-- .resources/definition.yaml --\nvariables: [secret]\n", []string{"variables holds a text"}},
		{"merging", "-- a.request.yaml --\nheaders: {<<: secret}\n", []string{"what << names is a text"}},
		{"a script that is not there", "-- a.request.yaml --\nscripts: [{type: test, path: gone.js}]\n", []string{"a.request.yaml:1:30: there is no script file \"gone.js\""}},
		{"a script outside", "-- f/a.request.yaml --\nscripts: [{type: test, path: ../../x.js}]\n", []string{"there is no script file"}},
		{"an absolute script", "-- a.request.yaml --\nscripts: [{type: test, path: /etc/hostname}]\n", []string{"is not relative"}},
		{"a script that is a directory", "-- a.request.yaml --\nscripts: [{type: test, path: f}]\n-- f/x --\n", []string{"is not a regular file"}},
		{"a script that is no text", "-- a.request.yaml --\nscripts: [{type: test, path: x.js}]\n-- x.js --\n\xFF\xFF\n", []string{"x.js: is not a text in UTF-8"}},
		{"an anchor in itself", "-- a.request.yaml --\nx: &a [*a]\n", []string{"a.request.yaml:1:", "nested more than"}},
		{"an anchor that merges itself", "-- a.request.yaml --\nx: &a\n  <<: *a\n", []string{"nested more than"}},
		{"anchors that grow", "-- a.request.yaml --\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
			[]string{"more than 2000000 elements"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, tt.archive)
			_, err := Load(root)
			wantFileError(t, err, append(tt.want, root, "; ")...)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

func TestV3Links(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	root := tree(t, "-- real/a.request.yaml --\nurl: x\n")
	outside := filepath.Join(filepath.Dir(root), "secret.request.yaml")
	if err := os.WriteFile(outside, []byte("url: secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) string {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link(filepath.Join("real", "a.request.yaml"), "inside.request.yaml")
	link("..", "real/up") // a directory that leads back
	link("real", "again")
	c := mustLoad(t, root)
	if got := slices.Collect(c.Requests()); len(got) != 2 {
		t.Errorf("%d requests, want the file and the link to it", len(got))
	}
	for _, target := range []string{outside, "../secret.request.yaml", "gone.request.yaml", "loop.request.yaml"} {
		path := link(target, "loop.request.yaml")
		_, err := Load(root)
		wantFileError(t, err, path, "is a link that leads out of the collection, or nowhere")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	script := filepath.Join(root, "b.request.yaml")
	if err := os.WriteFile(script, []byte("scripts: [{type: test, path: s.js}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link(outside, "s.js")
	_, err := Load(root)
	wantFileError(t, err, "s.js", "is a link that leads out")
	if errors.Is(err, fs.ErrNotExist) {
		t.Error("the file outside was looked at")
	}
}

func TestV3Depth(t *testing.T) {
	nested := func(depth int) string {
		return tree(t, "-- "+strings.Repeat("f/", depth)+"a.request.yaml --\nurl: x\n")
	}
	c := mustLoad(t, nested(maxDepth-1))
	if n := len(slices.Collect(c.Requests())); n != 1 {
		t.Errorf("%d requests", n)
	}
	_, err := Load(nested(maxDepth + 5))
	wantFileError(t, err, "nested more than 200 levels")
}

func TestYAMLEnvironment(t *testing.T) {
	tests := []struct {
		name, text string
		want       Environment
	}{
		{"environment", "name: Dev\nid: 5\nvalues:\n  - {key: a, value: 1.10, enabled: true, type: default}\n  - {key: b, value: yes, type: secret}\n  - {key: c, value: ~, enabled: false}\n  - {key: d, value: x, secret: true, type: default}\n  - {key: e, disabled: true}\n  - {key: f, enabled: no}\n",
			Environment{Name: "Dev", ID: "5", Variables: []Variable{{Key: "a", Value: "1.10", Type: "default"}, {Key: "b", Value: "yes", Type: "secret"}, {Key: "c", Disabled: true},
				{Key: "d", Value: "x", Type: "secret"}, {Key: "e", Disabled: true}, {Key: "f", Disabled: true}}}},
		{"globals", "# of the workspace\nname: Globals\nvalues: []\n", Environment{Name: "Globals"}},
		{"a map", "values: {a: on}\n", Environment{Variables: []Variable{{Key: "a", Value: "on"}}}},
		{"with a start", "---\nname: x\nvalues:\n", Environment{Name: "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, file := range []string{"Dev.environment.yaml", "workspace.globals.yaml", "x.yml"} {
				got, err := ParseEnvironment(file, []byte(tt.text))
				if err != nil {
					t.Fatal(err)
				}
				if got.Name != tt.want.Name || got.ID != tt.want.ID || got.File != file || !slices.Equal(got.Variables, tt.want.Variables) {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			}
		})
	}
	for text, want := range map[string]string{
		"name: x\nvalues: secret\n":           "x.environment.yaml:2:9: values is a text",
		"name: x\nvalues: [secret]\n":         "x.environment.yaml:2:9: values holds a text",
		"name: x\nvalues:\n  - key: {{a}}x\n": "x.environment.yaml:3:",
		"name: x\nkey: y\n":                   "is not a Postman environment (it is a YAML file without \"values\")",
		"openapi: 3.1.0\n":                    "is an OpenAPI document (YAML)",
		"$kind: collection\n":                 "collection v3",
		"name: x\nvalues: []\n---\na: b\n":    "a second document",
	} {
		_, err := ParseEnvironment("x.environment.yaml", []byte(text))
		wantFileError(t, err, want, "; ")
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats a value: %v", err)
		}
	}
	// JSON is YAML, too: by the name of the file it is none the less read as JSON.
	if got, err := ParseEnvironment("x.yaml", []byte(environmentSample)); err != nil || len(got.Variables) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	path := filepath.Join(t.TempDir(), "a.environment.yaml")
	if err := os.WriteFile(path, []byte("values: [{key: a}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadEnvironment(path); err != nil || len(got.Variables) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzYAML(f *testing.F) {
	for _, tt := range v3Requests {
		f.Add([]byte(tt.yaml))
	}
	for _, archive := range append([]string{crm}, archives()...) {
		for _, file := range txtar.Parse([]byte(archive)).Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root := t.TempDir()
		for _, name := range []string{"R.request.yaml", "R.resources/examples/e.example.yaml", ".resources/definition.yaml"} {
			path := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var fileErr *FileError
		c, err := Load(root)
		if err != nil {
			if !errors.As(err, &fileErr) || fileErr.Problem == "" {
				t.Errorf("Load: %v is a %T", err, err)
			}
			return
		}
		if !gjson.Valid(string(c.Bytes())) {
			t.Fatalf("the collection is no JSON: %s", c.Bytes())
		}
		checkSaved(t, c)
		if _, err := ParseEnvironment("x.environment.yaml", data); err != nil && !errors.As(err, &fileErr) {
			t.Errorf("ParseEnvironment: %v is a %T", err, err)
		}
	})
}

func archives() []string {
	var list []string
	for _, tt := range v3Files {
		list = append(list, tt.archive)
	}
	return list
}
