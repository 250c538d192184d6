package script

import (
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"golang.org/x/text/encoding/htmlindex"
)

// responseData is an answer as response.js takes it. Its larger parts are made when they
// are asked for, by the answer itself, which of holds.
func (s *Sandbox) responseData(r *Response) goja.Value {
	o := s.vm.NewObject()
	if r.Code != 0 {
		_ = o.Set("code", r.Code)
		_ = o.Set("status", r.Reason)
		_ = o.Set("time", elapsed(r.Time))
	}
	_ = o.Set("bodySize", r.BodySize)
	_ = o.Set("headerSize", r.HeaderSize)
	_ = o.Set("of", s.vm.ToValue(r))
	return o
}

// ofResponse makes a function of the host that is given the answer that it is about.
func (s *Sandbox) ofResponse(part func(r *Response) goja.Value) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		r, ok := call.Argument(0).Export().(*Response)
		if !ok {
			return goja.Undefined()
		}
		return part(r)
	}
}

func (s *Sandbox) headerList(r *Response) goja.Value {
	list := make([]any, len(r.Headers))
	for i, h := range r.Headers {
		header := s.vm.NewObject()
		_ = header.Set("key", h.Key)
		_ = header.Set("value", h.Value)
		list[i] = header
	}
	return s.vm.NewArray(list...)
}

// textBody is a body as text, in the charset that its type names.
func textBody(r *Response) string {
	for _, h := range r.Headers {
		if !strings.EqualFold(h.Key, "Content-Type") {
			continue
		}
		_, charset, found := strings.Cut(strings.ToLower(h.Value), "charset=")
		if !found {
			break
		}
		charset, _, _ = strings.Cut(charset, ";")
		if enc, err := htmlindex.Get(strings.Trim(charset, `"' `)); err == nil {
			if text, err := enc.NewDecoder().Bytes(r.Body); err == nil {
				return string(text)
			}
		}
	}
	if utf8.Valid(r.Body) {
		return string(r.Body)
	}
	return strings.ToValidUTF8(string(r.Body), "\uFFFD")
}
