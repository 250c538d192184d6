package request

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func authOf(kind string, params ...obj) obj { return obj{"type": kind, kind: params} }

// withAuth adds an auth to a request.
func withAuth(request, auth obj) obj {
	request["auth"] = auth
	return request
}

func TestAuth(t *testing.T) {
	scopes := []string{"environment user=ann", "secret pw=pass word", "secret tok=tok-4711"}
	tests := []struct {
		name    string
		auth    obj
		headers []obj
		want    []string
		query   string
	}{
		{"basic", authOf("basic", kv("username", "{{user}}"), kv("password", "{{pw}}")), nil, []string{"Authorization: " + basic("ann", "pass word")}, ""},
		{"basic without password", authOf("basic", kv("username", "ann")), nil, []string{"Authorization: " + basic("ann", "")}, ""},
		{"basic that is not ASCII", authOf("basic", kv("username", "ñ"), kv("password", "a:b")), nil, []string{"Authorization: " + basic("ñ", "a:b")}, ""},
		{"bearer", authOf("bearer", kv("token", "{{tok}}")), nil, []string{"Authorization: Bearer tok-4711"}, ""},
		{"bearer without token", authOf("bearer", kv("token", "")), []obj{kv("Authorization", "own")}, []string{"Authorization: own"}, ""},
		{"it replaces own headers", authOf("bearer", kv("token", "{{tok}}")), []obj{kv("authorization", "one"), kv("B", "2"), kv("AUTHORIZATION", "two")}, []string{"Authorization: Bearer tok-4711", "B: 2"}, ""},
		{"API key in a header", authOf("apikey", kv("key", "X-{{user}}"), kv("value", "{{tok}}"), kv("in", "header")), []obj{kv("x-ANN", "own")}, []string{"X-Ann: tok-4711"}, ""},
		{"API key, header by default", authOf("apikey", kv("key", "X-Key"), kv("value", "{{tok}}")), nil, []string{"X-Key: tok-4711"}, ""},
		{"API key in the query", authOf("apikey", kv("key", "k y"), kv("value", "{{pw}}&"), kv("in", "query")), nil, nil, "a=1&k%20y=pass%20word%26"},
		{"API key that is encoded already", authOf("apikey", kv("key", "k=&"), kv("value", "a%2Bb=='é"), kv("in", "query")), nil, nil, "a=1&k%3D%26=a%2Bb==%27%C3%A9"},
		{"API key replaces a parameter", authOf("apikey", kv("key", "a"), kv("value", "{{tok}}"), kv("in", "query")), nil, nil, "a=tok-4711"},
		{"oauth2", authOf("oauth2", kv("accessToken", "{{tok}}"), kv("tokenType", "bearer")), []obj{kv("authorization", "own")}, []string{"Authorization: Bearer tok-4711"}, ""},
		{"oauth2 with another prefix", authOf("oauth2", kv("accessToken", "{{tok}}"), kv("headerPrefix", " Token "), kv("addTokenTo", "header")), nil, []string{"Authorization: Token tok-4711"}, ""},
		{"oauth2 without a prefix", authOf("oauth2", kv("accessToken", "{{tok}}"), kv("headerPrefix", "")), nil, []string{"Authorization: tok-4711"}, ""},
		{"oauth2 in the query", authOf("oauth2", kv("accessToken", "{{pw}}"), kv("addTokenTo", "queryParams")), []obj{kv("Authorization", "own")}, nil, "a=1&access_token=pass%20word"},
		{"oauth2 without a token, but an own header", authOf("oauth2", kv("accessToken", "")), []obj{kv("Authorization", "own")}, []string{"Authorization: own"}, ""},
		{"oauth2 as a map", obj{"type": "oauth2", "oauth2": obj{"accessToken": "{{tok}}", "headerPrefix": "T"}}, nil, []string{"Authorization: T tok-4711"}, ""},
		{"digest", authOf("digest", kv("username", "ann"), kv("password", "{{pw}}")), []obj{kv("authorization", "own")}, nil, ""},
		{"noauth", authOf("noauth"), []obj{kv("Authorization", "own")}, []string{"Authorization: own"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compile(t, withAuth(get("http://h/?a=1", tt.headers...), tt.auth), Options{Scopes: scopesOf(t, scopes...)})
			f := fill(t, tpl)
			if got := pairs(f.Header); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if tt.query == "" {
				tt.query = "a=1"
			}
			if f.URL.RawQuery != tt.query {
				t.Errorf("the query is %s, want %s", f.URL.RawQuery, tt.query)
			}
			for _, shown := range append(tpl.Render(nil, 1, nil).Headers, NameValue{"URL", tpl.Render(nil, 1, nil).URL + tpl.URL()}) {
				for _, secret := range []string{"tok-4711", "pass word", "pass%20word", base64.StdEncoding.EncodeToString([]byte("ann:pass word"))} {
					if strings.Contains(shown.Value, secret) {
						t.Errorf("%s shows %q", shown.Name, shown.Value)
					}
				}
			}
		})
	}
}

func TestInheritedAuth(t *testing.T) {
	bearer := func(token string) obj { return authOf("bearer", kv("token", token)) }
	for depth := range 5 { // the auth stands that many folders above the request
		items := []obj{{"name": "R", "request": get("http://h/")}}
		for i := range 6 {
			folder := obj{"name": "F", "item": items}
			if i >= depth {
				folder["auth"] = bearer(string(rune('a' + i)))
			} else if i%2 == 1 {
				folder["auth"] = obj{} // inherits, as null does
			}
			items = []obj{folder}
		}
		tpl := Compile(itemIn(t, obj{"auth": bearer("c"), "item": items}), Options{})
		if got, want := fill(t, tpl).Header.Get("Authorization"), "Bearer "+string(rune('a'+depth)); got != want {
			t.Errorf("%d folders up: got %q, want %q", depth, got, want)
		}
	}
	tests := []struct {
		name                        string
		collection, folder, request any
		want                        []string
	}{
		{"from the collection", bearer("c"), nil, nil, []string{"Authorization: Bearer c"}},
		{"from the folder", bearer("c"), bearer("f"), nil, []string{"Authorization: Bearer f"}},
		{"its own", bearer("c"), bearer("f"), bearer("r"), []string{"Authorization: Bearer r"}},
		{"ended by noauth", bearer("c"), authOf("noauth"), nil, nil},
		{"none", nil, nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item := itemIn(t, obj{"auth": tt.collection, "item": []obj{{"name": "F", "auth": tt.folder, "item": []obj{{"name": "R", "request": obj{"method": "GET", "url": "http://h/", "auth": tt.request}}}}}})
			tpl := Compile(item, Options{})
			if len(tpl.Problems) > 0 {
				t.Fatal(tpl.Problems)
			}
			if got := pairs(fill(t, tpl).Header); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUserinfo(t *testing.T) {
	tests := []struct {
		name    string
		url     string
		headers []obj
		auth    obj
		want    []string
		display string
		secrets []string
	}{
		{"user and password", "http://ann:p%40ss@h/x", nil, nil, []string{"Authorization: " + basic("ann", "p@ss")}, "http://ann:••••@h/x", []string{"p%40ss", "p@ss"}},
		{"from variables", "http://{{user}}:{{pw}}@h/x", nil, nil, []string{"Authorization: " + basic("ann", "sec-4711")}, "http://ann:••••@h/x", []string{"sec-4711"}},
		{"a token alone", "http://tok-4711@h/x", nil, nil, []string{"Authorization: " + basic("tok-4711", "")}, "http://••••@h/x", []string{"tok-4711"}},
		{"an @ in the password", "http://ann:p@ss@h/x", nil, nil, []string{"Authorization: " + basic("ann", "p@ss")}, "http://ann:••••@h/x", []string{"p@ss"}},
		{"bad percent sign", "http://ann:100%@h/x", nil, nil, []string{"Authorization: " + basic("ann", "100%")}, "http://ann:••••@h/x", []string{"100%"}},
		{"its own header wins", "http://ann:p%40ss@h/x", []obj{kv("Authorization", "own")}, nil, []string{"Authorization: own"}, "http://ann:••••@h/x", []string{"p%40ss", "p@ss"}},
		{"an auth wins", "http://ann:p%40ss@h/x", nil, authOf("bearer", kv("token", "b")), []string{"Authorization: Bearer b"}, "http://ann:••••@h/x", []string{"p%40ss", "p@ss"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := get(tt.url, tt.headers...)
			if tt.auth != nil {
				request = withAuth(request, tt.auth)
			}
			tpl := compile(t, request, Options{Scopes: scopesOf(t, "environment user=ann", "environment pw=sec-4711")})
			f := fill(t, tpl)
			if got := pairs(f.Header); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if f.URL.String() != "http://h/x" {
				t.Errorf("the URL is %s", f.URL)
			}
			if tpl.URL() != tt.display {
				t.Errorf("the URL is shown as %s, want %s", tpl.URL(), tt.display)
			}
			for _, secret := range tt.secrets {
				if !slices.Contains(tpl.Secrets(), secret) {
					t.Errorf("Secrets %q lacks %q", tpl.Secrets(), secret)
				}
			}
		})
	}
}

func TestAuthProblems(t *testing.T) {
	mapped := Options{Columns: []string{"c"}, Map: map[string]string{"t": "c"}}
	column := Options{Columns: []string{"t"}}
	tests := []struct {
		name string
		auth obj
		o    Options
		want []string
	}{
		{"hawk", authOf("hawk", kv("authId", "a")), Options{}, []string{"auth hawk of the request", `"hawk" is not supported in a load`}},
		{"a type that nobody knows yet", authOf("passkey"), Options{}, []string{"auth passkey of the request", `"passkey" is not supported in a load`}},
		{"digest from a column", authOf("digest", kv("username", "a"), kv("password", "{{t}}")), mapped, []string{"auth digest of the request", "cannot come from a column"}},
		{"oauth2 without a token", authOf("oauth2", kv("accessToken", ""), kv("accessTokenUrl", "http://h/token")), Options{}, []string{"auth oauth2 of the request", "no access token"}},
		{"oauth2 with a MAC token", authOf("oauth2", kv("accessToken", "a"), kv("tokenType", "MAC")), Options{}, []string{"auth oauth2 of the request", "mac is not supported"}},
		{"column in a token", authOf("bearer", kv("token", "{{t}}")), column, []string{"auth bearer of the request", "must not decide on the auth bearer"}},
		{"column in a password", authOf("basic", kv("username", "a"), kv("password", "{{t}}")), column, []string{"auth basic of the request", "must not decide"}},
		{"mapped column in a password", authOf("basic", kv("username", "a"), kv("password", "{{t}}")), mapped, []string{"auth basic of the request", "cannot come from a column"}},
		{"API key without a name", authOf("apikey", kv("value", "v")), Options{}, []string{"auth apikey of the request", "no name"}},
		{"API key that is no header", authOf("apikey", kv("key", "a b"), kv("value", "v")), Options{}, []string{"auth apikey of the request", "not a header name"}},
		{"line break in a token", authOf("bearer", kv("token", "{{s}}")), Options{Scopes: scopesOf(t, "secret s=tok-4711\n")}, []string{"auth bearer of the request", "line break"}},
		{"unresolved", authOf("bearer", kv("token", "{{nope}}")), Options{}, []string{"auth bearer of the request", "{{nope}} has no value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tpl := compileAny(t, withAuth(get("http://h/"), tt.auth), tt.o)
			wantProblems(t, tpl, tt.want)
			for _, p := range tpl.Problems {
				if strings.Contains(p.Error(), "tok-4711") {
					t.Errorf("%v shows the secret", p)
				}
			}
		})
	}
	wantProblems(t, compileAny(t, get("http://ann:{{t}}@h/"), mapped), []string{"url", "cannot come from a column"})
}

// --map may put a column into a token; it is masked wherever it is shown.
func TestMappedToken(t *testing.T) {
	o := Options{Columns: []string{"c"}, Map: map[string]string{"t": "c"}}
	tpl := compile(t, withAuth(get("http://h/"), authOf("bearer", kv("token", "{{t}}"))), o)
	if got := fill(t, tpl, "cell").Header.Get("Authorization"); got != "Bearer cell" {
		t.Errorf("got %q", got)
	}
	wantFillError(t, tpl, []string{"a\nb"}, "auth bearer of the request", "t", "line break")
	if got := tpl.Render([]string{"cell"}, 1, nil).Headers; !slices.Contains(got, NameValue{"Authorization", "••••"}) {
		t.Errorf("shown as %q", got)
	}
	if len(tpl.Secrets()) > 0 {
		t.Errorf("Secrets %q: the scheme is none", tpl.Secrets())
	}
}

// What an attempt answers the server with is made per attempt; the password is a
// secret like any other.
func TestDigestShown(t *testing.T) {
	tpl := compile(t, withAuth(get("http://h/"), authOf("digest", kv("username", "ann"), kv("password", "pw-4711"))), Options{})
	if got := tpl.Secrets(); !slices.Contains(got, "pw-4711") {
		t.Errorf("Secrets gave %q", got)
	}
	if !tpl.Holds("pw-4711") || tpl.Holds("pw-4712") {
		t.Error("Holds does not know the password")
	}
	if got := tpl.Render(nil, 1, nil).Headers; !slices.Contains(got, NameValue{"Authorization", "Digest ••••"}) {
		t.Errorf("shown as %q", got)
	}
	f := fill(t, tpl)
	login, err := f.Login()
	if err != nil || login.Header != "" || login.Expect || f.Header.Get("Authorization") != "" {
		t.Errorf("before a challenge: %+v, %v", login, err)
	}
	// Without digest there is nothing to say, and no answer is a question.
	login, err = fill(t, compile(t, get("http://h/"), Options{})).Login()
	if login != nil || err != nil || login.Answered(401, map[string][]string{"Www-Authenticate": {`Digest realm="r", nonce="n"`}}) {
		t.Errorf("without digest: %+v, %v", login, err)
	}
}

// The challenges that are answered, and those that are no question.
func TestDigestChallenges(t *testing.T) {
	tests := []struct {
		name   string
		header []string
		want   string // a part of the credentials, empty when it is not answered
	}{
		{"plain", []string{`Digest realm="r", nonce="n"`}, `realm="r"`},
		{"small letters, no blanks", []string{`digest realm="r",nonce="n",qop="auth"`}, `qop=auth`},
		{"after another scheme", []string{`Basic realm="b"`, `Digest realm="r", nonce="n", algorithm=MD5`}, `algorithm=MD5`},
		{"in one header with another scheme", []string{`Basic realm="b", Digest realm="r", nonce="n"`}, `realm="r"`},
		{"the first that can be answered", []string{`Digest realm="1", nonce="n", algorithm=SHA-3`, `Digest realm="2", nonce="n", algorithm=sha-256`}, `realm="2"`},
		{"a session", []string{`Digest realm="r", nonce="n", algorithm=SHA-256-sess, qop="auth"`}, `algorithm=SHA-256-sess`},
		{"a choice", []string{`Digest realm="r", nonce="n", qop="auth-int, AUTH"`}, `qop=auth`},
		{"a quote in the realm", []string{`Digest realm="a \"b\"", nonce="n"`}, `realm="a \"b\""`},
		{"none", nil, ""},
		{"another scheme", []string{`Bearer realm="r"`}, ""},
		{"no nonce", []string{`Digest realm="r"`}, ""},
		{"unknown algorithm", []string{`Digest realm="r", nonce="n", algorithm=SHA-3`}, ""},
		{"unknown protection", []string{`Digest realm="r", nonce="n", qop="auth-x"`}, ""},
		{"garbage", []string{`Digest =,"`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := fill(t, compile(t, withAuth(get("http://h/"), authOf("digest", kv("username", "ann"), kv("password", "pw"))), Options{}))
			first, _ := f.Login()
			if again := first.Answered(401, map[string][]string{"Www-Authenticate": tt.header}); again != (tt.want != "") {
				t.Fatalf("again is %t", again)
			}
			login, err := f.Login()
			if err != nil || !strings.Contains(login.Header, tt.want) || (login.Header == "") != (tt.want == "") {
				t.Errorf("got %q, %v", login.Header, err)
			}
		})
	}
}
