package openapi

import (
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

const holder = `\{\{([^{}]+)\}\}|<<([^<>\s]+)>>`

var (
	placeholder = regexp.MustCompile(holder)
	// placeholderHere looks at the beginning of a text alone: a search of all that follows,
	// from each brace, would take the square of a body's length.
	placeholderHere = regexp.MustCompile(`^(?:` + holder + `)`)
)

func nameOf(m []string) string {
	if m[1] != "" {
		return strings.TrimSpace(m[1])
	}
	return m[2]
}

// lookup gives the value of a variable that may be shown.
func (w *writer) lookup(name string) (string, bool) {
	if w.o.Scopes == nil {
		return "", false
	}
	v, _, ok := w.o.Scopes.Lookup(name)
	if !ok || v.Value == "" || v.Kept || !w.o.WithSecrets && (v.Secret || collection.SoundsSecret(name)) {
		return "", false
	}
	return v.Value, true
}

// maxFill is how deep variables may stand in the values of others.
const maxFill = 10

// fill puts the values of variables in the place of placeholders. Those without a value,
// and secret ones, stay placeholders.
func (w *writer) fill(text string) string {
	for range maxFill {
		changed := false
		text = placeholder.ReplaceAllStringFunc(text, func(m string) string {
			value, ok := w.lookup(nameOf(placeholder.FindStringSubmatch(m)))
			if !ok {
				return m
			}
			changed = true
			return value
		})
		if !changed || len(text) > 1<<20 {
			break
		}
	}
	return text
}

// hide masks the secrets that stand in a text, and notes it.
func (w *writer) hide(item *collection.Item, field, text string) string {
	masked := w.secrets.Mask(text)
	if masked != text {
		w.notes.Add(item, field, "a value in it that looks like a secret is left out (--with-secrets writes it)")
	}
	return masked
}

// anyValue begins the text that stands for a placeholder of which nobody knows whether
// it is a text.
const anyValue = "\x00"

// fillJSON is fill for a JSON text: a value inside of a text stays one, and a placeholder
// that is a value by itself becomes a text.
func (w *writer) fillJSON(text string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		if text[i] == '{' || text[i] == '<' {
			if whole := placeholderHere.FindString(text[i:]); whole != "" {
				value := w.fill(whole)
				switch {
				case inside:
					b.WriteString(vars.EscapeJSON(value))
				case value != whole && vars.ValidJSON(value):
					b.WriteString(value)
				case value != whole:
					b.WriteString(`"` + vars.EscapeJSON(value) + `"`)
				default:
					b.WriteString(`"\u0000` + vars.EscapeJSON(value) + `"`)
				}
				i += len(whole) - 1
				continue
			}
		}
		switch {
		case text[i] == '"':
			inside = !inside
		case text[i] == '\\' && inside && i+1 < len(text):
			b.WriteByte(text[i])
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// withoutMarks takes anyValue off the texts of a value.
func withoutMarks(n *node) *node {
	switch {
	case n.kind == text && strings.HasPrefix(n.text, anyValue):
		return textNode(n.text[len(anyValue):])
	case n.kind >= list:
		made := &node{kind: n.kind, members: make([]member, len(n.members))}
		for i, m := range n.members {
			made.members[i] = member{m.key, withoutMarks(m.value)}
		}
		return made
	}
	return n
}
