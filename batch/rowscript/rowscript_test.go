package rowscript_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/batch/rowscript"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// rows are the rows of a test: one column, name.
type rows struct {
	names []string
	next  int
}

func (r *rows) Header() []string { return []string{"name"} }
func (r *rows) Close() error     { return nil }
func (r *rows) Next() (batch.Row, error) {
	if r.next == len(r.names) {
		return batch.Row{}, io.EOF
	}
	r.next++
	return batch.Row{Num: int64(r.next), Line: int64(r.next) + 1, Cells: []string{r.names[r.next-1]}}, nil
}

// counted counts the permits that a pacer has given.
type counted struct {
	batch.Pacer
	taken atomic.Int64
}

func (c *counted) Take(now time.Time) time.Duration {
	wait := c.Pacer.Take(now)
	if wait == 0 {
		c.taken.Add(1)
	}
	return wait
}

// cutting is a ledger whose commits can fail.
type cutting struct {
	*ledger.SQLite
	fail func([]batch.Entry) error
}

func (c *cutting) Commit(ctx context.Context, entries []batch.Entry) error {
	if c.fail != nil {
		if err := c.fail(entries); err != nil {
			return err
		}
	}
	return c.SQLite.Commit(ctx, entries)
}

// load is a load over a folder "flow" of a collection against a server that answers
// every request with its path and body.
type load struct {
	t      *testing.T
	ledger *cutting
	pacer  *counted
	names  []string
	items  []*collection.Item
	scopes *vars.Scopes
	server *httptest.Server
	answer func(w http.ResponseWriter, r *http.Request, body string) bool // reports whether it has answered

	mu  sync.Mutex
	got []string // "METHOD path body"
}

// again makes the server forget what it got, when asked to, and answer as it does by itself.
func (l *load) again(forget bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answer = nil; forget {
		l.got = nil
	}
}

// newLoad takes the items of the folder as JSON, in which HOST is the server's.
func newLoad(t *testing.T, items string, names ...string) *load {
	t.Helper()
	l := &load{t: t, names: names, scopes: &vars.Scopes{}}
	l.server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.server.Close)
	text := fmt.Sprintf(`{"info": {"name": "t"}, "item": [{"name": "flow", "item": %s}]}`, strings.ReplaceAll(items, "HOST", l.server.URL))
	c, err := collection.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	l.items = slices.Collect(c.Requests())
	sqlite, err := ledger.Create(t.Context(), filepath.Join(t.TempDir(), batch.LedgerFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sqlite.Close() })
	l.ledger = &cutting{SQLite: sqlite}
	l.scopes.Set(vars.Environment, vars.Variable{Name: "env", Value: "shared"})
	l.scopes.Set(vars.Environment, vars.Variable{Name: "api_key", Value: "sesame-open", Secret: true})
	return l
}

func (l *load) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		l.t.Error(err)
	}
	l.mu.Lock()
	l.got = append(l.got, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	answer := l.answer
	l.mu.Unlock()
	if answer != nil && answer(w, r, string(body)) {
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"path": r.URL.Path, "body": string(body), "header": r.Header.Get("X-Sig")})
}

// run runs the load and returns the rows' records.
func (l *load) run(ctx context.Context, recorded bool) (map[int64]batch.Record, error) {
	l.t.Helper()
	l.pacer = &counted{Pacer: pace.New(batch.Rate{}, 1)}
	sender := batch.NewHTTPSender(batch.HTTPOptions{Timeout: 10 * time.Second, Concurrency: 4})
	defer sender.Close()
	masker := vars.NewMasker(l.scopes.Secrets())
	captures, err := contract.NewCaptures(map[string]string{"set": "variables.set", "path": "json.path"})
	if err != nil {
		l.t.Fatal(err)
	}
	compile := func(item *collection.Item, scopes *vars.Scopes, late func(string) bool) *request.Template {
		return request.Compile(item, request.Options{Scopes: scopes, Columns: []string{"name"}, Run: vars.Run{ID: "run"}, Late: late})
	}
	o := rowscript.Options{
		Scopes: func() *vars.Scopes { return l.scopes }, Header: []string{"name"}, Rows: int64(len(l.names)), Sender: sender, Pacer: l.pacer,
		Timeout: 10 * time.Second, Run: vars.Run{ID: "run"}, Mask: masker.Mask,
	}
	e := &batch.Engine{
		Source: &rows{names: l.names}, Ledger: l.ledger, Sender: sender, Pacer: l.pacer, Masker: masker,
		Skip: func(row int64) bool {
			r, _, ok, err := l.ledger.Record(context.WithoutCancel(ctx), row)
			return err != nil || ok && (r.Status == batch.Succeeded || r.Status == batch.Unknown)
		},
		Recorded: func(int64) bool { return recorded }, Emit: func(batch.Event) {}, Total: int64(len(l.names)), Concurrency: 4, MaxWait: time.Minute, RunID: "run",
		Stop: batch.StopRules{MaxFailures: -1},
	}
	for _, item := range l.items {
		t := compile(item, l.scopes, rowscript.Sets(l.items))
		if len(t.Problems) > 0 {
			l.t.Fatal(t.Problems)
		}
		e.Steps = append(e.Steps, batch.Step{Name: item.Path(), Template: t, Judge: contract.ByStatus{}, Capture: captures.Capture})
		o.Steps = append(o.Steps, rowscript.Step{Item: item, Compile: func(item *collection.Item, scopes *vars.Scopes) *request.Template { return compile(item, scopes, nil) }})
	}
	scripts, err := rowscript.New(o)
	if err != nil {
		l.t.Fatal(err)
	}
	e.Scripts = scripts
	if _, err := e.Run(ctx); err != nil {
		return nil, err
	}
	records := make(map[int64]batch.Record)
	for r, err := range l.ledger.Records(context.WithoutCancel(ctx), 0) {
		if err != nil {
			l.t.Fatal(err)
		}
		records[r.Row] = r
	}
	return records, nil
}

func scriptItem(name, method, path, body, before, after string) string {
	events := []map[string]any{}
	for listen, source := range map[string]string{"prerequest": before, "test": after} {
		if source != "" {
			events = append(events, map[string]any{"listen": listen, "script": map[string]any{"exec": source}})
		}
	}
	r := map[string]any{"method": method, "url": "HOST" + path}
	if body != "" {
		r["body"] = map[string]any{"mode": "raw", "raw": body}
	}
	text, err := json.Marshal(map[string]any{"name": name, "event": events, "request": r})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestOneRequest runs scripts around a single request.
func TestOneRequest(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		cell                string
		status              batch.Status
		cause               string
		message, rule       string // parts of them
		got                 []string
		set                 string // what the capture has
	}{
		{name: "test passes", after: `pm.test("ok", () => pm.response.to.have.status(200))`, status: batch.Succeeded, got: []string{"POST /a/ann shared"}},
		{name: "test fails", after: `pm.test("is tea", () => pm.expect(pm.response.code).to.equal(418))`, status: batch.Failed, cause: batch.CauseScript,
			message: `test "is tea": expected 200 to equal 418`, rule: `test "is tea", test script of flow/a`, got: []string{"POST /a/ann shared"}},
		{name: "two tests fail", after: `pm.test("one", () => pm.expect(1).to.equal(2)); pm.test("two", () => pm.expect(1).to.equal(3))`, status: batch.Failed, cause: batch.CauseScript,
			message: `test "one": expected 1 to equal 2 (and 1 more tests failed)`, got: []string{"POST /a/ann shared"}},
		{name: "test script throws", after: "\nnothing.here()", status: batch.Failed, cause: batch.CauseScript,
			message: "test script of flow/a, line 2: ReferenceError: nothing is not defined", got: []string{"POST /a/ann shared"}},
		{name: "pre-request script throws", before: `throw new Error("no")`, status: batch.NotSent, cause: batch.CauseScript, message: "pre-request script of flow/a, line 1: Error: no"},
		{name: "test in a pre-request script fails", before: `pm.test("ready", () => { throw new Error("not yet") })`, status: batch.NotSent, cause: batch.CauseScript, message: `test "ready": not yet`},
		{name: "variable", before: `pm.variables.set("env", "own")`, status: batch.Succeeded, got: []string{"POST /a/ann own"}},
		{name: "environment", before: `pm.environment.set("env", pm.iterationData.get("name").toUpperCase())`, status: batch.Succeeded, got: []string{"POST /a/ann ANN"}},
		{name: "variable is gone", before: `pm.environment.unset("env")`, status: batch.NotSent, cause: batch.CauseScript, message: `{{env}}`},
		{name: "a cell is no placeholder", cell: "{{api_key}}", before: `pm.variables.set("env", pm.iterationData.get("name"))`, status: batch.Succeeded, got: []string{"POST /a/%7B%7Bapi_key%7D%7D {{api_key}}"}},
		{name: "request is changed", before: `pm.request.body.raw = "other"; pm.request.url.path.push("more")`, status: batch.Succeeded, got: []string{"POST /a/ann/more other"}},
		{name: "skipped", before: `pm.execution.skipRequest()`, status: batch.Skipped, cause: batch.CauseScript, message: "a pre-request script skipped the request"},
		{name: "own requests", before: `const r = await pm.sendRequest("HOST/first"); pm.variables.set("env", r.json().path)`, status: batch.Succeeded, got: []string{"GET /first", "POST /a/ann /first"}},
		{name: "captured", after: `pm.variables.set("set", pm.response.json().path + "!")`, status: batch.Succeeded, got: []string{"POST /a/ann shared"}, set: "/a/ann!"},
		{name: "sees its request", after: `pm.test("r", () => { pm.expect(pm.request.method + pm.request.url.getPath() + pm.request.body.raw).to.equal("POST/a/annshared") })`, status: batch.Succeeded, got: []string{"POST /a/ann shared"}},
		{name: "no next request", after: `pm.execution.setNextRequest("nowhere")`, status: batch.Succeeded, got: []string{"POST /a/ann shared"}},
		{name: "no other requests of the collection", after: `await pm.execution.runRequest("a")`, status: batch.Failed, cause: batch.CauseScript, message: "requests cannot be run from here", got: []string{"POST /a/ann shared"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cell := c.cell
			if cell == "" {
				cell = "ann"
			}
			l := newLoad(t, "["+scriptItem("a", "POST", "/a/{{name}}", "{{env}}", c.before, c.after)+"]", cell)
			records, err := l.run(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			r := records[1]
			if r.Status != c.status || r.Cause != c.cause || !strings.Contains(r.Message, c.message) || !strings.Contains(r.Rule, c.rule) {
				t.Errorf("the record is %+v", r)
			}
			if !slices.Equal(l.got, c.got) || l.pacer.taken.Load() < int64(len(c.got)) {
				t.Errorf("the server got %q, of %d permits", l.got, l.pacer.taken.Load())
			}
			if c.status == batch.Succeeded && r.Captures["set"] != c.set {
				t.Errorf("captured %q", r.Captures)
			}
		})
	}
}

// TestRowsApart keeps what scripts of one row do from those of the next.
func TestRowsApart(t *testing.T) {
	const before = `pm.test("apart", () => {
		pm.expect(pm.environment.get("env")).to.equal("shared")
		pm.expect(pm.variables.has("own")).to.equal(false)
		pm.expect(typeof left).to.equal("undefined")
		pm.expect(globalThis.also).to.equal(undefined)
	})
	left = 1; globalThis.also = 2
	pm.environment.set("env", "changed " + pm.iterationData.get("name")); pm.globals.set("g", 1); pm.variables.set("own", 1)`
	var names, want []string
	for i := range 40 {
		names = append(names, fmt.Sprint(i))
		want = append(want, fmt.Sprintf("POST /a/%d changed %d", i, i))
	}
	l := newLoad(t, "["+scriptItem("a", "POST", "/a/{{name}}", "{{env}}", before, "later = 3; pm.environment.set('env', 'after')")+"]", names...)
	records, err := l.run(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	for row, r := range records {
		if r.Status != batch.Succeeded {
			t.Errorf("row %d: %+v", row, r)
		}
	}
	slices.Sort(l.got)
	slices.Sort(want)
	if !slices.Equal(l.got, want) {
		t.Errorf("the server got %q", l.got)
	}
}

// TestSecretsOfScripts keeps out of the ledger what scripts have set under a name that
// sounds secret, and what the run knows as secret.
func TestSecretsOfScripts(t *testing.T) {
	items := "[" + scriptItem("a", "POST", "/login", "", "", `pm.environment.set("session_token", "abcdefgh-" + pm.iterationData.get("name")); pm.variables.set("copy", pm.environment.get("api_key")); pm.variables.set("plain", "kept")`) + "," +
		scriptItem("b", "POST", "/b", "{{session_token}} {{plain}}", "", `pm.test(pm.environment.get("session_token"), () => { throw new Error("with " + pm.environment.get("session_token") + pm.variables.get("copy")) })`) + "]"
	l := newLoad(t, items, "ann")
	records, err := l.run(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"POST /login", "POST /b abcdefgh-ann kept"}; !slices.Equal(l.got, want) {
		t.Errorf("the server got %q", l.got)
	}
	steps, err := l.ledger.Steps(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%+v %s", records[1], records[1].Answer)
	for _, s := range steps {
		all += fmt.Sprintf(" %+v %s", s, s.State)
	}
	if strings.Contains(all, "abcdefgh") || strings.Contains(all, "sesame") || !strings.Contains(all, "plain") || records[1].Cause != batch.CauseScript {
		t.Errorf("the ledger has %s", all)
	}

	// The step goes on without the secret, and says so.
	again, err := l.run(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if r := again[1]; r.Status != batch.NotSent || !strings.Contains(r.Message, "session_token") || len(l.got) != 2 {
		t.Errorf("the record is %+v, the server got %q", r, l.got)
	}
}

// flow finds a contact, makes it when it is not there, and makes a case.
func flow() string {
	return "[" + scriptItem("find", "GET", "/find?name={{name}}", "", "", `pm.variables.set("contact", pm.response.json().path)
		if (pm.iterationData.get("name") === "bob") pm.execution.setNextRequest("case")
		if (pm.iterationData.get("name") === "end") pm.execution.setNextRequest(null)`) + "," +
		scriptItem("make", "POST", "/make", "{{name}}", `if (pm.iterationData.get("name") === "cy") pm.execution.skipRequest()`, "") + "," +
		scriptItem("case", "POST", "/case", "{{name}} {{contact}}", "", `if (pm.iterationData.get("name") === "back") pm.execution.setNextRequest("find")`) + "]"
}

func TestFolder(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  batch.Status
		got     []string
		message string
	}{
		{"ann", batch.Succeeded, []string{"GET /find?name=ann", "POST /make ann", "POST /case ann /find"}, ""},
		{"bob", batch.Succeeded, []string{"GET /find?name=bob", "POST /case bob /find"}, ""},
		{"cy", batch.Succeeded, []string{"GET /find?name=cy", "POST /case cy /find"}, ""},
		{"end", batch.Succeeded, []string{"GET /find?name=end"}, ""},
		{"back", batch.Failed, []string{"GET /find?name=back", "POST /make back", "POST /case back /find"}, `request 3 of 3, flow/case: setNextRequest("find")`},
		{"refused", batch.Failed, []string{"GET /find?name=refused", "POST /make refused"}, "request 2 of 3, flow/make: HTTP 422"},
		{"unsure", batch.Unknown, []string{"GET /find?name=unsure", "POST /make unsure"}, "request 2 of 3, flow/make: HTTP 500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLoad(t, flow(), c.name)
			l.answer = func(w http.ResponseWriter, r *http.Request, body string) bool {
				switch {
				case r.URL.Path == "/make" && body == "refused":
					w.WriteHeader(http.StatusUnprocessableEntity)
				case r.URL.Path == "/make" && body == "unsure":
					w.WriteHeader(http.StatusInternalServerError)
				default:
					return false
				}
				return true
			}
			records, err := l.run(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			if r := records[1]; r.Status != c.status || !strings.HasPrefix(r.Message, c.message) || r.Attempts != len(c.got) {
				t.Errorf("the record is %+v", r)
			}
			if !slices.Equal(l.got, c.got) {
				t.Errorf("the server got %q, want %q", l.got, c.got)
			}
			steps, err := l.ledger.Steps(t.Context(), 1)
			if err != nil || len(steps) == 0 || steps[0].Status != batch.Succeeded {
				t.Errorf("the steps are %+v, %v", steps, err)
			}
			if c.status != batch.Failed {
				return
			}
			// The first that is not done goes out again, with what those before have set.
			l.again(true)
			if records, err = l.run(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			want := []string{"POST /case back /find"}
			if c.name == "refused" {
				want = []string{"POST /make refused", "POST /case refused /find"}
			}
			if !slices.Equal(l.got, want) {
				t.Errorf("the second run sent %q, want %q", l.got, want)
			}
			if r := records[1]; r.Attempts != len(c.got)+len(want) {
				t.Errorf("the record is %+v", r)
			}
		})
	}
}

// TestFolderAfterCrash breaks the ledger at each of its commits in turn: what is recorded
// as done is never sent again, and what may have been sent and is not recorded is unknown.
func TestFolderAfterCrash(t *testing.T) {
	broken := errors.New("the disk is gone")
	for commit := 1; ; commit++ {
		l := newLoad(t, flow(), "ann", "bob", "cy")
		n := 0
		l.ledger.fail = func([]batch.Entry) error {
			if n++; n >= commit {
				return broken
			}
			return nil
		}
		_, err := l.run(t.Context(), false)
		if err == nil {
			if commit < 6 {
				t.Fatalf("only %d commits", commit)
			}
			return
		}
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		l.ledger.fail = nil
		if _, err := l.ledger.Interrupted(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(l.got)
		records, err := l.run(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, got := range l.got {
			if seen[got] {
				t.Errorf("commit %d: %q was sent twice; before the crash %q, after it %q", commit, got, before, l.got[len(before):])
			}
			seen[got] = true
		}
		for row := int64(1); row <= 3; row++ {
			if r, ok := records[row]; !ok || r.Status != batch.Succeeded && r.Status != batch.Unknown {
				t.Errorf("commit %d: row %d is %+v", commit, row, r)
			}
		}
	}
}

// TestFolderInterrupted ends a run between the steps of rows: each goes on where it was.
func TestFolderInterrupted(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprint("n", i))
	}
	l := newLoad(t, flow(), names...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var made atomic.Int64
	l.answer = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		if r.URL.Path == "/make" && made.Add(1) == 5 {
			cancel()
		}
		return false
	}
	if _, err := l.run(ctx, false); err != nil {
		t.Fatal(err)
	}
	if len(l.got) == 90 {
		t.Fatal("the run was not interrupted")
	}
	l.again(false)
	records, err := l.run(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.got) != 90 || len(records) != 30 {
		t.Errorf("%d requests of %d rows", len(l.got), len(records))
	}
	seen := make(map[string]bool)
	for _, got := range l.got {
		if seen[got] {
			t.Errorf("%q was sent twice", got)
		}
		seen[got] = true
	}
	for row, r := range records {
		if r.Status != batch.Succeeded || r.Attempts != 3 {
			t.Errorf("row %d: %+v", row, r)
		}
	}
}

// TestBadScript is told before anything is sent.
func TestBadScript(t *testing.T) {
	l := newLoad(t, "["+scriptItem("a", "POST", "/a", "", "", "pm.test(")+"]", "ann")
	_, err := rowscript.New(rowscript.Options{Steps: []rowscript.Step{{Item: l.items[0]}}})
	if err == nil || !strings.Contains(err.Error(), "the test script of flow/a cannot be read") || !strings.Contains(err.Error(), "--no-scripts") {
		t.Errorf("the error is %v", err)
	}
}

func TestSets(t *testing.T) {
	l := newLoad(t, "["+scriptItem("a", "POST", "/a", "", "pm.variables.set('x', 1); postman.setEnvironmentVariable(\"y\", 2); pm.globals.set(`z`, 3)", "")+"]")
	sets := rowscript.Sets(l.items)
	if !sets("x") || !sets("y") || !sets("z") || sets("w") {
		t.Error("x, y and z are set, w is not")
	}
	l = newLoad(t, "["+scriptItem("a", "POST", "/a", "", "pm.variables.set(key, 1)", "")+"]")
	if !rowscript.Sets(l.items)("anything") {
		t.Error("a name that a script makes can be any")
	}
}
