package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

// jobOrContract wants what a load is checked with, or nothing when a contract
// alone is to be checked.
func (s *settings) jobOrContract(cmd *cobra.Command, args []string) error {
	if len(args) == 0 && s.Contract != "" && s.Contract != contract.None {
		return nil
	}
	return oneArg(jobArg)(cmd, args)
}

// checkContract reads a contract and prints what it was understood to say. Its
// mistakes are the error.
func (a *app) checkContract(ref string) error {
	c, err := contract.Named(ref)
	if err != nil {
		return err
	}
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s %s\n", name, text)
		}
	}
	line("contract", strings.TrimSuffix(c.Name+": "+c.About, ": "))
	line("source", c.Source)
	line("found by", c.Match)
	line("request", strings.TrimSpace(c.Method+" "+c.Path))
	line("body", c.Body)
	for _, h := range c.RetiredHosts {
		line("retired", h.Host+", now "+h.Successor)
	}
	line("token", c.Token.Header)
	line("rate", c.Rate)
	for _, f := range c.Fields {
		line("field", describeField(&f))
	}
	line("success", oneLine(c.Success))
	for _, list := range []struct {
		name  string
		texts []string
	}{{"refused", c.Refused}, {"retry", c.Retry}, {"message", c.Message}, {"id", c.ID}} {
		for _, text := range list.texts {
			line(list.name, oneLine(text))
		}
	}
	line("code", oneLine(c.Code))
	for _, r := range c.Causes {
		line("cause", r.Cause+" when "+oneLine(r.When))
	}
	if l := c.Lookup; l != nil {
		line("look-up", strings.TrimSpace(l.Method+" "+l.Path)+", found: "+oneLine(l.Found))
	}
	if c.Batch != nil {
		line("batch", describeBatch(c.Batch))
	}
	_, err = fmt.Fprint(a.stdout, b.String())
	return err
}

// describeBatch says how a request carries several rows.
func describeBatch(r *batch.BatchRule) string {
	text := "the list " + r.List
	if r.Max > 0 {
		text += fmt.Sprintf(", up to %d rows", r.Max)
	}
	switch {
	case r.Results == "":
		return text + "; every row is judged by the whole answer"
	case r.Order:
		return text + "; entries in " + oneLine(r.Results) + ", in the order of the rows"
	}
	return text + "; entries in " + oneLine(r.Results) + ", whose " + oneLine(r.Match) + " is the row's " + r.Member
}

func describeField(f *batch.ContractField) string {
	text := f.Name
	if f.Required {
		text += ", required"
	}
	if f.Operation {
		text += ", names the operation"
	}
	if f.File {
		text += ", a file"
	}
	if f.JSON != "" {
		text += ", one JSON " + f.JSON
	}
	var values []string
	for _, v := range f.Values {
		values = append(values, v.Value)
	}
	if len(values) > 0 {
		text += ": " + strings.Join(values, " / ")
	}
	if f.Open {
		text += " / ..."
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// contractsText is what pmrun help contracts prints.
func contractsText() string {
	var b strings.Builder
	b.WriteString("What pmrun knows of APIs by itself. A contract is found by the URL's path, or named\nwith --contract; docs/contracts.md says how to write one, and\n\"pmrun check --contract FILE\" explains its mistakes.\n\n")
	var errs []error
	for _, name := range contract.Names() {
		c, err := contract.Named(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(&b, "  %-27s %s %s\n", c.Name, c.Method, c.Path)
	}
	if err := errors.Join(errs...); err != nil {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}
