package script

import (
	"github.com/dop251/goja"
	"golang.org/x/net/html"
)

const (
	// mostNodes bounds a document, with everything that a script adds to it.
	mostNodes = 300_000
	// mostNesting bounds how deep elements lie in each other: what walks through them
	// calls itself.
	mostNesting = 1000
	// mostMarkup is the longest text that is read or written, in bytes.
	mostMarkup = 64 << 20
)

// document is HTML or XML as cheerio.js uses it. Scripts know its nodes by their numbers,
// the root's is 0.
//
// Names in the tree are in small letters, as selectors look them up; Namespace, which has
// no other use here, keeps an element's or attribute's name as it is written. A CDATA
// section is a RawNode that holds a text, what begins with <! or <? a DoctypeNode.
type document struct {
	s   *Sandbox
	xml bool
	// plain: entities stand as they are written, when read and when written.
	plain bool
	// collapse makes one space of any white space.
	collapse bool

	nodes []*html.Node
	ids   map[*html.Node]int
	count int
}

// none is the number of a node that is not there.
const none = -1

// markup makes a document of a text.
func (s *Sandbox) markup(text string, xml, plain, collapse bool) goja.Value {
	d := &document{s: s, xml: xml, plain: plain, collapse: collapse, ids: make(map[*html.Node]int)}
	d.id(d.parse(text))
	o := s.vm.NewObject()
	for name, fn := range map[string]any{
		"fragment": func(text string) []int { return d.below(d.parse(text)) },
		"kind":     d.kind, "name": d.name, "data": func(id int) string { return d.node(id).Data },
		"setData":    func(id int, text string) { d.node(id).Data = text },
		"attributes": d.attributes, "setAttribute": d.setAttribute, "removeAttribute": d.removeAttribute,
		"near": d.near, "children": func(id int) []int { return d.below(d.node(id)) },
		"text": d.text, "write": d.write,
		"pick": d.pick, "is": d.is,
		"create": d.create, "detach": func(id int) { detach(d.node(id)) }, "insert": d.insert, "clone": d.clone,
	} {
		_ = o.Set(name, fn)
	}
	return o
}

// id gives a node its number.
func (d *document) id(n *html.Node) int {
	if n == nil {
		return none
	}
	id, known := d.ids[n]
	if !known {
		id = len(d.nodes)
		d.ids[n] = id
		d.nodes = append(d.nodes, n)
	}
	return id
}

func (d *document) numbers(nodes []*html.Node) []int {
	ids := make([]int, len(nodes))
	for i, n := range nodes {
		ids[i] = d.id(n)
	}
	return ids
}

func (d *document) node(id int) *html.Node {
	if id < 0 || id >= len(d.nodes) {
		d.s.throw("cheerio: the node is of another document")
	}
	return d.nodes[id]
}

func (d *document) below(n *html.Node) []int {
	ids := []int{}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		ids = append(ids, d.id(c))
	}
	return ids
}

// added counts what is made.
func (d *document) added() {
	if d.count++; d.count > mostNodes {
		d.s.throw("cheerio: the document has more than %d nodes", mostNodes)
	}
}

// ended throws when the script is over: what takes long asks.
func (d *document) ended() {
	ctx := d.s.ctx
	if ctx == nil || ctx.Err() == nil {
		return
	}
	failure, err := d.s.vm.New(d.s.vm.Get("Error"), d.s.vm.ToValue(whyEnded(ctx)))
	if err != nil {
		d.s.throw("%s", whyEnded(ctx))
	}
	panic(failure)
}

// kind is the type of a node as cheerio has it.
func (d *document) kind(id int) string {
	n := d.node(id)
	switch n.Type {
	case html.DocumentNode:
		return "root"
	case html.TextNode:
		return "text"
	case html.CommentNode:
		return "comment"
	case html.DoctypeNode:
		return "directive"
	case html.RawNode:
		return "cdata"
	}
	if !d.xml && (n.Data == "script" || n.Data == "style") {
		return n.Data
	}
	return "tag"
}

func (d *document) name(id int) string {
	n := d.node(id)
	if n.Type == html.ElementNode {
		return n.Namespace
	}
	return ""
}

// attributes are names and values in turn.
func (d *document) attributes(id int) []string {
	list := []string{}
	for _, a := range d.node(id).Attr {
		list = append(list, a.Namespace, a.Val)
	}
	return list
}

func (d *document) setAttribute(id int, name, value string) {
	n := d.node(id)
	for i := range n.Attr {
		if n.Attr[i].Namespace == name {
			n.Attr[i].Val = value
			return
		}
	}
	if n.Type == html.ElementNode {
		d.added()
		n.Attr = append(n.Attr, attribute(name, value))
	}
}

func (d *document) removeAttribute(id int, name string) {
	n := d.node(id)
	for i := range n.Attr {
		if n.Attr[i].Namespace == name {
			n.Attr = append(n.Attr[:i:i], n.Attr[i+1:]...)
			return
		}
	}
}

// near is the number of a node beside, above or below another.
func (d *document) near(id int, which string) int {
	n := d.node(id)
	switch which {
	case "parent":
		if n.Parent != nil && n.Parent.Type != html.DocumentNode {
			return d.id(n.Parent)
		}
		return none
	case "holder":
		return d.id(n.Parent) // the root, too
	case "next":
		return d.id(n.NextSibling)
	case "prev":
		return d.id(n.PrevSibling)
	case "first":
		return d.id(n.FirstChild)
	case "last":
		return d.id(n.LastChild)
	}
	return none
}

// create makes a text.
func (d *document) create(text string) int {
	d.added()
	return d.id(&html.Node{Type: html.TextNode, Data: text})
}

func detach(n *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
}

// insert puts a node below a parent, before one of its children or at its end.
func (d *document) insert(parent, before, id int) {
	p, n := d.node(parent), d.node(id)
	depth := 0
	for a := p; a != nil; a = a.Parent {
		if a == n {
			d.s.throw("cheerio: an element cannot stand in itself")
		}
		depth++
	}
	if depth+height(n) > mostNesting {
		d.s.throw("cheerio: elements lie more than %d deep in each other", mostNesting)
	}
	var at *html.Node
	if before != none {
		at = d.node(before)
	}
	if at == n {
		at = n.NextSibling
	}
	detach(n)
	if at != nil && at.Parent != p {
		at = nil
	}
	p.InsertBefore(n, at)
}

func height(n *html.Node) int {
	most := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		most = max(most, height(c))
	}
	return most + 1
}

// clone copies a node with what is in it.
func (d *document) clone(id int) int {
	var copied func(n *html.Node) *html.Node
	copied = func(n *html.Node) *html.Node {
		d.added()
		out := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Namespace: n.Namespace, Attr: append([]html.Attribute(nil), n.Attr...)}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			out.AppendChild(copied(c))
		}
		return out
	}
	return d.id(copied(d.node(id)))
}
