// Package script runs Postman's pre-request and test scripts in a sandbox: pm and
// what belongs to it, chai's expect, the older globals, and require. The JavaScript
// engine does not leak out of it.
//
// A Program is compiled once. A Sandbox is one virtual machine: scripts of one run
// share its global scope, one after the other. It has no files and no network, but
// for what its Options hand in.
package script

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Options are what a sandbox can do beside computing. A nil function is one that
// scripts do not have: calling it is a script error that says so.
type Options struct {
	// Timeout bounds the run of one script, waits included; 0 is no bound.
	Timeout time.Duration
	// Send makes a request of pm.sendRequest: a request of collection v2.1 as JSON,
	// in which nothing is to be resolved.
	Send func(ctx context.Context, request json.RawMessage) (*Response, error)
	// RunRequest makes a request of the collection for pm.execution.runRequest.
	RunRequest func(ctx context.Context, nameOrID string, variables map[string]any) (*Response, error)
	// Vault reads a named secret for pm.vault.
	Vault func(ctx context.Context, name string) (value string, found bool, err error)
	// Cookies are those of the run.
	Cookies Cookies
	// Dynamic gives a dynamic variable's value, by its name with the $.
	Dynamic func(name string) (value string, known bool)
	// Console gets what scripts print: log, info, warn, error or debug, and the
	// arguments as text, as a console shows them.
	Console func(level string, args []string)
	// NodeModules is a directory in which require finds packages of pure JavaScript.
	NodeModules string
}

// Cookies is a cookie jar.
type Cookies interface {
	Get(u *url.URL) []*http.Cookie
	Set(u *url.URL, c *http.Cookie)
	Remove(u *url.URL, name string)
	Clear(u *url.URL)
}

// Events that scripts listen to.
const (
	Prerequest = "prerequest"
	Test       = "test"
)

// Execution is what the scripts of one event see. Its Scopes are changed by them.
type Execution struct {
	Event string // Prerequest or Test
	// Iteration counts from 0.
	Iteration, Iterations int
	// ID and Name are the item's, Path the names from the collection down to it.
	ID, Name string
	Path     []string
	Scopes   *Scopes
	// Request is a request of collection v2.1 as JSON: before it is sent unresolved,
	// in a test as it was sent.
	Request json.RawMessage
	// LateRequest makes it when a script asks for it, where Request is nil.
	LateRequest func() json.RawMessage
	// Response is nil before the request; in a test of a request that had no answer
	// it has no code.
	Response *Response
}

// Get gives the value of a name; a nil scope has none.
func (s *Scope) Get(name string) (value any, found bool) {
	if s == nil {
		return nil, false
	}
	for i := len(s.Values) - 1; i >= 0; i-- {
		if v := &s.Values[i]; v.Key == name && !v.Disabled {
			return v.Value, true
		}
	}
	return nil, false
}

// Scopes are the variables of a run, by precedence: locals, data, environment,
// collection, globals.
type Scopes struct {
	Locals, Environment, Collection, Globals *Scope
	Data                                     map[string]any
}

// Scope is a set of variables with a name of its own. The last enabled one of a
// name counts.
type Scope struct {
	ID, Name string
	Values   []Variable
}

// Variable is a named value: nil, a bool, a float64, a string, or what JSON makes of
// lists and objects.
type Variable struct {
	Key      string `json:"key"`
	Value    any    `json:"value"`
	Type     string `json:"type,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
}

// Response is an answer.
type Response struct {
	Code    int
	Reason  string
	Headers []Header
	Body    []byte // decoded
	Time    time.Duration
	// HeaderSize and BodySize are in bytes, as they came.
	HeaderSize, BodySize int64
	Cookies              []*http.Cookie
}

// Header is a header of a request or a response.
type Header struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Result is what the script of an event did.
type Result struct {
	Assertions []Assertion
	// Err is what the script threw, nil when it ended well.
	Err *Error
	// Next is what setNextRequest asked for, nil when it was not called.
	Next *Next
	// Skip says that the request is not to be sent.
	Skip bool
	// Request is what a pre-request script made of the request, nil when it left it.
	Request json.RawMessage
}

// Next is what setNextRequest was called with.
type Next struct {
	// Item is a name or an id; Stop says that it was null: the iteration ends.
	Item string
	Stop bool
}

// Assertion is the outcome of a test.
type Assertion struct {
	Name string
	// Index counts the tests of a script from 0.
	Index   int
	Skipped bool
	// Err is nil when the test has passed.
	Err *Error
}

// Error is what a script threw.
type Error struct {
	// Name is the error's class: AssertionError, TypeError, SyntaxError, ...
	Name, Message, Stack string
	// Line and Column count from 1, 0 when they are not known.
	Line, Column int
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }
