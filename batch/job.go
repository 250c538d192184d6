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
// relative to the working directory of the program once LoadJob has returned.
type Job struct {
	// Name names the run directory; by default it is the job file's name without
	// its ending, or the name of its folder when the file is called job.
	Name string `yaml:"name,omitempty"`

	Collection  string            `yaml:"collection,omitempty"`
	Request     string            `yaml:"request,omitempty"`
	Environment string            `yaml:"environment,omitempty"`
	Globals     string            `yaml:"globals,omitempty"`
	EnvVar      map[string]string `yaml:"env-var,omitempty"`
	Data        string            `yaml:"data,omitempty"`
	Delimiter   string            `yaml:"delimiter,omitempty"`
	Encoding    string            `yaml:"encoding,omitempty"`
	// Sheet is the sheet of a workbook, by name or by number from 1; HeaderRow the
	// line or sheet row with the column names, 0 for the first that is not blank.
	Sheet      string  `yaml:"sheet,omitempty"`
	HeaderRow  int64   `yaml:"header-row,omitempty"`
	Limits     *Limits `yaml:"limits,omitempty"`
	WorkingDir string  `yaml:"working-dir,omitempty"`

	Map  map[string]string   `yaml:"map,omitempty"`
	Set  map[string]string   `yaml:"set,omitempty"`
	Pack map[string][]string `yaml:"pack,omitempty"`
	// Key names the columns that tell rows apart.
	Key []string `yaml:"key,omitempty"`
	// IdempotencyHeader names a header with a value of its own for each row.
	IdempotencyHeader string `yaml:"idempotency-header,omitempty"`
	// LookupFirst asks the server before each insert; Lookup says by what.
	LookupFirst bool       `yaml:"lookup-first,omitempty"`
	Lookup      *JobLookup `yaml:"lookup,omitempty"`
	// Values extends the contract's allowed values, by field.
	Values map[string][]string `yaml:"values,omitempty"`

	Contract    string `yaml:"contract,omitempty"`
	SkipInvalid bool   `yaml:"skip-invalid,omitempty"`
	Confirm     bool   `yaml:"confirm,omitempty"`

	Rate        string   `yaml:"rate,omitempty"`
	Burst       *int     `yaml:"burst,omitempty"`
	Concurrency *int     `yaml:"concurrency,omitempty"`
	Timeout     Duration `yaml:"timeout,omitempty"`
	// HeaderTimeout bounds the wait for an answer's first byte, within Timeout.
	HeaderTimeout Duration `yaml:"header-timeout,omitempty"`
	Retries       *int     `yaml:"retries,omitempty"`
	MaxWait       Duration `yaml:"max-wait,omitempty"`
	MaxFailures   string   `yaml:"max-failures,omitempty"`
	// Stop has the numbers of the other stop rules; 0 switches one off.
	Stop *JobStop `yaml:"stop,omitempty"`
	// MaxAnswer bounds how much of an answer is read, in bytes.
	MaxAnswer int64 `yaml:"max-answer,omitempty"`
	Insecure  bool  `yaml:"insecure,omitempty"`

	Out string `yaml:"out,omitempty"`
	// NoCopy reads the rows from the data file itself, for very large files: it
	// must not change until the run is done.
	NoCopy bool `yaml:"no-copy,omitempty"`
}

// JobStop has the numbers of stop rules that a job sets; nil keeps the default.
type JobStop struct {
	FailedInARow  *int `yaml:"failed-in-a-row,omitempty"`
	UnknownInARow *int `yaml:"unknown-in-a-row,omitempty"`
	NotSentInARow *int `yaml:"not-sent-in-a-row,omitempty"`
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
	// Field is the API's name of the field that is asked for.
	Field string `yaml:"field"`
	// Value names the request's field, or the column, that holds the value.
	Value string `yaml:"value"`
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
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		keys = append(keys, key)
	}
	return keys
}

// LoadJob reads a job file. Paths in it are relative to the file. An unknown
// setting is an error that names the nearest known one.
func LoadJob(path string) (*Job, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the job file: %w", pathError(path, err))
	}
	job, err := parseJob(path, text)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	for _, p := range []*string{&job.Collection, &job.Environment, &job.Globals, &job.Data, &job.Out} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if !filepath.IsAbs(job.WorkingDir) {
		job.WorkingDir = filepath.Join(dir, job.WorkingDir)
	}
	// A contract is a built-in name or a file beside the job.
	if ext := filepath.Ext(job.Contract); (ext == ".yaml" || ext == ".yml") && !filepath.IsAbs(job.Contract) {
		job.Contract = filepath.Join(dir, job.Contract)
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
