package collection

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"
)

// Postman's collection v1 is a flat list of requests, a flat list of folders, and lists of ids that say what
// stands where. It is turned into a document of v2.1 and read as one. Keys that v2.1 has no name for keep
// theirs, so that nothing is lost.

// prefixV1 stands before the name of a key that means something else in v2.1.
const prefixV1 = "v1_"

// isV1 tells a collection v1 by its requests, which have no tree.
func isV1(f object) bool {
	if f.get("item").Exists() || isHoppscotch(f) || isThunderClient(f) {
		return false
	}
	requests, hasOrder := f.get("requests"), f.get("order").IsArray()
	if !requests.IsArray() {
		return hasOrder && requests.Exists() && requests.Type == gjson.Null
	}
	return hasOrder || f.get("name").Exists() || f.get("folders").IsArray()
}

// v1Collection is a collection v1 while its tree is built.
type v1Collection struct {
	folders, requests v1List
	repeats           int // how many bytes of requests may be repeated in their examples
}

// v1List holds the folders or the requests.
type v1List struct {
	entries []*v1Entry
	named   map[string]*v1Entry   // by id
	byID    map[string][]*v1Entry // those that may not be placed yet; an id may stand twice
	orphans map[string][]*v1Entry // those that no order names, by the id of the folder they name; "" for the top
}

type v1Entry struct {
	value  gjson.Result
	fields object
	placed bool // it stands in the tree
}

// convertV1 gives the v2.1 document of a collection v1. The error is a *FileError.
func convertV1(doc *document, f object) (*document, error) {
	root, err := v1Root(f, len(doc.text))
	if err != nil {
		return nil, doc.locate(err, nounCollection)
	}
	return doc.converted(writeJSONOf(root, len(doc.text)+len(doc.text)/2)), nil
}

func v1Root(f object, size int) (jsonObject, error) {
	c := v1Collection{repeats: size}
	if err := errors.Join(c.folders.read(f.get("folders"), "folder"), c.requests.read(f.get("requests"), "request")); err != nil {
		return nil, err
	}
	c.findOrphans(f)
	items, err := c.children(f, "", 1)
	if err != nil {
		return nil, err
	}
	for _, folder := range c.folders.entries { // those that are only inside each other
		if err := c.addFolder(&items, folder, 1); err != nil {
			return nil, err
		}
	}
	info := jsonObject{}
	if id := f.get("id"); id.Exists() {
		info.add("_postman_id", rawJSON(id.Raw))
	}
	info.add("name", textOf(f.get("name")))
	info.keep("description", f.get("description"))
	info.add("schema", schemaV21)
	root := jsonObject{{"info", info}, {"item", items}}
	err = root.addShared(f)
	root.carryV1(f, "id", "name", "description", "order", "folders_order", "folders", "requests")
	return root, err
}

func (l *v1List) read(r gjson.Result, what string) error {
	l.named, l.byID, l.orphans = map[string]*v1Entry{}, map[string][]*v1Entry{}, map[string][]*v1Entry{}
	if isAbsent(r) {
		return nil
	}
	if !r.IsArray() {
		return wrongKind(r, `"`+what+`s"`, "a list")
	}
	position := 0
	var err error
	r.ForEach(func(_, value gjson.Result) bool {
		position++
		switch {
		case value.Type == gjson.Null:
		case !value.IsObject():
			err = wrongKind(value, numbered(what, position), "an object")
		default:
			entry := &v1Entry{value: value, fields: fields(value)}
			l.entries = append(l.entries, entry)
			id := textOf(entry.fields.get("id"))
			l.named[id] = entry
			l.byID[id] = append(l.byID[id], entry)
		}
		return err == nil
	})
	return err
}

// take gives the first entry of an id that is not placed yet; nil when there is none.
func (l *v1List) take(id string) *v1Entry {
	for entries := l.byID[id]; id != "" && len(entries) > 0; entries = entries[1:] {
		l.byID[id] = entries[1:]
		if !entries[0].placed {
			return entries[0]
		}
	}
	return nil
}

// findOrphans finds what no order names. In Postman it would be lost; here it goes to the end of the folder
// that it names as its own, else to the end of the collection.
func (c *v1Collection) findOrphans(root object) {
	named := map[string]int{}
	parents := []object{root}
	for _, folder := range c.folders.entries {
		parents = append(parents, folder.fields)
	}
	for _, f := range parents {
		for _, id := range append(idsOf(f.get("folders_order")), idsOf(f.get("order"))...) {
			named[id]++
		}
	}
	for _, list := range []*v1List{&c.folders, &c.requests} {
		for _, entry := range list.entries {
			if id := textOf(entry.fields.get("id")); id != "" && named[id] > 0 {
				named[id]--
				continue
			}
			parent := firstText(entry.fields.get("folder"), entry.fields.get("folderId"), entry.fields.get("parentId"))
			if len(c.folders.byID[parent]) == 0 {
				parent = ""
			}
			list.orphans[parent] = append(list.orphans[parent], entry)
		}
	}
}

func idsOf(r gjson.Result) []string {
	var ids []string
	if r.IsArray() {
		r.ForEach(func(_, value gjson.Result) bool {
			ids = append(ids, textOf(value))
			return true
		})
	}
	return ids
}

// children gives the items of the folder with the id, "" for the collection: folders before requests, as in
// Postman. An id of something that was deleted, or that stands elsewhere already, gives none. depth counts
// from 1.
func (c *v1Collection) children(f object, id string, depth int) ([]any, error) {
	items := []any{}
	for _, child := range idsOf(f.get("folders_order")) {
		if err := c.addFolder(&items, c.folders.take(child), depth); err != nil {
			return nil, err
		}
	}
	for _, folder := range c.folders.orphans[id] {
		if err := c.addFolder(&items, folder, depth); err != nil {
			return nil, err
		}
	}
	for _, child := range idsOf(f.get("order")) {
		request := c.requests.take(child)
		err := c.addRequest(&items, request)
		if request == nil {
			err = c.addFolder(&items, c.folders.take(child), depth)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, request := range c.requests.orphans[id] {
		if err := c.addRequest(&items, request); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// addFolder adds the v2.1 item of a folder, unless it is nil or placed.
func (c *v1Collection) addFolder(items *[]any, entry *v1Entry, depth int) error {
	if entry == nil || entry.placed {
		return nil
	}
	entry.placed = true
	f := entry.fields
	if depth > maxDepth {
		return &shapeError{entry.value.Index, fmt.Sprintf("folders are nested more than %d levels deep", maxDepth)}
	}
	id := textOf(f.get("id"))
	if id == "" {
		id = "\x00" // that no orphan names
	}
	children, err := c.children(f, id, depth+1)
	if err != nil {
		return err
	}
	item := jsonObject{{"name", textOf(f.get("name"))}}
	item.keep("id", f.get("id"))
	item.keep("description", f.get("description"))
	item.add("item", children)
	err = item.addShared(f)
	item.carryV1(f, "id", "name", "description", "order", "folders_order")
	*items = append(*items, item)
	return inV1("folder", f, err)
}

// addRequest adds the v2.1 item of a request, unless it is nil or placed.
func (c *v1Collection) addRequest(items *[]any, entry *v1Entry) error {
	if entry == nil || entry.placed {
		return nil
	}
	entry.placed = true
	item, err := c.item(entry.fields)
	*items = append(*items, item)
	return inV1("request", entry.fields, err)
}

// inV1 says in which folder or request a value of the wrong shape is.
func inV1(what string, f object, err error) error {
	if shape := (*shapeError)(nil); errors.As(err, &shape) {
		return &shapeError{shape.offset, fmt.Sprintf("%s %.200q: %s", what, textOf(f.get("name")), shape.problem)}
	}
	return err
}

// reserved are the keys that have a meaning in v2.1, for which the conversions have values of their own.
var reserved = map[string]bool{"info": true, "item": true, "request": true, "response": true, "event": true, "variable": true, "auth": true}

// carry adds the members of f under their own names, but for those that were read. A reserved name gets the
// prefix.
func (o *jsonObject) carry(f object, prefix string, read ...string) {
	for _, p := range f {
		switch {
		case slices.Contains(read, p.key):
		case reserved[p.key]:
			o.add(prefix+p.key, rawJSON(p.value.Raw))
		default:
			o.add(p.key, rawJSON(p.value.Raw))
		}
	}
}

// carryV1 is carry for what addShared has read.
func (o *jsonObject) carryV1(f object, read ...string) {
	read = append(read, "auth", "currentHelper", "helperAttributes", "events", "tests", "preRequestScript", "variables", "protocolProfileBehavior")
	left := v1Left(f)
	o.carry(f, prefixV1, slices.DeleteFunc(read, func(key string) bool { return slices.Contains(left, key) })...)
}
