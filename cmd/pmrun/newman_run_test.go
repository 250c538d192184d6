package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// scriptCase is a script that newman and pmrun run after the same answer.
type scriptCase struct {
	name, prerequest, test string
	// differs names the entry of docs/newman.md when the two differ on purpose.
	differs string
}

// verdict is what became of an item.
type verdict struct {
	Assertions []struct {
		Name    string
		Skipped bool
		Error   string
	}
	Errors, Printed, Requests []string
}

// scriptServer gives the same answer to everyone.
func scriptServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h := w.Header()
		switch {
		case strings.HasPrefix(r.URL.Path, "/status/"):
			var code int
			_, _ = fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/status/"), &code)
			w.WriteHeader(code)
		case r.URL.Path == "/text":
			h.Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "plain text")
		case r.URL.Path == "/cookies":
			http.SetCookie(w, &http.Cookie{Name: "c1", Value: "v1", Path: "/"})
			_, _ = io.WriteString(w, r.Header.Get("Cookie"))
		default:
			h.Set("Content-Type", "application/json; charset=utf-8")
			h.Set("X-Fixed", "one")
			_ = json.NewEncoder(w).Encode(map[string]any{
				"method": r.Method, "url": r.URL.RequestURI(), "body": string(body), "name": "Ann", "list": []any{1, 2, map[string]any{"deep": true}}, "nothing": nil, "pi": 3.14,
			})
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestNewmanScripts runs scripts by newman and by pmrun and compares every verdict:
// tests with their messages, errors, what was printed, which requests were made.
func TestNewmanScripts(t *testing.T) {
	node, modules := findNewman(t)
	cases := scriptCases()
	host := scriptServer(t)
	var items []any
	for i, c := range cases {
		url := host + "/item"
		if path, rest, ok := strings.Cut(c.test, "\n"); ok && strings.HasPrefix(path, "// GET ") {
			url, c.test = host+strings.TrimPrefix(path, "// GET "), rest
		}
		items = append(items, map[string]any{"name": fmt.Sprintf("%03d", i), "request": map[string]any{
			"method": "POST", "url": url, "header": []any{map[string]any{"key": "X-Own", "value": "{{own}}"}}, "body": map[string]any{"mode": "raw", "raw": "{{x}} {{y}}"},
		}, "event": []any{
			map[string]any{"listen": "prerequest", "script": map[string]any{"exec": strings.Split(c.prerequest, "\n")}},
			map[string]any{"listen": "test", "script": map[string]any{"exec": strings.Split(c.test, "\n")}},
		}})
	}
	collection := map[string]any{"info": map[string]any{"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": items,
		"variable": []any{map[string]any{"key": "colvar", "value": "cv"}, map[string]any{"key": "host", "value": host}}}
	values := func(pairs ...string) any {
		var list []any
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, map[string]any{"key": pairs[i], "value": pairs[i+1], "enabled": true})
		}
		return map[string]any{"name": "N", "values": list}
	}
	environment, globals := values("envvar", "ev", "own", "o"), values("globvar", "gv")
	data := []any{map[string]any{"row": "r1", "num": 7}}
	job := map[string]any{"collection": collection, "environment": environment, "globals": globals, "data": data}
	dir := t.TempDir()
	file := func(name string, value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return write(t, dir, name, string(text))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join("testdata", "newman", "verdicts.js"), modules, file("job.json", job))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} // no proxy
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("newman: %v\n%s", err, errs.String())
	}
	var theirs struct {
		Version string
		Items   map[string]verdict
	}
	if err := json.Unmarshal(out.Bytes(), &theirs); err != nil || theirs.Version != newmanVersion {
		t.Fatalf("newman %s: %v\n%.500s", theirs.Version, err, out.String())
	}
	report := filepath.Join(dir, "report.json")
	if code, stdout, stderr := pmrun(t, "run", file("c.json", collection), "-e", file("e.json", environment), "-g", file("g.json", globals), "-d", file("d.json", data),
		"--timeout-script", "5000", "--mask=false", "-r", "json", "--reporter-json-export", report); code > 1 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	ours := verdictsOf(t, report)
	same, listed := 0, make(map[string]bool)
	for i, c := range cases {
		id, name := fmt.Sprintf("%03d", i), c.name
		want, got := theirs.Items[id], ours[id]
		switch equal := reflect.DeepEqual(tidy(want), tidy(got)); {
		case equal && c.differs != "":
			t.Errorf("%s: both are the same, though docs/newman.md (%s) says otherwise: %s", name, c.differs, tidy(got))
		case !equal && c.differs == "":
			t.Errorf("%s\n%s\nnewman %s\npmrun  %s", name, c.test, tidy(want), tidy(got))
		case equal:
			same++
		default:
			listed[c.differs] = true
			t.Logf("%s differs (%s):\nnewman %s\npmrun  %s", name, c.differs, tidy(want), tidy(got))
		}
	}
	t.Logf("%d of %d cases are the same", same, len(cases))
	docs, err := os.ReadFile("../../docs/newman.md")
	if err != nil {
		t.Fatal(err)
	}
	for id := range listed {
		if !strings.Contains(string(docs), "| `"+id+"` |") {
			t.Errorf("docs/newman.md does not list %s", id)
		}
	}
}

// tidy is a verdict as a text to compare.
func tidy(v verdict) string {
	var lines []string
	for _, a := range v.Assertions {
		lines = append(lines, fmt.Sprintf("[%s] %t %s", a.Name, a.Skipped, a.Error))
	}
	lines = append(lines, v.Errors...)
	return strings.Join(append(lines, v.Requests[:min(1, len(v.Requests))]...), " | ")
}

// verdictsOf reads pmrun's own report.
func verdictsOf(t *testing.T, path string) map[string]verdict {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Run struct {
			Executions []struct {
				Item    struct{ Name string }
				Request struct {
					Method string
					URL    struct{ Raw string }
				}
				Assertions []struct {
					Assertion string
					Skipped   bool
					Error     *struct{ Name, Message string }
				}
				PrerequestScript, TestScript []struct {
					Error *struct{ Name, Message string }
				}
			}
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]verdict)
	for _, x := range report.Run.Executions {
		v := all[x.Item.Name]
		for _, a := range x.Assertions {
			text := ""
			if a.Error != nil {
				text = a.Error.Name + ": " + a.Error.Message
			}
			v.Assertions = append(v.Assertions, struct {
				Name    string
				Skipped bool
				Error   string
			}{a.Assertion, a.Skipped, text})
		}
		for _, s := range append(x.PrerequestScript, x.TestScript...) {
			if s.Error != nil {
				v.Errors = append(v.Errors, s.Error.Name+": "+s.Error.Message)
			}
		}
		_, path, _ := strings.Cut(strings.TrimPrefix(x.Request.URL.Raw, "http://"), "/")
		v.Requests = append(v.Requests, x.Request.Method+" /"+path)
		all[x.Item.Name] = v
	}
	return all
}
