package sign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Tokens keeps the oauth2 tokens of a run. Several goroutines may use it.
type Tokens struct {
	mu    sync.Mutex
	known map[string]*oauth2.Token
}

// early is how long before its end a token is fetched anew.
const early = 10 * time.Second

// oauth2Token puts a token into a header or the query: the one that is given, else one
// that is fetched by the grant and kept until it expires.
func oauth2Token(ctx context.Context, p Params, r *Request, o Options) error {
	token := p["accessToken"]
	if token == "" {
		fetched, err := o.Tokens.get(ctx, p, o)
		if err != nil {
			return err
		}
		token = fetched.AccessToken
	}
	if strings.EqualFold(p["tokenType"], "mac") {
		return &Error{"oauth2", "tokenType", "mac is not supported; use a bearer token"}
	}
	if p["addTokenTo"] == "queryParams" {
		addQuery(r.URL, "access_token", token)
		return nil
	}
	prefix, said := p["headerPrefix"]
	if !said {
		prefix = "Bearer"
	}
	r.Header.Set("Authorization", strings.TrimSpace(strings.TrimSpace(prefix)+" "+token))
	return nil
}

// get returns a token that is still good.
func (t *Tokens) get(ctx context.Context, p Params, o Options) (*oauth2.Token, error) {
	key := strings.Join([]string{p["grant_type"], p["accessTokenUrl"], p["clientId"], p["username"], p["scope"], p["audience"]}, "\x00")
	t.mu.Lock()
	defer t.mu.Unlock()
	if token := t.known[key]; token != nil && (token.Expiry.IsZero() || o.Now().Add(early).Before(token.Expiry)) {
		return token, nil
	}
	token, err := fetch(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if t.known == nil {
		t.known = make(map[string]*oauth2.Token)
	}
	t.known[key] = token
	return token, nil
}

// fetch asks the token's server.
func fetch(ctx context.Context, p Params, o Options) (*oauth2.Token, error) {
	grant := p.text("grant_type", "authorization_code")
	if grant != "client_credentials" && grant != "password_credentials" && grant != "password" {
		return nil, &Error{"oauth2", "grant_type", fmt.Sprintf("%s needs a person at a browser: get a token, and give it to the request in a variable; client_credentials and password_credentials are fetched", grant)}
	}
	address, err := need("oauth2", p, "accessTokenUrl")
	if err != nil {
		return nil, err
	}
	style := oauth2.AuthStyleInHeader
	if p["client_authentication"] == "body" {
		style = oauth2.AuthStyleInParams
	}
	if o.Client != nil {
		ctx = context.WithValue(ctx, oauth2.HTTPClient, o.Client)
	}
	scopes := strings.Fields(p["scope"])
	var token *oauth2.Token
	if grant == "client_credentials" {
		c := clientcredentials.Config{ClientID: p["clientId"], ClientSecret: p["clientSecret"], TokenURL: address, Scopes: scopes, AuthStyle: style}
		if audience := p["audience"]; audience != "" {
			c.EndpointParams = map[string][]string{"audience": {audience}}
		}
		token, err = c.Token(ctx)
	} else {
		c := oauth2.Config{ClientID: p["clientId"], ClientSecret: p["clientSecret"], Endpoint: oauth2.Endpoint{TokenURL: address, AuthStyle: style}, Scopes: scopes}
		token, err = c.PasswordCredentialsToken(ctx, p["username"], p["password"])
	}
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		text := refused.ErrorCode
		if refused.ErrorDescription != "" {
			text += ": " + refused.ErrorDescription
		}
		if text == "" {
			text = http.StatusText(refused.Response.StatusCode)
		}
		return nil, fmt.Errorf("auth oauth2: %s gave no token: it answered %d, %s", address, refused.Response.StatusCode, text)
	}
	if err != nil {
		return nil, fmt.Errorf("auth oauth2: %s gave no token: %w", address, err)
	}
	return token, nil
}
