// The functions of lodash that are seldom used.
(function (lib, host, load) {
  'use strict';

  const {_, flatten, get, has, isObject, iteratee, keysOf, list, pairs, pathOf, set} = load('lodash_basis');
  const falls = (v, f) => {
    const t = iteratee(f),
      at = list(v).findIndex((x, i, all) => !t(x, i, all));
    return at < 0 ? list(v).length : at;
  };
  const fallsRight = (v, f) => {
    const t = iteratee(f);
    v = list(v);
    let at = v.length;
    while (at > 0 && t(v[at - 1], at - 1, v)) at--;
    return at;
  };
  const inWith = (v, x, same) => v.some(y => same(x, y));
  const lowest = (v, x, f, right) => {
    const by = iteratee(f),
      key = by(x);
    const at = list(v).findIndex(y => (right ? by(y) > key : by(y) >= key));
    return at < 0 ? list(v).length : at;
  };
  const uniqWith = (v, same) => v.reduce((out, x) => (inWith(out, x, same) ? out : out.concat([x])), []);
  // last takes the function that ends the arguments.
  const last = args => [args.slice(0, -1), args[args.length - 1]];

  // template compiles text with <%= %>, <%- %>, <% %> and ${} in it.
  const settings = {interpolate: /<%=([\s\S]+?)%>/g, escape: /<%-([\s\S]+?)%>/g, evaluate: /<%([\s\S]+?)%>/g};
  function template(text, options) {
    const o = Object.assign({}, settings, options),
      never = /$^/;
    const parts = [o.escape, o.interpolate, /\$\{([^\\}]*)\}/, o.evaluate].map(re => (re || never).source);
    let code = '',
      at = 0;
    text = String(text);
    for (const found of text.matchAll(new RegExp(parts.join('|') + '|$', 'g'))) {
      const [, escaped, value, dollar, run] = found;
      code += `out += ${JSON.stringify(text.slice(at, found.index))};\n`;
      if (escaped !== undefined) code += `out += _.escape(text(${escaped}));\n`;
      else if (value !== undefined || dollar !== undefined) code += `out += text(${value === undefined ? dollar : value});\n`;
      else if (run !== undefined) code += run + ';\n';
      at = found.index + found[0].length;
    }
    const imports = Object.assign({_}, o.imports),
      names = Object.keys(imports);
    const body =
      `let out = '';\nconst print = (...all) => { out += all.join(''); };\n` + (o.variable ? code : `with (data) {\n${code}}\n`) + 'return out;';
    const make = new Function('text', ...names, o.variable || 'data', body);
    return data =>
      make(
        v => (v === null || v === undefined ? '' : String(v)),
        ...names.map(name => imports[name]),
        data === null || data === undefined ? {} : data,
      );
  }

  Object.assign(_, {
    differenceWith: (v, ...rest) => {
      const [lists, same] = last(rest),
        gone = flatten(lists, 1);
      return list(v).filter(x => !inWith(gone, x, same));
    },
    intersectionWith: (v, ...rest) => {
      const [lists, same] = last(rest);
      return uniqWith(list(v), same).filter(x => lists.every(other => inWith(list(other), x, same)));
    },
    unionWith: (...rest) => {
      const [lists, same] = last(rest);
      return uniqWith(flatten(lists, 1), same);
    },
    xorBy: (...rest) => {
      const [lists, f] = last(rest),
        by = iteratee(f);
      return _.uniqBy(
        flatten(
          lists.map((v, i) => list(v).filter(x => !lists.some((other, j) => j !== i && list(other).some(y => by(x) === by(y))))),
          1,
        ),
        f,
      );
    },
    dropWhile: (v, f) => list(v).slice(falls(v, f)),
    takeWhile: (v, f) => list(v).slice(0, falls(v, f)),
    dropRightWhile: (v, f) => list(v).slice(0, fallsRight(v, f)),
    takeRightWhile: (v, f) => list(v).slice(fallsRight(v, f)),
    pullAll: (v, gone) => _.pull(v, ...gone),
    pullAt: (v, ...at) => {
      const places = flatten(at, 1).map(Number),
        taken = places.map(i => v[i]);
      places
        .slice()
        .sort((a, b) => b - a)
        .forEach(i => {
          v.splice(i, 1);
        });
      return taken;
    },
    sortedIndex: (v, x) => lowest(v, x),
    sortedIndexBy: (v, x, f) => lowest(v, x, f),
    sortedLastIndex: (v, x) => lowest(v, x, undefined, true),
    sortedUniq: v => _.uniq(v),
    sortedUniqBy: (v, f) => _.uniqBy(v, f),
    zipObjectDeep: (names, values) => names.reduce((out, name, i) => set(out, name, values[i]), {}),
    zipWith: (...rest) => {
      const [lists, f] = last(rest);
      return _.zip(...lists).map(group => f(...group));
    },
    unzipWith: (v, f) => _.unzip(v).map(group => f(...group)),
    flatMapDeep: (v, f) => flatten(_.map(v, f), Infinity),
    flatMapDepth: (v, f, n) => flatten(_.map(v, f), n === undefined ? 1 : n),
    forEachRight: (v, f) => {
      pairs(v)
        .reverse()
        .every(([x, k]) => f(x, k, v) !== false);
      return v;
    },
    forOwnRight: (o, f) => {
      keysOf(o)
        .reverse()
        .every(k => f(o[k], k, o) !== false);
      return o;
    },
    findLastKey: (o, f) => {
      const t = iteratee(f);
      return keysOf(o)
        .reverse()
        .find(k => t(o[k], k, o));
    },
    invertBy: (o, f) => {
      const by = iteratee(f),
        out = {};
      for (const k of keysOf(o)) {
        const key = by(o[k]);
        (has(out, key) ? out[key] : (out[key] = [])).push(k);
      }
      return out;
    },
    keysIn: o => {
      const out = [];
      for (const k in Object(o)) out.push(k);
      return out;
    },
    valuesIn: o => _.keysIn(o).map(k => o[k]),
    toPairsIn: o => _.keysIn(o).map(k => [k, o[k]]),
    functionsIn: o => _.keysIn(o).filter(k => typeof o[k] === 'function'),
    setWith: (o, p, value, f) => {
      if (!f) return set(o, p, value);
      const parts = pathOf(p);
      if (parts.some(k => k === '__proto__' || k === 'constructor' || k === 'prototype')) return o;
      let at = o;
      for (const key of parts.slice(0, -1)) {
        const own = f(at[key], key, at);
        if (own !== undefined) at[key] = own;
        else if (!isObject(at[key])) at[key] = {};
        at = at[key];
      }
      at[parts[parts.length - 1]] = value;
      return o;
    },
    isSafeInteger: Number.isSafeInteger,
    isLength: v => Number.isSafeInteger(v) && v >= 0,
    isElement: () => false,
    isWeakMap: v => v instanceof WeakMap,
    isWeakSet: v => v instanceof WeakSet,
    isArguments: v => Object.prototype.toString.call(v) === '[object Arguments]',
    isArrayBuffer: v => v instanceof ArrayBuffer,
    isBuffer: v => typeof Buffer !== 'undefined' && v instanceof Buffer,
    isNative: v => typeof v === 'function' && /\{\s*\[native code\]\s*\}\s*$/.test(String(v)),
    isTypedArray: v => ArrayBuffer.isView(v) && !(v instanceof DataView),
    isArrayLikeObject: v => isObject(v) && _.isArrayLike(v),
    toSafeInteger: v => _.clamp(_.toInteger(v), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    toLength: v => _.clamp(_.toInteger(v), 0, 4294967295),
    toPlainObject: o => Object.fromEntries(_.toPairsIn(o)),
    conformsTo: (o, rules) => keysOf(rules).every(k => has(o, k) && rules[k](o[k])),
    flowRight: (...fs) => _.flow(flatten(fs, 1).reverse()),
    method:
      (p, ...args) =>
      o =>
        _.invoke(o, p, ...args),
    methodOf:
      (o, ...args) =>
      p =>
        _.invoke(o, p, ...args),
    propertyOf: o => p => get(o, p),
    nthArg:
      (n = 0) =>
      (...args) =>
        args[n < 0 ? args.length + n : n],
    over:
      (...fs) =>
      (...args) =>
        flatten(fs, 1).map(f => iteratee(f)(...args)),
    overEvery:
      (...fs) =>
      (...args) =>
        flatten(fs, 1).every(f => iteratee(f)(...args)),
    overSome:
      (...fs) =>
      (...args) =>
        flatten(fs, 1).some(f => iteratee(f)(...args)),
    conforms: rules => o => _.conformsTo(o, rules),
    cond:
      rules =>
      (...args) => {
        const rule = rules.find(([when]) => when(...args));
        return rule && rule[1](...args);
      },
    after:
      (n, f) =>
      (...args) =>
        --n < 1 ? f(...args) : undefined,
    before: (n, f) => {
      let value;
      return (...args) => {
        if (--n > 0) value = f(...args);
        return value;
      };
    },
    ary:
      (f, n = f.length) =>
      (...args) =>
        f(...args.slice(0, n)),
    unary: f => x => f(x),
    flip:
      f =>
      (...args) =>
        f(...args.reverse()),
    partialRight:
      (f, ...end) =>
      (...args) =>
        f(...args, ...end),
    rearg:
      (f, ...order) =>
      (...args) =>
        f(...flatten(order, 1).map(i => args[i])),
    spread: f => args => f(...args),
    wrap:
      (value, f) =>
      (...args) =>
        f(value, ...args),
    overArgs:
      (f, ...by) =>
      (...args) =>
        f(...args.map((x, i) => (by[i] ? iteratee(by[i])(x) : x))),
    bindAll: (o, ...names) => {
      for (const name of flatten(names, 1)) o[name] = o[name].bind(o);
      return o;
    },
    bindKey:
      (o, name, ...args) =>
      (...more) =>
        o[name](...args, ...more),
    noConflict: () => _,
    template,
    templateSettings: settings,
  });
});
