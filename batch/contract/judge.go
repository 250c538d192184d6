package contract

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/pmrun/pmrun/batch"
)

// Judge evaluates a contract's expressions over answers. It is safe for
// concurrent use.
type Judge struct {
	success rule
	// own says that the success rule is the user's, not the contract's.
	own     bool
	refused []rule
	retry   []rule
	code    *vm.Program
	message []*vm.Program
	id      []*vm.Program
	causes  []cause
	// whole says that what is asked of an answer that succeeds, the most common
	// kind, takes its headers or the text of its body.
	whole bool
}

// rule is a condition with its text, for saying what decided.
type rule struct {
	when *vm.Program
	text string
	said string // its key and text
}

type cause struct {
	when *vm.Program
	name string
}

// NewJudge compiles the contract's expressions. successIf, when not empty, is the
// user's success rule and takes the place of the contract's; with it, the contract
// may be nil. The error names every mistake, each with its key and its place in
// the expression.
func NewJudge(c *batch.Contract, successIf string) (*Judge, error) {
	if c == nil {
		c = &batch.Contract{Retry: []string{"status == 429"}}
	}
	k := &compiler{}
	j := &Judge{
		own:     successIf != "",
		success: k.rule("success", c.Success),
		refused: each("refused", c.Refused, k.rule),
		retry:   each("retry", c.Retry, k.rule),
		code:    k.text("code", c.Code),
		message: each("message", c.Message, k.text),
		id:      each("id", c.ID, k.text),
	}
	for i, r := range c.Causes {
		j.causes = append(j.causes, cause{k.rule(fmt.Sprintf("causes[%d].when", i), r.When).when, r.Cause})
	}
	if j.own {
		j.success = k.rule("success-if", successIf)
	}
	if err := errors.Join(k.errs...); err != nil {
		return nil, err
	}
	asked := strings.Join(append(append([]string{successIf, c.Success, c.Code}, c.Message...), c.ID...), " ")
	j.whole = strings.Contains(asked, "header") || strings.Contains(asked, "body")
	return j, nil
}

// compiler collects the mistakes of several expressions. An empty expression
// compiles to nothing, which never holds and gives no text.
type compiler struct{ errs []error }

func (k *compiler) rule(key, text string) rule {
	return rule{k.compile(key, text, expr.AsBool()), oneLine(text), "success: " + oneLine(text)}
}

func (k *compiler) text(key, text string) *vm.Program { return k.compile(key, text) }

func (k *compiler) compile(key, text string, options ...expr.Option) *vm.Program {
	if oneLine(text) == "" {
		return nil
	}
	p, err := compile(key, text, options...)
	if err != nil {
		k.errs = append(k.errs, err)
	}
	return p
}

func each[T any](key string, texts []string, compile func(key, text string) T) []T {
	out := make([]T, len(texts))
	for i, text := range texts {
		out[i] = compile(fmt.Sprintf("%s[%d]", key, i), text)
	}
	return out
}

// Judge says what an answer means. In this order: the success rule, what may be
// tried again, what the contract lists as refused, then the HTTP status: 3xx
// and 4xx are failed; 5xx, and 2xx without a usable envelope, are unknown. A 2xx
// that the user's own success rule refuses is failed, unless the answer is cut
// short or is none that the rule can be evaluated over: those say nothing.
func (j *Judge) Judge(a *batch.Answer) batch.Verdict {
	env := &environment{Status: a.Status, JSON: decode(a.Body)}
	if j.whole {
		env.complete(a)
	}
	if strings.Contains(j.success.text, "message") {
		env.Message = first(j.message, env)
	}
	v := batch.Verdict{Code: text(j.code, env)}
	if holds(j.success.when, env) {
		v.Status, v.Rule, v.Ref = batch.Succeeded, j.success.said, first(j.id, env)
		return v
	}
	env.complete(a)
	env.Message = first(j.message, env)
	v.Message = env.Message
	if text, ok := firstHolds(j.retry, env); ok {
		v.Status, v.Retry, v.Rule = batch.Failed, true, "retry: "+text
		v.Cause = batch.CauseServer
		if a.Status == http.StatusTooManyRequests {
			v.Cause = batch.CauseRateLimited
		}
		if v.Message == "" {
			v.Message = describe(a)
		}
		return v
	}
	if text, ok := firstHolds(j.refused, env); ok {
		v.Status, v.Rule = batch.Failed, "refused: "+text
		v.Cause = j.cause(env, batch.CauseRefused)
		if v.Message == "" {
			v.Message = fmt.Sprintf("the API refused the row and gives no reason (HTTP %d, code %q)", a.Status, v.Code)
		}
		return v
	}
	byStatus(&v, a)
	if v.Status == batch.Unknown && a.Status < 300 && j.own && !a.Cut && j.success.refuses(env) {
		v.Status, v.Cause, v.Rule = batch.Failed, batch.CauseRefused, "success-if: "+j.success.text
		v.Message = "the success rule does not hold: " + j.success.text
	}
	if v.Status == batch.Failed {
		v.Cause = j.cause(env, v.Cause)
	}
	return v
}

// refuses reports whether the rule says no. One that cannot be evaluated for this
// answer says nothing, and neither does one over JSON when the answer is none.
func (r rule) refuses(env *environment) bool {
	if env.JSON == nil && strings.Contains(r.text, "json") {
		return false
	}
	out, err := expr.Run(r.when, env)
	yes, ok := out.(bool)
	return err == nil && ok && !yes
}

// firstHolds returns the text of the first rule that holds.
func firstHolds(rules []rule, env *environment) (text string, ok bool) {
	for _, r := range rules {
		if holds(r.when, env) {
			return r.text, true
		}
	}
	return "", false
}

func (j *Judge) cause(env *environment, otherwise string) string {
	for _, c := range j.causes {
		if holds(c.when, env) {
			return c.name
		}
	}
	return otherwise
}
