package runner

import (
	"context"
	"crypto/rand"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request/sign"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// Run runs a collection. What goes wrong in it is in its events; the error is for what
// keeps it from starting (a *SelectError, a collection without requests), and for a
// context that ended.
func Run(ctx context.Context, o Options) error {
	items, err := Items(o.Collection, o.Folders, o.Exclude)
	if err != nil {
		return err
	}
	r := &run{o: o, items: items, programs: newPrograms(), ctx: ctx, tokens: &sign.Tokens{}, seed: vars.Run{ID: rand.Text(), Started: time.Now()}}
	if r.o.Iterations == 0 {
		r.o.Iterations = max(len(o.Data), 1)
		if o.Data != nil && len(o.Data) == 0 {
			r.o.Iterations = 0
		}
	}
	if r.o.Jar == nil {
		r.o.Jar = NewJar()
	}
	r.scopes = script.Scopes{
		Environment: orEmpty(o.Environment), Globals: orEmpty(o.Globals),
		Collection: NewScope(o.Collection.ID, o.Collection.Name, o.Collection.Variables()), Locals: &script.Scope{},
	}
	o.Emit(Event{Start: &Start{
		Collection: o.Collection, Items: items, Iterations: r.o.Iterations, At: time.Now(),
		Environment: cloneScope(r.scopes.Environment), Globals: cloneScope(r.scopes.Globals),
	}})
	err = r.iterations(ctx)
	end := &Finish{At: time.Now(), Err: err, Bailed: r.stopped.Load(), Environment: r.scopes.Environment, Globals: r.scopes.Globals, Collection: r.scopes.Collection}
	o.Emit(Event{Finish: end})
	return err
}

func orEmpty(s *script.Scope) *script.Scope {
	if s == nil {
		return &script.Scope{}
	}
	return s
}

// run is the state that all iterations share.
type run struct {
	o        Options
	ctx      context.Context
	items    []*collection.Item
	programs *programs
	scopes   script.Scopes
	seed     vars.Run
	tokens   *sign.Tokens

	emitting sync.Mutex
	started  atomic.Int64 // requests, for dynamic variables and the delay
	stopped  atomic.Bool  // no iteration starts any more
}

// iterations runs all of them, one after the other or several at once.
func (r *run) iterations(ctx context.Context) error {
	if r.o.Parallel <= 1 {
		c := newClient(r.o.Net, r.o.Jar)
		defer c.close()
		w, err := r.worker(c, &r.scopes, r.o.Emit)
		if err != nil {
			return err
		}
		defer w.close()
		for i := 0; i < r.o.Iterations && !r.stopped.Load(); i++ {
			if err := w.iteration(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(r.o.Parallel, r.o.Iterations) {
		g.Go(func() error {
			a, err := r.apart()
			if err != nil {
				return err
			}
			defer a.close()
			for i := int(next.Add(1) - 1); i < r.o.Iterations && !r.stopped.Load(); i = int(next.Add(1) - 1) {
				if err := a.iteration(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// apart runs iterations beside others: each with variables and cookies of its own, and
// its events come together at its end. Sandbox and connections are those of the iteration
// before; no two iterations share them at once.
type apart struct {
	*worker
	events []Event
}

func (r *run) apart() (*apart, error) {
	a := &apart{}
	var err error
	a.worker, err = r.worker(newClient(r.o.Net, NewJar()), nil, func(e Event) { a.events = append(a.events, e) })
	return a, err
}

func (a *apart) close() {
	a.worker.close()
	a.client.close()
}

func (a *apart) iteration(ctx context.Context, i int) error {
	r := a.run
	a.events = nil
	a.client.jar.reset(r.o.Jar)
	a.scopes = &script.Scopes{
		Environment: cloneScope(r.scopes.Environment), Globals: cloneScope(r.scopes.Globals),
		Collection: cloneScope(r.scopes.Collection), Locals: &script.Scope{},
	}
	err := a.worker.iteration(ctx, i)
	r.emitting.Lock()
	defer r.emitting.Unlock()
	for _, e := range a.events {
		r.o.Emit(e)
	}
	return err
}

// data is the row of an iteration: the last one again when there are not enough.
func (r *run) data(i int) map[string]any {
	if len(r.o.Data) == 0 {
		return nil
	}
	return maps.Clone(r.o.Data[min(i, len(r.o.Data)-1)])
}

// programs compiles each script once.
type programs struct {
	mu       sync.Mutex
	compiled map[collection.Script]compiled
}

type compiled struct {
	program *script.Program
	err     error
}

func newPrograms() *programs { return &programs{compiled: make(map[collection.Script]compiled)} }

func (p *programs) get(s collection.Script) (*script.Program, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, known := p.compiled[s]
	if !known {
		name := "prerequest-script"
		if s.Event == script.Test {
			name = "test-script"
		}
		c.program, c.err = script.Compile(name, s.Source)
		p.compiled[s] = c
	}
	return c.program, c.err
}

// bailed says that the run, or the iteration, ends early.
type bailed struct{ iteration bool }

func (b *bailed) Error() string {
	if b.iteration {
		return "the iteration ends after a failure"
	}
	return "the run ends after a failure"
}
