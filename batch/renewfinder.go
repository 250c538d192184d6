package batch

import (
	"context"
	"sync"
	"time"
)

// FinderRenewal gets a fresh token for look-ups that are made apart from a load,
// when the server refuses the one in use. It is safe for concurrent use.
type FinderRenewal struct {
	// Fetch gets a token and returns what asks with it. It is called by one
	// goroutine at a time; after an error it is not called again.
	Fetch func(ctx context.Context) (*Finder, error)
	// Every is the shortest time between two calls.
	Every time.Duration

	mu       sync.Mutex
	current  *Finder // nil before the first renewal
	accepted bool    // the token in use has made a look-up succeed
	failed   error   // of Fetch
	next     time.Time
}

// inUse returns what asks with the newest token: first, before there is another.
func (r *FinderRenewal) inUse(first *Finder) *Finder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return first
	}
	return r.current
}

// accept notes that the server took a finder's token.
func (r *FinderRenewal) accept(f *Finder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted = r.accepted || f == r.current
}

// renew returns what asks with another token than the refused one, and the refused
// one when no other can help: a fresh token that was never accepted.
func (r *FinderRenewal) renew(ctx context.Context, refused *Finder) (*Finder, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failed != nil:
		return nil, r.failed
	case r.current != nil && r.current != refused:
		return r.current, nil
	case r.current != nil && !r.accepted:
		return refused, nil
	}
	if err := sleepUntil(ctx, r.next); err != nil {
		return nil, err
	}
	fresh, err := r.Fetch(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.failed = err
		}
		return nil, err
	}
	r.current, r.accepted, r.next = fresh, false, time.Now().Add(r.Every)
	return fresh, nil
}
