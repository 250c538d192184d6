package collection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

func encoded(t *testing.T, order unicode.Endianness, policy unicode.BOMPolicy, text string) []byte {
	t.Helper()
	data, err := unicode.UTF16(order, policy).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseEncodings(t *testing.T) {
	text := withItems(`{"name":"Inserción ✓","request":"http://x/"}`)
	tests := map[string][]byte{
		"UTF-8":                      []byte(text),
		"UTF-8 with BOM":             []byte("\xEF\xBB\xBF" + text),
		"UTF-16LE with BOM":          encoded(t, unicode.LittleEndian, unicode.UseBOM, text),
		"UTF-16BE with BOM":          encoded(t, unicode.BigEndian, unicode.UseBOM, text),
		"UTF-16LE without BOM":       encoded(t, unicode.LittleEndian, unicode.IgnoreBOM, text),
		"UTF-16BE without BOM":       encoded(t, unicode.BigEndian, unicode.IgnoreBOM, text),
		"blanks before and after it": []byte(" \r\n" + text + "\n "),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("c.json", data)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Items[0].Name; got != "Inserción ✓" {
				t.Errorf("name %q", got)
			}
			if got := strings.TrimSpace(string(c.Bytes())); got != text {
				t.Errorf("Bytes gave %q", got)
			}
		})
	}
}

func TestBytesAreTheFile(t *testing.T) {
	text := `{ "collection" : {"item":[ ], "info":{"name":"a\/b"}, "x": 1.50} }` + "\n"
	c := mustParse(t, text)
	got := c.Bytes()
	if string(got) != text {
		t.Fatalf("got %q", got)
	}
	clear(got)
	if again := c.Bytes(); string(again) != text {
		t.Error("a change to what Bytes gave changed the collection")
	}
	if want := `{"item":[ ], "info":{"name":"a\/b"}, "x": 1.50}`; c.Raw.Raw != want {
		t.Errorf("Raw is %q, want the wrapper's inside %q", c.Raw.Raw, want)
	}
}

// shapes are documents that must load; each names the requests it holds.
var shapes = []struct {
	name, text string
	requests   []string
}{
	{"empty", withItems(``), nil},
	{"no info", `{"item":[{"name":"a","request":"http://x"}]}`, []string{"a"}},
	{"info null", `{"info":null,"item":[{"name":"a"}]}`, []string{"a"}},
	{"info as empty list", `{"info":[],"item":[]}`, nil},
	{"no item", `{"info":{"name":"C","_postman_id":"1","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}`, nil},
	{"item null", `{"info":{"name":"C"},"item":null}`, nil},
	{"schema of another host", `{"info":{"name":"C","schema":"http://schema.postman.com/collection/v2.0.0/"},"item":[]}`, nil},
	{"version as object", `{"info":{"name":"C","version":{"major":1,"minor":2,"patch":3,"identifier":"beta"}},"item":[]}`, nil},
	{"version as text", `{"info":{"name":"C","version":"1.2"},"item":[]}`, nil},
	{"wrapped", `{"collection":` + withItems(`{"name":"a"}`) + `}`, []string{"a"}},
	{"null items", withItems(`null,{"name":"a"},null`), []string{"a"}},
	{"item without request", withItems(`{"name":"a"}`), []string{"a"}},
	{"item without name", withItems(`{"request":"http://x"}`), []string{""}},
	{"name that is a number", withItems(`{"name":12}`), []string{"12"}},
	{"name null", withItems(`{"name":null}`), []string{""}},
	{"request null", withItems(`{"name":"a","request":null}`), []string{"a"}},
	{"folder with null children", withItems(`{"name":"f","item":null}`), []string{"f"}},
	{"items that make no folder", withItems(`{"name":"a","item":false},{"name":"b","item":""},{"name":"c","item":0}`), []string{"a", "b", "c"}},
	{"descriptions that are null", `{"info":{"name":"C","description":null},"item":[{"name":"a","description":null,"request":{"description":null,"url":{"raw":"x","query":[{"key":"q","description":null}],
		"variable":[{"key":"p","description":null}]},"header":[{"key":"K","description":null}],"body":{"mode":"formdata","formdata":[{"key":"k","description":null}]}}}],"variable":[{"key":"v","description":null}]}`, []string{"a"}},
	{"the same name twice", withItems(`{"name":"a"},{"name":"f","item":[{"name":"a"},{"name":"a"}]}`), []string{"a", "f/a", "f/a"}},
	{"schema missing, http, null", `{"info":{"name":"C","schema":null},"item":[]}`, nil},
	{"empty folder", withItems(`{"name":"f","item":[]}`), nil},
	{"folder that has a request", withItems(`{"name":"f","request":"http://x","item":[{"name":"a"}]}`), []string{"f/a"}},
	{"nested folders", withItems(`{"name":"f","item":[{"name":"a"},{"name":"g","item":[{"name":"b"}]},{"name":"c"}]},{"name":"d"}`),
		[]string{"f/a", "f/g/b", "f/c", "d"}},
	{"event as list", withItems(`{"name":"a","event":[{"listen":"test","script":{"exec":["x"]}}]}`), []string{"a"}},
	{"variables null", `{"item":[],"variable":null,"event":null,"auth":null,"protocolProfileBehavior":null}`, nil},
	{"protocolProfileBehavior", withItems(`{"name":"a","protocolProfileBehavior":{"strictSSL":false}},{"name":"b","protocolProfileBehavior":[]}`), []string{"a", "b"}},
	{"strange responses", withItems(`{"name":"a","response":[null,1,"x",{"header":null},{"header":"bad"},{"header":"A: b:c"},{"header":["X: 1"]},{"header":5},
		{"body":null,"code":"200"},{"code":1e99},{"originalRequest":"http://x"},{"originalRequest":{"header":[1]}},{"body":{"a":1},"cookie":[{"expires":1}]}]}`), []string{"a"}},
	{"response null", withItems(`{"name":"a","response":null},{"name":"b","response":{}}`), []string{"a", "b"}},
	{"url null", withRequest(`{"url":null}`), []string{"R"}},
	{"proxy and certificate", withRequest(`{"url":"http://x","proxy":{"host":"p","port":1},"certificate":{"key":{"src":"k"}}}`), []string{"R"}},
	{"description objects", `{"info":{"name":"C","description":{"content":"a \"b\"","type":"text/markdown"}},"item":[
		{"name":"f","description":{"content":"d"},"item":[{"name":"a","description":{"content":"i","type":"t"},"request":{
		"description":{"content":"r","version":1},"header":[{"key":"K","value":"v","description":{"content":"h"}}],
		"url":{"host":["x"],"query":[{"key":"q","value":"1","description":{"content":"qd"}}],"variable":[{"key":"p","value":"1","description":{"content":"v"}}]},
		"body":{"mode":"formdata","formdata":[{"key":"k","value":"v","description":{"content":"p"}}]}}}]}],
		"variable":[{"key":"v","value":"1","description":{"content":"x"}}]}`, []string{"f/a"}},
	{"repeated keys: the last counts", `{"item":[],"item":[{"name":"x","name":"a"}]}`, []string{"a"}},
}

func TestParseShapes(t *testing.T) {
	for _, tt := range shapes {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, tt.text)
			var got []string
			for item := range c.Requests() {
				got = append(got, item.Path())
				checkAnswers(t, item)
			}
			checkSaved(t, c)
			if !slices.Equal(got, tt.requests) {
				t.Errorf("requests %q, want %q", got, tt.requests)
			}
		})
	}
}

// checkAnswers asks an item for everything it can tell and compares what must agree.
func checkAnswers(t *testing.T, item *Item) {
	t.Helper()
	request := item.Request()
	if request.Method == "" {
		t.Errorf("%s: no method", item.Path())
	}
	if auth, source := item.Auth(); auth != nil && (auth.Type == "" || source == "") {
		t.Errorf("%s: auth %+v from %q", item.Path(), auth, source)
	}
	if body := request.Body; body != nil {
		switch body.Mode {
		case ModeRaw, ModeURLEncoded, ModeFormData, ModeFile, ModeGraphQL:
		default:
			t.Errorf("%s: body mode %q", item.Path(), body.Mode)
		}
	}
	if !request.URL.HasParts && (request.URL.Host != nil || request.URL.Path != nil || request.URL.Query != nil) {
		t.Errorf("%s: a URL without parts has parts: %+v", item.Path(), request.URL)
	}
	if item.Model == nil || item.Model.Name != item.Name || item.Model.IsGroup() != item.IsFolder() {
		t.Errorf("%s: model %+v", item.Path(), item.Model)
	}
}

// TestEveryShapeIsSaved: what the tables hold is the same once it is saved as v2.1 and loaded again.
func TestEveryShapeIsSaved(t *testing.T) {
	var texts []string
	for _, tt := range methodTests {
		texts = append(texts, withRequest(tt.json))
	}
	for _, tt := range urlTests {
		texts = append(texts, withRequest(`{"url":`+tt.json+`}`))
	}
	for _, tt := range headerTests {
		texts = append(texts, withRequest(`{"header":`+tt.json+`}`))
	}
	for _, tt := range bodyTests {
		texts = append(texts, withRequest(`{"body":`+tt.json+`}`))
	}
	for _, tt := range authShapes {
		if !strings.Contains(tt.json, `"type":"type"`) {
			texts = append(texts, withRequest(`{"auth":`+tt.json+`}`), withItems(`{"name":"f","auth":`+tt.json+`,"item":[{}]}`), `{"item":[{}],"auth":`+tt.json+`}`)
		}
	}
	for _, tt := range variableShapes {
		texts = append(texts, `{"item":[{"request":{"url":{"raw":"x","variable":[`+tt.json+`]}}}],"variable":[`+tt.json+`]}`)
	}
	for _, tt := range eventShapes {
		texts = append(texts, withItems(`{"name":"a","event":`+tt.event+`}`), withItems(`{"name":"a","item":[],"event":`+tt.event+`}`), `{"item":[],"event":`+tt.event+`}`)
	}
	for _, text := range texts {
		checkSaved(t, mustParse(t, text))
	}
}

func TestCollectionFields(t *testing.T) {
	c := mustParse(t, `{"info":{"name":"a\u00e9 \"q\"","_postman_id":"id-1","description":{"content":"d\"\n"},"version":{"major":1,"minor":0,"patch":2},"schema":"s"},"item":[]}`)
	if c.Name != `aé "q"` || c.ID != "id-1" || c.File != "test.json" {
		t.Errorf("got %q %q %q", c.Name, c.ID, c.File)
	}
	info := c.Model.Info
	if info.Name != c.Name || info.Description.Content != "d\"\n" || info.Version != "1.0.2" || info.Schema != "s" {
		t.Errorf("model info %+v", info)
	}
	if c := mustParse(t, `{"id":7,"name":"n","item":[]}`); c.Name != "n" || c.ID != "7" {
		t.Errorf("got %q %q, want the name and id beside the items", c.Name, c.ID)
	}
}

func TestModelHoldsTheTree(t *testing.T) {
	c := mustParse(t, withItems(`{"name":"f","item":[{"name":"a","request":"http:\/\/x\/\u00e9"}]},{"name":"b"}`))
	if len(c.Model.Items) != 2 || c.Model.Items[0] != c.Items[0].Model || len(c.Model.Items[0].Items) != 1 ||
		c.Model.Items[0].Items[0] != c.Items[0].Items[0].Model {
		t.Fatalf("model items %+v", c.Model.Items)
	}
	if got := c.Model.Items[0].Items[0].Request.URL.Raw; got != "http://x/é" {
		t.Errorf("URL in the model %q", got)
	}
	if got := c.Items[0].Items[0].Raw.Raw; got != `{"name":"a","request":"http:\/\/x\/\u00e9"}` {
		t.Errorf("Raw %q", got)
	}
	if c.Items[0].Items[0].Parent != c.Items[0] || c.Items[0].Parent != nil {
		t.Error("parents are wrong")
	}
}

// eventShapes are used for items, folders and collections.
var eventShapes = []struct{ name, event, want string }{
	{"list of lines", `[{"listen":"test","script":{"type":"text/javascript","exec":["a","b\u0022"]}}]`, "test: a\nb\""},
	{"exec as text", `[{"listen":"prerequest","script":{"exec":"a\nb"}}]`, "prerequest: a\nb"},
	{"exec null", `[{"listen":"test","script":{"exec":null}}]`, "test: "},
	{"exec of other values", `[{"listen":"test","script":{"exec":["a",null,5]}}]`, "test: a\n\n5"},
	{"one object", `{"listen":"test","script":{"exec":["a"]}}`, "test: a"},
	{"null", `null`, ""},
	{"null in the list", `[null,{"listen":"test","script":{"exec":["a"]}}]`, "test: a"},
	{"script as text", `[{"listen":"test","script":"a"}]`, "test: a"},
	{"script as list", `[{"listen":"test","script":["a","b"]}]`, "test: a\nb"},
	{"script null", `[{"listen":"test","script":null}]`, "test: "},
	{"listen missing", `[{"script":{"exec":["a"]}}]`, ": a"},
	{"packages and src", `[{"listen":"test","script":{"exec":["a"],"packages":{},"src":5}}]`, "test: a"},
}

func TestEvents(t *testing.T) {
	for _, tt := range eventShapes {
		t.Run(tt.name, func(t *testing.T) {
			for place, text := range map[string]string{
				"item":       withItems(`{"name":"a","event":` + tt.event + `}`),
				"folder":     withItems(`{"name":"a","item":[],"event":` + tt.event + `}`),
				"collection": `{"item":[],"event":` + tt.event + `}`,
			} {
				c := mustParse(t, text)
				events := c.Model.Events
				if place != "collection" {
					events = c.Items[0].Model.Events
				}
				var got []string
				for _, e := range events {
					got = append(got, string(e.Listen)+": "+strings.Join(e.Script.Exec, "\n"))
				}
				if strings.Join(got, "|") != tt.want {
					t.Errorf("%s: got %q, want %q", place, got, tt.want)
				}
			}
		})
	}
	c := mustParse(t, `{"item":[],"event":[{"id":"e","listen":"test","disabled":true,"script":{"id":"s","name":"n","type":"t","exec":[]}}]}`)
	if e := c.Model.Events[0]; !e.Disabled || e.ID != "e" || e.Script.ID != "s" || e.Script.Name != "n" || e.Script.Type != "t" {
		t.Errorf("event %+v %+v", e, e.Script)
	}
}

// variableShapes are used for collections, URLs and environments.
var variableShapes = []struct {
	json string
	want Variable
}{
	{`{"key":"k","value":"a\"b"}`, Variable{Key: "k", Value: `a"b`}},
	{`{"key":"k","value":12345678901234567890}`, Variable{Key: "k", Value: "12345678901234567890"}},
	{`{"key":"k","value":1.50,"type":"number"}`, Variable{Key: "k", Value: "1.50", Type: "number"}},
	{`{"key":"k","value":1e3}`, Variable{Key: "k", Value: "1e3"}},
	{`{"key":"k","value":-0}`, Variable{Key: "k", Value: "-0"}},
	{`{"key":"k","value":false,"type":"boolean"}`, Variable{Key: "k", Value: "false", Type: "boolean"}},
	{`{"key":"k","value":null}`, Variable{Key: "k"}},
	{`{"key":"k"}`, Variable{Key: "k"}},
	{`{"key":"k","value":{"b": 1, "a":[ 1.0,"<&>" ]}}`, Variable{Key: "k", Value: `{"b":1,"a":[1.0,"<&>"]}`}},
	{`{"key":"k","value":[ ]}`, Variable{Key: "k", Value: `[]`}},
	{`{"id":"k","value":"v"}`, Variable{Key: "k", Value: "v"}},
	{`{"id":"i","key":"k","value":"v","type":"secret"}`, Variable{Key: "k", Value: "v", Type: "secret"}},
	{`{"key":null,"id":"k"}`, Variable{Key: "k"}},
	{`{"key":5,"value":"v"}`, Variable{Key: "5", Value: "v"}},
	{`{"key":"k","disabled":true}`, Variable{Key: "k", Disabled: true}},
	{`{"key":"k","disabled":false,"enabled":true}`, Variable{Key: "k"}},
	{`{"key":"k","enabled":false}`, Variable{Key: "k", Disabled: true}},
	{`{"key":"k","value":"v","description":{"content":"d"}}`, Variable{Key: "k", Value: "v", Description: "d"}},
}

func TestVariables(t *testing.T) {
	for _, tt := range variableShapes {
		c := mustParse(t, `{"item":[{"request":{"url":{"raw":"x","variable":[`+tt.json+`]}}}],"variable":[null,`+tt.json+`]}`)
		if got := c.Variables(); !slices.Equal(got, []Variable{tt.want}) {
			t.Errorf("%s: collection has %+v", tt.json, got)
		}
		if got := c.Items[0].Request().URL.Variables; !slices.Equal(got, []Variable{tt.want}) {
			t.Errorf("%s: URL has %+v", tt.json, got)
		}
	}
	c := mustParse(t, `{"item":[],"variable":[{"key":"a","value":"1"},{"key":"a","value":"2","disabled":true}]}`)
	if got, want := c.Variables(), []Variable{{Key: "a", Value: "1"}, {Key: "a", Value: "2", Disabled: true}}; !slices.Equal(got, want) {
		t.Errorf("repeated keys: %+v, want %+v", got, want)
	}
	c = mustParse(t, `{"item":[],"variable":{"b":1,"a":"x"}}`)
	if got, want := c.Variables(), []Variable{{Key: "b", Value: "1"}, {Key: "a", Value: "x"}}; !slices.Equal(got, want) {
		t.Errorf("a map: %+v, want %+v", got, want)
	}
}

func TestParseBroken(t *testing.T) {
	header := `{"name":"Login","request":{"header":[{"key":"A"},5]}}`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"header is a number", withItems(`{"name":"a"},null,` + header), []string{`item 3 "Login": header 2 is a number`, "expected", "test.json:1:"}},
		{"in folders", withItems(`{"name":"f","item":[{"name":"g","item":[` + header + `]}]}`), []string{`folder "f/g" / item 1 "Login": header 2`}},
		{"item is text", withItems(`{"name":"a"},"x"`), []string{"item 2: is a string"}},
		{"item is a list", withItems(`[]`), []string{"item 1: is a list"}},
		{"items are an object", `{"info":{},"item":{}}`, []string{`"item" is an object; expected a list`}},
		{"children are text", withItems(`{"name":"f","item":"x"}`), []string{`item 1 "f": "item" is a string`}},
		{"request is a number", withRequest(`5`), []string{`item 1 "R": request is a number`}},
		{"request is a list", withRequest(`[1]`), []string{`request is a list`}},
		{"headers are a number", withRequest(`{"header":5}`), []string{`header is a number`}},
		{"header text without colon", withRequest(`{"header":"A: b\nsecret"}`), []string{`header line 2 has no colon`}},
		{"header string without colon", withRequest(`{"header":["secret"]}`), []string{`header 1 line 1 has no colon`}},
		{"url is a number", withRequest(`{"url":5}`), []string{`url is a number`}},
		{"query is a number", withRequest(`{"url":{"query":5}}`), []string{`url: query is a number`}},
		{"query entry", withRequest(`{"url":{"query":[{"key":"a"},false]}}`), []string{`url: query 2 is false`}},
		{"path entry", withRequest(`{"url":{"path":["a",["b"]]}}`), []string{`url: path 2 is a list`}},
		{"path object", withRequest(`{"url":{"path":[{"a":1}]}}`), []string{`url: path 1 is an object without "value"`}},
		{"host object", withRequest(`{"url":{"host":{"a":1}}}`), []string{`url: host is an object without "value"`}},
		{"path variable", withRequest(`{"url":{"variable":["x"]}}`), []string{`url: variable 1 is a string`}},
		{"body is a number", withRequest(`{"body":5}`), []string{`body is a number`}},
		{"formdata entry", withRequest(`{"body":{"mode":"formdata","formdata":[5]}}`), []string{`body: formdata 1 is a number`}},
		{"src object", withRequest(`{"body":{"mode":"formdata","formdata":[{"type":"file","src":{}}]}}`), []string{`body: formdata 1: src is an object`}},
		{"src list in list", withRequest(`{"body":{"mode":"formdata","formdata":[{"type":"file","src":[[]]}]}}`), []string{`body: formdata 1: src is a list`}},
		{"urlencoded is true", withRequest(`{"body":{"mode":"urlencoded","urlencoded":true}}`), []string{`body: urlencoded is true`}},
		{"graphql is a list", withRequest(`{"body":{"mode":"graphql","graphql":[1]}}`), []string{`body: graphql is a list`}},
		{"file is a number", withRequest(`{"body":{"mode":"file","file":1}}`), []string{`body: file is a number`}},
		{"auth is text", withRequest(`{"auth":"x"}`), []string{`auth is a string`}},
		{"auth parameter", withRequest(`{"auth":{"type":"bearer","bearer":[{"key":"a"},"secret"]}}`), []string{`auth: bearer 2 is a string`}},
		{"auth parameters", withRequest(`{"auth":{"type":"bearer","bearer":"secret"}}`), []string{`auth: bearer is a string`}},
		{"folder's auth", withItems(`{"name":"f","item":[],"auth":5}`), []string{`item 1 "f": auth is a number`}},
		{"collection's auth", `{"item":[],"auth":5}`, []string{`collection: auth is a number`}},
		{"collection's variable", `{"item":[],"variable":[5]}`, []string{`collection: variable 1 is a number`}},
		{"collection's event", `{"item":[],"event":"x"}`, []string{`collection: event is a string`}},
		{"event", withItems(`{"name":"a","event":[{},5]}`), []string{`item 1 "a": event 2 is a number`}},
		{"script", withItems(`{"name":"a","event":[{"script":5}]}`), []string{`event 1: script is a number`}},
		{"exec", withItems(`{"name":"a","event":[{"script":{"exec":{}}}]}`), []string{`event 1: script: exec is an object`}},
		{"info is text", `{"info":"x","item":[]}`, []string{`"info" is a string`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("test.json", []byte(tt.text))
			wantFileError(t, err, append(tt.want, "; correct it there")...)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

func TestParseBrokenPosition(t *testing.T) {
	_, err := Parse("é.json", []byte("{\n  \"item\": [\n    {\"name\": \"é\", \"request\": 5}\n  ]\n}"))
	wantFileError(t, err, `é.json:3:30: item 1 "é": request is a number`)
}

func TestFolderDepth(t *testing.T) {
	nested := func(depth int) string {
		return withItems(strings.Repeat(`{"name":"f","item":[`, depth) + `{"name":"r"}` + strings.Repeat(`]}`, depth))
	}
	c := mustParse(t, nested(maxDepth-1))
	if got := len(slices.Collect(c.Requests())); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
	for _, depth := range []int{maxDepth, maxDepth + 1, 3000} {
		_, err := Parse("deep.json", []byte(nested(depth)))
		wantFileError(t, err, "nested more than 200 levels", "folder \"f/f/")
	}
	_, err := Parse("deep.json", []byte(nested(50_000)))
	wantFileError(t, err, "nested too deeply")
	_, err = Parse("deep.json", []byte(strings.Repeat("[", 1_000_000)))
	wantFileError(t, err, "nested too deeply")
	deepBody := withRequest(`{"body":{"mode":"raw","raw":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`)
	if got := only(t, deepBody).Request().Body.Raw; len(got) != 10_000 {
		t.Errorf("raw body has %d characters", len(got))
	}
}

func TestAllStopsAndOrders(t *testing.T) {
	c := mustParse(t, withItems(`{"name":"f","item":[{"name":"a"},{"name":"b"}]},{"name":"c"}`))
	var all []string
	for item := range c.All() {
		all = append(all, item.Name)
	}
	if got := strings.Join(all, " "); got != "f a b c" {
		t.Errorf("All: %s", got)
	}
	var first []string
	for item := range c.Requests() {
		first = append(first, item.Name)
		if item.Name == "b" {
			break
		}
	}
	if got := strings.Join(first, " "); got != "a b" {
		t.Errorf("Requests until b: %s", got)
	}
}

// largeCollection makes a collection of about size bytes: folders of requests that have a big example each.
func largeCollection(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"info":{"name":"large"},"item":[`)
	example, _ := json.Marshal(strings.Repeat("{\"k\":\"v\"}\n", 400))
	for n := 0; b.Len() < size; n++ {
		if n > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"f%d","item":[`, n)
		for i := range 20 {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"name":"r%d","request":{"method":"POST","url":{"raw":"http://x/%d","host":["x"],"path":["%d"],"query":[{"key":"a","value":null}]},
				"header":[{"key":"A","value":"b"}],"body":{"mode":"raw","raw":%s}},"response":[{"name":"ok","code":200,"body":%s}]}`, i, i, i, example, example)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// largeV1 is the same as a collection v1.
func largeV1(size int) []byte {
	var b, orders bytes.Buffer
	b.WriteString(`{"name":"large","requests":[`)
	example, _ := json.Marshal(strings.Repeat("{\"k\":\"v\"}\n", 400))
	for n := 0; b.Len() < size; n++ {
		separator := ","
		if n == 0 {
			separator = ""
		}
		fmt.Fprintf(&b, `%s{"id":"r%d","name":"r%d","method":"POST","url":"http://x/%d","headers":"A: b","dataMode":"raw","rawModeData":%s,"responses":[{"request":"r%d","text":%s}]}`,
			separator, n, n, n, example, n, example)
		if n%20 == 0 {
			fmt.Fprintf(&orders, `%s{"id":"f%d","name":"f%d","order":["r%d"]}`, separator, n, n, n)
		}
	}
	return fmt.Appendf(b.Bytes(), `],"folders":[%s]}`, orders.Bytes())
}

// largeTests are collections of some size, and how many bytes may be allocated for each of theirs.
var largeTests = []struct {
	name         string
	build        func(int) []byte
	size         int
	parse, write int
}{
	{"v2, 1 MB", largeCollection, 1 << 20, 15, 8},
	{"v2, 50 MB", largeCollection, 50 << 20, 15, 8},
	{"v1, 1 MB", largeV1, 1 << 20, 25, 12},
	{"v1, 8 MB", largeV1, 8 << 20, 25, 12},
}

// TestLargeCollectionMemory counts the bytes that parsing and saving allocate: they stay proportional to the
// file.
func TestLargeCollectionMemory(t *testing.T) {
	allocated := func(f func()) int {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc - before.TotalAlloc)
	}
	for _, tt := range largeTests {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.build(tt.size)
			var c *Collection
			var err error
			if ratio := allocated(func() { c, err = Parse("large.json", data) }) / len(data); err != nil || ratio > tt.parse {
				t.Fatalf("%v, %d bytes allocated for each byte of the file", err, ratio)
			}
			if n := len(slices.Collect(c.Requests())); n < tt.size/(20<<10) {
				t.Errorf("%d requests", n)
			}
			if ratio := allocated(func() { c.V21() }) / len(data); ratio > tt.write {
				t.Errorf("%d bytes allocated for each byte of the file to save it", ratio)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, build := range map[string]func(int) []byte{"v2": largeCollection, "v1": largeV1} {
		for _, size := range []int{5 << 20, 50 << 20} {
			data := build(size)
			b.Run(fmt.Sprintf("%s/%dMB", name, size>>20), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Parse("large.json", data); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkV21(b *testing.B) {
	c, err := Parse("large.json", largeCollection(50<<20))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(50 << 20)
	b.ReportAllocs()
	for b.Loop() {
		c.V21()
	}
}
