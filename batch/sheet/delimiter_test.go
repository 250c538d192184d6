package sheet

import (
	"strings"
	"testing"
)

func TestFindDelimiter(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    string
		cut   bool
		want  rune
		rival rune
	}{
		{"nothing", "", false, ',', 0},
		{"one column", "name\nAna\n", false, ',', 0},
		{"one column, commas in the rows", "name\nDoe, Ana\nRoe, Luz\n", false, ',', 0},
		{"one column, semicolons in the rows", "tags\na;b\nc;d\n", false, ',', 0},
		{"comma", "a,b\n1,2\n", false, ',', 0},
		{"semicolon", "a;b\n1;2\n", false, ';', 0},
		{"tab", "a\tb\n1\t2\n", false, '\t', 0},
		{"pipe", "a|b\n1|2\n", false, '|', 0},
		{"decimal comma", "a;b\n1,5;2,5", false, ';', 0},
		{"decimal comma, one column has none", "a;b;c\n1,5;2;x\n2,5;3;y", false, ';', 0},
		{"comma in a header name", "a;b, total;c\n1;2;3\n4;5;6\n", false, ';', 0},
		{"semicolons in each row", "a,b\n1,x;y\n2,p;q\n", false, ',', 0},
		{"semicolon in a header name", "a,b;c\n1,2\n3,4\n", false, ',', 0},
		{"header only, unclear", "a,b;c\n", false, ',', ';'},
		{"unclear", "a,b;c\n1,5;2\n3,5;4\n", false, ',', ';'},
		{"unclear, other order", "a|b\tc\n1|5\t2\n", false, '\t', '|'},
		{"nearly unclear", "a,b;c\n" + strings.Repeat("1,5;2\n", 18) + "1;2\n", false, ';', ','},
		{"clear by far", "a,b;c\n" + strings.Repeat("1,5;2\n", 8) + strings.Repeat("1;2\n", 3), false, ';', 0},
		{"one ragged row", "a,b,c\n1,2,3\n1,2,3,4\n1,2,3\n", false, ',', 0},
		{"delimiter ends each row", "a;b, x\n1;2;\n3;4;\n5;6;\n", false, ';', 0},
		{"header has the delimiter, rows do not", "a;b\n1,5\n2,5\n", false, ';', 0},
		{"quoted delimiters in the header", "\"a,b,c\";\"d,e\"\n1;2\n", false, ';', 0},
		{"quoted delimiters everywhere", "\"a;b\",c\n\"x;y\",d\n", false, ',', 0},
		{"quoted quotes", "\"a\"\";\"\"b\",c\n1,2\n", false, ',', 0},
		{"quoted line ends", "\"a;\n;b\",c\n1,2\n", false, ',', 0},
		{"quote inside a cell opens nothing", "5\" pipe;a\n1;2\n", false, ';', 0},
		{"CRLF", "a;b\r\n1;2\r\n", false, ';', 0},
		{"CR", "a;b\r1;2\r", false, ';', 0},
		{"blank lines", "\n\n;;\na;b,x\n\n1;2\n", false, ';', 0},
		{"blank records of another kind", ",,,\na;b\n1;2\n", false, ';', 0},
		{"cut record", "a,b;c\n1,2\n3;4", true, ',', 0},
		{"cut in the header", "a;b;c", true, ';', 0},
		{"the same, not cut", "a,b;c\n1,2\n3;4", false, ',', ';'},
		{"record 101 does not count", "a;b\n" + strings.Repeat("1;2\n", 99) + strings.Repeat("1,2\n", 500), false, ';', 0},
	} {
		found, rival := findDelimiter([]byte(tt.in), tt.cut)
		if found == tt.rival && rival == tt.want && tt.rival != 0 {
			found, rival = rival, found // no order among equals
		}
		if found != tt.want || rival != tt.rival {
			t.Errorf("%s: %q, rival %q, want %q, %q", tt.name, found, rival, tt.want, tt.rival)
		}
	}
}

func TestSepLine(t *testing.T) {
	for _, tt := range []struct {
		in    string
		delim rune
		n     int
	}{
		{"sep=;\na", ';', 6},
		{"sep=;\r\na", ';', 7},
		{"sep=;\ra", ';', 6},
		{"sep=;", ';', 5},
		{"SEP=\t\n", '\t', 6},
		{"Sep=\\t\n", '\t', 7},
		{"sep=¦\n", '¦', 7},
		{"sep=\n", 0, 0},
		{"sep=", 0, 0},
		{"sep", 0, 0},
		{"", 0, 0},
		{"sep=;;\n", 0, 0},
		{"sep=a\n", 0, 0},
		{"sep=\"\n", 0, 0},
		{"sep=\xff\n", 0, 0},
		{" sep=;\n", 0, 0},
	} {
		if delim, n := sepLine([]byte(tt.in)); delim != tt.delim || n != tt.n {
			t.Errorf("%q: %q, %d, want %q, %d", tt.in, delim, n, tt.delim, tt.n)
		}
	}
}

func TestParseDelimiter(t *testing.T) {
	for text, want := range map[string]rune{
		",": ',', ";": ';', "|": '|', "\t": '\t', `\t`: '\t', "tab": '\t', "TAB": '\t',
		"comma": ',', "semicolon": ';', "Pipe": '|', "^": '^', "~": '~', "¦": '¦',
	} {
		if got, err := ParseDelimiter(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", `"`, ",,", "a", "7", "\n", "\r", "\x00", "\xff", "\uFFFD", bom, "commas"} {
		if got, err := ParseDelimiter(text); err == nil || !strings.Contains(err.Error(), "--delimiter") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
