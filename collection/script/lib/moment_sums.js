// Sums of moments, and how they compare.
(function (lib, host, load) {
  'use strict';

  const {utc, local, daysInMonth} = load('moment_week');
  const {Duration, unit, nearest, trunc} = load('moment_duration');
  const {Fields, making, zoneOf} = load('moment_fields');

  // monthsBetween is how many months lie between two, with a fraction of the month begun.
  function monthsBetween(a, b) {
    if (a.date() < b.date()) return -monthsBetween(b, a) || 0;
    const whole = (b.year() - a.year()) * 12 + b.month() - a.month();
    const anchor = a.clone().add(whole, 'months');
    const other = a.clone().add(whole + (b - anchor < 0 ? -1 : 1), 'months');
    return -(whole + (b - anchor) / Math.abs(anchor - other)) || 0;
  }

  // between is the duration from one to another, in months and what is left.
  function between(from, to) {
    const that = making.alike(to, from);
    const [a, b, sign] = from.isBefore(that) ? [from, that, 1] : [that, from, -1];
    let months = b.month() - a.month() + (b.year() - a.year()) * 12;
    if (a.clone().add(months, 'M').isAfter(b)) months--;
    return new Duration({milliseconds: sign * (b - a.clone().add(months, 'M')), months: sign * months});
  }

  class Sums extends Fields {
    add(value, name) {
      return this.#more(value, name, 1);
    }
    subtract(value, name) {
      return this.#more(value, name, -1);
    }
    #more(value, name, sign) {
      if (name !== undefined && name !== null && isNaN(Number(name))) {
        /* the usual order */
      } else if (typeof value === 'string' && unit(value)) [value, name] = [name, value];
      const d = new Duration(value, name);
      if (!this.isValid()) return this;
      const days = nearest(d._days),
        months = nearest(d._months),
        ms = d._milliseconds;
      if (!d.isValid()) return this;
      if (months) {
        const n = this.year() * 12 + this.month() + sign * months;
        const y = Math.floor(n / 12),
          month = n - y * 12;
        this._put('FullYear', y, month, Math.min(this.date(), daysInMonth(y, month)));
      }
      if (days) this._put('Date', this.date() + sign * days);
      if (ms) this._put('Time', this._d.getTime() + sign * ms);
      return this;
    }
    startOf(name) {
      const u = unit(name);
      if (!u || u === 'millisecond' || !this.isValid()) return this;
      const [y, month, d, h, minute, s] = this.toArray();
      switch (u) {
        case 'year':
          return this.#at(y);
        case 'quarter':
          return this.#at(y, month - (month % 3));
        case 'month':
          return this.#at(y, month);
        case 'week':
          return this.#at(y, month, d - this.weekday());
        case 'isoWeek':
          return this.#at(y, month, d - this.isoWeekday() + 1);
        case 'day':
        case 'date':
          return this.#at(y, month, d);
      }
      const wide = {hour: 36e5, minute: 6e4, second: 1e3}[u];
      if (!wide) return this._put('Time', NaN);
      if (this._isUTC) return this.#at(y, month, d, h, u === 'hour' ? 0 : minute, u === 'second' ? s : 0);
      const shift = zoneOf(this._d) * 6e4,
        ms = this._d.getTime() + shift;
      return this._put('Time', Math.floor(ms / wide) * wide - shift);
    }
    #at(...fields) {
      this._d = this._isUTC ? new Date(utc(...fields)) : local(...fields);
      return this;
    }
    endOf(name) {
      const u = unit(name);
      if (!u || u === 'millisecond' || !this.isValid()) return this;
      const next = this.startOf(u)
        .clone()
        .add(1, u === 'date' ? 'day' : u === 'isoWeek' ? 'week' : u);
      return next.valueOf() === this.valueOf() ? this : this._put('Time', next._d.getTime() - 1);
    }
    diff(input, name, exact) {
      const that = making.alike(input, this);
      if (!this.isValid() || !that.isValid()) return NaN;
      const ms = this - that,
        zones = (this.utcOffset() - that.utcOffset()) * 6e4;
      let n;
      switch (unit(name)) {
        case 'year':
          n = monthsBetween(this, that) / 12;
          break;
        case 'quarter':
          n = monthsBetween(this, that) / 3;
          break;
        case 'month':
          n = monthsBetween(this, that);
          break;
        case 'week':
          n = (ms + zones) / 6048e5;
          break;
        case 'day':
          n = (ms + zones) / 864e5;
          break;
        case 'hour':
          n = ms / 36e5;
          break;
        case 'minute':
          n = ms / 6e4;
          break;
        case 'second':
          n = ms / 1e3;
          break;
        default:
          n = ms;
      }
      return exact ? n : trunc(n);
    }

    // Comparisons.
    isBefore(input, name) {
      return this.#compare(input, name, (u, that) => (u ? this.clone().endOf(u).valueOf() < that : this.valueOf() < that));
    }
    isAfter(input, name) {
      return this.#compare(input, name, (u, that) => (u ? that < this.clone().startOf(u).valueOf() : this.valueOf() > that));
    }
    isSame(input, name) {
      return this.#compare(input, name, (u, that) =>
        u ? this.clone().startOf(u).valueOf() <= that && that <= this.clone().endOf(u).valueOf() : this.valueOf() === that,
      );
    }
    #compare(input, name, check) {
      const that = making.made(input),
        u = unit(name) || 'millisecond';
      return this.isValid() && that.isValid() && check(u === 'millisecond' ? '' : u, that.valueOf());
    }
    isSameOrAfter(input, name) {
      return this.isSame(input, name) || this.isAfter(input, name);
    }
    isSameOrBefore(input, name) {
      return this.isSame(input, name) || this.isBefore(input, name);
    }
    isBetween(from, to, name, bounds = '()') {
      const a = making.made(from),
        b = making.made(to);
      if (!this.isValid() || !a.isValid() || !b.isValid()) return false;
      bounds = bounds || '()';
      return (
        (bounds[0] === '(' ? this.isAfter(a, name) : !this.isBefore(a, name)) && (bounds[1] === ')' ? this.isBefore(b, name) : !this.isAfter(b, name))
      );
    }
  }

  return {Sums, between};
});
