package batch

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Judge says what an answer means for its row.
type Judge interface {
	Judge(a *Answer) Verdict
}

// BatchJudge says what an answer means for each of the rows that shared a
// request.
type BatchJudge interface {
	// JudgeEach gets the answer, what it means as a whole, and the request's body
	// with its number of rows. The result has a verdict a row; nil is a row of
	// which the answer does not speak.
	JudgeEach(a *Answer, whole Verdict, body []byte, rows int) []*Verdict
}

// Verdict is what an answer means.
type Verdict struct {
	// Status is Succeeded, Failed or Unknown.
	Status Status
	// Retry says that the record was provably not created and that the same
	// request may be sent again; Status is what the row becomes when it is not.
	Retry bool
	Cause string
	// Code, Message and Ref are the answer's own; there is no Message of a row that
	// succeeded.
	Code, Message, Ref string
	// Rule names what decided.
	Rule string
}

// retryAfter reads a Retry-After header: seconds, also with a fraction, or an
// HTTP date. The result is rounded up to a whole second and is never negative;
// ok is false when the header is absent or says nothing usable.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	seconds, ok := retrySeconds(text)
	if !ok {
		at, err := http.ParseTime(text)
		if err != nil {
			return 0, false
		}
		seconds = at.Sub(now).Seconds()
	}
	// A wait of more than 68 years is as good as any other.
	seconds = min(max(seconds, 0), math.MaxInt32)
	return time.Duration(math.Ceil(seconds)) * time.Second, true
}

// retrySeconds reads digits with at most one point. What else counts as a number
// for strconv (signs, exponents, NaN, Inf) is no Retry-After.
func retrySeconds(text string) (seconds float64, ok bool) {
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(text, 64)
	// Too large a number is +Inf and in range of what the caller caps.
	return seconds, err == nil || errors.Is(err, strconv.ErrRange)
}
