package sign

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pair is a parameter.
type pair struct{ key, value string }

// oauth1 is RFC 5849, with the body hash of its extension.
func oauth1(p Params, r *Request, o Options) error {
	consumer, err := need("oauth1", p, "consumerKey")
	if err != nil {
		return err
	}
	at, err := timestamp("oauth1", p, o)
	if err != nil {
		return err
	}
	method := p.text("signatureMethod", "HMAC-SHA1")
	own := []pair{
		{"oauth_consumer_key", consumer}, {"oauth_token", p["token"]}, {"oauth_signature_method", method},
		{"oauth_timestamp", strconv.FormatInt(at, 10)}, {"oauth_nonce", p.text("nonce", "")}, {"oauth_version", p["version"]},
		{"oauth_callback", p["callback"]}, {"oauth_verifier", p["verifier"]},
	}
	if own[4].value == "" {
		own[4].value = o.Nonce()
	}
	form := isForm(r)
	if p.on("includeBodyHash") && !form {
		sum := sha1.Sum(r.Body)
		hashed := base64.StdEncoding.EncodeToString(sum[:])
		if strings.HasSuffix(method, "SHA256") {
			sum := sha256.Sum256(r.Body)
			hashed = base64.StdEncoding.EncodeToString(sum[:])
		} else if strings.HasSuffix(method, "SHA512") {
			sum := sha512.Sum512(r.Body)
			hashed = base64.StdEncoding.EncodeToString(sum[:])
		}
		own = append(own, pair{"oauth_body_hash", hashed})
	}
	own = slices.DeleteFunc(own, func(v pair) bool {
		return v.value == "" && !(p.on("addEmptyParamsToSign") && v.key != "oauth_callback" && v.key != "oauth_verifier")
	})
	all := append(slices.Clone(own), queryPairs(r.URL.RawQuery)...)
	if form {
		all = append(all, queryPairs(string(r.Body))...)
	}
	signature, err := oauth1Signature(method, p, oauth1Base(r, all))
	if err != nil {
		return err
	}
	own = append(own, pair{"oauth_signature", signature})
	if inHeader, said := p["addParamsToHeader"]; said && inHeader != "true" {
		if form {
			var parts []string
			for _, v := range own {
				parts = append(parts, escape(v.key)+"="+escape(v.value))
			}
			if len(r.Body) > 0 {
				parts = append([]string{string(r.Body)}, parts...)
			}
			r.Body = []byte(strings.Join(parts, "&"))
			return nil
		}
		for _, v := range own {
			addQuery(r.URL, v.key, v.value)
		}
		return nil
	}
	var parts []string
	if realm := p["realm"]; realm != "" {
		parts = append(parts, fmt.Sprintf(`realm="%s"`, escape(realm)))
	}
	for _, v := range own {
		value := escape(v.value)
		if p.on("disableHeaderEncoding") {
			value = v.value
		}
		parts = append(parts, fmt.Sprintf(`%s="%s"`, escape(v.key), value))
	}
	r.Header.Set("Authorization", "OAuth "+strings.Join(parts, ","))
	return nil
}

func isForm(r *Request) bool {
	return strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/x-www-form-urlencoded")
}

// queryPairs decodes the parameters of a query or a form.
func queryPairs(text string) []pair {
	var pairs []pair
	for _, part := range strings.Split(text, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{unescape(key), unescape(value)})
	}
	return pairs
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// oauth1Base is the text that is signed: RFC 5849, section 3.4.1.
func oauth1Base(r *Request, params []pair) string {
	for i, v := range params {
		params[i] = pair{escape(v.key), escape(v.value)}
	}
	slices.SortStableFunc(params, func(a, b pair) int {
		if n := strings.Compare(a.key, b.key); n != 0 {
			return n
		}
		return strings.Compare(a.value, b.value)
	})
	var parts []string
	for _, v := range params {
		parts = append(parts, v.key+"="+v.value)
	}
	scheme, host := strings.ToLower(r.URL.Scheme), strings.ToLower(r.URL.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
	return strings.ToUpper(r.Method) + "&" + escape(scheme+"://"+host+path(r.URL)) + "&" + escape(strings.Join(parts, "&"))
}

func oauth1Signature(method string, p Params, base string) (string, error) {
	key := escape(p["consumerSecret"]) + "&" + escape(p["tokenSecret"])
	kind, algorithm, _ := strings.Cut(method, "-")
	hashes := map[string]struct {
		make func() hash.Hash
		id   crypto.Hash
	}{"SHA1": {sha1.New, crypto.SHA1}, "SHA256": {sha256.New, crypto.SHA256}, "SHA512": {sha512.New, crypto.SHA512}}
	h, known := hashes[algorithm]
	switch {
	case method == "PLAINTEXT":
		return key, nil
	case kind == "HMAC" && known:
		mac := hmac.New(h.make, []byte(key))
		_, _ = mac.Write([]byte(base))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
	case kind == "RSA" && known:
		private, err := privateKey("oauth1", p["privateKey"])
		if err != nil {
			return "", err
		}
		rsaKey, ok := private.(*rsa.PrivateKey)
		if !ok {
			return "", &Error{"oauth1", "privateKey", "is no RSA key"}
		}
		sum := h.make()
		_, _ = sum.Write([]byte(base))
		signed, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, h.id, sum.Sum(nil))
		if err != nil {
			return "", &Error{"oauth1", "privateKey", "cannot sign"}
		}
		return base64.StdEncoding.EncodeToString(signed), nil
	}
	return "", &Error{"oauth1", "signatureMethod", fmt.Sprintf("%q is not known; use HMAC-SHA1, HMAC-SHA256, HMAC-SHA512, RSA-SHA1, RSA-SHA256, RSA-SHA512 or PLAINTEXT", method)}
}
