package runreport

import (
	"math"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// count is how often something happened.
type count struct {
	Total   int `json:"total"`
	Pending int `json:"pending"`
	Failed  int `json:"failed"`
}

// stats are newman's.
type stats struct {
	Iterations        count `json:"iterations"`
	Items             count `json:"items"`
	Scripts           count `json:"scripts"`
	Prerequests       count `json:"prerequests"`
	Requests          count `json:"requests"`
	Tests             count `json:"tests"`
	Assertions        count `json:"assertions"`
	TestScripts       count `json:"testScripts"`
	PrerequestScripts count `json:"prerequestScripts"`
}

// failure is something that went wrong.
type failure struct {
	name, message, stack string
	// at says where: "assertion:0 in test-script", "request", "test-script:3:1".
	at     string
	test   string // of a failed assertion
	index  int
	item   *collection.Item
	cursor runner.Cursor
}

// tally counts what the events of runs say.
type tally struct {
	stats    stats
	skipped  int // assertions
	started  time.Time
	finished time.Time
	bytes    int64
	// Of the response times, in ms.
	n, sum, squares, least, most float64
	failedIterations             map[[2]int]bool
	collections                  int
}

// see counts an event, and gives the failure that it is.
func (t *tally) see(e runner.Event) *failure {
	switch {
	case e.Start != nil:
		if t.collections++; t.started.IsZero() {
			t.started = e.Start.At
		}
	case e.Iteration != nil:
		t.stats.Iterations.Total++
	case e.ItemEnd != nil:
		t.stats.Items.Total++
		if !e.ItemEnd.Skipped {
			t.stats.Tests.Total++
		}
		t.stats.Prerequests.Total++
	case e.Request != nil:
		return t.request(e.Request)
	case e.Script != nil:
		return t.script(e.Script)
	case e.Assertion != nil:
		return t.assertion(e.Assertion)
	case e.Finish != nil:
		t.finished = e.Finish.At
	}
	return nil
}

func (t *tally) failedIn(c runner.Cursor) {
	key := [2]int{t.collections, c.Iteration}
	if t.failedIterations == nil {
		t.failedIterations = make(map[[2]int]bool)
	}
	if !t.failedIterations[key] {
		t.failedIterations[key] = true
		t.stats.Iterations.Failed++
	}
}

func (t *tally) request(r *runner.Request) *failure {
	t.stats.Requests.Total++
	if r.Err != nil {
		t.stats.Requests.Failed++
		t.failedIn(r.Cursor)
		return &failure{name: "Error", message: r.Err.Error(), at: "request", item: r.Item, cursor: r.Cursor}
	}
	t.bytes += r.Response.BodySize
	ms := float64(r.Response.Time) / float64(time.Millisecond)
	if t.n == 0 || ms < t.least {
		t.least = ms
	}
	t.most = max(t.most, ms)
	t.n++
	t.sum += ms
	t.squares += ms * ms
	return nil
}

func (t *tally) script(s *runner.Script) *failure {
	counts, name := &t.stats.TestScripts, "test-script"
	if s.Event == script.Prerequest {
		counts, name = &t.stats.PrerequestScripts, "prerequest-script"
	}
	counts.Total++
	t.stats.Scripts.Total++
	if s.Err == nil {
		return nil
	}
	counts.Failed++
	t.stats.Scripts.Failed++
	t.failedIn(s.Cursor)
	return &failure{name: s.Err.Name, message: s.Err.Message, stack: s.Err.Stack, at: name, item: s.Item, cursor: s.Cursor}
}

func (t *tally) assertion(a *runner.Assertion) *failure {
	t.stats.Assertions.Total++
	if a.Skipped {
		t.skipped++
		return nil
	}
	if a.Err == nil {
		return nil
	}
	t.stats.Assertions.Failed++
	t.failedIn(a.Cursor)
	return &failure{name: a.Err.Name, message: a.Err.Message, stack: a.Err.Stack, at: atAssertion(a), test: a.Name, index: a.Index, item: a.Item, cursor: a.Cursor}
}

// average and deviation are those of the response times, in ms.
func (t *tally) average() float64 {
	if t.n == 0 {
		return 0
	}
	return t.sum / t.n
}

func (t *tally) deviation() float64 {
	if t.n == 0 {
		return 0
	}
	return math.Sqrt(max(t.squares/t.n-t.average()*t.average(), 0))
}

func atAssertion(a *runner.Assertion) string {
	name := "test-script"
	if a.Event == script.Prerequest {
		name = "prerequest-script"
	}
	return "assertion:" + itoa(a.Index) + " in " + name
}
