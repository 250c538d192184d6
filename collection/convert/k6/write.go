package k6

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/program"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/script"
)

// lib has the functions that scripts call, a file each, called after it.
//
//go:embed lib
var lib embed.FS

func dynamic() map[string]string {
	return map[string]string{
		"$guid": "crypto.randomUUID()", "$randomUUID": "crypto.randomUUID()", "$timestamp": "Math.floor(Date.now() / 1000)",
		"$isoTimestamp": "new Date().toISOString()", "$randomInt": "Math.floor(Math.random() * 1001)",
	}
}

type writer struct {
	notes     *convert.Notes
	variables *program.Variables
	dynamic   map[string]string
	// opened are the files that are read at the start, by the expressions of their paths.
	opened map[string]string
	// order has the expressions in order.
	order []string
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{notes: notes, dynamic: dynamic(), opened: map[string]string{}}
	calls := convert.Calls(c, o, notes)
	for i := range calls {
		textform.Losses(calls[i].Item, notes, "followRedirects", "maxRedirects", "disableCookies")
		w.checkAuth(&calls[i])
	}
	taken := strings.Fields("data request PATH HOME USER LOGNAME SHELL LANG PWD TERM HOSTNAME TMPDIR constructor prototype __proto__ toString valueOf hasOwnProperty")
	var err error
	if w.variables, err = program.NewVariables(o, calls, program.Ident, slices.Collect(maps.Keys(w.dynamic)), taken, notes); err != nil {
		return nil, err
	}
	names := program.Names(calls, function, reserved()...)
	var requests strings.Builder
	for i := range calls {
		w.request(&requests, &calls[i], names[i])
	}
	var b strings.Builder
	program.Comment(&b, "", "//", cmp.Or(oneLine(c.Model.Info.Name), "Requests"))
	if about := c.Model.Info.Description.Content; about != "" {
		b.WriteString("//\n")
		program.Comment(&b, "", "//", about)
	}
	b.WriteString("//\n// k6 run [-e NAME=VALUE ...] [-e request=NAME] [-e data=ROWS.csv] requests.js: variables and secrets come with -e or from the\n" +
		"// environment; with data each row is an iteration, and its columns are variables. Paths of files start at this one.\n")
	body := w.main(calls, names) + requests.String()
	body = w.declare() + body
	for _, name := range w.order {
		body = fmt.Sprintf("const %s = open(%s, 'b');\n", w.opened[name], name) + body
	}
	helpers, err := library(body)
	if err != nil {
		return nil, err
	}
	b.WriteString(imports(body + helpers))
	b.WriteString(body + helpers)
	textform.Secrets(c, b.String(), notes)
	return []convert.File{{Name: "requests.js", Data: []byte(b.String())}}, nil
}

func (w *writer) checkAuth(c *convert.Call) {
	if c.Auth == nil {
		return
	}
	switch c.Auth.Type {
	case "basic", "digest", "ntlm":
		return
	case "oauth2":
		w.notes.Add(c.Item, "auth", "left out: oauth2 has no token yet, and the script gets none")
	default:
		w.notes.Add(c.Item, "auth", c.Auth.Type+" is left out: k6 does not know it by itself")
	}
	c.Auth = nil
}

// reserved are names that no request's function gets.
func reserved() []string {
	return append(strings.Fields(`break case catch class const continue debugger default delete do else enum export extends false finally for function if implements
		import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with
		yield await async arguments eval undefined http check group open exec encoding crypto variables options rows response v r console JSON Math Date String Object`),
		helperNames()...)
}

func helperNames() (names []string) {
	files, err := lib.ReadDir("lib")
	if err != nil {
		return nil
	}
	for _, f := range files {
		name, _, _ := strings.Cut(f.Name(), ".")
		names = append(names, name)
	}
	return names
}

// declare writes where the variables have their values from.
func (w *writer) declare() string {
	var b strings.Builder
	b.WriteString("\nconst rows = __ENV.data ? new SharedArray('rows', () => records(open(__ENV.data))) : [];\n")
	b.WriteString("\nexport const options = {\n  iterations: rows.length || 1,\n  thresholds: { checks: ['rate==1'], http_req_failed: ['rate==0'] },\n};\n")
	b.WriteString("\n// variables are what the requests need.\nfunction variables(row) {\n  const v = {};\n")
	for _, v := range w.variables.List {
		if v.Required {
			fmt.Fprintf(&b, "  v.%s = given(row, %s, %s);\n", v.Ident, quote(v.Name), quote(v.Ident))
		} else {
			fmt.Fprintf(&b, "  v.%s = given(row, %s, %s, %s);\n", v.Ident, quote(v.Name), quote(v.Ident), w.join(v.Value))
		}
	}
	b.WriteString("  return v;\n}\n")
	return b.String()
}

// main writes the function that sends the requests, in groups for their folders.
func (w *writer) main(calls []convert.Call, names []string) string {
	var b strings.Builder
	b.WriteString("\nexport default function () {\n  const v = variables(rows.length ? rows[exec.scenario.iterationInTest % rows.length] : {});\n")
	var open []*collection.Item
	indent := func() string { return strings.Repeat("  ", len(open)+1) }
	for i := range calls {
		var folders []*collection.Item
		for f := calls[i].Item.Parent; f != nil; f = f.Parent {
			folders = append([]*collection.Item{f}, folders...)
		}
		same := 0
		for same < len(open) && same < len(folders) && open[same] == folders[same] {
			same++
		}
		for len(open) > same {
			open = open[:len(open)-1]
			b.WriteString(indent() + "});\n")
		}
		for _, f := range folders[same:] {
			// "::" is k6's own separator.
			fmt.Fprintf(&b, "%sgroup(%s, () => {\n", indent(), quote(cmp.Or(strings.ReplaceAll(f.Name, "::", ":"), "folder")))
			open = append(open, f)
		}
		fmt.Fprintf(&b, "%sif (wanted(%s)) %s(v);\n", indent(), quote(calls[i].Item.Name), names[i])
	}
	for len(open) > 0 {
		open = open[:len(open)-1]
		b.WriteString(indent() + "});\n")
	}
	b.WriteString("}\n")
	return b.String()
}

func (w *writer) request(b *strings.Builder, c *convert.Call, name string) {
	b.WriteString("\n")
	program.Comment(b, "", "//", cmp.Or(oneLine(c.Item.Path()), "A request"))
	if about := c.Item.Request().Description; about != "" {
		b.WriteString("//\n")
		program.Comment(b, "", "//", about)
	}
	tests := w.scripts(b, c.Item)
	fmt.Fprintf(b, "function %s(v) {\n", name)
	for _, v := range w.variables.Required(c) {
		fmt.Fprintf(b, "  need(v, %s);\n", quote(v.Ident))
	}
	url := w.join(program.URL(c))
	if program.StrangePath(c) {
		w.notes.Add(c.Item, "URL", "k6 writes its path in its own way")
	}
	body := w.body(b, c)
	params := w.params(c, tests, &url)
	if len(tests) > 0 {
		b.WriteString("  const response = ")
	} else {
		b.WriteString("  ")
	}
	fmt.Fprintf(b, "http.request(%s, %s, %s, {\n", w.text(cmp.Or(c.Method, "GET")), url, body)
	for _, p := range params {
		b.WriteString("    " + p + ",\n")
	}
	b.WriteString("  });\n")
	if len(tests) > 0 {
		checks(b, tests)
	}
	b.WriteString("}\n")
}

// scripts writes the scripts as comments, but for the tests that become checks.
func (w *writer) scripts(b *strings.Builder, item *collection.Item) (tests []script.SimpleTest) {
	for _, event := range []string{"prerequest", "test"} {
		for _, s := range item.EventScripts(event) {
			if event == "test" {
				found, rest := script.Checks(s.Source, canCheck)
				tests = append(tests, found...)
				if rest == "" {
					continue
				}
				if len(found) > 0 {
					w.notes.Add(item, "event "+event, fmt.Sprintf("%d of its tests became checks, the rest is written as a comment", len(found)))
				} else {
					w.notes.Add(item, "event "+event, "written as a comment")
				}
				s.Source = rest
			} else {
				w.notes.Add(item, "event "+event, "written as a comment")
			}
			program.Script(b, "//", s)
		}
	}
	return tests
}

// body writes what makes the body, and gives the expression for it.
func (w *writer) body(b *strings.Builder, c *convert.Call) string {
	switch {
	case !program.HasBody(c):
		return "null"
	case c.Body.Mode == collection.ModeFile:
		return w.open(c.Body.File)
	case c.Body.Mode == collection.ModeFormData:
		b.WriteString("  const body = form([\n")
		for _, p := range program.Parts(c) {
			media := ""
			if p.Media != "" {
				media = ", media: " + w.text(p.Media)
			}
			if p.File == "" {
				fmt.Fprintf(b, "    { name: %s, text: %s%s },\n", w.text(p.Name), w.text(p.Value), media)
			} else {
				fmt.Fprintf(b, "    { name: %s, file: %s, fileName: %s%s },\n", w.text(p.Name), w.open(p.File), w.text(p.FileName), media)
			}
		}
		b.WriteString("  ]);\n")
		return "body.body"
	}
	return w.join(program.Body(c))
}

// open gives the name of a file's content, which is read when the script starts.
func (w *writer) open(path string) string {
	expression := quote(path)
	if strings.Contains(path, "{{") {
		expression = strings.ReplaceAll(w.text(path), "${v.", "${variables({}).")
		if strings.HasPrefix(expression, "v.") {
			expression = "variables({})." + strings.TrimPrefix(expression, "v.")
		}
	}
	if name, ok := w.opened[expression]; ok {
		return name
	}
	name := "file" + strconv.Itoa(len(w.order)+1)
	w.opened[expression] = name
	w.order = append(w.order, expression)
	return name
}

// params gives what else is said of a request.
func (w *writer) params(c *convert.Call, tests []script.SimpleTest, url *string) []string {
	var headers, params []string
	at := map[string]int{}
	add := func(key, value string) { headers = append(headers, key+": "+value) }
	for _, h := range c.Header {
		if !program.Header(c, h) {
			w.notes.Add(c.Item, "header "+h.Key, "left out: the body decides it")
			continue
		}
		lower := strings.ToLower(h.Key)
		if i, twice := at[lower]; twice {
			w.notes.Add(c.Item, "header "+h.Key, "is one header with all its values: k6 sends none twice")
			headers[i] += " + ', ' + " + w.text(h.Value)
			continue
		}
		at[lower] = len(headers)
		key := w.text(h.Key)
		if strings.HasPrefix(key, "`") || strings.HasPrefix(key, "v.") {
			key = "[" + key + "]"
		} else if plainMember.MatchString(h.Key) {
			key = h.Key
		}
		add(key, w.text(h.Value))
	}
	if program.HasBody(c) && c.Body.Mode == collection.ModeFormData {
		add("'Content-Type'", "body.type")
	}
	if _, says := at["user-agent"]; !says && c.Behavior.DisabledSystemHeaders["user-agent"] {
		add("'User-Agent'", "''")
	}
	if a := c.Auth; a != nil {
		user, password := w.text(a.Get("username")), w.text(a.Get("password"))
		if a.Type == "basic" {
			add("Authorization", fmt.Sprintf("basic(%s, %s)", user, password))
		} else {
			if domain := a.Get("domain"); domain != "" && a.Type == "ntlm" {
				user = w.text(domain + `\` + a.Get("username"))
			}
			*url = fmt.Sprintf("withUser(%s, %s, %s)", *url, user, password)
			params = append(params, "auth: '"+a.Type+"'")
		}
	}
	if len(headers) > 0 {
		params = append(params, "headers: { "+strings.Join(headers, ", ")+" }")
	}
	behavior := c.Behavior
	switch {
	case behavior.FollowRedirects != nil && !*behavior.FollowRedirects:
		params = append(params, "redirects: 0")
	case behavior.MaxRedirects != nil:
		params = append(params, fmt.Sprintf("redirects: %d", *behavior.MaxRedirects))
	}
	if behavior.DisableCookies {
		params = append(params, "jar: new http.CookieJar()")
	}
	if code := wantedStatus(tests); code >= 400 {
		params = append(params, fmt.Sprintf("responseCallback: http.expectedStatuses({ min: 200, max: 399 }, %d)", code))
	}
	return append(params, "tags: { name: "+quote(c.Item.Path())+" }")
}

// wantedStatus is the status that a test asks for; 0 without one.
func wantedStatus(tests []script.SimpleTest) int {
	for _, t := range tests {
		for _, c := range t.Checks {
			if n, is := c.Values, c.Of.Part == script.OfStatus && c.Op == script.Equals && !c.Not; is && len(n) == 1 {
				if code, number := n[0].(float64); number && code >= 100 && code < 600 {
					return int(code)
				}
			}
		}
	}
	return 0
}

func (w *writer) text(s string) string { return w.join(program.Split(s, program.Plain)) }

// join writes the expression for pieces of a text.
func (w *writer) join(pieces []program.Piece) string {
	literal, text := true, ""
	for _, p := range pieces {
		literal = literal && p.Var == ""
		text += p.Text
	}
	if literal && !strings.Contains(text, "\n") {
		return quote(text)
	}
	if len(pieces) == 1 && pieces[0].Var != "" && pieces[0].Enc == program.Plain {
		if v := w.variables.Find(pieces[0].Var); v != nil {
			return "v." + v.Ident
		}
	}
	var b strings.Builder
	b.WriteByte('`')
	for _, p := range pieces {
		if p.Var != "" {
			b.WriteString("${" + w.value(p) + "}")
			continue
		}
		b.WriteString(escape(p.Text, '`'))
	}
	return b.String() + "`"
}

func (w *writer) value(p program.Piece) string {
	value := w.dynamic[p.Var]
	if v := w.variables.Find(p.Var); v != nil {
		value = "v." + v.Ident
	}
	name := map[program.Encoding]string{program.InPath: "inPath", program.InQuery: "inQuery", program.InForm: "inForm", program.InJSON: "inJSON"}[p.Enc]
	if name == "" {
		return value
	}
	return name + "(" + value + ")"
}

// quote writes a text between single quotes.
func quote(text string) string { return "'" + escape(text, '\'') + "'" }

// escape writes a text as it stands between the quotes. Between backquotes lines stay lines.
func escape(text string, quote rune) string {
	var b strings.Builder
	runes := []rune(strings.ToValidUTF8(text, "\ufffd"))
	for i, r := range runes {
		switch {
		case r == quote || r == '\\':
			b.WriteString("\\" + string(r))
		case r == '$' && quote == '`' && i+1 < len(runes) && runes[i+1] == '{':
			b.WriteString("\\$")
		case r == '\n' && quote == '`':
			b.WriteByte('\n')
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r != ' ' && !unicode.IsPrint(r) && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var called = regexp.MustCompile(`\b([A-Za-z]+)\(`)

// library gives the functions that a script calls.
func library(body string) (string, error) {
	text, has := "", map[string]bool{}
	for changed := true; changed; {
		changed = false
		used := map[string]bool{}
		for _, m := range called.FindAllStringSubmatch(body+text, -1) {
			used[m[1]] = true
		}
		for _, name := range helperNames() {
			if has[name] || !used[name] {
				continue
			}
			part, err := lib.ReadFile("lib/" + name + ".js")
			if err != nil {
				return "", err
			}
			has[name], changed = true, true
			text += "\n" + string(part)
		}
	}
	return text, nil
}

// imports writes those that a script needs.
func imports(text string) string {
	out := "import http from 'k6/http';\n"
	var names []string
	for _, name := range []string{"check", "group"} {
		if strings.Contains(text, name+"(") {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		out += "import { " + strings.Join(names, ", ") + " } from 'k6';\n"
	}
	out += "import { SharedArray } from 'k6/data';\n"
	if strings.Contains(text, "encoding.") {
		out += "import encoding from 'k6/encoding';\n"
	}
	return out + "import exec from 'k6/execution';\n"
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
}

// function makes a name as JavaScript's are.
func function(name string) string {
	words := program.Words(name)
	for i, w := range words {
		switch {
		case i > 0:
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		case strings.ToUpper(w) == w:
			words[i] = strings.ToLower(w)
		default:
			words[i] = strings.ToLower(w[:1]) + w[1:]
		}
	}
	ident := strings.Join(words, "")
	if ident == "" || ident[0] >= '0' && ident[0] <= '9' {
		ident = "request" + ident
	}
	return ident
}
