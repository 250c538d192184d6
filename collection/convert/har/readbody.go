package har

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/request"
)

const filePrefix = "file "

// body reads what was posted: fields where it is a form, else the text as it was sent.
func (r *reader) body(x *reading, q *archiveRequest) {
	b, req := q.PostData, x.item.Request
	if b == nil {
		return
	}
	if request.WithoutBody(req.Method) && (b.Text != "" || len(b.Params) > 0) {
		x.item.Behavior = map[string]any{"disableBodyPruning": true}
	}
	i := slices.IndexFunc(req.Headers, func(h collection.Header) bool { return strings.EqualFold(h.Key, "Content-Type") })
	contentType := string(b.MimeType)
	if i >= 0 {
		contentType = req.Headers[i].Value
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		kind = strings.TrimSpace(kind)
	}
	text := string(b.Text)
	if b.Encoding == "base64" {
		plain, err := base64.StdEncoding.DecodeString(text)
		switch {
		case err != nil:
			x.note("body", "stays base64: it is broken")
		case !utf8.Valid(plain):
			req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Content: base64.StdEncoding.EncodeToString(plain)}}
			x.note("body", "is no text: it is kept in base64, as the content of a file")
			r.contentType(req, i, contentType)
			return
		default:
			text = string(plain)
		}
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		if fields, ok := formFields(text, b.Params); ok {
			r.fields(x, fields)
			req.Body = &convert.DraftBody{Mode: collection.ModeURLEncoded, URLEncoded: fields}
			if contentType == kind {
				dropHeader(req, i)
			}
			return
		}
	case kind == "multipart/form-data":
		if fields := r.parts(x, text, params["boundary"], b.Params); fields != nil {
			r.fields(x, fields)
			req.Body = &convert.DraftBody{Mode: collection.ModeFormData, FormData: fields}
			dropHeader(req, i)
			return
		}
	}
	if text == "" && len(b.Params) > 0 {
		x.note("body", "left out: it has fields, but is no form")
	}
	if src, ok := strings.CutPrefix(string(b.Comment), filePrefix); r.own && ok && text == "" {
		req.Body = &convert.DraftBody{Mode: collection.ModeFile, File: &collection.File{Src: src}}
		return
	}
	if text == "" {
		return
	}
	r.placeholders(x, "body", text)
	req.Body = convert.RawBody(text, language(kind))
	r.contentType(req, i, contentType)
}

// contentType adds the header that an archive has beside the body alone.
func (r *reader) contentType(req *convert.DraftRequest, i int, value string) {
	if i < 0 && value != "" {
		req.Headers = append(req.Headers, collection.Header{Key: "Content-Type", Value: value})
	}
}

func dropHeader(req *convert.DraftRequest, i int) {
	if i >= 0 {
		req.Headers = slices.Delete(req.Headers, i, i+1)
	}
}

func (r *reader) fields(x *reading, fields []collection.Param) {
	for _, p := range fields {
		r.secret("field", p.Key, p.Value)
		r.placeholders(x, "field "+p.Key, p.Key+" "+p.Value)
	}
}

func language(kind string) string {
	switch {
	case strings.HasSuffix(kind, "json"):
		return "json"
	case kind == "text/html":
		return "html"
	case strings.HasSuffix(kind, "xml"):
		return "xml"
	case strings.HasSuffix(kind, "javascript"):
		return "javascript"
	case strings.HasPrefix(kind, "text/"):
		return "text"
	}
	return ""
}

// formFields reads the fields of a form; false when its text is none.
func formFields(text string, params []archiveArg) ([]collection.Param, bool) {
	var fields []collection.Param
	if text == "" {
		for _, p := range params {
			fields = append(fields, collection.Param{Key: string(p.Name), Value: string(p.Value), Type: "text", Description: string(p.Comment)})
		}
		return fields, len(fields) > 0
	}
	for pair := range strings.SplitSeq(text, "&") {
		key, value, ok := strings.Cut(pair, "=")
		k, errK := url.QueryUnescape(key)
		v, errV := url.QueryUnescape(value)
		if !ok || errK != nil || errV != nil || !utf8.ValidString(k+v) {
			return nil, false // it would not be sent as it was
		}
		fields = append(fields, collection.Param{Key: k, Value: v, Type: "text"})
	}
	if len(params) == len(fields) { // the text has no room for comments
		for i := range fields {
			fields[i].Description = string(params[i].Comment)
		}
	}
	return fields, true
}

// parts reads the parts of a multipart form; nil when there are none.
func (r *reader) parts(x *reading, text, boundary string, params []archiveArg) (fields []collection.Param) {
	file := func(p collection.Param, name string) collection.Param {
		p.Type, p.Value, p.Src = "file", "", []string{name}
		if !r.own {
			x.note("field "+p.Key, "is the file "+name+", which the archive only names: put it where the collection finds it")
		}
		return p
	}
	if text == "" || boundary == "" {
		for _, a := range params {
			p := collection.Param{Key: string(a.Name), Value: string(a.Value), Type: "text", ContentType: string(a.ContentType), Description: string(a.Comment)}
			if a.FileName != "" {
				p = file(p, string(a.FileName))
			}
			fields = append(fields, p)
		}
		return fields
	}
	for m := multipart.NewReader(strings.NewReader(text), boundary); ; {
		part, err := m.NextRawPart()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return fields
			}
			break
		}
		content, err := io.ReadAll(part)
		if err != nil || part.FormName() == "" {
			break
		}
		p := collection.Param{Key: part.FormName(), Value: string(content), Type: "text", ContentType: part.Header.Get("Content-Type")}
		if name := part.FileName(); name != "" {
			p = file(p, name)
		}
		fields = append(fields, p)
	}
	if len(params) > 0 {
		return r.parts(x, "", "", params)
	}
	x.note("body", "is kept as text: its parts cannot be told apart")
	return nil
}

// maxExample bounds the body of a saved example, in bytes: an archive holds whole pages
// and pictures.
const maxExample = 64 << 10

// maxCopied is the largest archive, in bytes, whose examples have a copy of their request.
const maxCopied = 4 << 20

// answer keeps the answer as an example.
func (r *reader) answer(x *reading, e *archiveEntry) {
	var took float64
	if json.Unmarshal(e.Time, &took) == nil && took > 0 {
		r.timed = true
	}
	a := e.Response
	if a == nil || a.Status == 0 {
		if a != nil && a.Error != "" {
			x.note("answer", "there was none: "+string(a.Error))
		}
		return
	}
	code := int(a.Status)
	status := string(a.StatusText)
	if status == "" {
		status = http.StatusText(code)
	}
	name := cmp.Or(oneLine(string(a.Comment), maxName), strings.TrimSpace(strconv.Itoa(code)+" "+status))
	made := convert.DraftResponse{Name: name, Status: status, Code: code}
	if len(r.data) <= maxCopied {
		made.Request = x.item.Request
	}
	for _, h := range a.Headers {
		if strings.HasPrefix(string(h.Name), ":") {
			continue
		}
		if strings.EqualFold(string(h.Name), "Location") && code/100 == 3 && code != 304 {
			a.Redirect = h.Value
		}
		r.secret("header", string(h.Name), string(h.Value))
		made.Header = append(made.Header, collection.Header{Key: string(h.Name), Value: string(h.Value)})
	}
	if a.Redirect != "" && code/100 == 3 && !r.own {
		// The request that follows is an entry of its own.
		if x.item.Behavior == nil {
			x.item.Behavior = map[string]any{}
		}
		x.item.Behavior["followRedirects"] = false
	}
	kind, _, _ := strings.Cut(string(a.Content.MimeType), ";")
	if made.Preview = language(strings.ToLower(strings.TrimSpace(kind))); made.Preview == "javascript" {
		made.Preview = "text"
	}
	text, why := exampleText(string(a.Content.Text), string(a.Content.Encoding))
	if why != "" {
		x.note("answer", "its body is left out: "+why)
	}
	made.Body = text
	x.item.Responses = []convert.DraftResponse{made}
}

func exampleText(text, encoding string) (string, string) {
	size := len(text)
	if encoding == "base64" {
		size = base64.StdEncoding.DecodedLen(size)
	}
	if size > maxExample {
		return "", fmt.Sprintf("it is larger than %d KiB", maxExample>>10)
	}
	if encoding != "base64" {
		return text, ""
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", "its base64 is broken"
	}
	if !utf8.Valid(plain) {
		return "", "it is no text"
	}
	return string(plain), ""
}
