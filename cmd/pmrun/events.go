package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/report"
)

// slowestReader is how long a run waits, in all, for a reader of --events that does
// not catch up.
const slowestReader = 10 * time.Second

// verbReport is the one verb that replays a stream.
const verbReport = "report"

// eventStream is what --events asked for. A nil one swallows everything. A
// message that cannot be written ends the stream, never the run.
type eventStream struct {
	app    *app
	verb   string
	queue  *report.Queue // nil in a replay, which may wait for its reader
	buffer *bufio.Writer // of a replay
	events *report.Events
	begun  bool
	// finish is the last message, kept until the exit code is known.
	finish *batch.Finish
	failed bool
}

// withEvents calls do, with a stream of events when the settings ask for one. The
// stream on standard output moves everything else that do prints there to
// standard error. Its last message has the exit code that the error of do means.
func (a *app) withEvents(s *settings, verb string, do func(*app) error) error {
	if s.Events == "" {
		return do(a)
	}
	out, closeOut := a.stdout, func(bool) error { return nil }
	if s.Events == "-" {
		outer, moved := a, *a
		moved.stdout = a.stderr
		a = &moved
		defer func() { outer.masker = moved.masker }()
	} else {
		f, made, err := createEvents(s.Events)
		if err != nil {
			return err
		}
		out, closeOut = f, func(empty bool) error {
			err := f.Close()
			if empty && made {
				err = errors.Join(err, os.Remove(s.Events))
			}
			return err
		}
	}
	s.stream = newEventStream(a, out, verb)
	err := do(a)
	s.stream.end(exitCode(err))
	if cerr := closeOut(!s.stream.begun); cerr != nil {
		fmt.Fprintf(a.stderr, "the events in %s may not be complete: %s\n", s.Events, cerr)
	}
	return err
}

func newEventStream(a *app, out io.Writer, verb string) *eventStream {
	s := &eventStream{app: a, verb: verb}
	if verb == verbReport {
		s.buffer = bufio.NewWriter(out)
		out = s.buffer
	} else {
		s.queue = report.NewQueue(out, slowestReader)
		out = s.queue
	}
	s.events = report.NewEvents(out, tool(), verb)
	return s
}

func (s *settings) eventsFlag(f *pflag.FlagSet) {
	f.StringVar(&s.Events, "events", "", "write what happens as NDJSON to `FILE`, or to standard output with -")
	s.ofJob("events")
}

// leftOut tells the stream of the rows that were settled before the run began:
// those that preflight left out of a load.
func (s *sending) leftOut(ctx context.Context) error {
	if s.settings.stream == nil || s.settings.stream.verb != "load" {
		return nil
	}
	for rec, err := range s.ledger.Records(context.WithoutCancel(ctx), 0) {
		if err != nil {
			return err
		}
		s.settings.stream.emit(batch.Event{Row: &batch.RowResult{Record: rec}})
	}
	return nil
}

// createEvents opens the file of a stream. One that holds something is not
// overwritten; made says that it was not there.
func createEvents(path string) (f *os.File, made bool, err error) {
	fail := func(err error) (*os.File, bool, error) {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, false, fmt.Errorf("cannot write the events to %s: %w; name another file with --events", path, err)
	}
	f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		return f, true, nil
	}
	if !errors.Is(err, os.ErrExist) {
		return fail(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	if info.Mode().IsRegular() && info.Size() > 0 {
		return fail(errors.New("the file is there already"))
	}
	if f, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil { // a pipe, a device, an empty file
		return fail(err)
	}
	return f, false, nil
}

// emit writes an event, but the last: only end knows the exit code.
func (s *eventStream) emit(e batch.Event) {
	switch {
	case s == nil || s.failed:
	case e.Finish != nil:
		s.finish = e.Finish
	default:
		s.begun = s.begun || e.Start != nil
		s.report(s.events.Handle(e))
	}
}

// end writes the last message of a stream that has begun, and waits until the
// reader has all of it.
func (s *eventStream) end(code int) {
	if s.begun && !s.failed {
		finish := batch.Finish{Finished: time.Now()}
		if s.finish != nil {
			finish = *s.finish
		}
		finish.ExitCode = code
		s.report(s.events.Handle(batch.Event{Finish: &finish}))
	}
	var err error
	if s.queue != nil {
		err = s.queue.Close()
	} else {
		err = s.buffer.Flush()
	}
	if !s.failed {
		s.report(err)
	}
}

// report says once that the stream has ended before its time.
func (s *eventStream) report(err error) {
	if err == nil {
		return
	}
	s.failed = true
	fmt.Fprintf(s.app.stderr, "the events end here: %s; nothing else does. The ledger has everything: \"pmrun report RUNDIR --events FILE\" writes all of them\n", err)
}

// Handle and Close make the stream a report.Handler for a replay: what is wrong
// with its reader does not keep the other reports from being written.
func (s *eventStream) Handle(e batch.Event) error {
	s.emit(e)
	return nil
}

// Close does nothing: the stream ends with the command.
func (s *eventStream) Close() error { return nil }
