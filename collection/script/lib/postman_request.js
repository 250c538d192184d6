// Requests and responses of postman-collection.
(function (lib, host, load) {
  'use strict';

  const {PropertyBase, Property, jsonOf, bytes} = load('postman_base');
  const {PropertyList, HeaderList, VariableList} = load('postman_lists');
  const {QueryParam, FormParam} = load('postman_values');

  // Url has what pm.request.url has.
  class Url extends lib.Url {
    constructor(source) {
      super(source instanceof lib.Url ? source.toJSON() : source);
      this.#dress();
    }
    #dress() {
      const empty = {key: null, value: null};
      this.query = new PropertyList(
        QueryParam,
        this,
        this.query.all().map(p => (p.key === '' && p.value === null ? empty : p)),
      );
      const given = this.variables.all(),
        names = Url.#names(this.path);
      this.variables = new VariableList(this, given.concat(names.filter(key => !given.some(own => (own.key || own.id) === key)).map(key => ({key}))));
    }
    getQueryString() {
      return QueryParam.unparse(this.query.all());
    }
    static #names(path) {
      return Array.from(
        new Set(
          []
            .concat(path || [])
            .filter(part => /^:[^:]/.test(part))
            .map(part => part.slice(1).split('.')[0]),
        ),
      );
    }
    update(source) {
      super.update(source);
      this.#dress();
    }
    toJSON() {
      const out = {};
      for (const key of ['auth', 'protocol', 'port', 'path', 'hash', 'host']) if (this[key] !== undefined) out[key] = jsonOf(this[key]);
      return Object.assign(out, {query: this.query.toJSON(), variable: this.variables.toJSON()});
    }
    static parse(text) {
      const out = lib.Url.parse(text),
        names = Url.#names(out.path);
      if (names.length) out.variable = names.map(key => ({key}));
      return out;
    }
    static isUrl(value) {
      return value instanceof lib.Url;
    }
  }

  class RequestBody extends PropertyBase {
    constructor(source) {
      super();
      this.update(source);
    }
    update(source) {
      const body = typeof source === 'string' ? {mode: 'raw', raw: source} : source || {};
      for (const key of ['mode', 'raw', 'file', 'graphql', 'options', 'disabled']) if (body[key] !== undefined) this[key] = body[key];
      if (body.urlencoded) this.urlencoded = new PropertyList(QueryParam, this, body.urlencoded.all ? body.urlencoded.all() : body.urlencoded);
      if (body.formdata) this.formdata = new PropertyList(FormParam, this, body.formdata.all ? body.formdata.all() : body.formdata);
      if (typeof this.file === 'string') this.file = {src: this.file};
    }
    toString() {
      const value = this[this.mode];
      if (value === undefined || value === null || this.mode === 'formdata' || this.mode === 'file') return '';
      return this.mode === 'urlencoded' ? QueryParam.unparse(value.all()) : typeof value === 'string' ? value : JSON.stringify(value);
    }
    isEmpty() {
      const value = this[this.mode];
      if (!this.mode || value === undefined || value === null) return true;
      if (value instanceof PropertyList) return value.count() === 0;
      return this.mode === 'file' ? !(value.src || value.content) : typeof value === 'string' ? value.length === 0 : Object.keys(value).length === 0;
    }
  }
  RequestBody.MODES = Object.fromEntries(['file', 'formdata', 'graphql', 'raw', 'urlencoded'].map(mode => [mode, mode]));

  class RequestAuth extends Property {
    constructor(source) {
      super(source);
      this.update(source);
    }
    update(source) {
      for (const type of Object.keys(source || {})) {
        const given = source[type];
        if (type === 'type' || !given || typeof given !== 'object') continue;
        const list = Array.isArray(given)
          ? given
          : typeof given.all === 'function'
            ? given.all()
            : Object.keys(given).map(key => ({key, value: given[key]}));
        this[type] = new VariableList(this, list);
      }
      if (source && source.type) this.type = source.type;
    }
    use(type, parameters) {
      if (parameters) {
        delete this[type];
        this.update({[type]: parameters});
      } else if (!this[type]) this.update({[type]: []});
      this.type = type;
    }
    parameters() {
      return this[this.type];
    }
    clear(type) {
      if (this[type] && this[type].clear) this[type].clear();
    }
    static isValidType(type) {
      return typeof type === 'string' && !/^(|type|parent|id|name)$/.test(type);
    }
  }

  class Request extends Property {
    constructor(source) {
      const given = typeof source === 'string' || source instanceof lib.Url ? {url: source} : source || {};
      super(given);
      this.url = undefined;
      this.headers = undefined;
      this.method = 'GET';
      this.update(given);
    }
    update(source) {
      const given = typeof source === 'string' || source instanceof lib.Url ? {url: source} : source || {};
      if (given.url !== undefined || !this.url) this.url = given.url instanceof Url ? given.url : new Url(given.url || '');
      const headers = given.header === undefined ? given.headers : given.header;
      if (headers !== undefined || !this.headers)
        this.headers = new HeaderList(this, headers && headers.all ? headers.all().map(jsonOf) : headers || []);
      if (given.method !== undefined && given.method !== null) this.method = String(given.method).toUpperCase();
      if (given.body !== undefined && given.body !== null)
        this.body = given.body instanceof RequestBody ? given.body : new RequestBody(jsonOf(given.body));
      if (given.auth !== undefined && given.auth !== null)
        this.auth = given.auth instanceof RequestAuth ? given.auth : new RequestAuth(jsonOf(given.auth));
    }
    authorizeUsing(type, parameters) {
      if (type && typeof type === 'object') {
        const {type: name, ...rest} = type;
        [type, parameters] = [name, parameters || rest];
      }
      if (type === null || type === undefined) {
        delete this.auth;
        return;
      }
      if (!this.auth) this.auth = new RequestAuth({type});
      this.auth.use(type, parameters);
    }
    addHeader(header) {
      this.headers.add(header);
    }
    upsertHeader(header) {
      this.headers.upsert(header);
    }
    removeHeader(which, options) {
      const name = typeof which === 'object' && which ? which.key : which;
      const same = options && options.ignoreCase ? (a, b) => String(a).toLowerCase() === String(b).toLowerCase() : (a, b) => a === b;
      this.headers.remove(header => same(header.key, name));
    }
    getHeaders(options = {}) {
      const out = {};
      for (const header of this.headers.all()) {
        if ((options.enabled && header.disabled) || (options.sanitizeKeys && !header.key)) continue;
        const key = options.ignoreCase ? String(header.key).toLowerCase() : header.key;
        out[key] = options.multiValue && key in out ? [].concat(out[key], header.value) : header.value;
      }
      return out;
    }
    forEachHeader(fn) {
      this.headers.each(header => fn(header, this));
    }
    addQueryParams(params) {
      this.url.addQueryParams(params);
    }
    removeQueryParams(params) {
      this.url.removeQueryParams(params);
    }
    size() {
      const body = bytes(this.body ? this.body : ''),
        header = bytes(`${this.method} ${this.url.getPathWithQuery()} HTTP/1.1\r\n\r\n`) + this.headers.contentSize();
      return {body, header, total: body + header, source: 'COMPUTED'};
    }
    clone() {
      return new Request(this.toJSON());
    }
    toJSON() {
      const out = super.toJSON();
      delete out.headers;
      if (this.headers.count()) out.header = this.headers.toJSON();
      return out;
    }
    static isRequest(value) {
      return value instanceof Request || value instanceof lib.Request;
    }
  }

  // Response is an answer that is written down: {code, status, header, body, responseTime}.
  class Response extends lib.Response {
    #source;
    constructor(source) {
      const given = source || {},
        raw = given.header === undefined ? given.headers : given.header;
      const list = new HeaderList(undefined, raw && raw.all ? raw.all().map(jsonOf) : raw || []);
      const stream =
        given.stream === undefined ? undefined : given.stream instanceof ArrayBuffer ? given.stream : Uint8Array.from(given.stream).buffer;
      const text = () => (typeof given.body === 'string' ? given.body : stream === undefined ? '' : host.decode(stream, 'utf-8'));
      const code = Number(given.code) || 0,
        status = given.status || host.reason(code);
      super(
        {
          code,
          status,
          time: given.responseTime === undefined ? undefined : Number(given.responseTime),
          get bodySize() {
            return given.responseSize === undefined ? bytes(text()) : given.responseSize;
          },
          get headerSize() {
            return bytes(`HTTP/1.1 ${code} ${status}\r\n\r\n`) + list.contentSize();
          },
        },
        {
          text,
          headers: () => list.toJSON(),
          bytes: () => (stream === undefined ? host.encode(text()) : stream),
          cookies: () => [].concat(given.cookie || given.cookies || []).map(jsonOf),
        },
      );
      this.#source = given;
      this.id = given.id === undefined ? host.uuid() : given.id;
      if (given.name !== undefined) this.name = given.name;
      if (given.originalRequest) this.originalRequest = new Request(given.originalRequest);
      Object.defineProperty(this, 'body', {value: typeof given.body === 'string' ? given.body : undefined, enumerable: true, writable: true});
    }
    get stream() {
      return this.#source.stream;
    }
    toJSON() {
      const out = {
        id: this.id,
        name: this.name,
        status: this.status,
        code: this.code,
        header: this.headers.toJSON(),
        body: this.body,
        cookie: this.cookies.toJSON(),
        responseTime: this.responseTime,
      };
      if (this.originalRequest) out.originalRequest = this.originalRequest.toJSON();
      return jsonOf(out);
    }
    static isResponse(value) {
      return value instanceof lib.Response;
    }
  }

  return {Url, RequestBody, RequestAuth, Request, Response};
});
