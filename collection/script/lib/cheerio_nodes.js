// The nodes of cheerio. The tree itself is the host's; a node here knows its number.
(function (lib, host) {
  'use strict';

  const types = {tag: 1, script: 1, style: 1, text: 3, cdata: 4, directive: 1, comment: 8, root: 9};

  // Tree is a document, and makes its nodes when they are asked for.
  class Tree {
    #nodes = new Map();
    constructor(text, options) {
      this.options = Object.assign({xmlMode: false, decodeEntities: true, normalizeWhitespace: false}, options);
      const o = this.options;
      this.host = host.markup(text, !!o.xmlMode, !o.decodeEntities, !!o.normalizeWhitespace);
      this.root = this.node(0);
    }
    node(id) {
      if (id < 0) return null;
      let node = this.#nodes.get(id);
      if (!node) this.#nodes.set(id, (node = new Node(this, id)));
      return node;
    }
    nodes(ids) {
      return ids.map(id => this.node(id));
    }
    // fragment reads markup that stands nowhere yet.
    fragment(text) {
      return this.nodes(this.host.fragment(text));
    }
  }

  class Node {
    #tree;
    #id;
    #type;
    #name;
    constructor(tree, id) {
      this.#tree = tree;
      this.#id = id;
      this.#type = tree.host.kind(id);
      this.#name = tree.host.name(id);
    }
    static is(value) {
      return typeof value === 'object' && value !== null && #id in value;
    }
    static tree(node) {
      return node.#tree;
    }
    static id(node) {
      return node.#id;
    }

    get type() {
      return this.#type;
    }
    get nodeType() {
      return types[this.#type];
    }
    get name() {
      if (this.#type === 'root') return 'root';
      return this.#type === 'directive' ? this.data.split(/\s/)[0].toLowerCase() : this.#name || undefined;
    }
    get tagName() {
      return this.name;
    }
    get data() {
      return /^(text|comment|directive)$/.test(this.#type) ? this.#tree.host.data(this.#id) : undefined;
    }
    set data(text) {
      this.#tree.host.setData(this.#id, String(text));
    }
    get nodeValue() {
      return this.data;
    }
    set nodeValue(text) {
      this.data = text;
    }

    // attribs: what is set in it is set in the document.
    get attribs() {
      if (!/^(tag|script|style)$/.test(this.#type)) return undefined;
      const {host: own} = this.#tree,
        id = this.#id;
      const list = own.attributes(id),
        values = {};
      for (let i = 0; i < list.length; i += 2) values[list[i]] = list[i + 1];
      return new Proxy(values, {
        set(target, name, value) {
          own.setAttribute(id, String(name), String(value));
          target[name] = String(value);
          return true;
        },
        deleteProperty(target, name) {
          own.removeAttribute(id, String(name));
          return delete target[name];
        },
      });
    }

    get children() {
      return /^(tag|script|style|cdata|root)$/.test(this.#type) ? this.#tree.nodes(this.#tree.host.children(this.#id)) : undefined;
    }
    get childNodes() {
      return this.children || [];
    }
    #near(which) {
      return this.#tree.node(this.#tree.host.near(this.#id, which));
    }
    get parent() {
      return this.#near('parent');
    }
    get next() {
      return this.#near('next');
    }
    get prev() {
      return this.#near('prev');
    }
    get firstChild() {
      return this.#near('first');
    }
    get lastChild() {
      return this.#near('last');
    }
    get parentNode() {
      return this.parent;
    }
    get nextSibling() {
      return this.next;
    }
    get previousSibling() {
      return this.prev;
    }
  }

  const element = node => Node.is(node) && /^(tag|script|style)$/.test(node.type);
  // attribute is undefined when there is none of the name.
  function attribute(node, name) {
    const list = Node.tree(node).host.attributes(Node.id(node));
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1];
    return undefined;
  }
  // together asks the host about nodes, all of one document at once.
  function together(nodes, ask) {
    let out = '';
    for (let i = 0; i < nodes.length;) {
      const ids = [],
        tree = Node.is(nodes[i]) && Node.tree(nodes[i]);
      for (; i < nodes.length && (Node.is(nodes[i]) && Node.tree(nodes[i])) === tree; i++) if (tree) ids.push(Node.id(nodes[i]));
      if (tree) out += ask(tree.host, ids);
    }
    return out;
  }
  const text = nodes => together(nodes, (own, ids) => own.text(ids));
  const markup = (nodes, xml) => together(nodes, (own, ids) => own.write(ids, !!xml));

  return {Tree, Node, element, attribute, text, markup};
});
