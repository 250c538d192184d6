// inspect writes values for people, as messages of tests and consoles show them.
(function (host, lib) {
  'use strict';

  const plain = /^[A-Za-z_$][\w$]*$/;
  const quote = text => "'" + text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t') + "'";

  // inspect: room is how many characters there are, depth how deep objects are shown.
  // In messages of tests zero has its sign, and errors stand as they are.
  function inspect(value, room = Infinity, depth = 4, seen = [], message = false) {
    switch (typeof value) {
      case 'string': {
        const text = quote(value);
        return text.length > room ? text.slice(0, Math.max(room - 2, 1)) + "…'" : text;
      }
      case 'number': return Object.is(value, -0) ? '-0' : message && value === 0 ? '+0' : String(value);
      case 'bigint': return `${value}n`;
      case 'function': return value.name ? `[Function ${value.name}]` : '[Function]';
      case 'undefined': case 'boolean': return String(value);
      case 'symbol': return value.toString();
    }
    if (value === null) return 'null';
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Date) return isNaN(value) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Error && message) return String(value);
    if (value instanceof Error) return value.name && value.message ? `[${value.name}: ${value.message}]` : `[${value.name || 'Error'}]`;
    if (value instanceof Promise) return 'Promise{…}';
    const within = seen.concat([value]);
    const inner = (v, left) => inspect(v, left, depth - 1, within, message);
    if (Array.isArray(value) || ArrayBuffer.isView(value) && value.length !== undefined) {
      const name = Array.isArray(value) ? '' : value.constructor.name;
      if (value.length === 0) return `${name}[]`;
      if (depth < 0) return '[Array]';
      return `${name}[ ${list(Array.from(value), room - 4 - name.length, inner)} ]`;
    }
    if (value instanceof Map) return `Map{ ${list(Array.from(value), room - 7, ([k, v], left) => `${inner(k, left)} => ${inner(v, left)}`)} }`;
    if (value instanceof Set) return `Set{ ${list(Array.from(value), room - 7, inner)} }`;
    if (value instanceof String || value instanceof Number || value instanceof Boolean) return `${value.constructor.name}(${inspect(value.valueOf())})`;
    const proto = Object.getPrototypeOf(value);
    const name = proto && proto !== Object.prototype && proto.constructor && proto.constructor.name ? proto.constructor.name : '';
    const keys = Object.keys(value);
    if (keys.length === 0) return name ? `${name}{}` : '{}';
    if (depth < 0) return '[Object]';
    return `${name}{ ${list(keys, room - 4 - name.length, (key, left) => {
      const shown = plain.test(key) ? key : quote(key);
      return `${shown}: ${inner(value[key], left - shown.length - 2)}`;
    })} }`;
  }

  // list shows as many items as there is room for, and how many more there are.
  function list(items, room, show) {
    let out = '';
    for (let i = 0; i < items.length; i++) {
      const rest = `…(${items.length - i})`;
      const last = i === items.length - 1;
      const item = (i ? ', ' : '') + show(items[i], room - out.length - (last ? 0 : 2));
      const full = last ? out.length + item.length > room && out.length + rest.length <= room : out.length + item.length + rest.length + 2 > room;
      if (full) return `${out}${i ? ', ' : ''}${rest}`;
      out += item;
    }
    return out;
  }

  lib.inspect = inspect;
})
