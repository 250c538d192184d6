package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"github.com/pmrun/pmrun/batch"
)

// Writer writes CSV in a dialect, so that a CSV that reads it gets the same
// cells. It is a gocsv.CSVWriter. It is not safe for concurrent use.
//
// Records end with LF; line breaks inside cells stay as they are. What no CSV
// would accept, NUL and bytes that are not UTF-8, is written as U+FFFD, and a
// character that the encoding does not have as "?": text from a server may have
// them, cells that came from a file in the dialect never do.
type Writer struct {
	out     *bufio.Writer // the same that csv writes to
	csv     gocsv.CSVWriter
	dialect batch.Dialect
	// narrow encodes in an encoding that does not have every character; nil when
	// all can be written.
	narrow *encoding.Encoder
	begun  bool
}

var _ gocsv.CSVWriter = (*Writer)(nil)

// NewWriter returns a Writer to w. A zero delimiter is a comma. Nothing is
// certain to be in w before Flush.
func NewWriter(w io.Writer, d batch.Dialect) *Writer {
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	enc := encodingNamed(d.Encoding)
	if enc != nil {
		w = transform.NewWriter(w, enc.NewEncoder())
	}
	out := bufio.NewWriterSize(w, chunkSize)
	cw := csv.NewWriter(out) // takes a buffer of this size as its own
	cw.Comma = d.Delimiter
	if d.BOM {
		out.WriteString(bom) // an error stays in out
	}
	if d.Sep {
		out.WriteString("sep=" + string(d.Delimiter) + "\n")
	}
	wr := &Writer{out: out, csv: cw, dialect: d}
	if enc != nil && d.Encoding != encUTF16LE && d.Encoding != encUTF16BE {
		wr.narrow = enc.NewEncoder()
	}
	return wr
}

// Write writes one record. Its error is that of the underlying writer, now or
// earlier.
func (w *Writer) Write(cells []string) error {
	cells = w.readable(cells)
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
func (w *Writer) readable(cells []string) []string {
	var copied []string
	for i, cell := range cells {
		can := cell
		if !utf8.ValidString(can) || strings.IndexByte(can, 0) >= 0 {
			can = strings.ReplaceAll(strings.ToValidUTF8(can, lost), "\x00", lost)
		}
		if w.narrow != nil && !ascii(can) {
			can = w.encodable(can)
		}
		if can == cell {
			continue
		}
		if copied == nil {
			copied = append(copied, cells...)
		}
		copied[i] = can
	}
	if copied == nil {
		return cells
	}
	return copied
}

// encodable puts "?" for the characters that the encoding does not have.
func (w *Writer) encodable(text string) string {
	if _, err := w.narrow.String(text); err == nil {
		return text
	}
	return strings.Map(func(r rune) rune {
		if _, err := w.narrow.String(string(r)); err != nil {
			return '?'
		}
		return r
	}, text)
}
