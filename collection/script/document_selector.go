package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// mostSelector is the longest selector, in bytes.
const mostSelector = 10_000

// selector is what $() and find take: alternatives, of which one has to match. What
// stands between combinators is cascadia's; the combinators are looked up here, as each
// node is asked once: cascadia may ask a node again for each of its neighbours.
type selector struct {
	chains []*chain
	seen   int
	// ended is called now and then: it throws when the script is over.
	ended func()
}

// chain is compound selectors with the combinators between them.
type chain struct {
	parts []cascadia.Selector
	joins []byte // joins[i] stands before parts[i+1]: space, >, + or ~
	known map[asked]bool
}

// asked is a question to a node: is it part's, or, with before, is there one of part's
// before it in the way of the combinator.
type asked struct {
	n      *html.Node
	part   int
	before bool
}

// readSelector reads a selector. One that begins with a combinator, as in find('> li'),
// begins at the nodes of from.
func readSelector(text string, from []*html.Node, ended func()) (*selector, error) {
	if len(text) > mostSelector {
		return nil, fmt.Errorf("it is longer than %d characters", mostSelector)
	}
	s := &selector{ended: ended}
	for _, alternative := range cut(text, ',') {
		parts, joins := compounds(strings.TrimSpace(alternative))
		c := &chain{joins: joins, known: make(map[asked]bool)}
		for i, part := range parts {
			if i == 0 && part == "" && len(parts) > 1 {
				c.parts = append(c.parts, func(n *html.Node) bool { return slices.Contains(from, n) })
				continue
			}
			if err := moderate(part, false); err != nil {
				return nil, err
			}
			compiled, err := compound(part)
			if err != nil {
				return nil, err
			}
			c.parts = append(c.parts, compiled)
		}
		s.chains = append(s.chains, c)
	}
	return s, nil
}

// unit is where what begins at i ends: an escape, a quoted text, brackets with what is in
// them, or one byte.
func unit(text string, i int) int {
	switch c := text[i]; c {
	case '\\':
		return min(i+2, len(text))
	case '"', '\'':
		for i++; i < len(text) && text[i] != c; i++ {
			if text[i] == '\\' {
				i++
			}
		}
		return min(i+1, len(text))
	case '(', '[':
		end := map[byte]byte{'(': ')', '[': ']'}[c]
		for i++; i < len(text) && text[i] != end; {
			i = unit(text, i)
		}
		return min(i+1, len(text))
	}
	return i + 1
}

// compound compiles what stands between combinators. :contains and :empty are looked up
// here: cascadia does not tell A from a in the one, and takes white space for nothing in
// the other.
func compound(text string) (cascadia.Selector, error) {
	const contains, empty = ":contains(", ":empty"
	begins := func(i int, with string) bool {
		return len(text)-i >= len(with) && strings.EqualFold(text[i:i+len(with)], with)
	}
	var checks []func(n *html.Node) bool
	for i := 0; i < len(text); {
		end := i
		switch {
		case begins(i, contains):
			end = unit(text, i+len(contains)-1)
			part := unquoted(strings.TrimSuffix(text[i+len(contains):end], ")"))
			checks = append(checks, func(n *html.Node) bool { return strings.Contains(allText(n), part) })
		case begins(i, empty):
			end = i + len(empty)
			checks = append(checks, isEmpty)
		default:
			i = unit(text, i)
		}
		if end > i {
			text = text[:i] + text[end:]
		}
	}
	if text == "" && checks != nil {
		text = "*"
	}
	compiled, err := cascadia.Compile(text)
	if err != nil || checks == nil {
		return compiled, err
	}
	return func(n *html.Node) bool {
		return compiled.Match(n) && !slices.ContainsFunc(checks, func(check func(*html.Node) bool) bool { return !check(n) })
	}, nil
}

func unquoted(text string) string {
	if n := len(text); n > 1 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return text
}

// isEmpty says that there are no elements and no text in a node.
func isEmpty(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode || c.Type == html.TextNode {
			return false
		}
	}
	return true
}

// allText is the text in a node.
func allText(n *html.Node) string {
	var b strings.Builder
	for at := range all(n) {
		if at.Type == html.TextNode {
			_, _ = b.WriteString(at.Data)
		}
	}
	return b.String()
}

// cut cuts a text at a character that stands in no brackets and no quotes.
func cut(text string, at byte) []string {
	var parts []string
	begin := 0
	for i := 0; i < len(text); i = unit(text, i) {
		if text[i] == at {
			parts = append(parts, text[begin:i])
			begin = i + 1
		}
	}
	return append(parts, text[begin:])
}

// compounds cuts one alternative at its combinators. What cannot be cut is given as it
// is, for cascadia to say what is wrong.
func compounds(text string) (parts []string, joins []byte) {
	const combinators = ">+~ \t\r\n\f"
	begin := 0
	for i := 0; i < len(text); {
		if strings.IndexByte(combinators, text[i]) < 0 {
			i = unit(text, i)
			continue
		}
		rest := strings.TrimLeft(text[i:], combinators)
		join := strings.TrimSpace(text[i : len(text)-len(rest)])
		if join == "" {
			join = " "
		}
		if len(join) > 1 || rest == "" {
			return []string{text}, nil
		}
		parts, joins = append(parts, text[begin:i]), append(joins, join[0])
		i = len(text) - len(rest)
		begin = i
	}
	return append(parts, text[begin:]), joins
}

// brackets is what may have selectors in it.
var brackets = regexp.MustCompile(`(?i):(has|haschild|not)\(`)

// moderate refuses brackets in which so much is looked up that it may take hours: cascadia
// cannot be stopped while it asks one node.
func moderate(compound string, inHas bool) error {
	for {
		at := brackets.FindStringSubmatchIndex(compound)
		if at == nil {
			return nil
		}
		name := strings.ToLower(compound[at[2]:at[3]])
		if inHas && name != "not" {
			return errors.New(":has stands in :has")
		}
		inner := cut(compound[at[1]:], ')')[0]
		compound = compound[at[1]+len(inner):]
		for _, alternative := range cut(inner, ',') {
			parts, _ := compounds(strings.TrimSpace(alternative))
			if len(parts) > 2 {
				return fmt.Errorf("there is more than one combinator in the brackets of :%s", name)
			}
			for _, part := range parts {
				if err := moderate(part, inHas || name != "not"); err != nil {
					return err
				}
			}
		}
	}
}

// Match says whether the selector takes a node.
func (s *selector) Match(n *html.Node) bool {
	return slices.ContainsFunc(s.chains, func(c *chain) bool { return c.match(n, len(c.parts)-1) })
}

// MatchAll gives the nodes that the selector takes, of a node and those below it.
func (s *selector) MatchAll(n *html.Node) []*html.Node {
	var found []*html.Node
	for at := range all(n) {
		s.look()
		if s.Match(at) {
			found = append(found, at)
		}
	}
	return found
}

// Filter gives the nodes that the selector takes.
func (s *selector) Filter(nodes []*html.Node) []*html.Node {
	var found []*html.Node
	for _, n := range nodes {
		s.look()
		if s.Match(n) {
			found = append(found, n)
		}
	}
	return found
}

func (s *selector) look() {
	if s.seen++; s.seen%16 == 0 {
		s.ended()
	}
}

// all are a node and those below it, in the order of the text.
func all(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if !yield(n) {
			return
		}
		for at := range n.Descendants() {
			if !yield(at) {
				return
			}
		}
	}
}

func (c *chain) match(n *html.Node, part int) bool {
	if part == 0 {
		return c.parts[0].Match(n)
	}
	key := asked{n, part, false}
	yes, known := c.known[key]
	if !known {
		yes = c.parts[part].Match(n) && c.joined(n, part)
		c.known[key] = yes
	}
	return yes
}

// joined says whether what stands before a part is there for a node.
func (c *chain) joined(n *html.Node, part int) bool {
	switch c.joins[part-1] {
	case '>':
		return n.Parent != nil && c.match(n.Parent, part-1)
	case '+':
		n = elementBefore(n)
		return n != nil && c.match(n, part-1)
	case '~':
		return c.search(n, part-1, elementBefore)
	}
	return c.search(n, part-1, func(n *html.Node) *html.Node { return n.Parent })
}

// search goes from node to node until one is a part's. What it learns is of all that it
// has passed.
func (c *chain) search(n *html.Node, part int, next func(*html.Node) *html.Node) bool {
	var passed []*html.Node
	found := false
	for n != nil {
		if yes, known := c.known[asked{n, part, true}]; known {
			found = yes
			break
		}
		passed = append(passed, n)
		if n = next(n); n != nil && c.match(n, part) {
			found = true
			break
		}
	}
	for _, p := range passed {
		c.known[asked{p, part, true}] = found
	}
	return found
}

func elementBefore(n *html.Node) *html.Node {
	for n = n.PrevSibling; n != nil && n.Type != html.ElementNode; n = n.PrevSibling {
	}
	return n
}
