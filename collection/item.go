package collection

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// maxDepth is how deep folders may nest. Postman's own app shows far fewer; the limit keeps a hostile
// file from exhausting the stack.
const maxDepth = 200

// Item is a folder or a request of a collection.
type Item struct {
	Name   string         // may be empty
	ID     string         // id, else _postman_id, else uid; often empty in exports
	Parent *Item          // the folder around it; nil at the top level
	Items  []*Item        // what a folder holds, in order
	Model  *postman.Items // normalised
	Raw    gjson.Result   // the item as it was in the file; what a folder holds included

	collection *Collection
	folder     bool
	ids        []string // every id the item answers to
	// JSON of Raw's members, so that nothing scans the examples, or what a folder holds, again.
	request string
	auth    string // of a folder
	// behavior is Raw's protocolProfileBehavior.
	behavior gjson.Result
}

// IsFolder tells a folder (even an empty one) from a request.
func (i *Item) IsFolder() bool { return i.folder }

// Names gives the names from the top level down to the item.
func (i *Item) Names() []string {
	names := []string{i.Name}
	for parent := i.Parent; parent != nil; parent = parent.Parent {
		names = append(names, parent.Name)
	}
	slices.Reverse(names)
	return names
}

// Path gives the names from the top level down to the item, joined by "/".
func (i *Item) Path() string { return strings.Join(i.Names(), "/") }

// Requests yields the requests of a folder, depth first, in order; of a request itself.
func (i *Item) Requests() iter.Seq[*Item] { return requestsOf([]*Item{i}) }

// itemLoader turns the item lists of one document into Items.
type itemLoader struct {
	doc        *document
	collection *Collection
}

// items reads one level; depth counts from 1.
func (l *itemLoader) items(list gjson.Result, parent *Item, depth int) (loaded []*Item, err error) {
	if depth > maxDepth {
		tooDeep := &shapeError{list.Index, fmt.Sprintf("folders are nested more than %d levels deep", maxDepth)}
		return nil, l.doc.locate(tooDeep, placeOf(parent, 0, ""))
	}
	position := 0
	list.ForEach(func(_, raw gjson.Result) bool {
		position++
		if raw.Type == gjson.Null {
			return true
		}
		var item *Item
		if item, err = l.item(raw, parent, position, depth); err == nil {
			loaded = append(loaded, item)
		}
		return err == nil
	})
	return loaded, err
}

func (l *itemLoader) item(raw gjson.Result, parent *Item, position, depth int) (*Item, error) {
	if !raw.IsObject() {
		return nil, l.doc.locate(&shapeError{raw.Index, "is " + kindOf(raw) + "; expected an object with a request or with items"}, placeOf(parent, position, ""))
	}
	f := fields(raw)
	item := &Item{Name: textOf(f.get("name")), Parent: parent, Raw: raw, collection: l.collection}
	item.ID = firstText(f.get("id"), f.get("_postman_id"), f.get("uid"))
	for _, key := range []string{"id", "_postman_id", "uid"} {
		if id := textOf(f.get(key)); id != "" {
			item.ids = append(item.ids, id)
		}
	}
	children := f.get("item")
	item.folder = isFolder(children)
	item.request, item.auth = f.get("request").Raw, f.get("auth").Raw
	item.behavior = f.get("protocolProfileBehavior")
	var err error
	if item.folder && !children.IsArray() {
		err = wrongKind(children, `"item"`, "a list")
	} else {
		item.Model, err = modelItem(item, f)
	}
	if err != nil {
		return nil, l.doc.locate(err, placeOf(parent, position, item.Name))
	}
	if !item.folder {
		return item, nil
	}
	if item.Items, err = l.items(children, item, depth+1); err != nil {
		return nil, err
	}
	for _, child := range item.Items {
		item.Model.Items = append(item.Model.Items, child.Model)
	}
	return item, nil
}

// isFolder tells a folder by its "item": as in Postman, whatever has a truthy one is a folder, even if it has a
// request too.
func isFolder(children gjson.Result) bool {
	switch children.Type {
	case gjson.Null, gjson.False:
		return false
	case gjson.String:
		return children.Str != ""
	case gjson.Number:
		return children.Num != 0
	}
	return true
}

// placeOf names an element for a message: folder "A/B" / item 3 "Login". Position 0 leaves the item out.
func placeOf(parent *Item, position int, name string) string {
	var parts []string
	if parent != nil {
		parts = append(parts, fmt.Sprintf("folder %.200q", parent.Path()))
	}
	if position > 0 {
		part := fmt.Sprintf("item %d", position)
		if name != "" {
			part += fmt.Sprintf(" %.200q", name)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " / ")
}
