package request

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/vars"
)

// templateFor compiles a request or skips one that has problems, which is the
// right answer to some field names.
func templateFor(t *testing.T, request obj, o Options) *Template {
	tpl := compileAny(t, request, o)
	if len(tpl.Problems) > 0 {
		t.Skip()
	}
	return tpl
}

// asJSON is text as a collection file can hold it.
func asJSON(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// FuzzMultipart fills a form-data request with any cells and field names; a
// multipart reader gets the same values back.
func FuzzMultipart(f *testing.F) {
	for _, cell := range nastyCells() {
		f.Add("field", cell, "other", cell)
		f.Add(cell, "value", "x"+cell, "")
	}
	f.Add("a\"b", "\r\n--pmrun-", "a\r\nb", "\r\n--pmrun-e3b0c44298fc1c149afbf4c8996fb924--\r\n")
	f.Add(`\`, `\`, `"\`, "")
	f.Fuzz(func(t *testing.T, name1, cell1, name2, cell2 string) {
		name1, name2 = asJSON(name1), asJSON(name2)
		tpl := templateFor(t, post(formData(kv(name1, "{{c1}}"), kv(name2, "-{{c2}}-"), kv("end", "x"))), Options{Columns: []string{"c1", "c2"}})
		got := partsOf(t, fill(t, tpl, cell1, cell2))
		// Quotes and line breaks in a name are percent-encoded, as browsers do.
		shown := strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A").Replace
		want := []part{{name: shown(name1), content: cell1}, {name: shown(name2), content: "-" + cell2 + "-"}, {name: "end", content: "x"}}
		if len(got) != len(want) {
			t.Fatalf("%d parts: %q", len(got), got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("part %d is %q, want %q", i, got[i], want[i])
			}
		}
	})
}

// FuzzURL fills a URL with any cells: it keeps its segments and parameters, and
// they decode to the cells.
func FuzzURL(f *testing.F) {
	for _, cell := range nastyCells() {
		f.Add(cell, cell, cell)
	}
	f.Add("a", "", "")
	f.Fuzz(func(t *testing.T, path, query, fragment string) {
		tpl := compile(t, get("http://h/a/{{p}}/b?q={{q}}&x{{q}}=1&z#{{f}}"), Options{Columns: []string{"p", "q", "f"}})
		var filled Filled
		err := tpl.Fill(&filled, []string{path, query, fragment}, 1)
		if isDotSegment(path) {
			if err == nil {
				t.Fatalf("the path segment %q was let through", path)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodGet, filled.URL.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		segments := strings.Split(req.URL.EscapedPath(), "/")
		if len(segments) != 4 || segments[1] != "a" || segments[3] != "b" || req.URL.Host != "h" || req.URL.Fragment != "" {
			t.Fatalf("the URL is %s", req.URL)
		}
		if got, err := url.PathUnescape(segments[2]); err != nil || got != path {
			t.Fatalf("the segment is %q, %v; want %q", got, err, path)
		}
		parameters := strings.Split(req.URL.RawQuery, "&")
		if len(parameters) != 3 || parameters[2] != "z" {
			t.Fatalf("the query is %s", req.URL.RawQuery)
		}
		values, err := url.ParseQuery(req.URL.RawQuery)
		if err != nil {
			t.Fatal(err)
		}
		if got := values["q"]; len(got) != 1 || got[0] != query {
			t.Fatalf("q is %q, want %q", got, query)
		}
		if got := values["x"+query]; len(got) != 1 || got[0] != "1" {
			t.Fatalf("the query is %s", req.URL.RawQuery)
		}
		if filled.URL.RequestURI() != req.URL.RequestURI() {
			t.Fatalf("%s is sent as %s", req.URL, filled.URL.RequestURI())
		}
	})
}

// FuzzURLText compiles any URL text; it either has problems or goes to a host
// that no cell chose.
func FuzzURLText(f *testing.F) {
	for _, tt := range urlCases() {
		if text, ok := tt.url.(string); ok {
			f.Add(text, "cell")
		}
	}
	f.Add("{{c}}://{{c}}@{{c}}:{{c}}/{{c}}?{{c}}={{c}}#{{c}}", "/@evil.example.com")
	f.Add("http://h/a|b/{{c}}", "x/y&")
	f.Fuzz(func(t *testing.T, text, cell string) {
		tpl := templateFor(t, get(asJSON(text)), Options{Columns: []string{"c"}})
		var a, b Filled
		errA, errB := tpl.Fill(&a, []string{cell}, 1), tpl.Fill(&b, []string{"x"}, 1)
		tpl.Render([]string{cell}, 1, nil)
		if errA != nil || errB != nil {
			return
		}
		if a.URL.Scheme != b.URL.Scheme || a.URL.Host != b.URL.Host || a.URL.Host == "" || a.Host != b.Host || a.Header.Get("Authorization") != b.Header.Get("Authorization") {
			t.Fatalf("%q: the cell %q goes to %s, x to %s", text, cell, a.URL, b.URL)
		}
		pathA, queryA, _ := strings.Cut(a.URL.RequestURI(), "?")
		pathB, queryB, _ := strings.Cut(b.URL.RequestURI(), "?")
		count := strings.Count
		if count(pathA, "/") != count(pathB, "/") || count(queryA, "&") != count(queryB, "&") || count(queryA, "=") != count(queryB, "=") || strings.ContainsAny(pathA+queryA, "# ") {
			t.Fatalf("%q: the cell %q makes %s, x makes %s", text, cell, a.URL.RequestURI(), b.URL.RequestURI())
		}
	})
}

// FuzzJSONBody puts any cell inside strings of a JSON body: it decodes back.
func FuzzJSONBody(f *testing.F) {
	for _, cell := range nastyCells() {
		f.Add(cell, "k")
	}
	f.Add(`","admin":"1`, "k\"")
	f.Fuzz(func(t *testing.T, cell, key string) {
		tpl := compile(t, post(raw("json", `{"a":"{{c}}","b":["<{{c}}>",{"{{k}}":1}]/* " */}`)), Options{Columns: []string{"c", "k"}, Scopes: &vars.Scopes{}})
		var got struct {
			A string
			B []any
		}
		if err := json.Unmarshal([]byte(bodyOf(t, fill(t, tpl, cell, key))), &got); err != nil {
			t.Fatal(err)
		}
		// Bytes that are no UTF-8 are replaced when they are decoded.
		cell, key = string([]rune(cell)), string([]rune(key))
		if got.A != cell || len(got.B) != 2 || got.B[0] != "<"+cell+">" || got.B[1].(map[string]any)[key] != 1.0 {
			t.Fatalf("got %+v, want %q and %q", got, cell, key)
		}
	})
}

// FuzzGraphQL puts any cell into each part of a GraphQL body: it decodes back.
func FuzzGraphQL(f *testing.F) {
	for _, cell := range nastyCells() {
		f.Add(cell, cell)
	}
	f.Add(`","variables":{"a":1},"x":"`, `\`)
	f.Fuzz(func(t *testing.T, query, value string) {
		tpl := compile(t, post(graphQL(`{ a(b: "{{q}}") }`, "Op{{q}}", `{"v":"<{{v}}>","n":[1,"{{v}}"]}`)), Options{Columns: []string{"q", "v"}})
		var got struct {
			Query, OperationName string
			Variables            map[string]any
		}
		if err := json.Unmarshal([]byte(bodyOf(t, fill(t, tpl, query, value))), &got); err != nil {
			t.Fatal(err)
		}
		// Bytes that are no UTF-8 are replaced when they are decoded.
		query, value = string([]rune(query)), string([]rune(value))
		list, _ := got.Variables["n"].([]any)
		if got.Query != `{ a(b: "`+query+`") }` || got.OperationName != "Op"+query || len(got.Variables) != 2 || got.Variables["v"] != "<"+value+">" || len(list) != 2 || list[1] != value {
			t.Fatalf("got %+v, want %q and %q", got, query, value)
		}
	})
}

// FuzzFileOfRow lets any cell name a file: what is sent lies below the working
// directory, and the body has no part more than the request.
func FuzzFileOfRow(f *testing.F) {
	for _, cell := range append(nastyCells(), "one.txt", "sub/two.txt", "../secret.txt", "sub/../one.txt", "./one.txt", "..", "sub//two.txt", "sub/..//../secret.txt") {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		top := t.TempDir()
		writeFile(t, top, "secret.txt", "secret")
		writeFile(t, top, "in/one.txt", "first")
		writeFile(t, top, "in/sub/two.txt", "second")
		dir := filepath.Join(top, "in")
		for _, src := range []string{"{{c}}", "sub/{{c}}", "x{{c}}"} {
			tpl := compile(t, post(formData(file("f", src), kv("z", "end"))), Options{Columns: []string{"c"}, WorkingDir: dir})
			var filled Filled
			if err := tpl.Fill(&filled, []string{cell}, 1); err != nil {
				var bad *FillError
				if !errors.As(err, &bad) {
					t.Fatal(err)
				}
				continue
			}
			got := partsOf(t, &filled)
			if cell != "" {
				if len(got) != 2 || got[0].content != "first" && got[0].content != "second" {
					t.Fatalf("%q sends %q", cell, got)
				}
				got = got[1:]
			}
			if len(got) != 1 || got[0] != (part{name: "z", content: "end"}) {
				t.Fatalf("%q sends %q", cell, got)
			}
		}
	})
}
