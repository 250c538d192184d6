package collection

import (
	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// typeNoAuth is the auth type that stops inheritance.
const typeNoAuth = "noauth"

// Auth is how a request authenticates. Placeholders in its parameters are not expanded.
type Auth struct {
	Type   string // Postman's name: basic, bearer, apikey, oauth2, awsv4, edgegrid, ...
	Params []AuthParam
}

// AuthParam is one parameter of an Auth. A value that is not a string in the file is its JSON text.
type AuthParam struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Get gives the value of a parameter, "" when there is none. Of a repeated key the last one counts.
func (a *Auth) Get(key string) string {
	value := ""
	for _, p := range a.Params {
		if p.Key == key {
			value = p.Value
		}
	}
	return value
}

// Auth gives the auth that is in force for the item and where it comes from: "request", "folder PATH" or
// "collection". Null, an empty object and a missing type inherit. An explicit noauth ends the search: the
// Auth is nil and the source says where that stands. Without any auth both are zero.
func (i *Item) Auth() (*Auth, string) {
	auth, source := i.ownAuth(), "request"
	if i.folder {
		source = "folder " + i.Path()
	}
	for folder := i.Parent; auth == nil && folder != nil; folder = folder.Parent {
		auth, source = folder.ownAuth(), "folder "+folder.Path()
	}
	if auth == nil {
		auth, source = authFrom(i.collection.Model.Auth, i.collection.auth), "collection"
	}
	switch {
	case auth == nil:
		return nil, ""
	case auth.Type == typeNoAuth:
		return nil, source
	}
	return auth, source
}

// ownAuth gives the auth that the item itself states; nil when it inherits.
func (i *Item) ownAuth() *Auth {
	switch {
	case i.folder:
		return authFrom(i.Model.Auth, gjson.Parse(i.auth))
	case i.Model.Request != nil:
		return authFrom(i.Model.Request.Auth, fields(gjson.Parse(i.request)).get("auth"))
	}
	return nil
}

// authFrom reads an auth from the model, or from raw where the model does not know the type.
func authFrom(model *postman.Auth, raw gjson.Result) *Auth {
	if model == nil || model.Type == "" {
		return nil
	}
	auth := &Auth{Type: string(model.Type)}
	for _, p := range model.GetParams() {
		value, _ := p.Value.(string) // normalisation made it a string
		auth.Params = append(auth.Params, AuthParam{p.Key, value})
	}
	if auth.Params == nil {
		auth.Params, _ = authParams(fields(raw).get(auth.Type), auth.Type)
	}
	return auth
}

// authParams reads the parameters in either shape: v2.1's list of objects or v2.0's map. A map named "key"
// and "value" is apikey's own v2.0 form, so it is never taken for one element of a list.
func authParams(r gjson.Result, authType string) ([]AuthParam, error) {
	what := "auth: " + authType
	var params []AuthParam
	if r.IsObject() {
		for _, p := range pairs(r) {
			params = append(params, AuthParam{p.key, textOf(p.value)})
		}
		return params, nil
	}
	list, err := entries(r, what)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.fields == nil {
			return nil, wrongKind(e.value, numbered(what, e.position), "an object with key and value")
		}
		params = append(params, AuthParam{textOf(e.fields.get("key")), textOf(e.fields.get("value"))})
	}
	return params, nil
}
