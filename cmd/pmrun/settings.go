package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
)

// settings are the flags of load and check, on top of a job file.
type settings struct {
	request, environment, globals, data, delimiter, workingDir string
	envVar, mapping, set, pack                                 []string
	contract, rate, out, maxFailures                           string
	skipInvalid, insecure, mock, yes, quiet, noProgress, json  bool
	burst, concurrency, retries                                int
	first                                                      int64
	lookupRequest, match, lookup                               string
	settle                                                     time.Duration
	reconcile, lookupFirst, noCopy                             bool
	against, history, idempotency                              string
	key                                                        []string
	timeout, maxWait                                           time.Duration
	events, lang                                               string
	formats                                                    []string
	stream                                                     *eventStream // of --events
}

// Defaults of the pace.
const (
	defaultConcurrency = 8
	defaultTimeout     = 30 * time.Second
	defaultRetries     = 5
	defaultMaxWait     = 15 * time.Minute
)

// jobFlags are those of load and check.
func (s *settings) jobFlags(f *pflag.FlagSet) {
	f.StringVar(&s.request, "request", "", "the request: its name, Folder/Name, or id")
	f.StringVarP(&s.data, "data", "d", "", "the rows: a CSV `FILE`")
	f.StringVar(&s.delimiter, "delimiter", "", "between cells: , ; tab | (found by itself)")
	f.StringArrayVar(&s.mapping, "map", nil, "fill a field or placeholder from a column, `FIELD=COLUMN`")
	f.StringArrayVar(&s.set, "set", nil, "give a field a value, `FIELD=VALUE`")
	f.StringArrayVar(&s.pack, "pack", nil, "fill a field with one JSON object of columns, `FIELD[=COL,COL]` (all unused ones)")
	f.StringSliceVar(&s.key, "key", nil, "`COL,COL` that tell rows apart: later rows with the same key are skipped")
	f.StringVar(&s.contract, "contract", "", "`NAME|FILE|none`: what is known of the API (found by the URL's path)")
	f.BoolVar(&s.skipInvalid, "skip-invalid", false, "load the valid rows though others are invalid")
	s.variableFlags(f)
	s.paceFlags(f)
}

// variableFlags are those of every verb that resolves a request.
func (s *settings) variableFlags(f *pflag.FlagSet) {
	f.StringVarP(&s.environment, "environment", "e", "", "environment `FILE`")
	f.StringVarP(&s.globals, "globals", "g", "", "globals `FILE`")
	f.StringArrayVar(&s.envVar, "env-var", nil, "set a variable, `NAME=VALUE`; secrets better in PMRUN_VAR_NAME")
	f.StringVar(&s.workingDir, "working-dir", "", "where relative paths of uploaded files start")
	f.BoolVarP(&s.insecure, "insecure", "k", false, "accept any TLS certificate")
}

// paceFlags are those of every verb that sends.
func (s *settings) paceFlags(f *pflag.FlagSet) {
	f.StringVar(&s.rate, "rate", "", "ceiling, `N/s`, N/m, N/h or none (the contract's, else none)")
	f.IntVar(&s.burst, "burst", 1, "how many attempts may start at once under the rate")
	f.IntVar(&s.concurrency, "concurrency", defaultConcurrency, "how many requests are on their way at once")
	f.DurationVar(&s.timeout, "timeout", defaultTimeout, "most time for one request")
	f.IntVar(&s.retries, "retries", defaultRetries, "how often a row is tried again after an end that provably created nothing")
	f.DurationVar(&s.maxWait, "max-wait", defaultMaxWait, "most time a row waits for the server's rate limit")
	f.StringVar(&s.maxFailures, "max-failures", "", "stop when more rows than `N` or P% have failed (100% never stops)")
	f.BoolVar(&s.mock, "mock", false, "send to a mock CRM inside this process, whatever the URL says")
	f.BoolVar(&s.yes, "yes", false, "send without asking")
}

// job returns the job of a command line: a job file, or a collection, with the
// flags on top.
func (s *settings) job(cmd *cobra.Command, arg string) (*batch.Job, error) {
	job := &batch.Job{}
	switch ext := strings.ToLower(filepath.Ext(arg)); ext {
	case ".yaml", ".yml":
		var err error
		if job, err = batch.LoadJob(arg); err != nil {
			return nil, err
		}
	default:
		job.Collection = arg
		job.Name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(arg), filepath.Ext(arg)), ".postman_collection")
	}
	if s.request != "" {
		job.Request = s.request
	}
	if err := s.override(cmd, job); err != nil {
		return nil, err
	}
	if len(s.key) > 0 {
		job.Key = s.key
	}
	return job, checkJob(job)
}

// override puts the flags that were given on top of a job.
func (s *settings) override(cmd *cobra.Command, job *batch.Job) error {
	changed := cmd.Flags().Changed
	for _, flag := range []string{"key", "rate", "idempotency-header", "max-failures"} {
		if f := cmd.Flags().Lookup(flag); f != nil && f.Changed && (f.Value.String() == "" || f.Value.String() == "[]") {
			return fmt.Errorf("--%s is empty: give it a value, or leave it out", flag)
		}
	}
	if s.settle < 0 {
		return fmt.Errorf("settle is %s: it has to be 0 or more", s.settle)
	}
	for flag, target := range map[string]struct{ from, to *string }{
		"environment": {&s.environment, &job.Environment},
		"globals":     {&s.globals, &job.Globals}, "data": {&s.data, &job.Data}, "delimiter": {&s.delimiter, &job.Delimiter},
		"working-dir": {&s.workingDir, &job.WorkingDir}, "contract": {&s.contract, &job.Contract},
		"rate": {&s.rate, &job.Rate}, "max-failures": {&s.maxFailures, &job.MaxFailures}, "idempotency-header": {&s.idempotency, &job.IdempotencyHeader}, "out": {&s.out, &job.Out},
	} {
		if changed(flag) {
			*target.to = *target.from
		}
	}
	job.SkipInvalid = job.SkipInvalid || s.skipInvalid
	job.Insecure = job.Insecure || s.insecure
	job.LookupFirst = job.LookupFirst || s.lookupFirst
	job.NoCopy = job.NoCopy || s.noCopy
	if s.lookup != "" {
		field, value, ok := strings.Cut(s.lookup, "=")
		if !ok || field == "" || value == "" {
			return fmt.Errorf("--lookup %q: write it FIELD=NAME, the API's field and the request's field or column that holds the value", s.lookup)
		}
		job.Lookup = &batch.JobLookup{Field: field, Value: value}
	}
	number(changed("burst"), s.burst, &job.Burst)
	number(changed("concurrency"), s.concurrency, &job.Concurrency)
	number(changed("retries"), s.retries, &job.Retries)
	duration(changed("timeout"), s.timeout, &job.Timeout)
	duration(changed("max-wait"), s.maxWait, &job.MaxWait)
	return errors.Join(
		pairs("env-var", s.envVar, &job.EnvVar), pairs("map", s.mapping, &job.Map), pairs("set", s.set, &job.Set),
		packs(s.pack, &job.Pack),
	)
}

func number(changed bool, flag int, target **int) {
	if changed || *target == nil {
		*target = &flag
	}
}

func duration(changed bool, flag time.Duration, target *batch.Duration) {
	if changed || *target == 0 {
		*target = batch.Duration(flag)
	}
}

// pairs adds NAME=VALUE flags to a map.
func pairs(flag string, values []string, target *map[string]string) error {
	for _, v := range values {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return fmt.Errorf("--%s %q: write it NAME=VALUE", flag, v)
		}
		if *target == nil {
			*target = make(map[string]string)
		}
		(*target)[name] = value
	}
	return nil
}

func packs(values []string, target *map[string][]string) error {
	for _, v := range values {
		field, columns, listed := strings.Cut(v, "=")
		if field == "" {
			return fmt.Errorf("--pack %q: write it FIELD or FIELD=COL,COL", v)
		}
		if *target == nil {
			*target = make(map[string][]string)
		}
		(*target)[field] = nil
		if listed {
			(*target)[field] = strings.Split(columns, ",")
		}
	}
	return nil
}

// checkJob reports settings that are missing or out of range.
func checkJob(j *batch.Job) error {
	var errs []error
	need := func(value, what string) {
		if value == "" {
			errs = append(errs, errors.New(what))
		}
	}
	need(j.Collection, "no collection: name a collection file, or a job file with collection:")
	need(j.Request, "no request: name it with --request, or request: in the job; pmrun lists the names when one does not fit")
	need(j.Data, "no data: name the rows' file with --data, or data: in the job")
	return errors.Join(append(errs, checkNumbers(j))...)
}

// checkNumbers reports settings of the pace that are out of range.
func checkNumbers(j *batch.Job) error {
	var errs []error
	if _, err := batch.ParseMaxFailures(j.MaxFailures, 0); err != nil {
		errs = append(errs, err)
	}
	if n := *j.Concurrency; n < 1 || n > 1000 {
		errs = append(errs, fmt.Errorf("concurrency is %d: it has to be from 1 to 1000", n))
	}
	if n := *j.Burst; n < 1 {
		errs = append(errs, fmt.Errorf("burst is %d: it has to be at least 1", n))
	}
	if n := *j.Retries; n < 0 {
		errs = append(errs, fmt.Errorf("retries is %d: it has to be 0 or more", n))
	}
	if d := time.Duration(j.Timeout); d <= 0 {
		errs = append(errs, fmt.Errorf("timeout is %s: it has to be more than 0", d))
	}
	if j.MaxAnswer < 0 {
		errs = append(errs, fmt.Errorf("max-answer is %d bytes: it has to be more than 0", j.MaxAnswer))
	}
	if d := time.Duration(j.MaxWait); d < 0 {
		errs = append(errs, fmt.Errorf("max-wait is %s: it has to be 0 or more", d))
	}
	return errors.Join(errs...)
}
