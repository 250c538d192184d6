package batch

// Exit codes of every verb.
const (
	ExitOK          = 0  // every row succeeded or was skipped
	ExitRows        = 1  // finished; some rows failed, are invalid or were not sent
	ExitUsage       = 2  // wrong usage, or refused before anything was sent
	ExitStopped     = 3  // stopped early by a stop rule
	ExitInterrupted = 4  // interrupted: resume goes on
	ExitUnknown     = 5  // finished; some rows are unknown
	ExitBalance     = 70 // the rows do not add up: a bug
)

// StopKind says why a run ended before its last row.
type StopKind string

const (
	// NotStopped runs came to their last row.
	NotStopped StopKind = ""
	// StoppedByRule runs met a stop rule, such as a bad token.
	StoppedByRule StopKind = "rule"
	// StoppedByUser runs were interrupted.
	StoppedByUser StopKind = "interrupted"
)

// Kind says which of the ends it was; a rule counts before a cut.
func (e Ended) Kind() StopKind {
	switch {
	case e.Rule != "":
		return StoppedByRule
	case e.Cut:
		return StoppedByUser
	}
	return NotStopped
}

// ExitCode is the code for a run that ended with these counts. Where several
// hold: 70 > 2 > 3 > 4 > 5 > 1 > 0.
func ExitCode(c Counts, stop StopKind) int {
	switch {
	case c[Sending] > 0:
		// Nothing may still be on its way once a run has ended.
		return ExitBalance
	case stop == StoppedByRule:
		return ExitStopped
	case stop == StoppedByUser, c[Pending] > 0:
		return ExitInterrupted
	case c[Unknown] > 0:
		return ExitUnknown
	case c[Failed]+c[Invalid]+c[NotSent] > 0:
		return ExitRows
	}
	return ExitOK
}
