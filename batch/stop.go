package batch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// StopRules say when a load ends before its last row, because going on would
// only make more of the same. A rule whose number is 0 is off.
type StopRules struct {
	// FailedInARow is how many rows in a row may fail for the same cause.
	FailedInARow int
	// UnknownInARow is how many rows in a row may end unknown.
	UnknownInARow int
	// NotSentInARow is how many rows in a row may not leave this machine.
	NotSentInARow int
	// MaxFailures is how many rows may fail, or turn out invalid when they are
	// sent, in the whole run; negative for any number.
	MaxFailures int64
}

// DefaultStopRules are those of a load that names none.
func DefaultStopRules() StopRules {
	return StopRules{FailedInARow: 10, UnknownInARow: 10, NotSentInARow: 10, MaxFailures: -1}
}

// ParseMaxFailures reads "20" or "5%" of that many rows; "100%" and "" never stop.
func ParseMaxFailures(text string, rows int64) (int64, error) {
	if text == "" {
		return -1, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || n < 0 || n != n:
	case percent && n == 100:
		return -1, nil
	case percent && n < 100:
		return int64(n / 100 * float64(rows)), nil
	case !percent && n == math.Trunc(n) && n < 1<<53:
		return int64(n), nil
	}
	return 0, fmt.Errorf("max-failures is %q: write it like 20, or 5%% of the rows", text)
}

// stopwatch follows the ends of rows under the rules.
type stopwatch struct {
	rules     StopRules
	succeeded bool
	failed    int
	cause     string
	unknown   int
	notSent   int
	failures  int64
	// Reason says why the run has to stop, empty as long as it has not.
	reason string
}

// see takes one settled row, or the rows of a request that share one end: they
// count once for what happens "in a row", or a single bad request would stop the
// run, and each for the failures of the whole run. tokenRow reports that the row was refused for its
// token before any row was accepted: it goes back to Pending, since nothing was
// created and the token, not the row, is at fault.
func (s *stopwatch) see(r *Record, rows int) (tokenRow bool) {
	if (r.Status == Failed || r.Status == NotSent) && r.Cause == CauseToken && !s.succeeded {
		s.stop("the server does not accept the token: %s", r.Message)
		return true
	}
	if r.Status == NotSent {
		s.notSent++
	} else {
		s.notSent = 0
	}
	switch r.Status {
	case Succeeded:
		s.succeeded = true
		s.failed, s.unknown = 0, 0
	case Failed:
		if r.Cause != s.cause {
			s.failed = 0
		}
		s.cause = r.Cause
		s.failed++
		s.unknown = 0
		s.failures += int64(rows)
	case Unknown:
		s.unknown++
		s.failed = 0
	case Invalid:
		s.failures += int64(rows)
	}
	switch n := s.rules; {
	case n.FailedInARow > 0 && s.failed >= n.FailedInARow:
		s.stop("%d rows in a row failed with cause %s: %s", s.failed, s.cause, r.Message)
	case n.UnknownInARow > 0 && s.unknown >= n.UnknownInARow:
		s.stop("%d rows in a row ended unknown, the last with cause %s: %s", s.unknown, r.Cause, r.Message)
	case n.NotSentInARow > 0 && s.notSent >= n.NotSentInARow:
		s.stop("%d rows in a row could not be sent, the last with cause %s: %s", s.notSent, r.Cause, r.Message)
	case n.MaxFailures >= 0 && s.failures > n.MaxFailures:
		s.stop("%d rows failed, --max-failures allows %d", s.failures, n.MaxFailures)
	}
	return false
}

// stop keeps the first reason.
func (s *stopwatch) stop(format string, args ...any) {
	if s.reason == "" {
		s.reason = fmt.Sprintf(format, args...)
	}
}
