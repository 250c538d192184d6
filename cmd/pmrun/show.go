package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/ledger"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

func (a *app) showCommand() *cobra.Command {
	s := &settings{}
	var row int64
	cmd := &cobra.Command{
		Use:   "show RUNDIR --row N",
		Short: "Show one row: its request, attempts, answer, and the rule that decided",
		Long: `Show prints all that is known of one row. It only reads, also while the run goes on:
nothing is sent, and nothing in the run directory changes.

The run directory keeps neither environment nor secrets. The request is shown as they
give it now; variables that have no value now are shown as placeholders.`,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("row") {
				return errors.New("say which row: --row N, the number in pmrun_row")
			}
			return a.show(cmd.Context(), cmd, s, args[0], row)
		},
	}
	cmd.Flags().Int64Var(&row, "row", 0, "the row's `N`umber, as in pmrun_row")
	cmd.Flags().BoolVar(&s.json, "json", false, "print it as JSON")
	s.variableFlags(cmd.Flags())
	return cmd
}

// shown is one row as show prints it.
type shown struct {
	Row        int64             `json:"row"`
	Line       int64             `json:"line"`
	Status     string            `json:"status"`
	Cause      string            `json:"cause,omitempty"`
	Rule       string            `json:"rule,omitempty"`
	Code       string            `json:"code,omitempty"`
	Message    string            `json:"message,omitempty"`
	Ref        string            `json:"ref,omitempty"`
	HTTPStatus int               `json:"http_status,omitempty"`
	Cells      []shownCell       `json:"cells"`
	Request    *request.Rendered `json:"request"`
	// Steps are the requests of a row that has several, in order.
	Steps    []shownStep       `json:"steps,omitempty"`
	Attempts []shownAttempt    `json:"attempts"`
	Answer   string            `json:"answer,omitempty"`
	Captures map[string]string `json:"captures,omitempty"`
	// Notes say what could not be shown, or is not as it was.
	Notes []string `json:"notes,omitempty"`
}

type shownCell struct {
	Column string `json:"column"`
	Value  string `json:"value"`
}

// shownStep is one request of a row that has several.
type shownStep struct {
	Number     int               `json:"number"`
	Name       string            `json:"name"`
	Status     string            `json:"status"` // pending when nothing is recorded of it
	Cause      string            `json:"cause,omitempty"`
	Rule       string            `json:"rule,omitempty"`
	Message    string            `json:"message,omitempty"`
	Ref        string            `json:"ref,omitempty"`
	HTTPStatus int               `json:"http_status,omitempty"`
	Request    *request.Rendered `json:"request,omitempty"`
}

type shownAttempt struct {
	Number     int       `json:"number"`
	StartedAt  time.Time `json:"started_at"`
	DurationMS *int64    `json:"duration_ms"` // null when the end is not known
	HTTPStatus int       `json:"http_status,omitempty"`
	Cause      string    `json:"cause,omitempty"`
	Message    string    `json:"message,omitempty"`
}

func (a *app) show(ctx context.Context, cmd *cobra.Command, s *settings, path string, num int64) (err error) {
	dir := batch.RunDir(path)
	if _, err := os.Stat(dir.Path(batch.LedgerFile)); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not a run directory: it has no %s", path, batch.LedgerFile)
	}
	l, err := ledger.OpenReadOnly(ctx, dir.Path(batch.LedgerFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	start, err := batch.LoadStart(ctx, l)
	if err != nil {
		return err
	}
	if num < 1 || num > start.Facts.Rows {
		return fmt.Errorf("there is no row %d: the run has the rows 1 to %d", num, start.Facts.Rows)
	}
	rec, earlier, recorded, err := l.Record(ctx, num)
	if err != nil {
		return err
	}
	if !recorded {
		rec = batch.Record{Row: num, Status: batch.Pending}
	}
	out := newShown(&rec, earlier)
	steps, err := l.Steps(ctx, num)
	if err != nil {
		return err
	}
	row, err := rowOf(ctx, dir, start, num)
	if err != nil {
		out.note("the row's cells and request: %s", err)
	} else {
		out.Line = row.Line
		out.cells(start.Header, row.Cells)
		if err := out.request(a, cmd, s, dir, start, row, steps); err != nil {
			out.note("the request cannot be shown: %s", err)
		}
	}
	if s.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(out)
	}
	return out.write(a.stdout)
}

// rowOf reads one row of the run's copy of the data.
func rowOf(ctx context.Context, dir batch.RunDir, start *batch.Start, num int64) (batch.Row, error) {
	src, err := openInputAt(dir, start, num)
	if err != nil {
		return batch.Row{}, err
	}
	defer src.Close()
	for {
		if err := ctx.Err(); err != nil {
			return batch.Row{}, err
		}
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			return batch.Row{}, fmt.Errorf("%s ends before row %d: it is not what the run began with", inputPath(dir, start), num)
		}
		if err != nil || row.Num == num {
			return row, err
		}
	}
}

func newShown(rec *batch.Record, earlier []batch.Attempt) *shown {
	out := &shown{
		Row: rec.Row, Line: rec.Line, Status: rec.Status.String(), Cause: rec.Cause, Rule: rec.Rule, Code: rec.Code,
		Message: rec.Message, Ref: rec.Ref, HTTPStatus: rec.HTTPStatus, Cells: []shownCell{}, Attempts: []shownAttempt{},
		Answer: string(rec.Answer), Captures: rec.Captures,
	}
	last := batch.Attempt{
		Number: rec.Attempts, StartedAt: rec.StartedAt, Duration: rec.Duration, Cause: rec.Cause, HTTPStatus: rec.HTTPStatus, Message: rec.Message,
	}
	// An attempt that is to be made again is in both.
	if n := len(earlier); last.Number > 0 && (n == 0 || earlier[n-1].Number < last.Number) {
		earlier = append(earlier, last)
	}
	for _, e := range earlier {
		s := shownAttempt{Number: e.Number, StartedAt: e.StartedAt.UTC(), HTTPStatus: e.HTTPStatus, Cause: e.Cause, Message: e.Message}
		if e.Duration > 0 {
			ms := e.Duration.Round(time.Millisecond).Milliseconds()
			s.DurationMS = &ms
		}
		out.Attempts = append(out.Attempts, s)
	}
	switch rec.Status {
	case batch.Sending:
		out.note("the attempt is on its way now; when no process works on the run, resume and reconcile take the row as unknown")
	case batch.Pending:
		if rec.Attempts == 0 {
			out.note("the row was not tried yet: the request is what would be sent")
		}
	case batch.Invalid, batch.Skipped:
		out.note("the row was not sent")
	}
	return out
}

func (s *shown) note(format string, args ...any) {
	s.Notes = append(s.Notes, fmt.Sprintf(format, args...))
}

// steps shows the requests of a row that has several.
func (s *shown) steps(p *prepared, row batch.Row, recorded []batch.StepRecord) {
	for i, t := range p.steps {
		rendered := t.template.Render(row.Cells, row.Num, p.masker)
		step := shownStep{Number: i + 1, Name: t.item.Path(), Status: batch.Pending.String(), Request: &rendered}
		for _, r := range recorded {
			if r.Number == i+1 {
				step.Status, step.Cause, step.Rule, step.Message, step.Ref, step.HTTPStatus = r.Status.String(), r.Cause, r.Rule, r.Message, r.Ref, r.HTTPStatus
			}
		}
		s.Steps = append(s.Steps, step)
	}
	s.Request = nil // each has its own
}

// cells shows the cells by column; those beyond the header have no name.
func (s *shown) cells(header, cells []string) {
	for i, cell := range cells {
		name := ""
		if i < len(header) {
			name = header[i]
		}
		if !request.Reserved(name) {
			s.Cells = append(s.Cells, shownCell{name, cell})
		}
	}
}

// request renders the row's request from the run directory's copies, and the
// variables that are given now.
func (s *shown) request(a *app, cmd *cobra.Command, flags *settings, dir batch.RunDir, start *batch.Start, row batch.Row, steps []batch.StepRecord) error {
	var saved resolvedJob
	text, err := os.ReadFile(dir.Path(batch.JobFile))
	if err == nil {
		err = yaml.Unmarshal(text, &saved)
	}
	if err != nil {
		return fmt.Errorf("cannot read the run's job: %w", err)
	}
	job := saved.Job
	if err := a.resolveSaved(&saved, &job, dir, text); err != nil {
		return err
	}
	job.TokenCommand = "" // showing a row needs no token
	job.Collection = dir.Path(batch.CollectionFile)
	job.Contract = savedContract(&job, dir)
	for _, name := range maskedVariables(&job) {
		s.note("the variable %s is secret and not kept: the request is shown without it", name)
	}
	// Files that the run named may be gone; one that is named now has to be there.
	for flag, file := range map[string]*string{"environment": &job.Environment, "globals": &job.Globals} {
		if _, err := os.Stat(*file); *file != "" && err != nil && !cmd.Flags().Changed(flag) {
			s.note("%s is not there any more: the request is shown without its variables", *file)
			*file = ""
		}
	}
	if err := flags.merge(cmd, &job); err != nil {
		return err
	}
	p := &prepared{job: &job, run: vars.Run{ID: start.RunID, Started: start.Started}, facts: start.Facts}
	if err := a.readRequest(cmd.Context(), p); err != nil {
		return err
	}
	p.compile(start.Header, start.Mock)
	now, err := p.digests(start.RunID)
	if err != nil {
		return err
	}
	problems := 0
	for _, t := range p.steps {
		problems += len(t.template.Problems)
	}
	for _, what := range []string{"host", "operation", "request"} {
		if problems == 0 && now[what] != start.Digests[what] {
			s.note("the %s is another one with the variables as they are now: the request that was sent was not this one", what)
		}
	}
	for _, problem := range p.template.Problems {
		s.note("%s", p.masker.Mask(problem.Error()))
	}
	if p.scripted() {
		s.note("the request is shown as it is without its scripts")
	}
	rendered := p.template.Render(row.Cells, row.Num, p.masker)
	s.Request = &rendered
	if len(p.steps) > 1 {
		s.steps(p, row, steps)
	}
	return nil
}
