package batch

import "testing"

func TestExitCode(t *testing.T) {
	type rows map[Status]int64
	for _, c := range []struct {
		name string
		rows rows
		stop StopKind
		want int
	}{
		{"no row", nil, NotStopped, ExitOK},
		{"all succeeded", rows{Succeeded: 5}, NotStopped, ExitOK},
		{"succeeded or skipped", rows{Succeeded: 5, Skipped: 2}, NotStopped, ExitOK},
		{"all skipped", rows{Skipped: 2}, NotStopped, ExitOK},
		{"one failed", rows{Succeeded: 5, Failed: 1}, NotStopped, ExitRows},
		{"one invalid", rows{Succeeded: 5, Invalid: 1}, NotStopped, ExitRows},
		{"one not sent", rows{Succeeded: 5, NotSent: 1}, NotStopped, ExitRows},
		{"one unknown", rows{Succeeded: 5, Unknown: 1}, NotStopped, ExitUnknown},
		{"unknown before failed", rows{Unknown: 1, Failed: 9, Invalid: 1, NotSent: 1}, NotStopped, ExitUnknown},
		{"interrupted", rows{Succeeded: 5, Pending: 1}, StoppedByUser, ExitInterrupted},
		{"interrupted at the last row", rows{Succeeded: 5}, StoppedByUser, ExitInterrupted},
		{"rows left", rows{Succeeded: 5, Pending: 1}, NotStopped, ExitInterrupted},
		{"interrupted before unknown and failed", rows{Unknown: 1, Failed: 1}, StoppedByUser, ExitInterrupted},
		{"stopped", rows{Failed: 10, Pending: 90}, StoppedByRule, ExitStopped},
		{"stopped before unknown", rows{Unknown: 10}, StoppedByRule, ExitStopped},
		{"still sending", rows{Succeeded: 5, Sending: 1}, NotStopped, ExitBalance},
		{"still sending before everything", rows{Sending: 1, Unknown: 1, Failed: 1, Pending: 1}, StoppedByRule, ExitBalance},
	} {
		var counts Counts
		for s, n := range c.rows {
			counts.Add(s, n)
		}
		if got := ExitCode(counts, c.stop); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}

// TestExitCodePrecedence tries every mix of statuses and stops: the code is that
// of the gravest thing there is.
func TestExitCodePrecedence(t *testing.T) {
	gravest := []int{ExitBalance, ExitUsage, ExitStopped, ExitInterrupted, ExitUnknown, ExitRows, ExitOK}
	codeOf := map[Status]int{
		Sending: ExitBalance, Pending: ExitInterrupted, Unknown: ExitUnknown,
		Failed: ExitRows, Invalid: ExitRows, NotSent: ExitRows, Succeeded: ExitOK, Skipped: ExitOK,
	}
	codeOfStop := map[StopKind]int{NotStopped: ExitOK, StoppedByRule: ExitStopped, StoppedByUser: ExitInterrupted}
	for mix := range 1 << statusCount {
		for stop, code := range codeOfStop {
			var counts Counts
			holds := map[int]bool{code: true}
			for s := range Status(statusCount) {
				if mix&(1<<s) != 0 {
					counts.Add(s, 1)
					holds[codeOf[s]] = true
				}
			}
			want := -1
			for _, code := range gravest {
				if holds[code] {
					want = code
					break
				}
			}
			if got := ExitCode(counts, stop); got != want {
				t.Fatalf("counts %v, stop %q: exit code %d, want %d", counts, stop, got, want)
			}
		}
	}
}
