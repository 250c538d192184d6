package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/collection/vars"
)

func (a *app) resumeCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "resume RUNDIR",
		Short: "Go on with a run: pending and not sent rows",
		Long: `Resume sends the rows of a run that are pending or were not sent, and no others:
unknown rows may have been created. It works from the copies in the run directory;
the environment and secrets are read afresh.

` + exitCodes,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withEvents(s, "resume", func(a *app) error {
				return a.goOn(cmd.Context(), cmd, s, args[0], []batch.Status{batch.Pending, batch.NotSent})
			})
		},
	}
	s.variableFlags(cmd.Flags())
	s.paceFlags(cmd.Flags())
	a.outputFlags(cmd, s)
	s.answersFlag(cmd.Flags())
	s.formatFlag(cmd.Flags())
	return cmd
}

func (a *app) retryCommand() *cobra.Command {
	s := &settings{}
	var failed, notSent, unknown, accept bool
	cmd := &cobra.Command{
		Use:   "retry RUNDIR --failed | --not-sent | --unknown --accept-duplicates",
		Short: "Send rows of a run again",
		Long: `Retry sends the rows with the named status again, and no others.

Unknown rows may have been created: sending them again may make duplicates, and
needs --accept-duplicates.

` + exitCodes,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var which []batch.Status
			for status, on := range map[batch.Status]bool{batch.Failed: failed, batch.NotSent: notSent, batch.Unknown: unknown} {
				if on {
					which = append(which, status)
				}
			}
			switch {
			case len(which) == 0:
				return errors.New("say which rows to send again: --failed, --not-sent or --unknown")
			case unknown && !accept:
				return errors.New("unknown rows may have been created already, and sending them again may make duplicates: look in the CRM first, or accept that with --accept-duplicates")
			}
			return a.withEvents(s, "retry", func(a *app) error { return a.goOn(cmd.Context(), cmd, s, args[0], which) })
		},
	}
	f := cmd.Flags()
	f.BoolVar(&failed, "failed", false, "rows that the server refused")
	f.BoolVar(&notSent, "not-sent", false, "rows that never left this machine")
	f.BoolVar(&unknown, "unknown", false, "rows that may have been created")
	f.BoolVar(&accept, "accept-duplicates", false, "send unknown rows again though they may be there already")
	s.variableFlags(f)
	s.paceFlags(f)
	a.outputFlags(cmd, s)
	s.answersFlag(cmd.Flags())
	s.formatFlag(cmd.Flags())
	return cmd
}

// opened is a run directory that this process alone works on.
type opened struct {
	dir    batch.RunDir
	ledger *ledger.SQLite
	start  *batch.Start
}

// openRun opens a run directory for writing. Rows that a dead process left on
// their way become unknown.
func (a *app) openRun(ctx context.Context, path string) (o *opened, err error) {
	o = &opened{dir: batch.RunDir(path)}
	if _, err := os.Stat(o.dir.Path(batch.LedgerFile)); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s is not a run directory: it has no %s", path, batch.LedgerFile)
		}
		return nil, err
	}
	if o.ledger, err = ledger.Open(ctx, o.dir.Path(batch.LedgerFile)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.ledger.Close())
		}
	}()
	if o.start, err = batch.LoadStart(ctx, o.ledger); err != nil {
		return nil, err
	}
	n, err := o.ledger.Interrupted(ctx)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		fmt.Fprintf(a.stderr, "%d rows were on their way when the run was cut off: they are unknown, and are not sent again\n", n)
	}
	return o, nil
}

// withRun opens a run directory, compiles its request afresh and connects, and
// hands all of it to do.
func (a *app) withRun(ctx context.Context, cmd *cobra.Command, s *settings, path string, do func(*sending) error) (err error) {
	o, err := a.openRun(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = closeLedger(o.dir, o.ledger, err) }()
	p, err := a.reprepare(cmd, s, o)
	if err != nil {
		return err
	}
	defer p.lookAround(o.dir)()
	if !s.Quiet {
		a.warnSameHost(p.checkers().Request())
	}
	t, err := p.transport(ctx, s.Mock)
	if err != nil {
		return err
	}
	defer t.close()
	return do(&sending{prepared: p, settings: s, dir: o.dir, ledger: o.ledger, start: o.start, sender: t.sender})
}

// goOn sends the rows of a run that have one of the statuses.
func (a *app) goOn(ctx context.Context, cmd *cobra.Command, s *settings, path string, which []batch.Status) error {
	if err := s.checkFormats(); err != nil {
		return err
	}
	return a.withRun(ctx, cmd, s, path, func(run *sending) error {
		counts, err := allCounts(ctx, run.ledger, run.start.Facts.Rows)
		if err != nil {
			return err
		}
		var rows int64
		for _, status := range which {
			rows += counts[status]
		}
		if rows == 0 && !s.Quiet {
			fmt.Fprintln(a.stderr, "there are no such rows: nothing is sent")
		}
		if err := a.warnAccepted(ctx, run, which); err != nil {
			return err
		}
		if err := a.confirm(ctx, run.prepared, s, rows); err != nil {
			return err
		}
		run.which = which
		return a.send(ctx, run)
	})
}

// warnAccepted says when rows are to be sent again that the server has accepted: a
// script made them failed.
func (a *app) warnAccepted(ctx context.Context, run *sending, which []batch.Status) error {
	if !run.scripted() || !slices.Contains(which, batch.Failed) {
		return nil
	}
	n := 0
	for r, err := range run.ledger.Records(ctx, 0) {
		if err != nil {
			return err
		}
		if r.Status == batch.Failed && r.Cause == batch.CauseScript {
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(a.stderr, "the server has accepted %d of these rows, and a test failed: they may exist already, and sending them again may make duplicates\n", n)
	}
	return nil
}

// reprepare compiles the request of a run again, from the run directory's copies
// and a fresh environment, and refuses when that is not the same request any more.
func (a *app) reprepare(cmd *cobra.Command, s *settings, o *opened) (*prepared, error) {
	var saved resolvedJob
	text, err := os.ReadFile(o.dir.Path(batch.JobFile))
	if err != nil {
		return nil, fmt.Errorf("cannot read the run's job: %w", err)
	}
	if err := yaml.Unmarshal(text, &saved); err != nil {
		return nil, fmt.Errorf("cannot read the run's job: %w", err)
	}
	job := saved.Job
	if err := a.resolveSaved(&saved, &job, o.dir, text); err != nil {
		return nil, err
	}
	original := job.Data
	job.Collection, job.Data = o.dir.Path(batch.CollectionFile), inputPath(o.dir, o.start)
	job.Contract = savedContract(&job, o.dir)
	secret := maskedVariables(&job)
	if err := errors.Join(s.merge(cmd, &job), checkNumbers(&job)); err != nil {
		return nil, err
	}
	for _, name := range secret {
		if _, given := job.EnvVar[name]; !given && !isSet(&job, variablePrefix+name) {
			return nil, fmt.Errorf("the variable %s was given with --env-var, and the run directory does not keep it because it is secret: give it again, best in %s%s", name, variablePrefix, name)
		}
	}
	p := &prepared{job: &job, run: vars.Run{ID: o.start.RunID, Started: o.start.Started}, facts: o.start.Facts}
	if err := a.readRequest(cmd.Context(), p); err != nil {
		return nil, err
	}
	p.compile(o.start.Header, s.Mock)
	if err := p.sameAs(o, s.Mock); err != nil {
		return nil, err
	}
	if err := o.checkInput(); err != nil {
		return nil, err
	}
	p.problems = p.checkers().Request()
	if err := p.refused(); err != nil {
		a.printProblems(p, true)
		return nil, err
	}
	if o.start.Data == "" {
		a.warnChanged(original, o.start)
	}
	return p, nil
}

// savedContract is the run directory's copy of the contract. Of a folder's requests only
// the last has one; the digest tells whether the others' are what they were.
func savedContract(job *batch.Job, dir batch.RunDir) string {
	path := dir.Path(batch.ContractFile)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if job.Folder != "" {
		return job.Contract
	}
	return contract.None
}

// resolveSaved gives a saved job the values of its ${env:NAME} afresh, with the
// .env beside the original job file.
func (a *app) resolveSaved(saved *resolvedJob, job *batch.Job, dir batch.RunDir, text []byte) error {
	home := saved.JobFile
	if home == "" {
		job.Unescape()
		return nil
	}
	if err := job.Resolve(dir.Path(batch.JobFile), text, "job.", home); err != nil {
		return err
	}
	a.hide(job)
	return nil
}

// isSet reports whether the environment of a job gives a name a value.
func isSet(job *batch.Job, name string) bool {
	return slices.ContainsFunc(job.Environ(), func(entry string) bool { return len(entry) > len(name)+1 && strings.HasPrefix(entry, name+"=") })
}

// maskedVariables takes the variables that the run directory does not keep out of
// a job and returns their names.
func maskedVariables(job *batch.Job) []string {
	var names []string
	for name, value := range job.EnvVar {
		if strings.Contains(value, vars.Masked) {
			names = append(names, name)
			delete(job.EnvVar, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameAs refuses to go on when the rows would go somewhere else than before.
func (p *prepared) sameAs(o *opened, mock bool) error {
	const advice = "nothing was sent. Use the same environment, or begin a new run with load"
	if mock != o.start.Mock {
		was := map[bool]string{true: "went to the mock: add --mock", false: "went to the real host: leave --mock out"}
		return fmt.Errorf("refused: the run before %s; nothing was sent", was[o.start.Mock])
	}
	now, err := p.digests(o.start.RunID)
	if err != nil {
		return err
	}
	for _, c := range []struct{ what, was, is string }{
		{"contract", "", ""}, // first: it knows which field is the operation
		{"host", o.start.Host, p.host()},
		{"operation", o.start.Operation, p.masker.Mask(p.operation())},
		{"request", "", p.template.Method + " " + p.masker.Mask(p.template.URL())}, {"script text", "", ""},
	} {
		if o.start.Digests[c.what] == now[c.what] {
			continue
		}
		difference := ""
		if c.was != c.is && c.was != "" {
			difference = fmt.Sprintf(": it was %q and is %q now", c.was, c.is)
		}
		return fmt.Errorf("refused: the %s is another than in the run before%s; %s", c.what, difference, advice)
	}
	if slices.ContainsFunc(p.steps, func(t *target) bool { return t.template.Holds(vars.Masked) }) {
		return errors.New("refused: the request itself holds a secret (in the collection, or in --set), which the run directory does not keep; nothing was sent. Move it into a variable of the environment, and load the rows of pending.csv")
	}
	return nil
}

// checkInput refuses when the copy of the data, or with --no-copy the data file,
// is not what the run began with. It is read only when its time has changed: a file
// of millions of rows takes long.
func (o *opened) checkInput() error {
	path := inputPath(o.dir, o.start)
	same, err := sameContent(path, o.start.Facts, o.start.DataTime)
	if err != nil {
		return fmt.Errorf("the run's data: %w", err)
	}
	if !same {
		return fmt.Errorf("refused: %s is not what the run began with, so its rows cannot be told apart any more; nothing was sent. Restore it", path)
	}
	return nil
}

// warnChanged says when the original data file is not what the run loads.
func (a *app) warnChanged(path string, start *batch.Start) {
	if same, err := sameContent(path, start.Facts, start.Original); err != nil || same {
		return // the copy is what counts
	}
	fmt.Fprintf(a.stderr, "%s has changed since the run began; the run goes on with its own copy\n", path)
}

// sameContent reports whether a file is the one that facts are of; changed is when
// that one was changed last.
func sameContent(path string, facts batch.Facts, changed time.Time) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return false, err
	case info.Mode().IsRegular() && info.Size() != facts.Size:
		return false, nil
	case info.Mode().IsRegular() && !changed.IsZero() && info.ModTime().Equal(changed):
		return true, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == facts.SHA256, nil
}
