package sheet

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Error says what is wrong in a data file, where, and what to do. It is the
// type of every error of this package but io.EOF.
type Error struct {
	// File is the name of the file as the person gave it.
	File string
	// Line is the physical line where the record starts, from 1; 0 when the
	// error is not about one line.
	Line int64
	// Row is the data row, from 1; 0 in the header and when the error is not
	// about one row.
	Row int64
	// Column is the name of the column as the header has it, or its number
	// from 1 as in "#3" where there is no name; empty when the error is not
	// about one cell.
	Column string
	// Msg says what is wrong, Mend what to do about it.
	Msg, Mend string
	// Err is the cause below this package (the file system, a writer), or nil.
	Err error
}

// Error gives place, problem and remedy in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d", e.Line)
	}
	if e.Row > 0 {
		fmt.Fprintf(&b, ", row %d", e.Row)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ", column %q", clip(e.Column))
	}
	b.WriteString(": " + e.Msg)
	if e.Mend != "" {
		b.WriteString("; " + e.Mend)
	}
	return b.String()
}

// Unwrap returns the cause, so that errors.Is finds fs.ErrNotExist and the like.
func (e *Error) Unwrap() error { return e.Err }

// clip shortens a column name that would drown the message.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "..."
		}
	}
	return s
}

// plain is the text of err without the operation and path that *fs.PathError
// puts before it: Error names the file already.
func plain(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
