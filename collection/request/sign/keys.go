package sign

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

// privateKey reads a key in PEM (PKCS#1, PKCS#8 or SEC 1), or as a data URI of PKCS#8,
// as Atlassian's tools write it.
func privateKey(auth, text string) (any, error) {
	bad := &Error{auth, "privateKey", "is no private key in PEM; it begins with -----BEGIN"}
	if text == "" {
		return nil, &Error{auth, "privateKey", "is empty; give it a key in PEM"}
	}
	var der []byte
	if rest, ok := strings.CutPrefix(text, "data:application/pkcs8;"); ok {
		_, encoded, found := strings.Cut(rest, "base64,")
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil {
			return nil, bad
		}
		der = decoded
	} else {
		// A variable often has its line breaks written out.
		block, _ := pem.Decode([]byte(strings.ReplaceAll(text, `\n`, "\n")))
		if block == nil {
			return nil, bad
		}
		der = block.Bytes
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, bad
}
