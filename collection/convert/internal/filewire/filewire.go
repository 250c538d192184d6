// Package filewire compares, in tests, what pmrun sends for a request with what another
// program sends that was given the converted request.
package filewire

import (
	"cmp"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// Recorder is a server that keeps what it got, in a shape that can be compared.
type Recorder struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

// NewRecorder starts one for the time of the test.
func NewRecorder(t *testing.T) *Recorder {
	t.Helper()
	r := &Recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, "/digest") && !strings.HasPrefix(req.Header.Get("Authorization"), "Digest") {
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="abc", qop="auth", algorithm=MD5`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		text := show(req)
		if code, err := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/redirect/")); err == nil {
			w.Header().Set("Location", "/redirected")
			defer w.WriteHeader(code)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, text)
		if strings.HasPrefix(req.URL.Path, "/redirect/") {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok": true, "list": [1, 2], "name": "ä"}`)
	}))
	t.Cleanup(r.Close)
	return r
}

// Take gives what came since the last Take, sorted: programs may send in any order.
func (r *Recorder) Take() string { return strings.Join(r.TakeEach(), "\n----\n") }

// TakeEach is Take, request by request.
func (r *Recorder) TakeEach() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	slices.Sort(got)
	return got
}

// madeAnew matches what differs from request to request.
var madeAnew = regexp.MustCompile(`([/.:T-])[0-9a-f]+`)

func show(r *http.Request) string {
	var b strings.Builder
	target := r.RequestURI
	if strings.HasPrefix(target, "/dynamic/") {
		target = madeAnew.ReplaceAllString(target, "${1}0")
	}
	fmt.Fprintf(&b, "%s %s\n", r.Method, target)
	var names []string
	for name := range r.Header {
		if strings.HasPrefix(name, "X-") || name == "Authorization" || name == "Content-Type" || name == "Cookie" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	for _, name := range names {
		for _, value := range r.Header[name] {
			switch {
			case name == "Content-Type" && kind == "multipart/form-data":
				value = kind
			case name == "Authorization" && strings.HasPrefix(value, "Digest"):
				value = digest(r, value)
			}
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteByte('\n')
	if kind != "multipart/form-data" {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(&b, "%q %v", body, err)
		return b.String()
	}
	for m := multipart.NewReader(r.Body, params["boundary"]); ; {
		part, err := m.NextRawPart()
		if err != nil {
			if err != io.EOF {
				fmt.Fprintf(&b, "error: %v", err)
			}
			return b.String()
		}
		content, err := io.ReadAll(part)
		fmt.Fprintf(&b, "part %s %s %q %v\n", part.Header.Get("Content-Disposition"), part.Header.Get("Content-Type"), content, err)
	}
}

var digestPart = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^",\s]*))`)

// digest shows the user of an Authorization, and whether it is right for the password s3cret; the rest is made by
// chance.
func digest(r *http.Request, header string) string {
	parts := map[string]string{}
	for _, m := range digestPart.FindAllStringSubmatch(header, -1) {
		parts[m[1]] = m[2] + m[3]
	}
	sum := func(texts ...string) string { return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(texts, ":")))) }
	want := sum(sum(parts["username"], "r", "s3cret"), "abc", parts["nc"], parts["cnonce"], "auth", sum(r.Method, r.RequestURI))
	if parts["response"] != want || parts["uri"] != r.RequestURI {
		return "Digest of " + parts["username"] + ", wrong: " + header
	}
	return "Digest of " + parts["username"]
}

// Case is a request that is sent both ways; Request is its JSON, URL the server's base.
type Case struct {
	Name    string
	Request string
	Events  string // JSON of its scripts, may be empty
	// Behavior is JSON of its protocolProfileBehavior; may be empty.
	Behavior string
}

// Cases are requests of every body mode and auth that files can say, with texts that
// are hard to quote.
func Cases(except ...string) []Case {
	const hard = "q'\\\"$x `b` %41 !z \\\\ ä日 {a}"
	all := []Case{
		{Name: "plain", Request: `{"method": "GET", "url": "{{base}}/a?b=1&c"}`},
		{Name: "url", Request: `{"method": "GET", "url": "{{base}}/a b/ä?q=x y&e=%2F&p=a+b&s={{hard}}&h=a'b"}`},
		{Name: "headers", Request: `{"method": "DELETE", "url": "{{base}}/h", "header": [{"key": "X-One", "value": "` + strings.ReplaceAll(strings.ReplaceAll(hard, "ä", "a"), "日", "") + `"}, {"key": "x-two", "value": "a: b; c=\"d\""}, {"key": "X-Three", "value": "{{word}}"}, {"key": "X-Off", "value": "1", "disabled": true}]}`},
		{Name: "json", Request: `{"method": "POST", "url": "{{base}}/json", "body": {"mode": "raw", "raw": "{\n  \"a\": \"{{word}}\",\n\n  \"b\": [1, \"` + `\\\"q\\\" 'x' $y ` + "`b`" + ` %41 \\\\\\\\ ä日 #c\"]\n}", "options": {"raw": {"language": "json"}}}}`},
		{Name: "text", Request: `{"method": "PUT", "url": "{{base}}/text", "header": [{"key": "Content-Type", "value": "text/plain"}], "body": {"mode": "raw", "raw": "` + hard + `"}}`},
		{Name: "lines", Request: `{"method": "POST", "url": "{{base}}/lines", "header": [{"key": "Content-Type", "value": "text/plain"}], "body": {"mode": "raw", "raw": "### no separator\n< no file\n> no script\n# no comment\n// nor this\n@a = b\n` + "```" + `\n"}}`},
		{Name: "line ends", Request: `{"method": "POST", "url": "{{base}}/crlf", "header": [{"key": "Content-Type", "value": "text/plain"}], "body": {"mode": "raw", "raw": "  a\r\nb\n\n"}}`},
		{Name: "xml", Request: `{"method": "POST", "url": "{{base}}/xml", "body": {"mode": "raw", "raw": "<a b=\"c\">\n  <d/>\n</a>", "options": {"raw": {"language": "xml"}}}}`},
		{Name: "urlencoded", Request: `{"method": "POST", "url": "{{base}}/form", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a b", "value": "` + hard + `&=+"}, {"key": "v", "value": "{{word}}"}, {"key": "e", "value": ""}]}}`},
		{Name: "formdata", Request: `{"method": "POST", "url": "{{base}}/parts", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "` + hard + `", "type": "text"}, {"key": "v", "value": "{{word}}", "type": "text"}, {"key": "lines", "value": "one\n\ntwo", "type": "text"}, {"key": "j", "value": "{\"x\": 1}", "type": "text", "contentType": "application/json"}, {"key": "e", "value": "", "type": "text"}, {"key": "off", "value": "1", "type": "text", "disabled": true}]}}`},
		{Name: "files", Request: `{"method": "POST", "url": "{{base}}/files", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text"}, {"key": "f", "type": "file", "src": ["sub/a file.txt", "b.json"]}]}}`},
		{Name: "file", Request: `{"method": "POST", "url": "{{base}}/file", "header": [{"key": "Content-Type", "value": "application/octet-stream"}], "body": {"mode": "file", "file": {"src": "sub/a file.txt"}}}`},
		{Name: "graphql", Request: `{"method": "POST", "url": "{{base}}/graphql", "body": {"mode": "graphql", "graphql": {"query": "query Q($id: ID!) {\n  a(id: $id) { b }\n}", "variables": "{\"id\": \"{{word}}\"}"}}}`},
		{Name: "basic", Request: `{"method": "GET", "url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": "{{word}}"}, {"key": "password", "value": "{{pass}}"}]}}`},
		{Name: "basic, blanks", Request: `{"method": "GET", "url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": "a b"}, {"key": "password", "value": "c:d $e"}]}}`},
		{Name: "bearer", Request: `{"method": "GET", "url": "{{base}}/bearer", "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{pass}}"}]}}`},
		{Name: "apikey", Request: `{"method": "GET", "url": "{{base}}/key?x=1", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "{{pass}}"}, {"key": "in", "value": "query"}]}}`},
		{Name: "digest", Request: `{"method": "GET", "url": "{{base}}/digest", "auth": {"type": "digest", "digest": [{"key": "username", "value": "user"}, {"key": "password", "value": "{{pass}}"}]}}`},
	}
	return slices.DeleteFunc(all, func(c Case) bool { return slices.Contains(except, c.Name) })
}

// Collection makes a collection of a case.
func (c Case) Collection(t *testing.T, base string) *collection.Collection {
	t.Helper()
	events := ""
	if c.Events != "" {
		events = `"event": ` + c.Events + `, `
	}
	text := `{"info": {"name": "wire"}, "item": [{"name": "r", ` + events + `"request": ` + c.Request + `}], "variable": [{"key": "base", "value": "` + base +
		`"}, {"key": "word", "value": "w-1"}, {"key": "hard", "value": "v1"}, {"key": "pass", "value": "s3cret"}]}`
	made, err := collection.Parse("wire.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Together makes one collection of all cases; it needs the values of Variables.
func Together(t *testing.T, base string, cases []Case) *collection.Collection {
	t.Helper()
	items := make([]string, 0, len(cases))
	for _, c := range cases {
		items = append(items, fmt.Sprintf(`{"name": %q, "event": %s, "request": %s, "protocolProfileBehavior": %s}`, c.Name, cmp.Or(c.Events, "[]"), c.Request, cmp.Or(c.Behavior, "{}")))
	}
	text := `{"info": {"name": "wire"}, "item": [` + strings.Join(items, ", ") + `], "variable": [{"key": "base", "value": "` + base +
		`"}, {"key": "word", "value": "w-1"}, {"key": "hard", "value": "v1"}, {"key": "pass", "value": "s3cret"}, {"key": "none", "value": ""}, {"key": "rest", "value": "{{word}}/x"}, ` +
		`{"key": "harder", "value": "q'\\\"$x \u0060b\u0060 %41 !z ä日 {a}<"}, {"key": "text", "value": "a\n  b\t\"c\" \\\\ $(d) &=+/?\n"}]}`
	made, err := collection.Parse("wire.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Files makes the files that the cases upload, in a new directory.
func Files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"sub/a file.txt": "line 1\r\nline {{word}} ä\n", "b.json": `{"a": 1}`} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Send sends a collection as pmrun run does.
func Send(t *testing.T, c *collection.Collection, dir string) {
	t.Helper()
	err := runner.Run(context.Background(), runner.Options{Collection: c, WorkingDir: dir, UserAgent: "pmrun", Emit: func(e runner.Event) {
		if e.Request != nil && e.Request.Err != nil {
			t.Errorf("pmrun: %v", e.Request.Err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// Wanted gives what pmrun run sends for each case, by the names of the cases.
func (r *Recorder) Wanted(t *testing.T, cases []Case, dir string) map[string]string {
	t.Helper()
	want := map[string]string{}
	for _, c := range cases {
		Send(t, c.Collection(t, r.URL), dir)
		want[c.Name] = r.Take()
	}
	return want
}

// Check compares what came since the last Take with what was wanted. by is who sent it;
// same brings what means the same into one shape, and may be nil.
func (r *Recorder) Check(t *testing.T, by string, want map[string]string, same func(string) string) {
	t.Helper()
	if same == nil {
		same = func(s string) string { return s }
	}
	got := r.TakeEach()
	for i := range got {
		got[i] = same(got[i])
	}
	for name, text := range want {
		if !slices.Contains(got, same(text)) {
			t.Errorf("%s: %s did not send\n%s", name, by, text)
		}
	}
	if len(got) != len(want) || t.Failed() {
		t.Errorf("%s sent %d requests of %d:\n%s", by, len(got), len(want), strings.Join(got, "\n----\n"))
	}
}

// NodeTool finds node and the script of a package of npm that is installed in the
// directory that a variable of the environment names. Without it the test is skipped,
// but not in CI.
func NodeTool(t *testing.T, variable, script, install string) (node, path string) {
	t.Helper()
	node, err := exec.LookPath("node")
	dir, reason := os.Getenv(variable), ""
	path = filepath.Join(dir, "node_modules", filepath.FromSlash(script))
	switch {
	case err != nil:
		reason = "there is no node on the PATH"
	case dir == "":
		reason = variable + " does not name a directory: npm install --prefix DIR " + install
	default:
		if _, err := os.Stat(path); err != nil {
			reason = variable + ": " + err.Error()
		}
	}
	if reason == "" {
		return node, path
	}
	if os.Getenv("PMRUN_CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
	return "", ""
}
