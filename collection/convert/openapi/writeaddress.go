package openapi

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// address is a URL in the parts that OpenAPI has.
type address struct {
	base      string // scheme and host, and the path that a server has; with placeholders
	holder    string // the variable that holds the base, when it is one
	path      string // with {name}
	variables []pathVariable
	query     []collection.QueryParam
}

type pathVariable struct{ name, value, description string }

var schemeHost = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?#]*`)

// cutURL takes the URL of a request apart.
func (w *writer) cutURL(c *call) address {
	u := c.request.URL
	var a address
	whole := request.URLText(u)
	blank := vars.Blank(whole)
	if i := strings.IndexAny(blank, "?#"); i >= 0 {
		if !u.HasParts && blank[i] == '?' {
			a.query = cutQuery(whole[i+1:])
		}
		whole = whole[:i]
	}
	if u.HasParts {
		a.query = u.Query
	}
	whole = strings.TrimSpace(whole)
	rest := ""
	if m := placeholder.FindStringSubmatchIndex(whole); m != nil && m[0] == 0 && (m[1] == len(whole) || whole[m[1]] == '/') {
		a.base, rest = whole[:m[1]], whole[m[1]:]
		a.holder = nameOf(placeholder.FindStringSubmatch(a.base))
		if value, ok := w.lookup(a.holder); ok {
			a.base = value
		}
	} else {
		end := schemeHost.FindStringIndex(vars.Blank(whole))[1]
		a.base, rest = whole[:end], whole[end:]
	}
	w.cutPath(c, &a, rest)
	return a
}

// onlyPlaceholder is a base of which nothing is known.
var onlyPlaceholder = regexp.MustCompile(`^(?:\{\{[^{}]+\}\}|<<[^<>\s]+>>)$`)

func cutQuery(text string) (all []collection.QueryParam) {
	text, _, _ = strings.Cut(text, "#")
	decoded := func(s string) string {
		if plain, err := url.PathUnescape(s); err == nil {
			return plain
		}
		return s
	}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		key, value, has := strings.Cut(pair, "=")
		all = append(all, collection.QueryParam{Key: decoded(key), Value: decoded(value), HasValue: has})
	}
	return all
}

// cutPath writes the path as a template.
func (w *writer) cutPath(c *call, a *address, path string) {
	taken := make(map[string]bool)
	variable := func(name, value, description string) string {
		name = unique(cmp.Or(strings.NewReplacer("{", "_", "}", "_", "/", "_", "?", "_", "#", "_").Replace(name), "id"), taken)
		a.variables = append(a.variables, pathVariable{name, value, description})
		return "{" + name + "}"
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		if len(segment) > 1 && segment[0] == ':' {
			name := segment[1:]
			var v collection.Variable
			if j := slices.IndexFunc(c.request.URL.Variables, func(v collection.Variable) bool { return v.Key == name }); j >= 0 {
				v = c.request.URL.Variables[j]
			}
			segments[i] = variable(name, v.Value, v.Description)
			continue
		}
		made, at := "", 0
		for _, m := range placeholder.FindAllStringSubmatchIndex(segment, -1) {
			holder := segment[m[0]:m[1]]
			name := nameOf(placeholder.FindStringSubmatch(holder))
			description := ""
			if v, ok := w.variableOf(name); ok {
				description = v.Description
			}
			made += plainPath(segment[at:m[0]]) + variable(strings.TrimPrefix(name, "$"), holder, description)
			at = m[1]
		}
		segments[i] = made + plainPath(segment[at:])
	}
	a.path = "/" + strings.Join(segments, "/")
}

func plainPath(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20", "?", "%3F", "#", "%23").Replace(s)
}

// server is a server of the document.
type server struct {
	url   string
	node  *node // the list of servers that is written
	calls int
}

// server gives the server of a request.
func (w *writer) server(c *call) *server {
	base := c.address.base
	if base == "" {
		w.notes.Add(c.item, "URL", "names no host")
		base = "/"
	} else if !strings.Contains(w.fill(base), "://") && onlyPlaceholder.FindString(base) == "" {
		base = "http://" + base // as it is sent
	}
	if scheme, rest, ok := strings.Cut(base, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			w.notes.Add(c.item, "URL", "user and password in it are left out")
			host = host[i+1:]
		}
		base = scheme + "://" + host
		if path != "" {
			base += "/" + path
		}
	}
	if len(base) > 1 {
		base = strings.TrimRight(base, "/")
	}
	made := w.serverNode(base, c.address.holder)
	address := made.str("url")
	for _, s := range w.servers {
		if s.url == address {
			s.calls++
			return s
		}
	}
	s := &server{url: address, node: listNode(made), calls: 1}
	w.servers = append(w.servers, s)
	if c.address.holder == "" {
		return s
	}
	for _, v := range w.c.Variables() {
		if v.Key == c.address.holder && v.Disabled && strings.Contains(v.Value, "://") {
			other := w.serverNode(v.Value, "")
			s.node.members = append(s.node.members, member{value: other.put("description", v.Description)})
		}
	}
	return s
}

// serverNode writes a server; placeholders in its address are variables of it.
func (w *writer) serverNode(base, holder string) *node {
	made, variables := object(), object()
	address := placeholder.ReplaceAllStringFunc(base, func(m string) string {
		name := nameOf(placeholder.FindStringSubmatch(m))
		if variables.get(name) == nil {
			value := w.fill(m)
			if value == m {
				value = name
				if name == holder {
					value = "http://localhost"
				}
				w.notes.AddAt("", "variable "+name, "has no value: the server has "+value+" as the default of it")
			}
			own, _ := w.variableOf(name)
			description, choices := cutChoices(own.Description, textNode(value))
			v := object().add("enum", choices).add("default", textNode(value)).put("description", description)
			variables.add(name, v)
		}
		return "{" + name + "}"
	})
	made.add("url", textNode(address))
	if own, ok := w.variableOf(holder); ok && holder != "" && variables.get(holder) == nil {
		made.put("description", own.Description)
	}
	if len(variables.members) > 0 {
		made.add("variables", variables)
	}
	return made
}

// mainServer gives the server that most requests have, of those the first.
func (w *writer) mainServer() *server {
	var main *server
	for _, s := range w.servers {
		if main == nil || s.calls > main.calls {
			main = s
		}
	}
	return main
}

// otherServers gives the servers of an operation that are not the document's.
func (w *writer) otherServers(m *methodGroup, main *server) *node {
	made := listNode()
	var seen []*server
	for _, c := range m.calls {
		if !slices.Contains(seen, c.server) {
			seen = append(seen, c.server)
			made.members = append(made.members, c.server.node.members...)
		}
	}
	if len(seen) == 1 && seen[0] == main {
		return nil
	}
	return made
}
