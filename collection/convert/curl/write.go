package curl

import (
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/program"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

type writer struct {
	shell     shell
	notes     *convert.Notes
	variables *program.Variables
}

// shell writes the parts of a script.
type shell interface {
	// extension is that of its scripts.
	extension() string
	// dynamic gives the variables of Postman that it makes.
	dynamic() []string
	// variable makes a name for a variable, function one for a request; taken are those that mean something else.
	variable(name string) string
	function(name string) string
	taken() (variables, functions []string)
	// script writes a whole one.
	script(s *script) string
}

// script is what becomes one file.
type script struct {
	title, about string
	variables    *program.Variables
	declared     []program.Variable // those that are written at the top
	requests     []scripted
	// alone says that the script is one request's.
	alone bool
}

// scripted is a request of a script.
type scripted struct {
	name, title, about string // name is that of the function
	scripts            string // as comments
	required           []program.Variable
	cmd                *command
}

func write(c *collection.Collection, o convert.Options, notes *convert.Notes) ([]convert.File, error) {
	w := &writer{notes: notes, shell: bashShell{}}
	if o.Shell == "powershell" {
		w.shell = powerShell{}
	}
	calls := convert.Calls(c, o, notes)
	for i := range calls {
		textform.Losses(calls[i].Item, notes, "followRedirects", "strictSSL", "maxRedirects", "followAuthorizationHeader",
			"followOriginalHttpMethod", "disableCookies", "disabledSystemHeaders")
		w.checkAuth(&calls[i])
	}
	takenVariables, takenFunctions := w.shell.taken()
	var err error
	if w.variables, err = program.NewVariables(o, calls, w.shell.variable, w.shell.dynamic(), takenVariables, notes); err != nil {
		return nil, err
	}
	names := program.Names(calls, w.shell.function, takenFunctions...)
	requests := make([]scripted, len(calls))
	for i := range calls {
		item := calls[i].Item
		var scripts strings.Builder
		program.Scripts(&scripts, "#", item, notes)
		requests[i] = scripted{
			name: names[i], title: item.Path(), about: item.Request().Description, scripts: scripts.String(),
			required: w.variables.Required(&calls[i]), cmd: w.command(&calls[i]),
		}
	}
	var files []convert.File
	defer func() {
		var all strings.Builder
		for _, f := range files {
			all.Write(f.Data)
		}
		textform.Secrets(c, all.String(), notes)
	}()
	add := func(name string, s *script) {
		s.variables = w.variables
		text := w.shell.script(s)
		files = append(files, convert.File{Name: name, Data: []byte(text), Executable: true})
	}
	if !o.PerRequest {
		add("requests"+w.shell.extension(), &script{title: c.Model.Info.Name, about: c.Model.Info.Description.Content, declared: w.variables.List, requests: requests})
		return files, nil
	}
	taken := map[string]bool{}
	for i := range calls {
		add(textform.Path(calls[i].Item, w.shell.extension(), taken), &script{
			title: requests[i].title, about: requests[i].about, declared: w.variables.Uses(&calls[i]), requests: requests[i : i+1], alone: true,
		})
	}
	return files, nil
}

// used reports whether pieces of the requests, or of the variables, need something.
func (s *script) used(need func(p program.Piece) bool) bool {
	has := func(pieces []program.Piece) bool {
		for _, p := range pieces {
			if p.Var != "" && need(p) {
				return true
			}
		}
		return false
	}
	for _, v := range s.declared {
		if has(v.Value) {
			return true
		}
	}
	for _, r := range s.requests {
		if has(r.cmd.input) {
			return true
		}
		for _, a := range r.cmd.args {
			if has(a.value) {
				return true
			}
		}
	}
	return false
}

// encoded reports whether a value is written in that encoding.
func (s *script) encoded(enc program.Encoding) bool {
	return s.used(func(p program.Piece) bool { return p.Enc == enc })
}

// makes reports whether the script makes a variable of Postman.
func (s *script) makes(names ...string) bool {
	return s.used(func(p program.Piece) bool {
		for _, name := range names {
			if p.Var == name && s.variables.Find(name) == nil {
				return true
			}
		}
		return false
	})
}
