package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// MarkdownFile is a summary to paste into a ticket or a chat.
const MarkdownFile = "report.md"

// Markdown writes report.md: counts, causes with what to do, and one row of each
// cause as an example.
type Markdown struct {
	*Summary
	Words     Words
	dir, tool string
}

// NewMarkdown writes into dir; tool names the program and its version.
func NewMarkdown(dir, tool string) *Markdown {
	return &Markdown{Summary: NewSummary(), dir: dir, tool: tool}
}

// Handle takes one event. Its errors are those of the disk.
func (m *Markdown) Handle(e batch.Event) error {
	if err := m.Summary.Handle(e); err != nil || e.Finish == nil {
		return err
	}
	out, err := create(m.dir, MarkdownFile)
	if err != nil {
		return err
	}
	defer out.abort()
	var b strings.Builder
	m.write(&b)
	if _, err := out.WriteString(b.String()); err != nil {
		return fmt.Errorf("cannot write the report %s: %w", MarkdownFile, err)
	}
	return out.commit()
}

func (m *Markdown) write(b *strings.Builder) {
	say := m.Words.say
	fmt.Fprintf(b, "# %s\n\n", markdown(m.start.Job))
	b.WriteString(say("%s to %s: %s", markdown(m.start.Request), markdown(m.start.Host), m.Words.rows(m.counts.Sum())))
	if m.sent > 0 {
		b.WriteString(say(" in %s", m.span().Round(time.Millisecond)))
		if rate := m.rowsPerSecond(); rate > 0 {
			fmt.Fprintf(b, ", %s", perTime(rate))
		}
	}
	b.WriteString("." + say(" Exit code %d.", m.finish.ExitCode) + "\n")
	if m.finish.Stopped != "" {
		b.WriteString("\n" + say("**Stopped early:** %s", markdown(m.finish.Stopped)) + "\n")
	}
	b.WriteString("\n" + say("| status | rows |") + "\n|---|--:|\n")
	for _, s := range batch.Statuses() {
		if n := m.counts.Of(s); n > 0 {
			fmt.Fprintf(b, "| %s | %d |\n", m.Words.status(s), n)
		}
	}
	if l := m.latencies(); l.Max > 0 {
		b.WriteString("\n" + say("Latency in ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f; attempts: %d.", l.P50, l.P95, l.P99, l.Max, m.attempts) + "\n")
	}
	m.causes(b)
	b.WriteString("\n" + say("Run %s, begun %s, written by %s.", markdown(m.start.RunID), m.start.Started.UTC().Format(time.RFC3339), markdown(m.tool)) + "\n")
}

func (m *Markdown) causes(b *strings.Builder) {
	begun := false
	for _, g := range m.Groups() {
		if g.Cause == "" && g.Example.Message == "" {
			continue // rows that were not tried
		}
		if !begun {
			b.WriteString("\n" + m.Words.say("| status | cause | rows | example | what to do |") + "\n|---|---|--:|---|---|\n")
			begun = true
		}
		line := m.Words.say("line %d%s", g.Example.Line, markdown(example(&g.Example)))
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s |\n", g.Status, markdown(g.Cause), g.Rows, line, markdown(m.Words.Text(m.mend(&g.Example))))
	}
}

// markdown makes text that came from elsewhere stand as it is, on one line: no
// markup, no HTML, no cell's end.
func markdown(text string) string {
	var b strings.Builder
	for _, c := range oneLine(text) {
		if strings.ContainsRune("\\`*_[]<>|~#&$!", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
