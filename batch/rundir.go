package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// RunDir is the folder that one load writes. Only its owner can read it.
type RunDir string

// Files of a run directory.
const (
	LedgerFile     = "ledger.db"
	JobFile        = "job.yaml"
	InputFile      = "input.csv"
	CollectionFile = "collection.json"
	ContractFile   = "contract.yaml"
)

// Path returns the path of a file in the directory.
func (d RunDir) Path(name string) string { return filepath.Join(string(d), name) }

// NewRunDir makes the directory, or takes an empty one. A directory that holds
// a run, or anything else, is refused: nothing is ever overwritten. undo takes
// away what was made, for a load that is refused before anything was sent.
func NewRunDir(path string) (d RunDir, undo func() error, err error) {
	d = RunDir(path)
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := os.MkdirAll(path, 0o700); err != nil {
			return "", nil, fmt.Errorf("cannot make the output directory: %w; name another with --out", pathError(path, err))
		}
		return d, func() error { return os.RemoveAll(path) }, nil
	case err != nil:
		return "", nil, fmt.Errorf("cannot use the output directory: %w; name another with --out", pathError(path, err))
	case len(entries) == 0:
		if err := os.Chmod(path, 0o700); err != nil {
			return "", nil, fmt.Errorf("cannot use the output directory: %w", pathError(path, err))
		}
		return d, d.empty, nil
	}
	if _, err := os.Stat(d.Path(LedgerFile)); err == nil {
		return "", nil, fmt.Errorf("%s holds a run already: go on with it with \"pmrun resume %s\", or name another directory with --out", path, path)
	}
	return "", nil, fmt.Errorf("the output directory %s is not empty: name another with --out", path)
}

// empty removes every file of the directory, which was empty before.
func (d RunDir) empty() error {
	entries, err := os.ReadDir(string(d))
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(d.Path(e.Name())))
	}
	return err
}

// Write writes a small file of the directory.
func (d RunDir) Write(name string, content []byte) error {
	if err := os.WriteFile(d.Path(name), content, 0o600); err != nil {
		return fmt.Errorf("cannot write into the run directory: %w", pathError(d.Path(name), err))
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
