package collection

import (
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
)

// object holds the members of a JSON object in document order.
type object []pair

// pair is one member of a JSON object.
type pair struct {
	key   string
	value gjson.Result
}

// get gives the value of a member; of a repeated key the last one, as in JavaScript. A missing member is
// the zero Result, which behaves like null.
func (o object) get(key string) gjson.Result {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].key == key {
			return o[i].value
		}
	}
	return gjson.Result{}
}

// fields reads the members of r, once. gjson.Get in a loop would scan the object for every key.
func fields(r gjson.Result) object {
	if !r.IsObject() {
		return nil
	}
	members := make(object, 0, 8)
	r.ForEach(func(key, value gjson.Result) bool {
		members = append(members, pair{key.Str, value})
		return true
	})
	return members
}

// pairs is fields for an object used as a map: a repeated key keeps its first place and its last value.
func pairs(r gjson.Result) object {
	var unique object
	places := map[string]int{}
	for _, p := range fields(r) {
		if i, repeated := places[p.key]; repeated {
			unique[i].value = p.value
			continue
		}
		places[p.key] = len(unique)
		unique = append(unique, p)
	}
	return unique
}

// textOf gives the text of any JSON value: strings decoded, numbers exactly as the file has them,
// objects and lists as compact JSON, null and missing as "".
func textOf(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return r.Str
	case gjson.Number:
		return r.Raw
	case gjson.True:
		return "true"
	case gjson.False:
		return "false"
	case gjson.JSON:
		return compactJSON(r.Raw)
	}
	return ""
}

// descriptionOf reads a description: text, or an object {content, type, version}.
func descriptionOf(r gjson.Result) string {
	if r.IsObject() {
		return textOf(fields(r).get("content"))
	}
	return textOf(r)
}

// isSet tells whether a flag such as "disabled" is on: true, "true" or a number other than 0.
func isSet(r gjson.Result) bool {
	return r.Type == gjson.True || r.Type == gjson.String && r.Str == "true" || r.Type == gjson.Number && r.Num != 0
}

// isAbsent is true for a missing value, null, and the empty list that some tools write for an empty
// object.
func isAbsent(r gjson.Result) bool {
	return r.Type == gjson.Null || r.IsArray() && isEmpty(r)
}

// isEmpty tells whether a list or an object has no elements.
func isEmpty(r gjson.Result) bool {
	empty := true
	r.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return empty
}

// kindOf names the kind of a JSON value for a message.
func kindOf(r gjson.Result) string {
	switch {
	case r.Type == gjson.String:
		return "a string"
	case r.Type == gjson.Number:
		return "a number"
	case r.Type == gjson.True:
		return "true"
	case r.Type == gjson.False:
		return "false"
	case r.IsArray():
		return "a list"
	case r.IsObject():
		return "an object"
	}
	return "null"
}

// entry is one element of a Postman list of keys and values.
type entry struct {
	position int          // from 1, null elements counted
	value    gjson.Result // as it stands in the file
	fields   object       // key, value, disabled, ...; nil when the element is a string
}

// entries reads a list of keys and values. Exports write it as a list of objects (and strings), as one
// object with a "key", or (old drafts) as a map from key to value. Null elements are left out. A string
// in place of the whole list is the caller's business.
func entries(list gjson.Result, what string) ([]entry, error) {
	switch {
	case isAbsent(list):
		return nil, nil
	case list.IsArray():
		return listEntries(list, what)
	case list.IsObject():
		return mapEntries(list), nil
	}
	return nil, wrongKind(list, what, "a list of objects with key and value")
}

func listEntries(list gjson.Result, what string) (found []entry, err error) {
	position := 0
	list.ForEach(func(_, value gjson.Result) bool {
		position++
		switch {
		case value.Type == gjson.Null:
		case value.Type == gjson.String || value.IsObject():
			found = append(found, entry{position, value, fields(value)})
		default:
			err = wrongKind(value, numbered(what, position), "an object with key and value")
		}
		return err == nil
	})
	return found, err
}

func mapEntries(m gjson.Result) []entry {
	members := fields(m)
	if members.get("key").Exists() {
		return []entry{{1, m, members}}
	}
	var found []entry
	for i, p := range pairs(m) {
		found = append(found, entry{i + 1, p.value, object{{"key", stringResult(p.key)}, {"value", p.value}}})
	}
	return found
}

func stringResult(s string) gjson.Result { return gjson.Result{Type: gjson.String, Str: s} }

// splitAssignments cuts "a=1&b" into its parts; hasValue is false where there is no "=". Nothing is
// decoded.
func splitAssignments(s string) (parts []assignment) {
	for piece := range strings.SplitSeq(s, "&") {
		if piece != "" {
			parts = append(parts, splitAssignment(piece))
		}
	}
	return parts
}

type assignment struct {
	key, value string
	hasValue   bool
}

func splitAssignment(s string) assignment {
	key, value, found := strings.Cut(s, "=")
	return assignment{key, value, found}
}

// formDecoded undoes form encoding; text that is not encoded properly stays as it is.
func formDecoded(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return decoded
}
