package script

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

// leavesGlobals reports whether a script may put something on the global object: it
// assigns to a name that it declares nowhere, or gets hold of the object itself. Where
// that cannot be told, it may.
func leavesGlobals(text string) bool {
	tree, err := parser.ParseFile(nil, "", text, 0)
	if err != nil {
		return true
	}
	l := &leaves{declared: make(map[string]bool), assigned: make(map[string]bool)}
	l.walk(reflect.ValueOf(tree.Body))
	for name := range l.assigned {
		if !l.declared[name] {
			return true
		}
	}
	return l.unclear
}

type leaves struct {
	declared, assigned map[string]bool
	unclear            bool
	// visit, when not nil, sees every node.
	visit func(ast.Node)
}

// walk visits every node below v.
func (l *leaves) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			l.walk(v.Elem())
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if node, ok := v.Interface().(ast.Node); ok {
			if l.visit != nil {
				l.visit(node)
			}
			l.node(node)
		}
		l.walk(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			l.walk(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// File and DeclarationList are not of the tree.
			if f := v.Type().Field(i); f.IsExported() && f.Name != "DeclarationList" && f.Name != "File" {
				l.walk(v.Field(i))
			}
		}
	}
}

// node notes what a node declares and assigns to.
func (l *leaves) node(node ast.Node) {
	switch n := node.(type) {
	case *ast.Binding:
		l.target(n.Target, l.declared)
	case *ast.FunctionLiteral:
		if n.Name != nil {
			l.declared[n.Name.Name.String()] = true
		}
		if n.ParameterList != nil && n.ParameterList.Rest != nil {
			l.target(n.ParameterList.Rest, l.declared)
		}
	case *ast.ClassLiteral:
		if n.Name != nil {
			l.declared[n.Name.Name.String()] = true
		}
	case *ast.CatchStatement:
		l.target(n.Parameter, l.declared)
	case *ast.ForDeclaration:
		l.target(n.Target, l.declared)
	case *ast.AssignExpression:
		l.target(n.Left, l.assigned)
	case *ast.UnaryExpression:
		if _, ok := n.Operand.(*ast.Identifier); ok {
			l.target(n.Operand, l.assigned) // ++, -- and delete
		}
	case *ast.ForInStatement:
		l.into(n.Into)
	case *ast.ForOfStatement:
		l.into(n.Into)
	case *ast.Identifier:
		switch n.Name.String() {
		case "globalThis", "global", "window", "self", "eval", "Function":
			l.unclear = true
		}
	case *ast.ThisExpression:
		l.unclear = true
	}
}

func (l *leaves) into(into ast.ForInto) {
	if e, ok := into.(*ast.ForIntoExpression); ok {
		l.target(e.Expression, l.assigned)
	}
}

// target notes the names that a pattern binds or assigns to. Members of objects do not
// count.
func (l *leaves) target(t any, names map[string]bool) {
	switch t := t.(type) {
	case nil:
	case *ast.Identifier:
		names[t.Name.String()] = true
	case *ast.DotExpression, *ast.BracketExpression, *ast.PrivateDotExpression:
	case *ast.AssignExpression: // with a default
		l.target(t.Left, names)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			l.target(e, names)
		}
		l.target(t.Rest, names)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				names[p.Name.Name.String()] = true
			case *ast.PropertyKeyed:
				l.target(p.Value, names)
			}
		}
		l.target(t.Rest, names)
	case *ast.SpreadElement:
		l.target(t.Expression, names)
	default:
		l.unclear = true
	}
}
