package sheet

import (
	"io"
	"strings"
	"testing"
)

// line is a row of a dozen columns as CRM cases have them.
const line = `10025,Ana María Peña,ana@example.com,+57 300 123 4567,Bogotá,open,high,2026-11-03,"The order came late, twice",web,,x` + "\n"

const lineHeader = "id,name,email,phone,city,status,priority,date,note,source,tag,extra\n"

// repeat is a file of one header and n times the same line, without its bytes.
func repeat(line string, n int) io.Reader {
	return io.MultiReader(strings.NewReader(lineHeader), io.LimitReader(&endless{body: strings.Repeat(line, 500)}, int64(n*len(line))))
}

// TestAllocations: a row costs its record and its slice of cells, nothing else.
func TestAllocations(t *testing.T) {
	for name, l := range map[string]string{
		"plain": line,
		"CRLF":  strings.ReplaceAll(line, "\n", "\r\n"),
	} {
		const rows = 20_000
		c, err := NewCSV("rows.csv", repeat(l, rows), Options{})
		if err != nil {
			t.Fatal(err)
		}
		allocs := testing.AllocsPerRun(rows-1, func() {
			if _, err := c.Next(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > 2 {
			t.Errorf("%s: %v allocations a row", name, allocs)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	for _, bb := range []struct{ name, line string }{
		{"plain", line},
		{"CRLF", strings.ReplaceAll(line, "\n", "\r\n")},
		{"quoted", `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `"`, ""), ",", `","`) + "\"\n"},
		{"CRLF in a cell", strings.Replace(strings.ReplaceAll(line, "\n", "\r\n"), "late, ", "late,\r\n", 1)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.line)))
			c, err := NewCSV("rows.csv", repeat(bb.line, 1<<30), Options{Delimiter: ','})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := c.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
