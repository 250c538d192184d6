package request

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func fileBody(src any) obj { return obj{"mode": "file", "file": obj{"src": src}} }

func graphQL(query, operation, variables string) obj {
	return obj{"mode": "graphql", "graphql": obj{"query": query, "operationName": operation, "variables": variables}}
}

func TestFileBody(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "one.json", "{}")
	writeFile(t, dir, "sub/two.PNG", "\x89PNG\x00")
	writeFile(t, dir, "empty", "")
	tests := []struct {
		name    string
		body    obj
		headers []obj
		o       Options
		cells   []string
		content string
		kind    string
	}{
		{"path", fileBody("one.json"), nil, Options{}, nil, "{}", "application/json"},
		{"the path alone", obj{"mode": "file", "file": "sub/two.PNG"}, nil, Options{}, nil, "\x89PNG\x00", "image/png"},
		{"its own type", fileBody("one.json"), []obj{kv("content-type", "text/x-own")}, Options{}, nil, "{}", "text/x-own"},
		{"empty file, no extension", fileBody("empty"), nil, Options{}, nil, "", "application/octet-stream"},
		{"from a variable", fileBody("{{n}}.json"), nil, Options{Scopes: scopesOf(t, "environment n=one")}, nil, "{}", "application/json"},
		{"from a column", fileBody("{{c}}"), nil, Options{Columns: []string{"c"}}, []string{"sub/two.PNG"}, "\x89PNG\x00", "image/png"},
		{"from a column, its own type", fileBody("sub/{{c}}.PNG"), []obj{kv("Content-Type", "text/x-own")}, Options{Columns: []string{"c"}}, []string{"two"}, "\x89PNG\x00", "text/x-own"},
		{"content", obj{"mode": "file", "file": obj{"content": base64.StdEncoding.EncodeToString([]byte("a\x00b"))}}, nil, Options{}, nil, "a\x00b", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.WorkingDir = dir
			tpl := compile(t, post(tt.body, tt.headers...), tt.o)
			f := fill(t, tpl, tt.cells...)
			if got := bodyOf(t, f); got != tt.content || bodyOf(t, f) != got {
				t.Errorf("the body is %q, want %q", got, tt.content)
			}
			if got := strings.Join(f.Header.Values("Content-Type"), ","); got != tt.kind || tpl.Mode != "file" {
				t.Errorf("Content-Type is %q, want %q; mode %q", got, tt.kind, tpl.Mode)
			}
		})
	}

	// A body is never empty because its file is not there.
	tpl := compile(t, post(fileBody("{{c}}")), Options{Columns: []string{"c"}, WorkingDir: dir})
	wantFillError(t, tpl, []string{""}, "body", "c", "name a file in the cell")
	wantFillError(t, tpl, []string{"no.png"}, "body", "c", "no.png", "cannot be read")
	// The type of one row is not that of the next.
	var f Filled
	for cell, want := range map[string]string{"one.json": "application/json", "sub/two.PNG": "image/png", "empty": unknownType} {
		if err := tpl.Fill(&f, []string{cell}, 1); err != nil || f.Header.Get("Content-Type") != want {
			t.Errorf("%s: Content-Type is %q, %v", cell, f.Header.Get("Content-Type"), err)
		}
	}
	if got := tpl.Render([]string{"sub/two.PNG"}, 1, nil).Body; got != "@sub/two.PNG" {
		t.Errorf("shown as %q", got)
	}
	if got := tpl.Uses(); len(got) != 1 || !slices.Equal(got[0].Targets, []string{"{{c}} in body"}) {
		t.Errorf("Uses gave %q", got)
	}
}

func TestGraphQL(t *testing.T) {
	tests := []struct {
		name string
		body obj
		cell string
		want string
	}{
		{"query alone", graphQL("{ a }\n", "", ""), "", `{"query":"{ a }\n"}`},
		{"the query as text", obj{"mode": "graphql", "graphql": "{a}"}, "", `{"query":"{a}"}`},
		{"nothing", obj{"mode": "graphql"}, "", `{"query":""}`},
		{"operation and variables", graphQL("query Q { a }", "Q", `{"a": 1, "b": "x"}`), "", `{"query":"query Q { a }","operationName":"Q","variables":{"a": 1, "b": "x"}}`},
		{"variables as an object", obj{"mode": "graphql", "graphql": obj{"query": "{a}", "variables": obj{"a": "{{c}}"}}}, `"`, `{"query":"{a}","variables":{"a":"\""}}`},
		{"variables of blanks", graphQL("{a}", "", " \n"), "", `{"query":"{a}"}`},
		{"variables from a variable", graphQL("{a}", "", `{{json}}`), "", `{"query":"{a}","variables":{"v":1}}`},
		{"a variable in quotes", graphQL("{a}", "", `{"a":"{{quote}}"}`), "", `{"query":"{a}","variables":{"a":"a\"b"}}`},
		{"cells in strings", graphQL(`{ a(b: "{{c}}") }`, "{{c}}", `{"a":"{{c}}"}`), "x\"y\\\r\n", `{"query":"{ a(b: \"x\"y\\\r\n\") }","operationName":"x\"y\\\r\n","variables":{"a":"x\"y\\\r\n"}}`},
		{"cell as a value", graphQL("{a}", "", `{"a":{{c}}}`), `[1, 2]`, `{"query":"{a}","variables":{"a":[1, 2]}}`},
		{"cell as all variables", graphQL("{a}", "", `{{c}}`), `{"a":1}`, `{"query":"{a}","variables":{"a":1}}`},
		{"a backslash before a placeholder in the query", graphQL(`\{{c}}`, "", ""), `"`, `{"query":"\\\""}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, post(tt.body), Options{Columns: []string{"c"}, Scopes: scopesOf(t, `environment json={"v":1}`, `environment quote=a"b`)})
			f := fill(t, tpl, tt.cell)
			if got := bodyOf(t, f); got != tt.want || !json.Valid([]byte(got)) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := f.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type is %q", got)
			}
			if got := tpl.Render([]string{tt.cell}, 1, nil).Body; got != tt.want || tpl.Mode != "graphql" {
				t.Errorf("shown as %s; mode %q", got, tpl.Mode)
			}
		})
	}
	tpl := compile(t, post(graphQL("{a}", "", `{"a":{{c}}}`)), Options{Columns: []string{"c"}})
	for _, cell := range []string{"", "x", `1,"b":2`, "1}"} {
		if bad := wantFillError(t, tpl, []string{cell}, "body", "c", "has to be JSON"); !bad.NotJSON {
			t.Errorf("%q: NotJSON is not set", cell)
		}
	}
	secret := compile(t, post(graphQL("{{s}}", "", `{"a":"{{s}}"}`)), Options{Scopes: scopesOf(t, "secret s=tok-4711")})
	if got := secret.Render(nil, 1, nil).Body; strings.Contains(got, "4711") || !secret.Holds("tok-4711") {
		t.Errorf("shown as %s", got)
	}
}

func TestBodyPruning(t *testing.T) {
	request := func(method string) obj {
		return obj{"method": method, "url": "http://h/", "body": raw("json", `{"a":"{{c}}"}`)}
	}
	keep := func(method string) obj {
		return obj{"item": []obj{{"name": "R", "request": request(method), "protocolProfileBehavior": obj{"disableBodyPruning": true}}}}
	}
	o := Options{Columns: []string{"c"}}
	for _, method := range []string{"GET", "COPY", "HEAD", "PURGE", "UNLOCK", "get"} {
		tpl := compile(t, request(method), o)
		if f := fill(t, tpl, "x"); bodyOf(t, f) != "" || tpl.Mode != "" || f.Header.Get("Content-Type") != "" || len(tpl.Uses()[0].Targets) > 0 {
			t.Errorf("%s has a body: %q", method, f.Body)
		}
		tpl = Compile(itemIn(t, keep(method)), o)
		if f := fill(t, tpl, "x"); bodyOf(t, f) != `{"a":"x"}` || tpl.Mode != "raw" {
			t.Errorf("%s that is to keep its body has %q", method, f.Body)
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "LINK", "OPTIONS", "PROPFIND", "LOCK", "VIEW", "FROBNICATE"} {
		if f := fill(t, compile(t, request(method), o), "x"); bodyOf(t, f) != `{"a":"x"}` || f.Method != method {
			t.Errorf("%s: method %s, body %q", method, f.Method, f.Body)
		}
	}
	// What the job puts into such a body is not lost in silence.
	form := obj{"method": "GET", "url": "http://h/", "body": formData(kv("a", "1"))}
	wantProblems(t, compileAny(t, form, Options{Columns: []string{"c"}, Map: map[string]string{"a": "c"}, KnownFields: []string{"a"}}),
		[]string{"--map a", "GET is sent without its body", "disableBodyPruning"})
}

// Cells name files; they stay below the directory that the job names.
func TestFilesOfRows(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Dir(writeFile(t, top, "in/one.txt", "first"))
	writeFile(t, top, "in/sub/two.PNG", "second")
	writeFile(t, top, "out.txt", "not for rows")
	outside := writeFile(t, top, "abs.txt", "absolute")
	one, two := part{"f", "one.txt", "text/plain", "first"}, part{"f", "two.PNG", "image/png", "second"}
	a, z := part{"a", "", "", "1"}, part{"z", "", "", "2"}
	between := func(src any) []obj { return []obj{kv("a", "1"), file("f", src), kv("z", "2")} }
	tests := []struct {
		name   string
		params []obj
		o      Options
		cells  []string
		want   []part
	}{
		{"by its key", between("sample.txt"), Options{Columns: []string{"f"}}, []string{"one.txt"}, []part{a, one, z}},
		{"by its key, none chosen", between(nil), Options{Columns: []string{"f"}}, []string{"sub/two.PNG"}, []part{a, two, z}},
		{"by a placeholder", between("sub/{{c}}.PNG"), Options{Columns: []string{"c"}}, []string{"two"}, []part{a, two, z}},
		{"by --map", between("sample.txt"), Options{Columns: []string{"c"}, Map: map[string]string{"f": "c"}}, []string{"one.txt"}, []part{a, one, z}},
		{"by --set", between(nil), Options{Columns: []string{"c"}, Set: map[string]string{"f": "sub/{{c}}"}}, []string{"two.PNG"}, []part{a, two, z}},
		{"several", between([]string{"{{c}}", "one.txt", "{{d}}"}), Options{Columns: []string{"c", "d"}}, []string{"one.txt", "sub/two.PNG"}, []part{a, one, one, two, z}},
		{"added by the job", []obj{kv("a", "1")}, Options{Columns: []string{"c"}, Map: map[string]string{"f": "c"}, KnownFields: []string{"f"}, FileFields: []string{"f"}}, []string{"one.txt"}, []part{a, one}},
		{"an empty cell", between("sample.txt"), Options{Columns: []string{"f"}}, []string{""}, []part{a, z}},
		{"a cell that the row does not have", between("sample.txt"), Options{Columns: []string{"f"}}, nil, []part{a, z}},
		{"an empty cell in a path", between("sub/{{c}}"), Options{Columns: []string{"c"}}, []string{""}, []part{a, z}},
		{"first", []obj{file("f", "{{c}}"), kv("a", "1")}, Options{Columns: []string{"c"}}, []string{"one.txt"}, []part{one, a}},
		{"first and empty", []obj{file("f", "{{c}}"), file("f", "{{c}}"), kv("a", "1")}, Options{Columns: []string{"c"}}, []string{""}, []part{a}},
		{"first and empty, then a file", []obj{file("f", "{{c}}"), file("f", "one.txt")}, Options{Columns: []string{"c"}}, []string{""}, []part{one}},
		{"first and empty, then a row's file", []obj{file("f", "{{c}}"), file("f", "{{d}}")}, Options{Columns: []string{"c", "d"}}, []string{"", "one.txt"}, []part{one}},
		{"nothing else, and empty", []obj{file("f", "{{c}}")}, Options{Columns: []string{"c"}}, []string{""}, nil},
		{"above, by the request", between("../{{c}}"), Options{Columns: []string{"c"}}, []string{"out.txt"}, []part{a, {"f", "out.txt", "text/plain", "not for rows"}, z}},
		{"absolute, below the directory", between("{{c}}"), Options{Columns: []string{"c"}}, []string{filepath.Join(dir, "one.txt")}, []part{a, one, z}},
		{"absolute, where any file is below", between("{{c}}"), Options{Columns: []string{"c"}, WorkingDir: filepath.VolumeName(outside) + string(filepath.Separator)}, []string{outside}, []part{a, {"f", "abs.txt", "text/plain", "absolute"}, z}},
		{"content type and file name", []obj{with(with(file("f", "{{c}}"), "contentType", "text/x-own"), "fileName", "n.bin")}, Options{Columns: []string{"c"}}, []string{"one.txt"}, []part{{"f", "n.bin", "text/x-own", "first"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.o.WorkingDir == "" {
				tt.o.WorkingDir = dir
			}
			tpl := compile(t, post(formData(tt.params...)), tt.o)
			f := fill(t, tpl, tt.cells...)
			if got := partsOf(t, f); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if body := bodyOf(t, f); !strings.HasPrefix(body, "--pmrun-") || body != bodyOf(t, f) {
				t.Errorf("the body is %q", body)
			}
			shown := 0
			for _, nv := range tpl.Render(tt.cells, 1, nil).Fields {
				if nv.Name == "f" && strings.HasPrefix(nv.Value, "@") {
					shown++
				}
			}
			if want := strings.Count(bodyOf(t, f), `name="f"`); shown != want {
				t.Errorf("%d files are shown, %d sent", shown, want)
			}
		})
	}

	bad := []struct{ cell, reason string }{
		{"no.txt", "which cannot be read: no such file"},
		{".", "it is a directory"},
		{"sub", "it is a directory"},
		{"../out.txt", `"../out.txt", which leads out of`},
		{"sub/../../out.txt", "leads out of"},
		{"sub/../one.txt", "without \"..\""},
		{outside, "leads out of"},
		{"/etc/passwd", "leads out of"},
		{"one.txt\x00", "control character"},
		{"line\nbreak", "control character"},
	}
	for _, tt := range bad {
		tpl := compile(t, post(formData(between("{{c}}")...)), Options{Columns: []string{"c"}, WorkingDir: dir})
		wantFillError(t, tpl, []string{tt.cell}, "form-data file f", "c", tt.reason)
		// Nor when the request says where the rows' files are.
		tpl = compile(t, post(formData(between("sub/x{{c}}")...)), Options{Columns: []string{"c"}, WorkingDir: dir})
		var f Filled
		if err := tpl.Fill(&f, []string{tt.cell}, 1); err == nil {
			t.Errorf("%q in a path was let through", tt.cell)
		}
	}
	tpl := compile(t, post(formData(between("{{c}}{{d}}/out.txt")...)), Options{Columns: []string{"c", "d"}, WorkingDir: dir})
	wantFillError(t, tpl, []string{".", "."}, "form-data file f", "c", "leads out of")
	field, _ := compile(t, post(formData(between("x")...)), Options{Columns: []string{"f"}}).Field("f")
	if field.Column != "f" || !field.File || field.Constant() {
		t.Errorf("the field is %+v", field)
	}
}
