package collection

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestWriteJSON(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"made", jsonObject{{"a\"", []any{nil, true, "é<&>\u2028\x7f\x01\b\f\n\r\t\\\"/", jsonObject{}, []any{}, rawJSON("1.50")}}},
			"{\n\t\"a\\\"\": [\n\t\tnull,\n\t\ttrue,\n\t\t\"é<&>\u2028\x7f\\u0001\\b\\f\\n\\r\\t\\\\\\\"/\",\n\t\t{},\n\t\t[],\n\t\t1.50\n\t]\n}"},
		{"blanks", rawJSON(" { \"a\":[ ] ,\r\n\"b\" : { }, \"c\":[1 , {\"d\":-0.0e+5}] } "), "{\n\t\"a\": [],\n\t\"b\": {},\n\t\"c\": [\n\t\t1,\n\t\t{\n\t\t\t\"d\": -0.0e+5\n\t\t}\n\t]\n}"},
		{"escapes that are not needed", rawJSON(`"\/\u00e9\u003c\u0041\u2028\uD83D\uDE00"`), "\"/é<A\u2028😀\""},
		{"escapes that are", rawJSON(`"\"\\\b\f\n\r\t\u0000\u001F\u000a\u0022\u005C"`), `"\"\\\b\f\n\r\t\u0000\u001f\n\"\\"`},
		{"halves of pairs", rawJSON(`"\uD83D \uDE00\uD83Dx\ud83d\ud83d\ude00"`), `"\ud83d \ude00\ud83dx\ud83d😀"`},
		{"a backslash before u", rawJSON(`"\\u0041"`), `"\\u0041"`},
		{"keys", rawJSON(`{"\/":1}`), "{\n\t\"/\": 1\n}"},
		{"brackets in text", rawJSON(`["[{,:\"}]"]`), "[\n\t\"[{,:\\\"}]\"\n]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := writeJSON(tt.value)
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if again := writeJSON(rawJSON(got)); again != got {
				t.Errorf("written again it is\n%s", again)
			}
			if raw, ok := tt.value.(rawJSON); ok && !sameJSON(t, string(raw), got) {
				t.Errorf("%s has other values than %s", got, raw)
			}
		})
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	return reflect.DeepEqual(decoded(t, a), decoded(t, b))
}

// v21Tests are pieces of a request, a folder or a collection, and how they are saved; empty when as they are.
var v21Tests = []struct{ place, json, want string }{
	{"collection", `"auth":{"type":"basic","basic":{"username":"u","n":1.50,"b":false,"l":[1],"z":null}}`,
		`"auth":{"type":"basic","basic":[{"key":"username","value":"u","type":"string"},{"key":"n","value":1.50,"type":"number"},{"key":"b","value":false,"type":"boolean"},{"key":"l","value":[1],"type":"any"},{"key":"z","value":null,"type":"any"}]}`},
	{"collection", `"auth":{"type":"apikey","apikey":{"key":"X","value":"v"},"basic":{},"x":{"a":1}}`,
		`"auth":{"type":"apikey","apikey":[{"key":"key","value":"X","type":"string"},{"key":"value","value":"v","type":"string"}],"basic":[],"x":{"a":1}}`},
	{"collection", `"auth":{"type":"later","later":{"a":"b"}}`, `"auth":{"type":"later","later":[{"key":"a","value":"b","type":"string"}]}`},
	{"collection", `"auth":{"type":"noauth","noauth":{}}`, ``},
	{"collection", `"auth":{"type":"basic","basic":[{"key":"username","value":"u"}]}`, ``},
	{"collection", `"auth":null`, ``},
	{"collection", `"auth":[]`, `"auth":null`},
	{"collection", `"event":{"listen":"test","script":"a\nb","x":1}`, `"event":[{"listen":"test","script":{"type":"text/javascript","exec":"a\nb"},"x":1}]`},
	{"collection", `"event":[null,{"listen":"test","script":["a"]},{"script":null},{"script":{"exec":null,"packages":{}}}]`,
		`"event":[{"listen":"test","script":{"type":"text/javascript","exec":["a"]}},{"script":null},{"script":{"exec":null,"packages":{}}}]`},
	{"collection", `"event":null,"variable":null,"unknown":{"a":[1.0,null]}`, ``},
	{"collection", `"variable":{"b":1,"a":"x"}`, `"variable":[{"key":"b","value":1},{"key":"a","value":"x"}]`},
	{"collection", `"variable":[{"id":"a","value":{"z":1},"type":"any","disabled":true}]`, ``},
	{"folder", `"auth":{"type":"bearer","bearer":{"token":"t"}}`, `"auth":{"type":"bearer","bearer":[{"key":"token","value":"t","type":"string"}]}`},
	{"folder", `"event":{"listen":"test"},"description":{"content":"d"}`, `"event":[{"listen":"test"}],"description":{"content":"d"}`},
	{"request", `"auth":{"type":"bearer","bearer":{"token":"t"}}`, `"auth":{"type":"bearer","bearer":[{"key":"token","value":"t","type":"string"}]}`},
	{"request", `"method":null,"url":"http://x?a=b","header":"A: b\n//C: d","description":null`, ``},
	{"request", `"header":{"A":"b","n":1}`, `"header":[{"key":"A","value":"b"},{"key":"n","value":1}]`},
	{"request", `"header":["A: b","//C:d",{"key":"E","value":null},null]`, `"header":[{"key":"A","value":"b"},{"key":"C","value":"d","disabled":true},{"key":"E","value":null}]`},
	{"request", `"header":{"key":"A","value":"b"}`, `"header":[{"key":"A","value":"b"}]`},
	{"request", `"url":null,"body":null`, ``},
	{"request", `"url":[],"body":[]`, `"url":null,"body":null`},
	{"request", `"url":{"host":"h","port":80,"path":"/a/b","query":"a=1&b","variable":{"p":1}}`,
		`"url":{"host":"h","port":80,"path":"/a/b","query":[{"key":"a","value":"1"},{"key":"b","value":null}],"variable":[{"key":"p","value":1}]}`},
	{"request", `"url":{"host":["h"],"query":{"z":"1","a":null}}`, `"url":{"host":["h"],"query":[{"key":"z","value":"1"},{"key":"a","value":null}]}`},
	{"request", `"url":{"host":["h"],"query":["a=1",{"key":"b","disabled":true}]}`, `"url":{"host":["h"],"query":[{"key":"a","value":"1"},{"key":"b","disabled":true}]}`},
	{"request", `"body":"text\/"`, `"body":{"mode":"raw","raw":"text/"}`},
	{"request", `"body":{"mode":"raw","raw":{"a":1},"options":{"raw":{"language":"json"}},"x":1}`, ``},
	{"request", `"body":{"mode":"urlencoded","urlencoded":"a=1&b=%20"}`, `"body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"1","type":"text"},{"key":"b","value":" ","type":"text"}]}`},
	{"request", `"body":{"mode":"formdata","formdata":{"a":1}}`, `"body":{"mode":"formdata","formdata":[{"key":"a","value":1}]}`},
	{"request", `"body":{"mode":"formdata","formdata":[{"key":"a","type":"file","src":["x"],"fileName":"y"}]}`, ``},
	{"request", `"body":{"mode":"file","file":"p"}`, `"body":{"mode":"file","file":{"src":"p"}}`},
	{"request", `"body":{"mode":"graphql","graphql":"q"}`, `"body":{"mode":"graphql","graphql":{"query":"q"}}`},
	{"request", `"body":{"mode":"graphql","graphql":null,"formdata":5}`, ``},
}

func inPlace(place, text string) string {
	switch place {
	case "collection":
		return `{"info":{"name":"C","schema":"` + schemaV21 + `"},` + text + `,"item":[{"name":"R","request":"http://x"}]}`
	case "folder":
		return withItems(`{"name":"F",` + text + `,"item":[{"name":"R"}]}`)
	}
	return withItems(`{"name":"R","request":{` + text + `},"response":[1,{"name":"ok","code":200,"originalRequest":{` + text + `}}]}`)
}

func TestV21Shapes(t *testing.T) {
	for _, tt := range v21Tests {
		c := mustParse(t, inPlace(tt.place, tt.json))
		got := string(c.V21())
		if tt.want == "" {
			tt.want = tt.json
		}
		if want := writeJSON(rawJSON(inPlace(tt.place, tt.want))); got != want {
			t.Errorf("%s %s: saved as\n%s\nwant\n%s", tt.place, tt.json, got, want)
		}
		checkSaved(t, c)
	}
}

func TestV21Documents(t *testing.T) {
	const info = `"info":{"name":"","schema":"` + schemaV21 + `"}`
	for text, want := range map[string]string{
		`{"item":[]}`: `{` + info + `,"item":[]}`,
		`{"name":"n","id":1,"item":[null,{"name":"a"}]}`:                                   `{"info":{"name":"n","schema":"` + schemaV21 + `"},"name":"n","id":1,"item":[{"name":"a"}]}`,
		`{"item":[{"name":"f","item":null},{"name":"g","item":false}]}`:                    `{` + info + `,"item":[{"name":"f","item":null},{"name":"g","item":false}]}`,
		`{"info":{"schema":"http://x/collection/v2.0.0/","version":"1"},"item":null}`:      `{"info":{"name":"","schema":"` + schemaV21 + `","version":"1"},"item":[]}`,
		`{"info":null,"item":[]}`:                                                          `{` + info + `,"item":[]}`,
		`{"collection":{"info":{"_postman_id":"i","name":"n"},"item":[],"x":1},"meta":{}}`: `{"info":{"_postman_id":"i","name":"n","schema":"` + schemaV21 + `"},"item":[],"x":1}`,
	} {
		c := mustParse(t, text)
		if got, want := string(c.V21()), writeJSON(rawJSON(want)); got != want {
			t.Errorf("%s: saved as\n%s\nwant\n%s", text, got, want)
		}
		checkSaved(t, c)
	}
}

// checkSaved saves a collection and loads it again: nothing is another, and saving that changes nothing more.
func checkSaved(t *testing.T, c *Collection) {
	t.Helper()
	saved := c.V21()
	again, err := Parse("saved.json", saved)
	if err != nil {
		t.Fatalf("%s: what was saved does not load: %v\n%s", c.File, err, saved)
	}
	if second := again.V21(); string(second) != string(saved) {
		t.Errorf("%s: saved again it is\n%s\nafter\n%s", c.File, second, saved)
	}
	if first, second := outline(c), outline(again); first != second {
		t.Errorf("%s: saved and loaded it is\n%s\nwas\n%s", c.File, second, first)
	}
}

// outline is everything that a collection tells, as text.
func outline(c *Collection) string {
	var b strings.Builder
	events := func(model any) {
		text, _ := json.Marshal(model)
		fmt.Fprintf(&b, "  events %s\n", text)
	}
	secrets := c.Secrets()
	slices.Sort(secrets)
	fmt.Fprintf(&b, "%q %q %+v %q\n", c.Name, c.ID, c.Variables(), slices.Compact(secrets))
	events(c.Model.Events)
	for item := range c.All() {
		request := item.Request()
		auth, source := item.Auth()
		body, _ := json.Marshal(request.Body)
		request.Body = nil
		fmt.Fprintf(&b, "%q %q folder %v auth %+v from %s\n  %+v\n  body %s\n", item.Path(), item.ids, item.IsFolder(), auth, source, request, body)
		events(item.Model.Events)
		fmt.Fprintf(&b, "  variables %+v behaviour %v %d responses\n", variablesFrom(item.Model.Variables), item.Model.ProtocolProfileBehavior, len(item.Model.Responses))
	}
	return b.String()
}

func TestV21SharedCollections(t *testing.T) {
	root := sharedCollections(t)
	files, err := filepath.Glob(filepath.Join(root, "v*", "*.json"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		c, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		checkSaved(t, c)
		if filepath.Base(filepath.Dir(file)) == "v1.0.0" {
			continue
		}
		before, after := decoded(t, string(c.Bytes())), decoded(t, string(c.V21()))
		before.(map[string]any)["info"].(map[string]any)["schema"] = schemaV21
		if a, b := asMaps(before, ""), asMaps(after, ""); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: other values when saved\n%v\n%v", file, a, b)
		}
	}
}

// asMaps turns auth lists into maps, so that v2.0 and v2.1 compare.
func asMaps(value any, key string) any {
	switch v := value.(type) {
	case []any:
		pairs := map[string]any{}
		for i, element := range v {
			v[i] = asMaps(element, "")
			if pair, ok := element.(map[string]any); ok && slices.Contains(authTypes, key) {
				pairs[pair["key"].(string)] = pair["value"]
			}
		}
		if slices.Contains(authTypes, key) {
			return pairs
		}
	case map[string]any:
		for k, element := range v {
			v[k] = asMaps(element, k)
		}
	}
	return value
}

// TestV21IsWhatPostmanWrote: a file that Postman exported comes back byte for byte.
func TestV21IsWhatPostmanWrote(t *testing.T) {
	for _, file := range []string{"testdata/exported.postman_collection.json", "../examples/insert-crm-cases/wolkvox-cases.postman_collection.json"} {
		c, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.V21(); strings.TrimSuffix(string(want), "\n") != string(got) {
			t.Errorf("%s: saved as\n%s", file, got)
		}
		checkSaved(t, c)
	}
}

func TestParseURLText(t *testing.T) {
	for text, want := range map[string]string{
		"":                              `""`,
		"http://h/a/b?x=1&y&z=a=b#t?q":  `{"raw":"http://h/a/b?p=1#t?q","protocol":"http","host":["h"],"path":["a","b"],"query":[{"key":"p","value":"1"}],"hash":"t?q"}`,
		"{{url}}/:id/":                  `{"raw":"{{url}}/:id/?p=1","host":["{{url}}"],"path":[":id",""],"query":[{"key":"p","value":"1"}]}`,
		"{{a/b?c}}:{{p:q}}":             `{"raw":"{{a/b?c}}:{{p:q}}?p=1","host":["{{a/b?c}}"],"port":"{{p:q}}","query":[{"key":"p","value":"1"}]}`,
		"https://u.x:p:w@a.b:80?x":      `{"raw":"https://u.x:p:w@a.b:80?p=1","protocol":"https","auth":{"user":"u.x","password":"p:w"},"host":["a","b"],"port":"80","query":[{"key":"p","value":"1"}]}`,
		"u@h":                           `{"raw":"u@h?p=1","auth":{"user":"u"},"host":["h"],"query":[{"key":"p","value":"1"}]}`,
		"http://[::1]:80/":              `{"raw":"http://[::1]:80/?p=1","protocol":"http","host":["[::1]"],"port":"80","path":[""],"query":[{"key":"p","value":"1"}]}`,
		"http://[::1]/<<a/b>>":          `{"raw":"http://[::1]/<<a/b>>?p=1","protocol":"http","host":["[::1]"],"path":["<<a/b>>"],"query":[{"key":"p","value":"1"}]}`,
		"localhost:3000/x?u=http://y/z": `{"raw":"localhost:3000/x?p=1","host":["localhost"],"port":"3000","path":["x"],"query":[{"key":"p","value":"1"}]}`,
		"?a":                            `{"raw":"?p=1","query":[{"key":"p","value":"1"}]}`,
	} {
		q := QueryParam{Key: "p", Value: "1", HasValue: true}
		query := []urlParam{{q, queryMember(q)}}
		if text == "" {
			query = nil
		}
		if got := writeJSON(urlObject(text, query, nil)); got != writeJSON(rawJSON(want)) {
			t.Errorf("%s: %s", text, got)
		}
		// With its own query it is the same URL.
		object := gjson.Parse(writeJSON(urlObject(text, nil, []any{})))
		if text != "" && object.Get("raw").Str != text {
			t.Errorf("%s: raw is %q", text, object.Get("raw").Str)
		}
	}
}
