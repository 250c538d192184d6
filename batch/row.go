package batch

import "io"

// Row is one record of the data file.
type Row struct {
	// Num counts data rows from 1.
	Num int64
	// Line is the line of the file (or the row of the sheet) where it starts,
	// from 1.
	Line int64
	// Cells holds the text of each cell as the file has it. A ragged row has
	// more or fewer cells than the header.
	Cells []string
}

// Source yields the rows of a data file in order.
type Source interface {
	// Header returns the column names as the file has them.
	Header() []string
	// Next returns the next row, or io.EOF after the last. Any other error is
	// final: what follows in the file cannot be told apart into rows. The
	// returned cells belong to the caller.
	Next() (Row, error)
	io.Closer
}

// Dialect is how a data file is written, so that reports come back in a shape
// that the program which wrote it opens.
type Dialect struct {
	// Delimiter separates cells.
	Delimiter rune
	// BOM says that the file starts with a UTF-8 byte order mark.
	BOM bool
}

// Facts are what reading a data file to its end has shown.
type Facts struct {
	Dialect
	// Rows counts data rows; blank lines and comments, which are no rows, are in Blank.
	Rows, Blank int64
	// Size is the file's length in bytes, SHA256 its digest in hexadecimal.
	Size   int64
	SHA256 string
}
