package postman

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Names of files of a collection v3 come from names of requests, and have to be files on
// every system.

var (
	reservedFile = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)( *\.|$)`)
	notInFiles   = `/\:*?"<>|`
)

// longestName is how many bytes of a name are in that of a file: systems take 255, of which
// suffixes take some.
const longestName = 120

// names gives each of the names of one directory a file of its own, without regard to case.
type names map[string]bool

// file gives the name of a file, without its suffix.
func (n names) file(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case strings.ContainsRune(notInFiles, c):
			return '-'
		case unicode.IsControl(c) || c == utf8.RuneError || c == '\u2028' || c == '\u2029' || c == '\ufeff':
			return ' '
		}
		return c
	}, norm.NFC.String(name))
	for len(name) > longestName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	// Hidden files are no part of a collection, and some systems cut blanks and dots at the end.
	name = strings.TrimRight(strings.TrimLeft(name, " .~"), " .")
	lower := strings.ToLower(name)
	switch {
	case name == "":
		name = "Untitled"
	case reservedFile.MatchString(name), strings.HasSuffix(lower, ".resources"), strings.HasSuffix(lower, ".request"), lower == "node_modules":
		name += "-"
	}
	file := name
	for i := 2; n[key(file)]; i++ {
		file = fmt.Sprintf("%s %d", name, i)
	}
	n[key(file)] = true
	return file
}

// key is the same for two names that a system may take for one.
func key(name string) string { return strings.ToLower(strings.ToUpper(norm.NFKC.String(name))) }
