// Package textform has what the formats share whose files people write by hand: names
// of variables, and the notes about what such files have no place for.
package textform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

// Losses notes what of a request is left out by every such format: what is disabled,
// descriptions of single fields, saved answers, and behaviours other than those named in known. Known may
// also have "headers", when disabled headers are the format's own business.
func Losses(item *collection.Item, notes *convert.Notes, known ...string) {
	parts(item, notes, false, slices.Contains(known, "headers"))
	if n := len(item.Raw.Get("response").Array()); n > 0 {
		notes.Add(item, "saved answers", fmt.Sprintf("left out (%d)", n))
	}
	Behaviors(item, notes, known...)
}

// Parts notes the headers, parameters and fields that are disabled, and the descriptions of
// the others unless the format has a place for them.
func Parts(item *collection.Item, notes *convert.Notes, described bool) {
	parts(item, notes, described, false)
}

// parts is Parts; commented says that headers which are disabled are written as comments.
func parts(item *collection.Item, notes *convert.Notes, described, commented bool) {
	r := item.Request()
	disabled := func(field string, off bool, description string) {
		switch {
		case off:
			notes.Add(item, field, "left out: it is disabled")
		case description != "" && !described:
			notes.Add(item, field, "its description is left out")
		}
	}
	for _, h := range r.Headers {
		if !h.Disabled || !commented {
			disabled("header "+h.Key, h.Disabled, h.Description)
		}
	}
	for _, q := range r.URL.Query {
		disabled("query parameter "+q.Key, q.Disabled, q.Description)
	}
	if r.Body != nil {
		if r.Body.Disabled {
			notes.Add(item, "body", "left out: it is disabled")
		}
		for _, p := range r.Body.Params {
			disabled("field "+p.Key, p.Disabled, p.Description)
			if p.Type == "file" && len(p.Src) == 0 && !p.Disabled {
				notes.Add(item, "field "+p.Key, "left out: no file is chosen")
			}
		}
	}
}

// Behaviors notes the behaviours of a request that a format has no place for: all but
// those in known.
func Behaviors(item *collection.Item, notes *convert.Notes, known ...string) {
	for _, name := range item.BehaviorNames() {
		if !slices.Contains(known, name) && name != "disableBodyPruning" && name != "disableUrlEncoding" {
			notes.Add(item, "protocolProfileBehavior "+name, "left out")
		}
	}
}

// Secrets notes that a value which looks like a secret stands in the output.
func Secrets(c *collection.Collection, output string, notes *convert.Notes) {
	for _, s := range c.Secrets() {
		if strings.Contains(output, s) {
			notes.Add(nil, "secret", "a value that looks like a secret stands in the requests, and so in the output: make it a variable of type secret")
			return
		}
	}
}

// Variable is a variable that is written.
type Variable struct {
	Name, Value string
	// Secret variables have no Value unless secrets are asked for.
	Secret      bool
	Environment bool
}

// Variables gives the variables that o has, sorted by name. Values of secrets are
// left out unless o asks for them.
func Variables(o convert.Options, notes *convert.Notes) ([]Variable, error) {
	if o.Scopes == nil {
		return nil, nil
	}
	var list []Variable
	for _, name := range o.Scopes.Names() {
		v, scope, ok := o.Scopes.Lookup(name)
		if !ok {
			continue
		}
		out := Variable{name, v.Value, v.Secret || v.Kept || collection.SoundsSecret(name) && !placeholderOnly.MatchString(v.Value), scope == vars.Environment}
		switch {
		case out.Secret && !o.WithSecrets:
			if v.Value != "" {
				notes.Add(nil, "variable "+name, "its value is left out: it is a secret")
			}
			out.Value = ""
		case v.Kept && o.Scopes.Fetch != nil:
			value, err := o.Scopes.Fetch(v)
			if err != nil {
				return nil, err
			}
			out.Value = value
		}
		list = append(list, out)
	}
	return list, nil
}

var (
	placeholderOnly = regexp.MustCompile(`^(\{\{[^{}]+\}\})*$`)
	placeholder     = regexp.MustCompile(`\{\{([^{}]+)\}\}|<<([^<>\s]+)>>`)
	badInName       = regexp.MustCompile(`[^A-Za-z0-9_-]`)
)

// Names turns the names of variables into such as a format can hold, each into one of
// its own.
type Names struct {
	Dynamic map[string]string // what the format calls Postman's own variables, by name ("$guid")
	Notes   *convert.Notes
	// Bad matches the characters that a name cannot have; nil for those that are neither
	// letters nor digits, _ or -, and digits and - at the start.
	Bad   *regexp.Regexp
	made  map[string]string
	taken map[string]bool
}

// Name gives the name that a variable has in the format.
func (n *Names) Name(name string) string {
	name = strings.TrimSpace(name)
	if made, ok := n.made[name]; ok {
		return made
	}
	bad := n.Bad
	if bad == nil {
		bad = badInName
	}
	made := bad.ReplaceAllString(name, "_")
	if made == "" || n.Bad == nil && (made[0] >= '0' && made[0] <= '9' || made[0] == '-') {
		made = "_" + made
	}
	if n.made == nil {
		n.made, n.taken = make(map[string]string), make(map[string]bool)
	}
	for base, i := made, 2; n.taken[made]; i++ {
		made = fmt.Sprintf("%s_%d", base, i)
	}
	n.made[name], n.taken[made] = made, true
	if made != name {
		n.Notes.Add(nil, "variable "+name, "is called "+made)
	}
	return made
}

// Text rewrites the placeholders of a text of item.
func (n *Names) Text(item *collection.Item, text string) string {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "<<") {
		return text // as most are, and long ones
	}
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-2])
		if !strings.HasPrefix(name, "$") {
			return "{{" + n.Name(name) + "}}"
		}
		known, ok := n.Dynamic[name]
		if !ok {
			n.Notes.Add(item, "variable "+name, "stays as it is, but the format does not know it: give it a value")
			return "{{" + n.Name(name[1:]) + "}}"
		}
		return "{{" + known + "}}"
	})
}

// HasPlaceholder says whether a text has a placeholder.
func HasPlaceholder(text string) bool { return placeholder.MatchString(text) }
