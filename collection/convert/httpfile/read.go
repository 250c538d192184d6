package httpfile

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path))
	draft := &convert.Draft{Name: cmp.Or(strings.Trim(name, "."), "requests")}
	if !in.IsDir() {
		f := &file{path: in.Path, notes: notes, draft: draft, beside: os.DirFS(filepath.Dir(in.Path))}
		items, err := f.read(in.Data)
		if err != nil {
			return nil, err
		}
		draft.Items = items
		return f.finish()
	}
	names := list(in.Dir, maxFiles)
	if len(names) == 0 {
		return nil, &convert.Error{File: in.Path, Problem: "has no .http or .rest files"}
	}
	if len(names) == maxFiles {
		return nil, &convert.Error{File: in.Path, Problem: "has too many .http files", Hint: "convert the directories in it one by one"}
	}
	f := &file{path: in.Path, notes: notes, draft: draft}
	folders := map[string]*convert.DraftItem{}
	for _, name := range names {
		data, err := fs.ReadFile(in.Dir, name)
		if err != nil {
			return nil, err
		}
		f.path = path.Join(in.Path, name)
		if f.beside, err = fs.Sub(in.Dir, path.Dir(name)); err != nil {
			return nil, err
		}
		items, err := f.read(data)
		if err != nil {
			return nil, err
		}
		base := strings.TrimSuffix(path.Base(name), path.Ext(name))
		target := folder(draft, folders, path.Dir(name))
		if len(items) != 1 {
			// The file is a folder too.
			target(&convert.DraftItem{Name: base, Items: items})
			continue
		}
		if items[0].Name == "" {
			items[0].Name = base
		}
		target(items[0])
	}
	f.environments(in)
	f.path = in.Path
	return f.finish()
}

// folder finds or makes the folder for a directory and gives what puts an item there.
func folder(d *convert.Draft, made map[string]*convert.DraftItem, dir string) func(*convert.DraftItem) {
	if dir == "." {
		return func(i *convert.DraftItem) { d.Items = append(d.Items, i) }
	}
	f := made[dir]
	if f == nil {
		f = &convert.DraftItem{Name: path.Base(dir)}
		made[dir] = f
		folder(d, made, path.Dir(dir))(f)
	}
	return func(i *convert.DraftItem) { f.Items = append(f.Items, i) }
}

// environments reads the environments beside the files. A collection holds one set of
// variables: that of the only environment.
func (f *file) environments(in *convert.Input) {
	data, err := fs.ReadFile(in.Dir, "http-client.env.json")
	if err != nil {
		return
	}
	var all map[string]map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		f.notes.Add(nil, "http-client.env.json", "left out: it cannot be read: "+err.Error())
		return
	}
	shared := all["$shared"]
	delete(all, "$shared")
	if len(all) > 1 {
		f.notes.Add(nil, "http-client.env.json", "left out: it has several environments, and a collection holds one set of variables")
		all = nil
	}
	values := map[string]any{}
	for k, v := range shared {
		values[k] = v
	}
	for _, env := range all {
		for k, v := range env {
			values[k] = v
		}
	}
	names := make([]string, 0, len(values))
	for k := range values {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		text, ok := values[k].(string)
		if !ok {
			if raw, err := json.Marshal(values[k]); err == nil {
				text = string(raw)
			}
		}
		f.variable(k, text)
	}
	if _, err := fs.Stat(in.Dir, "http-client.private.env.json"); err == nil {
		f.notes.Add(nil, "http-client.private.env.json", "is not read: give its values as an environment")
	}
}

// file reads one file after the other into a draft.
type file struct {
	path  string
	notes *convert.Notes
	draft *convert.Draft
	// beside is the directory of the file. Texts of forms may be in files there.
	beside fs.FS
	lines  []string
	at     int // index of the line that is read
	// refs are values that a request takes out of the answer of another: by the request's
	// "# @name", the placeholders.
	refs  map[string][]string
	known map[string]bool // the placeholders in refs
	named map[string]*convert.DraftItem
	// variables are the places of variables in the draft.
	variables map[string]int
}

func (f *file) fail(line int, problem, hint string) error {
	return &convert.Error{File: f.path, Line: line + 1, Problem: problem, Hint: hint}
}

// maxLine bounds a line, in bytes, so that no message or item grows out of hand.
const maxLine = 64 << 20

func (f *file) read(data []byte) ([]*convert.DraftItem, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if i := invalid(text); i >= 0 {
		return nil, f.fail(strings.Count(text[:i], "\n"), "is not text in UTF-8", "save it as UTF-8")
	}
	f.lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	f.at = 0
	var items []*convert.DraftItem
	for f.at < len(f.lines) {
		if len(f.lines[f.at]) > maxLine {
			return nil, f.fail(f.at, "the line is too long", "")
		}
		title := ""
		if rest, ok := strings.CutPrefix(f.lines[f.at], "###"); ok {
			title = strings.TrimSpace(strings.TrimLeft(rest, "#"))
			f.at++
		}
		item, err := f.block(title)
		if err != nil {
			return nil, err
		}
		if item != nil {
			items = append(items, item)
		}
	}
	return items, nil
}

func invalid(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

func (f *file) finish() (*collection.Collection, error) {
	f.references()
	return f.draft.Collection(f.path)
}

func (f *file) variable(name, value string) {
	if i, ok := f.variables[name]; ok {
		if was := f.draft.Variables[i].Value; was != value && was != "" {
			f.notes.Add(nil, "variable "+name, "has several values, of which the last one counts")
		}
		f.draft.Variables[i].Value = value
		return
	}
	if f.variables == nil {
		f.variables = map[string]int{}
	}
	f.variables[name] = len(f.draft.Variables)
	v := collection.Variable{Key: name, Value: value}
	if collection.SoundsSecret(name) {
		v.Type = "secret"
	}
	f.draft.Variables = append(f.draft.Variables, v)
}

// reading is a request that is being read.
type reading struct {
	item     *convert.DraftItem
	name     string // of "# @name"
	comments []string
	scripts  map[string][]string // what was in comments as Postman's own script
	script   string              // the event whose script comes in comments
	settings []string
	version  string
}

var (
	variableLine  = regexp.MustCompile(`^\s*@([^\s=]+)\s*=\s*(.*?)\s*$`)
	versionAtEnd  = regexp.MustCompile(`\s+HTTP/([\d.]+)$`)
	emptyVariable = regexp.MustCompile(`^@([^\s=]+)\s*=$`)
	settingLine   = regexp.MustCompile(`^@([\w-]+)(?:[ \t]+(.*))?$`)
	requestLine   = regexp.MustCompile(`^\s*([A-Za-z]+)[ \t]+(\S.*?)(?:[ \t]+HTTP/([\d.]+))?\s*$`)
	headerLine    = regexp.MustCompile(`^\s*([!#$%&'*+.^_|~0-9A-Za-z{}<>$ -]+?)\s*:(.*)$`)
	methodName    = regexp.MustCompile(`^(GET|HEAD|POST|PUT|DELETE|CONNECT|PATCH|OPTIONS|TRACE|LIST|LINK|UNLINK|PURGE|LOCK|UNLOCK|PROPFIND|PROPPATCH|COPY|MOVE|MKCOL|MKCALENDAR|ACL|SEARCH|REPORT|VIEW|GRAPHQL)$`)
	otherKinds    = regexp.MustCompile(`^(WEBSOCKET|WS|WSS|GRPC|RSOCKET|SSE|EVENTSOURCE|MQTT|AMQP|STOMP)$`)
)

// block reads up to the next separator: at most one request. A block without one has
// variables and comments only.
func (f *file) block(title string) (*convert.DraftItem, error) {
	r := &reading{item: &convert.DraftItem{Name: title}, scripts: map[string][]string{}}
	for f.at < len(f.lines) && !f.separator() {
		line := f.lines[f.at]
		trimmed := strings.TrimSpace(line)
		switch comment, isComment := cutComment(trimmed); {
		case trimmed == "":
			r.script = ""
			f.at++
		case isComment:
			f.at++
			f.comment(r, comment)
		case trimmed[0] == '@':
			m := variableLine.FindStringSubmatch(line)
			if m == nil {
				return nil, f.fail(f.at, "the line is no variable", "write it as @name = value")
			}
			f.variable(m[1], f.placeholders(m[2], ""))
			f.at++
		case strings.HasPrefix(trimmed, "< {%") || strings.HasPrefix(trimmed, "{{") && (trimmed == "{{" || strings.HasPrefix(trimmed, "{{@")):
			closing := "%}"
			if trimmed[0] == '{' {
				closing = "}}"
			}
			f.foreignScript(r, "prerequest", closing)
		case strings.HasPrefix(trimmed, "< "):
			f.notes.AddAt(title, "script "+strings.TrimSpace(trimmed[2:]), "left out: it is in a file of its own")
			f.at++
		case strings.HasPrefix(trimmed, "import ") || strings.HasPrefix(trimmed, "run "):
			f.notes.AddAt(title, trimmed, "left out")
			f.at++
		default:
			return f.request(r)
		}
	}
	if len(r.comments) > 0 && len(f.draft.Items) == 0 && f.draft.Description == "" {
		f.draft.Description = strings.TrimSpace(strings.Join(r.comments, "\n"))
	}
	return nil, nil
}

func (f *file) separator() bool { return strings.HasPrefix(f.lines[f.at], "###") }

func cutComment(line string) (string, bool) {
	if strings.HasPrefix(line, "//") {
		return strings.TrimPrefix(line[2:], " "), true
	}
	if strings.HasPrefix(line, "#") {
		return strings.TrimPrefix(line[1:], " "), true
	}
	return "", false
}

// comment takes a comment before a request: a setting, a script that Postman had, or
// its description.
func (f *file) comment(r *reading, text string) {
	if event, ok := strings.CutPrefix(text, scriptMark); ok {
		if event = strings.TrimSuffix(event, ":"); event == "prerequest" || event == "test" {
			r.script = event
			return
		}
	}
	if line, ok := strings.CutPrefix(text, "|"); ok && r.script != "" {
		r.scripts[r.script] = append(r.scripts[r.script], strings.TrimPrefix(line, " "))
		return
	}
	r.script = ""
	if m := emptyVariable.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		f.variable(m[1], "")
		return
	}
	m := settingLine.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		r.comments = append(r.comments, strings.TrimPrefix(text, "\\"))
		return
	}
	switch value := strings.TrimSpace(m[2]); m[1] {
	case "name":
		r.name = strings.TrimPrefix(value, "= ")
	case "no-redirect":
		f.behave(r, "followRedirects", false)
	case "no-cookie-jar":
		f.behave(r, "disableCookies", true)
	case "no-reject-unauthorized":
		f.behave(r, "strictSSL", false)
	case "prompt":
		name, _, _ := strings.Cut(value, " ")
		f.notes.AddAt(r.item.Name, "prompt "+name, "is a variable without a value: give it one")
		f.variable(name, "")
	case "no-log", "use-os-credentials", "no-auto-encoding", "note":
		r.settings = append(r.settings, m[1])
	default:
		f.notes.AddAt(cmp.Or(r.item.Name, r.name), "@"+m[1], "left out")
	}
}

func (f *file) behave(r *reading, key string, value bool) {
	if r.item.Behavior == nil {
		r.item.Behavior = map[string]any{}
	}
	r.item.Behavior[key] = value
}

// foreignScript carries a script of another kind as comments of one of Postman's.
func (f *file) foreignScript(r *reading, event, closing string) {
	start := f.at
	for ; f.at < len(f.lines) && !f.separator(); f.at++ {
		line := f.lines[f.at]
		r.scripts[event] = append(r.scripts[event], "// "+line)
		if i := strings.LastIndex(line, closing); i >= 0 && (f.at > start || i > 2) {
			f.at++
			break
		}
	}
	f.notes.AddAt(r.item.Name, "script", "written as a comment of the "+event+" script")
}

func (f *file) request(r *reading) (*convert.DraftItem, error) {
	line := f.lines[f.at]
	start := f.at
	f.at++
	req := &convert.DraftRequest{Method: "GET", Headers: []collection.Header{}}
	r.item.Request = req
	target := strings.TrimSpace(line)
	if m := requestLine.FindStringSubmatch(line); m != nil {
		method := strings.ToUpper(m[1])
		if otherKinds.MatchString(method) {
			return nil, f.fail(start, "a "+method+" request is none over HTTP", "take it out of the file")
		}
		if !methodName.MatchString(method) && !looksLikeURL(m[2]) {
			return nil, f.fail(start, "the line is no request: "+short(target), "write it as METHOD URL, or begin a comment with #")
		}
		req.Method, target, r.version = method, m[2], m[3]
	} else if !looksLikeURL(target) {
		return nil, f.fail(start, "the line is no request: "+short(target), "write it as METHOD URL, or begin a comment with #")
	}
	var below strings.Builder // the URL may go on below
	for f.at < len(f.lines) && !f.separator() {
		next := f.lines[f.at]
		trimmed := strings.TrimSpace(next)
		indented := next != "" && (next[0] == ' ' || next[0] == '\t')
		if trimmed == "" || !(strings.HasPrefix(trimmed, "?") || strings.HasPrefix(trimmed, "&") || indented && (trimmed[0] == '/' && !strings.HasPrefix(trimmed, "//") || trimmed[0] == '{' || !headerLine.MatchString(next)) && trimmed[0] != '#' && !strings.HasPrefix(trimmed, "//")) {
			break
		}
		if m := versionAtEnd.FindStringSubmatchIndex(trimmed); m != nil {
			r.version, trimmed = trimmed[m[2]:m[3]], trimmed[:m[0]]
		}
		below.WriteString(trimmed)
		f.at++
	}
	target += below.String()
	if r.item.Name == "" {
		r.item.Name = cmp.Or(r.name, req.Method+" "+short(target))
	}
	if err := f.headers(r); err != nil {
		return nil, err
	}
	if strings.HasPrefix(target, "/") {
		for i, h := range req.Headers {
			if strings.EqualFold(h.Key, "Host") {
				target = "http://" + h.Value + target
				req.Headers = slices.Delete(req.Headers, i, i+1)
				break
			}
		}
	}
	req.URL.Raw = f.placeholders(target, r.item.Name)
	f.auth(r)
	f.body(r)
	if r.version == "2" || r.version == "2.0" {
		f.notes.AddAt(r.item.Name, "HTTP/2", "left out: the connection decides it")
	}
	for _, s := range r.settings {
		f.notes.AddAt(r.item.Name, "@"+s, "left out")
	}
	req.Description = strings.TrimSpace(strings.Join(r.comments, "\n"))
	for _, event := range []string{"prerequest", "test"} {
		if lines := r.scripts[event]; len(lines) > 0 {
			r.item.Events = append(r.item.Events, convert.DraftEvent{Listen: event, Script: convert.DraftScript{Type: "text/javascript", Exec: lines}})
		}
	}
	if r.name != "" {
		if f.named == nil {
			f.named = map[string]*convert.DraftItem{}
		}
		f.named[r.name] = r.item
	}
	return r.item, nil
}

func short(text string) string {
	if len(text) <= 120 {
		return text
	}
	return strings.ToValidUTF8(text[:120], "") + "..."
}

var urlStart = regexp.MustCompile(`^(?i:[a-z][a-z0-9+.-]*://|\{\{|/|localhost|\*$|[a-z0-9-]+(\.[a-z0-9-]+)+([:/?]|$)|[a-z0-9.-]+:\d)`)

func looksLikeURL(text string) bool { return urlStart.MatchString(text) }

func (f *file) headers(r *reading) error {
	req := r.item.Request
	for ; f.at < len(f.lines) && !f.separator(); f.at++ {
		line := f.lines[f.at]
		trimmed := strings.TrimSpace(line)
		if trimmed == "" {
			break
		}
		if comment, ok := cutComment(trimmed); ok {
			if s := settingLine.FindStringSubmatch(strings.TrimSpace(comment)); s != nil {
				f.comment(r, comment)
			} else if m := headerLine.FindStringSubmatch(comment); m != nil && !strings.Contains(m[1], " ") {
				req.Headers = append(req.Headers, collection.Header{Key: m[1], Value: f.placeholders(strings.TrimSpace(m[2]), r.item.Name), Disabled: true})
			} else {
				r.comments = append(r.comments, comment)
			}
			continue
		}
		if strings.HasPrefix(trimmed, "> ") || strings.HasPrefix(trimmed, "<> ") || strings.HasPrefix(trimmed, ">>") {
			break // nothing but an answer's script follows
		}
		m := headerLine.FindStringSubmatch(line)
		if m == nil {
			return f.fail(f.at, "the line is no header: "+short(trimmed), "write it as Name: value; an empty line comes before the body")
		}
		req.Headers = append(req.Headers, collection.Header{Key: f.placeholders(m[1], r.item.Name), Value: f.placeholders(strings.TrimSpace(m[2]), r.item.Name)})
	}
	return nil
}
