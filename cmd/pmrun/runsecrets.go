package main

import (
	"os"
	"slices"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
	"github.com/pmrun/pmrun/collection/vars"
)

// runSecrets are the secrets of a run: those of its collections, and variables that are
// secret by their type or name, also those that scripts set; and those of the vault.
type runSecrets struct {
	values []string
	masker *vars.Masker
	off    bool
}

func (o *runOptions) secrets(collections []*collection.Collection, options *runner.Options) *runSecrets {
	s := &runSecrets{off: !o.mask}
	for _, c := range collections {
		s.values = append(s.values, c.Secrets()...)
		s.add(runner.NewScope("", "", c.Variables()))
	}
	s.values = append(append(s.values, o.apiKey, o.passphrase), newVault(os.Environ()).secrets()...)
	s.add(options.Environment)
	s.add(options.Globals)
	s.masker = vars.NewMasker(s.values)
	return s
}

// learn takes in what a script has set.
func (s *runSecrets) learn(scopes *script.Scopes) {
	before := len(s.values)
	for _, scope := range []*script.Scope{scopes.Locals, scopes.Environment, scopes.Collection, scopes.Globals} {
		s.add(scope)
	}
	if len(s.values) > before {
		s.masker = vars.NewMasker(s.values)
	}
}

func (s *runSecrets) add(scope *script.Scope) {
	for _, v := range scope.Values {
		text, ok := v.Value.(string)
		if ok && text != "" && (v.Type == "secret" || collection.SoundsSecret(v.Key)) && !slices.Contains(s.values, text) {
			s.values = append(s.values, text)
		}
	}
}

func (s *runSecrets) mask(text string) string {
	if s.off {
		return text
	}
	return s.masker.Mask(text)
}
