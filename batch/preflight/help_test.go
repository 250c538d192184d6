package preflight_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// obj is a JSON object, as a collection has them.
type obj = map[string]any

// secret is the token of every test; no message may hold it.
const secret = "S3CR3T-t0ken-0042"

// load is a load before its preflight: correct makes a good one, and each case
// of a test changes one thing of it.
type load struct {
	method    string
	url       any
	headers   []obj
	body      obj
	fields    []obj // of the body, as form-data, when body is nil
	variables map[string]string
	columns   []string
	rows      [][]string
	defects   []batch.Defect // of every row
	mapped    map[string]string
	set       map[string]string
	pack      map[string][]string
	values    map[string][]string
	contract  *batch.Contract
	local     bool
	custom    map[string][]string
	sameHost  []string
	scripts   []string
	several   bool
	// held are the collection's own variables.
	held []obj
}

func builtin(t testing.TB) *batch.Contract {
	t.Helper()
	c, err := contract.Named("wolkvox-cases-insert")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// correct is the CRM's request as its collection has it, with sample values in
// the form, and one good row.
func correct(t testing.TB) *load {
	t.Helper()
	l := &load{
		method:    "POST",
		url:       "https://{{crm_server}}/server/API/v2/cases/insert.php",
		headers:   []obj{{"key": "Wolkvox-Token", "value": "{{wolkvox_token}}"}},
		variables: map[string]string{"crm_server": "crm0000.wolkvox.com", "wolkvox_token": secret, "operation": "acme"},
		columns:   []string{"case-type", "responsible", "owner", "contact", "description", "status", "priority", "form"},
		rows:      [][]string{{"Request", "ana@acme", "luis@acme", "client@example.com", "first", "open", "normal", `{"Subject": "x"}`}},
		contract:  builtin(t),
	}
	l.field("operation", "{{operation}}")
	for i, name := range l.columns {
		l.field(name, l.rows[0][i])
	}
	return l
}

// field sets a field of the form, or adds it.
func (l *load) field(key, value string) {
	for _, f := range l.fields {
		if f["key"] == key {
			f["value"] = value
			return
		}
	}
	l.fields = append(l.fields, obj{"key": key, "value": value, "type": "text"})
}

// drop takes a field out of the form.
func (l *load) drop(key string) {
	l.fields = slices.DeleteFunc(l.fields, func(f obj) bool { return f["key"] == key })
}

// rename changes a field's key.
func (l *load) rename(from, to string) {
	for _, f := range l.fields {
		if f["key"] == from {
			f["key"] = to
		}
	}
}

// cell sets a cell of every row, and adds the column when there is none.
func (l *load) cell(column, value string) {
	i := slices.Index(l.columns, column)
	if i < 0 {
		l.add(column, value)
		return
	}
	for _, row := range l.rows {
		row[i] = value
	}
}

// add adds a column, whether or not there is one of that name.
func (l *load) add(column, value string) {
	l.columns = append(l.columns, column)
	for r := range l.rows {
		l.rows[r] = append(l.rows[r], value)
	}
}

// constant takes the column away, so that the field has one value for every row.
func (l *load) constant(field, value string) {
	l.field(field, value)
	i := slices.Index(l.columns, field)
	if i < 0 {
		return
	}
	l.columns = slices.Delete(l.columns, i, i+1)
	for r := range l.rows {
		l.rows[r] = slices.Delete(l.rows[r], i, i+1)
	}
}

// repeat makes n rows like the first.
func (l *load) repeat(n int) {
	for len(l.rows) < n {
		l.rows = append(l.rows, slices.Clone(l.rows[0]))
	}
}

func (l *load) template(t testing.TB) *request.Template {
	t.Helper()
	_, template := l.compile(t)
	return template
}

func (l *load) compile(t testing.TB) (*collection.Collection, *request.Template) {
	t.Helper()
	body := l.body
	if body == nil {
		body = obj{"mode": "formdata", "formdata": l.fields}
	}
	document, err := json.Marshal(obj{
		"info":     obj{"name": "C", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
		"item":     []obj{{"name": "R", "request": obj{"method": l.method, "url": l.url, "header": l.headers, "body": body}}},
		"variable": l.held,
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := collection.Parse("test.json", document)
	if err != nil {
		t.Fatal(err)
	}
	scopes := &vars.Scopes{}
	for name, value := range l.variables {
		scopes.Set(vars.Environment, vars.Variable{Name: name, Value: value, Secret: name == "wolkvox_token" || name == "secret_server"})
	}
	o := request.Options{Scopes: scopes, Columns: l.columns, Map: l.mapped, Set: l.set, Pack: l.pack, Run: vars.Run{ID: "test"}}
	if l.contract != nil {
		o.KnownFields = l.contract.FieldNames()
		o.ProtectedHeaders = []string{l.contract.Token.Header}
		for _, f := range l.contract.Fields {
			if f.JSON != "" {
				o.JSONFields = append(o.JSONFields, f.Name)
			}
		}
	}
	for item := range c.Requests() {
		return c, request.Compile(item, o)
	}
	t.Fatal("the collection has no request")
	return nil, nil
}

// findings runs every rule: those of the request, of each row, and of the file.
func (l *load) findings(t testing.TB) []preflight.Problem {
	t.Helper()
	c, template := l.compile(t)
	checker := preflight.New(&preflight.Input{
		Template: template, Contract: l.contract, Header: l.columns, Values: l.values, Local: l.local,
		CustomFields: l.custom, Pack: l.pack, Collection: c, SameHost: l.sameHost, Scripts: l.scripts, Several: l.several,
	})
	out := checker.Request()
	for _, p := range out {
		if p.Row != 0 || p.Line != 0 {
			t.Errorf("a finding of the request has row %d and line %d: %+v", p.Row, p.Line, p)
		}
	}
	for i, cells := range l.rows {
		for _, p := range checker.Row(batch.Row{Num: int64(i + 1), Line: int64(i + 2), Cells: cells, Defects: l.defects}) {
			if p.Row != int64(i+1) || p.Line != int64(i+2) {
				t.Errorf("a finding of row %d has row %d and line %d: %+v", i+1, p.Row, p.Line, p)
			}
			out = append(out, p)
		}
	}
	out = append(out, checker.Finish()...)
	for _, p := range out {
		checkFinding(t, p)
	}
	return out
}

// checkFinding checks what holds for every finding.
func checkFinding(t testing.TB, p preflight.Problem) {
	t.Helper()
	if p.Rule == "" || p.Severity == "" || p.Message == "" || p.Mend == "" || p.Cause == "" {
		t.Errorf("the finding %+v is not complete", p)
	}
	if all := fmt.Sprintf("%+v", p); strings.Contains(all, secret) || strings.Contains(all, "t0ken") {
		t.Errorf("the finding of %s holds the token: %s", p.Rule, all)
	}
}

// rulesOf lists the rules of findings, sorted, each once.
func rulesOf(findings []preflight.Problem) []string {
	rules := make(map[string]bool)
	for _, p := range findings {
		rules[p.Rule] = true
	}
	return slices.Sorted(maps.Keys(rules))
}
