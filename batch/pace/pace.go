// Package pace keeps a load under its rate. It is pure: time comes in, a
// decision goes out, and nothing in it sleeps.
package pace

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/pmrun/pmrun/batch"
)

// The ceiling holds in any sliding second, also as the server sees it: permits
// come at rate/(1+guard), so that the attempts of one second take 12.5 ms longer
// than one, which absorbs jitter of scheduler and network.
const guard = 0.0125

// slack is how much of a late wake-up is made up for, in seconds: timers are up
// to a millisecond or two late, and without it a rate of a hundred and more
// would never be reached. A second's attempts and one more take 1+guard-slack
// seconds at least, so slack has to stay below guard.
const slack = 0.005

// part is how many tokens of the bucket one permit costs. The bucket's size is a
// whole number, and slack is less than a permit at low rates.
const part = 1000

// Limiter is a batch.Pacer over a token bucket.
type Limiter struct {
	rate batch.Rate

	mu     sync.Mutex
	bucket *rate.Limiter // nil as long as there is no limit
	last   time.Time     // the latest moment that the bucket has seen
	until  time.Time     // end of the pause
	adapt  adaption
}

// New returns a limiter that never gives more than r in any sliding second, and
// burst-1 more than that when burst, at least 1, allows it.
func New(r batch.Rate, burst int) *Limiter {
	l := &Limiter{rate: r}
	if r.PerSecond > 0 {
		l.bucket = newBucket(r.PerSecond, burst)
	}
	return l
}

func newBucket(perSecond float64, burst int) *rate.Limiter {
	// No burst that a person means comes near the cap, which keeps the bucket's
	// size inside an int.
	size := float64(part)*float64(max(burst, 1)) + slack*perToken(perSecond)
	return rate.NewLimiter(rate.Limit(perToken(perSecond)), int(min(size, math.MaxInt32)))
}

// perToken is a rate of attempts as the bucket's rate of tokens.
func perToken(perSecond float64) float64 { return perSecond / (1 + guard) * part }

// Rate returns the ceiling in attempts a second, 0 for none.
func (l *Limiter) Rate() float64 { return l.rate.PerSecond }

// Take returns 0 and takes a permit, or how long to wait before asking again.
func (l *Limiter) Take(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.until.Sub(now); wait > 0 {
		return wait
	}
	now = l.forward(now)
	l.climb(now)
	if l.bucket == nil {
		l.adapt.count(now)
		return 0
	}
	r := l.bucket.ReserveN(now, part)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
		return wait
	}
	l.adapt.count(now)
	return 0
}

// forward keeps the bucket's time from going back: callers read the clock before
// they wait for the lock, and the bucket would count the time between twice.
func (l *Limiter) forward(t time.Time) time.Time {
	if t.Before(l.last) {
		return l.last
	}
	l.last = t
	return t
}

// Pause holds every permit back until then; an earlier moment than the current
// pause changes nothing. Afterwards the pace resumes evenly: what was not used
// in the pause is gone, but for the first permit.
func (l *Limiter) Pause(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !until.After(l.until) {
		return
	}
	l.until = until
	if l.bucket == nil {
		return
	}
	at := l.forward(until)
	if unused := int(l.bucket.TokensAt(at)) - part; unused > 0 {
		l.bucket.ReserveN(at, unused)
	}
}
