package batch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// Finder asks the server for the records that a row made, by a request that
// changes nothing there.
type Finder struct {
	Template *request.Template
	Sender   Sender
	Pacer    Pacer
	Masker   *vars.Masker
	// Found returns the ids of the records in an answer; an error says that the
	// answer does not tell.
	Found func(*Answer) ([]string, error)
	// Value reports the value that is looked up for a row, "" when there is
	// none: such a row cannot be found by it.
	Value func(Row) string
	// Cells returns what the template is filled with.
	Cells func(Row) []string
	RunID string
	// Judge, when not nil, tells an answer that refuses the token from others
	// that do not say what was found.
	Judge Judge
	// Renewal, when not nil, replaces a token that the server refuses.
	Renewal *FinderRenewal
}

// ErrTokenRefused is in the error of a look-up whose token the server does not
// accept: another token may do, the same one will not.
var ErrTokenRefused = errors.New("the server does not accept the token")

// lookupTries bounds how often one question is asked: it changes nothing on the
// server, so any failure may be tried again.
const lookupTries = 4

// Find returns the ids of the row's records. An error means that the server did
// not tell; it never means that there are none.
func (l *Finder) Find(ctx context.Context, row Row) ([]string, error) {
	if l.Renewal == nil {
		return l.find(ctx, row)
	}
	now := l.Renewal.inUse(l)
	ids, err := now.find(ctx, row)
	if errors.Is(err, ErrTokenRefused) {
		next, failed := l.Renewal.renew(ctx, now)
		if failed != nil {
			return nil, fmt.Errorf("%w, and there is no new one: %s", ErrTokenRefused, now.Masker.Mask(failed.Error()))
		}
		if next == now {
			return ids, err
		}
		now = next
		ids, err = now.find(ctx, row)
	}
	if err == nil {
		l.Renewal.accept(now)
	}
	return ids, err
}

// find asks with this finder's own token.
func (l *Finder) find(ctx context.Context, row Row) ([]string, error) {
	if l.Value(row) == "" {
		return nil, errors.New("the row has no value to look it up by")
	}
	var filled request.Filled
	if err := l.Template.Fill(&filled, l.Cells(row), row.Num); err != nil {
		return nil, errors.New(l.Masker.Mask(err.Error()))
	}
	for try := 1; ; try++ {
		if err := WaitTurn(ctx, l.Pacer); err != nil {
			return nil, err
		}
		sent := l.Sender.Send(ctx, &filled)
		if sent.Login && try < lookupTries {
			continue
		}
		if sent.Ending == Answered && sent.Answer.Status != http.StatusTooManyRequests && sent.Answer.Status < 500 {
			ids, err := l.Found(&sent.Answer)
			if err == nil {
				return ids, nil
			}
			if l.refused(&sent.Answer) {
				return nil, fmt.Errorf("%w: %s", ErrTokenRefused, l.Masker.Mask(err.Error()))
			}
			return nil, errors.New(l.Masker.Mask(err.Error()))
		}
		reason := sent.Message
		if sent.Ending == Answered {
			reason = fmt.Sprintf("HTTP status %d", sent.Answer.Status)
		}
		if try == lookupTries || ctx.Err() != nil {
			return nil, fmt.Errorf("the look-up failed %d times, at last: %s", try, l.Masker.Mask(reason))
		}
		wait, asked := retryAfter(sent.Answer.Header, time.Now())
		if !asked || wait == 0 {
			wait = backoff(l.RunID, row.Num, try)
		}
		l.Pacer.Throttled(time.Now())
		l.Pacer.Pause(time.Now().Add(min(wait, 15*time.Minute)))
	}
}

// refused says whether an answer refuses the token.
func (l *Finder) refused(a *Answer) bool {
	if l.Judge == nil {
		return false
	}
	v := l.Judge.Judge(a)
	return v.Status == Failed && v.Cause == CauseToken
}

// WaitTurn waits for a permit; the error is that of ctx.
func WaitTurn(ctx context.Context, p Pacer) error {
	for {
		wait := p.Take(time.Now())
		if wait == 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
