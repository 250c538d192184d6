// Package xlsx writes the report of a run as a workbook.
package xlsx

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/report"
)

// File is the report's name in the run directory.
const File = "report.xlsx"

const (
	summarySheet = "Summary"
	rowsSheet    = "Rows"
)

// Report writes report.xlsx: a sheet with counts and causes, and every row as
// report.csv has it. Cells of the data file are text, whatever they look like. A
// sheet that is full goes on in another one; what a workbook cannot hold, cells
// above 32,767 characters and columns above 16,384, is cut, and the summary says
// so. Rows are streamed: excelize keeps what is large in a file of the same
// directory until the end.
type Report struct {
	*report.Summary
	dir, tool string
	// most is how many rows a sheet holds, the header included.
	most int

	start   *batch.Start
	book    *excelize.File
	sheet   *excelize.StreamWriter
	bold    int
	sheets  int // of rows
	next    int // row of the sheet
	columns int
	keep    []int // columns of the data file that are shown
	header  []any
	cut     int64 // cells that were cut
	left    int   // columns that were left out
}

// New writes into dir; tool names the program and its version.
func New(dir, tool string) *Report {
	return &Report{Summary: report.NewSummary(), dir: dir, tool: tool, most: excelize.TotalRows}
}

// Handle takes one event. Its errors are those of the disk.
func (r *Report) Handle(e batch.Event) error {
	err := r.Summary.Handle(e)
	switch {
	case err != nil:
	case e.Start != nil:
		err = r.begin(e.Start)
	case e.Row != nil:
		err = r.row(e.Row)
	case e.Finish != nil:
		err = r.finish(e.Finish)
	}
	if err != nil {
		return fmt.Errorf("cannot write the report %s: %w", File, err)
	}
	return nil
}

func (r *Report) begin(start *batch.Start) (err error) {
	r.start = start
	r.book = excelize.NewFile(excelize.Options{TmpDir: r.dir})
	if r.bold, err = r.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	if err := r.book.SetSheetName(r.book.GetSheetName(0), summarySheet); err != nil {
		return err
	}
	for _, name := range report.ResultNames() {
		r.header = append(r.header, name)
	}
	for _, name := range start.Captures {
		r.header = append(r.header, request.ReservedPrefix+name)
	}
	for i, name := range start.Header {
		if !request.Reserved(name) {
			r.keep = append(r.keep, i)
			r.header = append(r.header, name)
		}
	}
	if r.left = max(len(r.header)-excelize.MaxColumns, 0); r.left > 0 {
		r.keep = r.keep[:len(r.keep)-r.left]
		r.header = r.header[:excelize.MaxColumns]
	}
	r.columns = len(r.header)
	return r.newSheet()
}

// newSheet ends the sheet of rows and begins another one.
func (r *Report) newSheet() (err error) {
	if err := r.endSheet(); err != nil {
		return err
	}
	r.sheets++
	name := rowsSheet
	if r.sheets > 1 {
		name = fmt.Sprintf("%s %d", rowsSheet, r.sheets)
	}
	if _, err := r.book.NewSheet(name); err != nil {
		return err
	}
	if r.sheet, err = r.book.NewStreamWriter(name); err != nil {
		return err
	}
	if err := r.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	r.next = 1
	header := make([]any, len(r.header))
	for i, name := range r.header {
		header[i] = excelize.Cell{StyleID: r.bold, Value: r.text(name.(string))}
	}
	return r.write(header)
}

func (r *Report) endSheet() error {
	if r.sheet == nil {
		return nil
	}
	return r.sheet.Flush()
}

func (r *Report) write(cells []any) error {
	cell, err := excelize.CoordinatesToCellName(1, r.next)
	if err != nil {
		return err
	}
	r.next++
	return r.sheet.SetRow(cell, cells)
}

func (r *Report) row(row *batch.RowResult) error {
	if r.next > r.most {
		if err := r.newSheet(); err != nil {
			return err
		}
	}
	cells := make([]any, 0, r.columns)
	for _, v := range report.ResultValues(&row.Record) {
		if text, ok := v.(string); ok {
			v = r.textOrNothing(text)
		}
		cells = append(cells, v)
	}
	for _, name := range r.start.Captures {
		cells = append(cells, r.textOrNothing(row.Captures[name]))
	}
	for _, column := range r.keep {
		if column < len(row.Cells) {
			cells = append(cells, r.textOrNothing(row.Cells[column]))
		} else {
			cells = append(cells, nil)
		}
	}
	// Cells beyond the header come last, as in report.csv.
	for i := len(r.start.Header); i < len(row.Cells) && len(cells) < excelize.MaxColumns; i++ {
		cells = append(cells, r.textOrNothing(row.Cells[i]))
	}
	return r.write(cells)
}

func (r *Report) textOrNothing(text string) any {
	if text == "" {
		return nil
	}
	return r.text(text)
}

// escape is what readers of workbooks take for a character by its number.
var escape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

const cutMark = "... (cut; report.csv has all of it)"

// text makes a text fit into a cell, and stand there as it is.
func (r *Report) text(text string) string {
	if len(text) > excelize.TotalCellChars { // bytes are at least as many as its units
		if units := utf16.Encode([]rune(text)); len(units) > excelize.TotalCellChars {
			r.cut++
			text = string(utf16.Decode(units[:excelize.TotalCellChars-len(cutMark)])) + cutMark
		}
	}
	return escape.ReplaceAllString(text, "_x005F_$1")
}

// finish writes the summary, and puts the workbook in its place.
func (r *Report) finish(f *batch.Finish) error {
	if err := r.endSheet(); err != nil {
		return err
	}
	for i, line := range r.summary(f) {
		for column, v := range line {
			cell, err := excelize.CoordinatesToCellName(column+1, i+1)
			if err != nil {
				return err
			}
			if text, ok := v.(string); ok {
				v = r.text(text)
			}
			if err := r.book.SetCellValue(summarySheet, cell, v); err != nil {
				return err
			}
		}
	}
	err := errors.Join(
		r.book.SetColWidth(summarySheet, "A", "B", 18), r.book.SetColWidth(summarySheet, "C", "E", 40),
		r.book.SetColStyle(summarySheet, "A", r.bold),
	)
	if err != nil {
		return err
	}
	return r.save()
}

func (r *Report) summary(f *batch.Finish) [][]any {
	lines := [][]any{
		{"job", r.start.Job}, {"request", r.start.Request}, {"host", r.start.Host}, {"run", r.start.RunID},
		{"begun", r.start.Started.UTC().Format(time.RFC3339)}, {"exit code", f.ExitCode}, {"written by", r.tool},
	}
	if f.Stopped != "" {
		lines = append(lines, []any{"stopped early", f.Stopped})
	}
	lines = append(lines, nil, []any{"rows", f.Counts.Sum()})
	for _, s := range batch.Statuses() {
		if n := f.Counts.Of(s); n > 0 {
			lines = append(lines, []any{s.String(), n})
		}
	}
	if r.cut > 0 {
		lines = append(lines, nil, []any{"cells cut", r.cut, "a cell of a workbook holds 32,767 characters; report.csv has all of them"})
	}
	if r.left > 0 {
		lines = append(lines, nil, []any{"columns left out", r.left, "a sheet has 16,384 columns; report.csv has all of them"})
	}
	lines = append(lines, nil, []any{"status", "cause", "rows", "example", "what to do"})
	for _, g := range r.Groups() {
		example := g.Example.Message
		if example != "" {
			example = ": " + example
		}
		mend := r.start.Mends[g.Cause]
		if g.Status == batch.Invalid {
			mend = "" // its message says it
		}
		lines = append(lines, []any{g.Status.String(), g.Cause, g.Rows, fmt.Sprintf("line %d%s", g.Example.Line, example), mend})
	}
	return lines
}

// save writes the workbook beside its place first.
func (r *Report) save() error {
	path := filepath.Join(r.dir, File)
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	// Without a writer of its own, excelize would make the file in memory first.
	out := bufio.NewWriter(f)
	r.book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(out) })
	_, err = r.book.WriteTo(io.Discard)
	if err = errors.Join(err, out.Flush(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Close removes what was begun and not finished.
func (r *Report) Close() error {
	if r.book == nil {
		return nil
	}
	err := r.book.Close()
	r.book = nil
	return err
}
