package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pmrun/pmrun/collection/request"
)

// write shows the row to a person. What a cell or a server says cannot draw on
// the terminal.
func (s *shown) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "row %d (line %d): %s", s.Row, s.Line, s.Status)
	if s.Cause != "" {
		fmt.Fprintf(&b, ", cause %s", printable(s.Cause))
	}
	b.WriteString("\n")
	for _, f := range []struct{ name, value string }{
		{"rule", s.Rule}, {"message", s.Message}, {"code", s.Code}, {"ref", s.Ref},
	} {
		if f.value != "" {
			fmt.Fprintf(&b, "  %-8s %s\n", f.name, printable(f.value))
		}
	}
	for _, note := range s.Notes {
		fmt.Fprintf(&b, "  note     %s\n", printable(note))
	}
	s.writeCells(&b)
	if s.Request != nil {
		b.WriteString("\nrequest, secrets masked\n")
		writeRequest(&b, s.Request)
	}
	for _, step := range s.Steps {
		fmt.Fprintf(&b, "\nrequest %d of %d, %s: %s\n", step.Number, len(s.Steps), printable(step.Name), step.Status)
		for _, f := range []struct{ name, value string }{{"cause", step.Cause}, {"rule", step.Rule}, {"message", step.Message}, {"ref", step.Ref}} {
			if f.value != "" {
				fmt.Fprintf(&b, "  %-8s %s\n", f.name, printable(f.value))
			}
		}
		writeRequest(&b, step.Request)
	}
	s.writeAttempts(&b)
	if s.Answer != "" {
		b.WriteString("\nthe server's last answer, its first 4 KiB, secrets masked\n")
		for line := range strings.Lines(strings.ToValidUTF8(s.Answer, "�")) {
			fmt.Fprintf(&b, "  %s\n", printable(strings.TrimRight(line, "\r\n")))
		}
	}
	if len(s.Captures) > 0 {
		b.WriteString("\ncaptured\n")
		for _, name := range slices.Sorted(maps.Keys(s.Captures)) {
			fmt.Fprintf(&b, "  %s = %s\n", printable(name), printable(s.Captures[name]))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *shown) writeCells(b *strings.Builder) {
	if len(s.Cells) == 0 {
		return
	}
	b.WriteString("\ncells\n")
	for _, c := range s.Cells {
		fmt.Fprintf(b, "  %s = %s\n", printable(cmp.Or(c.Column, "(no column)")), printable(cut(c.Value)))
	}
}

func writeRequest(b *strings.Builder, r *request.Rendered) {
	fmt.Fprintf(b, "  %s %s\n", r.Method, printable(r.URL))
	for _, h := range r.Headers {
		fmt.Fprintf(b, "  %s: %s\n", h.Name, printable(h.Value))
	}
	for _, f := range r.Fields {
		fmt.Fprintf(b, "    %s = %s\n", printable(f.Name), printable(cut(f.Value)))
	}
	if r.Body != "" {
		fmt.Fprintf(b, "    %s\n", printable(cut(r.Body)))
	}
}

func (s *shown) writeAttempts(b *strings.Builder) {
	if len(s.Attempts) == 0 {
		b.WriteString("\nno attempt\n")
		return
	}
	b.WriteString("\nattempts\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, a := range s.Attempts {
		took, answer := "no end known", ""
		if a.DurationMS != nil {
			took = fmt.Sprintf("%d ms", *a.DurationMS)
		}
		if a.HTTPStatus > 0 {
			answer = fmt.Sprintf("HTTP %d", a.HTTPStatus)
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\t%s\t%s\n", a.Number, a.StartedAt.Format(time.RFC3339), took, answer, printable(a.Cause), printable(cut(a.Message)))
	}
	_ = w.Flush() // a strings.Builder takes everything
}
