package curl

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/pmrun/pmrun/collection/convert/internal/program"
)

// bashShell writes scripts of bash.
type bashShell struct{}

func (bashShell) extension() string { return ".sh" }

func (bashShell) dynamic() []string {
	return []string{"$guid", "$randomUUID", "$timestamp", "$isoTimestamp", "$randomInt"}
}

func (bashShell) variable(name string) string { return program.Ident(name) }

func (bashShell) function(name string) string { return strings.ToLower(program.Ident(name)) }

func (bashShell) taken() (variables, functions []string) {
	variables = strings.Fields(`PATH HOME IFS UID EUID PPID PWD OLDPWD RANDOM SRANDOM SECONDS EPOCHSECONDS LINENO BASHPID BASHOPTS SHELLOPTS GROUPS HOSTNAME
		HOSTTYPE OSTYPE MACHTYPE USER LOGNAME LANG LC_ALL TERM SHELL TMPDIR OPTARG OPTIND OPTERR REPLY DIRSTACK FUNCNAME PIPESTATUS
		http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY CURL_HOME CURL_CA_BUNDLE cookies options request`)
	functions = strings.Fields(`if then else elif fi case esac for select while until do done in function time coproc
		break builtin command continue declare eval exec exit export local printf read return set shift source test trap unset
		echo cat curl date mktemp rm tr uuidgen encoded in_path in_query in_form in_json in_quotes guid`)
	return variables, functions
}

func (sh bashShell) script(s *script) string {
	var b strings.Builder
	b.WriteString("#!/usr/bin/env bash\n")
	program.Comment(&b, "", "#", oneLine(s.title))
	if s.about != "" {
		b.WriteString("#\n")
		program.Comment(&b, "", "#", s.about)
	}
	if s.alone {
		b.WriteString(s.requests[0].scripts)
	} else {
		b.WriteString("#\n# Usage: bash FILE [REQUEST ...]: calls the requests that are named, without any all of them; stops at the first that fails.\n")
	}
	b.WriteString("set -eu\n")
	declared := false
	for _, v := range s.declared {
		if !v.Required {
			if !declared {
				declared = true
				b.WriteString("\n# What the environment says counts more than what stands here.\n")
			}
			fmt.Fprintf(&b, "%s=${%s-%s}\n", v.Ident, v.Ident, sh.word(s, v.Value))
		}
	}
	if s.alone {
		for _, v := range s.requests[0].required {
			sh.need(&b, "", v)
		}
	}
	sh.helpers(&b, s)
	if s.alone {
		b.WriteString("\n")
		sh.call(&b, s, &s.requests[0], "")
		return b.String()
	}
	b.WriteString("\n# options are those of all requests; cookies go from one to the next.\ncookies=$(mktemp)\ntrap 'rm -f \"$cookies\"' EXIT\n")
	b.WriteString("options=(--silent --show-error --fail-with-body --globoff)\n")
	for i := range s.requests {
		r := &s.requests[i]
		b.WriteString("\n")
		program.Comment(&b, "", "#", oneLine(r.title))
		if r.about != "" {
			b.WriteString("#\n")
			program.Comment(&b, "", "#", r.about)
		}
		b.WriteString(r.scripts)
		b.WriteString(r.name + "() {\n")
		for _, v := range r.required {
			sh.need(&b, "\t", v)
		}
		sh.call(&b, s, r, "\t")
		b.WriteString("}\n")
	}
	b.WriteString("\nif (($# == 0)); then\n\tset --")
	for _, r := range s.requests {
		b.WriteString(" " + r.name)
	}
	b.WriteString("\nfi\nfor request; do\n\tif ! declare -F \"$request\" >/dev/null; then\n\t\techo \"there is no request $request\" >&2\n\t\texit 2\n\tfi\n\t\"$request\"\ndone\n")
	return b.String()
}

// need ends the script when a variable has no value.
func (bashShell) need(b *strings.Builder, indent string, v program.Variable) {
	fmt.Fprintf(b, "%s: \"${%s:?give it in the environment}\"\n", indent, v.Ident)
}

// call writes the call of curl.
func (sh bashShell) call(b *strings.Builder, s *script, r *scripted, indent string) {
	cmd := r.cmd
	b.WriteString(indent)
	if cmd.input != nil {
		sh.input(b, s, cmd.input, indent)
		indent += "\t"
	}
	b.WriteString("curl")
	if s.alone {
		b.WriteString(" --silent --show-error --fail-with-body --globoff")
	} else {
		b.WriteString(` "${options[@]}"`)
		if cmd.session {
			b.WriteString(` --cookie "$cookies" --cookie-jar "$cookies"`)
		}
	}
	for _, o := range cmd.plain {
		b.WriteString(" " + o)
	}
	for _, a := range cmd.args {
		fmt.Fprintf(b, " \\\n%s\t%s ", indent, a.option)
		if a.orEmpty == "" {
			b.WriteString(sh.word(s, a.value))
			continue
		}
		name := s.variables.Find(a.orEmpty).Ident
		fmt.Fprintf(b, "%s\"${%s:+: }${%s:-;}\"", sh.word(s, a.value), name, name)
	}
	b.WriteString("\n")
}

// input pipes a text into curl.
func (sh bashShell) input(b *strings.Builder, s *script, pieces []program.Piece, indent string) {
	fmt.Fprintf(b, "printf '%%s' %s |\n%s\t", sh.word(s, pieces), indent)
}

// word writes a word of bash with exactly this text.
func (sh bashShell) word(s *script, pieces []program.Piece) string {
	for _, p := range pieces {
		if p.Var != "" {
			return sh.quoted(s, pieces)
		}
	}
	text := ""
	for _, p := range pieces {
		text += p.Text
	}
	return bashLiteral(text)
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)

// bashLiteral quotes a text. NUL, which no word can hold, is left out.
func bashLiteral(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	switch {
	case bare.MatchString(text):
		return text
	case strings.ContainsFunc(text, special):
		return ansi(text)
	case !strings.Contains(text, "'"):
		return "'" + text + "'"
	case !strings.ContainsAny(text, "\"$`\\!"):
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// special are characters that do not stand in a script as they are.
func special(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || !unicode.IsPrint(r) && r != ' ')
}

// ansi writes $'...'.
func ansi(text string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\\' || c == '\'':
			b.WriteString("\\" + string(c))
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// quoted writes pieces between double quotes. What means something there even so is written outside of them:
// "!" where a person puts the command into a prompt, and controls.
func (sh bashShell) quoted(s *script, pieces []program.Piece) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, p := range pieces {
		if p.Var != "" {
			b.WriteString(sh.value(s, p, i+1 < len(pieces) && touches(pieces[i+1])))
			continue
		}
		for _, r := range strings.ReplaceAll(p.Text, "\x00", "") {
			switch {
			case r == '!':
				b.WriteString(`"'!'"`)
			case special(r):
				b.WriteString(`"` + ansi(string(r)) + `"`)
			case strings.ContainsRune("\\\"$`", r):
				b.WriteString("\\" + string(r))
			default:
				b.WriteRune(r)
			}
		}
	}
	text := b.String() + `"`
	// Where they meet there are empty quotes.
	if trimmed := strings.TrimPrefix(text, `""`); trimmed != text && trimmed != "" {
		text = trimmed
	}
	if trimmed := strings.TrimSuffix(text, `""`); trimmed != text && trimmed != "" && !strings.HasSuffix(trimmed, `\`) {
		text = trimmed
	}
	return text
}

// touches reports whether a piece would be read as part of a variable's name before it.
func touches(p program.Piece) bool {
	return p.Text != "" && (p.Text[0] == '_' || p.Text[0] == '[' || p.Text[0] >= '0' && p.Text[0] <= '9' || p.Text[0]|0x20 >= 'a' && p.Text[0]|0x20 <= 'z')
}

// value writes what stands for a variable within double quotes.
func (sh bashShell) value(s *script, p program.Piece, braces bool) string {
	value := ""
	if v := s.variables.Find(p.Var); v != nil {
		if value = "$" + v.Ident; braces && p.Enc == program.Plain {
			value = "${" + v.Ident + "}"
		}
	} else {
		value = map[string]string{
			"$guid": "$(guid)", "$randomUUID": "$(guid)", "$timestamp": "$(date +%s)", "$isoTimestamp": "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)", "$randomInt": "$((RANDOM % 1001))",
		}[p.Var]
	}
	if name := encoder(p.Enc); name != "" {
		return "$(" + name + ` "` + value + `")`
	}
	return value
}

// encoder is the function that writes values in an encoding.
func encoder(enc program.Encoding) string {
	return map[program.Encoding]string{
		program.InPath: "in_path", program.InQuery: "in_query", program.InForm: "in_form", program.InJSON: "in_json", program.InQuotes: "in_quotes",
	}[enc]
}

// helpers writes the functions that the commands call.
func (sh bashShell) helpers(b *strings.Builder, s *script) {
	if s.makes("$guid", "$randomUUID") {
		b.WriteString(`
# guid makes a random UUID.
guid() {
	cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen | tr A-F a-f
}
`)
	}
	inPath, inQuery, inForm := s.encoded(program.InPath), s.encoded(program.InQuery), s.encoded(program.InForm)
	if inPath || inQuery || inForm {
		b.WriteString(`
# encoded writes a text with each byte that the pattern matches as %XX.
encoded() {
	local LC_ALL=C text=$1 out='' c i
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		# shellcheck disable=SC2254
		case $c in
		$2)
			printf -v c '%d' "'$c"
			printf -v c '%%%02X' "$((c & 255))"
			;;
		esac
		out+=$c
	done
	printf '%s' "$out"
}
`)
	}
	for _, f := range []struct {
		used        bool
		about, body string
	}{
		{inPath, "in_path writes a value as it stands in the path of a URL.", `encoded "${1//\\//}" '[^!#-;=?-_a-z|~]'`},
		{inQuery, "in_query writes a value as it stands in the query of a URL.", `encoded "$1" '[^!#-&(-;=?-z{-~]'`},
		{inForm, "in_form writes a value as it stands in an urlencoded form.", `encoded "$1" '[^A-Za-z0-9_.~-]'`},
		{s.encoded(program.InJSON), "in_json writes a value as it stands in a string of JSON.",
			"local text=${1//\\\\/\\\\\\\\}\n\ttext=${text//\\\"/\\\\\\\"}\n\ttext=${text//$'\\n'/\\\\n}\n\ttext=${text//$'\\r'/\\\\r}\n\tprintf '%s' \"${text//$'\\t'/\\\\t}\""},
		{s.encoded(program.InQuotes), "in_quotes writes a value as it stands between the quotes of --form.",
			"local text=${1//\\\\/\\\\\\\\}\n\tprintf '%s' \"${text//\\\"/\\\\\\\"}\""},
	} {
		if f.used {
			name, _, _ := strings.Cut(f.about, " ")
			fmt.Fprintf(b, "\n# %s\n%s() {\n\t%s\n}\n", f.about, name, f.body)
		}
	}
}

func oneLine(text string) string {
	return cmp.Or(strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " "), "A request")
}
