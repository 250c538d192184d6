package insomnia

import (
	"encoding/json"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along, and what
// is read back and written again is the same but for the environment.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	formtest.Golden(t, "", files, formtest.Notes(&notes), *update)
	in := &convert.Input{Path: "insomnia.yaml", Data: files[0].Data}
	if !detect(in) {
		t.Error("it is not detected")
	}
	back, err := read(in, &notes)
	if err != nil {
		t.Fatal(err)
	}
	again, err := write(back, convert.Options{}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(files[0].Data), "environments:")
	if second, _, _ := strings.Cut(string(again[0].Data), "environments:"); second != first {
		t.Errorf("again:\n%s", second)
	}
}

// v5 is a file with the collection that is given.
func v5(list string) string {
	return "type: collection.insomnia.rest/5.0\nname: t\ncollection:\n" + list
}

// v4 is an export with resources below one workspace.
func v4(resources string) string {
	return `{"_type": "export", "__export_format": 4, "resources": [{"_id": "w", "parentId": null, "_type": "workspace", "name": "W", "description": "about W"}, ` + resources + `]}`
}

type readCase struct{ name, text, want, notes string }

func readCases() []readCase {
	return []readCase{
		{"request", v5("  - url: http://h/a\n    name: r\n    method: get\n    meta: {id: req_1, description: says, sortKey: 1}\n    headers:\n      - {name: X, value: 007, description: why}\n      - {name: Y, value: yes, disabled: true}\n      - {name: '', value: ''}\n"),
			"r: GET http://h/a\n  X: 007 (why)\n  Y: yes off\n  about: says\n", ""},
		{"order", v5("  - {url: http://h/1, name: b, method: GET, meta: {sortKey: 2}}\n  - {url: http://h/2, name: a, method: GET, meta: {sortKey: -5.5}}\n"), "a: GET http://h/2\nb: GET http://h/1\n", ""},
		{"folders", v5("  - name: F\n    meta: {description: inside}\n    headers: [{name: X-F, value: '{{ _.v }}'}, {name: Accept, value: a}]\n    authentication: {type: bearer, token: t}\n    environment: {v: 1}\n    scripts: {preRequest: insomnia.test()}\n    children:\n      - name: G\n        children:\n          - {url: http://h, name: r, method: GET, headers: [{name: accept, value: b}]}\n          - {url: http://h, name: none, method: GET, authentication: {type: none}}\n      - {name: E, children: []}\n"),
			"variable v=1 \nF/ about: inside\nF/G/r: GET http://h\n  accept: b\n  X-F: {{v}}\n  auth bearer (folder F) token=t\n  prerequest: pm.test()\nF/G/none: GET http://h\n  X-F: {{v}}\n  Accept: a\n  prerequest: pm.test()\n",
			"F: event prerequest: insomnia.* became pm.*\nF: environment: its variables are those of the collection: Postman's folders have none\nF: headers: are written to each request in it: Postman's folders have none\n"},
		{"parameters", v5("  - url: http://{{ _.h }}/a/:id/:x?q=1\n    name: r\n    method: GET\n    parameters: [{name: a, value: 'x + {{ _[''a+b''] }}', description: d}, {name: b, value: '', disabled: true}, {name: '', value: z}]\n    pathParameters: [{name: id, value: '{{ _.h }}'}]\n"),
			"r: GET http://{{h}}/a/:id/:x?q=1&a=x %2B {{a+b}}\n  ? q=1\n  ? a=x %2B {{a+b}} (d)\n  ? b= off\n  : id={{h}}\n  : x=:x\n", ""},
		{"settings", v5("  - url: http://h\n    name: r\n    method: GET\n    parameters: [{name: a, value: '+'}]\n    settings: {renderRequestBody: false, encodeUrl: false, followRedirects: off, rebuildPath: false, cookies: {send: false, store: false}}\n"),
			"r: GET http://h?a=+\n  ? a=+\n  {\"disableCookies\":true,\"disableUrlEncoding\":true,\"followRedirects\":false}\n", "r: setting renderRequestBody: left out: Postman fills in the placeholders of every body\nr: setting rebuildPath: left out\n"},
		{"json", v5("  - url: http://h\n    name: r\n    method: POST\n    headers: [{name: Content-Type, value: application/json}]\n    body:\n      mimeType: application/json\n      text: |-\n        {\n          \"a\": {{ _.a }}\n        }\n"),
			"r: POST http://h\n  Content-Type: application/json\n  body raw json \"{\\n  \\\"a\\\": {{a}}\\n}\"\n", ""},
		{"other text", v5("  - {url: http://h, name: r, method: GET, body: {mimeType: application/vnd.x+json, text: '1'}}\n"),
			"r: GET http://h\n  Content-Type: application/vnd.x+json\n  body raw \"1\"\n  {\"disableBodyPruning\":true}\n", ""},
		{"forms", v5("  - {url: http://h, name: u, method: POST, headers: [{name: content-type, value: application/x-www-form-urlencoded}], body: {mimeType: application/x-www-form-urlencoded, params: [{name: a, value: 1, description: d}, {name: b, value: '2', disabled: true}]}}\n  - {url: http://h, name: m, method: POST, headers: [{name: Content-Type, value: multipart/form-data}], body: {mimeType: multipart/form-data, params: [{name: a, value: '1'}, {name: f, type: file, fileName: 'C:\\x.zip'}, {name: g, type: file}]}}\n  - {url: http://h, name: f, method: POST, body: {mimeType: application/octet-stream, fileName: x.bin}}\n"),
			"u: POST http://h\n  body urlencoded\n    a=1 (d)\n    b=2 off\nm: POST http://h\n  body formdata\n    a=1\n    f=@C:\\x.zip\n    g=@\nf: POST http://h\n  Content-Type: application/octet-stream\n  body file x.bin\n", ""},
		{"graphql", v5("  - {url: http://h, name: r, method: POST, headers: [{name: Content-Type, value: application/json}], body: {mimeType: application/graphql, text: '{\"query\": \"{ a }\", \"variables\": {\"x\": \"{{ _.x }}\"}, \"operationName\": \"Q\"}'}}\n  - {url: http://h, name: s, method: POST, body: {mimeType: application/graphql, text: '{\"query\": {{ _.q }}}'}}\n"),
			"r: POST http://h\n  body graphql \"{ a }\" \"{\\\"x\\\": \\\"{{x}}\\\"}\" \"Q\"\ns: POST http://h\n  body raw json \"{\\\"query\\\": {{q}}}\"\n", "s: body: is kept as text: it is no JSON with a query\n"},
		{"templates", v5("  - url: \"http://{{ _.a.b }}/{{c}}/{{ _['d e'] }}/{{- _.f -}}/{{ _.l[0] }}/{% uuid 'v4' %}/{% now 'iso-8601', '' %}/{% faker 'randomCity' %}\"\n    name: r\n    method: GET\n"),
			"r: GET http://{{a.b}}/{{c}}/{{d e}}/{{f}}/{{l[0]}}/{{$guid}}/{{$isoTimestamp}}/{{$randomCity}}\n", ""},
		{"templates that stay", v5("  - url: \"http://h/{{ _.a | upper }}/{% response 'body', 'req_1', 'b64::x==::46b' %}/{% raw %}{% x %}{{y}}{% endraw %}/{# say #}/<<z>>/{% now 'millis' %}\"\n    name: r\n    method: GET\n"),
			"r: GET http://h/{{ _.a | upper }}/{% response 'body', 'req_1', 'b64::x==::46b' %}/{% x %}{{y}}//<<z>>/{{$timestamp}}\n",
			"r: <<z>>: was a text, and is a placeholder now\nr: template {{ _.a | upper }}: stays as it is: Postman computes nothing in a placeholder\nr: template {% response 'body', 'req_1', 'b64::x==::46b' %}: stays as it is: Postman has no such tag\nr: text {% x %}{{y}}: is a placeholder now\nr: comment {# say #}: left out\nr: template {% now 'millis' %}: became {{$timestamp}}, which is not quite the same\n"},
		{"environment", v5("") + "environments:\n  name: Base\n  data:\n    host: h\n    n: 1.50\n    yes: true\n    none: null\n    list: [1, a]\n    token: abc\n    url: 'http://{{ _.host }}'\n    o: {a: {b: 1}, e: {}}\n    __insomnia_vault: {p: x}\n  subEnvironments:\n    - {name: Dev, data: {host: dev}}\n",
			"variable host=dev \nvariable n=1.50 \nvariable yes=true \nvariable none= \nvariable list=[1,\"a\"] \nvariable token=abc secret\nvariable url=http://{{host}} \nvariable o.a.b=1 \nvariable o.e={} \n",
			": environment Dev: its values are those of the collection's variables\n: vault: left out: Insomnia keeps its values\n"},
		{"environments", v5("") + "environments:\n  data: {a: 1}\n  subEnvironments:\n    - {name: Dev, data: {a: 2}}\n    - {name: Live, data: {a: 3}}\n",
			"variable a=1 \n", ": environment Dev: left out: there are several, and a collection holds one set of variables\n: environment Live: left out: there are several"},
		{"scripts", v5("  - {url: http://h, name: r, method: GET, scripts: {preRequest: 'insomnia.baseEnvironment.set(1)', afterResponse: \"const a = insomnia.response.json();\\ninsomnia.vault.get('x'); my.insomnia.test\"}}\n"),
			"r: GET http://h\n  prerequest: pm.collectionVariables.set(1)\n  test: const a = pm.response.json();|insomnia.vault.get('x'); my.insomnia.test\n",
			"r: event prerequest: insomnia.* became pm.*\nr: event test: insomnia.* became pm.*\nr: event test: uses insomnia.vault, which Postman does not have\n"},
		{"auth", v5("  - {url: http://h, name: basic, method: GET, authentication: {type: basic, username: u, password: '{{ _.p }}', useISO88591: false}}\n  - {url: http://h, name: prefix, method: GET, authentication: {type: bearer, token: t, prefix: Token}}\n  - {url: http://h, name: key, method: GET, authentication: {type: apikey, key: k, value: v, addTo: queryParams}}\n  - {url: http://h, name: cookie, method: GET, authentication: {type: apikey, key: k, value: v, addTo: cookie}}\n  - {url: http://h, name: aws, method: GET, authentication: {type: iam, accessKeyId: a, secretAccessKey: s, region: r, service: x}}\n  - {url: http://h, name: oauth2, method: GET, authentication: {type: oauth2, grantType: password, username: u, credentialsInBody: true, usePkce: true}}\n  - {url: http://h, name: off, method: GET, authentication: {type: basic, username: u, disabled: true}}\n  - {url: http://h, name: netrc, method: GET, authentication: {type: netrc}}\n"),
			"basic: GET http://h\n  auth basic (request) username=u password={{p}}\nprefix: GET http://h\n  auth apikey (request) key=Authorization value=Token t in=header\nkey: GET http://h\n  auth apikey (request) key=k value=v in=query\ncookie: GET http://h\n  Cookie: k=v\naws: GET http://h\n  auth awsv4 (request) accessKey=a secretKey=s region=r service=x\noauth2: GET http://h\n  auth oauth2 (request) grant_type=password_credentials username=u client_authentication=body\noff: GET http://h\nnetrc: GET http://h\n",
			"cookie: auth: an API key in a cookie became the header Cookie of the request\noauth2: auth oauth2: usePkce is left out\noff: auth: basic is left out: it is disabled\nnetrc: auth: netrc is left out: Postman does not know it\n"},
		{"other protocols", v5("  - {url: h, name: g, meta: {id: greq_1}, reflectionApi: {enabled: false}}\n  - {url: ws://h, name: w, meta: {id: ws-req_1}}\n  - {url: http://h, name: s, meta: {id: socketio-req_1}}\n  - {name: empty, method: GET, meta: {id: req_1}}\n"),
			"empty: GET \n", "g: request: left out: it is one over gRPC\nw: request: left out: it is one over a WebSocket\ns: request: left out: it is one over Socket.IO\n"},
		{"the rest of a file", v5("") + "cookieJar: {cookies: [{key: a}]}\nspec: {contents: {}}\ntestSuites: [1]\nschema_version: '5.1'\n", "", ": cookies: left out (1)\n: spec: left out: convert the OpenAPI document itself\n: testSuites: left out\n"},
		{"version 4", v4(`{"_id": "r2", "parentId": "f", "_type": "request", "name": "in", "method": "POST", "url": "{{ _.base }}/x", "body": {"mimeType": "application/json", "text": "{}"}, "parameters": [], "headers": [{"name": "Content-Type", "value": "application/json"}], "authentication": {}, "metaSortKey": 2, "settingFollowRedirects": "on", "settingSendCookies": true, "settingStoreCookies": false, "afterResponseScript": "insomnia.test()", "description": "d"},
			{"_id": "r1", "parentId": "w", "_type": "request", "name": "first", "method": "GET", "url": "http://h", "metaSortKey": -1}, {"_id": "f", "parentId": "w", "_type": "request_group", "name": "F", "metaSortKey": 5, "environment": {}},
			{"_id": "e1", "parentId": "e", "_type": "environment", "name": "Dev", "data": {"base": "http://dev"}}, {"_id": "e", "parentId": "w", "_type": "environment", "name": "Base", "data": {"base": "http://b"}},
			{"_id": "j", "parentId": "w", "_type": "cookie_jar", "cookies": []}, {"_id": "a", "parentId": "w", "_type": "api_spec", "contents": ""}, {"_id": "u", "parentId": "w", "_type": "unit_test_suite"}`),
			"variable base=http://dev \nfirst: GET http://h\nF/in: POST {{base}}/x\n  Content-Type: application/json\n  body raw json \"{}\"\n  about: d\n  test: pm.test()\n  {\"followRedirects\":true}\n",
			": unit_test_suite: left out\n: environment Dev: its values are those of the collection's variables\nF/in: setting cookies: left out: Postman sends and keeps cookies, or neither\nF/in: event test: insomnia.* became pm.*\n"},
		{"several workspaces", v4(`{"_id": "w2", "_type": "workspace", "name": "W2"}, {"_id": "r", "parentId": "w2", "_type": "request", "name": "r", "url": "http://h"}, {"_id": "o", "parentId": "gone", "_type": "request", "name": "o", "url": "http://h"}, {"_id": "c1", "parentId": "c2", "_type": "request_group", "name": "c1"}, {"_id": "c2", "parentId": "c1", "_type": "request_group", "name": "c2"}`),
			"W/ about: about W\nW2/r: GET http://h\no: GET http://h\n", "c1: request: left out: its folders are in each other, or too deep\nc2: request: left out"},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			in := &convert.Input{Path: "x.yaml", Data: []byte(c.text)}
			if !detect(in) {
				t.Error("it is not detected")
			}
			var notes convert.Notes
			got, err := read(in, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := formtest.Show(got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.HasPrefix(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"other YAML", "a: 1", "x.yaml: is no collection of Insomnia: it has no type\nexport the collection from Insomnia again"},
		{"no YAML", "type: collection.insomnia.rest/5.0\nname: [", "x.yaml:2:1: is not valid YAML: did not find expected node content"},
		{"no JSON", "{\"_type\": \"export\",\n \"resources\" 1}", "x.yaml:2:14: is not valid JSON: invalid character '1' after object key\nexport it again"},
		{"cut short", `{"_type": "export", "resources": [`, "x.yaml:1:35: is not valid JSON: it ends in the middle\nexport it again"},
		{"environment", "type: environment.insomnia.rest/5.0", "x.yaml: is an environment of Insomnia, not a collection\nexport the collection"},
		{"mock server", "type: mock.insomnia.rest/5.0", "x.yaml: is mock of Insomnia, not a collection\nexport the collection"},
		{"newer", "type: collection.insomnia.rest/6.0", "x.yaml: is of the version 6.0 of Insomnia's files\nexport it in version 5"},
		{"older", `{"_type": "export", "__export_format": 2, "resources": []}`, "x.yaml: is an export of version 2; those of 3, 4 and 5 are known\nexport the collection from Insomnia again"},
		{"no resources", `{"_type": "export", "__export_format": 4}`, "x.yaml: resources: is no list\nexport the collection from Insomnia again"},
		{"no list", "type: collection.insomnia.rest/5.0\ncollection: {a: 1}", "x.yaml: collection: is no list\nexport the collection from Insomnia again"},
		{"no item", v5("  - {name: F, children: [1]}"), "x.yaml: collection[0].children[0]: is neither a folder nor a request\nexport the collection from Insomnia again"},
		{"too deep", "type: collection.insomnia.rest/5.0\ncollection: " + strings.Repeat("[{name: a, children: ", 250) + "[]" + strings.Repeat("}]", 250), "levels deep"},
		{"anchors", "type: collection.insomnia.rest/5.0\na: &a [1,2,3,4,5,6,7,8,9,0]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ncollection: [*f,*f,*f,*f]\n", "its anchors counted wherever they are used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(&convert.Input{Path: "x.yaml", Data: []byte(c.text)}, &convert.Notes{})
			var e *convert.Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestRoundTrip: what Postman and Insomnia both know comes back as it was.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct{ name, rest, notes string }{
		{"folders, auth, scripts", `"item": [{"name": "F", "description": "d", "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{p}}"}]}, "event": [{"listen": "test", "script": {"exec": ["a"]}}], "item": [{"name": "r", "request": {"method": "GET", "url": "http://h", "auth": {"type": "noauth"}}}, {"name": "e", "item": []}]}]`, ": variable p: has no value\n"},
		{"names", `"item": [{"name": "r", "request": {"url": "http://{{host.name}}/{{a b}}/{{x}}/{{$randomCity}}?q={{host.port}}", "header": [{"key": "{{k}}", "value": "{{ k }}"}]}}], "variable": [{"key": "host.name", "value": "h"}, {"key": "host.port", "value": "{{x}}"}]`, ""},
		{"query and path", `"item": [{"name": "r", "request": {"url": {"raw": "http://h:1/a/:id?a=1&b", "protocol": "http", "host": ["h"], "port": "1", "path": ["a", ":id"], "query": [{"key": "a", "value": "1", "description": "d"}, {"key": "b", "value": null}, {"key": "c", "value": "2", "disabled": true}], "variable": [{"key": "id", "value": "{{x}}"}]}}}]`, ""},
		{"bodies", `"item": [
			{"name": "json", "request": {"method": "POST", "url": "http://h", "header": [{"key": "Content-Type", "value": "application/json"}], "body": {"mode": "raw", "raw": "{\n  \"a\": \"{{x}}\", {# b #} {% c %} {{}}\n}\n", "options": {"raw": {"language": "json"}}}}},
			{"name": "urlencoded", "request": {"method": "POST", "url": "http://h", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1", "type": "text", "description": "d"}, {"key": "b", "value": "+ ", "type": "text", "disabled": true}]}}},
			{"name": "parts", "request": {"method": "POST", "url": "http://h", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": " 1\n\t2", "type": "text"}, {"key": "f", "type": "file", "src": ["x/y z"]}, {"key": "g", "type": "file", "src": []}]}}},
			{"name": "graphql", "request": {"method": "POST", "url": "http://h", "body": {"mode": "graphql", "graphql": {"query": "{ a }", "variables": "{\"a\":\"{{x}}\"}", "operationName": "Q"}}}}]`, ""},
		{"auth types", `"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{x}}"}]}, "item": [
			{"name": "digest", "request": {"url": "http://h", "auth": {"type": "digest", "digest": [{"key": "username", "value": "u"}, {"key": "password", "value": "p"}]}}},
			{"name": "apikey", "request": {"url": "http://h", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "u"}, {"key": "value", "value": "p"}, {"key": "in", "value": "query"}]}}},
			{"name": "aws", "request": {"url": "http://h", "auth": {"type": "awsv4", "awsv4": [{"key": "accessKey", "value": "u"}, {"key": "secretKey", "value": "p"}, {"key": "region", "value": "r"}]}}},
			{"name": "oauth2", "request": {"url": "http://h", "auth": {"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "password_credentials"}, {"key": "client_authentication", "value": "body"}]}}},
			{"name": "oauth1", "request": {"url": "http://h", "auth": {"type": "oauth1", "oauth1": [{"key": "consumerKey", "value": "k"}, {"key": "addParamsToHeader", "value": "true"}]}}}]`, ""},
		{"settings", `"item": [{"name": "r", "protocolProfileBehavior": {"disableCookies": true, "disableUrlEncoding": true, "followRedirects": false}, "request": {"url": "http://h"}}, {"name": "s", "protocolProfileBehavior": {"followRedirects": true}, "request": {"url": "http://h"}}]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Insomnia writes the header of a body that has none.
			plain := strings.NewReplacer("  Content-Type: application/json\n", "", "{{ k }}", "{{k}}", "  ? q={{host.port}}\n", "", " (collection)", " (request)")
			made := formtest.Parse(t, `{"info": {"name": "t"}, `+c.rest+`}`)
			var notes convert.Notes
			o := convert.Options{Scopes: &vars.Scopes{}}
			for _, v := range made.Variables() {
				o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value})
			}
			files, err := write(made, o, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := formtest.Notes(&notes); !strings.HasPrefix(text, c.notes) {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
			back, err := read(&convert.Input{Path: "x.yaml", Data: files[0].Data}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			_, got, _ := cutVariables(formtest.Show(back))
			if _, want, _ := cutVariables(formtest.Show(made)); plain.Replace(got) != plain.Replace(want) {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, files[0].Data)
			}
		})
	}
}

// cutVariables cuts the lines of the variables off.
func cutVariables(text string) (variables, rest string, found bool) {
	for strings.HasPrefix(text, "variable ") {
		line, after, _ := strings.Cut(text, "\n")
		variables, text, found = variables+line+"\n", after, true
	}
	return variables, text, found
}

func TestWriteNotes(t *testing.T) {
	for _, c := range []struct{ name, rest, want, notes string }{
		{"collection's auth and scripts", `"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}, "event": [{"listen": "prerequest", "script": {"exec": ["let a;"]}}], "item": [{"name": "r", "request": "http://h"}]`,
			"        authentication:\n          type: bearer\n          token: t\n        scripts:\n          preRequest: |-\n            {\n            let a;\n            }\n", "r: auth: is that of the collection, written here\nr: event prerequest: begins with the script of what is around it\n"},
		{"plus signs", `"item": [{"name": "r", "request": {"url": "http://h/?a=b+c&d=e"}}]`, "  - url: http://h/?a=b+c&d=e\n", ""},
		{"path variable with more behind it", `"item": [{"name": "r", "request": {"url": {"raw": "http://h/:a.json", "host": ["h"], "path": [":a.json"], "variable": [{"key": "a", "value": "{{x}}"}]}}}]`, "url: h/{{ _.x }}.json\n", "r: path variable a: its value is written into the URL\n: variable x: has no value\n"},
		{"names that meet", `"item": [{"name": "r", "request": "http://h/{{a}}/{{a.b}}/{{$no}}/{{q'}}"}]`, "url: http://h/{{ _.a }}/{{ _.a_b }}/{{ _.no }}/{{ _.q_ }}\n", ": variable a.b: is called a_b\n: variable $no: is called no\n: variable q': is called q_\n: variable $no: has no value\n: variable a: has no value\n: variable a.b: has no value\n: variable q': has no value\n"},
		{"unknown auth", `"item": [{"name": "r", "request": {"url": "http://h", "auth": {"type": "edgegrid", "edgegrid": [{"key": "a", "value": "b"}]}}}]`, "url: http://h\n", "r: auth: edgegrid is left out: Insomnia does not know it\n"},
		{"auth with more", `"item": [{"name": "r", "request": {"url": "http://h", "auth": {"type": "ntlm", "ntlm": [{"key": "username", "value": "u"}, {"key": "domain", "value": "d"}]}}}]`, "type: ntlm\n", "r: auth ntlm: domain is left out\n"},
		{"bodies that are not sent", `"item": [{"name": "r", "request": {"url": "http://h", "body": {"mode": "raw", "raw": "x"}}}, {"name": "s", "request": {"method": "POST", "url": "http://h", "body": {"mode": "raw", "raw": "x", "disabled": true}}}]`, "method: GET\n", "r: body: left out: Postman does not send the body of a GET\ns: body: left out: it is disabled\n"},
		{"parts", `"item": [{"name": "r", "request": {"method": "POST", "url": "http://h", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text", "contentType": "x/y"}, {"key": "f", "type": "file", "src": ["1", "2"], "fileName": "n"}]}}}]`, "fileName: \"2\"\n", "r: field a: its content type x/y is left out\nr: field f: its file is sent with its own name, not as n\n"},
		{"the rest", `"item": [{"name": "r", "protocolProfileBehavior": {"strictSSL": false}, "request": "http://h", "response": [{"name": "a"}]}], "variable": [{"key": "a", "value": "1", "disabled": true}]`, "url: http://h\n", "r: protocolProfileBehavior strictSSL: left out\nr: saved answers: left out (1)\n: variable a: left out: it is disabled\n"},
		{"script of Postman alone", `"item": [{"name": "r", "event": [{"listen": "test", "script": {"exec": ["pm.visualizer.set(pm.response.text()); postman.setNextRequest(null)"]}}], "request": "http://h"}]`, "afterResponse: pm.visualizer.set(insomnia.response.text()); postman.setNextRequest(null)\n",
			"r: event test: pm.* became insomnia.*\nr: event test: uses pm.visualizer, which Insomnia does not have\nr: event test: uses postman.setNextRequest, which Insomnia does not have\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			files, err := write(formtest.Parse(t, `{"info": {"name": "t"}, `+c.rest+`}`), convert.Options{}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			indented := strings.ReplaceAll(string(files[0].Data), "\n    ", "\n        ")
			if !strings.Contains(string(files[0].Data), c.want) && !strings.Contains(indented, c.want) {
				t.Errorf("got\n%s\nwant\n%s", files[0].Data, c.want)
			}
			if got := formtest.Notes(&notes); got != c.notes {
				t.Errorf("notes\n%s\nwant\n%s", got, c.notes)
			}
		})
	}
}

// TestSecrets: values of secrets are only written when they are asked for.
func TestSecrets(t *testing.T) {
	c := formtest.Parse(t, `{"info": {"name": "t"}, "item": [{"name": "r", "request": {"url": "http://h/", "header": [{"key": "X-Token", "value": "literal-secret"}]}}]}`)
	for _, with := range []bool{false, true} {
		o := convert.Options{Scopes: &vars.Scopes{}, Environment: &collection.Environment{Name: "e"}, WithSecrets: with}
		o.Scopes.Set(vars.Environment, vars.Variable{Name: "t", Value: "hidden-value", Secret: true})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "password", Value: "hidden-value"})
		var notes convert.Notes
		files, err := write(c, o, &notes)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(files[0].Data), "hidden-value"); with && n != 2 || !with && n != 0 {
			t.Errorf("with secrets %v: the values stand there %d times:\n%s", with, n, files[0].Data)
		}
		if !strings.Contains(formtest.Notes(&notes), "a value that looks like a secret stands in the requests") {
			t.Errorf("no note about the literal secret: %s", formtest.Notes(&notes))
		}
	}
}

// TestWire: what is read back of a file sends the same bytes as the collection of which
// it was made.
func TestWire(t *testing.T) {
	server := filewire.NewRecorder(t)
	dir := filewire.Files(t)
	for _, c := range filewire.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			made := c.Collection(t, server.URL)
			filewire.Send(t, made, dir)
			want := server.Take()
			o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
			for _, v := range made.Variables() {
				o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value})
			}
			files, err := write(made, o, &convert.Notes{})
			if err != nil {
				t.Fatal(err)
			}
			back, err := read(&convert.Input{Path: "x.yaml", Data: files[0].Data}, &convert.Notes{})
			if err != nil {
				t.Fatal(err)
			}
			filewire.Send(t, back, dir)
			// Insomnia has no content type of a part.
			want = strings.Replace(want, `form-data; name="j" application/json`, `form-data; name="j" `, 1)
			if got := server.Take(); got != want || want == "" {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, files[0].Data)
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		"\ufefftype: \"collection.insomnia.rest/5.0\"\n":                true,
		"# c\nname: x\ntype: spec.insomnia.rest/5.0":                    true,
		`{"type": "collection.insomnia.rest/5.0"}`:                      true,
		"_type: export\n__export_format: 4\nresources: []":              true,
		`{"__export_format": 4, "_type":"export"}`:                      true,
		`{"_type": "export"}`:                                           false,
		"openapi: 3.0.0\n":                                              false,
		`{"info": {"description": "type: collection.insomnia.rest/5"}}`: false,
	} {
		if got := detect(&convert.Input{Path: "x", Data: []byte(text)}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "x", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		first, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil {
			t.Fatal(err)
		}
		second, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil || string(first[0].Data) != string(second[0].Data) {
			t.Fatalf("two conversions differ: %v", err)
		}
		if _, err := read(&convert.Input{Path: "y", Data: first[0].Data}, &convert.Notes{}); err != nil {
			t.Errorf("what was written is not read: %v\n%s", err, first[0].Data)
		}
	})
}

// FuzzTemplate: a text comes back as it was, its placeholders without blanks.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"", "{{x}}", "{{ a.b }}", "a {{b}} {% c %} {# d #}", "{{$guid}}", "{{{x}}}", "{{}}", "{ {{a'b}}", "<<x>>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "raw") || !json.Valid([]byte(jsonText(text))) {
			return
		}
		for _, name := range vars.Placeholders(text) {
			if !plainName.MatchString(name) {
				return
			}
		}
		var notes convert.Notes
		w := &writer{notes: &notes, names: map[string]bool{}, used: map[string]bool{}}
		r := &reader{notes: &notes}
		written := w.template(nil, text)
		want := placeholder.ReplaceAllStringFunc(text, func(m string) string {
			if name := strings.TrimSpace(m[2 : len(m)-2]); name != "" {
				return "{{" + name + "}}"
			}
			return m
		})
		if got := r.text("", written); got != want {
			t.Errorf("%q became %q, and then %q", text, written, got)
		}
	})
}
