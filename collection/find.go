package collection

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// FindError reports a reference that does not name exactly one request.
type FindError struct {
	File       string  // of the collection
	Ref        string  // as given by the user
	Candidates []*Item // the items that it names, when they are several
	Folder     *Item   // set when it names a folder and a request was wanted
	Nearest    []*Item // when it names nothing: items with a similar name, the nearest first
	Available  []*Item // what could have been named
}

// maxListed is how many names a message lists.
const maxListed = 10

// Error says what the reference came to and what to write instead.
func (e *FindError) Error() string {
	switch {
	case e.Folder != nil && len(e.Available) == 0:
		return fmt.Sprintf("%s: %q is a folder, not a request, and it holds no requests", e.File, e.Ref)
	case e.Folder != nil:
		return fmt.Sprintf("%s: %q is a folder, not a request; name one of its requests: %s", e.File, e.Ref, listRefs(e.Available, ", ", false))
	case len(e.Candidates) > 0:
		return fmt.Sprintf("%s: %q names %d items; %s: %s", e.File, e.Ref, len(e.Candidates), e.advice(), listRefs(e.Candidates, ", ", true))
	case len(e.Available) == 0:
		return fmt.Sprintf("%s: there is no %q: the collection has no requests", e.File, e.Ref)
	case e.Ref == "":
		return fmt.Sprintf("%s: the name of the request is empty; the collection has: %s", e.File, listRefs(e.Available, ", ", false))
	case len(e.Nearest) > 0:
		return fmt.Sprintf("%s: there is no %q; did you mean %s?", e.File, e.Ref, listRefs(e.Nearest, " or ", false))
	}
	return fmt.Sprintf("%s: there is no %q; the collection has: %s", e.File, e.Ref, listRefs(e.Available, ", ", false))
}

// advice says how the candidates can be told apart.
func (e *FindError) advice() string {
	refs := map[string]bool{}
	for _, item := range e.Candidates {
		refs[absolutePath(item)+"\x00"+item.ID] = true
	}
	if len(refs) < len(e.Candidates) {
		return "some have the same path and no id of their own, so rename them in Postman"
	}
	return "use one of these paths or ids"
}

// listRefs lists references that Find takes.
func listRefs(items []*Item, separator string, withIDs bool) string {
	var refs []string
	for _, item := range items[:min(len(items), maxListed)] {
		ref := fmt.Sprintf("%.200q", item.Path())
		if withIDs {
			ref = fmt.Sprintf("%.200q", absolutePath(item))
			if item.ID != "" {
				ref += fmt.Sprintf(" (id %s)", item.ID)
			}
		}
		refs = append(refs, ref)
	}
	list := strings.Join(refs, separator)
	if more := len(items) - maxListed; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// absolutePath is a path that names only the items that stand exactly there.
func absolutePath(item *Item) string { return "/" + item.Path() }

// Find gives the request that ref names: its id (id, _postman_id or uid), its name, or the end of its path
// such as "Folder/Name", however deep; a path with a leading "/" starts at the top level. Names that hold
// a "/" work too. An id wins over a name. The error is a *FindError.
func (c *Collection) Find(ref string) (*Item, error) {
	found := c.lookup(ref)
	requests := slices.DeleteFunc(slices.Clone(found), (*Item).IsFolder)
	if len(requests) == 0 && len(found) > 0 {
		return nil, &FindError{File: c.File, Ref: ref, Folder: found[0], Available: slices.Collect(requestsOf(found[0].Items))}
	}
	return c.single(ref, requests, slices.Collect(c.Requests()))
}

// FindItem is like Find, for a folder or a request.
func (c *Collection) FindItem(ref string) (*Item, error) {
	return c.single(ref, c.lookup(ref), slices.Collect(c.All()))
}

// single makes sure that found is one item; available is what there was to choose from.
func (c *Collection) single(ref string, found, available []*Item) (*Item, error) {
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, &FindError{File: c.File, Ref: ref, Nearest: nearestItems(ref, available), Available: available}
	}
	return nil, &FindError{File: c.File, Ref: ref, Candidates: found, Available: available}
}

// lookup gives the items that ref names by the first rule that names any.
func (c *Collection) lookup(ref string) []*Item {
	if ref == "" {
		return nil
	}
	exact := func(s string) string { return s }
	// Outer blanks, and how accents are composed, cannot be seen in a name.
	visible := func(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }
	rules := []func(*Item) bool{
		func(i *Item) bool { return slices.Contains(i.ids, ref) },
		func(i *Item) bool { return endsPath(i, ref, exact, false) },
		func(i *Item) bool { return strings.HasPrefix(ref, "/") && endsPath(i, ref[1:], exact, true) },
		func(i *Item) bool { return endsPath(i, visible(ref), visible, false) },
	}
	for _, rule := range rules {
		var found []*Item
		for item := range c.All() {
			if rule(item) {
				found = append(found, item)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// endsPath tells whether ref is the name of the item, or the end of its path; with whole, all of it.
// Each name is compared as a whole, so that a "/" in a name needs no escape.
func endsPath(item *Item, ref string, clean func(string) string, whole bool) bool {
	for {
		rest, ok := strings.CutSuffix(ref, clean(item.Name))
		if !ok {
			return false
		}
		if rest == "" && (!whole || item.Parent == nil) {
			return true
		}
		ref, ok = strings.CutSuffix(rest, "/")
		if !ok || item.Parent == nil {
			return false
		}
		item = item.Parent
	}
}

// nearestItems compares ref with the names and the paths of items.
func nearestItems(ref string, items []*Item) []*Item {
	const shown = 3
	var texts []string
	for _, item := range items {
		texts = append(texts, item.Name, item.Path())
	}
	var found []*Item
	for _, index := range nearest(ref, texts) {
		if item := items[index/2]; !slices.Contains(found, item) && len(found) < shown {
			found = append(found, item)
		}
	}
	return found
}
