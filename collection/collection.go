// Package collection loads Postman collections (v1, v2.0 and v2.1 JSON, v3 YAML), environments and globals, and
// saves collections as v2.1.
//
// Real exports bend the schema in many ways: scripts as one text, headers as text, null anywhere, numbers
// for strings. Parse brings each piece into the shape that the model library reads and parses it with
// that library. The document as it was stays beside the model, so that nothing the model cannot hold
// (disabled query parameters, form fields, newer auth types) is lost, and Bytes gives the file back.
package collection

import (
	"iter"
	"os"

	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// Collection is a Postman collection as loaded from one file. Its methods only read it, so that several
// goroutines may use it at once.
type Collection struct {
	File  string              // as given by the user
	Name  string              // info.name
	ID    string              // info._postman_id, or the id or uid that an API answer has
	Items []*Item             // folders and requests of the top level, in order
	Model *postman.Collection // normalised; queries that are disabled are left out
	Raw   gjson.Result        // the document as it was, a {"collection": ...} wrapper removed; v1 and v3 as v2.1

	text string       // the whole document
	auth gjson.Result // Raw's auth
	// behavior is Raw's protocolProfileBehavior.
	behavior gjson.Result
}

// Load reads the collection in the file at path. A collection v3 is a directory, its
// .resources/definition.yaml, or one NAME.request.yaml, which is a collection of one request. The error is
// a *FileError: the file is missing, unreadable or empty, a directory without a collection, or as Parse says.
func Load(path string) (*Collection, error) {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return loadV3(path, path, "")
		}
		if root, request, ok := v3Place(path); ok {
			return loadV3(path, root, request)
		}
	}
	data, err := readFile(path, nounCollection)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse reads a collection from data; file is its name for messages. The error is a *FileError: the data
// is not a collection (it says what it is instead, where it can tell), not JSON (with line and column),
// or one element has a shape that no reading makes sense of (with its place).
func Parse(file string, data []byte) (*Collection, error) {
	doc, err := parseDocument(file, data, nounCollection)
	if err != nil {
		return nil, err
	}
	return parse(doc)
}

// parse reads a collection from JSON of any version.
func parse(doc *document) (*Collection, error) {
	if f := fields(unwrapped(doc.root)); isV1(f) {
		var err error
		if doc, err = convertV1(doc, f); err != nil {
			return nil, err
		}
	}
	root, members, err := findCollection(doc)
	if err != nil {
		return nil, err
	}
	c := &Collection{File: doc.file, Raw: root, text: doc.text, auth: members.get("auth"), behavior: members.get("protocolProfileBehavior")}
	info := fields(members.get("info"))
	c.Name = firstText(info.get("name"), members.get("name"))
	c.ID = firstText(info.get("_postman_id"), info.get("id"), info.get("uid"), members.get("id"), members.get("uid"))
	if c.Model, err = modelCollection(members); err != nil {
		return nil, doc.locate(err, nounCollection)
	}
	loader := itemLoader{doc: doc, collection: c}
	if c.Items, err = loader.items(members.get("item"), nil, 1); err != nil {
		return nil, err
	}
	for _, item := range c.Items {
		c.Model.Items = append(c.Model.Items, item.Model)
	}
	return c, nil
}

// unwrapped gives the collection in {"collection": ...}; anything else is given back.
func unwrapped(root gjson.Result) gjson.Result {
	f := fields(root)
	if inner := f.get("collection"); inner.IsObject() && !f.get("item").Exists() && !f.get("info").Exists() && !f.get("requests").Exists() {
		return inner
	}
	return root
}

// findCollection makes sure that the document is a collection.
func findCollection(doc *document) (gjson.Result, object, error) {
	root := unwrapped(doc.root)
	members := fields(root)
	item := members.get("item")
	if item.IsArray() || item.Type == gjson.Null && (item.Exists() || looksLikeInfo(members.get("info"))) {
		return root, members, nil
	}
	if item.Exists() {
		return root, nil, doc.locate(wrongKind(item, `"item"`, "a list of requests and folders"), nounCollection)
	}
	known := identify(root)
	if known.what != "" {
		return root, nil, notA(doc.file, nounCollection, known)
	}
	return root, nil, &FileError{File: doc.file, Problem: `is not a Postman collection (it is ` + memberNames(root) + `, without "item")`, Hint: exportCollection}
}

// Variables gives the collection's variables in order, disabled ones and repeated keys included.
func (c *Collection) Variables() []Variable { return variablesFrom(c.Model.Variables) }

// All yields every folder and request, depth first, in order; a folder comes before what it holds.
func (c *Collection) All() iter.Seq[*Item] {
	return func(yield func(*Item) bool) { walk(c.Items, yield) }
}

// Requests yields every request, depth first, in order.
func (c *Collection) Requests() iter.Seq[*Item] {
	return requestsOf(c.Items)
}

// Bytes gives the file as it was, as UTF-8 without a byte order mark; of a collection v1 or v3, the v2.1
// document that it was read as. Parse takes it. The caller owns the slice.
func (c *Collection) Bytes() []byte { return []byte(c.text) }

func requestsOf(items []*Item) iter.Seq[*Item] {
	return func(yield func(*Item) bool) {
		walk(items, func(item *Item) bool { return item.IsFolder() || yield(item) })
	}
}

// walk calls yield for all items until it returns false. The depth is bounded by maxDepth.
func walk(items []*Item, yield func(*Item) bool) bool {
	for _, item := range items {
		if !yield(item) || !walk(item.Items, yield) {
			return false
		}
	}
	return true
}

// firstText gives the text of the first value that has one.
func firstText(values ...gjson.Result) string {
	for _, value := range values {
		if text := textOf(value); text != "" {
			return text
		}
	}
	return ""
}
