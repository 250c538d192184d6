package collection

import (
	"cmp"

	"github.com/tidwall/gjson"
)

// Environment is a Postman environment or a file of globals.
type Environment struct {
	File      string     // as given by the user
	Name      string     // may be empty
	ID        string     // may be empty
	Variables []Variable // in order, disabled ones and repeated keys included
}

// LoadEnvironment reads the environment or globals in the file at path. The error is a *FileError, as for
// Load.
func LoadEnvironment(path string) (*Environment, error) {
	data, err := readFile(path, nounEnvironment)
	if err != nil {
		return nil, err
	}
	return ParseEnvironment(path, data)
}

// ParseEnvironment reads an environment or globals from data; file is its name for messages. The error is
// a *FileError that says what the data is instead, or where it is broken.
func ParseEnvironment(file string, data []byte) (*Environment, error) {
	doc, err := parseDocument(file, data, nounEnvironment)
	if err != nil {
		return nil, err
	}
	members := fields(doc.root)
	for _, wrapper := range []string{"environment", "globals"} {
		if inner := members.get(wrapper); inner.IsObject() && !members.get("values").Exists() {
			members = fields(inner)
			break
		}
	}
	values := members.get("values")
	switch {
	case !values.Exists() || members.get("item").IsArray():
		return nil, notEnvironment(doc)
	case values.Type != gjson.Null && !values.IsArray():
		return nil, doc.locate(wrongKind(values, `"values"`, "a list of variables"), nounEnvironment)
	}
	env := &Environment{File: file, Name: textOf(members.get("name")), ID: firstText(members.get("id"), members.get("_postman_id"), members.get("uid"))}
	if env.Variables, err = variablesOf(values, "variable"); err != nil {
		return nil, doc.locate(err, nounEnvironment)
	}
	return env, nil
}

func notEnvironment(doc *document) error {
	e := &FileError{File: doc.file}
	if known := identify(doc.root); known.what == "" {
		e.Problem = `is not a Postman environment (it is ` + memberNames(doc.root) + `, without "values")`
		e.Hint = `write it as {"values": [{"key": ..., "value": ...}]}, or ` + exportEnvironment
	} else {
		e.Problem = "is " + known.what + ", not an environment"
		e.Hint = cmp.Or(known.forEnvironment, exportEnvironment)
	}
	return e
}
