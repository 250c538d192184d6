package mockcrm

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Limits of Options.Rate, in requests per second: below the lower one a
// Retry-After would be longer than a quarter of an hour, above the upper one
// the limit means nothing.
const (
	minRate = 0.001
	maxRate = 1e9
)

// Options says how a mock CRM behaves. The zero value is a CRM that accepts
// any well-formed token, operation, user and contact, at once and without a
// limit.
type Options struct {
	// Tokens are the accepted values of the Wolkvox-Token header. Empty: any
	// well-formed token.
	Tokens []string
	// Operation is the only operation that exists. Empty: any non-empty one.
	Operation string
	// Contacts are the e-mails of the contacts that exist. Empty: anything
	// that looks like an e-mail.
	Contacts []string
	// Users are the users that exist. Empty: anything of the shape
	// user@operation.
	Users []string
	// Latency is added to every answer, but not to the page at /. The work is
	// done before the wait, as on a real server: a client that gives up while
	// it waits leaves a stored case behind.
	Latency time.Duration
	// Rate is how many requests a second one client address may send, 0 for
	// no limit, else from 0.001 to 1e9. An address that was quiet may send one
	// second's worth (at least one request) at once. Beyond that the answer
	// is HTTP 429 with Retry-After, and nothing is stored.
	Rate float64
	// FailShare is the share, 0 to 1, of otherwise good inserts that are
	// refused. Which ones follows from Seed and the insert's sequence number
	// alone, so that runs repeat.
	FailShare float64
	// Seed decides the wolkvox_ids and, with FailShare, the refusals.
	Seed uint64
	// Forget answers inserts with success and stores nothing: the symptom
	// "reported as sent, not in the CRM".
	Forget bool
	// NoEntries answers inserted lists of records with a yes for the whole and
	// without an entry for each: how the real API answers is not documented.
	NoEntries bool
}

// Validate reports what New would refuse. It names every field that is wrong
// and never shows a token.
func (o Options) Validate() error {
	var errs []error
	for i, t := range o.Tokens {
		if problem := tokenProblem(t); problem != "" {
			errs = append(errs, fmt.Errorf("mockcrm: Tokens[%d] could never be accepted: it %s", i, problem))
		}
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"Contacts", o.Contacts}, {"Users", o.Users}} {
		if i := slices.Index(list.values, ""); i >= 0 {
			errs = append(errs, fmt.Errorf("mockcrm: %s[%d] is empty: remove it or fill it in", list.name, i))
		}
	}
	if o.Latency < 0 {
		errs = append(errs, fmt.Errorf("mockcrm: Latency is %v: it must be 0 or more", o.Latency))
	}
	// Written so that NaN fails, too.
	if !(o.Rate == 0 || o.Rate >= minRate && o.Rate <= maxRate) {
		errs = append(errs, fmt.Errorf("mockcrm: Rate is %v requests a second: it must be 0 (no limit) or from %v to %v", o.Rate, minRate, maxRate))
	}
	if math.IsNaN(o.FailShare) || o.FailShare < 0 || o.FailShare > 1 {
		errs = append(errs, fmt.Errorf("mockcrm: FailShare is %v: it must be from 0 to 1", o.FailShare))
	}
	return errors.Join(errs...)
}

// tokenProblem says what is wrong with the form of a token, as the rest of a
// sentence about it, or "". It never repeats the token.
func tokenProblem(token string) string {
	switch {
	case token == "":
		return "is empty"
	case len(token) >= 7 && strings.EqualFold(token[:7], "Bearer "):
		return "starts with \"Bearer \": send the token alone"
	case strings.ContainsAny(token, "\"'`"):
		return "contains quotes: send the token without them"
	case strings.Contains(token, "{{") || strings.Contains(token, "<<"):
		return "is a placeholder that nothing filled in"
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return "contains a blank, a control character or a character that is not ASCII: copy it again"
		}
	}
	return ""
}
