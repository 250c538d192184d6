package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/pmrun/pmrun/batch"
)

// Text prints the end of a run for people. It names the files that are in the
// run directory at that moment, so it comes after the handlers that write them.
type Text struct {
	*Summary
	Words Words
	out   io.Writer
}

// NewText prints to out when the run has finished.
func NewText(out io.Writer) *Text { return &Text{Summary: NewSummary(), out: out} }

// Handle takes one event.
func (t *Text) Handle(e batch.Event) error {
	if err := t.Summary.Handle(e); err != nil || e.Finish == nil {
		return err
	}
	var b strings.Builder
	t.headline(&b)
	t.table(&b)
	t.causes(&b)
	t.files(&b)
	_, err := io.WriteString(t.out, b.String())
	return err
}

func (t *Text) headline(b *strings.Builder) {
	b.WriteString("\n" + t.Words.say("%s to %s: %s", oneLine(t.start.Request), oneLine(t.start.Host), t.Words.rows(t.counts.Sum())))
	if t.sent > 0 {
		b.WriteString(t.Words.say(" in %s", t.span().Round(time.Millisecond)))
		if rate := t.rowsPerSecond(); rate > 0 {
			fmt.Fprintf(b, ", %s", perTime(rate))
		}
		b.WriteString("\n")
		if l := t.latencies(); l.Max > 0 {
			b.WriteString(t.Words.say("latency ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f; ", l.P50, l.P95, l.P99, l.Max))
		}
		b.WriteString(t.Words.say("attempts: %d", t.attempts))
	}
	b.WriteString("\n")
	if t.finish.Stopped != "" {
		b.WriteString(t.Words.say("stopped early: %s", oneLine(t.finish.Stopped)) + "\n")
	}
	for _, w := range t.finish.Warnings {
		fmt.Fprintf(b, "warning: %s\n", oneLine(w))
	}
	b.WriteString("\n")
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// perTime writes a rate, given in rows a second, in the unit that suits it.
func perTime(rate float64) string {
	switch {
	case rate >= 1:
		return fmt.Sprintf("%.1f/s", rate)
	case rate*60 >= 1:
		return fmt.Sprintf("%.1f/min", rate*60)
	}
	return fmt.Sprintf("%.1f/h", rate*3600)
}

func (t *Text) table(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range batch.Statuses() {
		if n := t.counts.Of(s); n > 0 {
			fmt.Fprintf(w, "  %s\t%d\t\n", t.Words.status(s), n)
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
}

// causes shows, for each status and cause, the first row and what to do.
func (t *Text) causes(b *strings.Builder) {
	said := make(map[string]bool)
	for _, g := range t.Groups() {
		if g.Cause == "" && g.Example.Message == "" {
			continue // rows that were not tried
		}
		what := g.Status.String()
		if g.Cause != "" {
			what += t.Words.say(", cause %s", oneLine(g.Cause))
		}
		fmt.Fprintf(b, "\n  %s: %s\n", what, t.Words.rows(g.Rows))
		b.WriteString("    " + t.Words.say("line %d%s", g.Example.Line, example(&g.Example)) + "\n")
		if mend := t.mend(&g.Example); mend != "" && !said[g.Cause] {
			said[g.Cause] = true
			fmt.Fprintf(b, "    -> %s\n", oneLine(t.Words.Text(mend)))
		}
	}
}

// example is what is known of a row, after its line: ": the message".
func example(r *batch.Record) string {
	switch message := cut(oneLine(r.Message)); {
	case message != "":
		return ": " + message
	case r.HTTPStatus > 0:
		return fmt.Sprintf(": HTTP %d", r.HTTPStatus)
	}
	return ""
}

// oneLine keeps text that came from a server, or from a file that other people
// wrote, from drawing on the terminal: line breaks and everything else that
// controls one become spaces, what turns the direction of text is left out.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsControl(c), c == '\u2028', c == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, text))
}

// cut bounds a message; report.csv has all of it.
func cut(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

func (t *Text) files(b *strings.Builder) {
	if t.start.Dir == "" {
		return
	}
	b.WriteString("\n" + t.Words.say("reports in %s", t.start.Dir) + "\n")
	t.file(b, ReportFile, "every row, with its status")
	t.file(b, HTMLFile, "the same for a browser: counts, causes, and rows that did not succeed")
	t.file(b, "report.xlsx", "the same as a workbook")
	t.file(b, MarkdownFile, "the counts and causes, to paste into a ticket")
	t.file(b, JUnitFile, "for CI systems")
	for _, f := range []struct {
		status batch.Status
		about  string
	}{
		{batch.Failed, "rows that were refused: correct them and load this file"},
		{batch.Unknown, "rows that may have been created: look before you send them again"},
		{batch.NotSent, "rows that never left this machine: resume sends them"},
		{batch.Invalid, "rows that were not sent: correct them and load this file"},
		{batch.Pending, "rows that are still to be sent: resume sends them"},
	} {
		if t.counts.Of(f.status) > 0 {
			t.file(b, SplitFile(f.status), f.about)
		}
	}
}

// file names a report that is there.
func (t *Text) file(b *strings.Builder, name, about string) {
	if _, err := os.Stat(filepath.Join(t.start.Dir, name)); err == nil {
		fmt.Fprintf(b, "  %-14s %s\n", name, t.Words.Text(about))
	}
}
