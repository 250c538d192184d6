package openapi

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// answerOf holds the saved answers of one status.
type answerOf struct {
	description string
	headers     *node
	contents    []*bodyOf
}

// responses writes the saved answers of an operation, by status; nil when there are none.
func (w *writer) responses(m *methodGroup) *node {
	answers := make(map[string]*answerOf)
	var codes []string
	for _, c := range m.calls {
		for _, a := range c.item.Raw.Get("response").Array() {
			if !a.IsObject() {
				continue
			}
			code := a.Get("code").String()
			if n := a.Get("code").Int(); n < 100 || n > 599 {
				code = "default"
			}
			name := strings.TrimSpace(a.Get("name").String())
			to := answers[code]
			if to == nil {
				to = &answerOf{description: cmp.Or(name, a.Get("status").String(), http.StatusText(int(a.Get("code").Int())), "Answer"), headers: object()}
				answers[code] = to
				codes = append(codes, code)
			}
			w.answer(to, c, a, name)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	slices.Sort(codes)
	made := object()
	for _, code := range codes {
		a := answers[code]
		n := object().add("description", textNode(a.description))
		if len(a.headers.members) > 0 {
			n.add("headers", a.headers)
		}
		if len(a.contents) > 0 {
			contents := object()
			for _, b := range a.contents {
				contents.add(b.mime, b.node())
			}
			n.add("content", contents)
		}
		made.add(code, n)
	}
	return made
}

// ofConnection are headers of an answer that say nothing about an API.
var ofConnection = []string{"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "content-encoding", "set-cookie"}

func (w *writer) answer(to *answerOf, c *call, a gjson.Result, name string) {
	for _, h := range a.Get("header").Array() {
		key, value := h.Get("key").String(), h.Get("value").String()
		lower := strings.ToLower(key)
		switch {
		case key == "" || lower == "content-type":
			continue
		case slices.Contains(ofConnection, lower):
			w.notes.Add(c.item, "answer's header "+key, "left out")
			continue
		case slices.ContainsFunc(to.headers.members, func(m member) bool { return strings.EqualFold(m.key, key) }):
			continue
		}
		n := object()
		description := h.Get("description")
		if description.IsObject() {
			description = description.Get("content")
		}
		said, deprecated := cutDeprecated(description.String())
		n.put("description", said)
		if deprecated {
			n.add("deprecated", boolNode(true))
		}
		v := w.example(c, "answer's header "+key, []string{value})
		if v == nil {
			v = textNode("")
		}
		n.add("schema", infer(v))
		if !(v.kind == text && v.text == "") {
			n.add("example", v)
		}
		to.headers.add(key, n)
	}
	body := a.Get("body").String()
	mime := answerType(a)
	if body == "" && mime == "" {
		return
	}
	mime = cmp.Or(mime, "text/plain")
	i := slices.IndexFunc(to.contents, func(b *bodyOf) bool { return b.mime == mime })
	if i < 0 {
		i = len(to.contents)
		to.contents = append(to.contents, &bodyOf{mime: mime})
	}
	b := to.contents[i]
	if body == "" {
		return
	}
	v := w.content(c.item, "answer "+name, mime, body)
	b.noSchema = b.noSchema || isXML(mime) || isJSON(mime) && v.kind == text && !strings.HasPrefix(strings.TrimSpace(body), `"`)
	b.values = append(b.values, named{cmp.Or(name, c.item.Name), v})
}

// answerType gives the media type of a saved answer.
func answerType(a gjson.Result) string {
	for _, h := range a.Get("header").Array() {
		if strings.EqualFold(h.Get("key").String(), "Content-Type") {
			t, _, _ := strings.Cut(h.Get("value").String(), ";")
			if t = strings.TrimSpace(t); strings.Contains(t, "/") {
				return t
			}
		}
	}
	if a.Get("body").String() == "" {
		return ""
	}
	names := map[string]string{"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript", "text": "text/plain"}
	return names[a.Get("_postman_previewlanguage").String()]
}
