// The functions of lodash for texts.
(function (lib, host, load) {
  'use strict';

  const {_, deburr, plainWords, truncate, upperFirst, words} = load('lodash_basis');

  Object.assign(_, {
    camelCase: s =>
      plainWords(s)
        .map((w, i) => (i ? upperFirst(w.toLowerCase()) : w.toLowerCase()))
        .join(''),
    capitalize: s => upperFirst(String(s).toLowerCase()),
    deburr,
    endsWith: (s, x, at) => String(s).endsWith(x, at),
    startsWith: (s, x, at) => String(s).startsWith(x, at),
    escape: s => String(s).replace(/[&<>"']/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'})[c]),
    unescape: s => String(s).replace(/&(?:amp|lt|gt|quot|#39);/g, c => ({'&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'"})[c]),
    escapeRegExp: s => String(s).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    kebabCase: s =>
      plainWords(s)
        .map(w => w.toLowerCase())
        .join('-'),
    lowerCase: s =>
      plainWords(s)
        .map(w => w.toLowerCase())
        .join(' '),
    snakeCase: s =>
      plainWords(s)
        .map(w => w.toLowerCase())
        .join('_'),
    startCase: s => plainWords(s).map(upperFirst).join(' '),
    upperCase: s =>
      plainWords(s)
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
  });
});
