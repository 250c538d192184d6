package curl

import (
	"fmt"
	"strings"

	"github.com/pmrun/pmrun/collection/convert/internal/program"
)

// powerShell writes scripts of PowerShell 7.3 and later, which hands arguments to programs as they are.
type powerShell struct{}

func (powerShell) extension() string { return ".ps1" }

func (powerShell) dynamic() []string {
	return []string{"$guid", "$randomUUID", "$timestamp", "$isoTimestamp", "$randomInt"}
}

// variable makes a name in small letters: PowerShell does not tell them from capitals.
func (powerShell) variable(name string) string { return strings.ToLower(program.Ident(name)) }

func (powerShell) function(name string) string {
	words := program.Words(name)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return "Send-" + strings.Join(words, "")
}

func (powerShell) taken() (variables, functions []string) {
	return strings.Fields(`_ args consolefilename enabledexperimentalfeatures error event eventargs eventsubscriber executioncontext false foreach home host input
		iscoreclr islinux ismacos iswindows lastexitcode matches myinvocation nestedpromptlevel null pid profile psboundparameters pscmdlet pscommandpath
		psculture psdebugcontext psedition pshome psitem psscriptroot pssenderinfo psuiculture psversiontable pwd sender shellid stacktrace switch this true
		erroractionpreference psnativecommandargumentpassing psnativecommanduseerroractionpreference outputencoding cookies options request requests path`), nil
}

func (sh powerShell) script(s *script) string {
	var b strings.Builder
	b.WriteString("#!/usr/bin/env pwsh\n#requires -Version 7.3\n")
	program.Comment(&b, "", "#", oneLine(s.title))
	if s.about != "" {
		b.WriteString("#\n")
		program.Comment(&b, "", "#", s.about)
	}
	if s.alone {
		b.WriteString(s.requests[0].scripts)
	} else {
		b.WriteString("#\n# Usage: FILE [REQUEST ...]: calls the requests that are named, without any all of them; stops at the first that fails.\n")
	}
	b.WriteString("$ErrorActionPreference = 'Stop'\n$PSNativeCommandArgumentPassing = 'Standard'\n")
	if len(s.declared) > 0 {
		b.WriteString("\n# What the environment says counts more than what stands here.\n")
	}
	for _, v := range s.declared {
		if v.Required {
			fmt.Fprintf(&b, "$%s = $env:%s\n", v.Ident, v.Ident)
		} else {
			fmt.Fprintf(&b, "$%s = $env:%s ?? %s\n", v.Ident, v.Ident, sh.word(s, v.Value))
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
		b.WriteString("exit $LASTEXITCODE\n")
		return b.String()
	}
	b.WriteString("\n# options are those of all requests; cookies go from one to the next.\n$cookies = (New-TemporaryFile).FullName\n")
	b.WriteString("$options = '--silent', '--show-error', '--fail-with-body', '--globoff'\n")
	for i := range s.requests {
		r := &s.requests[i]
		b.WriteString("\n")
		program.Comment(&b, "", "#", oneLine(r.title))
		if r.about != "" {
			b.WriteString("#\n")
			program.Comment(&b, "", "#", r.about)
		}
		b.WriteString(r.scripts)
		fmt.Fprintf(&b, "function %s {\n", r.name)
		for _, v := range r.required {
			sh.need(&b, "    ", v)
		}
		sh.call(&b, s, r, "    ")
		b.WriteString("}\n")
	}
	b.WriteString("\n$requests = $args\nif (-not $requests) {\n    $requests = @(")
	for i, r := range s.requests {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("'" + r.name + "'")
	}
	b.WriteString(")\n}\ntry {\n    foreach ($request in $requests) {\n        & $request\n        if ($LASTEXITCODE) {\n            exit $LASTEXITCODE\n        }\n    }\n}\nfinally {\n    Remove-Item $cookies\n}\n")
	return b.String()
}

func (powerShell) need(b *strings.Builder, indent string, v program.Variable) {
	fmt.Fprintf(b, "%sif (-not $%s) {\n%s    throw '%s has no value: give it in the environment'\n%s}\n", indent, v.Ident, indent, v.Ident, indent)
}

func (sh powerShell) call(b *strings.Builder, s *script, r *scripted, indent string) {
	cmd := r.cmd
	b.WriteString(indent)
	if cmd.input != nil {
		// A body that is no argument goes through a file.
		fmt.Fprintf(b, "$body = (New-TemporaryFile).FullName\n%s[IO.File]::WriteAllText($body, %s)\n%s", indent, sh.word(s, cmd.input), indent)
	}
	b.WriteString("curl")
	if s.alone {
		b.WriteString(" --silent --show-error --fail-with-body --globoff")
	} else {
		b.WriteString(" @options")
		if cmd.session {
			b.WriteString(" --cookie $cookies --cookie-jar $cookies")
		}
	}
	for _, o := range cmd.plain {
		b.WriteString(" " + o)
	}
	for _, a := range cmd.args {
		fmt.Fprintf(b, " `\n%s    %s ", indent, a.option)
		switch {
		case a.orEmpty != "":
			name := s.variables.Find(a.orEmpty).Ident
			fmt.Fprintf(b, "(%s + ($%s ? \": $%s\" : ';'))", sh.word(s, a.value), name, name)
		case cmd.input != nil && a.option == "--data-binary":
			b.WriteString(`"@$body"`)
		default:
			b.WriteString(sh.word(s, a.value))
		}
	}
	b.WriteString("\n")
	if cmd.input != nil {
		fmt.Fprintf(b, "%sRemove-Item $body\n", indent)
	}
}

// word writes a string with exactly this text.
func (sh powerShell) word(s *script, pieces []program.Piece) string {
	literal, text := true, ""
	for _, p := range pieces {
		literal = literal && p.Var == ""
		text += p.Text
	}
	if literal && !strings.ContainsFunc(text, special) {
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(text) + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, p := range pieces {
		if p.Var != "" {
			b.WriteString(sh.value(s, p))
			continue
		}
		for _, r := range p.Text {
			switch {
			case r == '\r':
				b.WriteString("`r")
			case special(r):
				fmt.Fprintf(&b, "`u{%x}", r)
			case strings.ContainsRune("`$\"“”„", r):
				b.WriteString("`" + string(r))
			default:
				b.WriteRune(r)
			}
		}
	}
	return b.String() + `"`
}

// value writes what stands for a variable within double quotes.
func (sh powerShell) value(s *script, p program.Piece) string {
	expression, plain := "", p.Enc == program.Plain
	if v := s.variables.Find(p.Var); v != nil {
		if plain {
			return "${" + v.Ident + "}"
		}
		expression = "$" + v.Ident
	} else {
		expression = map[string]string{
			"$guid": "[guid]::NewGuid()", "$randomUUID": "[guid]::NewGuid()", "$timestamp": "[DateTimeOffset]::UtcNow.ToUnixTimeSeconds()",
			"$isoTimestamp": "[DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ')", "$randomInt": "Get-Random -Maximum 1001",
		}[p.Var]
	}
	if plain {
		return "$(" + expression + ")"
	}
	name := map[program.Encoding]string{
		program.InPath: "ConvertTo-Path", program.InQuery: "ConvertTo-Query", program.InForm: "ConvertTo-Form", program.InJSON: "ConvertTo-JsonText", program.InQuotes: "ConvertTo-Quotes",
	}[p.Enc]
	if strings.HasPrefix(expression, "$") {
		return "$(" + name + " " + expression + ")"
	}
	return "$(" + name + " (" + expression + "))"
}

func (sh powerShell) helpers(b *strings.Builder, s *script) {
	for _, f := range []struct {
		enc         program.Encoding
		about, body string
	}{
		{program.InPath, "ConvertTo-Path writes a value as it stands in the path of a URL.",
			`[regex]::Replace($text.Replace('\', '/'), '[^!#-;=?-_a-z|~]+', { param($m) [Uri]::EscapeDataString($m.Value) })`},
		{program.InQuery, "ConvertTo-Query writes a value as it stands in the query of a URL.",
			`[regex]::Replace($text, '[^!#-&(-;=?-z{-~]+', { param($m) [Uri]::EscapeDataString($m.Value) })`},
		{program.InForm, "ConvertTo-Form writes a value as it stands in an urlencoded form.", `[Uri]::EscapeDataString($text)`},
		{program.InJSON, "ConvertTo-JsonText writes a value as it stands in a string of JSON.",
			"$text.Replace('\\', '\\\\').Replace('\"', '\\\"').Replace(\"`n\", '\\n').Replace(\"`r\", '\\r').Replace(\"`t\", '\\t')"},
		{program.InQuotes, "ConvertTo-Quotes writes a value as it stands between the quotes of --form.", `$text.Replace('\', '\\').Replace('"', '\"')`},
	} {
		if s.encoded(f.enc) {
			name, _, _ := strings.Cut(f.about, " ")
			fmt.Fprintf(b, "\n# %s\nfunction %s([string] $text) {\n    %s\n}\n", f.about, name, f.body)
		}
	}
}
