package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pmrun/pmrun/collection"
)

// guarded is a CRM that accepts one token at a time, and stores what it accepts.
type guarded struct {
	*httptest.Server
	mu      sync.Mutex
	accepts string
	status  int // of a refusal
	// after, when set, is called with the number of stored cases.
	after   func(n int)
	stored  []string
	refused int
}

func newGuarded(t *testing.T, accepts string) *guarded {
	g := &guarded{accepts: accepts, status: http.StatusUnauthorized}
	g.Server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(g.Close)
	return g
}

func (g *guarded) serve(w http.ResponseWriter, r *http.Request) {
	fields, err := formFields(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if token := r.Header.Get("Wolkvox-Token"); token != g.accepts {
		g.refused++
		w.WriteHeader(g.status)
		code := "401"
		_, _ = io.WriteString(w, `{"code":"`+code+`","error":"token `+token+` is not valid","data":[]}`)
		return
	}
	g.stored = append(g.stored, fields["description"])
	_, _ = fmt.Fprintf(w, `{"code":"200","error":"null","msg":"1 record","data":[{"wolkvox_id":"id%d"}]}`, len(g.stored))
	if g.after != nil {
		g.after(len(g.stored))
	}
}

// tokenPrinter is a command that prints first-token-1, then first-token-2, ...
func tokenPrinter(t *testing.T, dir string) (command string, runs func() string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the command is written for sh")
	}
	count := filepath.Join(dir, "count")
	command = fmt.Sprintf(`printf x >> %q; n=$(wc -c < %q); echo fetching >&2; echo "secret-token-$(echo $n)"`, count, count)
	return command, func() string {
		text, err := os.ReadFile(count)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

func (g *guarded) host() string { return strings.TrimPrefix(g.URL, "http://") }

// noLeak wants none of the texts in any file of a directory, nor in the output.
func noLeak(t *testing.T, dir string, secrets []string, outputs ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		outputs = append(outputs, string(text))
		return err
	})
	if err != nil || files < 5 {
		t.Fatalf("%d files: %v", files, err)
	}
	for _, out := range outputs {
		for _, secret := range secrets {
			if at := strings.Index(out, secret); at >= 0 {
				t.Errorf("%s is in ...%.200q", secret, out[max(at-60, 0):])
			}
		}
	}
}

func onceEach(t *testing.T, stored []string, n int) {
	t.Helper()
	got := slices.Clone(stored)
	slices.Sort(got)
	if len(got) != n || len(slices.Compact(got)) != n {
		t.Errorf("%d cases are stored, %d different ones, want each of %d once", len(stored), len(slices.Compact(got)), n)
	}
}

// TestTokenIsRenewed refuses the first token, also after some rows were accepted
// with it: the rows go out again with the next one, each is stored once, and no
// token is kept or shown anywhere.
func TestTokenIsRenewed(t *testing.T) {
	for name, tt := range map[string]struct {
		accepts string
		expires int
		status  int
	}{
		"refused at once":   {"secret-token-2", 0, http.StatusUnauthorized},
		"expires":           {"secret-token-1", 30, http.StatusForbidden},
		"envelope says 401": {"secret-token-2", 0, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuarded(t, tt.accepts)
			g.status = tt.status
			g.after = func(n int) {
				if n == tt.expires {
					g.accepts = "secret-token-2"
				}
			}
			dir := t.TempDir()
			args, out := loadArgs(t, dir, g.host(), 200)
			command, runs := tokenPrinter(t, dir)
			code, stdout, stderr := pmrun(t, append(args, "--concurrency", "8", "--retries", "0", "--token-command", command)...)
			if code != 0 || runs() != "xx" || g.refused == 0 || !strings.Contains(stderr, "fetching") {
				t.Fatalf("exit code %d, the command ran %d times, %d refusals\n%s\n%s", code, len(runs()), g.refused, stdout, stderr)
			}
			onceEach(t, g.stored, 200)
			if n := statuses(t, out)["succeeded"]; n != 200 {
				t.Errorf("%d rows succeeded", n)
			}
			noLeak(t, out, []string{"secret-token-1", "secret-token-2"}, stdout, stderr)
		})
	}
}

// TestTokenStaysBad stops, as without a command, when the fresh token is refused
// too; resume fetches another one and goes on.
func TestTokenStaysBad(t *testing.T) {
	g := newGuarded(t, "secret-token-3")
	dir := t.TempDir()
	args, out := loadArgs(t, dir, g.host(), 40)
	command, runs := tokenPrinter(t, dir)
	code, stdout, stderr := pmrun(t, append(args, "--token-command", command)...)
	if code != 3 || runs() != "xx" || !strings.Contains(stdout, "does not accept the token") || len(g.stored) != 0 {
		t.Fatalf("exit code %d, the command ran %d times\n%s\n%s", code, len(runs()), stdout, stderr)
	}
	if n := statuses(t, out)["pending"]; n != 40 {
		t.Errorf("%d rows are pending, want all 40", n)
	}
	noLeak(t, out, []string{"secret-token-1", "secret-token-2"}, stdout, stderr)
	// The run directory keeps the command.
	if code, stdout, stderr := pmrun(t, "resume", out); code != 0 || runs() != "xxx" {
		t.Fatalf("resume: exit code %d, the command ran %d times\n%s\n%s", code, len(runs()), stdout, stderr)
	}
	onceEach(t, g.stored, 40)
	noLeak(t, out, []string{"secret-token-1", "secret-token-2", "secret-token-3"}, stdout, stderr)
}

// TestTokenCommandFailsLater ends the run when there is no new token.
func TestTokenCommandFailsLater(t *testing.T) {
	g := newGuarded(t, "another")
	dir := t.TempDir()
	args, out := loadArgs(t, dir, g.host(), 20)
	command, _ := tokenPrinter(t, dir)
	command += fmt.Sprintf(`; test $(wc -c < %q) -lt 2`, filepath.Join(dir, "count"))
	code, stdout, stderr := pmrun(t, append(args, "--token-command", command)...)
	if code != 3 || !strings.Contains(stdout, "there is no new one: the token command ended with exit code 1") {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	if n := statuses(t, out)["pending"]; n != 20 || len(g.stored) != 0 {
		t.Errorf("%d rows are pending, %d are stored", n, len(g.stored))
	}
	noLeak(t, out, []string{"secret-token-1", "secret-token-2", "secret-token-3"}, stdout, stderr)
}

func TestTokenCommandMistakes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are written for sh")
	}
	server := newRecorder(t)
	args, _ := loadArgs(t, t.TempDir(), server.host(), 3)
	for command, want := range map[string]string{
		"true":                                 "printed nothing",
		"echo hidden-output; exit 7":           "ended with exit code 7",
		"echo hidden-output; echo again":       "more than one line",
		"echo '{{hidden-output}}'":             "printed a placeholder",
		"no-such-program-here":                 "exit code 127",
		"":                                     "--token-command is empty",
		"head -c 70000 /dev/zero | tr '\\0' a": "more than one line",
	} {
		before := len(server.stored())
		code, stdout, stderr := pmrun(t, append(args, "--token-command", command)...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Contains(stdout+stderr, "hidden-output") || len(server.stored()) != before {
			t.Errorf("%q: exit code %d\n%s", command, code, stderr)
		}
	}
}

// TestTokenVariable finds the variable that the token comes from.
func TestTokenVariable(t *testing.T) {
	for name, tt := range map[string]struct{ header, auth, want string }{
		"header":          {`[{"key": "wolkvox-token", "value": "{{a}}"}]`, `null`, "a"},
		"bearer":          {`[]`, `{"type": "bearer", "bearer": [{"key": "token", "value": "<<b>>"}]}`, "b"},
		"oauth2":          {`[]`, `{"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "{{c}}"}]}`, "c"},
		"apikey":          {`[]`, `{"type": "apikey", "apikey": [{"key": "key", "value": "x"}, {"key": "value", "value": "{{d}}"}]}`, "d"},
		"literal":         {`[{"key": "Wolkvox-Token", "value": "abc"}]`, `null`, "!the header Wolkvox-Token holds no variable"},
		"two":             {`[{"key": "Wolkvox-Token", "value": "{{a}}{{b}}"}]`, `null`, "!holds the variables a, b"},
		"none":            {`[]`, `null`, "!neither a token header"},
		"basic":           {`[]`, `{"type": "basic", "basic": []}`, "!neither a token header"},
		"disabled header": {`[{"key": "Wolkvox-Token", "value": "{{a}}", "disabled": true}]`, `null`, "!neither a token header"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := collection.Parse("test", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "request": {"method": "POST",
				"url": "http://h/server/API/v2/cases/insert.php", "header": `+tt.header+`, "auth": `+tt.auth+`}}]}`))
			if err != nil {
				t.Fatal(err)
			}
			p := jobOf(c)
			if err := p.findContract(); err != nil {
				t.Fatal(err)
			}
			got, err := p.tokenVariable()
			if want, bad := strings.CutPrefix(tt.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--token-variable") {
					t.Errorf("got %q, %v; want %q", got, err, want)
				}
			} else if err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
			p.job.TokenVariable = "own"
			if got, err := p.tokenVariable(); got != "own" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// TestReferencesAreNotKept loads a job whose secrets come from the environment
// and .env, and goes on with it: nothing of them is written, and they are read
// afresh.
func TestReferencesAreNotKept(t *testing.T) {
	g := newGuarded(t, "env-secret-1")
	dir := t.TempDir()
	args, out := loadArgs(t, dir, g.host(), 10)
	job, err := json.Marshal(map[string]any{
		"collection": filepath.Base(args[1]), "request": "Insert CRM cases", "environment": "${env:ENV_FILE}", "data": "rows.csv", "rate": "none",
		"env-var": map[string]string{"wolkvox_token": "${env:CRM_TOKEN}", "literal": "$${env:CRM_TOKEN}"},
		"set":     map[string]string{"solution": "of ${env:WHO}"}, "out": "out",
	})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, dir, "job.yaml", string(job))
	write(t, dir, ".env", "CRM_TOKEN='wrong-one'\nWHO=somebody-secret\nENV_FILE=env.json\n")
	t.Setenv("CRM_TOKEN", "env-secret-1")
	secrets := []string{"env-secret-1", "env-secret-2", "somebody-secret", "wrong-one"}
	code, stdout, stderr := pmrun(t, "load", path, "--first", "4", "--no-progress")
	if code != 4 || len(g.stored) != 4 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	noLeak(t, out, secrets, stdout, stderr)
	kept, err := os.ReadFile(filepath.Join(out, "job.yaml"))
	if err != nil || !strings.Contains(string(kept), "wolkvox_token: ${env:CRM_TOKEN}") || !strings.Contains(string(kept), "solution: of ${env:WHO}") {
		t.Errorf("job.yaml does not keep the references: %s %v", kept, err)
	}
	g.accepts = "env-secret-2"
	t.Setenv("CRM_TOKEN", "env-secret-2")
	if code, stdout, stderr := pmrun(t, "resume", out); code != 0 || len(g.stored) != 10 {
		t.Fatalf("resume: exit code %d, %d stored\n%s\n%s", code, len(g.stored), stdout, stderr)
	}
	noLeak(t, out, secrets, stdout, stderr)
	if err := os.Remove(filepath.Join(dir, ".env")); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = pmrun(t, "resume", out)
	if code != 2 || !strings.Contains(stderr, "set.solution needs ${env:WHO}") || !strings.Contains(stderr, "job.yaml:") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// TestLookupTokenIsRenewed verifies and reconciles with a token that the server
// refuses at first: a fresh one is fetched, once, and kept nowhere.
func TestLookupTokenIsRenewed(t *testing.T) {
	accepts := "" // every token
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch token := r.Header.Get("Wolkvox-Token"); {
		case accepts != "" && token != accepts:
			_, _ = io.WriteString(w, `{"code":"401","error":"token `+token+` is not valid","data":[]}`)
		case strings.HasSuffix(r.URL.Path, "/queryCases.php"):
			_, _ = io.WriteString(w, `{"code":"200","error":"null","data":[{"wolkvox_id":"x"}]}`)
		default:
			_, _ = io.WriteString(w, accepted)
		}
	}))
	defer crm.Close()
	dir := t.TempDir()
	args, out := loadArgs(t, dir, strings.TrimPrefix(crm.URL, "http://"), 9)
	command, runs := tokenPrinter(t, dir)
	if code, _, stderr := pmrun(t, append(args, "--token-command", command)...); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	accepts = "secret-token-3"
	code, stdout, stderr := pmrun(t, "verify", out, "--rate", "none", "--token-command", command)
	if code != 0 || !strings.Contains(stdout, "9 there, 0 missing, 0 unclear") || runs() != "xxx" {
		t.Errorf("exit code %d, the command ran %d times\n%s\n%s", code, len(runs()), stdout, stderr)
	}
	noLeak(t, out, []string{"secret-token-1", "secret-token-2", "secret-token-3"}, stdout, stderr)
}
