package sheet_test

import (
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/sheet"
)

var filterHeader = []string{"case-type", "status", "amount"}

func TestFilterRows(t *testing.T) {
	for _, c := range []struct {
		rows string
		want string // of rows 1 to 12
	}{
		{"3", "3"},
		{"3-5", "3 4 5"},
		{"-2", "1 2"},
		{"11-", "11 12"},
		{"1, 4-5 ,12", "1 4 5 12"},
		{"4-6,5-7", "4 5 6 7"},
		{"100-200", ""},
	} {
		f, err := sheet.NewFilter(c.rows, "", filterHeader)
		if err != nil {
			t.Errorf("%q: %v", c.rows, err)
			continue
		}
		var got []string
		for n := int64(1); n <= 12; n++ {
			keep, why, err := f.Keep(batch.Row{Num: n})
			if err != nil || keep == (why != "") {
				t.Errorf("%q: row %d: keep %v, why %q, error %v", c.rows, n, keep, why, err)
			}
			if keep {
				got = append(got, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}[n])
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q keeps %s, want %s", c.rows, s, c.want)
		}
	}
	for _, bad := range []string{"0", "5-3", "a", "-", "1--2", "1,", ",", "1-2-3", "9999999999999999999999"} {
		if _, err := sheet.NewFilter(bad, "", filterHeader); err == nil || !strings.Contains(err.Error(), "100-200") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestFilterWhere(t *testing.T) {
	row := batch.Row{Num: 7, Line: 9, Cells: []string{"Request", "open", "12"}}
	for _, c := range []struct {
		where string
		row   batch.Row
		want  bool
	}{
		{`row["case-type"] == "Request"`, row, true},
		{`row.status in ["open", "closed"] && num == 7 && line == 9`, row, true},
		{`int(row.amount) > 12`, row, false},
		{`row["case-type"] startsWith "re"`, row, false},
		{`row.amount == ""`, batch.Row{Cells: []string{"a"}}, true}, // a cell that a ragged row lacks
	} {
		f, err := sheet.NewFilter("", c.where, filterHeader)
		if err != nil {
			t.Errorf("%s: %v", c.where, err)
			continue
		}
		// An earlier row must not show through.
		if _, _, err := f.Keep(batch.Row{Cells: []string{"x", "y", "1"}}); err != nil {
			t.Error(err)
		}
		if keep, _, err := f.Keep(c.row); err != nil || keep != c.want {
			t.Errorf("%s: %v, %v; want %v", c.where, keep, err, c.want)
		}
	}
	f, err := sheet.NewFilter("", "int(row.amount) > 5", filterHeader)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Keep(batch.Row{Cells: []string{"", "", "many"}}); err == nil || !strings.Contains(err.Error(), "cannot be evaluated") {
		t.Errorf("a cell that is no number: %v", err)
	}
	for where, want := range map[string]string{
		`row["case-typ"] == "x"`: `did you mean "case-type"`,
		`status == "open"`:       "unknown name status",
		`row.status`:             "bool",
		`num ==`:                 "where:",
	} {
		if _, err := sheet.NewFilter("", where, filterHeader); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", where, err, want)
		}
	}
	if f, err := sheet.NewFilter("", "", filterHeader); f != nil || err != nil {
		t.Error("a filter without rules is none")
	}
}
