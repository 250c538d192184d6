package main

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"slices"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/report"
)

// sending is a run that may send: everything was checked and recorded.
type sending struct {
	*prepared
	settings *settings
	dir      batch.RunDir
	ledger   batch.Ledger
	start    *batch.Start
	sender   batch.Sender
	which    []batch.Status // rows with another status are left alone
}

// resumeHint is the command that goes on with the run.
func (s *sending) resumeHint() string {
	hint := fmt.Sprintf("pmrun resume %s", s.dir)
	if s.start.Mock {
		hint += " --mock"
	}
	return hint
}

// began opens the stream of events, if there is one.
func (s *sending) began() {
	s.start.Dir = string(s.dir)
	s.settings.stream.emit(batch.Event{Start: s.start})
}

// send runs the engine over the run directory's copy of the rows, then writes
// the reports.
func (a *app) send(ctx context.Context, s *sending) error {
	rows, err := selectRows(context.WithoutCancel(ctx), s.ledger, s.start.Facts.Rows, s.which)
	if err != nil {
		return err
	}
	src, err := openInputAt(s.dir, s.start, rows.first())
	if err != nil {
		return err
	}
	defer src.Close()
	rules, err := s.job.StopRules(s.start.Facts.Rows)
	if err != nil {
		return err
	}
	s.began()
	if err := s.leftOut(ctx); err != nil {
		return err
	}
	handlers := []report.Handler{s.settings.stream}
	if !s.settings.Quiet && !s.settings.NoProgress {
		handlers = append(handlers, report.NewProgress(a.stderr, isTerminal(a.stderr)))
	}
	watch := &batch.RateWatch{Sender: s.sender, Rate: s.rate.PerSecond, Connections: *s.job.Concurrency}
	clock := &batch.ClockWatch{Sender: watch}
	engine := s.engine(src, s.ledger, clock, rows)
	engine.Emit = func(e batch.Event) {
		if e.Progress != nil {
			if few := watch.Short(); few != nil {
				e.Progress.Needs = few.Needs
			}
		}
		for _, h := range handlers {
			_ = h.Handle(e) // progress that cannot be shown does not stop a load
		}
	}
	engine.Total, engine.Stop, engine.First = s.start.Facts.Rows, rules, s.settings.First
	if err := s.batch(engine); err != nil {
		return err
	}
	if engine.Scripts, err = s.scripts(engine); err != nil {
		return err
	}
	if s.job.LookupFirst {
		if engine.LookupFirst, err = s.finder(s.settings, watch); err != nil {
			return err
		}
		engine.LookupFirst.Pacer = engine.Pacer // one rate over both
	}
	if s.token != nil {
		engine.Renewal = &batch.Renewal{Every: tokenEvery, Fetch: func(ctx context.Context) (*batch.Fresh, error) {
			return s.renewed(ctx, engine)
		}}
	}
	ended, failure := engine.Run(ctx)
	engine.Emit(batch.Event{Finish: &batch.Finish{}})
	if s.settings.Reconcile && failure == nil && ctx.Err() == nil {
		if err := a.settleUnknown(ctx, s); err != nil {
			fmt.Fprintf(a.stderr, "the unknown rows could not be looked up: %s\n", err)
		}
	}
	return a.finish(ctx, s, ended, failure, append(clockWarnings(clock.Skew()), rateWarnings(watch)...)...)
}

// engine is what sends a request of the job for the selected rows of a source.
// Events, the total and the stop rules are the caller's.
func (p *prepared) engine(src batch.Source, l batch.Ledger, sender batch.Sender, rows *selection) *batch.Engine {
	return &batch.Engine{
		Source: src, Ledger: l, Steps: p.stepsOf(), Sender: sender,
		Pacer: pace.New(p.rate, *p.job.Burst), Masker: p.masker,
		Skip: rows.skip, Recorded: rows.hasRecord, Base: rows.base,
		Concurrency: *p.job.Concurrency, Retries: *p.job.Retries, MaxWait: time.Duration(p.job.MaxWait), RunID: p.run.ID,
	}
}

// capture is what the engine keeps of answers, nil when the job asks for nothing.
func (p *prepared) capture() func(*batch.Answer) (map[string]string, string) {
	if p.captures == nil {
		return nil
	}
	return p.captures.Capture
}

// finish records how the run ended, writes the reports, and returns the exit code.
func (a *app) finish(ctx context.Context, s *sending, ended batch.Ended, failure error, warnings ...string) error {
	ctx = context.WithoutCancel(ctx) // reports are written also after a signal
	if failure != nil {
		// What was on its way when the ledger failed may have been created.
		if _, err := s.ledger.Interrupted(ctx); err != nil {
			return &exitError{batch.ExitStopped, failure}
		}
	}
	counts, err := allCounts(ctx, s.ledger, s.start.Facts.Rows)
	if err != nil {
		return &exitError{batch.ExitStopped, errors.Join(failure, err)}
	}
	kind, finish := ended.Kind(), &batch.Finish{Finished: time.Now(), Warnings: warnings}
	switch {
	case failure != nil:
		kind, finish.Stopped = batch.StoppedByRule, failure.Error()
	case ended.Rule != "":
		finish.Stopped = fmt.Sprintf("%s. When that is mended: %s", ended.Rule, s.resumeHint())
	case ended.Cut:
		finish.Stopped = "interrupted; the same command again goes on with the rest"
		if n := counts[batch.Pending]; n > 0 {
			finish.Stopped = fmt.Sprintf("interrupted; %d rows are pending: %s", n, s.resumeHint())
		}
	}
	finish.ExitCode = batch.ExitCode(counts, kind)
	if err := batch.SaveFinish(ctx, s.ledger, finish); err != nil {
		return &exitError{batch.ExitStopped, errors.Join(failure, err)}
	}
	finish.Counts = counts
	s.settings.stream.emit(batch.Event{Finish: finish})
	if err := a.writeReports(ctx, s.dir, s.ledger, s.start, finish, s.settings); err != nil {
		return afterSending(s.dir, finish.ExitCode, err)
	}
	return exitWith(finish.ExitCode, failure)
}

// afterSending wraps an error that came after rows were sent: its code never says
// that nothing was, and the ledger has everything.
func afterSending(dir batch.RunDir, code int, err error) error {
	var exit *exitError
	if errors.As(err, &exit) {
		return err
	}
	return &exitError{max(code, batch.ExitStopped), fmt.Errorf("%w. The ledger is complete: \"pmrun report %s\" writes the reports again", err, dir)}
}

// closeLedger closes a run's ledger after the run; an error of it never makes the
// exit code say that nothing was sent.
func closeLedger(dir batch.RunDir, l batch.Ledger, err error) error {
	closing := l.Close()
	if closing == nil {
		return err
	}
	code := batch.ExitStopped
	var exit *exitError
	if errors.As(err, &exit) {
		code = max(code, exit.code)
		err = exit.err
	}
	return &exitError{code, errors.Join(err, fmt.Errorf("the ledger of %s: %w", dir, closing))}
}

// writeReports writes every report of a run from its ledger and its copy of the
// data, and hands its events to more handlers.
func (a *app) writeReports(ctx context.Context, dir batch.RunDir, l batch.Ledger, start *batch.Start, finish *batch.Finish, s *settings, more ...report.Handler) (err error) {
	src, err := openInput(dir, start)
	if err != nil {
		return err
	}
	defer src.Close()
	start.Dir = string(dir)
	handlers := append(more, s.reports(dir)...)
	if !s.Quiet {
		text := report.NewText(a.stdout)
		text.Words, _ = report.Language(s.Lang)
		handlers = append(handlers, text)
	}
	defer func() {
		for _, h := range handlers {
			err = errors.Join(err, h.Close())
		}
	}()
	_, err = report.Replay(ctx, l, src, start, finish, handlers...)
	var unbalanced *report.BalanceError
	if errors.As(err, &unbalanced) {
		return &exitError{batch.ExitBalance, err}
	}
	return err
}

// inputPath is the run directory's copy of the data, or with --no-copy the data
// file itself.
func inputPath(dir batch.RunDir, start *batch.Start) string {
	if start.Data != "" {
		return start.Data
	}
	return dir.Path(start.Facts.InputFile())
}

// openInput opens the rows of a run, as they were understood when it began. A
// data file that is no copy must still have its size and time.
func openInput(dir batch.RunDir, start *batch.Start) (batch.Source, error) {
	return openInputAt(dir, start, 1)
}

// openInputAt is openInput for a reader that needs no row before the one given.
func openInputAt(dir batch.RunDir, start *batch.Start, row int64) (batch.Source, error) {
	path := inputPath(dir, start)
	if start.Data != "" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("the run reads its rows from the data file (--no-copy): %w", err)
		}
		if info.Size() != start.Facts.Size || !info.ModTime().Equal(start.DataTime) {
			return nil, fmt.Errorf("refused: %s has changed since the run began, and the run has no copy (--no-copy); restore it", path)
		}
	}
	return sheet.ReopenAt(path, start.Facts, row)
}

// selection says, a bit a row, which rows are to be sent and which have a record.
type selection struct {
	send, recorded []uint64
	// base counts the rows that are not to be sent.
	base batch.Counts
}

func (s *selection) skip(row int64) bool      { return s.send[row/64]&(1<<(row%64)) == 0 }
func (s *selection) hasRecord(row int64) bool { return s.recorded[row/64]&(1<<(row%64)) != 0 }

// first is the first row to be sent.
func (s *selection) first() int64 {
	for i, word := range s.send {
		if i == 0 {
			word &^= 1 // rows count from 1
		}
		if word != 0 {
			return int64(i*64 + bits.TrailingZeros64(word))
		}
	}
	return 1
}

// selectRows selects the rows whose status is one of which. Rows without a
// record are pending.
func selectRows(ctx context.Context, l batch.Ledger, rows int64, which []batch.Status) (*selection, error) {
	s := &selection{send: make([]uint64, rows/64+1), recorded: make([]uint64, rows/64+1)}
	if slices.Contains(which, batch.Pending) {
		for i := range s.send {
			s.send[i] = ^uint64(0)
		}
	}
	upto, err := l.Outline(ctx, func(row int64, status batch.Status) error {
		if row < 1 || row > rows {
			return &exitError{batch.ExitBalance, fmt.Errorf("the ledger has a record of row %d, the data file %d rows", row, rows)}
		}
		at, bit := row/64, uint64(1)<<(row%64)
		s.recorded[at] |= bit
		if slices.Contains(which, status) {
			s.send[at] |= bit
			return nil
		}
		s.send[at] &^= bit
		s.base.Add(status, 1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if upto > rows {
		return nil, &exitError{batch.ExitBalance, fmt.Errorf("the ledger has records of %d rows, the data file %d rows", upto, rows)}
	}
	// Up to there all are recorded; those that were not named have succeeded.
	for row := int64(1); row <= upto; row++ {
		if at, bit := row/64, uint64(1)<<(row%64); s.recorded[at]&bit == 0 {
			s.recorded[at] |= bit
			s.send[at] &^= bit
			s.base.Add(batch.Succeeded, 1)
		}
	}
	return s, nil
}

// allCounts counts every row; those without a record are pending.
func allCounts(ctx context.Context, l batch.Ledger, rows int64) (batch.Counts, error) {
	counts, err := l.Counts(ctx)
	counts[batch.Pending] = 0
	counts[batch.Pending] = rows - counts.Sum()
	return counts, err
}
