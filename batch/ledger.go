package batch

import (
	"context"
	"iter"
	"time"
)

// Record is the state of one row, as the ledger holds it.
type Record struct {
	Row, Line int64
	Status    Status
	// Cause is one of the Cause constants, empty for rows that succeeded.
	Cause string
	// Attempts counts how often the row's request was put on the wire, or tried to be.
	Attempts int
	// HTTPStatus is the last answer's status code, 0 when none came.
	HTTPStatus int
	// Code and Message are what the server said, or what this program says of
	// the error; Ref is the server's id for the new record.
	Code, Message, Ref string
	// Rule names the rule that decided: an expression of the contract, a
	// preflight rule, or the end of the attempt.
	Rule string
	// StartedAt is when the last attempt began, to the millisecond; zero when
	// there was none. Duration is how long it took.
	StartedAt time.Time
	Duration  time.Duration
	// Answer is the server's last answer, secrets masked, cut at AnswerLimit
	// bytes. Kept only for rows that did not succeed.
	Answer []byte
	// Captures holds the values that the job asked to keep, by name.
	Captures map[string]string
}

// AnswerLimit bounds how much of a server's answer the ledger keeps, in bytes.
const AnswerLimit = 4 << 10

// EntryKind says what an Entry does to a row's record.
type EntryKind uint8

const (
	// Intend records that an attempt is about to start: the row becomes
	// Sending. Nothing of the attempt may reach the network before the commit
	// that holds it has returned.
	Intend EntryKind = iota
	// Settle records the row's state after an attempt, or without one
	// (invalid, skipped).
	Settle
	// Tried records an attempt that provably created nothing and will be made
	// again: the attempt is kept in the row's history and the row becomes Pending.
	Tried
	// Withdraw takes an Intend back of which nothing was sent: the row becomes
	// Pending, as it was before, and the attempt does not count.
	Withdraw
)

// Entry is one change of one row's record.
type Entry struct {
	Kind EntryKind
	Record
	// Steps are recorded with it, each in the place of what is known of that step; nil
	// of a row that has only one.
	Steps []StepRecord
}

// Attempt is an earlier attempt of a row, superseded by a later one.
type Attempt struct {
	Number     int
	StartedAt  time.Time
	Duration   time.Duration
	Cause      string
	HTTPStatus int
	Message    string
}

// Ledger is the durable record of a run, and the only one: every report is
// made from it and the run directory's copy of the data file. A driver passes
// the suite in batch/ledger/ledgertest.
//
// Rows that were never recorded are Pending; they take no space.
//
// One process writes at a time. Any error of Commit is final for the run: the
// caller must stop sending, because what it would send next cannot be
// recorded. Errors of the reading methods say that the record cannot be
// trusted; they are never to be taken for "no such row".
type Ledger interface {
	// Commit applies entries in order, all or none, and returns when they
	// would survive a crash of the process and of the machine. Several rows
	// share one commit; an empty commit does nothing.
	Commit(ctx context.Context, entries []Entry) error
	// Counts returns the recorded rows by status. Rows never recorded are not
	// in it.
	Counts(ctx context.Context) (Counts, error)
	// Records yields the recorded rows after row `after` in ascending order.
	// It may be used while Commit runs; it then shows one moment in time.
	Records(ctx context.Context, after int64) iter.Seq2[Record, error]
	// Outline calls each for recorded rows, in no order, and returns a row up to
	// which all are recorded: of those, rows that Succeeded may be left out. It is
	// what is needed to go on with a run of millions of rows in little time. An
	// error of each ends it.
	Outline(ctx context.Context, each func(row int64, s Status) error) (upto int64, err error)
	// Record returns one row's record and its earlier attempts in order; ok is
	// false when the row was never recorded.
	Record(ctx context.Context, row int64) (r Record, earlier []Attempt, ok bool, err error)
	// Steps returns what is recorded of a row's steps, in order of their numbers.
	Steps(ctx context.Context, row int64) ([]StepRecord, error)
	// Interrupted turns every row left Sending by a process that died into
	// Unknown with cause CauseInterrupted, durably, and returns how many.
	Interrupted(ctx context.Context) (int64, error)
	// Meta returns the value stored under key, empty when there is none.
	Meta(ctx context.Context, key string) (string, error)
	// SetMeta stores small facts of the run under keys, durably.
	SetMeta(ctx context.Context, values map[string]string) error
	// Close releases the ledger. It does not make anything more durable.
	Close() error
}
