package script

import (
	"context"
	"slices"
	"time"
)

// loop runs what a script waits for: timers, and answers that come from elsewhere.
type loop struct {
	timers []*timer // by due time
	next   int64
	tasks  chan func() error
	// waiting counts the answers that are to come.
	waiting int
	// generation tells answers of an earlier script from those of this one.
	generation int
}

type timer struct {
	id     int64
	due    time.Time
	every  time.Duration // of an interval
	repeat bool
	fire   func() error
}

func newLoop() *loop { return &loop{tasks: make(chan func() error, 64)} }

// add starts a timer.
func (l *loop) add(after time.Duration, repeat bool, fire func() error) int64 {
	l.next++
	l.place(&timer{id: l.next, due: time.Now().Add(after), every: max(after, time.Millisecond), repeat: repeat, fire: fire})
	return l.next
}

func (l *loop) place(t *timer) {
	at, _ := slices.BinarySearchFunc(l.timers, t, func(a, b *timer) int {
		if n := a.due.Compare(b.due); n != 0 {
			return n
		}
		return int(a.id - b.id)
	})
	l.timers = slices.Insert(l.timers, at, t)
}

func (l *loop) remove(id int64) {
	l.timers = slices.DeleteFunc(l.timers, func(t *timer) bool { return t.id == id })
}

// elsewhere runs work in a goroutine of its own; done takes what it gives back here.
func (l *loop) elsewhere(ctx context.Context, work func() (done func() error)) {
	l.waiting++
	generation := l.generation
	go func() {
		done := work()
		select {
		case l.tasks <- func() error {
			if generation != l.generation {
				return nil // its script has ended
			}
			l.waiting--
			return done()
		}:
		case <-ctx.Done():
		}
	}()
}

// run works until there is nothing to wait for.
func (l *loop) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var due <-chan time.Time
		if len(l.timers) > 0 {
			wait := time.Until(l.timers[0].due)
			if wait <= 0 {
				if err := unbroken(l.fire); err != nil {
					return err
				}
				continue
			}
			t := time.NewTimer(wait)
			defer t.Stop()
			due = t.C
		} else if l.waiting == 0 {
			return nil
		}
		select {
		case task := <-l.tasks:
			if err := unbroken(task); err != nil {
				return err
			}
		case <-due:
		case <-ctx.Done():
		}
	}
}

// unbroken runs a stretch of a script.
func unbroken(stretch func() error) error {
	began := time.Now()
	if err := stretch(); err != nil {
		return err
	}
	if err := stretched(began); err != nil {
		return err
	}
	return nil
}

// fire runs the first timer.
func (l *loop) fire() error {
	t := l.timers[0]
	l.timers = l.timers[1:]
	if t.repeat {
		t.due = time.Now().Add(t.every)
		l.place(t)
	}
	return t.fire()
}

// clear forgets everything.
func (l *loop) clear() {
	l.timers, l.waiting = nil, 0
	l.generation++
}
