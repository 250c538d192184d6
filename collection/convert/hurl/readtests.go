package hurl

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// check adds a test to the script, for what stands in a line. A comment right before it is its name, and what
// follows belongs to the same test.
func (r *reader) check(line int, name, code string) {
	switch {
	case r.saidAt == line-1 && r.said != "" && line > 0:
		name, r.grouped = r.said, true
	case r.grouped:
		end := len(r.tests) - 1
		r.tests = append(r.tests[:end], "    "+code, r.tests[end])
		return
	}
	r.tests = append(r.tests, fmt.Sprintf("pm.test(%s, function () {", quote(name)), "    "+code, "});")
}

// responsePart reads what is asked of the answer.
func (r *reader) responsePart() error {
	section := ""
	for {
		line, ok := r.next()
		if !ok || requestLine.MatchString(line) && section != "Asserts" && section != "Captures" || requestLine.MatchString(line) && !strings.Contains(line, ": ") {
			return nil
		}
		r.inside(!sectionLine.MatchString(line))
		if m := sectionLine.FindStringSubmatch(line); m != nil {
			if section = m[1]; section != "Asserts" && section != "Captures" {
				return r.fail(r.at, "there is no section ["+section+"] of an answer", "")
			}
			r.at++
			continue
		}
		switch section {
		case "Asserts":
			r.assert(line)
		case "Captures":
			r.capture(line)
		default:
			if isBody(line) {
				r.notes.AddAt(r.item.Name, "body of the answer", "left out")
				if err := r.body(&convert.DraftRequest{}); err != nil {
					return err
				}
				continue
			}
			k, v, ok := cutPair(line)
			if !ok {
				return r.fail(r.at, "the line is no header: "+short(line), "write it as name: value")
			}
			v = unescape(cutComment(v))
			r.grouped = false
			r.check(r.at, "header "+k+" is "+v, fmt.Sprintf("pm.expect(pm.response.headers.get(%s)).to.eql(%s);", quote(unescape(k)), quote(v)))
		}
		r.at++
	}
}

const quotedText = `"((?:[^"\\]|\\.)*)"`

var (
	queryOf    = regexp.MustCompile(`^(status|duration|body|header|jsonpath|url)(?:\s+` + quotedText + `)?\s+(.+)$`)
	predicate  = regexp.MustCompile(`^(not\s+)?(==|!=|>=|<=|>|<|contains|startsWith|endsWith|exists|isEmpty|count|matches|isString|isBoolean|isNumber)(?:\s+(.+))?$`)
	countFirst = regexp.MustCompile(`^count\s+(==|!=|>=|<=|>|<)\s+(\d+)$`)
	memberPath = regexp.MustCompile(`^\$((?:\.[A-Za-z_]\w*|\[\d+\]|\['[^'\\]+'\])*)$`)
	otherKey   = regexp.MustCompile(`\['([^']+)'\]`)
	quotedKey  = regexp.MustCompile(`\['([A-Za-z_]\w*)'\]`)
	captureOf  = regexp.MustCompile(`^(status|duration|body|header|jsonpath|url)(?:\s+` + quotedText + `)?$`)
	literal    = regexp.MustCompile(`^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$`)
	inString   = regexp.MustCompile(`^` + quotedText + `$`)
)

// value gives the JavaScript for what a query finds.
func (r *reader) value(kind, argument string) (string, bool) {
	switch kind {
	case "status":
		return "pm.response.code", true
	case "duration":
		return "pm.response.responseTime", true
	case "body":
		return "pm.response.text()", true
	case "header":
		return "pm.response.headers.get(" + quote(unescape(argument)) + ")", argument != ""
	case "jsonpath":
		m := memberPath.FindStringSubmatch(quotedKey.ReplaceAllString(unescape(argument), ".$1"))
		if m == nil {
			return "", false
		}
		return "pm.response.json()" + otherKey.ReplaceAllStringFunc(m[1], func(k string) string { return "[" + quote(k[2:len(k)-2]) + "]" }), true
	}
	return "", false
}

func (r *reader) assert(line string) {
	if code, ok := r.assertion(cutTail(line)); ok {
		r.check(r.at, line, code)
		return
	}
	r.grouped = false
	r.tests = append(r.tests, "// hurl: "+line)
	r.notes.AddAt(r.item.Name, "assert "+short(line), "written as a comment")
}

// cutTail takes off a comment after an assert, outside of its strings.
func cutTail(line string) string {
	inside := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && inside:
			i++
		case line[i] == '"':
			inside = !inside
		case line[i] == '#' && !inside:
			return strings.TrimSpace(line[:i])
		}
	}
	return line
}

func (r *reader) assertion(line string) (string, bool) {
	m := queryOf.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	found, ok := r.value(m[1], m[2])
	if !ok {
		return "", false
	}
	if c := countFirst.FindStringSubmatch(m[3]); c != nil {
		return compare(found+".length", "", c[1], c[2])
	}
	p := predicate.FindStringSubmatch(m[3])
	if p == nil {
		return "", false
	}
	not := ""
	if p[1] != "" {
		not = "not."
	}
	wanted := p[3]
	if s := inString.FindStringSubmatch(wanted); s != nil {
		if templated.MatchString(s[1]) {
			wanted = "pm.variables.replaceIn(" + quote(unescape(s[1])) + ")"
		} else {
			wanted = quote(unescape(s[1]))
		}
	} else if wanted != "" && !literal.MatchString(wanted) {
		return "", false
	}
	switch op := p[2]; op {
	case "exists":
		return "pm.expect(" + found + ").to." + flip(not) + "be.undefined;", wanted == ""
	case "isEmpty":
		return "pm.expect(" + found + ").to." + not + "be.empty;", wanted == ""
	case "isString", "isBoolean", "isNumber":
		return "pm.expect(" + found + ").to." + not + "be.a(" + quote(strings.ToLower(strings.TrimPrefix(op, "is"))) + ");", wanted == ""
	case "matches":
		s := inString.FindStringSubmatch(p[3])
		if s == nil || templated.MatchString(s[1]) {
			return "", false
		}
		return "pm.expect(" + found + ").to." + not + "match(/" + strings.NewReplacer(`\/`, `\/`, "/", `\/`).Replace(unescape(s[1])) + "/);", !strings.ContainsAny(unescape(s[1]), "\r\n") && s[1] != ""
	case "count":
		if _, err := strconv.Atoi(wanted); err != nil {
			return "", false
		}
		return "pm.expect(" + found + ").to." + not + "have.lengthOf(" + wanted + ");", true
	case "contains":
		return "pm.expect(" + found + ").to." + not + "include(" + wanted + ");", wanted != ""
	case "startsWith", "endsWith":
		return "pm.expect(" + found + "." + op + "(" + wanted + ")).to.be." + fmt.Sprint(not == "") + ";", wanted != ""
	default:
		return compare(found, not, op, wanted)
	}
}

func flip(not string) string {
	if not == "" {
		return "not."
	}
	return ""
}

func compare(found, not, op, wanted string) (string, bool) {
	if wanted == "" {
		return "", false
	}
	word := map[string]string{"==": "eql", "!=": "not.eql", "<": "be.below", ">": "be.above", "<=": "be.at.most", ">=": "be.at.least"}[op]
	if op == "!=" && not != "" {
		word, not = "eql", ""
	}
	return "pm.expect(" + found + ").to." + not + word + "(" + wanted + ");", word != ""
}

func (r *reader) capture(line string) {
	r.grouped = false
	k, v, ok := cutPair(cutTail(line))
	if m := captureOf.FindStringSubmatch(v); ok && m != nil {
		if found, ok := r.value(m[1], m[2]); ok {
			r.tests = append(r.tests, fmt.Sprintf("pm.environment.set(%s, %s);", quote(unescape(k)), found))
			return
		}
	}
	r.tests = append(r.tests, "// hurl: "+line)
	r.notes.AddAt(r.item.Name, "capture "+short(line), "written as a comment")
}
