package contract_test

import (
	"slices"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

// TestFound: only an answer that clearly says so means that there is no record.
func TestFound(t *testing.T) {
	c, err := contract.Named(crm)
	if err != nil {
		t.Fatal(err)
	}
	found, err := contract.NewFound(c.Lookup.Found)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []struct {
		name   string
		status int
		body   string
		want   []string // nil when the answer does not tell
	}{
		{"one", 200, `{"code":"200","error":"null","msg":"1 records were are found","data":[{"wolkvox_id":"a1"}]}`, []string{"a1"}},
		{"two", 200, `{"code":200,"data":[{"wolkvox_id":"a1"},{"wolkvox_id":12345678901234567890}]}`, []string{"a1", "12345678901234567890"}},
		{"numbers", 200, `{"code":200,"data":[{"wolkvox_id":7},{"wolkvox_id":12345678.0}]}`, []string{"7", "12345678"}},
		{"none", 200, `{"code":"200","error":"null","msg":"0 records were are found","data":[]}`, []string{}},
		{"none, in words", 200, `{"code":"200","error":"null","msg":"0 records were are found"}`, []string{}},
		{"no data", 200, `{"code":"200","error":"null"}`, nil},
		{"no data, another message", 200, `{"code":"200","error":"null","msg":"10 records were are found"}`, nil},
		{"data is no list", 200, `{"code":"200","data":"none"}`, nil},
		{"a record without an id", 200, `{"code":"200","data":[{"status":"open"}]}`, nil},
		{"an error", 200, `{"code":"200","error":"Case query API error","data":[]}`, nil},
		{"another code", 200, `{"code":"400","error":"null","data":[]}`, nil},
		{"another status", 500, `{"code":"200","error":"null","data":[]}`, nil},
		{"HTML", 200, `<html>`, nil},
		{"empty", 200, ``, nil},
		{"cut short", 200, `{"code":"200","error":"null","data":[`, nil},
		{"a list", 200, `[]`, nil},
	} {
		got, err := found(&batch.Answer{Status: a.status, Body: []byte(a.body)})
		if (err != nil) != (a.want == nil) || err == nil && !slices.Equal(got, a.want) {
			t.Errorf("%s: %q, %v; want %q", a.name, got, err, a.want)
		}
	}
}

func TestFoundExpressions(t *testing.T) {
	for text, want := range map[string][]string{
		`json.id`:                  {"5"},
		`json.text`:                {"x"},
		`json.empty`:               {},
		`json.list`:                {"a", "6"},
		`filter(json.list, false)`: {},
		`json.nothing`:             nil,
		`status == 200`:            nil,
		`json`:                     nil,
		`json.list.x`:              nil,
	} {
		found, err := contract.NewFound(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := found(&batch.Answer{Status: 200, Body: []byte(`{"id":5,"text":"x","empty":"","list":["a",6]}`)})
		if (err != nil) != (want == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
	if _, err := contract.NewFound("nowhere"); err == nil {
		t.Error("an expression with a mistake is taken")
	}
}
