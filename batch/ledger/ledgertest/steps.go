package ledgertest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/pmrun/pmrun/batch"
)

func fullStep(number int, status batch.Status) batch.StepRecord {
	return batch.StepRecord{
		Number: number, Name: "Cases/Insert", Status: status, Cause: batch.CauseScript, HTTPStatus: 201, Code: "E1", Message: "said \"no\"", Ref: "id", Rule: "test",
		StartedAt: began, Duration: 1500 * time.Microsecond, Captures: map[string]string{"id": "5"}, State: []byte(`[{"name": "\u0000ä"}]`),
	}
}

// testSteps: what a commit says of a row's steps is durable with the rest of it.
func testSteps(t *testing.T, open Opener) {
	expectSteps := func(t *testing.T, l batch.Ledger, row int64, want ...batch.StepRecord) {
		t.Helper()
		got, err := l.Steps(t.Context(), row)
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("the steps of row %d are %+v, %v; want %+v", row, got, err, want)
		}
	}
	l, reopen := open(t)
	commit(t, l, intend(1, 1))
	expectSteps(t, l, 1)
	goOn := tried(1, 1)
	goOn.Steps = []batch.StepRecord{fullStep(1, batch.Succeeded), {Number: 2, Name: "b", Status: batch.Skipped}}
	commit(t, l, goOn, intend(1, 2))
	expectSteps(t, l, 1, goOn.Steps...)
	closeLedger(t, l)

	// Whoever opens it finds the row on its way, and its steps.
	l = reopen()
	defer func() { closeLedger(t, l) }()
	if n, err := l.Interrupted(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d rows were interrupted, %v", n, err)
	}
	expectSteps(t, l, 1, goOn.Steps...)
	commit(t, l, settle(1, batch.Pending, 2))
	commit(t, l, intend(1, 3))
	end := settle(1, batch.Failed, 3)
	end.Steps = []batch.StepRecord{fullStep(3, batch.Failed)}
	commit(t, l, end)
	expectSteps(t, l, 1, append(goOn.Steps, end.Steps...)...)
	again := settle(1, batch.Succeeded, 4)
	again.Steps = []batch.StepRecord{fullStep(3, batch.Succeeded)}
	commit(t, l, intend(1, 4), again)
	expectSteps(t, l, 1, append(goOn.Steps, again.Steps...)...)

	// None of a commit that fails.
	bad := settle(2, batch.Succeeded, 1)
	bad.Steps = []batch.StepRecord{fullStep(0, batch.Succeeded)}
	refuse(t, l, 2, intend(2, 1), bad)
	back := withdraw(2, 0)
	back.Steps = []batch.StepRecord{fullStep(1, batch.Skipped)}
	commit(t, l, intend(2, 1), back)
	expectSteps(t, l, 2, back.Steps...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Steps(ctx, 1); err == nil {
		t.Error("steps were read though the context has ended")
	}
}
