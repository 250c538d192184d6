package script

import (
	"maps"
	"math"
	"slices"

	"github.com/dop251/goja"
)

// scope is a set of variables as variables.js takes it.
func (s *Sandbox) scope(name string) goja.Value {
	scopes := s.now.Scopes
	o := s.vm.NewObject()
	if name == "data" {
		list := make([]any, 0, len(scopes.Data))
		for _, key := range slices.Sorted(maps.Keys(scopes.Data)) {
			list = append(list, s.variable(Variable{Key: key, Value: scopes.Data[key]}))
		}
		_ = o.Set("values", s.vm.NewArray(list...))
		return o
	}
	scope := s.scopeOf(name)
	if scope == nil {
		scope = &Scope{}
	}
	list := make([]any, len(scope.Values))
	for i, v := range scope.Values {
		list[i] = s.variable(v)
	}
	_ = o.Set("id", scope.ID)
	_ = o.Set("name", scope.Name)
	_ = o.Set("values", s.vm.NewArray(list...))
	return o
}

// scopeOf gives a scope that scripts can change; it may be nil.
func (s *Sandbox) scopeOf(name string) *Scope {
	switch name {
	case "globals":
		return s.now.Scopes.Globals
	case "environment":
		return s.now.Scopes.Environment
	case "collection":
		return s.now.Scopes.Collection
	case "locals":
		return s.now.Scopes.Locals
	}
	return nil
}

func (s *Sandbox) variable(v Variable) goja.Value {
	o := s.vm.NewObject()
	_ = o.Set("key", v.Key)
	_ = o.Set("value", s.native(v.Value))
	if v.Type != "" {
		_ = o.Set("type", v.Type)
	}
	if v.Disabled {
		_ = o.Set("disabled", true)
	}
	return o
}

// native makes JavaScript's own values of what JSON can hold.
func (s *Sandbox) native(value any) goja.Value {
	switch v := value.(type) {
	case nil:
		return goja.Null()
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = s.native(element)
		}
		return s.vm.NewArray(list...)
	case map[string]any:
		o := s.vm.NewObject()
		for _, key := range slices.Sorted(maps.Keys(v)) {
			_ = o.Set(key, s.native(v[key]))
		}
		return o
	}
	return s.vm.ToValue(value)
}

// variablesOf reads variables back.
func variablesOf(list goja.Value) []Variable {
	exported, _ := list.Export().([]any)
	variables := make([]Variable, 0, len(exported))
	for _, element := range exported {
		entry, ok := element.(map[string]any)
		if !ok {
			continue
		}
		v := Variable{Value: plain(entry["value"], 0)}
		v.Key, _ = entry["key"].(string)
		v.Type, _ = entry["type"].(string)
		v.Disabled, _ = entry["disabled"].(bool)
		variables = append(variables, v)
	}
	return variables
}

// mostDepth bounds values that hold themselves.
const mostDepth = 200

// plain makes what JSON can hold of an exported value; functions become nil.
func plain(value any, depth int) any {
	if depth > mostDepth {
		return nil
	}
	switch v := value.(type) {
	case nil, bool, string:
		return v
	case int64:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = plain(element, depth+1)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, element := range v {
			object[key] = plain(element, depth+1)
		}
		return object
	case interface{ String() string }:
		return v.String()
	}
	return nil
}
