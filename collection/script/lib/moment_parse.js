// How moment reads texts by a format, and makes a date of its parts.
(function (lib, host, load) {
  'use strict';

  const {pieces, literal, known, months, monthsShort, weekdays, weekdaysShort, weekdaysMin} = load('moment_format');
  const {day, utc, local, daysInYear, daysInMonth, weeks, firstDay, weeksInYear, weekOf} = load('moment_week');

  const word = /\d*[a-z'\u00a0-\uffff]+/i;
  const number = (loose, strict = loose) => ({loose, strict});
  const two = number(/\d\d?/, /\d\d/),
    plain = number(/\d\d?/, /^[1-9]\d?/),
    zero = number(/\d\d?/, /^(?:[1-9]\d|\d)/);
  const year = number(/\d{1,4}/, /\d{4}/),
    longYear = number(/[+-]?\d{1,6}/, /[+-]?\d{6}/),
    any = number(/\d\d?/);
  // shapes is what the text of a token looks like.
  const shapes = {
    Y: number(/[+-]?\d+/),
    YY: two,
    YYYY: year,
    YYYYY: longYear,
    YYYYYY: longYear,
    GG: two,
    gg: two,
    GGGG: year,
    gggg: year,
    GGGGG: longYear,
    ggggg: longYear,
    M: plain,
    MM: two,
    MMM: number(word),
    MMMM: number(word),
    D: plain,
    DD: two,
    Do: number(/\d{1,2}(?:th|st|nd|rd)|\d{1,2}/, /\d{1,2}(?:th|st|nd|rd)/),
    DDD: number(/\d{1,3}/),
    DDDD: number(/\d{3}/),
    d: any,
    e: any,
    E: any,
    dd: number(word),
    ddd: number(word),
    dddd: number(word),
    w: plain,
    ww: two,
    W: plain,
    WW: two,
    Q: number(/\d/),
    H: zero,
    HH: two,
    h: plain,
    hh: two,
    k: plain,
    kk: two,
    m: zero,
    mm: two,
    s: zero,
    ss: two,
    hmm: number(/\d{3,4}/),
    Hmm: number(/\d{3,4}/),
    hmmss: number(/\d{5,6}/),
    Hmmss: number(/\d{5,6}/),
    S: number(/\d{1,3}/, /\d/),
    SS: number(/\d{1,3}/, /\d\d/),
    SSS: number(/\d{1,3}/, /\d{3}/),
    A: number(/[ap]\.?m?\.?/i),
    a: number(/[ap]\.?m?\.?/i),
    X: number(/[+-]?\d+(?:\.\d{1,3})?/),
    x: number(/[+-]?\d+/),
    Z: number(/Z|[+-]\d\d(?::?\d\d)?/i),
    ZZ: number(/Z|[+-]\d\d(?::?\d\d)?/i),
  };
  for (let width = 4; width <= 9; width++) shapes['S'.repeat(width)] = number(/\d+/);

  // offset reads +02:30 as minutes; the last one of a text counts.
  function offset(text) {
    const all = String(text).match(/Z|[+-]\d\d:?\d\d/gi) || String(text).match(/[+-]\d\d$/g);
    if (!all) return null;
    const parts = /([+-])(\d\d):?(\d\d)?/.exec(all[all.length - 1]);
    if (!parts) return 0;
    return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3] || 0));
  }
  const twoDigits = n => n + (n > 68 ? 1900 : 2000);

  // indexOf finds a month or a weekday. The strict way wants the very name of the token.
  function indexOf(text, lists, strict) {
    const name = text.toLowerCase();
    for (let i = 0; i < lists[0].length; i++) {
      if (lists.some(list => (strict ? name === list[i].toLowerCase() : name.startsWith(list[i].toLowerCase())))) return i;
    }
    return -1;
  }

  // take notes what a token says. r: the fields of the date, of its week, and what went wrong.
  function take(token, text, r, strict) {
    const n = parseInt(text, 10),
      f = r.fields;
    const clock = (...fields) =>
      fields.forEach((value, i) => {
        f[3 + i] = value;
      });
    switch (token) {
      case 'Y':
      case 'YYYYY':
      case 'YYYYYY':
        f[0] = n;
        break;
      case 'YYYY':
        f[0] = text.length === 2 ? twoDigits(n) : n;
        break;
      case 'YY':
        f[0] = twoDigits(n);
        break;
      case 'M':
      case 'MM':
        f[1] = n - 1;
        break;
      case 'MMM':
      case 'MMMM': {
        const i = indexOf(text, !strict ? [months, monthsShort] : [token === 'MMM' ? monthsShort : months], strict);
        if (i < 0) r.invalidMonth = text;
        else f[1] = i;
        break;
      }
      case 'Q':
        f[1] = (n - 1) * 3;
        break;
      case 'D':
      case 'DD':
      case 'Do':
        f[2] = n;
        break;
      case 'DDD':
      case 'DDDD':
        r.dayOfYear = n;
        break;
      case 'dd':
      case 'ddd':
      case 'dddd': {
        const i = indexOf(
          text,
          !strict ? [weekdays, weekdaysShort, weekdaysMin] : [{dd: weekdaysMin, ddd: weekdaysShort, dddd: weekdays}[token]],
          strict,
        );
        if (i < 0) r.invalidWeekday = text;
        else r.week.d = i;
        break;
      }
      case 'd':
      case 'e':
      case 'E':
      case 'gggg':
      case 'ggggg':
      case 'GGGG':
      case 'GGGGG':
        r.week[token.slice(0, 2)] = n;
        break;
      case 'w':
      case 'ww':
      case 'W':
      case 'WW':
        r.week[token[0]] = n;
        break;
      case 'gg':
      case 'GG':
        r.week[token] = twoDigits(n);
        break;
      case 'H':
      case 'HH':
        f[3] = n;
        break;
      case 'h':
      case 'hh':
        f[3] = n;
        r.bigHour = true;
        break;
      case 'k':
      case 'kk':
        f[3] = n === 24 ? 0 : n;
        break;
      case 'm':
      case 'mm':
        f[4] = n;
        break;
      case 's':
      case 'ss':
        f[5] = n;
        break;
      case 'hmm':
        r.bigHour = true; // and
      case 'Hmm':
        clock(Number(text.slice(0, -2)), Number(text.slice(-2)));
        break;
      case 'hmmss':
        r.bigHour = true; // and
      case 'Hmmss':
        clock(Number(text.slice(0, -4)), Number(text.slice(-4, -2)), Number(text.slice(-2)));
        break;
      case 'A':
      case 'a':
        r.meridiem = text;
        r.pm = /^p/i.test(text);
        break;
      case 'X':
        r.instant = Number(text) * 1000;
        break;
      case 'x':
        r.instant = n;
        break;
      case 'Z':
      case 'ZZ':
        r.zone = offset(text) || 0;
        break;
      default:
        if (token[0] === 'S') f[6] = Math.trunc(Number('0.' + text) * 1000);
    }
  }

  const fresh = () => ({fields: [], week: {}, unusedTokens: [], unusedInput: [], charsLeftOver: 0, empty: true, overflow: -1});

  // byFormat reads a text by a format.
  function byFormat(text, format, strict, inUTC, now) {
    const r = fresh();
    let rest = text,
      used = 0;
    for (const token of pieces(format)) {
      const shape = known(token) ? shapes[token] : undefined;
      if (known(token) && !shape) throw new TypeError(`moment: the token ${token} can be written, but not read`);
      const match = shape ? (strict ? shape.strict : shape.loose).exec(rest) : null;
      let found = match && match[0];
      if (!shape && rest.includes(literal(token))) found = literal(token);
      if (found) {
        const at = rest.indexOf(found);
        if (at > 0) r.unusedInput.push(rest.slice(0, at));
        rest = rest.slice(at + found.length);
        used += found.length;
      }
      if (shape) {
        if (found) {
          r.empty = false;
          take(token, found, r, strict);
        } else r.unusedTokens.push(token);
      } else if (strict && !found) r.unusedTokens.push(token);
    }
    r.charsLeftOver = text.length - used;
    if (rest) r.unusedInput.push(rest);
    const f = r.fields;
    if (r.bigHour && f[3] > 0 && f[3] <= 12) r.bigHour = undefined;
    if (r.meridiem && f[3] !== undefined) f[3] = r.pm ? (f[3] < 12 ? f[3] + 12 : f[3]) : f[3] === 12 ? 0 : f[3];
    return finish(r, strict, inUTC, now);
  }

  // overflow is the first field that is too large or too small, or -1. What is not given is sound.
  function overflow(f) {
    const nextDay = f[3] === 24 && !f[4] && !f[5] && !f[6];
    const days = daysInMonth(f[0], f[1]) || 31;
    const most = [Infinity, 11, days, nextDay ? 24 : 23, 59, 59, 999];
    return most.findIndex((limit, i) => i > 0 && f[i] !== undefined && !(f[i] >= (i === 2 ? 1 : 0) && f[i] <= limit));
  }

  // finish makes the date of the fields and says whether it is one.
  function finish(r, strict, inUTC, now) {
    const some = r.fields.some(n => n !== undefined);
    if (r.instant !== undefined) {
      r.date = new Date(r.instant);
      r.overflow = overflow(r.fields);
    } else dated(r, inUTC || r.zone !== undefined, now);
    r.valid =
      !isNaN(r.date.getTime()) &&
      r.overflow < 0 &&
      !r.empty &&
      r.invalidMonth === undefined &&
      r.invalidWeekday === undefined &&
      !r.weekdayMismatch &&
      (r.meridiem === undefined || some) &&
      (!strict || (r.charsLeftOver === 0 && r.unusedTokens.length === 0 && r.bigHour === undefined));
    return r;
  }

  // dated fills in what is missing: what is larger than the given is now's, what is smaller is the first.
  function dated(r, inUTC, now) {
    const f = r.fields,
      t = new Date(now);
    const today = inUTC ? [t.getUTCFullYear(), t.getUTCMonth(), t.getUTCDate()] : [t.getFullYear(), t.getMonth(), t.getDate()];
    if (Object.keys(r.week).length && f[1] === undefined && f[2] === undefined) byWeek(r, today);
    if (r.dayOfYear !== undefined) {
      const y = f[0] === undefined ? today[0] : f[0];
      if (r.dayOfYear > daysInYear(y) || r.dayOfYear === 0) r.overflow = 2;
      const d = new Date(utc(y, 0, r.dayOfYear));
      f[1] = d.getUTCMonth();
      f[2] = d.getUTCDate();
    }
    for (let i = 0; i < 3 && f[i] === undefined; i++) f[i] = today[i];
    for (let i = 0; i < 7; i++) if (f[i] === undefined) f[i] = i === 2 ? 1 : 0;
    const over = (r.overflow = r.overflow >= 0 ? r.overflow : overflow(f));
    r.date = inUTC ? new Date(utc(...f)) : local(...f);
    if (r.week.d !== undefined && over < 0) {
      const weekday = new Date(utc(f[0], f[1], f[2])).getUTCDay();
      r.weekdayMismatch = r.week.d !== weekday;
    }
    if (r.zone) r.date = new Date(r.date.getTime() - r.zone * 6e4);
  }

  // byWeek makes a day of the year of a week.
  function byWeek(r, today) {
    const w = r.week,
      iso = w.GG !== undefined || w.W !== undefined || w.E !== undefined;
    const how = iso ? weeks.iso : weeks.plain;
    const current = weekOf(...today, how);
    const pick = (...values) => values.find(v => v !== undefined);
    const y = iso ? pick(w.GG, r.fields[0], current.year) : pick(w.gg, r.fields[0], current.year);
    const week = iso ? pick(w.W, 1) : pick(w.w, current.week);
    const weekday = iso ? pick(w.E, 1) - 1 : pick(w.d, w.e, 0);
    if (week < 1 || week > weeksInYear(y, how)) r.overflow = 7;
    else if (weekday < 0 || weekday > 6) r.overflow = 8;
    else {
      const date = new Date((firstDay(y, how) + (week - 1) * 7 + weekday) * day);
      r.fields[0] = date.getUTCFullYear();
      r.dayOfYear = undefined;
      r.fields[1] = date.getUTCMonth();
      r.fields[2] = date.getUTCDate();
    }
  }

  // ofFields reads a list of year, month, day, hour, minute, second and millisecond.
  function ofFields(fields, inUTC, now) {
    const r = fresh();
    r.empty = false;
    r.fields = fields.slice();
    return finish(r, false, inUTC, now);
  }

  return {fresh, byFormat, finish, ofFields, offset, indexOf};
});
