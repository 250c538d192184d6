package bruno

import (
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

// request wraps the JSON of a request r with its other members.
func request(text, more string) string {
	return `{"info": {"name": "t"}, "item": [{"name": "r", "request": ` + text + more + `}]}`
}

// blocksOf gives a file's blocks but for those that every request has.
func blocksOf(files []convert.File, name string) string {
	for _, f := range files {
		if f.Name == name {
			var kept []string
			for _, b := range strings.Split(string(f.Data), "\n\n") {
				if !strings.HasPrefix(b, "meta ") && strings.TrimSpace(b) != "settings {\n  encodeUrl: false\n  forwardAuthorizationHeader: false\n}" {
					kept = append(kept, strings.TrimSpace(b))
				}
			}
			return strings.Join(kept, "\n")
		}
	}
	return "no file " + name
}

func TestWrite(t *testing.T) {
	for _, c := range []struct{ name, file, collection, want, notes string }{
		{"disabled and described", "r.bru", request(`{"method": "GET", "url": {"raw": "http://h/?a=1&b=2", "protocol": "http", "host": ["h"], "path": [""], "query": [{"key": "a", "value": "1", "description": "it's a"}, {"key": "b", "value": "2", "disabled": true}]},
			"header": [{"key": "X-A", "value": "1", "description": "one"}, {"key": "X B", "value": "2", "disabled": true}]}`, ""),
			"get {\n  url: http://h/?a=1\n  body: none\n  auth: none\n}\nparams:query {\n  @description(\"it's a\")\n  a: 1\n  ~b: 2\n}\nheaders {\n  @description('one')\n  X-A: 1\n  ~\"X B\": 2\n}", ""},
		{"hard pairs", "r.bru", request(`{"method": "POST", "url": "http://h/", "body": {"mode": "formdata", "formdata": [{"key": "a:\"b\" {c}", "value": "one\ntwo"}, {"key": "q", "value": "'''x'''"}, {"key": "b", "value": " b "}, {"key": "~t", "value": "1"}]}}`, ""),
			"post {\n  url: http://h/\n  body: multipartForm\n  auth: none\n}\nbody:multipart-form {\n  \"a:\\\"b\\\" {c}\": '''\n    one\n    two\n  '''\n  q: ''x''\n  b: b\n  \"~t\": 1\n}",
			"r: field q: its three quotes have no place there, and become two\nr: field b: the blanks around its value are left out\nr: field ~t: a name that begins with ~ is switched off there\n"},
		{"blanks in a form", "r.bru", request(`{"method": "POST", "url": "http://h/", "body": {"mode": "urlencoded", "urlencoded": [{"key": "b", "value": " b "}]}}`, ""),
			"post {\n  url: http://h/\n  body: text\n  auth: none\n}\nheaders {\n  Content-Type: application/x-www-form-urlencoded\n}\nbody:text {\n  b=%20b%20\n}", "r: body: is written as text, as a .bru file has no place for its fields\n"},
		{"JSON of a kind", "r.bru", request(`{"method": "POST", "url": "http://h/", "header": [{"key": "content-type", "value": "application/json"}], "body": {"mode": "raw", "raw": "{'a': 1}"}}`, ""),
			"post {\n  url: http://h/\n  body: text\n  auth: none\n}\nheaders {\n  content-type: application/json\n}\nbody:text {\n  {'a': 1}\n}", ""},
		{"bracket at a line's start", "r.bru", request(`{"method": "POST", "url": "http://h/", "body": {"mode": "raw", "raw": "\n{\n}\n", "options": {"raw": {"language": "json"}}}}`, ""),
			"post {\n  url: http://h/\n  body: json\n  auth: none\n}\nbody:json {\n  \n  {\n  }\n  \n}", ""},
		{"line ends with placeholders", "r.bru", request(`{"method": "POST", "url": "http://h/", "header": [{"key": "Content-Type", "value": "text/plain"}], "body": {"mode": "raw", "raw": "{{a}}\r\nb"}}`, ""),
			"post {\n  url: http://h/\n  body: text\n  auth: none\n}\nheaders {\n  Content-Type: text/plain\n}\nbody:text {\n  {{a}}\n  b\n}", "r: body: its line ends CR LF become LF\n"},
		{"graphql with a name", "r.bru", request(`{"method": "POST", "url": "http://h/", "body": {"mode": "graphql", "graphql": {"query": "{a}", "operationName": "n"}}}`, ""),
			"post {\n  url: http://h/\n  body: json\n  auth: none\n}\nbody:json {\n  {\"query\":\"{a}\",\"operationName\":\"n\"}\n}", ""},
		{"basic", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "basic", "basic": [{"key": "username", "value": "{{u}}"}, {"key": "password", "value": "password-1"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: basic\n}\nauth:basic {\n  username: {{u}}\n  password: password-1\n}", ": secret: "},
		{"digest", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "digest", "digest": [{"key": "username", "value": "{{u}}"}, {"key": "password", "value": "{{p}}"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: digest\n}\nauth:digest {\n  username: {{u}}\n  password: {{p}}\n}", "r: auth: Bruno's command fills in no placeholders of digest"},
		{"awsv4", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "awsv4", "awsv4": [{"key": "accessKey", "value": "{{i}}"}, {"key": "secretKey", "value": "{{k}}"}, {"key": "region", "value": "r"}, {"key": "service", "value": "s"}, {"key": "addAuthDataToQuery", "value": "true"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: awsv4\n}\nauth:awsv4 {\n  accessKeyId: {{i}}\n  secretAccessKey: {{k}}\n  sessionToken:\n  service: s\n  region: r\n}", "r: auth addAuthDataToQuery: left out\n"},
		{"oauth2 with a token", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "{{t}}"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: bearer\n}\nauth:bearer {\n  token: {{t}}\n}", ""},
		{"oauth2 with a prefix", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "{{t}}"}, {"key": "headerPrefix", "value": "Token"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}\nheaders {\n  Authorization: Token {{t}}\n}", ""},
		{"oauth2, a grant", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "oauth2", "oauth2": [{"key": "grant_type", "value": "password_credentials"}, {"key": "accessTokenUrl", "value": "http://h/t"}, {"key": "username", "value": "{{u}}"}, {"key": "client_authentication", "value": "header"}, {"key": "addTokenTo", "value": "queryParams"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: oauth2\n}\nauth:oauth2 {\n  grant_type: password\n  callback_url:\n  authorization_url:\n  access_token_url: http://h/t\n  refresh_token_url:\n  username: {{u}}\n  password:\n  client_id:\n  client_secret:\n  scope:\n  state:\n  credentials_placement: basic_auth_header\n  token_placement: url\n  token_header_prefix:\n}", ""},
		{"hawk", "r.bru", request(`{"method": "GET", "url": "http://h/", "auth": {"type": "hawk", "hawk": [{"key": "authId", "value": "a"}]}}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}", "r: auth: hawk is left out: Bruno does not know it\n"},
		{"inherited", "r.bru", `{"info": {"name": "t"}, "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{t}}"}]}, "item": [{"name": "r", "request": "http://h/"}]}`,
			"get {\n  url: http://h/\n  body: none\n  auth: inherit\n}", ""},
		{"collection", "collection.bru", `{"info": {"name": "t", "description": "say"}, "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{t}}"}]}, "event": [{"listen": "prerequest", "script": {"exec": ["pm.environment.set('a', 1);"]}}], "variable": [{"key": "off", "value": "1", "disabled": true}], "item": [{"name": "r", "request": "http://h/"}]}`,
			"auth {\n  mode: bearer\n}\nauth:bearer {\n  token: {{t}}\n}\nvars:pre-request {\n  ~off: 1\n}\nscript:pre-request {\n  bru.setEnvVar('a', 1);\n}\ndocs {\n  say\n}", ""},
		{"folder", "f/folder.bru", `{"info": {"name": "t"}, "item": [{"name": "f", "description": "say", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "{{v}}"}]}, "item": [{"name": "r", "request": "http://h/"}]}]}`,
			"auth {\n  mode: apikey\n}\nauth:apikey {\n  key: k\n  value: {{v}}\n  placement: header\n}\ndocs {\n  say\n}", ""},
		{"key in the query of a folder", "f/r.bru", `{"info": {"name": "t"}, "item": [{"name": "f", "auth": {"type": "apikey", "apikey": [{"key": "key", "value": "k"}, {"key": "value", "value": "{{v}}"}, {"key": "in", "value": "query"}]}, "item": [{"name": "r", "request": "http://h/"}]}]}`,
			"get {\n  url: http://h/?k={{v}}\n  body: none\n  auth: none\n}\nparams:query {\n  k: {{v}}\n}", ""},
		{"a script of Postman's own", "r.bru", request(`{"method": "GET", "url": "http://h/"}`, `, "event": [{"listen": "test", "script": {"exec": ["pm.sendRequest('http://h');", "}"]}}]`),
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}\ntests {\n  // Postman script:\n  // | pm.sendRequest('http://h');\n  // | }\n}", "r: event test: written as a comment\n"},
		{"redirects", "r.bru", request(`{"method": "GET", "url": "http://h/"}`, `, "protocolProfileBehavior": {"followRedirects": false, "maxRedirects": 3, "followAuthorizationHeader": true, "strictSSL": false}`),
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}\nsettings {\n  encodeUrl: false\n  followRedirects: false\n  maxRedirects: 3\n}", "r: protocolProfileBehavior strictSSL: left out\n"},
		{"header twice", "r.bru", request(`{"method": "GET", "url": "http://h/", "header": [{"key": "A", "value": "1"}, {"key": "a", "value": "2"}]}`, ""),
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}\nheaders {\n  A: 1\n  a: 2\n}", "r: header a: is there more than once, and Bruno sends the last one only\n"},
		{"order", "r.bru", `{"info": {"name": "t"}, "item": [{"name": "r", "request": "http://h/"}, {"name": "f", "item": []}]}`,
			"get {\n  url: http://h/\n  body: none\n  auth: none\n}", ": order: folders come before requests in Bruno\n"},
		{"dynamic", "r.bru", request(`{"method": "GET", "url": "http://h/{{$guid}}/{{$randomEmail}}/{{a b}}/{{a.b}}"}`, ""),
			"get {\n  url: http://h/{{$guid}}/{{$randomEmail}}/{{a_b}}/{{a.b}}\n  body: none\n  auth: none\n}", ": variable a b: is called a_b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes convert.Notes
			doc := formtest.Parse(t, c.collection)
			files, err := write(doc, convert.Options{}, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if got := blocksOf(files, c.file); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := formtest.Notes(&notes); got != c.notes && (c.notes == "" || !strings.HasPrefix(got, c.notes)) {
				t.Errorf("notes\n%s\nwant\n%s", got, c.notes)
			}
			for _, f := range files {
				if strings.HasSuffix(f.Name, ".bru") {
					if _, err := parseBru(string(f.Data)); err != nil {
						t.Errorf("%s: %v\n%s", f.Name, err, f.Data)
					}
				}
			}
		})
	}
}

// TestSecrets: values of secrets are only written when they are asked for.
func TestSecrets(t *testing.T) {
	c := formtest.Parse(t, `{"info": {"name": "t"}, "variable": [{"key": "api_token", "value": "hidden-value", "disabled": true}], "item": [{"name": "r", "request": {"url": "http://h/", "header": [{"key": "X-Token", "value": "literal-secret"}]}}]}`)
	for _, with := range []bool{false, true} {
		o := convert.Options{Scopes: &vars.Scopes{}, Environment: &collection.Environment{Name: "e"}, WithSecrets: with}
		o.Scopes.Set(vars.Environment, vars.Variable{Name: "t", Value: "hidden-value", Secret: true})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "t", Value: "hidden-value", Secret: true})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "password", Value: "hidden-value"})
		o.Scopes.Set(vars.Environment, vars.Variable{Name: "both", Value: "env"})
		o.Scopes.Set(vars.Collection, vars.Variable{Name: "both", Value: "own"})
		var notes convert.Notes
		files, err := write(c, o, &notes)
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, f := range files {
			all += f.Name + "\n" + string(f.Data)
		}
		if n := strings.Count(all, "hidden-value"); with && n != 4 || !with && n != 0 {
			t.Errorf("with secrets %v: the values stand there %d times:\n%s", with, n, all)
		}
		if !strings.Contains(all, "both: env") || !strings.Contains(all, "both: own") {
			t.Errorf("a variable of both is not in both:\n%s", all)
		}
		if !with && !strings.Contains(all, "vars:secret [\n  t\n]") {
			t.Errorf("the secret is not named:\n%s", all)
		}
		if !strings.Contains(formtest.Notes(&notes), "a value that looks like a secret stands in the requests") {
			t.Errorf("no note about the literal secret: %s", formtest.Notes(&notes))
		}
	}
}

func TestScripts(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"texts stay", "console.log('pm.test(' + \"pm.x\" + `pm.y ${pm.environment.get('a')} }`); // pm.z", "console.log('pm.test(' + \"pm.x\" + `pm.y ${bru.getEnvVar('a')} }`); // pm.z"},
		{"patterns stay", "const ok = /pm\\.test\\(['\"]/.test(a / b);\npm.expect(ok).to.be.true;", "const ok = /pm\\.test\\(['\"]/.test(a / b);\nexpect(ok).to.be.true;"},
		{"one after the other", "pm.expect(pm.response.code).to.eql(pm.response.responseTime);", "expect(res.getStatus()).to.eql(res.getResponseTime());"},
		{"own names", "const data = pm.response.json();\npm.expect(data.a).to.eql(1);", "const data = res.getBody();\nexpect(data.a).to.eql(1);"},
		{"Postman's names", "tests['a'] = true;", ""},
		{"data of the iteration", "pm.expect(data.a).to.eql(1);", ""},
		{"unknown", "pm.cookies.get('a');", ""},
		{"in a template", "`${pm.cookies.get('a')}`", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, exact := toBruno([]string{c.source})
			if !exact {
				if c.want != "" || !strings.HasPrefix(got, scriptMark) {
					t.Fatalf("got a comment: %s", got)
				}
				back, ok := fromBruno(got)
				if text := strings.Join(back, "\n"); !ok || text != c.source {
					t.Errorf("it came back as %q", text)
				}
				return
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			back, ok := fromBruno(got)
			if text := strings.Join(back, "\n"); !ok || text != c.source {
				t.Errorf("it came back as\n%s", text)
			}
		})
	}
}
