package script

import (
	"math"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// nameOf writes an expression that is names and dots, as pm.response.code; "" for others.
func nameOf(e ast.Expression) string {
	switch e := e.(type) {
	case *ast.Identifier:
		return e.Name.String()
	case *ast.DotExpression:
		if left := nameOf(e.Left); left != "" {
			return left + "." + e.Identifier.Name.String()
		}
	}
	return ""
}

// deepestCheck bounds how deep an expression is read.
const deepestCheck = 100

// literal gives the value of an expression that is written out.
func literal(e ast.Expression) (value any, ok bool) { return literalAt(e, 0) }

func literalAt(e ast.Expression, depth int) (value any, ok bool) {
	if depth > deepestCheck {
		return nil, false
	}
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String(), true
	case *ast.NumberLiteral:
		return number(e.Value)
	case *ast.BooleanLiteral:
		return e.Value, true
	case *ast.NullLiteral:
		return nil, true
	case *ast.TemplateLiteral:
		if e.Tag == nil && len(e.Expressions) == 0 && len(e.Elements) == 1 && e.Elements[0].Valid {
			return e.Elements[0].Parsed.String(), true
		}
	case *ast.UnaryExpression:
		if value, ok := literalAt(e.Operand, depth+1); ok && e.Operator == token.MINUS && !e.Postfix {
			n, is := value.(float64)
			return -n, is
		}
	case *ast.ArrayLiteral:
		list := []any{}
		for _, element := range e.Value {
			value, ok := literalAt(element, depth+1)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		return list, true
	case *ast.ObjectLiteral:
		members := map[string]any{}
		for _, p := range e.Value {
			keyed, is := p.(*ast.PropertyKeyed)
			if !is || keyed.Computed || keyed.Kind != ast.PropertyKindValue {
				return nil, false
			}
			key, isText := keyed.Key.(*ast.StringLiteral)
			value, ok := literalAt(keyed.Value, depth+1)
			if !isText || !ok {
				return nil, false
			}
			members[key.Value.String()] = value
		}
		return members, true
	}
	return nil, false
}

func number(value any) (any, bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), n < 1<<53 && n > -1<<53
	case float64:
		return n, !math.IsInf(n, 0) && !math.IsNaN(n)
	}
	return nil, false
}

// subject reads an expression as a part of the answer.
func (a *analyser) subject(e ast.Expression) (Subject, bool) { return a.subjectAt(e, 0) }

func (a *analyser) subjectAt(e ast.Expression, depth int) (s Subject, ok bool) {
	if depth > deepestCheck {
		return s, false
	}
	switch nameOf(e) {
	case "pm.response.code", "responseCode.code":
		return Subject{Part: OfStatus}, true
	case "pm.response.status", "responseCode.name":
		return Subject{Part: OfStatusText}, true
	case "pm.response.responseTime", "responseTime":
		return Subject{Part: OfTime}, true
	case "responseBody":
		return Subject{Part: OfBody}, true
	}
	switch e := e.(type) {
	case *ast.Identifier:
		s, ok = a.scope[e.Name.String()]
		return s, ok
	case *ast.CallExpression:
		return a.called(e, depth)
	case *ast.DotExpression:
		s, ok = a.subjectAt(e.Left, depth+1)
		return member(s, ok, e.Identifier.Name.String())
	case *ast.BracketExpression:
		s, ok = a.subjectAt(e.Left, depth+1)
		value, known := literal(e.Member)
		switch v := value.(type) {
		case string:
			return member(s, ok && known, v)
		case float64:
			if ok && s.plainJSON() && v >= 0 && v == math.Trunc(v) && v < 1<<31 {
				return s.down(int(v)), true
			}
		}
	case *ast.BinaryExpression:
		or, known := literal(e.Right)
		if s, ok = a.subjectAt(e.Left, depth+1); e.Operator == token.LOGICAL_OR && ok && known && !s.HasOr && !s.Text {
			s.Or, s.HasOr = or, true
			return s, true
		}
	}
	return Subject{}, false
}

// called reads a call that gives a part of the answer.
func (a *analyser) called(e *ast.CallExpression, depth int) (s Subject, ok bool) {
	args := e.ArgumentList
	switch name := nameOf(e.Callee); {
	case name == "pm.response.json" && len(args) == 0:
		return Subject{Part: OfJSON}, true
	case name == "pm.response.text" && len(args) == 0:
		return Subject{Part: OfBody}, true
	case name == "JSON.parse" && len(args) == 1:
		if s, ok = a.subjectAt(args[0], depth+1); ok && s.plain(OfBody) {
			return Subject{Part: OfJSON}, true
		}
	case (name == "pm.response.headers.get" || name == "postman.getResponseHeader") && len(args) == 1:
		header, _ := literal(args[0])
		text, is := header.(string)
		return Subject{Part: OfHeader, Header: text}, is && text != ""
	case name == "String" && len(args) == 1:
		s, ok = a.subjectAt(args[0], depth+1)
		s.Text = true
		return s, ok
	}
	if dot, is := e.Callee.(*ast.DotExpression); is && dot.Identifier.Name.String() == "toString" && len(args) == 0 {
		s, ok = a.subjectAt(dot.Left, depth+1)
		s.Text = true
		return s, ok
	}
	return Subject{}, false
}

func (s Subject) plain(part Part) bool {
	return s.Part == part && len(s.Path) == 0 && !s.Length && !s.HasOr && !s.Text
}

func (s Subject) plainJSON() bool { return s.Part == OfJSON && !s.Length && !s.HasOr && !s.Text }

func (s Subject) down(step any) Subject {
	s.Path = append(append([]any(nil), s.Path...), step)
	return s
}

// member is a member of a value.
func member(s Subject, ok bool, name string) (Subject, bool) {
	switch {
	case !ok || s.Length || s.HasOr:
		return Subject{}, false
	case name == "length":
		s.Length = true
		return s, true
	case s.plainJSON():
		return s.down(name), true
	}
	return Subject{}, false
}

// pathOf reads a path as lodash does: a.b[0]["c"].
func pathOf(text string) (path []any, ok bool) {
	for rest := text; rest != ""; {
		if inner, after, closed := strings.Cut(strings.TrimPrefix(rest, "["), "]"); rest[0] == '[' {
			if !closed {
				return nil, false
			}
			if n, err := strconv.Atoi(inner); err == nil && n >= 0 {
				path = append(path, n)
			} else if len(inner) > 2 && (inner[0] == '"' || inner[0] == '\'') && inner[len(inner)-1] == inner[0] {
				path = append(path, inner[1:len(inner)-1])
			} else {
				return nil, false
			}
			rest = after
			continue
		}
		rest = strings.TrimPrefix(rest, ".")
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return nil, false
		}
		if n, err := strconv.Atoi(rest[:end]); err == nil && n >= 0 {
			path = append(path, n)
		} else {
			path = append(path, rest[:end])
		}
		rest = rest[end:]
	}
	return path, len(path) > 0
}
