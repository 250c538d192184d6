package curl

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
)

// call is a command of curl that was read.
type call struct {
	line int // from 1
	args []string
	// input is what curl reads from standard input; fed says that there is such a text.
	input string
	fed   bool
	// name, about and events come from the comments before the command.
	name, about string
	events      []convert.DraftEvent
}

type reader struct {
	path  string
	notes *convert.Notes
	draft *convert.Draft
	text  string
}

func (r *reader) fail(line, column int, problem, hint string) error {
	return &convert.Error{File: r.path, Line: line, Column: column, Problem: problem, Hint: hint}
}

var (
	isCommand = regexp.MustCompile(`(?m)(?:^|[;&|(]|\b(?:do|then|else)[ \t])[ \t]*(?:[$>] )?(?:[\w./-]*/)?curl(?:\.exe)?[ \t"'^\\]`)
	// cmdLine matches what a browser copies for the prompt of Windows.
	cmdLine    = regexp.MustCompile(`(?m)\^[ \t]*\r?$|curl(?:\.exe)?[ \t][^'"\n]*\^"`)
	prompt     = regexp.MustCompile(`(?m)^([ \t]*)\$ (curl\b)`)
	powerLine  = regexp.MustCompile("(?m)[ \t]`\r?$")
	knownFiles = regexp.MustCompile(`(?i)^(\.(sh|bash|curl|txt|bat|cmd))?$`)
)

// detectWithin is how much of a file is looked at, in bytes.
const detectWithin = 64 << 10

// detect takes scripts and texts in which a line begins with curl.
func detect(in *convert.Input) bool {
	if in.IsDir() || in.Path != "standard input" && !knownFiles.MatchString(path.Ext(in.Path)) {
		return false
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(in.Data[:min(len(in.Data), detectWithin)]), "\ufeff"))
	return text != "" && !strings.ContainsRune("{[<", rune(text[0])) && isCommand.MatchString(text+" ")
}

func read(in *convert.Input, notes *convert.Notes) (*collection.Collection, error) {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(in.Path, "\\", "/")), path.Ext(in.Path))
	r := &reader{path: in.Path, notes: notes, draft: &convert.Draft{Name: name}}
	r.text = strings.TrimPrefix(string(in.Data), "\ufeff")
	if !utf8.ValidString(r.text) {
		return nil, r.fail(0, 0, "is not text in UTF-8", "save it as UTF-8")
	}
	var calls []call
	var err error
	if windows(in.Path, r.text) {
		calls = r.cmdCalls()
	} else {
		r.text = prompt.ReplaceAllString(strings.ReplaceAll(r.text, "\r\n", "\n"), "$1  $2")
		if calls, err = r.bashCalls(); err != nil {
			return nil, err
		}
	}
	for i := range calls {
		items, err := r.items(&calls[i])
		if err != nil {
			return nil, err
		}
		r.draft.Items = append(r.draft.Items, items...)
	}
	if len(r.draft.Items) == 0 {
		return nil, r.fail(0, 0, "has no command of curl", "a command begins with curl")
	}
	return r.draft.Collection(in.Path)
}

// windows reports whether a text is for the prompt of Windows.
func windows(file, text string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".bat", ".cmd":
		return true
	case ".sh", ".bash":
		return false
	}
	return !strings.HasPrefix(text, "#!") && cmdLine.MatchString(text[:min(len(text), detectWithin)])
}

// isCurl reports whether a command's name is that of curl.
func isCurl(name string) bool {
	name = strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:])
	return name == "curl" || name == "curl.exe"
}

func short(text string) string {
	text = oneSpace.ReplaceAllString(text, " ")
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "..."
	}
	return text
}

var oneSpace = regexp.MustCompile(`\s+`)
