package contract

import (
	"encoding/json"
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/pmrun/pmrun/batch"
)

// BatchJudge finds each row's own entry in the answer to a request that carried
// several. It is safe for concurrent use.
type BatchJudge struct {
	rule                           *batch.BatchRule
	results                        *vm.Program
	match, ok, id, code, errorText *vm.Program
}

// entryEnvironment is what the expressions of an entry see.
type entryEnvironment struct {
	Item any `expr:"item"`
}

// NewBatchJudge compiles the expressions of a contract's batch. The error names
// every mistake.
func NewBatchJudge(rule *batch.BatchRule) (*BatchJudge, error) {
	k := &compiler{}
	j := &BatchJudge{rule: rule, results: k.compile("batch.results", rule.Results)}
	entry := func(key, text string, options ...expr.Option) *vm.Program {
		if oneLine(text) == "" {
			return nil
		}
		p, err := expr.Compile(text, append(options, expr.Env(entryEnvironment{}))...)
		if err != nil {
			k.errs = append(k.errs, wrong("batch."+key, err, "item alone"))
			return nil
		}
		return p
	}
	j.match = entry("match", rule.Match)
	j.ok = entry("ok", rule.OK, expr.AsBool())
	j.id, j.code, j.errorText = entry("id", rule.ID), entry("code", rule.Code), entry("error", rule.Error)
	return j, errors.Join(k.errs...)
}

// JudgeEach implements batch.BatchJudge. Entries count only when the answer is
// complete and the whole is a yes or a no: an answer that is none leaves every row
// as uncertain as it is. A row that has no entry of its own, or shares it with
// another row, has none.
func (j *BatchJudge) JudgeEach(a *batch.Answer, whole batch.Verdict, body []byte, rows int) []*batch.Verdict {
	verdicts := make([]*batch.Verdict, rows)
	if j.results == nil || a.Cut || whole.Retry || whole.Status != batch.Succeeded && whole.Status != batch.Failed {
		return verdicts
	}
	if whole.Status == batch.Failed && j.ok == nil {
		return verdicts // nothing tells which of them was created after all
	}
	out, err := expr.Run(j.results, newEnvironment(a))
	entries, isList := out.([]any)
	if err != nil || !isList {
		return verdicts
	}
	for row, entry := range j.assign(entries, body, rows) {
		if entry != nil {
			verdicts[row] = j.judge(*entry, whole)
		}
	}
	return verdicts
}

// assign says which entry is of which row.
func (j *BatchJudge) assign(entries []any, body []byte, rows int) []*any {
	of := make([]*any, rows)
	if j.rule.Order {
		if len(entries) != rows {
			return of // nobody can say whose are missing
		}
		for i := range entries {
			of[i] = &entries[i]
		}
		return of
	}
	members := j.members(body)
	if len(members) != rows {
		return of
	}
	row, times := make(map[string]int), make(map[string]int)
	for i, value := range members {
		row[value] = i
		times[value]++
	}
	answered := make(map[string]int)
	for i := range entries {
		value := j.text(j.match, entries[i])
		answered[value]++
		if value == "" || times[value] != 1 {
			continue
		}
		at := row[value]
		of[at] = &entries[i]
		if answered[value] > 1 {
			of[at] = nil
		}
	}
	return of
}

// members returns, for each element that was sent, the value that entries are
// matched by.
func (j *BatchJudge) members(body []byte) []string {
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil {
		return nil
	}
	elements, _ := decode(sent[j.rule.List]).([]any)
	values := make([]string, len(elements))
	for i, e := range elements {
		if object, ok := e.(map[string]any); ok && object[j.rule.Member] != nil {
			values[i] = plain(object[j.rule.Member])
		}
	}
	return values
}

func (j *BatchJudge) text(p *vm.Program, entry any) string {
	if p == nil {
		return ""
	}
	out, err := expr.Run(p, entryEnvironment{entry})
	if s := asText(out); err == nil && s != "null" {
		return s
	}
	return ""
}

// judge says what an entry means for its row.
func (j *BatchJudge) judge(entry any, whole batch.Verdict) *batch.Verdict {
	v := &batch.Verdict{Status: batch.Succeeded, Code: j.text(j.code, entry), Rule: "the row's own entry in the answer"}
	if v.Code == "" {
		v.Code = whole.Code
	}
	if j.ok != nil {
		out, err := expr.Run(j.ok, entryEnvironment{entry})
		yes, isBool := out.(bool)
		if err != nil || !isBool {
			return nil // it says neither yes nor no
		}
		v.Rule = "batch.ok: " + oneLine(j.rule.OK)
		if !yes {
			v.Status, v.Cause = batch.Failed, batch.CauseRefused
			if v.Message = j.text(j.errorText, entry); v.Message == "" {
				v.Message = "the API refused the row and gives no reason"
			}
			return v
		}
	}
	v.Ref = j.text(j.id, entry)
	return v
}
