// The functions of lodash for objects.
(function (lib, host, load) {
  'use strict';

  const {_, clone, each, flatten, get, has, isPlain, iteratee, keysOf, merge, pathOf, set, unset} = load('lodash_basis');

  Object.assign(_, {
    assign: Object.assign,
    extend: Object.assign,
    assignIn: Object.assign,
    at: (o, ...ps) => flatten(ps, 1).map(p => get(o, p)),
    defaults: (o, ...sources) => {
      sources.forEach(s =>
        keysOf(s).forEach(k => {
          if (o[k] === undefined) o[k] = s[k];
        }),
      );
      return o;
    },
    defaultsDeep: (o, ...sources) => {
      sources.forEach(s => merge(o, s, (a, b) => (a === undefined || (isPlain(a) && isPlain(b)) ? undefined : a)));
      return o;
    },
    entries: v => Object.entries(Object(v)),
    findKey: (o, f) => keysOf(o).find(k => iteratee(f)(o[k], k)),
    forIn: each,
    forOwn: each,
    functions: o => keysOf(o).filter(k => typeof o[k] === 'function'),
    get,
    has: (o, p) => {
      const parts = pathOf(p),
        last = parts.pop();
      return has(parts.length ? get(o, parts) : o, last);
    },
    hasIn: (o, p) => get(o, p) !== undefined,
    invert: o => {
      const out = {};
      keysOf(o).forEach(k => {
        out[o[k]] = k;
      });
      return out;
    },
    invoke: (o, p, ...args) => {
      const parts = pathOf(p),
        name = parts.pop(),
        at = parts.length ? get(o, parts) : o;
      return at === null || at === undefined ? undefined : at[name](...args);
    },
    keys: keysOf,
    values: v => Object.values(Object(v)),
    mapKeys: (o, f) => {
      const by = iteratee(f),
        out = {};
      keysOf(o).forEach(k => {
        out[by(o[k], k, o)] = o[k];
      });
      return out;
    },
    mapValues: (o, f) => {
      const by = iteratee(f),
        out = {};
      keysOf(o).forEach(k => {
        out[k] = by(o[k], k, o);
      });
      return out;
    },
    merge: (o, ...sources) => {
      sources.forEach(s => merge(o, s));
      return o;
    },
    mergeWith: (o, ...rest) => {
      const f = rest.pop();
      rest.forEach(s => merge(o, s, f));
      return o;
    },
    omit: (o, ...ps) => {
      const out = clone(o === null || o === undefined ? {} : o, true);
      flatten(ps, Infinity).forEach(p => unset(out, p));
      return out;
    },
    omitBy: (o, f) => {
      const t = iteratee(f),
        out = {};
      keysOf(o).forEach(k => {
        if (!t(o[k], k)) out[k] = o[k];
      });
      return out;
    },
    pick: (o, ...ps) => {
      const out = {};
      flatten(ps, Infinity).forEach(p => {
        if (get(o, p) !== undefined || has(o, p)) set(out, p, get(o, p));
      });
      return out;
    },
    pickBy: (o, f) => {
      const t = iteratee(f),
        out = {};
      keysOf(o).forEach(k => {
        if (t(o[k], k)) out[k] = o[k];
      });
      return out;
    },
    result: (o, p, otherwise) => {
      const v = get(o, p, otherwise);
      return typeof v === 'function' ? v.call(o) : v;
    },
    set,
    unset,
    update: (o, p, f) => set(o, p, f(get(o, p))),
    transform: (o, f, out = Array.isArray(o) ? [] : {}) => {
      each(o, (v, k) => f(out, v, k, o));
      return out;
    },
  });
});
