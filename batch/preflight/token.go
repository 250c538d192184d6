package preflight

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

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
