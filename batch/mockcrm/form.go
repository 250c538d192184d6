package mockcrm

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// maxParts bounds the parts of one form.
const maxParts = 256

// form is a form-data body as it came.
type form struct {
	fields []field // in the order sent, names may repeat
	files  []upload
}

// upload is a part with a file name.
type upload struct {
	field string
	File
}

// get returns the value of a field and whether it was sent.
func (f *form) get(name string) (string, bool) {
	for _, v := range f.fields {
		if v.name == name {
			return v.value, true
		}
	}
	return "", false
}

// readForm reads a form-data body to its end. Values are the bytes of the
// parts, whatever transfer encoding their headers claim. The error is a
// refusal, or *http.MaxBytesError for a body over the limit.
func readForm(r *http.Request) (*form, error) {
	boundary, err := formBoundary(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	var (
		f   form
		buf bytes.Buffer
	)
	parts := multipart.NewReader(r.Body, boundary)
	for {
		part, err := parts.NextRawPart()
		// Only the bare io.EOF is the end of the form; a wrapped one is a body
		// that was cut short.
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, bodyError(err)
		}
		if len(f.fields)+len(f.files) == maxParts {
			return nil, refuse(codeBad, "the body has more than %d parts", maxParts)
		}
		name := part.FormName()
		if name == "" {
			return nil, refuse(codeBad, "part %d of the body has no field name: each part needs Content-Disposition: form-data; name=\"...\"", len(f.fields)+len(f.files)+1)
		}
		if file := part.FileName(); file != "" {
			size, err := io.Copy(io.Discard, part)
			if err != nil {
				return nil, bodyError(err)
			}
			f.files = append(f.files, upload{name, File{Name: file, ContentType: part.Header.Get("Content-Type"), Size: size}})
			continue
		}
		buf.Reset()
		if _, err := buf.ReadFrom(part); err != nil {
			return nil, bodyError(err)
		}
		f.fields = append(f.fields, field{name, buf.String()})
	}
	// What follows the last boundary counts for the limit, too, and must be
	// known before anything is stored.
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, bodyError(err)
	}
	return &f, nil
}

// bodyError keeps the error of the limit and makes a refusal of every other.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(codeBad, "the form-data body ends before its closing boundary")
	}
	return refuse(codeBad, "the form-data body cannot be read: %v", err)
}

// formBoundary checks that a Content-Type is form-data and returns its
// boundary.
func formBoundary(contentType string) (string, error) {
	const want = "the body must be form-data (multipart/form-data)"
	if contentType == "" {
		return "", refuse(codeBad, "%s: the request has no Content-Type", want)
	}
	media, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return "", refuse(codeBad, "%s: the Content-Type %s cannot be read", want, show(contentType))
	case media == "application/json":
		return "", refuse(codeBad, "%s: it was sent as JSON (application/json)", want)
	case media == "application/x-www-form-urlencoded":
		return "", refuse(codeBad, "%s: it was sent as x-www-form-urlencoded", want)
	case media != "multipart/form-data":
		return "", refuse(codeBad, "%s: it was sent as %s", want, show(media))
	case params["boundary"] == "":
		return "", refuse(codeBad, "%s: the Content-Type has no boundary; leave it to the client to set the header", want)
	}
	return params["boundary"], nil
}
