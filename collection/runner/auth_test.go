package runner

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ntlmChallenge is a challenge message as servers send it ([MS-NLMP], section 2.2.1.2).
func ntlmChallenge() string {
	var m []byte
	m = append(m, "NTLMSSP\x00"...)
	m = binary.LittleEndian.AppendUint32(m, 2)
	m = append(m, 0, 0, 0, 0, 56, 0, 0, 0)              // no target name
	m = binary.LittleEndian.AppendUint32(m, 0x00880201) // Unicode, NTLM, extended security, target info
	m = append(m, 1, 2, 3, 4, 5, 6, 7, 8)               // the challenge
	m = append(m, 0, 0, 0, 0, 0, 0, 0, 0)               // reserved
	m = append(m, 4, 0, 4, 0, 56, 0, 0, 0)              // target info: its end alone
	m = append(m, 0, 0, 0, 0, 0, 0, 0, 0)               // version
	return base64.StdEncoding.EncodeToString(append(m, 0, 0, 0, 0))
}

// TestRunAuth: every auth type says what its server wants to hear.
func TestRunAuth(t *testing.T) {
	legs := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := r.Header.Get("Authorization")
		ok := false
		switch r.URL.Path {
		case "/basic":
			ok = got == "Basic YW5uOnB3"
		case "/bearer":
			ok = got == "Bearer tok"
		case "/apikey":
			ok = r.Header.Get("X-Key") == "k"
		case "/digest":
			if ok = strings.Contains(got, `username="ann"`) && strings.Contains(got, "response="); !ok {
				w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=MD5`)
			}
		case "/token":
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"access_token":"fetched","token_type":"Bearer"}`)
			return
		case "/oauth2":
			ok = got == "Bearer fetched"
		case "/oauth1":
			ok = strings.HasPrefix(got, "OAuth ") && strings.Contains(got, `oauth_consumer_key="ck"`)
		case "/hawk":
			ok = strings.HasPrefix(got, `Hawk id="i"`)
		case "/awsv4":
			ok = strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AK/")
		case "/edgegrid":
			ok = strings.HasPrefix(got, "EG1-HMAC-SHA256 client_token=c;")
		case "/jwt":
			ok = strings.HasPrefix(got, "Bearer ey")
		case "/ntlm":
			legs++
			message, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(got, "NTLM "))
			switch {
			case len(message) > 8 && message[8] == 1:
				w.Header().Set("WWW-Authenticate", "NTLM "+ntlmChallenge())
			case len(message) > 8 && message[8] == 3:
				ok = strings.Contains(strings.ReplaceAll(string(message), "\x00", ""), "ann")
			}
		}
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	params := func(pairs ...string) string {
		var list []string
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, fmt.Sprintf(`{"key":%q,"value":%q}`, pairs[i], pairs[i+1]))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	for auth, list := range map[string]string{
		"basic": params("username", "{{user}}", "password", "pw"), "bearer": params("token", "tok"), "apikey": params("key", "X-Key", "value", "k"),
		"digest": params("username", "{{user}}", "password", "pw"), "oauth2": params("grant_type", "client_credentials", "accessTokenUrl", server.URL+"/token", "clientId", "a", "clientSecret", "b"),
		"oauth1": params("consumerKey", "ck", "consumerSecret", "cs"), "hawk": params("authId", "i", "authKey", "k"), "awsv4": params("accessKey", "AK", "secretKey", "SK"),
		"edgegrid": params("clientToken", "c", "accessToken", "a", "clientSecret", "s"), "jwt": params("secret", "a-secret", "payload", `{"a":1}`), "ntlm": params("username", "{{user}}", "password", "pw", "domain", "D"),
	} {
		o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"auth":{"type":%q,%q:%s},"item":[{"name":"a","request":{"method":"POST","url":"%s/%s","body":{"mode":"raw","raw":"x"}}}]}`, auth, auth, list, server.URL, auth))
		o.Environment = scopeOf("user", "ann")
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got := requests(*events); len(got) != 1 || !strings.HasSuffix(got[0], " 200") {
			t.Errorf("%s: %q", auth, got)
		}
	}
	if legs != 2 {
		t.Errorf("ntlm took %d requests", legs)
	}
	// What cannot be done is an error, and nothing is sent.
	for auth, want := range map[string]string{"custom": "is not known", "hawk": "authId: is empty", "oauth2": "a person at a browser"} {
		o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":{"url":"%s/x","auth":{"type":%q,%q:[{"key":"other","value":"x"}]}}}]}`, server.URL, auth, auth))
		if err := Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got := requests(*events); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: %q", auth, got)
		}
	}
	// One in which nothing has a value is left out.
	o, events := parseRun(t, fmt.Sprintf(`{"info":{"name":"C"},"item":[{"name":"a","request":{"url":"%s/x","auth":{"type":"hawk","hawk":[{"key":"authId","value":""}]}}}]}`, server.URL))
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := requests(*events); len(got) != 1 || !strings.HasSuffix(got[0], " 401") {
		t.Errorf("empty hawk: %q", got)
	}
}
