package batch

import (
	"testing"
	"time"
)

func TestRateWatch(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name        string
		rate        float64
		connections int
		attempts    int
		every, took time.Duration // of one connection
		needs       int
	}{
		{"too few", 100, 4, 20, 100 * ms, 100 * ms, 10},
		{"one is missing", 25, 2, 20, 100 * ms, 100 * ms, 3},
		{"reached", 40, 4, 20, 100 * ms, 100 * ms, 0},
		{"nearly reached", 42, 4, 20, 100 * ms, 100 * ms, 0},
		{"connections are idle", 100, 4, 20, 200 * ms, 100 * ms, 0},
		{"too short to tell", 100, 4, 5, 100 * ms, 100 * ms, 0},
		{"nothing was sent", 100, 4, 0, 100 * ms, 100 * ms, 0},
		{"slow answers", 10, 8, 20, 8 * time.Second, 8 * time.Second, 80},
	} {
		w := &RateWatch{Rate: tt.rate, Connections: tt.connections}
		began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range tt.attempts {
			for range tt.connections {
				w.note(began.Add(time.Duration(i)*tt.every), tt.took)
			}
		}
		needs := 0
		if few := w.Short(); few != nil {
			if needs = few.Needs; few.Mean != tt.took {
				t.Errorf("%s: %+v", tt.name, few)
			}
		}
		if needs != tt.needs {
			t.Errorf("%s: needs %d connections, want %d", tt.name, needs, tt.needs)
		}
	}
}
