package report

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// summarize gives the records to a summary.
func summarize(t *testing.T, records ...batch.Record) *Summary {
	t.Helper()
	s := NewSummary()
	for _, rec := range records {
		if err := s.Handle(batch.Event{Row: &batch.RowResult{Record: rec}}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// summaryJSON replays the run and reads summary.json.
func summaryJSON(t *testing.T, r *run, finish *batch.Finish) map[string]any {
	t.Helper()
	if _, err := r.replay(t, finish, NewJSON(r.dir, "pmrun/test")); err != nil {
		t.Fatal(err)
	}
	files := r.files(t)
	if len(files) != 1 {
		t.Fatalf("files %v", files)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(files[SummaryFile]), &got); err != nil {
		t.Fatalf("%v\n%s", err, files[SummaryFile])
	}
	return got
}

// TestJSON: all keys, with a row of each status.
func TestJSON(t *testing.T) {
	records := append(everyStatus(), attempted(9, batch.Failed, batch.CauseField, "no"), attempted(10, batch.Failed, batch.CauseTimeout, "no"))
	r := newRun(t, "\n"+eightRows+"9,i\n10,j\n", records...)
	got := summaryJSON(t, r, &batch.Finish{ExitCode: 3, Stopped: "a \"rule\"", Finished: began.Add(time.Hour), Warnings: []string{"a clock"}})
	want := map[string]any{
		"tool": "pmrun/test", "run_id": "run-1", "job": "cases", "host": "https://crm.example.com", "request": "Cases/Insert",
		"rows": 10.0, "blank_lines": 1.0, "data_sha256": r.start.Facts.SHA256,
		"succeeded": 1.0, "failed": 3.0, "unknown": 1.0, "not_sent": 1.0, "invalid": 1.0, "skipped": 1.0, "pending": 2.0, "sending": 0.0,
		"attempts": 7.0, "exit_code": 3.0, "stopped": `a "rule"`, "warnings": []any{"a clock"},
		"started_at": "2026-03-04T05:06:07.089Z", "finished_at": "2026-03-04T06:06:07.089Z",
		// Seven attempts, begun from second 1 to second 10.
		"rows_per_second": 0.667, // 6 / 9
		"latency_ms":      map[string]any{"p50": 250.0, "p95": 250.0, "p99": 250.0, "max": 250.0},
		"causes": map[string]any{
			batch.CauseField: 2.0, batch.CauseTimeout: 2.0, batch.CauseNetwork: 1.0,
			batch.CauseValue: 1.0, batch.CauseDuplicate: 1.0, batch.CauseRateLimited: 1.0,
		},
	}
	if len(r.start.Facts.SHA256) != 64 {
		t.Fatalf("digest %q", r.start.Facts.SHA256)
	}
	for key, value := range want {
		if !reflect.DeepEqual(got[key], value) {
			t.Errorf("%s is %#v, want %#v", key, got[key], value)
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("more keys: %v", got)
	}
	sum := 0.0
	for _, s := range batch.Statuses() {
		n, _ := want[s.String()].(float64)
		sum += n
	}
	if sum != want["rows"] {
		t.Errorf("the statuses add up to %v, rows is %v", sum, want["rows"])
	}
}

// TestJSONNothingSent: numbers and objects are there also when nothing was sent.
func TestJSONNothingSent(t *testing.T) {
	got := summaryJSON(t, newRun(t, "id\n1\n"), nil)
	for key, want := range map[string]any{
		"rows": 1.0, "pending": 1.0, "attempts": 0.0, "rows_per_second": 0.0, "finished_at": nil, "stopped": "", "exit_code": 4.0,
		"latency_ms": map[string]any{"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}, "causes": map[string]any{},
	} {
		if value, has := got[key]; !has || !reflect.DeepEqual(value, want) {
			t.Errorf("%s is %#v, want %#v", key, value, want)
		}
	}
}

// TestJSONReplacesOld: the file holds one summary, the last.
func TestJSONReplacesOld(t *testing.T) {
	r := newRun(t, "id\n1\n")
	summaryJSON(t, r, &batch.Finish{Stopped: "a long reason that the second summary does not have"})
	if got := summaryJSON(t, r, nil); got["stopped"] != "" {
		t.Errorf("stopped: %q", got["stopped"])
	}
}

// TestLatencies: percentiles of known durations, in any order, within 0.1%.
func TestLatencies(t *testing.T) {
	var records []batch.Record
	for i := range 1000 {
		ms := 1 + i*7%1000 // each of 1 to 1000 once
		records = append(records, batch.Record{Status: batch.Succeeded, StartedAt: began, Duration: time.Duration(ms) * time.Millisecond})
	}
	got := summarize(t, records...).latencies()
	for _, tt := range []struct {
		name      string
		got, want float64
	}{{"p50", got.P50, 500}, {"p95", got.P95, 950}, {"p99", got.P99, 990}} {
		if tt.got < tt.want || tt.got > tt.want*1.001 {
			t.Errorf("%s is %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	if got.Max != 1000 {
		t.Errorf("max is %v", got.Max)
	}
}

// TestLatencyOfRows: which rows count, and the edges of what can be measured.
func TestLatencyOfRows(t *testing.T) {
	row := func(s batch.Status, d time.Duration) batch.Record {
		return batch.Record{Status: s, StartedAt: began, Duration: d}
	}
	for _, tt := range []struct {
		name    string
		records []batch.Record
		want    float64 // every percentile, in ms
	}{
		{"none", nil, 0},
		{"one row", []batch.Record{row(batch.Failed, 100*time.Millisecond)}, 100},
		{"one microsecond", []batch.Record{row(batch.Succeeded, time.Microsecond)}, 0.001},
		{"longer than the histogram", []batch.Record{row(batch.Unknown, 2*time.Hour)}, 3600e3},
		{"not sent", []batch.Record{row(batch.NotSent, 10*time.Second), row(batch.Succeeded, time.Second)}, 1000},
		{"cut off, without an end", []batch.Record{row(batch.Unknown, 0), row(batch.Sending, 0), row(batch.Succeeded, time.Second)}, 1000},
		{"never tried", []batch.Record{{Status: batch.Pending}, {Status: batch.Invalid}, row(batch.Succeeded, time.Second)}, 1000},
		{"tried, to be sent again", []batch.Record{row(batch.Pending, time.Second)}, 1000},
	} {
		got := summarize(t, tt.records...).latencies()
		for name, value := range map[string]float64{"p50": got.P50, "p95": got.P95, "p99": got.P99} {
			if math.Abs(value-tt.want) > tt.want/1000 {
				t.Errorf("%s: %s is %v, want %v", tt.name, name, value, tt.want)
			}
			if value > got.Max {
				t.Errorf("%s: %s is %v, more than the maximum %v", tt.name, name, value, got.Max)
			}
		}
	}
	if got := summarize(t, row(batch.Unknown, 2*time.Hour)).latencies(); got.Max != 7200e3 {
		t.Errorf("max is %v, want two hours", got.Max)
	}
}

func TestRowsPerSecond(t *testing.T) {
	at := func(after, took time.Duration) batch.Record {
		return batch.Record{Status: batch.Succeeded, StartedAt: began.Add(after), Duration: took}
	}
	for _, tt := range []struct {
		name    string
		records []batch.Record
		want    float64
	}{
		{"none", nil, 0},
		{"one", []batch.Record{at(0, time.Second)}, 0},
		{"two at once, without a duration", []batch.Record{at(0, 0), at(0, 0)}, 0},
		{"two", []batch.Record{at(0, time.Second), at(time.Second, time.Second)}, 1},
		{"any order", []batch.Record{at(3*time.Second, time.Second), at(0, time.Second), at(2*time.Second, 0), at(time.Second, 0)}, 1},
		{"the first ends last", []batch.Record{at(0, 10*time.Second), at(time.Second, time.Second)}, 1},
		{"rows without an attempt", []batch.Record{at(0, 0), {Status: batch.Invalid}, {Status: batch.Pending}, at(time.Second, time.Second)}, 1},
	} {
		if got := summarize(t, tt.records...).rowsPerSecond(); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestGroups: by status as reports show them, the largest first, the first row
// of each as example; rows that succeeded are in none.
func TestGroups(t *testing.T) {
	s := summarize(t,
		batch.Record{Row: 1, Status: batch.Pending},
		batch.Record{Row: 2, Status: batch.Unknown, Cause: "b"},
		batch.Record{Row: 3, Status: batch.Failed, Cause: "c", Message: "first"},
		batch.Record{Row: 4, Status: batch.Failed, Cause: "b"},
		batch.Record{Row: 5, Status: batch.Failed, Cause: "b"},
		batch.Record{Row: 6, Status: batch.Failed, Cause: "a"},
		batch.Record{Row: 7, Status: batch.Failed, Cause: "c", Message: "second"},
		batch.Record{Row: 8, Status: batch.Succeeded},
	)
	got := ""
	for _, g := range s.Groups() {
		got += fmt.Sprintf("%s %q %d, row %d %s; ", g.Status, g.Cause, g.Rows, g.Example.Row, g.Example.Message)
	}
	want := `failed "b" 2, row 4 ; failed "c" 2, row 3 first; failed "a" 1, row 6 ; unknown "b" 1, row 2 ; pending "" 1, row 1 ; `
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := s.causes(), map[string]int64{"a": 1, "b": 3, "c": 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("causes %v, want %v", got, want)
	}
}

// TestSummaryMemory: once each status and cause was seen, a row costs no memory.
func TestSummaryMemory(t *testing.T) {
	records := everyStatus()
	s := summarize(t, records...)
	n := 0
	allocs := testing.AllocsPerRun(10_000, func() {
		n++
		row := &batch.RowResult{Record: records[n%len(records)]}
		row.Row, row.Duration = int64(n), time.Duration(n)*time.Millisecond
		_ = s.Handle(batch.Event{Row: row})
	})
	if allocs > 1 { // the row itself
		t.Errorf("%v allocations a row", allocs)
	}
	if groups := len(s.Groups()); groups != len(records)-1 {
		t.Errorf("%d groups", groups)
	}
}
