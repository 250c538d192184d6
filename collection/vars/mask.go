package vars

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Masked stands where a secret was.
const Masked = "••••"

// minSecret is the shortest value, in bytes and without blanks around it, that
// is masked inside other text. Shorter ones would blank out innocent words, and
// are no secrets worth the name.
const minSecret = 4

// Masker replaces known secrets in text that is printed or stored. A nil Masker
// knows none. It is immutable; any number of goroutines may use it.
type Masker struct {
	values []string
}

// NewMasker knows the given secrets, in the spellings in which they can turn
// up: as they are, percent-encoded, and inside JSON strings.
func NewMasker(secrets []string) *Masker {
	var values []string
	for _, s := range secrets {
		trimmed := strings.TrimSpace(s)
		if len(trimmed) < minSecret {
			continue
		}
		values = append(append(values, spellings(s)...), spellings(trimmed)...)
	}
	slices.Sort(values)
	return &Masker{values: slices.Compact(values)}
}

// spellings lists how a text can stand in URLs, forms and JSON.
func spellings(s string) []string {
	list := []string{s}
	query := url.QueryEscape(s)
	for _, v := range []string{query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(s)} {
		list = append(list, v, lowerHex(v))
	}
	for _, v := range []string{EscapeJSON(s), htmlJSON(s), asciiJSON(s)} {
		list = append(list, v, strings.ReplaceAll(v, "/", `\/`))
	}
	return list
}

// lowerHex writes %2F as %2f, as some servers do.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// htmlJSON is how encoders that escape <, > and & write text in a JSON string.
func htmlJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b[1 : len(b)-1])
}

// asciiJSON is how encoders that escape everything but ASCII write it, PHP's
// among them.
func asciiJSON(s string) string {
	var b strings.Builder
	for _, r := range EscapeJSON(s) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// span is a piece of a text, from its first byte to behind its last one.
type span struct{ from, to int }

// spans finds every secret in text, in order; those that overlap are one.
func (m *Masker) spans(text string) []span {
	var found []span
	for _, v := range m.values {
		for from := 0; ; {
			i := strings.Index(text[from:], v)
			if i < 0 {
				break
			}
			found = extend(found, span{from + i, from + i + len(v)})
			from += i + 1 // a secret can overlap itself
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	merged := found[:0]
	for _, s := range found {
		merged = extend(merged, s)
	}
	return merged
}

// extend adds a span, or widens the last one when they overlap.
func extend(spans []span, s span) []span {
	if last := len(spans) - 1; last >= 0 && spans[last].from <= s.from && s.from < spans[last].to {
		spans[last].to = max(spans[last].to, s.to)
		return spans
	}
	return append(spans, s)
}

// Mask returns text with every known secret replaced.
func (m *Masker) Mask(text string) string {
	if m == nil {
		return text
	}
	spans := m.spans(text)
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	last := 0
	for _, s := range spans {
		b.WriteString(text[last:s.from])
		b.WriteString(Masked)
		last = s.to
	}
	b.WriteString(text[last:])
	return b.String()
}

// Has reports whether text holds a known secret.
func (m *Masker) Has(text string) bool {
	if m == nil {
		return false
	}
	return slices.ContainsFunc(m.values, func(v string) bool { return strings.Contains(text, v) })
}

// MaskBytes is Mask for bytes; it copies only when there is something to mask.
func (m *Masker) MaskBytes(text []byte) []byte {
	if m == nil || !slices.ContainsFunc(m.values, func(v string) bool { return bytes.Contains(text, []byte(v)) }) {
		return text
	}
	return []byte(m.Mask(string(text)))
}
