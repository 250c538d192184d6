// How moment reads texts without a format: ISO 8601, RFC 2822, and what people write.
(function (lib, host, load) {
  'use strict';

  const {monthsShort, weekdaysShort} = load('moment_format');
  const {utc, local} = load('moment_week');
  const {fresh, byFormat, finish, offset, indexOf} = load('moment_parse');
  const ISO_8601 = () => {},
    RFC_2822 = () => {};

  const dates = [
    [/^[+-]\d{6}-\d\d-\d\d$/, 'YYYYYY-MM-DD'],
    [/^\d{4}-\d\d-\d\d$/, 'YYYY-MM-DD'],
    [/^\d{4}-W\d\d-\d$/, 'GGGG-[W]WW-E'],
    [/^\d{4}-W\d\d$/, 'GGGG-[W]WW'],
    [/^\d{4}-\d{3}$/, 'YYYY-DDDD'],
    [/^\d{4}-\d\d$/, 'YYYY-MM'],
    [/^[+-]\d{10}$/, 'YYYYYYMMDD'],
    [/^\d{8}$/, 'YYYYMMDD'],
    [/^\d{4}W\d{3}$/, 'GGGG[W]WWE'],
    [/^\d{4}W\d\d$/, 'GGGG[W]WW'],
    [/^\d{7}$/, 'YYYYDDDD'],
    [/^\d{6}$/, 'YYYYMM'],
    [/^\d{4}$/, 'YYYY'],
  ];
  const times = [
    [/^\d\d:\d\d:\d\d[.,]\d+$/, 'HH:mm:ss.SSSS'],
    [/^\d\d:\d\d:\d\d$/, 'HH:mm:ss'],
    [/^\d\d:\d\d$/, 'HH:mm'],
    [/^\d{6}[.,]\d+$/, 'HHmmss.SSSS'],
    [/^\d{6}$/, 'HHmmss'],
    [/^\d{4}$/, 'HHmm'],
    [/^\d\d$/, 'HH'],
  ];
  const isoParts = /^\s*([+-]?\d[\dW-]*?)(?:(T| )(\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?)([+-]\d\d(?::?\d\d)?|\s*Z)?)?$/;

  // byISO is undefined when the text is no ISO 8601.
  function byISO(text, strict, inUTC, now) {
    const parts = isoParts.exec(text);
    if (!parts) return undefined;
    const date = dates.find(([shape]) => shape.test(parts[1]));
    const time = parts[3] ? times.find(([shape]) => shape.test(parts[3])) : ['', ''];
    if (!date || !time) return undefined;
    if (parts[3] && !/DD|E/.test(date[1])) return undefined;
    if (parts[3] && time[1] !== 'HH' && date[1].includes('-') !== time[1].includes(':')) return undefined;
    const clock = parts[3] && parts[3].includes(',') ? time[1].replace('.', ',') : time[1];
    return byFormat(text, date[1] + (parts[2] ? (parts[2] === 'T' ? '[T]' : ' ') : '') + clock + (parts[4] ? 'Z' : ''), strict, inUTC, now);
  }

  const zones = {UT: 0, GMT: 0, EDT: -240, EST: -300, CDT: -300, CST: -360, MDT: -360, MST: -420, PDT: -420, PST: -480};
  const rfc = new RegExp(
    '^(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\\s)?(\\d{1,2})\\s(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\\s(\\d{2,4})\\s' +
      '(\\d\\d):(\\d\\d)(?::(\\d\\d))?\\s(?:(UT|GMT|[ECMP][SD]T)|([Zz])|([+-]\\d{4}))$',
  );

  // byRFC is undefined when the text is no RFC 2822.
  function byRFC(text, now) {
    const p = rfc.exec(
      text
        .replace(/\([^()]*\)|[\n\t]/g, ' ')
        .replace(/\s\s+/g, ' ')
        .trim(),
    );
    if (!p) return undefined;
    const r = fresh();
    const y = parseInt(p[4], 10);
    r.empty = false;
    r.fields = [
      p[4].length > 2 ? y : y <= 49 ? 2000 + y : 1900 + y,
      monthsShort.indexOf(p[3]),
      Number(p[2]),
      Number(p[5]),
      Number(p[6]),
      Number(p[7] || 0),
      0,
    ];
    if (p[1]) r.week.d = weekdaysShort.indexOf(p[1]);
    r.zone = p[8] ? zones[p[8]] : p[9] ? 0 : offset(p[10]);
    return finish(r, false, true, now);
  }

  // How people, and Date, write dates: 2/29/2020, Feb 29, 2020, 2020-2-29, with 10:11 pm and a zone.
  const clock = '(?:[ ,T]+(\\d{1,2}):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,3})\\d*)?)?\\s*([ap]m)?)?';
  const zone = '\\s*(?:(?:GMT|UTC)?([+-]\\d\\d:?\\d\\d)|(GMT|UTC|Z))?\\s*(?:\\([^)]*\\))?\\s*$';
  const shape = date => new RegExp('^\\s*' + date + clock + zone, 'i');
  const weekday = '(?:[a-z]+,?\\s+)?';
  const shapes = [
    {of: shape('(\\d{4})[/-](\\d{1,2})[/-](\\d{1,2})'), fields: (y, m, d) => [y, m - 1, d]},
    {of: shape('(\\d{1,2})[/-](\\d{1,2})[/-](\\d{1,4})'), fields: (m, d, y) => [y.length < 3 ? Number(y) + (y < 50 ? 2000 : 1900) : y, m - 1, d]},
    {of: shape('(\\d{4})-(\\d{1,2})()'), fields: (y, m) => [y, m - 1, 1]},
    {of: shape('(\\d{1,2})/(\\d{1,2})()'), fields: (m, d) => [2001, m - 1, d]},
    {of: shape(weekday + '([a-z]{3,})\\.?\\s+(\\d{1,2}),?\\s+(\\d{4})'), fields: (m, d, y) => [y, indexOf(m, [monthsShort], false), d]},
    {of: shape(weekday + '(\\d{1,2})\\s+([a-z]{3,}),?\\s+(\\d{4})'), fields: (d, m, y) => [y, indexOf(m, [monthsShort], false), d]},
  ];

  // other reads texts of other shapes that Date knows.
  function other(text, inUTC) {
    const r = fresh();
    r.empty = false;
    r.date = new Date(NaN);
    const known = shapes.find(one => one.of.test(text) && !/\dT\d.* [+-]\d/.test(text));
    if (!known) r.date = new Date(text);
    else {
      const parts = known.of.exec(text);
      const [y, month, d] = known.fields(...parts.slice(1, 4)).map(Number);
      const [minute, s, ms] = [parts[5], parts[6], (parts[7] || '').padEnd(3, '0')].map(n => Number(n || 0));
      const half = parts[8];
      const given = Number(parts[4] || 0);
      const hour = half ? (given % 12) + (/^p/i.test(half) ? 12 : 0) : given;
      const fits =
        month >= 0 && month < 12 && d > 0 && d < 32 && (half ? given <= 12 : given < 24 || (given === 24 && !minute && !s)) && minute < 60 && s < 60;
      const fields = [y, month, d, hour, minute, s, ms];
      if (fits && inUTC) r.date = new Date(utc(...fields));
      else if (fits && (parts[9] || parts[10])) r.date = new Date(utc(...fields) - (parts[9] ? offset(parts[9]) : 0) * 6e4);
      else if (fits) r.date = local(...fields);
    }
    r.valid = !isNaN(r.date.getTime());
    return r;
  }

  const dotNet = /^\/?Date\((-?\d+)/i;

  // read makes {date, valid, zone, ...} of a text.
  function read(text, format, strict, inUTC, now) {
    if (Array.isArray(format)) return best(text, format, strict, inUTC, now);
    const wrong = () => Object.assign(fresh(), {date: new Date(NaN), valid: false, iso: false});
    if (format === ISO_8601) return byISO(text, strict, inUTC, now) || wrong();
    if (format === RFC_2822) return byRFC(text, now) || wrong();
    if (format !== undefined && format !== null && format !== '') return byFormat(text, String(format), strict, inUTC, now);
    const net = dotNet.exec(text);
    if (net) return Object.assign(fresh(), {date: new Date(Number(net[1])), valid: true, empty: false});
    return byISO(text, strict, inUTC, now) || byRFC(text, now) || (strict ? wrong() : other(text, inUTC));
  }

  // best tries formats: a valid one first, then the one that leaves least unused.
  function best(text, formats, strict, inUTC, now) {
    let chosen;
    for (const format of formats) {
      const r = read(text, format, strict, inUTC, now);
      r.score = r.charsLeftOver + r.unusedTokens.length * 10;
      r.format = format;
      if (!chosen || (r.valid && !chosen.valid) || (r.valid === chosen.valid && r.score < chosen.score)) chosen = r;
    }
    return chosen || Object.assign(fresh(), {date: new Date(NaN), valid: false});
  }

  return {ISO_8601, RFC_2822, read};
});
