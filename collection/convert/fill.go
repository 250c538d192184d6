package convert

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
)

// Filler puts the values of variables in the place of their placeholders, for formats
// without variables. Secrets stay placeholders, unless they are asked for, and so does
// what has no value.
type Filler struct {
	o     *Options
	count int // of values that were put in
	// Left are the names of the placeholders that stayed, sorted.
	Left []string
}

// NewFiller makes a Filler of the variables that o has.
func NewFiller(o *Options) *Filler { return &Filler{o: o} }

// maxFill bounds how deep values may name each other, maxFills how many are put into one
// text.
const (
	maxFill  = 16
	maxFills = 10_000
)

var (
	fillable         = regexp.MustCompile(`\{\{([^{}]+)\}\}|<<([^<>{}\r\n]+)>>`)
	placeholdersOnly = regexp.MustCompile(`^(?:\{\{[^{}]+\}\}|<<[^<>{}\r\n]+>>)*$`)
)

// Text fills in a text.
func (f *Filler) Text(text string) string {
	left := maxFills
	return f.text(text, maxFill, &left)
}

func (f *Filler) text(text string, depth int, left *int) string {
	return fillable.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-2])
		value, ok := f.value(name)
		if *left--; !ok || depth == 0 || *left < 0 {
			if i, there := slices.BinarySearch(f.Left, name); !there {
				f.Left = slices.Insert(f.Left, i, name)
			}
			return "{{" + name + "}}"
		}
		f.count++
		return f.text(value, depth-1, left)
	})
}

func (f *Filler) value(name string) (string, bool) {
	if f.o.Scopes == nil {
		return "", false
	}
	v, _, ok := f.o.Scopes.Lookup(name)
	if !ok || v.Value == "" {
		return "", false
	}
	// A value that is nothing but others is as secret as they are.
	if secret := v.Secret || v.Kept || collection.SoundsSecret(name) && !placeholdersOnly.MatchString(v.Value); secret && !f.o.WithSecrets {
		return "", false
	}
	if v.Kept {
		if f.o.Scopes.Fetch == nil {
			return "", false
		}
		value, err := f.o.Scopes.Fetch(v)
		return value, err == nil
	}
	return v.Value, true
}

// item gives an item like the given one with the request filled in, and the auth that is
// in force for it.
func (f *Filler) item(item *collection.Item) (*collection.Item, *collection.Auth) {
	auth, _ := item.Auth()
	if auth != nil {
		filled := &collection.Auth{Type: auth.Type}
		for _, p := range auth.Params {
			filled.Params = append(filled.Params, collection.AuthParam{Key: p.Key, Value: f.Text(p.Value)})
		}
		auth = filled
	}
	dec := json.NewDecoder(bytes.NewReader(item.RequestJSON()))
	dec.UseNumber()
	var tree any
	if dec.Decode(&tree) != nil {
		return item, auth
	}
	before := f.count
	tree = f.tree(tree)
	if f.count == before {
		return item, auth
	}
	text, err := marshal(tree)
	if err != nil {
		return item, auth
	}
	filled, err := item.WithRequest(text)
	if err != nil {
		return item, auth
	}
	return filled, auth
}

func (f *Filler) tree(node any) any {
	switch n := node.(type) {
	case string:
		return f.Text(n)
	case []any:
		for i := range n {
			n[i] = f.tree(n[i])
		}
	case map[string]any:
		for k, v := range n {
			if k != "description" {
				n[k] = f.tree(v)
			}
		}
	}
	return node
}
