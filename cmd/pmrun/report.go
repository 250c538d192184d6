package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
)

func (a *app) reportCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "report RUNDIR",
		Short: "Write the reports of a run again, from its ledger",
		Long:  "Report reads the ledger of a run directory and its copy of the data, and writes\nevery report again. Nothing is sent.\n\n" + exitCodes,
		Args:  oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withEvents(s, verbReport, func(a *app) error { return a.report(cmd.Context(), s, args[0]) })
		},
	}
	cmd.Flags().BoolVar(&s.Quiet, "quiet", false, "print nothing but errors")
	s.answersFlag(cmd.Flags())
	s.eventsFlag(cmd.Flags())
	s.formatFlag(cmd.Flags())
	return cmd
}

func (a *app) report(ctx context.Context, s *settings, path string) (err error) {
	if err := s.checkFormats(); err != nil {
		return err
	}
	o, err := a.openRun(ctx, path)
	if err != nil {
		return err
	}
	l, start := o.ledger, o.start
	defer func() { err = closeLedger(o.dir, l, err) }()
	finish, err := batch.LoadFinish(ctx, l)
	if err != nil {
		return err
	}
	if finish == nil {
		finish = &batch.Finish{Stopped: "the run was cut off before its end"}
	}
	counts, err := allCounts(ctx, l, start.Facts.Rows)
	if err != nil {
		return err
	}
	kind := batch.NotStopped
	if finish.ExitCode == batch.ExitStopped {
		kind = batch.StoppedByRule
	}
	finish.ExitCode = batch.ExitCode(counts, kind)
	if err := a.writeReports(ctx, o.dir, l, start, finish, s, s.stream); err != nil {
		return err
	}
	return exitWith(finish.ExitCode, nil)
}
