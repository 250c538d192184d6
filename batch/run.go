package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// Engine runs a load: rows come from Source, go through the ledger to the wire
// and back into the ledger. Every field is needed that does not say otherwise.
//
//	source -> recorder -> ledger (intent, durable) -> gate (permit) -> worker -> recorder -> ledger (outcome)
//
// The recorder is one goroutine and owns the ledger: what arrives while it
// commits goes into the next commit together.
type Engine struct {
	Source Source
	Ledger Ledger
	// Steps are the requests of a row, in order: one or more. BatchSize and
	// LookupFirst go with one only.
	Steps  []Step
	Sender Sender
	Pacer  Pacer
	Masker *vars.Masker
	// Skip reports rows that are not to be sent: they have a record already.
	// Recorded reports rows that are to be sent and have one: rows of an earlier
	// run that went back to Pending, and those that a person sends again.
	Skip, Recorded func(row int64) bool
	// Emit receives live events, from one goroutine.
	Emit func(Event)

	// Total counts the rows of the file, Base the rows recorded before this run.
	Total       int64
	Base        Counts
	Concurrency int
	// Retries bounds how often a row is tried again after an end that provably
	// created nothing. Waiting out a rate limit does not count; it is bounded
	// by MaxWait a row.
	Retries int
	MaxWait time.Duration
	Stop    StopRules
	// LookupFirst, when not nil, is asked before each row is sent: rows that the
	// server has already are Skipped.
	LookupFirst *Finder
	// BatchSize is how many rows share a request, at most; 0 and 1 are one. With
	// more, the step's Template has a list, BatchJudge is needed, and LookupFirst and
	// Capture are not used. Rows that have a record already are sent alone.
	BatchSize  int
	BatchJudge BatchJudge
	// Scripts, when not nil, runs the scripts of the steps; it is not used with BatchSize.
	Scripts Scripts
	// Renewal, when not nil, replaces a token that the server refuses, and with
	// it Template, Masker and LookupFirst.
	Renewal *Renewal
	// First ends the run after that many rows, as if interrupted; 0 for all.
	First int64
	// RunID seeds the jitter of waits.
	RunID string
}

// Ended says how a run came to its end, when that was not its last row.
type Ended struct {
	// Rule is the reason of the stop rule that held.
	Rule string
	// Cut says that rows were left that were to be sent: by a rule, because the
	// context ended, or because First was reached.
	Cut bool
}

// task is a request on its way: a row, and those that share its request.
type task struct {
	row     Row
	more    []Row         // they have no record from before, and as many attempts as row
	prior   *Record       // its record before this run, if it had one
	attempt int           // number of the attempt, from 1
	retries int           // retries used up
	logins  int           // attempts that the server answered with a question for credentials
	waited  time.Duration // spent waiting out rate limits
	due     time.Time     // when a retry may start
	renewed bool          // it goes out again with another token

	// Of a row with several steps or scripts:
	step     int          // the one that is sent, from 0
	done     []StepRecord // those before it that are done
	scripts  RowScripts   // nil before the row's first attempt in this run
	captures map[string]string
	ref      string // of the last step that had one
}

// end is what a worker reports of a task.
type end struct {
	task *task
	kind EntryKind
	Record
	// own holds the records of all rows of the task, the first included, where
	// they do not share Record.
	own []Record
	// next is the step that the row goes on with when this one is done; steps are what
	// the ledger learns of a row that has several.
	next  int
	steps []StepRecord
	// retry says that the row may be sent again, wait how long the server asked
	// to hold off (asked), limited that it was for a rate limit,
	// login that the server asked for credentials only. held says that the
	// attempt had the turn.
	retry, asked, limited, login, held bool
	wait                               time.Duration
	token                              int // number of the token that was sent
}

// Run sends every row that Skip does not name, and returns when each has a
// durable outcome. When ctx ends or a stop rule holds, no new attempt starts;
// those in flight are waited for (the sender bounds them), and the rest stays
// Pending. An error means that the ledger or the source failed: nothing more
// was sent, and what could not be recorded is Sending in the ledger.
func (e *Engine) Run(ctx context.Context) (Ended, error) {
	lookahead := e.lookahead()
	limit := e.Concurrency + lookahead
	r := &recorder{
		Engine:    e,
		lookahead: lookahead,
		limit:     limit,
		counts:    e.Base,
		watch:     stopwatch{rules: e.Stop},
		rows:      make(chan []Row, lookahead),
		ready:     make(chan *task, limit),
		ends:      make(chan end, limit),
		wake:      make(chan struct{}, 1),
		halt:      make(chan struct{}),
		turn:      newTurn(),
		token:     renewal{done: make(chan renewed, 1)},
	}
	first := Fresh{Masker: e.Masker, LookupFirst: e.LookupFirst}
	for _, step := range e.Steps {
		first.Templates = append(first.Templates, step.Template)
	}
	r.current.Store(&current{Fresh: first})
	// Attempts in flight outlive the stop: they are bounded by the sender.
	flight := context.WithoutCancel(ctx)
	asking, stopAsking := context.WithCancel(flight)
	defer stopAsking()
	r.asking, r.stopAsking = asking, stopAsking
	var g errgroup.Group
	g.Go(func() error { return r.read(ctx) })
	for range e.Concurrency {
		g.Go(func() error { return r.work(flight) })
	}
	g.Go(func() error { return r.record(ctx) })
	err := g.Wait()
	return Ended{Rule: r.watch.reason, Cut: r.left || r.unread || len(r.rows) > 0}, err
}

// lookahead is how many rows have a durable intent before a connection is free:
// enough to keep the wire busy, and few when the pace is slow, because a crash
// leaves each of them unknown.
func (e *Engine) lookahead() int {
	rate := e.Pacer.Rate()
	if rate == 0 {
		return e.Concurrency
	}
	const ahead = 0.05 // seconds
	return min(max(int(math.Ceil(rate*ahead)), 1), e.Concurrency)
}

// recorder is the state of one Run. The fields below the channels belong to the
// recording goroutine alone.
type recorder struct {
	*Engine
	// lookahead bounds the intents that wait at the gate, limit all intents
	// without an end: never more than twice the concurrency.
	lookahead, limit int

	rows  chan []Row    // reader -> recorder, a request each; the reader closes it
	ready chan *task    // recorder -> gate: intents that are durable
	ends  chan end      // workers -> recorder; has room for every intent
	wake  chan struct{} // gate -> recorder: few ready tasks are left
	halt  chan struct{} // closed by the recorder: no attempt starts any more
	// asking ends with halt: look-ups before sending are not waited for.
	asking     context.Context
	stopAsking context.CancelFunc
	gate       sync.Mutex
	turn       *turn
	// current is what is sent; the recorder stores it, workers load it.
	current atomic.Pointer[current]
	// unread is the reader's: it left rows behind.
	unread bool

	sending  int     // intents without an end
	waiting  []*task // retries, by due time
	token    renewal
	eof      bool  // every row was read
	draining bool  // halt is closed
	left     bool  // rows were taken and not sent
	broken   error // why no more rows can be taken
	watch    stopwatch
	counts   Counts
	entries  []Entry
	intended []*task
	settled  []Record
	held     bool      // the turn is to be given back
	linger   time.Time // until when the next commit waits for more; zero when it does not
}

// read feeds rows to the recorder, those of a request together.
func (r *recorder) read(ctx context.Context) error {
	defer close(r.rows)
	var together gathering
	for taken := int64(0); ; {
		row, err := r.Source.Next()
		if errors.Is(err, io.EOF) {
			r.feed(ctx, together.take())
			return nil
		}
		if err != nil {
			r.feed(ctx, together.take())
			return fmt.Errorf("reading the run's copy of the data: %w", err)
		}
		if r.Skip(row.Num) {
			continue
		}
		if taken == r.First && r.First > 0 {
			r.feed(ctx, together.take())
			r.unread = true
			return nil
		}
		taken++
		alone := r.Recorded(row.Num)
		if alone && !r.feed(ctx, together.take()) {
			return nil
		}
		together.add(row)
		if alone || together.full(r.BatchSize) {
			if !r.feed(ctx, together.take()) {
				return nil
			}
		}
	}
}

// feed hands the rows of a request to the recorder. It reports whether there may
// be more; otherwise they were left behind.
func (r *recorder) feed(ctx context.Context, rows []Row) bool {
	if len(rows) == 0 {
		return true
	}
	select {
	case r.rows <- rows:
		return true
	case <-ctx.Done():
	case <-r.halt:
	}
	r.unread = true
	return false
}

// work sends tasks one after the other.
func (r *recorder) work(ctx context.Context) error {
	var filled request.Filled
	for {
		t, held := r.take()
		if t == nil {
			return nil
		}
		e := r.attempt(ctx, t, &filled)
		e.held = held
		r.ends <- e
	}
}

// take waits for a task and for the permit to send it, in this order: the
// permit is taken after the intent is durable. One worker at a time stands at
// the gate, so that at most one task waits there. It returns nil when there is
// nothing more to send. held says that it has the turn.
func (r *recorder) take() (t *task, held bool) {
	r.gate.Lock()
	defer r.gate.Unlock()
	select {
	case t = <-r.ready:
	case <-r.halt:
		return nil, false
	}
	if r.low() {
		select {
		case r.wake <- struct{}{}:
		default: // the recorder has been woken already
		}
	}
	held = r.turn.take(r.current.Load().Templates[t.step].Digest(), r.halt)
	for !r.halted() {
		wait := r.Pacer.Take(time.Now())
		if wait == 0 {
			return t, held
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-r.halt:
		}
		timer.Stop()
	}
	r.turn.giveBack(held)
	r.ends <- end{task: t, kind: Withdraw}
	return nil, false
}

func (r *recorder) halted() bool {
	select {
	case <-r.halt:
		return true
	default:
		return false
	}
}
