package vars

import (
	"slices"
	"strings"
)

// Kind says what a Segment holds.
type Kind uint8

const (
	// Literal text goes out as it is.
	Literal Kind = iota
	// Column is filled with a cell of the row.
	Column
	// DynamicSlot is filled with a dynamic variable's value for the row.
	DynamicSlot
	// LateSlot is a variable that scripts set for the row before the request is sent.
	LateSlot
)

// Context says how a slot sits in a JSON text, so that its value stays data.
type Context uint8

const (
	// Plain is not JSON: the value goes out as it is.
	Plain Context = iota
	// JSONString is inside a string: the value is JSON-escaped.
	JSONString
	// JSONValue is a value of its own: it must itself be valid JSON.
	JSONValue
)

// Segment is one piece of an expanded text.
type Segment struct {
	Kind Kind
	// Text is a literal's text.
	Text string
	// Name is the placeholder's name, Index the column's position, or the
	// occurrence of a dynamic variable in the request.
	Name  string
	Index int
	// Context is set on slots.
	Context Context
	// Verbatim marks text that is not read for placeholders.
	Verbatim bool
	// Secret marks text that came from a secret variable.
	Secret bool
}

// Segments is an expanded text.
type Segments []Segment

// Constant returns the text when nothing in it depends on the row.
func (s Segments) Constant() (string, bool) {
	var b strings.Builder
	for _, seg := range s {
		if seg.Kind != Literal {
			return "", false
		}
		b.WriteString(seg.Text)
	}
	return b.String(), true
}

// Secret reports whether any part came from a secret variable.
func (s Segments) Secret() bool {
	return slices.ContainsFunc(s, func(seg Segment) bool { return seg.Secret })
}
