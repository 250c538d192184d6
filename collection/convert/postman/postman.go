// Package postman reads collections of every version of Postman and writes its own
// formats.
package postman

import (
	"bytes"
	"encoding/json"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// V21 is Postman's collection v2.1.
func V21() convert.Format {
	return convert.Format{
		Name: "postman-2.1", Title: "Postman collection v2.1 (JSON)", Detect: detect, Read: read,
		Write: func(c *collection.Collection, _ convert.Options, _ *convert.Notes) ([]convert.File, error) {
			return []convert.File{{Name: "collection.postman_collection.json", Data: c.V21()}}, nil
		},
	}
}

// detect takes what looks like a collection of any version.
func detect(in *convert.Input) bool {
	if in.IsDir() || collection.IsV3(in.Path) {
		return collection.IsV3(in.Path)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf")), &members) != nil {
		return false
	}
	if inner, ok := members["collection"]; ok && members["item"] == nil {
		return json.Unmarshal(inner, &members) == nil && (members["item"] != nil || members["requests"] != nil)
	}
	return members["item"] != nil || members["info"] != nil && members["openapi"] == nil && members["swagger"] == nil || members["requests"] != nil && members["order"] != nil
}

func read(in *convert.Input, _ *convert.Notes) (*collection.Collection, error) {
	if in.IsDir() || collection.IsV3(in.Path) {
		return collection.Load(in.Path)
	}
	return collection.Parse(in.Path, in.Data)
}
