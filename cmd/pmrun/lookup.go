package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/pace"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// finder makes the look-up of a run: a request of the collection when one is
// named, else the contract's.
func (p *prepared) finder(s *settings, sender batch.Sender) (*batch.Finder, error) {
	if err := p.oneRequest("a look-up"); err != nil {
		return nil, err
	}
	f := &batch.Finder{Sender: sender, Pacer: pace.New(p.rate, *p.job.Burst), Masker: p.masker, RunID: p.run.ID, Judge: p.judge}
	if s.lookupRequest != "" {
		return f, p.ownLookup(f, s)
	}
	return f, p.contractLookup(f)
}

// renewingFinder is the finder of look-ups that are made apart from a load: it
// replaces a token that the server refuses itself.
func (s *sending) renewingFinder() (*batch.Finder, error) {
	f, err := s.finder(s.settings, s.sender)
	if err != nil || s.token == nil {
		return f, err
	}
	f.Renewal = &batch.FinderRenewal{Every: tokenEvery, Fetch: func(ctx context.Context) (*batch.Finder, error) {
		if err := s.setToken(ctx); err != nil {
			return nil, err
		}
		fresh, err := s.finder(s.settings, s.sender)
		if err == nil {
			fresh.Pacer = f.Pacer // one rate over all
		}
		return fresh, err
	}}
	return f, nil
}

// ownLookup uses a request of the collection, filled with the row, and --match.
func (p *prepared) ownLookup(f *batch.Finder, s *settings) error {
	if s.match == "" {
		return errors.New("--request needs --match EXPR: an expression that lists the ids of the records in the answer, such as json.data")
	}
	item, err := p.collection.Find(s.lookupRequest)
	if err != nil {
		return err
	}
	found, err := contract.NewFound(s.match)
	if err != nil {
		return fmt.Errorf("--match: %w", err)
	}
	f.Found = func(a *batch.Answer) ([]string, error) {
		// A refusal with an empty list does not say that there is no record; an
		// expression that looks at the status knows what it does.
		if (a.Status < 200 || a.Status > 299) && !strings.Contains(s.match, "status") {
			return nil, fmt.Errorf("the look-up was answered with HTTP status %d", a.Status)
		}
		return found(a)
	}
	o := p.requestOptions(p.target, p.scopes, p.header)
	o.RowHeader = "" // it belongs to the insert
	f.Template = request.Compile(item, o)
	f.Masker = p.maskerFor(f.Template)
	f.Cells = func(r batch.Row) []string { return r.Cells }
	f.Value = func(batch.Row) string { return "-" }
	return p.sendable(f.Template, "the look-up request "+item.Path())
}

// sendable refuses another request of a run that cannot be sent, or that would go
// to another host than the run's rows.
func (p *prepared) sendable(t *request.Template, what string) error {
	scheme, host, _, ok := t.Target()
	ownScheme, ownHost, _, own := p.template.Target()
	switch {
	case t.Holds(vars.Masked):
		return fmt.Errorf("%s holds a secret itself, which the run directory does not keep: move it into a variable of the environment", what)
	case len(t.Problems) == 0 && (!ok || !own || scheme != ownScheme || host != ownHost):
		return fmt.Errorf("%s goes to another host than the run's rows: %s, not %s", what, p.masker.Mask(scheme+"://"+host), p.host())
	case len(t.Problems) == 0:
		return nil
	}
	errs := make([]error, len(t.Problems))
	for i, problem := range t.Problems {
		errs[i] = problem
	}
	return fmt.Errorf("%s cannot be sent: %w", what, errors.Join(errs...))
}

// contractLookup uses the contract's look-up request on the load's own host,
// with the load's own token header.
func (p *prepared) contractLookup(f *batch.Finder) error {
	if p.contract == nil || p.contract.Lookup == nil {
		return errors.New("no look-up is known for this request: name one of the collection with --request NAME and --match EXPR")
	}
	l := p.contract.Lookup
	field, from := l.Field, l.Value
	if own := p.job.Lookup; own != nil {
		field, from = own.Field, own.Value
	}
	value, err := p.valueOf(from)
	if err != nil {
		return err
	}
	if f.Found, err = contract.NewFound(l.Found); err != nil {
		return err
	}
	item, err := p.lookupItem(l)
	if err != nil {
		return err
	}
	// The row's value is the only column; the rest is the same for every row.
	o := p.requestOptions(p.target, p.scopes, []string{"value"})
	o.Map, o.Set, o.Pack, o.RowHeader = nil, nil, nil, ""
	o.Scopes = o.Scopes.Clone()
	o.Scopes.Set(vars.Local, vars.Variable{Name: "field", Value: field})
	o.Scopes.Set(vars.Local, vars.Variable{Name: "operation", Value: p.operation()})
	f.Template = request.Compile(item, o)
	f.Value = value
	f.Cells = func(r batch.Row) []string { return []string{value(r)} }
	f.Masker = p.maskerFor(f.Template)
	return p.sendable(f.Template, "the contract's look-up request")
}

// valueOf returns what a row has in a field of the request, or in a column.
func (p *prepared) valueOf(name string) (func(batch.Row) string, error) {
	field, ok := p.template.Field(name)
	if !ok && p.template.Mode == collection.ModeRaw {
		field, ok = p.template.Member(name)
		if ok && field == nil {
			return nil, fmt.Errorf("the look-up's value is to come from the member %q of the request's JSON, whose value cannot be told from the request: name the column instead, with --lookup FIELD=COLUMN", name)
		}
	}
	if ok {
		return func(r batch.Row) string { return p.template.Value(field, r.Cells, r.Num) }, nil
	}
	for i, column := range p.header {
		if column == name {
			return func(r batch.Row) string {
				if i < len(r.Cells) {
					return r.Cells[i]
				}
				return ""
			}, nil
		}
	}
	return nil, fmt.Errorf("the look-up's value is to come from %q, which is neither a field of the request nor a column", name)
}

// lookupItem writes the contract's look-up as a request of a collection, so that
// it is built like any other.
func (p *prepared) lookupItem(l *batch.Lookup) (*collection.Item, error) {
	scheme, host, _, ok := p.template.Target()
	if !ok {
		return nil, errors.New("the rows choose the host, so the look-up has none: name a request with --request and --match")
	}
	type pair struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	headers := []pair{{"Content-Type", "application/json"}}
	if h := p.contract.Token.Header; h != "" {
		for _, own := range p.item.Request().Headers {
			if strings.EqualFold(own.Key, h) && !own.Disabled {
				headers = append(headers, pair{h, own.Value})
			}
		}
	}
	type object = map[string]any
	doc := object{"info": object{"name": "look-up"}, "item": []object{{"name": "look-up", "request": object{
		"method": l.Method, "header": headers, "url": scheme + "://" + host + l.Path,
		"body": object{"mode": "raw", "raw": l.Body, "options": object{"raw": object{"language": "json"}}},
	}}}}
	if auth, _ := p.item.Auth(); auth != nil {
		params := make([]pair, len(auth.Params))
		for i, param := range auth.Params {
			params[i] = pair{param.Key, param.Value}
		}
		doc["auth"] = object{"type": auth.Type, auth.Type: params}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	c, err := collection.Parse("the contract's look-up", text)
	if err != nil {
		return nil, err
	}
	return c.Items[0], nil
}
