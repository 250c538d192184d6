package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/collection/request"
)

// undoLedger is the record of an undo, in the run's own directory: what the run
// did stays as it is.
const undoLedger = "undo.db"

// refColumn is the column that an undo request can use beside the file's own.
const refColumn = request.ReservedPrefix + "ref"

func (a *app) undoCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "undo RUNDIR --request NAME",
		Short: "Delete or change what a run created, by the ids in its ledger",
		Long: `Undo sends a request of the collection, one that deletes or changes a record, for
every row of a run that succeeded and has an id. The request uses {{pmrun_ref}}, or
a field bound with --map FIELD=pmrun_ref; the columns of the file are there too.

Without --yes nothing is sent: the first requests are shown. What was undone is
recorded; running the same command again goes on with the rest, and with rows whose
undo was refused.

` + exitCodes,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withEvents(s, "undo", func(a *app) error { return a.undo(cmd.Context(), cmd, s, args[0]) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.lookupRequest, "request", "", "the request that undoes a row, `NAME`")
	f.Var(pairsFlag{&s.Map}, "map", "fill a field or placeholder from a column, `FIELD=COLUMN`")
	f.Var(pairsFlag{&s.Set}, "set", "give a field a value, `FIELD=VALUE`")
	s.variableFlags(f)
	s.paceFlags(f)
	a.outputFlags(cmd, s)
	return cmd
}

func (a *app) undo(ctx context.Context, cmd *cobra.Command, s *settings, path string) (err error) {
	if s.lookupRequest == "" {
		return errors.New("say which request undoes a row: --request NAME")
	}
	o, err := a.openRun(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = closeLedger(o.dir, o.ledger, err) }()
	p, err := a.undoRequest(cmd, s, o)
	if err != nil {
		return err
	}
	u := &undoing{opened: o, prepared: p}
	if err := u.count(ctx); err != nil {
		return err
	}
	if !s.Yes {
		return a.undoPlan(ctx, u)
	}
	return a.undoNow(ctx, s, u)
}

// undoRequest compiles the request that undoes a row, over the file's columns
// and the id.
func (a *app) undoRequest(cmd *cobra.Command, s *settings, o *opened) (*prepared, error) {
	mapping, set := s.Map, s.Set // of the undo request, not of the run's
	p, err := a.reprepare(cmd, s, o)
	if err != nil {
		return nil, err
	}
	if err := p.oneRequest("undo"); err != nil {
		return nil, err
	}
	if p.item, err = p.collection.Find(s.lookupRequest); err != nil {
		return nil, err
	}
	p.job.Map, p.job.Set, p.job.Pack, p.job.Contract = mapping, set, nil, ""
	loaded := p.contract
	if err := p.findContract(); err != nil {
		return nil, err
	}
	if p.contract == nil && loaded != nil {
		// Another request of the same API answers in the same envelope.
		if p.judge, err = contract.NewJudge(loaded, ""); err != nil {
			return nil, err
		}
	}
	p.header = append(slices.Clone(o.start.Header), refColumn)
	p.build = func() *request.Template {
		options := p.requestOptions(p.target, p.scopes, p.header)
		options.Results, options.RowHeader = true, "" // the row's header belongs to its insert
		if loaded != nil && loaded.Token.Header != "" {
			options.ProtectedHeaders = []string{loaded.Token.Header}
		}
		return request.Compile(p.item, options)
	}
	t := p.build()
	if err := p.sendable(t, "the request "+p.item.Path()); err != nil {
		return nil, err
	}
	p.masker = p.maskerFor(t)
	p.template = t
	for _, use := range p.template.Uses() {
		if use.Column == refColumn && len(use.Targets) > 0 {
			return p, nil
		}
	}
	return nil, fmt.Errorf("the request %s does not use the record's id: write {{%s}} in it, or bind it with --map FIELD=%s", p.item.Path(), refColumn, refColumn)
}

// undoing is an undo over the rows of a run that succeeded with an id.
type undoing struct {
	*opened
	*prepared
	rows int64
	// noID counts rows that succeeded and have no id: they cannot be undone.
	noID int64
}

func undoable(r batch.Record) bool { return r.Status == batch.Succeeded && r.Ref != "" }

func (u *undoing) count(ctx context.Context) error {
	for rec, err := range u.ledger.Records(ctx, 0) {
		if err != nil {
			return err
		}
		switch {
		case undoable(rec):
			u.rows++
		case rec.Status == batch.Succeeded:
			u.noID++
		}
	}
	if u.rows == 0 {
		return errors.New("there is nothing to undo: no row of the run succeeded with an id")
	}
	return nil
}

// undoPlan shows what would be sent.
func (a *app) undoPlan(ctx context.Context, u *undoing) error {
	src, err := u.source(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	pl := &plan{}
	for range maxSamples {
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		pl.Samples = append(pl.Samples, sample{Row: row.Num, Line: row.Line, Rendered: u.template.Render(row.Cells, row.Num, u.masker)})
	}
	if err := pl.writeSamplesTo(a.stdout); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "\n%s would be sent for %d rows; nothing was sent. Add --yes to do it\n", u.item.Path(), u.rows)
	return err
}

// undoNow sends, with a ledger of its own.
func (a *app) undoNow(ctx context.Context, s *settings, u *undoing) (err error) {
	path := u.dir.Path(undoLedger)
	open := ledger.Open
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		open = ledger.Create
	}
	l, err := open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = closeLedger(u.dir, l, err) }()
	if _, err := l.Interrupted(ctx); err != nil {
		return err
	}
	if err := u.sameUndo(ctx, l); err != nil {
		return err
	}
	defer u.lookAround(u.dir)()
	t, err := u.transport(ctx, s.Mock)
	if err != nil {
		return err
	}
	defer t.close()
	// A signal ends the engine, not the reading of what it was to send.
	src, err := u.source(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer src.Close()
	which := []batch.Status{batch.Pending, batch.NotSent, batch.Failed}
	rules, err := u.job.StopRules(u.rows)
	if err != nil {
		return err
	}
	rows, err := selectRows(ctx, l, u.start.Facts.Rows, which)
	if err != nil {
		return err
	}
	engine := u.engine(src, l, t.sender, rows)
	s.stream.emit(batch.Event{Start: u.start})
	engine.Emit, engine.Total, engine.Stop = s.stream.emit, u.rows, rules
	if u.token != nil {
		engine.Renewal = &batch.Renewal{Every: tokenEvery, Fetch: u.renewToken}
	}
	ended, failure := engine.Run(ctx)
	ctx = context.WithoutCancel(ctx)
	if failure != nil {
		_, err := l.Interrupted(ctx)
		return &exitError{batch.ExitStopped, errors.Join(failure, err)}
	}
	counts, err := allCounts(ctx, l, u.rows)
	if err != nil {
		return &exitError{batch.ExitStopped, err}
	}
	s.stream.emit(batch.Event{Finish: &batch.Finish{Counts: counts, Finished: time.Now(), Stopped: ended.Rule}})
	if err := a.undoReport(ctx, u, l, counts, ended.Rule); err != nil {
		return &exitError{batch.ExitStopped, err}
	}
	return exitWith(batch.ExitCode(counts, ended.Kind()), nil)
}

// sameUndo keeps an undo that was begun from going on with another request.
func (u *undoing) sameUndo(ctx context.Context, l batch.Ledger) error {
	const key = "undo"
	text, err := json.Marshal([]any{u.item.Path(), u.template.Method, u.masker.Mask(u.template.URL()), u.maskMap(u.job.Map), u.maskMap(u.job.Set)})
	if err != nil {
		return err
	}
	begun, err := l.Meta(ctx, key)
	switch {
	case err != nil:
		return err
	case begun == "":
		return l.SetMeta(ctx, map[string]string{key: string(text)})
	case begun != string(text):
		return fmt.Errorf("refused: the undo of this run was begun with another request: %s; nothing was sent. Go on with that one, or move %s away to begin another", begun, u.dir.Path(undoLedger))
	}
	return nil
}

// undoReport prints the counts and lists the rows that are not undone.
func (a *app) undoReport(ctx context.Context, u *undoing, l batch.Ledger, counts batch.Counts, stopped string) error {
	for rec, err := range l.Records(ctx, 0) {
		if err != nil {
			return err
		}
		if rec.Status != batch.Succeeded {
			fmt.Fprintf(a.stdout, "row %d (line %d): %s, cause %s: %s\n", rec.Row, rec.Line, rec.Status, rec.Cause, rec.Message)
		}
	}
	if stopped != "" {
		fmt.Fprintf(a.stdout, "stopped early: %s\n", stopped)
	}
	if u.noID > 0 {
		fmt.Fprintf(a.stdout, "%d rows succeeded without an id and cannot be undone\n", u.noID)
	}
	_, err := fmt.Fprintf(a.stdout, "%d of %d rows undone by %s; recorded in %s\n", counts[batch.Succeeded], u.rows, u.item.Path(), u.dir.Path(undoLedger))
	return err
}

// source yields the rows of the run that can be undone, with their ids as the
// last cell.
func (u *undoing) source(ctx context.Context) (batch.Source, error) {
	src, err := openInput(u.dir, u.start)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(u.ledger.Records(ctx, 0))
	return &undoSource{Source: src, header: u.header, next: next, stop: stop}, nil
}

// undoSource merges the data file with the ids of the ledger.
type undoSource struct {
	batch.Source
	header []string
	next   func() (batch.Record, error, bool)
	stop   func()
	rec    batch.Record
}

func (s *undoSource) Header() []string { return s.header }

func (s *undoSource) Next() (batch.Row, error) {
	for {
		row, err := s.Source.Next()
		if err != nil {
			return row, err
		}
		for s.rec.Row < row.Num {
			rec, err, ok := s.next()
			if err != nil {
				return row, err
			}
			if !ok {
				return row, io.EOF
			}
			s.rec = rec
		}
		if s.rec.Row != row.Num || !undoable(s.rec) {
			continue
		}
		cells := make([]string, len(s.header))
		copy(cells, row.Cells[:min(len(row.Cells), len(cells)-1)])
		cells[len(cells)-1] = s.rec.Ref
		row.Cells = cells
		return row, nil
	}
}

func (s *undoSource) Close() error {
	s.stop()
	return s.Source.Close()
}
