package collection

import (
	"reflect"
	"testing"
)

var methodTests = []struct{ json, want string }{
	{`{"method":"post"}`, "POST"},
	{`{"method":null}`, "GET"},
	{`{}`, "GET"},
	{`{"method":""}`, "GET"},
	{`{"method":"{{verb}}"}`, "{{verb}}"},
	{`{"method":"my{{v}}"}`, "my{{v}}"},
	{`{"method":"Purge"}`, "PURGE"},
	{`"http://x"`, "GET"},
	{`null`, "GET"},
}

func TestRequestMethod(t *testing.T) {
	for _, tt := range methodTests {
		if got := only(t, withRequest(tt.json)).Request().Method; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.json, got, tt.want)
		}
	}
}

var urlTests = []struct {
	json string
	want URL
}{
	{`"http://x/a?b=\u00e9\/{{v}}"`, URL{Raw: "http://x/a?b=é/{{v}}"}},
	{`""`, URL{}},
	{`null`, URL{}},
	{`{}`, URL{}},
	{`[]`, URL{}},
	{`{"raw":"http:\/\/x"}`, URL{Raw: "http://x"}},
	{`{"raw":"http://x?a=b","query":[{"key":"a","value":"b"}]}`, URL{Raw: "http://x?a=b"}},
	{`{"raw":"x/:p","variable":[{"key":"p","value":1}]}`, URL{Raw: "x/:p", Variables: []Variable{{Key: "p", Value: "1"}}}},
	{`{"raw":"stale","protocol":"https","host":["a","{{h}}"],"port":8080,"path":["x",":id"],"hash":"top","query":[{"key":"a","value":"b"}]}`,
		URL{Raw: "stale", Protocol: "https", Host: []string{"a", "{{h}}"}, Port: "8080", Path: []string{"x", ":id"}, Hash: "top",
			Query: []QueryParam{{Key: "a", Value: "b", HasValue: true}}, HasParts: true}},
	{`{"host":"a.{{b.c}}","path":"/x/y"}`, URL{Host: []string{"a.{{b.c}}"}, Path: []string{"x", "y"}, HasParts: true}},
	{`{"host":{"type":"string","value":"h"},"path":{"type":"string","value":"p/q"}}`, URL{Host: []string{"h"}, Path: []string{"p", "q"}, HasParts: true}},
	{`{"host":["h"],"path":"x/"}`, URL{Host: []string{"h"}, Path: []string{"x", ""}, HasParts: true}},
	{`{"host":["h"],"path":[{"type":"string","value":"a"},"b",3,null,{"type":"string","value":null}]}`,
		URL{Host: []string{"h"}, Path: []string{"a", "b", "3", "", ""}, HasParts: true}},
	{`{"host":null,"path":["p"],"port":null,"protocol":null,"hash":null,"query":null,"variable":null}`, URL{Path: []string{"p"}, HasParts: true}},
	{`{"host":["h"],"auth":{"user":"u","password":"p"}}`, URL{Userinfo: "u:p", Host: []string{"h"}, HasParts: true}},
	{`{"host":["h"],"auth":{"user":"u"}}`, URL{Userinfo: "u", Host: []string{"h"}, HasParts: true}},
	{`{"host":["h"],"auth":["u","p"]}`, URL{Userinfo: "u:p", Host: []string{"h"}, HasParts: true}},
	{`{"host":["h"],"auth":"u:p"}`, URL{Userinfo: "u:p", Host: []string{"h"}, HasParts: true}},
	{`{"host":["h"],"auth":null}`, URL{Host: []string{"h"}, HasParts: true}},
	{`{"host":["h"],"query":[{"key":"n","value":null},{"key":"m"},{"key":"e","value":""},{"key":"i","value":5,"disabled":true},null,{"key":null,"value":true},"s=1=2","t"]}`,
		URL{Host: []string{"h"}, HasParts: true, Query: []QueryParam{
			{Key: "n"}, {Key: "m"}, {Key: "e", HasValue: true}, {Key: "i", Value: "5", HasValue: true, Disabled: true},
			{Value: "true", HasValue: true}, {Key: "s", Value: "1=2", HasValue: true}, {Key: "t"}}}},
	{`{"host":["h"],"query":"?a=1&b&c=%20"}`,
		URL{Host: []string{"h"}, HasParts: true, Query: []QueryParam{{Key: "a", Value: "1", HasValue: true}, {Key: "b"}, {Key: "c", Value: "%20", HasValue: true}}}},
	{`{"host":["h"],"query":{"z":"1","a":null}}`, URL{Host: []string{"h"}, HasParts: true, Query: []QueryParam{{Key: "z", Value: "1", HasValue: true}, {Key: "a"}}}},
	{`{"host":["h"],"query":{"key":"z","value":"1"}}`, URL{Host: []string{"h"}, HasParts: true, Query: []QueryParam{{Key: "z", Value: "1", HasValue: true}}}},
	{`{"host":["h"],"query":[{"key":"a","value":"b","description":{"content":"d"}}]}`,
		URL{Host: []string{"h"}, HasParts: true, Query: []QueryParam{{Key: "a", Value: "b", HasValue: true, Description: "d"}}}},
}

func TestRequestURL(t *testing.T) {
	for _, tt := range urlTests {
		got := only(t, withRequest(`{"url":`+tt.json+`}`)).Request().URL
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.json, got, tt.want)
		}
	}
	if got := only(t, withRequest(`"http:\/\/x"`)).Request().URL; !reflect.DeepEqual(got, URL{Raw: "http://x"}) {
		t.Errorf("request as text: %+v", got)
	}
}

func TestDisabledQueryIsNotInTheModel(t *testing.T) {
	item := only(t, withRequest(`{"url":{"raw":"h","host":["h"],"query":[{"key":"a","value":"1","disabled":true},{"key":"b","value":null,"description":null}]}}`))
	query := item.Model.Request.URL.Query
	if len(query) != 1 || query[0].Key != "b" || query[0].Value != "" {
		t.Errorf("model query %+v", query)
	}
	if got := len(item.Request().URL.Query); got != 2 {
		t.Errorf("the request shows %d parameters, want both", got)
	}
}

var headerTests = []struct {
	json string
	want []Header
}{
	{`[]`, nil},
	{`null`, nil},
	{`""`, nil},
	{`[{"key":"A","value":"b:c"},{"key":"A","value":"d"}]`, []Header{{Key: "A", Value: "b:c"}, {Key: "A", Value: "d"}}},
	{`[{"key":"A"},{"key":"","value":"x"},{"key":"N","value":5},{"key":"T","value":null},null]`,
		[]Header{{Key: "A"}, {Value: "x"}, {Key: "N", Value: "5"}, {Key: "T"}}},
	{`[{"key":"A","value":"b","disabled":true,"description":{"content":"d"}}]`, []Header{{Key: "A", Value: "b", Disabled: true, Description: "d"}}},
	{`"K: v\nK2: v: with colons\r\n\n//Off: x\nEmpty:\n"`,
		[]Header{{Key: "K", Value: "v"}, {Key: "K2", Value: "v: with colons"}, {Key: "Off", Value: "x", Disabled: true}, {Key: "Empty"}}},
	{`["K: v","//K2:w"]`, []Header{{Key: "K", Value: "v"}, {Key: "K2", Value: "w", Disabled: true}}},
	{`{"K":"v","A":2}`, []Header{{Key: "K", Value: "v"}, {Key: "A", Value: "2"}}},
	{`{"key":"K","value":"v"}`, []Header{{Key: "K", Value: "v"}}},
}

func TestRequestHeaders(t *testing.T) {
	for _, tt := range headerTests {
		if got := only(t, withRequest(`{"header":`+tt.json+`}`)).Request().Headers; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.json, got, tt.want)
		}
	}
}

var bodyTests = []struct {
	json string
	want *Body
}{
	{`null`, nil},
	{`{}`, nil},
	{`[]`, nil},
	{`{"mode":null,"raw":"x"}`, nil},
	{`{"mode":"none"}`, nil},
	{`"a\"b"`, &Body{Mode: ModeRaw, Raw: `a"b`}},
	{`{"mode":"raw","raw":"{\"a\": \"{{x}}\"}","options":{"raw":{"language":"json"}}}`, &Body{Mode: ModeRaw, Raw: `{"a": "{{x}}"}`, Language: "json"}},
	{`{"mode":"raw","raw":{"b": 1.0, "a" : "<é\u00e9>"}}`, &Body{Mode: ModeRaw, Raw: `{"b":1.0,"a":"<éé>"}`}},
	{`{"mode":"raw","raw":null,"options":null}`, &Body{Mode: ModeRaw}},
	{`{"mode":"raw","raw":12345678901234567890,"options":{"raw":null}}`, &Body{Mode: ModeRaw, Raw: "12345678901234567890"}},
	{`{"mode":"raw","raw":"x","disabled":true}`, &Body{Mode: ModeRaw, Raw: "x", Disabled: true}},
	{`{"mode":"unheard-of","raw":"x"}`, &Body{Mode: ModeRaw, Raw: "x"}},
	{`{"mode":"raw","raw":"x","formdata":5}`, &Body{Mode: ModeRaw, Raw: "x"}},

	{`{"mode":"urlencoded"}`, &Body{Mode: ModeURLEncoded}},
	{`{"mode":"urlencoded","urlencoded":null}`, &Body{Mode: ModeURLEncoded}},
	{`{"mode":"urlencoded","urlencoded":[{"key":"a","value":"1"},{"key":"b","value":null,"disabled":true},{"key":"c","value":[1, 2],"type":"file"}]}`,
		&Body{Mode: ModeURLEncoded, Params: []Param{{Key: "a", Value: "1", Type: "text"}, {Key: "b", Type: "text", Disabled: true}, {Key: "c", Value: "[1,2]", Type: "text"}}}},
	{`{"mode":"urlencoded","urlencoded":"a=1&b=2%20x&c&d=%zz&e=f=g&"}`, &Body{Mode: ModeURLEncoded, Params: []Param{
		{Key: "a", Value: "1", Type: "text"}, {Key: "b", Value: "2 x", Type: "text"}, {Key: "c", Type: "text"},
		{Key: "d", Value: "%zz", Type: "text"}, {Key: "e", Value: "f=g", Type: "text"}}}},
	{`{"mode":"urlencoded","urlencoded":{"a":1}}`, &Body{Mode: ModeURLEncoded, Params: []Param{{Key: "a", Value: "1", Type: "text"}}}},

	{`{"mode":"formdata","formdata":[{"key":"a","value":"1","type":"text","contentType":"text/csv","description":"d"},{"key":"b","value":false},{"key":"c","type":"default"}]}`,
		&Body{Mode: ModeFormData, Params: []Param{{Key: "a", Value: "1", Type: "text", ContentType: "text/csv", Description: "d"}, {Key: "b", Value: "false", Type: "text"}, {Key: "c", Type: "text"}}}},
	{`{"mode":"formdata","formdata":[{"key":"a","type":"file","src":"x\/y.txt","fileName":"z"},{"key":"b","type":"file","src":null},{"key":"c","type":"file","src":[]},
		{"key":"d","type":"file","src":["1",null,"","2"]},{"key":"e","type":"file"},{"key":"f","type":"file","src":""},{"key":"g","type":"file","value":"aGk="}]}`,
		&Body{Mode: ModeFormData, Params: []Param{{Key: "a", Type: "file", Src: []string{"x/y.txt"}, FileName: "z"}, {Key: "b", Type: "file"}, {Key: "c", Type: "file"},
			{Key: "d", Type: "file", Src: []string{"1", "2"}}, {Key: "e", Type: "file"}, {Key: "f", Type: "file"}, {Key: "g", Type: "file", Value: "aGk="}}}},
	{`{"mode":"formdata","formdata":"a=1&b"}`, &Body{Mode: ModeFormData, Params: []Param{{Key: "a", Value: "1", Type: "text"}, {Key: "b", Type: "text"}}}},
	{`{"mode":"formdata","formdata":["a=1",null]}`, &Body{Mode: ModeFormData, Params: []Param{{Key: "a", Value: "1", Type: "text"}}}},

	{`{"mode":"file","file":{"src":"x"}}`, &Body{Mode: ModeFile, File: &File{Src: "x"}}},
	{`{"mode":"file","file":{"src":null}}`, &Body{Mode: ModeFile, File: &File{}}},
	{`{"mode":"file","file":{"content":"aGk="}}`, &Body{Mode: ModeFile, File: &File{Content: "aGk="}}},
	{`{"mode":"file","file":"x"}`, &Body{Mode: ModeFile, File: &File{Src: "x"}}},
	{`{"mode":"file"}`, &Body{Mode: ModeFile, File: &File{}}},

	{`{"mode":"graphql","graphql":{"query":"{ a }","operationName":"o","variables":"{\"a\": {{n}}}"}}`,
		&Body{Mode: ModeGraphQL, GraphQL: &GraphQL{"{ a }", "o", `{"a": {{n}}}`}}},
	{`{"mode":"graphql","graphql":{"query":"q","operationName":null,"variables":{"a": 1}}}`, &Body{Mode: ModeGraphQL, GraphQL: &GraphQL{Query: "q", Variables: `{"a":1}`}}},
	{`{"mode":"graphql","graphql":"q"}`, &Body{Mode: ModeGraphQL, GraphQL: &GraphQL{Query: "q"}}},
	{`{"mode":"graphql","graphql":null}`, &Body{Mode: ModeGraphQL, GraphQL: &GraphQL{}}},
}

func TestRequestBody(t *testing.T) {
	for _, tt := range bodyTests {
		if got := only(t, withRequest(`{"body":`+tt.json+`}`)).Request().Body; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.json, got, tt.want)
		}
	}
}

func TestRequestDescription(t *testing.T) {
	for text, want := range map[string]string{
		withItems(`{"name":"a","description":"i","request":{"description":"r\"\n"}}`):                  "r\"\n",
		withItems(`{"name":"a","description":{"content":"i"},"request":{"description":null}}`):         "i",
		withItems(`{"name":"a","description":"i","request":{"description":{"content":"r","type":5}}}`): "r",
		withItems(`{"name":"a","description":"i"}`):                                                    "i",
	} {
		if got := only(t, text).Request().Description; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestRequestReadsTheModel: who edits the model sees it in the request.
func TestRequestReadsTheModel(t *testing.T) {
	item := only(t, withRequest(`{"url":"http://x","header":[{"key":"A","value":"1"}]}`))
	item.Model.Request.URL.Raw = "http://y"
	item.Model.Request.Header[0].Value = "2"
	if got := item.Request(); got.URL.Raw != "http://y" || got.Headers[0].Value != "2" {
		t.Errorf("got %+v", got)
	}
}
