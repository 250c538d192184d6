// Durations of moment: months, days and milliseconds, which do not make up for each other.
(function (lib, host, load) {
  'use strict';

  const {absent} = load('missing');
  const trunc = n => Math.trunc(n) || 0;
  const away = n => (n < 0 ? Math.floor(n) : Math.ceil(n));
  const nearest = n => (n < 0 ? -Math.round(-n) : Math.round(n)) || 0;
  const daysToMonths = days => (days * 4800) / 146097;
  const monthsToDays = months => (months * 146097) / 4800;

  const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'];
  const short = {
    y: 'year',
    Q: 'quarter',
    M: 'month',
    w: 'week',
    W: 'isoWeek',
    d: 'day',
    D: 'date',
    e: 'weekday',
    E: 'isoWeekday',
    DDD: 'dayOfYear',
    h: 'hour',
    m: 'minute',
    s: 'second',
    ms: 'millisecond',
    gg: 'weekYear',
    GG: 'isoWeekYear',
  };
  const full = new Map(Object.values(short).map(name => [name.toLowerCase(), name]));
  // unit is the name of a unit that may be short or in the plural; undefined when there is none.
  function unit(name) {
    if (typeof name !== 'string') return undefined;
    const low = name.toLowerCase();
    for (const key of [name, low]) if (Object.prototype.hasOwnProperty.call(short, key)) return short[key];
    return full.get(low) || full.get(low.replace(/s$/, ''));
  }
  // named gives an object's members by the names of their units.
  function named(source) {
    const out = {};
    for (const key of Object.keys(source)) if (unit(key)) out[unit(key)] = source[key];
    return out;
  }

  const thresholds = {ss: 44, s: 45, m: 45, h: 22, d: 26, w: null, M: 11};
  const words = {
    s: 'a few seconds',
    ss: '%d seconds',
    m: 'a minute',
    mm: '%d minutes',
    h: 'an hour',
    hh: '%d hours',
    d: 'a day',
    dd: '%d days',
    w: 'a week',
    ww: '%d weeks',
    M: 'a month',
    MM: '%d months',
    y: 'a year',
    yy: '%d years',
  };
  let rounding = Math.round;

  function humanized(d, suffix, limits) {
    const abs = d.clone().abs();
    const n = {};
    for (const key of ['s', 'm', 'h', 'd', 'w', 'M', 'y']) n[key] = rounding(abs.as(key));
    let key, count;
    const choose = (one, many, amount) => {
      key = amount <= 1 ? one : many;
      count = amount;
    };
    if (n.s <= limits.ss) key = 's';
    else if (n.s < limits.s) {
      key = 'ss';
      count = n.s;
    } else if (n.m < limits.m || n.m <= 1) choose('m', 'mm', n.m);
    else if (n.h < limits.h || n.h <= 1) choose('h', 'hh', n.h);
    else if (n.d < limits.d || n.d <= 1) choose('d', 'dd', n.d);
    else if (limits.w !== null && limits.w !== undefined && (n.w < limits.w || n.w <= 1)) choose('w', 'ww', n.w);
    else if (n.M < limits.M || n.M <= 1) choose('M', 'MM', n.M);
    else choose('y', 'yy', n.y);
    const text = words[key].replace('%d', count);
    return !suffix ? text : d.valueOf() > 0 ? 'in ' + text : text + ' ago';
  }

  const clock = /^([-+])?(?:(\d*)[. ])?(\d+):(\d+)(?::(\d+)(\.\d*)?)?$/;
  const part = name => `(?:([-+]?[0-9,.]*)${name})?`;
  const iso = new RegExp(`^([-+])?P${part('Y')}${part('M')}${part('W')}${part('D')}(?:T${part('H')}${part('M')}${part('S')})?$`);

  // parts reads what duration() is called with.
  function parts(input, name) {
    if (input instanceof Duration) return {millisecond: input._milliseconds, day: input._days, month: input._months};
    const whole = typeof input === 'number' || (typeof input === 'string' && input.trim() !== '' && !isNaN(Number(input)));
    if (whole) return !name ? {millisecond: Number(input)} : unit(name) ? {[unit(name)]: Number(input)} : {};
    if (input === null || input === undefined) return {};
    if (typeof input === 'object') return named(input);
    let m = clock.exec(input);
    if (m) {
      const sign = m[1] === '-' ? -1 : 1;
      const [day, hour, minute, second] = m.slice(2, 6).map(n => sign * parseInt(n || 0, 10));
      return {day: day || 0, hour, minute, second, millisecond: sign * nearest(Number((m[6] || '0').replace(/^\.$/, '0')) * 1000)};
    }
    m = iso.exec(input);
    if (!m) return {};
    const sign = m[1] === '-' ? -1 : 1;
    const [year, month, week, day, hour, minute, second] = m.slice(2).map(n => (n ? sign * (parseFloat(n.replace(',', '.')) || 0) : 0));
    return {year, month, week, day, hour, minute, second};
  }

  // sound: every unit is known and a number, and only the smallest has a fraction.
  function sound(given) {
    let fraction = false;
    for (const key of Object.keys(given))
      if ((!units.includes(key) && key !== 'isoWeek') || (given[key] !== undefined && isNaN(given[key]))) return false;
    for (const key of units) {
      if (!given[key]) continue;
      if (fraction) return false;
      fraction = parseFloat(given[key]) !== trunc(Number(given[key]));
    }
    return true;
  }

  class Duration {
    constructor(input, name) {
      let given = parts(input, name);
      Object.defineProperty(this, '_isValid', {value: sound(given), writable: true});
      if (!this._isValid) given = {millisecond: NaN};
      const n = key => Number(given[key]) || 0;
      this._milliseconds = this._isValid ? n('millisecond') + n('second') * 1e3 + n('minute') * 6e4 + n('hour') * 36e5 : NaN;
      this._days = n('day') + (n('week') || n('isoWeek')) * 7;
      this._months = n('month') + n('quarter') * 3 + n('year') * 12;
      this._data = {};
      this.#bubble();
    }

    // #bubble makes the parts that the getters give.
    #bubble() {
      let ms = this._milliseconds,
        days = this._days,
        months = this._months;
      if (!((ms >= 0 && days >= 0 && months >= 0) || (ms <= 0 && days <= 0 && months <= 0))) {
        ms += away(monthsToDays(months) + days) * 864e5;
        days = months = 0;
      }
      const seconds = Math.trunc(ms / 1e3),
        minutes = Math.trunc(seconds / 60),
        hours = Math.trunc(minutes / 60);
      days += Math.trunc(hours / 24);
      const whole = Math.trunc(daysToMonths(days));
      months += whole;
      days -= away(monthsToDays(whole));
      this._data = {
        milliseconds: ms % 1e3,
        seconds: seconds % 60,
        minutes: minutes % 60,
        hours: hours % 24,
        days,
        months: months % 12,
        years: Math.trunc(months / 12),
      };
      return this;
    }

    isValid() {
      return this._isValid;
    }
    as(name) {
      if (!this.isValid()) return NaN;
      const u = unit(name),
        ms = this._milliseconds;
      if (u === 'month' || u === 'quarter' || u === 'year')
        return (this._months + daysToMonths(this._days + ms / 864e5)) / {month: 1, quarter: 3, year: 12}[u];
      const days = this._days + Math.round(monthsToDays(this._months));
      switch (u) {
        case 'week':
          return days / 7 + ms / 6048e5;
        case 'day':
          return days + ms / 864e5;
        case 'hour':
          return days * 24 + ms / 36e5;
        case 'minute':
          return days * 1440 + ms / 6e4;
        case 'second':
          return days * 86400 + ms / 1e3;
        case 'millisecond':
          return Math.floor(days * 864e5) + ms;
      }
      throw new Error('Unknown unit ' + u);
    }
    get(name) {
      const u = unit(name);
      return this.isValid() ? this[u + 's']() : NaN;
    }
    weeks() {
      return trunc(this.days() / 7);
    }
    valueOf() {
      return this.as('millisecond');
    }
    abs() {
      for (const key of ['_milliseconds', '_days', '_months']) this[key] = Math.abs(this[key]);
      for (const key of Object.keys(this._data)) this._data[key] = Math.abs(this._data[key]);
      return this;
    }
    add(input, name) {
      return this.#more(input, name, 1);
    }
    subtract(input, name) {
      return this.#more(input, name, -1);
    }
    #more(input, name, sign) {
      const other = new Duration(input, name);
      this._milliseconds += sign * other._milliseconds;
      this._days += sign * other._days;
      this._months += sign * other._months;
      return this.#bubble();
    }
    clone() {
      return new Duration(this);
    }
    humanize(suffix, limits) {
      if (!this.isValid()) return 'Invalid date';
      if (typeof suffix === 'object') {
        limits = suffix;
        suffix = false;
      }
      const own = Object.assign({}, thresholds, limits);
      if (limits && limits.s !== undefined && limits.s !== null && limits.ss === undefined) own.ss = limits.s - 1;
      return humanized(this, suffix === true, own);
    }
    locale(name) {
      return name === undefined ? 'en' : this;
    }
    toISOString() {
      if (!this.isValid()) return 'Invalid date';
      const total = this.as('s');
      if (!total) return 'P0D';
      const ms = Math.abs(this._milliseconds),
        seconds = ms / 1e3,
        months = Math.abs(this._months),
        days = Math.abs(this._days);
      const minutes = Math.trunc(seconds / 60),
        hours = Math.trunc(minutes / 60),
        years = Math.trunc(months / 12);
      const rest = seconds % 60;
      const sign = own => (Math.sign(own) !== Math.sign(total) ? '-' : '');
      const write = (n, letter, own) => (n ? sign(own) + n + letter : '');
      return (
        (total < 0 ? '-' : '') +
        'P' +
        write(years, 'Y', this._months) +
        write(months % 12, 'M', this._months) +
        write(days, 'D', this._days) +
        (ms ? 'T' : '') +
        write(hours, 'H', this._milliseconds) +
        write(minutes % 60, 'M', this._milliseconds) +
        (rest ? write(rest.toFixed(3).replace(/\.?0+$/, ''), 'S', this._milliseconds) : '')
      );
    }
    toString() {
      return this.toISOString();
    }
    toJSON() {
      return this.toISOString();
    }
  }
  for (const name of ['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'months', 'years']) {
    Duration.prototype[name] = function () {
      return this.isValid() ? this._data[name] : NaN;
    };
  }
  for (const name of units) {
    Duration.prototype['as' + name[0].toUpperCase() + name.slice(1) + 's'] = function () {
      return this.as(name);
    };
  }
  absent('moment', Duration.prototype, 'moment.duration().', ['toIsoString', 'lang', 'localeData']);

  return {
    Duration,
    unit,
    named,
    nearest,
    trunc,
    relativeTimeThreshold(name, limit) {
      if (thresholds[name] === undefined) return false;
      if (limit === undefined) return thresholds[name];
      thresholds[name] = limit;
      if (name === 's') thresholds.ss = limit - 1;
      return true;
    },
    relativeTimeRounding(fn) {
      if (fn === undefined) return rounding;
      if (typeof fn !== 'function') return false;
      rounding = fn;
      return true;
    },
  };
});
