package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
	"github.com/pmrun/pmrun/collection/vars"
)

// The files that init writes, beside batch.JobFile.
const (
	initRows        = "rows.csv"
	initEnvironment = "postman_environment.json"
	schemaFile      = "job.schema.json"
)

func (a *app) initCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "init COLLECTION --request NAME [-e ENV] [-o DIR]",
		Short: "Write a job file, and an empty spreadsheet with the right headers",
		Long: `Init writes what a load of a request needs, into a directory: ` + batch.JobFile + `, ` + initRows + ` with a
column for everything of the request that rows can fill, and ` + initEnvironment + `
with the variables that the request needs, secrets left empty. Existing files are
never overwritten.

The second line of ` + initRows + ` says of each column whether it is required, and what it
takes. Its cells start with ` + sheet.CommentMark + ` and are never sent: keep it or delete it.`,
		Args: oneArg("a collection"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.init(cmd, s, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&s.Request, "request", "", "the request: its name, Folder/Name, or id")
	f.StringVarP(&s.Out, "out", "o", ".", "`DIR` to write into")
	f.StringVar(&s.Contract, "contract", "", "`NAME|FILE|none`: what is known of the API (found by the URL's path)")
	f.StringVar(&s.Delimiter, "delimiter", ",", "between the cells of "+initRows+": , ; tab |")
	s.ofJob("request", "contract")
	s.variableFlags(f)
	return cmd
}

func (a *app) init(cmd *cobra.Command, s *settings, path string) error {
	dir, between := s.Out, s.Delimiter
	if s.Request == "" {
		return errors.New("no request: name it with --request; pmrun list shows the names")
	}
	job := &batch.Job{Collection: path, Request: s.Request}
	if err := s.merge(cmd, job); err != nil {
		return err
	}
	delimiter, err := sheet.ParseDelimiter(between)
	if err != nil {
		return err
	}
	p := &prepared{job: job, run: vars.Run{ID: uuid.NewString()}}
	if err := a.readRequest(cmd.Context(), p); err != nil {
		return err
	}
	sk := &skeleton{prepared: p, dir: dir}
	if err := sk.find(); err != nil {
		return err
	}
	files, err := sk.files(delimiter)
	if err != nil {
		return err
	}
	if err := writeNew(dir, files); err != nil {
		return err
	}
	return sk.tell(a, files)
}

// skeleton is what a load of a request needs.
type skeleton struct {
	*prepared
	dir     string
	beside  string // the collection's file in dir; "" for the one that the job names
	columns []skeletonColumn
	// variables are those that the environment has to give.
	variables []collection.Variable
}

type skeletonColumn struct {
	name string
	// target is where its cells go; field is the request's field, when it is one.
	target, field string
}

// find finds the columns and variables that the request wants. What a column may
// fill is asked of the compiler of requests, so that it is the same in a load.
func (sk *skeleton) find() error {
	known := sk.scopes
	sk.scopes = known.Clone()
	closed := make(map[string]bool) // placeholders where a column may not go
	var columns []string
	t := request.Compile(sk.item, sk.requestOptions(sk.target, sk.scopes, nil))
	for _, f := range t.Fields() {
		if slices.Contains(columns, f.Name) || request.Reserved(f.Name) || f.Name == "" {
			continue
		}
		if sk.isOperation(f.Name) && t.Value(&f, nil, 0) != "" {
			continue // the account is the same for all rows
		}
		columns = append(columns, f.Name)
	}
	for {
		t = request.Compile(sk.item, sk.requestOptions(sk.target, sk.scopes, columns))
		names := sk.unresolved(t)
		if len(names) == 0 {
			break
		}
		for name, open := range names {
			if open && !slices.Contains(columns, name) {
				columns = append(columns, name)
				continue
			}
			closed[name] = true
			columns = slices.DeleteFunc(columns, func(c string) bool { return c == name })
			sk.scopes.Set(vars.Local, vars.Variable{Name: name, Value: "x"})
		}
	}
	if sk.contract == nil {
		if err := sk.findContract(); err != nil { // the host is known only now
			return err
		}
	}
	for _, use := range t.Uses() {
		if c, ok := sk.column(t, use, known); ok {
			sk.columns = append(sk.columns, c)
		}
	}
	if len(sk.columns) == 0 {
		return fmt.Errorf("the request %s has nothing that a row could fill: no field and no placeholder without a value", sk.item.Path())
	}
	sk.sortColumns(t)
	sk.findVariables(known, closed)
	return nil
}

// unresolved returns the placeholders without a value, and whether a column may
// fill them.
func (sk *skeleton) unresolved(t *request.Template) map[string]bool {
	names := make(map[string]bool)
	for _, problem := range t.Problems {
		var e *vars.UnresolvedError
		if !errors.As(problem.Err, &e) || strings.HasPrefix(e.Name, "$") {
			continue
		}
		open := e.Hint == ""
		if _, field, ok := strings.Cut(problem.Where, " field "); ok && sk.isOperation(field) {
			open = false
		}
		if was, seen := names[e.Name]; seen {
			open = open && was
		}
		names[e.Name] = open
	}
	return names
}

// column describes a column; ok is false for one that goes nowhere, or only where
// a variable has a value already.
func (sk *skeleton) column(t *request.Template, use request.Use, known *vars.Scopes) (c skeletonColumn, ok bool) {
	_, _, variable := known.Lookup(use.Column)
	for _, target := range use.Targets {
		placeholder := strings.HasPrefix(target, "{{")
		if placeholder && variable {
			continue
		}
		if c.target == "" {
			c.name, c.target = use.Column, target
		}
		if _, field, found := strings.Cut(target, " field "); found && c.field == "" {
			if _, has := t.Field(field); has {
				c.field = field
			}
		}
	}
	return c, c.target != ""
}

// isOperation reports whether the contract says that a field names the account.
func (sk *skeleton) isOperation(field string) bool {
	if sk.contract == nil {
		return false
	}
	f, known := sk.contract.Field(field)
	return known && f.Operation
}

// sortColumns puts the contract's fields first, each group in the order of the
// request.
func (sk *skeleton) sortColumns(t *request.Template) {
	place := func(c skeletonColumn) (group, at int) {
		group, at = 1, len(t.Fields())
		for i, f := range t.Fields() {
			if f.Name == c.field && c.field != "" {
				at = i
				break
			}
		}
		if sk.contract != nil && slices.Contains(sk.contract.FieldNames(), c.field) {
			group = 0
		}
		return group, at
	}
	slices.SortStableFunc(sk.columns, func(a, b skeletonColumn) int {
		groupA, atA := place(a)
		groupB, atB := place(b)
		return cmp.Or(cmp.Compare(groupA, groupB), cmp.Compare(atA, atB))
	})
}

// findVariables lists what the environment has to give: not what a column, the
// collection or the program itself does.
func (sk *skeleton) findVariables(known *vars.Scopes, closed map[string]bool) {
	names := known.Uses(sk.item.Texts()...)
	for _, name := range names {
		isColumn := slices.ContainsFunc(sk.columns, func(c skeletonColumn) bool { return c.name == name })
		v, scope, has := known.Lookup(name)
		if isColumn && !closed[name] || has && scope == vars.Collection || !has && vars.IsDynamic(name) {
			continue
		}
		out := collection.Variable{Key: name, Value: v.Value, Type: "default"}
		if v.Secret || collection.SecretName(name) || sk.inTokenHeader(name) {
			out.Value, out.Type = "", "secret"
		}
		sk.variables = append(sk.variables, out)
	}
}

// inTokenHeader reports whether the contract's token header uses the variable.
func (sk *skeleton) inTokenHeader(name string) bool {
	if sk.contract == nil {
		return false
	}
	for _, h := range sk.item.Request().Headers {
		if strings.EqualFold(h.Key, sk.contract.Token.Header) && slices.Contains(sk.scopes.Uses(h.Value), name) {
			return true
		}
	}
	return false
}

// newFile is a file to be written.
type newFile struct {
	name, about string
	content     []byte
	private     bool
}

func (sk *skeleton) files(delimiter rune) ([]newFile, error) {
	job, err := sk.jobFile()
	if err != nil {
		return nil, err
	}
	rows, err := sk.rowsFile(delimiter)
	if err != nil {
		return nil, err
	}
	environment, err := sk.environmentFile()
	if err != nil {
		return nil, err
	}
	files := []newFile{
		{batch.JobFile, "the job: what is loaded, and how fast", job, false},
		{initRows, "the rows: a line for each record", rows, false},
		{initEnvironment, "the variables of the request", environment, true},
	}
	schema, err := batch.JobSchema()
	if err != nil {
		return nil, err
	}
	return append(files, newFile{schemaFile, "what a job can say, for editors", schema, false}), nil
}

// rowsFile is the empty spreadsheet: the header, and a comment.
func (sk *skeleton) rowsFile(delimiter rune) ([]byte, error) {
	var comment []string
	for _, c := range sk.columns {
		comment = append(comment, sheet.CommentMark+" "+sk.comment(c))
	}
	return sk.sheet(delimiter, comment)
}

// sheet is a spreadsheet of the header and one row.
func (sk *skeleton) sheet(delimiter rune, row []string) ([]byte, error) {
	var header []string
	for _, c := range sk.columns {
		header = append(header, c.name)
	}
	var b bytes.Buffer
	// Excel takes a file without BOM for the system's old encoding.
	w := sheet.NewWriter(&b, batch.Dialect{Delimiter: delimiter, BOM: true})
	if err := errors.Join(w.Write(header), w.Write(row)); err != nil {
		return nil, err
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// comment says what a column takes.
func (sk *skeleton) comment(c skeletonColumn) string {
	if sk.contract != nil {
		if f, known := sk.contract.Field(c.field); known {
			text := "optional"
			if f.Required {
				text = "required"
			}
			var values []string
			for _, v := range f.Values {
				values = append(values, v.Value)
			}
			switch {
			case len(values) > 0 && f.Open:
				text += ": " + strings.Join(values, " / ") + " / ..."
			case len(values) > 0:
				text += ": " + strings.Join(values, " / ")
			case f.About != "":
				text += ": " + strings.TrimSpace(f.About)
			}
			return text
		}
	}
	return "fills the " + c.target
}

// environmentFile is an environment that Postman reads too.
func (sk *skeleton) environmentFile() ([]byte, error) {
	type value struct {
		Key     string `json:"key"`
		Value   string `json:"value"`
		Type    string `json:"type"`
		Enabled bool   `json:"enabled"`
	}
	env := struct {
		Name   string  `json:"name"`
		Values []value `json:"values"`
		Scope  string  `json:"_postman_variable_scope"`
	}{sk.jobName(), []value{}, "environment"}
	for _, v := range sk.variables {
		env.Values = append(env.Values, value{v.Key, v.Value, v.Type, true})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	err := enc.Encode(env)
	return b.Bytes(), err
}

// jobName is a name for files, made of the request's.
func (sk *skeleton) jobName() string {
	name := strings.Join(strings.FieldsFunc(strings.ToLower(sk.item.Name), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	}), "-")
	return cmp.Or(name, "load")
}

func (sk *skeleton) jobFile() ([]byte, error) {
	path, err := sk.beside, error(nil)
	if path == "" {
		path, err = relative(sk.dir, sk.job.Collection)
	}
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	var errs []error
	line := func(comment, key string, value any) {
		text, err := yaml.Marshal(map[string]any{key: value})
		errs = append(errs, err)
		if comment != "" {
			fmt.Fprintf(&b, "\n# %s\n", strings.ReplaceAll(comment, "\n", "\n# "))
		}
		b.Write(text)
	}
	fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", schemaFile)
	b.WriteString("# A load for pmrun. Paths are relative to this file. \"pmrun check job.yaml\" shows\n# what it would send, and sends nothing; \"pmrun load job.yaml\" does it.\n")
	line("", "name", sk.jobName())
	line("", "collection", filepath.ToSlash(path))
	line("", "request", newRefs(sk.collection).of(sk.item))
	line("Variables. Keep secrets out of files: leave them empty there, and set\n"+variablePrefix+"NAME in the environment of the process instead.", "environment", initEnvironment)
	line("The rows. The line of "+sheet.CommentMark+" says what each column takes; it is never sent.", "data", initRows)
	if sk.contract != nil {
		name := cmp.Or(sk.job.Contract, sk.contract.Name)
		if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" { // a file, relative to the job
			if name, err = relative(sk.dir, name); err != nil {
				return nil, err
			}
		}
		line("What is known of the API.", "contract", filepath.ToSlash(name))
	}
	line("The pace: a ceiling such as 10/s, 300/m or none, and how many requests are on\ntheir way at once.", "rate", sk.rate.String())
	line("", "concurrency", defaultConcurrency)
	line("Most time for one request; how often a row is tried again that provably created\nnothing; most time that it waits for the server's rate limit.", "timeout", defaultTimeout.String())
	line("", "retries", defaultRetries)
	line("", "max-wait", defaultMaxWait.String())
	b.WriteString("\n# skip-invalid: true   # load the valid rows though others are invalid\n# key: [COLUMN]        # skip later rows with the same key\n# max-failures: 5%     # stop when more rows have failed\n")
	return b.Bytes(), errors.Join(errs...)
}

// relative is path as it is written in a file in dir.
func relative(dir, path string) (string, error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		return rel, nil
	}
	return to, nil // on another drive
}

// writeNew writes files into a directory, all or none, and overwrites nothing.
func writeNew(dir string, files []newFile) (err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("cannot write into %s: %w; name another directory with --out", dir, err)
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.name)); err == nil {
			return fmt.Errorf("%s is there already, and nothing is overwritten: move it away, or name another directory with --out", filepath.Join(dir, f.name))
		}
	}
	var written []string
	defer func() {
		if err == nil {
			return
		}
		for _, path := range written {
			_ = os.Remove(path)
		}
	}()
	for _, f := range files {
		path, mode := filepath.Join(dir, f.name), os.FileMode(0o666)
		if f.private {
			mode = 0o600
		}
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err != nil {
			return fmt.Errorf("cannot write %s: %w; name another directory with --out", path, err)
		}
		written = append(written, path)
		_, err = file.Write(f.content)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	return nil
}

// tell says what was written and what is left to do.
func (sk *skeleton) tell(a *app, files []newFile) error {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s: %s\n", filepath.Join(sk.dir, f.name), f.about)
	}
	var empty []string
	for _, v := range sk.variables {
		if v.Value == "" {
			empty = append(empty, printable(v.Key))
		}
	}
	b.WriteString("\nto do:\n")
	if len(empty) > 0 {
		fmt.Fprintf(&b, "  give %s a value: in %s, or secrets better in %sNAME\n", strings.Join(empty, ", "), initEnvironment, variablePrefix)
	}
	fmt.Fprintf(&b, "  write the rows into %s\n  pmrun check %s\n", filepath.Join(sk.dir, initRows), filepath.Join(sk.dir, batch.JobFile))
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
