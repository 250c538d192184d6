package batch

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// RateWatch is a Sender that sees whether its connections are enough for a rate. It
// sends nothing of its own. It is safe for concurrent use.
type RateWatch struct {
	Sender
	// Rate is the ceiling in attempts a second, 0 for none; Connections is how many
	// attempts are on their way at most.
	Rate        float64
	Connections int

	mu          sync.Mutex
	attempts    int64
	busy        time.Duration // of all connections together
	first, last time.Time     // when the first attempt began, and the last ended
}

// TooFew says that connections kept the rate down.
type TooFew struct {
	// Reached is the rate, in attempts a second, Mean how long one took on the average.
	Reached float64
	Mean    time.Duration
	// Needs is about how many connections the rate takes.
	Needs int
}

// Send sends, and notes how long it took.
func (w *RateWatch) Send(ctx context.Context, f *request.Filled) Sent {
	sent := w.Sender.Send(ctx, f)
	if w.Rate > 0 && sent.Duration > 0 {
		w.note(sent.Started, sent.Duration)
	}
	return sent
}

func (w *RateWatch) note(started time.Time, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts++
	w.busy += took
	if w.first.IsZero() || started.Before(w.first) {
		w.first = started
	}
	if end := started.Add(took); end.After(w.last) {
		w.last = end
	}
}

// Short returns nil as long as the rate is reached, when something else than the
// connections holds it down, and when there was too little to tell.
func (w *RateWatch) Short() *TooFew {
	const (
		shortest = time.Second
		full     = 0.8  // connections that are waiting for an answer, of all
		reached  = 0.95 // of the rate
	)
	w.mu.Lock()
	defer w.mu.Unlock()
	span := w.last.Sub(w.first)
	if w.attempts == 0 || span < shortest || w.busy < time.Duration(full*float64(span)*float64(w.Connections)) {
		return nil
	}
	rate := float64(w.attempts) / span.Seconds()
	if rate >= reached*w.Rate {
		return nil
	}
	mean := w.busy / time.Duration(w.attempts)
	return &TooFew{rate, mean, max(int(math.Ceil(w.Rate*mean.Seconds())), w.Connections+1)}
}
