package main

import (
	"testing"

	"github.com/pmrun/pmrun/report"
)

// TestMendsTranslated: what this program says to do about a cause, it says in every
// language of its reports.
func TestMendsTranslated(t *testing.T) {
	for _, name := range report.Languages() {
		words, _ := report.Language(name)
		for cause, mend := range generalMends() {
			if name != "en" && words.Text(mend) == mend {
				t.Errorf("%s: what to do about %s is not translated", name, cause)
			}
		}
	}
}
