package postman

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator makes collections of v2.1 as Postman exports them: consistent, and with
// members that nobody knows wherever they may stand. Every text in them is one of its own.
type generator struct {
	*rand.Rand
	n int
}

func newGenerator(seed uint64) *generator { return &generator{Rand: rand.New(rand.NewPCG(seed, 21))} }

// o is an object with its members in order.
type o []m

type m struct {
	key   string
	value any
}

func (object o) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, member := range object {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(member.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(member.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// spices are what texts are hard to carry with, in one format or another.
var spices = []string{
	"", "", "", "", " {{base_url}}", "<<x>>", "{{$guid}}", "\"quoted\"", "it's", "a: b", "# no comment", "- item", "ünï😀", "\ttab", "line\nline", "\n", "end\n", "end\n\n",
	"\r\n", "trailing ", "a \nb", " \n x", "\u2028", "\u0085", "\ufeff", "\x01", "\x7f", "`$x`", "%41", "\\n", "{a}", "[b]", "&anchor", "*alias", "!tag", "|", ">", "@", "~",
	strings.Repeat("long ", 40),
}

// whole are texts that other notations take for something else.
var whole = []string{
	"", "yes", "no", "on", "off", "true", "null", "~", "1.10", "007", "0x1F", "1e3", ".inf", "2020-01-02", "12:30:45", "=", "<<", " ", "\n", "---", "...", "{}", "[]", "-", "?", ":", "#", "12345678901234567890",
	" lead", "\tlead", "\n lead", "  two\nthree", "a\n  b\n", "a\n\n\nb", "a\n ", "a\r\nb\r\n", "a\rb", "- a\n- b", "k: v\nl: w",
}

// text gives a text that stands nowhere else, most of the time.
func (g *generator) text(about string) string {
	if g.chance(10) {
		return whole[g.IntN(len(whole))]
	}
	g.n++
	t := fmt.Sprintf("%s%d", about, g.n)
	if g.chance(40) {
		t += spices[g.IntN(len(spices))]
	}
	if g.chance(5) {
		t = spices[g.IntN(len(spices))] + t
	}
	return t
}

// word is a text without anything special.
func (g *generator) word(about string) string {
	g.n++
	return fmt.Sprintf("%s%d", about, g.n)
}

// any gives any JSON value.
func (g *generator) any(depth int) any {
	switch n := g.IntN(10); {
	case n == 0:
		return nil
	case n == 1:
		return g.chance(50)
	case n == 2:
		return json.Number([]string{"0", "-1", "1.50", "1e3", "-0.0", "1E+400", "12345678901234567890123", "100"}[g.IntN(8)])
	case n == 3 && depth > 0:
		list := []any{}
		for range g.IntN(4) {
			list = append(list, g.any(depth-1))
		}
		return list
	case n == 4 && depth > 0:
		var object o
		for range g.IntN(4) {
			object = append(object, m{g.text("k"), g.any(depth - 1)})
		}
		return object.unique()
	}
	return g.text("v")
}

// unique leaves out members whose key was there before.
func (object o) unique() o {
	seen := map[string]bool{}
	out := o{}
	for _, member := range object {
		if !seen[member.key] {
			seen[member.key] = true
			out = append(out, member)
		}
	}
	return out
}

// unknown adds members that nobody knows, now and then.
func (g *generator) unknown(object o) o {
	for g.chance(15) {
		object = append(object, m{g.word("x-unknown"), g.any(2)})
	}
	return object.unique()
}

// add adds a member with the given chance.
func (g *generator) add(object *o, percent int, key string, value func() any) {
	if g.chance(percent) {
		*object = append(*object, m{key, value()})
	}
}

func (g *generator) collection() []byte {
	info := o{{"_postman_id", g.word("id")}, {"name", g.text("collection")}}
	g.add(&info, 50, "description", g.description)
	info = append(info, m{"schema", "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"})
	g.add(&info, 30, "_exporter_id", func() any { return g.word("exporter") })
	root := o{{"info", g.unknown(info)}, {"item", g.items(3)}}
	g.shared(&root, 40)
	text, err := json.MarshalIndent(g.unknown(root), "", "\t")
	if err != nil {
		panic(err)
	}
	return text
}

func (g *generator) description() any {
	if g.chance(20) {
		return o{{"content", g.text("about")}, {"type", "text/markdown"}}
	}
	return g.text("about")
}

// shared adds what a collection, a folder and a request have in common.
func (g *generator) shared(object *o, auth int) {
	g.add(object, auth, "auth", g.auth)
	g.add(object, 30, "event", func() any { return g.list(1, 3, g.event) })
	g.add(object, 30, "variable", func() any { return g.list(1, 3, g.variable) })
	g.add(object, 15, "protocolProfileBehavior", func() any {
		return o{{"followRedirects", g.chance(50)}, {"maxRedirects", 5}, {"disabledSystemHeaders", o{{"user-agent", true}, {"accept", g.chance(70)}}}}
	})
}

func (g *generator) list(low, high int, element func() any) []any {
	made := []any{}
	for range low + g.IntN(high-low+1) {
		made = append(made, element())
	}
	return made
}

func (g *generator) items(depth int) []any {
	return g.list(0, 4, func() any {
		if depth > 0 && g.chance(30) {
			return g.folder(depth - 1)
		}
		return g.item()
	})
}

func (g *generator) name() string {
	if g.chance(15) {
		return []string{"Get", "get", "a/b", "..", ".", "CON", "x.", "x ", ".hidden", "a:b*?", "a.request", "x.resources", strings.Repeat("n", 300), strings.Repeat("é", 200), "nul.txt"}[g.IntN(15)]
	}
	return g.text("item")
}

func (g *generator) folder(depth int) any {
	folder := o{{"name", g.name()}, {"item", g.items(depth)}}
	g.add(&folder, 40, "id", func() any { return g.word("id") })
	g.add(&folder, 40, "description", g.description)
	g.shared(&folder, 30)
	return g.unknown(folder)
}

func (g *generator) item() any {
	item := o{{"name", g.name()}}
	g.add(&item, 40, "id", func() any { return g.word("id") })
	g.shared(&item, 0)
	item = append(item, m{"request", g.request()}, m{"response", g.list(0, 2, g.response)})
	return g.unknown(item)
}

func (g *generator) request() any {
	request := o{}
	g.add(&request, 40, "auth", g.auth)
	request = append(request, m{"method", []string{"GET", "POST", "PUT", "DELETE", "PATCH", "get", "{{method}}"}[g.IntN(7)]},
		m{"header", g.list(0, 4, g.header)})
	g.add(&request, 60, "body", g.body)
	request = append(request, m{"url", g.url()})
	g.add(&request, 30, "description", g.description)
	return g.unknown(request)
}

func (g *generator) header() any { return g.pair("header") }

// pair is a header, a parameter or a field.
func (g *generator) pair(about string) o {
	pair := o{{"key", g.text(about)}, {"value", g.text("v")}}
	g.add(&pair, 20, "disabled", func() any { return true })
	g.add(&pair, 20, "description", g.description)
	g.add(&pair, 20, "type", func() any { return "text" })
	return g.unknown(pair)
}

func (g *generator) variable() any {
	variable := o{{"key", g.text("var")}, {"value", g.text("v")}}
	g.add(&variable, 50, "type", func() any { return []string{"string", "default", "any", "secret"}[g.IntN(4)] })
	g.add(&variable, 20, "disabled", func() any { return true })
	return g.unknown(variable)
}

func (g *generator) event() any {
	script := o{{"type", "text/javascript"}, {"exec", g.lines()}}
	g.add(&script, 20, "id", func() any { return g.word("script") })
	g.add(&script, 20, "packages", func() any { return o{} })
	event := o{{"listen", []string{"prerequest", "test"}[g.IntN(2)]}, {"script", g.unknown(script)}}
	g.add(&event, 10, "disabled", func() any { return true })
	g.add(&event, 10, "id", func() any { return g.word("event") })
	return g.unknown(event)
}

func (g *generator) lines() []any {
	return g.list(1, 5, func() any { return strings.ReplaceAll(g.text("line"), "\n", " ") })
}

func (g *generator) auth() any {
	authType := []string{"basic", "bearer", "apikey", "oauth2", "awsv4", "later", "noauth"}[g.IntN(7)]
	auth := o{{"type", authType}}
	if authType == "noauth" {
		return auth
	}
	auth = append(auth, m{authType, g.parameters()})
	if g.chance(15) {
		auth = append(auth, m{"digest", g.parameters()})
	}
	return g.unknown(auth).unique()
}

// parameters is a list of those of an auth. Their types are those of their values.
func (g *generator) parameters() []any {
	seen := map[string]bool{}
	list := []any{}
	for range g.IntN(4) {
		key := g.text("param")
		if seen[key] {
			continue
		}
		seen[key] = true
		switch g.IntN(6) {
		case 0:
			list = append(list, o{{"key", key}, {"value", g.chance(50)}, {"type", "boolean"}})
		case 1:
			list = append(list, o{{"key", key}, {"value", []any{o{{"a", 1}}, "b"}}, {"type", "any"}})
		default:
			list = append(list, o{{"key", key}, {"value", g.text("credential")}, {"type", "string"}})
		}
	}
	return list
}

// url is consistent: its raw text is that of its parts.
func (g *generator) url() any {
	var url o
	var raw string
	switch g.IntN(4) {
	case 0:
		raw = "{{base_url}}"
		url = o{{"host", []any{"{{base_url}}"}}}
	case 1:
		raw = "https://api.example.test:8443"
		url = o{{"protocol", "https"}, {"host", []any{"api", "example", "test"}}, {"port", "8443"}}
	case 2:
		raw = "http://user:pa ss@{{host}}"
		url = o{{"protocol", "http"}, {"auth", o{{"user", "user"}, {"password", "pa ss"}}}, {"host", []any{"{{host}}"}}}
	default:
		raw = "localhost"
		url = o{{"host", []any{"localhost"}}}
	}
	if g.chance(80) {
		path := g.list(1, 4, func() any {
			return []string{"a", "", ":id", "{{x/y}}", "ü b", "%2F", "a:b", "v1.0", g.word("p")}[g.IntN(9)]
		})
		for _, segment := range path {
			raw += "/" + segment.(string)
		}
		url = append(url, m{"path", path})
	}
	if g.chance(50) {
		separator := "?"
		query := g.list(1, 4, func() any {
			param := o{{"key", []string{"a", "b c", "ü", "{{k}}", "a[]", g.word("q")}[g.IntN(6)]}, {"value", []any{"", "1", "x y", "{{v}}", "a=b", "%20", "#{{x}}", nil, g.word("v")}[g.IntN(9)]}}
			if param[1].value == "#{{x}}" {
				param[1].value = "{{x#y}}"
			}
			g.add(&param, 20, "description", g.description)
			if g.chance(20) {
				return g.unknown(append(param, m{"disabled", true}))
			}
			raw += separator + param[0].value.(string)
			if param[1].value != nil {
				raw += "=" + param[1].value.(string)
			}
			separator = "&"
			return g.unknown(param)
		})
		url = append(url, m{"query", query})
	}
	if g.chance(10) {
		raw += "#frag?x"
		url = append(url, m{"hash", "frag?x"})
	}
	if g.chance(30) {
		url = append(url, m{"variable", g.list(1, 2, g.variable)})
	}
	return append(o{{"raw", raw}}, url...)
}

func (g *generator) body() any {
	var body o
	switch g.IntN(6) {
	case 0:
		body = o{{"mode", "urlencoded"}, {"urlencoded", g.list(0, 3, func() any { return g.pair("field") })}}
	case 1:
		body = o{{"mode", "formdata"}, {"formdata", g.list(0, 3, g.field)}}
	case 2:
		body = o{{"mode", "file"}, {"file", g.unknown(o{{"src", g.text("/path")}})}}
	case 3:
		body = o{{"mode", "graphql"}, {"graphql", g.unknown(o{{"query", g.text("query")}, {"variables", g.text("variables")}})}}
	default:
		body = o{{"mode", "raw"}, {"raw", g.text("raw")}, {"options", o{{"raw", o{{"language", []string{"json", "xml", "text", "html", "javascript"}[g.IntN(5)]}}}}}}
	}
	g.add(&body, 10, "disabled", func() any { return true })
	return g.unknown(body)
}

func (g *generator) field() any {
	if g.chance(50) {
		return g.pair("field")
	}
	field := o{{"key", g.text("file")}, {"type", "file"}, {"src", []any{nil, g.text("/path"), []any{}, []any{g.text("/path"), g.text("/path")}}[g.IntN(4)]}}
	g.add(&field, 30, "contentType", func() any { return g.text("type/") })
	return g.unknown(field)
}

func (g *generator) response() any {
	response := o{{"name", g.text("example")}}
	g.add(&response, 40, "id", func() any { return g.word("id") })
	g.add(&response, 70, "originalRequest", g.request)
	response = append(response, m{"status", g.text("status")}, m{"code", 100 + g.IntN(500)})
	g.add(&response, 70, "_postman_previewlanguage", func() any { return []string{"json", "html", "Text"}[g.IntN(3)] })
	response = append(response, m{"header", g.list(0, 2, g.header)})
	g.add(&response, 70, "cookie", func() any { return []any{} })
	g.add(&response, 30, "responseTime", func() any { return g.any(0) })
	response = append(response, m{"body", g.text("body")})
	return g.unknown(response)
}

// bend changes a tree here and there, as programs that write collections do: members that
// are null, missing, of another kind, or have names that mean something elsewhere.
func (g *generator) bend(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch {
			case key == "schema" || depth < 2 && key == "info":
			case g.chance(1):
				delete(v, key)
			case g.chance(1):
				v[key] = g.any(2)
			case g.chance(1):
				v[key] = nil
			default:
				v[key] = g.bend(v[key], depth+1)
			}
		}
		if g.chance(3) {
			v[odd[g.IntN(len(odd))]] = g.any(2)
		}
	case []any:
		for i := range v {
			if g.chance(1) {
				v[i] = g.any(1)
			} else {
				v[i] = g.bend(v[i], depth+1)
			}
		}
	}
	return v
}

// odd are names of members that mean something in one version or another.
var odd = []string{
	"order", "$kind", "headers", "queryParams", "settings", "scripts", "variables", "credentials", "type", "content", "code", "path", "language", "examples", "v3_item", "v3_auth",
	"v21_name", "info", "request", "item", "auth", "event", "variable", "response", "enabled", "disabled", "src", "statusCode", "id", "name", "description", "method", "url", "body", "mode", "<<", "others",
}

// v1 makes a collection of v1 as Postman exports it, in which every text is one of its own.
func (g *generator) v1() []byte {
	w := &v1Maker{generator: g}
	root := o{{"id", g.word("id")}, {"name", g.word("collection")}}
	g.add(&root, 50, "description", func() any { return g.word("about") })
	folders, requests := w.children("", 2)
	root = append(root, m{"folders_order", folders}, m{"order", requests}, m{"folders", w.folders}, m{"requests", w.requests})
	w.shared(&root)
	text, err := json.MarshalIndent(g.unknown(root), "", "\t")
	if err != nil {
		panic(err)
	}
	return text
}

type v1Maker struct {
	*generator
	folders, requests []any
}

// children makes what is in a folder and gives its ids, in order.
func (w *v1Maker) children(folder string, depth int) (folders, requests []any) {
	folders, requests = []any{}, []any{}
	for range w.IntN(4) {
		id := w.word("request-id")
		requests = append(requests, id)
		w.requests = append(w.requests, w.request(id, folder))
	}
	for range w.IntN(3) {
		if depth == 0 {
			break
		}
		id := w.word("folder-id")
		folders = append(folders, id)
		inner, order := w.children(id, depth-1)
		made := o{{"id", id}, {"name", w.word("folder")}, {"folders_order", inner}, {"order", order}}
		w.add(&made, 50, "description", func() any { return w.word("about") })
		w.shared(&made)
		w.folders = append(w.folders, w.unknown(made))
	}
	return folders, requests
}

func (w *v1Maker) shared(made *o) {
	w.add(made, 30, "variables", func() any {
		return w.list(1, 2, func() any {
			return o{{"id", w.word("id")}, {"key", w.word("var")}, {"value", w.word("v")}, {"type", "string"}}
		})
	})
	w.add(made, 30, "events", func() any {
		return w.list(1, 2, func() any {
			return o{{"listen", []string{"test", "prerequest"}[w.IntN(2)]}, {"script", o{{"id", w.word("id")}, {"type", "text/javascript"}, {"exec", []any{w.word("line"), w.word("line")}}}}}
		})
	})
	w.add(made, 15, "auth", func() any {
		return o{{"type", "bearer"}, {"bearer", []any{o{{"key", "token"}, {"value", w.word("token")}, {"type", "string"}}}}}
	})
	w.add(made, 15, "protocolProfileBehavior", func() any { return o{{"followRedirects", false}} })
}

func (w *v1Maker) pair(about string) o {
	pair := o{{"key", w.word(about)}, {"value", w.word("v")}}
	w.add(&pair, 30, "enabled", func() any { return w.chance(50) })
	w.add(&pair, 30, "description", func() any { return w.word("about") })
	return w.unknown(pair)
}

func (w *v1Maker) request(id, folder string) any {
	r := o{{"id", id}, {"name", w.word("request")}, {"folder", folder}, {"method", w.word("METHOD")}, {"collectionId", w.word("id")}, {"time", 1415541373790 + w.IntN(1000000)}}
	w.add(&r, 50, "description", func() any { return w.word("about") })
	w.add(&r, 30, "preRequestScript", func() any { return w.word("before") + "\n" + w.word("before") })
	w.add(&r, 30, "tests", func() any { return w.word("test") + "\n" + w.word("test") })
	w.add(&r, 40, "responses", func() any { return w.list(1, 2, w.response) })
	w.shared(&r)
	w.sent(&r)
	return w.unknown(r).unique()
}

// sent adds what is sent.
func (w *v1Maker) sent(r *o) {
	*r = append(*r, m{"url", "http://" + w.word("host") + "/" + w.word("path") + "?" + w.word("q") + "=" + w.word("v")})
	w.add(r, 30, "queryParams", func() any {
		return w.list(1, 2, func() any { return append(w.pair("query"), m{"equals", true}) })
	})
	w.add(r, 30, "pathVariables", func() any { return o{{w.word("path"), w.word("v")}} })
	w.add(r, 30, "pathVariableData", func() any { return w.list(1, 2, func() any { return w.pair("path") }) })
	header := w.word("header")
	w.add(r, 50, "headers", func() any {
		return header + ": " + w.word("v") + "\n//" + w.word("header") + ": " + w.word("v") + "\n"
	})
	w.add(r, 30, "headerData", func() any {
		return append(w.list(0, 2, func() any { return w.pair("header") }), o{{"key", header}, {"value", w.word("v")}})
	})
	switch mode := w.IntN(6); mode {
	case 0, 1:
		*r = append(*r, m{"dataMode", []string{"params", "urlencoded"}[mode]}, m{"data", w.list(0, 2, func() any { return append(w.pair("field"), m{"type", "text"}) })}, m{"rawModeData", w.word("raw")})
	case 2:
		*r = append(*r, m{"dataMode", "raw"}, m{"data", w.list(0, 2, func() any { return w.pair("field") })}, m{"rawModeData", w.word("raw")}, m{"dataOptions", o{{"raw", o{{"language", "json"}}}}})
	case 3:
		*r = append(*r, m{"dataMode", "binary"}, m{"data", []any{}}, m{"rawModeData", w.word("path")}, m{"dataDisabled", true})
	case 4:
		*r = append(*r, m{"dataMode", "graphql"}, m{"graphqlModeData", o{{"query", w.word("query")}, {"variables", w.word("variables")}}})
	default:
		*r = append(*r, m{"dataMode", nil}, m{"data", w.list(0, 1, func() any { return w.pair("field") })}, m{"rawModeData", w.word("raw")})
	}
	switch w.IntN(5) {
	case 0:
		*r = append(*r, m{"currentHelper", "basicAuth"}, m{"helperAttributes", o{{"id", "basic"}, {"username", w.word("user")}, {"password", w.word("password")}, {"time", w.IntN(1000000)}}})
	case 1:
		*r = append(*r, m{"currentHelper", "hawkAuth"}, m{"helperAttributes", `{"hawk_id": "` + w.word("user") + `", "later": "` + w.word("v") + `"}`})
	case 2:
		*r = append(*r, m{"currentHelper", []any{"normal", nil, "oAuth1"}[w.IntN(3)]}, m{"helperAttributes", w.word("broken {")})
	case 3:
		*r = append(*r, m{"currentHelper", []any{"normal", nil}[w.IntN(2)]}, m{"helperAttributes", o{{"token", w.word("stale")}}})
	}
}

func (w *v1Maker) response() any {
	r := o{{"id", w.word("id")}, {"name", w.word("example")}, {"status", w.word("status")}}
	if w.chance(70) {
		r = append(r, m{"responseCode", o{{"code", 100 + w.IntN(500)}, {"name", w.word("status")}, {"detail", w.word("detail")}}})
	}
	r = append(r, m{"time", w.word("time")}, m{"headers", w.list(0, 2, func() any { return w.pair("header") })},
		m{"cookies", w.list(0, 1, func() any { return o{{"name", w.word("cookie")}, {"value", w.word("v")}, {"domain", w.word("domain")}} })},
		m{"mime", w.word("mime")}, m{"text", w.word("body")}, m{"language", w.word("language")}, m{"rawDataType", w.word("type")})
	saved := func() any {
		r := o{{"method", w.word("METHOD")}, {"id", w.word("id")}, {"tests", w.word("test")}}
		w.sent(&r)
		return w.unknown(r).unique()
	}
	switch w.IntN(4) {
	case 0:
		r = append(r, m{"request", saved()})
	case 1:
		text, err := json.Marshal(saved())
		if err != nil {
			panic(err)
		}
		r = append(r, m{"requestObject", string(text)}, m{"request", w.word("request-id")})
	case 2:
		r = append(r, m{"request", saved()}, m{"requestObject", saved()})
	}
	return w.unknown(r)
}
