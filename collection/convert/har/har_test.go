package har

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	cdp "github.com/chromedp/cdproto/har"

	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/filewire"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestGolden converts the example with its environment; no secret comes along, and what
// is read back and written again is the same.
func TestGolden(t *testing.T) {
	c, o := formtest.Example(t)
	var notes convert.Notes
	files, err := write(c, o, &notes)
	if err != nil {
		t.Fatal(err)
	}
	formtest.Golden(t, "", files, formtest.Notes(&notes), *update)
	in := &convert.Input{Path: "requests.har", Data: files[0].Data}
	if !detect(in) {
		t.Error("it is not detected")
	}
	back, err := read(in, &notes)
	if err != nil {
		t.Fatal(err)
	}
	again, err := write(back, convert.Options{}, &notes)
	if err != nil {
		t.Fatal(err)
	}
	if string(again[0].Data) != string(files[0].Data) {
		t.Errorf("again:\n%s", again[0].Data)
	}
	// Another program's types take it, and know every member.
	var archive cdp.HAR
	if err := strictly(files[0].Data, &archive); err != nil {
		t.Error(err)
	} else if got := len(archive.Log.Entries); got != 3 {
		t.Errorf("%d entries", got)
	}
}

// entries wraps entries into an archive.
func entries(list string) string { return `{"log": {"version": "1.2", "entries": [` + list + `]}}` }

type readCase struct{ name, text, want, notes string }

func readCases() []readCase {
	const form = `"method": "POST", "url": "http://h/f", "headers": [{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}]`
	return []readCase{
		{"plain", entries(`{"request": {"method": "get", "url": "https://h.test/a/b?x=1#frag", "headers": []}}`), "GET /a/b: GET https://h.test/a/b?x=1#frag\n  ? x=1\n", ""},
		{"byte order mark", "\ufeff" + entries(`{"request": {"url": "http://h"}}`), "GET /: GET http://h\n", ""},
		{"made by hand", entries(`{"request": {"url": "http://h/a#f", "queryString": [{"name": "q r", "value": "a+b&c"}, {"name": "n", "value": 1}]}}`),
			"GET /a: GET http://h/a?q%20r=a%2Bb%26c&n=1#f\n  ? q%20r=a%2Bb%26c\n  ? n=1\n", ""},
		{"headers", entries(`{"request": {"url": "http://h/", "headers": [{"name": ":method", "value": "GET"}, {"name": "Host", "value": "h"}, {"name": "sec-ch-ua", "value": "x"}, {"name": "Accept-Encoding", "value": "gzip"}, {"name": "X-A", "value": " 1 ", "comment": "why"}, {"name": "Cookie", "value": "a=1"}, {"name": "cookie", "value": "b=2"}]}}`),
			"GET /: GET http://h/\n  X-A: 1 (why)\n  Cookie: a=1; b=2\n",
			": headers accept-encoding, host, sec-ch-ua: left out: whoever sends a request makes them\n: header Cookie: have values that look like secrets, and they stand in the collection: make them variables of type secret\n"},
		{"host of its own", entries(`{"request": {"url": "http://127.0.0.1/", "headers": [{"name": "Host", "value": "h.test"}]}}`), "GET /: GET http://127.0.0.1/\n  Host: h.test\n", ""},
		{"cookies without a header", entries(`{"request": {"url": "http://h/", "headers": null, "cookies": [{"name": "a", "value": "{{x}}"}, {"name": "b", "value": ""}]}}`),
			"GET /: GET http://h/\n  Cookie: a={{x}}; b=\n", "GET /: header Cookie: {{x}} was a text, and is a placeholder now\n"},
		{"urlencoded", entries(`{"request": {` + form + `, "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "a=1+2&b=%C3%A9&c=", "params": [{"name": "a", "value": "1+2"}]}}}`),
			"POST /f: POST http://h/f\n  body urlencoded\n    a=1 2\n    b=é\n    c=\n", ""},
		{"urlencoded, params", entries(`{"request": {` + form + `, "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1+2", "comment": "c"}]}}}`),
			"POST /f: POST http://h/f\n  body urlencoded\n    a=1+2 (c)\n", ""},
		{"urlencoded, no fields", entries(`{"request": {` + form + `, "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "abc&d=%zz"}}}`),
			"POST /f: POST http://h/f\n  Content-Type: application/x-www-form-urlencoded\n  body raw \"abc&d=%zz\"\n", ""},
		{"multipart", entries(`{"request": {"method": "POST", "url": "http://h/m", "headers": [{"name": "content-type", "value": "multipart/form-data; boundary=B"}], "postData": {"mimeType": "multipart/form-data; boundary=B", "text": "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n\r\n--B--\r\n"}}}`),
			"POST /m: POST http://h/m\n  body formdata\n    a=1\r\n2\n    f=@x.png;image/png\n", "POST /m: field f: is the file x.png, which the archive only names: put it where the collection finds it\n"},
		{"multipart, params", entries(`{"request": {"method": "POST", "url": "http://h/m", "postData": {"mimeType": "multipart/form-data", "params": [{"name": "a", "value": "1"}, {"name": "f", "fileName": "x.png", "contentType": "image/png"}]}}}`),
			"POST /m: POST http://h/m\n  body formdata\n    a=1\n    f=@x.png;image/png\n", "POST /m: field f: is the file x.png"},
		{"multipart, broken", entries(`{"request": {"method": "POST", "url": "http://h/m", "postData": {"mimeType": "multipart/form-data; boundary=B", "text": "--B\r\nno"}}}`),
			"POST /m: POST http://h/m\n  Content-Type: multipart/form-data; boundary=B\n  body raw \"--B\\r\\nno\"\n", "POST /m: body: is kept as text: its parts cannot be told apart\n"},
		{"json", entries(`{"request": {"method": "PUT", "url": "http://h/j", "postData": {"mimeType": "application/json;charset=UTF-8", "text": "{\"a\": \"<<b>>\"}"}}}`),
			"PUT /j: PUT http://h/j\n  Content-Type: application/json;charset=UTF-8\n  body raw json \"{\\\"a\\\": \\\"<<b>>\\\"}\"\n", "PUT /j: body: {{b}} was a text, and is a placeholder now\n"},
		{"base64 body", entries(`{"request": {"method": "PUT", "url": "http://h/j", "postData": {"mimeType": "text/plain", "encoding": "base64", "text": "w6k="}}}`),
			"PUT /j: PUT http://h/j\n  Content-Type: text/plain\n  body raw text \"é\"\n", ""},
		{"binary body", entries(`{"request": {"method": "PUT", "url": "http://h/j", "postData": {"mimeType": "image/png", "encoding": "base64", "text": "/w=="}}}`),
			"PUT /j: PUT http://h/j\n  Content-Type: image/png\n  body file /w==\n", "PUT /j: body: is no text: it is kept in base64, as the content of a file\n"},
		{"body of a GET", entries(`{"request": {"url": "http://h/j", "postData": {"mimeType": "text/plain", "text": "x"}}}`),
			"GET /j: GET http://h/j\n  Content-Type: text/plain\n  body raw text \"x\"\n  {\"disableBodyPruning\":true}\n", ""},
		{"body that is missing", entries(`{"request": {"method": "POST", "url": "http://h/j", "headers": [{"name": "Content-Length", "value": "17"}]}}`),
			"POST /j: POST http://h/j\n", "POST /j: body: is not in the archive, though one of 17 bytes was sent\n"},
		{"segments that look like path variables", entries(`{"request": {"url": "http://h/v1/:batch/a:b"}}`), "GET /v1/:batch/a:b: GET http://h/v1/:batch/a:b\n  : batch=:batch\n", ""},
		{"answer", entries(`{"time": 12.5, "request": {"url": "http://h/"}, "response": {"status": 200, "statusText": "", "headers": [{"name": ":status", "value": "200"}, {"name": "Content-Type", "value": "text/html"}], "content": {"mimeType": "text/html; charset=utf-8", "text": "PGI+", "encoding": "base64"}}}`),
			"GET /: GET http://h/\n  example 200 OK: 200 \"<b>\"\n", ": times and timings: left out\n"},
		{"answer, binary", entries(`{"request": {"url": "http://h/"}, "response": {"status": "200", "statusText": "Fine", "content": {"mimeType": "image/png", "text": "/w==", "encoding": "base64"}}}`),
			"GET /: GET http://h/\n  example 200 Fine: 200 \"\"\n", "GET /: answer: its body is left out: it is no text\n"},
		{"answer, large", entries(`{"request": {"url": "http://h/"}, "response": {"status": 200, "content": {"text": "` + strings.Repeat("x", maxExample+1) + `"}}}`),
			"GET /: GET http://h/\n  example 200 OK: 200 \"\"\n", "GET /: answer: its body is left out: it is larger than 64 KiB\n"},
		{"no answer", entries(`{"request": {"url": "http://h/"}, "response": {"status": 0, "_error": "net::ERR_FAILED", "content": {}}}`), "GET /: GET http://h/\n", "GET /: answer: there was none: net::ERR_FAILED\n"},
		{"redirect", entries(`{"request": {"url": "http://h/"}, "response": {"status": 302, "redirectURL": "/b", "content": {}}}, {"request": {"url": "http://h/b"}}`),
			"GET /: GET http://h/\n  {\"followRedirects\":false}\n  example 302 Found: 302 \"\"\nGET /b: GET http://h/b\n", ""},
		{"hosts", entries(`{"request": {"url": "http://a/1"}}, {"request": {"url": "http://b:8080/2"}}, {"request": {"url": "http://a/1"}}`),
			"a/GET /1: GET http://a/1\na/GET /1: GET http://a/1\nb:8080/GET /2: GET http://b:8080/2\n", ""},
		{"pages", `{"log": {"entries": [{"pageref": "p1", "request": {"url": "http://a/1", "postData": {"mimeType": "x/y", "params": [{"name": "a"}]}}}, {"request": {"url": "http://b/2"}}, {"pageref": "p9", "request": {"url": "http://b/3"}}], "pages": [{"id": "p1", "title": "https://a/", "comment": "start"}]}}`,
			"https://a// about: start\nhttps://a//GET /1: GET http://a/1\n  {\"disableBodyPruning\":true}\nGET /2: GET http://b/2\np9/GET /3: GET http://b/3\n", "https://a//GET /1: body: left out: it has fields, but is no form\n"},
		{"other protocols", entries(`{"request": {"url": "wss://h/s"}}, {"request": {"url": "data:image/png;base64,AAAA"}}, {"request": {"method": "CONNECT", "url": "h:443"}}, {"request": {"url": "http://h/"}, "_webSocketMessages": [{"data": "x"}]}`),
			"GET /: GET http://h/\n", "GET /s: request: left out: a URL of wss is none over HTTP\n"},
		{"comments", entries(`{"comment": "List", "request": {"url": "http://h/", "comment": "all of them"}}, {"comment": "two\nlines", "request": {"url": "http://h/"}}`),
			"List: GET http://h/\n  about: all of them\nGET /: GET http://h/\n  about: two\nlines\n", ""},
		{"members of others", `{"_x": 1, "log": {"_y": [1, {"z": 2}], "entries": [{"request": {"url": "http://h/", "_z": {}}, "connection": 443, "cache": null, "timings": 1}], "browser": {}}, "b": null}`, "GET /: GET http://h/\n", ""},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			got, err := read(&convert.Input{Path: "x.har", Data: []byte(c.text)}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := formtest.Show(got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.HasPrefix(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"other JSON", `{"a": 1}`, `x.har: is no HTTP archive: it has no "log"` + "\nrecord or export it again"},
		{"no object", `[1]`, "x.har:1:1: is no HTTP archive: the file is no object\nrecord or export it again"},
		{"no log", `{"log": 1}`, "x.har:1:7: is no HTTP archive: log is no object\nrecord or export it again"},
		{"empty", entries(""), "x.har: holds no requests\nrecord it again while the network panel is open"},
		{"cut short", "{\"log\": {\n\"entries\": [{\"request\": {\"url\": \"h", "x.har:2:35: entry 1: ends in the middle\nrecord or export it again"},
		{"broken", "{\"log\": {\"entries\": [{\"request\": {\"url\": \"http://h\"}},\n {\"a\" 1}]}}", "x.har:2:7: entry 2: is not valid JSON: invalid character '1' after object key\nrecord or export it again"},
		{"no list", `{"log": {"entries": {}}}`, "x.har:1:19: entries: is no list\nrecord or export it again"},
		{"wrong kind", entries(`{"request": {"url": "http://h", "headers": {}}}`), "x.har:1:40: entry 1: request.headers is not what it should be: it is of the type object\nrecord or export it again"},
		{"no request", entries(`{"request": {"url": "http://h"}}, {}`), "x.har:1:72: entry 2: has no request\ntake it out of the archive, or record or export it again"},
		{"not text", "{\"log\": \n\"\xff\"}", "x.har:2:2: is not text in UTF-8\nrecord it again, or save it as UTF-8"},
		{"more behind it", entries(`{"request": {"url": "http://h"}}`) + "{}", "x.har:1:76: something follows the archive\nthere must be one JSON object in the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(&convert.Input{Path: "x.har", Data: []byte(c.text)}, &convert.Notes{})
			var e *convert.Error
			if !errors.As(err, &e) || e.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func strictly(data []byte, value any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(value)
}

// summary shows the requests of an archive.
func summary(t *testing.T, data []byte) string {
	t.Helper()
	var archive cdp.HAR
	if err := strictly(data, &archive); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range archive.Log.Entries {
		fmt.Fprintf(&b, "%s %s %s", e.Pageref, e.Request.Method, e.Request.URL)
		for _, q := range e.Request.QueryString {
			fmt.Fprintf(&b, " ?%s=%s", q.Name, q.Value)
		}
		for _, h := range e.Request.Headers {
			fmt.Fprintf(&b, " %s: %s", h.Name, h.Value)
		}
		for _, c := range e.Request.Cookies {
			fmt.Fprintf(&b, " cookie %s=%s", c.Name, c.Value)
		}
		if d := e.Request.PostData; d != nil {
			fmt.Fprintf(&b, " | %s %q", d.MimeType, d.Text)
			for _, p := range d.Params {
				fmt.Fprintf(&b, " %s=%s%s", p.Name, p.Value, p.FileName)
			}
		}
		fmt.Fprintf(&b, " | %d %s %s\n", e.Response.Status, e.Response.Content.Text, e.Response.RedirectURL)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	for _, c := range []struct{ name, item, want, notes string }{
		{"query and headers", `{"name": "r", "request": {"url": "http://h/a b?q=x y&p=a%2Bb&e", "header": [{"key": "X", "value": "{{word}}"}, {"key": "Y", "value": "1", "disabled": true}]}}`,
			" GET http://h/a%20b?q=x%20y&p=a%2Bb&e ?q=x y ?p=a+b ?e= X: w 1 | 0  \n", "r: header Y: left out: it is disabled\n"},
		{"values", `{"name": "r", "request": {"method": "POST", "url": "{{base}}/<<word>>?k={{word}}&s={{secret}}&u={{unknown}}&l={{loop}}", "body": {"mode": "raw", "raw": "{\"a\": \"{{word}}\"}", "options": {"raw": {"language": "json"}}}}}`,
			" POST https://b:8/x/w%201?k=w%201&s={{secret}}&u={{unknown}}&l={{loop}} ?k=w 1 ?s={{secret}} ?u={{unknown}} ?l={{loop}} Content-Type: application/json | application/json \"{\\\"a\\\": \\\"w 1\\\"}\" | 0  \n",
			": variable loop: has no value that may be written: {{loop}} stays where it stands\n: variable secret: "},
		{"cookies", `{"name": "r", "request": {"url": "http://h/", "header": [{"key": "cookie", "value": "a=1; b=2"}]}}`, " GET http://h/ cookie: a=1; b=2 cookie a=1 cookie b=2 | 0  \n", ": secret: a value that looks like a secret stands in the requests"},
		{"urlencoded", `{"name": "r", "request": {"method": "POST", "url": "http://h/", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "é {{word}}"}, {"key": "b", "value": "1", "disabled": true}]}}}`,
			" POST http://h/ Content-Type: application/x-www-form-urlencoded | application/x-www-form-urlencoded \"a=%C3%A9%20w%201\" a=é w 1 | 0  \n", "r: field b: left out: it is disabled\n"},
		{"multipart", `{"name": "r", "request": {"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text"}, {"key": "f", "type": "file", "src": ["x/y.png", "z"], "fileName": "n"}]}}}`,
			" POST http://h/ Content-Type: multipart/form-data | multipart/form-data \"\" a=1 f=x/y.png f=z | 0  \n", "r: field f: its file is sent with its own name, not as n\n"},
		{"file", `{"name": "r", "request": {"method": "POST", "url": "http://h/", "body": {"mode": "file", "file": {"src": "x"}}}}`,
			" POST http://h/ |  \"\" | 0  \n", "r: body: is the file x, which a comment names: an archive has the text of a body alone\n"},
		{"auth", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{word}}"}]}}}`,
			" GET http://h/ Authorization: Basic dTp3IDE= | 0  \n", "r: auth: basic: user and password stand in the header Authorization, where anyone can read them\n"},
		{"auth with a secret", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{secret}}"}]}}}`,
			" GET http://h/ | 0  \n", "r: auth: basic is left out: its user or password is a placeholder, which cannot be encoded\n"},
		{"digest", `{"name": "r", "request": {"url": "http://h/", "auth": {"type": "digest", "digest": []}}}`, " GET http://h/ | 0  \n", "r: auth: digest is left out: it is made anew for each request\n"},
		{"answers", `{"name": "r", "request": {"url": "http://h/"}, "response": [{"name": "a", "code": 302, "status": "Found", "header": [{"key": "location", "value": "/b"}], "body": "é"}, {"name": "b"}]}`,
			" GET http://h/ | 302 é /b\n", "r: saved answers: all but the first are left out (1): a request of an archive has one\n"},
		{"folders", `{"name": "A", "description": "d", "item": [{"name": "B", "item": [{"name": "r", "request": "http://h/1"}]}, {"name": "C", "item": []}]}, {"name": "s", "protocolProfileBehavior": {"strictSSL": false}, "event": [{"listen": "test", "script": {"exec": "1"}}], "request": "http://h/2"}`,
			"page_1 GET http://h/1 | 0  \n GET http://h/2 | 0  \n",
			"A/B: folder: is a page whose title is the path: pages have no others in them\ns: protocolProfileBehavior strictSSL: left out\ns: event test: left out: an archive has no scripts\nA: folder: its description is left out: it has no requests of its own\nA/C: folder: left out: it has no requests\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			o := convert.Options{Scopes: &vars.Scopes{}}
			o.Scopes.Set(vars.Environment, vars.Variable{Name: "word", Value: "w {{one}}"})
			o.Scopes.Set(vars.Globals, vars.Variable{Name: "one", Value: "1"})
			o.Scopes.Set(vars.Environment, vars.Variable{Name: "secret", Value: "hidden", Secret: true})
			o.Scopes.Set(vars.Environment, vars.Variable{Name: "base", Value: "https://b:8/x"})
			o.Scopes.Set(vars.Environment, vars.Variable{Name: "loop", Value: "{{loop}}"})
			made := formtest.Parse(t, `{"info": {"name": "t"}, "item": [`+c.item+`]}`)
			files, err := write(made, o, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(t, files[0].Data); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := formtest.Notes(&notes); !strings.HasPrefix(got, c.notes) || c.notes == "" && got != "" {
				t.Errorf("notes\n%s\nwant\n%s", got, c.notes)
			}
		})
	}
}

// TestSecrets: values of secrets are only written when they are asked for.
func TestSecrets(t *testing.T) {
	c := formtest.Parse(t, `{"info": {"name": "t"}, "item": [{"name": "r", "request": {"url": "http://h/", "header": [{"key": "X-Token", "value": "literal-secret"}, {"key": "A", "value": "{{t}} {{password}} {{through}} {{api-key}}"}]}}]}`)
	for _, with := range []bool{false, true} {
		o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: with}
		o.Scopes.Set(vars.Environment, vars.Variable{Name: "t", Value: "hidden-value", Secret: true})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "password", Value: "hidden-value"})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "through", Value: "x{{t}}"})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "api-key", Value: "hidden-value{{none}}"})
		var notes convert.Notes
		files, err := write(c, o, &notes)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(files[0].Data), "hidden-value"); with && n != 4 || !with && n != 0 {
			t.Errorf("with secrets %v: the values stand there %d times:\n%s", with, n, files[0].Data)
		}
		if !strings.Contains(formtest.Notes(&notes), "a value that looks like a secret stands in the requests") {
			t.Errorf("no note about the literal secret: %s", formtest.Notes(&notes))
		}
	}
}

// TestWire: what is read back of an archive sends the same bytes as the collection of
// which it was made.
func TestWire(t *testing.T) {
	server := filewire.NewRecorder(t)
	dir := filewire.Files(t)
	for _, c := range filewire.Cases("digest") {
		t.Run(c.Name, func(t *testing.T) {
			made := c.Collection(t, server.URL)
			filewire.Send(t, made, dir)
			want := server.Take()
			o := convert.Options{Scopes: &vars.Scopes{}, WithSecrets: true}
			for _, v := range made.Variables() {
				o.Scopes.Set(vars.Collection, vars.Variable{Name: v.Key, Value: v.Value})
			}
			files, err := write(made, o, &convert.Notes{})
			if err != nil {
				t.Fatal(err)
			}
			back, err := read(&convert.Input{Path: "x.har", Data: files[0].Data}, &convert.Notes{})
			if err != nil {
				t.Fatal(err)
			}
			filewire.Send(t, back, dir)
			if got := server.Take(); got != want || want == "" {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, files[0].Data)
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		path, text string
		want       bool
	}{
		{"a.json", "\ufeff { \"log\" : {\"version\": \"1.2\", \"entries\": []}}", true},
		{"a.har", `{"x": 1}`, true},
		{"a.json", `{"log": {"level": "debug"}}`, false},
		{"a.json", `{"info": {}, "item": [{"log": {"entries": []}}]}`, false},
	} {
		if got := detect(&convert.Input{Path: c.path, Data: []byte(c.text)}); got != c.want {
			t.Errorf("%s: %v", c.text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		if len(c.text) < 4<<10 {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "x.har", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		first, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil {
			t.Fatal(err)
		}
		second, err := write(c, convert.Options{}, &convert.Notes{})
		if err != nil || string(first[0].Data) != string(second[0].Data) {
			t.Fatalf("two conversions differ: %v", err)
		}
		if _, err := read(&convert.Input{Path: "y.har", Data: first[0].Data}, &convert.Notes{}); err != nil && len(first[0].Data) > 0 && c.Items != nil {
			t.Errorf("what was written is not read: %v", err)
		}
	})
}
