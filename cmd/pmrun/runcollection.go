package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/report/runreport"
)

func (a *app) runCommand() *cobra.Command {
	o := &runOptions{}
	cmd := &cobra.Command{
		Use:   "run COLLECTION...",
		Short: "Run a collection with its scripts, as newman does",
		Long: `Run makes the requests of a collection in order, with their pre-request and test
scripts, once for each iteration. The flags are newman's; docs/newman.md says what
differs. COLLECTION is a file (v1, v2, or a directory of v3) or a URL.

Reporters (-r cli,json,...): ` + strings.Join(runreport.Names(), ", ") + `.
An option of one is --reporter-NAME-OPTION, such as --reporter-json-export FILE.

Exit codes:
  0  all tests passed, every request had an answer
  1  a test failed, a script or a request went wrong, or the time was up
  2  a mistake in the arguments, or a file that cannot be read: nothing was sent`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name a collection: pmrun run COLLECTION")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.readRC(cmd, rcFiles()); err != nil {
				return err
			}
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.runCollections(cmd.Context(), o, args)
		},
	}
	o.flags(cmd.Flags())
	o.reporterFlags(cmd.Flags(), a.args)
	return cmd
}

// runCollections runs one collection after the other, with one report of all.
func (a *app) runCollections(ctx context.Context, o *runOptions, refs []string) (err error) {
	options, err := o.runnerOptions(ctx)
	if err != nil {
		return err
	}
	var collections []*collection.Collection
	for _, ref := range refs {
		c, err := o.readCollection(ctx, ref)
		if err != nil {
			return err
		}
		if _, err := runner.Items(c, o.folders, o.exclude); err != nil {
			return err
		}
		collections = append(collections, c)
	}
	secrets := o.secrets(collections, options)
	handlers, err := a.runReporters(o, secrets.mask)
	if err != nil {
		return err
	}
	defer func() {
		for _, h := range handlers {
			err = errors.Join(err, h.Close())
		}
	}()
	result := &runResult{}
	options.Emit = func(e runner.Event) {
		result.see(e)
		switch {
		case e.Script != nil:
			secrets.learn(e.Script.Scopes)
		case e.Console != nil && e.Console.Scopes != nil:
			secrets.learn(e.Console.Scopes)
		}
		for _, h := range handlers {
			result.err = errors.Join(result.err, h.Handle(e))
		}
	}
	if o.timeout.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout.Duration)
		defer cancel()
	}
	for _, c := range collections {
		options.Collection = c
		if err := runner.Run(ctx, *options); err != nil {
			if !result.started {
				return err
			}
			result.ended = err
			break
		}
		if result.bailed {
			break
		}
	}
	if result.err != nil {
		return &exitError{1, fmt.Errorf("a report cannot be written: %w", result.err)}
	}
	if err := o.export(options, result.finish); err != nil {
		return &exitError{1, err}
	}
	switch {
	case errors.Is(result.ended, context.DeadlineExceeded):
		return &exitError{1, fmt.Errorf("the run was not done within %s (--timeout)", o.timeout.Duration)}
	case result.ended != nil:
		return &exitError{1, result.ended}
	case result.failures > 0 && !o.suppress:
		return &exitError{code: 1}
	}
	return nil
}

// runResult is what the exit code depends on.
type runResult struct {
	started, bailed bool
	failures        int
	finish          *runner.Finish
	ended, err      error
}

func (r *runResult) see(e runner.Event) {
	switch {
	case e.Start != nil:
		r.started = true
	case e.Assertion != nil && e.Assertion.Err != nil, e.Script != nil && e.Script.Err != nil, e.Request != nil && e.Request.Err != nil:
		r.failures++
	case e.Finish != nil:
		r.finish, r.bailed = e.Finish, e.Finish.Bailed
	}
}

// runnerOptions reads what the flags name.
func (o *runOptions) runnerOptions(ctx context.Context) (*runner.Options, error) {
	out := &runner.Options{
		Iterations: o.iterations, Folders: o.folders, Exclude: o.exclude, Bail: runner.Bail(o.bail),
		Delay: o.delay.Duration, ScriptTimeout: o.timeoutScript.Duration, Retries: o.retries, Parallel: o.parallel,
		WorkingDir: o.workingDir, FilesBelow: o.noInsecureRead, FailUnresolved: o.failUnresolved, NodeModules: o.nodeModules, UserAgent: tool(),
		Net:   runner.NetOptions{Timeout: o.timeoutRequest.Duration, Insecure: o.insecure, IgnoreRedirects: o.ignoreRedirects},
		Vault: newVault(os.Environ()).read,
	}
	if out.WorkingDir == "" {
		out.WorkingDir = "."
	}
	var err error
	if out.Environment, err = o.readScope(ctx, o.environment, "environment", o.envVars); err != nil {
		return nil, err
	}
	if out.Globals, err = o.readScope(ctx, o.globals, "globals", o.globalVars); err != nil {
		return nil, err
	}
	if o.data != "" {
		content, local, err := o.source(ctx, o.data, "data")
		if err == nil && local {
			content, err = os.ReadFile(o.data)
		}
		if err != nil {
			return nil, fmt.Errorf("the iteration data: %w", err)
		}
		if out.Data, err = runner.ParseData(o.data, content, o.dataStrings); err != nil {
			return nil, err
		}
		if out.Data == nil {
			out.Data = []map[string]any{}
		}
	}
	if out.Net.ClientCerts, out.Net.RootCAs, err = o.certificates(); err != nil {
		return nil, err
	}
	out.Jar = runner.NewJar()
	if o.jar != "" {
		content, err := os.ReadFile(o.jar)
		if err != nil {
			return nil, fmt.Errorf("--cookie-jar: %w", err)
		}
		if out.Jar, err = runner.ParseJar(o.jar, content); err != nil {
			return nil, err
		}
	}
	ceiling, err := batch.ParseRate(o.rate)
	if err != nil {
		return nil, fmt.Errorf("--rate: %w", err)
	}
	if ceiling.PerSecond > 0 {
		pacer := pace.New(ceiling, 1)
		out.Pace = func(ctx context.Context) error { return waitFor(ctx, pacer) }
	}
	return out, nil
}

// waitFor waits for a permit.
func waitFor(ctx context.Context, p batch.Pacer) error {
	for {
		wait := p.Take(time.Now())
		if wait == 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// runReporters makes the reporters that were asked for.
func (a *app) runReporters(o *runOptions, mask func(string) string) (handlers []runreport.Handler, err error) {
	for i, name := range o.reporters {
		if slices.Contains(o.reporters[:i], name) {
			continue
		}
		h, err := runreport.New(name, runreport.Options{
			Out: a.stdout, Err: a.stderr, Options: o.reporterOptions(name, runreport.Names()),
			Color: o.color == "on" || o.color == "auto" && isTerminal(a.stdout), Unicode: !o.plain, Verbose: o.verbose, Silent: o.silent,
			Mask: mask, Now: time.Now, Tool: tool(),
		})
		if err != nil {
			for _, h := range handlers {
				_ = h.Close()
			}
			return nil, err
		}
		handlers = append(handlers, h)
	}
	return handlers, nil
}

// export writes what is kept of a run.
func (o *runOptions) export(options *runner.Options, finish *runner.Finish) error {
	if finish == nil {
		return nil
	}
	for _, e := range []struct {
		path, kind string
		content    func() ([]byte, error)
	}{
		{o.exportEnvironment, "environment", func() ([]byte, error) { return exported(finish.Environment, "environment") }},
		{o.exportGlobals, "globals", func() ([]byte, error) { return exported(finish.Globals, "globals") }},
		{o.exportCollection, "collection", func() ([]byte, error) { return withVariables(options.Collection, finish.Collection) }},
		{o.exportJar, "cookie-jar", options.Jar.JSON},
	} {
		if e.path == "" {
			continue
		}
		path := e.path
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, "pmrun-"+e.kind+"-"+time.Now().UTC().Format("2006-01-02-15-04-05-000")+".json")
		}
		content, err := e.content()
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, append(content, '\n'), 0o600)
		}
		if err != nil {
			return fmt.Errorf("--export-%s: %w", e.kind, err)
		}
	}
	return nil
}

// withVariables is a collection with its variables as they are at the end.
func withVariables(c *collection.Collection, s *script.Scope) ([]byte, error) {
	var variables []collection.Variable
	for _, v := range s.Values {
		variables = append(variables, collection.Variable{Key: v.Key, Value: runner.Text(v.Value), Type: v.Type, Disabled: v.Disabled})
	}
	return c.WithVariables(variables)
}
