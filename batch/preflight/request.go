package preflight

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// withoutValue reports whether a problem is a variable without a value.
func withoutValue(p request.Problem) bool {
	var unresolved *vars.UnresolvedError
	var circle *vars.CircleError
	return errors.As(p.Err, &unresolved) || errors.As(p.Err, &circle)
}

func templateProblems(in *Input, want func(request.Problem) bool) []Problem {
	var out []Problem
	for _, p := range in.Template.Problems {
		if !want(p) {
			continue
		}
		found := Problem{Message: p.Error()}
		var circle *vars.CircleError
		switch {
		case errors.As(p.Err, &circle):
			found.Mend = "break the circle: give one of the variables a plain value"
		case !withoutValue(p):
			found.Mend = "correct the request"
		}
		out = append(out, found)
	}
	return out
}

func requestUnresolved(in *Input) []Problem {
	token := ofToken(in)
	return templateProblems(in, func(p request.Problem) bool { return !ofURL(p) && !token(p) })
}

func methodNotPost(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Method == "" || in.Template.Method == in.Contract.Method {
		return nil
	}
	return []Problem{{
		Message: fmt.Sprintf("the method is %s; the API takes %s only", in.Template.Method, in.Contract.Method),
		Mend:    "set the method to " + in.Contract.Method,
	}}
}

// mode is how a body mode is called, and the media type that goes with it.
type mode struct{ word, mediaType string }

func modeOf(name string) mode {
	switch name {
	case "":
		return mode{word: "missing"}
	case "formdata":
		return mode{"form-data", "multipart/form-data"}
	case "urlencoded":
		return mode{"x-www-form-urlencoded", "application/x-www-form-urlencoded"}
	}
	return mode{word: name}
}

func bodyNotFormData(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Body == "" {
		return nil
	}
	if methodPrunes(in) {
		return nil
	}
	want, have := modeOf(in.Contract.Body), modeOf(in.Template.Mode)
	if want == have {
		return nil
	}
	return []Problem{{
		Message: fmt.Sprintf("the request's body is %s; the API takes %s only", have.word, want.word),
		Mend:    fmt.Sprintf("choose %s as the body of the request", want.word),
	}}
}

// contentTypeOverridden looks at the header of any request: body-not-form-data
// looks at the body's mode, and needs a contract.
func contentTypeOverridden(in *Input) []Problem {
	have := modeOf(in.Template.Mode)
	text, constant := in.Template.Header("Content-Type")
	if in.Template.Mode == "" || !constant && have.mediaType == "" {
		return nil // no body, or one of which the row may choose the type
	}
	kind, params, err := mime.ParseMediaType(text)
	says := "says " + request.Excerpt(text)
	switch {
	case !constant:
		says = "comes from a column"
	case have.mediaType == "" && strings.HasPrefix(kind, "multipart/") && params["boundary"] == "":
		says += " without a boundary"
	case have.mediaType == "" || err == nil && kind == have.mediaType:
		return nil
	}
	p := Problem{Message: fmt.Sprintf("the request's own Content-Type header %s, though the body is %s", says, have.word)}
	switch {
	case have.mediaType == "":
		p.Mend = "choose form-data as the body, or remove the Content-Type header"
	case in.Template.Mode == "urlencoded" && (in.Contract == nil || in.Contract.Body == ""):
		// Without a boundary nobody can read form-data; how another server reads
		// this is not known.
		p.Severity = Warning
	}
	return []Problem{p}
}

// bodyFields returns the fields of the body with that name, in order.
func bodyFields(t *request.Template, name string) []*request.Field {
	var out []*request.Field
	fields := t.Fields()
	for i := range fields {
		if fields[i].Name == name && fields[i].In != "query" {
			out = append(out, &fields[i])
		}
	}
	return out
}

// fieldsOf returns the fields of the body that a contract's field is about, and
// whether the body has it at all; of a raw body it may have one whose value cannot
// be told.
func fieldsOf(in *Input, name string) (fields []*request.Field, there bool) {
	if in.Template.Mode != collection.ModeRaw {
		fields = bodyFields(in.Template, name)
		return fields, len(fields) > 0
	}
	f, there := in.Template.Member(name)
	if f != nil {
		fields = []*request.Field{f}
	}
	return fields, there
}

// unknownFields returns the request's body fields that the contract does not know.
func unknownFields(in *Input) []string {
	var names []string
	for _, f := range in.Template.Fields() {
		if _, known := in.Contract.Field(f.Name); !known && f.In != "query" {
			names = append(names, f.Name)
		}
	}
	return names
}

// missingFields returns the contract's required fields that the request lacks.
func missingFields(in *Input) []string {
	var names []string
	for _, f := range in.Contract.Fields {
		if _, there := fieldsOf(in, f.Name); f.Required && !there {
			names = append(names, f.Name)
		}
	}
	return names
}

// hasFields says whether field rules apply: there is a contract, and the body
// has a mode in which its fields travel.
func hasFields(in *Input) bool {
	if in.Contract == nil || len(in.Contract.Fields) == 0 {
		return false
	}
	switch mode := in.Template.Mode; mode {
	case collection.ModeFormData, collection.ModeURLEncoded:
		return in.Contract.Body == "" || in.Contract.Body == mode
	case collection.ModeRaw:
		return in.Contract.Body == mode // its fields are named as members of JSON
	}
	return false
}

// misspelt returns, for each of the request's fields that is written a little
// differently from one of the API's, that one's name.
func misspelt(in *Input) map[string]string {
	meant := make(map[string]string)
	if in.Template.Mode != collection.ModeRaw {
		for _, name := range unknownFields(in) {
			if near, ok := collection.Nearest(name, in.Contract.FieldNames()); ok {
				meant[name] = near
			}
		}
		return meant
	}
	for _, f := range in.Contract.Fields {
		near, ok := in.Template.NearMember(f.Name)
		if _, known := in.Contract.Field(near); ok && !known {
			meant[near] = f.Name
		}
	}
	return meant
}

func fieldMisspelt(in *Input) []Problem {
	if !hasFields(in) {
		return nil
	}
	var out []Problem
	meant := misspelt(in)
	for _, name := range slices.Sorted(maps.Keys(meant)) {
		out = append(out, Problem{Field: name, Message: fmt.Sprintf("the field %q is not one of the API's; it is written %q", name, meant[name]),
			Mend: fmt.Sprintf("rename the field to %s", meant[name])})
	}
	for _, name := range unknownFields(in) {
		if _, near := meant[name]; near {
			continue
		}
		p := Problem{Field: name, Severity: Warning, Mend: "remove the field",
			Message: fmt.Sprintf("the field %q is not one of the API's: %s", name, strings.Join(in.Contract.FieldNames(), ", "))}
		for _, f := range in.Contract.Fields {
			if f.JSON == "object" {
				p.Mend = fmt.Sprintf("remove the field; custom fields travel in the JSON object of the field %[1]s (--pack %[1]s)", f.Name)
			}
		}
		out = append(out, p)
	}
	return out
}

func fieldMissing(in *Input) []Problem {
	if !hasFields(in) {
		return nil
	}
	wrong := make(map[string]bool)
	for _, meant := range misspelt(in) {
		wrong[meant] = true
	}
	var out []Problem
	for _, name := range missingFields(in) {
		if !wrong[name] {
			p := Problem{Field: name, Message: fmt.Sprintf("the request has no field %q, which the API requires", name)}
			if in.Template.Mode == collection.ModeRaw {
				p.Mend = "add the member to the request's JSON body"
			}
			out = append(out, p)
		}
	}
	return out
}

func operationEmpty(in *Input) []Problem {
	if !hasFields(in) {
		return nil
	}
	var out []Problem
	for _, cf := range in.Contract.Fields {
		fields, _ := fieldsOf(in, cf.Name)
		for _, f := range fields {
			if cf.Operation && f.Constant() && strings.TrimSpace(in.Template.Value(f, nil, 0)) == "" {
				out = append(out, Problem{Field: cf.Name, Message: fmt.Sprintf("the field %q is empty", cf.Name)})
			}
		}
	}
	return out
}

func duplicateHeader(in *Input) []Problem {
	first := make(map[string]int)
	var out []Problem
	for i, name := range in.Header {
		if blankName(name) || request.Reserved(name) {
			continue
		}
		if at, twice := first[name]; twice {
			out = append(out, Problem{Column: name, Message: fmt.Sprintf("columns %d and %d are both named %q", at+1, i+1, name)})
			continue
		}
		first[name] = i
	}
	return out
}

// blankName reports whether a column has no name; one of blanks is none.
func blankName(name string) bool { return strings.TrimSpace(name) == "" }

// methodPrunes reports whether the body is missing because of a method that is
// not the API's: method-not-post says so, once.
func methodPrunes(in *Input) bool {
	return in.Template.Pruned && len(methodNotPost(in)) > 0
}

func nothingUsed(in *Input) []Problem {
	if methodPrunes(in) {
		return nil
	}
	uses := in.Template.Uses()
	for _, u := range uses {
		if len(u.Targets) > 0 || ScriptsRead(in.Scripts, u.Column) {
			return nil
		}
	}
	if len(uses) == 0 {
		return nil
	}
	names := make([]string, 0, 3)
	for _, u := range uses[:min(len(uses), 3)] {
		names = append(names, fmt.Sprintf("%q", u.Column))
	}
	why := ""
	if in.Template.Pruned {
		why = fmt.Sprintf("; %s is sent without its body", in.Template.Method)
	}
	return say("none of the %d columns is used, beginning with %s%s", len(uses), strings.Join(names, ", "), why)
}

// mostUnused is how many unused columns are named one by one.
const mostUnused = 20

func columnUnbound(in *Input) []Problem {
	if methodPrunes(in) {
		return nil
	}
	var out []Problem
	for _, u := range in.Template.Uses() {
		if len(u.Targets) > 0 || blankName(u.Column) || ScriptsRead(in.Scripts, u.Column) {
			continue // blank-header looks after columns without a name
		}
		if len(out) == mostUnused {
			return append(out, Problem{Message: "more columns are not sent; \"pmrun check\" shows every column and where it goes"})
		}
		p := Problem{Column: u.Column, Message: fmt.Sprintf("the column %q is not sent", u.Column)}
		names := []string{}
		for _, f := range in.Template.Fields() {
			names = append(names, f.Name)
		}
		if in.Contract != nil {
			names = append(names, in.Contract.FieldNames()...)
		}
		if near, ok := collection.Nearest(u.Column, names); ok {
			p.Message += fmt.Sprintf("; did you mean the field %q?", near)
			p.Mend = fmt.Sprintf("rename the column, or bind it with --map %q=%q", near, u.Column)
		}
		out = append(out, p)
	}
	return out
}
