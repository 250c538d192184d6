// What the functions of lodash are made of. Its other files put their own into _.
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
  const pathParts = /\[\s*"([^"]*)"\s*\]|\[\s*'([^']*)'\s*\]|\[([^\]]*)\]|([^.[\]]+)|\.(?=\.|$)/g;
  const pathOf = p => {
    if (Array.isArray(p)) return p.map(k => (typeof k === 'symbol' ? k : String(k)));
    if (p === '') return [''];
    return Array.from(String(p).matchAll(pathParts), found => found.slice(1).find(part => part !== undefined) || '');
  };
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
  const wordParts = /[A-ZÀ-ÖØ-Þ]{2,}(?![a-zß-öø-ÿ])|[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+|[0-9]+|[A-ZÀ-ÖØ-Þ]|[^\x00-\xff]+/g;
  const words = s => String(s === null || s === undefined ? '' : s).match(wordParts) || [];
  const letters = Object.fromEntries('ßss æae ÆAe øo ØO đd ĐD łl ŁL þth ÞTh œoe ŒOe ðd ÐD'.split(' ').map(pair => [pair[0], pair.slice(1)]));
  const deburr = s =>
    String(s === null || s === undefined ? '' : s)
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .replace(/[ßæÆøØđĐłŁþÞœŒðÐ]/g, c => letters[c]);
  // plainWords are the words that names are made of.
  const plainWords = s => words(deburr(s).replace(/['\u2019]/g, ''));
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
    const {length = 30, omission = '...', separator} = o;
    if (s.length <= length) return s;
    const kept = s.slice(0, Math.max(length - omission.length, 0));
    if (separator === undefined || length <= omission.length) return kept + omission;
    if (!(separator instanceof RegExp)) {
      const at = kept.lastIndexOf(separator);
      return (s.indexOf(separator, kept.length) === kept.length || at < 0 ? kept : kept.slice(0, at)) + omission;
    }
    let last = -1;
    for (const found of kept.matchAll(new RegExp(separator.source, separator.flags.replace('g', '') + 'g'))) last = found.index;
    return (last < 0 ? kept : kept.slice(0, last)) + omission;
  };
  const upperFirst = s => {
    s = String(s === null || s === undefined ? '' : s);
    return s.charAt(0).toUpperCase() + s.slice(1);
  };
  const debounced = name => () => {
    throw new Error(`_.${name}: there is nothing to wait for in a script`);
  };
  const _ = {};

  return {
    _,
    deburr,
    plainWords,
    equal,
    keysOf,
    has,
    isObject,
    isPlain,
    list,
    pathOf,
    get,
    iteratee,
    matches,
    words,
    order,
    clone,
    merge,
    set,
    unset,
    uniqBy,
    flatten,
    sortBy,
    each,
    pairs,
    range,
    truncate,
    upperFirst,
    debounced,
  };
});
