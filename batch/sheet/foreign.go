package sheet

import (
	"bytes"
	"strings"
)

const (
	bom = "\uFEFF"

	saveCSV     = `open it in a spreadsheet program and save it as "CSV UTF-8" (Excel: File, Save As, CSV UTF-8; LibreOffice: Save As, Text CSV, character set UTF-8)`
	saveUTF8    = `save it as UTF-8 (Excel: File, Save As, CSV UTF-8; LibreOffice: Save As, Text CSV, character set UTF-8; an editor: encoding UTF-8)`
	saveJSON    = `turn it into CSV: one line with the column names, then one line for each row`
	nulText     = "a NUL byte: this is probably UTF-16 text without a byte order mark, or no text at all"
	windowsText = "not UTF-8: the file is probably Windows-1252 (also called ANSI or Latin-1)"
)

// foreign recognises files that are no CSV in UTF-8 by how they begin. It says
// what the file is and what to do; two empty strings when there is nothing to say.
func foreign(b []byte) (what, mend string) {
	starts := func(magic string) bool { return bytes.HasPrefix(b, []byte(magic)) }
	switch {
	case starts("\xFF\xFE\x00\x00"), starts("\x00\x00\xFE\xFF"):
		return "this is UTF-32 text", saveUTF8
	case starts("\xFF\xFE"), starts("\xFE\xFF"):
		return `this is UTF-16 text (Excel calls it "Unicode Text")`, saveUTF8
	case starts("\xD0\xCF\x11\xE0"):
		return "this is an old Excel workbook (.xls) or one with a password", saveCSV
	case starts("PK\x03\x04"), starts("PK\x05\x06"):
		return zipped(b)
	case starts("\x1F\x8B"):
		return "this is a gzip file", "unpack it first (gunzip)"
	case starts("%PDF-"):
		return "this is a PDF", "ask for the data as a spreadsheet or CSV; a PDF has no cells"
	case len(b) > 1 && (b[0] == 0 || b[1] == 0):
		return nulText, saveUTF8
	}
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
		return "this is an OpenDocument spreadsheet (.ods)", saveCSV
	case has("application/vnd.oasis.opendocument"):
		return "this is an OpenDocument file", saveCSV
	case has("xl/"), has("[Content_Types].xml"):
		return "this is an Excel workbook (.xlsx)", saveCSV
	}
	return "this is a ZIP archive", "unpack it first, and give the CSV that is in it"
}

// mistakable says whether a file that begins with this cell, written without
// quotes, could be taken for something else when it is read again.
func mistakable(cell string) bool {
	if strings.HasPrefix(cell, bom) || strings.HasPrefix(cell, "PK\x03") || strings.HasPrefix(cell, "PK\x05") || len(cell) > 3 && strings.EqualFold(cell[:4], "sep=") {
		return true
	}
	return cell != "" && strings.IndexByte("%<[{", cell[0]) >= 0
}
