package curl

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
)

// TestReadBack: a script that is written and read again is the same requests.
func TestReadBack(t *testing.T) {
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	cases := append(filewire.Cases(), filewire.ProgramCases()...)
	together := filewire.Together(t, server.URL, cases)
	o := scoped(together)
	for _, o.PerRequest = range []bool{true, false} {
		var notes convert.Notes
		files, err := write(together, o, &notes)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range files {
			var notes convert.Notes
			back, err := read(&convert.Input{Path: "x.sh", Data: f.Data}, &notes)
			if err != nil {
				t.Fatalf("%v\n%s", err, f.Data)
			}
			filewire.Send(t, back, dir)
			got := server.Take()
			these := cases
			if o.PerRequest {
				these = cases[i : i+1]
			}
			filewire.Send(t, filewire.Together(t, server.URL, these), dir)
			want := server.Take()
			want = strings.Replace(want, "Authorization: Basic YTp3LTE6cA==\n", "", 1) // a user with a colon is a note
			if sorted(got) != sorted(want) {
				t.Errorf("%s: got\n%s\nwant\n%s\n%s", f.Name, unlike(got, want), unlike(want, got), f.Data)
			}
			if !o.PerRequest && (back.Model.Info.Name != "wire" || back.Items[0].Name != "plain") {
				t.Errorf("it is called %s, its first request %s", back.Model.Info.Name, back.Items[0].Name)
			}
		}
	}
}

func sorted(text string) string {
	list := strings.Split(text, "\n----\n")
	slices.Sort(list)
	return strings.Join(list, "\n----\n")
}

// unlike gives the requests of one text that are not in the other.
func unlike(text, other string) string {
	var list []string
	for _, request := range strings.Split(text, "\n----\n") {
		if !strings.Contains(other, request) {
			list = append(list, request)
		}
	}
	return strings.Join(list, "\n----\n")
}

// TestReadWire: what is read from a command is sent as curl itself sends it.
func TestReadWire(t *testing.T) {
	bash := filewire.Program(t, "bash", "")
	filewire.Program(t, "curl", "")
	dir := filewire.Files(t)
	server := filewire.NewRecorder(t)
	for _, command := range []string{
		`curl BASE/a?b=c`,
		`curl -X PUT -d '{"a": "it'\''s"}' -H 'Content-Type: application/json' BASE/`,
		`curl -d a=1 -d b=2 BASE/`,
		`curl -d 'a=x%20y&b' BASE/`,
		`curl -d 'not a form' BASE/`,
		`curl --data-raw '@x' BASE/`,
		`curl --data-binary @"sub/a file.txt" -H 'Content-Type: text/plain' BASE/`,
		`curl --json '{"a": 1}' BASE/`,
		`curl --data-urlencode 'a=x y&ä' BASE/`,
		`curl --data-urlencode '=q r' BASE/`,
		`curl -G -d a=1 --data-urlencode 'b=x y' 'BASE/?c=2'`,
		`curl --url-query 'a=x y' BASE/`,
		`curl -F 'a=x;type=text/css' -F 'b="x;y\"z\\"' -F 'f=@b.json;type=application/json' -F 'g=@sub/a file.txt;type=a/b;filename=n.txt' --form-string 'h=@x;y' BASE/`,
		`curl -T b.json BASE/`,
		`curl -T b.json BASE/dir/`,
		`curl -u 'user:pa:ss' BASE/basic`,
		`curl --digest -u user:s3cret BASE/digest`,
		`curl --oauth2-bearer tok BASE/`,
		`curl -b 'a=b; c=d' -A agent -e http://from/ -r 0-9 BASE/`,
		`curl -I BASE/`,
		`curl -XDELETE BASE/ -H'X-A: b' -sSLk`,
		`curl --request GET --data x BASE/`,
		`curl -H 'X-Empty;' -H 'X-Gone:' -H "X-Two:a:b;c" BASE/`,
		`curl $'BASE/?q=\x21' -H $'X-A: \'b\''`,
		`curl -L BASE/redirect/302 -d a -H 'Content-Type: text/plain' -X POST`,
		`curl BASE/redirect/302`,
		"curl \\\n  BASE/ \\\n  -H \"X-Q: \\$a \\`b\\` \\\"c\\\" \\\\ !\"",
		"curl --data-binary @- BASE/ <<'EOF'\na $x\n\nb\nEOF",
		`echo 'a b' | curl -d @- -H 'Content-Type: text/x' BASE/`,
		`curl BASE/1 BASE/2 --next -d x BASE/3`,
	} {
		t.Run(command, func(t *testing.T) {
			command := strings.ReplaceAll(command, "BASE", server.URL)
			var notes convert.Notes
			c, err := read(&convert.Input{Path: "x.txt", Data: []byte(command)}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			filewire.Send(t, c, dir)
			got := server.Take()
			cmd := exec.Command(bash, "-c", command)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(command, "-I") {
				t.Fatalf("%v\n%s", err, out)
			}
			want := server.Take()
			if strings.Contains(command, "--data-urlencode 'a=") {
				want = strings.ReplaceAll(want, "+", "%20") // as Postman encodes a form
			}
			if strings.Contains(command, "-L") {
				// With --request curl goes on with the method, which no collection says so.
				want = strings.Replace(want, "GET /redirected\nContent-Type: text/plain\n", "GET /redirected\n", 1)
				want = strings.Replace(want, "POST /redirected\nContent-Type: text/plain\n", "GET /redirected\n", 1)
			}
			if want == "" || sorted(got) != sorted(want) {
				t.Errorf("read\n%s\ncurl\n%s", got, want)
			}
		})
	}
}

func readCases() []struct{ name, text, want, notes string } {
	return []struct{ name, text, want, notes string }{
		{"one", "curl http://h/x", "GET http://h/x", ""},
		{"browser, bash", "curl 'https://h.test/api?x=1' \\\n  -H 'accept: */*' \\\n  -H 'accept-language: es-ES,es;q=0.9' \\\n  -b 'sid=1; t=2' \\\n  -H 'priority: u=1, i' \\\n  --data-raw $'{\"a\":\"it\\'s \\u00e9\\u0021\"}' \\\n  --compressed ;\ncurl 'https://h.test/2' -X 'OPTIONS' --insecure",
			"POST https://h.test/api?x=1\naccept: */*\naccept-language: es-ES,es;q=0.9\nCookie: sid=1; t=2\npriority: u=1, i\nContent-Type: application/x-www-form-urlencoded\nraw: {\"a\":\"it's é!\"}\n\nOPTIONS https://h.test/2\nstrictSSL=false", ""},
		{"browser, cmd", "curl ^\"https://h.test/api?x=1^&y=a^%^20b^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -H ^\"content-type: application/json^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"1^%^\\^\",^\\^\"p^\\^\":^\\^\"c:^\\^\\^\\^\\d^\\^\"^}^\" &\r\ncurl ^\"https://h.test/2^\"\r\n",
			"POST https://h.test/api?x=1&y=a%20b\naccept: */*\ncontent-type: application/json\nraw json: {\"a\":\"1%\",\"p\":\"c:\\\\d\"}\n\nGET https://h.test/2", ""},
		{"browser, cmd with lines", "curl ^\"http://h/^\" ^\n  --data-raw ^\"a^\n\nb^\" ^\n  -H ^\"content-type: text/plain^\"", "POST http://h/\ncontent-type: text/plain\nraw: a\nb", ""},
		{"cmd, quotes doubled", "curl -X POST \"http://h/\" ^\n -H \"Content-Type: application/json\" ^\n -d \"{\"\"a\"\": \\\"b\\\"}\"", "POST http://h/\nContent-Type: application/json\nraw json: {\"a\": \"b\"}", ""},
		{"prompt", "$ curl http://h/1\n\n$ curl http://h/2\n", "GET http://h/1\n\nGET http://h/2", ""},
		{"variables", "HOST=h.test\ntoken=${token:-abc}\nid=${id-}\ncurl \"http://$HOST/${id}?t=$token\" -H 'X: $no'", "GET http://{{HOST}}/{{id}}?t={{token}}\nX: $no\nHOST = h.test\ntoken = abc\nid = ", ""},
		{"array", "args=(-H 'A: b' -s)\nargs+=(-k)\ncurl \"${args[@]}\" http://h/", "GET http://h/\nA: b\nstrictSSL=false", ""},
		{"function", "# Log in\n#\n# first\nlogin() {\n\tcurl -d a=1 http://h/ -o /dev/null\n}\nlogin", "Log in: POST http://h/\nurlencoded: a=1\nabout: first", "left out, it is no command of curl: login"},
		{"answer", "token=$(curl -s http://h/t | jq -r .token)\ncurl -H \"Authorization: Bearer $token\" http://h/", "GET http://h/t\n\nGET http://h/\nAuthorization: Bearer {{token}}", "what becomes of the answer is left out"},
		{"loop", "for i in 1 2; do curl http://h/$i; done", "GET http://h/{{i}}", "its commands are taken once each"},
		{"output of a command", "curl http://h/$(cat id.txt)/$(date +%s)/$((1 + 2))/$(uuidgen)", "GET http://h/{{output of line 1}}/{{$timestamp}}/{{number of line 1}}/{{$guid}}", "its $(...) becomes a variable without a value: output of line 1"},
		{"unknown options", "curl --nonsense -x http://proxy:1 --retry 3 -7 http://h/ --no-buffer -N --http2", "GET http://h/", "option --nonsense: left out: curl has no such option"},
		{"short options together", "curl -sXPOST -HA:b -da=1 -ku u:p http://h/", "POST http://h/\nA: b\nurlencoded: a=1\nauth basic [{username u} {password p}]\nstrictSSL=false", ""},
		{"beginning of a long option", "curl --inse --user-ag x http://h/", "GET http://h/\nUser-Agent: x\nstrictSSL=false", ""},
		{"aws", "curl --aws-sigv4 aws:amz:eu-west-1:es -u k:s -H 'X-Amz-Security-Token: t' http://h/", "GET http://h/\nauth awsv4 [{accessKey k} {secretKey s} {region eu-west-1} {service es} {sessionToken t}]", ""},
		{"ntlm", `curl --ntlm -u 'dom\u:p' http://h/`, "GET http://h/\nauth ntlm [{domain dom} {username u} {password p}]", ""},
		{"no password", "curl -u user http://h/", "GET http://h/\nauth basic [{username user} {password }]", "auth: has no password: curl would ask for it"},
		{"data of a file", "curl -d @a.json http://h/", "POST http://h/\nContent-Type: application/x-www-form-urlencoded\nfile: a.json", "the file is sent as it is"},
		{"mixed data", "curl -d a=1 -d @b http://h/", "POST http://h/\nurlencoded: a=1", "a part of it comes from the file b"},
		{"glob", "curl 'http://h/[1-3]'", "GET http://h/[1-3]", "curl without --globoff would make several of its brackets"},
		{"several files in a part", "curl -F 'f=@b.json,sub/a' http://h/", "POST http://h/\nformdata: f=", "its files are sent as a part each"},
		{"form of files", "curl -F 'a=<t.txt' -F 'b=(;type=x' -F 'c=1;headers=\"X: y\"' -F d http://h/", "POST http://h/\nformdata: c=1", "field a: left out: its text is in the file t.txt"},
		{"agent taken away", "curl -H 'User-Agent:' -H 'Accept:' http://h/", "GET http://h/\noff accept user-agent", ""},
		{"placeholders", "curl '{{base}}/x' -H 'A: {{b c}}' -F 'f={{v}}'", "POST {{base}}/x\nA: {{b c}}\nformdata: f={{v}}", ""},
		{"pipe in", "printf '%s' '{\"a\": 1}' | curl --json @- http://h/ | jq .", "POST http://h/\nContent-Type: application/json\nAccept: application/json\nraw json: {\"a\": 1}", "left out, it is no command of curl: jq"},
		{"redirected input", "curl -T - http://h/ < x; curl --data-binary @- http://h/ < 'y z'", "PUT http://h/\n\nPOST http://h/\nContent-Type: application/x-www-form-urlencoded\nfile: y z", "the body comes from standard input"},
		{"other commands", "set -e\ncd /tmp\nwget http://h/\n/usr/bin/curl http://h/", "GET http://h/", "left out, it is no command of curl: wget"},
		{"long texts", "# it's\ncurl http://h/ -d '" + strings.Repeat("a\nb'\\''", 40_000) + "'" + ` -H "A: ` + strings.Repeat(`x\"`, 1000) + `" -H $'B: \t` + strings.Repeat(`y\'`, 1000) + "'",
			"it's: POST http://h/\nA: " + strings.Repeat(`x"`, 1000) + "\nB: " + strings.Repeat(`y'`, 1000) + "\nContent-Type: application/x-www-form-urlencoded\nraw: " + strings.Repeat("a\nb'", 40_000), ""},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			in := &convert.Input{Path: "x.txt", Data: []byte(c.text)}
			if !detect(in) {
				t.Error("it is not found out what it is")
			}
			var notes convert.Notes
			got, err := read(in, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := show(got); text != c.want {
				t.Errorf("got\n%.3000s\nwant\n%.3000s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.Contains(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

func show(c *collection.Collection) string {
	var list []string
	for item := range c.Requests() {
		r := item.Request()
		var b strings.Builder
		if !strings.HasPrefix(item.Name, r.Method+" ") {
			b.WriteString(item.Name + ": ")
		}
		b.WriteString(r.Method + " " + r.URL.Raw)
		for _, h := range r.Headers {
			b.WriteString("\n" + h.Key + ": " + h.Value)
		}
		if body := r.Body; body != nil {
			b.WriteString("\n" + strings.TrimSpace(body.Mode+" "+body.Language) + ":")
			for _, p := range body.Params {
				b.WriteString(" " + p.Key + "=" + p.Value)
			}
			if body.File != nil {
				b.WriteString(" " + body.File.Src)
			}
			if body.Raw != "" {
				b.WriteString(" " + body.Raw)
			}
		}
		if auth, _ := item.Auth(); auth != nil {
			b.WriteString("\nauth " + auth.Type + " [")
			for i, p := range auth.Params {
				if i > 0 {
					b.WriteByte(' ')
				}
				b.WriteString("{" + p.Key + " " + p.Value + "}")
			}
			b.WriteByte(']')
		}
		if r.Description != "" {
			b.WriteString("\nabout: " + r.Description)
		}
		behavior := item.Behavior()
		if behavior.FollowRedirects != nil && *behavior.FollowRedirects {
			b.WriteString("\nfollowRedirects=true")
		}
		if behavior.StrictSSL != nil {
			fmt.Fprintf(&b, "\nstrictSSL=%v", *behavior.StrictSSL)
		}
		if behavior.DisabledSystemHeaders["accept"] && behavior.DisabledSystemHeaders["user-agent"] {
			b.WriteString("\noff accept user-agent")
		}
		list = append(list, b.String())
	}
	text := strings.Join(list, "\n\n")
	for _, v := range c.Variables() {
		text += "\n" + v.Key + " = " + v.Value
	}
	return text
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"curl 'http://h", "x.txt:1:6: reached EOF without closing quote `'`\nwrite it as bash takes it, or give a file .cmd for the prompt of Windows"},
		{"\n\ncurl -s", "x.txt:3: the command has no URL\nwrite the address that it calls"},
		{"wget http://h", "x.txt: has no command of curl\na command begins with curl"},
		{"curl http://h `\n  -H 'a: b'", "x.txt:1:15: reached EOF without closing quote \"`\"\ncommands for PowerShell are not read: copy them for bash or cmd"},
		{"curl \xff", "x.txt: is not text in UTF-8\nsave it as UTF-8"},
		{"curl http://h; " + strings.Repeat("((", 200_000), "x.txt: has a command of more than 128 KiB, or of 4000 brackets, outside of quotes\ntake it out of the file"},
	} {
		_, err := read(&convert.Input{Path: "x.txt", Data: []byte(c.text)}, &convert.Notes{})
		var e *convert.Error
		if !errors.As(err, &e) || e.Error() != c.want {
			t.Errorf("%.40s: got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// TestDetect: scripts and texts with a command of curl, and nothing else.
func TestDetect(t *testing.T) {
	for _, c := range []struct {
		path, text string
		want       bool
	}{
		{"x.sh", "#!/bin/bash\nset -e\n  curl -s http://h", true},
		{"standard input", "curl http://h", true},
		{"x", "C=1\n/usr/bin/curl http://h", true},
		{"x.cmd", "@echo off\r\ncurl.exe http://h", true},
		{"x.json", `{"a": "\ncurl http://h"}`, false},
		{"x.txt", "[\ncurl http://h", false},
		{"x.md", "curl http://h", false},
		{"x.http", "curl http://h", false},
		{"x.txt", "curly hair\nuse curl here", false},
	} {
		if got := detect(&convert.Input{Path: c.path, Data: []byte(c.text)}); got != c.want {
			t.Errorf("%s, %q: got %v", c.path, c.text, got)
		}
	}
}

// TestReadLarge: many commands take little time, and a bad end has its line.
func TestReadLarge(t *testing.T) {
	text := strings.Repeat("curl http://h/ -H 'A: b' \\\n  -d '{\"a\": 1, \"text\": \""+strings.Repeat("x", 1500)+"\"}'\n", 10_000)
	path := filepath.Join(t.TempDir(), "large.sh")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := convert.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := read(in, &convert.Notes{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Items) != 10_000 || len(c.Items[9_999].Request().Body.Raw) < 1500 {
		t.Errorf("%d requests", len(c.Items))
	}
	_, err = read(&convert.Input{Path: "x.sh", Data: []byte(text + "curl -s")}, &convert.Notes{})
	var e *convert.Error
	if !errors.As(err, &e) || e.Line != 20_001 {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		if len(c.text) < 10_000 {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, path := range []string{"x.sh", "x.cmd"} {
			c, err := read(&convert.Input{Path: path, Data: []byte(text)}, &convert.Notes{})
			var e *convert.Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			if err != nil {
				continue
			}
			if _, err := write(c, convert.Options{}, &convert.Notes{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
