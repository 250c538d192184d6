package httpfile

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
	"github.com/pmrun/pmrun/collection/request"
)

// baseBoundary parts multipart bodies. It is written out, as both clients want it.
const baseBoundary = "pmrun-boundary-7d1f4c0e"

type writer struct {
	o     convert.Options
	notes *convert.Notes
	names textform.Names
	// named are the values of "# @name" that were given, and the names of files; files are
	// those that bodies need.
	named unique
	id    string // that of the request which is written
	files []convert.File
	// boundary is that of the body which was written last.
	boundary string
}

// unique gives names out, none of them twice on systems without case too: by name, how often.
type unique map[string]int

func (u unique) give(name, sep string) string {
	made, lower := name, strings.ToLower(name)
	for u[strings.ToLower(made)] > 0 {
		u[lower]++
		made = fmt.Sprintf("%s%s%d", name, sep, u[lower])
	}
	u[strings.ToLower(made)]++
	return made
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{o: o, notes: notes, named: unique{}}
	w.names = textform.Names{Notes: notes, Dynamic: map[string]string{
		"$guid": "$uuid", "$randomUUID": "$uuid", "$timestamp": "$timestamp", "$randomInt": "$randomInt", "$isoTimestamp": "$isoTimestamp",
	}}
	variables, err := textform.Variables(o, notes)
	if err != nil {
		return nil, err
	}
	head := w.variables(variables)
	calls := convert.Calls(c, o, notes)
	if o.PerRequest {
		taken := map[string]bool{}
		for i := range calls {
			text := head + w.request(&calls[i])
			w.files = append(w.files, convert.File{Name: textform.Path(calls[i].Item, ".http", taken), Data: []byte(text)})
		}
	} else {
		var b strings.Builder
		b.WriteString(head)
		if d := c.Model.Info.Description.Content; d != "" {
			b.Reset()
			comment(&b, d)
			b.WriteString("\n" + head)
		}
		for i := range calls {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(w.request(&calls[i]))
		}
		w.files = append(w.files, convert.File{Name: "requests.http", Data: []byte(b.String())})
	}
	if o.Environment != nil {
		w.environment(variables)
	}
	var all bytes.Buffer
	for _, f := range w.files {
		all.Write(f.Data)
	}
	textform.Secrets(c, all.String(), notes)
	slices.SortFunc(w.files, func(a, b convert.File) int { return cmp.Compare(a.Name, b.Name) })
	return w.files, nil
}

// variables writes the lines of the variables that are in no environment file.
func (w *writer) variables(list []textform.Variable) string {
	var b strings.Builder
	for _, v := range list {
		if v.Environment && w.o.Environment != nil {
			continue
		}
		if strings.ContainsAny(v.Value, "\r\n") {
			w.notes.Add(nil, "variable "+v.Name, "left out: a value of several lines has no place in a .http file; put it into an environment")
			continue
		}
		if v.Value == "" {
			// httpyac takes such a line for a request.
			w.notes.Add(nil, "variable "+v.Name, "has no value, and is written as a comment: give it one")
			fmt.Fprintf(&b, "# @%s =\n", w.names.Name(v.Name))
			continue
		}
		if strings.TrimSpace(v.Value) != v.Value {
			w.notes.Add(nil, "variable "+v.Name, "the blanks around its value are left out")
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight("@"+w.names.Name(v.Name)+" = "+w.names.Text(nil, v.Value), " "))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// environment writes the two files in which JetBrains' client has environments.
func (w *writer) environment(list []textform.Variable) {
	name := cmp.Or(w.o.Environment.Name, "default")
	public, private := map[string]string{}, map[string]string{}
	for _, v := range list {
		switch {
		case !v.Environment:
		case v.Secret:
			private[w.names.Name(v.Name)] = v.Value
		default:
			public[w.names.Name(v.Name)] = w.names.Text(nil, v.Value)
		}
	}
	put := func(file string, values map[string]string) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		_ = enc.Encode(map[string]any{name: values}) // maps of strings have no error
		w.files = append(w.files, convert.File{Name: file, Data: b.Bytes()})
	}
	put("http-client.env.json", public)
	if len(private) > 0 {
		put("http-client.private.env.json", private)
	}
}

func (w *writer) request(c *convert.Call) string {
	textform.Losses(c.Item, w.notes, "followRedirects", "disableCookies", "headers")
	w.id = w.ident(c.Item)
	title := c.Item.Path()
	if w.o.PerRequest {
		title = c.Item.Name
	} else if c.Item.Parent != nil {
		w.notes.Add(c.Item, "folder", "is part of the request's title")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", strings.TrimRight("### "+oneLine(title), " "))
	comment(&b, c.Item.Request().Description)
	for _, event := range []string{"prerequest", "test"} {
		for _, s := range c.Item.EventScripts(event) {
			w.notes.Add(c.Item, "event "+event, "written as a comment")
			fmt.Fprintf(&b, "# %s%s:\n", scriptMark, event)
			for line := range strings.Lines(s.Source) {
				fmt.Fprintf(&b, "%s\n", strings.TrimRight("# | "+line, " \r\n"))
			}
		}
	}
	fmt.Fprintf(&b, "# @name %s\n", w.id)
	if f := c.Behavior.FollowRedirects; f != nil && !*f {
		b.WriteString("# @no-redirect\n")
	}
	if c.Behavior.DisableCookies {
		b.WriteString("# @no-cookie-jar\n")
	}
	body := w.body(c)
	method := cmp.Or(c.Method, "GET")
	if !methodWord.MatchString(method) {
		w.notes.Add(c.Item, "method", method+" became GET: a .http file has no place for it")
		method = "GET"
	}
	// An address that cannot be sent may hold anything.
	fmt.Fprintf(&b, "%s %s\n", method, cmp.Or(strings.Join(strings.Fields(w.names.Text(c.Item, c.URL)), "%20"), "http://"))
	for _, h := range c.Header {
		if strings.ContainsAny(h.Key+h.Value, "\r\n") {
			w.notes.Add(c.Item, "header "+h.Key, "left out: it holds a line break")
			continue
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(w.names.Text(c.Item, h.Key)+": "+w.names.Text(c.Item, h.Value), " "))
	}
	if c.Body != nil && c.Body.Mode == collection.ModeFormData {
		fmt.Fprintf(&b, "Content-Type: multipart/form-data; boundary=%s\n", w.boundary)
	}
	w.auth(&b, c)
	w.disabled(&b, c.Item)
	if body != "" {
		b.WriteString("\n" + body + "\n")
	}
	return b.String()
}

// disabled writes the headers that are switched off as comments, which are read again.
func (w *writer) disabled(b *strings.Builder, item *collection.Item) {
	for _, h := range item.Request().Headers {
		if !h.Disabled {
			continue
		}
		line := w.names.Text(item, h.Key) + ": " + w.names.Text(item, h.Value)
		if !headerName.MatchString(h.Key) || strings.ContainsAny(line, "\r\n") {
			w.notes.Add(item, "header "+h.Key, "left out: it is disabled")
			continue
		}
		w.notes.Add(item, "header "+h.Key, "written as a comment: it is disabled")
		fmt.Fprintf(b, "%s\n", strings.TrimRight("# "+line, " "))
	}
}

var (
	methodWord = regexp.MustCompile(`^[A-Z]+$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
)

// auth writes the header in which both clients have user and password.
func (w *writer) auth(b *strings.Builder, c *convert.Call) {
	a := c.Auth
	if a == nil {
		return
	}
	switch a.Type {
	case "basic", "digest":
		user, password := w.names.Text(c.Item, a.Get("username")), w.names.Text(c.Item, a.Get("password"))
		scheme := "Basic"
		if a.Type == "digest" {
			scheme = "Digest"
		}
		if strings.ContainsAny(user+password, "\r\n") {
			w.notes.Add(c.Item, "auth", "left out: its user or password has a line break")
			return
		}
		switch plain := !strings.ContainsAny(user+password, " :\t") && user != "" && password != ""; {
		case plain:
			fmt.Fprintf(b, "Authorization: %s %s %s\n", scheme, user, password)
		case a.Type == "digest":
			w.notes.Add(c.Item, "auth", "left out: a user or password that is empty or has a blank or colon has no place here")
		case textform.HasPlaceholder(user + password):
			fmt.Fprintf(b, "Authorization: Basic %s:%s\n", user, password)
		default:
			fmt.Fprintf(b, "Authorization: Basic %s\n", base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
		}
	case "awsv4":
		line := "Authorization: AWS " + a.Get("accessKey") + " " + a.Get("secretKey")
		for _, p := range [][2]string{{"sessionToken", "token"}, {"region", "region"}, {"service", "service"}} {
			if v := a.Get(p[0]); v != "" {
				line += " " + p[1] + ":" + v
			}
		}
		if strings.ContainsAny(a.Get("accessKey")+a.Get("secretKey")+a.Get("sessionToken")+a.Get("region")+a.Get("service"), " \t\r\n") || a.Get("accessKey") == "" || a.Get("secretKey") == "" {
			w.notes.Add(c.Item, "auth", "left out: a key that is empty or has a blank has no place here")
			return
		}
		fmt.Fprintf(b, "%s\n", w.names.Text(c.Item, line))
		w.notes.Add(c.Item, "auth", "awsv4 is written as VS Code's client knows it; JetBrains' does not")
	default:
		w.notes.Add(c.Item, "auth", a.Type+" is left out: neither client knows it")
	}
}

// body gives the body's text, "" without one. What a .http file would read as
// something else goes into a file of its own.
func (w *writer) body(c *convert.Call) string {
	switch {
	case c.Body == nil:
		return ""
	case c.Body.Mode == collection.ModeFile:
		return "< " + filePath(c.Body.File)
	case c.Body.Mode == collection.ModeFormData:
		return w.multipart(c)
	case c.Body.Text == "":
		return ""
	}
	return w.text(c, "", c.Body.Text)
}

// text gives a text that becomes part of a body, or a reference to a file with it. The
// clients write their own line ends in parts, so lines of a part are in a file too.
func (w *writer) text(c *convert.Call, part, text string) string {
	text = w.names.Text(c.Item, text)
	if !special.MatchString(text) && strings.TrimSpace(text) == text && !strings.Contains(text, "\r") && (part == "" || !strings.Contains(text, "\n")) {
		return text
	}
	name := "bodies/" + w.id
	if part != "" {
		name += "-" + slug(part)
	}
	name = w.named.give(name, "-") + ".txt"
	w.files = append(w.files, convert.File{Name: name, Data: []byte(text)})
	if textform.HasPlaceholder(text) {
		w.notes.Add(c.Item, "body", "is in the file "+name+", as a line of it would be read as something else; only VS Code's client fills in its placeholders")
		return "<@ ./" + name
	}
	return "< ./" + name
}

// special matches texts of which a client takes a line for something else than text.
var special = regexp.MustCompile(`(?m)^\s*(###|<|>|//|#|\?\?|@|\{\{\s*$|~~~)`)

func (w *writer) multipart(c *convert.Call) string {
	var b strings.Builder
	boundary := baseBoundary
	for _, p := range c.Body.Params {
		for n := 2; strings.Contains(p.Value, boundary); n++ {
			boundary = fmt.Sprintf("%s-%d", baseBoundary, n)
		}
	}
	w.boundary = boundary
	part := func(p collection.Param, file, contentType, content string) {
		fmt.Fprintf(&b, "--%s\nContent-Disposition: form-data; name=\"%s\"", boundary, quoted(w.names.Text(c.Item, p.Key)))
		if file != "" {
			fmt.Fprintf(&b, "; filename=\"%s\"", quoted(file))
		}
		if contentType != "" {
			fmt.Fprintf(&b, "\nContent-Type: %s", oneLine(contentType))
		}
		fmt.Fprintf(&b, "\n\n%s\n", content)
	}
	for _, p := range c.Body.Params {
		if p.Type != "file" {
			content := ""
			if p.Value != "" {
				content = w.text(c, p.Key, p.Value)
			}
			part(p, "", p.ContentType, content)
			continue
		}
		for _, src := range p.Src {
			part(p, cmp.Or(p.FileName, path.Base(strings.ReplaceAll(src, "\\", "/"))), cmp.Or(p.ContentType, request.MediaType(src)), "< "+filePath(src))
		}
	}
	if b.Len() == 0 {
		c.Body = nil
		return ""
	}
	fmt.Fprintf(&b, "--%s--", boundary)
	return b.String()
}

func quoted(name string) string {
	return strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A", "\\", "\\\\").Replace(name)
}

// filePath writes a path so that no client takes it for something else.
func filePath(p string) string {
	p = strings.ReplaceAll(oneLine(p), "\\", "/")
	if strings.HasPrefix(p, "/") || strings.HasPrefix(p, ".") || textform.HasPlaceholder(p) || len(p) > 1 && p[1] == ':' {
		return p
	}
	return "./" + p
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// ident gives a request a name of its own that other requests can refer to.
func (w *writer) ident(item *collection.Item) string {
	return w.named.give(slug(item.Name), "_")
}

var notSlug = regexp.MustCompile(`[^A-Za-z0-9]+`)

func slug(name string) string {
	name = strings.Trim(notSlug.ReplaceAllString(name, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = strings.TrimSuffix("r_"+name, "_")
	}
	return name
}

const scriptMark = "postman script "

// comment writes a text as comment. A line that would be read as a setting gets a mark.
func comment(b *strings.Builder, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimRight(line, " \r\t")
		if t := strings.TrimSpace(line); strings.HasPrefix(t, "@") || strings.HasPrefix(t, "\\") || strings.HasPrefix(line, scriptMark) {
			line = "\\" + line
		}
		fmt.Fprintf(b, "%s\n", strings.TrimRight("# "+line, " "))
	}
}
