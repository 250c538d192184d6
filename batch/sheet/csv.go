package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
	"github.com/pmrun/pmrun/batch"
)

// Options say how to read a data file. The zero value finds everything out.
type Options struct {
	// Delimiter separates cells; 0: found from the content.
	Delimiter rune
	// MaxCell bounds, in bytes, what a cell may hold; a whole record must fit
	// too. It keeps a quote that is never closed from taking the rest of the
	// file into memory. 0: 64 MiB.
	MaxCell int
	// Tee gets the raw bytes of the file as they are read: all of them once
	// Next has returned io.EOF. A failed write is final. It may be nil.
	Tee io.Writer
}

const defaultMaxCell = 64 << 20

// records is the seam to encoding/csv: gocsv's reader interface, with the
// positions that the standard reader knows.
type records interface {
	gocsv.CSVReader
	FieldPos(field int) (line, column int)
	InputOffset() int64
}

// CSV reads a file of comma-separated values (or another delimiter) in UTF-8, as
// a stream. It implements batch.Source. It is not safe for concurrent use.
//
// Blank lines, records of empty cells only and comments (see Comment) are no rows. Rows may have more or
// fewer cells than the header. Quotes are strict, as in RFC 4180.
type CSV struct {
	file    string
	closer  io.Closer // nil when the caller owns the reader
	src     *source
	front   *front
	records records
	max     int

	header []string
	facts  batch.Facts
	err    error // the end, or what ended it

	// Lines as encoding/csv counts them become lines of the file when skipped,
	// a sep= line, and extra, lone CRs inside cells so far, are added.
	skipped, extra int64
	end            int64 // last line of the last record, as encoding/csv counts
}

var _ batch.Source = (*CSV)(nil)

// Open opens the CSV file at path and reads its header. A file that is missing,
// a directory, unreadable, empty or not CSV in UTF-8 is an *Error; a header
// without rows is not. The caller closes the CSV.
func Open(path string, opts Options) (*CSV, error) {
	f, err := os.Open(path)
	if err != nil {
		mend := "check that you may read it"
		if errors.Is(err, os.ErrNotExist) {
			mend = "check the name and the folder"
		}
		return nil, &Error{File: path, Msg: "cannot be opened: " + plain(err), Mend: mend, Err: err}
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, &Error{File: path, Msg: "is a folder", Mend: "give the CSV file in it"}
	}
	c, err := NewCSV(path, f, opts)
	if err != nil {
		f.Close()
		return nil, err
	}
	c.closer = f
	return c, nil
}

// NewCSV reads the header of the CSV that r holds; name is what errors call it.
// Its errors are those of Open. Close leaves r open.
func NewCSV(name string, r io.Reader, opts Options) (*CSV, error) {
	return newCSV(name, r, opts, chunkSize)
}

// newCSV is NewCSV with the chunk size open to tests.
func newCSV(name string, r io.Reader, opts Options, chunk int) (*CSV, error) {
	if opts.Delimiter != 0 && !usable(opts.Delimiter) {
		return nil, &Error{File: name, Msg: fmt.Sprintf("%q cannot be the delimiter", opts.Delimiter), Mend: "give --delimiter a punctuation mark or tab"}
	}
	c := &CSV{file: name, src: newSource(r, opts.Tee), max: opts.MaxCell}
	if c.max <= 0 {
		c.max = defaultMaxCell
	}
	c.front = newFront(c.src, int64(c.max), chunk)
	if err := c.sniff(opts.Delimiter); err != nil {
		return nil, err
	}
	cr := csv.NewReader(bufio.NewReaderSize(c.front, chunk))
	cr.Comma = c.facts.Delimiter
	cr.FieldsPerRecord = -1
	c.records = cr

	header, _, err := c.read()
	if err == io.EOF {
		return nil, &Error{File: name, Msg: "is empty", Mend: "save it with one line of column names and a line for each row"}
	}
	if err != nil {
		return nil, err
	}
	c.header = header
	return c, nil
}

// sniff looks at the begin of the file: is it CSV, and in which dialect?
func (c *CSV) sniff(delimiter rune) error {
	sample, more := c.front.peek()
	if err := c.front.err; err != nil && err != io.EOF {
		return c.readError(err)
	}
	if what, mend := foreign(sample); what != "" {
		e := &Error{File: c.file, Msg: what, Mend: mend}
		if what == nulText {
			e.Line = 1
		}
		return e
	}
	skip := 0
	if bytes.HasPrefix(sample, []byte(bom)) {
		c.facts.BOM = true
		skip = len(bom)
	}
	sep, n := sepLine(sample[skip:])
	if n > 0 {
		c.skipped = 1
		skip += n
	}
	c.front.skip(skip)

	var rival rune
	switch {
	case delimiter != 0:
		c.facts.Delimiter = delimiter
	case sep != 0:
		c.facts.Delimiter = sep
	default:
		c.facts.Delimiter, rival = findDelimiter(sample[skip:], more)
	}
	if rival != 0 {
		a, b := delimiterName(c.facts.Delimiter), delimiterName(rival)
		return &Error{
			File: c.file, Line: 1,
			Msg:  fmt.Sprintf("the delimiter is unclear: %s and %s both split the header and the rows evenly", a, b),
			Mend: fmt.Sprintf("say which it is with --delimiter %s or --delimiter %s", a, b),
		}
	}
	return nil
}

// Header returns the column names as the file has them, without BOM. They may
// be blank or repeat.
func (c *CSV) Header() []string { return c.header }

// Next returns the next row, or io.EOF after the last. Any other error is an
// *Error and final: every later call returns it again. The cells belong to the
// caller.
func (c *CSV) Next() (batch.Row, error) {
	cells, line, err := c.read()
	if err != nil {
		return batch.Row{}, err
	}
	c.facts.Rows++
	return batch.Row{Num: c.facts.Rows, Line: line, Cells: cells}, nil
}

// Facts returns what reading has shown so far. Size and SHA256 are those of the
// file, and the counts complete, once Next has returned io.EOF; before, SHA256
// is empty.
func (c *CSV) Facts() batch.Facts {
	f := c.facts
	f.Size = c.src.size
	return f
}

// Close closes the file that Open has opened. Next fails from then on.
func (c *CSV) Close() error {
	if c.err == nil {
		c.err = &Error{File: c.file, Msg: "was closed before its end", Err: os.ErrClosed}
	}
	if c.closer == nil {
		return nil
	}
	f := c.closer
	c.closer = nil
	if err := f.Close(); err != nil {
		return &Error{File: c.file, Msg: "cannot be closed: " + plain(err), Err: err}
	}
	return nil
}

// read returns the next record that is not blank, and the line where it starts.
func (c *CSV) read() ([]string, int64, error) {
	for c.err == nil {
		cells, err := c.records.Read()
		if c.err = c.judge(cells, err); c.err != nil {
			break
		}
		line, last := c.place(cells)
		c.facts.Blank += line - c.end - 1 // lines that encoding/csv has passed over
		c.end = last
		start := line + c.skipped + c.extra
		is, partly := Comment(cells)
		if partly {
			c.err = c.partComment(start)
			break
		}
		if is || blank(cells) {
			c.facts.Blank++
			continue
		}
		if c.err = c.restore(cells, start); c.err != nil {
			break
		}
		return cells, start, nil
	}
	return nil, 0, c.err
}

// place returns the first and the last line of the record that was just read, as
// encoding/csv counts them.
func (c *CSV) place(cells []string) (first, last int64) {
	n := len(cells) - 1
	from, _ := c.records.FieldPos(0)
	to, _ := c.records.FieldPos(n)
	return int64(from), int64(to + strings.Count(cells[n], "\n"))
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return false
		}
	}
	return true
}

// restore turns the marks of the front back, in place, and finds bytes that are
// not UTF-8. Most files have neither, and then it does nothing.
func (c *CSV) restore(cells []string, line int64) error {
	if c.front.marked {
		for i, cell := range cells {
			if strings.IndexByte(cell, markCR) < 0 {
				continue
			}
			c.extra += loneCRs(cell)
			cells[i] = strings.ReplaceAll(cell, "\xFF", "\r")
		}
	}
	if c.front.tainted {
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				return c.textError(cell, line, i)
			}
		}
	}
	return nil
}

// loneCRs counts the carriage returns, marked, that no line feed follows: lines
// that encoding/csv does not count.
func loneCRs(cell string) int64 {
	return int64(strings.Count(cell, "\xFF") - strings.Count(cell, "\xFF\n"))
}
