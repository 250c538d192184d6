package main

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// vaultPrefix starts the names of the process's environment that hold the secrets of
// pm.vault.
const vaultPrefix = "PMRUN_VAULT_"

// vault holds the secrets that scripts read with pm.vault, by name.
type vault map[string]string

func newVault(environ []string) vault {
	v := make(vault)
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, vaultPrefix) && len(name) > len(vaultPrefix) {
			v[name[len(vaultPrefix):]] = value
		}
	}
	return v
}

func (v vault) read(_ context.Context, name string) (value string, found bool, err error) {
	value, found = v[name]
	return value, found, nil
}

func (v vault) secrets() []string { return slices.Collect(maps.Values(v)) }
