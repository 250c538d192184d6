package runreport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// exportFile is a report that is written beside its place: an earlier one stays as it
// is until this one is complete. The first error of a write is kept for the end.
type exportFile struct {
	f    *os.File
	w    *bufio.Writer
	path string
	err  error
}

// export begins the report's file: the option export, a file in it when that is a
// directory, or newman's default place. commit or abort ends it.
func (o *Options) export(ext string) (*exportFile, error) {
	path := o.Options["export"]
	name := "pmrun-run-report-" + o.Now().UTC().Format("2006-01-02-15-04-05-000") + "." + ext
	if path == "" || path == "true" {
		path = filepath.Join("pmrun", name)
	} else if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("cannot write the report %s: %w", path, err)
	}
	return temporary(path)
}

// temporary opens a file of another name beside path.
func temporary(path string) (*exportFile, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("cannot write the report %s: %w", path, err)
	}
	return &exportFile{f: f, w: bufio.NewWriter(f), path: path}, nil
}

// part opens a file beside the report for what is put into it later; insert and abort
// remove it.
func (f *exportFile) part() (*exportFile, error) { return temporary(f.path) }

// Write never fails: what it could not write, failed says.
func (f *exportFile) Write(p []byte) (int, error) {
	if f.err == nil {
		_, err := f.w.Write(p)
		f.fail(err)
	}
	return len(p), nil
}

// fail keeps the first error.
func (f *exportFile) fail(err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("cannot write the report %s: %w", f.path, err)
	}
}

func (f *exportFile) print(texts ...string) {
	for _, text := range texts {
		_, _ = io.WriteString(f, text)
	}
}

// insert puts what a part holds here, and removes the part.
func (f *exportFile) insert(part *exportFile) {
	defer part.abort()
	if part.err == nil {
		part.err = part.w.Flush()
	}
	if part.err == nil {
		_, part.err = part.f.Seek(0, io.SeekStart)
	}
	if part.err == nil {
		_, part.err = io.Copy(f, part.f)
	}
	f.fail(part.err)
}

// commit gives the report its name. Nothing is left of one that could not be written.
func (f *exportFile) commit() error {
	if f.err != nil {
		f.abort()
		return f.err
	}
	err := errors.Join(f.w.Flush(), f.f.Close())
	if err == nil {
		err = os.Rename(f.f.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.f.Name())
		return fmt.Errorf("cannot write the report %s: %w", f.path, err)
	}
	return nil
}

// abort removes what was begun.
func (f *exportFile) abort() {
	_ = f.f.Close()
	_ = os.Remove(f.f.Name())
}
