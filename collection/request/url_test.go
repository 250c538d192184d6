package request

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// sentTo is where a filled request goes, as the request line and Host have it.
func sentTo(f *Filled) string {
	return f.URL.Scheme + "://" + f.URL.Host + f.URL.RequestURI()
}

// parts is a URL given by its parts.
func urlParts(members ...any) obj {
	u := obj{"raw": "http://stale.example.com/?not=used", "protocol": "http", "host": []string{"h"}}
	for i := 0; i < len(members); i += 2 {
		u[members[i].(string)] = members[i+1]
	}
	return u
}

type urlCase struct {
	name string
	url  any
	vars []string
	want string
}

func urlCases() []urlCase {
	api := "environment base_url=https://api.example.com:8443/v1"
	return []urlCase{
		{"text", "https://h/a/b?x=1&y=2", nil, "https://h/a/b?x=1&y=2"},
		{"parts", urlParts("path", []string{"a", "b"}, "query", []obj{kv("x", "1"), kv("y", "2")}), nil, "http://h/a/b?x=1&y=2"},
		{"host in pieces, port", urlParts("host", []string{"api", "example", "com"}, "port", "8080", "path", "/a/b"), nil, "http://api.example.com:8080/a/b"},
		{"scheme and host in capitals", "HTTPS://API.Example.COM/Path", nil, "https://api.example.com/Path"},
		{"no scheme", "localhost:8080/a", nil, "http://localhost:8080/a"},
		{"no scheme, parts", obj{"host": []string{"h"}, "path": []string{"a"}}, nil, "http://h/a"},
		{"no scheme, a URL in the query", "h/a?u=http://x/y", nil, "http://h/a?u=http://x/y"},
		{"no path", "http://h", nil, "http://h/"},
		{"no path, query", "http://h?x=1", nil, "http://h/?x=1"},
		{"no path, query, parts", urlParts("query", []obj{kv("x", "1")}), nil, "http://h/?x=1"},
		{"empty path, parts", urlParts("path", []string{""}, "query", []obj{kv("x", "1")}), nil, "http://h/?x=1"},
		{"slash at the end", urlParts("path", []string{"a", ""}), nil, "http://h/a/"},
		{"empty segments", urlParts("path", []string{"", "a", "", "b", ""}), nil, "http://h//a//b/"},
		{"two slashes", "http://h//a//b", nil, "http://h//a//b"},
		{"empty query", "http://h/a?", nil, "http://h/a?"},
		{"blanks before it", " \t\nhttp://h/a", nil, "http://h/a"},
		{"backslashes", `http:\\h\a\b?c=\d`, nil, `http://h/a/b?c=\d`},
		{"a host that is not ASCII", "http://MÜNCHEN.example.com:8080/", nil, "http://xn--mnchen-3ya.example.com:8080/"},
		{"a host that is not ASCII, in parts", obj{"host": []string{"bücher", "{{v}}"}, "port": "80", "path": []string{"a"}}, []string{"environment v=例え.jp"}, "http://xn--bcher-kva.xn--r8jz45g.jp:80/a"},
		{"underscores in a host", "http://my_host.é.example/", nil, "http://my_host.xn--9ca.example/"},
		{"IPv6", "http://[::1]:8080/a", nil, "http://[::1]:8080/a"},
		{"IPv6 without scheme", "[2001:DB8::1]/a", nil, "http://[2001:db8::1]/a"},
		{"IPv6 in parts", urlParts("host", []string{"[::1]"}, "port", "80"), nil, "http://[::1]:80/"},

		{"scheme, host and path in a variable", "{{base_url}}/cases", []string{api}, "https://api.example.com:8443/v1/cases"},
		{"the same in parts", obj{"host": []string{"{{base_url}}"}, "path": []string{"cases"}}, []string{api}, "https://api.example.com:8443/v1/cases"},
		{"the same, secret", "{{base_url}}/cases?x=1", []string{"secret base_url=https://h/v1"}, "https://h/v1/cases?x=1"},
		{"a query in a variable", "{{base}}&y=2", []string{"environment base=https://h/v1?x=1"}, "https://h/v1?x=1&y=2"},
		{"parameters in a variable", "http://h/?{{qs}}&c=3", []string{"environment qs=a=1&b=2"}, "http://h/?a=1&b=2&c=3"},
		{"path segments in a variable", "http://h/{{p}}/c", []string{"environment p=a/b"}, "http://h/a/b/c"},
		{"host in a variable, other spelling", "https://<<server>>/a", []string{"environment server=crm.example.com"}, "https://crm.example.com/a"},
		{"scheme and port in variables", "{{s}}://h:{{p}}/", []string{"environment s=HTTPS", "environment p=99"}, "https://h:99/"},
		{"a slash in a placeholder's name", "http://{{a/b}}/{{c?d}}", []string{"environment a/b=h", "environment c?d=x"}, "http://h/x"},

		{"path variables", urlParts("path", []string{":id", ":other.json", "x:y", ":"}, "variable", []obj{kv("id", "7"), kv("other", "a b")}), nil, "http://h/7/a%20b.json/x:y/:"},
		{"path variable in text", obj{"raw": "http://h/:id", "variable": []obj{kv("id", "7")}}, nil, "http://h/7"},
		{"path variable that holds a placeholder", urlParts("path", []string{":id"}, "variable", []obj{kv("id", "<{{v}}>")}), []string{"environment v=é"}, "http://h/%3C%C3%A9%3E"},
		{"path variable that holds a number", urlParts("path", []string{":id"}, "variable", []obj{kv("id", 7)}), nil, "http://h/7"},
		{"path variable by id", urlParts("path", []string{":id"}, "variable", []obj{{"id": "id", "value": "7"}}), nil, "http://h/7"},
		{"path variable, the disabled one does not count", urlParts("path", []string{":id"}, "variable", []obj{kv("id", "7"), disabled(kv("id", "8"))}), nil, "http://h/7"},
		{"path variable, two suffixes", urlParts("path", []string{":id.tar.gz"}, "variable", []obj{kv("id", "7")}), nil, "http://h/7.tar.gz"},
		{"path variable that holds a backslash", urlParts("path", []string{":id"}, "variable", []obj{kv("id", `a\b|`)}), nil, "http://h/a/b|"},
		{"path variable that holds a slash", urlParts("path", []string{":id"}, "variable", []obj{kv("id", "a/b")}), nil, "http://h/a/b"},

		{"parameters without and with empty value", urlParts("query", []obj{kv("n", nil), kv("e", ""), {"key": "m"}}), nil, "http://h/?n&e=&m"},
		{"disabled parameters", urlParts("query", []obj{disabled(kv("a", "1")), kv("b", "2"), disabled(kv("c", "3"))}), nil, "http://h/?b=2"},
		{"all disabled", urlParts("path", "a", "query", []obj{disabled(kv("a", "1"))}), nil, "http://h/a"},
		{"literal & # = in parameters", urlParts("query", []obj{kv("k&=#", "v&=#?/")}), nil, "http://h/?k%26%3D%23=v%26=%23?/"},
		{"an & in a placeholder's name", urlParts("query", []obj{kv("a", "{{x&y}}&<<x&y>>")}), []string{"environment x&y=1"}, "http://h/?a=1%261"},

		{"percent signs stay", "http://h/%41/a%2Fb/%e9?x=%41%zz%", nil, "http://h/%41/a%2Fb/%e9?x=%41%zz%"},
		{"percent signs that encode nothing", "http://h/%41/%zz/100%?x=1", nil, "http://h/%41/%zz/100%?x=1"},
		{"what cannot stand in a path", "http://h/a b\"<>`{}|^\\[x]~(y)*;,!'", nil, "http://h/a%20b%22%3C%3E%60%7B%7D|^/[x]~(y)*;,!'"},
		{"what cannot stand in a query", "http://h/?a=x y\"'<>[]{}|^`\\+", nil, "http://h/?a=x%20y%22%27%3C%3E[]{}|^`\\+"},
		{"not ASCII", "http://h/é/漢?ñ=😀", nil, "http://h/%C3%A9/%E6%BC%A2?%C3%B1=%F0%9F%98%80"},
		{"the fragment goes", "http://h/a?x=1#frag/{{nope}}?y", nil, "http://h/a?x=1"},
		{"the fragment of parts goes", urlParts("path", "a", "hash", "frag"), nil, "http://h/a"},
		{"a fragment in a variable goes", "http://h/{{v}}", []string{"environment v=a#b"}, "http://h/a"},
	}
}

func TestURL(t *testing.T) {
	for _, tt := range urlCases() {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, get(tt.url), Options{Scopes: scopesOf(t, tt.vars...)})
			if got := sentTo(fill(t, tpl)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// nastyCells are cells that try to be more than a value.
func nastyCells() []string {
	return []string{"plain", "a&b=c", "a#b", "a?b", "a/b", "../../x", "100%", "%41", "%2F", "a b+c", `"'<>`, "{{v}}", ":id", ";,@$!*()",
		"ñ漢😀", "a\r\nb", "\x00\x7f", "\xff", "=", "&", "//", "\\", "|^`[]{}", " "}
}

func TestURLCells(t *testing.T) {
	tpl := compile(t, get("http://h/a/{{c}}/b{{c}}?q={{c}}&{{c}}=x&z#{{c}}"), Options{Columns: []string{"c"}})
	for _, cell := range nastyCells() {
		f := fill(t, tpl, cell)
		u, err := url.Parse(f.URL.String())
		if err != nil {
			t.Errorf("%q: %v", cell, err)
			continue
		}
		path := strings.Split(u.EscapedPath(), "/")
		for i, want := range []string{"", "a", cell, "b" + cell} {
			if got, err := url.PathUnescape(path[i]); err != nil || got != want || len(path) != 4 {
				t.Errorf("%q: segment %d of %q is %q, %v", cell, i, u.EscapedPath(), got, err)
			}
		}
		want := "q=" + percent(cell) + "&" + percent(cell) + "=x&z"
		if u.RawQuery != want || u.Fragment != "" || u.Host != "h" {
			t.Errorf("%q: the query is %s, want %s; fragment %q", cell, u.RawQuery, want, u.Fragment)
		}
		if got := sentTo(f); got != "http://h"+u.EscapedPath()+"?"+want {
			t.Errorf("%q: goes out as %s", cell, got)
		}
	}
}

func TestEmptyAndDotCells(t *testing.T) {
	tpl := compile(t, get("http://h/{{c}}?q={{c}}"), Options{Columns: []string{"c"}})
	for _, cell := range []string{"", ".", ".."} {
		wantFillError(t, tpl, []string{cell}, "path", "c", "addresses something else")
	}
	tpl = compile(t, get("http://h/.{{c}}/{{d}}{{c}}"), Options{Columns: []string{"c", "d"}})
	wantFillError(t, tpl, []string{".", "x"}, "path", "c", `".."`)
	wantFillError(t, tpl, []string{"", "x"}, "path", "c", `"."`)
	if got := sentTo(fill(t, tpl, "x", "")); got != "http://h/.x/x" {
		t.Errorf("got %s", got)
	}
	tpl = compile(t, get("http://h/x{{c}}?q={{c}}&r"), Options{Columns: []string{"c"}})
	if got := sentTo(fill(t, tpl, "")); got != "http://h/x?q=&r" {
		t.Errorf("got %s", got)
	}
}

// A literal that net/url would encode anew must not undo a cell's encoding.
func TestCellBesideOddLiterals(t *testing.T) {
	tests := map[string]string{
		"http://h/a|b^/{{c}}":  "http://h/a|b^/x%2Fy",
		"http://h/%zz/{{c}}":   "http://h/%zz/x%2Fy",
		"http://h/100%/{{c}}":  "http://h/100%/x%2Fy",
		"http://h//%zz/{{c}}/": "http://hhttp://h//%zz/x%2Fy/", // absolute form: the only one that net/url offers here
	}
	for text, want := range tests {
		tpl := compile(t, get(text), Options{Columns: []string{"c"}})
		if got := sentTo(fill(t, tpl, "x/y")); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestPathVariables(t *testing.T) {
	u := urlParts("path", []string{"x", ":id.json"}, "variable", []obj{kv("id", "{{c}}")})
	tests := []struct {
		name string
		url  any
		o    Options
		want string
	}{
		{"column in its value", u, Options{Columns: []string{"c"}}, "http://h/x/a%2Fb%20c.json"},
		{"mapped", u, Options{Columns: []string{"col"}, Map: map[string]string{"id": "col"}}, "http://h/x/a%2Fb%20c.json"},
		{"set", u, Options{Set: map[string]string{"id": "s/t?"}}, "http://h/x/s%2Ft%3F.json"},
		{"set to a placeholder", u, Options{Columns: []string{"col"}, Set: map[string]string{"id": "p-{{col}}"}}, "http://h/x/p-a%2Fb%20c.json"},
		{"set without a value of its own", "http://h/:id", Options{Set: map[string]string{"id": "7"}}, "http://h/7"},
		{"a column of that name is not enough", urlParts("path", []string{":id"}, "variable", []obj{kv("id", "7")}), Options{Columns: []string{"id"}}, "http://h/7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sentTo(fill(t, compile(t, get(tt.url), tt.o), "a/b c")); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMappedTarget(t *testing.T) {
	o := Options{Columns: []string{"c"}, Map: map[string]string{"x": "c"}}
	tests := []struct {
		url, cell, want string // want is empty for a FillError
		where           string
	}{
		{"http://{{x}}/a", "One.example.com", "http://One.example.com/a", ""},
		{"http://{{x}}.example.com/a", "one", "http://one.example.com/a", ""},
		{"http://h:{{x}}/", "8080", "http://h:8080/", ""},
		{"{{x}}://h/", "HTTPS", "https://h/", ""},
		{"http://{{x}}/a", "", "", "URL's host"},
		{"http://{{x}}/a", "evil.example.com/", "", "URL's host"},
		{"http://{{x}}/a", "evil.example.com:80", "", "URL's host"},
		{"http://{{x}}/a", "user@evil.example.com", "", "URL's host"},
		{"http://{{x}}/a", "a?b", "", "URL's host"},
		{"http://{{x}}/a", "a#b", "", "URL's host"},
		{"http://{{x}}/a", "a\\b", "", "URL's host"},
		{"http://{{x}}/a", "a%2fb", "", "URL's host"},
		{"http://{{x}}/a", "a\r\nb", "", "URL's host"},
		{"http://{{x}}/a", "[::1]", "", "URL's host"},
		{"http://h:{{x}}/", "http", "", "URL's host"},
		{"{{x}}://h/", "ftp", "", "URL's scheme"},
		{"{{x}}://h/", "", "", "URL's scheme"},
	}
	for _, tt := range tests {
		tpl := compile(t, get(tt.url), o)
		if tt.want == "" {
			wantFillError(t, tpl, []string{tt.cell}, tt.where, "x")
			continue
		}
		if got := sentTo(fill(t, tpl, tt.cell)); got != tt.want {
			t.Errorf("%s with %q: got %s, want %s", tt.url, tt.cell, got, tt.want)
		}
		if _, _, _, ok := tpl.Target(); ok {
			t.Errorf("%s: Target does not say that rows choose it", tt.url)
		}
	}
	// Without --map the environment decides, whatever columns there are.
	tpl := compile(t, get("http://{{x}}/"), Options{Columns: []string{"x"}, Scopes: scopesOf(t, "environment x=env.example.com")})
	if got := sentTo(fill(t, tpl, "evil.example.com")); got != "http://env.example.com/" {
		t.Errorf("got %s", got)
	}
}

func TestURLProblems(t *testing.T) {
	c := Options{Columns: []string{"c"}}
	idVar := func(value string) obj { return urlParts("path", []string{":id"}, "variable", []obj{kv("id", value)}) }
	tests := []struct {
		name string
		url  any
		o    Options
		want []string
	}{
		{"empty", "", Options{}, []string{"url", "the request has no URL"}},
		{"missing", nil, Options{}, []string{"url", "the request has no URL"}},
		{"path alone", "/a/b", Options{}, []string{"url", "there is no host"}},
		{"no host", "http:///a", Options{}, []string{"url", "there is no host"}},
		{"no host by an empty variable", "http://{{v}}/a", Options{Scopes: scopesOf(t, "environment v=")}, []string{"url", "there is no host"}},
		{"port alone", "http://:8080/a", Options{}, []string{"url", `":8080" is not a host`}},
		{"bad port", "http://h:abc/", Options{}, []string{"url", `"h:abc" is not a host`}},
		{"bad IPv6", "http://[::1/", Options{}, []string{"url", "is not a host"}},
		{"host that cannot be written in ASCII", "http://a\u200e\u0300é/", Options{}, []string{"url", "is not a host"}},
		{"disabled path variable", urlParts("path", []string{":id"}, "variable", []obj{disabled(kv("id", "7"))}), Options{}, []string{"url", "path variable :id has no value"}},
		{"blank in the host", "http://a b/", Options{}, []string{"url", `"a b" is not a host`}},
		{"other scheme", "ftp://h/", Options{}, []string{"url", `"ftp" is neither http nor https`}},
		{"unresolved host", "http://{{nope}}/", Options{}, []string{"URL's host", "{{nope}} has no value"}},
		{"unresolved path", "http://h/{{nope}}", Options{}, []string{"URL", "{{nope}} has no value"}},
		{"misspelt column", "http://h/{{cc}}x", Options{Columns: []string{"cx"}}, []string{"URL", "{{cc}} has no value", "did you mean {{cx}}?"}},
		{"NUL", "http://h/\x000\x00", Options{}, []string{"URL", "NUL"}},
		{"column as host", "http://{{c}}/", c, []string{"URL's host", "must not decide on the URL's host", `--map "c"="c"`}},
		{"column as port", "http://h:{{c}}/", c, []string{"URL's host", "must not decide"}},
		{"column as scheme", "{{c}}://h/", c, []string{"URL's host", "must not decide"}},
		{"column as base URL", "{{c}}/a", c, []string{"URL's host", "must not decide"}},
		{"column as password", "http://a:{{c}}@h/", c, []string{"URL's host", "must not decide"}},
		{"column in a nested host", "http://{{v}}/", Options{Columns: []string{"c"}, Scopes: scopesOf(t, "environment v={{c}}.example.com")}, []string{"URL's host", "must not decide"}},
		{"path variable without a value", "http://h/:id/x", Options{}, []string{"url", "path variable :id has no value", "--map id=COLUMN"}},
		{"empty path variable", idVar(""), Options{}, []string{"url", "path variable :id has no value"}},
		{"path variable set to nothing", idVar("7"), Options{Set: map[string]string{"id": ""}}, []string{"url", `path segment ""`}},
		{"path variable that is a dot segment", idVar(".."), Options{}, []string{"url", `path segment ".."`}},
		{"unresolved path variable", idVar("{{nope}}"), Options{}, []string{"path variable :id", "{{nope}} has no value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, compileAny(t, get(tt.url), tt.o), tt.want)
		})
	}
}

// A secret may hold structure; each part that it is cut into stays secret.
func TestSecretsInURL(t *testing.T) {
	scopes := scopesOf(t, "secret base=https://api-4711.example.com/tenant-4711?key=key 4711", "secret s=path&4711", "environment v=open")
	tpl := compile(t, get("{{base}}&s={{s}}&v={{v}}&c={{c}}"), Options{Columns: []string{"c"}, Scopes: scopes, Map: map[string]string{"c": "c"}})
	f := fill(t, tpl, "cell")
	if got, want := sentTo(f), "https://api-4711.example.com/tenant-4711?key=key%204711&s=path&4711&v=open&c=cell"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	for what, shown := range map[string]string{"URL": tpl.URL(), "Render": tpl.Render([]string{"cell"}, 1, nil).URL} {
		if strings.Contains(shown, "4711") || !strings.Contains(shown, "v=open") {
			t.Errorf("%s shows %s", what, shown)
		}
	}
	// Scheme and path of a secret URL are words that messages need.
	if got, want := tpl.Secrets(), []string{"api-4711.example.com", "key%204711", "path"}; !slices.Equal(got, want) {
		t.Errorf("Secrets gave %q, want %q", got, want)
	}
}

func TestShownURL(t *testing.T) {
	tests := []struct {
		url    any
		o      Options
		url0   string
		render string
	}{
		{"h/a?x=1", Options{}, "http://h/a?x=1", "http://h/a?x=1"},
		{"http://h/{{c}}/é?q={{c}}&r", Options{Columns: []string{"c"}}, "http://h/{{c}}/é?q={{c}}&r", "http://h/a%20b/%C3%A9?q=a%20b&r"},
		{"http://h/:id.json", Options{Columns: []string{"c"}, Map: map[string]string{"id": "c"}}, "http://h/{{c}}.json", "http://h/a%20b.json"},
		{"http://h/?a=1", Options{Columns: []string{"a"}}, "http://h/?a={{a}}", "http://h/?a=a%20b"},
		{"https://https://h/a", Options{}, "https://https://h/a", "https://https://h/a"},
		{"http://h", Options{}, "http://h", "http://h/"},
	}
	for _, tt := range tests {
		tpl := compile(t, get(tt.url), tt.o)
		if got := tpl.URL(); got != tt.url0 {
			t.Errorf("%v: URL gave %s, want %s", tt.url, got, tt.url0)
		}
		if got := tpl.Render([]string{"a b"}, 1, nil).URL; got != tt.render {
			t.Errorf("%v: Render gave %s, want %s", tt.url, got, tt.render)
		}
	}
	// What cannot be filled or resolved is shown as it stands.
	tpl := compile(t, get("http://h/{{c}}"), Options{Columns: []string{"c"}})
	if got := tpl.Render(nil, 1, nil).URL; got != "http://h/{{c}}" {
		t.Errorf("an empty cell: %s", got)
	}
	tpl = compileAny(t, get("http://{{NOPE}}/{{c}}"), Options{Columns: []string{"c"}})
	if got := tpl.Render([]string{"x"}, 1, nil).URL; got != "http://{{NOPE}}/{{c}}" {
		t.Errorf("an unresolved host: %s", got)
	}
}

func TestTarget(t *testing.T) {
	tests := []struct {
		url                any
		scheme, host, path string
	}{
		{"HTTPS://CRM.example.com:8443/server/API/insert.php?x=1", "https", "crm.example.com:8443", "/server/API/insert.php"},
		{"http://h", "http", "h", ""},
		{"http://h/", "http", "h", "/"},
		{"http://h/a b/{{c}}/x{{c}}", "http", "h", "/a%20b/{{c}}/x{{c}}"},
		{"https://https://h/a", "https", "https:", "//h/a"},
	}
	for _, tt := range tests {
		scheme, host, path, ok := compile(t, get(tt.url), Options{Columns: []string{"c"}}).Target()
		if !ok || scheme != tt.scheme || host != tt.host || path != tt.path {
			t.Errorf("%v: got %q, %q, %q, %t", tt.url, scheme, host, path, ok)
		}
	}
}

// With disableUrlEncoding the URL's own text goes out as it stands; cells are
// data all the same, and nothing breaks the request line apart.
func TestURLEncodingDisabled(t *testing.T) {
	item := itemIn(t, obj{"protocolProfileBehavior": obj{"disableUrlEncoding": true}, "item": []obj{{"name": "R", "request": get("http://h/\"<é>{x}/a b/{{c}}?q='é'<\"&r={{c}}")}}})
	tpl := Compile(item, Options{Columns: []string{"c"}})
	if len(tpl.Problems) > 0 {
		t.Fatal(tpl.Problems)
	}
	if got, want := sentTo(fill(t, tpl, "é'/&")), "http://h/\"<é>{x}/a%20b/%C3%A9%27%2F&?q='é'<\"&r=%C3%A9%27%2F%26"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
