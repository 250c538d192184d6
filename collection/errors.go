package collection

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// FileError reports a collection or environment file that cannot be used: what is wrong, where, and
// what to do. It never holds a value from the file, only names, so it is safe to print and to log.
type FileError struct {
	File    string // as given by the user
	Line    int    // 1-based; 0 when the whole file is meant
	Column  int    // 1-based, in characters; 0 when the whole file is meant
	Place   string // the element, for example `folder "CRM" / item 3 "Login"`; empty for the whole file
	Problem string // what is wrong
	Hint    string // what to do
	Err     error  // the cause, when there is one (for example fs.ErrNotExist)
}

// Error gives "file:line:column: place: problem; hint", without the parts that are empty.
func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": ")
	if e.Place != "" {
		b.WriteString(e.Place + ": ")
	}
	b.WriteString(e.Problem)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is(err, fs.ErrNotExist) works.
func (e *FileError) Unwrap() error { return e.Err }

// shapeError is a value of the wrong JSON kind. The code that knows the file and the item turns it into
// a FileError.
type shapeError struct {
	offset  int // of the value, in the document
	problem string
}

func (e *shapeError) Error() string { return e.problem }

// wrongKind reports that the value called what is of a kind that cannot stand there.
func wrongKind(r gjson.Result, what, expected string) error {
	return &shapeError{offset: r.Index, problem: fmt.Sprintf("%s is %s; expected %s", what, kindOf(r), expected)}
}

// numbered names one element of a list for a message: "header 2".
func numbered(what string, position int) string { return what + " " + strconv.Itoa(position) }

// position turns a byte offset into a line and a column in characters, both from 1.
func position(text string, offset int) (line, column int) {
	offset = max(0, min(offset, len(text)))
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}
