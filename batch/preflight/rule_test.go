package preflight_test

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/preflight"
)

// ruleCase is one thing that a rule finds, and one that looks like it and is good.
type ruleCase struct {
	rule string
	name string
	// spoil makes the mistake; near comes close and makes none.
	spoil, near func(l *load)
	// want are words of the finding's message or remedy.
	want []string
	// severity is the rule's own when it is empty.
	severity preflight.Severity
	// field and column are where the finding is.
	field, column string
	// row says that the finding is in row 1.
	row bool
	// also are other rules that the same mistake breaks, nearly those that near does.
	also, nearly []string
}

const mib = 1 << 20

func ruleCases() []ruleCase {
	server := func(value string) func(*load) { return func(l *load) { l.variables["crm_server"] = value } }
	url := func(value any) func(*load) { return func(l *load) { l.url = value } }
	token := func(value string) func(*load) { return func(l *load) { l.variables["wolkvox_token"] = value } }
	header := func(key, value string) func(*load) {
		return func(l *load) { l.headers = append(l.headers, obj{"key": key, "value": value}) }
	}
	// custom makes a row with one custom field, in a job that lists one.
	custom := func(key, known string) func(*load) {
		return func(l *load) {
			l.cell("form", `{"`+key+`": "x"}`)
			l.custom = map[string][]string{"form": {known}}
		}
	}
	packed := func(column string) func(*load) {
		return func(l *load) {
			l.constant("form", "")
			l.add(column, "x")
			l.pack, l.custom = map[string][]string{"form": nil}, map[string][]string{"form": {"Asunto"}}
		}
	}
	cell := func(column, value string) func(*load) { return func(l *load) { l.cell(column, value) } }
	constant := func(field, value string) func(*load) { return func(l *load) { l.constant(field, value) } }
	nothing := func(*load) {}
	const path = "/server/API/v2/cases/insert.php"

	return []ruleCase{
		{rule: "url-scheme-duplicated", name: "in the variable", spoil: server("https://crm0000.wolkvox.com"), near: server("crm0000.wolkvox.com"),
			want: []string{"https://https://crm0000.wolkvox.com", "bare host"}},
		{rule: "url-scheme-duplicated", name: "http in the variable", spoil: server("http://crm0000.wolkvox.com"), near: server("https.wolkvox.com"),
			want: []string{"https://http://"}},
		{rule: "url-scheme-duplicated", name: "http twice", near: server("localhost:8080"), spoil: func(l *load) {
			l.url, l.variables["crm_server"] = "http://{{crm_server}}"+path, "http://crm0000.wolkvox.com"
		}, want: []string{"http://http://"}},
		{rule: "url-scheme-duplicated", name: "written out", spoil: url("https://https://crm0000.wolkvox.com" + path), near: url("https://crm0000.wolkvox.com" + path),
			want: []string{"https://https://"}},
		{rule: "url-scheme-duplicated", name: "no slashes", spoil: url("https:https://crm0000.wolkvox.com" + path), near: url("crm0000.wolkvox.com" + path), nearly: []string{"url-plain-http"}},
		{rule: "url-scheme-duplicated", name: "one slash", spoil: server("https:/crm0000.wolkvox.com"), near: server("crm0000.wolkvox.com:443")},
		{rule: "url-scheme-duplicated", name: "no colon", spoil: server("https//crm0000.wolkvox.com"), near: server("https-crm0000.wolkvox.com")},
		{rule: "url-scheme-duplicated", name: "in parts", near: url(obj{"raw": "", "protocol": "https", "host": []string{"{{crm_server}}"}, "path": strings.Split(path[1:], "/")}), spoil: func(l *load) {
			l.url = obj{"raw": "", "protocol": "https", "host": []string{"{{crm_server}}"}, "path": strings.Split(path[1:], "/")}
			l.variables["crm_server"] = "HTTPS://crm0000.wolkvox.com"
		}},
		{rule: "url-scheme-duplicated", name: "in a secret variable", spoil: func(l *load) {
			l.url, l.variables["secret_server"] = "https://{{secret_server}}"+path, "https://crm0000.wolkvox.com"
		}, near: func(l *load) {
			l.url, l.variables["secret_server"] = "https://{{secret_server}}"+path, "crm0000.wolkvox.com"
		}, want: []string{"••••"}},

		{rule: "url-unresolved", name: "host without a value", spoil: func(l *load) { delete(l.variables, "crm_server") }, near: nothing,
			want: []string{"{{crm_server}} has no value", "--env-var", "PMRUN_VAR_"}},
		{rule: "url-unresolved", name: "misspelt host", spoil: url("https://{{crm_sever}}" + path), near: url("https://<<crm_server>>" + path),
			want: []string{"{{crm_sever}}", "did you mean {{crm_server}}?"}},
		{rule: "url-unresolved", name: "whole base without a value", spoil: url("{{base_url}}" + path), near: func(l *load) {
			l.url, l.variables["base_url"] = "{{base_url}}"+path, "https://crm0000.wolkvox.com"
		}, want: []string{"{{base_url}} has no value"}},
		{rule: "url-unresolved", name: "column as host", spoil: func(l *load) { delete(l.variables, "crm_server"); l.add("crm_server", "evil.example") }, near: func(l *load) {
			l.mapped = map[string]string{"crm_server": "crm_server"}
			l.add("crm_server", "crm0001.wolkvox.com")
		}, want: []string{"a spreadsheet must not decide", "--map"}, also: []string{"column-unbound"}},
		{rule: "url-unresolved", name: "circle", spoil: server("{{crm_server}}"), near: func(l *load) { l.variables["crm_server"], l.variables["other"] = "{{other}}", "crm0000.wolkvox.com" },
			want: []string{"in a circle", "break the circle"}},
		{rule: "url-unresolved", name: "blank in the host", spoil: server("crm0000 .wolkvox.com"), near: server("crm0000.wolkvox.com"),
			want: []string{"is not a host", "correct the request"}},
		{rule: "url-unresolved", name: "empty host", spoil: server(""), near: server("c"), want: []string{"there is no host"}},
		{rule: "url-unresolved", name: "other scheme", spoil: url("ftp://{{crm_server}}" + path), near: url("HTTPS://{{crm_server}}" + path), want: []string{"neither http nor https"}},
		{rule: "url-unresolved", name: "path variable", spoil: func(l *load) { l.url, l.contract.Path = "https://{{crm_server}}/cases/:id", "" }, near: func(l *load) {
			l.url, l.contract.Path, l.set = "https://{{crm_server}}/cases/:id", "", map[string]string{"id": "7"}
		}, want: []string{"path variable :id has no value"}},
		{rule: "url-unresolved", name: "value of a path variable", near: func(l *load) { l.url, l.contract.Path = "https://{{crm_server}}/cases/{{operation}}", "" }, spoil: func(l *load) {
			l.url, l.contract.Path = obj{"raw": "", "host": "{{crm_server}}", "protocol": "https", "path": []string{":id"}, "variable": []obj{{"key": "id", "value": "{{nothing}}"}}}, ""
		}, want: []string{"path variable :id", "{{nothing}} has no value"}},

		{rule: "url-retired-host", name: "documented", spoil: server("sv0000.crmvox.com"), near: server("crm0000.wolkvox.com"),
			want: []string{"sv0000.crmvox.com was retired on 30 November 2024", "the value crm0000.wolkvox.com"}},
		{rule: "url-retired-host", name: "case, port and dot", spoil: server("SV0001.crmvox.com.:443"), near: server("sv0002.crmvox.com"),
			want: []string{"the value crm0001.wolkvox.com"}},
		{rule: "url-retired-host", name: "another API's, without a date", spoil: func(l *load) {
			l.contract.RetiredHosts = []batch.RetiredHost{{Host: "Old.example.com", Successor: "new.example.com"}}
			l.variables["crm_server"] = "old.example.com"
		}, near: func(l *load) { l.contract = nil; l.variables["crm_server"] = "sv0000.crmvox.com" }, want: []string{"was retired; new.example.com"}},

		{rule: "url-endpoint", name: "misspelt", spoil: url("https://{{crm_server}}/server/API/v2/cases/insert"), near: url("https://{{crm_server}}" + path + "?x=1#y"),
			want: []string{"cases/insert;", path, "--contract none"}},
		{rule: "url-endpoint", name: "letter case", spoil: url("https://{{crm_server}}/server/api/v2/cases/insert.php"), near: url("https://CRM0000.wolkvox.com" + path)},
		{rule: "url-endpoint", name: "no path", spoil: url("https://{{crm_server}}"), near: func(l *load) { l.url, l.contract.Path = "https://{{crm_server}}", "" }},
		{rule: "url-endpoint", name: "slash in the variable", spoil: server("crm0000.wolkvox.com/"), near: server("crm0000.wolkvox.com:443")},
		{rule: "url-endpoint", name: "beside a host without a value", also: []string{"url-unresolved"}, spoil: url("https://{{nothing}}/cases/insert"),
			near: url("{{nothing}}/cases/insert"), nearly: []string{"url-unresolved"}},

		{rule: "url-plain-http", name: "another machine", spoil: url("http://{{crm_server}}" + path), near: url("http://localhost:8080" + path),
			want: []string{"http://crm0000.wolkvox.com", "use https"}},
		{rule: "url-plain-http", name: "no scheme", spoil: url("{{crm_server}}" + path), near: url("127.0.0.1" + path)},
		{rule: "url-plain-http", name: "an address", spoil: url("http://192.168.0.7" + path), near: url("http://[::1]:8080" + path)},
		{rule: "url-plain-http", name: "a host that begins like this machine", spoil: url("http://localhost.example.com" + path), near: func(l *load) {
			l.url, l.local = "http://{{crm_server}}"+path, true
		}},

		{rule: "method-not-post", name: "GET", spoil: func(l *load) { l.method = "GET" }, near: nothing, want: []string{"the method is GET", "set the method to POST"}},
		{rule: "method-not-post", name: "PUT", spoil: func(l *load) { l.method = "PUT" }, near: func(l *load) { l.method = "{{m}}"; l.variables["m"] = "POST" }},
		{rule: "method-not-post", name: "another API's method", spoil: func(l *load) { l.contract.Method = "PUT" }, near: func(l *load) { l.contract.Method = "" },
			want: []string{"the method is POST; the API takes PUT only", "set the method to PUT"}},

		{rule: "token-missing", name: "no header", spoil: func(l *load) { l.headers = nil }, near: func(l *load) { l.headers[0]["key"] = "wolkvox-token" },
			want: []string{"no header Wolkvox-Token", "PMRUN_VAR_"}},
		{rule: "token-missing", name: "header switched off", spoil: func(l *load) { l.headers[0]["disabled"] = true }, near: func(l *load) { l.headers[0]["disabled"] = false }},
		{rule: "token-missing", name: "empty", spoil: token(""), near: token("x"), want: []string{"the header Wolkvox-Token is empty"}},
		{rule: "token-missing", name: "blanks", spoil: token("   "), near: token("  " + secret + " ")},
		{rule: "token-missing", name: "no value", spoil: func(l *load) { delete(l.variables, "wolkvox_token") }, near: func(l *load) {
			l.mapped = map[string]string{"wolkvox_token": "key of the row"}
			l.add("key of the row", secret)
		}, want: []string{"{{wolkvox_token}} has no value"}},
		{rule: "token-missing", name: "column", also: []string{"column-unbound"}, near: nothing,
			spoil: func(l *load) { delete(l.variables, "wolkvox_token"); l.add("wolkvox_token", "x") }, want: []string{"a spreadsheet must not decide"}},

		{rule: "token-wrong-header", name: "Bearer", spoil: func(l *load) { l.headers = []obj{{"key": "authorization", "value": "Bearer {{wolkvox_token}}"}} }, near: header("Authorization", "{{operation}}"),
			want: []string{"the header authorization", "the header Wolkvox-Token only"}},
		{rule: "token-wrong-header", name: "underscore", spoil: func(l *load) { l.headers[0]["key"] = "wolkvox_token" }, near: header("wolkvox_token", "x"), want: []string{"the header wolkvox_token", "into the header Wolkvox-Token"}},
		{rule: "token-wrong-header", name: "letter", spoil: func(l *load) { l.headers[0]["key"] = "Wolkbox-Token" }, near: header("Wolkbox", "x")},
		{rule: "token-wrong-header", name: "another API's name", spoil: func(l *load) { l.headers[0]["key"] = "X-Api-Key" }, near: header("X-Api-Keys", "x")},
		{rule: "token-wrong-header", name: "beside an empty one", spoil: func(l *load) { l.headers[0]["value"] = ""; header("X-Auth-Token", "{{wolkvox_token}}")(l) }, near: header("X-Auth-Token", "")},
		{rule: "token-wrong-header", name: "query", spoil: func(l *load) {
			l.headers, l.url = nil, "https://{{crm_server}}"+path+"?wolkvox-token={{wolkvox_token}}"
		}, near: url("https://{{crm_server}}" + path + "?wolkvox-token=x"), want: []string{"the query parameter wolkvox-token"}},
		{rule: "token-wrong-header", name: "the contract's own name counts", spoil: func(l *load) { l.contract.Token.Header = "X-Key" }, near: func(l *load) {
			l.contract.Token.Header = "Authorization"
			l.headers = []obj{{"key": "Authorization", "value": "{{wolkvox_token}}"}}
		}, want: []string{"the header X-Key only"}},

		{rule: "token-in-collection", name: "header", spoil: func(l *load) { l.headers[0]["value"] = secret }, near: func(l *load) { l.headers[0]["value"] = "{{wolkvox_token}}" },
			want: []string{"the token of the header Wolkvox-Token", "PMRUN_VAR_NAME"}},
		{rule: "token-in-collection", name: "without a contract", spoil: func(l *load) {
			l.contract, l.headers = nil, []obj{{"key": "Authorization", "value": "Bearer " + secret}}
		}, near: func(l *load) {
			l.contract, l.headers = nil, []obj{{"key": "Authorization", "value": "Bearer {{wolkvox_token}}"}}
		}, want: []string{"the header Authorization"}},
		{rule: "token-in-collection", name: "variable", spoil: func(l *load) { l.held = []obj{{"key": "wolkvox_token", "value": "an0ther-s3cret"}} }, near: func(l *load) {
			l.held = []obj{{"key": "wolkvox_token", "value": ""}, {"key": "greeting", "value": "good morning"}}
		}, want: []string{"variable wolkvox_token"}},

		{rule: "token-malformed", name: "Bearer", spoil: token("Bearer " + secret), near: token("Bearer-" + secret), want: []string{"starts with \"Bearer\"", "copy the token again"}},
		{rule: "token-malformed", name: "bearer in the request", spoil: func(l *load) { l.headers[0]["value"] = "bearer {{wolkvox_token}}" }, near: func(l *load) { l.headers[0]["value"] = " {{wolkvox_token}} " }},
		{rule: "token-malformed", name: "Bearer alone", spoil: func(l *load) { l.headers[0]["value"] = "Bearer {{wolkvox_token}}"; l.variables["wolkvox_token"] = "" }, near: token("Bear")},
		{rule: "token-malformed", name: "quotes", spoil: token(`"` + secret + `"`), near: token(secret + "=="), want: []string{"holds quotes"}},
		{rule: "token-malformed", name: "typographic quotes", spoil: token("“" + secret + "”"), near: token("[" + secret + "]"), want: []string{"holds quotes"}},
		{rule: "token-malformed", name: "blank inside", spoil: token("S3CR3T t0ken"), near: token(secret + " "), want: []string{"holds blanks"}},
		{rule: "token-malformed", name: "tab inside", spoil: token("S3CR3T\tt0ken"), near: token("\t" + secret), want: []string{"holds blanks"}},
		{rule: "token-malformed", name: "no-break space", spoil: token(secret + "\u00a0"), near: token(secret), want: []string{"holds blanks"}},
		{rule: "token-malformed", name: "invisible blank", spoil: token("\u200b" + secret), near: token(secret), want: []string{"holds blanks"}},
		{rule: "token-malformed", name: "line break", spoil: token(secret + "\n"), near: token(secret), want: []string{"holds a line break", "copy the token again"}},
		{rule: "token-malformed", name: "line break inside", spoil: token("S3CR3T\r\nt0ken"), near: token(secret)},
		{rule: "token-malformed", name: "letter", spoil: token(secret + "é"), near: token(secret + "e"), want: []string{"no token has"}},
		{rule: "token-malformed", name: "twice", spoil: header("wolkvox-token", "{{wolkvox_token}}"), near: header("X-Wolkvox-Token", "x"), want: []string{"is there 2 times"}},

		{rule: "request-unresolved", name: "operation without a value", spoil: func(l *load) { delete(l.variables, "operation") }, near: nothing,
			want: []string{"form-data field operation: {{operation}} has no value"}},
		{rule: "request-unresolved", name: "other header", spoil: header("X-Ref", "{{ref}}"), near: func(l *load) { header("X-Ref", "{{ref}}")(l); l.add("ref", "7") }, want: []string{"header X-Ref"}},
		{rule: "request-unresolved", name: "misspelt --map", spoil: func(l *load) { l.mapped = map[string]string{"contact": "e-mail"} }, near: func(l *load) {
			l.mapped = map[string]string{"contact": "contact"}
		}, want: []string{`the data file has no column "e-mail"`}, also: []string{"column-unbound"}},

		{rule: "body-not-form-data", name: "JSON", spoil: func(l *load) {
			l.body, l.columns, l.rows = obj{"mode": "raw", "raw": "{}", "options": obj{"raw": obj{"language": "json"}}}, nil, nil
		}, near: nothing, want: []string{"the request's body is raw; the API takes form-data only", "choose form-data"}},
		{rule: "body-not-form-data", name: "urlencoded", spoil: func(l *load) { l.body = obj{"mode": "urlencoded", "urlencoded": l.fields} }, near: func(l *load) {
			l.body, l.contract.Body = obj{"mode": "urlencoded", "urlencoded": l.fields}, "urlencoded"
		}, want: []string{"x-www-form-urlencoded"}},
		{rule: "body-not-form-data", name: "none", near: func(l *load) { l.contract.Body = "" },
			spoil: func(l *load) { l.body, l.columns, l.rows = obj{"mode": "none"}, nil, nil }, want: []string{"the request's body is missing"}},
		{rule: "body-not-form-data", name: "switched off", near: nothing,
			spoil: func(l *load) {
				l.body, l.columns, l.rows = obj{"mode": "formdata", "formdata": l.fields, "disabled": true}, nil, nil
			}, want: []string{"the request's body is missing"}},
		{rule: "content-type-overridden", name: "JSON over form-data", spoil: header("content-type", "application/json"), near: header("Content-Type", "multipart/form-data"),
			want: []string{`"application/json"`, "remove the Content-Type header"}},
		{rule: "content-type-overridden", name: "without a contract", spoil: func(l *load) { header("Content-Type", "application/json")(l); l.contract = nil }, near: func(l *load) {
			l.contract, l.body, l.columns, l.rows = nil, obj{"mode": "raw", "raw": "<a/>"}, nil, nil
			header("Content-Type", "application/xml")(l)
		}},
		{rule: "content-type-overridden", name: "raw without a boundary", spoil: func(l *load) {
			l.contract, l.body, l.columns, l.rows = nil, obj{"mode": "raw", "raw": "--x"}, nil, nil
			header("Content-Type", "multipart/form-data")(l)
		}, near: func(l *load) {
			l.contract, l.body, l.columns, l.rows = nil, obj{"mode": "raw", "raw": "--x"}, nil, nil
			header("Content-Type", "multipart/mixed; boundary=x")(l)
		}, want: []string{"without a boundary", "choose form-data"}},
		{rule: "content-type-overridden", name: "urlencoded, unknown API", severity: preflight.Warning, spoil: func(l *load) {
			l.contract, l.body = nil, obj{"mode": "urlencoded", "urlencoded": l.fields}
			header("Content-Type", "text/plain")(l)
		}, near: func(l *load) {
			l.contract, l.body = nil, obj{"mode": "urlencoded", "urlencoded": l.fields}
			header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")(l)
		}},
		{rule: "content-type-overridden", name: "urlencoded, known API", spoil: func(l *load) {
			l.contract.Body, l.body = "urlencoded", obj{"mode": "urlencoded", "urlencoded": l.fields}
			header("Content-Type", "text/plain")(l)
		}, near: func(l *load) {
			l.contract.Body, l.body = "urlencoded", obj{"mode": "urlencoded", "urlencoded": l.fields}
			header("Content-Type", "APPLICATION/X-WWW-FORM-URLENCODED")(l)
		}},
		{rule: "content-type-overridden", name: "from a column", near: header("Content-Type", "multipart/form-data; boundary=x"),
			spoil: func(l *load) { header("Content-Type", "{{type}}")(l); l.add("type", "multipart/form-data") }, want: []string{"comes from a column"}},

		{rule: "field-misspelt", name: "letter", field: "responsable", spoil: func(l *load) { l.rename("responsible", "responsable"); l.columns[1] = "responsable" }, near: nothing,
			want: []string{`it is written "responsible"`, "rename the field to responsible"}},
		{rule: "field-misspelt", name: "case", field: "Priority", spoil: func(l *load) { l.rename("priority", "Priority"); l.columns[6] = "Priority" }, near: nothing},
		{rule: "field-misspelt", name: "underscore", field: "case_type", spoil: func(l *load) { l.rename("case-type", "case_type"); l.columns[0] = "case_type" }, near: nothing,
			want: []string{`"case-type"`}},
		{rule: "field-misspelt", name: "custom field", field: "Subject", spoil: func(l *load) { l.field("Subject", "x") }, near: func(l *load) { l.field("solution", "x") },
			severity: preflight.Warning, want: []string{"not one of the API's", "--pack form"}},
		{rule: "field-misspelt", name: "field of the query", field: "statu", spoil: func(l *load) { l.field("statu", "open") }, near: url("https://{{crm_server}}" + path + "?statu=open")},

		{rule: "field-missing", name: "contact", field: "contact", spoil: func(l *load) { l.constant("contact", ""); l.drop("contact") }, near: func(l *load) { l.constant("form", ""); l.drop("form") },
			want: []string{`no field "contact"`, "--set FIELD=VALUE"}},
		{rule: "field-missing", name: "switched off", field: "status", spoil: func(l *load) { l.constant("status", "open"); l.fields[6]["disabled"] = true }, near: func(l *load) {
			l.constant("status", "open")
			l.fields[6]["disabled"] = true
			l.set = map[string]string{"status": "closed"}
		}},
		{rule: "field-missing", name: "in the query", field: "operation", spoil: func(l *load) { l.drop("operation"); l.url = "https://{{crm_server}}" + path + "?operation=acme" }, near: func(l *load) {
			l.url = "https://{{crm_server}}" + path + "?operation=acme"
		}},

		{rule: "operation-empty", name: "empty variable", field: "operation", spoil: func(l *load) { l.variables["operation"] = "" }, near: func(l *load) { l.variables["operation"] = "0" },
			want: []string{`"operation" is empty`, "exact name"}},
		{rule: "operation-empty", name: "blanks", field: "operation", spoil: func(l *load) { l.field("operation", "  ") }, near: func(l *load) { l.field("operation", "a b") }},
		{rule: "operation-empty", name: "good one in the query", field: "operation", near: nothing,
			spoil: func(l *load) { l.field("operation", ""); l.url = "https://{{crm_server}}" + path + "?operation=acme" }},

		{rule: "duplicate-header", name: "two columns", column: "status", spoil: func(l *load) { l.add("status", "open") }, near: func(l *load) { l.add("pmrun_status", "failed"); l.add("pmrun_status", "failed") },
			want: []string{`columns 6 and 9 are both named "status"`}},
		{rule: "duplicate-header", name: "unused columns", column: "x", spoil: func(l *load) { l.add("x", ""); l.add("x", "") }, near: func(l *load) { l.add("", ""); l.add("", "") },
			also: []string{"column-unbound"}},

		{rule: "blank-header", name: "data", spoil: func(l *load) { l.add("", "x") }, near: func(l *load) { l.add("", "") }, want: []string{"column 9 has no name, and data from line 2 on"}},
		{rule: "blank-header", name: "blanks", spoil: func(l *load) { l.add("  ", "x") }, near: func(l *load) { l.add("  ", "") }, want: []string{"column 9"}},
		{rule: "blank-header", name: "later row", near: func(l *load) { l.repeat(3); l.add("", "") },
			spoil: func(l *load) { l.repeat(3); l.add("", ""); l.rows[1][8], l.rows[2][8] = "x", "y" }, want: []string{"data from line 3 on"}},

		{rule: "placeholder-in-cell", name: "braces", row: true, column: "description", spoil: cell("description", "say {{wolkvox_token}}"), near: cell("description", "say {wolkvox_token}}"),
			want: []string{"{{wolkvox_token}}", "as it stands"}},
		{rule: "placeholder-in-cell", name: "angles", row: true, column: "description", spoil: cell("description", "<<operation>>"), near: cell("description", "<<>> a << b")},

		{rule: "nothing-used", name: "a title above the header", near: nothing, spoil: func(l *load) {
			values := map[string]string{"case-type": "Request", "status": "open", "priority": "low", "form": ""}
			for len(l.columns) > 0 {
				value, ok := values[l.columns[0]]
				if !ok {
					value = "x"
				}
				l.constant(l.columns[0], value)
			}
			l.columns, l.rows = []string{"Report of March"}, nil
		}, want: []string{"none of the 1 columns is used", `"Report of March"`}, also: []string{"column-unbound"}},

		{rule: "column-unbound", name: "stranger", column: "Notes", spoil: func(l *load) { l.add("Notes", "x") }, near: func(l *load) { l.add("pmrun_message", "x") },
			want: []string{`"Notes" is not sent`, "--map", "--pack"}},
		{rule: "column-unbound", name: "misspelt", column: "Solutions", spoil: func(l *load) { l.add("Solutions", "x"); l.field("solution", "") }, near: func(l *load) { l.add("solution", "x"); l.field("solution", "") },
			want: []string{`did you mean the field "solution"?`, `--map "solution"="Solutions"`}},
		{rule: "column-unbound", name: "not packed", column: "Order", spoil: func(l *load) {
			l.constant("form", "")
			l.add("Subject", "x")
			l.add("Order", "y")
			l.pack = map[string][]string{"form": {"Subject"}}
		}, near: func(l *load) {
			l.constant("form", "")
			l.add("Subject", "x")
			l.add("Order", "y")
			l.pack = map[string][]string{"form": nil}
		}},

		{rule: "ragged-row", name: "too many", row: true, spoil: func(l *load) { l.rows[0] = append(l.rows[0], "a", "b") }, near: nothing,
			want: []string{"the row has 10 cells, the header 8; surplus: \"a,b\"", "in quotes"}},
		{rule: "ragged-row", name: "too few", row: true, spoil: func(l *load) { l.rows[0] = l.rows[0][:7] }, near: cell("form", ""), want: []string{"the row has 7 cells, the header 8"}},

		{rule: "cell-too-large", name: "sent", row: true, column: "description", spoil: cell("description", strings.Repeat("x", mib+1)), near: cell("description", strings.Repeat("x", mib)),
			want: []string{"1048577 bytes; the most is 1048576"}},
		{rule: "cell-too-large", name: "bytes, not letters", row: true, column: "description", spoil: cell("description", strings.Repeat("ñ", mib/2+1)), near: cell("description", strings.Repeat("ñ", mib/2))},
		{rule: "cell-too-large", name: "not sent", row: true, column: "Notes", also: []string{"column-unbound"}, spoil: cell("Notes", strings.Repeat("x", mib+1)), near: cell("pmrun_message", strings.Repeat("x", mib+1))},

		{rule: "required-empty", name: "cell", row: true, field: "contact", column: "contact", spoil: cell("contact", ""), near: cell("form", ""), want: []string{`"contact" is empty`, "fill the cell"}},
		{rule: "required-empty", name: "blanks", row: true, field: "status", column: "status", spoil: cell("status", " \u00a0"), near: cell("description", " x ")},
		{rule: "required-empty", name: "operation from a column", row: true, field: "operation", column: "op", spoil: func(l *load) { l.field("operation", "{{op}}"); l.add("op", "") }, near: func(l *load) { l.field("operation", "{{op}}"); l.add("op", "acme") }},
		{rule: "required-empty", name: "same for every row", field: "owner", spoil: constant("owner", ""), near: constant("owner", "luis@acme")},
		{rule: "required-empty", name: "--set", field: "owner", spoil: func(l *load) { l.set = map[string]string{"owner": " "} }, near: func(l *load) { l.set = map[string]string{"owner": "x"} }, also: []string{"column-unbound"}, nearly: []string{"column-unbound"}},
		{rule: "required-empty", name: "between texts", row: true, field: "contact", near: func(l *load) {
			l.field("contact", "{{a}}{{b}}")
			l.constant("contact", "{{a}}{{b}}")
			l.add("a", "")
			l.add("b", "x@example.com")
		},
			spoil: func(l *load) { l.constant("contact", "{{a}}{{b}}"); l.add("a", ""); l.add("b", "") }},

		{rule: "value-not-english", name: "status", row: true, field: "status", column: "status", spoil: cell("status", "Abierto"), near: cell("status", "open"),
			want: []string{`status is "Abierto"`, `in English: "open"`, "write open"}},
		{rule: "value-not-english", name: "closed", row: true, field: "status", column: "status", spoil: cell("status", "cerrado"), near: cell("status", "closed"), want: []string{"write closed"}},
		{rule: "value-not-english", name: "on hold", row: true, field: "status", column: "status", spoil: cell("status", " EN  ESPERA "), near: cell("status", "on hold"), want: []string{"write on hold"}},
		{rule: "value-not-english", name: "solved", row: true, field: "status", column: "status", spoil: cell("status", "Solucionado"), near: cell("status", "solved"), want: []string{"write solved"}},
		{rule: "value-not-english", name: "low", row: true, field: "priority", column: "priority", spoil: cell("priority", "Baja"), near: cell("priority", "low"), want: []string{"write low"}},
		{rule: "value-not-english", name: "high", row: true, field: "priority", column: "priority", spoil: cell("priority", "Alta"), near: cell("priority", "high"), want: []string{"write high"}},
		{rule: "value-not-english", name: "open list", row: true, field: "case-type", column: "case-type", spoil: cell("case-type", "PETICIO\u0301N"), near: cell("case-type", "Request"),
			severity: preflight.Warning, want: []string{"write Request"}},
		{rule: "value-not-english", name: "without its accent", row: true, field: "case-type", column: "case-type", spoil: cell("case-type", "peticion"), near: cell("case-type", "Claims"), severity: preflight.Warning},
		{rule: "value-not-english", name: "same for every row", field: "status", spoil: constant("status", "abierto"), near: constant("status", "open")},
		{rule: "value-not-english", name: "from another column", row: true, field: "priority", column: "Prioridad", near: func(l *load) { l.constant("priority", "{{Prioridad}}"); l.add("Prioridad", "high") },
			spoil: func(l *load) { l.constant("priority", "{{Prioridad}}"); l.add("Prioridad", "alta") }},
		{rule: "value-not-english", name: "second field of the name", field: "status", near: func(l *load) { l.fields = append(l.fields, obj{"key": "status", "value": "{{status}}"}) },
			spoil: func(l *load) {
				l.constant("status", "open")
				l.fields = append(l.fields, obj{"key": "status", "value": "Abierto"})
			}},
		{rule: "value-not-english", name: "the job knows it", row: true, field: "status", column: "status", spoil: func(l *load) { l.cell("status", "Abierto"); l.values = map[string][]string{"priority": {"Abierto"}} }, near: func(l *load) {
			l.cell("status", "Abierto")
			l.values = map[string][]string{"status": {"Abierto"}}
		}},

		{rule: "value-unknown", name: "status", row: true, field: "status", column: "status", spoil: cell("status", "opened"), near: cell("status", "open"),
			want: []string{`status is "opened"`, "open, closed, on hold, solved", "values: {FIELD: [VALUE]}"}},
		{rule: "value-unknown", name: "case", row: true, field: "status", column: "status", spoil: cell("status", "Open"), near: cell("status", "open"), want: []string{"write open, exactly so"}},
		{rule: "value-unknown", name: "blanks", row: true, field: "priority", column: "priority", spoil: cell("priority", "high "), near: cell("priority", "high"), want: []string{"write high, exactly so"}},
		{rule: "value-unknown", name: "open list", row: true, field: "case-type", column: "case-type", severity: preflight.Warning, spoil: cell("case-type", "Warranty"), near: cell("case-type", "Suggestions")},
		{rule: "value-unknown", name: "the job knows more", row: true, field: "status", column: "status", spoil: func(l *load) { l.cell("status", "waiting"); l.values = map[string][]string{"status": {"Waiting"}} }, near: func(l *load) {
			l.cell("status", "waiting")
			l.values = map[string][]string{"status": {"waiting"}}
		}, want: []string{"write Waiting, exactly so"}},
		{rule: "value-unknown", name: "long value", row: true, field: "status", column: "status", spoil: cell("status", strings.Repeat("x", 500)), near: cell("description", strings.Repeat("x", 500)), want: []string{`"...`}},
		{rule: "value-unknown", name: "same for every row", field: "priority", spoil: constant("priority", "urgent"), near: constant("priority", "high")},

		{rule: "form-not-json", name: "text", row: true, field: "form", column: "form", spoil: cell("form", "Subject: x"), near: cell("form", `{"Subject": "x"}`),
			want: []string{"is not a JSON object", `"Subject: x"`, "--pack"}},
		{rule: "form-not-json", name: "single quotes", row: true, field: "form", column: "form", spoil: cell("form", "{'Subject': 'x'}"), near: cell("form", " {} "), want: []string{"at character 2"}},
		{rule: "form-not-json", name: "after an accent", row: true, field: "form", column: "form", spoil: cell("form", `{"Añá": x}`), near: cell("form", `{"Añá": "x"}`), want: []string{"at character 9"}},
		{rule: "form-not-json", name: "cut short", row: true, field: "form", column: "form", spoil: cell("form", `{"Subject": "x"`), near: cell("form", `{"Subject": "x"}`), want: []string{"it breaks off"}},
		{rule: "form-not-json", name: "a brace too many", row: true, field: "form", column: "form", spoil: cell("form", `{"Subject": "x"}}`), near: cell("form", "{\"Subject\": \"x\"}\n"), want: []string{`there is more after it: "}"`}},
		{rule: "form-not-json", name: "two objects", row: true, field: "form", column: "form", spoil: cell("form", `{} {}`), near: cell("form", `{"a": {}}`), want: []string{"there is more after it"}},
		{rule: "form-not-json", name: "a list", row: true, field: "form", column: "form", spoil: cell("form", `[{"Subject": "x"}]`), near: cell("form", `{"Subject": ["x"]}`), want: []string{"it is another JSON value"}},
		{rule: "form-not-json", name: "blanks", row: true, field: "form", column: "form", spoil: cell("form", "  "), near: cell("form", ""), want: []string{"it breaks off"}},
		{rule: "form-not-json", name: "same for every row", field: "form", spoil: constant("form", "x"), near: constant("form", `{"Subject": "{{operation}}"}`)},

		{rule: "custom-field-unknown", name: "case in a cell", row: true, field: "form", column: "form", spoil: custom("asunto", "Asunto"), near: custom("Asunto", "Asunto"),
			want: []string{`"asunto" is written "Asunto"`, "write Asunto, exactly so"}},
		{rule: "custom-field-unknown", name: "accent", row: true, field: "form", column: "form", spoil: custom("Numero de guia", "Número de guía"), near: custom("Número de guía", "Número de guía"), want: []string{`is written "Número de guía"`}},
		{rule: "custom-field-unknown", name: "blanks", row: true, field: "form", column: "form", spoil: custom("Asunto ", "Asunto"), near: func(l *load) { l.cell("form", "") }},
		{rule: "custom-field-unknown", name: "stranger", row: true, field: "form", column: "form", spoil: custom("Color", "Asunto"), near: func(l *load) {
			custom("Color", "Asunto")(l)
			l.custom = map[string][]string{}
		}, want: []string{`"Color" is not one that the job lists for form`, "custom-fields: {FIELD: [NAME]}"}},
		{rule: "custom-field-unknown", name: "packed column", field: "form", column: "asunto", spoil: packed("asunto"), near: packed("Asunto"), want: []string{"rename the column to Asunto"}},
		{rule: "custom-field-unknown", name: "same for every row", field: "form", spoil: func(l *load) {
			l.constant("form", `{"asunto": "x"}`)
			l.custom = map[string][]string{"form": {"Asunto"}}
		}, near: func(l *load) {
			l.constant("form", `{"Asunto": "x"}`)
			l.custom = map[string][]string{"form": {"Asunto"}}
		}},
		{rule: "custom-field-unknown", name: "without a contract", row: true, field: "form", column: "form", spoil: func(l *load) { custom("asunto", "Asunto")(l); l.contract = nil }, near: func(l *load) { custom("Asunto", "Asunto")(l); l.contract = nil }},
		{rule: "custom-field-unknown", name: "no such field", field: "forms", spoil: func(l *load) { l.custom = map[string][]string{"forms": {"Subject"}} }, near: func(l *load) {
			l.custom = map[string][]string{"form": {"Subject"}}
		}, want: []string{"which the request does not have", "write form in custom-fields"}},

		{rule: "same-host-running", name: "another run", spoil: func(l *load) { l.sameHost = []string{"runs/cases-1"} }, near: func(l *load) { l.sameHost = []string{} },
			want: []string{"the run runs/cases-1 sends to the same host", "--rate"}},

		{rule: "script-sets-shared", name: "environment", spoil: func(l *load) { l.scripts = []string{`pm.environment.set("a", 1)`} }, near: func(l *load) { l.scripts = []string{`pm.variables.set("a", 1)`} },
			want: []string{"a variable of the environment", "--no-scripts"}},
		{rule: "script-sets-shared", name: "older way", spoil: func(l *load) { l.scripts = []string{`postman.setGlobalVariable("a", 1)`} }, near: func(l *load) { l.scripts = []string{`postman.getGlobalVariable("a")`} },
			want: []string{"a variable of the globals"}},
		{rule: "script-order", name: "one request", spoil: func(l *load) { l.scripts = []string{`pm.execution.setNextRequest(null)`} }, near: func(l *load) {
			l.scripts, l.several = []string{`pm.execution.setNextRequest(null)`}, true
		}, want: []string{"--folder"}},
		{rule: "column-unbound", name: "read by a script", column: "other", spoil: func(l *load) { l.add("other", "x"); l.scripts = []string{`pm.iterationData.get("name")`} }, near: func(l *load) {
			l.add("other", "x")
			l.scripts = []string{"pm.iterationData.get('other')"}
		}},

		{rule: "cell-unsendable", name: "line break in a header", row: true, column: "ref", spoil: func(l *load) { header("X-Ref", "{{ref}}")(l); l.add("ref", "a\nb") }, near: func(l *load) { header("X-Ref", "{{ref}}")(l); l.add("ref", "a b") },
			want: []string{"header X-Ref", "line break"}},
		{rule: "cell-unsendable", name: "empty path segment", row: true, column: "id", spoil: func(l *load) { l.url, l.contract.Path = "https://{{crm_server}}/cases/{{id}}", ""; l.add("id", "") }, near: func(l *load) {
			l.url, l.contract.Path = "https://{{crm_server}}/cases/{{id}}", ""
			l.add("id", "../7?x")
		}},
		{rule: "cell-unsendable", name: "JSON value inside the form", row: true, column: "n", also: []string{"form-not-json"}, spoil: func(l *load) { l.constant("form", `{"Number": {{n}}}`); l.add("n", "seven") }, near: func(l *load) { l.constant("form", `{"Number": {{n}}}`); l.add("n", "7") },
			want: []string{"has to be JSON"}},
		{rule: "cell-unreadable", name: "error of a formula", row: true, column: "status", near: nothing,
			spoil: func(l *load) {
				l.defects = []batch.Defect{{Column: "status", Message: "the cell B2 holds the error #N/A"}}
				l.cell("status", "") // not required-empty too
			},
			want: []string{"B2", "#N/A", "correct the cell"}},
		{rule: "mojibake", name: "accent", row: true, column: "contact", spoil: cell("contact", "Ana PeÃ±a"), near: cell("contact", "SÃO Â ÃÑA â€ Ã"),
			want: []string{`"Ã±"`, `"ñ"`, "export the file again"}},
		{rule: "mojibake", name: "euro", row: true, column: "contact", spoil: cell("contact", "5 â‚¬"), near: cell("contact", "5 €"), want: []string{`"€"`}},
	}
}

// TestDataFile: what the reader of the file has found is a finding like others.
func TestDataFile(t *testing.T) {
	p := preflight.DataFile("2 rows are hidden", "unhide them")
	if want := (preflight.Problem{Rule: "data-file", Severity: preflight.Warning, Cause: batch.CauseFormat, Message: "2 rows are hidden", Mend: "unhide them"}); p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
}

func TestRules(t *testing.T) {
	severity := make(map[string]preflight.Severity)
	for _, r := range preflight.Rules() {
		severity[r.ID] = r.Severity
	}
	for _, c := range ruleCases() {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			spoilt := correct(t)
			c.spoil(spoilt)
			found := spoilt.findings(t)
			want := append([]string{c.rule}, c.also...)
			slices.Sort(want)
			if got := rulesOf(found); !slices.Equal(got, want) {
				t.Fatalf("rules %v are broken, want %v:\n%+v", got, want, found)
			}
			found = slices.DeleteFunc(found, func(p preflight.Problem) bool { return p.Rule != c.rule })
			if len(found) != 1 {
				t.Fatalf("%d findings, want one: %+v", len(found), found)
			}
			p := found[0]
			if c.severity == "" {
				c.severity = severity[c.rule]
			}
			if p.Severity != c.severity || p.Field != c.field || p.Column != c.column || (p.Row == 1) != c.row {
				t.Errorf("%s, field %q, column %q, row %d; want %s, %q, %q, row: %v\n%+v", p.Severity, p.Field, p.Column, p.Row, c.severity, c.field, c.column, c.row, p)
			}
			for _, word := range c.want {
				if !strings.Contains(p.Message+"\n"+p.Mend, word) {
					t.Errorf("%q -> %q does not say %q", p.Message, p.Mend, word)
				}
			}

			near := correct(t)
			c.near(near)
			if found, want := near.findings(t), c.nearly; !slices.Equal(rulesOf(found), want) {
				t.Errorf("the near case breaks %v, want %v:\n%+v", rulesOf(found), want, found)
			}
		})
	}
}

// TestRulesMetadata: every rule is complete, has a name of its own, and a case.
func TestRulesMetadata(t *testing.T) {
	cases := make(map[string]int)
	for _, c := range ruleCases() {
		cases[c.rule]++
	}
	id := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	causes := []string{batch.CauseToken, batch.CauseFormat, batch.CauseField, batch.CauseMethod, batch.CauseOperation, batch.CauseValue, batch.CauseURL, batch.CauseDuplicate, batch.CauseRateLimited, batch.CauseScript}
	seen := make(map[string]bool)
	for _, r := range preflight.Rules() {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("the rule %q has no good name or is there twice", r.ID)
		}
		seen[r.ID] = true
		if r.About == "" || r.Source == "" || r.Mend == "" {
			t.Errorf("the rule %s does not say what it finds, where the fact is from or what to do: %+v", r.ID, r)
		}
		if r.Severity != preflight.Error && r.Severity != preflight.Warning {
			t.Errorf("the rule %s has the severity %q", r.ID, r.Severity)
		}
		if !slices.Contains(causes, r.Cause) {
			t.Errorf("the rule %s has the cause %q, which is not one of the documented", r.ID, r.Cause)
		}
		switch r.ID {
		case preflight.KeyEmpty, preflight.DuplicateKey, preflight.ClockSkew, preflight.WhereFailed(batch.Row{}, io.EOF).Rule, "data-file":
			continue // others find it: TestDuplicates, TestClockSkew, select.txtar and TestDataFile have the cases
		}
		if cases[r.ID] == 0 {
			t.Errorf("the rule %s has no case in ruleCases", r.ID)
		}
		delete(cases, r.ID)
	}
	for rule := range cases {
		t.Errorf("ruleCases has a case for the rule %s, which does not exist", rule)
	}
	for _, rule := range []string{"url-plain-http", "column-unbound", "token-in-collection", "same-host-running", "clock-skew"} {
		i := slices.IndexFunc(preflight.Rules(), func(r preflight.Rule) bool { return r.ID == rule })
		if i < 0 || preflight.Rules()[i].Severity != preflight.Warning {
			t.Errorf("the rule %s is no warning", rule)
		}
	}
}
