package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/pmrun/pmrun/batch"
)

// lookupFlags are those of every verb that looks rows up.
func (s *settings) lookupFlags(f *pflag.FlagSet) {
	f.StringVar(&s.lookupRequest, "request", "", "the look-up request of the collection, `NAME`, filled with the row (the contract's)")
	f.StringVar(&s.match, "match", "", "`EXPR` over status, header, body and json that lists the ids found, for --request")
	f.Var(lookupFlag{&s.Lookup}, "lookup", "`FIELD=NAME`: ask by the API's field with the value of a field or column (the contract's)")
	s.ofJob("lookup")
}

func (s *settings) settleFlag(f *pflag.FlagSet) {
	durationVar(f, &s.Settle, "settle", 0, "how long the server may still be working on an attempt (the --timeout)")
	s.ofJob("settle")
}

func (a *app) reconcileCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "reconcile RUNDIR",
		Short: "Ask the server about unknown rows",
		Long: `Reconcile looks up every unknown row of a run. One record that is no other row's
makes the row succeeded, with the id found. None, in two look-ups --settle apart,
makes it pending, so that resume sends it. Anything else leaves it unknown, and
the report says why.

` + exitCodes,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withEvents(s, "reconcile", func(a *app) error { return a.reconcile(cmd.Context(), cmd, s, args[0]) })
		},
	}
	s.lookupFlags(cmd.Flags())
	s.settleFlag(cmd.Flags())
	s.variableFlags(cmd.Flags())
	s.paceFlags(cmd.Flags())
	a.outputFlags(cmd, s)
	s.formatFlag(cmd.Flags())
	return cmd
}

func (a *app) reconcile(ctx context.Context, cmd *cobra.Command, s *settings, path string) error {
	if err := s.checkFormats(); err != nil {
		return err
	}
	return a.withRun(ctx, cmd, s, path, func(run *sending) error {
		earlier, err := batch.LoadFinish(ctx, run.ledger)
		if err != nil {
			return err
		}
		run.began()
		if err := a.settleUnknown(ctx, run); err != nil {
			return err
		}
		var warnings []string
		if earlier != nil {
			warnings = earlier.Warnings // what the run has shown stays true
		}
		return a.finish(ctx, run, batch.Ended{Cut: ctx.Err() != nil}, nil, warnings...)
	})
}

// settleUnknown reconciles a run.
func (a *app) settleUnknown(ctx context.Context, s *sending) error {
	finder, err := s.renewingFinder()
	if err != nil {
		return err
	}
	settle := time.Duration(s.settings.Settle)
	if settle == 0 {
		settle = time.Duration(s.job.Timeout)
	}
	counts := make(map[batch.Status]int)
	r := &batch.Reconciler{
		Ledger: s.ledger, Lookup: finder, Settle: settle,
		Open: func() (batch.Source, error) { return openInput(s.dir, s.start) },
		Emit: func(e batch.Event) {
			counts[e.Row.Status]++
			s.settings.stream.emit(e)
		},
	}
	if err := r.Run(ctx); err != nil {
		return &exitError{batch.ExitStopped, err}
	}
	if !s.settings.Quiet {
		fmt.Fprintf(a.stderr, "reconciled: %d found, %d not there (now pending), %d still unknown\n",
			counts[batch.Succeeded], counts[batch.Pending], counts[batch.Unknown])
	}
	return nil
}

func (a *app) verifyCommand() *cobra.Command {
	s := &settings{}
	var sample int64
	cmd := &cobra.Command{
		Use:   "verify RUNDIR [--sample N]",
		Short: "Ask the server about succeeded rows: are they there?",
		Long: `Verify looks up the rows of a run that succeeded, all or a sample, and lists those
that the server does not have. It changes nothing. Exit code 1 when some are missing.

` + exitCodes,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withEvents(s, "verify", func(a *app) error { return a.verify(cmd.Context(), cmd, s, args[0], sample) })
		},
	}
	cmd.Flags().Int64Var(&sample, "sample", 0, "look up only `N` rows, chosen at random")
	s.lookupFlags(cmd.Flags())
	s.variableFlags(cmd.Flags())
	s.paceFlags(cmd.Flags())
	a.outputFlags(cmd, s)
	return cmd
}

func (a *app) verify(ctx context.Context, cmd *cobra.Command, s *settings, path string, sample int64) error {
	if sample < 0 {
		return fmt.Errorf("sample is %d: it has to be 1 or more", sample)
	}
	return a.withRun(ctx, cmd, s, path, func(run *sending) error {
		finder, err := run.renewingFinder()
		if err != nil {
			return err
		}
		counts, err := allCounts(ctx, run.ledger, run.start.Facts.Rows)
		if err != nil {
			return err
		}
		run.began()
		v := &verification{app: a, stream: s.stream, finder: finder, want: chooser(counts[batch.Succeeded], sample)}
		open := func() (batch.Source, error) { return openInput(run.dir, run.start) }
		g, looking := errgroup.WithContext(ctx)
		g.SetLimit(*run.job.Concurrency)
		err = batch.EachRow(looking, run.ledger, open, v.wants, func(row batch.Row, rec batch.Record) error {
			g.Go(func() error { return v.row(looking, row, rec) })
			return looking.Err()
		})
		if failed := g.Wait(); failed != nil {
			err = failed
		}
		s.stream.emit(batch.Event{Finish: &batch.Finish{Counts: counts, Finished: time.Now()}})
		if ctx.Err() != nil {
			return &exitError{batch.ExitInterrupted, fmt.Errorf("interrupted after %d rows", v.looked())}
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%d of %d succeeded rows looked up: %d there, %d missing, %d unclear\n", v.looked(), counts[batch.Succeeded], v.there, v.missing, v.unclear)
		if v.missing+v.unclear > 0 {
			return &exitError{code: batch.ExitRows}
		}
		return nil
	})
}

// chooser picks n of total at random, in order; 0 picks all.
func chooser(total, n int64) func() bool {
	rnd := rand.New(rand.NewPCG(uint64(total), uint64(n)))
	left := n
	return func() bool {
		if n == 0 {
			return true
		}
		picked := total > 0 && rnd.Int64N(total) < left
		total--
		if picked {
			left--
		}
		return picked
	}
}

// verification looks rows up and lists those that are not there.
type verification struct {
	*app
	finder                  *batch.Finder
	stream                  *eventStream
	want                    func() bool
	mu                      sync.Mutex // guards what follows, and the list
	there, missing, unclear int
}

func (v *verification) looked() int { return v.there + v.missing + v.unclear }

func (v *verification) wants(r batch.Record) bool { return r.Status == batch.Succeeded && v.want() }

func (v *verification) row(ctx context.Context, row batch.Row, rec batch.Record) error {
	ids, err := v.finder.Find(ctx, row)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	said := batch.Verified{Row: rec.Row, Line: rec.Line, Ref: rec.Ref, Presence: batch.There}
	switch {
	case err != nil:
		v.unclear++
		said.Presence, said.Message = batch.Unclear, "cannot tell: "+err.Error()
	case len(ids) == 0:
		v.missing++
		said.Presence, said.Message = batch.Missing, "NOT THERE"
	case rec.Ref != "" && !slices.Contains(ids, rec.Ref):
		v.unclear++
		said.Presence, said.Message = batch.Unclear, "there under another id: "+ids[0]
	default:
		v.there++
	}
	v.stream.emit(batch.Event{Verified: &said})
	if said.Presence == batch.There {
		return nil
	}
	_, err = fmt.Fprintf(v.stdout, "row %d (line %d), reported as %s: %s\n", rec.Row, rec.Line, rec.Ref, said.Message)
	return err
}
