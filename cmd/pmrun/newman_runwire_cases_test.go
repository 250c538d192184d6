package main

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// runWireCases are the collections of TestNewmanRunWire, each the smallest that shows
// its matter.
func runWireCases() []runWireCase {
	return slices.Concat(runBodyCases(), runURLCases(), runVariableCases(), runScriptCases(), runCookieCases(), runRedirectCases(), runBehaviorCases(),
		runSendCases(), runAuthCases())
}

// one is a case of one request.
func one(name string, item runItem) runWireCase {
	return runWireCase{name: name, items: []runItem{item}}
}

func runBodyCases() []runWireCase {
	form := func(params string) string { return `{"mode": "formdata", "formdata": [` + params + `]}` }
	encoded := func(params string) string { return `{"mode": "urlencoded", "urlencoded": [` + params + `]}` }
	return []runWireCase{
		one("body/raw", runItem{body: rawBody(`"text"`, "")}),
		one("body/raw json", runItem{body: rawBody(`"{\"a\": 1}"`, "json")}),
		one("body/raw xml", runItem{body: rawBody(`"<a/>"`, "xml")}),
		one("body/raw html", runItem{body: rawBody(`"<p>"`, "html")}),
		one("body/raw javascript", runItem{body: rawBody(`"1"`, "javascript")}),
		one("body/raw text", runItem{body: rawBody(`"1"`, "text")}),
		one("body/raw with a header of its own", runItem{header: `{"key": "content-type", "value": "application/vnd.a+json"}`, body: rawBody(`"{} // c"`, "")}),
		one("body/raw json with comments", runItem{body: rawBody(`"{\"a\": 1 /* c */} // d"`, "json")}),
		one("body/raw json with a value that looks like a comment", runItem{pre: `pm.environment.set('u', 'http://x/*y*/')`, body: rawBody(`"{\"a\": \"{{u}}\"}"`, "json")}),
		one("body/raw json with quotes in a value", runItem{pre: `pm.environment.set('q', 'say "x"')`, body: rawBody(`"{\"a\": \"{{q}}\"}"`, "json")}),
		one("body/raw that is an object", runItem{body: rawBody(`{"a": [1, "b"]}`, "json")}),
		one("body/raw empty", runItem{body: rawBody(`""`, "json")}),
		one("body/raw of a GET", runItem{method: "GET", body: rawBody(`"x"`, "")}),
		one("body/raw of a DELETE", runItem{method: "DELETE", body: rawBody(`"x"`, "")}),
		one("body/raw of an own method", runItem{method: "query", body: rawBody(`"x"`, "")}),
		one("body/none", runItem{}),
		one("body/none of a PUT", runItem{method: "PUT"}),
		one("body/none of a PATCH", runItem{method: "PATCH"}),
		one("body/none of a DELETE", runItem{method: "DELETE"}),
		one("body/none of OPTIONS", runItem{method: "OPTIONS"}),
		one("body/none of HEAD", runItem{method: "HEAD"}),
		one("body/null", runItem{body: "null"}),
		one("body/disabled", runItem{body: `{"mode": "raw", "raw": "x", "disabled": true}`}),
		one("body/unicode", runItem{body: rawBody(`"é 日本 \ud83d\ude00"`, "text")}),
		one("body/urlencoded", runItem{body: encoded(`{"key": "a", "value": "1 2"}, {"key": "b", "value": "é&=+!'()*~"}, {"key": "é", "value": ""}`)}),
		one("body/urlencoded disabled", runItem{body: encoded(`{"key": "a", "value": "1", "disabled": true}, {"key": "b", "value": "2"}`)}),
		one("body/urlencoded all disabled", runItem{body: encoded(`{"key": "a", "value": "1", "disabled": true}`)}),
		one("body/urlencoded variables set to nothing", runItem{pre: `pm.variables.set('v', undefined); pm.environment.set('e', undefined); pm.variables.set('n', null)`, body: encoded(`{"key": "v", "value": "{{v}}"}, {"key": "e", "value": "{{e}}"}, {"key": "n", "value": "{{n}}"}`)}),
		one("body/urlencoded variables", runItem{pre: `pm.variables.set('v', 'a&b'); pm.variables.set('k', 'key')`, body: encoded(`{"key": "{{k}}", "value": "{{v}}"}, {"key": "x", "value": "{{nothing}}"}`)}),
		one("body/formdata", runItem{body: form(`{"key": "a", "value": "1", "type": "text"}, {"key": "b", "value": "é", "type": "text"}, {"key": "", "value": "x", "type": "text"}`)}),
		one("body/formdata disabled", runItem{body: form(`{"key": "a", "value": "1", "type": "text", "disabled": true}, {"key": "b", "value": "2", "type": "text"}`)}),
		one("body/formdata all disabled", runItem{body: form(`{"key": "a", "value": "1", "type": "text", "disabled": true}`)}),
		one("body/formdata content type", runItem{body: form(`{"key": "a", "value": "{}", "type": "text", "contentType": "application/json"}`)}),
		one("body/formdata variables", runItem{pre: `pm.variables.set('v', 'one\ntwo'); pm.variables.set('f', 'a.txt')`, body: form(`{"key": "a", "value": "{{v}}", "type": "text"}, {"key": "b", "type": "file", "src": "{{f}}"}`)}),
		one("body/formdata file", runItem{body: form(`{"key": "f", "type": "file", "src": "a.txt"}, {"key": "g", "type": "file", "src": "c.png"}, {"key": "h", "type": "file", "src": "b.json", "contentType": "text/plain"}`)}),
		one("body/formdata file name", runItem{body: form(`{"key": "f", "type": "file", "src": "a.txt", "fileName": "other.csv"}`)}),
		one("body/formdata empty file", runItem{body: form(`{"key": "f", "type": "file", "src": "empty.txt"}`)}),
		one("body/formdata unknown type of file", runItem{body: form(`{"key": "f", "type": "file", "src": "d.unknownext"}`)}),
		one("body/formdata own header", runItem{header: `{"key": "Content-Type", "value": "multipart/form-data"}`, body: form(`{"key": "a", "value": "1", "type": "text"}`)}),
		one("body/file", runItem{body: `{"mode": "file", "file": {"src": "a.txt"}}`}),
		one("body/file png", runItem{body: `{"mode": "file", "file": {"src": "c.png"}}`}),
		one("body/file own header", runItem{header: `{"key": "Content-Type", "value": "x/y"}`, body: `{"mode": "file", "file": {"src": "c.png"}}`}),
		one("body/file content", runItem{body: `{"mode": "file", "file": {"content": "aGVsbG8="}}`}),
		one("body/graphql", runItem{body: `{"mode": "graphql", "graphql": {"query": "query q($a: Int) { x(a: $a) }", "variables": "{\"a\": 1}", "operationName": "q"}}`}),
		one("body/graphql variables", runItem{pre: `pm.variables.set('n', '5'); pm.variables.set('f', 'name')`, body: `{"mode": "graphql", "graphql": {"query": "{ {{f}} }", "variables": "{\"a\": {{n}}}"}}`}),
		one("body/graphql without variables", runItem{body: `{"mode": "graphql", "graphql": {"query": "{ a }", "variables": ""}}`}),
	}
}

func runURLCases() []runWireCase {
	get := func(name, url string) runWireCase { return one("url/"+name, runItem{method: "GET", url: url}) }
	return []runWireCase{
		get("text", `"{{base}}/a/b?c=d&e=f#g"`),
		get("object", `{"raw": "{{base}}/stale", "host": ["{{base}}"], "path": ["a", "b"], "query": [{"key": "c", "value": "d"}]}`),
		get("query disabled", `{"raw": "{{base}}/a", "host": ["{{base}}"], "path": ["a"], "query": [{"key": "c", "value": "d", "disabled": true}, {"key": "e", "value": "f"}]}`),
		get("query null and empty", `{"host": ["{{base}}"], "path": ["a"], "query": [{"key": "c", "value": null}, {"key": "e", "value": ""}, {"key": "", "value": "x"}]}`),
		get("special characters", `"{{base}}/a b/ü/{x}/[y]/%41/%zz?q=a b&é=ü+v&w=[1]{2}<3>\"4\"'5'|^`+"`"+`"`),
		get("encoded already", `"{{base}}/a%20b%2Fc?q=a%26b%3Dc"`),
		get("path variables", `{"raw": "{{base}}/:id/x/:name.json", "host": ["{{base}}"], "path": [":id", "x", ":name.json"], "variable": [{"key": "id", "value": "1 2/é"}, {"key": "name", "value": "{{v}}"}]}`),
		get("path variable without a value", `{"raw": "{{base}}/:id", "host": ["{{base}}"], "path": [":id"], "variable": [{"key": "id", "value": ""}]}`),
		get("host, port and path in variables", `"http://127.0.0.1:{{port}}/{{p}}?{{q}}"`),
		get("no scheme", `"{{hp}}/a"`),
		get("user and password", `"http://us%40er:p%3Ass@{{hp}}/a"`),
		get("dots", `"{{base}}/a/../b/./c"`),
		get("empty query", `"{{base}}/a?"`),
		get("double slashes", `"{{base}}//a//b"`),
		get("no path", `"{{base}}"`),
		get("only a query", `"{{base}}?a=b"`),
		get("backslash", `"{{base}}\\a\\b"`),
		get("equal signs in a value", `"{{base}}/?a=b=c&d==e"`),
		{name: "url/structure in a variable", env: `{"key": "v", "value": "a&b=c#d"}`, items: []runItem{{method: "GET", url: `"{{base}}/x?q={{v}}"`}}},
		{name: "url/whole in a variable", env: `{"key": "v", "value": "{{base}}/x/y?z=1"}`, items: []runItem{{method: "GET", url: `"{{v}}"`}}},
		{name: "url/unresolved", items: []runItem{{method: "GET", url: `"{{base}}/{{none}}?q={{none}}"`}}},
		{name: "url/empty", nothing: true, items: []runItem{{method: "GET", url: `""`}}},
	}
}

func runVariableCases() []runWireCase {
	header := xHeader("{{a}}|{{b}}|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}")
	return []runWireCase{
		{name: "data/types", data: `[{"a": "t", "b": 1.50, "c": true, "d": null, "e": [1, [2, null], "x"], "f": {"k": 1}, "g": 1e21}]`,
			items: []runItem{{header: header, body: rawBody(`"{{a}}|{{b}}|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}"`, "")}}},
		{name: "data/small and big numbers", data: `[{"a": 0.1, "b": 1e-7, "c": 123456789012345680000, "d": -0, "e": 1e300, "f": false, "g": ""}]`, items: []runItem{{header: header}}},
		{name: "data/several rows", data: `[{"a": "1"}, {"a": "2"}, {"b": "3"}]`, items: []runItem{{header: header}}},
		{name: "data/more iterations than rows", data: `[{"a": "1"}, {"a": "2"}]`, options: `"iterationCount": 3`, flags: []string{"-n", "3"}, items: []runItem{{header: header}}},
		{name: "data/fewer iterations than rows", data: `[{"a": "1"}, {"a": "2"}]`, options: `"iterationCount": 1`, flags: []string{"-n", "1"}, items: []runItem{{header: header}}},
		{name: "data/placeholder in a cell", data: `[{"a": "{{b}}", "b": "in"}]`, items: []runItem{{header: header}}},
		{name: "data/structure in a URL", data: `[{"a": "x?y=z&w"}]`, items: []runItem{{method: "GET", url: `"{{base}}/{{a}}"`}}},
		{name: "variables/precedence", env: `{"key": "a", "value": "e"}, {"key": "b", "value": "e"}, {"key": "c", "value": "e"}`, globals: `{"key": "a", "value": "g"}, {"key": "d", "value": "g"}, {"key": "e", "value": "g"}`,
			collection: `"variable": [{"key": "a", "value": "c"}, {"key": "c", "value": "c"}, {"key": "d", "value": "c"}]`, data: `[{"a": "row", "f": "row"}]`,
			items: []runItem{{pre: `pm.variables.set('f', 'local')`, header: header}}},
		{name: "variables/disabled", env: `{"key": "a", "value": "e", "disabled": true}, {"key": "b", "value": "e"}, {"key": "b", "value": "f", "disabled": true}`, globals: `{"key": "a", "value": "g"}`, items: []runItem{{header: header}}},
		{name: "variables/nested", env: `{"key": "a", "value": "({{b}})"}, {"key": "b", "value": "[{{n}}]"}, {"key": "n", "value": "in"}, {"key": "in", "value": "c"}, {"key": "d", "value": "{{{{in}}}}"}`, items: []runItem{{header: header}}},
		{name: "variables/itself", env: `{"key": "a", "value": "{{a}}x"}`, items: []runItem{{header: header}}},
		{name: "variables/null and types", differs: []wireDifference{{"null-value", "header x", "null|5|true|1,2|[object Object]|1.5|", `|5|true|[1,2]|{"x":1}|1.50|`}}, env: `{"key": "a", "value": null}, {"key": "b", "value": 5}, {"key": "c", "value": true}, {"key": "d", "value": [1,2]}, {"key": "e", "value": {"x": 1}}, {"key": "f", "value": 1.50}, {"key": "g"}`, items: []runItem{{header: header}}},
		{name: "variables/enabled false", differs: []wireDifference{{"enabled-false", "header x", "e|x|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}", "g|x|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}"}}, env: `{"key": "a", "value": "e", "enabled": false}, {"key": "b", "value": "x", "enabled": true}`, globals: `{"key": "a", "value": "g"}`, items: []runItem{{header: header}}},
		{name: "variables/types of the collection", differs: []wireDifference{{"value-json", "header x", "7|true|7|[object Object]|null|{{f}}|{{g}}", `7|true|7|{"x":[1]}||by id|{{g}}`}}, collection: `"variable": [{"key": "a", "value": "007", "type": "number"}, {"key": "b", "value": "false", "type": "boolean"}, {"key": "c", "value": 7}, {"key": "d", "value": {"x": [1]}}, {"key": "e", "value": null}, {"id": "f", "value": "by id"}]`, items: []runItem{{header: header}}},
		{name: "variables/set by scripts", items: []runItem{
			{pre: `pm.environment.set('a', 1.5); pm.globals.set('b', true); pm.collectionVariables.set('c', null); pm.variables.set('d', [1, 2]); pm.environment.set('e', {x: 1})`, header: header},
			{pre: `pm.environment.unset('a'); pm.globals.clear()`, header: header},
		}},
		{name: "variables/dynamic of their form", match: map[string]string{"header x": `[0-9a-f-]{36}\|\d{10}\|\d{1,4}\|\{\{\$nothing\}\}`}, items: []runItem{{header: xHeader("{{$guid}}|{{$timestamp}}|{{$randomInt}}|{{$nothing}}")}}},
		{name: "variables/in header names and methods", env: `{"key": "n", "value": "X-Name"}, {"key": "M", "value": "PUT"}`, items: []runItem{{method: "{{M}}", header: `{"key": "{{n}}", "value": "v"}`}}},
		{name: "variables/angle brackets", differs: []wireDifference{{"angle-brackets", "header x", "<<a>>", "e"}}, env: `{"key": "a", "value": "e"}`, items: []runItem{{header: xHeader("<<a>>")}}},
		{name: "headers/disabled, empty, several", items: []runItem{{header: `{"key": "X-A", "value": "1", "disabled": true}, {"key": "", "value": "2"}, {"key": "X-B", "value": ""}, {"key": "X-C", "value": "3"}, {"key": "X-C", "value": "4"}`}}},
		{name: "headers/one text", items: []runItem{{header: `"X-A: 1\nX-B: 2:3"`}}},
		{name: "headers/own system ones", items: []runItem{{header: `{"key": "user-agent", "value": "own"}, {"key": "Accept", "value": "a/b"}, {"key": "accept-encoding", "value": "identity"}, {"key": "Host", "value": "other.test"}, {"key": "Cookie", "value": "own=1"}`}}},
		{name: "headers/not ASCII", differs: []wireDifference{{"text-encoding", "header x", "\xe9", "é"}}, items: []runItem{{header: xHeader("é")}}},
		{name: "headers/blanks", differs: []wireDifference{{"header-blanks", "header x", " a ", "a"}}, items: []runItem{{header: xHeader(" a ")}}},
	}
}

func runScriptCases() []runWireCase {
	pre := func(name, script string) runWireCase {
		return one("script/"+name, runItem{url: `"{{base}}/x?a=1"`, header: `{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "b"}`, body: rawBody(`"text"`, "text"), pre: script})
	}
	return []runWireCase{
		pre("url as a text", `pm.request.url = pm.environment.get('base') + '/other?x=y z'`),
		pre("url update", `pm.request.url.update('{{base}}/{{v}}?b=2'); pm.variables.set('v', 'resolved')`),
		pre("query added", `pm.request.addQueryParams('b=2&c'); pm.request.url.query.add({key: 'd', value: 'e f'}); pm.request.url.query.upsert({key: 'a', value: '9'})`),
		pre("query removed", `pm.request.removeQueryParams('a')`),
		pre("path changed", `pm.request.url.path.push('more'); pm.request.url.path[0] = 'first'`),
		pre("host changed", `pm.request.url.host = ['localhost']; pm.request.url.protocol = 'http'; pm.request.url.port = pm.environment.get('port')`),
		pre("header added", `pm.request.headers.add({key: 'X-New', value: 'n'}); pm.request.headers.add({key: 'X-B', value: 'second'})`),
		pre("header upserted", `pm.request.headers.upsert({key: 'X-B', value: 'new'}); pm.request.headers.upsert({key: 'X-C', value: '{{v}}'}); pm.variables.set('v', 'resolved')`),
		pre("header removed", `pm.request.headers.remove('X-B'); pm.request.removeHeader('X-A')`),
		pre("header removed whatever its case", `pm.request.removeHeader('x-A', {ignoreCase: true})`),
		pre("header as a text", `pm.request.headers.add('X-Text: of text'); pm.request.addHeader({key: 'X-Add', value: 5})`),
		pre("header switched off", `pm.request.headers.one('X-B').disabled = true; pm.request.headers.add({key: 'X-Off', value: '1', disabled: true})`),
		pre("headers cleared", `pm.request.headers.clear()`),
		pre("headers populated", `pm.request.headers.populate([{key: 'X-P', value: 'p'}])`),
		pre("header content type", `pm.request.headers.add({key: 'Content-Type', value: 'application/x-own'})`),
		pre("body as a text", `pm.request.body.raw = 'other {{v}}'; pm.variables.set('v', 'é')`),
		pre("body update", `pm.request.body.update('updated')`),
		pre("body update with an object", `pm.request.body.update({mode: 'urlencoded', urlencoded: [{key: 'a', value: 'b c'}]})`),
		pre("body of another mode", `pm.request.body = {mode: 'formdata', formdata: [{key: 'a', value: 'b', type: 'text'}]}`),
		pre("body JSON", `pm.request.body.update({mode: 'raw', raw: JSON.stringify({a: [1]}), options: {raw: {language: 'json'}}})`),
		differing(pre("body gone", `pm.request.body = undefined`), wireDifference{"run-body-removed", "body", "text", ""}, wireDifference{"run-body-removed", "header content-length", "(the body's)", "0"}, wireDifference{"run-body-removed", "header content-type", "text/plain", missing}),
		pre("method", `pm.request.method = 'PUT'`),
		pre("method in lower case", `pm.request.method = 'delete'`),
		pre("auth", `pm.request.auth = {type: 'bearer', bearer: [{key: 'token', value: 'tok', type: 'string'}]}`),
		pre("auth by a method", `pm.request.authorizeUsing('basic', {username: 'u', password: 'p'})`),
		pre("update", `pm.request.update({url: pm.environment.get('base') + '/all', method: 'PATCH', header: [{key: 'X-All', value: '1'}], body: {mode: 'raw', raw: 'all'}})`),
		pre("throws", `pm.request.headers.add({key: 'X-Before', value: '1'}); throw new Error('no')`),
		one("script/urlencoded changed", runItem{body: `{"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}`, pre: `pm.request.body.urlencoded.add({key: 'c', value: '3 4'}); pm.request.body.urlencoded.remove('a')`}),
		one("script/formdata changed", runItem{body: `{"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text"}]}`, pre: `pm.request.body.formdata.add({key: 'c', value: '3', type: 'text'}); pm.request.body.formdata.one('a').value = 'changed'`}),
		one("script/graphql changed", runItem{body: `{"mode": "graphql", "graphql": {"query": "{ a }", "variables": "{}"}}`, pre: `pm.request.body.graphql.query = '{ b }'`}),
		one("script/path variable changed", runItem{url: `{"raw": "{{base}}/:id", "host": ["{{base}}"], "path": [":id"], "variable": [{"key": "id", "value": "1"}]}`, pre: `pm.request.url.variables.upsert({key: 'id', value: 'new'})`}),
		one("script/legacy globals", runItem{pre: `postman.setEnvironmentVariable('a', 'legacy'); postman.setGlobalVariable('b', 'global')`, header: xHeader("{{a}}|{{b}}")}),
		{name: "script/of collection, folder and request", collection: `"event": [{"listen": "prerequest", "script": {"exec": "pm.request.headers.add({key: 'X-Order', value: 'c'}); pm.variables.set('a', 'c')"}}]`,
			tree: `[{"name": "f", "event": [{"listen": "prerequest", "script": {"exec": "pm.request.headers.add({key: 'X-Order', value: 'f' + pm.variables.get('a')})"}}], "item": [` +
				runItem{pre: `pm.request.headers.add({key: 'X-Order', value: 'r'}); pm.request.url.query.add('n=' + pm.request.headers.filter(h => h.key === 'X-Order').length)`}.json("r") + `]}]`},
		{name: "script/skipped request", items: []runItem{{pre: `pm.execution.skipRequest()`}, {url: `"{{base}}/second"`}}},
		{name: "script/next request", items: []runItem{{url: `"{{base}}/1"`, test: `pm.execution.setNextRequest('r3')`}, {url: `"{{base}}/2"`}, {url: `"{{base}}/3"`, test: `postman.setNextRequest(null)`}, {url: `"{{base}}/4"`}}},
		{name: "script/loop", items: []runItem{{url: `"{{base}}/{{n}}"`, pre: `pm.variables.set('n', (pm.variables.get('n') || 0) + 1)`, test: `if (pm.variables.get('n') < 3) pm.execution.setNextRequest(pm.info.requestName)`}}},
		{name: "script/of an answer's header", answer: inTurn("HTTP/1.1 201 Made\r\nX-Token: abc d\r\nETag: \"e\"\r\n"), items: []runItem{
			{test: `pm.environment.set('t', pm.response.headers.get('x-token')); pm.environment.set('e', pm.response.headers.get('ETag')); pm.environment.set('s', pm.response.code + pm.response.status)`},
			{header: xHeader("{{t}}|{{e}}|{{s}}")}}},
	}
}

func runCookieCases() []runWireCase {
	set := func(cookies ...string) string {
		text := "HTTP/1.1 200 OK\r\n"
		for _, c := range cookies {
			text += "Set-Cookie: " + c + "\r\n"
		}
		return text
	}
	then := func(urls ...string) []runItem {
		items := []runItem{{method: "GET", url: `"{{base}}/set/deep"`}}
		for _, u := range urls {
			items = append(items, runItem{method: "GET", url: `"` + u + `"`})
		}
		return items
	}
	jar := func(name, script string, urls ...string) runWireCase {
		items := []runItem{{method: "GET", url: `"{{base}}/first"`, test: `const base = pm.environment.get('base'); const jar = pm.cookies.jar(); ` + script}}
		for _, u := range urls {
			items = append(items, runItem{method: "GET", url: `"` + u + `"`})
		}
		return runWireCase{name: "cookies/jar " + name, items: items}
	}
	return []runWireCase{
		{name: "cookies/sent back", answer: inTurn(set("a=1; Path=/", "b=two words; Path=/", `c="quoted"; Path=/`)), items: then("{{base}}/x", "{{base}}/y")},
		{name: "cookies/path", answer: inTurn(set("root=1; Path=/", "set=2; Path=/set", "deep=3; Path=/set/deep", "own=4", "other=5; Path=/other")), items: then("{{base}}/set", "{{base}}/set/x", "{{base}}/set/deep/y", "{{base}}/settled", "{{base}}/other", "{{base}}/")},
		{name: "cookies/expired", answer: inTurn(set("a=1; Path=/", "b=2; Path=/; Max-Age=3600", "c=3; Path=/; Max-Age=0", "d=4; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "e=5; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT"),
			set("a=; Path=/; Max-Age=0")), items: then("{{base}}/x", "{{base}}/y")},
		{name: "cookies/replaced", answer: inTurn(set("a=1; Path=/", "b=1; Path=/"), set("a=2; Path=/")), items: then("{{base}}/x", "{{base}}/y")},
		{name: "cookies/other host", answer: inTurn(set("a=1; Path=/")), items: then("http://localhost:{{port}}/x", "{{base}}/y")},
		{name: "cookies/domain", answer: inTurn("", set("a=1; Path=/; Domain=sub.localhost", "b=2; Path=/", "c=3; Path=/; Domain=other.test")),
			items: then("http://sub.localhost:{{port}}/x", "http://sub.localhost:{{port}}/y", "http://deep.sub.localhost:{{port}}/y", "http://localhost:{{port}}/z")},
		{name: "cookies/secure and http only", answer: inTurn(set("a=1; Path=/; Secure", "b=2; Path=/; HttpOnly", "c=3; Path=/; SameSite=Strict")), items: then("{{base}}/x")},
		{name: "cookies/own header and jar", answer: inTurn(set("a=1; Path=/", "b=2; Path=/")), items: append(then(), runItem{method: "GET", header: `{"key": "Cookie", "value": "own=3; a=4"}`})},
		{name: "cookies/odd", answer: inTurn(set("novalue; Path=/", "=noname; Path=/", "a=b=c; Path=/", "empty=; Path=/", "sp ace=1; Path=/", "u=é; Path=/", "comma=a,b; Path=/")), items: then("{{base}}/x")},
		{name: "cookies/over iterations", options: `"iterationCount": 2`, flags: []string{"-n", "2"}, answer: inTurn(set("a=1; Path=/")), items: then()},
		{name: "cookies/of a redirect", answer: inTurn("HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=1; Path=/\r\n"), items: then("{{base}}/x")},
		jar("set", `jar.set(base, 'a', '1', () => {}); jar.set(base, {name: 'b', value: '2', path: '/p'}, () => {});`, "{{base}}/x", "{{base}}/p"),
		jar("set by a text", `jar.set(base + '/deep/er', 'a=1; Path=/deep', () => {})`, "{{base}}/x", "{{base}}/deep"),
		jar("default path", `jar.set(base + '/deep/er', 'a', '1', () => {})`, "{{base}}/x", "{{base}}/deep", "{{base}}/deep/x"),
		jar("unset", `jar.set(base, 'a', '1', () => jar.set(base, 'b', '2', () => jar.unset(base, 'a', () => {})))`, "{{base}}/x"),
		jar("clear", `jar.set(base, 'a', '1', () => jar.clear(base, () => {}))`, "{{base}}/x"),
		jar("other host", `jar.set('http://localhost:' + pm.environment.get('port'), 'a', '1', () => {})`, "{{base}}/x", "http://localhost:{{port}}/y"),
		jar("get", `jar.set(base, 'a', 'value', () => jar.get(base, 'a', (err, c) => pm.environment.set('got', String(c))))`, "{{base}}/{{got}}"),
		jar("expired", `jar.set(base, {name: 'a', value: '1', expires: new Date(0)}, () => {}); jar.set(base, {name: 'b', value: '2', expires: new Date(4e12)}, () => {}); jar.set(base, {name: 'c', value: '3', maxAge: 0}, () => {})`, "{{base}}/x"),
	}
}

func runRedirectCases() []runWireCase {
	to := func(code, location string) func(int, *wireRequest) string {
		return inTurn("HTTP/1.1 " + code + " Moved\r\nLocation: " + location + "\r\n")
	}
	post := func(name, code, behavior string) runWireCase {
		item := runItem{header: `{"key": "X-Own", "value": "1"}, {"key": "Authorization", "value": "Own x"}`, body: rawBody(`"{}"`, "json")}
		if behavior != "" {
			item.more = `"protocolProfileBehavior": {` + behavior + `}`
		}
		return runWireCase{name: "redirect/" + name, items: []runItem{item}, answer: to(code, "/next?a=b c")}
	}
	other := func(name, behavior string) runWireCase {
		c := post(name, "302", behavior)
		c.answer = func(n int, r *wireRequest) string {
			if n == 1 {
				return "HTTP/1.1 302 Found\r\nLocation: http://localhost:" + r.get("Host")[len("127.0.0.1:"):] + "/other\r\n"
			}
			return ""
		}
		return c
	}
	loop := func(int, *wireRequest) string { return "HTTP/1.1 302 Found\r\nLocation: /again\r\n" }
	return []runWireCase{
		post("301 of POST", "301", ""), post("302 of POST", "302", ""), post("303 of POST", "303", ""), post("307 of POST", "307", ""), post("308 of POST", "308", ""), post("300 of POST", "300", ""),
		post("302 keeping the method", "302", `"followOriginalHttpMethod": true`),
		post("303 keeping the method", "303", `"followOriginalHttpMethod": true`),
		post("not followed", "302", `"followRedirects": false`),
		post("without referer", "302", `"removeRefererHeaderOnRedirect": true`),
		other("other host", ""), other("other host keeping Authorization", `"followAuthorizationHeader": true`),
		{name: "redirect/of HEAD", items: []runItem{{method: "HEAD"}}, answer: to("302", "/next")},
		{name: "redirect/of PUT 302", items: []runItem{{method: "PUT", body: rawBody(`"x"`, "")}}, answer: to("302", "/next")},
		{name: "redirect/of DELETE 307", items: []runItem{{method: "DELETE", body: rawBody(`"x"`, "")}}, answer: to("307", "/next")},
		{name: "redirect/form 307", items: []runItem{{body: `{"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text"}, {"key": "f", "type": "file", "src": "a.txt"}]}`}}, answer: to("307", "/next")},
		{name: "redirect/file 308", options: `"timeoutRequest": 1500`, differs: []wireDifference{{"run-redirect-file", "2 body", "", "first file\n"}, {"run-redirect-file", "2 header content-length", "11", "(the body's)"}}, items: []runItem{{body: `{"mode": "file", "file": {"src": "a.txt"}}`}}, answer: to("308", "/next")},
		{name: "redirect/relative", differs: []wireDifference{{"run-redirect-path", "2 target", "/a/b/../d?e", "/a/d?e"}}, items: []runItem{{method: "GET", url: `"{{base}}/a/b/c?q=1"`}}, answer: to("302", "../d?e")},
		{name: "redirect/query alone", items: []runItem{{method: "GET", url: `"{{base}}/a/b?q=1"`}}, answer: to("302", "?z=1")},
		{name: "redirect/fragment", differs: []wireDifference{{"run-referer", "2 header referer", "http://127.0.0.1:PORT/a#frag", "http://127.0.0.1:PORT/a"}}, items: []runItem{{method: "GET", url: `"{{base}}/a#frag"`}}, answer: to("302", "/b#other")},
		{name: "redirect/not ASCII", differs: []wireDifference{{"run-redirect-text", "2 target", "/%C3%83%C2%A9?%C3%83%C2%BC=%C3%83%C2%B1", "/%C3%A9?%C3%BC=%C3%B1"}}, items: []runItem{{method: "GET"}}, answer: to("302", "/é?ü=ñ")},
		{name: "redirect/encoded", items: []runItem{{method: "GET"}}, answer: to("302", "/a%2Fb%20c?d=%26")},
		{name: "redirect/without a place", items: []runItem{{method: "GET"}}, answer: inTurn("HTTP/1.1 302 Found\r\n")},
		{name: "redirect/empty place", items: []runItem{{method: "GET"}}, answer: inTurn("HTTP/1.1 302 Found\r\nLocation: \r\n")},
		{name: "redirect/too many", items: []runItem{{method: "GET"}}, answer: loop},
		{name: "redirect/at most 2", items: []runItem{{method: "GET", more: `"protocolProfileBehavior": {"maxRedirects": 2}`}}, answer: loop},
		{name: "redirect/at most 0", items: []runItem{{method: "GET", more: `"protocolProfileBehavior": {"maxRedirects": 0}`}}, answer: loop},
		{name: "redirect/ignored by a flag", options: `"ignoreRedirects": true`, flags: []string{"--ignore-redirects"}, items: []runItem{{method: "GET"}}, answer: to("302", "/next")},
		{name: "redirect/auth basic", items: []runItem{{method: "GET", auth: `{"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "p"}]}`}}, answer: to("302", "/next")},
		{name: "redirect/user in the URL", differs: []wireDifference{{"run-referer", "2 header referer", "http://u:p@127.0.0.1:PORT/x", "http://127.0.0.1:PORT/x"}}, items: []runItem{{method: "GET", url: `"http://u:p@{{hp}}/x"`}}, answer: to("302", "/next")},
		{name: "redirect/own host header", items: []runItem{{method: "GET", header: `{"key": "Host", "value": "other.test"}`}}, answer: to("302", "/next")},
		{name: "redirect/own cookie and content headers", items: []runItem{{header: `{"key": "Cookie", "value": "own=1"}, {"key": "Content-Language", "value": "de"}`, body: rawBody(`"x"`, "")}}, answer: to("302", "/next")},
	}
}

func runBehaviorCases() []runWireCase {
	with := func(name, behavior string, item runItem) runWireCase {
		item.more = `"protocolProfileBehavior": {` + behavior + `}`
		return one("behavior/"+name, item)
	}
	return []runWireCase{
		with("body pruning off", `"disableBodyPruning": true`, runItem{method: "GET", body: rawBody(`"x"`, "")}),
		with("body pruning off, no body", `"disableBodyPruning": true`, runItem{method: "GET"}),
		with("system headers off", `"disabledSystemHeaders": {"user-agent": true, "accept": true, "accept-encoding": true, "content-type": true, "connection": true, "cache-control": true, "postman-token": true}`, runItem{body: rawBody(`"x"`, "json")}),
		differing(with("host off", `"disabledSystemHeaders": {"host": true}`, runItem{method: "GET"}), wireDifference{"run-host-off", "header host", missing, "127.0.0.1:PORT"}),
		differing(with("content length off", `"disabledSystemHeaders": {"content-length": true}`, runItem{body: rawBody(`"x"`, "json")}), wireDifference{"framing", "header content-length", missing, "(the body's)"}, wireDifference{"framing", "body", "", "x"}),
		differing(with("url encoding off", `"disableUrlEncoding": true`, runItem{method: "GET", url: `"{{base}}/ü/[a]{b}?q=é|<>&e=%20"`}), wireDifference{"text-encoding", "target", "/\xfc/[a]{b}?q=\xe9|<>&e=%20", "/ü/[a]{b}?q=é|<>&e=%20"}),
		{name: "behavior/cookies off", answer: inTurn("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\n", "HTTP/1.1 200 OK\r\nSet-Cookie: b=1; Path=/\r\n"), items: []runItem{{method: "GET"}, {method: "GET", more: `"protocolProfileBehavior": {"disableCookies": true}`}, {method: "GET"}}},
		{name: "behavior/of the collection and the folder", collection: `"protocolProfileBehavior": {"disabledSystemHeaders": {"accept": true}, "disableBodyPruning": true}`,
			tree: `[{"name": "f", "protocolProfileBehavior": {"disabledSystemHeaders": {"user-agent": true}}, "item": [` + runItem{method: "GET", body: rawBody(`"x"`, "")}.json("r") + `]}]`},
	}
}

func runSendCases() []runWireCase {
	send := func(name, request string) runWireCase {
		return one("send/"+name, runItem{method: "GET", url: `"{{base}}/main"`, test: `const base = pm.environment.get('base'); pm.sendRequest(` + request + `, (err, res) => { pm.environment.set('after', err ? 'error' : res.code) })`})
	}
	return []runWireCase{
		send("text", `base + '/sent?a=b c'`),
		send("text with a variable", `'{{base}}/sent'`),
		send("object", `{url: base + '/sent', method: 'GET'}`),
		send("without a method", `{url: base + '/sent'}`),
		send("header as a list", `{url: base + '/sent', method: 'POST', header: [{key: 'X-A', value: '1'}, {key: 'X-Off', value: '2', disabled: true}, {key: 'X-N', value: 5}]}`),
		differing(send("header as an object", `{url: base + '/sent', method: 'POST', header: {'X-A': '1', 'X-B': 2}}`), wireDifference{"run-send-header", "2 header x-b", missing, "2"}),
		send("header as a text", `{url: base + '/sent', method: 'POST', header: 'X-A: 1\nX-B:2'}`),
		send("header as texts", `{url: base + '/sent', method: 'POST', header: ['X-A: 1', 'X-B:2']}`),
		differing(send("headers", `{url: base + '/sent', method: 'POST', headers: {'X-A': '1'}}`), wireDifference{"run-send-header", "2 header x-a", missing, "1"}),
		send("body as a text", `{url: base + '/sent', method: 'POST', body: 'plain'}`),
		send("body raw", `{url: base + '/sent', method: 'POST', header: {'Content-Type': 'application/json'}, body: {mode: 'raw', raw: JSON.stringify({a: 1})}}`),
		send("body raw object", `{url: base + '/sent', method: 'POST', body: {mode: 'raw', raw: {a: 1}}}`),
		send("body raw with a language", `{url: base + '/sent', method: 'POST', body: {mode: 'raw', raw: '{}', options: {raw: {language: 'json'}}}}`),
		send("body urlencoded", `{url: base + '/sent', method: 'POST', body: {mode: 'urlencoded', urlencoded: [{key: 'a', value: 'b c'}, {key: 'd', value: 'e', disabled: true}]}}`),
		send("body urlencoded text", `{url: base + '/sent', method: 'POST', body: {mode: 'urlencoded', urlencoded: 'a=b&c=d'}}`),
		send("body formdata", `{url: base + '/sent', method: 'POST', body: {mode: 'formdata', formdata: [{key: 'a', value: 'b', type: 'text'}]}}`),
		send("body graphql", `{url: base + '/sent', method: 'POST', body: {mode: 'graphql', graphql: {query: '{ a }', variables: '{}'}}}`),
		differing(send("body without a mode", `{url: base + '/sent', method: 'POST', body: {raw: 'x'}}`), wireDifference{"run-send-body", "2 body", "", "x"}, wireDifference{"run-send-body", "2 header content-length", "0", "(the body's)"}, wireDifference{"run-send-body", "2 header content-type", missing, "text/plain"}),
		send("body of a GET", `{url: base + '/sent', method: 'GET', body: 'x'}`),
		send("auth", `{url: base + '/sent', method: 'GET', auth: {type: 'basic', basic: [{key: 'username', value: 'u'}, {key: 'password', value: 'p'}]}}`),
		send("url as an object", `{url: {raw: base + '/stale', protocol: 'http', host: ['127', '0', '0', '1'], port: pm.environment.get('port'), path: ['a', 'b'], query: [{key: 'c', value: 'd'}]}, method: 'GET'}`),
		send("pm.request", `pm.request`),
		send("variables in it", `{url: '{{base}}/{{after}}', method: 'POST', header: {'X-A': '{{base}}'}, body: {mode: 'raw', raw: '{{base}}'}}`),
		{name: "send/behavior of the item", answer: byPath(map[string]string{"/sent": "HTTP/1.1 302 Found\r\nLocation: /next\r\n"}), items: []runItem{{method: "GET", more: `"protocolProfileBehavior": {"disabledSystemHeaders": {"accept": true}, "followRedirects": false}`, test: `pm.sendRequest(pm.environment.get('base') + '/sent', () => {})`}}},
		{name: "send/inherits no auth", collection: `"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "tok"}]}`, items: []runItem{{method: "GET", test: `pm.sendRequest(pm.environment.get('base') + '/sent', () => {})`}}},
		{name: "send/cookies", answer: inTurn("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\n", "HTTP/1.1 200 OK\r\nSet-Cookie: b=2; Path=/\r\n"), items: []runItem{{method: "GET", test: `pm.sendRequest(pm.environment.get('base') + '/sent', () => {})`}, {method: "GET"}}},
		{name: "send/redirect", answer: byPath(map[string]string{"/sent": "HTTP/1.1 302 Found\r\nLocation: /next\r\n"}), items: []runItem{{method: "GET", test: `pm.sendRequest({url: pm.environment.get('base') + '/sent', method: 'POST', body: 'x'}, () => {})`}}},
		{name: "send/before the request", items: []runItem{{method: "GET", pre: `pm.sendRequest(pm.environment.get('base') + '/sent', (err, res) => { pm.variables.set('v', res.code); pm.sendRequest(pm.environment.get('base') + '/second', () => pm.request.headers.add({key: 'X-Late', value: 'in a callback'})) })`, header: xHeader("{{v}}")}}},
	}
}

func runAuthCases() []runWireCase {
	auth := func(kind string, pairs ...string) string {
		var params []string
		for i := 0; i < len(pairs); i += 2 {
			again := false
			for j := i + 2; j < len(pairs); j += 2 {
				again = again || pairs[j] == pairs[i]
			}
			if again {
				continue // the last one counts
			}
			value := jsonText(pairs[i+1])
			if pairs[i+1] == "true" || pairs[i+1] == "false" {
				value = pairs[i+1]
			}
			params = append(params, `{"key": "`+pairs[i]+`", "value": `+value+`}`)
		}
		return `{"type": "` + kind + `", "` + kind + `": [` + strings.Join(params, ", ") + `]}`
	}
	target := `"{{base}}/a b/é?q=1 2&p=%26&p=x&empty=&none"`
	with := func(name, kind string, pairs ...string) runWireCase {
		return one("auth/"+name, runItem{url: target, body: rawBody(`"{\"a\": 1}"`, "json"), auth: auth(kind, pairs...)})
	}
	form := func(name, kind string, pairs ...string) runWireCase {
		c := with(name, kind, pairs...)
		c.items[0].body = `{"mode": "urlencoded", "urlencoded": [{"key": "b", "value": "1 2"}, {"key": "a", "value": "é"}]}`
		return c
	}
	digestForm := wireDifference{"digest-form", "2 header authorization", `~Digest username="u", realm="re alm", nonce="abc", uri="/d\?a=b", algorithm="(MD5|SHA-256)", .*`,
		`~Digest username="u", realm="re alm", nonce="abc", uri="/d\?a=b", algorithm=(MD5|SHA-256), .*`}
	digest := func(name, algorithm, qop, opaque string, pairs ...string) runWireCase {
		c := one("auth/digest "+name, runItem{url: `"{{base}}/d?a=b"`, body: rawBody(`"x"`, ""), auth: auth("digest", append([]string{"username", "u", "password", "p w"}, pairs...)...)})
		c.answer = digestGate(algorithm, qop, opaque)
		return c
	}
	letIn := func(algorithm, qop, opaque string, c runWireCase) runWireCase {
		c.check = func(requests []*wireRequest) error {
			if len(requests) != 2 || !digestRight(algorithm, qop, opaque, requests[1]) {
				return fmt.Errorf("the server does not let it in")
			}
			return nil
		}
		return differing(c, digestForm)
	}
	bearer := auth("bearer", "token", "tok")
	fixed := []string{"nonce", "n0nce", "timestamp", "1700000000"}
	o1 := append([]string{"consumerKey", "ck", "consumerSecret", "cs", "token", "tk", "tokenSecret", "ts", "version", "1.0", "signatureMethod", "HMAC-SHA1", "addParamsToHeader", "true"}, fixed...)
	o1with := func(pairs ...string) []string { return append(slices.Clone(o1), pairs...) }
	hawk := func(pairs ...string) []string {
		return append([]string{"authId", "id", "authKey", "key", "algorithm", "sha256", "nonce", "n0nce", "timestamp", "1700000000"}, pairs...)
	}
	edge := func(pairs ...string) []string {
		return append([]string{"accessToken", "at", "clientToken", "ct", "clientSecret", "cs", "nonce", "n0nce", "timestamp", "20240101T00:00:00+0000"}, pairs...)
	}
	return []runWireCase{
		with("basic", "basic", "username", "us:er", "password", "pä ss"),
		with("basic without a password", "basic", "username", "u"),
		with("basic empty", "basic"),
		with("bearer", "bearer", "token", "tok{{none}}"),
		with("bearer empty", "bearer", "token", ""),
		with("apikey in a header", "apikey", "key", "X-Key", "value", "v{{hp}}", "in", "header"),
		with("apikey in the query", "apikey", "key", "k y", "value", "v&w", "in", "query"),
		with("apikey replaces", "apikey", "key", "q", "value", "new", "in", "query"),
		differing(with("apikey without a key", "apikey", "value", "v"), wireDifference{"auth-types", "requests", "1", "0"}),
		with("oauth2 in a header", "oauth2", "accessToken", "tok", "addTokenTo", "header", "headerPrefix", "Pre"),
		differing(with("oauth2 in the query", "oauth2", "accessToken", "t/o=k", "addTokenTo", "queryParams"), wireDifference{"run-token-query", "target", "/a%20b/%C3%A9?q=1%202&p=%26&p=x&empty=&none&access_token=t/o=k", "/a%20b/%C3%A9?q=1%202&p=%26&p=x&empty=&none&access_token=t%2Fo%3Dk"}),
		differing(with("oauth2 of type mac", "oauth2", "accessToken", "tok", "tokenType", "mac"), wireDifference{"oauth2-mac", "requests", "1", "0"}),
		with("oauth2 without a prefix", "oauth2", "accessToken", "tok", "headerPrefix", ""),
		with("oauth1 empty", "oauth1", "consumerKey", "", "consumerSecret", ""),
		with("ntlm empty", "ntlm"),
		with("apikey empty", "apikey"),
		with("digest empty", "digest"),
		with("oauth1", "oauth1", o1...),
		with("oauth1 SHA256", "oauth1", o1with("signatureMethod", "HMAC-SHA256")...),
		with("oauth1 SHA512", "oauth1", o1with("signatureMethod", "HMAC-SHA512")...),
		with("oauth1 plain text", "oauth1", o1with("signatureMethod", "PLAINTEXT")...),
		with("oauth1 realm", "oauth1", o1with("realm", "a realm")...),
		with("oauth1 callback and verifier", "oauth1", o1with("callback", "http://x/y?z", "verifier", "ver")...),
		with("oauth1 body hash", "oauth1", o1with("includeBodyHash", "true")...),
		with("oauth1 in the query", "oauth1", o1with("addParamsToHeader", "false")...),
		with("oauth1 no token", "oauth1", append([]string{"consumerKey", "ck", "consumerSecret", "cs", "signatureMethod", "HMAC-SHA1", "addParamsToHeader", "true"}, fixed...)...),
		differing(with("oauth1 empty parameters", "oauth1", append([]string{"consumerKey", "ck", "consumerSecret", "cs", "signatureMethod", "HMAC-SHA1", "addParamsToHeader", "true", "addEmptyParamsToSign", "true", "token", ""}, fixed...)...), wireDifference{"run-oauth1-empty", "header authorization", `~OAuth oauth_consumer_key="ck",oauth_signature_method="HMAC-SHA1",oauth_timestamp=.*`, `~OAuth oauth_consumer_key="ck",oauth_token="",oauth_signature_method="HMAC-SHA1",oauth_timestamp=.*`}),
		with("oauth1 without encoding", "oauth1", o1with("disableHeaderEncoding", "true")...),
		differing(with("oauth1 without a method", "oauth1", o1with("signatureMethod", "")...), wireDifference{"run-auth-defaults", "header authorization", `~OAuth oauth_consumer_key="ck",oauth_token="tk",oauth_timestamp=.*`, `~OAuth oauth_consumer_key="ck",oauth_token="tk",oauth_signature_method="HMAC-SHA1",oauth_timestamp=.*`}),
		differing(with("hawk without an algorithm", "hawk", hawk("algorithm", "")...), wireDifference{"run-auth-defaults", "header authorization", "", `~Hawk id="id", .*, mac="[^"]+"`}),
		form("oauth1 form", "oauth1", o1...),
		form("oauth1 in the form", "oauth1", o1with("addParamsToHeader", "false")...),
		with("hawk", "hawk", hawk()...),
		with("hawk sha1 and extra", "hawk", hawk("algorithm", "sha1", "extraData", `ex"tra\`)...),
		with("hawk app", "hawk", hawk("app", "ap", "delegation", "dlg")...),
		one("auth/hawk payload with a type", runItem{header: `{"key": "Content-Type", "value": "text/plain; charset=utf-8"}`, body: rawBody(`"x"`, ""), auth: auth("hawk", hawk("includePayloadHash", "true")...)}),
		one("auth/edgegrid header of its own", runItem{method: "GET", header: `{"key": "X-A", "value": "a   b"}`, auth: auth("edgegrid", edge("headersToSign", "x-a")...)}),
		with("jwt order", "jwt", "algorithm", "HS256", "secret", "s", "payload", `{"b": 1, "a": "<&>"}`, "header", `{"typ": "JWT", "alg": "none", "z": 1}`),
		with("hawk payload", "hawk", hawk("includePayloadHash", "true")...),
		differing(form("hawk payload of a form", "hawk", hawk("includePayloadHash", "true")...), wireDifference{"run-sign-added", "header authorization", "~Hawk .*", "~Hawk .*"}),
		with("edgegrid", "edgegrid", edge()...),
		differing(with("edgegrid headers", "edgegrid", edge("headersToSign", "content-type, accept")...), wireDifference{"run-sign-added", "header authorization", "~EG1-HMAC-SHA256 .*", "~EG1-HMAC-SHA256 .*"}),
		with("edgegrid small body", "edgegrid", edge("maxBodySize", "3")...),
		form("edgegrid form", "edgegrid", edge()...),
		with("jwt", "jwt", "algorithm", "HS256", "secret", "s", "payload", `{"a": 1, "b": "é"}`, "addTokenTo", "header", "headerPrefix", "Bearer", "header", `{"kid": "k"}`),
		with("jwt in the query", "jwt", "algorithm", "HS512", "secret", "s", "payload", `{"a": 1}`, "addTokenTo", "queryParam", "queryParamKey", "tok"),
		with("jwt base64 secret", "jwt", "algorithm", "HS384", "secret", "c2VjcmV0", "isSecretBase64Encoded", "true", "payload", `{}`),
		withCheck(with("awsv4", "awsv4", "accessKey", "AK", "secretKey", "SK", "region", "eu-west-1", "service", "execute-api"), checkAWS("SK", "eu-west-1", "execute-api")),
		withCheck(with("awsv4 session", "awsv4", "accessKey", "AK", "secretKey", "SK", "sessionToken", "to/ken"), checkAWS("SK", "us-east-1", "execute-api")),
		letIn("MD5", "auth", "", digest("md5", "MD5", "auth", "")),
		letIn("SHA-256", "auth", "op", digest("sha-256", "SHA-256", "auth", "op", "algorithm", "SHA-256")),
		letIn("MD5", "", "", digest("without qop", "MD5", "", "")),
		differing(digest("wrong password", "MD5", "auth", "", "password", "other"), digestForm),
		digest("no retry", "MD5", "auth", "", "disableRetryRequest", "true"),
		{name: "auth/inherited", collection: `"auth": ` + bearer, tree: `[` + runItem{}.json("r") + `, {"name": "f", "auth": ` + auth("basic", "username", "u", "password", "p") + `, "item": [` +
			runItem{}.json("s") + `, ` + runItem{auth: `{"type": "noauth"}`}.json("t") + `, ` + runItem{auth: "null"}.json("u") + `, {"name": "g", "auth": {"type": "noauth"}, "item": [` + runItem{}.json("v") + `]}]}]`},
		{name: "auth/replaces a header", items: []runItem{{header: `{"key": "authorization", "value": "own"}`, auth: bearer}}},
		{name: "auth/variables", env: `{"key": "t", "value": "tok"}`, items: []runItem{{pre: `pm.environment.set('t', 'new')`, auth: auth("bearer", "token", "{{t}}")}}},
		{name: "auth/unknown", differs: []wireDifference{{"auth-types", "requests", "1", "0"}}, items: []runItem{{auth: auth("strange", "a", "b")}}},
	}
}

func differing(c runWireCase, d ...wireDifference) runWireCase {
	c.differs = d
	return c
}

// withCheck is a signature with a date in it.
func withCheck(c runWireCase, check func([]*wireRequest) error) runWireCase {
	c.check = check
	c.match = map[string]string{"header x-amz-date": `\d{8}T\d{6}Z`,
		"header authorization": `AWS4-HMAC-SHA256 Credential=AK/\d{8}/[a-z0-9-]+/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date(;x-amz-security-token)?, Signature=[0-9a-f]{64}`}
	return c
}

// digestChallenge is what a server asks with.
func digestChallenge(algorithm, qop, opaque string) string {
	text := `HTTP/1.1 401 Unauthorized` + "\r\n" + `WWW-Authenticate: Digest realm="re alm", nonce="abc", algorithm=` + algorithm
	if qop != "" {
		text += `, qop="` + qop + `"`
	}
	if opaque != "" {
		text += `, opaque="` + opaque + `"`
	}
	return text + "\r\n"
}

// digestGate lets user u with password "p w" in.
func digestGate(algorithm, qop, opaque string) func(int, *wireRequest) string {
	return func(_ int, r *wireRequest) string {
		if !digestRight(algorithm, qop, opaque, r) {
			return digestChallenge(algorithm, qop, opaque)
		}
		return "HTTP/1.1 200 OK\r\n"
	}
}

// digestRight reports whether a request answers the challenge.
func digestRight(algorithm, qop, opaque string, r *wireRequest) bool {
	hash := func(text string) string {
		if algorithm == "SHA-256" {
			return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		}
		return fmt.Sprintf("%x", md5.Sum([]byte(text)))
	}
	header := r.get("Authorization")
	field := func(key string) string {
		m := regexp.MustCompile(`(?:^Digest |, ?)` + key + `="?([^",]*)`).FindStringSubmatch(header)
		if m == nil {
			return ""
		}
		return m[1]
	}
	middle := "abc"
	if qop != "" {
		middle += ":" + field("nc") + ":" + field("cnonce") + ":" + qop
	}
	return field("response") == hash(hash("u:re alm:p w")+":"+middle+":"+hash(r.method+":"+r.target)) && field("opaque") == opaque
}

// checkAWS computes the signature of AWS, version 4, from what came.
func checkAWS(secret, region, service string) func([]*wireRequest) error {
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		_, _ = h.Write([]byte(text))
		return h.Sum(nil)
	}
	return func(requests []*wireRequest) error {
		if len(requests) != 1 {
			return fmt.Errorf("%d requests", len(requests))
		}
		r := requests[0]
		m := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=AK/(\d{8})/` + region + `/` + service + `/aws4_request, SignedHeaders=([^,]*), Signature=([0-9a-f]{64})$`).FindStringSubmatch(r.get("Authorization"))
		if m == nil {
			return fmt.Errorf("Authorization is %q", r.get("Authorization"))
		}
		path, query, _ := strings.Cut(r.target, "?")
		pairs := strings.Split(query, "&")
		for i, pair := range pairs {
			key, value, _ := strings.Cut(pair, "=")
			pairs[i] = key + "=" + value
		}
		slices.Sort(pairs)
		canonical := r.method + "\n" + strings.ReplaceAll(path, "%", "%25") + "\n" + strings.Join(pairs, "&") + "\n"
		for _, name := range strings.Split(m[2], ";") {
			canonical += name + ":" + r.get(name) + "\n"
		}
		canonical += fmt.Sprintf("\n%s\n%x", m[2], sha256.Sum256(r.body))
		text := fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%x", r.get("X-Amz-Date"), m[1], region, service, sha256.Sum256([]byte(canonical)))
		key := mac(mac(mac(mac([]byte("AWS4"+secret), m[1]), region), service), "aws4_request")
		if got := fmt.Sprintf("%x", mac(key, text)); got != m[3] {
			return fmt.Errorf("the signature is %s, want %s, of\n%s", m[3], got, canonical)
		}
		return nil
	}
}
