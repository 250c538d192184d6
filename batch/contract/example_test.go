package contract_test

import (
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

const example = "../../examples/contracts/tickets.yaml"

// TestExample: the contract to copy from is understood, and judges as its comments say.
func TestExample(t *testing.T) {
	c, err := contract.Named(example)
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
		want   batch.Verdict // of which status, cause, ref and retry count
	}{
		{201, `{"items": [{"id": 12, "reference": "7", "state": "created"}]}`, batch.Verdict{Status: batch.Succeeded, Ref: "12"}},
		{200, `{"error": {"code": "E7", "text": "the urgency is unknown"}}`, batch.Verdict{Status: batch.Failed, Cause: batch.CauseValue}},
		{422, `{"error": {"code": "E8", "text": "no such ticket: \"urgency\""}}`, batch.Verdict{Status: batch.Failed, Cause: batch.CauseRefused}},
		{401, `{"error": {"text": "no"}}`, batch.Verdict{Status: batch.Failed, Cause: batch.CauseToken}},
		{429, ``, batch.Verdict{Status: batch.Failed, Cause: batch.CauseRateLimited, Retry: true}},
		{502, `{"error": {"text": "gateway"}}`, batch.Verdict{Status: batch.Unknown, Cause: batch.CauseServer}},
		{201, `<html>`, batch.Verdict{Status: batch.Unknown, Cause: batch.CauseResponse}},
		{200, ``, batch.Verdict{Status: batch.Unknown, Cause: batch.CauseResponse}},
	} {
		got := judge.Judge(&batch.Answer{Status: a.status, Header: http.Header{}, Body: []byte(a.body)})
		if got.Status != a.want.Status || got.Cause != a.want.Cause || got.Ref != a.want.Ref || got.Retry != a.want.Retry {
			t.Errorf("%d %q: %+v, want %+v", a.status, a.body, got, a.want)
		}
	}
}

// TestEveryKeyDocumented: the page about contracts explains every key, and the example
// has all that go with its kind of body.
func TestEveryKeyDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/contracts.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	ofForms := map[string]bool{"file": true, "json": true}
	insteadOf := map[string]bool{"order": true} // match and member are in its place
	var look func(reflect.Type)
	look = func(rt reflect.Type) {
		for rt.Kind() == reflect.Slice || rt.Kind() == reflect.Pointer {
			rt = rt.Elem()
		}
		if rt.Kind() != reflect.Struct {
			return
		}
		for i := range rt.NumField() {
			key, _, _ := strings.Cut(rt.Field(i).Tag.Get("yaml"), ",")
			if !strings.Contains(string(page), "\n| `"+key+"` |") {
				t.Errorf("docs/contracts.md does not explain the key %s of %s", key, rt.Name())
			}
			if !ofForms[key] && !insteadOf[key] && !strings.Contains(string(text), key+":") {
				t.Errorf("the example does not have the key %s of %s", key, rt.Name())
			}
			look(rt.Field(i).Type)
		}
	}
	look(reflect.TypeFor[batch.Contract]())
}
