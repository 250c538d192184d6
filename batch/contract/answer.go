package contract

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/batch"
)

// newEnvironment makes an answer's parts ready for expressions.
func newEnvironment(a *batch.Answer) *environment {
	env := &environment{Status: a.Status, JSON: decode(a.Body), Variables: a.Variables}
	env.complete(a)
	return env
}

// complete adds the parts that few expressions ask for.
func (env *environment) complete(a *batch.Answer) {
	env.Header, env.Body = headerMap(a.Header), string(a.Body)
}

// headerMap gives expressions the first value of each header, under its
// canonical name and in lower case.
func headerMap(h http.Header) map[string]string {
	m := make(map[string]string, 2*len(h))
	for key, values := range h {
		if len(values) > 0 {
			m[key] = values[0]
			m[strings.ToLower(key)] = values[0]
		}
	}
	return m
}

// trim takes blanks and a byte order mark off a body; PHP files that were saved
// with one send it in front of every answer.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
}

// mostNesting is how deep lists and objects may stand in each other; encoding/json
// has the same limit.
const mostNesting = 10_000

// decode returns the body's JSON value, nil when it is none. Numbers are int and
// float64 where they fit exactly, so that expressions can compare them, and
// otherwise text as it is written: a code or an id is not rounded.
func decode(body []byte) any {
	text := string(trim(body))
	if deep(text) || !gjson.Valid(text) {
		return nil
	}
	return valueOf(gjson.Parse(text))
}

// deep reports whether a text nests deeper than is read, brackets within strings
// counted too.
func deep(text string) bool {
	if len(text) <= mostNesting {
		return false
	}
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			if depth++; depth > mostNesting {
				return true
			}
		case ']', '}':
			depth--
		}
	}
	return false
}

func valueOf(r gjson.Result) any {
	switch {
	case r.IsObject():
		m := make(map[string]any)
		r.ForEach(func(key, value gjson.Result) bool {
			m[valid(key.Str)] = valueOf(value)
			return true
		})
		return m
	case r.IsArray():
		list := []any{}
		r.ForEach(func(_, value gjson.Result) bool {
			list = append(list, valueOf(value))
			return true
		})
		return list
	case r.Type == gjson.String:
		return valid(r.Str)
	case r.Type == gjson.Number:
		return number(r.Raw)
	case r.Type == gjson.Null:
		return nil
	}
	return r.Bool()
}

// valid puts the replacement character in the place of bytes that are no UTF-8.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

func number(text string) any {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if !strings.ContainsAny(text, ".eE") {
		return text
	}
	// A float64 holds any 15 decimal digits.
	const exact = 15
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(digits) > exact {
		return text
	}
	return f
}

// byStatus is what an answer means by its HTTP status alone.
func byStatus(v *batch.Verdict, a *batch.Answer) {
	v.Rule = fmt.Sprintf("HTTP status %d", a.Status)
	if v.Message == "" {
		v.Message = describe(a)
	}
	switch {
	case a.Status >= 500:
		v.Status, v.Cause = batch.Unknown, batch.CauseServer
	case a.Status >= 400:
		v.Status, v.Cause = batch.Failed, batch.CauseRefused
		if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
			v.Cause = batch.CauseToken
		}
	case a.Status >= 300:
		v.Status, v.Cause = batch.Failed, batch.CauseURL
	default:
		v.Status, v.Cause = batch.Unknown, batch.CauseResponse
	}
}

// describe says in a line what kind of answer it is that no rule understood.
func describe(a *batch.Answer) string {
	status := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", a.Status, http.StatusText(a.Status)))
	if location := a.Header.Get("Location"); location != "" && a.Status >= 300 && a.Status < 400 {
		return fmt.Sprintf("%s redirects to %s; redirects are not followed, because that could send the row twice", status, location)
	}
	body := trim(a.Body)
	kind := "a text that is not the API's envelope"
	switch {
	case len(body) == 0:
		kind = "an empty body"
	case body[0] == '<':
		kind = "an HTML or XML page, not the API's envelope"
	case (body[0] == '{' || body[0] == '[') && decode(body) == nil:
		kind = "JSON that breaks off or is wrong"
	case body[0] == '{' || body[0] == '[':
		kind = "JSON that is not the API's envelope"
	}
	return status + " with " + kind
}

// ByStatus judges without a contract: 2xx succeeded, 429 may be tried again,
// other 3xx and 4xx failed, 5xx unknown.
type ByStatus struct{}

// Judge says what an answer means by its status.
func (ByStatus) Judge(a *batch.Answer) batch.Verdict {
	if a.Status >= 200 && a.Status < 300 {
		return batch.Verdict{Status: batch.Succeeded, Rule: fmt.Sprintf("HTTP status %d", a.Status)}
	}
	var v batch.Verdict
	byStatus(&v, a)
	if a.Status == http.StatusTooManyRequests {
		v.Status, v.Cause, v.Retry = batch.Failed, batch.CauseRateLimited, true
	}
	return v
}
