package runner

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/script"
)

// send resolves a request, or what a script made of it, and makes it. sent is the
// request with its variables put in, also where it could not be made.
func (w *worker) send(ctx context.Context, item *collection.Item, changed json.RawMessage, scopes *script.Scopes) (x *exchange, sent json.RawMessage, err error) {
	if changed != nil {
		if item, err = item.WithRequest(changed); err != nil {
			return nil, changed, fmt.Errorf("a pre-request script made a request that cannot be read: %w", err)
		}
	}
	r := &resolver{scopes: scopes, dynamic: w.dynamic}
	resolved, sent, err := r.resolved(item)
	if err != nil {
		return nil, sent, err
	}
	if len(r.unresolved) > 0 {
		names := "{{" + strings.Join(r.unresolved, "}}, {{") + "}}"
		if w.o.FailUnresolved {
			return nil, sent, fmt.Errorf("%s: no such variable (--fail-on-unresolved)", names)
		}
		w.console("warn", []string{"no value for " + names + ": sent as it stands"})
	}
	if r.emptyAuth != "" {
		w.console("warn", []string{"the auth " + r.emptyAuth + " has no value in it: sent without"})
	}
	return w.exchange(ctx, resolved)
}

// exchange makes a request in which nothing is to be resolved any more.
func (w *worker) exchange(ctx context.Context, item *collection.Item) (*exchange, json.RawMessage, error) {
	text := item.RequestJSON()
	req, behavior := item.Request(), item.Behavior()
	if w.o.FilesBelow {
		if err := filesBelow(w.o.WorkingDir, req); err != nil {
			return nil, text, err
		}
	}
	template := request.Compile(item, request.Options{
		Literal: true, ForeignAuth: true, WorkingDir: w.o.WorkingDir, Run: w.seed, UserAgent: w.o.UserAgent, AcceptEncoding: "gzip, deflate, br",
	})
	if len(template.Problems) > 0 {
		var errs []error
		for _, p := range template.Problems {
			errs = append(errs, p)
		}
		return nil, text, errors.Join(errs...)
	}
	var filled request.Filled
	if err := template.Fill(&filled, nil, w.started.Load()); err != nil {
		return nil, text, err
	}
	if filled.URL.Host == "" {
		return nil, text, errors.New("request url is empty, or has no host")
	}
	o := outgoingOf(&filled)
	login, err := w.signer(item, &filled, o)
	if err != nil {
		return nil, text, err
	}
	for attempt := 0; ; attempt++ {
		x, err := w.client.authenticated(ctx, o, behavior, login)
		if err == nil {
			return x, sentJSON(text, x.sent), nil
		}
		if attempt >= w.o.Retries || !idempotent(o.Method) || ctx.Err() != nil {
			return nil, sentJSON(text, o), err
		}
	}
}

// sentJSON is a request as it went out: its own members, with the URL and the headers
// of the wire.
func sentJSON(text json.RawMessage, o *outgoing) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		members = map[string]json.RawMessage{}
	}
	own := make(map[string]bool)
	var written []collection.Header
	_ = json.Unmarshal(members["header"], &written)
	var headers []object
	for _, h := range written {
		key := strings.ToLower(h.Key)
		if values, there := o.Header[canonical(o, h.Key)]; there && !own[key] {
			for _, value := range values {
				headers = append(headers, object{"key": h.Key, "value": value})
			}
			own[key] = true
		}
	}
	var added []string
	for key := range o.Header {
		if !own[strings.ToLower(key)] {
			added = append(added, key)
		}
	}
	slices.Sort(added)
	for _, key := range added {
		for _, value := range o.Header[key] {
			headers = append(headers, object{"key": key, "value": value, "system": true})
		}
	}
	if host := o.Host; host != "" || o.URL.Host != "" {
		if host == "" {
			host = o.URL.Host
		}
		headers = append(headers, object{"key": "Host", "value": host, "system": true})
	}
	if o.length > 0 {
		headers = append(headers, object{"key": "Content-Length", "value": fmt.Sprint(o.length), "system": true})
	}
	var auth struct{ Type string }
	if json.Unmarshal(members["auth"], &auth) == nil && auth.Type == "noauth" {
		delete(members, "auth") // said so that nothing is inherited
	}
	members["header"] = mustJSON(headers)
	members["method"] = mustJSON(o.Method)
	members["url"] = mustJSON(urlObject(o.URL))
	return mustJSON(members)
}

// canonical finds the spelling under which a header is kept.
func canonical(o *outgoing, key string) string {
	for own := range o.Header {
		if strings.EqualFold(own, key) {
			return own
		}
	}
	return key
}

// urlObject is a URL in its parts, as Postman writes it.
func urlObject(u *url.URL) object {
	host := u.Hostname()
	out := object{"raw": u.String(), "protocol": u.Scheme, "host": strings.Split(host, "."), "variable": []object{}}
	if strings.Contains(host, ":") {
		out["host"] = []string{"[" + host + "]"}
	}
	if port := u.Port(); port != "" {
		out["port"] = port
	}
	out["path"] = strings.Split(strings.TrimPrefix(pathOf(u), "/"), "/")
	query := []object{}
	rawQuery := u.RawQuery
	if u.Opaque != "" {
		_, rawQuery, _ = strings.Cut(u.RequestURI(), "?")
	}
	if rawQuery != "" {
		for _, part := range strings.Split(rawQuery, "&") {
			key, value, has := strings.Cut(part, "=")
			param := object{"key": key, "value": nil}
			if has {
				param["value"] = value
			}
			query = append(query, param)
		}
	}
	out["query"] = query
	return out
}

func mustJSON(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage("null") // nothing here can fail
	}
	return text
}

// methodAndURL are those of a request that was not made.
func methodAndURL(sent json.RawMessage, item *collection.Item) (method, url string) {
	var r struct {
		Method string          `json:"method"`
		URL    json.RawMessage `json:"url"`
	}
	_ = json.Unmarshal(sent, &r)
	var parts struct {
		Raw string `json:"raw"`
	}
	if json.Unmarshal(r.URL, &parts) != nil {
		_ = json.Unmarshal(r.URL, &parts.Raw)
	}
	if r.Method == "" {
		r.Method = item.Request().Method
	}
	return strings.ToUpper(r.Method), parts.Raw
}

// newRef names the execution of an item.
func newRef() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
