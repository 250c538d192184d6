package runreport

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// jsonReport writes newman's JSON report, with body texts beside its streams of bytes.
// Executions and failures go into files of their own as they come, and are put together
// at the end: what is kept in memory are the requests of one item.
//
// Of several collections, collection, environment and globals are those of the first;
// collections has all, and the cursor of a later one says which.
type jsonReport struct {
	o                    Options
	file                 *exportFile
	executions, failures *exportFile
	executed, failed     int
	tally                tally
	starts               []*runner.Start
	collections          []*sdkCollection
	finishes             []*runner.Finish
	// Of the item that runs.
	requests []*runner.Request
	asserted []jsonAssertion
	thrown   map[string][]jsonScript // by event
}

type (
	jsonCursor struct {
		Position      int    `json:"position"`
		Iteration     int    `json:"iteration"`
		Length        int    `json:"length"`
		Cycles        int    `json:"cycles"`
		Ref           string `json:"ref"`
		HTTPRequestID string `json:"httpRequestId"`
		Collection    int    `json:"collection,omitempty"`
	}
	jsonAssertion struct {
		Assertion string         `json:"assertion"`
		Skipped   bool           `json:"skipped"`
		Error     *jsonAssertErr `json:"error,omitempty"`
	}
	jsonAssertErr struct {
		Name    string `json:"name"`
		Index   int    `json:"index"`
		Test    string `json:"test"`
		Message string `json:"message"`
		Stack   string `json:"stack"`
	}
	jsonScript struct {
		Error *jsonError `json:"error"`
	}
	// jsonError is what is known of a failure.
	jsonError struct {
		*jsonNetError
		Type       string      `json:"type,omitempty"`
		Name       string      `json:"name"`
		Index      *int        `json:"index,omitempty"`
		Test       string      `json:"test,omitempty"`
		Message    string      `json:"message"`
		Stack      string      `json:"stack,omitempty"`
		Checksum   string      `json:"checksum"`
		ID         string      `json:"id"`
		Timestamp  int64       `json:"timestamp"`
		Stacktrace []jsonFrame `json:"stacktrace"`
	}
	jsonFrame struct {
		FileName     string `json:"fileName"`
		LineNumber   int    `json:"lineNumber"`
		FunctionName string `json:"functionName"`
		TypeName     string `json:"typeName"`
		MethodName   string `json:"methodName"`
		ColumnNumber int    `json:"columnNumber"`
		Native       bool   `json:"native"`
	}
	// jsonParent is a folder, or the collection, without what is in it.
	jsonParent struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	jsonTimings struct {
		ResponseAverage  float64 `json:"responseAverage"`
		ResponseMin      float64 `json:"responseMin"`
		ResponseMax      float64 `json:"responseMax"`
		ResponseSd       float64 `json:"responseSd"`
		DNSAverage       float64 `json:"dnsAverage"`
		DNSMin           float64 `json:"dnsMin"`
		DNSMax           float64 `json:"dnsMax"`
		DNSSd            float64 `json:"dnsSd"`
		FirstByteAverage float64 `json:"firstByteAverage"`
		FirstByteMin     float64 `json:"firstByteMin"`
		FirstByteMax     float64 `json:"firstByteMax"`
		FirstByteSd      float64 `json:"firstByteSd"`
		Started          int64   `json:"started"`
		Completed        int64   `json:"completed"`
	}
	jsonScope struct {
		ID     string         `json:"id"`
		Name   string         `json:"name,omitempty"`
		Values []jsonVariable `json:"values"`
	}
	jsonVariable struct {
		Type     string `json:"type"`
		Value    any    `json:"value"`
		Key      string `json:"key"`
		Disabled bool   `json:"disabled,omitempty"`
	}
)

func newJSON(o Options) (*jsonReport, error) {
	file, err := o.export("json")
	if err != nil {
		return nil, err
	}
	executions, err := file.part()
	if err != nil {
		file.abort()
		return nil, err
	}
	failures, err := file.part()
	if err != nil {
		file.abort()
		executions.abort()
		return nil, err
	}
	return &jsonReport{o: o, file: file, executions: executions, failures: failures}, nil
}

// Handle takes an event.
func (j *jsonReport) Handle(e runner.Event) error {
	f := j.tally.see(e)
	var fault *jsonError
	if f != nil {
		fault = j.fault(f)
		j.failure(f, fault)
	}
	switch {
	case e.Start != nil:
		j.starts = append(j.starts, e.Start)
		j.collections = append(j.collections, newSDKCollection(e.Start.Collection))
	case e.Item != nil:
		j.requests, j.asserted, j.thrown = nil, nil, make(map[string][]jsonScript)
	case e.Request != nil && !e.Request.Script: // those of scripts are no executions
		j.requests = append(j.requests, e.Request)
	case e.Assertion != nil:
		a := jsonAssertion{Assertion: e.Assertion.Name, Skipped: e.Assertion.Skipped}
		if f != nil {
			a.Error = &jsonAssertErr{fault.Name, f.index, f.test, fault.Message, fault.Stack}
		}
		j.asserted = append(j.asserted, a)
	case e.Script != nil && f != nil:
		j.thrown[e.Script.Event] = append(j.thrown[e.Script.Event], jsonScript{fault})
	case e.ItemEnd != nil:
		for _, r := range j.requests {
			j.execution(r)
		}
		j.requests = nil
	case e.Finish != nil:
		j.finishes = append(j.finishes, e.Finish)
	}
	if j.executions.err != nil {
		return j.executions.err
	}
	return j.failures.err
}

// execution writes a request with what became of it.
func (j *jsonReport) execution(r *runner.Request) {
	w := j.executions
	w.print(separator(j.executed), `{"cursor":`)
	j.executed++
	j.put(w, j.cursor(r.Cursor))
	w.print(`,"item":`)
	j.putItem(w, r.Item)
	if len(r.Sent) > 0 {
		w.print(`,"request":`)
		j.put(w, r.Sent)
	}
	if r.Response != nil {
		w.print(`,"response":`)
		j.response(r.Cursor, r.Response)
	}
	w.print(`,"id":`)
	j.put(w, itemID(r.Item))
	if r.Err != nil {
		w.print(`,"requestError":`)
		j.put(w, struct {
			*jsonNetError
			Message string `json:"message"`
		}{netErrorOf(r.Err), r.Err.Error()})
	}
	if len(j.asserted) > 0 {
		w.print(`,"assertions":`)
		j.put(w, j.asserted)
	}
	for _, event := range []struct{ name, member string }{{script.Prerequest, "prerequestScript"}, {script.Test, "testScript"}} {
		if thrown := j.thrown[event.name]; len(thrown) > 0 {
			w.print(`,"`, event.member, `":`)
			j.put(w, thrown)
		}
	}
	w.print("}")
}

// response writes an answer. Its bytes go to the file one by one: as a value of Go they
// would need many times their size.
func (j *jsonReport) response(c runner.Cursor, r *script.Response) {
	w := j.executions
	headers := r.Headers
	if headers == nil {
		headers = []script.Header{}
	}
	body := j.o.Mask(string(r.Body))
	w.print(`{"id":`)
	j.put(w, idOf(c.Ref, "response"))
	w.print(`,"status":`)
	j.put(w, r.Reason)
	w.print(`,"code":`, strconv.Itoa(r.Code), `,"header":`)
	j.put(w, headers)
	w.print(`,"stream":{"type":"Buffer","data":[`)
	var digits []byte
	for i := range len(body) {
		digits = digits[:0]
		if i > 0 {
			digits = append(digits, ',')
		}
		_, _ = w.Write(strconv.AppendUint(digits, uint64(body[i]), 10)) // never fails
	}
	w.print(`]},"cookie":[],"responseTime":`, strconv.FormatInt(r.Time.Milliseconds(), 10), `,"responseSize":`, strconv.FormatInt(r.BodySize, 10), `,"body":`)
	j.put(w, body)
	w.print("}")
}

func (j *jsonReport) failure(f *failure, fault *jsonError) {
	parent := jsonParent{f.item.Collection().ID, f.item.Collection().Name}
	if f.item.Parent != nil {
		parent = jsonParent{itemID(f.item.Parent), f.item.Parent.Name}
	}
	w := j.failures
	w.print(separator(j.failed), `{"error":`)
	j.failed++
	j.put(w, fault)
	w.print(`,"at":`)
	j.put(w, f.at)
	w.print(`,"source":`)
	j.putItem(w, f.item)
	w.print(`,"parent":`)
	j.put(w, parent)
	w.print(`,"cursor":`)
	j.put(w, j.cursor(f.cursor))
	w.print("}")
}

// fault is what the report says of a failure.
func (j *jsonReport) fault(f *failure) *jsonError {
	e := &jsonError{Name: f.name, Message: f.message, Stack: f.stack, Timestamp: j.o.Now().UnixMilli(), Stacktrace: []jsonFrame{}}
	switch {
	case f.err != nil:
		e.jsonNetError = netErrorOf(f.err)
	case f.assertion:
		e.Index, e.Test = &f.index, f.test
		if e.Stack == "" {
			e.Stack = fmt.Sprintf("%s: %s\n   at Object.eval sandbox-script.js:%d:%d)", f.name, f.message, f.index+1, f.cursor.Position+1)
		}
	default:
		e.Type = "Error"
	}
	if f.line > 0 {
		e.Stacktrace = []jsonFrame{{"sandbox-script.js", f.line, "Object.eval", "Object", "eval", f.column, false}}
	}
	sum := sha256.Sum256([]byte(e.Name + "\x00" + e.Message + "\x00" + f.at))
	e.Checksum = hex.EncodeToString(sum[:16])
	e.ID = idOf(f.cursor.Ref, "failure "+strconv.Itoa(j.failed))
	return e
}

// putItem writes an item as it stands in the collection that runs.
func (j *jsonReport) putItem(w *exportFile, item *collection.Item) {
	if n := len(j.collections); n > 0 {
		if known := j.collections[n-1].items[item]; known != nil {
			text, err := known.encode(j.o.Mask)
			w.fail(err)
			_, _ = w.Write(text) // never fails
			return
		}
	}
	j.put(w, map[string]string{"id": itemID(item), "name": item.Name})
}

func (j *jsonReport) cursor(c runner.Cursor) jsonCursor {
	return jsonCursor{c.Position, c.Iteration, c.Length, c.Cycles, c.Ref, idOf(c.Ref, "request"), max(len(j.starts)-1, 0)}
}

// Close puts the report together and gives it its name. There is none of a run that did
// not begin.
func (j *jsonReport) Close() error {
	if len(j.starts) == 0 {
		j.executions.abort()
		j.failures.abort()
		j.file.abort()
		return nil
	}
	w, first := j.file, j.scopes(0)
	w.print("{\n\"collection\":")
	j.put(w, j.collections[0].whole) // last, when every secret is known
	w.print(",\n\"environment\":")
	j.put(w, first[0])
	w.print(",\n\"globals\":")
	j.put(w, first[1])
	if len(j.starts) > 1 {
		w.print(",\n\"collections\":[")
		for i, c := range j.collections {
			scopes := j.scopes(i)
			w.print(separator(i), `{"collection":`)
			j.put(w, c.whole)
			w.print(`,"environment":`)
			j.put(w, scopes[0])
			w.print(`,"globals":`)
			j.put(w, scopes[1])
			w.print("}")
		}
		w.print("\n]")
	}
	w.print(",\n\"run\":{\n\"stats\":")
	j.put(w, j.tally.stats)
	w.print(",\n\"timings\":")
	j.put(w, j.timings())
	w.print(",\n\"executions\":[")
	w.insert(j.executions)
	w.print("\n],\n\"transfers\":{\"responseTotal\":", strconv.FormatInt(j.tally.bytes, 10), "},\n\"failures\":[")
	w.insert(j.failures)
	w.print("\n],\n\"error\":")
	if j.tally.err == nil {
		w.print("null")
	} else {
		j.put(w, map[string]string{"name": "Error", "message": j.tally.err.Error()})
	}
	w.print("\n}\n}\n")
	return w.commit()
}

func (j *jsonReport) timings() jsonTimings {
	t := &j.tally
	return jsonTimings{
		t.response.mean, t.response.least, t.response.most, t.response.deviation(),
		t.dns.mean, t.dns.least, t.dns.most, t.dns.deviation(),
		t.firstByte.mean, t.firstByte.least, t.firstByte.most, t.firstByte.deviation(),
		epoch(t.started), epoch(t.finished),
	}
}

// scopes are the environment and the globals of a collection's run, at its end where
// that is known.
func (j *jsonReport) scopes(i int) [2]jsonScope {
	environment, globals := j.starts[i].Environment, j.starts[i].Globals
	if i < len(j.finishes) {
		environment, globals = j.finishes[i].Environment, j.finishes[i].Globals
	}
	return [2]jsonScope{scopeOf(environment, "environment"), scopeOf(globals, "globals")}
}

func scopeOf(s *script.Scope, kind string) jsonScope {
	if s == nil {
		s = &script.Scope{}
	}
	out := jsonScope{ID: s.ID, Name: s.Name, Values: []jsonVariable{}}
	if out.ID == "" {
		out.ID = idOf(s.Name, kind)
	}
	for _, v := range s.Values {
		out.Values = append(out.Values, jsonVariable{"any", v.Value, v.Key, v.Disabled})
	}
	return out
}

// put writes a value, its secrets masked.
func (j *jsonReport) put(w *exportFile, value any) {
	text, err := encode(value, j.o.Mask)
	w.fail(err)
	_, _ = w.Write(text) // never fails
}

// separator comes before the nth element of a list.
func separator(n int) string {
	if n == 0 {
		return "\n"
	}
	return ",\n"
}

func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// idOf makes an id of what it names, the same each time.
func idOf(parts ...string) string {
	text := ""
	for _, part := range parts {
		text += part + "\x00"
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(text)).String()
}
