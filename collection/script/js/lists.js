// Lists of named values: headers, parameters, cookies, the parts of a form.
(function (host, lib) {
  'use strict';

  // PropertyList keeps items that have a key, in order. Names of headers are compared
  // without case.
  class PropertyList {
    #items; #noCase; #make; #index;

    constructor(items, options = {}) {
      this.#noCase = !!options.noCase;
      this.#make = options.make || (item => item);
      this.#index = options.index;
      this.#items = [];
      this.#load(items);
    }

    #load(items) {
      if (typeof items === 'string') items = items.split(/\r?\n/).filter(Boolean).map(line => line);
      if (items && !Array.isArray(items) && typeof items === 'object') {
        items = Object.keys(items).map(key => ({key, value: items[key]}));
      }
      for (const item of items || []) if (item !== null && item !== undefined) this.#items.push(this.#make(item));
    }

    // #name is what an item is found by.
    #name(item) {
      if (this.#index && item[this.#index] !== undefined) return item[this.#index];
      return item.key === undefined ? item.name : item.key;
    }
    #same(item, key) {
      const own = this.#name(item);
      if (!this.#noCase) return own === key;
      return String(own).toLowerCase() === String(key).toLowerCase();
    }

    add(item) { this.#items.push(this.#make(item)); }
    append(item) { this.remove(this.#name(this.#make(item))); this.add(item); }
    prepend(item) { this.#items.unshift(this.#make(item)); }
    insert(item, before) {
      const at = this.#place(before);
      this.#items.splice(at < 0 ? this.#items.length : at, 0, this.#make(item));
    }
    insertAfter(item, after) {
      const at = this.#place(after);
      this.#items.splice(at < 0 ? this.#items.length : at + 1, 0, this.#make(item));
    }
    #place(ref) {
      return this.#items.findIndex(item => item === ref || this.#same(item, typeof ref === 'object' && ref ? this.#name(ref) : ref));
    }
    upsert(item) {
      if (item === null || item === undefined) return null;
      const made = this.#make(item);
      const at = this.#items.findIndex(own => this.#same(own, this.#name(made)));
      if (at >= 0) this.#items[at] = made; else this.#items.push(made);
      return at < 0;
    }
    remove(which) {
      const drop = typeof which === 'function' ? which
        : item => item === which || this.#same(item, typeof which === 'object' && which ? this.#name(which) : which);
      this.#items = this.#items.filter(item => !drop(item));
    }
    clear() { this.#items = []; }
    populate(items) { this.#load(items); }
    repopulate(items) { this.#items = []; this.populate(items); }
    assimilate(source, prune) {
      const list = source instanceof PropertyList ? source.all() : source || [];
      list.forEach(item => this.upsert(item));
      if (prune) this.remove(item => !list.some(other => this.#same(item, this.#name(other))));
    }

    all() { return this.#items.slice(); }
    get members() { return this.#items; }
    one(key) {
      for (let i = this.#items.length - 1; i >= 0; i--) if (this.#same(this.#items[i], key)) return this.#items[i];
      return undefined;
    }
    get(key) { const item = this.one(key); return item === undefined ? undefined : item.value; }
    has(key, value) {
      return this.#items.some(item => item === key || this.#same(item, typeof key === 'object' && key ? this.#name(key) : key) &&
        (arguments.length < 2 || value === undefined || item.value === value));
    }
    idx(i) { return this.#items[i]; }
    indexOf(item) { return this.#place(item); }
    count() { return this.#items.length; }
    each(fn, context) { this.#items.forEach(item => fn.call(context, item)); }
    map(fn, context) { return this.#items.map((item, i) => fn.call(context, item, i)); }
    filter(fn, context) { return this.#items.filter((item, i) => fn.call(context, item, i)); }
    find(fn, context) { return this.#items.find((item, i) => fn.call(context, item, i)); }
    reduce(fn, start, context) { return this.#items.reduce((sum, item, i) => fn.call(context, sum, item, i), start); }
    [Symbol.iterator]() { return this.#items[Symbol.iterator](); }

    toObject(excludeDisabled, caseSensitive, multiValue) {
      const out = {};
      for (const item of this.#items) {
        if (excludeDisabled && item.disabled) continue;
        const name = this.#name(item);
        const key = this.#noCase && !caseSensitive ? String(name).toLowerCase() : name;
        if (multiValue && Object.prototype.hasOwnProperty.call(out, key)) out[key] = [].concat(out[key], item.value);
        else out[key] = item.value;
      }
      return out;
    }
    toString() { return this.#items.map(item => `${item.key}=${item.value}`).join('&'); }
    toJSON() { return this.#items.map(item => item && typeof item.toJSON === 'function' ? item.toJSON() : item); }
  }

  // Header is one header.
  class Header {
    constructor(item, value) {
      if (typeof item === 'string') {
        const at = item.indexOf(':');
        item = value === undefined ? {key: item.slice(0, at < 0 ? item.length : at).trim(), value: at < 0 ? '' : item.slice(at + 1).trim()} : {key: item, value};
      }
      Object.assign(this, item);
      if (this.value === null || this.value === undefined) this.value = '';
    }
    valueOf() { return this.value; }
    toString() { return `${this.key}: ${this.value}`; }
    toJSON() { return Object.assign({}, this); }
  }

  class HeaderList extends PropertyList {
    constructor(items, options) { super(items, Object.assign({noCase: true, make: item => item instanceof Header ? item : new Header(item)}, options)); }
    toString() { return this.all().map(h => `${h.key}: ${h.value}\r\n`).join(''); }
  }

  lib.PropertyList = PropertyList;
  lib.Header = Header;
  lib.HeaderList = HeaderList;
})
