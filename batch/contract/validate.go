package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/batch"
)

// mistake is one thing that is wrong with a contract.
type mistake struct {
	// path is the key at fault, as in causes[0].when; text says what is wrong.
	path, text string
}

func (m *mistake) Error() string { return m.text }

// validator collects what is wrong with a contract.
type validator struct {
	*batch.Contract
	errs []error
}

// validate returns every mistake; those are of type *mistake.
func validate(c *batch.Contract) []error {
	v := &validator{Contract: c}
	v.request()
	for i := range c.Fields {
		v.field(i)
	}
	if c.Success == "" {
		v.bad("success", "success is missing: an expression such as status == 201")
	}
	for i, rule := range c.Causes {
		v.filled(fmt.Sprintf("causes[%d].when", i), rule.When)
		v.filled(fmt.Sprintf("causes[%d].cause", i), rule.Cause)
	}
	for _, list := range []struct {
		key   string
		texts []string
	}{{"refused", c.Refused}, {"retry", c.Retry}, {"message", c.Message}, {"id", c.ID}} {
		for i, text := range list.texts {
			v.filled(fmt.Sprintf("%s[%d]", list.key, i), text)
		}
	}
	_, err := NewJudge(c, "")
	v.all(err)
	v.lookup()
	v.batch()
	return v.errs
}

func (v *validator) bad(path, format string, args ...any) {
	v.errs = append(v.errs, &mistake{path, fmt.Sprintf(format, args...)})
}

// all adds the mistakes of an error, which may join several.
func (v *validator) all(err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		v.errs = append(v.errs, several.Unwrap()...)
	} else if err != nil {
		v.errs = append(v.errs, err)
	}
}

func (v *validator) filled(path, text string) {
	if strings.TrimSpace(text) == "" {
		v.bad(path, "%s is empty: fill it in or remove it", path)
	}
}

// request checks what the contract says of the request.
func (v *validator) request() {
	v.filled("name", v.Name)
	if _, err := regexp.Compile(v.Match); err != nil {
		v.bad("match", "match is not a regular expression: %s", err)
	}
	v.method("method", v.Method)
	if v.Path != "" && v.Path[0] != '/' {
		v.bad("path", "path is %q: it should begin with /", v.Path)
	}
	for i, h := range v.RetiredHosts {
		v.bareHost(fmt.Sprintf("retired-hosts[%d].host", i), h.Host)
		v.bareHost(fmt.Sprintf("retired-hosts[%d].successor", i), h.Successor)
	}
	if v.Token.Header != "" && strings.ContainsAny(v.Token.Header, " \t\r\n:") {
		v.bad("token.header", "token.header is %q: it should be the name of a header", v.Token.Header)
	}
	if v.Rate != "" {
		if _, err := batch.ParseRate(v.Rate); err != nil {
			v.bad("rate", "rate: %s", err)
		}
	}
	switch v.Body {
	case "", "formdata", "urlencoded", "raw":
	default:
		v.bad("body", "body is %q: it should be formdata, urlencoded or raw", v.Body)
	}
}

// bareHost checks that a host stands alone, as it is compared with the URL's.
func (v *validator) bareHost(key, text string) {
	if text == "" || strings.ContainsAny(text, "/: \t\r\n") {
		v.bad(key, "%s is %q: write the bare host, such as crm.example.com", key, text)
	}
}

// method checks that a method is written as HTTP does, because methods are
// compared exactly.
func (v *validator) method(key, text string) {
	if upper := strings.ToUpper(text); text != upper {
		v.bad(key, "%s is %q: write %s", key, text, upper)
	}
}

func (v *validator) field(i int) {
	f := &v.Fields[i]
	path := fmt.Sprintf("fields[%d]", i)
	if f.Name == "" {
		v.bad(path, "%s.name is missing: write the field's key, exactly as the API has it", path)
		return
	}
	key := fmt.Sprintf("field %q", f.Name)
	if slices.ContainsFunc(v.Fields[:i], func(other batch.ContractField) bool { return other.Name == f.Name }) {
		v.bad(path+".name", "%s is there twice: remove one", key)
	}
	if f.JSON != "" && f.JSON != "object" {
		v.bad(path+".json", "%s: json is %q: it should be object", key, f.JSON)
	}
	if f.File && v.Body == "raw" {
		v.bad(path+".file", "%s: file is for parts of a form, and body is raw: remove it", key)
	}
	if f.Open && len(f.Values) == 0 {
		v.bad(path+".open", "%s: open says that values is not the whole list, and there are no values: list them, or remove open", key)
	}
	for j, value := range f.Values {
		if at := fmt.Sprintf("values[%d].value", j); strings.TrimSpace(value.Value) == "" {
			v.bad(path+"."+at, "%s: %s is empty: fill it in or remove it", key, at)
		}
	}
}

func (v *validator) batch() {
	b := v.Batch
	if b == nil {
		return
	}
	v.filled("batch.list", b.List)
	if b.Max < 0 {
		v.bad("batch.max", "batch.max is %d: it should be the most rows that a request takes", b.Max)
	}
	if v.Body != "" && v.Body != "raw" {
		v.bad("batch", "batch is for requests whose body is raw JSON, and body is %q", v.Body)
	}
	switch {
	case b.Results == "" && (b.Order || b.Match+b.Member+b.OK+b.ID+b.Code+b.Error != ""):
		v.bad("batch.results", "batch.results is missing: an expression for the list with an entry a row, such as json.data")
	case b.Results != "" && b.Order == (b.Match != ""):
		v.bad("batch.results", "batch.results needs order: true, or match and member, not both: it has to be known which row an entry is of")
	case (b.Match != "") != (b.Member != ""):
		v.bad("batch.match", "batch.match and batch.member go together: an entry's value, and the member of the row's element that has the same")
	}
	_, err := NewBatchJudge(b)
	v.all(err)
}

func (v *validator) lookup() {
	l := v.Lookup
	if l == nil {
		return
	}
	v.method("lookup.method", l.Method)
	if l.Path == "" || l.Path[0] != '/' {
		v.bad("lookup.path", "lookup.path is %q: it should begin with /", l.Path)
	}
	filled := strings.NewReplacer("{{operation}}", "", "{{field}}", "", "{{value}}", "").Replace(l.Body)
	if l.Body != "" && !json.Valid([]byte(filled)) {
		v.bad("lookup.body", "lookup.body is not JSON: write placeholders inside quotes, such as \"{{value}}\"")
	}
	if strings.TrimSpace(l.Found) == "" {
		v.bad("lookup.found", "lookup.found is missing: an expression for the list of ids, such as map(json.data, #.id)")
		return
	}
	_, err := compile("lookup.found", l.Found)
	v.all(err)
}
