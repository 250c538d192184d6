package batch_test

import (
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

func goodRates() map[string]float64 {
	return map[string]float64{
		"none":         0,
		" none ":       0,
		"10/s":         10,
		" 10 / s ":     10,
		"600/m":        10,
		"36000/h":      10,
		"1/s":          1,
		"0.5/s":        0.5,
		"30/m":         0.5,
		".25/s":        0.25,
		"1e3/s":        1000,
		"5000/s":       5000,
		"7/m":          7.0 / 60,
		"1/h":          1.0 / 3600,
		"0.1/h":        0.1 / 3600,
		"1000000000/s": 1e9,
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range goodRates() {
		got, err := batch.ParseRate(text)
		if err != nil || got.PerSecond != want {
			t.Errorf("ParseRate(%q) = %v, %v; want %v a second", text, got.PerSecond, err, want)
		}
	}
}

func badRates() map[string]string {
	return map[string]string{
		"":            "has no unit",
		"10":          "has no unit",
		"fast":        "has no unit",
		"None":        "has no unit",
		"0/s":         "would never send anything",
		"-0/s":        "would never send anything",
		"-1/s":        "would never send anything",
		"1e-400/s":    "would never send anything",
		"5e-324/h":    "would never send anything",
		"NaN/s":       "is not a number",
		"Inf/s":       "is not a number",
		"+Inf/m":      "is not a number",
		"-Inf/s":      "would never send anything",
		"1e400/s":     "is not a number",
		"1000000001/": "is not a number",
		"ten/s":       "is not a number",
		"1,5/s":       "is not a number",
		"/s":          "is not a number",
		"10/s/s":      "has an unknown unit",
		"10/d":        "has an unknown unit",
		"10/S":        "has an unknown unit",
		"10/":         "has an unknown unit",
		"10/sec":      "has an unknown unit",
	}
}

func TestParseRateRefuses(t *testing.T) {
	for text, want := range badRates() {
		got, err := batch.ParseRate(text)
		if err == nil {
			t.Errorf("ParseRate(%q) = %v, want an error", text, got.PerSecond)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "write it like 10/s") {
			t.Errorf("ParseRate(%q): %q does not say %q and how to write it", text, err, want)
		}
	}
}

func TestRateString(t *testing.T) {
	for text, want := range map[string]string{
		"none": "none", "10/s": "10/s", "600/m": "10/s", "36000/h": "10/s", "0.5/s": "30/m", "7/m": "7/m", "200/m": "200/m",
		"1/h": "1/h", "0.1/h": "0.1/h", "2.5/h": "2.5/h", "1.5/s": "1.5/s", "90/m": "1.5/s", "1e3/s": "1000/s", "1000000000/s": "1000000000/s",
	} {
		r, err := batch.ParseRate(text)
		if err != nil || r.String() != want {
			t.Errorf("%q is written as %q (%v), want %q", text, r.String(), err, want)
		}
	}
}

// FuzzParseRate checks that what is accepted is usable, and that it is written
// as it is read, exactly.
func FuzzParseRate(f *testing.F) {
	for text := range goodRates() {
		f.Add(text)
	}
	for text := range badRates() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := batch.ParseRate(text)
		if err != nil {
			if r.PerSecond != 0 {
				t.Fatalf("ParseRate(%q) gives %v beside the error %v", text, r.PerSecond, err)
			}
			return
		}
		if !(r.PerSecond >= 0) || r.PerSecond > 1e9 {
			t.Fatalf("ParseRate(%q) = %v a second", text, r.PerSecond)
		}
		again, err := batch.ParseRate(r.String())
		if err != nil || again != r {
			t.Fatalf("%q is written as %q, which reads as %v, %v; want %v", text, r, again.PerSecond, err, r.PerSecond)
		}
	})
}
