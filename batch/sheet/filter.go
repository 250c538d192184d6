package sheet

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
)

// Filter chooses the rows of a data file that a load takes: by number, by an
// expression over their cells, or both. It is safe for one goroutine.
type Filter struct {
	rows   []rowRange
	text   string // of the rows
	where  *vm.Program
	header []string
	whole  string // of the expression
	env    rowEnvironment
}

// rowRange holds both its ends.
type rowRange struct{ from, to int64 }

// rowEnvironment is what an expression over a row sees.
type rowEnvironment struct {
	// Row has the text of each cell by its column's name; of two columns with one
	// name, the first.
	Row map[string]string `expr:"row"`
	// Num counts data rows from 1; Line is where the row starts in the file.
	Num  int `expr:"num"`
	Line int `expr:"line"`
}

// NewFilter makes the filter of rows such as "100-200" and an expression such as
// row["status"] == "open"; either may be empty. It is nil when both are. The error
// says what is wrong with them, and where.
func NewFilter(rows, where string, header []string) (*Filter, error) {
	if rows == "" && where == "" {
		return nil, nil
	}
	f := &Filter{text: rows, header: header, whole: strings.Join(strings.Fields(where), " ")}
	var err error
	if f.rows, err = parseRows(rows); err != nil {
		return nil, err
	}
	if where != "" {
		names := columnNames{header: header}
		f.where, err = expr.Compile(where, expr.Env(rowEnvironment{}), expr.AsBool(), expr.Patch(&names))
		if err = errors.Join(append(names.errs, err)...); err != nil {
			return nil, fmt.Errorf("where: %s", strings.Join(strings.Fields(err.Error()), " "))
		}
	}
	return f, nil
}

// parseRows reads numbers and ranges of rows between commas: 7, 100-200, 500-, -10.
func parseRows(text string) ([]rowRange, error) {
	if text == "" {
		return nil, nil
	}
	var out []rowRange
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		r := rowRange{1, math.MaxInt64}
		ok := from != "" || to != ""
		for _, end := range []struct {
			text string
			to   *int64
		}{{from, &r.from}, {to, &r.to}} {
			if end.text == "" {
				continue
			}
			n, err := strconv.ParseInt(strings.TrimSpace(end.text), 10, 64)
			ok = ok && err == nil && n > 0
			*end.to = n
		}
		if !ok || r.from > r.to {
			return nil, fmt.Errorf("rows is %q: write numbers and ranges of rows, counted from 1, such as 100-200 or 1-10,25,300-", text)
		}
		out = append(out, r)
	}
	return out, nil
}

// Keep reports whether the load takes the row; when not, why says so. The error is
// that of an expression that cannot be evaluated for this row: whether the row was
// meant is not known, so it is neither sent nor left out silently.
func (f *Filter) Keep(row batch.Row) (keep bool, why string, err error) {
	if f.rows != nil && !f.inRange(row.Num) {
		return false, "not among the rows " + f.text, nil
	}
	if f.where == nil {
		return true, "", nil
	}
	// A fresh map: cells of the row before must not show through.
	f.env = rowEnvironment{Row: make(map[string]string, len(f.header)), Num: int(row.Num), Line: int(row.Line)}
	for i := len(f.header) - 1; i >= 0; i-- {
		f.env.Row[f.header[i]] = ""
		if i < len(row.Cells) {
			f.env.Row[f.header[i]] = row.Cells[i]
		}
	}
	out, err := expr.Run(f.where, f.env)
	if err != nil {
		return false, "", fmt.Errorf("where %s cannot be evaluated for this row: %s", f.whole, strings.Join(strings.Fields(err.Error()), " "))
	}
	if yes, _ := out.(bool); !yes {
		return false, "where does not hold: " + f.whole, nil
	}
	return true, "", nil
}

func (f *Filter) inRange(num int64) bool {
	for _, r := range f.rows {
		if num >= r.from && num <= r.to {
			return true
		}
	}
	return false
}

// columnNames finds columns in an expression that the data file does not have.
type columnNames struct {
	header []string
	errs   []error
}

// Visit implements ast.Visitor.
func (c *columnNames) Visit(node *ast.Node) {
	member, ok := (*node).(*ast.MemberNode)
	if !ok {
		return
	}
	of, ok := member.Node.(*ast.IdentifierNode)
	name, isText := member.Property.(*ast.StringNode)
	if !ok || of.Value != "row" || !isText {
		return
	}
	for _, column := range c.header {
		if column == name.Value {
			return
		}
	}
	msg := fmt.Sprintf("the data file has no column %q", name.Value)
	if near, ok := collection.Nearest(name.Value, c.header); ok {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	c.errs = append(c.errs, errors.New(msg))
}
