package request

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// Digest is the digest authentication (RFC 7616) of a request: one for all its
// rows, because what the server asks for holds until it asks for something else.
// Any number of goroutines may use it.
type Digest struct {
	user, password string

	mu sync.Mutex
	// challenge is the server's last one, nil before the first; count says how
	// often its nonce was used, taken that the server has accepted it.
	challenge *digest.Challenge
	count     int
	taken     bool
	// settled says that the server has let an attempt in.
	settled bool
	// noExpect says that the server does not take an Expect header.
	noExpect bool
}

// Login is how one attempt of a request identifies itself.
type Login struct {
	// Header is the value of its Authorization header, empty as long as the
	// server has not asked for it.
	Header string
	// Expect says that the body should wait for the server's word (Expect:
	// 100-continue), because the answer may be a question for credentials.
	Expect bool
	digest *Digest
	nonce  string
}

// Digest returns the request's digest authentication, nil when it has none.
func (t *Template) Digest() *Digest { return t.digest }

// ShareDigest makes t go on with the digest authentication of from, when it is of the
// same user: what the server asked for holds for both.
func (t *Template) ShareDigest(from *Template) {
	if t.digest != nil && from.digest != nil && t.digest.user == from.digest.user && t.digest.password == from.digest.password {
		t.digest = from.digest
	}
}

// Settled reports whether the server is known to let the request in. Until then
// attempts should be made one at a time: each can be a wrong password.
func (d *Digest) Settled() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settled
}

// Login returns what the next attempt says of itself, nil when the request has
// no digest authentication. The error says that the body's file cannot be read,
// which the server wants to be a part of it.
func (f *Filled) Login() (*Login, error) {
	d := f.digest
	if d == nil {
		return nil, nil
	}
	d.mu.Lock()
	challenge := d.challenge
	l := &Login{digest: d, Expect: !d.settled && !d.noExpect && f.Length > 0}
	d.count++
	count := d.count
	d.mu.Unlock()
	if challenge == nil {
		return l, nil
	}
	l.nonce = challenge.Nonce
	var err error
	l.Header, err = d.credentials(f, challenge, count)
	return l, err
}

// credentials answers a challenge.
func (d *Digest) credentials(f *Filled, challenge *digest.Challenge, count int) (string, error) {
	o := digest.Options{
		Method: f.Method, URI: f.URL.RequestURI(), GetBody: f.Reader, Count: count,
		Username: d.user, Password: d.password, Cnonce: rand.Text(),
	}
	plain := *challenge
	base, session := cutSession(challenge.Algorithm)
	plain.Algorithm = base
	if session {
		a1 := hashOf(base, d.user+":"+challenge.Realm+":"+d.password)
		o.A1 = hashOf(base, a1+":"+challenge.Nonce+":"+o.Cnonce)
	}
	answer, err := digest.Digest(&plain, o)
	if err != nil {
		return "", fmt.Errorf("digest authentication: %w", err)
	}
	answer.Algorithm = challenge.Algorithm
	return answer.String(), nil
}

// cutSession cuts "-sess" off an algorithm, which the module does not know.
func cutSession(algorithm string) (base string, session bool) {
	const suffix = "-sess"
	if n := len(algorithm) - len(suffix); n >= 0 && strings.EqualFold(algorithm[n:], suffix) {
		return algorithm[:n], true
	}
	return algorithm, false
}

func hashOf(algorithm, text string) string {
	switch strings.ToUpper(algorithm) {
	case "SHA-256":
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	case "SHA-512-256":
		sum := sha512.Sum512_256([]byte(text))
		return hex.EncodeToString(sum[:])
	case "SHA-512":
		sum := sha512.Sum512([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Answered takes the answer to the attempt. It reports whether the server only
// asked for credentials, or for newer ones: the request was not applied, and the
// same one may be sent again. A refusal of credentials made for a nonce that the
// server gave just before is not that: user or password are wrong.
func (l *Login) Answered(status int, header http.Header) (again bool) {
	if l == nil {
		return false
	}
	d := l.digest
	d.mu.Lock()
	defer d.mu.Unlock()
	current := d.challenge != nil && d.challenge.Nonce == l.nonce
	switch {
	case status == http.StatusExpectationFailed && l.Expect:
		d.noExpect = true
		return true
	case status == http.StatusUnauthorized:
	case letIn(status):
		d.settled, d.taken = true, d.taken || current
		return false
	default:
		return false
	}
	next := challengeOf(header)
	switch {
	case next == nil:
		return false
	case l.nonce == "":
		if d.challenge != nil {
			return true // another attempt was told before
		}
	case !current:
		return true // the nonce was renewed while the attempt was on its way
	case !next.Stale && !d.taken:
		return false
	}
	d.challenge, d.count, d.taken = next, 0, false
	return true
}

// letIn reports whether an answer says that the server has looked at the request
// itself, and not only at who sends it or how often.
func letIn(status int) bool {
	switch status {
	case http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusExpectationFailed, http.StatusTooManyRequests:
		return false
	}
	return status < http.StatusInternalServerError
}

// challengeOf returns the first digest challenge that can be answered, nil when
// there is none.
func challengeOf(header http.Header) *digest.Challenge {
	for _, value := range header.Values("WWW-Authenticate") {
		// Several schemes may share one header.
		at := strings.Index(strings.ToLower(value), "digest ")
		if at < 0 {
			continue
		}
		challenge, err := digest.ParseChallenge(value[at:])
		if err != nil || challenge.Nonce == "" {
			continue
		}
		for i, qop := range challenge.QOP {
			challenge.QOP[i] = strings.ToLower(strings.TrimSpace(qop))
		}
		known := *challenge
		known.Algorithm, _ = cutSession(challenge.Algorithm)
		if digest.CanDigest(&known) {
			return challenge
		}
	}
	return nil
}
