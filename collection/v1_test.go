package collection

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// withV1 wraps the members of a v1 request into a collection.
func withV1(members string) string {
	return `{"id":"c","name":"C","order":["r"],"requests":[{"id":"r","name":"R",` + members + `}]}`
}

// v1Requests are members of a v1 request, and the v2.1 request that is made of them.
var v1Requests = []struct{ name, json, want string }{
	{"headers", `"headers":"A: b\nC: d: e\n//Off: x\n// Off2 :y\n\nno colon\n"`,
		`"header":[{"key":"A","value":"b"},{"key":"C","value":"d: e"},{"key":"Off","value":"x","disabled":true},{"key":"Off2","value":"y","disabled":true},{"key":"no colon","value":"","disabled":true}],"url":""`},
	{"headers null", `"headers":null,"headerData":null`, `"header":[],"url":""`},
	{"headers as a list", `"headers":[{"key":"A","value":"b","enabled":false},"C: d"]`, `"header":[{"key":"A","value":"b","disabled":true},{"key":"C","value":"d"}],"url":""`},
	{"headers as a map", `"headers":{"A":"b"}`, `"header":[{"key":"A","value":"b"}],"url":""`},
	{"headerData", `"headers":"A: b\nA: c\nD: e","headerData":[{"key":"A","value":"b","enabled":true,"description":"x"},{"key":"// B","value":1,"enabled":true},{"key":"C","enabled":false},{"key":null}]`,
		`"header":[{"key":"A","value":"b","description":"x"},{"key":"B","value":1,"disabled":true},{"key":"C","disabled":true},{"key":null},{"key":"D","value":"e"}],"url":""`},
	{"url", `"url":"{{u}}/a?b=c","method":"put","description":"d"`, `"method":"put","header":[],"url":{"raw":"{{u}}/a?b=c","host":["{{u}}"],"path":["a"],"query":[{"key":"b","value":"c"}]},"description":"d"`},
	{"url null", `"url":null,"method":null,"description":null`, `"method":null,"header":[],"url":"","description":null`},
	{"queryParams", `"url":"http://h/p?stale=1#f","queryParams":[{"key":"a","value":"1","equals":true,"enabled":true,"description":"d"},{"key":"b","value":null,"equals":true},{"key":"c","value":"","equals":false},{"key":"d","value":"4","enabled":false},{"key":"e"}]`,
		`"header":[],"url":{"raw":"http://h/p?a=1&b=&c&e#f","protocol":"http","host":["h"],"path":["p"],"query":[{"key":"a","value":"1","description":"d"},{"key":"b","value":""},{"key":"c","value":null},{"key":"d","value":"4","disabled":true},{"key":"e","value":null}],"hash":"f"}`},
	{"queryParams empty", `"url":"http://h/p?a=1","queryParams":[]`, `"header":[],"url":{"raw":"http://h/p?a=1","protocol":"http","host":["h"],"path":["p"],"query":[{"key":"a","value":"1"}]}`},
	{"path variables", `"url":"http://h/:a/:b?x=1","pathVariables":{"a":"stale","b":2},"pathVariableData":[{"key":"a","value":"1","description":"d"}]`,
		`"header":[],"url":{"raw":"http://h/:a/:b?x=1","protocol":"http","host":["h"],"path":[":a",":b"],"query":[{"key":"x","value":"1"}],"variable":[{"key":"a","value":"1","description":"d"},{"key":"b","value":2}]}`},
	{"path variables as text", `"url":"h/:a","pathVariables":"{\"a\":\"1\"}"`, `"header":[],"url":{"raw":"h/:a","host":["h"],"path":[":a"],"variable":[{"key":"a","value":"1"}]}`},
	{"path variables null", `"url":"h/:a","pathVariables":null,"pathVariableData":[]`, `"header":[],"url":{"raw":"h/:a","host":["h"],"path":[":a"]}`},

	{"raw", `"dataMode":"raw","rawModeData":"{\"a\":1}","data":[],"dataOptions":{"raw":{"language":"json"},"params":{"x":1},"later":{}}`,
		`"header":[],"body":{"mode":"raw","raw":"{\"a\":1}","options":{"raw":{"language":"json"},"formdata":{"x":1},"later":{}}},"url":""`},
	{"raw in a list", `"dataMode":"raw","rawModeData":["x"]`, `"header":[],"body":{"mode":"raw","raw":"x"},"url":""`},
	{"raw in data", `"dataMode":"raw","data":"x","rawModeData":""`, `"header":[],"body":{"mode":"raw","raw":"x"},"url":""`},
	{"raw of nothing", `"dataMode":"raw","data":null,"rawModeData":null`, `"header":[],"body":{"mode":"raw","raw":""},"url":""`},
	{"raw as an object", `"dataMode":"raw","rawModeData":{"a":1}`, `"header":[],"body":{"mode":"raw","raw":{"a":1}},"url":""`},
	{"raw beside a form", `"dataMode":"raw","rawModeData":"x","data":[{"key":"a","value":"1","enabled":false}],"graphqlModeData":{"query":"q"}`,
		`"header":[],"body":{"mode":"raw","raw":"x","formdata":[{"key":"a","value":"1","disabled":true}],"graphql":{"query":"q"}},"url":""`},
	{"params", `"dataMode":"params","data":[{"key":"a","value":"1","type":"text","enabled":true,"contentType":"text/csv"},{"key":"b","value":"2","enabled":false},{"key":null,"value":"3"},null]`,
		`"header":[],"body":{"mode":"formdata","formdata":[{"key":"a","value":"1","type":"text","contentType":"text/csv"},{"key":"b","value":"2","disabled":true},{"key":null,"value":"3","disabled":true}]},"url":""`},
	{"params with files", `"dataMode":"params","data":[{"key":"a","type":"file","value":"x.csv"},{"key":"b","type":"file","value":["1","2"]},{"key":"c","type":"file","value":null},{"key":"d","type":"file"},{"key":"e","type":"file","src":"y","value":"z"},{"key":"f","type":"file","value":""}]`,
		`"header":[],"body":{"mode":"formdata","formdata":[{"key":"a","type":"file","src":"x.csv"},{"key":"b","type":"file","src":["1","2"]},{"key":"c","type":"file","src":null},{"key":"d","type":"file","src":null},{"key":"e","type":"file","src":"y","value":"z"},{"key":"f","type":"file","src":""}]},"url":""`},
	{"params in rawModeData", `"dataMode":"params","data":null,"rawModeData":[{"key":"a","value":"1"}]`, `"header":[],"body":{"mode":"formdata","formdata":[{"key":"a","value":"1"}]},"url":""`},
	{"params beside raw", `"dataMode":"params","data":[],"rawModeData":"x"`, `"header":[],"body":{"mode":"formdata","raw":"x","formdata":[]},"url":""`},
	{"params as text", `"dataMode":"params","data":"a=1&b"`, `"header":[],"body":{"mode":"formdata","formdata":"a=1&b"},"url":""`},
	{"urlencoded", `"dataMode":"urlencoded","data":[{"key":"a","value":"1"}],"dataDisabled":true`, `"header":[],"body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"1"}],"disabled":true},"url":""`},
	{"urlencoded null", `"dataMode":"urlencoded","data":null`, `"header":[],"body":{"mode":"urlencoded","urlencoded":[]},"url":""`},
	{"binary", `"dataMode":"binary","rawModeData":"a.bin"`, `"header":[],"body":{"mode":"file","file":{"src":"a.bin"}},"url":""`},
	{"binary in a list", `"dataMode":"binary","rawModeData":["a.bin"],"data":[]`, `"header":[],"body":{"mode":"file","file":{"src":"a.bin"}},"url":""`},
	{"binary of nothing", `"dataMode":"binary","rawModeData":null`, `"header":[],"body":{"mode":"file","file":{}},"url":""`},
	{"graphql", `"dataMode":"graphql","graphqlModeData":{"query":"q","operationName":"o","variables":"{}"}`, `"header":[],"body":{"mode":"graphql","graphql":{"query":"q","operationName":"o","variables":"{}"}},"url":""`},
	{"graphql of nothing", `"dataMode":"graphql","graphqlModeData":{}`, `"header":[],"body":{"mode":"graphql"},"url":""`},
	{"mode missing, form", `"data":[{"key":"a","value":"1"}]`, `"header":[],"body":{"mode":"formdata","formdata":[{"key":"a","value":"1"}]},"url":""`},
	{"mode missing, text", `"data":"x"`, `"header":[],"body":{"mode":"raw","raw":"x"},"url":""`},
	{"mode missing, raw first", `"data":[{"key":"a"}],"rawModeData":"x"`, `"header":[],"body":{"mode":"raw","raw":"x","formdata":[{"key":"a"}]},"url":""`},
	{"mode missing, graphql", `"data":[],"graphqlModeData":{"query":"q"}`, `"header":[],"body":{"mode":"graphql","graphql":{"query":"q"}},"url":""`},
	{"mode that is unknown", `"dataMode":"later","data":"x"`, `"header":[],"body":{"mode":"raw","raw":"x"},"url":""`},

	{"basic", `"currentHelper":"basicAuth","helperAttributes":{"id":"basic","username":"u","password":"p","saveToRequest":true,"time":5}`,
		`"auth":{"type":"basic","basic":[{"key":"username","value":"u","type":"string"},{"key":"password","value":"p","type":"string"},{"key":"saveHelperData","value":true,"type":"boolean"},{"key":"time","value":5,"type":"number"}]},"header":[],"url":""`},
	{"attributes as text", `"currentHelper":"bearerAuth","helperAttributes":"{\"id\":\"bearer\",\"token\":\"t\"}"`, `"auth":{"type":"bearer","bearer":[{"key":"token","value":"t","type":"string"}]},"header":[],"url":""`},
	{"attributes that are broken", `"currentHelper":"bearerAuth","helperAttributes":"{"`, `"auth":{"type":"bearer"},"header":[],"url":""`},
	{"digest", `"currentHelper":"digestAuth","helperAttributes":{"nonceCount":"1","clientNonce":"c"}`, `"auth":{"type":"digest","digest":[{"key":"nonceCount","value":"1","type":"string"},{"key":"clientNonce","value":"c","type":"string"}]},"header":[],"url":""`},
	{"oauth1", `"currentHelper":"oAuth1","helperAttributes":{"token":"t","header":false,"auto":true,"includeEmpty":false}`,
		`"auth":{"type":"oauth1","oauth1":[{"key":"token","value":"t","type":"string"},{"key":"addParamsToHeader","value":false,"type":"boolean"},{"key":"autoAddParam","value":true,"type":"boolean"},{"key":"addEmptyParamsToSign","value":false,"type":"boolean"}]},"header":[],"url":""`},
	{"oauth2", `"currentHelper":"oAuth2","helperAttributes":{"accessToken":"t"}`, `"auth":{"type":"oauth2","oauth2":[{"key":"accessToken","value":"t","type":"string"}]},"header":[],"url":""`},
	{"hawk", `"currentHelper":"hawkAuth","helperAttributes":{"hawk_id":"i","hawk_key":"k","ext":"e","app":"a","dlg":"d"}`,
		`"auth":{"type":"hawk","hawk":[{"key":"authId","value":"i","type":"string"},{"key":"authKey","value":"k","type":"string"},{"key":"extraData","value":"e","type":"string"},{"key":"appId","value":"a","type":"string"},{"key":"delegation","value":"d","type":"string"}]},"header":[],"url":""`},
	{"ntlm", `"currentHelper":"ntlmAuth","helperAttributes":{"domain":"d"}`, `"auth":{"type":"ntlm","ntlm":[{"key":"domain","value":"d","type":"string"}]},"header":[],"url":""`},
	{"aws", `"currentHelper":"awsSigV4","helperAttributes":{"accessKey":"a"}`, `"auth":{"type":"awsv4","awsv4":[{"key":"accessKey","value":"a","type":"string"}]},"header":[],"url":""`},
	{"apikey", `"currentHelper":"apikeyAuth","helperAttributes":{"id":"apikey","key":"k","value":"v","in":"header"}`,
		`"auth":{"type":"apikey","apikey":[{"key":"key","value":"k","type":"string"},{"key":"value","value":"v","type":"string"},{"key":"in","value":"header","type":"string"}]},"header":[],"url":""`},
	{"edgegrid", `"currentHelper":"edgegridAuth","helperAttributes":{"accessToken":"t"}`, `"auth":{"type":"edgegrid","edgegrid":[{"key":"accessToken","value":"t","type":"string"}]},"header":[],"url":""`},
	{"another helper", `"currentHelper":"laterAuth","helperAttributes":{"a":"b"}`, `"auth":{"type":"later","later":[{"key":"a","value":"b","type":"string"}]},"header":[],"url":""`},
	{"helper by its id", `"helperAttributes":{"id":"digest","realm":"r"}`, `"auth":{"type":"digest","digest":[{"key":"realm","value":"r","type":"string"}]},"header":[],"url":""`},
	{"normal", `"currentHelper":"normal","helperAttributes":"{}"`, `"header":[],"url":""`},
	{"helper null", `"currentHelper":null,"helperAttributes":null`, `"header":[],"url":""`},
	{"auth", `"auth":{"type":"basic","basic":[{"key":"username","value":"u"}]},"currentHelper":null`, `"auth":{"type":"basic","basic":[{"key":"username","value":"u"}]},"header":[],"url":""`},
	{"auth as map", `"auth":{"type":"basic","basic":{"username":"u"}}`, `"auth":{"type":"basic","basic":[{"key":"username","value":"u","type":"string"}]},"header":[],"url":""`},
	{"helper before auth", `"auth":{"type":"noauth"},"currentHelper":"bearerAuth","helperAttributes":{"token":"t"}`, `"auth":{"type":"bearer","bearer":[{"key":"token","value":"t","type":"string"}]},"header":[],"url":""`},
	{"auth null", `"auth":null`, `"auth":null,"header":[],"url":""`},
	{"noauth", `"currentHelper":"noauth"`, `"auth":{"type":"noauth"},"header":[],"url":""`},
}

func TestV1Requests(t *testing.T) {
	for _, tt := range v1Requests {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, withV1(tt.json))
			got := string(c.V21())
			want := writeJSON(rawJSON(`{"info":{"_postman_id":"c","name":"C","schema":"` + schemaV21 + `"},"item":[{"name":"R","id":"r","request":{` + tt.want + `}}]}`))
			// What is text in a form may stay so when it is read, and is a list when it is saved.
			if strings.Contains(tt.want, `"formdata":"`) {
				got = string(c.Bytes())
			}
			if tt.name == "auth as map" || tt.name == "headers as a list" {
				want = string(mustParse(t, want).V21())
			}
			// What of the item is beside its request is the business of TestV1Items.
			const request = "item.0.request"
			if got, want := writeJSON(rawJSON(gjson.Get(got, request).Raw)), writeJSON(rawJSON(gjson.Get(want, request).Raw)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			checkSaved(t, c)
			for item := range c.Requests() {
				checkAnswers(t, item)
			}
		})
	}
}

// v1Items are members of a v1 request, and those of its v2.1 item beside the request.
var v1Items = []struct{ name, json, want string }{
	{"scripts", `"tests":"a\nb","preRequestScript":"c"`, `"event":[{"listen":"prerequest","script":{"type":"text/javascript","exec":["c"]}},{"listen":"test","script":{"type":"text/javascript","exec":["a","b"]}}]`},
	{"scripts before events", `"tests":"new","preRequestScript":"","events":[{"listen":"test","script":{"exec":["old"]}},{"listen":"prerequest","script":{"exec":"keep"}}]`,
		`"event":[{"listen":"prerequest","script":{"exec":"keep"}},{"listen":"test","script":{"type":"text/javascript","exec":["new"]}}],"events":[{"listen":"test","script":{"exec":["old"]}},{"listen":"prerequest","script":{"exec":"keep"}}]`},
	{"scripts that events repeat", `"tests":"a\nb","events":[{"listen":"test","script":{"type":"text/javascript","exec":["a","b"]}}]`, `"event":[{"listen":"test","script":{"type":"text/javascript","exec":["a","b"]}}]`},
	{"helper attributes that nobody uses", `"currentHelper":"normal","helperAttributes":"{\"id\":\"basic\",\"username\":\"u\"}"`, `"helperAttributes":"{\"id\":\"basic\",\"username\":\"u\"}"`},
	{"no helper", `"currentHelper":null,"helperAttributes":null`, ``},
	{"responses that are none", `"responses":{"a":1}`, `"responses":{"a":1}`},
	{"events", `"tests":null,"preRequestScript":null,"events":[{"script":{"exec":["a"]}},{"listen":"test","script":["b"]},null]`,
		`"event":[{"script":{"exec":["a"]},"listen":"test"},{"listen":"test","script":{"type":"text/javascript","exec":["b"]}}]`},
	{"events null", `"events":null`, ``},
	{"tests as a list", `"tests":["a","b"]`, `"event":[{"listen":"test","script":{"type":"text/javascript","exec":["a","b"]}}]`},
	{"variables", `"variables":[{"id":"i","key":"k","value":"v","type":"text","enabled":false},{"name":"n","value":1,"type":"any"},{"id":"x"}]`,
		`"variable":[{"id":"i","key":"k","value":"v","type":"string","disabled":true},{"name":"n","value":1,"type":"any","key":"n"},{"id":"x"}]`},
	{"behaviour", `"protocolProfileBehavior":{"strictSSL":false}`, `"protocolProfileBehavior":{"strictSSL":false}`},
	{"unknown keys", `"time":1415541373790,"collectionId":"c","folder":null,"later":{"a":[1.0]},"item":[],"request":"x","disabled":true`,
		`"time":1415541373790,"collectionId":"c","folder":null,"later":{"a":[1.0]},"v1_item":[],"v1_request":"x","disabled":true`},
	{"a body that is off", `"dataMode":null,"data":[{"key":"a"}],"rawModeData":"x"`, `"dataMode":null,"data":[{"key":"a"}],"rawModeData":"x"`},
	{"no body", `"data":[],"rawModeData":""`, `"data":[],"rawModeData":""`},
	{"responses", `"responses":[null,{"id":"e","name":"ok","status":"","responseCode":{"code":200,"name":"OK","detail":"x"},"headers":[{"key":"A","value":"b"}],"cookies":[{"name":"k","value":"v"}],"text":"t","language":"json","previewType":"html","time":"5","mime":"m","tests":{"a":true},"request":"{\"url\":\"http://e\",\"method\":\"PUT\",\"headers\":\"A: b\"}"},{"request":"gone","text":null},{"requestObject":"","request":{"url":"u"}}]`,
		`"response":[{"id":"e","name":"ok","originalRequest":{"method":"PUT","header":[{"key":"A","value":"b"}],"url":{"raw":"http://e","protocol":"http","host":["e"]}},"status":"OK","code":200,"responseCode":{"detail":"x"},"_postman_previewlanguage":"json","_postman_previewtype":"html","header":[{"key":"A","value":"b"}],"cookie":[{"key":"k","value":"v"}],"responseTime":"5","body":"t","mime":"m","tests":{"a":true}},{"body":null,"v1_request":"gone"},{"originalRequest":{"header":[],"url":{"raw":"u","host":["u"]}}}]`},
	{"an example's own request", `"method":"DELETE","responses":[{"request":"r"}]`, `"response":[{"originalRequest":{"method":"DELETE","header":[],"url":""}}]`},
}

func TestV1Items(t *testing.T) {
	for _, tt := range v1Items {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, withV1(tt.json))
			request := `{"header":[],"url":""}`
			if strings.Contains(tt.json, "DELETE") {
				request = `{"method":"DELETE","header":[],"url":""}`
			}
			want := `{"name":"R","id":"r","request":` + request
			if tt.want != "" {
				want += "," + tt.want
			}
			want = writeJSON(rawJSON(`{"info":{"_postman_id":"c","name":"C","schema":"` + schemaV21 + `"},"item":[` + want + `}]}`))
			if got := string(c.V21()); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			checkSaved(t, c)
		})
	}
}

// v1Trees are the members of a v1 collection that say what stands where.
var v1Trees = []struct{ name, json, want string }{
	{"order", `"order":["b","a"],"requests":[{"id":"a"},{"id":"b"}]`, "b a"},
	{"no order", `"requests":[{"id":"a"},{"id":"b"}]`, "a b"},
	{"order of numbers", `"order":[2,1],"requests":[{"id":1},{"id":2}]`, "2 1"},
	{"folders first", `"order":["a"],"folders_order":["G","F"],"folders":[{"id":"F","order":["b"]},{"id":"G","order":["c"]}],"requests":[{"id":"a"},{"id":"b"},{"id":"c"}]`, "G G/c F F/b a"},
	{"no folders_order", `"order":["a"],"folders":[{"id":"F","order":["b"]},{"id":"G","order":[]}],"requests":[{"id":"a"},{"id":"b"}]`, "F F/b G a"},
	{"folders in folders", `"folders_order":["F"],"folders":[{"id":"G","order":["b"]},{"id":"F","order":["a"],"folders_order":["G"]}],"requests":[{"id":"a"},{"id":"b"}]`, "F F/G F/G/b F/a"},
	{"folders in folders, by their parent", `"folders":[{"id":"G","folder":"F","order":["b"]},{"id":"F","order":[]}],"requests":[{"id":"b"}]`, "F F/G F/G/b"},
	{"a folder in an order", `"order":["a","F","b"],"folders":[{"id":"F"}],"requests":[{"id":"a"},{"id":"b"}]`, "a F b"},
	{"orphans", `"order":["a"],"folders":[{"id":"F","order":["b"]}],"requests":[{"id":"c"},{"id":"a"},{"id":"d","folder":"F"},{"id":"b"},{"id":"e","folder":"gone"},{"name":"x"}]`, "F F/b F/d a c e x"},
	{"an order counts before the folder", `"order":["a"],"folders":[{"id":"F","order":[]}],"requests":[{"id":"a","folder":"F"}]`, "F a"},
	{"ids of nothing", `"order":["gone","a",null,{}],"folders_order":["gone"],"folders":[null,{"id":"F","order":["gone"]}],"requests":[null,{"id":"a"}]`, "F a"},
	{"named twice", `"order":["a","a"],"folders":[{"id":"F","order":["a"]}],"requests":[{"id":"a"}]`, "F F/a"},
	{"an id twice", `"order":["a","b"],"requests":[{"id":"a","name":"1"},{"id":"a","name":"2"},{"id":"b"}]`, "1 b 2"},
	{"an id twice, named twice", `"order":["a","a"],"requests":[{"id":"a","name":"1"},{"id":"a","name":"2"}]`, "1 2"},
	{"folders in a circle", `"order":["a"],"folders_order":[],"folders":[{"id":"F","folders_order":["G"],"order":["b"]},{"id":"G","folders_order":["F"]}],"requests":[{"id":"a"},{"id":"b"}]`, "a F F/G F/b"},
	{"folders that are their own parents", `"folders":[{"id":"F","folder":"F","order":["a"]},{"id":"G","folder":"H"},{"id":"H","folder":"G"}],"requests":[{"id":"a"}]`, "F F/a G G/H"},
	{"folders without id", `"folders":[{"name":"F","order":["a"]},{"name":"G"}],"requests":[{"id":"a"},{"id":"b"}]`, "F F/a G b"},
	{"null", `"order":[],"folders":null,"folders_order":null,"requests":null`, ""},
}

func TestV1Tree(t *testing.T) {
	for _, tt := range v1Trees {
		t.Run(tt.name, func(t *testing.T) {
			c := mustParse(t, `{"name":"C",`+tt.json+`}`)
			// An id is shown where there is no name.
			label := func(item *Item) string {
				var names []string
				for ; item != nil; item = item.Parent {
					name := item.Name
					if name == "" {
						name = item.ID
					}
					names = append(names, name)
				}
				slices.Reverse(names)
				return strings.Join(names, "/")
			}
			var got []string
			for item := range c.All() {
				got = append(got, label(item))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			checkSaved(t, c)
		})
	}
}

func TestV1Collection(t *testing.T) {
	c := mustParse(t, `{"id":7,"name":"C","description":"d","timestamp":1448876955917,"item_count":2,"info":{"x":1},"event":5,
		"auth":{"type":"bearer","bearer":[{"key":"token","value":"collection-token"}]},"events":[{"listen":"test","script":{"exec":["t"]}}],
		"variables":[{"key":"base","value":"http://h"}],"protocolProfileBehavior":{"strictSSL":false},
		"folders":[{"id":"F","name":"F","description":"fd","owner":"1","preRequestScript":"p","variables":[{"key":"v","value":1}],"currentHelper":"basicAuth","helperAttributes":{"username":"u","password":"folder-secret"},"order":["r"]}],
		"order":[],"requests":[{"id":"r","name":"R","url":"{{base}}/x"},{"id":"s","name":"S"}]}`)
	if c.Name != "C" || c.ID != "7" || c.Model.Info.Description.Content != "d" {
		t.Errorf("%q %q %+v", c.Name, c.ID, c.Model.Info)
	}
	if got := c.Variables(); !slices.Equal(got, []Variable{{Key: "base", Value: "http://h"}}) {
		t.Errorf("variables %+v", got)
	}
	for path, want := range map[string]string{"timestamp": "1448876955917", "item_count": "2", "v1_info.x": "1", "v1_event": "5", "item.0.owner": `"1"`,
		"item.0.description": `"fd"`, "protocolProfileBehavior.strictSSL": "false"} {
		if got := c.Raw.Get(path).Raw; got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if len(c.Model.Events) != 1 || len(c.Items[0].Model.Events) != 1 || len(c.Items[0].Model.Variables) != 1 {
		t.Errorf("events %+v, folder %+v", c.Model.Events, c.Items[0].Model)
	}
	item, err := c.Find("F/R")
	if err != nil {
		t.Fatal(err)
	}
	if auth, source := item.Auth(); auth == nil || auth.Type != "basic" || auth.Get("password") != "folder-secret" || source != "folder F" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	item, err = c.Find("s")
	if err != nil {
		t.Fatal(err)
	}
	if auth, source := item.Auth(); auth == nil || auth.Get("token") != "collection-token" || source != "collection" {
		t.Errorf("auth %+v from %s", auth, source)
	}
	secrets := c.Secrets()
	for _, secret := range []string{"collection-token", "folder-secret"} {
		if !slices.Contains(secrets, secret) {
			t.Errorf("secrets %q lack %q", secrets, secret)
		}
	}
	checkSaved(t, c)
	again := mustParse(t, string(c.Bytes()))
	if outline(again) != outline(c) {
		t.Error("the bytes of the collection are another one")
	}
}

func TestV1Broken(t *testing.T) {
	request := func(members string) string { return withV1(members) }
	tests := []struct {
		name, text string
		want       []string
	}{
		{"request is text", `{"name":"C","requests":[{},"secret"]}`, []string{"test.json:1:28", "request 2 is a string"}},
		{"folders are a number", `{"name":"C","folders":5,"requests":[]}`, []string{`"folders" is a number`}},
		{"header is a number", request(`"headers":5`), []string{"test.json:1:", `request "R": headers is a number`}},
		{"headerData", request(`"headerData":[[]]`), []string{`headerData 1 is a list`}},
		{"url", request(`"url":5`), []string{"url is a number"}},
		{"query", request(`"queryParams":true`), []string{"query is true"}},
		{"path variable", request(`"pathVariableData":["x"]`), []string{"pathVariableData 1 is a string"}},
		{"data", request(`"dataMode":"params","data":[5]`), []string{"data 1 is a number"}},
		{"events", request(`"events":5`), []string{"event is a number"}},
		{"tests", request(`"tests":{"a":1}`), []string{"test script is an object"}},
		{"auth", request(`"auth":"secret"`), []string{`request "R": auth is a string`}},
		{"variables", request(`"variables":[5]`), []string{"variables 1 is a number"}},
		{"folder's auth", `{"name":"C","folders":[{"id":"F","name":"F","auth":5}],"requests":[]}`, []string{`folder "F": auth is a number`}},
		{"collection's variables", `{"name":"C","variables":["secret"],"requests":[]}`, []string{"variable 1 is a string"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("test.json", []byte(tt.text))
			wantFileError(t, err, append(tt.want, "correct it there")...)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

func TestV1Depth(t *testing.T) {
	chain := func(depth int) string {
		var folders []string
		for i := range depth {
			folders = append(folders, fmt.Sprintf(`{"id":"f%d","folders_order":["f%d"]}`, i, i+1))
		}
		return `{"name":"C","folders_order":["f0"],"folders":[` + strings.Join(folders, ",") + `],"requests":[]}`
	}
	c := mustParse(t, chain(maxDepth-1))
	if n := len(slices.Collect(c.All())); n != maxDepth-1 {
		t.Errorf("%d folders", n)
	}
	_, err := Parse("deep.json", []byte(chain(maxDepth+1)))
	wantFileError(t, err, "deep.json:1:", "nested more than 200 levels")
}

// TestV1Examples: examples that name a big request do not make a collection grow without bound.
func TestV1Examples(t *testing.T) {
	big := strings.Repeat("x", 10_000)
	text := withV1(`"dataMode":"raw","rawModeData":"` + big + `","responses":[` + strings.Repeat(`{"request":"r"},`, 500) + `{"request":"r"}]`)
	c := mustParse(t, text)
	if n := len(c.Bytes()); n > 10*len(text) {
		t.Errorf("%d bytes became %d", len(text), n)
	}
	if got := c.Raw.Get("item.0.response.#").Int(); got != 501 {
		t.Errorf("%d examples", got)
	}
}

// TestV1LikeV2: the shared examples of the three versions tell the same.
func TestV1LikeV2(t *testing.T) {
	root := sharedCollections(t)
	for _, name := range []string{"bearerAuthTest", "edgegridAuthTest", "reqBodyGraphQL", "reqBodyNull", "req-body-file-src-null", "httpMethods"} {
		var first []Request
		var firstAuth []*Auth
		for _, version := range []string{"v2.1.0", "v2.0.0", "v1.0.0"} {
			c, err := Load(root + "/" + version + "/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var requests []Request
			var auths []*Auth
			for item := range c.Requests() {
				auth, _ := item.Auth()
				request := item.Request()
				request.URL = URL{} // some are text, some parts
				if request.Body != nil && request.Body.Mode == ModeFormData && request.Body.Params == nil {
					request.Body = nil // v1 says so of every request without a body
				}
				requests, auths = append(requests, request), append(auths, auth)
			}
			if first == nil {
				first, firstAuth = requests, auths
			}
			if !reflect.DeepEqual(requests, first) || !reflect.DeepEqual(auths, firstAuth) {
				t.Errorf("%s %s: it is not that of v2.1:\n%s", version, name, outline(c))
			}
		}
	}
}
