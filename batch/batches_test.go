package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// batches is a bench whose requests carry several rows.
type batches struct {
	*bench
	mu     sync.Mutex
	bodies []string
	url    string
	// handler takes the requests; it may be replaced before a run.
	handler http.Handler
	rows    map[int64]int // how often each row reached the server
}

// newBatches posts up to size rows a request to handler, which gets their numbers
// and the number of the request.
func newBatches(t *testing.T, n int64, size int, rule string, handler func(w http.ResponseWriter, keys []int64, request int)) *batches {
	t.Helper()
	b := &batches{bench: newBench(t, n, nil), rows: make(map[int64]int)}
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var got struct{ Fields []struct{ Key string } }
		if err := json.Unmarshal(body, &got); err != nil {
			t.Errorf("the server got %q: %v", body, err)
		}
		var keys []int64
		b.mu.Lock()
		for _, f := range got.Fields {
			row, _ := strconv.ParseInt(f.Key, 10, 64)
			keys = append(keys, row)
			b.rows[row]++
			if !b.ledger.isSending(row) {
				t.Errorf("row %d is on the wire and its intent is not durable", row)
			}
		}
		b.bodies = append(b.bodies, string(body))
		request := len(b.bodies)
		b.mu.Unlock()
		handler(w, keys, request)
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	b.url = server.URL
	b.compile("")
	parsed, err := contract.Parse("test", []byte("name: t\nsuccess: status == 200\nrefused: [status == 422]\nretry: [status == 429]\nmessage: ['json?.error']\nid: ['json?.data[0].id']\nbatch:\n  list: fields\n"+rule))
	if err != nil {
		t.Fatal(err)
	}
	if b.Steps[0].Judge, err = contract.NewJudge(parsed, ""); err != nil {
		t.Fatal(err)
	}
	b.BatchSize = size
	if b.BatchJudge, err = contract.NewBatchJudge(parsed.Batch); err != nil {
		t.Fatal(err)
	}
	return b
}

// compile makes the request, with a line of auth.
func (b *batches) compile(auth string) {
	b.t.Helper()
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "insert", "request": {"method": "POST", "url": %q, %s
		"body": {"mode": "raw", "raw": "{\"module\": \"m\", \"fields\": [{\"key\": \"{{key}}\", \"id\": \"{{$guid}}\"}]}", "options": {"raw": {"language": "json"}}}}}]}`, b.url, auth))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Steps[0].Template = request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: []string{"key"}, Run: vars.Run{ID: "run"}, List: "fields"})
	if len(b.Steps[0].Template.Problems) > 0 {
		b.t.Fatal(b.Steps[0].Template.Problems)
	}
}

const (
	inOrder = "  results: json.data\n  order: true\n  id: item.id\n  ok: item.error == nil\n  error: item.error\n"
	byRef   = "  results: json.data\n  match: item.ref\n  member: key\n  id: item.id\n  ok: item.error == nil\n  error: item.error\n"
)

// entries answers with an entry for each key, as write says.
func entries(w http.ResponseWriter, keys []int64, write func(key int64) string) {
	var list []string
	for _, key := range keys {
		list = append(list, write(key))
	}
	_, _ = fmt.Fprintf(w, `{"data": [%s]}`, strings.Join(list, ","))
}

func created(key int64) string { return fmt.Sprintf(`{"ref": "%d", "id": "id%d"}`, key, key) }

// TestBatchRun sends every row once, several a request, each with its own id.
func TestBatchRun(t *testing.T) {
	const n, size, concurrency = 1003, 5, 8
	b := newBatches(t, n, size, inOrder, func(w http.ResponseWriter, keys []int64, _ int) { entries(w, keys, created) })
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for row := int64(1); row <= n; row++ {
		if r := records[row]; b.rows[row] != 1 || r.Status != batch.Succeeded || r.Ref != fmt.Sprintf("id%d", row) || r.Attempts != 1 || r.Line != row+1 {
			t.Fatalf("row %d, %d times at the server: %+v", row, b.rows[row], r)
		}
	}
	if len(b.bodies) != 201 || b.ledger.most > 2*concurrency*size {
		t.Errorf("%d requests, %d rows sending at once", len(b.bodies), b.ledger.most)
	}
}

// TestBatchAnswers gives each row its own outcome where the answer has one.
func TestBatchAnswers(t *testing.T) {
	const ok, failed, unknown = batch.Succeeded, batch.Failed, batch.Unknown
	for _, c := range []struct {
		name, rule string
		answer     func(w http.ResponseWriter, keys []int64)
		want       [4]batch.Status
		refs       string
		message    string // of the last row
	}{
		{"one refused", inOrder, func(w http.ResponseWriter, keys []int64) {
			entries(w, keys, func(key int64) string {
				if key == 4 {
					return `{"error": "no such user"}`
				}
				return created(key)
			})
		}, [4]batch.Status{ok, ok, ok, failed}, "id1 id2 id3 ", "no such user"},
		{"other order, matched", byRef, func(w http.ResponseWriter, keys []int64) { slices.Reverse(keys); entries(w, keys, created) }, [4]batch.Status{ok, ok, ok, ok}, "id1 id2 id3 id4", ""},
		{"one missing, matched", byRef, func(w http.ResponseWriter, keys []int64) { entries(w, keys[1:], created) }, [4]batch.Status{ok, ok, ok, ok}, " id2 id3 id4", ""},
		{"twice, matched", byRef, func(w http.ResponseWriter, keys []int64) { entries(w, append(keys, 2), created) }, [4]batch.Status{ok, ok, ok, ok}, "id1  id3 id4", ""},
		{"wrong number, by order", inOrder, func(w http.ResponseWriter, keys []int64) { entries(w, keys[1:], created) }, [4]batch.Status{ok, ok, ok, ok}, "   ", ""},
		{"no entries", "", func(w http.ResponseWriter, keys []int64) { entries(w, keys, created) }, [4]batch.Status{ok, ok, ok, ok}, "   ", ""},
		{"refused as a whole", inOrder, func(w http.ResponseWriter, _ []int64) {
			w.WriteHeader(422)
			_, _ = io.WriteString(w, `{"error": "bad module"}`)
		}, [4]batch.Status{failed, failed, failed, failed}, "   ", "bad module (refused together with the other rows of its request, 4 in all)"},
		{"refused, one was created", inOrder, func(w http.ResponseWriter, keys []int64) {
			w.WriteHeader(422)
			entries(w, keys, func(key int64) string {
				if key == 2 {
					return created(key)
				}
				return `{"error": "rolled back"}`
			})
		}, [4]batch.Status{failed, ok, failed, failed}, " id2  ", "rolled back"},
		{"server error", inOrder, func(w http.ResponseWriter, keys []int64) { w.WriteHeader(500); entries(w, keys, created) }, [4]batch.Status{unknown, unknown, unknown, unknown}, "   ", "HTTP 500"},
		{"cut off", inOrder, func(http.ResponseWriter, []int64) { panic(http.ErrAbortHandler) }, [4]batch.Status{unknown, unknown, unknown, unknown}, "   ", "without an answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBatches(t, 4, 10, c.rule, func(w http.ResponseWriter, keys []int64, _ int) { c.answer(w, keys) })
			records, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var refs []string
			for i, want := range c.want {
				r := records[int64(i+1)]
				refs = append(refs, r.Ref)
				if r.Status != want || r.Attempts != 1 || b.rows[r.Row] != 1 {
					t.Errorf("row %d: %+v, want %s", i+1, r, want)
				}
			}
			if got := strings.Join(refs, " "); got != c.refs || !strings.Contains(records[4].Message, c.message) {
				t.Errorf("refs %q, want %q; message %q, want %q", got, c.refs, records[4].Message, c.message)
			}
		})
	}
}

// TestBatchTimeout leaves every row unknown when the server hangs.
func TestBatchTimeout(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	b := newBatches(t, 3, 3, inOrder, func(http.ResponseWriter, []int64, int) { <-hang })
	b.Sender = batch.NewHTTPSender(batch.HTTPOptions{Timeout: 100 * time.Millisecond, Concurrency: 1})
	records, err := b.run(t.Context())
	if err != nil || count(records)[batch.Unknown] != 3 || records[3].Cause != batch.CauseTimeout {
		t.Errorf("%v, %v", records, err)
	}
}

// TestBatchAgain sends the same bytes again after a rate limit.
func TestBatchAgain(t *testing.T) {
	b := newBatches(t, 3, 3, inOrder, func(w http.ResponseWriter, keys []int64, request int) {
		if request == 1 {
			w.WriteHeader(429)
			return
		}
		entries(w, keys, created)
	})
	records, err := b.run(t.Context())
	if err != nil || len(b.bodies) != 2 || b.bodies[0] != b.bodies[1] {
		t.Fatalf("%q, %v", b.bodies, err)
	}
	for row := int64(1); row <= 3; row++ {
		_, earlier, _, err := b.ledger.Record(t.Context(), row)
		if r := records[row]; err != nil || r.Status != batch.Succeeded || r.Attempts != 2 || len(earlier) != 1 {
			t.Errorf("%+v, %v, %v", r, earlier, err)
		}
	}
}

// TestBatchStops counts a refused request once in a row, and each of its rows as a
// failure; a refused token sends all rows back.
func TestBatchStops(t *testing.T) {
	for _, c := range []struct {
		name     string
		rules    batch.StopRules
		status   int
		requests int // at least; two more may be on their way
		want     batch.Status
	}{
		{"in a row", batch.DefaultStopRules(), 422, 10, batch.Failed},
		{"in all", batch.StopRules{MaxFailures: 9}, 422, 2, batch.Failed},
		{"token", batch.DefaultStopRules(), 401, 1, batch.Pending},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBatches(t, 500, 5, inOrder, func(w http.ResponseWriter, _ []int64, _ int) { w.WriteHeader(c.status) })
			b.Stop, b.Concurrency = c.rules, 1
			records, err := b.run(t.Context())
			if n := len(b.bodies); err != nil || n < c.requests || n > c.requests+2 || b.stopped == "" {
				t.Errorf("%d requests, stopped: %q, %v", n, b.stopped, err)
			}
			counts := count(records)
			if counts[c.want] < 5*c.requests || counts[batch.Sending]+counts[batch.Unknown] != 0 {
				t.Errorf("%v", counts)
			}
		})
	}
}

// TestBatchFirst cuts at rows, and rows that have a record go alone.
func TestBatchFirst(t *testing.T) {
	b := newBatches(t, 20, 5, inOrder, func(w http.ResponseWriter, keys []int64, _ int) { entries(w, keys, created) })
	old := batch.Record{Row: 3, Line: 4, Status: batch.Unknown, Cause: batch.CauseTimeout, Attempts: 1, Message: "before"}
	if err := b.ledger.Commit(t.Context(), []batch.Entry{{Kind: batch.Settle, Record: old}}); err != nil {
		t.Fatal(err)
	}
	b.Recorded, b.First, b.Concurrency = func(row int64) bool { return row == 3 }, 10, 1
	records, err := b.run(t.Context())
	if err != nil || len(records) != 10 || count(records)[batch.Succeeded] != 10 || records[3].Attempts != 2 {
		t.Errorf("%v, %v", records, err)
	}
	var sizes []int
	for _, body := range b.bodies {
		sizes = append(sizes, strings.Count(body, `"key"`))
	}
	if slices.Sort(sizes); !slices.Equal(sizes, []int{1, 2, 2, 5}) {
		t.Errorf("requests of %v rows", sizes)
	}
}

// A request of several rows whose token is refused goes out again with a new one,
// all its rows together.
func TestBatchRenewal(t *testing.T) {
	const n, size = 200, 5
	var token atomic.Int64
	b := newBatches(t, n, size, inOrder, func(w http.ResponseWriter, keys []int64, _ int) {
		if token.Load() == 0 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		entries(w, keys, created)
	})
	b.Retries, b.Stop = 0, batch.DefaultStopRules()
	b.Renewal = &batch.Renewal{Every: time.Millisecond, Fetch: func(context.Context) (*batch.Fresh, error) {
		token.Add(1)
		return &batch.Fresh{Templates: []*request.Template{b.Steps[0].Template}, Masker: b.Masker}, nil
	}}
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || token.Load() != 1 {
		t.Fatalf("%v, %q, %d tokens", err, b.stopped, token.Load())
	}
	for row := int64(1); row <= n; row++ {
		if r := records[row]; r.Status != batch.Succeeded || r.Attempts != b.rows[row] || r.Ref != fmt.Sprintf("id%d", row) {
			t.Errorf("row %d, %d times at the server: %+v", row, b.rows[row], r)
		}
	}
}

// A server that asks for digest credentials applies nothing when it asks: the whole
// request goes out again.
func TestBatchDigest(t *testing.T) {
	const n, size = 60, 5
	var mu sync.Mutex
	applied := make(map[int64]int)
	b := newBatches(t, n, size, inOrder, func(w http.ResponseWriter, keys []int64, _ int) {
		mu.Lock()
		for _, key := range keys {
			applied[key]++
		}
		mu.Unlock()
		entries(w, keys, created)
	})
	inner := b.handler
	asked := 0
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Digest ") {
			mu.Lock()
			asked++
			mu.Unlock()
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	})
	b.compile(`"auth": {"type": "digest", "digest": {"username": "ann", "password": "p"}},`)
	b.Retries = 0
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || asked != 1 {
		t.Fatalf("%v, %q, asked %d times", err, b.stopped, asked)
	}
	for row := int64(1); row <= n; row++ {
		if r := records[row]; r.Status != batch.Succeeded || applied[row] != 1 {
			t.Errorf("row %d, applied %d times: %+v", row, applied[row], r)
		}
	}
}

// A run that is interrupted while requests are at the server waits for their
// answers: every row that was sent has its outcome, the others stay pending.
func TestBatchInterrupted(t *testing.T) {
	const n, size = 100, 5
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := newBatches(t, n, size, inOrder, func(w http.ResponseWriter, keys []int64, request int) {
		if request == 4 {
			cancel()
		}
		entries(w, keys, created)
	})
	b.Concurrency = 2
	ended, err := b.Run(ctx)
	if err != nil || !ended.Cut {
		t.Fatalf("%+v, %v", ended, err)
	}
	statuses := make(map[int64]batch.Status)
	for r, err := range b.ledger.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		statuses[r.Row] = r.Status
	}
	for row := int64(1); row <= n; row++ {
		status, recorded := statuses[row]
		switch {
		case b.rows[row] == 1 && status == batch.Succeeded:
		case b.rows[row] == 0 && (!recorded || status == batch.Pending):
		default:
			t.Errorf("row %d, %d times at the server: %s", row, b.rows[row], status)
		}
	}
	if sent := len(b.rows); sent < 20 || sent == n || sent%size != 0 {
		t.Errorf("%d rows were sent", sent)
	}
}
