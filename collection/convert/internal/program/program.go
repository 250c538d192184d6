// Package program holds what the formats that are programs share: the texts that they send, the variables that
// these need, and names for functions.
package program

import (
	"cmp"
	"fmt"
	"path"
	"strings"
	"unicode"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/request"
)

// Ident makes a name of letters, digits and underscores, that does not begin with a digit.
func Ident(name string) string {
	ident := strings.Join(Words(name), "_")
	if ident == "" || ident[0] >= '0' && ident[0] <= '9' {
		ident = "x" + ident
	}
	return ident
}

// Words gives the runs of ASCII letters and digits of a name.
func Words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Names gives a name to each call, made of its request's own name, no two alike and none that is taken.
func Names(calls []convert.Call, ident func(string) string, taken ...string) []string {
	names := newUnique(taken)
	list := make([]string, len(calls))
	for i := range calls {
		list[i] = names.take(ident(calls[i].Item.Name))
	}
	return list
}

// unique are names that are in use, and how often they were asked for.
type unique map[string]int

func newUnique(taken []string) unique {
	u := make(unique)
	for _, name := range taken {
		u[name] = 1
	}
	return u
}

func (u unique) take(base string) string {
	name := base
	for u[name] > 0 {
		u[base]++
		name = fmt.Sprintf("%s_%d", base, u[base])
	}
	u[name] = 1
	return name
}

// Lines gives the lines of a text for comments: no line break of any kind is left in them.
func Lines(text string) []string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\x00", "").Replace(text)
	if text = strings.TrimRightFunc(strings.TrimLeft(text, "\n"), unicode.IsSpace); text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(strings.ToValidUTF8(lines[i], "?"), unicode.IsSpace)
	}
	return lines
}

// Comment writes text as comments, a line each.
func Comment(b *strings.Builder, indent, mark, text string) {
	for _, line := range Lines(text) {
		b.WriteString(strings.TrimRight(indent+mark+" "+line, " ") + "\n")
	}
}

// Scripts writes the scripts that run for a request as comments, and notes it.
func Scripts(b *strings.Builder, mark string, item *collection.Item, notes *convert.Notes) {
	for _, event := range []string{"prerequest", "test"} {
		for _, s := range item.EventScripts(event) {
			Script(b, mark, s)
			notes.Add(item, "event "+event, "written as a comment")
		}
	}
}

// Script writes one script as a comment.
func Script(b *strings.Builder, mark string, s collection.Script) {
	fmt.Fprintf(b, "%s\n%s Postman script %s:\n", mark, mark, s.Event)
	for _, line := range Lines(s.Source) {
		b.WriteString(strings.TrimRight(mark+" | "+strings.ReplaceAll(line, "\t", "    "), " ") + "\n")
	}
}

// Header reports whether a header of a call is to be written: what the body decides is not, nor a multipart
// type, which has no boundary yet.
func Header(c *convert.Call, h collection.Header) bool {
	switch strings.ToLower(strings.TrimSpace(h.Key)) {
	case "content-length", "transfer-encoding":
		return false
	case "content-type":
		return c.Body == nil || c.Body.Mode != collection.ModeFormData || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(h.Value)), "multipart/form-data")
	}
	return true
}

// HasBody reports whether a body is sent: as in Postman, an empty text or form is none.
func HasBody(c *convert.Call) bool {
	b := c.Body
	switch {
	case b == nil:
		return false
	case b.Mode == collection.ModeFormData:
		return len(Parts(c)) > 0
	case b.Mode == collection.ModeFile:
		return b.File != ""
	}
	return b.Text != ""
}

// Part is a part of a multipart body: a text, or a file.
type Part struct {
	Name, Value           string
	File, FileName, Media string // Media of a text is often empty
}

// Parts gives the parts of a body that is a form, one for each file. Files whose path holds a placeholder have
// no Media, nor a FileName unless the collection gives one.
func Parts(c *convert.Call) []Part {
	var parts []Part
	for _, p := range c.Body.Params {
		if p.Type != "file" {
			parts = append(parts, Part{Name: p.Key, Value: p.Value, Media: p.ContentType})
			continue
		}
		for _, src := range p.Src {
			parts = append(parts, Part{
				Name: p.Key, File: src, FileName: cmp.Or(p.FileName, path.Base(strings.ReplaceAll(src, "\\", "/"))), Media: cmp.Or(p.ContentType, request.MediaType(src)),
			})
		}
	}
	return parts
}

// isGraphQL reports whether a body is a GraphQL query, which a Call has as its JSON.
func isGraphQL(c *convert.Call) bool {
	b := c.Item.Request().Body
	return b != nil && b.Mode == collection.ModeGraphQL
}
