package batch

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write docs/job.schema.json again")

const publishedSchema = "../docs/job.schema.json"

// TestJobSchemaPublished: docs has the schema that the settings make.
func TestJobSchemaPublished(t *testing.T) {
	want, err := JobSchema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(publishedSchema, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(publishedSchema); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the settings say (%v): go test ./batch -run TestJobSchemaPublished -update", publishedSchema, err)
	}
}

// TestJobSchema: a validator of editors takes what LoadJob takes, and refuses what
// it refuses.
func TestJobSchema(t *testing.T) {
	text, err := JobSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(JobSchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(JobSchemaID)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(job string) error {
		var v any
		if err := yaml.Unmarshal([]byte(job), &v); err != nil {
			t.Fatalf("%s: %v", job, err)
		}
		return schema.Validate(v)
	}
	example, err := os.ReadFile("../examples/insert-crm-cases/job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range []string{
		// Editors know YAML 1.2, in which yes is text; LoadJob takes it too.
		strings.Replace(everySetting, "confirm: yes", "confirm: true", 1), string(example), "rate: 600/m", "rate: none", "max-failures: 5", "max-failures: 2.5%", "rows: 7", "rows: 1-10,25,300-",
		"timeout: 1m30s", "pack: {form: }", "pack: {form: []}", "set: {a: 1, b: true, c: x}", "sheet: 2", "rate: ${env:RATE}", "stop: {failed-in-a-row: 0}",
	} {
		if err := valid(job); err != nil {
			t.Errorf("%s: the schema refuses it: %v", job, err)
		}
		if _, err := parseJob("job.yaml", []byte(job)); err != nil {
			t.Errorf("%s: the job is refused: %v", job, err)
		}
	}
	for _, job := range []string{
		"colection: x", "rate: fast", "rate: [1]", "concurrency: 0", "concurrency: many", "concurrency: 1001", "burst: 0", "timeout: 30", "timeout: soon",
		"max-failures: 5 %%", "rows: a-b", "key: id", "set: [a]", "set: {a: [1]}", "skip-invalid: maybe", "lookup: {field: id}", "stop: {failed: 1}",
		"retries: -1", "format: [pdf]", "lang: tlh", "limits: {cells: 1}", "values: {a: b}", "[]", "text",
	} {
		if valid(job) == nil {
			t.Errorf("%s: the schema takes it", job)
		}
	}
}
