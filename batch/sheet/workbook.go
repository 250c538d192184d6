package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// Workbook reads a sheet of an Excel workbook (.xlsx), as a stream. It is a Reader,
// and not safe for concurrent use.
//
// Every cell is text. Numbers are written in full, with leading zeros where the
// format shows them; dates and times as in ISO 8601; formulas give the value that
// was saved with them. A row's line is its number in the sheet. Rows without text
// are no rows. Reports of a workbook are CSV in UTF-8, with a byte order mark.
type Workbook struct {
	file   string
	f      *os.File
	limits batch.Limits
	facts  batch.Facts
	book   *contents
	shared *sharedStrings
	xml    *xmlReader
	err    error // the end, or what ended it

	header []string
	own    []int
	first  int64 // row of the header
	last   int64 // last row in the sheet so far
	ended  bool  // the sheet's element has ended
	column int   // last column in that row so far; -1 before the first

	left          string   // text before the header
	hiddenTabs    []string // sheets with cells that were not looked at
	hiddenRows    int64    // data rows that nobody sees
	hiddenColumns [][2]int // ranges of columns, from 1
	merged        int64
	firstMerged   string
	sum           string // digest of the file when it was opened
}

var _ Reader = (*Workbook)(nil)

const mendWorkbook = "open it in a spreadsheet program and save it again as .xlsx, or as CSV UTF-8"

// maxPart bounds what a part of a workbook may be, unpacked, when the job does not.
const maxPart = 4 << 30

// openWorkbook opens a workbook and reads the header of its sheet. f is the
// Workbook's once it has returned without an error.
func openWorkbook(path string, f *os.File, size int64, opts Options) (_ Reader, err error) {
	w := &Workbook{file: path, f: f, limits: opts.Limits.OrDefault(), column: -1}
	w.facts.Limits = opts.Limits
	w.facts.Dialect = batch.Dialect{Delimiter: ',', BOM: true}
	if opts.Delimiter != 0 || opts.Encoding != "" {
		return nil, &Error{File: path, Msg: "is an Excel workbook, which has no delimiter and no encoding", Mend: "leave --delimiter and --encoding out"}
	}
	defer func() {
		if err != nil {
			w.free()
		}
	}()
	if err := w.digest(size, opts.Tee); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, &Error{File: path, Msg: "is a workbook that is damaged or cut off: " + err.Error(), Mend: "copy or download it again, or " + mendWorkbook, Err: err}
	}
	p := &parts{zip: z, total: maxPart, token: w.limits.RowBytes}
	if opts.Limits.FileBytes > 0 {
		p.total = opts.Limits.FileBytes
	}
	if w.book, err = p.contents(); err != nil {
		return nil, w.xmlError(err)
	}
	t, err := w.choose(p, opts.Sheet)
	if err != nil {
		return nil, err
	}
	w.facts.Sheet = t.Name
	if w.book.strings != "" {
		d, err := p.open(w.book.strings)
		if err != nil {
			return nil, w.xmlError(err)
		}
		defer d.in.Close()
		if w.shared, err = readSharedStrings(d); err != nil {
			return nil, w.xmlError(err)
		}
	}
	if w.xml, err = p.open(t.part); err != nil {
		return nil, w.xmlError(err)
	}
	return w, w.readHeader(opts.HeaderRow)
}

// digest reads the file once: for its digest, and into the copy.
func (w *Workbook) digest(size int64, tee io.Writer) error {
	src := newSource(io.NewSectionReader(w.f, 0, size), tee, size)
	if _, err := io.Copy(io.Discard, src); err != nil {
		if ce, ok := errors.AsType[*copyError](err); ok {
			return &Error{File: w.file, Msg: "the copy of the file cannot be written: " + plain(ce.err), Mend: "check that the disk of the run directory has space", Err: ce.err}
		}
		return &Error{File: w.file, Msg: "cannot be read: " + plain(err), Mend: "check the disk or the network share, and start again", Err: err}
	}
	w.facts.Size, w.sum = src.size, src.sum()
	return nil
}

// choose finds the sheet that is meant: the one that is named, or the only one that
// has cells. Hidden sheets count only when no other has any.
func (w *Workbook) choose(p *parts, want string) (*tab, error) {
	if want != "" {
		for _, byName := range []bool{true, false} {
			for i := range w.book.tabs {
				if t := &w.book.tabs[i]; byName && t.Name == want || !byName && strconv.Itoa(t.number) == want {
					return t, nil
				}
			}
		}
		return nil, &Error{File: w.file, Msg: fmt.Sprintf("has no sheet %q; it has %s", clip(want), listTabs(pointers(w.book.tabs))), Mend: "give --sheet one of them, by name or number"}
	}
	var seen, hidden []*tab
	for _, t := range pointers(w.book.tabs) {
		used, err := p.used(t.part)
		if err != nil {
			return nil, w.xmlError(err)
		}
		switch {
		case used && t.hidden():
			hidden = append(hidden, t)
		case used:
			seen = append(seen, t)
		}
	}
	if len(seen) == 0 {
		seen, hidden = hidden, nil
	}
	switch len(seen) {
	case 0:
		return nil, &Error{File: w.file, Msg: "has no sheet with cells", Mend: "save it with one row of column names and a row for each record"}
	case 1:
		for _, t := range hidden {
			w.hiddenTabs = append(w.hiddenTabs, t.Name)
		}
		return seen[0], nil
	}
	return nil, &Error{File: w.file, Msg: "has several sheets with cells: " + listTabs(seen), Mend: "say which one has the rows with --sheet, by name or number"}
}

func pointers(tabs []tab) []*tab {
	out := make([]*tab, len(tabs))
	for i := range tabs {
		out[i] = &tabs[i]
	}
	return out
}

func listTabs(tabs []*tab) string {
	const most = 20
	var names []string
	for i, t := range tabs {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(tabs)-most))
			break
		}
		names = append(names, fmt.Sprintf("%d %q", t.number, clip(t.Name)))
	}
	return strings.Join(names, ", ")
}

// used says whether a sheet has a cell with a value.
func (p *parts) used(part string) (bool, error) {
	d, err := p.open(part)
	if err != nil {
		return false, err
	}
	defer d.in.Close()
	inCell := false
	for {
		t, err := d.token()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inCell = inCell || t.Name.Local == "c"
			if inCell && t.Name.Local == "f" {
				return true, nil
			}
		case xml.EndElement:
			if t.Name.Local == "c" {
				inCell = false
			}
			if t.Name.Local == "sheetData" {
				return false, nil
			}
		case xml.CharData:
			if inCell && len(bytes.TrimSpace(t)) > 0 {
				return true, nil
			}
		}
	}
}

// readHeader reads the column names: from the row that is named, or the first that
// has text.
func (w *Workbook) readHeader(want int64) error {
	w.facts.HeaderRow = want
	for {
		r, err := w.row()
		if err == io.EOF && want > 0 {
			return &Error{File: w.file, Msg: fmt.Sprintf("sheet %q has no row %d for the column names", w.facts.Sheet, want), Mend: "check --header-row: it counts the rows of the sheet from 1"}
		}
		if err == io.EOF {
			return &Error{File: w.file, Msg: fmt.Sprintf("sheet %q is empty", w.facts.Sheet), Mend: "save it with one row of column names and a row for each record"}
		}
		if err != nil {
			return err
		}
		nothing := blank(r.cells) && len(r.defects) == 0
		switch {
		case want > 0 && r.number < want:
			if w.left == "" && !nothing {
				w.left = strings.Join(strings.Fields(strings.Join(r.cells, " ")), " ")
			}
			continue
		case want > 0 && (r.number > want || nothing):
			return &Error{File: w.file, Line: want, Msg: "is blank, and --header-row names it for the column names", Mend: "give --header-row the row that has them"}
		case nothing:
			continue
		}
		if len(r.defects) > 0 {
			return &Error{File: w.file, Line: r.number, Column: "#" + strconv.Itoa(r.defects[0].column+1), Msg: r.defects[0].message, Mend: "write the column's name as text"}
		}
		w.header, w.first = r.cells, r.number
		if err := checkHeader(w.file, r.number, w.header, w.limits); err != nil {
			return err
		}
		w.own, err = ownColumns(w.file, r.number, w.header)
		return err
	}
}

// Header returns the column names. Columns at the right without a name and without
// text in their rows do not count.
func (w *Workbook) Header() []string { return w.header }

// Next returns the next row, or io.EOF after the last. Any other error is an *Error
// and final: every later call returns it again. The cells belong to the caller.
func (w *Workbook) Next() (batch.Row, error) {
	for w.err == nil {
		r, err := w.row()
		if err == io.EOF {
			err = w.end()
		}
		if w.err = err; err != nil {
			break
		}
		comment, partly := Comment(r.cells)
		if partly {
			w.err = partComment(w.file, r.number)
			break
		}
		if len(r.defects) == 0 && (comment || blank(r.cells) || w.own != nil && blankIn(r.cells, w.own, len(w.header))) {
			continue
		}
		if w.facts.Rows == w.limits.Rows {
			w.err = tooManyRows(w.file, r.number, w.limits.Rows)
			break
		}
		w.facts.Rows++
		if r.hidden {
			w.hiddenRows++
		}
		row := batch.Row{Num: w.facts.Rows, Line: r.number, Cells: r.cells}
		for len(row.Cells) < len(w.header) {
			row.Cells = append(row.Cells, "")
		}
		for _, d := range r.defects {
			if name := w.columnName(d.column); !request.Reserved(name) {
				row.Defects = append(row.Defects, batch.Defect{Column: name, Message: d.message})
			}
		}
		return row, nil
	}
	return batch.Row{}, w.err
}

func (w *Workbook) columnName(i int) string {
	if i < len(w.header) && w.header[i] != "" {
		return w.header[i]
	}
	return "#" + strconv.Itoa(i+1)
}

// end finishes the facts. A file that was changed meanwhile is an error: its copy
// may be another than what was read.
func (w *Workbook) end() error {
	was := w.sum
	if err := w.digest(w.facts.Size, nil); err != nil {
		return err
	}
	if info, err := w.f.Stat(); w.sum != was || err == nil && info.Size() != w.facts.Size {
		return &Error{File: w.file, Msg: "has changed while it was read", Mend: "close it in other programs, and start again"}
	}
	w.facts.Blank = max(0, w.last-w.first-w.facts.Rows)
	w.facts.SHA256 = w.sum
	return io.EOF
}

// Facts returns what reading has shown so far.
func (w *Workbook) Facts() batch.Facts { return w.facts }

// Findings says what a person may not see in the sheet, and what was left out.
func (w *Workbook) Findings() []Finding {
	var out []Finding
	if w.left != "" {
		out = append(out, leftOut(w.facts.HeaderRow, w.left))
	}
	if len(w.hiddenTabs) > 0 {
		out = append(out, Finding{fmt.Sprintf("sheet %q is read; hidden sheets with cells are not: %s", w.facts.Sheet, strings.Join(w.hiddenTabs, ", ")), "nothing, when that is right; else name a sheet with --sheet"})
	}
	if w.hiddenRows > 0 {
		out = append(out, Finding{fmt.Sprintf("%d of the rows are hidden in the sheet, by a filter or by hand, and are loaded like the others", w.hiddenRows), "delete them from the sheet if they are not to be loaded"})
	}
	if n := w.hiddenNames(); len(n) > 0 {
		out = append(out, Finding{"columns that are hidden in the sheet are read like the others: " + strings.Join(n, ", "), "delete them from the sheet if they are not to be loaded"})
	}
	if w.merged > 0 {
		out = append(out, Finding{fmt.Sprintf("%d ranges of cells are merged, the first is %s: only the cell at the top left of each has text", w.merged, w.firstMerged), "split merged cells, and fill each"})
	}
	return out
}

// hiddenNames lists columns with a name that nobody sees.
func (w *Workbook) hiddenNames() []string {
	const most = 20
	var names []string
	for _, r := range w.hiddenColumns {
		for i := max(r[0], 1) - 1; i < min(r[1], len(w.header)) && len(names) < most; i++ {
			if w.header[i] != "" {
				names = append(names, request.Excerpt(w.header[i]))
			}
		}
	}
	return names
}

// Close closes the file. Next fails from then on.
func (w *Workbook) Close() error {
	if w.err == nil {
		w.err = &Error{File: w.file, Msg: "was closed before its end", Err: os.ErrClosed}
	}
	w.free()
	if w.f == nil {
		return nil
	}
	f := w.f
	w.f = nil
	if err := f.Close(); err != nil {
		return &Error{File: w.file, Msg: "cannot be closed: " + plain(err), Err: err}
	}
	return nil
}

// free lets go of what is not the file.
func (w *Workbook) free() {
	w.shared.close()
	if w.xml != nil {
		_ = w.xml.in.Close()
	}
}

// xmlError reports a part that is not as the format wants it.
func (w *Workbook) xmlError(err error) error {
	e := &Error{File: w.file, Line: w.last, Err: err}
	var mine *Error
	var spill *spillError
	switch {
	case errors.As(err, &spill):
		e.Msg, e.Mend = "the texts of the workbook cannot be kept in a temporary file: "+plain(spill.err), "check that the disk with the folder "+os.TempDir()+" has space"
	case errors.As(err, &mine):
		return mine
	case errors.Is(err, errTooLarge):
		e.Msg, e.Mend = "a part of the workbook is too large when it is unpacked (limits: file-bytes)", "check that it is the right file; if it is, save it as CSV UTF-8, or set limits: {file-bytes: N} in the job"
	case errors.Is(err, errLongToken):
		return w.longRow()
	default:
		e.Msg, e.Mend = "the workbook is damaged, or not as Excel writes it: "+plain(err), mendWorkbook
	}
	return e
}

// errLongToken says that a piece of XML is longer than a row may be.
var errLongToken = errors.New("piece of XML too long")

func (w *Workbook) longRow() error {
	e := &Error{File: w.file, Line: w.last, Msg: "this row, or one of its cells, is longer than " + byteSize(w.limits.RowBytes) + " (limits: row-bytes)", Mend: "shorten it, or set limits: {row-bytes: N} in the job"}
	if w.header != nil {
		e.Row = w.facts.Rows + 1
	}
	return e
}
