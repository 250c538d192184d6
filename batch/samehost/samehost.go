// Package samehost tells the runs of this machine that send to the same host from
// each other: servers limit requests by address, and count all of them together.
package samehost

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/batch/internal/filelock"
)

// Registry is a folder with one folder for each host, in which every run that
// sends there keeps a locked file. The lock ends with the process, so that runs
// that died do not count. The files of a host lie under its digest: they do not
// tell which hosts a user works with.
type Registry struct{ dir string }

// Open returns the registry of this user: pmrun/hosts in the user's cache folder
// (XDG_CACHE_HOME, where it is set).
func Open() (Registry, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return Registry{}, fmt.Errorf("there is no cache folder: %w", err)
	}
	return Registry{filepath.Join(cache, "pmrun", "hosts")}, nil
}

func (r Registry) host(name string) string {
	sum := sha256.Sum256([]byte(strings.TrimSuffix(strings.ToLower(name), ".")))
	return filepath.Join(r.dir, hex.EncodeToString(sum[:16]))
}

// Entry is the place of one run in a registry.
type Entry struct{ file *os.File }

// Enter says that a run sends to the host from now on. The file is locked before
// the run's name is written into it, and one without a name does not count.
func (r Registry) Enter(host, run string) (*Entry, error) {
	dir := r.host(host)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "run-*.lock")
	if err != nil {
		return nil, err
	}
	e := &Entry{f}
	if err := filelock.Try(f); err != nil {
		e.Leave()
		return nil, err
	}
	if _, err := f.WriteString(run); err != nil {
		e.Leave()
		return nil, err
	}
	return e, nil
}

// Leave takes the run out. What cannot be removed counts as dead all the same.
func (e *Entry) Leave() {
	if e == nil {
		return
	}
	_ = e.file.Truncate(0)
	_ = e.file.Close()
	_ = os.Remove(e.file.Name())
}

// Others names the runs of living processes that send to the host, but for mine,
// which may be nil, sorted.
func (r Registry) Others(host string, mine *Entry) []string {
	dir := r.host(host)
	entries, _ := os.ReadDir(dir) // without a folder there are no runs
	var runs []string
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if mine != nil && path == mine.file.Name() {
			continue
		}
		if run, alive := look(path); alive {
			runs = append(runs, run)
		}
	}
	slices.Sort(runs)
	return runs
}

// look reads whose file it is, and whether that process is alive. The file of a
// dead one is removed. The lock that it tries is a shared one, so that two that
// look at the same time do not take each other for the run.
func look(path string) (run string, alive bool) {
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		return "", false
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", false
	}
	err = filelock.TryShared(f)
	_ = f.Close()
	if err == nil {
		_ = os.Remove(path)
		return "", false
	}
	return string(text), err == filelock.ErrHeld
}
