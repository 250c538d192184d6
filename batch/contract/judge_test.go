package contract_test

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

const crm = "wolkvox-cases-insert"

func crmJudge(t testing.TB) *contract.Judge {
	t.Helper()
	c, err := contract.Named(crm)
	if err != nil {
		t.Fatal(err)
	}
	j, err := contract.NewJudge(c, "")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// verdict is what a test expects; message is a part of the message.
type verdict struct {
	status        batch.Status
	retry         bool
	cause         string
	code, message string
	ref, rule     string
}

func check(t *testing.T, judge batch.Judge, a *batch.Answer, want verdict) {
	t.Helper()
	got := judge.Judge(a)
	if got.Status != want.status || got.Retry != want.retry || got.Cause != want.cause || got.Code != want.code || got.Ref != want.ref {
		t.Errorf("HTTP %d %q:\ngot  %+v\nwant %+v", a.Status, a.Body, got, want)
	}
	if !strings.Contains(got.Message, want.message) || !strings.Contains(got.Rule, want.rule) || got.Rule == "" {
		t.Errorf("HTTP %d %q: message %q, rule %q; want %q, %q", a.Status, a.Body, got.Message, got.Rule, want.message, want.rule)
	}
	if got.Status != batch.Succeeded && (got.Message == "" || got.Cause == "") {
		t.Errorf("HTTP %d %q: a row that did not succeed has no cause or no message: %+v", a.Status, a.Body, got)
	}
}

// TestJudgeSuccess: every spelling of yes that the API is known to use.
func TestJudgeSuccess(t *testing.T) {
	judge := crmJudge(t)
	for _, c := range []struct {
		name, body, code, ref string
	}{
		{"as documented", `{"code":"200","error":"null","msg":"1 records were are found","data":[{"wolkvox_id":"65f2a7c1"}]}`, "200", "65f2a7c1"},
		{"code is a number", `{"code":200,"error":"null","msg":"ok","data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"code has a point", `{"code":200.0,"error":"null","data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"error is null", `{"code":"200","error":null,"data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"error is absent", `{"code":"200","data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"error is empty", `{"code":"200","error":"","data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"error is an empty list", `{"code":"200","error":[],"data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"error is an empty object", `{"code":"200","error":{},"data":[{"wolkvox_id":"a1"}]}`, "200", "a1"},
		{"id in data", `{"code":"200","error":"null","data":{"wolkvox_id":"b2"}}`, "200", "b2"},
		{"id at the top", `{"code":"200","error":"null","wolkvox_id":"c3"}`, "200", "c3"},
		{"id at the top, data empty", `{"code":"200","error":"null","wolkvox_id":"c3","data":[]}`, "200", "c3"},
		{"id in data[0] goes first", `{"code":"200","wolkvox_id":"c3","data":[{"wolkvox_id":"a1"},{"wolkvox_id":"a2"}]}`, "200", "a1"},
		{"id in data[0] is null", `{"code":"200","wolkvox_id":"c3","data":[{"wolkvox_id":null}]}`, "200", "c3"},
		{"id in data[0] is the text null", `{"code":"200","wolkvox_id":"c3","data":[{"wolkvox_id":"null"}]}`, "200", "c3"},
		{"no id", `{"code":"200","error":"null","msg":"ok","data":[]}`, "200", ""},
		{"data is text", `{"code":"200","error":"null","data":"done"}`, "200", ""},
		{"id is a number", `{"code":"200","data":[{"wolkvox_id":12345}]}`, "200", "12345"},
		{"id beyond 2^53", `{"code":"200","data":[{"wolkvox_id":9007199254740993}]}`, "200", "9007199254740993"},
		{"id beyond 2^64", `{"code":"200","data":[{"wolkvox_id":123456789012345678901234567890}]}`, "200", "123456789012345678901234567890"},
		{"id with many decimals", `{"code":"200","data":[{"wolkvox_id":12345678901234567890.5}]}`, "200", "12345678901234567890.5"},
		{"id with a point", `{"code":"200","data":[{"wolkvox_id":12345678.0}]}`, "200", "12345678"},
		{"byte order mark and blanks", "\ufeff \r\n" + `{"code":"200","error":"null","wolkvox_id":"c3"}` + "\n", "200", "c3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, status := range []int{200, 201, 299} {
				check(t, judge, &batch.Answer{Status: status, Body: []byte(c.body)}, verdict{
					status: batch.Succeeded, code: c.code, ref: c.ref, rule: "success: status >= 200",
				})
			}
		})
	}
}

// TestJudgeNo: the envelope says no. It counts at any HTTP status.
func TestJudgeNo(t *testing.T) {
	judge := crmJudge(t)
	for _, c := range []struct {
		name, body string
		want       verdict
	}{
		{"code is text", `{"code":"400","error":"Case insertion API error","msg":"something else"}`, verdict{code: "400", message: "something else", cause: batch.CauseRefused}},
		{"code is a number", `{"code":400,"error":"null","msg":"something else"}`, verdict{code: "400", message: "something else", cause: batch.CauseRefused}},
		{"code is large", `{"code":123456789012345678901,"error":"E"}`, verdict{code: "123456789012345678901", message: "E", cause: batch.CauseRefused}},
		{"code is 201", `{"code":"201","msg":"something else"}`, verdict{code: "201", message: "something else", cause: batch.CauseRefused}},
		{"code is empty", `{"code":"","msg":"something else"}`, verdict{message: "something else", cause: batch.CauseRefused}},
		{"error beside code 200", `{"code":"200","error":"Case insertion API error","msg":""}`, verdict{code: "200", message: "Case insertion API error", cause: batch.CauseRefused}},
		{"error is an object", `{"code":"200","error":{"reason":"x"}}`, verdict{code: "200", message: `{"reason":"x"}`, cause: batch.CauseRefused}},
		{"error is false", `{"code":"200","error":false}`, verdict{code: "200", message: "false", cause: batch.CauseRefused}},
		{"error is a number", `{"code":"200","error":7}`, verdict{code: "200", message: "7", cause: batch.CauseRefused}},
		{"error is a list", `{"code":"200","error":["x"]}`, verdict{code: "200", message: `["x"]`, cause: batch.CauseRefused}},
		{"reason in error", `{"code":"400","error":"the owner is unknown","msg":"Case insertion API error"}`, verdict{code: "400", message: "the owner is unknown", cause: batch.CauseField}},
		{"reason nowhere", `{"code":"400","error":"null","msg":"Case insertion API error"}`, verdict{code: "400", message: "Case insertion API error", cause: batch.CauseRefused}},
		{"no message", `{"code":"400","error":null,"msg":null}`, verdict{code: "400", message: `no reason (HTTP 200, code "400")`, cause: batch.CauseRefused}},
		{"code 401", `{"code":"401","error":"null","msg":"no"}`, verdict{code: "401", message: "no", cause: batch.CauseToken}},
		{"code 403", `{"code":403,"error":"null","msg":"no"}`, verdict{code: "403", message: "no", cause: batch.CauseToken}},
		{"code 405", `{"code":405,"error":"null","msg":"no"}`, verdict{code: "405", message: "no", cause: batch.CauseMethod}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.status, c.want.rule = batch.Failed, "refused: "
			check(t, judge, &batch.Answer{Status: 200, Body: []byte(c.body)}, c.want)
			for _, status := range []int{400, 422, 500, 502, 503} {
				if strings.Contains(c.name, "no message") {
					continue // without a message it is no envelope at 5xx, see TestJudgeStatus
				}
				check(t, judge, &batch.Answer{Status: status, Body: []byte(c.body)}, c.want)
			}
		})
	}
	for _, body := range []string{`{"error":"E"}`, `{"error":{"message":"E"}}`} {
		check(t, judge, &batch.Answer{Status: 200, Body: []byte(body)}, verdict{status: batch.Failed, cause: batch.CauseRefused, message: "E", rule: "refused: "})
	}
}

// TestJudgeStatus: without an envelope the HTTP status decides.
func TestJudgeStatus(t *testing.T) {
	const (
		html = "<!DOCTYPE html><html><body>Oops</body></html>"
		good = `{"code":"200","error":"null","msg":"ok","data":[{"wolkvox_id":"a1"}]}`
	)
	judge := crmJudge(t)
	header := func(key, value string) http.Header { return http.Header{key: {value}} }
	for _, c := range []struct {
		name   string
		status int
		header http.Header
		body   string
		want   verdict
	}{
		{"2xx with HTML", 200, nil, html, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "HTTP 200 OK with an HTML or XML page"}},
		{"2xx, empty", 200, nil, "", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "with an empty body"}},
		{"2xx, blanks", 200, nil, " \r\n", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "with an empty body"}},
		{"2xx, only a byte order mark", 200, nil, "\ufeff", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "with an empty body"}},
		{"204", 204, nil, "", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "HTTP 204 No Content with an empty body"}},
		{"2xx, text", 200, nil, "OK", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "a text that is not the API's envelope"}},
		{"2xx, JSON cut short", 200, nil, good[:len(good)-3], verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that breaks off"}},
		{"2xx, JSON and more", 200, nil, good + "}", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that breaks off or is wrong"}},
		{"2xx, JSON and a warning", 200, nil, good + "<br>Warning", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that breaks off or is wrong"}},
		{"2xx, two envelopes", 200, nil, good + good, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that breaks off or is wrong"}},
		{"2xx, a list", 200, nil, "[" + good + "]", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that is not the API's envelope"}},
		{"2xx, JSON text", 200, nil, `"200"`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "a text that is not"}},
		{"2xx, JSON number", 200, nil, `200`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "a text that is not"}},
		{"2xx, null", 200, nil, `null`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "a text that is not"}},
		{"2xx, empty object", 200, nil, `{}`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that is not the API's envelope"}},
		{"2xx, no code", 200, nil, `{"msg":"ok","data":[{"wolkvox_id":"a1"}]}`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "ok"}},
		{"2xx, code null", 200, nil, `{"code":null,"error":null}`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that is not the API's envelope"}},
		{"2xx, Code", 200, nil, `{"Code":"200"}`, verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "JSON that is not"}},
		{"1xx", 199, nil, good, verdict{status: batch.Unknown, cause: batch.CauseResponse, code: "200", message: "ok"}},

		{"301", 301, header("Location", "https://crm0001.wolkvox.com/x"), "", verdict{status: batch.Failed, cause: batch.CauseURL, message: "redirects to https://crm0001.wolkvox.com/x"}},
		{"302 with a page", 302, header("Location", "/login"), html, verdict{status: batch.Failed, cause: batch.CauseURL, message: "HTTP 302 Found redirects to /login"}},
		{"304 without Location", 304, nil, "", verdict{status: batch.Failed, cause: batch.CauseURL, message: "HTTP 304 Not Modified with an empty body"}},

		{"400", 400, nil, html, verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 400 Bad Request with an HTML"}},
		{"401", 401, nil, "", verdict{status: batch.Failed, cause: batch.CauseToken, message: "HTTP 401 Unauthorized"}},
		{"403", 403, nil, html, verdict{status: batch.Failed, cause: batch.CauseToken, message: "HTTP 403 Forbidden"}},
		{"404", 404, nil, html, verdict{status: batch.Failed, cause: batch.CauseURL, message: "HTTP 404 Not Found"}},
		{"405", 405, nil, "", verdict{status: batch.Failed, cause: batch.CauseMethod, message: "HTTP 405 Method Not Allowed"}},
		{"413", 413, nil, html, verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 413"}},
		{"415", 415, nil, "", verdict{status: batch.Failed, cause: batch.CauseFormat, message: "HTTP 415"}},
		{"4xx with a good envelope", 400, nil, good, verdict{status: batch.Failed, cause: batch.CauseRefused, code: "200", message: "ok"}},

		{"500", 500, nil, html, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 500 Internal Server Error with an HTML"}},
		{"500, empty", 500, nil, "", verdict{status: batch.Unknown, cause: batch.CauseServer, message: "an empty body"}},
		{"500 with a good envelope", 500, nil, good, verdict{status: batch.Unknown, cause: batch.CauseServer, code: "200", message: "ok"}},
		{"502 with a gateway's JSON", 502, nil, `{"error":"upstream timed out"}`, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "upstream timed out"}},
		{"504 with a gateway's JSON", 504, nil, `{"code":504,"message":"timeout"}`, verdict{status: batch.Unknown, cause: batch.CauseServer, code: "504", message: "HTTP 504"}},
		{"520", 520, nil, html, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 520 with an HTML"}},
		{"5xx with a message on tokens", 500, nil, `{"msg":"the token is incorrect"}`, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "the token is incorrect"}},

		{"429", 429, nil, html, verdict{status: batch.Failed, retry: true, cause: batch.CauseRateLimited, message: "HTTP 429 Too Many Requests", rule: "retry: status == 429"}},
		{"429 with Retry-After", 429, header("Retry-After", "5"), "", verdict{status: batch.Failed, retry: true, cause: batch.CauseRateLimited, rule: "retry: "}},
		{"429 with an envelope", 429, nil, `{"code":"429","error":"E","msg":"too many requests"}`, verdict{status: batch.Failed, retry: true, cause: batch.CauseRateLimited, code: "429", message: "too many requests", rule: "retry: "}},
		{"503 with Retry-After", 503, header("Retry-After", "5"), html, verdict{status: batch.Failed, retry: true, cause: batch.CauseServer, message: "HTTP 503", rule: "retry: status == 503"}},
		{"503 without Retry-After", 503, nil, html, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 503"}},
		{"503 with an empty Retry-After", 503, header("Retry-After", ""), html, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 503"}},
		{"500 with Retry-After", 500, header("Retry-After", "5"), html, verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 500"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.rule == "" {
				c.want.rule = fmt.Sprintf("HTTP status %d", c.status)
			}
			check(t, judge, &batch.Answer{Status: c.status, Header: c.header, Body: []byte(c.body)}, c.want)
		})
	}
}

// TestJudgeCauses: words of a message and the cause that they mean.
func TestJudgeCauses(t *testing.T) {
	judge := crmJudge(t)
	for message, want := range map[string]string{
		"The token is incorrect or expired":                          batch.CauseToken,
		"Invalid wolkvox-token":                                      batch.CauseToken,
		"wolkvox_token is invalid":                                   batch.CauseToken,
		`the header "Wolkvox-Token" is missing`:                      batch.CauseToken,
		`the operation "token" does not exist`:                       batch.CauseOperation,
		`the field responsible names no user: "token@acme"`:          batch.CauseField,
		`the field status has the value "token": it must be English`: batch.CauseValue,
		"Method not allowed":                                         batch.CauseMethod,
		"this API takes only POST":                                   batch.CauseMethod,
		`the field "payment method" is unknown`:                      batch.CauseField,
		"the body has to be form-data":                               batch.CauseFormat,
		"Content-Type application/json is not supported":             batch.CauseFormat,
		"x-www-form-urlencoded is not accepted":                      batch.CauseFormat,
		`the field "body" is unknown`:                                batch.CauseField,
		"Operation not found":                                        batch.CauseOperation,
		`"operation" is required`:                                    batch.CauseOperation,
		`the field "operation" is required`:                          batch.CauseOperation,
		`the user "ana" does not exist: write user@operation`:        batch.CauseField,
		"System default values must be in English":                   batch.CauseValue,
		"status must be in english":                                  batch.CauseValue,
		"invalid value for priority":                                 batch.CauseValue,
		"the field status is required":                               batch.CauseField,
		"priority is missing":                                        batch.CauseField,
		"the contact does not exist":                                 batch.CauseField,
		"the field contact has no value":                             batch.CauseField,
		"custom field not configured":                                batch.CauseField,
		"information is not available":                               batch.CauseRefused,
		"Case insertion API error":                                   batch.CauseRefused,
		"the database is refused":                                    batch.CauseRefused,
	} {
		body := fmt.Sprintf(`{"code":"400","error":"Case insertion API error","msg":%q}`, message)
		if got := judge.Judge(&batch.Answer{Status: 200, Body: []byte(body)}); got.Status != batch.Failed || got.Cause != want || got.Message != message {
			t.Errorf("%q: %s, cause %q, message %q; want cause %q", message, got.Status, got.Cause, got.Message, want)
		}
	}
}

func TestJudgeMends(t *testing.T) {
	c, err := contract.Named(crm)
	if err != nil {
		t.Fatal(err)
	}
	documented := []string{batch.CauseToken, batch.CauseFormat, batch.CauseField, batch.CauseMethod, batch.CauseOperation, batch.CauseValue, batch.CauseURL}
	for _, cause := range documented {
		found := false
		for _, rule := range c.Causes {
			found = found || rule.Cause == cause && rule.Mend != ""
		}
		if !found {
			t.Errorf("the contract does not say how to mend the cause %s", cause)
		}
	}
}

func parse(t testing.TB, text string) *contract.Judge {
	t.Helper()
	c, err := contract.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	j, err := contract.NewJudge(c, "")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestJudgeHeaders: the case of a header's name does not count, and an absent
// header is the empty text.
func TestJudgeHeaders(t *testing.T) {
	answer := &batch.Answer{Status: 200, Header: http.Header{"Retry-After": {"5"}, "X-Ratelimit-Left": {"0", "1"}, "Empty": {}}}
	for condition, want := range map[string]bool{
		`header["Retry-After"] == "5"`:      true,
		`header["retry-after"] == "5"`:      true,
		`header["RETRY-AFTER"] == "5"`:      true,
		`header["X-RateLimit-Left"] == "0"`: true,
		`header?.["Retry-After"] == "5"`:    true,
		`header["Retry-After"] != nil`:      true,
		`nil != header["Retry-After"]`:      true,
		`"RETRY-after" in header`:           true,
		`header["Server"] == ""`:            true,
		`header["Server"] == nil`:           true,
		`nil == header["Server"]`:           true,
		`header["Server"] != nil`:           false,
		`header?.["Server"] != nil`:         false,
		`header.Server != nil`:              false,
		`"Server" in header`:                false,
		`header["Empty"] == nil`:            true,
		`header[body] == nil`:               true,
		`json == nil`:                       true,
		`json?.x != nil`:                    false,
		`any(keys(header), # == "Retry-After") && any(keys(header), # == "retry-after")`: true,
	} {
		judge := parse(t, fmt.Sprintf("name: test\nsuccess: '%s'\n", condition))
		if got := judge.Judge(answer).Status == batch.Succeeded; got != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
}

// TestJudgeRuntimeFaults: an expression that cannot be evaluated for an answer
// does not hold, gives no text, and does not panic.
func TestJudgeRuntimeFaults(t *testing.T) {
	for _, fault := range []string{
		`json.a.b.c == 1`, `json[0] == 1`, `json["a"][5] == 1`, `json.a > 5`, `json.a matches "a"`, `body matches json.pattern`,
		`json.text`, `json.number`, `int(body) == 1`, `fromJSON(body) == 1`, `len(json.number) == 1`, `json.list[99] == 1`,
		`repeat("x", 1000000000) == ""`, `len(1..status * 10000) > 0`, `date(body) == nil`, `json.list.x.y`, `1 / json.zero > json.text`,
	} {
		text := fmt.Sprintf("name: test\nsuccess: %[1]q\nrefused: [%[1]q]\nretry: [%[1]q]\ncode: %[1]q\nmessage: [%[1]q]\nid: [%[1]q]\ncauses: [{when: %[1]q, cause: x}]\n", fault)
		judge := parse(t, text)
		for _, body := range []string{"", "null", "x", "5", `"a"`, "[]", "{}", `{"a":{"b":5}}`, `{"pattern":"(","text":"a","number":5,"list":[],"zero":0}`} {
			got := judge.Judge(&batch.Answer{Status: 422, Body: []byte(body)})
			if got.Status != batch.Failed || got.Rule != "HTTP status 422" || got.Cause != batch.CauseRefused {
				t.Errorf("%s over %q: %+v", fault, body, got)
			}
		}
	}
}

// TestJudgeOrder: success, retry, refused, HTTP status.
func TestJudgeOrder(t *testing.T) {
	const text = `
name: test
success: body contains "yes"
retry: [body contains "later", status == 500]
refused: [body contains "no", 'body contains "never"']
code: status + 0.5
message: ['json.missing', 'body']
causes:
  - {when: message contains "no", cause: first}
  - {when: message contains "n", cause: second}
`
	judge := parse(t, strings.NewReplacer(`success: body contains "yes"`, `success: 'body contains "yes"'`,
		`[body contains "later"`, `['body contains "later"'`, `[body contains "no"`, `['body contains "no"'`,
		`when: message contains "no"`, `when: 'message contains "no"'`, `when: message contains "n"`, `when: 'message contains "n"'`).Replace(text))
	for body, want := range map[string]verdict{
		"yes later no": {status: batch.Succeeded, code: "400.5", rule: `success: body contains "yes"`},
		"later no":     {status: batch.Failed, retry: true, cause: batch.CauseServer, code: "400.5", message: "later no", rule: `retry: body contains "later"`},
		"no":           {status: batch.Failed, cause: "first", code: "400.5", message: "no", rule: `refused: body contains "no"`},
		"never":        {status: batch.Failed, cause: "second", code: "400.5", message: "never", rule: `refused: body contains "never"`},
		"nothing":      {status: batch.Failed, cause: "first", code: "400.5", message: "nothing", rule: `refused: body contains "no"`},
		"n":            {status: batch.Failed, cause: "second", code: "400.5", message: "n", rule: "HTTP status 400"},
		"":             {status: batch.Failed, cause: batch.CauseRefused, code: "400.5", message: "an empty body", rule: "HTTP status 400"},
	} {
		check(t, judge, &batch.Answer{Status: 400, Body: []byte(body)}, want)
	}
}

func TestJudgeConcurrently(t *testing.T) {
	judge := crmJudge(t)
	answers := map[string]batch.Status{
		`{"code":"200","error":"null","data":[{"wolkvox_id":"a1"}]}`:                            batch.Succeeded,
		`{"code":"400","error":"Case insertion API error","msg":"the field owner is required"}`: batch.Failed,
		`<html>`: batch.Unknown,
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				for body, want := range answers {
					if got := judge.Judge(&batch.Answer{Status: 200, Body: []byte(body)}); got.Status != want {
						t.Errorf("%s: %s", body, got.Status)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestByStatus(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   verdict
	}{
		{200, `{"code":"400"}`, verdict{status: batch.Succeeded}},
		{201, "", verdict{status: batch.Succeeded}},
		{204, "", verdict{status: batch.Succeeded}},
		{299, "<html>", verdict{status: batch.Succeeded}},
		{101, "", verdict{status: batch.Unknown, cause: batch.CauseResponse, message: "HTTP 101"}},
		{301, "", verdict{status: batch.Failed, cause: batch.CauseURL, message: "redirects to /there"}},
		{308, "", verdict{status: batch.Failed, cause: batch.CauseURL, message: "redirects to /there"}},
		{400, "", verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 400 Bad Request with an empty body"}},
		{401, "", verdict{status: batch.Failed, cause: batch.CauseToken, message: "HTTP 401"}},
		{403, "", verdict{status: batch.Failed, cause: batch.CauseToken, message: "HTTP 403"}},
		{404, "<html>", verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 404 Not Found with an HTML"}},
		{422, "{}", verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 422"}},
		{429, "", verdict{status: batch.Failed, retry: true, cause: batch.CauseRateLimited, message: "HTTP 429"}},
		{499, "", verdict{status: batch.Failed, cause: batch.CauseRefused, message: "HTTP 499 with an empty body"}},
		{500, "", verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 500"}},
		{503, "", verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 503"}},
		{599, "", verdict{status: batch.Unknown, cause: batch.CauseServer, message: "HTTP 599"}},
	} {
		c.want.rule = fmt.Sprintf("HTTP status %d", c.status)
		header := http.Header{"Location": {"/there"}, "Retry-After": {"5"}}
		check(t, contract.ByStatus{}, &batch.Answer{Status: c.status, Header: header, Body: []byte(c.body)}, c.want)
	}
}

// TestDocs: every key of a contract is explained in docs/contracts.md.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/contracts.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	keys := 0
	var visit func(t reflect.Type) // names the keys of a struct and of what it holds
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		for i := range typ.NumField() {
			key, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ",")
			keys++
			if key == "" || !strings.Contains(doc, "| `"+key+"` |") {
				t.Errorf("docs/contracts.md has no row for the key %q of %s", key, typ.Name())
			}
			visit(typ.Field(i).Type)
		}
	}
	visit(reflect.TypeFor[batch.Contract]())
	if keys < 30 {
		t.Errorf("only %d keys were looked for", keys)
	}
	for _, name := range []string{"status", "header", "body", "json", "message"} {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("docs/contracts.md does not explain the variable %s", name)
		}
	}
}

// TestDocsExample: the contract that docs/contracts.md shows is a good one.
func TestDocsExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/contracts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("docs/contracts.md shows no contract")
	}
	judge := parse(t, example)
	check(t, judge, &batch.Answer{Status: 201, Body: []byte(`{"id":7}`)}, verdict{status: batch.Succeeded, ref: "7", rule: "success: "})
	check(t, judge, &batch.Answer{Status: 200, Body: []byte(`{"error":{"code":"E1","text":"no"}}`)}, verdict{
		status: batch.Failed, cause: batch.CauseRefused, code: "E1", message: "no", rule: "refused: ",
	})
}

func BenchmarkJudge(b *testing.B) {
	judge := crmJudge(b)
	header := http.Header{"Content-Type": {"application/json"}, "Date": {"Sun, 01 Mar 2026 12:00:00 GMT"}, "Server": {"Apache"}}
	for name, body := range map[string]string{
		"succeeded": `{"code":"200","error":"null","msg":"1 record was inserted","data":[{"wolkvox_id":"65f2a7c10b3e4d0001a1b2c3"}]}`,
		"failed":    `{"code":"400","error":"Case insertion API error","msg":"the field owner is required and was not sent"}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			a := &batch.Answer{Status: 200, Header: header, Body: []byte(body)}
			for b.Loop() {
				judge.Judge(a)
			}
		})
	}
}
