package request

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// compileAuth adds what the effective auth adds: as in Postman it replaces a
// header that the request writes itself.
func (c *compiler) compileAuth(auth *collection.Auth, from string) {
	user, password := c.userinfo()
	if auth == nil {
		if _, has := c.header("Authorization"); !has && user+password != "" {
			c.basicAuth(vars.Segments{{Text: user}}, vars.Segments{{Text: password}}, "url")
		}
		return
	}
	if c.o.ForeignAuth && auth.Type == "oauth2" {
		return // its token may have to be fetched
	}
	where := "auth " + auth.Type + " of the " + from
	part := func(key string) vars.Segments { return c.text(auth.Get(key), where, false, false) }
	switch auth.Type {
	case "basic":
		c.basicAuth(part("username"), part("password"), where)
	case "bearer":
		token := part("token")
		if text, ok := token.Constant(); ok && text == "" {
			return
		}
		c.setHeader("Authorization", append(vars.Segments{{Text: "Bearer "}}, token...), where)
	case "oauth2":
		c.tokenAuth(auth, part("accessToken"), where)
	case "digest":
		c.digestAuth(part("username"), part("password"), where)
	case "apikey":
		c.keyAuth(part("key"), part("value"), auth.Get("in") == "query", where)
	default:
		if c.o.ForeignAuth {
			return
		}
		c.problem(where, fmt.Errorf("the auth type %q is not supported in a load; use basic, digest, bearer, apikey, or oauth2 with a token", auth.Type))
	}
}

// setHeader replaces every header of that name by a secret one.
func (c *compiler) setHeader(key string, value vars.Segments, where string) {
	c.removeHeaders(key)
	c.addHeader(key, value, true, where)
}

func (c *compiler) removeHeaders(key string) {
	c.t.headers = slices.DeleteFunc(c.t.headers, func(h header) bool { return sameHeader(h.key, key) })
}

func (c *compiler) basicAuth(user, password vars.Segments, where string) {
	name, ok1 := user.Constant()
	word, ok2 := password.Constant()
	if !ok1 || !ok2 {
		c.problem(where, errors.New("user name and password cannot come from a column"))
		return
	}
	c.secret(word)
	encoded := base64.StdEncoding.EncodeToString([]byte(name + ":" + word))
	c.setHeader("Authorization", vars.Segments{{Text: "Basic " + encoded}}, where)
}

// tokenAuth is oauth2 with a token that is there already.
func (c *compiler) tokenAuth(auth *collection.Auth, token vars.Segments, where string) {
	prefix := "Bearer"
	for _, p := range auth.Params {
		if p.Key == "headerPrefix" { // which may be empty
			prefix, _ = c.text(p.Value, where, false, false).Constant()
		}
	}
	if prefix = strings.TrimSpace(prefix); prefix != "" {
		prefix += " "
	}
	text, constant := token.Constant()
	switch kind := auth.Get("tokenType"); {
	case constant && text == "" && c.has("Authorization"):
	case constant && text == "":
		c.problem(where, errors.New("it has no access token, and none is fetched: get one, and give it to the request in a variable"))
	case strings.EqualFold(kind, "mac"):
		c.problem(where, errors.New("the token type mac is not supported; use a bearer token"))
	case auth.Get("addTokenTo") == "queryParams":
		c.removeHeaders("Authorization")
		if constant {
			c.secret(text)
		}
		c.setQuery("access_token", token, where)
	default:
		c.removeQuery("access_token")
		c.setHeader("Authorization", append(vars.Segments{{Text: prefix}}, token...), where)
	}
}

// digestAuth prepares what an attempt answers the server's challenge with.
func (c *compiler) digestAuth(user, password vars.Segments, where string) {
	name, ok1 := user.Constant()
	word, ok2 := password.Constant()
	switch {
	case !ok1 || !ok2:
		c.problem(where, errors.New("user name and password cannot come from a column"))
	case hasControl(name):
		c.problem(where, errors.New("the user name holds a line break or control character; remove it"))
	default:
		c.secret(word)
		c.removeHeaders("Authorization")
		c.t.digest = &Digest{user: name, password: word}
	}
}

func (c *compiler) keyAuth(key, value vars.Segments, inQuery bool, where string) {
	name, _ := key.Constant()
	if text, ok := value.Constant(); ok {
		c.secret(text)
	}
	switch {
	case name == "":
		c.problem(where, errors.New("the key has no name"))
	case inQuery:
		c.setQuery(name, value, where)
	case !isToken(name):
		c.problem(where, fmt.Errorf("%q is not a header name", name))
	default:
		c.setHeader(name, value, where)
	}
}

// setQuery replaces every query parameter of that name by a secret one.
func (c *compiler) setQuery(name string, value vars.Segments, where string) {
	c.removeQuery(name)
	hidden := slices.Clone(value)
	for i := range hidden {
		hidden[i].Secret = true
	}
	c.t.url.query = append(c.t.url.query, queryPart{
		key:      []op{{kind: vars.Literal, lit: c.escapeQuery(guardQuery(name, true))}},
		value:    compileOps(hidden, formValue, where, func(text string) string { return c.escapeQuery(guardQuery(text, false)) }),
		hasValue: true,
	})
}

func (c *compiler) removeQuery(name string) {
	c.t.url.query = slices.DeleteFunc(c.t.url.query, func(q queryPart) bool {
		return constantOps(q.key) && unescapeQuery(literal(q.key)) == name
	})
	c.removeFields(func(f *Field) bool { return f.In == "query" && f.Name == name })
}

// userinfo returns user and password of the URL, which travel in a header. They
// are secret even where another auth takes their place.
func (c *compiler) userinfo() (user, password string) {
	if !constantOps(c.t.url.userinfo) {
		c.problem("url", errors.New("user name and password cannot come from a column"))
		return "", ""
	}
	user, password, _ = strings.Cut(literal(c.t.url.userinfo), ":")
	secret := password
	if secret == "" {
		secret = user // a token, most likely
	}
	c.secret(secret)
	c.secret(unescapeUser(secret))
	return unescapeUser(user), unescapeUser(password)
}
