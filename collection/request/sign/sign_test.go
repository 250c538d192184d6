package sign

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func request(t *testing.T, method, address, contentType, body string) *Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Method: method, URL: u, Header: http.Header{}, Body: []byte(body)}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func options() Options {
	return Options{Now: func() time.Time { return time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC) }, Nonce: func() string { return "a-nonce" }, Tokens: &Tokens{}}
}

// TestVectors are figures that the schemes' own descriptions give.
func TestVectors(t *testing.T) {
	for _, tt := range []struct {
		name, auth string
		params     Params
		request    *Request
		want       string
	}{
		// The examples of Hawk's README.
		{"Hawk", "hawk", Params{"authId": "dh37fgj492je", "authKey": "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn", "nonce": "j4h3g2", "timestamp": "1353832234", "extraData": "some-app-ext-data"},
			request(t, "GET", "http://example.com:8000/resource/1?b=1&a=2", "", ""),
			`Hawk id="dh37fgj492je", ts="1353832234", nonce="j4h3g2", ext="some-app-ext-data", mac="6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="`},
		{"Hawk with its payload", "hawk", Params{"authId": "dh37fgj492je", "authKey": "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn", "nonce": "j4h3g2", "timestamp": "1353832234", "extraData": "some-app-ext-data", "includePayloadHash": "true"},
			request(t, "POST", "http://example.com:8000/resource/1?b=1&a=2", "text/plain", "Thank you for flying Hawk"),
			`hash="Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=", ext="some-app-ext-data", mac="aSe1DERmZuRl3pI36/9BdZmnErTw3sNzOOAUlfeKjVw="`},
		// get-vanilla of the test suite of Signature Version 4, with X-Amz-Content-Sha256 signed too.
		{"AWS", "awsv4", Params{"accessKey": "AKIDEXAMPLE", "secretKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "service": "service"},
			request(t, "GET", "https://example.amazonaws.com/", "", ""),
			"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=726c5c4879a6b4ccbbd3b24edbd6b8826d34f87450fbbf4e85546fc7ba9c1642"},
		// "simple GET" of the test data that Akamai publishes.
		{"EdgeGrid", "edgegrid", Params{"clientToken": "akab-client-token-xxx-xxxxxxxxxxxxxxxx", "accessToken": "akab-access-token-xxx-xxxxxxxxxxxxxxxx", "clientSecret": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=",
			"timestamp": "20140321T19:34:21+0000", "nonce": "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"},
			request(t, "GET", "https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net/", "", ""),
			"signature=tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU="},
	} {
		if err := Sign(t.Context(), tt.auth, tt.params, tt.request, options()); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := tt.request.Header.Get("Authorization"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestOAuth1Base is the example of RFC 5849, section 3.4.1.1.
func TestOAuth1Base(t *testing.T) {
	r := request(t, "POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", "application/x-www-form-urlencoded", "c2&a3=2+q")
	all := []pair{{"oauth_consumer_key", "9djdj82h48djs9d2"}, {"oauth_token", "kkk9d7dh3k39sjv7"}, {"oauth_signature_method", "HMAC-SHA1"}, {"oauth_timestamp", "137131201"}, {"oauth_nonce", "7d8f3e4a"}}
	all = append(append(all, queryPairs(r.URL.RawQuery)...), queryPairs(string(r.Body))...)
	want := "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
	if got := oauth1Base(r, all); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	// What newman 6.2.2 signs with the same parameters.
	r = request(t, "POST", "http://127.0.0.1:46079/1/statuses/update.json?include_entities=true", "application/x-www-form-urlencoded", "status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21")
	p := Params{"consumerKey": "xvz1evFS4wEEPTGEFPHBog", "consumerSecret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPr9EyMZeS9weJAEb", "tokenSecret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE", "nonce": "kYjzVBB8", "timestamp": "1318622958", "version": "1.0"}
	if err := Sign(t.Context(), "oauth1", p, r, options()); err != nil || !strings.HasSuffix(r.Header.Get("Authorization"), `oauth_signature="F8b2q8a3%2BBd5ViEAz7CqLSD4o1M%3D"`) {
		t.Errorf("%v, %s", err, r.Header.Get("Authorization"))
	}
}

// TestOAuth1Places: where the parameters go, and every method of signing.
func TestOAuth1Places(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	for _, method := range []string{"HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512", "PLAINTEXT"} {
		r := request(t, "POST", "http://h/a?b=c", "application/json", "{}")
		p := Params{"consumerKey": "k", "consumerSecret": "s", "signatureMethod": method, "privateKey": text, "includeBodyHash": "true", "realm": "r", "addParamsToHeader": "true"}
		if err := Sign(t.Context(), "oauth1", p, r, options()); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, `OAuth realm="r",oauth_consumer_key="k",oauth_signature_method="`+method) || !strings.Contains(got, "oauth_body_hash") {
			t.Errorf("%s: %s", method, got)
		}
	}
	r := request(t, "GET", "http://h/a?b=c", "", "")
	if err := Sign(t.Context(), "oauth1", Params{"consumerKey": "k", "addParamsToHeader": "false"}, r, options()); err != nil || !strings.HasPrefix(r.URL.RawQuery, "b=c&oauth_consumer_key=k&") || r.Header.Get("Authorization") != "" {
		t.Errorf("%v, %s", err, r.URL)
	}
	r = request(t, "POST", "http://h/a", "application/x-www-form-urlencoded", "x=1")
	if err := Sign(t.Context(), "oauth1", Params{"consumerKey": "k", "addParamsToHeader": "false"}, r, options()); err != nil || !strings.HasPrefix(string(r.Body), "x=1&oauth_consumer_key=k&") {
		t.Errorf("%v, %s", err, r.Body)
	}
}

func TestJWT(t *testing.T) {
	r := request(t, "GET", "http://h/", "", "")
	p := Params{"algorithm": "HS256", "secret": base64.StdEncoding.EncodeToString([]byte("the secret")), "isSecretBase64Encoded": "true", "payload": `{"sub":"ann"}`, "header": `{"kid":"7"}`}
	if err := Sign(t.Context(), "jwt", p, r, options()); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	token, err := jwt.Parse(text, func(*jwt.Token) (any, error) { return []byte("the secret"), nil })
	if !ok || err != nil || token.Header["kid"] != "7" || token.Claims.(jwt.MapClaims)["sub"] != "ann" {
		t.Errorf("%s: %v", text, err)
	}
	p["addTokenTo"], p["queryParamKey"] = "queryParam", "jwt"
	if err := Sign(t.Context(), "jwt", p, r, options()); err != nil || !strings.HasPrefix(r.URL.RawQuery, "jwt=ey") {
		t.Errorf("%v, %s", err, r.URL)
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	r = request(t, "GET", "http://h/", "", "")
	p = Params{"alg": "ES256", "kid": "k/1", "iss": "me", "aud": "you", "exp": "60", "privateKey": "data:application/pkcs8;kid=k;base64," + base64.StdEncoding.EncodeToString(der)}
	if err := Sign(t.Context(), "asap", p, r, options()); err != nil {
		t.Fatal(err)
	}
	token, err = jwt.Parse(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithTimeFunc(options().Now))
	if err != nil || token.Header["kid"] != "k/1" || token.Claims.(jwt.MapClaims)["sub"] != "me" || token.Claims.(jwt.MapClaims)["jti"] != "a-nonce" {
		t.Errorf("%v, %+v", err, token)
	}
}

// TestOAuth2 fetches a token once, and anew when it has expired.
func TestOAuth2(t *testing.T) {
	var fetched atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := fetched.Add(1)
		user, password, _ := r.BasicAuth()
		if r.FormValue("client_id") != "" {
			user, password = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		w.Header().Set("Content-Type", "application/json")
		if user != "id" || password != "the-secret" || r.FormValue("grant_type") == "password" && r.FormValue("username") != "ann" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"error":"invalid_client","error_description":"who is that"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d-%s","token_type":"Bearer","expires_in":3600}`, n, r.FormValue("scope"))
	}))
	defer server.Close()
	now := time.Now()
	o := Options{Now: func() time.Time { return now }, Tokens: &Tokens{}}
	sign := func(p Params) (string, error) {
		r := request(t, "GET", "http://h/", "", "")
		err := Sign(context.Background(), "oauth2", p, r, o)
		return r.Header.Get("Authorization") + r.URL.RawQuery, err
	}
	p := Params{"grant_type": "client_credentials", "accessTokenUrl": server.URL, "clientId": "id", "clientSecret": "the-secret", "scope": "a"}
	for _, want := range []string{"Bearer token-1-a", "Bearer token-1-a"} {
		if got, err := sign(p); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	now = now.Add(2 * time.Hour)
	p["headerPrefix"], p["client_authentication"] = "Token", "body"
	if got, err := sign(p); err != nil || got != "Token token-2-a" {
		t.Errorf("%s, %v", got, err)
	}
	p["grant_type"], p["username"], p["password"], p["addTokenTo"] = "password_credentials", "ann", "pw-of-ann", "queryParams"
	if got, err := sign(p); err != nil || got != "access_token=token-3-a" {
		t.Errorf("%s, %v", got, err)
	}
	p["clientSecret"], p["scope"] = "wrong-secret", "b"
	if _, err := sign(p); err == nil || !strings.Contains(err.Error(), "invalid_client: who is that") || strings.Contains(err.Error(), "wrong-secret") || strings.Contains(err.Error(), "pw-of-ann") {
		t.Errorf("%v", err)
	}
	if got, err := sign(Params{"accessToken": "given"}); err != nil || got != "Bearer given" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := sign(Params{"grant_type": "authorization_code"}); err == nil || !strings.Contains(err.Error(), "a person at a browser") {
		t.Errorf("%v", err)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		auth   string
		params Params
		param  string
	}{
		{"oauth1", Params{}, "consumerKey"},
		{"oauth1", Params{"consumerKey": "k", "signatureMethod": "MD5"}, "signatureMethod"},
		{"oauth1", Params{"consumerKey": "k", "timestamp": "soon"}, "timestamp"},
		{"oauth1", Params{"consumerKey": "k", "signatureMethod": "RSA-SHA1", "privateKey": "a secret key"}, "privateKey"},
		{"hawk", Params{"authId": "i"}, "authKey"},
		{"hawk", Params{"authId": "i", "authKey": "k", "algorithm": "md5"}, "algorithm"},
		{"awsv4", Params{"accessKey": "k"}, "secretKey"},
		{"edgegrid", Params{"clientToken": "a", "accessToken": "b"}, "clientSecret"},
		{"edgegrid", Params{"clientToken": "a", "accessToken": "b", "clientSecret": "c", "maxBodySize": "x"}, "maxBodySize"},
		{"jwt", Params{"algorithm": "none"}, "algorithm"},
		{"jwt", Params{"algorithm": "HS256"}, "secret"},
		{"jwt", Params{"algorithm": "RS256", "privateKey": "x"}, "privateKey"},
		{"jwt", Params{"payload": "{"}, "payload"},
		{"asap", Params{"iss": "a", "aud": "b"}, "kid"},
		{"asap", Params{"iss": "a", "aud": "b", "kid": "c", "exp": "soon"}, "exp"},
		{"oauth2", Params{"grant_type": "client_credentials"}, "accessTokenUrl"},
		{"own", Params{}, "type"},
	} {
		err := Sign(t.Context(), tt.auth, tt.params, request(t, "POST", "http://h/", "", "x"), options())
		var e *Error
		if !errors.As(err, &e) || e.Param != tt.param || strings.Contains(err.Error(), "a secret key") {
			t.Errorf("%s %v: %v, want %s", tt.auth, tt.params, err, tt.param)
		}
	}
}
