// Calendar sums of moment: days, weeks of a year, lengths of months.
(function () {
  'use strict';

  const day = 864e5;
  // utc is Date.UTC with years that are taken as they stand.
  const utc = (y, month = 0, d = 1, h = 0, minute = 0, s = 0, ms = 0) => {
    if (!(y < 100 && y >= 0)) return Date.UTC(y, month, d, h, minute, s, ms);
    const date = new Date(Date.UTC(y + 400, month, d, h, minute, s, ms)); // the calendar is the same every 400 years
    return date.setUTCFullYear(date.getUTCFullYear() - 400);
  };
  const local = (...fields) => localOf(new Date(utc(...fields)));
  // localOf is when local clocks show what the UTC fields of a date are. In the hour that
  // they skip they go on as before it, so that 02:30 becomes 03:30.
  function localOf(shown) {
    const fields = ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'].map(name => shown['getUTC' + name]());
    const y = fields[0],
      early = y < 100 && y >= 0;
    const date = new Date(early ? y + 400 : y, ...fields.slice(1));
    if (early) date.setFullYear(y);
    const minutes = when => when.getTimezoneOffset() * 6e4;
    const off = date.getTime() - minutes(date) - shown.getTime();
    return Math.abs(off) < 9e5 || isNaN(off) ? date : new Date(shown.getTime() + minutes(new Date(date.getTime() - 4 * 36e5)));
  }
  const isLeapYear = y => (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const daysInYear = y => (isLeapYear(y) ? 366 : 365);
  // daysInMonth takes months beyond the year's, too.
  const daysInMonth = (y, month) => (isNaN(y) || isNaN(month) ? NaN : new Date(utc(y, month + 1, 0)).getUTCDate());

  // A way of counting weeks: the day on which one begins, and the day of January that is
  // always in the first one.
  const weeks = {plain: {begin: 0, january: 1}, iso: {begin: 1, january: 4}};
  // firstDay is when the first week of a year begins, in days since 1970.
  const firstDay = (y, {begin, january}) => {
    const sure = new Date(utc(y, 0, january));
    return sure.getTime() / day - ((7 + sure.getUTCDay() - begin) % 7);
  };
  const weeksInYear = (y, how) => (firstDay(y + 1, how) - firstDay(y, how)) / 7;
  // weekOf is the week of a date, and the year that it counts to.
  const weekOf = (y, month, d, how) => {
    const n = utc(y, month, d) / day;
    const year = [y + 1, y, y - 1].find(candidate => firstDay(candidate, how) <= n);
    return {year, week: 1 + Math.floor((n - firstDay(year, how)) / 7)};
  };

  return {day, utc, local, localOf, isLeapYear, daysInYear, daysInMonth, weeks, firstDay, weeksInYear, weekOf};
});
