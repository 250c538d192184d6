package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// moment is a progress so many seconds after the begin.
func moment(seconds float64, total int64, counts batch.Counts) batch.Event {
	return batch.Event{Progress: &batch.Progress{Total: total, Counts: counts, At: began.Add(time.Duration(seconds * float64(time.Second)))}}
}

func pause(seconds float64) batch.Event {
	return batch.Event{Pause: &batch.Pause{Until: began.Add(time.Duration(seconds * float64(time.Second))), Reason: "the server answered 429"}}
}

// paused is the line that pause makes.
func paused(seconds float64) string {
	return "the server answered 429: nothing is sent until " + pause(seconds).Pause.Until.Local().Format("15:04:05") + "\n"
}

func succeeded(n int64) batch.Counts { return batch.Counts{batch.Succeeded: n} }

// show gives the events to a Progress.
func show(t *testing.T, p *Progress, events ...batch.Event) {
	t.Helper()
	for _, e := range events {
		if err := p.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
}

// TestProgressLines: plain lines, where no terminal is.
func TestProgressLines(t *testing.T) {
	start := batch.Event{Start: &batch.Start{}}
	finish := batch.Event{Finish: &batch.Finish{}}
	for _, tt := range []struct {
		name   string
		events []batch.Event
		want   string
	}{
		{"a short run says nothing", []batch.Event{start, moment(0, 10, succeeded(1)), moment(4.9, 10, succeeded(10)), finish}, ""},
		{"one line in five seconds", []batch.Event{
			moment(0, 1000, succeeded(0)), moment(1, 1000, succeeded(10)), moment(5, 1000, succeeded(50)), moment(5.1, 1000, succeeded(51)),
			moment(9.9, 1000, succeeded(99)), moment(11, 1000, succeeded(110)), moment(12, 1000, succeeded(120)),
		}, "50/1000 rows, 10.0/s, 1m35s left, 50 succeeded\n110/1000 rows, 10.0/s, 1m29s left, 110 succeeded\n"},
		{"the rate leaves out rows of an earlier run", []batch.Event{moment(0, 1000, succeeded(500)), moment(10, 1000, succeeded(520))},
			"520/1000 rows, 2.0/s, 4m0s left, 520 succeeded\n"},
		{"no rate when nothing has ended", []batch.Event{moment(0, 10, succeeded(5)), moment(10, 10, succeeded(5))}, "5/10 rows, 5 succeeded\n"},
		{"nothing left", []batch.Event{moment(0, 10, succeeded(0)), moment(10, 10, succeeded(10))}, "10/10 rows, 1.0/s, 10 succeeded\n"},
		{"slow", []batch.Event{moment(0, 10, succeeded(0)), moment(3600, 10, succeeded(2))}, "2/10 rows, 2.0/h, 4h0m0s left, 2 succeeded\n"},
		{"longer than anybody waits", []batch.Event{moment(0, math.MaxInt64, succeeded(0)), moment(3600, math.MaxInt64, succeeded(1))},
			"1/9223372036854775807 rows, 1.0/h, 1 succeeded\n"},
		{"every status", []batch.Event{moment(0, 100, batch.Counts{}), moment(10, 100, batch.Counts{
			batch.Pending: 50, batch.Sending: 3, batch.Succeeded: 5, batch.Failed: 4, batch.Unknown: 3, batch.NotSent: 2, batch.Invalid: 1, batch.Skipped: 5,
		})}, "20/100 rows, 2.0/s, 40s left, 4 failed, 3 unknown, 2 not_sent, 1 invalid, 5 skipped, 5 succeeded\n"},
		{"a pause once, each attempt says so", []batch.Event{pause(60), pause(60), pause(60.4), pause(60.9), pause(30)}, paused(60)},
		{"the next pause", []batch.Event{pause(60), pause(60.9), pause(61.5), pause(120)}, paused(60) + paused(61.5) + paused(120)},
	} {
		var out bytes.Buffer
		p := NewProgress(&out, false)
		show(t, p, tt.events...)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if out.String() != tt.want {
			t.Errorf("%s:\n%swant\n%s", tt.name, &out, tt.want)
		}
	}
}

// screen is what a terminal with so many columns shows after the text was
// written: a line that is too long goes on in the next one.
func screen(text string, columns int) []string {
	rows, at := [][]rune{nil}, 0
	for _, c := range text {
		last := len(rows) - 1
		switch {
		case c == '\r':
			at = 0
			continue
		case c == '\n':
			rows, at = append(rows, nil), 0
			continue
		case at == columns:
			rows, at = append(rows, nil), 0
			last++
		}
		if at == len(rows[last]) {
			rows[last] = append(rows[last], c)
		}
		rows[last][at] = c
		at++
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = strings.TrimRight(string(row), " ")
	}
	return out
}

// TestProgressBar: a bar that is drawn in one line, gives way to a message and
// leaves nothing behind.
func TestProgressBar(t *testing.T) {
	for _, columns := range []int{80, 60, 40, 22, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			var out bytes.Buffer
			p := NewProgress(&out, true)
			p.width = func() int { return columns }
			visible := func() []string { return screen(out.String(), columns) }

			show(t, p, moment(0, 1000, succeeded(0)), moment(0.05, 1000, succeeded(1)))
			if out.Len() > 0 {
				t.Fatalf("too early: %q", out.String())
			}
			counts := succeeded(490)
			counts.Add(batch.Failed, 10)
			show(t, p, moment(10, 1000, counts))
			if got := visible(); len(got) != 1 || !strings.HasPrefix(got[0], "  50% |█████     |") {
				t.Fatalf("%q", got)
			}
			if got, want := visible()[0], "500/1000 rows, 50.0/s, 10s left, 10 failed, 490 succeeded"; columns >= 80 && !strings.HasSuffix(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			drawn := out.Len()
			show(t, p, moment(10.05, 1000, succeeded(600)))
			if out.Len() != drawn {
				t.Error("drawn again within a tenth of a second")
			}
			show(t, p, moment(100, 1000, succeeded(501))) // a shorter line than before
			if got := visible(); len(got) != 1 || strings.Count(got[0], "rows") > 1 || strings.Contains(got[0], "failed") {
				t.Errorf("%q", got)
			}

			show(t, p, pause(160))
			if got := visible(); columns >= 80 && (len(got) != 2 || got[0]+"\n" != paused(160) || got[1] != "") {
				t.Errorf("%q", got)
			}
			show(t, p, moment(161, 1000, succeeded(1000)))
			if got := visible(); !strings.HasPrefix(got[len(got)-1], " 100% |██████████|") {
				t.Errorf("%q", got)
			}
			show(t, p, moment(162, 1000, succeeded(1000)))
			show(t, p, batch.Event{Finish: &batch.Finish{}})
			if got := visible(); got[len(got)-1] != "" || strings.Contains(strings.Join(got, "\n"), "%") {
				t.Errorf("something is left: %q", got)
			}
			done := out.Len()
			show(t, p, batch.Event{Finish: &batch.Finish{}})
			if out.Len() != done {
				t.Error("cleared twice")
			}
		})
	}
}

// TestProgressLineFits: parts are left out whole.
func TestProgressLineFits(t *testing.T) {
	p := NewProgress(nil, true)
	counts := succeeded(90)
	counts.Add(batch.Failed, 10)
	show(t, p, moment(0, 1000, batch.Counts{}))
	e := moment(10, 1000, counts).Progress
	for room, want := range map[int]string{
		1000: "100/1000 rows, 10.0/s, 1m30s left, 10 failed, 90 succeeded",
		58:   "100/1000 rows, 10.0/s, 1m30s left, 10 failed, 90 succeeded",
		57:   "100/1000 rows, 10.0/s, 1m30s left, 10 failed",
		40:   "100/1000 rows, 10.0/s, 1m30s left",
		32:   "100/1000 rows, 10.0/s, 10 failed",
		31:   "100/1000 rows, 10.0/s",
		0:    "",
	} {
		if got := p.line(e, room); got != want {
			t.Errorf("%d columns: %q, want %q", room, got, want)
		}
	}
}

// TestProgressSlowed shows the pace that the server has asked for, and that there
// are too few connections.
func TestProgressSlowed(t *testing.T) {
	var out strings.Builder
	p := NewProgress(&out, false)
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := range 3 {
		e := batch.Event{Progress: &batch.Progress{Total: 100, Slowed: 2.5, Needs: 7, At: at.Add(time.Duration(i) * time.Minute)}}
		if err := p.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(out.String(), "slowed to 2.5/s, rate not reached: needs about 7 connections") {
		t.Errorf("%q", out.String())
	}
}
