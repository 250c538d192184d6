package runreport

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/pmrun/pmrun/collection/runner"
)

// progress shows how far a run is: a bar on a terminal, otherwise a line now and then
// and one at the end of a collection.
type progress struct {
	o     Options
	tally tally
	// width is the terminal's in columns, 0 when it is none.
	width func() int
	shown time.Time
	drawn bool // a bar stands there
	// Of the collection that runs.
	name                         string
	iterations, total, begun, at int
}

func newProgress(o Options) *progress {
	return &progress{o: o, width: func() int { return terminalWidth(o.Err) }}
}

func terminalWidth(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// Handle takes an event. What cannot be shown is lost, and no error.
func (p *progress) Handle(e runner.Event) error {
	p.tally.see(e)
	switch {
	case p.o.Silent:
	case e.Start != nil:
		p.name, p.iterations, p.total = p.o.line(e.Start.Collection.Name), e.Start.Iterations, len(e.Start.Items)*e.Start.Iterations
		p.begun, p.at, p.shown = 0, 0, p.o.Now()
	case e.Iteration != nil:
		p.begun++
	case e.ItemEnd != nil:
		p.at++
		p.show()
	case e.Finish != nil:
		p.clear()
		fmt.Fprintln(p.o.Err, p.line())
	}
	return nil
}

// show draws the bar, or prints a line, when it is time.
func (p *progress) show() {
	width, every := p.width(), lineEvery
	if width > 0 {
		every = barEvery
	}
	now := p.o.Now()
	if now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	if width == 0 {
		fmt.Fprintln(p.o.Err, p.line())
		return
	}
	// One column is left free: in the last one some terminals go on to the next line.
	line := []rune(p.bar() + " " + p.line())
	line = line[:min(len(line), max(width-1, 0))]
	fmt.Fprintf(p.o.Err, "\r%-*s", max(width-1, 0), string(line))
	p.drawn = true
}

// clear leaves an empty line where the bar was.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprintf(p.o.Err, "\r%*s\r", max(p.width()-1, 0), "")
		p.drawn = false
	}
}

const barWidth = 20

// bar is "[=====>    ]  50%". A script that goes back makes more requests than were
// planned: the bar then stays full.
func (p *progress) bar() string {
	done := min(p.at, p.total)
	full := barWidth * done / max(p.total, 1)
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", barWidth-full) + "] " + fmt.Sprintf("%3d%%", 100*done/max(p.total, 1))
}

// line is "Name: 12/40 requests, iteration 3/10, 2 failed".
func (p *progress) line() string {
	line := fmt.Sprintf("%s: %d/%d requests", p.name, p.at, max(p.total, p.at))
	if p.iterations > 1 {
		line += fmt.Sprintf(", iteration %d/%d", p.begun, p.iterations)
	}
	return line + fmt.Sprintf(", %d failed", p.tally.stats.failures())
}

// Close leaves no bar behind.
func (p *progress) Close() error {
	p.clear()
	return nil
}
