package runreport

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pmrun/pmrun/collection"
)

// clean leaves out what would steer a terminal, turn the direction of its text, or be no
// character of XML. Line breaks and tabs stay.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufffe', r == '\uffff', unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
}

// oneLine is a text for one line.
func oneLine(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }

// text is a text as a report may have it: without secrets and without what steers a
// terminal.
func (o *Options) text(text string) string { return clean(o.Mask(text)) }

// line is the same for one line.
func (o *Options) line(text string) string { return oneLine(o.Mask(text)) }

// body is the beginning of a body. Secrets are masked before it is cut: half of one
// would not be found.
func (o *Options) body(body string) string {
	text := strings.ToValidUTF8(o.text(body), "\uFFFD")
	if len(text) <= mostBody {
		return text
	}
	return strings.ToValidUTF8(text[:mostBody], "") + fmt.Sprintf("... (%s)", size(int64(len(body))))
}

// mostBody bounds a body that is shown to people, in bytes.
const mostBody = 2048

// parentPath names the folders around an item, from the collection on.
func parentPath(item *collection.Item, separator string) string {
	var names []string
	for parent := item.Parent; parent != nil; parent = parent.Parent {
		names = append(names, parent.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, separator)
}

// inside is an item with the folders around it, as newman writes them.
func inside(item *collection.Item) string {
	if parents := parentPath(item, " / "); parents != "" {
		return parents + " / " + item.Name
	}
	return item.Name
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%dB", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.4gkB", float64(n)/1000)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.4gMB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.4gGB", float64(n)/1e9)
}

// duration is a time for people.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2gms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.3gs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// milliseconds is a number of them for people.
func milliseconds(v float64) string { return duration(time.Duration(v * float64(time.Millisecond))) }
