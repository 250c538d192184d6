package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// process runs a program to its end and returns what it cost and printed.
func process(ctx context.Context, rows int64, env []string, name string, args ...string) (s sample, wall time.Duration, out string, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), env...)
	began := time.Now()
	text, err := cmd.Output()
	wall = time.Since(began)
	if err != nil {
		return s, wall, "", fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.cpu = float64(used.Nanoseconds()) / 1e3 / float64(rows)
	s.rss = peakMemory(cmd.ProcessState) / (1 << 20)
	return s, wall, string(text), nil
}

// runBare runs the bare loop in a process of its own.
func runBare(ctx context.Context, o *options, f *files) (sample, error) {
	self, err := os.Executable()
	if err != nil {
		return sample{}, err
	}
	s, _, out, err := process(ctx, o.rows, nil, self, "bare", "-n", strconv.FormatInt(o.rows, 10), "-c", strconv.Itoa(o.concurrency), "-request", f.plain)
	if err != nil {
		return s, err
	}
	took, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	s.rowsPerSecond = float64(o.rows) / (float64(took) / 1e9)
	return s, err
}

// runLoad runs pmrun load over all rows, with its ledger and every default report.
func runLoad(ctx context.Context, o *options, f *files, out string, more ...string) (sample, error) {
	args := append([]string{"load", f.collection, "--request", "Insert", "-d", f.data, "--rate", "none",
		"--concurrency", strconv.Itoa(o.concurrency), "--out", out, "--quiet"}, slices.Concat(more, o.args)...)
	if o.keep == "" {
		defer os.RemoveAll(out)
	}
	var env []string
	if o.profile != "" {
		env = []string{"PMRUN_CPUPROFILE=" + o.profile}
	}
	before := time.Now()
	s, wall, _, err := process(ctx, o.rows, env, o.pmrun, args...)
	if err != nil {
		return s, err
	}
	text, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		return s, err
	}
	var summary struct {
		Succeeded     int64     `json:"succeeded"`
		RowsPerSecond float64   `json:"rows_per_second"`
		Started       time.Time `json:"started_at"`
		Finished      time.Time `json:"finished_at"`
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		return s, err
	}
	if summary.Succeeded != o.rows {
		return s, fmt.Errorf("%d of %d rows succeeded", summary.Succeeded, o.rows)
	}
	ledger, err := os.Stat(filepath.Join(out, "ledger.db"))
	if err != nil {
		return s, err
	}
	s.ledger = float64(ledger.Size()) / float64(o.rows)
	s.rowsPerSecond = summary.RowsPerSecond
	after := before.Add(wall).Sub(summary.Finished).Seconds() / wall.Seconds()
	s.send = float64(o.rows) / summary.RowsPerSecond / wall.Seconds()
	s.report = after
	s.check = 1 - s.send - s.report
	return s, nil
}
