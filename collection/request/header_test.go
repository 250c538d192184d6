package request

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// pairs shows headers as sorted lines, without those that every request has.
func pairs(h http.Header) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[key] {
			if line := key + ": " + value; line != "Accept: */*" && line != "Accept-Encoding: gzip" {
				out = append(out, line)
			}
		}
	}
	return out
}

func TestHeaders(t *testing.T) {
	tests := []struct {
		name    string
		headers []obj
		o       Options
		cells   []string
		want    []string
	}{
		{"none", nil, Options{}, nil, nil},
		{"empty key and disabled", []obj{kv("", "x"), disabled(kv("A", "1")), kv("B", "2")}, Options{}, nil, []string{"B: 2"}},
		{"duplicates", []obj{kv("A", "1"), kv("A", "2"), kv("a", "3")}, Options{}, nil, []string{"A: 1", "A: 2", "A: 3"}},
		{"empty value", []obj{kv("A", "")}, Options{}, nil, []string{"A: "}},
		{"key and value from variables", []obj{kv("X-{{k}}", "<{{v}}>")}, Options{Scopes: scopesOf(t, "environment k=Key", "environment v=val")}, nil, []string{"X-Key: <val>"}},
		{"cell", []obj{kv("A", "x {{c}} y")}, Options{Columns: []string{"c"}}, []string{`ñ "q" {{c}}`}, []string{`A: x ñ "q" {{c}} y`}},
		{"a header is not bound by name", []obj{kv("A", "own")}, Options{Columns: []string{"A"}}, []string{"cell"}, []string{"A: own"}},
		{"blanks around are not part of a value", []obj{kv("A", " x y\t"), kv("B", " {{c}} "), kv("C", "{{v}}")}, Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment v= z ")}, []string{" cell "}, []string{"A: x y", "B: cell", "C: z"}},
		{"a tab inside is allowed", []obj{kv("A", "{{c}}")}, Options{Columns: []string{"c"}}, []string{"x\ty"}, []string{"A: x\ty"}},
		{"length and framing are the body's", []obj{kv("Content-Length", "7"), kv("transfer-encoding", "chunked")}, Options{}, nil, nil},
		{"dynamic", []obj{kv("A", "{{$timestamp}}")}, Options{}, nil, []string{"A: 1772600767"}},
		{"user agent", nil, Options{UserAgent: "pmrun/1"}, nil, []string{"User-Agent: pmrun/1"}},
		{"own user agent and accept", []obj{kv("user-agent", "mine"), kv("accept", "text/csv")}, Options{UserAgent: "pmrun/1"}, nil, []string{"Accept: text/csv", "User-Agent: mine"}},
		{"protected header takes the environment's value", []obj{kv("Token", "{{t}}")}, Options{Columns: []string{"t"}, ProtectedHeaders: []string{"token"}, Scopes: scopesOf(t, "environment t=env")}, []string{"cell"}, []string{"Token: env"}},
		{"unless --map says so", []obj{kv("Token", "{{t}}")}, Options{Columns: []string{"c"}, Map: map[string]string{"t": "c"}, ProtectedHeaders: []string{"token"}, Scopes: scopesOf(t, "environment t=env")}, []string{"cell"}, []string{"Token: cell"}},
		{"credentials are always protected", []obj{kv("Authorization", "{{t}}"), kv("Cookie", "{{t}}"), kv("Proxy-Authorization", "{{t}}"), kv("Other", "{{t}}")}, Options{Columns: []string{"t"}, Scopes: scopesOf(t, "environment t=env")}, []string{"cell"},
			[]string{"Authorization: env", "Cookie: env", "Other: cell", "Proxy-Authorization: env"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := fill(t, compile(t, get("http://h/", tt.headers...), tt.o), tt.cells...)
			if got := pairs(f.Header); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestAcceptEncoding: a request asks for what the sender can unpack, whatever its
// author wrote, but where that makes no sense.
func TestAcceptEncoding(t *testing.T) {
	gzip := []string{"gzip"}
	for _, tt := range []struct {
		name, method string
		headers      []obj
		want         []string
	}{
		{"none", "POST", nil, gzip},
		{"own", "GET", []obj{kv("accept-encoding", "br")}, gzip},
		{"HEAD", "HEAD", nil, nil},
		{"a part", "GET", []obj{kv("Range", "bytes=0-9")}, nil},
	} {
		item := get("http://h/", tt.headers...)
		item["method"] = tt.method
		if got := fill(t, compile(t, item, Options{})).Header["Accept-Encoding"]; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestHeaderCells(t *testing.T) {
	tpl := compile(t, get("http://h/", kv("X-Ref", "r{{c}}")), Options{Columns: []string{"c"}})
	for _, cell := range []string{"a\r\nX-Evil: 1", "a\nb", "a\r", "\x00", "\x7f", "\x1b[0m"} {
		wantFillError(t, tpl, []string{cell}, "header X-Ref", "c", "line break or control character")
	}
}

func TestMultipartContentType(t *testing.T) {
	for _, own := range []string{"multipart/form-data", "Multipart/Form-Data", "multipart/form-data; boundary=mine", "multipart/form-data; boundary="} {
		tpl := compile(t, post(formData(kv("a", "1")), kv("content-type", own)), Options{})
		f := fill(t, tpl)
		if got := f.Header.Values("Content-Type"); len(got) != 1 || !strings.HasPrefix(got[0], "multipart/form-data; boundary=pmrun-") {
			t.Errorf("%s: Content-Type is %q", own, got)
		}
		partsOf(t, f)
	}
	// Another type is the user's own decision; preflight speaks of it.
	tpl := compile(t, post(formData(kv("a", "1")), kv("Content-Type", "application/json")), Options{})
	if got := fill(t, tpl).Header.Values("Content-Type"); !slices.Equal(got, []string{"application/json"}) {
		t.Errorf("Content-Type is %q", got)
	}
}

func TestHostHeader(t *testing.T) {
	tests := []struct {
		name    string
		headers []obj
		o       Options
		want    string
	}{
		{"none", nil, Options{}, ""},
		{"constant", []obj{kv("host", "virtual.example.com")}, Options{}, "virtual.example.com"},
		{"beside a header that changes", []obj{kv("Host", "virtual"), kv("A", "{{c}}")}, Options{Columns: []string{"c"}}, "virtual"},
		{"after a header that changes", []obj{kv("A", "{{c}}"), kv("Host", "virtual")}, Options{Columns: []string{"c"}}, "virtual"},
		{"closed to columns", []obj{kv("Host", "{{c}}")}, Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment c=env")}, "env"},
		{"mapped", []obj{kv("Host", "{{x}}")}, Options{Columns: []string{"c"}, Map: map[string]string{"x": "c"}}, "cell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := fill(t, compile(t, get("http://h/", tt.headers...), tt.o), "cell")
			if f.Host != tt.want || f.Header.Get("Host") != "" || f.URL.Host != "h" {
				t.Errorf("Host is %q, the header %q, the URL's %q; want %q", f.Host, f.Header.Get("Host"), f.URL.Host, tt.want)
			}
		})
	}
}

func TestHeaderProblems(t *testing.T) {
	tests := []struct {
		name   string
		header obj
		o      Options
		want   []string
	}{
		{"no token", kv("A B", "x"), Options{}, []string{"header A B", `"A B" is not a header name`}},
		{"name from a column", kv("{{c}}", "x"), Options{Columns: []string{"c"}}, []string{"header name", "{{c}} has no value", "must not decide"}},
		{"name from a mapped column", kv("{{c}}", "x"), Options{Columns: []string{"c"}, Map: map[string]string{"c": "c"}}, []string{"header {{c}}", "not a header name"}},
		{"line break", kv("A", "x\r\nB: y"), Options{}, []string{"header A", "line break"}},
		{"line break from a variable, beside a cell", kv("A", "{{v}}{{c}}"), Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment v=x\ny")}, []string{"header A", "line break"}},
		{"line break in a token", kv("Authorization", "Bearer {{v}}"), Options{Scopes: scopesOf(t, "secret v=tok-4711\n")}, []string{"header Authorization", "line break"}},
		{"unresolved", kv("A", "{{nope}}"), Options{}, []string{"header A", "{{nope}} has no value"}},
		{"protected header without a variable", kv("Token", "{{c}}"), Options{Columns: []string{"c"}, ProtectedHeaders: []string{"Token"}}, []string{"header Token", "must not decide on the header Token", `--map "c"="c"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compileAny(t, get("http://h/", tt.header), tt.o)
			if tt.name == "name from a column" { // and what stands there is no name
				tpl.Problems = tpl.Problems[:1]
			}
			wantProblems(t, tpl, tt.want)
			for _, p := range tpl.Problems {
				if strings.Contains(p.Error(), "tok-4711") {
					t.Errorf("%v shows the secret", p)
				}
			}
		})
	}
}

func TestMethod(t *testing.T) {
	with := func(method string) obj { return obj{"method": method, "url": "http://h/"} }
	tests := map[string]string{"post": "POST", "": "GET", "PROPFIND": "PROPFIND", "{{m}}": "PATCH"}
	for method, want := range tests {
		tpl := compile(t, with(method), Options{Scopes: scopesOf(t, "environment m=patch")})
		if f := fill(t, tpl); f.Method != want || tpl.Method != want {
			t.Errorf("%q: got %q", method, f.Method)
		}
	}
	wantProblems(t, compileAny(t, with("A B"), Options{}), []string{"method", `"A B" is not an HTTP method`})
	wantProblems(t, compileAny(t, with("{{c}}"), Options{Columns: []string{"c"}}), []string{"method", "must not decide on the method"})
}
