package batch

import "time"

// EventVersion is the version of the event stream: a reader refuses a stream of
// another major version.
const EventVersion = 1

// Event is one message of a run, live or replayed from the ledger. Exactly one
// of the pointers is set. Start comes first, Finish last; Progress, Pause and Stopping
// come only live and may be dropped without losing anything of the result.
type Event struct {
	Start    *Start
	Row      *RowResult
	Progress *Progress
	Pause    *Pause
	Stopping *Stopping
	Verified *Verified
	Finish   *Finish
}

// Start opens a stream.
type Start struct {
	Version int
	RunID   string
	Job     string
	Dir     string
	// Host is the target, Request the request's path in the collection.
	Host, Request string
	// Operation is the account on the host, where the contract knows it.
	Operation string
	// Data is the data file itself when the run has no copy. DataTime is when what
	// the run reads, the copy or that file, was changed last, Original when the data
	// file was: as long as size and time are the same, neither is read to see that it
	// is the same.
	Data               string
	DataTime, Original time.Time
	// Mock says that every connection went to the mock.
	Mock bool
	// Digests are of what must be the same when the run goes on, by what it is,
	// each mixed with the run's id: secrets cannot be guessed from them.
	Digests map[string]string
	Header  []string
	Facts   Facts
	Started time.Time
	// Mends gives, for each cause, what to do about it.
	Mends map[string]string
	// Captures are the names of captured values, in the order of their columns.
	Captures []string
}

// RowResult is a row with what became of it.
type RowResult struct {
	// Cells are the row as the file has it; nil in a live stream.
	Cells []string
	Record
}

// Progress is a live moment of the run.
type Progress struct {
	Total  int64
	Counts Counts
	// InFlight counts attempts on the wire.
	InFlight int
	// Slowed is the pace that the server has asked for, in attempts a second; 0
	// at full pace.
	Slowed float64
	// Needs is about how many connections the rate takes, 0 when there are enough.
	Needs int
	At    time.Time
}

// Pause says that nothing is sent until Until, because the server asked for it.
type Pause struct {
	Until  time.Time
	Reason string
}

// Stopping says that no attempt starts any more and that those on their way are
// waited for.
type Stopping struct{ InFlight int }

// Verified is what the server said of a row that succeeded. Only a verification
// has it, and it changes nothing.
type Verified struct {
	Row, Line int64
	Ref       string
	Presence  Presence
	// Message says more when the record is not simply there.
	Message string
}

// Presence says whether the server has a record.
type Presence string

// There is under the row's own id; Unclear when the look-up did not tell, or
// found another id.
const (
	There   Presence = "there"
	Missing Presence = "missing"
	Unclear Presence = "unclear"
)

// Finish closes a stream.
type Finish struct {
	Counts   Counts
	Finished time.Time
	// ExitCode is the program's, see ExitCode.
	ExitCode int
	// Stopped says in words why the run ended before its last row, empty when
	// it did not.
	Stopped string
	// Warnings are what the run has shown beside its rows, in words.
	Warnings []string
}
