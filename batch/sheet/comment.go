package sheet

import (
	"fmt"
	"strings"
)

// CommentMark starts every cell of a comment: a record that is about the columns
// and is no row, wherever it stands. Empty cells may be in it. The spreadsheets
// that this program prepares have one.
const CommentMark = "#pmrun:"

// Comment reports whether a record is a comment. partly is set when only some of
// its cells are: somebody wrote a row over it, and it must not be taken for
// either.
func Comment(cells []string) (is, partly bool) {
	marked, other := false, false
	for _, cell := range cells {
		switch {
		case strings.HasPrefix(cell, CommentMark):
			marked = true
		case cell != "":
			other = true
		}
	}
	return marked && !other, marked && other
}

// partComment is the error for a record that is half a comment.
func partComment(file string, line int64) error {
	return &Error{
		File: file, Line: line,
		Msg:  fmt.Sprintf("some cells start with %s, as those of the comment, and others do not", CommentMark),
		Mend: "empty those cells or delete them, and write rows below the comment",
	}
}
