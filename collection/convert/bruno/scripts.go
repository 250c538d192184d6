package bruno

import (
	"regexp"
	"slices"
	"strings"
)

// rule is a phrase of one program's scripts and the same in the other's. A phrase that
// ends with a letter ends a word.
type rule struct {
	phrase  string
	pattern *regexp.Regexp // instead of a phrase
	to      string
}

// toBrunoRules have only what means the same in both.
var toBrunoRules = []rule{
	{phrase: `pm.test(`, to: `test(`},
	{pattern: regexp.MustCompile(`^pm\.response\.to\.have\.status\((\d+)\)`), to: `expect(res.getStatus()).to.equal(${1})`},
	{phrase: `pm.expect(`, to: `expect(`},
	{phrase: `pm.response.json()`, to: `res.getBody()`},
	{phrase: `pm.response.code`, to: `res.getStatus()`},
	{phrase: `pm.response.responseTime`, to: `res.getResponseTime()`},
	{phrase: `pm.response.headers.get(`, to: `res.getHeader(`},
	{phrase: `pm.environment.get(`, to: `bru.getEnvVar(`},
	{phrase: `pm.environment.set(`, to: `bru.setEnvVar(`},
	{phrase: `pm.environment.has(`, to: `bru.hasEnvVar(`},
	{phrase: `pm.environment.unset(`, to: `bru.deleteEnvVar(`},
	{phrase: `pm.collectionVariables.get(`, to: `bru.getCollectionVar(`},
	{phrase: `pm.collectionVariables.set(`, to: `bru.setCollectionVar(`},
	{phrase: `pm.collectionVariables.has(`, to: `bru.hasCollectionVar(`},
	{phrase: `pm.collectionVariables.unset(`, to: `bru.deleteCollectionVar(`},
	{phrase: `pm.variables.set(`, to: `bru.setVar(`},
	{phrase: `pm.variables.replaceIn(`, to: `bru.interpolate(`},
	{phrase: `pm.execution.setNextRequest(`, to: `bru.runner.setNextRequest(`},
	{phrase: `postman.setNextRequest(`, to: `bru.runner.setNextRequest(`},
	{phrase: `pm.info.requestName`, to: `req.getName()`},
}

// fromBrunoRules are the way back.
var fromBrunoRules = []rule{
	{pattern: regexp.MustCompile(`^expect\(res\.getStatus\(\)\)\.to\.equal\((\d+)\)`), to: `pm.response.to.have.status(${1})`},
	{phrase: `test(`, to: `pm.test(`},
	{phrase: `expect(`, to: `pm.expect(`},
	{phrase: `res.getBody()`, to: `pm.response.json()`},
	{phrase: `res.body`, to: `pm.response.json()`},
	{phrase: `res.getStatus()`, to: `pm.response.code`},
	{phrase: `res.status`, to: `pm.response.code`},
	{phrase: `res.getStatusText()`, to: `pm.response.status`},
	{phrase: `res.statusText`, to: `pm.response.status`},
	{phrase: `res.getResponseTime()`, to: `pm.response.responseTime`},
	{phrase: `res.responseTime`, to: `pm.response.responseTime`},
	{phrase: `res.getHeader(`, to: `pm.response.headers.get(`},
	{phrase: `bru.getEnvVar(`, to: `pm.environment.get(`},
	{phrase: `bru.setEnvVar(`, to: `pm.environment.set(`},
	{phrase: `bru.hasEnvVar(`, to: `pm.environment.has(`},
	{phrase: `bru.deleteEnvVar(`, to: `pm.environment.unset(`},
	{phrase: `bru.getCollectionVar(`, to: `pm.collectionVariables.get(`},
	{phrase: `bru.setCollectionVar(`, to: `pm.collectionVariables.set(`},
	{phrase: `bru.hasCollectionVar(`, to: `pm.collectionVariables.has(`},
	{phrase: `bru.deleteCollectionVar(`, to: `pm.collectionVariables.unset(`},
	{phrase: `bru.getGlobalEnvVar(`, to: `pm.globals.get(`},
	{phrase: `bru.setGlobalEnvVar(`, to: `pm.globals.set(`},
	{phrase: `bru.getVar(`, to: `pm.variables.get(`},
	{phrase: `bru.setVar(`, to: `pm.variables.set(`},
	{phrase: `bru.hasVar(`, to: `pm.variables.has(`},
	{phrase: `bru.deleteVar(`, to: `pm.variables.unset(`},
	{phrase: `bru.interpolate(`, to: `pm.variables.replaceIn(`},
	{phrase: `bru.runner.setNextRequest(`, to: `pm.execution.setNextRequest(`},
	{phrase: `bru.setNextRequest(`, to: `pm.execution.setNextRequest(`},
	{phrase: `req.getName()`, to: `pm.info.requestName`},
	{phrase: `req.getMethod()`, to: `pm.request.method`},
	{phrase: `req.method`, to: `pm.request.method`},
	{phrase: `req.getUrl()`, to: `pm.request.url.toString()`},
}

var (
	// left are names that only Postman's sandbox has, and maybe those that a script may
	// have declared itself.
	left  = regexp.MustCompile(`(?:^|[^.\w$])(pm|postman|responseBody|responseCode|responseHeaders|xml2Json|CryptoJS|cheerio|tv4|require)\b`)
	maybe = regexp.MustCompile(`(?:^|[^.\w$])(tests|environment|globals|data|iteration|request|responseTime|_)\s*[.\[(]`)
	// leftBruno are those that only Bruno has.
	leftBruno = regexp.MustCompile(`(?:^|[^.\w$])(bru|req|res|require|await)\b`)
)

const scriptMark = "// Postman script:"

// toBruno gives the scripts of an event in Bruno's words, or as a comment: then it is
// not exact.
func toBruno(sources []string) (text string, exact bool) {
	var made []string
	for _, s := range sources {
		s = strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
		translated, code := translate(s, toBrunoRules)
		if left.MatchString(code) || !declared(code) {
			return commented(sources, scriptMark), false
		}
		made = append(made, translated)
	}
	return strings.Join(made, "\n\n"), true
}

// declared says that of the names which Postman gives a script, those that it uses are
// its own.
func declared(code string) bool {
	seen := map[string]bool{}
	for _, m := range maybe.FindAllStringSubmatch(code, -1) {
		if seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		name := regexp.QuoteMeta(m[1])
		own := regexp.MustCompile(`\b(?:const|let|var|function)\s+` + name + `\b|\bfunction\b[^(]*\([^)]*\b` + name + `\b|\b` + name + `\b[^()]*\)?\s*=>`)
		if !own.MatchString(code) {
			return false
		}
	}
	return true
}

func commented(sources []string, mark string) string {
	var lines []string
	for _, s := range sources {
		lines = append(lines, mark)
		for line := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n") {
			lines = append(lines, strings.TrimRight("// | "+line, " \t"))
		}
	}
	return strings.Join(lines, "\n")
}

// fromBruno gives a script in Postman's words. A script that was Postman's and stood in a
// comment comes back; one that Postman cannot run becomes a comment.
func fromBruno(source string) (lines []string, exact bool) {
	source = strings.Trim(source, "\n")
	if back := uncommented(source); back != nil {
		return back, true
	}
	translated, code := translate(source, fromBrunoRules)
	if leftBruno.MatchString(code) {
		return strings.Split(commented([]string{source}, "// Bruno script:"), "\n"), false
	}
	return strings.Split(translated, "\n"), true
}

func uncommented(source string) (lines []string) {
	all := strings.Split(source, "\n")
	if all[0] != scriptMark {
		return nil
	}
	for _, line := range all {
		switch rest, ok := strings.CutPrefix(line, "// |"); {
		case ok:
			lines = append(lines, strings.TrimPrefix(rest, " "))
		case line != scriptMark:
			return nil
		}
	}
	return lines
}

// translate rewrites the code of a script and leaves its texts and comments alone. It
// also gives what is code in the result.
func translate(source string, list []rule) (result, code string) {
	var out, rest strings.Builder
	for _, p := range pieces(source) {
		text := p.text
		if p.code {
			text = phrases(text, list)
			rest.WriteString(text)
		} else {
			rest.WriteByte(' ')
		}
		out.WriteString(text)
	}
	return out.String(), rest.String()
}

// phrases applies the rules to code, at the start of each word that is no member of
// something else.
func phrases(code string, list []rule) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(code); i++ {
		if !inWord(code[i]) {
			continue
		}
		if i == 0 || code[i-1] != '.' {
			if n, to := phraseAt(code[i:], list); n > 0 {
				b.WriteString(code[done:i])
				b.WriteString(to)
				i += n - 1
				done = i + 1
				continue
			}
		}
		for i+1 < len(code) && inWord(code[i+1]) {
			i++
		}
	}
	b.WriteString(code[done:])
	return b.String()
}

// phraseAt gives the length of the phrase at the start of code, and what it becomes.
func phraseAt(code string, list []rule) (int, string) {
	for _, r := range list {
		if r.pattern != nil {
			if m := r.pattern.FindStringSubmatchIndex(code[:min(len(code), 200)]); m != nil {
				return m[1], string(r.pattern.ExpandString(nil, r.to, code, m))
			}
			continue
		}
		if n := len(r.phrase); strings.HasPrefix(code, r.phrase) && (len(code) == n || !inWord(code[n-1]) || !inWord(code[n])) {
			return n, r.to
		}
	}
	return 0, ""
}

func inWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

type piece struct {
	text string
	code bool
}

// pieces parts a script into code and what is none: texts, comments and patterns.
func pieces(source string) (list []piece) {
	start := 0
	add := func(end int, code bool) {
		if end > start {
			list = append(list, piece{source[start:end], code})
		}
		start = end
	}
	// braces counts those that are open in each ${ } of templates around this place.
	var braces []int
	last := byte('(') // the last character of code that is no blank
	for i := 0; i < len(source); {
		switch c := source[i]; {
		case c == '"' || c == '\'':
			add(i, true)
			i = skip(source, i+1, c)
			add(i, false)
			last = c
		case c == '`' || c == '}' && len(braces) > 0 && braces[len(braces)-1] == 0:
			add(i, true)
			if c == '}' {
				braces = braces[:len(braces)-1]
			}
			end, open := template(source, i+1)
			if open {
				braces = append(braces, 0)
				last = '('
			} else {
				last = '`'
			}
			i = end
			add(i, false)
		case strings.HasPrefix(source[i:], "//"), strings.HasPrefix(source[i:], "/*"):
			add(i, true)
			end := "\n"
			if source[i+1] == '*' {
				end = "*/"
			}
			if n := strings.Index(source[i+2:], end); n < 0 {
				i = len(source)
			} else {
				i += 2 + n + len(end)
			}
			add(i, false)
		case c == '/' && strings.IndexByte("(,=:[!&|?{};+\n", last) >= 0:
			add(i, true)
			i = pattern(source, i+1)
			add(i, false)
			last = '/'
		default:
			if n := len(braces); n > 0 && c == '{' {
				braces[n-1]++
			} else if n > 0 && c == '}' {
				braces[n-1]--
			}
			if c != ' ' && c != '\t' {
				last = c
			}
			i++
		}
	}
	add(len(source), true)
	return list
}

// skip gives the place after a text that ends with quote.
func skip(source string, i int, quote byte) int {
	for ; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		case '\n':
			return i
		}
	}
	return len(source)
}

// template gives the place after a template's text, and whether code follows in it.
func template(source string, i int) (end int, open bool) {
	for ; i < len(source); i++ {
		switch {
		case source[i] == '\\':
			i++
		case source[i] == '`':
			return i + 1, false
		case strings.HasPrefix(source[i:], "${"):
			return i + 2, true
		}
	}
	return len(source), false
}

// pattern gives the place after a regular expression.
func pattern(source string, i int) int {
	class := false
	for ; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				return i + 1
			}
		case '\n':
			return i
		}
	}
	return len(source)
}

// assertion gives the lines of a check of Bruno's assert block; false when it says
// something that Postman has no word for.
func assertion(subject, check string) ([]string, bool) {
	operator, value, _ := strings.Cut(strings.TrimSpace(check), " ")
	value = strings.TrimSpace(value)
	said, ok := checks[operator]
	if !ok {
		operator, value = "eq", strings.TrimSpace(check)
		said = checks["eq"]
	}
	code, exact := fromBruno(subject)
	if !exact || len(code) != 1 || strings.Contains(value, "{{") {
		return nil, false
	}
	switch operator {
	case "in", "notIn":
		var list []string
		for v := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
			list = append(list, literal(strings.TrimSpace(v)))
		}
		value = "[" + strings.Join(list, ", ") + "]"
	case "between":
		low, high, ok := strings.Cut(value, ",")
		if !ok {
			return nil, false
		}
		value = literal(strings.TrimSpace(low)) + ", " + literal(strings.TrimSpace(high))
	case "contains", "notContains", "startsWith", "endsWith", "matches", "notMatches":
		value = quoteJS(strings.Trim(value, `"'`))
	default:
		value = literal(value)
	}
	return []string{
		"pm.test(" + quoteJS(subject+": "+strings.TrimSpace(check)) + ", function () {",
		"    " + strings.NewReplacer("ACTUAL", code[0], "VALUE", value).Replace(said) + ";",
		"});",
	}, true
}

// checks are the operators of the assert block.
var checks = map[string]string{
	"eq": "pm.expect(ACTUAL).to.eql(VALUE)", "neq": "pm.expect(ACTUAL).to.not.eql(VALUE)",
	"gt": "pm.expect(ACTUAL).to.be.above(VALUE)", "gte": "pm.expect(ACTUAL).to.be.at.least(VALUE)",
	"lt": "pm.expect(ACTUAL).to.be.below(VALUE)", "lte": "pm.expect(ACTUAL).to.be.at.most(VALUE)",
	"in": "pm.expect(ACTUAL).to.be.oneOf(VALUE)", "notIn": "pm.expect(ACTUAL).to.not.be.oneOf(VALUE)",
	"contains": "pm.expect(ACTUAL).to.include(VALUE)", "notContains": "pm.expect(ACTUAL).to.not.include(VALUE)",
	"length":  "pm.expect(ACTUAL).to.have.lengthOf(VALUE)",
	"matches": "pm.expect(ACTUAL).to.match(new RegExp(VALUE))", "notMatches": "pm.expect(ACTUAL).to.not.match(new RegExp(VALUE))",
	"startsWith": "pm.expect(String(ACTUAL).startsWith(VALUE)).to.be.true", "endsWith": "pm.expect(String(ACTUAL).endsWith(VALUE)).to.be.true",
	"between": "pm.expect(ACTUAL).to.be.within(VALUE)",
	"isEmpty": "pm.expect(ACTUAL).to.be.empty", "isNotEmpty": "pm.expect(ACTUAL).to.not.be.empty",
	"isNull": "pm.expect(ACTUAL).to.be.null", "isUndefined": "pm.expect(ACTUAL).to.be.undefined",
	"isDefined": "pm.expect(ACTUAL).to.not.be.undefined",
	"isTruthy":  "pm.expect(Boolean(ACTUAL)).to.be.true", "isFalsy": "pm.expect(Boolean(ACTUAL)).to.be.false",
	"isJson": "pm.expect(ACTUAL).to.be.an('object')", "isNumber": "pm.expect(ACTUAL).to.be.a('number')",
	"isString": "pm.expect(ACTUAL).to.be.a('string')", "isBoolean": "pm.expect(ACTUAL).to.be.a('boolean')",
	"isArray": "pm.expect(ACTUAL).to.be.an('array')",
}

var number = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// literal writes a value of the assert block in JavaScript.
func literal(value string) string {
	if number.MatchString(value) || slices.Contains([]string{"true", "false", "null", "undefined"}, value) {
		return value
	}
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	return quoteJS(value)
}

func quoteJS(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\u2028", `\u2028`, "\u2029", `\u2029`).Replace(text) + `"`
}
