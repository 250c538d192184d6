package batch

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 400_000_000, time.UTC)
	const most = (1<<31 - 1) * time.Second
	date := func(d time.Duration, layout string) string {
		return now.Truncate(time.Second).Add(d).UTC().Format(layout)
	}
	for _, c := range []struct {
		text string
		wait time.Duration
		ok   bool
	}{
		{"0", 0, true},
		{"5", 5 * time.Second, true},
		{" 5 ", 5 * time.Second, true},
		{"007", 7 * time.Second, true},
		{"1.2", 2 * time.Second, true},
		{"1.0", time.Second, true},
		{".5", time.Second, true},
		{"0.0001", time.Second, true},
		{"99999999999999999999", most, true},
		{strings.Repeat("9", 500), most, true},

		// The moment is 12:00:00.4: what is left is rounded up.
		{date(5*time.Second, http.TimeFormat), 5 * time.Second, true},
		{date(0, http.TimeFormat), 0, true},
		{date(-time.Hour, http.TimeFormat), 0, true},
		{date(2*time.Hour, time.RFC850), 2 * time.Hour, true},
		{date(time.Minute, time.ANSIC), time.Minute, true},
		{"Fri, 31 Dec 9999 23:59:59 GMT", most, true},
		{"Mon, 01 Jan 0001 00:00:00 GMT", 0, true},

		{"", 0, false},
		{"-1", 0, false},
		{"-0", 0, false},
		{"+5", 0, false},
		{"1e3", 0, false},
		{"0x10", 0, false},
		{"0x1p4", 0, false},
		{"1_000", 0, false},
		{"NaN", 0, false},
		{"Inf", 0, false},
		{"infinity", 0, false},
		{".", 0, false},
		{"1.2.3", 0, false},
		{"5s", 0, false},
		{"5 seconds", 0, false},
		{"5, 10", 0, false},
		{"soon", 0, false},
		{"2026-03-01T12:00:05Z", 0, false},
	} {
		wait, ok := retryAfter(http.Header{"Retry-After": {c.text}}, now)
		if wait != c.wait || ok != c.ok {
			t.Errorf("Retry-After: %.40q gives %s, %v; want %s, %v", c.text, wait, ok, c.wait, c.ok)
		}
	}
	for name, h := range map[string]http.Header{"no header": nil, "another header": {"Date": {date(0, http.TimeFormat)}}, "no value": {"Retry-After": {}}} {
		if wait, ok := retryAfter(h, now); wait != 0 || ok {
			t.Errorf("%s gives %s, %v", name, wait, ok)
		}
	}
	if wait, ok := retryAfter(http.Header{"Retry-After": {"3", "9"}}, now); wait != 3*time.Second || !ok {
		t.Errorf("two headers give %s, %v", wait, ok)
	}
}
