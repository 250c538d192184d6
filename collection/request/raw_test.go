package request

import (
	"strings"
	"testing"
)

func TestRawContentType(t *testing.T) {
	tests := []struct {
		language string
		header   []obj
		want     string
	}{
		{"json", nil, "application/json"},
		{"xml", nil, "application/xml"},
		{"html", nil, "text/html"},
		{"javascript", nil, "application/javascript"},
		{"text", nil, "text/plain"},
		{"", nil, "text/plain"},
		{"klingon", nil, "text/plain"},
		{"json", []obj{kv("content-type", "application/vnd.api+json")}, "application/vnd.api+json"},
		{"xml", []obj{disabled(kv("Content-Type", "text/xml"))}, "application/xml"},
	}
	for _, tt := range tests {
		f := fill(t, compile(t, post(raw(tt.language, "{}"), tt.header...), Options{}))
		if got := f.Header.Values("Content-Type"); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%q: Content-Type is %q, want %q", tt.language, got, tt.want)
		}
	}
}

func TestRaw(t *testing.T) {
	jsonType := func() obj { return kv("Content-Type", "application/json; charset=utf-8") }
	tests := []struct {
		name     string
		language string
		headers  []obj
		text     string
		cell     string
		want     string
	}{
		{"cell in a string", "json", nil, `{"a":"{{c}}"}`, "x\"y\\z\r\n\té\x00", `{"a":"x\"y\\z\r\n\té\u0000"}`},
		{"cell that would add a member", "json", nil, `{"a":"{{c}}"}`, `","admin":"1`, `{"a":"\",\"admin\":\"1"}`},
		{"cell as a value", "json", nil, `{"a":{{c}}}`, `{"x": [1]}`, `{"a":{"x": [1]}}`},
		{"cell as the whole body", "json", nil, `{{c}}`, `[1]`, `[1]`},
		{"cell that looks like a placeholder", "json", nil, `{"a":"{{c}}"}`, "{{v}}", `{"a":"{{v}}"}`},
		{"cell beside escaped quotes", "json", nil, `{"a":"\"{{c}}\""}`, `"`, `{"a":"\"\"\""}`},
		{"variables", "json", nil, `{"a":"{{v}}","n":{{n}}}`, "", `{"a":"a\"b","n":5}`},

		{"JSON by its header", "text", []obj{jsonType()}, `{"a":"{{c}}"}`, `"`, `{"a":"\""}`},
		{"JSON by a header from a variable", "text", []obj{kv("Content-Type", "{{type}}")}, `{"a":"{{c}}"}`, `"`, `{"a":"\""}`},
		{"JSON by language, whatever the header", "json", []obj{kv("Content-Type", "text/plain")}, `{"a":"{{c}}"}`, `"`, `{"a":"\""}`},
		{"JSON by its looks", "", nil, ` {"a":"{{c}}"} `, `"`, ` {"a":"\""} `},
		{"a list by its looks", "", nil, `["{{c}}"]`, `"`, `["\""]`},
		{"a disabled header says nothing", "xml", []obj{disabled(jsonType())}, `{"a":"{{c}}"}`, `"`, `{"a":"""}`},
		{"placeholders are not JSON by their looks", "", nil, `{{c}},{{c}}`, `x`, `x,x`},
		{"text that says so", "text", nil, `{"a":"{{c}}"}`, `"`, `{"a":"""}`},
		{"text by its header", "", []obj{kv("Content-Type", "text/csv")}, `["{{c}}"]`, `"`, `["""]`},
		{"XML", "xml", nil, "<a b=\"{{c}}\">{{c}}</a>", "<&\"\r\n", "<a b=\"<&\"\r\n\"><&\"\r\n</a>"},

		{"comments go", "json", nil, "{ // note\r\n\"a\": /* b\n */ \"{{c}}\" }//end", "x", "{ \r\n\"a\": \n \"x\" }"},
		{"a comment with a quote", "json", nil, "{/* \" */\"a\":\"{{c}}\"}", `"`, `{"a":"\""}`},
		{"a comment with a placeholder", "json", nil, "{\"a\":1} // {{nope}}", "", `{"a":1} `},
		{"comments in a string stay", "json", nil, `{"a":"http://x/*y*/","b":"\"//"}`, "", `{"a":"http://x/*y*/","b":"\"//"}`},
		{"comments by a header", "", []obj{jsonType()}, "// x\n{}", "", "\n{}"},
		{"comments in text stay", "text", []obj{jsonType()}, "{}// x", "", "{}// x"},
		{"comments in XML stay", "xml", nil, "<a>// x /* y */</a>", "", "<a>// x /* y */</a>"},
		{"a comment that never ends", "json", nil, "{} /* x", "", "{} /* x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scopes := scopesOf(t, `environment v=a"b`, "environment n=5", "environment type=application/json")
			tpl := compile(t, post(raw(tt.language, tt.text), tt.headers...), Options{Columns: []string{"c"}, Scopes: scopes})
			if got := bodyOf(t, fill(t, tpl, tt.cell)); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestRawValueHasToBeJSON(t *testing.T) {
	tpl := compile(t, post(raw("json", `{"a":{{c}}}`)), Options{Columns: []string{"c"}})
	for _, cell := range []string{"", "abc", "007", "1,\"b\":2", "{", "1 2", "'x'"} {
		bad := wantFillError(t, tpl, []string{cell}, "body", "c", "has to be JSON", `"{{c}}"`)
		if !bad.NotJSON {
			t.Errorf("%q: NotJSON is not set", cell)
		}
	}
	for _, cell := range []string{"1", " 1 ", "-1.5e3", `"x"`, "null", "true", `{"x":1}`, "[]"} {
		if got, want := bodyOf(t, fill(t, tpl, cell)), `{"a":`+cell+`}`; got != want {
			t.Errorf("%q gave %s", cell, got)
		}
	}
	tpl = compile(t, post(raw("json", `{"a":{{$guid}}}`)), Options{})
	wantFillError(t, tpl, nil, "body", "$guid", "Quote it in the request")
}

func TestNoBody(t *testing.T) {
	off := raw("json", "{}")
	off["disabled"] = true
	for name, body := range map[string]obj{"null": nil, "empty": raw("json", ""), "disabled": off, "none": {"mode": "none"},
		"no part": formData(), "no part enabled": formData(disabled(kv("a", "1"))), "no field": urlEncoded(), "no field enabled": urlEncoded(disabled(kv("a", "1")))} {
		tpl := compile(t, post(body), Options{})
		f := fill(t, tpl)
		if bodyOf(t, f) != "" || f.Length != 0 || tpl.Mode != "" || f.Header.Get("Content-Type") != "" {
			t.Errorf("%s: mode %q, body %q, headers %v", name, tpl.Mode, f.Body, f.Header)
		}
	}
}

func TestBodyProblems(t *testing.T) {
	tests := []struct {
		name string
		body obj
		want []string
	}{
		{"missing file", fileBody("x"), []string{"body", `cannot read "x"`, "no such file"}},
		{"no file", fileBody(nil), []string{"body", "no file is chosen"}},
		{"no file at all", obj{"mode": "file"}, []string{"body", "no file is chosen"}},
		{"content that is not base64", obj{"mode": "file", "file": obj{"content": "a.txt"}}, []string{"body", "not base64"}},
		{"GraphQL variables", graphQL("{a}", "", `{"a":`), []string{"GraphQL variables", "not JSON"}},
		{"GraphQL variables, a text without quotes", graphQL("{a}", "", `{"a": x{{c}}}`), []string{"GraphQL variables", "not JSON", "needs quotes"}},
		{"unresolved in a query", graphQL("{a(b: {{nope}})}", "", ""), []string{"GraphQL query", "{{nope}} has no value"}},
		{"unresolved in variables", graphQL("{a}", "", "{{nope}}"), []string{"GraphQL variables", "{{nope}} has no value"}},
		{"unresolved", raw("json", `{"a":"{{nope}}"}`), []string{"body", "{{nope}} has no value"}},
		{"backslash before a placeholder", raw("json", `{"a":"\{{c}}"}`), []string{"body", "backslash", "{{c}}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, compileAny(t, post(tt.body), Options{Columns: []string{"c"}}), tt.want)
		})
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 58)
	tests := map[string]string{
		"":                              `""`,
		"a\"b\n":                        `"a\"b\n"`,
		long + "bc":                     `"` + long + `bc"`,
		long + "bcd":                    `"` + long + `bc"...`,
		long + "béé":                    `"` + long + `b"...`,
		long + "😀😀":                     `"` + long + `"...`,
		strings.Repeat("\x80", 61):      `"` + strings.Repeat(`\x80`, 60) + `"...`,
		long + "b" + "\x80\x80\x80\x80": `"` + long + `"...`,
	}
	for text, want := range tests {
		if got := Excerpt(text); got != want {
			t.Errorf("Excerpt(%q) = %s, want %s", text, got, want)
		}
	}
}
