package report

import (
	"fmt"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// BenchmarkCSV measures what a row costs in report.csv and its split file.
func BenchmarkCSV(b *testing.B) {
	c := NewCSV(b.TempDir(), openSheet)
	header, cells := make([]string, 12), make([]string, 12)
	for i := range cells {
		header[i], cells[i] = fmt.Sprintf("column %d", i), "a cell of text"
	}
	start := &batch.Start{Header: header, Facts: batch.Facts{Dialect: batch.Dialect{Delimiter: ','}}}
	if err := c.Handle(batch.Event{Start: start}); err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	row := &batch.RowResult{Cells: cells, Record: attempted(1, batch.Succeeded, "", "")}
	row.HTTPStatus, row.Code, row.Ref = 200, "200", "case-17"
	b.ReportAllocs()
	for b.Loop() {
		row.Row++
		if err := c.Handle(batch.Event{Row: row}); err != nil {
			b.Fatal(err)
		}
	}
}
