package script

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// checkCases are scripts, and what Checks makes of them.
func checkCases() []struct{ script, want string } {
	return []struct{ script, want string }{
		{`pm.test("s", function () { pm.response.to.have.status(200); });`, `s: status equals 200`},
		{`pm.test("s", () => pm.response.to.have.status("OK"))`, `s: statusText equals "OK"`},
		{`pm.test('s', () => { pm.expect(pm.response.code).to.equal(201); pm.expect(pm.response.code).to.be.oneOf([200, 201]) })`, `s: status equals 201; status oneOf 200 201`},
		{"pm.test(`s`, () => { pm.expect(responseCode.code).to.not.eql(404); pm.response.to.not.have.status(500) })", `s: not status equals 404; not status equals 500`},
		{`pm.test("s", () => { pm.response.to.be.ok; pm.response.to.be.success; pm.response.to.not.be.notFound; })`, `s: status equals 200; status atLeast 200; status below 300; not status equals 404`},
		{`tests["s"] = responseCode.code === 200; tests["b"] = responseBody.has("x"); tests["t"] = responseTime < 500 && responseTime != 7;`, `s: status equals 200 | b: body includes "x" | t: time below 500; not time equals 7`},
		{`const json = pm.response.json(); pm.test("j", () => { pm.expect(json.a.b[0]).to.eql("x"); const c = json.c; pm.expect(c["d e"].length).to.be.above(1); pm.expect(json).to.have.property("k", 1) })`,
			`j: json.a.b[0] equals "x"; length of json.c["d e"] above 1; json.k equals 1`},
		{`let data = JSON.parse(responseBody); pm.test("j", function () { pm.expect(data.list).to.have.lengthOf(3); pm.expect(data.list).to.be.an("array").that.is.not.empty })`, `rest`},
		{`let data = JSON.parse(responseBody); pm.test("j", function () { pm.expect(data.list).to.have.lengthOf(3); pm.expect(data.list).to.be.an("array"); pm.expect(data.list).to.include(2) })`, `j: length of json.list equals 3; json.list isType "array"; json.list includes 2`},
		{`pm.test("e", () => { pm.expect(String(pm.response.json().error || "null")).to.eql("null"); })`, `e: text of json.error or "null" equals "null"`},
		{`pm.test("h", () => { pm.response.to.have.header("Content-Type"); pm.response.to.have.header("X", "1"); pm.expect(pm.response.headers.get("X")).to.include("1"); pm.expect(pm.response.headers.get("Y")).to.be.undefined })`,
			`h: header Content-Type exists; header X equals "1"; header X includes "1"; not header Y exists`},
		{`pm.test("t", () => { pm.expect(pm.response.responseTime).to.be.below(200); pm.response.to.have.responseTime.below(300); pm.expect(pm.response.responseTime).to.be.within(0, 9); pm.expect(pm.response.responseTime).to.be.at.most(5) })`,
			`t: time below 200; time below 300; time atLeast 0; time atMost 9; time atMost 5`},
		{`pm.test("b", () => { pm.expect(pm.response.text()).to.include("x"); pm.response.to.have.body("y"); pm.response.to.be.withBody; pm.response.to.be.json; pm.expect(pm.response.text()).to.match(/a+/) })`,
			`b: body includes "x"; body equals "y"; not body empty; body isJSON; body matches "a+"`},
		{`pm.test("b", () => { pm.response.to.have.jsonBody(); pm.response.to.have.jsonBody("a.b[1]"); pm.response.to.have.jsonBody("a", {"x": [1, -2, null]}) })`, `b: body isJSON; json.a.b[1] exists; json.a equals {"x":[1,-2,null]}`},
		{`pm.test("n", () => { const j = pm.response.json(); pm.expect(j.a).to.be.null; pm.expect(j.b).to.be.true; pm.expect(j.c).to.exist; pm.expect(j.d === 1).to.be.true; pm.expect(j.e > 2).to.eql(false) })`,
			`n: json.a equals null; json.b equals true; json.c exists; not json.c equals null; json.d equals 1; not json.e above 2`},
		{`"use strict"; var a = pm.response.json(), b = a.x; ; pm.test("x", () => pm.expect(b).to.deep.equal([1]));`, `x: json.x equals [1]`},
		// what is not understood
		{`pm.test("x", function (done) { done(); });`, `rest`},
		{`pm.test("x", async () => { pm.response.to.have.status(200); });`, `rest`},
		{`pm.test("x" + 1, () => { pm.response.to.have.status(200); });`, `rest`},
		{`pm.test("x", () => { if (a) { pm.response.to.have.status(200); } });`, `rest`},
		{`pm.test("x", () => { pm.expect(pm.response.json().a).to.equal([1]); });`, `rest`},
		{`pm.test("x", () => { pm.expect(pm.response.json().a).to.eq({}); });`, `rest`},
		{`pm.test("x", () => { pm.expect(pm.response.json().a).to.eql(b); });`, `rest`},
		{`pm.test("x", () => { pm.expect(pm.response.json().a).to.be.ok; });`, `rest`},
		{`pm.test("x", () => { pm.expect(pm.response.json().a); });`, `rest`},
		{`pm.test("x", () => { pm.expect(1).to.eql(1); });`, `rest`},
		{`pm.test("x", () => {});`, `rest`},
		{`pm.test.skip("x", () => { pm.response.to.have.status(200); });`, `rest`},
		{`tests["x"] = pm.response.json().a == 1;`, `rest`},
		{`let a = pm.response.json(); a = 1; pm.test("x", () => pm.expect(a).to.eql(1));`, `rest`},
		{`pm.test("x", () => { pm.response.to.have.status(200); }).then(1);`, `rest`},
		{`const j = pm.response.json(); j.a.b = 1; pm.test("x", () => { pm.expect(j.a.b).to.eql(1); });`, `rest`},
		{`const j = pm.response.json(); j.list.sort(); pm.test("x", () => { pm.expect(j.list[0]).to.eql(1); });`, `rest`},
		{`syntax error here`, `rest`},
		{`pm.environment.set("id", pm.response.json().id);`, `rest`},
	}
}

func every(Check) bool { return true }

func showTests(tests []SimpleTest) string {
	var list []string
	for _, t := range tests {
		var checks []string
		for _, c := range t.Checks {
			checks = append(checks, showCheck(c))
		}
		list = append(list, t.Name+": "+strings.Join(checks, "; "))
	}
	return strings.Join(list, " | ")
}

func showCheck(c Check) string {
	text := string(c.Of.Part)
	if c.Of.Part == OfHeader {
		text += " " + c.Of.Header
	}
	for _, step := range c.Of.Path {
		switch s := step.(type) {
		case int:
			text += fmt.Sprintf("[%d]", s)
		case string:
			if regexp.MustCompile(`^\w+$`).MatchString(s) {
				text += "." + s
			} else {
				text += fmt.Sprintf("[%q]", s)
			}
		}
	}
	if c.Of.Length {
		text = "length of " + text
	}
	if c.Of.HasOr {
		or, _ := json.Marshal(c.Of.Or)
		text += " or " + string(or)
	}
	if c.Of.Text {
		text = "text of " + text
	}
	text += " " + string(c.Op)
	if c.Not {
		text = "not " + text
	}
	for _, v := range c.Values {
		value, _ := json.Marshal(v)
		text += " " + string(value)
	}
	return text
}

func TestChecks(t *testing.T) {
	for _, c := range checkCases() {
		tests, rest := Checks(c.script, every)
		got := showTests(tests)
		if rest != "" {
			got = "rest"
			if rest != c.script {
				got = rest
			}
		}
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.script, got, c.want)
		}
	}
}

// TestChecksRest: what is left is the script without the tests.
func TestChecksRest(t *testing.T) {
	const script = "// ä first\nconst j = pm.response.json();\npm.test(\"a\", () => { pm.response.to.have.status(200); }) ;\n// then\npm.environment.set('x', j.x);\npm.test('time', () => pm.expect(pm.response.responseTime).to.be.below(1));\npm.test('b', () => pm.expect(j.b).to.eql('日'));\n"
	tests, rest := Checks(script, func(c Check) bool { return c.Of.Part != OfTime })
	if got, want := showTests(tests), `a: status equals 200 | b: json.b equals "日"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := "// ä first\nconst j = pm.response.json();\n\n// then\npm.environment.set('x', j.x);\npm.test('time', () => pm.expect(pm.response.responseTime).to.be.below(1));"
	if rest != want {
		t.Errorf("got\n%s\nwant\n%s", rest, want)
	}
}

// TestChecksHold: the checks of a script say what the script itself says, of several answers.
func TestChecksHold(t *testing.T) {
	s, _ := sandbox(t, Options{})
	responses := []*Response{
		{Code: 200, Reason: "OK", Headers: []Header{{"Content-Type", "application/json"}, {"X", "1"}}, Body: []byte(`{"a": {"b": ["x"], "length": 1}, "list": [1, 2, 3], "c": {"d e": [1, 2]}, "k": 1, "b": true, "d": 1, "e": 1, "x": [1], "error": null}`), Time: 100 * time.Millisecond},
		{Code: 201, Reason: "Created", Headers: []Header{{"x", "21"}, {"Y", "z"}}, Body: []byte(`{"a": null, "list": [], "c": {"d e": []}, "k": "1", "b": 1, "d": "1", "e": 5, "x": "[1]", "error": "bad"}`), Time: 250 * time.Millisecond},
		{Code: 404, Reason: "Not Found", Headers: []Header{{"X", ""}}, Body: []byte("x aa"), Time: 5 * time.Millisecond},
		{Code: 200, Reason: "OK", Body: []byte(`{"a": {"x": [1, -2, null], "b": [0, 1]}, "list": "12", "k": 2, "error": 0}`), Time: 7 * time.Millisecond},
		{Code: 500, Reason: "", Body: []byte(`y`), Time: time.Second},
		{Code: 204, Reason: "No Content", Time: 5 * time.Millisecond},
	}
	held := 0
	for _, c := range checkCases() {
		tests, rest := Checks(c.script, every)
		if rest != "" || strings.Contains(c.script, ".has(") {
			continue
		}
		for i, r := range responses {
			e := execution("test")
			e.Response = r
			result := run(t, s, e, c.script)
			for _, test := range tests {
				want := slices.IndexFunc(result.Assertions, func(x Assertion) bool { return x.Name == test.Name && x.Err == nil })
				if got := slices.ContainsFunc(test.Checks, func(check Check) bool { return !holds(check, r) }); got != (want < 0) {
					t.Errorf("answer %d: %s\nfails %v, the script says otherwise: %s", i, showTests([]SimpleTest{test}), got, outcome(result))
				}
				held++
			}
		}
	}
	if held < 50 {
		t.Errorf("only %d were compared", held)
	}
}

// holds says whether a check holds for an answer.
func holds(c Check, r *Response) bool {
	value, found := valueOf(c.Of, r)
	if value == errNone {
		return false
	}
	return judge(c, value, found) != c.Not
}

const errNone = "\x00no value"

func valueOf(s Subject, r *Response) (value any, found bool) {
	found = true
	switch s.Part {
	case OfStatus:
		value = float64(r.Code)
	case OfStatusText:
		value = r.Reason
	case OfTime:
		value = float64(r.Time.Milliseconds())
	case OfBody:
		value = string(r.Body)
	case OfHeader:
		found = false
		for _, h := range r.Headers {
			if strings.EqualFold(h.Key, s.Header) {
				value, found = h.Value, true
			}
		}
	case OfJSON:
		if json.Unmarshal(r.Body, &value) != nil {
			return errNone, false
		}
		for _, step := range s.Path {
			if !found || value == nil {
				return errNone, false // a member of nothing is an error
			}
			switch v := value.(type) {
			case map[string]any:
				key := fmt.Sprint(step)
				value, found = v[key]
			case []any:
				n, is := step.(int)
				if found = is && n < len(v); found {
					value = v[n]
				} else {
					value = nil
				}
			default:
				value, found = nil, false
			}
		}
	}
	if s.Length {
		switch v := value.(type) {
		case string:
			value = float64(len([]rune(v)))
		case []any:
			value = float64(len(v))
		case map[string]any:
			value, found = v["length"]
		default:
			return errNone, false
		}
	}
	if s.HasOr && (!found || value == nil || value == "" || value == false || value == 0.0) {
		value, found = s.Or, true
	}
	if s.Text {
		switch v := value.(type) {
		case nil:
			value = map[bool]string{true: "null", false: "undefined"}[found]
		case float64:
			value = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			value = fmt.Sprint(v)
		}
		found = true
	}
	return value, found
}

func judge(c Check, value any, found bool) bool {
	n, isNumber := value.(float64)
	limit := func() float64 { l, _ := c.Values[0].(float64); return l }
	switch c.Op {
	case Exists:
		return found
	case Equals:
		return found && reflect.DeepEqual(value, c.Values[0])
	case OneOf:
		return found && slices.ContainsFunc(c.Values, func(v any) bool { return reflect.DeepEqual(v, value) })
	case Below:
		return isNumber && n < limit()
	case Above:
		return isNumber && n > limit()
	case AtLeast:
		return isNumber && n >= limit()
	case AtMost:
		return isNumber && n <= limit()
	case Includes:
		if list, is := value.([]any); is {
			return slices.Contains(list, c.Values[0])
		}
		text, is := value.(string)
		part, isText := c.Values[0].(string)
		return is && isText && strings.Contains(text, part)
	case Empty:
		text, is := value.(string)
		list, isList := value.([]any)
		return is && text == "" || isList && len(list) == 0
	case Matches:
		text, is := value.(string)
		return is && regexp.MustCompile(c.Values[0].(string)).MatchString(text)
	case IsJSON:
		return json.Valid([]byte(value.(string)))
	case IsType:
		_, list := value.([]any)
		return c.Values[0] == "array" && list
	}
	return false
}

func FuzzChecks(f *testing.F) {
	for _, c := range checkCases() {
		f.Add(c.script)
	}
	f.Fuzz(func(t *testing.T, source string) {
		tests, rest := Checks(source, every)
		if len(tests) == 0 && rest != "" && strings.TrimSpace(source) != rest && rest != source {
			t.Errorf("nothing was found, and the rest is another script: %q", rest)
		}
		if _, again := Checks(rest, every); rest != "" && again == "" && len(tests) > 0 {
			if _, err := Compile("rest", rest); err != nil {
				t.Errorf("the rest is no script: %q", rest)
			}
		}
	})
}

// TestChecksNested: what is nested deeply is left as it is, soon.
func TestChecksNested(t *testing.T) {
	for _, text := range []string{"(", "[", "a=>", "x:", "({a:", "f(a=", "!", "async ()=>", "`${"} {
		source := strings.Repeat(text, 30_000)
		if tests, rest := Checks(source, every); len(tests) > 0 || rest != source {
			t.Errorf("%s: something was found", text)
		}
	}
}
