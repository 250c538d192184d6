// The assertions of responses and requests: pm.response.to.have.status(200) and others.
(function (host, lib) {
  'use strict';

  const {getter, method, direct, chained, equal, path, said} = lib.assert;

  const isResponse = v => v instanceof lib.Response;
  const isRequest = v => v instanceof lib.Request;
  getter('postmanRequest', function () { return this.check(isRequest(this._.value), 'expecting a postman request object but got #{this}', 'not expecting a postman request object'); });
  getter('postmanResponse', function () { return this.check(isResponse(this._.value), 'expecting a postman response object but got #{this}', 'not expecting a postman response object'); });
  getter('postmanRequestOrResponse', function () { return this.check(isRequest(this._.value) || isResponse(this._.value), 'expecting a postman request or response object but got #{this}', 'not expecting a postman request or response object'); });

  const response = a => { if (!isResponse(a._.value)) a.fail(`expecting a postman response object but got ${lib.assert.display(a._.value)}`); return a._.value; };

  // classes are properties such as success: a class of status codes.
  const classOf = (name, test, text) => getter(name, function () {
    const code = response(this).code;
    return this.check(test(Math.floor(code / 100)), `expected response code to be ${text} but found ${code}`, `expected response code to not be ${text} but found ${code}`);
  });
  classOf('info', c => c === 1, '1XX');
  classOf('success', c => c === 2, '2XX');
  classOf('redirection', c => c === 3, '3XX');
  classOf('clientError', c => c === 4, '4XX');
  classOf('serverError', c => c === 5, '5XX');
  classOf('error', c => c === 4 || c === 5, '4XX or 5XX');

  // named are properties such as notFound: a code with its reason.
  const named = (name, code, reason) => {
    const check = function () {
      const r = response(this);
      const got = String(r.status).toUpperCase();
      if (this._.not) return this.check(r.code === code, '', `expected response to not have status reason '${reason}'`);
      if (reason && r.code !== code) this.check(got === reason, `expected response to have status reason '${reason}' but got '${got}'`, '', reason, got, false);
      return this.check(r.code === code, `expected response to have status code ${code} but got ${r.code}`, '', code, r.code, false);
    };
    return check;
  };
  const ok = Object.getOwnPropertyDescriptor(lib.Assertion.prototype, 'ok').get;
  const okResponse = named('ok', 200, 'OK');
  getter('ok', function () { return isResponse(this._.value) ? okResponse.call(this) : ok.call(this); });
  for (const [name, code] of Object.entries({
    accepted: [202, 'ACCEPTED'], withoutContent: [204, 'NO CONTENT'], badRequest: [400, 'BAD REQUEST'], unauthorised: [401, 'UNAUTHORIZED'], unauthorized: [401, 'UNAUTHORIZED'],
    forbidden: [403, 'FORBIDDEN'], notFound: [404, 'NOT FOUND'], notAcceptable: [406, 'NOT ACCEPTABLE'], rateLimited: [429, 'TOO MANY REQUESTS'],
  })) {
    getter(name, named(name, ...code));
  }

  const hasBody = r => typeof r.text() === 'string' && r.text() !== '';
  getter('withBody', function () { const r = response(this); return this.check(hasBody(r), 'expected response to have content in body', 'expected response to not have content in body'); });
  getter('json', function () {
    const r = this._.value;
    let text = null;
    try { r.json(); } catch (err) { text = err.message; }
    return this.check(text === null, `expected response body to be a valid json but got error ${text}`, 'expected response body not to be a valid json');
  });

  method('statusCodeClass', function (n) { const c = Math.floor(response(this).code / 100); this.check(c === n, `expected response code to be ${n}XX but found ${response(this).code}`, `expected response code to not be ${n}XX`); });
  direct('statusCode', function (code) {
    const r = response(this), ok = r.code === Number(code);
    return this.passes(ok) ? this : this.check(ok, `expected response to have status code ${code} but got ${r.code}`, `expected response to not have status code ${code}`, Number(code), r.code, false);
  });
  direct('statusReason', function (reason) {
    const r = response(this), ok = r.reason() === reason;
    return this.passes(ok) ? this : this.check(ok, `expected response to have status reason '${reason}' but got '${r.reason()}'`, `expected response to not have status reason '${reason}'`, reason, r.reason(), false);
  });
  direct('status', function (what) { return typeof what === 'number' ? this.statusCode(what) : this.statusReason(what); });
  method('header', function (key, value) {
    const v = this._.value;
    if (!isResponse(v) && !isRequest(v)) this.fail('expecting a postman request or response object');
    const which = isResponse(v) ? 'response' : 'request';
    this.check(v.headers.has(key), `expected ${which} to have header with key '${key}'`, `expected ${which} to not have header with key '${key}'`);
    if (arguments.length > 1) {
      const found = v.headers.all().filter(h => String(h.key).toLowerCase() === String(key).toLowerCase()).map(h => h.value);
      this.check(found.includes(value), `expected '${key}' ${which} header to be '${value}' but got '${found[0]}'`, `expected '${key}' ${which} header to not be '${value}'`, value, found[0], false);
    }
  });
  method('body', function (wanted) {
    const r = this._.value;
    if (!isResponse(r) && !isRequest(r)) this.fail('expecting a postman request or response object');
    const text = isResponse(r) ? r.text() : r.body ? r.body.toString() : '';
    if (arguments.length === 0) return this.check(text !== undefined && text !== '', 'expected response to have content in body', 'expected response to not have content in body');
    if (wanted instanceof RegExp) return this.check(wanted.test(text), `expected response body text to match ${wanted} but got #{act}`, `expected response body text to not match ${wanted}`, wanted, text, false);
    if (wanted !== null && typeof wanted === 'object') {
      let json;
      try { json = lib.parseJSON(text); } catch (err) { return this.check(false, `expected response body to be a valid json but got error ${err.message}`, ''); }
      return this.check(equal(json, wanted), 'expected response body json to equal #{exp} but got #{act}', 'expected response body json to not equal #{exp}', wanted, json, true);
    }
    this.check(text === wanted, 'expected response body to equal #{exp} but got #{act}', 'expected response body to not equal #{exp}', wanted, text, true);
  });
  method('jsonBody', function (at, wanted) {
    const r = response(this);
    let json;
    try { json = r.json(); } catch (err) {
      return this.check(false, `expected response body to be a valid json but got error ${err.message}`, 'expected response body not to be a valid json');
    }
    if (arguments.length === 0) return this.check(true, '', 'expected response body not to be a valid json');
    if (at !== null && typeof at === 'object') return this.check(equal(json, at), 'expected response body json to equal #{exp} but got #{act}', 'expected response body json to not equal #{exp}', at, json, true);
    const found = path(json, at);
    if (arguments.length === 1) return this.check(found.exists, `expected ${lib.assert.display(json)} in response to contain property '${at}'`, `expected ${lib.assert.display(json)} in response to not contain property '${at}'`);
    this.check(found.exists && equal(found.value, wanted), `expected response body json at "${at}" to contain #{exp} but got #{act}`, `expected response body json at "${at}" to not contain #{exp}`, wanted, found.value, true);
  });
  method('jsonSchema', function (schema) {
    let value = this._.value;
    if (isResponse(value)) value = value.json();
    const errors = host.validate(JSON.stringify(schema), JSON.stringify(value === undefined ? null : value));
    this.check(errors.length === 0, `expected data to satisfy schema but found following errors: \n${errors.join(', ')}`, 'expected data to not satisfy schema');
  });
  for (const [name, get] of [['responseTime', r => r.responseTime], ['responseSize', r => r.size().total]]) {
    chained(name, function (wanted, message) {
      said(this, message);
      const r = this._.response || response(this);
      this.check(get(r) === wanted, `expected response to have ${name === 'responseTime' ? 'response time' : 'response size'} ${wanted} but got ${get(r)}`, `expected response to not have ${name} ${wanted}`, wanted, get(r), false);
    }, function () { const r = response(this); this._.response = r; this._.value = get(r); });
  }
})
