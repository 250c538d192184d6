package hoppscotch

import (
	"errors"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/formtest"
	"github.com/pmrun/pmrun/collection/vars"
)

// requests wraps requests into a collection.
func requests(list string) string {
	return `{"v": 2, "name": "t", "folders": [], "requests": [` + list + `]}`
}

type readCase struct{ name, text, want, notes string }

func readCases() []readCase {
	return []readCase{
		{"request", requests(`{"v": "1", "name": "r", "method": "get", "endpoint": "https://<<host>>/a/:x?q=1", "params": [{"key": "a", "value": "<<b>> + c", "active": true, "description": "d"}, {"key": "e", "value": "", "active": false}, {"key": "", "value": "z", "active": true}], "headers": [{"key": "X-<<h>>", "value": "<< v >>", "active": true}, {"key": "Y", "value": "1", "active": false, "description": "why"}], "auth": {"authType": "none", "authActive": true}, "body": {"contentType": null, "body": null}, "preRequestScript": "", "testScript": "", "description": "says"}`),
			"r: GET https://{{host}}/a/:x?q=1&a={{b}} %2B c\n  ? q=1\n  ? a={{b}} %2B c (d)\n  ? e= off\n  : x=:x\n  X-{{h}}: {{v}}\n  Y: 1 off (why)\n  about: says\n", ""},
		{"version 0", `[{"name": "old", "folders": [], "requests": [{"name": "r", "method": "POST", "url": "https://h", "path": "/a", "params": [], "headers": [], "contentType": "application/json", "rawParams": "{\"a\": <<b>>}", "auth": "Basic Auth", "body": ""}]}]`,
			"r: POST https://h/a\n  body raw json \"{\\\"a\\\": {{b}}}\"\n", ""},
		{"folders", `{"v": 10, "name": "t", "description": "about t", "auth": {"authType": "bearer", "token": "<<t>>", "authActive": true}, "headers": [{"key": "X-C", "value": "c", "active": true}, {"key": "X-O", "value": "outer", "active": true}], "variables": [{"key": "a", "initialValue": "1", "currentValue": "2", "secret": false}, {"key": "p", "initialValue": "3", "currentValue": "", "secret": true}],
			"folders": [{"v": 10, "name": "F", "description": "in F", "folders": [{"name": "E", "folders": [], "requests": []}], "auth": {"authType": "inherit", "authActive": true}, "headers": [{"key": "x-o", "value": "inner", "active": true}], "variables": [{"key": "a", "initialValue": "9"}, {"key": "f", "initialValue": "<<a>>"}], "preRequestScript": "pm.environment.set('x', 1)",
				"requests": [{"name": "in", "method": "GET", "endpoint": "http://h", "headers": [{"key": "x-c", "value": "own", "active": true}], "auth": {"authType": "inherit", "authActive": true}}, {"name": "none", "method": "GET", "endpoint": "http://h", "auth": {"authType": "none", "authActive": true}}]}],
			"requests": [{"name": "top", "method": "GET", "endpoint": "http://h"}]}`,
			"variable a=2 \nvariable p=3 secret\nvariable f={{a}} \nF/ about: in F\nF/in: GET http://h\n  x-c: own\n  x-o: inner\n  auth bearer (collection) token={{t}}\n  prerequest: pm.environment.set('x', 1)\nF/none: GET http://h\n  X-C: c\n  x-o: inner\n  prerequest: pm.environment.set('x', 1)\ntop: GET http://h\n  X-C: c\n  X-O: outer\n  auth bearer (collection) token={{t}}\n",
			": headers: are written to each request in it: Postman's folders have none\nF: variables: are those of the collection: Postman's folders have none\nF: variable a: left out: there is another one of that name\n"},
		{"bodies", requests(`{"name": "json", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/json", "body": "{\"a\": \"<<b>>\"}"}},
			{"name": "own type", "method": "POST", "endpoint": "http://h", "headers": [{"key": "content-type", "value": "x/y", "active": true}], "body": {"contentType": "application/ld+json", "body": "1"}},
			{"name": "ld", "method": "GET", "endpoint": "http://h", "body": {"contentType": "application/ld+json", "body": "1"}},
			{"name": "parts", "method": "POST", "endpoint": "http://h", "body": {"contentType": "multipart/form-data", "body": [{"key": "a", "value": "<<b>>", "active": true, "isFile": false, "contentType": "text/css"}, {"key": "f", "value": [{}], "active": true, "isFile": true}, {"key": "o", "value": "1", "active": false, "isFile": false}]}},
			{"name": "lines", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/x-www-form-urlencoded", "body": "a: <<b>>\n# c: d: e\n\n\"x: y\": \" z \"\nalone"}},
			{"name": "encoded", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/x-www-form-urlencoded", "body": "a=1+2&b=%C3%A9"}},
			{"name": "file", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/octet-stream", "body": null}},
			{"name": "empty", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/json", "body": ""}},
			{"name": "odd", "method": "POST", "endpoint": "http://h", "body": {"contentType": "application/json", "body": {"a": 1}}}`),
			"json: POST http://h\n  body raw json \"{\\\"a\\\": \\\"{{b}}\\\"}\"\nown type: POST http://h\n  content-type: x/y\n  body raw \"1\"\nld: GET http://h\n  Content-Type: application/ld+json\n  body raw \"1\"\n  {\"disableBodyPruning\":true}\nparts: POST http://h\n  body formdata\n    a={{b}};text/css\n    f=@\n    o=1 off\nlines: POST http://h\n  body urlencoded\n    a={{b}}\n    c=d: e off\n    x: y= z \n    alone=\nencoded: POST http://h\n  body urlencoded\n    a=1 2\n    b=é\nfile: POST http://h\n  Content-Type: application/octet-stream\n  body file \nempty: POST http://h\nodd: POST http://h\n",
			"parts: field f: is a file, which the export does not name: choose it in the request\nfile: body: is a file, which the export does not name: choose it in the request\nodd: body: left out: it is no text\n"},
		{"auth", requests(`{"name": "basic", "endpoint": "h", "auth": {"authType": "basic", "authActive": true, "username": "u", "password": "<<p>>"}},
			{"name": "off", "endpoint": "h", "auth": {"authType": "basic", "authActive": false, "username": "u"}},
			{"name": "key", "endpoint": "h", "auth": {"authType": "api-key", "authActive": true, "key": "k", "value": "v", "addTo": "QUERY_PARAMS"}},
			{"name": "key of old", "endpoint": "h", "auth": {"authType": "api-key", "authActive": true, "key": "k", "value": "v", "addTo": "Headers"}},
			{"name": "code", "endpoint": "h", "auth": {"authType": "oauth-2", "authActive": true, "addTo": "HEADERS", "grantTypeInfo": {"grantType": "AUTHORIZATION_CODE", "authEndpoint": "a", "tokenEndpoint": "t", "clientID": "i", "clientSecret": "s", "scopes": "x y", "token": "", "isPKCE": true, "codeVerifierMethod": "S256", "tokenRequestParams": []}}},
			{"name": "client", "endpoint": "h", "auth": {"authType": "oauth-2", "authActive": true, "addTo": "QUERY_PARAMS", "grantTypeInfo": {"grantType": "CLIENT_CREDENTIALS", "authEndpoint": "t", "clientID": "i", "token": "z", "clientAuthentication": "IN_BODY"}}},
			{"name": "aws", "endpoint": "h", "auth": {"authType": "aws-signature", "authActive": true, "accessKey": "a", "secretKey": "s", "region": "r", "serviceName": "x", "addTo": "QUERY_PARAMS", "profileName": "", "credentialMode": "manual"}},
			{"name": "digest", "endpoint": "h", "auth": {"authType": "digest", "authActive": true, "username": "u", "password": "p", "nc": "1", "disableRetry": false}},
			{"name": "hawk", "endpoint": "h", "auth": {"authType": "hawk", "authActive": true, "authId": "i", "authKey": "k", "algorithm": "sha256", "ext": "e"}},
			{"name": "jwt", "endpoint": "h", "auth": {"authType": "jwt", "authActive": true, "secret": "s", "algorithm": "HS256", "payload": "{}", "addTo": "QUERY_PARAMS", "headerPrefix": "Bearer ", "paramName": "t", "jwtHeaders": "{}"}},
			{"name": "other", "endpoint": "h", "auth": {"authType": "asap", "authActive": true}}`),
			"basic: GET h\n  auth basic (request) username=u password={{p}}\noff: GET h\nkey: GET h\n  auth apikey (request) key=k value=v in=query\nkey of old: GET h\n  auth apikey (request) key=k value=v in=header\ncode: GET h\n  auth oauth2 (request) grant_type=authorization_code_with_pkce authUrl=a accessTokenUrl=t clientId=i clientSecret=s scope=x y addTokenTo=header\nclient: GET h\n  auth oauth2 (request) accessToken=z grant_type=client_credentials accessTokenUrl=t clientId=i client_authentication=body addTokenTo=queryParams\naws: GET h\n  auth awsv4 (request) accessKey=a secretKey=s region=r service=x addAuthDataToQuery=true\ndigest: GET h\n  auth digest (request) username=u password=p nonceCount=1 disableRetryRequest=false\nhawk: GET h\n  auth hawk (request) authId=i authKey=k algorithm=sha256 extraData=e\njwt: GET h\n  auth jwt (request) secret=s algorithm=HS256 payload={} addTokenTo=queryParam headerPrefix=Bearer queryParamKey=t headers={}\nother: GET h\n",
			"off: auth: basic is left out: it is disabled\ncode: auth oauth-2: codeVerifierMethod is left out\naws: auth aws-signature: credentialMode is left out\nother: auth: asap is left out: Postman does not know it\n"},
		{"scripts", requests(`{"name": "r", "endpoint": "http://h", "preRequestScript": "pw.env.set(\"a\", \"b\")\n\nlet x;", "testScript": "pm.test('a', () => {});\r\npm.expect(1)"}`),
			"r: GET http://h\n  prerequest: // pw.env.set(\"a\", \"b\")|//|// let x;\n  test: pm.test('a', () => {});|pm.expect(1)\n", "r: event prerequest: written as a comment: it calls Hoppscotch's own names\n"},
		{"request variables", requests(`{"name": "one", "endpoint": "http://h/<<id>>/<<same>>", "requestVariables": [{"key": "id", "value": "1", "active": true}, {"key": "same", "value": "s", "active": true}, {"key": "off", "value": "1", "active": false}]},
			{"name": "two", "endpoint": "http://h/<<id>>", "preRequestScript": "x()", "requestVariables": [{"key": "id", "value": "<<same>>", "active": true}, {"key": "same", "value": "s", "active": true}]}`),
			"variable same=s \none: GET http://h/{{id}}/{{same}}\n  prerequest: pm.variables.set(\"id\", \"1\");\ntwo: GET http://h/{{id}}\n  prerequest: pm.variables.set(\"id\", \"{{same}}\");|x()\n",
			"one: request variable off: left out: it is disabled\none: request variable id: is set by a script before the request: others have other values\none: request variable same: is one of the collection\n"},
		{"texts", requests(`{"name": "r", "endpoint": "http://h/{{x}}/<<$guid>>/<<$none>>/<<a b>>/<<>>/<<a\n>>"}`),
			"r: GET http://h/{{x}}/{{$guid}}/{{$none}}/{{a b}}/<<>>/<<a\n>>\n", "r: {{x}}: was a text, and is a placeholder now\nr: variable $none: is not known to Postman: give it a value\n"},
		{"answers", requests(`{"name": "r", "endpoint": "http://h", "responses": {"good": {"name": "good", "status": "OK", "code": 200, "headers": [{"key": "A", "value": "b"}], "body": "{}", "originalRequest": {"v": "1", "name": "x", "method": "GET", "endpoint": "http://h/<<a>>"}}}}`),
			"r: GET http://h\n  example good: 200 \"{}\"\n", ""},
		{"GraphQL", requests(`{"v": 2, "name": "q", "url": "http://h/<<g>>", "headers": [{"key": "A", "value": "b", "active": true}], "query": "{ a }", "variables": "{\"x\": \"<<y>>\"}", "auth": {"authType": "none", "authActive": true}}`),
			"q: POST http://h/{{g}}\n  A: b\n  body graphql \"{ a }\" \"{\\\"x\\\": \\\"{{y}}\\\"}\" \"\"\n", ""},
		{"several", `[{"v": 1, "name": "A", "folders": [], "requests": [{"name": "r", "endpoint": "http://h"}], "headers": [{"key": "X", "value": "1"}]}, {"v": 99, "name": "B", "folders": [], "requests": []}]`,
			"A/r: GET http://h\n  X: 1\n", ": version 99: is newer than 13, the newest that is known: compare the result\nA: headers: are written to each request in it: Postman's folders have none\n"},
	}
}

func TestRead(t *testing.T) {
	for _, c := range readCases() {
		t.Run(c.name, func(t *testing.T) {
			in := &convert.Input{Path: "x.json", Data: []byte(c.text)}
			if !detect(in) {
				t.Error("it is not detected")
			}
			var notes convert.Notes
			got, err := read(in, &notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := formtest.Show(got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if text := formtest.Notes(&notes); !strings.HasPrefix(text, c.notes) || c.notes == "" && text != "" {
				t.Errorf("notes\n%s\nwant\n%s", text, c.notes)
			}
			// Its placeholders are Postman's.
			if text := string(got.V21()); strings.Contains(text, "<<") && c.name != "texts" {
				t.Errorf("there is << in\n%s", text)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"environment", `{"v": 1, "id": "x", "name": "Dev", "variables": [{"key": "a", "value": "b", "secret": false}]}`, "x.json: is an environment of Hoppscotch, not a collection\nexport the collection"},
		{"environments", `[{"name": "Dev", "variables": []}]`, "x.json: [0]: is an environment of Hoppscotch, not a collection\nexport the collection"},
		{"nothing", `[]`, "x.json: holds no collection\nexport the collection from Hoppscotch again"},
		{"other JSON", `[{"name": "A", "folders": [], "requests": []}, {"name": "B"}]`, "x.json: [1]: is no collection of Hoppscotch: it has no lists of folders and requests\nexport the collection from Hoppscotch again"},
		{"no JSON", "{\"v\": 1,\n x}", "x.json:2:2: is not valid JSON: invalid character 'x' looking for beginning of object key string\nexport it again"},
		{"no folder", `{"name": "A", "folders": [{"name": "F", "folders": [1], "requests": []}], "requests": []}`, "x.json: F/folders[0]: is no folder\nexport the collection from Hoppscotch again"},
		{"no request", requests(`1`), "x.json: requests[0]: is no request\nexport the collection from Hoppscotch again"},
		{"too deep", `{"name": "A", "requests": [], "folders": [` + strings.Repeat(`{"folders": [`, 300) + strings.Repeat("]}", 300) + `]}`, "folders are nested more than 190 levels deep"},
		{"deeper", strings.Repeat("[", 20000), "is not valid JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(&convert.Input{Path: "x.json", Data: []byte(c.text)}, &convert.Notes{})
			var e *convert.Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		"\ufeff " + requests(""):                                                true,
		`[{"name": "Dev", "variables": []}]`:                                    true, // so that its error says what it is
		`{"id": "1", "name": "v1", "order": [], "folders": [], "requests": []}`: false,
		`{"info": {"name": "a"}, "item": [], "variable": []}`:                   false,
		`{"name": "e", "values": []}`:                                           false,
		`[1]`:                                                                   false,
		`[`:                                                                     false,
		`abc`:                                                                   false,
	} {
		if got := detect(&convert.Input{Path: "x.json", Data: []byte(text)}); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := read(&convert.Input{Path: "x", Data: []byte(text)}, &convert.Notes{})
		if err != nil {
			return
		}
		for item := range c.Requests() {
			if url := item.Request().URL.Raw; strings.Contains(strings.Join(vars.Placeholders(url), " "), "<<") {
				t.Errorf("a placeholder of Hoppscotch is left in %q", url)
			}
		}
		again, err := read(&convert.Input{Path: "x", Data: []byte(text)}, &convert.Notes{})
		if err != nil || string(again.V21()) != string(c.V21()) {
			t.Errorf("it is read in two ways: %v", err)
		}
	})
}
