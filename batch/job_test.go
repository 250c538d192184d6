package batch

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// everySetting is a job file that uses every setting.
const everySetting = `
name: cases
collection: crm.postman_collection.json
request: Cases/Insert
environment: prod.json
globals: globals.json
env-var: {operation: acme, year: 2026, zip: 01234}
data: rows/march.csv
delimiter: ";"
encoding: utf-16le
sheet: 2
header-row: 3
limits: {cell-bytes: 5000, row-bytes: 6000, header-bytes: 700, columns: 20, rows: 9000, file-bytes: 1000000}
working-dir: files
map: {contact: E-mail}
set: {status: open}
pack: {form: [Subject, "Order number"], extra: }
values: {case-type: [Warranty]}
custom-fields: {form: [Subject, "Order number"]}
contract: own.yaml
skip-invalid: true
confirm: yes
rate: 600/m
burst: 2
batch-size: 20
folder: Cases
no-scripts: true
node-modules: npm
concurrency: 0x10
timeout: 1m30s
retries: 0
max-wait: 10m
max-failures: 5%
key: [id, contact]
idempotency-header: X-Row
lookup-first: true
stop: {failed-in-a-row: 3, unknown-in-a-row: 0, not-sent-in-a-row: 7}
max-answer: 2000
header-timeout: 20s
no-copy: true
token-command: ./token
token-variable: key
lookup: {field: idPrefijo, value: id}
insecure: false
out: runs/march
rows: 100-200
where: row.status == "open"
against: runs/april
history: runs
reconcile: true
settle: 1m
success-if: status == 201
capture: {ref: json.id}
yes: true
first: 5
dry-run: true
mock: true
quiet: true
with-answers: true
format: [csv, md]
lang: es
events: events.ndjson
no-progress: true
`

func writeJob(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadJob(t *testing.T) {
	path := writeJob(t, "march.yaml", everySetting)
	dir := filepath.Dir(path)
	in := func(name string) string { return filepath.Join(dir, name) }
	number := func(n int) *int { return &n }
	want := &Job{
		Name: "cases", Collection: in("crm.postman_collection.json"), Request: "Cases/Insert", Folder: "Cases", NoScripts: true, NodeModules: in("npm"), Environment: in("prod.json"), Globals: in("globals.json"),
		// What YAML takes for numbers stays as it is written.
		EnvVar: map[string]string{"operation": "acme", "year": "2026", "zip": "01234"},
		Data:   in("rows/march.csv"), Delimiter: ";", Encoding: "utf-16le", Sheet: "2", HeaderRow: 3, Limits: &Limits{CellBytes: 5000, RowBytes: 6000, HeaderBytes: 700, Columns: 20, Rows: 9000, FileBytes: 1000000}, WorkingDir: in("files"),
		Map: map[string]string{"contact": "E-mail"}, Set: map[string]string{"status": "open"},
		Pack:   map[string][]string{"form": {"Subject", "Order number"}, "extra": nil},
		Values: map[string][]string{"case-type": {"Warranty"}}, CustomFields: map[string][]string{"form": {"Subject", "Order number"}}, Contract: in("own.yaml"), SkipInvalid: true, Confirm: true,
		Rate: "600/m", Burst: number(2), BatchSize: 20, Concurrency: number(16), Timeout: Duration(90 * time.Second), Retries: number(0),
		MaxWait: Duration(10 * time.Minute), MaxFailures: "5%", Key: []string{"id", "contact"}, IdempotencyHeader: "X-Row",
		Stop: &JobStop{FailedInARow: number(3), UnknownInARow: number(0), NotSentInARow: number(7)}, MaxAnswer: 2000, HeaderTimeout: Duration(20 * time.Second), NoCopy: true, TokenCommand: "./token", TokenVariable: "key",
		LookupFirst: true, Lookup: &JobLookup{Field: "idPrefijo", Value: "id"}, Out: in("runs/march"),
		Rows: "100-200", Where: `row.status == "open"`, Against: in("runs/april"), History: in("runs"), Reconcile: true, Settle: Duration(time.Minute),
		SuccessIf: "status == 201", Capture: map[string]string{"ref": "json.id"}, Yes: true, First: 5, DryRun: true, Mock: true, Quiet: true, WithAnswers: true, Format: []string{"csv", "md"}, Lang: "es", Events: in("events.ndjson"), NoProgress: true,
	}
	got, err := LoadJob(path)
	if err != nil {
		t.Fatal(err)
	}
	got.source = nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestLoadJobKeys makes sure that TestLoadJob misses no setting.
func TestLoadJobKeys(t *testing.T) {
	used := make(map[string]any)
	if err := yaml.Unmarshal([]byte(everySetting), &used); err != nil {
		t.Fatal(err)
	}
	got, want := slices.Sorted(maps.Keys(used)), slices.Sorted(slices.Values(Job{}.Keys()))
	if !slices.Equal(got, want) {
		t.Errorf("the file uses %v, the settings are %v", got, want)
	}
}

func TestLoadJobPaths(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "data.csv")
	path := writeJob(t, "job.yaml", "data: "+elsewhere+"\nworking-dir: "+filepath.Dir(elsewhere)+"\ncontract: wolkvox-cases-insert\n")
	job, err := LoadJob(path)
	if err != nil {
		t.Fatal(err)
	}
	if job.Data != elsewhere || job.WorkingDir != filepath.Dir(elsewhere) {
		t.Errorf("absolute paths became %q and %q", job.Data, job.WorkingDir)
	}
	if job.Collection != "" || job.Environment != "" || job.Globals != "" || job.Out != "" {
		t.Errorf("paths that are not given became %+v", job)
	}
	if job.Contract != "wolkvox-cases-insert" {
		t.Errorf("the name of a built-in contract became %q", job.Contract)
	}
	if job, err = LoadJob(writeJob(t, "job.yaml", "data: a.csv\n")); err != nil || job.WorkingDir != filepath.Dir(job.Data) {
		t.Errorf("without working-dir files are looked for in %q (%v)", job.WorkingDir, err)
	}
}

func TestLoadJobName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "march cases")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, text, want string }{
		{"job.yaml", "data: a.csv", "march cases"},
		{"job.yml", "data: a.csv", "march cases"},
		{"other.yaml", "data: a.csv", "other"},
		{"two.parts.yaml", "data: a.csv", "two.parts"},
		{"other.yaml", "name: own", "own"},
	} {
		path := filepath.Join(dir, c.file)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		job, err := LoadJob(path)
		if err != nil || job.Name != c.want {
			t.Errorf("%s with %q is named %q (%v), want %q", c.file, c.text, job.Name, err, c.want)
		}
	}
	t.Chdir(dir)
	if job, err := LoadJob("job.yaml"); err != nil || job.Name != "march cases" {
		t.Errorf("a relative job.yaml is named %q (%v)", job.Name, err)
	}
}

func TestLoadJobFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "no such file",
		dir:                             "is a directory",
	} {
		_, err := LoadJob(path)
		if err == nil || !strings.Contains(err.Error(), "cannot read the job file: "+path) || !strings.Contains(err.Error(), want) {
			t.Errorf("LoadJob(%s): %v; it does not say %q", path, err, want)
		}
	}
}

// jobMistakes are job files and what their error has to say.
func jobMistakes() map[string][]string {
	return map[string][]string{
		"":                              {"job.yaml is empty", "collection, request, environment and data"},
		"\n# nothing\n":                 {"job.yaml is empty"},
		"---\n":                         {"job.yaml is empty"},
		"~":                             {"job.yaml is empty"},
		"- data: a.csv":                 {"job.yaml:1", "this is a list", "NAME: VALUE"},
		"just words":                    {"job.yaml:1", `"just words"`, "NAME: VALUE"},
		"data: a\ncolection: b":         {"job.yaml:2", `there is no setting "colection"`, `did you mean "collection"?`},
		"Data: a":                       {"job.yaml:1", `there is no setting "Data"`, `did you mean "data"?`},
		"env_var: {A: b}":               {`there is no setting "env_var"`, `did you mean "env-var"?`},
		"data: a\n\nqqq: 1\nwww: 2":     {`job.yaml:3: there is no setting "qqq"`, `job.yaml:4: there is no setting "www"`},
		"concurrency: lots":             {"job.yaml:1", `concurrency is "lots"; it should be a whole number`},
		"concurrency: 1.5":              {"job.yaml:1", `concurrency is "1.5"; it should be a whole number`},
		"burst: [1]":                    {"job.yaml:1", "burst is a list; it should be a whole number"},
		"retries: 99999999999999999999": {`retries is "99999999999999999999"; it should be a whole number`},
		"data: [a]":                     {"job.yaml:1", "data is a list; it should be text"},
		"data: {a: b}":                  {"job.yaml:1", "data is a group of settings; it should be text"},
		"map: x":                        {"job.yaml:1", `map is "x"; it should be settings like NAME: VALUE`},
		"map: [a, b]":                   {"job.yaml:1", "map is a list; it should be settings like NAME: VALUE"},
		"set:\n  status: [open]":        {"job.yaml:2", "set.status is a list; it should be text"},
		"pack: {form: Subject}":         {"job.yaml:1", `pack.form is "Subject"; it should be a list`},
		"values: {status: [[a]]}":       {"job.yaml:1", "values.status[0] is a list; it should be text"},
		"timeout: soon":                 {"job.yaml:1", "timeout", `"soon" is not a duration`, "30s or 2m"},
		"timeout: 30":                   {"job.yaml:1", "timeout", `"30" is not a duration`, "30s or 2m"},
		"max-wait: [1m]":                {"job.yaml:1", "max-wait", "not a duration", "30s or 2m"},
		"skip-invalid: maybe":           {"job.yaml:1", `skip-invalid is "maybe"; it should be true or false`},
		"data: a\ndata: b":              {"job.yaml:2", "data is there twice, first in line 1"},
		"map: {a: b, a: c}":             {"job.yaml:1", "map.a is there twice"},
		"? [data]\n: a":                 {"job.yaml:1", "the name of a setting is a list"},
		"data: a\n---\ndata: b":         {"a second document begins here"},
		"data: \"a":                     {"not valid YAML", "unexpected end"},
		"data: a\n\trequest: b":         {"job.yaml:2", "not valid YAML"},
		"data: *nowhere":                {"job.yaml", "not valid YAML", "nowhere"},
		"concurrency: lots\ndata: [a]\nmap: x\ntimeout: soon": {"job.yaml:1", "job.yaml:2", "job.yaml:3", "job.yaml:4"},
	}
}

func TestParseJobMistakes(t *testing.T) {
	for text, wants := range jobMistakes() {
		job, err := parseJob("job.yaml", []byte(text))
		if err == nil {
			t.Errorf("%q is taken as %+v", text, job)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %q does not say %q", text, err, want)
			}
		}
	}
}

func TestParseJobAnchors(t *testing.T) {
	job, err := parseJob("job.yaml", []byte("set: &all {status: open}\nmap: *all\nrate:\nname: ~"))
	if err != nil || job.Map["status"] != "open" || job.Rate != "" || job.Name != "" {
		t.Errorf("got %+v, %v", job, err)
	}
	if _, err = parseJob("job.yaml", []byte("values: &v {a: [*v]}")); err == nil {
		t.Error("an anchor that contains itself is taken")
	}
}

// FuzzParseJob checks that what is accepted is written and read again as the same.
func FuzzParseJob(f *testing.F) {
	f.Add(everySetting)
	for text := range jobMistakes() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		job, err := parseJob("job.yaml", []byte(text))
		if err != nil {
			if job != nil || !strings.HasPrefix(err.Error(), "job.yaml") {
				t.Fatalf("job %v beside the error %q", job, err)
			}
			return
		}
		written, err := yaml.Marshal(job)
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(written)) == "{}" {
			return // a job that says nothing
		}
		again, err := parseJob("job.yaml", written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		rewritten, err := yaml.Marshal(again)
		if err != nil || string(rewritten) != string(written) {
			t.Fatalf("%v\n%s\n---\n%s", err, written, rewritten)
		}
	})
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{"30s": 30 * time.Second, "1m30s": 90 * time.Second, "250ms": 250 * time.Millisecond, "0": 0, "1.5h": 90 * time.Minute, "-1s": -time.Second} {
		var d Duration
		if err := yaml.Unmarshal([]byte(text), &d); err != nil || time.Duration(d) != want {
			t.Errorf("%q reads as %s, %v", text, time.Duration(d), err)
		}
		written, err := yaml.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var again Duration
		if err := yaml.Unmarshal(written, &again); err != nil || again != d {
			t.Errorf("%q is written as %q, which reads as %s, %v", text, written, time.Duration(again), err)
		}
	}
}

func TestJobStopRules(t *testing.T) {
	three, none := 3, 0
	j := &Job{Stop: &JobStop{FailedInARow: &three, UnknownInARow: &none}, MaxFailures: "5%"}
	got, err := j.StopRules(200)
	want := StopRules{FailedInARow: 3, UnknownInARow: 0, NotSentInARow: 10, MaxFailures: 10}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, err := (&Job{}).StopRules(200); err != nil || got != DefaultStopRules() {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := (&Job{MaxFailures: "x"}).StopRules(1); err == nil {
		t.Error("no error")
	}
}

func TestParseMaxFailures(t *testing.T) {
	for text, want := range map[string]int64{"": -1, "100%": -1, "0": 0, "20": 20, "5%": 50, "0.5%": 5, "0%": 0} {
		if got, err := ParseMaxFailures(text, 1000); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"x", "-1", "1.5", "101%", "%", "NaN", "1e400"} {
		if got, err := ParseMaxFailures(text, 1000); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}
