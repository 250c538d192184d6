package runreport

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/pmrun/pmrun/collection/runner"
)

var update = flag.Bool("update", false, "write the golden files again")

func masks(o *Options) {
	o.Mask = func(text string) string { return strings.ReplaceAll(text, secret, "••••") }
}

// made is what a reporter writes of the handmade runs, whether to the output or to its
// file.
func made(t *testing.T, name string, options map[string]string, change func(*Options), lists ...[]runner.Event) string {
	t.Helper()
	out, file := reported(t, name, options, func(o *Options) {
		masks(o)
		if change != nil {
			change(o)
		}
	}, lists...)
	return out + file
}

// TestGolden compares whole reports with those of testdata; go test -update writes them.
func TestGolden(t *testing.T) {
	list := handmade(t, nil)
	verbose := func(o *Options) { o.Verbose, o.Color = true, true }
	plain := func(o *Options) { o.Unicode = false }
	for file, text := range map[string]string{
		"cli.txt":         made(t, "cli", nil, nil, list),
		"cli-verbose.txt": made(t, "cli", map[string]string{"show-timestamps": "true"}, verbose, list),
		"cli-plain.txt":   made(t, "cli", nil, plain, list, handmade(t, errors.New("the time was up"))),
		"junit.xml":       made(t, "junit", nil, nil, list),
		"report.html":     made(t, "html", nil, nil, list),
		"report.csv":      made(t, "csv", nil, nil, list),
		"report.tap":      made(t, "tap", map[string]string{"version": "13"}, nil, list),
		"github.txt":      made(t, "github", nil, nil, list),
	} {
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if text != strings.ReplaceAll(string(want), "\r\n", "\n") {
			t.Errorf("%s is not what it was; go test -update ./report/runreport writes it again, git diff shows what changed. Now:\n%s", file, text)
		}
	}
}

// TestNothingSlips: no secret, no control character and no turned text in any report.
func TestNothingSlips(t *testing.T) {
	list := handmade(t, errors.New("ended: "+secret+"\x1b[2J"))
	for _, name := range Names() {
		text := made(t, name, nil, func(o *Options) { o.Verbose = true }, list, list)
		if strings.Contains(text, secret) {
			t.Errorf("%s: a secret in\n%s", name, text)
		}
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' && r != '\t' && (r != '\r' || name != "progress") || unicode.Is(unicode.Bidi_Control, r) && name != "json" {
				t.Errorf("%s: %U in\n%s", name, r, text)
				break
			}
		}
		if slices.Contains([]string{"cli", "tap", "progress"}, name) && (strings.HasPrefix(text, "::error") || strings.Contains(text, "\n::error")) {
			t.Errorf("%s: a name gives commands to GitHub in\n%s", name, text)
		}
	}
}

// TestMaskBeforeCut: a secret that stands where a body is cut leaves no half behind.
func TestMaskBeforeCut(t *testing.T) {
	list := handmade(t, nil)
	for _, e := range list {
		if e.Request != nil && e.Request.Response != nil {
			e.Request.Response.Body = []byte(strings.Repeat("x", mostBody-5) + secret)
		}
	}
	for _, name := range []string{"cli", "html"} {
		if text := made(t, name, nil, func(o *Options) { o.Verbose = true }, list); strings.Contains(text, secret[:4]) {
			t.Errorf("%s shows a part of a secret", name)
		}
	}
}

// TestJSONFields has the members of newman's report, one by one: docs/newman.md names
// what is left out.
func TestJSONFields(t *testing.T) {
	var all map[string]any
	text := made(t, "json", nil, nil, handmade(t, nil))
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	at := func(path ...any) any {
		var v any = all
		for _, p := range path {
			switch p := p.(type) {
			case string:
				m, _ := v.(map[string]any)
				v = m[p]
			case int:
				l, _ := v.([]any)
				if p >= len(l) {
					return nil
				}
				v = l[p]
			}
		}
		return v
	}
	names := func(path ...any) string {
		m, _ := at(path...).(map[string]any)
		return strings.Join(slices.Sorted(maps.Keys(m)), " ")
	}
	for _, tt := range []struct {
		path []any
		want string
	}{
		{nil, "collection environment globals run"},
		{[]any{"collection"}, "info item variable"},
		{[]any{"environment"}, "id name values"},
		{[]any{"environment", "values", 0}, "key type value"},
		{[]any{"globals"}, "id values"},
		{[]any{"run"}, "error executions failures stats timings transfers"},
		{[]any{"run", "stats"}, "assertions items iterations prerequestScripts prerequests requests scripts testScripts tests"},
		{[]any{"run", "stats", "items"}, "failed pending total"},
		{[]any{"run", "timings"}, "completed dnsAverage dnsMax dnsMin dnsSd firstByteAverage firstByteMax firstByteMin firstByteSd responseAverage responseMax responseMin responseSd started"},
		{[]any{"run", "transfers"}, "responseTotal"},
		{[]any{"run", "executions", 0}, "assertions cursor id item request response"},
		{[]any{"run", "executions", 0, "cursor"}, "cycles httpRequestId iteration length position ref"},
		{[]any{"run", "executions", 0, "item"}, "event id name request response"},
		{[]any{"run", "executions", 0, "item", "request", "url"}, "host path query raw variable"},
		{[]any{"run", "executions", 0, "response"}, "body code cookie header id responseSize responseTime status stream"},
		{[]any{"run", "executions", 0, "response", "stream"}, "data type"},
		{[]any{"run", "executions", 0, "assertions", 0}, "assertion skipped"},
		{[]any{"run", "executions", 0, "assertions", 1}, "assertion error skipped"},
		{[]any{"run", "executions", 0, "assertions", 1, "error"}, "index message name stack test"},
		{[]any{"run", "executions", 1}, "cursor id item request response testScript"},
		{[]any{"run", "executions", 1, "testScript", 0, "error"}, "checksum id message name stacktrace timestamp type"},
		{[]any{"run", "executions", 2}, "cursor id item request requestError"},
		{[]any{"run", "executions", 2, "requestError"}, "address code errno message port syscall"},
		{[]any{"run", "failures", 0}, "at cursor error parent source"},
		{[]any{"run", "failures", 0, "error"}, "checksum id index message name stack stacktrace test timestamp"},
		{[]any{"run", "failures", 0, "error", "stacktrace", 0}, "columnNumber fileName functionName lineNumber methodName native typeName"},
		{[]any{"run", "failures", 2, "error"}, "address checksum code errno id message name port stacktrace syscall timestamp"},
	} {
		if got := names(tt.path...); got != tt.want {
			t.Errorf("%v has %q, want %q", tt.path, got, tt.want)
		}
	}
	for _, tt := range []struct {
		want any
		path []any
	}{
		{nil, []any{"run", "error"}},
		{2.0, []any{"run", "stats", "iterations", "failed"}},
		{8.0, []any{"run", "stats", "items", "total"}},
		{6.0, []any{"run", "stats", "tests", "total"}},
		{8.0, []any{"run", "stats", "requests", "total"}},
		{6.0, []any{"run", "stats", "assertions", "total"}},
		{1.0, []any{"run", "stats", "assertions", "failed"}},
		{1767323045000.0, []any{"run", "timings", "started"}},
		{3.0, []any{"run", "timings", "responseMin"}},
		{20.0, []any{"run", "timings", "responseMax"}},
		{"assertion:1 in test-script", []any{"run", "failures", 0, "at"}},
		{"test-script:3:1", []any{"run", "failures", 1, "at"}},
		{"request", []any{"run", "failures", 2, "at"}},
		{"日本", []any{"run", "failures", 1, "parent", "name"}},
		{nil, []any{"run", "executions", 6}},
		{nil, []any{"run", "failures", 5}},
		{"y", []any{"run", "executions", 0, "item", "request", "url", "query", 1, "key"}},
		{"{{base}}", []any{"run", "executions", 0, "item", "request", "url", "host", 0}},
		{at("collection", "item", 0, "item", 1, "item", 0, "id"), []any{"run", "executions", 1, "id"}},
		{"body •••• ü]]>\x00\uFFFD<script>alert(1)</script>", []any{"run", "executions", 0, "response", "body"}},
	} {
		if got := at(tt.path...); got != tt.want {
			t.Errorf("%v is %v, want %v", tt.path, got, tt.want)
		}
	}
	if !strings.Contains(text, "12345678901234567890") {
		t.Error("a number has lost digits")
	}
}

// TestSeveralCollections: the totals are those of all, and a reader can tell them apart.
func TestSeveralCollections(t *testing.T) {
	list := handmade(t, nil)
	var all struct {
		Collections []any
		Run         struct {
			Stats      struct{ Iterations struct{ Total, Failed int } }
			Executions []struct{ Cursor struct{ Collection int } }
		}
	}
	if err := json.Unmarshal([]byte(made(t, "json", nil, nil, list, list)), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Collections) != 2 || all.Run.Stats.Iterations.Total != 4 || all.Run.Stats.Iterations.Failed != 4 || len(all.Run.Executions) != 12 ||
		all.Run.Executions[5].Cursor.Collection != 0 || all.Run.Executions[6].Cursor.Collection != 1 {
		t.Errorf("%+v", all)
	}
}

// TestNoRunNoReport: of a run that did not begin no report is there, and an older one
// stays as it is; nor is a temporary file left of one that did.
func TestNoRunNoReport(t *testing.T) {
	for _, name := range []string{"json", "junit", "html", "csv", "tap"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "report")
		if err := os.WriteFile(path, []byte("older"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, list := range [][]runner.Event{nil, handmade(t, nil)[:9]} { // without an end, too
			h, err := New(name, Options{Out: io.Discard, Err: io.Discard, Options: map[string]string{"export": path}})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				if err := h.Handle(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil || (string(text) == "older") != (list == nil) {
				t.Errorf("%s: %v\n%s", name, err, text)
			}
			if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 {
				t.Errorf("%s leaves %q", name, files)
			}
		}
	}
}

// TestFlatMemory: what a report keeps does not grow with the run.
func TestFlatMemory(t *testing.T) {
	list := handmade(t, nil)
	for _, name := range []string{"json", "junit", "html", "csv", "tap", "cli", "progress"} {
		h, err := New(name, Options{Out: io.Discard, Err: io.Discard, Options: exportTo(name, filepath.Join(t.TempDir(), "report"))})
		if err != nil {
			t.Fatal(err)
		}
		round := func(n int) uint64 {
			for range n {
				for _, e := range list {
					if e.Finish != nil || e.Start != nil && n > 1 {
						continue
					}
					if err := h.Handle(e); err != nil {
						t.Fatal(err)
					}
				}
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		round(1)
		before := round(300) // with its buffers
		if after := round(300); after > before+512<<10 {
			t.Errorf("%s: %d bytes more after 300 iterations", name, after-before)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestProgressBar draws over itself, never wider than the terminal, and leaves a line.
func TestProgressBar(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var out strings.Builder
	p := newProgress(Options{Err: &out, Mask: func(text string) string { return text }, Now: func() time.Time { now = now.Add(time.Second); return now }})
	p.width = func() int { return 40 }
	for _, e := range handmade(t, nil) {
		if err := p.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	parts := strings.Split(strings.TrimPrefix(out.String(), "\r"), "\r")
	if len(parts) != 10 || !strings.HasPrefix(parts[3], "[==========          ]  50% Ünïcode") || !strings.HasSuffix(parts[9], ": 8/8 requests, iteration 2/2, 5 failed\n") {
		t.Errorf("%q", parts)
	}
	for _, part := range parts[:9] {
		if n := len([]rune(part)); n != 39 {
			t.Errorf("%d columns: %q", n, part)
		}
	}
	// Without a terminal there is a line every five seconds.
	out.Reset()
	p = newProgress(p.o)
	for _, e := range handmade(t, nil) {
		_ = p.Handle(e)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 2 || strings.Contains(out.String(), "\r") {
		t.Errorf("%d lines: %q", lines, out.String())
	}
}

// TestGitHubBound: many failures are few annotations and a number.
func TestGitHubBound(t *testing.T) {
	list := handmade(t, nil)
	lists := make([][]runner.Event, 20)
	for i := range lists {
		lists[i] = list
	}
	text := made(t, "github", nil, nil, lists...)
	if n := strings.Count(text, "::error "); n != mostAnnotations+1 || !strings.Contains(text, fmt.Sprintf("and %d more", 20*5-mostAnnotations)) {
		t.Errorf("%d annotations", n)
	}
}
