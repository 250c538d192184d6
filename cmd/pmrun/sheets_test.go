package main

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/htmlindex"
)

// cmdEncode writes a text file in another encoding, or with ! back in UTF-8:
// encode NAME FROM TO. A byte order mark is a character like others.
func cmdEncode(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: encode NAME FROM TO")
	}
	enc, err := htmlindex.Get(args[0])
	ts.Check(err)
	code := enc.NewEncoder().String
	if neg {
		code = enc.NewDecoder().String
	}
	text, err := code(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}

// cmdReplace corrects a file as a person would: replace OLD NEW FILE.
func cmdReplace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace OLD NEW FILE")
	}
	was := ts.ReadFile(args[2])
	if !strings.Contains(was, args[0]) {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(was, args[0], args[1])), 0o600))
}

// cmdWorkbook writes an Excel workbook from a description: workbook OUT FROM. A
// line "# NAME [hidden]" begins a sheet, each other line is a row of cells between
// bars; one that begins with ! is hidden. A cell is text, or {date N}, {zip N},
// {number N}, {error TEXT}, {formula}.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: workbook OUT FROM")
	}
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	var list, rels strings.Builder
	var sheets []string
	row := 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			name, state, _ := strings.Cut(name, " ")
			sheets = append(sheets, "")
			row = 0
			fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" state="%s" r:id="r%d"/>`, name, len(sheets), state, len(sheets))
			fmt.Fprintf(&rels, `<Relationship Id="r%d" Type="%sworksheet" Target="sheet%d.xml"/>`, len(sheets), rel, len(sheets))
			continue
		}
		row++
		cells, hidden := strings.CutPrefix(line, "!")
		sheets[len(sheets)-1] += rowXML(row, hidden, strings.Split(cells, "|"))
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	z := zip.NewWriter(f)
	part := func(name, content string) {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = w.Write([]byte(content))
		ts.Check(err)
	}
	part("[Content_Types].xml", "<Types/>")
	part("xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+list.String()+`</sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", `<Relationships>`+rels.String()+`<Relationship Id="s" Type="`+rel+`styles" Target="styles.xml"/></Relationships>`)
	part("xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`)
	for i, rows := range sheets {
		part(fmt.Sprintf("xl/sheet%d.xml", i+1), `<worksheet><sheetData>`+rows+`</sheetData></worksheet>`)
	}
	ts.Check(z.Close())
	ts.Check(f.Close())
}

func rowXML(number int, hidden bool, cells []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d" hidden="%t">`, number, hidden)
	for _, cell := range cells {
		kind, value, _ := strings.Cut(strings.Trim(cell, "{}"), " ")
		switch {
		case !strings.HasPrefix(cell, "{"):
			b.WriteString(`<c t="inlineStr"><is><t>`)
			_ = xml.EscapeText(&b, []byte(cell))
			b.WriteString(`</t></is></c>`)
		case kind == "error":
			b.WriteString(`<c t="e"><v>` + value + `</v></c>`)
		case kind == "formula":
			b.WriteString(`<c><f>A1</f></c>`)
		default:
			style := map[string]int{"date": 1, "zip": 2}[kind]
			fmt.Fprintf(&b, `<c s="%d"><v>%s</v></c>`, style, value)
		}
	}
	b.WriteString("</row>")
	return b.String()
}

// TestWideAndLarge: ten thousand columns and a cell of 900 KiB arrive, and come
// back in the reports, as they are.
func TestWideAndLarge(t *testing.T) {
	crm := newRecorder(t)
	dir := t.TempDir()
	collection, environment := crmFiles(t, dir, crm.host())
	const columns, rows, large = 10_000, 20, 7
	line := func(what string, row int) string {
		var b strings.Builder
		for i := range columns {
			fmt.Fprintf(&b, ",%s%d.%d", what, row, i)
		}
		return b.String()
	}
	note := strings.Repeat("0123456789", 90<<10)
	var text strings.Builder
	text.WriteString("description" + line("c", 0) + "\n")
	for row := range rows {
		cell := fmt.Sprint("row ", row)
		if row == large {
			cell = note
		}
		text.WriteString(cell + line("x", row) + "\n")
	}
	data, out := write(t, dir, "rows.csv", text.String()), filepath.Join(dir, "out")
	if code, _, stderr := pmrun(t, "load", collection, "--request", "Insert CRM cases", "-e", environment, "-d", data, "--out", out, "--rate", "none", "--quiet"); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	found := false
	for _, c := range crm.stored() {
		found = found || c["description"] == note
	}
	if n := len(crm.stored()); n != rows || !found {
		t.Errorf("%d cases are stored; the large cell: %v", n, found)
	}
	report, err := os.ReadFile(filepath.Join(out, "succeeded.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		if !strings.Contains(string(report), line("x", row)+",") {
			t.Errorf("row %d is not in the report as it was", row+1)
		}
	}
	if !strings.Contains(string(report), "\n"+note+",") {
		t.Error("the large cell is not in the report as it was")
	}
}
