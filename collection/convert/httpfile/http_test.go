package httpfile

import (
	"encoding/json"
	"errors"
	"flag"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	formtest.Golden(t, "", files, formtest.Notes(&notes), *update)
	// What is read back and written again is the same.
	tree := fstest.MapFS{}
	for _, f := range files {
		tree[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	back, err := read(&convert.Input{Path: "requests.http", Data: tree["requests.http"].Data}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	again, err := write(back, convert.Options{Scopes: &vars.Scopes{}}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.ReplaceAll(string(again[0].Data), "### Cases/", "### "), strings.ReplaceAll(string(tree["requests.http"].Data), "### Cases/", "### "); strings.ReplaceAll(got, "# @name Cases_", "# @name ") != want {
		t.Errorf("again:\n%s\nwant\n%s", got, want)
	}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct{ name, item, want, notes string }{
		{"names", `{"name": "a b/c", "request": "http://h/{{my var}}/{{$guid}}/{{$randomCity}}"}`,
			"### a b/c\n# @name a_b_c\nGET http://h/{{my_var}}/{{$uuid}}/{{randomCity}}\n",
			": variable my var: is called my_var\na b/c: variable $randomCity: stays as it is, but the format does not know it: give it a value\n"},
		{"no redirect", `{"name": "r", "protocolProfileBehavior": {"followRedirects": false, "disableCookies": true, "strictSSL": false}, "request": "http://h/"}`,
			"### r\n# @name r\n# @no-redirect\n# @no-cookie-jar\nGET http://h/\n", "r: protocolProfileBehavior strictSSL: left out\n"},
		{"description that looks like a setting", `{"name": "r", "request": {"url": "http://h/", "description": "@name x\n### y\n\\z"}}`,
			"### r\n# \\@name x\n# ### y\n# \\\\z\n# @name r\nGET http://h/\n", ""},
		{"digest", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "digest", "digest": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{p}}"}]}}}`,
			"### r\n# @name r\nGET http://h/\nAuthorization: Digest u {{p}}\n", ""},
		{"aws", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "awsv4", "awsv4": [{"key": "accessKey", "value": "a"}, {"key": "secretKey", "value": "{{p}}"}, {"key": "region", "value": "eu"}]}}}`,
			"### r\n# @name r\nGET http://h/\nAuthorization: AWS a {{p}} region:eu\n", "r: auth: awsv4 is written as VS Code's client knows it; JetBrains' does not\n"},
		{"unknown auth", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "hawk", "hawk": []}}}`,
			"### r\n# @name r\nGET http://h/\n", "r: auth: hawk is left out: neither client knows it\n"},
		{"disabled header", `{"name": "r", "request": {"url": "http://h/", "header": [{"key": "A", "value": "b", "disabled": true}, {"key": "not a name", "value": "b", "disabled": true}]}}`,
			"### r\n# @name r\nGET http://h/\n# A: b\n", "r: header A: written as a comment: it is disabled\nr: header not a name: left out: it is disabled\n"},
		{"password with a line break", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "{{u}}"}, {"key": "password", "value": "p\nX: y"}]}}}`,
			"### r\n# @name r\nGET http://h/\n", "r: auth: left out: its user or password has a line break\n"},
		{"key with a blank", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "awsv4", "awsv4": [{"key": "accessKey", "value": "a b"}, {"key": "secretKey", "value": "{{p}}"}]}}}`,
			"### r\n# @name r\nGET http://h/\n", "r: auth: left out: a key that is empty or has a blank has no place here\n"},
		{"method", `{"name": "r", "request": {"method": "M-SEARCH", "url": "http://h/"}}`,
			"### r\n# @name r\nGET http://h/\n", "r: method: M-SEARCH became GET: a .http file has no place for it\n"},
		{"address that is none", `{"name": "r", "request": "http:////h\n/a b"}`, "### r\n# @name r\nGET http:////h%20/a%20b\n", "r: request: written as it stands"},
		{"boundary in a text", `{"name": "r", "request": {"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "--pmrun-boundary-7d1f4c0e--"}]}}}`,
			"### r\n# @name r\nPOST http://h/\nContent-Type: multipart/form-data; boundary=pmrun-boundary-7d1f4c0e-2\n\n--pmrun-boundary-7d1f4c0e-2\nContent-Disposition: form-data; name=\"a\"\n\n--pmrun-boundary-7d1f4c0e--\n--pmrun-boundary-7d1f4c0e-2--\n", ""},
		{"header with a line break", `{"name": "r", "request": {"url": "http://h/", "header": [{"key": "a", "value": "b\nc"}]}}`,
			"### r\n# @name r\nGET http://h/\n", "r: request: written as it stands"},
		{"script", `{"name": "r", "event": [{"listen": "prerequest", "script": {"exec": ["let a = 1;", "  //b"]}}], "request": "http://h/"}`,
			"### r\n# postman script prerequest:\n# | let a = 1;\n# |   //b\n# @name r\nGET http://h/\n", "r: event prerequest: written as a comment\n"},
		{"separator in a body", `{"name": "r", "request": {"method": "POST", "url": "http://h/", "body": {"mode": "raw", "raw": "### {{x}}"}}}`,
			"### r\n# @name r\nPOST http://h/\nContent-Type: text/plain\n\n<@ ./bodies/r.txt\n", "r: body: is in the file bodies/r.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			files, err := write(formtest.Parse(t, `{"info": {"name": "t"}, "item": [`+c.item+`]}`), convert.Options{}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(files[len(files)-1].Data); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := formtest.Notes(&notes); got != c.notes && (c.notes == "" || !strings.HasPrefix(got, c.notes)) {
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
		all := ""
		for _, f := range files {
			all += f.Name + "\n" + string(f.Data)
		}
		if n := strings.Count(all, "hidden-value"); with && n != 2 || !with && n != 0 {
			t.Errorf("with secrets %v: the values stand there %d times:\n%s", with, n, all)
		}
		if !strings.Contains(formtest.Notes(&notes), "a value that looks like a secret stands in the requests") {
			t.Errorf("no note about the literal secret: %s", formtest.Notes(&notes))
		}
	}
}

// readCases are files, and what is read of them as the JSON of each request.
func readCases() []struct{ name, text, want, notes string } {
	return []struct{ name, text, want, notes string }{
		{"URL alone", "http://h/x", `GET http://h/x`, ""},
		{"method and version", "###Title\nPOST http://h/x HTTP/1.1\nA: b\n\ntext", "Title: POST http://h/x\nA: b\nraw: text", ""},
		{"query below", "GET http://h/x\n  ?a=1\n  &b=2\nA: b\n", "GET http://h/x?a=1&b=2\nA: b", ""},
		{"path below", "GET http://h\n    /x\n    /y\n    ?a=1", "GET http://h/x/y?a=1", ""},
		{"several", "@v = 1\n\n### one\nGET http://h/1\n\n###\n# @name two\n// say\nGET {{v}}/2\n### \n", "one: GET http://h/1\n\ntwo: GET {{v}}/2\nabout: say", ""},
		{"disabled header", "GET http://h\n# A: b\nC: d", "GET http://h\nA: b off\nC: d", ""},
		{"host", "GET /x\nHost: h.test\n", "GET /x: GET http://h.test/x", ""},
		{"no redirect", "# @no-redirect\nGET http://h", "GET http://h\nfollowRedirects=false", ""},
		{"prompt", "# @prompt user Your name\nGET http://h/{{user}}", "GET http://h/{{user}}", "prompt user: is a variable without a value"},
		{"basic", "GET http://h\nAuthorization: Basic u p", "GET http://h\nauth basic [{username u} {password p}]", ""},
		{"basic with a colon", "GET http://h\nAuthorization: Basic {{u}}:{{p}}", "GET http://h\nauth basic [{username {{u}}} {password {{p}}}]", ""},
		{"basic, encoded", "GET http://h\nAuthorization: Basic dTpw", "GET http://h\nauth basic [{username u} {password p}]", ""},
		{"digest", "GET http://h\nAuthorization: Digest u p", "GET http://h\nauth digest [{username u} {password p}]", ""},
		{"aws", "GET http://h\nAuthorization: AWS i k token:t region:r service:s", "GET http://h\nauth awsv4 [{accessKey i} {secretKey k} {sessionToken t} {region r} {service s}]", ""},
		{"json", "POST http://h\nContent-Type: application/json\n\n{\"a\":\n\n 1}\n\n", "POST http://h\nContent-Type: application/json\nraw json: {\"a\":\n\n 1}", ""},
		{"urlencoded", "POST http://h\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=x%20y\n&c", "POST http://h\nurlencoded: a=1 b=x y c=", ""},
		{"file", "POST http://h\n\n< ./a.txt", "POST http://h\nfile: a.txt", ""},
		{"file with placeholders", "POST http://h\n\n<@latin1 ./a.txt", "POST http://h\nfile: a.txt", "file a.txt: is sent as it is"},
		{"multipart", "POST http://h\nContent-Type: multipart/form-data; boundary=B\n\n--B\nContent-Disposition: form-data; name=\"a\"\n\n1\n2\n--B\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\nContent-Type: text/css\n\n< ./x.txt\n--B--\n",
			"POST http://h\nformdata: a=1\n2 f=@x.txt;text/css", ""},
		{"graphql, VS Code", "POST http://h\nX-Request-Type: GraphQL\n\nquery { a }\n\n{\"x\": 1}", "POST http://h\ngraphql: query { a } {\"x\": 1}", ""},
		{"graphql, JetBrains", "GRAPHQL http://h\n\nquery { a }", "GRAPHQL http://h: POST http://h\ngraphql: query { a } ", ""},
		{"dynamic", "GET http://h/{{$uuid}}/{{$guid}}/{{$timestamp}}/{{$randomInt 1 5}}/{{$datetime iso8601}}/{{$processEnv HOME}}",
			"GET http://h/{{$guid}}/{{$guid}}/{{$timestamp}}/{{$randomInt}}/{{$isoTimestamp}}/{{HOME}}", "variable $randomInt 1 5: became $randomInt"},
		{"dynamic with arguments", "GET http://h/{{$random.integer(1, 5)}}/{{$dotenv %NAME}}/{{$dotenv OTHER}}/{{$env.HOME}}/{{$random.hexadecimal(8)}}",
			"GET http://h/{{$randomInt}}/{{NAME}}/{{OTHER}}/{{HOME}}/{{random.hexadecimal(8)}}", "variable $random.integer(1, 5): became $randomInt"},
		{"variable without a value", "# @a =\nGET http://h/{{a}}", "GET http://h/{{a}}", ""},
		{"variable twice", "@a = 1\n@a = 2\nGET http://h/{{a}}", "GET http://h/{{a}}", "variable a: has several values, of which the last one counts"},
		{"a script without end", "GET http://h\n\n> {%\nfoo()\n###\nGET http://h/2\n", "GET http://h\ntest: // > {%|// foo()\n\nGET http://h/2", "script: written as a comment"},
		{"handler", "GET http://h\n\n> {%\nclient.test(\"a\", function() {});\n%}\n\n>> out.json\n", "GET http://h\ntest: // > {%|// client.test(\"a\", function() {});|// %}", "written as a comment of the test script"},
		{"script before", "< {% request.variables.set('a', 1) %}\nGET http://h", "GET http://h\nprerequest: // < {% request.variables.set('a', 1) %}", "written as a comment"},
		{"reference", "# @name login\nPOST http://h/l\n\n###\nGET http://h/{{login.response.body.$.a.b}}\nX: {{login.response.headers.X-Id}}",
			"login: POST http://h/l\ntest: pm.collectionVariables.set(\"login.response.headers.X-Id\", pm.response.headers.get(\"X-Id\"));|pm.collectionVariables.set(\"login.response.body.$.a.b\", pm.response.json().a.b);\n\nGET http://h/{{login.response.body.$.a.b}}\nX: {{login.response.headers.X-Id}}", "its value is kept by a test script"},
		{"windows", "\ufeff### a\r\nGET http://h\r\nA: b\r\n", "a: GET http://h\nA: b", ""},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			got, err := read(&convert.Input{Path: "x.http", Data: []byte(c.text)}, &notes)
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
		if line := r.Method + " " + r.URL.Raw; item.Name != line && !strings.HasPrefix(item.Name, r.Method+" http") {
			b.WriteString(item.Name + ": ")
		}
		b.WriteString(r.Method + " " + r.URL.Raw)
		for _, h := range r.Headers {
			b.WriteString("\n" + h.Key + ": " + h.Value)
			if h.Disabled {
				b.WriteString(" off")
			}
		}
		if auth, _ := item.Auth(); auth != nil {
			b.WriteString("\nauth " + auth.Type + " [")
			for i, p := range auth.Params {
				if i > 0 {
					b.WriteByte(' ')
				}
				b.WriteString("{" + p.Key + " " + p.Value + "}")
			}
			b.WriteByte(']')
		}
		if r.Description != "" {
			b.WriteString("\nabout: " + r.Description)
		}
		if f := item.Behavior().FollowRedirects; f != nil && !*f {
			b.WriteString("\nfollowRedirects=false")
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
		{"no request", "### a\n\nwhat is this", "x.http:3: the line is no request: what is this\nwrite it as METHOD URL, or begin a comment with #"},
		{"no header", "GET http://h\nA: b\nno header", "x.http:3: the line is no header: no header\nwrite it as Name: value; an empty line comes before the body"},
		{"no variable", "@a\nGET http://h", "x.http:1: the line is no variable\nwrite it as @name = value"},
		{"other protocol", "WEBSOCKET ws://h", "x.http:1: a WEBSOCKET request is none over HTTP\ntake it out of the file"},
		{"not text", "GET http://h\n\n\xff", "x.http:3: is not text in UTF-8\nsave it as UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(&convert.Input{Path: "x.http", Data: []byte(c.text)}, &convert.Notes{})
			var e *convert.Error
			if !errors.As(err, &e) || e.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestDirectory: directories become folders, a file with one request is that request.
func TestDirectory(t *testing.T) {
	in := &convert.Input{Path: "dir", Dir: fstest.MapFS{
		"a.http":                       {Data: []byte("GET http://h/a")},
		"sub/two.rest":                 {Data: []byte("### one\nGET http://h/1\n###\nGET http://h/2")},
		"sub/deep/b.http":              {Data: []byte("### b\nPOST http://h/b\nContent-Type: multipart/form-data; boundary=B\n\n--B\nContent-Disposition: form-data; name=\"a\"\n\n< ./t.txt\n--B--")},
		"sub/deep/t.txt":               {Data: []byte("1\n2")},
		"http-client.env.json":         {Data: []byte(`{"dev": {"host": "x", "n": 1}}`)},
		"http-client.private.env.json": {Data: []byte(`{"dev": {"token": "secret"}}`)},
		"node_modules/x.http":          {Data: []byte("broken")},
	}}
	if !detect(in) {
		t.Error("it is not detected")
	}
	var notes convert.Notes
	c, err := read(in, &notes)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for item := range c.Requests() {
		paths = append(paths, item.Path())
	}
	if got := strings.Join(paths, ", "); got != "GET http://h/a, sub/deep/b, sub/two/one, sub/two/GET http://h/2" {
		t.Errorf("requests: %s", got)
	}
	values, err := json.Marshal(c.Variables())
	if got := string(values); err != nil || got != `[{"key":"host","value":"x"},{"key":"n","value":"1"}]` {
		t.Errorf("variables: %s %v", got, err)
	}
	if got := formtest.Notes(&notes); got != ": http-client.private.env.json: is not read: give its values as an environment\n" {
		t.Errorf("notes: %s", got)
	}
	if text := show(c); !strings.Contains(text, "formdata: a=1\n2") {
		t.Errorf("the text beside is not read: %s", text)
	}
}

// TestPerRequest: a file a request comes back with its folders.
func TestPerRequest(t *testing.T) {
	c := formtest.Parse(t, `{"info": {"name": "t"}, "item": [{"name": "A/x", "item": [{"name": "r", "request": "http://h/1"}, {"name": "R", "request": "http://h/2"}, {"name": "../..", "request": "http://h/3"}]}]}`)
	files, err := write(c, convert.Options{PerRequest: true}, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{}
	names := ""
	for _, f := range files {
		names += f.Name + "\n"
		tree[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	if names != "A-x/-.http\nA-x/R 2.http\nA-x/r.http\n" {
		t.Errorf("files:\n%s", names)
	}
	back, err := read(&convert.Input{Path: "dir", Dir: tree}, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for item := range back.Requests() {
		n++
		if item.Parent == nil || item.Parent.Name != "A-x" {
			t.Errorf("%s is in no folder", item.Path())
		}
	}
	if n != 3 {
		t.Errorf("%d requests", n)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "x.http", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		var notes convert.Notes
		first, err := write(c, convert.Options{}, &notes)
		if err != nil {
			t.Fatal(err)
		}
		second, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil || len(first) != len(second) || string(first[0].Data) != string(second[0].Data) {
			t.Errorf("two conversions differ: %v", err)
		}
		if strings.Contains(formtest.Notes(&notes), "it cannot be sent as it is") {
			return // such an address may be no address in a file either
		}
		written := first[len(first)-1].Data
		back, err := read(&convert.Input{Path: "x.http", Data: written}, &convert.Notes{})
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if len(back.Items) != len(c.Items) {
			t.Errorf("%d requests of %d came back:\n%s", len(back.Items), len(c.Items), written)
		}
	})
}
