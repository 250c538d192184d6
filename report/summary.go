package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pmrun/pmrun/batch"
)

// Summary is a run in numbers. It needs the same memory for any number of rows.
type Summary struct {
	start    *batch.Start
	finish   *batch.Finish
	counts   batch.Counts
	attempts int64
	sent     int64 // rows that had an attempt, however it ended
	first    time.Time
	last     time.Time
	// lastStart is when the last attempt began.
	lastStart time.Time
	latency   *hdrhistogram.Histogram // in microseconds
	slowest   time.Duration
	groups    map[groupKey]*Group
}

type groupKey struct {
	status batch.Status
	cause  string
}

// Group is the rows of one status and cause, with the first of them as example.
type Group struct {
	Status  batch.Status
	Cause   string
	Rows    int64
	Example batch.Record
}

// NewSummary returns an empty summary.
func NewSummary() *Summary {
	const most = int64(time.Hour / time.Microsecond)
	return &Summary{
		latency: hdrhistogram.New(1, most, 3),
		groups:  make(map[groupKey]*Group),
	}
}

// Handle takes one event.
func (s *Summary) Handle(e batch.Event) error {
	switch {
	case e.Start != nil:
		s.start = e.Start
	case e.Row != nil:
		s.row(&e.Row.Record)
	case e.Finish != nil:
		s.finish = e.Finish
	}
	return nil
}

// Close does nothing.
func (s *Summary) Close() error { return nil }

func (s *Summary) row(r *batch.Record) {
	s.counts.Add(r.Status, 1)
	s.attempts += int64(r.Attempts)
	if !r.StartedAt.IsZero() {
		s.sent++
		if s.first.IsZero() || r.StartedAt.Before(s.first) {
			s.first = r.StartedAt
		}
		if r.StartedAt.After(s.lastStart) {
			s.lastStart = r.StartedAt
		}
		if end := r.StartedAt.Add(r.Duration); end.After(s.last) {
			s.last = end
		}
	}
	// How long it took not to reach a server says nothing of the server.
	if ended(r) && r.Status != batch.NotSent {
		_ = s.latency.RecordValue(min(max(r.Duration.Microseconds(), 1), s.latency.HighestTrackableValue()))
		s.slowest = max(s.slowest, r.Duration)
	}
	if r.Status == batch.Succeeded {
		return
	}
	key := groupKey{r.Status, r.Cause}
	if s.groups[key] == nil {
		s.groups[key] = &Group{Status: r.Status, Cause: r.Cause, Example: *r}
	}
	s.groups[key].Rows++
}

// Groups returns the rows that did not succeed by status and cause, in the order
// of the statuses, the largest first.
func (s *Summary) Groups() []Group {
	groups := make([]Group, 0, len(s.groups))
	for _, g := range s.groups {
		groups = append(groups, *g)
	}
	order := batch.Statuses()
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status)),
			cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Cause, b.Cause))
	})
	return groups
}

// mend says what to do about a row, empty when nothing is known. The message of an
// invalid row names its remedy itself.
func (s *Summary) mend(r *batch.Record) string {
	if r.Status == batch.Invalid {
		return ""
	}
	return s.start.Mends[r.Cause]
}

// causes counts the rows that did not succeed by cause, whatever their status.
func (s *Summary) causes() map[string]int64 {
	rows := make(map[string]int64)
	for key, g := range s.groups {
		if key.cause != "" {
			rows[key.cause] += g.Rows
		}
	}
	return rows
}

// span is from the first attempt's start to the last one's end. Where a run was
// resumed the break counts too.
func (s *Summary) span() time.Duration { return s.last.Sub(s.first) }

// rowsPerSecond is how fast rows were begun: from the first start to the last
// there is one interval less than rows. One row has no rate.
func (s *Summary) rowsPerSecond() float64 {
	starts := s.lastStart.Sub(s.first)
	if s.sent < 2 || starts <= 0 {
		return 0
	}
	return float64(s.sent-1) / starts.Seconds()
}

// Latency holds percentiles, in milliseconds, of the last attempts of rows that
// left this machine and of which the end is known. They are at most 0.1% too
// high; Max is exact to the microsecond. All are 0 when there was no such row.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (s *Summary) latencies() Latency {
	most := s.slowest.Microseconds()
	at := func(percentile float64) float64 {
		return float64(min(s.latency.ValueAtPercentile(percentile), most)) / 1000
	}
	return Latency{P50: at(50), P95: at(95), P99: at(99), Max: float64(most) / 1000}
}

// SummaryFile holds the summary for programs.
const SummaryFile = "summary.json"

// JSON writes summary.json. Its rates and latencies are those of Summary; times
// are RFC 3339 in UTC, finished_at is null when the run did not come to its end.
type JSON struct {
	*Summary
	dir  string
	tool string
}

// NewJSON writes into dir; tool names the program and its version.
func NewJSON(dir, tool string) *JSON { return &JSON{Summary: NewSummary(), dir: dir, tool: tool} }

// Handle takes one event.
func (j *JSON) Handle(e batch.Event) error {
	if err := j.Summary.Handle(e); err != nil || e.Finish == nil {
		return err
	}
	text, err := json.MarshalIndent(j.fields(), "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(j.dir, SummaryFile)
	err = os.WriteFile(path+tmpSuffix, append(text, '\n'), 0o600)
	if err == nil {
		err = os.Rename(path+tmpSuffix, path)
	}
	if err != nil {
		_ = os.Remove(path + tmpSuffix)
		return fmt.Errorf("cannot write the summary: %w", err)
	}
	return nil
}

func (j *JSON) fields() map[string]any {
	out := map[string]any{
		"tool": j.tool, "run_id": j.start.RunID, "job": j.start.Job, "host": j.start.Host, "request": j.start.Request,
		"rows": j.counts.Sum(), "blank_lines": j.start.Facts.Blank, "data_sha256": j.start.Facts.SHA256,
		"attempts": j.attempts, "exit_code": j.finish.ExitCode, "stopped": j.finish.Stopped,
		"started_at": j.start.Started.UTC().Format(timeFormat), "finished_at": nil, "warnings": append([]string{}, j.finish.Warnings...),
		"rows_per_second": math.Round(j.rowsPerSecond()*1000) / 1000, "latency_ms": j.latencies(), "causes": j.causes(),
	}
	if !j.finish.Finished.IsZero() {
		out["finished_at"] = j.finish.Finished.UTC().Format(timeFormat)
	}
	for _, s := range batch.Statuses() {
		out[s.String()] = j.counts.Of(s)
	}
	return out
}
