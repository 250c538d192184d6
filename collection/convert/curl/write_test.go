package curl

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"mvdan.cc/sh/v3/syntax"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/convert/internal/program"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	for _, g := range []struct {
		dir, shell string
		perRequest bool
	}{{"bash", "bash", false}, {"powershell", "powershell", false}, {"files", "bash", true}} {
		o.Shell, o.PerRequest = g.shell, g.perRequest
		var notes convert.Notes
		files, err := write(c, o, &notes)
		if err != nil {
			t.Fatal(err)
		}
		formtest.Golden(t, g.dir, files, formtest.Notes(&notes), *update)
		if g.shell == "bash" {
			for _, f := range files {
				checkFormat(t, f)
			}
		}
	}
}

// checkFormat holds a script against what shfmt would write.
func checkFormat(t *testing.T, f convert.File) {
	t.Helper()
	tree, err := syntax.NewParser(syntax.KeepComments(true)).Parse(bytes.NewReader(f.Data), f.Name)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.Data)
	}
	var out bytes.Buffer
	if err := syntax.NewPrinter().Print(&out, tree); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), f.Data) {
		t.Errorf("shfmt would write %s so:\n%.5000s\nand not so:\n%.5000s", f.Name, out.Bytes(), f.Data)
	}
}

func scoped(c *collection.Collection) convert.Options {
	o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
	for _, v := range c.Variables() {
		o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value, Secret: v.Type == "secret"})
	}
	return o
}

// TestWire: bash and curl send what pmrun sends.
func TestWire(t *testing.T) {
	bash := filewire.Program(t, "bash", "")
	filewire.Program(t, "curl", "")
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	cases := append(filewire.Cases(), filewire.ProgramCases()...)
	together := filewire.Together(t, server.URL, cases)
	o := scoped(together)
	var notes convert.Notes
	files, err := write(together, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	checkFormat(t, files[0])
	o.PerRequest = true
	each, err := write(together, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	send := func(t *testing.T, script []byte) (got string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "script.sh")
		if err := os.WriteFile(path, script, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bash, path)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return server.Take()
	}
	all := ""
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			filewire.Send(t, filewire.Together(t, server.URL, []filewire.Case{c}), dir)
			want := server.Take()
			switch c.Name {
			case "redirected post": // curl sends the Content-Type again, though no body
				want = strings.Replace(want, "GET /redirected\n", "GET /redirected\nContent-Type: text/plain\n", 1)
			case "basic, colon in the user": // there is a note
				want = strings.Replace(want, "Authorization: Basic YTp3LTE6cA==\n", "", 1)
			}
			all += "\n----\n" + want
			if got := send(t, each[i].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, each[i].Data)
			}
		})
	}
	got := send(t, files[0].Data)
	if all = strings.TrimPrefix(all, "\n----\n"); sorted(got) != sorted(all) {
		t.Errorf("together: got\n%s\nwant\n%s", unlike(got, all), unlike(all, got))
	}
}

// run writes a collection as a script and calls it.
func run(t *testing.T, requests, dir string, env ...string) (out string, code int, notes string) {
	t.Helper()
	bash := filewire.Program(t, "bash", "")
	filewire.Program(t, "curl", "")
	c, err := collection.Parse("test.json", []byte(`{"info": {"name": "*/ \"x\"", "description": "a\r#b\u2028c"}, "item": [`+requests+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	var n convert.Notes
	files, err := write(c, convert.Options{}, &n)
	if err != nil {
		t.Fatal(err)
	}
	checkFormat(t, files[0])
	path := filepath.Join(t.TempDir(), "script.sh")
	if err := os.WriteFile(path, files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, path)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	text, _ := cmd.CombinedOutput()
	return string(text), cmd.ProcessState.ExitCode(), formtest.Notes(&n)
}

// TestRun: how a script ends, and what is missing.
func TestRun(t *testing.T) {
	server := filewire.NewRecorder(t)
	for _, r := range []struct {
		name, requests string
		code           int
		says, got      string
	}{
		{"good", `{"name": "a", "request": "{{base}}/1"}, {"name": "a", "request": "{{base}}/2"}`, 0, `{"ok": true`, "GET /1\n\n\"\" <nil>\n----\nGET /2"},
		{"fails", `{"name": "if", "request": "{{base}}/digest"}, {"name": "", "request": "{{base}}/2"}`, 22, "The requested URL returned error: 401", ""},
		{"missing", `{"name": "a", "request": {"url": "{{base}}/", "header": [{"key": "X-A", "value": "{{ä b}}"}]}}`, 1, "b: give it in the environment", ""},
		{"large", `{"name": "a", "request": {"method": "POST", "url": "{{base}}/", "body": {"mode": "raw", "raw": "` + strings.Repeat("it's %s ", 40_000) + `{{base}}"}}}`, 0, "ok", "it's %s it's"},
	} {
		t.Run(r.name, func(t *testing.T) {
			out, code, _ := run(t, r.requests, t.TempDir(), "base="+server.URL)
			if code != r.code || !strings.Contains(out, r.says) {
				t.Errorf("exit code %d, want %d; it says\n%s\nwant\n%s", code, r.code, out, r.says)
			}
			if got := server.Take(); !strings.Contains(got, r.got) || r.got == "" && got != "" {
				t.Errorf("the server got\n%.500s\nwant\n%s", got, r.got)
			}
		})
	}
}

// TestAWS: a server that signs the request itself comes to the same signature.
func TestAWS(t *testing.T) {
	credential := regexp.MustCompile(`Credential=key/(\d+)/([\w-]+)/([\w-]+)/aws4_request, SignedHeaders=(\S+), Signature=(\w+)`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		m := credential.FindStringSubmatch(r.Header.Get("Authorization"))
		when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if m == nil || err != nil {
			http.Error(w, "no signature", http.StatusForbidden)
			return
		}
		own := httptest.NewRequest(r.Method, "http://"+r.Host+r.RequestURI, nil)
		own.ContentLength = 0
		for _, name := range strings.Split(m[4], ";") {
			if name != "host" {
				own.Header.Set(name, r.Header.Get(name))
			}
		}
		err = v4.NewSigner().SignHTTP(r.Context(), aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, own, fmt.Sprintf("%x", sha256.Sum256(body)), m[3], m[2], when)
		if got := own.Header.Get("Authorization"); err != nil || got != r.Header.Get("Authorization") {
			http.Error(w, fmt.Sprintf("%s is not %s (%v)", r.Header.Get("Authorization"), got, err), http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "signed for %s %s", m[2], m[3])
	}))
	defer server.Close()
	const auth = `"auth": {"type": "awsv4", "awsv4": [{"key": "accessKey", "value": "key"}, {"key": "secretKey", "value": "{{s}}"}, {"key": "region", "value": "eu-west-1"}, {"key": "service", "value": "es"}]}`
	out, code, _ := run(t, `{"name": "a", "request": {"method": "POST", "url": "{{base}}/a/b", "body": {"mode": "raw", "raw": "x=1"}, `+auth+`}}, {"name": "b", "request": {"url": "{{base}}/?a=1&b=2", `+auth+`}}`, "", "base="+server.URL, "s=secret")
	if code != 0 || strings.Count(out, "signed for eu-west-1 es") != 2 {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestNotes: what a script does not hold.
func TestNotes(t *testing.T) {
	for _, c := range []struct{ item, want string }{
		{`"request": {"method": "PUT", "url": "http://h/"}`, "redirects: not followed: curl would send a PUT again where Postman sends a GET"},
		{`"request": {"url": "http://h/", "auth": {"type": "hawk", "hawk": []}}`, "auth: hawk is left out: curl does not know it"},
		{`"request": {"url": "http://h/", "auth": {"type": "oauth2", "oauth2": []}}`, "auth: left out: oauth2 has no token yet, and the script gets none"},
		{`"request": {"url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "a:{{b}}"}]}}`, "auth: left out: curl knows no user name with a colon"},
		{`"request": {"url": "http://h/", "header": [{"key": "a", "value": "{{b}}\n"}]}`, "header a: left out: it holds a line break"},
		{`"request": {"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "a=b", "value": "1", "type": "text"}]}}`, "field a=b: left out: curl's forms hold no = in a name"},
		{`"request": {"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text", "contentType": "x"}]}}`, "field a: its content type is left out: curl does not take it"},
		{`"event": [{"listen": "prerequest", "script": {"exec": ["x"]}}], "request": "http://h/"`, "event prerequest: written as a comment"},
		{`"request": "http://h/{{$randomCity}}"`, "variable $randomCity: is not made anew for each request"},
		{`"protocolProfileBehavior": {"tlsPreferServerCiphers": true}, "request": "http://h/"`, "protocolProfileBehavior tlsPreferServerCiphers: left out"},
	} {
		item, err := collection.Parse("test.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", `+c.item+`}]}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, shell := range []string{"bash", "powershell"} {
			var notes convert.Notes
			if _, err := write(item, convert.Options{Shell: shell}, &notes); err != nil {
				t.Fatal(err)
			}
			if got := formtest.Notes(&notes); !strings.Contains(got, c.want) {
				t.Errorf("%s: no note %q among\n%s", c.item, c.want, got)
			}
		}
	}
}

// oneVariable is a script with the variable one, whose value is 1.
func oneVariable(t *testing.T, sh shell) *script {
	t.Helper()
	c, err := collection.Parse("test.json", []byte(`{"info": {"name": "t"}, "item": [{"name": "r", "request": "http://{{one}}/"}], "variable": [{"key": "one", "value": "1"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var notes convert.Notes
	v, err := program.NewVariables(scoped(c), convert.Calls(c, convert.Options{}, &notes), sh.variable, nil, nil, &notes)
	if err != nil {
		t.Fatal(err)
	}
	return &script{variables: v}
}

// hardTexts are hard to quote.
func hardTexts() []string {
	all := ""
	for c := 1; c < 0x80; c++ {
		all += string(rune(c))
	}
	return []string{all, "", "a", "-n", "it's", "a\nb\n", "\r\n", "!x", `"`, `\`, "$x`y`", "ä日\u00a0\u200b😀", "~", "*", "{a,b}", "#a", "a'!\"", "\t", "'", "!", "\x1b[0m", strings.Repeat("'\\", 20), "‘a’“b”"}
}

// TestBashQuotes: bash takes what is written for the text that it was.
func TestBashQuotes(t *testing.T) {
	bash := filewire.Program(t, "bash", "")
	s := oneVariable(t, bashShell{})
	script, want := "one=1\n", ""
	for _, text := range hardTexts() {
		for _, pieces := range [][]program.Piece{
			{{Text: text}}, {{Text: text}, {Var: "one"}}, {{Var: "one"}, {Text: text}}, {{Text: text}, {Var: "one"}, {Text: text}},
		} {
			script += "printf '%s\\0' " + bashShell{}.word(s, pieces) + "\n"
			for _, p := range pieces {
				if want += p.Text; p.Var != "" {
					want += "1"
				}
			}
			want += "\x00"
		}
	}
	out, err := exec.Command(bash, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := strings.Split(string(out), "\x00"), strings.Split(want, "\x00")
	for i := range wanted {
		if i >= len(got) || got[i] != wanted[i] {
			t.Fatalf("text %d: got %q\nwant %q", i, got[i], wanted[i])
		}
	}
}

// TestPowerShellQuotes holds the quotes of PowerShell against its documented rules.
func TestPowerShellQuotes(t *testing.T) {
	s := oneVariable(t, powerShell{})
	for _, c := range []struct {
		pieces []program.Piece
		want   string
	}{
		{[]program.Piece{{Text: ""}}, `''`},
		{nil, `''`},
		{[]program.Piece{{Text: "it's ‘x’ “$y” `z` \n#"}}, "'it''s ‘‘x’’ “$y” `z` \n#'"},
		{[]program.Piece{{Text: "a\r\n\x1b"}}, "\"a`r\n`u{1b}\""},
		{[]program.Piece{{Text: "$a `b` \"c\" “d”'"}, {Var: "one"}, {Text: ":x"}}, "\"`$a ``b`` `\"c`\" `“d`”'${one}:x\""},
		{[]program.Piece{{Var: "one", Enc: program.InPath}}, `"$(ConvertTo-Path $one)"`},
		{[]program.Piece{{Var: "$guid", Enc: program.InForm}}, `"$(ConvertTo-Form ([guid]::NewGuid()))"`},
		{[]program.Piece{{Var: "$timestamp"}}, `"$([DateTimeOffset]::UtcNow.ToUnixTimeSeconds())"`},
	} {
		if got := (powerShell{}).word(s, c.pieces); got != c.want {
			t.Errorf("%v: got %s\nwant %s", c.pieces, got, c.want)
		}
	}
}
