// The functions of lodash that scripts use. One that is missing says so by name.
(function (lib, host, load) {
  'use strict';

  const {_, debounced, equal, flatten, get, isObject, iteratee, matches, pathOf} = load('lodash_basis');
  for (const part of ['lists', 'values', 'objects', 'texts', 'more']) load('lodash_' + part);
  let counter = 0;

  Object.assign(_, {
    attempt: (f, ...args) => {
      try {
        return f(...args);
      } catch (e) {
        return e instanceof Error ? e : new Error(e);
      }
    },
    constant: v => () => v,
    defaultTo: (v, otherwise) => (v === null || v === undefined || v !== v ? otherwise : v),
    flow:
      (...fs) =>
      (...args) =>
        flatten(fs, 1)
          .slice(1)
          .reduce((v, f) => f(v), flatten(fs, 1)[0](...args)),
    identity: v => v,
    iteratee,
    matches: source => v => matches(v, source),
    matchesProperty: (p, x) => v => equal(get(v, p), x),
    noop: () => {},
    property: p => v => get(v, p),
    stubArray: () => [],
    stubFalse: () => false,
    stubObject: () => ({}),
    stubTrue: () => true,
    toPath: pathOf,
    uniqueId: (p = '') => p + ++counter,
    bind: (f, self, ...args) => f.bind(self, ...args),
    curry: f =>
      function take(...a) {
        return a.length >= f.length ? f(...a) : (...b) => take(...a, ...b);
      },
    memoize: (f, key = x => x) => {
      const cache = new Map();
      return (...args) => {
        const k = key(...args);
        if (!cache.has(k)) cache.set(k, f(...args));
        return cache.get(k);
      };
    },
    negate:
      f =>
      (...args) =>
        !f(...args),
    once: f => {
      let done = false,
        v;
      return (...args) => (done ? v : ((done = true), (v = f(...args))));
    },
    partial:
      (f, ...a) =>
      (...b) =>
        f(...a, ...b),
    delay: (f, ms, ...args) => setTimeout(f, ms, ...args),
    defer: (f, ...args) => setTimeout(f, 0, ...args),
    debounce: debounced('debounce'),
    throttle: debounced('throttle'),
    tap: (v, f) => {
      f(v);
      return v;
    },
    thru: (v, f) => f(v),
    VERSION: '4.17.21',
  });
  _.contains = _.includes;
  _.any = _.some;
  _.all = _.every;
  _.detect = _.find;
  _.collect = _.map;
  _.select = _.filter;
  _.object = _.zipObject;
  _.rest = _.tail;
  _.findWhere = _.find;
  _.where = _.filter;
  _.padLeft = _.padStart;
  _.padRight = _.padEnd;
  _.trimLeft = _.trimStart;
  _.trimRight = _.trimEnd;
  _.pairs = _.toPairs;
  _.indexBy = _.keyBy;
  _.first = _.head;

  // single are the functions that give one value, which is not wrapped unless in a chain.
  const once = 'find findLast get head first last nth reduce reduceRight max maxBy min minBy sample invoke result clone cloneDeep join';
  const single = new Set((once + ' attempt defaultTo identity template').split(' '));
  // chain: each call gives a wrapper until value().
  class Wrapper {
    constructor(value, chained) {
      this.wrapped = value;
      this.chained = chained;
    }
    value() {
      return this.wrapped;
    }
    valueOf() {
      return this.wrapped;
    }
    toJSON() {
      return this.wrapped;
    }
  }
  for (const name of Object.keys(_)) {
    if (typeof _[name] !== 'function') continue;
    Wrapper.prototype[name] = function (...args) {
      const v = _[name](this.wrapped, ...args);
      return this.chained || (isObject(v) && !single.has(name)) ? new Wrapper(v, this.chained) : v;
    };
  }
  const wrap = value => new Wrapper(value, false);
  _.chain = value => new Wrapper(value, true);
  return new Proxy(Object.assign(wrap, _), {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then' || name === 'toJSON' || name === 'inspect') return target[name];
      throw new TypeError(`lodash: _.${name} is not here; install lodash with npm and name its node_modules with --node-modules`);
    },
  });
});
