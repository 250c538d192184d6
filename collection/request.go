package collection

import (
	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// The JSON tags are those of Postman's schema.

// Request is a request of a collection, read into one shape whatever shape the file has. Placeholders are
// not expanded.
type Request struct {
	Method      string // upper case, GET when missing; one with a {{placeholder}} stays as written
	URL         URL
	Headers     []Header // in order, disabled ones included
	Body        *Body    // nil when there is none
	Description string   // the request's, else the item's
}

// URL is the address of a request. With HasParts the parts count, and Raw, which may be stale, does not.
// Without it, Raw is all there is and the parts are empty.
type URL struct {
	Raw       string
	Protocol  string       // without "://"; may be empty
	Userinfo  string       // "user:password", as written
	Host      []string     // to be joined with "."
	Port      string       // may be empty
	Path      []string     // segments, to be joined with "/"; ":name" is a path variable
	Query     []QueryParam // in order, disabled ones included
	Hash      string       // without "#"
	Variables []Variable   // values of the path variables, with or without parts
	HasParts  bool
}

// QueryParam is one parameter of a query. HasValue is false for a null or missing value, which is sent
// without "=".
type QueryParam struct {
	Key         string `json:"key"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Disabled    bool   `json:"disabled,omitempty"`
	HasValue    bool   `json:"-"`
}

// Header is one header of a request. The key may be empty.
type Header struct {
	Key         string `json:"key"`
	Value       string `json:"value"`
	Disabled    bool   `json:"disabled,omitempty"`
	Description string `json:"description,omitempty"`
}

// The modes of a Body.
const (
	ModeRaw        = "raw"
	ModeURLEncoded = "urlencoded"
	ModeFormData   = "formdata"
	ModeFile       = "file"
	ModeGraphQL    = "graphql"
)

// Body is the body of a request. Only the fields of its mode are set.
type Body struct {
	Mode     string   // one of the Mode constants; a mode that Postman does not know is raw, as there
	Raw      string   // of ModeRaw; a value that is not a string in the file is its JSON text
	Language string   // options.raw.language: json, xml, html, javascript, text; may be empty
	Params   []Param  // of ModeURLEncoded and ModeFormData, in order, disabled ones included
	GraphQL  *GraphQL // of ModeGraphQL
	File     *File    // of ModeFile
	Disabled bool     // the request is sent without it
}

// Param is one field of a form.
type Param struct {
	Key         string   `json:"key"`
	Value       string   `json:"value"`
	Type        string   `json:"type"`                  // "text" or "file"
	ContentType string   `json:"contentType,omitempty"` // of the part; may be empty
	FileName    string   `json:"fileName,omitempty"`    // the name to send, when it is not that of the file
	Src         []string `json:"src,omitempty"`         // paths of the files of a "file"; empty when none is chosen
	Disabled    bool     `json:"disabled,omitempty"`
	Description string   `json:"description,omitempty"`
}

// GraphQL is a GraphQL body. Variables is JSON text as the file has it, perhaps with placeholders, perhaps
// empty.
type GraphQL struct {
	Query         string `json:"query"`
	OperationName string `json:"operationName,omitempty"`
	Variables     string `json:"variables,omitempty"`
}

// File is a body that is sent from a file: its path, or its content in base64. Both may be empty.
type File struct {
	Src     string `json:"src,omitempty"`
	Content string `json:"content,omitempty"`
}

// Request gives the item's request. An item that has none (and a folder) is an empty GET, as in Postman.
// It is read anew on every call: keep it when it is needed often.
func (i *Item) Request() Request {
	model := i.Model.Request
	if model == nil {
		return Request{Method: string(postman.Get), Description: i.Model.Description}
	}
	raw := fields(gjson.Parse(i.request))
	request := Request{Method: string(model.Method), Body: bodyFrom(model.Body, raw.get("body"))}
	if request.Description, _ = model.Description.(string); request.Description == "" {
		request.Description = i.Model.Description
	}
	if model.URL != nil {
		request.URL = urlFrom(model.URL, raw.get("url"))
	}
	for _, h := range model.Header {
		request.Headers = append(request.Headers, Header{h.Key, h.Value, h.Disabled, h.Description})
	}
	return request
}

// urlFrom reads a URL from the model; what the model cannot hold comes from raw.
func urlFrom(model *postman.URL, raw gjson.Result) URL {
	u := URL{Raw: model.Raw, Variables: variablesFrom(model.Variables)}
	if len(model.Host) == 0 && len(model.Path) == 0 {
		return u
	}
	f := fields(raw)
	u.HasParts = true
	u.Protocol, u.Host, u.Port, u.Path, u.Hash = model.Protocol, model.Host, model.Port, model.Path, model.Hash
	u.Userinfo = userinfoOf(f.get("auth"))
	u.Query, _ = queryOf(f.get("query")) // was read without error when the file was parsed
	return u
}

// bodyFrom reads a body from the model; what the model holds without a type comes from raw.
func bodyFrom(model *postman.Body, raw gjson.Result) *Body {
	if model == nil {
		return nil
	}
	body := &Body{Mode: model.Mode, Raw: model.Raw, Disabled: model.Disabled}
	if model.Options != nil {
		body.Language = model.Options.Raw.Language
	}
	// These were read without error when the file was parsed.
	switch part := fields(raw).get(model.Mode); model.Mode {
	case ModeURLEncoded, ModeFormData:
		body.Params, _ = paramsOf(part, model.Mode)
	case ModeGraphQL:
		body.GraphQL, _ = graphQLOf(part)
	case ModeFile:
		body.File, _ = fileOf(part)
	}
	return body
}
