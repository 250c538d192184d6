// The lists of postman-collection.
(function (lib, host, load) {
  'use strict';

  const {jsonOf, bytes} = load('postman_base');
  const parents = new WeakMap();

  // PropertyList keeps items of one type, found by the type's index (key or id).
  class PropertyList extends lib.PropertyList {
    constructor(Type, parent, items) {
      const make = item => {
        const made =
          typeof Type !== 'function' || item instanceof Type || (Type.takes && Type.takes(item))
            ? item
            : Type.make
              ? Type.make(item)
              : new Type(item);
        if (made && typeof made.setParent === 'function') made.setParent(parent);
        return made;
      };
      const text = typeof items === 'string' && Type && typeof Type.parse === 'function' ? Type.parse(items) : items;
      super(text, {make, noCase: Type && Type.noCase, index: Type && Type.index});
      Object.defineProperty(this, 'Type', {value: Type});
      parents.set(this, parent);
    }
    parent() {
      return parents.get(this);
    }
    setParent(parent) {
      parents.set(this, parent);
    }
    eachParent(fn) {
      for (let at = parents.get(this); at; at = at.parent && at.parent()) fn(at);
    }
    populate(items) {
      super.populate(typeof items === 'string' && this.Type && this.Type.parse ? this.Type.parse(items) : items);
    }
    get(key) {
      const item = this.one(key);
      return item === undefined ? undefined : item.valueOf();
    }
    toObject(excludeDisabled, caseSensitive, multiValue, sanitizeKeys) {
      const out = {},
        {index = 'id', noCase} = this.Type || {};
      for (const item of this.all()) {
        if ((excludeDisabled && item.disabled) || (sanitizeKeys && !item[index])) continue;
        const key = noCase && !caseSensitive ? String(item[index]).toLowerCase() : item[index];
        out[key] = multiValue && Object.prototype.hasOwnProperty.call(out, key) ? [].concat(out[key], item.valueOf()) : item.valueOf();
      }
      return out;
    }
    toJSON() {
      return this.all().map(jsonOf);
    }
    toString() {
      return this.Type && typeof this.Type.unparse === 'function' ? this.Type.unparse(this.all()) : super.toString();
    }
    static isPropertyList(value) {
      return value instanceof lib.PropertyList;
    }
  }

  // listOf makes the class of the lists of a type.
  const listOf = (name, Type, members) => {
    const List = {
      [name]: class extends PropertyList {
        constructor(parent, items) {
          super(Type(), parent, items);
        }
      },
    }[name];
    Object.defineProperties(List.prototype, Object.getOwnPropertyDescriptors(members));
    List['is' + name] = value => value instanceof List;
    return List;
  };

  const HeaderList = listOf('HeaderList', () => load('postman_values').Header, {
    contentSize() {
      return this.count() ? bytes(this.toString()) : 0;
    },
  });
  const EventList = listOf('EventList', () => load('postman_values').Event, {
    listenersOwn(name) {
      return this.filter(event => event.listen === name);
    },
    listeners(name) {
      const found = this.listenersOwn(name);
      this.eachParent(parent => {
        if (parent !== this.parent() && parent.events instanceof PropertyList) found.unshift(...parent.events.listenersOwn(name));
      });
      return found;
    },
  });
  const CookieList = listOf('CookieList', () => load('postman_values').Cookie, {});
  const VariableList = listOf('VariableList', () => load('postman_values').Variable, {
    replace(text, overrides) {
      return load('postman_base').Property.replaceSubstitutions(text, [overrides, this]);
    },
    substitute(value, overrides) {
      return load('postman_base').Property.replaceSubstitutionsIn(value, [overrides, this]);
    },
    syncFromObject(values, track, prune) {
      for (const key of Object.keys(values || {})) {
        const own = this.one(key);
        if (own) own.set(values[key]);
        else this.add({key, value: values[key]});
      }
      if (prune) this.remove(own => !Object.prototype.hasOwnProperty.call(values || {}, own.key));
    },
    syncToObject(target) {
      for (const key of Object.keys(target)) if (!this.has(key)) delete target[key];
      this.each(own => {
        target[own.key] = own.valueOf();
      });
      return target;
    },
  });

  return {PropertyList, HeaderList, EventList, CookieList, VariableList};
});
