// Package convert turns collections into what other programs read, and back.
//
// A Format is one of these foreign formats; a package below this one holds it, and
// formats.All lists them. Every reader makes a Postman collection (a Draft helps), and
// every writer takes one, so that each format meets each other there. What a
// format cannot hold becomes a Note and is never dropped without one.
package convert

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// Format is a format that collections come from or go to.
type Format struct {
	Name  string // as on the command line
	Title string // what it is, for people
	// Tree says that Write makes several files, for a directory.
	Tree bool
	// Detect reports whether the input is of this format. It only looks at the
	// input's shape: a file that is broken further on is found out by Read. Nil
	// when the format is not read.
	Detect func(in *Input) bool
	// Read makes a collection of the input. Nil when the format is not read. An error
	// names file and place, and says what to do.
	Read func(in *Input, notes *Notes) (*collection.Collection, error)
	// Write makes the files of a collection, in the order of their names. The same
	// collection gives the same bytes every time. Nil when the format is not written.
	Write func(c *collection.Collection, o Options, notes *Notes) ([]File, error)
}

// File is one file that a writer made.
type File struct {
	// Name is its path below the output directory, with "/". Of the only file of a
	// format without Tree it is a proposal.
	Name       string
	Data       []byte
	Executable bool
	// Private files are for secrets: nobody else may read them.
	Private bool
}

// Options say how a collection is written.
type Options struct {
	// Scopes hold the variables of the collection, the environment and the globals.
	Scopes *vars.Scopes
	// Environment is the environment that was given; nil without one.
	Environment *collection.Environment
	// WorkingDir is where relative paths of uploaded files start; "" for the current one.
	WorkingDir string
	// Item is the request or folder that was named; nil for the whole collection.
	Item *collection.Item
	// Shell is the shell of a script: bash or powershell.
	Shell string
	// PerRequest asks for a file a request, of a format that can do both.
	PerRequest bool
	// Out is the name of the file or directory to write, as it was given; "" for standard
	// output. Where a format has several spellings, its extension chooses.
	Out string
	// WithSecrets lets the values of secret variables into the output.
	WithSecrets bool
	// Fill, when it is set, makes Calls put values in the place of placeholders.
	Fill *Filler
}

// Requests gives the requests that are to be written, in order.
func (o *Options) Requests(c *collection.Collection) []*collection.Item {
	if o.Item != nil {
		return slices.Collect(o.Item.Requests())
	}
	return slices.Collect(c.Requests())
}

// Input is what a person gave to be converted: a file, or a directory.
type Input struct {
	Path string // for messages
	Data []byte // of a file
	Dir  fs.FS  // of a directory; nil for a file
}

// IsDir tells a directory from a file.
func (in *Input) IsDir() bool { return in.Dir != nil }

// Error is input that cannot be read as a format.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 when it is not known
	Place        string // what is wrong there: a request, a path of a document; may be empty
	Problem      string
	Hint         string // what to do; may be empty
}

func (e *Error) Error() string {
	text := e.File
	if e.Line > 0 {
		text += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			text += fmt.Sprintf(":%d", e.Column)
		}
	}
	if e.Place != "" {
		text += ": " + e.Place
	}
	text += ": " + e.Problem
	if e.Hint != "" {
		text += "\n" + e.Hint
	}
	return text
}
