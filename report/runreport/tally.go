package runreport

import (
	"math"
	"strconv"
	"strings"
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

// failures are all that the stats know of.
func (s *stats) failures() int { return s.Assertions.Failed + s.Scripts.Failed + s.Requests.Failed }

// failure is something that went wrong.
type failure struct {
	name, message, stack string
	// at says where: "assertion:0 in test-script", "request", "test-script:3:1".
	at string
	// test and index are those of an assertion.
	assertion bool
	test      string
	index     int
	item      *collection.Item
	cursor    runner.Cursor
	err       error // of a request
	// line and column of a script, 0 when they are not known
	line, column int
}

// tally counts what the events of runs say; of several collections it has the sums.
// What it needs does not grow with the run, but for a bit an iteration.
type tally struct {
	stats             stats
	skipped           int // assertions
	collections       int
	started, finished time.Time
	bytes             int64 // of bodies
	// The times of what had an answer.
	response, dns, firstByte spread
	failedIterations         []uint64 // of the collection that runs, a bit each
	err                      error    // what ended a run before its end
}

// see counts an event, and gives the failure that it is.
func (t *tally) see(e runner.Event) *failure {
	switch {
	case e.Start != nil:
		t.failedIterations = nil
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
		if e.Finish.Err != nil {
			t.err = e.Finish.Err
		}
	}
	return nil
}

// failedIn counts an iteration with its first failure.
func (t *tally) failedIn(c runner.Cursor) {
	word, bit := c.Iteration/64, uint64(1)<<(c.Iteration%64)
	for len(t.failedIterations) <= word {
		t.failedIterations = append(t.failedIterations, 0)
	}
	if t.failedIterations[word]&bit == 0 {
		t.failedIterations[word] |= bit
		t.stats.Iterations.Failed++
	}
}

func (t *tally) request(r *runner.Request) *failure {
	t.stats.Requests.Total++
	if r.Err != nil {
		t.stats.Requests.Failed++
		t.failedIn(r.Cursor)
		return &failure{name: "Error", message: r.Err.Error(), at: "request", item: r.Item, cursor: r.Cursor, err: r.Err}
	}
	if r.Response != nil {
		t.bytes += r.Response.BodySize
		t.response.add(r.Response.Time)
		t.dns.add(r.Timing.DNS)
		t.firstByte.add(r.Timing.FirstByte)
	}
	return nil
}

func (t *tally) script(s *runner.Script) *failure {
	counts := &t.stats.TestScripts
	if s.Event == script.Prerequest {
		counts = &t.stats.PrerequestScripts
	}
	counts.Total++
	t.stats.Scripts.Total++
	if s.Err == nil {
		return nil
	}
	counts.Failed++
	t.stats.Scripts.Failed++
	t.failedIn(s.Cursor)
	at := scriptName(s.Event)
	if s.Err.Line > 0 {
		at += ":" + strconv.Itoa(s.Err.Line) + ":" + strconv.Itoa(s.Err.Column)
	}
	return &failure{name: s.Err.Name, message: s.Err.Message, stack: ownStack(s.Err.Stack), at: at, item: s.Item, cursor: s.Cursor, line: s.Err.Line, column: s.Err.Column}
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
	return &failure{
		name: a.Err.Name, message: a.Err.Message, stack: ownStack(a.Err.Stack), at: "assertion:" + strconv.Itoa(a.Index) + " in " + scriptName(a.Event),
		assertion: true, test: a.Name, index: a.Index, item: a.Item, cursor: a.Cursor, line: a.Err.Line, column: a.Err.Column,
	}
}

// ownStack leaves out what is the sandbox's in a stack, and nobody's who reads it.
func ownStack(stack string) string {
	var own []string
	for line := range strings.SplitSeq(strings.TrimRight(stack, "\n"), "\n") {
		frame := strings.TrimSpace(line)
		if !strings.HasPrefix(frame, "at ") || !strings.Contains(frame, "pmrun:") && !strings.HasSuffix(frame, "(native)") {
			own = append(own, line)
		}
	}
	return strings.Join(own, "\n")
}

// scriptName is what newman calls the scripts of an event.
func scriptName(event string) string {
	if event == script.Prerequest {
		return "prerequest-script"
	}
	return "test-script"
}

// spread gathers times, in ms, and forgets them.
type spread struct{ n, least, most, mean, squares float64 }

// add takes in a time; 0 is none.
func (s *spread) add(d time.Duration) {
	if d <= 0 {
		return
	}
	ms := float64(d) / float64(time.Millisecond)
	if s.n == 0 || ms < s.least {
		s.least = ms
	}
	s.most = max(s.most, ms)
	// Welford's way: sums of squares would lose what differs little.
	s.n++
	before := ms - s.mean
	s.mean += before / s.n
	s.squares += before * (ms - s.mean)
}

// deviation is the standard deviation.
func (s *spread) deviation() float64 {
	if s.n == 0 {
		return 0
	}
	return math.Sqrt(s.squares / s.n)
}
