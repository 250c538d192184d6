// Package request turns a collection's request and its variables into what goes
// on the wire: compiled once into literal segments and slots, filled per row.
//
// Values are data: whatever a cell holds, it never changes the structure of a
// URL, a header, a multipart body or a JSON body.
package request

import (
	"net/textproto"
	"slices"
	"strings"

	"github.com/pmrun/pmrun/collection/vars"
)

// Options say what a request is compiled with.
type Options struct {
	// Scopes hold every variable that is known before the rows.
	Scopes *vars.Scopes
	// Columns are the data file's headers, nil when there is no data file.
	// Columns whose name starts with ReservedPrefix are never used.
	Columns []string
	// Map binds a field or placeholder to a column, by name. It is the only way
	// for a column to reach scheme, host, port, auth or a protected header.
	Map map[string]string
	// Set gives a field a value, which may hold placeholders.
	Set map[string]string
	// Pack fills a field with one JSON object of columns: the listed ones, or
	// when none are listed all that nothing else uses.
	Pack map[string][]string
	// JSONFields are the fields whose text is JSON.
	JSONFields []string
	// KnownFields may be added to the request by Map, Set and Pack though the
	// collection's request does not have them. In a raw JSON body they are what
	// Member finds, and are not added.
	KnownFields []string
	// FileFields are those of KnownFields that are files.
	FileFields []string
	// ProtectedHeaders are closed to columns, and their values are secret.
	ProtectedHeaders []string
	// RowHeader, when not empty, names a header that gets a value of its own for
	// each row, the same on every attempt.
	RowHeader string
	// List, when not empty, names the member of the raw JSON body whose only
	// element every row fills: one request may then carry several rows.
	List string
	// Results lets columns whose name starts with ReservedPrefix be used: the
	// request is made from results, not from a data file.
	Results bool
	// WorkingDir is where relative paths of files start. A path that comes from a
	// cell stays below it.
	WorkingDir string
	// Run is what dynamic variables and the multipart boundary derive from.
	Run vars.Run
	// UserAgent is sent when the request names none.
	UserAgent string
	// AcceptEncoding is what the sender can unpack, when that is more than gzip; a
	// request may then say so itself.
	AcceptEncoding string
	// Late reports a variable that scripts set before a row is sent. A template that
	// uses one can be checked and shown, not filled to be sent.
	Late func(name string) bool
	// Shared says that Map, Set and Pack are for several requests: this one needs to
	// have a place for some of them only.
	Shared bool
	// Literal says that everything was resolved before: what looks like a placeholder
	// is text.
	Literal bool
	// ForeignAuth leaves auth types to the caller that this package does not know.
	ForeignAuth bool
}

// ReservedPrefix starts the names of result columns; as input they are ignored,
// so that a corrected failed.csv can be loaded as it is.
const ReservedPrefix = "pmrun_"

// Reserved reports whether a column is one of this program's own result columns.
func Reserved(name string) bool {
	return len(name) >= len(ReservedPrefix) && name[:len(ReservedPrefix)] == ReservedPrefix
}

// Problem is something that keeps the request from being sent.
type Problem struct {
	// Where is the place in the request: "url", "header X", "form-data field status".
	Where string
	Err   error
}

func (p Problem) Error() string { return p.Where + ": " + p.Err.Error() }

// Field is one named value of the body or the query.
type Field struct {
	// Name is the key; In is "form-data", "urlencoded" or "query".
	Name, In string
	// File is set for file parts; Sample when the value is a literal of the
	// collection, which exports fill with samples.
	File, Sample bool
	// Column is the header of the column that fills the field alone, if any.
	Column string
	ops    []op
}

// Use says where a column's cells go.
type Use struct {
	Column string
	// Targets are places such as "form-data field status" or "{{id}} in URL".
	Targets []string
}

// Template is a compiled request. It is immutable; any number of goroutines may
// fill it.
type Template struct {
	Method string
	// Problems keep the request from being sent. The template can be rendered
	// all the same, to show what is wrong.
	Problems []Problem
	// Mode is the body's mode as Postman names it, "" without a body.
	Mode string
	// Pruned says that the request has a body that its method does not send.
	Pruned bool
	// Late names the variables that scripts are to set; Options.Late knows them.
	Late []string
	// Missing names what Map, Set and Pack name and this request has no place for; only
	// with Options.Shared, otherwise it is a Problem.
	Missing []string

	url     urlTemplate
	headers []header
	// noUserAgent says that not even net/http's own User-Agent is sent.
	noUserAgent bool
	body        body
	digest      *Digest
	fields      []Field
	byName      map[string]int
	members     map[string]member
	uses        []Use
	secrets     []string
	run         vars.Run
	constant    *constants
}

// Uses returns, for every column of the data file, where its cells go. Columns
// with the reserved prefix are left out.
func (t *Template) Uses() []Use { return t.uses }

// Fields returns the named values of body and query, in the order of the request.
func (t *Template) Fields() []Field { return t.fields }

// Field returns the first field of that name.
func (t *Template) Field(name string) (*Field, bool) {
	i, ok := t.byName[name]
	if !ok {
		return nil, false
	}
	return &t.fields[i], true
}

// Value returns the text that the field has for a row, before any encoding; for
// a file part, the path.
func (t *Template) Value(f *Field, cells []string, num int64) string {
	r := row{cells: cells, num: num, run: t.run}
	if len(f.ops) == 1 {
		return f.ops[0].value(&r)
	}
	return string(appendText(nil, f.ops, &r, false))
}

// appendText writes ops without their place's encoding; mask hides what came
// from a secret variable.
func appendText(dst []byte, ops []op, r *row, mask bool) []byte {
	for i := range ops {
		o := &ops[i]
		switch {
		case mask && o.secret:
			dst = append(dst, vars.Masked...)
		case o.kind == vars.LateSlot:
			dst = append(dst, "{{"+o.name+"}}"...)
		case o.json == vars.JSONString && o.kind != vars.Literal:
			dst = vars.AppendJSON(dst, o.value(r))
		default:
			dst = append(dst, o.value(r)...)
		}
	}
	return dst
}

// Late reports whether scripts set some of the field's value.
func (f *Field) Late() bool {
	return slices.ContainsFunc(f.ops, func(o op) bool { return o.kind == vars.LateSlot })
}

// Constant reports whether the field has the same value for every row.
func (f *Field) Constant() bool { return constantOps(f.ops) }

// Header returns a header's value when it does not depend on the row.
func (t *Template) Header(key string) (value string, ok bool) {
	for i := range t.headers {
		h := &t.headers[i]
		if sameHeader(h.key, key) && constantOps(h.ops) {
			return textproto.TrimString(literal(h.ops)), true
		}
	}
	return "", false
}

// Secrets returns the values that reach an authorization header or a protected
// one, and those of secret variables in headers, host and query, for masking.
func (t *Template) Secrets() []string { return t.secrets }

// Holds reports whether any literal part of the request contains text.
func (t *Template) Holds(text string) bool {
	found := false
	look := func(ops []op) {
		for i := range ops {
			found = found || ops[i].kind == vars.Literal && strings.Contains(ops[i].lit, text)
		}
	}
	for i := range t.headers {
		look(t.headers[i].ops)
	}
	look(t.body.ops)
	for i := range t.body.files {
		look(t.body.files[i].whole)
	}
	look(t.url.scheme)
	look(t.url.host)
	for _, seg := range t.url.path {
		look(seg)
	}
	for _, q := range t.url.query {
		look(q.key)
		look(q.value)
	}
	if d := t.digest; d != nil {
		found = found || strings.Contains(d.user, text) || strings.Contains(d.password, text)
	}
	return found || strings.Contains(t.Method, text)
}
