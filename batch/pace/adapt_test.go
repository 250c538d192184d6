package pace_test

import (
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/pace"
)

// permits takes every permit of a span and returns how many there were.
func permits(l *pace.Limiter, from time.Time, span time.Duration) int {
	n := 0
	for now := from; now.Before(from.Add(span)); {
		wait := l.Take(now)
		if wait == 0 {
			n++
			wait = time.Microsecond * 100 // an attempt takes some time
		}
		now = now.Add(wait)
	}
	return n
}

func TestThrottled(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		rate float64
		// permits in the second before, the one after, and 20 seconds later
		before, after, later int
	}{
		{"under a ceiling", 100, 98, 49, 98},
		{"at a low ceiling", 1, 1, 1, 1},
		{"without a ceiling", 0, 9000, 4400, 9000},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := pace.New(batch.Rate{PerSecond: c.rate}, 1)
			near := func(what string, got, want int) {
				t.Helper()
				if got < want-1-want/8 || got > want+1+want/8 {
					t.Errorf("%s: %d permits, want about %d", what, got, want)
				}
			}
			near("before", permits(l, at, time.Second), c.before)
			now := at.Add(time.Second)
			l.Throttled(now)
			l.Throttled(now.Add(time.Millisecond)) // the same moment: counts once
			if l.Slowed() == 0 {
				t.Error("not slowed")
			}
			near("after", permits(l, now, 990*time.Millisecond), c.after)
			permits(l, now.Add(time.Second), 20*time.Second)
			near("later", permits(l, now.Add(21*time.Second), time.Second), c.later)
			if got := l.Slowed(); got != 0 {
				t.Errorf("still slowed to %v", got)
			}
		})
	}
}

// TestThrottledLowest never goes below one attempt a second.
func TestThrottledLowest(t *testing.T) {
	l := pace.New(batch.Rate{PerSecond: 50}, 1)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for range 20 {
		l.Throttled(now)
		now = now.Add(time.Second)
	}
	if got := l.Slowed(); got != 1 {
		t.Errorf("slowed to %v", got)
	}
}

// TestThrottledStaysUnderTheCeiling checks every sliding second of a pace that
// goes down and up again.
func TestThrottledStaysUnderTheCeiling(t *testing.T) {
	const ceiling = 200
	l := pace.New(batch.Rate{PerSecond: ceiling}, 1)
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var given []time.Time
	for now := start; now.Before(start.Add(40 * time.Second)); {
		wait := l.Take(now)
		if wait > 0 {
			now = now.Add(wait)
			continue
		}
		given = append(given, now)
		if len(given)%700 == 0 {
			l.Throttled(now)
		}
	}
	for i := ceiling; i < len(given); i++ {
		if d := given[i].Sub(given[i-ceiling]); d < time.Second {
			t.Fatalf("permits %d to %d come within %s", i-ceiling, i, d)
		}
	}
}
