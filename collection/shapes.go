package collection

import (
	"strings"

	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// Each function here reads one part of a request in every shape that exports write it in.

// methodOf gives the method to send. Upper-casing a placeholder would look up another variable.
func methodOf(r gjson.Result) string {
	method := textOf(r)
	switch {
	case method == "":
		return string(postman.Get)
	case strings.Contains(method, "{{"):
		return method
	}
	return strings.ToUpper(method)
}

// userinfoOf reads a URL's auth: text, {user, password}, or a list of the two.
func userinfoOf(r gjson.Result) string {
	var user, password gjson.Result
	switch {
	case r.IsArray():
		parts := r.Array()
		if len(parts) > 0 {
			user = parts[0]
		}
		if len(parts) > 1 {
			password = parts[1]
		}
	case r.IsObject():
		f := fields(r)
		user, password = stringResult(firstText(f.get("user"), f.get("username"))), f.get("password")
	default:
		return textOf(r)
	}
	if password.Type == gjson.Null {
		return textOf(user)
	}
	return textOf(user) + ":" + textOf(password)
}

// queryOf reads a query: a list of objects or strings, a map, or the whole as text.
func queryOf(r gjson.Result) ([]QueryParam, error) {
	var query []QueryParam
	if r.Type == gjson.String {
		for _, a := range splitAssignments(strings.TrimPrefix(r.Str, "?")) {
			query = append(query, QueryParam{Key: a.key, Value: a.value, HasValue: a.hasValue})
		}
		return query, nil
	}
	list, err := entries(r, "url: query")
	for _, e := range list {
		if e.fields == nil {
			a := splitAssignment(e.value.Str)
			query = append(query, QueryParam{Key: a.key, Value: a.value, HasValue: a.hasValue})
			continue
		}
		query = append(query, QueryParam{
			Key:         textOf(e.fields.get("key")),
			Value:       textOf(e.fields.get("value")),
			HasValue:    e.fields.get("value").Type != gjson.Null,
			Disabled:    isSet(e.fields.get("disabled")),
			Description: descriptionOf(e.fields.get("description")),
		})
	}
	return query, err
}

// headersOf reads headers: a list of objects or "Key: value" strings, a map, or the whole as text.
func headersOf(r gjson.Result) ([]Header, error) {
	if r.Type == gjson.String {
		return headerLines(r.Str, r, "header")
	}
	var headers []Header
	list, err := entries(r, "header")
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.fields == nil {
			lines, err := headerLines(e.value.Str, e.value, numbered("header", e.position))
			if err != nil {
				return nil, err
			}
			headers = append(headers, lines...)
			continue
		}
		headers = append(headers, Header{
			Key:         textOf(e.fields.get("key")),
			Value:       textOf(e.fields.get("value")),
			Disabled:    isSet(e.fields.get("disabled")),
			Description: descriptionOf(e.fields.get("description")),
		})
	}
	return headers, nil
}

// headerLines reads "Key: value" lines; one that starts with // is disabled, as in Postman's bulk editor.
// what names the header in messages, which do not repeat the line: it may hold a token.
func headerLines(text string, at gjson.Result, what string) ([]Header, error) {
	var headers []Header
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		line, disabled := strings.CutPrefix(line, "//")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, &shapeError{at.Index, numbered(what+" line", number) + ` has no colon; expected "Key: value"`}
		}
		headers = append(headers, Header{Key: strings.TrimSpace(key), Value: strings.TrimSpace(value), Disabled: disabled})
	}
	return headers, nil
}

// paramsOf reads the fields of a form; mode is ModeURLEncoded or ModeFormData. Text such as "a=1&b=%20" is
// decoded, because sending encodes it again.
func paramsOf(r gjson.Result, mode string) ([]Param, error) {
	if r.Type == gjson.String {
		var params []Param
		for _, a := range splitAssignments(r.Str) {
			params = append(params, textParam(a))
		}
		return params, nil
	}
	what := "body: " + mode
	list, err := entries(r, what)
	if err != nil {
		return nil, err
	}
	var params []Param
	for _, e := range list {
		if e.fields == nil {
			params = append(params, textParam(splitAssignment(e.value.Str)))
			continue
		}
		p := Param{
			Key:         textOf(e.fields.get("key")),
			Value:       textOf(e.fields.get("value")),
			Type:        "text",
			ContentType: textOf(e.fields.get("contentType")),
			FileName:    textOf(e.fields.get("fileName")),
			Disabled:    isSet(e.fields.get("disabled")),
			Description: descriptionOf(e.fields.get("description")),
		}
		if mode == ModeFormData && textOf(e.fields.get("type")) == "file" {
			p.Type = "file"
			if p.Src, err = sourcesOf(e.fields.get("src"), numbered(what, e.position)+": src"); err != nil {
				return nil, err
			}
		}
		params = append(params, p)
	}
	return params, nil
}

func textParam(a assignment) Param {
	return Param{Key: formDecoded(a.key), Value: formDecoded(a.value), Type: "text"}
}

// sourcesOf reads the path or paths of a file field.
func sourcesOf(r gjson.Result, what string) ([]string, error) {
	var sources []string
	for _, value := range r.Array() { // of what is not a list, a list of that; of null, an empty one
		if value.IsObject() || value.IsArray() {
			return nil, wrongKind(value, what, "a path or a list of paths")
		}
		if path := textOf(value); path != "" {
			sources = append(sources, path)
		}
	}
	return sources, nil
}

func graphQLOf(r gjson.Result) (*GraphQL, error) {
	switch {
	case isAbsent(r):
		return &GraphQL{}, nil
	case r.Type == gjson.String:
		return &GraphQL{Query: r.Str}, nil
	case !r.IsObject():
		return nil, wrongKind(r, "body: graphql", "an object with a query")
	}
	f := fields(r)
	return &GraphQL{textOf(f.get("query")), textOf(f.get("operationName")), textOf(f.get("variables"))}, nil
}

func fileOf(r gjson.Result) (*File, error) {
	switch {
	case isAbsent(r):
		return &File{}, nil
	case r.Type == gjson.String:
		return &File{Src: r.Str}, nil
	case !r.IsObject():
		return nil, wrongKind(r, "body: file", "a path or an object with src")
	}
	f := fields(r)
	return &File{textOf(f.get("src")), textOf(f.get("content"))}, nil
}
