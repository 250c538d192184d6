package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/batch/contract"
	"github.com/pmrun/pmrun/batch/sheet"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/request"
)

// completeArgs says what the shell offers for a command's argument and flags. What
// cannot be read offers nothing: a shell has no place for an error.
func completeArgs(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		c := &completer{cmd: cmd}
		switch cmd.Name() {
		case "load", "check":
			cmd.ValidArgsFunction = extensions("yaml", "yml", "json")
		case "list", "init":
			cmd.ValidArgsFunction = extensions("json")
		case "resume", "retry", "reconcile", "verify", "undo", "report":
			cmd.ValidArgsFunction = runDirs
			c.run = true
		case "convert": // of any file or directory
		default:
			continue
		}
		for flag, values := range map[string]func(string) []string{
			"request": c.requests, "contract": c.contracts, "format": list(func() []string { return formatNames() }), "key": list(c.columns),
			"to": convertFormats(true), "from": convertFormats(false), "shell": func(string) []string { return []string{"bash", "powershell"} },
			"map": c.mapping, "set": c.setting, "pack": c.packing,
		} {
			if cmd.Flags().Lookup(flag) == nil {
				continue
			}
			// The error says that there is no such flag, or that it has values already.
			_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
				c.args = args
				found := offered(values(word), word)
				directive := cobra.ShellCompDirectiveNoFileComp
				if flag == "contract" {
					directive = cobra.ShellCompDirectiveDefault // a file too
				}
				if slices.ContainsFunc(found, func(s string) bool { return strings.HasSuffix(s, "=") }) {
					directive |= cobra.ShellCompDirectiveNoSpace
				}
				return found, directive
			})
		}
	}
}

// convertFormats offers the formats that can be written, or read, with what they are.
func convertFormats(writes bool) func(string) []string {
	return func(string) []string {
		var found []string
		for _, f := range (&app{}).formats(context.Background(), nil, "") {
			if writes && f.Write != nil || !writes && f.Read != nil {
				found = append(found, f.Name+"\t"+f.Title)
			}
		}
		return found
	}
}

// offered keeps what starts with the word, without what a shell's protocol of
// lines and tabs cannot carry.
func offered(values []string, word string) []string {
	return slices.DeleteFunc(values, func(v string) bool {
		text, _, _ := strings.Cut(v, "\t")
		return !strings.HasPrefix(text, word) || strings.ContainsFunc(v, func(c rune) bool { return c != '\t' && unicode.IsControl(c) })
	})
}

// extensions offers files by their ending, and folders.
func extensions(endings ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return endings, cobra.ShellCompDirectiveFilterFileExt
	}
}

// runDirs offers run directories: those of the place that loads write to by
// default, and those beside the word; any folder when there are none.
func runDirs(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []string
	beside, _ := filepath.Split(word)
	for _, dir := range []string{runsDir + string(filepath.Separator), beside} {
		entries, err := os.ReadDir(filepath.Clean(dir))
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := dir + e.Name()
			if _, err := os.Stat(filepath.Join(path, batch.LedgerFile)); err == nil && !slices.Contains(found, path) {
				found = append(found, path)
			}
		}
	}
	if found = offered(found, word); len(found) > 0 {
		return found, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// list offers values for the last of a comma-separated list.
func list(values func() []string) func(string) []string {
	return func(word string) []string {
		before := ""
		if i := strings.LastIndexByte(word, ','); i >= 0 {
			before = word[:i+1]
		}
		var found []string
		for _, v := range values() {
			if !slices.Contains(strings.Split(before, ","), v) {
				found = append(found, before+v)
			}
		}
		return found
	}
}

// completer reads what a command line that is not complete names so far.
type completer struct {
	cmd  *cobra.Command
	args []string
	run  bool // the argument is a run directory
}

// flag returns what was given for a flag.
func (c *completer) flag(name string) string {
	var f *pflag.Flag
	if f = c.cmd.Flags().Lookup(name); f == nil || !f.Changed {
		return ""
	}
	return f.Value.String()
}

// job is the job of the command line; its paths are empty where it names none.
func (c *completer) job() batch.Job {
	var job batch.Job
	if len(c.args) == 0 {
		return job
	}
	arg := c.args[0]
	switch {
	case c.run:
		dir := batch.RunDir(arg)
		job.Collection, job.Data = dir.Path(batch.CollectionFile), dir.Path(batch.InputFile)
	case isJobFile(arg):
		if j, err := batch.LoadJob(arg); err == nil {
			job = *j
		}
	default:
		job.Collection = arg
	}
	if data := c.flag("data"); data != "" {
		job.Data = data
	}
	if r := c.flag("request"); r != "" {
		job.Request = r
	}
	return job
}

// requests offers what names each request alone, with its method and URL.
func (c *completer) requests(string) []string {
	col, err := collection.Load(c.job().Collection)
	if err != nil {
		return nil
	}
	refs := newRefs(col)
	var found []string
	for item := range col.Requests() {
		if ref := refs.of(item); ref != "" && !strings.ContainsRune(ref, '\t') {
			r := item.Request()
			found = append(found, ref+"\t"+printable(r.Method+" "+cut(urlText(&r.URL))))
		}
	}
	return found
}

func (c *completer) contracts(string) []string { return append(contract.Names(), contract.None) }

// columns are those of the data file.
func (c *completer) columns() []string {
	job := c.job()
	if job.Data == "" {
		return nil
	}
	var o sheet.Options
	if r, err := sheet.ParseDelimiter(job.Delimiter); err == nil {
		o.Delimiter = r
	}
	src, err := sheet.Open(job.Data, o)
	if err != nil {
		return nil
	}
	defer src.Close()
	return slices.DeleteFunc(slices.Clone(src.Header()), func(name string) bool { return name == "" || request.Reserved(name) })
}

// fields are the named values of the request's body and query.
func (c *completer) fields() []string {
	job := c.job()
	col, err := collection.Load(job.Collection)
	if err != nil {
		return nil
	}
	item, err := col.Find(job.Request)
	if err != nil {
		return nil
	}
	var names []string
	add := func(name string) {
		if name != "" && !strings.Contains(name, "=") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	r := item.Request()
	for _, q := range r.URL.Query {
		add(q.Key)
	}
	if r.Body != nil {
		for _, p := range r.Body.Params {
			add(p.Key)
		}
	}
	return names
}

// mapping offers FIELD= and then FIELD=COLUMN.
func (c *completer) mapping(word string) []string {
	field, _, begun := strings.Cut(word, "=")
	if !begun {
		return c.setting(word)
	}
	columns := c.columns()
	if c.cmd.Name() == "undo" {
		columns = append(columns, refColumn)
	}
	for i := range columns {
		columns[i] = field + "=" + columns[i]
	}
	return columns
}

// setting offers FIELD=.
func (c *completer) setting(string) []string {
	fields := c.fields()
	for i := range fields {
		fields[i] += "="
	}
	return fields
}

// packing offers FIELD, and then FIELD=COLUMN,COLUMN.
func (c *completer) packing(word string) []string {
	field, columns, begun := strings.Cut(word, "=")
	if !begun {
		return c.fields()
	}
	found := list(c.columns)(columns)
	for i := range found {
		found[i] = field + "=" + found[i]
	}
	return found
}
