package runreport

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// jsonReport writes newman's JSON report, as it goes: what was executed is not kept in
// memory. It has body texts beside newman's streams of bytes.
type jsonReport struct {
	o     Options
	file  *exportFile
	w     *bufio.Writer
	tally tally
	first bool
	begun bool
	// Of the item that runs.
	executions []object
	scripts    map[string][]object // by event
	asserted   []object
	failures   []json.RawMessage
	finish     *runner.Finish
	start      *runner.Start
	err        error
}

type object = map[string]any

func newJSON(o Options) (*jsonReport, error) {
	file, err := o.export("json")
	if err != nil {
		return nil, err
	}
	return &jsonReport{o: o, file: file, w: bufio.NewWriter(file), first: true}, nil
}

// Handle takes an event.
func (j *jsonReport) Handle(e runner.Event) error {
	f := j.tally.see(e)
	if f != nil {
		j.failures = append(j.failures, j.encode(j.failure(f)))
	}
	switch {
	case e.Start != nil:
		j.begin(e.Start)
	case e.Item != nil:
		j.executions, j.scripts, j.asserted = nil, map[string][]object{}, nil
	case e.Request != nil && !e.Request.Script: // those of pm.sendRequest are no executions
		j.executions = append(j.executions, j.execution(e.Request))
	case e.Assertion != nil:
		a := object{"assertion": e.Assertion.Name, "skipped": e.Assertion.Skipped}
		if e.Assertion.Err != nil {
			a["error"] = object{"name": e.Assertion.Err.Name, "index": e.Assertion.Index, "test": e.Assertion.Name, "message": e.Assertion.Err.Message, "stack": e.Assertion.Err.Stack}
		}
		j.asserted = append(j.asserted, a)
	case e.Script != nil:
		entry := object{}
		if e.Script.Err != nil {
			entry["error"] = object{"type": "Error", "name": e.Script.Err.Name, "message": e.Script.Err.Message, "stacktrace": []any{}}
		}
		j.scripts[e.Script.Event] = append(j.scripts[e.Script.Event], entry)
	case e.ItemEnd != nil:
		j.itemEnd()
	case e.Finish != nil:
		j.finish = e.Finish
	}
	return j.err
}

func (j *jsonReport) begin(s *runner.Start) {
	if j.begun {
		return
	}
	j.begun, j.start = true, s
	j.write(`{"run":{"executions":[`)
}

// itemEnd writes what was executed of an item.
func (j *jsonReport) itemEnd() {
	for _, x := range j.executions {
		if len(j.asserted) > 0 {
			x["assertions"] = j.asserted
		}
		if s := j.scripts[script.Prerequest]; len(s) > 0 {
			x["prerequestScript"] = s
		}
		if s := j.scripts[script.Test]; len(s) > 0 {
			x["testScript"] = s
		}
		separator := ","
		if j.first {
			separator = ""
		}
		j.first = false
		j.write(separator, "\n", j.encode(x))
	}
	j.executions = nil
}

// execution is a request with its answer, in newman's shape.
func (j *jsonReport) execution(r *runner.Request) object {
	x := object{"cursor": cursorOf(r.Cursor), "item": itemOf(r.Item), "id": r.Item.ID}
	var sent any
	if json.Unmarshal(r.Sent, &sent) == nil {
		x["request"] = sent
	}
	if r.Err != nil {
		e := object{"message": r.Err.Error()}
		var net *runner.NetError
		if errors.As(r.Err, &net) {
			e["code"] = net.Code
		}
		x["requestError"] = e
		return x
	}
	body := j.o.Mask(strings.ToValidUTF8(string(r.Response.Body), "\uFFFD"))
	data := r.Response.Body
	if body != string(r.Response.Body) {
		data = []byte(body)
	}
	bytes := make([]int, len(data))
	for i, b := range data {
		bytes[i] = int(b)
	}
	headers := []object{}
	for _, h := range r.Response.Headers {
		headers = append(headers, object{"key": h.Key, "value": h.Value})
	}
	x["response"] = object{
		"id": r.Cursor.Ref, "status": r.Response.Reason, "code": r.Response.Code, "header": headers, "cookie": []any{},
		"stream": object{"type": "Buffer", "data": bytes}, "body": body,
		"responseTime": r.Response.Time.Milliseconds(), "responseSize": r.Response.BodySize,
	}
	return x
}

// failure is one in newman's shape.
func (j *jsonReport) failure(f *failure) object {
	e := object{"name": f.name, "message": f.message, "stack": f.stack, "stacktrace": []any{}, "timestamp": j.o.Now().UnixMilli()}
	if f.test != "" {
		e["test"], e["index"] = f.test, f.index
	}
	out := object{"error": e, "at": f.at, "source": itemOf(f.item), "cursor": cursorOf(f.cursor)}
	parent := object{"name": f.item.Collection().Name, "id": f.item.Collection().ID}
	if f.item.Parent != nil {
		parent = object{"name": f.item.Parent.Name, "id": f.item.Parent.ID}
	}
	out["parent"] = parent
	return out
}

func cursorOf(c runner.Cursor) object {
	return object{"position": c.Position, "iteration": c.Iteration, "length": c.Length, "cycles": c.Cycles, "ref": c.Ref}
}

func itemOf(item *collection.Item) any {
	var value object
	if json.Unmarshal([]byte(item.Raw.Raw), &value) != nil {
		value = object{}
	}
	value["id"], value["name"] = item.ID, item.Name
	return value
}

// Close writes the rest and gives the file its name.
func (j *jsonReport) Close() error {
	if !j.begun {
		j.write(`{"run":{"executions":[`)
	}
	// The collection comes last, when every secret is known.
	var c any
	if j.start != nil {
		_ = json.Unmarshal(j.start.Collection.V21(), &c)
	}
	j.write("\n],\n\"failures\":[")
	for i, f := range j.failures {
		if i > 0 {
			j.write(",")
		}
		j.write("\n", f)
	}
	ms := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.UnixMilli()
	}
	timings := object{
		"responseAverage": j.tally.average(), "responseMin": j.tally.least, "responseMax": j.tally.most, "responseSd": j.tally.deviation(),
		"dnsAverage": 0, "dnsMin": 0, "dnsMax": 0, "dnsSd": 0, "firstByteAverage": 0, "firstByteMin": 0, "firstByteMax": 0, "firstByteSd": 0,
		"started": ms(j.tally.started), "completed": ms(j.tally.finished),
	}
	var failed any
	environment, globals := scopeOf(nil), scopeOf(nil)
	if j.finish != nil {
		if j.finish.Err != nil {
			failed = object{"message": j.finish.Err.Error()}
		}
		environment, globals = scopeOf(j.finish.Environment), scopeOf(j.finish.Globals)
	}
	j.write("\n],\n\"stats\":", j.encode(j.tally.stats), ",\n\"timings\":", j.encode(timings), ",\n\"transfers\":", j.encode(object{"responseTotal": j.tally.bytes}),
		",\n\"error\":", j.encode(failed), "},\n\"environment\":", j.encode(environment), ",\n\"globals\":", j.encode(globals), ",\n\"collection\":", j.encode(c), "}\n")
	if err := j.w.Flush(); j.err == nil && err != nil {
		j.err = fmt.Errorf("cannot write the report %s: %w", j.file.path, err)
	}
	return errors.Join(j.err, j.file.finish())
}

func scopeOf(s *script.Scope) object {
	if s == nil {
		return object{"values": []any{}}
	}
	values := []object{}
	for _, v := range s.Values {
		values = append(values, object{"type": "any", "key": v.Key, "value": v.Value})
	}
	return object{"id": s.ID, "name": s.Name, "values": values}
}

// encode writes a value with its secrets masked, text by text.
func (j *jsonReport) encode(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		j.err = errors.Join(j.err, err)
		return json.RawMessage("null")
	}
	var tree any
	if json.Unmarshal(text, &tree) != nil {
		return text
	}
	text, _ = json.Marshal(masked(tree, j.o.Mask))
	return text
}

// masked hides secrets in the texts of a tree.
func masked(value any, mask func(string) string) any {
	switch v := value.(type) {
	case string:
		return mask(v)
	case []any:
		for i := range v {
			v[i] = masked(v[i], mask)
		}
	case map[string]any:
		for key := range v {
			v[key] = masked(v[key], mask)
		}
	}
	return value
}

func (j *jsonReport) write(parts ...any) {
	for _, part := range parts {
		var err error
		switch p := part.(type) {
		case string:
			_, err = j.w.WriteString(p)
		case json.RawMessage:
			_, err = j.w.Write(p)
		}
		if err != nil && j.err == nil {
			j.err = fmt.Errorf("cannot write the report %s: %w", j.file.path, err)
		}
	}
}
