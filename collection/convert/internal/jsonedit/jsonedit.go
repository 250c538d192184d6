// Package jsonedit writes a JSON document again with changes in some places: everything
// else stays byte for byte, in its order, but for blanks.
package jsonedit

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

// Object writes an object; member writes the value of one member and says so, or leaves it
// as it is.
func Object(b *bytes.Buffer, r gjson.Result, member func(key string, value gjson.Result) bool) {
	b.WriteByte('{')
	first := true
	r.ForEach(func(key, value gjson.Result) bool {
		comma(b, &first)
		b.WriteString(key.Raw)
		b.WriteByte(':')
		if !member(key.Str, value) {
			b.WriteString(value.Raw)
		}
		return true
	})
	b.WriteByte('}')
}

// List writes a list; element is as member is for Object.
func List(b *bytes.Buffer, r gjson.Result, element func(i int, value gjson.Result) bool) {
	b.WriteByte('[')
	first, i := true, 0
	r.ForEach(func(_, value gjson.Result) bool {
		comma(b, &first)
		if !element(i, value) {
			b.WriteString(value.Raw)
		}
		i++
		return true
	})
	b.WriteByte(']')
}

func comma(b *bytes.Buffer, first *bool) {
	if !*first {
		b.WriteByte(',')
	}
	*first = false
}

// Indented lays a document out as Postman does. The error says that it is no JSON.
func Indented(b *bytes.Buffer) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(b.Len() + b.Len()/2)
	err := json.Indent(&out, b.Bytes(), "", "\t")
	return out.Bytes(), err
}

// Quoted gives a text as JSON, with no escape that JSON does not demand.
func Quoted(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text can be written
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Member gives a member of an object by its exact key, the last of several: the paths of
// gjson have characters of their own.
func Member(r gjson.Result, key string) gjson.Result {
	var found gjson.Result
	if r.IsObject() {
		r.ForEach(func(k, value gjson.Result) bool {
			if k.Str == key {
				found = value
			}
			return true
		})
	}
	return found
}
