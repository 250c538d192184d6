package request

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pmrun/pmrun/collection/vars"
)

// list says where the element stands in a body that carries several rows:
// ops[from:to] are the element's, and are repeated for each row.
type list struct {
	member   string
	from, to int
}

// ListRow is one row of a request that carries several.
type ListRow struct {
	Cells []string
	Num   int64
}

// ListError says which row, counted from 0, kept a request of several rows from
// being made.
type ListError struct {
	Index int
	Err   error
}

func (e *ListError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ListError) Unwrap() error { return e.Err }

// listBody compiles a raw body whose member Options.List is an array of one
// object: the object is what each row fills.
func (c *compiler) listBody(text string) {
	from, to, err := element(text, c.o.List)
	if err != nil {
		c.problem("body", err)
		c.t.body.ops = compileOps(c.text(text, "body", true, true), plain, "body", nil)
		return
	}
	b := &c.t.body
	add := func(text string) []op {
		ops := compileOps(c.text(text, "body", true, true), plain, "body", nil)
		b.ops = append(b.ops, ops...)
		return ops
	}
	head := add(text[:from])
	l := &list{member: c.o.List, from: len(b.ops)}
	add(text[from:to])
	l.to = len(b.ops)
	tail := add(text[to:])
	b.list = l
	around := "the body outside the list " + l.member
	c.sameForAll(around, head)
	c.sameForAll(around, tail)
	if constantOps(head) && constantOps(tail) && !json.Valid([]byte(literal(head)+"{}"+literal(tail))) {
		c.problem("body", fmt.Errorf("%s is not JSON: correct it", around))
	}
}

// checkList makes sure that several rows can share a request.
func (c *compiler) checkList() {
	if c.o.List == "" {
		return
	}
	if c.t.body.list == nil {
		for _, p := range c.t.Problems {
			if p.Where == "body" {
				return // said already
			}
		}
		c.problem("body", fmt.Errorf("several rows in one request (--batch-size) need a raw JSON body with a list %q", c.o.List))
		return
	}
	c.t.url.each(func(ops []op) { c.sameForAll("the URL", ops) })
	for i := range c.t.headers {
		c.sameForAll("the header "+c.t.headers[i].key, c.t.headers[i].ops)
	}
}

// sameForAll reports a slot in a place that the rows of a request share.
func (c *compiler) sameForAll(place string, ops []op) {
	if name := slotName(ops); name != "" || !constantOps(ops) {
		c.problem("batch", fmt.Errorf("{{%s}} in %s has another value for each row, and the rows of a request share it (--batch-size): move it into the object in the list %q, or send one row a request", name, place, c.o.List))
	}
}

// element finds the one object in the array that is the member of a JSON text
// with placeholders: its bytes are text[from:to].
func element(text, member string) (from, to int, err error) {
	shape := jsonShape(text)
	dec := json.NewDecoder(strings.NewReader(shape))
	no := func(reason string) (int, int, error) {
		return 0, 0, fmt.Errorf("several rows in one request (--batch-size) need a JSON body whose member %q is an array with one object, written in the body itself: %s", member, reason)
	}
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return no("the body is no JSON object")
	}
	found := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return no(err.Error())
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return no(err.Error())
		}
		if key != member {
			continue
		}
		if found {
			return no("it is there twice")
		}
		found = true
		end := int(dec.InputOffset())
		in, reason := onlyObject(raw)
		if reason != nil {
			return no(reason.Error())
		}
		start := end - len(raw)
		from, to = start+in[0], start+in[1]
	}
	if _, err := dec.Token(); err != nil {
		return no(err.Error())
	}
	if strings.TrimSpace(shape[dec.InputOffset():]) != "" {
		return no("something follows the JSON object")
	}
	if !found {
		return no("there is no such member")
	}
	return from, to, nil
}

// onlyObject returns the place of the only object of an array.
func onlyObject(array []byte) (in [2]int, err error) {
	var items []json.RawMessage
	if json.Unmarshal(array, &items) != nil || len(items) != 1 || len(items[0]) == 0 || items[0][0] != '{' {
		return in, errors.New("it is something else")
	}
	dec := json.NewDecoder(strings.NewReader(string(array)))
	_, _ = dec.Token() // the bracket
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return in, err
	}
	end := int(dec.InputOffset())
	return [2]int{end - len(raw), end}, nil
}

// jsonShape overwrites placeholders so that a JSON text with placeholders for
// whole values is JSON, with everything at its position.
func jsonShape(text string) string {
	shape := []byte(vars.Blank(text))
	inString := false
	for i := 0; i < len(shape); i++ {
		switch c := shape[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && c == 'x': // no JSON has one here
			shape[i] = '1'
		}
	}
	return string(shape)
}

// FillList writes one request with several rows into dst, as Fill does with one.
// The error is a *ListError when one row is at fault.
func (t *Template) FillList(dst *Filled, rows []ListRow) error {
	return t.into(dst, func() error {
		if t.body.list == nil || len(rows) == 0 || t.constant.url == nil || t.constant.header == nil {
			return errors.New("the request does not take several rows")
		}
		filling := make([]row, len(rows))
		for i, r := range rows {
			filling[i] = row{cells: r.Cells, num: r.Num, run: t.run}
		}
		return t.body.fillList(dst, filling)
	})
}

func (b *body) fillList(dst *Filled, rows []row) error {
	l := b.list
	var err error
	if dst.Body, err = appendOps(dst.Body, b.ops[:l.from], &rows[0]); err != nil {
		return err
	}
	for i := range rows {
		if i > 0 {
			dst.Body = append(dst.Body, ',')
		}
		start := len(dst.Body)
		if dst.Body, err = appendOps(dst.Body, b.ops[l.from:l.to], &rows[i]); err != nil {
			return &ListError{i, err}
		}
		// A variable's own text could end the object and begin another.
		if e := dst.Body[start:]; len(e) == 0 || e[0] != '{' || !json.Valid(e) {
			return &ListError{i, &FillError{Where: "body", Column: l.member, NotJSON: true, Reason: "is no JSON object once its placeholders are filled: " + Excerpt(string(e))}}
		}
	}
	if dst.Body, err = appendOps(dst.Body, b.ops[l.to:], &rows[0]); err != nil {
		return err
	}
	dst.Length += int64(len(dst.Body))
	return nil
}
