// Bounds on what a script can make at once: the machine cannot be stopped within one
// of its own functions.
(function (host, lib) {
  'use strict';

  const mostBytes = 64 << 20, mostElements = 5e6;
  const refuse = what => { throw new RangeError(`${what} is too long for a script`); };

  const wrap = (target, name, check) => {
    const own = target[name];
    Object.defineProperty(target, name, {
      value: {[name](...args) { check(this, args); return own.apply(this, args); }}[name], writable: true, configurable: true,
    });
  };
  wrap(String.prototype, 'repeat', (text, [n]) => { if (String(text).length * Number(n) > mostBytes) refuse('the text'); });
  wrap(String.prototype, 'padStart', (text, [n]) => { if (Number(n) > mostBytes) refuse('the text'); });
  wrap(String.prototype, 'padEnd', (text, [n]) => { if (Number(n) > mostBytes) refuse('the text'); });
  for (const name of ['join', 'fill', 'concat', 'toString', 'toLocaleString', 'reverse', 'sort', 'indexOf', 'lastIndexOf', 'includes', 'slice', 'splice',
    'map', 'filter', 'forEach', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex', 'flat', 'flatMap', 'copyWithin', 'shift', 'unshift']) {
    wrap(Array.prototype, name, list => { if (list !== null && list !== undefined && list.length > mostElements) refuse('the array'); });
  }
  wrap(Array, 'from', (_, [source]) => { if (source && source.length > mostElements) refuse('the array'); });

  for (const name of ['ArrayBuffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
    const own = globalThis[name];
    if (own === undefined) continue;
    const guarded = {[name]: function (...args) {
      if (new.target === undefined) throw new TypeError(`${name} needs new`);
      const size = typeof args[0] === 'number' ? args[0] : args[0] && typeof args[0] === 'object' && args[0].byteLength === undefined ? Number(args[0].length) || 0 : 0;
      if (size * (own.BYTES_PER_ELEMENT || 1) > mostBytes) refuse('the buffer');
      return Reflect.construct(own, args, new.target === guarded ? own : new.target);
    }}[name];
    Object.setPrototypeOf(guarded, own);
    guarded.prototype = own.prototype;
    Object.defineProperty(own.prototype, 'constructor', {value: guarded, writable: true, configurable: true});
    globalThis[name] = guarded;
  }
  for (const name of ['alloc', 'allocUnsafe']) {
    if (typeof Buffer[name] === 'function') wrap(Buffer, name, (_, [n]) => { if (Number(n) > mostBytes) refuse('the buffer'); });
  }
})
