package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// Positions of column slots that are no column of the data file.
const (
	packIndex = -1 // to be filled with packed columns
	noColumn  = -2 // Map names a column that does not exist; always empty
)

// checkMap reports the columns in Map that the data file does not have.
func (c *compiler) checkMap() {
	for _, name := range slices.Sorted(maps.Keys(c.o.Map)) {
		if _, ok := c.column[c.o.Map[name]]; !ok {
			c.problem("--map "+name, c.missingColumn(c.o.Map[name]))
			c.targets[name] = true
		}
	}
}

func (c *compiler) missingColumn(name string) error {
	columns := c.usableColumns()
	if near, ok := collection.Nearest(name, columns); ok {
		return fmt.Errorf("the data file has no column %q; did you mean %q?", name, near)
	}
	if len(columns) == 0 {
		return fmt.Errorf("the data file has no column %q, nor any other", name)
	}
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = fmt.Sprintf("%q", column)
	}
	return fmt.Errorf("the data file has no column %q; it has %s", name, strings.Join(quoted, ", "))
}

// override returns what Set, Map or Pack gives to a field, nil when they say
// nothing of it.
func (c *compiler) override(name, where string) vars.Segments {
	if value, ok := c.o.Set[name]; ok {
		c.targets[name] = true
		// An empty value is a value: not nil.
		return append(vars.Segments{}, c.text(value, where, true, c.jsonField[name])...)
	}
	if column, ok := c.o.Map[name]; ok {
		c.targets[name] = true
		i, ok := c.column[column]
		if !ok {
			i = noColumn
		} else {
			c.use(i, where)
		}
		return vars.Segments{{Kind: vars.Column, Name: column, Index: i, Context: c.fieldContext(name)}}
	}
	if _, ok := c.o.Pack[name]; ok {
		c.targets[name] = true
		return vars.Segments{{Kind: vars.Column, Name: name, Index: packIndex}}
	}
	return nil
}

// wanted reports whether Map, Set or Pack names the field.
func (c *compiler) wanted(name string) bool {
	_, mapped := c.o.Map[name]
	_, set := c.o.Set[name]
	_, packs := c.o.Pack[name]
	return mapped || set || packs
}

// sent says which of n parameters are sent: the enabled ones, and the first
// disabled one of a key that the job fills and that none enabled has.
func (c *compiler) sent(n int, at func(i int) (key string, disabled bool)) []bool {
	sent := make([]bool, n)
	has := make(map[string]bool)
	for i := range n {
		key, disabled := at(i)
		sent[i] = !disabled
		has[key] = has[key] || !disabled
	}
	for i := range n {
		if key, _ := at(i); !has[key] && c.wanted(key) {
			sent[i], has[key] = true, true
		}
	}
	return sent
}

func (c *compiler) fieldContext(name string) vars.Context {
	if c.jsonField[name] {
		return vars.JSONValue
	}
	return vars.Plain
}

// bindField returns the value that the job or a column of the field's own name
// gives to it, nil to keep the request's own. free says that the request's own
// value has no placeholder.
func (c *compiler) bindField(f *Field, free bool) vars.Segments {
	where := f.In + " field " + f.Name
	segs := c.override(f.Name, where)
	if segs == nil && free {
		if i, ok := c.column[f.Name]; ok {
			c.use(i, where)
			segs = vars.Segments{{Kind: vars.Column, Name: f.Name, Index: i, Context: c.fieldContext(f.Name)}}
		}
	}
	f.Column = c.columnOf(segs)
	return segs
}

// columnOf returns the header of the column that is the whole value, "" when
// none is.
func (c *compiler) columnOf(segs vars.Segments) string {
	if len(segs) == 1 && segs[0].Kind == vars.Column && segs[0].Index >= 0 {
		return c.o.Columns[segs[0].Index]
	}
	return ""
}

// missingTargets returns the keys of Map, Set and Pack that the request has no
// place for yet, sorted.
func (c *compiler) missingTargets() []string {
	var missing []string
	missing = slices.AppendSeq(missing, maps.Keys(c.o.Set))
	missing = slices.AppendSeq(missing, maps.Keys(c.o.Map))
	missing = slices.AppendSeq(missing, maps.Keys(c.o.Pack))
	slices.Sort(missing)
	missing = slices.Compact(missing)
	return slices.DeleteFunc(missing, func(name string) bool { return c.targets[name] })
}

// checkTargets reports names in Map, Set and Pack that the request does not have.
func (c *compiler) checkTargets() {
	if c.o.Shared {
		c.t.Missing = c.missingTargets()
		return
	}
	for _, name := range c.missingTargets() {
		flag, what := "--map", "field or placeholder"
		if _, ok := c.o.Set[name]; ok {
			flag, what = "--set", "field"
		} else if _, ok := c.o.Pack[name]; ok {
			flag, what = "--pack", "field"
		}
		c.problem(flag+" "+name, c.missingTarget(name, what))
	}
}

func (c *compiler) missingTarget(name, what string) error {
	if m := c.t.members[name]; m.there {
		return fmt.Errorf("the field %q is part of the raw JSON body, which is sent as it is written: put a placeholder such as {{%s}} there", name, name)
	}
	if slices.Contains(c.o.KnownFields, name) && !c.t.Pruned {
		return fmt.Errorf("the field %q can only be added to a request with a form-data or x-www-form-urlencoded body: choose such a body in the request", name)
	}
	if c.t.Pruned {
		return fmt.Errorf("%s is sent without its body, as in Postman, and elsewhere the request has no %s %q: use another method, or set disableBodyPruning in the request's protocolProfileBehavior", c.t.Method, what, name)
	}
	known := slices.Concat(c.o.KnownFields, c.pathVariables)
	for _, f := range c.t.fields {
		known = append(known, f.Name)
	}
	if near, ok := collection.Nearest(name, known); ok {
		return fmt.Errorf("the request has no %s %q; did you mean %q?", what, name, near)
	}
	if what == "field" {
		return fmt.Errorf("the request has no field %q; to give a variable a value, use --env-var", name)
	}
	return fmt.Errorf("the request has no %s %q", what, name)
}

// packColumns fills every packed field, now that it is known which columns
// nothing else uses.
func (c *compiler) packColumns() {
	packs := make(map[string][]packed, len(c.o.Pack))
	free := "" // the field that takes all unused columns
	for _, name := range slices.Sorted(maps.Keys(c.o.Pack)) {
		packs[name] = []packed{}
		if len(c.o.Pack[name]) > 0 {
			packs[name] = c.packListed(name)
			continue
		}
		if free != "" {
			c.problem("--pack "+name, fmt.Errorf("%q takes all unused columns already; list the columns: --pack %s=COL,COL", free, name))
			continue
		}
		free = name
	}
	if free != "" {
		for _, column := range c.usableColumns() {
			if i := c.column[column]; len(c.uses[i]) == 0 {
				packs[free] = append(packs[free], c.packOne(free, column))
			}
		}
	}
	c.eachOp(func(o *op) {
		if o.kind == vars.Column && o.index == packIndex {
			o.pack = packs[o.name]
		}
	})
}

// packListed returns the members that a list of columns makes; a column that is
// listed twice is one member, because a JSON object has each key once.
func (c *compiler) packListed(name string) []packed {
	members := []packed{}
	seen := make(map[string]bool)
	for _, column := range c.o.Pack[name] {
		if _, ok := c.column[column]; !ok {
			c.problem("--pack "+name, c.missingColumn(column))
			continue
		}
		if !seen[column] {
			members = append(members, c.packOne(name, column))
		}
		seen[column] = true
	}
	return members
}

func (c *compiler) packOne(name, column string) packed {
	i := c.column[column]
	c.use(i, "JSON object in field "+name)
	return packed{key: vars.EscapeJSON(column), column: i}
}

// eachOp visits every op of the template that can hold a packed field.
func (c *compiler) eachOp(visit func(*op)) {
	each := func(ops []op) {
		for i := range ops {
			visit(&ops[i])
		}
	}
	each(c.t.body.ops)
	for i := range c.t.fields {
		each(c.t.fields[i].ops)
	}
	c.t.url.each(each)
}
