package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNewmanReport runs a collection by newman and by pmrun and compares their JSON
// reports member by member: what has the same place has the same value.
func TestNewmanReport(t *testing.T) {
	node, modules := findNewman(t)
	host := scriptServer(t)
	dir := t.TempDir()
	c := write(t, dir, "c.json", strings.ReplaceAll(`{"info": {"name": "C ✓", "_postman_id": "c-1", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
		"variable": [{"key": "base", "value": "HOST"}],
		"event": [{"listen": "prerequest", "script": {"exec": ["pm.collectionVariables.set('seen', 1)"]}}],
		"item": [
			{"name": "Folder", "id": "f-1", "item": [
				{"name": "first", "id": "i-1", "request": {"method": "POST", "url": "{{base}}/one?x=1&y=2", "header": [{"key": "A", "value": "b"}], "body": {"mode": "raw", "raw": "{}"}},
				 "event": [{"listen": "test", "script": {"exec": ["pm.test('passes', () => {}); pm.test.skip('later'); pm.test('fails', () => pm.expect(1).to.eql(2)); pm.environment.set('made', 'x')"]}}]},
				{"name": "Deep", "id": "f-2", "item": [{"name": "throws", "id": "i-2", "request": {"method": "GET", "url": {"raw": "{{base}}/status/500", "host": ["{{base}}"], "path": ["status", "500"]}},
				 "event": [{"listen": "test", "script": {"exec": ["throw new TypeError('boom')"]}}]}]}
			]},
			{"name": "skipped", "id": "i-3", "request": {"method": "GET", "url": "{{base}}"}, "event": [{"listen": "prerequest", "script": {"exec": ["pm.execution.skipRequest()"]}}]},
			{"name": "dead", "id": "i-4", "request": {"method": "GET", "url": "http://127.0.0.1:1/no"}}
		]}`, "HOST", host))
	e := write(t, dir, "e.json", `{"id": "e-1", "name": "E", "values": [{"key": "given", "value": "v", "enabled": true}]}`)
	theirs, ours := filepath.Join(dir, "newman.json"), filepath.Join(dir, "pmrun.json")

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join(modules, "node_modules", "newman", "bin", "newman.js"), "run", c, "-e", e, "-n", "2", "-x", "-r", "json", "--reporter-json-export", theirs)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} // no proxy
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("newman: %v\n%s", err, out)
	}
	if code, stdout, stderr := pmrun(t, "run", c, "-e", e, "-n", "2", "-r", "json", "--reporter-json-export", ours); code != 1 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	want, got := leaves(t, theirs), leaves(t, ours)
	// What is another one each time, or is compared elsewhere.
	varies := regexp.MustCompile(`\.(ref|httpRequestId|checksum|timestamp|stack|response\.id|error\.id|globals\.id)$|\.(responseTime|timings|stacktrace|header)\b|requestError\.|\.url\.raw$`)
	// What docs/newman.md lists as run-json, run-failed-iterations and run-messages.
	differs := regexp.MustCompile(`\._lastExecutionId$|\.event\[\d+\]\.script\.(id|type)$|\.cursor\.(empty|eof|bof|cr|scriptId|execution)$|\.parent\.|\.source\.request\.header|^\.collection\._\.|\.variable\[\d+\]\.type$` +
		`|\.response\.body$|iterations\.failed$|failures\[\d+\]\.(at|error\.message)$|^\.collection\.variable`)
	same := 0
	for _, path := range slices.Sorted(maps.Keys(want)) {
		theirs, ours := want[path], got[path]
		switch {
		case varies.MatchString(path) || differs.MatchString(path):
		case theirs != ours:
			t.Errorf("%s: newman has %s, pmrun %q", path, theirs, ours)
		default:
			same++
		}
	}
	for path := range got {
		if want[path] == "" && !varies.MatchString(path) && !differs.MatchString(path) {
			t.Errorf("%s: only pmrun has it: %s", path, got[path])
		}
	}
	if same < 300 {
		t.Errorf("only %d members are the same", same)
	}
	t.Logf("%d members are the same", same)
}

// leaves are the values of a JSON file by their paths, empty lists and objects included.
func leaves(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	out := make(map[string]string)
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			if path != "" && len(v) == 0 {
				out[path] = "{}"
			}
			for key, member := range v {
				walk(path+"."+key, member)
			}
		case []any:
			if len(v) == 0 {
				out[path] = "[]"
			}
			for i, element := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), element)
			}
		default:
			text, _ := json.Marshal(v) // it came from JSON
			out[path] = string(text)
		}
	}
	walk("", tree)
	return out
}
