// Package vars resolves variables: scopes and their precedence, {{x}} and
// <<x>> placeholders, dynamic variables, and the masking of secrets.
//
// It knows nothing of collections or requests. A text is expanded once into
// literal segments and slots; only slots are filled per row.
package vars

import (
	"maps"
	"sort"
)

// Scope names where a variable gets its value.
type Scope string

// The scopes, highest precedence first. Row is filled per row; Dynamic
// variables ($guid, ...) come last, so that a user's variable of that name wins.
const (
	Local       Scope = "local"
	RowScope    Scope = "row"
	Environment Scope = "environment"
	Collection  Scope = "collection"
	Globals     Scope = "globals"
	Dynamic     Scope = "dynamic"
)

// Variable is one named value of a scope.
type Variable struct {
	Name, Value string
	// Secret values are masked wherever they would be printed or stored.
	Secret bool
	// Kept says that Value is a reference to a secret that is kept elsewhere:
	// Scopes.Fetch gets it when the variable is used.
	Kept bool
	// Literal values are not read for placeholders.
	Literal bool
	// Source says where the value was given, for people: a file, "--env-var".
	Source string
}

// Scopes holds the variables that are known before any row is read. The zero
// value is empty and ready to use.
type Scopes struct {
	byScope map[Scope]map[string]Variable
	// Fetch gets the secret that a Kept variable refers to; its error says what
	// is wrong and what to do. Without it Kept variables have no value.
	Fetch func(v Variable) (string, error)
}

// fixed lists the scopes that Scopes holds, highest precedence first.
func fixed() []Scope { return []Scope{Local, Environment, Collection, Globals} }

// Set gives a variable its value in a scope. A later Set of the same name wins;
// a name that was secret before stays secret.
func (s *Scopes) Set(scope Scope, v Variable) {
	if s.byScope == nil {
		s.byScope = make(map[Scope]map[string]Variable)
	}
	if s.byScope[scope] == nil {
		s.byScope[scope] = make(map[string]Variable)
	}
	if s.byScope[scope][v.Name].Secret {
		v.Secret = true
	}
	s.byScope[scope][v.Name] = v
}

// Unset takes a variable out of a scope.
func (s *Scopes) Unset(scope Scope, name string) { delete(s.byScope[scope], name) }

// Clone returns a copy that can be set without changing s.
func (s *Scopes) Clone() *Scopes {
	c := &Scopes{byScope: make(map[Scope]map[string]Variable, len(s.byScope)), Fetch: s.Fetch}
	for scope, variables := range s.byScope {
		c.byScope[scope] = maps.Clone(variables)
	}
	return c
}

// Lookup returns the variable that name resolves to and its scope, looking in
// the scopes by precedence. Row and dynamic values are not Scopes' business.
func (s *Scopes) Lookup(name string) (Variable, Scope, bool) {
	for _, scope := range fixed() {
		if v, ok := s.byScope[scope][name]; ok {
			return v, scope, true
		}
	}
	return Variable{}, "", false
}

// Names returns every variable name of every scope, sorted.
func (s *Scopes) Names() []string {
	seen := make(map[string]bool)
	for _, scope := range fixed() {
		for name := range s.byScope[scope] {
			seen[name] = true
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Secrets returns the value of every secret variable, in no order; what refers
// to other variables is returned expanded too, as far as it resolves. A value
// that is nothing but a placeholder is itself no secret. Kept ones are not
// fetched for it: what fetches them knows them.
func (s *Scopes) Secrets() []string {
	var values []string
	known := &Scopes{byScope: s.byScope}
	for _, scope := range fixed() {
		for _, v := range s.byScope[scope] {
			if !v.Secret || v.Kept || v.Value == "" {
				continue
			}
			if token.FindString(v.Value) != v.Value {
				values = append(values, v.Value)
			}
			if segs, err := known.Expand(v.Value, Options{}); err == nil {
				if text, ok := segs.Constant(); ok && text != v.Value {
					values = append(values, text)
				}
			}
		}
	}
	return values
}
