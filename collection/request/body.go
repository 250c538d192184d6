package request

import (
	"fmt"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// body is the compiled body: ops in order, with files between them.
type body struct {
	ops []op
	// files hold the file parts; each stands before the op of its position.
	files       []filePart
	contentType string
	boundary    string
}

func (c *compiler) compileBody(b *collection.Body, headers []collection.Header) {
	if b == nil || b.Disabled {
		return
	}
	switch b.Mode {
	case collection.ModeFormData:
		c.t.Mode = b.Mode
		c.formData(b.Params)
	case collection.ModeURLEncoded:
		c.t.Mode = b.Mode
		c.urlEncoded(b.Params)
	case collection.ModeRaw, "":
		if b.Raw == "" {
			return // as in Postman, an empty body is none
		}
		c.t.Mode = collection.ModeRaw
		c.raw(b, headers)
	default:
		c.t.Mode = b.Mode
		c.problem("body", fmt.Errorf("the body mode %q is not supported; use form-data, x-www-form-urlencoded or raw", b.Mode))
	}
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
			visit(collection.Param{Key: name, Type: "text"})
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
	b.contentType = "application/x-www-form-urlencoded"
	lit := func(text string) { b.ops = append(b.ops, op{kind: vars.Literal, lit: text}) }
	first := true
	c.eachParam(params, func(p collection.Param) {
		f, key, value := c.field(p, "urlencoded")
		if !first {
			lit("&")
		}
		first = false
		b.ops = append(b.ops, compileOps(key, formValue, "urlencoded key", percent)...)
		lit("=")
		ops := compileOps(value, formValue, "urlencoded field "+f.Name, percent)
		markField(ops)
		b.ops = append(b.ops, ops...)
		c.addField(f)
	})
}
