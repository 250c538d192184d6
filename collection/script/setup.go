package script

import (
	"embed"
	"errors"
	"fmt"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja_nodejs/buffer"
	"github.com/dop251/goja_nodejs/require"
	"github.com/dop251/goja_nodejs/url"
)

//go:embed js/*.js
var sources embed.FS

// parts are the files of the sandbox's own JavaScript, in the order in which they build
// on each other. Each is a function of the host and of what the ones before have made.
func parts() []string {
	return []string{"limits", "inspect", "lists", "variables", "request", "response", "expect", "postman_expect", "globals", "pm", "legacy"}
}

// prelude compiles them once.
var prelude = sync.OnceValues(func() ([]*goja.Program, error) {
	var programs []*goja.Program
	for _, name := range parts() {
		text, err := sources.ReadFile("js/" + name + ".js")
		if err != nil {
			return nil, err
		}
		program, err := goja.Compile("pmrun:"+name, string(text), false)
		if err != nil {
			return nil, err
		}
		programs = append(programs, program)
	}
	return programs, nil
})

// setUp gives the machine everything that scripts find in it.
func (s *Sandbox) setUp() error {
	registry := require.NewRegistry(require.WithLoader(nodeModules(s.o.NodeModules)), require.WithGlobalFolders(moduleRoot))
	node := registry.Enable(s.vm)
	nodeRequire := s.vm.Get("require")
	for _, name := range shared() {
		registry.RegisterNativeModule(name, func(_ *goja.Runtime, module *goja.Object) { _ = module.Set("exports", s.modules.small(name)) })
	}
	buffer.Enable(s.vm)
	url.Enable(s.vm)
	programs, err := prelude()
	if err != nil {
		return err
	}
	lib := s.vm.NewObject()
	host := s.host()
	for i, program := range programs {
		value, err := s.vm.RunProgram(program)
		if err != nil {
			return err
		}
		part, ok := goja.AssertFunction(value)
		if !ok {
			return fmt.Errorf("part %d is no function", i)
		}
		if _, err := part(goja.Undefined(), host, lib); err != nil {
			return fmt.Errorf("part %s: %w", parts()[i], err)
		}
	}
	var ok1, ok2 bool
	s.begin, ok1 = goja.AssertFunction(lib.Get("begin"))
	s.end, ok2 = goja.AssertFunction(lib.Get("end"))
	if !ok1 || !ok2 {
		return errors.New("its parts do not fit together")
	}
	s.modules = &modules{s: s, lib: lib, host: host, node: node, nodeRequire: nodeRequire, loaded: make(map[string]goja.Value)}
	return nil
}
