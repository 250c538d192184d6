// Package runreport reports runs of collections: each reporter is a Handler over the
// events of a run.
package runreport

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// Handler takes the events of one run or of several, one after the other. Those of an
// item come together: also with iterations in parallel, an item ends before the next
// begins. An error ends the report, not the run. Close ends the report: what is said of
// all comes then, and a file gets its name. Without a Start there is no report.
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
	// Mask hides secrets in a text; nil hides none. It is asked when a text is written:
	// what is secret may become known during a run.
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
		"json":     {[]string{"export"}, func(o Options) (Handler, error) { return orNone(newJSON(o)) }},
		"junit":    {[]string{"export"}, func(o Options) (Handler, error) { return orNone(newJUnit(o)) }},
		"html":     {[]string{"export"}, func(o Options) (Handler, error) { return orNone(newHTML(o)) }},
		"csv":      {[]string{"export"}, func(o Options) (Handler, error) { return orNone(newCSV(o)) }},
		"tap":      {[]string{"export", "version"}, func(o Options) (Handler, error) { return orNone(newTAP(o)) }},
		"github":   {nil, func(o Options) (Handler, error) { return newGitHub(o), nil }},
		"progress": {nil, func(o Options) (Handler, error) { return newProgress(o), nil }},
	}
}

// orNone keeps a nil pointer from becoming a Handler that is not nil.
func orNone[H Handler](h H, err error) (Handler, error) {
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Names are the reporters that there are.
func Names() []string { return slices.Sorted(maps.Keys(kinds())) }

// New makes a reporter. The error says that there is none of that name, that it has no
// such option, or that its file cannot be written.
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
		if !slices.Contains(k.options, option) {
			return nil, unknownOption(name, option, k.options)
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

func unknownOption(name, option string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("the reporter %s has no option %q: it has none", name, option)
	}
	hint := ""
	if near, ok := collection.Nearest(option, known); ok {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return errors.New(fmt.Sprintf("the reporter %s has no option %q: it has %s", name, option, strings.Join(known, ", ")) + hint)
}

// Knows reports whether a reporter has an option: one that is given for all goes to those
// that do.
func Knows(name, option string) bool { return slices.Contains(kinds()[name].options, option) }

// TakesValue reports whether an option has a value: the others are on or off.
func TakesValue(option string) bool { return option == "export" || option == "version" }

// on reports whether an option is set.
func (o *Options) on(option string) bool {
	value, given := o.Options[option]
	return given && value != "false"
}
