package pace_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/pace"
)

var _ batch.Pacer = (*pace.Limiter)(nil)

// start is when simulated time begins.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// ask runs a caller that asks as soon as it may, from one moment to another, and
// returns when it got its permits. late is how long after its time each wake-up
// comes.
func ask(l *pace.Limiter, from, to time.Duration, late func() time.Duration) []time.Duration {
	var permits []time.Duration
	for now := from; now < to; {
		wait := l.Take(start.Add(now))
		if wait == 0 {
			permits = append(permits, now)
			continue
		}
		now += wait + late()
	}
	return permits
}

func onTime() time.Duration { return 0 }

// lateness returns wake-ups that are up to 2 ms late, and now and then, when
// stalls are wanted, 300 ms.
func lateness(stalls bool) func() time.Duration {
	rnd := rand.New(rand.NewPCG(7, 11))
	return func() time.Duration {
		if stalls && rnd.IntN(50) == 0 {
			return 300 * time.Millisecond
		}
		return time.Duration(rnd.Int64N(int64(2 * time.Millisecond)))
	}
}

// most returns the largest number of permits in any window that begins with a
// permit; both ends of the window belong to it.
func most(permits []time.Duration, window time.Duration) int {
	found, first := 0, 0
	for last := range permits {
		for permits[last]-permits[first] > window {
			first++
		}
		found = max(found, last-first+1)
	}
	return found
}

func TestLimiterHoldsInEverySecond(t *testing.T) {
	rates := []float64{0.5, 1, 1.5, 3, 10, 33.3, 81, 100, 150, 200, 203, 1000, 5000}
	for _, perSecond := range rates {
		length := time.Duration(max(20, 300/perSecond) * float64(time.Second))
		for name, late := range map[string]func() time.Duration{
			"on time": onTime, "2 ms late": lateness(false), "stalls of 300 ms": lateness(true),
		} {
			t.Run(fmt.Sprintf("%g a second, %s", perSecond, name), func(t *testing.T) {
				permits := ask(pace.New(batch.Rate{PerSecond: perSecond}, 1), 0, length, late)
				// Of 1.5 a second there can be two in one second.
				if got := most(permits, time.Second); float64(got) > math.Ceil(perSecond) {
					t.Errorf("a second holds %d permits", got)
				}
				// Below one a second the ceiling is one in 1/rate seconds.
				if period := time.Duration(float64(time.Second) / perSecond); perSecond < 1 && most(permits, period) > 1 {
					t.Errorf("%s hold %d permits", period, most(permits, period))
				}
				if mean := float64(len(permits)) / length.Seconds(); name != "stalls of 300 ms" && mean < 0.98*perSecond {
					t.Errorf("the mean is %.3f a second, %.1f%% of the rate", mean, 100*mean/perSecond)
				}
			})
		}
	}
}

// TestLimiterLeavesRoomForTheNetwork checks that attempts whose way to the server
// takes up to 5 ms more or less stay under the rate there, too.
func TestLimiterLeavesRoomForTheNetwork(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for _, perSecond := range []float64{1, 10, 100, 1000} {
		permits := ask(pace.New(batch.Rate{PerSecond: perSecond}, 1), 0, 30*time.Second, lateness(true))
		for i := range permits {
			permits[i] += time.Duration(rnd.Int64N(int64(5 * time.Millisecond)))
		}
		for i := int(perSecond); i < len(permits); i++ {
			if gap := permits[i] - permits[i-int(perSecond)]; gap <= time.Second {
				t.Errorf("%g a second: %d attempts arrive within %s", perSecond, int(perSecond)+1, gap)
			}
		}
	}
}

func TestLimiterIsEven(t *testing.T) {
	minutes, err := batch.ParseRate("600/m")
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := batch.ParseRate("10/s")
	if err != nil {
		t.Fatal(err)
	}
	a := ask(pace.New(minutes, 1), 0, time.Minute, onTime)
	b := ask(pace.New(seconds, 1), 0, time.Minute, onTime)
	if len(a) != len(b) || len(a) < 588 {
		t.Fatalf("600/m gives %d permits in a minute, 10/s %d", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("permit %d comes at %s under 600/m and at %s under 10/s", i, a[i], b[i])
		}
		// The first distance may be shorter by what a late wake-up may make up for.
		if i > 0 && (a[i]-a[i-1] < 95*time.Millisecond || i > 1 && a[i]-a[i-1] < 100*time.Millisecond || a[i]-a[i-1] > 102*time.Millisecond) {
			t.Fatalf("permit %d comes %s after the one before", i, a[i]-a[i-1])
		}
	}
}

func TestLimiterBurst(t *testing.T) {
	const rate, burst = 10, 5
	l := pace.New(batch.Rate{PerSecond: rate}, burst)
	permits := ask(l, 0, 20*time.Second, lateness(false))
	if got := most(permits, 0); got != burst {
		t.Errorf("%d permits at once, want %d", got, burst)
	}
	if got := most(permits, time.Second); got != rate+burst-1 {
		t.Errorf("a second holds %d permits, want %d", got, rate+burst-1)
	}
	// After an hour without an attempt there is one burst, not an hour's worth.
	if got := most(ask(l, time.Hour, time.Hour+20*time.Second, onTime), 0); got != burst {
		t.Errorf("after an idle hour %d permits come at once, want %d", got, burst)
	}
	for _, burst := range []int{0, -1} {
		if wait := pace.New(batch.Rate{PerSecond: rate}, burst).Take(start); wait != 0 {
			t.Errorf("with a burst of %d the first permit takes %s", burst, wait)
		}
	}
}

func TestLimiterWithoutCeiling(t *testing.T) {
	l := pace.New(batch.Rate{}, 1)
	if l.Rate() != 0 {
		t.Errorf("the rate is %v", l.Rate())
	}
	for range 1000 {
		if wait := l.Take(start); wait != 0 {
			t.Fatalf("a permit takes %s", wait)
		}
	}
	l.Pause(start.Add(3 * time.Second))
	if wait := l.Take(start.Add(time.Second)); wait != 2*time.Second {
		t.Errorf("in the pause a permit takes %s, want 2s", wait)
	}
	if wait := l.Take(start.Add(3 * time.Second)); wait != 0 {
		t.Errorf("after the pause a permit takes %s", wait)
	}
}

func TestLimiterPause(t *testing.T) {
	for _, perSecond := range []float64{0.5, 1, 10, 100, 1000, 5000} {
		for _, burst := range []int{1, 5} {
			t.Run(fmt.Sprintf("%g a second, burst %d", perSecond, burst), func(t *testing.T) {
				l := pace.New(batch.Rate{PerSecond: perSecond}, burst)
				before := ask(l, 0, 10*time.Second, onTime)
				l.Pause(start.Add(20 * time.Second))
				l.Pause(start.Add(15 * time.Second)) // earlier: changes nothing
				after := ask(l, 10*time.Second, 40*time.Second, onTime)
				if first := after[0]; first < 20*time.Second || first > 20*time.Second+time.Duration(float64(2*time.Second)/perSecond) {
					t.Fatalf("the first permit after the pause comes at %s", first)
				}
				if got, allowed := most(after, 0), 1+int(0.005*perSecond); got > allowed {
					t.Errorf("%d permits come at once after the pause, want at most %d", got, allowed)
				}
				all := append(before, after...)
				if got, allowed := most(all, time.Second), int(math.Ceil(perSecond))+burst-1; got > allowed {
					t.Errorf("a second holds %d permits, want at most %d", got, allowed)
				}
				if mean := float64(len(after)) / 20; mean < 0.95*perSecond {
					t.Errorf("after the pause the mean is %.3f a second", mean)
				}
			})
		}
	}
}

func TestLimiterPauses(t *testing.T) {
	at := func(d time.Duration) time.Time { return start.Add(d) }
	t.Run("a longer pause takes the place of a shorter", func(t *testing.T) {
		l := pace.New(batch.Rate{PerSecond: 10}, 1)
		l.Pause(at(2 * time.Second))
		l.Pause(at(5 * time.Second))
		if wait := l.Take(at(3 * time.Second)); wait != 2*time.Second {
			t.Errorf("a permit takes %s, want 2s", wait)
		}
	})
	t.Run("a pause shorter than the distance of permits shortens nothing", func(t *testing.T) {
		l := pace.New(batch.Rate{PerSecond: 1.0 / 60}, 1)
		if wait := l.Take(at(0)); wait != 0 {
			t.Fatalf("the first permit takes %s", wait)
		}
		l.Pause(at(5 * time.Second))
		if next := ask(l, time.Second, 3*time.Minute, onTime)[0]; next < time.Minute || next > 62*time.Second {
			t.Errorf("the second permit comes at %s, want about 1m", next)
		}
	})
	t.Run("Retry-After: 0 gives nothing away", func(t *testing.T) {
		l := pace.New(batch.Rate{PerSecond: 10}, 5)
		var permits []time.Duration
		for now := time.Duration(0); now < 10*time.Second; now += 10 * time.Millisecond {
			// Answers come in while others ask: their now is a little older.
			l.Pause(at(now - 5*time.Millisecond))
			if l.Take(at(now)) == 0 {
				permits = append(permits, now)
			}
		}
		if got := most(permits, time.Second); got > 10 {
			t.Errorf("a second holds %d permits", got)
		}
	})
}

// TestLimiterClockOutOfOrder: callers read the clock before they wait for the
// lock, so the limiter sees moments out of order.
func TestLimiterClockOutOfOrder(t *testing.T) {
	l := pace.New(batch.Rate{PerSecond: 10}, 1)
	permits := 0
	for now := time.Duration(0); now < 10*time.Second; now += 10 * time.Millisecond {
		for _, d := range []time.Duration{now, now - 200*time.Millisecond} {
			if l.Take(start.Add(d)) == 0 {
				permits++
			}
		}
	}
	if permits > 100 || permits < 90 {
		t.Errorf("%d permits in 10 seconds at 10 a second", permits)
	}
}

func TestLimiterConcurrently(t *testing.T) {
	const perSecond, callers, asks, step = 100, 8, 5000, 100 * time.Microsecond
	l := pace.New(batch.Rate{PerSecond: perSecond}, 1)
	var clock, permits atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range asks {
				now := start.Add(time.Duration(clock.Add(int64(step))))
				if l.Take(now) == 0 {
					permits.Add(1)
				}
				l.Pause(now.Add(-time.Millisecond))
				_ = l.Rate()
			}
		})
	}
	wg.Wait()
	seconds := (callers * asks * step).Seconds()
	if got := float64(permits.Load()); got > perSecond*seconds+1 || got < 0.95*perSecond*seconds {
		t.Errorf("%v permits in %v seconds at %d a second", got, seconds, perSecond)
	}
}

func BenchmarkTake(b *testing.B) {
	l := pace.New(batch.Rate{PerSecond: 1e6}, 1)
	now := start
	for b.Loop() {
		now = now.Add(time.Microsecond)
		l.Take(now)
	}
}
