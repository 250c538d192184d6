package ledger_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
)

// BenchmarkCommit measures what one row costs: an intent and its end, each in a
// durable commit that it shares with the other rows of its batch. One operation
// is one batch, committed twice.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			l, err := ledger.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			intents, ends := make([]batch.Entry, size), make([]batch.Entry, size)
			row := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				for i := range size {
					row++
					intents[i] = batch.Entry{Kind: batch.Intend, Record: batch.Record{
						Row: row, Line: row + 1, Attempts: 1, StartedAt: start,
					}}
					ends[i] = batch.Entry{Kind: batch.Settle, Record: batch.Record{
						Row: row, Line: row + 1, Status: batch.Succeeded, Attempts: 1, HTTPStatus: 200,
						Code: "200", Ref: "62f1c5f0a1b2c3d4e5f60718", Rule: "code == '200'",
						StartedAt: start, Duration: 85 * time.Millisecond,
					}}
				}
				for _, entries := range [][]batch.Entry{intents, ends} {
					if err := l.Commit(b.Context(), entries); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkRecords measures reading a row back for a report.
func BenchmarkRecords(b *testing.B) {
	l, err := ledger.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	const rows = 20_000
	entries := make([]batch.Entry, rows)
	for i := range entries {
		entries[i] = batch.Entry{Kind: batch.Settle, Record: batch.Record{
			Row: int64(i + 1), Line: int64(i + 2), Status: batch.Succeeded, Attempts: 1, HTTPStatus: 200,
			Code: "200", Ref: "62f1c5f0a1b2c3d4e5f60718", Rule: "code == '200'",
			StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Duration: 85 * time.Millisecond,
		}}
	}
	if err := l.Commit(b.Context(), entries); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	read := 0
	for b.Loop() {
		for _, err := range l.Records(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			read++
		}
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "rows/s")
}
