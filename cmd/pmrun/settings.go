package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
)

// settings are the flags of a command. Those that are settings of a job are bound
// to the job's own fields; once the job is known, these hold the job as it is run.
type settings struct {
	batch.Job
	bound                []string // flags that are settings of the job
	lookupRequest, match string
	json                 bool
	stream               *eventStream // of --events
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
	f.StringVar(&s.Request, "request", "", "the request: its name, Folder/Name, or id")
	f.StringVar(&s.Folder, "folder", "", "send the requests of a folder, `NAME`, for each row, one after the other")
	f.BoolVar(&s.NoScripts, "no-scripts", false, "do not run the pre-request and test scripts")
	f.StringVar(&s.NodeModules, "node-modules", "", "let scripts require packages of pure JavaScript from `DIR`")
	f.StringVarP(&s.Data, "data", "d", "", "the rows: a CSV or Excel (.xlsx) `FILE`")
	f.StringVar(&s.Sheet, "sheet", "", "sheet of a workbook, `NAME|N` (the only one with cells)")
	f.Int64Var(&s.HeaderRow, "header-row", 0, "line or sheet row `N` with the column names; what stands before it is left out (the first that is not blank)")
	f.StringVar(&s.Encoding, "encoding", "", "of a CSV, `NAME` such as windows-1252 or utf-16 (by its byte order mark, else UTF-8 when all of it is, else windows-1252)")
	f.StringVar(&s.Delimiter, "delimiter", "", "between cells: , ; tab | (found by itself)")
	f.StringVar(&s.Rows, "rows", "", "only these rows: `100-200`, or 1-10,25,300-; the others are skipped")
	f.StringVar(&s.Where, "where", "", "only rows for which `EXPR` over row, num and line holds; the others are skipped")
	f.Var(pairsFlag{&s.Map}, "map", "fill a field or placeholder from a column, `FIELD=COLUMN`")
	f.Var(pairsFlag{&s.Set}, "set", "give a field a value, `FIELD=VALUE`")
	f.Var(packsFlag{&s.Pack}, "pack", "fill a field with one JSON object of columns, `FIELD[=COL,COL]` (all unused ones)")
	f.StringSliceVar(&s.Key, "key", nil, "`COL,COL` that tell rows apart: later rows with the same key are skipped")
	f.StringVar(&s.Contract, "contract", "", "`NAME|FILE|none`: what is known of the API (found by the URL's path)")
	f.StringVar(&s.SuccessIf, "success-if", "", "success rule, `EXPR` over status, header, body and json (the contract's)")
	f.Var(pairsFlag{&s.Capture}, "capture", "report a value of each answer, `NAME=EXPR` over status, header, body and json")
	f.BoolVar(&s.SkipInvalid, "skip-invalid", false, "load the valid rows though others are invalid")
	f.StringVar(&s.Against, "against", "", "skip rows whose key an earlier run, `RUNDIR`, inserted")
	f.StringVar(&s.History, "history", "", "skip rows whose key any run in `DIR` inserted")
	f.IntVar(&s.BatchSize, "batch-size", 0, "send up to `N` rows in one request, where the contract says how (1)")
	f.StringVar(&s.IdempotencyHeader, "idempotency-header", "", "send a header `NAME` with a value of its own for each row, the same on every attempt")
	s.ofJob("request", "folder", "no-scripts", "node-modules", "data", "sheet", "header-row", "encoding", "delimiter", "rows", "where", "map", "set", "pack", "key", "contract", "success-if", "capture", "skip-invalid", "against", "history", "batch-size", "idempotency-header")
	s.variableFlags(f)
	s.paceFlags(f)
}

// variableFlags are those of every verb that resolves a request.
func (s *settings) variableFlags(f *pflag.FlagSet) {
	f.StringVarP(&s.Environment, "environment", "e", "", "environment `FILE`")
	f.StringVarP(&s.Globals, "globals", "g", "", "globals `FILE`")
	f.Var(pairsFlag{&s.EnvVar}, "env-var", "set a variable, `NAME=VALUE`; secrets better in PMRUN_VAR_NAME")
	f.StringVar(&s.WorkingDir, "working-dir", "", "where relative paths of uploaded files start")
	f.BoolVarP(&s.Insecure, "insecure", "k", false, "accept any TLS certificate")
	s.ofJob("environment", "globals", "env-var", "working-dir", "insecure")
}

// paceFlags are those of every verb that sends.
func (s *settings) paceFlags(f *pflag.FlagSet) {
	f.StringVar(&s.Rate, "rate", "", "ceiling, `N/s`, N/m, N/h or none (the contract's, else none)")
	numberVar(f, &s.Burst, "burst", 1, "how many attempts may start at once under the rate")
	numberVar(f, &s.Concurrency, "concurrency", defaultConcurrency, "how many requests are on their way at once")
	durationVar(f, &s.Timeout, "timeout", defaultTimeout, "most time for one request")
	numberVar(f, &s.Retries, "retries", defaultRetries, "how often a row is tried again after an end that provably created nothing")
	durationVar(f, &s.MaxWait, "max-wait", defaultMaxWait, "most time a row waits for the server's rate limit")
	f.StringVar(&s.MaxFailures, "max-failures", "", "stop when more rows than `N` or P% have failed (100% never stops)")
	f.StringVar(&s.TokenCommand, "token-command", "", "run `CMD` for a token: at the start, and again when the server refuses the token")
	f.StringVar(&s.TokenVariable, "token-variable", "", "the variable, `NAME`, that gets the token (the one in the token's header or auth)")
	f.BoolVar(&s.Mock, "mock", false, "send to a mock CRM inside this process, whatever the URL says")
	f.BoolVar(&s.Yes, "yes", false, "send without asking")
	s.ofJob("rate", "burst", "concurrency", "timeout", "retries", "max-wait", "max-failures", "token-command", "token-variable", "mock", "yes")
}

// answersFlag is that of the verbs that write the reports of a load.
func (s *settings) answersFlag(f *pflag.FlagSet) {
	f.BoolVar(&s.WithAnswers, "with-answers", false, "add the server's last answers, masked, to the reports as pmrun_answer")
	s.ofJob("with-answers")
}

// job returns the job of a command line: a job file, or a collection, with the
// flags on top.
func (s *settings) job(cmd *cobra.Command, arg string) (*batch.Job, error) {
	job := collectionJob(arg)
	if isJobFile(arg) {
		var err error
		if job, err = batch.LoadJob(arg); err != nil {
			return nil, err
		}
	}
	if err := s.merge(cmd, job); err != nil {
		return nil, err
	}
	return job, checkJob(job)
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
	need(j.Request+j.Folder, "no request: name it with --request (or several with --folder), or request: in the job; pmrun lists the names when one does not fit")
	need(j.Data, "no data: name the rows' file with --data, or data: in the job")
	if j.First < 0 {
		errs = append(errs, fmt.Errorf("first is %d: it has to be 1 or more", j.First))
	}
	if j.HeaderRow < 0 {
		errs = append(errs, fmt.Errorf("header-row is %d: it has to be 1 or more", j.HeaderRow))
	}
	if j.Limits != nil {
		errs = append(errs, j.Limits.Check())
	}
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
	if j.Settle < 0 {
		errs = append(errs, fmt.Errorf("settle is %s: it has to be 0 or more", time.Duration(j.Settle)))
	}
	if d := time.Duration(j.MaxWait); d < 0 {
		errs = append(errs, fmt.Errorf("max-wait is %s: it has to be 0 or more", d))
	}
	return errors.Join(errs...)
}
