package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch/internal/strictyaml"
)

// Job is everything that a load needs, from a job file or from flags. Paths are
// relative to the working directory of the program once LoadJob has returned. The
// doc tags are what docs/job.schema.json says of each setting.
type Job struct {
	Name string `yaml:"name,omitempty" doc:"names the run directory; by default the job file's name, or that of its folder when the file is called job"`

	Collection  string            `yaml:"collection,omitempty" doc:"the Postman collection: a JSON file, or the directory of a collection v3"`
	Request     string            `yaml:"request,omitempty" doc:"the request of the collection: its name, Folder/Name, or id"`
	Folder      string            `yaml:"folder,omitempty" doc:"a folder of the collection, by name, path or id, in place of request: its requests are sent for each row, one after the other"`
	Environment string            `yaml:"environment,omitempty" doc:"the Postman environment"`
	Globals     string            `yaml:"globals,omitempty" doc:"the Postman globals"`
	EnvVar      map[string]string `yaml:"env-var,omitempty" doc:"variables, by name, on top of the environment; secrets better in PMRUN_VAR_NAME"`
	Data        string            `yaml:"data,omitempty" doc:"the rows: a data file"`
	Delimiter   string            `yaml:"delimiter,omitempty" doc:"what stands between cells: , ; tab or | (found by itself)"`
	Encoding    string            `yaml:"encoding,omitempty" doc:"what a CSV is written in, such as windows-1252 or utf-16 (found by itself)"`
	Sheet       string            `yaml:"sheet,omitempty" doc:"the sheet of a workbook, by name or by number from 1 (the only one with cells)"`
	HeaderRow   int64             `yaml:"header-row,omitempty" doc:"the line or sheet row with the column names; what stands before it is left out (the first that is not blank)"`
	Limits      *Limits           `yaml:"limits,omitempty" doc:"how large a data file may be"`
	WorkingDir  string            `yaml:"working-dir,omitempty" doc:"where relative paths of uploaded files start (the job file's folder)"`

	Rows  string `yaml:"rows,omitempty" doc:"only these rows, counted from 1: 100-200, or 1-10,25,300-; the others are skipped"`
	Where string `yaml:"where,omitempty" doc:"only rows for which this expression holds, over row, num and line: row[\"status\"] == \"open\"; the others are skipped"`

	Map               map[string]string   `yaml:"map,omitempty" doc:"fields or placeholders, by name, and the column that fills each"`
	Set               map[string]string   `yaml:"set,omitempty" doc:"fields, by name, and the value that every row gets"`
	Pack              map[string][]string `yaml:"pack,omitempty" doc:"fields, by name, each filled with one JSON object of the listed columns; of all unused ones when the list is empty"`
	Key               []string            `yaml:"key,omitempty" doc:"the columns that tell rows apart: later rows with the same key are skipped"`
	Against           string              `yaml:"against,omitempty" doc:"the directory of an earlier run: rows whose key it inserted are skipped"`
	History           string              `yaml:"history,omitempty" doc:"a directory of earlier runs: rows whose key any of them inserted are skipped"`
	IdempotencyHeader string              `yaml:"idempotency-header,omitempty" doc:"a header with a value of its own for each row, the same on every attempt"`
	LookupFirst       bool                `yaml:"lookup-first,omitempty" doc:"ask the server before each insert, and skip rows that are there"`
	Lookup            *JobLookup          `yaml:"lookup,omitempty" doc:"by what rows are looked up at the server (the contract's)"`
	Reconcile         bool                `yaml:"reconcile,omitempty" doc:"look unknown rows up at the end"`
	Settle            Duration            `yaml:"settle,omitempty" doc:"how long the server may still be working on an attempt before a look-up tells (the timeout)"`
	Values            map[string][]string `yaml:"values,omitempty" doc:"more values that fields may have, by field, beside the contract's"`
	CustomFields      map[string][]string `yaml:"custom-fields,omitempty" doc:"the custom fields that your own system knows, by the field whose JSON object holds them; other keys are errors"`

	Contract    string            `yaml:"contract,omitempty" doc:"what is known of the API: a name, a file, or none (found by the URL's path)"`
	SuccessIf   string            `yaml:"success-if,omitempty" doc:"a success rule of your own, an expression over status, header, body and json, in place of the contract's: status == 201 && json.id != nil"`
	Capture     map[string]string `yaml:"capture,omitempty" doc:"values of each answer to report, by name: the column pmrun_NAME gets what the expression over status, header, body and json gives; ref fills pmrun_ref"`
	NoScripts   bool              `yaml:"no-scripts,omitempty" doc:"do not run the pre-request and test scripts"`
	NodeModules string            `yaml:"node-modules,omitempty" doc:"a directory in which require finds packages of pure JavaScript"`
	SkipInvalid bool              `yaml:"skip-invalid,omitempty" doc:"load the valid rows though others are invalid"`
	Confirm     bool              `yaml:"confirm,omitempty" doc:"refuse to send to another machine without --yes when there is no terminal to ask on"`
	Yes         bool              `yaml:"yes,omitempty" doc:"send without asking"`
	First       int64             `yaml:"first,omitempty" doc:"stop after that many rows, as if interrupted; resume goes on"`
	DryRun      bool              `yaml:"dry-run,omitempty" doc:"print what would be sent, secrets masked, and send nothing"`
	Mock        bool              `yaml:"mock,omitempty" doc:"send to a mock CRM inside the process, whatever the URL says"`

	Rate          string   `yaml:"rate,omitempty" doc:"ceiling of attempts: 10/s, 600/m, 1000/h or none (the contract's, else none)"`
	BatchSize     int      `yaml:"batch-size,omitempty" doc:"how many rows share a request, where the contract says how (1)"`
	Burst         *int     `yaml:"burst,omitempty" doc:"how many attempts may start at once under the rate (1)"`
	Concurrency   *int     `yaml:"concurrency,omitempty" doc:"how many requests are on their way at once (8)"`
	Timeout       Duration `yaml:"timeout,omitempty" doc:"most time for one request (30s)"`
	HeaderTimeout Duration `yaml:"header-timeout,omitempty" doc:"most time until an answer's first byte, within the timeout"`
	Retries       *int     `yaml:"retries,omitempty" doc:"how often a row is tried again after an end that provably created nothing (5)"`
	MaxWait       Duration `yaml:"max-wait,omitempty" doc:"most time a row waits for the server's rate limit (15m)"`
	MaxFailures   string   `yaml:"max-failures,omitempty" doc:"stop when more rows than this number, or share such as 5%, have failed; 100% never stops (never)"`
	Stop          *JobStop `yaml:"stop,omitempty" doc:"the numbers of the other stop rules; 0 switches one off"`
	MaxAnswer     int64    `yaml:"max-answer,omitempty" doc:"how much of an answer is read, in bytes"`
	Insecure      bool     `yaml:"insecure,omitempty" doc:"accept any TLS certificate"`

	Out         string   `yaml:"out,omitempty" doc:"the run directory to write (runs/JOB-TIME)"`
	NoCopy      bool     `yaml:"no-copy,omitempty" doc:"keep no copy of the data file, for very large ones: it must not change until the run is done"`
	Format      []string `yaml:"format,omitempty" doc:"reports to write: csv, json, html, junit, md, xlsx ([csv, json, html])"`
	Lang        string   `yaml:"lang,omitempty" doc:"language of the reports for people: en, es (en)"`
	Events      string   `yaml:"events,omitempty" doc:"write what happens as NDJSON to this file, or to standard output with -"`
	WithAnswers bool     `yaml:"with-answers,omitempty" doc:"add the server's last answers, masked, to the reports as pmrun_answer"`
	Quiet       bool     `yaml:"quiet,omitempty" doc:"print nothing but errors"`
	NoProgress  bool     `yaml:"no-progress,omitempty" doc:"show no progress"`

	TokenCommand  string `yaml:"token-command,omitempty" doc:"a command that prints a token; it is run at the start, and again when the server refuses the token"`
	TokenVariable string `yaml:"token-variable,omitempty" doc:"the variable that gets the token, where that cannot be told from the request"`

	source *jobSource // nil when the job came from flags
}

// JobStop has the numbers of stop rules that a job sets; nil keeps the default.
type JobStop struct {
	FailedInARow  *int `yaml:"failed-in-a-row,omitempty" doc:"rows in a row that fail for the same cause (10)"`
	UnknownInARow *int `yaml:"unknown-in-a-row,omitempty" doc:"rows in a row that end unknown (10)"`
	NotSentInARow *int `yaml:"not-sent-in-a-row,omitempty" doc:"rows in a row that do not leave this machine (10)"`
}

// StopRules returns the job's rules for a file of that many rows.
func (j *Job) StopRules(rows int64) (StopRules, error) {
	r := DefaultStopRules()
	if j.Stop != nil {
		for _, n := range []struct{ from, to *int }{
			{j.Stop.FailedInARow, &r.FailedInARow}, {j.Stop.UnknownInARow, &r.UnknownInARow}, {j.Stop.NotSentInARow, &r.NotSentInARow},
		} {
			if n.from != nil {
				*n.to = *n.from
			}
		}
	}
	var err error
	r.MaxFailures, err = ParseMaxFailures(j.MaxFailures, rows)
	return r, err
}

// JobLookup says how rows are looked up at the server.
type JobLookup struct {
	Field string `yaml:"field" doc:"the API's name of the field that is asked for"`
	Value string `yaml:"value" doc:"the request's field, or the column, that holds the value"`
}

// Duration is a time.Duration that YAML writes as "30s".
type Duration time.Duration

// UnmarshalYAML reads "30s", "1m30s".
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return errors.New("this is not a duration: write it like 30s or 2m")
	}
	v, err := time.ParseDuration(n.Value)
	if err != nil {
		return fmt.Errorf("%q is not a duration: write it like 30s or 2m", n.Value)
	}
	*d = Duration(v)
	return nil
}

// MarshalYAML writes the duration as time.Duration prints it.
func (d Duration) MarshalYAML() (any, error) { return time.Duration(d).String(), nil }

// Keys lists the settings of a job file.
func (Job) Keys() []string {
	t := reflect.TypeFor[Job]()
	keys := make([]string, 0, t.NumField())
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		keys = append(keys, key)
	}
	return keys
}

// LoadJob reads a job file. Paths in it are relative to the file, and ${env:NAME}
// is replaced. An unknown setting is an error that names the nearest known one.
func LoadJob(path string) (*Job, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the job file: %w", pathError(path, err))
	}
	job, err := parseJob(path, text)
	if err != nil {
		return nil, err
	}
	if err := job.Resolve(path, text, "", path); err != nil {
		return nil, err
	}
	if job.Name == "" {
		job.Name = jobName(path)
	}
	return job, nil
}

func jobName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if name != "job" {
		return name
	}
	if abs, err := filepath.Abs(path); err == nil {
		return filepath.Base(filepath.Dir(abs))
	}
	return name
}

// parseJob reads a job file's text. The error names every mistake with its line.
func parseJob(path string, text []byte) (*Job, error) {
	job := &Job{}
	mistakes := strictyaml.Decode(text, job, "setting")
	if strictyaml.Empty(mistakes) {
		return nil, fmt.Errorf("%s is empty: a job needs at least collection, request, environment and data", path)
	}
	var errs []error
	for _, m := range mistakes {
		if m.Line == 0 {
			errs = append(errs, fmt.Errorf("%s: %s", path, m.Text))
			continue
		}
		errs = append(errs, fmt.Errorf("%s:%d: %s", path, m.Line, m.Text))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return job, nil
}

// pathError shortens an error of the file system to its reason, with the path.
func pathError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
