package request

import (
	"errors"
	"net/http"
	"net/url"
)

// constants are the parts that are the same for every row, made once.
type constants struct {
	url    *url.URL
	header http.Header
	host   string
}

// prepare makes the parts that no row changes.
func (t *Template) prepare() *constants {
	c := &constants{}
	r := &row{run: t.run}
	if t.url.constant() {
		c.url, _ = t.url.fill(r)
	}
	for i := range t.headers {
		if !constantOps(t.headers[i].ops) {
			return c
		}
	}
	c.header, c.host, _ = t.fillHeader(r)
	return c
}

// Fill writes the request of one row into dst, reusing its Body unless a Reader
// of it is open. A *FillError says that this row cannot be sent, also because a
// file that it names cannot be read; any other error (a file of every row that
// cannot be read any more) holds for every row. After an error dst holds no
// request.
func (t *Template) Fill(dst *Filled, cells []string, num int64) error {
	return t.into(dst, func() error { return t.fill(dst, &row{cells: cells, num: num, run: t.run}) })
}

// into begins a request in dst, and leaves none there when fill fails.
func (t *Template) into(dst *Filled, fill func() error) error {
	buf, reading := dst.Body[:0], dst.reading
	if reading != nil && reading.Load() > 0 {
		buf, reading = nil, nil
	}
	files := dst.files[:0]
	*dst = Filled{Method: t.Method, URL: t.constant.url, Host: t.constant.host, Header: t.constant.header, Body: buf, files: files, reading: reading, digest: t.digest}
	err := fill()
	if err != nil {
		*dst = Filled{Body: buf, files: files, reading: reading}
	}
	return err
}

func (t *Template) fill(dst *Filled, r *row) error {
	var err error
	if dst.URL == nil {
		if dst.URL, err = t.url.fill(r); err != nil {
			return err
		}
	}
	if dst.Header == nil {
		if dst.Header, dst.Host, err = t.fillHeader(r); err != nil {
			return err
		}
	}
	if err := t.body.fill(dst, r); err != nil {
		return err
	}
	if t.body.typed {
		dst.Header = dst.Header.Clone() // the other rows have it too
		dst.Header.Set("Content-Type", typeByName(dst.files[0].path))
	}
	return nil
}

func (t *Template) fillHeader(r *row) (all http.Header, host string, err error) {
	all = make(http.Header, len(t.headers))
	for i := range t.headers {
		h := &t.headers[i]
		value, err := h.fill(r)
		if err != nil {
			return nil, "", err
		}
		if sameHeader(h.key, "Host") {
			host = value
			continue
		}
		all.Add(h.key, value)
	}
	if t.noUserAgent {
		all["User-Agent"] = nil // or net/http adds its own
	}
	return all, host, nil
}

func (b *body) fill(dst *Filled, r *row) error {
	if b.list != nil {
		err := b.fillList(dst, []row{*r})
		var one *ListError
		if errors.As(err, &one) {
			return one.Err
		}
		return err
	}
	var err error
	file := 0
	for i := range b.ops {
		for ; file < len(b.files) && b.files[file].before == i; file++ {
			if err = b.files[file].fill(dst, r, b.boundary); err != nil {
				return err
			}
		}
		if b.boundary != "" && len(dst.Body) == 0 {
			// No part stands before this delimiter, or none that is sent.
			dst.Body = append(dst.Body, b.ops[i].lit[len("\r\n"):]...)
			continue
		}
		if dst.Body, err = b.ops[i].append(dst.Body, r); err != nil {
			return err
		}
	}
	dst.Length += int64(len(dst.Body))
	return nil
}
