// Package hurl reads and writes the files of Hurl (https://hurl.dev).
package hurl

import (
	"path"
	"strings"

	"github.com/pmrun/pmrun/collection/convert"
	"github.com/pmrun/pmrun/collection/convert/internal/textform"
)

// Hurl is the format of .hurl files.
func Hurl() convert.Format {
	return convert.Format{
		Name: "hurl", Title: "Hurl file", Read: read, Write: write,
		Detect: detect,
	}
}

// detect takes files by their name, or by a request and a line that Hurl alone has.
func detect(in *convert.Input) bool {
	switch {
	case in.IsDir():
		return false
	case strings.EqualFold(path.Ext(in.Path), ".hurl"):
		return true
	}
	text := string(in.Data)
	return textform.HasRequestLine(text) && textform.HasHurlSection(text)
}
