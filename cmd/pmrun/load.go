package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/collection/request"
)

func (a *app) loadCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "load JOB.yaml | COLLECTION --request NAME -e ENV -d ROWS",
		Short: "Insert every row through a request",
		Long: `Load checks everything first, and refuses with exit code 2 before anything is sent
when the request or a row is wrong. Then it sends every row once, and writes a run
directory with the durable record and the reports.

` + exitCodes,
		Args: oneArg(jobArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := s.job(cmd, args[0])
			a.hide(job)
			if err != nil {
				return err
			}
			return a.withEvents(s, "load", func(a *app) error { return a.load(cmd.Context(), s, job) })
		},
	}
	s.jobFlags(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&s.Out, "out", "", "run `DIR` to write (runs/JOB-TIME)")
	f.BoolVar(&s.NoCopy, "no-copy", false, "keep no copy of the data file: it must not change until the run is done")
	f.BoolVar(&s.LookupFirst, "lookup-first", false, "ask the server before each insert, and skip rows that are there")
	f.Var(lookupFlag{&s.Lookup}, "lookup", "`FIELD=NAME`: look rows up by the API's field with the value of a field or column (the contract's)")
	f.BoolVar(&s.Reconcile, "reconcile", false, "look unknown rows up at the end")
	s.settleFlag(f)
	f.Int64Var(&s.First, "first", 0, "stop after `N` rows, as if interrupted; resume goes on")
	f.BoolVar(&s.DryRun, "dry-run", false, "print what would be sent, secrets masked, and send nothing")
	s.ofJob("out", "no-copy", "lookup-first", "lookup", "reconcile", "first", "dry-run")
	a.outputFlags(cmd, s)
	s.answersFlag(cmd.Flags())
	s.formatFlag(cmd.Flags())
	return cmd
}

func (a *app) outputFlags(cmd *cobra.Command, s *settings) {
	cmd.Flags().BoolVar(&s.NoProgress, "no-progress", false, "show no progress")
	cmd.Flags().BoolVar(&s.Quiet, "quiet", false, "print nothing but errors")
	s.ofJob("no-progress", "quiet")
	s.eventsFlag(cmd.Flags())
}

func (a *app) load(ctx context.Context, s *settings, job *batch.Job) (err error) {
	if job.DryRun {
		return a.dryRun(ctx, job, s)
	}
	if err := s.checkFormats(); err != nil {
		return err
	}
	dir, file, undo, err := batch.NewRunDir(outDir(job), sheet.InputName(job.Data))
	if err != nil {
		return err
	}
	began := false
	defer func() {
		if began {
			return
		}
		err = errors.Join(err, undo())
		if job.Out == "" {
			_ = os.Remove(runsDir) // when it holds nothing else
		}
	}()
	defer file.Close()
	input := &inputCopy{file: file, buf: bufio.NewWriterSize(file, 1<<18)}
	var tee io.Writer = input
	if job.NoCopy {
		tee = nil
	}
	p, err := a.prepare(ctx, job, s.Mock, tee)
	if err != nil {
		return err
	}
	defer p.data.Close()
	if err := p.compareKeys(ctx, s); err != nil {
		return err
	}
	defer p.lookAround(dir)()
	l, err := ledger.Create(ctx, dir.Path(batch.LedgerFile))
	if err != nil {
		return err
	}
	defer func() { err = closeLedger(dir, l, err) }()
	if err := a.preflightInto(ctx, p, l); err != nil {
		return err
	}
	if err := p.refused(); err != nil {
		a.printProblems(p, true)
		return err
	}
	if !s.Quiet {
		a.printProblems(p, false)
	}
	if p.batched() && !s.Quiet {
		fmt.Fprintf(a.stderr, "up to %d rows a request: %d rows in about %d requests\n", job.BatchSize, p.toSend(), p.requests(p.toSend()))
	}
	if err := a.confirm(ctx, p, s, p.toSend()); err != nil {
		return err
	}
	t, err := p.transport(ctx, s.Mock)
	if err != nil {
		return err
	}
	defer t.close()
	if job.LookupFirst || s.Reconcile {
		if _, err := p.finder(s, t.sender); err != nil {
			return err
		}
	}
	start, err := p.writeRunDir(dir, input, s)
	if err != nil {
		return err
	}
	if err := batch.SaveStart(ctx, l, start); err != nil {
		return err
	}
	began = true
	return a.send(ctx, &sending{prepared: p, settings: s, dir: dir, ledger: l, start: start, sender: t.sender, which: []batch.Status{batch.Pending}})
}

// runsDir holds the run directories that nobody named.
const runsDir = "runs"

// outDir is where the run directory goes: as the job says, or named after job
// and time, beside earlier ones.
func outDir(job *batch.Job) string {
	if job.Out != "" {
		return job.Out
	}
	name := strings.Map(func(c rune) rune {
		if c <= ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '-'
		}
		return c
	}, job.Name)
	base := filepath.Join(runsDir, name+"-"+time.Now().Format("20060102-150405"))
	path := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
		path = fmt.Sprintf("%s-%d", base, n)
	}
}

// inputCopy is the run directory's copy of the data file, written while the
// file is read for the first time.
type inputCopy struct {
	file *os.File
	buf  *bufio.Writer
}

func (c *inputCopy) Write(b []byte) (int, error) { return c.buf.Write(b) }

// finish makes the copy durable: resume and reports read nothing else.
func (c *inputCopy) finish() error {
	err := errors.Join(c.buf.Flush(), c.file.Sync(), c.file.Close())
	if err != nil {
		return fmt.Errorf("cannot keep a copy of the data file: %w", err)
	}
	return nil
}

// preflightInto runs preflight and records invalid rows.
func (a *app) preflightInto(ctx context.Context, p *prepared, l batch.Ledger) error {
	const chunk = 1000
	var entries []batch.Entry
	flush := func() error {
		err := l.Commit(ctx, entries)
		entries = entries[:0]
		return err
	}
	err := p.preflight(ctx, func(r batch.Record) error {
		entries = append(entries, batch.Entry{Kind: batch.Settle, Record: r})
		if len(entries) < chunk {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// printProblems shows what preflight found: before a refusal all of it, before
// a load what matters for it.
func (a *app) printProblems(p *prepared, refused bool) {
	pl := p.plan()
	if !refused && p.rows.left > 0 {
		fmt.Fprintf(a.stderr, "%d of %d rows are not selected (--rows, --where): see skipped.csv\n", p.rows.left, p.facts.Rows)
	}
	if duplicates := p.rows.skipped - p.rows.left; !refused && duplicates > 0 {
		fmt.Fprintf(a.stderr, "%d of %d rows are skipped as duplicates: see skipped.csv\n", duplicates, p.facts.Rows)
	}
	if !refused && p.rows.invalid > 0 {
		fmt.Fprintf(a.stderr, "%d of %d rows are invalid and left out: see invalid.csv\n", p.rows.invalid, p.facts.Rows)
	}
	for _, f := range p.template.Fields() {
		if !refused && f.Sample && p.required(f.Name) {
			fmt.Fprintf(a.stderr, "every row gets %s = %s, the collection's own value: no column, --map or --set fills it\n", f.Name, request.Excerpt(p.template.Value(&f, nil, 0)))
		}
	}
	const few = 3 // doubts about rows that do not keep the load back
	var shown []preflight.Problem
	seen := make(map[findingKind]int)
	for _, f := range pl.Problems {
		kind := kindOf(f)
		if f.Row > 0 {
			seen[kind]++
		}
		if refused || f.Row == 0 || f.Severity == preflight.Warning && seen[kind] <= few {
			shown = append(shown, f)
		}
	}
	var b strings.Builder
	writeProblems(&b, shown, pl.byKind)
	if b.Len() > 0 {
		fmt.Fprintln(a.stderr, strings.TrimPrefix(b.String(), "\n"))
	}
}

// confirm asks a person before rows go to another machine. Without a terminal
// nobody can be asked: then only a job that says confirm: true insists.
func (a *app) confirm(ctx context.Context, p *prepared, s *settings, rows int64) error {
	if s.Yes || p.local {
		return nil
	}
	if !isTerminal(a.stdin) || !isTerminal(a.stderr) {
		if p.job.Confirm {
			return errors.New("the job wants a confirmation (confirm: true) and there is no terminal to ask on: use --yes; nothing was sent")
		}
		return nil
	}
	if err := p.plan().write(a.stderr); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "\nSend %d rows to %s? Type yes: ", rows, p.host())
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answer <- strings.TrimSpace(line)
	}()
	select {
	case word := <-answer:
		if strings.EqualFold(word, "yes") || strings.EqualFold(word, "y") {
			return nil
		}
		return errors.New("not confirmed: nothing was sent")
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return &exitError{batch.ExitInterrupted, errors.New("interrupted: nothing was sent")}
	}
}
