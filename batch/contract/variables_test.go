package contract_test

import (
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
)

// TestVariables: captures see what scripts have set; the answer is judged before.
func TestVariables(t *testing.T) {
	c, err := contract.NewCaptures(map[string]string{"id": "variables.id", "none": "variables.none", "of": "json.variables"})
	if err != nil {
		t.Fatal(err)
	}
	values, _ := c.Capture(&batch.Answer{Body: []byte(`{"variables": "x"}`), Variables: map[string]any{"id": 5.0}})
	if values["id"] != "5" || values["none"] != "" || values["of"] != "x" {
		t.Errorf("captured %v", values)
	}
	if _, err := contract.NewJudge(nil, "variables.id == 5"); err == nil || !strings.Contains(err.Error(), "captures only") {
		t.Errorf("the error is %v", err)
	}
	if _, err := contract.NewJudge(nil, "json.variables == 5"); err != nil {
		t.Error(err)
	}
}
