package contract

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"

	"github.com/pmrun/pmrun/batch"
)

// CaptureRef is the capture that fills pmrun_ref, the server's id for the new
// record, in place of a column of its own.
const CaptureRef = "ref"

// captureLimit bounds a captured value, in bytes: captures are for ids and codes;
// the whole answer is kept beside them where a row did not succeed.
const captureLimit = 4 << 10

// captureName is what a capture can be called: it becomes the end of a column's name.
var captureName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// taken are the names that result columns have already.
func taken() []string {
	return []string{"row", "line", "status", "cause", "attempts", "http_status", "code", "message", "duration_ms", "started_at", "answer"}
}

// Captures are the values that a job keeps of every answer, by name.
type Captures struct {
	names    []string
	programs []*vm.Program
}

// NewCaptures compiles captures: name -> expression over status, header, body and
// json. It returns nil when there are none. The error names every mistake.
func NewCaptures(exprs map[string]string) (*Captures, error) {
	if len(exprs) == 0 {
		return nil, nil
	}
	c := &Captures{names: slices.Sorted(maps.Keys(exprs))}
	k := &compiler{}
	for _, name := range c.names {
		key := captureKey + name
		switch {
		case !captureName.MatchString(name):
			k.errs = append(k.errs, fmt.Errorf("capture %q: the name becomes the column pmrun_NAME: use letters, digits, _ . and -", name))
		case slices.Contains(taken(), name):
			k.errs = append(k.errs, fmt.Errorf("%s: the report has a column pmrun_%s already: choose another name", key, name))
		case oneLine(exprs[name]) == "":
			k.errs = append(k.errs, fmt.Errorf("%s: the expression is empty: write one such as json.data[0].id", key))
		}
		c.programs = append(c.programs, k.text(key, exprs[name]))
	}
	return c, errors.Join(k.errs...)
}

// Columns are the names of the captures that have a column of their own, sorted.
func (c *Captures) Columns() []string {
	if c == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return name == CaptureRef })
}

// Capture returns the values of one answer; a value that is not there is "". ref
// is that of the capture CaptureRef.
func (c *Captures) Capture(a *batch.Answer) (values map[string]string, ref string) {
	env := newEnvironment(a)
	values = make(map[string]string, len(c.names))
	for i, name := range c.names {
		value := text(c.programs[i], env)
		if len(value) > captureLimit {
			value = strings.ToValidUTF8(value[:captureLimit], "")
		}
		if name == CaptureRef {
			ref = value
			continue
		}
		values[name] = value
	}
	return values, ref
}
