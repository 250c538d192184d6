// Requests: pm.request, and what pm.sendRequest is given.
(function (host, lib) {
  'use strict';

  const {PropertyList, HeaderList} = lib;

  // Url is an address in its parts.
  class Url {
    constructor(source) { this.#read(source); }

    #read(source) {
      const parts = typeof source === 'string' ? Url.parse(source) : Object.assign({}, source || {});
      if (typeof source === 'object' && source && !parts.host && parts.raw) Object.assign(parts, Url.parse(parts.raw), {variable: parts.variable});
      const list = items => new PropertyList(items, {make: item => typeof item === 'string' ? pair(item) : item});
      this.protocol = parts.protocol;
      this.auth = parts.auth;
      this.host = typeof parts.host === 'string' ? parts.host.split('.') : parts.host;
      this.port = parts.port;
      this.path = typeof parts.path === 'string' ? parts.path.replace(/^\//, '').split('/') : parts.path;
      this.hash = parts.hash;
      this.query = list(typeof parts.query === 'string' ? parts.query.split('&') : parts.query);
      this.variables = list(parts.variable);
    }

    // parse cuts a text that may have {{placeholders}} anywhere.
    static parse(text) {
      const out = {raw: text};
      let rest = text;
      const cut = (at, skip) => { const tail = rest.slice(at + skip); rest = rest.slice(0, at); return tail; };
      let at = rest.indexOf('#');
      if (at >= 0) out.hash = cut(at, 1);
      at = rest.indexOf('?');
      if (at >= 0) out.query = cut(at, 1).split('&').map(pair);
      at = rest.indexOf('://');
      if (at >= 0) { out.protocol = rest.slice(0, at); rest = rest.slice(at + 3); }
      at = rest.indexOf('/');
      if (at >= 0) out.path = cut(at, 1).split('/');
      at = rest.lastIndexOf('@');
      if (at >= 0) {
        const [user, ...password] = rest.slice(0, at).split(':');
        out.auth = {user, password: password.join(':')};
        rest = rest.slice(at + 1);
      }
      const port = /:([0-9]+|\{\{[^{}]*\}\})$/.exec(rest);
      if (port) { out.port = port[1]; rest = rest.slice(0, port.index); }
      if (rest) out.host = rest.split('.');
      return out;
    }

    update(source) { this.#read(source); }
    addQueryParams(params) { (typeof params === 'string' ? params.split('&').map(pair) : [].concat(params)).forEach(p => this.query.add(p)); }
    removeQueryParams(params) { [].concat(params).forEach(p => this.query.remove(typeof p === 'object' ? p.key : p)); }
    getHost() { return this.host ? [].concat(this.host).join('.') : ''; }
    getRemote(forcePort) {
      const port = this.port || (forcePort ? (this.protocol === 'https' ? '443' : '80') : '');
      return this.getHost() + (port ? ':' + port : '');
    }
    getPath(unresolved) {
      if (!this.path) return '/';
      const path = [].concat(this.path).map(part => {
        const name = typeof part === 'string' && part.charAt(0) === ':' && part.length > 1 ? part.slice(1) : undefined;
        const value = name && !unresolved && this.variables.one(name);
        return value && typeof value.value === 'string' && value.value ? value.value : part;
      });
      return '/' + path.join('/');
    }
    getQueryString() {
      return this.query.all().filter(p => !p.disabled).map(p => p.value === null || p.value === undefined ? p.key : `${p.key}=${p.value}`).join('&');
    }
    getPathWithQuery() { const query = this.getQueryString(); return this.getPath() + (query ? '?' + query : ''); }
    getRaw() { return this.toString(); }
    toString() {
      const user = this.auth && this.auth.user ? this.auth.user + (this.auth.password ? ':' + this.auth.password : '') + '@' : '';
      const query = this.getQueryString();
      return (this.protocol ? this.protocol + '://' : '') + user + this.getRemote() + (this.path ? '/' + [].concat(this.path).map(part => {
        const value = typeof part === 'string' && part.charAt(0) === ':' && this.variables.one(part.slice(1));
        return value && typeof value.value === 'string' && value.value ? value.value : part;
      }).join('/') : '') + (query ? '?' + query : '') + (this.hash ? '#' + this.hash : '');
    }
    toJSON() {
      return {
        raw: this.#raw(), protocol: this.protocol, auth: this.auth, host: this.host, port: this.port, path: this.path, hash: this.hash,
        query: this.query.toJSON(), variable: this.variables.toJSON(),
      };
    }
    #raw() {
      const query = this.getQueryString();
      return (this.protocol ? this.protocol + '://' : '') + this.getRemote() + (this.path ? '/' + [].concat(this.path).join('/') : '') + (query ? '?' + query : '');
    }
  }

  function pair(text) {
    const at = text.indexOf('=');
    return at < 0 ? {key: text, value: null} : {key: text.slice(0, at), value: text.slice(at + 1)};
  }

  // RequestBody is what a request sends.
  class RequestBody {
    constructor(source) { this.#read(source); }
    #read(source) {
      const body = typeof source === 'string' ? {mode: 'raw', raw: source} : source || {};
      const list = items => new PropertyList(typeof items === 'string' ? items.split('&').map(pair) : items);
      for (const key of Object.keys(this)) delete this[key];
      Object.assign(this, body);
      if (body.urlencoded) this.urlencoded = list(body.urlencoded);
      if (body.formdata) this.formdata = list(body.formdata);
    }
    update(source) { this.#read(source); }
    isEmpty() {
      const value = this[this.mode];
      if (!this.mode || value === undefined || value === null) return true;
      if (value instanceof PropertyList) return value.count() === 0;
      return value === '' || typeof value === 'object' && Object.keys(value).length === 0;
    }
    toString() {
      const value = this[this.mode];
      if (value === undefined || value === null) return '';
      if (value instanceof PropertyList) return this.mode === 'urlencoded' ? value.toString() : '';
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
    toJSON() {
      const out = Object.assign({}, this);
      for (const key of ['urlencoded', 'formdata']) if (out[key]) out[key] = out[key].toJSON();
      return out;
    }
  }

  // Request is a request.
  class Request {
    #url; #method; #body; #headers; #auth; #source;

    constructor(source) {
      this.#source = typeof source === 'string' ? {url: source, method: 'GET'} : source || {};
      const s = this.#source;
      this.#method = String(s.method || 'GET').toUpperCase();
      this.#url = new Url(s.url);
      this.#headers = new HeaderList(s.header || s.headers);
      this.#auth = s.auth;
      this.#body = s.body === null || s.body === undefined ? undefined : new RequestBody(s.body);
    }

    get url() { return this.#url; }
    set url(value) { this.#url = value instanceof Url ? value : new Url(value); }
    get method() { return this.#method; }
    set method(value) { this.#method = value; }
    get headers() { return this.#headers; }
    set headers(value) { this.#headers = value instanceof HeaderList ? value : new HeaderList(value); }
    get body() { return this.#body; }
    set body(value) { this.#body = value === undefined || value === null || value instanceof RequestBody ? value : new RequestBody(value); }
    get auth() { return this.#auth; }
    set auth(value) { this.#auth = value; }
    get name() { return this.#source.name; }
    get id() { return this.#source.id; }
    get description() { return this.#source.description; }

    addHeader(header) { this.#headers.add(header); }
    upsertHeader(header) { this.#headers.upsert(header); }
    removeHeader(name, options) {
      const exact = !(options && options.ignoreCase);
      this.#headers.remove(h => exact ? h.key === name : String(h.key).toLowerCase() === String(name).toLowerCase());
    }
    getHeaders(options) { return this.#headers.toObject(options && options.enabled, !(options && options.ignoreCase), options && options.multiValue); }
    forEachHeader(fn) { this.#headers.all().forEach(h => fn(h, this)); }
    addQueryParams(params) { this.#url.addQueryParams(params); }
    removeQueryParams(params) { this.#url.removeQueryParams(params); }
    authorizeUsing(type, params) {
      if (typeof type === 'object' && type) { params = type[type.type]; type = type.type; }
      this.auth = type === null ? null : {type, [type]: Array.isArray(params) ? params : Object.keys(params || {}).map(key => ({key, value: params[key], type: 'any'}))};
    }
    update(source) {
      const next = new Request(source);
      this.#url = next.url; this.#method = next.method; this.#headers = next.headers; this.#body = next.body; this.#auth = next.auth;
    }
    clone() { return new Request(this.toJSON()); }
    size() { const body = host.bytes(this.#body ? this.#body.toString() : ''); const header = host.bytes(this.#headers.toString()); return {body, header, total: body + header, source: 'COMPUTED'}; }
    toJSON() {
      return {url: this.#url.toJSON(), method: this.#method, header: this.#headers.toJSON(), body: this.#body ? this.#body.toJSON() : undefined, auth: this.#auth};
    }
    get to() { return lib.expect(this).to; }
  }

  lib.Url = Url;
  lib.Request = Request;
  lib.RequestBody = RequestBody;
})
