package runreport

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pmrun/pmrun/collection/runner"
)

// csvReport writes a line for each assertion, and for each request without one.
type csvReport struct {
	o    Options
	file *exportFile
	w    *csv.Writer
	last *runner.Request
	any  bool // the item had an assertion
}

func newCSV(o Options) (*csvReport, error) {
	file, err := o.export("csv")
	if err != nil {
		return nil, err
	}
	c := &csvReport{o: o, file: file, w: csv.NewWriter(file)}
	return c, c.w.Write([]string{"iteration", "folder", "request", "method", "url", "code", "response_time_ms", "event", "assertion", "result", "message"})
}

// Handle takes an event.
func (c *csvReport) Handle(e runner.Event) error {
	switch {
	case e.Item != nil:
		c.last, c.any = nil, false
	case e.Request != nil && !e.Request.Script:
		if c.last = e.Request; e.Request.Err != nil {
			return c.line(e.Request.Cursor, e.Request, "", "request", "error", e.Request.Err.Error())
		}
	case e.Script != nil && e.Script.Err != nil:
		c.any = true
		return c.line(e.Script.Cursor, &runner.Request{Item: e.Script.Item}, e.Script.Event, "script", "error", e.Script.Err.Error())
	case e.Assertion != nil:
		c.any = true
		result, message := "passed", ""
		switch {
		case e.Assertion.Skipped:
			result = "skipped"
		case e.Assertion.Err != nil:
			result, message = "failed", e.Assertion.Err.Message
		}
		r := c.last
		if r == nil {
			r = &runner.Request{Item: e.Assertion.Item}
		}
		return c.line(e.Assertion.Cursor, r, e.Assertion.Event, e.Assertion.Name, result, message)
	case e.ItemEnd != nil && !c.any && c.last != nil && c.last.Err == nil:
		return c.line(c.last.Cursor, c.last, "", "", "sent", "")
	case e.ItemEnd != nil && e.ItemEnd.Skipped:
		return c.line(e.ItemEnd.Cursor, &runner.Request{Item: e.ItemEnd.Item}, "", "", "skipped", "")
	}
	return nil
}

func (c *csvReport) line(cursor runner.Cursor, r *runner.Request, event, name, result, message string) error {
	code, took := "", ""
	if r.Response != nil {
		code, took = itoa(r.Response.Code), itoa(int(r.Response.Time.Milliseconds()))
	}
	record := []string{itoa(cursor.Iteration + 1), parentPath(r.Item, "/"), r.Item.Name, r.Method, r.URL, code, took, event, name, result, message}
	for i, cell := range record {
		record[i] = harmless(clean(c.o.Mask(cell)))
	}
	return c.w.Write(record)
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// Close gives the file its name.
func (c *csvReport) Close() error {
	c.w.Flush()
	return errors.Join(c.w.Error(), c.file.finish())
}

// tap writes the Test Anything Protocol, version 14.
type tap struct {
	o   Options
	n   int
	err error
}

func newTAP(o Options) *tap { return &tap{o: o} }

// Handle takes an event.
func (t *tap) Handle(e runner.Event) error {
	switch {
	case e.Start != nil && t.n == 0:
		t.print("TAP version 14\n")
	case e.Request != nil && e.Request.Err != nil:
		t.point(false, inside(e.Request.Item)+": request", "", e.Request.Err.Error())
	case e.Script != nil && e.Script.Err != nil:
		t.point(false, inside(e.Script.Item)+": "+e.Script.Event+" script", "", e.Script.Err.Error())
	case e.Assertion != nil:
		directive, message := "", ""
		if e.Assertion.Skipped {
			directive = " # SKIP"
		} else if e.Assertion.Err != nil {
			message = e.Assertion.Err.Error()
		}
		t.point(e.Assertion.Err == nil, inside(e.Assertion.Item)+": "+e.Assertion.Name, directive, message)
	}
	return t.err
}

func (t *tap) point(ok bool, name, directive, message string) {
	t.n++
	word := map[bool]string{true: "ok", false: "not ok"}[ok]
	name = strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(oneLine(t.o.Mask(name)))
	t.print(fmt.Sprintf("%s %d - %s%s\n", word, t.n, name, directive))
	if !ok {
		t.print("  ---\n  message: |-\n")
		for _, line := range strings.Split(clean(t.o.Mask(message)), "\n") {
			t.print("    " + line + "\n")
		}
		t.print("  ...\n")
	}
}

func (t *tap) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.o.Out, text)
	}
}

// Close writes the plan.
func (t *tap) Close() error { t.print(fmt.Sprintf("1..%d\n", t.n)); return t.err }

// gitHub writes annotations of GitHub Actions for what failed.
type gitHub struct {
	o     Options
	tally tally
}

func newGitHub(o Options) *gitHub { return &gitHub{o: o} }

// Handle takes an event.
func (g *gitHub) Handle(e runner.Event) error {
	f := g.tally.see(e)
	if f == nil {
		return nil
	}
	title := inside(f.item)
	if f.test != "" {
		title += ": " + f.test
	}
	message := fmt.Sprintf("%s: %s (%s, iteration %d)", f.name, f.message, f.at, f.cursor.Iteration+1)
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	_, err := fmt.Fprintf(g.o.Out, "::error title=%s::%s\n", property.Replace(clean(g.o.Mask(title))), text.Replace(clean(g.o.Mask(message))))
	return err
}

// Close does nothing.
func (g *gitHub) Close() error { return nil }

// progress prints a line an iteration.
type progress struct {
	o     Options
	tally tally
}

func newProgress(o Options) *progress { return &progress{o: o} }

// Handle takes an event.
func (p *progress) Handle(e runner.Event) error {
	p.tally.see(e)
	s := p.tally.stats
	if e.ItemEnd == nil || e.ItemEnd.Cursor.Position != e.ItemEnd.Cursor.Length-1 {
		return nil
	}
	c := e.ItemEnd.Cursor
	_, err := fmt.Fprintf(p.o.Err, "%d/%d iterations, %d requests, %d assertions, %d failed\n", s.Iterations.Total, c.Cycles, s.Requests.Total, s.Assertions.Total,
		s.Assertions.Failed+s.Scripts.Failed+s.Requests.Failed)
	return err
}

// Close does nothing.
func (p *progress) Close() error { return nil }
