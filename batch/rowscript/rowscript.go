// Package rowscript runs the pre-request and test scripts of a load's requests, around
// each attempt of each row. It is the driver of batch.Scripts.
//
// What scripts set is the row's own: it is there for the requests that follow in the
// same row, and for no other row.
package rowscript

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// Step is one request of a row, as scripts see it.
type Step struct {
	Item *collection.Item
	// Compile compiles the item, or what scripts made of it, with other variables than
	// those that all rows share.
	Compile func(item *collection.Item, scopes *vars.Scopes) *request.Template
}

// Options configure Scripts. All are needed that do not say otherwise.
type Options struct {
	Steps []Step
	// Scopes gives the variables that all rows share, as they are at the moment: a token
	// may be renewed.
	Scopes func() *vars.Scopes
	// Environment is the environment's name; it may be empty.
	Environment string
	// Header names the columns of the data file.
	Header []string
	// Rows counts them, for pm.info.iterationCount.
	Rows int64
	// Sender and Pacer are those of the load: pm.sendRequest is paced like any request.
	Sender batch.Sender
	Pacer  batch.Pacer
	// Timeout bounds the run of one script, what it waits for included.
	Timeout time.Duration
	// Run, WorkingDir and UserAgent are those that the load's requests are made with.
	Run        vars.Run
	WorkingDir string
	UserAgent  string
	// NodeModules is where require finds packages; empty for nowhere.
	NodeModules string
	// Vault reads a named secret for pm.vault; Mask has to know it.
	Vault func(ctx context.Context, name string) (value string, found bool, err error)
	// Mask hides the secrets of the run.
	Mask func(text string) string
}

// Scripts are the compiled scripts of a load.
type Scripts struct {
	o     Options
	steps []step
	base  base

	processors chan struct{} // holds a place for each script that computes
	mu         sync.Mutex
	free       []*machine // that nobody uses
}

// step is a Step with its scripts.
type step struct {
	Step
	before, after []program
	path          []string
	waits         bool // its scripts may wait for something
}

// program is one compiled script. name says whose it is.
type program struct {
	name     string
	compiled *script.Program
}

// New compiles the scripts of the steps. The error names the script, and the place of
// the mistake in it.
func New(o Options) (*Scripts, error) {
	s := &Scripts{o: o, processors: make(chan struct{}, runtime.GOMAXPROCS(0))}
	for _, st := range o.Steps {
		compiled := step{Step: st, path: append([]string{st.Item.Collection().Name}, st.Item.Names()...), waits: slices.ContainsFunc(Sources(st.Item), waiting.MatchString)}
		var err1, err2 error
		compiled.before, err1 = compile(st.Item, script.Prerequest, "pre-request script")
		compiled.after, err2 = compile(st.Item, script.Test, "test script")
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		s.steps = append(s.steps, compiled)
	}
	return s, nil
}

// waiting finds a script that may wait for a request, a timer or a promise.
var waiting = regexp.MustCompile(`sendRequest|setTimeout|setInterval|setImmediate|await|Promise|vault`)

func compile(item *collection.Item, event, kind string) (programs []program, err error) {
	for _, source := range item.EventScripts(event) {
		p := program{name: kind + " of " + owner(source.Owner)}
		compiled, bad := script.Compile(kind, source.Source)
		if bad != nil {
			err = errors.Join(err, fmt.Errorf("the %s cannot be read: %w (--no-scripts loads without scripts)", p.name, bad))
			continue
		}
		p.compiled = compiled
		programs = append(programs, p)
	}
	return programs, err
}

// owner names what a script belongs to.
func owner(item *collection.Item) string {
	switch {
	case item == nil:
		return "the collection"
	case item.IsFolder():
		return "the folder " + item.Path()
	}
	return item.Path()
}
