package vars

// Definition is one place where a variable gets a value.
type Definition struct {
	Scope Scope
	Variable
}

// Definitions returns every value that a name has in the scopes, the one that
// counts first.
func (s *Scopes) Definitions(name string) []Definition {
	var found []Definition
	for _, scope := range fixed() {
		if v, ok := s.byScope[scope][name]; ok {
			found = append(found, Definition{scope, v})
		}
	}
	return found
}

// Uses returns the names of the placeholders in texts, and of those in the values
// of the variables that they name, each once, in the order in which they come. Of
// a name that is itself put together from placeholders only the parts are known.
func (s *Scopes) Uses(texts ...string) []string {
	var names []string
	seen := make(map[string]bool)
	for len(texts) > 0 {
		text := texts[0]
		texts = texts[1:]
		for _, m := range token.FindAllStringSubmatch(text, -1) {
			name := m[1] + m[2] // one of them is empty
			if seen[name] {
				continue
			}
			seen[name] = true
			names = append(names, name)
			if v, _, ok := s.Lookup(name); ok {
				texts = append(texts, v.Value)
			}
		}
	}
	return names
}
