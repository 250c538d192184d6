// Package runreport reports runs of collections: each reporter is a Handler over the
// events of a run.
package runreport

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// Handler takes the events of one run or of several, one after the other. Close ends
// the report; a file is there only then.
type Handler interface {
	Handle(runner.Event) error
	Close() error
}

// Options are what reporters are made with.
type Options struct {
	Out, Err io.Writer
	// Options are those of the reporter, by newman's names: export, no-summary, ...
	Options map[string]string
	// Color and Unicode say what the output can show, Verbose and Silent how much is
	// wanted.
	Color, Unicode, Verbose, Silent bool
	// Mask hides secrets in a text.
	Mask func(string) string
	Now  func() time.Time
	// Tool names the program.
	Tool string
}

// kind is a reporter that can be asked for.
type kind struct {
	options []string // that it knows
	make    func(o Options) (Handler, error)
}

func kinds() map[string]kind {
	return map[string]kind{
		"cli": {[]string{"silent", "show-timestamps", "no-summary", "no-failures", "no-assertions", "no-success-assertions", "no-console", "no-banner"},
			func(o Options) (Handler, error) { return newCLI(o), nil }},
		"json":     {[]string{"export"}, func(o Options) (Handler, error) { return newJSON(o) }},
		"junit":    {[]string{"export"}, func(o Options) (Handler, error) { return newJUnit(o) }},
		"csv":      {[]string{"export"}, func(o Options) (Handler, error) { return newCSV(o) }},
		"tap":      {nil, func(o Options) (Handler, error) { return newTAP(o), nil }},
		"github":   {nil, func(o Options) (Handler, error) { return newGitHub(o), nil }},
		"progress": {nil, func(o Options) (Handler, error) { return newProgress(o), nil }},
	}
}

// Names are the reporters that there are.
func Names() []string { return slices.Sorted(maps.Keys(kinds())) }

// New makes a reporter. The error says that there is none of that name, or that it has
// no such option.
func New(name string, o Options) (Handler, error) {
	k, ok := kinds()[name]
	if !ok {
		hint := ""
		if near, ok := collection.Nearest(name, Names()); ok {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return nil, fmt.Errorf("there is no reporter %q: there are %s%s", name, strings.Join(Names(), ", "), hint)
	}
	for _, option := range slices.Sorted(maps.Keys(o.Options)) {
		if !slices.Contains(k.options, option) && !anywhere(option) {
			return nil, fmt.Errorf("the reporter %s has no option %q: it has %s", name, option, strings.Join(k.options, ", "))
		}
	}
	if o.Mask == nil {
		o.Mask = func(text string) string { return text }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return k.make(o)
}

// anywhere reports whether some reporter has an option: one that is given for all is no
// mistake for the others.
func anywhere(option string) bool {
	for _, k := range kinds() {
		if slices.Contains(k.options, option) {
			return true
		}
	}
	return false
}

// on reports whether an option is set.
func (o *Options) on(option string) bool {
	value, given := o.Options[option]
	return given && value != "false"
}

// export opens the file of a report under a name of its own; finish gives it its name.
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
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("cannot write the report %s: %w", path, err)
	}
	return &exportFile{File: f, path: path}, nil
}

// exportFile is a report that is being written.
type exportFile struct {
	*os.File
	path string
}

// finish closes the file and gives it its name.
func (f *exportFile) finish() error {
	err := f.File.Close()
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("cannot write the report %s: %w", f.path, err)
	}
	return nil
}

// clean leaves out what would steer a terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\u202e' {
			return -1
		}
		return r
	}, text)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(clean(text)), " ")
}

// parentPath names the folders around an item, from the collection on.
func parentPath(item *collection.Item, separator string) string {
	var names []string
	for parent := item.Parent; parent != nil; parent = parent.Parent {
		names = append(names, parent.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, separator)
}

// inside is an item with the folders around it, as newman writes them.
func inside(item *collection.Item) string {
	if parents := parentPath(item, " / "); parents != "" {
		return parents + " / " + item.Name
	}
	return item.Name
}
