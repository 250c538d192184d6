package runreport

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkReports measures what an iteration of four requests costs each reporter.
func BenchmarkReports(b *testing.B) {
	list := handmade(b, nil)
	masker := strings.NewReplacer(secret, "••••")
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			h, err := New(name, Options{Out: io.Discard, Err: io.Discard, Mask: masker.Replace, Options: exportTo(name, filepath.Join(b.TempDir(), "report"))})
			if err != nil {
				b.Fatal(err)
			}
			_ = h.Handle(list[0])
			b.ReportAllocs()
			for b.Loop() {
				for _, e := range list[1 : len(list)/2] {
					if err := h.Handle(e); err != nil {
						b.Fatal(err)
					}
				}
			}
			if err := h.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
