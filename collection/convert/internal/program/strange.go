package program

import (
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
)

// StrangePath reports whether Go's own library, and what is built on it, would write the path of a URL otherwise
// than it is.
func StrangePath(c *convert.Call) bool {
	text, _, _ := strings.Cut(c.URL, "?")
	return strangePath.MatchString(placeholder.ReplaceAllString(text, "")) || badPercent.MatchString(text)
}

var (
	strangePath = regexp.MustCompile(`[^A-Za-z0-9\-._~!$&'()*+,;=:@/%\[\]]`)
	badPercent  = regexp.MustCompile(`%([^0-9A-Fa-f]|.?$|.[^0-9A-Fa-f])`)
	placeholder = regexp.MustCompile(`\{\{[^{}]+\}\}`)
)
