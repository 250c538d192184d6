package runner

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

// Text is what a variable's value is in a text, as JavaScript writes it.
func Text(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return numberText(v)
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			if element != nil {
				parts[i] = Text(element)
			}
		}
		return strings.Join(parts, ",")
	case map[string]any:
		return "[object Object]"
	}
	text, _ := json.Marshal(value)
	return string(text)
}

func numberText(n float64) string {
	switch {
	case math.IsNaN(n):
		return "NaN"
	case math.IsInf(n, 1):
		return "Infinity"
	case math.IsInf(n, -1):
		return "-Infinity"
	case n == 0:
		return "0"
	}
	if size := math.Abs(n); size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	text := strconv.FormatFloat(n, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	sign, digits := exponent[:1], strings.TrimLeft(exponent[1:], "0")
	return mantissa + "e" + sign + digits
}

// NewScope makes a scope of the variables of a file; with none it is empty.
func NewScope(id, name string, variables []collection.Variable) *script.Scope {
	s := &script.Scope{ID: id, Name: name}
	for _, v := range variables {
		s.Values = append(s.Values, script.Variable{Key: v.Key, Value: valueOf(v), Type: v.Type, Disabled: v.Disabled})
	}
	return s
}

// valueOf gives a variable's value the type that the file says it has, as Postman does:
// a boolean is true for every text but the empty one.
func valueOf(v collection.Variable) any {
	switch v.Type {
	case "number":
		if n, err := strconv.ParseFloat(strings.TrimSpace(v.Value), 64); err == nil {
			return n
		}
	case "boolean":
		return v.Value != ""
	}
	return v.Value
}

// cloneScope copies a scope, deep enough that neither changes the other.
func cloneScope(s *script.Scope) *script.Scope {
	if s == nil {
		return &script.Scope{}
	}
	c := &script.Scope{ID: s.ID, Name: s.Name, Values: make([]script.Variable, len(s.Values))}
	for i, v := range s.Values {
		v.Value = cloneValue(v.Value)
		c.Values[i] = v
	}
	return c
}

func cloneValue(value any) any {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = cloneValue(v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key := range v {
			object[key] = cloneValue(v[key])
		}
		return object
	}
	return value
}
