package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
)

// resolver replaces the placeholders of texts, as Postman does: names are matched to
// the letter, values are read again for placeholders, and what has no value stays as
// it is.
type resolver struct {
	scopes  *script.Scopes
	dynamic func(name string) (string, bool)
	// unresolved are the names that had no value, in order.
	unresolved []string
	spent      int // of the budget
	// emptyAuth is the type of an auth that is left out because nothing in it has a value.
	emptyAuth string
}

// token is a placeholder: {{x}}, and <<x>> as some APIs' collections write it.
var token = regexp.MustCompile(`\{\{([^{}]*?)\}\}|<<([^<>{}\r\n]*?)>>`)

// maxPasses bounds how often a text is read again: Postman's number.
const maxPasses = 19

// Variables can repeat each other until memory ends: a request's placeholders cost
// their values' bytes and a share each, out of a budget.
const (
	budget = 64 << 20
	share  = 64
)

func (r *resolver) text(s string) (string, error) {
	if !strings.Contains(s, "{{") && !strings.Contains(s, "<<") {
		return s, nil
	}
	for range maxPasses {
		next, changed, err := r.pass(s)
		if err != nil {
			return "", err
		}
		if !changed {
			break
		}
		s = next
	}
	for _, m := range token.FindAllStringSubmatch(s, -1) {
		// Only {{x}} is surely meant as a placeholder.
		if name := m[1]; strings.HasPrefix(m[0], "{{") && name != "" && !slices.Contains(r.unresolved, name) {
			r.unresolved = append(r.unresolved, name)
		}
	}
	return s, nil
}

// pass replaces the placeholders of a text once.
func (r *resolver) pass(s string) (next string, changed bool, err error) {
	var b strings.Builder
	for at := token.FindStringIndex(s); at != nil; at = token.FindStringIndex(s) {
		m := s[at[0]:at[1]]
		b.WriteString(s[:at[0]])
		s = s[at[1]:]
		value, found := r.value(m[2 : len(m)-2])
		if !found {
			b.WriteString(m)
			continue
		}
		b.WriteString(value)
		changed = changed || value != m
		if r.spent += len(value) + share; r.spent > budget {
			return "", false, fmt.Errorf("a text becomes longer than %d MiB when its placeholders are resolved; see whether variables repeat each other", budget>>20)
		}
	}
	b.WriteString(s)
	return b.String(), changed, nil
}

// value is what stands for a name; found is false when it stays as it is.
func (r *resolver) value(name string) (value string, found bool) {
	if v, ok := r.scopes.Locals.Get(name); ok {
		return Text(v), true
	}
	if v, ok := r.scopes.Data[name]; ok {
		return Text(v), v != nil
	}
	for _, scope := range []*script.Scope{r.scopes.Environment, r.scopes.Collection, r.scopes.Globals} {
		if v, ok := scope.Get(name); ok {
			return Text(v), true
		}
	}
	if strings.HasPrefix(name, "$") {
		return r.dynamic(name)
	}
	return "", false
}

// object is a JSON object in the making.
type object = map[string]any

// each resolves the texts that it is given.
func (r *resolver) each(texts ...*string) error {
	for _, text := range texts {
		resolved, err := r.text(*text)
		if err != nil {
			return err
		}
		*text = resolved
	}
	return nil
}

// resolved gives an item whose request has no placeholders left that have a value,
// with the auth that is in force for it, and that request as JSON.
func (r *resolver) resolved(item *collection.Item) (*collection.Item, json.RawMessage, error) {
	req := item.Request()
	url := request.URLText(req.URL)
	if err := r.each(&req.Method, &url); err != nil {
		return nil, nil, err
	}
	out := object{"method": req.Method}
	path := []object{}
	for _, v := range req.URL.Variables {
		if err := r.each(&v.Value); err != nil {
			return nil, nil, err
		}
		path = append(path, object{"key": v.Key, "value": v.Value, "type": v.Type})
	}
	out["url"] = object{"raw": url, "variable": path}
	headers := []object{}
	for _, h := range req.Headers {
		if h.Disabled || h.Key == "" {
			continue
		}
		if err := r.each(&h.Key, &h.Value); err != nil {
			return nil, nil, err
		}
		headers = append(headers, object{"key": h.Key, "value": h.Value})
	}
	out["header"] = headers
	if req.Body != nil && !req.Body.Disabled {
		body, err := r.body(req.Body)
		if err != nil {
			return nil, nil, err
		}
		out["body"] = body
	}
	auth, err := r.auth(item)
	if err != nil {
		return nil, nil, err
	}
	out["auth"] = auth
	text, err := json.Marshal(out)
	if err != nil {
		return nil, nil, err
	}
	changed, err := item.WithRequest(text)
	if err != nil {
		return nil, nil, fmt.Errorf("the request cannot be read after its variables were put in: %w", err)
	}
	return changed, text, nil
}

func (r *resolver) body(b *collection.Body) (object, error) {
	out := object{"mode": b.Mode}
	switch b.Mode {
	case collection.ModeURLEncoded, collection.ModeFormData:
		params := []object{}
		for _, p := range b.Params {
			if p.Disabled {
				continue
			}
			if err := r.each(&p.Key, &p.Value, &p.ContentType, &p.FileName); err != nil {
				return nil, err
			}
			param := object{"key": p.Key, "type": p.Type}
			if p.Type == "file" {
				for i := range p.Src {
					if err := r.each(&p.Src[i]); err != nil {
						return nil, err
					}
				}
				param["src"] = p.Src
			}
			if p.Type != "file" || p.Value != "" {
				param["value"] = p.Value
			}
			if p.ContentType != "" {
				param["contentType"] = p.ContentType
			}
			if p.FileName != "" {
				param["fileName"] = p.FileName
			}
			params = append(params, param)
		}
		out[b.Mode] = params
	case collection.ModeGraphQL:
		if b.GraphQL == nil {
			break
		}
		g := *b.GraphQL
		if err := r.each(&g.Query, &g.OperationName, &g.Variables); err != nil {
			return nil, err
		}
		out[b.Mode] = g
	case collection.ModeFile:
		if b.File == nil {
			break
		}
		f := *b.File
		if err := r.each(&f.Src, &f.Content); err != nil {
			return nil, err
		}
		out[b.Mode] = f
	default:
		text := b.Raw
		if err := r.each(&text); err != nil {
			return nil, err
		}
		out["raw"] = text
		if b.Language != "" {
			out["options"] = object{"raw": object{"language": b.Language}}
		}
	}
	return out, nil
}

// auth gives the auth that is in force, none stated so that nothing is inherited.
func (r *resolver) auth(item *collection.Item) (object, error) {
	auth, _ := item.Auth()
	if auth == nil {
		return object{"type": "noauth"}, nil
	}
	params, empty := []object{}, true
	for _, p := range auth.Params {
		if err := r.each(&p.Value); err != nil {
			return nil, err
		}
		empty = empty && p.Value == ""
		params = append(params, object{"key": p.Key, "value": p.Value, "type": "string"})
	}
	if empty && auth.Type != "noauth" && auth.Type != "basic" { // Postman sends an empty user and password
		r.emptyAuth = auth.Type
		return object{"type": "noauth"}, nil
	}
	return object{"type": auth.Type, auth.Type: params}, nil
}

// filesBelow refuses files of a request outside a directory.
func filesBelow(dir string, req collection.Request) error {
	if req.Body == nil {
		return nil
	}
	var files []string
	for _, p := range req.Body.Params {
		files = append(files, p.Src...)
	}
	if req.Body.File != nil && req.Body.File.Src != "" {
		files = append(files, req.Body.File.Src)
	}
	for _, file := range files {
		if !filepath.IsLocal(file) {
			abs, err := filepath.Abs(dir)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(abs, file)
			if err != nil || !filepath.IsLocal(rel) || !filepath.IsAbs(file) {
				return errors.New("the file " + file + " is outside the working directory, and --no-insecure-file-read forbids that")
			}
		}
	}
	return nil
}
