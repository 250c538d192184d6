package preflight

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// MaxCell is the largest cell that is sent, in bytes, unless Input has another.
const MaxCell = 1 << 20

// Checker runs the rules. Row is called once for every row, in order, by one
// goroutine.
type Checker struct {
	in     *Input
	rules  []Rule
	fields []fieldCheck
	// varying are the positions in fields of those that depend on the row;
	// values holds what each field says in the row that is looked at.
	varying []int
	values  []string
	filled  request.Filled
	// blank holds, for columns without a name, the first row that has data there.
	blank map[int]batch.Row
}

// fieldCheck is what the contract says of a field that the request has.
type fieldCheck struct {
	contract *batch.ContractField
	field    *request.Field
	allowed  []string
	foreign  map[string]string // folded -> the API's value
}

// rowCheck is one row under the rules; row is nil for fields that are the same
// for every row.
type rowCheck struct {
	*Checker
	row *batch.Row
	at  []int // positions in fields to look at
}

// New prepares the checks.
func New(in *Input) *Checker {
	c := &Checker{in: in, rules: Rules(), blank: make(map[int]batch.Row)}
	if hasFields(in) {
		for i := range in.Contract.Fields {
			c.addFields(&in.Contract.Fields[i])
		}
	}
	for i := range c.fields {
		if !c.fields[i].field.Constant() {
			c.varying = append(c.varying, i)
		}
	}
	c.values = make([]string, len(c.fields))
	return c
}

// addFields adds the request's fields that a contract's field is about. A field
// that could not be resolved is left out: what it holds is not its value, and
// the request's rules have said so.
func (c *Checker) addFields(cf *batch.ContractField) {
	check := fieldCheck{contract: cf, foreign: make(map[string]string)}
	for _, v := range cf.Values {
		check.allowed = append(check.allowed, v.Value)
		for _, foreign := range v.Foreign {
			check.foreign[fold(foreign)] = v.Value
		}
	}
	if len(check.allowed) > 0 {
		check.allowed = append(check.allowed, c.in.Values[cf.Name]...)
	}
	fields, _ := fieldsOf(c.in, cf.Name)
	for _, f := range fields {
		unresolved := func(p request.Problem) bool {
			return p.Where == f.In+" field "+f.Name || p.Where == "--map "+f.Name
		}
		switch {
		case f.File && cf.Required:
			// Of a file only its name is known: nothing but that there has to be one.
			name := &batch.ContractField{Name: cf.Name, Required: true}
			c.fields = append(c.fields, fieldCheck{contract: name, field: f})
		case f.Late(): // its value is not known yet
		case !f.File && !slices.ContainsFunc(c.in.Template.Problems, unresolved):
			check.field = f
			c.fields = append(c.fields, check)
		}
	}
}

// fold drops what does not count when values are compared with foreign ones:
// case, accents, and how many blanks there are.
func fold(text string) string {
	letters := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Mn, c) {
			return -1
		}
		return unicode.ToLower(c)
	}, norm.NFD.String(text))
	return strings.Join(strings.Fields(letters), " ")
}

// Request checks everything that does not depend on a row.
func (c *Checker) Request() []Problem {
	var out []Problem
	for i := range c.rules {
		if r := &c.rules[i]; r.request != nil {
			for _, p := range r.request(c.in) {
				out = append(out, r.complete(p))
			}
		}
	}
	return out
}

// Row checks one row. The row is invalid when any problem is an Error.
func (c *Checker) Row(row batch.Row) []Problem {
	c.noteBlank(row)
	for _, i := range c.varying {
		c.values[i] = c.in.Template.Value(c.fields[i].field, row.Cells, row.Num)
	}
	rc := &rowCheck{Checker: c, row: &row, at: c.varying}
	var out []Problem
	for i := range c.rules {
		r := &c.rules[i]
		if r.row == nil {
			continue
		}
		for _, p := range r.row(rc) {
			if r.ID != unreadable && defective(row, p.Column) {
				continue // what such a cell holds is not its value
			}
			p.Row, p.Line = row.Num, row.Line
			out = append(out, r.complete(p))
		}
		if len(out) > 0 && (r.ID == "ragged-row" || r.ID == "cell-too-large") {
			break // which cell is which cannot be told, or costs too much
		}
	}
	return out
}

// noteBlank remembers data in columns without a name.
func (c *Checker) noteBlank(row batch.Row) {
	for i, name := range c.in.Header {
		if !blankName(name) || i >= len(row.Cells) || row.Cells[i] == "" {
			continue
		}
		if _, seen := c.blank[i]; !seen {
			c.blank[i] = row
		}
	}
}

// Finish checks what only the whole file shows.
func (c *Checker) Finish() []Problem {
	var out []Problem
	i := slices.IndexFunc(c.rules, func(r Rule) bool { return r.ID == "blank-header" })
	for column := range c.in.Header {
		if row, has := c.blank[column]; has {
			out = append(out, c.rules[i].complete(Problem{
				Message: fmt.Sprintf("column %d has no name, and data from line %d on", column+1, row.Line),
			}))
		}
	}
	return out
}

// constantFields applies a row rule to the fields that are the same for every
// row, so that what is wrong in the request is said once.
func constantFields(rule func(*rowCheck) []Problem) func(*Input) []Problem {
	return func(in *Input) []Problem {
		c := New(in)
		rc := &rowCheck{Checker: c}
		for i := range c.fields {
			f := c.fields[i].field
			// operation-empty looks after the operation.
			if f.Constant() && !c.fields[i].contract.Operation {
				c.values[i] = in.Template.Value(f, nil, 0)
				rc.at = append(rc.at, i)
			}
		}
		return rule(rc)
	}
}

// each visits the fields to look at.
func (rc *rowCheck) each(visit func(f *fieldCheck, value string) *Problem) []Problem {
	var out []Problem
	for _, i := range rc.at {
		f := &rc.fields[i]
		if p := visit(f, rc.values[i]); p != nil {
			p.Field, p.Column = f.contract.Name, f.field.Column
			out = append(out, *p)
		}
	}
	return out
}

func raggedRow(rc *rowCheck) []Problem {
	have, want := len(rc.row.Cells), len(rc.in.Header)
	if have == want {
		return nil
	}
	if have > want {
		surplus := request.Excerpt(strings.Join(rc.row.Cells[want:], ","))
		return say("the row has %d cells, the header %d; surplus: %s", have, want, surplus)
	}
	return say("the row has %d cells, the header %d", have, want)
}

func cellTooLarge(rc *rowCheck) []Problem {
	most := int64(MaxCell)
	if rc.in.MaxCell > 0 {
		most = rc.in.MaxCell
	}
	var out []Problem
	for i, cell := range rc.row.Cells {
		// Ragged rows do not come here. Result columns are not sent.
		if name := rc.in.Header[i]; int64(len(cell)) > most && !request.Reserved(name) {
			out = append(out, Problem{Column: name, Message: fmt.Sprintf("the cell has %d bytes; the most is %d (limits: cell-bytes)", len(cell), most)})
		}
	}
	return out
}

func requiredEmpty(rc *rowCheck) []Problem {
	return rc.each(func(f *fieldCheck, value string) *Problem {
		if !f.contract.Required || strings.TrimSpace(value) != "" {
			return nil
		}
		p := &Problem{Message: fmt.Sprintf("the field %q is empty", f.contract.Name)}
		if f.contract.Operation {
			p.Cause = batch.CauseOperation
		}
		return p
	})
}

func valueNotEnglish(rc *rowCheck) []Problem {
	return rc.each(func(f *fieldCheck, value string) *Problem {
		if len(f.foreign) == 0 || slices.Contains(f.allowed, value) {
			return nil // most rows: before anything is folded
		}
		english, ok := f.foreign[fold(value)]
		if !ok {
			return nil
		}
		p := &Problem{
			Message: fmt.Sprintf("%s is %s; system values have to be in English: %q", f.contract.Name, request.Excerpt(value), english),
			Mend:    fmt.Sprintf("write %s", english),
		}
		if f.contract.Open {
			p.Severity = Warning
		}
		return p
	})
}

func valueUnknown(rc *rowCheck) []Problem {
	return rc.each(func(f *fieldCheck, value string) *Problem {
		if value == "" || len(f.allowed) == 0 || slices.Contains(f.allowed, value) {
			return nil
		}
		if f.contract.Required && strings.TrimSpace(value) == "" {
			return nil // required-empty says it
		}
		if _, foreign := f.foreign[fold(value)]; foreign {
			return nil // value-not-english says it
		}
		p := &Problem{Message: fmt.Sprintf("%s is %s; known are %s", f.contract.Name, request.Excerpt(value), strings.Join(f.allowed, ", "))}
		for _, a := range f.allowed {
			if strings.EqualFold(a, strings.TrimSpace(value)) {
				p.Mend = fmt.Sprintf("write %s, exactly so", a)
			}
		}
		if f.contract.Open {
			p.Severity = Warning
		}
		return p
	})
}

func formNotJSON(rc *rowCheck) []Problem {
	return rc.each(func(f *fieldCheck, value string) *Problem {
		if f.contract.JSON == "" || value == "" {
			return nil
		}
		if why := notObject(value); why != "" {
			return &Problem{Message: fmt.Sprintf("the field %q is not a JSON object: %s", f.contract.Name, why)}
		}
		return nil
	})
}

// notObject says why a text is not one JSON object, "" when it is.
func notObject(text string) string {
	if json.Valid([]byte(text)) {
		if strings.TrimSpace(text)[0] != '{' {
			return fmt.Sprintf("it is another JSON value: %s", request.Excerpt(text))
		}
		return ""
	}
	dec := json.NewDecoder(strings.NewReader(text))
	var v json.RawMessage
	err := dec.Decode(&v)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return fmt.Sprintf("there is more after it: %s", request.Excerpt(text[dec.InputOffset():]))
	case errors.As(err, &syntax):
		// The offset counts bytes, up to and with the one at fault.
		before := strings.ToValidUTF8(text[:max(syntax.Offset-1, 0)], "?")
		return fmt.Sprintf("%s at character %d of %s", syntax, utf8.RuneCountInString(before)+1, request.Excerpt(text))
	}
	return fmt.Sprintf("it breaks off: %s", request.Excerpt(text))
}

func cellUnsendable(rc *rowCheck) []Problem {
	err := rc.in.Template.Fill(&rc.Checker.filled, rc.row.Cells, rc.row.Num)
	var bad *request.FillError
	if !errors.As(err, &bad) {
		return nil // other errors hold for every row and were found in the request
	}
	if bad.NotJSON && rc.jsonField(bad.Column) {
		return nil // form-not-json says it
	}
	return []Problem{{Column: bad.Column, Message: bad.Error()}}
}

// jsonField reports whether the column fills a field that form-not-json checks.
func (rc *rowCheck) jsonField(column string) bool {
	return slices.ContainsFunc(rc.fields, func(f fieldCheck) bool {
		return f.contract.JSON != "" && f.field.Column == column
	})
}

// placeholderInCell names cells that look like placeholders: in a load cells are
// never expanded, or a spreadsheet could read secrets.
func placeholderInCell(rc *rowCheck) []Problem {
	var out []Problem
	for i, cell := range rc.row.Cells {
		if i >= len(rc.Checker.in.Header) || !strings.Contains(cell, "{{") && !strings.Contains(cell, "<<") {
			continue
		}
		name := rc.Checker.in.Header[i]
		if !request.Reserved(name) && vars.HasPlaceholder(cell) {
			out = append(out, Problem{Column: name, Message: fmt.Sprintf("the cell holds %s, which is sent as it stands", request.Excerpt(cell))})
		}
	}
	return out
}
