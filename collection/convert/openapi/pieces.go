package openapi

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The YAML module holds a whole document as nodes that take some twenty times its size.
// Large documents are read in pieces: the members of mappings in block style, which
// begin at lines of one indentation. Whatever does not look so is left to the module as
// a whole, and so is a document of which a piece cannot be read by itself.

const (
	// largeYAML is from which size on a document is read in pieces, pieceSize how large
	// these are, about.
	largeYAML = 4 << 20
	pieceSize = 1 << 20
)

// blockKey is a line that begins a member; bareKey one whose value stands below it.
var (
	blockKey = regexp.MustCompile(`^ *(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#&*!|>%@\x60\[\]{},?-][^:#]*)[ \t]*:(?:[ \t\r\n]|$)`)
	bareKey  = regexp.MustCompile(`^ *(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#&*!|>%@\x60\[\]{},?-][^:#]*)[ \t]*:[ \t]*(?:#.*)?\r?\n?$`)
)

// parsePieces reads a document in pieces of about size bytes; nil when it is not one of pieces.
func parsePieces(file string, data []byte, size int) *node {
	p := &pieceParser{newYAMLParser(file), size}
	n := &node{kind: mapping}
	if !p.members(n, data, 1, 1) {
		return nil
	}
	return n
}

type pieceParser struct {
	p    *yamlParser
	size int // of a piece
}

// span is a member's lines.
type span struct {
	from, to int // bytes
	line     int
}

// members reads the members of a mapping whose lines data holds; line is the number of
// the first one. It reports whether that went well.
func (p *pieceParser) members(n *node, data []byte, line, depth int) bool {
	spans := split(data, line)
	if len(spans) == 0 || depth > maxDepth {
		return false
	}
	n.line = int32(spans[0].line)
	for i := 0; i < len(spans); {
		s := spans[i]
		if s.to-s.from > p.size {
			if !p.large(n, data[s.from:s.to], s.line, depth) {
				return false
			}
			i++
			continue
		}
		j := i + 1
		for j < len(spans) && spans[j].to-s.from <= p.size {
			j++
		}
		made, ok := p.piece(data[s.from:spans[j-1].to], s.line, depth)
		if !ok {
			return false
		}
		n.members = append(n.members, made.members...)
		i = j
	}
	return true
}

// large reads one member: in pieces where its value is a block mapping.
func (p *pieceParser) large(n *node, data []byte, line, depth int) bool {
	end := bytes.IndexByte(data, '\n') + 1
	if end > 0 && bareKey.Match(data[:end]) {
		header, ok := p.piece(data[:end], line, depth)
		if !ok || len(header.members) != 1 {
			return false
		}
		value := &node{kind: mapping}
		if p.members(value, data[end:], line+1, depth+1) {
			n.members = append(n.members, member{header.members[0].key, value})
			return true
		}
	}
	made, ok := p.piece(data, line, depth)
	if ok {
		n.members = append(n.members, made.members...)
	}
	return ok
}

// piece reads lines as a document by themselves, which has to be a mapping.
func (p *pieceParser) piece(data []byte, line, depth int) (*node, bool) {
	var top yaml.Node
	if yaml.Unmarshal(data, &top) != nil || len(top.Content) != 1 || top.Content[0].Kind != yaml.MappingNode {
		return nil, false
	}
	p.p.offset = line - 1
	made, err := p.p.node(top.Content[0], depth)
	return made, err == nil
}

// split cuts the lines of a block mapping into its members; nil when they are not those
// of one.
func split(data []byte, line int) (spans []span) {
	indent := -1
	for at := 0; at < len(data); line++ {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		text := data[at:end]
		start := len(text) - len(bytes.TrimLeft(text, " "))
		rest := bytes.TrimRight(text[start:], "\r\n")
		switch {
		case len(bytes.TrimSpace(rest)) == 0, rest[0] == '#':
		case start == 0 && (bytes.HasPrefix(rest, []byte("---")) || bytes.HasPrefix(rest, []byte("...")) || rest[0] == '%'):
			if len(spans) > 0 || strings.TrimSpace(string(rest)) != "---" {
				return nil
			}
			at = end
			continue
		case indent < 0 || start == indent && rest[0] != '-':
			if !blockKey.Match(text[:min(len(text), 1000)]) {
				return nil
			}
			indent = start
			spans = append(spans, span{from: at, to: end, line: line})
			at = end
			continue
		case start < indent:
			return nil
		}
		if len(spans) > 0 {
			spans[len(spans)-1].to = end
		}
		at = end
	}
	return spans
}
