package collection

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// v1RequestKeys are the keys of a v1 request that item reads, beside those that carry knows.
var v1RequestKeys = []string{"id", "name", "description", "method", "url", "queryParams", "pathVariables", "pathVariableData",
	"headers", "headerData", "responses"}

// v1BodyKeys are those of a body, read when the request has one.
var v1BodyKeys = []string{"dataMode", "data", "rawModeData", "graphqlModeData", "dataOptions", "dataDisabled"}

// item gives the v2.1 item of a request.
func (c *v1Collection) item(f object) (jsonObject, error) {
	item := jsonObject{{"name", textOf(f.get("name"))}}
	item.keep("id", f.get("id"))
	shared := jsonObject{}
	if err := shared.addShared(f); err != nil {
		return nil, err
	}
	request, read, err := v1Request(f, shared.take("auth"))
	if err != nil {
		return nil, err
	}
	item.add("request", request)
	if responses := f.get("responses"); responses.IsArray() {
		list := []any{}
		for _, response := range responses.Array() {
			if response.IsObject() {
				list = append(list, c.response(fields(response)))
			}
		}
		item.add("response", list)
	}
	item = append(item, shared...)
	if responses := f.get("responses"); filled(responses) && !responses.IsArray() {
		read = slices.DeleteFunc(read, func(key string) bool { return key == "responses" })
	}
	item.carryV1(f, read...)
	return item, nil
}

// take removes a member and gives it; none, when there is none.
func (o *jsonObject) take(key string) (taken jsonObject) {
	var rest jsonObject
	for _, m := range *o {
		if m.key == key {
			taken = append(taken, m)
		} else {
			rest = append(rest, m)
		}
	}
	*o = rest
	return taken
}

// v1Request gives the v2.1 request and the keys that are in it; auth is a member of it, when there is one.
func v1Request(f object, auth jsonObject) (request jsonObject, read []string, err error) {
	read = slices.Clone(v1RequestKeys)
	request = append(request, auth...)
	request.keep("method", f.get("method"))
	headers, err := v1Headers(f)
	if err != nil {
		return nil, nil, err
	}
	request.add("header", headers)
	body, err := v1Body(f)
	if err != nil {
		return nil, nil, err
	}
	if body != nil {
		read = append(read, v1BodyKeys...)
		request.add("body", body)
	}
	url, err := v1URL(f)
	if err != nil {
		return nil, nil, err
	}
	request.add("url", url)
	request.keep("description", f.get("description"))
	if text := f.get("pathVariables"); filled(text) && !jsonText(text).IsObject() {
		read = slices.DeleteFunc(read, func(key string) bool { return key == "pathVariables" })
	}
	return request, read, nil
}

// v1Headers reads headerData and the headers text, which say the same in most files: of the text, only headers
// count that the list has not. A line without a colon, which Postman leaves out, is kept as a disabled header.
func v1Headers(f object) ([]any, error) {
	headers := []any{}
	seen := map[string]bool{}
	for _, key := range []string{"headerData", "headers"} {
		value := f.get(key)
		if value.Type == gjson.String {
			for line := range strings.Lines(value.Str) {
				if h := v1HeaderLine(line); h.Key != "" && !seen[h.Key] {
					headers = append(headers, headerMember(h))
				}
			}
			continue
		}
		list, err := entries(value, key)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if e.fields == nil {
				headers = append(headers, headerMember(v1HeaderLine(e.value.Str)))
				continue
			}
			written := v1Pair(e.fields)
			name, off := strings.CutPrefix(textOf(e.fields.get("key")), "//")
			if off {
				name = strings.TrimSpace(name)
				written.set("key", name)
				written.set("disabled", true)
			}
			if key == "headerData" || !seen[name] {
				headers = append(headers, written)
			}
			if key == "headerData" {
				seen[name] = true
			}
		}
	}
	return headers, nil
}

func v1HeaderLine(line string) Header {
	line, disabled := strings.CutPrefix(strings.TrimSpace(line), "//")
	key, value, ok := strings.Cut(line, ":")
	return Header{Key: strings.TrimSpace(key), Value: strings.TrimSpace(value), Disabled: disabled || !ok}
}

func headerMember(h Header) jsonObject {
	o := jsonObject{{"key", h.Key}, {"value", h.Value}}
	if h.Disabled {
		o.add("disabled", true)
	}
	return o
}

// set gives a member another value, or appends it.
func (o *jsonObject) set(key string, value any) {
	for i := range *o {
		if (*o)[i].key == key {
			(*o)[i].value = value
			return
		}
	}
	o.add(key, value)
}

// v1Pair copies a header, a parameter or a variable: v2.1 says "disabled" where v1 says that it is not enabled.
func v1Pair(f object) jsonObject {
	var o jsonObject
	for _, p := range f {
		switch {
		case p.key == "enabled":
		case p.value.Raw == "": // the key of a map
			o.add(p.key, p.value.Str)
		default:
			o.add(p.key, rawJSON(p.value.Raw))
		}
	}
	if f.get("enabled").Type == gjson.False {
		o.set("disabled", true)
	}
	return o
}

// v1URL reads a URL with its query and its path variables. As in Postman, queryParams count where there are
// some, and the query in the URL's text does not.
func v1URL(f object) (any, error) {
	url := f.get("url")
	switch {
	case url.IsObject():
		return rawJSON(url.Raw), nil
	case url.Type != gjson.String && !isAbsent(url):
		return nil, wrongKind(url, "url", "text")
	}
	query, err := v1Query(f.get("queryParams"))
	if err != nil {
		return nil, err
	}
	variables, err := v1PathVariables(f)
	if err != nil {
		return nil, err
	}
	return urlObject(textOf(url), query, variables), nil
}

func v1Query(r gjson.Result) ([]urlParam, error) {
	params, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	list, _ := entries(r, "") // queryOf read it without error
	var query []urlParam
	for i, q := range params {
		written := queryMember(q)
		if list != nil && list[i].fields != nil {
			f := list[i].fields
			q.Disabled = q.Disabled || f.get("enabled").Type == gjson.False
			// "equals" says whether an empty value has its "=".
			switch equals := f.get("equals"); {
			case isSet(equals):
				q.HasValue = true
			case equals.Exists() && q.Value == "":
				q.HasValue = false
			}
			written = v1Pair(f)
			written.take("equals")
			written.set("value", queryMember(q)[1].value)
		}
		query = append(query, urlParam{q, written})
	}
	return query, nil
}

// v1PathVariables reads pathVariableData, and of the map pathVariables (or its JSON text) what is not there.
func v1PathVariables(f object) ([]any, error) {
	var variables []any
	seen := map[string]bool{}
	list, err := entries(f.get("pathVariableData"), "pathVariableData")
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.fields == nil {
			return nil, wrongKind(e.value, numbered("pathVariableData", e.position), "an object with key and value")
		}
		seen[firstText(e.fields.get("key"), e.fields.get("id"))] = true
		variables = append(variables, v1Pair(e.fields))
	}
	for _, p := range pairs(jsonText(f.get("pathVariables"))) {
		if !seen[p.key] {
			variables = append(variables, jsonObject{{"key", p.key}, {"value", rawJSON(p.value.Raw)}})
		}
	}
	return variables, nil
}

// jsonText gives what a JSON text in a string says; anything else stays.
func jsonText(r gjson.Result) gjson.Result {
	if r.Type == gjson.String && gjson.Valid(r.Str) {
		return gjson.Parse(r.Str)
	}
	return r
}

// v1Modes are the names of the body modes in v2.1.
var v1Modes = map[string]string{"raw": ModeRaw, "urlencoded": ModeURLEncoded, "params": ModeFormData, "binary": ModeFile, "graphql": ModeGraphQL}

// v1Body gives the v2.1 body; nil when there is none. The data of other modes than the one in force stay, as
// Postman keeps them.
func v1Body(f object) (any, error) {
	mode := v1Mode(f)
	if mode == "" {
		return nil, nil
	}
	body := jsonObject{{"mode", mode}}
	data, raw, graphQL := f.get("data"), f.get("rawModeData"), f.get("graphqlModeData")
	if raw.IsArray() && len(raw.Array()) == 1 && raw.Array()[0].Type == gjson.String {
		raw = raw.Array()[0]
	}
	isForm := mode == ModeURLEncoded || mode == ModeFormData
	switch {
	case isForm && isAbsent(data) && raw.IsArray():
		data, raw = raw, gjson.Result{}
	case !isForm && !filled(raw) && data.Type == gjson.String:
		data, raw = gjson.Result{}, data
	}
	form, err := v1Form(data, mode)
	if err != nil {
		return nil, err
	}
	if mode == ModeRaw || mode != ModeFile && filled(raw) {
		var text any = ""
		if filled(raw) {
			text = rawJSON(raw.Raw)
		}
		body.add(ModeRaw, text)
	}
	if mode == ModeFile {
		src := jsonObject{}
		if filled(raw) {
			src.add("src", rawJSON(raw.Raw))
		}
		body.add(ModeFile, src)
	}
	switch {
	case isForm:
		body.add(mode, form)
	case filled(data):
		body.add(ModeFormData, form)
	}
	if filled(graphQL) {
		body.add(ModeGraphQL, rawJSON(graphQL.Raw))
	}
	if options := f.get("dataOptions"); options.IsObject() {
		var o jsonObject
		for _, p := range fields(options) {
			name := p.key
			if mode := v1Modes[name]; mode != "" {
				name = mode
			}
			o.add(name, rawJSON(p.value.Raw))
		}
		body.add("options", o)
	}
	if isSet(f.get("dataDisabled")) {
		body.add("disabled", true)
	}
	return body, nil
}

// filled tells whether there is anything: not null, no empty text, list or object.
func filled(r gjson.Result) bool {
	return !isAbsent(r) && r.Raw != `""` && (!r.IsObject() || !isEmpty(r))
}

// v1Mode gives the v2.1 mode of a body, "" when there is none: dataMode null is none, a missing one is found by
// what there is.
func v1Mode(f object) string {
	dataMode, raw := f.get("dataMode"), f.get("rawModeData")
	if mode := v1Modes[textOf(dataMode)]; mode != "" {
		return mode
	}
	data, graphQL := f.get("data"), f.get("graphqlModeData")
	switch isRaw := raw.Type == gjson.String && raw.Str != "" || raw.IsArray() && raw.Get("0").Type == gjson.String; {
	case dataMode.Exists() && dataMode.Type == gjson.Null:
		return ""
	case isRaw:
		return ModeRaw
	case filled(data) && data.IsArray() || raw.IsArray() && filled(raw):
		return ModeFormData
	case filled(graphQL):
		return ModeGraphQL
	case filled(data) || filled(raw):
		return ModeRaw
	}
	return ""
}

// v1Form reads the fields of a form. Text stays text. A field with no key, which Postman leaves out, is kept
// disabled.
func v1Form(r gjson.Result, mode string) (any, error) {
	if r.Type == gjson.String {
		return rawJSON(r.Raw), nil
	}
	list, err := entries(r, "data")
	if err != nil {
		return nil, err
	}
	form := []any{}
	for _, e := range list {
		if e.fields == nil {
			form = append(form, rawJSON(e.value.Raw))
			continue
		}
		param := v1Pair(e.fields)
		if e.fields.get("key").Type == gjson.Null {
			param.set("disabled", true)
		}
		value, src := e.fields.get("value"), e.fields.get("src")
		if textOf(e.fields.get("type")) == "file" && mode != ModeURLEncoded && (isAbsent(src) || src.Raw == `""`) {
			param.take("src")
			param.take("value")
			param.add("src", rawJSON(`null`))
			if value.Type == gjson.String || value.IsArray() {
				param.set("src", rawJSON(value.Raw))
			}
		}
		form = append(form, param)
	}
	return form, nil
}

// addShared adds what a collection, a folder and a request have in common: auth, event, variable and
// protocolProfileBehavior.
func (o *jsonObject) addShared(f object) error {
	if _, err := normalizeAuth(f.get("auth")); err != nil {
		return err
	}
	if auth := v1Auth(f); auth != nil {
		o.add("auth", auth)
	}
	events, err := v1Events(f)
	if err != nil {
		return err
	}
	if events != nil {
		o.add("event", events)
	}
	if variables := f.get("variables"); !isAbsent(variables) {
		list, err := entries(variables, "variables")
		if err != nil {
			return err
		}
		written := []any{}
		for _, e := range list {
			if e.fields == nil {
				return wrongKind(e.value, numbered("variable", e.position), "an object with key and value")
			}
			written = append(written, v1Variable(e.fields))
		}
		o.add("variable", written)
	}
	o.keep("protocolProfileBehavior", f.get("protocolProfileBehavior"))
	return nil
}

func v1Variable(f object) jsonObject {
	v := v1Pair(f)
	if f.get("key").Type == gjson.Null {
		if name := f.get("name"); name.Type == gjson.String {
			v.set("key", rawJSON(name.Raw))
		}
	}
	if textOf(f.get("type")) == "text" {
		v.set("type", "string")
	}
	return v
}

// v1Events reads scripts. The texts "tests" and "preRequestScript" count, where they are not empty, and events
// for the same moment do not: Postman writes both. An event that says no moment is a test.
func v1Events(f object) ([]any, error) {
	var events []any
	tests, before := f.get("tests"), f.get("preRequestScript")
	r := f.get("events")
	if _, err := eventsOf(r); err != nil {
		return nil, err
	}
	list := r.Array()
	for _, value := range list {
		if !value.IsObject() {
			continue
		}
		event := v21Event(value)
		listen := textOf(fields(value).get("listen"))
		if listen == "" {
			listen = "test"
			event.set("listen", listen)
		}
		if listen == "test" && filled(tests) || listen == "prerequest" && filled(before) {
			continue
		}
		events = append(events, event)
	}
	for _, script := range []struct {
		listen string
		text   gjson.Result
	}{{"prerequest", before}, {"test", tests}} {
		if !filled(script.text) {
			continue
		}
		if script.text.Type != gjson.String && !script.text.IsArray() {
			return nil, wrongKind(script.text, script.listen+" script", "text")
		}
		var exec any = rawJSON(script.text.Raw)
		if script.text.Type == gjson.String {
			exec = texts(strings.Split(script.text.Str, "\n"))
		}
		events = append(events, jsonObject{{"listen", script.listen}, {"script", jsonObject{{"type", "text/javascript"}, {"exec", exec}}}})
	}
	return events, nil
}

// v1Helpers are the auth types that helpers stand for.
var v1Helpers = map[string]string{
	"basicAuth": "basic", "bearerAuth": "bearer", "digestAuth": "digest", "hawkAuth": "hawk", "oAuth1": "oauth1", "oAuth2": "oauth2",
	"ntlmAuth": "ntlm", "awsSigV4": "awsv4", "apikeyAuth": "apikey", "edgegridAuth": "edgegrid", "jwtAuth": "jwt", "asapAuth": "asap",
}

// v1AuthNames are the parameters that have another name in v2.1, by auth type.
var v1AuthNames = map[string]map[string]string{
	"basic": {"saveToRequest": "saveHelperData"},
	"hawk": {"hawk_id": "authId", "hawk_key": "authKey", "ext": "extraData", "app": "appId", "dlg": "delegation",
		"saveToRequest": "saveHelperData"},
	"oauth1": {"header": "addParamsToHeader", "auto": "autoAddParam", "includeEmpty": "addEmptyParamsToSign"},
}

// v1Auth gives the v2.1 auth; nil when nothing is said. As in Postman, a helper counts before auth.
func v1Auth(f object) any {
	helper, attributes := f.get("currentHelper"), jsonText(f.get("helperAttributes"))
	name := textOf(helper)
	if !helper.Exists() && !f.get("auth").Exists() {
		// The helper's own id tells it, too.
		id := textOf(fields(attributes).get("id"))
		for known, authType := range v1Helpers {
			if id != "" && (id == known || id == authType) {
				name = known
			}
		}
	}
	if name == "" || name == "normal" || name == typeNoAuth {
		if auth := f.get("auth"); auth.Exists() {
			return rawJSON(auth.Raw)
		}
		if name == typeNoAuth {
			return jsonObject{{"type", typeNoAuth}}
		}
		return nil
	}
	authType := v1Helpers[name]
	if authType == "" {
		authType = strings.TrimSuffix(name, "Auth")
	}
	auth := jsonObject{{"type", authType}}
	if !attributes.IsObject() {
		return auth
	}
	var parameters object
	for _, p := range pairs(attributes) {
		if p.key == "id" {
			continue // the helper's
		}
		if renamed := v1AuthNames[authType][p.key]; renamed != "" {
			p.key = renamed
		}
		parameters = append(parameters, p)
	}
	auth.add(authType, authList(parameters))
	return auth
}

// response gives the v2.1 form of a saved example. Examples are never sent, so what is odd about one stays as
// it is instead of refusing the collection.
func (c *v1Collection) response(f object) jsonObject {
	response := jsonObject{}
	response.keep("id", f.get("id"))
	response.keep("name", f.get("name"))
	read := []string{"id", "name", "responseCode", "headers", "text", "language", "previewType", "time"}
	if original, from := c.savedRequest(f); original != nil {
		response.add("originalRequest", original)
		read = append(read, from)
		if other := f.get("request"); from == "requestObject" && (!filled(other) || sameText(other, f.get(from))) {
			read = append(read, "request")
		} else if other := f.get("requestObject"); from == "request" && !filled(other) {
			read = append(read, "requestObject")
		}
	}
	code := f.get("responseCode")
	if code.IsObject() {
		response.keep("status", fields(code).get("name"))
		response.keep("code", fields(code).get("code"))
		if name := fields(code).get("name"); name.Exists() {
			read = append(read, "status")
			if status := f.get("status"); filled(status) && textOf(status) != textOf(name) {
				response.add(prefixV1+"status", rawJSON(status.Raw))
			}
		}
		var rest jsonObject
		for _, p := range fields(code) {
			if p.key != "name" && p.key != "code" {
				rest.add(p.key, rawJSON(p.value.Raw))
			}
		}
		if rest != nil {
			response.add("responseCode", rest)
		}
	} else {
		response.keep("code", code)
	}
	response.keep("_postman_previewlanguage", f.get("language"))
	response.keep("_postman_previewtype", f.get("previewType"))
	response.keep("header", f.get("headers"))
	if cookies := f.get("cookies"); isAbsent(cookies) || cookies.IsArray() {
		read = append(read, "cookies")
	}
	if cookies := f.get("cookies"); cookies.IsArray() {
		list := []any{}
		for _, cookie := range cookies.Array() {
			var o jsonObject
			for _, p := range fields(cookie) {
				if p.key == "name" {
					p.key = "key"
				}
				o.add(p.key, rawJSON(p.value.Raw))
			}
			list = append(list, o)
		}
		response.add("cookie", list)
	}
	response.keep("responseTime", f.get("time"))
	response.keep("body", f.get("text"))
	response.carry(f, prefixV1, read...)
	return response
}

// sameText reports whether two values, either of which may be JSON in a text, say the same.
func sameText(a, b gjson.Result) bool {
	return compactJSON(jsonText(a).Raw) == compactJSON(jsonText(b).Raw)
}

// savedRequest gives the request of an example, and the key that says it: an object or its JSON text, or the id of
// a request; nil when there is none that can be read.
func (c *v1Collection) savedRequest(f object) (original any, from string) {
	for _, key := range []string{"requestObject", "request"} {
		saved := jsonText(f.get(key))
		named := saved.Type == gjson.String
		if named {
			// Examples repeat their request; a file that would grow without bound that way keeps the id alone.
			if entry := c.requests.named[saved.Str]; entry != nil && len(entry.value.Raw) <= c.repeats {
				saved = entry.value
				c.repeats -= len(saved.Raw)
			}
		}
		if !saved.IsObject() || isEmpty(saved) {
			continue
		}
		shared := jsonObject{}
		members := fields(saved)
		if shared.addShared(members) != nil {
			continue
		}
		if request, read, err := v1Request(members, shared.take("auth")); err == nil {
			if !named { // what else it holds; of a request of the collection, that is there
				request.carryFilled(members, read)
			}
			return request, key
		}
	}
	return nil, ""
}

// carryFilled is carry for members that say something.
func (o *jsonObject) carryFilled(members object, read []string) {
	read = append(slices.DeleteFunc(read, func(key string) bool { return key == "id" || key == "name" || key == "responses" }), "auth", "currentHelper", "helperAttributes")
	left := v1Left(members)
	for _, p := range members {
		if filled(p.value) && (!slices.Contains(read, p.key) || slices.Contains(left, p.key)) {
			if slices.ContainsFunc(*o, func(m jsonMember) bool { return m.key == p.key }) {
				p.key = prefixV1 + p.key
			}
			o.carry(object{p}, prefixV1)
		}
	}
}
