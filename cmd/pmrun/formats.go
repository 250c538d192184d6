package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/report"
	"github.com/pmrun/pmrun/report/xlsx"
)

// format is one kind of report.
type format struct {
	name string
	// file is in the run directory when the report was written.
	file string
	// usual ones are written when none is named.
	usual bool
	open  func(dir string, words report.Words) report.Handler
}

// formats lists every kind of report.
func (s *settings) formats() []format {
	return []format{
		{"csv", report.ReportFile, true, func(dir string, _ report.Words) report.Handler {
			c := report.NewCSV(dir, func(w io.Writer, d batch.Dialect) report.RecordWriter { return sheet.NewWriter(w, d) })
			c.Answers = s.WithAnswers
			return c
		}},
		{"json", report.SummaryFile, true, func(dir string, _ report.Words) report.Handler { return report.NewJSON(dir, tool()) }},
		{"html", report.HTMLFile, true, func(dir string, words report.Words) report.Handler {
			h := report.NewHTML(dir, tool())
			h.Words = words
			return h
		}},
		{"junit", report.JUnitFile, false, func(dir string, _ report.Words) report.Handler { return report.NewJUnit(dir) }},
		{"md", report.MarkdownFile, false, func(dir string, words report.Words) report.Handler {
			h := report.NewMarkdown(dir, tool())
			h.Words = words
			return h
		}},
		{"xlsx", xlsx.File, false, func(dir string, _ report.Words) report.Handler { return xlsx.New(dir, tool()) }},
	}
}

// formatNames lists what --format takes.
func formatNames() []string {
	var names []string
	for _, f := range (&settings{}).formats() {
		names = append(names, f.name)
	}
	return names
}

func (s *settings) formatFlag(f *pflag.FlagSet) {
	f.StringSliceVar(&s.Format, "format", nil, "`LIST` of reports to write: "+strings.Join(formatNames(), ", ")+" (csv,json,html)")
	f.StringVar(&s.Lang, "lang", "en", "language of the reports for people: "+strings.Join(report.Languages(), ", "))
	s.ofJob("format", "lang")
}

// checkFormats refuses a report, or a language, that is not known.
func (s *settings) checkFormats() error {
	if _, ok := report.Language(s.Lang); !ok {
		return fmt.Errorf("there are no reports in the language %q: --lang takes %s", s.Lang, strings.Join(report.Languages(), ", "))
	}
	for _, name := range s.Format {
		if slices.Contains(formatNames(), name) {
			continue
		}
		msg := fmt.Sprintf("there is no report %q: --format takes %s", name, strings.Join(formatNames(), ", "))
		if near, ok := collection.Nearest(name, formatNames()); ok {
			msg += fmt.Sprintf("; did you mean %q?", near)
		}
		return fmt.Errorf("%s", msg)
	}
	return nil
}

// reports makes the handlers of the reports to write: those asked for, and those
// that the run directory has already, so that no two of them tell of different
// moments.
func (s *settings) reports(dir batch.RunDir) []report.Handler {
	var handlers []report.Handler
	words, _ := report.Language(s.Lang)
	for _, f := range s.formats() {
		wanted := slices.Contains(s.Format, f.name) || len(s.Format) == 0 && f.usual
		if _, err := os.Lstat(dir.Path(f.file)); wanted || err == nil {
			handlers = append(handlers, f.open(string(dir), words))
		}
	}
	return handlers
}
