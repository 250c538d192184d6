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
	case "apikey":
		c.keyAuth(part("key"), part("value"), auth.Get("in") == "query", where)
	default:
		c.problem(where, fmt.Errorf("the auth type %q is not supported in a load; use basic, bearer or apikey", auth.Type))
	}
}

// setHeader replaces every header of that name by a secret one.
func (c *compiler) setHeader(key string, value vars.Segments, where string) {
	c.t.headers = slices.DeleteFunc(c.t.headers, func(h header) bool { return sameHeader(h.key, key) })
	c.addHeader(key, value, true, where)
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
	c.t.url.query = slices.DeleteFunc(c.t.url.query, func(q queryPart) bool {
		return constantOps(q.key) && unescapeQuery(literal(q.key)) == name
	})
	c.removeFields(func(f *Field) bool { return f.In == "query" && f.Name == name })
	hidden := slices.Clone(value)
	for i := range hidden {
		hidden[i].Secret = true
	}
	c.t.url.query = append(c.t.url.query, queryPart{
		key:      []op{{kind: vars.Literal, lit: percent(name)}},
		value:    compileOps(hidden, formValue, where, percent),
		hasValue: true,
	})
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
