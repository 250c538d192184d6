package openapi

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/pmrun/pmrun/collection"
)

var (
	goodID = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)
	// madeID is an id that Postman made: hexadecimal, in groups.
	madeID = regexp.MustCompile(`^(?:[0-9]+-)?[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{9,}$`)
)

// operationID gives each operation a name of its own: the request's id where a person
// gave it, else the name.
func (w *writer) operationID(c *call, g *pathGroup, m *methodGroup) string {
	id := c.item.ID
	if !goodID.MatchString(id) || madeID.MatchString(id) {
		id = camelCase(c.item.Name)
	}
	if id == "" {
		id = camelCase(m.method + " " + g.path)
	}
	return unique(id, w.ids)
}

// unique gives the name, with a number when it is taken, and takes it.
func unique(name string, taken map[string]bool) string {
	made := name
	for i := 2; taken[made]; i++ {
		made = fmt.Sprintf("%s%d", name, i)
	}
	taken[made] = true
	return made
}

// words gives the words of a text in ASCII letters and digits; accents are taken off.
func words(s string) []string {
	var plain strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			plain.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == '\'':
		default:
			plain.WriteByte(' ')
		}
	}
	return strings.Fields(plain.String())
}

func camelCase(s string) string {
	var b strings.Builder
	for i, word := range words(s) {
		if i == 0 {
			if strings.ToUpper(word) == word {
				word = strings.ToLower(word)
			}
			b.WriteString(strings.ToLower(word[:1]) + word[1:])
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	id := b.String()
	if id != "" && id[0] >= '0' && id[0] <= '9' {
		id = "_" + id
	}
	const longest = 100
	return id[:min(len(id), longest)]
}

// slug makes the key of an example.
func slug(s string) string {
	s = strings.ToLower(strings.Join(words(s), "-"))
	if s == "" {
		s = "example"
	}
	return s
}

// named is an example with the name of the request or answer that it is of.
type named struct {
	name  string
	value *node
}

// addExamples writes one example, or several with their names; equal ones once.
func addExamples(to *node, all []named) {
	var different []named
	for _, e := range all {
		known := false
		for _, d := range different {
			known = known || equal(d.value, e.value)
		}
		if !known {
			different = append(different, e)
		}
	}
	switch len(different) {
	case 0:
	case 1:
		to.add("example", different[0].value)
	default:
		examples, taken := object(), make(map[string]bool)
		for _, e := range different {
			examples.add(unique(slug(e.name), taken), object().put("summary", e.name).add("value", e.value))
		}
		to.add("examples", examples)
	}
}

// variableOf gives a variable of the collection.
func (w *writer) variableOf(name string) (collection.Variable, bool) {
	for _, v := range w.c.Variables() {
		if v.Key == name && !v.Disabled {
			return v, true
		}
	}
	return collection.Variable{}, false
}
