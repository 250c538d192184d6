package runner

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pmrun/pmrun/collection"
)

// echo answers with what it got, as JSON, and does what some paths ask for.
type echo struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

type echoed struct {
	Method, URL, Body string
	Header            http.Header
}

func newEcho(t *testing.T) *echo {
	t.Helper()
	e := &echo{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		e.seen = append(e.seen, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		e.mu.Unlock()
		path, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch path {
		case "redirect":
			code, to, _ := strings.Cut(rest, "/")
			var status int
			_, _ = fmt.Sscan(code, &status)
			w.Header().Set("Location", "/"+to)
			w.WriteHeader(status)
			return
		case "loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
			return
		case "cookie":
			http.SetCookie(w, &http.Cookie{Name: "session", Value: rest, Path: "/"})
		case "hang":
			panic(http.ErrAbortHandler)
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			_, _ = io.WriteString(z, "unpacked")
			return
		}
		_ = json.NewEncoder(w).Encode(echoed{r.Method, r.URL.RequestURI(), string(body), r.Header})
	}))
	t.Cleanup(e.Close)
	return e
}

// parseRun makes the options of a run of a collection.
func parseRun(t *testing.T, text string) (Options, *[]Event) {
	t.Helper()
	c, err := collection.Parse("c.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	events := &[]Event{}
	return Options{Collection: c, UserAgent: "pmrun/test", Emit: func(e Event) { *events = append(*events, e) }}, events
}

// requests lists the requests of a run: method, URL, code or error.
func requests(events []Event) []string {
	var list []string
	for _, e := range events {
		if e.Request == nil {
			continue
		}
		end := fmt.Sprint(e.Request.Err)
		if e.Request.Err == nil {
			end = fmt.Sprint(e.Request.Response.Code)
		}
		list = append(list, fmt.Sprintf("%s %s %s", e.Request.Method, e.Request.URL, end))
	}
	return list
}

func lastBody(t *testing.T, events []Event) echoed {
	t.Helper()
	var got echoed
	for _, e := range events {
		if e.Request != nil && e.Request.Response != nil {
			if err := json.Unmarshal(e.Request.Response.Body, &got); err != nil {
				t.Fatalf("%v: %s", err, e.Request.Response.Body)
			}
		}
	}
	return got
}

// TestRunOrder: which requests run, in which order, how often.
func TestRunOrder(t *testing.T) {
	e := newEcho(t)
	const tree = `{"info":{"name":"C"},"item":[
		{"name":"a","id":"ida","request":"URL/a"},
		{"name":"F","item":[{"name":"b","request":"URL/b"},{"name":"G","item":[{"name":"c","request":"URL/c"}]}]},
		{"name":"d","request":"URL/d"}]}`
	for _, tt := range []struct {
		name             string
		folders, exclude []string
		data             []map[string]any
		n, parallel      int
		want             string
	}{
		{"all", nil, nil, nil, 0, 0, "/a /b /c /d"},
		{"twice", nil, nil, nil, 2, 0, "/a /b /c /d /a /b /c /d"},
		{"a folder", []string{"F"}, nil, nil, 0, 0, "/b /c"},
		{"a request by id", []string{"ida"}, nil, nil, 0, 0, "/a"},
		{"several, in the collection's order", []string{"d", "G"}, nil, nil, 0, 0, "/c /d"},
		{"without a folder", nil, []string{"F"}, nil, 0, 0, "/a /d"},
		{"a folder without a part", []string{"F"}, []string{"G"}, nil, 0, 0, "/b"},
		{"rows", []string{"d"}, nil, []map[string]any{{}, {}, {}}, 0, 0, "/d /d /d"},
		{"no rows", []string{"d"}, nil, []map[string]any{}, 0, 0, ""},
		{"fewer than rows", []string{"d"}, nil, []map[string]any{{}, {}, {}}, 2, 0, "/d /d"},
		{"in parallel", []string{"d"}, nil, nil, 5, 3, "/d /d /d /d /d"},
	} {
		o, events := parseRun(t, strings.ReplaceAll(tree, "URL", e.URL))
		o.Folders, o.Exclude, o.Data, o.Iterations, o.Parallel = tt.folders, tt.exclude, tt.data, tt.n, tt.parallel
		if err := Run(t.Context(), o); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, line := range requests(*events) {
			path := strings.TrimPrefix(strings.Fields(line)[1], e.URL)
			got = append(got, path)
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.want)
		}
	}
	o, _ := parseRun(t, strings.ReplaceAll(tree, "URL", e.URL))
	o.Folders = []string{"nope"}
	if err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), `no "nope"`) {
		t.Errorf("%v", err)
	}
}

// TestRunVariables: where values come from, and that values may have structure, as in
// Postman.
func TestRunVariables(t *testing.T) {
	e := newEcho(t)
	o, events := parseRun(t, `{"info":{"name":"C"},"variable":[{"key":"path","value":"p/q"},{"key":"both","value":"collection"}],"item":[
		{"name":"a","request":{"method":"post","url":"{{host}}/{{path}}?x={{x}}&b={{both}}&u={{unknown}}","header":[{"key":"X-{{h}}","value":"{{both}}"}],
		"body":{"mode":"raw","raw":"{\"q\": \"{{quote}}\"}","options":{"raw":{"language":"json"}}},
		"auth":{"type":"basic","basic":[{"key":"username","value":"{{user}}"},{"key":"password","value":"pw"}]}}}]}`)
	o.Environment = scopeOf("host", e.URL, "both", "environment", "h", "Name", "quote", `say "x"`, "user", "ann")
	o.Data = []map[string]any{{"x": "1&y=2"}}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	got := lastBody(t, *events)
	if got.Method != "POST" || got.URL != "/p/q?x=1&y=2&b=environment&u={{unknown}}" || got.Header.Get("X-Name") != "environment" ||
		got.Body != `{"q": "say "x""}` || got.Header.Get("Authorization") != "Basic YW5uOnB3" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", got)
	}
	var sent struct {
		Method string
		URL    struct {
			Raw   string
			Path  []string
			Query []struct{ Key, Value string }
		}
		Header []struct {
			Key, Value string
			System     bool
		}
		Body struct{ Mode, Raw string }
	}
	warned := false
	for _, e := range *events {
		warned = warned || e.Console != nil && e.Console.Level == "warn" && strings.Contains(e.Console.Args[0], "{{unknown}}")
		if e.Request != nil {
			if err := json.Unmarshal(e.Request.Sent, &sent); err != nil {
				t.Fatal(err)
			}
		}
	}
	if sent.Method != "POST" || len(sent.URL.Path) != 2 || len(sent.URL.Query) != 4 || sent.Body.Raw != got.Body || sent.Header[0].Key != "X-Name" || sent.Header[0].System || !sent.Header[1].System {
		t.Errorf("%+v", sent)
	}
	if !warned {
		t.Error("no word of {{unknown}}")
	}
	o.FailUnresolved = true
	*events = nil
	if err := Run(t.Context(), o); err != nil || !strings.Contains(strings.Join(requests(*events), ""), "{{unknown}}: no such variable") {
		t.Errorf("%v, %q", err, requests(*events))
	}
}

// TestRunRedirects: what becomes of method, body and the answer.
func TestRunRedirects(t *testing.T) {
	e := newEcho(t)
	for _, tt := range []struct {
		path, behavior, want string
	}{
		{"redirect/302/x", "{}", "GET /x "},
		{"redirect/303/x", "{}", "GET /x "},
		{"redirect/307/x", "{}", "POST /x a=1"},
		{"redirect/308/redirect/307/x", "{}", "POST /x a=1"},
		{"redirect/301/x", `{"followOriginalHttpMethod":true}`, "POST /x a=1"},
		{"redirect/302/x", `{"followRedirects":false}`, "POST /redirect/302/x a=1"},
	} {
		e.seen = nil
		o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","protocolProfileBehavior":%s,"request":{"method":"POST","url":"%s/%s","body":{"mode":"raw","raw":"a=1"}}}]}`, tt.behavior, e.URL, tt.path))
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got := e.seen[len(e.seen)-1]; got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.path, tt.behavior, got, tt.want)
		}
		if got := requests(*events); len(got) != 1 {
			t.Errorf("%q", got)
		}
	}
	o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":"%s/loop"},{"name":"b","request":"%s/hang"},{"name":"c","request":"%s/gzip"},{"name":"d","request":"http://no.such.host.invalid/"},{"name":"e","request":""}]}`, e.URL, e.URL, e.URL))
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"maxRedirects", "socket hang up", " 200", "ENOTFOUND", "the request has no URL"} {
		if got := requests(*events)[i]; !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestRunCookies: one jar for all requests and iterations, unless a request wants none.
func TestRunCookies(t *testing.T) {
	e := newEcho(t)
	o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":"%s/cookie/one"},
		{"name":"b","protocolProfileBehavior":{"disableCookies":true},"request":"%s/b"},{"name":"c","request":"%s/c"}]}`, e.URL, e.URL, e.URL))
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, e := range *events {
		if e.Request != nil {
			var got echoed
			_ = json.Unmarshal(e.Request.Response.Body, &got)
			cookies = append(cookies, got.Header.Get("Cookie"))
		}
	}
	if got := strings.Join(cookies, "|"); got != "||session=one" {
		t.Errorf("%q", got)
	}
}

// TestRunEnds: a context that ends stops the run, and its events have an end.
func TestRunEnds(t *testing.T) {
	e := newEcho(t)
	o, _ := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":"%s/a"}]}`, e.URL))
	ctx, cancel := context.WithCancel(t.Context())
	var last Event
	o.Iterations = 1000
	o.Emit = func(e Event) {
		if last = e; e.Request != nil {
			cancel()
		}
	}
	if err := Run(ctx, o); err == nil || last.Finish == nil || last.Finish.Err == nil || len(e.seen) != 1 {
		t.Errorf("%v, %+v, %d requests", err, last, len(e.seen))
	}
}

// TestRunFiles: a file that is missing, or outside where files may be, is an error of
// its request, which is not sent.
func TestRunFiles(t *testing.T) {
	e := newEcho(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "there.txt"), []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for src, want := range map[string]string{"{{name}}.txt": " 200", "missing.txt": "missing.txt", "../x/there.txt": "--no-insecure-file-read"} {
		e.seen = nil
		o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":{"method":"POST","url":"%s/a","body":{"mode":"formdata","formdata":[{"key":"f","type":"file","src":%q}]}}}]}`, e.URL, src))
		o.WorkingDir, o.FilesBelow, o.Environment = dir, true, scopeOf("name", "there")
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got := requests(*events); len(got) != 1 || !strings.Contains(got[0], want) || len(e.seen) != map[bool]int{true: 1, false: 0}[want == " 200"] {
			t.Errorf("%s: %q, %q", src, got, e.seen)
		}
	}
}
