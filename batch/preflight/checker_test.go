package preflight_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/preflight"
	"github.com/pmrun/pmrun/collection/request"
)

// count returns how many findings a rule has.
func count(findings []preflight.Problem, rule string) int {
	n := 0
	for _, p := range findings {
		if p.Rule == rule {
			n++
		}
	}
	return n
}

func TestCorrect(t *testing.T) {
	l := correct(t)
	l.repeat(3)
	if found := l.findings(t); len(found) > 0 {
		t.Errorf("a good load has findings: %+v", found)
	}
}

// TestSeveral: all that is wrong is said at once, in the order of the rules.
func TestSeveral(t *testing.T) {
	l := correct(t)
	l.method, l.variables["crm_server"], l.variables["wolkvox_token"], l.variables["operation"] = "PUT", "https://crm0000.wolkvox.com", "Bearer "+secret, ""
	l.rename("contact", "contac")
	l.columns[3] = "contac"
	l.add("Notes", "x")
	l.cell("owner", "")
	l.cell("status", "Abierto")
	l.cell("priority", "urgent")
	l.cell("form", "x")
	found := l.findings(t)
	want := []string{
		"url-scheme-duplicated", "method-not-post", "token-malformed", "field-misspelt", "operation-empty", "column-unbound",
		"required-empty", "value-not-english", "value-unknown", "form-not-json",
	}
	var got []string
	for _, p := range found {
		got = append(got, p.Rule)
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %v\nwant  %v", got, want)
	}
}

// TestRowsApart: each row has its own findings, and none of another's.
func TestRowsApart(t *testing.T) {
	l := correct(t)
	l.repeat(5)
	l.rows[1][5] = "Cerrado"
	l.rows[2][3] = ""
	l.rows[2][6] = "alta"
	l.rows[4][5] = "Cerrado"
	var got []string
	for _, p := range l.findings(t) {
		got = append(got, fmt.Sprintf("%d %d %s", p.Row, p.Line, p.Rule))
	}
	want := []string{"2 3 value-not-english", "3 4 required-empty", "3 4 value-not-english", "5 6 value-not-english"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestConstantOnce: what is the same for every row is said once, not per row.
func TestConstantOnce(t *testing.T) {
	l := correct(t)
	l.repeat(100)
	l.constant("status", "Abierto")
	l.constant("priority", "urgent")
	l.constant("owner", "")
	l.constant("form", "x")
	found := l.findings(t)
	for _, rule := range []string{"value-not-english", "value-unknown", "required-empty", "form-not-json"} {
		if n := count(found, rule); n != 1 {
			t.Errorf("%s is found %d times", rule, n)
		}
	}
	if len(found) != 4 {
		t.Errorf("%d findings: %+v", len(found), found)
	}
}

// TestConstantBesideProblems: an unresolved variable elsewhere hides nothing, and
// what stands in the place of a missing value is not judged.
func TestConstantBesideProblems(t *testing.T) {
	l := correct(t)
	delete(l.variables, "crm_server")
	l.constant("status", "Abierto")
	l.constant("priority", "{{prio}}")
	got := rulesOf(l.findings(t))
	if want := []string{"request-unresolved", "url-unresolved", "value-not-english"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// TestRaggedStops: nothing else is said of a row whose cells cannot be told apart.
func TestRaggedStops(t *testing.T) {
	l := correct(t)
	l.repeat(3)
	l.rows[0] = []string{"", "", "", "", "", "Abierto", "Alta", "x", "surplus"}
	l.rows[1] = []string{strings.Repeat("x", preflight.MaxCell+1)}
	l.rows[2] = nil
	found := l.findings(t)
	if len(found) != 3 || count(found, "ragged-row") != 3 {
		t.Errorf("found %+v", found)
	}
}

// TestTooLargeStops: each cell that is too large is named, and nothing else is.
func TestTooLargeStops(t *testing.T) {
	l := correct(t)
	l.cell("description", strings.Repeat("x", preflight.MaxCell+1))
	l.cell("form", strings.Repeat("{", preflight.MaxCell+1))
	l.cell("status", "Abierto")
	found := l.findings(t)
	if len(found) != 2 || count(found, "cell-too-large") != 2 || found[0].Column != "description" || found[1].Column != "form" {
		t.Errorf("found %+v", rulesOf(found))
	}
	for _, p := range found {
		if len(p.Message) > 200 {
			t.Errorf("the message has %d bytes", len(p.Message))
		}
	}
}

// TestReservedColumns: a failed.csv can be loaded again, whatever its result
// columns hold.
func TestReservedColumns(t *testing.T) {
	l := correct(t)
	for _, name := range []string{"pmrun_row", "pmrun_status", "pmrun_message", "pmrun_message", "pmrun_", "pmrun_status"} {
		l.add(name, strings.Repeat("{{wolkvox_token}}\n", preflight.MaxCell/10))
	}
	if found := l.findings(t); len(found) > 0 {
		t.Errorf("result columns have findings: %v", rulesOf(found))
	}
	// They cannot be bound, not even by name.
	l = correct(t)
	l.add("pmrun_message", "x")
	l.mapped = map[string]string{"description": "pmrun_message"}
	if found := l.findings(t); count(found, "request-unresolved") != 1 {
		t.Errorf("a result column can be mapped: %+v", found)
	}
	l = correct(t)
	l.constant("form", "")
	l.add("Subject", "x")
	l.add("pmrun_message", "x")
	l.pack = map[string][]string{"form": nil}
	template := l.template(t)
	f, ok := template.Field("form")
	if got := template.Value(f, l.rows[0], 1); !ok || got != `{"Subject":"x"}` {
		t.Errorf("the packed form is %s", got)
	}
}

// TestWithoutContract: what holds for any API is checked all the same.
func TestWithoutContract(t *testing.T) {
	l := correct(t)
	l.contract, l.method, l.headers = nil, "PUT", nil
	l.cell("status", "Abierto")
	l.cell("form", "x")
	if found := l.findings(t); len(found) > 0 {
		t.Errorf("without a contract there are findings: %+v", found)
	}
	delete(l.variables, "operation")
	l.url = "http://https://{{crm_server}}/x"
	l.columns[0], l.columns[1] = "status", ""
	l.repeat(2)
	l.rows[1] = nil
	want := []string{"blank-header", "duplicate-header", "ragged-row", "request-unresolved", "url-scheme-duplicated"}
	if got := rulesOf(l.findings(t)); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// TestContractOfRawBody: the fields of a contract are members of the JSON, as far as
// they can be told from the request.
func TestContractOfRawBody(t *testing.T) {
	for _, c := range []struct {
		name, body, cell string
		want             []string // "rule field"
	}{
		{"all well", `{"op": "acme", "data": {"status": "{{status}}"}}`, "open", nil},
		{"missing", `{"data": {}}`, "open", []string{"field-missing op", "field-missing data.status"}},
		{"misspelt", `{"Op": "acme", "data": {"Státus": "{{status}}"}}`, "open", []string{"field-misspelt Op", "field-misspelt data.Státus"}},
		{"near, and another of the API's", `{"data": {"status": "open"}, "oper": "{{status}}", "op": "x"}`, "open", nil},
		{"empty cell", `{"op": "acme", "data": {"status": "{{status}}"}}`, " ", []string{"required-empty data.status"}},
		{"foreign value", `{"op": "acme", "data": {"status": "{{status}}"}}`, "Abierto", []string{"value-not-english data.status"}},
		{"unknown value", `{"op": "acme", "data": {"status": "{{status}}"}}`, "on fire", []string{"value-unknown data.status"}},
		{"constant value", `{"op": "acme", "data": {"status": "fire", "n": "{{status}}"}}`, "x", []string{"value-unknown data.status"}},
		{"null", `{"op": null, "data": {"status": "open", "n": "{{status}}"}}`, "x", []string{"operation-empty op"}},
		{"a variable", `{"op": "{{operation}}", "data": {"status": "{{status}}"}}`, "open", nil},
		{"object from a column", `{"op": "acme", "data": {{status}}}`, "1", nil},
		{"value from a column", `{"op": "acme", "data": {"status": {{status}}}}`, "1", nil},
		{"name from a column", `{"op": "acme", "data": {"{{status}}": "1"}}`, "status", nil},
		{"twice", `{"op": "acme", "data": {"status": "x", "status": "{{status}}"}}`, "open", nil},
		{"body from a column", `{"op": "acme", {{status}} }`, "1", nil},
	} {
		l := correct(t)
		l.contract.Body = "raw"
		l.contract.Fields = []batch.ContractField{
			{Name: "op", Required: true, Operation: true},
			{Name: "data.status", Required: true, Values: []batch.ContractValue{{Value: "open", Foreign: []string{"abierto"}}, {Value: "closed"}}},
		}
		l.body = obj{"mode": "raw", "raw": c.body, "options": obj{"raw": obj{"language": "json"}}}
		l.columns, l.rows = []string{"status"}, [][]string{{c.cell}}
		var got []string
		for _, p := range l.findings(t) {
			if p.Field != "" {
				got = append(got, p.Rule+" "+p.Field)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
	}
}

// TestOperationCause: an empty operation is the operation's fault, wherever it
// comes from.
func TestOperationCause(t *testing.T) {
	for name, spoil := range map[string]func(*load){
		"variable": func(l *load) { l.variables["operation"] = "" },
		"column":   func(l *load) { l.field("operation", "{{op}}"); l.add("op", "") },
	} {
		l := correct(t)
		spoil(l)
		if found := l.findings(t); len(found) != 1 || found[0].Cause != batch.CauseOperation {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestTokenNeverShown: the token is in no finding, wherever it is put.
func TestTokenNeverShown(t *testing.T) {
	puts := map[string]func(l *load){
		"line break": func(l *load) { l.variables["wolkvox_token"] = secret + "\n" + secret },
		"quotes":     func(l *load) { l.variables["wolkvox_token"] = "'" + secret + "'" },
		"Bearer":     func(l *load) { l.variables["wolkvox_token"] = "Bearer " + secret },
		"path":       func(l *load) { l.url = "https://{{crm_server}}/{{wolkvox_token}}" },
		"query":      func(l *load) { l.url = "http://{{crm_server}}/x?token={{wolkvox_token}}" },
		"host":       func(l *load) { l.url = "http://{{wolkvox_token}}/x" },
		"two hosts": func(l *load) {
			l.variables["wolkvox_token"] = "https://" + secret
			l.url = "https://{{wolkvox_token}}/x"
		},
	}
	for name, put := range puts {
		for _, worse := range []func(*load){
			func(*load) {},
			func(l *load) { l.method = "GET" },
			func(l *load) { l.body = obj{"mode": "urlencoded", "urlencoded": []obj{{"key": "a", "value": "b"}}} },
			func(l *load) { delete(l.variables, "crm_server") },
		} {
			l := correct(t)
			put(l)
			worse(l)
			if found := l.findings(t); len(found) == 0 { // findings looks for the token
				t.Errorf("%s: nothing is found", name)
			}
		}
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "localhost.": true, "crm.localhost": true, "127.0.0.1": true, "127.0.0.1:80": true,
		"127.9.9.9": true, "[::1]": true, "[::1]:8080": true, "::1": true,
		"": false, "localhost.example.com": false, "mylocalhost": false, "128.0.0.1": false, "0.0.0.0": false, "[::]": false, "[fe80::1]:80": false, "crm0000.wolkvox.com": false,
	} {
		if got := preflight.Loopback(host); got != want {
			t.Errorf("Loopback(%q) = %v", host, got)
		}
	}
}

// FuzzRow checks that a row without errors can be sent as the contract wants it,
// and that every finding is complete.
func FuzzRow(f *testing.F) {
	for _, c := range ruleCases() {
		l := correct(f)
		c.spoil(l)
		for _, row := range l.rows {
			if len(row) > 7 {
				f.Add(row[0], row[3], row[5], row[7])
			}
		}
	}
	l := correct(f)
	l.headers = append(l.headers, obj{"key": "X-Case-Type", "value": "{{case-type}}"})
	template := l.template(f)
	f.Fuzz(func(t *testing.T, caseType, contact, status, form string) {
		cells := slices.Clone(l.rows[0])
		cells[0], cells[3], cells[5], cells[7] = caseType, contact, status, form
		checker := preflight.New(&preflight.Input{Template: template, Contract: l.contract, Header: l.columns})
		for _, p := range checker.Row(batch.Row{Num: 1, Line: 2, Cells: cells}) {
			checkFinding(t, p)
			if p.Severity == preflight.Error {
				return
			}
		}
		var filled request.Filled
		if err := template.Fill(&filled, cells, 1); err != nil {
			t.Fatalf("a row without errors cannot be sent: %v", err)
		}
		var object map[string]any
		if form != "" && json.Unmarshal([]byte(form), &object) != nil {
			t.Fatalf("%q is no JSON object", form)
		}
		if !slices.Contains([]string{"open", "closed", "on hold", "solved"}, status) || strings.TrimSpace(contact) == "" {
			t.Fatalf("status %q, contact %q have no findings", status, contact)
		}
	})
}

func BenchmarkRow(b *testing.B) {
	l := correct(b)
	checker := preflight.New(&preflight.Input{Template: l.template(b), Contract: l.contract, Header: l.columns})
	row := batch.Row{Num: 1, Line: 2, Cells: l.rows[0]}
	b.ReportAllocs()
	for b.Loop() {
		if found := checker.Row(row); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
