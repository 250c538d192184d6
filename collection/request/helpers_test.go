package request

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// obj is a JSON object, as a collection has them.
type obj = map[string]any

// itemOf parses a collection with one request.
func itemOf(t testing.TB, request any) *collection.Item {
	t.Helper()
	return itemIn(t, obj{"item": []obj{{"name": "R", "request": request}}})
}

// itemIn parses a collection and returns its first request.
func itemIn(t testing.TB, document obj) *collection.Item {
	t.Helper()
	document["info"] = obj{"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.Parse("test.json", data)
	if err != nil {
		t.Fatal(err)
	}
	for item := range c.Requests() {
		return item
	}
	t.Fatal("the collection has no request")
	return nil
}

// post is a POST request to http://h/ with a body.
func post(body obj, headers ...obj) obj {
	return obj{"method": "POST", "url": "http://h/", "header": headers, "body": body}
}

// get is a GET request; url is text or an object.
func get(url any, headers ...obj) obj {
	return obj{"method": "GET", "url": url, "header": headers}
}

func formData(params ...obj) obj { return obj{"mode": "formdata", "formdata": params} }

func urlEncoded(params ...obj) obj { return obj{"mode": "urlencoded", "urlencoded": params} }

func raw(language, text string) obj {
	body := obj{"mode": "raw", "raw": text}
	if language != "" {
		body["options"] = obj{"raw": obj{"language": language}}
	}
	return body
}

// kv is a field, a header or a query parameter.
func kv(key string, value any) obj { return obj{"key": key, "value": value} }

func disabled(o obj) obj {
	o["disabled"] = true
	return o
}

// scopesOf makes scopes from lines "scope name=value"; the scope "secret" is a
// secret variable of the environment.
func scopesOf(t testing.TB, lines ...string) *vars.Scopes {
	t.Helper()
	s := &vars.Scopes{}
	for _, line := range lines {
		scope, rest, ok1 := strings.Cut(line, " ")
		name, value, ok2 := strings.Cut(rest, "=")
		if !ok1 || !ok2 {
			t.Fatalf("bad line %q", line)
		}
		v := vars.Variable{Name: name, Value: value}
		if scope == "secret" {
			scope, v.Secret = string(vars.Environment), true
		}
		s.Set(vars.Scope(scope), v)
	}
	return s
}

func testRun() vars.Run {
	return vars.Run{ID: "run-1", Started: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
}

// compile compiles a request that has no problems.
func compile(t testing.TB, request any, o Options) *Template {
	t.Helper()
	tpl := compileAny(t, request, o)
	if len(tpl.Problems) > 0 {
		t.Fatalf("problems: %v", tpl.Problems)
	}
	return tpl
}

// compileAny compiles a request that may have problems.
func compileAny(t testing.TB, request any, o Options) *Template {
	t.Helper()
	o.Run = testRun()
	return Compile(itemOf(t, request), o)
}

// fill fills one row that can be filled.
func fill(t testing.TB, tpl *Template, cells ...string) *Filled {
	t.Helper()
	var f Filled
	if err := tpl.Fill(&f, cells, 1); err != nil {
		t.Fatalf("Fill: %v", err)
	}
	return &f
}

// bodyOf reads a filled body and checks its announced length.
func bodyOf(t testing.TB, f *Filled) string {
	t.Helper()
	r, err := f.Reader()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if f.Length != int64(len(data)) {
		t.Errorf("Length is %d, the body has %d bytes", f.Length, len(data))
	}
	return string(data)
}

// part is one part of a multipart body.
type part struct{ name, fileName, contentType, content string }

// partsOf reads a multipart body with the boundary of the Content-Type header.
func partsOf(t testing.TB, f *Filled) []part {
	t.Helper()
	kind, params, err := mime.ParseMediaType(f.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		t.Fatalf("Content-Type is %q", f.Header.Get("Content-Type"))
	}
	r := multipart.NewReader(strings.NewReader(bodyOf(t, f)), params["boundary"])
	var parts []part
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatalf("part %d: %v", len(parts)+1, err)
		}
		content, err := io.ReadAll(p)
		if err != nil {
			t.Fatalf("part %d: %v", len(parts)+1, err)
		}
		parts = append(parts, part{p.FormName(), fileNameOf(p), p.Header.Get("Content-Type"), string(content)})
	}
}

// fileNameOf is Part.FileName without what that cuts off.
func fileNameOf(p *multipart.Part) string {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if err != nil {
		return "?"
	}
	return params["filename"]
}

// wantFillError checks that filling a row fails because of its cells.
func wantFillError(t testing.TB, tpl *Template, cells []string, where, column string, parts ...string) *FillError {
	t.Helper()
	var f Filled
	err := tpl.Fill(&f, cells, 1)
	var bad *FillError
	if !errors.As(err, &bad) {
		t.Fatalf("Fill(%q) gave %v, want a *FillError", cells, err)
	}
	if bad.Where != where || bad.Column != column {
		t.Errorf("the error is at %q, column %q; want %q, %q", bad.Where, bad.Column, where, column)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q lacks %q", err, part)
		}
	}
	if len(f.Body) > 0 || f.URL != nil || f.Length != 0 {
		t.Errorf("something is left after the error: %+v", &f)
	}
	return bad
}

// wantProblems checks that the template has exactly these problems, each given
// as where, and parts of the message; and that it can still be used.
func wantProblems(t testing.TB, tpl *Template, want ...[]string) {
	t.Helper()
	if len(tpl.Problems) != len(want) {
		t.Errorf("%d problems, want %d: %v", len(tpl.Problems), len(want), tpl.Problems)
	}
	for i, p := range tpl.Problems[:min(len(tpl.Problems), len(want))] {
		if p.Where != want[i][0] {
			t.Errorf("problem %d is at %q, want %q", i, p.Where, want[i][0])
		}
		for _, text := range want[i][1:] {
			if !strings.Contains(p.Error(), text) {
				t.Errorf("the problem %q lacks %q", p.Error(), text)
			}
		}
	}
	// A template with problems is shown to people: nothing may panic.
	var f Filled
	_ = tpl.Fill(&f, nil, 1)
	tpl.Render(nil, 0, nil)
	tpl.Render([]string{"a", "b", "c"}, 1, nil)
	for i := range tpl.Fields() {
		tpl.Value(&tpl.Fields()[i], nil, 0)
	}
	tpl.Target()
}
