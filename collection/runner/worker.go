package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// worker runs iterations one after the other: one sandbox, one set of variables, one
// cookie jar.
type worker struct {
	*run
	client  *client
	sandbox *script.Sandbox
	scopes  *script.Scopes
	out     func(Event)

	// What happens while a script runs, also in goroutines that it has started, is told
	// at its end: only then is it known what is secret.
	mu      sync.Mutex
	holding bool
	held    []Event

	cursor Cursor
	item   *collection.Item
	failed bool // something failed in this iteration
}

func (r *run) worker(c *client, scopes *script.Scopes, emit func(Event)) (*worker, error) {
	w := &worker{run: r, client: c, scopes: scopes, out: emit}
	var err error
	w.sandbox, err = script.New(script.Options{
		Timeout: r.o.ScriptTimeout, NodeModules: r.o.NodeModules, Vault: r.o.Vault, Cookies: c.jar,
		Dynamic: w.dynamic, Console: w.console, Send: w.sendRequest, RunRequest: w.runRequest,
	})
	return w, err
}

func (w *worker) close() { w.sandbox.Close() }

func (w *worker) emit(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holding {
		w.held = append(w.held, e)
		return
	}
	w.out(e)
}

// hold keeps events back.
func (w *worker) hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holding = true
}

// release tells what was kept back.
func (w *worker) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.held {
		if e.Console != nil {
			e.Console.Scopes = w.scopes
		}
		w.out(e)
	}
	w.holding, w.held = false, w.held[:0]
}

// dynamic gives a dynamic variable's value, another each time.
func (w *worker) dynamic(name string) (string, bool) {
	if !vars.IsDynamic(name) {
		return "", false
	}
	return vars.DynamicValue(name, w.seed, w.started.Add(1), 0), true
}

func (w *worker) console(level string, args []string) {
	w.emit(Event{Console: &Console{Cursor: w.cursor, Item: w.item, Level: level, Args: args}})
}

// iteration runs one iteration.
func (w *worker) iteration(ctx context.Context, i int) error {
	w.cursor = Cursor{Iteration: i, Length: len(w.items), Cycles: w.o.Iterations}
	w.scopes.Data, w.failed = w.data(i), false
	w.emit(Event{Iteration: &Iteration{Cursor: w.cursor, Data: w.scopes.Data}})
	for position := 0; position < len(w.items); {
		if err := ctx.Err(); err != nil {
			return err
		}
		next, err := w.one(ctx, position)
		var stop *bailed
		switch {
		case errors.As(err, &stop):
			if !stop.iteration {
				w.stopped.Store(true)
			}
			return nil
		case err != nil:
			return err
		case next == nil:
			position++
			continue
		case next.Stop:
			return nil
		}
		if position = find(w.items, next.Item); position < 0 {
			return nil
		}
	}
	return nil
}

// one executes an item. next is what a script wants to come after it.
func (w *worker) one(ctx context.Context, position int) (next *script.Next, err error) {
	w.item = w.items[position]
	w.cursor.Position, w.cursor.Ref = position, newRef()
	w.emit(Event{Item: &Item{Cursor: w.cursor, Item: w.item}})
	skipped := false
	defer func() { w.emit(Event{ItemEnd: &Item{Cursor: w.cursor, Item: w.item, Skipped: skipped}}) }()

	before := w.execution(script.Prerequest, w.item.RequestJSON())
	result, err := w.scripts(ctx, before)
	if err != nil {
		return nil, err
	}
	next = result.Next
	if result.Skip {
		skipped = true
		return next, nil
	}
	sent, response, err := w.request(ctx, w.item, result.Request)
	if err != nil {
		return nil, err
	}
	after := w.execution(script.Test, sent)
	after.Response = response
	if result, err = w.scripts(ctx, after); err != nil {
		return nil, err
	}
	if result.Next != nil {
		next = result.Next
	}
	return next, nil
}

// execution is what the scripts of an event see.
func (w *worker) execution(event string, request json.RawMessage) *script.Execution {
	return &script.Execution{
		Event: event, Iteration: w.cursor.Iteration, Iterations: w.cursor.Cycles, ID: w.item.ID, Name: w.item.Name,
		Scopes: w.scopes, Request: request, Path: append([]string{w.item.Collection().Name}, w.item.Names()...),
	}
}

// scripts runs the scripts of an event. A failing one does not keep the next from
// running, unless the run ends after a failure.
func (w *worker) scripts(ctx context.Context, e *script.Execution) (*script.Result, error) {
	all := &script.Result{}
	for _, s := range w.item.EventScripts(e.Event) {
		result := &script.Result{}
		program, err := w.programs.get(s)
		if err == nil {
			w.hold()
			result = w.sandbox.Run(ctx, program, e)
			w.release()
		} else if !errors.As(err, &result.Err) {
			result.Err = &script.Error{Name: "SyntaxError", Message: err.Error()}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		failed := result.Err != nil
		for _, a := range result.Assertions {
			failed = failed || a.Err != nil
			w.emit(Event{Assertion: &Assertion{Cursor: w.cursor, Item: w.item, Event: e.Event, Assertion: a}})
		}
		w.emit(Event{Script: &Script{Cursor: w.cursor, Item: w.item, Event: e.Event, Owner: s.Owner, Err: result.Err, Scopes: w.scopes}})
		if result.Next != nil {
			all.Next = result.Next
		}
		if result.Request != nil {
			all.Request, e.Request = result.Request, result.Request
		}
		all.Skip = all.Skip || result.Skip
		if err := w.bail(failed, result.Err != nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// bail ends the run or the iteration where the options say so. failed says that a test
// failed or something threw, broke that it was more than a test.
func (w *worker) bail(failed, broke bool) error {
	w.failed = w.failed || failed
	switch {
	case w.o.Bail == BailFailure && failed, w.o.Bail == BailFolder && broke:
		return &bailed{}
	case w.o.Bail == BailIteration && failed:
		return &bailed{iteration: true}
	}
	return nil
}

// request makes the request of an item, as a script may have changed it. sent is the
// request as it went out; response has no code when there was none.
func (w *worker) request(ctx context.Context, item *collection.Item, changed json.RawMessage) (sent json.RawMessage, response *script.Response, err error) {
	if err := w.wait(ctx); err != nil {
		return nil, nil, err
	}
	event := &Request{Cursor: w.cursor, Item: item}
	x, sent, failure := w.send(ctx, item, changed, w.scopes)
	event.Sent, event.Err = sent, failure
	if x != nil {
		event.Method, event.URL, event.Response, event.Timing = x.sent.Method, x.sent.URL.String(), x.response, x.timing
	} else {
		event.Method, event.URL = methodAndURL(sent, item)
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	w.emit(Event{Request: event})
	if failure != nil {
		return sent, &script.Response{}, w.bail(true, true)
	}
	return sent, x.response, nil
}

// wait keeps the distance between requests.
func (w *worker) wait(ctx context.Context) error {
	if w.started.Add(1) > 1 && w.o.Delay > 0 {
		timer := time.NewTimer(w.o.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if w.o.Pace != nil {
		return w.o.Pace(ctx)
	}
	return nil
}

// runRequest makes a request of the collection for a script.
func (w *worker) runRequest(ctx context.Context, ref string, variables map[string]any) (*script.Response, error) {
	item, err := w.item.Collection().Find(ref)
	if err != nil {
		return nil, err
	}
	scopes := *w.scopes
	scopes.Locals = cloneScope(scopes.Locals)
	for key, value := range variables {
		scopes.Locals.Values = append(scopes.Locals.Values, script.Variable{Key: key, Value: value})
	}
	x, sent, failure := w.send(ctx, item, nil, &scopes)
	event := &Request{Cursor: w.cursor, Item: item, Sent: sent, Err: failure, Script: true}
	if failure != nil {
		event.Method, event.URL = methodAndURL(sent, item)
		w.emit(Event{Request: event})
		return nil, failure
	}
	event.Method, event.URL, event.Response, event.Timing = x.sent.Method, x.sent.URL.String(), x.response, x.timing
	w.emit(Event{Request: event})
	return x.response, nil
}

// sendRequest makes a request of pm.sendRequest: what it says goes out as it is, without
// the auth and the behavior of the item.
func (w *worker) sendRequest(ctx context.Context, request json.RawMessage) (*script.Response, error) {
	item, err := collection.NewItem(w.item.Name, request, json.RawMessage(`{"disableBodyPruning": true}`))
	if err != nil {
		return nil, fmt.Errorf("pm.sendRequest: %w", err)
	}
	if err := w.wait(ctx); err != nil {
		return nil, err
	}
	x, sent, err := w.exchange(ctx, item)
	event := &Request{Cursor: w.cursor, Item: w.item, Sent: sent, Err: err, Script: true}
	if x != nil {
		event.Method, event.URL, event.Response, event.Timing = x.sent.Method, x.sent.URL.String(), x.response, x.timing
	} else {
		event.Method, event.URL = methodAndURL(sent, item)
	}
	w.emit(Event{Request: event})
	if err != nil {
		return nil, err
	}
	return x.response, nil
}
