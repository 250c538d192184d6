package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errLarge is a value that is too large to be written out, such as one of aliases that
// stand for each other.
var errLarge = errors.New("is too large to be written out")

// maxEmitted is how many nodes one value of a document may have.
const maxEmitted = 100_000

type emitter struct {
	b      bytes.Buffer
	indent string
	left   int
}

// jsonText writes a value as JSON, indented by indent at each level, or on one line; with most nodes at most.
func jsonText(n *node, indent string, most int) (string, error) {
	e := &emitter{indent: indent, left: most}
	if err := e.value(n, 0); err != nil {
		return "", err
	}
	return e.b.String(), nil
}

func (e *emitter) value(n *node, depth int) error {
	if e.left--; e.left < 0 || depth > maxDepth {
		return errLarge
	}
	switch {
	case n == nil || n.kind == null:
		e.b.WriteString("null")
	case n.kind == boolean, n.kind == number:
		e.b.WriteString(n.text)
	case n.kind == text:
		e.quote(n.text)
	case len(n.members) == 0:
		e.b.WriteString(map[kind]string{list: "[]", mapping: "{}"}[n.kind])
	default:
		open, end := byte('['), byte(']')
		if n.kind == mapping {
			open, end = '{', '}'
		}
		e.b.WriteByte(open)
		for i, m := range n.members {
			if i > 0 {
				e.b.WriteByte(',')
			}
			e.newline(depth + 1)
			if n.kind == mapping {
				e.quote(m.key)
				e.b.WriteByte(':')
				if e.indent != "" {
					e.b.WriteByte(' ')
				}
			}
			if err := e.value(m.value, depth+1); err != nil {
				return err
			}
		}
		e.newline(depth)
		e.b.WriteByte(end)
	}
	return nil
}

func (e *emitter) newline(depth int) {
	if e.indent == "" {
		return
	}
	e.b.WriteByte('\n')
	for range depth {
		e.b.WriteString(e.indent)
	}
}

func (e *emitter) quote(s string) {
	enc := json.NewEncoder(&e.b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)           // a text can always be encoded
	e.b.Truncate(e.b.Len() - 1) // the line's end
}

// yamlText writes a document as YAML.
func yamlText(n *node) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(yamlNode(n)); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

func yamlNode(n *node) *yaml.Node {
	switch n.kind {
	case null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	case boolean:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: n.text}
	case number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
	case list:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, m := range n.members {
			y.Content = append(y.Content, yamlNode(m.value))
		}
		return y
	case mapping:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, m := range n.members {
			y.Content = append(y.Content, yamlString(m.key), yamlNode(m.value))
		}
		return y
	}
	return yamlString(n.text)
}

func yamlString(s string) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.Contains(s, "\n") && !strings.ContainsAny(s, "\r\t\u0085\u2028\u2029\ufeff") && s[0] != ' ' && s[0] != '\n' && !strings.Contains(s, " \n") {
		y.Style = yaml.LiteralStyle
	}
	return y
}
