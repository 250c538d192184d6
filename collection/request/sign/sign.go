// Package sign adds to a request what its auth asks for: signatures of what goes out,
// tokens that are made or fetched. What does not depend on the request as it goes out
// (basic, bearer, apikey) is package request's.
package sign

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Request is what is signed: a request as it will go out. Signing changes URL and
// Header, never the body's bytes, but for OAuth 1 in a form.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
}

// Params are the parameters of an auth, by Postman's names.
type Params map[string]string

// text is a parameter, or what stands for it when it is empty.
func (p Params) text(key, otherwise string) string {
	if value := p[key]; value != "" {
		return value
	}
	return otherwise
}

func (p Params) on(key string) bool { return p[key] == "true" }

// Options are what signing depends on beside the request.
type Options struct {
	Now   func() time.Time
	Nonce func() string
	// Tokens keeps the tokens of oauth2 that were fetched.
	Tokens *Tokens
	// Client fetches them.
	Client *http.Client
}

// Error says what is wrong with a parameter of an auth; nothing was sent.
type Error struct {
	Auth, Param, Problem string
}

func (e *Error) Error() string { return fmt.Sprintf("auth %s: %s: %s", e.Auth, e.Param, e.Problem) }

// Types are the auth types that Sign knows.
func Types() []string {
	return []string{"asap", "awsv4", "edgegrid", "hawk", "jwt", "oauth1", "oauth2"}
}

// Known reports whether Sign knows an auth type.
func Known(auth string) bool { return slices.Contains(Types(), auth) }

// Sign adds to r what an auth asks for. The error is an *Error, or says that a token
// could not be fetched.
func Sign(ctx context.Context, auth string, p Params, r *Request, o Options) error {
	switch auth {
	case "oauth1":
		return oauth1(p, r, o)
	case "oauth2":
		return oauth2Token(ctx, p, r, o)
	case "hawk":
		return hawk(p, r, o)
	case "awsv4":
		return awsv4(ctx, p, r, o)
	case "edgegrid":
		return edgegrid(p, r, o)
	case "jwt":
		return jwtAuth(p, r)
	case "asap":
		return asap(p, r, o)
	}
	return &Error{auth, "type", "is not known"}
}

// need returns a parameter that must be there.
func need(auth string, p Params, key string) (string, error) {
	if p[key] == "" {
		return "", &Error{auth, key, "is empty; give it a value"}
	}
	return p[key], nil
}

// timestamp is a parameter in seconds since 1970, or now.
func timestamp(auth string, p Params, o Options) (int64, error) {
	text := p["timestamp"]
	if text == "" {
		return o.Now().Unix(), nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &Error{auth, "timestamp", "is no number of seconds"}
	}
	return n, nil
}

// addQuery adds a parameter to a URL, whose query stays as it is written.
func addQuery(u *url.URL, key, value string) {
	pair := escape(key) + "=" + escape(value)
	if u.RawQuery != "" {
		pair = "&" + pair
	}
	u.RawQuery += pair
}

// escape is RFC 3986's: all but letters, digits and -._~ is encoded.
func escape(text string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(text))
}

// path is a URL's path as it goes out.
func path(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}
