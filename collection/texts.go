package collection

import (
	"strings"

	postman "github.com/rbretecher/go-postman-collection"
)

// Texts gives every text of the item's request that is sent, and of the auth that
// is in force: where placeholders can stand. What is disabled is left out; so are
// names and descriptions that only people see.
func (i *Item) Texts() []string {
	if i.IsFolder() {
		return nil
	}
	r := i.Request()
	texts := []string{r.Method}
	if u := r.URL; u.HasParts {
		texts = append(append(append(texts, u.Protocol, u.Userinfo, u.Port), u.Host...), u.Path...)
		for _, q := range u.Query {
			if !q.Disabled {
				texts = append(texts, q.Key, q.Value)
			}
		}
	} else {
		texts = append(texts, u.Raw)
	}
	for _, v := range r.URL.Variables {
		texts = append(texts, v.Value)
	}
	for _, h := range r.Headers {
		if !h.Disabled {
			texts = append(texts, h.Key, h.Value)
		}
	}
	texts = append(texts, r.Body.texts()...)
	if auth, _ := i.Auth(); auth != nil {
		for _, p := range auth.Params {
			texts = append(texts, p.Value)
		}
	}
	return texts
}

func (b *Body) texts() []string {
	if b == nil || b.Disabled {
		return nil
	}
	texts := []string{b.Raw}
	for _, p := range b.Params {
		if !p.Disabled {
			texts = append(append(texts, p.Key, p.Value, p.ContentType, p.FileName), p.Src...)
		}
	}
	if b.GraphQL != nil {
		texts = append(texts, b.GraphQL.Query, b.GraphQL.OperationName, b.GraphQL.Variables)
	}
	if b.File != nil {
		texts = append(texts, b.File.Src)
	}
	return texts
}

// Disabled counts the headers, parameters and fields of the item's request that
// are switched off.
func (i *Item) Disabled() int {
	if i.IsFolder() {
		return 0
	}
	r, n := i.Request(), 0
	count := func(disabled bool) {
		if disabled {
			n++
		}
	}
	for _, h := range r.Headers {
		count(h.Disabled)
	}
	for _, q := range r.URL.Query {
		count(q.Disabled)
	}
	if r.Body != nil {
		for _, p := range r.Body.Params {
			count(p.Disabled)
		}
	}
	return n
}

// Scripts gives the kinds of the scripts that the item has itself: prerequest,
// test. Disabled and empty ones are left out.
func (i *Item) Scripts() []string { return scriptKinds(i.Model.Events) }

// Scripts gives the kinds of the collection's own scripts.
func (c *Collection) Scripts() []string { return scriptKinds(c.Model.Events) }

func scriptKinds(events []*postman.Event) []string {
	var kinds []string
	for _, e := range events {
		if e != nil && !e.Disabled && e.Script != nil && strings.TrimSpace(strings.Join(e.Script.Exec, "")) != "" {
			kinds = append(kinds, string(e.Listen))
		}
	}
	return kinds
}
