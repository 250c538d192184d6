package curl

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// bashReader finds the commands of curl in a script of bash.
type bashReader struct {
	*reader
	calls  []call
	arrays map[string][]string
	// vars are where the variables stand in the draft.
	vars map[string]int
	// long are the quoted texts that were taken out of a large script.
	long []string
}

// mostStatement bounds a statement, in bytes, without its long quoted texts: nested ones cost stack.
const mostStatement = 128 << 10

// mostNested bounds how many characters of a statement may begin something nested in an
// arithmetic expression, each level of which costs some ten kilobytes of stack.
const (
	mostNested = 4000
	nesting    = "([?"
)

func nested(text string) (n int) {
	for _, c := range []byte(nesting) {
		n += strings.Count(text, string(c))
	}
	return n
}

func (r *reader) bashCalls() (calls []call, err error) {
	b := &bashReader{reader: r, arrays: map[string][]string{}, vars: map[string]int{}}
	source := r.text
	if len(source) > mostStatement || nested(source) > mostNested {
		source = b.takeLong(source)
		r.text = source // what is cut out of it for notes
	}
	defer func() {
		// The shell's own library is not trusted with every input.
		if p := recover(); p != nil {
			calls, err = nil, r.fail(0, 0, fmt.Sprintf("cannot be read as bash: %v", p), "take the command that is no plain call of curl out of the file")
		}
	}()
	var header []syntax.Comment
	limited := &statementReader{r: strings.NewReader(source)}
	for stmt, err := range syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).StmtsSeq(limited) {
		var syntaxErr syntax.ParseError
		switch {
		case errors.Is(err, errTooLong):
			return nil, r.fail(0, 0, fmt.Sprintf("has a command of more than %d KiB, or of %d brackets, outside of quotes", mostStatement>>10, mostNested), "take it out of the file")
		case errors.As(err, &syntaxErr):
			hint := "write it as bash takes it, or give a file .cmd for the prompt of Windows"
			if powerLine.MatchString(source) {
				hint = "commands for PowerShell are not read: copy them for bash or cmd"
			}
			return nil, r.fail(int(syntaxErr.Pos.Line()), int(syntaxErr.Pos.Col()), syntaxErr.Text, hint)
		case err != nil:
			return nil, r.fail(0, 0, err.Error(), "")
		}
		limited.used, limited.nested = 0, 0
		calls := len(b.calls)
		if b.statement(stmt, nil); header == nil {
			header = []syntax.Comment{}
			if len(b.calls) == calls {
				header = stmt.Comments // they are about the file
			}
		}
	}
	b.title(header)
	return b.calls, nil
}

var errTooLong = errors.New("a statement is too long")

// statementReader ends when too much was read since a statement ended.
type statementReader struct {
	r            io.Reader
	used, nested int
}

func (s *statementReader) Read(p []byte) (int, error) {
	if s.used > mostStatement || s.nested > mostNested {
		return 0, errTooLong
	}
	n, err := s.r.Read(p)
	s.used += n
	s.nested += nested(string(p[:n]))
	return n, err
}

// longText marks a quoted text that was taken out.
var longText = regexp.MustCompile("\x01(\\d+)\x01")

// shortest is the shortest quoted text that is taken out of a large script, in bytes.
const shortest = 1 << 10

// takeLong takes long quoted texts out of a script, so that what is left is short.
func (b *bashReader) takeLong(source string) string {
	var out strings.Builder
	for i := 0; i < len(source); {
		switch c := source[i]; {
		case c == '#' && (i == 0 || strings.IndexByte(" \t\n;", source[i-1]) >= 0):
			n := strings.IndexByte(source[i:], '\n')
			if n < 0 {
				n = len(source) - i
			}
			out.WriteString(source[i : i+n])
			i += n
		case c == '\'' || c == '"' || c == '\\' || c == '$' && strings.HasPrefix(source[i:], "$'"):
			n, text, plain := quotedRun(source[i:])
			raw := source[i : i+n]
			if i += n; !plain || n < shortest {
				out.WriteString(raw)
				continue
			}
			// Lines stay where they are.
			fmt.Fprintf(&out, "'\x01%d\x01'%s", len(b.long), strings.Repeat("\\\n", strings.Count(raw, "\n")))
			b.long = append(b.long, text)
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// quotedRun reads quoted texts and escaped characters that follow each other: n bytes that mean text. plain says
// that nothing is expanded in it.
func quotedRun(source string) (n int, text string, plain bool) {
	var b strings.Builder
	plain = true
	for n < len(source) {
		rest := source[n:]
		size, part, ok := 0, "", true
		switch {
		case rest[0] == '\\' && len(rest) > 1:
			if size = 2; rest[1] != '\n' {
				part = rest[1:2]
			}
		case rest[0] == '\'':
			size = strings.IndexByte(rest[1:], '\'') + 2
			ok = size > 1
			if ok {
				part = rest[1 : size-1]
			}
		case rest[0] == '"':
			part, size, ok = doubleQuoted(rest)
		case strings.HasPrefix(rest, "$'"):
			for size = 2; size < len(rest) && rest[size] != '\''; size++ {
				if rest[size] == '\\' {
					size++
				}
			}
			if ok = size < len(rest); ok {
				size++
				part = plainWord(rest[:size])
			}
		default:
			if n == 0 {
				return 1, source[:1], false
			}
			return n, b.String(), plain
		}
		if size <= 1 { // a quote without an end
			return len(source), "", false
		}
		n += min(size, len(rest))
		b.WriteString(part)
		plain = plain && ok
	}
	return n, b.String(), plain
}

// plainWord is the text of a word in which nothing is nested.
func plainWord(raw string) string {
	for word, err := range syntax.NewParser().WordsSeq(strings.NewReader(raw)) {
		if err == nil {
			if text, err := expand.Literal(nil, word); err == nil {
				return text
			}
		}
		break
	}
	return raw
}

// doubleQuoted reads a text between double quotes; plain says that nothing is expanded in it.
func doubleQuoted(source string) (text string, n int, plain bool) {
	var b strings.Builder
	plain = true
	for n = 1; n < len(source) && source[n] != '"'; n++ {
		switch c := source[n]; {
		case c == '$' || c == '`':
			plain = false
		case c == '\\' && n+1 < len(source):
			n++
			if source[n] == '\n' {
				continue
			}
			if strings.IndexByte("$`\"\\", source[n]) < 0 {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(source[n])
	}
	if n >= len(source) {
		return "", len(source), false
	}
	return b.String(), n + 1, plain
}

// statement looks for curl in a statement. about are the comments before it, which a function hands on.
func (b *bashReader) statement(stmt *syntax.Stmt, about []syntax.Comment) {
	for _, c := range stmt.Comments {
		if c.Pos().Line() < stmt.Pos().Line() || stmt.Cmd == nil {
			about = append(about, c)
		}
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		b.call(stmt, cmd, about)
	case *syntax.FuncDecl:
		b.statement(cmd.Body, about)
	case *syntax.Block:
		b.block(cmd.Stmts, about)
	case *syntax.Subshell:
		b.block(cmd.Stmts, about)
	case *syntax.BinaryCmd:
		before := len(b.calls)
		b.statement(cmd.X, about)
		if cmd.Op != syntax.Pipe && cmd.Op != syntax.PipeAll {
			b.statement(cmd.Y, nil)
			return
		}
		if len(b.calls) > before { // its answer goes into another program
			b.statement(cmd.Y, nil)
			return
		}
		b.statement(cmd.Y, about)
		if input, ok := b.printed(cmd.X); ok && len(b.calls) == before+1 {
			b.calls[before].input, b.calls[before].fed = input, true
		}
	case nil:
	default:
		before := len(b.calls)
		syntax.Walk(stmt.Cmd, func(n syntax.Node) bool {
			if s, ok := n.(*syntax.Stmt); ok {
				switch s.Cmd.(type) {
				case *syntax.CallExpr:
					b.statement(s, nil)
					return false
				}
			}
			return true
		})
		if len(b.calls) > before {
			b.notes.AddAt("", fmt.Sprintf("line %d", stmt.Pos().Line()), "its commands are taken once each: a collection has no loops and conditions")
		}
	}
}

func (b *bashReader) block(stmts []*syntax.Stmt, about []syntax.Comment) {
	for _, s := range stmts {
		before := len(b.calls)
		b.statement(s, about)
		if len(b.calls) > before {
			about = nil // they were about the first command
		}
	}
}

func (b *bashReader) call(stmt *syntax.Stmt, cmd *syntax.CallExpr, about []syntax.Comment) {
	line := int(cmd.Pos().Line())
	if len(cmd.Args) == 0 {
		for _, a := range cmd.Assigns {
			b.assign(a)
		}
		return
	}
	name := b.word(cmd.Args[0])
	if !isCurl(name) {
		for _, arg := range cmd.Args {
			b.inside(arg)
		}
		if !harmlessCommand(name) {
			b.notes.AddAt("", fmt.Sprintf("line %d", line), "left out, it is no command of curl: "+short(name))
		}
		return
	}
	c := call{line: line}
	for _, arg := range cmd.Args[1:] {
		if array := arrayOf(arg); array != "" {
			c.args = append(c.args, b.arrays[array]...)
			continue
		}
		c.args = append(c.args, b.word(arg))
	}
	for _, redirect := range stmt.Redirs {
		switch {
		case redirect.Hdoc != nil:
			c.input, c.fed = b.document(redirect), true
		case redirect.Op == syntax.WordHdoc:
			c.input, c.fed = b.word(redirect.Word)+"\n", true
		case redirect.Op == syntax.RdrIn:
			// curl reads a file by another name.
			for i, arg := range c.args {
				if arg == "@-" {
					c.args[i] = "@" + b.word(redirect.Word)
				}
			}
		}
	}
	c.describe(about)
	b.calls = append(b.calls, c)
}

// inside takes the commands of curl whose answers become part of a word.
func (b *bashReader) inside(word *syntax.Word) {
	syntax.Walk(word, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.CmdSubst); ok {
			before := len(b.calls)
			b.block(s.Stmts, nil)
			if len(b.calls) > before {
				b.notes.AddAt("", fmt.Sprintf("line %d", s.Pos().Line()), "what becomes of the answer is left out: write a script that keeps it")
			}
			return false
		}
		return true
	})
}

// harmlessCommand are commands that belong to a script around its requests.
func harmlessCommand(name string) bool {
	switch name {
	case "set", "trap", "echo", "printf", "exit", "return", "shift", "export", "local", "declare", "readonly", ":", "true", "rm", "mktemp", "sleep", "cd", "test", "[", "":
		return true
	}
	return false
}

// printed is the text that a statement prints.
func (b *bashReader) printed(stmt *syntax.Stmt) (string, bool) {
	cmd, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(cmd.Args) < 2 || len(stmt.Redirs) > 0 {
		return "", false
	}
	var words []string
	for _, arg := range cmd.Args {
		words = append(words, b.word(arg))
	}
	switch {
	case words[0] == "printf" && len(words) == 3 && words[1] == "%s":
		return words[2], true
	case words[0] == "printf" && len(words) == 3 && words[1] == `%s\n`, words[0] == "echo" && len(words) == 2 && !strings.HasPrefix(words[1], "-"):
		return words[len(words)-1] + "\n", true
	case words[0] == "echo" && len(words) == 3 && words[1] == "-n":
		return words[2], true
	}
	return "", false
}

func (b *bashReader) assign(a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	switch {
	case a.Array != nil:
		var list []string
		for _, e := range a.Array.Elems {
			if e.Value != nil {
				list = append(list, b.word(e.Value))
			}
		}
		if a.Append {
			list = append(b.arrays[name], list...)
		}
		b.arrays[name] = list
	case a.Value == nil:
	default:
		calls := len(b.calls)
		if b.inside(a.Value); len(b.calls) > calls || strings.HasPrefix(source(a.Value), "$(mktemp") {
			return
		}
		value := ""
		if fallback, ok := defaultOf(name, a.Value); !ok {
			value = b.word(a.Value)
		} else if fallback != nil {
			value = b.word(fallback)
		}
		if value == "{{"+name+"}}" {
			return
		}
		v := collection.Variable{Key: name, Value: value, Type: "string"}
		if i, ok := b.vars[name]; ok {
			b.notes.AddAt("", "variable "+name, "its value changes on the way: the last one is taken")
			b.draft.Variables[i] = v
			return
		}
		b.vars[name] = len(b.draft.Variables)
		b.draft.Variables = append(b.draft.Variables, v)
	}
}

// source is the text of a word that is nothing but a command's output, as far as it is known; else "".
func source(word *syntax.Word) string {
	if len(word.Parts) == 1 {
		if s, ok := word.Parts[0].(*syntax.CmdSubst); ok && len(s.Stmts) == 1 {
			if c, ok := s.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(c.Args) > 0 {
				return "$(" + c.Args[0].Lit()
			}
		}
	}
	return ""
}

// defaultOf gives what a variable is when the environment says nothing: ${name-this}; nil for an empty text.
func defaultOf(name string, word *syntax.Word) (fallback *syntax.Word, ok bool) {
	parts := word.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) != 1 {
		return nil, false
	}
	p, is := parts[0].(*syntax.ParamExp)
	if !is || p.Param == nil || p.Param.Value != name || p.Exp == nil || p.Index != nil {
		return nil, false
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return p.Exp.Word, true
	}
	return nil, false
}

// arrayOf is the name of an array that stands for several words: "${name[@]}".
func arrayOf(word *syntax.Word) string {
	parts := word.Parts
	if len(parts) == 1 {
		if q, ok := parts[0].(*syntax.DblQuoted); ok {
			parts = q.Parts
		}
	}
	if len(parts) == 1 {
		if p, ok := parts[0].(*syntax.ParamExp); ok && p.Param != nil && p.Index != nil {
			if index, ok := p.Index.(*syntax.Word); ok && (index.Lit() == "@" || index.Lit() == "*") {
				return p.Param.Value
			}
		}
	}
	return ""
}

// document is the text of a here-document.
func (b *bashReader) document(redirect *syntax.Redirect) string {
	if len(redirect.Hdoc.Parts) == 1 && (redirect.Word.Lit() == "" || strings.Contains(redirect.Word.Lit(), `\`)) {
		if l, ok := redirect.Hdoc.Parts[0].(*syntax.Lit); ok {
			return l.Value // its end is quoted, so nothing in it means anything
		}
	}
	b.arithmetic(redirect.Hdoc.Parts)
	return b.expanded(redirect.Hdoc, expand.Document)
}

// word gives the text of a word; variables become placeholders.
func (b *bashReader) word(word *syntax.Word) string {
	b.arithmetic(word.Parts)
	for i, part := range word.Parts {
		// Backslashes outside of quotes are left in by expand, and no "~" is to become a directory.
		if l, ok := part.(*syntax.Lit); ok {
			word.Parts[i] = &syntax.SglQuoted{Left: l.Pos(), Right: l.End(), Value: unescaped(l.Value)}
		}
	}
	return b.expanded(word, expand.Literal)
}

func unescaped(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			if i++; text[i] == '\n' {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// config is a new one each time: one must not be used within its own expansion.
func (b *bashReader) config() *expand.Config {
	return &expand.Config{Env: b, CmdSubst: b.substitute}
}

func (b *bashReader) expanded(word *syntax.Word, expand func(*expand.Config, *syntax.Word) (string, error)) string {
	text, err := expand(b.config(), word)
	if word.Pos().IsValid() && err != nil {
		b.notes.AddAt("", fmt.Sprintf("line %d", word.Pos().Line()), "a part of it cannot be told before the script runs: "+short(err.Error()))
	}
	if b.long == nil {
		return text
	}
	return longText.ReplaceAllStringFunc(text, func(m string) string {
		n := 0
		if _, err := fmt.Sscanf(m, "\x01%d\x01", &n); err != nil || n >= len(b.long) {
			return m
		}
		return b.long[n]
	})
}

// arithmetic puts placeholders into the place of $((...)).
func (b *bashReader) arithmetic(parts []syntax.WordPart) {
	for i, part := range parts {
		switch p := part.(type) {
		case *syntax.DblQuoted:
			b.arithmetic(p.Parts)
		case *syntax.ArithmExp:
			random := false
			syntax.Walk(p, func(n syntax.Node) bool {
				if l, ok := n.(*syntax.Lit); ok && l.Value == "RANDOM" {
					random = true
				}
				return true
			})
			name := "$randomInt"
			if !random {
				name = fmt.Sprintf("number of line %d", p.Pos().Line())
				b.notes.AddAt("", fmt.Sprintf("line %d", p.Pos().Line()), "its $((...)) becomes a variable without a value: "+name)
			}
			parts[i] = &syntax.Lit{ValuePos: p.Pos(), ValueEnd: p.End(), Value: "{{" + name + "}}"}
		case *syntax.ProcSubst:
			b.notes.AddAt("", fmt.Sprintf("line %d", p.Pos().Line()), "its <(...) is left out")
			parts[i] = &syntax.Lit{ValuePos: p.Pos(), ValueEnd: p.End()}
		}
	}
}

// substitute gives what stands for the output of a command.
func (b *bashReader) substitute(w io.Writer, s *syntax.CmdSubst) error {
	if len(s.Stmts) == 1 {
		if cmd, ok := s.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(cmd.Args) > 0 {
			var words []string
			for _, arg := range cmd.Args {
				words = append(words, b.word(arg))
			}
			switch name := words[0]; {
			case len(words) == 2 && (name == "in_path" || name == "in_query" || name == "in_form" || name == "in_json" || name == "in_quotes"):
				_, err := io.WriteString(w, words[1]) // of a script that was written here
				return err
			case len(words) == 1 && (name == "guid" || name == "uuidgen"):
				_, err := io.WriteString(w, "{{$guid}}")
				return err
			case name == "date" && words[len(words)-1] == "+%s":
				_, err := io.WriteString(w, "{{$timestamp}}")
				return err
			case name == "date" && strings.HasPrefix(words[len(words)-1], "+%Y-%m-%dT%H:%M:%S"):
				_, err := io.WriteString(w, "{{$isoTimestamp}}")
				return err
			}
		}
	}
	name := fmt.Sprintf("output of line %d", s.Pos().Line())
	b.notes.AddAt("", fmt.Sprintf("line %d", s.Pos().Line()), "its $(...) becomes a variable without a value: "+name)
	_, err := io.WriteString(w, "{{"+name+"}}")
	return err
}

// Get makes a placeholder of a variable.
func (b *bashReader) Get(name string) expand.Variable {
	switch name {
	case "IFS", "OPTIND", "":
		return expand.Variable{}
	case "RANDOM":
		return expand.Variable{Set: true, Kind: expand.String, Str: "{{$randomInt}}"}
	}
	if list, ok := b.arrays[name]; ok {
		return expand.Variable{Set: true, Kind: expand.Indexed, List: list}
	}
	return expand.Variable{Set: true, Kind: expand.String, Str: "{{" + name + "}}"}
}

// Each has nothing to visit: any name has a value.
func (b *bashReader) Each(func(name string, v expand.Variable) bool) {}

// title takes the comments at the beginning of a script for its request, when there is one, or the collection.
func (b *bashReader) title(header []syntax.Comment) {
	switch {
	case len(header) == 0:
	case len(b.calls) == 1 && b.calls[0].name == "":
		b.calls[0].describe(header)
	case len(b.calls) > 1:
		var c call
		c.describe(header)
		if about, _, usage := strings.Cut("\n"+c.about, "\nUsage: "); usage {
			c.about = strings.TrimSpace(about)
		}
		if c.name != "" {
			b.draft.Name, b.draft.Description = c.name, c.about
		}
	}
}

// describe takes the comments before a command: a title, a text, and scripts that were written as comments.
func (c *call) describe(comments []syntax.Comment) {
	var about []string
	scripts := map[string][]string{}
	event := ""
	for _, comment := range comments {
		line := strings.TrimPrefix(comment.Text, " ")
		switch name, ok := strings.CutPrefix(line, "Postman script "); {
		case strings.HasPrefix(comment.Text, "!") || strings.HasPrefix(line, "What the environment says") || strings.HasPrefix(line, "shellcheck "):
		case ok && strings.HasSuffix(name, ":"):
			if event = strings.TrimSuffix(name, ":"); len(scripts[event]) > 0 {
				scripts[event] = append(scripts[event], "")
			}
		case event != "" && strings.HasPrefix(line, "|"):
			scripts[event] = append(scripts[event], strings.TrimPrefix(strings.TrimPrefix(line, "|"), " "))
		case event != "" && line == "":
		default:
			about = append(about, line)
		}
	}
	if len(about) > 0 {
		c.name, c.about = strings.TrimSpace(about[0]), strings.TrimSpace(strings.Join(about[1:], "\n"))
	}
	for _, event := range []string{"prerequest", "test"} {
		if len(scripts[event]) > 0 {
			c.events = append(c.events, convert.DraftEvent{Listen: event, Script: convert.DraftScript{Type: "text/javascript", Exec: scripts[event]}})
		}
	}
}
