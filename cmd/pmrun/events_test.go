package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// readEvents checks every line of a stream against the documented shape.
func readEvents(t *testing.T, path string) []map[string]any {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/events.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var events []map[string]any
	for line := range strings.Lines(string(text)) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s%v", line, err)
		}
		events = append(events, value.(map[string]any))
	}
	if n := len(events); n < 2 || events[0]["type"] != "start" || events[n-1]["type"] != "finish" {
		t.Fatalf("%s: %s", path, text)
	}
	return events
}

// typesOf counts the messages by type, and rows by their last status.
func typesOf(events []map[string]any) map[string]int {
	counts, last := make(map[string]int), make(map[string]string)
	for _, e := range events {
		counts[e["type"].(string)]++
		if e["type"] == "row" {
			last[fmt.Sprint(e["row"])] = e["status"].(string)
		}
	}
	for _, status := range last {
		counts[status]++
	}
	return counts
}

// TestEvents: the stream of each verb has the documented shape, and tells what
// became of the rows.
func TestEvents(t *testing.T) {
	server := newLyingCRM(t, func(n int64) lie {
		switch n {
		case 3:
			return storeAndCut
		case 6, 7:
			return cutOff
		}
		return truth
	})
	dir := t.TempDir()
	args, out := loadArgs(t, dir, server.host(), 10)
	text, err := os.ReadFile(args[1])
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "crm.json", strings.TrimSuffix(string(text), "]}")+`, {"name": "Close", "request": {"method": "POST", "header": [{"key": "Wolkvox-Token", "value": "{{wolkvox_token}}"}],
		"url": "http://{{crm_server}}/server/API/v2/cases/update.php",
		"body": {"mode": "formdata", "formdata": [{"key": "operation", "value": "{{operation}}"}, {"key": "wolkvox-id", "value": ""}, {"key": "status", "value": "closed"}]}}}]}`)
	for i, tt := range []struct {
		args []string
		code int
		want map[string]int // messages by type, rows by last status
	}{
		{append(args, "--first", "8", "--concurrency", "1"), 4, map[string]int{"row": 8, "succeeded": 5, "unknown": 3, "finish": 1}},
		{[]string{"resume", out}, 5, map[string]int{"row": 2, "succeeded": 2}},
		{[]string{"reconcile", out, "--settle", "1ms"}, 4, map[string]int{"row": 3, "succeeded": 1, "pending": 2}},
		{[]string{"resume", out}, 0, map[string]int{"row": 2, "succeeded": 2}},
		{[]string{"retry", out, "--failed"}, 0, map[string]int{"row": 0}},
		{[]string{"verify", out}, 0, map[string]int{"verified": 10, "row": 0}},
		{[]string{"undo", out, "--request", "Close", "--map", "wolkvox-id=pmrun_ref", "--yes"}, 0, map[string]int{"row": 10, "succeeded": 10}},
		{[]string{"report", out}, 0, map[string]int{"row": 10, "succeeded": 10, "progress": 0}},
	} {
		path := filepath.Join(dir, fmt.Sprintf("events-%d.ndjson", i))
		code, stdout, stderr := pmrun(t, append(tt.args, "--events", path)...)
		if code != tt.code {
			t.Fatalf("%v: exit code %d\n%s\n%s", tt.args, code, stdout, stderr)
		}
		events := readEvents(t, path)
		if verb, exit := events[0]["verb"], fmt.Sprint(events[len(events)-1]["exit_code"]); verb != tt.args[0] || exit != fmt.Sprint(tt.code) {
			t.Errorf("%v: verb %v, exit code %v", tt.args, verb, exit)
		}
		got := typesOf(events)
		for what, n := range tt.want {
			if got[what] != n {
				t.Errorf("%v: %d %s, want %d", tt.args, got[what], what, n)
			}
		}
	}
	// A dry run of an undo begins nothing.
	path := filepath.Join(dir, "dry.ndjson")
	pmrun(t, "undo", out, "--request", "Close", "--map", "wolkvox-id=pmrun_ref", "--events", path)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a dry run wrote events: %v", err)
	}
}

// TestEventsPause: a server that asks to hold off is in the stream, and a stop rule.
func TestEventsPause(t *testing.T) {
	server := newRecorder(t)
	server.answer = func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte(`{"code":"500","error":"no","msg":"contact does not exist"}`))
	}
	args, _ := loadArgs(t, t.TempDir(), server.host(), 20)
	path := filepath.Join(t.TempDir(), "events.ndjson")
	code, _, stderr := pmrun(t, append(args, "--concurrency", "1", "--events", path)...)
	if code != 3 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	events := readEvents(t, path)
	got := typesOf(events)
	if got["pause"] != 1 || got["stopping"] != 1 || got["failed"] < 10 || !strings.Contains(fmt.Sprint(events[len(events)-1]["stopped"]), "10 rows in a row failed") {
		t.Errorf("%v, %v", got, events[len(events)-1])
	}
}
