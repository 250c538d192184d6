package script

import (
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// builder makes a tree of tokens in the way of cheerio, which is not that of HTML 5:
// nothing is added that is not there, no html, head, body or tbody.
type builder struct {
	d    *document
	root *html.Node
	open []*html.Node
}

// parse reads a text. What cannot be read as markup is text.
func (d *document) parse(text string) *html.Node {
	if len(text) > mostMarkup {
		d.s.throw("cheerio: the text is too long for a script")
	}
	b := &builder{d: d, root: &html.Node{Type: html.DocumentNode}}
	b.open = []*html.Node{b.root}
	if d.plain {
		text = strings.ReplaceAll(text, "&", "&amp;")
	}
	if d.xml {
		b.readXML(text)
	} else {
		b.readHTML(text)
	}
	return b.root
}

// verbatim is a text in which entities are never read.
func (b *builder) verbatim(text string) string {
	if b.d.plain {
		return strings.ReplaceAll(text, "&amp;", "&")
	}
	return text
}

func (b *builder) top() *html.Node { return b.open[len(b.open)-1] }

func (b *builder) add(n *html.Node) {
	b.d.added()
	b.top().AppendChild(n)
}

var whiteSpace = regexp.MustCompile(`\s+`)

func (b *builder) text(text string) {
	if text == "" {
		return
	}
	if b.d.collapse {
		text = whiteSpace.ReplaceAllString(text, " ")
	}
	if last := b.top().LastChild; last != nil && last.Type == html.TextNode {
		last.Data += text
		return
	}
	b.add(&html.Node{Type: html.TextNode, Data: text})
}

// directive takes what begins with <! or <?, without the brackets.
func (b *builder) directive(text string) {
	b.add(&html.Node{Type: html.DoctypeNode, Data: b.verbatim(text)})
}

func (b *builder) comment(text string) {
	b.add(&html.Node{Type: html.CommentNode, Data: b.verbatim(text)})
}

func attribute(name, value string) html.Attribute {
	return html.Attribute{Key: strings.ToLower(name), Namespace: name, Val: value}
}

// begin opens an element; closed ones have nothing in them.
func (b *builder) begin(name string, attributes []html.Attribute, closed bool) {
	n := &html.Node{Type: html.ElementNode, Data: strings.ToLower(name), Namespace: name}
	n.DataAtom = atom.Lookup([]byte(n.Data)) // by which cascadia knows inputs
	for _, a := range attributes {
		if !slices.ContainsFunc(n.Attr, func(own html.Attribute) bool { return own.Namespace == a.Namespace }) {
			n.Attr = append(n.Attr, a)
		}
	}
	b.add(n)
	if closed {
		return
	}
	if len(b.open) > mostNesting {
		b.d.s.throw("cheerio: elements lie more than %d deep in each other", mostNesting)
	}
	b.open = append(b.open, n)
}

// end closes an element and what is open in it; false when there is none of that name.
func (b *builder) end(name string) bool {
	for i := len(b.open) - 1; i > 0; i-- {
		if b.open[i].Namespace == name {
			b.open = b.open[:i]
			return true
		}
	}
	return false
}

// void elements have no end.
func void(name string) bool {
	switch name {
	case "area", "base", "basefont", "br", "col", "command", "embed", "frame", "hr", "img", "input", "isindex", "keygen", "link", "meta", "param",
		"source", "track", "wbr":
		return true
	}
	return false
}

// endsBefore says that an open element ends where another begins.
func endsBefore(open, next string) bool {
	switch next {
	case "body":
		return open == "head"
	case "button", "datalist", "input", "output", "select", "textarea":
		return slices.Contains([]string{"button", "datalist", "optgroup", "option", "select", "textarea"}, open)
	case "h1", "h2", "h3", "h4", "h5", "h6", "p":
		return open == "p"
	case "li", "optgroup", "option", "th":
		return open == next
	case "td":
		return open == "td" || open == "th" || open == "thead"
	case "tr":
		return open == "td" || open == "th" || open == "tr"
	}
	return false
}

func (b *builder) readHTML(text string) {
	z := html.NewTokenizer(strings.NewReader(text))
	raw := false // in a script or a style
	for {
		kind := z.Next()
		written := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			if raw {
				b.text(b.verbatim(written))
			} else {
				b.text(html.UnescapeString(written))
			}
		case html.CommentToken:
			if strings.HasPrefix(written, "<!--") || strings.HasPrefix(written, "<![CDATA[") || !strings.HasPrefix(written, "<!") && !strings.HasPrefix(written, "<?") {
				b.comment(string(z.Text()))
			} else {
				b.directive(inBrackets(written))
			}
		case html.DoctypeToken:
			b.directive(inBrackets(written))
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if raw = token.Data == "script" || token.Data == "style"; !raw {
				z.NextIsNotRawText()
			}
			for len(b.open) > 1 && endsBefore(b.top().Data, token.Data) {
				b.open = b.open[:len(b.open)-1]
			}
			for i, a := range token.Attr {
				token.Attr[i] = attribute(a.Key, a.Val)
			}
			b.begin(token.Data, token.Attr, void(token.Data))
		case html.EndTagToken:
			name, _ := z.TagName()
			raw = false
			switch found := b.end(string(name)); {
			case found:
			case string(name) == "p", string(name) == "br":
				b.begin(string(name), nil, true)
			}
		}
	}
}

// inBrackets cuts < and > off.
func inBrackets(written string) string {
	return strings.TrimSuffix(strings.TrimPrefix(written, "<"), ">")
}

func (b *builder) readXML(text string) {
	text = strings.Map(legal, text)
	// Its declaration is no matter: it is text by now, and 1.1 is read like 1.0.
	if at := strings.Index(text, "?>"); at >= 0 && strings.HasPrefix(text, "<?xml ") {
		b.directive(text[1 : at+1])
		text = text[at+2:]
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			if err != io.EOF {
				b.text(html.UnescapeString(text[at:]))
			}
			return
		}
		written := text[at:d.InputOffset()]
		switch t := token.(type) {
		case xml.CharData:
			if strings.HasPrefix(written, "<![CDATA[") {
				section := &html.Node{Type: html.RawNode}
				section.AppendChild(&html.Node{Type: html.TextNode, Data: b.verbatim(string(t))})
				b.add(section)
			} else {
				b.text(string(t))
			}
		case xml.Comment:
			b.comment(string(t))
		case xml.ProcInst, xml.Directive:
			b.directive(inBrackets(written))
		case xml.StartElement:
			attributes := make([]html.Attribute, len(t.Attr))
			for i, a := range t.Attr {
				attributes[i] = attribute(qualified(a.Name), a.Value)
			}
			b.begin(qualified(t.Name), attributes, strings.HasSuffix(written, "/>"))
			if strings.HasSuffix(written, "/>") {
				_, _ = d.RawToken() // its end
			}
		case xml.EndElement:
			b.end(qualified(t.Name))
		}
	}
}

// legal drops what no XML may hold, and what the decoder would stop at.
func legal(c rune) rune {
	if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == '\uFFFE' || c == '\uFFFF' {
		return -1
	}
	return c
}
