package markdown

import (
	"regexp"
	"strings"
)

// Three ways in which a text of the collection stands in the document. In none of them can it begin
// HTML, end a table's cell or a block of code, or begin a heading of the document's own.

// plain writes a text on one line, for headings, links and cells. Characters that have a
// meaning become entities: a backslash before them could itself stand behind one.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '|':
			b.WriteString("&#124;")
		case '\\':
			b.WriteString("&#92;")
		case '`':
			b.WriteString("&#96;")
		case '*', '_', '[', ']', '#', '~', '!', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			if r < ' ' || r == 0x7f {
				r = '\uFFFD'
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// value writes a value in a cell: as code where that is safe.
func value(text string) string {
	if text == "" {
		return ""
	}
	if strings.ContainsAny(text, "|`\\\r\n") || strings.TrimSpace(text) != text {
		return plain(text)
	}
	return "`" + text + "`"
}

// block writes lines of code between fences that are longer than any in them.
func block(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

var (
	// scriptLink begins an address that a browser would run.
	scriptLink = regexp.MustCompile(`(?i)(javascript|vbscript|data)((?::|&colon;|&#0*58;?|&#x0*3a;?))`)
	lineEnd    = regexp.MustCompile(`\r\n?|\n|\x{2028}|\x{2029}`)
)

// quote writes a description, which is Markdown itself, as a quotation: what it opens ends
// there. HTML in it becomes text.
func quote(description string) string {
	description = strings.TrimSpace(description)
	if description == "" {
		return ""
	}
	description = strings.ReplaceAll(scriptLink.ReplaceAllString(description, "$1 $2"), "<", "&lt;")
	var b strings.Builder
	for _, line := range lineEnd.Split(description, -1) {
		b.WriteString(strings.TrimRight("> "+line, " \t") + "\n")
	}
	b.WriteByte('\n')
	return b.String()
}
