package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/pmrun/pmrun/batch"
)

// Events writes the stream of a run as NDJSON, one message a line, for programs:
// docs/events.md says what is in it. A row's cells and the server's answers are
// left out. It hands each message to the writer at once and buffers nothing.
type Events struct {
	enc        *json.Encoder
	tool, verb string
	shown      time.Time // of the last progress
}

// NewEvents writes to out. tool names the program and its version, verb what it
// does.
func NewEvents(out io.Writer, tool, verb string) *Events {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &Events{enc: enc, tool: tool, verb: verb}
}

// The messages. Their first member is type; members that are not omitted when
// they are empty are always there.
type (
	startMessage struct {
		Type       string   `json:"type"`
		Version    int      `json:"version"`
		Tool       string   `json:"tool"`
		Verb       string   `json:"verb"`
		RunID      string   `json:"run_id"`
		Job        string   `json:"job"`
		Dir        string   `json:"dir"`
		Host       string   `json:"host"`
		Request    string   `json:"request"`
		Operation  string   `json:"operation,omitempty"`
		Mock       bool     `json:"mock,omitempty"`
		Rows       int64    `json:"rows"`
		BlankLines int64    `json:"blank_lines"`
		DataSHA256 string   `json:"data_sha256"`
		Columns    []string `json:"columns"`
		Captures   []string `json:"captures,omitempty"`
		StartedAt  string   `json:"started_at"`
	}
	rowMessage struct {
		Type       string            `json:"type"`
		Row        int64             `json:"row"`
		Line       int64             `json:"line"`
		Status     string            `json:"status"`
		Cause      string            `json:"cause,omitempty"`
		Attempts   int               `json:"attempts"`
		HTTPStatus int               `json:"http_status,omitempty"`
		Code       string            `json:"code,omitempty"`
		Message    string            `json:"message,omitempty"`
		Ref        string            `json:"ref,omitempty"`
		Rule       string            `json:"rule,omitempty"`
		DurationMS float64           `json:"duration_ms,omitempty"`
		StartedAt  string            `json:"started_at,omitempty"`
		Captures   map[string]string `json:"captures,omitempty"`
	}
	progressMessage struct {
		Type     string           `json:"type"`
		At       string           `json:"at"`
		Rows     int64            `json:"rows"`
		Counts   map[string]int64 `json:"counts"`
		InFlight int              `json:"in_flight"`
		SlowedTo float64          `json:"slowed_to_per_second,omitempty"`
		Needs    int              `json:"needs_connections,omitempty"`
	}
	pauseMessage struct {
		Type   string `json:"type"`
		Until  string `json:"until"`
		Reason string `json:"reason"`
	}
	stoppingMessage struct {
		Type     string `json:"type"`
		InFlight int    `json:"in_flight"`
	}
	verifiedMessage struct {
		Type    string `json:"type"`
		Row     int64  `json:"row"`
		Line    int64  `json:"line"`
		Ref     string `json:"ref,omitempty"`
		Record  string `json:"record"`
		Message string `json:"message,omitempty"`
	}
	finishMessage struct {
		Type       string           `json:"type"`
		ExitCode   int              `json:"exit_code"`
		Counts     map[string]int64 `json:"counts"`
		FinishedAt string           `json:"finished_at,omitempty"`
		Stopped    string           `json:"stopped,omitempty"`
		Warnings   []string         `json:"warnings,omitempty"`
	}
)

// Handle writes one event. The error is the writer's. Of the progress, at most a
// message a second is written.
func (ev *Events) Handle(e batch.Event) error {
	switch {
	case e.Start != nil:
		return ev.start(e.Start)
	case e.Row != nil:
		return ev.row(&e.Row.Record)
	case e.Progress != nil:
		return ev.progress(e.Progress)
	case e.Pause != nil:
		return ev.enc.Encode(pauseMessage{"pause", timestamp(e.Pause.Until), e.Pause.Reason})
	case e.Stopping != nil:
		return ev.enc.Encode(stoppingMessage{"stopping", e.Stopping.InFlight})
	case e.Verified != nil:
		v := e.Verified
		return ev.enc.Encode(verifiedMessage{"verified", v.Row, v.Line, v.Ref, string(v.Presence), v.Message})
	case e.Finish != nil:
		f := e.Finish
		return ev.enc.Encode(finishMessage{"finish", f.ExitCode, countsByName(f.Counts), timestamp(f.Finished), f.Stopped, f.Warnings})
	}
	return nil
}

// Close does nothing.
func (ev *Events) Close() error { return nil }

func (ev *Events) start(s *batch.Start) error {
	return ev.enc.Encode(startMessage{
		Type: "start", Version: s.Version, Tool: ev.tool, Verb: ev.verb, RunID: s.RunID, Job: s.Job, Dir: s.Dir,
		Host: s.Host, Request: s.Request, Operation: s.Operation, Mock: s.Mock,
		Rows: s.Facts.Rows, BlankLines: s.Facts.Blank, DataSHA256: s.Facts.SHA256,
		Columns: append([]string{}, s.Header...), Captures: s.Captures, StartedAt: timestamp(s.Started),
	})
}

func (ev *Events) row(r *batch.Record) error {
	m := rowMessage{
		Type: "row", Row: r.Row, Line: r.Line, Status: r.Status.String(), Cause: r.Cause, Attempts: r.Attempts,
		HTTPStatus: r.HTTPStatus, Code: r.Code, Message: r.Message, Ref: r.Ref,
		StartedAt: timestamp(r.StartedAt), Captures: r.Captures,
	}
	if r.Status != batch.Succeeded {
		m.Rule = r.Rule // of the others it is always the same
	}
	if ended(r) {
		m.DurationMS = float64(r.Duration.Microseconds()) / 1000
	}
	return ev.enc.Encode(m)
}

func (ev *Events) progress(p *batch.Progress) error {
	if p.At.Sub(ev.shown) < time.Second {
		return nil
	}
	ev.shown = p.At
	counts := p.Counts
	counts[batch.Pending] = 0
	counts[batch.Pending] = p.Total - counts.Sum() // what was not tried is not counted live
	return ev.enc.Encode(progressMessage{"progress", timestamp(p.At), p.Total, countsByName(counts), p.InFlight, p.Slowed, p.Needs})
}

// timestamp is empty for no time.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeFormat)
}

// countsByName has every status, also those without rows.
func countsByName(c batch.Counts) map[string]int64 {
	out := make(map[string]int64)
	for _, s := range batch.Statuses() {
		out[s.String()] = c.Of(s)
	}
	return out
}
