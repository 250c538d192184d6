package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pmrun/pmrun/batch"
)

// row is a batch.Row in few words.
func row(num, line int64, cells ...string) batch.Row {
	return batch.Row{Num: num, Line: line, Cells: cells}
}

// utf16le and utf16be write text in UTF-16, without BOM.
func utf16le(text string) string { return encoded(encUTF16LE, text) }
func utf16be(text string) string { return encoded(encUTF16BE, text) }

func encoded(name, text string) string {
	out, err := encodingNamed(name).NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return out
}

// good are files that can be read, and what is in them.
var good = []struct {
	name   string
	in     string
	opts   Options
	header []string
	rows   []batch.Row
	blank  int64
	delim  rune // 0: comma
	bom    bool
	enc    string
	sep    bool
}{
	{name: "plain", in: "id,name\n1,Ana\n2,Luz\n", header: []string{"id", "name"}, rows: []batch.Row{row(1, 2, "1", "Ana"), row(2, 3, "2", "Luz")}},
	{name: "no line end at the end", in: "id,name\n1,Ana", header: []string{"id", "name"}, rows: []batch.Row{row(1, 2, "1", "Ana")}},
	{name: "header only", in: "id,name\n", header: []string{"id", "name"}},
	{name: "header only, no line end", in: "id,name", header: []string{"id", "name"}},
	{name: "header as written", in: " id ,ID,,id\n1,2,3,4\n", header: []string{" id ", "ID", "", "id"}, rows: []batch.Row{row(1, 2, "1", "2", "3", "4")}},
	{name: "cells as written", in: "a,b\n 007 ,6.00E+08\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, " 007 ", "6.00E+08")}},
	{name: "white space is text", in: "a,b\n ,\t\n\u00a0,\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, " ", "\t"), row(2, 3, "\u00a0", "")}},
	{name: "ragged", in: "a,b\n1\n1,2,3\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1"), row(2, 3, "1", "2", "3")}},
	{name: "comment below the header", in: "a,b\n#pmrun: required,\n1,2\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 3, "1", "2")}, blank: 1},
	{name: "comment above the header", in: "#pmrun: required,#pmrun: optional\na,b\n1,2\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 3, "1", "2")}, blank: 1},
	{name: "comment as a program quotes it, at the end", in: "a;b\r\n1;2\r\n\"#pmrun: \"\"x\"\"\";\"#pmrun:\"\r\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}, blank: 1, delim: ';'},
	{name: "no comment: another mark", in: "#,# pmrun:\n#1,#pmrun\n", header: []string{"#", "# pmrun:"}, rows: []batch.Row{row(1, 2, "#1", "#pmrun")}},
	{name: "one column", in: "name\nAna\nLuz\n", header: []string{"name"}, rows: []batch.Row{row(1, 2, "Ana"), row(2, 3, "Luz")}},

	{name: "BOM", in: bom + "id,name\n1,Ana\n", header: []string{"id", "name"}, rows: []batch.Row{row(1, 2, "1", "Ana")}, bom: true},
	{name: "BOM and quoted header", in: bom + "\"id\",\"na,me\"\n1,Ana\n", header: []string{"id", "na,me"}, rows: []batch.Row{row(1, 2, "1", "Ana")}, bom: true},
	{name: "two BOMs: one is text", in: bom + bom + "id,n\n1,2\n", header: []string{bom + "id", "n"}, rows: []batch.Row{row(1, 2, "1", "2")}, bom: true},
	{name: "BOM later is text", in: "id,n\n" + bom + "1,2\n", header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, bom+"1", "2")}},

	{name: "CRLF", in: "a,b\r\n1,2\r\n\r\n3,4\r\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2"), row(2, 4, "3", "4")}, blank: 1},
	{name: "lone CR", in: "a,b\r1,2\r\r3,4\r", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2"), row(2, 4, "3", "4")}, blank: 1},
	{name: "lone CR, none at the end", in: "a,b\r1,2", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "mixed line ends", in: "a,b\r1,2\n3,4\r\n5,6\n\r7,8\r\r\n9,0", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2"), row(2, 3, "3", "4"), row(3, 4, "5", "6"), row(4, 6, "7", "8"), row(5, 8, "9", "0")}, blank: 2},
	{name: "LF in a cell", in: "a,b\n\"1\nx\",2\n3,\"4\n\ny\"\n5,6\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1\nx", "2"), row(2, 4, "3", "4\n\ny"), row(3, 7, "5", "6")}},
	{name: "CRLF in a cell stays", in: "a,b\r\n\"1\r\nx\",2\r\n3,4\r\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1\r\nx", "2"), row(2, 4, "3", "4")}},
	{name: "CR in a cell stays, and is a line", in: "a,b\r\"1\rx\",2\r3,4\r", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1\rx", "2"), row(2, 4, "3", "4")}},
	{name: "CR at the edges of a cell", in: "a,b\n\"\r1\",\"\r\n\"\n3,\"4\r\"\r\n5,6", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "\r1", "\r\n"), row(2, 5, "3", "4\r"), row(3, 7, "5", "6")}},
	{name: "CR between quotes in a cell", in: "a,b\n\"\"\"\r\"\"\",2\n3,4\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "\"\r\"", "2"), row(2, 4, "3", "4")}},
	{name: "line break in a header", in: "\"a\r\nb\",\"c\rd\"\n1,2\n", header: []string{"a\r\nb", "c\rd"}, rows: []batch.Row{row(1, 4, "1", "2")}},

	{name: "quotes", in: "a,b\n\"x\"\"y\",\"\"\"\"\n\"\",\",\"\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, `x"y`, `"`), row(2, 3, "", ",")}},
	{name: "blank lines and records", in: "\n,,\na,b\n\n,\n\"\",\"\"\n1,2\n,,,,,\n\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 7, "1", "2")}, blank: 7},
	{name: "blank after the last, no line end", in: "a,b\n1,2\n\n,", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}, blank: 2},
	{name: "blank in one column", in: "a\n\n\"\"\nx\n", header: []string{"a"}, rows: []batch.Row{row(1, 4, "x")}, blank: 2},

	{name: "Ctrl-Z at the end", in: "a,b\r\n1,2\r\n\x1a", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "Ctrl-Z after a cell", in: "a,b\n1,2\x1a", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "Ctrl-Z after CR", in: "a,b\r1,2\r\x1a", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "Ctrl-Z elsewhere is text", in: "a,b\n\x1a,\x1a\x1a", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "\x1a", "\x1a")}},

	{name: "semicolons", in: "a;b\n1,5;2,5\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1,5", "2,5")}, delim: ';'},
	{name: "tabs", in: "a\tb\n1, x\t2\n\t3\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1, x", "2"), row(2, 3, "", "3")}, delim: '\t'},
	{name: "pipes", in: "a|b\n1|2\n", header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}, delim: '|'},
	{name: "delimiter given", in: "a,b;c\n1;2\n", opts: Options{Delimiter: ';'}, header: []string{"a,b", "c"}, rows: []batch.Row{row(1, 2, "1", "2")}, delim: ';'},
	{name: "wide delimiter given", in: "a¦b\n1¦ÿ\n", opts: Options{Delimiter: '¦'}, header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "1", "ÿ")}, delim: '¦'},
	{name: "sep line", in: "sep=;\r\na,x;b\r\n1;2\r\n", header: []string{"a,x", "b"}, rows: []batch.Row{row(1, 3, "1", "2")}, delim: ';', sep: true},
	{name: "sep line, BOM, CR, blank line", in: bom + "SEP=|\r\ra|b\r1|2", header: []string{"a", "b"}, rows: []batch.Row{row(1, 4, "1", "2")}, delim: '|', bom: true, blank: 1, sep: true},
	{name: "sep line and delimiter given", in: "sep=,\na;b,c\n", opts: Options{Delimiter: ';'}, header: []string{"a", "b,c"}, delim: ';', sep: true},
	{name: "sep line in words", in: "sep=\\t\na\tb\n", header: []string{"a", "b"}, delim: '\t', sep: true},
	{name: "no sep line: more on it", in: "sep=,b\n1,2\n", header: []string{"sep=", "b"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "no sep line: quoted", in: "\"sep=;\"\n1\n", header: []string{"sep=;"}, rows: []batch.Row{row(1, 2, "1")}},
	{name: "no sep line: not the first", in: "\nsep=;\n1\n", header: []string{"sep=", ""}, rows: []batch.Row{row(1, 3, "1")}, delim: ';', blank: 1},

	{name: "UTF-16 LE", in: "\xff\xfe" + utf16le("id;año\r\n1;\"€\r\n😀\"\r\n2;x"), header: []string{"id", "año"}, rows: []batch.Row{row(1, 2, "1", "€\r\n😀"), row(2, 4, "2", "x")}, delim: ';', bom: true, enc: "utf-16le"},
	{name: "UTF-16 BE", in: "\xfe\xff" + utf16be("id\taño\n1\t€"), header: []string{"id", "año"}, rows: []batch.Row{row(1, 2, "1", "€")}, delim: '\t', bom: true, enc: "utf-16be"},
	{name: "UTF-16 LE without BOM", in: utf16le("id,n\n1,é\n"), header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "é")}, enc: "utf-16le"},
	{name: "UTF-16 BE without BOM, quoted", in: utf16be("\"id\",n\n1,é\n"), header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "é")}, enc: "utf-16be"},
	{name: "UTF-16 with a sep line", in: "\xff\xfe" + utf16le("sep=;\r\na;b\r\n1;2"), header: []string{"a", "b"}, rows: []batch.Row{row(1, 3, "1", "2")}, delim: ';', bom: true, enc: "utf-16le", sep: true},
	{name: "UTF-16 as said", in: utf16be("я,ю\nб,в\n"), opts: Options{Encoding: "utf-16be"}, header: []string{"я", "ю"}, rows: []batch.Row{row(1, 2, "б", "в")}, enc: "utf-16be"},
	{name: "UTF-16 as said, by its BOM", in: "\xfe\xff" + utf16be("a\n1"), opts: Options{Encoding: "utf-16"}, header: []string{"a"}, rows: []batch.Row{row(1, 2, "1")}, enc: "utf-16be", bom: true},
	{name: "Windows-1252 as said", in: "id,n\n1,\x80 \xf1\x93\n", opts: Options{Encoding: "windows-1252"}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "€ ñ“")}, enc: "windows-1252"},
	{name: "CP850 as said", in: "id,n\r1,\"Pe\xa4a\r\x81\"\r", opts: Options{Encoding: "ibm850"}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "Peña\rü")}, enc: "ibm850"},
	{name: "Shift_JIS, with a pipe in a character", in: "id|n\n1|\x83\x7c\n", opts: Options{Encoding: "shift_jis"}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "ポ")}, delim: '|', enc: "shift_jis"},
	{name: "UTF-8 as said", in: "id,n\n1,é\n", opts: Options{Encoding: "utf-8"}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "é")}},
	{name: "lost character", in: "id,n\n1,Pe\uFFFDa\n2,x\n", header: []string{"id", "n"}, rows: []batch.Row{
		{Num: 1, Line: 2, Cells: []string{"1", "Pe\uFFFDa"}, Defects: []batch.Defect{{Column: "n", Message: "the cell holds " + lostText}}}, row(2, 3, "2", "x")}},
	{name: "lost character in a result column", in: "id,pmrun_message\n1,Pe\uFFFDa\n", header: []string{"id", "pmrun_message"}, rows: []batch.Row{row(1, 2, "1", "Pe\uFFFDa")}},
	{name: "lost character in a result column, UTF-16", in: "\xff\xfe" + utf16le("id,pmrun_message\n1,Pe\uFFFDa\n"), header: []string{"id", "pmrun_message"}, rows: []batch.Row{row(1, 2, "1", "Pe\uFFFDa")}, bom: true, enc: "utf-16le"},
	{name: "result columns alone do not make a row", in: "a,pmrun_row,pmrun_status\n,1,failed\nx,2,failed\n,3,failed,\n", header: []string{"a", "pmrun_row", "pmrun_status"}, rows: []batch.Row{row(1, 3, "x", "2", "failed"), row(2, 4, "", "3", "failed", "")}, blank: 1},
	{name: "header row", in: "Report \"x;\" of May\r\n\rid,n\n1,2\n", opts: Options{HeaderRow: 3}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 4, "1", "2")}},
	{name: "header row 1", in: "id,n\n1,2\n", opts: Options{HeaderRow: 1}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "header row and sep line", in: "sep=;\nx\nid;n\n1;2\n", opts: Options{HeaderRow: 3}, header: []string{"id", "n"}, rows: []batch.Row{row(1, 4, "1", "2")}, delim: ';', sep: true},

	{name: "header like SQL Server's", in: "[id],[name]\n1,2\n", header: []string{"[id]", "[name]"}, rows: []batch.Row{row(1, 2, "1", "2")}},
	{name: "at the limit of a record", in: "a,b\n12345,67890\n", opts: Options{Limits: batch.Limits{RowBytes: 10}}, header: []string{"a", "b"}, rows: []batch.Row{row(1, 2, "12345", "67890")}},
}

// readAll reads c to its end.
func readAll(c batch.Source) (rows []batch.Row, err error) {
	for {
		r, err := c.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, r)
	}
}

func TestCSV(t *testing.T) {
	for _, tt := range good {
		t.Run(tt.name, func(t *testing.T) {
			var copied bytes.Buffer
			tt.opts.Tee = &copied
			c, err := NewCSV("rows.csv", strings.NewReader(tt.in), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := readAll(c)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(c.Header(), tt.header) {
				t.Errorf("header %q, want %q", c.Header(), tt.header)
			}
			if !reflect.DeepEqual(rows, tt.rows) {
				t.Errorf("rows\n%#v, want\n%#v", rows, tt.rows)
			}
			if tt.delim == 0 {
				tt.delim = ','
			}
			want := factsOf(tt.in, batch.Dialect{Delimiter: tt.delim, Encoding: tt.enc, BOM: tt.bom, Sep: tt.sep}, int64(len(tt.rows)), tt.blank)
			want.Limits, want.HeaderRow = tt.opts.Limits, tt.opts.HeaderRow
			if got := c.Facts(); !reflect.DeepEqual(got, want) {
				t.Errorf("facts %+v, want %+v", got, want)
			}
			if copied.String() != tt.in {
				t.Errorf("copy %q, want %q", copied.String(), tt.in)
			}
			if _, err := c.Next(); err != io.EOF {
				t.Errorf("Next after the end: %v", err)
			}
		})
	}
}

func factsOf(in string, d batch.Dialect, rows, blank int64) batch.Facts {
	sum := sha256.Sum256([]byte(in))
	return batch.Facts{
		Dialect: d,
		Rows:    rows, Blank: blank, Size: int64(len(in)), SHA256: hex.EncodeToString(sum[:]),
	}
}

// bad are files that cannot be read, or not to the end.
var bad = []struct {
	name string
	in   string
	opts Options
	rows int    // rows before the error
	want Error  // File left out; Msg and Mend are parts of the real ones
	also string // another part of Msg
}{
	{name: "empty", in: "", want: Error{Msg: "empty", Mend: "column names"}},
	{name: "only BOM", in: bom, want: Error{Msg: "empty", Mend: "column names"}},
	{name: "only blank", in: "\n\r\n,,,\n\"\"\n", want: Error{Msg: "empty", Mend: "column names"}},
	{name: "only Ctrl-Z", in: "\x1a", want: Error{Msg: "empty", Mend: "column names"}},
	{name: "only sep line", in: "sep=;", want: Error{Msg: "empty", Mend: "column names"}},

	{name: "a row over a comment", in: "a,b\n1,2\n#pmrun: required,3\n4,5\n", rows: 1, want: Error{Line: 3, Msg: "some cells start with #pmrun:", Mend: "write rows below"}},
	{name: "Windows-1252", in: "id,name\n1,Ana\n2,Pe\xf1a\n", rows: 1, want: Error{Line: 3, Row: 2, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "Windows-1252 in the header", in: "id,a\xf1o\n1,2\n", want: Error{Line: 1, Column: "#2", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "Windows-1252 in a quoted cell", in: "id,name\n\"x\ny\",\"Pe\r\n\xf1a\"\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "Windows-1252 after CRs in cells", in: "id,name\r\"x\ry\",\"p\r\nq\r\"\r2,\xe9", rows: 1, want: Error{Line: 6, Row: 2, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "byte FD", in: "id,name\n1,\xfd\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "byte FE", in: "id,name\n1,\xfe\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "byte FF", in: "id,name\n1,\"\r\xff\"\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "byte FF does not become CR", in: "id,name\n\"\r\",2\n1,\xff\n", rows: 1, want: Error{Line: 4, Row: 2, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "cut UTF-8 sequence", in: "id,name\n1,x\n2,\xf0\x9f\x98", rows: 1, want: Error{Line: 3, Row: 2, Column: "name", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "surrogate", in: "id,name\n1,\xed\xa0\x80\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "not UTF-8", Mend: "CSV UTF-8"}},
	{name: "in a column without a name", in: "id,\n1,2,\xe9\n", want: Error{Line: 2, Row: 1, Column: "#3", Msg: "Windows-1252", Mend: "CSV UTF-8"}},
	{name: "after a sep line", in: "sep=;\nid;n\n\n1;\xe9\n", want: Error{Line: 4, Row: 1, Column: "n", Msg: "Windows-1252", Mend: "CSV UTF-8"}},

	{name: "NUL", in: "id,name\n1,x\n2,a\x00b\n", rows: 1, want: Error{Line: 3, Row: 2, Column: "name", Msg: "UTF-16", Mend: "UTF-8"}, also: "NUL"},
	{name: "NUL and Windows-1252", in: "id,name\n1,\xe9\x00\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "UTF-16", Mend: "UTF-8"}},

	{name: "NUL at the begin", in: "\x00id,name\n1,x\n", want: Error{Line: 1, Msg: "UTF-16", Mend: "--encoding utf-16le"}, also: "NUL"},
	{name: "lost character in the header", in: "id,a\uFFFDo\n", want: Error{Line: 1, Column: "#2", Msg: "U+FFFD", Mend: "write what was meant"}},
	{name: "undecodable byte", in: "id,n\n1,x\n2,\"a\x81\"\n", opts: Options{Encoding: "windows-1252"}, rows: 1, want: Error{Line: 3, Row: 2, Column: "n", Msg: "none in windows-1252", Mend: "--encoding"}},
	{name: "undecodable byte in KOI8", in: "id,n\n1,\xff\n2,\x00\n", opts: Options{Encoding: "koi8-r"}, rows: 1, want: Error{Line: 3, Row: 2, Column: "n", Msg: "NUL", Mend: "--encoding"}},
	{name: "half a surrogate", in: utf16le("id,n\n1,x\n2,") + "\x3d\xd8" + utf16le("\n"), opts: Options{Encoding: "utf-16"}, rows: 1, want: Error{Line: 3, Row: 2, Column: "n", Msg: "none in utf-16le", Mend: "--encoding"}},
	{name: "odd UTF-16", in: "\xff\xfe" + utf16le("id,n\n1,x\n2,y") + "z", rows: 1, want: Error{Line: 3, Row: 2, Column: "n", Msg: "none in utf-16le", Mend: "--encoding"}},
	{name: "bad Shift_JIS", in: "id,n\n1,\x82\xa0\n2,\x82\n", opts: Options{Encoding: "shift_jis"}, rows: 1, want: Error{Line: 3, Row: 2, Column: "n", Msg: "none in shift_jis", Mend: "--encoding"}},
	{name: "Shift_JIS with a second form", in: "id,n\n1,\x87\x9a\x81\xe6\n", opts: Options{Encoding: "shift_jis"}, want: Error{Msg: "byte for byte", Mend: "UTF-8"}},
	{name: "BOM against --encoding", in: bom + "id\n", opts: Options{Encoding: "windows-1252"}, want: Error{Line: 1, Msg: "utf-8", Mend: "leave --encoding out"}},
	{name: "BOM against --encoding utf-16", in: bom + "id\n", opts: Options{Encoding: "utf-16"}, want: Error{Line: 1, Msg: "utf-8", Mend: "leave --encoding out"}},
	{name: "not the UTF-8 that --encoding says", in: "id\n\xe9\n", opts: Options{Encoding: "utf-8"}, want: Error{Line: 2, Row: 1, Column: "id", Msg: "not UTF-8", Mend: "--encoding"}},
	{name: "JSON in UTF-16", in: "\xff\xfe" + utf16le("[{\"a\": 1}]"), want: Error{Msg: "JSON", Mend: "column names"}},
	{name: "sheet of a CSV", in: "id\n1\n", opts: Options{Sheet: "Cases"}, want: Error{Msg: "no workbook", Mend: "--sheet"}},

	{name: "header row is not there", in: "a\n1\n", opts: Options{HeaderRow: 3}, want: Error{Msg: "no line 3", Mend: "--header-row"}},
	{name: "header row 1 is blank", in: "\na,b\n1,2\n", opts: Options{HeaderRow: 1}, want: Error{Line: 1, Msg: "is blank", Mend: "--header-row"}},
	{name: "header row 1 of nothing", in: "", opts: Options{HeaderRow: 1}, want: Error{Msg: "is empty", Mend: "column names"}},
	{name: "header row is blank", in: "x\n\na,b\n1,2\n", opts: Options{HeaderRow: 2}, want: Error{Line: 2, Msg: "is blank", Mend: "--header-row"}},
	{name: "error after a header row", in: "Export\n\na,b\n1,\"2\n", opts: Options{HeaderRow: 3}, want: Error{Line: 4, Row: 1, Column: "b", Msg: "not closed", Mend: "close it"}},
	{name: "only result columns", in: "pmrun_row,pmrun_status\n1,failed\n", want: Error{Line: 1, Msg: "only columns that pmrun has added", Mend: "columns with the data"}},

	{name: "too many columns", in: "a,b,c\n1,2,3\n", opts: Options{Limits: batch.Limits{Columns: 2}}, want: Error{Line: 1, Msg: "3 columns; the most is 2 (limits: columns)", Mend: "columns: N"}},
	{name: "names too long", in: "\n\nabc,def\n1,2\n", opts: Options{Limits: batch.Limits{HeaderBytes: 5}}, want: Error{Line: 3, Msg: "6 bytes; the most is 5 bytes (limits: header-bytes)", Mend: "header-bytes: N"}},
	{name: "too many rows", in: "a\n1\n2\n\n3\n4\n", opts: Options{Limits: batch.Limits{Rows: 2}}, rows: 2, want: Error{Line: 5, Row: 3, Msg: "more than 2 rows (limits: rows)", Mend: "rows: N"}},
	{name: "too large", in: "a\n1\n", opts: Options{Limits: batch.Limits{FileBytes: 3}}, want: Error{Msg: "larger than 3 bytes (limits: file-bytes)", Mend: "file-bytes: N"}},

	{name: "bare quote", in: "id,size\n1,x\n2,5\" pipe\n", rows: 1, want: Error{Line: 3, Row: 2, Column: "size", Msg: "at byte 4 of line 3", Mend: `twice ("")`}},
	{name: "bare quote after a space", in: "id,size\n1, \"x\"\n", want: Error{Line: 2, Row: 1, Column: "size", Msg: "at byte 4 of line 2", Mend: `twice ("")`}},
	{name: "bare quote in the header", in: "id,si\"ze\n1,x\n", want: Error{Line: 1, Column: "#2", Msg: "at byte 6 of line 1", Mend: `twice ("")`}},
	{name: "text after a quote", in: "id,name\n1,x\n\n\"2\",\"a \"big\" one\"\n", rows: 1, want: Error{Line: 4, Row: 2, Column: "name", Msg: "at byte 8 of line 4", Mend: `twice ("")`}, also: "text after"},
	{name: "text after a quote, lines later", in: "sep=,\nid,name\n\"2\r\n\",\"a\r\nb\" x\n", want: Error{Line: 3, Row: 1, Column: "name", Msg: "at byte 2 of line 5", Mend: `twice ("")`}, also: "text after"},
	{name: "text after a quote and lone CRs", in: "id,name\r\"2\r\",3\r\"4\",\"a\rb\" x\r", rows: 1, want: Error{Line: 4, Row: 2, Column: "name", Msg: "closes this cell", Mend: `twice ("")`}},
	{name: "text after a quote, and another at the end", in: "id,name\n1,\"a\"b\"", want: Error{Line: 2, Row: 1, Column: "name", Msg: "at byte 5 of line 2", Mend: `twice ("")`}, also: "text after"},
	{name: "text after a quote, and a last line as long as up to it", in: "id,name\n1,\"a\"b\n2,yy", want: Error{Line: 2, Row: 1, Column: "name", Msg: "at byte 5 of line 2", Mend: `twice ("")`}, also: "text after"},
	{name: "unclosed quote", in: "id,name\n1,x\n\n2,\"a\n3,y\n4,z\n", rows: 1, want: Error{Line: 4, Row: 2, Column: "name", Msg: "not closed", Mend: "close it"}},
	{name: "unclosed quote, nothing after it", in: "id,name\n1,\"", want: Error{Line: 2, Row: 1, Column: "name", Msg: "not closed", Mend: "close it"}},
	{name: "unclosed quote in the header", in: "id,\"name\n1,x\n", want: Error{Line: 1, Column: "#2", Msg: "not closed", Mend: "close it"}},
	{name: "unclosed quote at Ctrl-Z", in: "id,name\n1,\"x\x1a", want: Error{Line: 2, Row: 1, Column: "name", Msg: "not closed", Mend: "close it"}},
	{name: "quote error before bad text", in: "id,name\n1,a\"b\n2,\xe9\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "inside a cell", Mend: "quotes"}},
	{name: "bad text before a quote error", in: "id,name\n2,\xe9\n1,a\"b\n", want: Error{Line: 2, Row: 1, Column: "name", Msg: "not UTF-8", Mend: "UTF-8"}},

	{name: "cell longer than a record may be", in: "a,b\n1,12345678901\n", opts: Options{Limits: batch.Limits{RowBytes: 10}}, want: Error{Line: 2, Row: 1, Msg: "longer than 10 bytes", Mend: "line ends"}},
	{name: "record longer than it may be", in: "a,b\n123456,78901\n", opts: Options{Limits: batch.Limits{RowBytes: 10}}, want: Error{Line: 2, Row: 1, Msg: "longer than 10 bytes", Mend: "line ends"}},

	{name: "longer than it may be, no line end", in: "a,b\n1,2\n3,1234567890", opts: Options{Limits: batch.Limits{RowBytes: 10}}, rows: 1, want: Error{Line: 3, Row: 2, Msg: "longer than 10 bytes", Mend: "line ends"}},
	{name: "longer than it may be, unclosed", in: "a,b\n1,2\n3,\"1234567890", opts: Options{Limits: batch.Limits{RowBytes: 10}}, rows: 1, want: Error{Line: 3, Row: 2, Column: "b", Msg: "not closed", Mend: "close it"}},
	{name: "longer than it may be, text after a quote", in: "a,b\n1,2\n3,\"4\"567890\"", opts: Options{Limits: batch.Limits{RowBytes: 10}}, rows: 1, want: Error{Line: 3, Row: 2, Column: "b", Msg: "at byte 5 of line 3", Mend: `twice ("")`}},

	{name: "unclear delimiter", in: "a,b;c\n1,2;3\n", want: Error{Line: 1, Msg: `"," and ";"`, Mend: `--delimiter "," or --delimiter ";"`}},
	{name: "unclear delimiter, tab", in: "a|b\tc\n", want: Error{Line: 1, Msg: `tab and "|"`, Mend: `--delimiter tab`}},
	{name: "useless delimiter", in: "a,b", opts: Options{Delimiter: '"'}, want: Error{Msg: "cannot be the delimiter", Mend: "--delimiter"}},
}

func TestCSVErrors(t *testing.T) {
	for _, tt := range bad {
		t.Run(tt.name, func(t *testing.T) {
			for _, chunk := range []int{chunkSize, 16, 17, 18, 19, 20, 21, 22, 23} {
				n := 0
				c, err := newCSV("rows.csv", strings.NewReader(tt.in), tt.opts, chunk)
				if err == nil {
					var rows []batch.Row
					rows, err = readAll(c)
					n = len(rows)
					if _, again := c.Next(); again != err {
						t.Errorf("Next after the error: %v, want it again", again)
					}
					if c.Facts().SHA256 != "" {
						t.Error("a digest without the whole file")
					}
				}
				e, ok := err.(*Error)
				if !ok {
					t.Fatalf("error %T %v", err, err)
				}
				if n != tt.rows {
					t.Errorf("%d rows before the error, want %d", n, tt.rows)
				}
				if e.File != "rows.csv" || e.Line != tt.want.Line || e.Row != tt.want.Row || e.Column != tt.want.Column {
					t.Errorf("place %q %d %d %q, want %d %d %q", e.File, e.Line, e.Row, e.Column, tt.want.Line, tt.want.Row, tt.want.Column)
				}
				if !strings.Contains(e.Msg, tt.want.Msg) || !strings.Contains(e.Msg, tt.also) {
					t.Errorf("Msg %q, want %q, %q", e.Msg, tt.want.Msg, tt.also)
				}
				if !strings.Contains(e.Mend, tt.want.Mend) {
					t.Errorf("Mend %q, want %q", e.Mend, tt.want.Mend)
				}
				if t.Failed() {
					t.Fatalf("in chunks of %d", chunk)
				}
			}
		})
	}
}

// TestRunaway: a quote that is never closed, or a line that never ends, is given
// up at the limit, long before the end of the file.
func TestRunaway(t *testing.T) {
	const limit = 256 << 10
	for _, tt := range []struct {
		name, head, body string
		want             Error
	}{
		{"quote", "id,name\n1,\"x\n", "2,y\n", Error{Line: 2, Row: 1, Column: "name", Msg: "not closed"}},
		{"quote, long lines", "id,name\n1,x\n2,\"", strings.Repeat("y", 1000), Error{Line: 3, Row: 2, Column: "name", Msg: "not closed"}},
		{"quote, escapes in it", "id,name\n1,x\n\n2,\"", `y ""z"" `, Error{Line: 4, Row: 2, Column: "name", Msg: "not closed"}},
		{"quote in the header", "id,\"name\n", "2,y\r\n", Error{Line: 1, Column: "#2", Msg: "not closed"}},
		{"line", "id,name\n1,x\n", "y", Error{Line: 3, Row: 2, Msg: "longer than 256 KiB"}},
		{"cells", "id,name\n1,x\n", "y,", Error{Line: 3, Row: 2, Msg: "longer than 256 KiB"}},
		{"quoted cells", "id,name\n1,x\n", `"y",`, Error{Line: 3, Row: 2, Msg: "longer than 256 KiB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := &endless{head: tt.head, body: tt.body}
			c, err := NewCSV("rows.csv", io.LimitReader(src, 16<<20), Options{Limits: batch.Limits{RowBytes: limit}, Delimiter: ','})
			if err == nil {
				_, err = readAll(c)
			}
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("error %T %v", err, err)
			}
			if e.Line != tt.want.Line || e.Row != tt.want.Row || e.Column != tt.want.Column || !strings.Contains(e.Msg, tt.want.Msg) {
				t.Errorf("%v, want %+v", e, tt.want)
			}
			if src.read > limit+3*chunkSize {
				t.Errorf("%d bytes read", src.read)
			}
		})
	}
}

// TestManyBlankLines: blank lines are no record, so no limit counts them.
func TestManyBlankLines(t *testing.T) {
	in := "a,b\n" + strings.Repeat("\n", 3*chunkSize) + "1,2\n"
	c, err := NewCSV("rows.csv", strings.NewReader(in), Options{Limits: batch.Limits{RowBytes: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(c)
	if err != nil || len(rows) != 1 || rows[0].Line != 3*chunkSize+2 || c.Facts().Blank != 3*chunkSize {
		t.Errorf("%v, %v, %+v", rows, err, c.Facts())
	}
}

// endless is a file that begins with head and goes on with body for ever.
type endless struct {
	head, body string
	read       int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	e.head = e.head[n:]
	for n < len(p) {
		m := copy(p[n:], e.body)
		e.body = e.body[m:] + e.body[:m]
		n += m
	}
	e.read += n
	return n, nil
}

func TestReadError(t *testing.T) {
	broken := errors.New("the share is gone")
	in := "a,b\n" + strings.Repeat("1,2\n", chunkSize) + "3,"
	c, err := NewCSV("rows.csv", io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(c)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, broken) || e.Line != chunkSize+2 || e.Row != chunkSize+1 || len(rows) != chunkSize {
		t.Errorf("after %d rows: %v", len(rows), err)
	}
	if _, err := NewCSV("rows.csv", iotest.ErrReader(broken), Options{}); !errors.Is(err, broken) {
		t.Errorf("first read: %v", err)
	}
	if _, err := NewCSV("rows.csv", stuck{}, Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("reader without progress: %v", err)
	}
	c, err = NewCSV("rows.csv", io.MultiReader(strings.NewReader(in), stuck{}), Options{Encoding: encWindows})
	if err == nil {
		_, err = readAll(c)
	}
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("reader without progress in Windows-1252: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestTeeError(t *testing.T) {
	full := errors.New("no space left on device")
	in := "a,b\n" + strings.Repeat("1,2\n", 3*chunkSize)
	for _, room := range []int{0, 2 * chunkSize} {
		c, err := NewCSV("rows.csv", strings.NewReader(in), Options{Tee: &disk{room: room, err: full}})
		if err == nil {
			_, err = readAll(c)
		}
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, full) || !strings.Contains(e.Msg, "copy") {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
	_, err := NewCSV("rows.csv", strings.NewReader(in), Options{Tee: &disk{}})
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("short write: %v", err)
	}
}

// disk takes room bytes.
type disk struct {
	room int
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	if len(p) <= d.room {
		d.room -= len(p)
		return len(p), nil
	}
	return d.room, d.err
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write("rows.csv", "a,b\n1,2\n")
	c, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(c)
	if err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
	for range 2 { // closing twice is fine
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.Next(); err != io.EOF {
		t.Errorf("Next after end and Close: %v", err)
	}

	c, err = Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := c.Next(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}

	for _, tt := range []struct {
		name, path, want string
		is               error
	}{
		{"missing", filepath.Join(dir, "nowhere.csv"), "check the name", os.ErrNotExist},
		{"folder", dir, "is a folder", nil},
		{"empty", write("empty.csv", ""), "is empty", nil},
		{"not CSV", write("rows.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "old Excel", nil},
	} {
		_, err := Open(tt.path, Options{})
		var e *Error
		if !errors.As(err, &e) || e.File != tt.path || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if strings.Count(fmt.Sprint(err), tt.path) != 1 {
			t.Errorf("%s: the path more than once: %v", tt.name, err)
		}
	}

	secret := write("secret.csv", "a,b\n")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(secret); err == nil {
		f.Close() // the superuser reads everything, Windows too
		return
	}
	if _, err := Open(secret, Options{}); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "check that you may read it") {
		t.Errorf("unreadable: %v", err)
	}
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{Error{File: "r.csv", Msg: "is empty"}, `r.csv: is empty`},
		{Error{File: "r.csv", Line: 1, Msg: "bad", Mend: "mend it"}, `r.csv, line 1: bad; mend it`},
		{Error{File: "r.csv", Line: 7, Row: 5, Column: "na\nme", Msg: "bad", Mend: "mend it"}, `r.csv, line 7, row 5, column "na\nme": bad; mend it`},
		{Error{File: "r.csv", Column: strings.Repeat("ñ", 61), Msg: "bad"}, `r.csv, column "` + strings.Repeat("ñ", 60) + `...": bad`},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}
