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
			{"name": "b", "request": {"method": "POST", "url": "https://h", "body": {"mode": "urlencoded", "urlencoded": [{"key": "client_secret", "value": "body-secret"}]}}}
		]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Secrets()
	slices.Sort(got)
	got = slices.Compact(got)
	want := []string{"bearer-map", "body-secret", "header-key", "pass-list", "pass-variable", "query-key", "typed-secret"}
	if !slices.Equal(got, want) {
		t.Errorf("Secrets() = %q, want %q", got, want)
	}
}
