package contract_test

import (
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/mockcrm"
)

func TestJudgeMockQuery(t *testing.T) {
	c, err := contract.Named("wolkvox-cases-query")
	if err != nil {
		t.Fatal(err)
	}
	judge, err := contract.NewJudge(c, "")
	if err != nil {
		t.Fatal(err)
	}
	crm, err := mockcrm.New(mockcrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	goodInsert().send(t, crm)
	id := crm.Cases()[0].ID
	for _, c := range []struct{ name, body, ref, cause string }{
		{"found", `{"operation": "acme", "field": "description", "value": "first"}`, id, ""},
		{"none found", `{"operation": "acme", "field": "description", "value": "second"}`, "", ""},
		{"no operation", `{"field": "description", "value": "first"}`, "", batch.CauseOperation},
		{"unknown field", `{"operation": "acme", "field": "colour", "value": "first"}`, "", batch.CauseField},
		{"not JSON", `operation`, "", batch.CauseFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := goodInsert()
			in.path, in.contentType, in.body = "/server/API/v2/cases/queryCases.php", "application/json", c.body
			answer := in.send(t, crm)
			got := judge.Judge(answer)
			if (got.Status == batch.Succeeded) != (c.cause == "") || got.Ref != c.ref || got.Cause != c.cause {
				t.Errorf("%s: %+v", answer.Body, got)
			}
		})
	}
}
