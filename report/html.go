package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection/request"
)

// HTMLFile is the report for people.
const HTMLFile = "report.html"

// Bounds of report.html: it is for reading, report.csv has everything.
const (
	htmlRows    = 1000 // rows that did not succeed
	htmlColumns = 6    // columns of the data file
	htmlCell    = 80   // characters of a cell
)

//go:embed report.html.tmpl
var htmlText string

// HTML writes report.html, one page that needs nothing beside it: counts, causes
// with what to do, and a table of the first rows that did not succeed. Its size
// and memory are bounded.
type HTML struct {
	*Summary
	Words     Words
	dir, tool string
	columns   []int // of the data file, that are shown
	rows      []htmlRow
}

// htmlRow is a row that did not succeed.
type htmlRow struct {
	Row, Line                          int64
	Status, Cause, HTTP, Code, Message string
	Attempts                           int
	Cells                              []string
}

// NewHTML writes into dir; tool names the program and its version.
func NewHTML(dir, tool string) *HTML { return &HTML{Summary: NewSummary(), dir: dir, tool: tool} }

// Handle takes one event. Its errors are those of the disk.
func (h *HTML) Handle(e batch.Event) error {
	if err := h.Summary.Handle(e); err != nil {
		return err
	}
	switch {
	case e.Start != nil:
		for i, name := range e.Start.Header {
			if len(h.columns) < htmlColumns && !request.Reserved(name) {
				h.columns = append(h.columns, i)
			}
		}
	case e.Row != nil && e.Row.Status != batch.Succeeded && len(h.rows) < htmlRows:
		h.rows = append(h.rows, h.row(e.Row))
	case e.Finish != nil:
		return h.write()
	}
	return nil
}

func (h *HTML) row(r *batch.RowResult) htmlRow {
	return htmlRow{
		Row: r.Row, Line: r.Line, Status: r.Status.String(), Cause: oneLine(r.Cause), Attempts: r.Attempts,
		HTTP: httpStatus(&r.Record), Code: oneLine(short(r.Code)), Message: cut(oneLine(r.Message)), Cells: h.cells(r.Cells),
	}
}

// cells returns what is shown of a row of the data file, or of its header.
func (h *HTML) cells(row []string) []string {
	cells := make([]string, len(h.columns))
	for i, column := range h.columns {
		if column < len(row) {
			cells[i] = oneLine(short(row[column]))
		}
	}
	return cells
}

// short bounds what is shown of a cell.
func short(cell string) string {
	n := 0
	for i := range cell {
		if n++; n > htmlCell {
			return cell[:i] + "…"
		}
	}
	return cell
}

// htmlCause is a group of rows of one status and cause.
type htmlCause struct {
	Status, Cause, Example, Mend string
	Rows, Line                   int64
}

// htmlPage is what the template is filled with.
type htmlPage struct {
	words                                                         Words
	Job, Request, Host, RunID, Tool, Started, Took, Rate, Stopped string
	ExitCode                                                      int
	Rows, Listed, Others                                          int64
	Attempts                                                      int64
	Counts                                                        []htmlCount
	Latency                                                       []string
	Causes                                                        []htmlCause
	Columns                                                       []string
	Table                                                         []htmlRow
	Statuses, CauseNames                                          []string
}

// Say is what the template says, in the report's language.
func (p *htmlPage) Say(format string, args ...any) string { return p.words.say(format, args...) }

type htmlCount struct {
	Status, Word string
	Rows         int64
	Percent      string
}

func (h *HTML) page() *htmlPage {
	p := &htmlPage{
		words: h.Words,
		Job:   oneLine(h.start.Job), Request: oneLine(h.start.Request), Host: oneLine(h.start.Host), RunID: oneLine(h.start.RunID), Tool: h.tool,
		Started: h.start.Started.UTC().Format("2006-01-02 15:04:05 UTC"), Stopped: oneLine(h.finish.Stopped), ExitCode: h.finish.ExitCode,
		Rows: h.counts.Sum(), Listed: int64(len(h.rows)), Attempts: h.attempts, Columns: h.cells(h.start.Header), Table: h.rows,
	}
	p.Others = p.Rows - h.counts.Of(batch.Succeeded) - p.Listed
	if h.sent > 0 {
		p.Took = h.span().Round(time.Millisecond).String()
	}
	if rate := h.rowsPerSecond(); rate > 0 {
		p.Rate = perTime(rate)
	}
	if l := h.latencies(); l.Max > 0 {
		for _, v := range []float64{l.P50, l.P95, l.P99, l.Max} {
			p.Latency = append(p.Latency, strconv.FormatFloat(v, 'f', 1, 64))
		}
	}
	for _, s := range batch.Statuses() {
		if n := h.counts.Of(s); n > 0 {
			p.Counts = append(p.Counts, htmlCount{s.String(), h.Words.status(s), n, fmt.Sprintf("%.1f%%", 100*float64(n)/float64(p.Rows))})
		}
	}
	status, cause := make(map[string]bool), make(map[string]bool)
	for _, r := range h.rows {
		if !status[r.Status] {
			status[r.Status] = true
			p.Statuses = append(p.Statuses, r.Status)
		}
		if r.Cause != "" && !cause[r.Cause] {
			cause[r.Cause] = true
			p.CauseNames = append(p.CauseNames, r.Cause)
		}
	}
	for _, g := range h.Groups() {
		if g.Cause == "" && g.Example.Message == "" {
			continue // rows that were not tried
		}
		p.Causes = append(p.Causes, htmlCause{
			Status: g.Status.String(), Cause: oneLine(g.Cause), Rows: g.Rows, Line: g.Example.Line,
			Example: example(&g.Example), Mend: oneLine(h.Words.Text(h.mend(&g.Example))),
		})
	}
	return p
}

func (h *HTML) write() error {
	t, err := template.New(HTMLFile).Parse(htmlText)
	if err != nil {
		return err
	}
	out, err := create(h.dir, HTMLFile)
	if err != nil {
		return err
	}
	defer out.abort()
	if err := t.Execute(out, h.page()); err != nil {
		return fmt.Errorf("cannot write the report %s: %w", HTMLFile, err)
	}
	return out.commit()
}
