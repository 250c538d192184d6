package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/preflight"
)

const exitCodes = `Exit codes:
  0   every row succeeded or was skipped
  1   finished; some rows failed, are invalid or were not sent
  2   wrong usage, or refused before anything was sent
  3   stopped early by a stop rule
  4   interrupted; the rest can go on
  5   finished; some rows are unknown: they may have been created
  70  the rows do not add up: a bug`

// rulesText is what pmrun help rules prints.
func rulesText() string {
	var b strings.Builder
	b.WriteString("What preflight checks before anything is sent. An error refuses the load; on a\nrow it makes the row invalid. A warning changes nothing.\n")
	for _, r := range preflight.Rules() {
		fmt.Fprintf(&b, "\n%s (%s)\n  finds:  %s\n  source: %s\n  mend:   %s\n", r.ID, r.Severity, r.About, r.Source, r.Mend)
	}
	return b.String()
}

// generalMends say what to do about a cause that no contract explains.
func generalMends() map[string]string {
	return map[string]string{
		batch.CauseRateLimited: "load the rows of failed.csv again with a lower --rate",
		batch.CauseServer:      "the server failed in the middle: pmrun reconcile asks it whether the record is there",
		batch.CauseNetwork:     "check the host, the network and the proxy; for unknown rows, pmrun reconcile asks the server",
		batch.CauseTimeout:     "pmrun reconcile asks the server whether the record is there; a longer --timeout or a lower --concurrency may help",
		batch.CauseResponse:    "the answer was not understood: pmrun reconcile asks the server whether the record is there",
		batch.CauseInterrupted: "the attempt was cut off: pmrun reconcile asks the server whether the record is there",
		batch.CauseRefused:     "see the server's message",
		batch.CauseScript:      "a script of the collection says so. Of a failed row the server has taken the request: look whether the record is right before pmrun retry --failed sends it again. A row that was not sent goes on with pmrun resume",
		batch.CauseNotSelected: "nothing: --rows or --where left the row out",
		batch.CauseDuplicate:   "nothing, when it is the same record",
	}
}

// mends gives, for each cause, what to do about it.
func (p *prepared) mends() map[string]string {
	out := generalMends()
	if p.contract == nil {
		return out
	}
	for _, c := range p.contract.Causes {
		if _, has := out[c.Cause]; !has && c.Mend != "" {
			out[c.Cause] = strings.TrimSpace(c.Mend)
		}
	}
	return out
}

// errorsText is what pmrun help errors prints.
func errorsText() string {
	var b strings.Builder
	b.WriteString(`What became of a row (pmrun_status):
  succeeded  the server's own envelope said yes
  failed     it said no: correct the row and load failed.csv, or pmrun retry --failed
  unknown    bytes were sent and no usable answer came: it may have been created.
             Never sent again by itself; pmrun reconcile asks the server
  not_sent   provably nothing left this machine: pmrun resume sends it
  invalid    refused before sending: correct invalid.csv and load it
  skipped    left out on purpose: a duplicate
  pending    not tried: pmrun resume sends it

Why (pmrun_cause), and what to do:
`)
	general := generalMends()
	for _, cause := range slices.Sorted(maps.Keys(general)) {
		fmt.Fprintf(&b, "  %-13s %s\n", cause, general[cause])
	}
	b.WriteString("Causes of a refusal that the vendor documents: token, format, field, method, operation,\nvalue, url. The run's own summary says what to do about each.\n")
	return b.String()
}
