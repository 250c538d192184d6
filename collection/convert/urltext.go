package convert

import (
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// LiteralSegments gives, for a URL of a format in which ":name" in a path is text, the
// path variables that keep it so; names that are given are left out.
func LiteralSegments(url string, given ...string) []collection.Variable {
	blank := vars.Blank(url)
	if i := strings.IndexAny(blank, "?#"); i >= 0 {
		url, blank = url[:i], blank[:i]
	}
	if i := strings.Index(blank, "://"); i >= 0 {
		url, blank = url[i+3:], blank[i+3:]
	}
	seen := make(map[string]bool)
	for _, name := range given {
		seen[name] = true
	}
	var list []collection.Variable
	for i := strings.IndexByte(blank, '/'); i >= 0; {
		url, blank = url[i+1:], blank[i+1:]
		segment := url
		if i = strings.IndexByte(blank, '/'); i >= 0 {
			segment = url[:i]
		}
		rest, ok := strings.CutPrefix(segment, ":")
		name, _, _ := strings.Cut(rest, ".") // as Postman cuts it
		if ok && name != "" && !seen[name] {
			seen[name] = true
			list = append(list, collection.Variable{Key: name, Value: ":" + name})
		}
	}
	return list
}

// EncodePlus encodes the plus signs of a parameter that means them: Postman sends them as
// they are, and servers take them for blanks. Placeholders stay.
func EncodePlus(text string) string {
	if !strings.Contains(text, "+") {
		return text
	}
	blank := vars.Blank(text)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if blank[i] == '+' {
			b.WriteString("%2B")
		} else {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
