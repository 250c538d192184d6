package script

import (
	"time"

	"github.com/dlclark/regexp2/v2"
)

// BoundPatterns makes the search for a regular expression that goes back and forth
// without end (look-aheads, back-references) stop after most, in which nothing can
// interrupt it. It is for the start of the process: the engine has one bound for all.
//
// A search that is given up has found nothing, as far as the script can tell. So a
// script that computes for that long without a pause has failed, whatever it did.
func BoundPatterns(most time.Duration) { regexp2.DefaultMatchTimeout = most }

// stretched is the error of a script that has computed since began for too long, nil
// when it has not.
func stretched(began time.Time) *Error {
	if time.Since(began) < regexp2.DefaultMatchTimeout {
		return nil
	}
	return &Error{Name: "Error", Message: "the script computed for more than " + regexp2.DefaultMatchTimeout.String() + " without a pause: a loop or a regular expression in it may have no end"}
}
