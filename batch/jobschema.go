package batch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// JobSchemaID is how job files and editors refer to the schema.
const JobSchemaID = "job.schema.json"

// Patterns of settings that are text in a form of their own.
const (
	durationPattern = `^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$`
	ratePattern     = `^\s*(none|([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*/\s*[smh])\s*$`
	failuresPattern = `^[0-9]+(\.[0-9]+)?%?$`
	rowsPattern     = `^\s*([0-9]+|[0-9]+\s*-\s*[0-9]*|-\s*[0-9]+)\s*(,\s*([0-9]+|[0-9]+\s*-\s*[0-9]*|-\s*[0-9]+)\s*)*$`
	// A setting may come from the environment instead.
	referencePattern = `\$\{env:[^}]+\}`
)

// schemaOf is the JSON Schema of one setting; the fields stand in the order in
// which they are written.
type schemaOf struct {
	Schema      string     `json:"$schema,omitempty"`
	ID          string     `json:"$id,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        any        `json:"type,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Minimum     *int       `json:"minimum,omitempty"`
	Maximum     *int       `json:"maximum,omitempty"`
	Enum        []string   `json:"enum,omitempty"`
	Items       *schemaOf  `json:"items,omitempty"`
	Properties  properties `json:"properties,omitempty"`
	Required    []string   `json:"required,omitempty"`
	// Additional is false, or the schema of the values of a map.
	Additional any `json:"additionalProperties,omitempty"`
}

// properties keeps the settings in the order of the struct.
type properties []property

type property struct {
	name   string
	schema *schemaOf
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(one.name)
		if err != nil {
			return nil, err
		}
		schema, err := marshalPlain(one.schema)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(schema)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshalPlain is json.Marshal without the escapes that HTML would need.
func marshalPlain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// JobSchema returns the JSON Schema (draft 2020-12) of job files, indented. What
// it accepts, LoadJob reads; a few mistakes, such as a file that is not there, only
// LoadJob and check find.
func JobSchema() ([]byte, error) {
	s := structSchema(reflect.TypeFor[Job]())
	s.Schema, s.ID, s.Title = "https://json-schema.org/draft/2020-12/schema", JobSchemaID, "a pmrun job"
	s.Description = "what a load needs; paths are relative to the job file; a flag of the same name wins over a setting"
	text, err := marshalPlain(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func structSchema(t reflect.Type) *schemaOf {
	s := &schemaOf{Type: "object", Additional: false}
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		name, rest, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		one := typeSchema(field.Type)
		one.Description = field.Tag.Get("doc")
		narrow(name, one)
		s.Properties = append(s.Properties, property{name, one})
		if rest == "" {
			s.Required = append(s.Required, name)
		}
	}
	return s
}

func typeSchema(t reflect.Type) *schemaOf {
	if t == reflect.TypeFor[Duration]() {
		return &schemaOf{Type: "string", Pattern: durationPattern + "|" + referencePattern}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem())
	case reflect.Struct:
		return structSchema(t)
	case reflect.Bool:
		return &schemaOf{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		zero := 0
		return &schemaOf{Type: "integer", Minimum: &zero}
	case reflect.Slice:
		// An empty one may be written as nothing.
		return &schemaOf{Type: []string{"array", "null"}, Items: typeSchema(t.Elem())}
	case reflect.Map:
		values := typeSchema(t.Elem())
		if t.Elem().Kind() == reflect.String {
			values.Type = []string{"string", "number", "boolean"} // taken as they are written
		}
		return &schemaOf{Type: "object", Additional: values}
	}
	return &schemaOf{Type: "string"}
}

// narrow adds what a type does not say.
func narrow(name string, s *schemaOf) {
	one, thousand := 1, 1000
	switch name {
	case "rate":
		s.Pattern = ratePattern + "|" + referencePattern
	case "max-failures":
		s.Type, s.Pattern = []string{"string", "integer"}, failuresPattern+"|"+referencePattern
	case "rows":
		if s.Type == "string" {
			s.Type, s.Pattern = []string{"string", "integer"}, rowsPattern+"|"+referencePattern
		}
	case "sheet":
		s.Type = []string{"string", "integer"}
	case "burst":
		s.Minimum = &one
	case "concurrency":
		s.Minimum, s.Maximum = &one, &thousand
	case "format":
		s.Items.Enum = []string{"csv", "json", "html", "junit", "md", "xlsx"}
	case "lang":
		s.Enum = []string{"en", "es"}
	}
}
