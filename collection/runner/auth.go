package runner

import (
	"context"
	"fmt"
	"net/http"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// login is how a request identifies itself when the server asks for it.
type login interface {
	// prepare puts what is to be said into the header before an attempt.
	prepare(o *outgoing) error
	// again reports whether the request goes out once more after an answer.
	again(resp *http.Response) (bool, error)
}

// signer adds the auth of a request to what goes out. The login is nil when nothing
// depends on the server's answer.
func (w *worker) signer(item *collection.Item, f *request.Filled, o *outgoing) (login, error) {
	if own, err := f.Login(); err != nil {
		return nil, err
	} else if own != nil {
		return &digestLogin{f: f}, nil
	}
	if auth, from := item.Auth(); auth != nil {
		switch auth.Type {
		case "basic", "bearer", "apikey", "oauth2", "digest": // are there already
		default:
			return nil, fmt.Errorf("the auth type %q of the %s is not supported yet; the request was not sent", auth.Type, from)
		}
	}
	return nil, nil
}

// mostLogins bounds how often a request is made again because the server asks who it
// is: Postman's number.
const mostLogins = 3

// authenticated makes a request, again when the server asks who it is.
func (c *client) authenticated(ctx context.Context, o *outgoing, b collection.Behavior, l login) (*exchange, error) {
	if l == nil {
		return c.do(ctx, o, b)
	}
	for attempt := 0; ; attempt++ {
		if err := l.prepare(o); err != nil {
			return nil, err
		}
		x, err := c.do(ctx, o, b)
		if err != nil {
			return nil, err
		}
		again, err := l.again(x.raw)
		if err != nil || !again || attempt == mostLogins {
			return x, err
		}
	}
}

// digestLogin is digest authentication.
type digestLogin struct {
	f     *request.Filled
	login *request.Login
}

func (d *digestLogin) prepare(o *outgoing) (err error) {
	if d.login, err = d.f.Login(); err != nil {
		return err
	}
	if d.login.Header != "" {
		o.Header.Set("Authorization", d.login.Header)
	}
	return nil
}

func (d *digestLogin) again(resp *http.Response) (bool, error) {
	return d.login.Answered(resp.StatusCode, resp.Header), nil
}
