package contract_test

import (
	"net/http"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/mockcrm"
)

// TestJudgeMockUpdate: an update of a case that exists succeeds under its own id,
// and every refusal of the mock CRM gets a cause.
func TestJudgeMockUpdate(t *testing.T) {
	c, err := contract.Find("/server/API/v2/cases/update.php")
	if err != nil || c == nil || c.Name != "wolkvox-cases-update" {
		t.Fatalf("%+v, %v", c, err)
	}
	judge, err := contract.NewJudge(c, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		spoil func(in *insert)
		want  string // cause, empty for a case that is changed
	}{
		{"nothing", func(in *insert) {}, ""},
		{"GET", func(in *insert) { in.method = http.MethodGet }, batch.CauseMethod},
		{"no token", func(in *insert) { in.token = nil }, batch.CauseToken},
		{"JSON", func(in *insert) { in.contentType, in.body = "application/json", "{}" }, batch.CauseFormat},
		{"no operation", func(in *insert) { in.drop("operation") }, batch.CauseOperation},
		{"no id", func(in *insert) { in.drop("wolkvox-id") }, batch.CauseField},
		{"unknown id", func(in *insert) { in.set("wolkvox-id", "token") }, batch.CauseField},
		{"Spanish status", func(in *insert) { in.set("status", "Cerrado") }, batch.CauseValue},
		{"unknown responsible", func(in *insert) { in.set("responsible", "token") }, batch.CauseField},
		{"unknown field", func(in *insert) { in.set("contact", "x@example.com") }, batch.CauseField},
		{"nothing to change", func(in *insert) { in.drop("status") }, batch.CauseField},
	} {
		t.Run(c.name, func(t *testing.T) {
			crm, err := mockcrm.New(mockcrm.Options{})
			if err != nil {
				t.Fatal(err)
			}
			goodInsert().send(t, crm)
			id := crm.Cases()[0].ID
			in := goodInsert()
			in.path = "/server/API/v2/cases/update.php"
			in.fields = []part{{name: "operation", value: "acme"}, {name: "wolkvox-id", value: id}, {name: "status", value: "closed"}}
			c.spoil(in)
			answer := in.send(t, crm)
			got := judge.Judge(answer)
			if c.want == "" {
				if got.Status != batch.Succeeded || got.Ref != id {
					t.Errorf("%s: %+v", answer.Body, got)
				}
				return
			}
			if got.Status != batch.Failed || got.Cause != c.want || got.Retry {
				t.Errorf("%s: %+v; want cause %q", answer.Body, got, c.want)
			}
		})
	}
}
