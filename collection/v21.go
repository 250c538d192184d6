package collection

import (
	"encoding/json"
	"slices"

	"github.com/tidwall/gjson"
)

// schemaV21 is what info.schema of a saved collection says.
const schemaV21 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

// V21 gives the collection as a document of schema v2.1, as Postman would export it. Every field stays, the
// ones that nothing here knows too, in the order of the file; numbers stay as they are written. What
// Postman exported as v2.1 comes back byte for byte. Of other files these things change, and no others:
//
//   - blanks, and escapes that JSON does not demand; a byte order mark, UTF-16 and a {"collection": ...}
//     wrapper go;
//   - info.schema names v2.1; a missing info is made, with the collection's name;
//   - auth parameters that are a map (v2.0) become a list of {key, value, type};
//   - what v2.1 has no place for is written as this package reads it: one event as a list of one; a script
//     that is text or a list as {type, exec}; a query, variables, headers or form fields that are a map or
//     text as a list (headers that are one text are allowed, and stay); a body that is text as raw, a file
//     as {src}, GraphQL as {query}; an empty list in place of an object as null; null items are left out.
//
// A collection of v1 or v3 was brought into this form when it was loaded.
func (c *Collection) V21() []byte {
	return []byte(writeJSONOf(v21Collection(c), len(c.text)+len(c.text)/4))
}

// WithVariables gives the collection as V21 does, with other variables.
func (c *Collection) WithVariables(variables []Variable) ([]byte, error) {
	text, err := json.Marshal(variables)
	if err != nil {
		return nil, err
	}
	saved := slices.DeleteFunc(v21Collection(c), func(m jsonMember) bool { return m.key == "variable" })
	saved = append(saved, jsonMember{"variable", gjson.ParseBytes(text)})
	return []byte(writeJSONOf(saved, len(c.text)+len(text))), nil
}

// v21Members copies an object; change may give another value for a key.
func v21Members(r gjson.Result, change func(key string, value gjson.Result) any) jsonObject {
	var m jsonObject
	for _, p := range fields(r) {
		m.add(p.key, change(p.key, p.value))
	}
	return m
}

func v21Collection(c *Collection) jsonObject {
	root := fields(c.Raw)
	saved := v21Members(c.Raw, func(key string, value gjson.Result) any {
		switch key {
		case "info":
			return v21Info(value, c.Name)
		case "item":
			return v21Items(value)
		}
		return v21Shared(key, value)
	})
	if !root.get("item").Exists() {
		saved = slices.Insert(saved, 0, jsonMember{"item", []any{}})
	}
	if !root.get("info").Exists() {
		saved = slices.Insert(saved, 0, jsonMember{"info", v21Info(gjson.Result{}, c.Name)})
	}
	return saved
}

func v21Info(r gjson.Result, name string) jsonObject {
	info := v21Members(r, func(key string, value gjson.Result) any {
		if key == "schema" {
			return schemaV21
		}
		return rawJSON(value.Raw)
	})
	f := fields(r)
	if !f.get("name").Exists() {
		info = slices.Insert(info, 0, jsonMember{"name", name})
	}
	if !f.get("schema").Exists() {
		info.add("schema", schemaV21)
	}
	return info
}

// v21Shared writes what a collection, a folder and a request have in common.
func v21Shared(key string, value gjson.Result) any {
	switch key {
	case "auth":
		return v21Auth(value)
	case "event":
		return v21Events(value)
	case "variable":
		return v21Pairs(value, nil)
	}
	return rawJSON(value.Raw)
}

func v21Items(r gjson.Result) any {
	if !r.IsArray() && r.Type != gjson.Null {
		return rawJSON(r.Raw)
	}
	items := []any{}
	r.ForEach(func(_, value gjson.Result) bool {
		if value.IsObject() {
			items = append(items, v21Item(value))
		}
		return true
	})
	return items
}

func v21Item(r gjson.Result) jsonObject {
	folder := isFolder(fields(r).get("item"))
	return v21Members(r, func(key string, value gjson.Result) any {
		switch {
		case key == "item" && folder:
			return v21Items(value)
		case key == "request":
			return v21Request(value)
		case key == "response" && value.IsArray():
			return v21Responses(value)
		}
		return v21Shared(key, value)
	})
}

func v21Responses(r gjson.Result) []any {
	responses := []any{}
	r.ForEach(func(_, value gjson.Result) bool {
		if !value.IsObject() {
			responses = append(responses, rawJSON(value.Raw))
			return true
		}
		responses = append(responses, v21Members(value, func(key string, value gjson.Result) any {
			if key == "originalRequest" {
				return v21Request(value)
			}
			return rawJSON(value.Raw)
		}))
		return true
	})
	return responses
}

func v21Request(r gjson.Result) any {
	if !r.IsObject() {
		return orNull(r)
	}
	return v21Members(r, func(key string, value gjson.Result) any {
		switch key {
		case "auth":
			return v21Auth(value)
		case "url":
			return v21URL(value)
		case "body":
			return v21Body(value)
		case "header":
			if value.Type != gjson.String {
				return v21Pairs(value, headerText)
			}
		}
		return rawJSON(value.Raw)
	})
}

// orNull turns an empty list, which some tools write for an empty object, into null.
func orNull(r gjson.Result) any {
	if isAbsent(r) {
		return nil
	}
	return rawJSON(r.Raw)
}

func v21URL(r gjson.Result) any {
	if !r.IsObject() {
		return orNull(r)
	}
	return v21Members(r, func(key string, value gjson.Result) any {
		switch key {
		case "query":
			return v21Pairs(value, queryText)
		case "variable":
			return v21Pairs(value, nil)
		}
		return rawJSON(value.Raw)
	})
}

func v21Body(r gjson.Result) any {
	switch {
	case r.Type == gjson.String:
		return jsonObject{{"mode", ModeRaw}, {"raw", rawJSON(r.Raw)}}
	case !r.IsObject():
		return orNull(r)
	}
	return v21Members(r, func(key string, value gjson.Result) any {
		text := value.Type == gjson.String
		switch {
		case key == ModeURLEncoded || key == ModeFormData:
			return v21Pairs(value, formText)
		case key == ModeFile && text:
			return jsonObject{{"src", rawJSON(value.Raw)}}
		case key == ModeGraphQL && text:
			return jsonObject{{"query", rawJSON(value.Raw)}}
		}
		return rawJSON(value.Raw)
	})
}

// v21Pairs makes a list of keys and values of what is one object or a map; split makes elements of text,
// where text may stand. What no reading makes sense of stays.
func v21Pairs(r gjson.Result, split func(string) []any) any {
	if r.Type == gjson.String && split != nil {
		return append([]any{}, split(r.Str)...)
	}
	if r.Type == gjson.Null {
		return rawJSON(r.Raw)
	}
	list, err := entries(r, "")
	if err != nil {
		return rawJSON(r.Raw)
	}
	pairs := []any{}
	for _, e := range list {
		switch {
		case e.value.IsObject() && r.IsArray() || e.fields != nil && fields(r).get("key").Exists():
			pairs = append(pairs, rawJSON(e.value.Raw))
		case e.fields != nil: // of a map
			pairs = append(pairs, jsonObject{{"key", e.fields.get("key").Str}, {"value", rawJSON(e.value.Raw)}})
		case split != nil:
			pairs = append(pairs, split(e.value.Str)...)
		default:
			pairs = append(pairs, rawJSON(e.value.Raw))
		}
	}
	return pairs
}

func headerText(text string) (list []any) {
	headers, _ := headerLines(text, gjson.Result{}, "") // was read without error when the file was parsed
	for _, h := range headers {
		m := jsonObject{{"key", h.Key}, {"value", h.Value}}
		if h.Disabled {
			m.add("disabled", true)
		}
		list = append(list, m)
	}
	return list
}

func queryText(text string) (list []any) {
	query, _ := queryOf(stringResult(text)) // text has no wrong shape
	for _, q := range query {
		list = append(list, queryMember(q))
	}
	return list
}

// queryMember writes a parameter of a query; one without "=" has the value null.
func queryMember(q QueryParam) jsonObject {
	m := jsonObject{{"key", q.Key}, {"value", nil}}
	if q.HasValue {
		m[1].value = q.Value
	}
	if q.Disabled {
		m.add("disabled", true)
	}
	return m
}

func formText(text string) (list []any) {
	for _, a := range splitAssignments(text) {
		list = append(list, jsonObject{{"key", formDecoded(a.key)}, {"value", formDecoded(a.value)}, {"type", "text"}})
	}
	return list
}

// authTypes are those that v2.1 knows; the parameters of other types are found by the type itself.
var authTypes = []string{"apikey", "asap", "awsv4", "basic", "bearer", "digest", "edgegrid", "hawk", "jwt", "ntlm", "oauth1", "oauth2"}

// IsAuthType reports whether v2.1 knows an auth type, beside noauth: the parameters of these
// are a list there, even when another type is in force.
func IsAuthType(name string) bool { return slices.Contains(authTypes, name) }

func v21Auth(r gjson.Result) any {
	if !r.IsObject() {
		return orNull(r)
	}
	authType := textOf(fields(r).get("type"))
	return v21Members(r, func(key string, value gjson.Result) any {
		if value.IsObject() && key != "type" && key != typeNoAuth && (key == authType || IsAuthType(key)) {
			return authList(fields(value))
		}
		return rawJSON(value.Raw)
	})
}

// authList makes the list of v2.1 of the map of v2.0.
func authList(parameters object) []any {
	list := []any{}
	for _, p := range parameters {
		list = append(list, jsonObject{{"key", p.key}, {"value", rawJSON(p.value.Raw)}, {"type", jsType(p.value)}})
	}
	return list
}

// jsType names the type of a parameter as Postman does.
func jsType(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return "string"
	case gjson.Number:
		return "number"
	case gjson.True, gjson.False:
		return "boolean"
	}
	return "any"
}

func v21Events(r gjson.Result) any {
	if r.IsObject() {
		return []any{v21Event(r)}
	}
	if !r.IsArray() {
		return rawJSON(r.Raw)
	}
	events := []any{}
	r.ForEach(func(_, value gjson.Result) bool {
		if value.Type != gjson.Null {
			events = append(events, v21Event(value))
		}
		return true
	})
	return events
}

func v21Event(r gjson.Result) jsonObject {
	return v21Members(r, func(key string, value gjson.Result) any {
		if key == "script" && (value.Type == gjson.String || value.IsArray()) {
			return jsonObject{{"type", "text/javascript"}, {"exec", rawJSON(value.Raw)}}
		}
		return rawJSON(value.Raw)
	})
}
