package rowscript

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// base holds the variables that all rows share, as scripts see them. It is made anew
// when the load's are.
type base struct {
	mu     sync.Mutex
	of     *vars.Scopes
	scopes *script.Scopes
}

// shared gives the variables of the moment. They are not to be changed.
func (s *Scripts) shared() (*script.Scopes, *vars.Scopes) {
	now := s.o.Scopes()
	s.base.mu.Lock()
	defer s.base.mu.Unlock()
	if s.base.of != now {
		s.base.of, s.base.scopes = now, s.sharedBy(now)
	}
	return s.base.scopes, now
}

func (s *Scripts) sharedBy(now *vars.Scopes) *script.Scopes {
	made := &script.Scopes{
		Locals: &script.Scope{}, Globals: &script.Scope{Name: "globals"},
		Environment: &script.Scope{Name: s.o.Environment}, Collection: &script.Scope{Name: s.steps[0].Item.Collection().Name},
	}
	for _, name := range now.Names() {
		for _, d := range now.Definitions(name) {
			scope := scopeOf(made, d.Scope)
			if scope == nil {
				continue
			}
			value := d.Value
			if d.Kept && now.Fetch != nil {
				// One that cannot be fetched is empty, as an unknown one would be; where the
				// request itself needs it, the load was refused.
				value, _ = now.Fetch(d.Variable)
			}
			scope.Values = append(scope.Values, script.Variable{Key: name, Value: value})
		}
	}
	return made
}

func scopeOf(s *script.Scopes, scope vars.Scope) *script.Scope {
	switch scope {
	case vars.Local:
		return s.Locals
	case vars.Environment:
		return s.Environment
	case vars.Collection:
		return s.Collection
	case vars.Globals:
		return s.Globals
	}
	return nil
}

// scopeNames are those that scripts can change, by precedence.
func scopeNames() []vars.Scope {
	return []vars.Scope{vars.Local, vars.Environment, vars.Collection, vars.Globals}
}

// change is a variable that scripts have set (or, without a value, unset) in a row.
type change struct {
	Scope vars.Scope `json:"scope"`
	Name  string     `json:"name"`
	Value any        `json:"value,omitempty"`
	Unset bool       `json:"unset,omitempty"`
}

// changes lists what a row's variables differ in from those of all rows.
func changes(own, shared *script.Scopes) (list []change) {
	for _, name := range scopeNames() {
		a, b := scopeOf(own, name), scopeOf(shared, name)
		if sameValues(a.Values, b.Values) {
			continue
		}
		for _, v := range a.Values {
			if was, ok := b.Get(v.Key); !v.Disabled && (!ok || !equal(was, v.Value)) {
				list = append(list, change{Scope: name, Name: v.Key, Value: v.Value})
			}
		}
		for _, v := range b.Values {
			if _, ok := a.Get(v.Key); !ok {
				list = append(list, change{Scope: name, Name: v.Key, Unset: true})
			}
		}
	}
	return list
}

// sameValues tells whether two lists are one: scripts that change a scope make a new
// list.
func sameValues(a, b []script.Variable) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func equal(a, b any) bool {
	switch a.(type) {
	case nil, bool, float64, string:
		return a == b
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// apply puts changes into variables of a row.
func apply(own *script.Scopes, list []change) {
	for _, c := range list {
		scope := scopeOf(own, c.Scope)
		if scope == nil {
			continue
		}
		values := slices.DeleteFunc(slices.Clone(scope.Values), func(v script.Variable) bool { return v.Key == c.Name })
		if !c.Unset {
			values = append(values, script.Variable{Key: c.Name, Value: c.Value})
		}
		scope.Values = values
	}
}

// resolving gives the variables that a request of the row is resolved with. What
// scripts set is not read for placeholders: it may be a cell, and a spreadsheet must not
// read variables.
func resolving(shared *vars.Scopes, list []change) *vars.Scopes {
	scopes := shared.Clone()
	for _, c := range list {
		if c.Unset {
			scopes.Unset(c.Scope, c.Name)
			continue
		}
		scopes.Set(c.Scope, vars.Variable{Name: c.Name, Value: runner.Text(c.Value), Secret: collection.SoundsSecret(c.Name), Literal: true, Source: "a script"})
	}
	return scopes
}
