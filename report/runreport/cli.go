package runreport

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

// cli prints a run for people, as it goes.
type cli struct {
	o        Options
	tally    tally
	failures []*failure       // the first ones, for the table at the end
	last     *collection.Item // whose folders were printed
	box      string           // the colour of what a script prints, while that is shown
	err      error
}

func newCLI(o Options) *cli {
	o.Silent = o.Silent || o.on("silent")
	return &cli{o: o}
}

// mostListed is how many failures the table at the end has.
const mostListed = 1000

// Handle prints an event.
func (c *cli) Handle(e runner.Event) error {
	if c.o.Silent {
		return nil
	}
	f := c.tally.see(e)
	if f != nil && len(c.failures) < mostListed {
		c.failures = append(c.failures, f)
	}
	if e.Console == nil {
		c.closeBox()
	}
	switch {
	case e.Start != nil:
		c.start(e.Start)
	case e.Iteration != nil:
		if at := e.Iteration.Cursor; at.Cycles > 1 {
			c.line("\n%s", c.paint(bold, fmt.Sprintf("Iteration %d/%d", at.Iteration+1, at.Cycles)))
		}
		c.last = nil
	case e.Item != nil:
		c.item(e.Item.Item)
	case e.Console != nil:
		c.console(e.Console)
	case e.Request != nil:
		c.request(e.Request)
	case e.Script != nil && f != nil:
		c.line("  %s %s in %s", c.paint(red, c.number()), c.o.line(e.Script.Err.Error()), f.at)
	case e.Assertion != nil:
		c.assertion(e.Assertion)
	case e.ItemEnd != nil && e.ItemEnd.Skipped:
		c.line("  %s", c.paint(cyan, "skipped by its pre-request script"))
	case e.Finish != nil && e.Finish.Err != nil:
		c.line("\n%s", c.paint(red, "the run ended early: "+c.o.line(e.Finish.Err.Error())))
	}
	return c.err
}

// Close prints what is said of all.
func (c *cli) Close() error {
	if c.o.Silent || c.tally.collections == 0 {
		return nil
	}
	c.closeBox()
	if !c.o.on("no-summary") {
		c.summary()
	}
	if !c.o.on("no-failures") {
		c.table()
	}
	return c.err
}

func (c *cli) start(s *runner.Start) {
	switch {
	case c.tally.collections > 1:
		c.line("")
	case !c.o.on("no-banner"):
		c.line("%s\n", c.paint(bold, oneLine(c.o.Tool)))
	}
	c.line("%s", c.paint(bold, c.o.line(s.Collection.Name)))
	c.last = nil
}

// item prints its folders, when they are not those of the item before, and the item.
func (c *cli) item(item *collection.Item) {
	if c.last == nil || c.last.Parent != item.Parent {
		c.line("")
		if item.Parent != nil {
			c.line("%s %s", c.symbol("❏", "Folder"), c.paint(bold, c.o.line(parentPath(item, " / "))))
		}
	} else {
		c.line("")
	}
	c.last = item
	arrow := c.symbol("→", "->")
	if item.Parent != nil {
		arrow = c.symbol("↳", "->")
	}
	c.line("%s %s", arrow, c.o.line(item.Name))
}

// console prints what a script has printed, in a box.
func (c *cli) console(p *runner.Console) {
	if c.o.on("no-console") {
		return
	}
	colour := dim
	switch p.Level {
	case "error":
		colour = red
	case "warn":
		colour = yellow
	case "info":
		colour = cyan
	}
	if c.box != colour {
		c.closeBox()
		c.box = colour
		c.line("%s", c.paint(colour, "  "+c.symbol("┌", "+")))
	}
	c.boxed(colour, c.o.text(strings.Join(p.Args, " ")))
}

// boxed prints the lines of a text within a box.
func (c *cli) boxed(colour, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		c.line("  %s %s", c.paint(colour, c.symbol("│", "|")), line)
	}
}

func (c *cli) closeBox() {
	if c.box != "" {
		c.line("%s", c.paint(c.box, "  "+c.symbol("└", "+")))
		c.box = ""
	}
}

func (c *cli) request(r *runner.Request) {
	line := c.stamp()
	if r.Script {
		line += c.symbol("⤷ ", "(script) ")
	}
	line = fmt.Sprintf("  %s%s %s", line, c.o.line(r.Method), c.o.line(r.URL))
	if r.Err != nil {
		c.line("%s %s", line, c.paint(red, "[errored]"))
		c.line("  %s %s", c.paint(red, c.number()), c.paint(red, c.o.line(r.Err.Error())))
		return
	}
	if r.Response == nil {
		c.line("%s", line)
		return
	}
	end := fmt.Sprintf("[%d %s, %s, %s]", r.Response.Code, c.o.line(r.Response.Reason), size(r.Response.BodySize+r.Response.HeaderSize), duration(r.Response.Time))
	colour := green
	if r.Response.Code >= 400 {
		colour = yellow
	}
	c.line("%s %s", line, c.paint(colour, end))
	if c.o.Verbose {
		c.details(r)
	}
}

// details prints how long the parts of a request took, its headers and its bodies.
func (c *cli) details(r *runner.Request) {
	t := r.Timing
	c.line("  %s dns %s, connect %s, tls %s, first byte %s, download %s, total %s", c.symbol("◷", "time:"),
		duration(t.DNS), duration(t.Connect), duration(t.TLS), duration(t.FirstByte), duration(t.Download), duration(t.Total))
	sent := requestOf(r.Sent)
	c.part("↑", "request", sent.headers, sent.body)
	var headers []string
	for _, h := range r.Response.Headers {
		headers = append(headers, h.Key+": "+h.Value)
	}
	c.part("↓", "response", headers, string(r.Response.Body))
}

func (c *cli) part(symbol, plain string, headers []string, body string) {
	c.line("%s", c.paint(dim, "  "+c.symbol("┌ "+symbol, "+ "+plain)))
	for _, h := range headers {
		c.boxed(dim, c.o.line(h))
	}
	if body != "" {
		c.boxed(dim, "")
		c.boxed(dim, c.o.body(body))
	}
	c.line("%s", c.paint(dim, "  "+c.symbol("└", "+")))
}

func (c *cli) assertion(a *runner.Assertion) {
	if c.o.on("no-assertions") {
		return
	}
	name := c.o.line(a.Name)
	switch {
	case a.Skipped:
		c.line("  %s%s  %s", c.stamp(), c.paint(cyan, "-"), c.paint(cyan, "[skipped] "+name))
	case a.Err != nil:
		c.line("  %s%s %s", c.stamp(), c.paint(red, c.number()), c.paint(red, name))
	case !c.o.on("no-success-assertions"):
		c.line("  %s%s  %s", c.stamp(), c.paint(green, c.symbol("✓", "ok")), c.paint(dim, name))
	}
}

// stamp is the time, where it is wanted.
func (c *cli) stamp() string {
	if !c.o.on("show-timestamps") {
		return ""
	}
	return "[" + c.o.Now().Format("15:04:05.000") + "] "
}

// number is that of the last failure, as the table at the end has it.
func (c *cli) number() string { return strconv.Itoa(c.tally.stats.failures()) + "." }

func (c *cli) symbol(symbol, plain string) string {
	if c.o.Unicode {
		return symbol
	}
	return plain
}

// Colours of a terminal.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (c *cli) paint(colour, text string) string {
	if !c.o.Color || colour == "" || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (c *cli) line(format string, args ...any) {
	if c.err == nil {
		_, c.err = io.WriteString(c.o.Out, fmt.Sprintf(format, args...)+"\n")
	}
}
