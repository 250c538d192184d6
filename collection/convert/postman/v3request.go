package postman

import (
	"path"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
)

// Keys of v2.1 in an item, its request and its examples, and of v3 in their files.
var (
	itemKeys       = append([]string{"name", "id", "description", "request", "response"}, "event", "variable", "protocolProfileBehavior")
	requestKeys    = []string{"auth", "method", "header", "body", "url", "description"}
	requestFile    = []string{"$kind", "id", "name", "description", "method", "url", "headers", "queryParams", "pathVariables", "body", "auth", "scripts", "settings", "variables", "order", "examples", "request"}
	exampleRequest = []string{"$kind", "description", "method", "url", "headers", "queryParams", "pathVariables", "body", "auth"}
	responseKeys   = []string{"name", "id", "originalRequest", "status", "code", "header", "body", "_postman_previewlanguage"}
	responseFile   = []string{"statusText", "status", "statusCode", "code", "headers", "body"}
)

// item writes a request and its examples.
func (p place) item(dir, stem string, r gjson.Result, order int) error {
	file := path.Join(dir, stem+".request.yaml")
	m := newMapping()
	kind := jsonedit.Member(r, "$kind")
	request := jsonedit.Member(r, "request")
	if kind.Type == gjson.String && !request.Exists() && kind.Str != "http-request" && kind.Str != "graphql-request" && kind.Str != "" {
		return p.foreign(file, r, order)
	}
	m.addText("$kind", "http-request")
	m.add("id", p.text("id", notNull(jsonedit.Member(r, "id"))))
	m.add("name", p.name(jsonedit.Member(r, "name")))
	own, description := jsonedit.Member(r, "description"), jsonedit.Member(request, "description")
	switch {
	case own.Exists() && own.Type != gjson.Null && description.Type == gjson.Null:
		description = own
		p.note("description", "written as that of the request")
	case own.Exists() && own.Type != gjson.Null:
		m.add(prefixV21+"description", p.value("description", own))
	}
	p.description(m, description)
	p.request(m, request)
	p.shared(m, r, "")
	examples, err := p.examples(path.Join(dir, ".resources", stem+".resources", "examples"), jsonedit.Member(r, "response"))
	if err != nil {
		return err
	}
	if examples {
		m.addText("examples", "./"+path.Join(".resources", stem+".resources", "examples"))
	}
	m.add("order", orderNode(order))
	p.others(m, r, itemKeys, requestFile)
	rest := newMapping()
	for _, member := range pairsOf(request) {
		if !slices.Contains(requestKeys, member.key) {
			rest.add(member.key, p.value("request "+member.key, member.value))
		}
	}
	if len(rest.Content) > 0 {
		m.add("request", rest.node())
	}
	return p.w.add(file, m)
}

// foreign writes a request of another protocol, which was read from a collection v3.
func (p place) foreign(file string, r gjson.Result, order int) error {
	m := newMapping()
	m.add("$kind", textNode(jsonedit.Member(r, "$kind").Str))
	m.add("id", p.text("id", notNull(jsonedit.Member(r, "id"))))
	m.add("name", p.name(jsonedit.Member(r, "name")))
	p.others(m, r, []string{"$kind", "id", "name"}, []string{"order"})
	m.add("order", orderNode(order))
	return p.w.add(file, m)
}

// request adds the members of a request, but for its description.
func (p place) request(m *mapping, r gjson.Result) {
	url := jsonedit.Member(r, "url")
	if r.Type == gjson.String {
		url = r // the URL alone
	}
	method := jsonedit.Member(r, "method")
	if method.Type == gjson.Null || textOf(method) == "" {
		m.addText("method", "GET")
	} else {
		m.add("method", p.text("method", method))
	}
	p.url(m, url)
	m.add("headers", p.keyValues("header", p.elements("header", jsonedit.Member(r, "header"), headerLines), false))
	m.add("body", p.body(jsonedit.Member(r, "body")))
	m.add("auth", p.auth(jsonedit.Member(r, "auth")))
}

// elements gives the keys and values of a list; split makes some of a text, where one
// stands for a list or in it.
func (p place) elements(field string, r gjson.Result, split func(string) gjson.Result) (list []gjson.Result) {
	if r.Type == gjson.String {
		p.note(field, "one text becomes a list")
		return split(r.Str).Array()
	}
	if r.IsObject() || !r.IsArray() && r.Type != gjson.Null {
		p.note(field, "left out: it is no list")
		return nil
	}
	for _, element := range r.Array() {
		switch {
		case element.IsObject():
			list = append(list, element)
		case element.Type == gjson.String:
			p.note(field, "a text becomes a key and a value")
			list = append(list, split(element.Str).Array()...)
		default:
			p.note(field, "left out: it is none")
		}
	}
	return list
}

// keyValues gives headers, parameters or variables: a map, as Postman writes it, where one
// can hold them, or always a list. It is nil when there are none.
func (p place) keyValues(field string, elements []gjson.Result, listed bool) *yaml.Node {
	asMap := !listed
	seen := map[string]bool{}
	var pairs []*yaml.Node
	for _, element := range elements {
		name := textOf(jsonedit.Member(element, "key"))
		pair := p.pair(field+" "+name, element)
		simple := len(pair.Content) == 4 && pair.has("key") && pair.has("value") && pair.Content[1].Tag == "!!str" && pair.Content[3].Tag == "!!str" &&
			len(name) < 100 && name != "" && !strings.ContainsAny(name, "\n\r") && !seen[name]
		seen[name] = true
		asMap = asMap && simple
		pairs = append(pairs, pair.node())
	}
	if pairs == nil {
		return nil
	}
	if !asMap {
		return sequence(pairs)
	}
	m := newMapping()
	for _, pair := range pairs {
		// A key and a value, in one order or the other.
		key, value := pair.Content[1], pair.Content[3]
		if pair.Content[0].Value == "value" {
			key, value = value, key
		}
		m.Content = append(m.Content, key, value)
	}
	return m.node()
}

// headerLines makes a list of headers that are one text; a line that starts with // is off.
func headerLines(text string) gjson.Result {
	var b strings.Builder
	b.WriteByte('[')
	for line := range strings.Lines(text) {
		line, off := strings.CutPrefix(strings.TrimSpace(line), "//")
		key, value, _ := strings.Cut(line, ":")
		if line == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`{"key":`)
		b.Write(jsonedit.Quoted(strings.TrimSpace(key)))
		b.WriteString(`,"value":`)
		b.Write(jsonedit.Quoted(strings.TrimSpace(value)))
		if off {
			b.WriteString(`,"disabled":true`)
		}
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return gjson.Parse(b.String())
}

// pair gives a key with its value and whatever else stands there.
func (p place) pair(field string, r gjson.Result) *mapping {
	m := newMapping()
	for _, member := range pairsOf(r) {
		name := field + " " + member.key
		switch member.key {
		case "key", "value", "type", "contentType", "fileName":
			m.add(member.key, p.text(name, member.value))
		case "disabled":
			p.flag(m, name, member.value)
		case "src":
			m.add(member.key, p.paths(name, member.value))
		default:
			key := member.key
			if key == "enabled" || strings.HasPrefix(key, prefixV21) {
				key = prefixV21 + key
			}
			m.add(key, p.value(name, member.value))
		}
	}
	return m
}

// paths gives the path of a file, or several.
func (p place) paths(field string, r gjson.Result) *yaml.Node {
	if !r.IsArray() {
		return p.text(field, r)
	}
	list := []*yaml.Node{}
	for _, element := range r.Array() {
		if element.Type != gjson.String {
			p.note(field, "a path that is none is left out")
			continue
		}
		list = append(list, textNode(element.Str))
	}
	return sequence(list)
}

// isObject tells an object from what stands for none; anything else is noted.
func (p place) isObject(field string, r gjson.Result) bool {
	if !r.IsObject() && r.Type != gjson.Null && r.Raw != "[]" {
		p.note(field, "left out: it is none")
	}
	return r.IsObject()
}

// types are those that a raw body may have.
var types = []string{"json", "text", "xml", "html", "javascript"}

// body gives {type, content}. What v2.1 holds beside, such as the data of other modes, is
// kept beside.
func (p place) body(r gjson.Result) *yaml.Node {
	if !p.isObject("body", r) {
		return nil
	}
	mode := textOf(jsonedit.Member(r, "mode"))
	m := newMapping()
	content := jsonedit.Member(r, mode)
	switch mode {
	case "", "none":
		if len(pairsOf(r)) > 0 && r.Raw != `{"mode":"none"}` {
			p.note("body", "left out: it has no mode, and is not sent")
		}
		return nil
	case collection.ModeURLEncoded, collection.ModeFormData:
		m.addText("type", mode)
		fields := p.keyValues("field", p.elements("field", content, queryText), true)
		if fields == nil {
			fields = sequence(nil)
		}
		m.add("content", fields)
	case collection.ModeFile:
		m.addText("type", mode)
		file := newMapping()
		if p.isObject("body file", content) {
			file = p.pair("body file", content)
		} else {
			file.add("src", nullNode())
		}
		m.add("content", file.node())
	case collection.ModeGraphQL:
		m.addText("type", mode)
		p.isObject("body graphql", content)
		m.add("content", p.graphQL(content))
	default:
		if mode != collection.ModeRaw {
			p.note("body", "its mode "+mode+" becomes raw")
			content = jsonedit.Member(r, collection.ModeRaw)
		}
		p.raw(m, r, content)
	}
	isRaw := !slices.Contains([]string{collection.ModeURLEncoded, collection.ModeFormData, collection.ModeFile, collection.ModeGraphQL}, mode)
	for _, member := range pairsOf(r) {
		switch key := member.key; {
		case key == "mode", key == mode, isRaw && (key == collection.ModeRaw || key == "options"):
		case key == "disabled":
			p.flag(m, "body disabled", member.value)
		case key == "type", key == "content", key == "src":
			p.note("body "+key, leftOut)
		default:
			m.add(key, p.value("body "+key, member.value))
		}
	}
	return m.node()
}

// raw adds type and content of a raw body. Its type is the language; one that has none is
// text for Postman, and options that are empty say so.
func (p place) raw(m *mapping, r, content gjson.Result) {
	options := jsonedit.Member(r, "options")
	p.isObject("body options", options)
	language := jsonedit.Member(jsonedit.Member(options, "raw"), "language")
	known := language.Type == gjson.String && slices.Contains(types, language.Str)
	kind := "text"
	if known {
		kind = language.Str
	}
	m.addText("type", kind)
	if text := p.text("body raw", notNull(content)); text != nil {
		m.add("content", text)
	} else {
		m.addText("content", "")
	}
	switch plain := known && len(pairsOf(options)) == 1 && len(pairsOf(jsonedit.Member(options, "raw"))) == 1; {
	case plain:
	case options.IsObject():
		m.add("options", p.value("body options", options))
	default:
		m.add("options", newMapping().node())
	}
}

func (p place) graphQL(r gjson.Result) *yaml.Node {
	m := newMapping()
	known := []string{"query", "operationName", "variables"}
	for _, member := range pairsOf(r) {
		if slices.Contains(known, member.key) {
			m.add(member.key, p.text("body graphql "+member.key, member.value))
		}
	}
	p.in("body graphql").others(m, r, known, known)
	return m.node()
}

// auth gives {type, credentials}; nil when it is inherited.
func (p place) auth(r gjson.Result) *yaml.Node {
	kind := jsonedit.Member(r, "type")
	if !p.isObject("auth", r) {
		return nil
	}
	if kind.Type == gjson.Null {
		if len(pairsOf(r)) > 0 {
			p.note("auth", "left out: it has no type")
		}
		return nil
	}
	authType := textOf(kind)
	if kind.Type != gjson.String || slices.Contains([]string{"", "inherit", "none"}, authType) {
		p.note("auth", "left out: its type is none of Postman's")
		return nil
	}
	m := newMapping()
	m.addText("type", authType)
	if authType != "noauth" {
		m.add("credentials", p.credentials("auth "+authType, jsonedit.Member(r, authType)))
	}
	var more []*yaml.Node
	for _, member := range pairsOf(r) {
		switch {
		case member.key == "type":
		case member.key == authType && authType == "noauth":
			if len(member.value.Array()) > 0 && !isEmptyObject(member.value) {
				p.note("auth noauth", leftOut)
			}
		case member.key == authType:
		case member.key == "credentials":
			p.note("auth credentials", leftOut)
		case member.key == "others" && member.value.IsArray() && len(member.value.Array()) > 0:
			for _, other := range member.value.Array() {
				more = append(more, p.value("auth others", other))
			}
		default:
			m.add(member.key, p.value("auth "+member.key, member.value))
		}
	}
	if more != nil && !slices.Contains(more, nil) {
		return sequence(append([]*yaml.Node{m.node()}, more...))
	}
	return m.node()
}

func isEmptyObject(r gjson.Result) bool { return r.IsObject() && len(pairsOf(r)) == 0 }

// credentials gives the parameters of an auth: a map, or a list where a key stands twice.
func (p place) credentials(field string, r gjson.Result) *yaml.Node {
	m := newMapping()
	var list []*yaml.Node
	repeated := false
	for _, parameter := range r.Array() {
		key := jsonedit.Member(parameter, "key")
		if !parameter.IsObject() {
			p.note(field, "left out: it is no parameter")
			continue
		}
		for _, member := range pairsOf(parameter) {
			if !slices.Contains([]string{"key", "value", "type"}, member.key) {
				p.note(field+" "+textOf(key), "its "+member.key+" is left out: there is no place for it")
			}
		}
		value := jsonedit.Member(parameter, "value")
		node := p.credential(field+" "+textOf(key), value)
		if t := jsonedit.Member(parameter, "type"); t.Exists() && t.String() != credentialType(value) {
			p.note(field, "types of parameters are left out: they are those of the values")
		}
		name := textOf(key)
		if key.Type != gjson.String {
			p.note(field, "a key that is no text becomes one")
		}
		repeated = repeated || m.has(name) || name == ""
		m.add(name, node)
		one := newMapping()
		one.addText("key", name)
		one.add("value", node)
		list = append(list, one.node())
	}
	switch {
	case list == nil:
		return nil
	case repeated:
		return sequence(list)
	}
	return m.node()
}

// credential gives the value of a parameter. Numbers are read as texts, for 1.10 may be a
// password.
func (p place) credential(field string, r gjson.Result) *yaml.Node {
	switch {
	case r.Type == gjson.String, r.Type == gjson.Number:
		return p.text(field, r)
	case !r.Exists():
		return nullNode()
	}
	if n := p.value(field, r); n != nil {
		return n
	}
	return nullNode()
}

// credentialType is the type that a value has when it is read again.
func credentialType(r gjson.Result) string {
	switch r.Type {
	case gjson.String, gjson.Number:
		return "string"
	case gjson.True, gjson.False:
		return "boolean"
	}
	return "any"
}

// examples writes the saved answers of a request; it says whether there are any.
func (p place) examples(dir string, r gjson.Result) (any bool, err error) {
	used := names{}
	order := 0
	for _, response := range r.Array() {
		if !response.IsObject() {
			if response.Type != gjson.Null {
				p.note("response", leftOut)
			}
			continue
		}
		order++
		name := textOf(jsonedit.Member(response, "name"))
		m := p.in("response "+name).example(response, order)
		if err := p.w.add(path.Join(dir, used.file(name)+".example.yaml"), m); err != nil {
			return false, err
		}
	}
	return order > 0, nil
}

// previews are the languages that the body of an example may have.
var previews = []string{"text", "json", "xml", "html", "javascript", "yaml"}

func (p place) example(r gjson.Result, order int) *mapping {
	m := newMapping()
	m.addText("$kind", "http-example")
	m.add("id", p.text("id", notNull(jsonedit.Member(r, "id"))))
	m.add("name", p.name(jsonedit.Member(r, "name")))
	original := jsonedit.Member(r, "originalRequest")
	if original.IsObject() || original.Type == gjson.String {
		request := newMapping()
		p.description(request, jsonedit.Member(original, "description"))
		p.request(request, original)
		p.in("request").others(request, original, requestKeys, exampleRequest)
		m.add("request", request.node())
	} else {
		p.isObject("originalRequest", original)
	}
	response := newMapping()
	response.add("statusCode", p.value("code", notNull(jsonedit.Member(r, "code"))))
	response.add("statusText", p.value("status", notNull(jsonedit.Member(r, "status"))))
	response.add("headers", p.keyValues("header", p.elements("header", jsonedit.Member(r, "header"), headerLines), false))
	language := jsonedit.Member(r, "_postman_previewlanguage")
	kind := "text"
	if language.Type == gjson.String && slices.Contains(previews, language.Str) {
		kind = language.Str
	}
	body := newMapping()
	body.addText("type", kind)
	content := p.text("body", jsonedit.Member(r, "body"))
	if content == nil {
		content = nullNode()
	}
	body.add("content", content)
	response.add("body", body.node())
	switch {
	case language.Type == gjson.Null:
		response.add("_postman_previewlanguage", nullNode()) // the type, which has to be there, says nothing
	case language.Type != gjson.String || language.Str != kind:
		response.add("_postman_previewlanguage", p.value("language", language))
	}
	p.others(response, r, responseKeys, responseFile)
	m.add("response", response.node())
	m.add("order", orderNode(order))
	return m
}
