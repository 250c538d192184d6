package batch

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// Renewal gets a fresh token when the server refuses the one in use.
type Renewal struct {
	// Fetch gets a token and returns what is sent with it. It is called by one
	// goroutine at a time; an error ends the run.
	Fetch func(ctx context.Context) (*Fresh, error)
	// Every is the shortest time between two calls.
	Every time.Duration
}

// Fresh is what a new token changes.
type Fresh struct {
	// Templates are those of the steps.
	Templates []*request.Template
	// Masker knows the new token and all before it.
	Masker *vars.Masker
	// LookupFirst replaces the engine's, where it has one.
	LookupFirst *Finder
}

// current is what workers send with: one token.
type current struct {
	Fresh
	number int // of the token, from 0
}

// renewal is the recorder's state of the token. But for done, it belongs to the
// recording goroutine alone.
type renewal struct {
	done     chan renewed // fetching goroutine -> recorder; has room for one
	fetching errgroup.Group
	wanted   bool // the token in use was refused
	running  bool
	next     time.Time // when the token may be renewed again
	accepted bool      // the token in use has made a row succeed
	refused  []*task   // rows that wait for a new token
}

type renewed struct {
	fresh *Fresh
	err   error
}

// tokenRefused takes the end of an attempt whose token the server refused, for the
// row or for the look-up before it. It
// reports whether another token can help: the one that was sent is not the newest
// any more, or it is to be renewed. A fresh one that was never accepted is not.
func (r *recorder) tokenRefused(e *end) bool {
	now := r.current.Load().number
	switch {
	case r.Renewal == nil || e.Status != Failed && e.Status != NotSent || e.Cause != CauseToken:
		return false
	case e.token < now:
		return true
	case now > 0 && !r.token.accepted:
		return false
	}
	r.token.wanted = true
	return true
}

// waitForToken keeps a row, of which nothing was created, for another token; each
// row gets one more chance.
func (r *recorder) waitForToken(e *end) bool {
	t := e.task
	if t.renewed || !r.tokenRefused(e) {
		return false
	}
	t.renewed = true
	if e.token < r.current.Load().number {
		t.due = time.Now()
		r.wait(t)
		return true
	}
	r.token.refused = append(r.token.refused, t)
	return true
}

// renewWhenDue starts to fetch a token, when one is wanted and it is time.
func (r *recorder) renewWhenDue() {
	if !r.token.wanted || r.token.running || r.draining || r.watch.reason != "" || time.Now().Before(r.token.next) {
		return
	}
	r.token.running = true
	r.token.fetching.Go(func() error {
		fresh, err := r.Renewal.Fetch(r.asking)
		r.token.done <- renewed{fresh, err}
		return nil
	})
}

// renewed puts a fresh token to use: the rows that were refused go out again.
func (r *recorder) renewed(got renewed) {
	r.token.running = false
	if got.err != nil {
		if r.asking.Err() == nil {
			r.watch.stop("the server does not accept the token, and there is no new one: %s", r.mask(got.err.Error()))
		}
		return
	}
	next := &current{Fresh: *got.fresh, number: r.current.Load().number + 1}
	r.current.Store(next)
	now := time.Now()
	r.token.next, r.token.accepted, r.token.wanted = now.Add(r.Renewal.Every), false, false
	for _, t := range r.token.refused {
		t.due = now
		r.wait(t)
	}
	r.token.refused = nil
}

// mask hides the secrets known by now.
func (r *recorder) mask(text string) string { return r.current.Load().Masker.Mask(text) }
