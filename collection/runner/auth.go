package runner

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/go-ntlmssp"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/request/sign"
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
		auth, _ := item.Auth()
		return &digestLogin{f: f, once: auth != nil && auth.Get("disableRetryRequest") == "true"}, nil
	}
	auth, from := item.Auth()
	if auth == nil {
		return nil, nil
	}
	params := make(sign.Params, len(auth.Params))
	for _, p := range auth.Params {
		params[p.Key] = p.Value
	}
	switch {
	case auth.Type == "basic" || auth.Type == "bearer" || auth.Type == "apikey" || auth.Type == "digest":
		return nil, nil // is there already
	case auth.Type == "ntlm":
		return &ntlmLogin{params: params}, nil
	case auth.Type == "oauth2" && params["accessToken"] == "" && params["accessTokenUrl"] == "" && o.Header.Get("Authorization") != "":
		return nil, nil // the request has its own
	case !sign.Known(auth.Type):
		return nil, fmt.Errorf("the auth type %q of the %s is not known; the request was not sent", auth.Type, from)
	}
	return nil, w.sign(auth.Type, params, o)
}

// sign signs what goes out.
func (w *worker) sign(auth string, params sign.Params, o *outgoing) error {
	var body []byte
	if o.open != nil {
		r, err := o.open()
		if err != nil {
			return err
		}
		body, err = io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	address := *o.URL
	r := &sign.Request{Method: o.Method, URL: &address, Header: o.Header, Body: body}
	options := sign.Options{Now: time.Now, Nonce: rand.Text, Tokens: w.tokens, Client: &http.Client{Transport: w.client.usual()}}
	if err := sign.Sign(w.ctx, auth, params, r, options); err != nil {
		return err
	}
	o.URL = r.URL
	if len(r.Body) != len(body) { // parameters in a form
		o.length = int64(len(r.Body))
		o.open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
	}
	return nil
}

// ntlmLogin is NTLM: what the server asks on a connection is answered on the same one.
type ntlmLogin struct {
	params sign.Params
	token  []byte // what the next request says
	leg    int
}

func (n *ntlmLogin) prepare(o *outgoing) error {
	if n.leg == 0 {
		negotiate, err := ntlmssp.NewNegotiateMessage(n.params["domain"], n.params["workstation"])
		if err != nil {
			return fmt.Errorf("auth ntlm: %w", err)
		}
		n.token = negotiate
	}
	n.leg++
	o.who = n.params["domain"] + `\` + n.params["username"]
	o.Header.Set("Authorization", "NTLM "+base64.StdEncoding.EncodeToString(n.token))
	return nil
}

func (n *ntlmLogin) again(resp *http.Response) (bool, error) {
	if resp.StatusCode != http.StatusUnauthorized || n.leg > 1 || n.params["disableRetryRequest"] == "true" {
		return false, nil
	}
	for _, value := range resp.Header.Values("WWW-Authenticate") {
		text, ok := strings.CutPrefix(value, "NTLM ")
		if !ok {
			continue
		}
		challenge, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return false, errors.New("auth ntlm: the server's challenge cannot be read")
		}
		user := n.params["username"]
		if domain := n.params["domain"]; domain != "" {
			user = domain + `\` + user
		}
		if n.token, err = ntlmssp.NewAuthenticateMessage(challenge, user, n.params["password"], nil); err != nil {
			return false, fmt.Errorf("auth ntlm: %w", err)
		}
		return true, nil
	}
	return false, nil
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
	f *request.Filled
	// once says that the server's question is the answer (disableRetryRequest).
	once  bool
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
	return d.login.Answered(resp.StatusCode, resp.Header) && !d.once, nil
}
