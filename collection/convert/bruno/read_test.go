package bruno

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	requests "github.com/pmrun/pmrun/collection/request"
)

// readCases are files, and what is read of them.
func readCases() []struct{ name, text, want, notes string } {
	return []struct{ name, text, want, notes string }{
		{"small", "meta {\n  name: A b\n  type: http\n  seq: 1\n}\n\nget {\n  url: https://h.test/x?a=1\n  body: none\n  auth: none\n}\n", `A b: GET https://h.test/x?a=1`, ""},
		{"no meta", "post {\n  url: http://h\n}", `r: POST http://h`, ""},
		{"windows", "\ufeffget {\r\n  url: http://h\r\n  body: text\r\n}\r\nbody:text {\r\n  a\r\n    b\r\n}\r\n", "r: GET http://h\nraw text: a\n  b", ""},
		{"headers", "get {\n  url: http://h\n}\nheaders {\n  A: b: c\n  ~C: d\n  \"x \\\"y\\\":\": {{z}}\n  @description('say')\n  E: '''\n    one\n      two\n  '''\n  @f: g\n}", "r: GET http://h\nA: b: c\nC: d off\nx \"y\":: {{z}}\nE: one\n  two (say)\n@f: g", ""},
		{"query", "get {\n  url: http://{{a.b}}.test:8080/x/:id?a=1&b\n}\nparams:query {\n  a: 1\n  @description(\"it's \\\"b\\\"\")\n  b:\n  ~c: 3\n}\nparams:path {\n  id: 7\n}",
			"r: GET http://{{a.b}}.test:8080/x/:id?a=1&b\nquery b= (it's \"b\")\nquery c=3 off\nid=7", ""},
		{"json", "post {\n  url: http://h\n  body: json\n}\n\nbody:json {\n  {\n    \"a\": {{x}}\n  }\n}\nbody:xml {\n  <a/>\n}", "r: POST http://h\nraw json: {\n  \"a\": {{x}}\n}", "body:xml: left out: another body is chosen"},
		{"old body", "post {\n  url: http://h\n  body: json\n}\n\nbody {\n  {}\n}", "r: POST http://h\nraw json: {}", ""},
		{"form", "post {\n  url: http://h\n  body: formUrlEncoded\n}\nbody:form-urlencoded {\n  a b: c\n  ~d: e\n}", "r: POST http://h\nurlencoded: a b=c d=e off", ""},
		{"multipart", "post {\n  url: http://h\n  body: multipartForm\n}\nbody:multipart-form {\n  a: 1 @contentType(text/css)\n  f: @file(a b.txt|c.txt) @contentType(x/y)\n  l: '''\n    1\n    2\n  ''' @contentType(text/plain)\n}",
			"r: POST http://h\nformdata: a=1;text/css f=@a b.txt,c.txt;x/y l=1\n2;text/plain", ""},
		{"file", "post {\n  url: http://h\n  body: file\n}\nbody:file {\n  file: @file(a.bin) @contentType(application/x)\n  ~file: @file(b.bin)\n}", "r: POST http://h\nContent-Type: application/x\nfile: a.bin", "file @file(b.bin): left out"},
		{"graphql", "meta {\n  type: graphql\n}\npost {\n  url: http://h\n  body: graphql\n}\nbody:graphql {\n  { a }\n}\nbody:graphql:vars {\n  {\"b\": 1}\n}", "r: POST http://h\ngraphql: { a } {\"b\": 1}", ""},
		{"sparql", "post {\n  url: http://h\n  body: sparql\n}\nbody:sparql {\n  ASK\n}", "r: POST http://h\nContent-Type: application/sparql-query\nraw text: ASK", ""},
		{"basic", "get {\n  url: http://h\n  auth: basic\n}\nauth:basic {\n  username: u\n  password: {{p}}\n}", "r: GET http://h\nauth basic username=u password={{p}}", ""},
		{"key", "get {\n  url: http://h\n  auth: apikey\n}\nauth:apikey {\n  key: k\n  value: v\n  placement: queryparams\n}", "r: GET http://h\nauth apikey key=k value=v in=query", ""},
		{"oauth2", "get {\n  url: http://h\n  auth: oauth2\n}\nauth:oauth2 {\n  grant_type: authorization_code\n  access_token_url: http://t\n  client_id: i\n  pkce: true\n  token_placement: header\n  token_header_prefix: Bearer\n}",
			"r: GET http://h\nauth oauth2 grant_type=authorization_code_with_pkce accessTokenUrl=http://t clientId=i client_authentication=body addTokenTo=header headerPrefix=Bearer", ""},
		{"wsse", "get {\n  url: http://h\n  auth: wsse\n}\nauth:wsse {\n  username: u\n}", "r: GET http://h", "auth: wsse is left out: Postman does not know it"},
		{"settings", "get {\n  url: http://h/%41?a=%20\n}\nsettings {\n  encodeUrl: true\n  followRedirects: false\n  maxRedirects: 2\n  timeout: 10\n}", "r: GET http://h/%2541?a=%2520\nfollowRedirects=false\nmaxRedirects=2", "setting timeout: left out: 10 ms"},
		{"scripts", "get {\n  url: http://h\n}\nscript:pre-request {\n  bru.setVar(\"a\", 1);\n}\nscript:post-response {\n  if (res.status === 200) {\n    bru.setEnvVar(\"t\", res.body.token);\n  }\n}\ntests {\n  test(\"res.status\", function() {\n    expect(res.getStatus()).to.equal(200);\n  });\n}",
			"r: GET http://h\nprerequest: pm.variables.set(\"a\", 1);\ntest: if (pm.response.code === 200) {|  pm.environment.set(\"t\", pm.response.json().token);|}|pm.test(\"res.status\", function() {|  pm.response.to.have.status(200);|});", ""},
		{"a script of Bruno's own", "get {\n  url: http://h\n}\nscript:pre-request {\n  req.setTimeout(5);\n}", "r: GET http://h\nprerequest: // Bruno script:|// | req.setTimeout(5);", "event prerequest: written as a comment"},
		{"assert", "get {\n  url: http://h\n}\nassert {\n  res.status: eq 200\n  res.body.a[0].b: eq \"x y\"\n  res.body.n: isDefined\n  res.body.l: length 2\n  res.responseTime: lt 900\n  res.body.s: in a, b\n  res.status: 200\n  ~res.body.z: eq 1\n}",
			"r: GET http://h\ntest: pm.test(\"res.status: eq 200\", function () {|    pm.expect(pm.response.code).to.eql(200);|});|" +
				"pm.test(\"res.body.a[0].b: eq \\\"x y\\\"\", function () {|    pm.expect(pm.response.json().a[0].b).to.eql(\"x y\");|});|" +
				"pm.test(\"res.body.n: isDefined\", function () {|    pm.expect(pm.response.json().n).to.not.be.undefined;|});|" +
				"pm.test(\"res.body.l: length 2\", function () {|    pm.expect(pm.response.json().l).to.have.lengthOf(2);|});|" +
				"pm.test(\"res.responseTime: lt 900\", function () {|    pm.expect(pm.response.responseTime).to.be.below(900);|});|" +
				"pm.test(\"res.body.s: in a, b\", function () {|    pm.expect(pm.response.json().s).to.be.oneOf([\"a\", \"b\"]);|});|" +
				"pm.test(\"res.status: 200\", function () {|    pm.expect(pm.response.code).to.eql(200);|});|// Bruno assert: res.body.z eq 1", "assert res.body.z: is written as a comment"},
		{"vars", "get {\n  url: http://h/{{a}}\n}\nvars:pre-request {\n  a: x\n  b: {{a}}/y\n  ~c: z\n}\nvars:post-response {\n  id: res.body.id\n}", "r: GET http://h/{{a}}\nprerequest: pm.variables.set(\"a\", \"x\");|pm.variables.set(\"b\", pm.variables.replaceIn(\"{{a}}/y\"));\ntest: pm.environment.set(\"id\", pm.response.json().id);", "variable c: left out: it is switched off"},
		{"docs and tags", "meta {\n  name: r\n  tags: [\n    smoke\n    slow\n  ]\n}\nget {\n  url: http://h\n}\ndocs {\n  # say\n\n  more\n}\nexample {\n  name: x\n  request: {\n    url: y\n  }\n}", "r: GET http://h\nabout: # say\n\nmore", "tags: left out: smoke, slow"},
		{"a method of its own", "http {\n  method: purge\n  url: http://h\n}", "r: PURGE http://h", ""},
		{"long URL", "get {\n  url: '''\n    http://h/\n    x\n  '''\n}", "r: GET http://h/x", ""},
		{"grpc", "meta {\n  name: g\n  type: grpc\n}\ngrpc {\n  url: h\n}", "", "g: request: left out: it is of the type grpc"},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			got, err := read(&convert.Input{Path: "r.bru", Data: []byte(c.text)}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := show(got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.Contains(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

func show(c *collection.Collection) string {
	var list []string
	for item := range c.Requests() {
		r := item.Request()
		var b strings.Builder
		b.WriteString(item.Path() + ": " + r.Method + " " + requests.URLText(r.URL))
		for _, q := range r.URL.Query {
			if q.Disabled || q.Description != "" {
				b.WriteString("\nquery " + q.Key + "=" + q.Value)
				if q.Description != "" {
					b.WriteString(" (" + q.Description + ")")
				}
				if q.Disabled {
					b.WriteString(" off")
				}
			}
		}
		for _, v := range r.URL.Variables {
			b.WriteString("\n" + v.Key + "=" + v.Value)
		}
		for _, h := range r.Headers {
			b.WriteString("\n" + h.Key + ": " + h.Value)
			if h.Description != "" {
				b.WriteString(" (" + h.Description + ")")
			}
			if h.Disabled {
				b.WriteString(" off")
			}
		}
		if auth, _ := item.Auth(); auth != nil {
			b.WriteString("\nauth " + auth.Type)
			for _, p := range auth.Params {
				b.WriteString(" " + p.Key + "=" + p.Value)
			}
		}
		if r.Description != "" {
			b.WriteString("\nabout: " + r.Description)
		}
		for _, key := range []string{"followRedirects", "maxRedirects"} {
			if v := item.Raw.Get("protocolProfileBehavior." + key); v.Exists() {
				b.WriteString("\n" + key + "=" + v.String())
			}
		}
		showBody(&b, r.Body)
		for _, event := range []string{"prerequest", "test"} {
			for _, s := range item.EventScripts(event) {
				b.WriteString("\n" + event + ": " + strings.ReplaceAll(s.Source, "\n", "|"))
			}
		}
		list = append(list, b.String())
	}
	return strings.Join(list, "\n\n")
}

func showBody(b *strings.Builder, body *collection.Body) {
	if body == nil {
		return
	}
	b.WriteString("\n" + body.Mode)
	if body.Language != "" {
		b.WriteString(" " + body.Language)
	}
	b.WriteString(":")
	for _, p := range body.Params {
		b.WriteString(" " + p.Key + "=" + p.Value)
		if p.Type == "file" {
			b.WriteString("@" + strings.Join(p.Src, ","))
		}
		if p.ContentType != "" {
			b.WriteString(";" + p.ContentType)
		}
		if p.Disabled {
			b.WriteString(" off")
		}
	}
	switch {
	case body.GraphQL != nil:
		b.WriteString(" " + body.GraphQL.Query + " " + body.GraphQL.Variables)
	case body.File != nil:
		b.WriteString(" " + body.File.Src)
	case body.Raw != "":
		b.WriteString(" " + body.Raw)
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no block", "meta {\n}\nwhat", "r.bru:3: the line begins no block: what\na block is NAME { and lines, and ends with a line }"},
		{"no end", "meta {\n  name: x\n", "r.bru:1: the block meta has no end\nend it with a line that begins with }"},
		{"no end of a text", "docs {\n  say\n  }", "r.bru:1: the block docs has no end\nend it with a line that begins with }"},
		{"no pair", "get {\n  url http\n}", "r.bru:2: the line is no pair: url http\nwrite it as key: value"},
		{"no end of a value", "get {\n  url: '''\n    x\n}", "r.bru:2: the value of url has no end\nend it with '''"},
		{"no end of a list", "meta {\n  tags: [\n    a\n}", "r.bru:2: the list of tags has no end\nend it with a line ]"},
		{"no end of a key", "get {\n  \"a: b\n}", "r.bru:2: the line is no pair: \"a: b\nwrite it as key: value"},
		{"no request", "meta {\n  name: x\n}", "r.bru: has no request\na request has a block of its method, such as get { and url: ..."},
		{"no text", "\xff", "r.bru: is not text in UTF-8\nsave it as UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(&convert.Input{Path: "r.bru", Data: []byte(c.text)}, &convert.Notes{})
			var e *convert.Error
			if !errors.As(err, &e) || e.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestDirectory reads a collection as Bruno's program writes it.
func TestDirectory(t *testing.T) {
	in := &convert.Input{Path: "dir", Dir: fstest.MapFS{
		"bruno.json":         {Data: []byte(`{"version": "1", "name": "My API", "type": "collection", "ignore": ["node_modules", "skipped"]}`)},
		"collection.bru":     {Data: []byte("auth {\n  mode: bearer\n}\n\nauth:bearer {\n  token: {{t}}\n}\n\nheaders {\n  X-All: 1\n}\n\nvars:pre-request {\n  base: http://h\n  ~off: x\n}\n\ndocs {\n  about all\n}\n")},
		"two.bru":            {Data: []byte("meta {\n  name: two\n  seq: 2\n}\nget {\n  url: {{base}}/2\n  auth: inherit\n}\nheaders {\n  x-all: 2\n}\n")},
		"one.bru":            {Data: []byte("meta {\n  name: one\n  seq: 1\n}\nget {\n  url: {{base}}/1\n  auth: none\n}\n")},
		"f/folder.bru":       {Data: []byte("meta {\n  name: Folder\n  seq: 1\n}\nauth {\n  mode: basic\n}\nauth:basic {\n  username: u\n  password: {{p}}\n}\ntests {\n  test(\"ok\", () => {});\n}\n")},
		"f/x.bru":            {Data: []byte("get {\n  url: {{base}}/x\n  auth: inherit\n}\n")},
		"skipped/y.bru":      {Data: []byte("broken")},
		"node_modules/z.bru": {Data: []byte("broken")},
		"empty/readme.txt":   {Data: []byte("nothing")},
		"environments/e.bru": {Data: []byte("vars {\n  base: http://e\n  ~old: 1\n}\nvars:secret [\n  t,\n  p\n]\ncolor: #fff\n")},
	}}
	if !detect(in) {
		t.Error("it is not detected")
	}
	var notes convert.Notes
	c, err := read(in, &notes)
	if err != nil {
		t.Fatal(err)
	}
	want := "Folder/x: GET {{base}}/x\nX-All: 1\nauth basic username=u password={{p}}\ntest: pm.test(\"ok\", () => {});\n\n" +
		"one: GET {{base}}/1\nX-All: 1\n\n" +
		"two: GET {{base}}/2\nx-all: 2\nauth bearer token={{t}}"
	if got := show(c); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if c.Name != "My API" || c.Model.Info.Description.Content != "about all" {
		t.Errorf("name %q, about %q", c.Name, c.Model.Info.Description.Content)
	}
	values, err := json.Marshal(c.Variables())
	if got := string(values); err != nil || got != `[{"key":"off","value":"x","disabled":true},{"key":"base","value":"http://e"},{"key":"old","value":"1","disabled":true},{"key":"t","value":"","type":"secret"},{"key":"p","value":"","type":"secret"}]` {
		t.Errorf("variables: %s %v", got, err)
	}
	if got := formtest.Notes(&notes); got != ": header X-All: is a header of each request: above requests Postman has none\n"+
		": variable t: is a secret, whose value Bruno keeps elsewhere: give it a value\n: variable p: is a secret, whose value Bruno keeps elsewhere: give it a value\n" {
		t.Errorf("notes: %s", got)
	}
}

func TestDirectoryErrors(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"opencollection.yml", "info: {}", "dir: is a collection of YAML files, which pmrun does not read\nexport it from Bruno as a collection of .bru files, or as a Postman collection"},
		{"bruno.json", "{", "dir/bruno.json: cannot be read: unexpected end of JSON input"},
		{"other.txt", "", "dir: has no bruno.json\nname the directory in which the collection is"},
	} {
		_, err := read(&convert.Input{Path: "dir", Dir: fstest.MapFS{c.file: {Data: []byte(c.text)}}}, &convert.Notes{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v\nwant %s", c.file, err, c.want)
		}
	}
}

// TestRoundTrip: what Bruno holds of a collection comes back, and what is written from it
// is the same again.
func TestRoundTrip(t *testing.T) {
	c, err := collection.Load("../../../examples/insert-crm-cases/wolkvox-cases.postman_collection.json")
	if err != nil {
		t.Fatal(err)
	}
	first := tree(t, c)
	var notes convert.Notes
	back, err := read(&convert.Input{Path: "dir", Dir: first}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	if text := formtest.Notes(&notes); text != "" {
		t.Errorf("notes: %s", text)
	}
	if got, want := show(back), show(c); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	second := tree(t, back)
	for name, f := range first {
		if second[name] == nil || string(second[name].Data) != string(f.Data) {
			t.Errorf("%s is another one:\n%s", name, f.Data)
		}
	}
	if len(first) != len(second) {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
}

func tree(t *testing.T, c *collection.Collection) fstest.MapFS {
	t.Helper()
	files, err := write(c, convert.Options{}, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	made := fstest.MapFS{}
	for _, f := range files {
		made[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return made
}

// FuzzRead: no file breaks the reader, and what it reads can be written and read again.
func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	paths, err := filepath.Glob("testdata/insert-crm-cases/*/*.bru")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no golden files: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "r.bru", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		first := tree(t, c)
		back, err := read(&convert.Input{Path: "dir", Dir: first}, &convert.Notes{})
		if err != nil {
			for name, f := range first {
				t.Logf("%s\n%s", name, f.Data)
			}
			t.Fatalf("what was written cannot be read: %v", err)
		}
		n := 0
		for range back.Requests() {
			n++
		}
		if n != len(c.Items) {
			t.Errorf("%d requests of %d came back", n, len(c.Items))
		}
	})
}
