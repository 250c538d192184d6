package request

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

func TestTemplateHeader(t *testing.T) {
	tpl := compile(t, post(formData(kv("a", "1")), kv("A", " x {{v}} "), kv("B", "{{c}}"), kv("D", "1"), kv("D", "2"), kv("E", "")),
		Options{Columns: []string{"c"}, Scopes: scopesOf(t, "secret v=val")})
	tests := []struct {
		key, value string
		ok         bool
	}{{"a", "x val", true}, {"B", "", false}, {"d", "1", true}, {"E", "", true}, {"nope", "", false}, {"accept", "*/*", true}}
	for _, tt := range tests {
		if value, ok := tpl.Header(tt.key); value != tt.value || ok != tt.ok {
			t.Errorf("Header(%q) = %q, %t", tt.key, value, ok)
		}
	}
	if value, ok := tpl.Header("Content-Type"); !ok || !strings.HasPrefix(value, "multipart/form-data; boundary=") {
		t.Errorf("Content-Type is %q, %t", value, ok)
	}
}

func TestSecrets(t *testing.T) {
	tests := []struct {
		name    string
		request obj
		want    []string
	}{
		{"none", get("http://h/", kv("A", "x")), nil},
		{"protected header", get("http://h/", kv("Token", "{{plain}}")), []string{"plain-4711"}},
		{"protected header with a scheme", get("http://h/", kv("token", "Bearer {{plain}}")), []string{"Bearer plain-4711", "plain-4711"}},
		{"credentials", get("http://h/", kv("Cookie", "sid={{plain}}")), []string{"sid=plain-4711"}},
		{"secret in an open header", get("http://h/", kv("A", "x{{s}}y")), []string{"sec-4711"}},
		{"secret in several segments", get("http://h/", kv("A", "{{s}}:{{s2}}")), []string{"sec-4711", "two-4711"}},
		{"secrets beside a cell", get("http://h/", kv("A", "{{s}}{{c}}{{s2}}")), []string{"sec-4711", "two-4711"}},
		{"bearer", withAuth(get("http://h/"), authOf("bearer", kv("token", "{{plain}}"))), []string{"Bearer plain-4711", "plain-4711"}},
		{"bearer from a secret", withAuth(get("http://h/"), authOf("bearer", kv("token", "{{s}}"))), []string{"Bearer sec-4711", "sec-4711"}},
		{"basic", withAuth(get("http://h/"), authOf("basic", kv("username", "ann"), kv("password", "{{plain}}"))), []string{"plain-4711", basic("ann", "plain-4711"), basic("ann", "plain-4711")[6:]}},
		{"API key", withAuth(get("http://h/"), authOf("apikey", kv("key", "X"), kv("value", "{{plain}}"))), []string{"plain-4711"}},
		{"API key in the query", withAuth(get("http://h/"), authOf("apikey", kv("key", "x"), kv("value", "{{plain}} &"), kv("in", "query"))), []string{"plain-4711 &", "plain-4711%20%26"}},
		{"empty token", get("http://h/", kv("Token", "")), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, tt.request, Options{
				Columns: []string{"c"}, ProtectedHeaders: []string{"Token"},
				Scopes: scopesOf(t, "environment plain=plain-4711", "secret s=sec-4711", "secret s2=two-4711"),
			})
			got, want := slices.Sorted(slices.Values(tpl.Secrets())), slices.Sorted(slices.Values(tt.want))
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// The message about a missing token has to name its variable.
func TestUnresolvedTokenIsNoSecret(t *testing.T) {
	for _, request := range []obj{
		get("http://h/", kv("Token", "{{nope}}")),
		withAuth(get("http://h/"), authOf("bearer", kv("token", "{{nope}}"))),
		withAuth(get("http://h/"), authOf("basic", kv("username", "a"), kv("password", "{{nope}}"))),
		get("http://a:{{nope}}@h/"),
	} {
		tpl := compileAny(t, request, Options{ProtectedHeaders: []string{"Token"}})
		m := vars.NewMasker(tpl.Secrets())
		if len(tpl.Problems) != 1 || !strings.Contains(m.Mask(tpl.Problems[0].Error()), "{{nope}} has no value") {
			t.Errorf("problems %v; masked are %q", tpl.Problems, tpl.Secrets())
		}
	}
}

// Rendering hides what is secret by where it stands, without knowing it.
func TestRender(t *testing.T) {
	scopes := scopesOf(t, "environment tok=plain-4711", "secret s=se\"c-4711", "environment v=open")
	o := Options{Columns: []string{"c"}, ProtectedHeaders: []string{"Token"}, Scopes: scopes}
	headers := []obj{kv("Token", "{{tok}}"), kv("X", "a {{s}} b {{c}}"), kv("Y", "{{v}}"), kv("Cookie", "")}
	wantHeaders := []NameValue{{"Token", "••••"}, {"X", "a •••• b cell"}, {"Y", "open"}, {"Cookie", ""}}

	form := compile(t, post(formData(kv("a", "{{s}}/{{c}}"), kv("b", "{{v}}")), headers...), o)
	got := form.Render([]string{"cell"}, 1, nil)
	if want := []NameValue{{"a", "••••/cell"}, {"b", "open"}}; !slices.Equal(got.Fields, want) {
		t.Errorf("fields are %q", got.Fields)
	}
	if got.Method != "POST" || got.URL != "http://h/" || got.Body != "" || !slices.Equal(got.Headers[:4], wantHeaders) {
		t.Errorf("got %+v", got)
	}

	text := compile(t, post(raw("json", `{"s":"{{s}}","c":"{{c}}","n":{{c}}}`), headers...), o)
	if got, want := text.Render([]string{`a"b`}, 1, nil).Body, `{"s":"••••","c":"a\"b","n":a"b}`; got != want {
		t.Errorf("the body is %s, want %s", got, want)
	}

	encoded := compile(t, post(urlEncoded(kv("a", "{{s}}&{{c}}"))), o)
	if got := encoded.Render([]string{"x y"}, 1, nil).Fields; !slices.Equal(got, []NameValue{{"a", "••••&x y"}}) {
		t.Errorf("fields are %q", got)
	}

	// What the Masker knows is hidden in cells and constants too.
	m := vars.NewMasker([]string{"open", "cell", "plain-4711"})
	got = form.Render([]string{"<cell>"}, 1, m)
	if want := []NameValue{{"a", "••••/<••••>"}, {"b", "••••"}}; !slices.Equal(got.Fields, want) || got.Headers[2].Value != "••••" {
		t.Errorf("masked: %+v", got)
	}
}

func TestRenderFiles(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "one.txt", "1")
	writeFile(t, dir, "two.txt", "2")
	tpl := compile(t, post(formData(file("f", []string{"one.txt", "two.txt"}), kv("a", "1"))), Options{WorkingDir: dir})
	want := []NameValue{{"f", "@one.txt"}, {"f", "@two.txt"}, {"a", "1"}}
	if got := tpl.Render(nil, 1, nil).Fields; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	f, ok := tpl.Field("f")
	if !ok || !f.File || !f.Constant() || tpl.Value(f, nil, 1) != "one.txt" {
		t.Errorf("the field is %+v", f)
	}
}

// A value is what a person would call it, whatever the encoding.
func TestValue(t *testing.T) {
	o := Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment v=a b")}
	tpl := compile(t, obj{"method": "POST", "url": "http://h/?q=%C3%A9+{{v}}&r={{c}}", "body": urlEncoded(kv("x", "{{v}}&{{c}}"), kv("id", "{{$guid}}"))}, o)
	if got, want := fieldsOf(tpl, "ñ&")[:3], []string{"query q=é a b", "query r=ñ&", "urlencoded x=a b&ñ&"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	id, _ := tpl.Field("id")
	if got, want := tpl.Value(id, nil, 7), vars.DynamicValue("$guid", testRun(), 7, 1); got != want || id.Constant() {
		t.Errorf("$guid is %q, want %q; Constant %t", got, want, id.Constant())
	}
	if got := tpl.Value(id, nil, 8); got == tpl.Value(id, nil, 7) {
		t.Error("another row has the same $guid")
	}
}

// Every collection that people export compiles to something: a request or
// problems, without a panic.
func TestOddRequests(t *testing.T) {
	for _, request := range []any{
		nil, "http://h/", "", obj{}, obj{"url": obj{}}, obj{"url": obj{"host": []string{""}}}, obj{"method": "{{", "url": "{{"},
		obj{"url": "://"}, obj{"url": "http://"}, obj{"url": "?"}, obj{"url": "#"}, obj{"url": "@"}, obj{"url": ":"}, obj{"url": "http://@/"}, obj{"url": "<<>>"},
		obj{"url": "http://h/:"}, obj{"url": "http://h/?&&=&a=b=c"}, obj{"url": "http://h/\x00s\x00"}, obj{"url": "http://h/?\x00e\x00=\x0012\x00"},
		obj{"url": urlParts("query", obj{"key": nil}, "path", obj{"value": "x"})},
		post(obj{"mode": "raw", "raw": nil}), post(obj{"mode": "formdata"}), post(obj{"mode": "formdata", "formdata": []obj{{}}}), post(obj{"mode": "urlencoded", "urlencoded": nil}),
		post(formData(obj{"key": "\x00", "type": "file", "src": "\x00"})), withAuth(get("http://h/"), obj{"type": "basic"}), withAuth(get("http://h/"), obj{"type": "apikey"}),
	} {
		for _, o := range []Options{{}, {Columns: []string{"a"}, Map: map[string]string{"a": "a", "b": "b"}, Set: map[string]string{"": "\x00"}, Pack: map[string][]string{"c": nil, "d": nil, "": nil}}} {
			tpl := compileAny(t, request, o)
			var f Filled
			if err := tpl.Fill(&f, []string{"x"}, 1); err == nil && len(tpl.Problems) == 0 && f.URL.Host == "" {
				t.Errorf("%v: no problem, and no host", request)
			}
			tpl.Render(nil, 1, nil)
			tpl.Render([]string{"x"}, 1, vars.NewMasker([]string{"secret"}))
		}
	}
}

// The example of the project compiles without problems, whole.
func TestExample(t *testing.T) {
	c, err := collection.Load("../../examples/insert-crm-cases/wolkvox-cases.postman_collection.json")
	if err != nil {
		t.Fatal(err)
	}
	scopes := scopesOf(t, "environment crm_server=crm.example.com", "secret wolkvox_token=tok-4711", "environment operation=op", "environment description=d", "environment wolkvox-id=1")
	requests := 0
	for item := range c.Requests() {
		requests++
		tpl := Compile(item, Options{Scopes: scopes, ProtectedHeaders: []string{"Wolkvox-Token"}, Run: testRun()})
		if len(tpl.Problems) > 0 {
			t.Errorf("%s: %v", item.Path(), tpl.Problems)
		}
		shown, err := json.Marshal(tpl.Render(nil, 1, nil))
		if err != nil || strings.Contains(string(shown), "4711") {
			t.Errorf("%s: shown as %s, %v", item.Path(), shown, err)
		}
	}
	if requests == 0 {
		t.Error("the example has no requests")
	}
}
