package script

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/require"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// modules are what require gives, each made when it is first asked for.
type modules struct {
	vm     *goja.Runtime
	lib    *goja.Object
	loaded map[string]goja.Value
}

func newModules(vm *goja.Runtime, lib *goja.Object, _ string) *modules {
	return &modules{vm: vm, lib: lib, loaded: make(map[string]goja.Value)}
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
		failure, err := s.vm.New(s.vm.Get("Error"), s.vm.ToValue(fmt.Sprintf("Cannot find module '%s'", name)))
		if err != nil {
			s.throw("Cannot find module '%s'", name)
		}
		panic(failure)
	}
	m.loaded[name] = value
	return value
}

// load makes a module; nil when there is none of that name.
func (m *modules) load(name string) goja.Value {
	switch name {
	case "chai":
		o := m.vm.NewObject()
		_ = o.Set("expect", m.lib.Get("expect"))
		_ = o.Set("AssertionError", m.lib.Get("AssertionError"))
		return o
	case "uuid":
		v4 := m.vm.ToValue(newUUID).ToObject(m.vm)
		_ = v4.Set("v4", newUUID)
		return v4
	case "atob", "btoa":
		return m.vm.Get(name)
	case "buffer", "url", "util":
		return require.Require(m.vm, name)
	case "timers":
		o := m.vm.NewObject()
		for _, fn := range []string{"setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"} {
			_ = o.Set(fn, m.vm.Get(fn))
		}
		return o
	}
	return nil
}

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
