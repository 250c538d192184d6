package rowscript

import (
	"encoding/json"
	"fmt"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// row is what scripts know of one row.
type row struct {
	s       *Scripts
	of      batch.Row
	scopes  *script.Scopes
	dynamic int // how many dynamic values scripts have asked for
}

// Begin starts a row. left is what its steps that are done have left.
func (s *Scripts) Begin(of batch.Row, left []batch.StepRecord) (batch.RowScripts, error) {
	shared, _ := s.shared()
	r := &row{s: s, of: of, scopes: &script.Scopes{Data: make(map[string]any, len(s.o.Header))}}
	for _, name := range scopeNames() {
		copied := *scopeOf(shared, name)
		switch name {
		case vars.Local:
			r.scopes.Locals = &copied
		case vars.Environment:
			r.scopes.Environment = &copied
		case vars.Collection:
			r.scopes.Collection = &copied
		case vars.Globals:
			r.scopes.Globals = &copied
		}
	}
	for i, name := range s.o.Header {
		if i < len(of.Cells) && name != "" && !request.Reserved(name) {
			r.scopes.Data[name] = of.Cells[i]
		}
	}
	if n := len(left); n > 0 && len(left[n-1].State) > 0 {
		var list []change
		if err := json.Unmarshal(left[n-1].State, &list); err != nil {
			return nil, fmt.Errorf("what the requests before have set cannot be read from the ledger: %w", err)
		}
		apply(r.scopes, list)
	}
	return r, nil
}

func (r *row) changes() []change {
	shared, _ := r.s.shared()
	return changes(r.scopes, shared)
}

// State is what scripts have set so far, without what is secret: a later run makes
// that anew, or says that it is missing.
func (r *row) State() []byte {
	var kept []change
	for _, c := range r.changes() {
		if text, err := json.Marshal(c.Value); err != nil || collection.SoundsSecret(c.Name) || r.s.o.Mask(string(text)) != string(text) {
			continue
		}
		kept = append(kept, c)
	}
	if len(kept) == 0 {
		return nil
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return nil // every value was written once already
	}
	return text
}

// Secrets are the values that scripts have set under a name that sounds secret.
func (r *row) Secrets() []string {
	var secrets []string
	for _, c := range r.changes() {
		if text, ok := c.Value.(string); ok && text != "" && collection.SoundsSecret(c.Name) {
			secrets = append(secrets, text)
		}
	}
	return secrets
}

// Set gives the values that scripts have set, by name; where several scopes have a name,
// the one that counts.
func (r *row) Set() map[string]any {
	list := r.changes()
	set := make(map[string]any, len(list))
	for _, c := range list {
		if _, there := set[c.Name]; !there && !c.Unset {
			set[c.Name] = c.Value
		}
	}
	return set
}

// value of a dynamic variable: the same on every attempt that asks in the same order.
func (r *row) value(name string) (string, bool) {
	if !vars.IsDynamic(name) {
		return "", false
	}
	const first = 1 << 16 // those before are the request's own
	r.dynamic++
	return vars.DynamicValue(name, r.s.o.Run, r.of.Num, first+r.dynamic), true
}
