package openapi

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// deprecatedMark begins the description of what is deprecated.
const deprecatedMark = "Deprecated."

func (r *reader) request(item *convert.DraftItem, o *operation) {
	q := &convert.DraftRequest{Method: o.method, Headers: []collection.Header{}, Description: o.description}
	if o.deprecated {
		q.Description = join(deprecatedMark, q.Description)
	}
	item.Request = q
	auth, more := r.auth(o.security)
	switch {
	case o.security == nil:
		_, more = r.auth(r.root.get("security"))
	case r.sameAuth(auth):
	default:
		q.Auth = auth
	}
	q.URL = r.url(o, more)
	r.headers(q, o, more)
	if o.body != nil {
		item.Behavior = r.body(q, o.body, 0)
	}
	if accepted := accepts(o); accepted != "" {
		q.Headers = append(q.Headers, collection.Header{Key: "Accept", Value: accepted})
	}
	item.Responses = r.answers(q, o)
}

func (r *reader) sameAuth(auth *convert.DraftAuth) bool {
	if auth == nil || r.draft.Auth == nil {
		return auth == r.draft.Auth
	}
	if auth.Type != r.draft.Auth.Type || len(auth.Params) != len(r.draft.Auth.Params) {
		return false
	}
	for i, p := range auth.Params {
		if p != r.draft.Auth.Params[i] {
			return false
		}
	}
	return true
}

var wholeSegment = regexp.MustCompile(`^\{([^{}]+)\}$`)

// url makes the address. What fills a whole part of the path is a path variable, what
// fills a bit of one a variable of the collection.
func (r *reader) url(o *operation, more []param) convert.DraftURL {
	base := r.base(o)
	var u convert.DraftURL
	path, _, _ := strings.Cut(o.path, "#")
	path, query, _ := strings.Cut(path, "?")
	declared := make(map[string]param)
	for _, p := range o.params {
		if p.in == "path" {
			declared[p.name] = p
		}
	}
	value := func(name string) (string, string) {
		p, ok := declared[name]
		if !ok {
			r.notes.AddAt(r.item, "path variable "+name, "has no value: the document does not describe it")
			return "", ""
		}
		return r.single(p), r.describe(p)
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		if m := wholeSegment.FindStringSubmatch(segment); m != nil {
			segments[i] = ":" + m[1]
			v, description := value(m[1])
			u.Variables = append(u.Variables, collection.Variable{Key: m[1], Value: v, Description: description})
			continue
		}
		segments[i] = inBraces.ReplaceAllStringFunc(segment, func(m string) string {
			name := m[1 : len(m)-1]
			v, description := value(name)
			r.variable(collection.Variable{Key: name, Value: v, Description: description})
			return "{{" + name + "}}"
		})
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, v, _ := strings.Cut(pair, "="); name != "" {
			u.Query = append(u.Query, collection.QueryParam{Key: name, Value: v, HasValue: true})
		}
	}
	for _, p := range append(o.params, more...) {
		if p.in != "query" {
			continue
		}
		for _, pair := range r.pairs(p) {
			u.Query = append(u.Query, collection.QueryParam{Key: pair.key, Value: pair.value, HasValue: true, Disabled: !p.required, Description: r.describe(p)})
		}
	}
	u.Raw = "{{" + base + "}}/" + strings.Join(segments, "/")
	sign := "?"
	for _, q := range u.Query {
		if !q.Disabled {
			u.Raw += sign + q.Key + "=" + q.Value
			sign = "&"
		}
	}
	return u
}

// describe gives the description of a parameter.
func (r *reader) describe(p param) string {
	schema := r.resolve(p.schema)
	description := p.description
	if description == "" && p.mime == "" {
		description = schema.str("description")
	}
	description = withChoices(description, schema)
	if p.deprecated {
		description = strings.Join(strings.Fields(deprecatedMark+" "+description), " ")
	}
	return description
}

// headers adds the headers and the cookies.
func (r *reader) headers(q *convert.DraftRequest, o *operation, more []param) {
	var needed, offered []string
	for _, p := range append(o.params, more...) {
		switch p.in {
		case "header":
			switch strings.ToLower(p.name) {
			case "accept", "content-type":
				r.notes.AddAt(r.item, "header "+p.name, "left out: OpenAPI has it from the media types")
				continue
			case "authorization":
				if q.Auth != nil && q.Auth.Type != "noauth" || q.Auth == nil && r.draft.Auth != nil {
					r.notes.AddAt(r.item, "header "+p.name, "left out: the auth of the request makes it")
					continue
				}
			}
			q.Headers = append(q.Headers, collection.Header{Key: p.name, Value: oneLine(r.single(p)), Disabled: !p.required, Description: r.describe(p)})
		case "cookie":
			text := p.name + "=" + oneLine(r.single(p))
			if p.required {
				needed = append(needed, text)
			} else {
				offered = append(offered, text)
			}
			if description := r.describe(p); description != "" {
				r.notes.AddAt(r.item, "cookie "+p.name, "its description is left out")
			}
		}
	}
	if len(needed) > 0 {
		q.Headers = append(q.Headers, collection.Header{Key: "Cookie", Value: strings.Join(needed, "; ")})
	}
	if len(offered) > 0 {
		q.Headers = append(q.Headers, collection.Header{Key: "Cookie", Value: strings.Join(offered, "; "), Disabled: true})
	}
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
}

type pair struct{ key, value string }

// given gives the value of a parameter: an example of its own, or one of its schema.
func (r *reader) given(p param) *node {
	if len(p.examples) > 0 {
		for _, e := range p.examples[1:] {
			r.notes.AddAt(r.item, "parameter "+p.name, "further examples are left out: "+e.name)
		}
		return p.examples[0].value
	}
	if placeholder := r.secretText(p.name, p.schema); placeholder != nil {
		return placeholder
	}
	if p.bare && r.resolve(p.schema).get("example") == nil {
		return textNode("")
	}
	return r.samples.sample(p.schema, false)
}

// secretText gives a placeholder for a text that nobody gave and whose name speaks of a
// secret; nil for others.
func (r *reader) secretText(name string, schema *node) *node {
	s := r.resolve(schema)
	if !collection.SoundsSecret(name) || givenValue(s) != nil || s.get("type") != nil && s.str("type") != "string" {
		return nil
	}
	key := badInVariable.ReplaceAllString(name, "_")
	r.variable(collection.Variable{Key: key, Type: "secret"})
	return textNode("{{" + key + "}}")
}

// text gives the text of a value that stands in a URL or a header.
func (r *reader) text(n *node) string {
	if n == nil || n.kind < list {
		return n.scalar()
	}
	return r.json(n, "")
}

// json writes an example as JSON. Where many were too large, the document means harm, and
// no large one is tried any more.
func (r *reader) json(n *node, indent string) string {
	const many, small = 20, 1000
	most := maxEmitted
	if r.tooLarge > many {
		most = small
	}
	text, err := jsonText(n, indent, most)
	if err != nil {
		r.tooLarge++
		r.notes.AddAt(r.item, "example", "left out: it "+err.Error())
	}
	return text
}

// pairs gives what a query parameter becomes, by its style.
func (r *reader) pairs(p param) []pair {
	v := r.given(p)
	if p.mime != "" || v == nil || v.kind < list || len(v.members) > maxSampleNodes {
		return []pair{{p.name, r.text(v)}}
	}
	var all []pair
	switch {
	case v.kind == mapping && p.style == "deepObject":
		for _, m := range v.members {
			all = append(all, pair{p.name + "[" + m.key + "]", r.text(m.value)})
		}
	case v.kind == mapping && p.explode:
		for _, m := range v.members {
			all = append(all, pair{m.key, r.text(m.value)})
		}
	case v.kind == list && p.explode:
		for _, m := range v.members {
			all = append(all, pair{p.name, r.text(m.value)})
		}
	default:
		separator := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[p.style]
		if separator == "" {
			separator = ","
		}
		all = []pair{{p.name, r.joined(v, separator, separator)}}
	}
	if len(all) == 0 {
		return []pair{{p.name, ""}}
	}
	return all
}

// joined writes the elements of a list, or the keys and values of a mapping.
func (r *reader) joined(v *node, separator, assign string) string {
	var all []string
	for _, m := range v.members {
		text := r.text(m.value)
		if v.kind == mapping {
			text = m.key + assign + text
		}
		all = append(all, text)
	}
	return strings.Join(all, separator)
}

// single gives the one text that a parameter is in a path, a header or a cookie.
func (r *reader) single(p param) string {
	v := r.given(p)
	if p.mime != "" {
		return r.text(v)
	}
	separator, assign, prefix := ",", ",", ""
	if p.explode && v.isMapping() {
		assign = "="
	}
	switch p.style {
	case "label":
		prefix = "."
		if p.explode {
			separator = "."
		}
	case "matrix":
		prefix = ";" + p.name + "="
		if p.explode && v.isMapping() {
			separator, prefix = ";", ";"
		} else if p.explode && v.isList() {
			separator = prefix
		}
	}
	if v == nil || v.kind < list || len(v.members) > maxSampleNodes {
		return prefix + r.text(v)
	}
	return prefix + r.joined(v, separator, assign)
}

// accepts gives the media type of the answer that is hoped for.
func accepts(o *operation) string {
	for _, wanted := range []string{"2", ""} {
		for _, a := range o.responses {
			if strings.HasPrefix(a.code, wanted) && len(a.contents) > 0 {
				return a.contents[0].mime
			}
		}
	}
	return ""
}

// answers makes the saved examples.
func (r *reader) answers(q *convert.DraftRequest, o *operation) (all []convert.DraftResponse) {
	original := q
	if r.samples.large() {
		original = nil
		r.notes.AddAt("", "saved answers", "from some point on they are without their request, and examples are small: the document is large")
	}
	for _, a := range o.responses {
		code := r.code(a.code)
		made := convert.DraftResponse{Name: strings.Join(strings.Fields(a.description), " "), Request: original, Code: code, Status: http.StatusText(code)}
		if made.Name == "" {
			made.Name = strings.TrimSpace(a.code + " " + made.Status)
		}
		for _, h := range a.headers {
			made.Header = append(made.Header, collection.Header{Key: h.name, Value: oneLine(r.single(h)), Description: r.describe(h)})
		}
		if len(a.contents) == 0 {
			all = append(all, made)
		}
		for _, c := range a.contents {
			with := made
			with.Header = append([]collection.Header{{Key: "Content-Type", Value: c.mime}}, made.Header...)
			with.Preview = language(c.mime)
			if len(c.examples) == 0 {
				with.Body = r.contentText(c, nil, true)
				all = append(all, with)
			}
			for i := range c.examples {
				e := &c.examples[i]
				with.Body = r.contentText(c, e, true)
				if original != nil {
					with.Request = r.requestOf(q, o, e.name)
				}
				with.Name = made.Name
				if e.name != "" {
					with.Name = e.summary
					if with.Name == "" {
						with.Name = e.name
					}
				}
				all = append(all, with)
			}
		}
	}
	return all
}

// requestOf gives the request with its example of a name, when it has one.
func (r *reader) requestOf(q *convert.DraftRequest, o *operation, name string) *convert.DraftRequest {
	if o.body == nil || name == "" {
		return q
	}
	chosen := preferred(o.body.contents)
	if chosen < 0 {
		return q
	}
	for i, e := range o.body.contents[chosen].examples {
		if i > 0 && e.name == name {
			other := *q
			other.Headers = nil
			r.body(&other, o.body, i)
			other.Headers = q.Headers
			return &other
		}
	}
	return q
}

// code gives a number for "default" and "4XX" too.
func (r *reader) code(code string) int {
	number, err := strconv.Atoi(code)
	if err == nil && number >= 100 && number <= 599 {
		return number
	}
	made := http.StatusInternalServerError
	if len(code) == 3 && code[0] >= '1' && code[0] <= '5' && strings.EqualFold(code[1:], "XX") {
		made = int(code[0]-'0') * 100
	}
	r.notes.AddAt(r.item, "response "+code, "is saved as an answer with status "+strconv.Itoa(made))
	return made
}
