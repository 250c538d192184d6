// Package bruno reads and writes collections as Bruno has them: a directory of .bru
// files.
package bruno

import (
	"io/fs"
	"path"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// Bruno is the format of Bruno's collections.
func Bruno() convert.Format {
	return convert.Format{Name: "bruno", Title: "Bruno collection (a directory of .bru files)", Tree: true, Detect: detect, Read: read, Write: write}
}

// detect takes the directories of Bruno's collections, also the newer ones of YAML so
// that Read can say what to do with them, and single files.
func detect(in *convert.Input) bool {
	if !in.IsDir() {
		return strings.EqualFold(path.Ext(in.Path), ".bru")
	}
	for _, name := range []string{"bruno.json", openCollection} {
		if info, err := fs.Stat(in.Dir, name); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

const openCollection = "opencollection.yml"

// authKind is an auth that Bruno and Postman both have.
type authKind struct {
	postman string      // its type in Postman
	mode    string      // and in Bruno
	params  [][2]string // Bruno's name, Postman's name
}

// authKinds are in Postman's order of preference: the first of a mode is the one that is
// read.
func authKinds() []authKind {
	user := [][2]string{{"username", "username"}, {"password", "password"}}
	return []authKind{
		{"basic", "basic", user},
		{"bearer", "bearer", [][2]string{{"token", "token"}}},
		{"apikey", "apikey", [][2]string{{"key", "key"}, {"value", "value"}, {"placement", "in"}}},
		{"digest", "digest", user},
		{"awsv4", "awsv4", [][2]string{
			{"accessKeyId", "accessKey"}, {"secretAccessKey", "secretKey"}, {"sessionToken", "sessionToken"}, {"service", "service"}, {"region", "region"},
		}},
		{"ntlm", "ntlm", append(user[:2:2], [2]string{"domain", "domain"})},
		{"oauth1", "oauth1", [][2]string{
			{"consumer_key", "consumerKey"}, {"consumer_secret", "consumerSecret"}, {"access_token", "token"}, {"token_secret", "tokenSecret"},
			{"callback_url", "callback"}, {"verifier", "verifier"}, {"signature_method", "signatureMethod"}, {"private_key", "privateKey"},
			{"timestamp", "timestamp"}, {"nonce", "nonce"}, {"version", "version"}, {"realm", "realm"}, {"placement", "addParamsToHeader"},
			{"include_body_hash", "includeBodyHash"},
		}},
		{"oauth2", "oauth2", [][2]string{
			{"grant_type", "grant_type"}, {"callback_url", "redirect_uri"}, {"authorization_url", "authUrl"}, {"access_token_url", "accessTokenUrl"},
			{"refresh_token_url", "refreshTokenUrl"}, {"username", "username"}, {"password", "password"}, {"client_id", "clientId"},
			{"client_secret", "clientSecret"}, {"scope", "scope"}, {"state", "state"}, {"credentials_placement", "client_authentication"},
			{"token_placement", "addTokenTo"}, {"token_header_prefix", "headerPrefix"},
		}},
		{"edgegrid", "akamai-edgegrid", [][2]string{
			{"accessToken", "accessToken"}, {"clientToken", "clientToken"}, {"clientSecret", "clientSecret"}, {"nonce", "nonce"},
			{"timestamp", "timestamp"}, {"baseURL", "baseURL"}, {"headersToSign", "headersToSign"},
		}},
	}
}

// grants are the OAuth 2 grants by their names in Postman, then in Bruno.
func grants() [][2]string {
	return [][2]string{
		{"client_credentials", "client_credentials"}, {"password_credentials", "password"},
		{"authorization_code", "authorization_code"}, {"authorization_code_with_pkce", "authorization_code"}, {"implicit", "implicit"},
	}
}
