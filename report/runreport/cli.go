package runreport

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
)

func itoa(n int) string { return strconv.Itoa(n) }

// cli prints a run for people, as it goes.
type cli struct {
	o        Options
	tally    tally
	failures []*failure
	last     *collection.Item // whose folders were printed
	err      error
}

func newCLI(o Options) *cli { return &cli{o: o} }

// mostListed is how many failures the table at the end has.
const mostListed = 1000

// Handle prints an event.
func (c *cli) Handle(e runner.Event) error {
	f := c.tally.see(e)
	if f != nil {
		if len(c.failures) < mostListed {
			c.failures = append(c.failures, f)
		}
	}
	if c.o.Silent || c.o.on("silent") {
		return nil
	}
	switch {
	case e.Start != nil:
		c.start(e.Start)
	case e.Iteration != nil:
		if e.Iteration.Cursor.Cycles > 1 {
			c.line("\n%s", c.paint(bold, fmt.Sprintf("Iteration %d/%d", e.Iteration.Cursor.Iteration+1, e.Iteration.Cursor.Cycles)))
		}
		c.last = nil
	case e.Item != nil:
		c.item(e.Item.Item)
	case e.Console != nil:
		c.console(e.Console)
	case e.Request != nil:
		c.request(e.Request)
	case e.Script != nil && e.Script.Err != nil:
		c.line("  %s %s in %s", c.paint(red, c.number()+"."), c.text(e.Script.Err.Error()), f.at)
	case e.Assertion != nil:
		c.assertion(e.Assertion)
	case e.ItemEnd != nil && e.ItemEnd.Skipped:
		c.line("  %s", c.paint(cyan, "skipped by its pre-request script"))
	}
	return c.err
}

// Close prints the summary.
func (c *cli) Close() error {
	if c.o.Silent || c.o.on("silent") {
		return nil
	}
	if !c.o.on("no-summary") {
		c.summary()
	}
	if !c.o.on("no-failures") {
		c.table()
	}
	return c.err
}

func (c *cli) start(s *runner.Start) {
	if c.tally.collections == 1 && !c.o.on("no-banner") {
		c.line("%s\n", c.paint(bold, oneLine(c.o.Tool)))
	}
	c.line("%s", c.paint(bold, c.text(s.Collection.Name)))
}

// item prints the folders that were not printed before, and the item.
func (c *cli) item(item *collection.Item) {
	var folders, before []*collection.Item
	for f := item.Parent; f != nil; f = f.Parent {
		folders = append([]*collection.Item{f}, folders...)
	}
	if c.last != nil {
		for f := c.last.Parent; f != nil; f = f.Parent {
			before = append([]*collection.Item{f}, before...)
		}
	}
	same := 0
	for same < len(folders) && same < len(before) && folders[same] == before[same] {
		same++
	}
	if same < len(folders) {
		names := make([]string, len(folders))
		for i, f := range folders {
			names[i] = c.text(f.Name)
		}
		c.line("\n%s %s", c.symbol("❏", "+"), c.paint(bold, strings.Join(names, " / ")))
	}
	c.last = item
	c.line("%s%s %s", map[bool]string{true: "", false: "\n"}[same < len(folders)], c.symbol("↳", ">"), c.text(item.Name))
}

func (c *cli) console(p *runner.Console) {
	if c.o.on("no-console") {
		return
	}
	text := c.text(strings.Join(p.Args, " "))
	bar := c.symbol("│", "|")
	for _, line := range strings.Split(text, "\n") {
		colour := dim
		if p.Level == "error" {
			colour = red
		} else if p.Level == "warn" {
			colour = yellow
		}
		c.line("  %s %s", bar, c.paint(colour, line))
	}
}

func (c *cli) request(r *runner.Request) {
	stamp := ""
	if c.o.on("show-timestamps") {
		stamp = "[" + c.o.Now().Format("15:04:05.000") + "] "
	}
	how := ""
	if r.Script {
		how = c.symbol("⤷ ", "-> ")
	}
	line := fmt.Sprintf("  %s%s%s %s", stamp, how, c.text(r.Method), c.text(r.URL))
	if r.Err != nil {
		c.line("%s %s", line, c.paint(red, "[errored]"))
		c.line("  %s", c.paint(red, "   "+c.text(r.Err.Error())))
		return
	}
	end := fmt.Sprintf("[%d %s, %s, %s]", r.Response.Code, c.text(r.Response.Reason), size(r.Response.BodySize+r.Response.HeaderSize), duration(r.Response.Time))
	c.line("%s %s", line, c.paint(green, end))
	if c.o.Verbose {
		c.details(r)
	}
}

// mostBody bounds a body in the details, in bytes.
const mostBody = 2048

func (c *cli) details(r *runner.Request) {
	t := r.Timing
	c.line("  %s dns %s, connect %s, tls %s, first byte %s, download %s", c.symbol("◷", "time:"), duration(t.DNS), duration(t.Connect), duration(t.TLS), duration(t.FirstByte), duration(t.Download))
	sent := requestOf(r.Sent)
	c.part("↑", "request", sent.headers, sent.body)
	var headers []string
	for _, h := range r.Response.Headers {
		headers = append(headers, h.Key+": "+h.Value)
	}
	c.part("↓", "response", headers, string(r.Response.Body))
}

func (c *cli) part(symbol, plain string, headers []string, body string) {
	c.line("  %s", c.symbol(symbol, plain))
	for _, h := range headers {
		c.line("  %s %s", c.symbol("│", "|"), c.text(h))
	}
	if len(body) > mostBody {
		body = strings.ToValidUTF8(body[:mostBody], "") + fmt.Sprintf("... (%s)", size(int64(len(body))))
	}
	for _, line := range strings.Split(body, "\n") {
		c.line("  %s %s", c.symbol("│", "|"), c.text(line))
	}
}

func (c *cli) assertion(a *runner.Assertion) {
	if c.o.on("no-assertions") {
		return
	}
	name := oneLine(c.o.Mask(a.Name))
	switch {
	case a.Skipped:
		c.line("  %s %s", c.paint(cyan, "-"), c.paint(cyan, name))
	case a.Err != nil:
		c.line("  %s %s", c.paint(red, c.number()+"."), c.paint(red, name))
	case !c.o.on("no-success-assertions"):
		c.line("  %s  %s", c.paint(green, c.symbol("✓", "ok")), c.paint(dim, name))
	}
}

// number is that of the last failure.
func (c *cli) number() string {
	s := c.tally.stats
	return itoa(s.Assertions.Failed + s.Scripts.Failed + s.Requests.Failed)
}

// summary prints newman's table of what was done.
func (c *cli) summary() {
	s := c.tally.stats
	rows := [][3]string{{"", "executed", "failed"}}
	for _, r := range []struct {
		name string
		n    count
	}{{"iterations", s.Iterations}, {"requests", s.Requests}, {"test-scripts", s.TestScripts}, {"prerequest-scripts", s.PrerequestScripts}, {"assertions", s.Assertions}} {
		rows = append(rows, [3]string{r.name, itoa(r.n.Total), itoa(r.n.Failed)})
	}
	c.line("\n%s", c.grid(rows))
	if c.tally.skipped > 0 {
		c.line("assertions skipped: %d", c.tally.skipped)
	}
	c.line("total run duration: %s", duration(c.tally.finished.Sub(c.tally.started)))
	c.line("total data received: %s (approx)", size(c.tally.bytes))
	if c.tally.n > 0 {
		ms := func(v float64) string { return duration(time.Duration(v * float64(time.Millisecond))) }
		c.line("average response time: %s [min: %s, max: %s, s.d.: %s]", ms(c.tally.average()), ms(c.tally.least), ms(c.tally.most), ms(c.tally.deviation()))
	}
}

// grid draws a table of a name and two numbers.
func (c *cli) grid(rows [][3]string) string {
	var width [3]int
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	bar, dash := c.symbol("│", "|"), c.symbol("─", "-")
	rule := func(left, middle, right string) string {
		parts := make([]string, 3)
		for i := range parts {
			parts[i] = strings.Repeat(dash, width[i]+2)
		}
		return left + strings.Join(parts, middle) + right
	}
	var b strings.Builder
	b.WriteString(rule(c.symbol("┌", "+"), c.symbol("┬", "+"), c.symbol("┐", "+")) + "\n")
	for i, row := range rows {
		failed := fmt.Sprintf("%*s", width[2], row[2])
		if i > 0 && row[2] != "0" {
			failed = c.paint(red, failed)
		}
		fmt.Fprintf(&b, "%s %*s %s %*s %s %s %s\n", bar, width[0], row[0], bar, width[1], row[1], bar, failed, bar)
		if i == 0 {
			b.WriteString(rule(c.symbol("├", "+"), c.symbol("┼", "+"), c.symbol("┤", "+")) + "\n")
		}
	}
	b.WriteString(rule(c.symbol("└", "+"), c.symbol("┴", "+"), c.symbol("┘", "+")))
	return b.String()
}

// table lists the failures.
func (c *cli) table() {
	if len(c.failures) == 0 {
		return
	}
	c.line("\n%s", c.paint(bold, "#   failure"))
	for i, f := range c.failures {
		title := f.name
		if f.test != "" {
			title += " " + oneLine(c.o.Mask(f.test))
		}
		c.line("\n%s %s", c.paint(red, fmt.Sprintf("%-3s", itoa(i+1)+".")), c.paint(red, title))
		for _, line := range strings.Split(c.text(f.message), "\n") {
			c.line("    %s", line)
		}
		c.line("    at %s", f.at)
		c.line("    inside %q", oneLine(inside(f.item)))
		if f.cursor.Cycles > 1 {
			c.line("    iteration: %d", f.cursor.Iteration+1)
		}
	}
	if all := c.tally.stats.Assertions.Failed + c.tally.stats.Scripts.Failed + c.tally.stats.Requests.Failed; all > len(c.failures) {
		c.line("\nand %d more", all-len(c.failures))
	}
}

func (c *cli) text(text string) string { return clean(c.o.Mask(text)) }

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
	if !c.o.Color {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (c *cli) line(format string, args ...any) {
	if c.err == nil {
		_, c.err = io.WriteString(c.o.Out, fmt.Sprintf(format, args...)+"\n")
	}
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%dB", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.4gkB", float64(n)/1000)
	}
	return fmt.Sprintf("%.4gMB", float64(n)/1e6)
}

// duration is a time for people.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2gms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.3gs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
