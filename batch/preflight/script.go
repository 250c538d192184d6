package preflight

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ScriptsRead reports whether a script names a column, and so may read it.
func ScriptsRead(sources []string, column string) bool {
	return column != "" && slices.ContainsFunc(sources, func(source string) bool { return strings.Contains(source, column) })
}

// setsShared finds a script that sets a variable which in Postman outlives the request.
var setsShared = regexp.MustCompile(`\bpm\s*\.\s*(environment|collectionVariables|globals)\s*\.\s*(?:set|unset|clear)\s*\(|\bset(Environment|Global)Variable\s*\(`)

func scriptSetsShared(in *Input) []Problem {
	for _, source := range in.Scripts {
		if m := setsShared.FindStringSubmatch(source); m != nil {
			scope := map[string]string{"environment": "environment", "Environment": "environment", "collectionVariables": "collection's variables", "globals": "globals", "Global": "globals"}[m[1]+m[2]]
			return []Problem{{Message: fmt.Sprintf("a script sets a variable of the %s: the other rows do not see it", scope)}}
		}
	}
	return nil
}

var setsNext = regexp.MustCompile(`\bsetNextRequest\s*\(`)

func scriptOrder(in *Input) []Problem {
	if in.Several || !slices.ContainsFunc(in.Scripts, setsNext.MatchString) {
		return nil
	}
	return []Problem{{Message: "a script calls setNextRequest: the row has no other request, and the call is passed over"}}
}
