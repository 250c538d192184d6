package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/formats"
	"github.com/pmrun/pmrun/collection/convert/postman"
	"github.com/pmrun/pmrun/collection/vars"
)

// The two formats that are about loads: what init writes of a request. They live here, for
// collection/... knows nothing of loads.

// formats gives every format of convert. job has the variables that the command line
// names, and the collection's file, if the input is one; dir is where the files go, from
// which the job's paths start.
func (a *app) formats(ctx context.Context, job *batch.Job, dir string) []convert.Format {
	l := &loadFormats{app: a, job: job, dir: cmp.Or(dir, ".")}
	return append(formats.All(),
		convert.Format{Name: "csv-template", Title: "empty spreadsheet of a request, with a sample row (CSV)",
			Write: func(c *collection.Collection, o convert.Options, _ *convert.Notes) ([]convert.File, error) {
				return l.template(ctx, c, o)
			}},
		convert.Format{Name: "job", Title: "pmrun job, with what pmrun init writes (directory)", Tree: true,
			Write: func(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
				return l.jobFiles(ctx, c, o, notes)
			}})
}

// formatNamesOf gives the names of the formats that can be written, or else read.
func formatNamesOf(all []convert.Format, writes bool) (names []string) {
	for _, f := range all {
		if writes && f.Write != nil || !writes && f.Read != nil {
			names = append(names, f.Name)
		}
	}
	return names
}

type loadFormats struct {
	app *app
	job *batch.Job
	dir string
}

// skeleton finds what a load of the request needs, as init does.
func (l *loadFormats) skeleton(ctx context.Context, c *collection.Collection, o convert.Options) (*skeleton, error) {
	requests := o.Requests(c)
	switch {
	case o.Item != nil && o.Item.IsFolder():
		return nil, fmt.Errorf("--request: %s is a folder: name one request", o.Item.Path())
	case len(requests) != 1:
		return nil, fmt.Errorf("the collection has %d requests: name one with --request", len(requests))
	}
	job := *l.job
	job.Collection, job.Request = c.File, newRefs(c).of(requests[0])
	if job.Request == "" {
		return nil, fmt.Errorf("the request %s has no name of its own and no id: give it one", requests[0].Path())
	}
	p := &prepared{job: &job, collection: c, run: vars.Run{ID: uuid.NewString()}}
	if err := l.app.readRequest(ctx, p); err != nil {
		return nil, err
	}
	sk := &skeleton{prepared: p, dir: l.dir}
	return sk, sk.find()
}

// template writes the header and a row that shows what the columns take.
func (l *loadFormats) template(ctx context.Context, c *collection.Collection, o convert.Options) ([]convert.File, error) {
	sk, err := l.skeleton(ctx, c, o)
	if err != nil {
		return nil, err
	}
	var row []string
	for _, column := range sk.columns {
		row = append(row, sk.sample(column))
	}
	text, err := sk.sheet(',', row)
	return []convert.File{{Name: initRows, Data: text}}, err
}

// jobFiles writes what init does. A collection that was made of something else stands beside
// the job.
func (l *loadFormats) jobFiles(ctx context.Context, c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	sk, err := l.skeleton(ctx, c, o)
	if err != nil {
		return nil, err
	}
	var files []convert.File
	if l.job.Collection == "" {
		o.Item = nil
		if files, err = postman.V21().Write(c, o, notes); err != nil {
			return nil, err
		}
		// Relative to the directory, like every path of the job.
		sk.beside = files[0].Name
	} else {
		sk.job.Collection = l.job.Collection
	}
	made, err := sk.files(',')
	if err != nil {
		return nil, err
	}
	for _, f := range made {
		files = append(files, convert.File{Name: f.name, Data: f.content, Private: f.private})
	}
	slices.SortFunc(files, func(a, b convert.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// sample is a value that the column may have: one that the contract knows, or the one that
// stands in the request.
func (sk *skeleton) sample(c skeletonColumn) string {
	if sk.contract != nil {
		if f, known := sk.contract.Field(c.field); known && len(f.Values) > 0 {
			return f.Values[0].Value
		}
	}
	r := sk.item.Request()
	values := map[string]string{}
	query := r.URL.Query
	if !r.URL.HasParts {
		parts, _ := collection.URLParts(r.URL.Raw)
		query = parts.Query
	}
	for _, q := range query {
		values[q.Key] = q.Value
	}
	if r.Body != nil {
		for _, p := range r.Body.Params {
			values[p.Key] = p.Value
		}
	}
	field := c.field
	if field == "" && !vars.HasPlaceholder(c.target) {
		field = c.name
	}
	if value := values[field]; value != "" && !vars.HasPlaceholder(value) && !collection.SoundsSecret(field) {
		return value
	}
	return "example " + c.name
}
