// The small parts of postman-collection: headers, parameters, cookies, variables, scripts.
(function (lib, host, load) {
  'use strict';

  const {PropertyBase, Property} = load('postman_base');
  const lists = load('postman_lists');
  const cutAt = (text, mark) => {
    const at = text.indexOf(mark);
    return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + mark.length)];
  };

  class Header extends Property {
    constructor(source, name) {
      const given = typeof source === 'string' ? (name === undefined ? Header.parseSingle(source) : {key: name, value: source}) : source;
      super(given);
      this.update(given);
      if (given && given.system) this.system = true;
    }
    update(source) {
      const {key, value} = source || {};
      Object.assign(this, {key: key === undefined || key === null ? '' : key, value: value === undefined || value === null ? '' : value});
    }
    valueOf() {
      return this.value;
    }
    toString() {
      return Header.unparseSingle(this);
    }
    static create(value, name) {
      return new Header(value, name);
    }
    static isHeader(value) {
      return value instanceof Header || value instanceof lib.Header;
    }
    static parse(text) {
      return String(text)
        .split(/\r?\n/)
        .filter(line => line.trim())
        .map(Header.parseSingle);
    }
    static parseSingle(line) {
      const [key, value] = cutAt(String(line), ':');
      return {key: key.trim(), value: value === null ? '' : value.trim()};
    }
    static unparse(list, separator = '\r\n') {
      return (Array.isArray(list) ? list : list.all()).map(Header.unparseSingle).join(separator) + (list.length || list.all ? separator : '');
    }
    static unparseSingle(header) {
      return header ? `${header.key}: ${header.value}` : '';
    }
  }
  Object.assign(Header, {index: 'key', noCase: true});

  class QueryParam extends Property {
    constructor(source) {
      const given = typeof source === 'string' ? QueryParam.parseSingle(source) : source;
      super(given);
      this.update(given);
    }
    update(source) {
      const {key, value} = typeof source === 'string' ? QueryParam.parseSingle(source) : source || {};
      Object.assign(this, {key: key === undefined ? null : key, value: value === undefined ? null : value});
    }
    valueOf() {
      return typeof this.value === 'string' ? this.value : '';
    }
    toString() {
      return QueryParam.unparseSingle(this);
    }
    static parse(text) {
      if (typeof text !== 'string') return [];
      return text.split('&').map((part, i, all) => (part === '' && all.length > 1 ? {key: null, value: null} : QueryParam.parseSingle(part)));
    }
    static parseSingle(text) {
      const [key, value] = cutAt(String(text), '=');
      return {key, value};
    }
    static unparse(list) {
      return (Array.isArray(list) ? list : list.all())
        .filter(p => !p.disabled)
        .map(QueryParam.unparseSingle)
        .join('&');
    }
    static unparseSingle(param) {
      if (!param) return '';
      const key = param.key === null || param.key === undefined ? '' : param.key;
      return param.value === null || param.value === undefined ? String(key) : `${key}=${param.value}`;
    }
  }
  QueryParam.index = 'key';

  class FormParam extends Property {
    constructor(source) {
      super(source);
      for (const name of ['key', 'value', 'type', 'src', 'contentType', 'fileName'])
        if (source && source[name] !== undefined) this[name] = source[name];
    }
    valueOf() {
      return this.value;
    }
    toString() {
      return `${this.key}=${this.value}`;
    }
    static parse(text) {
      return QueryParam.parse(text);
    }
  }
  FormParam.index = 'key';

  class Cookie extends PropertyBase {
    constructor(source) {
      super();
      this.update(typeof source === 'string' ? Cookie.parse(source) : source);
    }
    update(source) {
      Object.assign(this, source);
    }
    valueOf() {
      return this.value;
    }
    toString() {
      return Cookie.stringify(this);
    }
    static isCookie(value) {
      return value instanceof Cookie;
    }
    static parse(text) {
      const [first, ...rest] = String(text).split(';');
      const [key, value] = cutAt(first.trim(), '=');
      const out = {key, value: value === null ? '' : value.replace(/^"(.*)"$/, '$1')};
      const names = {
        path: 'path',
        domain: 'domain',
        expires: 'expires',
        'max-age': 'maxAge',
        httponly: 'httpOnly',
        secure: 'secure',
        hostonly: 'hostOnly',
        session: 'session',
      };
      for (const part of rest) {
        const [name, own] = cutAt(part.trim(), '=');
        const known = names[name.toLowerCase()];
        if (!known) {
          if (name) (out.extensions = out.extensions || []).push({key: name, value: own === null ? true : own});
        } else if (/^(httpOnly|secure|hostOnly|session)$/.test(known)) out[known] = true;
        else out[known] = known === 'expires' && !isNaN(new Date(own)) ? new Date(own) : own;
      }
      return out;
    }
    static splitParam(text) {
      const [key, value] = cutAt(text, '=');
      return value === null ? {value: key.trim()} : {key: key.trim(), value: value.trim()};
    }
    static stringify(cookie) {
      const name = cookie.key === undefined ? cookie.name : cookie.key;
      const text = [`${name}=${cookie.value === undefined ? '' : cookie.value}`];
      if (cookie.expires !== undefined) text.push('Expires=' + (cookie.expires instanceof Date ? cookie.expires.toUTCString() : cookie.expires));
      if (cookie.maxAge !== undefined) text.push('Max-Age=' + cookie.maxAge);
      if (cookie.domain) text.push('Domain=' + cookie.domain);
      if (cookie.path) text.push('Path=' + cookie.path);
      if (cookie.secure) text.push('Secure');
      if (cookie.httpOnly) text.push('HttpOnly');
      for (const e of cookie.extensions || []) text.push(e.value === true ? e.key : `${e.key}=${e.value}`);
      return text.join('; ');
    }
    static unparse(list) {
      return (Array.isArray(list) ? list : list.all()).map(Cookie.unparseSingle).join('; ');
    }
    static unparseSingle(cookie) {
      return `${cookie.key === undefined ? cookie.name : cookie.key}=${cookie.value}`;
    }
  }
  Object.assign(Cookie, {index: 'name', noCase: true});

  const casts = {
    string: {in: String, out: String},
    number: {in: Number, out: Number},
    boolean: {in: Boolean, out: Boolean},
    array: {in: v => (typeof v === 'string' ? v : JSON.stringify(v)), out: parsed},
    object: {in: v => (typeof v === 'string' ? v : JSON.stringify(v)), out: parsed},
    any: {in: v => v, out: v => v},
  };
  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  class Variable extends Property {
    #value;
    constructor(source) {
      const given = typeof source === 'string' ? {key: source} : source;
      super(given);
      this.type = 'any';
      Object.defineProperty(this, 'value', {
        get: () => this.#value,
        set: value => {
          this.#value = value;
        },
        enumerable: true,
        configurable: true,
      });
      this.update(given);
    }
    update(source) {
      const given = source || {};
      const type = typeof given.type === 'string' ? given.type.toLowerCase() : undefined;
      if (given.key !== undefined) this.key = given.key;
      if (given.value !== undefined || type) this.set(given.value, type || this.type);
      if (given.system) this.system = true;
    }
    get() {
      return this.#value === undefined || this.#value === null ? this.#value : casts[this.type].out(this.#value);
    }
    set(value, type) {
      if (type !== undefined) this.valueType(type);
      this.#value = value === undefined || value === null ? value : casts[this.type].in(value);
    }
    cast(value) {
      return arguments.length ? this.set(value) : this.get();
    }
    valueType(type) {
      if (type !== undefined && type !== this.type) {
        const before = this.get();
        this.type = Object.prototype.hasOwnProperty.call(casts, type) ? type : 'any';
        if (before !== undefined && before !== null) this.#value = casts[this.type].in(before);
      }
      return this.type;
    }
    valueOf() {
      return this.get();
    }
    toString() {
      const value = this.get();
      return value === undefined || value === null
        ? value === null
          ? 'null'
          : ''
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
    }
    static isVariable(value) {
      return value instanceof Variable;
    }
  }
  Object.assign(Variable, {index: 'key', types: Object.fromEntries(Object.keys(casts).map(name => [name, name]))});

  class VariableScope extends Property {
    #layers = [];
    constructor(source, layers) {
      super(Array.isArray(source) ? {} : source, true);
      this.values = new lists.VariableList(
        this,
        Array.isArray(source) ? source : (source && source.values && (source.values.all ? source.values.all() : source.values)) || [],
      );
      for (const layer of [].concat(layers || [])) this.addLayer(layer);
    }
    addLayer(list) {
      if (list) this.#layers.push(list instanceof VariableScope ? list.values : list);
    }
    #find(key) {
      for (const list of [this.values, ...this.#layers]) {
        const found = list.filter(own => own.key === key && !own.disabled);
        if (found.length) return found[found.length - 1];
      }
      return undefined;
    }
    has(key) {
      return this.#find(key) !== undefined;
    }
    get(key) {
      const own = this.#find(key);
      return own === undefined ? undefined : own.get();
    }
    set(key, value, type) {
      const own = this.values.filter(one => one.key === key && !one.disabled).pop();
      if (own) own.set(value, type);
      else this.values.add(type === undefined ? {key, value} : {key, value, type});
    }
    unset(key) {
      this.values.remove(own => own.key === key && !own.disabled);
    }
    clear() {
      this.values.clear();
    }
    toObject(excludeDisabled) {
      const out = {};
      for (const list of this.#layers.slice().reverse().concat(this.values))
        list.each(own => {
          if (!own.disabled || excludeDisabled === false) out[own.key] = own.get();
        });
      return out;
    }
    variables() {
      return this.toObject();
    }
    replaceIn(template) {
      return lib.replaceIn(template, key => [this.has(key), this.get(key)]);
    }
    syncVariablesFrom(values, track, prune) {
      return this.values.syncFromObject(values, track, prune === undefined ? true : prune);
    }
    syncVariablesTo(target) {
      return this.values.syncToObject(target || {});
    }
    toJSON() {
      const out = super.toJSON();
      out.values = this.values.toJSON();
      return out;
    }
    static isVariableScope(value) {
      return value instanceof VariableScope || value instanceof lib.VariableScope || value instanceof lib.Variables;
    }
  }

  class Script extends Property {
    constructor(source) {
      super(source, true);
      this.type = (source && source.type) || 'text/javascript';
      this.update(source);
    }
    update(source) {
      const exec = typeof source === 'string' || Array.isArray(source) ? source : source && source.exec;
      if (exec !== undefined) this.exec = Array.isArray(exec) ? exec : String(exec).split(/\r?\n/g);
      if (source && source.src) this.src = source.src;
    }
    toSource() {
      return this.exec ? this.exec.join('\n') : undefined;
    }
    static isScript(value) {
      return value instanceof Script;
    }
  }

  class Event extends Property {
    constructor(source) {
      super(source);
      this.update(source);
    }
    update(source) {
      if (!source) return;
      if (source.listen) this.listen = source.listen;
      if (source.script !== undefined) this.script = source.script instanceof Script ? source.script : new Script(source.script);
    }
  }
  Event.index = 'id';

  return {Header, QueryParam, FormParam, Cookie, Variable, VariableScope, Script, Event};
});
