package openapi

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
)

// security writes what an operation demands, unless it is what the document demands
// anyway. The ways of several requests stand beside each other.
func (w *writer) security(m *methodGroup) *node {
	made := listNode()
	inherits := true
	for _, c := range m.calls {
		auth, source := c.item.Auth()
		one := w.requirement(c, auth)
		if source == "collection" && w.root == nil {
			w.root = listNode()
			if auth != nil && one != nil {
				w.root = listNode(one)
			}
		}
		if source != "collection" || auth == nil && one != nil {
			inherits = false
		}
		known := false
		for _, m := range made.members {
			known = known || equal(m.value, one)
		}
		if one != nil && !known {
			made.members = append(made.members, member{value: one})
		}
	}
	if inherits {
		return nil
	}
	if len(made.members) == 0 && w.c.Raw.Get("auth.type").String() == "" {
		return nil
	}
	return made
}

// requirement gives the security requirement of a request, nil for none.
func (w *writer) requirement(c *call, auth *collection.Auth) *node {
	if auth == nil {
		return w.headerAuth(c)
	}
	name, scheme, scopes := w.scheme(c, auth)
	if scheme == nil {
		w.notes.Add(c.item, "auth", auth.Type+" is left out: OpenAPI does not know it")
		return nil
	}
	return object().add(w.schemeName(name, scheme), scopes)
}

// headerAuth takes an Authorization header that the request has by itself.
func (w *writer) headerAuth(c *call) *node {
	for _, h := range c.request.Headers {
		if h.Disabled || !strings.EqualFold(strings.TrimSpace(h.Key), "Authorization") {
			continue
		}
		kind, _, _ := strings.Cut(strings.TrimSpace(h.Value), " ")
		name, scheme := "authorization", object().put("type", "apiKey").put("name", "Authorization").put("in", "header").put("description", h.Description)
		switch kind = strings.ToLower(kind); kind {
		case "bearer", "basic", "digest":
			name, scheme = kind+"Auth", object().put("type", "http").put("scheme", kind)
		}
		w.notes.Add(c.item, "header "+h.Key, "is a security scheme")
		return object().add(w.schemeName(name, scheme), listNode())
	}
	return nil
}

// schemeName gives the name of a scheme; equal ones have one.
func (w *writer) schemeName(name string, scheme *node) string {
	made := name
	for i := 2; ; i++ {
		known := w.schemes.get(made)
		if known == nil {
			w.schemes.add(made, scheme)
			return made
		}
		if equal(known, scheme) || sameFlow(known, scheme) {
			return made
		}
		made = name + strconv.Itoa(i)
	}
}

// sameFlow says whether two schemes are oauth2 and differ in their scopes alone; the known
// one gets those of the other.
func sameFlow(known, other *node) bool {
	a, b := known.get("flows").pairs(), other.get("flows").pairs()
	if len(a) != 1 || len(b) != 1 || a[0].key != b[0].key {
		return false
	}
	for _, key := range []string{"authorizationUrl", "tokenUrl", "refreshUrl"} {
		if a[0].value.str(key) != b[0].value.str(key) {
			return false
		}
	}
	scopes := a[0].value.get("scopes")
	for _, m := range b[0].value.get("scopes").pairs() {
		if scopes.get(m.key) == nil {
			scopes.add(m.key, m.value)
		}
	}
	return true
}

// scheme writes an auth as a security scheme, nil when OpenAPI has none for it. The name
// is a proposal.
func (w *writer) scheme(c *call, auth *collection.Auth) (name string, scheme, scopes *node) {
	get := func(key string) string { return strings.TrimSpace(w.fill(auth.Get(key))) }
	scopes = listNode()
	http := func(s string) *node { return object().put("type", "http").put("scheme", s) }
	switch auth.Type {
	case "basic", "bearer", "digest", "hawk":
		return auth.Type + "Auth", http(auth.Type), scopes
	case "ntlm":
		return "ntlmAuth", http("ntlm"), scopes
	case "oauth1":
		return "oauth1", http("oauth"), scopes
	case "jwt", "asap":
		if get("addTokenTo") == "queryParam" {
			return auth.Type + "Auth", object().put("type", "apiKey").put("name", cmp.Or(get("queryParamKey"), "token")).put("in", "query"), scopes
		}
		return auth.Type + "Auth", http("bearer").put("bearerFormat", "JWT"), scopes
	case "apikey":
		in := "header"
		if get("in") == "query" {
			in = "query"
		}
		return "apiKeyAuth", object().put("type", "apiKey").put("name", cmp.Or(get("key"), "Authorization")).put("in", in), scopes
	case "awsv4":
		return "awsAuth", object().put("type", "apiKey").put("name", "Authorization").put("in", "header").put("x-amazon-apigateway-authtype", "awsSigv4"), scopes
	case "oauth2":
		return w.oauth2(c, get)
	}
	return "", nil, nil
}

// oauth2 writes a flow with its addresses; without them, what is left is a bearer token.
func (w *writer) oauth2(c *call, get func(string) string) (name string, scheme, scopes *node) {
	flows := map[string]string{"client_credentials": "clientCredentials", "password_credentials": "password", "password": "password", "implicit": "implicit"}
	flow := cmp.Or(flows[get("grant_type")], "authorizationCode")
	made := object()
	complete := true
	address := func(key, value string, needed bool) {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || strings.ContainsAny(value, "{}<> ") {
			complete = complete && !needed
			return
		}
		made.put(key, value)
	}
	if flow == "implicit" || flow == "authorizationCode" {
		address("authorizationUrl", get("authUrl"), true)
	}
	if flow != "implicit" {
		address("tokenUrl", get("accessTokenUrl"), true)
	}
	address("refreshUrl", get("refreshTokenUrl"), false)
	if !complete {
		w.notes.Add(c.item, "auth", "oauth2 is written as a bearer token: its addresses are not known")
		return "oauth2Token", object().put("type", "http").put("scheme", "bearer"), listNode()
	}
	named, wanted := object(), listNode()
	for _, s := range strings.Fields(get("scope")) {
		if named.get(s) == nil {
			named.add(s, textNode(""))
			wanted.members = append(wanted.members, member{value: textNode(s)})
		}
	}
	made.add("scopes", named)
	return "oauth2", object().put("type", "oauth2").add("flows", object().add(flow, made)), wanted
}
