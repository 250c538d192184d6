package program

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// Variable is one that a program needs.
type Variable struct {
	Name  string // as in the collection
	Ident string // as in the program
	// Value is what it is without anything said at the start; it may refer to variables that
	// stand before it.
	Value []Piece
	// Required says that the one who starts the program has to give it.
	Required bool
	Secret   bool
	// uses are the variables that Value refers to.
	uses []string
}

// Variables are those of a program.
type Variables struct {
	// List has each variable after those that its value refers to.
	List []Variable
	// Dynamic are Postman's own variables that the program makes itself, sorted.
	Dynamic []string

	o       convert.Options
	ident   func(string) string
	dynamic []string
	notes   *convert.Notes
	idents  unique
	busy    map[string]bool // those that are found or on the way
	at      map[string]int  // where they stand in List
	err     error
}

// NewVariables gives the variables that calls need. ident makes a name of the program's language of one of the
// collection's; two variables never get the same, and none one that is taken. dynamic are those of Postman's own
// variables that the program can make.
func NewVariables(o convert.Options, calls []convert.Call, ident func(string) string, dynamic, taken []string, notes *convert.Notes) (*Variables, error) {
	v := &Variables{o: o, ident: ident, dynamic: dynamic, notes: notes, idents: newUnique(taken), busy: map[string]bool{}, at: map[string]int{}}
	for i := range calls {
		for _, text := range texts(&calls[i]) {
			v.text(text)
		}
	}
	slices.Sort(v.Dynamic)
	return v, v.err
}

func (v *Variables) text(text string) (uses []string) {
	for _, p := range textform.Split(text) {
		switch {
		case p.Var == "":
			continue
		case slices.Contains(v.dynamic, p.Var) && !v.known(p.Var):
			if !slices.Contains(v.Dynamic, p.Var) {
				v.Dynamic = append(v.Dynamic, p.Var)
			}
		default:
			uses = append(uses, p.Var)
			if !v.busy[p.Var] {
				v.add(p.Var)
			}
		}
	}
	return uses
}

func (v *Variables) known(name string) bool {
	if v.o.Scopes == nil {
		return false
	}
	_, _, known := v.o.Scopes.Lookup(name)
	return known
}

func (v *Variables) add(name string) {
	v.busy[name] = true
	found := Variable{Name: name, Required: true, Secret: collection.SoundsSecret(name)}
	what := "variable " + name
	if !v.known(name) {
		became := "has no value: the program wants it when it starts"
		if strings.HasPrefix(name, "$") {
			became = "is not made anew for each request: the program wants it when it starts"
		}
		v.notes.Add(nil, what, became)
	} else {
		value, _, _ := v.o.Scopes.Lookup(name)
		pieces := Split(value.Value, Plain)
		onlyNames := !slices.ContainsFunc(pieces, func(p Piece) bool { return p.Var == "" })
		found.Secret = value.Secret || value.Kept || collection.SoundsSecret(name) && !(onlyNames && !value.Literal && value.Value != "")
		switch {
		case found.Secret && !v.o.WithSecrets:
			v.notes.Add(nil, what, "is secret, and its value is not written: the program wants it when it starts")
		case value.Kept && v.o.Scopes.Fetch == nil:
			v.notes.Add(nil, what, "is kept elsewhere: the program wants it when it starts")
		case value.Kept:
			text, err := v.o.Scopes.Fetch(value)
			if err != nil && v.err == nil {
				v.err = err
			}
			found.Required, found.Value = false, []Piece{{Text: text}}
		case value.Literal:
			found.Required, found.Value = false, []Piece{{Text: value.Value}}
		default:
			found.Required, found.Value, found.uses = false, pieces, v.text(value.Value)
			if slices.ContainsFunc(found.uses, func(n string) bool { return v.Find(n) == nil }) {
				v.notes.Add(nil, what, "refers to itself: the program wants it when it starts")
				found.Required, found.Value, found.uses = true, nil, nil
			}
		}
	}
	if found.Ident = v.idents.take(v.ident(name)); found.Ident != name {
		v.notes.Add(nil, what, "is called "+found.Ident)
	}
	v.at[name] = len(v.List)
	v.List = append(v.List, found)
}

// Find gives the variable of that name of the collection, nil when there is none.
func (v *Variables) Find(name string) *Variable {
	if i, ok := v.at[name]; ok {
		return &v.List[i]
	}
	return nil
}

// Uses gives the variables that a call needs, those behind other variables too, in the order of List.
func (v *Variables) Uses(c *convert.Call) []Variable {
	needs := map[string]bool{}
	var need func(name string)
	need = func(name string) {
		if found := v.Find(name); found != nil && !needs[name] {
			needs[name] = true
			for _, other := range found.uses {
				need(other)
			}
		}
	}
	for _, text := range texts(c) {
		for _, p := range textform.Split(text) {
			need(p.Var)
		}
	}
	var used []Variable
	for name := range needs {
		used = append(used, *v.Find(name))
	}
	slices.SortFunc(used, func(a, b Variable) int { return cmp.Compare(v.at[a.Name], v.at[b.Name]) })
	return used
}

// Required gives those of Uses that have no value of their own.
func (v *Variables) Required(c *convert.Call) []Variable {
	return slices.DeleteFunc(v.Uses(c), func(x Variable) bool { return !x.Required })
}

// Empty reports whether a text may turn out empty: it has no letter of its own, and no variable that is known to
// have a value.
func (v *Variables) Empty(text string) bool {
	for _, p := range textform.Split(text) {
		found := v.Find(p.Var)
		if p.Var == "" || found == nil || found.Required || len(found.Value) > 0 && found.Value[0].Text != "" {
			return false
		}
	}
	return true
}

// Holds reports whether a text may hold part: it does itself, or the value of a variable in it, as far as
// that is known.
func (v *Variables) Holds(text, part string) bool {
	return v.holds(Split(text, Plain), part, 0)
}

func (v *Variables) holds(pieces []Piece, part string, depth int) bool {
	for _, p := range pieces {
		if p.Var == "" && strings.Contains(p.Text, part) {
			return true
		}
		if found := v.Find(p.Var); p.Var != "" && found != nil && depth < 20 && v.holds(found.Value, part, depth+1) {
			return true
		}
	}
	return false
}
