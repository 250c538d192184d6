package sheet

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pmrun/pmrun/batch"
)

func TestParseEncoding(t *testing.T) {
	for in, want := range map[string]string{
		"UTF-8": "utf-8", "utf8": "utf-8", " utf-16 ": "utf-16", "UTF-16LE": "utf-16le", "utf-16be": "utf-16be",
		"windows-1252": "windows-1252", "cp1252": "windows-1252", "latin1": "windows-1252", "ISO-8859-1": "windows-1252", "ascii": "windows-1252",
		"iso-8859-15": "iso-8859-15", "cp850": "ibm850", "IBM437": "ibm437", "macintosh": "macintosh", "koi8-r": "koi8-r", "gbk": "gbk", "sjis": "shift_jis",
	} {
		got, err := ParseEncoding(in)
		if got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
		if again, err := ParseEncoding(got); again != got || err != nil {
			t.Errorf("%q: %q, %v", got, again, err)
		}
		if enc := encodingNamed(got); (enc == nil) != (got == encUTF8) {
			t.Errorf("%q: %v", got, enc)
		}
	}
	for _, in := range []string{"", "nope", "iso-2022-jp", "utf-7", "replacement", "x-user-defined"} {
		if got, err := ParseEncoding(in); err == nil || !strings.Contains(err.Error(), "--encoding") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

// TestGuess: a file is UTF-8 when all of it is, to the last byte; else it is
// Windows-1252, and that is said with cells that show it.
func TestGuess(t *testing.T) {
	long := "id,name\n" + strings.Repeat("1,Ana\n", 3*chunkSize)
	for _, tt := range []struct{ name, in, enc, last string }{
		{"UTF-8", "id,name\n1,Peña\n", "", "Peña"},
		{"Windows-1252", "id,name\n1,Pe\xf1a\n", "windows-1252", "Peña"},
		{"Windows-1252, far from the begin", long + "2,Pe\xf1a\n", "windows-1252", "Peña"},
		{"UTF-8, far from the begin", long + "2,Peña\n", "", "Peña"},
		{"Windows-1252 at the very end", long + "2,Pe\xf1", "windows-1252", "Peñ"},
		{"UTF-8 across chunks", "id,name\n" + strings.Repeat("1,€\n", 3*chunkSize), "", "€"},
		{"UTF-16", "\xff\xfe" + utf16le("id,name\n1,Peña\n"), "utf-16le", "Peña"},
		{"BOM", bom + "id,name\n1,Peña\n", "", "Peña"},
	} {
		path := save(t, "rows.csv", tt.in)
		r, err := Open(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		rows, err := readAll(r)
		if err != nil || rows[len(rows)-1].Cells[1] != tt.last || r.Facts().Encoding != tt.enc {
			t.Errorf("%s: %q, %v, %q", tt.name, rows[len(rows)-1].Cells, err, r.Facts().Encoding)
		}
		if found := r.Findings(); (len(found) == 1) != (tt.enc == encWindows) || len(found) == 1 && !strings.Contains(found[0].Message, `column name: "`+tt.last+`"`) {
			t.Errorf("%s: %+v", tt.name, found)
		}
		r.Close()
		again, err := Reopen(path, r.Facts())
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		rows2, err := readAll(again)
		if err != nil || !reflect.DeepEqual(rows, rows2) || !reflect.DeepEqual(again.Facts(), r.Facts()) {
			t.Errorf("%s again: %v, %+v, want %+v", tt.name, err, again.Facts(), r.Facts())
		}
		again.Close()
	}
	// A byte order mark decides, and then the rest has to be as it says.
	r, err := Open(save(t, "rows.csv", bom+"id,name\n1,Pe\xf1a\n"), Options{})
	if err == nil {
		defer r.Close()
		_, err = r.Next()
	}
	if err == nil || !strings.Contains(err.Error(), `row 1, column "name": not UTF-8`) {
		t.Errorf("%v", err)
	}
}

// TestEncodingRoundTrip: cells in any encoding, written by Writer, come back, and
// the file is the same when it is written again.
func TestEncodingRoundTrip(t *testing.T) {
	cells := map[string][]string{
		"windows-1252": {"ñ", "€", "“x”", "ÿþ", "þÿ", "ï»¿", "Ã©"}, "utf-16le": {"ñ", "€", "😀", "日本", "ÿþ"}, "utf-16be": {"😀", bom, "я"},
		"ibm850": {"ñ", "ü", "█"}, "koi8-r": {"я", "Ю"}, "shift_jis": {"ポ", "表", "ｱ"}, "gb18030": {"中", "😀", "€"}, "euc-kr": {"한"}, "big5": {"許", "功"}, "iso-8859-15": {"€", "œ"}, "macintosh": {"ñ", "€"}, "": {"ñ", "😀"},
	}
	for name, words := range cells {
		for _, marked := range []bool{false, true} {
			if marked && !strings.HasPrefix(name, "utf-16") && name != "" {
				continue
			}
			d := batch.Dialect{Delimiter: ';', Encoding: name, BOM: marked, Sep: len(words)%2 == 0}
			header := append([]string{words[0] + " name"}, "plain", "x;y")
			var rows []batch.Row
			for i, w := range words {
				rows = append(rows, batch.Row{Num: int64(i + 1), Cells: []string{w, w + "\r\n\"" + w + "\";", "plain"}})
			}
			rewrite(t, header, rows, d)
		}
	}
}

func TestWriterEncodings(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    batch.Dialect
		in   []string
		want string
	}{
		{"Windows-1252", batch.Dialect{Delimiter: ';', Encoding: "windows-1252"}, []string{"a", "ñ€", "it’s"}, "a;\xf1\x80;it\x92s\n"},
		{"what it does not have", batch.Dialect{Encoding: "windows-1252"}, []string{"a", "😀 ñ я\x00\xff"}, "a,? \xf1 ???\n"},
		{"UTF-16 LE with BOM", batch.Dialect{Delimiter: '\t', Encoding: "utf-16le", BOM: true}, []string{"é", "😀"}, "\xff\xfe" + utf16le("\"é\"\t😀\n")},
		{"UTF-16 BE", batch.Dialect{Encoding: "utf-16be"}, []string{"a", "\xff"}, utf16be("a,\uFFFD\n")},
		{"sep line", batch.Dialect{Delimiter: ';', Sep: true}, []string{"a", "b"}, "sep=;\na;b\n"},
		{"sep line and BOM", batch.Dialect{Delimiter: '\t', Sep: true, BOM: true}, []string{"a", "b"}, bom + "sep=\t\na\tb\n"},
		{"Shift_JIS", batch.Dialect{Encoding: "shift_jis"}, []string{"ポ", "ñ"}, "\"\x83\x7c\",?\n"},
	} {
		var b bytes.Buffer
		w := NewWriter(&b, tt.d)
		w.Write(tt.in)
		w.Flush()
		if err := w.Error(); err != nil || b.String() != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, b.String(), err, tt.want)
		}
	}
}

// TestDecoderChunks: what comes out does not depend on how the source splits the
// file.
func TestDecoderChunks(t *testing.T) {
	text := strings.Repeat("id,ñ€ポ😀;\r\n", 50)
	for _, name := range []string{"utf-16le", "utf-16be", "gb18030"} {
		in := encoded(name, text)
		for _, src := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in)), iotest.HalfReader(strings.NewReader(in)), iotest.DataErrReader(strings.NewReader(in))} {
			for _, size := range []int{16, 17, 64, 4096} {
				got, err := io.ReadAll(newDecoder(src, encodingNamed(name), size))
				if err != nil || string(got) != text {
					t.Fatalf("%s in chunks of %d: %q, %v", name, size, got, err)
				}
				src = strings.NewReader(in)
			}
		}
	}
}
