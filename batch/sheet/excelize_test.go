package sheet

import (
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/pmrun/pmrun/batch"
)

// TestExcelize: a workbook that another program has written is read as it was
// meant.
func TestExcelize(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	style := func(format string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	postcode, date := style("00000"), style("dd/mm/yyyy")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const name = "Cases"
	must(f.SetSheetName("Sheet1", name))
	must(f.SetSheetRow(name, "A1", &[]any{"name", "postcode", "date", "phone", "ok", "note"}))
	must(f.SetSheetRow(name, "A2", &[]any{"Ana María", 501, 46329, 5512345678901, true, "two\r\nlines"}))
	must(f.SetCellRichText(name, "A3", []excelize.RichTextRun{{Text: "Pe"}, {Text: "ña", Font: &excelize.Font{Bold: true}}}))
	must(f.SetCellFormula(name, "B3", "1+1"))
	must(f.SetCellValue(name, "A5", "Luz"))
	must(f.SetCellStyle(name, "B2", "B9", postcode))
	must(f.SetCellStyle(name, "C2", "C9", date))
	must(f.SetRowVisible(name, 5, false))
	must(f.MergeCell(name, "E8", "F9"))
	path := filepath.Join(t.TempDir(), "book.xlsx")
	must(f.SaveAs(path))

	r, err := Open(path, Options{})
	must(err)
	defer r.Close()
	rows, err := readAll(r)
	must(err)
	want := []batch.Row{
		row(1, 2, "Ana María", "00501", "2026-11-03", "5512345678901", "TRUE", "two\r\nlines"),
		{Num: 2, Line: 3, Cells: []string{"Peña", "", "", "", "", ""}, Defects: []batch.Defect{{Column: "postcode", Message: "the cell B3 has a formula whose value was not saved: open the file in a spreadsheet program, let it calculate, and save it"}}},
		row(3, 5, "Luz", "", "", "", "", ""),
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v\nwant %+v", rows, want)
	}
	if n := len(r.Findings()); n != 2 {
		t.Errorf("%d findings: %+v", n, r.Findings())
	}
}

// TestDates: a date is read as it is written, to the millisecond, over all the
// years.
func TestDates(t *testing.T) {
	both := parseFormat("yyyy-mm-dd hh:mm:ss")
	for at := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2190; at = at.Add(53*time.Hour + 7*time.Minute + 11*time.Second) {
		serial := float64(at.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))/time.Millisecond) / 86_400_000
		want, err := excelize.ExcelDateToTime(serial, false)
		if err != nil {
			t.Fatal(err)
		}
		got := both.format(fmt.Sprint(serial), false)
		if got != at.Format("2006-01-02T15:04:05") || got != want.Round(time.Second).Format("2006-01-02T15:04:05") {
			t.Fatalf("%v: %s, excelize %v", at, got, want)
		}
	}
}

// writeBook writes a workbook of n rows of a dozen columns. Inline, each cell holds
// its text; else cells point to shared strings, all different.
func writeBook(t testing.TB, path string, n int, inline bool) {
	t.Helper()
	if !inline {
		writeShared(t, path, n)
		return
	}
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n + 1 {
		cells := make([]any, 12)
		for k := range cells {
			cells[k] = fmt.Sprintf("cell %d of row %d", k, i)
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkWorkbook(b *testing.B) {
	for _, inline := range []bool{true, false} {
		b.Run(map[bool]string{true: "inline", false: "shared"}[inline], func(b *testing.B) {
			const rows = 20_000
			path := filepath.Join(b.TempDir(), "book.xlsx")
			writeBook(b, path, rows, inline)
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				r.Close()
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
