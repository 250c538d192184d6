package main

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test's own program be the server and the bare loop.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "server" || os.Args[1] == "bare") {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestBench runs the whole of it over few rows: what it says is made of figures
// that were measured.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	for _, c := range []struct {
		args string
		want []string
	}{
		{"-n 40 -runs 2 -c 4 -scripts", []string{"with two tests a row: ", "40 rows of 8 text parts, 4 connections", "rows/s while sending", "client CPU", "bytes a row", "% sending"}},
		{"-pace 50,200 -seconds 0.2", []string{"rate/s", "\n        50       11 ", "\n       200       41 "}},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), strings.Fields(c.args), nil, &out); err != nil {
			t.Fatalf("%s: %v\n%s", c.args, err, &out)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not in\n%s", c.args, want, &out)
			}
		}
		for _, bad := range []string{"NaN", "Inf", "-0", "+"} {
			if strings.Contains(out.String(), bad) {
				t.Errorf("%s: %q is in\n%s", c.args, bad, &out)
			}
		}
	}
	for _, bad := range []string{"-n 0", "-pace x", "-pace -1", "-runs 0", "-unknown"} {
		if err := run(t.Context(), strings.Fields(bad), nil, &bytes.Buffer{}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// TestKept: a burst, a pause and an even beat are seen as what they are.
func TestKept(t *testing.T) {
	var even []int64
	for i := range int64(21) {
		even = append(even, i*100e6)
	}
	if k := keptBy(even, 10); k.rows != 21 || math.Abs(k.mean-1) > 1e-9 || k.most != 10 || k.p99 != 0 {
		t.Errorf("even: %+v", k)
	}
	burst := append([]int64{2000e6 + 1, 2000e6 + 2, 2000e6 + 3}, even...)
	if k := keptBy(burst, 10); k.most != 13 || k.p99 < 99 {
		t.Errorf("burst: %+v", k)
	}
	if k := keptBy([]int64{0, 1e9, 2e9}, 10); k.mean != 0.1 || k.most != 1 || k.p50 != 900 {
		t.Errorf("slow: %+v", k)
	}
	if k := keptBy(nil, 10); k.rows != 0 || k.most != 0 {
		t.Errorf("nothing: %+v", k)
	}
}

func TestMedian(t *testing.T) {
	figure := func(s sample) float64 { return s.cpu }
	if m := median([]sample{{cpu: 9}, {cpu: 1}, {cpu: 5}}, figure); m != 5 {
		t.Errorf("got %v", m)
	}
	if m := median([]sample{{cpu: 9}, {cpu: 1}}, figure); m != 5 {
		t.Errorf("got %v", m)
	}
}
