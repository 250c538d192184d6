package batch

import "time"

// Pacer decides when the next attempt may start. It is pure: time comes in, a
// decision goes out. It is safe for concurrent use.
type Pacer interface {
	// Take returns 0 and takes a permit when an attempt may start now, or how
	// long to wait before asking again.
	Take(now time.Time) time.Duration
	// Pause holds every attempt back until then; an earlier moment than the
	// current pause changes nothing.
	Pause(until time.Time)
	// Throttled says that the server asked to slow down: the pace is halved, and
	// climbs back under the ceiling.
	Throttled(now time.Time)
	// Slowed is the pace after Throttled in attempts a second, 0 at full pace.
	Slowed() float64
	// Rate is the ceiling in attempts a second, 0 for none.
	Rate() float64
}
