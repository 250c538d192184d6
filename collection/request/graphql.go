package request

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// graphQL compiles a GraphQL body: a JSON object with the query, the operation's
// name where there is one, and the variables, which are JSON text themselves.
func (c *compiler) graphQL(g *collection.GraphQL) {
	if g == nil {
		g = &collection.GraphQL{}
	}
	segs := append(vars.Segments{{Text: `{"query":"`}}, c.jsonString(g.Query, "GraphQL query")...)
	segs = append(segs, vars.Segment{Text: `"`})
	if name := c.jsonString(g.OperationName, "GraphQL operation name"); len(name) > 0 {
		segs = append(append(append(segs, vars.Segment{Text: `,"operationName":"`}), name...), vars.Segment{Text: `"`})
	}
	if variables := c.graphQLVariables(g.Variables); len(variables) > 0 {
		segs = append(append(segs, vars.Segment{Text: `,"variables":`}), variables...)
	}
	c.t.body.ops = compileOps(append(segs, vars.Segment{Text: "}"}), plain, "body", nil)
	c.t.body.contentType = "application/json"
}

// jsonString expands a text that stands inside a JSON string.
func (c *compiler) jsonString(text, where string) vars.Segments {
	segs := c.text(text, where, true, false)
	for i := range segs {
		if segs[i].Kind == vars.Literal {
			segs[i].Text = vars.EscapeJSON(segs[i].Text)
		} else {
			segs[i].Context = vars.JSONString
		}
	}
	return segs
}

// graphQLVariables expands the variables' JSON text, nil when there is none. Text
// that is no JSON, whatever the rows hold, is a problem.
func (c *compiler) graphQLVariables(text string) vars.Segments {
	const where = "GraphQL variables"
	before := len(c.t.Problems)
	segs := c.text(text, where, true, true)
	var sample strings.Builder
	for _, s := range segs {
		switch {
		case s.Kind == vars.Literal:
			sample.WriteString(s.Text)
		case s.Context == vars.JSONString:
			sample.WriteString("x")
		default:
			sample.WriteString("1")
		}
	}
	if strings.TrimSpace(sample.String()) == "" {
		return nil
	}
	if len(c.t.Problems) == before && !json.Valid([]byte(sample.String())) {
		c.problem(where, errors.New("they are not JSON: correct them in the request. A text needs quotes, also around a {{placeholder}}"))
	}
	return segs
}
