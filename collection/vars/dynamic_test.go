package vars

import (
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

func testRun() Run {
	return Run{ID: "run-1", Started: time.Date(2026, 3, 4, 5, 6, 7, 89_000_000, time.FixedZone("-5", -5*3600))}
}

func TestDynamicShapes(t *testing.T) {
	uuidV4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := make(map[int]bool)
	for row := int64(1); row <= 5000; row++ {
		if v := DynamicValue("$guid", testRun(), row, 1); !uuidV4.MatchString(v) {
			t.Fatalf("row %d: $guid is %q, not a version 4 UUID", row, v)
		}
		v := DynamicValue("$randomInt", testRun(), row, 1)
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 1000 {
			t.Fatalf("row %d: $randomInt is %q", row, v)
		}
		seen[n] = true
	}
	if !seen[0] || !seen[1000] || len(seen) < 900 {
		t.Errorf("$randomInt gave %d of 1001 values; 0: %t, 1000: %t", len(seen), seen[0], seen[1000])
	}
	if got, want := DynamicValue("$isoTimestamp", testRun(), 1, 1), "2026-03-04T10:06:07.089Z"; got != want {
		t.Errorf("$isoTimestamp is %q, want %q", got, want)
	}
	if got, want := DynamicValue("$timestamp", testRun(), 1, 1), "1772618767"; got != want {
		t.Errorf("$timestamp is %q, want %q", got, want)
	}
}

func TestDynamicIsStable(t *testing.T) {
	other := testRun()
	other.ID = "run-2"
	for _, name := range []string{"$guid", "$randomInt"} {
		base := DynamicValue(name, testRun(), 7, 2)
		if again := DynamicValue(name, testRun(), 7, 2); again != base {
			t.Errorf("%s: %q, then %q for the same row", name, base, again)
		}
	}
	// Another run, row or occurrence gives another value.
	values := []string{
		DynamicValue("$guid", testRun(), 7, 2),
		DynamicValue("$guid", testRun(), 8, 2),
		DynamicValue("$guid", testRun(), 7, 3),
		DynamicValue("$guid", testRun(), 72, 0),
		DynamicValue("$guid", other, 7, 2),
	}
	slices.Sort(values)
	if len(slices.Compact(values)) != 5 {
		t.Errorf("values repeat: %q", values)
	}
}

// The values are part of what a resume promises: a row's bytes are those of the
// first attempt, so they may not change from version to version either.
func TestDynamicValuesArePinned(t *testing.T) {
	tests := map[string]string{"$guid": "4d569028-57bd-430b-a015-11f8d7616d87", "$randomInt": "736"}
	for name, want := range tests {
		if got := DynamicValue(name, testRun(), 7, 2); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestDynamicNames(t *testing.T) {
	names := DynamicNames()
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %q", names)
	}
	for _, name := range names {
		if !IsDynamic(name) || DynamicValue(name, testRun(), 1, 1) == "" {
			t.Errorf("%s has no value", name)
		}
	}
	for _, name := range []string{"guid", "$GUID", "$randomCyti", "", "$", "randomCity"} {
		if IsDynamic(name) {
			t.Errorf("%q is not dynamic", name)
		}
	}
}
