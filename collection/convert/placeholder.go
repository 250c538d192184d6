package convert

import "strings"

// nextPlaceholder finds the first {{name}}, or <<name>> as older collections have it, of a
// text at or after from. start is -1 when there is none. It takes one look at each byte,
// as texts are long and mostly have none.
func nextPlaceholder(text string, from int) (start, end int) {
	for i := from; ; i++ {
		step := strings.IndexAny(text[i:], "{<")
		if step < 0 || i+step+2 > len(text) {
			return -1, -1
		}
		i += step
		if end := placeholderAt(text, i); end > 0 {
			return i, end
		}
	}
}

// placeholderAt gives the end of the placeholder that begins at i, 0 when none does.
func placeholderAt(text string, i int) (end int) {
	stops, closed := "{}", "}}"
	switch {
	case strings.HasPrefix(text[i:], "{{"):
	case strings.HasPrefix(text[i:], "<<"):
		stops, closed = "<>", ">>"
	default:
		return 0
	}
	n := strings.IndexAny(text[i+2:], stops)
	if n <= 0 || !strings.HasPrefix(text[i+2+n:], closed) {
		return 0
	}
	return i + 2 + n + 2
}
