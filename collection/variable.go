package collection

import (
	postman "github.com/rbretecher/go-postman-collection"
	"github.com/tidwall/gjson"
)

// Variable is one variable of a collection, an environment, globals or a URL.
type Variable struct {
	Key         string `json:"key"`
	Value       string `json:"value"`              // a value that is not a string in the file is its JSON text; null is ""
	Type        string `json:"type,omitempty"`     // as in the file: string, number, boolean, any, secret, default, ...
	Disabled    bool   `json:"disabled,omitempty"` // "disabled": true, or an environment's "enabled": false
	Description string `json:"description,omitempty"`
}

// variablesOf reads a list of variables; what names the list in messages. A variable may carry its key
// as "id".
func variablesOf(r gjson.Result, what string) ([]Variable, error) {
	list, err := entries(r, what)
	if err != nil {
		return nil, err
	}
	var variables []Variable
	for _, e := range list {
		if e.fields == nil {
			return nil, wrongKind(e.value, numbered(what, e.position), "an object with key and value")
		}
		variable := Variable{
			Key:         firstText(e.fields.get("key"), e.fields.get("id")),
			Value:       textOf(e.fields.get("value")),
			Type:        textOf(e.fields.get("type")),
			Disabled:    isSet(e.fields.get("disabled")) || e.fields.get("enabled").Type == gjson.False,
			Description: descriptionOf(e.fields.get("description")),
		}
		if isSet(e.fields.get("secret")) {
			variable.Type = "secret" // another way to say it, in collection v3
		}
		variables = append(variables, variable)
	}
	return variables, nil
}

// variablesFrom reads them from the model.
func variablesFrom(model []*postman.Variable) []Variable {
	var variables []Variable
	for _, v := range model {
		variables = append(variables, Variable{Key: v.Key, Value: v.Value, Type: v.Type, Disabled: v.Disabled, Description: v.Description})
	}
	return variables
}
