package script

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// Program is a compiled script. Any number of sandboxes may run it.
type Program struct {
	name     string
	compiled *goja.Program
	prefix   int  // columns that stand before the first line
	leaves   bool // something on the global object, perhaps
}

// syntaxError is how the compiler says where: its errors have no other place.
var syntaxError = regexp.MustCompile(`(?s)Line (\d+):(\d+) (.*?)(?: \(and \d+ more errors?\))?$`)

// A script is the body of a function, so that what it declares is its own. The first
// line stays the first. A script that awaits is an async function.
const (
	plainPrefix = "(function(){"
	asyncPrefix = "(async function(){"
	suffix      = "\n})"
)

// Compile compiles a script; name stands in its stacks. The error is an *Error with the
// place.
func Compile(name, source string) (*Program, error) {
	p, err := compile(name, plainPrefix, source)
	if err != nil && strings.Contains(source, "await") {
		if async, again := compile(name, asyncPrefix, source); again == nil {
			return async, nil
		}
	}
	return p, err
}

func compile(name, prefix, source string) (*Program, error) {
	compiled, err := goja.Compile(name, prefix+source+suffix, false)
	if err == nil {
		return &Program{name, compiled, len(prefix), leavesGlobals(prefix + source + suffix)}, nil
	}
	e := &Error{Name: "SyntaxError", Message: strings.TrimPrefix(err.Error(), "SyntaxError: ")}
	if m := syntaxError.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Column, _ = strconv.Atoi(m[2])
		e.Message = m[3]
	}
	if lines := strings.Count(source, "\n") + 1; e.Line > lines {
		e.Line, e.Column = lines, 0 // at its end
	}
	if e.Line == 1 {
		e.Column = max(e.Column-len(prefix), 0)
	}
	return nil, e
}
