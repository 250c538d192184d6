package collection

import "github.com/tidwall/gjson"

// Environment is a Postman environment or a file of globals, of JSON or (collection v3) YAML.
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

// ParseEnvironment reads an environment or globals from data, an object or a bare list of variables; file is its name for messages. The error is
// a *FileError that says what the data is instead, or where it is broken.
func ParseEnvironment(file string, data []byte) (*Environment, error) {
	doc, err := environmentDocument(file, data)
	if err != nil {
		return nil, err
	}
	if isVariableList(doc.root) {
		env := &Environment{File: file}
		if env.Variables, err = variablesOf(doc.root, "variable"); err != nil {
			return nil, doc.locate(err, nounEnvironment)
		}
		return env, nil
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

// isVariableList reports whether r is a list of variables without an object around it,
// which newman takes too: each element has a key.
func isVariableList(r gjson.Result) bool {
	is := r.IsArray()
	r.ForEach(func(_, value gjson.Result) bool {
		is = is && value.IsObject() && fields(value).get("key").Exists()
		return is
	})
	return is
}

func notEnvironment(doc *document) error {
	if known := identify(doc.root); known.what != "" {
		return notA(doc.file, nounEnvironment, known)
	}
	return &FileError{File: doc.file, Problem: `is not a Postman environment (it is ` + memberNames(doc.root) + `, without "values")`,
		Hint: `write it as {"values": [{"key": ..., "value": ...}]}, or ` + exportEnvironment}
}

// environmentDocument reads JSON, or the YAML of collection v3, which is turned into it.
func environmentDocument(file string, data []byte) (*document, error) {
	doc, err := parseDocument(file, data, nounEnvironment)
	if err == nil {
		return doc, nil
	}
	_, named := cutYAML(file, "")
	text, textErr := decodeText(data)
	if textErr != nil || !(named && looksLikeYAML(string(text)) || textKind(string(text)).what == yamlEnvironment) {
		return nil, err
	}
	f, o, err := parseYAML(file, data)
	if err != nil {
		return nil, err
	}
	if o.get("values") == nil {
		return nil, &FileError{File: file, Problem: `is not a Postman environment (it is a YAML file without "values")`,
			Hint: "write it as values: with a list of {key, value}, or " + exportEnvironment}
	}
	values, err := f.pairsOnly(o.get("values"), "values")
	if err != nil {
		return nil, err
	}
	made := jsonObject{}
	if err := f.keepTexts(&made, o, "id", "name"); err != nil {
		return nil, err
	}
	made.add("values", values)
	return (&document{file: file}).converted(writeJSON(made)), nil
}
