package preflight

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// ofToken returns a test for problems of the contract's token header.
func ofToken(in *Input) func(request.Problem) bool {
	return func(p request.Problem) bool {
		return in.Contract != nil && in.Contract.Token.Header != "" && strings.EqualFold(p.Where, "header "+in.Contract.Token.Header)
	}
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
		return whereFrom(in, templateProblems(in, func(p request.Problem) bool { return token(p) && withoutValue(p) }))
	}
	if len(strayTokens(in)) > 0 {
		return nil // token-wrong-header says it
	}
	header := in.Contract.Token.Header
	switch value, constant := in.Template.Header(header); {
	case constant && value == "":
		return whereFrom(in, say("the header %s is empty", header))
	case tokenHeaders(in) == 0:
		return whereFrom(in, say("the request has no header %s", header))
	}
	return nil
}

// whereFrom adds to each problem where people get a token, as the contract says.
func whereFrom(in *Input, problems []Problem) []Problem {
	for i := range problems {
		problems[i].Mend = fmt.Sprintf("add the header %s to the request, or give its variable a value, best in PMRUN_VAR_NAME", in.Contract.Token.Header)
		if about := in.Contract.Token.About; about != "" {
			problems[i].Mend += "; " + about
		}
	}
	return problems
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

// strayTokens lists where else the request carries what looks like the token, in
// words, when the contract's header is missing or empty. With a good header,
// another one is the request's own affair.
func strayTokens(in *Input) []string {
	if in.Contract == nil || in.Contract.Token.Header == "" || slices.ContainsFunc(in.Template.Problems, ofToken(in)) {
		return nil
	}
	header := in.Contract.Token.Header
	if value, constant := in.Template.Header(header); tokenHeaders(in) > 1 || tokenHeaders(in) == 1 && (!constant || value != "") {
		return nil
	}
	var places []string
	for _, h := range in.Template.Render(nil, 0, nil).Headers {
		if h.Value != "" && !strings.EqualFold(h.Name, header) && likeToken(h.Name, header) {
			places = append(places, "the header "+h.Name)
		}
	}
	for _, f := range in.Template.Fields() {
		if f.In == "query" && likeToken(f.Name, header) {
			places = append(places, "the query parameter "+f.Name)
		}
	}
	return places
}

// likeToken reports whether a name is where people put tokens: a near miss of
// the header's name, or a name that other APIs use.
func likeToken(name, header string) bool {
	if _, near := collection.Nearest(name, []string{header}); near {
		return true
	}
	folded := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	return folded == "authorization" || strings.HasSuffix(folded, "token") || strings.HasSuffix(folded, "apikey")
}

func tokenWrongHeader(in *Input) []Problem {
	var out []Problem
	for _, place := range strayTokens(in) {
		header := in.Contract.Token.Header
		p := Problem{Message: fmt.Sprintf("the token travels in %s; the API reads the header %s only", place, header)}
		p.Mend = fmt.Sprintf("put the token, alone, into the header %s, and remove %s", header, place)
		if place == "the header Authorization" {
			p.Mend += " (set the request's auth to none)"
		}
		out = append(out, p)
	}
	return out
}

// tokenInCollection looks for the token that the request sends, and for secret
// variables with a value, in the collection file. What it finds is never shown.
func tokenInCollection(in *Input) []Problem {
	if in.Collection == nil {
		return nil
	}
	secrets := in.Collection.Secrets()
	var out []Problem
	for _, header := range tokenHeaderNames(in) {
		value, _ := in.Template.Header(header)
		_, token, _ := strings.Cut(value, " ") // "Bearer abc", as a header or as an auth
		if slices.Contains(secrets, value) || slices.Contains(secrets, token) {
			out = append(out, say("the collection file holds the token of the header %s", header)...)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, v := range in.Collection.Variables() {
		if slices.Contains(secrets, v.Value) {
			out = append(out, say("the collection's variable %s has a secret value in the file", v.Key)...)
		}
	}
	return out
}

// tokenHeaderNames are the headers that can carry this request's token.
func tokenHeaderNames(in *Input) []string {
	names := []string{"Authorization"}
	if in.Contract != nil && in.Contract.Token.Header != "" && !strings.EqualFold(in.Contract.Token.Header, names[0]) {
		names = append(names, in.Contract.Token.Header)
	}
	return names
}
