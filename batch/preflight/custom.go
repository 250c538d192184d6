package preflight

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// customFields checks what is the same for every row: that the job's fields are
// there, the columns that are packed into them, and fields that no column fills.
func customFields(in *Input) []Problem {
	var out []Problem
	for _, name := range slices.Sorted(maps.Keys(in.CustomFields)) {
		fields := bodyFields(in.Template, name)
		if len(fields) == 0 {
			out = append(out, noCustomField(in, name))
			continue
		}
		if _, packed := in.Pack[name]; packed {
			for _, column := range packedColumns(in, fields[0]) {
				out = append(out, unknownKey(in, name, column, column)...)
			}
			continue
		}
		for _, f := range fields {
			if f.Constant() {
				out = append(out, unknownKeys(in, f, in.Template.Value(f, nil, 0))...)
			}
		}
	}
	return out
}

// customFieldUnknown checks the JSON objects of a row.
func customFieldUnknown(rc *rowCheck) []Problem {
	var out []Problem
	for _, name := range slices.Sorted(maps.Keys(rc.in.CustomFields)) {
		if _, packed := rc.in.Pack[name]; packed {
			continue // the header was checked
		}
		for _, f := range bodyFields(rc.in.Template, name) {
			if !f.Constant() {
				out = append(out, unknownKeys(rc.in, f, rc.in.Template.Value(f, rc.row.Cells, rc.row.Num))...)
			}
		}
	}
	return out
}

func noCustomField(in *Input, name string) Problem {
	var names []string
	for _, f := range in.Template.Fields() {
		names = append(names, f.Name)
	}
	p := Problem{Field: name, Message: fmt.Sprintf("custom-fields names the field %q, which the request does not have", name), Mend: "correct custom-fields in the job"}
	if near, ok := collection.Nearest(name, names); ok {
		p.Mend = fmt.Sprintf("write %s in custom-fields of the job", near)
	}
	return p
}

// packedColumns returns the keys of the object that is packed into a field: a
// packed object has the same keys in every row.
func packedColumns(in *Input, f *request.Field) []string {
	var object map[string]json.RawMessage
	_ = json.Unmarshal([]byte(in.Template.Value(f, make([]string, len(in.Header)), 0)), &object)
	var columns []string
	for _, column := range in.Header { // in the order of the file, and each once
		if _, packed := object[column]; packed && !slices.Contains(columns, column) {
			columns = append(columns, column)
		}
	}
	return columns
}

// unknownKeys finds the keys of a JSON object that the job does not list. What is
// no object is form-not-json's affair.
func unknownKeys(in *Input, f *request.Field, text string) []Problem {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil
	}
	var out []Problem
	for _, key := range slices.Sorted(maps.Keys(object)) {
		out = append(out, unknownKey(in, f.Name, f.Column, key)...)
	}
	return out
}

// unknownKey is the finding for a key that the job does not list, none for one
// that it does. column is where the key stands, "" when not in the data file.
func unknownKey(in *Input, field, column, key string) []Problem {
	known := in.CustomFields[field]
	if slices.Contains(known, key) {
		return nil
	}
	p := Problem{Field: field, Column: column, Message: fmt.Sprintf("the custom field %s is not one that the job lists for %s", request.Excerpt(key), field)}
	if near, ok := collection.Nearest(key, known); ok {
		p.Message = fmt.Sprintf("the custom field %s is written %q", request.Excerpt(key), near)
		p.Mend = fmt.Sprintf("write %s, exactly so", near)
		if column == key {
			p.Mend = fmt.Sprintf("rename the column to %s, exactly so", near)
		}
	}
	return []Problem{p}
}
