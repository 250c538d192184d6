// What all parts of postman-collection are: properties with an id, a name and a parent.
(function (lib, host) {
  'use strict';

  const parents = new WeakMap();
  const jsonOf = value => {
    if (value === null || typeof value !== 'object') return value;
    if (typeof value.toJSON === 'function') return value.toJSON();
    if (Array.isArray(value)) return value.map(jsonOf);
    const out = {};
    for (const key of Object.keys(value)) if (value[key] !== undefined) out[key] = jsonOf(value[key]);
    return out;
  };

  class PropertyBase {
    parent() {
      return parents.get(this);
    }
    setParent(parent) {
      if (parent && typeof parent === 'object') parents.set(this, parent);
      return this;
    }
    forEachParent(options, fn) {
      if (typeof options === 'function') [options, fn] = [{}, options];
      for (let at = this; at; at = parents.get(at)) {
        const last = !parents.get(at);
        if (at !== this && !(last && options && options.withRoot === false)) fn(at);
      }
    }
    findInParents(name, check) {
      const own = this.findParentContaining(name, check);
      return own ? own[name] : undefined;
    }
    findParentContaining(name, check) {
      for (let at = this; at; at = parents.get(at)) {
        if (check ? check(at) : at[name] !== undefined && at[name] !== null) return at;
      }
      return undefined;
    }
    meta() {
      return {};
    }
    toJSON() {
      const out = {};
      for (const key of Object.keys(this)) if (this[key] !== undefined && key !== '_') out[key] = jsonOf(this[key]);
      return out;
    }
    static toJSON(value) {
      return jsonOf(value);
    }
  }

  // lookup makes a function of the sets in which {{names}} are looked up.
  const lookup = sets => name => {
    for (const set of [].concat(sets).filter(Boolean)) {
      if (typeof set.one === 'function') {
        const entry = set.one(name);
        if (entry !== undefined) return [true, typeof entry.get === 'function' ? entry.get() : entry.value];
      } else if (typeof set.has === 'function') {
        if (set.has(name)) return [true, set.get(name)];
      } else if (Object.prototype.hasOwnProperty.call(set, name)) return [true, set[name]];
    }
    return [false];
  };
  function names(value, found = new Set()) {
    if (typeof value === 'string') for (const match of value.matchAll(/\{\{([^{}]*?)\}\}/g)) found.add(match[1]);
    else if (value && typeof value === 'object') for (const key of Object.keys(jsonOf(value))) names(jsonOf(value[key]), found);
    return Array.from(found);
  }

  // Description is a text with a type.
  class Description extends PropertyBase {
    constructor(source) {
      super();
      this.update(source);
    }
    update(source) {
      const given = typeof source === 'string' ? {content: source} : source || {};
      Object.assign(this, {content: given.content, type: given.type || 'text/plain'});
    }
    toString() {
      return this.content || '';
    }
    static isDescription(value) {
      return value instanceof Description;
    }
  }

  class Property extends PropertyBase {
    constructor(source, needsId) {
      super();
      const given = source && typeof source === 'object' ? source : {};
      const id = given.id === undefined ? (given._ && given._.postman_id) || given._postman_id : given.id;
      if (id !== undefined || needsId) this.id = id === undefined ? host.uuid() : id;
      if (given.name !== undefined) this.name = given.name;
      if (given.disabled) this.disabled = true;
      if (given.description !== undefined && given.description !== null) this.description = new Description(given.description);
    }
    describe(text, type) {
      this.description = new Description({content: text, type});
    }
    toObjectResolved(scope, overrides) {
      return Property.replaceSubstitutionsIn(this.toJSON(), [].concat(overrides || [], scope || []));
    }
    findSubstitutions() {
      return Property.findSubstitutions(this.toJSON());
    }
    static replaceSubstitutions(text, sets) {
      return lib.replaceIn(text, lookup(sets));
    }
    static replaceSubstitutionsIn(value, sets) {
      return lib.replaceIn(value, lookup(sets));
    }
    static findSubstitutions(value) {
      return names(value);
    }
  }

  // bytes is how long a text is on the wire.
  return {PropertyBase, Property, Description, jsonOf, bytes: text => host.bytes(String(text))};
});
