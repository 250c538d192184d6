package postman

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// writeTree writes files into a new directory.
func writeTree(t testing.TB, files []convert.File) string {
	t.Helper()
	root := t.TempDir()
	seen := map[string]bool{}
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) || seen[strings.ToLower(f.Name)] {
			t.Fatalf("the name %q is not one of its own", f.Name)
		}
		seen[strings.ToLower(f.Name)] = true
		for part := range strings.SplitSeq(f.Name, "/") {
			if len(part) > 250 || strings.ContainsAny(part, `\:*?"<>|`) || strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
				t.Errorf("the name %q is none on every system", f.Name)
			}
		}
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// otherLines shows where two texts begin to be different.
func otherLines(was, is []byte) string {
	a, b := strings.Split(string(was), "\n"), strings.Split(string(is), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "was\n" + strings.Join(a[i:min(i+5, len(a))], "\n") + "\nis\n" + strings.Join(b[i:min(i+5, len(b))], "\n")
		}
	}
	return "one ends before the other"
}

func contents(files []convert.File) string {
	var b strings.Builder
	for _, f := range files {
		b.WriteString("-- " + f.Name + " --\n" + string(f.Data))
	}
	return b.String()
}

// v3RoundTrip writes a collection as v3 and gives what v2.1 comes back.
func v3RoundTrip(t *testing.T, c *collection.Collection) (is []byte, notes []convert.Note, files []convert.File) {
	t.Helper()
	files, notes = writeAll(t, V3(), c)
	root := writeTree(t, files)
	read, err := collection.Load(root)
	if err != nil {
		t.Fatalf("%v\n%s", err, contents(files))
	}
	if !detect(3)(&convert.Input{Path: root, Dir: os.DirFS(root)}) {
		t.Error("the directory is not taken for a v3 tree")
	}
	again, more := writeAll(t, V3(), read)
	if len(again) != len(files) {
		t.Errorf("v3 written again is %d files, not %d", len(again), len(files))
	}
	for i := range min(len(again), len(files)) {
		if was, is := files[i], again[i]; was.Name != is.Name || string(was.Data) != string(is.Data) {
			t.Errorf("v3 written again is not the same: %s, was %s\n%s", is.Name, was.Name, otherLines(was.Data, is.Data))
		}
	}
	if len(more) > 0 {
		t.Errorf("v3 written again: %v", more)
	}
	is, _ = write(t, V21(), read)
	return is, notes, files
}

// TestV3Generated: 2.1 -> 3 -> 2.1 gives the same tree of JSON, for what Postman exports.
func TestV3Generated(t *testing.T) {
	for seed := range uint64(60) {
		was := newGenerator(seed).collection()
		is, notes, files := v3RoundTrip(t, parse(t, was))
		for _, n := range notes {
			t.Errorf("seed %d: %v", seed, n)
		}
		if found := differences(tree(t, was), tree(t, is)); found != nil || t.Failed() {
			if len(found) > 5 {
				found = found[:5]
			}
			for _, d := range found {
				t.Errorf("seed %d: %v", seed, d)
			}
			t.Fatal(contents(files))
		}
	}
}

// TestV3Bent: whatever a collection holds, 2.1 -> 3 -> 2.1 loses nothing without a note.
func TestV3Bent(t *testing.T) {
	const seeds = 150

	tried := 0
	for seed := range uint64(seeds) {
		g := newGenerator(1000 + seed)
		bent, err := json.Marshal(g.bend(tree(t, g.collection()), 0))
		if err != nil {
			t.Fatal(err)
		}
		c, err := collection.Parse("bent.json", bent)
		if err != nil {
			continue // the bend is one that no reading makes sense of
		}
		tried++
		was, _ := write(t, V21(), c)
		is, notes, files := v3RoundTrip(t, c)
		root := tree(t, was)
		for _, d := range differences(normal(root), normal(tree(t, is))) {
			if !noted(root, d, notes) {
				t.Errorf("seed %d: %v", seed, d)
			}
		}
		if t.Failed() {
			t.Logf("%v\n%d files", notes, len(files))
			return
		}
	}
	if tried < seeds/3 {
		t.Errorf("only %d collections could be read", tried)
	}
}

// normal gives a document the members that v2.1 takes for granted, and one shape to what has
// several that say the same.
func normal(v any) any {
	root := v.(map[string]any)
	dropDisabled(root)
	normalItems(root)
	return root
}

// dropDisabled takes out every "disabled" that is null.
func dropDisabled(v any) {
	switch v := v.(type) {
	case map[string]any:
		drop(v, "disabled")
		for _, member := range v {
			dropDisabled(member)
		}
	case []any:
		for _, element := range v {
			dropDisabled(element)
		}
	}
}

func normalItems(item map[string]any) {
	normalShared(item)
	if items, ok := item["item"].([]any); ok {
		for _, child := range items {
			normalItems(child.(map[string]any))
		}
		return
	}
	if _, info := item["info"]; info {
		return
	}
	item["request"] = normalRequest(item["request"])
	responses, _ := item["response"].([]any)
	if responses == nil {
		item["response"] = []any{}
	}
	for _, r := range responses {
		response, ok := r.(map[string]any)
		if !ok {
			continue
		}
		if original, ok := response["originalRequest"]; ok && original != nil {
			response["originalRequest"] = normalRequest(original)
		}
		if response["name"] == nil {
			response["name"] = ""
		}
		drop(response, "originalRequest", "code", "status", "id", "_postman_previewlanguage")
		if response["header"] == nil {
			response["header"] = []any{}
		}
		if _, ok := response["body"]; !ok {
			response["body"] = nil
		}
	}
}

// drop takes out members that are null, which is as if they were missing.
func drop(object map[string]any, keys ...string) {
	for _, key := range keys {
		if value, ok := object[key]; ok && value == nil {
			delete(object, key)
		}
	}
}

func normalShared(object map[string]any) {
	drop(object, "auth", "event", "variable", "protocolProfileBehavior", "description", "id", "_postman_id")
	if behavior, ok := object["protocolProfileBehavior"].(map[string]any); ok && len(behavior) == 0 {
		delete(object, "protocolProfileBehavior")
	}
	for _, key := range []string{"event", "variable"} {
		if list, ok := object[key].([]any); ok && len(list) == 0 {
			delete(object, key)
		}
	}
	normalAuth(object)
	events, _ := object["event"].([]any)
	for _, e := range events {
		event, ok := e.(map[string]any)
		if !ok {
			continue
		}
		script, _ := event["script"].(map[string]any)
		if script == nil {
			script = map[string]any{}
		}
		event["script"] = script
		if event["listen"] == nil {
			event["listen"] = ""
		}
		if script["type"] == nil || script["type"] == "" {
			script["type"] = "text/javascript"
		}
		// One text, however it is cut into lines.
		lines, _ := script["exec"].([]any)
		var texts []string
		for _, line := range lines {
			text, _ := line.(string)
			texts = append(texts, text)
		}
		if text, ok := script["exec"].(string); ok {
			texts = []string{text}
		}
		script["exec"] = strings.Join(texts, "\n")
	}
	if info, ok := object["info"].(map[string]any); ok {
		drop(info, "description", "_postman_id")
	}
	if object["name"] == nil && object["info"] == nil {
		object["name"] = ""
	}
}

func normalAuth(object map[string]any) {
	auth, ok := object["auth"].(map[string]any)
	if !ok {
		return
	}
	if len(auth) == 0 {
		delete(object, "auth")
		return
	}
	kind, _ := auth["type"].(string)
	if kind != "noauth" && auth[kind] == nil {
		auth[kind] = []any{}
	}
	parameters, _ := auth[kind].([]any)
	if kind == "noauth" && len(parameters) == 0 {
		delete(auth, kind)
	}
	for _, p := range parameters {
		parameter, ok := p.(map[string]any)
		if !ok {
			continue
		}
		if _, ok := parameter["value"]; !ok {
			parameter["value"] = nil
		}
		if _, ok := parameter["type"]; !ok {
			switch parameter["value"].(type) {
			case bool:
				parameter["type"] = "boolean"
			case string:
				parameter["type"] = "string"
			default:
				parameter["type"] = "any"
			}
		}
	}
}

func normalRequest(v any) any {
	request, ok := v.(map[string]any)
	if !ok {
		url := v
		request = map[string]any{}
		if url != nil {
			request["url"] = url
		}
	}
	drop(request, "auth", "body", "description", "url")
	normalAuth(request)
	if method, _ := request["method"].(string); method == "" {
		request["method"] = "GET"
	}
	if request["header"] == nil {
		request["header"] = []any{}
	}
	request["url"] = normalURL(request["url"])
	if body, ok := request["body"].(map[string]any); ok {
		if len(body) == 0 || body["mode"] == nil && len(body) == 1 {
			delete(request, "body")
			return request
		}
		mode, _ := body["mode"].(string)
		drop(body, "options")
		if options, ok := body["options"].(map[string]any); ok && len(options) == 0 {
			delete(body, "options")
		}
		if mode == "raw" && body["raw"] == nil {
			body["raw"] = ""
		}
		if body[mode] == nil && mode == "file" {
			body[mode] = map[string]any{"src": nil}
		}
		if body[mode] == nil && mode == "graphql" {
			body[mode] = map[string]any{}
		}
		if body[mode] == nil {
			body[mode] = []any{}
		}
	}
	return request
}

// normalURL gives a URL as one text beside its query and its path variables.
func normalURL(v any) any {
	url, ok := v.(map[string]any)
	if !ok {
		if v == nil {
			v = ""
		}
		return v
	}
	text := func(v any, separator string) string {
		switch v := v.(type) {
		case []any:
			var parts []string
			for _, part := range v {
				s, _ := part.(string)
				parts = append(parts, s)
			}
			return strings.Join(parts, separator)
		case string:
			return v
		}
		return ""
	}
	raw, _ := url["raw"].(string)
	normal := map[string]any{}
	for key, value := range url {
		switch key {
		case "raw", "protocol", "host", "port", "path", "hash", "auth":
		case "query", "variable":
			if list, ok := value.([]any); ok && len(list) > 0 {
				normal[key] = value
			}
		default:
			normal[key] = value
		}
	}
	if text(url["host"], ".") != "" || text(url["path"], "/") != "" {
		raw = ""
		if protocol, ok := url["protocol"].(string); ok && protocol != "" {
			raw = strings.TrimSuffix(protocol, "://") + "://"
		}
		if auth, ok := url["auth"].(map[string]any); ok {
			user, _ := auth["user"].(string)
			raw += user
			if password, ok := auth["password"].(string); ok {
				raw += ":" + password
			}
			raw += "@"
		}
		raw += text(url["host"], ".")
		if port, ok := url["port"].(string); ok && port != "" {
			raw += ":" + port
		}
		if path := text(url["path"], "/"); path != "" || url["path"] != nil {
			if _, one := url["path"].(string); one {
				path = strings.TrimPrefix(path, "/")
			}
			raw += "/" + path
		}
		query, _ := url["query"].([]any)
		separator := "?"
		for _, q := range query {
			param, _ := q.(map[string]any)
			if param["disabled"] == true {
				continue
			}
			key, _ := param["key"].(string)
			raw += separator + key
			if value, ok := param["value"].(string); ok {
				raw += "=" + value
			}
			separator = "&"
		}
		if hash, ok := url["hash"].(string); ok {
			raw += "#" + hash
		}
		delete(normal, "query")
		if slices.ContainsFunc(query, func(q any) bool { param, _ := q.(map[string]any); return len(param) > 2 }) {
			normal["query"] = query
		}
	}
	if len(normal) == 0 {
		return raw
	}
	normal["raw"] = raw
	return normal
}

// TestV3Public: 2.1 -> 3 -> 2.1 loses nothing without a note.
func TestV3Public(t *testing.T) {
	for _, version := range []string{"v1.0.0", "v2.0.0", "v2.1.0"} {
		for _, path := range publicCollections(t, version) {
			t.Run(version+" "+filepath.Base(path), func(t *testing.T) {
				c := load(t, path)
				was, _ := write(t, V21(), c)
				is, notes, _ := v3RoundTrip(t, c)
				root := tree(t, was)
				for _, d := range differences(normal(root), normal(tree(t, is))) {
					if !noted(root, d, notes) {
						t.Error(d)
					}
				}
				for _, n := range notes {
					t.Log(n)
				}
			})
		}
	}
}

// TestV3 shows what single features look like.
func TestV3(t *testing.T) {
	for _, c := range []struct{ name, item, want, notes string }{
		{"a request as Postman writes it", `{"name": "Get it", "request": {"method": "GET", "header": [{"key": "Accept", "value": "text/html"}], "url": {"raw": "http://h/a?b=1", "protocol": "http", "host": ["h"], "path": ["a"], "query": [{"key": "b", "value": "1"}]}},
			"event": [{"listen": "test", "script": {"type": "text/javascript", "exec": ["a();", "b();"]}}]}`,
			"-- Get it.request.yaml --\n$kind: http-request\nname: Get it\nmethod: GET\nurl: 'http://h/a?b=1'\nqueryParams:\n  b: '1'\nheaders:\n  Accept: text/html\n" +
				"scripts:\n  - type: afterResponse\n    language: text/javascript\n    code: |-\n      a();\n      b();\norder: 1000\n", ""},
		{"names that are no files", `{"name": "a/b: c?", "request": "http://h"}`, "-- a-b- c-.request.yaml --\n$kind: http-request\nname: 'a/b: c?'\nmethod: GET\nurl: 'http://h'\norder: 1000\n", ""},
		{"traps of YAML", `{"name": "on", "request": {"url": "1.10", "method": "POST", "header": [{"key": "yes", "value": "no"}, {"key": "a", "value": "007", "disabled": true}], "body": {"mode": "raw", "raw": "~"}}}`,
			"-- on.request.yaml --\n$kind: http-request\nname: 'on'\nmethod: POST\nurl: '1.10'\nheaders:\n  - key: 'yes'\n    value: 'no'\n  - key: a\n    value: '007'\n    disabled: true\n" +
				"body:\n  type: text\n  content: '~'\n  options: {}\norder: 1000\n", ""},
		{"auth", `{"name": "R", "request": {"url": "", "auth": {"type": "basic", "basic": [{"key": "username", "value": "u", "type": "string"}, {"key": "n", "value": 1, "type": "number"}]}}}`,
			"-- R.request.yaml --\n$kind: http-request\nname: R\nmethod: GET\nurl: ''\nauth:\n  type: basic\n  credentials:\n    username: u\n    'n': '1'\norder: 1000\n",
			"auth basic n: becomes a text: it is none; auth basic: types of parameters are left out: they are those of the values"},
		{"a script that must not begin to run", `{"name": "R", "request": "", "event": [{"listen": "beforeRequest", "script": {"exec": ["x"]}}]}`,
			"-- R.request.yaml --\n$kind: http-request\nname: R\nmethod: GET\nurl: ''\norder: 1000\n", "event beforeRequest: left out: it does not run in v2.1, and would in v3"},
		{"a text of the URL that is stale", `{"name": "R", "request": {"url": {"raw": "http://old", "host": ["new"]}}}`,
			"-- R.request.yaml --\n$kind: http-request\nname: R\nmethod: GET\nurl: new\norder: 1000\n", "url raw: left out: it is not what the parts say, which are sent"},
		{"keys that mean something in v3", `{"name": "R", "request": {"url": "", "foo": 1}, "order": 5, "scripts": [], "bar": 1.50}`,
			"-- R.request.yaml --\n$kind: http-request\nname: R\nmethod: GET\nurl: ''\norder: 1000\nv21_order: 5\nv21_scripts: []\nbar: 1.50\nrequest:\n  foo: 1\n", ""},
		{"half a character", `{"name": "R", "request": {"url": "", "description": "\ud83d"}}`,
			"-- R.request.yaml --\n$kind: http-request\nname: R\ndescription: \"\ufffd\"\nmethod: GET\nurl: ''\norder: 1000\n", "description: halves of characters are replaced"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, notes, files := v3RoundTrip(t, parse(t, []byte(`{"info": {"name": "C"}, "item": [`+c.item+`]}`)))
			if got := contents(files[1:]); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			var said []string
			for _, n := range notes {
				said = append(said, n.Field+": "+n.Became)
			}
			if got := strings.Join(said, "; "); got != c.notes {
				t.Errorf("notes %s, want %s", got, c.notes)
			}
		})
	}
}

// TestV3Foreign: what was read from v3 is written as it was, other protocols too.
func TestV3Foreign(t *testing.T) {
	root := writeTree(t, []convert.File{
		{Name: ".resources/definition.yaml", Data: []byte("$kind: collection\nname: C\n")},
		{Name: "a.request.yaml", Data: []byte("$kind: grpc-request\nname: a\nurl: h\nauth:\n  type: basic\nmethodPath: a.B/c\norder: 1000\n")},
	})
	files, notes := writeAll(t, V3(), load(t, root))
	if len(notes) > 0 {
		t.Error(notes)
	}
	want := "-- .resources/definition.yaml --\n$kind: collection\nname: C\n-- a.request.yaml --\n$kind: grpc-request\nname: a\nurl: h\nauth:\n  type: basic\nmethodPath: a.B/c\norder: 1000\n"
	if got := contents(files); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestNames(t *testing.T) {
	used := names{}
	for _, c := range []struct{ name, want string }{
		{"Get", "Get"}, {"get", "get 2"}, {"GET", "GET 3"}, {"", "Untitled"}, {"..", "Untitled 2"}, {"a/b", "a-b"}, {"CON", "CON-"}, {"nul.txt", "nul.txt-"}, {".hidden", "hidden"},
		{"x. ", "x"}, {"a\nb", "a b"}, {"é", "é"}, {"e\u0301", "é 2"}, {"x.resources", "x.resources-"}, {"straße", "straße"}, {strings.Repeat("é", 100), strings.Repeat("é", 60)},
	} {
		if got := used.file(c.name); got != c.want {
			t.Errorf("%q is %q, want %q", c.name, got, c.want)
		}
	}
}

func TestIsTree(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  bool
	}{
		{[]string{".resources/definition.yaml"}, true},
		{[]string{"a/b/C.Request.YML"}, true},
		{[]string{"readme.md", "a.http", "bruno.json", ".git/a.request.yaml", "node_modules/a.request.yaml"}, false},
		{[]string{"x.resources/examples/a.example.yaml"}, false},
	} {
		var files []convert.File
		for _, name := range c.names {
			files = append(files, convert.File{Name: name})
		}
		if got := isTree(os.DirFS(writeTree(t, files))); got != c.want {
			t.Errorf("%v: %v", c.names, got)
		}
	}
}
