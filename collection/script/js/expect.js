// expect: the assertions of chai's BDD style, with its messages.
(function (host, lib) {
  'use strict';

  const {inspect} = lib;
  const threshold = 40;

  class AssertionError extends Error {
    constructor(message, actual, expected, showDiff) {
      super(message);
      this.name = 'AssertionError';
      if (showDiff) { this.actual = actual; this.expected = expected; }
      this.showDiff = !!showDiff;
    }
  }

  // display shows a value in a message: a large one by what it is.
  function display(value) {
    const text = inspect(value, threshold, 4, [], true);
    if (text.length < threshold) return text;
    if (typeof value === 'function') return value.name ? `[Function: ${value.name}]` : '[Function]';
    if (Array.isArray(value)) return `[ Array(${value.length}) ]`;
    if (Object.prototype.toString.call(value) === '[object Object]') {
      const keys = Object.keys(value);
      return `{ Object (${keys.length > 2 ? keys.slice(0, 2).join(', ') + ', ...' : keys.join(', ')}) }`;
    }
    return text;
  }

  const typeOf = value => {
    if (value === null) return 'null';
    if (value === undefined) return 'undefined';
    if (typeof value !== 'object' && typeof value !== 'function') return typeof value;
    if (typeof value === 'object' && value[Symbol.toStringTag]) return String(value[Symbol.toStringTag]);
    const name = Object.prototype.toString.call(value).slice(8, -1);
    return name === 'AsyncFunction' || name === 'GeneratorFunction' ? name : name;
  };
  const kind = value => typeOf(value).toLowerCase();

  // equal compares deeply: NaN equals itself, 0 and -0 differ, prototypes do not count.
  function equal(a, b, seen = []) {
    if (a === b) return a !== 0 || 1 / a === 1 / b;
    if (a !== a && b !== b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (kind(a) !== kind(b)) return false;
    if (seen.some(pair => pair[0] === a && pair[1] === b)) return true;
    const next = seen.concat([[a, b]]);
    if (a instanceof Date) return equal(a.getTime(), b.getTime());
    if (a instanceof RegExp) return String(a) === String(b);
    if (a instanceof Error) return a === b;
    if (a instanceof String || a instanceof Number || a instanceof Boolean) return equal(a.valueOf(), b.valueOf());
    if (a instanceof Map || a instanceof Set) {
      if (a.size !== b.size) return false;
      const [x, y] = [Array.from(a), Array.from(b)];
      return x.every(v => y.some(w => equal(v, w, next)));
    }
    if (Array.isArray(a) || ArrayBuffer.isView(a)) {
      return a.length === b.length && Array.from(a).every((v, i) => equal(v, b[i], next));
    }
    const keys = enumerable(a), others = enumerable(b);
    return keys.length === others.length && keys.every(key => others.includes(key) && equal(a[key], b[key], next));
  }
  function enumerable(value) {
    const keys = [];
    for (const key in value) keys.push(key);
    return keys.concat(Object.getOwnPropertySymbols(value).filter(s => Object.prototype.propertyIsEnumerable.call(value, s)));
  }

  // path reads a.b[0].c.
  function path(value, name) {
    const parts = [];
    String(name).replace(/\\([.[\]])/g, (m, c) => ({'.': '\u0001', '[': '\u0002', ']': '\u0003'})[c]).replace(/[^.[\]]+/g, part => {
      parts.push(part.replace(/\u0001/g, '.').replace(/\u0002/g, '[').replace(/\u0003/g, ']')); return '';
    });
    let parent = value, exists = true;
    for (let i = 0; i < parts.length; i++) {
      if (value === null || value === undefined) return {exists: false, value: undefined};
      parent = Object(value);
      exists = parts[i] in parent;
      value = parent[parts[i]];
    }
    return {exists, value};
  }

  class Assertion {
    constructor(value, message, not, deep) { this._ = {value, message, not, deep}; }

    // passes spares assertions that hold the making of messages.
    passes(ok) { return this._.not ? !ok : !!ok; }

    // check throws unless ok, or if ok after not. #{this}, #{exp} and #{act} are shown.
    check(ok, message, negated, expected, actual, diff) {
      const f = this._, given = arguments.length > 4;
      if (f.not ? !ok : ok) return this;
      const text = (f.not ? negated : message)
        .replace(/#\{this\}/g, () => display(f.value)).replace(/#\{exp\}/g, () => display(expected))
        .replace(/#\{act\}/g, () => display(given ? actual : f.value));
      throw new AssertionError((f.message ? f.message + ': ' : '') + text, given ? actual : f.value, expected, diff !== false && arguments.length > 3);
    }
    fail(message) { throw new AssertionError((this._.message ? this._.message + ': ' : '') + message); }
    mark(flag) { this._[flag] = true; return this; }
    sub(value) { return new Assertion(value, this._.message, this._.not, this._.deep); }
  }

  const proto = Assertion.prototype;
  const getter = (name, get) => Object.defineProperty(proto, name, {get, configurable: true});
  for (const word of ['to', 'be', 'been', 'is', 'and', 'has', 'have', 'with', 'that', 'which', 'at', 'of', 'same', 'but', 'does', 'still', 'also']) {
    getter(word, function () { return this; });
  }
  for (const flag of ['not', 'deep', 'nested', 'own', 'ordered', 'itself']) {
    getter(flag, function () { return this.mark(flag); });
  }
  getter('any', function () { this._.all = false; return this.mark('any'); });
  getter('all', function () { this._.any = false; return this.mark('all'); });

  const simple = (name, test, what) => getter(name, function () {
    return this.check(test(this._.value), `expected #{this} ${what}`, `expected #{this} ${what.replace(/^to /, 'to not ')}`);
  });
  getter('ok', function () { return this.check(this._.value, 'expected #{this} to be truthy', 'expected #{this} to be falsy'); });
  getter('true', function () { return this.check(this._.value === true, 'expected #{this} to be true', 'expected #{this} to be false', !this._.not); });
  getter('false', function () { return this.check(this._.value === false, 'expected #{this} to be false', 'expected #{this} to be true', !!this._.not); });
  simple('null', v => v === null, 'to be null');
  simple('undefined', v => v === undefined, 'to be undefined');
  getter('null', function () { return this.check(this._.value === null, 'expected #{this} to be null', 'expected #{this} not to be null'); });
  getter('undefined', function () { return this.check(this._.value === undefined, 'expected #{this} to be undefined', 'expected #{this} not to be undefined'); });
  getter('NaN', function () { return this.check(typeof this._.value === 'number' && isNaN(this._.value), 'expected #{this} to be NaN', 'expected #{this} not to be NaN'); });
  for (const name of ['exist', 'exists']) {
    getter(name, function () { return this.check(this._.value !== null && this._.value !== undefined, 'expected #{this} to exist', 'expected #{this} to not exist'); });
  }
  getter('empty', function () {
    const v = this._.value;
    let size;
    switch (kind(v)) {
      case 'array': case 'string': size = v.length; break;
      case 'map': case 'set': size = v.size; break;
      case 'function': return this.fail('.empty was passed a function ' + (v.name || ''));
      default:
        if (v !== Object(v)) return this.fail('.empty was passed non-string primitive ' + inspect(v));
        size = typeof v.count === 'function' && v instanceof lib.PropertyList ? v.count() : Object.keys(v).length;
    }
    return this.check(size === 0, 'expected #{this} to be empty', 'expected #{this} not to be empty');
  });
  for (const name of ['arguments', 'Arguments']) {
    getter(name, function () { const type = typeOf(this._.value); return this.check(type === 'Arguments', `expected #{this} to be arguments but got ${type}`, 'expected #{this} to not be arguments'); });
  }
  getter('finite', function () { return this.check(typeof this._.value === 'number' && isFinite(this._.value), 'expected #{this} to be a finite number', 'expected #{this} to not be a finite number'); });
  getter('extensible', function () { const v = this._.value; return this.check(v === Object(v) && Object.isExtensible(v), 'expected #{this} to be extensible', 'expected #{this} to not be extensible'); });
  getter('sealed', function () { const v = this._.value; return this.check(v !== Object(v) || Object.isSealed(v), 'expected #{this} to be sealed', 'expected #{this} to not be sealed'); });
  getter('frozen', function () { const v = this._.value; return this.check(v !== Object(v) || Object.isFrozen(v), 'expected #{this} to be frozen', 'expected #{this} to not be frozen'); });

  const method = (names, fn) => {
    for (const name of names.split(' ')) {
      Object.defineProperty(proto, name, {value: function (...args) { return fn.apply(this, args) || this; }, writable: true, configurable: true});
    }
  };
  // direct is method for functions that give the assertion back: those that scripts use most, as it costs less.
  const direct = (names, fn) => {
    for (const name of names.split(' ')) Object.defineProperty(proto, name, {value: fn, writable: true, configurable: true});
  };
  // said takes a message of its own that an assertion was given.
  const said = (a, message) => { if (message !== undefined) a._.message = message; };

  // chained is a method whose name alone is a word of the chain.
  function chained(names, call, word) {
    for (const name of names.split(' ')) {
      Object.defineProperty(proto, name, {
        get() {
          const self = this;
          if (word) word.call(self);
          const fn = function (...args) { return call.apply(self, args) || self; };
          return new Proxy(fn, {
            get: (target, key) => { const value = self[key]; return typeof value === 'function' && !(key in Assertion.prototype && Object.getOwnPropertyDescriptor(Assertion.prototype, key) && Object.getOwnPropertyDescriptor(Assertion.prototype, key).get) ? value.bind(self) : value; },
            has: (target, key) => key in self,
          });
        },
        configurable: true,
      });
    }
  }

  function isA(type, message) {
    said(this, message);
    type = String(type).toLowerCase();
    const article = /^[aeiou]/.test(type) ? 'an ' : 'a ';
    this.check(kind(this._.value) === type, `expected #{this} to be ${article}${type}`, `expected #{this} not to be ${article}${type}`);
  }
  chained('a an', isA);

  function includes(wanted, message) {
    said(this, message);
    const value = this._.value, deep = this._.deep, same = deep ? equal : (x, y) => x === y || x !== x && y !== y;
    const words = deep ? 'deep include' : 'include';
    let found = false;
    switch (kind(value)) {
      case 'string': found = value.indexOf(wanted) !== -1; break;
      case 'weakset': found = value.has(wanted); break;
      case 'map': value.forEach(v => { found = found || same(v, wanted); }); break;
      case 'set': value.forEach(v => { found = found || same(v, wanted); }); break;
      case 'array': found = deep ? value.some(v => equal(v, wanted)) : value.includes(wanted); break;
      default: {
        if (value instanceof lib.PropertyList && (typeof wanted === 'string')) { found = value.has(wanted); break; }
        if (wanted !== Object(wanted)) {
          return this.fail(`the given combination of arguments (${kind(value)} and ${kind(wanted)}) is invalid for this assertion. You can use an array, a map, an object, a set, a string, or a weakset instead of a ${kind(wanted)}`);
        }
        const keys = Object.keys(wanted);
        let first = null;
        for (const key of keys) {
          const one = new Assertion(value, this._.message, this._.not, deep);
          Object.assign(one._, {own: this._.own, nested: this._.nested});
          if (!this._.not || keys.length === 1) { one.property(key, wanted[key]); continue; }
          try { one.property(key, wanted[key]); return; } catch (err) { first = first || err; }
        }
        if (first) throw first;
        return;
      }
    }
    this.check(found, `expected #{this} to ${words} ${inspect(wanted)}`, `expected #{this} to not ${words} ${inspect(wanted)}`);
  }
  chained('include includes contain contains', includes, function () { this._.contains = true; });

  direct('equal equals eq', function (wanted, message) {
    said(this, message);
    if (this._.deep) return this.eql(wanted);
    const ok = wanted === this._.value;
    return this.passes(ok) ? this : this.check(ok, 'expected #{this} to equal #{exp}', 'expected #{this} to not equal #{exp}', wanted, this._.value, true);
  });
  direct('eql eqls', function (wanted, message) {
    said(this, message);
    const ok = equal(wanted, this._.value);
    return this.passes(ok) ? this : this.check(ok, 'expected #{this} to deeply equal #{exp}', 'expected #{this} to not deeply equal #{exp}', wanted, this._.value, true);
  });

  // compares makes an assertion of numbers, dates, or lengths after lengthOf.
  function compares(names, test, words, negated) {
    method(names, function (limit, message) {
      said(this, message);
      let value = this._.value, what = '';
      const length = this._.length;
      if (length) {
        value = value instanceof Map || value instanceof Set ? value.size : value.length;
        what = this._.value instanceof Map || this._.value instanceof Set ? 'size ' : 'length ';
      } else if (kind(value) !== 'number' && kind(value) !== 'date') return this.fail(`expected ${display(value)} to be a number or a date`);
      if (kind(limit) !== kind(value)) return this.fail(kind(value) === 'date' ? `the argument to ${names.split(' ')[0]} must be a date` : `the argument to ${names.split(' ')[0]} must be a number`);
      const shown = inspect(limit);
      if (length) return this.check(test(value, limit), `expected #{this} to have a ${what}${words.replace('be ', '')} ${shown} but got #{act}`, `expected #{this} to have a ${what}${negated.replace('be ', '')} ${shown}`, limit, value);
      this.check(test(value, limit), `expected #{this} to ${words} ${shown}`, `expected #{this} to ${negated} ${shown}`);
    });
  }
  compares('above gt greaterThan', (a, b) => a > b, 'be above', 'be at most');
  compares('least gte greaterThanOrEqual', (a, b) => a >= b, 'be at least', 'be below');
  compares('below lt lessThan', (a, b) => a < b, 'be below', 'be at least');
  compares('most lte lessThanOrEqual', (a, b) => a <= b, 'be at most', 'be above');
  method('within', function (low, high, message) {
    said(this, message);
    const range = `${low instanceof Date ? low.toUTCString() : low}..${high instanceof Date ? high.toUTCString() : high}`;
    if (this._.length) {
      const size = this._.value.length === undefined ? this._.value.size : this._.value.length;
      return this.check(size >= low && size <= high, `expected #{this} to have a length within ${range}`, `expected #{this} to not have a length within ${range}`);
    }
    if (kind(this._.value) !== 'number' && kind(this._.value) !== 'date') return this.fail(`expected ${display(this._.value)} to be a number or a date`);
    this.check(this._.value >= low && this._.value <= high, `expected #{this} to be within ${range}`, `expected #{this} to not be within ${range}`);
  });
  method('instanceof instanceOf', function (type, message) {
    said(this, message);
    if (typeof type !== 'function') return this.fail(`The instanceof assertion needs a constructor but ${kind(type)} was given.`);
    const name = type.name || 'an unnamed constructor';
    this.check(this._.value instanceof type, `expected #{this} to be an instance of ${name}`, `expected #{this} to not be an instance of ${name}`);
  });
  method('property', function (name, wanted, message) {
    said(this, message);
    const {value: object, nested, own, deep, not} = this._;
    if (object === null || object === undefined) return this.fail('Target cannot be null or undefined.');
    const at = nested ? path(object, name) : own
      ? {exists: Object.prototype.hasOwnProperty.call(object, name), value: object[name]} : {exists: name in Object(object), value: object[name]};
    const what = (deep ? 'deep ' : '') + (own ? 'own ' : '') + (nested ? 'nested ' : '') + 'property ';
    const compares = arguments.length > 1;
    if (!not || !compares) this.check(at.exists, `expected #{this} to have ${what}${inspect(name)}`, `expected #{this} to not have ${what}${inspect(name)}`);
    if (compares) {
      this.check(at.exists && (deep ? equal(wanted, at.value) : wanted === at.value), `expected #{this} to have ${what}${inspect(name)} of #{exp}, but got #{act}`, `expected #{this} to not have ${what}${inspect(name)} of #{act}`, wanted, at.value);
    }
    this._.value = at.value;
  });
  method('ownProperty haveOwnProperty', function (...args) { this._.own = true; return this.property(...args); });
  method('ownPropertyDescriptor haveOwnPropertyDescriptor', function (name, wanted, message) {
    if (typeof wanted === 'string') { message = wanted; wanted = undefined; }
    said(this, message);
    const actual = Object.getOwnPropertyDescriptor(Object(this._.value), name);
    if (actual && wanted) {
      this.check(equal(wanted, actual), `expected the own property descriptor for ${inspect(name)} on #{this} to match ${inspect(wanted)}, got ${inspect(actual)}`, `expected the own property descriptor for ${inspect(name)} on #{this} to not match ${inspect(wanted)}`, wanted, actual, true);
    } else this.check(actual, `expected #{this} to have an own property descriptor for ${inspect(name)}`, `expected #{this} to not have an own property descriptor for ${inspect(name)}`);
    this._.value = actual;
  });
  chained('length lengthOf', function (wanted, message) {
    said(this, message);
    const value = this._.value;
    const sized = value instanceof Map || value instanceof Set;
    if (!sized && (value === null || value === undefined || !('length' in Object(value)))) {
      return this.fail(value === null || value === undefined ? 'Target cannot be null or undefined.' : `expected ${display(value)} to have property 'length'`);
    }
    const size = sized ? value.size : value.length, word = sized ? 'size' : 'length';
    this.check(size === wanted, `expected #{this} to have a ${word} of #{exp} but got #{act}`, `expected #{this} to not have a ${word} of #{act}`, wanted, size);
  }, function () { this._.length = true; });
  method('match matches', function (re, message) {
    said(this, message);
    this.check(re.exec(this._.value), `expected #{this} to match ${re}`, `expected #{this} not to match ${re}`);
  });
  method('string', function (part, message) {
    said(this, message);
    if (typeof this._.value !== 'string') return this.fail(`expected ${display(this._.value)} to be a string`);
    this.check(this._.value.indexOf(part) !== -1, `expected #{this} to contain ${inspect(part)}`, `expected #{this} to not contain ${inspect(part)}`);
  });
  method('keys key', function (...wanted) {
    const object = this._.value;
    if (wanted.length === 1 && Array.isArray(wanted[0])) wanted = wanted[0];
    else if (wanted.length === 1 && typeof wanted[0] === 'object' && wanted[0] !== null) wanted = Object.keys(wanted[0]);
    if (!wanted.length) return this.fail('keys required');
    const mapped = object instanceof Map || object instanceof Set;
    const actual = mapped ? Array.from(object.keys()) : Object.keys(Object(object)).concat(Object.getOwnPropertySymbols(Object(object)));
    if (!mapped) wanted = wanted.map(key => typeof key === 'symbol' ? key : String(key));
    const has = key => this._.deep ? actual.some(own => equal(own, key)) : actual.includes(key);
    let ok;
    if (this._.any) ok = wanted.some(has);
    else { ok = wanted.every(has); if (!this._.contains) ok = ok && wanted.length === actual.length; }
    const shown = wanted.map(key => inspect(key));
    let text = shown.length > 1 ? shown.slice(0, -1).join(', ') + (this._.any ? ', or ' : ', and ') + shown[shown.length - 1] : shown[0];
    text = (this._.contains ? 'contain ' : 'have ') + (shown.length > 1 ? 'keys ' : 'key ') + text;
    this.check(ok, `expected #{this} to ${this._.deep ? 'deeply ' : ''}${text}`, `expected #{this} to not ${this._.deep ? 'deeply ' : ''}${text}`, wanted.slice().sort(), actual.sort(), true);
  });
  method('throw throws Throw', function (type, pattern, message) {
    said(this, message);
    const fn = this._.value;
    if (typeof fn !== 'function') return this.fail(`expected ${display(fn)} to be a function`);
    if (type instanceof RegExp || typeof type === 'string') { pattern = type; type = undefined; }
    let thrown, did = false;
    try { fn(); } catch (err) { thrown = err; did = true; }
    const name = typeof type === 'function' ? type.name : type instanceof Error ? inspect(type) : 'an error';
    const shown = did && thrown instanceof Error ? inspect(thrown) : display(thrown);
    if (type === undefined && pattern === undefined) {
      this.check(did, 'expected #{this} to throw an error', `expected #{this} to not throw an error but #{act} was thrown`, undefined, did ? String(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown) : undefined);
    } else if (!did) {
      this.check(false, `expected #{this} to throw ${type === undefined ? `error ${pattern instanceof RegExp ? 'matching' : 'including'} ${inspect(pattern)}` : name}`, '');
    } else {
      if (type !== undefined) {
        const ok = type instanceof Error ? thrown === type : thrown instanceof type;
        if (!this._.not || pattern === undefined) this.check(ok, `expected #{this} to throw '${name}' but '${shown.replace(/^\[|\]$/g, '')}' was thrown`, `expected #{this} to not throw '${name}' but '${shown.replace(/^\[|\]$/g, '')}' was thrown`);
      }
      if (pattern !== undefined) {
        const text = thrown && typeof thrown === 'object' && 'message' in thrown ? String(thrown.message) : String(thrown);
        const ok = pattern instanceof RegExp ? pattern.test(text) : text.indexOf(pattern) !== -1;
        const how = pattern instanceof RegExp ? 'matching' : 'including';
        this.check(ok, `expected #{this} to throw error ${how} ${inspect(pattern)} but got ${inspect(text)}`, `expected #{this} to throw error not ${how} ${inspect(pattern)}`);
      }
    }
    this._.value = thrown;
  });
  method('respondTo respondsTo', function (name, message) {
    said(this, message);
    const target = typeof this._.value === 'function' && !this._.itself ? this._.value.prototype : this._.value;
    this.check(typeof target[name] === 'function', `expected #{this} to respond to ${inspect(name)}`, `expected #{this} to not respond to ${inspect(name)}`);
  });
  method('satisfy satisfies', function (test, message) {
    said(this, message);
    this.check(test(this._.value), `expected #{this} to satisfy ${display(test)}`, `expected #{this} to not satisfy ${display(test)}`);
  });
  method('closeTo approximately', function (wanted, delta, message) {
    said(this, message);
    if (typeof this._.value !== 'number') return this.fail(`expected ${display(this._.value)} to be a number`);
    if (typeof wanted !== 'number' || typeof delta !== 'number') return this.fail('the arguments to closeTo or approximately must be numbers');
    this.check(Math.abs(this._.value - wanted) <= delta, `expected #{this} to be close to ${wanted} +/- ${delta}`, `expected #{this} not to be close to ${wanted} +/- ${delta}`);
  });
  method('members', function (wanted, message) {
    said(this, message);
    const value = this._.value;
    if (!Array.isArray(value)) return this.fail(`expected ${display(value)} to be an array`);
    if (!Array.isArray(wanted)) return this.fail(`expected ${display(wanted)} to be an array`);
    const same = this._.deep ? equal : (a, b) => a === b;
    let ok;
    if (this._.ordered) ok = (this._.contains || value.length === wanted.length) && wanted.every((v, i) => i < value.length && same(v, value[i]));
    else {
      const left = value.slice();
      ok = (this._.contains || value.length === wanted.length) && wanted.every(v => {
        const at = left.findIndex(w => same(v, w));
        if (at >= 0 && !this._.contains) left.splice(at, 1);
        return at >= 0;
      });
    }
    const words = this._.contains ? `be ${this._.ordered ? 'an ordered' : 'a'} superset of ` : `have the same ${this._.ordered ? 'ordered ' : ''}members as `;
    const text = this._.contains && this._.deep ? words.replace('superset', 'superset') : words;
    this.check(ok, `expected #{this} to ${text}#{exp}`, `expected #{this} to not ${text}#{exp}`, wanted, value, true);
  });
  method('oneOf', function (list, message) {
    said(this, message);
    if (!Array.isArray(list)) return this.fail(`expected ${display(list)} to be an array`);
    if (this._.contains) return this.check(list.some(v => this._.value.indexOf(v) !== -1), 'expected #{this} to contain one of #{exp}', 'expected #{this} to not contain one of #{exp}', list);
    this.check(this._.deep ? list.some(v => equal(v, this._.value)) : list.includes(this._.value), `expected #{this} to be one of #{exp}`, `expected #{this} to not be one of #{exp}`, list);
  });
  // changes watches what a function does to a value.
  function changes(names, test, words) {
    method(names, function (subject, property, message) {
      said(this, message);
      const read = () => property === undefined || property === null ? subject() : subject[property];
      const before = read();
      this._.value();
      const after = read();
      this._.delta = after - before;
      const name = property === undefined || property === null ? '' : '.' + property;
      this.check(test(before, after), `expected ${name || 'the value'} to ${words}`, `expected ${name || 'the value'} to not ${words}`);
      this._.changed = name;
      this._.words = words;
    });
  }
  changes('change changes', (a, b) => a !== b, 'change');
  changes('increase increases', (a, b) => b > a, 'increase');
  changes('decrease decreases', (a, b) => b < a, 'decrease');
  method('by', function (delta, message) {
    said(this, message);
    const by = this._.words === 'change' ? Math.abs(this._.delta) : this._.words === 'decrease' ? -this._.delta : this._.delta;
    this.check(by === Math.abs(delta) || by === delta, `expected ${this._.changed} to ${this._.words} by ${delta}`, `expected ${this._.changed} to not ${this._.words} by ${delta}`);
  });

  function expect(value, message) { return new Assertion(value, message); }
  expect.fail = function (actual, expected, message) {
    if (arguments.length < 2) { message = actual; actual = undefined; }
    throw new AssertionError(message || 'expect.fail()', actual, expected);
  };

  lib.expect = expect;
  lib.AssertionError = AssertionError;
  lib.Assertion = Assertion;
  lib.assert = {getter, method, direct, chained, display, equal, path, said};
})
