package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pmrun/pmrun/collection/runner"
	"github.com/pmrun/pmrun/report/runreport"
)

// runOptions are the flags of pmrun run: newman's, and some of its own.
type runOptions struct {
	environment, globals string
	envVars, globalVars  []string
	data                 string
	dataStrings          bool
	iterations           int
	folders, exclude     []string
	bail                 string

	reporters                       []string
	reporter                        map[string]*string // by the flag's name without --reporter-
	color                           string
	silent, verbose, plain          bool
	suppress, mask                  bool
	exportEnvironment, exportJar    string
	exportGlobals, exportCollection string
	jar, apiKey                     string

	delay, timeout, timeoutRequest, timeoutScript milliseconds
	ignoreRedirects, insecure, noInsecureRead     bool
	cert, key, passphrase, certList, extraCA      string
	workingDir, nodeModules                       string

	parallel, retries int
	rate              string
	failUnresolved    bool
}

// milliseconds is a flag that takes newman's plain number, or a duration with a unit.
type milliseconds struct{ time.Duration }

func (m *milliseconds) Type() string   { return "ms" }
func (m *milliseconds) String() string { return "" }

// Set reads 250 or 1.5s.
func (m *milliseconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "ms")
	}
	if err != nil || d < 0 {
		return errors.New("write it as a number of milliseconds, such as 250, or with a unit, such as 2s")
	}
	m.Duration = d
	return nil
}

func (o *runOptions) flags(f *pflag.FlagSet) {
	f.StringVarP(&o.environment, "environment", "e", "", "the environment: a file or URL")
	f.StringVarP(&o.globals, "globals", "g", "", "the globals: a file or URL")
	f.StringArrayVar(&o.envVars, "env-var", nil, "a variable of the environment, NAME=VALUE")
	f.StringArrayVar(&o.globalVars, "global-var", nil, "a global variable, NAME=VALUE")
	f.StringVarP(&o.data, "iteration-data", "d", "", "rows for the iterations: a JSON list or a CSV file")
	f.BoolVar(&o.dataStrings, "data-strings", false, "keep every cell of a CSV as the text that it is: newman makes numbers of 007 and 1e3")
	f.IntVarP(&o.iterations, "iteration-count", "n", 0, "how many iterations (one for each row; without data, one)")
	f.StringArrayVar(&o.folders, "folder", nil, "run only this folder or request, by name, path or id; may be repeated")
	f.StringArrayVar(&o.exclude, "exclude", nil, "leave out this folder or request; may be repeated")
	f.StringVar(&o.bail, "bail", "", "end early: at a failure, at an error (folder), or of an iteration with a failure")
	f.Lookup("bail").NoOptDefVal = string(runner.BailFailure)

	f.StringSliceVarP(&o.reporters, "reporters", "r", []string{"cli"}, "what is reported how")
	f.StringVar(&o.color, "color", "auto", "colours of the cli reporter: on, off or auto")
	f.BoolVar(&o.silent, "silent", false, "the cli reporter prints nothing")
	f.BoolVar(&o.verbose, "verbose", false, "requests, answers and times in detail")
	f.BoolVar(&o.plain, "disable-unicode", false, "no symbols beyond ASCII")
	f.BoolVarP(&o.suppress, "suppress-exit-code", "x", false, "exit with 0 also when tests failed")
	f.BoolVar(&o.mask, "mask", true, "mask secrets in everything that is printed or reported")
	f.StringVar(&o.exportEnvironment, "export-environment", "", "write the environment as it is at the end: a file, or a directory")
	f.StringVar(&o.exportGlobals, "export-globals", "", "write the globals as they are at the end")
	f.StringVar(&o.exportCollection, "export-collection", "", "write the collection, with its variables as they are at the end")
	f.StringVar(&o.exportJar, "export-cookie-jar", "", "write the cookies as they are at the end")
	f.StringVar(&o.jar, "cookie-jar", "", "cookies to begin with, as --export-cookie-jar writes them")
	f.StringVar(&o.apiKey, "postman-api-key", "", "the key for collections that are named by their Postman id")

	f.Var(&o.delay, "delay-request", "wait so long before each request, in ms")
	f.Var(&o.timeout, "timeout", "most time for the whole run, in ms")
	f.Var(&o.timeoutRequest, "timeout-request", "most time for one request, in ms")
	f.Var(&o.timeoutScript, "timeout-script", "most time for one script, in ms")
	f.BoolVar(&o.ignoreRedirects, "ignore-redirects", false, "take a redirect for the answer")
	f.BoolVarP(&o.insecure, "insecure", "k", false, "accept any certificate")
	f.BoolVar(&o.noInsecureRead, "no-insecure-file-read", false, "refuse to send files from outside the working directory")
	f.StringVar(&o.cert, "ssl-client-cert", "", "a client certificate (PEM) for every https host")
	f.StringVar(&o.key, "ssl-client-key", "", "its key (PEM)")
	f.StringVar(&o.passphrase, "ssl-client-passphrase", "", "the key's passphrase")
	f.StringVar(&o.certList, "ssl-client-cert-list", "", "client certificates by host: a JSON file")
	f.StringVar(&o.extraCA, "ssl-extra-ca-certs", "", "more certificates to trust (PEM)")
	f.StringVar(&o.workingDir, "working-dir", "", "where relative paths of files start (the current directory)")
	f.StringVar(&o.nodeModules, "node-modules", "", "a directory in which require finds packages of pure JavaScript")

	f.IntVar(&o.parallel, "parallel", 1, "iterations at once, each with variables of its own")
	f.IntVar(&o.retries, "retries", 0, "how often a request with an idempotent method is made again that had no answer")
	f.StringVar(&o.rate, "rate", "none", "most requests in a time: 10/s, 300/m or none")
	f.BoolVar(&o.failUnresolved, "fail-on-unresolved", false, "a request with a placeholder that has no value is an error, and is not sent")
}

// reporterPrefix begins the options of reporters: --reporter-json-export FILE.
const reporterPrefix = "--reporter-"

// reporterFlags makes a flag of each option of a reporter that the arguments have:
// which there are, the reporters say.
func (o *runOptions) reporterFlags(f *pflag.FlagSet, args []string) {
	o.reporter = make(map[string]*string)
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, reporterPrefix)
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, "=")
		if name == "" || o.reporter[name] != nil {
			continue
		}
		o.reporter[name] = new(string)
		f.StringVar(o.reporter[name], "reporter-"+name, "", "an option of a reporter")
		flag := f.Lookup("reporter-" + name)
		flag.Hidden = true
		if !runreport.TakesValue(name[strings.LastIndexByte(name, '-')+1:]) {
			flag.NoOptDefVal = "true"
		}
	}
}

// withValues joins --bail with the word after it, which is its value only when it is
// one: the flag may stand alone.
func withValues(args []string) []string {
	if len(args) == 0 || args[0] != "run" {
		return args
	}
	var joined []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--bail" && i+1 < len(args) && slices.Contains([]string{string(runner.BailFailure), string(runner.BailFolder), string(runner.BailIteration)}, args[i+1]) {
			joined = append(joined, args[i]+"="+args[i+1])
			i++
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

// reporterOptions gives the options of one reporter: those that name it, and those for
// all that it has, or that none has: it refuses them.
func (o *runOptions) reporterOptions(reporter string, all []string) map[string]string {
	options := make(map[string]string)
	for name, value := range o.reporter {
		named := slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(name, other+"-") })
		if own, ok := strings.CutPrefix(name, reporter+"-"); ok {
			options[own] = *value
		} else if _, set := options[name]; !named && !set && (runreport.Knows(reporter, name) || !slices.ContainsFunc(all, func(other string) bool { return runreport.Knows(other, name) })) {
			options[name] = *value
		}
	}
	return options
}

// check refuses values that make no sense.
func (o *runOptions) check(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("iteration-count") && o.iterations < 1:
		return fmt.Errorf("--iteration-count %d: it has to be 1 or more", o.iterations)
	case o.parallel < 1:
		return fmt.Errorf("--parallel %d: it has to be 1 or more", o.parallel)
	case o.retries < 0:
		return fmt.Errorf("--retries %d: it has to be 0 or more", o.retries)
	case !slices.Contains([]string{"on", "off", "auto"}, o.color):
		return fmt.Errorf("--color %s: it is on, off or auto", o.color)
	case !slices.Contains([]runner.Bail{runner.BailNever, runner.BailFailure, runner.BailFolder, runner.BailIteration}, runner.Bail(o.bail)):
		return fmt.Errorf("--bail %s: it is failure, folder or iteration", o.bail)
	case (o.cert == "") != (o.key == ""):
		return errors.New("--ssl-client-cert and --ssl-client-key go together")
	}
	return nil
}

// rcFiles are newman's files of options, each over the one before.
func rcFiles() []string {
	files := []string{"/etc/postman/newmanrc"}
	if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".postman", "newmanrc"))
	}
	return append(files, ".newmanrc")
}

// readRC gives flags that were not given the values of newman's rc files.
func (o *runOptions) readRC(cmd *cobra.Command, files []string) error {
	values := make(map[string]json.RawMessage)
	from := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot read the options in %s: %w", file, err)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			return fmt.Errorf("%s: the options are not a JSON object: %w", file, err)
		}
		if inner, ok := members["run"]; ok {
			members = nil
			if err := json.Unmarshal(inner, &members); err != nil {
				return fmt.Errorf("%s: \"run\" is not a JSON object: %w", file, err)
			}
		}
		for name, value := range members {
			name = kebab(name)
			values[name], from[name] = value, file
		}
	}
	for name, value := range values {
		flag := cmd.Flags().Lookup(name)
		if flag == nil {
			return fmt.Errorf("%s: there is no option %q: see pmrun run --help", from[name], name)
		}
		if flag.Changed {
			continue
		}
		for _, text := range optionTexts(value) {
			if err := cmd.Flags().Set(name, text); err != nil {
				return fmt.Errorf("%s: option %q: %w", from[name], name, err)
			}
		}
	}
	return nil
}

// optionTexts are the texts that a JSON value is for a flag: those of a list one by one.
func optionTexts(value json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil {
		var texts []string
		for _, v := range list {
			texts = append(texts, optionTexts(v)...)
		}
		return texts
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return []string{text}
	}
	if string(value) == "null" {
		return nil
	}
	return []string{string(value)}
}

// kebab writes iterationCount as iteration-count.
func kebab(name string) string {
	var b strings.Builder
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('-')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
