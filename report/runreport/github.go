package runreport

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pmrun/pmrun/collection/runner"
)

// mostAnnotations bounds what gitHub writes: GitHub shows ten of a step, and has a log
// beside them.
const mostAnnotations = 50

// gitHub writes annotations of GitHub Actions: an error for each failure, at the file
// of the collection.
type gitHub struct {
	o       Options
	tally   tally
	written int
}

func newGitHub(o Options) *gitHub { return &gitHub{o: o} }

// Handle takes an event.
func (g *gitHub) Handle(e runner.Event) error {
	f := g.tally.see(e)
	if e.Finish != nil && e.Finish.Err != nil {
		return g.annotate("", "the run ended early", e.Finish.Err.Error())
	}
	if f == nil {
		return nil
	}
	if g.written++; g.written > mostAnnotations {
		return nil
	}
	title := inside(f.item)
	if f.assertion {
		title += ": " + f.test
	}
	where := f.at
	if f.cursor.Cycles > 1 {
		where += fmt.Sprintf(", iteration %d", f.cursor.Iteration+1)
	}
	return g.annotate(f.item.Collection().File, title, fmt.Sprintf("%s: %s (%s)", f.name, f.message, where))
}

func (g *gitHub) annotate(file, title, message string) error {
	// What ends a line, or a property, is escaped as the toolkit of Actions does it.
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	at := ""
	if file != "" && !strings.Contains(file, "://") {
		at = "file=" + property.Replace(g.o.line(filepath.ToSlash(file))) + ","
	}
	_, err := io.WriteString(g.o.Out, "::error "+at+"title="+property.Replace(g.o.line(title))+"::"+text.Replace(g.o.text(message))+"\n")
	return err
}

// Close says how many annotations were left out.
func (g *gitHub) Close() error {
	if more := g.written - mostAnnotations; more > 0 {
		return g.annotate("", "more failures", fmt.Sprintf("and %d more: the other reports have them", more))
	}
	return nil
}
