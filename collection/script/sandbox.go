package script

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// mostFrames bounds how deep functions may call each other.
const mostFrames = 2000

// Sandbox is one virtual machine. It is for one goroutine at a time.
type Sandbox struct {
	o          Options
	vm         *goja.Runtime
	begin, end goja.Callable
	modules    *modules
	sending    sync.Mutex
	own        map[string]bool // the enumerable globals of its own
	left       bool            // a script may have added to them

	// Of the execution that runs.
	ctx      context.Context
	now      *Execution
	program  *Program
	result   *Result
	loop     *loop
	rejected map[*goja.Promise]bool
}

// New makes a sandbox.
func New(o Options) (*Sandbox, error) {
	s := &Sandbox{o: o, vm: goja.New(), loop: newLoop()}
	s.vm.SetMaxCallStackSize(mostFrames)
	s.vm.SetPromiseRejectionTracker(func(p *goja.Promise, op goja.PromiseRejectionOperation) {
		if op == goja.PromiseRejectionHandle {
			delete(s.rejected, p)
		} else if s.rejected != nil {
			s.rejected[p] = true
		}
	})
	if err := s.setUp(); err != nil {
		return nil, fmt.Errorf("the script sandbox cannot be made: %w", err)
	}
	s.own = make(map[string]bool)
	for _, key := range s.vm.GlobalObject().Keys() {
		s.own[key] = true
	}
	return s, nil
}

// Close ends what is left of the last script.
func (s *Sandbox) Close() { s.loop.clear() }

// Forget takes away what scripts have put on the global object, so that those that
// follow find none of it.
func (s *Sandbox) Forget() {
	if !s.left {
		return
	}
	s.left = false
	global := s.vm.GlobalObject()
	for _, key := range global.Keys() {
		if !s.own[key] {
			_ = global.Delete(key)
		}
	}
}

// Texts of newman's, which users know.
const (
	syncTimeout  = "sandbox: synchronous script execution timeout"
	asyncTimeout = "sandbox: asynchronous script execution timeout"
)

// interruption is why the machine was stopped.
type interruption struct{ name, message string }

// Run runs a script to its end, timers and requests that it waits for included.
func (s *Sandbox) Run(ctx context.Context, p *Program, e *Execution) (result *Result) {
	result = &Result{}
	defer func() {
		if r := recover(); r != nil {
			result.Err = &Error{Name: "InternalError", Message: fmt.Sprint("the sandbox failed: ", r)}
		}
		s.vm.ClearInterrupt()
		s.loop.clear()
		s.now, s.ctx = nil, nil
	}()
	if s.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.Timeout)
		defer cancel()
	}
	s.ctx, s.now, s.result = ctx, e, result
	s.left = s.left || p.leaves
	s.rejected = make(map[*goja.Promise]bool)
	defer s.guard(ctx)()
	if _, err := s.begin(goja.Undefined()); err != nil {
		result.Err = s.errorOf(err, p)
		return result
	}
	result.Err = s.execute(ctx, p)
	s.vm.ClearInterrupt()
	s.finish(p)
	return result
}

// execute runs the program and what it waits for.
func (s *Sandbox) execute(ctx context.Context, p *Program) *Error {
	began := time.Now()
	value, err := s.vm.RunProgram(p.compiled)
	if err != nil {
		return s.errorOf(err, p)
	}
	call, _ := goja.AssertFunction(value)
	value, err = call(s.vm.GlobalObject())
	if err != nil {
		return s.errorOf(err, p)
	}
	if err := stretched(began); err != nil {
		return err
	}
	if err := s.loop.run(ctx); err != nil {
		var own *Error
		if errors.As(err, &own) {
			return own
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return &Error{Name: "Error", Message: asyncTimeout}
		}
		return s.errorOf(err, p)
	}
	if promise, ok := value.Export().(*goja.Promise); ok {
		switch promise.State() {
		case goja.PromiseStateRejected:
			return s.thrown(promise.Result(), p)
		case goja.PromiseStatePending:
			return &Error{Name: "Error", Message: "the script waits for a promise that never comes to an end"}
		}
	}
	for promise := range s.rejected {
		return s.thrown(promise.Result(), p)
	}
	return nil
}

// guard stops the machine when time is up, the context ends, or memory runs out.
func (s *Sandbox) guard(ctx context.Context) (stop func()) {
	var once sync.Once // the machine may take a while to stop, and the first reason counts
	interrupt := func(name, message string) {
		once.Do(func() { s.vm.Interrupt(interruption{name, message}) })
	}
	watch := watchMemory(func() {
		interrupt("RangeError", fmt.Sprintf("the script took more than %d MiB of memory", mostMemory>>20))
	})
	if ctx.Done() == nil {
		return watch
	}
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		interrupt("Error", whyEnded(ctx))
	})
	return func() {
		if !unhook() {
			<-ended // or it would stop the next script
		}
		watch()
	}
}

// whyEnded puts the end of a context into words.
func whyEnded(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return syncTimeout
	}
	return "the run was ended"
}

// finish takes over what the script left: tests, variables, the request.
func (s *Sandbox) finish(p *Program) {
	s.program = p
	if _, err := s.end(goja.Undefined()); err != nil && s.result.Err == nil {
		s.result.Err = s.errorOf(err, p)
	}
}

// assertion takes a test over: its name, its number, whether it was skipped and, when it
// failed, the error's name, message and stack.
func (s *Sandbox) assertion(call goja.FunctionCall) goja.Value {
	text := func(i int) string { return call.Arguments[i].String() }
	a := Assertion{Name: text(0), Index: int(call.Arguments[1].ToInteger()), Skipped: call.Arguments[2].ToBoolean()}
	if len(call.Arguments) > 3 {
		a.Err = s.program.placed(&Error{Name: text(3), Message: text(4), Stack: text(5)})
	}
	s.result.Assertions = append(s.result.Assertions, a)
	return goja.Undefined()
}

// changed takes the variables of a scope over.
func (s *Sandbox) changed(name string, list goja.Value) {
	if scope := s.scopeOf(name); scope != nil {
		scope.Values = variablesOf(list)
	}
}

// requested takes a request over that the script has changed.
func (s *Sandbox) requested(text string) { s.result.Request = []byte(text) }

// errorOf puts what stopped the machine into words.
func (s *Sandbox) errorOf(err error, p *Program) *Error {
	var interrupted *goja.InterruptedError
	var exception *goja.Exception
	var overflow *goja.StackOverflowError
	switch {
	case errors.As(err, &interrupted):
		if why, ok := interrupted.Value().(interruption); ok {
			return &Error{Name: why.name, Message: why.message}
		}
	case errors.As(err, &overflow):
		return &Error{Name: "RangeError", Message: "Maximum call stack size exceeded"}
	case errors.As(err, &exception):
		e := s.thrown(exception.Value(), p)
		if e.Line == 0 {
			for _, frame := range exception.Stack() {
				if frame.SrcName() == p.name {
					place := frame.Position()
					e.Line, e.Column = p.place(place.Line, place.Column)
					break
				}
			}
		}
		return e
	}
	return &Error{Name: "Error", Message: err.Error()}
}

// thrown describes a value that was thrown.
func (s *Sandbox) thrown(value goja.Value, p *Program) *Error {
	e := &Error{Name: "Error"}
	object, ok := value.(*goja.Object)
	if !ok {
		if value != nil {
			e.Message = value.String()
		}
		return e
	}
	text := func(key string) string {
		if v := object.Get(key); v != nil && !goja.IsUndefined(v) {
			return v.String()
		}
		return ""
	}
	if e.Name, e.Message, e.Stack = text("name"), text("message"), text("stack"); e.Name == "" {
		e.Name = "Error"
	}
	if e.Message == "" && e.Stack == "" {
		e.Message = object.String()
	}
	return p.placed(e)
}

// placed finds the place of an error in its stack.
func (p *Program) placed(e *Error) *Error {
	at := strings.Index(e.Stack, p.name+":")
	if at < 0 {
		return e
	}
	var line, column int
	if n, _ := fmt.Sscanf(e.Stack[at+len(p.name):], ":%d:%d", &line, &column); n == 2 {
		e.Line, e.Column = p.place(line, column)
	}
	return e
}

// place is a place of the compiled text in the script's own.
func (p *Program) place(line, column int) (int, int) {
	if line == 1 {
		column = max(column-p.prefix, 1)
	}
	return line, column
}

// elapsed is a moment as scripts count.
func elapsed(d time.Duration) float64 { return float64(d.Milliseconds()) }
