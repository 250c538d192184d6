package strictyaml

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Lines finds lines in one document, for mistakes that only show once its values
// are understood.
type Lines struct{ top *yaml.Node }

// NewLines reads the document once more; of one that cannot be read, no line is known.
func NewLines(text []byte) Lines {
	var document yaml.Node
	if yaml.NewDecoder(bytes.NewReader(text)).Decode(&document) != nil || len(document.Content) == 0 {
		return Lines{}
	}
	return Lines{document.Content[0]}
}

// Of returns the line of what a path such as lookup.found or causes[0].when names:
// that of its key, or of the entry of a list. Where it is missing, it is the line
// of the nearest thing around it, and 0 when that is the whole document.
func (l Lines) Of(path string) int {
	n, line := l.top, 0
	for _, part := range strings.Split(strings.ReplaceAll(path, "[", ".["), ".") {
		for n != nil && n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if n == nil {
			return line
		}
		var key *yaml.Node
		if key, n = child(n, part); key == nil {
			return line
		}
		line = key.Line
	}
	return line
}

// child returns the member of a mapping, or the entry [i] of a list; key is what
// stands first of it.
func child(n *yaml.Node, part string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == part {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		i, err := strconv.Atoi(strings.Trim(part, "[]"))
		if err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	}
	return nil, nil
}
