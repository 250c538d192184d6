package collection

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zipped makes a ZIP archive with one empty file.
func zipped(t testing.TB, name string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if _, err := w.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const environmentSample = `{"id":"e","name":"Prod","values":[{"key":"a","value":"s3cret","enabled":true}],"_postman_variable_scope":"environment"}`

// foreignTests are files that are neither a collection nor an environment, or only the one of them.
var foreignTests = []struct {
	name, text  string
	collection  []string // parts of the error of Parse; nil when it takes the file
	environment []string // parts of the error of ParseEnvironment; nil when it takes the file
}{
	{"collection", withItems(``), nil, []string{"is a Postman collection, not an environment", "-e/--environment"}},
	{"wrapped collection", `{"collection":` + withItems(``) + `}`, nil, []string{"is a Postman collection, not an environment"}},
	{"collection without info", `{"item":[]}`, nil, []string{"is a Postman collection"}},
	{"environment", environmentSample, []string{"is a Postman environment, not a collection", "-e/--environment"}, nil},
	{"wrapped environment", `{"environment":` + environmentSample + `}`, []string{"is a Postman environment"}, nil},
	{"globals", `{"values":[],"_postman_variable_scope":"globals"}`, []string{"Postman globals", "-g/--globals"}, nil},
	{"wrapped globals", `{"globals":{"values":[]}}`, []string{"Postman globals"}, nil},
	{"v1", `{"id":"1","name":"n","order":["a"],"requests":[{"id":"a"}]}`, nil, []string{"collection v1, not an environment", "-e/--environment"}},
	{"v1 without order", `{"name":"n","requests":[]}`, nil, []string{"collection v1"}},
	{"wrapped v1", `{"collection":{"order":[],"requests":[]}}`, nil, []string{"collection v1"}},
	{"data dump", `{"version":1,"collections":[],"environments":[]}`, []string{"data dump", "export"}, []string{"data dump"}},
	{"OpenAPI", `{"openapi":"3.0.0","info":{"title":"x","version":"1"},"paths":{}}`, []string{"OpenAPI", "pmrun convert FILE"}, []string{"OpenAPI"}},
	{"Swagger", `{"swagger":"2.0","info":{}}`, []string{"OpenAPI"}, []string{"OpenAPI"}},
	{"OpenAPI YAML", "# api\nopenapi: 3.0.0\ninfo:\n", []string{"OpenAPI document (YAML)"}, []string{"OpenAPI"}},
	{"HAR", `{"log":{"version":"1.2","entries":[]}}`, []string{"HAR"}, []string{"HAR"}},
	{"Insomnia", `{"_type":"export","__export_format":4,"resources":[]}`, []string{"Insomnia"}, []string{"Insomnia"}},
	{"Insomnia YAML", "type: collection.insomnia.rest/5.0\nname: x\n", []string{"Insomnia"}, []string{"Insomnia"}},
	{"Hoppscotch", `{"v":2,"name":"x","folders":[],"requests":[]}`, []string{"Hoppscotch"}, []string{"Hoppscotch"}},
	{"Hoppscotch list", `[{"v":2,"name":"x","folders":[],"requests":[]}]`, []string{"Hoppscotch"}, []string{"Hoppscotch"}},
	{"Thunder Client", `{"client":"Thunder Client","collectionName":"x","requests":[]}`, []string{"Thunder Client", "Postman's format"}, []string{"Thunder Client"}},
	{"Bruno", `{"name":"x","items":[],"brunoConfig":{}}`, []string{"Bruno"}, []string{"Bruno"}},
	{"list of rows", `[{"name":"x"}]`, []string{"is a JSON list", "-d/--data"}, []string{"is a JSON list", "-d/--data"}},
	{"list of variables", `[{"key":"a","value":"s3cret"},{"name":"b"}]`, []string{"list of variables"}, []string{"list of variables", `"key"`}},
	{"list of collections", `[` + withItems(``) + `]`, []string{"is a JSON list", "v2.1"}, []string{"is a JSON list", "export"}},
	{"plain object", `{"token":"s3cret","b":2}`, []string{`an object with "token", "b", without "item"`, "v2.1"}, []string{`an object with "token", "b", without "values"`, `write it as {"values"`}},
	{"big object", `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}`, []string{`"e", ..., without`}, []string{`"e", ..., without`}},
	{"empty object", `{}`, []string{"an empty object"}, []string{"an empty object"}},
	{"number", ` 42 `, []string{"holds only a number"}, []string{"holds only a number"}},
	{"string", `"s3cret"`, []string{"holds only a string"}, []string{"holds only a string"}},
	{"true", `true`, []string{"holds only true"}, []string{"holds only true"}},
	{"null", `null`, []string{"holds only null"}, []string{"holds only null"}},
	{"HTML", "\n<!DOCTYPE html><html>", []string{"an HTML page", "export"}, []string{"an HTML page", "export the environment"}},
	{"XML", `<?xml version="1.0"?><a/>`, []string{"an XML file"}, []string{"an XML file"}},
	{"request v3", "$kind: http-request\nname: x\nmethod: GET\n", []string{"piece of a collection v3 (YAML)", "NAME.request.yaml"}, []string{"collection v3", "-e/--environment"}},
	{"definition v3", "name: x\n$kind: collection\n", []string{"collection v3 (YAML)"}, []string{"collection v3"}},
	{"environment v3", "name: prod\nvalues:\n  - key: a\n", []string{"YAML environment (v3)", "-e/--environment"}, nil},
	{"YAML", "name: x\nb: 1\n", []string{"a YAML file"}, []string{"a YAML file"}},
	{"YAML with start", "---\na: 1\n", []string{"a YAML file"}, []string{"a YAML file"}},
	{"CSV", "name,phone\nAna,5\n", []string{"a CSV file"}, []string{"a CSV file"}},
	{"CSV with semicolons", "\"name\";\"phone\"\r\n\"Ana\";5\r\n", []string{"a CSV file"}, []string{"a CSV file"}},
	{"CSV header only", "name\tphone\n", []string{"a CSV file"}, []string{"a CSV file"}},
	{"curl", "curl -X POST http://x", []string{"a curl command"}, []string{"a curl command"}},
	{"sentence", "Sorry, try again", []string{"not valid JSON", "c.json:1:1"}, []string{"not valid JSON"}},
	{"XLSX", "", []string{"Excel workbook (XLSX)"}, []string{"Excel workbook"}},
	{"ZIP", "", []string{"ZIP archive"}, []string{"ZIP archive"}},
	{"XLS", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", []string{"an old Excel workbook"}, []string{"an old Excel workbook"}},
	{"gzip", "\x1F\x8B\x08", []string{"gzip"}, []string{"gzip"}},
	{"empty", "", []string{"is empty"}, []string{"is empty", "environment"}},
	{"blank", " \n\t", []string{"is empty"}, []string{"is empty"}},
	{"BOM only", "\xEF\xBB\xBF", []string{"is empty"}, []string{"is empty"}},
	{"truncated", "{\n \"item\": [{\"name\": \"é", []string{"c.json:2:22", "ends in the middle", "export or download"}, []string{"ends in the middle"}},
	{"truncated after a value", "{\"item\": []\n\n", []string{"c.json:1:12", "ends in the middle"}, []string{"ends in the middle"}},
	{"trailing comma", "{\"item\": [],\n}", []string{"c.json:2:1", "not valid JSON", "'}'"}, []string{"c.json:2:1"}},
	{"two documents", `{"item":[]} {"item":[]}`, []string{"c.json:1:13", "after top-level value"}, []string{"c.json:1:13"}},
	{"not UTF-8", "{\"item\":[{\"name\":\"caf\xE9\"}]}", []string{"c.json:1:22", "not UTF-8"}, []string{"not UTF-8"}},
}

func TestForeignFiles(t *testing.T) {
	for _, tt := range foreignTests {
		t.Run(tt.name, func(t *testing.T) {
			switch tt.name {
			case "XLSX":
				tt.text = zipped(t, "xl/workbook.xml")
			case "ZIP":
				tt.text = zipped(t, "a.txt")
			}
			_, err := Parse("c.json", []byte(tt.text))
			check := func(err error, want []string) {
				t.Helper()
				if want == nil {
					if err != nil {
						t.Errorf("got %v, want no error", err)
					}
					return
				}
				wantFileError(t, err, append(want, "c.json:")...)
				if strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the error repeats a value: %v", err)
				}
				if !strings.Contains(err.Error(), "; ") {
					t.Errorf("the error does not say what to do: %v", err)
				}
			}
			check(err, tt.collection)
			_, err = ParseEnvironment("c.json", []byte(tt.text))
			check(err, tt.environment)
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.json", withItems(`{"name":"a"}`))
	c, err := Load(good)
	if err != nil || c.File != good || len(c.Items) != 1 {
		t.Fatalf("got %+v, %v", c, err)
	}
	env := write("env.json", environmentSample)
	if e, err := LoadEnvironment(env); err != nil || e.File != env || len(e.Variables) != 1 {
		t.Fatalf("got %+v, %v", e, err)
	}
	missing := filepath.Join(dir, "missing.json")
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path                    string
		collection, environment string
	}{
		{missing, "there is no such file", "there is no such file"},
		{filepath.Join(dir, "missing.request.yaml"), "there is no such file", "there is no such file"},
		{empty, "is a directory without a collection", "is a directory, not a file"},
		{filepath.Join(good, "x"), "cannot be read", "cannot be read"},
		{write("empty.json", ""), "is empty", "is empty"},
		{write("empty.request.yaml", "# nothing"), "is empty", "not valid JSON"},
		{write("a.yaml", "$kind: http-request\n"), "a piece of a collection v3", "a piece of a collection v3"},
		{"https://example.invalid/c.json", "is a web address", "is a web address"},
	}
	for _, tt := range tests {
		_, err := Load(tt.path)
		wantFileError(t, err, tt.path, tt.collection)
		_, err = LoadEnvironment(tt.path)
		wantFileError(t, err, tt.path, tt.environment)
		if strings.Count(err.Error(), tt.path) != 1 {
			t.Errorf("the path stands more than once in %q", err)
		}
	}
	if _, err := Load(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

func TestLoadUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(path, []byte(withItems(``)), 0o000); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(path); err == nil {
		t.Skip("this user may read every file")
	}
	_, err := Load(path)
	wantFileError(t, err, "permission denied", "check the permissions")
}
