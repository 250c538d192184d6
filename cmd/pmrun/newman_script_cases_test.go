package main

import "strings"

// scriptCases are the scripts of TestNewmanScripts. Most are one expectation that
// fails, so that its message is compared.
func scriptCases() []scriptCase {
	var cases []scriptCase
	add := func(name, test string) { cases = append(cases, scriptCase{name: name, test: test}) }
	expectation := func(code string) {
		add("expect "+code, "pm.test('t', () => { "+code+" });")
	}
	for _, code := range strings.Split(strings.TrimSpace(`
pm.expect(1).to.equal(1)
pm.expect(1).to.equal(2)
pm.expect('a').to.equal('b')
pm.expect(1).to.not.equal(1)
pm.expect(1, 'own words').to.equal(2)
pm.expect(1).to.equal(2, 'own words')
pm.expect({a: 1}).to.equal({a: 1})
pm.expect({a: 1}).to.eql({a: 1})
pm.expect({a: 1}).to.eql({a: 2})
pm.expect({a: 1}).to.deep.equal({a: 2})
pm.expect([1, 2]).to.eql([1, 2])
pm.expect([1, 2]).to.eql([2, 1])
pm.expect(NaN).to.eql(NaN)
pm.expect(0).to.eql(-0)
pm.expect(new Date(0)).to.eql(new Date(1))
pm.expect('text').to.be.a('string')
pm.expect('text').to.be.a('number')
pm.expect([]).to.be.an('array')
pm.expect({}).to.be.an('array')
pm.expect(null).to.be.a('null')
pm.expect(undefined).to.be.an('undefined')
pm.expect(1).to.not.be.a('number')
pm.expect(true).to.be.true
pm.expect(1).to.be.true
pm.expect(false).to.be.false
pm.expect(0).to.be.false
pm.expect(1).to.be.ok
pm.expect(0).to.be.ok
pm.expect('').to.be.ok
pm.expect(1).to.not.be.ok
pm.expect(null).to.be.null
pm.expect(1).to.be.null
pm.expect(null).to.not.be.null
pm.expect(undefined).to.be.undefined
pm.expect(1).to.be.undefined
pm.expect(NaN).to.be.NaN
pm.expect(1).to.be.NaN
pm.expect(null).to.exist
pm.expect(1).to.exist
pm.expect(1).to.not.exist
pm.expect([]).to.be.empty
pm.expect([1]).to.be.empty
pm.expect('').to.be.empty
pm.expect('a').to.be.empty
pm.expect({}).to.be.empty
pm.expect({a: 1}).to.be.empty
pm.expect([]).to.not.be.empty
pm.expect(5).to.be.above(3)
pm.expect(5).to.be.above(7)
pm.expect(5).to.be.greaterThan(7)
pm.expect(5).to.be.at.least(7)
pm.expect(5).to.be.below(3)
pm.expect(5).to.be.lessThan(3)
pm.expect(5).to.be.at.most(3)
pm.expect(5).to.not.be.above(3)
pm.expect(5).to.be.within(1, 3)
pm.expect(5).to.be.within(1, 9)
pm.expect('5').to.be.above(3)
pm.expect(5).to.be.above('3')
pm.expect([1, 2, 3]).to.have.length.above(5)
pm.expect([1, 2, 3]).to.have.lengthOf.at.most(2)
pm.expect([1, 2, 3]).to.have.lengthOf(3)
pm.expect([1, 2, 3]).to.have.lengthOf(4)
pm.expect([1, 2, 3]).to.have.length(4)
pm.expect('abc').to.have.lengthOf(2)
pm.expect(new Set([1])).to.have.lengthOf(2)
pm.expect({}).to.have.lengthOf(2)
pm.expect('foobar').to.include('foo')
pm.expect('foobar').to.include('baz')
pm.expect('foobar').to.not.include('foo')
pm.expect([1, 2]).to.include(2)
pm.expect([1, 2]).to.include(3)
pm.expect([1, 2]).to.contain(3)
pm.expect({a: 1, b: 2}).to.include({a: 1})
pm.expect({a: 1, b: 2}).to.include({a: 2})
pm.expect([{a: 1}]).to.deep.include({a: 1})
pm.expect([{a: 1}]).to.deep.include({a: 2})
pm.expect([{a: 1}]).to.include({a: 1})
pm.expect({a: {b: 1}}).to.deep.include({a: {b: 2}})
pm.expect({a: 1}).to.have.property('a')
pm.expect({a: 1}).to.have.property('b')
pm.expect({a: 1}).to.have.property('a', 1)
pm.expect({a: 1}).to.have.property('a', 2)
pm.expect({a: 1}).to.not.have.property('a')
pm.expect({a: {b: 1}}).to.have.nested.property('a.b')
pm.expect({a: {b: 1}}).to.have.nested.property('a.c')
pm.expect({a: [{b: 1}]}).to.have.nested.property('a[0].b', 2)
pm.expect({a: {b: 1}}).to.have.deep.property('a', {b: 2})
pm.expect({a: 1}).to.have.own.property('toString')
pm.expect({a: 1}).to.have.ownProperty('a')
pm.expect({a: 1}).to.have.property('a').that.is.a('string')
pm.expect({a: 1, b: 2}).to.have.keys('a', 'b')
pm.expect({a: 1, b: 2}).to.have.keys('a')
pm.expect({a: 1, b: 2}).to.have.all.keys(['a', 'b'])
pm.expect({a: 1, b: 2}).to.have.all.keys('a', 'c')
pm.expect({a: 1, b: 2}).to.have.any.keys('c', 'd')
pm.expect({a: 1, b: 2}).to.include.keys('a')
pm.expect({a: 1, b: 2}).to.include.all.keys('c')
pm.expect({a: 1}).to.have.key('b')
pm.expect({a: 1}).to.not.have.keys('a')
pm.expect([1, 2, 3]).to.have.members([3, 2, 1])
pm.expect([1, 2, 3]).to.have.members([1, 2])
pm.expect([1, 2, 3]).to.include.members([1, 4])
pm.expect([1, 2, 3]).to.have.ordered.members([2, 1, 3])
pm.expect([{a: 1}]).to.have.deep.members([{a: 2}])
pm.expect(2).to.be.oneOf([1, 2])
pm.expect(3).to.be.oneOf([1, 2])
pm.expect('x').to.not.be.oneOf(['x'])
pm.expect('foobar').to.match(/^foo/)
pm.expect('foobar').to.match(/^bar/)
pm.expect('foobar').to.not.match(/foo/)
pm.expect('foobar').to.have.string('bar')
pm.expect('foobar').to.have.string('baz')
pm.expect(1).to.satisfy(n => n > 5)
pm.expect(1.5).to.be.closeTo(1, 0.2)
pm.expect(1.5).to.be.approximately(1, 0.6)
pm.expect(() => { throw new Error('boom') }).to.throw()
pm.expect(() => {}).to.throw()
pm.expect(() => { throw new Error('boom') }).to.throw('other')
pm.expect(() => { throw new Error('boom') }).to.throw(/bo+m/)
pm.expect(() => { throw new Error('boom') }).to.throw(TypeError)
pm.expect(() => { throw new Error('boom') }).to.throw(Error, 'boom')
pm.expect(() => { throw new Error('boom') }).to.not.throw()
pm.expect(1).to.throw()
pm.expect(new Date()).to.be.an.instanceof(Date)
pm.expect({}).to.be.an.instanceof(Date)
pm.expect({f() {}}).to.respondTo('f')
pm.expect({}).to.respondTo('f')
pm.expect(Infinity).to.be.finite
pm.expect(Object.freeze({})).to.be.frozen
pm.expect({}).to.be.frozen
pm.expect({}).to.be.sealed
pm.expect.fail('told')
pm.expect.fail()
pm.expect('a long text of more than forty characters, as they come').to.equal('b')
pm.expect({name: 'a long text of more than forty characters', b: 2}).to.eql({})
pm.expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).to.eql([])
pm.expect({first: {second: {third: {fourth: 1}}}}).to.equal(1)
pm.expect(function named() {}).to.equal(1)
pm.expect(Symbol('s')).to.equal(1)
pm.expect(/re/g).to.equal(1)
pm.expect(new Error('e')).to.equal(1)
pm.expect(-0).to.equal(1)
pm.expect("it's").to.equal('a\nb')
pm.expect([undefined, null, true]).to.equal(1)
pm.expect({'a-b': 1}).to.equal(1)
pm.response.to.have.status(200)
pm.response.to.have.status(201)
pm.response.to.have.status('OK')
pm.response.to.have.status('NOT FOUND')
pm.response.to.not.have.status(200)
pm.response.to.be.ok
pm.response.to.be.success
pm.response.to.be.info
pm.response.to.be.error
pm.response.to.be.clientError
pm.response.to.be.serverError
pm.response.to.be.redirection
pm.response.to.be.notFound
pm.response.to.be.badRequest
pm.response.to.be.accepted
pm.response.to.be.forbidden
pm.response.to.be.unauthorized
pm.response.to.be.rateLimited
pm.response.to.be.json
pm.response.to.be.withBody
pm.response.to.not.be.withBody
pm.response.to.have.header('X-Fixed')
pm.response.to.have.header('x-fixed', 'one')
pm.response.to.have.header('X-Fixed', 'two')
pm.response.to.have.header('nope')
pm.response.to.not.have.header('X-Fixed')
pm.response.to.have.body('x')
pm.response.to.have.body(/Ann/)
pm.response.to.have.body(/Bob/)
pm.response.to.have.jsonBody()
pm.response.to.have.jsonBody('name')
pm.response.to.have.jsonBody('nope')
pm.response.to.have.jsonBody('name', 'Ann')
pm.response.to.have.jsonBody('name', 'Bob')
pm.response.to.have.jsonBody('list[2].deep', true)
pm.response.to.have.jsonSchema({type: 'object', required: ['name']})
pm.response.to.have.responseTime.below(100000)
pm.request.to.have.header('X-Own')
pm.expect(pm.response.json()).to.have.property('name', 'Bob')
pm.expect(pm.response.json().list).to.be.an('array').that.has.lengthOf(4)
pm.expect(pm.response.json().nothing).to.be.null
pm.expect(pm.response.text()).to.include('Bob').and.include('x')
pm.expect(pm.response.headers.get('x-fixed')).to.equal('two')
pm.expect(pm.response.code).to.be.oneOf([201, 202])`), "\n") {
		expectation(code)
	}
	value := func(code string) {
		add("value "+code, "pm.test(String(JSON.stringify("+code+")));")
	}
	for _, code := range strings.Split(strings.TrimSpace(`
pm.info.eventName
pm.info.iteration
pm.info.iterationCount
pm.info.requestName
pm.environment.get('envvar')
pm.environment.get('nope')
pm.environment.has('envvar')
pm.environment.toObject()
pm.environment.name
pm.globals.get('globvar')
pm.globals.toObject()
pm.collectionVariables.get('colvar')
pm.iterationData.get('row')
pm.iterationData.get('num')
pm.iterationData.toObject()
pm.variables.get('envvar')
pm.variables.get('num')
pm.variables.get('nope')
pm.variables.has('colvar')
pm.variables.replaceIn('{{envvar}}-{{row}}-{{nope}}')
pm.request.method
pm.request.headers.get('x-own')
pm.request.headers.has('X-OWN')
pm.request.url.getPath()
pm.request.url.getQueryString()
pm.request.body.mode
pm.request.body.raw
pm.response.code
pm.response.status
pm.response.reason()
pm.response.headers.get('X-FIXED')
pm.response.json().name
pm.response.json().list[2]
pm.response.json().pi
typeof pm.response.responseTime
typeof pm.response.text()
pm.response.contentInfo().contentType
pm.response.contentInfo().charset
pm.cookies.get('none')
pm.cookies.has('none')
typeof pm.sendRequest
typeof pm.execution.setNextRequest
pm.execution.location
environment.envvar
globals.globvar
data.row
iteration
request.method
request.name
responseCode.code
responseHeaders['X-Fixed']
typeof responseTime
typeof responseBody
postman.getResponseHeader('x-fixed')
postman.getEnvironmentVariable('envvar')
postman.getGlobalVariable('globvar')
atob('aGk=')
btoa('hi')
typeof Buffer
Buffer.from('hi').toString('hex')
typeof setTimeout
typeof require
require('uuid').v4().length
require('moment').utc('2020-02-29').add(1, 'month').format('LLLL')
require('moment')('29.02.2020 13:14', 'DD.MM.YYYY HH:mm').toISOString()
require('moment').duration(90, 'minutes').humanize()
require('moment').version
cheerio.load('<ul><li class=a>1<li>2 &amp; 3</ul>')('li').map((i, e) => cheerio(e).text()).get()
require('cheerio').load('<p title="é">1<p>2').html()
require('cheerio').load('<r><Item id="1"/></r>', {xmlMode: true})('Item').attr('id')
new (require('postman-collection').Url)('http://x/a/:b?c=d&e').getPathWithQuery()
new (require('postman-collection').Collection)({info: {name: 'C'}, item: [{name: 'A', item: [{name: 'B', request: 'http://x'}]}]}).oneDeep('B').request.method
require('postman-collection').Property.replaceSubstitutions('{{$guid}}', {}).length
require('postman-collection').Request.isRequest(pm.request)
new (require('postman-collection').VariableScope)(pm.environment.toJSON()).get('envvar')
typeof process
typeof fetch
typeof window
(function () { return typeof this })()
[1, 2, 3].includes(2)
Object.entries({a: 1})
'a-b'.replaceAll('-', '+')
[..."añb"].length
new Date(0).toISOString()
Number('0x1f')
JSON.parse('{"a":1}')
encodeURIComponent('a b&c')
[3, 1, 2].sort()
[[1], [2]].flat()
Math.max(1, 2)
parseInt('12px', 10)
'abc'.padStart(5, '*')
/(\d+)-(?<n>\d+)/.exec('1-2').groups.n
((a, ...b) => b.length)(1, 2, 3)
(() => { try { null.x } catch (e) { return e.constructor.name } })()
(() => { class A { #p = 1; get p() { return this.#p } } return new A().p })()
({a: {b: 1}})?.a?.b ?? 'none'`), "\n") {
		value(code)
	}
	return append(cases, []scriptCase{
		{name: "tests", test: "tests['yes'] = true; tests['no'] = responseCode.code === 500; tests['n'] = 1;"},
		{name: "tests of has", test: "tests['a'] = responseBody.has('e'); tests['b'] = 'abc'.has('q'); tests['c'] = 'a1'.has(1);"},
		{name: "tests after pm.test", test: "tests['old'] = true; pm.test('new', () => {});"},
		{name: "several", test: "pm.test('a', () => {}); pm.test('b', () => { throw new Error('x') }); pm.test('c', () => {});"},
		{name: "the same name", test: "pm.test('a', () => {}); pm.test('a', () => { throw new Error('x') });"},
		{name: "skip", test: "pm.test.skip('later', () => { throw new Error('x') }); pm.test('now', () => {});"},
		{name: "without a function", test: "pm.test('nothing');"},
		{name: "chained", test: "pm.test('a', () => {}).test('b', () => {});"},
		{name: "done", test: "pm.test('a', done => { setTimeout(done, 5) });"},
		{name: "done with an error", test: "pm.test('a', done => { setTimeout(() => done(new Error('late')), 5) });"},
		{name: "done never", test: "pm.test('a', done => {});", differs: "run-done"},
		{name: "async test", test: "pm.test('a', async () => { await null; throw new Error('x') });", differs: "run-async-test"},
		{name: "promise", test: "pm.test('a', () => Promise.resolve());"},
		{name: "await", test: "const a = await Promise.resolve(1); pm.test('a' + a, () => {});", differs: "run-await"},
		{name: "throws", test: "pm.test('before', () => {}); throw new TypeError('out');"},
		{name: "throws a text", test: "throw 'text';", differs: "run-throw-text"},
		{name: "not defined", test: "nope();"},
		{name: "null member", test: "null.x;", differs: "run-messages"},
		{name: "require unknown", test: "require('no-such-module');"},
		{name: "timer", test: "setTimeout(() => { pm.test('late', () => {}) }, 5);"},
		{name: "timer throws", test: "setTimeout(() => { throw new Error('in a timer') }, 5);", differs: "run-timer-error"},
		{name: "sendRequest", test: "pm.sendRequest(pm.variables.get('host') + '/sent', (err, res) => { pm.test('sent ' + res.code + ' ' + res.json().url, () => pm.expect(err).to.be.null) });"},
		{name: "sendRequest object", test: "pm.sendRequest({url: pm.variables.get('host') + '/sent', method: 'PUT', header: {'X-A': 'b'}, body: {mode: 'raw', raw: 'q'}}, (err, res) => { pm.test(res.json().method + res.json().body) });"},
		{name: "sendRequest of the SDK", test: "const {Request} = require('postman-collection'); pm.sendRequest(new Request({url: pm.variables.get('host') + '/sent?a=1', method: 'PUT', " +
			"header: [{key: 'X-A', value: 'b'}], body: {mode: 'urlencoded', urlencoded: 'a=b&c=d'}}), (err, res) => { pm.test(JSON.stringify([res.json().method, res.json().url, res.json().body]), () => {}) });"},
		{name: "sendRequest form", test: "pm.sendRequest({url: pm.variables.get('host') + '/sent', method: 'POST', body: {mode: 'urlencoded', urlencoded: [{key: 'a', value: 'b c'}]}}, (err, res) => { pm.test(res.json().body) });"},
		{name: "variables set", test: "pm.variables.set('x', 5); pm.environment.set('e', {a: 1}); pm.globals.set('g', [1]); pm.test(JSON.stringify([pm.variables.get('x'), pm.environment.get('e'), pm.globals.get('g')]));"},
		{name: "variables there", test: "pm.test(JSON.stringify([pm.variables.get('x'), pm.environment.get('e'), pm.globals.get('g')]));"},
		{name: "variables unset", test: "pm.environment.unset('e'); pm.globals.unset('g'); pm.test(JSON.stringify([pm.environment.has('e'), pm.globals.toObject()]));"},
		{name: "legacy set", test: "postman.setEnvironmentVariable('le', 7); postman.setGlobalVariable('lg', {a: 1}); pm.test(JSON.stringify([pm.environment.get('le'), pm.globals.get('lg')]));"},
		{name: "request sees variables", prerequest: "pm.variables.set('x', 'one'); pm.environment.set('y', 2);", test: "pm.test(pm.response.json().body);"},
		{name: "request is changed", prerequest: "pm.request.url = pm.collectionVariables.get('host') + '/changed?a=1'; pm.request.method = 'PUT'; pm.request.headers.add({key: 'X-New', value: '{{envvar}}'}); pm.request.body.update('new {{envvar}}');", test: "pm.test(JSON.stringify(pm.response.json().body + pm.response.json().method + pm.response.json().url) + pm.request.headers.get('X-New'));"},
		{name: "query is changed", prerequest: "pm.request.addQueryParams('q=1&r=2'); pm.request.removeQueryParams('r');", test: "pm.test(pm.response.json().url);"},
		{name: "header is removed", prerequest: "pm.request.removeHeader('X-Own');", test: "pm.test(String(pm.request.headers.has('X-Own')));"},
		{name: "header is replaced", prerequest: "pm.request.upsertHeader({key: 'X-Own', value: 'new'});", test: "pm.test(pm.request.headers.get('X-Own'));"},
		{name: "prerequest throws", prerequest: "throw new Error('before');", test: "pm.test('after', () => {});"},
		{name: "test in prerequest", prerequest: "pm.test('before', () => { pm.expect(1).to.equal(2) });", test: "pm.test('after', () => {});"},
		{name: "skipRequest in a test", test: "pm.execution.skipRequest();", differs: "run-messages"},
		{name: "not found", test: "// GET /status/404\npm.test('t', () => { pm.response.to.be.notFound; pm.response.to.be.clientError; pm.response.to.have.status('Not Found'); pm.response.to.be.ok });"},
		{name: "server error", test: "// GET /status/500\npm.test('t', () => { pm.response.to.be.serverError; pm.response.to.be.error; pm.response.to.be.success });"},
		{name: "no content", test: "// GET /status/204\npm.test('t', () => { pm.response.to.be.withoutContent; pm.response.to.be.withBody });"},
		{name: "text is no JSON", test: "// GET /text\npm.test('t', () => { pm.expect(pm.response.text()).to.equal('plain text'); pm.response.to.have.jsonBody() });", differs: "run-messages"},
		{name: "cookies", test: "// GET /cookies\npm.test(String(pm.cookies.get('c1')) + pm.cookies.has('c1') + JSON.stringify(pm.cookies.toObject()));"},
		{name: "cookies are sent", test: "// GET /cookies\npm.test(pm.response.text());"},
		{name: "leak", test: "leaked = 5; var own = 6; let mine = 7;"},
		{name: "leaked", test: "pm.test(typeof leaked + typeof own + typeof mine);"},
	}...)
}
