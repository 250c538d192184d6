package sheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// Options say how to read a data file. The zero value finds everything out.
type Options struct {
	// Delimiter separates the cells of a CSV; 0: found from the content.
	Delimiter rune
	// Encoding is that of a CSV, by a name that ParseEncoding has returned; empty:
	// by the byte order mark, else UTF-8 when all of the file is, else Windows-1252.
	Encoding string
	// Sheet is the sheet of a workbook, by name or by number from 1; empty: the only
	// one that has cells.
	Sheet string
	// HeaderRow is the line, or the row of the sheet, with the column names; what
	// stands before it is left out. 0: the first that is not blank.
	HeaderRow int64
	// Limits bound what the file may have.
	Limits batch.Limits
	// Tee gets the raw bytes of the file as they are read: all of them once
	// Next has returned io.EOF. A failed write is final. It may be nil.
	Tee io.Writer

	// fallback is the encoding of a file that is known not to be UTF-8.
	fallback string
}

// Reader is an open data file.
type Reader interface {
	batch.Source
	// Facts returns what reading has shown so far. Size and SHA256 are those of the
	// file, and the counts complete, once Next has returned io.EOF; before, SHA256
	// is empty.
	Facts() batch.Facts
	// Findings is what a person should know of how the file was read. It is
	// complete once Next has returned io.EOF.
	Findings() []Finding
}

// Finding is something about a file that changes nothing, and that a person should
// see before the rows are sent.
type Finding struct{ Message, Mend string }

// Open opens the data file at path and reads its header: a CSV, or an Excel
// workbook (.xlsx), whatever its name ends in. A file that is missing, a folder,
// unreadable, empty or something else is an *Error; a header without rows is not.
// The caller closes the Reader.
func Open(path string, opts Options) (Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		mend := "check that you may read it"
		if errors.Is(err, os.ErrNotExist) {
			mend = "check the name and the folder"
		}
		return nil, &Error{File: path, Msg: "cannot be opened: " + plain(err), Mend: mend, Err: err}
	}
	r, err := open(path, f, opts)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

func open(path string, f *os.File, opts Options) (Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{File: path, Msg: "cannot be read: " + plain(err), Mend: "check the disk or the network share, and start again", Err: err}
	}
	if info.IsDir() {
		return nil, &Error{File: path, Msg: "is a folder", Mend: "give the CSV or .xlsx file in it"}
	}
	if info.Mode().IsRegular() {
		if limit := opts.Limits.OrDefault().FileBytes; info.Size() > limit {
			return nil, tooLarge(path, limit)
		}
		if isWorkbook(f, info.Size()) {
			return openWorkbook(path, f, info.Size(), opts)
		}
		if opts.Encoding == "" {
			if opts.fallback, err = guess(f, info.Size()); err != nil {
				return nil, &Error{File: path, Msg: "cannot be read: " + plain(err), Mend: "check the disk or the network share, and start again", Err: err}
			}
		}
	}
	c, err := NewCSV(path, f, opts)
	if err != nil {
		return nil, err
	}
	c.closer = f
	return c, nil
}

// guess returns the encoding of text that is not UTF-8 anywhere, and has no byte
// order mark; empty when it is UTF-8. It reads a UTF-8 file whole, another to the
// first byte that is not.
func guess(r io.ReaderAt, size int64) (string, error) {
	head := make([]byte, min(size, chunkSize))
	if n, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	} else if head = head[:n]; marked(head) != "" || utf16ByZeros(head) != "" {
		return "", nil
	}
	if what, _ := foreign(head); what != "" {
		return "", nil
	}
	valid, err := validUTF8(io.NewSectionReader(r, 0, size))
	if valid || err != nil {
		return "", err
	}
	return encWindows, nil
}

// Reopen opens a data file, or a copy of it, again, to be understood as it was when
// facts were found.
func Reopen(path string, facts batch.Facts) (Reader, error) {
	opts := Options{HeaderRow: facts.HeaderRow, Limits: facts.Limits, Sheet: facts.Sheet}
	if facts.Sheet == "" {
		opts.Delimiter, opts.Encoding = facts.Delimiter, facts.Encoding
		if opts.Encoding == "" {
			opts.Encoding = encUTF8
		}
	}
	return Open(path, opts)
}

// InputName is the name that a run directory gives its copy of the file at path,
// by what the file holds. A file that cannot be read is a CSV: Open says why.
func InputName(path string) string {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return batch.InputFile // a pipe can be read once only
	}
	f, err := os.Open(path)
	if err != nil {
		return batch.InputFile
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && isWorkbook(f, info.Size()) {
		return batch.WorkbookFile
	}
	return batch.InputFile
}

// checkHeader reports a header over the limits.
func checkHeader(file string, line int64, header []string, limits batch.Limits) error {
	if n := int64(len(header)); n > limits.Columns {
		return &Error{
			File: file, Line: line, Msg: fmt.Sprintf("the header has %d columns; the most is %d (limits: columns)", n, limits.Columns),
			Mend: "check that this line has the column names; if it has, set limits: {columns: N} in the job",
		}
	}
	if n := sizeOf(header); n > limits.HeaderBytes {
		return &Error{
			File: file, Line: line, Msg: fmt.Sprintf("the column names have %d bytes; the most is %s (limits: header-bytes)", n, byteSize(limits.HeaderBytes)),
			Mend: "check that this line has the column names; if it has, set limits: {header-bytes: N} in the job",
		}
	}
	return nil
}

// tooManyRows reports a file with more rows than the limit.
func tooManyRows(file string, line, limit int64) error {
	return &Error{
		File: file, Line: line, Row: limit + 1, Msg: fmt.Sprintf("the file has more than %d rows (limits: rows)", limit),
		Mend: "split the file, or set limits: {rows: N} in the job",
	}
}

// ownColumns returns the columns that are not result columns of this program; nil
// when none is. A header of result columns only is an error.
func ownColumns(file string, line int64, header []string) ([]int, error) {
	own := make([]int, 0, len(header))
	for i, name := range header {
		if !request.Reserved(name) {
			own = append(own, i)
		}
	}
	switch len(own) {
	case len(header):
		return nil, nil
	case 0:
		return nil, &Error{
			File: file, Line: line, Msg: "has only columns that pmrun has added (" + request.ReservedPrefix + "...), and these are not loaded",
			Mend: "give the file that still has the columns with the data",
		}
	}
	return own, nil
}

// blankIn says whether a record is blank in these columns. One that has more cells
// than the header never is: which cell is which cannot be told.
func blankIn(cells []string, columns []int, header int) bool {
	for _, i := range columns {
		if i < len(cells) && cells[i] != "" {
			return false
		}
	}
	return len(cells) <= header
}

// leftOut says what stood before the header.
func leftOut(headerRow int64, text string) Finding {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	lines := "line 1"
	if headerRow > 2 {
		lines = fmt.Sprintf("lines 1 to %d", headerRow-1)
	}
	return Finding{
		Message: fmt.Sprintf("%s, before the column names, left out: %s", lines, request.Excerpt(strings.TrimSpace(first))),
		Mend:    "nothing, when that is no data; else correct --header-row",
	}
}
