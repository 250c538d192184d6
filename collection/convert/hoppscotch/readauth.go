package hoppscotch

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// authOf gives Postman's name of an auth, and the names of its parameters: Hoppscotch's,
// then Postman's.
func authOf(kind string) (postman string, parts [][2]string) {
	switch kind {
	case "basic":
		return "basic", [][2]string{{"username", "username"}, {"password", "password"}}
	case "bearer":
		return "bearer", [][2]string{{"token", "token"}}
	case "api-key":
		return "apikey", [][2]string{{"key", "key"}, {"value", "value"}, {"addTo", "in"}}
	case "oauth-2":
		return "oauth2", [][2]string{
			{"token", "accessToken"}, {"grantType", "grant_type"}, {"authEndpoint", "authUrl"}, {"authURL", "authUrl"}, {"tokenEndpoint", "accessTokenUrl"},
			{"accessTokenURL", "accessTokenUrl"}, {"clientID", "clientId"}, {"clientSecret", "clientSecret"}, {"scopes", "scope"}, {"scope", "scope"},
			{"username", "username"}, {"password", "password"}, {"clientAuthentication", "client_authentication"}, {"addTo", "addTokenTo"},
		}
	case "aws-signature":
		return "awsv4", [][2]string{{"accessKey", "accessKey"}, {"secretKey", "secretKey"}, {"region", "region"}, {"serviceName", "service"}, {"serviceToken", "sessionToken"}, {"addTo", ""}}
	case "digest":
		return "digest", [][2]string{
			{"username", "username"}, {"password", "password"}, {"realm", "realm"}, {"nonce", "nonce"}, {"algorithm", "algorithm"}, {"qop", "qop"}, {"nc", "nonceCount"},
			{"cnonce", "clientNonce"}, {"opaque", "opaque"}, {"disableRetry", "disableRetryRequest"},
		}
	case "hawk":
		return "hawk", [][2]string{
			{"authId", "authId"}, {"authKey", "authKey"}, {"algorithm", "algorithm"}, {"includePayloadHash", "includePayloadHash"}, {"user", "user"}, {"nonce", "nonce"},
			{"ext", "extraData"}, {"app", "app"}, {"dlg", "delegation"}, {"timestamp", "timestamp"},
		}
	case "akamai-eg":
		return "edgegrid", [][2]string{
			{"accessToken", "accessToken"}, {"clientToken", "clientToken"}, {"clientSecret", "clientSecret"}, {"nonce", "nonce"}, {"timestamp", "timestamp"}, {"host", "baseURL"},
			{"headersToSign", "headersToSign"}, {"maxBodySize", "maxBodySize"},
		}
	case "jwt":
		return "jwt", [][2]string{
			{"secret", "secret"}, {"privateKey", "privateKey"}, {"algorithm", "algorithm"}, {"payload", "payload"}, {"addTo", "addTokenTo"},
			{"isSecretBase64Encoded", "isSecretBase64Encoded"}, {"headerPrefix", "headerPrefix"}, {"paramName", "queryParamKey"}, {"jwtHeaders", "headers"},
		}
	}
	return "", nil
}

// auth reads the auth of a collection, folder or request; nil inherits.
func (r *reader) auth(a gjson.Result, place string) *convert.DraftAuth {
	if a.Type == gjson.String || !a.IsObject() {
		return nil // of version 0, which had none to speak of
	}
	kind := convert.TextOf(a.Get("authType"))
	switch {
	case kind == "" || kind == "inherit":
		return nil
	case kind == "none":
		return &convert.DraftAuth{Type: "noauth"}
	case a.Get("authActive").Type == gjson.False:
		r.notes.AddAt(place, "auth", kind+" is left out: it is disabled")
		return &convert.DraftAuth{Type: "noauth"}
	}
	postman, parts := authOf(kind)
	if postman == "" {
		r.notes.AddAt(place, "auth", kind+" is left out: Postman does not know it")
		return nil
	}
	made := &convert.DraftAuth{Type: postman}
	known := []string{"authType", "authActive", "grantTypeInfo"}
	grant := a.Get("grantTypeInfo")
	for _, part := range parts {
		known = append(known, part[0])
		v := grant.Get(part[0])
		if !v.Exists() {
			v = a.Get(part[0])
		}
		value := r.text(place, convert.TextOf(v))
		if value == "" || part[1] == "" || slices.ContainsFunc(made.Params, func(p collection.AuthParam) bool { return p.Key == part[1] }) {
			continue
		}
		made.Params = append(made.Params, collection.AuthParam{Key: part[1], Value: authValue(kind, part[0], value)})
	}
	if kind == "oauth-2" {
		oauth2(made, grant)
	}
	if kind == "aws-signature" && inQuery(convert.TextOf(a.Get("addTo"))) {
		made.Params = append(made.Params, collection.AuthParam{Key: "addAuthDataToQuery", Value: "true"})
	}
	for _, from := range []gjson.Result{a, grant} {
		from.ForEach(func(key, v gjson.Result) bool {
			empty := v.Type == gjson.Null || v.Type == gjson.False || v.String() == "" || v.IsArray() && len(v.Array()) == 0
			if name := key.String(); !slices.Contains(known, name) && !empty && name != "isPKCE" {
				r.notes.AddAt(place, "auth "+kind, name+" is left out")
			}
			return true
		})
	}
	return made
}

// oauth2 corrects what depends on the grant.
func oauth2(made *convert.DraftAuth, grant gjson.Result) {
	kind := convert.TextOf(grant.Get("grantType"))
	for i := range made.Params {
		switch p := &made.Params[i]; p.Key {
		case "grant_type":
			switch {
			case kind == "AUTHORIZATION_CODE" && isOn(grant.Get("isPKCE")):
				p.Value = "authorization_code_with_pkce"
			case kind == "PASSWORD":
				p.Value = "password_credentials"
			default:
				p.Value = strings.ToLower(kind)
			}
		case "authUrl":
			// These have one address, which gives the token.
			if kind == "CLIENT_CREDENTIALS" || kind == "PASSWORD" {
				p.Key = "accessTokenUrl"
			}
		}
	}
}

func inQuery(addTo string) bool { return strings.Contains(strings.ToUpper(addTo), "QUERY") }

// authValue translates the few parameters whose values differ.
func authValue(kind, part, value string) string {
	switch part {
	case "addTo":
		switch {
		case kind == "api-key" && inQuery(value):
			return "query"
		case kind == "oauth-2" && inQuery(value):
			return "queryParams"
		case kind == "jwt" && inQuery(value):
			return "queryParam"
		}
		return "header"
	case "headerPrefix":
		return strings.TrimSpace(value)
	case "clientAuthentication":
		if strings.Contains(strings.ToUpper(value), "BODY") {
			return "body"
		}
		return "header"
	}
	return value
}
