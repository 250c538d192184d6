package openapi

import (
	"strings"
	"testing"
)

// TestPieces: a large document read in pieces is the one that is read as a whole, with the
// same lines.
func TestPieces(t *testing.T) {
	data := largeDocument(1<<20, false)
	whole, err := parseWhole("large.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	pieces := parsePieces("large.yaml", data, 32<<10)
	if pieces == nil {
		t.Fatal("it is not read in pieces")
	}
	if !equal(whole, pieces) || lines(whole) != lines(pieces) {
		t.Error("the pieces differ from the whole")
	}
}

func lines(n *node) int {
	sum := int(n.line)
	for _, m := range n.members {
		sum += lines(m.value)
	}
	return sum
}

// TestPiecesOddities: what is not plainly a mapping of block style is read as a whole, or the same
// comes out.
func TestPiecesOddities(t *testing.T) {
	const pieceSize = 4 << 10
	long := strings.Repeat("  x: a long text that fills the piece\n", pieceSize/30)
	numbered := strings.Builder{}
	for i := range pieceSize / 20 {
		numbered.WriteString("  k" + strings.Repeat("i", i%7) + string(rune('a'+i%26)) + ": v\n")
	}
	for name, c := range map[string]struct {
		text   string
		pieces bool
	}{
		"comments, list at the margin":     {"# c\n---\na:\n- 1\n- 2\n# d\nb: 2\n" + "c:\n" + numbered.String(), true},
		"keys in quotes, blank lines":      {"\"a: b\": 1\n\n'c''d': 2\n\n  \ne f: 3\ng:\n" + numbered.String(), true},
		"text of several lines":            {"a: |\n  b: 1\n\n  c: 2\nd: >-\n  x\n  y\ne:\n" + numbered.String(), true},
		"quoted text back at the margin":   {"a: \"b\nc: d\"\ne:\n" + numbered.String(), true},
		"quoted text of two pieces":        {"a:\n" + long + "  z: \"b\nc: d\"\ne:\n" + numbered.String(), false},
		"braces over lines":                {"a: {\nb: 1\n}\ne:\n" + numbered.String(), false},
		"alias of another piece":           {"a: &x {b: 1}\ne:\n" + numbered.String() + "f:\n" + long + "  z: *x\n", false},
		"second document":                  {"a: 1\n---\nb:\n" + numbered.String(), false},
		"list at the top":                  {"- a\n- b:\n" + numbered.String(), false},
		"quoted text of a lower place":     {"a:\n  b:\n    c: \"d\n  e: f\"\n" + numbered.String(), true},
		"value of several lines, no colon": {"a:\n  b\n  c\nd:\n" + numbered.String(), true},
		"CRLF":                             {strings.ReplaceAll("a: |\n  b\nc: 1\nd:\n"+numbered.String(), "\n", "\r\n"), true},
		"merge":                            {"a:\n  <<: {z: 1}\n" + numbered.String(), true},
	} {
		whole, err := parseWhole("x.yaml", []byte(c.text))
		pieces := parsePieces("x.yaml", []byte(c.text), pieceSize)
		if err != nil {
			if pieces != nil {
				t.Errorf("%s: the pieces are read, the whole is not: %v", name, err)
			}
			continue
		}
		if (pieces != nil) != c.pieces {
			t.Errorf("%s: in pieces %v", name, pieces != nil)
		}
		if pieces != nil && (!equal(whole, pieces) || lines(whole) != lines(pieces)) {
			t.Errorf("%s: the pieces differ from the whole", name)
		}
	}
}

func FuzzPieces(f *testing.F) {
	for _, c := range readCases() {
		f.Add(c.text)
	}
	f.Add("a: |\n  b\nc: 'd\n  e'\nf:\n- g\n# h\n? i\n: j\n")
	f.Fuzz(func(t *testing.T, text string) {
		p := &pieceParser{p: newYAMLParser("x.yaml"), size: 8}
		n := &node{kind: mapping}
		if !p.members(n, []byte(text), 1, 1) {
			return
		}
		whole, err := parseWhole("x.yaml", []byte(text))
		if err != nil {
			return // such as an anchor that is there twice: the pieces are milder
		}
		if strings.ContainsAny(text, "&*<") {
			return // what an alias stands for may be shared in one and not in the other
		}
		if !equal(whole, n) {
			t.Errorf("the pieces differ from the whole: %q", text)
		}
	})
}
