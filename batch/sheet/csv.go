package sheet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// records is the seam to encoding/csv: gocsv's reader interface, with the
// positions that the standard reader knows.
type records interface {
	gocsv.CSVReader
	FieldPos(field int) (line, column int)
	InputOffset() int64
}

// CSV reads a file of comma-separated values (or another delimiter), as a stream.
// It is a Reader. It is not safe for concurrent use.
//
// Blank lines, records of empty cells only and comments (see Comment) are no rows. Rows may have more or
// fewer cells than the header. Quotes are strict, as in RFC 4180.
type CSV struct {
	file    string
	closer  io.Closer // nil when the caller owns the reader
	src     *source
	front   *front
	records records
	limits  batch.Limits
	max     int64 // bytes of a record

	header []string
	// own are the columns of the header that are not this program's; nil when all are.
	own     []int
	guessed bool     // the encoding was taken because the file is not UTF-8
	shown   []string // cells that show what it has made of them
	left    string   // what stood before the header
	facts   batch.Facts
	err     error // the end, or what ended it

	// Lines as encoding/csv counts them become lines of the file when skipped,
	// a sep= line, and extra, lone CRs inside cells so far, are added.
	skipped, extra int64
	end            int64 // last line of the last record, as encoding/csv counts
	base           int64 // bytes of the file before those that the front hands out
	every          int64 // rows from one mark to the next
}

var _ Reader = (*CSV)(nil)

// NewCSV reads the header of the CSV that r holds; name is what errors call it.
// Its errors are those of Open. Close leaves r open. Text without a byte order
// mark is UTF-8, or UTF-16 by its zero bytes, unless opts has an encoding.
func NewCSV(name string, r io.Reader, opts Options) (*CSV, error) {
	return newCSV(name, r, opts, chunkSize)
}

// newCSV is NewCSV with the chunk size open to tests.
func newCSV(name string, r io.Reader, opts Options, chunk int) (*CSV, error) {
	if opts.Delimiter != 0 && !usable(opts.Delimiter) {
		return nil, &Error{File: name, Msg: fmt.Sprintf("%q cannot be the delimiter", opts.Delimiter), Mend: "give --delimiter a punctuation mark or tab"}
	}
	limits := opts.Limits.OrDefault()
	c := &CSV{file: name, src: newSource(r, opts.Tee, limits.FileBytes), limits: limits, max: limits.RowBytes, every: markEvery}
	c.facts.Limits = opts.Limits
	text, err := c.decode(bufio.NewReaderSize(c.src, chunk), opts, chunk)
	if err != nil {
		return nil, err
	}
	c.front = newFront(text, c.max, chunk)
	if err := c.sniff(opts); err != nil {
		return nil, err
	}
	c.records = newRecords(c.front, c.facts.Delimiter, chunk)
	return c, c.readHeader()
}

// decode looks at the first bytes of the file: is it text, and in which encoding?
// It returns the text in UTF-8.
func (c *CSV) decode(raw *bufio.Reader, opts Options, chunk int) (io.Reader, error) {
	head, err := raw.Peek(chunk)
	if err != nil && err != io.EOF {
		return nil, c.readError(err)
	}
	if what, mend := foreign(head); what != "" {
		return nil, &Error{File: c.file, Msg: what, Mend: mend}
	}
	if opts.Sheet != "" && !reported(head) {
		return nil, &Error{File: c.file, Msg: "is no workbook, so that it has no sheet " + strconv.Quote(clip(opts.Sheet)), Mend: "leave --sheet out, or give the .xlsx file"}
	}
	name := opts.Encoding
	mark := marked(head)
	switch {
	case mark != "" && name != "" && name != mark && !(name == encUTF16 && mark != encUTF8):
		return nil, &Error{File: c.file, Line: 1, Msg: "begins with the byte order mark of " + mark + ", and --encoding says " + name, Mend: "leave --encoding out"}
	case mark != "":
		name = mark
	case name == "" || name == encUTF16:
		found := utf16ByZeros(head)
		switch {
		case found != "":
			name = found
		case name == encUTF16:
			name = encUTF16LE
		case opts.fallback != "":
			name, c.guessed = opts.fallback, true
		}
	}
	enc := encodingNamed(name)
	if enc == nil {
		if len(head) > 1 && (head[0] == 0 || head[1] == 0) {
			return nil, &Error{File: c.file, Line: 1, Msg: nulText, Mend: saveUTF16}
		}
		return raw, nil
	}
	c.facts.Encoding = name
	return newDecoder(raw, enc, chunk), nil
}

// sniff looks at the first characters of the file: is it CSV, and in which dialect?
func (c *CSV) sniff(opts Options) error {
	sample, more := c.front.peek()
	if err := c.front.err; err != nil && err != io.EOF {
		return c.readError(err)
	}
	if what, mend := foreignText(sample); what != "" {
		return &Error{File: c.file, Msg: what, Mend: mend}
	}
	skip := 0
	if bytes.HasPrefix(sample, []byte(bom)) {
		c.facts.BOM = true
		skip = len(bom)
	}
	sep, n := sepLine(sample[skip:])
	if n > 0 {
		c.facts.Sep = true
		c.skipped = 1
		skip += n
	}
	if want := opts.HeaderRow; want > c.skipped && !reported(sample) {
		n, ok := lineStart(sample[skip:], want-c.skipped-1)
		if !ok {
			return &Error{File: c.file, Msg: fmt.Sprintf("has no line %d near its begin for the column names", want), Mend: "check --header-row: it counts lines from 1"}
		}
		c.left = string(sample[skip : skip+n])
		c.skipped = want - 1
		c.facts.HeaderRow = want
		skip += n
	}
	c.front.skip(skip)
	c.base = int64(skip)

	var rival rune
	switch {
	case opts.Delimiter != 0:
		c.facts.Delimiter = opts.Delimiter
	case sep != 0:
		c.facts.Delimiter = sep
	default:
		c.facts.Delimiter, rival = findDelimiter(sample[skip:], more)
	}
	if rival != 0 {
		a, b := delimiterName(c.facts.Delimiter), delimiterName(rival)
		return &Error{
			File: c.file, Line: c.skipped + 1,
			Msg:  fmt.Sprintf("the delimiter is unclear: %s and %s both split the header and the rows evenly", a, b),
			Mend: fmt.Sprintf("say which it is with --delimiter %s or --delimiter %s", a, b),
		}
	}
	return nil
}

// reported says whether a file was written by this program: its header is the
// first line whatever the job says of the file that the run began with.
func reported(sample []byte) bool {
	for _, name := range []string{"pmrun_row", "pmrun_line", "pmrun_status"} {
		if !bytes.Contains(sample, []byte(name)) {
			return false
		}
	}
	return true
}

// lineStart returns where the line after the first n of b starts; false when b
// does not have it.
func lineStart(b []byte, n int64) (int, bool) {
	if n == 0 {
		return 0, true
	}
	at := 0
	for range n {
		i := bytes.IndexAny(b[at:], "\r\n")
		if i < 0 {
			return 0, false
		}
		if at += i + 1; b[at-1] == '\r' && at < len(b) && b[at] == '\n' {
			at++
		}
	}
	return at, at < len(b)
}

// readHeader reads the column names.
func (c *CSV) readHeader() error {
	header, line, _, err := c.read()
	if err == io.EOF {
		return &Error{File: c.file, Msg: "is empty", Mend: "save it with one line of column names and a line for each row"}
	}
	if err != nil {
		return err
	}
	if want := c.facts.HeaderRow; want > 0 && line != want {
		return &Error{File: c.file, Line: want, Msg: "is blank, and --header-row names it for the column names", Mend: "give --header-row the line that has them"}
	}
	if err := checkHeader(c.file, line, header, c.limits); err != nil {
		return err
	}
	c.header = header
	c.own, err = ownColumns(c.file, line, header)
	return err
}

// Header returns the column names as the file has them, without BOM. They may
// be blank or repeat.
func (c *CSV) Header() []string { return c.header }

// Next returns the next row, or io.EOF after the last. Any other error is an
// *Error and final: every later call returns it again. The cells belong to the
// caller.
func (c *CSV) Next() (batch.Row, error) {
	place, marks := c.mark()
	cells, line, defects, err := c.read()
	if err != nil {
		return batch.Row{}, err
	}
	if c.facts.Rows == c.limits.Rows {
		c.err = tooManyRows(c.file, line, c.limits.Rows)
		return batch.Row{}, c.err
	}
	c.facts.Rows++
	if marks {
		place.Row, place.Line, place.Sum = c.facts.Rows, line, sumOf(cells)
		c.facts.Marks = append(c.facts.Marks, place)
	}
	if c.guessed && len(c.shown) < maxShown {
		c.show(cells, line)
	}
	return batch.Row{Num: c.facts.Rows, Line: line, Cells: cells, Defects: defects}, nil
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

// maxShown is how many cells show what an encoding has made of them.
const maxShown = 3

// show keeps cells that the encoding has a say in as examples.
func (c *CSV) show(cells []string, line int64) {
	for i, cell := range cells {
		if len(c.shown) < maxShown && !ascii(cell) && !c.resultColumn(i) {
			c.shown = append(c.shown, fmt.Sprintf("line %d, column %s: %s", line, c.column(i), request.Excerpt(cell)))
		}
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Findings says what was taken for granted.
func (c *CSV) Findings() []Finding {
	var out []Finding
	if c.left != "" {
		out = append(out, leftOut(c.facts.HeaderRow, c.left))
	}
	if c.guessed {
		f := Finding{
			Message: "the file is not UTF-8 and was read as " + c.facts.Encoding,
			Mend:    "check these cells; if they are wrong, name the encoding with --encoding",
		}
		if len(c.shown) > 0 {
			f.Message += ", for instance " + strings.Join(c.shown, "; ")
		}
		out = append(out, f)
	}
	return out
}

// resultColumn says whether column i was put in by this program.
func (c *CSV) resultColumn(i int) bool {
	return i < len(c.header) && request.Reserved(c.header[i])
}

// read returns the next record that is not blank, the line where it starts, and
// which of its cells are damaged.
func (c *CSV) read() ([]string, int64, []batch.Defect, error) {
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
			c.err = partComment(c.file, start)
			break
		}
		if is || blank(cells) || c.own != nil && blankIn(cells, c.own, len(c.header)) {
			c.facts.Blank++
			continue
		}
		var defects []batch.Defect
		if defects, c.err = c.restore(cells, start); c.err != nil {
			break
		}
		return cells, start, defects, nil
	}
	return nil, 0, nil, c.err
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
// no text, and characters that were lost. Most files have neither, and then it
// does nothing.
func (c *CSV) restore(cells []string, line int64) (defects []batch.Defect, err error) {
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
				return nil, c.textError(cell, line, i)
			}
		}
	}
	if !c.front.lossy {
		return nil, nil
	}
	for i, cell := range cells {
		switch {
		case c.resultColumn(i) || !strings.Contains(cell, lost):
		case c.header == nil || c.facts.Encoding != "":
			return nil, c.textError(cell, line, i)
		default:
			defects = append(defects, batch.Defect{Column: c.column(i), Message: "the cell holds " + lostText})
		}
	}
	return defects, nil
}

// loneCRs counts the carriage returns, marked, that no line feed follows: lines
// that encoding/csv does not count.
func loneCRs(cell string) int64 {
	return int64(strings.Count(cell, "\xFF") - strings.Count(cell, "\xFF\n"))
}
