package runner

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

type row = map[string]any

// TestParseData: the figures are those that newman 6.2.2 makes of the same files, but
// for blank lines, which are no iteration here.
func TestParseData(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []row
	}{
		{"numbers", "a,b\n1,2.50\n", []row{{"a": 1.0, "b": 2.5}}},
		{"leading zeros are lost", "a\n007\n+7\n1e3\n0\n.5\n5.\n", []row{{"a": 7.0}, {"a": 7.0}, {"a": 1000.0}, {"a": 0.0}, {"a": 0.5}, {"a": 5.0}}},
		{"hexadecimal is zero", "a\n0x1F\n", []row{{"a": 0.0}}},
		{"large", "a\n12345678901234567890\n", []row{{"a": 12345678901234567000.0}}},
		{"quoted is text", "a\n\"007\"\n", []row{{"a": "007"}}},
		{"words", "a\ntrue\nnull\nNaN\n2026-01-02\n", []row{{"a": "true"}, {"a": "null"}, {"a": "NaN"}, {"a": "2026-01-02"}}},
		{"empty cell", "a,b\n,x\n", []row{{"a": "", "b": "x"}}},
		{"blanks around", "a , b\n x , \"q, z\" \n", []row{{"a": "x", "b": "q, z"}}},
		{"short and long rows", "a,b\n1\n1,2,3\n", []row{{"a": 1.0}, {"a": 1.0, "b": 2.0}}},
		{"the last of a name counts", "a,a\n1,2\n", []row{{"a": 2.0}}},
		{"empty name", ",b\n1,2\n", []row{{"": 1.0, "b": 2.0}}},
		{"blank lines", "a\n\n1\n\n\n2\n\n", []row{{"a": 1.0}, {"a": 2.0}}},
		{"header alone", "a,b\n", nil},
		{"nothing", "", nil},
		{"a quote inside", "a\nx\"y\n", []row{{"a": `x"y`}}},
		{"doubled quotes and lines", "a,b\n\"x \"\"y\"\"\r\nz\",2\n", []row{{"a": "x \"y\"\r\nz", "b": 2.0}}},
		{"CR alone", "a\r1\r2", []row{{"a": 1.0}, {"a": 2.0}}},
		{"byte order mark", "\xEF\xBB\xBFa\n1\n", []row{{"a": 1.0}}},
		{"UTF-16", "\xFF\xFEa\x00\n\x00\xe9\x00\n\x00", []row{{"a": "é"}}},
		{"Windows-1252", "a\n\x80\xe9\n", []row{{"a": "€é"}}},
		{"another delimiter", "a;b\n1;2\n", []row{{"a;b": "1;2"}}},
		{"JSON", `[{"a": 1, "b": "007", "c": null, "d": [1]}]`, []row{{"a": 1.0, "b": "007", "c": nil, "d": []any{1.0}}}},
		{"an empty list", `[]`, []row{}},
	} {
		got, err := ParseData("rows.csv", []byte(tt.in), false)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %#v, %v, want %#v", tt.name, got, err, tt.want)
		}
	}
	got, err := ParseData("rows.csv", []byte("a\n007\n"), true)
	if err != nil || !reflect.DeepEqual(got, []row{{"a": "007"}}) {
		t.Errorf("as text: %#v, %v", got, err)
	}
}

func TestParseDataErrors(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\"x\n":    "rows.csv:2: a quote is not closed",
		"a\n\"x\"y\n": "rows.csv:2: text follows a closing quote",
		`{"a": 1}`:    "not a list of objects",
		`[1]`:         "element 1",
		`[{"a": 1}`:   "not valid JSON",
	} {
		_, err := ParseData("rows.csv", []byte(in), false)
		var e *DataError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func FuzzParseData(f *testing.F) {
	f.Add("a,b\n1,\"x\"\"y\"\n")
	f.Add("a\r\n\r\n\"")
	f.Fuzz(func(t *testing.T, in string) {
		rows, err := ParseData("rows.csv", []byte(in), false)
		var e *DataError
		if err != nil && (!errors.As(err, &e) || rows != nil) {
			t.Fatalf("%v, %d rows", err, len(rows))
		}
	})
}
