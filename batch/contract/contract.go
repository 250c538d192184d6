// Package contract reads, checks and evaluates contracts: what is known of one
// API's request and of what its answers mean. Contracts are YAML; the built-in
// ones are embedded.
package contract

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/internal/strictyaml"
	"github.com/pmrun/pmrun/collection"
)

//go:embed *.yaml
var builtin embed.FS

// None is the word for --contract that switches contracts off.
const None = "none"

// Names lists the built-in contracts.
func Names() []string {
	entries, err := builtin.ReadDir(".")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

// Named returns the contract with a built-in name, or in a file.
func Named(ref string) (*batch.Contract, error) {
	if text, err := builtin.ReadFile(ref + ".yaml"); err == nil {
		return Parse(ref, text)
	}
	text, err := os.ReadFile(ref)
	switch {
	case err == nil:
		return Parse(ref, text)
	case !errors.Is(err, os.ErrNotExist):
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("cannot read the contract %s: %w", ref, err)
	}
	msg := fmt.Sprintf("there is no contract %q: name a file, %q, or one of %s", ref, None, strings.Join(Names(), ", "))
	if near, ok := collection.Nearest(ref, Names()); ok {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, errors.New(msg)
}

// Find returns the built-in contract whose Match finds the URL path, nil when
// there is none.
func Find(urlPath string) (*batch.Contract, error) {
	for _, name := range Names() {
		c, err := Named(name)
		if err != nil {
			return nil, err
		}
		if re, err := regexp.Compile(c.Match); err == nil && c.Match != "" && re.MatchString(urlPath) {
			return c, nil
		}
	}
	return nil, nil
}

// Parse reads a contract and checks it. The error names every mistake by its line
// and its key; what is missing altogether has no line.
func Parse(file string, text []byte) (*batch.Contract, error) {
	c := &batch.Contract{}
	var errs []error
	for _, m := range strictyaml.Decode(text, c, "key") {
		errs = append(errs, m)
	}
	if len(errs) == 0 {
		errs = inLines(text, validate(c))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("the contract %s: %w", file, err)
	}
	return c, nil
}

// inLines puts the mistakes of validate into the lines of the text, in their order.
func inLines(text []byte, errs []error) []error {
	if len(errs) == 0 {
		return nil
	}
	lines := strictyaml.NewLines(text)
	found := make([]strictyaml.Mistake, len(errs))
	for i, err := range errs {
		found[i].Text = err.Error()
		var m *mistake
		if errors.As(err, &m) {
			found[i].Line = lines.Of(m.path)
		}
	}
	slices.SortStableFunc(found, func(a, b strictyaml.Mistake) int { return cmp.Compare(a.Line, b.Line) })
	for i, m := range found {
		errs[i] = m
	}
	return errs
}
