package script

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// writer collects text up to mostMarkup.
type writer struct {
	strings.Builder
	d *document
}

func (w *writer) put(texts ...string) {
	for _, text := range texts {
		if w.Len()+len(text) > mostMarkup {
			w.d.s.throw("cheerio: the text is too long for a script")
		}
		_, _ = w.WriteString(text)
	}
}

// text is all text in nodes.
func (d *document) text(ids []int) string {
	w := &writer{d: d}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			w.put(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, id := range ids {
		if n := d.node(id); n.Type != html.CommentNode && n.Type != html.DoctypeNode {
			walk(n)
		}
	}
	return w.String()
}

// write gives nodes as markup.
func (d *document) write(ids []int, asXML bool) string {
	w := &writer{d: d}
	for _, id := range ids {
		w.node(d.node(id), asXML || d.xml)
	}
	return w.String()
}

func (w *writer) node(n *html.Node, asXML bool) {
	switch n.Type {
	case html.DocumentNode:
		w.children(n, asXML)
	case html.TextNode:
		if w.d.plain || n.Parent != nil && unescaped(n.Parent.Data) {
			w.put(n.Data)
		} else {
			w.put(escaped(n.Data))
		}
	case html.CommentNode:
		w.put("<!--", n.Data, "-->")
	case html.DoctypeNode:
		w.put("<", n.Data, ">")
	case html.RawNode:
		w.put("<![CDATA[")
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			w.put(c.Data)
		}
		w.put("]]>")
	case html.ElementNode:
		w.element(n, asXML || n.Data == "svg")
	}
}

func (w *writer) children(n *html.Node, asXML bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, asXML)
	}
}

func (w *writer) element(n *html.Node, asXML bool) {
	w.put("<", n.Namespace)
	for _, a := range n.Attr {
		w.put(" ", a.Namespace)
		switch {
		case a.Val == "" && !asXML:
		case w.d.plain:
			w.put(`="`, a.Val, `"`)
		default:
			w.put(`="`, escaped(a.Val), `"`)
		}
	}
	if asXML && n.FirstChild == nil {
		w.put("/>")
		return
	}
	w.put(">")
	w.children(n, asXML)
	if asXML || !void(n.Data) {
		w.put("</", n.Namespace, ">")
	}
}

// unescaped says in which elements text stands as it is.
func unescaped(name string) bool {
	switch name {
	case "iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "xmp":
		return true
	}
	return false
}

// escaped writes what is no ASCII, and the characters of markup, as entities.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '&':
			_, _ = b.WriteString("&amp;")
		case c == '<':
			_, _ = b.WriteString("&lt;")
		case c == '>':
			_, _ = b.WriteString("&gt;")
		case c == '"':
			_, _ = b.WriteString("&quot;")
		case c == '\'':
			_, _ = b.WriteString("&apos;")
		case c > 0x7E:
			_, _ = fmt.Fprintf(&b, "&#x%X;", c)
		default:
			_, _ = b.WriteRune(c)
		}
	}
	return b.String()
}
