package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
)

// isJobFile tells a job file from a collection, which may be YAML, too.
func isJobFile(arg string) bool {
	ext := strings.ToLower(filepath.Ext(arg))
	return (ext == ".yaml" || ext == ".yml") && !collection.IsV3(arg)
}

// collectionJob is the job of a collection that no job file names, called after the collection's file or directory.
func collectionJob(path string) *batch.Job {
	job := &batch.Job{Collection: path}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = filepath.Clean(path)
	}
	if dir := filepath.Dir(abs); collection.IsV3(path) && filepath.Base(dir) == ".resources" {
		abs = filepath.Dir(dir)
	}
	job.Name = filepath.Base(abs)
	if info, err := os.Stat(abs); err == nil && info.IsDir() {
		return job
	}
	job.Name = strings.TrimSuffix(job.Name, filepath.Ext(job.Name))
	for _, suffix := range []string{".postman_collection", ".request"} {
		job.Name = strings.TrimSuffix(job.Name, suffix)
	}
	return job
}

// collectionContent is what a hash of the collection is made of: the file, or of a collection v3, which is
// several, the document that they were read as.
func (p *prepared) collectionContent() ([]byte, error) {
	if collection.IsV3(p.job.Collection) {
		return p.collection.Bytes(), nil
	}
	return os.ReadFile(p.job.Collection)
}
