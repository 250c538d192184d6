package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/pmrun/pmrun/collection"
)

// ParseJSON reads a file of JSON. The error is an *Error with line and column.
func ParseJSON(in *Input) (gjson.Result, error) {
	data := bytes.TrimPrefix(in.Data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		at := 0
		for c, n := utf8.DecodeRune(data); c != utf8.RuneError || n != 1; c, n = utf8.DecodeRune(data[at:]) {
			at += n
		}
		return gjson.Result{}, errorAt(in.Path, data, at, "is not text in UTF-8", "save it as UTF-8")
	}
	// encoding/json bounds how deep values nest; gjson does not.
	var checked json.RawMessage
	if err := json.Unmarshal(data, &checked); err != nil {
		at, problem := len(data), "is not valid JSON: "+err.Error()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && !strings.Contains(problem, "unexpected end") {
			at = max(int(syntax.Offset)-1, 0)
		} else {
			problem = "is not valid JSON: it ends in the middle"
		}
		return gjson.Result{}, errorAt(in.Path, data, at, problem, "export it again")
	}
	return gjson.ParseBytes(data), nil
}

func errorAt(file string, data []byte, at int, problem, hint string) *Error {
	before := data[:min(at, len(data))]
	return &Error{
		File: file, Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
		Problem: problem, Hint: hint,
	}
}

// ParseYAML reads a file of YAML whose top is a mapping. The error is an *Error with line
// and column.
func ParseYAML(in *Input) (gjson.Result, error) {
	text, err := collection.JSONOfYAML(in.Path, in.Data)
	var f *collection.FileError
	if errors.As(err, &f) {
		return gjson.Result{}, &Error{File: f.File, Line: f.Line, Column: f.Column, Problem: f.Problem, Hint: f.Hint}
	}
	if err != nil {
		return gjson.Result{}, err
	}
	return gjson.ParseBytes(text), nil
}

// TextOf gives the text of a JSON value: numbers as the file has them, null and what is
// missing as "".
func TextOf(v gjson.Result) string {
	if v.Type == gjson.Number {
		return v.Raw
	}
	return v.String()
}
