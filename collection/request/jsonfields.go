package request

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// member is what is known of one member of a raw JSON body.
type member struct {
	there bool
	field *Field // nil when its value cannot be told
	near  string // of one that is not there: a member whose name is almost the same
}

// Member looks for a member of the raw JSON body, one of Options.KnownFields, such
// as fields.Name or fields.0.Name; a number stands for a place in a list. there is
// false when the body has no such member. The field is nil when it has none, and
// when its value cannot be told before the request is filled: a list, an object, or
// text that is made in a way that is not understood here.
func (t *Template) Member(path string) (f *Field, there bool) {
	m, known := t.members[path]
	return m.field, !known || m.there
}

// NearMember returns the path of a member that is written almost like one of
// Options.KnownFields that the body does not have.
func (t *Template) NearMember(path string) (near string, ok bool) {
	near = t.members[path].near
	return near, near != ""
}

// jsonMembers finds the known fields in the text of a raw JSON body. A body that is
// no JSON, or that only becomes JSON once it is filled, leaves all of them unknown.
func (c *compiler) jsonMembers(text string) {
	shape := jsonShape(text)
	if len(c.o.KnownFields) == 0 || !gjson.Valid(shape) {
		return
	}
	c.t.members = make(map[string]member, len(c.o.KnownFields))
	for _, path := range c.o.KnownFields {
		if m, known := c.jsonMember(text, shape, path); known {
			c.t.members[path] = m
		}
	}
}

// jsonMember finds one member. known is false when a placeholder stands where the
// body would tell whether it is there.
func (c *compiler) jsonMember(text, shape, path string) (m member, known bool) {
	at := gjson.Parse(shape)
	at.Index = strings.Index(shape, at.Raw)
	parts := strings.Split(path, ".")
	for i, part := range parts {
		next, open := step(text, at, part)
		switch {
		case open:
			return member{}, false
		case !next.Exists() && i == len(parts)-1:
			return member{near: nearKey(at, parts)}, true
		case !next.Exists():
			return member{}, true
		}
		at = next
	}
	return member{there: true, field: c.memberField(text[at.Index:at.Index+len(at.Raw)], path, at)}, true
}

// step goes to one member of an object or place in a list. open says that a
// placeholder is or could be what is looked for: as the value itself, as a member's
// name; or that the name is there twice.
func step(text string, in gjson.Result, part string) (found gjson.Result, open bool) {
	if vars.HasPlaceholder(text[in.Index:in.Index+len(in.Raw)]) && !in.IsObject() && !in.IsArray() {
		return found, true
	}
	place, err := strconv.Atoi(part)
	i := 0
	in.ForEach(func(key, value gjson.Result) bool {
		hit := in.IsObject() && key.Str == part || in.IsArray() && err == nil && i == place
		i++
		switch {
		case in.IsObject() && vars.HasPlaceholder(text[key.Index:key.Index+len(key.Raw)]):
			open = true
		case hit && found.Exists():
			open = true
		case hit && (in.IsObject() || in.IsArray()):
			found = value
		}
		return true
	})
	return found, open
}

// nearKey returns the path of the member of an object whose name is nearest to the
// last part, "" when none is near.
func nearKey(in gjson.Result, parts []string) string {
	if !in.IsObject() {
		return ""
	}
	var keys []string
	in.ForEach(func(key, _ gjson.Result) bool {
		keys = append(keys, key.Str)
		return true
	})
	last := len(parts) - 1
	near, ok := collection.Nearest(parts[last], keys)
	if !ok {
		return ""
	}
	return strings.Join(append(slices.Clone(parts[:last]), near), ".")
}

// memberField makes a field of a member's text, so that its value can be had for a
// row; nil when it cannot. The body itself was expanded before, so nothing is
// reported or counted here.
func (c *compiler) memberField(raw, path string, at gjson.Result) *Field {
	f := &Field{Name: path, In: "JSON"}
	has := vars.HasPlaceholder(raw)
	switch {
	case at.IsObject() || at.IsArray():
		return nil
	case !has && at.Type == gjson.Null:
		raw = ""
	case !has && at.Type == gjson.String:
		raw = gjson.Parse(raw).Str
	case !has: // a number, true or false: as it is written
	case at.Type != gjson.String:
		return nil // what is filled in may be JSON of any kind
	default:
		raw = raw[1 : len(raw)-1]
	}
	if !has {
		f.ops = compileOps(vars.Segments{{Text: raw}}, plain, "body", nil)
		return f
	}
	occurrence := 0
	segs, err := c.o.Scopes.Expand(raw, vars.Options{Occurrence: &occurrence, Column: func(name string) (int, bool) {
		if mapped, given := c.o.Map[name]; given {
			name = mapped
		}
		i, ok := c.column[name]
		return i, ok
	}})
	if err != nil {
		return nil // the body's own problem says so
	}
	for _, s := range segs {
		// A dynamic variable has its value where it stands in the body, and text with
		// escapes, also a variable's, is not what it stands for.
		if s.Kind != vars.Literal && s.Kind != vars.Column || strings.ContainsAny(s.Text, `\"`) {
			return nil
		}
	}
	f.Column = c.columnOf(segs)
	f.ops = compileOps(segs, plain, "body", nil)
	return f
}
