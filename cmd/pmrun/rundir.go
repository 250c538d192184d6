package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

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
	Job    batch.Job         `yaml:"job"`
}

// writeRunDir writes what a later resume and the reports need beside the
// ledger, and returns the run's first event.
func (p *prepared) writeRunDir(dir batch.RunDir, input *inputCopy) (*batch.Start, error) {
	if err := input.finish(); err != nil {
		return nil, err
	}
	hashes := map[string]string{"data": p.facts.SHA256}
	for name, path := range map[string]string{"collection": p.job.Collection, "environment": p.job.Environment, "globals": p.job.Globals} {
		if path == "" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s again: %w", path, err)
		}
		sum := sha256.Sum256(content)
		hashes[name] = hex.EncodeToString(sum[:])
	}
	job := *p.job
	job.EnvVar, job.Set = p.maskMap(job.EnvVar), p.maskMap(job.Set)
	if err := p.writeYAML(dir, batch.JobFile, resolvedJob{
		Tool: tool(), RunID: p.run.ID, Host: p.host(), Method: p.template.Method, URL: p.masker.Mask(p.template.URL()), SHA256: hashes, Job: job,
	}); err != nil {
		return nil, err
	}
	if err := dir.Write(batch.CollectionFile, p.masker.MaskBytes(p.collection.Bytes())); err != nil {
		return nil, err
	}
	if p.contract != nil {
		if err := p.writeYAML(dir, batch.ContractFile, p.contract); err != nil {
			return nil, err
		}
	}
	return &batch.Start{
		Version: batch.EventVersion, RunID: p.run.ID, Job: p.job.Name, Host: p.host(), Request: p.item.Path(),
		Operation: p.masker.Mask(p.operation()), Header: p.header, Facts: p.facts, Started: p.run.Started, Mends: p.mends(),
	}, nil
}

func (p *prepared) maskMap(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = p.masker.Mask(v)
	}
	return out
}

func (p *prepared) writeYAML(dir batch.RunDir, name string, v any) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	return dir.Write(name, p.masker.MaskBytes(text))
}
