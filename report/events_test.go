package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pmrun/pmrun/batch"
)

// eventSchema is the documented shape of a line.
func eventSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../docs/events.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// decodeEvents checks every line against the documented shape.
func decodeEvents(t *testing.T, text string) []map[string]any {
	t.Helper()
	schema := eventSchema(t)
	var out []map[string]any
	for line := range strings.Lines(text) {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s%v", line, err)
		}
		if !strings.HasPrefix(line, `{"type":"`) {
			t.Errorf("type is not first: %s", line)
		}
		out = append(out, value.(map[string]any))
	}
	return out
}

// TestEventsReplayed: a reader of the stream can rebuild the summary.
func TestEventsReplayed(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	var out bytes.Buffer
	finish := &batch.Finish{ExitCode: batch.ExitStopped, Stopped: "a rule", Finished: began}
	if _, err := r.replay(t, finish, NewEvents(&out, "pmrun/test", "report"), NewJSON(r.dir, "pmrun/test")); err != nil {
		t.Fatal(err)
	}
	events := decodeEvents(t, out.String())
	if n := len(events); n != 10 || events[0]["type"] != "start" || events[n-1]["type"] != "finish" {
		t.Fatalf("%d events: %s", n, out.String())
	}
	counts, causes, attempts := map[string]int64{}, map[string]int64{}, int64(0)
	for i, e := range events[1:9] {
		if e["type"] != "row" || number(t, e["row"]) != int64(i+1) {
			t.Fatalf("event %d: %v", i+1, e)
		}
		counts[e["status"].(string)]++
		if cause, ok := e["cause"].(string); ok {
			causes[cause]++
		}
		attempts += number(t, e["attempts"])
	}
	var summary map[string]any
	if err := json.Unmarshal([]byte(r.files(t)[SummaryFile]), &summary); err != nil {
		t.Fatal(err)
	}
	for _, s := range batch.Statuses() {
		name := s.String()
		if float64(counts[name]) != summary[name] || number(t, events[9]["counts"].(map[string]any)[name]) != counts[name] {
			t.Errorf("%s: %d rows, summary %v, finish %v", name, counts[name], summary[name], events[9]["counts"])
		}
	}
	for cause, n := range summary["causes"].(map[string]any) {
		if n != float64(causes[cause]) {
			t.Errorf("cause %s: %d rows, summary %v", cause, causes[cause], n)
		}
	}
	if float64(attempts) != summary["attempts"] || number(t, events[0]["rows"]) != 8 {
		t.Errorf("attempts %d, summary %v, start %v", attempts, summary["attempts"], events[0])
	}
	if f := events[9]; number(t, f["exit_code"]) != batch.ExitStopped || f["stopped"] != "a rule" || f["finished_at"] != "2026-03-04T05:06:07.089Z" {
		t.Errorf("finish %v", f)
	}
}

func number(t *testing.T, v any) int64 {
	t.Helper()
	n, err := v.(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEventsLive: the messages that only a live run has, and text that could break
// a line.
func TestEventsLive(t *testing.T) {
	var out bytes.Buffer
	ev := NewEvents(&out, "pmrun/test", "verify")
	bad := attempted(3, batch.Failed, batch.CauseField, "two\nlines\r\x00 \u2028 <b>\xff")
	bad.Rule, bad.Code, bad.HTTPStatus, bad.Captures = "refused: x", "9", 400, map[string]string{"id": "7"}
	for _, e := range []batch.Event{
		{Start: &batch.Start{Version: batch.EventVersion, Started: began, Operation: "acme", Mock: true, Captures: []string{"id"}}},
		{Row: &batch.RowResult{Cells: []string{"a cell"}, Record: bad}},
		{Progress: &batch.Progress{Total: 9, Counts: batch.Counts{batch.Failed: 1}, InFlight: 2, Slowed: 1.5, Needs: 20, At: began}},
		{Progress: &batch.Progress{Total: 9, At: began.Add(999 * time.Millisecond)}}, // dropped
		{Progress: &batch.Progress{Total: 9, At: began.Add(time.Second)}},
		{Pause: &batch.Pause{Until: began, Reason: "the server answered 429"}},
		{Stopping: &batch.Stopping{InFlight: 3}},
		{Verified: &batch.Verified{Row: 1, Line: 2, Ref: "x", Presence: batch.Missing, Message: "NOT THERE"}},
		{Verified: &batch.Verified{Row: 2, Line: 3, Presence: batch.There}},
		{Finish: &batch.Finish{ExitCode: 1, Warnings: []string{"rate not reached"}}},
	} {
		if err := ev.Handle(e); err != nil {
			t.Fatal(err)
		}
	}
	events := decodeEvents(t, out.String())
	var types []string
	for _, e := range events {
		types = append(types, e["type"].(string))
	}
	if got := strings.Join(types, " "); got != "start row progress progress pause stopping verified verified finish" {
		t.Fatal(got)
	}
	if got := events[1]["message"]; got != "two\nlines\r\x00 \u2028 <b>\ufffd" {
		t.Errorf("message %q", got)
	}
	if strings.Contains(out.String(), "a cell") {
		t.Error("a cell is in the stream")
	}
	if counts := events[2]["counts"].(map[string]any); number(t, counts["pending"]) != 8 || number(t, counts["failed"]) != 1 {
		t.Errorf("progress %v", counts)
	}
	if needs := number(t, events[2]["needs_connections"]); needs != 20 {
		t.Errorf("needs %v connections", needs)
	}
	if w := fmt.Sprint(events[len(events)-1]["warnings"]); w != "[rate not reached]" {
		t.Errorf("warnings %s", w)
	}
}
