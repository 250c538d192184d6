package convert

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert/internal/jsonedit"
	"github.com/pmrun/pmrun/collection/vars"
)

// Resolve gives the collection with the values of its variables in the place of their
// placeholders: in requests, those of saved answers too, and in auth. Scripts, descriptions,
// names and what answers hold stay as they are. So do placeholders without a value, dynamic
// ones ({{$guid}}), those of variables that refer to themselves, and, unless o.WithSecrets,
// those of secrets: variables that are secret, or whose names say so. Values are put in as
// they are, as Postman does: nothing is escaped. The error is that of collection.Parse, or says
// which secret could not be fetched.
func Resolve(c *collection.Collection, o Options) (*collection.Collection, error) {
	if o.Scopes == nil {
		return c, nil
	}
	text := c.V21()
	r := resolver{filler: &filler{o: o, known: map[string]string{}, stays: map[string]bool{}, circular: map[string]bool{}}}
	r.Grow(len(text))
	r.item(gjson.ParseBytes(text))
	if r.err != nil {
		return nil, r.err
	}
	out, err := jsonedit.Indented(&r.Buffer)
	if err != nil {
		return nil, err
	}
	return collection.Parse(c.File, out)
}

type resolver struct {
	bytes.Buffer
	*filler
}

// item writes a collection, a folder or a request item.
func (r *resolver) item(item gjson.Result) {
	jsonedit.Object(&r.Buffer, item, func(key string, value gjson.Result) bool {
		switch {
		case key == "item" && value.IsArray():
			jsonedit.List(&r.Buffer, value, func(_ int, child gjson.Result) bool {
				if child.IsObject() {
					r.item(child)
				}
				return child.IsObject()
			})
		case key == "request", key == "auth":
			r.request(value)
		case key == "response" && value.IsArray():
			jsonedit.List(&r.Buffer, value, func(_ int, response gjson.Result) bool {
				if response.IsObject() {
					jsonedit.Object(&r.Buffer, response, func(key string, value gjson.Result) bool {
						if key == "originalRequest" {
							r.request(value)
						}
						return key == "originalRequest"
					})
				}
				return response.IsObject()
			})
		default:
			return false
		}
		return true
	})
}

// request writes a request, or a part of one.
func (r *resolver) request(v gjson.Result) {
	switch {
	case v.IsArray():
		jsonedit.List(&r.Buffer, v, func(_ int, element gjson.Result) bool {
			r.request(element)
			return true
		})
	case v.IsObject():
		jsonedit.Object(&r.Buffer, v, func(key string, value gjson.Result) bool {
			switch {
			case key == "description":
				return false
			case key == "url" && value.IsObject():
				r.url(value)
			default:
				r.request(value)
			}
			return true
		})
	case v.Type == gjson.String && vars.HasPlaceholder(v.Str):
		r.Write(jsonedit.Quoted(r.fill(v.Str)))
	default:
		r.WriteString(v.Raw)
	}
}

// url writes a URL that is an object. A value such as https://host/api for {{base}} holds
// several of its parts, so it is taken apart anew.
func (r *resolver) url(v gjson.Result) {
	text := partsText(v)
	filled := r.fill(text)
	parts, same := collection.URLParts(filled)
	anew := same && filled != text
	write := func(first *bool, key string, value []byte) {
		if !*first {
			r.WriteByte(',')
		}
		*first = false
		r.Write(jsonedit.Quoted(key))
		r.WriteByte(':')
		r.Write(value)
	}
	r.WriteByte('{')
	first, done, query := true, false, false
	v.ForEach(func(key, value gjson.Result) bool {
		switch {
		case anew && slices.Contains([]string{"protocol", "auth", "host", "port", "path"}, key.Str):
			if !done {
				done = true
				for _, m := range partMembers(parts) {
					write(&first, m.key, m.value)
				}
			}
		case key.Str == "query" && value.IsArray():
			query = true
			write(&first, key.Str, r.query(parts.Query, anew, value))
		default:
			write(&first, key.Str, nil)
			if key.Str == "description" {
				r.WriteString(value.Raw)
			} else {
				r.request(value)
			}
		}
		return true
	})
	if anew && !query && len(parts.Query) > 0 {
		write(&first, "query", r.query(parts.Query, true, gjson.Result{}))
	}
	r.WriteByte('}')
}

// partsText puts the parts of a URL together, up to the query.
func partsText(v gjson.Result) string {
	joined := func(key, separator string) string {
		part := jsonedit.Member(v, key)
		if !part.IsArray() {
			return part.String()
		}
		var segments []string
		for _, segment := range part.Array() {
			if segment.IsObject() {
				segment = jsonedit.Member(segment, "value")
			}
			segments = append(segments, segment.String())
		}
		return strings.Join(segments, separator)
	}
	text := ""
	if protocol := joined("protocol", ""); protocol != "" {
		text = strings.TrimSuffix(protocol, "://") + "://"
	}
	if auth := jsonedit.Member(v, "auth"); auth.IsObject() {
		text += jsonedit.Member(auth, "user").String()
		if password := jsonedit.Member(auth, "password"); password.Type != gjson.Null {
			text += ":" + password.String()
		}
		text += "@"
	}
	text += joined("host", ".")
	if port := joined("port", ""); port != "" {
		text += ":" + port
	}
	path := joined("path", "/")
	if list := jsonedit.Member(v, "path"); list.IsArray() && len(list.Array()) > 0 {
		text += "/" + path
	} else if path != "" && !list.IsArray() {
		text += "/" + strings.TrimPrefix(path, "/")
	}
	return text
}

type member struct {
	key   string
	value []byte
}

// partMembers gives the parts of a URL as members of its object.
func partMembers(u collection.URL) (list []member) {
	texts := func(parts []string) []byte {
		var b bytes.Buffer
		b.WriteByte('[')
		for i, part := range parts {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(jsonedit.Quoted(part))
		}
		b.WriteByte(']')
		return b.Bytes()
	}
	if u.Protocol != "" {
		list = append(list, member{"protocol", jsonedit.Quoted(u.Protocol)})
	}
	if u.Userinfo != "" {
		user, password, has := strings.Cut(u.Userinfo, ":")
		auth := append([]byte(`{"user":`), jsonedit.Quoted(user)...)
		if has {
			auth = append(append(auth, `,"password":`...), jsonedit.Quoted(password)...)
		}
		list = append(list, member{"auth", append(auth, '}')})
	}
	if len(u.Host) > 0 {
		list = append(list, member{"host", texts(u.Host)})
	}
	if u.Port != "" {
		list = append(list, member{"port", jsonedit.Quoted(u.Port)})
	}
	if len(u.Path) > 0 {
		list = append(list, member{"path", texts(u.Path)})
	}
	return list
}

// query gives the parameters of a query: those that a value of the host brought along, and
// the query's own. A value may hold several of them.
func (r *resolver) query(brought []collection.QueryParam, anew bool, v gjson.Result) []byte {
	b := resolver{filler: r.filler}
	first := true
	begin := func() {
		if !first {
			b.WriteByte(',')
		}
		first = false
	}
	plain := func(params []collection.QueryParam) {
		for _, q := range params {
			begin()
			b.WriteString(`{"key":`)
			b.Write(jsonedit.Quoted(q.Key))
			b.WriteString(`,"value":`)
			if q.HasValue {
				b.Write(jsonedit.Quoted(q.Value))
			} else {
				b.WriteString("null")
			}
			b.WriteByte('}')
		}
	}
	b.WriteByte('[')
	if anew {
		plain(brought)
	}
	v.ForEach(func(_, param gjson.Result) bool {
		begin()
		value := jsonedit.Member(param, "value")
		filled := r.fill(value.String())
		if value.Type != gjson.String || filled == value.Str || !strings.Contains(filled, "&") || strings.Contains(value.Str, "&") {
			b.request(param)
			return true
		}
		parts, _ := collection.URLParts("?k=" + filled)
		jsonedit.Object(&b.Buffer, param, func(key string, value gjson.Result) bool {
			switch key {
			case "description":
				return false
			case "value":
				b.Write(jsonedit.Quoted(parts.Query[0].Value))
			default:
				b.request(value)
			}
			return true
		})
		plain(parts.Query[1:])
		return true
	})
	b.WriteByte(']')
	return b.Bytes()
}

// filler knows the values that variables have.
type filler struct {
	o        Options
	known    map[string]string // filled already
	stays    map[string]bool   // have no value, or one that is not to be used
	circular map[string]bool   // refer to themselves
	err      error
}

var placeholders = regexp.MustCompile(`\{\{([^{}\x00]+?)\}\}|<<([^<>{}\x00\r\n]+?)>>`)

// Bounds for hostile files: how often names are put together of placeholders, and how large
// a text becomes.
const (
	maxPasses = 20
	maxFilled = 16 << 20
)

// fill puts values in the place of the placeholders of a text. stack has the variables that
// the text is the value of. A text that would become too large stays as it is.
func (f *filler) fill(text string, stack ...string) string {
	original, size := text, 0
	for range maxPasses {
		filled := placeholders.ReplaceAllStringFunc(text, func(m string) string {
			value, ok := f.value(m[2:len(m)-2], stack)
			if size += len(value); !ok || size > maxFilled {
				return m
			}
			return value
		})
		switch {
		case size > maxFilled:
			return original
		case filled == text:
			return text
		}
		text = filled
	}
	return text
}

// value gives the value of a variable, itself filled; ok is false for one that stays.
func (f *filler) value(name string, stack []string) (value string, ok bool) {
	if value, ok := f.known[name]; ok || f.stays[name] {
		return value, ok
	}
	if i := slices.Index(stack, name); i >= 0 {
		for _, inside := range stack[i:] {
			f.circular[inside] = true
		}
		return "", false
	}
	v, _, has := f.o.Scopes.Lookup(name)
	secret := v.Secret || v.Kept || collection.SoundsSecret(name)
	switch {
	case !has, secret && !f.o.WithSecrets, v.Kept && f.o.Scopes.Fetch == nil, f.err != nil:
		f.stays[name] = true
		return "", false
	case v.Kept:
		value, f.err = f.o.Scopes.Fetch(v)
	case v.Literal:
		value = v.Value
	default:
		value = f.fill(v.Value, append(slices.Clone(stack), name)...)
	}
	if f.circular[name] {
		f.stays[name] = true
		return "", false
	}
	f.known[name] = value
	return value, f.err == nil
}
