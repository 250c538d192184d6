package textform

import "strings"

// Piece is a part of a text: literal, or the name of a placeholder.
type Piece struct{ Text, Var string }

// Split takes a text apart at its placeholders. The empty text has no Piece.
func Split(text string) []Piece {
	if text != "" && !strings.Contains(text, "{{") && !strings.Contains(text, "<<") {
		return []Piece{{Text: text}} // as most are, and long ones
	}
	var pieces []Piece
	from := 0
	for _, m := range placeholder.FindAllStringIndex(text, -1) {
		name := strings.TrimSpace(text[m[0]+2 : m[1]-2])
		if name == "" {
			continue
		}
		if m[0] > from {
			pieces = append(pieces, Piece{Text: text[from:m[0]]})
		}
		pieces = append(pieces, Piece{Var: name})
		from = m[1]
	}
	if from < len(text) {
		pieces = append(pieces, Piece{Text: text[from:]})
	}
	return pieces
}
