package batch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is a ceiling on attempts.
type Rate struct {
	// PerSecond is the ceiling, 0 for none.
	PerSecond float64
}

// unit is what a rate can be given in.
type unit struct {
	name    string
	seconds float64
}

func units() []unit { return []unit{{"s", 1}, {"m", 60}, {"h", 3600}} }

// ParseRate reads "10/s", "600/m", "36000/h" or "none".
func ParseRate(text string) (Rate, error) {
	bad := func(why string) (Rate, error) {
		return Rate{}, fmt.Errorf("the rate %q %s: write it like 10/s, 600/m, 1000/h or none", text, why)
	}
	if strings.TrimSpace(text) == "none" {
		return Rate{}, nil
	}
	number, name, ok := strings.Cut(text, "/")
	if !ok {
		return bad("has no unit")
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(n) || n > 1e9 {
		return bad("is not a number a second, minute or hour")
	}
	for _, u := range units() {
		if u.name != strings.TrimSpace(name) {
			continue
		}
		if r := (Rate{n / u.seconds}); r.PerSecond > 0 {
			return r, nil
		}
		return bad("would never send anything")
	}
	return bad("has an unknown unit")
}

// String returns the rate as ParseRate reads it: in the unit in which its
// number is shortest, exactly.
func (r Rate) String() string {
	if r.PerSecond == 0 {
		return "none"
	}
	for _, u := range units() {
		n := r.PerSecond * u.seconds
		// Twelve digits are more than anyone writes, and few enough that what
		// dividing by the unit left over is rounded away.
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 12, 64), 64)
		large := n >= 1 || u.name == "h" // 0.5/s is 30/m
		if err == nil && large && n <= 1e9 && rounded/u.seconds == r.PerSecond {
			return decimal(rounded) + "/" + u.name
		}
	}
	return decimal(r.PerSecond) + "/s"
}

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
