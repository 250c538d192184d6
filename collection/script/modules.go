package script

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/require"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed lib/*.js
var libraries embed.FS

// libraryPrograms are the files by their names. Each is compiled once, when it is first
// asked for.
var libraryPrograms = sync.OnceValue(func() map[string]func() (*goja.Program, error) {
	programs := make(map[string]func() (*goja.Program, error))
	names, _ := fs.Glob(libraries, "lib/*.js")
	for _, name := range names {
		programs[strings.TrimSuffix(path.Base(name), ".js")] = sync.OnceValues(func() (*goja.Program, error) { return compileLibrary(name) })
	}
	return programs
})

func compileLibrary(name string) (*goja.Program, error) {
	text, err := libraries.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return goja.Compile("pmrun:"+strings.TrimSuffix(path.Base(name), ".js"), string(text), false)
}

// modules are what require gives, each made when it is first asked for.
type modules struct {
	s    *Sandbox
	lib  *goja.Object
	host *goja.Object
	node *require.RequireModule
	// nodeRequire is the function require of the packages.
	nodeRequire goja.Value
	loaded      map[string]goja.Value
}

// require gives a module, or throws.
func (s *Sandbox) require(name string) goja.Value {
	m := s.modules
	name = strings.TrimPrefix(name, "node:")
	if value, ok := m.loaded[name]; ok {
		return value
	}
	value := m.load(name)
	if value == nil {
		text := fmt.Sprintf("Cannot find module '%s'", name)
		if name == "backbone" {
			text += ": install it with npm, and name its node_modules with --node-modules"
		}
		failure, err := s.vm.New(s.vm.Get("Error"), s.vm.ToValue(text))
		if err != nil {
			s.throw("%s", text)
		}
		panic(failure)
	}
	m.loaded[name] = value
	return value
}

// load makes a module; nil when there is none of that name. What the user has installed
// comes first.
func (m *modules) load(name string) goja.Value {
	vm := m.s.vm
	if m.s.o.NodeModules != "" {
		// Packages require each other by the module's own function, which knows where
		// they are.
		own := vm.Get("require")
		_ = vm.Set("require", m.nodeRequire)
		value, err := m.node.Require(name)
		_ = vm.Set("require", own)
		if err == nil {
			return value
		}
		if !strings.Contains(err.Error(), "Invalid module") && !errors.Is(err, require.ModuleFileDoesNotExistError) {
			m.s.throw("require %s: %v", name, err)
		}
	}
	switch name {
	case "chai":
		o := vm.NewObject()
		_ = o.Set("expect", m.lib.Get("expect"))
		_ = o.Set("AssertionError", m.lib.Get("AssertionError"))
		_ = o.Set("assert", m.small("assert"))
		return o
	case "uuid":
		v4 := vm.ToValue(newUUID).ToObject(vm)
		_ = v4.Set("v4", newUUID)
		return v4
	case "atob", "btoa":
		return vm.Get(name)
	case "buffer", "url", "util":
		return require.Require(vm, name)
	case "lodash":
		return m.library("lodash")
	case "crypto-js":
		return m.library("crypto")
	case "moment", "cheerio":
		return m.library(name)
	case "postman-collection":
		return m.library("postman_collection")
	case "querystring", "path", "events", "assert", "tv4", "ajv", "xml2js", "csv-parse/lib/sync", "csv-parse/sync", "string_decoder":
		return m.small(name)
	case "timers":
		o := vm.NewObject()
		for _, fn := range []string{"setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"} {
			_ = o.Set(fn, vm.Get(fn))
		}
		return o
	case "fs", "os", "_process":
		return vm.NewObject() // empty, as in Postman
	}
	return nil
}

// shared are the modules that packages can require, too.
func shared() []string { return []string{"querystring", "path", "events", "assert", "string_decoder"} }

// small is one of the modules of small.js.
func (m *modules) small(name string) goja.Value { return m.part("small").ToObject(m.s.vm).Get(name) }

// part is what a file gives that several share.
func (m *modules) part(name string) goja.Value {
	key := "\x00" + name
	value, known := m.loaded[key]
	if !known {
		value = m.library(name)
		m.loaded[key] = value
	}
	return value
}

// library runs a file of the sandbox's own, which is a function of what there is, of the
// host, and of a function that gives other files' parts.
func (m *modules) library(name string) goja.Value {
	compile := libraryPrograms()[name]
	if compile == nil {
		m.s.throw("the module %s is not there", name)
	}
	program, err := compile()
	if err != nil {
		m.s.throw("the module %s cannot be made: %v", name, err)
	}
	value, err := m.s.vm.RunProgram(program)
	if err != nil {
		panic(err)
	}
	make, _ := goja.AssertFunction(value)
	made, err := make(goja.Undefined(), m.lib, m.host, m.s.vm.ToValue(m.part))
	if err != nil {
		panic(err)
	}
	return made
}

// nodeModules reads packages below a directory, and nothing else: links that lead out of
// it are not followed.
func nodeModules(dir string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if dir == "" {
			return nil, require.ModuleFileDoesNotExistError
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, require.ModuleFileDoesNotExistError
		}
		defer root.Close()
		relative := strings.TrimPrefix(path.Clean("/"+strings.TrimPrefix(name, moduleRoot)), "/")
		content, err := fs.ReadFile(root.FS(), filepath.ToSlash(relative))
		if err != nil {
			return nil, require.ModuleFileDoesNotExistError
		}
		if path.Ext(relative) == ".mjs" {
			return nil, fmt.Errorf("%s is an ES module; only CommonJS can be required", name)
		}
		return content, nil
	}
}

// moduleRoot is where packages seem to be.
const moduleRoot = "/node_modules"

// validate checks a value against a JSON schema and says what is wrong with it.
func (s *Sandbox) validate(schema, value string) []string {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		s.throw("the schema is no JSON: %v", err)
	}
	data, err := jsonschema.UnmarshalJSON(strings.NewReader(value))
	if err != nil {
		s.throw("the data is no JSON: %v", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.UseLoader(jsonschema.SchemeURLLoader{}) // nothing is fetched
	if err := c.AddResource("schema.json", doc); err != nil {
		s.throw("the schema cannot be used: %v", err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		s.throw("the schema cannot be used: %v", err)
	}
	failure, ok := compiled.Validate(data).(*jsonschema.ValidationError)
	if !ok {
		return []string{}
	}
	var list []string
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			at := "data"
			for _, part := range e.InstanceLocation {
				at += "." + part
			}
			text := e.Error()
			if i := strings.LastIndex(text, ": "); i >= 0 {
				text = text[i+2:]
			}
			list = append(list, at+" "+text)
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(failure)
	return list
}
