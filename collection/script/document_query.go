package script

import "github.com/PuerkitoBio/goquery"

// selection is the nodes of numbers.
func (d *document) selection(ids []int) *goquery.Selection {
	s := &goquery.Selection{}
	for _, id := range ids {
		s.Nodes = append(s.Nodes, d.node(id))
	}
	return s
}

// step is a way from nodes to others, by cheerio's name; nil when there is none.
func step(name string) func(*goquery.Selection, goquery.Matcher) *goquery.Selection {
	switch name {
	case "find":
		return (*goquery.Selection).FindMatcher
	case "filter":
		return (*goquery.Selection).FilterMatcher
	case "not":
		return (*goquery.Selection).NotMatcher
	case "has":
		return (*goquery.Selection).HasMatcher
	case "closest":
		return (*goquery.Selection).ClosestMatcher
	case "children":
		return (*goquery.Selection).ChildrenMatcher
	case "parent":
		return (*goquery.Selection).ParentMatcher
	case "parents":
		return (*goquery.Selection).ParentsMatcher
	case "parentsUntil":
		return (*goquery.Selection).ParentsUntilMatcher
	case "siblings":
		return (*goquery.Selection).SiblingsMatcher
	case "next":
		return (*goquery.Selection).NextMatcher
	case "nextAll":
		return (*goquery.Selection).NextAllMatcher
	case "nextUntil":
		return (*goquery.Selection).NextUntilMatcher
	case "prev":
		return (*goquery.Selection).PrevMatcher
	case "prevAll":
		return (*goquery.Selection).PrevAllMatcher
	case "prevUntil":
		return (*goquery.Selection).PrevUntilMatcher
	}
	return nil
}

// pick goes a step from nodes, to those that a selector takes.
func (d *document) pick(name string, ids []int, text string) []int {
	way := step(name)
	if way == nil {
		d.s.throw("cheerio: there is no way %q", name)
	}
	from := d.selection(ids)
	return d.numbers(way(from, d.selector(text, from)).Nodes)
}

// is says whether a selector takes any of the nodes.
func (d *document) is(ids []int, text string) bool {
	from := d.selection(ids)
	return from.IsMatcher(d.selector(text, from))
}

// selector reads a selector, or throws.
func (d *document) selector(text string, from *goquery.Selection) goquery.Matcher {
	s, err := readSelector(text, from.Nodes, d.ended)
	if err != nil {
		d.s.throw("cheerio: the selector %q cannot be used: %v", text, err)
	}
	return s
}
