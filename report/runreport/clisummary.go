package runreport

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// summary prints newman's table of what was done.
func (c *cli) summary() {
	s, t := &c.tally.stats, &c.tally
	rows := [][3]string{{"", "executed", "failed"}}
	for _, r := range []struct {
		name string
		n    count
	}{{"iterations", s.Iterations}, {"requests", s.Requests}, {"test-scripts", s.TestScripts}, {"prerequest-scripts", s.PrerequestScripts}, {"assertions", s.Assertions}} {
		rows = append(rows, [3]string{r.name, strconv.Itoa(r.n.Total), strconv.Itoa(r.n.Failed)})
	}
	totals := []string{
		"total run duration: " + duration(t.finished.Sub(t.started)),
		fmt.Sprintf("total data received: %s (approx)", size(t.bytes)),
	}
	if t.response.n > 0 {
		totals = append(totals, fmt.Sprintf("average response time: %s [min: %s, max: %s, s.d.: %s]",
			milliseconds(t.response.mean), milliseconds(t.response.least), milliseconds(t.response.most), milliseconds(t.response.deviation())))
	}
	if t.skipped > 0 {
		totals = append(totals, fmt.Sprintf("assertions skipped: %d", t.skipped))
	}
	c.line("\n%s", c.grid(rows, totals))
}

// grid draws a table of a name and two numbers, with lines over its whole width below.
func (c *cli) grid(rows [][3]string, totals []string) string {
	width := [3]int{0, 16, 16}
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	wide := width[0] + width[1] + width[2] + 6
	for _, text := range totals {
		// A line that is longer widens the numbers.
		if more := utf8.RuneCountInString(text) - wide; more > 0 {
			width[1], width[2], wide = width[1]+more/2, width[2]+more-more/2, wide+more
		}
	}
	bar, dash := c.symbol("│", "|"), c.symbol("─", "-")
	rule := func(left, middle, right string) string {
		parts := make([]string, 3)
		for i := range parts {
			parts[i] = strings.Repeat(dash, width[i]+2)
		}
		return c.symbol(left, "+") + strings.Join(parts, c.symbol(middle, "+")) + c.symbol(right, "+") + "\n"
	}
	var b strings.Builder
	b.WriteString(rule("┌", "┬", "┐"))
	for i, row := range rows {
		failed := fmt.Sprintf("%*s", width[2], row[2])
		if i > 0 && row[2] != "0" {
			failed = c.paint(red, failed)
		}
		fmt.Fprintf(&b, "%s %*s %s %*s %s %s %s\n", bar, width[0], row[0], bar, width[1], row[1], bar, failed, bar)
		if i < len(rows)-1 {
			b.WriteString(rule("├", "┼", "┤"))
		}
	}
	b.WriteString(rule("├", "┴", "┤"))
	for i, text := range totals {
		fmt.Fprintf(&b, "%s %-*s %s\n", bar, wide, text, bar)
		if i < len(totals)-1 {
			b.WriteString(rule("├", "─", "┤"))
		}
	}
	b.WriteString(strings.TrimSuffix(rule("└", "─", "┘"), "\n"))
	return b.String()
}

// table lists the failures.
func (c *cli) table() {
	if len(c.failures) == 0 {
		return
	}
	kinds := len("failure")
	for _, f := range c.failures {
		kinds = max(kinds, min(utf8.RuneCountInString(c.o.line(f.name)), 24), len("iteration: ")+len(strconv.Itoa(f.cursor.Iteration+1)))
	}
	number := max(len(strconv.Itoa(len(c.failures)))+1, 3)
	row := func(n, colour, kind, detail string) {
		kind += strings.Repeat(" ", max(kinds-utf8.RuneCountInString(kind), 0))
		line := fmt.Sprintf("%s  %s  %s", c.paint(colour, fmt.Sprintf("%*s", number, n)), c.paint(colour, kind), detail)
		c.line("%s", strings.TrimRight(line, " "))
	}
	c.line("")
	row("# ", red, "failure", c.paint(red, "detail"))
	for i, f := range c.failures {
		var details []string
		if f.assertion {
			details = append(details, c.paint(red, c.o.line(f.test)))
		}
		details = append(details, strings.Split(c.o.body(f.message), "\n")...)
		details = append(details, c.paint(dim, "at "+f.at), c.paint(dim, fmt.Sprintf(`inside "%s"`, c.o.line(inside(f.item)))))
		second := ""
		if f.cursor.Cycles > 1 {
			second = fmt.Sprintf("iteration: %d", f.cursor.Iteration+1)
		}
		c.line("")
		for k, detail := range details {
			switch k {
			case 0:
				row(strconv.Itoa(i+1)+".", red, c.o.line(f.name), detail)
			case 1:
				row("", dim, second, detail)
			default:
				row("", "", "", detail)
			}
		}
	}
	if more := c.tally.stats.failures() - len(c.failures); more > 0 {
		c.line("\nand %d more", more)
	}
}
