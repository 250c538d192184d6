package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const (
	bom = "\uFEFF"

	saveCSV     = `open it in a spreadsheet program and save it as "CSV UTF-8" (Excel: File, Save As, CSV UTF-8; LibreOffice: Save As, Text CSV, character set UTF-8)`
	saveUTF8    = `save it as UTF-8 (Excel: File, Save As, CSV UTF-8; LibreOffice: Save As, Text CSV, character set UTF-8; an editor: encoding UTF-8)`
	saveJSON    = `turn it into CSV: one line with the column names, then one line for each row`
	saveXLSX    = `open it in a spreadsheet program and save it as .xlsx or as "CSV UTF-8" (Excel: File, Save As; LibreOffice: Save As)`
	nulText     = "a NUL byte: this is probably UTF-16 text without a byte order mark, or no text at all"
	saveUTF16   = saveUTF8 + `, or say which it is with --encoding utf-16le or --encoding utf-16be`
	saveNamed   = saveUTF8 + `, or say which encoding it has with --encoding, such as --encoding windows-1252`
	windowsText = "not UTF-8: the file is probably Windows-1252 (also called ANSI or Latin-1)"
)

// foreign recognises files that are no text by their first bytes. It says what the
// file is and what to do; two empty strings when there is nothing to say.
func foreign(b []byte) (what, mend string) {
	starts := func(magic string) bool { return bytes.HasPrefix(b, []byte(magic)) }
	switch {
	case starts("\xFF\xFE\x00\x00"), starts("\x00\x00\xFE\xFF"):
		return "this is UTF-32 text", saveUTF8
	case starts("\xD0\xCF\x11\xE0"):
		return "this is an old Excel workbook (.xls) or one with a password", saveXLSX
	case starts("PK\x03\x04"), starts("PK\x05\x06"):
		return zipped(b)
	case starts("\x1F\x8B"):
		return "this is a gzip file", "unpack it first (gunzip)"
	case starts("%PDF-"):
		return "this is a PDF", "ask for the data as a spreadsheet or CSV; a PDF has no cells"
	}
	return "", ""
}

// foreignText recognises text that is no CSV by its begin, in UTF-8.
func foreignText(b []byte) (what, mend string) {
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte(bom)), " \r\n")
	switch {
	case markup(text, "<!doctype html"), markup(text, "<html"), markup(text, "<head"), markup(text, "<table"):
		return "this is an HTML page (some programs give it the ending .xls)", saveCSV
	case markup(text, "<?xml"):
		return "this is an XML file", saveCSV
	case opens(text, '[', "{"), opens(text, '[', `"`), opens(text, '{', `"`):
		return "this is JSON", saveJSON
	}
	return "", ""
}

// markup says whether b begins with tag, in capitals or not.
func markup(b []byte, tag string) bool {
	return len(b) >= len(tag) && strings.EqualFold(string(b[:len(tag)]), tag)
}

// opens says whether b begins with outer and, after spaces, inner.
func opens(b []byte, outer byte, inner string) bool {
	return len(b) > 0 && b[0] == outer && bytes.HasPrefix(bytes.TrimLeft(b[1:], " \t\r\n"), []byte(inner))
}

// zipped tells the files apart that are ZIP archives inside, by names and types
// that stand in the clear near the begin.
func zipped(b []byte) (what, mend string) {
	has := func(s string) bool { return bytes.Contains(b, []byte(s)) }
	switch {
	case has("application/vnd.oasis.opendocument.spreadsheet"):
		return "this is an OpenDocument spreadsheet (.ods)", saveXLSX
	case has("application/vnd.oasis.opendocument"):
		return "this is an OpenDocument file", saveCSV
	case has("word/document"):
		return "this is a Word document", saveXLSX
	case has("ppt/presentation"):
		return "this is a presentation", "ask for the data as a spreadsheet or CSV"
	case has("xl/workbook.bin"), has("xl/worksheets/sheet1.bin"):
		return "this is a binary Excel workbook (.xlsb)", saveXLSX
	case has("xl/"), has("[Content_Types].xml"):
		return "this is an Excel workbook (.xlsx)", "give it as a file: a workbook cannot be read from a pipe"
	}
	return "this is a ZIP archive", "unpack it first, and give the CSV that is in it"
}

// mistakable says whether a file that begins with this cell, written without
// quotes, could be taken for something else when it is read again.
func mistakable(cell string) bool {
	if strings.HasPrefix(cell, bom) || strings.HasPrefix(cell, "PK\x03") || strings.HasPrefix(cell, "PK\x05") || len(cell) > 3 && strings.EqualFold(cell[:4], "sep=") {
		return true
	}
	// In another encoding any character but plain ones may look like a byte order mark.
	return cell != "" && (cell[0] >= utf8.RuneSelf || strings.IndexByte("%<[{", cell[0]) >= 0)
}
