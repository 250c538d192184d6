package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// EnvironFile is the file beside a job file that adds to the process's
// environment.
const EnvironFile = ".env"

// Environ is where a job gets values that do not stand in it: the process's
// environment and, beside a job file, .env; the process's wins.
type Environ struct{ values map[string]string }

// ReadEnviron reads .env in dir, if there is one, under the process's entries
// NAME=VALUE. Errors never repeat what the file holds.
func ReadEnviron(dir string, process []string) (*Environ, error) {
	path := filepath.Join(dir, EnvironFile)
	e := &Environ{values: make(map[string]string)}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("cannot read the environment file: %w", pathError(path, err))
	default:
		// The module's own error repeats the text.
		if e.values, err = godotenv.UnmarshalBytes(text); err != nil {
			return nil, fmt.Errorf("%s cannot be read: write each line as NAME=VALUE, in single quotes where the value holds $, # or blanks%s", path, firstOddLine(string(text)))
		}
	}
	for _, entry := range process {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			e.values[name] = value
		}
	}
	return e, nil
}

// firstOddLine says which line is not NAME=VALUE at first sight.
func firstOddLine(text string) string {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && !strings.ContainsAny(line, "=:") {
			return fmt.Sprintf("; see line %d", i+1)
		}
	}
	return ""
}

// Lookup returns the value of a name; ok is false when it is not set.
func (e *Environ) Lookup(name string) (value string, ok bool) {
	value, ok = e.values[name]
	return value, ok
}

// List returns every entry as NAME=VALUE, sorted.
func (e *Environ) List() []string {
	list := make([]string, 0, len(e.values))
	for name, value := range e.values {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
