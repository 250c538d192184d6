package insomnia

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/request"
)

func isOn(v gjson.Result) bool { return v.Type == gjson.True || v.String() == "true" }

func (r *reader) header(v gjson.Result, place string) collection.Header {
	return collection.Header{
		Key: r.text(place, convert.TextOf(v.Get("name"))), Value: r.text(place, convert.TextOf(v.Get("value"))), Disabled: isOn(v.Get("disabled")), Description: convert.TextOf(v.Get("description")),
	}
}

// request reads a request; false when it is none over HTTP.
func (r *reader) request(n *node, item *convert.DraftItem, headers []collection.Header, place string) bool {
	kind := convert.TextOf(n.Get("_type"))
	switch id := convert.TextOf(n.get("meta.id", "_id")); {
	case kind == "grpc_request" || n.Get("reflectionApi").Exists() || n.Get("protoMethodName").Exists():
		r.notes.AddAt(place, "request", "left out: it is one over gRPC")
		return false
	case kind == "websocket_request" || strings.HasPrefix(id, "ws-req"):
		r.notes.AddAt(place, "request", "left out: it is one over a WebSocket")
		return false
	case kind == "socketio_request" || strings.HasPrefix(id, "socketio-req"):
		r.notes.AddAt(place, "request", "left out: it is one over Socket.IO")
		return false
	case n.Get("transportType").Exists():
		r.notes.AddAt(place, "request", "left out: it is one to an MCP server")
		return false
	}
	req := &convert.DraftRequest{
		Method: strings.ToUpper(cmp.Or(strings.TrimSpace(convert.TextOf(n.Get("method"))), "GET")), Headers: []collection.Header{},
		Description: convert.TextOf(n.get("meta.description", "description")), Auth: r.auth(n.Get("authentication"), place),
	}
	item.Request = req
	for _, h := range n.Get("headers").Array() {
		made := r.header(h, place)
		if made.Key == "" && made.Value == "" {
			continue // the empty line of the editor
		}
		req.Headers = append(req.Headers, made)
	}
	for _, h := range headers {
		if !slices.ContainsFunc(req.Headers, func(own collection.Header) bool { return strings.EqualFold(own.Key, h.Key) && !own.Disabled }) {
			req.Headers = append(req.Headers, h)
		}
	}
	r.settings(n, item, place)
	r.url(n, item, place)
	r.cookieAuth(n, req, place)
	r.body(n, item, place)
	item.Events = r.scripts(n, place)
	return true
}

func (r *reader) settings(n *node, item *convert.DraftItem, place string) {
	behave := func(key string, value any) {
		if item.Behavior == nil {
			item.Behavior = map[string]any{}
		}
		item.Behavior[key] = value
	}
	switch convert.TextOf(n.get("settings.followRedirects", "settingFollowRedirects")) {
	case "on":
		behave("followRedirects", true)
	case "off":
		behave("followRedirects", false)
	}
	if n.get("settings.encodeUrl", "settingEncodeUrl").Type == gjson.False {
		behave("disableUrlEncoding", true)
	}
	send, store := n.get("settings.cookies.send", "settingSendCookies"), n.get("settings.cookies.store", "settingStoreCookies")
	switch noSend, noStore := send.Type == gjson.False, store.Type == gjson.False; {
	case noSend && noStore:
		behave("disableCookies", true)
	case noSend || noStore:
		r.notes.AddAt(place, "setting cookies", "left out: Postman sends and keeps cookies, or neither")
	}
	if n.get("settings.renderRequestBody").Type == gjson.False || isOn(n.Get("settingDisableRenderRequestBody")) {
		r.notes.AddAt(place, "setting renderRequestBody", "left out: Postman fills in the placeholders of every body")
	}
	if n.get("settings.rebuildPath", "settingRebuildPath").Type == gjson.False {
		r.notes.AddAt(place, "setting rebuildPath", "left out")
	}
}

// url puts the parameters behind the query that the URL has itself.
func (r *reader) url(n *node, item *convert.DraftItem, place string) {
	u := &item.Request.URL
	u.Raw = r.text(place, convert.TextOf(n.Get("url")))
	encoded := item.Behavior["disableUrlEncoding"] == nil
	var list []collection.QueryParam
	for _, p := range n.Get("parameters").Array() {
		q := collection.QueryParam{Key: r.text(place, convert.TextOf(p.Get("name"))), Value: r.text(place, convert.TextOf(p.Get("value"))), Disabled: isOn(p.Get("disabled")), Description: convert.TextOf(p.Get("description"))}
		if q.Key == "" {
			continue // Insomnia does not send it
		}
		if q.HasValue = q.Value != ""; encoded {
			q.Key, q.Value = convert.EncodePlus(q.Key), convert.EncodePlus(q.Value)
		}
		list = append(list, q)
	}
	if list != nil {
		u.Query = append(collection.QueryOf(u.Raw), list...)
	}
	var given []string
	for _, p := range n.Get("pathParameters").Array() {
		name := convert.TextOf(p.Get("name"))
		given = append(given, name)
		u.Variables = append(u.Variables, collection.Variable{Key: name, Value: r.text(place, convert.TextOf(p.Get("value")))})
	}
	u.Variables = append(u.Variables, convert.LiteralSegments(u.Raw, given...)...)
}

// cookieAuth writes an API key that is a cookie into the header.
func (r *reader) cookieAuth(n *node, req *convert.DraftRequest, place string) {
	a := n.Get("authentication")
	if convert.TextOf(a.Get("type")) == "apikey" && convert.TextOf(a.Get("addTo")) == "cookie" && !isOn(a.Get("disabled")) {
		req.Headers = append(req.Headers, collection.Header{Key: "Cookie", Value: r.text(place, convert.TextOf(a.Get("key"))+"="+convert.TextOf(a.Get("value")))})
	}
}

func (r *reader) body(n *node, item *convert.DraftItem, place string) {
	b, req := n.Get("body"), item.Request
	if !b.IsObject() {
		return
	}
	mimeType := strings.TrimSpace(convert.TextOf(b.Get("mimeType")))
	kind, _, _ := strings.Cut(strings.ToLower(mimeType), ";")
	kind = strings.TrimSpace(kind)
	text, params := convert.TextOf(b.Get("text")), b.Get("params").Array()
	typed := slices.IndexFunc(req.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") && !h.Disabled })
	form := func(mode string) {
		req.Body = &convert.DraftBody{Mode: mode}
		if typed >= 0 && (mode == collection.ModeFormData || strings.EqualFold(strings.TrimSpace(req.Headers[typed].Value), kind)) {
			req.Headers = slices.Delete(req.Headers, typed, typed+1)
		}
	}
	switch {
	case kind == "application/x-www-form-urlencoded" && (len(params) > 0 || text == ""):
		form(collection.ModeURLEncoded)
		req.Body.URLEncoded = r.params(params, place, false)
	case kind == "multipart/form-data" && (len(params) > 0 || text == ""):
		form(collection.ModeFormData)
		req.Body.FormData = r.params(params, place, true)
	case convert.TextOf(b.Get("fileName")) != "":
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: r.text(place, convert.TextOf(b.Get("fileName")))}}
		if typed < 0 && mimeType != "" {
			req.Headers = append(req.Headers, collection.Header{Key: "Content-Type", Value: mimeType})
		}
	case text == "":
		return
	case kind == "application/graphql":
		r.graphQL(req, text, typed, place)
	default:
		req.Body = convert.RawBody(r.text(place, text), language(kind))
		if typed < 0 && mimeType != "" && language(kind) == "" {
			req.Headers = append(req.Headers, collection.Header{Key: "Content-Type", Value: mimeType})
		}
	}
	if request.WithoutBody(req.Method) && (text != "" || len(params) > 0 || convert.TextOf(b.Get("fileName")) != "") {
		if item.Behavior == nil {
			item.Behavior = map[string]any{}
		}
		item.Behavior["disableBodyPruning"] = true
	}
}

// language is that of a raw body whose content type Postman adds itself.
func language(kind string) string {
	switch kind {
	case "application/json":
		return "json"
	case "application/xml":
		return "xml"
	case "text/html":
		return "html"
	case "application/javascript":
		return "javascript"
	case "text/plain":
		return "text"
	}
	return ""
}

func (r *reader) params(list []gjson.Result, place string, files bool) []collection.Param {
	made := []collection.Param{}
	for _, v := range list {
		p := collection.Param{
			Key: r.text(place, convert.TextOf(v.Get("name"))), Value: r.text(place, convert.TextOf(v.Get("value"))), Type: "text", Disabled: isOn(v.Get("disabled")), Description: convert.TextOf(v.Get("description")),
		}
		if p.Key == "" && p.Value == "" && convert.TextOf(v.Get("fileName")) == "" {
			continue
		}
		if convert.TextOf(v.Get("type")) == "file" {
			src := convert.TextOf(v.Get("fileName"))
			if !files {
				r.notes.AddAt(place, "field "+p.Key, "is the text of its file's name: a form of this kind has no files")
				p.Value = src
				made = append(made, p)
				continue
			}
			p.Type, p.Value = "file", ""
			if src != "" {
				p.Src = []string{r.text(place, src)}
			}
		}
		made = append(made, p)
	}
	return made
}

func (r *reader) graphQL(req *convert.DraftRequest, text string, typed int, place string) {
	if !json.Valid([]byte(text)) || !gjson.Parse(text).IsObject() {
		r.notes.AddAt(place, "body", "is kept as text: it is no JSON with a query")
		req.Body = convert.RawBody(r.text(place, text), "json")
		return
	}
	v := gjson.Parse(text)
	g := &collection.GraphQL{Query: r.text(place, convert.TextOf(v.Get("query"))), OperationName: convert.TextOf(v.Get("operationName"))}
	switch variables := v.Get("variables"); {
	case variables.Type == gjson.String:
		g.Variables = r.text(place, variables.Str)
	case variables.Type != gjson.Null:
		g.Variables = r.text(place, variables.Raw)
	}
	req.Body = &convert.DraftBody{Mode: collection.ModeGraphQL, GraphQL: g}
	if typed >= 0 {
		req.Headers = slices.Delete(req.Headers, typed, typed+1)
	}
}

// authPart is a parameter of an auth, by both programs' names.
type authPart struct{ insomnia, postman string }

// authPair is an auth that both know.
type authPair struct {
	insomnia, postman string
	parts             []authPart
}

func authPairs() []authPair {
	return []authPair{
		{"basic", "basic", []authPart{{"username", "username"}, {"password", "password"}}},
		{"digest", "digest", []authPart{{"username", "username"}, {"password", "password"}}},
		{"ntlm", "ntlm", []authPart{{"username", "username"}, {"password", "password"}}},
		{"bearer", "bearer", []authPart{{"token", "token"}}},
		{"apikey", "apikey", []authPart{{"key", "key"}, {"value", "value"}, {"addTo", "in"}}},
		{"iam", "awsv4", []authPart{{"accessKeyId", "accessKey"}, {"secretAccessKey", "secretKey"}, {"sessionToken", "sessionToken"}, {"region", "region"}, {"service", "service"}}},
		{"hawk", "hawk", []authPart{{"id", "authId"}, {"key", "authKey"}, {"algorithm", "algorithm"}, {"ext", "extraData"}, {"validatePayload", "includePayloadHash"}}},
		{"asap", "asap", []authPart{{"issuer", "iss"}, {"subject", "sub"}, {"audience", "aud"}, {"additionalClaims", "claims"}, {"privateKey", "privateKey"}, {"keyId", "kid"}}},
		{"oauth1", "oauth1", []authPart{{"consumerKey", "consumerKey"}, {"consumerSecret", "consumerSecret"}, {"tokenKey", "token"}, {"tokenSecret", "tokenSecret"},
			{"signatureMethod", "signatureMethod"}, {"privateKey", "privateKey"}, {"version", "version"}, {"nonce", "nonce"}, {"timestamp", "timestamp"},
			{"callback", "callback"}, {"realm", "realm"}, {"verifier", "verifier"}, {"includeBodyHash", "includeBodyHash"}}},
		{"oauth2", "oauth2", []authPart{{"grantType", "grant_type"}, {"accessTokenUrl", "accessTokenUrl"}, {"authorizationUrl", "authUrl"}, {"clientId", "clientId"},
			{"clientSecret", "clientSecret"}, {"scope", "scope"}, {"username", "username"}, {"password", "password"}, {"redirectUrl", "redirect_uri"}, {"state", "state"},
			{"accessToken", "accessToken"}, {"refreshToken", "refreshToken"}, {"tokenPrefix", "headerPrefix"}, {"credentialsInBody", "client_authentication"}, {"audience", "audience"}, {"resource", "resource"}}},
	}
}

// auth reads the auth of a folder or request; nil inherits.
func (r *reader) auth(a gjson.Result, place string) *convert.DraftAuth {
	kind := convert.TextOf(a.Get("type"))
	if kind == "" {
		return nil
	}
	if isOn(a.Get("disabled")) {
		r.notes.AddAt(place, "auth", short(kind)+" is left out: it is disabled")
		return nil
	}
	if kind == "none" || kind == "apikey" && convert.TextOf(a.Get("addTo")) == "cookie" {
		if kind == "apikey" {
			r.notes.AddAt(place, "auth", "an API key in a cookie became the header Cookie of the request")
		}
		return &convert.DraftAuth{Type: "noauth"}
	}
	i := slices.IndexFunc(authPairs(), func(p authPair) bool { return p.insomnia == kind })
	if i < 0 {
		r.notes.AddAt(place, "auth", short(kind)+" is left out: Postman does not know it")
		return nil
	}
	pair := authPairs()[i]
	made := &convert.DraftAuth{Type: pair.postman}
	known := []string{"type", "disabled"}
	for _, part := range pair.parts {
		known = append(known, part.insomnia)
		if v := a.Get(part.insomnia); v.Exists() && v.Type != gjson.Null {
			made.Params = append(made.Params, collection.AuthParam{Key: part.postman, Value: authValue(kind, part.insomnia, r.text(place, convert.TextOf(v)), true)})
		}
	}
	if prefix := r.text(place, convert.TextOf(a.Get("prefix"))); kind == "bearer" {
		known = append(known, "prefix")
		if prefix != "" && prefix != "Bearer" {
			value := prefix + " " + r.text(place, convert.TextOf(a.Get("token")))
			if prefix == "NO_PREFIX" {
				value = r.text(place, convert.TextOf(a.Get("token")))
			}
			made = &convert.DraftAuth{Type: "apikey", Params: []collection.AuthParam{{Key: "key", Value: "Authorization"}, {Key: "value", Value: value}, {Key: "in", Value: "header"}}}
		}
	}
	if kind == "oauth1" {
		made.Params = append(made.Params, collection.AuthParam{Key: "addParamsToHeader", Value: "true"})
	}
	a.ForEach(func(key, value gjson.Result) bool {
		if !slices.Contains(known, key.String()) && value.String() != "" && value.Type != gjson.False {
			r.notes.AddAt(place, "auth "+kind, short(key.String())+" is left out")
		}
		return true
	})
	return made
}

// authValue translates the few parameters whose values differ.
func authValue(kind, part, value string, toPostman bool) string {
	pairs := map[string][][2]string{
		"apikey addTo":             {{"header", "header"}, {"queryParams", "query"}},
		"oauth2 grantType":         {{"password", "password_credentials"}},
		"oauth2 credentialsInBody": {{"true", "body"}, {"false", "header"}},
	}
	for _, p := range pairs[kind+" "+part] {
		switch {
		case toPostman && value == p[0]:
			return p[1]
		case !toPostman && value == p[1]:
			return p[0]
		}
	}
	return value
}

// jsonText gives a text as JSON.
func jsonText(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return string(quoted)
}
