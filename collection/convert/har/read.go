package har

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	if in.IsDir() {
		return nil, &convert.Error{File: in.Path, Problem: "is a directory", Hint: "give the .har file"}
	}
	r := &reader{path: in.Path, data: bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf")), notes: notes, dropped: map[string]bool{}, secrets: map[string]bool{}}
	if !utf8.Valid(r.data) {
		return nil, r.fail(invalidAt(r.data), "", "is not text in UTF-8", "record it again, or save it as UTF-8")
	}
	r.dec = json.NewDecoder(bytes.NewReader(r.data))
	if err := r.archive(); err != nil {
		return nil, err
	}
	return r.collection()
}

func invalidAt(data []byte) int {
	for at := 0; at < len(data); {
		c, n := utf8.DecodeRune(data[at:])
		if c == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return len(data)
}

// reader reads one archive, an entry after the other.
type reader struct {
	path  string
	data  []byte
	dec   *json.Decoder
	notes *convert.Notes

	own     bool // written by pmrun
	comment string
	pages   []archivePage
	entries []*reading
	count   int // of entries in the file
	dropped map[string]bool
	secrets map[string]bool // what has values that look like secrets
	timed   bool
}

// reading is a request that was read. Its path is known when all are.
type reading struct {
	item       *convert.DraftItem
	page, host string
	notes      [][2]string
}

func (r *reading) note(field, became string) { r.notes = append(r.notes, [2]string{field, became}) }

// fail makes an error at an offset of the file; a negative one is not known.
func (r *reader) fail(offset int, place, problem, hint string) error {
	e := &convert.Error{File: r.path, Place: place, Problem: problem, Hint: hint}
	if offset >= 0 {
		before := r.data[:min(offset, len(r.data))]
		e.Line = bytes.Count(before, []byte("\n")) + 1
		e.Column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	}
	return e
}

const again = "record or export it again"

// broken says what is wrong with the JSON that the decoder met.
func (r *reader) broken(err error, start int, place string) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return r.fail(start, place, fmt.Sprintf("%s is not what it should be: it is of the type %s", cmp.Or(kind.Field, "it"), kind.Value), again)
	}
	// The decoder's own offsets count from where it is.
	var syntax *json.SyntaxError
	var ignored json.RawMessage
	if err := json.Unmarshal(r.data, &ignored); errors.As(err, &syntax) {
		at, problem := int(syntax.Offset)-1, "is not valid JSON: "+syntax.Error()
		if strings.Contains(problem, "unexpected end") {
			at, problem = len(r.data), "ends in the middle"
		}
		return r.fail(max(at, 0), place, problem, again)
	}
	return r.fail(start, place, "is not valid JSON: "+err.Error(), again)
}

func (r *reader) archive() error {
	found := false
	err := r.object("the file", func(name string) (bool, error) {
		if name != "log" {
			return false, nil
		}
		found = true
		return true, r.object("log", r.logMember)
	})
	if err != nil {
		return err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return r.fail(int(r.dec.InputOffset()), "", "something follows the archive", "there must be one JSON object in the file")
	}
	switch {
	case !found:
		return r.fail(-1, "", `is no HTTP archive: it has no "log"`, again)
	case r.count == 0:
		return r.fail(-1, "", "holds no requests", "record it again while the network panel is open")
	}
	return nil
}

// object reads an object's members; member says whether it has read the value.
func (r *reader) object(what string, member func(name string) (bool, error)) error {
	start := int(r.dec.InputOffset())
	t, err := r.dec.Token()
	if err != nil {
		return r.broken(err, start, "")
	}
	if t != json.Delim('{') {
		return r.fail(start, "", "is no HTTP archive: "+what+" is no object", again)
	}
	for r.dec.More() {
		name, err := r.dec.Token()
		if err != nil {
			return r.broken(err, int(r.dec.InputOffset()), "")
		}
		text, _ := name.(string) // names are texts
		done, err := member(text)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		var ignored json.RawMessage
		if err := r.decode(&ignored, text); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return r.broken(err, int(r.dec.InputOffset()), "")
	}
	return nil
}

func (r *reader) decode(value any, place string) error {
	start := int(r.dec.InputOffset())
	if err := r.dec.Decode(value); err != nil {
		return r.broken(err, start, place)
	}
	return nil
}

func (r *reader) logMember(name string) (bool, error) {
	switch name {
	case "creator":
		var c struct {
			Name text `json:"name"`
		}
		err := r.decode(&c, name)
		r.own = c.Name == creator
		return true, err
	case "comment":
		var c text
		err := r.decode(&c, name)
		r.comment = string(c)
		return true, err
	case "pages":
		return true, r.decode(&r.pages, name)
	case "entries":
		start := int(r.dec.InputOffset())
		t, err := r.dec.Token()
		if err != nil {
			return true, r.broken(err, start, "")
		}
		if t != json.Delim('[') {
			return true, r.fail(start, "entries", "is no list", again)
		}
		for r.dec.More() {
			r.count++
			place := fmt.Sprintf("entry %d", r.count)
			start := int(r.dec.InputOffset())
			var e archiveEntry
			if err := r.decode(&e, place); err != nil {
				return true, err
			}
			if err := r.entry(&e, place, start); err != nil {
				return true, err
			}
		}
		if _, err := r.dec.Token(); err != nil {
			return true, r.broken(err, int(r.dec.InputOffset()), "")
		}
		return true, nil
	}
	return false, nil
}

var otherScheme = regexp.MustCompile(`^(?i:(wss?|data|blob|about|file|ftp|javascript|chrome|chrome-[a-z]+|[a-z]+-extension|edge|resource|view-source):)`)

func (r *reader) entry(e *archiveEntry, place string, start int) error {
	q := e.Request
	if q == nil {
		return r.fail(start, place, "has no request", "take it out of the archive, or "+again)
	}
	method := strings.ToUpper(cmp.Or(strings.TrimSpace(string(q.Method)), "GET"))
	item := &convert.DraftItem{Request: &convert.DraftRequest{Method: method, Headers: []collection.Header{}}}
	x := &reading{item: item, page: string(e.Pageref)}
	item.Name = oneLine(string(e.Comment), maxName)
	if item.Name == "" || item.Name != string(e.Comment) {
		item.Request.Description = string(e.Comment)
		item.Name = method + " " + nameOf(string(q.URL))
	}
	if q.Comment != "" {
		item.Request.Description = string(q.Comment)
	}
	if m := otherScheme.FindStringSubmatch(string(q.URL)); m != nil || method == "CONNECT" {
		what := "it opens a tunnel of a proxy"
		if m != nil {
			what = "a URL of " + m[1] + " is none over HTTP"
		}
		r.notes.AddAt(item.Name, "request", "left out: "+what)
		return nil
	}
	if q.URL == "" {
		x.note("URL", "is empty")
	}
	r.url(x, q)
	r.headers(x, q)
	r.body(x, q)
	r.answer(x, e)
	if len(e.Messages) > 2 {
		x.note("messages of the WebSocket", "left out")
	}
	r.entries = append(r.entries, x)
	return nil
}

// maxName bounds the names that are made of URLs and comments, in bytes.
const maxName = 150

func oneLine(text string, limit int) string {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") {
		return ""
	}
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "..."
	}
	return text
}

// nameOf is the path of a URL.
func nameOf(target string) string {
	if i := strings.Index(target, "://"); i >= 0 {
		target = target[i+3:]
		if slash := strings.IndexAny(target, "/?#"); slash >= 0 {
			target = target[slash:]
		} else {
			target = "/"
		}
	}
	target, _, _ = strings.Cut(target, "?")
	target, _, _ = strings.Cut(target, "#")
	return oneLine(strings.Join(strings.Fields(target), " "), maxName)
}

func hostOf(target string) string {
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		return u.Host
	}
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// url takes the URL as it was sent. Segments that look like path variables are none.
func (r *reader) url(x *reading, q *archiveRequest) {
	raw := string(q.URL)
	x.host = hostOf(raw)
	if len(q.Query) > 0 && !strings.Contains(raw, "?") {
		list := make([]string, len(q.Query))
		for i, p := range q.Query {
			list[i] = url.QueryEscape(string(p.Name)) + "=" + url.QueryEscape(string(p.Value))
		}
		target, hash, hashed := strings.Cut(raw, "#")
		raw = target + "?" + strings.ReplaceAll(strings.Join(list, "&"), "+", "%20")
		if hashed {
			raw += "#" + hash
		}
	}
	for _, p := range q.Query {
		r.secret("query parameter", string(p.Name), string(p.Value))
	}
	x.item.Request.URL.Raw = raw
	if query := collection.QueryOf(raw); slices.ContainsFunc(q.Query, func(p archivePair) bool { return p.Comment != "" }) && len(query) == len(q.Query) {
		for i := range query {
			query[i].Description = string(q.Query[i].Comment)
		}
		x.item.Request.URL.Query = query
	}
	r.placeholders(x, "URL", raw)
	if !r.own {
		x.item.Request.URL.Variables = convert.LiteralSegments(raw)
	}
}

// secret remembers what has a value that looks like a secret.
func (r *reader) secret(what, name, value string) {
	if value != "" && collection.SoundsSecret(name) && !vars.HasPlaceholder(value) {
		r.secrets[what+" "+name] = true
	}
}

// placeholders notes text that a collection takes for placeholders.
func (r *reader) placeholders(x *reading, field, text string) {
	if r.own {
		return // it wrote them
	}
	for _, name := range vars.Placeholders(text) {
		x.note(field, "{{"+name+"}} was a text, and is a placeholder now")
	}
}

// madeAnew are the headers that belong to a connection or a browser: whoever sends a
// request makes them.
func madeAnew(name string) bool {
	switch name {
	case "accept-encoding", "connection", "content-length", "keep-alive", "priority", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests":
		return true
	}
	return strings.HasPrefix(name, "sec-")
}

func (r *reader) headers(x *reading, q *archiveRequest) {
	var crumbs []string
	length := ""
	for _, h := range q.Headers {
		name, value := string(h.Name), strings.TrimSpace(string(h.Value))
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(name, ":"): // of HTTP/2: method and URL say the same
		case madeAnew(lower) || lower == "host" && value == x.host:
			r.dropped[lower] = true
			if lower == "content-length" {
				length = value
			}
		case lower == "cookie":
			crumbs = append(crumbs, value)
			r.secret("header", "Cookie", value)
		default:
			r.secret("header", name, value)
			r.placeholders(x, "header "+name, value)
			x.item.Request.Headers = append(x.item.Request.Headers, collection.Header{Key: name, Value: value, Description: string(h.Comment)})
		}
	}
	if crumbs == nil {
		for _, c := range q.Cookies {
			crumbs = append(crumbs, string(c.Name)+"="+string(c.Value))
			r.secret("header", "Cookie", string(c.Value))
		}
	}
	if crumbs != nil {
		x.item.Request.Headers = append(x.item.Request.Headers, collection.Header{Key: "Cookie", Value: strings.Join(crumbs, "; ")})
		r.placeholders(x, "header Cookie", strings.Join(crumbs, "; "))
	}
	if b := q.PostData; length != "" && length != "0" && (b == nil || b.Text == "" && len(b.Params) == 0) {
		x.note("body", "is not in the archive, though one of "+length+" bytes was sent")
	}
}

// collection puts the requests into folders: those of the pages, or of the hosts.
func (r *reader) collection() (*collection.Collection, error) {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(r.path, "\\", "/")), path.Ext(r.path))
	draft := &convert.Draft{Name: cmp.Or(strings.Trim(name, "."), "requests"), Description: r.comment}
	if r.own {
		first, rest, _ := strings.Cut(r.comment, "\n")
		draft.Name, draft.Description = cmp.Or(first, draft.Name), strings.TrimPrefix(rest, "\n")
	}
	titles, comments := map[string]string{}, map[string]string{}
	for _, p := range r.pages {
		titles[string(p.ID)] = cmp.Or(oneLine(string(p.Title), maxName), string(p.ID))
		comments[string(p.ID)] = string(p.Comment)
	}
	paged := slices.ContainsFunc(r.entries, func(x *reading) bool { return x.page != "" })
	hosts := map[string]bool{}
	for _, x := range r.entries {
		hosts[x.host] = true
	}
	folders := map[string]*convert.DraftItem{}
	for _, x := range r.entries {
		key := x.page
		if !paged && len(hosts) > 1 && !r.own {
			key = x.host
		}
		place := x.item.Name
		if key == "" {
			draft.Items = append(draft.Items, x.item)
		} else {
			f := folders[key]
			if f == nil {
				f = &convert.DraftItem{Name: cmp.Or(titles[key], oneLine(key, maxName), "page"), Description: comments[key]}
				folders[key] = f
				draft.Items = append(draft.Items, f)
			}
			f.Items = append(f.Items, x.item)
			place = f.Name + "/" + place
		}
		for _, n := range x.notes {
			r.notes.AddAt(place, n[0], n[1])
		}
	}
	if list := keys(r.dropped); list != "" {
		r.notes.Add(nil, "headers "+list, "left out: whoever sends a request makes them")
	}
	if list := keys(r.secrets); list != "" {
		r.notes.Add(nil, list, "have values that look like secrets, and they stand in the collection: make them variables of type secret")
	}
	if r.timed {
		r.notes.Add(nil, "times and timings", "left out")
	}
	return draft.Collection(r.path)
}

func keys(set map[string]bool) string {
	list := make([]string, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
