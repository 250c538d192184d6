package bruno

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// Bounds of what is read, so that a directory that holds something else is refused.
const (
	maxFiles = 20000
	maxDepth = 64
)

type reader struct {
	in    *convert.Input
	notes *convert.Notes
	draft *convert.Draft
	files int
	// ignore are the names of directories that bruno.json leaves out.
	ignore []string
}

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path))
	r := &reader{in: in, notes: notes, draft: &convert.Draft{Name: cmp.Or(strings.Trim(name, "./"), "collection")}}
	if !in.IsDir() {
		if err := r.file(); err != nil {
			return nil, err
		}
		return r.draft.Collection(in.Path)
	}
	if err := r.about(); err != nil {
		return nil, err
	}
	top := &level{}
	if blocks, err := r.blocks("collection.bru"); err != nil {
		return nil, err
	} else if blocks != nil {
		r.top(top, blocks)
	}
	items, err := r.dir(".", top, 0)
	if err != nil {
		return nil, err
	}
	r.draft.Items = items
	if err := r.environments(); err != nil {
		return nil, err
	}
	return r.draft.Collection(in.Path)
}

// file reads a single .bru file: a request, or what a collection has itself.
func (r *reader) file() error {
	blocks, err := r.parse(r.in.Path, r.in.Data)
	if err != nil {
		return err
	}
	if base := path.Base(r.in.Path); base == "collection.bru" || base == "folder.bru" {
		return &convert.Error{File: r.in.Path, Problem: "has no request", Hint: "convert the directory in which the collection is"}
	}
	item, _, err := r.request(r.in.Path, "", blocks, &level{})
	if err != nil {
		return err
	}
	if item != nil {
		r.draft.Items = append(r.draft.Items, item)
	}
	return nil
}

// about reads bruno.json.
func (r *reader) about() error {
	data, err := fs.ReadFile(r.in.Dir, "bruno.json")
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := fs.Stat(r.in.Dir, openCollection); err == nil {
			return &convert.Error{File: r.in.Path, Problem: "is a collection of YAML files, which pmrun does not read", Hint: "export it from Bruno as a collection of .bru files, or as a Postman collection"}
		}
		return &convert.Error{File: r.in.Path, Problem: "has no bruno.json", Hint: "name the directory in which the collection is"}
	}
	if err != nil {
		return err
	}
	var about struct {
		Name    string
		Ignore  []string
		Scripts struct{ Flow string }
	}
	if err := json.Unmarshal(data, &about); err != nil {
		return &convert.Error{File: path.Join(r.in.Path, "bruno.json"), Problem: "cannot be read: " + err.Error()}
	}
	r.draft.Name = cmp.Or(strings.TrimSpace(about.Name), r.draft.Name)
	r.ignore = about.Ignore
	return nil
}

// blocks reads a file of the directory; nil when it is not there.
func (r *reader) blocks(name string) ([]bruBlock, error) {
	data, err := fs.ReadFile(r.in.Dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.parse(path.Join(r.in.Path, name), data)
}

func (r *reader) parse(file string, data []byte) ([]bruBlock, error) {
	if !utf8.Valid(data) {
		return nil, &convert.Error{File: file, Problem: "is not text in UTF-8", Hint: "save it as UTF-8"}
	}
	blocks, err := parseBru(string(data))
	var at *bruError
	if errors.As(err, &at) {
		return nil, &convert.Error{File: file, Line: at.line, Problem: at.problem, Hint: at.hint}
	}
	return blocks, err
}

// level is what a collection or folder gives to the requests in it.
type level struct {
	headers []collection.Header
	auth    bool // there is one to inherit
}

// placed is an item with its place among its neighbours.
type placed struct {
	item *convert.DraftItem
	seq  int
}

// dir reads the folders and requests of a directory, in Bruno's order: the folders first.
func (r *reader) dir(dir string, above *level, depth int) ([]*convert.DraftItem, error) {
	if depth > maxDepth {
		return nil, &convert.Error{File: path.Join(r.in.Path, dir), Problem: "is too deep a folder"}
	}
	entries, err := fs.ReadDir(r.in.Dir, dir)
	if err != nil {
		return nil, err
	}
	var folders, requests []placed
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch base := e.Name(); {
		case e.IsDir():
			if base == "node_modules" || strings.HasPrefix(base, ".") || name == "environments" || slices.Contains(r.ignore, base) || slices.Contains(r.ignore, name) {
				continue
			}
			folder, err := r.folder(name, above, depth+1)
			if err != nil {
				return nil, err
			}
			if folder.item != nil {
				folders = append(folders, folder)
			}
		case !e.Type().IsRegular() || !strings.EqualFold(path.Ext(base), ".bru") || base == "folder.bru" || name == "collection.bru":
		default:
			if r.files++; r.files > maxFiles {
				return nil, &convert.Error{File: r.in.Path, Problem: fmt.Sprintf("has more than %d requests", maxFiles)}
			}
			blocks, err := r.blocks(name)
			if err != nil {
				return nil, err
			}
			item, seq, err := r.request(path.Join(r.in.Path, name), dir, blocks, above)
			if err != nil {
				return nil, err
			}
			if item != nil {
				requests = append(requests, placed{item, seq})
			}
		}
	}
	sortPlaced(folders)
	sortPlaced(requests)
	items := make([]*convert.DraftItem, 0, len(folders)+len(requests))
	for _, p := range append(folders, requests...) {
		items = append(items, p.item)
	}
	return items, nil
}

// sortPlaced sorts by number; what has none comes last, by name.
func sortPlaced(list []placed) {
	rank := func(p placed) int {
		if p.seq <= 0 {
			return 1 << 30
		}
		return p.seq
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		if rank(a) == 1<<30 && rank(b) == 1<<30 {
			return cmp.Compare(a.item.Name, b.item.Name)
		}
		return cmp.Compare(rank(a), rank(b))
	})
}

// folder reads a directory. One that has no request and no folder.bru is none.
func (r *reader) folder(dir string, above *level, depth int) (placed, error) {
	f := placed{item: &convert.DraftItem{Name: path.Base(dir)}}
	here := &level{headers: above.headers, auth: above.auth}
	blocks, err := r.blocks(path.Join(dir, "folder.bru"))
	if err != nil {
		return f, err
	}
	where := dir
	for _, b := range blocks {
		switch b.name {
		case "meta":
			f.item.Name = cmp.Or(value(b, "name"), f.item.Name)
			f.seq = integer(value(b, "seq"))
		case "docs":
			f.item.Description = b.text
		case "headers":
			here.headers = r.inherited(where, here.headers, b)
		case "vars:pre-request":
			f.item.Events = addScript(f.item.Events, "prerequest", r.setVars(where, b))
		default:
			if !r.common(where, b, &f.item.Events) && !strings.HasPrefix(b.name, "auth") {
				r.notes.AddAt(where, "block "+b.name, "left out")
			}
		}
	}
	if f.item.Auth = r.auth(where, blocks, value(find(blocks, "auth"), "mode")); f.item.Auth != nil {
		here.auth = true
		if f.item.Auth.Type == "noauth" {
			f.item.Auth = nil // no auth of a folder's own means what is above, in Bruno
		}
	}
	items, err := r.dir(dir, here, depth)
	if err != nil {
		return f, err
	}
	if f.item.Items = items; len(items) == 0 && blocks == nil {
		f.item = nil
	} else if f.item.Items == nil {
		f.item.Items = []*convert.DraftItem{}
	}
	return f, nil
}

// top reads what the collection has itself.
func (r *reader) top(here *level, blocks []bruBlock) {
	for _, b := range blocks {
		switch b.name {
		case "docs":
			r.draft.Description = b.text
		case "meta":
		case "headers":
			here.headers = r.inherited("", nil, b)
		case "vars:pre-request":
			for _, p := range b.pairs {
				r.variable(p)
			}
		default:
			if !r.common("", b, &r.draft.Events) && !strings.HasPrefix(b.name, "auth") {
				r.notes.AddAt("", "block "+b.name, "left out")
			}
		}
	}
	r.draft.Auth = r.auth("", blocks, value(find(blocks, "auth"), "mode"))
	if r.draft.Auth != nil && r.draft.Auth.Type == "noauth" {
		r.draft.Auth = nil
	}
	here.auth = r.draft.Auth != nil
}

// inherited gives the headers that every request below has: Postman has none above
// requests.
func (r *reader) inherited(where string, above []collection.Header, b bruBlock) []collection.Header {
	names := map[string]bool{}
	var own []collection.Header
	for _, p := range b.pairs {
		if p.off {
			r.notes.AddAt(where, "header "+p.key, "left out: it is switched off, and above requests Postman has no headers")
			continue
		}
		r.notes.AddAt(where, "header "+p.key, "is a header of each request: above requests Postman has none")
		names[strings.ToLower(p.key)] = true
		own = append(own, collection.Header{Key: p.key, Value: p.value, Description: p.description})
	}
	list := slices.DeleteFunc(slices.Clone(above), func(h collection.Header) bool { return names[strings.ToLower(h.Key)] })
	return append(list, own...)
}

// variable adds a variable of the collection.
func (r *reader) variable(p bruPair) {
	v := collection.Variable{Key: strings.TrimPrefix(p.key, "@"), Value: p.value, Disabled: p.off}
	if collection.SoundsSecret(v.Key) {
		v.Type = "secret"
	}
	if p.description != "" {
		r.notes.AddAt("", "variable "+v.Key, "its description is left out")
	}
	r.draft.Variables = append(r.draft.Variables, v)
}

// environments reads the environments. A collection holds one set of variables: those of
// the only environment.
func (r *reader) environments() error {
	names, err := fs.Glob(r.in.Dir, "environments/*.bru")
	if err != nil || len(names) == 0 {
		return err
	}
	if len(names) > 1 {
		r.notes.Add(nil, "environments", fmt.Sprintf("left out: there are %d, and a collection holds one set of variables", len(names)))
		return nil
	}
	blocks, err := r.blocks(names[0])
	if err != nil {
		return err
	}
	field := "environment " + strings.TrimSuffix(path.Base(names[0]), ".bru")
	for _, b := range blocks {
		switch {
		case b.name == "vars":
			names := map[string]bool{}
			for _, p := range b.pairs {
				names[p.key] = names[p.key] || !p.off
			}
			// The environment's value counts more than the collection's.
			r.draft.Variables = slices.DeleteFunc(r.draft.Variables, func(v collection.Variable) bool { return names[v.Key] && !v.Disabled })
			for _, p := range b.pairs {
				r.variable(p)
			}
		case b.name == "vars:secret":
			for _, name := range b.list {
				r.notes.Add(nil, "variable "+name, "is a secret, whose value Bruno keeps elsewhere: give it a value")
				r.draft.Variables = append(r.draft.Variables, collection.Variable{Key: strings.TrimPrefix(name, "~"), Type: "secret", Disabled: strings.HasPrefix(name, "~")})
			}
		default:
			r.notes.Add(nil, field+", block "+b.name, "left out")
		}
	}
	return nil
}

// find gives the first block of a name, empty when there is none.
func find(blocks []bruBlock, name string) bruBlock {
	for _, b := range blocks {
		if b.name == name {
			return b
		}
	}
	return bruBlock{}
}

// value gives the value of a key; "" when it is not there or switched off.
func value(b bruBlock, key string) string {
	for _, p := range b.pairs {
		if p.key == key && !p.off {
			return p.value
		}
	}
	return ""
}

func integer(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}
