package postman

import (
	"bytes"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
)

// Collection v2.0 is v2.1 with another shape of auth: a map of parameters in place of a
// list. URLs may be objects there too, so they stay what they are.

// urlV20 is what info.schema of a collection v2.0 says.
const urlV20 = "https://schema.getpostman.com/json/collection/v2.0.0/collection.json"

// writeV20 turns a document of v2.1 into one of v2.0, in the same order.
func writeV20(text []byte, notes *convert.Notes) ([]byte, error) {
	w := v20{notes: notes}
	w.Grow(len(text))
	w.items(gjson.ParseBytes(text), nil)
	return jsonedit.Indented(&w.Buffer)
}

type v20 struct {
	bytes.Buffer
	notes *convert.Notes
}

// items writes a collection, a folder or a request item; at names it in notes.
func (w *v20) items(r gjson.Result, at trail) {
	jsonedit.Object(&w.Buffer, r, func(key string, value gjson.Result) bool {
		switch {
		case key == "info" && len(at) == 0 && value.IsObject():
			w.info(value)
		case key == "item" && value.IsArray():
			jsonedit.List(&w.Buffer, value, func(_ int, item gjson.Result) bool {
				if !item.IsObject() {
					return false
				}
				w.items(item, at.below(item))
				return true
			})
		case key == "auth" && value.IsObject():
			w.auth(value, at, "auth")
		case key == "request" && value.IsObject():
			w.request(value, at, "auth")
		case key == "response" && value.IsArray():
			jsonedit.List(&w.Buffer, value, func(_ int, response gjson.Result) bool { return w.response(response, at) })
		default:
			return false
		}
		return true
	})
}

func (w *v20) info(r gjson.Result) {
	jsonedit.Object(&w.Buffer, r, func(key string, _ gjson.Result) bool {
		if key != "schema" {
			return false
		}
		w.WriteString(`"` + urlV20 + `"`)
		return true
	})
}

func (w *v20) request(r gjson.Result, at trail, field string) {
	jsonedit.Object(&w.Buffer, r, func(key string, value gjson.Result) bool {
		if key != "auth" || !value.IsObject() {
			return false
		}
		w.auth(value, at, field)
		return true
	})
}

func (w *v20) response(r gjson.Result, at trail) bool {
	if !r.IsObject() {
		return false
	}
	jsonedit.Object(&w.Buffer, r, func(key string, value gjson.Result) bool {
		if key != "originalRequest" || !value.IsObject() {
			return false
		}
		w.request(value, at, fmt.Sprintf("response %s: auth", r.Get("name").String()))
		return true
	})
	return true
}

// auth writes the parameters of every type that v2.1 has as lists.
func (w *v20) auth(r gjson.Result, at trail, field string) {
	authType := r.Get("type").String()
	jsonedit.Object(&w.Buffer, r, func(key string, value gjson.Result) bool {
		if !value.IsArray() || key == "type" || key != authType && !collection.IsAuthType(key) {
			return false
		}
		if key == "noauth" {
			return false
		}
		w.parameters(value, at, field+" "+key)
		return true
	})
}

// parameters writes a list of {key, value, type} as a map. A repeated key has its last
// value, as when it is used.
func (w *v20) parameters(r gjson.Result, at trail, field string) {
	places := map[string]int{}
	var keys []gjson.Result
	var values []string
	for i, p := range r.Array() {
		key := p.Get("key")
		if !p.IsObject() || !key.Exists() || key.IsObject() || key.IsArray() {
			w.notes.AddAt(at.path(), field, fmt.Sprintf("element %d is left out: it has no key", i+1))
			continue
		}
		value := "null"
		name, other := key.String(), ""
		p.ForEach(func(member, v gjson.Result) bool {
			switch member.Str {
			case "key":
			case "value":
				value = v.Raw
			case "type":
			default:
				other = member.Str
			}
			return true
		})
		if other != "" {
			w.notes.AddAt(at.path(), field+" "+name, "its "+other+" is left out: there is no place for it")
		}
		if t := p.Get("type"); t.Exists() && t.String() != typeOf(value) {
			w.notes.AddAt(at.path(), field, "types of parameters are left out: they are those of the values")
		}
		if place, repeated := places[name]; repeated {
			w.notes.AddAt(at.path(), field+" "+name, "stands twice, and only the last is kept")
			values[place] = value
			continue
		}
		places[name] = len(keys)
		keys, values = append(keys, key), append(values, value)
	}
	w.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			w.WriteByte(',')
		}
		if key.Type == gjson.String {
			w.WriteString(key.Raw)
		} else {
			w.Write(jsonedit.Quoted(key.String()))
		}
		w.WriteByte(':')
		w.WriteString(values[i])
	}
	w.WriteByte('}')
}

// typeOf names the type of a value as the lists of v2.1 do.
func typeOf(raw string) string {
	switch gjson.Parse(raw).Type {
	case gjson.String:
		return "string"
	case gjson.Number:
		return "number"
	case gjson.True, gjson.False:
		return "boolean"
	}
	return "any"
}
