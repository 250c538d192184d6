package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
)

func (a *app) checkCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "check JOB.yaml | COLLECTION --request NAME -e ENV -d ROWS",
		Short: "Check a load and show its plan; sends nothing",
		Long: `Check reads the request, the environment and every row, and shows the plan: what
the file holds, which column goes where, the first requests with secrets masked,
and every problem with its remedy. Nothing is sent.

With --contract FILE and nothing else, the contract alone is checked: its mistakes
are explained, or what it was understood to say is shown.

Exit code 2 when the load would be refused, or the contract has mistakes.`,
		Args: s.jobOrContract,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.checkContract(s.Contract)
			}
			return a.check(cmd.Context(), cmd, s, args[0])
		},
	}
	s.jobFlags(cmd.Flags())
	cmd.Flags().BoolVar(&s.json, "json", false, "print the plan as JSON")
	return cmd
}

func (a *app) check(ctx context.Context, cmd *cobra.Command, s *settings, arg string) error {
	job, err := s.job(cmd, arg)
	a.hide(job)
	if err != nil {
		return err
	}
	p, err := a.prepare(ctx, job, s.Mock, nil)
	if err != nil {
		return err
	}
	defer p.data.Close()
	if err := p.compareKeys(ctx, s); err != nil {
		return err
	}
	p.lookAround("")
	if err := p.preflight(ctx, func(batch.Record) error { return nil }); err != nil {
		return err
	}
	write := p.plan().write
	if s.json {
		write = p.plan().writeJSON
	}
	if err := write(a.stdout); err != nil {
		return err
	}
	return exitWith(p.checkCode(), nil)
}

// checkCode is the exit code of check.
func (p *prepared) checkCode() int {
	if p.refused() != nil || p.rows.invalid > 0 {
		return batch.ExitUsage
	}
	return batch.ExitOK
}
