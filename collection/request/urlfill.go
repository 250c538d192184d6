package request

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/pmrun/pmrun/collection/vars"
)

// URL returns the URL as resolved, for people: cells are shown as placeholders
// and secrets masked.
func (t *Template) URL() string { return t.url.display }

// Target returns scheme, host (with port) and path when they do not depend on
// the row; ok is false when --map lets the row choose them. In the path, cells
// are shown as placeholders.
func (t *Template) Target() (scheme, host, path string, ok bool) {
	if !constantOps(t.url.scheme) || !constantOps(t.url.host) {
		return "", "", "", false
	}
	var b strings.Builder
	for _, seg := range t.url.path {
		b.WriteByte('/')
		for _, o := range seg {
			if o.kind == vars.Literal {
				b.WriteString(o.lit)
			} else {
				b.WriteString("{{" + o.name + "}}")
			}
		}
	}
	return literal(t.url.scheme), literal(t.url.host), b.String(), true
}

// constant reports whether the URL is the same for every row.
func (u *urlTemplate) constant() bool {
	constant := true
	u.each(func(ops []op) { constant = constant && constantOps(ops) })
	return constant
}

// each visits the ops of every part that is sent.
func (u *urlTemplate) each(visit func([]op)) {
	visit(u.scheme)
	visit(u.host)
	for _, seg := range u.path {
		visit(seg)
	}
	for _, q := range u.query {
		visit(q.key)
		visit(q.value)
	}
}

// fill builds the URL of a row.
func (u *urlTemplate) fill(r *row) (*url.URL, error) {
	scheme, err := appendOps(nil, u.scheme, r)
	if err != nil {
		return nil, err
	}
	host, err := appendOps(nil, u.host, r)
	if err != nil {
		return nil, err
	}
	if err := u.checkTarget(string(scheme), string(host)); err != nil {
		return nil, err
	}
	path, err := u.appendPath(nil, r)
	if err != nil {
		return nil, err
	}
	query, err := u.appendQuery(nil, r)
	if err != nil {
		return nil, err
	}
	out := &url.URL{Scheme: strings.ToLower(string(scheme)), Host: string(host), RawQuery: string(query), ForceQuery: u.emptyQuery}
	raw := string(path)
	if raw == "" {
		raw = "/"
	}
	if decoded, err := url.PathUnescape(raw); err == nil {
		out.Path, out.RawPath = decoded, raw
	}
	if out.EscapedPath() != raw {
		// What net/url would encode or refuse goes out as it stands, as Postman
		// sends it. An opaque text that starts with "//" would be taken for a host.
		if out.Opaque = raw; strings.HasPrefix(raw, "//") {
			out.Opaque = "//" + out.Host + raw
		}
	}
	return out, nil
}

func appendOps(dst []byte, ops []op, r *row) ([]byte, error) {
	var err error
	for i := range ops {
		if dst, err = ops[i].append(dst, r); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// checkTarget refuses a scheme or host that a cell made unusable; constant ones
// were checked when the request was compiled.
func (u *urlTemplate) checkTarget(scheme, host string) error {
	if !constantOps(u.scheme) && !isHTTP(scheme) {
		return &FillError{Where: "URL's scheme", Column: slotName(u.scheme), Reason: "makes a scheme that is neither http nor https: correct the cell"}
	}
	if !constantOps(u.host) && !isHost(host) {
		return &FillError{Where: "URL's host", Column: slotName(u.host), Reason: "makes no usable host and port: correct the cell"}
	}
	return nil
}

// appendPath writes the path; a cell can neither be empty as a whole segment
// nor a dot segment, because both change which resource is addressed.
func (u *urlTemplate) appendPath(dst []byte, r *row) ([]byte, error) {
	for _, seg := range u.path {
		dst = append(dst, '/')
		start := len(dst)
		var err error
		if dst, err = appendOps(dst, seg, r); err != nil {
			return dst, err
		}
		if s := string(dst[start:]); isDotSegment(s) && !constantOps(seg) {
			return dst, &FillError{Where: "path", Column: slotName(seg), Reason: fmt.Sprintf("makes the path segment %q, which addresses something else: fill the cell", s)}
		}
	}
	return dst, nil
}

// isDotSegment reports whether a path segment is taken away, or for another one.
func isDotSegment(s string) bool { return s == "" || s == "." || s == ".." }

func (u *urlTemplate) appendQuery(dst []byte, r *row) ([]byte, error) {
	var err error
	for i, q := range u.query {
		if i > 0 {
			dst = append(dst, '&')
		}
		if dst, err = appendOps(dst, q.key, r); err != nil {
			return dst, err
		}
		if !q.hasValue {
			continue
		}
		dst = append(dst, '=')
		if dst, err = appendOps(dst, q.value, r); err != nil {
			return dst, err
		}
	}
	return dst, nil
}
