package batch

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// MostSkew is how far a server's clock may be from this machine's without a word.
const MostSkew = 5 * time.Minute

// ClockWatch is a Sender that compares this machine's clock with the Date of the
// first answer that has one. It sends nothing of its own. It is safe for
// concurrent use.
type ClockWatch struct {
	Sender
	judged atomic.Bool
	skew   atomic.Int64
}

// Send sends, and looks at the answer.
func (w *ClockWatch) Send(ctx context.Context, f *request.Filled) Sent {
	sent := w.Sender.Send(ctx, f)
	if sent.Ending != Answered || w.judged.Load() {
		return sent
	}
	date, err := http.ParseTime(sent.Answer.Header.Get("Date"))
	if err == nil && w.judged.CompareAndSwap(false, true) {
		w.skew.Store(int64(skew(date, sent.Started, sent.Duration)))
	}
	return sent
}

// Skew returns how far the server's clock is ahead (behind, when negative) of
// this machine's, 0 when that is not more than MostSkew or not known.
func (w *ClockWatch) Skew() time.Duration { return time.Duration(w.skew.Load()) }

// skew compares a Date, which has whole seconds and was written at some moment of
// the attempt, with that attempt.
func skew(date, started time.Time, took time.Duration) time.Duration {
	switch ended := started.Add(took); {
	case date.After(ended.Add(MostSkew)):
		return date.Sub(ended)
	case date.Before(started.Add(-MostSkew)):
		return date.Sub(started)
	}
	return 0
}
