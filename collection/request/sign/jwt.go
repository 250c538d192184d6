package sign

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// jwtAuth makes a token of a payload and puts it into a header or the query.
func jwtAuth(p Params, r *Request) error {
	claims := jwt.MapClaims{}
	if text := p["payload"]; text != "" {
		if err := json.Unmarshal([]byte(text), &claims); err != nil {
			return &Error{"jwt", "payload", "is no JSON object"}
		}
	}
	header := map[string]any{}
	for _, key := range []string{"header", "headers"} { // older exports say header
		if text := p[key]; text != "" {
			if err := json.Unmarshal([]byte(text), &header); err != nil {
				return &Error{"jwt", key, "is no JSON object"}
			}
		}
	}
	token, err := signedToken("jwt", p, claims, header)
	if err != nil {
		return err
	}
	if where := p["addTokenTo"]; where == "queryParam" || where == "queryParams" {
		addQuery(r.URL, p.text("queryParamKey", "token"), token)
		return nil
	}
	prefix, said := p["headerPrefix"]
	if !said {
		prefix = "Bearer"
	}
	r.Header.Set("Authorization", strings.TrimSpace(prefix+" "+token))
	return nil
}

// signedToken signs claims with the key of the parameters.
func signedToken(auth string, p Params, claims jwt.MapClaims, header map[string]any) (string, error) {
	name := p.text("algorithm", p.text("alg", "HS256"))
	if auth == "asap" {
		name = p.text("alg", "RS256")
	}
	method := jwt.GetSigningMethod(name)
	if method == nil || name == "none" {
		return "", &Error{auth, "algorithm", fmt.Sprintf("%q is not known; use HS, RS, PS or ES with 256, 384 or 512", name)}
	}
	var key any
	if strings.HasPrefix(name, "HS") {
		secret := []byte(p["secret"])
		if len(secret) == 0 {
			return "", &Error{auth, "secret", "is empty; give it a value"}
		}
		if p.on("isSecretBase64Encoded") {
			decoded, err := base64.StdEncoding.DecodeString(string(secret))
			if err != nil {
				return "", &Error{auth, "secret", "is not encoded in base64, though isSecretBase64Encoded says so"}
			}
			secret = decoded
		}
		key = secret
	} else {
		private, err := privateKey(auth, p["privateKey"])
		if err != nil {
			return "", err
		}
		_, isRSA := private.(*rsa.PrivateKey)
		_, isEC := private.(*ecdsa.PrivateKey)
		if strings.HasPrefix(name, "ES") != isEC || strings.HasPrefix(name, "ES") == isRSA {
			return "", &Error{auth, "privateKey", "is of another kind than " + name + " needs"}
		}
		key = private
	}
	token := jwt.NewWithClaims(method, claims)
	for name, value := range header {
		if name != "alg" {
			token.Header[name] = value
		}
	}
	signed, err := token.SignedString(key)
	if err != nil {
		return "", &Error{auth, "privateKey", "cannot sign with " + name}
	}
	return signed, nil
}

// asap is Atlassian's S2S authentication: a short-lived token for each request.
func asap(p Params, r *Request, o Options) error {
	claims := jwt.MapClaims{}
	if text := p["claims"]; text != "" {
		if err := json.Unmarshal([]byte(text), &claims); err != nil {
			return &Error{"asap", "claims", "is no JSON object"}
		}
	}
	for param, claim := range map[string]string{"iss": "iss", "aud": "aud"} {
		value, err := need("asap", p, param)
		if err != nil {
			return err
		}
		claims[claim] = value
		if parts := strings.Split(value, ","); claim == "aud" && len(parts) > 1 {
			claims[claim] = parts
		}
	}
	kid, err := need("asap", p, "kid")
	if err != nil {
		return err
	}
	claims["sub"] = p.text("sub", p["iss"])
	now := o.Now()
	life := time.Hour
	if text := p["exp"]; text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err == nil {
			life = time.Duration(seconds) * time.Second
		} else if life, err = time.ParseDuration(text); err != nil {
			return &Error{"asap", "exp", "is neither a number of seconds nor a time such as 1h"}
		}
	}
	claims["iat"], claims["exp"], claims["jti"] = now.Unix(), now.Add(life).Unix(), o.Nonce()
	token, err := signedToken("asap", p, claims, map[string]any{"kid": kid})
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return nil
}
