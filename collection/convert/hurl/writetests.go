package hurl

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

// scripts writes the scripts of a request as comments, but for the tests that hurl can ask itself: these come back.
func (w *writer) scripts(b *strings.Builder, item *collection.Item) (tests []script.SimpleTest) {
	for _, event := range []string{"prerequest", "test"} {
		for _, s := range item.EventScripts(event) {
			source := s.Source
			if event == "test" {
				var found []script.SimpleTest
				if found, source = script.Checks(source, canAssert); len(found) > 0 {
					tests = append(tests, found...)
				}
				if source == "" {
					continue
				}
				if len(found) > 0 {
					w.notes.Add(item, "event "+event, fmt.Sprintf("%d of its tests became asserts, the rest is written as a comment", len(found)))
				}
			}
			if source == s.Source {
				w.notes.Add(item, "event "+event, "written as a comment")
			}
			fmt.Fprintf(b, "# Postman script %s:\n", event)
			for line := range strings.SplitSeq(source, "\n") {
				fmt.Fprintf(b, "%s\n", strings.TrimRight("# | "+line, " \t\r"))
			}
		}
	}
	return tests
}

// asserts writes what is asked of the answer. The name of a test stands in a comment before its asserts.
func asserts(b *strings.Builder, tests []script.SimpleTest) {
	if len(tests) == 0 {
		return
	}
	status := "*"
	if c := tests[0].Checks[0]; c.Of.Part == script.OfStatus && c.Op == script.Equals && !c.Not {
		if n, is := c.Values[0].(float64); is && n >= 100 && n < 1000 && n == float64(int(n)) {
			status = strconv.Itoa(int(n))
			comment(b, oneLine(tests[0].Name))
			tests = append([]script.SimpleTest{{Checks: tests[0].Checks[1:]}}, tests[1:]...)
		}
	}
	fmt.Fprintf(b, "HTTP %s\n", status)
	var list strings.Builder
	for _, t := range tests {
		if t.Name != "" {
			comment(&list, oneLine(t.Name))
		}
		for _, c := range t.Checks {
			text, _ := assertOf(c)
			fmt.Fprintf(&list, "%s\n", text)
		}
	}
	if list.Len() > 0 {
		b.WriteString("[Asserts]\n" + list.String())
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func canAssert(c script.Check) bool {
	_, ok := assertOf(c)
	return ok
}

// assertOf writes a check as an assert.
func assertOf(c script.Check) (text string, ok bool) {
	query, ok := queryText(c.Of)
	if !ok {
		return "", false
	}
	value := ""
	if len(c.Values) == 1 {
		if value, ok = literalText(c.Values[0]); !ok {
			return "", false
		}
	}
	not := ""
	if c.Not {
		not = "not "
	}
	number := c.Of.Part == script.OfStatus || c.Of.Part == script.OfTime || c.Of.Length
	switch c.Op {
	case script.Equals:
		// A value that is not there differs from any other for a script, and fails for hurl.
		if c.Not && !number && c.Values[0] != nil {
			return "", false
		}
		if c.Not {
			return query + " != " + value, true
		}
		return query + " == " + value, true
	case script.Below, script.Above, script.AtLeast, script.AtMost:
		operator := map[script.Op]string{script.Below: "<", script.Above: ">", script.AtLeast: ">=", script.AtMost: "<="}[c.Op]
		return query + " " + operator + " " + value, !c.Not
	case script.Includes:
		return query + " contains " + value, !c.Not && !number
	case script.Exists:
		return query + " " + not + "exists", !c.Of.Length
	case script.Empty:
		return query + " " + not + "isEmpty", c.Of.Part == script.OfBody || c.Of.Part == script.OfJSON && !c.Not
	case script.Matches:
		pattern := strings.ReplaceAll(fmt.Sprint(c.Values[0]), `\/`, "/")
		_, err := regexp.Compile(pattern) // what Go and hurl know alike
		return query + " matches " + quoted(pattern), err == nil && !c.Not && !number
	case script.IsJSON:
		return `jsonpath "$" exists`, !c.Not
	case script.IsType:
		kind := map[any]string{"string": "isString", "boolean": "isBoolean", "number": "isNumber"}[c.Values[0]]
		return query + " " + kind, kind != "" && !c.Not && c.Of.Part == script.OfJSON
	}
	return "", false
}

var plainMember = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// queryText writes what is looked at as a query.
func queryText(s script.Subject) (string, bool) {
	if s.HasOr || s.Text {
		return "", false
	}
	text := ""
	switch s.Part {
	case script.OfStatus:
		text = "status"
	case script.OfTime:
		text = "duration"
	case script.OfBody:
		text = "body"
	case script.OfHeader:
		text = "header " + quoted(s.Header)
	case script.OfJSON:
		path := "$"
		for _, step := range s.Path {
			switch step := step.(type) {
			case int:
				path += fmt.Sprintf("[%d]", step)
			case string:
				switch {
				case plainMember.MatchString(step):
					path += "." + step
				case strings.ContainsAny(step, "'\\\r\n\t"):
					return "", false
				default:
					path += "['" + step + "']"
				}
			}
		}
		text = "jsonpath " + quoted(path)
		if s.Length {
			return text + " count", true
		}
	default:
		return "", false
	}
	return text, !s.Length
}

func quoted(text string) string { return `"` + escape(text, `"\{`) + `"` }

// literalText writes a value as hurl has it.
func literalText(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), v < 1<<53 && v > -1<<53
	case string:
		return quoted(v), true
	}
	return "", false
}
