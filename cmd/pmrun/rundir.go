package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch"
)

// resolvedJob is job.yaml of a run directory: the job as it was run, secrets
// masked.
type resolvedJob struct {
	Tool   string            `yaml:"tool"`
	RunID  string            `yaml:"run-id"`
	Host   string            `yaml:"host"`
	Method string            `yaml:"method"`
	URL    string            `yaml:"url"`
	SHA256 map[string]string `yaml:"sha256"`
	// JobFile is where the job was read from: .env is read there again.
	JobFile string    `yaml:"job-file,omitempty"`
	Job     batch.Job `yaml:"job"`
}

// writeRunDir writes what a later resume and the reports need beside the
// ledger, and returns the run's first event.
func (p *prepared) writeRunDir(dir batch.RunDir, input *inputCopy, s *settings) (*batch.Start, error) {
	if err := input.finish(); err != nil {
		return nil, err
	}
	start := &batch.Start{
		Version: batch.EventVersion, RunID: p.run.ID, Job: p.masker.Mask(p.job.Name), Host: p.host(), Request: p.what(),
		Operation: p.masker.Mask(p.operation()), Mock: s.Mock,
		Header: p.header, Facts: p.facts, Started: p.run.Started, Mends: p.mends(), Captures: p.captures.Columns(),
	}
	if p.job.NoCopy {
		if err := p.withoutCopy(dir, start); err != nil {
			return nil, err
		}
	}
	if err := p.dataTimes(dir, start); err != nil {
		return nil, err
	}
	hashes := map[string]string{"data": p.facts.SHA256}
	for name, path := range map[string]string{"collection": p.job.Collection, "environment": p.job.Environment, "globals": p.job.Globals} {
		if path == "" {
			continue
		}
		read := func() ([]byte, error) { return os.ReadFile(path) }
		if name == "collection" {
			read = p.collectionContent
		}
		content, err := read()
		if err != nil {
			return nil, fmt.Errorf("cannot read %s again: %w", path, err)
		}
		sum := sha256.Sum256(content)
		hashes[name] = hex.EncodeToString(sum[:])
	}
	// Values are masked one by one: masking the text could break it.
	job := p.job.WithReferences()
	// What a person says of one call of load is not said of those that go on.
	job.First, job.Yes, job.DryRun, job.Mock, job.Events = 0, false, false, false, ""
	for _, path := range []*string{&job.Collection, &job.Environment, &job.Globals, &job.Data, &job.WorkingDir, &job.NodeModules} {
		if *path == "" || strings.Contains(*path, "${env:") {
			continue
		}
		// Resume may be called from another directory.
		abs, err := filepath.Abs(*path)
		if err != nil {
			return nil, err
		}
		*path = abs
	}
	job.EnvVar, job.Set = p.maskMap(job.EnvVar), p.maskMap(job.Set)
	err := writeYAML(dir, batch.JobFile, resolvedJob{
		Tool: tool(), RunID: p.run.ID, Host: p.host(), Method: p.template.Method, URL: p.masker.Mask(p.template.URL()), SHA256: hashes, JobFile: p.job.File(), Job: *job,
	})
	if err != nil {
		return nil, err
	}
	if err := dir.Write(batch.CollectionFile, p.masker.MaskBytes(p.collection.Bytes())); err != nil {
		return nil, err
	}
	if p.contract != nil {
		if err := writeYAML(dir, batch.ContractFile, p.contract); err != nil {
			return nil, err
		}
	}
	if err := dir.Sync(); err != nil {
		return nil, fmt.Errorf("cannot make the run directory durable: %w", err)
	}
	start.Digests, err = p.digests(p.run.ID)
	return start, err
}

// withoutCopy makes a run read the data file itself.
func (p *prepared) withoutCopy(dir batch.RunDir, start *batch.Start) (err error) {
	if err := os.Remove(dir.Path(p.facts.InputFile())); err != nil {
		return err
	}
	start.Data, err = filepath.Abs(p.job.Data)
	return err
}

// dataTimes notes when what the run reads, and the data file, were changed last.
func (p *prepared) dataTimes(dir batch.RunDir, start *batch.Start) error {
	info, err := os.Stat(inputPath(dir, start))
	if err != nil {
		return err
	}
	start.DataTime = info.ModTime()
	if info, err := os.Stat(p.job.Data); err == nil && info.Mode().IsRegular() {
		start.Original = info.ModTime()
	}
	return nil
}

// digests are of what has to be the same when the run goes on. They are mixed
// with the run's id and made of values before masking, so that two secrets that
// look the same once masked are told apart.
func (p *prepared) digests(runID string) (map[string]string, error) {
	values := map[string]string{"host": "", "operation": p.operation(), "request": "", "contract": "", "script text": strings.Join(p.sources(p.items()...), "\x00")}
	for _, t := range p.steps {
		scheme, host, path, _ := t.template.Target()
		values["host"] += scheme + "://" + host
		values["request"] += t.template.Method + " " + path
		if t.contract != nil {
			text, err := yaml.Marshal(t.contract)
			if err != nil {
				return nil, err
			}
			values["contract"] += string(text)
		}
	}
	digests := make(map[string]string)
	for what, value := range values {
		mac := hmac.New(sha256.New, []byte(runID))
		mac.Write([]byte(value))
		digests[what] = hex.EncodeToString(mac.Sum(nil))
	}
	return digests, nil
}

func (p *prepared) maskMap(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = p.masker.Mask(v)
	}
	return out
}

func writeYAML(dir batch.RunDir, name string, v any) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	return dir.Write(name, text)
}
