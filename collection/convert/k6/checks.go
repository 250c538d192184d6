package k6

import (
	"encoding/json"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection/script"
)

// canCheck reports whether a check can be written.
func canCheck(c script.Check) bool {
	_, ok := condition(c)
	return ok
}

// checks writes the tests of a request as k6's; those of one name are one.
func checks(b *strings.Builder, tests []script.SimpleTest) {
	var names []string
	conditions := map[string][]string{}
	careful := map[string]bool{}
	for _, t := range tests {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
		for _, c := range t.Checks {
			text, _ := condition(c)
			conditions[t.Name] = append(conditions[t.Name], text)
			careful[t.Name] = careful[t.Name] || c.Of.Part == script.OfJSON || c.Of.Length || c.Of.Part == script.OfHeader || c.Op == script.IsJSON
		}
	}
	b.WriteString("  check(response, {\n")
	for _, name := range names {
		text := strings.Join(conditions[name], " && ")
		if careful[name] {
			text = "holds(() => " + text + ")"
		}
		fmt.Fprintf(b, "    %s: (r) => %s,\n", quote(name), text)
	}
	b.WriteString("  });\n")
}

// condition writes a check as an expression over r, the answer.
func condition(c script.Check) (text string, ok bool) {
	found := expression(c.Of)
	var values []string
	flat := true
	for _, v := range c.Values {
		switch v.(type) {
		case []any, map[string]any:
			flat = false
		}
		values = append(values, value(v))
	}
	numeric := c.Of.Part == script.OfStatus || c.Of.Part == script.OfTime || c.Of.Length
	compare := func(operator string) string {
		if numeric {
			return found + " " + operator + " " + values[0]
		}
		return fmt.Sprintf("typeof %s === 'number' && %s %s %s", found, found, operator, values[0])
	}
	not := "!"
	switch c.Op {
	case script.Equals:
		switch {
		case !flat:
			text = fmt.Sprintf("equal(%s, %s)", found, values[0])
		case c.Not:
			text, not = found+" !== "+values[0], ""
		default:
			text = found + " === " + values[0]
		}
	case script.OneOf:
		if !flat {
			return "", false
		}
		text = "[" + strings.Join(values, ", ") + "].includes(" + found + ")"
	case script.Below:
		text, not = compare("<"), "no"
	case script.Above:
		text, not = compare(">"), "no"
	case script.AtLeast:
		text, not = compare(">="), "no"
	case script.AtMost:
		text, not = compare("<="), "no"
	case script.Includes:
		text = found + ".includes(" + values[0] + ")"
	case script.Exists:
		if text = found + " !== undefined"; c.Not {
			text, not = found+" === undefined", ""
		}
	case script.Empty:
		if text = found + ".length === 0"; c.Not {
			text, not = found+".length > 0", ""
		}
		if c.Of.Part == script.OfBody {
			text = strings.Replace(text, found, "(r.body ?? '')", 1)
		}
	case script.Matches:
		pattern, _ := c.Values[0].(string)
		text = "/" + pattern + "/.test(" + found + ")"
	case script.IsJSON:
		text, not = "r.json() !== undefined", "no"
	case script.IsType:
		text = "kind(" + found + ") === " + values[0]
	default:
		return "", false
	}
	switch {
	case !c.Not || not == "":
		return text, true
	case not == "no":
		return "", false
	}
	return "!(" + text + ")", true
}

var plainMember = regexp.MustCompile(`^[A-Za-z_$][\w$]*$`)

// expression writes what a check looks at.
func expression(s script.Subject) string {
	text := ""
	switch s.Part {
	case script.OfStatus:
		text = "r.status"
	case script.OfStatusText:
		text = "r.status_text.replace(/^\\d+ /, '')"
	case script.OfTime:
		text = "r.timings.duration"
	case script.OfBody:
		text = "r.body"
	case script.OfHeader:
		text = "r.headers[" + quote(textproto.CanonicalMIMEHeaderKey(s.Header)) + "]"
	case script.OfJSON:
		text = "r.json()"
		for _, step := range s.Path {
			switch step := step.(type) {
			case int:
				text += fmt.Sprintf("[%d]", step)
			case string:
				if plainMember.MatchString(step) {
					text += "." + step
				} else {
					text += "[" + quote(step) + "]"
				}
			}
		}
	}
	if s.Length {
		text += ".length"
	}
	if s.HasOr {
		text = "(" + text + " || " + value(s.Or) + ")"
	}
	if s.Text {
		return "String(" + text + ")"
	}
	return text
}

// value writes a value of JSON.
func value(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, value(e))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(text)
}
