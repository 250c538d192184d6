// The words and tokens of moment, and how a moment is written.
(function () {
  'use strict';

  const months = 'January February March April May June July August September October November December'.split(' ');
  const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
  const short = months.map(name => name.slice(0, 3));
  const weekdaysShort = weekdays.map(name => name.slice(0, 3));
  const weekdaysMin = weekdays.map(name => name.slice(0, 2));

  const long = {LT: 'h:mm A', LTS: 'h:mm:ss A', L: 'MM/DD/YYYY', LL: 'MMMM D, YYYY', LLL: 'MMMM D, YYYY h:mm A', LLLL: 'dddd, MMMM D, YYYY h:mm A'};
  // layout is a long format by name; the small letters are the same with shorter parts.
  const layout = name => long[name] || (long[name.toUpperCase()] && long[name.toUpperCase()].replace(/MMMM|MM|DD|dddd/g, part => part.slice(1)));

  const names = [
    'YYYYYY',
    'YYYYY',
    'YYYY',
    'YY',
    'Y',
    'MMMM',
    'MMM',
    'MM',
    'Mo',
    'M',
    'DDDD',
    'DDDo',
    'DDD',
    'DD',
    'Do',
    'D',
    'dddd',
    'ddd',
    'dd',
    'do',
    'd',
    'e',
    'E',
    'ww',
    'wo',
    'w',
    'WW',
    'Wo',
    'W',
    'Qo',
    'Q',
    'NNNNN',
    'NNNN',
    'NNN',
    'NN',
    'N',
    'yyyy',
    'yyy',
    'yy',
    'yo',
    'y',
    'ggggg',
    'gggg',
    'gg',
    'GGGGG',
    'GGGG',
    'GG',
    'A',
    'a',
    'Hmmss',
    'Hmm',
    'HH',
    'H',
    'hmmss',
    'hmm',
    'hh',
    'h',
    'kk',
    'k',
    'mm',
    'm',
    'ss',
    's',
    'S{1,9}',
    'X',
    'x',
    'zz',
    'z',
    'ZZ',
    'Z',
  ];
  const piece = new RegExp(`\\[[^\\[]*\\]|\\\\?(?:${names.join('|')}|[^])`, 'g');
  const longPiece = /\[[^[]*\]|\\?(?:LTS|LT|LL?L?L?|l{1,4})/g;

  // pieces cuts a format into tokens and texts; long formats are put in full first.
  function pieces(format) {
    for (let pass = 0; pass < 5; pass++) {
      const next = format.replace(longPiece, found => layout(found) || found);
      if (next === format) break;
      format = next;
    }
    return format.match(piece) || [];
  }

  // literal is the text that a piece stands for when it is no token.
  const literal = found => (/^\[[^]/.test(found) ? found.replace(/^\[|\]$/g, '') : found.replace(/\\/g, ''));

  const zeros = (n, width, sign) => (n < 0 ? '-' : sign ? '+' : '') + String(Math.abs(n)).padStart(width, '0');
  const ordinal = n => n + (Math.floor((n % 100) / 10) === 1 ? 'th' : n % 10 === 1 ? 'st' : n % 10 === 2 ? 'nd' : n % 10 === 3 ? 'rd' : 'th');
  const meridiem = (hour, minute, lower) => (hour > 11 ? (lower ? 'pm' : 'PM') : lower ? 'am' : 'AM');
  const zone = (minutes, separator) => {
    const n = Math.abs(minutes);
    return (minutes < 0 ? '-' : '+') + zeros(Math.floor(n / 60), 2) + separator + zeros(n % 60, 2);
  };
  const half = m => m.hours() % 12 || 12;
  const full = m => m.hours() || 24;
  const minutesSeconds = m => zeros(m.minutes(), 2) + zeros(m.seconds(), 2);
  const era = m => (m.year() > 0 ? 'AD' : 'BC');
  const eraYear = m => (m.year() > 0 ? m.year() : 1 - m.year());

  const write = {
    Y: m => (m.year() <= 9999 ? zeros(m.year(), 4) : '+' + m.year()),
    YY: m => zeros(m.year() % 100, 2),
    YYYY: m => zeros(m.year(), 4),
    YYYYY: m => zeros(m.year(), 5),
    YYYYYY: m => zeros(m.year(), 6, true),
    M: m => m.month() + 1,
    Mo: m => ordinal(m.month() + 1),
    MM: m => zeros(m.month() + 1, 2),
    MMM: m => short[m.month()],
    MMMM: m => months[m.month()],
    D: m => m.date(),
    Do: m => ordinal(m.date()),
    DD: m => zeros(m.date(), 2),
    DDD: m => m.dayOfYear(),
    DDDo: m => ordinal(m.dayOfYear()),
    DDDD: m => zeros(m.dayOfYear(), 3),
    d: m => m.day(),
    do: m => ordinal(m.day()),
    dd: m => weekdaysMin[m.day()],
    ddd: m => weekdaysShort[m.day()],
    dddd: m => weekdays[m.day()],
    e: m => m.weekday(),
    E: m => m.isoWeekday(),
    w: m => m.week(),
    wo: m => ordinal(m.week()),
    ww: m => zeros(m.week(), 2),
    W: m => m.isoWeek(),
    Wo: m => ordinal(m.isoWeek()),
    WW: m => zeros(m.isoWeek(), 2),
    gg: m => zeros(m.weekYear() % 100, 2),
    gggg: m => zeros(m.weekYear(), 4),
    ggggg: m => zeros(m.weekYear(), 5),
    GG: m => zeros(m.isoWeekYear() % 100, 2),
    GGGG: m => zeros(m.isoWeekYear(), 4),
    GGGGG: m => zeros(m.isoWeekYear(), 5),
    Q: m => m.quarter(),
    Qo: m => ordinal(m.quarter()),
    N: era,
    NN: era,
    NNN: era,
    NNNN: m => (m.year() > 0 ? 'Anno Domini' : 'Before Christ'),
    NNNNN: era,
    y: eraYear,
    yo: m => ordinal(eraYear(m)),
    yy: m => zeros(eraYear(m), 2),
    yyy: m => zeros(eraYear(m), 3),
    yyyy: m => zeros(eraYear(m), 4),
    A: m => meridiem(m.hours(), m.minutes(), false),
    a: m => meridiem(m.hours(), m.minutes(), true),
    H: m => m.hours(),
    HH: m => zeros(m.hours(), 2),
    h: half,
    hh: m => zeros(half(m), 2),
    k: full,
    kk: m => zeros(full(m), 2),
    Hmm: m => m.hours() + zeros(m.minutes(), 2),
    Hmmss: m => m.hours() + minutesSeconds(m),
    hmm: m => half(m) + zeros(m.minutes(), 2),
    hmmss: m => half(m) + minutesSeconds(m),
    m: m => m.minutes(),
    mm: m => zeros(m.minutes(), 2),
    s: m => m.seconds(),
    ss: m => zeros(m.seconds(), 2),
    X: m => m.unix(),
    x: m => m.valueOf(),
    Z: m => zone(m.utcOffset(), ':'),
    ZZ: m => zone(m.utcOffset(), ''),
    z: m => m.zoneAbbr(),
    zz: m => m.zoneName(),
  };
  for (let width = 1; width <= 9; width++) write['S'.repeat(width)] = m => zeros(m.milliseconds(), 3).padEnd(9, '0').slice(0, width);

  const format = (m, text) =>
    pieces(text)
      .map(found => (write[found] ? write[found](m) : literal(found)))
      .join('');

  return {
    months,
    monthsShort: short,
    weekdays,
    weekdaysShort,
    weekdaysMin,
    layout,
    pieces,
    literal,
    known: token => token in write,
    ordinal,
    meridiem,
    zone,
    format,
  };
});
