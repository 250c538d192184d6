package batch

import "fmt"

// Status is what is known of one row. Every row of the data file has exactly
// one at any time, and the counts over all statuses add up to the rows of the
// file.
type Status uint8

const (
	// Pending rows have not been sent, or went back to the queue because their
	// attempt provably created nothing.
	Pending Status = iota
	// Sending rows have a durable intent and no recorded end. After a crash
	// they become Unknown with cause CauseInterrupted.
	Sending
	// Succeeded rows were accepted by the success rule.
	Succeeded
	// Failed rows were refused by the server, or by the success rule.
	Failed
	// Unknown rows may have been created: bytes left this machine and no
	// usable answer came. They are never sent again by themselves.
	Unknown
	// NotSent rows provably never left this machine.
	NotSent
	// Invalid rows were refused by preflight.
	Invalid
	// Skipped rows were left out on purpose: a duplicate key, or already inserted.
	Skipped

	statusCount = int(Skipped) + 1
)

var statusNames = [statusCount]string{
	"pending", "sending", "succeeded", "failed", "unknown", "not_sent", "invalid", "skipped",
}

// Statuses lists every status, in the order in which reports show them.
func Statuses() []Status {
	return []Status{Succeeded, Failed, Unknown, NotSent, Invalid, Skipped, Pending, Sending}
}

// String returns the word that files and reports use, "not_sent" for NotSent.
func (s Status) String() string {
	if int(s) < statusCount {
		return statusNames[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// ParseStatus is the inverse of String.
func ParseStatus(word string) (Status, error) {
	for i, name := range statusNames {
		if name == word {
			return Status(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a row status", word)
}

// Causes: why a row did not succeed, in the words of the report's cause column.
// The first seven are the causes that the CRM's vendor documents for a refused
// insert; the rest are this program's.
const (
	CauseToken       = "token"
	CauseFormat      = "format"
	CauseField       = "field"
	CauseMethod      = "method"
	CauseOperation   = "operation"
	CauseValue       = "value"
	CauseURL         = "url"
	CauseRateLimited = "rate_limited"
	CauseServer      = "server"
	CauseNetwork     = "network"
	CauseTimeout     = "timeout"
	CauseResponse    = "response"
	CauseScript      = "script"
	CauseDuplicate   = "duplicate"
	CauseRefused     = "refused"
	CauseInterrupted = "interrupted"
	CauseNotSelected = "not_selected"
)

// Counts holds the number of rows by status.
type Counts [statusCount]int64

// Of returns the number of rows with status s.
func (c *Counts) Of(s Status) int64 { return c[s] }

// Add counts n more rows with status s.
func (c *Counts) Add(s Status, n int64) { c[s] += n }

// Sum returns the number of rows over all statuses.
func (c *Counts) Sum() int64 {
	var n int64
	for _, v := range c {
		n += v
	}
	return n
}
