package collection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The files of a collection v3 are read as YAML's nodes and never into Go values: what is written is kept as
// text, so that 1.10, yes and 007 stay what they are.

// Limits that no file of Postman's reaches; they keep anchors that stand for each other from filling the memory.
const (
	maxYAMLNodes = 2_000_000
	maxYAMLDepth = 200
	maxYAMLText  = 512 << 20 // bytes
)

// yamlFile is one YAML file.
type yamlFile struct {
	file  string // for messages
	top   *yaml.Node
	size  int // in bytes
	nodes int // that were written so far
	bytes int // of the texts among them
}

// yamlObject holds the members of a mapping in the order of the file.
type yamlObject []yamlPair

type yamlPair struct {
	key   string
	value *yaml.Node // never an alias
}

// get gives a member, nil when there is none; of a repeated key the last one.
func (o yamlObject) get(key string) *yaml.Node {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].key == key {
			return o[i].value
		}
	}
	return nil
}

// parseYAML reads a file whose top is a mapping; without anything in it, the mapping is empty. The error is
// a *FileError.
func parseYAML(file string, data []byte) (*yamlFile, yamlObject, error) {
	decoded, err := decodeText(data)
	if err != nil {
		return nil, nil, &FileError{File: file, Problem: err.Error(), Hint: "save it as UTF-8", Err: err}
	}
	text := &document{file: file, text: string(decoded)}
	if !utf8.Valid(decoded) {
		return nil, nil, text.errorAt(invalidUTF8(text.text), "is not UTF-8 text at this place", "save it as UTF-8", nil)
	}
	f := &yamlFile{file: file, size: len(decoded)}
	decoder := yaml.NewDecoder(bytes.NewReader(decoded))
	var document, next yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return f, nil, nil
	case err != nil:
		return nil, nil, yamlError(text, err)
	}
	switch err := decoder.Decode(&next); {
	case err == nil:
		return nil, nil, f.errorAt(&next, "a second document begins here", "there must be one in the file")
	case !errors.Is(err, io.EOF):
		return nil, nil, yamlError(text, err)
	}
	f.top = document.Content[0]
	if isNull(f.top) {
		return f, nil, nil
	}
	o, err := f.object(f.top, "the file")
	return f, o, err
}

var yamlProblem = regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

// maxYAMLSearch is how many bytes are read again, at most, to find the line that breaks a file.
const maxYAMLSearch = 8 << 20

// yamlError places an error of the YAML module. The line that it names is often where the mapping around the
// mistake begins; the mistake is in the line behind the longest beginning of the file that is valid.
func yamlError(text *document, err error) error {
	m := yamlProblem.FindStringSubmatch(err.Error())
	if m == nil {
		m = []string{"", "", err.Error()}
	}
	lines := strings.SplitAfter(text.text, "\n")
	number, _ := strconv.Atoi(m[1])
	number = min(max(number, 1), len(lines)) - 1
	if len(lines)*len(text.text)/2 <= maxYAMLSearch {
		valid := 0
		for n, end := 1, 0; n < len(lines); n++ {
			end += len(lines[n-1])
			if validYAML(text.text[:end]) {
				valid = n
			}
		}
		number = valid
	}
	offset := len(strings.Join(lines[:number], ""))
	offset += len(lines[number]) - len(strings.TrimLeft(lines[number], " \t"))
	if i := strings.IndexFunc(text.text, isControl); i >= 0 {
		offset = i
	}
	return text.errorAt(offset, "is not valid YAML: "+strings.Join(strings.Fields(m[2]), " "),
		"mend it; text with {{ }}, a colon, # or quotes in it has to stand in '...'", err)
}

func validYAML(text string) bool {
	var ignored yaml.Node
	return yaml.Unmarshal([]byte(text), &ignored) == nil
}

// isControl tells the characters that YAML does not allow.
func isControl(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7F }

func (f *yamlFile) errorAt(n *yaml.Node, problem, hint string) *FileError {
	return &FileError{File: f.file, Line: n.Line, Column: n.Column, Problem: problem, Hint: hint}
}

func (f *yamlFile) wrongKind(n *yaml.Node, what, expected string) error {
	kind := "a text"
	switch {
	case isNull(n):
		kind = "empty"
	case n.Kind == yaml.MappingNode:
		kind = "a mapping"
	case n.Kind == yaml.SequenceNode:
		kind = "a list"
	}
	return f.errorAt(n, fmt.Sprintf("%s is %s; expected %s", what, kind, expected), "correct it there")
}

func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

func isText(n *yaml.Node) bool { return n != nil && n.Kind == yaml.ScalarNode }

// resolved follows an alias.
func resolved(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// object reads a mapping, what names it in messages. What "<<" merges in stands first.
func (f *yamlFile) object(n *yaml.Node, what string) (yamlObject, error) {
	return f.members(n, what, 0)
}

func (f *yamlFile) members(n *yaml.Node, what string, depth int) (yamlObject, error) {
	if isNull(n) {
		return nil, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, f.wrongKind(n, what, "a mapping")
	}
	if err := f.count(n, len(n.Content), depth); err != nil {
		return nil, err
	}
	var merged, own yamlObject
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolved(n.Content[i]), resolved(n.Content[i+1])
		if key.ShortTag() != "!!merge" {
			own = append(own, yamlPair{f.text(key), value})
			continue
		}
		sources := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			sources = value.Content
		}
		for _, source := range sources {
			more, err := f.members(resolved(source), "what << names", depth+1)
			if err != nil {
				return nil, err
			}
			merged = append(merged, more...)
		}
	}
	if merged == nil {
		return own, nil
	}
	var unique yamlObject
	for _, p := range merged { // the first of several counts, and what stands in the mapping itself before them
		if own.get(p.key) == nil && unique.get(p.key) == nil {
			unique = append(unique, p)
		}
	}
	return append(unique, own...), nil
}

// count stops at a file that is deeper, or with its anchors larger, than any that is meant to be read.
func (f *yamlFile) count(n *yaml.Node, more, depth int) error {
	f.nodes += more + 1
	switch {
	case depth > maxYAMLDepth:
		return f.errorAt(n, fmt.Sprintf("it is nested more than %d levels deep", maxYAMLDepth), "write it flatter")
	case f.nodes > max(maxYAMLNodes, f.size): // without anchors, it has fewer than bytes
		return f.errorAt(n, fmt.Sprintf("the file has more than %d elements, its anchors counted wherever they are used", max(maxYAMLNodes, f.size)), "write it without anchors")
	}
	return nil
}

// text gives the text of a scalar as it is written; null and a missing one are "".
func (f *yamlFile) text(n *yaml.Node) string {
	if !isText(n) || isNull(n) {
		return ""
	}
	return n.Value
}

// flag tells whether a flag is on.
func (f *yamlFile) flag(n *yaml.Node) bool {
	switch strings.ToLower(f.text(n)) {
	case "true", "yes", "on":
		return true
	}
	return false
}

// isOff tells a flag that says no from a missing one.
func (f *yamlFile) isOff(n *yaml.Node) bool {
	switch strings.ToLower(f.text(n)) {
	case "false", "no", "off":
		return true
	}
	return false
}

// json gives the value to write for any node. A scalar that stands in no quotes is what JSON makes of it, with
// a number as it is written; what is none in JSON, such as yes, 007 or a date, is a text.
func (f *yamlFile) json(n *yaml.Node) (any, error) { return f.jsonAt(n, 0) }

func (f *yamlFile) jsonAt(n *yaml.Node, depth int) (any, error) {
	if isNull(n) {
		return nil, nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		o, err := f.members(n, "", depth)
		if err != nil {
			return nil, err
		}
		written := jsonObject{}
		for _, p := range o {
			value, err := f.jsonAt(p.value, depth+1)
			if err != nil {
				return nil, err
			}
			written.add(p.key, value)
		}
		return written, nil
	case yaml.SequenceNode:
		if err := f.count(n, len(n.Content), depth); err != nil {
			return nil, err
		}
		list := []any{}
		for _, element := range n.Content {
			value, err := f.jsonAt(resolved(element), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	if f.bytes += len(n.Value); f.bytes > maxYAMLText {
		return nil, f.errorAt(n, fmt.Sprintf("the file has more than %d MiB of text, its anchors counted wherever they are used", maxYAMLText>>20), "write it without anchors")
	}
	switch tag := n.ShortTag(); {
	case tag == "!!bool" && strings.EqualFold(n.Value, "true"), tag == "!!bool" && strings.EqualFold(n.Value, "false"):
		return strings.EqualFold(n.Value, "true"), nil
	case (tag == "!!int" || tag == "!!float") && json.Valid([]byte(n.Value)):
		return rawJSON(n.Value), nil
	}
	return n.Value, nil
}

// asText gives a text as it is, null as nil, and anything else as JSON text.
func (f *yamlFile) asText(n *yaml.Node) (any, error) {
	switch {
	case isNull(n):
		return nil, nil
	case isText(n):
		return n.Value, nil
	}
	value, err := f.json(n)
	if err != nil {
		return nil, err
	}
	return compactJSON(writeJSON(value)), nil
}

// prefixV21 stands before the name of a key of v2.1 that means something else in v3.
const prefixV21 = "v21_"

// carry adds the members of o under their own names, but for those that were read. A reserved name gets the
// prefix; one that has the prefix of v2.1 loses it, unless there is such a member.
func (f *yamlFile) carry(to *jsonObject, o yamlObject, read ...string) error {
	for _, p := range o {
		if slices.Contains(read, p.key) {
			continue
		}
		value, err := f.json(p.value)
		if err != nil {
			return err
		}
		key := p.key
		if own, is := strings.CutPrefix(key, prefixV21); is && !slices.ContainsFunc(*to, func(m jsonMember) bool { return m.key == own }) {
			key = own
		} else if reserved[key] {
			key = prefixV3 + key
		}
		to.add(key, value)
	}
	return nil
}
