package script

import (
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// link is one word of a chain of assertions: .to, .not, .eql(1).
type link struct {
	name   string
	args   []ast.Expression
	called bool
}

// linksOf takes an expression apart into what it begins with and the words after it.
func linksOf(e ast.Expression) (start ast.Expression, links []link) {
	for depth := 0; depth < deepestCheck; depth++ {
		l := link{}
		if call, is := e.(*ast.CallExpression); is {
			l.called, l.args = true, call.ArgumentList
			e = call.Callee
		}
		dot, is := e.(*ast.DotExpression)
		if !is || l.called && nameOf(e) == "pm.expect" || !l.called && nameOf(e) == "pm.response" {
			if l.called {
				e = &ast.CallExpression{Callee: e, ArgumentList: l.args}
			}
			return e, links
		}
		l.name = dot.Identifier.Name.String()
		links = append([]link{l}, links...)
		e = dot.Left
	}
	return nil, nil
}

// check reads one assertion, which may be several checks.
func (a *analyser) check(e ast.Expression) (checks []Check, ok bool) {
	start, links := linksOf(e)
	if len(links) == 0 {
		return nil, false
	}
	if nameOf(start) == "pm.response" {
		return a.response(links)
	}
	call, is := start.(*ast.CallExpression)
	if name := ""; is {
		if name = nameOf(call.Callee); name != "pm.expect" && name != "expect" || len(call.ArgumentList) == 0 || len(call.ArgumentList) > 2 {
			return nil, false
		}
	} else {
		return nil, false
	}
	if s, ok := a.subject(call.ArgumentList[0]); ok {
		return expectation(s, links)
	}
	// expect(a === b).to.be.true
	if checks, ok = a.comparison(call.ArgumentList[0]); ok && len(checks) == 1 {
		truth, not := "", false
		for _, l := range links {
			if l.name == "not" {
				not = !not
			} else if !words(l.name) {
				truth = l.name
				if value, known := literalArg(l); l.called && known && (l.name == "equal" || l.name == "eql") {
					truth = map[any]string{true: "true", false: "false"}[value]
				}
			}
		}
		if truth != "true" && truth != "false" {
			return nil, false
		}
		if (truth == "false") != not {
			checks[0].Not = !checks[0].Not
		}
		return checks, true
	}
	return nil, false
}

// words are those of a chain that mean nothing.
func words(name string) bool {
	switch name {
	case "to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of", "same", "but", "does", "deep", "an", "a":
		return true
	}
	return false
}

func literalArg(l link) (any, bool) {
	if len(l.args) == 0 || len(l.args) > 2 {
		return nil, false
	}
	return literal(l.args[0])
}

// expectation reads what is said of a subject.
func expectation(s Subject, links []link) (checks []Check, ok bool) {
	not := false
	for i, l := range links {
		last := i == len(links)-1
		switch {
		case l.name == "not" && !l.called:
			not = !not
			continue
		case words(l.name) && !l.called:
			continue
		}
		c := Check{Of: s, Not: not}
		value, known := literalArg(l)
		one := []any{value}
		switch l.name {
		case "eql", "eqls", "equal", "equals", "eq":
			if composite(value) && l.name != "eql" && l.name != "eqls" && !deep(links[:i]) {
				return nil, false // never the same list or object
			}
			c.Op, c.Values = Equals, one
		case "include", "contain", "includes", "contains", "string":
			c.Op, c.Values = Includes, one
			if _, text := value.(string); !text && s.Part != OfJSON || composite(value) {
				return nil, false
			}
		case "oneOf":
			list, is := value.([]any)
			if !is {
				return nil, false
			}
			c.Op, c.Values = OneOf, list
		case "below", "lessThan", "lt", "above", "greaterThan", "gt", "least", "gte", "most", "lte":
			c.Op = map[string]Op{"below": Below, "lessThan": Below, "lt": Below, "above": Above, "greaterThan": Above, "gt": Above, "least": AtLeast, "gte": AtLeast, "most": AtMost, "lte": AtMost}[l.name]
			if _, number := value.(float64); !number {
				return nil, false
			}
			c.Values = one
		case "within":
			from, ok1 := literalArg(l)
			if len(l.args) != 2 || !ok1 || not {
				return nil, false
			}
			to, ok2 := literal(l.args[1])
			_, n1 := from.(float64)
			_, n2 := to.(float64)
			return append(checks, Check{Of: s, Op: AtLeast, Values: []any{from}}, Check{Of: s, Op: AtMost, Values: []any{to}}), ok2 && n1 && n2 && last
		case "lengthOf", "length":
			if _, number := value.(float64); !number || !l.called || s.Length {
				return nil, false
			}
			c.Of.Length = true
			c.Op, c.Values = Equals, one
		case "a", "an":
			if _, text := value.(string); !text {
				return nil, false
			}
			c.Op, c.Values = IsType, one
		case "property":
			name, is := value.(string)
			if !is || !s.plainJSON() || not && len(l.args) == 2 {
				return nil, false
			}
			c.Of = s.down(name)
			c.Op = Exists
			if len(l.args) == 2 {
				want, ok := literal(l.args[1])
				if !ok || composite(want) {
					return nil, false
				}
				c.Op, c.Values = Equals, []any{want}
			}
			return []Check{c}, last && l.called
		case "match", "matches":
			if len(l.args) != 1 {
				return nil, false
			}
			pattern, is := l.args[0].(*ast.RegExpLiteral)
			if !is || pattern.Flags != "" {
				return nil, false
			}
			c.Op, c.Values = Matches, []any{pattern.Pattern}
			return []Check{c}, last
		case "true", "false", "null", "undefined", "exist", "empty":
			if l.called {
				return nil, false
			}
			switch l.name {
			case "true", "false":
				c.Op, c.Values = Equals, []any{l.name == "true"}
			case "null":
				c.Op, c.Values = Equals, []any{nil}
				if s.Part != OfJSON {
					return nil, false
				}
			case "undefined":
				c.Op, c.Not = Exists, !not
			case "exist": // neither null nor undefined
				if c.Op = Exists; s.Part == OfJSON {
					if not {
						return nil, false
					}
					return []Check{c, {Of: s, Op: Equals, Values: []any{nil}, Not: true}}, last
				}
			case "empty":
				c.Op = Empty
			}
			return []Check{c}, last
		default:
			return nil, false
		}
		return []Check{c}, last && l.called && known
	}
	return nil, false
}

func deep(links []link) bool {
	for _, l := range links {
		if l.name == "deep" {
			return true
		}
	}
	return false
}

func composite(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

// loose reports whether == may find equal what is of different types.
func loose(s Subject, value any) bool {
	switch v := value.(type) {
	case float64:
		return s.Part != OfStatus && s.Part != OfTime && !s.Length
	case string:
		_, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return err == nil || strings.TrimSpace(v) == ""
	}
	return true
}

// response reads what is said of pm.response itself.
func (a *analyser) response(links []link) (checks []Check, ok bool) {
	not := false
	for i, l := range links {
		switch {
		case l.name == "not" && !l.called:
			not = !not
			continue
		case words(l.name) && !l.called:
			continue
		case l.name == "responseTime" && !l.called && i < len(links)-1:
			checks, ok = expectation(Subject{Part: OfTime}, links[i+1:])
			if not {
				return nil, false
			}
			return checks, ok
		case i != len(links)-1:
			return nil, false
		}
		var values []any
		for _, arg := range l.args {
			value, known := literal(arg)
			if !known {
				return nil, false
			}
			values = append(values, value)
		}
		return said(l, values, not)
	}
	return nil, false
}

// said reads the last word of what is said of pm.response.
func said(l link, values []any, not bool) (checks []Check, ok bool) {
	text := func(i int) (string, bool) {
		if i >= len(values) {
			return "", false
		}
		s, is := values[i].(string)
		return s, is
	}
	between := func(from, to float64) ([]Check, bool) {
		status := Subject{Part: OfStatus}
		return []Check{{Of: status, Op: AtLeast, Values: []any{from}}, {Of: status, Op: Below, Values: []any{to}}}, !not && !l.called
	}
	code := func(n float64) ([]Check, bool) {
		return []Check{{Of: Subject{Part: OfStatus}, Not: not, Op: Equals, Values: []any{n}}}, !l.called
	}
	switch l.name {
	case "status":
		if len(values) != 1 {
			return nil, false
		}
		c := Check{Of: Subject{Part: OfStatus}, Not: not, Op: Equals, Values: values}
		if _, is := values[0].(string); is {
			c.Of.Part = OfStatusText
		} else if _, is := values[0].(float64); !is {
			return nil, false
		}
		return []Check{c}, true
	case "success":
		return between(200, 300)
	case "ok":
		return code(200)
	case "redirection":
		return between(300, 400)
	case "clientError":
		return between(400, 500)
	case "serverError":
		return between(500, 600)
	case "error":
		return between(400, 600)
	case "accepted":
		return code(202)
	case "badRequest":
		return code(400)
	case "unauthorized":
		return code(401)
	case "forbidden":
		return code(403)
	case "notFound":
		return code(404)
	case "rateLimited":
		return code(429)
	case "header":
		name, is := text(0)
		c := Check{Of: Subject{Part: OfHeader, Header: name}, Not: not, Op: Exists}
		if len(values) == 2 {
			c.Op, c.Values = Equals, values[1:]
			if _, is := text(1); !is || not {
				return nil, false
			}
		}
		return []Check{c}, is && name != "" && len(values) <= 2
	case "body":
		switch body, is := text(0); {
		case is && len(values) == 1:
			return []Check{{Of: Subject{Part: OfBody}, Not: not, Op: Equals, Values: []any{body}}}, true
		case len(l.args) == 0:
			return []Check{{Of: Subject{Part: OfBody}, Not: !not, Op: Empty}}, true
		}
	case "withBody":
		return []Check{{Of: Subject{Part: OfBody}, Not: !not, Op: Empty}}, !l.called
	case "json":
		return []Check{{Of: Subject{Part: OfBody}, Not: not, Op: IsJSON}}, !l.called
	case "jsonBody":
		if len(values) == 0 {
			return []Check{{Of: Subject{Part: OfBody}, Not: not, Op: IsJSON}}, true
		}
		name, is := text(0)
		path, ok := pathOf(name)
		c := Check{Of: Subject{Part: OfJSON, Path: path}, Not: not, Op: Exists}
		if len(values) == 2 && !not {
			c.Op, c.Values = Equals, values[1:]
		}
		return []Check{c}, is && ok && (len(values) == 1 || len(values) == 2 && !not)
	}
	return nil, false
}

// comparison reads a truth that is compared with operators.
func (a *analyser) comparison(e ast.Expression) (checks []Check, ok bool) {
	switch e := e.(type) {
	case *ast.CallExpression: // responseBody.has("x"), and the like
		dot, is := e.Callee.(*ast.DotExpression)
		if !is || len(e.ArgumentList) != 1 {
			return nil, false
		}
		s, ok := a.subject(dot.Left)
		value, known := literal(e.ArgumentList[0])
		text, isText := value.(string)
		switch dot.Identifier.Name.String() {
		case "has", "includes":
			return []Check{{Of: s, Op: Includes, Values: []any{text}}}, ok && known && isText && (s.Part == OfBody || s.Part == OfHeader)
		}
	case *ast.UnaryExpression:
		if checks, ok = a.comparison(e.Operand); ok && e.Operator == token.NOT && len(checks) == 1 {
			checks[0].Not = !checks[0].Not
			return checks, true
		}
	case *ast.BinaryExpression:
		if e.Operator == token.LOGICAL_AND {
			left, ok1 := a.comparison(e.Left)
			right, ok2 := a.comparison(e.Right)
			return append(left, right...), ok1 && ok2
		}
		s, ok := a.subject(e.Left)
		c := Check{Of: s}
		if id, is := e.Right.(*ast.Identifier); is && id.Name.String() == "undefined" {
			c.Op, c.Not = Exists, e.Operator == token.EQUAL || e.Operator == token.STRICT_EQUAL
			return []Check{c}, ok && (c.Not || e.Operator == token.NOT_EQUAL || e.Operator == token.STRICT_NOT_EQUAL)
		}
		value, known := literal(e.Right)
		_, number := value.(float64)
		c.Values = []any{value}
		switch e.Operator {
		case token.STRICT_EQUAL:
			c.Op = Equals
		case token.STRICT_NOT_EQUAL:
			c.Op, c.Not = Equals, true
		case token.EQUAL, token.NOT_EQUAL:
			c.Op, c.Not = Equals, e.Operator == token.NOT_EQUAL
			known = known && !loose(s, value)
		case token.LESS:
			c.Op, known = Below, known && number
		case token.GREATER:
			c.Op, known = Above, known && number
		case token.LESS_OR_EQUAL:
			c.Op, known = AtMost, known && number
		case token.GREATER_OR_EQUAL:
			c.Op, known = AtLeast, known && number
		default:
			return nil, false
		}
		return []Check{c}, ok && known && !composite(value)
	}
	return nil, false
}
