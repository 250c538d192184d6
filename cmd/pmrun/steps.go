package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/batch/rowscript"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// target is one request of a load.
type target struct {
	item     *collection.Item
	contract *batch.Contract // nil when none
	judge    batch.Judge
	template *request.Template
	// build compiles the request that is sent, with the scopes of the moment.
	build func() *request.Template
}

// findRequests finds the request of the job, or those of its folder: then the last
// is the one that makes the record, and rules and look-ups are about it.
func (p *prepared) findRequests() error {
	switch {
	case p.job.Folder == "":
		item, err := p.collection.Find(p.job.Request)
		p.target = &target{item: item}
		p.steps = []*target{p.target}
		return err
	case p.job.Request != "":
		return errors.New("request and folder do not go together: a load sends one request for each row, or those of a folder; leave one of them out")
	}
	folder, err := p.collection.FindItem(p.job.Folder)
	if err != nil {
		return fmt.Errorf("folder: %w", err)
	}
	if !folder.IsFolder() {
		return fmt.Errorf("folder: %s is a request: name it with request (--request)", folder.Path())
	}
	for item := range folder.Requests() {
		p.steps = append(p.steps, &target{item: item})
	}
	if len(p.steps) == 0 {
		return fmt.Errorf("folder: %s holds no request", folder.Path())
	}
	p.target = p.steps[len(p.steps)-1]
	return p.checkSteps()
}

// checkSteps refuses what goes with one request a row only.
func (p *prepared) checkSteps() error {
	if len(p.steps) == 1 {
		return nil
	}
	for setting, on := range map[string]bool{"lookup-first": p.job.LookupFirst, "reconcile": p.job.Reconcile, "batch-size": p.batched()} {
		if on {
			return fmt.Errorf("%s and a folder of several requests do not go together: it is about one request a row", setting)
		}
	}
	return nil
}

// oneRequest refuses verbs that look rows up or change them by the answer to one
// request.
func (p *prepared) oneRequest(verb string) error {
	if len(p.steps) == 1 {
		return nil
	}
	return fmt.Errorf("%s works on runs of one request a row, and this run has %d (%s): look in the other system; \"retry --unknown --accept-duplicates\" goes on at the first request of a row that is not done", verb, len(p.steps), p.job.Folder)
}

// items are the requests of a row.
func (p *prepared) items() []*collection.Item {
	var items []*collection.Item
	for _, t := range p.steps {
		items = append(items, t.item)
	}
	return items
}

// sources are the scripts that run for the requests.
func (p *prepared) sources(items ...*collection.Item) []string {
	if p.job.NoScripts {
		return nil
	}
	return rowscript.Sources(items...)
}

// scripted reports whether scripts run for a row.
func (p *prepared) scripted() bool { return len(p.sources(p.items()...)) > 0 }

// what is the request, or the folder, that is loaded.
func (p *prepared) what() string {
	if len(p.steps) == 1 {
		return p.item.Path()
	}
	return fmt.Sprintf("%s (%d requests a row)", p.job.Folder, len(p.steps))
}

// findJudge takes the job's contract for the request, or finds one by the URL's path.
// A contract that the job names is about the last request of a folder.
func (p *prepared) findJudge(t *target) error {
	var err error
	switch name := p.job.Contract; {
	case name == contract.None:
	case name == "" || t != p.target:
		probe := request.Compile(t.item, request.Options{Scopes: p.scopes})
		_, _, path, _ := probe.Target()
		t.contract, err = contract.Find(path)
	default:
		t.contract, err = contract.Named(name)
	}
	if err != nil {
		return err
	}
	t.judge = contract.ByStatus{}
	if t.contract != nil || p.job.SuccessIf != "" {
		t.judge, err = contract.NewJudge(t.contract, p.job.SuccessIf)
	}
	return err
}

// compileStep compiles a request, or what scripts made of it. late says that scripts
// have not run yet.
func (p *prepared) compileStep(t *target, item *collection.Item, scopes *vars.Scopes, late bool) *request.Template {
	o := p.requestOptions(t, scopes, p.header)
	o.List, o.Shared = p.list(), len(p.steps) > 1
	if late && p.scripted() {
		o.Late = rowscript.Sets(p.items())
	}
	return request.Compile(item, o)
}

// noPlace reports names of map, set and pack that none of several requests has a place
// for: each has only some.
func (p *prepared) noPlace() {
	if len(p.steps) == 1 {
		return
	}
	for _, name := range p.template.Missing {
		if !slices.ContainsFunc(p.steps, func(t *target) bool { return !slices.Contains(t.template.Missing, name) }) {
			err := fmt.Errorf("no request of the folder %s has a field or placeholder %q", p.job.Folder, name)
			p.template.Problems = append(p.template.Problems, request.Problem{Where: "--map, --set, --pack", Err: err})
		}
	}
}

// checkers check the rows, one for each request.
func (p *prepared) checkers() checkers {
	var all checkers
	for _, t := range p.steps {
		all = append(all, stepChecker{t.item.Path(), p.checkerOf(t)})
	}
	return all
}

// checkers are those of the requests of a row.
type checkers []stepChecker

type stepChecker struct {
	name string
	*preflight.Checker
}

func (c checkers) Request() []preflight.Problem {
	return c.merge(func(one *preflight.Checker) []preflight.Problem { return one.Request() })
}

func (c checkers) Row(row batch.Row) []preflight.Problem {
	return c.merge(func(one *preflight.Checker) []preflight.Problem { return one.Row(row) })
}

func (c checkers) Finish() []preflight.Problem {
	return c.merge(func(one *preflight.Checker) []preflight.Problem { return one.Finish() })
}

// merge puts the findings of the requests together: one that they share is said once,
// others with the request's name. What one request does not use another may.
func (c checkers) merge(find func(*preflight.Checker) []preflight.Problem) []preflight.Problem {
	if len(c) == 1 {
		return find(c[0].Checker)
	}
	found := make([][]preflight.Problem, len(c))
	for i := range c {
		found[i] = find(c[i].Checker)
	}
	var out []preflight.Problem
	for i, list := range found {
		for _, problem := range list {
			same := func(other preflight.Problem) bool {
				return other == problem || preflight.Unused(problem.Rule) && other.Rule == problem.Rule && other.Column == problem.Column
			}
			shared := !slices.ContainsFunc(found, func(other []preflight.Problem) bool { return !slices.ContainsFunc(other, same) })
			if preflight.Unused(problem.Rule) && !shared || shared && i > 0 {
				continue
			}
			if !shared {
				problem.Message = c[i].name + ": " + problem.Message
			}
			out = append(out, problem)
		}
	}
	return out
}

// stepsOf are the requests of a row for the engine.
func (p *prepared) stepsOf() (steps []batch.Step) {
	for _, t := range p.steps {
		steps = append(steps, batch.Step{Name: t.item.Path(), Template: t.template, Judge: t.judge, Capture: p.capture()})
	}
	return steps
}

// scripts are those of the load's requests, nil when none run.
func (s *sending) scripts(engine *batch.Engine) (batch.Scripts, error) {
	if !s.scripted() {
		return nil, nil
	}
	o := rowscript.Options{
		Scopes: func() *vars.Scopes { return s.shared.Load() }, Header: s.header, Rows: s.start.Facts.Rows, Sender: engine.Sender, Pacer: engine.Pacer,
		Timeout: time.Duration(s.job.Timeout), Run: s.run, WorkingDir: s.job.WorkingDir, UserAgent: tool(), NodeModules: s.job.NodeModules,
		Mask: s.masker.Mask, Environment: environmentName(s.job.Environment),
		Vault: newVault(s.job.Environ()).read,
	}
	for _, t := range s.steps {
		o.Steps = append(o.Steps, rowscript.Step{Item: t.item, Compile: func(item *collection.Item, scopes *vars.Scopes) *request.Template {
			return s.compileStep(t, item, scopes, false)
		}})
	}
	return rowscript.New(o)
}

func environmentName(path string) string {
	if path == "" {
		return ""
	}
	env, err := collection.LoadEnvironment(path)
	if err != nil {
		return "" // it was read before, and only its name is asked for
	}
	return env.Name
}
