// What scripts use of postman-collection: Postman's SDK.
(function (lib, host, load) {
  'use strict';

  const {guarded} = load('missing');
  const base = load('postman_base');
  const lists = load('postman_lists');
  const values = load('postman_values');
  const requests = load('postman_request');
  const {Property, PropertyBase, jsonOf} = base;
  const {PropertyList, EventList, VariableList} = lists;
  const {RequestAuth, Request, Response} = requests;

  // given gives a list or an array of what a definition has under either name.
  const given = (source, ...names) => {
    for (const name of names) {
      const list = source && source[name];
      if (list) return typeof list.all === 'function' ? list.all() : list;
    }
    return [];
  };

  // Version is a semantic version.
  class Version extends PropertyBase {
    constructor(source) {
      super();
      this.set(source);
    }
    set(source) {
      const text = source && typeof source === 'object' ? source.raw || [source.major, source.minor, source.patch].join('.') : String(source);
      const parts = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9a-z.-]+))?(?:\+([0-9a-z.-]+))?$/i.exec(text.trim());
      this.raw = text;
      if (!parts) return;
      const list = part => (part ? part.split('.').map(one => (/^\d+$/.test(one) ? Number(one) : one)) : []);
      const [major, minor, patch] = parts.slice(1, 4).map(Number);
      Object.assign(this, {major, minor, patch, prerelease: list(parts[4]), build: list(parts[5])});
      this.string = `${major}.${minor}.${patch}${parts[4] ? '-' + parts[4] : ''}`;
    }
    toString() {
      return this.string || this.raw;
    }
  }

  // Entry is what items and folders have in common.
  class Entry extends Property {
    constructor(source) {
      super(source, true);
      this.events = new EventList(this, given(source, 'event', 'events'));
      if (source && source.protocolProfileBehavior) this.protocolProfileBehavior = source.protocolProfileBehavior;
    }
    getProtocolProfileBehavior() {
      return this.protocolProfileBehavior || {};
    }
    setProtocolProfileBehavior(key, value) {
      this.protocolProfileBehavior = Object.assign({}, this.protocolProfileBehavior, {[key]: value});
      return this;
    }
    unsetProtocolProfileBehavior(key) {
      if (this.protocolProfileBehavior) delete this.protocolProfileBehavior[key];
      return this;
    }
    getProtocolProfileBehaviorResolved() {
      let out = {};
      for (let at = this; at; at = at.parent()) out = Object.assign({}, at.protocolProfileBehavior, out);
      return out;
    }
    _written() {
      const out = super.toJSON();
      delete out.events;
      out.event = this.events.toJSON();
      return out;
    }
  }

  class Item extends Entry {
    constructor(source) {
      super(source);
      const request = source && source.request;
      if (request !== undefined && request !== null) {
        this.request = request instanceof Request ? request : new Request(jsonOf(request));
        this.request.setParent(this);
      }
      this.responses = new PropertyList(Response, this, given(source, 'response', 'responses'));
    }
    getAuth() {
      if (this.request && this.request.auth) return this.request.auth;
      return this.findInParents('auth', at => Boolean(at.auth));
    }
    getEvents(name) {
      return name ? this.events.listeners(name) : this.events.all();
    }
    getPath() {
      const names = [];
      for (let at = this; at; at = at.parent()) names.unshift(at.name);
      return names;
    }
    authorizeRequestUsing(type, parameters) {
      if (this.request) this.request.authorizeUsing(type, parameters);
    }
    toJSON() {
      const out = this._written();
      delete out.responses;
      out.response = this.responses.toJSON();
      return out;
    }
    static isItem(value) {
      return value instanceof Item;
    }
  }
  Item.index = 'id';

  // Child is what a folder may hold.
  const Child = {
    index: 'id',
    takes: value => value instanceof Item || value instanceof ItemGroup,
    make: source => (source && (source.item || source.items) ? new ItemGroup(source) : new Item(source)),
  };
  const Children = Object.assign(function () {}, Child);

  class ItemGroup extends Entry {
    constructor(source) {
      super(source);
      this.items = new PropertyList(Children, this, given(source, 'item', 'items'));
      if (source && source.auth) this.auth = new RequestAuth(jsonOf(source.auth));
    }
    forEachItem(fn, context) {
      this.items.each(child => (child instanceof ItemGroup ? child.forEachItem(fn, context) : fn.call(context || this, child)));
    }
    forEachItemGroup(fn, context) {
      this.items.each(child => {
        if (!(child instanceof ItemGroup)) return;
        child.forEachItemGroup(fn, context);
        fn.call(context || this, child);
      });
    }
    oneDeep(name) {
      let found;
      const look = child => {
        if (!found && (child.id === name || child.name === name)) found = child;
      };
      this.items.each(look);
      this.items.each(child => {
        if (!found && child instanceof ItemGroup) found = child.oneDeep(name);
      });
      return found;
    }
    authorizeRequestsUsing(type, parameters) {
      if (!this.auth) this.auth = new RequestAuth({type});
      this.auth.use(type, parameters);
    }
    toJSON() {
      const out = this._written();
      delete out.items;
      out.item = this.items.toJSON();
      return out;
    }
    static isItemGroup(value) {
      return value instanceof ItemGroup;
    }
  }
  ItemGroup.index = 'id';

  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

  class Collection extends ItemGroup {
    constructor(source, environments) {
      const info = (source && source.info) || {};
      super(
        Object.assign({}, source, {
          id: info._postman_id || (source && source.id),
          name: info.name || (source && source.name),
          description: info.description || (source && source.description),
        }),
      );
      this.variables = new VariableList(this, given(source, 'variable', 'variables'));
      this.version = info.version || (source && source.version) ? new Version(info.version || source.version) : undefined;
      for (const values of [].concat(environments || [])) this.variables.assimilate(values.values || values);
    }
    syncVariablesFrom(from, track, prune) {
      return this.variables.syncFromObject(from, track, prune === undefined ? true : prune);
    }
    syncVariablesTo(target) {
      return this.variables.syncToObject(target || {});
    }
    toJSON() {
      const out = super.toJSON();
      const info = {_postman_id: this.id, name: this.name, version: out.version, description: out.description, schema};
      for (const key of ['id', 'name', 'version', 'description', 'variables']) delete out[key];
      return Object.assign(out, {variable: this.variables.toJSON(), info: jsonOf(info)});
    }
    static isCollection(value) {
      return value instanceof Collection;
    }
  }

  const {Description} = base;
  const sdk = Object.assign({PropertyBase, Property, Description, Version, Item, ItemGroup, Collection}, lists, values, requests);
  return guarded('postman-collection', sdk, '');
});
