package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/collection/request"
)

// planVersion is that of check --json.
const planVersion = 1

// plan is what check shows; docs/json.md describes it as JSON.
type plan struct {
	Version  int    `json:"version"`
	Tool     string `json:"tool"`
	Request  string `json:"request"`
	Method   string `json:"method"`
	URL      string `json:"url"`
	Host     string `json:"host"`
	Contract string `json:"contract"`
	// Requests are those of a row that has several; Request is then the last of them.
	Requests   []plannedRequest    `json:"requests,omitempty"`
	Scripts    int                 `json:"scripts,omitempty"` // that run for each row
	Data       dataFacts           `json:"data"`
	Columns    []columnUse         `json:"columns"`
	Constants  []request.NameValue `json:"constants"`
	Rate       string              `json:"rate"`
	Duration   string              `json:"expected_duration,omitempty"`
	BatchSize  int                 `json:"batch_size,omitempty"`
	Samples    []sample            `json:"samples"`
	Problems   []preflight.Problem `json:"problems"`
	RowsByRule map[string]int64    `json:"rows_by_rule"`
	Valid      int64               `json:"valid_rows"`
	Invalid    int64               `json:"invalid_rows"`
	Skipped    int64               `json:"skipped_rows"`
	Unselected int64               `json:"unselected_rows"`
	Refused    string              `json:"refused,omitempty"`
	ExitCode   int                 `json:"exit_code"`

	byKind map[findingKind]int64
}

type dataFacts struct {
	File      string `json:"file"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	Delimiter string `json:"delimiter,omitempty"` // of a CSV, like the next two
	Encoding  string `json:"encoding,omitempty"`
	BOM       bool   `json:"bom"`
	Sheet     string `json:"sheet,omitempty"`
	HeaderRow int64  `json:"header_row,omitempty"`
	Rows      int64  `json:"rows"`
	Blank     int64  `json:"blank_lines"`
}

type columnUse struct {
	Column  string   `json:"column"`
	Targets []string `json:"targets"`
}

// plannedRequest is one of a row's several requests.
type plannedRequest struct {
	Request  string `json:"request"`
	Method   string `json:"method"`
	URL      string `json:"url"`
	Contract string `json:"contract"`
}

type sample struct {
	Request string `json:"request,omitempty"` // of a row that has several
	Row     int64  `json:"row"`
	Line    int64  `json:"line"`
	request.Rendered
}

func (p *prepared) plan() *plan {
	out := &plan{
		Version: planVersion, Tool: tool(), Columns: []columnUse{}, Constants: []request.NameValue{}, Samples: []sample{},
		Valid: p.toSend(), ExitCode: p.checkCode(),
		Request: p.item.Path(), Method: p.template.Method, URL: p.masker.Mask(p.template.URL()), Host: p.host(),
		Contract: "none", Rate: p.rate.String(),
		Data:       newDataFacts(p.job.Data, p.facts),
		Problems:   append(append([]preflight.Problem{}, p.problems...), p.rows.examples...),
		RowsByRule: make(map[string]int64), byKind: p.rows.byKind, Invalid: p.rows.invalid, Skipped: p.rows.skipped, Unselected: p.rows.left,
	}
	for kind, n := range p.rows.byKind {
		out.RowsByRule[kind.rule] += n
	}
	for i := range out.Problems {
		out.Problems[i].Message = p.masker.Mask(out.Problems[i].Message)
	}
	if p.contract != nil {
		out.Contract = p.contract.Name
	}
	out.Columns = p.columnUses()
	out.Scripts = len(p.sources(p.items()...))
	if len(p.steps) > 1 {
		for _, t := range p.steps {
			planned := plannedRequest{t.item.Path(), t.template.Method, p.masker.Mask(t.template.URL()), "none"}
			if t.contract != nil {
				planned.Contract = t.contract.Name
			}
			out.Requests = append(out.Requests, planned)
		}
	}
	rendered := p.template.Render(nil, 0, p.masker)
	for _, f := range p.template.Fields() {
		if !f.Constant() {
			continue
		}
		for _, nv := range rendered.Fields {
			if nv.Name == f.Name {
				out.Constants = append(out.Constants, nv)
				break
			}
		}
	}
	for _, row := range p.rows.samples {
		out.Samples = append(out.Samples, p.samplesOf(row)...)
	}
	if p.batched() {
		out.BatchSize = p.job.BatchSize
	}
	if p.rate.PerSecond > 0 {
		out.Duration = p.expected().String()
	}
	if err := p.refused(); err != nil {
		out.Refused = err.Error()
	}
	return out
}

// columnUses says where each column goes, over all requests of a row.
func (p *prepared) columnUses() []columnUse {
	uses := []columnUse{}
	for i, t := range p.steps {
		for n, u := range t.template.Uses() {
			if i == 0 {
				uses = append(uses, columnUse{u.Column, []string{}})
			}
			for _, target := range u.Targets {
				if len(p.steps) > 1 {
					target += " of " + t.item.Name
				}
				uses[n].Targets = append(uses[n].Targets, target)
			}
		}
	}
	sources := p.sources(p.items()...)
	for i := range uses {
		if preflight.ScriptsRead(sources, uses[i].Column) {
			uses[i].Targets = append(uses[i].Targets, "scripts")
		}
	}
	return uses
}

// samplesOf renders the requests of a row.
func (p *prepared) samplesOf(row batch.Row) (samples []sample) {
	for _, t := range p.steps {
		s := sample{Row: row.Num, Line: row.Line, Rendered: t.template.Render(row.Cells, row.Num, p.masker)}
		if len(p.steps) > 1 {
			s.Request = t.item.Path()
		}
		samples = append(samples, s)
	}
	return samples
}

func newDataFacts(file string, f batch.Facts) dataFacts {
	d := dataFacts{File: file, Size: f.Size, SHA256: f.SHA256, Sheet: f.Sheet, HeaderRow: f.HeaderRow, Rows: f.Rows, Blank: f.Blank}
	if d.Sheet != "" {
		return d // its facts have the dialect of the reports
	}
	d.Delimiter, d.Encoding, d.BOM = delimiterName(f.Delimiter), f.Encoding, f.BOM
	if d.Encoding == "" {
		d.Encoding = "utf-8"
	}
	return d
}

// format says how the file is written.
func (d *dataFacts) format() string {
	var text string
	if d.Sheet != "" {
		text = fmt.Sprintf("sheet %q", d.Sheet)
	} else {
		text = fmt.Sprintf("delimiter %s, %s%s", d.Delimiter, strings.Replace(d.Encoding, "utf-", "UTF-", 1), map[bool]string{true: " with BOM"}[d.BOM])
	}
	if d.HeaderRow > 0 {
		text += fmt.Sprintf(", column names in line %d", d.HeaderRow)
	}
	return text
}

// expected is how long the valid rows take at the rate.
func (p *prepared) expected() time.Duration {
	seconds := float64(p.requests(p.toSend())) / p.rate.PerSecond
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

func delimiterName(r rune) string {
	if r == '\t' {
		return "tab"
	}
	return string(r)
}

func (pl *plan) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(pl)
}

func (pl *plan) write(w io.Writer) error {
	var b strings.Builder
	if len(pl.Requests) == 0 {
		fmt.Fprintf(&b, "request   %s: %s %s\n", printable(pl.Request), printable(pl.Method), printable(pl.URL))
	} else {
		fmt.Fprintf(&b, "requests  %d for each row, one after the other\n", len(pl.Requests))
	}
	for i, r := range pl.Requests {
		fmt.Fprintf(&b, "  %d of %d  %s: %s %s (contract %s)\n", i+1, len(pl.Requests), printable(r.Request), printable(r.Method), printable(r.URL), r.Contract)
	}
	if pl.Scripts > 0 {
		fmt.Fprintf(&b, "scripts   %d run for each row (--no-scripts leaves them out)\n", pl.Scripts)
	}
	fmt.Fprintf(&b, "host      %s\n", pl.Host)
	fmt.Fprintf(&b, "contract  %s\n", pl.Contract)
	fmt.Fprintf(&b, "data      %s: %d rows, %d bytes, %s", pl.Data.File, pl.Data.Rows, pl.Data.Size, pl.Data.format())
	if pl.Data.Blank > 0 {
		fmt.Fprintf(&b, ", %d blank lines skipped", pl.Data.Blank)
	}
	if pl.BatchSize > 0 {
		fmt.Fprintf(&b, "\nbatches   up to %d rows a request", pl.BatchSize)
	}
	fmt.Fprintf(&b, "\nrate      %s", pl.Rate)
	if pl.Duration != "" {
		fmt.Fprintf(&b, ", about %s", pl.Duration)
	}
	b.WriteString("\n\n")
	pl.writeColumns(&b)
	pl.writeSamples(&b)
	writeProblems(&b, pl.Problems, pl.byKind)
	fmt.Fprintf(&b, "\n%d rows valid, %d invalid", pl.Valid, pl.Invalid)
	if duplicates := pl.Skipped - pl.Unselected; duplicates > 0 {
		fmt.Fprintf(&b, ", %d skipped as duplicates", duplicates)
	}
	if pl.Unselected > 0 {
		fmt.Fprintf(&b, ", %d not selected", pl.Unselected)
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (pl *plan) writeColumns(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "column\t-> field")
	for _, c := range pl.Columns {
		target := strings.Join(c.Targets, ", ")
		if target == "" {
			target = "(not sent)"
		}
		fmt.Fprintf(w, "%s\t-> %s\n", printable(c.Column), target)
	}
	for _, f := range pl.Constants {
		fmt.Fprintf(w, "(same for every row)\t-> field %s = %s\n", f.Name, request.Excerpt(f.Value))
	}
	_ = w.Flush()
}

func (pl *plan) writeSamplesTo(w io.Writer) error {
	var b strings.Builder
	pl.writeSamples(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (pl *plan) writeSamples(b *strings.Builder) {
	for _, s := range pl.Samples {
		fmt.Fprintf(b, "\nrow %d (line %d)", s.Row, s.Line)
		if s.Request != "" {
			fmt.Fprintf(b, ", %s", printable(s.Request))
		}
		fmt.Fprintf(b, "\n  %s %s\n", s.Method, printable(s.URL))
		for _, h := range s.Headers {
			fmt.Fprintf(b, "  %s: %s\n", h.Name, printable(h.Value))
		}
		for _, f := range s.Fields {
			fmt.Fprintf(b, "    %s = %s\n", f.Name, printable(cut(f.Value)))
		}
		if s.Body != "" {
			fmt.Fprintf(b, "    %s\n", printable(cut(s.Body)))
		}
	}
}

// cut shortens a value for a person's eyes.
func cut(text string) string {
	const most = 200
	if runes := []rune(text); len(runes) > most {
		return fmt.Sprintf("%s... (%d bytes)", string(runes[:most]), len(text))
	}
	return text
}

// printable shows line breaks, control characters and what turns the direction of
// text instead of doing them.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return '⏎'
		case c == '\r':
			return -1
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c), c == '\u2028', c == '\u2029':
			return '·'
		}
		return c
	}, text)
}

// writeProblems lists findings by kind, errors first, with line and remedy. rows
// counts those of each kind that are about rows, of which some may be listed.
func writeProblems(b *strings.Builder, problems []preflight.Problem, rows map[findingKind]int64) {
	for _, severity := range []preflight.Severity{preflight.Error, preflight.Warning} {
		for _, rule := range preflight.Rules() {
			writeKind(b, rule, severity, problems, rows[findingKind{rule.ID, severity}])
		}
	}
}

func writeKind(b *strings.Builder, rule preflight.Rule, severity preflight.Severity, problems []preflight.Problem, rows int64) {
	first := true
	for _, p := range problems {
		if p.Rule != rule.ID || p.Severity != severity {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n%s: %s [%s]\n", severity, rule.About, rule.ID)
			first = false
		}
		where := ""
		if p.Row > 0 {
			rows--
			where = fmt.Sprintf("line %d (row %d)", p.Line, p.Row)
			if p.Column != "" {
				where += fmt.Sprintf(", column %s", printable(p.Column))
			}
			where += ": "
		}
		fmt.Fprintf(b, "  %s%s -> %s\n", where, printable(p.Message), p.Mend)
	}
	if rows > 0 && !first {
		fmt.Fprintf(b, "  ... and %d more like these\n", rows)
	}
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
