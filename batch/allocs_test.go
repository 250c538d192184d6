package batch_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// frugalServer answers requests without making garbage: what a test counts is the
// client's.
func frugalServer(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	const body = `{"code":"200","error":"null","data":[{"wolkvox_id":"6564f0c2a1b2"}]}`
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	end := []byte("--\r\n") // of a multipart body
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 16<<10)
				for at := 0; ; {
					n, err := c.Read(buf[at:])
					if err != nil {
						return
					}
					if at += n; !bytes.HasSuffix(buf[:at], end) {
						continue
					}
					if _, err := c.Write(answer); err != nil {
						return
					}
					at = 0
				}
			}()
		}
	}()
	return l.Addr().String()
}

// source yields rows of which nothing is made anew.
type source struct {
	n, rows int64
	cells   []string
}

func (s *source) Header() []string { return []string{"a", "b"} }
func (s *source) Close() error     { return nil }
func (s *source) Next() (batch.Row, error) {
	if s.n == s.rows {
		return batch.Row{}, io.EOF
	}
	s.n++
	return batch.Row{Num: s.n, Line: s.n + 1, Cells: s.cells}, nil
}

// loadAll sends rows through everything between the sheet and the reports.
func loadAll(t testing.TB, host string, rows int64) {
	l, err := ledger.Create(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "insert", "request": {"method": "POST", "url": "http://%s/x",
		"body": {"mode": "formdata", "formdata": [{"key": "a", "value": "{{a}}", "type": "text"}, {"key": "b", "value": "{{b}}", "type": "text"}]}}}]}`, host))
	if err != nil {
		t.Fatal(err)
	}
	judge, err := contract.NewJudge(&batch.Contract{Name: "t", Success: `json.code == "200"`, Code: "json.code", ID: []string{"json.data[0].wolkvox_id"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	sender := batch.NewHTTPSender(batch.HTTPOptions{Timeout: time.Minute, Concurrency: 8})
	defer sender.Close()
	var counts batch.Counts
	e := &batch.Engine{
		Source: &source{rows: rows, cells: []string{"one", "two"}}, Ledger: l, Sender: sender,
		Steps: []batch.Step{{Judge: judge, Template: request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: []string{"a", "b"}, Run: vars.Run{ID: "run"}})}},
		Pacer: pace.New(batch.Rate{}, 1), Masker: vars.NewMasker(nil),
		Skip: func(int64) bool { return false }, Recorded: func(int64) bool { return false },
		Emit: func(e batch.Event) {
			if e.Row != nil {
				counts.Add(e.Row.Status, 1)
			}
		},
		Total: rows, Concurrency: 8, Retries: 3, MaxWait: time.Minute, RunID: "run", Stop: batch.StopRules{MaxFailures: -1},
	}
	if _, err := e.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := counts.Of(batch.Succeeded); n != rows {
		t.Fatalf("%d of %d rows succeeded: %v", n, rows, counts)
	}
}

// TestRowAllocs bounds how often a row makes garbage, from the sheet's cells to its
// record in the ledger. Update the bound when it falls.
func TestRowAllocs(t *testing.T) {
	const rows, most = 4000, 68
	host := frugalServer(t)
	// The second run's are counted: the first fills pools.
	allocs := testing.AllocsPerRun(1, func() { loadAll(t, host, rows) }) / rows
	t.Logf("%.1f allocations a row", allocs)
	if allocs > most {
		t.Errorf("%.1f allocations a row, more than %d", allocs, most)
	}
}

// BenchmarkLoad is one row, from the sheet's cells to its record in the ledger.
func BenchmarkLoad(b *testing.B) {
	host := frugalServer(b)
	b.ReportAllocs()
	b.ResetTimer()
	loadAll(b, host, int64(b.N))
}
