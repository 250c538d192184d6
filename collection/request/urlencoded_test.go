package request

import (
	"net/url"
	"testing"
)

func TestURLEncoded(t *testing.T) {
	tests := []struct {
		name    string
		params  []obj
		columns []string
		cells   []string
		want    string
	}{
		{"order and duplicates", []obj{kv("b", "1"), kv("a", "2"), kv("b", "3")}, nil, nil, "b=1&a=2&b=3"},
		{"disabled first", []obj{disabled(kv("a", "1")), kv("b", "2")}, nil, nil, "b=2"},
		{"RFC 3986", []obj{kv("a b", "x y+z&=%é!'()*~-._/?")}, nil, nil, "a%20b=x%20y%2Bz%26%3D%25%C3%A9%21%27%28%29%2A~-._%2F%3F"},
		{"line breaks and quotes", []obj{kv("a", "\"x\"\r\n")}, nil, nil, "a=%22x%22%0D%0A"},
		{"empty values and keys", []obj{kv("a", ""), kv("b", nil), kv("", "x")}, nil, nil, "a=&b=&=x"},
		{"key and value from variables", []obj{kv("k{{v}}", "{{v}}")}, nil, nil, "ka%26b=a%26b"},
		{"cell by placeholder", []obj{kv("a", "<{{c}}>")}, []string{"c"}, []string{"1&b=2 +"}, "a=%3C1%26b%3D2%20%2B%3E"},
		{"cell by name", []obj{kv("a", "sample")}, []string{"a"}, []string{"=&"}, "a=%3D%26"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, post(urlEncoded(tt.params...)), Options{Columns: tt.columns, Scopes: scopesOf(t, "environment v=a&b")})
			f := fill(t, tpl, tt.cells...)
			if got := bodyOf(t, f); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := f.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
				t.Errorf("Content-Type is %q", got)
			}
		})
	}
}

func TestURLEncodedText(t *testing.T) {
	tpl := compile(t, post(obj{"mode": "urlencoded", "urlencoded": "a=1&b=2%20x&c"}), Options{})
	if got := bodyOf(t, fill(t, tpl)); got != "a=1&b=2%20x&c=" {
		t.Errorf("got %s", got)
	}
}

// A JSON field of an urlencoded body is JSON first and percent-encoded then.
func TestURLEncodedJSONField(t *testing.T) {
	o := Options{Columns: []string{"c", "whole"}, JSONFields: []string{"form", "whole"}}
	tpl := compile(t, post(urlEncoded(kv("form", `{"s":"{{c}}"}`), kv("whole", "{}"))), o)
	f := fill(t, tpl, `a"&b=\`, `{"x": "1&2"}`)
	got, err := url.ParseQuery(bodyOf(t, f))
	if err != nil || len(got) != 2 {
		t.Fatalf("%q: %v", got, err)
	}
	if want := `{"s":"a\"&b=\\"}`; got.Get("form") != want {
		t.Errorf("form is %s, want %s", got.Get("form"), want)
	}
	if want := `{"x": "1&2"}`; got.Get("whole") != want {
		t.Errorf("whole is %s, want %s", got.Get("whole"), want)
	}
	for i, want := range []string{`{"s":"a\"&b=\\"}`, `{"x": "1&2"}`} {
		if value := tpl.Value(&tpl.Fields()[i], []string{`a"&b=\`, `{"x": "1&2"}`}, 1); value != want {
			t.Errorf("Value gave %s, want %s", value, want)
		}
	}
	if empty := fill(t, tpl, "", ""); bodyOf(t, empty) != "form=%7B%22s%22%3A%22%22%7D&whole=" {
		t.Errorf("with empty cells: %s", empty.Body)
	}
	bad := wantFillError(t, tpl, []string{"", "not JSON"}, "urlencoded field whole", "whole", "has to be JSON", "not JSON", "Correct the cell")
	if !bad.NotJSON {
		t.Error("NotJSON is not set")
	}
}
