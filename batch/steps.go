package batch

import (
	"context"
	"fmt"
	"maps"
	"time"
)

// stepOf is what the ledger keeps of the end of a step.
func (r *recorder) stepOf(e *end) StepRecord {
	t := e.task
	s := StepRecord{
		Number: t.step + 1, Name: r.Steps[t.step].Name, Status: e.Status, Cause: e.Cause, HTTPStatus: e.HTTPStatus,
		Code: e.Code, Message: e.Message, Ref: e.Ref, Rule: e.Rule, StartedAt: e.StartedAt, Duration: e.Duration, Captures: e.Captures,
	}
	if s.Done() && t.scripts != nil {
		s.State = t.scripts.State()
	}
	return s
}

// advance takes the end of a step of a row that has several. When the step is done it
// is recorded as that, and in the same commit the row goes on with its next one, if
// there is one: a step that is done is never sent again. It reports whether the row has
// gone on; otherwise e is its outcome.
func (r *recorder) advance(e *end) bool {
	t := e.task
	step := r.stepOf(e)
	if e.steps = []StepRecord{step}; !step.Done() {
		return false
	}
	for n := t.step + 1; n < e.next && n < len(r.Steps); n++ {
		e.steps = append(e.steps, StepRecord{
			Number: n + 1, Name: r.Steps[n].Name, Status: Skipped, Cause: CauseScript, Rule: "setNextRequest", State: step.State,
			Message: "a script of " + step.Name + " went on behind it",
		})
	}
	t.done = append(t.done, e.steps...)
	if e.next >= len(r.Steps) {
		e.whole(t.done)
		t.prior = nil // what was unknown of it is done
		return false
	}
	// The attempt is over, and the row waits for its next step: as a row that is tried
	// again, but for the step.
	kind := Tried
	if e.Attempts < t.attempt {
		kind = Withdraw // the step was skipped
	} else {
		t.attempt++
	}
	rec := e.Record
	rec.Status, rec.Answer = Pending, nil
	r.entries = append(r.entries, Entry{Kind: kind, Record: rec, Steps: e.steps})
	t.step, t.captures, t.ref = e.next, e.Captures, e.Ref
	t.prior, t.logins, t.retries, t.waited, t.renewed = nil, 0, 0, 0, false
	if r.draining {
		r.left = true
		return true
	}
	r.intend(t, time.Now())
	return true
}

// whole makes the outcome of a row of those of its steps, all of which are done.
func (e *end) whole(done []StepRecord) {
	e.Status, e.Cause, e.Message = Skipped, CauseScript, fmt.Sprintf("scripts skipped all of its %d requests", len(done))
	for i := range done {
		if s := &done[i]; s.Status == Succeeded {
			e.Status, e.Cause, e.Message = Succeeded, "", ""
			e.HTTPStatus, e.Code, e.Rule, e.StartedAt, e.Duration = s.HTTPStatus, s.Code, s.Rule, s.StartedAt, s.Duration
		}
	}
}

// takeUp puts into a task what an earlier run has done of its steps.
func (r *recorder) takeUp(ctx context.Context, t *task) error {
	steps, err := r.Ledger.Steps(ctx, t.row.Num)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if !s.Done() || s.Number != t.step+1 {
			break
		}
		t.done = append(t.done, s)
		t.step++
		if s.Ref != "" {
			t.ref = s.Ref
		}
		if len(s.Captures) > 0 {
			t.captures = maps.Clone(s.Captures) // those of the steps before are in it
		}
	}
	if t.step >= len(r.Steps) {
		return fmt.Errorf("row %d has no outcome, and all of its %d requests are done: please report this bug", t.row.Num, len(r.Steps))
	}
	return nil
}
