package bruno

import (
	"fmt"
	"regexp"
	"strings"
)

// A .bru file is blocks: NAME { ... } with the closing bracket at the start of a line.
// There are three kinds: pairs of key and value, text, and (in brackets [ ]) a list.

// bruBlock is one block of a .bru file.
type bruBlock struct {
	name  string
	line  int // from 1
	pairs []bruPair
	text  string   // of a block of text, without its indent
	list  []string // of a list
}

// bruPair is a key with its value.
type bruPair struct {
	key, value  string
	off         bool // "~" stands before the key
	list        []string
	description string // of @description
	marks       []string
	line        int
}

// bruError is a place where a file is no .bru.
type bruError struct {
	line          int
	problem, hint string
}

func (e *bruError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.problem) }

var (
	blockHead = regexp.MustCompile(`^\s*([A-Za-z][\w:.-]*)\s*([{\[])[ \t]*`)
	plainKey  = regexp.MustCompile(`^[^\s":{}'~@]+$`)
)

// isText says which blocks are text.
func isText(name string) bool {
	switch name {
	case "body", "body:json", "body:text", "body:xml", "body:sparql", "body:graphql", "body:graphql:vars",
		"script:pre-request", "script:post-response", "tests", "docs", "example":
		return true
	}
	return false
}

// bruReader goes over the lines of a file.
type bruReader struct {
	lines []string
	at    int
}

// parseBru reads a .bru file.
func parseBru(text string) ([]bruBlock, error) {
	r := &bruReader{lines: strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")}
	var blocks []bruBlock
	for r.at < len(r.lines) {
		line := r.lines[r.at]
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "color:") { // an environment's colour in the program
			r.at++
			continue
		}
		m := blockHead.FindStringSubmatchIndex(line)
		if m == nil {
			return nil, &bruError{r.at + 1, "the line begins no block: " + short(trimmed), "a block is NAME { and lines, and ends with a line }"}
		}
		b := bruBlock{name: line[m[2]:m[3]], line: r.at + 1}
		rest := strings.TrimRight(line[m[1]:], "\r")
		var err error
		switch {
		case line[m[4]] == '[':
			err = r.listBlock(&b, rest)
		case isText(b.name):
			err = r.textBlock(&b, rest)
		default:
			err = r.pairBlock(&b, rest)
		}
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

func (r *bruReader) unclosed(b *bruBlock) error {
	return &bruError{b.line, "the block " + short(b.name) + " has no end", "end it with a line that begins with }"}
}

// closing says whether the line ends a block. What follows the bracket stays to be read.
func (r *bruReader) closing() bool {
	rest, ok := strings.CutPrefix(r.lines[r.at], "}")
	if ok {
		r.lines[r.at] = rest
	}
	return ok
}

func (r *bruReader) textBlock(b *bruBlock, rest string) error {
	r.at++
	var lines []string
	if rest != "" {
		lines = append(lines, rest)
	} else {
		for r.at < len(r.lines) && strings.TrimRight(r.lines[r.at], "\r") == "" {
			r.at++
		}
	}
	for ; r.at < len(r.lines); r.at++ {
		if r.closing() {
			b.text = strings.Join(lines, "\n")
			return nil
		}
		line := strings.TrimRight(r.lines[r.at], "\r")
		lines = append(lines, strings.TrimPrefix(line, "  "))
	}
	return r.unclosed(b)
}

// listBlock reads a list of names between [ ], parted by commas.
func (r *bruReader) listBlock(b *bruBlock, rest string) error {
	r.at++
	for line := rest; ; r.at++ {
		inside, after, closed := strings.Cut(line, "]")
		for word := range strings.SplitSeq(inside, ",") {
			if word = strings.TrimSpace(word); word != "" && word[0] != '@' {
				b.list = append(b.list, word)
			}
		}
		if closed {
			if r.at > b.line-1 && strings.TrimSpace(after) != "" {
				return &bruError{b.line, "the list " + short(b.name) + " is followed by something on its last line", "begin a new line after ]"}
			}
			return nil
		}
		if r.at >= len(r.lines) {
			return &bruError{b.line, "the list " + short(b.name) + " has no end", "end it with ]"}
		}
		line = r.lines[r.at]
	}
}

func (r *bruReader) pairBlock(b *bruBlock, rest string) error {
	r.at++
	if rest == "}" {
		return nil
	}
	if rest != "" {
		r.at--
		r.lines[r.at] = " " + rest
	}
	var about bruPair // what stands before the next pair
	for r.at < len(r.lines) {
		if r.closing() {
			return nil
		}
		line := strings.TrimSpace(r.lines[r.at])
		if line == "" {
			r.at++
			continue
		}
		if line[0] == '@' {
			marked, err := r.mark(&about, line)
			if err != nil {
				return err
			}
			if marked {
				continue
			}
		}
		p := about
		about = bruPair{}
		if err := r.pair(&p, line); err != nil {
			return err
		}
		b.pairs = append(b.pairs, p)
	}
	return r.unclosed(b)
}

var markLine = regexp.MustCompile(`^@([^()\s:]+)(\(.*)?$`)

// mark reads a line such as @description('...'), which is about the next pair. False
// when the line is a pair itself.
func (r *bruReader) mark(about *bruPair, line string) (bool, error) {
	m := markLine.FindStringSubmatch(line)
	if m == nil {
		return false, nil
	}
	value := ""
	switch arg := m[2]; {
	case arg == "":
	case strings.HasPrefix(arg, "('''"):
		start := r.at
		text, ok := r.until(arg[4:], "''')")
		if !ok {
			return false, &bruError{start + 1, "the text of @" + short(m[1]) + " has no end", "end it with ''')"}
		}
		value = outdent(text)
		value = strings.ReplaceAll(strings.ReplaceAll(value, `\'\'\'`, "'''"), `\\'`, `\'`)
		r.at-- // the line is done below
	case !strings.HasSuffix(arg, ")"):
		return false, nil
	default:
		arg = arg[1 : len(arg)-1]
		switch {
		case len(arg) >= 2 && arg[0] == '\'' && arg[len(arg)-1] == '\'':
			value = arg[1 : len(arg)-1]
		case len(arg) >= 2 && arg[0] == '"' && arg[len(arg)-1] == '"':
			value = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(arg[1 : len(arg)-1])
		default:
			value = arg
		}
	}
	r.at++
	if m[1] == "description" {
		about.description = value
	} else {
		about.marks = append(about.marks, m[1])
	}
	return true, nil
}

// until gives the text up to end, which may be lines further on, and goes on to the line
// after it.
func (r *bruReader) until(first, end string) (string, bool) {
	if text, _, ok := strings.Cut(first, end); ok {
		r.at++
		return text, true
	}
	for i := r.at + 1; i < len(r.lines); i++ {
		text, after, ok := strings.Cut(r.lines[i], end)
		if !ok {
			continue
		}
		text = strings.Join(append(append([]string{first}, r.lines[r.at+1:i]...), text), "\n")
		r.at = i + 1
		if strings.TrimSpace(after) != "" {
			r.lines[i] = after // for pair, which knows what may follow
			r.at = i
		}
		return text, true
	}
	return "", false
}

// outdent takes away the blanks that all lines begin with, and the empty lines around.
func outdent(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) > 1 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	if n := len(lines); n > 1 && strings.TrimSpace(lines[n-1]) == "" {
		lines = lines[:n-1]
	}
	indent := -1
	for _, l := range lines {
		if blanks := len(l) - len(strings.TrimLeft(l, " \t")); strings.TrimSpace(l) != "" && (indent < 0 || blanks < indent) {
			indent = blanks
		}
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l[min(max(indent, 0), len(l)):], "\r")
	}
	return strings.Join(lines, "\n")
}

// pair reads a pair that begins on this line.
func (r *bruReader) pair(p *bruPair, line string) error {
	p.line = r.at + 1
	bad := &bruError{r.at + 1, "the line is no pair: " + short(line), "write it as key: value"}
	rest := line
	rest, p.off = strings.CutPrefix(rest, "~")
	if strings.HasPrefix(rest, `"`) {
		key, after, ok := quotedKey(rest)
		if !ok {
			return bad
		}
		p.key, rest = key, strings.TrimLeft(after, " \t")
	} else {
		i := strings.IndexByte(rest, ':')
		if i < 0 {
			return bad
		}
		p.key, rest = strings.TrimSpace(rest[:i]), rest[i:]
	}
	rest, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return bad
	}
	rest = strings.TrimSpace(rest)
	switch {
	case strings.HasPrefix(rest, "'''"):
		text, ok := r.until(rest[3:], "'''")
		if !ok {
			return &bruError{p.line, "the value of " + short(p.key) + " has no end", "end it with '''"}
		}
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if i > 0 {
				lines[i] = l[min(4, len(l)-len(strings.TrimLeft(l, " \t"))):]
			}
		}
		p.value = strings.TrimSpace(strings.Join(lines, "\n"))
		if r.at < len(r.lines) && r.at > p.line-1 {
			// A content type may follow the end of the text.
			if after := strings.TrimSpace(r.lines[r.at]); strings.HasPrefix(after, "@contentType(") && strings.HasSuffix(after, ")") && !strings.HasPrefix(r.lines[r.at], "  @") {
				p.value += " " + after
				r.at++
			}
		}
	case rest == "[":
		return r.pairList(p)
	default:
		p.value = rest
		r.at++
	}
	return nil
}

// pairList reads a value that is a list, an element a line.
func (r *bruReader) pairList(p *bruPair) error {
	for r.at++; r.at < len(r.lines); r.at++ {
		line := strings.TrimSpace(r.lines[r.at])
		if line == "]" {
			r.at++
			return nil
		}
		if strings.HasPrefix(r.lines[r.at], "}") {
			break
		}
		if line != "" {
			p.list = append(p.list, line)
		}
	}
	return &bruError{p.line, "the list of " + short(p.key) + " has no end", "end it with a line ]"}
}

func quotedKey(text string) (key, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:], true
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '"':
			i++
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}

func short(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "..."
	}
	return text
}

// block writes a block of lines, "" without any.
func block(name string, lines ...string) string {
	if len(lines) == 0 {
		return ""
	}
	return name + " {\n  " + strings.Join(lines, "\n  ") + "\n}\n"
}

// textBlock writes a block of text, each line of which is set in; "" without text.
func textBlock(name, text string) string {
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return name + " {\n  " + strings.ReplaceAll(text, "\n", "\n  ") + "\n}\n"
}

// pair writes a name and its value, both of which keep what fits can hold.
func pair(name, value string, off bool) string {
	if !plainKey.MatchString(name) {
		name = `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	}
	if off {
		name = "~" + name
	}
	if strings.Contains(value, "\n") {
		value = "'''\n    " + strings.ReplaceAll(value, "\n", "\n    ") + "\n  '''"
	}
	return strings.TrimRight(name+": "+value, " ")
}

// described is pair with a description before it.
func described(description, line string) string {
	if strings.TrimSpace(description) == "" {
		return line
	}
	if !strings.ContainsAny(description, "'\r\n") {
		return "@description('" + description + "')\n  " + line
	}
	return `@description("` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`).Replace(description) + "\")\n  " + line
}

// misfit says what of a key or value a pair cannot hold; "" when it holds both.
func misfit(key, value string) string {
	switch {
	case key == "" || strings.ContainsAny(key, "\r\n"):
		return "its name has no place there"
	case strings.HasPrefix(key, "~"):
		return "a name that begins with ~ is switched off there"
	case strings.Contains(value, "'''") && (strings.Contains(value, "\n") || strings.HasPrefix(strings.TrimSpace(value), "'''")):
		return "its three quotes have no place there, and become two"
	case strings.TrimSpace(value) != value:
		return "the blanks around its value are left out"
	}
	return ""
}
