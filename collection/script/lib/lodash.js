// The functions of lodash that scripts use. One that is missing says so by name.
(function (lib) {
  'use strict';

  const {equal} = lib.assert;
  const keysOf = v => (v === null || v === undefined ? [] : Object.keys(v));
  const has = (o, k) => o !== null && o !== undefined && Object.prototype.hasOwnProperty.call(o, k);
  const isObject = v => v !== null && (typeof v === 'object' || typeof v === 'function');
  const isPlain = v => v !== null && typeof v === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(v));
  const list = v =>
    v === null || v === undefined
      ? []
      : Array.isArray(v)
        ? v
        : typeof v === 'string'
          ? [...v]
          : isObject(v) && typeof v.length === 'number'
            ? Array.from(v)
            : Object.values(v);
  const pathOf = p =>
    Array.isArray(p)
      ? p.map(k => (typeof k === 'symbol' ? k : String(k)))
      : String(p)
          .replace(/\[(?:(['"])(.*?)\1|([^\]]*))\]/g, (_, q, quoted, plain) => '.' + (q ? quoted : plain))
          .replace(/^\./, '')
          .split('.');
  const get = (o, p, otherwise) => {
    if (o === null || o === undefined) return otherwise;
    if (!Array.isArray(p) && has(o, p)) return o[p] === undefined ? otherwise : o[p];
    let at = o;
    for (const key of pathOf(p)) {
      if (at === null || at === undefined) return otherwise;
      at = at[key];
    }
    return at === undefined ? otherwise : at;
  };
  const iteratee = f =>
    typeof f === 'function'
      ? f
      : f === undefined || f === null
        ? v => v
        : Array.isArray(f)
          ? v => equal(get(v, f[0]), f[1])
          : typeof f === 'object'
            ? v => matches(v, f)
            : v => get(v, f);
  const matches = (v, source) =>
    keysOf(source).every(k =>
      isObject(source[k]) ? isObject(get(v, [k])) && matches(v[k], source[k]) : has(Object(v), k) && equal(v[k], source[k]),
    );
  const words = s => String(s === null || s === undefined ? '' : s).match(/[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]|[^\x00-\x7f]+/g) || [];
  const order = (a, b) => (a === b ? 0 : a === undefined ? 1 : b === undefined ? -1 : a === null ? 1 : b === null ? -1 : a < b ? -1 : a > b ? 1 : 0);
  const clone = (v, deep) => {
    if (!isObject(v) || typeof v === 'function') return v;
    if (v instanceof Date) return new Date(v.getTime());
    if (v instanceof RegExp) return new RegExp(v.source, v.flags);
    if (v instanceof Map) return new Map(v);
    if (v instanceof Set) return new Set(v);
    if (Array.isArray(v)) return deep ? v.map(x => clone(x, true)) : v.slice();
    const out = Object.create(Object.getPrototypeOf(v));
    for (const k of keysOf(v)) out[k] = deep ? clone(v[k], true) : v[k];
    return out;
  };
  const merge = (to, from, choose) => {
    for (const k of keysOf(from)) {
      if (k === '__proto__' || k === 'constructor') continue;
      const chosen = choose && choose(to[k], from[k], k);
      if (chosen !== undefined) to[k] = chosen;
      else if (isPlain(from[k]) || Array.isArray(from[k])) to[k] = merge(isObject(to[k]) ? to[k] : Array.isArray(from[k]) ? [] : {}, from[k], choose);
      else if (from[k] !== undefined || !(k in to)) to[k] = from[k];
    }
    return to;
  };
  const set = (o, p, value) => {
    if (!isObject(o)) return o;
    const parts = pathOf(p);
    if (parts.some(k => k === '__proto__' || k === 'constructor' || k === 'prototype')) return o;
    let at = o;
    parts.forEach((key, i) => {
      if (i === parts.length - 1) at[key] = value;
      else {
        if (!isObject(at[key])) at[key] = /^\d+$/.test(parts[i + 1]) ? [] : {};
        at = at[key];
      }
    });
    return o;
  };
  const unset = (o, p) => {
    const parts = pathOf(p),
      last = parts.pop(),
      at = parts.length ? get(o, parts) : o;
    return at === null || at === undefined ? true : delete at[last];
  };
  const uniqBy = (v, f) => {
    const seen = [],
      by = iteratee(f);
    return list(v).filter(x => {
      const k = by(x);
      if (seen.some(s => s === k || (s !== s && k !== k))) return false;
      seen.push(k);
      return true;
    });
  };
  const flatten = (v, depth) => list(v).reduce((out, x) => (Array.isArray(x) && depth > 0 ? out.concat(flatten(x, depth - 1)) : out.concat([x])), []);
  const sortBy = (v, fs, directions = []) => {
    const by = flatten([fs === undefined ? [v => v] : fs], 2).map(iteratee);
    return list(v)
      .map((x, i) => ({x, i, k: by.map(f => f(x))}))
      .sort((a, b) => {
        for (let i = 0; i < by.length; i++) {
          const n = order(a.k[i], b.k[i]);
          if (n) return directions[i] === 'desc' ? -n : n;
        }
        return a.i - b.i;
      })
      .map(e => e.x);
  };
  const each = (v, f) => {
    if (Array.isArray(v) || typeof v === 'string') {
      for (let i = 0; i < v.length; i++) if (f(v[i], i, v) === false) break;
    } else for (const k of keysOf(v)) if (f(v[k], k, v) === false) break;
    return v;
  };
  const pairs = v => (Array.isArray(v) ? v.map((x, i) => [x, i]) : keysOf(v).map(k => [v[k], k]));
  const range = (from, to, step) => {
    if (to === undefined) {
      to = from;
      from = 0;
    }
    step = step === undefined ? (to < from ? -1 : 1) : step;
    const out = [];
    for (let n = from, i = 0; i < Math.max(Math.ceil((to - from) / (step || 1)), 0); n += step, i++) out.push(n);
    return out;
  };
  const truncate = (s, o = {}) => {
    s = String(s);
    const n = o.length === undefined ? 30 : o.length,
      end = o.omission === undefined ? '...' : o.omission;
    return s.length > n ? s.slice(0, Math.max(n - end.length, 0)) + end : s;
  };
  const upperFirst = s => {
    s = String(s === null || s === undefined ? '' : s);
    return s.charAt(0).toUpperCase() + s.slice(1);
  };
  const debounced = name => () => {
    throw new Error(`_.${name}: there is nothing to wait for in a script`);
  };
  let counter = 0;

  const _ = {
    chunk: (v, n = 1) => {
      const out = [];
      v = list(v);
      for (let i = 0; i < v.length; i += n) out.push(v.slice(i, i + n));
      return out;
    },
    compact: v => list(v).filter(Boolean),
    concat: (v, ...rest) => [].concat(v, ...rest),
    difference: (v, ...rest) => {
      const gone = flatten(rest, 1);
      return list(v).filter(x => !gone.includes(x));
    },
    differenceBy: (v, other, f) => {
      const by = iteratee(f),
        gone = list(other).map(by);
      return list(v).filter(x => !gone.includes(by(x)));
    },
    drop: (v, n = 1) => list(v).slice(n),
    dropRight: (v, n = 1) => {
      v = list(v);
      return v.slice(0, Math.max(v.length - n, 0));
    },
    fill: (v, x, a, b) => v.fill(x, a, b),
    findIndex: (v, f) => list(v).findIndex(iteratee(f)),
    findLastIndex: (v, f) => {
      const t = iteratee(f);
      v = list(v);
      for (let i = v.length - 1; i >= 0; i--) if (t(v[i])) return i;
      return -1;
    },
    first: v => list(v)[0],
    head: v => list(v)[0],
    last: v => {
      v = list(v);
      return v[v.length - 1];
    },
    initial: v => list(v).slice(0, -1),
    tail: v => list(v).slice(1),
    nth: (v, n = 0) => {
      v = list(v);
      return v[n < 0 ? v.length + n : n];
    },
    flatten: v => flatten(v, 1),
    flattenDeep: v => flatten(v, Infinity),
    flattenDepth: (v, n = 1) => flatten(v, n),
    fromPairs: v => {
      const out = {};
      list(v).forEach(([k, x]) => {
        out[k] = x;
      });
      return out;
    },
    toPairs: v => Object.entries(Object(v)),
    indexOf: (v, x, from) => list(v).indexOf(x, from),
    lastIndexOf: (v, x) => list(v).lastIndexOf(x),
    join: (v, s = ',') => list(v).join(s),
    reverse: v => v.reverse(),
    slice: (v, a, b) => list(v).slice(a, b),
    intersection: (...vs) => _.uniq(vs[0]).filter(x => vs.every(v => list(v).includes(x))),
    intersectionBy: (v, other, f) => {
      const by = iteratee(f),
        keys = list(other).map(by);
      return uniqBy(v, f).filter(x => keys.includes(by(x)));
    },
    pull: (v, ...gone) => {
      for (let i = v.length - 1; i >= 0; i--) if (gone.includes(v[i])) v.splice(i, 1);
      return v;
    },
    remove: (v, f) => {
      const t = iteratee(f),
        out = [];
      for (let i = 0; i < v.length;)
        if (t(v[i])) out.push(...v.splice(i, 1));
        else i++;
      return out;
    },
    take: (v, n = 1) => list(v).slice(0, n),
    takeRight: (v, n = 1) => (n ? list(v).slice(-n) : []),
    union: (...vs) => _.uniq(flatten(vs, 1)),
    unionBy: (...vs) => {
      const f = vs.pop();
      return uniqBy(flatten(vs, 1), f);
    },
    uniq: v => uniqBy(v),
    uniqBy,
    uniqWith: (v, same) => list(v).filter((x, i, all) => all.findIndex(y => same(y, x)) === i),
    unzip: v => range(Math.max(0, ...v.map(x => x.length))).map(i => v.map(x => x[i])),
    zip: (...vs) => _.unzip(vs),
    zipObject: (ks = [], vs = []) => {
      const out = {};
      ks.forEach((k, i) => {
        out[k] = vs[i];
      });
      return out;
    },
    without: (v, ...gone) => list(v).filter(x => !gone.includes(x)),
    xor: (...vs) => {
      const all = flatten(
        vs.map(v => _.uniq(v)),
        1,
      );
      return _.uniq(all.filter(x => all.filter(y => y === x).length === 1));
    },
    countBy: (v, f) => {
      const by = iteratee(f),
        out = {};
      list(v).forEach(x => {
        const k = by(x);
        out[k] = (out[k] || 0) + 1;
      });
      return out;
    },
    each,
    forEach: each,
    eachRight: (v, f) => {
      list(v).slice().reverse().forEach(f);
      return v;
    },
    every: (v, f) => pairs(v).every(([x, k]) => iteratee(f)(x, k)),
    some: (v, f) => pairs(v).some(([x, k]) => iteratee(f)(x, k)),
    filter: (v, f) => {
      const t = iteratee(f);
      return pairs(v)
        .filter(([x, k]) => t(x, k, v))
        .map(([x]) => x);
    },
    reject: (v, f) => {
      const t = iteratee(f);
      return pairs(v)
        .filter(([x, k]) => !t(x, k, v))
        .map(([x]) => x);
    },
    find: (v, f) => {
      const t = iteratee(f),
        found = pairs(v).find(([x, k]) => t(x, k, v));
      return found && found[0];
    },
    findLast: (v, f) => {
      const t = iteratee(f),
        found = pairs(v)
          .reverse()
          .find(([x, k]) => t(x, k, v));
      return found && found[0];
    },
    flatMap: (v, f) => flatten(_.map(v, f), 1),
    groupBy: (v, f) => {
      const by = iteratee(f),
        out = {};
      list(v).forEach(x => {
        const k = by(x);
        (out[k] = out[k] || []).push(x);
      });
      return out;
    },
    keyBy: (v, f) => {
      const by = iteratee(f),
        out = {};
      list(v).forEach(x => {
        out[by(x)] = x;
      });
      return out;
    },
    map: (v, f) => {
      const by = iteratee(f);
      return pairs(v).map(([x, k]) => by(x, k, v));
    },
    includes: (v, x, from = 0) =>
      typeof v === 'string'
        ? v.includes(x, from)
        : list(v)
            .slice(from)
            .some(y => y === x || (y !== y && x !== x)),
    invokeMap: (v, m, ...args) => list(v).map(x => (typeof m === 'function' ? m.apply(x, args) : x[m](...args))),
    orderBy: (v, fs, directions) => sortBy(v, fs, [].concat(directions === undefined ? [] : directions)),
    sortBy: (v, ...fs) => sortBy(v, fs.length ? fs : undefined),
    partition: (v, f) => {
      const t = iteratee(f);
      return [list(v).filter(x => t(x)), list(v).filter(x => !t(x))];
    },
    pluck: (v, p) => list(v).map(x => get(x, p)),
    reduce: (v, f, ...start) => {
      const all = pairs(v);
      let i = 0,
        sum = start.length ? start[0] : ((i = 1), all.length ? all[0][0] : undefined);
      for (; i < all.length; i++) sum = f(sum, all[i][0], all[i][1], v);
      return sum;
    },
    reduceRight: (v, f, ...start) => list(v).reduceRight(f, ...start),
    sample: v => {
      v = list(v);
      return v[Math.floor(Math.random() * v.length)];
    },
    sampleSize: (v, n = 1) => _.shuffle(v).slice(0, n),
    shuffle: v => {
      v = list(v).slice();
      for (let i = v.length - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1));
        [v[i], v[j]] = [v[j], v[i]];
      }
      return v;
    },
    size: v =>
      v === null || v === undefined ? 0 : v instanceof Map || v instanceof Set ? v.size : typeof v.length === 'number' ? v.length : keysOf(v).length,
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
    isEqualWith: (a, b, f) => {
      const r = f(a, b);
      return r === undefined ? equal(a, b) : !!r;
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
    toInteger: v => Math.trunc(Number(v)) || 0,
    toNumber: Number,
    toString: v => (v === null || v === undefined ? '' : String(v)),
    toFinite: v => Number(v) || 0,
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
    ceil: (n, p = 0) => Math.ceil(n * 10 ** p) / 10 ** p,
    floor: (n, p = 0) => Math.floor(n * 10 ** p) / 10 ** p,
    round: (n, p = 0) => Math.round(n * 10 ** p) / 10 ** p,
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
    camelCase: s =>
      words(s)
        .map((w, i) => (i ? upperFirst(w.toLowerCase()) : w.toLowerCase()))
        .join(''),
    capitalize: s => upperFirst(String(s).toLowerCase()),
    deburr: s =>
      String(s)
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, ''),
    endsWith: (s, x) => String(s).endsWith(x),
    startsWith: (s, x, at) => String(s).startsWith(x, at),
    escape: s => String(s).replace(/[&<>"']/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'})[c]),
    unescape: s => String(s).replace(/&(?:amp|lt|gt|quot|#39);/g, c => ({'&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'"})[c]),
    escapeRegExp: s => String(s).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    kebabCase: s =>
      words(s)
        .map(w => w.toLowerCase())
        .join('-'),
    lowerCase: s =>
      words(s)
        .map(w => w.toLowerCase())
        .join(' '),
    snakeCase: s =>
      words(s)
        .map(w => w.toLowerCase())
        .join('_'),
    startCase: s => words(s).map(upperFirst).join(' '),
    upperCase: s =>
      words(s)
        .map(w => w.toUpperCase())
        .join(' '),
    lowerFirst: s => String(s).charAt(0).toLowerCase() + String(s).slice(1),
    upperFirst,
    toLower: s => String(s === null || s === undefined ? '' : s).toLowerCase(),
    toUpper: s => String(s === null || s === undefined ? '' : s).toUpperCase(),
    pad: (s, n, c = ' ') => {
      s = String(s);
      const left = Math.floor((n - s.length) / 2);
      return n > s.length ? s.padStart(s.length + left, c).padEnd(n, c) : s;
    },
    padEnd: (s, n, c) => String(s).padEnd(n, c),
    padStart: (s, n, c) => String(s).padStart(n, c),
    parseInt: (s, r) => parseInt(s, r),
    repeat: (s, n = 1) => String(s).repeat(n),
    replace: (s, a, b) => String(s).replace(a, b),
    split: (s, x, n) => String(s).split(x, n),
    trim: (s, c) => (c === undefined ? String(s).trim() : _.trimStart(_.trimEnd(s, c), c)),
    trimStart: (s, c) => {
      s = String(s);
      if (c === undefined) return s.trimStart();
      while (s && c.includes(s[0])) s = s.slice(1);
      return s;
    },
    trimEnd: (s, c) => {
      s = String(s);
      if (c === undefined) return s.trimEnd();
      while (s && c.includes(s[s.length - 1])) s = s.slice(0, -1);
      return s;
    },
    truncate,
    words: (s, re) => (re ? String(s).match(re) || [] : words(s)),
    template: (text, o) => {
      const make = data =>
        String(text).replace(/<%[=-]?([\s\S]+?)%>|\$\{([^}]+)\}/g, (_m, a, b) => {
          const v = get(data, (a || b).trim());
          return v === undefined || v === null ? '' : String(v);
        });
      return make;
    },
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
  };
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
      return this.chained || isObject(v) ? new Wrapper(v, this.chained) : v;
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
