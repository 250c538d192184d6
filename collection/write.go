package collection

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// What is saved is written as Postman writes it, which is as JavaScript's JSON.stringify does with a tab:
// one element a line, nothing escaped in a text that JSON does not demand, no line break at the end.

// jsonObject is a JSON object to be written, in order. A value is a jsonObject, a list ([]any), a string, a
// bool, nil, or rawJSON.
type jsonObject []jsonMember

type jsonMember struct {
	key   string
	value any
}

// rawJSON is valid JSON text that keeps its values as they are written; only blanks, and how its texts are
// escaped, become those of Postman.
type rawJSON string

// add appends a member.
func (o *jsonObject) add(key string, value any) { *o = append(*o, jsonMember{key, value}) }

// keep appends a member that the file has; one that it has not is left out.
func (o *jsonObject) keep(key string, r gjson.Result) {
	if r.Exists() {
		o.add(key, rawJSON(r.Raw))
	}
}

// writeJSON gives value as Postman writes it.
func writeJSON(value any) string { return writeJSONOf(value, 0) }

// writeJSONOf is writeJSON for a text of about size bytes.
func writeJSONOf(value any, size int) string {
	var w jsonWriter
	w.Grow(size)
	w.value(value, 0)
	return w.String()
}

// compactJSON gives JSON text on one line, without blanks, as JavaScript writes it; numbers stay.
func compactJSON(raw string) string {
	w := jsonWriter{compact: true}
	w.raw(raw, 0)
	return w.String()
}

type jsonWriter struct {
	strings.Builder
	compact bool
}

func (w *jsonWriter) line(depth int) {
	if w.compact {
		return
	}
	w.WriteByte('\n')
	for range depth {
		w.WriteByte('\t')
	}
}

func (w *jsonWriter) colon() {
	w.WriteByte(':')
	if !w.compact {
		w.WriteByte(' ')
	}
}

func (w *jsonWriter) value(value any, depth int) {
	switch v := value.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case string:
		w.text(v)
	case rawJSON:
		w.raw(string(v), depth)
	case jsonObject:
		w.list('{', '}', len(v), depth, func(i int) {
			w.text(v[i].key)
			w.colon()
			w.value(v[i].value, depth+1)
		})
	case []any:
		w.list('[', ']', len(v), depth, func(i int) { w.value(v[i], depth+1) })
	default:
		panic(fmt.Sprintf("collection: a %T cannot be written as JSON", value)) // a mistake in this package
	}
}

func (w *jsonWriter) list(open, closing byte, n, depth int, element func(int)) {
	w.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		w.line(depth + 1)
		element(i)
	}
	if n > 0 {
		w.line(depth)
	}
	w.WriteByte(closing)
}

// raw copies JSON text in one pass, whatever its depth.
func (w *jsonWriter) raw(text string, depth int) {
	const blanks = " \t\r\n"
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
		case '"':
			n := literalLength(text[i:])
			w.literal(text[i+1 : i+n-1])
			i += n
		case '{', '[':
			w.WriteByte(c)
			rest := strings.TrimLeft(text[i+1:], blanks)
			if i = len(text) - len(rest); rest != "" && (rest[0] == '}' || rest[0] == ']') {
				w.WriteByte(rest[0])
				i++
				continue
			}
			depth++
			w.line(depth)
		case '}', ']':
			depth--
			w.line(depth)
			w.WriteByte(c)
			i++
		case ',':
			w.WriteByte(c)
			w.line(depth)
			i++
		case ':':
			w.colon()
			i++
		default:
			w.WriteByte(c) // of a number, true, false, null
			i++
		}
	}
}

// literalLength gives the length of the JSON string that text starts with, quotes included.
func literalLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text) // cannot happen: the document was validated
}

// literal copies the inside of a JSON string, escaped as JavaScript does. Nothing is decoded for good: half
// of a surrogate pair, which is no character, stays the escape that it is.
func (w *jsonWriter) literal(inside string) {
	w.WriteByte('"')
	for inside != "" {
		escape := strings.IndexByte(inside, '\\')
		if escape < 0 || escape+1 >= len(inside) {
			w.WriteString(inside)
			break
		}
		w.WriteString(inside[:escape])
		inside = inside[escape:]
		switch {
		case inside[1] == '/':
			w.WriteByte('/')
			inside = inside[2:]
		case inside[1] == 'u':
			inside = w.unicode(inside)
		default: // \" \\ \b \f \n \r \t
			w.WriteString(inside[:2])
			inside = inside[2:]
		}
	}
	w.WriteByte('"')
}

// unicode writes the \uXXXX (or the pair of them) that text starts with, and gives what follows.
func (w *jsonWriter) unicode(text string) string {
	first, ok := codeUnit(text)
	if !ok {
		w.WriteString(text)
		return ""
	}
	if second, ok := codeUnit(text[6:]); ok {
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			w.WriteRune(r)
			return text[12:]
		}
	}
	if utf16.IsSurrogate(first) {
		fmt.Fprintf(w, `\u%04x`, first)
	} else {
		w.character(first)
	}
	return text[6:]
}

// codeUnit reads a \uXXXX at the start of text.
func codeUnit(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}

func (w *jsonWriter) text(s string) {
	w.WriteByte('"')
	from := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			w.WriteString(s[from:i])
			w.character(rune(c))
			from = i + 1
		}
	}
	w.WriteString(s[from:])
	w.WriteByte('"')
}

// character writes one character of a text.
func (w *jsonWriter) character(c rune) {
	switch {
	case c == '"' || c == '\\':
		w.WriteByte('\\')
		w.WriteRune(c)
	case c >= ' ':
		w.WriteRune(c)
	default:
		if i := strings.IndexRune("\b\f\n\r\t", c); i >= 0 {
			w.WriteByte('\\')
			w.WriteByte("bfnrt"[i])
			return
		}
		fmt.Fprintf(w, `\u%04x`, c)
	}
}
