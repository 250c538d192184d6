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
	// Defects are cells without a text that could be sent; nil in most rows. A row
	// that has one is invalid, and never sent.
	Defects []Defect
}

// Defect is a cell that could not be read: an error of a formula, or text that
// was damaged before.
type Defect struct {
	// Column is the name of the column; empty when it has none.
	Column string
	// Message says what is wrong, with the cell's address in a workbook.
	Message string
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
	// Encoding is the name of the character encoding, in lower case as in
	// "windows-1252"; empty for UTF-8.
	Encoding string
	// BOM says that the file starts with a byte order mark.
	BOM bool
	// Sep says that its first line, such as "sep=;", tells Excel the delimiter.
	Sep bool
}

// Facts are what reading a data file to its end has shown. The dialect of a
// workbook is the one that its reports are written in.
type Facts struct {
	Dialect
	// Rows counts data rows; blank lines and comments, which are no rows, are in Blank.
	Rows, Blank int64
	// Size is the file's length in bytes, SHA256 its digest in hexadecimal.
	Size   int64
	SHA256 string
	// Sheet is the sheet of a workbook that the rows are from; empty for a CSV.
	Sheet string
	// HeaderRow is the line, or the row of the sheet, with the column names; 0
	// when it is the first that is not blank.
	HeaderRow int64
	// Limits are those that the file was read within, as they were set.
	Limits Limits
	// Marks are places in the file where rows start, in ascending order, so that a
	// later reading need not begin at the first row. A file that cannot be entered in
	// the middle (a workbook, an encoding other than UTF-8) has none.
	Marks []Mark `json:",omitempty"`
}

// Mark is a place in a CSV file where reading can begin.
type Mark struct {
	// Row is the number of the row that comes next, Line the line where it starts.
	Row, Line int64
	// Offset is the place in bytes, After the number of lines before it.
	Offset, After int64
	// Sum is made of the row's cells: where another row comes next, the file is not
	// the one that the mark is of.
	Sum uint64
}

// InputFile is the name of the run directory's copy of the file.
func (f Facts) InputFile() string {
	if f.Sheet != "" {
		return WorkbookFile
	}
	return InputFile
}
