// The functions of lodash for values and numbers.
(function (lib, host, load) {
  'use strict';

  const {_, clone, equal, has, isObject, isPlain, iteratee, keysOf, list, matches, range} = load('lodash_basis');

  // shifted rounds at a place of the decimal text, so that 1.005 is 1.01.
  const shifted = (fn, n, p) => {
    const move = (value, by) => {
      const [digits, e = 0] = String(value).split('e');
      return Number(`${digits}e${Number(e) + by}`);
    };
    return move(fn(move(n, p)), -p);
  };

  Object.assign(_, {
    now: () => Date.now(),
    castArray: (...args) => (args.length ? (Array.isArray(args[0]) ? args[0] : [args[0]]) : []),
    clone: v => clone(v),
    cloneDeep: v => clone(v, true),
    eq: (a, b) => a === b || (a !== a && b !== b),
    gt: (a, b) => a > b,
    gte: (a, b) => a >= b,
    lt: (a, b) => a < b,
    lte: (a, b) => a <= b,
    isEqual: (a, b) => a === b || equal(a, b),
    isEqualWith: function same(a, b, f, ...at) {
      const own = f(a, b, ...at);
      if (own !== undefined) return !!own;
      const deep = v => Array.isArray(v) || isPlain(v);
      if (!deep(a) || !deep(b) || Array.isArray(a) !== Array.isArray(b)) return equal(a, b);
      const keys = Object.keys(a);
      return keys.length === Object.keys(b).length && keys.every(k => has(b, k) && same(a[k], b[k], f, k, a, b));
    },
    isMatch: matches,
    isArray: Array.isArray,
    isArrayLike: v => v !== null && v !== undefined && typeof v !== 'function' && typeof v.length === 'number',
    isBoolean: v => typeof v === 'boolean' || v instanceof Boolean,
    isDate: v => v instanceof Date,
    isError: v => v instanceof Error,
    isEmpty: v =>
      v === null ||
      v === undefined ||
      (v instanceof Map || v instanceof Set ? v.size === 0 : typeof v === 'string' || Array.isArray(v) ? v.length === 0 : keysOf(v).length === 0),
    isFinite: v => typeof v === 'number' && isFinite(v),
    isFunction: v => typeof v === 'function',
    isInteger: Number.isInteger,
    isMap: v => v instanceof Map,
    isSet: v => v instanceof Set,
    isNaN: v => typeof v === 'number' && isNaN(v),
    isNil: v => v === null || v === undefined,
    isNull: v => v === null,
    isNumber: v => typeof v === 'number' || v instanceof Number,
    isObject,
    isObjectLike: v => v !== null && typeof v === 'object',
    isPlainObject: isPlain,
    isRegExp: v => v instanceof RegExp,
    isString: v => typeof v === 'string' || v instanceof String,
    isSymbol: v => typeof v === 'symbol',
    isUndefined: v => v === undefined,
    toArray: list,
    toInteger: v => Math.trunc(_.toFinite(v)) || 0,
    toNumber: Number,
    toString: v =>
      v === null || v === undefined
        ? ''
        : Object.is(v, -0)
          ? '-0'
          : Array.isArray(v)
            ? v.map(x => (x === null || x === undefined ? String(x) : _.toString(x))).join(',')
            : String(v),
    toFinite: v => {
      const n = Number(v) || 0;
      return Math.abs(n) === Infinity ? Math.sign(n) * Number.MAX_VALUE : n;
    },
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    multiply: (a, b) => a * b,
    divide: (a, b) => a / b,
    sum: v => list(v).reduce((a, b) => a + b, 0),
    sumBy: (v, f) =>
      list(v)
        .map(iteratee(f))
        .reduce((a, b) => a + b, 0),
    mean: v => _.sum(v) / list(v).length,
    meanBy: (v, f) => _.sumBy(v, f) / list(v).length,
    max: v => list(v).reduce((a, b) => (a === undefined || b > a ? b : a), undefined),
    min: v => list(v).reduce((a, b) => (a === undefined || b < a ? b : a), undefined),
    maxBy: (v, f) => {
      const by = iteratee(f);
      return list(v).reduce((a, b) => (a === undefined || by(b) > by(a) ? b : a), undefined);
    },
    minBy: (v, f) => {
      const by = iteratee(f);
      return list(v).reduce((a, b) => (a === undefined || by(b) < by(a) ? b : a), undefined);
    },
    ceil: (n, p = 0) => shifted(Math.ceil, n, p),
    floor: (n, p = 0) => shifted(Math.floor, n, p),
    round: (n, p = 0) => shifted(Math.round, n, p),
    clamp: (n, a, b) => (b === undefined ? Math.min(n, a) : Math.min(Math.max(n, a), b)),
    inRange: (n, a, b) => {
      if (b === undefined) {
        b = a;
        a = 0;
      }
      return n >= Math.min(a, b) && n < Math.max(a, b);
    },
    random: (a = 1, b, float) => {
      if (typeof b === 'boolean') {
        float = b;
        b = undefined;
      }
      if (b === undefined) {
        b = a;
        a = 0;
      }
      const n = a + Math.random() * (b - a + (float || a % 1 || b % 1 ? 0 : 1));
      return float || a % 1 || b % 1 ? n : Math.floor(n);
    },
    range,
    rangeRight: (...args) => range(...args).reverse(),
    times: (n, f = i => i) => range(n).map(i => f(i)),
  });
});
