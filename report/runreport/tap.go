package runreport

import (
	"fmt"
	"io"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// tap writes the Test Anything Protocol, a test point for each assertion and each
// error: to the output, or to a file where one is named.
type tap struct {
	o       Options
	version string
	out     io.Writer
	escaped *strings.Replacer // a # would begin a directive
	file    *exportFile       // nil for the output
	tally   tally
	n       int
	err     error
}

func newTAP(o Options) (*tap, error) {
	t := &tap{o: o, out: o.Out, version: o.Options["version"], escaped: strings.NewReplacer(`\`, `\\`, "#", `\#`)}
	switch t.version {
	case "":
		t.version = "14"
	case "13", "14":
	default:
		return nil, fmt.Errorf("--reporter-tap-version is %q: it can be 13 or 14", t.version)
	}
	if o.Options["export"] != "" {
		var err error
		if t.file, err = o.export("tap"); err != nil {
			return nil, err
		}
		t.out = t.file
	}
	return t, nil
}

// Handle takes an event.
func (t *tap) Handle(e runner.Event) error {
	f := t.tally.see(e)
	switch {
	case e.Start != nil:
		if t.tally.collections == 1 {
			t.print("TAP version " + t.version + "\n")
		}
		t.print("# " + t.o.line(e.Start.Collection.Name) + "\n")
	case e.Request != nil && f != nil:
		t.point(e.Request.Item, e.Request.Cursor, "request", "", f)
	case e.Script != nil && f != nil:
		t.point(e.Script.Item, e.Script.Cursor, e.Script.Event+" script", "", f)
	case e.Assertion != nil:
		directive := ""
		if e.Assertion.Skipped {
			directive = " # SKIP"
		}
		t.point(e.Assertion.Item, e.Assertion.Cursor, e.Assertion.Name, directive, f)
	case e.ItemEnd != nil && e.ItemEnd.Skipped:
		t.point(e.ItemEnd.Item, e.ItemEnd.Cursor, "request", " # SKIP by its pre-request script", nil)
	}
	return t.err
}

// point writes a test point; f is nil when it is ok.
func (t *tap) point(item *collection.Item, cursor runner.Cursor, name, directive string, f *failure) {
	t.n++
	word := "ok"
	if f != nil {
		word = "not ok"
	}
	title := inside(item) + ": " + name
	if cursor.Cycles > 1 {
		title += fmt.Sprintf(" (iteration %d)", cursor.Iteration+1)
	}
	t.print(fmt.Sprintf("%s %d - %s%s\n", word, t.n, t.escaped.Replace(t.o.line(title)), directive))
	if f != nil {
		t.print("  ---\n  message: " + t.quoted(f.name+": "+f.message) + "\n  severity: fail\n  at: " + t.quoted(f.at) + "\n  ...\n")
	}
}

// quoted is a text of YAML: what JSON quotes is one, whatever it holds.
func (t *tap) quoted(text string) string {
	return string(quoted(t.o.text(text)))
}

func (t *tap) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, text)
	}
}

// Close writes the plan.
func (t *tap) Close() error {
	begun := t.tally.collections > 0
	if begun {
		t.print(fmt.Sprintf("1..%d\n", t.n))
		if t.tally.err != nil {
			t.print("Bail out! " + t.o.line(t.tally.err.Error()) + "\n")
		}
	}
	switch {
	case t.file == nil:
		return t.err
	case !begun:
		t.file.abort()
		return nil
	}
	return t.file.commit()
}
