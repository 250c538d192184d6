package report

import (
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/pmrun/pmrun/batch"
)

// Progress shows a live run on standard error: a bar on a terminal, otherwise a
// plain line now and then. Lines that cannot be written are lost, not an error.
type Progress struct {
	out io.Writer
	// bar is nil as long as none is shown, width the terminal's in columns.
	terminal bool
	bar      *progressbar.ProgressBar
	width    func() int
	// first is the first progress seen, what the rate is counted from; shown is
	// the moment of the last that was shown.
	first batch.Progress
	shown time.Time
	// pausedTil is the end of the last pause that was reported.
	pausedTil time.Time
}

// NewProgress writes to out; terminal says that it is one.
func NewProgress(out io.Writer, terminal bool) *Progress {
	return &Progress{out: out, terminal: terminal, width: func() int { return columns(out) }}
}

// columns is the width of the terminal.
func columns(out io.Writer) int {
	if f, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// Handle takes one event.
func (p *Progress) Handle(e batch.Event) error {
	switch {
	case e.Pause != nil:
		p.pause(e.Pause)
	case e.Progress != nil:
		p.progress(e.Progress)
	case e.Stopping != nil && e.Stopping.InFlight > 0:
		p.stopping(e.Stopping)
	case e.Finish != nil:
		p.clear()
	}
	return nil
}

// Close does nothing.
func (p *Progress) Close() error { return nil }

// pause reports a pause once: every attempt that met it says so, each with an
// end that is a little later.
func (p *Progress) pause(e *batch.Pause) {
	if !e.Until.After(p.pausedTil.Add(time.Second)) {
		return
	}
	p.pausedTil = e.Until
	p.clear()
	fmt.Fprintf(p.out, "%s: nothing is sent until %s\n", oneLine(e.Reason), e.Until.Local().Format("15:04:05"))
}

func (p *Progress) stopping(e *batch.Stopping) {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.out, "ending: waiting for %d requests on their way, at most --timeout; a second Ctrl-C ends at once and leaves them unknown\n", e.InFlight)
}

func (p *Progress) progress(e *batch.Progress) {
	if p.first.At.IsZero() {
		p.first, p.shown = *e, e.At
	}
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	if e.At.Sub(p.shown) < every {
		return
	}
	p.shown = e.At
	if p.terminal {
		p.draw(e)
		return
	}
	fmt.Fprintln(p.out, p.line(e, math.MaxInt))
}

// barWidth is the bar's; with its frame, the percentage and the spaces around
// them barFrame columns more are used.
const (
	barWidth = 10
	barFrame = 12
)

// draw writes the bar over the one before: always as wide, and never wider than
// the terminal, where it would go on in the next line and stay there.
func (p *Progress) draw(e *batch.Progress) {
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(e.Total,
			progressbar.OptionSetWriter(p.out), progressbar.OptionSetWidth(barWidth),
			progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetPredictTime(false))
	}
	room := max(p.width()-1-barWidth-barFrame, 0)
	_ = p.bar.Set64(done(e.Counts))
	p.bar.Describe(fmt.Sprintf("%-*s", room, p.line(e, room)))
}

// clear leaves an empty line where the bar was.
func (p *Progress) clear() {
	if p.bar == nil {
		return
	}
	p.bar = nil
	fmt.Fprintf(p.out, "\r%*s\r", max(p.width()-1, 0), "")
}

func done(c batch.Counts) int64 { return c.Sum() - c.Of(batch.Pending) - c.Of(batch.Sending) }

// line is "1200/20000 rows, 49.8/s, 6m17s left, 10 failed, 1190 succeeded",
// without the parts for which there is no room.
func (p *Progress) line(e *batch.Progress, room int) string {
	line := ""
	add := func(part string) {
		if line != "" {
			part = ", " + part
		}
		if len(line)+len(part) <= room {
			line += part
		}
	}
	n := done(e.Counts)
	add(fmt.Sprintf("%d/%d rows", n, e.Total))
	span, since := e.At.Sub(p.first.At), n-done(p.first.Counts)
	if span > 0 && since > 0 {
		rate := float64(since) / span.Seconds()
		add(perTime(rate))
		if seconds := math.Round(float64(e.Total-n) / rate); seconds > 0 && seconds < math.MaxInt32 {
			add((time.Duration(seconds) * time.Second).String() + " left")
		}
	}
	if e.Slowed > 0 {
		add("slowed to " + perTime(e.Slowed))
	}
	if e.Needs > 0 {
		add(fmt.Sprintf("rate not reached: needs about %d connections", e.Needs))
	}
	// What went wrong comes first: where room is short it matters more.
	for _, s := range []batch.Status{batch.Failed, batch.Unknown, batch.NotSent, batch.Invalid, batch.Skipped, batch.Succeeded} {
		if k := e.Counts.Of(s); k > 0 {
			add(fmt.Sprintf("%d %s", k, s))
		}
	}
	return line
}
