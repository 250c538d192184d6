package sheet

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pmrun/pmrun/batch"
)

// oracle writes CSV by RFC 4180 in its own way, and counts lines as it does.
type oracle struct {
	rnd     *rand.Rand
	delim   string
	newline string
	out     strings.Builder
	line    int64
	blank   int64
}

func (o *oracle) cell(s string) {
	if strings.ContainsAny(s, "\"\r\n\x1a"+o.delim) || o.out.Len() == 0 || o.rnd.IntN(4) == 0 {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	o.out.WriteString(s)
}

// record writes cells and returns the line where they start.
func (o *oracle) record(cells []string) int64 {
	start := o.line
	for i, s := range cells {
		if i > 0 {
			o.out.WriteString(o.delim)
		}
		o.cell(s)
		o.line += int64(strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n"))
	}
	o.end()
	return start
}

func (o *oracle) end() {
	o.out.WriteString(o.newline)
	o.line++
}

// blanks writes lines that are no rows, at times.
func (o *oracle) blanks(columns int) {
	for o.rnd.IntN(4) == 0 {
		switch o.rnd.IntN(3) {
		case 0:
			o.out.WriteString(strings.Repeat(o.delim, columns))
		case 1:
			o.out.WriteString(`""`)
		}
		o.end()
		o.blank++
	}
}

var pieces = []string{
	"a", "7", "é", "ñ", "€", "😀", `"`, `""`, ",", ";", "\t", "|", "\r", "\n", "\r\n", "\n\r", bom,
	" ", "\u00a0", "\u2028", "\x1a", `\.`, "=1+1", "'", "ÿ", "longer text without anything in it",
}

func (o *oracle) cells(n int) []string {
	cells := make([]string, n)
	for i := range cells {
		for range o.rnd.IntN(5) {
			cells[i] += pieces[o.rnd.IntN(len(pieces))]
		}
	}
	if blank(cells) {
		cells[o.rnd.IntN(n)] = "x"
	}
	return cells
}

// shred is a reader that gives a few bytes at a time.
type shred struct {
	r   io.Reader
	rnd *rand.Rand
}

func (s shred) Read(p []byte) (int, error) {
	return s.r.Read(p[:min(len(p), s.rnd.IntN(20))])
}

// TestRoundTrip: any cells, written by the oracle, come back byte for byte with
// the right row and line, wherever chunks end; and again through Writer.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		o := &oracle{
			rnd: rnd, line: 1,
			delim:   []string{",", ";", "\t", "|"}[rnd.IntN(4)],
			newline: []string{"\n", "\r\n", "\r"}[rnd.IntN(3)],
		}
		hasBOM := rnd.IntN(2) == 0
		if hasBOM {
			o.out.WriteString(bom)
		}
		columns := 1 + rnd.IntN(5)
		header := o.cells(columns)
		if hasBOM || rnd.IntN(2) == 0 {
			o.record(header)
		} else {
			o.end()
			o.blank++
			o.record(header)
		}
		var want []batch.Row
		for n := range int64(rnd.IntN(30)) {
			o.blanks(columns)
			cells := o.cells(1 + rnd.IntN(columns+1))
			want = append(want, batch.Row{Num: n + 1, Line: o.record(cells), Cells: cells})
		}
		o.blanks(columns)
		in := o.out.String()
		if rnd.IntN(2) == 0 && !strings.HasSuffix(in, o.newline+o.newline) {
			in = strings.TrimSuffix(in, o.newline)
		}
		delim := rune(o.delim[0])
		facts := factsOf(in, batch.Dialect{Delimiter: delim, BOM: hasBOM}, int64(len(want)), o.blank)

		check := func(how string, r io.Reader, chunk int) {
			t.Helper()
			var copied bytes.Buffer
			c, err := newCSV("rows.csv", r, Options{Delimiter: delim, Tee: &copied}, chunk)
			if err != nil {
				t.Fatalf("seed %d, %s: %v\n%q", seed, how, err, in)
			}
			rows, err := readAll(c)
			if err != nil || !reflect.DeepEqual(c.Header(), header) || !reflect.DeepEqual(rows, want) {
				t.Fatalf("seed %d, %s: %v\n%q\ngot  %q %#v\nwant %q %#v", seed, how, err, in, c.Header(), rows, header, want)
			}
			if !reflect.DeepEqual(c.Facts(), facts) || copied.String() != in {
				t.Fatalf("seed %d, %s: %+v, want %+v\n%q", seed, how, c.Facts(), facts, in)
			}
		}
		text := func() io.Reader { return strings.NewReader(in) }
		check("one byte", iotest.OneByteReader(text()), chunkSize)
		check("half", iotest.HalfReader(text()), chunkSize)
		check("end with data", iotest.DataErrReader(text()), chunkSize)
		check("shreds", shred{text(), rnd}, chunkSize)
		for _, chunk := range []int{16, 17, 18, 19, 23, 64, 4096} {
			check(fmt.Sprintf("chunks of %d", chunk), text(), chunk)
			check(fmt.Sprintf("shreds in chunks of %d", chunk), shred{text(), rnd}, chunk)
		}
		rewrite(t, header, want, facts.Dialect)
	}
}

// rewrite writes rows with Writer, reads them again and wants the same cells.
func rewrite(t *testing.T, header []string, rows []batch.Row, d batch.Dialect) {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, d)
	w.Write(header)
	for _, r := range rows {
		w.Write(r.Cells)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	c, err := NewCSV("again.csv", &b, Options{Delimiter: d.Delimiter, Encoding: d.Encoding})
	if err != nil {
		t.Fatalf("%v\n%q", err, text)
	}
	again, err := readAll(c)
	if err != nil || !reflect.DeepEqual(c.Header(), header) || len(again) != len(rows) || c.Facts().Dialect != d {
		t.Fatalf("%v, %d rows, want %d\n%q, want %q\n%q", err, len(again), len(rows), c.Header(), header, text)
	}
	for i, r := range again {
		if r.Num != rows[i].Num || !reflect.DeepEqual(r.Cells, rows[i].Cells) {
			t.Fatalf("row %d: %q, want %q", i+1, r.Cells, rows[i].Cells)
		}
	}
}
