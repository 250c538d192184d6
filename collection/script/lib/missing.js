// How a module of the sandbox's own says that it has not everything of the package
// whose name it bears.
(function () {
  'use strict';

  const told = (name, member) =>
    new TypeError(`${name}: ${member} is not here; install ${name} with npm and name its node_modules with --node-modules`);

  // quiet are members that the engine, and what prints or compares values, look for.
  const quiet = new Set(['then', 'toJSON', 'inspect', 'constructor', 'prototype', 'default', '__esModule', 'nodeType', 'length', 'size']);

  return {
    told,
    // absent puts functions in the place of those that are missing: a call names them.
    absent(name, target, before, members) {
      for (const member of members) {
        if (member in target) continue;
        Object.defineProperty(target, member, {
          value() {
            throw told(name, before + member);
          },
          writable: true,
          configurable: true,
          enumerable: false,
        });
      }
    },
    // guarded makes it an error to ask a module for a member that is not there. Its own
    // members are looked up first, so only what is missing comes here.
    guarded(name, target, before) {
      const above = Object.getPrototypeOf(target);
      return Object.setPrototypeOf(
        target,
        new Proxy(above, {
          get(own, member, receiver) {
            if (member in own || typeof member === 'symbol' || quiet.has(member)) return Reflect.get(own, member, receiver);
            throw told(name, before + member);
          },
        }),
      );
    },
  };
});
