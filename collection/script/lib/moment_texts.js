// How moment reads texts without a format: ISO 8601, RFC 2822, and what people write.
(function (lib, host, load) {
  'use strict';

  const {monthsShort, weekdaysShort} = load('moment_format');
  const {local} = load('moment_week');
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
    if (parts[3] && (date[1] === 'YYYY-MM' || date[1] === 'YYYYMM' || date[1] === 'YYYY')) return undefined;
    if (parts[3] && date[1].includes('-') !== (time[1].includes(':') || time[1] === 'HH')) if (time[1] !== 'HH') return undefined;
    return byFormat(text, date[1] + (parts[2] ? (parts[2] === 'T' ? '[T]' : ' ') : '') + time[1] + (parts[4] ? 'Z' : ''), strict, inUTC, now);
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

  // clock, slashes and names are how people write times and dates: 10:11 pm, 2/29/2020, Feb 29, 2020.
  const clock = '(?:[ ,T]+(\\d{1,2}):(\\d\\d)(?::(\\d\\d))?\\s*([ap]m)?)?\\s*$';
  const slashes = new RegExp('^\\s*(\\d{1,4})/(\\d{1,2})(?:/(\\d{1,4}))?' + clock, 'i');
  const names = new RegExp('^\\s*(?:[a-z]+,?\\s+)?(?:([a-z]{3,})\\.?\\s+(\\d{1,2})|(\\d{1,2})\\s+([a-z]{3,})),?\\s+(\\d{4})' + clock, 'i');

  // other reads texts of other shapes that Date knows.
  function other(text) {
    const r = fresh();
    const slashed = slashes.exec(text),
      written = names.exec(text);
    let fields;
    if (slashed) {
      const [a, b, c] = [slashed[1], slashed[2], slashed[3]].map(Number);
      fields =
        slashed[1].length > 2
          ? [a, b - 1, slashed[3] ? c : 1]
          : slashed[3]
            ? [slashed[3].length < 3 ? c + (c < 50 ? 2000 : 1900) : c, a - 1, b]
            : [2001, a - 1, b];
    } else if (written) fields = [Number(written[5]), indexOf(written[1] || written[4], [monthsShort], false), Number(written[2] || written[3])];
    const time = slashed ? slashed.slice(4) : written ? written.slice(6) : [];
    if (fields) {
      let hour = Number(time[0] || 0);
      if (time[3]) hour = (hour % 12) + (/^p/i.test(time[3]) ? 12 : 0);
      const fits = fields[1] >= 0 && fields[1] < 12 && fields[2] > 0 && fields[2] < 32;
      r.date = fits ? local(...fields, hour, Number(time[1] || 0), Number(time[2] || 0)) : new Date(NaN);
    } else r.date = new Date(text);
    r.valid = !isNaN(r.date.getTime());
    r.empty = false;
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
    return byISO(text, strict, inUTC, now) || byRFC(text, now) || (strict ? wrong() : other(text));
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
