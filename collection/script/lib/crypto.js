// crypto-js over the host's own cryptography.
(function (lib, host) {
  'use strict';

  class WordArray {
    constructor(bytes) {
      this.bytes = bytes;
    }
    get sigBytes() {
      return this.bytes.length;
    }
    get words() {
      const words = [];
      this.bytes.forEach((b, i) => {
        words[i >>> 2] = words[i >>> 2] | 0 | (b << (24 - (i % 4) * 8));
      });
      return words;
    }
    toString(encoder) {
      return (encoder || enc.Hex).stringify(this);
    }
    concat(other) {
      this.bytes = this.bytes.concat(other.bytes);
      return this;
    }
    clone() {
      return new WordArray(this.bytes.slice());
    }
    static create(words = [], sigBytes = words.length * 4) {
      if (ArrayBuffer.isView(words) || words instanceof ArrayBuffer) return new WordArray(Array.from(new Uint8Array(words.buffer || words)));
      const bytes = [];
      for (let i = 0; i < sigBytes; i++) bytes.push((words[i >>> 2] >>> (24 - (i % 4) * 8)) & 0xff);
      return new WordArray(bytes);
    }
    static random(n) {
      return new WordArray(Array.from(new Uint8Array(host.random(n))));
    }
  }
  const latin = bytes => bytes.map(b => String.fromCharCode(b)).join('');
  const base64 = bytes => btoa(latin(bytes));
  const enc = {
    Hex: {
      stringify: w => w.bytes.map(b => (b < 16 ? '0' : '') + b.toString(16)).join(''),
      parse: s => new WordArray((String(s).match(/../g) || []).map(h => parseInt(h, 16))),
    },
    Base64: {stringify: w => base64(w.bytes), parse: s => new WordArray([...atob(String(s))].map(c => c.charCodeAt(0)))},
    Base64url: {
      stringify: w => base64(w.bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''),
      parse: s => enc.Base64.parse(String(s).replace(/-/g, '+').replace(/_/g, '/')),
    },
    Utf8: {
      stringify: w => {
        const text = host.utf8(new Uint8Array(w.bytes).buffer);
        if (text === null) throw new Error('Malformed UTF-8 data');
        return text;
      },
      parse: s => new WordArray(Array.from(new Uint8Array(host.encode(String(s))))),
    },
    Latin1: {stringify: w => latin(w.bytes), parse: s => new WordArray([...String(s)].map(c => c.charCodeAt(0) & 0xff))},
  };
  const wordArray = v => (v instanceof WordArray ? v : v && v.words ? WordArray.create(v.words, v.sigBytes) : enc.Utf8.parse(v));
  const buffer = w => new Uint8Array(w.bytes).buffer;
  const from = b => new WordArray(Array.from(new Uint8Array(b)));

  const out = {enc, lib: {WordArray, CipherParams: {create: o => new CipherParams(o)}}, algo: {}, mode: {}, pad: {}, format: {}};
  for (const name of ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'SHA3', 'RIPEMD160']) {
    out[name] = (message, options) => from(host.hash(name, buffer(wordArray(message)), (options && options.outputLength) || 0));
    out['Hmac' + name] = (message, key) => from(host.hmac(name, buffer(wordArray(message)), buffer(wordArray(key))));
    out.algo[name] = {create: () => hasher(m => out[name](m))};
  }
  function hasher(hash) {
    let all = new WordArray([]);
    return {
      update(m) {
        all.concat(wordArray(m));
        return this;
      },
      finalize(m) {
        if (m !== undefined) this.update(m);
        return hash(all);
      },
    };
  }
  out.algo.HMAC = {
    create: (algo, key) => {
      const name = Object.keys(out.algo).find(n => out.algo[n] === algo);
      return hasher(m => out['Hmac' + name](m, key));
    },
  };
  out.PBKDF2 = (password, salt, options = {}) =>
    from(
      host.pbkdf2(
        buffer(wordArray(password)),
        buffer(wordArray(salt)),
        options.iterations || 1,
        (options.keySize || 4) * 4,
        Object.keys(out.algo).find(n => out.algo[n] === options.hasher) || 'SHA1',
      ),
    );

  for (const name of ['CBC', 'ECB', 'CTR', 'CFB', 'OFB']) out.mode[name] = {name};
  for (const name of ['Pkcs7', 'NoPadding', 'ZeroPadding']) out.pad[name] = {name};
  class CipherParams {
    constructor(o) {
      Object.assign(this, o);
    }
    toString(formatter) {
      return (formatter || out.format.OpenSSL).stringify(this);
    }
  }
  const salted = [83, 97, 108, 116, 101, 100, 95, 95]; // "Salted__"
  out.format.OpenSSL = {
    stringify: c => base64(c.salt ? salted.concat(c.salt.bytes, c.ciphertext.bytes) : c.ciphertext.bytes),
    parse: s => {
      const {bytes} = enc.Base64.parse(s);
      if (salted.every((b, i) => bytes[i] === b))
        return new CipherParams({salt: new WordArray(bytes.slice(8, 16)), ciphertext: new WordArray(bytes.slice(16))});
      return new CipherParams({ciphertext: new WordArray(bytes)});
    },
  };
  out.format.Hex = {stringify: c => enc.Hex.stringify(c.ciphertext), parse: s => new CipherParams({ciphertext: enc.Hex.parse(s)})};

  // A text for a key is a passphrase, from which key and iv are made as OpenSSL does.
  function derive(passphrase, salt, keyBytes, ivBytes) {
    let all = [],
      block = [];
    while (all.length < keyBytes + ivBytes) {
      block = out.MD5(new WordArray(block.concat(enc.Utf8.parse(passphrase).bytes, salt.bytes))).bytes;
      all = all.concat(block);
    }
    return {key: new WordArray(all.slice(0, keyBytes)), iv: new WordArray(all.slice(keyBytes, keyBytes + ivBytes))};
  }
  for (const [name, keyBytes, ivBytes] of [
    ['AES', 32, 16],
    ['DES', 8, 8],
    ['TripleDES', 24, 8],
  ]) {
    const settings = (key, options, salt) => {
      if (typeof key === 'string') return Object.assign({salt}, derive(key, salt, keyBytes, ivBytes));
      return {key, iv: options.iv || new WordArray([])};
    };
    const run = (encrypt, bytes, s, options) =>
      from(
        host.cipher(
          name,
          (options.mode || out.mode.CBC).name,
          (options.padding || out.pad.Pkcs7).name,
          encrypt,
          buffer(s.key),
          buffer(s.iv),
          buffer(bytes),
        ),
      );
    out[name] = {
      encrypt(message, key, options = {}) {
        const s = settings(key, options, typeof key === 'string' ? options.salt || WordArray.random(8) : undefined);
        return new CipherParams({ciphertext: run(true, wordArray(message), s, options), key: s.key, iv: s.iv, salt: s.salt});
      },
      decrypt(cipher, key, options = {}) {
        const c = typeof cipher === 'string' ? (options.format || out.format.OpenSSL).parse(cipher) : cipher;
        return run(false, c.ciphertext, settings(key, options, c.salt || new WordArray([])), options);
      },
    };
  }
  return out;
});
