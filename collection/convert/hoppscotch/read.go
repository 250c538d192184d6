package hoppscotch

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/vars"
)

type reader struct {
	path   string
	notes  *convert.Notes
	draft  *convert.Draft
	values map[string]string // of the draft's variables
	// wanted are the variables of requests, in their order; they are those of the
	// collection where that is the same.
	wanted []wanted
}

type wanted struct {
	place, name, value string
	item               *convert.DraftItem
}

const exportIt = "export the collection from Hoppscotch again"

// newest is the version of collections whose members are known.
const newest = 13

// maxDepth is how deep folders may stand in each other.
const maxDepth = 190

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	if in.IsDir() {
		return nil, &convert.Error{File: in.Path, Problem: "is a directory", Hint: "give the file of a collection"}
	}
	root, err := convert.ParseJSON(in)
	if err != nil {
		return nil, err
	}
	r := &reader{path: in.Path, notes: notes, draft: &convert.Draft{}, values: map[string]string{}}
	list := []gjson.Result{root}
	if root.IsArray() {
		list = root.Array()
	}
	if len(list) == 0 {
		return nil, r.fail("", "holds no collection", exportIt)
	}
	for i, v := range list {
		place := ""
		if root.IsArray() {
			place = fmt.Sprintf("[%d]", i)
		}
		switch {
		case isEnvironment(v):
			return nil, r.fail(place, "is an environment of Hoppscotch, not a collection", "export the collection")
		case !isCollection(v):
			return nil, r.fail(place, "is no collection of Hoppscotch: it has no lists of folders and requests", exportIt)
		}
		if version := v.Get("v"); version.Int() > newest {
			r.notes.Add(nil, "version "+convert.TextOf(version), fmt.Sprintf("is newer than %d, the newest that is known: compare the result", newest))
		}
	}
	if len(list) == 1 {
		err = r.only(list[0])
	} else {
		err = r.several(list)
	}
	if err != nil {
		return nil, err
	}
	if r.draft.Name == "" {
		r.draft.Name = cmp.Or(strings.Trim(strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path)), "."), "requests")
	}
	r.requestVariables()
	return r.draft.Collection(in.Path)
}

func (r *reader) fail(place, problem, hint string) error {
	return &convert.Error{File: r.path, Place: place, Problem: problem, Hint: hint}
}

func (r *reader) only(v gjson.Result) error {
	r.draft.Name, r.draft.Description = convert.TextOf(v.Get("name")), convert.TextOf(v.Get("description"))
	r.draft.Auth, r.draft.Events = r.auth(v.Get("auth"), ""), r.scripts(v, "")
	r.variables(v.Get("variables"), "")
	headers := r.inherited(v, nil, "")
	var err error
	r.draft.Items, err = r.items(v, headers, "", 1)
	return err
}

// several makes a folder of each collection.
func (r *reader) several(list []gjson.Result) error {
	for _, v := range list {
		item, err := r.folder(v, nil, "", 1)
		if err != nil {
			return err
		}
		r.draft.Items = append(r.draft.Items, item)
	}
	return nil
}

// inherited gives the headers of the folders around, and those of the folder itself.
func (r *reader) inherited(v gjson.Result, headers []collection.Header, place string) []collection.Header {
	own := v.Get("headers").Array()
	if len(own) == 0 {
		return headers
	}
	r.notes.AddAt(place, "headers", "are written to each request in it: Postman's folders have none")
	headers = slices.Clone(headers)
	for _, h := range own {
		made := r.header(h, place)
		// What stands nearer to the request counts more.
		headers = slices.DeleteFunc(headers, func(other collection.Header) bool { return strings.EqualFold(other.Key, made.Key) && !made.Disabled })
		headers = append(headers, made)
	}
	return headers
}

func (r *reader) folder(v gjson.Result, headers []collection.Header, place string, depth int) (*convert.DraftItem, error) {
	item := &convert.DraftItem{Name: convert.TextOf(v.Get("name")), Description: convert.TextOf(v.Get("description")), Items: []*convert.DraftItem{}}
	at := join(place, item.Name)
	item.Auth, item.Events = r.auth(v.Get("auth"), at), r.scripts(v, at)
	if len(v.Get("variables").Array()) > 0 {
		r.notes.AddAt(at, "variables", "are those of the collection: Postman's folders have none")
		r.variables(v.Get("variables"), at)
	}
	items, err := r.items(v, r.inherited(v, headers, at), at, depth+1)
	item.Items = append(item.Items, items...)
	return item, err
}

func join(place, name string) string {
	if place == "" {
		return name
	}
	return place + "/" + name
}

// items reads the folders of one, and then its requests, as Hoppscotch shows them.
func (r *reader) items(v gjson.Result, headers []collection.Header, place string, depth int) ([]*convert.DraftItem, error) {
	if depth > maxDepth {
		return nil, r.fail(place, fmt.Sprintf("folders are nested more than %d levels deep", maxDepth), "move them up")
	}
	var items []*convert.DraftItem
	for i, f := range v.Get("folders").Array() {
		if !f.IsObject() {
			return nil, r.fail(join(place, fmt.Sprintf("folders[%d]", i)), "is no folder", exportIt)
		}
		item, err := r.folder(f, headers, place, depth)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	for i, q := range v.Get("requests").Array() {
		if !q.IsObject() {
			return nil, r.fail(join(place, fmt.Sprintf("requests[%d]", i)), "is no request", exportIt)
		}
		items = append(items, r.request(q, headers, place))
	}
	return items, nil
}

// variables adds the variables of a collection or folder.
func (r *reader) variables(list gjson.Result, place string) {
	for _, v := range list.Array() {
		name, value := convert.TextOf(v.Get("key")), convert.TextOf(v.Get("currentValue"))
		value = r.text(place, cmp.Or(value, convert.TextOf(v.Get("initialValue")), convert.TextOf(v.Get("value"))))
		if name == "" {
			continue
		}
		if known, ok := r.values[name]; ok {
			if known != value {
				r.notes.AddAt(place, "variable "+name, "left out: there is another one of that name")
			}
			continue
		}
		r.add(name, value, isOn(v.Get("secret")))
	}
}

func (r *reader) add(name, value string, secret bool) {
	r.values[name] = value
	made := collection.Variable{Key: name, Value: value}
	if secret || collection.SoundsSecret(name) {
		made.Type = "secret"
	}
	r.draft.Variables = append(r.draft.Variables, made)
}

// requestVariables makes variables of the collection out of those of requests. Where a
// name has several values, a script sets each before its request.
func (r *reader) requestVariables() {
	several := map[string]bool{}
	first := map[string]string{}
	for _, w := range r.wanted {
		value, known := first[w.name]
		if !known {
			value, known = r.values[w.name]
		}
		if known && value != w.value {
			several[w.name] = true
		}
		first[w.name] = w.value
	}
	for _, w := range r.wanted {
		if !several[w.name] {
			r.notes.AddAt(w.place, "request variable "+w.name, "is one of the collection")
			if _, known := r.values[w.name]; !known {
				r.add(w.name, w.value, false)
			}
			continue
		}
		r.notes.AddAt(w.place, "request variable "+w.name, "is set by a script before the request: others have other values")
		line := "pm.variables.set(" + quoted(w.name) + ", " + quoted(w.value) + ");"
		events := &w.item.Events
		i := slices.IndexFunc(*events, func(e convert.DraftEvent) bool { return e.Listen == "prerequest" })
		if i < 0 {
			*events = append([]convert.DraftEvent{event("prerequest", nil)}, *events...)
			i = 0
		}
		(*events)[i].Script.Exec = append([]string{line}, (*events)[i].Script.Exec...)
	}
}

func event(listen string, lines []string) convert.DraftEvent {
	return convert.DraftEvent{Listen: listen, Script: convert.DraftScript{Type: "text/javascript", Exec: lines}}
}

var (
	angled  = regexp.MustCompile(`<<([^<>{}\r\n]+)>>`)
	braced  = regexp.MustCompile(`\{\{[^{}]+\}\}`)
	foreign = regexp.MustCompile(`(^|[^\w$.])(pw|hopp)\s*[.\[]`)
)

// text turns <<x>> into {{x}}.
func (r *reader) text(place, text string) string {
	for _, m := range braced.FindAllString(text, -1) {
		r.notes.AddAt(place, m, "was a text, and is a placeholder now")
	}
	return angled.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-2])
		if name == "" {
			return m
		}
		if strings.HasPrefix(name, "$") && !vars.IsDynamic(name) {
			r.notes.AddAt(place, "variable "+name, "is not known to Postman: give it a value")
		}
		return "{{" + name + "}}"
	})
}

// scripts takes those that call Postman's names as they are, and those that call
// Hoppscotch's as comments.
func (r *reader) scripts(v gjson.Result, place string) (events []convert.DraftEvent) {
	for _, s := range []struct{ listen, member string }{{"prerequest", "preRequestScript"}, {"test", "testScript"}} {
		source := strings.ReplaceAll(convert.TextOf(v.Get(s.member)), "\r\n", "\n")
		if strings.TrimSpace(source) == "" {
			continue
		}
		lines := strings.Split(source, "\n")
		if foreign.MatchString(source) {
			r.notes.AddAt(place, "event "+s.listen, "written as a comment: it calls Hoppscotch's own names")
			for i := range lines {
				lines[i] = strings.TrimRight("// "+lines[i], " ")
			}
		}
		events = append(events, event(s.listen, lines))
	}
	return events
}
