package xlsx

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/pmrun/pmrun/batch"
)

var began = time.Date(2026, time.March, 4, 5, 6, 7, 89_000_000, time.UTC)

// write hands a run to a report and opens what it wrote.
func write(t *testing.T, r *Report, header []string, rows ...batch.RowResult) *excelize.File {
	t.Helper()
	finish := &batch.Finish{ExitCode: 1, Stopped: "a rule"}
	events := []batch.Event{{Start: &batch.Start{
		Job: "cases", Host: "https://crm.example.com", Header: header, Started: began, Captures: []string{"when"}, Mends: map[string]string{batch.CauseField: "check it"},
	}}}
	for i := range rows {
		finish.Counts.Add(rows[i].Status, 1)
		events = append(events, batch.Event{Row: &rows[i]})
	}
	for _, e := range append(events, batch.Event{Finish: finish}) {
		if err := r.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	book, err := excelize.OpenFile(filepath.Join(r.dir, File))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

func sheet(t *testing.T, book *excelize.File, name string) [][]string {
	t.Helper()
	rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func failed(row int64, message string, cells ...string) batch.RowResult {
	return batch.RowResult{Cells: cells, Record: batch.Record{
		Row: row, Line: row + 1, Status: batch.Failed, Cause: batch.CauseField, Attempts: 1, HTTPStatus: 200, Code: "500", Message: message,
		StartedAt: began, Duration: 250 * time.Millisecond, Captures: map[string]string{"when": "now"},
	}}
}

func TestReport(t *testing.T) {
	book := write(t, New(t.TempDir(), "pmrun/test"), []string{"id", "pmrun_row", "name"},
		failed(1, "=1+1", "007", "x", "=HYPERLINK(\"http://h\")", "surplus"),
		batch.RowResult{Cells: []string{"8"}, Record: batch.Record{Row: 2, Line: 3, Status: batch.Pending}})
	got := sheet(t, book, "Rows")
	want := [][]string{
		{"pmrun_row", "pmrun_line", "pmrun_status", "pmrun_cause", "pmrun_attempts", "pmrun_http_status", "pmrun_code", "pmrun_message", "pmrun_ref", "pmrun_duration_ms", "pmrun_started_at", "pmrun_when", "id", "name"},
		{"1", "2", "failed", "field", "1", "200", "500", "=1+1", "", "250", "2026-03-04T05:06:07.089Z", "now", "007", "=HYPERLINK(\"http://h\")", "surplus"},
		{"2", "3", "pending", "", "0", "", "", "", "", "", "", "", "8"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	for _, cell := range []string{"H2", "N2"} {
		if formula, err := book.GetCellFormula("Rows", cell); err != nil || formula != "" {
			t.Errorf("%s is a formula: %q, %v", cell, formula, err)
		}
		if kind, err := book.GetCellType("Rows", cell); err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("%s: %v, %v", cell, kind, err)
		}
	}
	summary := fmt.Sprint(sheet(t, book, "Summary"))
	for _, want := range []string{"[exit code 1]", "[stopped early a rule]", "[rows 2]", "[failed 1]", "[pending 1]", "[failed field 1 line 2: =1+1 check it]"} {
		if !strings.Contains(summary, want) {
			t.Errorf("no %s in %s", want, summary)
		}
	}
}

// TestText: what cannot stand in a workbook as it is.
func TestText(t *testing.T) {
	long := strings.Repeat("é", excelize.TotalCellChars+1)
	book := write(t, New(t.TempDir(), "pmrun/test"), []string{"a", "b", "c"}, failed(1, "x\x00y\x1b", " _x0041_ <&>\"\n ", long, strings.Repeat("😀", excelize.TotalCellChars/2)))
	got := sheet(t, book, "Rows")[1]
	// _x0041_ stands for A in a workbook; excelize gives what is in the file.
	if got[7] != "x\ufffdy\ufffd" || got[12] != " _x005F_x0041_ <&>\"\n " {
		t.Errorf("%q, %q", got[7], got[12])
	}
	if !strings.HasSuffix(got[13], "é"+cutMark) || len([]rune(got[13])) != excelize.TotalCellChars {
		t.Errorf("%d characters", len([]rune(got[13])))
	}
	if got[14] != strings.Repeat("😀", excelize.TotalCellChars/2) {
		t.Error("a cell that fits was cut")
	}
	if summary := fmt.Sprint(sheet(t, book, "Summary")); !strings.Contains(summary, "[cells cut 1 ") {
		t.Error(summary)
	}
}

// TestSheets: a full sheet goes on in another one, with its header.
func TestSheets(t *testing.T) {
	r := New(t.TempDir(), "pmrun/test")
	r.most = 3
	var rows []batch.RowResult
	for i := range int64(5) {
		rows = append(rows, failed(i+1, "", fmt.Sprint("id", i+1)))
	}
	book := write(t, r, []string{"id"}, rows...)
	if names := book.GetSheetList(); !reflect.DeepEqual(names, []string{"Summary", "Rows", "Rows 2", "Rows 3"}) {
		t.Fatal(names)
	}
	for name, ids := range map[string]string{"Rows": "id id1 id2", "Rows 2": "id id3 id4", "Rows 3": "id id5"} {
		var got []string
		for _, row := range sheet(t, book, name) {
			got = append(got, row[12])
		}
		if strings.Join(got, " ") != ids {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestColumns: more columns than a sheet has.
func TestColumns(t *testing.T) {
	header := make([]string, excelize.MaxColumns)
	cells := make([]string, len(header)+1)
	for i := range header {
		header[i], cells[i] = fmt.Sprint("c", i), "x"
	}
	book := write(t, New(t.TempDir(), "pmrun/test"), header, failed(1, "", cells...))
	rows := sheet(t, book, "Rows")
	if len(rows[0]) != excelize.MaxColumns || len(rows[1]) != excelize.MaxColumns || rows[1][excelize.MaxColumns-1] != "x" {
		t.Errorf("%d and %d columns", len(rows[0]), len(rows[1]))
	}
	if summary := fmt.Sprint(sheet(t, book, "Summary")); !strings.Contains(summary, "[columns left out 12 ") {
		t.Error(summary)
	}
}

// TestNotFinished leaves nothing.
func TestNotFinished(t *testing.T) {
	r := New(t.TempDir(), "pmrun/test")
	if err := r.Handle(batch.Event{Start: &batch.Start{Header: []string{"id"}}}); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 30000)
	for i := range int64(1200) { // more than excelize keeps in memory
		row := failed(i+1, "", big)
		if err := r.Handle(batch.Event{Row: &row}); err != nil {
			t.Fatal(err)
		}
	}
	if entries, _ := os.ReadDir(r.dir); len(entries) == 0 {
		t.Error("nothing is kept on disk: the rows are in memory")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(r.dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}
