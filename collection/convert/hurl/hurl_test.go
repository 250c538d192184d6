package hurl

import (
	"encoding/json"
	"errors"
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
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
}

// TestWire: what is written is of hurl's grammar, and sends the same bytes when it is
// read back. Hurl itself does not run here.
func TestWire(t *testing.T) {
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	for _, c := range filewire.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			original := c.Collection(t, server.URL)
			filewire.Send(t, original, dir)
			want := server.Take()
			o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
			for _, v := range original.Variables() {
				o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value})
			}
			var notes convert.Notes
			files, err := write(original, o, &notes)
			if err != nil {
				t.Fatal(err)
			}
			checkGrammar(t, string(files[0].Data))
			back, err := read(&convert.Input{Path: "r.hurl", Data: files[0].Data}, &notes)
			if err != nil {
				t.Fatalf("%v\n%s", err, files[0].Data)
			}
			filewire.Send(t, back, dir)
			got := server.Take()
			if c.Name == "formdata" {
				// The type of a part that is no file is lost, and a note says so.
				want = strings.Replace(want, "application/json", "", 1)
			}
			if got != want {
				t.Errorf("read back:\n%s\nwant\n%s\n%s", got, want, files[0].Data)
			}
		})
	}
}

var (
	keyGrammar   = regexp.MustCompile(`^(?:[\p{L}\p{N}_.\[\]@$-]|\\(?:[#:\\/bfnrt]|u\{[0-9a-f]+\})|\{\{[\w-]+\}\})+$`)
	valueGrammar = regexp.MustCompile(`^(?:[^#\\\n]|\\(?:[#\\/bfnrt]|u\{[0-9a-f]+\}))*$`)
	fileGrammar  = regexp.MustCompile(`^file,(?:[^#;: {}\\\n]|\\[\\#;: {}bnt]|\\u\{[0-9a-f]+\}|\{\{[\w-]+\}\})+;(?: [\w./+-]+)?$`)
	lineGrammar  = regexp.MustCompile("^`(?:[^`#\\\\\\n]|\\\\(?:[`#\\\\bfnrt]|u\\{[0-9a-f]+\\}))*`$")
)

// checkGrammar holds the lines of one request against hurl's grammar.
func checkGrammar(t *testing.T, text string) {
	t.Helper()
	section := "head"
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "#"), line == "":
		case section == "head":
			if !requestLine.MatchString(line) {
				t.Errorf("no request line: %s", line)
			}
			section = "headers"
		case section == "json":
		case sectionLine.MatchString(line):
			section = line
		case line[0] == '{' && !strings.HasPrefix(line, "{{"):
			section = "json" // it goes on to the end
		case line[0] == '`':
			if !lineGrammar.MatchString(line) {
				t.Errorf("no text on one line: %s", line)
			}
		case strings.HasPrefix(line, "file,"):
			if !fileGrammar.MatchString(line) {
				t.Errorf("no file: %s", line)
			}
		default:
			k, v, ok := cutPair(line)
			grammar := valueGrammar
			if strings.HasPrefix(v, "file,") {
				grammar = fileGrammar
			}
			if !ok || !keyGrammar.MatchString(k) || !grammar.MatchString(v) {
				t.Errorf("%s: no pair: %s", section, line)
			}
		}
	}
}

// TestWrite: what hurl would take for something else is written in another way.
func TestWrite(t *testing.T) {
	raw := func(text string) string {
		return `{"method": "POST", "url": "http://h/", "header": [{"key": "Content-Type", "value": "a/b"}], "body": {"mode": "raw", "raw": ` + quote(text) + `}}`
	}
	for _, c := range []struct{ name, request, want, notes string }{
		{"JSON", raw("{\"a\": {{x}},\n\n\"b\": \"{{y}}\"}"), "{\"a\": {{x}},\n\n\"b\": \"{{y}}\"}", ""},
		{"JSON with escapes", raw(`{"a": "\\n"}`), "`{\"a\": \"\\\\\\\\n\"}`", ""},
		{"a placeholder alone", raw("{{x}}"), "`{{x}}`", ""},
		{"a list like a section", raw("[true]"), "`[true]`", ""},
		{"line ends", raw("{\r\n}"), "`{\\r\\n}`", ""},
		{"blanks behind JSON", raw("{}\n"), "`{}\\n`", ""},
		{"three brackets", raw("{\"a\": \"{{{x}}}\"}"), "`{\"a\": \"\\u{7b}{{x}}}\"}`", ""},
		{"brackets that are none", raw("{{ {{}}"), "`\\u{7b}{ \\u{7b}{}}`", ""},
		{"a file", `{"method": "POST", "url": "http://h/", "body": {"mode": "file", "file": {"src": "/x/a {b};{{c}}.txt"}}}`, "file,/x/a\\ \\{b\\}\\;{{c}}.txt;", "is outside of the directory"},
		{"a method", `{"method": "M-SEARCH", "url": "http://h/"}`, "location: true", "method: M-SEARCH became GET"},
		{"an address that is none", `{"method": "GET", "url": "http:////h\n/a#b c"}`, "GET http:////h%20/a", "it cannot be sent as it is"},
		{"digest with a colon", `{"method": "GET", "url": "http://h/", "auth": {"type": "digest", "digest": [{"key": "username", "value": "a:b"}]}}`, "location: true", "auth: left out: a user with a colon"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := collection.Parse("t.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "request": `+c.request+`}]}`))
			if err != nil {
				t.Fatal(err)
			}
			var notes convert.Notes
			files, err := write(doc, convert.Options{}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(files[0].Data); !strings.Contains(got, "\n"+c.want+"\n") {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if text := formtest.Notes(&notes); !strings.Contains(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

// TestVariables: values of the variables file that hurl would take for numbers are quoted.
func TestVariables(t *testing.T) {
	o := convert.Options{Scopes: &vars.Scopes{}, Environment: &collection.Environment{Name: "e"}}
	for name, value := range map[string]string{"a": "007", "b": "true", "c": "text x", "d": `"q"`, "e": " x", "f": "1e5", "g": "", "h": "http://h/", "i": "{{h}}v{{j}}", "j": "2"} {
		o.Scopes.Set(vars.Environment, vars.Variable{Name: name, Value: value})
	}
	doc, err := collection.Parse("t.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "request": "http://h"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	files, err := write(doc, o, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	want := "a=\"007\"\nb=\"true\"\nc=text x\nd=\"\"q\"\"\ne=\" x\"\nf=\"1e5\"\ng=\"\"\nh=http://h/\ni=http://h/v2\nj=\"2\"\n"
	if got := string(files[1].Data); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestAsserts: simple tests become asserts, from which the same tests are read; the rest is a comment.
func TestAsserts(t *testing.T) {
	for _, c := range []struct{ script, want, rest string }{
		{`pm.test("is 200", () => pm.response.to.have.status(200)); pm.test("j", () => { const j = pm.response.json(); pm.expect(j.a["b c"][0].d).to.eql("x\"#{y}"); pm.expect(j.n).to.be.above(1.5); pm.expect(j.l).to.have.lengthOf(2); });`,
			"# is 200\nHTTP 200\n[Asserts]\n# j\njsonpath \"$.a['b c'][0].d\" == \"x\\\"#\\u{7b}y}\"\njsonpath \"$.n\" > 1.5\njsonpath \"$.l\" count == 2\n", ""},
		{`pm.test("h", () => { pm.response.to.have.status(201); pm.response.to.have.header("X-A"); pm.expect(pm.response.headers.get("X-A")).to.include("b") });`,
			"# h\nHTTP 201\n[Asserts]\nheader \"X-A\" exists\nheader \"X-A\" contains \"b\"\n", ""},
		{`pm.test("t", () => { pm.expect(pm.response.responseTime).to.be.below(500); pm.expect(pm.response.text()).to.match(/a\/\d+/); pm.response.to.be.success; pm.expect(pm.response.code).to.not.eql(204) });`,
			"HTTP *\n[Asserts]\n# t\nduration < 500\nbody matches \"a/\\\\d+\"\nstatus >= 200\nstatus < 300\nstatus != 204\n", ""},
		{`pm.test("e", () => { const j = pm.response.json(); pm.expect(j.a).to.be.null; pm.expect(j.b).to.exist; pm.expect(j.c).to.be.undefined; pm.expect(j.d).to.be.a("string"); pm.response.to.have.jsonBody() });`,
			"HTTP *\n[Asserts]\n# e\njsonpath \"$.a\" == null\njsonpath \"$.b\" exists\njsonpath \"$.b\" != null\njsonpath \"$.c\" not exists\njsonpath \"$.d\" isString\njsonpath \"$\" exists\n", ""},
		{`pm.environment.set("id", 1); pm.test("s", () => pm.response.to.have.status(200)); pm.test("o", () => pm.expect(pm.response.code).to.be.oneOf([200]));`,
			"# s\nHTTP 200\n", `pm.environment.set("id", 1); pm.test("o", () => pm.expect(pm.response.code).to.be.oneOf([200]));`},
	} {
		exec, err := json.Marshal([]string{c.script})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := collection.Parse("test.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "event": [{"listen": "test", "script": {"exec": `+string(exec)+`}}], "request": "http://h/"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		var notes convert.Notes
		files, err := write(doc, convert.Options{}, &notes)
		if err != nil {
			t.Fatal(err)
		}
		text := string(files[0].Data)
		if !strings.HasSuffix(text, "location: true\n"+c.want) {
			t.Errorf("got\n%s\nwant\n%s", text, c.want)
		}
		if rest := c.rest != "" && strings.Contains(text, "# | "+c.rest+"\n"); rest != (c.rest != "") || c.rest == "" && strings.Contains(text, "# |") {
			t.Errorf("the rest is not written as it should be:\n%s", text)
		}
		if noted := strings.Contains(formtest.Notes(&notes), "1 of its tests became asserts"); noted != (c.rest != "") {
			t.Errorf("notes: %s", formtest.Notes(&notes))
		}
		back, err := read(&convert.Input{Path: "x.hurl", Data: files[0].Data}, &notes)
		if err != nil {
			t.Fatal(err)
		}
		again, err := write(back, convert.Options{}, &notes)
		if err != nil || string(again[0].Data) != text {
			t.Errorf("%v: read and written again:\n%s\nwant\n%s", err, again[0].Data, text)
		}
	}
}

func readCases() []struct{ name, text, want, notes string } {
	return []struct{ name, text, want, notes string }{
		{"one", "GET http://h/x\nA: b # say\n", "GET http://h/x\nA: b", ""},
		{"several", "# first\nGET http://h/1\nHTTP 200\n\nPOST http://h/2\n{\n \"a\": {{x}}\n}\nHTTP *\n", "GET http://h/1 first\ntest: pm.test(\"status is 200\", function () {|    pm.response.to.have.status(200);|});\n\nPOST http://h/2\nbody {\n \"a\": {{x}}\n}", ""},
		{"query", "GET http://h/x\n[Query]\na b: c&d\n[QueryStringParams]\ne: {{f}}\n", "GET http://h/x?a%20b=c%26d&e={{f}}", ""},
		{"escapes", "GET http://h/x\nA\\u{2b}: b\\#c\\\\\n", "GET http://h/x\nA+: b#c\\", ""},
		{"comments", "# about the file\n\n# Request: one\n# about one\nGET http://h/1\n# X: 1\nA: b\nHTTP 200\n\n# Request: two\nGET http://h/2\n# three\nGET http://h/3\n",
			"GET http://h/1 about one|X: 1\nA: b\ntest: pm.test(\"status is 200\", function () {|    pm.response.to.have.status(200);|});\n\nGET http://h/2\n\nGET http://h/3 three", ""},
		{"marks in comments", "# Request: one\n# \\Request: two\n# \\\\ three\nGET http://h\n", "GET http://h Request: two|\\ three", ""},
		{"XML with empty lines", "POST http://h/x\n<?xml version=\"1.0\"?>\n<a b=\"{{c}}\">\n\n  <a/>\n</a>\n\nHTTP 200\n", "POST http://h/x\nbody <?xml version=\"1.0\"?>\n<a b=\"{{c}}\">\n\n  <a/>\n</a>\ntest: pm.test(\"status is 200\", function () {|    pm.response.to.have.status(200);|});", ""},
		{"no XML", "POST http://h/x\n<a & <b\nHTTP *\n", "POST http://h/x\nbody <a & <b", ""},
		{"base64 of several lines", "POST http://h/x\n```base64\nYW\nJj\n```\n", "POST http://h/x\nbody abc", ""},
		{"cookies", "GET http://h/x\n[Cookies]\na: b\nc: d\n", "GET http://h/x\nCookie: a=b; c=d", ""},
		{"oneline", "POST http://h/x\n`a\\nb\\``\n", "POST http://h/x\nbody a\nb`", ""},
		{"lines", "POST http://h/x\n```\na\n\n# b\n```\n", "POST http://h/x\nbody a\n\n# b\n", ""},
		{"base64", "POST http://h/x\nbase64,YWJj;\n", "POST http://h/x\nbody abc", ""},
		{"hex", "POST http://h/x\nhex,616263;\n", "POST http://h/x\nbody abc", ""},
		{"xml", "POST http://h/x\n<a>\n</a>\nHTTP *\n", "POST http://h/x\nbody <a>\n</a>", ""},
		{"functions", "GET http://h/{{newUuid}}/{{newDate}}/{{a urlEncode}}\n", "GET http://h/{{$guid}}/{{$isoTimestamp}}/{{a}}", "filter of a: left out: urlEncode"},
		{"options", "GET http://h/x\n[Options]\nretry: 3\nlocation: true\n", "GET http://h/x", "option retry: left out"},
		{"asserts", "GET http://h/x\nHTTP 200\nX-A: b\n[Captures]\nid: jsonpath \"$.id\"\n[Asserts]\njsonpath \"$.a['b'][0]\" == \"x\"\njsonpath \"$.l\" count == 2\njsonpath \"$.n\" exists\nbody contains \"y\"\nduration < 1000\nstatus >= 200\nxpath \"//a\" exists\n",
			"GET http://h/x\ntest: pm.test(\"status is 200\", function () {|    pm.response.to.have.status(200);|});|" +
				"pm.test(\"header X-A is b\", function () {|    pm.expect(pm.response.headers.get(\"X-A\")).to.eql(\"b\");|});|pm.environment.set(\"id\", pm.response.json().id);|" +
				"pm.test(\"jsonpath \\\"$.a['b'][0]\\\" == \\\"x\\\"\", function () {|    pm.expect(pm.response.json().a.b[0]).to.eql(\"x\");|});|" +
				"pm.test(\"jsonpath \\\"$.l\\\" count == 2\", function () {|    pm.expect(pm.response.json().l.length).to.eql(2);|});|" +
				"pm.test(\"jsonpath \\\"$.n\\\" exists\", function () {|    pm.expect(pm.response.json().n).to.not.be.undefined;|});|" +
				"pm.test(\"body contains \\\"y\\\"\", function () {|    pm.expect(pm.response.text()).to.include(\"y\");|});|" +
				"pm.test(\"duration < 1000\", function () {|    pm.expect(pm.response.responseTime).to.be.below(1000);|});|" +
				"pm.test(\"status >= 200\", function () {|    pm.expect(pm.response.code).to.be.at.least(200);|});|// hurl: xpath \"//a\" exists", "assert xpath \"//a\" exists: written as a comment"},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			got, err := read(&convert.Input{Path: "x.hurl", Data: []byte(c.text)}, &notes)
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
		text := strings.TrimRight(r.Method+" "+r.URL.Raw+" "+strings.ReplaceAll(r.Description, "\n", "|"), " ")
		for _, h := range r.Headers {
			text += "\n" + h.Key + ": " + h.Value
		}
		if r.Body != nil {
			text += "\nbody " + r.Body.Raw
		}
		for _, s := range item.EventScripts("test") {
			text += "\ntest: " + strings.ReplaceAll(s.Source, "\n", "|")
		}
		list = append(list, text)
	}
	return strings.Join(list, "\n\n")
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"what is this", "x.hurl:1: the line is no request: what is this\na request begins with METHOD URL"},
		{"GET http://h\nnothing", "x.hurl:2: the line is no header: nothing\nwrite it as name: value"},
		{"GET http://h\n[Other]\na: b", "x.hurl:3: there is no section [Other] in a request"},
		{"POST http://h\n{\"a\":", "x.hurl:2: the JSON has no end\nclose its brackets"},
		{"POST http://h\n```\na", "x.hurl:2: the text has no end\nend it with ```"},
		{"POST http://h\n[Form]\na: b\n[Multipart]\nc: d", "x.hurl:5: the request has two bodies\nleave one of them"},
		{"POST http://h\n{}\n{}", "x.hurl:3: the request has two bodies\nleave one of them"},
		{"POST http://h\nbase64,YQ\n", "x.hurl:2: the base64 body has no end\nend it with ;"},
		{"# nothing", "x.hurl: has no request\na request begins with METHOD URL"},
	} {
		_, err := read(&convert.Input{Path: "x.hurl", Data: []byte(c.text)}, &convert.Notes{})
		var e *convert.Error
		if !errors.As(err, &e) || e.Error() != c.want {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "x.hurl", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		files, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := read(&convert.Input{Path: "x.hurl", Data: files[0].Data}, &convert.Notes{})
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, files[0].Data)
		}
		if len(back.Items) != len(c.Items) {
			t.Errorf("%d requests of %d came back:\n%s", len(back.Items), len(c.Items), files[0].Data)
		}
	})
}
