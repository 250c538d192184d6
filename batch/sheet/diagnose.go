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
	size := 0
	for _, cell := range cells {
		size += len(cell)
	}
	if size > c.max {
		return c.longError(cells, false)
	}
	return nil
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

func (c *CSV) textError(cell string, line int64, i int) error {
	e := &Error{File: c.file, Line: line, Row: c.row(), Column: c.column(i), Msg: windowsText, Mend: saveUTF8}
	if strings.IndexByte(cell, markNUL) >= 0 {
		e.Msg = nulText
	}
	return e
}

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
	// After a lone CR in a cell encoding/csv counts lines and bytes in its own way.
	if lone := c.front.lone; lone < 0 || lone >= c.records.InputOffset() {
		e.Msg += fmt.Sprintf(", at byte %d of line %d", pe.Column, int64(pe.Line)+c.skipped)
	}
	return e
}

// longError reports the record that the limit has stopped; open says that it was
// stopped inside quotes, in the cell after those in cells.
func (c *CSV) longError(cells []string, open bool) error {
	e := &Error{
		File: c.file, Line: c.front.recLF + 1 + c.skipped + c.extra, Row: c.row(),
		Msg:  "this record is longer than " + byteSize(c.max),
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
	e := &Error{File: c.file, Line: c.front.recLF + 1 + c.skipped + c.extra, Row: c.row(), Err: err}
	if ce, ok := errors.AsType[*copyError](err); ok {
		e.Msg, e.Err = "the copy of the file cannot be written: "+plain(ce.err), ce.err
		e.Mend = "check that the disk of the run directory has space"
		return e
	}
	e.Msg, e.Mend = "cannot be read on: "+plain(err), "check the disk or the network share, and start again"
	return e
}

// byteSize writes n bytes as a person would.
func byteSize(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.Itoa(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.Itoa(n>>10) + " KiB"
	}
	return strconv.Itoa(n) + " bytes"
}
