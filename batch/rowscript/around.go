package rowscript

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
)

// Before runs the pre-request scripts of a step. The first that fails ends them: what
// it was to do for the request is not done.
func (s *Scripts) Before(ctx context.Context, rs batch.RowScripts, n int, template *request.Template) batch.Before {
	out := batch.Before{Template: template, Next: -1}
	row, st := rs.(*row), &s.steps[n]
	shared, resolved := s.shared()
	changed := s.prepare(ctx, row, st, n, &out)
	if out.Failure != "" {
		return out
	}
	set := changes(row.scopes, shared)
	if out.Skip || changed == nil && len(set) == 0 && len(template.Late) == 0 {
		return out
	}
	item := st.Item
	if changed != nil {
		var err error
		if item, err = item.WithRequest(changed); err != nil {
			out.Failure, out.Rule = fmt.Sprintf("the request cannot be read after its scripts have changed it: %v", err), "pre-request script"
			return out
		}
	}
	out.Template = st.Compile(item, resolving(resolved, set))
	if problems := out.Template.Problems; len(problems) > 0 {
		out.Failure, out.Rule = problems[0].Error(), "the request, after its scripts"
	}
	out.Template.ShareDigest(template)
	return out
}

// prepare runs the pre-request scripts. changed is what they made of the request, nil
// when they left it.
func (s *Scripts) prepare(ctx context.Context, row *row, st *step, n int, out *batch.Before) (changed json.RawMessage) {
	if len(st.before) == 0 {
		return nil
	}
	m, err := s.take(ctx, row, st)
	if err != nil {
		out.Failure, out.Rule = err.Error(), st.before[0].name
		return nil
	}
	defer s.giveBack(m)
	e := s.execution(script.Prerequest, row, st)
	e.Request = st.Item.RequestJSON()
	for _, p := range st.before {
		result := m.sandbox.Run(ctx, p.compiled, e)
		out.Failure, out.Rule = failureOf(p, result)
		if out.Failure == "" && result.Next != nil {
			out.Next, out.Failure = s.next(n, result.Next)
			out.Rule = p.name
		}
		if out.Failure != "" {
			return nil
		}
		if result.Request != nil {
			changed, e.Request = result.Request, result.Request
		}
		out.Skip = out.Skip || result.Skip
	}
	return changed
}

// After runs the test scripts of a step over an answer: all of them, and the first
// failure counts.
func (s *Scripts) After(ctx context.Context, rs batch.RowScripts, n int, sent *request.Filled, answer *batch.Answer, took time.Duration) batch.After {
	out := batch.After{Next: -1}
	row, st := rs.(*row), &s.steps[n]
	if len(st.after) == 0 {
		return out
	}
	m, err := s.take(ctx, row, st)
	if err != nil {
		out.Failure, out.Rule = err.Error(), st.after[0].name
		return out
	}
	defer s.giveBack(m)
	e := s.execution(script.Test, row, st)
	e.LateRequest = func() json.RawMessage { return sentRequest(st.Item, sent) }
	e.Response = responseOf(answer, took)
	more := 0
	for _, p := range st.after {
		result := m.sandbox.Run(ctx, p.compiled, e)
		failure, rule := failureOf(p, result)
		if failure == "" && result.Next != nil {
			out.Next, failure = s.next(n, result.Next)
			rule = p.name
		}
		switch {
		case failure == "":
		case out.Failure == "":
			out.Failure, out.Rule = failure, rule
		default:
			more++
		}
	}
	if more > 0 {
		out.Failure += fmt.Sprintf(" (and %d more scripts failed)", more)
	}
	return out
}

func (s *Scripts) execution(event string, row *row, st *step) *script.Execution {
	return &script.Execution{
		Event: event, Iteration: int(row.of.Num - 1), Iterations: int(s.o.Rows), ID: st.Item.ID, Name: st.Item.Name, Path: st.path, Scopes: row.scopes,
	}
}

// failureOf is the first test of a script that failed, or what it threw.
func failureOf(p program, result *script.Result) (failure, rule string) {
	failed := 0
	for _, a := range result.Assertions {
		if a.Err == nil {
			continue
		}
		if failed++; failed == 1 {
			failure, rule = fmt.Sprintf("test %q: %s", a.Name, a.Err.Message), fmt.Sprintf("test %q, %s", a.Name, p.name)
		}
	}
	switch {
	case failed > 1:
		failure += fmt.Sprintf(" (and %d more tests failed)", failed-1)
	case failed == 0 && result.Err != nil:
		place := ""
		if result.Err.Line > 0 {
			place = fmt.Sprintf(", line %d", result.Err.Line)
		}
		failure, rule = fmt.Sprintf("%s%s: %s", p.name, place, result.Err), p.name
	}
	return failure, rule
}

// next finds the step that setNextRequest asked for: one that follows.
func (s *Scripts) next(n int, asked *script.Next) (next int, failure string) {
	switch {
	case len(s.steps) == 1:
		return -1, "" // a row has no other request
	case asked.Stop:
		return len(s.steps), ""
	}
	for i := range s.steps {
		if item := s.steps[i].Item; item.Name != asked.Item && !item.Answers(asked.Item) {
			continue
		}
		if i <= n {
			return -1, fmt.Sprintf("setNextRequest(%q): the requests of a row are sent in order, and none of them twice: it cannot go back", asked.Item)
		}
		return i, ""
	}
	return -1, fmt.Sprintf("setNextRequest(%q): the folder has no such request", asked.Item)
}
