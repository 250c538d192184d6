package collection

import (
	"strings"

	postman "github.com/rbretecher/go-postman-collection"
)

// Script is a script of a collection, a folder or a request.
type Script struct {
	Event  string // prerequest or test
	Owner  *Item  // nil for the collection's own
	Source string
}

// EventScripts gives the scripts that run for an event of the item, in the order in
// which they do: the collection's, those of the folders from the outermost in, its own.
// Disabled and empty ones are left out.
func (i *Item) EventScripts(event string) []Script {
	var owners []*Item
	for item := i; item != nil; item = item.Parent {
		owners = append([]*Item{item}, owners...)
	}
	scripts := scriptsOf(nil, i.collection.Model.Events, event)
	for _, owner := range owners {
		scripts = append(scripts, scriptsOf(owner, owner.Model.Events, event)...)
	}
	return scripts
}

func scriptsOf(owner *Item, events []*postman.Event, event string) []Script {
	var scripts []Script
	for _, e := range events {
		if e == nil || e.Disabled || e.Script == nil || string(e.Listen) != event {
			continue
		}
		if source := strings.Join(e.Script.Exec, "\n"); strings.TrimSpace(source) != "" {
			scripts = append(scripts, Script{event, owner, source})
		}
	}
	return scripts
}
