package batch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jobSource is what a job read from a file remembers of it.
type jobSource struct {
	file    string // absolute
	environ *Environ
	// refs has, by setting ("env-var.token", "pack.form[0]"), the text with
	// references and what it became.
	refs    map[string]reference
	secrets []string
}

type reference struct{ text, value string }

// envRef matches ${env:NAME}, and $${env:NAME}, which stands for the text itself.
var envRef = regexp.MustCompile(`\$?\$\{env:([^{}]*)\}`)

// expand replaces the references of a text. missing has the names that are not set.
func (e *Environ) expand(text string) (value string, used, missing []string) {
	value = envRef.ReplaceAllStringFunc(text, func(ref string) string {
		if strings.HasPrefix(ref, "$$") {
			return ref[1:]
		}
		name := envRef.FindStringSubmatch(ref)[1]
		v, ok := e.Lookup(name)
		if !ok {
			missing = append(missing, name)
			return ref
		}
		used = append(used, v)
		return v
	})
	return value, used, missing
}

// File is the absolute path of the job file, "" when the job came from flags.
func (j *Job) File() string {
	if j.source == nil {
		return ""
	}
	return j.source.file
}

// Environ lists the entries NAME=VALUE that the job may use: the process's
// environment, and for a job file .env beside it.
func (j *Job) Environ() []string {
	if j.source == nil {
		return os.Environ()
	}
	return j.source.environ.List()
}

// Secrets returns the values that came from ${env:NAME}.
func (j *Job) Secrets() []string {
	if j.source == nil {
		return nil
	}
	return j.source.secrets
}

// Referred reports whether a setting, such as "env-var.token", has its value
// from ${env:NAME}.
func (j *Job) Referred(setting, value string) bool {
	if j.source == nil {
		return false
	}
	ref, ok := j.source.refs[setting]
	return ok && ref.value == value
}

// Resolve replaces ${env:NAME} in every text value of a job that was read from
// text, the content of file, whose settings begin under prefix. home is the job
// file that .env and relative paths stand beside. The error names file, line and
// setting of every name that is not set.
func (j *Job) Resolve(file string, text []byte, prefix, home string) error {
	abs, err := filepath.Abs(home)
	if err != nil {
		return err
	}
	environ, err := ReadEnviron(filepath.Dir(abs), os.Environ())
	if err != nil {
		return err
	}
	if err := missingReferences(file, text, prefix, environ); err != nil {
		return err
	}
	j.source = &jobSource{file: abs, environ: environ, refs: make(map[string]reference)}
	j.replaceText(func(setting, text string) string {
		value, used, _ := environ.expand(text)
		if len(used) > 0 {
			j.source.refs[setting] = reference{text, value}
			j.source.secrets = append(j.source.secrets, used...)
		}
		return value
	})
	j.join(filepath.Dir(home))
	for _, p := range j.paths() {
		if ref, ok := j.source.refs[p.setting]; ok {
			j.source.refs[p.setting] = reference{ref.text, *p.path}
		}
	}
	return nil
}

// WithReferences returns a copy to be written: what came from ${env:NAME} is the
// reference again, and a text that only looks like one is escaped. Resolve and
// Unescape undo it.
func (j *Job) WithReferences() *Job {
	out := *j
	out.replaceText(func(setting, text string) string {
		if j.Referred(setting, text) {
			return j.source.refs[setting].text
		}
		return strings.ReplaceAll(text, "${env:", "$${env:")
	})
	return &out
}

// Unescape undoes WithReferences for a job that did not come from a file: it has
// no references.
func (j *Job) Unescape() {
	j.replaceText(func(_, text string) string { return strings.ReplaceAll(text, "$${env:", "${env:") })
}

// jobPath is a setting that is a path relative to the job file.
type jobPath struct {
	setting string
	path    *string
}

func (j *Job) paths() []jobPath {
	return []jobPath{
		{"collection", &j.Collection}, {"environment", &j.Environment}, {"globals", &j.Globals}, {"data", &j.Data},
		{"out", &j.Out}, {"events", &j.Events}, {"against", &j.Against}, {"history", &j.History}, {"working-dir", &j.WorkingDir}, {"node-modules", &j.NodeModules}, {"contract", &j.Contract},
	}
}

// join makes the job's paths relative to the program's working directory.
func (j *Job) join(dir string) {
	for _, p := range j.paths() {
		switch ext := filepath.Ext(*p.path); {
		case filepath.IsAbs(*p.path):
			continue
		case p.setting == "contract" && ext != ".yaml" && ext != ".yml":
			continue // a built-in name
		case p.setting == "events" && *p.path == "-":
			continue // standard output
		case *p.path == "" && p.setting != "working-dir":
			continue
		}
		*p.path = filepath.Join(dir, *p.path)
	}
}

// replaceText puts do's answer in the place of every text value, in maps and
// lists that are the job's own from then on.
func (j *Job) replaceText(do func(setting, text string) string) {
	reflect.ValueOf(j).Elem().Set(replaced(reflect.ValueOf(*j), "", do))
}

func replaced(v reflect.Value, setting string, do func(setting, text string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		if v.Len() > 0 {
			out.SetString(do(setting, v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(replaced(v.Elem(), setting, do))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
				out.Field(i).Set(replaced(v.Field(i), under(setting, name), do))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(replaced(v.Index(i), fmt.Sprintf("%s[%d]", setting, i), do))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(key, replaced(value, under(setting, key.String()), do))
			}
		}
	}
	return out
}

func under(setting, name string) string {
	if setting == "" {
		return name
	}
	return setting + "." + name
}

// missingReferences says which names of ${env:NAME} are not set, and where they
// stand.
func missingReferences(file string, text []byte, prefix string, environ *Environ) error {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("%s: this is not valid YAML", file)
	}
	var errs []error
	var look func(n *yaml.Node, setting string)
	look = func(n *yaml.Node, setting string) {
		switch n.Kind {
		case yaml.ScalarNode:
			if shown, ours := strings.CutPrefix(setting, prefix); ours {
				_, _, missing := environ.expand(n.Value)
				for _, name := range missing {
					errs = append(errs, fmt.Errorf("%s:%d: %s needs ${env:%s}, and %q is not set: set it in the environment, or in %s beside the job file", file, n.Line, shown, name, name, EnvironFile))
				}
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				look(n.Content[i+1], under(setting, n.Content[i].Value))
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				look(item, fmt.Sprintf("%s[%d]", setting, i))
			}
		case yaml.DocumentNode:
			for _, item := range n.Content {
				look(item, setting)
			}
		}
	}
	look(&document, "")
	return errors.Join(errs...)
}
