// Package strictyaml reads one YAML document into a struct and says, for every
// mistake, in which line it is, what stands there and what should.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/collection"
)

// empty is the mistake of a text with nothing but blanks and comments.
const empty = "it is empty"

// Mistake is one thing that is wrong.
type Mistake struct {
	// Line counts from 1; it is 0 when the place is not known.
	Line int
	// Text says what is wrong and what should stand there.
	Text string
}

func (m Mistake) Error() string {
	if m.Line == 0 {
		return m.Text
	}
	return fmt.Sprintf("line %d: %s", m.Line, m.Text)
}

// Decode reads text into out, a pointer to a struct with yaml tags. word is what
// people call a key: "setting", "key". The result is empty when all is well;
// otherwise out holds nothing to rely on. Values are never taken silently for
// something else: keys that do not exist or stand twice are mistakes, too.
func Decode(text []byte, out any, word string) []Mistake {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var document, next yaml.Node
	switch err := dec.Decode(&document); {
	case errors.Is(err, io.EOF):
		return []Mistake{{Text: empty}}
	case err != nil:
		return []Mistake{syntax(err)}
	}
	switch err := dec.Decode(&next); {
	case err == nil:
		return []Mistake{{next.Line, "a second document begins here; there should be one in the file"}}
	case !errors.Is(err, io.EOF):
		return []Mistake{syntax(err)}
	}
	top := document.Content[0]
	w := walker{word: word, seen: make(map[visit]bool)}
	switch {
	case isNull(top):
		return []Mistake{{Text: empty}}
	case top.Kind != yaml.MappingNode:
		return []Mistake{{top.Line, fmt.Sprintf("this is %s; there should be %ss, one a line, like NAME: VALUE", describe(top), word)}}
	}
	w.value(top, reflect.TypeOf(out).Elem(), "")
	if len(w.mistakes) > 0 {
		return w.mistakes
	}
	if err := top.Decode(out); err != nil {
		return []Mistake{syntax(err)}
	}
	return nil
}

// Empty reports whether the mistake is that there is nothing.
func Empty(mistakes []Mistake) bool {
	return len(mistakes) == 1 && mistakes[0].Text == empty
}

var lineOf = regexp.MustCompile(`(?s)^(?:yaml: )?(?:unmarshal errors:\s*)?(?:line (\d+): )?(.*)$`)

// syntax puts an error of the YAML module into a mistake.
func syntax(err error) Mistake {
	m := lineOf.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(m[1])
	return Mistake{line, "this is not valid YAML: " + strings.Join(strings.Fields(m[2]), " ")}
}

// walker compares a document with the type it is read into.
type walker struct {
	word     string
	mistakes []Mistake
	seen     map[visit]bool
}

// visit keeps anchors that are used many times from being looked at as often.
type visit struct {
	node *yaml.Node
	t    reflect.Type
}

func (w *walker) bad(n *yaml.Node, format string, args ...any) {
	w.mistakes = append(w.mistakes, Mistake{n.Line, fmt.Sprintf(format, args...)})
}

// value checks a node against a type; path names it for people, "" at the top.
func (w *walker) value(n *yaml.Node, t reflect.Type, path string) {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isNull(n) || w.seen[visit{n, t}] {
		return
	}
	w.seen[visit{n, t}] = true
	if reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		if err := n.Decode(reflect.New(t).Interface()); err != nil {
			w.bad(n, "%s: %s", path, err)
		}
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		if w.want(n, yaml.MappingNode, path, "settings like NAME: VALUE") {
			w.fields(n, t, path)
		}
	case reflect.Map:
		if w.want(n, yaml.MappingNode, path, "settings like NAME: VALUE") {
			w.pairs(n, path, func(key, value *yaml.Node) { w.value(value, t.Elem(), join(path, key.Value)) })
		}
	case reflect.Slice:
		if w.want(n, yaml.SequenceNode, path, "a list like [A, B]") {
			for i, item := range n.Content {
				w.value(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
			}
		}
	default:
		w.scalar(n, t, path)
	}
}

func (w *walker) want(n *yaml.Node, kind yaml.Kind, path, what string) bool {
	if n.Kind != kind {
		w.bad(n, "%s is %s; it should be %s", path, describe(n), what)
	}
	return n.Kind == kind
}

func (w *walker) scalar(n *yaml.Node, t reflect.Type, path string) {
	what := map[reflect.Kind]string{
		reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Int64: "a whole number",
	}[t.Kind()]
	wrong := n.Kind != yaml.ScalarNode || n.Decode(reflect.New(t).Interface()) != nil
	// The YAML module would cut 1.5 to 1.
	if wrong || (t.Kind() == reflect.Int || t.Kind() == reflect.Int64) && n.ShortTag() != "!!int" {
		w.bad(n, "%s is %s; it should be %s", path, describe(n), what)
	}
}

// fields checks the keys of a struct.
func (w *walker) fields(n *yaml.Node, t reflect.Type, path string) {
	types := make(map[string]reflect.Type)
	var names []string
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		names = append(names, name)
		types[name] = t.Field(i).Type
	}
	w.pairs(n, path, func(key, value *yaml.Node) {
		if field, known := types[key.Value]; known {
			w.value(value, field, join(path, key.Value))
			return
		}
		text := fmt.Sprintf("there is no %s %q", w.word, join(path, key.Value))
		if near, ok := collection.Nearest(key.Value, names); ok {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		w.mistakes = append(w.mistakes, Mistake{key.Line, text})
	})
}

// pairs visits the keys of a mapping that stand there for the first time.
func (w *walker) pairs(n *yaml.Node, path string, visit func(key, value *yaml.Node)) {
	first := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			w.bad(key, "the name of a %s is %s; it should be text", w.word, describe(key))
			continue
		}
		if line, twice := first[key.Value]; twice {
			w.bad(key, "%s is there twice, first in line %d", join(path, key.Value), line)
			continue
		}
		first[key.Value] = key.Line
		visit(key, n.Content[i+1])
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// describe says what stands somewhere.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a group of settings"
	case yaml.AliasNode:
		return "an alias"
	}
	const most = 40
	if text := []rune(n.Value); len(text) > most {
		return fmt.Sprintf("%q...", string(text[:most]))
	}
	return fmt.Sprintf("%q", n.Value)
}
