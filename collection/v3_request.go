package collection

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// prefixV3 stands before the name of a key that means something else in v2.1.
const prefixV3 = "v3_"

// keyValues reads headers, parameters, variables and the like: a list of {key, value, ...}, or a map, whose
// values are texts or {value, ...}. Values are texts. A text in place of the list is given as it is.
func (f *yamlFile) keyValues(n *yaml.Node, what string) (any, error) {
	list := []any{}
	switch {
	case isNull(n):
		return list, nil
	case isText(n):
		return n.Value, nil
	case n.Kind == yaml.MappingNode:
		o, err := f.object(n, what)
		if err != nil {
			return nil, err
		}
		for _, p := range o {
			pair := yamlObject{{"value", p.value}}
			if p.value.Kind == yaml.MappingNode {
				if pair, err = f.object(p.value, what); err != nil {
					return nil, err
				}
			}
			written, err := f.pair(pair, jsonObject{{"key", p.key}})
			if err != nil {
				return nil, err
			}
			list = append(list, written)
		}
		return list, nil
	}
	if err := f.count(n, len(n.Content), 0); err != nil {
		return nil, err
	}
	for i, element := range n.Content {
		element = resolved(element)
		switch {
		case isNull(element):
			continue
		case isText(element):
			list = append(list, element.Value)
			continue
		}
		o, err := f.object(element, numbered(what, i+1))
		if err != nil {
			return nil, err
		}
		written, err := f.pair(o, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, written)
	}
	return list, nil
}

// pair adds the members of a key and its value.
func (f *yamlFile) pair(o yamlObject, to jsonObject) (jsonObject, error) {
	off := f.isOff(o.get("enabled"))
	for _, p := range o {
		var value any
		var err error
		switch p.key {
		case "enabled":
			continue
		case "disabled":
			value = f.flag(p.value)
			off = off && !f.flag(p.value)
		case "key", "value", "type", "contentType", "fileName":
			value, err = f.asText(p.value)
		case "src":
			value, err = f.paths(p.value)
		default:
			value, err = f.json(p.value)
		}
		if err != nil {
			return nil, err
		}
		key := p.key
		if own, is := strings.CutPrefix(key, prefixV21); is && o.get(own) == nil {
			key = own
		}
		to.set(key, value)
	}
	if off {
		to.set("disabled", true)
	}
	return to, nil
}

// paths reads one path or a list of them.
func (f *yamlFile) paths(n *yaml.Node) (any, error) {
	if isNull(n) || isText(n) {
		return f.asText(n)
	}
	if n.Kind != yaml.SequenceNode {
		return nil, f.wrongKind(n, "src", "a path or a list of paths")
	}
	list := []any{}
	for _, element := range n.Content {
		if element = resolved(element); !isText(element) {
			return nil, f.wrongKind(element, "src", "a path or a list of paths")
		}
		list = append(list, f.text(element))
	}
	return list, nil
}

// pairsOnly is keyValues where a text in place of the list, or of an element, makes no sense.
func (f *yamlFile) pairsOnly(n *yaml.Node, what string) ([]any, error) {
	read, err := f.keyValues(n, what)
	if err != nil {
		return nil, err
	}
	list, ok := read.([]any)
	if !ok {
		return nil, f.wrongKind(n, what, "a list of key and value, or a map")
	}
	for _, element := range list {
		if _, ok := element.(jsonObject); !ok {
			return nil, f.errorAt(n, what+" holds a text; expected elements with key and value", "correct it there")
		}
	}
	return list, nil
}

// Which $kind a request file has.
const (
	kindHTTP    = "http-request"
	kindGraphQL = "graphql-request"
)

// v3RequestKeys are the keys of a request file that item and addShared read.
var v3RequestKeys = []string{"$kind", "id", "name", "description", "method", "url", "headers", "queryParams", "pathVariables", "body",
	"auth", "scripts", "settings", "variables"}

// request gives the v2.1 request of a file, or of an example's request.
func (f *yamlFile) request(o yamlObject, auth any) (jsonObject, error) {
	request := jsonObject{}
	if auth != nil {
		request.add("auth", auth)
	}
	method := strings.TrimSpace(f.text(o.get("method")))
	graphQL := f.text(o.get("$kind")) == kindGraphQL
	if method == "" && graphQL {
		method = "POST"
	}
	if method == "" {
		method = "GET"
	}
	request.add("method", method)
	headers, err := f.keyValues(o.get("headers"), "headers")
	if err != nil {
		return nil, err
	}
	request.add("header", headers)
	var body any
	if graphQL && isNull(o.get("body")) {
		body, err = f.graphQL(o, false)
	} else {
		body, err = f.body(o.get("body"))
	}
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.add("body", body)
	}
	url, err := f.url(o)
	if err != nil {
		return nil, err
	}
	request.add("url", url)
	if description := o.get("description"); !isNull(description) {
		value, err := f.json(description)
		if err != nil {
			return nil, err
		}
		if isText(description) {
			value = description.Value
		}
		request.add("description", value)
	}
	return request, nil
}

// url reads the URL's text with queryParams and pathVariables. A parameter that only the text has stays.
func (f *yamlFile) url(o yamlObject) (any, error) {
	n := o.get("url")
	if n != nil && n.Kind == yaml.MappingNode {
		return f.json(n)
	}
	if n != nil && n.Kind == yaml.SequenceNode {
		return nil, f.wrongKind(n, "url", "a text")
	}
	text := f.text(n)
	params, err := f.keyValues(o.get("queryParams"), "queryParams")
	if err != nil {
		return nil, err
	}
	query := f.query(params)
	if query != nil {
		listed := map[string]bool{}
		for _, q := range query {
			listed[q.Key] = true
		}
		var own []urlParam
		for _, q := range parseURLText(text).query {
			if !listed[q.Key] {
				own = append(own, urlParam{q, queryMember(q)})
			}
		}
		query = append(own, query...)
	}
	variables, err := f.pairsOnly(o.get("pathVariables"), "pathVariables")
	if err != nil {
		return nil, err
	}
	if len(variables) == 0 {
		variables = nil
	}
	return urlObject(text, query, variables), nil
}

// query gives the parameters that keyValues has read.
func (f *yamlFile) query(params any) (query []urlParam) {
	list, isList := params.([]any)
	if !isList {
		list = []any{params}
	}
	for _, element := range list {
		written, isPair := element.(jsonObject)
		if !isPair {
			for _, q := range parseQueryText(strings.TrimPrefix(element.(string), "?")) {
				query = append(query, urlParam{q, queryMember(q)})
			}
			continue
		}
		var q QueryParam
		for _, m := range written {
			switch text, isText := m.value.(string); m.key {
			case "key":
				q.Key = text
			case "value":
				q.Value, q.HasValue = text, isText
			case "disabled":
				q.Disabled = m.value == true
			}
		}
		query = append(query, urlParam{q, written})
	}
	return query
}

// body reads {type, content}; nil when there is none.
func (f *yamlFile) body(n *yaml.Node) (any, error) {
	if isText(n) && !isNull(n) {
		return jsonObject{{"mode", ModeRaw}, {"raw", n.Value}}, nil
	}
	o, err := f.object(n, "body")
	if err != nil || o == nil {
		return nil, err
	}
	bodyType, content := f.text(o.get("type")), o.get("content")
	body := jsonObject{}
	switch bodyType {
	case "none":
		return nil, nil
	case ModeURLEncoded, ModeFormData:
		params, err := f.keyValues(content, "body: content")
		if err != nil {
			return nil, err
		}
		body.add("mode", bodyType)
		body.add(bodyType, params)
	case ModeFile, "binary":
		file, err := f.fileBody(content, o)
		if err != nil {
			return nil, err
		}
		body.add("mode", ModeFile)
		body.add(ModeFile, file)
	case ModeGraphQL:
		if isText(content) && !isNull(content) {
			body = jsonObject{{"mode", ModeGraphQL}, {ModeGraphQL, jsonObject{{"query", content.Value}}}}
			break
		}
		members, err := f.object(content, "body: content")
		if err != nil {
			return nil, err
		}
		if body, err = f.graphQL(members, true); err != nil {
			return nil, err
		}
	default:
		if bodyType == "" && isNull(content) {
			return nil, nil
		}
		text, err := f.asText(content)
		if err != nil {
			return nil, err
		}
		if text == nil {
			text = ""
		}
		body.add("mode", ModeRaw)
		body.add(ModeRaw, text)
		if bodyType != "" && bodyType != ModeRaw {
			body.add("options", jsonObject{{"raw", jsonObject{{"language", bodyType}}}})
		}
	}
	for _, p := range o {
		switch p.key {
		case "type", "content", "src":
		case "disabled":
			body.set(p.key, f.flag(p.value))
		default:
			value, err := f.json(p.value)
			if err != nil {
				return nil, err
			}
			body.set(p.key, value)
		}
	}
	// The language of a raw body is its type, which v3 demands; options that are empty say that there is none.
	return slices.DeleteFunc(body, func(m jsonMember) bool {
		o, isObject := m.value.(jsonObject)
		return m.key == "options" && isObject && len(o) == 0
	}), nil
}

// fileBody reads the content of a body that is a file: a path, or {src} or {content}. Some write src beside type.
func (f *yamlFile) fileBody(content *yaml.Node, body yamlObject) (any, error) {
	if isNull(content) {
		src, err := f.asText(body.get("src"))
		return jsonObject{{"src", src}}, err
	}
	if isText(content) {
		return jsonObject{{"src", content.Value}}, nil
	}
	o, err := f.object(content, "body: content")
	if err != nil {
		return nil, err
	}
	return f.pair(o, jsonObject{})
}

// graphQL reads a body of GraphQL: inBody says that o holds nothing else.
func (f *yamlFile) graphQL(o yamlObject, inBody bool) (jsonObject, error) {
	graphQL := jsonObject{}
	for _, key := range []string{"query", "operationName", "variables"} {
		n := o.get(key)
		if n == nil {
			continue
		}
		text, err := f.asText(n)
		if err != nil {
			return nil, err
		}
		graphQL.add(key, text)
	}
	if inBody {
		if err := f.carry(&graphQL, o, "query", "operationName", "variables"); err != nil {
			return nil, err
		}
	}
	return jsonObject{{"mode", ModeGraphQL}, {ModeGraphQL, graphQL}}, nil
}

// auth reads {type, credentials}, or a list of them, of which the first counts. It gives nil for one that
// inherits.
func (f *yamlFile) auth(n *yaml.Node) (any, error) {
	if isNull(n) {
		return nil, nil
	}
	var others []any
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) == 0 {
			return nil, nil
		}
		for _, element := range n.Content[1:] {
			value, err := f.json(resolved(element))
			if err != nil {
				return nil, err
			}
			others = append(others, value)
		}
		n = resolved(n.Content[0])
	}
	if isText(n) && !isNull(n) { // auth: noauth
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "type"}, n}}
	}
	o, err := f.object(n, "auth")
	if err != nil {
		return nil, err
	}
	authType := f.text(o.get("type"))
	if authType == "none" {
		authType = typeNoAuth
	}
	if authType == "inherit" || authType == "" {
		return nil, nil
	}
	auth := jsonObject{{"type", authType}}
	if authType != typeNoAuth {
		parameters, err := f.credentials(o.get("credentials"))
		if err != nil {
			return nil, err
		}
		auth.add(authType, parameters)
	}
	for _, p := range o {
		if p.key == "type" || p.key == "credentials" || p.key == authType {
			continue
		}
		value, err := f.json(p.value)
		if err != nil {
			return nil, err
		}
		auth.add(p.key, value)
	}
	if others != nil {
		auth.add("others", others)
	}
	return auth, nil
}

// credentials reads the parameters of an auth: a map, or a list of {key, value}.
func (f *yamlFile) credentials(n *yaml.Node) ([]any, error) {
	list := []any{}
	if n != nil && n.Kind == yaml.MappingNode {
		o, err := f.object(n, "auth: credentials")
		if err != nil {
			return nil, err
		}
		for _, p := range o {
			parameter, err := f.credential(yamlObject{{"key", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: p.key}}, {"value", p.value}})
			if err != nil {
				return nil, err
			}
			list = append(list, parameter)
		}
		return list, nil
	}
	if isNull(n) {
		return list, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, f.wrongKind(n, "auth: credentials", "a map, or a list of key and value")
	}
	for i, element := range n.Content {
		o, err := f.object(resolved(element), numbered("auth: credentials", i+1))
		if err != nil {
			return nil, err
		}
		parameter, err := f.credential(o)
		if err != nil {
			return nil, err
		}
		list = append(list, parameter)
	}
	return list, nil
}

// credential gives one parameter. A scalar is a text, for 1.10 and yes may be a password; only true and false,
// which switch things, are what they say.
func (f *yamlFile) credential(o yamlObject) (jsonObject, error) {
	value, err := f.asText(o.get("value"))
	if err != nil {
		return nil, err
	}
	parameter := jsonObject{{"key", f.text(o.get("key"))}, {"value", value}, {"type", "string"}}
	if n := o.get("value"); isText(n) && n.ShortTag() == "!!bool" {
		switch n.Value {
		case "true", "false":
			parameter.set("value", n.Value == "true")
			parameter.set("type", "boolean")
		}
	} else if isNull(n) {
		parameter.set("type", "any")
	} else if !isText(n) {
		if value, err = f.json(n); err != nil {
			return nil, err
		}
		parameter.set("value", value)
		parameter.set("type", "any")
	}
	return parameter, nil
}

// settings gives a protocolProfileBehavior; what v3 lists of headers is an object there.
func (f *yamlFile) settings(n *yaml.Node) (any, error) {
	o, err := f.object(n, "settings")
	if err != nil || o == nil {
		return nil, err
	}
	behaviour := jsonObject{}
	for _, p := range o {
		value, err := f.json(p.value)
		if err != nil {
			return nil, err
		}
		if list, isList := value.([]any); isList && p.key == "disabledSystemHeaders" {
			headers := jsonObject{}
			for _, header := range list {
				if name, isText := header.(string); isText {
					headers.set(name, true)
				}
			}
			value = headers
		}
		behaviour.add(p.key, value)
	}
	return behaviour, nil
}

// example gives the v2.1 response of a saved example. Both ways to write one are read: request and response,
// or originalRequest, code and body.
func (f *yamlFile) example(o yamlObject, name string) (jsonObject, error) {
	response := o.get("response")
	r, err := f.object(response, "response")
	if err != nil {
		return nil, err
	}
	if response == nil {
		r = o
	}
	example := jsonObject{{"name", f.name(o, name)}}
	if id := f.text(o.get("id")); id != "" {
		example.add("id", id)
	}
	read := []string{"$kind", "name", "id", "response", "request", "originalRequest"}
	original := o.get("request")
	if isNull(original) {
		original = o.get("originalRequest")
	}
	if !isNull(original) && !isText(original) {
		members, err := f.object(original, "request")
		if err != nil {
			return nil, err
		}
		auth, err := f.auth(members.get("auth"))
		if err != nil {
			return nil, err
		}
		request, err := f.request(members, auth)
		if err == nil {
			err = f.carry(&request, members, "$kind", "description", "method", "url", "headers", "queryParams", "pathVariables", "body", "auth")
		}
		if err != nil {
			return nil, err
		}
		example.add("originalRequest", request)
	}
	used := []string{"statusText", "status", "statusCode", "code", "headers", "body"}
	for _, key := range used[:4] {
		if n := r.get(key); !isNull(n) {
			value, err := f.json(n)
			if err != nil {
				return nil, err
			}
			example.set(map[string]string{"statusText": "status", "status": "status", "statusCode": "code", "code": "code"}[key], value)
		}
	}
	headers, err := f.keyValues(r.get("headers"), "headers")
	if err != nil {
		return nil, err
	}
	example.add("header", headers)
	if err := f.exampleBody(&example, r.get("body")); err != nil {
		return nil, err
	}
	read = f.withOrder(o, read)
	const language = "_postman_previewlanguage"
	if n := r.get(language); n != nil { // it says more than the body's type; null is that there is none
		example.take(language)
		if isNull(n) {
			used, read = append(used, language), append(slices.Clone(read), language)
		}
	}
	if response != nil {
		if err := f.carry(&example, r, used...); err != nil {
			return nil, err
		}
		return example, f.carry(&example, o, read...)
	}
	return example, f.carry(&example, o, append(read, used...)...)
}

func (f *yamlFile) exampleBody(example *jsonObject, n *yaml.Node) error {
	content := n
	if n != nil && n.Kind == yaml.MappingNode {
		o, err := f.object(n, "body")
		if err != nil {
			return err
		}
		content = o.get("content")
		if language := f.text(o.get("type")); language != "" {
			example.add("_postman_previewlanguage", language)
		}
	}
	body, err := f.asText(content)
	example.add("body", body)
	return err
}
