package rowscript

import (
	"regexp"
	"slices"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/script"
)

// Sources gives the sources of the scripts that run for the items.
func Sources(items ...*collection.Item) (sources []string) {
	for _, item := range items {
		for _, event := range []string{script.Prerequest, script.Test} {
			for _, s := range item.EventScripts(event) {
				if !slices.Contains(sources, s.Source) {
					sources = append(sources, s.Source)
				}
			}
		}
	}
	return sources
}

var (
	setCall = regexp.MustCompile(`(?:\.\s*set|set(?:Environment|Global)Variable)\s*\(\s*([^\s])`)
	setName = regexp.MustCompile("(?:\\.\\s*set|set(?:Environment|Global)Variable)\\s*\\(\\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`$]*)`)")
)

// Sets gives a function that reports whether the items' scripts may set a variable of
// that name: one names it, or sets a name that it makes itself. Whether they do is
// known only when they have run.
func Sets(items []*collection.Item) func(name string) bool {
	names := make(map[string]bool)
	any := false
	for _, source := range Sources(items...) {
		named := setName.FindAllStringSubmatch(source, -1)
		for _, m := range named {
			names[m[1]+m[2]+m[3]] = true
		}
		any = any || len(setCall.FindAllString(source, -1)) > len(named)
	}
	return func(name string) bool { return any || names[name] }
}
