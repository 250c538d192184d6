package rowscript

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// sentRequest is a request as it was sent, for test scripts: of a form with files only
// the collection's own fields are known.
func sentRequest(item *collection.Item, f *request.Filled) json.RawMessage {
	type pair struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	members := map[string]any{"method": f.Method, "url": f.URL.String()}
	headers := make([]pair, 0, len(f.Header))
	keys := make([]string, 0, len(f.Header))
	for key := range f.Header {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, value := range f.Header[key] {
			headers = append(headers, pair{key, value})
		}
	}
	members["header"] = headers
	if body := item.Request().Body; body != nil && f.Length > 0 {
		switch body.Mode {
		case collection.ModeURLEncoded:
			var fields []pair
			for part := range strings.SplitSeq(string(f.Body), "&") {
				key, value, _ := strings.Cut(part, "=")
				fields = append(fields, pair{unescaped(key), unescaped(value)})
			}
			members["body"] = map[string]any{"mode": body.Mode, body.Mode: fields}
		case collection.ModeFormData:
			members["body"] = map[string]any{"mode": body.Mode, body.Mode: body.Params}
		case collection.ModeFile:
			members["body"] = map[string]any{"mode": body.Mode, body.Mode: body.File}
		default:
			members["body"] = map[string]any{"mode": collection.ModeRaw, "raw": string(f.Body)}
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		return json.RawMessage(`{}`) // nothing here can fail
	}
	return text
}

func unescaped(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return plain
}
