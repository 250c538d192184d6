package report

import (
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

func (r *run) markdown(t *testing.T, finish *batch.Finish) string {
	t.Helper()
	if _, err := r.replay(t, finish, NewMarkdown(r.dir, "pmrun/test")); err != nil {
		t.Fatal(err)
	}
	return r.files(t)[MarkdownFile]
}

func TestMarkdown(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	r.start.Mends = map[string]string{batch.CauseField: "check the contact", batch.CauseValue: "not shown"}
	got := r.markdown(t, &batch.Finish{ExitCode: batch.ExitStopped, Stopped: "a rule"})
	for _, want := range []string{
		"# cases\n\nCases/Insert to https://crm.example.com: 8 rows in 7.25s, ",
		" Exit code 3.\n\n**Stopped early:** a rule\n\n| status | rows |\n|---|--:|\n| succeeded | 1 |\n| failed | 1 |\n",
		"| pending | 2 |\n\nLatency in ms: p50 250.0, ",
		"| failed | field | 1 | line 3: contact does not exist | check the contact |\n",
		"| invalid | value | 1 | line 6: status is wrong -\\> write open |  |\n",
		"| pending | rate\\_limited | 1 | line 9: HTTP 429 |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestMarkdownText: text from elsewhere is neither markup nor a cell's end.
func TestMarkdownText(t *testing.T) {
	r := newRun(t, "id\n1\n", attempted(1, batch.Failed, "a|b", "x | y\n# <script> [l](http://h) `c` **b** ![i](j) \x1b[1m"))
	got := r.markdown(t, nil)
	if want := `| failed | a\|b | 1 | line 2: x \| y \# \<script\> \[l\](http://h) \` + "`c\\`" + ` \*\*b\*\* \!\[i\](j)  \[1m |  |`; !strings.Contains(got, want) {
		t.Errorf("no %s in\n%s", want, got)
	}
}
