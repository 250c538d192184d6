package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// writeShared writes a workbook of n rows of a dozen columns whose cells point to
// shared strings, all different, as a stream.
func writeShared(t testing.TB, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	part := func(name string, write func(w *bufio.Writer)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		b := bufio.NewWriter(w)
		write(b)
		if err := b.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s string) func(*bufio.Writer) { return func(w *bufio.Writer) { w.WriteString(s) } }
	part("[Content_Types].xml", text("<Types/>"))
	part("xl/workbook.xml", text(`<workbook><sheets><sheet name="Cases" sheetId="1" id="r1"/></sheets></workbook>`))
	part("xl/_rels/workbook.xml.rels", text(`<Relationships><Relationship Id="r1" Type="`+relType+`worksheet" Target="sheet.xml"/><Relationship Id="r2" Type="`+relType+`sharedStrings" Target="texts.xml"/></Relationships>`))
	const columns = 12
	part("xl/texts.xml", func(w *bufio.Writer) {
		w.WriteString("<sst>")
		for i := range (n + 1) * columns {
			fmt.Fprintf(w, "<si><t>cell %d of row %d</t></si>", i%columns, i/columns)
		}
		w.WriteString("</sst>")
	})
	part("xl/sheet.xml", func(w *bufio.Writer) {
		w.WriteString(worksheetHead + "<sheetData>")
		for i := range n + 1 {
			fmt.Fprintf(w, `<row r="%d">`, i+1)
			for k := range columns {
				fmt.Fprintf(w, `<c r="%s%d" t="s"><v>%d</v></c>`, columnName(k), i+1, i*columns+k)
			}
			w.WriteString("</row>")
		}
		w.WriteString("</sheetData></worksheet>")
	})
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// held reads a file to its end and returns the most bytes that were in use on the
// heap, beside what was before, at every hundredth row; and the rows.
func held(t *testing.T, r Reader, every int64) (most, rows int64) {
	t.Helper()
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	for {
		_, err := r.Next()
		if err == io.EOF {
			return most, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		if rows++; rows%every == 0 {
			most = max(most, inUse()-before)
		}
	}
}

// TestFlatMemory: what reading takes does not grow with the rows, also with many
// columns and with a large cell.
func TestFlatMemory(t *testing.T) {
	columns := strings.TrimSuffix(strings.Repeat("column,", 10_000), ",") + "\n"
	for _, tt := range []struct {
		name, head, body string
		rows             int
		enc              string
		most             int64
	}{
		{"plain", lineHeader, line, 50_000, "", 1 << 20},
		{"windows-1252", lineHeader, strings.ReplaceAll(line, "í", "\xed"), 50_000, "windows-1252", 1 << 20},
		{"10,000 columns", columns, columns, 200, "", 2 << 20},
		{"900 KiB cell", "a,b\n", "1," + strings.Repeat("x", 900<<10) + "\n", 20, "", 8 << 20},
	} {
		in := io.MultiReader(strings.NewReader(tt.head), io.LimitReader(&endless{body: strings.Repeat(tt.body, max(1, 500*len(line)/len(tt.body)))}, int64(tt.rows*len(tt.body))))
		if tt.enc != "" {
			in = io.MultiReader(strings.NewReader(tt.head), io.LimitReader(&endless{body: strings.Repeat(strings.ToValidUTF8(tt.body, "\xed"), 500)}, int64(tt.rows*len(tt.body))))
		}
		c, err := NewCSV("rows.csv", in, Options{Delimiter: ',', Encoding: tt.enc})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		most, rows := held(t, c, int64(tt.rows/10))
		if rows != int64(tt.rows) || most > tt.most {
			t.Errorf("%s: %d rows, %d bytes held", tt.name, rows, most)
		}
	}
}

// TestFlatWorkbook: the texts that cells share are on disk, and in memory only
// where they are.
func TestFlatWorkbook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	const n = 30_000
	writeShared(t, path, n)
	r, err := Open(path, Options{Limits: batch.Limits{}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := r.(*Workbook)
	if w.shared.file == nil || len(w.shared.mem) > 0 {
		t.Fatal("the texts are in memory")
	}
	if most, rows := held(t, r, n/10); rows != n || most > 1<<20 {
		t.Errorf("%d rows, %d bytes held", rows, most)
	}
}
