// What cheerio reads and changes: attributes, values, and the tree.
(function (lib, host, load) {
  'use strict';

  const {absent} = load('missing');
  const {Node, element, attribute, text, markup} = load('cheerio_nodes');
  const {Found, making, nodesOf, classes} = load('cheerio_set');
  const flags = new Set(
    'autofocus autoplay async checked controls defer disabled hidden loop multiple open readonly required scoped selected'.split(' '),
  );
  const camel = name => name.replace(/[_.-](\w|$)/g, (_, letter) => letter.toUpperCase());

  function setAttribute(node, name, value) {
    const own = Node.tree(node).host;
    if (value === null) own.removeAttribute(Node.id(node), name);
    else own.setAttribute(Node.id(node), name, String(value));
  }

  // reading gives an attribute as scripts read it.
  function reading(node, name) {
    const value = attribute(node, name);
    if (value !== undefined) return flags.has(name) ? name : value;
    if (node.name === 'option' && name === 'value') return text(node.children);
    if (node.name === 'input' && name === 'value' && /^(radio|checkbox)$/.test(attribute(node, 'type'))) return 'on';
    return undefined;
  }

  // typed is the value of a data attribute: JSON where it is some.
  function typed(value) {
    const plain = {null: null, true: true, false: false};
    if (Object.prototype.hasOwnProperty.call(plain, value)) return plain[value];
    if (value === String(Number(value))) return Number(value);
    if (/^(?:\{[^]*\}|\[[^]*\])$/.test(value)) {
      try {
        return JSON.parse(value);
      } catch {
        return value;
      }
    }
    return value;
  }
  // data and props are what scripts have set; the document does not show it.
  const data = new WeakMap(),
    props = new WeakMap();
  function dataOf(node) {
    if (!data.has(node)) data.set(node, {});
    const values = data.get(node),
      attributes = node.attribs || {};
    for (const name of Object.keys(attributes)) {
      const key = /^data-/.test(name) && camel(name.slice(5));
      if (key && !(key in values)) values[key] = typed(attributes[name]);
    }
    return values;
  }

  // moved is a node of another document, in this one.
  function moved(node, tree) {
    if (Node.tree(node) === tree) return node;
    const [copy] = node.type === 'text' ? [tree.node(tree.host.create(node.data))] : tree.fragment(markup([node]));
    detach(node);
    return copy;
  }
  // holder is the parent of a node, or the root.
  const holder = node => Node.tree(node).node(Node.tree(node).host.near(Node.id(node), 'holder'));
  const detach = node => Node.tree(node).host.detach(Node.id(node));
  const put = (parent, before, node) => Node.tree(parent).host.insert(Node.id(parent), before ? Node.id(before) : -1, Node.id(node));
  const copyOf = node => {
    const tree = Node.tree(node);
    return tree.node(tree.host.clone(Node.id(node)));
  };

  class Cheerio extends Found {
    attr(name, value) {
      if (value === undefined && typeof name !== 'object') {
        const node = this[0];
        if (!element(node)) return undefined;
        return name === undefined ? Object.assign({}, node.attribs) : reading(node, name);
      }
      return this.each((i, node) => {
        if (!element(node)) return;
        if (typeof name === 'object') for (const key of Object.keys(name)) setAttribute(node, key, name[key]);
        else setAttribute(node, name, typeof value === 'function' ? value.call(node, i, attribute(node, name)) : value);
      });
    }
    removeAttr(name) {
      return this.each((i, node) => {
        if (element(node)) setAttribute(node, name, null);
      });
    }
    prop(name, value) {
      const node = this[0];
      if (value === undefined && typeof name !== 'object') {
        if (!element(node)) return undefined;
        if (name === 'tagName' || name === 'nodeName') return node.name.toUpperCase();
        const set = props.get(node);
        if (set && name in set) return set[name];
        const own = attribute(node, name);
        return flags.has(name) ? own !== undefined : own;
      }
      const all = typeof name === 'object' ? name : {[name]: value};
      return this.each((i, n) => {
        if (!element(n)) return;
        if (!props.has(n)) props.set(n, {});
        for (const key of Object.keys(all)) {
          const next = typeof all[key] === 'function' ? all[key].call(n, i, new Cheerio([n], this._tree).prop(key)) : all[key];
          props.get(n)[key] = flags.has(key) ? !!next : next;
        }
      });
    }
    data(name, value) {
      const node = this[0];
      if (!element(node)) return undefined;
      if (name === undefined) return dataOf(node);
      if (typeof name === 'object' || value !== undefined) {
        return this.each((i, n) => {
          if (element(n)) Object.assign(dataOf(n), typeof name === 'object' ? name : {[name]: value});
        });
      }
      const values = dataOf(node);
      return Object.prototype.hasOwnProperty.call(values, name) ? values[name] : values[camel(name)];
    }
    val(value) {
      const node = this[0];
      if (!element(node)) return value === undefined ? undefined : this;
      const several = node.name === 'select' && attribute(node, 'multiple') !== undefined;
      if (value === undefined) {
        if (node.name === 'textarea') return this.first().text();
        if (node.name !== 'select') return this.attr('value');
        const options = this.first().find('option'),
          chosen = options.filter('[selected]');
        if (several) return chosen.toArray().map(option => reading(option, 'value'));
        return chosen.length ? chosen.attr('value') : options.attr('value');
      }
      if (node.name === 'textarea') return this.text(value);
      if (node.name !== 'select') return this.attr('value', value);
      this.find('option').removeAttr('selected');
      const wanted = [].concat(value).map(String);
      if (!several && typeof value === 'object') return this;
      this.find('option').each((i, option) => {
        if (wanted.includes(reading(option, 'value'))) setAttribute(option, 'selected', '');
      });
      return this;
    }
    css(name, value) {
      const read = node => {
        const out = {};
        for (const part of (attribute(node, 'style') || '').split(';')) {
          const at = part.indexOf(':');
          if (at > 0) out[part.slice(0, at).trim()] = part.slice(at + 1).trim();
        }
        return out;
      };
      if (value === undefined && (typeof name !== 'object' || Array.isArray(name))) {
        if (!element(this[0])) return undefined;
        const own = read(this[0]);
        if (name === undefined) return own;
        return Array.isArray(name) ? Object.assign({}, ...name.filter(key => key in own).map(key => ({[key]: own[key]}))) : own[name];
      }
      return this.each((i, node) => {
        const own = read(node),
          given = typeof name === 'object' ? name : {[name]: value};
        for (const key of Object.keys(given)) {
          const next = typeof given[key] === 'function' ? given[key].call(node, i, own[key]) : given[key];
          if (next === '') delete own[key];
          else own[key] = next;
        }
        setAttribute(
          node,
          'style',
          Object.keys(own)
            .map(key => `${key}: ${own[key]};`)
            .join(' '),
        );
      });
    }

    addClass(names) {
      return this.#classes(names, (own, name) => (own.includes(name) ? own : own.concat(name)));
    }
    removeClass(names) {
      if (names === undefined)
        return this.each((i, node) => {
          if (element(node)) setAttribute(node, 'class', '');
        });
      return this.#classes(names, (own, name) => own.filter(one => one !== name));
    }
    toggleClass(names, on) {
      return this.#classes(names, (own, name) => {
        const has = own.includes(name),
          wanted = typeof on === 'boolean' ? on : !has;
        return wanted === has ? own : wanted ? own.concat(name) : own.filter(one => one !== name);
      });
    }
    #classes(names, change) {
      return this.each((i, node) => {
        if (!element(node)) return;
        const given = typeof names === 'function' ? names.call(node, i, attribute(node, 'class') || '') : names;
        const next = String(given || '')
          .split(/\s+/)
          .filter(Boolean)
          .reduce(change, classes(node));
        if (next.length || attribute(node, 'class') !== undefined) setAttribute(node, 'class', next.join(' '));
      });
    }

    // #each gives the nodes of the arguments for each node of the set: the last one gets
    // them, the others copies.
    #each(args, fn) {
      this.each((i, target) => {
        if (!Node.is(target)) return;
        const given = typeof args[0] === 'function' ? [args[0].call(target, i, markup(target.childNodes))] : args;
        const tree = Node.tree(target),
          last = i === this.length - 1;
        const nodes = [].concat(...given.map(arg => this.#nodesOf(arg, tree))).map(node => (last ? moved(node, tree) : moved(copyOf(node), tree)));
        fn(target, nodes);
      });
      return this;
    }
    #nodesOf(what, tree) {
      if (what === null || what === undefined) return [];
      if (typeof what === 'string' || typeof what === 'number') return tree.fragment(String(what));
      return [].concat(...nodesOf(what).map(one => (typeof one === 'string' || one instanceof Found ? this.#nodesOf(one, tree) : [one])));
    }
    append(...args) {
      return this.#each(args, (target, nodes) => nodes.forEach(node => put(target, null, node)));
    }
    prepend(...args) {
      return this.#each(args, (target, nodes) => {
        const first = target.firstChild;
        nodes.forEach(node => put(target, first, node));
      });
    }
    before(...args) {
      return this.#each(args, (target, nodes) => {
        if (holder(target)) nodes.forEach(node => put(holder(target), target, node));
      });
    }
    after(...args) {
      return this.#each(args, (target, nodes) => {
        const {next} = target;
        if (holder(target)) nodes.forEach(node => put(holder(target), next, node));
      });
    }
    replaceWith(...args) {
      return this.#each(args, (target, nodes) => {
        if (!holder(target)) return;
        nodes.forEach(node => put(holder(target), target, node));
        if (!nodes.includes(target)) detach(target);
      });
    }
    appendTo(target) {
      this._of(target).append(this);
      return this;
    }
    prependTo(target) {
      this._of(target).prepend(this);
      return this;
    }
    insertBefore(target) {
      this._of(target).before(this);
      return this;
    }
    insertAfter(target) {
      this._of(target).after(this);
      return this;
    }
    remove(selector) {
      (selector ? this.filter(selector) : this).each((i, node) => detach(node));
      return this;
    }
    empty() {
      return this.each((i, node) => {
        node.childNodes.forEach(detach);
      });
    }
    clone() {
      return this._from(this.toArray().map(copyOf));
    }
    _setText(value) {
      return this.each((i, node) => {
        if (!node.children) return;
        const words = typeof value === 'function' ? value.call(node, i, text([node])) : value;
        node.children.forEach(detach);
        const tree = Node.tree(node);
        put(node, null, tree.node(tree.host.create(words === null || words === undefined ? '' : String(words))));
      });
    }
    _setMarkup(value) {
      return this.each((i, node) => {
        if (!node.children) return;
        node.children.forEach(detach);
        const tree = Node.tree(node);
        this.#nodesOf(value instanceof Found || Node.is(value) ? new Cheerio(nodesOf(value), tree).clone() : value, tree).forEach(part =>
          put(node, null, moved(part, tree)),
        );
      });
    }

    serializeArray() {
      const fields = this.toArray().map(node =>
        node.name === 'form' ? new Cheerio([node], this._tree).find('input,select,textarea,keygen').toArray() : [node],
      );
      const out = [];
      for (const node of [].concat(...fields)) {
        const type = (attribute(node, 'type') || '').toLowerCase(),
          name = attribute(node, 'name');
        if (!/^(input|select|textarea|keygen)$/.test(node.name) || !name || attribute(node, 'disabled') !== undefined) continue;
        if (/^(submit|button|image|reset|file)$/.test(type)) continue;
        if (/^(radio|checkbox)$/.test(type) && attribute(node, 'checked') === undefined) continue;
        const value = new Cheerio([node], this._tree).val();
        for (const one of [].concat(value === undefined ? '' : value)) out.push({name, value: String(one).replace(/\r?\n/g, '\r\n')});
      }
      return out;
    }
    serialize() {
      return this.serializeArray()
        .map(({name, value}) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&')
        .replace(/%20/g, '+');
    }
  }
  making.Cheerio = Cheerio;
  absent('cheerio', Cheerio.prototype, '$().', [
    'wrap',
    'wrapAll',
    'wrapInner',
    'unwrap',
    'extract',
    'splice',
    'removeData',
    'even',
    'odd',
    'replaceAll',
    'on',
    'click',
    'trigger',
    'show',
    'hide',
    'width',
    'height',
    'offset',
    'position',
    'detach',
    'ready',
  ]);

  return {Cheerio};
});
