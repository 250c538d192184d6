package runreport

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// events are those of a run with everything that a report has to show: two iterations,
// folders, tests that fail, are skipped and pass, a script that throws, a request
// without an answer, a request of a script, and texts that would break a report.
func events(t *testing.T) []runner.Event {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte("a secret-word ü \xff"))
	}))
	defer server.Close()
	hostile := "x ]]> <script>alert(1)</script> \u001b[31mred\u001b[0m\nnext :: # % = é"
	item := func(name, url, prerequest, test string) map[string]any {
		return map[string]any{"name": name, "id": "id-" + name, "request": map[string]any{"url": url, "method": "POST", "header": []any{map[string]any{"key": "X-Own", "value": "secret-word"}}, "body": map[string]any{"mode": "raw", "raw": "sent secret-word"}}, "event": []any{
			map[string]any{"listen": "prerequest", "script": map[string]any{"exec": prerequest}}, map[string]any{"listen": "test", "script": map[string]any{"exec": test}}}}
	}
	text, err := json.Marshal(map[string]any{"info": map[string]any{"name": "C " + hostile}, "item": []any{
		map[string]any{"name": "=F", "item": []any{
			item("good", server.URL+"/a?b=secret-word", "pm.sendRequest('"+server.URL+"/sent')", "pm.test('passes', () => {}); pm.test(`"+hostile+"`, () => pm.expect(`"+hostile+"`).to.equal(1)); pm.test.skip('later')"),
		}},
		item("throws", server.URL, "console.log('printed secret-word'); throw new Error('out')", ""),
		item("dead", "http://127.0.0.1:1/", "", "pm.test('same name', () => { if (pm.info.iteration === 0) throw new Error('first only') })"),
		item("skipped", server.URL, "pm.execution.skipRequest()", ""),
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.Parse("c.json", text)
	if err != nil {
		t.Fatal(err)
	}
	var list []runner.Event
	if err := runner.Run(t.Context(), runner.Options{Collection: c, Iterations: 2, Emit: func(e runner.Event) { list = append(list, e) }}); err != nil {
		t.Fatal(err)
	}
	return list
}

// reported runs a reporter over the events and returns what it printed and exported.
func reported(t *testing.T, name string, options map[string]string, change func(*Options), lists ...[]runner.Event) (out, file string) {
	t.Helper()
	var printed bytes.Buffer
	path := filepath.Join(t.TempDir(), "report")
	o := Options{
		Out: &printed, Err: &printed, Options: map[string]string{}, Unicode: true, Tool: "pmrun/test",
		Mask: func(text string) string { return strings.ReplaceAll(text, "secret-word", "••••") }, Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	if Knows(name, "export") {
		o.Options["export"] = path
	}
	for key, value := range options {
		o.Options[key] = value
	}
	if change != nil {
		change(&o)
	}
	h, err := New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		for _, e := range list {
			if err := h.Handle(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	content, _ := os.ReadFile(path)
	return printed.String(), string(content)
}

// TestHarmless: no report shows a secret, steers a terminal, or is broken by a text.
func TestHarmless(t *testing.T) {
	list := events(t)
	for _, name := range Names() {
		out, file := reported(t, name, nil, func(o *Options) { o.Verbose = true }, list)
		for where, text := range map[string]string{"output": out, "file": file} {
			if strings.Contains(text, "secret-word") || strings.Contains(text, "\x1b") {
				t.Errorf("%s: its %s holds a secret or an escape:\n%s", name, where, text)
			}
		}
	}
}

// blanks is what columns are made of.
var blanks = regexp.MustCompile(" +")

func TestCLI(t *testing.T) {
	list := events(t)
	out, _ := reported(t, "cli", nil, nil, list)
	out = blanks.ReplaceAllString(out, " ")
	for _, want := range []string{
		"Iteration 2/2", "❏ =F", "↳ good", "✓ passes", "- [skipped] later", "[errored]", "connect ECONNREFUSED 127.0.0.1:1", "⤷ GET", "skipped by its pre-request script",
		"│ printed ••••", "iterations │ 2 │ 2", "assertions │ 8 │ 3", "assertions skipped: 2", "at assertion:1 in test-script", "iteration: 2", "Error: out in prerequest-script",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for option, gone := range map[string]string{"no-summary": "executed", "no-failures": "#   failure", "no-assertions": "passes", "no-success-assertions": "✓  passes", "no-console": "printed", "no-banner": "pmrun/test", "silent": "good"} {
		if out, _ := reported(t, "cli", map[string]string{option: "true"}, nil, list); strings.Contains(out, gone) {
			t.Errorf("%s: %q is there", option, gone)
		}
	}
	if out, _ := reported(t, "cli", nil, func(o *Options) { o.Unicode = false }, list); strings.ContainsAny(out, "❏↳✓│┌") {
		t.Errorf("symbols in\n%s", out)
	}
	if out, _ := reported(t, "cli", nil, func(o *Options) { o.Color = true }, list); !strings.Contains(out, "\x1b[31m1.\x1b[0m") {
		t.Errorf("no colours in\n%s", out)
	}
}

// TestJUnitAddsUp: every case of every iteration is there, and counts are sums.
func TestJUnitAddsUp(t *testing.T) {
	_, file := reported(t, "junit", nil, nil, events(t))
	var all struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Skipped  int    `xml:"skipped,attr"`
			Cases    []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(file), &all); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	var tests, failures, errs, skipped, same int
	for _, s := range all.Suites {
		var f, e, k int
		for _, c := range s.Cases {
			if c.Failure != nil {
				f++
			}
			if c.Error != nil {
				e++
			}
			if c.Skipped != nil {
				k++
			}
			if c.Name == "same name" && c.Failure != nil {
				same++
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != f || s.Errors != e || s.Skipped != k {
			t.Errorf("%+v", s)
		}
		tests, failures, errs, skipped = tests+s.Tests, failures+f, errs+e, skipped+k
	}
	if all.Tests != tests || all.Failures != failures || all.Errors != errs || all.Skipped != skipped || len(all.Suites) != 8 || failures != 3 || errs != 4 || skipped != 4 || same != 1 {
		t.Errorf("tests %d %d, failures %d %d, errors %d %d, skipped %d %d, %d suites, %d of the first iteration", all.Tests, tests, all.Failures, failures, all.Errors, errs, all.Skipped, skipped, len(all.Suites), same)
	}
}

// TestJSONShape: the members that readers of newman's report use.
func TestJSONShape(t *testing.T) {
	_, file := reported(t, "json", nil, nil, events(t))
	var all struct {
		Collection  struct{ Item []any }
		Environment struct{ Values []any }
		Run         struct {
			Stats      map[string]struct{ Total, Pending, Failed int }
			Timings    map[string]float64
			Transfers  struct{ ResponseTotal int }
			Executions []struct {
				Cursor struct {
					Position, Iteration, Length, Cycles int
					Ref                                 string
				}
				Item    struct{ ID, Name string }
				Request struct {
					Method string
					URL    struct {
						Raw  string
						Host []string
					}
					Header []struct{ Key, Value string }
				}
				Response *struct {
					Code, ResponseSize int
					Status, Body       string
					Stream             struct {
						Type string
						Data []int
					}
				}
				RequestError *struct{ Code string }
				Assertions   []struct {
					Assertion string
					Skipped   bool
					Error     *struct {
						Name, Test, Message string
						Index               int
					}
				}
				PrerequestScript, TestScript []struct {
					Error *struct{ Name, Message string }
				}
			}
			Failures []struct {
				At     string
				Error  struct{ Name, Message, Test string }
				Source struct{ Name string }
				Parent struct{ Name string }
				Cursor struct{ Iteration int }
			}
			Error any
		}
	}
	if err := json.Unmarshal([]byte(file), &all); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	for name, want := range map[string][2]int{"iterations": {2, 2}, "items": {8, 0}, "requests": {8, 2}, "assertions": {8, 3}, "testScripts": {4, 0}, "prerequestScripts": {6, 2}} {
		if got := all.Run.Stats[name]; got.Total != want[0] || got.Failed != want[1] {
			t.Errorf("%s: %+v, want %v", name, got, want)
		}
	}
	if len(all.Run.Executions) != 6 || len(all.Run.Failures) != 7 || len(all.Collection.Item) != 4 {
		t.Fatalf("%d executions, %d failures", len(all.Run.Executions), len(all.Run.Failures))
	}
	x := all.Run.Executions[0]
	if x.Item.Name != "good" || x.Request.Method != "POST" || x.Response.Code != 200 || x.Response.Status != "OK" || x.Response.Stream.Type != "Buffer" ||
		!strings.HasPrefix(x.Response.Body, "a •••• ü") || len(x.Assertions) != 3 || !x.Assertions[2].Skipped || x.Assertions[1].Error.Name != "AssertionError" || x.Assertions[1].Error.Index != 1 {
		t.Errorf("%+v", x)
	}
	if x := all.Run.Executions[1]; x.PrerequestScript[0].Error == nil || x.PrerequestScript[0].Error.Message != "out" {
		t.Errorf("%+v", x)
	}
	if x := all.Run.Executions[2]; x.RequestError == nil || x.RequestError.Code != "ECONNREFUSED" || x.Response != nil {
		t.Errorf("%+v", x)
	}
	if f := all.Run.Failures[0]; f.At != "assertion:1 in test-script" || f.Source.Name != "good" || f.Parent.Name != "=F" {
		t.Errorf("%+v", f)
	}
}

func TestCSVAndTAP(t *testing.T) {
	list := events(t)
	_, file := reported(t, "csv", nil, nil, list)
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(records) != 1+2*(3+1+2+1) {
		t.Errorf("%d records, %v\n%s", len(records), err, file)
	}
	if records[1][1] != "'=F" || records[1][9] != "passed" {
		t.Errorf("%q", records[1])
	}
	_, out := reported(t, "tap", nil, nil, list)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	points := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			points++
		}
	}
	if lines[0] != "TAP version 14" || lines[len(lines)-1] != fmt.Sprintf("1..%d", points) || points != 14 || !strings.Contains(out, "# SKIP") {
		t.Errorf("%d points\n%s", points, out)
	}
	out, _ = reported(t, "github", nil, nil, list)
	if n := strings.Count(out, "::error file=c.json,title="); n != 7 || len(strings.Split(strings.TrimSpace(out), "\n")) != 7 {
		t.Errorf("%d annotations\n%s", n, out)
	}
	// Several collections make one report.
	out, _ = reported(t, "cli", nil, nil, list, list)
	if !strings.Contains(blanks.ReplaceAllString(out, " "), "iterations │ 4 │ 4") {
		t.Errorf("\n%s", out)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options map[string]string
		want    string
	}{
		{"junt", nil, "did you mean junit"},
		{"cli", map[string]string{"no-sumary": "true"}, "did you mean no-summary"},
		{"junit", map[string]string{"no-summary": "true"}, "no option"},
		{"github", map[string]string{"export": "x"}, "it has none"},
		{"tap", map[string]string{"version": "12"}, "13 or 14"},
		{"json", map[string]string{"export": "/dev/null/x/y"}, "cannot write the report"},
	} {
		if _, err := New(tt.name, Options{Options: tt.options}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	dir := t.TempDir()
	h, err := New("json", Options{Options: map[string]string{"export": dir}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	list := events(t)
	for _, e := range list {
		if err := h.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*")); len(found) != 1 || !strings.HasSuffix(found[0], ".json") || !strings.Contains(found[0], "pmrun-run-report-") {
		t.Errorf("%q", found)
	}
}

// TestHTML: one page, with what failed, and nothing of a text becomes markup.
func TestHTML(t *testing.T) {
	_, file := reported(t, "html", nil, nil, events(t))
	for want, n := range map[string]int{`data-result="failed"`: 6, `data-result="skipped"`: 2, "<script>": 1, "src=": 0, "href=": 0} {
		if got := strings.Count(file, want); got != n {
			t.Errorf("%d times %q, want %d", got, want, n)
		}
	}
	for _, want := range []string{"&lt;script&gt;alert(1)", "sent ••••", "ECONNREFUSED"} {
		if !strings.Contains(file, want) {
			t.Errorf("no %q in\n%s", want, file)
		}
	}
}
