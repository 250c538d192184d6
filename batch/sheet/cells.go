package sheet

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sheetRow is a row of a sheet. cells go to the last that has text.
type sheetRow struct {
	number  int64
	hidden  bool
	cells   []string
	defects []cellDefect
}

// cellDefect is a cell that has no text.
type cellDefect struct {
	column  int
	message string
}

// row reads the next row of the sheet, or returns io.EOF after the last. Other
// errors are *Error.
func (w *Workbook) row() (*sheetRow, error) {
	for {
		t, err := w.xml.token()
		if err == io.EOF && w.ended {
			return nil, io.EOF
		}
		if err != nil {
			return nil, w.xmlError(unexpected(err))
		}
		el, ok := t.(xml.StartElement)
		if !ok {
			if end, ok := t.(xml.EndElement); ok && end.Name.Local == "worksheet" {
				w.ended = true // read on: at the end of the part its checksum is compared
			}
			continue
		}
		switch el.Name.Local {
		case "row":
			return w.cells(el)
		case "col":
			w.hideColumns(el)
		case "mergeCell":
			if w.merged++; w.merged == 1 {
				w.firstMerged = clip(attr(el, "ref"))
			}
		}
	}
}

// hideColumns takes note of a range of hidden columns.
func (w *Workbook) hideColumns(el xml.StartElement) {
	const most = 1000 // ranges; more have no message to fit in
	from, err1 := strconv.Atoi(attr(el, "min"))
	to, err2 := strconv.Atoi(attr(el, "max"))
	if truth(attr(el, "hidden")) && err1 == nil && err2 == nil && len(w.hiddenColumns) < most {
		w.hiddenColumns = append(w.hiddenColumns, [2]int{from, to})
	}
}

// cells reads the cells of the row that el begins.
func (w *Workbook) cells(el xml.StartElement) (*sheetRow, error) {
	r := &sheetRow{number: w.last + 1, hidden: truth(attr(el, "hidden"))}
	if n := attr(el, "r"); n != "" {
		number, err := strconv.ParseInt(n, 10, 64)
		if err != nil || number <= w.last {
			return nil, w.xmlError(fmt.Errorf("row %s comes after row %d", clip(n), w.last))
		}
		r.number = number
	}
	w.last, w.column = r.number, -1
	size := int64(0)
	for {
		t, err := w.xml.token()
		if err != nil {
			return nil, w.xmlError(unexpected(err))
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return r, nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			text, err := w.cell(t, r)
			if err != nil {
				return nil, err
			}
			if size += int64(len(text)); size > w.limits.RowBytes {
				return nil, w.longRow()
			}
		}
	}
}

// cell reads a cell into its row, and returns its text.
func (w *Workbook) cell(el xml.StartElement, r *sheetRow) (string, error) {
	column := w.column + 1
	if ref := attr(el, "r"); ref != "" {
		c, row, ok := address(ref)
		if !ok || row != r.number || c < column {
			return "", w.xmlError(fmt.Errorf("cell %s is out of place in row %d", clip(ref), r.number))
		}
		column = c
	}
	w.column = column
	kind, style := attr(el, "t"), attr(el, "s")
	raw, err := w.raw()
	if err != nil {
		return "", w.xmlError(err)
	}
	text, defect, err := w.text(kind, style, raw)
	if err != nil {
		return "", w.xmlError(err)
	}
	if text == "" && defect == "" {
		return "", nil
	}
	if int64(column) >= w.limits.Columns {
		return "", &Error{
			File: w.file, Line: r.number, Msg: fmt.Sprintf("cell %s%d is beyond column %d (limits: columns)", columnName(column), r.number, w.limits.Columns),
			Mend: "check that the sheet has its columns in the right place; if it has, set limits: {columns: N} in the job",
		}
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, "")
	}
	r.cells = append(r.cells, text)
	if defect != "" {
		r.defects = append(r.defects, cellDefect{column, fmt.Sprintf("the cell %s%d %s", columnName(column), r.number, defect)})
	}
	return text, nil
}

// rawCell is what stands in a cell element.
type rawCell struct {
	value   string
	valued  bool // there is a value, if an empty one
	inline  string
	formula bool
}

// raw reads to the end of a cell.
func (w *Workbook) raw() (c rawCell, err error) {
	inValue := false
	for {
		t, err := w.xml.token()
		if err != nil {
			return c, unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue, c.valued = true, true
			case "f":
				c.formula = true
			case "is":
				if c.inline, err = w.xml.text("is"); err != nil {
					return c, err
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v":
				inValue = false
			case "c":
				return c, nil
			}
		case xml.CharData:
			if inValue {
				c.value += string(t)
			}
		}
	}
}

// text is what a cell says, or what is wrong with it.
func (w *Workbook) text(kind, style string, c rawCell) (text, defect string, err error) {
	if c.formula && !c.valued {
		return "", "has a formula whose value was not saved: open the file in a spreadsheet program, let it calculate, and save it", nil
	}
	if c.value == "" && kind != "inlineStr" {
		return "", "", nil
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(c.value))
		if err != nil {
			return "", "", fmt.Errorf("%q is not the number of a text", clip(c.value))
		}
		text, ok, err := w.shared.get(i)
		if err == nil && !ok {
			err = fmt.Errorf("there is no text number %d", i)
		}
		return lostIn(text, err)
	case "inlineStr":
		return lostIn(c.inline, nil)
	case "str":
		return lostIn(unescape(c.value), nil)
	case "b":
		if truth(strings.TrimSpace(c.value)) {
			return "TRUE", "", nil
		}
		return "FALSE", "", nil
	case "e":
		return "", "holds the error " + clip(c.value), nil
	}
	value := strings.TrimSpace(c.value)
	var f numFormat
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(w.book.formats) {
		f = w.book.formats[i]
	}
	if kind == "d" { // in ISO 8601 already, with a time also where none is shown
		if date, rest, _ := strings.Cut(value, "T"); strings.Trim(rest, "0:.Z") == "" && !f.clock {
			return date, "", nil
		}
		return value, "", nil
	}
	if text = f.format(value, w.book.date1904); text == "" {
		return "", "holds " + strconv.Quote(clip(value)) + ", which is no number or date", nil
	}
	return text, "", nil
}

// lostIn finds text that was damaged before it came into the workbook.
func lostIn(text string, err error) (string, string, error) {
	if strings.Contains(text, lost) {
		return text, "holds " + lostText, err
	}
	return text, "", err
}
