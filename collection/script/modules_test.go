package script

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestModules: each line is an expression over a module and what the real one gives.
func TestModules(t *testing.T) {
	for expression, want := range map[string]string{
		"CryptoJS.MD5('abc').toString()":                                                                          `"900150983cd24fb0d6963f7d28e17f72"`,
		"CryptoJS.SHA1('abc').toString()":                                                                         `"a9993e364706816aba3e25717850c26c9cd0d89d"`,
		"CryptoJS.SHA256('abc').toString(CryptoJS.enc.Base64)":                                                    `"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="`,
		"CryptoJS.SHA512('abc').toString().slice(0, 16)":                                                          `"ddaf35a193617aba"`,
		"CryptoJS.SHA3('').toString().slice(0, 16)":                                                               `"0eab42de4c3ceb92"`,
		"CryptoJS.RIPEMD160('abc').toString()":                                                                    `"8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"`,
		"CryptoJS.HmacSHA256('what do ya want for nothing?', 'Jefe').toString()":                                  `"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"`,
		"CryptoJS.PBKDF2('password', 'salt', {keySize: 5, iterations: 2}).toString()":                             `"ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"`,
		"CryptoJS.enc.Base64.stringify(CryptoJS.enc.Utf8.parse('é'))":                                             `"w6k="`,
		"CryptoJS.enc.Base64.parse('w6k=').toString(CryptoJS.enc.Utf8)":                                           `"é"`,
		"CryptoJS.enc.Hex.parse('00ff').toString()":                                                               `"00ff"`,
		"CryptoJS.AES.decrypt(CryptoJS.AES.encrypt('hi', 'pass').toString(), 'pass').toString(CryptoJS.enc.Utf8)": `"hi"`,
		"CryptoJS.AES.decrypt('U2FsdGVkX1+LuuwgLMrcfBIIxgT+3CqhYyNkTOvNo1Y=', 'wrong').sigBytes >= 0":             `true`,
		"CryptoJS.AES.encrypt('x', CryptoJS.enc.Hex.parse('00'.repeat(16)), {iv: CryptoJS.enc.Hex.parse('00'.repeat(16))}).ciphertext.toString().length":                                                                                 `32`,
		"CryptoJS.AES.encrypt(CryptoJS.enc.Hex.parse('00112233445566778899aabbccddeeff'), CryptoJS.enc.Hex.parse('000102030405060708090a0b0c0d0e0f'), {mode: CryptoJS.mode.ECB, padding: CryptoJS.pad.NoPadding}).ciphertext.toString()": `"69c4e0d86a7b0430d8cdb78070b4c55a"`,
		"require('crypto-js').MD5('').toString()": `"d41d8cd98f00b204e9800998ecf8427e"`,

		"_.get({a: [{b: 1}]}, 'a[0].b')":                                       `1`,
		"_.get({}, 'a.b', 'no')":                                               `"no"`,
		"_.set({}, 'a[0].b', 1)":                                               `{"a":[{"b":1}]}`,
		"_.find([{a: 1}, {a: 2}], {a: 2})":                                     `{"a":2}`,
		"_.find([{a: 1}, {a: 2}], ['a', 1])":                                   `{"a":1}`,
		"_.map([{a: 1}, {a: 2}], 'a')":                                         `[1,2]`,
		"_.filter([1, 2, 3], n => n > 1)":                                      `[2,3]`,
		"_.groupBy(['a', 'bb', 'c'], 'length')":                                `{"1":["a","c"],"2":["bb"]}`,
		"_.keyBy([{id: 'x', n: 1}], 'id')":                                     `{"x":{"id":"x","n":1}}`,
		"_.sortBy([{a: 2}, {a: 1}], 'a')":                                      `[{"a":1},{"a":2}]`,
		"_.orderBy([{a: 1, b: 1}, {a: 1, b: 2}], ['a', 'b'], ['asc', 'desc'])": `[{"a":1,"b":2},{"a":1,"b":1}]`,
		"_.uniq([1, 2, 1])":                                                    `[1,2]`,
		"_.isEqual({a: [1]}, {a: [1]})":                                        `true`,
		"_.isEmpty({})":                                                        `true`,
		"_.pick({a: 1, b: 2}, ['a'])":                                          `{"a":1}`,
		"_.omit({a: 1, b: 2}, 'a')":                                            `{"b":2}`,
		"_.merge({a: {b: 1}}, {a: {c: 2}})":                                    `{"a":{"b":1,"c":2}}`,
		"_.camelCase('Foo Bar-baz')":                                           `"fooBarBaz"`,
		"_.snakeCase('fooBar')":                                                `"foo_bar"`,
		"_.kebabCase('fooBar')":                                                `"foo-bar"`,
		"_.startCase('fooBar')":                                                `"Foo Bar"`,
		"_.chunk([1, 2, 3], 2)":                                                `[[1,2],[3]]`,
		"_.flattenDeep([1, [2, [3]]])":                                         `[1,2,3]`,
		"_.difference([1, 2], [2])":                                            `[1]`,
		"_.intersection([1, 2], [2, 3])":                                       `[2]`,
		"_.range(3)":                                                           `[0,1,2]`,
		"_.sum([1, 2])":                                                        `3`,
		"_.sumBy([{n: 1}, {n: 2}], 'n')":                                       `3`,
		"_.max([1, 3, 2])":                                                     `3`,
		"_.times(2, i => i * 2)":                                               `[0,2]`,
		"_.chain([3, 1, 2]).sortBy().map(n => n * 2).value()":                  `[2,4,6]`,
		"_([1, 2]).map(n => n + 1).value()":                                    `[2,3]`,
		"_.includes('abc', 'b')":                                               `true`,
		"_.cloneDeep({a: [1]})":                                                `{"a":[1]}`,
		"_.padStart('5', 3, '0')":                                              `"005"`,
		"_.has({a: {b: 1}}, 'a.b')":                                            `true`,
		"_.reduce([1, 2, 3], (a, b) => a + b)":                                 `6`,
		"_.partition([1, 2, 3], n => n > 1)":                                   `[[2,3],[1]]`,
		"_.zipObject(['a'], [1])":                                              `{"a":1}`,
		"_.capitalize('FRED')":                                                 `"Fred"`,
		"_.isPlainObject({})":                                                  `true`,
		"(() => { try { _.noSuch() } catch (e) { return e.message } })()":      `"lodash: _.noSuch is not here; install lodash with npm and name its node_modules with --node-modules"`,
		"require('lodash').VERSION":                                            `"4.17.21"`,

		"tv4.validate({a: 1}, {type: 'object', required: ['a']})": `true`,
		"tv4.validate({}, {type: 'object', required: ['a']})":     `false`,
		"(() => { const Ajv = require('ajv'); const a = new Ajv({allErrors: true}); return [a.validate({type: 'number'}, 'x'), a.errors.length] })()": `[false,1]`,
		"xml2Json('<a x=\"1\"><b>t</b><b>u</b><c/></a>')":                                                                               `{"a":{"$":{"x":"1"},"b":["t","u"],"c":""}}`,
		"(() => { let out; require('xml2js').parseString('<r><i>1</i></r>', (e, v) => { out = v }); return out })()":                    `{"r":{"i":["1"]}}`,
		"(() => { try { xml2Json('<a><b></a>') } catch (e) { return e.message.includes('unexpected close tag') } })()":                  `true`,
		"require('querystring').stringify({a: 'b c', d: [1, 2]})":                                                                       `"a=b%20c&d=1&d=2"`,
		"require('querystring').parse('a=b+c&d=1&d=2')":                                                                                 `{"a":"b c","d":["1","2"]}`,
		"require('path').join('/a', '../b', 'c.txt')":                                                                                   `"/b/c.txt"`,
		"require('path').extname('x/y.tar.gz')":                                                                                         `".gz"`,
		"(() => { const E = require('events'); const e = new E(); let n = 0; e.on('x', v => { n += v }); e.emit('x', 2); return n })()": `2`,
		"(() => { try { require('assert').strictEqual(1, 2) } catch (e) { return e.name } })()":                                         `"AssertionError"`,
		"require('csv-parse/lib/sync')('a,b\\n1,\"x,y\"\\n', {columns: true})":                                                          `[{"a":"1","b":"x,y"}]`,
		"require('csv-parse/lib/sync')('1,2\\n')":                                                                                       `[["1","2"]]`,
	} {
		s, printed := sandbox(t, Options{})
		result := run(t, s, execution(Test), "console.log(JSON.stringify("+expression+"))")
		got := strings.TrimPrefix(strings.Join(*printed, "|"), "log: ")
		if result.Err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", expression, got, result.Err, want)
		}
	}
}

// TestModulesSayWhatIsMissing: a member that a module has not is named, with the way to
// have it.
func TestModulesSayWhatIsMissing(t *testing.T) {
	const remedy = " is not here; install %s with npm and name its node_modules with --node-modules"
	for script, want := range map[string]string{
		"require('moment').updateLocale('en', {})":          "moment: moment.updateLocale",
		"require('moment').tz('2020-01-01', 'UTC')":         "moment: moment.tz",
		"require('moment')().tz('UTC')":                     "moment: moment().tz",
		"require('moment').locale('fr')":                    "moment: the locale fr",
		"require('moment')('2020-01-01', 'L', 'de')":        "moment: the locale de",
		"require('moment').duration(5).localeData()":        "moment: moment.duration().localeData",
		"require('moment')('2020-01-01').locale(['es'])":    "moment: the locale es",
		"new (require('postman-collection').Certificate)()": "postman-collection: Certificate",
		"require('moment')('x', 'NN').format()":             "moment: the token NN can be written, but not read",
	} {
		s, _ := sandbox(t, Options{})
		result := run(t, s, execution(Test), script)
		module, _, _ := strings.Cut(want, ":")
		full := want + strings.Replace(remedy, "%s", module, 1)
		if strings.Contains(want, "but not read") {
			full = want
		}
		if result.Err == nil || result.Err.Message != full {
			t.Errorf("%s: %v, want %s", script, result.Err, full)
		}
	}
	s, _ := sandbox(t, Options{})
	result := run(t, s, execution(Test), "require('backbone')")
	if want := "Cannot find module 'backbone': install it with npm, and name its node_modules with --node-modules"; result.Err == nil || result.Err.Message != want {
		t.Errorf("backbone: %v, want %s", result.Err, want)
	}
}

// TestSDKInSandbox: what postman-collection makes fits what pm has.
func TestSDKInSandbox(t *testing.T) {
	var sent []string
	s, printed := sandbox(t, Options{
		Dynamic: func(name string) (string, bool) { return "12", name == "$randomInt" },
		Send: func(_ context.Context, request json.RawMessage) (*Response, error) {
			sent = append(sent, string(request))
			return &Response{Code: 200}, nil
		},
	})
	result := run(t, s, execution(Test), `
		const sdk = require('postman-collection');
		pm.sendRequest(new sdk.Request({url: 'http://x/{{p}}?a=1', method: 'post', header: {A: 'b'}, body: {mode: 'raw', raw: 'r'}}), () => {
			pm.sendRequest(new sdk.Url('http://y/z?q=1'), () => {});
		});
		console.log(sdk.Property.replaceSubstitutions('{{$randomInt}}-{{n}}', {n: 'x'}));
		console.log(sdk.Request.isRequest(pm.request), sdk.Url.isUrl(pm.request.url), sdk.Response.isResponse(pm.response), sdk.VariableScope.isVariableScope(pm.environment));
		console.log(new sdk.Url(pm.request.url).toString() === pm.request.url.toString());`)
	if got := strings.Join(*printed, "|"); result.Err != nil || got != "log: 12-x|log: true true true true|log: true" {
		t.Errorf("%s, %v", got, result.Err)
	}
	for i, want := range []string{`"method":"POST"`, `{"url":"http://y/z?q=1","method":"GET"}`} {
		if len(sent) != 2 || !strings.Contains(sent[i], want) {
			t.Errorf("sent %s, want %s", sent, want)
		}
	}
}

// TestNodeModules: what the user has installed, and nothing beside it.
func TestNodeModules(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.js")
	modules := filepath.Join(dir, "node_modules")
	for name, text := range map[string]string{
		outside:                        "module.exports = 'outside'",
		modules + "/one/package.json":  `{"main": "lib/main.js"}`,
		modules + "/one/lib/main.js":   "module.exports = {n: require('./part').n + require('path').basename('a/1'), two: require('two')}",
		modules + "/one/lib/part.js":   "exports.n = 7",
		modules + "/two/index.js":      "module.exports = function () { return 'two' }",
		modules + "/lodash/index.js":   "module.exports = {VERSION: 'own'}",
		modules + "/leaves/index.js":   "module.exports = require('../../outside.js')",
		modules + "/broken/index.js":   "nope(",
		modules + "/@scope/p/index.js": "module.exports = 'scoped'",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(modules, "linked.js")); err != nil {
		t.Fatal(err)
	}
	for expression, want := range map[string]string{
		"require('one').n + require('one').two()": "71two",
		"require('lodash').VERSION":               "own",
		"require('@scope/p')":                     "scoped",
		"require('leaves')":                       "! ",
		"require('linked')":                       "! ",
		"require('../outside')":                   "! ",
		"require('/etc/passwd')":                  "! ",
		"require('broken')":                       "! ",
		"require('none')":                         "! Error: Cannot find module 'none'",
		"require('uuid').v4().length":             "36",
	} {
		s, printed := sandbox(t, Options{NodeModules: modules})
		result := run(t, s, execution(Test), "console.log(String("+expression+"))")
		got := strings.TrimPrefix(strings.Join(*printed, "|"), "log: ")
		if result.Err != nil {
			got = "! " + result.Err.Error()
		}
		if got != want && !(want == "! " && strings.HasPrefix(got, want)) || strings.Contains(got, "root:") || got == "outside" {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}
