package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// prepared is a load that is ready to be checked and sent.
type prepared struct {
	job        *batch.Job
	run        vars.Run
	collection *collection.Collection
	// steps are the requests of a row, in order; target is the last of them, which
	// makes the record.
	steps []*target
	*target
	scopes *vars.Scopes
	// shared is scopes for scripts, which run while a token is renewed.
	shared   atomic.Pointer[vars.Scopes]
	captures *contract.Captures // nil when none
	rate     batch.Rate
	data     sheet.Reader // nil when the rows come from a run directory
	header   []string
	filter   *sheet.Filter // nil when every row is taken
	keys     *keyIndex     // nil when rows are not compared
	masker   *vars.Masker
	local    bool
	// sameHost names the other runs of this machine that send to the same host.
	sameHost []string
	keyring  keyringSecrets
	token    *tokenCommand // nil without --token-command

	// After preflight:
	facts    batch.Facts
	problems []preflight.Problem // of the request and the header
	rows     rowFindings
}

// prepare reads everything but the rows. tee gets the data file's bytes as they
// are read; it may be nil.
func (a *app) prepare(ctx context.Context, job *batch.Job, mock bool, tee io.Writer) (*prepared, error) {
	p := &prepared{job: job, run: vars.Run{ID: uuid.NewString(), Started: time.Now()}}
	if err := a.readRequest(ctx, p); err != nil {
		return nil, err
	}
	o, err := sheetOptions(job, tee)
	if err != nil {
		return nil, err
	}
	if p.data, err = sheet.Open(job.Data, o); err != nil {
		return nil, err
	}
	if p.filter, err = sheet.NewFilter(job.Rows, job.Where, p.data.Header()); err != nil {
		return nil, errors.Join(err, p.data.Close())
	}
	p.compile(p.data.Header(), mock)
	return p, nil
}

// sheetOptions are how the job says that its data file is read.
func sheetOptions(job *batch.Job, tee io.Writer) (o sheet.Options, err error) {
	o = sheet.Options{Tee: tee, Sheet: job.Sheet, HeaderRow: job.HeaderRow}
	if job.Limits != nil {
		o.Limits = *job.Limits
	}
	if job.Delimiter != "" {
		if o.Delimiter, err = sheet.ParseDelimiter(job.Delimiter); err != nil {
			return o, err
		}
	}
	if job.Encoding != "" {
		o.Encoding, err = sheet.ParseEncoding(job.Encoding)
	}
	return o, err
}

// toSend is how many rows are left to be sent.
func (p *prepared) toSend() int64 { return p.facts.Rows - p.rows.invalid - p.rows.skipped }

// readRequest reads collection, variables, contract, token and rate. A collection that is
// there already is taken as it is.
func (a *app) readRequest(ctx context.Context, p *prepared) (err error) {
	if p.collection == nil {
		if p.collection, err = collection.Load(p.job.Collection); err != nil {
			return err
		}
	}
	if err := p.findRequests(); err != nil {
		return err
	}
	if p.scopes, err = scopes(p.job, p.collection, p.job.Environ()); err != nil {
		return err
	}
	p.scopes.Fetch = p.keyring.fetch
	if err := p.findContract(); err != nil {
		return err
	}
	if err := p.checkBatch(); err != nil {
		return err
	}
	if err := a.readToken(ctx, p); err != nil {
		return err
	}
	return p.findRate()
}

// variablePrefix starts the names of the process's environment that set variables.
const variablePrefix = "PMRUN_VAR_"

// scopes collects the variables of a job, by precedence within each scope: the
// file, then PMRUN_VAR_NAME, then --env-var.
func scopes(job *batch.Job, c *collection.Collection, environ []string) (*vars.Scopes, error) {
	s := &vars.Scopes{}
	add := func(scope vars.Scope, source string, list []collection.Variable) {
		for _, v := range list {
			if !v.Disabled {
				kept := scope != vars.Collection && isKeyringReference(v.Value)
				s.Set(scope, vars.Variable{Name: v.Key, Value: v.Value, Secret: kept || v.Type == "secret", Kept: kept, Source: source})
			}
		}
	}
	add(vars.Collection, c.File, c.Variables())
	for _, file := range []struct {
		scope vars.Scope
		path  string
	}{{vars.Globals, job.Globals}, {vars.Environment, job.Environment}} {
		if file.path == "" {
			continue
		}
		env, err := collection.LoadEnvironment(file.path)
		if err != nil {
			return nil, err
		}
		add(file.scope, file.path, env.Variables)
	}
	const prefix = variablePrefix
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, prefix) && len(name) > len(prefix) {
			s.Set(vars.Environment, vars.Variable{Name: name[len(prefix):], Value: value, Secret: true, Kept: isKeyringReference(value), Source: name})
		}
	}
	for name, value := range job.EnvVar {
		kept := isKeyringReference(value)
		s.Set(vars.Environment, vars.Variable{Name: name, Value: value, Secret: kept || job.Referred("env-var."+name, value), Kept: kept, Source: "--env-var"})
	}
	return s, nil
}

// findContract finds what is known of the requests and their answers.
func (p *prepared) findContract() error {
	for _, t := range p.steps {
		if err := p.findJudge(t); err != nil {
			return err
		}
	}
	var err error
	p.captures, err = contract.NewCaptures(p.job.Capture)
	return err
}

func (p *prepared) findRate() error {
	text := p.job.Rate
	if text == "" && p.contract != nil {
		text = p.contract.Rate
	}
	if text == "" {
		text = "none"
	}
	var err error
	p.rate, err = batch.ParseRate(text)
	return err
}

// compile compiles the request for the columns of a data file.
func (p *prepared) compile(header []string, mock bool) {
	p.header = header
	p.shared.Store(p.scopes)
	for _, t := range p.steps {
		t.build = func() *request.Template { return p.compileStep(t, t.item, p.scopes, true) }
		t.template = t.build()
	}
	p.noPlace()
	p.masker = p.maskerFor(p.template)
	_, host, _, _ := p.template.Target()
	p.local = mock || preflight.Loopback(host)
}

// requestOptions are what a request of the job is compiled with.
func (p *prepared) requestOptions(t *target, scopes *vars.Scopes, header []string) request.Options {
	o := request.Options{
		Scopes: scopes, Columns: header, Map: p.job.Map, Set: p.job.Set, Pack: p.job.Pack,
		WorkingDir: p.job.WorkingDir, Run: p.run, UserAgent: tool(), RowHeader: p.job.IdempotencyHeader,
	}
	if c := t.contract; c != nil {
		o.KnownFields = c.FieldNames()
		if c.Token.Header != "" {
			o.ProtectedHeaders = []string{c.Token.Header}
		}
		for _, f := range c.Fields {
			if f.File {
				o.FileFields = append(o.FileFields, f.Name)
			}
			if f.JSON != "" {
				o.JSONFields = append(o.JSONFields, f.Name)
			}
		}
	}
	return o
}

// maskerFor knows the secrets of another request of the run too.
func (p *prepared) maskerFor(t *request.Template) *vars.Masker {
	secrets := t.Secrets()
	for _, step := range p.steps {
		if step.template != nil {
			secrets = append(secrets, step.template.Secrets()...)
		}
	}
	return vars.NewMasker(slices.Concat(p.scopes.Secrets(), secrets, p.collection.Secrets(), p.job.Secrets(), p.keyring.values(), p.token.values(), newVault(p.job.Environ()).secrets()))
}

// operation is the account that the rows go to, where the contract knows which
// field names it and the row does not.
func (p *prepared) operation() string {
	if p.contract == nil {
		return ""
	}
	for _, cf := range p.contract.Fields {
		f, has := p.template.Field(cf.Name)
		if !has && p.template.Mode == collection.ModeRaw {
			f, _ = p.template.Member(cf.Name)
		}
		if f != nil && cf.Operation && f.Constant() {
			return p.template.Value(f, nil, 0)
		}
	}
	return ""
}

// required reports whether the contract requires the field.
func (p *prepared) required(field string) bool {
	if p.contract == nil {
		return false
	}
	f, known := p.contract.Field(field)
	return known && f.Required
}

// host is the target, for people and for comparing runs.
func (p *prepared) host() string {
	scheme, host, _, ok := p.template.Target()
	if !ok {
		return "hosts that the rows name"
	}
	return scheme + "://" + p.masker.Mask(host)
}

// rowFindings is what preflight found in rows, in bounded memory.
type rowFindings struct {
	invalid int64
	skipped int64
	// left counts the skipped rows that the job does not take.
	left     int64
	byKind   map[findingKind]int64
	examples []preflight.Problem
	// samples are the first valid rows, for showing requests.
	samples []batch.Row
}

// findingKind tells findings apart that are listed under one heading: a rule can
// find mistakes and doubts.
type findingKind struct {
	rule     string
	severity preflight.Severity
}

func kindOf(p preflight.Problem) findingKind { return findingKind{p.Rule, p.Severity} }

const (
	maxExamples = 20 // of a kind
	maxSamples  = 3
)

func (p *prepared) checkerOf(t *target) *preflight.Checker {
	return preflight.New(&preflight.Input{
		Template: t.template, Contract: t.contract, Scripts: p.sources(t.item), Several: len(p.steps) > 1, Header: p.header, Values: p.job.Values, Local: p.local,
		CustomFields: p.job.CustomFields, Pack: p.job.Pack, Collection: p.collection, SameHost: p.sameHost,
		MaxCell: p.cellLimit(),
	})
}

// cellLimit is the most bytes of a cell.
func (p *prepared) cellLimit() int64 {
	if p.job.Limits == nil {
		return 0 // the default
	}
	return p.job.Limits.CellBytes
}

// note counts a finding, and keeps it as an example when there are few.
func (r *rowFindings) note(p preflight.Problem) {
	kind := kindOf(p)
	r.byKind[kind]++
	if r.byKind[kind] <= maxExamples {
		r.examples = append(r.examples, p)
	}
}

// preflight runs every rule, reading the data file to its end. leave is called
// for every row that is not to be sent, with the record to keep of it.
func (p *prepared) preflight(ctx context.Context, leave func(batch.Record) error) error {
	checker := p.checkers()
	p.problems = checker.Request()
	p.rows.byKind = make(map[findingKind]int64)
	for ctx.Err() == nil {
		row, err := p.data.Next()
		if errors.Is(err, io.EOF) {
			p.facts = p.data.Facts()
			p.problems = append(p.problems, checker.Finish()...)
			for _, f := range p.data.Findings() {
				p.problems = append(p.problems, preflight.DataFile(f.Message, f.Mend))
			}
			switch p.facts.Rows {
			case 0:
				return fmt.Errorf("%s has a header and no rows: there is nothing to load; write a line for each record below the header", p.job.Data)
			case p.rows.left:
				return fmt.Errorf("none of the %d rows of %s is selected by --rows or --where: there is nothing to load", p.facts.Rows, p.job.Data)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if left, err := p.unselected(row, leave); left || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := p.row(row, checker.Row(row), leave); err != nil {
			return err
		}
	}
	return &exitError{batch.ExitInterrupted, errors.New("interrupted during the preflight: nothing was sent")}
}

// unselected leaves out a row that the job does not take. It is not checked: its
// mistakes are not this load's.
func (p *prepared) unselected(row batch.Row, leave func(batch.Record) error) (left bool, err error) {
	if p.filter == nil {
		return false, nil
	}
	keep, why, err := p.filter.Keep(row)
	if keep {
		return false, nil
	}
	rec := batch.Record{Row: row.Num, Line: row.Line, Status: batch.Skipped, Cause: batch.CauseNotSelected, Rule: "selection", Message: p.masker.Mask(why)}
	if err != nil {
		return true, p.row(row, []preflight.Problem{preflight.WhereFailed(row, err)}, leave)
	}
	p.rows.skipped++
	p.rows.left++
	return true, leave(rec)
}

// row takes the findings of one row.
func (p *prepared) row(row batch.Row, found []preflight.Problem, leave func(batch.Record) error) error {
	rec := batch.Record{Row: row.Num, Line: row.Line, Status: batch.Invalid}
	for _, f := range found {
		f.Message, f.Mend = p.masker.Mask(f.Message), p.masker.Mask(f.Mend)
		p.rows.note(f)
		if f.Severity != preflight.Error {
			continue
		}
		if rec.Rule == "" {
			rec.Rule, rec.Cause = f.Rule, f.Cause
		} else {
			rec.Message += "; "
		}
		rec.Message += f.Message + " -> " + f.Mend
	}
	if rec.Rule == "" && p.keys != nil {
		if key, left := p.keys.check(row); left {
			rec = key
			p.rows.note(keyProblem(rec))
		}
	}
	if rec.Status == batch.Skipped {
		p.rows.skipped++
		return leave(rec)
	}
	if rec.Rule == "" {
		if len(p.rows.samples) < maxSamples {
			p.rows.samples = append(p.rows.samples, row)
		}
		return nil
	}
	p.rows.invalid++
	return leave(rec)
}

// refused returns the error that keeps the load from starting, nil when it may
// start.
func (p *prepared) refused() error {
	for _, f := range p.problems {
		if f.Severity == preflight.Error {
			return errors.New("refused: the request or the data file has errors; nothing was sent")
		}
	}
	if p.rows.invalid > 0 && !p.job.SkipInvalid {
		return fmt.Errorf("refused: %d of %d rows are invalid; nothing was sent. Correct them, or load the others with --skip-invalid", p.rows.invalid, p.facts.Rows)
	}
	if p.rows.invalid > 0 && p.rows.invalid == p.facts.Rows {
		return fmt.Errorf("refused: every one of the %d rows is invalid; nothing was sent", p.facts.Rows)
	}
	return nil
}
