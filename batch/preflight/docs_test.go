package preflight_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch/preflight"
)

var update = flag.Bool("update", false, "write docs/rules.md from the rules")

const rulesDoc = "../../docs/rules.md"

// TestRulesDoc keeps docs/rules.md what the rules say. To write it again:
//
//	go test ./batch/preflight -run TestRulesDoc -update
func TestRulesDoc(t *testing.T) {
	want := rulesMarkdown()
	if *update {
		if err := os.WriteFile(rulesDoc, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rulesDoc)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(got), "\r\n", "\n") != want {
		t.Errorf("%s is not what the rules say: go test ./batch/preflight -run TestRulesDoc -update", rulesDoc)
	}
}

func rulesMarkdown() string {
	var b strings.Builder
	b.WriteString(`# What preflight checks

Everything here is checked before the first row is sent. An **error** refuses the load, and on a row it makes the row
invalid; a **warning** changes nothing. ` + "`pmrun check`" + ` shows what is found; reports name the rule that decided. This page
is written from the rules themselves; ` + "`pmrun help rules`" + ` prints the same.

What is said of an API (its hosts, its token header, its body, its fields and values) is in its [contract](contracts.md).
`)
	for _, r := range preflight.Rules() {
		fmt.Fprintf(&b, "\n## %s\n\n%s, cause `%s`. Source: %s.\n\n- finds: %s\n- mend: %s\n",
			r.ID, r.Severity, r.Cause, r.Source, literal(r.About), literal(r.Mend))
	}
	return b.String()
}

// literal keeps Markdown from reading angle brackets as HTML.
func literal(text string) string { return strings.NewReplacer("<<", "`<<", ">>", ">>`").Replace(text) }
