// Responses: pm.response, and what pm.sendRequest gives.
(function (host, lib) {
  'use strict';

  const {HeaderList, PropertyList} = lib;

  class JSONError extends SyntaxError {
    constructor(message) { super(message); this.name = 'JSONError'; }
  }

  // parseJSON says where a text is no JSON. A byte order mark is no part of it. Scripts
  // have it as JSON.parse, as in Postman.
  const parse = JSON.parse;
  function parseJSON(text, reviver) {
    text = String(text);
    if (text.charCodeAt(0) === 0xFEFF) text = text.slice(1);
    try {
      return parse(text, reviver);
    } catch (err) {
      const shown = text.length > 60 ? text.slice(0, 60) + '...' : text;
      throw new JSONError(text === '' ? 'Unexpected end of input: the text is empty, and no JSON' : `${err.message}: the text is no JSON: ${shown}`);
    }
  }

  // received gives the larger parts of an answer that the host holds.
  const received = {
    headers: data => host.responseHeaders(data.of), text: data => host.responseText(data.of),
    bytes: data => host.responseBytes(data.of), cookies: data => host.responseCookies(data.of),
  };

  // Response is an answer. Its parts are made when they are asked for.
  class Response {
    #data; #parts; #headers; #text; #cookies;

    // data: {code, status, time, bodySize, headerSize, of: the host's own}
    constructor(data, parts = received) { this.#data = data; this.#parts = parts; }

    get code() { return this.#data.code; }
    get status() { return this.#data.status; }
    get headers() { return this.#headers || (this.#headers = new HeaderList(this.#parts.headers(this.#data))); }
    get responseTime() { return this.#data.time; }
    get responseSize() { return this.#data.bodySize; }
    get stream() { const bytes = this.#parts.bytes(this.#data); return typeof Buffer === 'undefined' ? bytes : Buffer.from(bytes); }
    get cookies() { return this.#cookies || (this.#cookies = new lib.CookieList(this.#parts.cookies(this.#data))); }
    reason() { return this.#data.status; }
    text() { return this.#data.code === undefined ? undefined : this.#text === undefined ? (this.#text = this.#parts.text(this.#data)) : this.#text; }
    json(reviver) { return parseJSON(this.text(), typeof reviver === 'function' ? reviver : undefined); }
    jsonp(reviver) {
      const match = /^\s*[\w$.[\]]+\s*\(([\s\S]*)\)\s*;?\s*$/.exec(this.text());
      return parseJSON(match ? match[1] : this.text(), reviver);
    }
    size() { const {bodySize: body, headerSize: header} = this.#data; return {body, header, total: body + header}; }
    details() { return {name: this.status, detail: this.status, code: this.code, standardName: this.status}; }
    encoding() { return {format: this.contentInfo().charset || 'utf8', source: 'HEADER'}; }
    dataURI() { const info = this.contentInfo(); return `data:${info.contentType};base64,${host.base64(this.#parts.bytes(this.#data))}`; }
    contentInfo() {
      const type = this.headers.get('Content-Type') || 'text/plain';
      const [mime] = type.split(';');
      const charset = /charset=["']?([^;"'\s]+)/i.exec(type);
      const disposition = this.headers.get('Content-Disposition') || '';
      const name = /filename\*?=(?:UTF-8'')?["']?([^;"']+)/i.exec(disposition);
      const [mimeType, format] = mime.trim().split('/');
      const fileName = name ? name[1].trim() : 'response';
      const dot = fileName.lastIndexOf('.');
      return {
        contentType: mime.trim(), mimeType, mimeFormat: format, charset: charset ? charset[1].toLowerCase().replace(/^utf-8$/, 'utf8') : 'utf8',
        fileName: dot >= 0 || !format ? fileName : `${fileName}.${format}`, fileExtension: dot >= 0 ? fileName.slice(dot + 1) : format,
      };
    }
    toJSON() {
      return {code: this.code, status: this.status, header: this.headers.toJSON(), body: this.text(), responseTime: this.responseTime, responseSize: this.responseSize};
    }
    get to() { return lib.expect(this).to; }
  }

  // CookieList is a list of cookies.
  class CookieList extends PropertyList {
    constructor(items) {
      super(items);
      Object.defineProperty(this, 'jar', {value: () => lib.jar, enumerable: false});
    }
    has(name) { return this.one(name) !== undefined; }
  }

  // The jar of the run, for URLs.
  lib.jar = {
    get(url, name, done) { answer(done, () => { const found = host.cookies(String(url)).filter(c => c.name === name); return found.length ? found[found.length - 1].value : null; }); },
    getAll(url, options, done) { answer(typeof options === 'function' ? options : done, () => new CookieList(host.cookies(String(url)))); },
    set(url, name, value, done) {
      if (typeof value === 'function') { done = value; value = undefined; }
      answer(done, () => {
        const cookie = typeof name === 'object' && name !== null ? Object.assign({}, name, {name: name.name || name.key}) : value === undefined && String(name).includes('=') ? String(name) : {name: String(name), value: String(value)};
        host.setCookie(String(url), cookie);
        return typeof cookie === 'string' ? cookie : Object.assign({key: cookie.name}, cookie);
      });
    },
    unset(url, name, done) { answer(done, () => { host.removeCookie(String(url), String(name)); return null; }); },
    clear(url, done) { answer(done, () => { host.clearCookies(String(url)); return null; }); },
  };

  // answer hands a result to a callback, as soon as the script has come to its end.
  function answer(done, make) {
    let err = null, value;
    try { value = make(); } catch (e) { err = e; }
    if (typeof done === 'function') host.soon(() => err ? done(err) : done(null, value));
    else if (err) throw err;
  }

  JSON.parse = parseJSON;
  lib.parseJSON = parseJSON;
  lib.Response = Response;
  lib.CookieList = CookieList;
})
