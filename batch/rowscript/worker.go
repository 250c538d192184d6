package rowscript

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// worker runs scripts in one sandbox.
type worker struct {
	s       *Scripts
	sandbox *script.Sandbox
	// Of the scripts that run:
	row  *row
	step *step
}

// Worker makes what one connection runs scripts with.
func (s *Scripts) Worker() (batch.ScriptWorker, error) {
	w := &worker{s: s}
	var err error
	w.sandbox, err = script.New(script.Options{
		Timeout: s.o.Timeout, NodeModules: s.o.NodeModules, Send: w.send,
		Dynamic: func(name string) (string, bool) { return w.row.value(name) },
	})
	return w, err
}

func (w *worker) Close() { w.sandbox.Close() }

// Before runs the pre-request scripts of a step. The first that fails ends them: what
// it was to do for the request is not done.
func (w *worker) Before(ctx context.Context, rs batch.RowScripts, n int, template *request.Template) batch.Before {
	out := batch.Before{Template: template, Next: -1}
	w.row, w.step = rs.(*row), &w.s.steps[n]
	shared, resolved := w.s.shared()
	var changed json.RawMessage
	if len(w.step.before) > 0 {
		e := w.execution(script.Prerequest)
		e.Request = w.step.Item.RequestJSON()
		for _, p := range w.step.before {
			result := w.sandbox.Run(ctx, p.compiled, e)
			out.Failure, out.Rule = failureOf(p, result)
			if out.Failure == "" && result.Next != nil {
				out.Next, out.Failure = w.next(n, result.Next)
				out.Rule = p.name
			}
			if out.Failure != "" {
				return out
			}
			if result.Request != nil {
				changed, e.Request = result.Request, result.Request
			}
			out.Skip = out.Skip || result.Skip
		}
		w.sandbox.Forget()
	}
	set := changes(w.row.scopes, shared)
	if out.Skip || changed == nil && len(set) == 0 && len(template.Late) == 0 {
		return out
	}
	item := w.step.Item
	if changed != nil {
		var err error
		if item, err = item.WithRequest(changed); err != nil {
			out.Failure, out.Rule = fmt.Sprintf("the request cannot be read after its scripts have changed it: %v", err), "pre-request script"
			return out
		}
	}
	out.Template = w.step.Compile(item, resolving(resolved, set))
	if problems := out.Template.Problems; len(problems) > 0 {
		out.Failure, out.Rule = problems[0].Error(), "the request, after its scripts"
	}
	out.Template.ShareDigest(template)
	return out
}

// After runs the test scripts of a step over an answer: all of them, and the first
// failure counts.
func (w *worker) After(ctx context.Context, rs batch.RowScripts, n int, sent *request.Filled, answer *batch.Answer, took time.Duration) batch.After {
	out := batch.After{Next: -1}
	w.row, w.step = rs.(*row), &w.s.steps[n]
	if len(w.step.after) == 0 {
		return out
	}
	e := w.execution(script.Test)
	e.LateRequest = func() json.RawMessage { return sentRequest(w.step.Item, sent) }
	e.Response = responseOf(answer, took)
	more := 0
	for _, p := range w.step.after {
		result := w.sandbox.Run(ctx, p.compiled, e)
		failure, rule := failureOf(p, result)
		if failure == "" && result.Next != nil {
			out.Next, failure = w.next(n, result.Next)
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
	w.sandbox.Forget()
	return out
}

func (w *worker) execution(event string) *script.Execution {
	return &script.Execution{
		Event: event, Iteration: int(w.row.of.Num - 1), Iterations: int(w.s.o.Rows), ID: w.step.Item.ID, Name: w.step.Item.Name,
		Path: w.step.path, Scopes: w.row.scopes,
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
func (w *worker) next(n int, asked *script.Next) (next int, failure string) {
	switch {
	case len(w.s.steps) == 1:
		return -1, "" // a row has no other request
	case asked.Stop:
		return len(w.s.steps), ""
	}
	for i := range w.s.steps {
		if item := w.s.steps[i].Item; item.Name != asked.Item && !item.Answers(asked.Item) {
			continue
		}
		if i <= n {
			return -1, fmt.Sprintf("setNextRequest(%q): the requests of a row are sent in order, and none of them twice: it cannot go back", asked.Item)
		}
		return i, ""
	}
	return -1, fmt.Sprintf("setNextRequest(%q): the folder has no such request", asked.Item)
}

// send makes a request of pm.sendRequest. It waits for its turn like any other, and is
// sent once.
func (w *worker) send(ctx context.Context, asked json.RawMessage) (*script.Response, error) {
	item, err := w.step.Item.WithRequest(runner.Standalone(asked))
	if err != nil {
		return nil, fmt.Errorf("pm.sendRequest: %w", err)
	}
	t := request.Compile(item, request.Options{Literal: true, WorkingDir: w.s.o.WorkingDir, Run: w.s.o.Run, UserAgent: w.s.o.UserAgent})
	if len(t.Problems) > 0 {
		return nil, t.Problems[0]
	}
	var filled request.Filled
	if err := t.Fill(&filled, nil, w.row.of.Num); err != nil {
		return nil, err
	}
	if filled.URL.Host == "" {
		return nil, errors.New("pm.sendRequest: the URL is empty, or has no host")
	}
	const mostLogins = 3
	for range mostLogins {
		if err := batch.WaitTurn(ctx, w.s.o.Pacer); err != nil {
			return nil, err
		}
		sent := w.s.o.Sender.Send(ctx, &filled)
		switch {
		case sent.Login:
			continue
		case sent.Ending != batch.Answered:
			return nil, errors.New(sent.Message)
		}
		return responseOf(&sent.Answer, sent.Duration), nil
	}
	return nil, errors.New("pm.sendRequest: the server goes on asking for credentials")
}

func responseOf(a *batch.Answer, took time.Duration) *script.Response {
	r := &script.Response{Code: a.Status, Reason: http.StatusText(a.Status), Body: a.Body, BodySize: int64(len(a.Body)), Time: took}
	for key, values := range a.Header {
		for _, value := range values {
			r.Headers = append(r.Headers, script.Header{Key: key, Value: value})
			r.HeaderSize += int64(len(key) + len(value) + 4)
		}
	}
	if len(a.Header["Set-Cookie"]) > 0 {
		r.Cookies = (&http.Response{Header: a.Header}).Cookies()
	}
	return r
}
