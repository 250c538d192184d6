package report

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// file is a report that is written beside its place, under the name with
// tmpSuffix: an earlier one stays as it is until this one is complete.
type file struct {
	*bufio.Writer
	f    *os.File
	path string
}

// create begins a report; commit or abort ends it.
func create(dir, name string) (*file, error) {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path+tmpSuffix, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write the report: %w", err)
	}
	return &file{Writer: bufio.NewWriter(f), f: f, path: path}, nil
}

// commit puts the report in its place.
func (f *file) commit() error {
	err := errors.Join(f.Flush(), f.f.Close())
	if err == nil {
		err = os.Rename(f.f.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.f.Name())
		return fmt.Errorf("cannot write the report %s: %w", filepath.Base(f.path), err)
	}
	return nil
}

// abort removes what was begun; nothing is left of it after commit.
func (f *file) abort() {
	if f.f.Close() == nil { // fails when commit has closed it
		_ = os.Remove(f.f.Name())
	}
}
