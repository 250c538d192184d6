// pm: what a script sees of its execution. host.execution is another for each script.
(function (host, lib) {
  'use strict';

  const state = {assertions: [], index: 0};

  // describe makes plain data of what was thrown.
  function describe(err) {
    if (err instanceof Error || err && typeof err === 'object' && 'message' in err) {
      return {name: String(err.name || 'Error'), message: String(err.message), stack: err.stack === undefined ? '' : String(err.stack)};
    }
    return {name: 'Error', message: typeof err === 'string' ? err : lib.inspect(err), stack: ''};
  }

  // settle ends a test, unless it has ended before.
  function settle(record, err) {
    if (record.done) return;
    record.done = true;
    if (err !== undefined && err !== null) record.error = describe(err);
  }

  function test(name, fn) {
    const record = {name: String(name), index: state.index++, skipped: false, error: null, done: false, waits: ''};
    state.assertions.push(record);
    if (typeof fn !== 'function') { record.done = true; return pm; }
    try {
      if (fn.length > 0) {
        record.waits = 'done was never called';
        fn(err => settle(record, err));
        return pm;
      }
      const value = fn();
      if (value && typeof value.then === 'function') {
        record.waits = 'its promise never came to an end';
        value.then(() => settle(record), err => settle(record, err === undefined ? new Error('rejected with undefined') : err));
      } else record.done = true;
    } catch (err) {
      settle(record, err === undefined || err === null ? new Error(String(err)) : err);
    }
    return pm;
  }
  test.skip = function (name) {
    state.assertions.push({name: String(name), index: state.index++, skipped: true, error: null, done: true});
    return pm;
  };
  test.index = () => state.index;

  // lazily makes a member when it is first used in an execution.
  let made = {};
  function lazily(target, key, make, set) {
    Object.defineProperty(target, key, {
      get() { return key in made ? made[key] : (made[key] = make()); },
      set: set ? value => { set(value); } : undefined, enumerable: true, configurable: true,
    });
  }

  const scope = name => new lib.VariableScope(() => host.scope(name));
  const pm = {};
  lazily(pm, 'globals', () => scope('globals'));
  lazily(pm, 'environment', () => scope('environment'));
  lazily(pm, 'collectionVariables', () => scope('collection'));
  lazily(pm, 'iterationData', () => scope('data'));
  lazily(pm, 'variables', () => new lib.Variables(made.locals = scope('locals'), pm.iterationData, [pm.environment, pm.collectionVariables, pm.globals]));
  lazily(pm, 'request', () => {
    const request = new lib.Request(JSON.parse(host.request()));
    made.before = host.event() === 'prerequest' ? JSON.stringify(request.toJSON()) : undefined;
    return request;
  }, value => { pm.request.update(value); });
  lazily(pm, 'response', () => host.event() === 'test' ? new lib.Response(host.response()) : undefined);
  lazily(pm, 'cookies', () => new lib.CookieList(host.cookies(String(pm.request.url))));
  lazily(pm, 'info', () => {
    const info = {};
    for (const [key, value] of Object.entries(host.info())) Object.defineProperty(info, key, {value, enumerable: false});
    return info;
  });
  pm.expect = lib.expect;
  pm.test = test;
  pm.require = name => host.require(name);
  pm.visualizer = {set() {}, clear() {}};

  // sendRequest takes a callback, or gives a promise.
  pm.sendRequest = function (request, done) {
    let text;
    if (typeof request === 'string' || request instanceof lib.Url) text = JSON.stringify({url: String(request), method: 'GET'});
    else if (request && typeof request === 'object' && typeof request.toJSON === 'function') text = JSON.stringify(request.toJSON());
    else if (request && typeof request === 'object') text = JSON.stringify(definition(request));
    else throw new TypeError('pm.sendRequest: give it a URL or a request');
    const promise = new Promise((resolve, reject) => {
      host.send(text, (err, data) => {
        const failure = err ? new Error(err) : null;
        const response = data ? new lib.Response(data) : undefined;
        if (typeof done === 'function') {
          done(failure, response, {cookies: response ? response.cookies : new lib.CookieList([])});
          resolve(response);
        } else if (failure) reject(failure);
        else resolve(response);
      });
    });
    return promise;
  };

  // definition brings a request of pm.sendRequest into the shape of a collection.
  function definition(request) {
    const out = Object.assign({}, request);
    if (out.header === undefined && out.headers !== undefined) out.header = out.headers;
    delete out.headers;
    if (out.header && !Array.isArray(out.header) && typeof out.header === 'object') {
      out.header = Object.keys(out.header).map(key => ({key, value: String(out.header[key])}));
    }
    if (typeof out.header === 'string') out.header = out.header.split(/\r?\n/).filter(Boolean);
    if (Array.isArray(out.header)) {
      out.header = out.header.map(h => typeof h === 'string' ? new lib.Header(h).toJSON() : Object.assign({}, h, {value: h.value === undefined || h.value === null ? '' : String(h.value)}));
    }
    if (typeof out.body === 'string') out.body = {mode: 'raw', raw: out.body};
    if (out.body && typeof out.body === 'object') {
      const body = out.body = Object.assign({}, out.body);
      if (!body.mode) body.mode = ['raw', 'urlencoded', 'formdata', 'graphql'].find(mode => body[mode] !== undefined);
      for (const mode of ['urlencoded', 'formdata']) {
        if (body[mode] && !Array.isArray(body[mode]) && typeof body[mode] === 'object') {
          body[mode] = Object.keys(body[mode]).map(key => ({key, value: String(body[mode][key])}));
        }
        if (Array.isArray(body[mode])) body[mode] = body[mode].filter(p => p.type !== 'file');
      }
      if (body.raw !== undefined && typeof body.raw !== 'string') body.raw = JSON.stringify(body.raw);
    }
    if (out.url && typeof out.url === 'object' && typeof out.url.toJSON === 'function') out.url = out.url.toJSON();
    return out;
  }

  const execution = pm.execution = {
    setNextRequest(next) { host.next(next === null || next === undefined ? null : String(next)); },
    runRequest(name, options) {
      return new Promise((resolve, reject) => {
        host.runRequest(String(name), JSON.stringify(options && options.variables || {}), (err, data) => err ? reject(new Error(err)) : resolve(new lib.Response(data)));
      });
    },
  };
  Object.defineProperty(execution, 'skipRequest', {
    get: () => host.event() === 'prerequest' ? () => { host.skip(); } : undefined, enumerable: true,
  });
  lazily(execution, 'location', () => {
    const path = host.path();
    Object.defineProperty(path, 'current', {value: path[path.length - 1], enumerable: true});
    return path;
  });

  pm.vault = {
    get(name) { return new Promise((resolve, reject) => host.vault(String(name), (err, value) => err ? reject(new Error(err)) : resolve(value))); },
    set() { return Promise.reject(new Error('pm.vault.set: secrets are read here, and not kept')); },
    unset() { return Promise.reject(new Error('pm.vault.unset: secrets are read here, and not kept')); },
  };

  globalThis.pm = pm;
  lib.state = state;
  lib.describe = describe;

  // begin makes everything ready for the next script.
  lib.begin = function () {
    made = {};
    state.assertions = [];
    state.index = 0;
    lib.legacy();
  };

  // end tells the host what the script left behind.
  lib.end = function () {
    lib.legacyTests();
    const assertions = state.assertions;
    for (let i = 0; i < assertions.length; i++) {
      const a = assertions[i];
      if (!a.done) { a.error = {name: 'Error', message: `the test did not end: ${a.waits}`, stack: ''}; a.done = true; }
      if (a.error) host.assertion(a.name, a.index, a.skipped, a.error.name, a.error.message, a.error.stack);
      else host.assertion(a.name, a.index, a.skipped);
    }
    if (made.globals) changed('globals', made.globals.taken());
    if (made.environment) changed('environment', made.environment.taken());
    if (made.collectionVariables) changed('collection', made.collectionVariables.taken());
    // A variable of the script's own that is set to undefined is sent as nothing, as Postman does; elsewhere it is null.
    const locals = made.locals && made.locals.taken();
    if (locals) changed('locals', locals.map(v => v.value === undefined ? Object.assign({}, v, {value: ''}) : v));
    // Scripts also change what is deep in a request, such as pm.request.body.raw.
    if (made.before === undefined) return;
    const after = JSON.stringify(made.request.toJSON());
    if (after !== made.before) host.requested(after);
  };
  function changed(scope, values) { if (values) host.changed(scope, values); }
})
