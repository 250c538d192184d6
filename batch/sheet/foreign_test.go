package sheet

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// zipOf is a ZIP archive with these files, name and content in turn.
func zipOf(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestForeign(t *testing.T) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte("a,b\n"))
	w.Close()

	for _, tt := range []struct{ name, in, what, mend string }{
		{"UTF-32 LE", "\xFF\xFE\x00\x00i\x00\x00\x00", "UTF-32", "CSV UTF-8"},
		{"UTF-32 BE", "\x00\x00\xFE\xFF\x00\x00\x00i", "UTF-32", "CSV UTF-8"},
		{"XLSX", zipOf(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>"), ".xlsx", "from a pipe"},
		{"XLSX in another order", zipOf(t, "xl/workbook.xml", "<workbook/>"), ".xlsx", "from a pipe"},
		{"ODS", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"), ".ods", "CSV UTF-8"},
		{"ODT", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.text"), "OpenDocument", "CSV UTF-8"},
		{"XLSB", zipOf(t, "[Content_Types].xml", "<Types/>", "xl/workbook.bin", "x"), ".xlsb", ".xlsx"},
		{"ZIP", zipOf(t, "rows.csv", "a,b\n"), "ZIP", "unpack"},
		{"empty ZIP", zipOf(t), "ZIP", "unpack"},
		{"XLS", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00", ".xls", "CSV UTF-8"},
		{"gzip", gz.String(), "gzip", "unpack"},
		{"PDF", "%PDF-1.7\n", "PDF", "CSV"},
		{"HTML", "\r\n <!DOCTYPE html>\n<html>", "HTML", "CSV UTF-8"},
		{"HTML table", bom + "<TABLE border=1>", "HTML", "CSV UTF-8"},
		{"HTML page", "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", "HTML", "CSV UTF-8"},
		{"XML", "<?xml version=\"1.0\"?>", "XML", "CSV UTF-8"},
		{"JSON array of objects", "[\n  {\"id\": 1}\n]", "JSON", "one line with the column names"},
		{"JSON array, BOM", bom + "[{\"id\": 1}]", "JSON", "column names"},
		{"JSON array of texts", "[\"a\",\"b\"]", "JSON", "column names"},
		{"JSON lines", "{\"id\": 1}\n{\"id\": 2}\n", "JSON", "column names"},
	} {
		_, err := NewCSV("rows.csv", strings.NewReader(tt.in), Options{})
		e, ok := err.(*Error)
		if !ok || !strings.Contains(e.Msg, tt.what) || !strings.Contains(e.Mend, tt.mend) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	for _, in := range []string{"PKW,Name\n", "[id],[name]\n", "{id},x\n", "<b>,x\n", "%,x\n", "htmlx,y\n", "a", "é"} {
		if what, _ := foreignText([]byte(in)); what != "" {
			t.Errorf("%q: %s", in, what)
		}
	}
}
