package script

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
	"golang.org/x/text/encoding/htmlindex"
)

// host is what the sandbox's JavaScript can ask for.
func (s *Sandbox) host() *goja.Object {
	h := s.vm.NewObject()
	for name, fn := range map[string]any{
		"event": func(goja.FunctionCall) goja.Value { return s.vm.ToValue(s.now.Event) },
		"scope": s.scope,
		"request": func() string {
			if s.now.Request == nil && s.now.LateRequest != nil {
				s.now.Request = s.now.LateRequest()
			}
			return string(s.now.Request)
		},
		"response": func(goja.FunctionCall) goja.Value {
			if s.now.Response == nil {
				return s.responseData(&Response{})
			}
			return s.responseData(s.now.Response)
		},
		"responseText":    s.ofResponse(func(r *Response) goja.Value { return s.vm.ToValue(textBody(r)) }),
		"responseBytes":   s.ofResponse(func(r *Response) goja.Value { return s.vm.ToValue(s.vm.NewArrayBuffer(slices.Clone(r.Body))) }),
		"responseHeaders": s.ofResponse(s.headerList),
		"responseCookies": s.ofResponse(func(r *Response) goja.Value { return s.cookieList(r.Cookies) }),
		"assertion":       s.assertion, "changed": s.changed, "requested": s.requested,
		"info": s.info, "path": s.path,
		"next":    func(v goja.Value) { s.result.Next = nextOf(v) },
		"skip":    func() { s.result.Skip = true },
		"console": s.console,
		"timer":   s.timer, "clearTimer": func(id int64) { s.loop.remove(id) },
		"soon": func(fn goja.Callable) {
			s.loop.add(0, false, func() error { _, err := fn(goja.Undefined()); return err })
		},
		"send":       s.send,
		"runRequest": s.runRequest,
		"vault":      s.vault,
		"cookies":    s.cookies, "setCookie": s.setCookie,
		"removeCookie": func(address, name string) { s.withJar(address, func(j Cookies, u *url.URL) { j.Remove(u, name) }) },
		"clearCookies": func(address string) { s.withJar(address, func(j Cookies, u *url.URL) { j.Clear(u) }) },
		"dynamic": func(name string) goja.Value {
			if s.o.Dynamic != nil {
				if value, known := s.o.Dynamic(name); known {
					return s.vm.ToValue(value)
				}
			}
			return goja.Undefined()
		},
		"bytes":  func(text string) int { return len(text) },
		"base64": func(b goja.ArrayBuffer) string { return base64.StdEncoding.EncodeToString(b.Bytes()) },
		"atob":   s.atob, "btoa": s.btoa,
		"encode": func(text string) goja.ArrayBuffer { return s.vm.NewArrayBuffer([]byte(text)) },
		"decode": s.decode,
		"random": func(n int) goja.ArrayBuffer {
			b := make([]byte, n)
			_, _ = rand.Read(b)
			return s.vm.NewArrayBuffer(b)
		},
		"uuid":     newUUID,
		"digest":   s.digest,
		"require":  func(name string) goja.Value { return s.require(name) },
		"validate": s.validate,
		"hash":     s.hash, "hmac": s.hmac, "pbkdf2": s.pbkdf2, "cipher": s.cipher, "utf8": s.utf8Text,
		"xml": s.xml, "csv": s.csv, "markup": s.markup, "reason": http.StatusText,
	} {
		_ = h.Set(name, fn)
	}
	return h
}

// throw ends a native function with a JavaScript error.
func (s *Sandbox) throw(format string, args ...any) {
	panic(s.vm.NewTypeError(fmt.Sprintf(format, args...)))
}

func nextOf(v goja.Value) *Next {
	if goja.IsNull(v) || goja.IsUndefined(v) {
		return &Next{Stop: true}
	}
	return &Next{Item: v.String()}
}

func (s *Sandbox) info() goja.Value {
	o := s.vm.NewObject()
	_ = o.Set("eventName", s.now.Event)
	_ = o.Set("iteration", s.now.Iteration)
	_ = o.Set("iterationCount", s.now.Iterations)
	_ = o.Set("requestName", s.now.Name)
	_ = o.Set("requestId", s.now.ID)
	return o
}

func (s *Sandbox) path() goja.Value {
	list := make([]any, len(s.now.Path))
	for i, name := range s.now.Path {
		list[i] = name
	}
	return s.vm.NewArray(list...)
}

func (s *Sandbox) console(level string, args []string) {
	if s.o.Console != nil {
		s.o.Console(level, args)
	}
}

func (s *Sandbox) timer(fn goja.Callable, after float64, repeat bool) int64 {
	const longest = 24 * time.Hour
	wait := min(time.Duration(after*float64(time.Millisecond)), longest)
	return s.loop.add(wait, repeat, func() error { _, err := fn(goja.Undefined()); return err })
}

// answered hands an outcome to a callback of (error text, value).
func answered(fn goja.Callable, vm *goja.Runtime, err error, value goja.Value) error {
	if err != nil {
		_, err = fn(goja.Undefined(), vm.ToValue(err.Error()))
		return err
	}
	_, err = fn(goja.Undefined(), goja.Null(), value)
	return err
}

func (s *Sandbox) send(request string, done goja.Callable) {
	if s.o.Send == nil {
		s.throw("pm.sendRequest: there is no network here")
	}
	s.call(done, func(ctx context.Context) (*Response, error) { return s.o.Send(ctx, json.RawMessage(request)) })
}

func (s *Sandbox) runRequest(name, variables string, done goja.Callable) {
	if s.o.RunRequest == nil {
		s.throw("pm.execution.runRequest: requests cannot be run from here")
	}
	var values map[string]any
	_ = json.Unmarshal([]byte(variables), &values)
	s.call(done, func(ctx context.Context) (*Response, error) { return s.o.RunRequest(ctx, name, values) })
}

// call makes a request beside the script. Requests of a script go out one at a time:
// what makes them is not for several goroutines.
func (s *Sandbox) call(done goja.Callable, work func(ctx context.Context) (*Response, error)) {
	ctx := s.ctx
	s.loop.elsewhere(ctx, func() func() error {
		s.sending.Lock()
		response, err := work(ctx)
		s.sending.Unlock()
		return func() error {
			if err != nil {
				return answered(done, s.vm, err, nil)
			}
			return answered(done, s.vm, nil, s.responseData(response))
		}
	})
}

func (s *Sandbox) vault(name string, done goja.Callable) {
	if s.o.Vault == nil {
		s.throw("pm.vault: there is no vault here")
	}
	ctx := s.ctx
	s.loop.elsewhere(ctx, func() func() error {
		value, found, err := s.o.Vault(ctx, name)
		return func() error {
			if err == nil && found {
				return answered(done, s.vm, nil, s.vm.ToValue(value))
			}
			return answered(done, s.vm, err, goja.Undefined())
		}
	})
}

func (s *Sandbox) withJar(address string, do func(Cookies, *url.URL)) {
	if s.o.Cookies == nil {
		return
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		if u, err = url.Parse("http://" + address); err != nil {
			s.throw("%s is not a URL", address)
		}
	}
	do(s.o.Cookies, u)
}

func (s *Sandbox) cookies(address string) goja.Value {
	var list []*http.Cookie
	if !strings.Contains(address, "{{") {
		s.withJar(address, func(j Cookies, u *url.URL) { list = j.Get(u) })
	}
	return s.cookieList(list)
}

func (s *Sandbox) cookieList(cookies []*http.Cookie) goja.Value {
	list := make([]any, len(cookies))
	for i, c := range cookies {
		o := s.vm.NewObject()
		for key, value := range map[string]any{"name": c.Name, "key": c.Name, "value": c.Value, "domain": c.Domain, "path": c.Path, "secure": c.Secure, "httpOnly": c.HttpOnly} {
			_ = o.Set(key, value)
		}
		if !c.Expires.IsZero() {
			_ = o.Set("expires", c.Expires.UTC().Format(http.TimeFormat))
		}
		list[i] = o
	}
	return s.vm.NewArray(list...)
}

// setCookie takes the text of a Set-Cookie header, or an object.
func (s *Sandbox) setCookie(address string, value goja.Value) {
	var cookie *http.Cookie
	if o, ok := value.(*goja.Object); ok {
		text := func(key string) string {
			if v := o.Get(key); v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) {
				return v.String()
			}
			return ""
		}
		cookie = &http.Cookie{Name: text("name"), Value: text("value"), Domain: text("domain"), Path: text("path"), Secure: text("secure") == "true", HttpOnly: text("httpOnly") == "true"}
		if age, err := strconv.ParseFloat(text("maxAge"), 64); err == nil {
			if cookie.MaxAge = int(age); cookie.MaxAge <= 0 {
				cookie.MaxAge = -1
			}
		}
		if at, ok := exported(o.Get("expires")).(time.Time); ok {
			cookie.Expires = at
		} else if expires := text("expires"); expires != "" {
			for _, layout := range []string{http.TimeFormat, time.RFC3339Nano} {
				if at, err := time.Parse(layout, expires); err == nil {
					cookie.Expires = at
				}
			}
		}
	} else {
		var err error
		if cookie, err = http.ParseSetCookie(value.String()); err != nil {
			s.throw("the cookie cannot be read: %v", err)
		}
	}
	s.withJar(address, func(j Cookies, u *url.URL) { j.Set(u, cookie) })
}

func exported(v goja.Value) any {
	if v == nil {
		return nil
	}
	return v.Export()
}

// atob and btoa take and give a character for each byte, as in browsers.
func (s *Sandbox) atob(text string) string {
	text = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "\f", "").Replace(text)
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		s.throw("the text is not correctly encoded (base64)")
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func (s *Sandbox) btoa(text string) string {
	b := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xFF {
			s.throw("the text has characters beyond Latin-1")
		}
		b = append(b, byte(c))
	}
	return base64.StdEncoding.EncodeToString(b)
}

func (s *Sandbox) decode(b goja.ArrayBuffer, label string) string {
	enc, err := htmlindex.Get(label)
	if err != nil {
		s.throw("the encoding %s is not known", label)
	}
	text, _ := enc.NewDecoder().Bytes(b.Bytes())
	return strings.TrimPrefix(string(text), "\uFEFF")
}

func (s *Sandbox) digest(algorithm string, b goja.ArrayBuffer) goja.ArrayBuffer {
	makers := map[string]func() hash.Hash{"SHA-1": sha1.New, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New}
	maker := makers[strings.ToUpper(algorithm)]
	if maker == nil {
		s.throw("crypto.subtle.digest: %s is not known; use SHA-1, SHA-256, SHA-384 or SHA-512", algorithm)
	}
	h := maker()
	_, _ = h.Write(b.Bytes())
	return s.vm.NewArrayBuffer(h.Sum(nil))
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
