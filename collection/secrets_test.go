package collection

import (
	"slices"
	"testing"
)

func TestSecrets(t *testing.T) {
	c, err := Parse("test", []byte(`{"info": {"name": "c"},
		"auth": {"type": "basic", "basic": [{"key": "username", "value": "somebody"}, {"key": "password", "value": "pass-list"}]},
		"variable": [{"key": "login_password", "value": "pass-variable"}, {"key": "greeting", "value": "hello there"}, {"key": "t", "type": "secret", "value": "typed-secret"}],
		"item": [
			{"name": "a", "request": {"method": "GET", "auth": {"type": "bearer", "bearer": {"token": "bearer-map"}},
				"header": [{"key": "X-Api-Key", "value": "header-key"}, {"key": "Accept", "value": "application/json"}, {"key": "X-Token", "value": "{{token}}"}],
				"url": {"raw": "https://h/?api_key=q", "host": ["h"], "query": [{"key": "api_key", "value": "query-key"}, {"key": "page", "value": "1234567"}]}}},
			{"name": "o", "request": {"method": "GET", "url": "https://h", "auth": {"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "oauth-token"},
				{"key": "addTokenTo", "value": "queryParams"}, {"key": "tokenName", "value": "my token"}, {"key": "client_authentication", "value": "header"}, {"key": "accessTokenUrl", "value": "https://h/token"}]}}},
			{"name": "d", "request": {"method": "GET", "url": "https://h", "auth": {"type": "digest", "digest": {"username": "somebody", "password": "pass-digest", "qop": "auth-int", "algorithm": "SHA-256"}}}},
			{"name": "b", "request": {"method": "POST", "url": "https://h", "body": {"mode": "urlencoded", "urlencoded": [{"key": "client_secret", "value": "body-secret"}]}}}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Secrets()
	slices.Sort(got)
	got = slices.Compact(got)
	want := []string{"bearer-map", "body-secret", "header-key", "oauth-token", "pass-digest", "pass-list", "pass-variable", "query-key", "typed-secret"}
	if !slices.Equal(got, want) {
		t.Errorf("Secrets() = %q, want %q", got, want)
	}
}
