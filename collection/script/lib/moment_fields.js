// The parts of a moment: what it shows, read and set.
(function (lib, host, load) {
  'use strict';

  const words = load('moment_format');
  const {offset} = load('moment_parse');
  const {day, utc, local, localOf, isLeapYear, daysInMonth, weeks, firstDay, weeksInYear, weekOf} = load('moment_week');
  const {unit, named} = load('moment_duration');

  const zoneOf = date => -Math.round(date.getTimezoneOffset()) || 0;
  // order is that in which set takes units: the large ones first.
  const order = [
    'year',
    'weekYear',
    'isoWeekYear',
    'quarter',
    'month',
    'week',
    'isoWeek',
    'date',
    'day',
    'weekday',
    'isoWeekday',
    'dayOfYear',
    'hour',
    'minute',
    'second',
    'millisecond',
  ];
  // making is how moments are made of what functions are given; moment.js fills it.
  const making = {};

  function find(lists, text) {
    const low = text.toLowerCase();
    for (let i = 0; i < lists[0].length; i++) if (lists.some(list => low.startsWith(list[i].toLowerCase()))) return i;
    return -1;
  }
  const monthNumber = value => {
    if (typeof value !== 'string') return value;
    if (/^\d+$/.test(value)) return Number(value);
    const i = find([words.months, words.monthsShort], value);
    return i < 0 ? null : i;
  };
  const weekdayNumber = value => {
    if (typeof value !== 'string') return value;
    if (!isNaN(value)) return parseInt(value, 10);
    const i = find([words.weekdays, words.weekdaysShort, words.weekdaysMin], value);
    return i < 0 ? null : i;
  };

  // Moment is an instant and how it is looked at: in local time, or, where _isUTC, with
  // an offset in minutes. _d is then so far from the instant that its UTC parts are those shown.
  class Fields {
    constructor(date, inUTC, parsed) {
      this._isAMomentObject = true;
      this._isUTC = !!inUTC;
      this._d = new Date(date === null ? NaN : date.getTime());
      const hidden = {_offset: 0, _parsed: parsed || {}, _valid: !isNaN(this._d.getTime()) && !(parsed && parsed.valid === false)};
      for (const key of Object.keys(hidden)) Object.defineProperty(this, key, {value: hidden[key], writable: true});
      if (!this._valid) this._d = new Date(NaN);
    }

    isValid() {
      return this._valid;
    }
    valueOf() {
      return this._d.getTime() - this._offset * 6e4;
    }
    unix() {
      return Math.floor(this.valueOf() / 1000);
    }
    toDate() {
      return new Date(this.valueOf());
    }
    clone() {
      const copy = new this.constructor(this._d, this._isUTC, this._parsed);
      copy._offset = this._offset;
      return copy;
    }

    // The way it is looked at.
    utcOffset(input, keepTime, keepMinutes) {
      if (!this.isValid()) return input === undefined || input === null ? NaN : this;
      if (input === undefined || input === null) return this._isUTC ? this._offset : zoneOf(this._d);
      if (typeof input === 'string') {
        input = offset(input);
        if (input === null) return this;
      } else if (Math.abs(input) < 16 && !keepMinutes) input *= 60;
      const shown = keepTime ? this.utcOffset() : 0;
      const instant = this.valueOf() + shown * 6e4 - (keepTime ? input * 6e4 : 0);
      this._d = new Date(instant + input * 6e4);
      this._isUTC = true;
      this._offset = input;
      return this;
    }
    utc(keepTime) {
      return this.utcOffset(0, keepTime);
    }
    local(keepTime) {
      if (!this._isUTC || !this.isValid()) {
        this._isUTC = false;
        return this;
      }
      const fields = this.toArray();
      this._d = keepTime ? local(...fields) : this.toDate();
      this._isUTC = false;
      this._offset = 0;
      return this;
    }
    parseZone() {
      const {zone, input} = this._parsed;
      if (zone !== undefined) return this.utcOffset(zone, false, true);
      if (typeof input !== 'string') return this;
      const found = offset(input);
      return found === null ? this.utcOffset(0, true) : this.utcOffset(found);
    }
    isLocal() {
      return this.isValid() && !this._isUTC;
    }
    isUtcOffset() {
      return this.isValid() && this._isUTC;
    }
    isUtc() {
      return this.isValid() && this._isUTC && this._offset === 0;
    }
    isDST() {
      return this.utcOffset() > this.clone().month(0).utcOffset() || this.utcOffset() > this.clone().month(5).utcOffset();
    }
    hasAlignedHourOffset(input) {
      return this.isValid() && (this.utcOffset() - (input === undefined ? 0 : making.make(input).utcOffset())) % 60 === 0;
    }
    zoneAbbr() {
      return this._isUTC ? 'UTC' : '';
    }
    zoneName() {
      return this._isUTC ? 'Coordinated Universal Time' : '';
    }

    // Parts that follow from others.
    quarter(n) {
      return n === undefined || n === null ? Math.ceil((this.month() + 1) / 3) : this.month((n - 1) * 3 + (this.month() % 3));
    }
    month(value) {
      if (value === undefined || value === null) return this._part('Month');
      const n = monthNumber(value);
      if (typeof n !== 'number' || !this.isValid()) return this;
      const y = this.year(),
        d = Math.min(this.date(), daysInMonth(y, n));
      return this._put('Month', n, d);
    }
    year(value) {
      if (value === undefined || value === null) return this._part('FullYear');
      if (!this.isValid() || isNaN(value)) return this;
      const month = this.month();
      return this._put('FullYear', Number(value), month, Math.min(this.date(), daysInMonth(Number(value), month)));
    }
    day(value) {
      const n = this._part('Day');
      if (value === undefined || value === null) return n;
      const wanted = weekdayNumber(value);
      return this.add(wanted - n, 'd');
    }
    weekday(value) {
      return value === undefined || value === null ? this.day() : this.add(value - this.day(), 'd');
    }
    isoWeekday(value) {
      if (value === undefined || value === null) return this.isValid() ? this.day() || 7 : NaN;
      let wanted = weekdayNumber(value);
      if (typeof value === 'string') wanted = wanted % 7 || 7;
      return this.day(this.day() % 7 ? wanted : wanted - 7);
    }
    dayOfYear(value) {
      if (!this.isValid()) return value === undefined ? NaN : this;
      const n = Math.round((utc(this.year(), this.month(), this.date()) - utc(this.year())) / day) + 1;
      return value === undefined || value === null ? n : this.add(value - n, 'd');
    }
    week(value) {
      return this.#week(value, weeks.plain);
    }
    isoWeek(value) {
      return this.#week(value, weeks.iso);
    }
    #week(value, how) {
      const n = this.isValid() ? weekOf(this.year(), this.month(), this.date(), how).week : NaN;
      return value === undefined || value === null ? n : this.add((value - n) * 7, 'd');
    }
    weekYear(value) {
      return this.#weekYear(value, weeks.plain, this.week(), this.weekday());
    }
    isoWeekYear(value) {
      return this.#weekYear(value, weeks.iso, this.isoWeek(), this.isoWeekday() - 1);
    }
    #weekYear(value, how, week, weekday) {
      if (value === undefined || value === null) return this.isValid() ? weekOf(this.year(), this.month(), this.date(), how).year : NaN;
      const target = new Date((firstDay(value, how) + (Math.min(week, weeksInYear(value, how)) - 1) * 7 + weekday) * day);
      return this.year(target.getUTCFullYear()).month(target.getUTCMonth()).date(target.getUTCDate());
    }
    weeksInYear() {
      return weeksInYear(this.year(), weeks.plain);
    }
    weeksInWeekYear() {
      return weeksInYear(this.weekYear(), weeks.plain);
    }
    isoWeeksInYear() {
      return weeksInYear(this.year(), weeks.iso);
    }
    isoWeeksInISOWeekYear() {
      return weeksInYear(this.isoWeekYear(), weeks.iso);
    }
    daysInMonth() {
      return daysInMonth(this.year(), this.month());
    }
    isLeapYear() {
      return isLeapYear(this.year());
    }

    _part(name) {
      return this.isValid() ? (this._isUTC ? this._d['getUTC' + name]() : this._d['get' + name]()) : NaN;
    }
    _put(name, ...values) {
      if (name === 'Time') this._d.setTime(values[0]);
      else if (this._isUTC) this._d['setUTC' + name](...values);
      else {
        const shown = new Date(utc(...this.toArray()));
        shown['setUTC' + name](...values);
        this._d = localOf(shown);
      }
      this._valid = !isNaN(this._d.getTime());
      return this;
    }

    get(name) {
      const u = unit(name);
      return typeof this[u] === 'function' ? this[u]() : this;
    }
    set(name, value) {
      if (name !== null && typeof name === 'object') {
        const given = named(name);
        for (const u of order) if (u in given) this[u](given[u]);
        return this;
      }
      const u = unit(name);
      return typeof this[u] === 'function' ? this[u](value) : this;
    }
  }

  for (const [names, part] of Object.entries({
    'date dates': 'Date',
    'hour hours': 'Hours',
    'minute minutes': 'Minutes',
    'second seconds': 'Seconds',
    'millisecond milliseconds': 'Milliseconds',
  })) {
    for (const name of names.split(' '))
      Fields.prototype[name] = function (value) {
        if (value === undefined || value === null) return this._part(part);
        return this.isValid() && !isNaN(value) ? this._put(part, Number(value)) : this;
      };
  }
  for (const [name, other] of Object.entries({
    years: 'year',
    months: 'month',
    days: 'day',
    weeks: 'week',
    isoWeeks: 'isoWeek',
    quarters: 'quarter',
    isUTC: 'isUtc',
  })) {
    Fields.prototype[name] = Fields.prototype[other];
  }

  return {Fields, making, zoneOf};
});
