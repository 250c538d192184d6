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
	digest *request.Digest // nil when everybody may go
	free   chan struct{}   // holds the turn when nobody has it
}

func newTurn(d *request.Digest) *turn {
	t := &turn{digest: d, free: make(chan struct{}, 1)}
	t.free <- struct{}{}
	return t
}

// take waits for the turn, or for halt. It reports whether it has to be given back.
func (t *turn) take(halt <-chan struct{}) (held bool) {
	if t.digest == nil || t.digest.Settled() {
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
