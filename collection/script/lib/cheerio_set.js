// Sets of nodes, and the ways from one to another.
(function (lib, host, load) {
  'use strict';

  const {Node, element, attribute, text, markup} = load('cheerio_nodes');
  // making.Cheerio is the class of the sets that are made; cheerio_change.js builds it on this one.
  const making = {};
  const isMarkup = value => /^\s*<[^]*>[^>]*$/.test(value);
  const unique = list => Array.from(new Set(list));

  class Found {
    // tree is the document in which selectors are looked up; prevObject is the set that this comes of.
    constructor(items, tree, before) {
      this.length = 0;
      for (const item of items) this[this.length++] = item;
      Object.defineProperty(this, '_tree', {value: tree});
      Object.defineProperty(this, 'prevObject', {value: before, writable: true});
    }
    get options() {
      return this._tree.options;
    }
    get cheerio() {
      return '[cheerio object]';
    }
    [Symbol.iterator]() {
      return this.toArray()[Symbol.iterator]();
    }
    toArray() {
      return Array.prototype.slice.call(this);
    }
    get(i) {
      return i === undefined || i === null ? this.toArray() : this[i < 0 ? this.length + i : i];
    }
    _make(what, context) {
      const made = this._of(what, context);
      made.prevObject = this;
      return made;
    }
    _of(what, context) {
      return find(what, context, this._tree);
    }

    // _pick goes a way of the host's from the nodes of this set.
    _pick(way, selector) {
      const out = [];
      const trees = unique(this.toArray().filter(Node.is).map(Node.tree));
      for (const tree of trees) {
        const ids = this.toArray()
          .filter(node => Node.is(node) && Node.tree(node) === tree)
          .map(Node.id);
        out.push(...tree.nodes(tree.host.pick(way, ids, selector)));
      }
      return new this.constructor(out, this._tree, this);
    }
    _from(list) {
      return new this.constructor(list, this._tree, this);
    }
    // _matches makes a check of a selector, a function, a node or a set.
    _matches(what) {
      if (typeof what === 'string') return node => element(node) && Node.tree(node).host.is([Node.id(node)], what);
      if (typeof what === 'function') return (node, i) => what.call(node, i, node);
      const list = nodesOf(what);
      return node => list.includes(node);
    }
    _way(way, selector) {
      const found = this._pick(way, '*');
      return selector === undefined || selector === null || selector === '' ? found : found.filter(selector)._before(this);
    }
    _before(set) {
      this.prevObject = set;
      return this;
    }
    _until(way, all, until, filter) {
      let found;
      if (typeof until === 'string' && until) found = this._pick(way, until);
      else {
        const stop = until ? nodesOf(until) : [];
        const out = [];
        for (const node of this.toArray()) {
          for (const next of this._from([node])._pick(all, '*').toArray()) {
            if (stop.includes(next)) break;
            out.push(next);
          }
        }
        found = this._from(unique(out));
      }
      return filter ? found.filter(filter)._before(this) : found;
    }

    find(what) {
      if (typeof what === 'string') return what.trim() === '' ? this._from([]) : this._pick('find', what);
      const list = nodesOf(what);
      const inside = node => {
        for (let up = node.parent; up; up = up.parent) if (this.toArray().includes(up)) return true;
        return false;
      };
      return this._from(list.filter(inside));
    }
    parent(selector) {
      return this._way('parent', selector);
    }
    parents(selector) {
      return this.#backwards()._way('parents', selector)._before(this);
    }
    parentsUntil(until, filter) {
      return this.#backwards()._until('parentsUntil', 'parents', until, filter)._before(this);
    }
    // #backwards: cheerio goes up from the last node first.
    #backwards() {
      return this._from(this.toArray().reverse());
    }
    closest(what) {
      if (what === undefined || what === null) return this._from([]);
      if (typeof what === 'string') return this._pick('closest', what);
      const list = nodesOf(what),
        out = [];
      for (let node of this.toArray()) {
        while (node && !list.includes(node)) node = node.parent;
        if (node) out.push(node);
      }
      return this._from(unique(out));
    }
    next(selector) {
      return this._way('next', selector);
    }
    nextAll(selector) {
      return this._way('nextAll', selector);
    }
    nextUntil(until, filter) {
      return this._until('nextUntil', 'nextAll', until, filter);
    }
    prev(selector) {
      return this._way('prev', selector);
    }
    prevAll(selector) {
      return this._way('prevAll', selector);
    }
    prevUntil(until, filter) {
      return this._until('prevUntil', 'prevAll', until, filter);
    }
    siblings(selector) {
      const own = this.toArray();
      return this._way('siblings', selector)
        .filter((i, node) => !own.includes(node))
        ._before(this);
    }
    children(selector) {
      return this._way('children', selector);
    }
    contents() {
      return this._from([].concat(...this.toArray().map(node => node.childNodes || [])));
    }

    each(fn) {
      for (let i = 0; i < this.length; i++) if (fn.call(this[i], i, this[i]) === false) break;
      return this;
    }
    map(fn) {
      const out = [];
      for (let i = 0; i < this.length; i++) {
        const value = fn.call(this[i], i, this[i]);
        if (value !== null && value !== undefined) out.push(...(Array.isArray(value) || value instanceof Found ? Array.from(value) : [value]));
      }
      return this._from(out);
    }
    filter(what) {
      if (typeof what === 'string') return this._pick('filter', what);
      return this._from(this.toArray().filter(this._matches(what)));
    }
    not(what) {
      const matches = this._matches(what);
      return this._from(this.toArray().filter((node, i) => !matches(node, i)));
    }
    has(what) {
      return this.filter((i, node) => this._from([node]).find(what).length > 0);
    }
    is(what) {
      return what === undefined || what === null || what === '' ? false : this.toArray().some(this._matches(what));
    }
    first() {
      return this.length > 1 ? this._from([this[0]]) : this;
    }
    last() {
      return this.length > 1 ? this._from([this[this.length - 1]]) : this;
    }
    eq(i) {
      i = Number(i);
      if (i === 0 && this.length <= 1) return this;
      const node = this.get(i);
      return this._from(node === undefined ? [] : [node]);
    }
    index(what) {
      if (what === undefined) return this.length && this[0].parent ? this._from([this[0]]).prevAll().length : -1;
      if (typeof what === 'string') return this._of(what).toArray().indexOf(this[0]);
      return this.toArray().indexOf(what instanceof Found ? what[0] : what);
    }
    slice(...range) {
      return this._from(this.toArray().slice(...range));
    }
    end() {
      return this.prevObject || this._from([]);
    }
    add(what, context) {
      const all = unique(this.toArray().concat(this._of(what, context).toArray()));
      return this._from(inOrder(all));
    }
    addBack(selector) {
      const before = this.prevObject ? (selector ? this.prevObject.filter(selector) : this.prevObject) : [];
      return this._from(inOrder(unique(Array.from(before).concat(this.toArray()))));
    }

    text(value) {
      if (value === undefined) return text(this.toArray());
      return this._setText(value);
    }
    html(value) {
      if (value === undefined || (typeof value === 'object' && value !== null && !(value instanceof Found) && !Node.is(value))) {
        return this.length && Node.is(this[0]) ? markup(this[0].childNodes) : null;
      }
      return this._setMarkup(value);
    }
    toString() {
      return markup(this.toArray());
    }
    hasClass(name) {
      return this.toArray().some(node => element(node) && classes(node).includes(name));
    }
  }

  const classes = node => (attribute(node, 'class') || '').split(/\s+/).filter(Boolean);

  // nodesOf are the nodes in what an argument may be.
  function nodesOf(what) {
    if (what instanceof Found) return what.toArray();
    if (Array.isArray(what)) return what.slice();
    return what === null || what === undefined ? [] : [what];
  }

  // inOrder sorts nodes as they stand in their document.
  function inOrder(nodes) {
    const place = node => {
      const at = [];
      for (; Node.is(node); node = node.parent) {
        let n = 0;
        for (let prev = node.prev; prev; prev = prev.prev) n++;
        at.unshift(n);
      }
      return at;
    };
    const all = nodes.map(node => ({node, at: place(node)}));
    all.sort((a, b) => {
      for (let i = 0; i < a.at.length && i < b.at.length; i++) if (a.at[i] !== b.at[i]) return a.at[i] - b.at[i];
      return a.at.length - b.at.length;
    });
    return all.map(entry => entry.node);
  }

  // find is $(): a selector in a context, markup, nodes.
  function find(what, context, tree) {
    const make = list => new making.Cheerio(list, tree);
    if (what === undefined || what === null || what === '') return make([]);
    if (what instanceof Found) return what;
    if (typeof what !== 'string') return make(nodesOf(what));
    if (isMarkup(what)) return make(tree.fragment(what));
    if (context === undefined || context === null) return make([tree.root]).find(what);
    if (typeof context === 'string') context = isMarkup(context) ? make(tree.fragment(context)) : make([tree.root]).find(context);
    return make(nodesOf(context)).find(what);
  }

  return {Found, making, find, nodesOf, classes};
});
