package convert

import (
	"encoding/json"
	"fmt"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// Call is a request as a program has to send it, so that the same bytes reach the
// server as pmrun itself sends: auth of the folders put in, what is disabled left out,
// the URL encoded by Postman's rules. Placeholders stay as {{name}}.
type Call struct {
	Item   *collection.Item
	Method string
	// URL is the whole URL, without fragment. It may start with a placeholder that holds
	// scheme and host.
	URL string
	// Header holds what the request says, in its order and spelling, then what its body and
	// auth add.
	Header []collection.Header
	Body   *CallBody // nil when nothing is sent
	// Auth is one that Header and URL cannot hold: basic (user and password may be
	// placeholders), or one that is made anew for each request: digest, awsv4, oauth1, ...
	Auth     *collection.Auth
	Behavior collection.Behavior

	from *collection.Item // Item with its placeholders filled in; mostly Item itself
}

// CallBody is the body of a Call.
type CallBody struct {
	Mode string // raw (GraphQL too), urlencoded, formdata or file
	// Text is the body of raw and urlencoded as it is sent.
	Text string
	// Params are the parts of formdata, and the fields behind the Text of urlencoded, not
	// encoded.
	Params []collection.Param
	// File is the path of a body that is a file.
	File string
	// Language is that of a raw body: json, xml, html, javascript, text; may be empty.
	Language string
}

// Calls gives the requests that o names as Calls. What keeps a request from being sent
// becomes a note, and the Call holds what is known.
func Calls(c *collection.Collection, o Options, notes *Notes) []Call {
	items := o.Requests(c)
	calls := make([]Call, 0, len(items))
	for _, item := range items {
		calls = append(calls, newCall(item, o, notes))
	}
	return calls
}

func newCall(item *collection.Item, o Options, notes *Notes) Call {
	call := Call{Item: item, Behavior: item.Behavior(), from: item}
	auth, _ := item.Auth()
	if o.Fill != nil {
		call.from, auth = o.Fill.item(item)
	}
	r := call.from.Request()
	call.Method = r.Method
	plain := &plainRequest{Method: r.Method, Header: []collection.Header{}, URL: plainURL{Raw: r.URL.Raw}}
	if r.URL.HasParts {
		plain.URL = plainURL{
			Protocol: r.URL.Protocol, Userinfo: r.URL.Userinfo, Host: r.URL.Host, Port: r.URL.Port, Path: r.URL.Path, Query: r.URL.Query, Variables: r.URL.Variables,
		}
	}
	plain.URL.Variables = r.URL.Variables
	for _, h := range r.Headers {
		if h.Disabled {
			continue
		}
		if strings.TrimSpace(h.Key) == "" {
			notes.Add(item, "header without a name", "left out, as when it is sent")
			continue
		}
		plain.Header = append(plain.Header, h)
	}
	if user := plain.URL.userinfo(); auth != nil || vars.HasPlaceholder(user) {
		// Another auth takes its place, and a placeholder cannot be encoded for a header.
		plain.URL.cutUserinfo()
		said := slices.ContainsFunc(plain.Header, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Authorization") })
		if name, password, _ := strings.Cut(user, ":"); auth == nil && !said {
			auth = &collection.Auth{Type: "basic", Params: []collection.AuthParam{{Key: "username", Value: name}, {Key: "password", Value: password}}}
		}
	}
	if auth != nil && headerAuth(auth) {
		plain.Auth = &DraftAuth{auth.Type, auth.Params}
	} else {
		call.Auth = auth
		plain.Auth = &DraftAuth{Type: "noauth"}
	}
	call.body(&r, plain, notes)
	call.send(plain, o, notes)
	return call
}

// headerAuth says whether an auth is a header or a parameter whose value can hold
// placeholders.
func headerAuth(auth *collection.Auth) bool {
	switch auth.Type {
	case "bearer", "apikey":
		return true
	case "oauth2":
		return auth.Get("accessToken") != ""
	}
	return false
}

// body takes a body apart. What is made of text goes through request like the URL;
// files are not opened here.
func (c *Call) body(r *collection.Request, plain *plainRequest, notes *Notes) {
	b := r.Body
	if b == nil || b.Disabled {
		return
	}
	if !c.Behavior.DisableBodyPruning && request.WithoutBody(c.Method) {
		if b.Mode != "" && (b.Mode != collection.ModeRaw || b.Raw != "") {
			notes.Add(c.Item, "body", "left out: Postman does not send the body of a "+c.Method)
		}
		return
	}
	c.Body = &CallBody{Mode: b.Mode, Language: b.Language}
	for _, p := range b.Params {
		if !p.Disabled {
			c.Body.Params = append(c.Body.Params, p)
		}
	}
	switch b.Mode {
	case collection.ModeRaw:
		plain.Body = RawBody(b.Raw, b.Language)
	case collection.ModeURLEncoded:
		plain.Body = &DraftBody{Mode: b.Mode, URLEncoded: c.Body.Params}
	case collection.ModeGraphQL:
		c.Body.Mode, c.Body.Language = collection.ModeRaw, "json"
		plain.Body = &DraftBody{Mode: b.Mode, GraphQL: b.GraphQL}
	case collection.ModeFile:
		if b.File == nil || b.File.Src == "" {
			notes.Add(c.Item, "body", "left out: no file is chosen")
			c.Body = nil
			return
		}
		c.Body.File = b.File.Src
	}
}

// plainRequest is a request of collection v2.1 in which only what is sent is left.
type plainRequest struct {
	Method string              `json:"method"`
	Header []collection.Header `json:"header"`
	URL    plainURL            `json:"url"`
	Auth   *DraftAuth          `json:"auth"`
	Body   *DraftBody          `json:"body,omitempty"`
}

type plainURL struct {
	Raw       string
	Protocol  string
	Userinfo  string
	Host      []string
	Port      string
	Path      []string
	Query     []collection.QueryParam
	Variables []collection.Variable
}

var rawUserinfo = regexp.MustCompile(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?([^/?#]*)@`)

// userinfo gives the "user:password" of the URL.
func (u *plainURL) userinfo() string {
	if u.Host != nil {
		return u.Userinfo
	}
	if m := rawUserinfo.FindStringSubmatchIndex(vars.Blank(u.Raw)); m != nil {
		return u.Raw[m[2]:m[3]]
	}
	return ""
}

func (u *plainURL) cutUserinfo() {
	u.Userinfo = ""
	if m := rawUserinfo.FindStringSubmatchIndex(vars.Blank(u.Raw)); m != nil {
		u.Raw = u.Raw[:m[2]] + u.Raw[m[1]:]
	}
}

// MarshalJSON keeps a query parameter without a value apart from one with an empty one.
func (u plainURL) MarshalJSON() ([]byte, error) {
	type param struct {
		Key      string  `json:"key"`
		Value    *string `json:"value"`
		Disabled bool    `json:"disabled,omitempty"`
	}
	query := make([]param, 0, len(u.Query))
	for _, q := range u.Query {
		p := param{Key: q.Key, Disabled: q.Disabled}
		if q.HasValue {
			p.Value = &q.Value
		}
		query = append(query, p)
	}
	type userinfo struct {
		User     string  `json:"user"`
		Password *string `json:"password,omitempty"`
	}
	var auth *userinfo
	if u.Userinfo != "" {
		auth = &userinfo{User: u.Userinfo}
		if user, password, ok := strings.Cut(u.Userinfo, ":"); ok {
			auth.User, auth.Password = user, &password
		}
	}
	return marshal(struct {
		Raw       string                `json:"raw,omitempty"`
		Protocol  string                `json:"protocol,omitempty"`
		Auth      *userinfo             `json:"auth,omitempty"`
		Host      []string              `json:"host,omitempty"`
		Port      string                `json:"port,omitempty"`
		Path      []string              `json:"path,omitempty"`
		Query     []param               `json:"query,omitempty"`
		Variables []collection.Variable `json:"variable,omitempty"`
	}{u.Raw, u.Protocol, auth, u.Host, u.Port, u.Path, query, u.Variables})
}

// send fills in what request makes of the plain request. Placeholders travel through it
// as words that no encoding touches, and come back out.
func (c *Call) send(plain *plainRequest, o Options, notes *Notes) {
	var words words
	base := words.takeBase(plain)
	if plain.Body != nil && plain.Body.GraphQL != nil {
		graphQL := *plain.Body.GraphQL
		graphQL.Variables = words.quote(graphQL.Variables)
		plain.Body.GraphQL = &graphQL
	}
	text, err := marshal(plain)
	if err == nil {
		text = words.hide(text)
		err = c.compile(json.RawMessage(text), o)
	}
	if err != nil {
		notes.Add(c.Item, "request", "written as it stands; it cannot be sent as it is: "+words.show(err.Error()))
		c.URL = request.URLText(c.from.Request().URL)
		c.Header = append(c.Header, plain.Header...)
		if b := c.from.Request().Body; c.Body != nil && b != nil {
			c.Body.Text = b.Raw
		}
		return
	}
	c.URL = words.showBase(words.show(c.URL), base, request.URLText(c.from.Request().URL), o)
	for i := range c.Header {
		c.Header[i].Key = words.show(c.Header[i].Key)
		c.Header[i].Value = words.show(c.Header[i].Value)
	}
	if c.Body != nil {
		c.Body.Text = words.show(c.Body.Text)
	}
}

// compile lets request make the bytes.
func (c *Call) compile(plain json.RawMessage, o Options) error {
	item, err := c.Item.WithRequest(plain)
	if err != nil {
		return err
	}
	const agent = "pmrun"
	t := request.Compile(item, request.Options{Scopes: &vars.Scopes{}, WorkingDir: o.WorkingDir, UserAgent: agent, Literal: true})
	if len(t.Problems) > 0 {
		return t.Problems[0]
	}
	var filled request.Filled
	if err := t.Fill(&filled, nil, 0); err != nil {
		return err
	}
	c.URL = urlText(filled.URL)
	own := item.Request().Headers
	for _, h := range own {
		c.Header = append(c.Header, collection.Header{Key: h.Key, Value: strings.TrimSpace(h.Value), Description: h.Description})
	}
	says := map[string]bool{}
	for _, h := range own {
		says[strings.ToLower(strings.TrimSpace(h.Key))] = true
	}
	var added []string
	for name := range filled.Header {
		if !says[strings.ToLower(name)] && !slices.Contains([]string{"User-Agent", "Accept-Encoding", "Accept", "Connection"}, textproto.CanonicalMIMEHeaderKey(name)) {
			added = append(added, name)
		}
	}
	slices.Sort(added)
	for _, name := range added {
		for _, value := range filled.Header[name] {
			c.Header = append(c.Header, collection.Header{Key: name, Value: value})
		}
	}
	if c.Body != nil && (c.Body.Mode == collection.ModeRaw || c.Body.Mode == collection.ModeURLEncoded) {
		c.Body.Text = string(filled.Body)
	}
	return nil
}

// urlText writes a URL; a path that net/url would write otherwise stays as it is.
func urlText(u *url.URL) string {
	if u.Opaque == "" || strings.HasPrefix(u.Opaque, "//") {
		return u.String()
	}
	whole := *u
	whole.Opaque = "//" + u.Host + u.Opaque
	return whole.String()
}

// HeaderValue gives the value of the first header of that name, in any case.
func (c *Call) HeaderValue(name string) (string, bool) {
	for _, h := range c.Header {
		if strings.EqualFold(h.Key, name) {
			return h.Value, true
		}
	}
	return "", false
}

// words stand in for placeholders while request encodes what is around them.
type words struct {
	names []string
	known map[string]int // the places of names
	port  int            // one more than the place of that which is the URL's port
}

var (
	word       = regexp.MustCompile(`pmrunq(\d+)q|"pmrunv(\d+)v"`)
	portHolder = regexp.MustCompile(`^(?:\{\{([^{}]+)\}\}|<<([^<>]+)>>)$`)
)

const firstPort = 61001

func (w *words) number(name string) int {
	name = strings.TrimSpace(name)
	i, ok := w.known[name]
	if !ok {
		if w.known == nil {
			w.known = map[string]int{}
		}
		i = len(w.names)
		w.known[name] = i
		w.names = append(w.names, name)
	}
	return i
}

// hide puts words in the place of placeholders.
func (w *words) hide(text []byte) []byte {
	s, at := string(text), 0
	var hidden []byte
	for start, end := nextPlaceholder(s, 0); start >= 0; start, end = nextPlaceholder(s, end) {
		var name string
		// The text is JSON, and so is the name in it.
		if json.Unmarshal([]byte(`"`+s[start+2:end-2]+`"`), &name) != nil {
			continue
		}
		hidden = fmt.Appendf(append(hidden, s[at:start]...), "pmrunq%dq", w.number(name))
		at = end
	}
	return append(hidden, s[at:]...)
}

// quote puts words for values in the place of the placeholders of a JSON text that stand
// outside of its strings.
func (w *words) quote(text string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case !inside && (text[i] == '{' || text[i] == '<'):
			if end := placeholderAt(text, i); end > 0 {
				fmt.Fprintf(&b, `"pmrunv%dv"`, w.number(text[i+2:end-2]))
				i = end - 1
				continue
			}
		case text[i] == '"':
			inside = !inside
		case text[i] == '\\' && inside && i+1 < len(text):
			b.WriteByte(text[i])
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// show puts the placeholders back.
func (w *words) show(text string) string {
	if !strings.Contains(text, "pmrun") {
		return text
	}
	return word.ReplaceAllStringFunc(text, func(m string) string {
		i, err := strconv.Atoi(strings.Trim(m, `"pmrunqv`))
		if err != nil || i >= len(w.names) {
			return m
		}
		return "{{" + w.names[i] + "}}"
	})
}

// takeBase deals with the two places of a URL where a word would not do: it takes the
// scheme off the request's sight when a placeholder begins the URL, and makes a port of
// digits. It returns the placeholder's name.
func (w *words) takeBase(plain *plainRequest) (base string) {
	u := &plain.URL
	if u.Host == nil && u.Raw != "" {
		if m := rawPort.FindStringSubmatchIndex(u.Raw); m != nil {
			name := u.Raw[m[2]:m[3]]
			w.port = w.number(name) + 1
			u.Raw = u.Raw[:m[2]-2] + strconv.Itoa(firstPort+w.port-1) + u.Raw[m[3]+2:]
		}
		if end := placeholderAt(u.Raw, 0); end > 0 {
			return strings.TrimSpace(u.Raw[2 : end-2])
		}
		return ""
	}
	if m := portHolder.FindStringSubmatch(u.Port); m != nil {
		w.port = w.number(m[1]+m[2]) + 1
		u.Port = strconv.Itoa(firstPort + w.port - 1)
	}
	if u.Protocol == "" && len(u.Host) > 0 {
		if end := placeholderAt(u.Host[0], 0); end > 0 {
			return strings.TrimSpace(u.Host[0][2 : end-2])
		}
	}
	return ""
}

// rawPort finds a port that is a placeholder, in a URL that is one text.
var rawPort = regexp.MustCompile(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?[^/?#:]+:\{\{([^{}]+)\}\}`)

// showBase undoes takeBase. A placeholder that begins the URL holds the scheme too,
// unless its value is known to have none. written is the URL as the request has it.
func (w *words) showBase(text, base, written string, o Options) string {
	if w.port > 0 {
		text = strings.Replace(text, ":"+strconv.Itoa(firstPort+w.port-1), ":{{"+w.names[w.port-1]+"}}", 1)
	}
	rest, ok := strings.CutPrefix(text, "http://{{"+base+"}}")
	if base == "" || !ok {
		return text
	}
	if o.Scopes != nil {
		if v, _, known := o.Scopes.Lookup(base); known && v.Value != "" && !strings.Contains(v.Value, "://") && !strings.HasPrefix(v.Value, "{{") {
			return text
		}
	}
	if slash := strings.Index(written, "}}/"); slash < 0 || strings.IndexByte(written, '?') >= 0 && strings.IndexByte(written, '?') < slash {
		rest = strings.TrimPrefix(rest, "/") // it was added because a host alone was seen
	}
	return "{{" + base + "}}" + rest
}
