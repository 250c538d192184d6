package golang

import (
	"cmp"
	"embed"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/program"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// lib has the parts of a program that are the same for all, a file each. One called
// after a function is written when that function is called.
//
//go:embed lib
var lib embed.FS

// dynamic are Postman's variables that a program makes anew for each request, and the functions that do.
func dynamic() map[string]string {
	return map[string]string{"$guid": "guid", "$randomUUID": "guid", "$timestamp": "timestamp", "$isoTimestamp": "isoTimestamp", "$randomInt": "randomInt"}
}

type writer struct {
	notes     *convert.Notes
	variables *program.Variables
	fields    map[string]string // of the variables, by their names
	dynamic   map[string]string
	// where is what stands before the field of a variable.
	where string
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{notes: notes, dynamic: dynamic()}
	calls := convert.Calls(c, o, notes)
	for i := range calls {
		textform.Losses(calls[i].Item, notes, "followRedirects", "strictSSL", "maxRedirects", "followAuthorizationHeader",
			"removeRefererHeaderOnRedirect", "disableCookies", "disabledSystemHeaders")
		w.checkAuth(&calls[i])
	}
	var err error
	w.variables, err = program.NewVariables(o, calls, program.Ident, slices.Collect(maps.Keys(w.dynamic)), []string{"h", "help", "k", "answers", "timeout"}, notes)
	if err != nil {
		return nil, err
	}
	w.nameFields()
	names := program.Names(calls, lowerCamel, "do", "vars", "answers", "timeout", "strict", "insecure", "jar")
	var b strings.Builder
	b.WriteString("// requests are sent in this order.\nvar requests = []request{\n")
	for i := range calls {
		fmt.Fprintf(&b, "\t{%s, (*program).%s},\n", quote(calls[i].Item.Path()), names[i])
	}
	b.WriteString("}\n\n")
	w.declare(&b)
	for i := range calls {
		w.request(&b, &calls[i], names[i])
	}
	text, err := withLibrary(b.String())
	if err != nil {
		return nil, err
	}
	var head strings.Builder
	fmt.Fprintf(&head, "// Command main sends the requests of %s.\n//\n", oneLine(cmp.Or(c.Model.Info.Name, "a collection")))
	head.WriteString("// go run main.go [flags] [request ...] sends those that are named, or all; -h shows the flags.\n")
	head.WriteString("// Secrets come from the environment alone.\n")
	head.WriteString("package main\n\n")
	program.Comment(&head, "", "//", c.Model.Info.Description.Content)
	if c.Model.Info.Description.Content != "" {
		head.WriteString("\n")
	}
	out, err := format.Source([]byte(strings.Replace(head.String(), "package main\n\n", "package main\n\n"+imports(text), 1) + text))
	if err != nil {
		return nil, fmt.Errorf("the program is no Go, which is a bug: %w", err)
	}
	textform.Secrets(c, string(out), notes)
	return []convert.File{{Name: "main.go", Data: out}}, nil
}

// checkAuth leaves out an auth that the program does not know.
func (w *writer) checkAuth(c *convert.Call) {
	if c.Auth == nil || slices.Contains([]string{"basic", "digest"}, c.Auth.Type) {
		return
	}
	became := c.Auth.Type + " is left out: the program does not know it"
	if c.Auth.Type == "oauth2" {
		became = "left out: oauth2 has no token yet, and the program gets none"
	}
	w.notes.Add(c.Item, "auth", became)
	c.Auth = nil
}

// nameFields names the fields of the program's variables.
func (w *writer) nameFields() {
	w.fields = map[string]string{}
	used := map[string]bool{"flags": true, "fill": true}
	for _, v := range w.variables.List {
		field := lowerCamel(v.Ident)
		for i := 2; used[field]; i++ {
			field = lowerCamel(v.Ident) + strconv.Itoa(i)
		}
		used[field] = true
		w.fields[v.Name] = field
	}
}

// declare writes the type of the variables.
func (w *writer) declare(b *strings.Builder) {
	w.where = "v."
	b.WriteString("// variables are what the requests need.\ntype variables struct {\n")
	for _, v := range w.variables.List {
		fmt.Fprintf(b, "\t%s string", w.fields[v.Name])
		if v.Secret {
			b.WriteString(" // a secret")
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n\n// flags gives the variables their values: a flag counts most, then the environment, then what stands here.\n")
	b.WriteString("func (v *variables) flags(f *flag.FlagSet) {\n")
	var fill strings.Builder
	for _, v := range w.variables.List {
		field, value := w.fields[v.Name], `""`
		switch {
		case !slices.ContainsFunc(v.Value, func(p program.Piece) bool { return p.Var != "" }):
			value = w.join(v.Value)
		default:
			fmt.Fprintf(&fill, "\tif v.%s == \"\" {\n\t\tv.%s = %s\n\t}\n", field, field, w.join(v.Value))
		}
		if v.Secret {
			fmt.Fprintf(b, "\tv.%s = env(%q, %s)\n", field, v.Ident, value)
		} else {
			fmt.Fprintf(b, "\tf.StringVar(&v.%s, %q, env(%q, %s), %s)\n", field, v.Ident, v.Ident, value, quote("variable `"+oneLine(strings.ReplaceAll(v.Name, "`", ""))+"`"))
		}
	}
	b.WriteString("}\n\n// fill gives those their values that are made of others.\nfunc (v *variables) fill() {")
	if fill.Len() > 0 {
		b.WriteString("\n" + fill.String())
	}
	b.WriteString("}\n\n")
}

func (w *writer) request(b *strings.Builder, c *convert.Call, name string) {
	w.where = "p.vars."
	fmt.Fprintf(b, "// %s is the request %s.\nfunc (p *program) %s() error {\n", name, oneLine(c.Item.Path()), name)
	program.Comment(b, "\t", "//", c.Item.Request().Description)
	var scripts strings.Builder
	program.Scripts(&scripts, "\t//", c.Item, w.notes)
	text := scripts.String()
	if c.Item.Request().Description == "" {
		text = strings.TrimPrefix(text, "\t//\n")
	}
	b.WriteString(text)
	for _, v := range w.variables.Required(c) {
		fmt.Fprintf(b, "\tif err := need(%q, p.vars.%s); err != nil {\n\t\treturn err\n\t}\n", v.Ident, w.fields[v.Name])
	}
	method, url := w.text(cmp.Or(c.Method, "GET"), program.Plain), w.join(program.URL(c))
	if program.StrangePath(c) {
		fmt.Fprintf(b, "\taddress := %s\n", url)
		url = "origin(address)"
	}
	w.make(b, c, method, url)
	b.WriteString("\tif err != nil {\n\t\treturn err\n\t}\n")
	if program.StrangePath(c) {
		b.WriteString("\texact(req, address)\n")
	}
	for _, h := range c.Header {
		switch {
		case !program.Header(c, h):
			w.notes.Add(c.Item, "header "+h.Key, "left out: the body decides it")
		case strings.EqualFold(h.Key, "Host"):
			fmt.Fprintf(b, "\treq.Host = %s\n", w.text(h.Value, program.Plain))
		default:
			fmt.Fprintf(b, "\treq.Header.Add(%s, %s)\n", w.text(h.Key, program.Plain), w.text(h.Value, program.Plain))
		}
	}
	if _, has := c.HeaderValue("User-Agent"); !has && c.Behavior.DisabledSystemHeaders["user-agent"] {
		b.WriteString("\treq.Header.Set(\"User-Agent\", \"\") // none\n")
	}
	var auth string
	if a := c.Auth; a != nil {
		user, password := w.text(a.Get("username"), program.Plain), w.text(a.Get("password"), program.Plain)
		if a.Type == "basic" {
			fmt.Fprintf(b, "\treq.SetBasicAuth(%s, %s)\n", user, password)
		} else {
			auth = fmt.Sprintf("digest(%s, %s)", user, password)
		}
	}
	fmt.Fprintf(b, "\treturn p.do(%s, req, %s)\n}\n\n", quote(c.Item.Path()), w.settings(c, auth))
}

// make writes how the request with its body is made.
func (w *writer) make(b *strings.Builder, c *convert.Call, method, url string) {
	switch {
	case !program.HasBody(c):
		fmt.Fprintf(b, "\treq, err := http.NewRequest(%s, %s, nil)\n", method, url)
	case c.Body.Mode == collection.ModeFile:
		fmt.Fprintf(b, "\treq, err := stream{{file: %s}}.request(%s, %s)\n", w.text(c.Body.File, program.Plain), method, url)
	case c.Body.Mode == collection.ModeFormData:
		b.WriteString("\tform := newForm()\n")
		for _, p := range program.Parts(c) {
			name, media := w.text(p.Name, program.Plain), w.text(p.Media, program.Plain)
			if p.File == "" {
				fmt.Fprintf(b, "\tform.text(%s, %s, %s)\n", name, media, w.text(p.Value, program.Plain))
			} else {
				fmt.Fprintf(b, "\tform.file(%s, %s, %s, %s)\n", name, w.text(p.File, program.Plain), w.text(p.FileName, program.Plain), media)
			}
		}
		fmt.Fprintf(b, "\treq, err := form.request(%s, %s)\n", method, url)
	default:
		fmt.Fprintf(b, "\tbody := %s\n\treq, err := http.NewRequest(%s, %s, strings.NewReader(body))\n", w.join(program.Body(c)), method, url)
	}
}

const mostRedirects = 10 // Postman's

func (w *writer) settings(c *convert.Call, auth string) string {
	behavior := c.Behavior
	var list []string
	say := func(text string, on bool) {
		if on {
			list = append(list, text)
		}
	}
	say("insecure: true", behavior.StrictSSL != nil && !*behavior.StrictSSL)
	say("noCookies: true", behavior.DisableCookies)
	if behavior.FollowRedirects != nil && !*behavior.FollowRedirects {
		say("noRedirects: true", true)
	} else {
		most := mostRedirects
		if behavior.MaxRedirects != nil {
			most = *behavior.MaxRedirects
		}
		say(fmt.Sprintf("mostRedirects: %d", most), true)
		say("noReferer: true", behavior.RemoveReferer)
		say("keepAuthorization: true", behavior.FollowAuthorization)
		if behavior.FollowOriginalMethod {
			w.notes.Add(c.Item, "protocolProfileBehavior followOriginalHttpMethod", "left out: a redirect becomes a GET")
		}
	}
	say("through: "+auth, auth != "")
	return "settings{" + strings.Join(list, ", ") + "}"
}

// text writes the expression for a text.
func (w *writer) text(text string, enc program.Encoding) string {
	return w.join(program.Split(text, enc))
}

// join writes the expression for pieces of a text.
func (w *writer) join(pieces []program.Piece) string {
	if len(pieces) == 0 {
		return `""`
	}
	var list []string
	for _, p := range pieces {
		if p.Var == "" {
			list = append(list, quote(p.Text))
			continue
		}
		value := ""
		if v := w.variables.Find(p.Var); v != nil {
			value = w.where + w.fields[p.Var]
		} else {
			value = w.dynamic[p.Var] + "()"
		}
		switch p.Enc {
		case program.InPath:
			value = "inPath(" + value + ")"
		case program.InQuery:
			value = "inQuery(" + value + ")"
		case program.InForm:
			value = "inForm(" + value + ")"
		case program.InJSON:
			value = "inJSON(" + value + ")"
		}
		list = append(list, value)
	}
	return strings.Join(list, " + ")
}

// quote writes a text of several lines as it stands where that can be.
func quote(text string) string {
	plain := utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r == '`' || r == '\ufeff' || r != '\n' && r != '\t' && !unicode.IsPrint(r)
	})
	if plain && strings.Count(text, "\n") > 0 && strings.ContainsFunc(text, func(r rune) bool { return r != '\n' }) || plain && strings.Contains(text, `"`) && !strings.Contains(text, "\n") {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

// withLibrary adds the parts of lib that a program calls.
func withLibrary(text string) (string, error) {
	main, err := lib.ReadFile("lib/main.go.txt")
	if err != nil {
		return "", err
	}
	text += string(main)
	has := map[string]bool{"main": true}
	files, err := lib.ReadDir("lib")
	if err != nil {
		return "", err
	}
	for changed := true; changed; {
		changed = false
		called := calls(text)
		for _, f := range files {
			name, _, _ := strings.Cut(f.Name(), ".")
			if has[name] || !called[name] && !(name == "form" && called["newForm"]) {
				continue
			}
			part, err := lib.ReadFile(path.Join("lib", f.Name()))
			if err != nil {
				return "", err
			}
			has[name], changed = true, true
			text += "\n" + string(part)
		}
	}
	return text, nil
}

// calls gives the functions that a program calls, and the types that it uses.
func calls(text string) map[string]bool {
	used := map[string]bool{}
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok {
			used[id.Name] = true
		}
	}
	walk(text, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			add(n.Fun)
		case *ast.CompositeLit:
			add(n.Type)
		case *ast.Field:
			add(n.Type)
		}
	})
	return used
}

func walk(text string, visit func(ast.Node)) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+text, parser.SkipObjectResolution)
	if err != nil {
		return // found out when it is formatted
	}
	ast.Inspect(file, func(n ast.Node) bool {
		visit(n)
		return true
	})
}

// imports writes the import declaration that a program needs.
func imports(text string) string {
	used := map[string]bool{}
	walk(text, func(n ast.Node) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
	})
	var b strings.Builder
	b.WriteString("import (\n")
	for _, p := range []string{
		"crypto/md5", "crypto/rand", "crypto/sha256", "crypto/tls", "encoding/binary", "encoding/json", "flag", "fmt", "io", "net/http", "net/http/cookiejar",
		"net/url", "os", "regexp", "slices", "strconv", "strings", "time",
	} {
		if used[path.Base(p)] {
			fmt.Fprintf(&b, "\t%q\n", p)
		}
	}
	return b.String() + ")\n\n"
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
}

// lowerCamel makes a name as Go's are.
func lowerCamel(name string) string {
	words := program.Words(name)
	if len(words) == 0 {
		return "request"
	}
	for i, word := range words {
		switch {
		case i > 0:
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		case strings.ToUpper(word) == word:
			words[i] = strings.ToLower(word)
		default:
			words[i] = strings.ToLower(word[:1]) + word[1:]
		}
	}
	ident := strings.Join(words, "")
	if ident[0] >= '0' && ident[0] <= '9' {
		ident = "x" + ident
	}
	if token.IsKeyword(ident) {
		ident += "Request"
	}
	return ident
}
