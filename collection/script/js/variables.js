// Variables: pm.environment, pm.globals, pm.collectionVariables, pm.variables,
// pm.iterationData.
(function (host, lib) {
  'use strict';

  const token = /\{\{([^{}]*?)\}\}/g;
  const maxPasses = 19;

  // text is how a value stands in a text.
  function text(value) {
    if (value === undefined) return '';
    return typeof value === 'string' ? value : String(value);
  }

  // replace puts values in the place of {{names}}, again and again as values have some.
  function replace(template, lookup) {
    if (typeof template === 'string') {
      let out = template;
      for (let pass = 0; pass < maxPasses; pass++) {
        const next = out.replace(token, (match, name) => {
          const [found, value] = lookup(name);
          if (found) return text(value);
          const dynamic = name.charAt(0) === '$' ? host.dynamic(name) : undefined;
          return dynamic === undefined ? match : dynamic;
        });
        if (next === out) break;
        out = next;
      }
      return out;
    }
    if (Array.isArray(template)) return template.map(part => replace(part, lookup));
    if (template && typeof template === 'object') {
      const out = {};
      for (const key of Object.keys(template)) out[key] = replace(template[key], lookup);
      return out;
    }
    return template;
  }

  // VariableScope is one set of variables. It is read from the host when it is first
  // used, and read back when it was changed.
  class VariableScope {
    #load; #list; #changed = false;

    constructor(source = {}) {
      const load = typeof source === 'function' ? source : () => ({
        id: source.id, name: source.name,
        values: Array.isArray(source) ? source : source.values || Object.keys(source).map(key => ({key, value: source[key]})),
      });
      this.#load = () => {
        const loaded = load();
        Object.defineProperty(this, 'id', {value: loaded.id, enumerable: false, configurable: true});
        Object.defineProperty(this, 'name', {value: loaded.name, enumerable: false, configurable: true});
        return loaded.values;
      };
      for (const key of ['id', 'name']) {
        Object.defineProperty(this, key, {get: () => { this.#values(); return this[key]; }, configurable: true});
      }
    }

    #values() { return this.#list || (this.#list = this.#load()); }
    #entry(key) {
      const list = this.#values();
      for (let i = list.length - 1; i >= 0; i--) if (list[i].key === key && !list[i].disabled) return list[i];
      return undefined;
    }

    has(key) { return this.#entry(String(key)) !== undefined; }
    get(key) { const entry = this.#entry(String(key)); return entry === undefined ? undefined : entry.value; }
    set(key, value, type) {
      key = String(key);
      const entry = this.#entry(key);
      if (entry) {
        entry.value = value;
        if (type !== undefined) entry.type = type;
      } else this.#values().push({key, value, type: type === undefined ? 'any' : type});
      this.#changed = true;
    }
    unset(key) {
      key = String(key);
      this.#list = this.#values().filter(entry => entry.key !== key || entry.disabled);
      this.#changed = true;
    }
    clear() { this.#values(); this.#list = []; this.#changed = true; }
    get values() {
      return new lib.PropertyList(this.#values().map(entry => Object.assign({}, entry)));
    }
    toObject(excludeDisabled) {
      const out = {};
      for (const entry of this.#values()) if (!entry.disabled) out[entry.key] = entry.value;
      return out;
    }
    toJSON() { return {id: this.id, name: this.name, values: this.#values().map(entry => Object.assign({}, entry))}; }
    replaceIn(template) { return replace(template, key => { const entry = this.#entry(key); return [entry !== undefined, entry && entry.value]; }); }

    // taken gives what is to be kept, undefined when nothing was changed.
    taken() { return this.#changed ? this.#list : undefined; }
  }

  // Variables looks names up by precedence; what is set in it is local.
  class Variables {
    #local; #data; #scopes;

    constructor(local, data, scopes) { this.#local = local; this.#data = data; this.#scopes = scopes; }
    #find(key) {
      key = String(key);
      for (const scope of [this.#local, this.#data, ...this.#scopes]) if (scope.has(key)) return scope;
      return undefined;
    }
    has(key) { return this.#find(key) !== undefined; }
    get(key) { const scope = this.#find(key); return scope === undefined ? undefined : scope.get(key); }
    set(key, value, type) { this.#local.set(key, value, type); }
    unset(key) { this.#local.unset(key); }
    clear() { this.#local.clear(); }
    toObject() { return Object.assign({}, ...this.#scopes.slice().reverse().map(scope => scope.toObject()), this.#data.toObject(), this.#local.toObject()); }
    toJSON() { return {values: Object.entries(this.toObject()).map(([key, value]) => ({key, value}))}; }
    get values() { return new lib.PropertyList(this.toJSON().values); }
    replaceIn(template) { return replace(template, key => { const scope = this.#find(key); return [scope !== undefined, scope && scope.get(key)]; }); }
  }

  lib.replaceIn = replace;
  lib.VariableScope = VariableScope;
  lib.Variables = Variables;
})
