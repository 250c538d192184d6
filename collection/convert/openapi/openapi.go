// Package openapi reads OpenAPI documents (2.0, which is Swagger, 3.0 and 3.1; JSON or
// YAML) and writes them (3.1).
//
// It works on the document's own tree rather than on a model of OpenAPI: documents in
// the wild are large and often a little wrong, and a tree is read within a tenth of the
// memory, a mistake costing a note and not the whole document.
package openapi

import (
	"bytes"
	"regexp"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection/convert"
)

// OpenAPI gives the format.
func OpenAPI() convert.Format {
	return convert.Format{
		Name:   "openapi",
		Title:  "OpenAPI 3.1 as YAML or JSON; 2.0 (Swagger), 3.0 and 3.1 are read",
		Detect: detect,
		Read:   read,
		Write:  write,
	}
}

var (
	versionLine = regexp.MustCompile(`(?m)^["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?[0-9]`)
	versionFlow = regexp.MustCompile(`^\{\s*(?:openapi|swagger)\s*:`)
	keyLine     = regexp.MustCompile(`^["']?[A-Za-z$][\w$-]*["']?[ \t]*:(?:[ \t\r]|$)`)
)

// detect takes a mapping that says its version. In YAML the line that says so may stand
// anywhere, if the file begins with a key.
func detect(in *convert.Input) bool {
	if in.IsDir() {
		return false
	}
	data := bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf"))
	if looksLikeJSON(data) {
		for _, key := range []string{"openapi", "swagger"} {
			if v := gjson.GetBytes(data, key); v.Type == gjson.String || v.Type == gjson.Number {
				return gjson.GetBytes(data, "item").Type == gjson.Null
			}
		}
		return false
	}
	if versionFlow.Match(bytes.TrimSpace(data[:min(len(data), 1000)])) {
		return true
	}
	for rest := data; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if line = bytes.TrimRight(line, " \t\r"); len(line) == 0 || line[0] == '#' || line[0] == '%' || string(line) == "---" {
			continue
		}
		return keyLine.Match(line) && versionLine.Match(data)
	}
	return false
}
