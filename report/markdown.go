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
	fmt.Fprintf(b, "# %s\n\n%s to %s: %s", markdown(m.start.Job), markdown(m.start.Request), markdown(m.start.Host), plural(m.counts.Sum(), "row"))
	if m.sent > 0 {
		fmt.Fprintf(b, " in %s", m.span().Round(time.Millisecond))
		if rate := m.rowsPerSecond(); rate > 0 {
			fmt.Fprintf(b, ", %s", perTime(rate))
		}
	}
	fmt.Fprintf(b, ". Exit code %d.\n", m.finish.ExitCode)
	if m.finish.Stopped != "" {
		fmt.Fprintf(b, "\n**Stopped early:** %s\n", markdown(m.finish.Stopped))
	}
	b.WriteString("\n| status | rows |\n|---|--:|\n")
	for _, s := range batch.Statuses() {
		if n := m.counts.Of(s); n > 0 {
			fmt.Fprintf(b, "| %s | %d |\n", s, n)
		}
	}
	if l := m.latencies(); l.Max > 0 {
		fmt.Fprintf(b, "\nLatency in ms: p50 %.1f, p95 %.1f, p99 %.1f, max %.1f; attempts: %d.\n", l.P50, l.P95, l.P99, l.Max, m.attempts)
	}
	m.causes(b)
	fmt.Fprintf(b, "\nRun %s, begun %s, written by %s.\n", markdown(m.start.RunID), m.start.Started.UTC().Format(time.RFC3339), markdown(m.tool))
}

func (m *Markdown) causes(b *strings.Builder) {
	begun := false
	for _, g := range m.Groups() {
		if g.Cause == "" && g.Example.Message == "" {
			continue // rows that were not tried
		}
		if !begun {
			b.WriteString("\n| status | cause | rows | example | what to do |\n|---|---|--:|---|---|\n")
			begun = true
		}
		fmt.Fprintf(b, "| %s | %s | %d | line %d%s | %s |\n", g.Status, markdown(g.Cause), g.Rows, g.Example.Line, markdown(example(&g.Example)), markdown(m.mend(&g.Example)))
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
