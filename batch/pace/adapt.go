package pace

import (
	"time"

	"golang.org/x/time/rate"
)

// adaption is how a limiter answers a server that says "too many": it halves the
// pace, and climbs back by a tenth of it every second in which that is not said
// again. It never goes below one attempt a second, nor above the ceiling.
type adaption struct {
	current float64   // attempts a second now, 0 when not slowed
	top     float64   // where the climb ends
	changed time.Time // when current changed last
	// Permits of the second that began at since, and of the one before: what the
	// pace was when there is no ceiling.
	since         time.Time
	permits, past int
}

const (
	lowest = 1.0 // attempts a second
	every  = time.Second
	climbs = 10 // steps from nothing to the top
)

func (a *adaption) count(now time.Time) {
	if d := now.Sub(a.since); d >= every {
		a.past = a.permits
		if d >= 2*every {
			a.past = 0
		}
		a.permits, a.since = 0, now
	}
	a.permits++
}

// Throttled says that the server has asked to slow down. What is said within a
// second counts once: those are answers to attempts of the same pace.
func (l *Limiter) Throttled(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.forward(now)
	a := &l.adapt
	if a.current > 0 && now.Sub(a.changed) < every {
		return
	}
	pace := a.current
	if pace == 0 {
		pace, a.top = l.rate.PerSecond, l.rate.PerSecond
	}
	if pace == 0 {
		pace = float64(max(a.permits, a.past))
		a.top = pace
	}
	l.slow(now, max(pace/2, min(lowest, a.top)))
}

// climb raises a lowered pace, and gives it up at the top.
func (l *Limiter) climb(now time.Time) {
	a := &l.adapt
	if a.current == 0 || now.Sub(a.changed) < every {
		return
	}
	next := a.current + max(a.top/climbs, lowest)
	if next < a.top {
		l.slow(now, next)
		return
	}
	a.current = 0
	if l.rate.PerSecond == 0 {
		l.bucket = nil
		return
	}
	l.bucket.SetLimitAt(now, rate.Limit(perToken(l.rate.PerSecond)))
}

// slow sets the lowered pace.
func (l *Limiter) slow(now time.Time, pace float64) {
	l.adapt.current, l.adapt.changed = pace, now
	if l.bucket == nil {
		l.bucket = newBucket(pace, 1)
		l.bucket.ReserveN(now, l.bucket.Burst())
		return
	}
	l.bucket.SetLimitAt(now, rate.Limit(perToken(pace)))
}

// Slowed returns the pace to which the server has made the limiter go down, in
// attempts a second, 0 when it has not.
func (l *Limiter) Slowed() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.adapt.current
}
