package openapi

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// maxFiles is how many files a document may refer to, maxFileSize how large each is.
const (
	maxFiles    = 500
	maxFileSize = 64 << 20
	maxHops     = 50 // from reference to reference
)

// document is an OpenAPI document with the files that it refers to.
type document struct {
	file  string
	root  *node
	notes *convert.Notes
	dir   string           // where its files are; "" when it has no place
	files map[string]*node // by path below dir; "" is the document itself; nil for what cannot be read
	// index finds the members of large mappings, such as all schemas.
	index  map[*node]map[string]*node
	merged map[*node]*node // references with members beside them
	failed map[string]bool
	found  map[string]*node // by reference
}

func newDocument(in *convert.Input, root *node, notes *convert.Notes) *document {
	d := &document{file: in.Path, root: root, notes: notes, files: map[string]*node{"": root}, index: make(map[*node]map[string]*node), merged: make(map[*node]*node), failed: make(map[string]bool), found: make(map[string]*node)}
	if info, err := os.Stat(in.Path); err == nil && info.Mode().IsRegular() {
		d.dir = filepath.Dir(in.Path)
		d.files[filepath.Base(in.Path)] = root
	}
	return d
}

// resolve follows the reference that a node is, to a node that is none. Members beside
// $ref (a description, in 3.1 anything of a schema) count more than those that it refers
// to. A reference that leads nowhere is nil, and a note says so once.
func (d *document) resolve(n *node) *node {
	var around []*node
	for range maxHops {
		ref := n.get("$ref")
		if ref == nil || ref.kind != text {
			for _, a := range slices.Backward(around) {
				n = d.merge(a, n)
			}
			return n
		}
		if len(n.members) > 1 {
			around = append(around, n)
		}
		target, ok := d.found[ref.text]
		if !ok {
			var problem string
			if target, problem = d.find(ref.text); target == nil {
				d.fail(ref.text, problem)
			}
			d.found[ref.text] = target
		}
		if target == nil {
			return nil
		}
		n = target
	}
	d.fail(n.str("$ref"), "goes round in a circle")
	return nil
}

func (d *document) fail(ref, problem string) {
	if !d.failed[ref] {
		d.failed[ref] = true
		d.notes.AddAt("", "reference "+strings.TrimSuffix(strings.TrimPrefix(ref, fileMark), "#"), "left out: it "+problem)
	}
}

// merge lays a reference's own members over what it refers to.
func (d *document) merge(over, n *node) *node {
	if known, ok := d.merged[over]; ok {
		return known
	}
	if !n.isMapping() {
		return n
	}
	made := &node{kind: mapping, line: over.line}
	for _, m := range over.members {
		if m.key != "$ref" {
			made.members = append(made.members, m)
		}
	}
	for _, m := range n.members {
		if made.get(m.key) == nil {
			made.members = append(made.members, m)
		}
	}
	d.merged[over] = made
	return made
}

// fileMark begins a reference in another file: its path follows, from the directory of
// the document. It is put there when the file is read.
const fileMark = "\x00"

// find gives what a reference names, or says why there is nothing.
func (d *document) find(ref string) (*node, string) {
	name, fragment, _ := strings.Cut(ref, "#")
	name = strings.TrimPrefix(name, fileMark)
	root, problem := d.open(name)
	if root == nil {
		return nil, problem
	}
	if fragment == "" {
		return root, ""
	}
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		pointer = fragment
	}
	if !strings.HasPrefix(pointer, "/") {
		return nil, "names an anchor, which is not looked for"
	}
	n := root
	for _, part := range strings.Split(pointer[1:], "/") {
		part = unescapePointer(part)
		for hop := 0; n.get("$ref") != nil && hop < maxHops; hop++ {
			to := n.str("$ref")
			if to == ref {
				return nil, "goes round in a circle"
			}
			if n, problem = d.findPlain(to); n == nil {
				return nil, problem
			}
		}
		if n = d.child(n, part); n == nil {
			return nil, "names something that is not there"
		}
	}
	return n, ""
}

// findPlain is find for a reference on the way to another: it follows no further one.
func (d *document) findPlain(ref string) (*node, string) {
	name, pointer, _ := strings.Cut(ref, "#")
	n, problem := d.open(strings.TrimPrefix(name, fileMark))
	if n == nil || pointer == "" {
		return n, problem
	}
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if n = d.child(n, unescapePointer(part)); n == nil {
			return nil, "names something that is not there"
		}
	}
	return n, ""
}

func unescapePointer(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
}

// largeMapping is from how many members on a mapping is worth an index.
const largeMapping = 32

func (d *document) child(n *node, key string) *node {
	switch {
	case n == nil:
		return nil
	case n.kind == list:
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.members) {
			return nil
		}
		return n.members[i].value
	case n.kind != mapping || len(n.members) < largeMapping:
		return n.get(key)
	}
	index, ok := d.index[n]
	if !ok {
		index = make(map[string]*node, len(n.members))
		for _, m := range n.members {
			index[m.key] = m.value
		}
		d.index[n] = index
	}
	return index[key]
}

// open reads a file that a reference names. Only files in the document's directory and
// below are read, never the network.
func (d *document) open(name string) (*node, string) {
	if known, ok := d.files[name]; ok {
		if known == nil {
			return nil, "names a file that cannot be read"
		}
		return known, ""
	}
	if i := strings.Index(name, ":"); i > 1 && strings.HasPrefix(name[i:], "://") {
		return nil, "leads out of the document, to the network, from where nothing is loaded"
	}
	if d.dir == "" {
		return nil, "names a file, and the document itself is none"
	}
	plain, err := url.PathUnescape(name)
	if err != nil {
		plain = name
	}
	if !filepath.IsLocal(filepath.FromSlash(plain)) {
		return nil, "names a file outside of the document's directory"
	}
	if len(d.files) > maxFiles {
		return nil, fmt.Sprintf("names one file more than the %d that are read", maxFiles)
	}
	d.files[name] = nil
	data, err := d.load(plain)
	if err != nil {
		return nil, "names a file that cannot be read: " + err.Error()
	}
	n, err := parse(plain, data)
	if err != nil {
		return nil, "names a file that cannot be read: " + err.Error()
	}
	fromTop(n, plain, make(map[*node]bool))
	d.files[name] = n
	return n, ""
}

func (d *document) load(name string) ([]byte, error) {
	root, err := os.OpenRoot(d.dir) // no link leads out of it
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFileSize {
		return nil, fmt.Errorf("%s is no file of up to %d MiB", name, maxFileSize>>20)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxFileSize))
}

// fromTop rewrites the references in a file, so that they start at the directory of the
// document. The nodes are new: nobody has them yet.
func fromTop(n *node, file string, seen map[*node]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	for i, m := range n.members {
		if m.key == "$ref" && m.value.kind == text && n.kind == mapping {
			name, fragment, _ := strings.Cut(m.value.text, "#")
			switch {
			case name == "":
				name = file
			case !strings.Contains(name, "://") && !path.IsAbs(name):
				name = path.Join(path.Dir(file), name)
			}
			n.members[i].value = &node{kind: text, text: fileMark + name + "#" + fragment, line: m.value.line}
			continue
		}
		fromTop(m.value, file, seen)
	}
}
