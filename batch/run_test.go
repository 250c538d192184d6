package batch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// rows is a Source of n rows, whose only cell is the row's number.
type rows struct {
	n, next int64
	fail    int64 // reading fails at this row, when not 0
}

func (r *rows) Header() []string { return []string{"key"} }
func (r *rows) Close() error     { return nil }
func (r *rows) Next() (batch.Row, error) {
	r.next++
	if r.next == r.fail {
		return batch.Row{}, errors.New("the disk is gone")
	}
	if r.next > r.n {
		return batch.Row{}, io.EOF
	}
	return batch.Row{Num: r.next, Line: r.next + 1, Cells: []string{strconv.FormatInt(r.next, 10)}}, nil
}

// watched is a real ledger that also tells what is durable at any moment.
type watched struct {
	*ledger.SQLite
	mu      sync.Mutex
	sending map[int64]bool
	most    int
	fail    func([]batch.Entry) error
}

func (w *watched) Commit(ctx context.Context, entries []batch.Entry) error {
	if w.fail != nil {
		if err := w.fail(entries); err != nil {
			return err
		}
	}
	if err := w.SQLite.Commit(ctx, entries); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range entries {
		if e.Kind == batch.Intend {
			w.sending[e.Row] = true
		} else {
			delete(w.sending, e.Row)
		}
	}
	w.most = max(w.most, len(w.sending))
	return nil
}

func (w *watched) isSending(row int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sending[row]
}

// bench is a server, a ledger and an engine between them.
type bench struct {
	*batch.Engine
	t       *testing.T
	ledger  *watched
	server  *httptest.Server
	mu      sync.Mutex
	got     map[int64]int // attempts that reached the server, by row
	events  []batch.Event
	stopped string
}

// newBench makes an engine over n rows that posts each key to handler.
func newBench(t *testing.T, n int64, handler func(w http.ResponseWriter, row int64, attempt int)) *bench {
	t.Helper()
	b := &bench{t: t, got: make(map[int64]int)}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		row, err := strconv.ParseInt(r.FormValue("key"), 10, 64)
		if err != nil {
			t.Errorf("the server got %q: %v", r.FormValue("key"), err)
		}
		if !b.ledger.isSending(row) {
			t.Errorf("row %d is on the wire and its intent is not durable", row)
		}
		b.mu.Lock()
		b.got[row]++
		attempt := b.got[row]
		b.mu.Unlock()
		handler(w, row, attempt)
	}))
	t.Cleanup(b.server.Close)
	l, err := ledger.Create(t.Context(), filepath.Join(t.TempDir(), batch.LedgerFile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	b.ledger = &watched{SQLite: l, sending: make(map[int64]bool)}
	c, err := collection.Parse("test", fmt.Appendf(nil, `{"info": {"name": "t"}, "item": [{"name": "insert", "request": {"method": "POST", "url": %q,
		"body": {"mode": "urlencoded", "urlencoded": [{"key": "key", "value": "{{key}}"}]}}}]}`, b.server.URL+"/insert"))
	if err != nil {
		t.Fatal(err)
	}
	template := request.Compile(c.Items[0], request.Options{Scopes: &vars.Scopes{}, Columns: []string{"key"}, Run: vars.Run{ID: "run"}})
	if len(template.Problems) > 0 {
		t.Fatal(template.Problems)
	}
	b.Engine = &batch.Engine{
		Source: &rows{n: n}, Ledger: b.ledger, Steps: []batch.Step{{Template: template, Judge: contract.ByStatus{}}},
		Sender: batch.NewHTTPSender(batch.HTTPOptions{Timeout: 10 * time.Second, Concurrency: 64}),
		Pacer:  pace.New(batch.Rate{}, 1), Masker: vars.NewMasker(nil), Skip: func(int64) bool { return false }, Recorded: func(int64) bool { return false },
		Emit:  func(e batch.Event) { b.events = append(b.events, e) },
		Total: n, Concurrency: 8, Retries: 3, MaxWait: time.Minute, RunID: "run",
		Stop: batch.StopRules{MaxFailures: -1},
	}
	return b
}

// statuses runs the engine and returns every row's record.
func (b *bench) run(ctx context.Context) (map[int64]batch.Record, error) {
	b.t.Helper()
	ended, err := b.Run(ctx)
	b.stopped = ended.Rule
	records := make(map[int64]batch.Record)
	for r, err := range b.ledger.Records(context.WithoutCancel(ctx), 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		records[r.Row] = r
	}
	return records, err
}

func count(records map[int64]batch.Record) map[batch.Status]int {
	counts := make(map[batch.Status]int)
	for _, r := range records {
		counts[r.Status]++
	}
	return counts
}

// TestRun sends every row once, its intent durable before, at several
// concurrencies, and never more intents than twice the concurrency.
func TestRun(t *testing.T) {
	for _, concurrency := range []int{1, 2, 8, 64} {
		t.Run(fmt.Sprint(concurrency), func(t *testing.T) {
			const n = 1500
			b := newBench(t, n, func(w http.ResponseWriter, _ int64, _ int) {})
			b.Concurrency = concurrency
			records, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := count(records); got[batch.Succeeded] != n || len(records) != n {
				t.Errorf("statuses %v", got)
			}
			for row := int64(1); row <= n; row++ {
				if b.got[row] != 1 {
					t.Fatalf("row %d reached the server %d times", row, b.got[row])
				}
			}
			if b.ledger.most > 2*concurrency {
				t.Errorf("%d rows were sending at once, with concurrency %d", b.ledger.most, concurrency)
			}
			settled := 0
			for _, e := range b.events {
				if e.Row != nil {
					settled++
				}
			}
			if settled != n {
				t.Errorf("%d row events for %d rows", settled, n)
			}
		})
	}
}

// TestRunStatuses gives each row its own answer.
func TestRunStatuses(t *testing.T) {
	answers := []struct {
		name     string
		answer   func(w http.ResponseWriter, attempt int)
		status   batch.Status
		cause    string
		attempts int
	}{
		{"ok", func(w http.ResponseWriter, _ int) { w.WriteHeader(201) }, batch.Succeeded, "", 1},
		{"refused", func(w http.ResponseWriter, _ int) { w.WriteHeader(422) }, batch.Failed, batch.CauseRefused, 1},
		{"redirect is not followed", func(w http.ResponseWriter, _ int) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(307) }, batch.Failed, batch.CauseURL, 1},
		{"server error is not retried", func(w http.ResponseWriter, _ int) { w.WriteHeader(500) }, batch.Unknown, batch.CauseServer, 1},
		{"gateway error", func(w http.ResponseWriter, _ int) { w.WriteHeader(503) }, batch.Unknown, batch.CauseServer, 1},
		{"rate limit, then ok", func(w http.ResponseWriter, attempt int) {
			if attempt == 1 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(429)
			}
		}, batch.Succeeded, "", 2},
		{"cut off", func(w http.ResponseWriter, _ int) { panic(http.ErrAbortHandler) }, batch.Unknown, batch.CauseNetwork, 1},
	}
	b := newBench(t, int64(len(answers)), func(w http.ResponseWriter, row int64, attempt int) { answers[row-1].answer(w, attempt) })
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		r := records[int64(i+1)]
		if r.Status != a.status || r.Cause != a.cause || r.Attempts != a.attempts || b.got[r.Row] != a.attempts {
			t.Errorf("%s: %s, cause %q, %d attempts, %d at the server; want %s, %q, %d", a.name, r.Status, r.Cause, r.Attempts, b.got[r.Row], a.status, a.cause, a.attempts)
		}
		if r.Status != batch.Succeeded && r.Message == "" {
			t.Errorf("%s: no message", a.name)
		}
	}
}

// TestRunRateLimitEnds gives up on a row when waiting would take too long.
func TestRunRateLimitEnds(t *testing.T) {
	b := newBench(t, 1, func(w http.ResponseWriter, _ int64, _ int) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
	})
	b.MaxWait = 0
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := records[1]; r.Status != batch.Succeeded && r.Cause != batch.CauseRateLimited {
		t.Errorf("%s, cause %s", r.Status, r.Cause)
	}
}

// TestRunNothingListens retries what provably was not sent, and says so.
func TestRunNothingListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	b := newBench(t, 3, func(http.ResponseWriter, int64, int) { t.Error("the wrong server was asked") })
	b.Sender = batch.NewHTTPSender(batch.HTTPOptions{Timeout: 5 * time.Second, Concurrency: 1, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})
	b.Retries = 1
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for row, r := range records {
		if r.Status != batch.NotSent || r.Cause != batch.CauseNetwork || r.Attempts != 2 {
			t.Errorf("row %d: %s, cause %s, %d attempts", row, r.Status, r.Cause, r.Attempts)
		}
		_, earlier, _, err := b.ledger.Record(t.Context(), row)
		if err != nil || len(earlier) != 1 || earlier[0].Number != 1 {
			t.Errorf("row %d: earlier attempts %v, %v", row, earlier, err)
		}
	}
	if len(records) != 3 {
		t.Errorf("%d records", len(records))
	}
}

// TestRunTimeout leaves a row unknown when the server hangs after reading it.
func TestRunTimeout(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	b := newBench(t, 1, func(http.ResponseWriter, int64, int) { <-hang })
	b.Sender = batch.NewHTTPSender(batch.HTTPOptions{Timeout: 100 * time.Millisecond, Concurrency: 1})
	records, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := records[1]; r.Status != batch.Unknown || r.Cause != batch.CauseTimeout || r.Attempts != 1 {
		t.Errorf("%s, cause %s, %d attempts", r.Status, r.Cause, r.Attempts)
	}
}

// TestRunSkips leaves recorded rows alone.
func TestRunSkips(t *testing.T) {
	b := newBench(t, 20, func(http.ResponseWriter, int64, int) {})
	b.Skip = func(row int64) bool { return row%2 == 0 }
	records, err := b.run(t.Context())
	if err != nil || len(records) != 10 || records[2].Row != 0 {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// TestRunEnds stops when the context does: what is in flight is waited for,
// intents that were not sent are withdrawn, and nothing is left sending.
func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	release := make(chan struct{})
	var once sync.Once
	b := newBench(t, 5000, func(_ http.ResponseWriter, row int64, _ int) {
		if row == 40 {
			cancel()
			once.Do(func() { close(release) })
		}
		if row > 32 {
			<-release
		}
	})
	records, err := b.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	counts := count(records)
	if counts[batch.Sending] != 0 || counts[batch.Unknown] != 0 {
		t.Errorf("statuses %v", counts)
	}
	for row, n := range b.got {
		if n != 1 || records[row].Status != batch.Succeeded {
			t.Errorf("row %d reached the server %d times and is %s", row, n, records[row].Status)
		}
	}
	if counts[batch.Succeeded] != len(b.got) || len(b.got) == 5000 {
		t.Errorf("%d succeeded, %d reached the server", counts[batch.Succeeded], len(b.got))
	}
}

// TestRunEndsWhileStopping interrupts a run that a rule has stopped: what is on its
// way is waited for all the same.
func TestRunEndsWhileStopping(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	others, release := make(chan struct{}), make(chan struct{})
	b := newBench(t, 200, func(w http.ResponseWriter, row int64, _ int) {
		switch row {
		case 1:
			<-others // so that one is on its way when the rule holds
			w.WriteHeader(http.StatusUnprocessableEntity)
		case 2:
			close(others)
			<-release
		default:
			<-release
		}
	})
	b.Stop = batch.StopRules{MaxFailures: 0}
	b.Emit = func(e batch.Event) {
		if e.Stopping != nil {
			cancel()
			close(release)
		}
	}
	records, err := b.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := count(records)
	if got[batch.Failed] != 1 || got[batch.Succeeded] == 0 || got[batch.Succeeded]+1 != len(b.got) || got[batch.Sending]+got[batch.Unknown] != 0 {
		t.Errorf("statuses %v, %d rows reached the server", got, len(b.got))
	}
}

// TestRunEndsWhilePaused does not wait for a pause that the server has asked for.
func TestRunEndsWhilePaused(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := newBench(t, 50, func(w http.ResponseWriter, _ int64, _ int) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
	})
	b.MaxWait = 2 * time.Hour
	b.Emit = func(e batch.Event) {
		if e.Pause != nil {
			cancel()
		}
	}
	records, err := b.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for row, r := range records {
		if r.Status != batch.Pending {
			t.Errorf("row %d is %s", row, r.Status)
		}
	}
}

// TestRunLedgerFails sends nothing more once the ledger cannot be written.
func TestRunLedgerFails(t *testing.T) {
	broken := errors.New("no space left")
	b := newBench(t, 5000, func(http.ResponseWriter, int64, int) {})
	intents := 0
	b.ledger.fail = func(entries []batch.Entry) error {
		for _, e := range entries {
			if e.Kind == batch.Intend {
				intents++
			}
		}
		if intents > 100 {
			return broken
		}
		return nil
	}
	records, err := b.run(t.Context())
	if !errors.Is(err, broken) {
		t.Fatalf("error %v", err)
	}
	for row := range b.got {
		if _, recorded := records[row]; !recorded {
			t.Errorf("row %d reached the server without a record", row)
		}
	}
	if len(b.got) > 100 {
		t.Errorf("%d rows were sent, 100 intents were durable", len(b.got))
	}
}

// TestRunSourceFails reports a source that breaks, and keeps what was sent.
func TestRunSourceFails(t *testing.T) {
	b := newBench(t, 100, func(http.ResponseWriter, int64, int) {})
	b.Source = &rows{n: 100, fail: 51}
	records, err := b.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("error %v", err)
	}
	if got := count(records); got[batch.Succeeded] != 50 {
		t.Errorf("statuses %v", got)
	}
}

// TestRunStops ends a load early, with the rest pending.
func TestRunStops(t *testing.T) {
	for _, c := range []struct {
		name    string
		rules   batch.StopRules
		answer  func(w http.ResponseWriter, row int64)
		reason  string
		failed  int
		unknown int
	}{
		{"token", batch.DefaultStopRules(), func(w http.ResponseWriter, _ int64) { w.WriteHeader(401) }, "does not accept the token", 0, 0},
		{"same cause", batch.DefaultStopRules(), func(w http.ResponseWriter, _ int64) { w.WriteHeader(422) }, "10 rows in a row failed with cause refused", 10, 0},
		{"unknown", batch.DefaultStopRules(), func(w http.ResponseWriter, _ int64) { w.WriteHeader(500) }, "10 rows in a row ended unknown", 0, 10},
		{"token later", batch.DefaultStopRules(), func(w http.ResponseWriter, row int64) {
			if row > 5 {
				w.WriteHeader(401)
			}
		}, "10 rows in a row failed with cause token", 10, 0},
		{"most failures", batch.StopRules{MaxFailures: 3}, func(w http.ResponseWriter, row int64) {
			if row%3 == 0 {
				w.WriteHeader(422)
			}
		}, "4 rows failed, --max-failures allows 3", 4, 0},
		{"good rows between", batch.DefaultStopRules(), func(w http.ResponseWriter, row int64) {
			if row%5 != 0 {
				w.WriteHeader(422)
			}
		}, "", 160, 0},
		{"off", batch.StopRules{MaxFailures: -1}, func(w http.ResponseWriter, _ int64) { w.WriteHeader(422) }, "", 200, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 200, func(w http.ResponseWriter, row int64, _ int) { c.answer(w, row) })
			b.Stop, b.Concurrency = c.rules, 1
			records, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.stopped, c.reason) || (c.reason == "") != (b.stopped == "") {
				t.Errorf("stopped: %q, want %q", b.stopped, c.reason)
			}
			counts := count(records)
			// As many rows as may be sending at once can be on their way when the rule holds.
			if f, u := counts[batch.Failed]-c.failed, counts[batch.Unknown]-c.unknown; f < 0 || f > 2 || u < 0 || u > 2 || counts[batch.Sending] != 0 {
				t.Errorf("statuses %v, want %d failed, %d unknown", counts, c.failed, c.unknown)
			}
			if len(b.got) > 30 && c.reason != "" {
				t.Errorf("%d rows were sent", len(b.got))
			}
		})
	}
}

// TestRunPace keeps the server under the rate in every sliding second.
func TestRunPace(t *testing.T) {
	const rate = 100
	var mu sync.Mutex
	var arrivals []time.Time
	b := newBench(t, 150, func(http.ResponseWriter, int64, int) {
		mu.Lock()
		arrivals = append(arrivals, time.Now())
		mu.Unlock()
	})
	b.Pacer = pace.New(batch.Rate{PerSecond: rate}, 1)
	if _, err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Row i+rate may not start within a second of row i; the permits are checked
	// exactly in package pace, here is the order of magnitude over a real wire.
	for i := range arrivals[:len(arrivals)-rate] {
		if d := arrivals[i+rate].Sub(arrivals[i]); d < 900*time.Millisecond {
			t.Errorf("attempts %d and %d are %s apart", i, i+rate, d)
		}
	}
}
