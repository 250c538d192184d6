package contract_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

func TestNamed(t *testing.T) {
	if names := contract.Names(); !slices.Equal(names, []string{crm, "wolkvox-cases-query", "wolkvox-cases-update", "wolkvox-custom-insert-many", "wolkvox-custom-insert"}) {
		t.Fatalf("the built-in contracts are %v", names)
	}
	for _, name := range contract.Names() {
		c, err := contract.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name != name {
			t.Errorf("the contract in %s.yaml is named %q", name, c.Name)
		}
		if c.About == "" || c.Source == "" || c.Match == "" {
			t.Errorf("the contract %s does not say what it is, where it is from or which path it is for", name)
		}
	}
	c, err := contract.Named(crm)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"operation", "case-type", "responsible", "owner", "contact", "description", "status", "priority", "form", "solution", "file"}
	if !slices.Equal(c.FieldNames(), want) {
		t.Errorf("its fields are %v, want %v", c.FieldNames(), want)
	}
	for i, name := range want {
		if f, ok := c.Field(name); !ok || f.Required != (i < 8) {
			t.Errorf("field %s: required is %v", name, f.Required)
		}
	}
	if c.Method != "POST" || c.Body != "formdata" || c.Token.Header != "Wolkvox-Token" || c.Rate != "10/s" || c.Path != "/server/API/v2/cases/insert.php" {
		t.Errorf("the request is %s %s, %s, %s, %s", c.Method, c.Path, c.Body, c.Token.Header, c.Rate)
	}
}

func TestNamedFile(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.yaml")
	if err := os.WriteFile(own, []byte("name: own\nsuccess: status == 201\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := contract.Named(own); err != nil || c.Name != "own" || c.Success != "status == 201" {
		t.Errorf("got %+v, %v", c, err)
	}
	for ref, wants := range map[string][]string{
		"nothing":                       {`there is no contract "nothing"`, crm, "name a file", contract.None},
		"wolkvox-case-insert":           {`did you mean "` + crm + `"?`},
		"":                              {"there is no contract"},
		filepath.Join(dir, "none.yaml"): {"there is no contract", "none.yaml"},
		dir:                             {"cannot read the contract " + dir, "is a directory"},
		own + "/x":                      {"cannot read the contract", "not a directory"},
		"a\x00b":                        {"cannot read the contract", "invalid argument"},
	} {
		_, err := contract.Named(ref)
		if err == nil {
			t.Errorf("%q is a contract", ref)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %q does not say %q", ref, err, want)
			}
		}
	}
}

func TestFind(t *testing.T) {
	for path, want := range map[string]string{
		"/server/API/v2/cases/insert.php":       crm,
		"/server/API/v2/cases/insert":           crm,
		"/server/api/V2/Cases/Insert.PHP":       crm,
		"/server/API/v2/cases/insert.php/":      crm,
		"//server/API/v2/cases/insert.php":      crm,
		"/server/API/v3/cases/insert.php":       crm, // a wrong version: url-endpoint says so
		"":                                      "",
		"/":                                     "",
		"/server/API/v2/cases/insertAttach.php": "",
		"/server/API/v2/cases/queryCases.php":   "wolkvox-cases-query",
		"/server/API/v2/custom/insert.php":      "wolkvox-custom-insert",
		"/server/API/v2/custom/insertMany.php":  "wolkvox-custom-insert-many",
		"/server/API/v2/cases/update.php":       "wolkvox-cases-update",
		"/server/API/v2/cases/update.phpx":      "",
		"/server/API/v2/cases/insert.phpx":      "",
		"/server/API/v2/cases/insertXphp":       "",
		"/server/API/v2/cases/insert.php/more":  "",
		"/server/API/v2/showcases/insert":       "",
		"/posts":                                "",
	} {
		c, err := contract.Find(path)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if c != nil {
			got = c.Name
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", path, got, want)
		}
	}
}

// everyKey is a contract that uses every key.
const everyKey = `
name: own
about: makes a thing
source: the vendor's page
match: ^/things$
method: POST
path: /things
token: {header: X-Token, about: from the settings}
body: urlencoded
rate: 600/m
fields:
  - {name: account, required: true, operation: true, about: the account}
  - {name: kind, open: true, values: [{value: large, foreign: [grande]}]}
  - {name: extra, json: object}
  - {name: picture, file: true}
success: status == 201
refused: [status == 422]
retry: [status == 429]
code: json?.code
message: ['json?.message']
id: [json.id]
causes:
  - {when: status == 422, cause: field, mend: correct the row}
lookup:
  method: POST
  path: /things/search
  body: '{"where": {"{{field}}": "{{value}}"}, "account": "{{operation}}"}'
  field: title
  value: kind
  found: 'map(json.items, #.id)'
`

func TestParse(t *testing.T) {
	c, err := contract.Parse("own.yaml", []byte(everyKey))
	if err != nil {
		t.Fatal(err)
	}
	kind, ok := c.Field("kind")
	if !ok || !kind.Open || len(kind.Values) != 1 || kind.Values[0].Value != "large" || !slices.Equal(kind.Values[0].Foreign, []string{"grande"}) {
		t.Errorf("the field kind is %+v", kind)
	}
	if c.Lookup == nil || c.Lookup.Path != "/things/search" || c.Token.Header != "X-Token" || len(c.Causes) != 1 {
		t.Errorf("got %+v", c)
	}
	if _, ok := c.Field("none"); ok {
		t.Error("there is a field none")
	}
}

// parseMistakes are changes of a good contract and what the error has to say.
func parseMistakes() map[string][]string {
	const good = "name: own\nsuccess: status == 201\n"
	return map[string][]string{
		"":                   {"the contract own.yaml", "it is empty"},
		"# nothing\n":        {"it is empty"},
		"- name: own":        {"line 1", "this is a list"},
		"own":                {"line 1", `"own"`},
		"name: [own":         {"not valid YAML"},
		"name: own\n\tx: y":  {"line 2", "not valid YAML"},
		good + "---\na: b\n": {"second document"},

		good + "sucess: x":                                       {"line 3", `there is no key "sucess"`, `did you mean "success"?`},
		good + "success rule: x":                                 {"line 3", `there is no key "success rule"`},
		good + "xyz: 1\nfields: [{nam: a}]":                      {"line 3", `"xyz"`, "line 4", `there is no key "fields[0].nam"`, `did you mean "name"?`},
		good + "name: other":                                     {"line 3", "name is there twice, first in line 1"},
		good + "fields: kind":                                    {"line 3", `fields is "kind"; it should be a list`},
		good + "fields: [kind]":                                  {"line 3", `fields[0] is "kind"; it should be settings`},
		good + "refused: status == 422":                          {"line 3", "refused", "it should be a list"},
		good + "token: X-Token":                                  {"line 3", `token is "X-Token"; it should be settings`},
		good + "message:\n  a: b":                                {"line 4", "message is a group of settings; it should be a list"},
		good + "fields: [{name: a, required: perhaps}]":          {"line 3", `fields[0].required is "perhaps"; it should be true or false`},
		good + "fields: [{name: a, values: [large]}]":            {"line 3", `fields[0].values[0] is "large"`},
		good + "fields: [{name: a, values: [{value: [large]}]}]": {"line 3", "fields[0].values[0].value is a list; it should be text"},

		"success: status == 201":         {"name is empty"},
		"name: own":                      {"success is missing", "status == 201"},
		"name: own\nsuccess:":            {"success is missing"},
		"about: x":                       {"name is empty", "success is missing"},
		good + "match: '('":              {"match is not a regular expression", "missing closing )"},
		good + "rate: fast":              {"rate: ", `"fast"`, "10/s"},
		good + "rate: 0/s":               {"rate: ", "never send"},
		good + "body: json":              {`body is "json"`, "formdata, urlencoded or raw"},
		good + "method: post":            {`method is "post": write POST`},
		good + "path: things":            {`path is "things": it should begin with /`},
		good + "token: {header: 'A: b'}": {`token.header is "A: b"`},

		good + "retired-hosts: [{host: 'https://a', successor: b:1}, {}]": {`retired-hosts[0].host is "https://a": write the bare host`, `retired-hosts[0].successor is "b:1"`, `retired-hosts[1].host is ""`},

		good + "fields: [{required: true}]":                         {"fields[0].name is missing"},
		good + "fields: [{name: a}, {name: b}, {name: a}]":          {`field "a" is there twice`},
		good + "fields: [{name: a, json: array}]":                   {`field "a": json is "array": it should be object`},
		good + "fields: [{name: a, open: true}]":                    {`field "a": open says`},
		good + "fields: [{name: a, values: [{foreign: [grande]}]}]": {`field "a": values[0].value is empty`},

		"name: own\nsuccess: stat == 201":                      {"success: unknown name stat", "(1:1)"},
		"name: own\nsuccess: status ==":                        {"success: ", "(1:9)"},
		"name: own\nsuccess: status":                           {"success: ", "expected bool"},
		"name: own\nsuccess: status == \"201\"":                {"success: ", "mismatched types int and string"},
		"name: own\nsuccess: |\n  status == 201 &&\n  nothing": {"success: unknown name nothing", "(2:1)"},
		good + "refused: [status == 1, status = 2]":            {"refused[1]: ", "(1:"},
		good + "refused: ['']":                                 {"refused[0] is empty"},
		good + "retry: [sttus == 429]":                         {"retry[0]: unknown name sttus"},
		good + "retry: [body]":                                 {"retry[0]: ", "expected bool"},
		good + "code: json.":                                   {"code: "},
		good + "message: ['json?.msg', ' ']":                   {"message[1] is empty"},
		good + "message: [nowhere(json)]":                      {"message[0]: unknown name nowhere"},
		good + "id: [json.id +]":                               {"id[0]: "},
		good + "causes: [{cause: field}]":                      {"causes[0].when is empty"},
		good + "causes: [{when: status == 422}]":               {"causes[0].cause is empty"},
		good + "causes: [{when: a, cause: b}]":                 {"causes[0].when: unknown name a"},
		good + "code: x\nmessage: [y]\nid: [z]":                {"code: unknown name x", "message[0]: unknown name y", "id[0]: unknown name z"},

		good + "lookup: {}": {"lookup.path", "lookup.found is missing"},
		good + "lookup:\n  path: /x\n  found: map(json.items, #.id)":             {"lookup.found: "}, // the # begins a comment
		good + "lookup: {path: /x, found: nowhere}":                              {"lookup.found: unknown name nowhere"},
		good + "lookup: {path: x, found: json.ids}":                              {`lookup.path is "x": it should begin with /`},
		good + "lookup: {path: /x, found: json.ids, method: post}":               {`lookup.method is "post": write POST`},
		good + "lookup: {path: /x, found: json.ids, body: '{\"a\": {{value}}}'}": {"lookup.body is not JSON"},
	}
}

func TestParseMistakes(t *testing.T) {
	for text, wants := range parseMistakes() {
		c, err := contract.Parse("own.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q is taken as %+v", text, c)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %q does not say %q", text, err, want)
			}
		}
	}
}

// TestParseEnough: what is not required may be missing, and an empty lookup body too.
func TestParseEnough(t *testing.T) {
	for _, text := range []string{
		"name: own\nsuccess: status == 201",
		"name: own\nsuccess: json?.ok", // may be a yes or no, that is known only at run time
		"name: own\nsuccess: status == 201\nrefused: []\nlookup: {path: /x, found: json.ids}",
		everyKey,
	} {
		if _, err := contract.Parse("own.yaml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzParse checks that a contract that is accepted can judge anything.
func FuzzParse(f *testing.F) {
	f.Add(everyKey)
	builtin, err := os.ReadFile(crm + ".yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(builtin))
	for text := range parseMistakes() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := contract.Parse("own.yaml", []byte(text))
		if err != nil {
			if c != nil || !strings.HasPrefix(err.Error(), "the contract own.yaml: ") {
				t.Fatalf("contract %v beside the error %q", c, err)
			}
			return
		}
		judge, err := contract.NewJudge(c, "")
		if err != nil {
			t.Fatalf("%q is accepted and gives no judge: %v", text, err)
		}
		for _, body := range []string{"", `{"code":"200","data":[{"id":1}]}`, text} {
			switch v := judge.Judge(&batch.Answer{Status: 201, Body: []byte(body)}); v.Status {
			case batch.Succeeded, batch.Failed, batch.Unknown:
			default:
				t.Fatalf("%q judges %q as %s", text, body, v.Status)
			}
		}
	})
}

// TestParseLines: every mistake has its line, in the order of the file, also those
// that show only once the values are understood.
func TestParseLines(t *testing.T) {
	const text = `name: own
rate: fast
success: >-
  stat == 201
fields:
  - name: a
    json: list
  - required: true
refused:
  - status == 1
  - status
causes:
  - when: status == 4
lookup:
  path: /x
batch:
  list: rows
  results: json.data
  order: true
  ok: status == 200
`
	_, err := contract.Parse("own.yaml", []byte(text))
	if err == nil {
		t.Fatal("it is taken")
	}
	got := strings.Split(strings.TrimPrefix(err.Error(), "the contract own.yaml: "), "\n")
	want := []string{
		`line 2: rate: `,
		`line 3: success: unknown name stat`,
		`line 7: field "a": json is "list"`,
		`line 8: fields[1].name is missing`,
		`line 11: refused[1]: expected bool`,
		`line 13: causes[0].cause is empty`,
		`line 14: lookup.found is missing`,
		`line 20: batch.ok: unknown name status`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d mistakes, want %d:\n%s", len(got), len(want), err)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("mistake %d is %q, want %q", i, got[i], want[i])
		}
	}
	for _, remedy := range []string{"the variables are status, header, body, json and message", "such as status == 201", "the variables are item alone"} {
		if !strings.Contains(err.Error(), remedy) {
			t.Errorf("%v does not say %q", err, remedy)
		}
	}
}
