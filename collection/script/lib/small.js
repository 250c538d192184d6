// Small modules: querystring, path, events, assert, string_decoder, tv4, ajv, xml2js.
(function (lib, host) {
  'use strict';

  const querystring = {
    escape: encodeURIComponent,
    unescape: text => {
      try {
        return decodeURIComponent(text);
      } catch {
        return text;
      }
    },
    stringify(o, sep = '&', eq = '=') {
      return Object.keys(o || {})
        .map(k =>
          []
            .concat(o[k])
            .map(v => querystring.escape(k) + eq + querystring.escape(v === null || v === undefined || typeof v === 'object' ? '' : String(v)))
            .join(sep),
        )
        .filter(Boolean)
        .join(sep);
    },
    parse(text, sep = '&', eq = '=') {
      const out = Object.create(null);
      String(text)
        .split(sep)
        .filter(Boolean)
        .forEach(part => {
          const at = part.indexOf(eq),
            plain = s => querystring.unescape(s.replace(/\+/g, ' '));
          const k = plain(at < 0 ? part : part.slice(0, at)),
            v = at < 0 ? '' : plain(part.slice(at + eq.length));
          out[k] = k in out ? [].concat(out[k], v) : v;
        });
      return out;
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;

  const path = {
    sep: '/',
    delimiter: ':',
    normalize(p) {
      const out = [];
      p.split('/').forEach(s => {
        if (s === '..' && out.length && out[out.length - 1] !== '..') out.pop();
        else if (s && s !== '.' && !(s === '..' && p[0] === '/')) out.push(s);
      });
      return (p[0] === '/' ? '/' : '') + out.join('/') || '.';
    },
    join: (...ps) => path.normalize(ps.filter(Boolean).join('/') || '.'),
    resolve: (...ps) => ps.reduce((a, p) => (p[0] === '/' ? path.normalize(p) : path.normalize(a + '/' + p)), '/'),
    basename(p, ext = '') {
      const b = p.replace(/\/+$/, '').split('/').pop();
      return ext && b.endsWith(ext) && b !== ext ? b.slice(0, -ext.length) : b;
    },
    dirname: p => (p.includes('/') ? p.replace(/\/+[^/]*\/*$/, '') || '/' : '.'),
    extname: p => {
      const m = /[^./](\.[^./]*)$/.exec(path.basename(p));
      return m ? m[1] : '';
    },
    isAbsolute: p => p[0] === '/',
  };

  class EventEmitter {
    #on = new Map();
    on(name, fn) {
      this.#on.set(name, (this.#on.get(name) || []).concat(fn));
      return this;
    }
    once(name, fn) {
      const one = (...args) => {
        this.off(name, one);
        fn.apply(this, args);
      };
      return this.on(name, one);
    }
    off(name, fn) {
      this.#on.set(
        name,
        (this.#on.get(name) || []).filter(f => f !== fn),
      );
      return this;
    }
    removeAllListeners(name) {
      if (name === undefined) this.#on.clear();
      else this.#on.delete(name);
      return this;
    }
    emit(name, ...args) {
      const all = this.#on.get(name) || [];
      all.forEach(fn => fn.apply(this, args));
      if (name === 'error' && !all.length) throw args[0];
      return all.length > 0;
    }
    listeners(name) {
      return (this.#on.get(name) || []).slice();
    }
    listenerCount(name) {
      return this.listeners(name).length;
    }
  }
  Object.assign(EventEmitter.prototype, {addListener: EventEmitter.prototype.on, removeListener: EventEmitter.prototype.off});
  EventEmitter.EventEmitter = EventEmitter;

  const {AssertionError, expect} = lib;
  const fail = (message, actual, expected) => {
    throw message instanceof Error ? message : new AssertionError(message, actual, expected, true);
  };
  const shown = lib.assert.display,
    equal = lib.assert.equal;
  const assert = (v, message) => {
    if (!v) fail(message || `expected ${shown(v)} to be truthy`, v, true);
  };
  Object.assign(assert, {
    ok: assert,
    AssertionError,
    fail: message => fail(message || 'Failed'),
    equal: (a, b, m) => {
      if (!(a == b)) fail(m || `${shown(a)} == ${shown(b)}`, a, b);
    },
    notEqual: (a, b, m) => {
      if (a == b) fail(m || `${shown(a)} != ${shown(b)}`, a, b);
    },
    strictEqual: (a, b, m) => {
      if (!Object.is(a, b)) fail(m || `expected ${shown(a)} to equal ${shown(b)}`, a, b);
    },
    notStrictEqual: (a, b, m) => {
      if (Object.is(a, b)) fail(m || `expected ${shown(a)} to not equal ${shown(b)}`, a, b);
    },
    deepEqual: (a, b, m) => {
      if (!equal(a, b)) fail(m || `expected ${shown(a)} to deeply equal ${shown(b)}`, a, b);
    },
    notDeepEqual: (a, b, m) => {
      if (equal(a, b)) fail(m || `expected ${shown(a)} to not deeply equal ${shown(b)}`, a, b);
    },
    throws: (fn, type) => {
      if (type === undefined) expect(fn).to.throw();
      else expect(fn).to.throw(type);
    },
    doesNotThrow: fn => expect(fn).to.not.throw(),
    match: (s, re, m) => {
      if (!re.test(s)) fail(m || `expected ${shown(s)} to match ${re}`);
    },
  });
  assert.deepStrictEqual = assert.deepEqual;
  assert.notDeepStrictEqual = assert.notDeepEqual;
  assert.strict = assert;

  const errorsOf = (value, schema) => host.validate(JSON.stringify(schema), JSON.stringify(value === undefined ? null : value));
  const tv4 = {
    error: null,
    missing: [],
    validate(value, schema) {
      const errors = errorsOf(value, schema);
      tv4.error = errors.length ? {message: errors[0], dataPath: '', schemaPath: ''} : null;
      return errors.length === 0;
    },
    validateResult(value, schema) {
      const errors = errorsOf(value, schema);
      return {valid: errors.length === 0, error: errors.length ? {message: errors[0]} : null, missing: []};
    },
    validateMultiple(value, schema) {
      const errors = errorsOf(value, schema);
      return {valid: errors.length === 0, errors: errors.map(message => ({message})), missing: []};
    },
    addSchema() {
      throw new Error('tv4.addSchema: put the schema into the one that uses it, under definitions');
    },
  };
  class Ajv {
    constructor() {
      this.errors = null;
      this.schemas = {};
    }
    compile(schema) {
      const validate = value => {
        const errors = errorsOf(value, schema);
        validate.errors = errors.length
          ? errors.map(message => {
              const at = message.indexOf(' ');
              return {dataPath: message.slice(0, at).replace(/^data/, ''), message: message.slice(at + 1)};
            })
          : null;
        return errors.length === 0;
      };
      validate.errors = null;
      validate.schema = schema;
      return validate;
    }
    addSchema(schema, key) {
      this.schemas[key || schema.$id] = schema;
      return this;
    }
    getSchema(key) {
      return this.schemas[key] && this.compile(this.schemas[key]);
    }
    validate(schema, value) {
      const v = this.compile(typeof schema === 'string' ? this.schemas[schema] : schema);
      const ok = v(value);
      this.errors = v.errors;
      return ok;
    }
    validateSchema() {
      return true;
    }
    errorsText(errors = this.errors, options = {}) {
      return errors ? errors.map(e => `data${e.dataPath} ${e.message}`).join(options.separator || ', ') : 'No errors';
    }
  }
  Ajv.default = Ajv;

  // xml2js: text or trees of elements as the host has read them.
  function tree(node, o) {
    const {attributes, children, text} = node;
    const out = {};
    let any = false;
    if (Object.keys(attributes).length && !o.ignoreAttrs) {
      any = true;
      if (o.mergeAttrs) Object.assign(out, attributes);
      else out[o.attrkey] = attributes;
    }
    for (const child of children) {
      any = true;
      const value = tree(child, o),
        name = child.name;
      if (name in out) {
        if (!Array.isArray(out[name])) out[name] = [out[name]];
        out[name].push(value);
      } else out[name] = o.explicitArray ? [value] : value;
    }
    const shown = o.trim ? text.trim() : text;
    if (!any) return shown.trim() === '' ? o.emptyTag : shown;
    if (shown.trim() !== '') out[o.charkey] = shown;
    return out;
  }
  function parse(text, options) {
    const o = Object.assign(
      {explicitArray: true, trim: false, attrkey: '$', charkey: '_', emptyTag: '', explicitRoot: true, ignoreAttrs: false, mergeAttrs: false},
      options,
    );
    const root = JSON.parse(host.xml(String(text)));
    if (root === null) return null;
    const value = tree(root, o);
    return o.explicitRoot ? {[root.name]: value} : value;
  }
  const xml2js = {
    parseString(text, options, done) {
      if (typeof options === 'function') {
        done = options;
        options = {};
      }
      let value = null,
        err = null;
      try {
        value = parse(text, options);
      } catch (e) {
        err = e;
      }
      done(err, value);
    },
    parseStringPromise: (text, options) =>
      new Promise((resolve, reject) => xml2js.parseString(text, options || {}, (e, v) => (e ? reject(e) : resolve(v)))),
    Parser: class {
      constructor(o) {
        this.o = o || {};
      }
      parseString(text, done) {
        xml2js.parseString(text, this.o, done);
      }
      parseStringPromise(text) {
        return xml2js.parseStringPromise(text, this.o);
      }
    },
    __toJson: text => parse(text, {explicitArray: false, trim: true, mergeAttrs: false}),
  };
  const csvSync = (text, options) => JSON.parse(host.csv(String(text), JSON.stringify(options || {})));

  return {
    querystring,
    path,
    events: EventEmitter,
    assert,
    tv4,
    ajv: Ajv,
    xml2js,
    'csv-parse/lib/sync': csvSync,
    'csv-parse/sync': {parse: csvSync},
    string_decoder: {
      StringDecoder: class {
        constructor(e = 'utf8') {
          this.e = e;
        }
        write(b) {
          return b.toString(this.e);
        }
        end(b) {
          return b ? this.write(b) : '';
        }
      },
    },
  };
});
