package script

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"unicode/utf8"

	"github.com/dop251/goja"
	"golang.org/x/crypto/ripemd160" //lint:ignore SA1019 scripts ask for it by name
	"golang.org/x/crypto/sha3"
)

// hashes are those of crypto-js; its SHA3 is the Keccak of before the standard.
func (s *Sandbox) hasher(name string, bits int) func() hash.Hash {
	switch name {
	case "MD5":
		return md5.New
	case "SHA1":
		return sha1.New
	case "SHA224":
		return sha256.New224
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	case "RIPEMD160":
		return ripemd160.New
	case "SHA3":
		if bits == 256 {
			return sha3.NewLegacyKeccak256
		}
		return sha3.NewLegacyKeccak512
	}
	s.throw("the hash %s is not known", name)
	return nil
}

func (s *Sandbox) hash(name string, b goja.ArrayBuffer, bits int) goja.ArrayBuffer {
	h := s.hasher(name, bits)()
	_, _ = h.Write(b.Bytes())
	return s.vm.NewArrayBuffer(h.Sum(nil))
}

func (s *Sandbox) hmac(name string, b, key goja.ArrayBuffer) goja.ArrayBuffer {
	h := hmac.New(s.hasher(name, 0), key.Bytes())
	_, _ = h.Write(b.Bytes())
	return s.vm.NewArrayBuffer(h.Sum(nil))
}

// mostIterations bounds what PBKDF2 takes: the machine cannot be stopped within it.
const mostIterations = 2_000_000

func (s *Sandbox) pbkdf2(password, salt goja.ArrayBuffer, iterations, size int, name string) goja.ArrayBuffer {
	if iterations < 1 || iterations > mostIterations || size < 1 || size > 1<<16 {
		s.throw("PBKDF2: %d iterations for %d bytes are too many", iterations, size)
	}
	key, err := pbkdf2.Key(s.hasher(name, 0), string(password.Bytes()), salt.Bytes(), iterations, size)
	if err != nil {
		s.throw("PBKDF2: %v", err)
	}
	return s.vm.NewArrayBuffer(key)
}

// cipher encrypts or decrypts. A wrong key gives nothing, or nonsense, as in crypto-js.
func (s *Sandbox) cipher(name, mode, padding string, encrypt bool, key, iv, data goja.ArrayBuffer) goja.ArrayBuffer {
	var block cipher.Block
	var err error
	switch name {
	case "AES":
		block, err = aes.NewCipher(key.Bytes())
	case "DES":
		block, err = des.NewCipher(key.Bytes())
	default:
		block, err = des.NewTripleDESCipher(key.Bytes())
	}
	if err != nil {
		s.throw("%s: a key of %d bytes does not fit", name, len(key.Bytes()))
	}
	size := block.BlockSize()
	start := iv.Bytes()
	if mode != "ECB" && len(start) != size {
		s.throw("%s: the iv has to have %d bytes, and has %d", name, size, len(start))
	}
	text := append([]byte(nil), data.Bytes()...)
	if encrypt && mode != "CTR" {
		text = pad(text, size, padding)
	}
	if mode != "CTR" && len(text)%size != 0 {
		if encrypt {
			s.throw("%s: without padding the text has to be a multiple of %d bytes", name, size)
		}
		text = text[:len(text)-len(text)%size]
	}
	switch mode {
	case "CBC":
		if encrypt {
			cipher.NewCBCEncrypter(block, start).CryptBlocks(text, text)
		} else {
			cipher.NewCBCDecrypter(block, start).CryptBlocks(text, text)
		}
	case "ECB":
		for at := 0; at < len(text); at += size {
			if encrypt {
				block.Encrypt(text[at:at+size], text[at:at+size])
			} else {
				block.Decrypt(text[at:at+size], text[at:at+size])
			}
		}
	case "CTR":
		cipher.NewCTR(block, start).XORKeyStream(text, text)
	default:
		s.throw("%s: the mode %s is not here; use CBC, ECB or CTR", name, mode)
	}
	if !encrypt && mode != "CTR" {
		text = unpad(text, size, padding)
	}
	return s.vm.NewArrayBuffer(text)
}

func pad(text []byte, size int, padding string) []byte {
	n := size - len(text)%size
	switch padding {
	case "Pkcs7":
		return append(text, bytes.Repeat([]byte{byte(n)}, n)...)
	case "ZeroPadding":
		return append(text, make([]byte, n%size)...)
	}
	return text
}

func unpad(text []byte, size int, padding string) []byte {
	switch {
	case padding == "ZeroPadding":
		return bytes.TrimRight(text, "\x00")
	case padding == "Pkcs7" && len(text) > 0:
		if n := int(text[len(text)-1]); n > 0 && n <= size && n <= len(text) {
			return text[:len(text)-n]
		}
		return nil
	}
	return text
}

// utf8Text is bytes as text, null when they are none.
func (s *Sandbox) utf8Text(b goja.ArrayBuffer) goja.Value {
	if !utf8.Valid(b.Bytes()) {
		return goja.Null()
	}
	return s.vm.ToValue(string(b.Bytes()))
}
