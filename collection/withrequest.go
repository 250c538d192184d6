package collection

import (
	"encoding/json"

	"github.com/tidwall/gjson"
)

// WithRequest gives an item that is like i, in its place among the folders, with
// another request: one of collection v2.1 as JSON. The error is that of Parse.
func (i *Item) WithRequest(request json.RawMessage) (*Item, error) {
	changed, err := NewItem(i.Name, request, json.RawMessage("{}"))
	if err != nil {
		return nil, err
	}
	changed.ID, changed.ids, changed.Parent, changed.collection = i.ID, i.ids, i.Parent, i.collection
	changed.Raw, changed.behavior = i.Raw, i.behavior
	changed.Model.Events = i.Model.Events
	return changed, nil
}

// NewItem gives an item by itself, which inherits nothing: its request as JSON of
// collection v2.1, and its protocolProfileBehavior. The error is that of Parse.
func NewItem(name string, request, behavior json.RawMessage) (*Item, error) {
	text, err := json.Marshal(map[string]any{
		"info": map[string]string{"name": name},
		"item": []any{map[string]any{"name": name, "request": request, "protocolProfileBehavior": behavior}},
	})
	if err != nil {
		return nil, err
	}
	c, err := Parse("request", text)
	if err != nil {
		return nil, err
	}
	return c.Items[0], nil
}

// RequestJSON gives the item's request as JSON: an object of collection v2.1, or, as in
// the file, one with members of older versions.
func (i *Item) RequestJSON() json.RawMessage {
	r := gjson.Parse(i.request)
	switch {
	case r.IsObject():
		return json.RawMessage(r.Raw)
	case r.Type == gjson.String:
		text, _ := json.Marshal(map[string]string{"url": r.Str, "method": "GET"})
		return text
	}
	return json.RawMessage(`{"method":"GET","url":""}`)
}

// Collection gives the collection that the item is of.
func (i *Item) Collection() *Collection { return i.collection }

// Answers reports whether the item has an id or name.
func (i *Item) Answers(id string) bool {
	for _, own := range i.ids {
		if own == id {
			return true
		}
	}
	return false
}
