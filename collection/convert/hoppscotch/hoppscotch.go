// Package hoppscotch reads collections that Hoppscotch exports.
package hoppscotch

import (
	"bytes"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection/convert"
)

// Hoppscotch is the format of Hoppscotch's collections.
func Hoppscotch() convert.Format {
	return convert.Format{Name: "hoppscotch", Title: "Hoppscotch collection (JSON)", Detect: detect, Read: read}
}

// detect looks at the members of the collection, or of the first one of several. It
// takes environments too, so that Read says what they are.
func detect(in *convert.Input) bool {
	if in.IsDir() {
		return false
	}
	data := bytes.TrimSpace(bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf")))
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return false
	}
	first := gjson.ParseBytes(data)
	if first.IsArray() {
		first.ForEach(func(_, value gjson.Result) bool {
			first = value
			return false
		})
	}
	return isCollection(first) || isEnvironment(first)
}

// isCollection tells them from Postman's own of version 1, which have an order.
func isCollection(v gjson.Result) bool {
	return v.IsObject() && v.Get("folders").IsArray() && v.Get("requests").IsArray() && v.Get("name").Exists() && !v.Get("order").Exists() && !v.Get("item").Exists()
}

func isEnvironment(v gjson.Result) bool {
	return v.IsObject() && v.Get("name").Exists() && v.Get("variables").IsArray() && !v.Get("folders").Exists() && !v.Get("item").Exists() && !v.Get("info").Exists() &&
		!v.Get("requests").Exists() && !v.Get("values").Exists()
}
