package har

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

const httpVersion = "HTTP/1.1"

// start is when the first request was sent, for a reader that sorts by time; every other
// one follows a millisecond later.
var start = time.Unix(0, 0).UTC()

const stamp = "2006-01-02T15:04:05.000Z"

type writer struct {
	notes *convert.Notes
	fill  *convert.Filler
	pages []*page
	made  map[*collection.Item]string
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{notes: notes, fill: convert.NewFiller(&o), made: map[*collection.Item]string{}}
	o.Fill = w.fill
	l := &log{Version: "1.2", Creator: &program{Name: creator, Version: version}, Entries: []*entry{}}
	l.Comment = oneLine(strings.Join(strings.Fields(c.Name), " "), maxName)
	if d := c.Model.Info.Description.Content; d != "" {
		l.Comment += "\n\n" + d
	}
	calls := convert.Calls(c, o, notes)
	for i := range calls {
		l.Entries = append(l.Entries, w.entry(&calls[i], start.Add(time.Duration(i)*time.Millisecond).Format(stamp)))
	}
	l.Pages = w.pages
	for f := range c.All() {
		switch _, made := w.made[f]; {
		case made || !f.IsFolder() || o.Item != nil:
		case len(f.Items) == 0:
			notes.Add(f, "folder", "left out: it has no requests")
		case f.Model.Description != "":
			notes.Add(f, "folder", "its description is left out: it has no requests of its own")
		}
	}
	if len(c.Variables()) > 0 {
		notes.Add(nil, "variables", "are filled in where they are used: an archive has none of its own")
	}
	for _, name := range w.fill.Left {
		notes.Add(nil, "variable "+name, "has no value that may be written: {{"+name+"}} stays where it stands")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(struct {
		Log *log `json:"log"`
	}{l}); err != nil {
		return nil, fmt.Errorf("har: %w", err)
	}
	textform.Secrets(c, b.String(), notes)
	return []convert.File{{Name: "requests.har", Data: b.Bytes()}}, nil
}

// folder gives the page that stands for a folder.
func (w *writer) folder(f *collection.Item, at string) string {
	if f == nil {
		return ""
	}
	if id, ok := w.made[f]; ok {
		return id
	}
	id := fmt.Sprintf("page_%d", len(w.pages)+1)
	w.made[f] = id
	title := f.Path()
	if f.Parent != nil {
		w.notes.Add(f, "folder", "is a page whose title is the path: pages have no others in them")
	}
	w.pages = append(w.pages, &page{StartedDateTime: at, ID: id, Title: title, Comment: f.Model.Description})
	return id
}

func (w *writer) entry(c *convert.Call, at string) *entry {
	textform.Parts(c.Item, w.notes, true)
	textform.Behaviors(c.Item, w.notes)
	for _, event := range []string{"prerequest", "test"} {
		if len(c.Item.EventScripts(event)) > 0 {
			w.notes.Add(c.Item, "event "+event, "left out: an archive has no scripts")
		}
	}
	w.auth(c)
	r := &sent{
		Method: c.Method, URL: c.URL, HTTPVersion: httpVersion, Cookies: []*cookie{}, Headers: []*pair{},
		QueryString: queryOf(c), HeadersSize: -1, Comment: c.Item.Request().Description,
	}
	for _, h := range c.Header {
		r.Headers = append(r.Headers, &pair{Name: h.Key, Value: h.Value, Comment: h.Description})
		if !strings.EqualFold(h.Key, "Cookie") {
			continue
		}
		cookies, err := http.ParseCookie(h.Value)
		if err != nil {
			w.notes.Add(c.Item, "header Cookie", "is no list of cookies, and stays a header")
		}
		for _, one := range cookies {
			r.Cookies = append(r.Cookies, &cookie{Name: one.Name, Value: one.Value})
		}
	}
	w.body(c, r)
	got, took := w.answer(c)
	return &entry{
		Pageref: w.folder(c.Item.Parent, at), StartedDateTime: at, Time: took, Request: r, Response: got,
		Timings: timings{Wait: took}, Comment: c.Item.Name,
	}
}

// auth writes what can be a header.
func (w *writer) auth(c *convert.Call) {
	a := c.Auth
	switch {
	case a == nil:
	case a.Type != "basic":
		w.notes.Add(c.Item, "auth", a.Type+" is left out: it is made anew for each request")
	case textform.HasPlaceholder(a.Get("username") + a.Get("password")):
		w.notes.Add(c.Item, "auth", "basic is left out: its user or password is a placeholder, which cannot be encoded")
	default:
		both := base64.StdEncoding.EncodeToString([]byte(a.Get("username") + ":" + a.Get("password")))
		c.Header = append(c.Header, collection.Header{Key: "Authorization", Value: "Basic " + both})
		w.notes.Add(c.Item, "auth", "basic: user and password stand in the header Authorization, where anyone can read them")
	}
}

// queryOf lists the parameters of a URL, decoded.
func queryOf(c *convert.Call) []*pair {
	list := []*pair{}
	about := slices.DeleteFunc(c.Item.Request().URL.Query, func(q collection.QueryParam) bool { return q.Disabled })
	for i, q := range collection.QueryOf(c.URL) {
		p := &pair{Name: decoded(q.Key), Value: decoded(q.Value)}
		if i < len(about) { // an auth adds its own behind them
			p.Comment = about[i].Description
		}
		list = append(list, p)
	}
	return list
}

func decoded(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil && strings.ToValidUTF8(plain, "") == plain {
		return plain
	}
	return text
}

func (w *writer) body(c *convert.Call, r *sent) {
	b := c.Body
	if b == nil {
		return
	}
	kind, _ := c.HeaderValue("Content-Type")
	d := &posted{MimeType: kind, Params: []*param{}, Text: b.Text}
	r.PostData, r.BodySize = d, int64(len(b.Text))
	if textform.HasPlaceholder(b.Text) {
		r.BodySize = -1
	}
	switch b.Mode {
	case collection.ModeURLEncoded:
		for _, p := range b.Params {
			d.Params = append(d.Params, &param{Name: p.Key, Value: p.Value, Comment: p.Description})
		}
	case collection.ModeFormData:
		d.MimeType, r.BodySize = "multipart/form-data", -1
		if kind == "" {
			r.Headers = append(r.Headers, &pair{Name: "Content-Type", Value: d.MimeType})
		}
		for _, p := range b.Params {
			if p.Type != "file" {
				d.Params = append(d.Params, &param{Name: p.Key, Value: p.Value, ContentType: p.ContentType, Comment: p.Description})
				continue
			}
			if p.FileName != "" {
				w.notes.Add(c.Item, "field "+p.Key, "its file is sent with its own name, not as "+p.FileName)
			}
			for _, src := range p.Src {
				d.Params = append(d.Params, &param{Name: p.Key, FileName: src, ContentType: p.ContentType, Comment: p.Description})
			}
		}
	case collection.ModeFile:
		d.Comment, r.BodySize = filePrefix+b.File, -1
		w.notes.Add(c.Item, "body", "is the file "+b.File+", which a comment names: an archive has the text of a body alone")
	}
}

// answer gives the first saved answer; without one, what browsers write when there was none.
func (w *writer) answer(c *convert.Call) (*answer, float64) {
	a := &answer{
		HTTPVersion: httpVersion, Cookies: []*cookie{}, Headers: []*pair{},
		Content: content{MimeType: "x-unknown"}, HeadersSize: -1, BodySize: -1,
	}
	saved := c.Item.Raw.Get("response").Array()
	saved = slices.DeleteFunc(saved, func(r gjson.Result) bool { return !r.IsObject() })
	if len(saved) == 0 {
		return a, 0
	}
	if n := len(saved) - 1; n > 0 {
		w.notes.Add(c.Item, "saved answers", fmt.Sprintf("all but the first are left out (%d): a request of an archive has one", n))
	}
	s := saved[0]
	a.Status, a.StatusText, a.Comment = s.Get("code").Int(), s.Get("status").String(), s.Get("name").String()
	for _, h := range s.Get("header").Array() {
		name, value := h.Get("key").String(), h.Get("value").String()
		a.Headers = append(a.Headers, &pair{Name: name, Value: value})
		switch strings.ToLower(name) {
		case "content-type":
			a.Content.MimeType = value
		case "location":
			a.RedirectURL = value
		case "set-cookie":
			if one, err := http.ParseSetCookie(value); err == nil {
				a.Cookies = append(a.Cookies, cookieOf(one))
			}
		}
	}
	body := s.Get("body").String()
	a.Content.Text, a.Content.Size, a.BodySize = body, int64(len(body)), int64(len(body))
	return a, max(s.Get("responseTime").Float(), 0)
}

func cookieOf(c *http.Cookie) *cookie {
	made := &cookie{Name: c.Name, Value: c.Value, Path: c.Path, Domain: c.Domain, HTTPOnly: c.HttpOnly, Secure: c.Secure}
	if !c.Expires.IsZero() {
		made.Expires = c.Expires.UTC().Format(stamp)
	}
	return made
}
