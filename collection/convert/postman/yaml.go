package postman

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"
)

// The files of a collection v3 are made of YAML's nodes, so that every text is one in any
// version of YAML, and looks as Postman writes it.

// mapping is a YAML mapping that is being made.
type mapping struct{ yaml.Node }

func newMapping() *mapping {
	return &mapping{yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}}
}

// add appends a member; a value that is nil is none.
func (m *mapping) add(key string, value *yaml.Node) {
	if value != nil {
		m.Content = append(m.Content, textNode(key), value)
	}
}

func (m *mapping) addText(key, value string) { m.add(key, textNode(value)) }

func (m *mapping) has(key string) bool {
	for i := 0; i < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return true
		}
	}
	return false
}

func (m *mapping) node() *yaml.Node { return &m.Node }

func sequence(elements []*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: elements}
}

// file gives the text of a mapping.
func (m *mapping) file() ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&m.Node); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

var (
	// plainText needs no quotes, and reads as text wherever YAML is read.
	plainText = regexp.MustCompile(`^[A-Za-z_/$.][A-Za-z0-9_/.,()+$-]*( [A-Za-z0-9_/.,()+$-]+)*$`)
	// plainTrap are words, or the like, that are no text in one version of YAML or another.
	plainTrap = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|[.+]*(inf|nan)|[.0-9_e+]*)$`)
)

// textNode is a text: in quotes where it has to be, in lines where it has several.
func textNode(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	switch {
	case plainText.MatchString(text) && !plainTrap.MatchString(text):
	case strings.Contains(text, "\n") && inLines(text):
		n.Style = yaml.LiteralStyle
	case strings.ContainsFunc(text, isSpecial):
		n.Style = yaml.DoubleQuotedStyle
	default:
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}

// inLines reports whether a text can be written line by line. Where its first line is blank
// or indented, programs differ in how they read it.
func inLines(text string) bool {
	first, _ := utf8First(text)
	return first != ' ' && first != '\t' && first != '\n' &&
		!strings.ContainsFunc(text, func(c rune) bool { return c != '\n' && c != '\t' && isSpecial(c) }) &&
		!strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\t") && !strings.Contains(text, " \n") && !strings.Contains(text, "\t\n")
}

func utf8First(text string) (rune, bool) {
	for _, c := range text {
		return c, true
	}
	return 0, false
}

// isSpecial tells the characters that have to be written as escapes.
func isSpecial(c rune) bool {
	return unicode.IsControl(c) || c == '\u0085' || c == '\u2028' || c == '\u2029' || c == '\ufeff' || c == unicode.ReplacementChar || !unicode.IsPrint(c) && c != ' '
}

func boolNode(on bool) *yaml.Node {
	if on {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
}

func nullNode() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} }

// numberNode keeps a number as it is written.
func numberNode(raw string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: raw}
	if tag := n.ShortTag(); tag == "!!int" || tag == "!!float" {
		return n
	}
	n.Tag, n.Style = "!!float", yaml.TaggedStyle // 1E400 would be a text
	return n
}

// maxDepth is how deep a value of JSON may be for the reader of v3.
const maxDepth = 150

// valueNode gives any value of JSON; nil when it is too deep.
func valueNode(r gjson.Result) *yaml.Node { return valueAt(r, 0) }

func valueAt(r gjson.Result, depth int) *yaml.Node {
	if depth > maxDepth {
		return nil
	}
	switch {
	case r.Type == gjson.String:
		return textNode(r.Str)
	case r.Type == gjson.Number:
		return numberNode(r.Raw)
	case r.Type == gjson.True, r.Type == gjson.False:
		return boolNode(r.Type == gjson.True)
	case r.IsArray():
		list := []*yaml.Node{}
		for _, element := range r.Array() {
			n := valueAt(element, depth+1)
			if n == nil {
				return nil
			}
			list = append(list, n)
		}
		return sequence(list)
	case r.IsObject():
		m := newMapping()
		for _, p := range pairsOf(r) {
			n := valueAt(p.value, depth+1)
			if n == nil {
				return nil
			}
			m.add(p.key, n)
		}
		return m.node()
	}
	return nullNode()
}

// pair is a member of an object.
type pair struct {
	key   string
	value gjson.Result
}

// pairsOf gives the members of an object in order; of a repeated key the last value counts,
// as in JavaScript.
func pairsOf(r gjson.Result) []pair {
	if !r.IsObject() {
		return nil
	}
	var list []pair
	places := map[string]int{}
	r.ForEach(func(key, value gjson.Result) bool {
		if at, repeated := places[key.Str]; repeated {
			list[at].value = value
			return true
		}
		places[key.Str] = len(list)
		list = append(list, pair{key.Str, value})
		return true
	})
	return list
}
