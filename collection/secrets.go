package collection

import (
	"regexp"
	"strings"

	"github.com/tidwall/gjson"
)

// secretName matches names of things that are secret wherever they stand.
var secretName = regexp.MustCompile(`(?i)token|secret|passw|passphrase|api[-_ ]?key|authorization|credential|private[-_ ]?key|access[-_ ]?key|cookie`)

// publicName matches parameters of an auth whose names speak of a secret and
// whose values are none.
var publicName = regexp.MustCompile(`^(addTokenTo|tokenType|tokenName|accessTokenUrl|refreshTokenUrl|client_authentication)$`)

// shortestSecret is the shortest literal that is taken for a secret by its name
// alone: shorter ones are words.
const shortestSecret = 6

// Secrets returns the literal values in the collection that look like secrets:
// of headers, parameters and variables with such a name, and of auth blocks.
// Placeholders are none. Copies of the collection are masked with them.
func (c *Collection) Secrets() []string {
	var found []string
	add := func(value gjson.Result) {
		text := value.String()
		if value.Type == gjson.String && len(text) >= shortestSecret && !strings.Contains(text, "{{") && !strings.Contains(text, "<<") {
			found = append(found, text)
		}
	}
	var walk func(v gjson.Result, depth int)
	walk = func(v gjson.Result, depth int) {
		if depth > maxSecretDepth || !v.IsObject() && !v.IsArray() {
			return
		}
		if v.IsObject() {
			if name := v.Get("key"); name.Type == gjson.String && SoundsSecret(name.String()) {
				add(v.Get("value"))
			}
			if v.Get("type").String() == "secret" {
				add(v.Get("value"))
			}
		}
		v.ForEach(func(name, value gjson.Result) bool {
			if v.IsObject() && name.String() == "auth" {
				authSecrets(value, add)
			}
			if v.IsObject() && value.Type == gjson.String && SoundsSecret(name.String()) && name.String() != "key" {
				add(value)
			}
			walk(value, depth+1)
			return true
		})
	}
	walk(c.Raw, 0)
	return found
}

const maxSecretDepth = 500

// SoundsSecret reports whether a name is one of things that are secret wherever they
// stand, such as a token.
func SoundsSecret(name string) bool {
	return secretName.MatchString(name) && !publicName.MatchString(name)
}

// authSecrets adds every parameter of an auth block but those that name things.
func authSecrets(auth gjson.Result, add func(gjson.Result)) {
	public := regexp.MustCompile(`(?i)^(username|user|key|in|type|algorithm|realm|region|service|addTokenTo|headerPrefix|tokenType|tokenName|grant_?type|scope|domain|workstation|nonceCount|version|signatureMethod|client_?auth(entication)?|headersToSign|challengeAlgorithm|qop)$|url|uri`)
	auth.ForEach(func(_, params gjson.Result) bool {
		if !params.IsObject() && !params.IsArray() {
			return true
		}
		params.ForEach(func(name, value gjson.Result) bool {
			if params.IsArray() {
				name, value = value.Get("key"), value.Get("value")
			}
			if !public.MatchString(name.String()) {
				add(value)
			}
			return true
		})
		return true
	})
}

// SecretName reports whether a thing of that name is secret wherever it stands:
// token, password and the like.
func SecretName(name string) bool { return secretName.MatchString(name) }
