package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

const (
	worksheetHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	relType       = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	// headerAB is a row with the column names a and b.
	headerAB = `<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>`
)

// sheetXML is a sheet with these rows.
func sheetXML(rows string) string {
	return worksheetHead + "<sheetData>" + rows + "</sheetData></worksheet>"
}

// testStyles has a style for each of these number formats, in their order.
var testStyles = []string{
	"General", "yyyy-mm-dd", "d/m/yy h:mm", "h:mm AM/PM", "[h]:mm", "00000", `000\-000\-0000`, "0", "0.00", "mmm", "[Red]000;-0", "mm:ss.0", `0 "years"`,
	`[$-40A]d "de" mmmm "de" yyyy`, "00000E+00", "@",
}

func stylesXML() string {
	codes, styles := "", ""
	for i, f := range testStyles {
		f = strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(f)
		codes += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, f)
		styles += fmt.Sprintf(`<xf numFmtId="%d" applyNumberFormat="1"/>`, 164+i)
	}
	for _, builtin := range []int{14, 22, 20, 46, 10} { // styles from len(testStyles) on
		styles += fmt.Sprintf(`<xf numFmtId="%d"/>`, builtin)
	}
	return `<styleSheet><numFmts>` + codes + `</numFmts><cellXfs>` + styles + `</cellXfs></styleSheet>`
}

// aSheet is a sheet of a test's workbook.
type aSheet struct{ name, state, xml string }

const textsXML = `<sst><si><t>Ana</t></si><si><r><t>Pe</t></r><r><rPr><b/></rPr><t xml:space="preserve">ña </t></r><rPh><t>PENYA</t></rPh></si><si><t/></si><si><t>a_x000D_
b_x005F_x_xZZZZ_</t></si><si><t>Pe` + lost + `a</t></si></sst>`

// workbookOf is a workbook with these sheets.
func workbookOf(t testing.TB, properties string, sheets ...aSheet) string {
	t.Helper()
	list, rels := "", ""
	files := []string{"[Content_Types].xml", "<Types/>", "_rels/.rels", `<Relationships><Relationship Id="r1" Type="` + relType + `officeDocument" Target="xl/workbook.xml"/></Relationships>`}
	for i, s := range sheets {
		list += fmt.Sprintf(`<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, s.name, i+1, s.state, i+1)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relType, i+1)
		files = append(files, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), s.xml)
	}
	rels += `<Relationship Id="s" Type="` + relType + `styles" Target="styles.xml"/><Relationship Id="t" Type="` + relType + `sharedStrings" Target="/xl/sharedStrings.xml"/>`
	files = append(files,
		"xl/workbook.xml", `<workbook xmlns:r="x">`+properties+`<sheets>`+list+`</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships>`+rels+`</Relationships>`, "xl/styles.xml", stylesXML(), "xl/sharedStrings.xml", textsXML)
	return zipOf(t, files...)
}

// save writes a file for a test.
func save(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCellText: every kind of cell becomes the text that is documented.
func TestCellText(t *testing.T) {
	number := func(style int, value string) string {
		return fmt.Sprintf(`<c r="A2" s="%d"><v>%s</v></c>`, style, value)
	}
	const builtin = 16 // len(testStyles)
	if builtin != len(testStyles) {
		t.Fatal("the number of styles has changed")
	}
	for _, tt := range []struct{ name, cell, want, defect string }{
		{"shared text", `<c r="A2" t="s"><v>0</v></c>`, "Ana", ""},
		{"rich text", `<c r="A2" t="s"><v>1</v></c>`, "Peña ", ""},
		{"escapes", `<c r="A2" t="s"><v>3</v></c>`, "a\r\nb_x_xZZZZ_", ""},
		{"damaged text", `<c r="A2" t="s"><v>4</v></c>`, "Pe" + lost + "a", "the cell A2 holds " + lostText},
		{"inline text", `<c r="A2" t="inlineStr"><is><t>x &amp; y</t></is></c>`, "x & y", ""},
		{"inline rich text", `<c r="A2" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is></c>`, "xy", ""},
		{"CDATA", `<c r="A2" t="str"><v><![CDATA[<b>]]></v></c>`, "<b>", ""},
		{"text of a formula", `<c r="A2" t="str"><f>A1&amp;B1</f><v>ab</v></c>`, "ab", ""},
		{"true", `<c r="A2" t="b"><v>1</v></c>`, "TRUE", ""},
		{"false", `<c r="A2" t="b"><v>0</v></c>`, "FALSE", ""},
		{"ISO date", `<c r="A2" s="1" t="d"><v>2026-11-03T00:00:00</v></c>`, "2026-11-03", ""},
		{"ISO date and time", `<c r="A2" s="2" t="d"><v>2026-11-03T00:00:00</v></c>`, "2026-11-03T00:00:00", ""},
		{"ISO time", `<c r="A2" s="1" t="d"><v>2026-11-03T14:30:00</v></c>`, "2026-11-03T14:30:00", ""},
		{"prefixed names", `<x:c r="A2" t="str"><x:v>ab</x:v></x:c>`, "ab", ""},
		{"without reference", `<c t="str"><v>ab</v></c>`, "ab", ""},

		{"integer", number(0, "42"), "42", ""},
		{"number without style", `<c r="A2"><v>42</v></c>`, "42", ""},
		{"style that is not there", number(99, "42"), "42", ""},
		{"typed number", `<c r="A2" t="n"><v>-1.5</v></c>`, "-1.5", ""},
		{"exponent", number(0, "6E+08"), "600000000", ""},
		{"phone", number(0, "5.512345678901E+12"), "5512345678901", ""},
		{"small", number(0, "1E-7"), "0.0000001", ""},
		{"17 digits of 0.1", number(0, "0.10000000000000001"), "0.1", ""},
		{"many digits", number(0, "12345678901234567890"), "12345678901234567890", ""},
		{"trailing zero", number(0, "1.50"), "1.50", ""},
		{"minus zero", number(0, "-0.0E1"), "0", ""},
		{"two places shown", number(8, "2.345"), "2.345", ""},
		{"percent", number(builtin+4, "0.25"), "0.25", ""},
		{"text format", number(15, "007"), "007", ""},
		{"no number", number(0, "seven"), "", `the cell A2 holds "seven", which is no number or date`},
		{"not a number", number(0, "NaN"), "", `the cell A2 holds "NaN", which is no number or date`},

		{"leading zeros", number(5, "42"), "00042", ""},
		{"more digits than zeros", number(5, "1234567"), "1234567", ""},
		{"phone with zeros", number(6, "51234567"), "005-123-4567", ""},
		{"longer phone", number(6, "573001234567"), "57300-123-4567", ""},
		{"one zero", number(7, "42"), "42", ""},
		{"colour and sections", number(10, "7"), "007", ""},
		{"negative", number(10, "-7"), "-7", ""},
		{"fraction under zeros", number(5, "4.5"), "4.5", ""},
		{"exponent format", number(14, "4"), "4", ""},
		{"unit", number(12, "7"), "7", ""},

		{"date", number(1, "46329"), "2026-11-03", ""},
		{"date with a time that is not shown", number(1, "46329.75"), "2026-11-03", ""},
		{"date and time", number(2, "46329.604166666664"), "2026-11-03T14:30:00", ""},
		{"time", number(3, "0.604166666666666"), "14:30:00", ""},
		{"time of a day", number(3, "46329.604166666664"), "2026-11-03T14:30:00", ""},
		{"milliseconds", number(11, "1.1574074074074073E-5"), "00:00:01", ""},
		{"milliseconds, not whole", number(11, "1.7361111111111111E-5"), "00:00:01.500", ""},
		{"midnight, nearly", number(1, "46328.999999999996"), "2026-11-03", ""},
		{"elapsed", number(4, "1.5"), "36:00:00", ""},
		{"month", number(9, "46329"), "2026-11-03", ""},
		{"date in words", number(13, "46329"), "2026-11-03", ""},
		{"date by number", number(builtin, "46329"), "2026-11-03", ""},
		{"date and time by number", number(builtin+1, "46329.5"), "2026-11-03T12:00:00", ""},
		{"time by number", number(builtin+2, "0.5"), "12:00:00", ""},
		{"elapsed by number", number(builtin+3, "2"), "48:00:00", ""},
		{"no day", number(1, "0"), "", `the cell A2 holds "0", which is no number or date`},
		{"a day that never was", number(1, "60.5"), "", `the cell A2 holds "60.5", which is no number or date`},
		{"the day after it", number(1, "61"), "1900-03-01", ""},
		{"first day", number(1, "1"), "1900-01-01", ""},
		{"last day", number(1, "2958465"), "9999-12-31", ""},
		{"beyond the last day", number(1, "2958466"), "", `the cell A2 holds "2958466", which is no number or date`},
		{"before the first day", number(1, "-1"), "", `the cell A2 holds "-1", which is no number or date`},

		{"error", `<c r="A2" t="e"><v>#N/A</v></c>`, "", "the cell A2 holds the error #N/A"},
		{"error of a formula", `<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>`, "", "the cell A2 holds the error #DIV/0!"},
		{"formula without value", `<c r="A2"><f>A1</f></c>`, "", "the cell A2 has a formula whose value was not saved: open the file in a spreadsheet program, let it calculate, and save it"},
	} {
		path := save(t, "book.xlsx", workbookOf(t, "", aSheet{"Cases", "", sheetXML(headerAB + `<row r="2">` + tt.cell + `</row>`)}))
		r, err := Open(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		rows, err := readAll(r)
		want := batch.Row{Num: 1, Line: 2, Cells: []string{tt.want, ""}}
		if tt.defect != "" {
			want.Defects = []batch.Defect{{Column: "a", Message: tt.defect}}
		}
		if err != nil || !reflect.DeepEqual(rows, []batch.Row{want}) {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, rows, err, want)
		}
		r.Close()
	}
}

// TestDate1904: a workbook may count its days from 1904.
func TestDate1904(t *testing.T) {
	path := save(t, "book.xlsx", workbookOf(t, `<workbookPr date1904="1"/>`, aSheet{"Cases", "", sheetXML(headerAB + `<row r="2"><c r="A2" s="1"><v>44867</v></c></row>`)}))
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if row, err := r.Next(); err != nil || row.Cells[0] != "2026-11-03" {
		t.Errorf("%+v, %v", row, err)
	}
}

func cell(ref, text string) string { return fmt.Sprintf(`<c r="%s" t="str"><v>%s</v></c>`, ref, text) }

// books are workbooks that can be read, and what is in them.
var books = []struct {
	name     string
	sheets   []aSheet
	opts     Options
	sheet    string
	header   []string
	rows     []batch.Row
	blank    int64
	findings []string // parts of their messages
}{
	{name: "gaps and blank rows", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(`<row r="3">` + cell("A3", "a") + cell("B3", "b") + `<c r="E3" s="1"/></row><row r="4"/><row r="6">` + cell("B6", "x") + `<c r="D6" s="2"/></row><row r="7"><c r="A7" s="1"/></row>`)}},
		rows: []batch.Row{row(1, 6, "", "x")}, blank: 3},
	{name: "numbers left out", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(`<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row><row><c/><c t="str"><v>x</v></c></row>`)}},
		rows: []batch.Row{row(1, 2, "", "x")}},
	{name: "cells beyond the header", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("A2", "x") + cell("D2", "y") + `</row>`)}},
		rows: []batch.Row{row(1, 2, "x", "", "", "y")}},
	{name: "a column without name in the middle", sheet: "Cases", header: []string{"a", "", "c"}, sheets: []aSheet{{"Cases", "", sheetXML(`<row r="1">` + cell("A1", "a") + cell("C1", "c") + `</row><row r="2">` + cell("C2", "x") + `</row>`)}},
		rows: []batch.Row{row(1, 2, "", "", "x")}},
	{name: "the only sheet with cells", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Empty", "", sheetXML(`<row r="1"><c r="A1" s="1"/></row>`)}, {"Cases", "", sheetXML(headerAB)}}},
	{name: "hidden lists", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}, {"Lists", "hidden", sheetXML(headerAB)}, {"Deep", "veryHidden", sheetXML(headerAB)}},
		findings: []string{`sheet "Cases" is read; hidden sheets with cells are not: Lists, Deep`}},
	{name: "only a hidden sheet", sheet: "Lists", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML("")}, {"Lists", "hidden", sheetXML(headerAB)}}},
	{name: "sheet by name", opts: Options{Sheet: "1"}, sheet: "1", header: []string{"x"}, sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}, {"1", "", sheetXML(`<row>` + cell("A1", "x") + `</row>`)}}},
	{name: "sheet by number", opts: Options{Sheet: "2"}, sheet: "B", header: []string{"a", "b"}, sheets: []aSheet{{"A", "", sheetXML("")}, {"B", "hidden", sheetXML(headerAB)}}},
	{name: "header row", opts: Options{HeaderRow: 3}, sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(`<row r="1">` + cell("B1", "Cases of") + cell("C1", " May ") + `</row><row r="3">` + cell("A3", "a") + cell("B3", "b") + `</row><row r="4">` + cell("A4", "x") + `</row>`)}},
		rows: []batch.Row{row(1, 4, "x", "")}, findings: []string{`lines 1 to 2, before the column names, left out: "Cases of May"`}},
	{name: "hidden rows and columns, merged cells", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", worksheetHead + `<cols><col min="2" max="30" hidden="1"/><col min="1" max="1" width="3"/></cols><sheetData>` + headerAB + `<row r="2" hidden="1">` + cell("A2", "x") + `</row><row r="3" hidden="1"/></sheetData><mergeCells count="2"><mergeCell ref="A5:B6"/><mergeCell ref="A8:B9"/></mergeCells></worksheet>`}},
		rows: []batch.Row{row(1, 2, "x", "")}, blank: 1,
		findings: []string{"1 of the rows are hidden", `columns that are hidden in the sheet are read like the others: "b"`, "2 ranges of cells are merged, the first is A5:B6"}},
	{name: "result columns", sheet: "Cases", header: []string{"a", "pmrun_row"}, sheets: []aSheet{{"Cases", "", sheetXML(`<row>` + cell("A1", "a") + cell("B1", "pmrun_row") + `</row><row>` + cell("B2", "1") + `</row><row>` + cell("A3", "x") + `<c r="B3" t="e"><v>#N/A</v></c></row>`)}},
		rows: []batch.Row{row(1, 3, "x", "")}, blank: 1},
	{name: "no rows", sheet: "Cases", header: []string{"a", "b"}, sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}},
}

func TestWorkbook(t *testing.T) {
	for _, tt := range books {
		t.Run(tt.name, func(t *testing.T) {
			in := workbookOf(t, "", tt.sheets...)
			path := save(t, "book.xlsx", in)
			var copied bytes.Buffer
			tt.opts.Tee = &copied
			r, err := Open(path, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for again := range 2 {
				rows, err := readAll(r)
				if err != nil || !reflect.DeepEqual(rows, tt.rows) || !reflect.DeepEqual(r.Header(), tt.header) {
					t.Errorf("%q %+v, %v\nwant %q %+v", r.Header(), rows, err, tt.header, tt.rows)
				}
				want := factsOf(in, batch.Dialect{Delimiter: ',', BOM: true}, int64(len(tt.rows)), tt.blank)
				want.Sheet, want.HeaderRow = tt.sheet, tt.opts.HeaderRow
				if !reflect.DeepEqual(r.Facts(), want) || copied.String() != in {
					t.Errorf("facts %+v, want %+v; %d bytes copied", r.Facts(), want, copied.Len())
				}
				found := r.Findings()
				if again > 0 {
					break
				}
				if len(found) != len(tt.findings) {
					t.Fatalf("findings %+v, want %q", found, tt.findings)
				}
				for i, part := range tt.findings {
					if !strings.Contains(found[i].Message, part) || found[i].Mend == "" {
						t.Errorf("finding %+v, want %q", found[i], part)
					}
				}
				if _, err := r.Next(); err != io.EOF {
					t.Errorf("Next after the end: %v", err)
				}
				if again == 0 {
					if r, err = Reopen(path, r.Facts()); err != nil {
						t.Fatal(err)
					}
					defer r.Close()
				}
			}
		})
	}
}

// badBooks are workbooks that cannot be read, or not to the end.
var badBooks = []struct {
	name   string
	sheets []aSheet
	opts   Options
	rows   int
	want   Error // Msg and Mend are parts of the real ones
}{
	{name: "several sheets", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}, {"Empty", "", sheetXML("")}, {"Notes", "", sheetXML(headerAB)}}, want: Error{Msg: `several sheets with cells: 1 "Cases", 3 "Notes"`, Mend: "--sheet"}},
	{name: "no such sheet", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Sheet: "cases"}, want: Error{Msg: `has no sheet "cases"; it has 1 "Cases"`, Mend: "--sheet"}},
	{name: "nothing", sheets: []aSheet{{"Cases", "", sheetXML("")}}, want: Error{Msg: "no sheet with cells", Mend: "column names"}},
	{name: "nothing in the named sheet", sheets: []aSheet{{"Cases", "", sheetXML("")}}, opts: Options{Sheet: "Cases"}, want: Error{Msg: `sheet "Cases" is empty`, Mend: "column names"}},
	{name: "header row beyond the end", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{HeaderRow: 7}, want: Error{Msg: "no row 7", Mend: "--header-row"}},
	{name: "header row blank", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="5">` + cell("A5", "x") + `</row>`)}}, opts: Options{HeaderRow: 3}, want: Error{Line: 3, Msg: "is blank", Mend: "--header-row"}},
	{name: "error in the header", sheets: []aSheet{{"Cases", "", sheetXML(`<row><c t="e"><v>#REF!</v></c></row>`)}}, want: Error{Line: 1, Column: "#1", Msg: "A1 holds the error #REF!", Mend: "name as text"}},
	{name: "delimiter", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Delimiter: ';'}, want: Error{Msg: "no delimiter", Mend: "leave"}},
	{name: "encoding", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Encoding: "utf-8"}, want: Error{Msg: "no encoding", Mend: "leave"}},
	{name: "rows out of order", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="3">` + cell("A3", "x") + `</row><row r="2"/>`)}}, rows: 1, want: Error{Line: 3, Msg: "row 2 comes after row 3", Mend: "save it again"}},
	{name: "cells out of order", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("B2", "x") + cell("A2", "x") + `</row>`)}}, want: Error{Line: 2, Msg: "cell A2 is out of place in row 2", Mend: "save it again"}},
	{name: "cell of another row", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("B7", "x") + `</row>`)}}, want: Error{Line: 2, Msg: "cell B7 is out of place", Mend: "save it again"}},
	{name: "no such text", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2"><c t="s"><v>99</v></c></row>`)}}, want: Error{Line: 2, Msg: "no text number 99", Mend: "save it again"}},
	{name: "cut off", sheets: []aSheet{{"Cases", "", worksheetHead + "<sheetData>" + headerAB + `<row r="2">` + cell("A2", "x")}}, want: Error{Line: 2, Msg: "unexpected EOF", Mend: "save it again"}},
	{name: "no XML", sheets: []aSheet{{"Cases", "", worksheetHead + "<sheetData>" + headerAB + `<row r="2"><c r="A2"><v>&nope;</v></c></row>`}}, want: Error{Line: 2, Msg: "damaged", Mend: "save it again"}},
	{name: "only result columns", sheets: []aSheet{{"Cases", "", sheetXML(`<row>` + cell("A1", "pmrun_row") + `</row>`)}}, want: Error{Line: 1, Msg: "only columns that pmrun has added", Mend: "columns with the data"}},

	{name: "too many columns", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Limits: batch.Limits{Columns: 1}}, want: Error{Line: 1, Msg: "B1 is beyond column 1 (limits: columns)", Mend: "columns: N"}},
	{name: "a far cell", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("XFE2", "x") + `</row>`)}}, want: Error{Line: 2, Msg: "XFE2 is beyond column 16384 (limits: columns)", Mend: "columns: N"}},
	{name: "no column", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("ZZZZZZZZZZZZ2", "x") + `</row>`)}}, want: Error{Line: 2, Msg: "out of place", Mend: "save it again"}},
	{name: "too many rows", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("A2", "x") + `</row><row r="3"/><row r="9">` + cell("A9", "x") + `</row>`)}}, opts: Options{Limits: batch.Limits{Rows: 1}}, rows: 1, want: Error{Line: 9, Row: 2, Msg: "more than 1 rows (limits: rows)", Mend: "rows: N"}},
	{name: "long row", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("A2", "12345") + cell("B2", "678901") + `</row>`)}}, opts: Options{Limits: batch.Limits{RowBytes: 10}}, want: Error{Line: 2, Row: 1, Msg: "longer than 10 bytes (limits: row-bytes)", Mend: "row-bytes: N"}},
	{name: "long header", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Limits: batch.Limits{HeaderBytes: 1}}, want: Error{Line: 1, Msg: "(limits: header-bytes)", Mend: "header-bytes: N"}},
	{name: "runaway cell", sheets: []aSheet{{"Cases", "", sheetXML(headerAB + `<row r="2">` + cell("A2", strings.Repeat("x", 1<<20)) + `</row>`)}}, opts: Options{Limits: batch.Limits{RowBytes: 1000}}, want: Error{Line: 2, Row: 1, Msg: "(limits: row-bytes)", Mend: "row-bytes: N"}},
	{name: "large file", sheets: []aSheet{{"Cases", "", sheetXML(headerAB)}}, opts: Options{Limits: batch.Limits{FileBytes: 100}}, want: Error{Msg: "larger than 100 bytes (limits: file-bytes)", Mend: "file-bytes: N"}},
}

func TestWorkbookErrors(t *testing.T) {
	for _, tt := range badBooks {
		t.Run(tt.name, func(t *testing.T) {
			path := save(t, "book.xlsx", workbookOf(t, "", tt.sheets...))
			n := 0
			r, err := Open(path, tt.opts)
			if err == nil {
				defer r.Close()
				var rows []batch.Row
				rows, err = readAll(r)
				n = len(rows)
				if _, again := r.Next(); again != err {
					t.Errorf("Next after the error: %v, want it again", again)
				}
				if r.Facts().SHA256 != "" {
					t.Error("a digest without the whole file")
				}
			}
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("error %T %v", err, err)
			}
			if n != tt.rows || e.File != path || e.Line != tt.want.Line || e.Row != tt.want.Row || e.Column != tt.want.Column || !strings.Contains(e.Msg, tt.want.Msg) || !strings.Contains(e.Mend, tt.want.Mend) {
				t.Errorf("after %d rows: %v\nwant after %d: %+v", n, e, tt.rows, tt.want)
			}
		})
	}
}

// TestDamagedWorkbook: an archive that is cut off, damaged, or lacks a part.
func TestDamagedWorkbook(t *testing.T) {
	whole := workbookOf(t, "", aSheet{"Cases", "", sheetXML(headerAB)})
	for name, in := range map[string]string{
		"cut off":       whole[:len(whole)-100],
		"no workbook":   zipOf(t, "[Content_Types].xml", "<Types/>", "xl/styles.xml", "<x/>"),
		"damaged":       strings.Replace(whole, "<v>a</v>", "<v>X</v>", 1),
		"names no part": strings.Replace(whole, `"worksheets/sheet1.xml"`, `"worksheets/sheet7.xml"`, 1),
	} {
		r, err := Open(save(t, "book.xlsx", in), Options{})
		if err == nil {
			defer r.Close()
			_, err = readAll(r)
		}
		var e *Error
		if !errors.As(err, &e) || e.Mend == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBomb: a part that unpacks to more than the limit is given up.
func TestBomb(t *testing.T) {
	rows := strings.Repeat(`<row><c t="str"><v>x</v></c></row>`, 100_000)
	path := save(t, "book.xlsx", workbookOf(t, "", aSheet{"Cases", "", sheetXML(rows)}))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	// zipOf does not compress: the file is larger than its parts.
	r, err := openWorkbookLimited(path, info.Size()/2)
	if err == nil {
		defer r.Close()
		_, err = readAll(r)
	}
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Msg, "unpacked (limits: file-bytes)") {
		t.Errorf("%v", err)
	}
}

func openWorkbookLimited(path string, limit int64) (Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return openWorkbook(path, f, info.Size(), Options{Limits: batch.Limits{FileBytes: limit}})
}

// TestWorkbookChanged: a file that another program saves meanwhile is refused.
func TestWorkbookChanged(t *testing.T) {
	path := save(t, "book.xlsx", workbookOf(t, "", aSheet{"Cases", "", sheetXML(headerAB)}))
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "x")
	f.Close()
	var e *Error
	if _, err := r.Next(); !errors.As(err, &e) || !strings.Contains(e.Msg, "has changed while it was read") {
		t.Errorf("%v", err)
	}
}

// TestNoRoomForTexts: a temporary folder that cannot be written is said.
func TestNoRoomForTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	writeShared(t, path, 30_000)
	for _, name := range []string{"TMPDIR", "TMP"} {
		t.Setenv(name, filepath.Join(t.TempDir(), "nowhere"))
	}
	_, err := Open(path, Options{})
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(e.Msg, "temporary file") || !strings.Contains(e.Mend, "nowhere") {
		t.Errorf("%v", err)
	}
}

func TestInputName(t *testing.T) {
	book := workbookOf(t, "", aSheet{"Cases", "", sheetXML(headerAB)})
	for path, want := range map[string]string{
		save(t, "rows.csv", book):     batch.WorkbookFile,
		save(t, "rows.xlsx", "a,b\n"): batch.InputFile,
		save(t, "rows.ods", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet")): batch.InputFile,
		t.TempDir():                           batch.InputFile,
		filepath.Join(t.TempDir(), "nowhere"): batch.InputFile,
	} {
		if got := InputName(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for i, name := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		column, row, ok := address(name + "12")
		if columnName(i) != name || column != i || row != 12 || !ok {
			t.Errorf("%d: %s, %d %d %v, want %s", i, columnName(i), column, row, ok, name)
		}
	}
	for _, ref := range []string{"", "A", "12", "A0", "A-1", "1A", "A1:B2", "É1"} {
		if _, _, ok := address(ref); ok {
			t.Errorf("%q is an address", ref)
		}
	}
}

// TestSharedStrings: texts come back from memory and from disk.
func TestSharedStrings(t *testing.T) {
	s := &sharedStrings{}
	defer s.close()
	text := func(i int) string { return strings.Repeat(fmt.Sprint(i, ";"), i%50) }
	n := 0
	for ; s.file == nil || n%1000 != 0; n++ {
		if err := s.add(text(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.out.Flush(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if got, ok, err := s.get(i); got != text(i) || !ok || err != nil {
			t.Fatalf("text %d: %q, %v, %v", i, got, ok, err)
		}
	}
	for _, i := range []int{-1, n} {
		if _, ok, _ := s.get(i); ok {
			t.Errorf("there is a text %d", i)
		}
	}
}
