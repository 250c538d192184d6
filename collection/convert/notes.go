package convert

import "github.com/pmrun/pmrun/collection"

// Note says of one thing what became of it, when the format cannot hold it as it is.
type Note struct {
	Request string `json:"request"` // the path of the request or folder; "" for the collection itself
	Field   string `json:"field"`   // what it is about: "auth", "header X-Ref", "event test"
	Became  string `json:"became"`  // what became of it: "left out", "written as a comment"
}

// Notes collects what a conversion loses or changes. The zero value is ready to use.
type Notes struct {
	list []Note
	has  map[Note]bool
}

// Add notes something of an item; item is nil for the collection.
func (n *Notes) Add(item *collection.Item, field, became string) {
	path := ""
	if item != nil {
		path = item.Path()
	}
	n.AddAt(path, field, became)
}

// AddAt is Add for what is no item yet. A note that is there already is not repeated.
func (n *Notes) AddAt(path, field, became string) {
	note := Note{path, field, became}
	if n.has[note] {
		return
	}
	if n.has == nil {
		n.has = map[Note]bool{}
	}
	n.has[note] = true
	n.list = append(n.list, note)
}

// All gives the notes in the order in which they were made.
func (n *Notes) All() []Note { return n.list }
