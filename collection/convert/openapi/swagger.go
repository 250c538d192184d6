package openapi

import (
	"slices"
	"strings"
)

// Version 2.0, brought into the shape of version 3.

func (d *document) swagger() bool { return d.root.get("swagger") != nil }

// swaggerOperation fills in parameters, body and answers of an operation of version 2.0.
func (d *document) swaggerOperation(o *operation, params []*node, n *node) {
	types := func(key, otherwise string) []string {
		list := n.get(key)
		if list == nil {
			list = d.root.get(key)
		}
		all := list.texts()
		if len(all) == 0 {
			all = []string{otherwise}
		}
		return all
	}
	form, required := object(), listNode()
	file := false
	for _, p := range params {
		switch p.str("in") {
		case "body":
			o.body = &body{description: p.str("description"), required: p.flag("required")}
			for _, mime := range types("consumes", "application/json") {
				c := content{mime: mime, schema: p.get("schema")}
				for _, key := range []string{"x-example", "example"} {
					if e := p.get(key); e != nil && c.examples == nil {
						c.examples = []example{{value: e}}
					}
				}
				if e := p.get("x-examples").get(mime); e != nil {
					c.examples = []example{{value: e}}
				}
				o.body.contents = append(o.body.contents, c)
			}
		case "formData":
			form.add(p.str("name"), p)
			if p.flag("required") {
				required.members = append(required.members, member{value: p.get("name")})
			}
			file = file || p.str("type") == "file"
		default:
			o.params = append(o.params, swaggerParam(p))
		}
	}
	if len(form.members) > 0 {
		schema := object().put("type", "object").add("properties", form)
		if len(required.members) > 0 {
			schema.add("required", required)
		}
		o.body = &body{required: len(required.members) > 0}
		const multipart, urlencoded = "multipart/form-data", "application/x-www-form-urlencoded"
		mime := urlencoded
		if consumes := types("consumes", urlencoded); file || slices.Contains(consumes, multipart) && !slices.Contains(consumes, urlencoded) {
			mime = multipart
		}
		o.body.contents = []content{{mime: mime, schema: schema}}
	}
	for _, r := range n.get("responses").pairs() {
		answer := d.resolve(r.value)
		if strings.HasPrefix(r.key, "x-") || answer == nil {
			continue
		}
		made := response{code: r.key, description: answer.str("description")}
		for _, h := range answer.get("headers").pairs() {
			p := swaggerParam(h.value)
			p.name, p.in = h.key, "header"
			made.headers = append(made.headers, p)
		}
		examples := answer.get("examples")
		for _, e := range examples.pairs() {
			made.contents = append(made.contents, content{mime: e.key, schema: answer.get("schema"), examples: []example{{value: e.value}}})
		}
		if schema := answer.get("schema"); schema != nil && len(made.contents) == 0 {
			for _, mime := range types("produces", "application/json") {
				made.contents = append(made.contents, content{mime: mime, schema: schema})
			}
		}
		o.responses = append(o.responses, made)
	}
}

// swaggerParam reads a parameter that is its own schema.
func swaggerParam(n *node) param {
	p := param{
		name: n.str("name"), in: n.str("in"), description: n.str("description"), required: n.flag("required"),
		bare: n.flag("allowEmptyValue"), schema: n, style: "simple",
	}
	if p.in == "query" {
		p.style = "form"
	}
	switch n.str("collectionFormat") {
	case "ssv":
		p.style = "spaceDelimited"
	case "pipes":
		p.style = "pipeDelimited"
	case "multi":
		p.explode = true
	}
	return p
}

// swaggerServers gives the servers in the shape of version 3; https comes first.
func (d *document) swaggerServers() *node {
	host, base := d.root.str("host"), strings.TrimSuffix(d.root.str("basePath"), "/")
	if host == "" {
		if base == "" {
			return nil
		}
		return listNode(object().put("url", base))
	}
	schemes := d.root.get("schemes").texts()
	if len(schemes) == 0 {
		schemes = []string{"https"}
	}
	slices.SortStableFunc(schemes, func(a, b string) int {
		switch {
		case a == "https" && b != "https":
			return -1
		case b == "https" && a != "https":
			return 1
		}
		return 0
	})
	servers := listNode()
	for _, s := range schemes {
		if s == "http" || s == "https" {
			servers.members = append(servers.members, member{value: object().put("url", s+"://"+host+base)})
		}
	}
	return servers
}

// swaggerScheme brings a security definition into the shape of version 3.
func swaggerScheme(n *node) *node {
	switch n.str("type") {
	case "basic":
		return object().put("type", "http").put("scheme", "basic").put("description", n.str("description"))
	case "oauth2":
		names := map[string]string{"accessCode": "authorizationCode", "application": "clientCredentials", "implicit": "implicit", "password": "password"}
		return object().put("type", "oauth2").put("description", n.str("description")).add("flows", object().add(names[n.str("flow")], n))
	}
	return n
}
