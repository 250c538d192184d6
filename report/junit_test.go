package report

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
)

// suites is junit.xml as a CI system reads it.
type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	} `xml:"testsuite"`
}

func (r *run) junit(t *testing.T) suites {
	t.Helper()
	if _, err := r.replay(t, nil, NewJUnit(r.dir)); err != nil {
		t.Fatal(err)
	}
	var got suites
	if err := xml.Unmarshal([]byte(r.files(t)[JUnitFile]), &got); err != nil {
		t.Fatalf("%v\n%s", err, r.files(t)[JUnitFile])
	}
	return got
}

// TestJUnit: the counts add up with the cases.
func TestJUnit(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	r.start.Mends = map[string]string{batch.CauseField: "check the contact"}
	got := r.junit(t)
	if len(got.Suites) != 1 || got.Tests != 8 || got.Failures != 1 || got.Errors != 3 || got.Skipped != 3 || got.Suites[0].Tests != 8 {
		t.Fatalf("%+v", got)
	}
	var failures, errs, skipped int
	for _, c := range got.Suites[0].Cases {
		switch {
		case c.Failure != nil:
			failures++
			if c.Name != "row 2 (line 3)" || c.Failure.Type != batch.CauseField || c.Failure.Message != "contact does not exist" || !strings.Contains(c.Failure.Text, "what to do: check the contact") {
				t.Errorf("%+v %+v", c, c.Failure)
			}
		case c.Error != nil:
			errs++
		case c.Skipped != nil:
			skipped++
		case c.Name != "1 row that succeeded":
			t.Errorf("%+v", c)
		}
	}
	if failures != got.Failures || errs != got.Errors || skipped != got.Skipped || len(got.Suites[0].Cases) != 8 {
		t.Errorf("%d failures, %d errors, %d skipped in %d cases", failures, errs, skipped, len(got.Suites[0].Cases))
	}
	sum := map[string]string{}
	for _, p := range got.Suites[0].Properties {
		sum[p.Name] = p.Value
	}
	if sum["pending"] != "2" || sum["succeeded"] != "1" || sum["exit_code"] != "4" {
		t.Errorf("%v", sum)
	}
	if len(r.files(t)) != 1 {
		t.Errorf("left behind: %v", r.files(t))
	}
}

// TestJUnitText: what a server says never breaks the document.
func TestJUnitText(t *testing.T) {
	evil := "</failure>]]><x a=\"&\x00\x1b\ufffe\n"
	r := newRun(t, "id\n1\n", attempted(1, batch.Failed, evil, evil))
	r.start.Job, r.start.Request = evil, evil
	got := r.junit(t)
	if c := got.Suites[0].Cases; len(c) != 1 || c[0].Failure == nil || !strings.HasPrefix(c[0].Failure.Message, `</failure>]]><x a="&`) {
		t.Errorf("%+v", got)
	}
}

// TestJUnitNotFinished: a report that does not come to its end leaves the earlier
// one as it is, and nothing beside it.
func TestJUnitNotFinished(t *testing.T) {
	r := newRun(t, eightRows, everyStatus()...)
	r.junit(t)
	before := r.files(t)
	r.start.Facts.Rows = 9
	if _, err := r.replay(t, nil, NewJUnit(r.dir), NewHTML(r.dir, "pmrun/test"), NewMarkdown(r.dir, "pmrun/test")); err == nil {
		t.Fatal("the balance closes")
	}
	after := r.files(t)
	if len(after) != 1 || after[JUnitFile] != before[JUnitFile] {
		t.Errorf("%d files", len(after))
	}
}
