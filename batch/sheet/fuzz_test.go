package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/pmrun/pmrun/batch"
)

// FuzzCSV: any bytes are read or refused with an *Error; what was read does not
// depend on chunks, agrees with encoding/csv where that keeps bytes, and comes
// back the same through Writer.
func FuzzCSV(f *testing.F) {
	for _, tt := range good {
		f.Add([]byte(tt.in), byte(0), tt.opts.Encoding)
	}
	for _, tt := range bad {
		f.Add([]byte(tt.in), byte(1), tt.opts.Encoding)
	}
	f.Fuzz(func(t *testing.T, in []byte, which byte, encoding string) {
		encoding, err := ParseEncoding(encoding)
		if err != nil {
			encoding = ""
		}
		delim := []rune{0, ',', ';', '\t', '|'}[int(which)%5]
		c, err := NewCSV("rows.csv", bytes.NewReader(in), Options{Delimiter: delim, Encoding: encoding})
		var rows []batch.Row
		if err == nil {
			delim = c.Facts().Delimiter
			rows, err = readAll(c)
			compareChunks(t, in, c.Facts(), c.Header(), rows, err)
		}
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Msg == "" || e.Mend == "" || e.File == "" {
				t.Fatalf("error %T %v", err, err)
			}
			return
		}
		if !reflect.DeepEqual(c.Facts(), factsOf(string(in), c.Facts().Dialect, int64(len(rows)), c.Facts().Blank)) {
			t.Fatalf("facts %+v", c.Facts())
		}
		for _, r := range rows {
			for _, cell := range r.Cells {
				if !utf8.ValidString(cell) {
					t.Fatalf("row %d: %q", r.Num, cell)
				}
			}
		}
		compareStandard(t, in, delim, c, rows)
		compareMarks(t, in, c.Facts(), rows)
		rewrite(t, c.Header(), rows, c.Facts().Dialect)
	})
}

func compareChunks(t *testing.T, in []byte, facts batch.Facts, header []string, rows []batch.Row, want error) {
	c, err := newCSV("rows.csv", bytes.NewReader(in), again(facts), 64)
	var again []batch.Row
	if err == nil {
		again, err = readAll(c)
		if !reflect.DeepEqual(c.Header(), header) || !reflect.DeepEqual(again, rows) {
			t.Fatalf("in chunks of 64: %q %#v, want %q %#v", c.Header(), again, header, rows)
		}
	}
	if (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
		t.Fatalf("in chunks of 64: %v, want %v", err, want)
	}
}

// compareStandard compares with encoding/csv alone, for files without carriage
// returns and what only this package knows.
func compareStandard(t *testing.T, in []byte, delim rune, c *CSV, rows []batch.Row) {
	if bytes.ContainsAny(in, "\r\x1a") || c.skipped > 0 || c.facts.Encoding != "" || c.own != nil || c.front.lossy {
		return
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(in, []byte(bom))))
	r.Comma = delim
	r.FieldsPerRecord = -1
	var got []batch.Row
	num := int64(0)
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("encoding/csv refuses it: %v", err)
		}
		if comment, _ := Comment(cells); comment || blank(cells) {
			continue
		}
		line, _ := r.FieldPos(0)
		if num++; num > 1 {
			got = append(got, batch.Row{Num: num - 1, Line: int64(line), Cells: cells})
		}
	}
	if !reflect.DeepEqual(got, rows) {
		t.Fatalf("encoding/csv reads %#v, we %#v", got, rows)
	}
}

// again are the options to read a file as it was read before.
func again(f batch.Facts) Options {
	o := Options{Delimiter: f.Delimiter, Encoding: f.Encoding, HeaderRow: f.HeaderRow, Limits: f.Limits}
	if o.Encoding == "" {
		o.Encoding = encUTF8
	}
	return o
}
