package contract_test

import (
	"net/http"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/mockcrm"
)

func TestJudgeMockCustom(t *testing.T) {
	const one, many = "/server/API/v2/custom/insert.php", "/server/API/v2/custom/insertMany.php"
	for _, c := range []struct {
		name, path, body string
		stored           int
		cause            string
	}{
		{"one", one, `{"module": "Orders", "fields": {"Número": "7", "Total": 1.50}}`, 1, ""},
		{"with operation", one, `{"operation": "acme", "module": "Orders", "fields": {"a": "b"}}`, 1, ""},
		{"many", many, `{"module": "Orders", "fields": [{"a": "1"}, {"a": "2"}, {"a": "3"}]}`, 3, ""},
		{"no module", one, `{"fields": {"a": "b"}}`, 0, batch.CauseField},
		{"no fields", one, `{"module": "Orders", "fields": {}}`, 0, batch.CauseField},
		{"a list for one", one, `{"module": "Orders", "fields": [{"a": "b"}]}`, 0, batch.CauseField},
		{"an object for many", many, `{"module": "Orders", "fields": {"a": "b"}}`, 0, batch.CauseField},
		{"one of many is empty", many, `{"module": "Orders", "fields": [{"a": "b"}, {}]}`, 0, batch.CauseField},
		{"operation empty", one, `{"operation": "", "module": "Orders", "fields": {"a": "b"}}`, 0, batch.CauseOperation},
		{"not JSON", one, `module=Orders`, 0, batch.CauseFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			crm, err := mockcrm.New(mockcrm.Options{})
			if err != nil {
				t.Fatal(err)
			}
			found, err := contract.Find(c.path)
			if err != nil || found == nil {
				t.Fatal(found, err)
			}
			judge, err := contract.NewJudge(found, "")
			if err != nil {
				t.Fatal(err)
			}
			in := goodInsert()
			in.path, in.contentType, in.body = c.path, "application/json", c.body
			answer := in.send(t, crm)
			got := judge.Judge(answer)
			if crm.Len() != c.stored || (got.Status == batch.Succeeded) != (c.cause == "") || got.Cause != c.cause {
				t.Errorf("%d stored, %s: %+v", crm.Len(), answer.Body, got)
			}
			if c.stored > 0 && got.Ref != crm.Cases()[0].ID {
				t.Errorf("ref %q, the first record is %s", got.Ref, crm.Cases()[0].ID)
			}
		})
	}
}

// TestOtherContractsAnswers: what the other built-in contracts make of answers that are
// none of the API's own.
func TestOtherContractsAnswers(t *testing.T) {
	for _, name := range []string{"wolkvox-cases-update", "wolkvox-cases-query", "wolkvox-custom-insert", "wolkvox-custom-insert-many"} {
		c, err := contract.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		judge, err := contract.NewJudge(c, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []struct {
			status int
			body   string
			want   batch.Status
			retry  bool
		}{
			{200, `{"code":"200","error":"null","msg":"","data":[{"wolkvox_id":"x"}]}`, batch.Succeeded, false},
			{200, `{"code":"400","error":"no","msg":"","data":[]}`, batch.Failed, false},
			{200, `<html>`, batch.Unknown, false},
			{200, ``, batch.Unknown, false},
			{429, `<html>`, batch.Failed, true},
			{404, `<html>`, batch.Failed, false},
			{502, `<html>`, batch.Unknown, false},
		} {
			got := judge.Judge(&batch.Answer{Status: a.status, Header: http.Header{}, Body: []byte(a.body)})
			if got.Status != a.want || got.Retry != a.retry {
				t.Errorf("%s: %d %q: %s, retry %v", name, a.status, a.body, got.Status, got.Retry)
			}
		}
	}
}

// TestBatchJudgeMockCustom: with the batch that the contract's comment suggests, each
// row has its own id, in the order of the rows; from an answer without entries none has.
func TestBatchJudgeMockCustom(t *testing.T) {
	const body = `{"module": "Orders", "fields": [{"a": "1"}, {"a": "2"}, {"a": "3"}]}`
	rule := &batch.BatchRule{List: "fields", Results: "json.data", Order: true, ID: "item.wolkvox_id"}
	each, err := contract.NewBatchJudge(rule)
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.Named("wolkvox-custom-insert-many")
	if err != nil {
		t.Fatal(err)
	}
	judge, err := contract.NewJudge(c, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, noEntries := range []bool{false, true} {
		crm, err := mockcrm.New(mockcrm.Options{NoEntries: noEntries})
		if err != nil {
			t.Fatal(err)
		}
		in := goodInsert()
		in.path, in.contentType, in.body = c.Path, "application/json", body
		answer := in.send(t, crm)
		whole := judge.Judge(answer)
		if whole.Status != batch.Succeeded || crm.Len() != 3 {
			t.Fatalf("%d stored: %+v", crm.Len(), whole)
		}
		for i, v := range each.JudgeEach(answer, whole, []byte(body), 3) {
			switch {
			case noEntries && v != nil:
				t.Errorf("row %d has the verdict %+v out of nothing", i, v)
			case !noEntries && (v == nil || v.Ref != crm.Cases()[i].ID):
				t.Errorf("row %d has %+v, its record is %s", i, v, crm.Cases()[i].ID)
			}
		}
	}
}
