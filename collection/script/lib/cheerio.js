// What scripts use of cheerio: $ over the document of a text.
(function (lib, host, load) {
  'use strict';

  const {guarded} = load('missing');
  const {Tree, Node, markup, text} = load('cheerio_nodes');
  const {find, nodesOf} = load('cheerio_set');
  const {Cheerio} = load('cheerio_change');

  const written = source =>
    source === null || source === undefined ? '' : source instanceof Cheerio || Node.is(source) ? markup(nodesOf(source)) : String(source);

  function load_(source, options) {
    const tree = new Tree(written(source), options);
    const chosen = what => (what === undefined || what === null ? [tree.root] : find(what, undefined, tree).toArray());
    // html and xml are called with what is to be written, with options, or with neither.
    const selected = what =>
      what && typeof what === 'object' && !(what instanceof Cheerio) && !Node.is(what) && !Array.isArray(what) ? undefined : what;
    function $(what, context, root) {
      return find(what, context === undefined || context === null ? root : context, tree);
    }
    Object.assign($, {
      fn: Cheerio.prototype,
      load: load_,
      _options: tree.options,
      _root: tree.root,
      root: () => new Cheerio([tree.root], tree),
      html: what => markup(chosen(selected(what))),
      xml: what => markup(chosen(selected(what)), true),
      text: what => text(what === undefined ? [tree.root] : nodesOf(what)),
      parseHTML: (source, context, keepScripts) => {
        if (typeof context === 'boolean') keepScripts = context;
        if (!source || typeof source !== 'string') return null;
        const nodes = tree.fragment(source);
        return keepScripts ? nodes : nodes.filter(node => node.name !== 'script');
      },
      contains: (outer, inner) => {
        for (let node = inner && inner.parent; node; node = node.parent) if (node === outer) return true;
        return false;
      },
    });
    $.prototype = Cheerio.prototype;
    return guarded('cheerio', $, '$.');
  }

  function cheerio(what, context, root, options) {
    if (root === undefined && context === undefined) return load_('', options)(what);
    return load_(written(root === undefined ? context : root), options)(what, root === undefined ? undefined : context);
  }
  Object.assign(cheerio, {
    load: load_,
    version: '0.22.0',
    fn: Cheerio.prototype,
    html: what => markup(nodesOf(what)),
    xml: what => markup(nodesOf(what), true),
    text: what => text(nodesOf(what)),
    parseHTML: (source, context, keep) => load_('').parseHTML(source, context, keep),
    contains: (a, b) => load_('').contains(a, b),
    root: () => load_('').root(),
  });
  cheerio.prototype = Cheerio.prototype;
  return guarded('cheerio', cheerio, 'cheerio.');
});
