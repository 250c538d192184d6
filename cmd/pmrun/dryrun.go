package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/sheet"
)

// dryRun checks a load and prints the request of every row that it would send,
// secrets masked. Nothing is sent and nothing is written.
func (a *app) dryRun(ctx context.Context, job *batch.Job, s *settings) error {
	p, err := a.prepare(ctx, job, job.Mock, nil)
	if err != nil {
		return err
	}
	defer p.data.Close()
	if err := p.compareKeys(ctx, s); err != nil {
		return err
	}
	left := make(map[int64]bool)
	err = p.preflight(ctx, func(r batch.Record) error {
		left[r.Row] = true
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.refused(); err != nil {
		a.printProblems(p, true)
		return err
	}
	if !job.Quiet {
		a.printProblems(p, false)
	}
	return a.printRequests(ctx, p, left)
}

// printRequests reads the rows again and shows the request of each that would be
// sent.
func (a *app) printRequests(ctx context.Context, p *prepared, left map[int64]bool) error {
	src, err := sheet.Reopen(p.job.Data, p.facts)
	if err != nil {
		return err
	}
	defer src.Close()
	shown := int64(0)
	for ctx.Err() == nil && (p.job.First == 0 || shown < p.job.First) {
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if left[row.Num] {
			continue
		}
		shown++
		pl := plan{Samples: p.samplesOf(row)}
		if err := pl.writeSamplesTo(a.stdout); err != nil {
			if errors.Is(err, os.ErrClosed) {
				return nil
			}
			return fmt.Errorf("cannot print the requests: %w", err)
		}
	}
	if ctx.Err() != nil {
		return &exitError{batch.ExitInterrupted, errors.New("interrupted: nothing was sent")}
	}
	if p.scripted() {
		fmt.Fprintln(a.stderr, "the requests are shown as they are without their scripts, which a dry run does not run")
	}
	fmt.Fprintf(a.stderr, "dry run: %d of %d rows would be sent to %s; nothing was sent\n", shown, p.facts.Rows, p.host())
	return nil
}
