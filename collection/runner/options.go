package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

// Options say how a collection is run.
type Options struct {
	Collection *collection.Collection
	// Environment and Globals are changed by the run; nil ones are empty.
	Environment, Globals *script.Scope
	// Data are the rows of the iterations; nil when there are none.
	Data []map[string]any
	// Iterations is how many there are: 0 is one for each row of Data, one without
	// data. Beyond the last row that row is used again, as in newman.
	Iterations int
	// Folders are the names or ids of folders and requests that are run, none for all;
	// Exclude those that are not.
	Folders, Exclude []string
	// Bail says when the run ends early: at a failure, at the end of an iteration with
	// one, or at an error that is no failed test.
	Bail Bail
	// Delay is waited before each request but the first. Pace, when not nil, is asked
	// before each request and waits.
	Delay time.Duration
	Pace  func(ctx context.Context) error
	// ScriptTimeout bounds a script; 0 is no bound.
	ScriptTimeout time.Duration
	// Retries is how often a request with an idempotent method is made again that had
	// no answer.
	Retries int
	// Parallel is how many iterations run at once; with more than one, each has its own
	// copy of variables and cookies, and its events come together at its end.
	Parallel int
	// Net says how requests reach their hosts.
	Net NetOptions
	Jar *Jar
	// WorkingDir is where relative paths of files start; FilesBelow refuses others.
	WorkingDir string
	FilesBelow bool
	// FailUnresolved takes a request with placeholders that have no value for an error.
	FailUnresolved bool
	NodeModules    string
	UserAgent      string
	Vault          func(ctx context.Context, name string) (string, bool, error)
	// Emit gets the events, one after the other.
	Emit func(Event)
}

// Bail is a reason to end early.
type Bail string

// Reasons to end early: none, a failed test or an error (the run ends after the script,
// with all reports), an error alone, or as the first but for the iteration only.
const (
	BailNever     Bail = ""
	BailFailure   Bail = "failure"
	BailFolder    Bail = "folder"
	BailIteration Bail = "iteration"
)

// SelectError says that a folder or request that was asked for is not there.
type SelectError struct {
	Ref string
	Err error
}

func (e *SelectError) Error() string {
	return fmt.Sprintf("--folder %s: %s", e.Ref, e.Err)
}

func (e *SelectError) Unwrap() error { return e.Err }

// Items gives the requests of an iteration, in the collection's order: those in folders
// (all, when there are none) that are not in exclude. The error is a *SelectError, or
// says that there are none.
func Items(c *collection.Collection, folders, exclude []string) ([]*collection.Item, error) {
	in := func(refs []string) (map[*collection.Item]bool, error) {
		found := make(map[*collection.Item]bool)
		for _, ref := range refs {
			item, err := c.FindItem(ref)
			if err != nil {
				return nil, &SelectError{ref, err}
			}
			found[item] = true
		}
		return found, nil
	}
	wanted, err := in(folders)
	if err != nil {
		return nil, err
	}
	left, err := in(exclude)
	if err != nil {
		return nil, err
	}
	inside := func(item *collection.Item, set map[*collection.Item]bool) bool {
		for ; item != nil; item = item.Parent {
			if set[item] {
				return true
			}
		}
		return false
	}
	var items []*collection.Item
	for item := range c.Requests() {
		if (len(wanted) == 0 || inside(item, wanted)) && !inside(item, left) {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there is no request to run: the collection, or what was selected of it, has none", c.File)
	}
	return items, nil
}

// find gives the place of the item that setNextRequest names: by id, else the last one
// of that name; -1 when there is none.
func find(items []*collection.Item, ref string) int {
	if i := slices.IndexFunc(items, func(item *collection.Item) bool { return item.Answers(ref) }); i >= 0 {
		return i
	}
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].Name == ref {
			return i
		}
	}
	return -1
}

// idempotent reports whether a request may be made again: RFC 9110, section 9.2.2.
func idempotent(method string) bool {
	switch strings.ToUpper(method) {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}
