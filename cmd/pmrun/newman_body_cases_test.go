package main

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

func rawBody(text, language string) string {
	body := `{"mode": "raw", "raw": ` + text
	if language != "" {
		body += `, "options": {"raw": {"language": "` + language + `"}}`
	}
	return body + `}`
}

func headerCases() []wireCase {
	return []wireCase{
		{name: "header/none", method: "GET"},
		{name: "header/several", header: `{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2"}`},
		{name: "header/of one name", header: `{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2"}, {"key": "x-a", "value": "3"}`, differs: []wireDifference{{"header-same-name", "header x-a", "3", "1\n3"}}},
		{name: "header/of one spelling", header: `{"key": "X-A", "value": "1"}, {"key": "X-B", "value": "2"}, {"key": "X-A", "value": "3"}`},
		{name: "header/disabled", header: `{"key": "X-A", "value": "1", "disabled": true}, {"key": "X-B", "value": "2"}`},
		{name: "header/empty name", header: `{"key": "", "value": "1"}`},
		{name: "header/null name", header: `{"key": null, "value": "1"}`},
		{name: "header/empty value", header: `{"key": "X-A", "value": ""}`},
		{name: "header/null value", header: `{"key": "X-A", "value": null}`, differs: []wireDifference{{"null-value", "header x-a", "null", ""}}},
		{name: "header/no value", header: `{"key": "X-A"}`},
		{name: "header/number", header: `{"key": "X-A", "value": 5}, {"key": "X-B", "value": true}`},
		{name: "header/one text", header: `"X-A: 1\nX-B:2"`},
		{name: "header/blanks around the value", header: `{"key": "X-A", "value": "  1 2  "}`, differs: []wireDifference{{"header-blanks", "header x-a", "  1 2  ", "1 2"}}},
		{name: "header/not ASCII", header: `{"key": "X-A", "value": "é"}`, differs: []wireDifference{{"text-encoding", "header x-a", "\xe9", "é"}}},
		{name: "header/not Latin-1", header: `{"key": "X-A", "value": "日本"}`, differs: []wireDifference{{"text-encoding", "request", `Invalid character in header content ["X-A"]`, missing}, {"text-encoding", "header x-a", missing, "日本"}}},
		{name: "header/spelling and order", header: `{"key": "x-zed", "value": "1"}, {"key": "X-alpha", "value": "2"}`, spelling: true, differs: []wireDifference{{"header-names", "header names", "X-Row x-zed X-alpha User-Agent Accept Cache-Control Postman-Token Host Accept-Encoding Connection Content-Length", "Host User-Agent Content-Length Accept Accept-Encoding X-Alpha X-Row X-Zed"}}},
		{name: "header/name with a blank", header: `{"key": "X A", "value": "1"}`, reject: "header-name", refusal: "not a header name", differs: []wireDifference{{"header-name", "request", `~.*must be a valid HTTP token.*`, ""}}},
		{name: "header/line break in the value", header: `{"key": "X-A", "value": "1\n2"}`, reject: "header-value", refusal: "line break",
			differs: []wireDifference{{"header-value", "request", `Invalid character in header content ["X-A"]`, ""}}},
		{name: "header/own User-Agent", header: `{"key": "user-agent", "value": "mine"}`},
		{name: "header/own Accept", header: `{"key": "accept", "value": "text/plain"}`},
		{name: "header/own Cache-Control", header: `{"key": "Cache-Control", "value": "max-age=0"}`},
		{name: "header/own Postman-Token", header: `{"key": "Postman-Token", "value": "mine"}`},
		{name: "header/own Accept-Encoding", header: `{"key": "Accept-Encoding", "value": "identity"}`, differs: []wireDifference{{"accept-encoding", "header accept-encoding", "identity", "gzip"}}},
		{name: "header/own Connection", header: `{"key": "Connection", "value": "close"}`},
		{name: "header/own Host", header: `{"key": "Host", "value": "other.test"}`},
		{name: "header/own Cookie", header: `{"key": "Cookie", "value": "a=b; c=d"}`},
		{name: "header/own Content-Length", header: `{"key": "Content-Length", "value": "2"}`, body: rawBody(`"abc"`, ""),
			differs: []wireDifference{{"framing", "body", "ab", "abc"}}},
		{name: "header/own Transfer-Encoding", header: `{"key": "Transfer-Encoding", "value": "chunked"}`, body: rawBody(`"abc"`, ""), differs: []wireDifference{{"framing", "header transfer-encoding", "chunked", missing}}},
		{name: "header/own Content-Type, no body", header: `{"key": "Content-Type", "value": "application/json"}`},
		{name: "header/own Authorization", header: `{"key": "Authorization", "value": "Bearer x"}`},
		{name: "header/empty User-Agent", header: `{"key": "User-Agent", "value": ""}`, differs: []wireDifference{{"empty-user-agent", "header user-agent", "", missing}}},
		{name: "header/system ones switched off", body: rawBody(`"abc"`, "json"), item: `"protocolProfileBehavior": {"disabledSystemHeaders": {"content-type": true, "accept": true, "user-agent": true}}`},
		{name: "header/Content-Length switched off", body: rawBody(`"abc"`, "json"), item: `"protocolProfileBehavior": {"disabledSystemHeaders": {"content-length": true}}`, differs: []wireDifference{{"framing", "header content-length", missing, "(the body's)"}, {"framing", "body", "", "abc"}}},
		{name: "header/system ones switched off by the collection", collection: `"protocolProfileBehavior": {"disabledSystemHeaders": {"accept": true}}`},
		{name: "header/redirect", answer: redirect, differs: []wireDifference{{"redirects", "requests", "2", "1"}}},
		{name: "header/redirect not followed", answer: redirect, item: `"protocolProfileBehavior": {"followRedirects": false}`},
		{name: "header/cookie", rows: 2, answer: cookie, differs: []wireDifference{{"cookies", "2 header cookie", "k=v", missing}}},
	}
}

func redirect(n int, _ *wireRequest) string {
	if n > 1 {
		return ""
	}
	return "HTTP/1.1 302 Found\r\nLocation: /there\r\n"
}

func cookie(int, *wireRequest) string { return "HTTP/1.1 200 OK\r\nSet-Cookie: k=v; Path=/\r\n" }

func rawCases() []wireCase {
	return []wireCase{
		{name: "body/none"},
		{name: "body/null", body: `null`},
		{name: "body/empty object", body: `{}`},
		{name: "body/mode none", body: `{"mode": "none"}`},
		{name: "body/no mode", body: `{"raw": "x"}`},
		{name: "body/unknown mode", body: `{"mode": "what", "raw": "x", "what": "y"}`},
		{name: "body/text", body: `"just text"`},
		{name: "body/disabled", body: `{"mode": "raw", "raw": "x", "disabled": true}`},
		{name: "raw/no language", body: rawBody(`"a: é"`, "")},
		{name: "raw/empty", body: rawBody(`""`, "json")},
		{name: "raw/null", body: rawBody(`null`, "json")},
		{name: "raw/blank", body: rawBody(`" "`, "")},
		{name: "raw/json", body: rawBody(`"{\"a\": 1}"`, "json")},
		{name: "raw/xml", body: rawBody(`"<a/>"`, "xml")},
		{name: "raw/html", body: rawBody(`"<a>"`, "html")},
		{name: "raw/javascript", body: rawBody(`"a()"`, "javascript")},
		{name: "raw/text", body: rawBody(`"a"`, "text")},
		{name: "raw/unknown language", body: rawBody(`"a"`, "cobol")},
		{name: "raw/object", body: rawBody(`{"b": [1, "x", null], "a": {"c": 1.50}}`, ""), differs: []wireDifference{{"number-text", "body", `{"b":[1,"x",null],"a":{"c":1.5}}`, `{"b":[1,"x",null],"a":{"c":1.50}}`}}},
		{name: "raw/list, number", body: rawBody(`[1, 2]`, "json")},
		{name: "raw/own Content-Type", body: rawBody(`"{\"a\": 1}"`, "json"), header: `{"key": "content-type", "value": "application/vnd.api+json; charset=utf-8"}`},
		{name: "raw/two own Content-Types", body: rawBody(`"x"`, "json"), header: `{"key": "Content-Type", "value": "text/csv"}, {"key": "Content-Type", "value": "text/html"}`},
		{name: "raw/disabled Content-Type", body: rawBody(`"x"`, "xml"), header: `{"key": "Content-Type", "value": "text/csv", "disabled": true}`},
		{name: "raw/empty Content-Type", body: rawBody(`"x"`, "xml"), header: `{"key": "Content-Type", "value": ""}`},
		{name: "raw/comments", body: rawBody(`"{ // one\n\"a\": /* two */ 1, \"b\": \"// no /* c */\" }"`, "json")},
		{name: "raw/comment over lines", body: rawBody(`"{ /* one\ntwo */ \"a\": 1 }"`, "json"), differs: []wireDifference{{"comment-lines", "body", `{  "a": 1 }`, "{ \n \"a\": 1 }"}}},
		{name: "raw/comment in a variable", body: rawBody(`"{\"a\": {{v}} }"`, "json"), env: `{"key": "v", "value": "1 /* one */"}`, differs: []wireDifference{{"comments", "body", `{"a": 1  }`, `{"a": 1 /* one */ }`}}},
		{name: "raw/comment on one line", body: rawBody(`"{\"a\": /* two */ 1}"`, "json")},
		{name: "raw/comments, Content-Type JSON", body: rawBody(`"{\"a\": /* two */ 1}"`, ""), header: `{"key": "Content-Type", "value": "application/json"}`},
		{name: "raw/comments, Content-Type +json", body: rawBody(`"{\"a\": /* two */ 1}"`, ""), header: `{"key": "Content-Type", "value": "application/hal+json"}`},
		{name: "raw/comments, language text", body: rawBody(`"{\"a\": /* two */ 1}"`, "text"), header: `{"key": "Content-Type", "value": "application/json"}`},
		{name: "raw/comments, no language", body: rawBody(`"a // b"`, "")},
		{name: "raw/comments, URL in a string", body: rawBody(`"{\"a\": \"http://x/\\\"//\"}"`, "json")},
		{name: "raw/CRLF", body: rawBody(`"a\r\nb\n"`, "")},
		{name: "raw/JSON spaces kept", body: rawBody(`"{\n\t\"z\" : 1.0,\n\t\"a\" : \"\\u00e9\"\n}"`, "json")},
		{name: "graphql/query", body: `{"mode": "graphql", "graphql": {"query": "{ a(b: \"c\") }\n"}}`},
		{name: "graphql/variables", body: `{"mode": "graphql", "graphql": {"query": "q", "variables": "{ \"a\": 1 }"}}`},
		{name: "graphql/empty variables", body: `{"mode": "graphql", "graphql": {"query": "q", "variables": ""}}`},
		{name: "graphql/variables object", body: `{"mode": "graphql", "graphql": {"query": "q", "variables": {"a": [1]}}}`},
		{name: "graphql/operation", body: `{"mode": "graphql", "graphql": {"query": "query Q { a }", "operationName": "Q", "variables": "{}"}}`},
		{name: "graphql/empty operation", body: `{"mode": "graphql", "graphql": {"query": "q", "operationName": ""}}`, differs: []wireDifference{{"graphql-operation", "body", `{"query":"q","operationName":""}`, `{"query":"q"}`}}},
		{name: "graphql/null operation", body: `{"mode": "graphql", "graphql": {"query": "q", "operationName": null}}`, differs: []wireDifference{{"graphql-operation", "body", `{"query":"q","operationName":null}`, `{"query":"q"}`}}},
		{name: "graphql/placeholders", body: `{"mode": "graphql", "graphql": {"query": "{ {{f}} }", "variables": "{\"a\": {{v}}}"}}`, env: `{"key": "f", "value": "name"}, {"key": "v", "value": "[1]"}`},
		{name: "graphql/characters", body: `{"mode": "graphql", "graphql": {"query": "é <&> \u2028 \t / \u001f \u007f"}}`},
		{name: "graphql/backspace and form feed", body: `{"mode": "graphql", "graphql": {"query": "\b\f"}}`, differs: []wireDifference{{"graphql-escapes", "body", `{"query":"\b\f"}`, `{"query":"\u0008\u000c"}`}}},
		{name: "graphql/own Content-Type", body: `{"mode": "graphql", "graphql": {"query": "q"}}`, header: `{"key": "Content-Type", "value": "application/graphql+json"}`},
		{name: "graphql/no query", body: `{"mode": "graphql", "graphql": {"variables": "{}"}}`, differs: []wireDifference{{"graphql-query", "body", `{"variables":{}}`, `{"query":"","variables":{}}`}}},
		{name: "graphql/text", body: `{"mode": "graphql", "graphql": "{ a }"}`, differs: []wireDifference{{"graphql-query", "body", "{}", `{"query":"{ a }"}`}}},
		{name: "graphql/empty", body: `{"mode": "graphql", "graphql": {}}`, differs: []wireDifference{{"graphql-query", "body", "{}", `{"query":""}`}}},
		{name: "graphql/variables no JSON", body: `{"mode": "graphql", "graphql": {"query": "q", "variables": "{oops"}}`, reject: "graphql-variables", refusal: "JSON",
			differs: []wireDifference{{"graphql-variables", "body", `{"query":"q","variables":{oops}`, ""}}},
	}
}

func formCases() []wireCase {
	enc := func(params string) string { return `{"mode": "urlencoded", "urlencoded": [` + params + `]}` }
	form := func(params string) string { return `{"mode": "formdata", "formdata": [` + params + `]}` }
	return []wireCase{
		{name: "urlencoded/simple", body: enc(`{"key": "a", "value": "1"}, {"key": "b", "value": "2"}`)},
		{name: "urlencoded/characters", body: enc(`{"key": "a b", "value": " !'()*~-._+&=%/?#[]{}\"\\é日😀"}`)},
		{name: "urlencoded/line breaks", body: enc(`{"key": "a", "value": "1\r\n2\n3\t"}`)},
		{name: "urlencoded/disabled", body: enc(`{"key": "a", "value": "1", "disabled": true}, {"key": "b", "value": "2"}`)},
		{name: "urlencoded/all disabled", body: enc(`{"key": "a", "value": "1", "disabled": true}`)},
		{name: "urlencoded/none", body: enc(``)},
		{name: "urlencoded/null and none", body: enc(`{"key": "a", "value": null}, {"key": "b"}, {"key": "c", "value": ""}`)},
		{name: "urlencoded/number", body: enc(`{"key": "a", "value": 5}`)},
		{name: "urlencoded/true", body: enc(`{"key": "a", "value": true}`)},
		{name: "urlencoded/zero and false", body: enc(`{"key": "a", "value": 0}, {"key": "b", "value": false}`)},
		{name: "urlencoded/empty key", body: enc(`{"key": "", "value": "1"}, {"key": "b", "value": "2"}`)},
		{name: "urlencoded/placeholder in the key", body: enc(`{"key": "{{k}}", "value": "{{v}}"}`), env: `{"key": "k", "value": "a b"}, {"key": "v", "value": "1&2"}`},
		{name: "urlencoded/same key side by side", body: enc(`{"key": "a", "value": "1"}, {"key": "a", "value": "2"}`)},
		{name: "urlencoded/same key apart", body: enc(`{"key": "a", "value": "1"}, {"key": "b", "value": "2"}, {"key": "a", "value": "3"}`),
			differs: []wireDifference{{"urlencoded-order", "body", "a=1&a=3&b=2", "a=1&b=2&a=3"}}},
		{name: "urlencoded/object", body: enc(`{"key": "a", "value": {"b": 1}}, {"key": "c", "value": [1]}`), differs: []wireDifference{{"urlencoded-object", "body", "a=&c=1", "a=%7B%22b%22%3A1%7D&c=%5B1%5D"}}},
		{name: "urlencoded/as text", body: `{"mode": "urlencoded", "urlencoded": "a=1&b=x"}`},
		{name: "urlencoded/as encoded text", body: `{"mode": "urlencoded", "urlencoded": "a=1&b=2%20x"}`,
			differs: []wireDifference{{"urlencoded-text", "body", "a=1&b=2%2520x", "a=1&b=2%20x"}}},
		{name: "urlencoded/own Content-Type", body: enc(`{"key": "a", "value": "1"}`), header: `{"key": "Content-Type", "value": "application/x-www-form-urlencoded; charset=UTF-8"}`},
		{name: "urlencoded/other Content-Type", body: enc(`{"key": "a", "value": "1"}`), header: `{"key": "Content-Type", "value": "text/plain"}`,
			differs: []wireDifference{{"form-content-type", "header content-type", "application/x-www-form-urlencoded", "text/plain"}}},
		{name: "formdata/simple", body: form(`{"key": "a", "value": "1", "type": "text"}, {"key": "b", "value": "2", "type": "text"}`)},
		{name: "formdata/order", body: form(`{"key": "b", "value": "1", "type": "text"}, {"key": "a", "value": "2", "type": "text"}, {"key": "b", "value": "3", "type": "text"}`)},
		{name: "formdata/disabled", body: form(`{"key": "a", "value": "1", "type": "text", "disabled": true}, {"key": "b", "value": "2", "type": "text"}`)},
		{name: "formdata/all disabled", body: form(`{"key": "a", "value": "1", "type": "text", "disabled": true}`)},
		{name: "formdata/none", body: form(``)},
		{name: "formdata/no type", body: form(`{"key": "a", "value": "1"}`)},
		{name: "formdata/unknown type", body: form(`{"key": "a", "value": "1", "type": "what"}`)},
		{name: "formdata/contentType", body: form(`{"key": "a", "value": "{}", "type": "text", "contentType": "application/json; charset=latin1"}`)},
		{name: "formdata/empty contentType", body: form(`{"key": "a", "value": "{}", "type": "text", "contentType": ""}`)},
		{name: "formdata/null and none", body: form(`{"key": "a", "value": null, "type": "text"}, {"key": "b", "type": "text"}, {"key": "c", "value": "", "type": "text"}`)},
		{name: "formdata/number, true", body: form(`{"key": "a", "value": 5, "type": "text"}, {"key": "b", "value": true, "type": "text"}`)},
		{name: "formdata/zero", body: form(`{"key": "a", "value": 0, "type": "text"}`), differs: []wireDifference{{"zero-false", "part 1", "Content-Disposition: form-data; name=\"a\"\r\n\r\n", "Content-Disposition: form-data; name=\"a\"\r\n\r\n0"}}},
		{name: "formdata/false", body: form(`{"key": "a", "value": false, "type": "text"}`), differs: []wireDifference{{"zero-false", "part 1", "Content-Disposition: form-data; name=\"a\"\r\n\r\n", "Content-Disposition: form-data; name=\"a\"\r\n\r\nfalse"}}},
		{name: "formdata/object", body: form(`{"key": "a", "value": {"b": [1, "x"]}, "type": "text"}`)},
		{name: "formdata/empty key", body: form(`{"key": "", "value": "1", "type": "text"}`)},
		{name: "formdata/not ASCII", body: form(`{"key": "é 日", "value": "ñ 😀", "type": "text"}`)},
		{name: "formdata/line breaks in a value", body: form(`{"key": "a", "value": "1\r\n2\n3\r", "type": "text"}`)},
		{name: "formdata/quote in the key", body: form(`{"key": "a\"b", "value": "1", "type": "text"}`), differs: []wireDifference{{"part-names", "part 1", "Content-Disposition: form-data; name=\"a\"b\"\r\n\r\n1", "Content-Disposition: form-data; name=\"a%22b\"\r\n\r\n1"}}},
		{name: "formdata/line break in the key", body: form(`{"key": "a\r\nb", "value": "1", "type": "text"}`), differs: []wireDifference{{"part-names", "part 1", "Content-Disposition: form-data; name=\"a\r\nb\"\r\n\r\n1", "Content-Disposition: form-data; name=\"a%0D%0Ab\"\r\n\r\n1"}}},
		{name: "formdata/backslash in the key", body: form(`{"key": "a\\b", "value": "1", "type": "text"}`), differs: []wireDifference{{"part-names", "part 1", "Content-Disposition: form-data; name=\"a\\b\"\r\n\r\n1", "Content-Disposition: form-data; name=\"a\\\\b\"\r\n\r\n1"}}},
		{name: "formdata/placeholders", body: form(`{"key": "{{k}}", "value": "{{v}}", "type": "text", "contentType": "{{t}}"}`), env: `{"key": "k", "value": "a b"}, {"key": "v", "value": "1"}, {"key": "t", "value": "text/x"}`},
		{name: "formdata/own Content-Type", body: form(`{"key": "a", "value": "1", "type": "text"}`), header: `{"key": "Content-Type", "value": "multipart/form-data"}`},
		{name: "formdata/own Content-Type with boundary", body: form(`{"key": "a", "value": "1", "type": "text"}`), header: `{"key": "Content-Type", "value": "multipart/form-data; boundary=mine"}`, differs: []wireDifference{{"boundary", "boundary", "mine", "~pmrun-[0-9a-f]{32}"}}},
		{name: "formdata/other Content-Type", body: form(`{"key": "a", "value": "1", "type": "text"}`), header: `{"key": "Content-Type", "value": "application/json"}`,
			reject: "form-content-type", refusal: "content-type-overridden", differs: []wireDifference{{"form-content-type", "header content-type", "multipart/form-data; boundary=BOUNDARY", ""}}},
		{name: "formdata/as an object", body: `{"mode": "formdata", "formdata": {"a": "1"}}`, differs: []wireDifference{{"param-shapes", "part 1", "Content-Disposition: form-data; name=\"\"\r\n\r\n", "Content-Disposition: form-data; name=\"a\"\r\n\r\n1"}}},
	}
}

// fileTypes are the extensions whose media types are compared; type is the name
// before them.
const fileTypes = ".json .JSON .png .unknownext . .csv .xml .pdf .html .htm .jpg .jpeg .js .zip .docx .xlsx .pptx .doc .xls .ppt .odt .ods .mp3 .svg .md .yaml .yml" +
	" .gif .webp .bmp .tif .tiff .txt .log .rtf .gz .tar .7z .mp4 .wav .ogg .webm .avi .mov .eml .msg .ics .vcf .tsv .css .ico .heic .avif .mpeg .bin .tar.gz"

func fileCases() []wireCase {
	form := func(params string) string { return `{"mode": "formdata", "formdata": [` + params + `]}` }
	cases := []wireCase{
		{name: "file part/simple", body: form(`{"key": "f", "type": "file", "src": "a.txt"}`)},
		{name: "file part/between texts", body: form(`{"key": "a", "value": "1", "type": "text"}, {"key": "f", "type": "file", "src": "a.txt"}, {"key": "b", "value": "2", "type": "text"}`)},
		{name: "file part/two", body: form(`{"key": "f", "type": "file", "src": "a.txt"}, {"key": "g", "type": "file", "src": "b.json"}`)},
		{name: "file part/contentType", body: form(`{"key": "f", "type": "file", "src": "a.txt", "contentType": "text/x-mine"}`)},
		{name: "file part/fileName", body: form(`{"key": "f", "type": "file", "src": "a.txt", "fileName": "other.json"}`)},
		{name: "file part/empty file", body: form(`{"key": "f", "type": "file", "src": "empty.txt"}`)},
		{name: "file part/name not ASCII", body: form(`{"key": "f", "type": "file", "src": "ü ñ.txt"}`)},
		{name: "file part/apostrophe in the name", body: form(`{"key": "f", "type": "file", "src": "q'r.txt"}`)},
		{name: "file part/quote in fileName", body: form(`{"key": "f", "type": "file", "src": "a.txt", "fileName": "a\"b.txt"}`), differs: []wireDifference{{"part-names", "part 1", "Content-Disposition: form-data; name=\"f\"; filename=\"a\"b.txt\"\r\nContent-Type: text/plain\r\n\r\nfirst file\n", "Content-Disposition: form-data; name=\"f\"; filename=\"a%22b.txt\"\r\nContent-Type: text/plain\r\n\r\nfirst file\n"}}},
		{name: "file part/src list of one", body: form(`{"key": "f", "type": "file", "src": ["a.txt"]}`)},
		{name: "file part/placeholder in src", body: form(`{"key": "f", "type": "file", "src": "{{f}}.txt"}`), env: `{"key": "f", "value": "a"}`},
		{name: "file part/dot before", body: form(`{"key": "f", "type": "file", "src": "./a.txt"}`)},
		{name: "file part/column in src", body: form(`{"key": "f", "type": "file", "src": "{{file}}"}`), row: map[string]string{"file": "b.json"}},
		{name: "file part/empty cell in src", body: form(`{"key": "f", "type": "file", "src": "{{file}}"}, {"key": "a", "value": "1", "type": "text"}`), row: map[string]string{"file": ""},
			differs: []wireDifference{
				{"empty-file-cell", "part 1", "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n", "Content-Disposition: form-data; name=\"a\"\r\n\r\n1"},
				{"empty-file-cell", "part 2", "Content-Disposition: form-data; name=\"a\"\r\n\r\n1", "|--\r\n"}, {"empty-file-cell", "part 3", "|--\r\n", missing}}},
		{name: "file part/src list of two", body: form(`{"key": "f", "type": "file", "src": ["a.txt", "b.json"]}, {"key": "g", "type": "file", "src": "a.txt"}`), differs: []wireDifference{{"src-list", "part 3", "Content-Disposition: form-data; name=\"g\"; filename=\"\"\r\n\r\n", "Content-Disposition: form-data; name=\"g\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nfirst file\n"}}},
		{name: "file part/rare media type", body: form(`{"key": "f", "type": "file", "src": "type.hjson"}`), differs: []wireDifference{{"media-types", "part 1",
			"Content-Disposition: form-data; name=\"f\"; filename=\"type.hjson\"\r\nContent-Type: application/hjson\r\n\r\n.hjson",
			"Content-Disposition: form-data; name=\"f\"; filename=\"type.hjson\"\r\nContent-Type: application/octet-stream\r\n\r\n.hjson"}}},
		{name: "file part/missing", body: form(`{"key": "f", "type": "file", "src": "nowhere.txt"}, {"key": "a", "value": "1", "type": "text"}`), reject: "missing-file", refusal: "nowhere.txt",
			differs: []wireDifference{{"missing-file", "part 1", "Content-Disposition: form-data; name=\"a\"\r\n\r\n1", ""}}},
		{name: "file part/directory", body: form(`{"key": "f", "type": "file", "src": "."}, {"key": "a", "value": "1", "type": "text"}`), reject: "missing-file", refusal: "directory",
			differs: []wireDifference{{"missing-file", "part 1", "Content-Disposition: form-data; name=\"a\"\r\n\r\n1", ""}}},
		{name: "file part/no file chosen", body: form(`{"key": "f", "type": "file", "src": null}`), reject: "no-file", refusal: "no file is chosen", differs: []wireDifference{{"no-file", "part 1", "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n", ""}}},
		{name: "file part/empty list", body: form(`{"key": "f", "type": "file", "src": []}`), reject: "no-file", refusal: "no file is chosen", differs: []wireDifference{{"no-file", "part 1", "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n", ""}}},
		{name: "file part/empty src", body: form(`{"key": "f", "type": "file", "src": ""}`), reject: "no-file", refusal: "no file is chosen", differs: []wireDifference{{"no-file", "part 1", "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n", ""}}},
		{name: "file part/value for src", body: form(`{"key": "f", "type": "file", "value": "a.txt"}`), reject: "file-value", refusal: "f",
			differs: []wireDifference{{"file-value", "part 1", "Content-Disposition: form-data; name=\"f\"\r\nContent-Type: application/octet-stream\r\n\r\nj\xdcm", ""}}},
		{name: "file/simple", body: `{"mode": "file", "file": {"src": "a.txt"}}`},
		{name: "file/as text", body: `{"mode": "file", "file": "b.json"}`},
		{name: "file/content", body: `{"mode": "file", "file": {"content": "aGVsbG8="}}`},
		{name: "file/unknown extension", body: `{"mode": "file", "file": {"src": "d.unknownext"}}`},
		{name: "file/own Content-Type", body: `{"mode": "file", "file": {"src": "a.txt"}}`, header: `{"key": "Content-Type", "value": "text/csv"}`},
		{name: "file/empty file", body: `{"mode": "file", "file": {"src": "empty.txt"}}`},
		{name: "file/no file chosen", body: `{"mode": "file", "file": {"src": ""}}`, reject: "no-file", refusal: "no file is chosen", differs: []wireDifference{{"no-file", "body", "", ""}}},
		{name: "file/empty object", body: `{"mode": "file", "file": {}}`, reject: "no-file", refusal: "no file is chosen", differs: []wireDifference{{"no-file", "body", "", ""}}},
		{name: "file/placeholder", body: `{"mode": "file", "file": {"src": "{{f}}"}}`, row: map[string]string{"f": "c.png"}},
		{name: "file/missing", body: `{"mode": "file", "file": {"src": "nowhere.txt"}}`, reject: "missing-file", refusal: "nowhere.txt",
			differs: []wireDifference{{"missing-file", "body", "", ""}}},
	}
	var types []string
	for _, extension := range strings.Fields(fileTypes) {
		types = append(types, `{"key": "f", "type": "file", "src": "type`+extension+`"}`)
	}
	cases = append(cases, wireCase{name: "file part/media types", body: form(strings.Join(types, ", "))})
	return cases
}

func pruneCases() []wireCase {
	cases := []wireCase{
		{name: "method/none", method: "null"},
		{name: "method/small letters", method: "patch", body: rawBody(`"x"`, "")},
		{name: "method/own", method: "REINDEX", body: rawBody(`"x"`, "")},
		{name: "prune/GET, switched off", method: "GET", body: rawBody(`"x"`, "json"), item: `"protocolProfileBehavior": {"disableBodyPruning": true}`},
		{name: "prune/GET, switched off by the folder", method: "GET", body: rawBody(`"x"`, "json"), folder: `"protocolProfileBehavior": {"disableBodyPruning": true}`},
		{name: "prune/GET, switched off by the collection", method: "GET", body: rawBody(`"x"`, "json"), collection: `"protocolProfileBehavior": {"disableBodyPruning": true}`},
		{name: "prune/GET, off and on again", method: "GET", body: rawBody(`"x"`, "json"), item: `"protocolProfileBehavior": {"disableBodyPruning": false}`, collection: `"protocolProfileBehavior": {"disableBodyPruning": true}`},
		{name: "prune/GET with own Content-Type", method: "GET", body: rawBody(`"x"`, "json"), header: `{"key": "Content-Type", "value": "text/x"}`},
		{name: "prune/GET with a form", method: "GET", body: `{"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}]}`},
		{name: "prune/GET with parts, switched off", method: "GET", body: `{"mode": "formdata", "formdata": [{"key": "a", "value": "1", "type": "text"}]}`, item: `"protocolProfileBehavior": {"disableBodyPruning": true}`},
	}
	for _, method := range []string{"GET", "HEAD", "COPY", "PURGE", "UNLOCK", "DELETE", "OPTIONS", "PUT", "PATCH", "LINK", "UNLINK", "LOCK", "PROPFIND", "VIEW", "get"} {
		var differs []wireDifference
		if method == "HEAD" {
			differs = []wireDifference{{"accept-encoding", "header accept-encoding", "gzip, deflate, br", missing}}
		}
		cases = append(cases, wireCase{name: "prune/" + method + " with a body", differs: differs, method: method, body: rawBody(`"x"`, "json")},
			wireCase{name: "prune/" + method + " without a body", method: method, differs: differs})
	}
	return cases
}

func authCases() []wireCase {
	basic := `{"type": "basic", "basic": [{"key": "username", "value": "u"}, {"key": "password", "value": "p"}]}`
	oauth2 := func(params string) string {
		return `{"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "tok"}` + more(params) + `]}`
	}
	apikey := func(params string) string {
		return `{"type": "apikey", "apikey": [` + params + `]}`
	}
	digest := func(params string) string {
		return `{"type": "digest", "digest": [{"key": "username", "value": "u"}, {"key": "password", "value": "p"}` + more(params) + `]}`
	}
	return []wireCase{
		{name: "auth/basic", auth: basic},
		{name: "auth/basic not ASCII", auth: `{"type": "basic", "basic": [{"key": "username", "value": "é:"}, {"key": "password", "value": "日"}]}`},
		{name: "auth/basic without password", auth: `{"type": "basic", "basic": [{"key": "username", "value": "u"}]}`},
		{name: "auth/basic empty", auth: `{"type": "basic", "basic": []}`},
		{name: "auth/basic as a map", auth: `{"type": "basic", "basic": {"username": "u", "password": "p"}}`},
		{name: "auth/basic with placeholders", auth: `{"type": "basic", "basic": [{"key": "username", "value": "{{u}}"}, {"key": "password", "value": "{{p}}"}]}`, env: `{"key": "u", "value": "user"}, {"key": "p", "value": "pass"}`},
		{name: "auth/replaces the header", auth: basic, header: `{"key": "authorization", "value": "mine"}`},
		{name: "auth/bearer", auth: `{"type": "bearer", "bearer": [{"key": "token", "value": "tok"}]}`},
		{name: "auth/bearer empty", auth: `{"type": "bearer", "bearer": [{"key": "token", "value": ""}]}`},
		{name: "auth/bearer empty, own header", auth: `{"type": "bearer", "bearer": [{"key": "token", "value": ""}]}`, header: `{"key": "Authorization", "value": "mine"}`},
		{name: "auth/apikey header", auth: apikey(`{"key": "key", "value": "X-Key"}, {"key": "value", "value": "v"}`)},
		{name: "auth/apikey in header", auth: apikey(`{"key": "key", "value": "X-Key"}, {"key": "value", "value": "v"}, {"key": "in", "value": "header"}`)},
		{name: "auth/apikey replaces a header", auth: apikey(`{"key": "key", "value": "X-Key"}, {"key": "value", "value": "v"}`), header: `{"key": "x-key", "value": "mine"}`},
		{name: "auth/apikey query", method: "GET", auth: apikey(`{"key": "key", "value": "k y"}, {"key": "value", "value": "v&#=é+"}, {"key": "in", "value": "query"}`)},
		{name: "auth/apikey query beside others", method: "GET", url: `"{{base}}/?a=b"`, auth: apikey(`{"key": "key", "value": "k"}, {"key": "value", "value": "v"}, {"key": "in", "value": "query"}`)},
		{name: "auth/apikey query replaces", method: "GET", url: `"{{base}}/?k=mine&a=b"`, auth: apikey(`{"key": "key", "value": "k"}, {"key": "value", "value": "v"}, {"key": "in", "value": "query"}`)},
		{name: "auth/apikey as a map", auth: `{"type": "apikey", "apikey": {"key": "X-Key", "value": "v", "in": "header"}}`},
		{name: "auth/oauth2", auth: oauth2("")},
		{name: "auth/oauth2 header", auth: oauth2(`{"key": "addTokenTo", "value": "header"}, {"key": "tokenType", "value": "Bearer"}`)},
		{name: "auth/oauth2 prefix", auth: oauth2(`{"key": "headerPrefix", "value": "Token"}`)},
		{name: "auth/oauth2 empty prefix", auth: oauth2(`{"key": "headerPrefix", "value": ""}`)},
		{name: "auth/oauth2 prefix with a blank", auth: oauth2(`{"key": "headerPrefix", "value": "Token "}`)},
		{name: "auth/oauth2 query", method: "GET", url: `"{{base}}/?a=b"`, auth: oauth2(`{"key": "addTokenTo", "value": "queryParams"}`)},
		{name: "auth/oauth2 other type", auth: oauth2(`{"key": "tokenType", "value": "other"}`)},
		{name: "auth/oauth2 mac", auth: oauth2(`{"key": "tokenType", "value": "mac"}`), reject: "oauth2-mac", refusal: "mac", differs: []wireDifference{{"oauth2-mac", "header authorization", missing, ""}}},
		{name: "auth/oauth2 without a token", auth: `{"type": "oauth2", "oauth2": [{"key": "accessToken", "value": ""}]}`, reject: "oauth2-no-token", refusal: "token", differs: []wireDifference{{"oauth2-no-token", "header authorization", missing, ""}}},
		{name: "auth/oauth2 without a token, own header", auth: `{"type": "oauth2", "oauth2": []}`, header: `{"key": "Authorization", "value": "mine"}`},
		{name: "auth/of the collection", collection: `"auth": ` + basic},
		{name: "auth/of the folder", folder: `"auth": ` + basic, collection: `"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "tok"}]}`},
		{name: "auth/null inherits", auth: `null`, folder: `"auth": ` + basic},
		{name: "auth/empty object inherits", auth: `{}`, folder: `"auth": ` + basic},
		{name: "auth/noauth", auth: `{"type": "noauth"}`, folder: `"auth": ` + basic},
		{name: "auth/noauth of the folder", folder: `"auth": {"type": "noauth"}`, collection: `"auth": ` + basic},
		{name: "auth/and userinfo", auth: `{"type": "bearer", "bearer": [{"key": "token", "value": "tok"}]}`, url: `"http://u:p@{{hp}}/"`},
		{name: "auth/userinfo and own header", header: `{"key": "Authorization", "value": "mine"}`, url: `"http://u:p@{{hp}}/"`},
		{name: "auth/unknown type", auth: `{"type": "magic", "magic": []}`, reject: "auth-types", refusal: "magic", differs: []wireDifference{{"auth-types", "header authorization", missing, ""}}},
		{name: "auth/hawk", auth: `{"type": "hawk", "hawk": [{"key": "authId", "value": "i"}, {"key": "authKey", "value": "k"}, {"key": "algorithm", "value": "sha256"}]}`, reject: "auth-types", refusal: "hawk",
			differs: []wireDifference{{"auth-types", "header authorization", `~Hawk .*`, ""}}},
		{name: "auth/digest MD5", auth: digest(""), answer: digestServer("MD5", md5.New, `qop="auth"`),
			differs: []wireDifference{{"digest-form", "2 header authorization", `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm="MD5", qop=auth, nc=00000001, the response is right`, `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm=MD5, qop=auth, nc=00000001, the response is right`}}},
		{name: "auth/digest without qop", auth: digest(""), answer: digestServer("MD5", md5.New, ``),
			differs: []wireDifference{{"digest-form", "2 header authorization", `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm="MD5", the response is right`, `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm=MD5, the response is right`}}},
		{name: "auth/digest SHA-256", auth: digest(`{"key": "algorithm", "value": "SHA-256"}`), answer: digestServer("SHA-256", sha256.New, `qop="auth"`), body: rawBody(`"body"`, ""),
			differs: []wireDifference{{"digest-form", "2 header authorization", `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm="SHA-256", qop=auth, nc=00000001, the response is right`, `Digest username="u", realm="realm", nonce="nonce1", uri="/x", algorithm=SHA-256, qop=auth, nc=00000001, the response is right`}, {"digest-first", "header expect", missing, "100-continue"}, {"digest-first", "2 header expect", missing, "100-continue"}}},
		{name: "auth/digest with its own parameters", auth: digest(`{"key": "realm", "value": "mine"}, {"key": "nonce", "value": "mine"}`), answer: digestServer("MD5", md5.New, `qop="auth"`),
			differs: []wireDifference{
				{"digest-params", "header authorization", `Digest username="u", realm="mine", nonce="mine", uri="/x", algorithm="MD5"`, missing}, {"digest-params", "requests", "1", "2"}}},
		{name: "auth/digest with a wrong password", auth: digest(`{"key": "password", "value": "wrong"}`), answer: func(n int, _ *wireRequest) string {
			return fmt.Sprintf("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"realm\", nonce=\"nonce%d\", qop=\"auth\"\r\n", n)
		}, match: map[string]string{"2 header authorization": `Digest username="u", realm="realm", nonce="nonce1", uri="/x", .*`}},
		{name: "auth/digest target with query", method: "GET", url: `"{{base}}/p q/é?a=b c&d='"`, auth: digest(""), answer: digestServer("MD5", md5.New, `qop="auth", opaque="op"`),
			differs: []wireDifference{{"digest-form", "2 header authorization", `Digest username="u", realm="realm", nonce="nonce1", uri="/p%20q/%C3%A9?a=b%20c&d=%27", algorithm="MD5", qop=auth, nc=00000001, opaque="op", the response is right`, `Digest username="u", realm="realm", nonce="nonce1", uri="/p%20q/%C3%A9?a=b%20c&d=%27", algorithm=MD5, opaque="op", qop=auth, nc=00000001, the response is right`}}},
	}
}

// digestServer asks for digest credentials once and answers 403 to wrong ones.
// The credentials' own random parts are taken out, so that they can be compared.
func digestServer(algorithm string, newHash func() hash.Hash, extra string) func(int, *wireRequest) string {
	sum := func(text string) string {
		h := newHash()
		h.Write([]byte(text))
		return hex.EncodeToString(h.Sum(nil))
	}
	return func(_ int, r *wireRequest) string {
		for i, header := range r.headers {
			credentials, is := strings.CutPrefix(header.value, "Digest ")
			if !is || !strings.EqualFold(header.name, "Authorization") {
				continue
			}
			p := make(map[string]string)
			var list []string
			for _, param := range strings.Split(credentials, ", ") {
				key, value, _ := strings.Cut(param, "=")
				p[key] = strings.Trim(value, `"`)
				if key != "cnonce" && key != "response" {
					list = append(list, param)
				}
			}
			a1, a2 := sum("u:realm:p"), sum(r.method+":"+r.target)
			want := sum(a1 + ":nonce1:" + a2)
			if p["qop"] != "" {
				want = sum(strings.Join([]string{a1, "nonce1", p["nc"], p["cnonce"], p["qop"], a2}, ":"))
			}
			if p["response"] == want {
				list = append(list, "the response is right")
			}
			r.headers[i].value = "Digest " + strings.Join(list, ", ")
			return ""
		}
		challenge := `Digest realm="realm", nonce="nonce1", algorithm=` + algorithm
		if extra != "" {
			challenge += ", " + extra
		}
		return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " + challenge + "\r\n"
	}
}
