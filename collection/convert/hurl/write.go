package hurl

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/request"
)

type writer struct {
	notes *convert.Notes
	names textform.Names
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{notes: notes}
	w.names = textform.Names{Notes: notes, Dynamic: map[string]string{"$guid": "newUuid", "$randomUUID": "newUuid", "$isoTimestamp": "newDate"}}
	variables, err := textform.Variables(o, notes)
	if err != nil {
		return nil, err
	}
	var options, file strings.Builder
	filler := convert.NewFiller(&o)
	for _, v := range variables {
		name := w.names.Name(v.Name)
		if filled := filler.Text(v.Value); filled != v.Value {
			notes.Add(nil, "variable "+v.Name, "the values of other variables in it are filled in, which hurl does not do")
			v.Value = filled
		}
		switch {
		case v.Secret && v.Value == "":
			notes.Add(nil, "variable "+v.Name, "is to be given with hurl --secret "+name+"=VALUE")
			continue
		case textform.HasPlaceholder(v.Value):
			notes.Add(nil, "variable "+v.Name, "has a placeholder without a value in its own, which hurl does not fill in")
		}
		switch {
		case o.Environment == nil:
			fmt.Fprintf(&options, "variable: %s=\"%s\"\n", name, escape(v.Value, "\"\\{"))
		case strings.ContainsAny(v.Value, "\r\n"):
			notes.Add(nil, "variable "+v.Name, "left out: a variables file has no values of several lines")
		default:
			fmt.Fprintf(&file, "%s=%s\n", name, fileValue(v.Value))
		}
	}
	var b strings.Builder
	comment(&b, c.Model.Info.Description.Content)
	calls := convert.Calls(c, o, notes)
	for i := range calls {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		w.entry(&b, &calls[i], options.String())
		options.Reset() // variables stay for the entries that follow
	}
	textform.Secrets(c, b.String(), notes)
	files := []convert.File{{Name: "requests.hurl", Data: []byte(b.String())}}
	if o.Environment != nil {
		files = append(files, convert.File{Name: "variables.env", Data: []byte(file.String())})
	}
	return files, nil
}

var plainValue = regexp.MustCompile(`^[A-Za-z/_]\S*(?: +\S+)*$`)

// fileValue writes a value of a variables file. Numbers and the like stand between
// quotes, as hurl would write them in its own way: 007 as 7.
func fileValue(text string) string {
	switch strings.ToLower(text) {
	case "", "true", "false", "null", "inf", "infinity", "nan":
		return `"` + text + `"`
	}
	if plainValue.MatchString(text) {
		return text
	}
	return `"` + text + `"`
}

// comment writes a text as comment. A line that would be read as something else gets a
// mark.
func comment(b *strings.Builder, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		for _, mark := range []string{titleMark, scriptMark, `\`} {
			if strings.HasPrefix(line, mark) {
				line = `\` + line
				break
			}
		}
		fmt.Fprintf(b, "%s\n", strings.TrimRight("# "+line, " \t\r"))
	}
}

// titleMark begins the comment with a request's name, scriptMark that with a script of
// Postman's.
const (
	titleMark  = "Request: "
	scriptMark = "Postman script "
)

var methodName = regexp.MustCompile(`^[A-Z]+$`)

func (w *writer) entry(b *strings.Builder, c *convert.Call, variables string) {
	textform.Losses(c.Item, w.notes, "followRedirects", "strictSSL", "maxRedirects")
	fmt.Fprintf(b, "# %s%s\n", titleMark, strings.Join(strings.Fields(c.Item.Path()), " "))
	if c.Item.Parent != nil {
		w.notes.Add(c.Item, "folder", "is part of the request's title")
	}
	comment(b, c.Item.Request().Description)
	tests := w.scripts(b, c.Item)
	defer func() { asserts(b, tests) }()
	text := func(s string) string { return w.names.Text(c.Item, s) }
	method := cmp.Or(c.Method, "GET")
	if !methodName.MatchString(method) {
		w.notes.Add(c.Item, "method", method+" became GET: hurl has methods of capital letters only")
		method = "GET"
	}
	// An address that cannot be sent may hold anything.
	address := cmp.Or(strings.ReplaceAll(strings.Join(strings.Fields(text(c.URL)), "%20"), "#", "%23"), "http://")
	fmt.Fprintf(b, "%s %s\n", method, address)
	form := w.form(c)
	for _, h := range c.Header {
		if form != "" && strings.EqualFold(h.Key, "Content-Type") && h.Value == "application/x-www-form-urlencoded" {
			continue // hurl says so itself
		}
		fmt.Fprintf(b, "%s\n", strings.TrimRight(key(text(h.Key))+": "+value(text(h.Value)), " "))
	}
	auth, authOptions := w.auth(c)
	b.WriteString(auth)
	b.WriteString("[Options]\n")
	b.WriteString(variables + authOptions)
	if f := c.Behavior.FollowRedirects; f == nil || *f {
		b.WriteString("location: true\n") // as Postman does
	} else {
		b.WriteString("location: false\n")
	}
	if n := c.Behavior.MaxRedirects; n != nil {
		fmt.Fprintf(b, "max-redirs: %d\n", *n)
	}
	if s := c.Behavior.StrictSSL; s != nil && !*s {
		b.WriteString("insecure: true\n")
	}
	if c.Body == nil {
		return
	}
	switch c.Body.Mode {
	case collection.ModeFile:
		w.outside(c, c.Body.File)
		fmt.Fprintf(b, "file,%s;\n", fileName(text(c.Body.File)))
	case collection.ModeFormData:
		w.multipart(b, c)
	default:
		if form != "" {
			b.WriteString(form)
		} else if c.Body.Text != "" {
			b.WriteString(body(text(c.Body.Text)) + "\n")
		}
	}
}

var plainText = regexp.MustCompile(`^(?:[A-Za-z0-9._~-]|\{\{[^{}]+\}\})*$`)

// form writes the fields of an urlencoded body, when there is only one way to encode
// them; "" otherwise.
func (w *writer) form(c *convert.Call) string {
	if c.Body == nil || c.Body.Mode != collection.ModeURLEncoded || len(c.Body.Params) == 0 {
		return ""
	}
	text := "[Form]\n"
	for _, p := range c.Body.Params {
		if !plainText.MatchString(p.Key+p.Value) || p.Key == "" {
			return ""
		}
		text += strings.TrimRight(key(w.names.Text(c.Item, p.Key))+": "+value(w.names.Text(c.Item, p.Value)), " ") + "\n"
	}
	return text
}

func (w *writer) multipart(b *strings.Builder, c *convert.Call) {
	if len(c.Body.Params) == 0 {
		return
	}
	b.WriteString("[Multipart]\n")
	for _, p := range c.Body.Params {
		name := key(w.names.Text(c.Item, p.Key))
		if p.Type != "file" {
			if p.ContentType != "" {
				w.notes.Add(c.Item, "field "+p.Key, "its content type is left out: hurl has one for files alone")
			}
			fmt.Fprintf(b, "%s\n", strings.TrimRight(name+": "+value(w.names.Text(c.Item, p.Value)), " "))
			continue
		}
		for _, src := range p.Src {
			if p.FileName != "" && p.FileName != path.Base(src) {
				w.notes.Add(c.Item, "field "+p.Key, "the name of its file is left out: hurl sends that of the path")
			}
			w.outside(c, src)
			fmt.Fprintf(b, "%s: file,%s; %s\n", name, fileName(w.names.Text(c.Item, src)), cmp.Or(p.ContentType, request.MediaType(src)))
		}
	}
}

// outside notes a file that hurl does not read by itself.
func (w *writer) outside(c *convert.Call, file string) {
	file = strings.ReplaceAll(file, `\`, "/")
	if path.IsAbs(file) || strings.HasPrefix(path.Clean(file), "../") || len(file) > 1 && file[1] == ':' {
		w.notes.Add(c.Item, "file "+file, "is outside of the directory: hurl reads it with --file-root")
	}
}

// auth gives what says the auth before the options and among them.
func (w *writer) auth(c *convert.Call) (section, options string) {
	a := c.Auth
	if a == nil {
		return "", ""
	}
	text := func(name string) string { return w.names.Text(c.Item, a.Get(name)) }
	switch a.Type {
	case "basic":
		user, password := text("username"), text("password")
		if user == "" || strings.Contains(user, ":") {
			if textform.HasPlaceholder(user + password) {
				w.notes.Add(c.Item, "auth", "left out: hurl has no basic auth without a user")
				return "", ""
			}
			return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)) + "\n", ""
		}
		return "[BasicAuth]\n" + strings.TrimRight(key(user)+": "+value(password), " ") + "\n", ""
	case "digest":
		if strings.Contains(text("username"), ":") {
			w.notes.Add(c.Item, "auth", "left out: a user with a colon has no place there")
			return "", ""
		}
		return "", "user: " + value(text("username")+":"+text("password")) + "\ndigest: true\n"
	case "awsv4":
		if a.Get("sessionToken") != "" {
			w.notes.Add(c.Item, "auth sessionToken", "left out")
		}
		scope := "aws:amz"
		if r := text("region"); r != "" {
			scope += ":" + r
			if s := text("service"); s != "" {
				scope += ":" + s
			}
		}
		return "", "aws-sigv4: " + value(scope) + "\nuser: " + value(text("accessKey")+":"+text("secretKey")) + "\n"
	}
	w.notes.Add(c.Item, "auth", a.Type+" is left out: hurl does not know it")
	return "", ""
}

// escape writes a text with backslashes before the ASCII characters of set; controls
// become escapes too. Placeholders stay, unless "{" is in set; two brackets that are none
// do not.
func escape(text, set string) string {
	var b strings.Builder
	after := 0 // the end of the placeholder in which i is
	for i, r := range text {
		if i >= after && strings.HasPrefix(text[i:], "{{") {
			if m := placeholder.FindStringIndex(text[i:]); m != nil && m[0] == 0 {
				after = i + m[1]
			}
		}
		switch {
		case r == '{' && i >= after && strings.HasPrefix(text[i:], "{{"):
			b.WriteString(`\u{7b}`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f, r == '{' && strings.ContainsRune(set, '{'):
			fmt.Fprintf(&b, `\u{%x}`, r)
		case r == ' ' && (i == 0 || i == len(text)-1) && !strings.ContainsRune(set, '`') && !strings.ContainsRune(set, '"'):
			b.WriteString(`\u{20}`) // blanks around a value would be lost
		case r < 0x80 && strings.ContainsRune(set, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var (
	placeholder = regexp.MustCompile(`^\{\{[^{}]+\}\}`)

	inKey  = regexp.MustCompile(`\{\{[^{}]+\}\}|[A-Za-z0-9_.\[\]@$-]+|(?s:.)`)
	isWord = regexp.MustCompile(`^(?:\{\{[^{}]+\}\}|[\p{L}\p{N}_.\[\]@$-]+)$`)
)

// key writes a name, in which few characters stand for themselves.
func key(text string) string {
	return inKey.ReplaceAllStringFunc(text, func(m string) string {
		if isWord.MatchString(m) {
			return m
		}
		out := ""
		for _, r := range m {
			out += fmt.Sprintf(`\u{%x}`, r)
		}
		return out
	})
}

// value writes a value, which ends with the line or at a comment.
func value(text string) string { return escape(text, `\#`) }

// fileName writes a path, in which more characters than in a value have a meaning.
func fileName(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if m := placeholder.FindString(text[i:]); m != "" {
			b.WriteString(m)
			i += len(m)
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(`\#;:{} `, r):
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}

var holders = regexp.MustCompile(`\{\{[^{}]+\}\}`)

// body writes a body so that exactly its bytes are sent.
func body(text string) string {
	if (text[0] == '{' || text[0] == '[') && strings.TrimSpace(text) == text && !strings.ContainsAny(text, "\\\r") && !strings.HasPrefix(text, "{{") && !strings.Contains(text, "{{{") && !sectionLine.MatchString(text) {
		// JSON without escapes is sent as it stands.
		if filled := holders.ReplaceAllString(text, "1"); !strings.Contains(filled, "{{") && json.Valid([]byte(filled)) {
			return text
		}
	}
	return "`" + escape(text, "`\\#") + "`"
}
