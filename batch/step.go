package batch

import (
	"context"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// Step is one request of a row. Most loads have one; the requests of a folder are
// sent one after the other, and each only when the one before it has succeeded.
type Step struct {
	// Name is the request's path in the collection.
	Name     string
	Template *request.Template
	Judge    Judge
	// Capture, when not nil, returns the values of an answer that the job keeps, and
	// the new record's id when the job says where it is.
	Capture func(*Answer) (values map[string]string, ref string)
}

// StepRecord is the outcome of one step of a row that has several, as the ledger
// holds it. A step that is Succeeded or Skipped is done: it is never sent again.
type StepRecord struct {
	// Number counts a row's steps from 1; Name is the request's path.
	Number int
	Name   string
	// Status is Succeeded, Skipped (by a script), or what ended the row.
	Status     Status
	Cause      string
	HTTPStatus int
	// Code, Message, Ref and Rule are as in Record.
	Code, Message, Ref, Rule string
	StartedAt                time.Time
	Duration                 time.Duration
	// Captures are those of this step.
	Captures map[string]string
	// State is what scripts have set for the steps that follow, secrets left out; only
	// what wrote it can read it.
	State []byte
}

// Done says that the step is not to be sent again.
func (s *StepRecord) Done() bool { return s.Status == Succeeded || s.Status == Skipped }

// Scripts runs the scripts of a load's requests: those of each step, around each of
// its attempts. It is safe for concurrent use.
type Scripts interface {
	// Begin starts a row. left is what its steps that are done have left, in order.
	Begin(row Row, left []StepRecord) (RowScripts, error)
	// Before runs the pre-request scripts of a step. template is what would be sent.
	Before(ctx context.Context, row RowScripts, step int, template *request.Template) Before
	// After runs the test scripts over an answer.
	After(ctx context.Context, row RowScripts, step int, sent *request.Filled, answer *Answer, took time.Duration) After
}

// RowScripts is what scripts know of one row: nothing of it reaches another.
type RowScripts interface {
	// State is what they have set so far, secrets left out.
	State() []byte
	// Secrets are what they have set under a name that sounds secret.
	Secrets() []string
	// Set are the values that they have set, by name.
	Set() map[string]any
}

// Before is what pre-request scripts did.
type Before struct {
	// Template is what is to be sent.
	Template *request.Template
	// Skip says that the step is not to be sent.
	Skip bool
	// Failure says what went wrong, "" when nothing did; Rule names the script. The
	// request is then not sent.
	Failure, Rule string
	// Next is the step to go on with, one of those that follow, when scripts say so; -1
	// when they do not. The number of steps ends the row.
	Next int
}

// After is what test scripts found.
type After struct {
	// Failure is the first test that failed, or what a script threw, "" when all is
	// well; Rule names it.
	Failure, Rule string
	Next          int // as in Before
}
