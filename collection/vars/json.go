package vars

import (
	"encoding/json"
	"fmt"
)

// EscapeJSON returns text as it stands between the quotes of a JSON string.
// Non-ASCII characters stay as they are.
func EscapeJSON(text string) string {
	return string(AppendJSON(nil, text))
}

// AppendJSON appends text to dst as it stands between the quotes of a JSON string.
func AppendJSON(dst []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = fmt.Appendf(dst, `\u%04x`, c)
		}
	}
	return append(dst, text[from:]...)
}

// ValidJSON reports whether text is one JSON value.
func ValidJSON(text string) bool { return json.Valid([]byte(text)) }

// jsonState follows whether a JSON text is inside a string, and right behind a
// backslash there.
type jsonState struct{ inString, escaped bool }

func (s *jsonState) scan(text string) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case s.escaped:
			s.escaped = false
		case s.inString && c == '\\':
			s.escaped = true
		case c == '"':
			s.inString = !s.inString
		}
	}
}
