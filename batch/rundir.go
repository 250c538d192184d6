package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// RunDir is the folder that one load writes. Only its owner can read it.
type RunDir string

// Files of a run directory.
const (
	LedgerFile     = "ledger.db"
	JobFile        = "job.yaml"
	InputFile      = "input.csv"
	WorkbookFile   = "input.xlsx"
	CollectionFile = "collection.json"
	ContractFile   = "contract.yaml"
)

// Path returns the path of a file in the directory.
func (d RunDir) Path(name string) string { return filepath.Join(string(d), name) }

// NewRunDir makes the directory, or takes an empty one, for this process alone. A
// directory that holds a run, or anything else, is refused: nothing is ever
// overwritten. input is the empty file for the copy of the data, with the name
// copyName. undo takes away what this process has made, for a load that is refused
// before anything was sent.
func NewRunDir(path, copyName string) (d RunDir, input *os.File, undo func() error, err error) {
	d = RunDir(path)
	fail := func(err error) (RunDir, *os.File, func() error, error) {
		return "", nil, nil, fmt.Errorf("cannot use the output directory: %w; name another with --out", pathError(path, err))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fail(err)
	}
	// Mkdir tells who made it: only that process may take it away again.
	err = os.Mkdir(path, 0o700)
	made := err == nil
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fail(err)
	}
	if err := d.free(); err != nil {
		return "", nil, nil, err
	}
	input, err = os.OpenFile(d.Path(copyName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fail(err)
	}
	return d, input, func() error { return d.remove(made) }, nil
}

// free refuses a directory that holds something.
func (d RunDir) free() error {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return fmt.Errorf("cannot use the output directory: %w; name another with --out", pathError(string(d), err))
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := os.Stat(d.Path(LedgerFile)); err == nil {
		return fmt.Errorf("%s holds a run already: go on with it with \"pmrun resume %s\", or name another directory with --out", d, d)
	}
	return fmt.Errorf("the output directory %s is not empty: name another with --out", d)
}

// remove takes away the files that a load makes before it begins, and the
// directory when this process made it and nothing else is in it.
func (d RunDir) remove(directory bool) error {
	var errs []error
	for _, name := range []string{InputFile, WorkbookFile, LedgerFile, LedgerFile + "-wal", LedgerFile + "-shm", "ledger.lock", JobFile, CollectionFile, ContractFile} {
		if err := os.Remove(d.Path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if directory {
		_ = os.Remove(string(d)) // stays when somebody put something there
	}
	return errors.Join(errs...)
}

// Write writes a small file of the directory, durably: a run that has begun needs
// it to go on.
func (d RunDir) Write(name string, content []byte) error {
	f, err := os.OpenFile(d.Path(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("cannot write into the run directory: %w", pathError(d.Path(name), err))
	}
	return nil
}

// Sync makes the directory's own entry and those of its files durable.
func (d RunDir) Sync() error {
	return errors.Join(syncDir(string(d)), syncDir(filepath.Dir(string(d))))
}

// syncDir syncs a directory where the system can do that.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && runtime.GOOS != "windows" {
		return err
	}
	return nil
}

// Keys under which the ledger keeps the first and the last event of a run, so
// that reports can be written again from the run directory alone.
const (
	metaStart  = "start"
	metaFinish = "finish"
)

// SaveStart records the run's first event.
func SaveStart(ctx context.Context, l Ledger, s *Start) error { return saveMeta(ctx, l, metaStart, s) }

// SaveFinish records the run's last event.
func SaveFinish(ctx context.Context, l Ledger, f *Finish) error {
	return saveMeta(ctx, l, metaFinish, f)
}

func saveMeta(ctx context.Context, l Ledger, key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.SetMeta(ctx, map[string]string{key: string(text)})
}

// LoadStart returns the run's first event. A ledger without one belongs to a
// load that never began.
func LoadStart(ctx context.Context, l Ledger) (*Start, error) {
	s := &Start{}
	ok, err := loadMeta(ctx, l, metaStart, s)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errors.New("the run never began: its preflight was not finished, and nothing was sent; load again")
	case s.Version != EventVersion:
		return nil, fmt.Errorf("the run was written by another version of this program (event version %d, this one reads %d)", s.Version, EventVersion)
	}
	return s, nil
}

// LoadFinish returns the run's last event, nil when the run did not come to its end.
func LoadFinish(ctx context.Context, l Ledger) (*Finish, error) {
	f := &Finish{}
	ok, err := loadMeta(ctx, l, metaFinish, f)
	if err != nil || !ok {
		return nil, err
	}
	return f, nil
}

func loadMeta(ctx context.Context, l Ledger, key string, v any) (bool, error) {
	text, err := l.Meta(ctx, key)
	if err != nil || text == "" {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return false, fmt.Errorf("the ledger's entry %q cannot be read: %w", key, err)
	}
	return true, nil
}
