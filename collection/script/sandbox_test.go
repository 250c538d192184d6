package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// sandbox makes one with a console that is kept.
func sandbox(t testing.TB, o Options) (*Sandbox, *[]string) {
	t.Helper()
	printed := &[]string{}
	if o.Console == nil {
		o.Console = func(level string, args []string) { *printed = append(*printed, level+": "+strings.Join(args, " ")) }
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, printed
}

// execution is one of a test with an answer.
func execution(event string) *Execution {
	e := &Execution{
		Event: event, Iteration: 2, Iterations: 5, ID: "id-1", Name: "Login", Path: []string{"C", "F", "Login"},
		Scopes: &Scopes{
			Locals: &Scope{}, Environment: &Scope{ID: "e1", Name: "Env", Values: []Variable{{Key: "a", Value: "env"}, {Key: "n", Value: 1.5}, {Key: "off", Value: "x", Disabled: true}}},
			Collection: &Scope{Values: []Variable{{Key: "a", Value: "col"}, {Key: "c", Value: "coll"}}}, Globals: &Scope{Values: []Variable{{Key: "g", Value: "glob"}}},
			Data: map[string]any{"row": 7.0, "a2": "data"},
		},
		Request: json.RawMessage(`{"url":{"raw":"https://h.example:8443/a/:id?x=1&y=2","protocol":"https","host":["h","example"],"port":"8443","path":["a",":id"],"query":[{"key":"x","value":"1"},{"key":"y","value":"2"}],"variable":[{"key":"id","value":"7"}]},"method":"POST","header":[{"key":"X-One","value":"1"},{"key":"x-one","value":"2"}],"body":{"mode":"raw","raw":"{\"q\":1}"}}`),
	}
	if event == Test {
		e.Response = &Response{
			Code: 200, Reason: "OK", Headers: []Header{{"Content-Type", "application/json; charset=utf-8"}, {"X-Two", "b"}},
			Body: []byte(`{"ok":true,"list":[1,2,{"a":"b"}],"name":"Ann"}`), Time: 42 * time.Millisecond, HeaderSize: 100, BodySize: 47,
		}
	}
	return e
}

func run(t testing.TB, s *Sandbox, e *Execution, source string) *Result {
	t.Helper()
	p, err := Compile("test-script", source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return s.Run(t.Context(), p, e)
}

// TestMembers: each line is an expression and what it is, as JSON.
func TestMembers(t *testing.T) {
	for expression, want := range map[string]string{
		"pm.info.eventName":      `"test"`,
		"pm.info.iteration":      `2`,
		"pm.info.iterationCount": `5`,
		"pm.info.requestName":    `"Login"`,
		"pm.info.requestId":      `"id-1"`,
		"Object.keys(pm.info)":   `[]`,

		"pm.environment.get('a')":                                 `"env"`,
		"pm.environment.get('off')":                               `undefined`,
		"pm.environment.has('off')":                               `false`,
		"pm.environment.name":                                     `"Env"`,
		"pm.environment.id":                                       `"e1"`,
		"pm.environment.toObject()":                               `{"a":"env","n":1.5}`,
		"pm.environment.values.count()":                           `3`,
		"pm.globals.get('g')":                                     `"glob"`,
		"pm.collectionVariables.get('a')":                         `"col"`,
		"pm.iterationData.get('row')":                             `7`,
		"pm.iterationData.toObject()":                             `{"a2":"data","row":7}`,
		"pm.variables.get('a')":                                   `"env"`,
		"pm.variables.get('c')":                                   `"coll"`,
		"pm.variables.get('row')":                                 `7`,
		"pm.variables.get('nope')":                                `undefined`,
		"pm.variables.has('g')":                                   `true`,
		"pm.variables.replaceIn('{{a}}-{{g}}-{{nope}}')":          `"env-glob-{{nope}}"`,
		"pm.variables.replaceIn({x: ['{{row}}']})":                `{"x":["7"]}`,
		"pm.environment.replaceIn('{{a}} {{g}}')":                 `"env {{g}}"`,
		"pm.variables.replaceIn('{{$randomFake}}')":               `"dynamic"`,
		"(pm.variables.set('a', 'local'), pm.variables.get('a'))": `"local"`,

		"pm.request.method":                                      `"POST"`,
		"pm.request.url.toString()":                              `"https://h.example:8443/a/7?x=1&y=2"`,
		"String(pm.request.url)":                                 `"https://h.example:8443/a/7?x=1&y=2"`,
		"pm.request.url.getHost()":                               `"h.example"`,
		"pm.request.url.getRemote()":                             `"h.example:8443"`,
		"pm.request.url.getPath()":                               `"/a/7"`,
		"pm.request.url.getPath(true)":                           `"/a/:id"`,
		"pm.request.url.getQueryString()":                        `"x=1&y=2"`,
		"pm.request.url.getPathWithQuery()":                      `"/a/7?x=1&y=2"`,
		"pm.request.url.protocol":                                `"https"`,
		"pm.request.url.port":                                    `"8443"`,
		"pm.request.url.host":                                    `["h","example"]`,
		"pm.request.url.query.get('y')":                          `"2"`,
		"pm.request.url.query.toObject()":                        `{"x":"1","y":"2"}`,
		"pm.request.url.variables.get('id')":                     `"7"`,
		"pm.request.headers.get('X-ONE')":                        `"2"`,
		"pm.request.headers.has('x-one')":                        `true`,
		"pm.request.headers.count()":                             `2`,
		"pm.request.headers.toObject()":                          `{"x-one":"2"}`,
		"pm.request.headers.toObject(false, false, true)":        `{"x-one":["1","2"]}`,
		"pm.request.headers.map(h => h.key)":                     `["X-One","x-one"]`,
		"pm.request.headers.filter(h => h.value === '1').length": `1`,
		"pm.request.headers.find(h => h.value === '2').key":      `"x-one"`,
		"pm.request.headers.reduce((n, h) => n + h.value, '')":   `"12"`,
		"pm.request.headers.one('x-one').value":                  `"2"`,
		"pm.request.headers.idx(0).key":                          `"X-One"`,
		"pm.request.headers.all().length":                        `2`,
		"pm.request.getHeaders()":                                `{"X-One":"1","x-one":"2"}`,
		"pm.request.body.mode":                                   `"raw"`,
		"pm.request.body.raw":                                    `"{\"q\":1}"`,
		"pm.request.body.toString()":                             `"{\"q\":1}"`,
		"pm.request.body.isEmpty()":                              `false`,
		"pm.request.toJSON().method":                             `"POST"`,
		"pm.request.clone().url.toString()":                      `"https://h.example:8443/a/7?x=1&y=2"`,

		"pm.response.code":                        `200`,
		"pm.response.status":                      `"OK"`,
		"pm.response.reason()":                    `"OK"`,
		"pm.response.responseTime":                `42`,
		"pm.response.responseSize":                `47`,
		"pm.response.size()":                      `{"body":47,"header":100,"total":147}`,
		"pm.response.headers.get('content-type')": `"application/json; charset=utf-8"`,
		"pm.response.text().length":               `47`,
		"pm.response.json().name":                 `"Ann"`,
		"pm.response.json().list[2].a":            `"b"`,
		"pm.response.contentInfo()":               `{"contentType":"application/json","mimeType":"application","mimeFormat":"json","charset":"utf8","fileName":"response.json","fileExtension":"json"}`,
		"pm.response.dataURI().slice(0, 30)":      `"data:application/json;base64,e"`,
		"pm.response.stream.length":               `47`,
		"pm.response.details().code":              `200`,
		"pm.cookies.get('nope')":                  `undefined`,
		"pm.execution.location":                   `["C","F","Login"]`,
		"pm.execution.location.current":           `"Login"`,
		"typeof pm.execution.skipRequest":         `"undefined"`,
		"pm.test.index()":                         `0`,
		"typeof pm.expect":                        `"function"`,

		"environment.a":                       `"env"`,
		"globals.g":                           `"glob"`,
		"data.row":                            `7`,
		"iteration":                           `2`,
		"request.method":                      `"POST"`,
		"request.url":                         `"https://h.example:8443/a/7?x=1&y=2"`,
		"request.headers['x-one']":            `"2"`,
		"responseBody.length":                 `47`,
		"responseCode.code":                   `200`,
		"responseHeaders['X-Two']":            `"b"`,
		"responseTime":                        `42`,
		"responseCookies":                     `[]`,
		"postman.getResponseHeader('x-two')":  `"b"`,
		"postman.getEnvironmentVariable('a')": `"env"`,

		"atob('aGk=')": `"hi"`,
		"btoa('hi')":   `"aGk="`,
		"new URL('https://a.b/c?d=1').searchParams.get('d')":   `"1"`,
		"new URLSearchParams({a: 'x y'}).toString()":           `"a=x+y"`,
		"Buffer.from('hi').toString('base64')":                 `"aGk="`,
		"Array.from(new TextEncoder().encode('é'))":            `[195,169]`,
		"new TextDecoder().decode(new Uint8Array([195, 169]))": `"é"`,
		"structuredClone({a: [1, {b: 2}]})":                    `{"a":[1,{"b":2}]}`,
		"crypto.randomUUID().length":                           `36`,
		"crypto.getRandomValues(new Uint8Array(4)).length":     `4`,
		"require('uuid').v4().length":                          `36`,
		"typeof require('chai').expect":                        `"function"`,
	} {
		s, printed := sandbox(t, Options{Dynamic: func(name string) (string, bool) { return "dynamic", name == "$randomFake" }})
		result := run(t, s, execution(Test), "console.log(JSON.stringify("+expression+"))")
		got := strings.TrimPrefix(strings.Join(*printed, "|"), "log: ")
		if result.Err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", expression, got, result.Err, want)
		}
	}
}

// TestChanges: what a script changes is there afterwards.
func TestChanges(t *testing.T) {
	s, _ := sandbox(t, Options{})
	e := execution(Prerequest)
	result := run(t, s, e, `
		pm.environment.set('new', {a: [1, null]}); pm.environment.unset('n');
		pm.globals.set('g', 2); pm.collectionVariables.clear(); pm.variables.set('l', true);
		pm.iterationData.get('row');
		postman.setEnvironmentVariable('text', 5);
		pm.request.headers.upsert({key: 'x-new', value: 'v'});
		pm.request.url.query.add({key: 'z', value: '3'});
		pm.request.method = 'PUT';
		pm.request.body.update('plain');
		pm.execution.setNextRequest('Next');`)
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	text, _ := json.Marshal(e.Scopes.Environment.Values)
	if got := string(text); got != `[{"key":"a","value":"env"},{"key":"off","value":"x","disabled":true},{"key":"new","value":{"a":[1,null]},"type":"any"},{"key":"text","value":"5","type":"any"}]` {
		t.Errorf("environment %s", got)
	}
	if e.Scopes.Globals.Values[0].Value != 2.0 || len(e.Scopes.Collection.Values) != 0 || e.Scopes.Locals.Values[0].Value != true {
		t.Errorf("%+v", e.Scopes)
	}
	if result.Next == nil || result.Next.Item != "Next" || result.Next.Stop {
		t.Errorf("next %+v", result.Next)
	}
	var request struct {
		Method string
		URL    struct{ Query []struct{ Key string } }
		Header []Header
		Body   struct{ Mode, Raw string }
	}
	if err := json.Unmarshal(result.Request, &request); err != nil || request.Method != "PUT" || len(request.URL.Query) != 3 || len(request.Header) != 3 || request.Body.Raw != "plain" {
		t.Errorf("%s, %v", result.Request, err)
	}

	result = run(t, s, execution(Prerequest), `pm.request.url.toString(); pm.execution.skipRequest(); pm.execution.setNextRequest(null)`)
	if result.Err != nil || !result.Skip || !result.Next.Stop || result.Request != nil {
		t.Errorf("%+v", result)
	}
	// What is not declared lives on, what is declared does not.
	run(t, s, execution(Test), `leak = 1; var own = 2; let mine = 3;`)
	if result = run(t, s, execution(Test), `if (leak !== 1 || typeof own !== 'undefined' || typeof mine !== 'undefined') throw new Error('wrong')`); result.Err != nil {
		t.Error(result.Err)
	}
}

// outcome shows the tests of a script.
func outcome(r *Result) string {
	var list []string
	for _, a := range r.Assertions {
		end := "ok"
		if a.Skipped {
			end = "skipped"
		} else if a.Err != nil {
			end = a.Err.Error()
		}
		list = append(list, fmt.Sprintf("%d %s: %s", a.Index, a.Name, end))
	}
	if r.Err != nil {
		list = append(list, "! "+r.Err.Error())
	}
	return strings.Join(list, "; ")
}

func TestTests(t *testing.T) {
	for source, want := range map[string]string{
		`pm.test('a', () => {}).test; pm.test('a', () => { throw new TypeError('x') })`:                                 "0 a: ok; 1 a: TypeError: x",
		`pm.test('a'); pm.test.skip('b', () => {})`:                                                                     "0 a: ok; 1 b: skipped",
		`pm.test('a', done => setTimeout(done, 1)); pm.test('b', done => setTimeout(() => done(new Error('late')), 1))`: "0 a: ok; 1 b: Error: late",
		`pm.test('a', done => {})`: "0 a: Error: the test did not end: done was never called",
		`pm.test('a', async () => { await null; pm.expect(1).to.equal(2) })`:         "0 a: AssertionError: expected 1 to equal 2",
		`pm.test('a', () => new Promise(r => setTimeout(r, 1)))`:                     "0 a: ok",
		`pm.test('a', () => new Promise(() => {}))`:                                  "0 a: Error: the test did not end: its promise never came to an end",
		`pm.test('a', () => Promise.reject('no'))`:                                   "0 a: Error: no",
		`tests['x'] = 'abc'.has('b'); tests['y'] = responseBody.has('no such text')`: "0 x: ok; 1 y: AssertionError: expected false to be truthy",
		`tests['x'] = 1 === 1; tests['y'] = false; pm.test('z', () => {})`:           "0 z: ok; 1 x: ok; 2 y: AssertionError: expected false to be truthy",
		`const v = await Promise.resolve(5); pm.test('t' + v, () => {})`:             "0 t5: ok",
		`pm.test('a', () => {}); throw new RangeError('out')`:                        "0 a: ok; ! RangeError: out",
		`await new Promise((_, no) => setTimeout(() => no(new Error('later')), 1))`:  "! Error: later",
		`Promise.reject(new Error('nobody cares'))`:                                  "! Error: nobody cares",
		`setTimeout(() => { throw new Error('in a timer') }, 1)`:                     "! Error: in a timer",
		`nope()`:                                  "! ReferenceError: nope is not defined",
		`require('no-such')`:                      "! Error: Cannot find module 'no-such'",
		`pm.response.to.have.status(201)`:         "! AssertionError: expected response to have status code 201 but got 200",
		`pm.response.to.have.status('NOT FOUND')`: "! AssertionError: expected response to have status reason 'NOT FOUND' but got 'OK'",
		`pm.response.to.have.header('nope')`:      "! AssertionError: expected response to have header with key 'nope'",
		`pm.response.to.be.ok; pm.response.to.be.success; pm.response.to.not.be.error; pm.response.to.be.json; pm.response.to.be.withBody; pm.response.to.have.jsonBody('list[2].a', 'b'); pm.response.to.have.header('x-two', 'b')`: "",
		`pm.response.to.be.notFound`:                          "! AssertionError: expected response to have status reason 'NOT FOUND' but got 'OK'",
		`pm.expect(pm.response.responseTime).to.be.below(10)`: "! AssertionError: expected 42 to be below 10",
		`pm.response.to.have.responseTime.below(100)`:         "",
		`pm.response.to.have.jsonSchema({type: 'object', required: ['ok'], properties: {ok: {type: 'boolean'}}})`: "",
		`throw 'text'`:    "! Error: text",
		`throw undefined`: "! Error: undefined",
	} {
		s, _ := sandbox(t, Options{})
		if got := outcome(run(t, s, execution(Test), source)); got != want {
			t.Errorf("%s:\n%s, want\n%s", source, got, want)
		}
	}
	s, _ := sandbox(t, Options{})
	if got := outcome(run(t, s, execution(Test), `pm.response.to.have.jsonSchema({type: 'object', required: ['nope']})`)); !strings.Contains(got, "expected data to satisfy schema but found following errors") {
		t.Error(got)
	}
}

// TestSendRequest: with a callback, and as a promise.
func TestSendRequest(t *testing.T) {
	var got []string
	send := func(_ context.Context, request json.RawMessage) (*Response, error) {
		got = append(got, string(request))
		if strings.Contains(string(request), "broken") {
			return nil, errors.New("connect ECONNREFUSED")
		}
		return &Response{Code: 201, Reason: "Created", Body: []byte(`{"n":1}`)}, nil
	}
	for source, want := range map[string]string{
		`pm.sendRequest('http://x/', (err, res) => console.log(err, res.code, res.json().n))`:                                                         "log: null 201 1",
		`pm.sendRequest('http://broken/', (err, res) => console.log(err.message, res))`:                                                               "log: connect ECONNREFUSED undefined",
		`const r = await pm.sendRequest({url: 'http://x/', method: 'POST', header: {A: 'b'}, body: {mode: 'raw', raw: {q: 1}}}); console.log(r.code)`: "log: 201",
		`try { await pm.sendRequest('http://broken/') } catch (err) { console.log(err.message) }`:                                                     "log: connect ECONNREFUSED",
		`pm.test('a', async () => { const r = await pm.sendRequest('http://x/'); pm.expect(r).to.have.property('code', 201); console.log('done') })`:  "log: done",
	} {
		s, printed := sandbox(t, Options{Send: send})
		result := run(t, s, execution(Test), source)
		if text := strings.Join(*printed, "|"); result.Err != nil || text != want || len(result.Assertions) > 0 && result.Assertions[0].Err != nil {
			t.Errorf("%s: %s, %s", source, text, outcome(result))
		}
	}
	if text := strings.Join(got, " "); !strings.Contains(text, `"header":[{"key":"A","value":"b"}]`) || !strings.Contains(text, `"raw":"{\"q\":1}"`) {
		t.Error(text)
	}
}

// TestLimits: no script takes the program with it.
func TestLimits(t *testing.T) {
	for source, want := range map[string]string{
		`for (;;) {}`:                                "synchronous script execution timeout",
		`setInterval(() => {}, 1)`:                   "asynchronous script execution timeout",
		`await new Promise(r => setTimeout(r, 1e9))`: "asynchronous script execution timeout",
		`(function f() { f() })()`:                   "Maximum call stack",
		`'x'.repeat(1e9)`:                            "too long",
		`let s = 'x'; for (;;) s += s`:               "timeout",
		`const a = []; for (;;) a.push(new Array(1000).fill(a.length))`: "memory",
		`new Array(1e9).join('x')`:                                      "too long",
		`new Uint8Array(1e9)`:                                           "too long",
		`Buffer.alloc(1e9)`:                                             "too long",
		`'x'.padStart(1e9)`:                                             "too long",
		`Array.from({length: 1e9})`:                                     "too long",
	} {
		s, _ := sandbox(t, Options{Timeout: time.Minute}) // what ends otherwise ends long before
		if strings.HasSuffix(want, "timeout") {
			s.o.Timeout = 50 * time.Millisecond
		}
		result := run(t, s, execution(Test), source)
		if result.Err == nil || !strings.Contains(result.Err.Message, want) {
			t.Errorf("%s: %v, want %q", source, result.Err, want)
		}
		s.o.Timeout = time.Minute
		if again := run(t, s, execution(Test), `pm.test('a', () => {})`); again.Err != nil || len(again.Assertions) != 1 {
			t.Errorf("%s: the next script: %v", source, again.Err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	s, _ := sandbox(t, Options{})
	p, err := Compile("x", "for (;;) {}")
	if err != nil {
		t.Fatal(err)
	}
	if result := s.Run(ctx, p, execution(Test)); result.Err == nil || !strings.Contains(result.Err.Message, "was ended") {
		t.Errorf("%v", result.Err)
	}
}

// TestPlaces: errors say where they are in the script as its author sees it.
func TestPlaces(t *testing.T) {
	for source, want := range map[string]string{
		"nope()":                       "1:",
		"\n  nope()":                   "2:",
		"let a = 1;\n\nthrow Error(a)": "3:",
	} {
		s, _ := sandbox(t, Options{})
		r := run(t, s, execution(Test), source)
		if got := fmt.Sprintf("%d:%d", r.Err.Line, r.Err.Column); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s (%s)", source, got, want, r.Err.Stack)
		}
	}
	for source, want := range map[string]string{"let = ;": "1:", "\nif (": "2:", "a b": "1:"} {
		_, err := Compile("x", source)
		var e *Error
		if !errors.As(err, &e) || e.Name != "SyntaxError" || !strings.HasPrefix(fmt.Sprintf("%d:", e.Line), want) {
			t.Errorf("%q: %+v", source, err)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, source := range []string{"pm.test('a', () => { pm.expect(1).to.equal(1) })", "pm.response.json()", "new Proxy({}, {})", "await 1", "pm = null; Object.prototype.x = 1", "JSON.parse = null; console.log({})"} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := Compile("fuzz", source)
		if err != nil {
			return
		}
		s, err := New(Options{Timeout: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.Run(t.Context(), p, execution(Test))
	})
}

// BenchmarkTest is a test of the status and of a value of the answer.
func BenchmarkTest(b *testing.B) {
	s, _ := sandbox(b, Options{})
	p, err := Compile("x", `pm.test("status", function () { pm.response.to.have.status(200); });
		pm.test("name", function () { pm.expect(pm.response.json().name).to.eql("Ann"); });`)
	if err != nil {
		b.Fatal(err)
	}
	e := execution(Test)
	b.ReportAllocs()
	for b.Loop() {
		if r := s.Run(b.Context(), p, e); r.Err != nil || len(r.Assertions) != 2 || r.Assertions[0].Err != nil || r.Assertions[1].Err != nil {
			b.Fatal(outcome(r))
		}
	}
}

// TestExpect: what holds, what does not, and its message. The messages are chai's, as
// newman prints them.
func TestExpect(t *testing.T) {
	for source, want := range map[string]string{
		`pm.expect(1).to.equal(1)`:                                     "ok",
		`pm.expect(1).to.equal('1')`:                                   "AssertionError: expected 1 to equal '1'",
		`pm.expect(1).to.not.equal(1)`:                                 "AssertionError: expected 1 to not equal 1",
		`pm.expect(undefined).to.equal(1, 'said')`:                     "AssertionError: said: expected undefined to equal 1",
		`pm.expect(undefined).to.equal(undefined).and.not.eql(null)`:   "ok",
		`pm.expect([1, {a: 2}]).to.eql([1, {a: 2}])`:                   "ok",
		`pm.expect([1]).to.deep.equal([2])`:                            "AssertionError: expected [ 1 ] to deeply equal [ 2 ]",
		`pm.expect({a: 1}).to.not.deep.equal({a: 1})`:                  "AssertionError: expected { a: 1 } to not deeply equal { a: 1 }",
		`pm.expect({a: 1, b: 2}).to.include({a: 1})`:                   "ok",
		`pm.expect({a: 1, b: 2}).to.include({a: 2})`:                   "AssertionError: expected { a: 1, b: 2 } to have property 'a' of 2, but got 1",
		`pm.expect({a: 1, b: 2}).to.not.include({a: 1})`:               "AssertionError: expected { a: 1, b: 2 } to not have property 'a' of 1",
		`pm.expect({a: {b: 1}}).to.deep.include({a: {b: 1}})`:          "ok",
		`pm.expect({a: {b: 1}}).to.deep.include({a: {b: 2}})`:          "AssertionError: expected { a: { b: 1 } } to have deep property 'a' of { b: 2 }, but got { b: 1 }",
		`pm.expect({a: {b: 1}}).to.have.nested.property('a.b', 1)`:     "ok",
		`pm.response.to.have.status(200).and.be.ok`:                    "ok",
		`pm.response.to.have.status(404)`:                              "AssertionError: expected response to have status code 404 but got 200",
		`pm.response.to.not.have.status(200)`:                          "AssertionError: expected response to not have status code 200",
		`pm.response.to.have.status('Created')`:                        "AssertionError: expected response to have status reason 'Created' but got 'OK'",
		`pm.expect(1).to.have.status(200)`:                             "AssertionError: expecting a postman response object but got 1",
		`pm.expect(pm.response).to.have.status('OK').that.is.not.null`: "ok",
	} {
		s, _ := sandbox(t, Options{})
		p, err := Compile("test", `pm.test('t', () => { `+source+` })`)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(outcome(s.Run(t.Context(), p, execution(Test))), "0 t: "); got != want {
			t.Errorf("%s:\n%s\nnot\n%s", source, got, want)
		}
	}
}

// TestNoLateInterrupt: what ends one script does not reach the next.
func TestNoLateInterrupt(t *testing.T) {
	s, _ := sandbox(t, Options{})
	for range 300 {
		s.o.Timeout = time.Millisecond
		if result := run(t, s, execution(Test), `setInterval(() => {}, 1)`); result.Err == nil {
			t.Fatal("an interval came to an end")
		}
		s.o.Timeout = 0
		if result := run(t, s, execution(Test), `for (let i = 0; i < 3000; i++) {}`); result.Err != nil {
			t.Fatal(result.Err)
		}
	}
}
