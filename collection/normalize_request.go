package collection

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

type normalRequest struct {
	Method      string          `json:"method"`
	URL         normalURL       `json:"url"`
	Auth        normalAuth      `json:"auth,omitempty"`
	Proxy       json.RawMessage `json:"proxy,omitempty"`
	Certificate json.RawMessage `json:"certificate,omitempty"`
	Description string          `json:"description,omitempty"`
	Header      []Header        `json:"header,omitempty"`
	Body        *normalBody     `json:"body,omitempty"`
}

// normalURL is always an object, because the library leaves the escapes in one that is text.
type normalURL struct {
	Raw      string       `json:"raw"`
	Protocol string       `json:"protocol,omitempty"`
	Host     []string     `json:"host,omitempty"`
	Port     string       `json:"port,omitempty"`
	Path     []string     `json:"path,omitempty"`
	Query    []QueryParam `json:"query,omitempty"` // none that is disabled: the model cannot tell them apart
	Hash     string       `json:"hash,omitempty"`
	Variable []Variable   `json:"variable,omitempty"`
}

type normalBody struct {
	Mode       string         `json:"mode"`
	Raw        string         `json:"raw,omitempty"`
	URLEncoded []Param        `json:"urlencoded,omitempty"`
	FormData   []Param        `json:"formdata,omitempty"`
	File       *File          `json:"file,omitempty"`
	GraphQL    *GraphQL       `json:"graphql,omitempty"`
	Disabled   bool           `json:"disabled,omitempty"`
	Options    *normalOptions `json:"options,omitempty"`
}

type normalOptions struct {
	Raw struct {
		Language string `json:"language"`
	} `json:"raw"`
}

type normalResponse struct {
	ID              string         `json:"id,omitempty"`
	Name            string         `json:"name,omitempty"`
	Status          string         `json:"status,omitempty"`
	Code            int            `json:"code,omitempty"`
	Header          []Header       `json:"header,omitempty"`
	Body            string         `json:"body,omitempty"`
	PreviewLanguage string         `json:"_postman_previewlanguage,omitempty"`
	OriginalRequest *normalRequest `json:"originalRequest,omitempty"`
}

// normalizeRequest reads a request: an object, or its URL alone. It gives nil for null.
func normalizeRequest(r gjson.Result) (*normalRequest, error) {
	switch {
	case isAbsent(r):
		return nil, nil
	case r.Type == gjson.String:
		return &normalRequest{Method: string(postman.Get), URL: normalURL{Raw: r.Str}}, nil
	case !r.IsObject():
		return nil, wrongKind(r, "request", "an object or a URL")
	}
	f := fields(r)
	n := &normalRequest{Method: methodOf(f.get("method")), Description: descriptionOf(f.get("description"))}
	if proxy := f.get("proxy"); proxy.IsObject() {
		n.Proxy = json.RawMessage(proxy.Raw)
	}
	if certificate := f.get("certificate"); certificate.IsObject() {
		n.Certificate = json.RawMessage(certificate.Raw)
	}
	var err error
	if n.Header, err = headersOf(f.get("header")); err != nil {
		return nil, err
	}
	if n.URL, err = normalizeURL(f.get("url")); err != nil {
		return nil, err
	}
	if n.Body, err = normalizeBody(f.get("body")); err != nil {
		return nil, err
	}
	n.Auth, err = normalizeAuth(f.get("auth"))
	return n, err
}

// normalizeURL reads a URL: an object, text or null.
func normalizeURL(r gjson.Result) (n normalURL, err error) {
	switch {
	case isAbsent(r):
		return n, nil
	case r.Type == gjson.String:
		return normalURL{Raw: r.Str}, nil
	case !r.IsObject():
		return n, wrongKind(r, "url", "an object or text")
	}
	f := fields(r)
	n.Raw, n.Protocol, n.Port, n.Hash = textOf(f.get("raw")), textOf(f.get("protocol")), textOf(f.get("port")), textOf(f.get("hash"))
	if n.Host, err = segmentsOf(f.get("host"), "url: host", ""); err != nil {
		return n, err
	}
	if n.Path, err = segmentsOf(f.get("path"), "url: path", "/"); err != nil {
		return n, err
	}
	if n.Query, err = queryOf(f.get("query")); err != nil {
		return n, err
	}
	n.Query = slices.DeleteFunc(n.Query, func(q QueryParam) bool { return q.Disabled })
	n.Variable, err = variablesOf(f.get("variable"), "url: variable")
	return n, err
}

// segmentsOf reads a host or a path: text (cut at separator, when there is one), one {type, value} object,
// or a list of both.
func segmentsOf(r gjson.Result, what, separator string) ([]string, error) {
	if !r.IsArray() {
		text, err := segmentOf(r, what)
		switch {
		case err != nil || text == "":
			return nil, err
		case separator == "":
			return []string{text}, nil
		}
		return strings.Split(strings.TrimPrefix(text, separator), separator), nil
	}
	var list []string
	var err error
	r.ForEach(func(_, value gjson.Result) bool {
		var text string
		text, err = segmentOf(value, numbered(what, len(list)+1))
		list = append(list, text)
		return err == nil
	})
	return list, err
}

func segmentOf(r gjson.Result, what string) (string, error) {
	if r.IsArray() {
		return "", wrongKind(r, what, "text")
	}
	if !r.IsObject() {
		return textOf(r), nil
	}
	value := fields(r).get("value")
	if !value.Exists() && !isEmpty(r) {
		return "", &shapeError{r.Index, what + ` is an object without "value"; expected text, or an object with type and value`}
	}
	return textOf(value), nil
}

// normalizeBody reads a body: an object, raw text or null. It gives nil when there is nothing to send: the
// mode is missing or "none".
func normalizeBody(r gjson.Result) (*normalBody, error) {
	switch {
	case isAbsent(r):
		return nil, nil
	case r.Type == gjson.String:
		return &normalBody{Mode: ModeRaw, Raw: r.Str}, nil
	case !r.IsObject():
		return nil, wrongKind(r, "body", "an object, text or null")
	}
	f := fields(r)
	n := &normalBody{Mode: textOf(f.get("mode")), Disabled: isSet(f.get("disabled"))}
	var err error
	switch n.Mode {
	case "", "none":
		return nil, nil
	case ModeURLEncoded:
		n.URLEncoded, err = paramsOf(f.get(n.Mode), n.Mode)
	case ModeFormData:
		n.FormData, err = paramsOf(f.get(n.Mode), n.Mode)
	case ModeGraphQL:
		n.GraphQL, err = graphQLOf(f.get(n.Mode))
	case ModeFile:
		n.File, err = fileOf(f.get(n.Mode))
	default:
		n.Mode, n.Raw = ModeRaw, textOf(f.get(ModeRaw))
	}
	if language := textOf(fields(fields(f.get("options")).get("raw")).get("language")); language != "" {
		n.Options = &normalOptions{}
		n.Options.Raw.Language = language
	}
	return n, err
}

// normalizeResponses reads the saved examples. They are never sent, so what is odd about one is left out
// instead of refusing the collection; Raw has it all.
func normalizeResponses(r gjson.Result) []normalResponse {
	if !r.IsArray() {
		return nil
	}
	var responses []normalResponse
	r.ForEach(func(_, value gjson.Result) bool {
		if value.IsObject() {
			responses = append(responses, normalizeResponse(fields(value)))
		}
		return true
	})
	return responses
}

func normalizeResponse(f object) normalResponse {
	n := normalResponse{
		ID: textOf(f.get("id")), Name: textOf(f.get("name")), Status: textOf(f.get("status")), Body: textOf(f.get("body")),
		PreviewLanguage: textOf(f.get("_postman_previewlanguage")),
	}
	if code, err := strconv.Atoi(textOf(f.get("code"))); err == nil {
		n.Code = code
	}
	if headers, err := headersOf(f.get("header")); err == nil {
		n.Header = headers
	}
	if request, err := normalizeRequest(f.get("originalRequest")); err == nil {
		n.OriginalRequest = request
	}
	return n
}
