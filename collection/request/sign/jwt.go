package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/tidwall/gjson"
)

// jwtAuth makes a token of a payload and puts it into a header or the query.
func jwtAuth(p Params, r *Request) error {
	payload, header := "{}", "{}"
	for _, part := range []struct {
		key  string
		text *string
	}{{"payload", &payload}, {"header", &header}, {"headers", &header}} { // older exports say header
		if text := p[part.key]; text != "" {
			if !gjson.Valid(text) || !gjson.Parse(text).IsObject() {
				return &Error{"jwt", part.key, "is no JSON object"}
			}
			*part.text = text
		}
	}
	token, err := signedToken("jwt", p, header, payload)
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

// signedToken signs a payload with the key of the parameters. Header and payload are
// JSON objects, whose members stay in their order.
func signedToken(auth string, p Params, header, payload string) (string, error) {
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
	text := encodePart(withAlgorithm(header, name)) + "." + encodePart(payload)
	signature, err := method.Sign(text, key)
	if err != nil {
		return "", &Error{auth, "privateKey", "cannot sign with " + name}
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// withAlgorithm sets a header's alg in its place, else at the end; nothing else is added,
// as in Postman.
func withAlgorithm(header, name string) string {
	members, alg := []string{}, strconv.Quote(name)
	has := false
	gjson.Parse(header).ForEach(func(key, value gjson.Result) bool {
		text := value.Raw
		if key.Str == "alg" {
			text, has = alg, true
		}
		members = append(members, key.Raw+":"+text)
		return true
	})
	if !has {
		members = append(members, `"alg":`+alg)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// encodePart is a JSON text without blanks, as a token has it.
func encodePart(text string) string {
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(text)) // it was JSON
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
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
	quoted, _ := json.Marshal(kid) // a text can always be written
	payload, err := json.Marshal(claims)
	if err != nil {
		return &Error{"asap", "claims", "cannot be written as JSON"}
	}
	token, err := signedToken("asap", p, `{"kid":`+string(quoted)+`}`, string(payload))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return nil
}
