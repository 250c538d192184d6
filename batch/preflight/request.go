package preflight

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"slices"
	"strings"
	"unicode"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// schemeTwice reports whether the URL is https://https://... or the like: what
// stands in the host's place is then a scheme. The host may come from a secret
// variable, so that the URL as it is shown does not tell.
func schemeTwice(in *Input) bool {
	scheme, host, path, ok := in.Template.Target()
	name, _, _ := strings.Cut(host, ":")
	isScheme := name == "http" || name == "https"
	return ok && isScheme && (strings.HasSuffix(host, ":") || strings.HasPrefix(path, "//")) ||
		ok && (strings.HasPrefix(scheme, "http:") || strings.HasPrefix(scheme, "https:"))
}

func urlSchemeDuplicated(in *Input) []Problem {
	if schemeTwice(in) {
		return say("the URL is %s", in.Template.URL())
	}
	return nil
}

// hostUnresolved reports whether the host is a placeholder without a value.
func hostUnresolved(in *Input) bool {
	_, host, _, _ := in.Template.Target()
	return vars.HasPlaceholder(host)
}

// ofURL reports whether a problem of the template belongs to its URL.
func ofURL(p request.Problem) bool {
	where := strings.ToLower(p.Where)
	return strings.HasPrefix(where, "url") || strings.HasPrefix(where, "path variable ")
}

// ofToken returns a test for problems of the contract's token header.
func ofToken(in *Input) func(request.Problem) bool {
	return func(p request.Problem) bool {
		return in.Contract != nil && in.Contract.Token.Header != "" && strings.EqualFold(p.Where, "header "+in.Contract.Token.Header)
	}
}

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

func urlUnresolved(in *Input) []Problem {
	twice := schemeTwice(in)
	return templateProblems(in, func(p request.Problem) bool {
		// A scheme in the host's place is no usable host or scheme, either.
		return ofURL(p) && (!twice || withoutValue(p))
	})
}

func requestUnresolved(in *Input) []Problem {
	token := ofToken(in)
	return templateProblems(in, func(p request.Problem) bool { return !ofURL(p) && !token(p) })
}

func urlEndpoint(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Path == "" || schemeTwice(in) {
		return nil
	}
	scheme, _, path, ok := in.Template.Target()
	// Without its value, {{base_url}}/cases can have any path; only where the
	// request writes https itself is the placeholder a host and nothing more.
	if !ok || path == in.Contract.Path || hostUnresolved(in) && scheme != "https" {
		return nil
	}
	return say("the URL is %s; the API's path is %s", in.Template.URL(), in.Contract.Path)
}

func urlPlainHTTP(in *Input) []Problem {
	scheme, host, _, ok := in.Template.Target()
	if !ok || scheme != "http" || in.Local || Loopback(host) || schemeTwice(in) || hostUnresolved(in) {
		return nil
	}
	return say("the request goes to %s over plain http: token and rows can be read on the way", in.Template.URL())
}

// Loopback reports whether a URL's host (with or without port) is this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
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

// tokenHeaders counts the request's headers that carry the token, also those
// whose value a column gives.
func tokenHeaders(in *Input) int {
	n := 0
	for _, h := range in.Template.Render(nil, 0, nil).Headers {
		if strings.EqualFold(h.Name, in.Contract.Token.Header) {
			n++
		}
	}
	return n
}

func tokenMissing(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Token.Header == "" {
		return nil
	}
	token := ofToken(in)
	if slices.ContainsFunc(in.Template.Problems, token) {
		// What else is wrong with its value is token-malformed.
		return templateProblems(in, func(p request.Problem) bool { return token(p) && withoutValue(p) })
	}
	header := in.Contract.Token.Header
	switch value, constant := in.Template.Header(header); {
	case constant && value == "":
		return say("the header %s is empty", header)
	case tokenHeaders(in) == 0:
		return say("the request has no header %s", header)
	}
	return nil
}

func tokenMalformed(in *Input) []Problem {
	if in.Contract == nil || in.Contract.Token.Header == "" {
		return nil
	}
	token := ofToken(in)
	if slices.ContainsFunc(in.Template.Problems, token) {
		out := templateProblems(in, func(p request.Problem) bool { return token(p) && !withoutValue(p) })
		for i := range out {
			out[i].Mend = "" // the rule's own
		}
		return out
	}
	header := in.Contract.Token.Header
	if n := tokenHeaders(in); n > 1 {
		return say("the header %s is there %d times", header, n)
	}
	value, _ := in.Template.Header(header)
	if fault := tokenFault(value); fault != "" {
		return say("the token in the header %s %s", header, fault)
	}
	return nil
}

// tokenFault says what is wrong with a token without repeating it. Blanks around
// it are not sent, and line breaks were found when the request was compiled.
func tokenFault(token string) string {
	blank := func(c rune) bool { return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff' }
	switch {
	case strings.HasPrefix(strings.ToLower(token)+" ", "bearer "):
		return "starts with \"Bearer\""
	case strings.ContainsAny(token, "\"'`“”‘’«»"):
		return "holds quotes"
	case strings.ContainsFunc(token, blank):
		return "holds blanks"
	case strings.ContainsFunc(token, func(c rune) bool { return c > unicode.MaxASCII }):
		return "holds a letter that no token has"
	}
	return ""
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
	want, have := modeOf(in.Contract.Body), modeOf(in.Template.Mode)
	mend := fmt.Sprintf("choose %s as the body of the request", want.word)
	if want != have {
		return []Problem{{Message: fmt.Sprintf("the request's body is %s; the API takes %s only", have.word, want.word), Mend: mend}}
	}
	if want.mediaType == "" {
		return nil
	}
	contentType, constant := in.Template.Header("Content-Type")
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && kind == want.mediaType {
		return nil
	}
	says := fmt.Sprintf("says %q", contentType)
	if !constant {
		says = "comes from a column"
	}
	return []Problem{{
		Message: fmt.Sprintf("the request's own Content-Type header %s, though the body is %s", says, want.word),
		Mend:    "remove the Content-Type header: it is added by itself",
	}}
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
		if f.Required && len(bodyFields(in.Template, f.Name)) == 0 {
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
	mode := in.Template.Mode
	return (mode == "formdata" || mode == "urlencoded") && (in.Contract.Body == "" || in.Contract.Body == mode)
}

func fieldMisspelt(in *Input) []Problem {
	if !hasFields(in) {
		return nil
	}
	var out []Problem
	for _, name := range unknownFields(in) {
		p := Problem{Field: name}
		near, ok := collection.Nearest(name, in.Contract.FieldNames())
		if ok {
			p.Message = fmt.Sprintf("the field %q is not one of the API's; it is written %q", name, near)
			p.Mend = fmt.Sprintf("rename the field to %s", near)
		} else {
			p.Severity = Warning
			p.Message = fmt.Sprintf("the field %q is not one of the API's: %s", name, strings.Join(in.Contract.FieldNames(), ", "))
			p.Mend = "remove the field; custom fields travel in the JSON object of the field form (--pack form)"
		}
		out = append(out, p)
	}
	return out
}

func fieldMissing(in *Input) []Problem {
	if !hasFields(in) {
		return nil
	}
	misspelt := make(map[string]bool)
	for _, name := range unknownFields(in) {
		if near, ok := collection.Nearest(name, in.Contract.FieldNames()); ok {
			misspelt[near] = true
		}
	}
	var out []Problem
	for _, name := range missingFields(in) {
		if !misspelt[name] {
			out = append(out, Problem{Field: name, Message: fmt.Sprintf("the request has no field %q, which the API requires", name)})
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
		for _, f := range bodyFields(in.Template, cf.Name) {
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

func columnUnused(in *Input) []Problem {
	var out []Problem
	for _, u := range in.Template.Uses() {
		if len(u.Targets) > 0 || blankName(u.Column) {
			continue // blank-header looks after columns without a name
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
