package sheet

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/pmrun/pmrun/batch"
)

// FuzzSheetXML: any sheet in a workbook is read or refused with an *Error, and its
// rows are whole.
func FuzzSheetXML(f *testing.F) {
	for _, tt := range books {
		f.Add(tt.sheets[0].xml, textsXML, "00000", "")
	}
	for _, tt := range badBooks {
		f.Add(tt.sheets[0].xml, textsXML, "yyyy-mm-dd", "1")
	}
	for _, format := range testStyles {
		f.Add(sheetXML(headerAB+`<row r="2"><c s="1"><v>46329.25</v></c><c t="s"><v>1</v></c></row>`), textsXML, format, "Cases")
	}
	f.Fuzz(func(t *testing.T, xml, texts, format, sheet string) {
		path := save(t, "book.xlsx", zipOf(t,
			"[Content_Types].xml", "<Types/>",
			"xl/workbook.xml", `<workbook><sheets><sheet name="Cases" sheetId="1" id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="`+relType+`worksheet" Target="sheet.xml"/><Relationship Id="r2" Type="`+relType+`sharedStrings" Target="texts.xml"/><Relationship Id="r3" Type="`+relType+`styles" Target="styles.xml"/></Relationships>`,
			"xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
			"xl/sheet.xml", xml, "xl/texts.xml", texts))
		r, err := Open(path, Options{Sheet: sheet, Limits: batch.Limits{RowBytes: 1 << 16, Rows: 1000, Columns: 100}})
		if err == nil {
			defer r.Close()
			var rows []batch.Row
			rows, err = readAll(r)
			last := int64(0)
			for i, row := range rows {
				if row.Num != int64(i+1) || row.Line <= last || len(row.Cells) < len(r.Header()) || blank(row.Cells) && len(row.Defects) == 0 {
					t.Fatalf("row %+v after line %d", row, last)
				}
				last = row.Line
				for _, cell := range row.Cells {
					if !utf8.ValidString(cell) {
						t.Fatalf("%q", cell)
					}
				}
			}
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Msg == "" || e.Mend == "" || e.File != path) {
			t.Fatalf("error %T %v", err, err)
		}
		numbers := parseFormat(format)
		for _, n := range []string{"0", "1", "46329.25", "-3", "1E+300", "5.512345678901E+12", texts} {
			if text := numbers.format(n, false); !utf8.ValidString(text) && utf8.ValidString(format) && utf8.ValidString(n) {
				t.Fatalf("%q with %q: %q", n, format, text)
			}
		}
	})
}
