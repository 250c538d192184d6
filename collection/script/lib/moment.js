// What scripts use of moment, in English. A function that is missing says so by name.
(function (lib, host, load) {
  'use strict';

  const {absent, guarded, told} = load('missing');
  const words = load('moment_format');
  const {ofFields} = load('moment_parse');
  const {read, ISO_8601, RFC_2822} = load('moment_texts');
  const {Duration, unit, named, relativeTimeThreshold, relativeTimeRounding} = load('moment_duration');
  const {making} = load('moment_fields');
  const {Sums, between} = load('moment_sums');

  const clock = {now: () => Date.now()};

  const calendars = {
    sameDay: '[Today at] LT',
    nextDay: '[Tomorrow at] LT',
    nextWeek: 'dddd [at] LT',
    lastDay: '[Yesterday at] LT',
    lastWeek: '[Last] dddd [at] LT',
    sameElse: 'L',
  };
  const isMoment = value => value instanceof Moment;

  // Moment is what moment() gives.
  class Moment extends Sums {
    // Texts.
    format(text) {
      if (!this.isValid()) return 'Invalid date';
      return words.format(this, text ? String(text) : this.isUtc() ? moment.defaultFormatUtc : moment.defaultFormat);
    }
    toISOString(keepOffset) {
      if (!this.isValid()) return null;
      const m = keepOffset ? this : this.clone().utc();
      const y = m.year() < 0 || m.year() > 9999 ? 'YYYYYY' : 'YYYY';
      return words.format(m, `${y}-MM-DD[T]HH:mm:ss.SSS${keepOffset ? 'Z' : '[Z]'}`);
    }
    toJSON() {
      return this.isValid() ? this.toISOString() : null;
    }
    toString() {
      return this.clone().format('ddd MMM DD YYYY HH:mm:ss [GMT]ZZ');
    }
    inspect() {
      if (!this.isValid()) return `moment.invalid(/* ${this._parsed.input} */)`;
      const call = this.isLocal() ? 'moment' : this.utcOffset() === 0 ? 'moment.utc' : 'moment.parseZone';
      return this.format(`[${call}("]YYYY-MM-DD[T]HH:mm:ss.SSS${call === 'moment' ? '' : 'Z'}["\)]`);
    }
    toArray() {
      return [this.year(), this.month(), this.date(), this.hour(), this.minute(), this.second(), this.millisecond()];
    }
    toObject() {
      const [years, months, date, hours, minutes, seconds, milliseconds] = this.toArray();
      return {years, months, date, hours, minutes, seconds, milliseconds};
    }
    from(input, plain) {
      const that = made(input);
      return this.isValid() && that.isValid() ? between(that, this).humanize(!plain) : 'Invalid date';
    }
    to(input, plain) {
      const that = made(input);
      return this.isValid() && that.isValid() ? between(this, that).humanize(!plain) : 'Invalid date';
    }
    fromNow(plain) {
      return this.from(make(), plain);
    }
    toNow(plain) {
      return this.to(make(), plain);
    }
    calendar(time, formats) {
      if (arguments.length === 1 && time && typeof time === 'object' && !isMoment(time) && Object.keys(time).some(key => key in calendars))
        [time, formats] = [undefined, time];
      const now = time === undefined || time === null ? make() : made(time);
      const days = this.diff(alike(now, this).startOf('day'), 'days', true);
      const key = !(days >= -6)
        ? 'sameElse'
        : days < -1
          ? 'lastWeek'
          : days < 0
            ? 'lastDay'
            : days < 1
              ? 'sameDay'
              : days < 2
                ? 'nextDay'
                : days < 7
                  ? 'nextWeek'
                  : 'sameElse';
      const own = formats && formats[key];
      return this.format(own ? (typeof own === 'function' ? own.call(this, now) : own) : calendars[key]);
    }

    locale(name) {
      if (name === undefined) return 'en';
      english(name);
      return this;
    }
    localeData() {
      return localeData;
    }
    parsingFlags() {
      const p = this._parsed;
      return {
        empty: !!p.empty,
        unusedTokens: p.unusedTokens || [],
        unusedInput: p.unusedInput || [],
        overflow: p.overflow === undefined ? -2 : p.overflow,
        charsLeftOver: p.charsLeftOver || 0,
        nullInput: p.input === null,
        invalidMonth: p.invalidMonth === undefined ? null : p.invalidMonth,
        invalidFormat: false,
        userInvalidated: !!p.userInvalidated,
        iso: !!p.iso,
      };
    }
    invalidAt() {
      return this._parsed.overflow === undefined ? -2 : this._parsed.overflow;
    }
    creationData() {
      return {input: this._parsed.input, format: this._parsed.format, locale: localeData, isUTC: this._isUTC, strict: !!this._parsed.strict};
    }
  }

  // make is moment() and moment.utc().
  function make(input, format, strict, inUTC) {
    if (typeof format === 'boolean') [format, strict] = [undefined, format];
    if (typeof strict === 'string') {
      english(strict);
      strict = arguments[4];
    }
    if (isMoment(input)) {
      const copy = input.clone();
      copy._valid = input._valid;
      return inUTC ? copy.utc() : copy;
    }
    const now = clock.now();
    let parsed;
    if (input === null || (format === undefined && input === '')) parsed = {valid: false, date: new Date(NaN)};
    else if (input instanceof Date) parsed = {date: input};
    else if (Array.isArray(format) && typeof input !== 'string') parsed = read(String(input), format, strict, inUTC, now);
    else if (input === undefined) parsed = {date: new Date(now)};
    else if (typeof input === 'string' || (format !== undefined && format !== null)) parsed = read(String(input), format, strict, inUTC, now);
    else if (typeof input === 'number') parsed = {date: new Date(input)};
    else if (Array.isArray(input))
      parsed = input.length
        ? ofFields(
            input.map(n => (n === undefined || n === null ? undefined : parseInt(n, 10))),
            inUTC,
            now,
          )
        : {date: new Date(now)};
    else if (typeof input === 'object') {
      const o = named(input);
      const fields = [o.year, o.month, o.day === undefined ? o.date : o.day, o.hour, o.minute, o.second, o.millisecond].map(n =>
        n === undefined ? undefined : n && parseInt(n, 10),
      );
      parsed = Object.keys(input).length ? ofFields(fields, inUTC, now) : {date: new Date(now)};
    } else parsed = {valid: false, date: new Date(NaN)};
    return new Moment(parsed.date, inUTC, Object.assign(parsed, {input, format: parsed.format || format, strict}));
  }
  // made is what an argument stands for.
  const made = input => (isMoment(input) ? input : make(input));
  // alike is an argument looked at in the way of another moment.
  function alike(input, model) {
    const that =
      isMoment(input) || input instanceof Date ? make(input instanceof Date ? input : input.valueOf()) : make(input, undefined, undefined, false);
    if (isMoment(input) && !input.isValid()) return make(null);
    return model._isUTC && that.isValid() ? that.utcOffset(model._offset, false, true) : that;
  }

  Object.assign(making, {make, made, alike});

  function english(name) {
    const first = Array.isArray(name) ? name[0] : name;
    if (!/^en(-us)?$/i.test(first)) throw told('moment', `the locale ${first}`);
    return 'en';
  }
  const listed = (list, given, index) => {
    if (typeof given === 'boolean') given = index;
    const i = typeof given === 'number' ? given : index;
    return typeof i === 'number' ? list[((i % list.length) + list.length) % list.length] : list.slice();
  };
  const localeData = {
    firstDayOfWeek: () => 0,
    firstDayOfYear: () => 6,
    longDateFormat: words.layout,
    ordinal: words.ordinal,
    invalidDate: () => 'Invalid date',
    meridiem: words.meridiem,
    months: (m, format) => (m ? words.months[m.month()] : words.months.slice()),
    monthsShort: m => (m ? words.monthsShort[m.month()] : words.monthsShort.slice()),
    weekdays: m => (m ? words.weekdays[m.day()] : words.weekdays.slice()),
    weekdaysShort: m => (m ? words.weekdaysShort[m.day()] : words.weekdaysShort.slice()),
    weekdaysMin: m => (m ? words.weekdaysMin[m.day()] : words.weekdaysMin.slice()),
  };
  const extreme = (list, first) => {
    const all = (list.length === 1 && Array.isArray(list[0]) ? list[0] : list).map(made);
    if (!all.length) return make();
    return all.reduce((best, m) => (!best.isValid() ? best : !m.isValid() || first(m, best) ? m : best));
  };

  function moment(input, format, strict, exact) {
    return make(input, format, strict, false, exact);
  }
  Object.assign(moment, {
    version: '2.30.1',
    fn: Moment.prototype,
    ISO_8601,
    RFC_2822,
    defaultFormat: 'YYYY-MM-DDTHH:mm:ssZ',
    defaultFormatUtc: 'YYYY-MM-DDTHH:mm:ss[Z]',
    HTML5_FMT: {
      DATETIME_LOCAL: 'YYYY-MM-DDTHH:mm',
      DATETIME_LOCAL_SECONDS: 'YYYY-MM-DDTHH:mm:ss',
      DATETIME_LOCAL_MS: 'YYYY-MM-DDTHH:mm:ss.SSS',
      DATE: 'YYYY-MM-DD',
      TIME: 'HH:mm',
      TIME_SECONDS: 'HH:mm:ss',
      TIME_MS: 'HH:mm:ss.SSS',
      WEEK: 'GGGG-[W]WW',
      MONTH: 'YYYY-MM',
    },
    utc: (input, format, strict, exact) => make(input, format, strict, true, exact),
    unix: seconds => make(seconds * 1000),
    parseZone: (input, format, strict, exact) => make(input, format, strict, false, exact).parseZone(),
    duration: (input, name) =>
      input && typeof input === 'object' && 'from' in input && 'to' in input ? between(made(input.from), made(input.to)) : new Duration(input, name),
    invalid: flags => new Moment(null, true, Object.assign({valid: false, userInvalidated: true}, flags)),
    isMoment,
    isDate: value => value instanceof Date || Object.prototype.toString.call(value) === '[object Date]',
    isDuration: value => value instanceof Duration,
    min: (...list) => extreme(list, (a, b) => a.isBefore(b)),
    max: (...list) => extreme(list, (a, b) => a.isAfter(b)),
    normalizeUnits: unit,
    locale: name => (name === undefined ? 'en' : english(name)),
    lang: name => (name === undefined ? 'en' : english(name)),
    locales: () => ['en'],
    localeData: name => {
      if (name !== undefined) english(name);
      return localeData;
    },
    months: (format, index) => listed(words.months, format, index),
    monthsShort: (format, index) => listed(words.monthsShort, format, index),
    weekdays: (sorted, index) => listed(words.weekdays, sorted, index),
    weekdaysShort: (sorted, index) => listed(words.weekdaysShort, sorted, index),
    weekdaysMin: (sorted, index) => listed(words.weekdaysMin, sorted, index),
    relativeTimeThreshold,
    relativeTimeRounding,
    calendarFormat: (m, now) => {
      const days = m.diff(now, 'days', true);
      return days < -6
        ? 'sameElse'
        : days < -1
          ? 'lastWeek'
          : days < 0
            ? 'lastDay'
            : days < 1
              ? 'sameDay'
              : days < 2
                ? 'nextDay'
                : days < 7
                  ? 'nextWeek'
                  : 'sameElse';
    },
  });
  // A script may put a clock of its own into moment.now.
  Object.defineProperty(moment, 'now', {
    get: () => clock.now,
    set: fn => {
      clock.now = fn;
    },
    enumerable: true,
  });
  moment.prototype = Moment.prototype;
  absent('moment', Moment.prototype, 'moment().', [
    'zone',
    'dates',
    'lang',
    'isDSTShifted',
    'toIsoString',
    'eraName',
    'eraNarrow',
    'eraAbbr',
    'eraYear',
    'tz',
  ]);
  return guarded('moment', moment, 'moment.');
});
