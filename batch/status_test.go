package batch

import (
	"testing"
)

func TestStatusWords(t *testing.T) {
	words := map[Status]string{
		Pending: "pending", Sending: "sending", Succeeded: "succeeded", Failed: "failed",
		Unknown: "unknown", NotSent: "not_sent", Invalid: "invalid", Skipped: "skipped",
	}
	if len(words) != statusCount {
		t.Fatalf("the table has %d statuses, there are %d", len(words), statusCount)
	}
	for s, word := range words {
		if s.String() != word {
			t.Errorf("status %d is called %q, want %q", s, s, word)
		}
		if got, err := ParseStatus(word); err != nil || got != s {
			t.Errorf("ParseStatus(%q) = %v, %v", word, got, err)
		}
	}
	if got := Status(statusCount).String(); got != "status(8)" {
		t.Errorf("a status that does not exist is called %q", got)
	}
	for _, word := range []string{"", "Pending", "not sent", "status(0)", "succeeded "} {
		if got, err := ParseStatus(word); err == nil {
			t.Errorf("ParseStatus(%q) = %v", word, got)
		}
	}
}

func TestStatusesAndCounts(t *testing.T) {
	var c Counts
	seen := make(map[Status]bool)
	var sum int64
	for i, s := range Statuses() {
		if seen[s] {
			t.Errorf("%s is listed twice", s)
		}
		seen[s] = true
		c.Add(s, int64(i))
		c.Add(s, 1)
		sum += int64(i) + 1
		if c.Of(s) != int64(i)+1 {
			t.Errorf("%s counts %d, want %d", s, c.Of(s), i+1)
		}
	}
	if len(seen) != statusCount {
		t.Errorf("%d of %d statuses are listed", len(seen), statusCount)
	}
	if c.Sum() != sum {
		t.Errorf("the sum is %d, want %d", c.Sum(), sum)
	}
}

// TestCauses makes sure that no two causes share a word.
func TestCauses(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range []string{
		CauseToken, CauseFormat, CauseField, CauseMethod, CauseOperation, CauseValue, CauseURL, CauseRateLimited, CauseServer,
		CauseNetwork, CauseTimeout, CauseResponse, CauseScript, CauseDuplicate, CauseRefused, CauseInterrupted,
	} {
		if c == "" || seen[c] {
			t.Errorf("the cause %q is empty or there twice", c)
		}
		seen[c] = true
	}
}
