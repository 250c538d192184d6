package request

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// Compile resolves everything of a request that does not depend on a row. What
// is wrong with it is in Problems of the result.
func Compile(item *collection.Item, o Options) *Template {
	if o.Scopes == nil {
		o.Scopes = &vars.Scopes{}
	}
	c := &compiler{
		o: o,
		t: &Template{run: o.Run, byName: make(map[string]int)},
	}
	c.behavior = item.Behavior()
	c.columns()
	c.checkMap()
	req := item.Request()
	c.method(req.Method)
	c.t.url = c.compileURL(req.URL)
	c.compileBody(req.Body, req.Headers)
	c.compileHeaders(req.Headers)
	c.compileAuth(item.Auth())
	c.checkTargets()
	c.packColumns()
	c.checkList()
	c.finish()
	return c.t
}

// compiler carries what the steps of Compile share.
type compiler struct {
	o          Options
	t          *Template
	column     map[string]int // header -> position
	uses       map[int][]string
	occurrence int
	targets    map[string]bool // keys of Map, Set and Pack that found their place
	jsonField  map[string]bool
	// ownQuery are the query's parameters with a placeholder of their own.
	ownQuery      map[string]bool
	pathVariables []string
	behavior      collection.Behavior
}

func (c *compiler) columns() {
	c.column = make(map[string]int, len(c.o.Columns))
	c.uses = make(map[int][]string)
	c.targets = make(map[string]bool)
	c.jsonField = make(map[string]bool)
	for i, name := range c.o.Columns {
		if _, twice := c.column[name]; !twice && (c.o.Results || !Reserved(name)) && name != "" {
			c.column[name] = i
		}
	}
	for _, f := range c.o.JSONFields {
		c.jsonField[f] = true
	}
}

func (c *compiler) problem(where string, err error) {
	c.t.Problems = append(c.t.Problems, Problem{Where: where, Err: err})
}

// text expands a text of the request; open says that cells may go there. A text
// that does not resolve is reported and kept as it stands.
func (c *compiler) text(text, where string, open, json bool) vars.Segments {
	if c.o.Literal {
		if text == "" {
			return nil
		}
		return vars.Segments{{Text: strings.ReplaceAll(text, "\x00", "")}}
	}
	o := vars.Options{JSON: json, Occurrence: &c.occurrence}
	o.Column = func(name string) (int, bool) {
		i, ok := c.column[name]
		ok = ok && open
		if mapped, given := c.o.Map[name]; given {
			c.targets[name] = true
			if i, ok = c.column[mapped]; !ok {
				return noColumn, true // reported already
			}
		}
		if ok {
			c.use(i, fmt.Sprintf("{{%s}} in %s", name, where))
		}
		return i, ok
	}
	if c.o.Late != nil {
		o.Late = func(name string) bool {
			late := c.o.Late(name)
			if late && !slices.Contains(c.t.Late, name) {
				c.t.Late = append(c.t.Late, name)
			}
			return late
		}
	}
	if !open {
		o.Forbidden = func(name string) string {
			if _, ok := c.column[name]; !ok {
				return ""
			}
			return fmt.Sprintf("the data file has a column %q, but a spreadsheet must not decide on the %s; set the variable in the environment, or allow it with --map %q=%q", name, where, name, name)
		}
	}
	segs, err := c.o.Scopes.Expand(text, o)
	if err != nil {
		var unresolved *vars.UnresolvedError
		if errors.As(err, &unresolved) && unresolved.Hint == "" {
			unresolved.Nearest, _ = collection.Nearest(unresolved.Name, append(c.o.Scopes.Names(), c.usableColumns()...))
		}
		c.problem(where, err)
		return vars.Segments{{Text: strings.ReplaceAll(text, "\x00", "")}}
	}
	return segs
}

// usableColumns returns the headers that can be bound, in order.
func (c *compiler) usableColumns() []string {
	var names []string
	for i, name := range c.o.Columns {
		if first, ok := c.column[name]; ok && first == i {
			names = append(names, name)
		}
	}
	return names
}

func (c *compiler) use(column int, target string) {
	for _, t := range c.uses[column] {
		if t == target {
			return
		}
	}
	c.uses[column] = append(c.uses[column], target)
}

func (c *compiler) method(m string) {
	before := len(c.t.Problems)
	segs := c.text(m, "method", false, false)
	c.t.Method, _ = segs.Constant()
	c.t.Method = strings.ToUpper(c.t.Method)
	if !isToken(c.t.Method) && len(c.t.Problems) == before {
		c.problem("method", fmt.Errorf("%q is not an HTTP method", c.t.Method))
	}
}

func (c *compiler) addField(f Field) {
	if _, twice := c.t.byName[f.Name]; !twice {
		c.t.byName[f.Name] = len(c.t.fields)
	}
	c.t.fields = append(c.t.fields, f)
}

// removeFields takes fields back that are not sent after all.
func (c *compiler) removeFields(drop func(*Field) bool) {
	fields := c.t.fields
	c.t.fields = nil
	clear(c.t.byName)
	for _, f := range fields {
		if !drop(&f) {
			c.addField(f)
		}
	}
}

// finish collects what callers ask of the template.
func (c *compiler) finish() {
	for _, name := range c.usableColumns() {
		c.t.uses = append(c.t.uses, Use{Column: name, Targets: c.uses[c.column[name]]})
	}
	secret := func(ops []op) {
		for i := range ops {
			if ops[i].secret {
				c.secret(ops[i].lit) // as it is written there
			}
		}
	}
	for i := range c.t.headers {
		secret(c.t.headers[i].ops)
	}
	// A secret base URL is cut into pieces. Host and values can turn up alone in
	// messages; scheme and path segments are words that have to stay readable.
	secret(c.t.url.host)
	for _, q := range c.t.url.query {
		secret(q.value)
	}
	c.t.constant = c.t.prepare()
}

// secret notes a value that has to be masked. A placeholder that did not resolve
// is none: the message about it has to name it.
func (c *compiler) secret(value string) {
	if value != "" && !vars.HasPlaceholder(value) && !slices.Contains(c.t.secrets, value) {
		c.t.secrets = append(c.t.secrets, value)
	}
}
