package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/batch/samehost"
)

// lookAround finds the other runs of this machine that send to the same host, and
// with a run directory makes this one known to them; leave takes it out again.
// A host on this machine, and the mock, have no limit to share. It is only for a
// warning: where nothing can be written or known, there is none.
func (p *prepared) lookAround(dir batch.RunDir) (leave func()) {
	leave = func() {}
	_, host, _, ok := p.template.Target()
	if !ok || p.local {
		return leave
	}
	registry, err := samehost.Open()
	if err != nil {
		return leave
	}
	name := (&url.URL{Host: host}).Hostname()
	var mine *samehost.Entry
	if dir != "" {
		run, err := filepath.Abs(string(dir))
		if err != nil {
			return leave
		}
		// Entered before looking: of two that begin together, one sees the other.
		if mine, err = registry.Enter(name, run); err == nil {
			leave = mine.Leave
		}
	}
	p.sameHost = registry.Others(name, mine)
	return leave
}

// warnSameHost shows the other runs where a run goes on: load and check show them
// among the other findings.
func (a *app) warnSameHost(problems []preflight.Problem) {
	for _, p := range problems {
		if p.Rule == preflight.SameHostRunning {
			fmt.Fprintf(a.stderr, "%s: %s -> %s\n", p.Severity, p.Message, p.Mend)
		}
	}
}

// clockWarnings says when the server's clock is far from this machine's.
func clockWarnings(skew time.Duration) []string {
	if skew == 0 {
		return nil
	}
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	return []string{fmt.Sprintf("the server's clock is %s %s this machine's [%s]: the times in the reports, and how long the server's rate limit is waited for, are off by as much. Set the clock",
		skew.Abs().Round(time.Second), direction, preflight.ClockSkew)}
}

// rateWarnings says when there were too few connections for the rate.
func rateWarnings(w *batch.RateWatch) []string {
	few := w.Short()
	if few == nil {
		return nil
	}
	return []string{fmt.Sprintf("rate not reached: needs about %d connections. %.1f requests a second went out instead of %.1f, since an answer took %s on the average and there were %d connections. Set --concurrency %d, or a lower --rate",
		few.Needs, few.Reached, w.Rate, few.Mean.Round(time.Millisecond), w.Connections, few.Needs)}
}
