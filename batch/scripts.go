package batch

import (
	"context"

	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// before runs the pre-request scripts of a task's step. It reports whether the end of
// the attempt is known without sending.
func (r *recorder) before(t *task, e *end, template *request.Template) (_ *request.Template, over bool) {
	if t.scripts == nil {
		begun, err := r.Scripts.Begin(t.row, t.done)
		if err != nil {
			r.notMade(e, "scripts", err.Error())
			return nil, true
		}
		t.scripts = begun
	}
	b := r.Scripts.Before(r.asking, t.scripts, t.step, template)
	switch {
	case b.Failure != "" && r.asking.Err() != nil:
		// The run is ending, and a script waited for something: nothing of the row was
		// sent.
		e.kind = Withdraw
		e.Attempts--
		return nil, true
	case b.Failure != "":
		r.notMade(e, b.Rule, b.Failure)
		r.hideSet(e)
		return nil, true
	}
	if b.Next >= 0 {
		e.next = b.Next
	}
	if b.Skip {
		e.Attempts--
		e.Status, e.Cause, e.Rule, e.Message = Skipped, CauseScript, "pm.execution.skipRequest", "a pre-request script skipped the request"
		return nil, true
	}
	return b.Template, false
}

// notMade is the end of an attempt that scripts have kept from being made: nothing of
// the request was sent.
func (r *recorder) notMade(e *end, rule, failure string) {
	e.Attempts--
	e.Status, e.Cause, e.Rule = NotSent, CauseScript, r.mask(rule)
	e.Message = short(r.mask(failure))
}

// after runs the test scripts over an answer. They can only make a row that has
// succeeded a failed one: what the server refused, or may not have done, stays that.
func (r *recorder) after(ctx context.Context, e *end, filled *request.Filled, sent *Sent) {
	t := e.task
	a := r.Scripts.After(ctx, t.scripts, t.step, filled, &sent.Answer, sent.Duration)
	if a.Next >= 0 {
		e.next = a.Next
	}
	if a.Failure != "" && e.Status == Succeeded {
		e.Status, e.Cause, e.Rule = Failed, CauseScript, r.mask(a.Rule) // the name of a test may hold a secret
		e.Message = short(r.mask(a.Failure))
		e.Answer = r.keptAnswer(&sent.Answer)
	}
}

// hideSet hides the secrets that scripts have set in this row: the run's masker does
// not know them.
func (r *recorder) hideSet(e *end) {
	secrets := e.task.scripts.Secrets()
	if len(secrets) == 0 {
		return
	}
	m := vars.NewMasker(secrets)
	e.Code, e.Message, e.Ref, e.Rule = m.Mask(e.Code), m.Mask(e.Message), m.Mask(e.Ref), m.Mask(e.Rule)
	if len(e.Answer) > 0 {
		e.Answer = m.MaskBytes(e.Answer)
	}
	for name, value := range e.Captures {
		e.Captures[name] = m.Mask(value)
	}
}
