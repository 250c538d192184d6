package runreport

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

// encode writes a value as JSON on one line. Each of its texts is masked, decoded as it
// is: within JSON a secret may be spelt otherwise. What holds no secret stays as it is
// written, so numbers keep their digits.
func encode(value any, mask func(string) string) ([]byte, error) {
	text, err := marshal(value) // raw JSON within a value is checked by it
	if err != nil {
		return nil, err
	}
	return appendMasked(make([]byte, 0, len(text)), gjson.ParseBytes(text), mask), nil
}

// marshal is JSON as JavaScript writes it, with < and > as they are.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func appendMasked(out []byte, r gjson.Result, mask func(string) string) []byte {
	switch {
	case r.IsObject():
		out = append(out, '{')
		first := true
		r.ForEach(func(key, value gjson.Result) bool {
			if !first {
				out = append(out, ',')
			}
			first = false
			out = appendText(out, key.Str, key.Raw, mask)
			out = append(out, ':')
			out = appendMasked(out, value, mask)
			return true
		})
		return append(out, '}')
	case r.IsArray():
		out = append(out, '[')
		first := true
		r.ForEach(func(_, value gjson.Result) bool {
			if !first {
				out = append(out, ',')
			}
			first = false
			out = appendMasked(out, value, mask)
			return true
		})
		return append(out, ']')
	case r.Type == gjson.String:
		return appendText(out, r.Str, r.Raw, mask)
	case r.Type == gjson.Number:
		// A secret may be a number; the mask is none.
		return appendText(out, r.Raw, r.Raw, mask)
	}
	return append(out, r.Raw...) // true, false, null
}

// appendText appends a text: as it was written, or what the mask makes of it.
func appendText(out []byte, text, written string, mask func(string) string) []byte {
	masked := mask(text)
	if masked == text {
		return append(out, written...)
	}
	return append(out, quoted(masked)...)
}
