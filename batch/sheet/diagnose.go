package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	mendQuote    = `put the whole cell in quotes, and write each quote inside it twice ("")`
	mendUnclosed = `close it at the end of the cell, and write each quote inside the cell twice ("")`
)

// judge turns what encoding/csv says about a record into what is right to say
// about the file, and finishes the facts at its end.
func (c *CSV) judge(cells []string, err error) error {
	pe, isParse := errors.AsType[*csv.ParseError](err)
	switch {
	case isParse && !c.unclosed(pe):
		return c.quoteError(cells, pe)
	case c.front.long && c.records.InputOffset() == c.front.off:
		return c.longError(cells, isParse)
	case isParse:
		return c.unclosedError(cells, pe)
	case err == io.EOF:
		c.facts.Blank += max(0, c.front.lf-c.end)
		c.facts.SHA256 = c.src.sum()
		return io.EOF
	case err != nil:
		return c.readError(err)
	}
	if sizeOf(cells) > c.max {
		return c.longError(cells, false)
	}
	return nil
}

// sizeOf is how many bytes cells have together.
func sizeOf(cells []string) int64 {
	size := 0
	for _, cell := range cells {
		size += len(cell)
	}
	return int64(size)
}

// row is the number of the data row that is being read; 0 for the header.
func (c *CSV) row() int64 {
	if c.header == nil {
		return 0
	}
	return c.facts.Rows + 1
}

// column names the column with index i for an error.
func (c *CSV) column(i int) string {
	if i < len(c.header) && c.header[i] != "" {
		return c.header[i]
	}
	return "#" + strconv.Itoa(i+1)
}

// textError reports a cell that holds bytes which are no text in the file's
// encoding.
func (c *CSV) textError(cell string, line int64, i int) error {
	e := &Error{File: c.file, Line: line, Row: c.row(), Column: c.column(i), Msg: windowsText, Mend: saveNamed}
	switch name := c.facts.Encoding; {
	case strings.IndexByte(cell, markNUL) >= 0 && name == "":
		e.Msg, e.Mend = nulText, saveUTF16
	case strings.IndexByte(cell, markNUL) >= 0:
		e.Msg, e.Mend = "a NUL character", "remove it, or check that --encoding is right"
	case name != "":
		e.Msg, e.Mend = "a character that is none in "+name, saveNamed
	case strings.Contains(cell, lost):
		e.Msg, e.Mend = lostText, mendLost
	}
	return e
}

const (
	lostText = "the replacement character U+FFFD: an earlier program could not keep what stood there"
	mendLost = "write what was meant, best from the original file"
)

// unclosed says whether pe is about a quote that is still open where the file, or
// what the limit leaves of it, ends: only then pe stands behind the last byte.
func (c *CSV) unclosed(pe *csv.ParseError) bool {
	return c.records.InputOffset() == c.front.off && int64(pe.Column-1) == c.front.off-c.front.line
}

func (c *CSV) unclosedError(cells []string, pe *csv.ParseError) error {
	return &Error{
		File: c.file, Line: int64(pe.StartLine) + c.skipped + c.extra, Row: c.row(), Column: c.column(len(cells)),
		Msg:  `the quote (") that opens this cell is not closed anywhere in the rest of the file`,
		Mend: mendUnclosed,
	}
}

// quoteError reports a quote out of place in the cell after those in cells.
func (c *CSV) quoteError(cells []string, pe *csv.ParseError) error {
	e := &Error{
		File: c.file, Line: int64(pe.StartLine) + c.skipped + c.extra, Row: c.row(), Column: c.column(len(cells)),
		Msg:  `text after the quote (") that closes this cell`,
		Mend: mendQuote,
	}
	if pe.Err == csv.ErrBareQuote {
		e.Msg = `a quote (") inside a cell that does not begin with one`
	}
	// After a lone CR in a cell encoding/csv counts lines and bytes in its own way,
	// and bytes are those of UTF-8.
	if lone := c.front.lone; c.facts.Encoding == "" && (lone < 0 || lone >= c.records.InputOffset()) {
		e.Msg += fmt.Sprintf(", at byte %d of line %d", pe.Column, int64(pe.Line)+c.skipped)
	}
	return e
}

// longError reports the record that the limit has stopped; open says that it was
// stopped inside quotes, in the cell after those in cells.
func (c *CSV) longError(cells []string, open bool) error {
	e := &Error{
		File: c.file, Line: c.front.recLF + 1 + c.skipped + c.extra, Row: c.row(),
		Msg:  "this record is longer than " + byteSize(c.max) + " (limits: row-bytes)",
		Mend: "check that the file has line ends and that --delimiter is right",
	}
	if open {
		e.Column = c.column(len(cells))
		e.Msg += `: the quote (") that opens this cell is probably not closed`
		e.Mend = mendUnclosed
	} else if len(cells) > 0 {
		from, _ := c.records.FieldPos(0)
		e.Line = int64(from) + c.skipped + c.extra
	}
	return e
}

func (c *CSV) readError(err error) error {
	e := &Error{File: c.file, Row: c.row(), Err: err}
	if c.front != nil {
		e.Line = c.front.recLF + 1 + c.skipped + c.extra
	}
	if err == errTooLarge {
		return tooLarge(c.file, c.limits.FileBytes)
	}
	if err == errRewritten {
		e.Line, e.Row, e.Msg, e.Mend, e.Err = 0, 0, err.Error(), saveUTF8, nil
		return e
	}
	if ce, ok := errors.AsType[*copyError](err); ok {
		e.Msg, e.Err = "the copy of the file cannot be written: "+plain(ce.err), ce.err
		e.Mend = "check that the disk of the run directory has space"
		return e
	}
	e.Msg, e.Mend = "cannot be read on: "+plain(err), "check the disk or the network share, and start again"
	return e
}

// tooLarge reports a file over the limit.
func tooLarge(file string, limit int64) error {
	return &Error{File: file, Msg: "is larger than " + byteSize(limit) + " (limits: file-bytes)", Mend: "check that it is the right file; if it is, split it, or set limits: {file-bytes: N} in the job"}
}

// byteSize writes n bytes as a person would.
func byteSize(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return strconv.FormatInt(n>>30, 10) + " GiB"
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
