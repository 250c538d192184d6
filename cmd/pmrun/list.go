package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

func (a *app) listCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use:   "list COLLECTION [-e ENV]",
		Short: "List the requests of a collection, and where each variable gets its value",
		Long: `List shows the folders and requests of a collection, and every variable: its value,
secrets masked, the scope that it comes from, what it shadows there, and which
requests use it. A placeholder without a value is marked; the exit code stays 0,
because a column of a data file may fill it.

Requests with the same name are shown with what to type for them.`,
		Args: oneArg("a collection"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.list(cmd, s, args[0]) },
	}
	s.variableFlags(cmd.Flags())
	cmd.Flags().BoolVar(&s.json, "json", false, "print JSON, as docs/json.md describes it")
	return cmd
}

func (a *app) list(cmd *cobra.Command, s *settings, path string) error {
	job := &batch.Job{Collection: path}
	if err := s.merge(cmd, job); err != nil {
		return err
	}
	c, err := collection.Load(path)
	if err != nil {
		return err
	}
	l, err := newListing(job, c)
	if err != nil {
		return err
	}
	if s.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(l)
	}
	return l.write(a.stdout)
}

// listVersion is that of list --json.
const listVersion = 1

// listing is what list shows.
type listing struct {
	Version    int              `json:"version"`
	Collection listedCollection `json:"collection"`
	Items      []listedItem     `json:"items"`
	Variables  []listedVariable `json:"variables"`

	masker *vars.Masker
	scopes *vars.Scopes
	files  *vars.Scopes // what the files alone say
}

type listedCollection struct {
	Name    string   `json:"name"`
	File    string   `json:"file"`
	ID      string   `json:"id,omitempty"`
	Scripts []string `json:"scripts,omitempty"`
}

// listedItem is a folder or a request.
type listedItem struct {
	Kind string `json:"kind"` // folder or request
	Path string `json:"path"`
	Name string `json:"name"`
	ID   string `json:"id,omitempty"`
	// Ref names the request in --request; empty when nothing names it alone.
	Ref       string   `json:"ref,omitempty"`
	Method    string   `json:"method,omitempty"`
	URL       string   `json:"url,omitempty"`
	Auth      string   `json:"auth,omitempty"`
	AuthFrom  string   `json:"auth_from,omitempty"`
	Scripts   []string `json:"scripts,omitempty"`
	Disabled  int      `json:"disabled,omitempty"`
	Examples  int64    `json:"examples,omitempty"`
	Variables []string `json:"variables,omitempty"`

	depth int
}

type listedVariable struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Secret   bool   `json:"secret,omitempty"`
	Scope    string `json:"scope"` // environment, collection, globals, dynamic, or unresolved
	Source   string `json:"source,omitempty"`
	Resolved bool   `json:"resolved"`
	// Shadows are the values that this one hides.
	Shadows  []listedValue `json:"shadows,omitempty"`
	Requests []string      `json:"requests,omitempty"`
}

type listedValue struct {
	Scope  string `json:"scope"`
	Source string `json:"source,omitempty"`
	Value  string `json:"value"`
}

// scopeUnresolved stands where a placeholder has no value.
const scopeUnresolved = "unresolved"

func newListing(job *batch.Job, c *collection.Collection) (*listing, error) {
	l := &listing{
		Version:    listVersion,
		Collection: listedCollection{Name: c.Name, File: c.File, ID: c.ID, Scripts: c.Scripts()},
		Items:      []listedItem{}, Variables: []listedVariable{},
	}
	var err error
	if l.scopes, err = scopes(job, c, job.Environ()); err != nil {
		return nil, err
	}
	files := *job
	files.EnvVar = nil
	if l.files, err = scopes(&files, c, nil); err != nil {
		return nil, err
	}
	secrets := slices.Concat(l.scopes.Secrets(), l.files.Secrets(), c.Secrets())
	for _, s := range []*vars.Scopes{l.scopes, l.files} {
		for _, name := range s.Names() {
			for _, d := range s.Definitions(name) {
				if collection.SecretName(name) {
					secrets = append(secrets, d.Value)
				}
			}
		}
	}
	l.masker = vars.NewMasker(secrets)
	l.items(c)
	l.variables()
	return l, nil
}

func (l *listing) items(c *collection.Collection) {
	refs := newRefs(c)
	for item := range c.All() {
		out := listedItem{Kind: "folder", Path: item.Path(), Name: item.Name, ID: item.ID, Scripts: item.Scripts()}
		for p := item.Parent; p != nil; p = p.Parent {
			out.depth++
		}
		if !item.IsFolder() {
			r := item.Request()
			out.Kind, out.Method, out.URL = "request", r.Method, l.masker.Mask(urlText(&r.URL))
			out.Ref, out.Disabled, out.Examples = refs.of(item), item.Disabled(), item.Raw.Get("response.#").Int()
			if auth, from := item.Auth(); auth != nil {
				out.Auth, out.AuthFrom = auth.Type, from
			}
			out.Variables = l.scopes.Uses(item.Texts()...)
		}
		l.Items = append(l.Items, out)
	}
}

// urlText writes a URL as the collection has it, without what is disabled.
func urlText(u *collection.URL) string {
	if !u.HasParts {
		return u.Raw
	}
	var b strings.Builder
	if u.Protocol != "" {
		b.WriteString(u.Protocol + "://")
	}
	b.WriteString(strings.Join(u.Host, "."))
	if u.Port != "" {
		b.WriteString(":" + u.Port)
	}
	for _, segment := range u.Path {
		b.WriteString("/" + segment)
	}
	separator := "?"
	for _, q := range u.Query {
		if q.Disabled {
			continue
		}
		b.WriteString(separator + q.Key)
		if q.HasValue {
			b.WriteString("=" + q.Value)
		}
		separator = "&"
	}
	return b.String()
}

func (l *listing) variables() {
	requests := make(map[string][]string)
	names := l.scopes.Names()
	for _, item := range l.Items {
		for _, name := range item.Variables {
			if !slices.Contains(requests[name], item.Path) {
				requests[name] = append(requests[name], item.Path)
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		l.Variables = append(l.Variables, l.variable(name, requests[name]))
	}
}

func (l *listing) variable(name string, requests []string) listedVariable {
	out := listedVariable{Name: name, Requests: requests, Scope: scopeUnresolved}
	found := l.scopes.Definitions(name)
	switch {
	case len(found) > 0:
		out.Resolved = true
		out.Scope, out.Source = string(found[0].Scope), found[0].Source
		out.Secret = found[0].Secret || collection.SecretName(name)
		out.Value = l.value(found[0].Variable)
		// A file of the same scope may be shadowed too.
		for _, d := range append(l.files.Definitions(name), found[1:]...) {
			v := listedValue{string(d.Scope), d.Source, l.value(d.Variable)}
			if d.Source != out.Source && !slices.Contains(out.Shadows, v) {
				out.Shadows = append(out.Shadows, v)
			}
		}
	case vars.IsDynamic(name):
		out.Scope, out.Resolved = string(vars.Dynamic), true
	}
	return out
}

// value is a variable's, masked; an empty one stays empty.
func (l *listing) value(v vars.Variable) string {
	if v.Value != "" && (v.Secret || collection.SecretName(v.Name)) && !vars.HasPlaceholder(v.Value) {
		return vars.Masked
	}
	return l.masker.Mask(v.Value)
}

func (l *listing) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "collection  %s (%s)", printable(l.Collection.Name), printable(l.Collection.File))
	if len(l.Collection.Scripts) > 0 {
		fmt.Fprintf(&b, "; scripts: %s", strings.Join(l.Collection.Scripts, ", "))
	}
	b.WriteString("\n\n")
	l.writeTree(&b)
	l.writeVariables(&b)
	for line := range strings.Lines(b.String()) { // the columns end in blanks
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) writeTree(b *strings.Builder) {
	requests := 0
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, item := range l.Items {
		indent := strings.Repeat("  ", min(item.depth, 20))
		if item.Kind == "folder" {
			fmt.Fprintf(w, "%s%s/\t\t%s\n", indent, printable(item.Name), item.notes())
			continue
		}
		requests++
		fmt.Fprintf(w, "%s%s\t%s %s\t%s\n", indent, printable(item.Name), printable(item.Method), printable(cut(item.URL)), item.notes())
	}
	_ = w.Flush()
	if requests == 0 {
		b.WriteString("no requests\n")
	}
}

// notes are what is worth a word beside the name.
func (i *listedItem) notes() string {
	var notes []string
	if i.Kind == "request" && i.Ref != i.Name {
		if i.Ref == "" {
			notes = append(notes, "its name and path are not unique: rename it in Postman")
		} else {
			notes = append(notes, "--request "+printable(quoted(i.Ref)))
		}
	}
	if i.ID != "" && i.Ref == "" {
		notes = append(notes, "id "+printable(i.ID))
	}
	if len(i.Scripts) > 0 {
		notes = append(notes, "scripts: "+strings.Join(i.Scripts, ", "))
	}
	if i.Disabled > 0 {
		notes = append(notes, fmt.Sprintf("%d disabled", i.Disabled))
	}
	if i.Examples > 0 {
		notes = append(notes, map[bool]string{true: "1 example", false: fmt.Sprintf("%d examples", i.Examples)}[i.Examples == 1])
	}
	return strings.Join(notes, "; ")
}

// quoted writes an argument for a shell.
func quoted(arg string) string {
	if strings.ContainsRune(arg, '\'') {
		return `"` + arg + `"`
	}
	return "'" + arg + "'"
}

func (l *listing) writeVariables(b *strings.Builder) {
	if len(l.Variables) == 0 {
		return
	}
	b.WriteString("\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "variable\tvalue\tfrom\tused by")
	unresolved := 0
	for _, v := range l.Variables {
		value, from := printable(cut(v.Value)), v.Scope
		switch {
		case !v.Resolved:
			unresolved++
			value, from = "NO VALUE", "-"
		case v.Scope == string(vars.Dynamic):
			value = "(made for each row)"
		case v.Value == "":
			value = "(empty)"
		}
		if v.Source != "" {
			from += ", " + printable(v.Source)
		}
		for i, shadow := range v.Shadows {
			if i == 0 {
				from += "; shadows "
			} else {
				from += ", "
			}
			from += shadow.Scope + " (" + printable(shadow.Source) + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", printable(v.Name), value, from, usedBy(v.Requests))
	}
	_ = w.Flush()
	if unresolved > 0 {
		fmt.Fprintf(b, "\n%d of %d variables have no value: give them one in the environment, with --env-var or PMRUN_VAR_NAME, or by a column of the data file\n", unresolved, len(l.Variables))
	}
}

// usedBy names a few requests.
func usedBy(requests []string) string {
	const most = 3
	if len(requests) == 0 {
		return "no request"
	}
	names := make([]string, 0, most)
	for _, r := range requests[:min(len(requests), most)] {
		names = append(names, printable(r))
	}
	text := strings.Join(names, ", ")
	if more := len(requests) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// refs finds the shortest text that names a request alone.
type refs struct {
	c     *collection.Collection
	named map[string]int // how many items have a name
}

func newRefs(c *collection.Collection) *refs {
	r := &refs{c: c, named: make(map[string]int)}
	for item := range c.All() {
		r.named[strings.TrimSpace(item.Name)]++
	}
	return r
}

// of returns the name, else the end of the path, else the whole path, else the id;
// empty when none of them names the request alone. Looking a name up takes a walk
// through the collection, so it is done only where names repeat.
func (r *refs) of(item *collection.Item) string {
	simple := item.Name != "" && !strings.Contains(item.Name, "/")
	if simple && r.named[strings.TrimSpace(item.Name)] == 1 {
		return item.Name
	}
	candidates := []string{item.Name}
	for path, p := item.Name, item.Parent; p != nil; p = p.Parent {
		path = p.Name + "/" + path
		candidates = append(candidates, path)
	}
	candidates = append(candidates, "/"+item.Path(), item.ID)
	for _, ref := range candidates {
		if found, err := r.c.Find(ref); err == nil && found == item {
			return ref
		}
	}
	return ""
}
