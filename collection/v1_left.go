package collection

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// A collection v1 says many things twice, and where it says them in two ways, one counts. What the other one says is
// kept under its own key, for people.

// v1Left gives the keys of a request, a folder or a collection whose values were read and are not in what was made
// of them.
func v1Left(f object) []string {
	var left []string
	keep := func(key string, is bool) {
		if is {
			left = append(left, key)
		}
	}
	helper, attributes := f.get("currentHelper"), jsonText(f.get("helperAttributes"))
	name, used := textOf(helper), false
	if auth := fields(f.get("auth")); auth != nil {
		made, isObject := v1Auth(f).(jsonObject)
		keep("auth", isObject && !sameAuth(auth, made))
		used = isObject && attributes.IsObject()
	} else {
		used = attributes.IsObject() && name != "normal" && name != typeNoAuth && v1Auth(f) != nil
	}
	keep("helperAttributes", filled(attributes) && !used)
	keep("events", eventsLeft(f))
	return append(left, v1RequestLeft(f)...)
}

// sameAuth reports whether an auth says what one of v2.1 says.
func sameAuth(f object, made jsonObject) bool {
	authType := textOf(f.get("type"))
	params, err := authParams(f.get(authType), authType)
	if err != nil || len(made) == 0 || made[0].value != authType {
		return false
	}
	var own, other []string
	for _, p := range params {
		own = append(own, p.Key+"="+p.Value)
	}
	for _, m := range made[1:] {
		list, _ := m.value.([]any)
		for _, element := range list {
			o, _ := element.(jsonObject)
			if len(o) < 2 {
				continue
			}
			raw, _ := o[1].value.(rawJSON)
			key, _ := o[0].value.(string)
			other = append(other, key+"="+textOf(gjson.Parse(string(raw))))
		}
	}
	slices.Sort(own)
	slices.Sort(other)
	return slices.Equal(own, other)
}

// eventsLeft reports whether an event did not count and says something else than the text that did.
func eventsLeft(f object) bool {
	for _, value := range f.get("events").Array() {
		event, err := eventOf(value, "event")
		if err != nil {
			continue
		}
		text := f.get("tests")
		if event.Listen == "prerequest" {
			text = f.get("preRequestScript")
		} else if event.Listen != "test" && event.Listen != "" {
			continue
		}
		var lines []string
		for _, line := range text.Array() {
			lines = append(lines, textOf(line))
		}
		script := fields(fields(value).get("script"))
		for _, p := range script {
			if p.key != "exec" && p.key != "type" && filled(text) {
				return true
			}
		}
		for _, p := range fields(value) {
			if p.key != "listen" && p.key != "script" && filled(text) {
				return true
			}
		}
		if filled(text) && strings.Join(lines, "\n") != strings.Join(event.Script.Exec, "\n") {
			return true
		}
	}
	return false
}

// v1RequestLeft is v1Left for what only a request has.
func v1RequestLeft(f object) []string {
	var left []string
	url := f.get("url")
	params := f.get("queryParams")
	if url.IsObject() {
		for _, key := range []string{"queryParams", "pathVariables", "pathVariableData"} {
			if filled(f.get(key)) {
				left = append(left, key)
			}
		}
	} else if query, err := v1Query(params); err == nil && len(query) > 0 && !slices.Equal(sentQuery(query), parseURLText(textOf(url)).query) {
		left = append(left, "url")
	}
	data, err := entries(f.get("pathVariableData"), "")
	if m := jsonText(f.get("pathVariables")); err == nil && !url.IsObject() {
		for _, p := range fields(m) {
			for _, e := range data {
				if firstText(e.fields.get("key"), e.fields.get("id")) == p.key && textOf(e.fields.get("value")) != textOf(p.value) {
					left = append(left, "pathVariables")
				}
			}
		}
	}
	if headersLeft(f) {
		left = append(left, "headers")
	}
	return left
}

// sentQuery gives the parameters that are sent, without what people see.
func sentQuery(query []urlParam) []QueryParam {
	var sent []QueryParam
	for _, q := range query {
		if !q.Disabled {
			sent = append(sent, QueryParam{Key: q.Key, Value: q.Value, HasValue: q.HasValue})
		}
	}
	return sent
}

// headersLeft reports whether a header of the text has another value in the list.
func headersLeft(f object) bool {
	list, err := entries(f.get("headerData"), "")
	text := f.get("headers")
	if err != nil || len(list) == 0 || !filled(text) {
		return false
	}
	written := map[string][]string{}
	for _, e := range list {
		name := textOf(e.fields.get("key"))
		value := textOf(e.fields.get("value"))
		if e.fields == nil {
			h := v1HeaderLine(e.value.Str)
			name, value = h.Key, h.Value
		}
		name = strings.TrimSpace(strings.TrimPrefix(name, "//"))
		written[name] = append(written[name], strings.TrimSpace(value))
	}
	if text.Type != gjson.String {
		return true
	}
	for line := range strings.Lines(text.Str) {
		h := v1HeaderLine(line)
		if values, listed := written[h.Key]; h.Key != "" && listed && !slices.Contains(values, h.Value) {
			return true
		}
	}
	return false
}
