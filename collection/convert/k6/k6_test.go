package k6

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	formtest.Golden(t, "", files, formtest.Notes(&notes), *update)
	again, err := write(c, o, &notes)
	if err != nil || !bytes.Equal(again[0].Data, files[0].Data) {
		t.Errorf("the second time it is another script: %v", err)
	}
}

func scoped(c *collection.Collection) convert.Options {
	o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
	for _, v := range c.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
	}
	return o
}

// script writes a collection as a script into dir.
func script6(t *testing.T, c *collection.Collection, o convert.Options, dir string) (path string, notes convert.Notes) {
	t.Helper()
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "requests.js")
	if err := os.WriteFile(path, files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, notes
}

func run(t *testing.T, path string, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.Command(filewire.Program(t, "k6", "PMRUN_K6"), append(append([]string{"run", "--quiet", "--no-color", "--no-usage-report", "--include-system-env-vars=false"}, args...), path)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "HOME="+t.TempDir())
	text, _ := cmd.CombinedOutput()
	return string(text), cmd.ProcessState.ExitCode()
}

// TestWire: k6 sends what pmrun sends.
func TestWire(t *testing.T) {
	filewire.Program(t, "k6", "PMRUN_K6")
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	cases := append(filewire.Cases(), filewire.ProgramCases()...)
	path, _ := script6(t, filewire.Together(t, server.URL, cases), scoped(filewire.Together(t, server.URL, cases)), dir)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			filewire.Send(t, filewire.Together(t, server.URL, []filewire.Case{c}), dir)
			want := server.Take()
			out, code := run(t, path, "-e", "request="+c.Name)
			if code != 0 {
				t.Errorf("exit code %d\n%s", code, out)
			}
			switch c.Name { // there are notes
			case "strange path":
				want = "GET /a%7Cb%5Ec/%5Bd%5D/A~/%7Be%7D?q=[1]|^\\{}\n\n\"\" <nil>"
			case "header of variables":
				want = strings.Replace(want, "X-Twice: 1\nX-Twice: 2", "X-Twice: 1, 2", 1)
			}
			if got := server.Take(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestRun: checks, data, and how a test ends.
func TestRun(t *testing.T) {
	filewire.Program(t, "k6", "PMRUN_K6")
	recorder := filewire.NewRecorder(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		recorder.Config.Handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	const good = `pm.test("all", () => { const j = pm.response.json(); pm.response.to.have.status(200); pm.expect(j.ok).to.be.true; pm.expect(j.list[1]).to.eql(2); pm.expect(j.list).to.eql([1, 2]); pm.expect(j.list).to.have.lengthOf(2);
		pm.expect(j.name).to.include("ä"); pm.expect(j.none).to.be.undefined; pm.expect(String(j.none || "x")).to.eql("x"); pm.expect(j.list).to.be.an("array"); pm.expect(pm.response.code).to.be.oneOf([200, 201]);
		pm.response.to.have.header("content-type", "application/json"); pm.expect(pm.response.responseTime).to.be.below(60000); pm.expect(pm.response.text()).to.match(/"ok": true/); pm.response.to.have.status("OK"); pm.response.to.be.json; pm.response.to.be.withBody });`
	for _, r := range []struct {
		name, item string
		args       []string
		code       int
		says, got  string
	}{
		{"good", `{"name": "F", "item": [{"name": "a", "event": [{"listen": "test", "script": {"exec": [` + quoteJSON(good) + `]}}], "request": "{{base}}/a"}]}`, nil, 0, "", "GET /a"},
		{"bad", `{"name": "a", "event": [{"listen": "test", "script": {"exec": ["pm.test('no', () => pm.expect(pm.response.json().name.first.x).to.eql(1)); pm.test('yes', () => pm.response.to.have.status(200));"]}}], "request": "{{base}}/a"}`, nil, 99, "thresholds on metrics 'checks' have been crossed", "GET /a"},
		{"not found", `{"name": "a", "request": "{{base}}/missing"}`, nil, 99, "http_req_failed", ""},
		{"not found, as it should be", `{"name": "a", "event": [{"listen": "test", "script": {"exec": ["pm.test('no', () => pm.response.to.have.status(404))"]}}], "request": "{{base}}/missing"}`, nil, 0, "", ""},
		{"missing", `{"name": "a", "request": "{{base}}/{{my id}}"}`, nil, 108, "my_id has no value: give it with -e my_id=VALUE", ""},
		{"data", `{"name": "a", "request": "{{base}}/{{my id}}?n={{n}}"}`, []string{"-e", "data=ROWS"}, 0, "", "GET /a%20%22b%22,%0Ac?n=1\n\n\"\" <nil>\n----\nGET /d?n=2"},
	} {
		t.Run(r.name, func(t *testing.T) {
			dir := t.TempDir()
			rows := filepath.Join(dir, "rows.csv")
			if err := os.WriteFile(rows, []byte("\ufeffmy id,n\r\n\"a \"\"b\"\",\nc\",1\r\nd,2\r\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := collection.Parse("test.json", []byte(`{"info": {"name": "t"}, "item": [`+r.item+`]}`))
			if err != nil {
				t.Fatal(err)
			}
			path, _ := script6(t, c, convert.Options{}, dir)
			args := []string{"-e", "base=" + server.URL}
			for _, a := range r.args {
				args = append(args, strings.ReplaceAll(a, "ROWS", rows))
			}
			out, code := run(t, path, args...)
			if code != r.code || !strings.Contains(out, r.says) {
				text, _ := os.ReadFile(path)
				t.Errorf("exit code %d, want %d; it says\n%s\nwant\n%s\n%s", code, r.code, out, r.says, text)
			}
			if got := recorder.Take(); !strings.Contains(got, r.got) || r.got == "" && got != "" {
				t.Errorf("the server got\n%s\nwant\n%s", got, r.got)
			}
		})
	}
}

func quoteJSON(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}

// TestNotes: what a script does not hold, and what it holds only in another way.
func TestNotes(t *testing.T) {
	c, err := collection.Parse("test.json", []byte(`{"info": {"name": "*/ \n x", "description": "a\r*/\u2028b"}, "item": [
		{"name": "hawk", "request": {"url": "http://h/", "auth": {"type": "hawk", "hawk": []}}},
		{"name": "oauth2", "request": {"url": "http://h/", "auth": {"type": "oauth2", "oauth2": []}}},
		{"name": "twice", "request": {"url": "http://h/a|b", "header": [{"key": "A", "value": "1"}, {"key": "a", "value": "2"}, {"key": "Content-Length", "value": "2"}]}},
		{"name": "ssl", "protocolProfileBehavior": {"strictSSL": false}, "request": "http://h/{{$randomCity}}"},
		{"name": "function", "event": [{"listen": "prerequest", "script": {"exec": ["x"]}}, {"listen": "test", "script": {"exec": ["y(); pm.test('s', () => pm.response.to.have.status(200));"]}}], "request": "http://h/"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var notes convert.Notes
	files, err := write(c, convert.Options{}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"hawk: auth: hawk is left out: k6 does not know it by itself\n", "oauth2: auth: left out: oauth2 has no token yet, and the script gets none\n",
		"twice: header a: is one header with all its values: k6 sends none twice\n", "twice: header Content-Length: left out: the body decides it\n", "twice: URL: k6 writes its path in its own way\n",
		"ssl: protocolProfileBehavior strictSSL: left out\n", ": variable $randomCity: is not made anew for each request",
		"function: event prerequest: written as a comment\n", "function: event test: 1 of its tests became checks, the rest is written as a comment\n",
	} {
		if got := formtest.Notes(&notes); !strings.Contains(got, want) {
			t.Errorf("no note %q among\n%s", want, got)
		}
	}
	if text := string(files[0].Data); !strings.Contains(text, "// | y();\n") || !strings.Contains(text, "'s': (r) => r.status === 200,") {
		t.Errorf("the tests are not as they should be:\n%s", text)
	}
}
