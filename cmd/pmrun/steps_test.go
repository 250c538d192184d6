package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// flowServer answers each request with a number, and refuses bodies that say so.
type flowServer struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

func newFlowServer(t *testing.T) *flowServer {
	s := &flowServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.mu.Lock()
		s.got = append(s.got, r.URL.Path+" "+r.PostForm.Get("name")+" "+r.PostForm.Get("contact"))
		n := len(s.got)
		s.mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]any{"id": n})
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *flowServer) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

func flowCollection(host string) string {
	item := func(name, fields, test string) string {
		return fmt.Sprintf(`{"name": %q, "event": [{"listen": "test", "script": {"exec": [%q]}}], "request": {"method": "POST", "url": "%s/%s", "body": {"mode": "urlencoded", "urlencoded": [%s]}}}`, name, test, host, name, fields)
	}
	name, contact := `{"key": "name", "value": "{{name}}"}`, `{"key": "contact", "value": "{{contact}}"}`
	return fmt.Sprintf(`{"info": {"name": "flow"}, "item": [{"name": "Both", "item": [%s, %s]}]}`,
		item("contact", name, `pm.variables.set("contact", pm.response.json().id)`),
		item("case", name+","+contact, `pm.test("not bob", () => pm.expect(pm.iterationData.get("name")).to.not.equal("bob"))`))
}

// TestFolderVerbs takes a folder of requests with scripts through the verbs.
func TestFolderVerbs(t *testing.T) {
	dir := t.TempDir()
	server := newFlowServer(t)
	c := write(t, dir, "flow.json", flowCollection(server.URL))
	data := write(t, dir, "rows.csv", "name,unused\nann,1\nbob,2\n")
	out := filepath.Join(dir, "run")

	code, stdout, _ := pmrun(t, "check", c, "--folder", "Both", "-d", data)
	for _, want := range []string{"requests  2 for each row", "1 of 2  Both/contact: POST", "scripts   2 run for each row", "{{name}} in urlencoded field name of contact", "row 2 (line 3), Both/case", "contact = {{contact}}", `the column "unused" is not sent`} {
		if !strings.Contains(stdout, want) {
			t.Errorf("check does not say %q:\n%s", want, stdout)
		}
	}
	if code != 0 || strings.Count(stdout, "is not sent") != 1 || len(server.take()) != 0 {
		t.Errorf("check ends with %d:\n%s", code, stdout)
	}
	code, stdout, stderr := pmrun(t, "load", c, "--folder", "Both", "-d", data, "--dry-run")
	if code != 0 || len(server.take()) != 0 || !strings.Contains(stderr, "does not run") || strings.Count(stdout, "POST ") != 4 {
		t.Errorf("the dry run ends with %d:\n%s%s", code, stdout, stderr)
	}

	code, stdout, stderr = pmrun(t, "load", c, "--folder", "Both", "-d", data, "--out", out, "--capture", "contact=variables.contact", "--concurrency", "1", "--format", "csv,json")
	if code != 1 || !strings.Contains(stdout, "Both (2 requests a row)") {
		t.Errorf("the load ends with %d:\n%s%s", code, stdout, stderr)
	}
	if got := server.take(); len(got) != 4 {
		t.Errorf("the server got %q", got)
	}
	_, rows := readCSV(t, filepath.Join(out, "report.csv"))
	if rows[0]["pmrun_status"] != "succeeded" || rows[0]["pmrun_contact"] == "" || rows[1]["pmrun_cause"] != "script" || !strings.Contains(rows[1]["pmrun_message"], `request 2 of 2, Both/case: test "not bob"`) {
		t.Errorf("the report says %v", rows)
	}

	code, stdout, _ = pmrun(t, "show", out, "--row", "2")
	if code != 0 || !strings.Contains(stdout, "request 1 of 2, Both/contact: succeeded") || !strings.Contains(stdout, "request 2 of 2, Both/case: failed") {
		t.Errorf("show ends with %d:\n%s", code, stdout)
	}
	var shown struct {
		Steps []struct{ Name, Status string }
	}
	code, stdout, _ = pmrun(t, "show", out, "--row", "2", "--json")
	if err := json.Unmarshal([]byte(stdout), &shown); code != 0 || err != nil || len(shown.Steps) != 2 || shown.Steps[1].Status != "failed" {
		t.Errorf("show --json ends with %d: %v %+v", code, err, shown)
	}

	// Only the request that is not done goes out again, and it is said what that means.
	code, _, stderr = pmrun(t, "retry", out, "--failed")
	if code != 1 || !strings.Contains(stderr, "the server has accepted 1 of these rows") {
		t.Errorf("retry ends with %d: %s", code, stderr)
	}
	if got := server.take(); len(got) != 1 || !strings.HasPrefix(got[0], "/case bob ") || strings.HasSuffix(got[0], " ") {
		t.Errorf("retry sent %q", got)
	}
	for _, verb := range [][]string{{"reconcile", out}, {"verify", out}, {"undo", out, "--request", "Both/case"}} {
		if code, _, stderr := pmrun(t, verb...); code != 2 || !strings.Contains(stderr, "one request a row, and this run has 2") {
			t.Errorf("%s ends with %d: %s", verb[0], code, stderr)
		}
	}

	// Scripts are part of what a run does.
	kept := filepath.Join(out, "collection.json")
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte(strings.Replace(string(text), "not bob", "not Bob", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := pmrun(t, "retry", out, "--failed"); code != 2 || !strings.Contains(stderr, "the script text is another than in the run before") {
		t.Errorf("retry with another script ends with %d: %s", code, stderr)
	}

	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--folder", "Both", "--request", "Both/case"}, "request and folder do not go together"},
		{[]string{"--folder", "Both/case"}, "Both/case is a request: name it with request"},
		{[]string{"--folder", "Nothing"}, "folder: "},
		{[]string{"--folder", "Both", "--lookup-first"}, "lookup-first and a folder"},
		{[]string{"--folder", "Both", "--map", "nowhere=name"}, `no request of the folder Both has a field or placeholder "nowhere"`},
		{[]string{"--folder", "Both", "--no-scripts"}, `{{contact}}`},
	} {
		code, _, stderr := pmrun(t, append([]string{"load", filepath.Join(dir, "flow.json"), "-d", data, "--out", filepath.Join(dir, "other")}, c.args...)...)
		if code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v ends with %d: %s", c.args, code, stderr)
		}
	}
	if got := server.take(); len(got) != 0 {
		t.Errorf("the server got %q", got)
	}
}

// TestNoScripts leaves the scripts of a request out.
func TestNoScripts(t *testing.T) {
	dir := t.TempDir()
	server := newFlowServer(t)
	c := write(t, dir, "flow.json", flowCollection(server.URL))
	data := write(t, dir, "rows.csv", "name\nbob\n")
	args := []string{"load", c, "--request", "Both/contact", "-d", data, "--no-scripts", "--out", filepath.Join(dir, "run"), "--quiet"}
	if code, _, stderr := pmrun(t, args...); code != 0 || len(server.take()) != 1 {
		t.Errorf("it ends with %d: %s", code, stderr)
	}
	args = []string{"load", c, "--request", "Both/case", "-d", data, "--env-var", "contact=5", "--out", filepath.Join(dir, "run2"), "--quiet"}
	if code, _, stderr := pmrun(t, args...); code != 1 || len(server.take()) != 1 {
		t.Errorf("with scripts it ends with %d: %s", code, stderr)
	}
}
