package request

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection/vars"
)

// encoding says how a value is written where it stands, so that it stays data.
// In a JSON text it is made JSON first.
type encoding uint8

const (
	plain      encoding = iota // as it is
	formValue                  // in an urlencoded body or a query
	pathValue                  // in one segment of a path
	headerText                 // in a header's value
	hostText                   // in scheme, host or port, when --map allows it
)

// op is one compiled piece of a request: literal bytes, or a slot that is
// filled per row.
type op struct {
	kind    vars.Kind
	lit     string // literal, already encoded
	secret  bool
	name    string // placeholder or column, for errors
	where   string // place in the request, for errors
	index   int    // column position, or a dynamic variable's occurrence
	json    vars.Context
	enc     encoding
	pack    []packed // when not nil: one JSON object of these columns
	isField bool     // the slot is the whole value of a field
}

// packed is one member of a packed JSON object; key is JSON-escaped.
type packed struct {
	key    string
	column int
}

// FillError is a row whose values cannot be put into the request. The row is
// invalid; nothing was sent.
type FillError struct {
	// Where is the place in the request: "header X-Ref", "form-data field form".
	Where string
	// Column is the placeholder or column whose value is at fault.
	Column string
	// Reason says what is wrong with the value and what to do.
	Reason string
	// NotJSON is set when the value should have been JSON.
	NotJSON bool
}

func (e *FillError) Error() string {
	return fmt.Sprintf("%s: the value of %q %s", e.Where, e.Column, e.Reason)
}

// compileOps turns expanded segments into ops for one place, which where names.
// literal encodes literal text for it, enc says how slots are written.
func compileOps(segs vars.Segments, enc encoding, where string, literal func(string) string) []op {
	ops := make([]op, 0, len(segs))
	for _, s := range segs {
		o := op{kind: s.Kind, name: s.Name, where: where, index: s.Index, json: s.Context, enc: enc, secret: s.Secret}
		if s.Kind == vars.Literal {
			o.lit = s.Text
			if literal != nil {
				o.lit = literal(s.Text)
			}
		}
		ops = append(ops, o)
	}
	return ops
}

// row is what ops are filled from.
type row struct {
	cells []string
	num   int64
	run   vars.Run
}

// value returns the slot's text before encoding. A cell that a ragged row does
// not have is empty.
func (o *op) value(r *row) string {
	switch {
	case o.kind == vars.DynamicSlot:
		return vars.DynamicValue(o.name, r.run, r.num, o.index)
	case o.kind == vars.Literal:
		return o.lit
	case o.kind == vars.LateSlot && o.json == vars.JSONValue:
		return "0" // for the sake of the JSON around it
	case o.kind == vars.LateSlot:
		return "{{" + o.name + "}}"
	case o.pack != nil:
		return string(o.appendPack(nil, r))
	}
	return r.cell(o.index)
}

func (r *row) cell(i int) string {
	if i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

func (o *op) appendPack(dst []byte, r *row) []byte {
	dst = append(dst, '{')
	for i, p := range o.pack {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, p.key...)
		dst = append(dst, '"', ':', '"')
		dst = vars.AppendJSON(dst, r.cell(p.column))
		dst = append(dst, '"')
	}
	return append(dst, '}')
}

// append writes the op's bytes for a row.
func (o *op) append(dst []byte, r *row) ([]byte, error) {
	if o.kind == vars.Literal {
		return append(dst, o.lit...), nil
	}
	v := o.value(r)
	switch o.json {
	case vars.JSONString:
		if o.enc == plain {
			return vars.AppendJSON(dst, v), nil
		}
		v = vars.EscapeJSON(v)
	case vars.JSONValue:
		// An empty cell for a whole field is an empty field, not broken JSON.
		if v == "" && o.isField {
			return dst, nil
		}
		if !json.Valid([]byte(v)) {
			return dst, o.notJSON(v)
		}
	}
	switch o.enc {
	case plain:
		return append(dst, v...), nil
	case formValue:
		return append(dst, percent(v)...), nil
	case pathValue:
		return append(dst, url.PathEscape(v)...), nil
	case headerText:
		if hasControl(v) {
			return dst, o.bad("holds a line break or control character, which a header cannot carry: remove it")
		}
		return append(dst, v...), nil
	case hostText:
		if v == "" || strings.ContainsFunc(v, notInHost) {
			return dst, o.bad("is not a bare host name: letters, digits, dots and dashes")
		}
		return append(dst, v...), nil
	}
	return dst, o.bad("has no place here")
}

func (o *op) bad(reason string) error {
	return &FillError{Where: o.where, Column: o.name, Reason: reason}
}

func (o *op) notJSON(v string) error {
	err := &FillError{Where: o.where, Column: o.name, NotJSON: true}
	mend := fmt.Sprintf("Quote it in the request (\"{{%s}}\") to send it as text, or correct the cell", o.name)
	if o.isField {
		mend = "Correct the cell"
	}
	err.Reason = fmt.Sprintf("has to be JSON and is not: %s. %s", Excerpt(v), mend)
	return err
}

// hasControl reports whether a text holds what a header's value cannot carry.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

func notInHost(c rune) bool {
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	return !letter && c != '.' && c != '-' && c != '_'
}

// percent encodes as RFC 3986 wants it in a query or an urlencoded body: a
// space becomes %20, never "+".
func percent(v string) string { return strings.ReplaceAll(url.QueryEscape(v), "+", "%20") }

// Excerpt quotes the start of a value for a message.
func Excerpt(v string) string {
	const most = 60
	if len(v) <= most {
		return fmt.Sprintf("%q", v)
	}
	// Not in the middle of a character, if it is UTF-8.
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(v[cut]) {
		cut--
	}
	if !utf8.RuneStart(v[cut]) {
		cut = most
	}
	return fmt.Sprintf("%q...", v[:cut])
}

func constantOps(ops []op) bool {
	for i := range ops {
		if ops[i].kind != vars.Literal {
			return false
		}
	}
	return true
}

// literal returns the text of the literals among ops.
func literal(ops []op) string {
	var b strings.Builder
	for i := range ops {
		b.WriteString(ops[i].lit)
	}
	return b.String()
}

// slotName names the first slot among ops, for errors.
func slotName(ops []op) string {
	for i := range ops {
		if ops[i].kind != vars.Literal {
			return ops[i].name
		}
	}
	return ""
}
