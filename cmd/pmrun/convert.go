package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pmrun/pmrun/batch"
	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// conversion is what convert is asked for.
type conversion struct {
	settings
	from, to, out, request, notes, shell       string
	perRequest, withSecrets, strict, overwrite bool
	resolve                                    bool
}

func (a *app) convertCommand() *cobra.Command {
	s := &conversion{}
	cmd := &cobra.Command{
		Use:   "convert IN -t FORMAT [-o OUT]",
		Short: "Convert collections to and from what other programs read",
		Long: `Convert reads a collection, or what another program holds instead of one, and
writes it in another format. What the input is, is found by its content.

` + formatList(a.formats(context.Background(), nil, "")) + `
What a format cannot hold is said on standard error, a line each: the request, the
field, and what became of it. --notes writes the same as JSON, --strict makes it an
error, and then nothing is written.

Without --out the result goes to standard output; a format of several files needs
a directory.`,
		Args: oneArg("a collection, or what is to become one"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.convert(cmd, s, args[0]) },
	}
	f := cmd.Flags()
	f.StringVarP(&s.to, "to", "t", "", "the `FORMAT` to write")
	f.StringVarP(&s.from, "from", "f", "", "the `FORMAT` of the input (found by its content)")
	f.StringVarP(&s.out, "out", "o", "", "the file or directory, `OUT`, to write (standard output)")
	f.StringVar(&s.request, "request", "", "convert only the request or folder with that `NAME`, path or id")
	f.StringVar(&s.shell, "shell", "bash", "the `SHELL` of a script: bash or powershell")
	f.BoolVar(&s.perRequest, "per-request", false, "write a file for each request, where the format can")
	f.BoolVar(&s.withSecrets, "with-secrets", false, "write the values of secret variables too")
	f.BoolVar(&s.resolve, "resolve", false, "put the values of variables in place of their placeholders; those of secrets only with --with-secrets")
	f.BoolVar(&s.strict, "strict", false, "fail when something is lost")
	f.StringVar(&s.notes, "notes", "", "write what is lost as JSON to `FILE`")
	f.BoolVar(&s.overwrite, "force", false, "write over files that are there")
	s.variableFlags(f)
	return cmd
}

// formatList shows the formats, for people.
func formatList(all []convert.Format) string {
	var b strings.Builder
	for _, f := range all {
		can := "read, written"
		switch {
		case f.Write == nil:
			can = "read"
		case f.Read == nil:
			can = "written"
		}
		fmt.Fprintf(&b, "  %-14s %-14s %s\n", f.Name, can, f.Title)
	}
	return b.String()
}

func (a *app) convert(cmd *cobra.Command, s *conversion, path string) error {
	job := &batch.Job{}
	if err := s.merge(cmd, job); err != nil {
		return err
	}
	load := *job // as the formats of loads see it
	all := a.formats(cmd.Context(), &load, s.out)
	if s.to == "" {
		return fmt.Errorf("--to says what to write: %s", strings.Join(formatNamesOf(all, true), ", "))
	}
	to, err := convert.Find(all, s.to, true)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if s.shell != "bash" && s.shell != "powershell" {
		return fmt.Errorf("--shell: %q is not bash or powershell", s.shell)
	}
	in, err := convert.Open(path, a.stdin)
	if err != nil {
		return err
	}
	from, err := a.source(all, s.from, in)
	if err != nil {
		return err
	}
	var notes convert.Notes
	c, err := from.Read(in, &notes)
	if err != nil {
		return err
	}
	o := convert.Options{WorkingDir: job.WorkingDir, Shell: s.shell, PerRequest: s.perRequest, Out: s.out, WithSecrets: s.withSecrets}
	if o.Scopes, err = scopes(job, c, os.Environ()); err != nil {
		return err
	}
	if job.Environment != "" {
		if o.Environment, err = collection.LoadEnvironment(job.Environment); err != nil {
			return err
		}
	}
	if s.resolve {
		if c, err = convert.Resolve(c, o); err != nil {
			return err
		}
	}
	if s.request != "" {
		if o.Item, err = c.FindItem(s.request); err != nil {
			return err
		}
	}
	if strings.HasPrefix(from.Name, "postman-") && !s.resolve && path != "-" {
		load.Collection = path
	}
	files, err := to.Write(c, o, &notes)
	if err != nil {
		return err
	}
	if err := a.reportNotes(s, notes.All()); err != nil {
		return err
	}
	return a.put(s, to, files)
}

func (a *app) source(all []convert.Format, name string, in *convert.Input) (*convert.Format, error) {
	if name == "" {
		return convert.Detect(all, in)
	}
	f, err := convert.Find(all, name, false)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return f, nil
}

// notesVersion is that of convert --notes.
const notesVersion = 1

// reportNotes says what the conversion loses. With --strict, anything that is lost is an error.
func (a *app) reportNotes(s *conversion, notes []convert.Note) error {
	for _, n := range notes {
		request := n.Request
		if request == "" {
			request = "(collection)"
		}
		fmt.Fprintf(a.stderr, "note: %s: %s: %s\n", printable(request), printable(n.Field), printable(n.Became))
	}
	if s.notes != "" {
		if notes == nil {
			notes = []convert.Note{}
		}
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(struct {
			Version int            `json:"version"`
			Notes   []convert.Note `json:"notes"`
		}{notesVersion, notes}); err != nil {
			return err
		}
		if err := os.WriteFile(s.notes, text.Bytes(), 0o600); err != nil {
			return fmt.Errorf("--notes: %w", err)
		}
	}
	if s.strict && len(notes) > 0 {
		return fmt.Errorf("nothing was written: the format cannot hold everything (%d notes above), and --strict is set", len(notes))
	}
	return nil
}

// put writes the files. No file that is there is written over without --force, and none
// is written when one of them is there.
func (a *app) put(s *conversion, to *convert.Format, files []convert.File) error {
	if s.out == "" || s.out == "-" {
		if len(files) != 1 {
			return fmt.Errorf("%s is %d files: --out names a directory for them", to.Name, len(files))
		}
		_, err := a.stdout.Write(files[0].Data)
		return err
	}
	paths := []string{s.out}
	info, err := os.Stat(s.out)
	if dir := err == nil && info.IsDir(); dir || to.Tree || len(files) != 1 {
		paths = paths[:0]
		for _, f := range files {
			if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
				return fmt.Errorf("the file %q would be outside of %s", f.Name, s.out)
			}
			paths = append(paths, filepath.Join(s.out, filepath.FromSlash(f.Name)))
		}
	}
	if !s.overwrite {
		for _, path := range paths {
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is there already, and nothing was written: name another place, or --force to write over it", path)
			}
		}
	}
	for i, f := range files {
		if err := putFile(paths[i], f); err != nil {
			return err
		}
	}
	return nil
}

func putFile(path string, f convert.File) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	switch {
	case f.Executable:
		mode = 0o755
	case f.Private:
		mode = 0o600
	}
	return os.WriteFile(path, f.Data, mode)
}
