package program

import (
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// Encoding says what becomes of a variable's value where it stands.
type Encoding int

// The encodings.
const (
	Plain    Encoding = iota
	InPath            // of a URL: what cannot stand there is encoded, and nothing more
	InQuery           // likewise
	InForm            // all but letters, digits and -_.~ is encoded, a blank as %20
	InJSON            // within a string
	InQuotes          // within double quotes, in which " and \ are escaped by \
)

// What else than blanks, controls and what is not ASCII is encoded.
const (
	PathSet  = "\"<>`{}"
	QuerySet = "\"<>'"
)

// Piece is a part of a text: literal, or the name of a variable and how its value is written.
type Piece struct {
	Text, Var string
	Enc       Encoding
}

// Split takes a text apart at its placeholders.
func Split(text string, enc Encoding) []Piece {
	var pieces []Piece
	for _, p := range textform.Split(text) {
		pieces = append(pieces, Piece{p.Text, p.Var, enc})
	}
	return pieces
}

// URL gives the pieces of a call's URL.
func URL(c *convert.Call) []Piece {
	pieces := Split(c.URL, Plain)
	text, query, first := "", false, true
	for i := range pieces {
		p := &pieces[i]
		if p.Var == "" {
			text += p.Text
			query = query || strings.Contains(p.Text, "?")
			first = false
			continue
		}
		_, path, _ := strings.Cut(text, "://")
		switch {
		case query:
			p.Enc = InQuery
		case !first && (strings.Contains(path, "/") || !strings.Contains(text, "://") && strings.Contains(text, "/")):
			p.Enc = InPath
		}
		first = false
	}
	return pieces
}

// Body gives the pieces of a body that is text.
func Body(c *convert.Call) []Piece {
	switch {
	case c.Body.Mode == collection.ModeURLEncoded:
		return Split(c.Body.Text, InForm)
	case isGraphQL(c):
		return jsonPieces(c.Body.Text)
	}
	return Split(c.Body.Text, Plain)
}

// jsonPieces is Split of the JSON of a GraphQL query: its variables are JSON already when values are put in.
func jsonPieces(text string) []Piece {
	pieces := Split(text, Plain)
	inside, depth := false, 0
	for i := range pieces {
		p := &pieces[i]
		if p.Var != "" {
			if inside && depth == 1 {
				p.Enc = InJSON
			}
			continue
		}
		for j := 0; j < len(p.Text); j++ {
			switch c := p.Text[j]; {
			case c == '"':
				inside = !inside
			case inside && c == '\\':
				j++
			case inside:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				depth--
			}
		}
	}
	return pieces
}

// texts gives every text of a call that may hold placeholders.
func texts(c *convert.Call) []string {
	list := []string{c.Method, c.URL}
	for _, h := range c.Header {
		if Header(c, h) {
			list = append(list, h.Key, h.Value)
		}
	}
	if c.Auth != nil {
		for _, p := range c.Auth.Params {
			list = append(list, p.Value)
		}
	}
	switch b := c.Body; {
	case b == nil:
	case b.Mode == collection.ModeFormData:
		for _, p := range Parts(c) {
			list = append(list, p.Name, p.Value, p.File, p.FileName, p.Media)
		}
	default:
		list = append(list, b.Text, b.File)
	}
	return list
}
