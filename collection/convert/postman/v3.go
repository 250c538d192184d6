package postman

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
)

// Collection v3 is a directory with a YAML file for each request, and package collection
// reads it. Members of v2.1 that v3 has no place for are written under keys that Postman
// ignores and that are read again (docs/collections.md); the rest is a note.

// V3 is Postman's collection v3.
func V3() convert.Format {
	return convert.Format{
		Name: "postman-3", Title: "Postman collection v3 (directory of YAML files)", Tree: true, Detect: detect(3), Read: read,
		Write: func(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
			w := &v3{notes: notes}
			if err := w.collection(gjson.ParseBytes(document(c, o, notes))); err != nil {
				return nil, err
			}
			slices.SortFunc(w.files, func(a, b convert.File) int { return strings.Compare(a.Name, b.Name) })
			return w.files, nil
		},
	}
}

// v3 writes one collection.
type v3 struct {
	notes *convert.Notes
	files []convert.File
}

// place is where something stands, for notes.
type place struct {
	w     *v3
	at    trail
	field string // before the names of fields; may be empty
}

// note says what becomes of a field.
func (p place) note(field, became string) { p.w.notes.AddAt(p.at.path(), p.field+field, became) }

// in gives a place inside of this one.
func (p place) in(field string) place { return place{p.w, p.at, p.field + field + ": "} }

const leftOut = "left out: collection v3 has no place for it"

// text gives a text. What is none in the file becomes one, as it would when it is read.
func (p place) text(field string, r gjson.Result) *yaml.Node {
	switch {
	case !r.Exists():
		return nil
	case r.Type == gjson.Null:
		return nullNode()
	case r.Type == gjson.String:
		if halves(r) {
			p.note(field, "halves of characters are replaced")
		}
		return textNode(r.Str)
	}
	p.note(field, "becomes a text: it is none")
	return textNode(compact(r))
}

// textOf gives the text of any value, null and a missing one as none.
func textOf(r gjson.Result) string {
	switch {
	case r.Type == gjson.String:
		return r.Str
	case r.Type == gjson.Null:
		return ""
	}
	return compact(r)
}

// compact gives the text of a value that is none.
func compact(r gjson.Result) string {
	if r.IsObject() || r.IsArray() {
		return r.Get("@ugly").Raw
	}
	return r.Raw
}

// value gives any value; nil for one that is missing.
func (p place) value(field string, r gjson.Result) *yaml.Node {
	if !r.Exists() {
		return nil
	}
	n := valueNode(r)
	if n == nil {
		p.note(field, "left out: it is nested too deeply")
	} else if halves(r) {
		p.note(field, "halves of characters are replaced")
	}
	return n
}

// halves tells a value with a text in which half of a pair of code units stands alone.
func halves(r gjson.Result) bool {
	if r.Type == gjson.String {
		return strings.Contains(r.Str, "\ufffd") && strings.Contains(r.Raw, `\u`)
	}
	found := false
	if r.Type == gjson.JSON && strings.Contains(r.Raw, `\u`) {
		r.ForEach(func(key, value gjson.Result) bool {
			found = halves(key) || halves(value)
			return !found
		})
	}
	return found
}

// description is a text, or an object {content, type}.
func (p place) description(m *mapping, r gjson.Result) {
	switch {
	case !r.Exists() || r.Type == gjson.Null:
	case r.IsObject() || r.IsArray():
		m.add("description", p.value("description", r))
	default:
		m.add("description", p.text("description", r))
	}
}

// reserved are the keys of v2.1 that v3 means something else by: there they are read with a
// prefix.
var reserved = []string{"info", "item", "request", "response", "event", "variable", "auth"}

// prefix stands before such a key; prefixV21 before a key of v2.1 that means something in v3.
const (
	prefix    = "v3_"
	prefixV21 = "v21_"
)

// others adds the members that nobody knows. known are those of v2.1 that are written
// already, taken the keys of v3 that mean something.
func (p place) others(m *mapping, r gjson.Result, known, taken []string) {
	for _, member := range pairsOf(r) {
		key := member.key
		if slices.Contains(known, key) {
			continue
		}
		conflict := slices.Contains(reserved, key) || slices.Contains(taken, key) || strings.HasPrefix(key, prefixV21)
		if cut, ok := strings.CutPrefix(key, prefix); ok && slices.Contains(reserved, cut) {
			if conflict = slices.Contains(taken, cut); !conflict {
				key = cut
			}
		}
		if conflict {
			key = prefixV21 + key
		}
		m.add(key, p.value(member.key, member.value))
	}
}

// add makes a file of a mapping.
func (w *v3) add(name string, m *mapping) error {
	text, err := m.file()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.files = append(w.files, convert.File{Name: name, Data: text})
	return nil
}

// Keys of v3 in a definition, and of v2.1 in a folder.
var (
	definitionKeys = []string{"$kind", "id", "name", "description", "auth", "scripts", "settings", "variables", "order", "info"}
	sharedKeys     = []string{"auth", "event", "variable", "protocolProfileBehavior"}
	folderKeys     = append([]string{"name", "id", "description", "item"}, sharedKeys...)
	rootKeys       = append([]string{"info", "item"}, sharedKeys...)
)

// collection writes the whole.
func (w *v3) collection(r gjson.Result) error {
	p := place{w: w}
	m := newMapping()
	m.addText("$kind", "collection")
	info := jsonedit.Member(r, "info")
	m.add("id", p.text("info _postman_id", notNull(jsonedit.Member(info, "_postman_id"))))
	m.add("name", p.name(jsonedit.Member(info, "name")))
	p.description(m, jsonedit.Member(info, "description"))
	p.shared(m, r, "http:")
	for _, key := range []string{"id", "name", "description"} {
		if jsonedit.Member(r, key).Exists() {
			p.note(key, "left out: that of info counts")
		}
	}
	p.others(m, r, append([]string{"id", "name", "description"}, rootKeys...), definitionKeys)
	rest := newMapping()
	for _, member := range pairsOf(info) {
		if !slices.Contains([]string{"_postman_id", "name", "description", "schema"}, member.key) {
			rest.add(member.key, p.value("info "+member.key, member.value))
		}
	}
	if len(rest.Content) > 0 {
		m.add("info", rest.node())
	}
	if err := w.add(".resources/definition.yaml", m); err != nil {
		return err
	}
	return w.items("", nil, jsonedit.Member(r, "item"))
}

// name gives a name; one that is missing is empty, or else the file's would count.
func (p place) name(r gjson.Result) *yaml.Node {
	if r.Type == gjson.Null {
		return textNode("")
	}
	return p.text("name", r)
}

// notNull takes null for missing.
func notNull(r gjson.Result) gjson.Result {
	if r.Type == gjson.Null {
		return gjson.Result{}
	}
	return r
}

// items writes what is in a folder, into the directory dir.
func (w *v3) items(dir string, at trail, r gjson.Result) error {
	used := names{}
	var err error
	order := 0
	r.ForEach(func(_, item gjson.Result) bool {
		order++
		p := place{w: w, at: at.below(item)}
		stem := used.file(textOf(jsonedit.Member(item, "name")))
		if isFolder(jsonedit.Member(item, "item")) {
			err = p.folder(path.Join(dir, stem), item, order)
		} else {
			err = p.item(dir, stem, item, order)
		}
		return err == nil
	})
	return err
}

// isFolder tells a folder as package collection does.
func isFolder(children gjson.Result) bool {
	return children.IsArray() || children.IsObject()
}

// orderNode is the place among siblings. There is room between two, as Postman leaves it.
func orderNode(order int) *yaml.Node { return numberNode(strconv.Itoa(order * 1000)) }

func (p place) folder(dir string, r gjson.Result, order int) error {
	m := newMapping()
	m.addText("$kind", "collection")
	m.add("id", p.text("id", notNull(jsonedit.Member(r, "id"))))
	m.add("name", p.name(jsonedit.Member(r, "name")))
	p.description(m, jsonedit.Member(r, "description"))
	p.shared(m, r, "http:")
	m.add("order", orderNode(order))
	p.others(m, r, folderKeys, definitionKeys)
	if err := p.w.add(path.Join(dir, ".resources/definition.yaml"), m); err != nil {
		return err
	}
	return p.w.items(dir, p.at, jsonedit.Member(r, "item"))
}

// shared adds what a collection, a folder and a request have in common; before stands
// before the types of scripts.
func (p place) shared(m *mapping, r gjson.Result, before string) {
	m.add("variables", p.keyValues("variable", p.elements("variable", jsonedit.Member(r, "variable"), queryText), false))
	if before != "" { // a request's auth is that of its "request"
		m.add("auth", p.auth(jsonedit.Member(r, "auth")))
	}
	m.add("scripts", p.scripts(jsonedit.Member(r, "event"), before))
	m.add("settings", p.settings(jsonedit.Member(r, "protocolProfileBehavior")))
}

// settings gives a protocolProfileBehavior. Headers that are off are a list there.
func (p place) settings(r gjson.Result) *yaml.Node {
	const field = "protocolProfileBehavior"
	if !r.IsObject() {
		if r.Exists() && r.Type != gjson.Null {
			p.note(field, leftOut)
		}
		return nil
	}
	m := newMapping()
	for _, member := range pairsOf(r) {
		value := p.value(field+" "+member.key, member.value)
		if member.key == "disabledSystemHeaders" {
			if member.value.IsArray() {
				p.note(field+" disabledSystemHeaders", "the list becomes an object")
			} else if list := allTrue(member.value); list != nil {
				value = sequence(list)
			}
		}
		m.add(member.key, value)
	}
	if len(m.Content) == 0 {
		return nil
	}
	return m.node()
}

// allTrue gives the keys of an object all of whose values are true; nil when it is another.
func allTrue(r gjson.Result) (list []*yaml.Node) {
	for _, member := range pairsOf(r) {
		if member.value.Type != gjson.True {
			return nil
		}
		list = append(list, textNode(member.key))
	}
	return list
}

// moments are the types of scripts in v3, by v2.1's.
var moments = map[string]string{"prerequest": "beforeRequest", "test": "afterResponse"}

// running are the types of v3 that v2.1 has no event of the same name for: written as they
// are, they would begin to run.
var running = []string{"beforeRequest", "http:beforeRequest", "afterResponse", "http:afterResponse"}

func (p place) scripts(r gjson.Result, before string) *yaml.Node {
	var list []*yaml.Node
	for _, event := range r.Array() {
		if !event.IsObject() {
			if event.Type != gjson.Null {
				p.note("event", leftOut)
			}
			continue
		}
		listen := textOf(jsonedit.Member(event, "listen"))
		if t := jsonedit.Member(event, "listen").Type; t != gjson.String && t != gjson.Null {
			p.note("event", "when it runs becomes a text: it is none")
		}
		if slices.Contains(running, listen) {
			p.note("event "+listen, "left out: it does not run in v2.1, and would in v3")
			continue
		}
		list = append(list, p.script(event, listen, before))
	}
	if list == nil {
		return nil
	}
	return sequence(list)
}

func (p place) script(event gjson.Result, listen, before string) *yaml.Node {
	field := "event " + listen
	m := newMapping()
	if moment := moments[listen]; moment != "" {
		m.addText("type", before+moment)
	} else {
		m.addText("type", listen)
	}
	script := jsonedit.Member(event, "script")
	if language := jsonedit.Member(script, "type"); language.Type == gjson.Null || language.Raw == `""` {
		m.addText("language", "text/javascript")
	} else {
		m.add("language", p.text(field+" type", language))
	}
	var lines []string
	for _, line := range jsonedit.Member(script, "exec").Array() {
		if line.Type != gjson.String {
			p.note(field, "a line that is no text becomes one")
		}
		lines = append(lines, textOf(line))
	}
	m.addText("code", strings.Join(lines, "\n"))
	p.flag(m, field+" disabled", jsonedit.Member(event, "disabled"))
	taken := []string{"type", "code", "path", "language", "disabled", "event"}
	p.in(field).others(m, script, []string{"type", "exec"}, taken)
	rest := newMapping()
	for _, member := range pairsOf(event) {
		if !slices.Contains([]string{"listen", "script", "disabled"}, member.key) {
			rest.add(member.key, p.value(field+" "+member.key, member.value))
		}
	}
	if len(rest.Content) > 0 {
		m.add("event", rest.node())
	}
	return m.node()
}

// flag adds "disabled".
func (p place) flag(m *mapping, field string, r gjson.Result) {
	switch r.Type {
	case gjson.Null:
	case gjson.True, gjson.False:
		m.add("disabled", boolNode(r.Bool()))
	default:
		p.note(field, "becomes true or false")
		m.add("disabled", boolNode(isSet(r)))
	}
}

// isSet tells whether a flag is on, as package collection does.
func isSet(r gjson.Result) bool {
	return r.Type == gjson.True || r.Type == gjson.String && r.Str == "true" || r.Type == gjson.Number && r.Num != 0
}
