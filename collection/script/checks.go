package script

import (
	"reflect"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
)

// SimpleTest is a pm.test, or an assignment to tests["name"], that is nothing but simple checks.
type SimpleTest struct {
	Name   string
	Checks []Check
}

// Check is a simple question to an answer.
type Check struct {
	Of  Subject
	Not bool
	Op  Op
	// Values are what Of is compared with: nil, bool, float64, string, []any and map[string]any. One but for
	// OneOf (any number) and Exists, Empty and JSON (none).
	Values []any
}

// Op says how a Check compares.
type Op string

// The operations.
const (
	Equals   Op = "equals" // deep, and of the same type
	OneOf    Op = "oneOf"
	Below    Op = "below"
	Above    Op = "above"
	AtLeast  Op = "atLeast"
	AtMost   Op = "atMost"
	Includes Op = "includes" // a part of a text, or an element of a list
	Exists   Op = "exists"   // is not undefined (a header: is there)
	Empty    Op = "empty"
	Matches  Op = "matches" // the value is a regular expression's pattern, without flags
	IsType   Op = "isType"  // of chai's names: string, number, boolean, array, object, null
	IsJSON   Op = "isJSON"  // of OfBody
)

// Part is the part of an answer that is looked at.
type Part string

// The parts.
const (
	OfStatus     Part = "status" // a number
	OfStatusText Part = "statusText"
	OfHeader     Part = "header"
	OfTime       Part = "time" // milliseconds
	OfBody       Part = "body" // as text
	OfJSON       Part = "json"
)

// Subject is what a check looks at.
type Subject struct {
	Part Part
	// Header is its name, of OfHeader.
	Header string
	// Path leads to a value of OfJSON: names of members (string) and places in lists (int).
	Path []any
	// Length says that the length of it is meant.
	Length bool
	// Or is a literal that stands for it when it is falsy, as in x || "none"; HasOr tells nil from none.
	Or    any
	HasOr bool
	// Text says that it is made a string, as String(x) does.
	Text bool
}

// Checks finds the simple tests of a script whose every check can be held, as can says. rest is the script without
// them, "" when nothing of it is left that does something.
func Checks(source string, can func(Check) bool) (tests []SimpleTest, rest string) {
	if tooDeep(source) {
		return nil, source
	}
	program, err := parser.ParseFile(nil, "", source, 0)
	if err != nil {
		return nil, source
	}
	a := &analyser{scope: map[string]Subject{}, changed: changedNames(program.Body)}
	var left strings.Builder
	inert, from := true, 0
	for _, statement := range program.Body {
		test, ok := a.test(statement)
		for _, c := range test.Checks {
			ok = ok && can(c)
		}
		if !ok {
			inert = a.declares(statement) && inert
			continue
		}
		tests = append(tests, test)
		start, end := int(statement.Idx0())-1, int(statement.Idx1())-1
		if start < from || end > len(source) {
			return nil, source
		}
		left.WriteString(source[from:start])
		for from = end; from < len(source) && strings.IndexByte(" \t;", source[from]) >= 0; from++ {
		}
	}
	if inert {
		return tests, ""
	}
	left.WriteString(source[from:])
	return tests, strings.TrimSpace(left.String())
}

// Scripts beyond these are not looked into: the parser takes stack and time for what is nested.
const (
	largestChecked = 64 << 10 // bytes
	deepestNested  = 200
)

// tooDeep reports whether a script may be nested deeply. It does not know strings, and so may err on that side.
func tooDeep(source string) bool {
	depth, arrows, labels := 0, 0, 0
	for i := 0; i < len(source); i++ {
		switch source[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		case '>':
			if i > 0 && source[i-1] == '=' {
				arrows++
			}
		case ':':
			labels++
		}
		switch source[i] {
		case ';', '}':
			arrows, labels = 0, 0
		case ',', '{', '?':
			labels = 0
		}
		if depth > deepestNested || arrows > deepestNested || labels > deepestNested {
			return true
		}
	}
	return len(source) > largestChecked
}

// analyser knows what the names of a script stand for.
type analyser struct {
	scope map[string]Subject
	// changed are names whose value, or a part of it, changes after it was declared.
	changed map[string]bool
}

// changedNames finds the names that a script assigns to, or to a part of which.
func changedNames(body []ast.Statement) map[string]bool {
	changed := map[string]bool{}
	var root func(e ast.Expression, depth int)
	root = func(e ast.Expression, depth int) {
		switch e := e.(type) {
		case *ast.Identifier:
			changed[e.Name.String()] = true
		case *ast.DotExpression:
			if depth < deepestCheck {
				root(e.Left, depth+1)
			}
		case *ast.BracketExpression:
			if depth < deepestCheck {
				root(e.Left, depth+1)
			}
		}
	}
	l := &leaves{declared: map[string]bool{}, assigned: changed, visit: func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignExpression:
			root(n.Left, 0)
		case *ast.UnaryExpression:
			if n.Operator == token.INCREMENT || n.Operator == token.DECREMENT || n.Operator == token.DELETE {
				root(n.Operand, 0)
			}
		case *ast.CallExpression:
			if dot, is := n.Callee.(*ast.DotExpression); is {
				switch dot.Identifier.Name.String() {
				case "push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin", "assign", "defineProperty":
					root(dot.Left, 0)
					for _, arg := range n.ArgumentList {
						root(arg, 0)
					}
				}
			}
		}
	}}
	l.walk(reflect.ValueOf(body))
	return changed
}

// test reads a statement as a test.
func (a *analyser) test(statement ast.Statement) (t SimpleTest, ok bool) {
	s, is := statement.(*ast.ExpressionStatement)
	if !is {
		return t, false
	}
	switch e := s.Expression.(type) {
	case *ast.CallExpression:
		if nameOf(e.Callee) != "pm.test" || len(e.ArgumentList) != 2 {
			return t, false
		}
		name, ok := literal(e.ArgumentList[0])
		t.Name, _ = name.(string)
		body, isBody := functionBody(e.ArgumentList[1])
		if !ok || t.Name == "" || !isBody {
			return t, false
		}
		t.Checks, ok = a.body(body)
		return t, ok && len(t.Checks) > 0
	case *ast.AssignExpression: // the older way
		member, is := e.Left.(*ast.BracketExpression)
		if !is || nameOf(member.Left) != "tests" || e.Operator != token.ASSIGN {
			return t, false
		}
		name, _ := literal(member.Member)
		t.Name, _ = name.(string)
		t.Checks, ok = a.comparison(e.Right)
		return t, ok && t.Name != ""
	}
	return t, false
}

// functionBody gives the statements of a plain function without parameters.
func functionBody(e ast.Expression) ([]ast.Statement, bool) {
	switch f := e.(type) {
	case *ast.FunctionLiteral:
		if !f.Async && !f.Generator && len(f.ParameterList.List) == 0 && f.ParameterList.Rest == nil {
			return f.Body.List, true
		}
	case *ast.ArrowFunctionLiteral:
		if f.Async || len(f.ParameterList.List) > 0 || f.ParameterList.Rest != nil {
			return nil, false
		}
		switch body := f.Body.(type) {
		case *ast.BlockStatement:
			return body.List, true
		case *ast.ExpressionBody:
			return []ast.Statement{&ast.ExpressionStatement{Expression: body.Expression}}, true
		}
	}
	return nil, false
}

// body reads the statements of a test: declarations, and checks.
func (a *analyser) body(list []ast.Statement) (checks []Check, ok bool) {
	inner := &analyser{scope: map[string]Subject{}, changed: a.changed}
	for name, s := range a.scope {
		inner.scope[name] = s
	}
	for _, statement := range list {
		if _, empty := statement.(*ast.EmptyStatement); empty || inner.declares(statement) {
			continue
		}
		s, is := statement.(*ast.ExpressionStatement)
		if !is {
			return nil, false
		}
		more, ok := inner.check(s.Expression)
		if !ok {
			return nil, false
		}
		checks = append(checks, more...)
	}
	return checks, true
}

// declares takes declarations of names for parts of the answer, which do nothing by themselves.
func (a *analyser) declares(statement ast.Statement) bool {
	var list []*ast.Binding
	switch s := statement.(type) {
	case *ast.EmptyStatement:
		return true
	case *ast.VariableStatement:
		list = s.List
	case *ast.LexicalDeclaration:
		list = s.List
	case *ast.ExpressionStatement:
		text, is := s.Expression.(*ast.StringLiteral) // "use strict"
		return is && strings.HasPrefix(text.Value.String(), "use ")
	default:
		return false
	}
	for _, b := range list {
		name, is := b.Target.(*ast.Identifier)
		if !is || b.Initializer == nil {
			return false
		}
		s, ok := a.subject(b.Initializer)
		if ok = ok && !a.changed[name.Name.String()]; !ok {
			delete(a.scope, name.Name.String())
			return false
		}
		a.scope[name.Name.String()] = s
	}
	return true
}
