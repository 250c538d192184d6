package convert

import (
	"bytes"
	"encoding/json"

	"github.com/pmrun/pmrun/collection"
)

// Draft is a collection that a reader is making. Its JSON is that of collection v2.1.
type Draft struct {
	Name        string
	Description string
	Version     string // of what the collection describes; may be empty
	Items       []*DraftItem
	Auth        *DraftAuth
	Events      []DraftEvent
	Variables   []collection.Variable
}

// DraftItem is a folder, when Request is nil, or a request of a Draft. Items of an empty
// folder are an empty list.
type DraftItem struct {
	ID          string          `json:"id,omitempty"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Items       []*DraftItem    `json:"item,omitzero"`
	Events      []DraftEvent    `json:"event,omitempty"`
	Auth        *DraftAuth      `json:"auth,omitempty"` // of a folder; a request has its own
	Request     *DraftRequest   `json:"request,omitempty"`
	Responses   []DraftResponse `json:"response,omitempty"`
	Behavior    map[string]any  `json:"protocolProfileBehavior,omitempty"`
}

// DraftRequest is a request of a Draft.
type DraftRequest struct {
	Auth        *DraftAuth          `json:"auth,omitempty"`
	Method      string              `json:"method"`
	Headers     []collection.Header `json:"header"`
	Body        *DraftBody          `json:"body,omitempty"`
	URL         DraftURL            `json:"url"`
	Description string              `json:"description,omitempty"`
}

// DraftURL is a URL of a Draft: its text, and what the text cannot say.
type DraftURL struct {
	Raw string
	// Query, when there is one, stands for the query of Raw.
	Query []collection.QueryParam
	// Variables are the values of the path variables in Raw.
	Variables []collection.Variable
}

// MarshalJSON writes the parts of the URL where there is more than a text: Postman reads
// the parts, and the text only where it stands alone.
func (u DraftURL) MarshalJSON() ([]byte, error) {
	return collection.URLJSON(u.Raw, u.Query, u.Variables), nil
}

// DraftBody is a body of a Draft; Mode is one of collection's Mode constants.
type DraftBody struct {
	Mode       string              `json:"mode"`
	Raw        *string             `json:"raw,omitempty"`
	URLEncoded []collection.Param  `json:"urlencoded,omitempty"`
	FormData   []collection.Param  `json:"formdata,omitempty"`
	GraphQL    *collection.GraphQL `json:"graphql,omitempty"`
	File       *collection.File    `json:"file,omitempty"`
	Options    *DraftBodyOptions   `json:"options,omitempty"`
	Disabled   bool                `json:"disabled,omitempty"`
}

// DraftBodyOptions says the language of a raw body.
type DraftBodyOptions struct {
	Raw struct {
		Language string `json:"language"`
	} `json:"raw"`
}

// RawBody makes a raw body; language (json, xml, html, javascript, text) may be empty.
func RawBody(text, language string) *DraftBody {
	b := &DraftBody{Mode: collection.ModeRaw, Raw: &text}
	if language != "" {
		b.Options = &DraftBodyOptions{}
		b.Options.Raw.Language = language
	}
	return b
}

// DraftEvent is a script of a Draft: Listen is prerequest or test.
type DraftEvent struct {
	Listen string      `json:"listen"`
	Script DraftScript `json:"script"`
}

// DraftScript is a script's source, a line an element.
type DraftScript struct {
	Type string   `json:"type"`
	Exec []string `json:"exec"`
}

// DraftResponse is an example of a request.
type DraftResponse struct {
	Name    string              `json:"name"`
	Request *DraftRequest       `json:"originalRequest,omitempty"`
	Status  string              `json:"status,omitempty"`
	Code    int                 `json:"code,omitempty"`
	Preview string              `json:"_postman_previewlanguage,omitempty"`
	Header  []collection.Header `json:"header,omitempty"`
	Body    string              `json:"body,omitempty"`
}

// DraftAuth is an auth of a Draft, by Postman's names.
type DraftAuth struct {
	Type   string
	Params []collection.AuthParam
}

// MarshalJSON writes it as v2.1 does: {"type": T, T: [{key, value, type}]}.
func (a *DraftAuth) MarshalJSON() ([]byte, error) {
	type param struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		Type  string `json:"type"`
	}
	params := make([]param, 0, len(a.Params))
	for _, p := range a.Params {
		params = append(params, param{p.Key, p.Value, "string"})
	}
	if len(params) == 0 {
		return marshal(map[string]any{"type": a.Type})
	}
	list, err := marshal(params)
	if err != nil {
		return nil, err
	}
	name, err := marshal(a.Type)
	if err != nil {
		return nil, err
	}
	return append(append([]byte(`{"type":`), append(append(append(name, ','), name...), ':')...), append(list, '}')...), nil
}

// Collection makes the collection; file is its name for messages. The draft's items are
// used up: a large collection would be held twice.
func (d *Draft) Collection(file string) (*collection.Collection, error) {
	// Item by item, so that the JSON of a large collection is not held twice.
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	member := func(name string, value any) error {
		if b.Len() > 0 {
			b.WriteByte(',')
		} else {
			b.WriteByte('{')
		}
		b.WriteString(`"` + name + `":`)
		return enc.Encode(value)
	}
	err := member("info", struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		Version     string `json:"version,omitempty"`
		Schema      string `json:"schema"`
	}{d.Name, d.Description, d.Version, "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"})
	if err == nil {
		err = member("item", []any{})
	}
	b.Truncate(b.Len() - len("]\n"))
	items := d.Items
	d.Items = nil
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if err == nil {
			err = enc.Encode(item)
		}
		items[i] = nil
	}
	b.WriteByte(']')
	if d.Auth != nil && err == nil {
		err = member("auth", d.Auth)
	}
	if len(d.Events) > 0 && err == nil {
		err = member("event", d.Events)
	}
	if len(d.Variables) > 0 && err == nil {
		err = member("variable", d.Variables)
	}
	if err != nil {
		return nil, err
	}
	b.WriteByte('}')
	return collection.Parse(file, b.Bytes())
}

// marshal is json.Marshal without the escapes for HTML.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
