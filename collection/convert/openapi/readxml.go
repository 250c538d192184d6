package openapi

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// xml writes a value as XML, with the names that the schema gives.
func (r *reader) xml(schema, v *node) string {
	name := ""
	if ref := schema.str("$ref"); ref != "" {
		name = ref[strings.LastIndexByte(ref, '/')+1:]
	}
	x := &xmlWriter{r: r, left: maxSampleNodes * 10}
	x.b.WriteString(xml.Header)
	x.element(r.xmlName(schema, name, "root"), schema, v, 0)
	return strings.TrimRight(x.b.String(), "\n")
}

type xmlWriter struct {
	r    *reader
	b    strings.Builder
	left int
}

var badInXMLName = regexp.MustCompile(`[^\p{L}\p{N}_.:-]`)

func (r *reader) xmlName(schema *node, names ...string) string {
	x := r.resolve(schema).get("xml")
	name := ""
	for _, n := range append([]string{x.str("name")}, names...) {
		if name == "" {
			name = badInXMLName.ReplaceAllString(n, "_")
		}
	}
	if name == "" || strings.ContainsAny(name[:1], "0123456789.-:") {
		name = "_" + name
	}
	if prefix := x.str("prefix"); prefix != "" {
		name = badInXMLName.ReplaceAllString(prefix, "_") + ":" + name
	}
	return name
}

// element writes one element; of a list without a wrapper one for each member.
func (x *xmlWriter) element(name string, schema, v *node, depth int) {
	if x.left--; x.left < 0 || depth > maxSampleDepth*2 {
		return
	}
	indent := strings.Repeat("  ", depth)
	n := x.r.resolve(schema)
	if v.isList() {
		items := n.get("items")
		inner := x.r.xmlName(items, name)
		wrapped := n.get("xml").flag("wrapped")
		if wrapped || depth == 0 {
			x.b.WriteString(indent + "<" + name + ">\n")
			depth++
		}
		for _, m := range v.members {
			x.element(inner, items, m.value, depth)
		}
		if wrapped || depth == 1 && indent == "" {
			x.b.WriteString(indent + "</" + name + ">\n")
		}
		return
	}
	x.b.WriteString(indent + "<" + name)
	if space := n.get("xml").str("namespace"); space != "" {
		attribute := "xmlns"
		if prefix := n.get("xml").str("prefix"); prefix != "" {
			attribute += ":" + badInXMLName.ReplaceAllString(prefix, "_")
		}
		x.b.WriteString(" " + attribute + `="` + xmlEscape(space) + `"`)
	}
	if !v.isMapping() {
		x.b.WriteString(">" + xmlEscape(v.scalar()) + "</" + name + ">\n")
		return
	}
	schemas := make(map[string]*node)
	if n != nil {
		for _, p := range x.r.samples.flatten(n).properties {
			schemas[p.key] = p.value
		}
	}
	var inner []member
	for _, m := range v.members {
		if s := schemas[m.key]; x.r.resolve(s).get("xml").flag("attribute") {
			x.b.WriteString(" " + x.r.xmlName(s, m.key) + `="` + xmlEscape(m.value.scalar()) + `"`)
			continue
		}
		inner = append(inner, m)
	}
	if len(inner) == 0 {
		x.b.WriteString("/>\n")
		return
	}
	x.b.WriteString(">\n")
	for _, m := range inner {
		x.element(x.r.xmlName(schemas[m.key], m.key), schemas[m.key], m.value, depth+1)
	}
	x.b.WriteString(indent + "</" + name + ">\n")
}

func xmlEscape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder never fails
	return b.String()
}
