package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// echoServer answers with what it got.
func echoServer(t *testing.T) (address string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "url": r.URL.RequestURI(), "body": string(body)})
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func scripted(name, url, prerequest, test string) string {
	text, _ := json.Marshal(map[string]any{
		"name": name, "request": map[string]any{"method": "GET", "url": url},
		"event": []any{
			map[string]any{"listen": "prerequest", "script": map[string]any{"exec": strings.Split(prerequest, "\n")}},
			map[string]any{"listen": "test", "script": map[string]any{"exec": strings.Split(test, "\n")}},
		},
	})
	return string(text)
}

// TestRunCollection: state goes from script to script and from iteration to iteration,
// and the order is what scripts say.
func TestRunCollection(t *testing.T) {
	host, _ := echoServer(t)
	dir := t.TempDir()
	c := write(t, dir, "c.json", fmt.Sprintf(`{"info":{"name":"C"},"item":[%s,%s,%s]}`,
		scripted("first", host+"/first?n={{n}}&row={{row}}", "pm.variables.set('n', Number(pm.variables.get('n') || 0) + 1)", "pm.test('url ' + pm.info.iteration, () => pm.expect(pm.response.json().url).to.equal('/first?n=' + (pm.info.iteration + 1) + '&row=' + pm.iterationData.get('row')));\npm.execution.setNextRequest('last')"),
		scripted("never", host+"/never", "", ""),
		scripted("last", host+"/last", "", "pm.test('awaits', async () => {\n const r = await pm.sendRequest('"+host+"/sent');\n pm.expect(r.json().url).to.equal('/sent');\n});"),
	))
	data := write(t, dir, "rows.csv", "row\n007\nb\n")
	report := filepath.Join(dir, "out.json")
	code, stdout, stderr := pmrun(t, "run", c, "-d", data, "--data-strings", "-r", "cli,json", "--reporter-json-export", report)
	if code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Run struct {
			Stats struct {
				Iterations, Requests, Assertions struct{ Total, Failed int }
			}
			Executions []struct {
				Item     struct{ Name string }
				Request  struct{ URL struct{ Raw string } }
				Response struct {
					Code int
					Body string
				}
			}
			Failures []any
		}
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	s := out.Run.Stats
	if s.Iterations.Total != 2 || s.Requests.Total != 6 || s.Assertions.Total != 4 || s.Assertions.Failed != 0 || len(out.Run.Executions) != 4 {
		t.Errorf("%+v", out.Run)
	}
	if x := out.Run.Executions[0]; x.Item.Name != "first" || !strings.HasSuffix(x.Request.URL.Raw, "/first?n=1&row=007") || x.Response.Code != 200 || !strings.Contains(x.Response.Body, "row=007") {
		t.Errorf("%+v", x)
	}
}

// TestRunBail ends a run, or an iteration, where it says.
func TestRunBail(t *testing.T) {
	host, requests := echoServer(t)
	c := write(t, t.TempDir(), "c.json", fmt.Sprintf(`{"info":{"name":"C"},"item":[%s,%s]}`,
		scripted("a", host, "", "pm.test('fails', () => pm.expect(1).to.equal(2))"), scripted("b", host, "", "")))
	for bail, want := range map[string]int64{"--bail=failure": 1, "--bail": 1, "--bail=iteration": 3, "--bail=folder": 6} {
		requests.Store(0)
		if code, stdout, stderr := pmrun(t, "run", c, "-n", "3", bail); code != 1 || requests.Load() != want {
			t.Errorf("%s: exit code %d, %d requests, want %d\n%s%s", bail, code, requests.Load(), want, stdout, stderr)
		}
	}
	report := filepath.Join(t.TempDir(), "junit.xml")
	dead := write(t, t.TempDir(), "dead.json", `{"info":{"name":"C"},"item":[{"name":"a","request":"http://127.0.0.1:1/"},{"name":"b","request":"http://127.0.0.1:1/"}]}`)
	if code, _, _ := pmrun(t, "run", dead, "--bail", "folder", "-r", "junit", "--reporter-junit-export", report); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if text, err := os.ReadFile(report); err != nil || strings.Count(string(text), "<testsuite ") != 1 {
		t.Errorf("%v\n%s", err, text)
	}
	requests.Store(0)
	if code, _, _ := pmrun(t, "run", c, "-n", "9", "--parallel", "4"); code != 1 || requests.Load() != 18 {
		t.Errorf("in parallel: exit code %d, %d requests", code, requests.Load())
	}
}

// TestRunTimeout: a run that takes too long ends, with its reports.
func TestRunTimeout(t *testing.T) {
	dir := t.TempDir()
	host, _ := echoServer(t)
	c := write(t, dir, "c.json", fmt.Sprintf(`{"info":{"name":"C"},"item":[%s]}`, scripted("a", host, "for (;;) {}", "")))
	report := filepath.Join(dir, "out.xml")
	code, _, stderr := pmrun(t, "run", c, "--timeout", "300", "-r", "junit", "--reporter-junit-export", report)
	if code != 1 || !strings.Contains(stderr, "not done within 300ms") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if _, err := os.Stat(report); err != nil {
		t.Error(err)
	}
	code, stdout, _ := pmrun(t, "run", c, "--timeout-script", "50")
	if code != 1 || !strings.Contains(stdout, "synchronous script execution timeout") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}
