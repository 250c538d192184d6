// Package runner runs a collection: its requests in order, with their scripts, once
// for each iteration, as Postman's collection runner and newman do.
package runner

import (
	"encoding/json"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

// Event is one moment of a run. One member is set. Events of a run come one after
// the other; with iterations in parallel their cursors tell them apart.
type Event struct {
	Start     *Start
	Iteration *Iteration
	Item      *Item
	Console   *Console
	Request   *Request
	Script    *Script
	Assertion *Assertion
	ItemEnd   *Item
	Finish    *Finish
}

// Cursor says where in a run an event is.
type Cursor struct {
	// Position counts the items of an iteration, Iteration the iterations, from 0.
	Position, Iteration int
	// Length is how many items an iteration has, Cycles how many iterations the run.
	Length, Cycles int
	// Ref names this execution of the item.
	Ref string
}

// Start opens a run, or what there is of it for one collection of several.
type Start struct {
	Collection *collection.Collection
	// Items are the requests of an iteration, in order.
	Items      []*collection.Item
	Iterations int
	At         time.Time
	// Environment and Globals are their names and what they hold at first.
	Environment, Globals *script.Scope
}

// Iteration begins an iteration; Data is its row, nil when there are no data.
type Iteration struct {
	Cursor Cursor
	Data   map[string]any
}

// Item begins or ends the execution of an item. Skipped says that a script did not
// want it sent; only its end says so.
type Item struct {
	Cursor  Cursor
	Item    *collection.Item
	Skipped bool
}

// Console is what a script printed.
type Console struct {
	Cursor Cursor
	Item   *collection.Item
	Level  string // log, info, warn, error, debug
	Args   []string
	// Scopes are the variables as the script has left them; nil for what the runner says.
	Scopes *script.Scopes
}

// Request is a request that was made, or could not be: Err says why.
type Request struct {
	Cursor Cursor
	Item   *collection.Item
	// Sent is the request of collection v2.1 as JSON, with the headers that were
	// added, as it went out at last.
	Sent json.RawMessage
	// Method and URL are those of Sent.
	Method, URL string
	Response    *script.Response // nil when there was none
	Timing      Timing
	// Script says that pm.sendRequest made it.
	Script bool
	Err    error
}

// Timing is how long the parts of a request took; 0 where there was no such part.
type Timing struct {
	DNS, Connect, TLS, FirstByte, Download, Total time.Duration
}

// Script ends the scripts of an event of an item. A script that threw has an Err.
type Script struct {
	Cursor Cursor
	Item   *collection.Item
	Event  string // script.Prerequest or script.Test
	// Owner is where the script stands: the item, a folder around it, or nil for the
	// collection.
	Owner *collection.Item
	Err   *script.Error
	// Scopes are the variables as the script has left them.
	Scopes *script.Scopes
}

// Assertion is the outcome of a test.
type Assertion struct {
	Cursor Cursor
	Item   *collection.Item
	Event  string // script.Prerequest or script.Test
	script.Assertion
}

// Finish closes a run.
type Finish struct {
	At time.Time
	// Err is what ended the run before its end, nil when nothing did.
	Err error
	// Bailed says that it ended early because something failed.
	Bailed bool
	// Environment, Globals and Collection are the variables at the end.
	Environment, Globals, Collection *script.Scope
}
