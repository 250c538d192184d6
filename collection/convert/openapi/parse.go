package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/collection/convert"
)

// maxDepth is how deep a document may be nested.
const maxDepth = 500

// parse reads JSON or YAML. The error is a *convert.Error.
func parse(file string, data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		return nil, &convert.Error{File: file, Problem: "is not UTF-8 text", Hint: "save it as UTF-8"}
	}
	if looksLikeJSON(data) {
		return parseJSON(file, data)
	}
	return parseYAML(file, data)
}

// looksLikeJSON tells JSON from YAML, in whose flow style a key stands without quotes.
func looksLikeJSON(data []byte) bool {
	head := bytes.TrimLeft(data, " \t\r\n")
	if !bytes.HasPrefix(head, []byte("{")) {
		return false
	}
	head = bytes.TrimLeft(head[1:], " \t\r\n")
	return bytes.HasPrefix(head, []byte(`"`)) || bytes.HasPrefix(head, []byte("}"))
}

type jsonParser struct {
	file    string
	data    []byte
	decoder *json.Decoder
	line    int32
	counted int64             // up to where lines were counted
	keys    map[string]string // every key once
	spare   []node            // to be used
}

func parseJSON(file string, data []byte) (*node, error) {
	p := &jsonParser{file: file, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1, keys: make(map[string]string)}
	p.decoder.UseNumber()
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, p.errorAt(p.decoder.InputOffset(), "more text follows behind the document's end", "the file must be one JSON object")
	}
	return n, nil
}

func (p *jsonParser) value(depth int) (*node, error) {
	token, err := p.decoder.Token()
	if err != nil {
		return nil, p.failed(err)
	}
	return p.valueOf(token, depth)
}

// make gives a new node; they are allocated many at a time.
func (p *jsonParser) make(k kind, s string) *node {
	if len(p.spare) == 0 {
		p.spare = make([]node, 256)
	}
	n := &p.spare[0]
	p.spare = p.spare[1:]
	offset := p.decoder.InputOffset()
	p.line += int32(bytes.Count(p.data[p.counted:offset], []byte("\n")))
	p.counted = offset
	n.kind, n.text, n.line = k, s, p.line
	return n
}

func (p *jsonParser) valueOf(token json.Token, depth int) (*node, error) {
	switch v := token.(type) {
	case string:
		return p.make(text, v), nil
	case json.Number:
		return p.make(number, v.String()), nil
	case bool:
		return p.make(boolean, strconv.FormatBool(v)), nil
	case json.Delim:
		if depth >= maxDepth {
			return nil, p.errorAt(p.decoder.InputOffset(), fmt.Sprintf("it is nested more than %d levels deep", maxDepth), "")
		}
		if v == '[' {
			return p.list(depth)
		}
		return p.object(depth)
	}
	return p.make(null, ""), nil
}

func (p *jsonParser) list(depth int) (*node, error) {
	n := p.make(list, "")
	for p.decoder.More() {
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, member{value: value})
	}
	return n, p.end()
}

func (p *jsonParser) object(depth int) (*node, error) {
	n := p.make(mapping, "")
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return nil, p.failed(err)
		}
		key, ok := token.(string)
		if !ok {
			return nil, p.errorAt(p.decoder.InputOffset(), "is not valid JSON: a key must be a text in quotes", "")
		}
		if known, ok := p.keys[key]; ok {
			key = known
		} else {
			p.keys[key] = key
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, member{key, value})
	}
	return n, p.end()
}

func (p *jsonParser) end() error {
	if _, err := p.decoder.Token(); err != nil {
		return p.failed(err)
	}
	return nil
}

func (p *jsonParser) failed(err error) error {
	offset := p.decoder.InputOffset()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		// The offset is that of the bad character, or of what follows it.
		if offset = syntax.Offset; offset >= int64(len(p.data)) || !strings.HasPrefix(err.Error(), fmt.Sprintf("invalid character %q", rune(p.data[offset]))) {
			offset--
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return p.errorAt(int64(len(p.data)), "is cut off: the JSON has no end", "get the whole file")
	}
	return p.errorAt(offset, "is not valid JSON: "+err.Error(), "mend it there")
}

func (p *jsonParser) errorAt(offset int64, problem, hint string) error {
	before := p.data[:min(max(offset, 0), int64(len(p.data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return &convert.Error{File: p.file, Line: line, Column: column, Problem: problem, Hint: hint}
}

// maxMerged is how many members YAML's "<<" may bring, in a whole document.
const maxMerged = 100_000

type yamlParser struct {
	file   string
	offset int // lines before the piece that is read
	keys   map[string]string
	seen   map[*yaml.Node]*node // of those with an anchor
	merged int
}

var yamlProblem = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

func newYAMLParser(file string) *yamlParser {
	return &yamlParser{file: file, keys: make(map[string]string), seen: make(map[*yaml.Node]*node)}
}

func parseYAML(file string, data []byte) (*node, error) {
	if len(data) >= largeYAML {
		if n := parsePieces(file, data, pieceSize); n != nil {
			return n, nil
		}
	}
	return parseWhole(file, data)
}

func parseWhole(file string, data []byte) (*node, error) {
	var top yaml.Node
	if err := yaml.Unmarshal(data, &top); err != nil {
		e := &convert.Error{File: file, Problem: "is not valid YAML: " + err.Error(), Hint: "mend it; text with a colon, # or braces in it has to stand in quotes"}
		if m := yamlProblem.FindStringSubmatch(err.Error()); m != nil {
			e.Line, _ = strconv.Atoi(m[1])
			e.Problem = "is not valid YAML: " + m[2]
		}
		return nil, e
	}
	if len(top.Content) == 0 {
		return nil, &convert.Error{File: file, Problem: "has nothing but comments in it"}
	}
	p := newYAMLParser(file)
	return p.node(top.Content[0], 0)
}

func (p *yamlParser) errorAt(n *yaml.Node, problem, hint string) error {
	return &convert.Error{File: p.file, Line: n.Line, Column: n.Column, Problem: problem, Hint: hint}
}

// node turns a node of YAML into one of ours. What an alias stands for is shared. The
// node of YAML is emptied, which gives the memory back early.
func (p *yamlParser) node(y *yaml.Node, depth int) (*node, error) {
	if depth >= maxDepth {
		return nil, p.errorAt(y, fmt.Sprintf("it is nested more than %d levels deep", maxDepth), "")
	}
	n := &node{line: int32(y.Line + p.offset)}
	if y.Kind == yaml.AliasNode {
		known, ok := p.seen[y.Alias]
		if !ok {
			return nil, p.errorAt(y, "the alias *"+y.Value+" stands inside of what it names", "write it without the alias")
		}
		return known, nil
	}
	content := y.Content
	y.Content = nil
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = list
		n.members = make([]member, 0, len(content))
		for _, c := range content {
			value, err := p.node(c, depth+1)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{value: value})
		}
	case yaml.MappingNode:
		n.kind = mapping
		if err := p.mapping(n, content, depth); err != nil {
			return nil, err
		}
	default:
		scalar(n, y)
	}
	if y.Anchor != "" {
		p.seen[y] = n
	}
	return n, nil
}

func (p *yamlParser) mapping(n *node, content []*yaml.Node, depth int) error {
	n.members = make([]member, 0, len(content)/2)
	var merges []*node
	for i := 0; i+1 < len(content); i += 2 {
		merge := content[i].Kind == yaml.ScalarNode && content[i].ShortTag() == "!!merge"
		key, err := p.node(content[i], depth+1)
		if err != nil {
			return err
		}
		if key.kind >= list {
			return p.errorAt(content[i], "a key is a list or a mapping", "write a text there")
		}
		value, err := p.node(content[i+1], depth+1)
		if err != nil {
			return err
		}
		if merge {
			merges = append(merges, value)
			continue
		}
		name := key.text
		if key.kind == null {
			name = content[i].Value
		}
		if known, ok := p.keys[name]; ok {
			name = known
		} else {
			p.keys[name] = name
		}
		n.members = append(n.members, member{name, value})
	}
	if len(merges) == 0 {
		return nil
	}
	own := make(map[string]bool, len(n.members))
	for _, m := range n.members {
		own[m.key] = true
	}
	for _, m := range merges {
		sources := []member{{value: m}}
		if m.kind == list {
			sources = m.members
		}
		for _, source := range sources {
			p.merged += len(source.value.pairs())
			if p.merged > maxMerged {
				return &convert.Error{File: p.file, Line: int(n.line), Problem: fmt.Sprintf("its << bring more than %d members", maxMerged), Hint: "write it without <<"}
			}
			for _, pair := range source.value.pairs() {
				if !own[pair.key] {
					own[pair.key] = true
					n.add(pair.key, pair.value)
				}
			}
		}
	}
	return nil
}

// scalar reads a scalar. A number that JSON would not write so becomes one that it does.
func scalar(n *node, y *yaml.Node) {
	n.kind, n.text = text, y.Value
	if y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 && (y.Tag == "" || y.Tag == "!!str" || y.Tag == "!") {
		return
	}
	switch y.ShortTag() {
	case "!!null":
		n.kind, n.text = null, ""
	case "!!bool":
		n.kind, n.text = boolean, strings.ToLower(y.Value)
	case "!!int", "!!float":
		n.kind = number
		if json.Valid([]byte(y.Value)) {
			return
		}
		var i int64
		var f float64
		switch {
		case y.Decode(&i) == nil && y.ShortTag() == "!!int":
			n.text = strconv.FormatInt(i, 10)
		case y.Decode(&f) == nil && !math.IsInf(f, 0) && !math.IsNaN(f):
			n.text = strconv.FormatFloat(f, 'g', -1, 64)
		default:
			n.kind = text
		}
	}
}
