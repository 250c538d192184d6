package batch_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// renewing makes a bench whose server accepts a row when ok says so; a fetch
// counts as a new token.
func renewing(t *testing.T, n int64, ok func(row int64, attempt, token int) bool) (*bench, *atomic.Int64) {
	var token atomic.Int64
	b := newBench(t, n, func(w http.ResponseWriter, row int64, attempt int) {
		if !ok(row, attempt, int(token.Load())) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	b.Renewal = &batch.Renewal{Every: time.Millisecond, Fetch: func(context.Context) (*batch.Fresh, error) {
		token.Add(1)
		return &batch.Fresh{Templates: []*request.Template{b.Steps[0].Template}, Masker: b.Masker}, nil
	}}
	b.Retries = 0
	return b, &token
}

func TestRenewal(t *testing.T) {
	b, token := renewing(t, 300, func(_ int64, _, token int) bool { return token > 0 })
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || token.Load() != 1 {
		t.Fatalf("%v, %q, %d tokens", err, b.stopped, token.Load())
	}
	for row := int64(1); row <= 300; row++ {
		if r := records[row]; r.Status != batch.Succeeded || r.Attempts != b.got[row] {
			t.Errorf("row %d: %s after %d attempts, the server saw %d", row, r.Status, r.Attempts, b.got[row])
		}
	}
}

// A row whose refusal has nothing to do with the token has one more chance and
// fails; the others go on.
func TestRenewalForOneRow(t *testing.T) {
	b, token := renewing(t, 40, func(row int64, _, _ int) bool { return row != 20 })
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || token.Load() != 1 {
		t.Fatalf("%v, %q, %d tokens", err, b.stopped, token.Load())
	}
	for row, r := range records {
		if want := map[bool]batch.Status{true: batch.Failed, false: batch.Succeeded}[row == 20]; r.Status != want {
			t.Errorf("row %d: %s, want %s", row, r.Status, want)
		}
	}
	if b.got[20] != 2 {
		t.Errorf("row 20 was sent %d times, want 2", b.got[20])
	}
}

// A token that was accepted and expires is renewed as often as it takes.
func TestRenewalAgain(t *testing.T) {
	var mu sync.Mutex
	used := make(map[int]int)
	b, token := renewing(t, 100, func(_ int64, _, token int) bool {
		mu.Lock()
		defer mu.Unlock()
		used[token]++
		return used[token] <= 30
	})
	b.Concurrency = 1
	records, err := b.run(t.Context())
	if err != nil || b.stopped != "" || token.Load() < 3 {
		t.Fatalf("%v, %q, %d tokens", err, b.stopped, token.Load())
	}
	for row, r := range records {
		if r.Status != batch.Succeeded {
			t.Errorf("row %d: %s", row, r.Status)
		}
	}
}

func TestRenewalFails(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"no new token":       {errors.New("the vault is closed"), "there is no new one: the vault is closed"},
		"the new one is bad": {nil, "the server does not accept the token"},
	} {
		t.Run(name, func(t *testing.T) {
			b, token := renewing(t, 50, func(int64, int, int) bool { return false })
			fetch := b.Renewal.Fetch
			b.Renewal.Fetch = func(ctx context.Context) (*batch.Fresh, error) {
				fresh, _ := fetch(ctx)
				return fresh, tt.err
			}
			records, err := b.run(t.Context())
			if err != nil || !strings.Contains(b.stopped, tt.want) || token.Load() != 1 {
				t.Fatalf("%v, %q, %d tokens", err, b.stopped, token.Load())
			}
			for row, r := range records {
				if r.Status != batch.Pending {
					t.Errorf("row %d: %s, want pending", row, r.Status)
				}
			}
		})
	}
}

// A run that is interrupted while it waits for a token ends at once, with every
// row pending.
func TestRenewalInterrupted(t *testing.T) {
	b, _ := renewing(t, 30, func(int64, int, int) bool { return false })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.Renewal.Fetch = func(asking context.Context) (*batch.Fresh, error) {
		cancel()
		<-asking.Done()
		return nil, asking.Err()
	}
	records, err := b.run(ctx)
	if err != nil || b.stopped != "" {
		t.Fatalf("%v, %q", err, b.stopped)
	}
	for row, r := range records {
		if r.Status != batch.Pending {
			t.Errorf("row %d: %s, want pending", row, r.Status)
		}
	}
}
