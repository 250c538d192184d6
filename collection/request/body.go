package request

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// body is the compiled body: ops in order, with files between them.
type body struct {
	ops []op
	// files are what comes from files; each stands before the op of its position.
	files       []filePart
	contentType string
	// typed says that the media type is that of the row's file.
	typed    bool
	boundary string
	list     *list // nil when a request carries one row
}

func (c *compiler) compileBody(b *collection.Body, headers []collection.Header) {
	if b == nil || b.Disabled {
		return
	}
	if !c.behavior.DisableBodyPruning && WithoutBody(c.t.Method) {
		c.t.Pruned = true
		return
	}
	switch b.Mode {
	case collection.ModeFormData:
		c.formData(b.Params)
	case collection.ModeURLEncoded:
		c.urlEncoded(b.Params)
	case collection.ModeRaw, "":
		if b.Raw != "" { // as in Postman, an empty body is none
			c.t.Mode = collection.ModeRaw
			c.raw(b, headers)
		}
	case collection.ModeFile:
		c.t.Mode = b.Mode
		c.fileBody(b.File)
	case collection.ModeGraphQL:
		c.t.Mode = b.Mode
		c.graphQL(b.GraphQL)
	default:
		c.t.Mode = b.Mode
		c.problem("body", fmt.Errorf("the body mode %q is not supported; use form-data, x-www-form-urlencoded, raw, file or GraphQL", b.Mode))
	}
}

// WithoutBody reports whether Postman sends requests of that method without
// their body.
func WithoutBody(method string) bool {
	switch strings.ToUpper(method) {
	case "GET", "COPY", "HEAD", "PURGE", "UNLOCK":
		return true
	}
	return false
}

// eachParam visits the parameters to send, in order: enabled ones, disabled ones
// that the job fills, and at last known ones that the job adds.
func (c *compiler) eachParam(params []collection.Param, visit func(collection.Param)) {
	has := make(map[string]bool)
	sent := c.sent(len(params), func(i int) (string, bool) { return params[i].Key, params[i].Disabled })
	for i, p := range params {
		has[p.Key] = true
		if sent[i] {
			visit(p)
		}
	}
	for _, name := range c.o.KnownFields {
		// What found its place in the query or as a placeholder is not added.
		if !has[name] && c.wanted(name) && !c.targets[name] {
			added := collection.Param{Key: name, Type: "text"}
			if slices.Contains(c.o.FileFields, name) {
				added.Type = "file"
			}
			visit(added)
		}
	}
}

// field expands one text parameter's key and value, and binds the value.
func (c *compiler) field(p collection.Param, in string) (f Field, key, value vars.Segments) {
	key = c.text(p.Key, in+" key", false, false)
	name, constant := key.Constant()
	if !constant {
		name = p.Key
	}
	f = Field{Name: name, In: in}
	value = c.bindField(&f, !vars.HasPlaceholder(p.Value))
	if value == nil {
		value = c.text(p.Value, in+" field "+name, true, c.jsonField[name])
		f.Column = c.columnOf(value)
		f.Sample = p.Value != "" && !vars.HasPlaceholder(p.Value)
	}
	f.ops = compileOps(value, plain, in+" field "+name, nil)
	markField(f.ops)
	return f, key, value
}

// markField marks a slot that is the whole value of a field.
func markField(ops []op) {
	if len(ops) == 1 {
		ops[0].isField = true
	}
}

func (c *compiler) urlEncoded(params []collection.Param) {
	b := &c.t.body
	lit := func(text string) { b.ops = append(b.ops, op{kind: vars.Literal, lit: text}) }
	c.eachParam(params, func(p collection.Param) {
		f, key, value := c.field(p, "urlencoded")
		if len(b.ops) > 0 {
			lit("&")
		}
		b.ops = append(b.ops, compileOps(key, formValue, "urlencoded key", percent)...)
		lit("=")
		ops := compileOps(value, formValue, "urlencoded field "+f.Name, percent)
		markField(ops)
		b.ops = append(b.ops, ops...)
		c.addField(f)
	})
	if len(b.ops) > 0 { // without any field there is no body
		c.t.Mode, b.contentType = collection.ModeURLEncoded, "application/x-www-form-urlencoded"
	}
}
