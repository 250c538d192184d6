package openapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// scheme gives a security scheme by its name, in the shape of version 3.
func (r *reader) scheme(name string) *node {
	if r.swagger() {
		return swaggerScheme(r.resolve(r.root.get("securityDefinitions").get(name)))
	}
	return r.resolve(r.root.get("components").get("securitySchemes").get(name))
}

// countSecrets finds out which variables have to say of which scheme they are.
func (r *reader) countSecrets() {
	r.secrets = make(map[string]int)
	all := r.root.get("components").get("securitySchemes")
	if r.swagger() {
		all = r.root.get("securityDefinitions")
	}
	for _, m := range all.pairs() {
		r.secrets[authKind(r.scheme(m.key))]++
	}
}

// authKind is Postman's name of what a scheme is; "" for what it does not know.
func authKind(n *node) string {
	switch n.str("type") {
	case "http":
		switch s := strings.ToLower(n.str("scheme")); s {
		case "basic", "bearer", "digest", "ntlm", "hawk":
			return s
		case "oauth":
			return "oauth1"
		}
	case "apiKey":
		if n.str("x-amazon-apigateway-authtype") == "awsSigv4" {
			return "awsv4"
		}
		return "apikey"
	case "oauth2", "openIdConnect":
		return "oauth2"
	}
	return ""
}

// auth gives the auth of security requirements, and parameters for what the one auth of
// a request cannot hold. No requirements give none at all, empty ones noauth.
func (r *reader) auth(requirements *node) (*convert.DraftAuth, []param) {
	if requirements == nil || !requirements.isList() {
		return nil, nil
	}
	chosen := -1
	for i, m := range requirements.members {
		fits := len(m.value.pairs()) > 0
		for _, s := range m.value.pairs() {
			if authKind(r.scheme(s.key)) == "" {
				fits = false
				r.notes.AddAt(r.item, "security "+s.key, "left out: Postman has no such auth")
			}
		}
		switch {
		case fits && chosen < 0:
			chosen = i
		case fits:
			r.notes.AddAt(r.item, "security", "the first way is taken; others are left out")
		case len(m.value.pairs()) == 0 && len(requirements.members) > 1:
			r.notes.AddAt(r.item, "security", "it is optional, and the request has it")
		}
	}
	auth := &convert.DraftAuth{Type: "noauth"}
	if chosen < 0 {
		return auth, nil
	}
	var more []param
	all := slices.Clone(requirements.members[chosen].value.members)
	slices.SortStableFunc(all, func(a, b member) int { return r.rank(a.key) - r.rank(b.key) })
	for i, m := range all {
		n := r.scheme(m.key)
		kind := authKind(n)
		switch {
		case kind == "apikey" && (i > 0 || n.str("in") == "cookie"):
			more = append(more, param{name: n.str("name"), in: n.str("in"), required: true, style: "simple", examples: []example{{value: textNode(r.secret(m.key, "apiKey", kind, n))}}})
		case i == 0:
			auth = r.authOf(m.key, kind, n, m.value)
		default:
			r.notes.AddAt(r.item, "security "+m.key, "left out: a request has one auth")
		}
	}
	return auth, more
}

// rank puts the schemes that only an auth can hold before those that are parameters.
func (r *reader) rank(name string) int {
	n := r.scheme(name)
	switch {
	case authKind(n) != "apikey":
		return 0
	case n.str("in") != "cookie":
		return 1
	}
	return 2
}

var badInVariable = regexp.MustCompile(`[^\p{L}\p{N}_.-]`)

// placeholderOf makes a variable without a value, and gives its placeholder.
func (r *reader) placeholderOf(scheme, name, kind, description string, secret bool) string {
	if r.secrets[kind] > 1 {
		name += "_" + badInVariable.ReplaceAllString(scheme, "_")
	}
	v := collection.Variable{Key: name, Description: strings.TrimSpace(description)}
	if secret {
		v.Type = "secret"
	}
	r.variable(v)
	return "{{" + name + "}}"
}

func (r *reader) secret(scheme, name, kind string, n *node) string {
	return r.placeholderOf(scheme, name, kind, n.str("description"), true)
}

func (r *reader) authOf(name, kind string, n, scopes *node) *convert.DraftAuth {
	auth := &convert.DraftAuth{Type: kind}
	add := func(key, value string) {
		if value != "" {
			auth.Params = append(auth.Params, collection.AuthParam{Key: key, Value: value})
		}
	}
	secret := func(variable string) string { return r.secret(name, variable, kind, n) }
	plain := func(variable string) string {
		return r.placeholderOf(name, variable, kind, n.str("description"), false)
	}
	switch kind {
	case "basic", "digest", "ntlm":
		add("username", plain(kind+"AuthUsername"))
		add("password", secret(kind+"AuthPassword"))
	case "bearer":
		add("token", secret("bearerToken"))
	case "apikey":
		add("key", n.str("name"))
		add("value", secret("apiKey"))
		if n.str("in") == "query" {
			add("in", "query")
		} else {
			add("in", "header")
		}
	case "awsv4":
		add("accessKey", secret("awsAccessKey"))
		add("secretKey", secret("awsSecretKey"))
		add("region", plain("awsRegion"))
		add("service", "execute-api")
	case "hawk":
		add("authId", plain("hawkId"))
		add("authKey", secret("hawkKey"))
		add("algorithm", "sha256")
	case "oauth1":
		add("consumerKey", plain("oauth1ConsumerKey"))
		add("consumerSecret", secret("oauth1ConsumerSecret"))
		add("token", secret("oauth1Token"))
		add("tokenSecret", secret("oauth1TokenSecret"))
		add("signatureMethod", "HMAC-SHA1")
	case "oauth2":
		r.oauth2(name, n, scopes, add, plain, secret)
	}
	return auth
}

// oauth2 fills in the first flow that there is.
func (r *reader) oauth2(name string, n, scopes *node, add func(key, value string), plain, secret func(string) string) {
	grants := map[string]string{"authorizationCode": "authorization_code", "clientCredentials": "client_credentials", "password": "password_credentials", "implicit": "implicit"}
	var flow *node
	grant := ""
	for _, m := range n.get("flows").pairs() {
		switch {
		case grants[m.key] == "":
		case flow == nil:
			flow, grant = m.value, grants[m.key]
		default:
			r.notes.AddAt("", "security "+name, "the first flow is taken; left out: "+m.key)
		}
	}
	if flow == nil {
		r.notes.AddAt("", "security "+name, "is oauth2 whose addresses the document does not say")
		grant = "authorization_code"
	}
	add("grant_type", grant)
	add("accessTokenUrl", flow.str("tokenUrl"))
	add("authUrl", flow.str("authorizationUrl"))
	add("refreshTokenUrl", flow.str("refreshUrl"))
	wanted := scopes.texts()
	if len(wanted) == 0 {
		for _, m := range flow.get("scopes").pairs() {
			if !strings.HasPrefix(m.key, "x-") {
				wanted = append(wanted, m.key)
			}
		}
	}
	add("scope", strings.Join(wanted, " "))
	add("clientId", plain("oauth2ClientId"))
	if grant != "implicit" {
		add("clientSecret", secret("oauth2ClientSecret"))
	}
	if grant == "password_credentials" {
		add("username", plain("oauth2Username"))
		add("password", secret("oauth2Password"))
	}
	if grant == "authorization_code" || grant == "implicit" {
		add("accessToken", secret("oauth2AccessToken")) // a person at a browser gets it
	}
	add("addTokenTo", "header")
}
