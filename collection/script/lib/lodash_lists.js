// The functions of lodash for lists.
(function (lib, host, load) {
  'use strict';

  const {_, each, flatten, get, iteratee, keysOf, list, pairs, range, sortBy, uniqBy} = load('lodash_basis');

  Object.assign(_, {
    chunk: (v, n = 1) => {
      const out = [];
      v = list(v);
      n = Math.trunc(n);
      for (let i = 0; n > 0 && i < v.length; i += n) out.push(v.slice(i, i + n));
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
    findIndex: (v, f, from = 0) => {
      const t = iteratee(f);
      return list(v).findIndex((x, i, all) => i >= from && t(x, i, all));
    },
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
    indexOf: (v, x, from = 0) => {
      v = list(v);
      from = from < 0 ? Math.max(v.length + from, 0) : from;
      return v.findIndex((y, i) => i >= from && (y === x || (x !== x && y !== y)));
    },
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
    find: (v, f, from = 0) => {
      const t = iteratee(f),
        found = pairs(v)
          .slice(from)
          .find(([x, k]) => t(x, k, v));
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
  });
});
