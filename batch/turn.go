package batch

import "github.com/pmrun/pmrun/collection/request"

// mostLogins bounds how often a row is sent again because the server asked for
// credentials: once for its first question, and for nonces that grow stale.
const mostLogins = 3

// turn lets one attempt at a time through as long as it is not known whether the
// server takes the credentials of a digest authentication: otherwise every
// connection would send a row only to be asked for them, and a wrong password
// would be tried as often as there are connections.
type turn struct {
	free chan struct{} // holds the turn when nobody has it
}

func newTurn() *turn {
	t := &turn{free: make(chan struct{}, 1)}
	t.free <- struct{}{}
	return t
}

// take waits for the turn of an attempt with d, which is nil when everybody may go, or
// for halt. It reports whether it has to be given back.
func (t *turn) take(d *request.Digest, halt <-chan struct{}) (held bool) {
	if d == nil || d.Settled() {
		return false
	}
	select {
	case <-t.free:
		return true
	case <-halt:
		return false
	}
}

func (t *turn) giveBack(held bool) {
	if held {
		t.free <- struct{}{}
	}
}
