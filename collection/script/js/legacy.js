// The globals of older scripts: tests, environment, responseBody, postman, ...
(function (host, lib) {
  'use strict';

  let values = {};
  const make = {
    tests: () => ({}),
    globals: () => pm.globals.toObject(),
    environment: () => pm.environment.toObject(),
    data: () => pm.iterationData.toObject(),
    iteration: () => pm.info.iteration,
    request: () => {
      const r = pm.request;
      const headers = {};
      r.headers.each(h => { headers[h.key] = h.value; headers[String(h.key).toLowerCase()] = h.value; });
      return {id: pm.info.requestId, name: pm.info.requestName, description: '', headers, method: r.method, url: String(r.url), data: r.body ? r.body.mode === 'urlencoded' || r.body.mode === 'formdata' ? r.body[r.body.mode].toObject() : r.body.toString() : {}};
    },
  };
  const ofTests = {
    responseBody: () => pm.response.text(),
    responseTime: () => pm.response.responseTime,
    responseCode: () => ({code: pm.response.code, name: pm.response.status, detail: pm.response.status, standardName: pm.response.status}),
    responseHeaders: () => { const out = {}; pm.response.headers.each(h => { out[h.key] = h.value; }); return out; },
    responseCookies: () => pm.cookies.all(),
  };

  function define(name, value) {
    Object.defineProperty(globalThis, name, {
      get: () => {
        if (name in values) return values[name];
        if (name in ofTests && host.event() !== 'test') return undefined;
        return values[name] = value();
      },
      set: given => { values[name] = given; },
      configurable: true,
    });
  }
  for (const name of Object.keys(make)) define(name, make[name]);
  for (const name of Object.keys(ofTests)) define(name, ofTests[name]);

  const postman = {
    setEnvironmentVariable(key, value) { pm.environment.set(key, String(value)); },
    getEnvironmentVariable(key) { return pm.environment.get(key); },
    clearEnvironmentVariable(key) { pm.environment.unset(key); },
    clearEnvironmentVariables() { pm.environment.clear(); },
    setGlobalVariable(key, value) { pm.globals.set(key, String(value)); },
    getGlobalVariable(key) { return pm.globals.get(key); },
    clearGlobalVariable(key) { pm.globals.unset(key); },
    clearGlobalVariables() { pm.globals.clear(); },
    setNextRequest(name) { pm.execution.setNextRequest(name); },
    getResponseHeader(name) { return host.event() === 'test' ? pm.response.headers.get(name) : undefined; },
    getResponseCookie(name) { return host.event() === 'test' ? pm.cookies.one(name) : undefined; },
  };
  globalThis.postman = postman;
  globalThis.xml2Json = text => host.require('xml2js').__toJson(text);
  for (const [name, module] of Object.entries({_: 'lodash', CryptoJS: 'crypto-js', tv4: 'tv4', cheerio: 'cheerio', Backbone: 'backbone'})) {
    Object.defineProperty(globalThis, name, {
      get: () => { const value = host.require(module); Object.defineProperty(globalThis, name, {value, writable: true, configurable: true}); return value; },
      set: value => Object.defineProperty(globalThis, name, {value, writable: true, configurable: true}),
      configurable: true,
    });
  }

  // has is what older scripts ask texts with: tests['x'] = responseBody.has('x').
  Object.defineProperty(String.prototype, 'has', {value(part) { return String(this).includes(String(part)); }, writable: true, configurable: true});

  lib.legacy = () => { values = {}; };
  // legacyTests makes a test of each entry of tests.
  lib.legacyTests = () => {
    const tests = values.tests;
    if (!tests || typeof tests !== 'object') return;
    for (const name of Object.keys(tests)) {
      lib.state.assertions.push({
        name, index: lib.state.index++, skipped: false, done: true,
        error: tests[name] ? null : {name: 'AssertionError', message: 'expected false to be truthy', stack: ''},
      });
    }
  };
})
