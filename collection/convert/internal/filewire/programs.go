package filewire

import (
	"os"
	"os/exec"
	"testing"
)

// Program finds a program that a test runs: the one that a variable of the environment
// names (variable may be ""), or of that name on the PATH. Without it the test is
// skipped, but not in CI.
func Program(t *testing.T, name, variable string) string {
	t.Helper()
	if variable != "" && os.Getenv(variable) != "" {
		name = os.Getenv(variable)
	}
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("PMRUN_CI") != "":
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// ProgramCases are requests for formats that are programs, beside Cases: values that are
// hard to write come from variables. They need the variables of Together.
func ProgramCases() []Case {
	const value = `{{harder}}`
	return []Case{
		{Name: "variables in the URL", Request: `{"method": "GET", "url": "{{base}}/a/` + value + `/{{none}}x/{{rest}}?q=` + value + `&e={{none}}&r={{rest}}"}`},
		{Name: "strange path", Request: `{"method": "GET", "url": "{{base}}/a|b^c/[d]/%41%7e/{e}?q=[1]|^\\{}"}`},
		{Name: "dots", Request: `{"method": "GET", "url": "{{base}}/a/./b/../c//d/"}`},
		{Name: "no path", Request: `{"method": "GET", "url": "{{base}}"}`},
		{Name: "no path, query", Request: `{"method": "GET", "url": "{{base}}?a=1"}`},
		{Name: "header of variables", Request: `{"method": "GET", "url": "{{base}}/h", "header": [{"key": "X-A", "value": "{{word}} '\"\\$x"}, {"key": "X-Empty", "value": ""}, {"key": "X-None", "value": "{{none}}"}, {"key": "X-Twice", "value": "1"}, {"key": "X-Twice", "value": "2"}]}`},
		{Name: "post without a body", Request: `{"method": "POST", "url": "{{base}}/none"}`},
		{Name: "delete with a body", Request: `{"method": "DELETE", "url": "{{base}}/d", "body": {"mode": "raw", "raw": "{}", "options": {"raw": {"language": "json"}}}}`},
		{Name: "get with a body", Request: `{"method": "GET", "url": "{{base}}/g", "body": {"mode": "raw", "raw": "@a"}}`, Behavior: `{"disableBodyPruning": true}`},
		{Name: "head", Request: `{"method": "HEAD", "url": "{{base}}/head"}`},
		{Name: "patch", Request: `{"method": "PATCH", "url": "{{base}}/p", "body": {"mode": "raw", "raw": "a"}}`},
		{Name: "method of its own", Request: `{"method": "PROPFIND", "url": "{{base}}/p"}`},
		{Name: "raw of variables", Request: `{"method": "POST", "url": "{{base}}/raw", "body": {"mode": "raw", "raw": "@` + value + `\n{{text}}{{none}}"}}`},
		{Name: "urlencoded of variables", Request: `{"method": "POST", "url": "{{base}}/form", "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "` + value + `"}, {"key": "b", "value": "{{text}}"}, {"key": "c", "value": "{{none}}"}]}}`},
		{Name: "formdata of variables", Request: `{"method": "POST", "url": "{{base}}/form", "body": {"mode": "formdata", "formdata": [{"key": "a;b", "value": "` + value + `", "type": "text"}, {"key": "b", "value": "{{text}}", "type": "text"}, {"key": "c", "value": "{{none}}", "type": "text"}, {"key": "t", "value": "` + value + `;type=x", "type": "text", "contentType": "text/x; charset=utf-8"}, {"key": "at", "value": "@b.json", "type": "text", "contentType": "a/b"}, {"key": "at2", "value": "<b.json", "type": "text"}, {"key": "ä\"q\\", "value": "1", "type": "text"}]}}`},
		{Name: "named file", Request: `{"method": "POST", "url": "{{base}}/files", "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "b.json", "fileName": "ä;\",\\ b.txt", "contentType": "text/csv"}]}}`},
		{Name: "graphql of variables", Request: `{"method": "POST", "url": "{{base}}/graphql", "body": {"mode": "graphql", "graphql": {"query": "{ a(b: \"{{text}}\") }", "variables": "{\"id\": \"` + value + `\"}"}}}`},
		{Name: "basic of variables", Request: `{"method": "GET", "url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": "ä{{word}}"}, {"key": "password", "value": "` + value + `"}]}}`},
		{Name: "basic, colon in the user", Request: `{"method": "GET", "url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": "a:{{word}}"}, {"key": "password", "value": "p"}]}}`},
		{Name: "basic, empty", Request: `{"method": "GET", "url": "{{base}}/basic", "auth": {"type": "basic", "basic": [{"key": "username", "value": ""}, {"key": "password", "value": ""}]}}`},
		{Name: "digest with a body", Request: `{"method": "POST", "url": "{{base}}/digest?a=b", "auth": {"type": "digest", "digest": [{"key": "username", "value": "u"}, {"key": "password", "value": "{{pass}}"}]}, "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "b.json"}]}}`},
		{Name: "cookie", Request: `{"method": "GET", "url": "{{base}}/c", "header": [{"key": "Cookie", "value": "a=b; c={{word}}"}]}`},
		{Name: "content type of its own", Request: `{"method": "POST", "url": "{{base}}/t", "header": [{"key": "content-type", "value": "application/vnd.x+json"}], "body": {"mode": "raw", "raw": "{}"}}`},
		{Name: "redirected post", Request: `{"method": "POST", "url": "{{base}}/redirect/302", "body": {"mode": "raw", "raw": "a"}}`},
		{Name: "redirected get", Request: `{"method": "GET", "url": "{{base}}/redirect/301"}`},
		{Name: "redirected, kept", Request: `{"method": "POST", "url": "{{base}}/redirect/307", "body": {"mode": "raw", "raw": "a"}}`},
		{Name: "not redirected", Request: `{"method": "GET", "url": "{{base}}/redirect/302"}`, Behavior: `{"followRedirects": false}`},
		{Name: "dynamic", Request: `{"method": "GET", "url": "{{base}}/dynamic/{{$guid}}/{{$timestamp}}/{{$randomInt}}/{{$isoTimestamp}}"}`},
	}
}
