package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// compareMarks reads a file with a mark before every row but the first, and reads it
// again from each of them on.
func compareMarks(t *testing.T, in []byte, facts batch.Facts, rows []batch.Row) {
	t.Helper()
	c, err := NewCSV("rows.csv", bytes.NewReader(in), again(facts))
	if err != nil {
		t.Fatal(err)
	}
	c.every = 1
	if _, err := readAll(c); err != nil {
		t.Fatal(err)
	}
	marks := c.Facts().Marks
	if want := max(0, len(rows)-1); facts.Encoding == "" && len(marks) != want {
		t.Fatalf("%d marks, want %d", len(marks), want)
	}
	if len(marks) > 20 {
		marks = append(marks[:10:10], marks[len(marks)-10:]...)
	}
	for _, m := range marks {
		got, err := readAll(c.from(bytes.NewReader(in[m.Offset:]), nil, m))
		if want := rows[m.Row-1:]; err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("from the mark %+v of %q: %v\n%#v, want\n%#v", m, in, err, got, want)
		}
	}
}

// TestMarks reads every good file from each of its rows on.
func TestMarks(t *testing.T) {
	for _, tt := range good {
		c, err := NewCSV("rows.csv", strings.NewReader(tt.in), tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readAll(c)
		if err != nil {
			t.Fatal(err)
		}
		compareMarks(t, []byte(tt.in), c.Facts(), rows)
	}
}

// TestReopenAt begins at the last mark that is not after the row that is wanted, and
// refuses a file that has another row there.
func TestReopenAt(t *testing.T) {
	const n = 3*markEvery + 5
	var b strings.Builder
	b.WriteString("name;text\r\n")
	for i := range n {
		fmt.Fprintf(&b, "row %d;\"two\r\nlines\"\r\n", i+1)
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := readAll(r)
	if err != nil || len(rows) != n || len(r.Facts().Marks) != 3 {
		t.Fatalf("%d rows, %d marks, %v", len(rows), len(r.Facts().Marks), err)
	}
	for wanted, first := range map[int64]int64{1: 1, markEvery: 1, markEvery + 1: markEvery + 1, 3 * markEvery: 2*markEvery + 1, n: 3*markEvery + 1} {
		at, err := ReopenAt(path, r.Facts(), wanted)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readAll(at)
		if err != nil || !reflect.DeepEqual(got, rows[first-1:]) {
			t.Errorf("row %d: %d rows from row %d, %v", wanted, len(got), got[0].Num, err)
		}
		if err := at.Close(); err != nil {
			t.Error(err)
		}
	}

	changed := strings.Replace(b.String(), "row 20001;", "row 2X001;", 1)
	for _, text := range []string{changed, b.String()[1:], b.String()[:40], ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var e *Error
		if at, err := ReopenAt(path, r.Facts(), 25_000); !errors.As(err, &e) {
			t.Errorf("%d bytes: %v, %v", len(text), at, err)
		}
	}
}
