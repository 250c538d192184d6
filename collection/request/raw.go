package request

import (
	"mime"
	"strings"

	"github.com/pmrun/pmrun/collection"
	"github.com/pmrun/pmrun/collection/vars"
)

// raw compiles a raw body. It is JSON when the request says so, by its language
// or by a Content-Type header, or, when it says neither, when the text looks so.
func (c *compiler) raw(b *collection.Body, headers []collection.Header) {
	c.t.body.contentType = rawType(b.Language)
	header, hasHeader := c.contentType(headers)
	isJSON := b.Language == "json" || header == "application/json" || strings.HasSuffix(header, "+json")
	text := b.Raw
	if isJSON && (b.Language == "json" || b.Language == "") {
		text = stripComments(text) // as Postman does
	}
	if b.Language == "" && !hasHeader {
		isJSON = looksLikeJSON(text)
	}
	if isJSON {
		c.jsonMembers(text)
	}
	if c.o.List != "" && isJSON {
		c.listBody(text)
		return
	}
	c.t.body.ops = compileOps(c.text(text, "body", true, isJSON), plain, "body", nil)
}

// rawType is the media type that Postman sends for a body's language.
func rawType(language string) string {
	switch language {
	case "json", "xml", "javascript":
		return "application/" + language
	case "html":
		return "text/html"
	}
	return "text/plain"
}

// contentType returns the media type of the request's own Content-Type header,
// as far as it can be known before the rows.
func (c *compiler) contentType(headers []collection.Header) (mediaType string, has bool) {
	for _, h := range headers {
		if h.Disabled || !sameHeader(h.Key, "Content-Type") {
			continue
		}
		segs, err := c.o.Scopes.Expand(h.Value, vars.Options{})
		text, constant := segs.Constant()
		if err != nil || !constant {
			continue
		}
		// An unknown parameter does not make JSON anything else.
		mediaType, _, _ = mime.ParseMediaType(text)
		has = true
	}
	return mediaType, has
}

// looksLikeJSON reports whether a text has the shape of an object or a list; a
// placeholder alone has none.
func looksLikeJSON(text string) bool {
	t := strings.TrimSpace(vars.Blank(text))
	return strings.HasPrefix(t, "{") && strings.HasSuffix(t, "}") || strings.HasPrefix(t, "[") && strings.HasSuffix(t, "]")
}

// stripComments takes // and /* */ comments out of a JSON text. Line breaks
// stay, so that a server's message about a line is about the right one.
func stripComments(text string) string {
	blank := vars.Blank(text) // a placeholder's name is no comment
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); {
		n := 1 // bytes to keep
		switch rest := blank[i:]; {
		case inString && rest[0] == '\\' && len(rest) > 1:
			n = 2
		case rest[0] == '"':
			inString = !inString
		case !inString && strings.HasPrefix(rest, "//"):
			if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
				i += end
				continue
			}
			return b.String()
		case !inString && strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return b.String() + text[i:] // the server will say so
			}
			end += len("/**/")
			b.WriteString(strings.Repeat("\n", strings.Count(rest[:end], "\n")))
			i += end
			continue
		}
		b.WriteString(text[i : i+n])
		i += n
	}
	return b.String()
}
