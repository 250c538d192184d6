package collection

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	postman "github.com/rbretecher/go-postman-collection"
)

var authShapes = []struct {
	json string
	want *Auth
}{
	{`null`, nil},
	{`{}`, nil},
	{`[]`, nil},
	{`{"basic":[{"key":"username","value":"u"}]}`, nil},
	{`{"type":null}`, nil},
	{`{"type":"noauth"}`, nil},
	{`{"type":"noauth","noauth":[]}`, nil},
	{`{"type":"noauth","noauth":{}}`, nil},
	{`{"type":"basic"}`, &Auth{Type: "basic"}},
	{`{"type":"basic","basic":null}`, &Auth{Type: "basic"}},
	{`{"type":"basic","basic":[]}`, &Auth{Type: "basic"}},
	{`{"type":"basic","basic":[{"key":"username","value":"u","type":"string"},null,{"key":"password","value":null},{"key":"showPassword","value":false}]}`,
		&Auth{"basic", []AuthParam{{"username", "u"}, {"password", ""}, {"showPassword", "false"}}}},
	{`{"type":"basic","basic":{"username":"u","password":"\u00e9","showPassword":false,"n":1.50}}`,
		&Auth{"basic", []AuthParam{{"username", "u"}, {"password", "é"}, {"showPassword", "false"}, {"n", "1.50"}}}},
	{`{"type":"apikey","apikey":{"key":"X-Key","value":"v","in":"header"}}`, &Auth{"apikey", []AuthParam{{"key", "X-Key"}, {"value", "v"}, {"in", "header"}}}},
	{`{"type":"apikey","apikey":[{"key":"key","value":"X-Key"},{"key":"value","value":"v"}]}`, &Auth{"apikey", []AuthParam{{"key", "X-Key"}, {"value", "v"}}}},
	{`{"type":"oauth2","oauth2":[{"key":"accessToken","value":"t"},{"key":"authRequestParams","value":[{"a": 1}]}]}`,
		&Auth{"oauth2", []AuthParam{{"accessToken", "t"}, {"authRequestParams", `[{"a":1}]`}}}},
	{`{"type":"edgegrid","edgegrid":{"z":"1","accessToken":"t"}}`, &Auth{"edgegrid", []AuthParam{{"z", "1"}, {"accessToken", "t"}}}},
	{`{"type":"jwt","jwt":[{"key":"payload","value":"{}"},{"key":"exp","value":5}]}`, &Auth{"jwt", []AuthParam{{"payload", "{}"}, {"exp", "5"}}}},
	{`{"type":"asap"}`, &Auth{Type: "asap"}},
	{`{"type":"unheard-of","unheard-of":[{"key":"a","value":"b"}]}`, &Auth{"unheard-of", []AuthParam{{"a", "b"}}}},
	{`{"type":"Basic","Basic":[{"key":"a","value":"b"}]}`, &Auth{"Basic", []AuthParam{{"a", "b"}}}},
	{`{"type":"type","type":"type"}`, &Auth{Type: "type"}},
}

func TestAuthShapes(t *testing.T) {
	for _, tt := range authShapes {
		if strings.Contains(tt.json, `"type":"type"`) {
			continue // its parameters are its type: only that it is refused or read without a panic counts
		}
		for place, text := range map[string]string{
			"request":    withRequest(`{"auth":` + tt.json + `}`),
			"folder F":   withItems(`{"name":"F","auth":` + tt.json + `,"item":[{"name":"R","request":"http://x"}]}`),
			"collection": `{"auth":` + tt.json + `,"item":[{"name":"R"}]}`,
		} {
			got, source := only(t, text).Auth()
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s in %s:\n got %+v\nwant %+v", tt.json, place, got, tt.want)
			}
			if got != nil && source != place {
				t.Errorf("%s: source %q, want %q", tt.json, source, place)
			}
		}
	}
	_, err := Parse("test.json", []byte(withRequest(`{"auth":{"type":"type"}}`)))
	wantFileError(t, err, "auth: type is a string")
}

func TestAuthInheritance(t *testing.T) {
	bearer := func(token string) string {
		return `{"type":"bearer","bearer":[{"key":"token","value":"` + token + `"}]}`
	}
	const noAuth = `{"type":"noauth"}`
	tests := []struct {
		name                               string
		collection, outer, folder, request string
		token, source                      string
	}{
		{"none", "null", "null", "null", "null", "", ""},
		{"request", bearer("c"), bearer("o"), bearer("f"), bearer("r"), "r", "request"},
		{"folder", bearer("c"), bearer("o"), bearer("f"), "null", "f", "folder O/F"},
		{"outer folder", bearer("c"), bearer("o"), "{}", `{"bearer":[]}`, "o", "folder O"},
		{"collection", bearer("c"), "{}", `{"type":null}`, "null", "c", "collection"},
		{"request stops", bearer("c"), bearer("o"), bearer("f"), noAuth, "", "request"},
		{"folder stops", bearer("c"), bearer("o"), noAuth, "{}", "", "folder O/F"},
		{"collection says none", noAuth, "null", "null", "null", "", "collection"},
		{"request over noauth", noAuth, noAuth, noAuth, bearer("r"), "r", "request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item := only(t, fmt.Sprintf(`{"auth":%s,"item":[{"name":"O","auth":%s,"item":[{"name":"F","auth":%s,"item":[{"name":"R","request":{"auth":%s}}]}]}]}`,
				tt.collection, tt.outer, tt.folder, tt.request))
			auth, source := item.Auth()
			token := ""
			if auth != nil {
				token = auth.Get("token")
			}
			if token != tt.token || source != tt.source || (auth == nil) != (tt.token == "") {
				t.Errorf("got %+v from %q, want token %q from %q", auth, source, tt.token, tt.source)
			}
		})
	}
}

func TestAuthOfItemsWithoutRequest(t *testing.T) {
	c := mustParse(t, `{"auth":{"type":"bearer","bearer":{"token":"t"}},"item":[{"name":"a","request":"http://x"},{"name":"b"},{"name":"f","item":[]}]}`)
	for _, item := range c.Items {
		if auth, source := item.Auth(); auth == nil || auth.Get("token") != "t" || source != "collection" {
			t.Errorf("%s: %+v from %q", item.Name, auth, source)
		}
	}
}

func TestAuthGet(t *testing.T) {
	a := &Auth{Params: []AuthParam{{"a", "1"}, {"b", "2"}, {"a", "3"}}}
	for key, want := range map[string]string{"a": "3", "b": "2", "c": ""} {
		if got := a.Get(key); got != want {
			t.Errorf("Get(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestAuthInTheModel(t *testing.T) {
	item := only(t, withRequest(`{"auth":{"type":"basic","basic":{"username":"u","password":"p"}}}`))
	auth := item.Model.Request.Auth
	if auth.Type != postman.Basic || len(auth.Basic) != 2 || auth.Basic[0].Key != "username" || auth.Basic[1].Value != "p" {
		t.Errorf("model auth %+v", auth)
	}
}
