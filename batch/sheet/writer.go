package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
	"github.com/pmrun/pmrun/batch"
)

// Writer writes CSV in a dialect, so that a CSV that reads it gets the same
// cells. It is a gocsv.CSVWriter. It is not safe for concurrent use.
//
// Records end with LF; line breaks inside cells stay as they are. What no CSV
// would accept, NUL and bytes that are not UTF-8, is written as U+FFFD: text from
// a server may have them, cells that came from a CSV never do.
type Writer struct {
	out     *bufio.Writer // the same that csv writes to
	csv     gocsv.CSVWriter
	dialect batch.Dialect
	begun   bool
}

var _ gocsv.CSVWriter = (*Writer)(nil)

// NewWriter returns a Writer to w. A zero delimiter is a comma. Nothing is
// certain to be in w before Flush.
func NewWriter(w io.Writer, d batch.Dialect) *Writer {
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	out := bufio.NewWriterSize(w, chunkSize)
	cw := csv.NewWriter(out) // takes a buffer of this size as its own
	cw.Comma = d.Delimiter
	if d.BOM {
		out.WriteString(bom) // an error stays in out
	}
	return &Writer{out: out, csv: cw, dialect: d}
}

// Write writes one record. Its error is that of the underlying writer, now or
// earlier.
func (w *Writer) Write(cells []string) error {
	cells = readable(cells)
	first := ""
	if len(cells) > 0 {
		first = cells[0]
	}
	// encoding/csv would write a blank line for one empty cell, and begin a file
	// with what looks like a BOM or a sep= line: such a cell gets quotes here.
	quoted := len(cells) < 2 && first == "" || !w.begun && mistakable(first)
	w.begun = true
	if !quoted {
		return w.csv.Write(cells)
	}
	w.out.WriteString(`"` + strings.ReplaceAll(first, `"`, `""`) + `"`) // an error stays in out
	if len(cells) > 1 {
		w.out.WriteRune(w.dialect.Delimiter)
		return w.csv.Write(cells[1:])
	}
	return w.out.WriteByte('\n')
}

// Flush writes what is buffered to the underlying writer; Error says whether
// that worked.
func (w *Writer) Flush() { w.csv.Flush() }

// Error returns the first error of the underlying writer, or nil.
func (w *Writer) Error() error { return w.csv.Error() }

// readable returns cells as they can be read again; cells itself does not change.
func readable(cells []string) []string {
	var copied []string
	for i, cell := range cells {
		if utf8.ValidString(cell) && strings.IndexByte(cell, 0) < 0 {
			continue
		}
		if copied == nil {
			copied = append(copied, cells...)
		}
		copied[i] = strings.ReplaceAll(strings.ToValidUTF8(cell, "\uFFFD"), "\x00", "\uFFFD")
	}
	if copied == nil {
		return cells
	}
	return copied
}
