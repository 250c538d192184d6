package runreport

import (
	"encoding/json"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/collection/script"
)

// secret is what Mask has to hide; it is as wide as what stands for it.
const secret = "s3cr3t-token"

// fixture is a collection with what reports stumble over in its names.
const fixture = `{
  "info": {"name": "Ünïcode & <b>\u202e]]>", "_postman_id": "c-1", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "variable": [{"key": "base", "value": "http://host"}, {"key": "big", "value": 12345678901234567890}],
  "item": [
    {"name": "=Folder, A", "item": [
      {"name": "first\n::error::no", "id": "i-1", "request": {"method": "POST", "url": "{{base}}/one?x=1&y", "header": [{"key": "Authorization", "value": "Bearer s3cr3t-token"}], "body": {"mode": "raw", "raw": "{}"}},
       "event": [{"listen": "test", "script": {"exec": ["x"]}}]},
      {"name": "日本", "item": [{"name": "deep \u001b[31mred", "request": "{{base}}/deep"}]}
    ]},
    {"name": "left out", "id": "i-3", "request": {"method": "GET", "url": {"raw": "{{base}}/skip", "host": ["{{base}}"], "path": ["skip"]}}},
    {"name": "dead", "id": "i-4", "request": {"method": "GET", "url": "http://127.0.0.1:1/"}}
  ]
}`

// stream builds the events of a run by hand, so that they are the same each time.
type stream struct {
	events []runner.Event
	cursor runner.Cursor
	item   *collection.Item
}

func (s *stream) add(e runner.Event) { s.events = append(s.events, e) }

func (s *stream) begin(position int, item *collection.Item) {
	s.cursor.Position, s.item = position, item
	s.cursor.Ref = "ref-" + strconv.Itoa(s.cursor.Iteration) + "-" + strconv.Itoa(position)
	s.add(runner.Event{Item: &runner.Item{Cursor: s.cursor, Item: item}})
}

func (s *stream) end(skipped bool) {
	s.add(runner.Event{ItemEnd: &runner.Item{Cursor: s.cursor, Item: s.item, Skipped: skipped}})
}

func (s *stream) console(level string, args ...string) {
	s.add(runner.Event{Console: &runner.Console{Cursor: s.cursor, Item: s.item, Level: level, Args: args}})
}

func (s *stream) request(r runner.Request) {
	r.Cursor, r.Item = s.cursor, s.item
	s.add(runner.Event{Request: &r})
}

func (s *stream) script(event string, err *script.Error) {
	s.add(runner.Event{Script: &runner.Script{Cursor: s.cursor, Item: s.item, Event: event, Owner: s.item, Err: err}})
}

func (s *stream) test(index int, name string, skipped bool, err *script.Error) {
	s.add(runner.Event{Assertion: &runner.Assertion{Cursor: s.cursor, Item: s.item, Event: script.Test, Assertion: script.Assertion{Name: name, Index: index, Skipped: skipped, Err: err}}})
}

func sent(method, url string) runner.Request {
	text, _ := json.Marshal(map[string]any{
		"method": method, "url": map[string]any{"raw": url, "protocol": "http", "host": []string{"host"}, "path": []string{"one"}, "query": []any{}, "variable": []any{}},
		"header": []any{map[string]any{"key": "Authorization", "value": "Bearer " + secret}}, "body": map[string]any{"mode": "raw", "raw": `{"t":"` + secret + `"}`},
	})
	return runner.Request{Sent: text, Method: method, URL: url}
}

func answered(method, url, body string, took time.Duration) runner.Request {
	r := sent(method, url)
	r.Response = &script.Response{
		Code: 200, Reason: "OK", Headers: []script.Header{{Key: "X-Token", Value: secret}, {Key: "X-Bad", Value: "a\r\nb\x1b[2J"}},
		Body: []byte(body), Time: took, HeaderSize: 100, BodySize: int64(len(body)),
	}
	r.Timing = runner.Timing{DNS: 2 * time.Millisecond, FirstByte: took / 2, Total: took}
	return r
}

// refused is a connection that was.
func refused() error {
	err := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: &os.SyscallError{Syscall: "connect", Err: syscall.ECONNREFUSED}}
	return &runner.NetError{Code: "ECONNREFUSED", Message: "connect ECONNREFUSED 127.0.0.1:1: nothing listens there", Err: err}
}

// handmade are the events of two iterations: a request of a script, tests that pass,
// fail and are skipped, a script that throws, a request that is skipped, and one
// without an answer. err ends the run.
func handmade(t testing.TB, err error) []runner.Event {
	t.Helper()
	c, parseErr := collection.Parse("dir/c.json", []byte(fixture))
	if parseErr != nil {
		t.Fatal(parseErr)
	}
	var items []*collection.Item
	for item := range c.Requests() {
		items = append(items, item)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	scope := &script.Scope{ID: "e-1", Name: "env", Values: []script.Variable{{Key: "token", Value: secret, Type: "secret"}, {Key: "n", Value: 7.0}}}
	s := &stream{cursor: runner.Cursor{Length: len(items), Cycles: 2}}
	s.add(runner.Event{Start: &runner.Start{Collection: c, Items: items, Iterations: 2, At: at, Environment: scope, Globals: &script.Scope{}}})
	for i := range 2 {
		s.cursor.Iteration, s.cursor.Position = i, 0
		s.add(runner.Event{Iteration: &runner.Iteration{Cursor: s.cursor, Data: map[string]any{"id": "007", "token": secret}}})

		s.begin(0, items[0])
		s.console("log", "token "+secret, "{ a: 1 }")
		s.console("error", "two\nlines \x1b[31m")
		r := answered("GET", "http://host/sr", "{}", 3*time.Millisecond)
		r.Script = true
		s.request(r)
		s.script(script.Prerequest, nil)
		s.request(answered("POST", "http://host/one?x="+secret, "body "+secret+" ü]]>\x00\xff<script>alert(1)</script>", time.Duration(10*(i+1))*time.Millisecond))
		s.test(0, "same name", false, nil)
		var failed *script.Error
		if i == 0 { // what fails once has failed
			failed = &script.Error{Name: "AssertionError", Message: "expected '" + secret + "' to equal ]]> # 1\n=second line", Stack: "AssertionError: x\n\tat pmrun:expect:1:2(3)\n\tat test-script:2:5(8)\n", Line: 2, Column: 5}
		}
		s.test(1, "@hostile ]]> <script> \x1b[0m # % \\ é", false, failed)
		s.test(2, "later", true, nil)
		s.script(script.Test, nil)
		s.end(false)

		s.begin(1, items[1])
		s.request(answered("GET", "http://host/deep", "", 5*time.Millisecond))
		s.script(script.Test, &script.Error{Name: "TypeError", Message: "boom " + secret, Line: 3, Column: 1})
		s.end(false)

		s.begin(2, items[2])
		s.script(script.Prerequest, nil)
		s.end(true)

		s.begin(3, items[3])
		dead := sent("GET", "http://127.0.0.1:1/")
		dead.Err = refused()
		s.request(dead)
		s.end(false)
	}
	s.add(runner.Event{Finish: &runner.Finish{At: at.Add(1500 * time.Millisecond), Err: err, Environment: scope, Globals: &script.Scope{}, Collection: &script.Scope{}}})
	return s.events
}

// exportTo is the option of the file, for the reporters that have it.
func exportTo(name, path string) map[string]string {
	if !Knows(name, "export") {
		return nil
	}
	return map[string]string{"export": path}
}
