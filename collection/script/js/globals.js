// What a script finds beside pm: console, timers, text and binary helpers.
(function (host, lib) {
  'use strict';

  const {inspect} = lib;
  const print = level => (...args) => host.console(level, args.map(arg => typeof arg === 'string' ? arg : inspect(arg)));
  globalThis.console = {log: print('log'), info: print('info'), warn: print('warn'), error: print('error'), debug: print('debug'), clear() {}};

  const timer = repeat => (fn, delay, ...args) => {
    if (typeof fn !== 'function') throw new TypeError('a timer needs a function');
    return host.timer(() => fn(...args), Math.max(0, Number(delay) || 0), repeat);
  };
  globalThis.setTimeout = timer(false);
  globalThis.setInterval = timer(true);
  globalThis.setImmediate = (fn, ...args) => globalThis.setTimeout(fn, 0, ...args);
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.clearImmediate = id => { if (id !== undefined && id !== null) host.clearTimer(Number(id)); };
  globalThis.queueMicrotask = fn => { Promise.resolve().then(fn); };

  globalThis.atob = text => host.atob(String(text));
  globalThis.btoa = text => host.btoa(String(text));

  globalThis.TextEncoder = class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return new Uint8Array(host.encode(String(text))); }
  };
  globalThis.TextDecoder = class TextDecoder {
    #label;
    constructor(label = 'utf-8') { this.#label = String(label).toLowerCase(); }
    get encoding() { return this.#label; }
    decode(bytes) {
      if (bytes === undefined) return '';
      const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
      return host.decode(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength), this.#label);
    }
  };

  globalThis.structuredClone = value => {
    const seen = new Map();
    const copy = v => {
      if (typeof v === 'function' || typeof v === 'symbol') throw new TypeError('a function cannot be cloned');
      if (v === null || typeof v !== 'object') return v;
      if (seen.has(v)) return seen.get(v);
      if (v instanceof Date) return new Date(v.getTime());
      if (v instanceof RegExp) return new RegExp(v.source, v.flags);
      if (v instanceof ArrayBuffer) return v.slice(0);
      if (ArrayBuffer.isView(v)) return new v.constructor(v);
      const out = Array.isArray(v) ? [] : v instanceof Map ? new Map() : v instanceof Set ? new Set() : v instanceof Error ? Object.assign(new v.constructor(v.message), {stack: v.stack}) : {};
      seen.set(v, out);
      if (v instanceof Map) v.forEach((value, key) => out.set(copy(key), copy(value)));
      else if (v instanceof Set) v.forEach(value => out.add(copy(value)));
      else for (const key of Object.keys(v)) out[key] = copy(v[key]);
      return out;
    };
    return copy(value);
  };

  globalThis.crypto = {
    getRandomValues(view) {
      const random = new Uint8Array(host.random(view.byteLength));
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random);
      return view;
    },
    randomUUID: () => host.uuid(),
    subtle: {
      digest(algorithm, data) {
        const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
        const view = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        try {
          return Promise.resolve(host.digest(String(name), view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)));
        } catch (err) { return Promise.reject(err); }
      },
    },
  };

  globalThis.require = name => host.require(String(name));
})
