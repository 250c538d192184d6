package openapi

import (
	"regexp"
	"slices"
)

// inferElements is how many elements of a list a schema is inferred from.
const inferElements = 200

// infer makes a schema that all the values fit.
func infer(values ...*node) *node {
	schema := object()
	var types []string
	var texts []string
	var objects, elements []*node
	for _, v := range values {
		t := ""
		switch v.kind {
		case null:
			t = "null"
		case boolean:
			t = "boolean"
		case number:
			t = "number"
			if isInteger.MatchString(v.text) {
				t = "integer"
			}
		case text:
			if len(v.text) > 0 && v.text[:1] == anyValue {
				return schema // anything
			}
			t = "string"
			texts = append(texts, v.text)
		case list:
			t = "array"
			for _, m := range v.members[:min(len(v.members), inferElements)] {
				elements = append(elements, m.value)
			}
		case mapping:
			t = "object"
			objects = append(objects, v)
		}
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	if slices.Contains(types, "number") {
		types = slices.DeleteFunc(types, func(t string) bool { return t == "integer" })
	}
	if i := slices.Index(types, "null"); i >= 0 && len(types) > 1 {
		types = append(slices.Delete(types, i, i+1), "null") // what it is comes first
	}
	switch len(types) {
	case 0:
		return schema
	case 1:
		schema.put("type", types[0])
	default:
		all := listNode()
		for _, t := range types {
			all.members = append(all.members, member{value: textNode(t)})
		}
		schema.add("type", all)
	}
	schema.put("format", format(texts))
	if len(objects) > 0 {
		schema.add("properties", properties(objects))
	}
	if slices.Contains(types, "array") {
		schema.add("items", infer(elements...))
	}
	if p := schema.get("properties"); p != nil && len(p.members) == 0 {
		schema.members = slices.DeleteFunc(schema.members, func(m member) bool { return m.key == "properties" })
	}
	return schema
}

// properties infers a schema for each member that one of the objects has.
func properties(objects []*node) *node {
	var names []string
	values := make(map[string][]*node)
	for _, o := range objects {
		for _, m := range o.members {
			if values[m.key] == nil {
				names = append(names, m.key)
			}
			values[m.key] = append(values[m.key], m.value)
		}
	}
	made := object()
	for _, name := range names {
		made.add(name, infer(values[name]...))
	}
	return made
}

var (
	isInteger = regexp.MustCompile(`^-?[0-9]+$`)
	formats   = []struct {
		name  string
		match *regexp.Regexp
	}{
		{"date", regexp.MustCompile(`^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$`)},
		{"date-time", regexp.MustCompile(`^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$`)},
		{"uuid", regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)},
		{"email", regexp.MustCompile(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$`)},
		{"uri", regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/%-]*)?$`)},
	}
)

// format gives the format that all the texts have.
func format(texts []string) string {
	for _, f := range formats {
		if len(texts) > 0 && !slices.ContainsFunc(texts, func(s string) bool { return !f.match.MatchString(s) }) {
			return f.name
		}
	}
	return ""
}

var (
	plainInteger = regexp.MustCompile(`^-?(?:0|[1-9][0-9]{0,8})$`) // longer ones are phone numbers and the like
	plainNumber  = regexp.MustCompile(`^-?(?:0|[1-9][0-9]{0,9})\.[0-9]{1,6}$`)
)

// scalarNode reads the text of a parameter: a number or a truth value where it is written
// as one.
func scalarNode(s string) *node {
	switch {
	case s == "true", s == "false":
		return boolNode(s == "true")
	case plainInteger.MatchString(s), plainNumber.MatchString(s):
		return numberNode(s)
	}
	return textNode(s)
}

// alike makes texts of all values when one of them is a text, so that they have one type.
func alike(values []*node) []*node {
	schema := infer(values...)
	if t := schema.get("type"); t == nil || t.kind == list {
		made := make([]*node, len(values))
		for i, v := range values {
			made[i] = v
			if v.kind < list {
				made[i] = textNode(v.text)
			}
		}
		return made
	}
	return values
}
