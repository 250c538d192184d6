package curl

import (
	"regexp"
	"strings"
)

// cmdCalls reads commands for the prompt of Windows, as browsers copy them: first what cmd makes of carets, then
// the arguments as the C library of a program takes them apart.
func (r *reader) cmdCalls() []call {
	var calls []call
	doubled := chromeQuotes.MatchString(r.text) && !oddBackslashes.MatchString(strings.ReplaceAll(r.text, "^", ""))
	var line strings.Builder
	at, start := 1, 1
	end := func() {
		if args := windowsArgs(line.String(), doubled); len(args) > 0 && isCurl(args[0]) {
			calls = append(calls, call{line: start, args: args[1:]})
		} else if len(args) > 0 && !strings.HasPrefix(args[0], "@") && !strings.EqualFold(args[0], "rem") && !strings.EqualFold(args[0], "echo") {
			r.notes.AddAt("", "command "+short(args[0]), "left out: it is none of curl")
		}
		line.Reset()
	}
	quoted := false
	text := strings.ReplaceAll(r.text, "\r\n", "\n")
	for i := 0; i < len(text); i++ {
		if line.Len() == 0 {
			start = at
		}
		c := text[i]
		switch {
		case c == '^' && !quoted:
			// A caret takes the next character as it is; a line that ends with it goes on, and the first
			// character of the next is taken as it is.
			if i++; i < len(text) && text[i] == '\n' {
				at++
				i++
			}
			if i < len(text) {
				if text[i] == '\n' {
					at++
				}
				line.WriteByte(text[i])
			}
		case c == '"':
			quoted = !quoted
			line.WriteByte(c)
		case c == '\n':
			at++
			// A quote that is open goes on: that is how the text was meant.
			if quoted {
				line.WriteByte(c)
			} else {
				end()
			}
		case c == '&' && !quoted:
			end()
		default:
			line.WriteByte(c)
		}
	}
	end()
	return calls
}

// Chrome doubles every backslash, also where Windows takes each for itself.
var (
	chromeQuotes   = regexp.MustCompile(`\^"`)
	oddBackslashes = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\(?:[^\\"]|$)`)
)

// windowsArgs takes a command line apart: backslashes before a quote count, two quotes within quotes are one.
// doubled says that all other backslashes are doubled.
func windowsArgs(line string, doubled bool) []string {
	var args []string
	var b strings.Builder
	some, quoted := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\':
			n := 1
			for i+n < len(line) && line[i+n] == '\\' {
				n++
			}
			some = true
			if i+n >= len(line) || line[i+n] != '"' {
				some := n
				if doubled {
					some = n / 2
				}
				b.WriteString(strings.Repeat(`\`, some))
				i += n - 1
				continue
			}
			b.WriteString(strings.Repeat(`\`, n/2))
			if i += n - 1; n%2 == 1 {
				i++
				b.WriteByte('"')
			}
		case c == '"':
			some = true
			if quoted && i+1 < len(line) && line[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			if some {
				args = append(args, b.String())
				b.Reset()
				some = false
			}
		default:
			some = true
			b.WriteByte(c)
		}
	}
	if some {
		args = append(args, b.String())
	}
	return args
}
