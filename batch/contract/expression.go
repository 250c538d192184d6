package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// environment is what expressions see.
type environment struct {
	Status  int               `expr:"status"`
	Header  map[string]string `expr:"header"`
	Body    string            `expr:"body"`
	JSON    any               `expr:"json"`
	Message string            `expr:"message"`
	// Variables are what scripts have set for the row.
	Variables map[string]any `expr:"variables"`

	machine vm.VM // one for all expressions over the answer, one after the other
}

// compile compiles an expression that gives a value. The error names the key,
// what is wrong, and the place (line and column within the expression).
func compile(key, text string, options ...expr.Option) (*vm.Program, error) {
	p, err := expr.Compile(text, append(options, expr.Env(environment{}), expr.Patch(headers{}))...)
	if err != nil {
		return nil, wrong(key, err, "status, header, body, json and message")
	}
	if !strings.HasPrefix(key, captureKey) && setVariables.MatchString(text) {
		return nil, fmt.Errorf("%s: what scripts have set (variables) is known to captures only: the answer is judged before its test scripts run", key)
	}
	return p, nil
}

// captureKey begins the key of a capture.
const captureKey = "capture "

// setVariables finds the use of variables, not of a member of that name.
var setVariables = regexp.MustCompile(`(^|[^.\w?])variables\b`)

// wrong is the mistake of an expression that does not compile, with what to write
// instead where that can be told; known are the variables.
func wrong(key string, err error, known string) error {
	text := oneLine(err.Error())
	hint := ""
	switch {
	case strings.HasPrefix(text, "unknown name "):
		hint = "; the variables are " + known + ", and text stands in quotes"
	case strings.HasPrefix(text, "expected bool"):
		hint = "; it has to be a condition, such as status == 201"
	}
	return &mistake{key, key + ": " + text + hint}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// headers rewrites what expressions say of headers, so that it means what people
// expect: names are compared without regard to case, and a header that is absent
// is the empty text, also where it is compared with nil.
type headers struct{}

// Visit implements ast.Visitor.
func (headers) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		if isHeader(n.Node) {
			lower(n.Property)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "in":
			if isHeader(n.Right) {
				lower(n.Left)
			}
		case "==", "!=":
			emptyForNil(n.Left, &n.Right)
			emptyForNil(n.Right, &n.Left)
		}
	}
}

func isHeader(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == "header"
}

func lower(n ast.Node) {
	if name, ok := n.(*ast.StringNode); ok {
		name.Value = strings.ToLower(name.Value)
	}
}

// emptyForNil replaces a nil that a header's value is compared with.
func emptyForNil(value ast.Node, other *ast.Node) {
	if chain, ok := value.(*ast.ChainNode); ok {
		value = chain.Node
	}
	member, ok := value.(*ast.MemberNode)
	if _, isNil := (*other).(*ast.NilNode); ok && isNil && isHeader(member.Node) {
		ast.Patch(other, &ast.StringNode{})
	}
}

// run evaluates an expression on the environment's machine.
func run(p *vm.Program, env *environment) (any, error) { return env.machine.Run(p, env) }

// holds evaluates a yes-or-no expression; one that cannot be evaluated for this
// answer does not hold.
func holds(p *vm.Program, env *environment) bool {
	if p == nil {
		return false
	}
	out, err := run(p, env)
	if err != nil {
		return false
	}
	yes, _ := out.(bool)
	return yes
}

// text evaluates an expression to a text, "" when it gives none.
func text(p *vm.Program, env *environment) string {
	if p == nil {
		return ""
	}
	out, err := run(p, env)
	if err != nil {
		return ""
	}
	return asText(out)
}

// asText writes what an expression gave, "" for nothing.
func asText(out any) string {
	if out == nil {
		return ""
	}
	switch v := out.(type) {
	case string:
		return v
	case map[string]any, []any:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
	return plain(out)
}

// plain writes a value as people do: an id is never 1.2e+07.
func plain(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// first returns the first expression's text that says something; the text
// "null" does not.
func first(programs []*vm.Program, env *environment) string {
	for _, p := range programs {
		if s := text(p, env); s != "" && s != "null" {
			return s
		}
	}
	return ""
}
