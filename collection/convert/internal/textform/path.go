package textform

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/pmrun/pmrun/collection"
)

// Path gives the file of a request, in directories for its folders. taken are those that
// were given before, in small letters.
func Path(item *collection.Item, ext string, taken map[string]bool) string {
	var parts []string
	for i := item; i != nil; i = i.Parent {
		parts = append([]string{fileName(i.Name)}, parts...)
	}
	base := strings.Join(parts, "/")
	name := base
	for i := 2; taken[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("%s %d", base, i)
	}
	taken[strings.ToLower(name)] = true
	return name + ext
}

var notInFileName = regexp.MustCompile(`[<>:"/\\|?*\x00-\x1f]+`)

func fileName(name string) string {
	return cmp.Or(strings.Trim(notInFileName.ReplaceAllString(name, "-"), " ."), "request")
}
