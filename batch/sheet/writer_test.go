package sheet

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

func TestWriter(t *testing.T) {
	for _, tt := range []struct {
		name    string
		dialect batch.Dialect
		in      [][]string
		want    string
	}{
		{"plain", batch.Dialect{}, [][]string{{"a", "b"}, {"1", ""}, {"", ""}}, "a,b\n1,\n,\n"},
		{"semicolons", batch.Dialect{Delimiter: ';'}, [][]string{{"a,x", "b;y"}}, "a,x;\"b;y\"\n"},
		{"tabs", batch.Dialect{Delimiter: '\t'}, [][]string{{"a\t", "b"}}, "\"a\t\"\tb\n"},
		{"BOM", batch.Dialect{Delimiter: ',', BOM: true}, [][]string{{"a", "b"}}, bom + "a,b\n"},
		{"BOM only", batch.Dialect{BOM: true}, nil, bom},
		{"line breaks stay", batch.Dialect{}, [][]string{{"a\r\nb", "c\rd", "e\nf"}}, "\"a\r\nb\",\"c\rd\",\"e\nf\"\n"},
		{"quotes", batch.Dialect{}, [][]string{{`a"b`, `"`}}, "\"a\"\"b\",\"\"\"\"\n"},
		{"spaces", batch.Dialect{}, [][]string{{" a", "b "}}, "\" a\",b \n"},
		{"one empty cell", batch.Dialect{}, [][]string{{"a"}, {""}, {"b"}, {}}, "a\n\"\"\nb\n\"\"\n"},
		{"end of data of a database", batch.Dialect{}, [][]string{{"a"}, {`\.`}}, "a\n\"\\.\"\n"},
		{"begins like a BOM", batch.Dialect{}, [][]string{{bom + "a", "b"}, {bom + "c", "d"}}, "\"" + bom + "a\",b\n" + bom + "c,d\n"},
		{"begins like a sep line", batch.Dialect{}, [][]string{{"Sep=", ""}, {"sep=", ""}}, "\"Sep=\",\nsep=,\n"},
		{"begins like JSON", batch.Dialect{}, [][]string{{"[", "{\"}"}}, "\"[\",\"{\"\"}\"\n"},
		{"what cannot be read again", batch.Dialect{}, [][]string{{"a\x00b", "c\xe9d", "ok"}}, "a\uFFFDb,c\uFFFDd,ok\n"},
	} {
		var b bytes.Buffer
		w := NewWriter(&b, tt.dialect)
		for _, rec := range tt.in {
			before := append([]string(nil), rec...)
			if err := w.Write(rec); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if len(rec) > 0 && !reflect.DeepEqual(rec, before) {
				t.Errorf("%s: the caller's cells have changed: %q", tt.name, rec)
			}
		}
		w.Flush()
		if err := w.Error(); err != nil || b.String() != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, b.String(), err, tt.want)
		}
	}
}

func TestWriterError(t *testing.T) {
	full := errors.New("no space left on device")
	w := NewWriter(&disk{err: full}, batch.Dialect{BOM: true})
	var err error
	for range 3 * chunkSize {
		if err = w.Write([]string{""}); err != nil {
			break
		}
	}
	if !errors.Is(err, full) {
		t.Errorf("Write: %v", err)
	}
	w.Flush()
	if !errors.Is(w.Error(), full) {
		t.Errorf("Error: %v", w.Error())
	}
	if err := w.Write([]string{"a", strings.Repeat("b", 2*chunkSize)}); !errors.Is(err, full) {
		t.Errorf("Write again: %v", err)
	}
}
